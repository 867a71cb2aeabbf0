//! Entries that reach a mapping by an alias or a merge key (`<<`). They are followed to where they are written, never
//! copied, and a tree is followed at most some times as far as it is long.

use super::built::{Built, Wants};
use super::paths;
use crate::facts::{DataTree, NodeId, NodeKind};
use crate::text::Span;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Mappings that are followed for one mapping: real ones merge a few.
const MOST_MERGED: usize = 32;

/// Entries that are followed in any tree, and how many times its length in a long one.
const FOLLOWED: usize = 4096;
const TIMES: usize = 2;

/// The key whose value is merged into the mapping.
const MERGE: &str = "<<";

/// The aliases of one tree, and how far they were followed.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    /// The aliases of each anchored node, in order.
    uses: BTreeMap<NodeId, Vec<NodeId>>,
    /// For each node the nearest one, itself or around it, that an alias refers to.
    nearest: Vec<Option<NodeId>>,
    /// The merge keys of each mapping that has some.
    merges: BTreeMap<NodeId, Vec<NodeId>>,
    /// Entries that may still be followed.
    budget: Cell<usize>,
    /// Mappings that were followed.
    followed: RefCell<HashSet<NodeId>>,
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub(super) struct MappingEntry {
    /// The entry: its key and value.
    pub(super) id: NodeId,
    /// The aliases that lead to it, from the outermost on.
    pub(super) path: Vec<NodeId>,
    /// Whether another entry with its key counts instead.
    pub(super) overridden: bool,
}

/// What a mapping holds.
#[derive(Debug, Default)]
pub(super) struct MappingEntries {
    /// Its entries: those that count less come first.
    pub(super) list: Vec<MappingEntry>,
    /// Values of merge keys and expressions that cannot be followed.
    pub(super) unread: Vec<NodeId>,
}

/// How a value is related to an anchor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchored {
    /// The alias that brings it to its mapping, in the text that it is in.
    pub through: Option<Span>,
    /// All aliases that bring it there.
    pub path: Vec<Span>,
    /// What else uses the same place of the text.
    pub elsewhere: Option<Span>,
    /// Whether another entry with its key counts instead.
    pub overridden: bool,
}

impl Aliases {
    /// Those of `tree`; `merges` is whether its language has merge keys and its text one of them.
    pub(super) fn of(tree: &DataTree, merges: bool) -> Self {
        let keys = tree.ids().filter(|id| merges && tree.is_key(*id, MERGE));
        let mut merges: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        for (id, parent) in keys.filter_map(|id| Some((id, tree.parent(id)?))) {
            merges.entry(parent).or_default().push(id);
        }
        if tree.aliases.is_empty() {
            return Self { merges, ..Self::default() };
        }
        let mut uses: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        for (alias, target) in &tree.aliases {
            uses.entry(*target).or_default().push(*alias);
        }
        let mut nearest: Vec<Option<NodeId>> = Vec::with_capacity(tree.len());
        for id in tree.ids() {
            let above = tree.parent(id).and_then(|at| nearest.get(at.0 as usize).copied().flatten());
            nearest.push(if uses.contains_key(&id) { Some(id) } else { above });
        }
        let budget = Cell::new(FOLLOWED + TIMES * tree.len());
        Self { uses, nearest, merges, budget, followed: RefCell::default() }
    }

    /// Whether the tree has aliases.
    pub(super) fn any(&self) -> bool {
        !self.uses.is_empty()
    }

    /// Whether an alias refers to `id`.
    pub(super) fn is_used(&self, id: NodeId) -> bool {
        self.uses.contains_key(&id)
    }

    /// Whether the entries of the mapping `id` were read where an alias is.
    pub(super) fn is_followed(&self, id: NodeId) -> bool {
        self.followed.borrow().contains(&id)
    }

    /// The mappings that make up `id`, those that count more first, each with the aliases that lead to it.
    fn sources(
        &self,
        tree: &DataTree,
        id: NodeId,
        path: &[NodeId],
    ) -> (Vec<(NodeId, Vec<NodeId>)>, Vec<NodeId>) {
        let mut sources = Vec::new();
        let mut unread = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![(id, path.to_vec())];
        while let Some((at, mut path)) = open.pop() {
            let target = tree.resolve(at);
            if target != at {
                path.push(at);
            }
            match tree.kind(target) {
                Some(NodeKind::Mapping) if tree.is_computed(target) && seen.len() < MOST_MERGED => {
                    if !seen.insert(target) {
                        continue;
                    }
                    let built = Built::of(tree, target, Wants::Objects);
                    unread.extend(built.unknowns);
                    open.extend(built.parts.into_iter().rev().map(|part| (part, path.clone())));
                }
                Some(NodeKind::Mapping) if seen.len() < MOST_MERGED => {
                    if !seen.insert(target) {
                        continue;
                    }
                    let merged = self.merges.get(&target).map(Vec::as_slice).unwrap_or_default();
                    let merged = merged.iter().take(MOST_MERGED).rev();
                    open.extend(merged.map(|child| (*child, path.clone())));
                    sources.push((target, path));
                }
                // A list of mappings: the first one counts most.
                Some(NodeKind::Sequence) if at != id && seen.len() < MOST_MERGED => {
                    // A list may hold itself.
                    if !seen.insert(target) {
                        continue;
                    }
                    let items = tree.children(target);
                    let rest = items.get(MOST_MERGED..).and_then(<[NodeId]>::first);
                    unread.extend(rest);
                    open.extend(items.iter().take(MOST_MERGED).rev().map(|item| (*item, path.clone())));
                }
                Some(NodeKind::Scalar(scalar)) if at == id || scalar.null => {}
                _ => unread.push(at),
            }
        }
        (sources, unread)
    }

