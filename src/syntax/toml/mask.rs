//! Masks template expressions so that a TOML parser can read what is around them.
//!
//! The masked text has the same length: tags on lines of their own become spaces, tags in strings and keys a word of
//! `x`, and a value with a tag becomes a string.

use crate::syntax::template::{self, Tag};
use crate::text::Span;

/// A text without its template expressions.
#[derive(Debug)]
pub(super) struct TomlMasked {
    /// Of the same length as the text.
    pub(super) shape: String,
    /// What is masked, by position.
    pub(super) tags: Vec<Tag>,
}

/// Where the masker is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TomlState {
    /// Before the `=` of a line, or in a header.
    Key,
    /// After the `=`.
    Value,
    /// In a string, with its quote.
    Text(u8, bool),
    /// In a comment.
    Comment,
}

/// Masks the template expressions of `text`, except those in comments.
pub(super) fn mask(text: &str) -> TomlMasked {
    let found = template::tags(text, true);
    let bytes = text.as_bytes();
    let mut shape = bytes.to_vec();
    let mut tags = Vec::new();
    let mut rest = found.iter().copied().peekable();
    let mut state = TomlState::Key;
    let mut depth = 0_usize;
    // Where the current word or value begins.
    let mut word = 0;
    let mut at = 0;
    // Whether the line has only tags and whitespace so far.
    let mut bare = true;
    while let Some(byte) = bytes.get(at).copied() {
        while rest.next_if(|tag| tag.span.start() < at).is_some() {}
        if let Some(tag) = rest.next_if(|tag| tag.span.start() == at && state != TomlState::Comment) {
            tags.push(tag);
            at = tag.span.end();
            match state {
                TomlState::Key | TomlState::Value if bare && alone(text, at, rest.peek()) => {
                    blank(&mut shape, tag.span);
                }
                TomlState::Value => {
                    at = value_end(bytes, at, &mut rest, &mut tags);
                    quote(&mut shape, Span::new(word.min(tag.span.start()), at));
                }
                _ => fill(&mut shape, tag.span),
            }
            continue;
        }
        let three = bytes.get(at..at + 3) == Some(&[byte; 3]);
        at += 1;
        bare &= matches!(byte, b' ' | b'\t' | b'\r');
        match (state, byte) {
            (TomlState::Text(b'"', _), b'\\') => at += 1,
            (TomlState::Text(quote, lines), _) if byte == quote && (!lines || three) => {
                at += if lines { 2 } else { 0 };
                state = TomlState::Value;
                word = at;
            }
            (TomlState::Text(_, true), b'\n') => bare = false,
            (_, b'\n') => {
                let goes_on = depth > 0 && state != TomlState::Key;
                state = if goes_on { TomlState::Value } else { TomlState::Key };
                depth = if goes_on { depth } else { 0 };
                bare = true;
                word = at;
            }
            (TomlState::Comment | TomlState::Text(..), _) => {}
            (TomlState::Key, b'=') => {
                state = TomlState::Value;
                word = at;
            }
            (_, b'#') => state = if depth > 0 { comment(bytes, &mut at) } else { TomlState::Comment },
            (TomlState::Value, b'"' | b'\'') => {
                at += if three { 2 } else { 0 };
                state = TomlState::Text(byte, three);
            }
            (TomlState::Value, b'[' | b'{') => {
                depth += 1;
                word = at;
            }
            (TomlState::Value, b']' | b'}') => {
                depth = depth.saturating_sub(1);
                word = at;
            }
            (TomlState::Value, b' ' | b'\t' | b',' | b'=') => word = at,
            _ => {}
        }
    }
    // Whole expressions are written over by ASCII, so this stays UTF-8.
    TomlMasked { shape: String::from_utf8(shape).unwrap_or_else(|_| text.to_owned()), tags }
}

/// Passes a comment between brackets.
fn comment(bytes: &[u8], at: &mut usize) -> TomlState {
    let rest = bytes.get(*at..).unwrap_or_default();
    *at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    TomlState::Value
}

/// Whether only tags are between `at` and the end of the line.
fn alone(text: &str, at: usize, next: Option<&Tag>) -> bool {
    let rest = text.get(at..).unwrap_or_default().trim_start_matches([' ', '\t', '\r']);
    rest.is_empty()
        || rest.starts_with(['\n', '#'])
        || next.is_some_and(|tag| tag.span.start() == text.len() - rest.len())
}

/// Where the value ends that a tag before `at` is part of.
fn value_end(
    bytes: &[u8],
    mut at: usize,
    rest: &mut std::iter::Peekable<impl Iterator<Item = Tag>>,
    tags: &mut Vec<Tag>,
) -> usize {
    while let Some(byte) = bytes.get(at) {
        if let Some(tag) = rest.next_if(|tag| tag.span.start() == at) {
            at = tag.span.end();
            tags.push(tag);
        } else if byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}' | b'#' | b'"' | b'\'') {
            break;
        } else {
            at += 1;
        }
    }
    at
}

/// Spaces; line breaks stay.
fn blank(shape: &mut [u8], span: Span) {
    for byte in shape.get_mut(span.range()).unwrap_or_default() {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

fn fill(shape: &mut [u8], span: Span) {
    shape.get_mut(span.range()).unwrap_or_default().fill(b'x');
}

/// A string of the same length.
fn quote(shape: &mut [u8], span: Span) {
    fill(shape, span);
    for at in [span.start(), span.end().saturating_sub(1)] {
        if let Some(byte) = shape.get_mut(at) {
            *byte = b'\'';
        }
    }
}
