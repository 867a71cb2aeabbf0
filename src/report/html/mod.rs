//! One page for people, without network: overview, migration plan, findings, notes. It can be read without scripts.

mod blocks;
pub(super) mod charts;
mod checklist;
mod deadline;
mod detail;
mod findings;
mod notes;
mod plan;
pub(super) mod writer;

use super::{Run, Summary};
use crate::mask::Mask;
use notes::Notes;
use std::io::{self, Write};
use writer::{Html, Link};

pub(super) const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// What a browser may use of this page: one style and one script, by their hashes. `tests/formats` checks them.
pub(super) const POLICY: &str = "default-src 'none'; \
    style-src 'sha256-zlbcoQQnSP/ig9H/72dHNvolkMCtfflqJS+HzaVQ5PY='; \
    script-src 'sha256-jpMmNCPV0hXYVKuoj0jtVfodZitEnJ8WN4/EwBRuEpI='; \
    base-uri 'none'; form-action 'none'";
/// The heading of a page without a title.
const TITLE: &str = "runnerlint report";

/// The beginning of a page: its title, and what `rest` adds to its header.
pub(in crate::report) fn begin(title: &str, html: &mut Html, rest: impl FnOnce(&mut Html)) {
    html.raw("<!DOCTYPE html>\n<html lang=\"en\">\n");
    head(title, html);
    html.raw("<body>\n");
    html.tag("header", |html| {
        html.tag("h1", |html| html.text(if title.is_empty() { TITLE } else { title }));
        if !title.is_empty() {
            html.element("p", &[("class", "soft")], |html| html.text(TITLE));
        }
        rest(html);
    });
}

/// The whole page.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::of(run.files, run.passed);
    let mask = Mask::without_source(run.show_secrets);
    let (title, revision) = (mask.prose(run.project.title), mask.prose(run.project.revision));
    let plan = super::plan_of(run.files, run.show_secrets);
    let files = blocks::of(run);
    let notes = Notes::of(run);
    let mut html = Html::default();
    begin(&title, &mut html, |html| {
        if !revision.is_empty() {
            html.element("p", &[("class", "soft")], |html| {
                html.text("Revision ");
                html.code(&revision);
            });
        }
        html.tag("p", |html| html.prose(&summary.line()));
        deadline::paragraphs(run, html);
    });
    navigation(
        &[("plan", plan::len(&plan)), ("findings", summary.findings()), ("notes", notes.len())],
        &mut html,
    );
    html.raw("<main>\n");
    charts::write(run, &plan, &mut html);
    html.flush(out)?;
    plan::write(&plan, &blocks::Index::of(&files), run.project.title, &mut html, out)?;
    if summary.findings() > 0 {
        findings::write(run, &files, &plan::Runners::of(&plan), &mut html, out)?;
    }
    notes.write(&mut html);
    html.raw("</main>\n");
    html.tag("footer", |html| {
        html.text(concat!("Written by runnerlint ", env!("CARGO_PKG_VERSION"), "; tokens are "));
        html.prose(if run.show_secrets { "not hidden." } else { "shown as `*`." });
    });
    html.tag("script", |html| html.raw(SCRIPT));
    html.raw("</body>\n</html>\n");
    html.flush(out)
}

fn head(title: &str, html: &mut Html) {
    let title = if title.is_empty() { TITLE.to_owned() } else { format!("{title}: {TITLE}") };
    html.tag("head", |html| {
        html.empty("meta", &[("charset", "utf-8")]);
        html.empty("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]);
        html.empty("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
        html.empty("meta", &[("name", "generator"), ("content", "runnerlint")]);
        html.tag("title", |html| html.text(&title));
        html.tag("style", |html| html.raw(STYLE));
    });
}

/// Links to the sections, which stay in sight; none for a section that the page does not have.
fn navigation(sections: &[(&str, usize)], html: &mut Html) {
    if sections.iter().all(|(_, count)| *count == 0) {
        return;
    }
    html.element("nav", &[("aria-label", "Sections")], |html| {
        html.tag("ul", |html| {
            html.tag("li", |html| html.link(Link::Part("overview"), &[], |html| html.text("Overview")));
            for (id, count) in sections.iter().filter(|(_, count)| *count > 0) {
                let name = match *id {
                    "plan" => "Migration plan",
                    "findings" => "Findings",
                    _ => "Notes",
                };
                html.tag("li", |html| {
                    html.link(Link::Part(id), &[], |html| html.text(&format!("{name} ({count})")));
                });
            }
        });
    });
}

#[cfg(test)]
mod tests;
