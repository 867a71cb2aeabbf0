//! Counts by rule, and by repository.

use super::Merged;
use super::rows::{OfRule, Row, SEVERITIES};
use crate::escape;
use crate::finding::Severity;
use crate::plan::PlannedState;
use crate::report::Style;
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::io::{self, Write};

/// The rules, most findings first.
fn rules(merged: &Merged) -> Vec<(&str, Severity, &OfRule)> {
    let mut rules: Vec<_> =
        merged.sums.rules.iter().map(|((rule, severity), of)| (rule.as_str(), *severity, of)).collect();
    rules.sort_by_key(|(rule, severity, of)| (Reverse(of.count), *rule, Reverse(*severity)));
    rules
}

/// The rows of `check --statistics`, then `12  team/app  (3 errors, 9 warnings)`.
pub(super) fn text(merged: &Merged, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules(merged);
    let most = rules.iter().map(|(_, _, of)| of.count).chain(merged.sums.rows.iter().map(Row::open)).max();
    let width = most.unwrap_or_default().to_string().len();
    for (rule, severity, of) in &rules {
        let name = severity.as_str();
        let padding = " ".repeat("warning".len() - name.len());
        writeln!(out, "{:>width$}  {}{padding}  {rule}", of.count, style.severity(*severity, name))?;
    }
    if !rules.is_empty() {
        writeln!(out)?;
    }
    for row in &merged.sums.rows {
        writeln!(out, "{:>width$}  {}{}", row.open(), escape::name(row.origin.title()), words(row))?;
    }
    Ok(())
}

/// `  (3 errors, 9 warnings; 2 registrations)`
fn words(row: &Row) -> String {
    let plural = crate::report::summary::plural;
    let severities = SEVERITIES.iter().zip(row.findings).filter(|(_, count)| *count > 0);
    let mut parts: Vec<String> = severities
        .map(|(severity, count)| match severity {
            Severity::Info => format!("{count} info"),
            other => plural(count, other.as_str()),
        })
        .collect();
    if row.registrations() > 0 {
        parts.push(plural(row.registrations(), "registration"));
    }
    if parts.is_empty() { String::new() } else { format!("  ({})", parts.join(", ")) }
}

pub(super) fn json(merged: &Merged, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules(merged).into_iter().map(|(rule, severity, of)| {
        json!({
            "rule": rule,
            "severity": severity,
            "count": of.count,
            "fixable": of.fixable,
            "fixable_unsafe": of.fixable_unsafe,
        })
    });
    let document = json!({
        "version": 1,
        "rules": rules.collect::<Vec<_>>(),
        "repositories": merged.sums.rows.iter().map(repository).collect::<Vec<_>>(),
    });
    let json = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
    writeln!(out, "{}", escape::json(json))
}

fn repository(row: &Row) -> Value {
    let findings =
        SEVERITIES.iter().zip(row.findings).map(|(it, count)| (it.as_str().to_owned(), count.into()));
    let names = PlannedState::ALL.iter().map(|it| it.as_str()).chain(["unknown"]);
    let states = names.zip(row.states).map(|(name, count)| (name.to_owned(), count.into()));
    json!({
        "repository": row.origin,
        "findings": findings.collect::<Map<String, Value>>(),
        "accepted": row.accepted,
        "registrations": states.collect::<Map<String, Value>>(),
        "roads": row.roads,
        "notices": row.notices,
    })
}
