//! What the run changed, and what it could not check.

use super::writer::Html;
use crate::escape::inline;
use crate::report::{Run, notices};

/// What there is to note.
pub(super) struct Notes {
    fixed: Vec<String>,
    unchecked: Vec<String>,
}

impl Notes {
    /// The notes of a run.
    pub(super) fn of(run: &Run<'_>) -> Self {
        let mut fixed = Vec::new();
        for file in run.files {
            for gone in &file.fixed {
                let removed = gone.removed.as_ref().map_or(String::new(), |it| {
                    format!(": removed {} = {} (set it on the runner in GitLab)", it.field, inline(&it.value))
                });
                fixed.push(format!("{}:{}: {}{removed}", inline(&file.path), gone.start.line, gone.rule));
            }
        }
        Self { fixed, unchecked: notices(run.files, false) }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.fixed.len() + self.unchecked.len()
    }

    /// The section; nothing if there are none.
    pub(super) fn write(&self, html: &mut Html) {
        if self.len() == 0 {
            return;
        }
        html.element("section", &[("id", "notes"), ("aria-labelledby", "notes-title")], |html| {
            html.element("h2", &[("id", "notes-title")], |html| html.text("Notes"));
            for (title, lines) in [("Fixed", &self.fixed), ("Not fully checked", &self.unchecked)] {
                if lines.is_empty() {
                    continue;
                }
                html.tag("h3", |html| html.text(title));
                html.tag("ul", |html| {
                    for line in lines {
                        html.tag("li", |html| html.code(line));
                    }
                });
            }
        });
    }
}
