//! Writes text into TOML strings.

use super::{NoEdit, yaml};
use crate::text::{Eol, Span};

/// `text` instead of `span`, in `"…"`, or in `"""…"""` where `lines`.
pub(super) fn encode_basic(host: &str, span: Span, text: &str, lines: bool) -> String {
    if !lines {
        // The escapes of YAML and JSON are those of TOML.
        return yaml::encode_double(text);
    }
    let before = host.get(..span.start()).unwrap_or_default();
    let behind = host.get(span.end()..).unwrap_or_default();
    let eol = Eol::of(host).as_str();
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let opens = out.is_empty() && before.ends_with("\"\"\"");
        let next = letters.peek().copied().or_else(|| behind.chars().next());
        match letter {
            // A line break directly after the opening quotes would not count.
            '\n' if opens => out.push_str("\\n"),
            '\n' => out.push_str(eol),
            '\t' => out.push('\t'),
            // Three quotes in a row would end the string.
            '"' if next == Some('"') || out.ends_with('"') || out.is_empty() && before.ends_with('"') => {
                out.push_str("\\\"");
            }
            '"' => out.push('"'),
            other => out.push_str(&yaml::encode_double(other.encode_utf8(&mut [0; 4]))),
        }
    }
    out
}

/// `text` instead of `span`, in `'…'`, or in `'''…'''` where `lines`.
pub(super) fn encode_literal(host: &str, span: Span, text: &str, lines: bool) -> Result<String, NoEdit> {
    let control = |sign: char| sign.is_control() && sign != '\t' && !(lines && sign == '\n');
    if text.contains(control) {
        return Err(NoEdit::new(
            "a TOML string in single quotes cannot contain line breaks or control characters",
        ));
    }
    if !lines {
        return if text.contains('\'') {
            Err(NoEdit::new("a TOML string in single quotes cannot contain `'`"))
        } else {
            Ok(text.to_owned())
        };
    }
    let before = host.get(..span.start()).unwrap_or_default();
    let behind = host.get(span.end()..).unwrap_or_default();
    let meets =
        text.starts_with('\'') && before.ends_with('\'') || text.ends_with('\'') && behind.starts_with('\'');
    if meets || text.contains("''") {
        return Err(NoEdit::new("the quotes would end the TOML string"));
    }
    if text.starts_with('\n') && before.ends_with("'''") {
        return Err(NoEdit::new("the first line break of a TOML string does not count"));
    }
    Ok(text.replace('\n', Eol::of(host).as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_hold_what_they_can() {
        let at = Span::new(6, 7);
        let line = |text| encode_basic("\"\"\"abcd\"\"\"", at, text, true);
        assert_eq!(line("a\"b"), "a\"b");
        assert_eq!(line("\"\"\""), "\\\"\\\"\\\"");
        assert_eq!(line("\\x\n\u{7}"), "\\\\x\n\\u0007");
        assert_eq!(encode_basic("\"\"\"\"\"\"", Span::at(3), "\n\"", true), "\\n\\\"");
        assert_eq!(encode_basic("\"abcd\"", Span::new(2, 3), "\"\n\\", false), "\\\"\\n\\\\");
        assert_eq!(encode_literal("'abcd'", Span::new(2, 3), "a\\\"", false).as_deref(), Ok("a\\\""));
        assert!(encode_literal("'abcd'", Span::new(2, 3), "it's", false).is_err());
        assert!(encode_literal("'abcd'", Span::new(2, 3), "a\nb", false).is_err());
        assert_eq!(encode_literal("'''\r\nabcd'''", at, "it's\n", true).as_deref(), Ok("it's\r\n"));
        assert!(encode_literal("'''abcd'''", at, "''", true).is_err());
        assert!(encode_literal("'''abcd'''", Span::new(5, 6), "x'", true).is_ok());
        assert!(encode_literal("'''abcd'''", Span::new(6, 7), "\u{1}", true).is_err());
        assert!(encode_literal("''''''", Span::at(3), "\n", true).is_err());
    }
}
