//! Hash tables of PowerShell that commands take: `-Body @{ … }`, `-Body $body`, `@parameters`.

use super::Unknown;
use super::command::Around;
use super::{Brings, UnknownKind};
use crate::facts::{DataTree, NodeId};
use crate::text::Span;

/// How much of the text after an option is looked at.
const NEAR: usize = 200;
/// Changes of a table that are named.
const MOST_CHANGES: usize = 3;

/// A hash table, and what may change it.
pub(super) struct Table<'a> {
    pub(super) tree: &'a DataTree,
    pub(super) id: NodeId,
    pub(super) changes: Vec<Unknown>,
}

impl<'a> Table<'a> {
    /// The table that is given right after the byte `at`, or that a name there refers to.
    pub(super) fn behind(at: usize, around: &Around<'a>) -> Option<Self> {
        let tree = &around.parsed.facts().objects;
        let rest = around.text().get(at..).filter(|_| !tree.is_empty())?;
        let line = rest.bytes().take(NEAR).take_while(|byte| *byte != b'\n').count();
        let line = rest.get(..line)?;
        let given = line.trim_start_matches([' ', '\t', '(']);
        let from = at + line.len() - given.len();
        if let Some(braces) =
            given.find("@{").filter(|before| !given.get(..*before).is_some_and(|it| it.contains('$')))
        {
            let id = at_brace(tree, from + braces + 1)?;
            return Some(Self { tree, id, changes: Vec::new() });
        }
        let name = given.strip_prefix('$')?;
        let len = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        Self::named(name.get(..len)?, from, around)
    }

    /// The table that the variable has before the byte `at`.
    pub(super) fn named(name: &str, at: usize, around: &Around<'a>) -> Option<Self> {
        let tree = &around.parsed.facts().objects;
        let variables = around.context.variables;
        let known = variables.objects(tree, name);
        let before = known.partition_point(|(start, _)| *start < at);
        let (start, id) = known.get(before.checked_sub(1)?).copied()?;
        let id = tree.is_mapping(id).then_some(id)?;
        let end = tree.span(id)?.end();
        if end > at {
            return None;
        }
        let text = around.text();
        let reads =
            variables.reads(name, text).iter().filter(|read| **read > end && **read < at.saturating_sub(1));
        let place = |read: &usize| {
            let span = Span::new(read.saturating_sub(name.len()), read + 1);
            Unknown::new(UnknownKind::Expression, Brings::Anything, span.of(text), around.context.doc, span)
        };
        let mut changes: Vec<Unknown> = reads.take(MOST_CHANGES).map(place).collect();
        // Which of several counts, a condition decides.
        let indent = |at: usize| {
            let line = text
                .get(at.saturating_sub(NEAR)..at)
                .unwrap_or_default()
                .rsplit('\n')
                .next()
                .unwrap_or_default();
            line.len() - line.trim_start().len()
        };
        if indent(start) > indent(at) {
            let span = Span::new(start, start + name.len() + 1);
            let (kind, doc) = (UnknownKind::Expression, around.context.doc);
            changes.push(Unknown::new(kind, Brings::Anything, span.of(text), doc, span));
        }
        Some(Self { tree, id: inner(tree, id), changes })
    }

    /// The value of a key, in any case.
    pub(super) fn get(&self, key: &str) -> Option<NodeId> {
        let is = |at: &NodeId| self.tree.key_text(*at).is_some_and(|it| it.eq_ignore_ascii_case(key));
        self.tree.children(self.id).iter().copied().find(is)
    }

    /// The table that one of its values is.
    pub(super) fn table(&self, id: NodeId, around: &Around<'a>) -> Option<Self> {
        let at = inner(self.tree, id);
        let is_table = self.tree.is_mapping(at) && !self.tree.is_computed(at);
        if is_table && self.tree.children(at).iter().any(|it| self.tree.key(*it).is_some()) {
            return Some(Self { tree: self.tree, id: at, changes: Vec::new() });
        }
        let start = self.tree.span(id)?.start();
        Self::behind(start, around)
    }
}

/// The table in parentheses: `(@{ … } | ConvertTo-Json)`.
fn inner(tree: &DataTree, id: NodeId) -> NodeId {
    let children = tree.children(id);
    let is_keyed = children.iter().any(|it| tree.key(*it).is_some());
    let only = children.iter().copied().find(|it| tree.is_mapping(*it) && tree.key(*it).is_none());
    only.filter(|_| !is_keyed).unwrap_or(id)
}

/// The mapping whose brace is at `start`.
fn at_brace(tree: &DataTree, start: usize) -> Option<NodeId> {
    let found = tree.innermost(start + 1)?;
    tree.around(found)
        .find(|at| tree.is_mapping(*at) && tree.span(*at).is_some_and(|span| span.start() == start))
}
