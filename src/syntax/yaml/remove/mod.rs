//! Takes entries and items out.

mod block;
mod flow;

use super::tree::Layout;
use super::{ParsedYaml, lines};
use crate::embed::NoEdit;
use crate::facts::NodeId;
use crate::syntax::Removal;
use crate::text::{Edit, EditSet, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Removes `nodes` from `document`, all at once. What `known` aliases refer to may lose them.
pub(super) fn remove(document: &ParsedYaml, nodes: &[NodeId], known: &[Span]) -> Result<Removal, NoEdit> {
    let plan = RemovalPlan::of(document, nodes, known)?;
    let mut cuts = Cuts { document, list: Vec::new() };
    for (parent, children) in &plan.partial {
        let flow = document.layout(*parent).is_some_and(|layout| layout.flow || is_pair(document, *parent));
        if flow {
            flow::take(document, *parent, children, &mut cuts);
        } else {
            block::take(document, *parent, children, &mut cuts)?;
        }
    }
    for parent in &plan.emptied {
        if document.layout(*parent).is_some_and(|layout| layout.flow) || is_pair(document, *parent) {
            flow::empty(document, *parent, &mut cuts)?;
        } else {
            block::empty(document, *parent, &mut cuts)?;
        }
    }
    let edits = cuts.finish()?;
    Ok(Removal { edits, gone: plan.gone })
}

/// Whether the mapping `id` is a single `key: value` in `[…]`, without braces.
fn is_pair(document: &ParsedYaml, id: NodeId) -> bool {
    let Some(layout) = document.layout(id) else { return false };
    layout.flow
        && document
            .facts
            .tree
            .get(id)
            .is_some_and(|node| !node.span.of(&document.text).starts_with(['{', '[']))
}

/// What a mapping or sequence that loses everything is written as.
fn nothing(document: &ParsedYaml, id: NodeId) -> &'static str {
    if document.facts.tree.is_sequence(id) { "[]" } else { "{}" }
}

/// What to remove, by the collection that contains it.
struct RemovalPlan {
    /// Collections that keep something, with what they lose.
    partial: BTreeMap<NodeId, BTreeSet<NodeId>>,
    /// Collections that stay and lose everything.
    emptied: Vec<NodeId>,
    gone: Vec<Span>,
}

impl RemovalPlan {
    fn of(document: &ParsedYaml, nodes: &[NodeId], known: &[Span]) -> Result<Self, NoEdit> {
        let tree = &document.facts.tree;
        let mut wanted: BTreeSet<NodeId> = nodes.iter().copied().collect();
        let inside =
            |id: NodeId, wanted: &BTreeSet<NodeId>| tree.above(id).any(|parent| wanted.contains(&parent));
        let all = wanted.clone();
        wanted.retain(|id| !inside(*id, &all));
        // Children have higher numbers than parents: from the last one on, a parent that is emptied comes in time.
        let mut partial: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
        let mut emptied = Vec::new();
        for id in &wanted {
            let parent = tree.parent(*id);
            let parent = parent.ok_or_else(|| NoEdit::new("it is the whole document"))?;
            partial.entry(parent).or_default().insert(*id);
        }
        let mut todo: BTreeSet<NodeId> = partial.keys().copied().collect();
        let mut done = BTreeMap::new();
        while let Some(parent) = todo.pop_last() {
            let Some(children) = partial.remove(&parent) else { continue };
            if children.len() < tree.children(parent).len() {
                done.insert(parent, children);
                continue;
            }
            let above = tree.parent(parent);
            let above =
                above.filter(|above| tree.children(*above).len() > 1 && !holds_more(document, parent));
            match above {
                Some(above) => {
                    partial.entry(above).or_default().insert(parent);
                    todo.insert(above);
                }
                None => emptied.push(parent),
            }
        }
        let removed = done.values().flatten().copied();
        let removed: Vec<NodeId> =
            removed.chain(emptied.iter().flat_map(|id| tree.children(*id).iter().copied())).collect();
        for id in &removed {
            check(document, *id)?;
        }
        check_aliases(document, &removed, known)?;
        let gone = removed.iter().filter_map(|id| Some((tree.key(*id), document.layout(*id)?)));
        let gone = gone.flat_map(|(key, layout)| {
            let key = key.map(|_| Span::new(layout.entry(), layout.rest()));
            key.into_iter().chain([Span::new(layout.rest(), layout.end())])
        });
        Ok(Self { partial: done, emptied, gone: gone.collect() })
    }
}

/// Whether lines of a collection contain what is not data: comments on lines of their own, template tags.
fn holds_more(document: &ParsedYaml, id: NodeId) -> bool {
    let Some(layout) = document.layout(id) else { return true };
    let Some(node) = document.facts.tree.get(id) else { return true };
    let children = document.facts.tree.children(id);
    let last =
        children.last().and_then(|last| document.layout(*last)).map_or(layout.end(), |last| last.end());
    let span = Span::new(layout.entry(), last);
    let first = document.facts.comments.partition_point(|comment| comment.span.end() <= span.start());
    let comments = document.facts.comments.get(first..).unwrap_or_default();
    let own = |at: usize| {
        // Comments in what is removed are removed with it; these are between.
        children
            .iter()
            .filter_map(|child| document.layout(*child))
            .all(|child| at < child.entry() || at > child.end())
    };
    let comment = comments
        .iter()
        .take_while(|comment| comment.span.start() < span.end())
        .any(|comment| comment.own_line && own(comment.span.start()));
    comment
        || trails(document, &layout, last)
        || document.reading.touches(span)
        || node.tag.is_some()
        || node.anchor.is_some()
}

