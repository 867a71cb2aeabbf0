//! The page: a row for each repository. It has no script.

use super::Merged;
use super::rows::{Listed, Row};
use crate::report::Style;
use crate::report::html::begin;
use crate::report::html::charts::{Part, stacked};
use crate::report::html::writer::{Html, Link};
use crate::report::summary::plural;
use std::io::{self, Write};

/// Findings that the whole page lists.
const MOST_LISTED: usize = 20_000;
/// Reports that are listed with the reason why they were not merged.
const MOST_FAILURES: usize = 1000;
/// Columns: class and title.
const COLUMNS: [(&str, &str); 9] = [
    ("name", "Repository"),
    ("count", "Errors"),
    ("count", "Warnings"),
    ("count", "Info"),
    ("count", "Legacy"),
    ("count", "Mixed"),
    ("count", "Exists"),
    ("count", "Unknown"),
    ("roads", "Registrations"),
];

pub(super) fn write(merged: &Merged, _: Style, out: &mut dyn Write) -> io::Result<()> {
    let title = crate::mask::Mask::without_source(false).prose(&merged.title);
    let mut html = Html::default();
    begin(&title, &mut html, |html| {
        html.tag("p", |html| html.text(&merged.summary()));
    });
    html.raw("<main>\n");
    overview(merged, &mut html);
    html.flush(out)?;
    table(merged, &mut html, out)?;
    failures(merged, &mut html);
    html.raw("</main>\n");
    html.tag("footer", |html| {
        html.text(concat!("Written by runnerlint ", env!("CARGO_PKG_VERSION"), "; tokens are shown as "));
        html.code("*");
        html.text(".");
    });
    html.raw("</body>\n</html>\n");
    html.flush(out)
}

fn overview(merged: &Merged, html: &mut Html) {
    let [errors, warnings, infos] = merged.sums.findings();
    let [legacy, mixed, exists, unknown] = merged.sums.states();
    let part = |class, count, text: String| Part { class, count, text, link: None };
    html.element("section", &[("id", "overview"), ("aria-labelledby", "overview-title")], |html| {
        html.element("h2", &[("id", "overview-title")], |html| html.text("Overview"));
        html.element("div", &[("class", "charts")], |html| {
            let severities = [
                part("error", errors, plural(errors, "error")),
                part("warning", warnings, plural(warnings, "warning")),
                part("info", infos, format!("{infos} info")),
            ];
            stacked("Findings by severity", &severities, html);
            let states = [
                part("create", legacy, format!("{legacy} with a registration token")),
                part("check", mixed, format!("{mixed} with both tokens")),
                part("exists", exists, format!("{exists} with an existing runner")),
                part("elsewhere", unknown, format!("{unknown} with the token in another file")),
            ];
            stacked("Registrations by state", &states, html);
            let clean = merged.sums.rows.iter().filter(|row| row.open() == 0).count();
            let others = merged.repositories() - clean;
            let repositories = [
                part("remaining", others, format!("{others} with findings")),
                part("fixed", clean, format!("{clean} without findings")),
            ];
            stacked("Repositories", &repositories, html);
        });
    });
}

fn table(merged: &Merged, html: &mut Html, out: &mut dyn Write) -> io::Result<()> {
    html.raw("<section id=\"repositories\" aria-labelledby=\"repositories-title\">\n");
    html.element("h2", &[("id", "repositories-title")], |html| html.text("Repositories"));
    html.raw("<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Repositories\">\n");
    html.raw("<table class=\"repositories\" aria-labelledby=\"repositories-title\">\n");
    html.tag("thead", |html| {
        html.tag("tr", |html| {
            for (class, title) in COLUMNS {
                html.element("th", &[("scope", "col"), ("class", class)], |html| html.text(title));
            }
        });
    });
    html.raw("<tbody>\n");
    let mut left = MOST_LISTED;
    for row in &merged.sums.rows {
        let listed = row.listed.get(..left.min(row.listed.len())).unwrap_or_default();
        left -= listed.len();
        one(row, listed, html);
        html.flush(out)?;
    }
    html.raw("</tbody>\n</table>\n</div>\n</section>\n");
    Ok(())
}

fn one(row: &Row, listed: &[Listed], html: &mut Html) {
    html.element("tr", &[("class", "repository")], |html| {
        html.element("th", &[("scope", "row")], |html| {
            let page = row.origin.page();
            html.link(Link::Web(page.as_deref().unwrap_or_default()), &[], |html| {
                html.code(row.origin.title());
            });
            let revision = row.origin.revision.as_deref().map(|it| it.chars().take(12).collect::<String>());
            let parts = [row.origin.remote.clone(), revision];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            if !parts.is_empty() {
                html.element("div", &[("class", "soft")], |html| html.text(&parts.join(" · ")));
            }
            if row.notices > 0 {
                let notices = plural(row.notices, "notice");
                html.element("div", &[("class", "soft")], |html| {
                    html.text(&format!("Not checked completely: {notices}"));
                });
            }
            findings(row, listed, html);
        });
        for count in row.findings.iter().chain(&row.states) {
            html.element("td", &[("class", "count")], |html| html.text(&count.to_string()));
        }
        let roads: Vec<String> = row.roads.iter().map(|(road, count)| format!("{road} {count}")).collect();
        html.tag("td", |html| html.text(&roads.join(", ")));
    });
}

/// The worst findings of a repository, with links into it.
fn findings(row: &Row, listed: &[Listed], html: &mut Html) {
    if row.open() == 0 {
        return;
    }
    html.tag("details", |html| {
        html.tag("summary", |html| html.text(&plural(row.open(), "finding")));
        html.tag("ul", |html| {
            for it in listed {
                html.tag("li", |html| {
                    html.text(&format!("{}: ", it.severity.as_str()));
                    html.link(Link::Web(it.address.as_deref().unwrap_or_default()), &[], |html| {
                        html.code(&it.place);
                    });
                    html.text(" ");
                    html.prose(&it.text);
                    html.text(" ");
                    html.code(&it.rule);
                });
            }
        });
        if let Some(more) = row.open().checked_sub(listed.len()).filter(|more| *more > 0) {
            html.tag("p", |html| html.text(&format!("And {}.", plural(more, "more finding"))));
        }
    });
}

fn failures(merged: &Merged, html: &mut Html) {
    if merged.failures.is_empty() {
        return;
    }
    html.element("section", &[("id", "failures"), ("aria-labelledby", "failures-title")], |html| {
        html.element("h2", &[("id", "failures-title")], |html| html.text("Reports that could not be read"));
        html.tag("ul", |html| {
            for (number, error) in merged.failures.iter().take(MOST_FAILURES) {
                let name = merged.inputs.get(*number).map_or("", |it| it.name.as_str());
                html.tag("li", |html| {
                    html.code(name);
                    html.text(": ");
                    html.prose(&error.to_string());
                });
            }
        });
        if let Some(more) = merged.failures.len().checked_sub(MOST_FAILURES).filter(|more| *more > 0) {
            html.tag("p", |html| html.text(&format!("And {more} more.")));
        }
    });
}
