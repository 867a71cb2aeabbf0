//! Template expressions in a text of any language: Go templates, Jinja, ERB, Terraform directives.

use crate::facts::Comment;
use crate::text::Span;

/// A template expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    /// Its bytes, delimiters included.
    pub(super) span: Span,
    pub(super) role: TagRole,
}

/// What a template expression does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagRole {
    /// Writes a value.
    Value,
    /// Writes several lines, or structure (`| nindent 4`, `toYaml`).
    Structure,
    /// Decides what is there: `if`, `for`, `with`, `end`.
    Control,
    /// A comment, an assignment: writes nothing.
    Silent,
}

/// Whether a template expression is a comment: `{{/* */}}`, `{{! }}`, `{# #}`, `<%# %>`.
pub(super) fn is_comment(tag: &str) -> bool {
    let inside = tag.get(2..).unwrap_or_default().trim_start_matches(['-', '~', '+']).trim_start();
    match tag.get(..2).unwrap_or_default() {
        "{#" => true,
        "{{" => inside.starts_with("/*") || inside.starts_with('!'),
        "<%" => inside.starts_with('#'),
        _ => false,
    }
}

/// The comments among `tags`.
pub(super) fn comments(text: &str, tags: &[Tag]) -> impl Iterator<Item = Comment> {
    let comments = tags.iter().filter(|tag| tag.role == TagRole::Silent && is_comment(tag.span.of(text)));
    comments.map(|tag| {
        let before = text.get(..tag.span.start()).unwrap_or_default();
        let line = before.trim_end_matches([' ', '\t']);
        Comment { span: tag.span, own_line: line.is_empty() || line.ends_with('\n') }
    })
}

/// Bytes that may be searched for closing delimiters that never come, for each byte of text.
const PATIENCE: usize = 8;

