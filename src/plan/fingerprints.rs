//! What identifies a registration from one plan to the next, so that no runner is created twice.

use super::{Field, Group, PlannedRegistration, PlannedValue};
use crate::fingerprint::digest;
use std::collections::BTreeMap;

/// Gives each registration its fingerprint. Lines and the numbers of runners are not part of it: both change with other edits.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    /// How often each was given.
    given: BTreeMap<String, usize>,
}

impl Fingerprints {
    /// Gives all registrations of a group theirs.
    pub(super) fn give(&mut self, group: &mut Group) {
        let fields: Vec<String> = group.fields.iter().map(text).collect();
        for entry in &mut group.entries {
            let parts = parts(entry).into_iter().chain(fields.iter().map(String::as_str));
            let own = digest(parts);
            let before = self.given.entry(own.clone()).or_default();
            entry.fingerprint = match *before {
                0 => own,
                before => digest([own.as_str(), &before.to_string()]),
            };
            *before += 1;
        }
    }
}

/// What a registration is, without its line. It excludes a literal token: a hash of a secret must not be shown.
fn parts(entry: &PlannedRegistration) -> Vec<&str> {
    let optional = [
        entry.place.as_deref(),
        entry.object.as_deref(),
        entry.url.as_ref().map(|it| it.text.trim_end_matches('/')),
        entry.secret.as_ref().map(|it| it.text.as_str()),
        entry.executor.as_ref().map(|it| it.text.as_str()),
    ];
    let tokens = entry.slots.iter().filter_map(|slot| slot.expression.as_deref());
    let optional = optional.into_iter().map(Option::unwrap_or_default);
    std::iter::once(entry.path.as_str()).chain(optional).chain(tokens).collect()
}

fn text(field: &Field) -> String {
    let value = match &field.value {
        PlannedValue::Text(text) => text.clone(),
        PlannedValue::FillIn(expression) => expression.clone(),
        PlannedValue::List(words) => words.join(","),
        PlannedValue::Flag(flag) => flag.to_string(),
        PlannedValue::Number(number) => number.to_string(),
    };
    format!("{}={value}", field.name)
}
