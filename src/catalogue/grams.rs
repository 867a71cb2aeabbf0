//! A search for any number of long literals that reads only a few bytes. A literal of eight bytes contains five pieces of
//! four bytes: a search that reads the piece at every fifth byte sees one of them. The longer the shortest literal, the
//! fewer pieces are read.

/// Bytes that are looked at together.
const GRAM: usize = 4;
/// Shorter literals cannot be searched for so.
pub(super) const SHORTEST: usize = 8;
/// Looks that are taken together.
const TOGETHER: usize = 8;
/// Most bytes from one look to the next: with more, there are too many pieces.
const LONGEST_STEP: usize = 16;
/// Words of the table: 8 KiB, a part of the first-level cache.
const WORDS: usize = 1024;

/// Literals, by their first pieces.
pub(super) struct Grams {
    /// Two bits for each piece, in the word of its hash.
    words: Box<[u64; WORDS]>,
    /// Each piece with its offset in a literal, and that literal, sorted.
    pieces: Vec<(u32, u8, u32)>,
    /// Sorted; none begins with another one.
    literals: Vec<String>,
    /// Bytes from one look to the next.
    step: usize,
}

/// The word of a piece, and its two bits there.
fn hash(gram: u32) -> (usize, u32, u32) {
    let hash = gram.wrapping_mul(0x9E37_79B1);
    ((hash >> 22) as usize, hash >> 16 & 63, hash & 63)
}

fn gram(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

impl Grams {
    /// Of literals of [`SHORTEST`] bytes or more.
    pub(super) fn of(mut literals: Vec<String>) -> Self {
        literals.sort_unstable();
        // A text that contains the longer one contains the shorter one.
        literals.dedup_by(|next, before| next.starts_with(before.as_str()));
        let shortest = literals.iter().map(String::len).min().unwrap_or(SHORTEST);
        let step = (shortest + 1).saturating_sub(GRAM).clamp(1, LONGEST_STEP);
        let mut words = Box::new([0; WORDS]);
        let mut pieces = Vec::with_capacity(literals.len() * step);
        for (index, literal) in (0..).zip(&literals) {
            for (offset, at) in (0..).zip(0..step) {
                if let Some(piece) = literal.as_bytes().get(at..).and_then(gram) {
                    pieces.push((piece, offset, index));
                    let (word, one, other) = hash(piece);
                    if let Some(word) = words.get_mut(word) {
                        *word |= 1 << one | 1 << other;
                    }
                }
            }
        }
        pieces.sort_unstable();
        Self { words, pieces, literals, step }
    }

    /// Whether `bytes` contains one of them.
    pub(super) fn is_match(&self, bytes: &[u8]) -> bool {
        if self.literals.is_empty() {
            return false;
        }
        let is_match =
            |at: usize| bytes.get(at..).and_then(gram).is_some_and(|it| self.stands(bytes, at, it));
        // Most looks find nothing: several are taken together, without a branch between them.
        let stride = TOGETHER * self.step;
        let mut at = 0;
        while let Some(ahead) = bytes.get(at..at + stride + GRAM) {
            let mut known = (0..TOGETHER).fold(0, |known, look| {
                let may = ahead.get(look * self.step..).and_then(gram).map_or(0, |piece| self.may(piece));
                known | (may & 1) << look
            });
            while known != 0 {
                if is_match(at + known.trailing_zeros() as usize * self.step) {
                    return true;
                }
                known &= known - 1;
            }
            at += stride;
        }
        (at..bytes.len()).step_by(self.step).any(is_match)
    }

    /// The lowest bit is set if a literal may have that piece.
    fn may(&self, piece: u32) -> u64 {
        let (word, one, other) = hash(piece);
        self.words.get(word).map_or(0, |word| word >> one & word >> other)
    }

    /// Whether a literal with that piece is around `at`.
    fn stands(&self, bytes: &[u8], at: usize, piece: u32) -> bool {
        if self.may(piece) & 1 == 0 {
            return false;
        }
        let literal = |index: u32| self.literals.get(index as usize).map_or(&[][..], |it| it.as_bytes());
        let first = self.pieces.partition_point(|(known, ..)| *known < piece);
        let mut rest = self.pieces.get(first..).unwrap_or_default();
        // Literals that begin alike have the same pieces: of those with it at one offset, only one can be there.
        while let Some((_, offset, _)) = rest.first().filter(|(known, ..)| *known == piece) {
            let (alike, others) = rest.split_at(rest.partition_point(|it| (it.0, it.1) <= (piece, *offset)));
            let text = at.checked_sub(usize::from(*offset)).and_then(|start| bytes.get(start..));
            if let Some(text) = text {
                let behind = alike.partition_point(|(.., index)| literal(*index) <= text);
                let before = behind.checked_sub(1).and_then(|last| alike.get(last));
                if before.is_some_and(|(.., index)| text.starts_with(literal(*index))) {
                    return true;
                }
            }
            rest = others;
        }
        false
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
        let alike: Vec<String> = (0..300).map(|at| format!("legacy-host-{at}")).collect();
        let grams_alike = Grams::of(alike.clone());
        for literal in alike {
            assert!(grams_alike.is_match(format!("a {literal}.example.com").as_bytes()), "{literal}");
        }
        assert!(!grams_alike.is_match(b"a legacy-host-.example.com, legacy-host-x, legacy-hos-1"));
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
