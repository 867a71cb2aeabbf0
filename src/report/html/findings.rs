//! The table of findings: a group of rows for each registration.

use super::blocks::{FileBlocks, directory, family};
use super::detail;
use super::plan::Runners;
use super::writer::{Html, Link, filter};
use crate::escape::inline;
use crate::finding::{Finding, Severity};
use crate::fixer::diff::Changes;
use crate::mask::Mask;
use crate::report::Run;
use crate::run::CheckedFile;
use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write};

/// Columns: key, title, how the rows are sorted by it.
const COLUMNS: &[(&str, &str, &str)] = &[
    ("severity", "Severity", "none"),
    ("place", "Place", "ascending"),
    ("rule", "Rule", "none"),
    ("message", "Finding", "none"),
];

/// The section.
pub(super) fn write(
    run: &Run<'_>,
    files: &[FileBlocks<'_>],
    runners: &Runners<'_>,
    html: &mut Html,
    out: &mut dyn Write,
) -> io::Result<()> {
    html.raw("<section id=\"findings\" aria-labelledby=\"findings-title\">\n");
    html.element("h2", &[("id", "findings-title")], |html| html.text("Findings"));
    controls(run, files, html);
    html.raw("<table id=\"list\" aria-labelledby=\"findings-title\">\n");
    html.tag("thead", |html| {
        html.tag("tr", |html| {
            for (key, title, sort) in COLUMNS {
                let attributes =
                    [("scope", "col"), ("class", *key), ("data-key", *key), ("aria-sort", *sort)];
                html.element("th", &attributes, |html| {
                    html.element("button", &[("type", "button")], |html| html.text(title));
                });
            }
        });
    });
    let mut anchors = Anchors::default();
    for FileBlocks { file, blocks } in files {
        let mask = file.mask(run.show_secrets);
        let directory = inline(directory(&file.path));
        let repository = run.repository_of(file).map(inline);
        let mut changes = Changes::default();
        for block in blocks {
            let id = block.registration.map(|(_, number)| format!("registration-{number}"));
            let id = id.as_deref().map(|id| ("id", id));
            let attributes = id.into_iter().chain([("data-directory", &*directory)]);
            let repository = repository.as_deref().map(|it| ("data-repository", it));
            let attributes: Vec<_> = attributes.chain(repository).collect();
            html.element("tbody", &attributes, |html| {
                if let Some((unit, _)) = block.registration {
                    registration(file, unit, &mask, runners, html);
                }
                for (number, finding) in &block.findings {
                    let repository = run.repository_of(file);
                    row((file, repository), *number, finding, &mask, runners, &mut anchors, html);
                }
                html.element("tr", &[("class", "detail")], |html| {
                    html.element("td", &[("colspan", "4")], |html| {
                        detail::write(file, &mask, block, &mut changes, html);
                    });
                });
            });
            html.flush(out)?;
        }
    }
    html.raw("</table>\n</section>\n");
    html.flush(out)
}

/// The line above the findings of a registration: what it is, and the runner that replaces it.
fn registration(file: &CheckedFile, unit: &str, mask: &Mask, runners: &Runners<'_>, html: &mut Html) {
    html.element("tr", &[("class", "registration")], |html| {
        html.element("th", &[("scope", "rowgroup"), ("colspan", "4")], |html| {
            let Some(planned) = runners.of_unit(&file.path, unit) else {
                html.text("Registration in ");
                return html.code(&mask.prose(unit));
            };
            html.prose(&planned.kind);
            html.text(" in ");
            html.code(&planned.at);
            html.text(" · ");
            html.link(Link::Part(&planned.part), &[], |html| html.text(&planned.title));
        });
    });
}

fn row(
    (file, repository): (&CheckedFile, Option<&str>),
    number: usize,
    finding: &Finding,
    mask: &Mask,
    runners: &Runners<'_>,
    anchors: &mut Anchors,
    html: &mut Html,
) {
    let (severity, id) = (finding.severity.as_str(), format!("finding-{number}"));
    let start = file.source.position(finding.span.start());
    let attributes = [("data-severity", severity), ("data-rule", &*finding.rule), ("id", &*id)];
    html.element("tr", &attributes, |html| {
        html.element("td", &[("class", &format!("severity {severity}"))], |html| {
            anchors.write(&file.path, finding, html);
            anchors.of_repository(repository, html);
            html.text(severity);
        });
        html.element("td", &[("class", "place")], |html| {
            html.code(&format!("{}:{}:{}", file.path, start.line, start.column));
        });
        html.element("td", &[("class", "rule")], |html| html.code(&finding.rule));
        html.tag("td", |html| {
            html.tag("div", |html| html.prose(&mask.prose(&finding.message)));
            let reason = mask.prose(&finding.label);
            if !reason.is_empty() {
                html.element("div", &[("class", "soft")], |html| html.prose(&reason));
            }
            if let Some(part) = runners.of_place(&file.path, start.offset, finding) {
                html.link(Link::Part(part), &[], |html| html.text("In the plan"));
            }
        });
    });
}

/// Places to jump to for browsers without script: the first finding that each filter keeps.
#[derive(Default)]
struct Anchors(HashSet<String>);

impl Anchors {
    fn of_repository(&mut self, name: Option<&str>, html: &mut Html) {
        let Some(id) = name.map(|name| filter("repository", name)).filter(|id| !self.0.contains(id)) else {
            return;
        };
        html.empty("span", &[("id", &id)]);
        self.0.insert(id);
    }

    fn write(&mut self, path: &str, finding: &Finding, html: &mut Html) {
        for (kind, value) in [
            ("severity", finding.severity.as_str()),
            ("rule", &finding.rule),
            ("family", family(&finding.rule)),
            ("directory", directory(path)),
        ] {
            let id = filter(kind, value);
            if !self.0.contains(&id) {
                html.empty("span", &[("id", &id)]);
                self.0.insert(id);
            }
        }
    }
}

/// The filters. They need the script, which shows them.
fn controls(run: &Run<'_>, files: &[FileBlocks<'_>], html: &mut Html) {
    let repositories: BTreeSet<&str> = files.iter().filter_map(|it| run.repository_of(it.file)).collect();
    let findings = || files.iter().flat_map(|it| &it.blocks).flat_map(|it| &it.findings).map(|(_, it)| *it);
    let rules: BTreeSet<&str> = findings().map(|it| &*it.rule).collect();
    let families: BTreeSet<&str> = rules.iter().map(|rule| family(rule)).collect();
    let directories: BTreeSet<&str> = files.iter().map(|it| directory(&it.file.path)).collect();
    let severities = [Severity::Error, Severity::Warning, Severity::Info].map(Severity::as_str);
    let select =
        |id: &'static str, title: &'static str, values: &mut dyn Iterator<Item = &str>, html: &mut Html| {
            html.tag("label", |html| {
                html.text(title);
                html.element("select", &[("id", id)], |html| {
                    html.element("option", &[("value", "")], |html| html.text("all"));
                    for value in values {
                        let value = inline(value);
                        html.element("option", &[("value", &value)], |html| html.text(&value));
                    }
                });
            });
        };
    let attributes = [("id", "controls"), ("class", "controls"), ("role", "search"), ("hidden", "")];
    html.element("div", &attributes, |html| {
        html.tag("label", |html| {
            html.text("Words");
            html.empty("input", &[("id", "words"), ("type", "search"), ("autocomplete", "off")]);
        });
        select("severity", "Severity", &mut severities.into_iter(), html);
        select("rule", "Rule", &mut rules.iter().copied(), html);
        select("family", "Family", &mut families.iter().copied(), html);
        select("directory", "Directory", &mut directories.iter().copied(), html);
        if !repositories.is_empty() {
            select("repository", "Repository", &mut repositories.iter().copied(), html);
        }
        html.element("button", &[("id", "clear"), ("type", "button")], |html| html.text("Show all"));
        html.empty("p", &[("id", "shown"), ("class", "soft"), ("role", "status")]);
    });
}
