use super::words::parts;
use super::{Run, fix_line, is_open, json, shown_fix};
use crate::finding::{Finding, Fix, Safety, Severity};
use crate::mask::Mask;
use crate::run::Checked;
use crate::text::{Edit, EditSet, Source, Span};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Lines that one suggestion may replace; longer ones are read in the report.
const LINES: usize = 20;
/// And their bytes: reviewdog reads no line of 64 KiB.
const BYTES: usize = 16_000;

/// reviewdog's `Diagnostic`.
#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    source: Tool,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestions: Option<[Suggestion; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

/// A column counts bytes, from 1; without one, the whole line is meant.
#[derive(Serialize)]
struct Place {
    line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
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
    location: Location<'a>,
}

/// One `Diagnostic` on each line.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in run.files.iter().filter(|file| file.linted.findings.iter().any(is_open)) {
        let mask = file.mask(run.show_secrets);
        let mut offered = BTreeSet::new();
        for finding in file.linted.findings.iter().filter(|it| is_open(it)) {
            let mut diagnostic = diagnostic(file, &mask, finding);
            // The fix of a unit goes in with one suggestion: it is offered at its first finding.
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

fn diagnostic<'a>(file: &'a Checked, mask: &Mask, finding: &'a Finding) -> Diagnostic<'a> {
    let location = |span| Location { path: &file.path, range: range(&file.source, span) };
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

fn place(source: &Source, offset: usize) -> Place {
    let line = source.line_at(offset);
    let column = offset.saturating_sub(source.line_span(line).start()) + 1;
    Place { line: line + 1, column: Some(column) }
}

/// All edits of a fix as whole lines: the form that services take best. `None` where that cannot be shown.
fn suggestion(source: &Source, mask: &Mask, fix: &Fix) -> Option<Suggestion> {
    let hull = fix.edits.iter().map(|edit| edit.span).reduce(Span::hull)?;
    let first = source.line_at(hull.start());
    let last = source.line_at(hull.end().saturating_sub(1)).max(first);
    if last - first >= LINES {
        return None;
    }
    let lines = source.line_span(first).hull(source.line_span(last));
    if lines.len() > BYTES {
        return None;
    }
    let old = source.bytes().get(lines.range())?;
    if source.touches_invalid(lines) || mask.excerpt(source.bytes(), lines) != old {
        return None;
    }
    let inside = |edit: &Edit| {
        let span = Span::new(edit.span.start() - lines.start(), edit.span.end() - lines.start());
        Edit::replace(span, edit.replacement.clone())
    };
    let mut edits = EditSet::default();
    edits.insert_all(fix.edits.iter().map(inside)).ok()?;
    let new = String::from_utf8(edits.apply(old)).ok()?;
    // Without text the lines go; with text its last line ends where the old last one did.
    let text = match new.strip_suffix('\n') {
        Some(text) => text.strip_suffix('\r').unwrap_or(text),
        None if new.is_empty() || !old.ends_with(b"\n") => &new,
        None => return None,
    };
    if text.is_empty() && !new.is_empty() {
        return None;
    }
    let line = |line| Place { line: line + 1, column: None };
    Some(Suggestion { range: Range { start: line(first), end: line(last) }, text: text.to_owned() })
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

    fn suggested(text: &str, edits: &[(&str, &str)]) -> Option<(usize, usize, String)> {
        let source = Source::new(text.as_bytes().to_vec());
        let edit = |(old, new): &(&str, &str)| {
            let at = text.find(old).unwrap();
            Edit::replace(Span::new(at, at + old.len()), *new)
        };
        let edits = edits.iter().map(edit).collect();
        let fix =
            Fix { safety: Safety::Safe, cautions: [].into(), message: String::new(), edits, listed: true };
        let mask = Mask::new(false, &source, &[]);
        let it = suggestion(&source, &mask, &fix)?;
        Some((it.range.start.line, it.range.end.line, it.text))
    }

    #[test]
    fn suggestions_are_of_whole_lines() {
        let some = |first, last, text: &str| Some((first, last, text.to_owned()));
        assert_eq!(suggested("a\nb --locked c\nd\n", &[(" --locked", "")]), some(2, 2, "b c"));
        assert_eq!(suggested("a\nb\r\nc\n", &[("b\r\n", "")]), some(2, 2, ""));
        assert_eq!(suggested("a\r\nb\r\nc\r\nd", &[("a", "A"), ("b\r\n", "")]), some(1, 2, "A"));
        assert_eq!(suggested("a\nb", &[("b", "B")]), some(2, 2, "B"));
        assert_eq!(suggested("a\nb\nc\n", &[("\n", " ")]), None);
        assert_eq!(suggested("a\nb\n", &[("b", "")]), None);
        assert_eq!(suggested("a glrt-0123456789 --locked\n", &[(" --locked", "")]), None);
        let far = format!("a{}b\n", "\n".repeat(LINES));
        assert_eq!(suggested(&far, &[("a", ""), ("b", "")]), None);
    }
}
