//! What a fixed text must be in its own language: JSON that stays JSON, and mappings without a key twice.

use crate::facts::{DataTree, NodeId};
use crate::syntax::{Language, is_lenient_json};
use serde::de::IgnoredAny;
use std::collections::{BTreeMap, BTreeSet};

/// A text in its language.
#[derive(Clone, Copy)]
pub(super) struct CheckedText<'t> {
    pub(super) language: &'static dyn Language,
    pub(super) text: &'t str,
    pub(super) tree: &'t DataTree,
}

/// Checks what a fix turns `before` into.
///
/// # Errors
/// What is not well formed, as a clause.
pub(super) fn check(before: CheckedText<'_>, after: CheckedText<'_>) -> Result<(), String> {
    let was_json = is_json(before.text);
    let has_comments = before.text.contains("//") || before.text.contains("/*");
    let is_lenient = !was_json && has_comments && is_lenient_json(before.text);
    if was_json && !is_json(after.text) || is_lenient && !is_lenient_json(after.text) {
        return Err("the result would not be valid JSON".to_owned());
    }
    let known = twice(before);
    let new =
        twice(after).into_iter().find(|(key, count)| known.get(key).is_none_or(|before| count > before));
    new.map_or(Ok(()), |(key, _)| Err(format!("`{key}` would appear twice")))
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// How often each key is in a mapping that has it already.
fn twice(of: CheckedText<'_>) -> BTreeMap<&str, usize> {
    let mut twice: BTreeMap<&str, usize> = BTreeMap::new();
    if !of.language.keys_are_unique() {
        return twice;
    }
    let mut known: BTreeSet<(Option<NodeId>, &str)> = BTreeSet::new();
    for id in of.tree.ids() {
        // Of a block there may be several.
        let Some(key) = of.tree.key(id).filter(|_| !of.tree.is_block(id)) else { continue };
        if !known.insert((of.tree.parent(id), key.text)) {
            *twice.entry(key.text).or_default() += 1;
        }
    }
    twice
}
