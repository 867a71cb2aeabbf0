//! Lists of words: `["program", "argument"]`, JSON strings in brackets.

use crate::embed::{Codec, Decoded, Decoder};
use crate::text::Span;

/// The items of a list, quotes included; `None` if it is not a list: then it is a line of shell.
pub(super) fn items(text: &str) -> Option<Vec<Span>> {
    let bytes = text.as_bytes();
    let mut items = Vec::new();
    let mut at = text.len() - text.trim_start().len();
    if bytes.get(at) != Some(&b'[') {
        return None;
    }
    at += 1;
    let mut wants_item = true;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' if wants_item => {
                let start = at;
                at += 1;
                while *bytes.get(at)? != b'"' {
                    at += if bytes.get(at) == Some(&b'\\') { 2 } else { 1 };
                }
                items.push(Span::new(start, at + 1));
                wants_item = false;
            }
            b',' if !wants_item => wants_item = true,
            b']' if !wants_item || items.is_empty() => {
                return text.get(at + 1..).is_some_and(|rest| rest.trim().is_empty()).then_some(items);
            }
            // A continued line.
            b'\\' | b'`' => {}
            byte if byte.is_ascii_whitespace() => {}
            _ => return None,
        }
        at += 1;
    }
    None
}

/// The text of a JSON string.
pub(super) fn decode(text: &str, span: Span) -> Decoded {
    let mut decoder = Decoder::default();
    let end = span.end().saturating_sub(1);
    let mut from = span.start() + 1;
    let mut at = from;
    let bytes = text.as_bytes();
    while at < end {
        if bytes.get(at) != Some(&b'\\') {
            at += 1;
            continue;
        }
        let sign = text.get(at + 1..end).and_then(|rest| rest.chars().next());
        let (meant, len) = match sign {
            Some('n') => ('\n', 2),
            Some('t') => ('\t', 2),
            Some('r') => ('\r', 2),
            Some('u') => {
                let code = text.get(at + 2..at + 6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                match code.and_then(char::from_u32).filter(|_| at + 6 <= end) {
                    Some(sign) => (sign, 6),
                    None => ('u', 2),
                }
            }
            Some(sign) => (sign, 1 + sign.len_utf8()),
            None => break,
        };
        decoder.verbatim(text, Span::new(from, at));
        decoder.decoded(meant.encode_utf8(&mut [0; 4]), Span::new(at, at + len));
        at += len;
        from = at;
    }
    decoder.verbatim(text, Span::new(from, end));
    decoder.finish(span, Codec::YamlDouble)
}
