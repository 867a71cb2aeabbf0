//! Which literal pieces have the form of a name.

use super::SHORTEST;
use crate::text::Span;

/// Words of letters joined by `_`, `-` or `.`, with digits only at the end of a word: `REGISTRATION_TOKEN`, `runner-1`.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.split(['_', '-', '.']).all(|word| {
        let letters = word.trim_end_matches(|sign: char| sign.is_ascii_digit());
        let digits = word.len() - letters.len();
        letters.bytes().all(|byte| byte.is_ascii_alphabetic()) && (!letters.is_empty() || digits <= 4)
    })
}

/// `/run/secrets/token`, `./token`, `~/token`, `secret/data/runner`.
fn is_path(text: &str) -> bool {
    text.starts_with(['/', '~'])
        || text.starts_with("./")
        || text.starts_with("../")
        || text.split('/').all(is_identifier)
}

/// The parts of a word that have the form of no name: bytes of `text`.
pub(super) fn secrets(text: &str) -> Vec<Span> {
    if text.len() < SHORTEST || is_identifier(text) {
        return Vec::new();
    }
    if let Some(at) = text.find("://") {
        let scheme = text.get(..at).unwrap_or_default();
        let begin = scheme.rfind(|sign: char| !sign.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
        let mut found = parts(text, Span::new(0, begin));
        found.extend(of_url(text, at + 3));
        return found;
    }
    parts(text, Span::new(0, text.len()))
}

/// The user info and the values of the query of a URL whose host begins at `host`.
fn of_url(text: &str, host: usize) -> Vec<Span> {
    let rest = text.get(host..).unwrap_or_default();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    let mut found = Vec::new();
    if let Some(at) = authority.rfind('@') {
        let user = rest.get(..at).unwrap_or_default();
        let (name, password) = user.split_once(':').unwrap_or(("", user));
        let start = host + user.len() - password.len();
        found.extend(long(text, Span::new(start, host + at)));
        found.extend(parts(text, Span::new(host, host + name.len())));
    }
    if let Some(query) = rest.find('?') {
        let from = host + query + 1;
        let query = text.get(from..).unwrap_or_default();
        let mut at = from;
        for pair in query.split(['&', ';', '#']) {
            let value = pair.split_once('=').map_or(pair, |(_, value)| value);
            let end = at + pair.len();
            found.extend(parts(text, Span::new(end - value.len(), end)));
            at = end + 1;
        }
    }
    found
}

fn long(text: &str, span: Span) -> Option<Span> {
    (span.of(text).chars().count() >= SHORTEST).then_some(span)
}

/// What separates words in an argument: `user:password`, `token=…`, `a,b`, `.data["x"]`.
fn separates(sign: char) -> bool {
    matches!(
        sign,
        '=' | ':'
            | ','
            | ';'
            | '&'
            | '|'
            | '('
            | ')'
            | '['
            | ']'
            | '{'
            | '}'
            | '<'
            | '>'
            | '"'
            | '\''
            | '`'
            | '?'
    ) || sign.is_whitespace()
}

/// The words of `span` that have the form of no name.
fn parts(text: &str, span: Span) -> Vec<Span> {
    let whole = span.of(text);
    let mut found = Vec::new();
    let mut at = span.start();
    for part in whole.split(separates) {
        let start = at;
        at = start + part.len();
        let end = at;
        at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        // The padding of base64 belongs to it.
        let padding = text.get(end..span.end()).unwrap_or_default();
        let padding = padding.bytes().take(2).take_while(|byte| *byte == b'=').count();
        let is_base64 = padding > 0 && part.len() >= 12 && (part.len() + padding) % 4 == 0;
        let is_base64 =
            is_base64 && end + padding == span.end() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if part.chars().count() < SHORTEST || is_named(part) && !is_base64 {
            continue;
        }
        found.push(Span::new(start, end + padding));
    }
    found
}

/// Whether a word has the form of a name, a path, an option, or of something that consists of names.
pub(crate) fn is_named(word: &str) -> bool {
    let name = word.trim_start_matches(['-', '.', '@', '%', '+', '!', '#', '$', '*', '^', '\\']);
    let name = name.trim_end_matches(['*', '.', '!', '+', '#', '$', '\\', '%', '^']);
    if is_identifier(name) || is_path(name) {
        return true;
    }
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.' | '/');
    let mut odd = false;
    let named = name.split(|sign: char| !is_part(sign) && sign.is_ascii()).all(|run| {
        odd |= run.len() == name.len();
        run.is_empty() || is_identifier(run) || run.split('/').all(is_identifier)
    });
    named && !odd
}
