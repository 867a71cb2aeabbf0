//! Plain, single-quoted and double-quoted scalars.

use super::Writer;
use super::folding::Fold;
use crate::syntax::yaml::lines::{self, Line};
use crate::text::Span;

/// A plain scalar.
pub(super) fn plain(out: &mut Writer<'_>, span: Span) {
    folded_lines(out, span, |out: &mut Writer<'_>, content| out.verbatim(content));
}

/// The inside of a scalar in `'…'`.
pub(super) fn single(out: &mut Writer<'_>, within: Span) {
    quoted_lines(out, within, false, |out, content| {
        let mut from = content.start();
        let mut at = from;
        let bytes = out.texts.shape.as_bytes();
        while at < content.end() {
            if bytes.get(at) == Some(&b'\'') {
                out.verbatim(Span::new(from, at));
                out.decoded("'", Span::new(at, at + 2));
                at += 2;
                from = at;
            } else {
                at += 1;
            }
        }
        out.verbatim(Span::new(from, content.end()));
    });
}

/// The inside of a scalar in `"…"`.
pub(super) fn double(out: &mut Writer<'_>, within: Span) {
    quoted_lines(out, within, true, |out, content| {
        let mut from = content.start();
        let mut at = from;
        let shape = out.texts.shape;
        let bytes = shape.as_bytes();
        while at < content.end() {
            if bytes.get(at) != Some(&b'\\') {
                at += 1;
                continue;
            }
            out.verbatim(Span::new(from, at));
            let (text, length) = escape(shape.get(at + 1..content.end()).unwrap_or_default());
            out.decoded(&text, Span::new(at, at + 1 + length));
            at += 1 + length;
            from = at;
        }
        out.verbatim(Span::new(from, content.end()));
    });
}

/// The meaning of the escape after a `\`, and its length without the `\`.
fn escape(rest: &str) -> (String, usize) {
    let Some(sign) = rest.chars().next() else { return (String::new(), 0) };
    let hex = |digits: usize| {
        let code = rest.get(1..=digits).and_then(|code| u32::from_str_radix(code, 16).ok());
        let length = code.map_or(sign.len_utf8(), |_| digits + 1);
        (code.and_then(char::from_u32).unwrap_or('\u{fffd}').to_string(), length)
    };
    let text = match sign {
        '0' => "\0",
        'a' => "\u{7}",
        'b' => "\u{8}",
        't' | '\t' => "\t",
        'n' => "\n",
        'v' => "\u{b}",
        'f' => "\u{c}",
        'r' => "\r",
        'e' => "\u{1b}",
        'N' => "\u{85}",
        '_' => "\u{a0}",
        'L' => "\u{2028}",
        'P' => "\u{2029}",
        'x' => return hex(2),
        'u' => return surrogates(rest).unwrap_or_else(|| hex(4)),
        'U' => return hex(8),
        other => return (other.to_string(), other.len_utf8()),
    };
    (text.to_owned(), 1)
}

/// Two `\u` escapes that are one character, as JSON writes those beyond `U+FFFF`.
fn surrogates(rest: &str) -> Option<(String, usize)> {
    let unit = |from: usize| u16::from_str_radix(rest.get(from..from + 4)?, 16).ok();
    if rest.get(5..7)? != "\\u" {
        return None;
    }
    let both = [unit(1)?, unit(7)?];
    let text = String::from_utf16(&both).ok().filter(|text| text.chars().count() == 1)?;
    Some((text, 11))
}

/// Lines of a plain scalar: spaces around line breaks do not count, line breaks fold.
fn folded_lines(out: &mut Writer<'_>, span: Span, text: impl Fn(&mut Writer<'_>, Span)) {
    let mut fold = Fold::default();
    for line in lines::breaks(out.texts.text, span.start(), span.end()) {
        let start = trim_start(out, line);
        let content = Span::new(start, trim_end(out, start, line.content.end(), false));
        if !content.is_empty() {
            fold.close(out);
            text(out, content);
        }
        if line.end > line.content.end() {
            fold.line_break(line, content.end());
        }
    }
}

/// Lines of a quoted scalar: as [`folded_lines`], but spaces directly inside the quotes count. With `escapes`, a `\` at the
/// end of a line takes the line break away.
fn quoted_lines(out: &mut Writer<'_>, within: Span, escapes: bool, text: impl Fn(&mut Writer<'_>, Span)) {
    let mut fold = Fold::default();
    let mut first = true;
    for line in lines::breaks(out.texts.text, within.start(), within.end()) {
        let last = line.end == line.content.end();
        let taken = escapes && !last && ends_with_escape(out, line);
        let start = if first { line.content.start() } else { trim_start(out, line) };
        let end = match (last, taken) {
            (true, _) => line.content.end(),
            (false, true) => line.content.end() - 1,
            (false, false) => trim_end(out, start, line.content.end(), escapes),
        };
        let content = Span::new(start, end);
        if !content.is_empty() || taken || last {
            fold.close(out);
        }
        text(out, content);
        if taken {
            fold.escaped_break();
        } else if !last {
            fold.line_break(line, content.end());
        }
        first = false;
    }
    // A line break right before the closing quote.
    fold.close(out);
}

/// Whether an odd number of `\` ends the line.
fn ends_with_escape(out: &Writer<'_>, line: Line) -> bool {
    let content = line.content.of(out.texts.shape);
    content.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// Where the text of a line begins.
fn trim_start(out: &Writer<'_>, line: Line) -> usize {
    lines::skip_blanks(out.texts.text, line.content.start()).min(line.content.end())
}

/// Where the spaces before `end` begin, not before `start`; an escaped space is text.
fn trim_end(out: &Writer<'_>, start: usize, end: usize, escapes: bool) -> usize {
    let piece = out.texts.text.as_bytes().get(start..end).unwrap_or_default();
    let count = |piece: &[u8], wanted: &[u8]| piece.iter().rev().take_while(|b| wanted.contains(b)).count();
    let blanks = count(piece, b" \t");
    let kept = piece.len() - blanks;
    let escaped = escapes && blanks > 0 && count(piece.get(..kept).unwrap_or_default(), b"\\") % 2 == 1;
    start + kept + usize::from(escaped)
}
