//! All that is wrong with the form of a rule file, not only the first of it.

use super::super::{Rule, RuleText};
use super::fault::Fault;
use super::spanned::{Keys, RuleReader};
use super::{RuleSource, TEXT, TEXT_AND_ID};
use crate::facts::{DataTree, NodeId};
use std::collections::BTreeSet;

/// What is read for keys that are missing or wrong.
const DEFAULTS: &str =
    "id: ''\ntitle: a\nsummary: a\nhelp: a\nmatch: []\nseverity: []\nwhy: a\nexamples: []\n";

/// What could be read of a file.
pub(super) struct Several {
    /// The rule without the keys that are wrong.
    pub(super) rule: Option<(Rule, RuleText)>,
    /// Those keys, and required ones that are missing.
    pub(super) unread: Vec<String>,
    /// What is wrong with them.
    pub(super) faults: Vec<Fault>,
}

/// Reads each key of the top mapping by itself, and each item of the lists there.
pub(super) fn read(tree: &DataTree, top: NodeId) -> Several {
    let defaults = RuleSource::new(String::new(), DEFAULTS.to_owned());
    let mut out = Several { rule: None, unread: Vec::new(), faults: Vec::new() };
    let Some(empty) = defaults.facts().map(|facts| RuleReader::of(&facts.tree)) else { return out };
    let children = tree.children(top);
    let all: BTreeSet<NodeId> = children.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    for child in children {
        let Some(key) = tree.key_text(*child) else { continue };
        let others = || all.iter().copied().filter(|other| other != child);
        let fault = |skipped: BTreeSet<NodeId>| {
            let reader = RuleReader::without(tree, skipped, &empty);
            if TEXT.contains(&key) {
                reader.read::<RuleText>(top, Keys::Only(TEXT_AND_ID)).err()
            } else {
                reader.read::<Rule>(top, Keys::Without(TEXT)).err()
            }
        };
        let Some(whole) = fault(others().collect()) else { continue };
        let items = tree.children(*child);
        let of_items = items.iter().filter(|_| tree.is_sequence(*child)).filter_map(|item| {
            let skipped = items.iter().copied().filter(|other| other != item);
            fault(others().chain(skipped).collect())
        });
        // A list where none belongs is wrong as a whole.
        let list = tree.span(*child);
        let of_items: Vec<Fault> = of_items.filter(|fault| fault.span != list).collect();
        out.faults.extend(if of_items.is_empty() { vec![whole] } else { of_items });
        out.unread.push(key.to_owned());
        wrong.insert(*child);
    }
    let whole = tree.span(top).unwrap_or_default();
    let required = empty.top().map(|top| empty.keys(top)).unwrap_or_default();
    for key in required.into_iter().filter(|key| tree.child(top, key).is_none()) {
        let meant = format!("did you mean `{key}`?");
        if out.faults.iter().all(|fault| fault.help.as_ref() != Some(&meant)) {
            out.faults.push(Fault::new(format!("`{key}` is missing")).at(whole));
        }
        out.unread.push(key.to_owned());
    }
    let reader = RuleReader::without(tree, wrong, &empty);
    let rule = reader.read(top, Keys::Without(TEXT));
    let text = reader.read(top, Keys::Only(TEXT_AND_ID));
    match (rule, text) {
        (Ok(rule), Ok(text)) => out.rule = Some((rule, text)),
        // Such as a key that is there twice.
        (rule, text) if out.faults.is_empty() => out.faults.extend(rule.err().or(text.err())),
        _ => {}
    }
    out
}
