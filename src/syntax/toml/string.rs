//! Decodes TOML strings: their text, and the bytes that each piece of it came from.
//!
//! Two texts are read side by side: the shape, in which template expressions are masked, says where escapes are; the
//! `text`, of the same length, gives the bytes.

use super::read::TomlReading;
use crate::embed::{Codec, Decoded, Decoder};
use crate::facts::ScalarStyle;
use crate::text::Span;
use toml_parser::decoder::Encoding;

/// A string as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct TomlString {
    /// With its quotes.
    pub(super) span: Span,
    pub(super) encoding: Encoding,
}

impl TomlString {
    /// How a scalar of this kind is called.
    pub(super) fn style(self) -> ScalarStyle {
        match self.encoding {
            Encoding::LiteralString | Encoding::MlLiteralString => ScalarStyle::Single,
            Encoding::BasicString | Encoding::MlBasicString => ScalarStyle::Double,
        }
    }

    /// Whether it may contain line breaks.
    pub(super) fn lines(self) -> bool {
        matches!(self.encoding, Encoding::MlLiteralString | Encoding::MlBasicString)
    }

    /// What is between its quotes; the line break after the opening ones does not count.
    pub(super) fn inside(self, shape: &str) -> Span {
        let quotes = if self.lines() { 3 } else { 1 };
        let raw = self.span.of(shape);
        let quote = if self.style() == ScalarStyle::Single { '\'' } else { '"' };
        let closed = raw.len() >= 2 * quotes && raw.ends_with(quote);
        let start = self.span.start() + quotes.min(raw.len());
        let end = self.span.end() - if closed { quotes } else { 0 };
        let first = Span::new(start, end).of(shape);
        let skip = match self.lines() {
            true if first.starts_with("\r\n") => 2,
            true if first.starts_with('\n') => 1,
            _ => 0,
        };
        Span::new(start + skip, end)
    }
}

/// The text of the string at `place`.
pub(super) fn decode(text: &str, reading: &TomlReading, place: TomlString) -> Decoded {
    let shape = reading.shape(text);
    let inside = place.inside(shape);
    let basic = place.style() == ScalarStyle::Double;
    let lines = place.lines();
    let mut out = Decoder::default();
    let bytes = inside.of(shape).as_bytes();
    let mut from = inside.start();
    let mut at = 0;
    let mut tags = reading.tags(inside).iter().peekable();
    while let Some(byte) = bytes.get(at) {
        let start = inside.start() + at;
        if let Some(tag) = tags.next_if(|tag| tag.span.start() <= start) {
            // Not verbatim: it is edited as a whole or not at all.
            out.verbatim(text, Span::new(from, tag.span.start()));
            out.decoded(tag.span.of(text), tag.span);
            from = tag.span.end();
            at = from.saturating_sub(inside.start());
            continue;
        }
        let (length, meant) = match byte {
            b'\\' if basic => escape(bytes.get(at + 1..).unwrap_or_default(), lines),
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => (2, Some('\n')),
            _ => {
                at += 1;
                continue;
            }
        };
        at += length;
        if length > 1 {
            out.verbatim(text, Span::new(from, start));
            if let Some(meant) = meant {
                out.decoded(meant.encode_utf8(&mut [0; 4]), Span::new(start, start + length));
            }
            from = start + length;
        }
    }
    out.verbatim(text, Span::new(from, inside.end()));
    let codec = if basic { Codec::TomlBasic { lines } } else { Codec::TomlLiteral { lines } };
    out.finish(inside, codec)
}

/// Length and meaning of an escape; `rest` is the text after its `\`. One byte long if it is not an escape.
fn escape(rest: &[u8], lines: bool) -> (usize, Option<char>) {
    let digits = match rest.first() {
        Some(b'b') => return (2, Some('\u{8}')),
        Some(b't') => return (2, Some('\t')),
        Some(b'n') => return (2, Some('\n')),
        Some(b'f') => return (2, Some('\u{c}')),
        Some(b'r') => return (2, Some('\r')),
        Some(b'e') => return (2, Some('\u{1b}')),
        Some(b'"') => return (2, Some('"')),
        Some(b'\\') => return (2, Some('\\')),
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(b' ' | b'\t' | b'\r' | b'\n') if lines => {
            let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let folds = rest.iter().take(blanks).any(|byte| *byte == b'\n');
            return (if folds { blanks + 1 } else { 1 }, None);
        }
        _ => return (1, None),
    };
    let code = rest.get(1..=digits).and_then(|code| std::str::from_utf8(code).ok());
    let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let meant = code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
    (if meant.is_some() { digits + 2 } else { 1 }, meant)
}
