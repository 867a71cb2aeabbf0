//! Entries of a mapping or list with an anchor: an edit changes them wherever an alias uses them.

use crate::facts::{DataTree, NodeId};
use crate::rules::{Rule, When};
use crate::sites::{Anchored, Pattern, document_of, leads_along};
use std::collections::BTreeMap;

/// Places that are looked at for one entry.
const MOST_PLACES: usize = 64;
/// Nodes that are looked at in any tree, and how many times its length in a long one.
const FOLLOWED: usize = 65_536;
const TIMES: usize = 8;

/// The key whose value is merged into its mapping.
const MERGE: &str = "<<";

/// The aliases of a tree.
pub(super) struct AnchorAliases<'a> {
    tree: &'a DataTree,
    /// Those of each node, in order.
    uses: BTreeMap<NodeId, Vec<NodeId>>,
    /// Nodes that may still be looked at.
    budget: usize,
}

impl<'a> AnchorAliases<'a> {
    pub(super) fn of(tree: &'a DataTree) -> Self {
        let mut uses: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        for (alias, target) in &tree.aliases {
            uses.entry(*target).or_default().push(*alias);
        }
        Self { tree, uses, budget: FOLLOWED + TIMES * tree.len() }
    }

    /// How the entry `id`, which `patterns` of `rule` find, is used through aliases; nothing where there are none. A use that the
    /// rule does not find as well is `elsewhere`.
    pub(super) fn anchored(&mut self, rule: &Rule, patterns: &[Pattern], id: NodeId) -> Option<Anchored> {
        let tree = self.tree;
        let only_renames = rule.actions.iter().all(|action| {
            action.rename.is_some()
                && action.set.is_none()
                && action.remove.is_empty()
                && action.moves.is_none()
                && action.move_beside.is_none()
        });
        let mut out = Anchored::default();
        // The node whose uses are next, and the way down from it to the entry.
        let mut open = vec![(id, Vec::new())];
        let mut places = 0;
        while let Some((from, below)) = open.pop() {
            // What is below the node that is looked at, from the entry up.
            let mut way: Vec<NodeId> = below;
            for at in tree.around(from) {
                // An alias of the value has another key.
                if at == id && only_renames {
                    way.push(at);
                    continue;
                }
                for alias in self.uses.get(&at).into_iter().flatten() {
                    places += 1;
                    self.budget = self.budget.saturating_sub(way.len() + 8);
                    out.path.extend(tree.span(*alias));
                    if !way_fits(tree, rule, *alias, at, way.last())
                        || places > MOST_PLACES
                        || self.budget == 0
                    {
                        out.elsewhere = tree.span(*alias);
                        return Some(out);
                    }
                    let place = merged_into(tree, *alias).unwrap_or(*alias);
                    let down = way.iter().rev();
                    let mut chain: Vec<NodeId> = tree.around(place).collect();
                    chain.reverse();
                    chain.extend(down);
                    if !patterns.iter().any(|pattern| leads_along(pattern, tree, &chain)) {
                        out.elsewhere = tree.span(*alias);
                        return Some(out);
                    }
                    open.push((place, way.clone()));
                }
                way.push(at);
            }
        }
        (!out.path.is_empty()).then_some(out)
    }
}

/// The mapping that an alias is merged into: `<<: *a`, `<<: [*a, *b]`.
fn merged_into(tree: &DataTree, alias: NodeId) -> Option<NodeId> {
    let mut around = tree.around(alias).take(2);
    tree.parent(around.find(|at| tree.is_key(*at, MERGE))?)
}

/// Whether the conditions and the fix of a rule mean the same where `alias` uses the node `at`; `entry` is below that.
fn way_fits(tree: &DataTree, rule: &Rule, alias: NodeId, at: NodeId, entry: Option<&NodeId>) -> bool {
    let matches = rule.matches.iter().map(|found| &found.when);
    let actions = rule.actions.iter().map(|row| &row.when);
    let mut open: Vec<&When> =
        matches.chain(actions).chain(rule.severity.iter().map(|row| &row.when)).collect();
    let merged = merged_into(tree, alias);
    // The alias is the value of the entry itself.
    let is_itself = entry.is_none();
    let is_same_document = document_of(tree, alias) == document_of(tree, at);
    while let Some(when) = open.pop() {
        let is_nearby = !when.beside.is_empty() && (merged.is_some() || is_itself);
        let is_outside = !when.document.is_empty() && !is_same_document;
        if is_nearby || is_outside || !when.around.is_empty() {
            return false;
        }
        open.extend(when.all.iter().chain(&when.any).chain(when.not.as_deref()));
    }
    rule.actions.iter().all(|action| {
        // A name that the mapping has already would win over the merged one.
        let is_free = |name: &String| {
            merged.is_none_or(|mapping| !name.contains('{') && tree.child(mapping, name).is_none())
        };
        let renames = action.rename.as_ref();
        let stays = action.moves.is_none() && action.move_beside.is_none();
        stays && renames.is_none_or(is_free) && !(is_itself && renames.is_some())
    })
}
