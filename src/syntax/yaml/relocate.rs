//! Gives entries other paths: they are written again where they move to, with the mappings that are new.

use super::write::written;
use super::{ParsedYaml, lines};
use crate::embed::NoEdit;
use crate::facts::{NodeId, NodeKind, ScalarStyle};
use crate::syntax::nested::{Branch, Tree, tree};
use crate::syntax::{Move, Moved};
use crate::text::{Edit, Eol, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The columns of a level where the text shows none.
const STEP: usize = 2;
/// More columns than this are not a level.
const MOST_STEP: usize = 8;

/// As [`super::super::Parsed::relocate`].
pub(super) fn relocate(document: &ParsedYaml, moves: &[Move]) -> Result<Moved, NoEdit> {
    let mut groups: BTreeMap<NodeId, Vec<usize>> = BTreeMap::new();
    for (index, it) in moves.iter().enumerate() {
        check(document, it)?;
        groups.entry(it.into).or_default().push(index);
    }
    let nodes = moves.iter().map(|it| it.node).collect();
    let eol = Eol::of(&document.text).as_str();
    let mut writer = Writer { document, moves, nodes, eol, in_place: None, out: Moved::default() };
    for (into, indices) in groups {
        writer.group(into, &indices)?;
    }
    Ok(writer.out)
}

/// Refuses what cannot be written elsewhere.
fn check(document: &ParsedYaml, it: &Move) -> Result<(), NoEdit> {
    let tree = &document.facts.tree;
    let layout = document.layout(it.node).ok_or_else(|| NoEdit::new("its position was not found"))?;
    if tree.key(it.node).is_none() {
        return Err(NoEdit::new("an item of a list has no name"));
    }
    let span = Span::new(layout.entry(), layout.end());
    if layout.odd_key {
        return Err(NoEdit::new("its key spans several lines"));
    }
    let inside = |names: &[Span]| {
        let next = names.partition_point(|name| name.start() < span.start());
        names.get(next).is_some_and(|name| span.contains(*name))
    };
    if inside(&document.anchors) || inside(&document.aliases) {
        return Err(NoEdit::new("it contains an anchor or an alias"));
    }
    document.check_read(span)
}

struct Writer<'d> {
    document: &'d ParsedYaml,
    moves: &'d [Move],
    /// All that move.
    nodes: BTreeSet<NodeId>,
    eol: &'static str,
    /// The entry that is written where it is: comments above it stay.
    in_place: Option<NodeId>,
    out: Moved,
}

