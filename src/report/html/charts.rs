//! Charts: bars of inline SVG, visible without script, with their values as text. A click keeps the findings of a value.

use super::blocks::{directory, family};
use super::plan::states;
use super::writer::{Html, Link};
use crate::baseline::Comparison;
use crate::finding::{Finding, Severity};
use crate::plan::MigrationPlan;
use crate::report::statistics::repositories;
use crate::report::summary::plural;
use crate::report::{Run, is_open};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Bars of a chart before the others are folded away.
const BARS: usize = 8;

/// Part of a bar.
pub(in crate::report) struct Part<'a> {
    /// Its class, which gives the color.
    pub(in crate::report) class: &'static str,
    /// How many.
    pub(in crate::report) count: usize,
    /// Its text in the legend, count included.
    pub(in crate::report) text: String,
    /// Where a click leads.
    pub(in crate::report) link: Option<Link<'a>>,
}

/// All charts of a run, in their section.
pub(super) fn write(run: &Run<'_>, plan: &MigrationPlan, html: &mut Html) {
    html.element("section", &[("id", "overview"), ("aria-labelledby", "overview-title")], |html| {
        html.element("h2", &[("id", "overview-title")], |html| html.text("Overview"));
        html.element("div", &[("class", "charts")], |html| {
            severities(run, html);
            registrations(plan, html);
            if let Some(baseline) = run.baseline {
                // An empty baseline cannot have marked findings: then this run has written them.
                let mut findings = run.files.iter().flat_map(|file| &file.linted.findings);
                progress(baseline, findings.any(|it| it.baselined), html);
            }
        });
        html.element("div", &[("class", "charts")], |html| {
            bars("Findings by repository", "repository", &repositories(run), html);
            bars("Findings by directory", "directory", &count(run, |path, _| directory(path)), html);
            bars("Findings by rule", "rule", &count(run, |_, finding| &finding.rule), html);
            bars("Findings by family", "family", &count(run, |_, finding| family(&finding.rule)), html);
        });
    });
}

fn chart(title: &str, html: &mut Html, inside: impl FnOnce(&mut Html)) {
    html.element("div", &[("class", "chart")], |html| {
        html.tag("h3", |html| html.text(title));
        inside(html);
    });
}

fn severities(run: &Run<'_>, html: &mut Html) {
    let counts: HashMap<&str, usize> =
        count(run, |_, finding| finding.severity.as_str()).into_iter().collect();
    let part = |severity: Severity| {
        let name = severity.as_str();
        let count = counts.get(name).copied().unwrap_or_default();
        // "2 infos" is not a word.
        let text = if severity == Severity::Info { format!("{count} info") } else { plural(count, name) };
        Part { class: name, count, text, link: Some(Link::Filter("severity", name)) }
    };
    let parts = [Severity::Error, Severity::Warning, Severity::Info].map(part);
    stacked("Findings by severity", &parts, html);
}

fn registrations(plan: &MigrationPlan, html: &mut Html) {
    let parts = states(plan).map(|(class, text, count, part)| Part {
        class,
        count,
        text: format!("{count} {text}"),
        link: Some(Link::Part(part)),
    });
    stacked("Registrations by state", &parts, html);
}

/// The part of the baseline that is fixed.
fn progress(baseline: &Comparison, is_marked: bool, html: &mut Html) {
    let Comparison { known, gone, new, .. } = baseline;
    if *known == 0 {
        let text = match (new, is_marked) {
            (0, _) => "The baseline is empty.".to_owned(),
            (new, true) => format!("The baseline was empty; this run added {}.", plural(*new, "finding")),
            (1, false) => "The baseline is empty. 1 finding is not in it.".to_owned(),
            (new, false) => format!("The baseline is empty. {new} findings are not in it."),
        };
        return chart("Progress against the baseline", html, |html| html.tag("p", |html| html.text(&text)));
    }
    let remaining = known.saturating_sub(*gone);
    let part = |class, count: usize, word| Part { class, count, text: format!("{count} {word}"), link: None };
    let parts =
        [part("fixed", *gone, "fixed"), part("remaining", remaining, "remaining"), part("new", *new, "new")];
    let percent = (gone * 100).checked_div(*known).unwrap_or_default();
    stack("Progress against the baseline", &parts, html, |html| {
        html.tag("p", |html| {
            html.tag("strong", |html| html.text(&format!("{percent}%")));
            html.text(&format!(" of the baseline is fixed: {gone} of {} ", plural(*known, "finding")));
            html.text(if *gone == 1 { "is no longer reported." } else { "are no longer reported." });
        });
    });
}

