//! Gives arguments other paths: into a block or an object that is there, or into a new one in their place.

use super::ParsedHcl;
use crate::embed::NoEdit;
use crate::facts::NodeId;
use crate::syntax::entries::EntryStyle;
use crate::syntax::nested::{Branch, Tree, tree};
use crate::syntax::yaml::lines;
use crate::syntax::{Move, Moved};
use crate::text::{Edit, Eol, Span};
use std::collections::{BTreeMap, BTreeSet};

/// As [`super::super::Parsed::relocate`].
pub(super) fn relocate(document: &ParsedHcl, moves: &[Move]) -> Result<Moved, NoEdit> {
    let nodes: BTreeSet<NodeId> = moves.iter().map(|it| it.node).collect();
    let mut groups: BTreeMap<NodeId, Vec<usize>> = BTreeMap::new();
    for (index, it) in moves.iter().enumerate() {
        if document.facts.tree.is_block(it.node) {
            return Err(NoEdit::new("a block cannot be moved"));
        }
        groups.entry(it.into).or_default().push(index);
    }
    let mut out = Moved::default();
    for (into, indices) in groups {
        let new = tree(moves, &indices)?;
        let facts = &document.facts.tree;
        let here: Vec<&Move> = indices.iter().filter_map(|index| moves.get(*index)).collect();
        for it in here.iter().filter(|it| it.value.is_none()) {
            out.kept.push(facts.span(it.node).unwrap_or_default());
        }
        let first = here.iter().map(|it| it.node).filter(|node| facts.parent(*node) == Some(into)).min();
        let writer = Writer { document, moves };
        let layout = |id: NodeId| document.built.layouts.get(id.0 as usize);
        if let Some(layout) = first.and_then(layout) {
            let entry = layout.entry;
            document.check(entry)?;
            let indent = indent(&document.text, entry.start());
            let written = writer
                .lines(&new, indent, layout.form == EntryStyle::Lines)?
                .join(Eol::of(&document.text).as_str());
            out.edits.push(Edit::replace(Span::at(entry.start()), written.trim_start().to_owned()));
            out.edits.push(Edit::delete(entry));
            out.gone.push(entry);
        } else {
            let plain = |id: &&NodeId| {
                !nodes.contains(id)
                    && layout(**id).is_some_and(|it| matches!(it.form, EntryStyle::Lines | EntryStyle::Item))
            };
            let last = facts.children(into).iter().rev().find(plain);
            let last = *last.ok_or_else(|| NoEdit::new("no entry can be added there"))?;
            let in_body = layout(last).is_some_and(|it| it.form == EntryStyle::Lines);
            let indent = indent(&document.text, layout(last).map(|it| it.entry.start()).unwrap_or_default());
            let written = writer.lines(&new, indent, in_body)?.join(Eol::of(&document.text).as_str());
            let written = written.trim_start();
            out.edits.extend(document.with_entries(|entries| entries.insert_after(last, written))?);
        }
        out.remove.extend(here.iter().map(|it| it.node).filter(|node| Some(*node) != first));
    }
    Ok(out)
}

/// The blanks before `at` on its line.
fn indent(text: &str, at: usize) -> &str {
    let before = text.get(lines::line_start(text, at)..at).unwrap_or_default();
    before.get(..before.len() - before.trim_start().len()).unwrap_or_default()
}

struct Writer<'d> {
    document: &'d ParsedHcl,
    moves: &'d [Move],
}

impl Writer<'_> {
    /// `new` as lines: blocks in a body, objects in an object.
    fn lines(&self, new: &Tree, indent: &str, in_body: bool) -> Result<Vec<String>, NoEdit> {
        let text: &str = &self.document.text;
        let mut lines = Vec::new();
        for (key, branch) in new {
            if !super::write::is_name(key) {
                return Err(NoEdit::new("an attribute cannot have that name"));
            }
            match branch {
                Branch::Mapping(inner) => {
                    let between = if in_body { " " } else { " = " };
                    lines.push(format!("{indent}{key}{between}{{"));
                    lines.extend(self.lines(inner, &format!("{indent}  "), in_body)?);
                    lines.push(format!("{indent}}}"));
                }
                Branch::Entry(index) => {
                    let it =
                        self.moves.get(*index).ok_or_else(|| NoEdit::new("its position was not found"))?;
                    let span = self.document.facts.tree.span(it.node).unwrap_or_default();
                    let value = it.value.as_deref().unwrap_or_else(|| span.of(text));
                    if value.contains('\n') {
                        return Err(NoEdit::new("the value has several lines"));
                    }
                    lines.push(format!("{indent}{key} = {value}"));
                }
            }
        }
        Ok(lines)
    }
}
