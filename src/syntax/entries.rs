//! Entries on lines or between brackets: what TOML and HCL share. Where each one is, how it is removed, and how another
//! one is written after it.

use super::Removal;
use super::yaml::lines;
use crate::embed::NoEdit;
use crate::facts::{Comment, DataTree, NodeId};
use crate::text::{Edit, EditSet, Eol, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Where the entry of a node is.
#[derive(Clone, Debug)]
pub(super) struct EntryLayout {
    /// All its bytes: from its key to the end of its value.
    pub(super) entry: Span,
    pub(super) form: EntryStyle,
}

/// How an entry is separated from its siblings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EntryStyle {
    /// On lines of its own.
    Lines,
    /// Between brackets, with commas or line breaks between them.
    Item,
    /// Written in several places: each of these, with its lines.
    Parts(Vec<Span>),
    /// It must be there: an argument of a function.
    Fixed,
}

/// A text and where its entries are.
pub(super) struct Entries<'d> {
    pub(super) text: &'d str,
    pub(super) tree: &'d DataTree,
    /// By [`NodeId`].
    pub(super) layouts: &'d [EntryLayout],
    /// Sorted.
    pub(super) comments: &'d [Comment],
    /// Whether a line break is enough between two items.
    pub(super) breaks_separate: bool,
    /// Refuses bytes that must not be edited.
    pub(super) check: &'d dyn Fn(Span) -> Result<(), NoEdit>,
}

/// Bytes to remove.
struct Cut {
    span: Span,
    /// Whether they are whole lines, of which the blank ones around should not pile up.
    block: bool,
}