/// All template expressions of `text`, by position. `shell` takes `${…}` in as well.
pub(super) fn tags(text: &str, dollar: bool) -> Vec<Tag> {
    let bytes = text.as_bytes();
    let mut budget = PATIENCE * text.len() + 4096;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) =
        bytes.get(at..).and_then(|rest| rest.iter().position(|b| matches!(b, b'{' | b'%' | b'<' | b'$')))
    {
        at += next;
        let sign = bytes.get(at..at + 2).unwrap_or_default();
        let end = match sign {
            b"{{" => curly(text, at, &mut budget),
            b"{%" => until(text, at, "%}", &mut budget),
            b"{#" => until(text, at, "#}", &mut budget),
            b"<%" => until(text, at, "%>", &mut budget),
            b"%{" => braced(text, at, &mut budget),
            b"${" if dollar => braced(text, at, &mut budget),
            _ => None,
        };
        match end {
            Some(end) => {
                let span = Span::new(at, end);
                found.push(Tag { span, role: role(span.of(text)) });
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// Whether `span` contains a byte of one of `tags`, which are sorted.
pub(super) fn touches(tags: &[Tag], span: Span) -> bool {
    let next = tags.partition_point(|tag| tag.span.end() <= span.start());
    tags.get(next).is_some_and(|tag| tag.span.start() < span.end())
}

/// Whether `span` cuts one of `tags`, which are sorted, or contains one that does more than write a value.
pub(super) fn guards(tags: &[Tag], span: Span) -> bool {
    let next = tags.partition_point(|tag| tag.span.end() <= span.start());
    let within = tags.get(next..).unwrap_or_default();
    within
        .iter()
        .take_while(|tag| tag.span.start() < span.end())
        .any(|tag| tag.role != TagRole::Value || !span.contains(tag.span))
}

/// Whether `text` contains the start of a template expression.
pub(super) fn has_opener(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Called for every scalar: `{{`, `${`, `#{`, `%{`, and `{%`, `<%`, all at once.
    memchr::memchr2_iter(b'{', b'%', bytes).any(|at| {
        let pair = bytes.get(at.wrapping_sub(1)).zip(bytes.get(at));
        matches!(pair, Some((b'{' | b'$' | b'#' | b'%', b'{') | (b'{' | b'<', b'%')))
    })
}

/// The longest expression that is searched for, in bytes.
const LONGEST: usize = 64 * 1024;

fn until(text: &str, at: usize, close: &str, budget: &mut usize) -> Option<usize> {
    let limit = (at + 2 + LONGEST.min(*budget)).min(text.len());
    let rest = text.as_bytes().get(at + 2..limit)?;
    let close = close.as_bytes();
    let found = rest.windows(close.len()).position(|window| window == close);
    if found.is_none() {
        *budget = budget.saturating_sub(rest.len());
    }
    found.map(|found| at + 2 + found + close.len())
}

/// The end of `{{ … }}`: braces nest, strings hide braces, `{{/*` ends at `*/`.
fn curly(text: &str, at: usize, budget: &mut usize) -> Option<usize> {
    let inside = text.get(at + 2..)?.trim_start_matches('-').trim_start();
    if inside.starts_with("/*") {
        let end = until(text, at, "*/", budget)?;
        return until(text, end.saturating_sub(2), "}}", budget);
    }
    balanced(text, at + 2, b"}}", budget).or_else(|| on_its_line(text, at, budget))
}

/// The end of a `{{` whose inside does not add up: the next `}}` of its line.
fn on_its_line(text: &str, at: usize, budget: &mut usize) -> Option<usize> {
    let limit = (at + LONGEST.min(*budget)).min(text.len());
    let rest = text.as_bytes().get(at..limit)?;
    let stop =
        rest.windows(2).position(|pair| pair == b"}}" || pair.starts_with(b"\n")).unwrap_or(rest.len());
    if rest.get(stop..).is_some_and(|rest| rest.starts_with(b"}}")) {
        return Some(at + stop + 2);
    }
    *budget = budget.saturating_sub(stop);
    None
}

/// The end of `%{ … }` or `${ … }`.
fn braced(text: &str, at: usize, budget: &mut usize) -> Option<usize> {
    balanced(text, at + 2, b"}", budget)
}

fn balanced(text: &str, from: usize, close: &[u8], budget: &mut usize) -> Option<usize> {
    let limit = (from + LONGEST.min(*budget)).min(text.len());
    let bytes = text.as_bytes().get(..limit)?;
    let mut depth = 0_usize;
    let mut quote = None;
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'`') => quote = Some(*byte),
            (None, b'{') => depth += 1,
            (None, b'}') if depth > 0 => depth -= 1,
            (None, b'}') if bytes.get(at..at + close.len()) == Some(close) => return Some(at + close.len()),
            (None, b'\n') if close.len() == 1 => break,
            _ => {}
        }
        at += 1;
    }
    *budget = budget.saturating_sub(at.saturating_sub(from));
    None
}

fn role(tag: &str) -> TagRole {
    let inside = tag.get(2..).unwrap_or_default();
    let sign = tag.get(..2).unwrap_or_default();
    let inside = inside.trim_start_matches(['-', '~', '+']).trim_start();
    let word: &str =
        inside.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
    match sign {
        "{#" => TagRole::Silent,
        "{{" if inside.starts_with("/*") || inside.starts_with('!') => TagRole::Silent,
        "{{" => match word {
            "if" | "else" | "end" | "range" | "with" | "define" | "block" | "break" | "continue" => {
                TagRole::Control
            }
            "" if inside.starts_with('$') && inside.contains(":=") => TagRole::Silent,
            _ if ["nindent", "indent", "toYaml", "to_nice_yaml"].iter().any(|name| inside.contains(name)) => {
                TagRole::Structure
            }
            _ => TagRole::Value,
        },
        "{%" if matches!(word, "set" | "import" | "from" | "do" | "raw" | "endraw") => TagRole::Silent,
        "<%" if inside.starts_with('#') => TagRole::Silent,
        "<%" if inside.starts_with('=') => TagRole::Value,
        "${" => TagRole::Value,
        _ => TagRole::Control,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_begins_with_two_signs() {
        for text in ["{{", "a {{ b", "{% x", "${A}", "<%= x", "#{x}", "%{x}", "é{{"] {
            assert!(has_opener(text), "{text}");
        }
        for text in ["", "{", "%", "{ {", "a{b}", "100%", "% {", "$", "$ {", "><", "#", "%}{"] {
            assert!(!has_opener(text), "{text}");
        }
    }
}
