//! The hover of a finding: what to do here, and the page of its rule.

use super::checked::LintedDocument;
use super::client::Client;
use crate::finding::{Finding, Safety};
use crate::report::rules::{catalogue, page};
use crate::report::{fix_reason, refusal};
use gen_lsp_types::{Hover, MarkupContent, MarkupKind, Position};

/// The findings at a place, explained.
pub(super) fn hover(checked: &LintedDocument, client: &Client, at: Position) -> Option<Hover> {
    let offset = checked.text.offset(at);
    let here = |it: &&Finding| it.span.start() <= offset && offset <= it.span.end();
    let findings: Vec<&Finding> = checked.open().filter(here).collect();
    let first = findings.first()?;
    let rules = catalogue(&checked.place.settings.catalogue);
    let mut pages: Vec<String> = Vec::new();
    for finding in &findings {
        let same = findings.iter().filter(|it| it.rule == finding.rule);
        let texts: Vec<String> = same.map(|it| what_to_do(checked, it)).collect();
        let rule = rules.iter().find(|it| it.id == finding.rule).map(page).unwrap_or_default();
        let page = format!("{}\n\n---\n\n{rule}", texts.join("\n\n"));
        if !pages.contains(&page) {
            pages.push(page);
        }
    }
    let kind = if client.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    let contents = MarkupContent { kind, value: pages.join("\n\n---\n\n") };
    Some(Hover { contents: contents.into(), range: Some(checked.text.range(first.span)) })
}

/// In addition to the message: why here, what to do, and what the fix would do.
fn what_to_do(checked: &LintedDocument, finding: &Finding) -> String {
    let fix = match &finding.fix {
        Ok(fix) if fix.safety == Safety::Safe => ("Fix", fix.message.clone()),
        Ok(fix) => ("Unsafe fix", fix.message.clone()),
        Err(refused) => ("No fix", refusal(refused)),
    };
    let reason = finding.fix.as_ref().ok().and_then(fix_reason).unwrap_or_default();
    let (label, help) = (finding.label.clone(), finding.help.to_string());
    let lines = [("Here", label), ("To do", help), fix, ("Unsafe", reason)];
    let lines = lines.iter().filter(|(_, text)| !text.is_empty());
    let line = |(what, text): &(&str, String)| format!("{what}: {}", plain(&checked.mask.prose(text)));
    lines.map(line).collect::<Vec<_>>().join("\n\n")
}

/// A sentence that may quote a file, in which Markdown sees nothing but our code spans.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    // Pairs of single backquotes are ours; others are text of a file.
    let spans = text.matches('`').count().is_multiple_of(2) && !text.contains("``");
    let mut in_code = false;
    for c in text.chars() {
        in_code ^= spans && c == '`';
        let special = matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '!' | '#' | '&' | '|' | '~')
            || c == '`' && !spans;
        if special && !in_code {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_a_file_says_is_no_markdown() {
        for (text, expected) in [
            ("drop `--tag-list` here", "drop `--tag-list` here"),
            ("`a_b` and a_b", "`a_b` and a\\_b"),
            ("![x](http://e)", "\\!\\[x\\](http://e)"),
            ("`x` and `y", "\\`x\\` and \\`y"),
            ("``![x]`y`", "\\`\\`\\!\\[x\\]\\`y\\`"),
        ] {
            assert_eq!(super::plain(text), expected);
        }
    }
}