/// Whether comments after the last entry are indented deeper than the collection's own entry: they belong to its content.
fn trails(document: &ParsedYaml, layout: &Layout, last: usize) -> bool {
    let text: &str = &document.text;
    let column = |at: usize| at - lines::line_start(text, at);
    let next = document.facts.comments.partition_point(|comment| comment.span.start() < last);
    let behind = document.facts.comments.get(next..).unwrap_or_default();
    // One may be on the last line itself.
    let Some(comment) = behind.iter().take(2).find(|comment| comment.own_line) else { return false };
    let from = lines::line_end(text, last);
    let between = text.get(from..comment.span.start()).unwrap_or("-");
    !layout.flow && between.trim().is_empty() && column(comment.span.start()) > column(layout.entry())
}

/// Refuses nodes that must not be removed.
fn check(document: &ParsedYaml, id: NodeId) -> Result<(), NoEdit> {
    let Some(layout) = document.layout(id) else { return Err(NoEdit::new("its position was not found")) };
    let key = document.written_key(id).filter(|_| layout.odd_key).unwrap_or_default().of(&document.text);
    if key.contains('\n') || key.starts_with(['|', '>']) {
        return Err(NoEdit::new("its key spans several lines"));
    }
    document.check_read(Span::new(layout.entry(), layout.end()))
}

/// Refuses what an alias uses elsewhere: nodes that contain an anchor, and nodes under one that others than the `known` aliases
/// use.
fn check_aliases(document: &ParsedYaml, removed: &[NodeId], known: &[Span]) -> Result<(), NoEdit> {
    if document.aliases.is_empty() {
        return Ok(());
    }
    let tree = &document.facts.tree;
    let spans: Vec<Span> = removed
        .iter()
        .filter_map(|id| document.layout(*id))
        .map(|layout| Span::new(layout.entry(), layout.end()))
        .collect();
    let inside = |span: Span| spans.iter().any(|outer| outer.contains(span));
    let name = |alias: Span| alias.of(&document.text).trim_start_matches('*');
    let used = || document.aliases.iter().copied().filter(|alias| !inside(*alias));
    let kept: BTreeSet<&str> = used().map(name).collect();
    let known: BTreeSet<Span> = known.iter().copied().collect();
    let others: BTreeSet<&str> = used().filter(|alias| !known.contains(alias)).map(name).collect();
    let within = document.anchors.iter().copied().filter(|anchor| inside(*anchor));
    let mut above = BTreeSet::new();
    for id in removed {
        let mut next = tree.parent(*id);
        while let Some(parent) = next.filter(|parent| above.insert(*parent)) {
            next = tree.parent(parent);
        }
    }
    let around = above.iter().filter_map(|id| tree.get(*id)?.anchor);
    let is_kept = |anchor: &Span| kept.contains(anchor.of(&document.text));
    let is_used = |anchor: &Span| others.contains(anchor.of(&document.text));
    let clash = { within }.find(is_kept).or_else(|| { around }.find(is_used));
    match clash {
        Some(anchor) => {
            Err(NoEdit::new(format!("the alias *{} uses it elsewhere", anchor.of(&document.text))))
        }
        None => Ok(()),
    }
}

/// Spans to delete, some with a replacement.
struct Cuts<'d> {
    document: &'d ParsedYaml,
    list: Vec<Edit>,
}

impl Cuts<'_> {
    fn delete(&mut self, span: Span) {
        self.list.push(Edit::delete(span));
    }

    fn replace(&mut self, span: Span, text: &str) {
        self.list.push(Edit::replace(span, text));
    }

    /// The edits: adjacent deletions become one; at the end of a text without a final line break, the line break
    /// before is removed instead.
    fn finish(mut self) -> Result<Vec<Edit>, NoEdit> {
        let text: &str = &self.document.text;
        self.list.sort();
        let mut merged: Vec<Edit> = Vec::new();
        for edit in self.list {
            match merged.last_mut() {
                Some(last)
                    if last.is_deletion() && edit.is_deletion() && edit.span.start() <= last.span.end() =>
                {
                    last.span = last.span.hull(edit.span);
                }
                _ => merged.push(edit),
            }
        }
        for edit in merged.iter_mut().filter(|edit| edit.is_deletion()) {
            edit.span = lines::with_blank_lines(text, edit.span);
        }
        if let Some(last) = merged.last_mut() {
            let start = last.span.start();
            if last.is_deletion() && last.span.end() == text.len() && !text.ends_with('\n') && start > 0 {
                let opens = lines::line_start(text, start) == start;
                if opens {
                    let before = text.get(..start).unwrap_or_default();
                    let cut =
                        before.strip_suffix("\r\n").or_else(|| before.strip_suffix('\n')).unwrap_or(before);
                    // The line break is part of a block scalar's value.
                    let tree = &self.document.facts.tree;
                    let blocks =
                        tree.ids().filter(|id| tree.scalar(*id).is_some_and(|it| it.style.is_block()));
                    let block = blocks
                        .filter_map(|id| tree.span(id))
                        .any(|span| span.start() < start && span.end() >= cut.len());
                    if !block {
                        last.span = Span::new(cut.len(), last.span.end());
                    }
                }
            }
        }
        let mut set = EditSet::default();
        for edit in merged {
            if self.document.reading.guards(edit.span) {
                return Err(NoEdit::new("a template expression is in the way"));
            }
            set.insert(edit).map_err(|_| NoEdit::new("the rest cannot be written at that position"))?;
        }
        Ok(set.iter().cloned().collect())
    }
}
