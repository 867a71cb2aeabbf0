//! New names that fixes of rules outside of registrations write: a name that exists already, and one that two fixes write.

use super::fixes::UnitFix;
use super::{Analysis, LintedFile};
use crate::embed::NoEdit;
use crate::facts::NodeId;
use crate::finding::{Finding, Refusal};
use crate::sites::{Carrier, Via, is_option_name};
use std::collections::{BTreeMap, BTreeSet};

/// Where a name may be only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Within {
    /// A mapping of a text.
    Mapping(usize, NodeId),
    /// The top of a text.
    Top(usize),
    /// A command, an environment, values of a release.
    Scope(usize, Via),
}

/// Refuses a new name for `carrier` that is there already or is not a name of its kind.
///
/// # Errors
/// [`NoEdit`] says what is in the way.
pub(super) fn check(file: &LintedFile<'_>, carrier: &Carrier, name: &str) -> Result<(), NoEdit> {
    if carrier.via == Via::Option && !is_option_name(name) {
        return Err(NoEdit::new(format!("`{name}` is not the name of an option")));
    }
    if let Some(Within::Mapping(doc, mapping)) = mapping(file, carrier)
        && let Some(document) = file.documents.get(doc)
        && document.parsed.facts().tree.child(mapping, last(carrier, name)).is_some()
    {
        return Err(NoEdit::new(format!("`{name}` already exists")));
    }
    if let Some(Within::Top(doc)) = mapping(file, carrier) {
        let mut lines = file.caches.lines.borrow_mut();
        let lines = lines.entry(doc).or_insert_with(|| {
            let variables = file.documents.get(doc).map(|it| it.parsed.facts().variables.iter());
            variables.into_iter().flatten().map(|it| it.name.clone()).collect()
        });
        if lines.contains(name) {
            return Err(NoEdit::new(format!("`{name}` already exists")));
        }
    }
    if matches!(carrier.via, Via::Option | Via::Variable | Via::Chart) {
        let mut known = file.caches.named.borrow_mut();
        let known = known.entry(carrier.scope).or_insert_with(|| {
            file.in_scope(carrier.scope).map(|it| (it.via, it.name.clone())).collect::<BTreeSet<_>>()
        });
        if name != carrier.written && known.contains(&(carrier.via, whole(carrier, name))) {
            return Err(NoEdit::new(format!("`{name}` already exists")));
        }
    }
    Ok(())
}

/// A name that a fix writes.
#[derive(Clone, Debug)]
pub(crate) struct RenamedName {
    within: Within,
    new: String,
    /// What had another name: the same name may be written for it in several places. Empty for a new mapping.
    old: String,
}

impl RenamedName {
    pub(super) fn new(within: Within, new: &str, carrier: &Carrier) -> Self {
        Self { within, new: new.to_owned(), old: carrier.name.clone() }
    }

    /// A new mapping, which several entries may move into.
    pub(super) fn created(within: Within, new: &str) -> Self {
        Self { within, new: new.to_owned(), old: String::new() }
    }
}

/// Where a fix writes the new name of `carrier`, and which.
pub(super) fn written(file: &LintedFile<'_>, carrier: &Carrier, name: &str) -> Vec<RenamedName> {
    let mapping = mapping(file, carrier).map(|within| RenamedName::new(within, last(carrier, name), carrier));
    let named = matches!(carrier.via, Via::Option | Via::Variable | Via::Chart);
    let scope =
        || RenamedName::new(Within::Scope(carrier.scope, carrier.via), &whole(carrier, name), carrier);
    mapping.into_iter().chain(named.then(scope)).collect()
}

/// The mapping that has `carrier` as an entry.
fn mapping(file: &LintedFile<'_>, carrier: &Carrier) -> Option<Within> {
    let document = file.documents.get(carrier.doc)?;
    let tree = &document.parsed.facts().tree;
    if carrier.via == Via::Entry && tree.is_empty() {
        return Some(Within::Top(carrier.doc));
    }
    let node = *carrier.nodes.first()?;
    if tree.is_block(node) {
        return None;
    }
    // The key is the name itself, and not that of a list item with a name in it.
    tree.key(node).filter(|key| key.span.contains(carrier.name_span))?;
    Some(tree.parent(node).map_or(Within::Top(carrier.doc), |parent| Within::Mapping(carrier.doc, parent)))
}

/// The last part of the new name, as a key.
fn last<'n>(carrier: &Carrier, name: &'n str) -> &'n str {
    if carrier.via == Via::Chart { name.rsplit('.').next().unwrap_or(name) } else { name }
}

/// The new name with what is before its last part, where that is all that is written.
fn whole(carrier: &Carrier, name: &str) -> String {
    let before = carrier.name.strip_suffix(carrier.written.as_str()).unwrap_or_default();
    if carrier.via == Via::Chart { format!("{before}{name}") } else { name.to_owned() }
}

/// Refuses the fixes that write the same name in one place.
pub(super) fn refuse_twice(analysis: &mut Analysis, findings: &mut [Finding]) {
    let mut writers: BTreeMap<(Within, &str), Vec<(&str, &UnitFix)>> = BTreeMap::new();
    for fix in &analysis.fixes {
        for name in &fix.plan.names {
            writers.entry((name.within, &name.new)).or_default().push((&name.old, fix));
        }
    }
    let is_twice = |writers: &[(&str, &UnitFix)]| {
        writers.iter().any(|(old, _)| Some(old) != writers.first().map(|(old, _)| old))
    };
    let twice = writers.iter().filter(|(_, writers)| is_twice(writers));
    let twice: BTreeMap<String, String> = twice
        .flat_map(|((_, name), writers)| {
            writers.iter().map(|(_, fix)| (fix.unit.clone(), (*name).to_owned()))
        })
        .collect();
    if twice.is_empty() {
        return;
    }
    analysis.fixes.retain(|fix| !twice.contains_key(&fix.unit));
    for finding in findings.iter_mut().filter(|finding| finding.fix.is_ok()) {
        if let Some(name) = finding.group().and_then(|group| twice.get(&group)) {
            finding.fix = Err(Refusal::NotEditable(NoEdit::new(format!("`{name}` would appear twice"))));
            finding.removes = None;
        }
    }
}
