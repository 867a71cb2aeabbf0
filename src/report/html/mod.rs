//! One page for people, without anything from elsewhere.

mod counts;
mod deadline;
mod detail;
mod plan;

use super::xml::escape;
use super::{Run, Summary, is_open, notices};
use crate::baseline::Comparison;
use crate::escape::inline;
use crate::fixer::diff::Changes;
use crate::run::Checked;
use std::collections::BTreeSet;
use std::io::{self, Write};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// The one script that a browser runs on this page; `tests/formats` checks that it is ours.
const SCRIPT_HASH: &str = "sha256-5COvvpUblmGsP/lE3vcI//qAw1BSG2QGuRlqfr9kkBY=";

/// The whole page.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::of(run.files, run.passed);
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src '{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <title>runnerlint report</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>runnerlint report</h1>\n<p>{}</p>",
        prose(&summary.line())
    )?;
    out.write_all(deadline::paragraphs(run).as_bytes())?;
    if let Some(baseline) = run.baseline {
        progress(baseline, out)?;
    }
    if summary.findings() > 0 {
        write!(out, "<h2>Counts</h2>\n{}", counts::tables(run))?;
        findings(run, out)?;
    }
    plan::write(&super::plan_of(run.files, run.show_secrets), out)?;
    fixed(run, out)?;
    let notices = notices(run.files, false);
    if !notices.is_empty() {
        list("Not checked as a whole", notices.iter().map(String::as_str), out)?;
    }
    writeln!(
        out,
        "</main>\n<footer>Written by runnerlint {}; tokens are {}.</footer>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>",
        env!("CARGO_PKG_VERSION"),
        if run.show_secrets { "not hidden" } else { "shown as <code>*</code>" },
    )
}

/// How far the migration is: what the baseline knew, and what of it is gone.
fn progress(baseline: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let Comparison { known, gone, new, .. } = baseline;
    let percent = (gone * 100).checked_div(*known).unwrap_or(100);
    let more = match new {
        0 => "nothing new came".to_owned(),
        1 => "1 new finding came".to_owned(),
        new => format!("{new} new findings came"),
    };
    writeln!(
        out,
        "<h2 id=\"progress\">Progress</h2>\n\
         <p class=\"progress\"><progress aria-labelledby=\"progress\" max=\"{}\" value=\"{gone}\"></progress> \
         <strong>{percent}&nbsp;%</strong> of the baseline: {gone} of {known} known findings are gone, {more}.</p>",
        (*known).max(1)
    )
}

/// A sentence; what stands between backquotes is code.
fn prose(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('`').peekable();
    let mut is_code = false;
    while let Some(part) = parts.next() {
        let escaped = escape(part);
        match (is_code, parts.peek().is_some()) {
            (true, true) => out.push_str(&format!("<code>{escaped}</code>")),
            // The last one is not closed.
            (true, false) => out.push_str(&format!("`{escaped}")),
            (false, _) => out.push_str(&escaped),
        }
        is_code = !is_code;
    }
    out
}

