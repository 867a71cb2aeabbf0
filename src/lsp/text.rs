//! The text of a document, and places in it as the protocol counts them.

use crate::text::Span;
use gen_lsp_types::{Position, PositionEncodingKind, Range};
use std::sync::OnceLock;

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16: what every client understands.
    #[default]
    Utf16,
    /// Code points.
    Utf32,
}

/// Units are counted by blocks of bytes, so that a column of a long line is found without counting from its start.
const BLOCK: usize = 4096;

impl Encoding {
    /// The first of what the client offers that we know too.
    pub(super) fn of(offered: &[String]) -> Self {
        let known = |name: &String| match name.as_str() {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "utf-32" => Some(Self::Utf32),
            _ => None,
        };
        offered.iter().find_map(known).unwrap_or_default()
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// The units of characters that begin in `bytes`.
    fn count(self, bytes: &[u8]) -> usize {
        let begin = |byte: &&u8| **byte & 0xc0 != 0x80;
        match self {
            Self::Utf8 => bytes.len(),
            Self::Utf32 => bytes.iter().filter(begin).count(),
            // What takes four bytes in UTF-8 takes two units in UTF-16.
            Self::Utf16 => bytes.iter().filter(begin).map(|byte| 1 + usize::from(*byte >= 0xf0)).sum(),
        }
    }

    fn units(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// The text of a document. Lines end with `\n`, `\r\n` or `\r`, as the protocol has it; a byte order mark is a character.
#[derive(Debug)]
pub(super) struct OpenText {
    text: String,
    encoding: Encoding,
    /// Where each line begins.
    starts: Vec<usize>,
    /// Units before each block of [`BLOCK`] bytes.
    blocks: OnceLock<Vec<usize>>,
}

impl OpenText {
    pub(super) fn new(text: String, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|at| bytes.get(*at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n'));
        let starts = std::iter::once(0).chain(ends.map(|at| at + 1)).collect();
        Self { text, encoding, starts, blocks: OnceLock::new() }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The text with `range` replaced.
    pub(super) fn with(&self, range: Range, replacement: &str) -> Self {
        let span = self.span(range);
        let mut text = String::with_capacity(self.text.len() - span.len() + replacement.len());
        text.push_str(self.text.get(..span.start()).unwrap_or_default());
        text.push_str(replacement);
        text.push_str(self.text.get(span.end()..).unwrap_or_default());
        Self::new(text, self.encoding)
    }

    /// The bytes of a line without what ends it.
    fn line(&self, line: usize) -> Span {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..end).unwrap_or_default();
        let content = text.strip_suffix('\n').unwrap_or(text);
        let content = content.strip_suffix('\r').unwrap_or(content);
        Span::new(start, start + content.len())
    }

    /// Units before the byte at `offset`.
    fn units_before(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        let blocks = self.blocks.get_or_init(|| {
            let mut before = 0;
            let counted = bytes.chunks(BLOCK).map(|block| {
                let here = before;
                before += self.encoding.count(block);
                here
            });
            counted.collect()
        });
        let block = offset / BLOCK;
        let rest = bytes.get(block * BLOCK..offset).map_or(0, |rest| self.encoding.count(rest));
        // The end of the text may be the border of a block that does not exist.
        let known = blocks.get(block).copied();
        known.map_or_else(|| self.encoding.count(bytes), |here| here + rest)
    }

    /// Where the character with the byte at `offset` begins.
    fn character(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// The place of the byte at `offset`; inside of a line end, the end of the line.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = self.character(offset);
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let content = self.line(line);
        let units = self.units_before(offset.min(content.end())) - self.units_before(content.start());
        let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        Position { line: number(line), character: number(units) }
    }

    /// The byte at a position. After the end of a line: that end. After the last line: the end of the text. Inside a
    /// character: its first byte.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let wanted = usize::try_from(position.character).unwrap_or(usize::MAX);
        let content = self.line(line);
        let mut at = content.start();
        let mut units = 0;
        if content.len() > BLOCK {
            // The last block that begins on the line and before the place.
            let base = self.units_before(at);
            let first = at / BLOCK + 1;
            let blocks = self.blocks.get().map(Vec::as_slice).unwrap_or_default();
            let end = (content.end() / BLOCK + 1).min(blocks.len());
            let on_line = blocks.get(first..end).unwrap_or_default();
            let before = on_line.partition_point(|here| here - base <= wanted);
            if let Some(index) = before.checked_sub(1) {
                let block = (first + index) * BLOCK;
                at = self.character(block);
                units = self.units_before(at) - base;
            }
        }
        for c in self.text.get(at..content.end()).unwrap_or_default().chars() {
            units += self.encoding.units(c);
            if units > wanted {
                break;
            }
            at += c.len_utf8();
        }
        at
    }

    pub(super) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start()), end: self.position(span.end()) }
    }

