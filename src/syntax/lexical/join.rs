//! Texts of strings: one string, several that are joined, a list of words.

use super::SEALED;
use super::added::{Added, CodePiece};
use super::family::{Escape, Family};
use super::scan::{CodeFound, CodeLiteral, Item};
use crate::embed::{Codec, Decoded, Decoder, UNKNOWN};
use crate::facts::{Hint, Region};
use crate::text::Span;

/// How far apart joined strings may be.
const NEAR: usize = 200;

/// Functions and keys whose strings are shown to users.
const SHOWN: &[&str] = &[
    "print",
    "println",
    "printf",
    "puts",
    "echo",
    "log",
    "info",
    "warn",
    "warning",
    "error",
    "debug",
    "notice",
    "fatal",
    "fatalf",
    "errorf",
    "logf",
    "raise",
    "throw",
    "exception",
    "die",
    "fail",
    "abort",
    "help",
    "usage",
    "description",
    "desc",
    "describe",
    "it",
    "message",
    "msg",
    "title",
    "summary",
    "todo",
    "deprecated",
];

/// The texts that may contain commands.
pub(super) fn regions(text: &str, family: &Family, found: &CodeFound) -> Vec<Region> {
    let mut out = Vec::new();
    let added = Added::of(text, found);
    let mut literals = found.literals.iter().peekable();
    while let Some(literal) = literals.next() {
        let mut decoder = Decoder::default();
        write(&mut decoder, text, literal, family);
        let mut whole = literal.span.hull(literal.inner);
        let mut last = literal;
        if !literal.heredoc {
            while let Some(next) = literals.peek().filter(|next| !next.heredoc) {
                let gap = Span::new(last.span.end(), next.span.start());
                let Some(known) = joins(text, gap, family) else { break };
                if !known {
                    decoder.decoded(UNKNOWN, gap);
                }
                write(&mut decoder, text, next, family);
                whole = whole.hull(next.span);
                last = next;
                literals.next();
            }
            let behind = text.get(last.span.end()..).unwrap_or_default().trim_start_matches([' ', '\t']);
            if behind.starts_with(family.joiner) && !behind.starts_with("+=") {
                decoder.decoded(UNKNOWN, Span::new(last.span.end() - 1, last.span.end()));
            }
        }
        // An item of a list is added to with the list.
        let before = text.get(..literal.span.start()).unwrap_or_default().trim_end_matches(' ');
        let is_item = before.ends_with(['[', '{', ',']);
        if !literal.alone && !literal.heredoc && !is_item && !decoder.is_empty() {
            let pieces = added.pieces(literal.span.start(), last.span.end());
            whole = append(&mut decoder, text, family, found, &pieces, whole);
        }
        let decoded = decoder.finish(whole, Codec::Sealed(SEALED));
        if literal.alone || !decoded.text.contains([' ', '\n']) || is_shown(text, literal.span.start()) {
            continue;
        }
        let what = if literal.heredoc { "here-document" } else { "string" };
        out.push(region(decoded, literal, what));
    }
    out.extend(found.lists.iter().filter_map(|items| list(text, family, found, items, &added)));
    out.sort_by_key(|region| region.opener);
    out
}

fn region(decoded: Decoded, literal: &CodeLiteral, what: &'static str) -> Region {
    let hint = if decoded.text.trim().contains('\n') {
        Hint::Likely("shell")
    } else {
        Hint::Language("shell".to_owned())
    };
    let opener = Span::new(literal.span.start(), literal.span.start() + 1);
    Region { hint, decoded, opener, what, reader: None }
}

/// Whether the strings around `gap` are joined: with nothing between them (`true`), or with a value of its own.
fn joins(text: &str, gap: Span, family: &Family) -> Option<bool> {
    if gap.len() > NEAR {
        return None;
    }
    let raw = gap.of(text).trim_matches(|sign: char| sign.is_whitespace() || sign == '\\');
    if raw.is_empty() {
        return family.adjacent.then_some(true);
    }
    let raw = if family.adjacent { raw.trim_end_matches(['r', 'f', 'b']).trim_end() } else { raw };
    if raw.is_empty() || raw == family.joiner {
        return Some(true);
    }
    let inner = raw.strip_prefix(family.joiner)?.strip_suffix(family.joiner)?;
    (!inner.contains([';', '\n', ',', '"', '\''])).then_some(false)
}

