//! Writes text into YAML scalars.

use super::NoEdit;
use crate::text::Span;

/// `text` instead of `span`, in a plain scalar.
pub(super) fn encode_plain(host: &str, span: Span, text: &str, flow: bool) -> Result<String, NoEdit> {
    let line_before = host.get(..span.start()).unwrap_or_default();
    let line_before = line_before.rsplit('\n').next().unwrap_or_default();
    let behind = host.get(span.end()..).unwrap_or_default();
    let line_behind = behind.split('\n').next().unwrap_or_default();
    if text.contains(|sign: char| {
        sign.is_control() || matches!(sign, '\u{feff}' | '\u{85}' | '\u{2028}' | '\u{2029}')
    }) {
        return Err(NoEdit::new("a plain value cannot contain line breaks"));
    }
    if flow && text.contains([',', '[', ']', '{', '}']) {
        return Err(NoEdit::new("a plain value in brackets cannot contain `,[]{}`"));
    }
    let next = line_behind.chars().next();
    let colon_ends = text.ends_with(':') && next.is_none_or(|next| next.is_whitespace() || flow);
    let sign_begins = text.starts_with('#') && line_before.ends_with([' ', '\t']);
    if text.contains(": ")
        || text.contains(":\t")
        || text.contains(" #")
        || text.contains("\t#")
        || colon_ends
        || sign_begins
    {
        return Err(NoEdit::new("a plain value cannot contain `: ` or ` #`"));
    }
    let ends = ends_scalar(line_behind, flow);
    if text.ends_with([' ', '\t']) && (ends || line_behind.starts_with('#')) {
        return Err(NoEdit::new("a plain value cannot end with a space"));
    }
    if begins_scalar(line_before) {
        let mut signs = text.chars();
        let (first, second) = (signs.next(), signs.next().or(next));
        let starts = match first {
            None | Some(' ' | '\t') => false,
            Some('-' | '?' | ':') => {
                second.is_some_and(|second| !(second.is_whitespace() || flow && ",[]{}".contains(second)))
            }
            Some(first) => !",[]{}#&*!|>'\"%@`".contains(first),
        };
        let marker = text.starts_with("---") || text.starts_with("...");
        if !starts || marker {
            return Err(NoEdit::new("a plain value cannot begin like this"));
        }
        if ends && means_something_else(text) {
            return Err(NoEdit::new("without quotes it would not be a string"));
        }
    }
    Ok(text.to_owned())
}

/// Whether a scalar or one of its lines begins after `before`.
fn begins_scalar(before: &str) -> bool {
    let trimmed = before.trim_end_matches([' ', '\t']);
    trimmed.is_empty()
        || trimmed.len() < before.len() && trimmed.ends_with([':', '-', '?', ','])
        || trimmed.ends_with(['[', '{', ','])
        || trimmed.rsplit([' ', '\t']).next().is_some_and(|word| word.starts_with(['!', '&']))
}

/// Whether a scalar ends before this text.
fn ends_scalar(behind: &str, flow: bool) -> bool {
    let rest = behind.trim_start_matches([' ', '\t', '\r']);
    rest.is_empty()
        || rest.len() < behind.len() && rest.starts_with('#')
        || rest.starts_with(':') && rest.get(1..2).is_none_or(|next| next.trim().is_empty())
        || flow && rest.starts_with([',', ']', '}'])
}

/// Whether some reader takes a plain `text` for null, a boolean, a number or a date.
fn means_something_else(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let word = matches!(
        lower.as_str(),
        "" | "~" | "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "=" | "<<"
    );
    let digits = lower.trim_start_matches(['-', '+', '.']);
    let number = digits.starts_with(|sign: char| sign.is_ascii_digit())
        && digits.bytes().all(|b| {
            b.is_ascii_hexdigit()
                || matches!(b, b'.' | b'_' | b':' | b'-' | b'+' | b'x' | b'o' | b't' | b'z' | b' ')
        });
    word || number || matches!(digits, "inf" | "nan")
}

/// `text` inside `'…'`.
pub(super) fn encode_single(text: &str) -> Result<String, NoEdit> {
    if text.contains(|sign: char| sign.is_control() && sign != '\t') {
        return Err(NoEdit::new("a value in single quotes cannot contain line breaks"));
    }
    Ok(text.replace('\'', "''"))
}

/// `text` inside `"…"`.
pub(super) fn encode_double(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            sign if sign.is_control() || matches!(sign, '\u{feff}' | '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(sign)));
            }
            sign => out.push(sign),
        }
    }
    out
}

/// `text` instead of `span`, in a block scalar (`|`) with `indent` columns before each line.
pub(super) fn encode_literal(host: &str, span: Span, text: &str, indent: usize) -> Result<String, NoEdit> {
    let before = host.get(..span.start()).unwrap_or_default();
    if text.contains(|sign: char| sign.is_control() && !matches!(sign, '\n' | '\t')) {
        return Err(NoEdit::new("a block scalar cannot contain control characters"));
    }
    let eol = if before.ends_with("\r\n") || before.contains("\r\n") { "\r\n" } else { "\n" };
    Ok(text.replace('\n', &format!("{eol}{}", " ".repeat(indent))))
}

/// `text` instead of `span`, in a block scalar that folds its lines (`>`).
pub(super) fn encode_folded(host: &str, span: Span, text: &str) -> Result<String, NoEdit> {
    if text.is_empty() || text.contains(|sign: char| sign.is_control() && sign != '\t') {
        return Err(NoEdit::new("the value is folded over several lines"));
    }
    if span.of(host).contains('\n') {
        return Err(NoEdit::new("the value is folded over several lines"));
    }
    let before = host.get(..span.start()).unwrap_or_default();
    let line_before = before.rsplit('\n').next().unwrap_or_default();
    if line_before.trim().is_empty() && text.starts_with([' ', '\t']) {
        return Err(NoEdit::new("a folded line cannot begin with a space"));
    }
    Ok(text.to_owned())
}
