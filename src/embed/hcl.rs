//! Writes text into HCL strings and here-documents.

use super::{NoEdit, shell};
use crate::text::{Eol, Span};

/// `text` instead of `span`, in `"…"`.
pub(super) fn encode_quoted(host: &str, span: Span, text: &str) -> Result<String, NoEdit> {
    check_templates(host, span, text)?;
    let mut out = String::with_capacity(text.len());
    for letter in literal(text).chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    Ok(out)
}

/// `text` instead of `span`, in a here-document that removes the whitespace `indent` before each line.
pub(super) fn encode_heredoc(
    host: &str,
    span: Span,
    text: &str,
    indent: &str,
    delimiter: &str,
) -> Result<String, NoEdit> {
    check_templates(host, span, text)?;
    if text.contains(|sign: char| sign.is_control() && !matches!(sign, '\n' | '\t')) {
        return Err(NoEdit::new("a here-document cannot contain control characters"));
    }
    // The delimiter may be indented; it ends the document regardless of the whitespace before it.
    if text.split('\n').any(|line| line.trim() == delimiter)
        || shell::ends_heredoc(host, span, text, true, delimiter)
    {
        return Err(NoEdit::new("it would end the here-document"));
    }
    let before = host.get(..span.start()).unwrap_or_default();
    let before = before.rsplit('\n').next().unwrap_or_default();
    // Where whole lines are replaced, the line after them has its own indentation already.
    let ends = span.of(host).ends_with('\n')
        || host.get(span.end()..).is_none_or(|behind| behind.starts_with(['\n', '\r']));
    let written = literal(text);
    let mut lines = written.split('\n').peekable();
    let mut out = String::with_capacity(written.len());
    let mut first = true;
    while let Some(line) = lines.next() {
        // A line without text keeps all its whitespace, so it must not get any.
        let blank = line.trim().is_empty() && (ends || lines.peek().is_some());
        if blank && first && !indent.is_empty() && before.trim().is_empty() && !before.is_empty() {
            return Err(NoEdit::new("the spaces before it would become part of the here-document"));
        }
        out.push_str(if first { "" } else { Eol::of(host).as_str() });
        out.push_str(if first || blank { "" } else { indent });
        out.push_str(line);
        first = false;
    }
    Ok(out)
}

/// `text` so that no template begins in it.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, template) = rest.split_at(at);
        out.push_str(before);
        // No shell has a variable with a dot: this is what the caller wants from HCL.
        out.push_str(if is_reference(template) { "${" } else { "$${" });
        rest = template.get(2..).unwrap_or_default();
    }
    out.push_str(rest);
    out.replace("%{", "%%{")
}

/// Whether a text begins with `${root.name`.
fn is_reference(text: &str) -> bool {
    let inside = text.strip_prefix("${").unwrap_or_default();
    let part = |text: &str| text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let root = part(inside);
    let behind = inside.get(root..).unwrap_or_default();
    let name = behind.strip_prefix('.').map_or(0, part);
    root > 0 && name > 0
}

/// Refuses a text that would begin a template together with the text next to it, or hide one.
fn check_templates(host: &str, span: Span, text: &str) -> Result<(), NoEdit> {
    let before = host.get(..span.start()).unwrap_or_default();
    let behind = host.get(span.end()..).unwrap_or_default();
    let opens = |text: &str| text.contains("${") || text.contains("%{");
    if opens(&span.of(host).replace("$${", "").replace("%%{", "")) && opens(text) && !is_reference(text) {
        // The inner text shows `${…}` for a template of the host and for an escaped one alike.
        return Err(NoEdit::new("a template expression is in the way"));
    }
    let meets = before.ends_with(['$', '%']) && text.starts_with(['$', '%', '{'])
        || text.ends_with(['$', '%']) && behind.starts_with(['$', '%', '{']);
    if meets || text.contains("$${") || text.contains("%%{") {
        return Err(NoEdit::new("with the text next to it, it would become a template expression"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_never_begin_by_accident() {
        let at = Span::new(2, 3);
        let quoted = |host: &str, text: &str| encode_quoted(host, at, text).ok();
        assert_eq!(quoted("\"abc\"", "a\"\\\n${X} %{ if }").as_deref(), Some("a\\\"\\\\\\n$${X} %%{ if }"));
        assert_eq!(quoted("\"$bc\"", "{x}"), None);
        assert_eq!(quoted("\"ab{\"", "$"), None);
        assert_eq!(quoted("\"ab{\"", "$x").as_deref(), Some("$x"));
        assert_eq!(encode_quoted("\"${a}\"", Span::new(1, 5), "${b}").ok(), None);
        let host = "<<-EOT\n  abc\n  EOT\n";
        let heredoc = |text: &str| encode_heredoc(host, Span::new(9, 12), text, "  ", "EOT").ok();
        assert_eq!(heredoc("a\nb ${C} \\").as_deref(), Some("a\n  b $${C} \\"));
        assert_eq!(heredoc("x\n EOT\ny"), None);
        assert_eq!(heredoc("EOT"), None);
        assert_eq!(heredoc("a\rb"), None);
    }
}