fn findings(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let open = run.files.iter().flat_map(|file| &file.linted.findings).filter(|it| is_open(it));
    let rules: BTreeSet<&str> = open.map(|it| &*it.rule).collect();
    let option = |rule: &&str| format!("<option>{}</option>", escape(rule));
    writeln!(
        out,
        "<h2 id=\"list\">Findings</h2>\n<div id=\"controls\" class=\"controls\" role=\"search\" hidden>\n\
         <label>Filter by words<input id=\"words\" type=\"search\" autocomplete=\"off\"></label>\n\
         <label>Severity<select id=\"severity\"><option value=\"\">all</option><option>error</option>\
         <option>warning</option><option>info</option></select></label>\n\
         <label>Rule<select id=\"rule\"><option value=\"\">all</option>{}</select></label>\n\
         <p id=\"shown\" class=\"soft\" role=\"status\"></p>\n</div>",
        rules.iter().map(option).collect::<String>()
    )?;
    writeln!(out, "<table id=\"findings\" aria-labelledby=\"list\">\n<thead><tr>")?;
    for (key, title, sort) in [
        ("severity", "Severity", "none"),
        ("place", "Place", "ascending"),
        ("rule", "Rule", "none"),
        ("message", "Finding", "none"),
    ] {
        writeln!(
            out,
            "<th scope=\"col\" class=\"{key}\" data-key=\"{key}\" aria-sort=\"{sort}\">\
             <button type=\"button\">{title}</button></th>"
        )?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    let mut order = 0;
    for file in run.files.iter().filter(|file| file.linted.findings.iter().any(is_open)) {
        rows(run, file, &mut order, out)?;
    }
    writeln!(out, "</tbody>\n</table>")
}

fn rows(run: &Run<'_>, file: &Checked, order: &mut usize, out: &mut dyn Write) -> io::Result<()> {
    let mask = file.mask(run.show_secrets);
    let path = escape(&inline(&file.path));
    let mut changes = Changes::default();
    for finding in file.linted.findings.iter().filter(|it| is_open(it)) {
        let start = file.source.position(finding.span.start());
        let (severity, rule) = (finding.severity.as_str(), escape(&finding.rule));
        writeln!(
            out,
            "<tr data-severity=\"{severity}\" data-rule=\"{rule}\" data-order=\"{order}\">\
             <td class=\"severity {severity}\">{severity}</td><td><code>{path}:{}:{}</code></td>\
             <td><code>{rule}</code></td><td><div>{}</div>\n{}</td></tr>",
            start.line,
            start.column,
            prose(&mask.prose(&finding.message)),
            detail::detail(file, &mask, finding, &mut changes),
        )?;
        *order += 1;
    }
    Ok(())
}

fn fixed(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Vec::new();
    for file in run.files {
        for gone in &file.fixed {
            let removed = gone.removed.as_ref().map_or(String::new(), |it| {
                format!(": removed {} = {}; set it on the runner in GitLab", it.field, inline(&it.value))
            });
            lines.push(format!("{}:{}: {}{removed}", inline(&file.path), gone.start.line, gone.rule));
        }
    }
    if lines.is_empty() { Ok(()) } else { list("Fixed", lines.iter().map(String::as_str), out) }
}

fn list<'a>(title: &str, lines: impl Iterator<Item = &'a str>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2>{title}</h2>\n<ul>")?;
    for line in lines {
        writeln!(out, "<li><code>{}</code></li>", escape(line))?;
    }
    writeln!(out, "</ul>")
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::{SCRIPT, STYLE, prose};

    #[test]
    fn backquotes_are_code() {
        for (text, html) in [
            ("a `<b>` c", "a <code>&lt;b&gt;</code> c"),
            ("`a``b`", "<code>a</code><code>b</code>"),
            ("a ` b", "a ` b"),
            ("`a` `", "<code>a</code> `"),
        ] {
            assert_eq!(prose(text), html);
        }
    }

    #[test]
    fn the_page_holds_everything() {
        let page = samples::text(super::write).replace(env!("CARGO_PKG_VERSION"), "[version]");
        insta::assert_snapshot!(page.replace(STYLE, "[style]\n").replace(SCRIPT, "[script]"));
    }

    #[test]
    fn nothing_of_a_file_becomes_markup() {
        let page = samples::text(super::write);
        assert!(page.contains("100% &lt;wrong&gt;") && !page.contains("<wrong>"));
        assert!(page.contains("&lt;b&gt;&amp;amp;&lt;/b&gt;") && !page.contains("<b>"));
        // Nothing is loaded from elsewhere: the only addresses are those of links.
        let links = page.matches("<a href=\"https://docs.gitlab.com/").count();
        assert_eq!(page.matches(" href=").count(), links);
        assert!(!page.contains(" src=") && !page.contains("url(") && !page.contains("@import"));
    }

    #[test]
    fn the_baseline_is_shown_as_far_as_it_is_worked_off() {
        let text = |known, gone, new| {
            let mut out = Vec::new();
            let comparison = crate::baseline::Comparison { known, gone, new, ..Default::default() };
            super::progress(&comparison, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let some = text(12, 9, 1);
        assert!(some.contains("max=\"12\" value=\"9\"") && some.contains("75&nbsp;%"), "{some}");
        assert!(some.contains("9 of 12 known findings are gone, 1 new finding came."), "{some}");
        assert!(text(0, 0, 0).contains("100&nbsp;%"));
    }

    #[test]
    fn without_findings_there_is_no_table() {
        let page = samples::empty(super::write);
        assert!(page.contains("Nothing was checked") && !page.contains("<table"), "{page}");
    }
}