/// Whether the string at `start` is text for users.
fn is_shown(text: &str, start: usize) -> bool {
    let from = (0..=start.saturating_sub(60)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let before = text.get(from..start).unwrap_or_default();
    let before = before.rsplit('\n').next().unwrap_or_default();
    let before = before.trim_end_matches([' ', '(', '=', '>', ':', '\t', '[', '$', '@', '"', '\'']);
    let before = before.strip_suffix(" f").or(before.strip_suffix("(f")).unwrap_or(before);
    let before = before.trim_end_matches([' ', '(', '=']);
    let word = before.rsplit(|sign: char| !sign.is_alphanumeric() && sign != '_').next().unwrap_or_default();
    let word = word.to_ascii_lowercase();
    SHOWN.contains(&word.as_str()) || word.ends_with("error") || word.ends_with("exception")
}

/// The text of a string, without its escapes.
fn write(decoder: &mut Decoder, text: &str, literal: &CodeLiteral, family: &Family) {
    let bytes = text.as_bytes();
    let end = literal.inner.end();
    let mut from = literal.inner.start();
    let mut at = from;
    while at < end {
        let next = bytes.get(at + 1).copied().filter(|_| at + 1 < end);
        let behind = bytes.get(at + 2).copied().filter(|_| at + 2 < end);
        let found = match (bytes.get(at), next) {
            (Some(b'\\'), Some(next)) => escaped(literal.escape, next).map(|meant| (meant, 2)),
            (Some(b'"'), Some(b'"')) if literal.escape == Escape::Doubled => Some(("\"", 2)),
            (Some(b'\''), Some(b'\'')) if literal.escape == Escape::Nix => match behind {
                Some(b'\'') => Some(("''", 3)),
                Some(b'$') => Some(("$", 3)),
                _ => None,
            },
            (Some(b'%'), Some(b's' | b'q' | b'v'))
                if !behind.is_some_and(|it| it.is_ascii_alphanumeric()) =>
            {
                Some((UNKNOWN, 2))
            }
            (Some(b'{'), _) if family.braces => placeholder(text, at, end).map(|len| (UNKNOWN, len)),
            _ => None,
        };
        match found {
            Some((meant, len)) => {
                decoder.verbatim(text, Span::new(from, at));
                decoder.decoded(meant, Span::new(at, at + len));
                at += len;
                from = at;
            }
            None => at += 1,
        }
    }
    decoder.verbatim(text, Span::new(from, end));
}

fn escaped(escape: Escape, next: u8) -> Option<&'static str> {
    match (escape, next) {
        (Escape::Backslash | Escape::Quote, b'\\') => Some("\\"),
        (Escape::Backslash | Escape::Quote, b'\'') => Some("'"),
        (Escape::Backslash, b'"') => Some("\""),
        (Escape::Backslash, b'`') => Some("`"),
        (Escape::Backslash, b'$') => Some("$"),
        (Escape::Backslash, b'n') => Some("\n"),
        (Escape::Backslash, b't') => Some("\t"),
        (Escape::Backslash, b'r' | b'\n') => Some(""),
        _ => None,
    }
}

/// Length of `{name}` at `at`.
fn placeholder(text: &str, at: usize, end: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    if matches!(before, Some(b'$' | b'{' | b'#')) {
        return None;
    }
    let name = |b: &&u8| b.is_ascii_alphanumeric() || b"_.[]()'!:".contains(b);
    let len = bytes.get(at + 1..end)?.iter().take_while(name).count();
    (bytes.get(at + 1 + len) == Some(&b'}') && bytes.get(at + 2 + len) != Some(&b'}')).then_some(len + 2)
}