impl Writer<'_> {
    fn group(&mut self, into: NodeId, indices: &[usize]) -> Result<(), NoEdit> {
        let document = self.document;
        let facts = &document.facts.tree;
        let new = tree(self.moves, indices)?;
        let moved: Vec<&Move> = indices.iter().filter_map(|index| self.moves.get(*index)).collect();
        // An entry of the same mapping is written where it is.
        let nodes = moved.iter().map(|it| it.node);
        let first = nodes.clone().filter(|node| facts.parent(*node) == Some(into)).min();
        let others: Vec<NodeId> = nodes.filter(|node| Some(*node) != first).collect();
        self.in_place = first;
        if let Some(node) = first {
            self.instead(node, &new)?;
        } else {
            let stays = |id: &&NodeId| !self.nodes.contains(id);
            match facts.children(into).iter().rev().find(stays) {
                Some(last) => self.behind(*last, &new)?,
                None => self.inside(into, &new)?,
            }
        }
        for it in moved.iter().filter(|it| it.value.is_none()) {
            let layout = document.layout(it.node).unwrap_or_default();
            self.out.kept.push(Span::new(layout.rest(), layout.end()));
        }
        let elsewhere = moved.iter().filter(|it| Some(it.node) != first);
        self.out.comments.extend(elsewhere.filter_map(|it| it.comments));
        self.out.remove.extend(others);
        Ok(())
    }

    /// Writes `new` instead of the entry `node`.
    fn instead(&mut self, node: NodeId, new: &Tree) -> Result<(), NoEdit> {
        let text: &str = &self.document.text;
        let layout = self.document.layout(node).unwrap_or_default();
        let (end, written) = if layout.in_flow {
            (layout.end(), self.flow(new)?)
        } else {
            let column = layout.entry() - lines::line_start(text, layout.entry());
            let block = self.block(new, column, self.step(node))?;
            (entry_end(text, layout.end()), block.trim_start_matches(' ').to_owned())
        };
        let span = Span::new(layout.entry(), end);
        self.out.edits.push(Edit::replace(Span::at(span.start()), written));
        self.out.edits.push(Edit::delete(span));
        self.out.gone.push(span);
        Ok(())
    }

    /// Writes `new` after the entry `sibling`.
    fn behind(&mut self, sibling: NodeId, new: &Tree) -> Result<(), NoEdit> {
        let text: &str = &self.document.text;
        let layout = self.document.layout(sibling).unwrap_or_default();
        self.document.check_read(Span::new(layout.entry(), layout.end()))?;
        if layout.in_flow {
            let entry = super::write::flow_entry(text, layout.entry(), &self.flow(new)?);
            self.out.edits.push(Edit::replace(Span::at(layout.end()), entry));
            return Ok(());
        }
        let start = lines::line_start(text, layout.entry());
        let before = text.get(start..layout.entry()).unwrap_or_default();
        if !before.bytes().all(|byte| matches!(byte, b' ' | b'-')) {
            return Err(NoEdit::new("something else is before it in the same line"));
        }
        let block = self.block(new, before.len(), self.step(sibling))?;
        let end = lines::next_line(text, layout.end());
        let ended = text.get(..end).is_some_and(|before| before.ends_with('\n'));
        let eol = self.eol;
        let lines = if ended { format!("{block}{eol}") } else { format!("{eol}{block}") };
        self.out.edits.push(Edit::replace(Span::at(end), lines));
        Ok(())
    }

    /// Writes `new` into the mapping `into`, which has no entries.
    fn inside(&mut self, into: NodeId, new: &Tree) -> Result<(), NoEdit> {
        let document = self.document;
        let text: &str = &document.text;
        let (Some(layout), Some(span)) = (document.layout(into), document.facts.tree.span(into)) else {
            return Err(NoEdit::new("its position was not found"));
        };
        document.check_read(Span::new(layout.entry(), layout.end()))?;
        if !span.of(text).starts_with('{') {
            return Err(NoEdit::new("the mapping that it could move into is not visible"));
        }
        if let Ok(flow) = self.flow(new) {
            self.out.edits.push(Edit::replace(Span::at(span.start() + 1), flow));
            return Ok(());
        }
        let head = layout.head();
        let is_alone = text.get(head..span.start()).is_some_and(lines::is_blank)
            && lines::skip_blanks(text, span.end()) == lines::line_end(text, span.end());
        if layout.in_flow || document.facts.tree.key(into).is_none() || !is_alone {
            return Err(NoEdit::new("the value may have another meaning elsewhere"));
        }
        let column = layout.entry() - lines::line_start(text, layout.entry());
        let step = self.step(into);
        let block = self.block(new, column + step, step)?;
        self.out.edits.push(Edit::replace(Span::at(head), format!("{}{block}", self.eol)));
        self.out.edits.push(Edit::delete(Span::new(head, span.end())));
        Ok(())
    }

    /// How many columns deeper the entries of a mapping are, next to `node`.
    fn step(&self, node: NodeId) -> usize {
        let (document, tree) = (self.document, &self.document.facts.tree);
        let column = |id: NodeId| {
            let layout = document.layout(id).filter(|layout| !layout.in_flow)?;
            Some(layout.entry() - lines::line_start(&document.text, layout.entry()))
        };
        let steps = tree.around(node).take(MOST_STEP).filter_map(|id| {
            let parent = tree.parent(id).filter(|parent| tree.is_mapping(*parent))?;
            let around = tree.key(parent).and(column(parent))?;
            column(id)?.checked_sub(around).filter(|step| (1..=MOST_STEP).contains(step))
        });
        // Else as the first mapping inside.
        let inner = tree.children(node).first().and_then(|child| column(*child)?.checked_sub(column(node)?));
        { steps }.next().or(inner.filter(|step| (1..=MOST_STEP).contains(step))).unwrap_or(STEP)
    }

    fn key(&self, key: &str, node: NodeId, flow: bool) -> Result<String, NoEdit> {
        let own = self.document.written_key(node).unwrap_or_default();
        let quoted = own.of(&self.document.text).starts_with('"');
        written(key, if quoted { ScalarStyle::Double } else { ScalarStyle::Plain }, flow)
    }

    /// The comments that are written again with an entry.
    fn comments(&self, it: &Move) -> Option<Span> {
        it.comments.filter(|_| self.in_place != Some(it.node))
    }

    fn entry(&self, index: usize) -> Result<&Move, NoEdit> {
        self.moves.get(index).ok_or_else(|| NoEdit::new("its position was not found"))
    }

    /// What is written after the key of an entry, and where that ends.
    fn rest(&self, it: &Move) -> (String, usize) {
        let text: &str = &self.document.text;
        let layout = self.document.layout(it.node).unwrap_or_default();
        let end = layout.end();
        let Some(value) = &it.value else {
            return (text.get(layout.rest()..end).unwrap_or_default().to_owned(), end);
        };
        let span = self.document.facts.tree.span(it.node).unwrap_or_default();
        let before = text.get(layout.rest()..span.start()).unwrap_or_default();
        (format!("{before}{value}"), end)
    }

    /// `new` in one line, between the brackets of a flow mapping.
    fn flow(&self, new: &Tree) -> Result<String, NoEdit> {
        let mut parts = Vec::new();
        for (key, branch) in new {
            let part = match branch {
                Branch::Mapping(inner) => {
                    let node = self.first(inner)?;
                    format!("{}: {{{}}}", self.key(key, node, true)?, self.flow(inner)?)
                }
                Branch::Entry(index) => {
                    let it = self.entry(*index)?;
                    let (rest, _) = self.rest(it);
                    if rest.contains('\n') || !self.fits_flow(it.node) || self.comments(it).is_some() {
                        return Err(NoEdit::new("the value may have another meaning elsewhere"));
                    }
                    format!("{}{rest}", self.key(key, it.node, true)?)
                }
            };
            parts.push(part);
        }
        Ok(parts.join(", "))
    }

    /// Whether a value means the same in a flow collection.
    fn fits_flow(&self, node: NodeId) -> bool {
        let tree = &self.document.facts.tree;
        let layout = self.document.layout(node).unwrap_or_default();
        layout.in_flow
            || match tree.kind(node) {
                Some(NodeKind::Scalar(scalar)) => {
                    !(scalar.style.is_block()
                        || scalar.style == ScalarStyle::Plain
                            && scalar.text.contains([',', '[', ']', '{', '}']))
                        && comment_behind(&self.document.text, layout.end()).is_none()
                }
                Some(_) => layout.flow && comment_behind(&self.document.text, layout.end()).is_none(),
                None => false,
            }
    }

    /// The first entry in `new`.
    fn first(&self, new: &Tree) -> Result<NodeId, NoEdit> {
        let mut at = new;
        loop {
            match at.first() {
                Some((_, Branch::Mapping(inner))) => at = inner,
                Some((_, Branch::Entry(index))) => return Ok(self.entry(*index)?.node),
                None => return Err(NoEdit::new("its position was not found")),
            }
        }
    }

    /// `new` as lines, `column` columns deep, without the last line end.
    fn block(&self, new: &Tree, column: usize, step: usize) -> Result<String, NoEdit> {
        let mut lines = Vec::new();
        let indent = " ".repeat(column);
        for (key, branch) in new {
            match branch {
                Branch::Mapping(inner) => {
                    let node = self.first(inner)?;
                    lines.push(format!("{indent}{}:", self.key(key, node, false)?));
                    lines.push(self.block(inner, column + step, step)?);
                }
                Branch::Entry(index) => {
                    let it = self.entry(*index)?;
                    lines.push(self.lines(key, it, column)?);
                }
            }
        }
        Ok(lines.join(self.eol))
    }

    /// An entry with its comments as lines.
    fn lines(&self, key: &str, it: &Move, column: usize) -> Result<String, NoEdit> {
        let text: &str = &self.document.text;
        let layout = self.document.layout(it.node).unwrap_or_default();
        let old = layout.entry() - lines::line_start(text, layout.entry());
        let (mut rest, end) = self.rest(it);
        rest.push_str(text.get(end..entry_end(text, end)).unwrap_or_default());
        let indent = " ".repeat(column);
        let mut out = String::new();
        for line in self.comments(it).map_or("", |span| span.of(text)).lines() {
            out.push_str(&format!("{indent}{}{}", line.trim(), self.eol));
        }
        out.push_str(&indent);
        out.push_str(&self.key(key, it.node, false)?);
        for (number, line) in rest.split('\n').enumerate() {
            if number == 0 || lines::is_blank(line) || layout.in_flow {
                out.push_str(if number == 0 { "" } else { "\n" });
                out.push_str(line);
                continue;
            }
            let inner = line.len() - line.trim_start_matches(' ').len();
            let Some(inner) = (inner + column).checked_sub(old) else {
                return Err(NoEdit::new("its lines are less indented than its key"));
            };
            out.push('\n');
            out.push_str(&" ".repeat(inner));
            out.push_str(line.trim_start_matches(' '));
        }
        Ok(out)
    }
}

/// The comment that is the rest of the line after `at`.
fn comment_behind(text: &str, at: usize) -> Option<Span> {
    let start = lines::skip_blanks(text, at);
    (start > at && text.as_bytes().get(start) == Some(&b'#'))
        .then(|| Span::new(start, lines::line_end(text, start)))
}

/// Where an entry that ends at `at` ends with the comment after it.
fn entry_end(text: &str, at: usize) -> usize {
    comment_behind(text, at).map_or(at, Span::end)
}
