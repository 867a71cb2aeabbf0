//! How often each rule found something.

use super::{Run, is_open};
use crate::escape;
use crate::finding::{Safety, Severity};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The findings of a rule that are as bad.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    pub(super) rule: &'a str,
    pub(super) severity: &'static str,
    pub(super) count: usize,
    /// Findings with a safe fix.
    pub(super) fixable: usize,
    /// Findings with an unsafe fix.
    pub(super) fixable_unsafe: usize,
    #[serde(skip)]
    level: Severity,
}

/// The rows, with most findings first.
pub(super) fn rows<'a>(run: &Run<'a>) -> Vec<Row<'a>> {
    let mut rows: BTreeMap<(&str, Reverse<Severity>), Row<'a>> = BTreeMap::new();
    for finding in run.files.iter().flat_map(|file| &file.linted.findings).filter(|it| is_open(it)) {
        let row = rows.entry((&finding.rule, Reverse(finding.severity))).or_insert(Row {
            rule: &finding.rule,
            severity: finding.severity.as_str(),
            count: 0,
            fixable: 0,
            fixable_unsafe: 0,
            level: finding.severity,
        });
        row.count += 1;
        match finding.fix.as_ref().map(|fix| fix.safety) {
            Ok(Safety::Safe) => row.fixable += 1,
            Ok(Safety::Unsafe) => row.fixable_unsafe += 1,
            Err(_) => {}
        }
    }
    let mut rows: Vec<Row<'a>> = rows.into_values().collect();
    rows.sort_by_key(|row| Reverse(row.count));
    rows
}

/// `12  warning  register-server-option  [*]`, with a legend of the marks.
pub(super) fn text(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    const MARKS: [(&str, &str); 2] =
        [("[*]", "fixable with --fix"), ("[-]", "fixable with --fix --unsafe-fixes")];
    let rows = rows(run);
    let width = rows.first().map_or(0, |row| row.count.to_string().len());
    let rules = rows.iter().map(|row| row.rule.len()).max().unwrap_or_default();
    let mark = |row: &Row<'_>| match (row.fixable, row.fixable_unsafe) {
        (0, 0) => None,
        (0, _) => Some("[-]"),
        _ => Some("[*]"),
    };
    for row in &rows {
        let padding = " ".repeat("warning".len() - row.severity.len());
        let severity = run.style.severity(row.level, row.severity);
        let (count, rule) = (row.count, row.rule);
        let line =
            format!("{count:>width$}  {severity}{padding}  {rule:rules$}  {}", mark(row).unwrap_or_default());
        writeln!(out, "{}", line.trim_end())?;
    }
    let marks = || MARKS.iter().filter(|(sign, _)| rows.iter().any(|row| mark(row) == Some(*sign)));
    if marks().next().is_some() {
        writeln!(out)?;
    }
    marks().try_for_each(|(sign, meaning)| writeln!(out, "{sign} {meaning}"))?;
    by_repository(run, out)
}

/// `12  team/app`, if the run is about several repositories.
fn by_repository(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counts = repositories(run);
    if counts.is_empty() {
        return Ok(());
    }
    let width = counts.first().map_or(0, |(_, count)| count.to_string().len());
    writeln!(out)?;
    for (name, count) in &counts {
        writeln!(out, "{count:>width$}  {}", escape::name(name))?;
    }
    let others = run.project.repositories.iter().filter(|it| counts.iter().all(|(name, _)| *name != it.name));
    match others.count() {
        0 => Ok(()),
        1 => writeln!(out, "1 more repository without findings"),
        others => writeln!(out, "{others} more repositories without findings"),
    }
}

/// The findings of each repository, most first; nothing if there is only one.
pub(super) fn repositories<'a>(run: &Run<'a>) -> Vec<(&'a str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for file in run.files {
        let open = file.linted.findings.iter().filter(|it| is_open(it)).count();
        if let Some(name) = run.repository_of(file).filter(|_| open > 0) {
            *counts.entry(name).or_default() += open;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts
}

/// `[{"rule": …, "severity": …, "count": …, "fixable": …, "fixable_unsafe": …}]`
pub(super) fn json(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_string_pretty(&rows(run)).map_err(io::Error::from)?;
    writeln!(out, "{}", escape::json(json))
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn rules_are_counted_most_often_first() {
        insta::assert_snapshot!(samples::text(super::text));
        insta::assert_snapshot!(samples::text(super::json));
        assert_eq!(
            (samples::empty(super::text), samples::empty(super::json)),
            (String::new(), "[]\n".to_owned())
        );
    }
}
