//! The `=` of arguments on lines next to each other, which are aligned as `terraform fmt` does it.

use super::ParsedHcl;
use crate::facts::NodeId;
use crate::syntax::entries::EntryStyle;
use crate::text::{Edit, EditSet, Span};
use std::collections::BTreeSet;

/// An argument of a group.
struct Argument {
    /// The bytes between its name and its `=`.
    gap: Span,
    /// The column of its `=`, and the bytes of its name after the edits.
    column: usize,
    name: usize,
}

/// As [`super::super::Parsed::align`].
pub(super) fn align(document: &ParsedHcl, edits: &EditSet) -> Vec<Edit> {
    let tree = &document.facts.tree;
    let mut done: BTreeSet<NodeId> = BTreeSet::new();
    let mut out = Vec::new();
    for edit in edits.iter().filter(|edit| !edit.span.is_empty() && !edit.replacement.is_empty()) {
        let Some(id) = tree.innermost(edit.span.start()) else { continue };
        let is_name = tree.key(id).is_some_and(|key| key.span.contains(edit.span));
        if !is_name || done.contains(&id) {
            continue;
        }
        let group = group(document, id);
        done.extend(&group);
        let arguments: Option<Vec<Argument>> =
            group.iter().map(|id| argument(document, *id, edits)).collect();
        let Some(arguments) = arguments.filter(|it| it.len() > 1) else { continue };
        let column = arguments.first().map(|it| it.column);
        if arguments.iter().any(|it| Some(it.column) != column) {
            continue;
        }
        let width = arguments.iter().map(|it| it.name).max().unwrap_or_default();
        let gaps = arguments.iter().map(|it| (it.gap, width + 1 - it.name));
        let changed = gaps.filter(|(gap, wanted)| gap.len() != *wanted);
        out.extend(changed.map(|(gap, wanted)| Edit::replace(gap, " ".repeat(wanted))));
    }
    out
}

/// The arguments on the lines around that of `id`, without a blank line, a comment or a block between them.
fn group(document: &ParsedHcl, id: NodeId) -> Vec<NodeId> {
    let tree = &document.facts.tree;
    let Some(parent) = tree.parent(id) else { return Vec::new() };
    let siblings = tree.children(parent);
    let entry =
        |id: NodeId| document.built.layouts.get(id.0 as usize).filter(|it| it.form == EntryStyle::Lines);
    let is_line = |id: &NodeId| {
        entry(*id).is_some_and(|it| !it.entry.of(&document.text).contains('\n')) && !tree.is_block(*id)
    };
    let joins = |one: NodeId, other: NodeId| {
        let spans = entry(one).zip(entry(other)).map(|(one, other)| (one.entry, other.entry));
        spans.is_some_and(|(one, other)| {
            let between = document.text.get(one.end()..other.start()).unwrap_or_default();
            between.matches('\n').count() == 1
        })
    };
    let at = siblings.partition_point(|sibling| *sibling < id);
    let mut group = vec![id];
    for next in siblings.iter().skip(at + 1).take_while(|id| is_line(id)) {
        if !group.last().is_some_and(|last| joins(*last, *next)) {
            break;
        }
        group.push(*next);
    }
    let mut first = id;
    for before in siblings.iter().take(at).rev().take_while(|id| is_line(id)) {
        if !joins(*before, first) {
            break;
        }
        first = *before;
        group.push(first);
    }
    group.sort_unstable();
    if is_line(&id) { group } else { Vec::new() }
}

fn argument(document: &ParsedHcl, id: NodeId, edits: &EditSet) -> Option<Argument> {
    let text: &str = &document.text;
    let (key, value) = (document.facts.tree.key(id)?.span, document.facts.tree.span(id)?);
    let sign = key.end() + text.get(key.end()..value.start())?.find('=')?;
    let gap = Span::new(key.end(), sign);
    if !gap.of(text).bytes().all(|byte| byte == b' ') {
        return None;
    }
    let start = text.get(..key.start())?.rfind('\n').map_or(0, |at| at + 1);
    let mut name = key.len();
    for edit in edits.near(key).filter(|edit| key.contains(edit.span) && !edit.span.is_empty()) {
        name = (name + edit.replacement.chars().count()).checked_sub(edit.span.len())?;
    }
    // What touches the gap is written by another edit.
    let is_free = edits.near(gap).all(|edit| key.contains(edit.span) || !edit.span.overlaps(gap));
    is_free.then_some(Argument { gap, column: sign - start, name })
}
