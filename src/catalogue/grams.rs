//! A search for any number of long literals that looks at a few bytes only: of a literal of eight bytes one of five
//! neighbouring pieces of four is seen, whatever bytes are looked at, if every fifth is. The longer the shortest literal,
//! the fewer are looked at.

/// Bytes that are looked at together.
const GRAM: usize = 4;
/// Shorter literals cannot be searched for so.
pub(super) const SHORTEST: usize = 8;
/// Most bytes from one look to the next: with more, there are too many pieces.
const LONGEST_STEP: usize = 16;
/// Bits of a hash: a table of 32 KiB.
const BITS: u32 = 18;

/// Literals, by their first pieces.
pub(super) struct Grams {
    /// A bit for the hash of each piece.
    bits: Vec<u64>,
    /// Each piece with its literal and its offset there, sorted.
    pieces: Vec<(u32, u32, u8)>,
    literals: Vec<String>,
    /// Bytes from one look to the next.
    step: usize,
}

fn hash(gram: u32) -> usize {
    (gram.wrapping_mul(0x9E37_79B1) >> (u32::BITS - BITS)) as usize
}

fn gram(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

impl Grams {
    /// Of literals of [`SHORTEST`] bytes or more.
    pub(super) fn of(literals: Vec<String>) -> Self {
        let shortest = literals.iter().map(String::len).min().unwrap_or(SHORTEST);
        let step = (shortest + 1).saturating_sub(GRAM).clamp(1, LONGEST_STEP);
        let mut bits = vec![0; (1 << BITS) / 64];
        let mut pieces = Vec::with_capacity(literals.len() * step);
        for (index, literal) in (0..).zip(&literals) {
            for (offset, at) in (0..).zip(0..step) {
                if let Some(piece) = literal.as_bytes().get(at..).and_then(gram) {
                    pieces.push((piece, index, offset));
                    let hash = hash(piece);
                    if let Some(bits) = bits.get_mut(hash / 64) {
                        *bits |= 1 << (hash % 64);
                    }
                }
            }
        }
        pieces.sort_unstable();
        Self { bits, pieces, literals, step }
    }

    /// Whether one of them stands in `bytes`.
    pub(super) fn is_match(&self, bytes: &[u8]) -> bool {
        if self.literals.is_empty() {
            return false;
        }
        let looks = bytes.windows(GRAM).step_by(self.step).enumerate();
        let may = |piece: u32| {
            let hash = hash(piece);
            self.bits.get(hash / 64).is_some_and(|bits| bits >> (hash % 64) & 1 == 1)
        };
        let mut found =
            looks.filter_map(|(look, window)| Some((look * self.step, gram(window).filter(|it| may(*it))?)));
        found.any(|(at, piece)| self.stands(bytes, at, piece))
    }

    /// Whether a literal with that piece stands around `at`.
    fn stands(&self, bytes: &[u8], at: usize, piece: u32) -> bool {
        let first = self.pieces.partition_point(|(known, ..)| *known < piece);
        let same = self.pieces.iter().skip(first).take_while(|(known, ..)| *known == piece);
        let mut literals = same.filter_map(|(_, literal, offset)| {
            let start = at.checked_sub(usize::from(*offset))?;
            Some((bytes.get(start..)?, self.literals.get(*literal as usize)?))
        });
        literals.any(|(rest, literal)| rest.starts_with(literal.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_found_wherever_it_stands() {
        let grams = Grams::of(vec!["legacy-host".to_owned(), "oldValue".to_owned()]);
        let longer = Grams::of(vec!["a-long-legacy-host.example.com".to_owned(), "legacySetting".to_owned()]);
        for before in 0..40 {
            for literal in ["a-long-legacy-host.example.com", "legacySetting"] {
                let text = format!("{}{literal}", "x".repeat(before));
                assert!(longer.is_match(text.as_bytes()), "{text}");
            }
        }
        for literal in ["legacy-host", "oldValue"] {
            for before in 0..20 {
                for after in 0..9 {
                    let text = format!("{}{literal}{}", "x".repeat(before), "y".repeat(after));
                    assert!(grams.is_match(text.as_bytes()), "{text}");
                }
            }
        }
        for other in
            ["", "old", "legacy-hos", "oldvalue oldValu legacy_host", "xxxxxxxxxxxxlegacy-hosxxxxxxx"]
        {
            assert!(!grams.is_match(other.as_bytes()), "{other}");
        }
        assert!(!Grams::of(Vec::new()).is_match(b"anything"));
    }
}
