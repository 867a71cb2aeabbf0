use super::words::parts;
use super::{Run, fix_line, is_open, json, shown_fix};
use crate::finding::{Finding, Fix, Safety, Severity};
use crate::mask::Mask;
use crate::run::CheckedFile;
use crate::text::{Edit, EditSet, Source, Span};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Bytes that one suggestion may replace: reviewdog reads no line of 64 KiB.
const BYTES: usize = 16_000;

/// reviewdog's `Diagnostic`.
#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: RdLocation<'a>,
    severity: &'static str,
    source: Tool,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestions: Option<[Suggestion; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct RdLocation<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: RdPosition,
    end: RdPosition,
}

/// A column counts bytes, from 1.
#[derive(Serialize)]
struct RdPosition {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    url: &'a str,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Related<'a> {
    message: String,
    location: RdLocation<'a>,
}

/// One `Diagnostic` on each line.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in run.files.iter().filter(|file| file.linted.findings.iter().any(is_open)) {
        let mask = file.mask(run.show_secrets);
        let mut offered = BTreeSet::new();
        for finding in file.linted.findings.iter().filter(|it| is_open(it)) {
            let mut diagnostic = diagnostic(file, &mask, finding);
            // The fix of a unit is one suggestion: it is offered at its first finding.
            if finding.group().filter(|_| finding.unit.is_some()).is_none_or(|group| offered.insert(group)) {
                let fix = shown_fix(finding, &mask).ok().filter(|fix| fix.safety == Safety::Safe);
                diagnostic.suggestions =
                    fix.and_then(|fix| suggestion(&file.source, &mask, fix)).map(|it| [it]);
            }
            json::line(&diagnostic, out)?;
        }
    }
    Ok(())
}

fn diagnostic<'a>(file: &'a CheckedFile, mask: &Mask, finding: &'a Finding) -> Diagnostic<'a> {
    let location = |span| RdLocation { path: &file.path, range: range(&file.source, span) };
    let related = finding.related.iter().filter(|it| !it.text.is_empty());
    let lines: Vec<_> = parts(finding, mask).into_iter().chain(fix_line(finding, mask)).collect();
    Diagnostic {
        message: lines.join("\n"),
        location: location(finding.span),
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        source: Tool { name: "runnerlint" },
        code: Code { value: &finding.rule, url: &finding.url },
        suggestions: None,
        related_locations: related
            .map(|it| Related { message: mask.prose(&it.text), location: location(it.span) })
            .collect(),
    }
}

fn range(source: &Source, span: Span) -> Range {
    Range { start: place(source, span.start()), end: place(source, span.end()) }
}

fn place(source: &Source, offset: usize) -> RdPosition {
    let line = source.line_at(offset);
    let column = offset.saturating_sub(source.line_span(line).start()) + 1;
    RdPosition { line: line + 1, column }
}

/// All edits of a fix as one, from the first to the last. `None` where the text between them cannot be shown.
fn suggestion(source: &Source, mask: &Mask, fix: &Fix) -> Option<Suggestion> {
    let hull = fix.edits.iter().map(|edit| edit.span).reduce(Span::hull)?;
    if hull.len() > BYTES || source.touches_invalid(hull) {
        return None;
    }
    let old = source.bytes().get(hull.range())?;
    if mask.excerpt(source.bytes(), hull) != old {
        return None;
    }
    let inside = |edit: &Edit| {
        let span = Span::new(edit.span.start() - hull.start(), edit.span.end() - hull.start());
        Edit::replace(span, edit.replacement.clone())
    };
    let mut edits = EditSet::default();
    edits.insert_all(fix.edits.iter().map(inside)).ok()?;
    let text = String::from_utf8(edits.apply(old)).ok()?;
    Some(Suggestion { range: range(source, hull), text })
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn each_finding_is_a_diagnostic() {
        insta::assert_snapshot!(samples::text(write));
        assert_eq!(samples::empty(write), "");
    }

    /// Lines and columns of the suggestion for edits, and its text.
    fn suggested(text: &str, edits: &[(&str, &str)]) -> Option<(String, String)> {
        let source = Source::new(text.as_bytes().to_vec());
        let edit = |(old, new): &(&str, &str)| {
            let at = text.find(old).unwrap();
            Edit::replace(Span::new(at, at + old.len()), *new)
        };
        let edits = edits.iter().map(edit).collect();
        let fix =
            Fix { safety: Safety::Safe, cautions: [].into(), message: String::new(), edits, listed: true };
        let mask = Mask::new(false, &source, &[]);
        let Suggestion { range: Range { start, end }, text } = suggestion(&source, &mask, &fix)?;
        Some((format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column), text))
    }

    #[test]
    fn suggestions_go_from_the_first_to_the_last_edit() {
        let some = |place: &str, text: &str| Some((place.to_owned(), text.to_owned()));
        let token = "glrt-0123456789";
        assert_eq!(suggested("a\nb --locked c\nd\n", &[(" --locked", "")]), some("2:2-2:11", ""));
        assert_eq!(suggested("a\nb\r\nc\n", &[("b\r\n", "")]), some("2:1-3:1", ""));
        assert_eq!(suggested("a\r\nb\r\nc\r\nd", &[("a", "A"), ("b\r\n", "")]), some("1:1-3:1", "A\r\n"));
        assert_eq!(suggested("é x\n", &[("x", "y")]), some("1:4-1:5", "y"));
        // Tokens are not an obstacle where they are not between two edits.
        let before = format!("a {token} --locked b --x c\n");
        assert_eq!(suggested(&before, &[(" --locked", ""), (" --x", "")]), some("1:18-1:33", " b"));
        assert_eq!(suggested(&format!("key: {token}\n"), &[("key", "k")]), some("1:1-1:4", "k"));
        let between = format!("a --locked {token} --x\n");
        assert_eq!(suggested(&between, &[(" --locked", ""), (" --x", "")]), None);
        let far = format!("a{}b\n", "\n".repeat(BYTES));
        assert_eq!(suggested(&far, &[("a", ""), ("b", "")]), None);
    }
}
