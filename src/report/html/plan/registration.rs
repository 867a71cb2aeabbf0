//! A registration of today: where it is, and what the file sets for it.

use super::list;
use crate::plan::{PlannedRegistration, SettingShown, Shown};
use crate::report::html::blocks::Index;
use crate::report::html::writer::{Html, Link};
use crate::report::plan::{kind, unknowns};
use crate::report::summary::plural;
use crate::rules::Class;

/// What an item says about a registration.
pub(super) fn write(entry: &PlannedRegistration, index: &Index<'_>, html: &mut Html) {
    html.code(&entry.at());
    html.text(": ");
    html.prose(&kind(entry));
    if let Some(place) = &entry.place {
        html.text(", in the ");
        html.prose(place);
    }
    if let Some(object) = &entry.object {
        html.text(if entry.place.is_some() { " of " } else { " " });
        html.code(object);
    }
    if let Some((number, count)) = index.registration(&entry.path, &entry.unit) {
        html.text(" · ");
        html.link(Link::Part(&format!("registration-{number}")), &[], |html| {
            html.text(&plural(count, "finding"));
        });
    }
    let facts = [
        ("description", &entry.description),
        ("executor", &entry.executor),
        ("URL", &entry.url),
        ("Secret", &entry.secret),
    ];
    let facts: Vec<_> = facts.iter().filter_map(|(name, fact)| Some((*name, fact.as_ref()?))).collect();
    html.tag("ul", |html| {
        if !facts.is_empty() {
            html.tag("li", |html| {
                list(facts, html, |(name, fact), html| {
                    html.text(&format!("{name} "));
                    shown(fact, html);
                });
            });
        }
        for slot in &entry.slots {
            named(&slot.name, slot.position.line, html, |html| match &slot.expression {
                Some(expression) => html.code(expression),
                None if slot.class <= Class::Empty => html.text("empty"),
                None => html.text("a literal token"),
            });
        }
        for setting in &entry.settings {
            set(setting, html, |html| {
                if setting.overridden {
                    html.text(" (overridden)");
                }
            });
        }
        for it in &entry.without_effect {
            set(&it.setting, html, |html| {
                html.text(" (no effect in ");
                html.prose(&it.place);
                html.text(")");
            });
        }
        for (written, lines) in unknowns(entry) {
            html.tag("li", |html| {
                html.text("also check ");
                html.code(written);
                html.text(&format!(" ({lines})"));
            });
        }
    });
}

fn set(setting: &SettingShown, html: &mut Html, more: impl FnOnce(&mut Html)) {
    named(&setting.name, setting.value.position.line, html, |html| {
        shown(&setting.value, html);
        more(html);
    });
}

fn named(name: &str, line: usize, html: &mut Html, inside: impl FnOnce(&mut Html)) {
    html.tag("li", |html| {
        html.code(name);
        html.text(&format!(" (line {line}): "));
        inside(html);
    });
}

fn shown(shown: &Shown, html: &mut Html) {
    if shown.text.is_empty() {
        html.text("empty");
    } else {
        html.code(&shown.text);
    }
    if let Some(written) = &shown.written {
        html.text(" (written ");
        html.code(written);
        html.text(")");
    }
}