/// Adds what is added to a string. Says where all of it is.
fn append(
    decoder: &mut Decoder,
    text: &str,
    family: &Family,
    found: &CodeFound,
    pieces: &[CodePiece],
    mut whole: Span,
) -> Span {
    for piece in pieces {
        let (literal, other) = parts(found, piece);
        if let Some(literal) = literal {
            write(decoder, text, literal, family);
            whole = whole.hull(literal.span);
        }
        if let Some(span) = other {
            if matches!(piece, CodePiece::Unknown(_)) {
                decoder.decoded(" ", Span::at(span.start()));
            }
            decoder.decoded(UNKNOWN, span);
            whole = whole.hull(span);
        }
    }
    whole
}

/// The string of a piece, and what is not one.
fn parts<'f>(found: &'f CodeFound, piece: &CodePiece) -> (Option<&'f CodeLiteral>, Option<Span>) {
    match piece {
        CodePiece::Item(Item::Literal(index)) => (found.literals.get(*index), None),
        CodePiece::Item(Item::Begins(index, rest)) => (found.literals.get(*index), Some(*rest)),
        CodePiece::Item(Item::Other(span)) | CodePiece::Unknown(span) => (None, Some(*span)),
    }
}

/// Options that show a list of words without a program.
const ENOUGH_OPTIONS: usize = 3;

/// `["gitlab-runner", "register", "--locked", token]` as a command line.
fn list(text: &str, family: &Family, found: &CodeFound, items: &[Item], added: &Added<'_>) -> Option<Region> {
    let literal = |item: &Item| match item {
        Item::Literal(index) | Item::Begins(index, _) => found.literals.get(*index),
        Item::Other(_) => None,
    };
    let subcommand =
        |item: &Item| literal(item).is_some_and(|it| !it.inner.of(text).contains([' ', '/', '-']));
    let options = items.iter().filter_map(literal).filter(|it| it.inner.of(text).starts_with('-')).count();
    let first = items.iter().find_map(literal)?;
    if options == 0 || options < ENOUGH_OPTIONS && !items.iter().any(subcommand) {
        return None;
    }
    let start = items.first().map(|item| match item {
        Item::Other(span) => span.start(),
        Item::Literal(_) | Item::Begins(..) => first.span.start(),
    })?;
    let mut decoder = Decoder::default();
    let mut whole = first.span;
    let end = items.iter().filter_map(literal).map(|it| it.span.end()).max().unwrap_or(start);
    let pieces: Vec<CodePiece> =
        items.iter().copied().map(CodePiece::Item).chain(added.pieces(start, end)).collect();
    for piece in &pieces {
        let (literal, other) = parts(found, piece);
        let Some(at) = literal.map(|it| it.span).or(other) else { continue };
        if !decoder.is_empty() {
            decoder.decoded(" ", Span::at(at.start()));
        }
        whole = whole.hull(at);
        let Some(literal) = literal else {
            decoder.decoded(UNKNOWN, at);
            continue;
        };
        let raw = literal.inner.of(text);
        let plain = !raw.is_empty()
            && !raw.contains(|sign: char| sign.is_whitespace() || "'\"\\;|&<>()`".contains(sign));
        let quote = if plain {
            ""
        } else if raw.contains('\'') {
            "\""
        } else {
            "'"
        };
        // A quote of the command line has the span of the string's own quote.
        let (open, close) = if literal.heredoc {
            (Span::at(literal.inner.start()), Span::at(literal.inner.end()))
        } else {
            (
                Span::new(literal.span.start(), literal.inner.start()),
                Span::new(literal.inner.end(), literal.span.end()),
            )
        };
        decoder.decoded(quote, open);
        write(&mut decoder, text, literal, family);
        decoder.decoded(quote, close);
        if let Some(span) = other {
            decoder.decoded(UNKNOWN, span);
            whole = whole.hull(span);
        }
    }
    Some(region(decoder.finish(whole, Codec::Sealed(SEALED)), first, "list"))
}
