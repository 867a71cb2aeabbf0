//! Where the value of a slot comes from, where the same text says so.

use super::File;
use super::documents::Document;
use crate::rules::{Class, Registration, Role};
use crate::sites::expanded;
use crate::text::Span;
use std::collections::BTreeMap;

/// Whether the old slot of a registration holds what can never be a literal for the new one.
pub(super) fn is_never(file: &File<'_>, registration: &Registration) -> bool {
    if file.unit.never.is_empty() {
        return false;
    }
    let old = registration.members.iter().filter(|it| it.role == Role::Old && it.class == Class::Opaque);
    old.filter_map(|member| file.survey.carriers.get(member.carrier)).any(|carrier| {
        let Some(document) = file.documents.get(carrier.doc) else { return false };
        let text = match carrier.value.text.as_str() {
            "" => carrier.value.span.of(&document.text),
            text => text,
        };
        let given = || file.given_to(carrier.doc, text);
        matches(file, text) || given().iter().any(|(value, _)| matches(file, value.of(&document.text)))
    })
}

fn matches(file: &File<'_>, text: &str) -> bool {
    file.unit.never.iter().filter_map(|never| never.regex()).any(|never| never.is_match(text))
}

/// Values of one name that are looked at.
const MOST_VALUES: usize = 8;

/// The names that a text gives values to, with the bytes of those values and of the names; made once for each text.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, Vec<(Span, Span)>>);

impl Names {
    fn of(document: &Document) -> Self {
        let facts = document.parsed.facts();
        let mut names: BTreeMap<String, Vec<(Span, Span)>> = BTreeMap::new();
        let mut add = |name: String, value: Span, at: Span| {
            let all = names.entry(name).or_default();
            if all.len() < MOST_VALUES {
                all.push((value, at));
            }
        };
        for variable in &facts.variables {
            add(variable.name.clone(), variable.value_span, variable.name_span);
        }
        // `local.token` of HCL.
        let tree = &facts.tree;
        let tops = tree.roots.iter().flat_map(|root| tree.children(*root));
        for local in tops.filter(|top| tree.is_key(**top, "locals")).flat_map(|it| tree.children(*it)) {
            if let (Some(key), Some(span)) = (tree.key(*local), tree.span(*local)) {
                add(format!("local.{}", key.text), span, key.span);
            }
        }
        Self(names)
    }
}

impl File<'_> {
    /// Where the text `doc` gives values to what `text` expands: the values, and the names.
    pub(super) fn given_to(&self, doc: usize, text: &str) -> Vec<(Span, Span)> {
        let name = expanded(text).unwrap_or(text);
        let mut given = self.caches.given.borrow_mut();
        let names =
            given.entry(doc).or_insert_with(|| self.documents.get(doc).map(Names::of).unwrap_or_default());
        names.0.get(name).cloned().unwrap_or_default()
    }
}
