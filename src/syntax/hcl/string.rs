//! Decodes HCL strings and here-documents: their text, and the bytes that each piece of it came from.
//!
//! `${…}` and `%{…}` stay as they are written; `$${` and `%%{` are the text `${` and `%{`.

use super::lex;
use crate::embed::{Codec, Decoded, Decoder};
use crate::syntax::yaml::lines;
use crate::text::Span;

/// A string as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HclString {
    /// With its quotes, or from `<<` to the delimiter.
    pub(super) span: Span,
    pub(super) heredoc: bool,
}

/// The text of the string at `place`.
pub(super) fn decode(text: &str, place: HclString) -> Decoded {
    if place.heredoc {
        return heredoc(text, place.span);
    }
    let inside = inside(text, place.span);
    let mut out = Decoder::default();
    pieces(text, inside, true, &templates(text, inside, true), &mut out);
    out.finish(inside, Codec::HclQuoted)
}

/// What is between the quotes of `span`.
pub(super) fn inside(text: &str, span: Span) -> Span {
    let closed = span.len() > 1 && span.of(text).ends_with('"');
    Span::new(span.start() + 1, span.end() - usize::from(closed))
}

/// Whether the string at `place` contains a template.
pub(super) fn has_template(text: &str, place: HclString) -> bool {
    let inside = if place.heredoc { body(text, place.span) } else { inside(text, place.span) };
    !templates(text, inside, !place.heredoc).is_empty()
}

/// The lines of the here-document at `span`.
fn body(text: &str, span: Span) -> Span {
    let from = lines::next_line(text, span.start());
    Span::new(from, lines::line_start(text, span.end()).max(from))
}

fn heredoc(text: &str, span: Span) -> Decoded {
    let raw = span.of(text);
    let flush = raw.starts_with("<<-");
    let delimiter = raw.get(if flush { 3 } else { 2 }..).unwrap_or_default();
    let delimiter = delimiter.lines().next().unwrap_or_default().trim();
    let body = body(text, span);
    let templates = templates(text, body, false);
    // A line that continues a template has no indentation of its own.
    let goes_on = |at: usize| {
        let next = templates.partition_point(|template| template.span.end() <= at);
        templates.get(next).is_some_and(|template| template.span.start() < at)
    };
    // A line without text has none either, and keeps its whitespace.
    let blank = |line: &str| line.trim().is_empty() && line.ends_with('\n');
    let mut at = body.start();
    let lines = body.of(text).split_inclusive('\n').map(|line| {
        let start = at;
        at += line.len();
        (start, line, blank(line) || goes_on(start))
    });
    let lines: Vec<_> = lines.collect();
    let blanks = |line: &str| line.chars().take_while(|sign| sign.is_whitespace()).count();
    let indented = lines.iter().filter(|(_, _, keeps)| flush && !keeps);
    let dropped = indented.map(|(_, line, _)| blanks(line)).min().unwrap_or_default();
    let mut out = Decoder::default();
    let mut indent = "";
    for (start, line, keeps) in lines {
        let drop = if keeps { 0 } else { width(line, dropped) };
        if drop > 0 {
            indent = line.get(..drop).unwrap_or_default();
        }
        pieces(text, Span::new(start + drop, start + line.len()), false, &templates, &mut out);
    }
    let codec = Codec::HclHeredoc { indent: indent.to_owned(), delimiter: delimiter.to_owned() };
    out.finish(body, codec)
}

/// The bytes of the first `blanks` characters of a line.
fn width(line: &str, blanks: usize) -> usize {
    line.chars().take(blanks).map(char::len_utf8).sum()
}

/// A template in a string.
#[derive(Clone, Copy)]
struct Template {
    /// Up to its `}`, or to the end of the string.
    span: Span,
    /// Whether it has an end: else the string is broken, and the text after it is shown as it is.
    ends: bool,
}

/// The outermost templates in `span`.
fn templates(text: &str, span: Span, quoted: bool) -> Vec<Template> {
    let bytes = text.as_bytes().get(..span.end()).unwrap_or_default();
    let mut found = Vec::new();
    let mut at = span.start();
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        at += match rest {
            [b'\\', ..] if quoted => 2,
            [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => 3,
            [b'$' | b'%', b'{', ..] => {
                let end = lex::template_end(bytes, at);
                found.push(Template { span: Span::new(at, end.unwrap_or(span.end())), ends: end.is_some() });
                // One that does not end hides what is after it: each search would go to the end.
                let Some(end) = end else { break };
                end - at
            }
            _ => 1,
        };
    }
    found
}

/// Writes what the bytes below `span` mean. Nothing inside one of `templates` is an escape.
fn pieces(text: &str, span: Span, quoted: bool, templates: &[Template], out: &mut Decoder) {
    let bytes = text.as_bytes().get(..span.end()).unwrap_or_default();
    let next = templates.partition_point(|template| template.span.end() <= span.start());
    let mut ahead = templates.get(next..).unwrap_or_default().iter().peekable();
    let mut from = span.start();
    let mut at = span.start();
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(Template { span: template, ends }) = ahead.next_if(|template| template.span.start() <= at)
        {
            if !ends {
                break;
            }
            if template.start() == at {
                // Not verbatim: it is edited as a whole or not at all.
                out.verbatim(text, Span::new(from, at));
                out.decoded(template.of(text), *template);
            }
            at = template.end();
            from = at;
            continue;
        }
        let (length, meant) = match rest {
            [b'\\', ..] if quoted => escape(rest),
            [b'$', b'$', b'{', ..] => (3, Some("${".to_owned())),
            [b'%', b'%', b'{', ..] => (3, Some("%{".to_owned())),
            [b'\r', b'\n', ..] => (2, Some("\n".to_owned())),
            _ => (1, None),
        };
        if let Some(meant) = meant {
            out.verbatim(text, Span::new(from, at));
            out.decoded(&meant, Span::new(at, at + length));
            from = at + length;
        }
        at += length;
    }
    out.verbatim(text, Span::new(from, span.end()));
}

/// Length and meaning of the escape at the start of `rest`.
fn escape(rest: &[u8]) -> (usize, Option<String>) {
    let digits = match rest.get(1) {
        Some(b'n') => return (2, Some("\n".to_owned())),
        Some(b'r') => return (2, Some("\r".to_owned())),
        Some(b't') => return (2, Some("\t".to_owned())),
        Some(b'"') => return (2, Some("\"".to_owned())),
        Some(b'\\') => return (2, Some("\\".to_owned())),
        Some(b'u') => 4,
        Some(b'U') => 8,
        _ => return (1, None),
    };
    let code = rest.get(2..2 + digits).and_then(|code| std::str::from_utf8(code).ok());
    let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?)) {
        Some(sign) => (digits + 2, Some(sign.to_string())),
        None => (1, None),
    }
}
