use super::escape;
use crate::finding::{Finding, Severity};
use crate::report::{Run, is_open};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Rows of a table before the others are folded away.
const ROWS: usize = 10;

/// How often each name occurs, in tables beside each other.
pub(super) fn tables(run: &Run<'_>) -> String {
    let severities = count(run, |_, finding| finding.severity.as_str().to_owned());
    let mut by_severity: Vec<_> = severities.into_iter().collect();
    let rank = |name: &str| [Severity::Error, Severity::Warning].iter().position(|it| it.as_str() == name);
    by_severity.sort_by_key(|(name, _)| rank(name).unwrap_or(2));
    let family = |finding: &Finding| finding.rule.split('-').next().unwrap_or_default().to_owned();
    let mut out = String::from("<div class=\"counts\">\n");
    out.push_str(&table("By severity", &by_severity, str::to_owned));
    out.push_str(&table("By family", &often(count(run, |_, finding| family(finding))), str::to_owned));
    out.push_str(&table("By rule", &often(count(run, |_, finding| finding.rule.clone())), code));
    out.push_str(&table("By folder", &often(count(run, |path, _| folder(path))), code));
    out.push_str("</div>\n");
    out
}

fn count(run: &Run<'_>, name: impl Fn(&str, &Finding) -> String) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for file in run.files {
        for finding in file.linted.findings.iter().filter(|it| is_open(it)) {
            *counts.entry(name(&file.path, finding)).or_default() += 1;
        }
    }
    counts
}

/// Most often first.
fn often(counts: BTreeMap<String, usize>) -> Vec<(String, usize)> {
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(_, count)| Reverse(*count));
    rows
}

fn folder(path: &str) -> String {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned()
}

fn code(escaped: &str) -> String {
    format!("<code>{escaped}</code>")
}

fn table(title: &str, rows: &[(String, usize)], show: fn(&str) -> String) -> String {
    let (first, rest) = rows.split_at(rows.len().min(ROWS));
    let mut out = format!("<div>\n<table>\n<caption>{title}</caption>\n");
    out.push_str(&body(first, show));
    if !rest.is_empty() {
        let more = format!("{} more", rest.len());
        out.push_str(&format!(
            "<details><summary>{more}</summary>\n<table aria-label=\"{title}: {more}\">\n"
        ));
        out.push_str(&body(rest, show));
        out.push_str("</details>\n");
    }
    out.push_str("</div>\n");
    out
}

fn body(rows: &[(String, usize)], show: fn(&str) -> String) -> String {
    let mut out = String::from("<tbody>\n");
    for (name, count) in rows {
        let name = show(&escape(name));
        out.push_str(&format!("<tr><th scope=\"row\">{name}</th><td class=\"number\">{count}</td></tr>\n"));
    }
    out.push_str("</tbody>\n</table>\n");
    out
}
