//! Words that begin with one of some prefixes.

use super::Span;
use memchr::memmem;

/// Words that begin with one of some prefixes.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    /// None of them is empty.
    pub(crate) prefixes: &'a [&'a [u8]],
    /// Whether a byte may come directly after a prefix.
    pub(crate) first: fn(u8) -> bool,
    /// Whether a byte may come after that.
    pub(crate) part: fn(u8) -> bool,
    /// The fewest bytes after a prefix.
    pub(crate) least: usize,
    /// Whether a word begins only where no ASCII letter, digit or `_` is before it.
    pub(crate) apart: bool,
}

impl Words<'_> {
    /// The words in `text`, in its order, apart from each other.
    pub(crate) fn find(self, text: &[u8]) -> Vec<Span> {
        let starts = |prefix: &&[u8]| {
            let length = prefix.len();
            memmem::find_iter(text, *prefix).map(|at| (at, at + length)).collect::<Vec<_>>()
        };
        let mut starts: Vec<(usize, usize)> = self.prefixes.iter().flat_map(starts).collect();
        starts.sort_unstable();
        let mut words: Vec<Span> = Vec::new();
        for (start, behind) in starts {
            // A word may contain its prefix many times: its end is searched for once.
            if words.last().is_some_and(|last| last.end() > start) || !self.begins(text, start) {
                continue;
            }
            let length = self.length(text.get(behind..).unwrap_or_default());
            if length >= self.least {
                words.push(Span::new(start, behind + length));
            }
        }
        words
    }

    fn begins(self, text: &[u8], at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        !self.apart || before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
    }

    /// How many bytes after a prefix belong to the word.
    fn length(self, behind: &[u8]) -> usize {
        let rest = behind.split_first().filter(|(byte, _)| (self.first)(**byte)).map(|(_, rest)| rest);
        rest.map_or(0, |rest| 1 + rest.iter().take_while(|byte| (self.part)(**byte)).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::bytes::Regex;

    const PREFIXES: &[&[u8]] = &[b"ab-", b"AB", b"b-a"];

    fn is_part(byte: u8) -> bool {
        byte.is_ascii_lowercase() || byte == b'-' || byte == b'.'
    }

    proptest! {
        #[test]
        fn a_regular_expression_finds_the_same(text in "[abAB.\\- _é]{0,40}", least in 0_usize..4, apart: bool) {
            let first: fn(u8) -> bool = |byte| is_part(byte) && byte != b'.';
            let words = Words { prefixes: PREFIXES, first, part: is_part, least, apart };
            let before = if apart { r"(?-u:\b)" } else { "" };
            let behind = match least {
                0 => r"(?:[a-z\-][a-z.\-]*)?".to_owned(),
                least => format!(r"[a-z\-][a-z.\-]{{{},}}", least - 1),
            };
            let regex = Regex::new(&format!("{before}(?:ab-|AB|b-a){behind}")).unwrap();
            let expected: Vec<Span> = regex.find_iter(text.as_bytes()).map(|it| it.range().into()).collect();
            prop_assert_eq!(words.find(text.as_bytes()), expected);
        }
    }
}
