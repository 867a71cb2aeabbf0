//! The migration plan on the page: the sections of the Markdown plan. Nothing else of the page reads [`MigrationPlan`].

mod index;
mod registration;

pub(super) use index::Runners;

use super::blocks::Index;
use super::checklist::{HtmlKeys, item};
use super::writer::{Html, Link};
use crate::plan::words::WordPiece;
use crate::plan::{
    Documentation, Field, Group, MigrationPlan, Need, OtherPlace, PlanStep, PlannedRegistration, PlannedValue,
};
use crate::report::plan::{GUIDE, markdown, remarks, title};
use std::io::{self, Write};

const OTHER_PLACES: &str = "other-places";
const DOCUMENTATION: &str = "documentation";

/// Registrations by their state, for the chart: class, text after the number, how many, and the part of the page with them.
pub(super) fn states(plan: &MigrationPlan) -> [(&'static str, &'static str, usize, &'static str); 5] {
    let count = |need: Need| {
        let groups = plan.groups.iter().filter(|group| group.need == need);
        groups.map(|group| group.entries.len()).sum()
    };
    [
        ("create", "to create", count(Need::Create), "plan"),
        ("check", "to check", count(Need::Check), "plan"),
        ("exists", "with an existing runner", count(Need::Exists), "plan"),
        ("elsewhere", "with the token in another file", count(Need::Elsewhere), "plan"),
        (DOCUMENTATION, "in documentation", plan.documentation.entries.len(), DOCUMENTATION),
    ]
}

/// How many sections of work the plan has: 0 for a run that collected no registrations.
pub(super) fn len(plan: &MigrationPlan) -> usize {
    plan.groups.len() + plan.by_hand.len() + plan.documentation.len()
}

/// The section, if there is something to plan. `project` keeps the ticks of one page apart from those of another.
pub(super) fn write(
    plan: &MigrationPlan,
    index: &Index<'_>,
    project: &str,
    html: &mut Html,
    out: &mut dyn Write,
) -> io::Result<()> {
    if len(plan) == 0 {
        return Ok(());
    }
    html.raw("<section id=\"plan\" aria-labelledby=\"plan-title\">\n");
    html.element("h2", &[("id", "plan-title")], |html| html.text("Migration plan"));
    html.tag("p", |html| html.text(&plan.summary()));
    if !plan.groups.is_empty() {
        overview(plan, html);
        before(plan, html);
    }
    let mut keys = HtmlKeys::new(project);
    for (number, group) in (1..).zip(&plan.groups) {
        runner(number, group, index, &group_key(group, &mut keys), html);
        html.flush(out)?;
    }
    if !plan.by_hand.is_empty() {
        html.element("section", &[("id", OTHER_PLACES)], |html| {
            html.tag("h3", |html| html.text("Other places to change"));
            places(&plan.by_hand, index, &mut keys, html);
        });
    }
    if !plan.documentation.is_empty() {
        documentation(&plan.documentation, index, &mut keys, html);
    }
    if !plan.groups.is_empty() || !plan.by_hand.is_empty() {
        end(&mut keys, html);
    }
    html.raw("</section>\n");
    html.flush(out)
}

fn before(plan: &MigrationPlan, html: &mut Html) {
    html.tag("h3", |html| html.text("Before you start"));
    html.tag("ul", |html| {
        for text in markdown::before(&plan.groups) {
            html.tag("li", |html| html.prose(text));
        }
        html.tag("li", |html| {
            html.text("Docs: ");
            html.link(Link::Web(GUIDE), &[], |html| {
                html.text("creating runners with an authentication token");
            });
        });
    });
}

/// What remains when all runners are migrated.
fn end(keys: &mut HtmlKeys, html: &mut Html) {
    html.tag("h3", |html| html.text("At the end"));
    html.element("ul", &[("class", "steps")], |html| {
        for text in markdown::END_STEPS {
            item(&keys.of(&["end", text]), html, |html| html.prose(&text.replace('*', "")), |_| {});
        }
    });
    html.tag("ul", |html| {
        for text in markdown::END_NOTES {
            html.tag("li", |html| html.prose(text));
        }
    });
}

/// A line for each runner.
fn overview(plan: &MigrationPlan, html: &mut Html) {
    html.element(
        "div",
        &[("class", "scroll"), ("role", "group"), ("tabindex", "0"), ("aria-label", "Runners")],
        |html| {
            html.element("table", &[("class", "runners")], |html| {
                html.tag("thead", |html| {
                    html.tag("tr", |html| {
                        for title in ["Runner", "Where", "Settings", "State"] {
                            html.element("th", &[("scope", "col")], |html| html.text(title));
                        }
                    });
                });
                html.tag("tbody", |html| {
                    for (number, group) in (1..).zip(&plan.groups) {
                        overview_row(number, group, html);
                    }
                });
            });
        },
    );
}

fn overview_row(number: usize, group: &Group, html: &mut Html) {
    let (state, name) = title(group);
    html.tag("tr", |html| {
        html.element("th", &[("scope", "row")], |html| {
            html.link(Link::Part(&format!("runner-{number}")), &[], |html| {
                html.text(&format!("{number}. "));
                // A runner without a name is called by its place, which the next column shows.
                let first = group.entries.first().map(PlannedRegistration::at).unwrap_or_default();
                if name == first { html.text("Runner") } else { html.code(&name) }
            });
        });
        html.tag("td", |html| {
            let (first, rest) = group.entries.split_at(group.entries.len().min(1));
            for entry in first {
                html.code(&entry.at());
            }
            if !rest.is_empty() {
                html.text(&format!(" and {} more", rest.len()));
            }
        });
        html.tag("td", |html| {
            let said =
                group.fields.iter().filter(|field| field.default.is_none() && field.name != "description");
            list(said, html, |field, html| {
                html.text(&format!("{}: ", field.name));
                value(&field.value, html);
            });
        });
        html.tag("td", |html| html.text(state));
    });
}

/// Writes `items` with commas between them.
fn list<T>(items: impl IntoIterator<Item = T>, html: &mut Html, mut write: impl FnMut(T, &mut Html)) {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            html.text(", ");
        }
        write(item, html);
    }
}