/// One bar of several parts, with its legend.
pub(in crate::report) fn stacked(title: &str, parts: &[Part<'_>], html: &mut Html) {
    stack(title, parts, html, |_| {});
}

/// One bar of several parts, with its legend; nothing if there is nothing to show.
fn stack(title: &str, parts: &[Part<'_>], html: &mut Html, more: impl FnOnce(&mut Html)) {
    let shown: Vec<&Part<'_>> = parts.iter().filter(|part| part.count > 0).collect();
    let all: usize = shown.iter().map(|part| part.count).sum();
    if all == 0 {
        return;
    }
    let texts: Vec<&str> = shown.iter().map(|part| &*part.text).collect();
    chart(title, html, |html| {
        more(html);
        let label = format!("{title}: {}", texts.join(", "));
        svg(&label, "18", html, |html| {
            let mut before = 0;
            for part in &shown {
                let (x, width) = (percent(before, all), percent(part.count, all));
                html.empty("rect", &[("class", part.class), ("x", &x), ("width", &width), ("height", "18")]);
                before += part.count;
            }
        });
        html.element("ul", &[("class", "legend")], |html| {
            for part in &shown {
                html.element("li", &[("class", part.class)], |html| match part.link {
                    Some(link) => html.link(link, &[], |html| html.text(&part.text)),
                    None => html.tag("span", |html| html.text(&part.text)),
                });
            }
        });
    });
}

/// How often each name occurs, most often first.
fn count<'a>(run: &Run<'a>, name: impl Fn(&'a str, &'a Finding) -> &'a str) -> Vec<(&'a str, usize)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for file in run.files {
        for finding in file.linted.findings.iter().filter(|it| is_open(it)) {
            *counts.entry(name(&file.path, finding)).or_default() += 1;
        }
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(name, count)| (Reverse(*count), *name));
    rows
}

/// A bar for each name.
fn bars(title: &str, kind: &'static str, rows: &[(&str, usize)], html: &mut Html) {
    let most = rows.first().map_or(0, |(_, count)| *count);
    let (first, rest) = rows.split_at(rows.len().min(BARS));
    if first.is_empty() {
        return;
    }
    let list = |rows: &[(&str, usize)], html: &mut Html| {
        html.element("ul", &[("class", "bars"), ("aria-label", title)], |html| {
            for (name, count) in rows {
                html.tag("li", |html| bar(kind, name, (*count, most), html));
            }
        });
    };
    chart(title, html, |html| {
        list(first, html);
        if !rest.is_empty() {
            html.tag("details", |html| {
                html.tag("summary", |html| html.text(&format!("{} more", rest.len())));
                list(rest, html);
            });
        }
    });
}

fn bar(kind: &'static str, name: &str, (count, most): (usize, usize), html: &mut Html) {
    html.link(Link::Filter(kind, name), &[], |html| {
        html.code(name);
        svg(&plural(count, "finding"), "12", html, |html| {
            html.empty("rect", &[("width", &percent(count, most)), ("height", "12")]);
        });
        // The picture is read as "5 findings".
        html.element("span", &[("class", "count"), ("aria-hidden", "true")], |html| {
            html.text(&count.to_string());
        });
    });
}

fn svg(label: &str, height: &str, html: &mut Html, inside: impl FnOnce(&mut Html)) {
    let attributes =
        [("class", "bar"), ("role", "img"), ("aria-label", label), ("width", "100%"), ("height", height)];
    html.element("svg", &attributes, inside);
}

/// `count` of `all`, with two decimals and a percent sign.
fn percent(count: usize, all: usize) -> String {
    let hundredths = count.saturating_mul(10_000).checked_div(all).unwrap_or_default();
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(known: usize, gone: usize, new: usize) -> String {
        let comparison = Comparison { known, gone, new, ..Default::default() };
        let (mut html, mut out) = (Html::default(), Vec::new());
        progress(&comparison, false, &mut html);
        html.flush(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_fixed_part_of_the_baseline_is_shown() {
        let some = text(12, 9, 1);
        assert!(
            some.contains("<strong>75%</strong> of the baseline is fixed: 9 of 12 findings are no longer"),
            "{some}"
        );
        assert!(some.contains("Progress against the baseline: 9 fixed, 3 remaining, 1 new"), "{some}");
        assert!(some.contains("x=\"69.23%\" width=\"23.07%\""), "{some}");
        assert!(text(12, 1, 0).contains("1 of 12 findings is no longer"));
    }

    #[test]
    fn an_empty_baseline_has_no_bar() {
        for (new, sentence) in [
            (0, "<p>The baseline is empty.</p>"),
            (1, "<p>The baseline is empty. 1 finding is not in it.</p>"),
            (2, "<p>The baseline is empty. 2 findings are not in it.</p>"),
        ] {
            let page = text(0, 0, new);
            assert!(page.contains(sentence) && !page.contains("<svg") && !page.contains('%'), "{page}");
        }
    }
}