    /// The entries of the mapping `id` (or of the one that the alias `id` refers to, or that an expression builds), to which
    /// the aliases `path` lead.
    pub(super) fn entries(&self, tree: &DataTree, id: NodeId, path: &[NodeId]) -> MappingEntries {
        if tree.is_computed(id) || self.merges.is_empty() && !self.any() {
            let built = Built::of(tree, id, Wants::Objects);
            let plain = |id| MappingEntry { id, path: path.to_vec(), overridden: false };
            return MappingEntries { list: built.entries(tree).map(plain).collect(), unread: built.unknowns };
        }
        let (sources, mut unread) = self.sources(tree, id, path);
        let mut known: HashSet<&str> = HashSet::new();
        let mut parts: Vec<Vec<MappingEntry>> = Vec::new();
        for (at, path) in sources {
            let children = tree.children(at);
            if let Some(alias) = path.last() {
                let left = self.budget.get();
                if left < children.len() {
                    unread.push(*alias);
                    continue;
                }
                self.budget.set(left - children.len());
                self.followed.borrow_mut().insert(at);
            }
            let merge = |child: &&NodeId| self.merges.contains_key(&at) && tree.is_key(**child, MERGE);
            let own: Vec<MappingEntry> = children
                .iter()
                .filter(|child| !merge(child))
                .map(|child| {
                    let overridden = tree.key_text(*child).is_some_and(|key| known.contains(key));
                    MappingEntry { id: *child, path: path.clone(), overridden }
                })
                .collect();
            known.extend(children.iter().filter_map(|child| tree.key_text(*child)));
            parts.push(own);
        }
        MappingEntries { list: parts.into_iter().rev().flatten().collect(), unread }
    }

    /// The value of `key` in the mapping `id`, merged ones included.
    pub(super) fn child(&self, tree: &DataTree, id: NodeId, key: &str) -> Option<NodeId> {
        let at = tree.resolve(id);
        let own = tree.child(at, key);
        if own.is_some() || !self.merges.contains_key(&at) {
            return own;
        }
        self.sources(tree, at, &[]).0.into_iter().find_map(|(source, _)| tree.child(source, key))
    }

    /// The node at a dotted path below `id`, merged ones included; of an alias what it refers to.
    pub(super) fn below(&self, tree: &DataTree, id: NodeId, path: &str) -> Option<NodeId> {
        if self.merges.is_empty() && !self.any() {
            return paths::below(tree, id, path);
        }
        path.split('.').try_fold(id, |at, key| self.child(tree, at, key)).map(|at| tree.resolve(at))
    }

    /// How the entry is related to anchors; nothing where there are none.
    pub(super) fn anchored(&self, tree: &DataTree, entry: &MappingEntry) -> Option<Anchored> {
        if !self.any() {
            return None;
        }
        let span = |id: NodeId| tree.span(id);
        let value = through(tree, entry.id);
        let path = entry.path.iter().filter_map(|id| span(*id)).collect();
        let through = value.or(entry.path.last().copied()).and_then(span);
        let anchored = Anchored {
            through,
            path,
            elsewhere: self.elsewhere(tree, entry).and_then(span),
            overridden: entry.overridden,
        };
        (anchored != Anchored::default()).then_some(anchored)
    }

    /// An alias beside those of its path that leads to the entry as well.
    fn elsewhere(&self, tree: &DataTree, entry: &MappingEntry) -> Option<NodeId> {
        let around =
            |id: NodeId| tree.parent(id).and_then(|at| self.nearest.get(at.0 as usize).copied().flatten());
        // Each of them but the last has an alias in the path, so this ends with it.
        let mut at = around(entry.id);
        while let Some(target) = at {
            let mut uses = self.uses.get(&target).into_iter().flatten();
            if let Some(other) = uses.find(|alias| !entry.path.contains(alias)) {
                return Some(*other);
            }
            at = around(target);
        }
        None
    }
}

/// The alias that is the value of the entry `id`, or the first one in its list.
fn through(tree: &DataTree, id: NodeId) -> Option<NodeId> {
    let is_alias = |id: &NodeId| tree.aliases.contains_key(id);
    Some(id).filter(is_alias).or_else(|| tree.children(id).iter().copied().find(is_alias))
}