fn runner(number: usize, group: &Group, index: &Index<'_>, key: &str, html: &mut Html) {
    let (state, name) = title(group);
    let id = format!("runner-{number}");
    html.element("details", &[("class", "runner"), ("id", &id), ("open", "")], |html| {
        html.tag("summary", |html| {
            html.tag("h3", |html| {
                html.text(&format!("{number}. {state}: "));
                html.code(&name);
            });
            html.element("span", &[("class", "soft done")], |_| {});
        });
        html.element("div", &[("class", "columns")], |html| {
            html.tag("div", |html| today(group, index, html));
            html.tag("div", |html| {
                html.tag("h4", |html| html.text("Steps"));
                html.element("ol", &[("class", "steps")], |html| {
                    for (number, step) in group.steps.iter().enumerate() {
                        let key = format!("{key}-{}-{number}", step.what.as_str());
                        item(&key, html, |html| sentence(&step.text, html), |html| parts(step, html));
                    }
                });
            });
        });
    });
}

fn parts(step: &PlanStep, html: &mut Html) {
    if step.parts.is_empty() {
        return;
    }
    html.tag("ul", |html| {
        for part in &step.parts {
            html.tag("li", |html| sentence(part, html));
        }
    });
}

/// Where a runner is registered today, and its fields.
fn today(group: &Group, index: &Index<'_>, html: &mut Html) {
    html.tag("h4", |html| html.text("Registered today in"));
    html.tag("ul", |html| {
        for entry in &group.entries {
            html.tag("li", |html| registration::write(entry, index, html));
        }
    });
    if !group.fields.is_empty() {
        html.element("table", &[("class", "fields")], |html| {
            html.tag("caption", |html| {
                html.text(match group.need {
                    Need::Create => "Fields of the new runner",
                    Need::Check | Need::Exists | Need::Elsewhere => "Fields that the files set",
                });
            });
            html.tag("tbody", |html| {
                for field in &group.fields {
                    row(field, html);
                }
                if group.need == Need::Create {
                    runner_type(html);
                }
            });
        });
    }
    if !group.alike.is_empty() {
        html.tag("p", |html| {
            html.text("This runner differs from ");
            list(&group.alike, html, |number, html| {
                html.link(Link::Part(&format!("runner-{number}")), &[], |html| {
                    html.text(&format!("runner {number}"));
                });
            });
            html.text(" in the description only: one runner can serve all of them.");
        });
    }
}

