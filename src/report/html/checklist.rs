//! Checklists: items that can be ticked, and the names by which a browser keeps the ticks.

use super::writer::Html;
use crate::fingerprint;
use std::collections::HashMap;

/// An item of a checklist. Its tick stays in the browser, by `key`.
pub(super) fn item(key: &str, html: &mut Html, label: impl FnOnce(&mut Html), more: impl FnOnce(&mut Html)) {
    let id = format!("step-{key}");
    html.tag("li", |html| {
        html.empty("input", &[("type", "checkbox"), ("id", &id), ("data-step", key)]);
        html.element("label", &[("for", &id)], label);
        more(html);
    });
}

/// Names for the checkboxes of a page: unique, and independent of added or removed lines.
pub(super) struct HtmlKeys {
    project: String,
    seen: HashMap<String, usize>,
}

impl HtmlKeys {
    /// The keys of a page; those of another `project` differ.
    pub(super) fn new(project: &str) -> Self {
        Self { project: project.to_owned(), seen: HashMap::new() }
    }

    /// The key of what `parts` name.
    pub(super) fn of(&mut self, parts: &[&str]) -> String {
        let hash = fingerprint::digest([&*self.project].into_iter().chain(parts.iter().copied()));
        let before = self.seen.entry(hash.clone()).or_default();
        *before += 1;
        format!("{hash}-{before}")
    }
}