impl Entries<'_> {
    /// Removes `nodes`, all at once.
    pub(super) fn remove(&self, nodes: &[NodeId]) -> Result<Removal, NoEdit> {
        let all: BTreeSet<NodeId> = nodes.iter().copied().collect();
        let mut groups: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
        for id in &all {
            let above = |id: &NodeId| self.tree.parent(*id);
            let parent = above(id).ok_or_else(|| NoEdit::new("it is the whole document"))?;
            if !std::iter::successors(Some(parent), above).any(|outer| all.contains(&outer)) {
                groups.entry(parent).or_default().insert(*id);
            }
        }
        let mut cuts = Vec::new();
        let mut gone = Vec::new();
        for (parent, children) in &groups {
            self.items(*parent, children, &mut cuts);
            for id in children {
                let layout = self.layout(*id)?;
                match &layout.form {
                    EntryStyle::Fixed => return Err(NoEdit::new("it cannot be removed at that position")),
                    EntryStyle::Item => gone.push(layout.entry),
                    EntryStyle::Lines => {
                        cuts.push(self.lines(layout.entry)?);
                        gone.push(layout.entry);
                    }
                    EntryStyle::Parts(parts) => {
                        for part in parts {
                            cuts.push(Cut { block: true, ..self.lines(*part)? });
                            gone.push(*part);
                        }
                    }
                }
            }
        }
        Ok(Removal { edits: self.edits(cuts)?, gone })
    }

    fn layout(&self, id: NodeId) -> Result<&EntryLayout, NoEdit> {
        self.layouts.get(id.0 as usize).ok_or_else(|| NoEdit::new("its position was not found"))
    }

    /// The lines of `entry`; in a block on one line, what is between its braces.
    fn lines(&self, entry: Span) -> Result<Cut, NoEdit> {
        let text = self.text;
        let start = lines::line_start(text, entry.start());
        let before = text.get(start..entry.start()).unwrap_or_default();
        let behind = lines::skip_blanks(text, entry.end());
        let end = lines::line_end(text, entry.end());
        let ends = behind >= end || self.comment_at(behind).is_some_and(|comment| comment.end() >= end);
        if before.trim().is_empty() && ends {
            let block = entry.of(text).contains('\n');
            return Ok(Cut { span: Span::new(start, lines::next_line(text, entry.end())), block });
        }
        if before.trim_end().ends_with('{') && text.as_bytes().get(behind) == Some(&b'}') {
            return Ok(Cut { span: Span::new(start + before.trim_end().len(), behind), block: false });
        }
        Err(NoEdit::new("something else is in the same line"))
    }

    /// The comment that begins at `at`.
    fn comment_at(&self, at: usize) -> Option<Span> {
        let index = self.comments.partition_point(|comment| comment.span.start() < at);
        self.comments.get(index).map(|comment| comment.span).filter(|span| span.start() == at)
    }

    /// The comma after an entry that ends at `at`, skipping comments and line breaks between them.
    fn comma(&self, mut at: usize) -> Option<usize> {
        loop {
            match (self.text.as_bytes().get(at)?, self.comment_at(at)) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => at += 1,
                (b',', _) => return Some(at),
                (_, comment) => at = comment?.end(),
            }
        }
    }

    /// Cuts those of `children` that are between the brackets of `parent`.
    fn items(&self, parent: NodeId, children: &BTreeSet<NodeId>, cuts: &mut Vec<Cut>) {
        let all = self.tree.children(parent);
        let items = all.iter().filter_map(|id| {
            let layout = self.layouts.get(id.0 as usize)?;
            (layout.form == EntryStyle::Item).then_some((children.contains(id), layout.entry))
        });
        let span = self.tree.get(parent).map(|node| node.span).unwrap_or_default();
        let inside = Span::new(span.start() + 1, span.end().saturating_sub(1));
        let mut last_comma = None;
        let mut tail = false;
        let mut has_comma = true;
        let mut some = false;
        let from = cuts.len();
        for (goes, entry) in items {
            let comma = self.comma(entry.end());
            has_comma = comma.is_some();
            if goes {
                tail = true;
                cuts.push(Cut { span: self.item(entry, comma), block: false });
            } else {
                some = true;
                tail = false;
                last_comma = comma;
            }
        }
        if let Some(comma) = last_comma.filter(|_| tail && !has_comma) {
            let behind = lines::skip_blanks(self.text, comma + 1);
            let inline = behind < lines::line_end(self.text, comma) && self.comment_at(behind).is_none();
            cuts.push(Cut { span: Span::new(comma, if inline { behind } else { comma + 1 }), block: false });
        }
        if !some && tail && !span.of(self.text).contains('\n') {
            cuts.truncate(from);
            cuts.push(Cut { span: inside, block: false });
        }
    }

    /// The bytes of an item to remove: whole lines where only the item is on them, else up to the next item.
    fn item(&self, entry: Span, comma: Option<usize>) -> Span {
        let text = self.text;
        let line_end = lines::line_end(text, entry.end());
        let comma = comma.filter(|comma| *comma < line_end);
        let behind = lines::skip_blanks(text, comma.map_or(entry.end(), |comma| comma + 1));
        let comment = self.comment_at(behind).filter(|comment| comment.end() >= line_end);
        let ends_line = behind >= line_end || comment.is_some();
        if lines::opens_line(text, entry.start()) && ends_line {
            return Span::new(lines::line_start(text, entry.start()), lines::next_line(text, entry.end()));
        }
        let Some(comma) = comma else { return entry };
        if !ends_line && !matches!(text.as_bytes().get(behind), Some(b']' | b'}' | b')')) {
            return Span::new(entry.start(), behind);
        }
        // The last one on its line: the spaces before it are removed.
        let before = text.get(..entry.start()).unwrap_or_default();
        let start = before.trim_end_matches([' ', '\t']);
        let opens = start.ends_with(['\n', '{', '[', '(']);
        Span::new(if opens { entry.start() } else { start.len() }, comma + 1)
    }

    /// The edits: adjacent cuts become one, and blank lines do not pile up where blocks were.
    fn edits(&self, mut cuts: Vec<Cut>) -> Result<Vec<Edit>, NoEdit> {
        cuts.sort_by_key(|cut| cut.span);
        let mut merged: Vec<Cut> = Vec::new();
        for cut in cuts {
            match merged.last_mut() {
                Some(last) if cut.span.start() <= last.span.end() => {
                    last.span = last.span.hull(cut.span);
                    last.block |= cut.block;
                }
                _ => merged.push(cut),
            }
        }
        let mut set = EditSet::default();
        let mut from = 0;
        for cut in merged {
            let span = if cut.block {
                self.without_blank_lines(cut.span, from)
            } else {
                lines::with_blank_lines(self.text, cut.span)
            };
            let span = self.last_line(span, from);
            (self.check)(span)?;
            from = span.end();
            set.insert(Edit::delete(span)).map_err(|_| NoEdit::new("the parts to remove overlap"))?;
        }
        Ok(set.iter().cloned().collect())
    }

    /// `span`, whole lines, with the blank lines after it, or at the end of a text or body those before it, if else
    /// they would meet. Nothing before `from`.
    fn without_blank_lines(&self, span: Span, from: usize) -> Span {
        let text = self.text;
        let before = text.get(from..span.start()).unwrap_or_default();
        let behind = text.get(span.end()..).unwrap_or_default();
        let bare = before.strip_suffix('\n').unwrap_or(before);
        let line_before = bare.rsplit('\n').next().unwrap_or_default().trim();
        let blank_before = line_before.is_empty() || line_before.ends_with('{');
        let mut end = span.end();
        for line in behind.split_inclusive('\n').take_while(|line| line.trim().is_empty()) {
            end += line.len();
        }
        if end > span.end() && blank_before {
            return Span::new(span.start(), end);
        }
        let last = behind.trim_start();
        let mut start = span.start();
        if last.is_empty() || last.starts_with('}') {
            for line in before.split_inclusive('\n').rev().take_while(|line| line.trim().is_empty()) {
                start -= line.len();
            }
        }
        Span::new(start, if last.is_empty() { end } else { span.end() })
    }

    /// At the end of a text without a final line break, the line break before is removed instead.
    fn last_line(&self, span: Span, from: usize) -> Span {
        let text = self.text;
        let ends = span.end() == text.len() && !text.ends_with('\n');
        if !ends || lines::line_start(text, span.start()) != span.start() {
            return span;
        }
        let before = text.get(from..span.start()).unwrap_or_default();
        let cut = before.strip_suffix("\r\n").or_else(|| before.strip_suffix('\n')).unwrap_or(before);
        Span::new(from + cut.len(), span.end())
    }

    /// Writes the entry `written` after the entry of `id`.
    pub(super) fn insert_after(&self, id: NodeId, written: &str) -> Result<Vec<Edit>, NoEdit> {
        let text = self.text;
        let layout = self.layout(id)?;
        let entry = layout.entry;
        (self.check)(entry)?;
        if self.tree.get(id).is_none_or(|node| node.key.is_none()) {
            return Err(NoEdit::new("it is not an entry with a key"));
        }
        let eol = Eol::of(text).as_str();
        let own_line = lines::opens_line(text, entry.start());
        let indent = text.get(lines::line_start(text, entry.start())..entry.start()).unwrap_or_default();
        match layout.form {
            EntryStyle::Lines if own_line => {
                self.lines(entry)?;
                let end = lines::next_line(text, entry.end());
                let ended = text.get(..end).is_some_and(|before| before.ends_with('\n'));
                let line =
                    if ended { format!("{indent}{written}{eol}") } else { format!("{eol}{indent}{written}") };
                Ok(vec![Edit::replace(Span::at(end), line)])
            }
            EntryStyle::Item if own_line => {
                let bare = self.breaks_separate && self.comma(entry.end()).is_none();
                let comma = if bare { "" } else { "," };
                Ok(vec![Edit::replace(Span::at(entry.end()), format!("{comma}{eol}{indent}{written}"))])
            }
            EntryStyle::Item => Ok(vec![Edit::replace(Span::at(entry.end()), format!(", {written}"))]),
            _ => Err(NoEdit::new("no entry can be added after it")),
        }
    }
}