    /// The bytes of `range`; none at its start if it ends before.
    pub(super) fn span(&self, range: Range) -> Span {
        Span::new(self.offset(range.start), self.offset(range.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn places_are_counted_as_negotiated() {
        // A mark, a tab, two bytes, a line end of two, two units, three bytes, a lone carriage return.
        let text = "\u{feff}\té: x\r\n😀=\u{fffd}b\rend";
        let place = |needle: &str, encoding| {
            let text = OpenText::new(text.to_owned(), encoding);
            text.position(text.as_str().find(needle).unwrap())
        };
        for (needle, utf8, utf16, utf32) in [
            ("é", (0, 4), (0, 2), (0, 2)),
            ("x", (0, 8), (0, 5), (0, 5)),
            ("\r\n", (0, 9), (0, 6), (0, 6)),
            ("\n", (0, 9), (0, 6), (0, 6)),
            ("=", (1, 4), (1, 2), (1, 1)),
            ("b", (1, 8), (1, 4), (1, 3)),
            ("end", (2, 0), (2, 0), (2, 0)),
        ] {
            let found = ENCODINGS.map(|encoding| place(needle, encoding));
            assert_eq!(
                found,
                [utf8, utf16, utf32].map(|(line, character)| at(line, character)),
                "{needle:?}"
            );
        }
    }

    #[test]
    fn places_that_do_not_exist_are_the_nearest_before() {
        let text = OpenText::new("a😀b\r\nc".to_owned(), Encoding::Utf16);
        for (place, offset) in [
            (at(0, 2), 1),
            (at(0, 3), 5),
            (at(0, 99), 6),
            (at(1, 1), 9),
            (at(7, 0), 9),
            (at(u32::MAX, u32::MAX), 9),
        ] {
            assert_eq!(text.offset(place), offset, "{place:?}");
        }
        let backwards = Range { start: at(1, 0), end: at(0, 0) };
        assert_eq!(text.span(backwards), Span::at(8));
        assert_eq!(text.with(Range { start: at(0, 1), end: at(0, 3) }, "xy").as_str(), "axyb\r\nc");
    }

    #[test]
    fn what_the_client_likes_best_is_taken() {
        let of =
            |offered: &[&str]| Encoding::of(&offered.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&[]), Encoding::Utf16);
        assert_eq!(of(&["utf-32", "utf-8"]), Encoding::Utf32);
        assert_eq!(of(&["utf-7", "utf-8", "utf-16"]), Encoding::Utf8);
    }

    proptest! {
        #[test]
        fn each_character_is_where_its_place_says(
            parts in prop::collection::vec("[a\té\u{2028}😀\u{feff}]{0,3}(\r\n|\n|\r)?", 0..8),
            long in prop_oneof![Just(0usize), 4000usize..9000],
        ) {
            let text = parts.concat() + &"é😀x".repeat(long) + &parts.concat();
            for encoding in ENCODINGS {
                let text = OpenText::new(text.clone(), encoding);
                let step = 1 + text.as_str().len() / 300;
                for (offset, c) in text.as_str().char_indices().step_by(step) {
                    let inside = c == '\n' && text.as_str()[..offset].ends_with('\r');
                    let expected = if inside { offset - 1 } else { offset };
                    prop_assert_eq!(text.offset(text.position(offset)), expected);
                }
            }
        }
    }
}
