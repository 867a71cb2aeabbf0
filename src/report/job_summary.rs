//! Markdown for the summary of a CI job. Text of files is in code spans or escaped, and never ends a cell.

use super::plan::{prose, span, table};
use super::words::headline;
use super::{Run, Summary, is_open, notices, plan_of, statistics};
use crate::finding::{Finding, Safety};
use std::io::{self, Write};

/// Findings that are listed. GitHub refuses a summary of more than 1 MiB.
const MOST_FINDINGS: usize = 1000;
/// Runners that are listed.
const MOST_RUNNERS: usize = 100;
/// Notices that are listed.
const MOST_NOTICES: usize = 20;

/// Counts, the findings, the runners of the migration plan.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::of(run.files, run.passed);
    writeln!(out, "## runnerlint\n\n{}", prose(&summary.line()))?;
    if summary.findings() > 0 {
        counts(run, out)?;
        findings(run, summary.findings(), out)?;
    }
    plan(run, out)?;
    let notices = notices(run.files, false);
    if !notices.is_empty() {
        writeln!(out, "\n### Not checked completely\n")?;
        notices.iter().take(MOST_NOTICES).try_for_each(|line| writeln!(out, "- {}", prose(line)))?;
        more(notices.len(), MOST_NOTICES, "", out)?;
    }
    Ok(())
}

fn counts(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n| findings | severity | rule | with `--fix` | with `--fix --unsafe-fixes` |\n|--:|---|---|--:|--:|"
    )?;
    for row in statistics::rows(run) {
        let (rule, fixable) = (code(row.rule), row.fixable + row.fixable_unsafe);
        writeln!(out, "| {} | {} | {rule} | {} | {fixable} |", row.count, row.severity, row.fixable)?;
    }
    Ok(())
}

fn findings(run: &Run<'_>, all: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n### Findings\n\n| severity | place | rule | finding | fix |\n|---|---|---|---|---|")?;
    let mut left = MOST_FINDINGS;
    for file in run.files.iter().filter(|file| file.linted.findings.iter().any(is_open)) {
        let mask = file.mask(run.show_secrets);
        for finding in file.linted.findings.iter().filter(|it| is_open(it)).take(left) {
            let start = file.source.position(finding.span.start());
            let place = code(&format!("{}:{}:{}", file.path, start.line, start.column));
            let (severity, rule) = (finding.severity.as_str(), code(&finding.rule));
            let text = in_cell(&headline(finding, &mask));
            writeln!(out, "| {severity} | {place} | {rule} | {text} | {} |", fix(finding))?;
            left -= 1;
        }
    }
    more(all, MOST_FINDINGS, " findings", out)
}

/// Which fixes a finding has.
fn fix(finding: &Finding) -> &'static str {
    match finding.fix.as_ref().map(|fix| fix.safety) {
        Ok(Safety::Safe) => "safe",
        Ok(Safety::Unsafe) => "unsafe",
        Err(_) => "manual",
    }
}

fn plan(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let plan = plan_of(run.files, run.show_secrets);
    if plan.groups.is_empty() && plan.by_hand.is_empty() && plan.documentation.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Migration plan\n\n{} All steps: `runnerlint plan`", prose(&plan.summary()))?;
    if !plan.groups.is_empty() {
        table(plan.groups.get(..MOST_RUNNERS).unwrap_or(&plan.groups), out)?;
    }
    more(plan.groups.len(), MOST_RUNNERS, " runners", out)
}

pub(super) fn more(all: usize, most: usize, what: &str, out: &mut dyn Write) -> io::Result<()> {
    match all.checked_sub(most) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(out, "\nAnd {more} more{what}."),
    }
}

/// One of our sentences for a cell.
fn in_cell(text: &str) -> String {
    prose(&without_bars(text))
}

/// A code span for a cell.
pub(super) fn code(text: &str) -> String {
    span(&without_bars(text))
}

/// `|` ends a cell, in a code span too.
fn without_bars(text: &str) -> String {
    text.replace('|', "\\u{7c}")
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::{code, in_cell};
    use pulldown_cmark::{Event, Options, Parser, Tag};

    #[test]
    fn counts_findings_and_the_plan() {
        insta::assert_snapshot!(samples::text(super::write));
        insta::assert_snapshot!(samples::empty(super::write), @r"
        ## runnerlint

        Nothing was checked.
        ");
    }

    #[test]
    fn nothing_ends_a_cell_or_becomes_markup() {
        for hostile in
            ["a|b", "`a|b`", "``|``", "\\|", "`\\|`", "<b>|", "[x](y)|![z](w)", "a\nb|", "`|", "**|**"]
        {
            let page = format!("| a | b |\n|---|---|\n| {} | {} |\n", in_cell(hostile), code(hostile));
            let events: Vec<_> = Parser::new_ext(&page, Options::ENABLE_TABLES).collect();
            let cells = events.iter().filter(|it| matches!(it, Event::Start(Tag::TableCell))).count();
            assert_eq!(cells, 4, "{hostile}: {page}");
            let markup = |it: &Event<'_>| match it {
                Event::Html(_) | Event::InlineHtml(_) => true,
                Event::Start(tag) => {
                    !matches!(tag, Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell)
                }
                _ => false,
            };
            assert!(!events.iter().any(markup), "{hostile}: {page}");
        }
    }

    #[test]
    fn a_table_that_is_too_long_is_cut() {
        let mut out = Vec::new();
        super::more(1200, super::MOST_FINDINGS, " findings", &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\nAnd 200 more findings.\n");
    }
}