fn row(field: &Field, html: &mut Html) {
    html.tag("tr", |html| {
        html.element("th", &[("scope", "row")], |html| html.code(field.name));
        html.tag("td", |html| {
            value(&field.value, html);
            let remarks = remarks(field);
            if !remarks.is_empty() {
                html.element("span", &[("class", "soft")], |html| {
                    html.prose(&format!(" ({})", remarks.join("; ")));
                });
            }
        });
    });
}

fn runner_type(html: &mut Html) {
    html.tag("tr", |html| {
        html.element("th", &[("scope", "row")], |html| html.code("runner_type"));
        html.tag("td", |html| {
            html.prose(
                "`instance_type`, `group_type` (with `group_id`) or `project_type` (with `project_id`), as the old runner",
            );
        });
    });
}

fn value(value: &PlannedValue, html: &mut Html) {
    match value {
        PlannedValue::List(words) => list(words, html, |word, html| html.code(word)),
        PlannedValue::Text(text) => html.code(text),
        PlannedValue::Flag(flag) => html.code(&flag.to_string()),
        PlannedValue::Number(number) => html.code(&number.to_string()),
        PlannedValue::FillIn(expression) => {
            html.tag("strong", |html| html.text("fill in"));
            html.text(" (today ");
            html.code(expression);
            html.text(")");
        }
    }
}

fn places(places: &[OtherPlace], index: &Index<'_>, keys: &mut HtmlKeys, html: &mut Html) {
    html.element("ul", &[("class", "steps")], |html| {
        for place in places {
            let key = keys.of(&[&place.rule, &place.path, &place.message]);
            let label = |html: &mut Html| {
                html.code(&format!("{}:{}", place.path, place.position.line));
                html.text(": ");
                html.prose(&place.message);
            };
            item(&key, html, label, |html| {
                if let Some(number) = index.other(&place.path, place.position.offset, &place.rule) {
                    html.text(" · ");
                    html.link(Link::Part(&format!("finding-{number}")), &[], |html| html.text("finding"));
                }
                if !place.help.is_empty() {
                    html.element("div", &[("class", "soft")], |html| html.prose(&place.help));
                }
            });
        }
    });
}

fn documentation(documentation: &Documentation, index: &Index<'_>, keys: &mut HtmlKeys, html: &mut Html) {
    html.element("section", &[("id", DOCUMENTATION)], |html| {
        html.tag("h3", |html| html.text("Documentation to update"));
        html.tag("p", |html| html.text("These are samples: there is no runner to create for them."));
        html.element("ul", &[("class", "steps")], |html| {
            for entry in &documentation.entries {
                let key = entries_key(std::slice::from_ref(entry), &[], keys);
                html.tag("li", |html| {
                    let label = format!("Updated: {}", entry.at());
                    let box_ = [("type", "checkbox"), ("aria-label", &*label), ("data-step", &*key)];
                    html.empty("input", &box_);
                    registration::write(entry, index, html);
                });
            }
        });
        if !documentation.places.is_empty() {
            places(&documentation.places, index, keys, html);
        }
        let steps = documentation.steps();
        if !steps.is_empty() {
            html.tag("h4", |html| html.text("How"));
            html.tag("ul", |html| {
                for step in &steps {
                    html.tag("li", |html| sentence(step, html));
                }
            });
        }
    });
}

/// A sentence: text of a file is code and nothing else.
fn sentence(pieces: &[WordPiece], html: &mut Html) {
    for piece in pieces {
        match piece {
            WordPiece::Words(words) => html.prose(&words.replace('*', "")),
            WordPiece::Code(text) => html.code(text),
        }
    }
}

fn group_key(group: &Group, keys: &mut HtmlKeys) -> String {
    let fields: Vec<String> =
        group.fields.iter().map(|field| format!("{}={:?}", field.name, field.value)).collect();
    entries_key(&group.entries, &fields, keys)
}

fn entries_key(entries: &[PlannedRegistration], fields: &[String], keys: &mut HtmlKeys) -> String {
    let kinds: Vec<String> = entries.iter().map(|it| format!("{:?}", it.kind)).collect();
    let entries = entries.iter().zip(&kinds);
    let entries = entries.flat_map(|(it, kind)| [&*it.path, kind, it.object.as_deref().unwrap_or_default()]);
    let parts: Vec<&str> = entries.chain(fields.iter().map(String::as_str)).collect();
    keys.of(&parts)
}
