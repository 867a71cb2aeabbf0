//! What files made of lines have in common (Dockerfile, make, systemd): entries of one or more parts on lines that may be
//! continued, and texts inside.

use super::{Data, Datum, Move, Moved, Parsed, Removal};
use crate::embed::{Codec, Decoded, Decoder, NoEdit, Quoting};
use crate::facts::{DataTree, Facts, Node, NodeId, NodeKey, NodeKind};
use crate::text::{Edit, Eol, SharedText, Span};

/// What separates the parts of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Between {
    /// Spaces and continued lines.
    Blanks,
    /// Commas, in brackets.
    Commas,
}

/// An entry: `ENV A=b C=d`, `["program", "argument"]`.
#[derive(Debug)]
pub(super) struct GroupedGroup {
    /// All its lines, with the last line end.
    pub(super) lines: Span,
    /// From its keyword to its last part.
    pub(super) span: Span,
    /// Its parts, by position.
    pub(super) parts: Vec<Span>,
    pub(super) between: Between,
}

/// What is stored for a node.
#[derive(Debug, Default)]
pub(super) struct GroupedSlot {
    pub(super) decoded: Option<Decoded>,
    /// The group and the part of it to remove with the node.
    pub(super) part: Option<(usize, usize)>,
    /// The bytes that another value replaces.
    pub(super) value: Option<Span>,
}

/// Writes a value as its place needs.
type Quote = fn(&str) -> Result<String, NoEdit>;

/// A file of entries that has been read.
#[derive(Debug, Default)]
pub(super) struct GroupedEntries {
    pub(super) text: SharedText,
    pub(super) facts: Facts,
    pub(super) groups: Vec<GroupedGroup>,
    /// By node.
    pub(super) slots: Vec<GroupedSlot>,
    pub(super) data: Vec<Datum<'static>>,
    /// How a value is written.
    pub(super) quote: Option<Quote>,
    /// The mapping of the sections, where entries are lines `key=value`.
    pub(super) sections: Option<NodeId>,
}

impl GroupedEntries {
    pub(super) fn new(text: SharedText, quote: Quote) -> Self {
        let facts = Facts { tree: DataTree::of(text.clone()), ..Facts::default() };
        Self { text, facts, quote: Some(quote), ..Self::default() }
    }

    /// A new node outside of the tree.
    pub(super) fn slot(&mut self, slot: GroupedSlot) -> NodeId {
        let id = NodeId(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.slots.push(slot);
        id
    }

    /// A new node of the tree.
    pub(super) fn node(
        &mut self,
        parent: Option<NodeId>,
        key: Option<NodeKey<'_>>,
        span: Span,
        kind: NodeKind<'_>,
        slot: GroupedSlot,
    ) -> NodeId {
        let id = self.slot(slot);
        let tree = &mut self.facts.tree;
        tree.push(Node { parent, key, span, kind, anchor: None, tag: None });
        match parent {
            // A parent covers its children.
            Some(parent) => {
                let old = tree.span(parent).filter(|old| !old.is_empty());
                tree.set_span(parent, old.map_or(span, |old| old.hull(span)));
            }
            None => tree.roots.push(id),
        }
        id
    }

    pub(super) fn datum(&mut self, span: Span, value: String) {
        self.data.push(Datum { span, kind: 0, value: value.into() });
    }
}

impl GroupedEntries {
    fn lines(&self, node: NodeId) -> Result<Span, NoEdit> {
        let part = self.slots.get(node.0 as usize).and_then(|slot| slot.part);
        let group = part.and_then(|(group, _)| self.groups.get(group));
        group.map(|group| group.lines).ok_or_else(|| NoEdit::new("its line was not found"))
    }

    /// A line with another key and value, written as that of `node`.
    fn line(&self, node: NodeId, key: &str, value: &str) -> Result<String, NoEdit> {
        let lines = self.lines(node)?;
        let (own, span) = (self.facts.tree.key(node), self.facts.tree.span(node));
        let (Some(own), Some(span)) = (own, span) else { return Err(NoEdit::new("its line was not found")) };
        let part = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        let (before, between) = (part(lines.start(), own.span.start()), part(own.span.end(), span.start()));
        let between = if between.trim().is_empty() { "=" } else { between };
        Ok(format!("{before}{key}{between}{value}"))
    }

    /// Writes a line after that of `node`.
    fn line_after(&self, node: NodeId, line: &str) -> Result<Edit, NoEdit> {
        let lines = self.lines(node)?;
        let eol = Eol::of(&self.text).as_str();
        let ended = lines.of(&self.text).ends_with('\n');
        let text = if ended { format!("{line}{eol}") } else { format!("{eol}{line}") };
        Ok(Edit::replace(Span::at(lines.end()), text))
    }
}

impl Parsed for GroupedEntries {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn decode(&self, node: NodeId) -> Option<Decoded> {
        self.slots.get(node.0 as usize)?.decoded.clone()
    }

    fn remove(&self, nodes: &[NodeId]) -> Result<Removal, NoEdit> {
        let part = |node: &NodeId| self.slots.get(node.0 as usize).and_then(|slot| slot.part);
        let mut chosen: Vec<(usize, usize)> = nodes
            .iter()
            .map(|node| part(node).ok_or_else(|| NoEdit::new("it is part of a larger statement")))
            .collect::<Result<_, _>>()?;
        chosen.sort_unstable();
        chosen.dedup();
        let mut removal = Removal::default();
        for of_group in chosen.chunk_by(|a, b| a.0 == b.0) {
            let Some(group) = of_group.first().and_then(|(index, _)| self.groups.get(*index)) else {
                continue;
            };
            let parts: Vec<usize> = of_group.iter().map(|(_, part)| *part).collect();
            group.remove(&self.text, &parts, &mut removal)?;
        }
        // Adjacent lines are removed as one.
        removal.edits.sort();
        removal.edits.dedup_by(|next, last| {
            let joins = next.span.start() <= last.span.end();
            if joins {
                last.span = last.span.hull(next.span);
            }
            joins
        });
        Ok(removal)
    }

    fn set(&self, node: NodeId, value: &str) -> Result<Vec<Edit>, NoEdit> {
        let slot = self.slots.get(node.0 as usize).ok_or_else(|| NoEdit::new("its entry was not found"))?;
        if let (Some(span), Some(quote)) = (slot.value, self.quote) {
            return Ok(vec![Edit::replace(span, quote(value)?)]);
        }
        let decoded = slot.decoded.as_ref().ok_or_else(|| NoEdit::new("the value is not a string"))?;
        let whole = Edit::replace(Span::new(0, decoded.text.len()), value);
        Ok(vec![decoded.segments.edit(&self.text, &decoded.text, &whole)?])
    }

    fn insert_after(&self, node: NodeId, key: &str, value: &str) -> Result<Vec<Edit>, NoEdit> {
        let quote = self.quote.filter(|_| self.sections.is_some());
        let quote = quote.ok_or_else(|| NoEdit::new("no entry can be added here"))?;
        Ok(vec![self.line_after(node, &self.line(node, key, &quote(value)?)?)?])
    }

    fn relocate(&self, moves: &[Move]) -> Result<Moved, NoEdit> {
        let sections =
            self.sections.ok_or_else(|| NoEdit::new("entries of this language cannot be moved"))?;
        let tree = &self.facts.tree;
        let mut out = Moved::default();
        for it in moves {
            if let Some(key) = it.path.iter().find(|key| key.contains(['=', ':', '[', ']', '\n'])) {
                return Err(NoEdit::new(format!("`{key}` cannot be a key")));
            }
            let value = it.value.clone().unwrap_or_else(|| tree.written(it.node).to_owned());
            let (line, edit) = match it.path.as_slice() {
                [key] if tree.parent(it.node) == Some(it.into) => {
                    let own = tree.key(it.node).ok_or_else(|| NoEdit::new("it has no name"))?;
                    out.edits.push(Edit::replace(own.span, key.clone()));
                    if let Some(value) = &it.value {
                        out.edits.extend(self.set(it.node, value)?);
                    }
                    continue;
                }
                [key] => {
                    let last = tree.children(it.into).last().filter(|_| it.into != sections);
                    let last = last.ok_or_else(|| NoEdit::new("no entry can be added there"))?;
                    let line = self.line(it.node, key, &value)?;
                    let edit = self.line_after(*last, &line)?;
                    (line, edit)
                }
                [section, key] if it.into == sections && tree.parent(it.node) != Some(sections) => {
                    let eol = Eol::of(&self.text).as_str();
                    let line = self.line(it.node, key, &value)?;
                    let before = if self.text.ends_with('\n') { eol.to_owned() } else { eol.repeat(2) };
                    let text = format!("{before}[{section}]{eol}{line}{eol}");
                    (line, Edit::replace(Span::at(self.text.len()), text))
                }
                _ => return Err(NoEdit::new("there are only sections and keys")),
            };
            // Before the line itself, which may come after a new section.
            let mut edit = edit;
            if let Some((comments, at)) = it.comments.zip(edit.replacement.rfind(&line)) {
                edit.replacement.insert_str(at, comments.of(&self.text));
                out.comments.push(comments);
            }
            out.edits.push(edit);
            out.remove.push(it.node);
        }
        Ok(out)
    }

    fn data(&self) -> Data<'_> {
        Box::new(self.data.iter().cloned())
    }
}

impl GroupedGroup {
    fn part(&self, index: usize) -> Span {
        self.parts.get(index).copied().unwrap_or_default()
    }

    /// Removes parts; where none is left, all of the entry.
    fn remove(&self, text: &str, chosen: &[usize], removal: &mut Removal) -> Result<(), NoEdit> {
        if chosen.len() == self.parts.len() {
            if self.between == Between::Commas {
                return Err(NoEdit::new("the command would be empty"));
            }
            let (start, end) = (self.lines.start(), self.lines.end());
            // The last line without a line end takes the one before it.
            let before = text.get(..start).unwrap_or_default();
            let cut = end == text.len() && !text.ends_with('\n');
            let kept = before.strip_suffix('\n').map_or(before, |b| b.strip_suffix('\r').unwrap_or(b)).len();
            removal.edits.push(Edit::delete(Span::new(if cut { kept } else { start }, end)));
            removal.gone.push(self.span);
            return Ok(());
        }
        let mut at = 0;
        while let Some(first) = chosen.get(at).copied() {
            let mut last = first;
            while chosen.get(at + 1) == Some(&(last + 1)) {
                at += 1;
                last += 1;
            }
            at += 1;
            removal.edits.push(Edit::delete(self.run(text, first, last)));
            removal.gone.extend((first..=last).map(|index| self.part(index)));
        }
        Ok(())
    }

    /// What to delete so that the parts `first..=last` are removed and their neighbors stay.
    fn run(&self, text: &str, first: usize, last: usize) -> Span {
        let (start, end) = (self.part(first).start(), self.part(last).end());
        let breaks = |from: usize, to: usize| text.get(from..to).is_some_and(|gap| gap.contains('\n'));
        let before = first.checked_sub(1).map(|index| self.part(index).end());
        let next = (last + 1 < self.parts.len()).then(|| self.part(last + 1).start());
        match (before, next) {
            (Some(before), Some(next)) if self.between == Between::Blanks => {
                if breaks(before, start) && breaks(end, next) {
                    // Whole lines: comments around them keep their place.
                    let line = text.get(..start).and_then(|head| head.rfind('\n')).map_or(0, |at| at + 1);
                    let behind =
                        text.get(end..).and_then(|rest| rest.find('\n')).map_or(end, |at| end + at + 1);
                    Span::new(line, behind)
                } else if breaks(before, start) {
                    Span::new(start, next)
                } else {
                    Span::new(before, end)
                }
            }
            (Some(before), _) => Span::new(before, end),
            (None, Some(next)) => Span::new(start, next),
            (None, None) => Span::new(start, end),
        }
    }
}

/// A value as it is written on a line of its own.
pub(super) fn one_line(value: &str) -> Result<String, NoEdit> {
    let is_plain =
        value.trim() == value && !value.contains(['\n', '\r', '\\']) && !value.starts_with(['=', ':']);
    if is_plain { Ok(value.to_owned()) } else { Err(NoEdit::new("the value cannot be written there")) }
}

/// The text of physical lines that are continued by `sign`, without comments and empty lines between them.
pub(super) fn continued(text: &str, lines: &[Span], refused: &'static str) -> Decoded {
    let mut decoder = Decoder::default();
    for line in lines {
        decoder.verbatim(text, *line);
    }
    let outer = match (lines.first(), lines.last()) {
        (Some(first), Some(last)) => first.hull(*last),
        _ => Span::default(),
    };
    decoder.finish(outer, Codec::Continued { refused })
}

/// The space-separated words between `start` and `end`: quotes and `\` keep them together, a `sign` at a line
/// end is a space, and comment lines are skipped.
pub(super) fn words(text: &str, start: usize, end: usize, sign: u8) -> Vec<Span> {
    let bytes = text.as_bytes();
    let byte = |at: usize| if at < end { bytes.get(at).copied() } else { None };
    let line_end = |at: usize| text.get(at..end).and_then(|rest| rest.find('\n')).map_or(end, |len| at + len);
    let blank_to_end = |from: usize| {
        let blanks = (from..end).take_while(|at| matches!(byte(*at), Some(b' ' | b'\t' | b'\r'))).count();
        matches!(byte(from + blanks), None | Some(b'\n'))
    };
    let mut out = Vec::new();
    let mut at = start;
    while let Some(first) = byte(at) {
        if first == b'\n' {
            at += 1;
            let blanks =
                text.get(at..end).map_or(0, |rest| rest.len() - rest.trim_start_matches([' ', '\t']).len());
            if matches!(byte(at + blanks), Some(b'#' | b';')) {
                at = line_end(at);
            }
            continue;
        }
        if first.is_ascii_whitespace() || first == sign && blank_to_end(at + 1) {
            at += 1;
            continue;
        }
        let from = at;
        let mut quote = None;
        while let Some(next) = byte(at) {
            match quote {
                None if next.is_ascii_whitespace() => break,
                None if next == sign && blank_to_end(at + 1) => break,
                None if matches!(next, b'"' | b'\'') => quote = Some(next),
                Some(open) if next == open => quote = None,
                _ if next == sign && quote != Some(b'\'') => at += 1,
                _ => {}
            }
            at += 1;
        }
        at = at.min(end);
        out.push(Span::new(from, at));
    }
    out
}

/// A word without its quotes and escapes.
pub(super) fn unquoted(text: &str, span: Span, sign: u8) -> Decoded {
    let bytes = text.as_bytes();
    let mut decoder = Decoder::default();
    let mut pieces = Vec::new();
    let mut quoting = Quoting::Bare;
    let (mut from, mut at) = (span.start(), span.start());
    let mut flush = |decoder: &mut Decoder, from: usize, to: usize, quoting: Quoting| {
        if from < to {
            decoder.verbatim(text, Span::new(from, to));
        }
        pieces.push((Span::new(from, to), quoting));
    };
    while at < span.end() {
        let next = match (bytes.get(at).copied(), quoting) {
            (Some(b'"'), Quoting::Bare) => Quoting::Double,
            (Some(b'\''), Quoting::Bare) => Quoting::Single,
            (Some(b'"'), Quoting::Double) | (Some(b'\''), Quoting::Single) => Quoting::Bare,
            (Some(byte), Quoting::Bare | Quoting::Double) if byte == sign && at + 1 < span.end() => {
                flush(&mut decoder, from, at, quoting);
                let len = text.get(at + 1..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                decoder
                    .decoded(text.get(at + 1..at + 1 + len).unwrap_or_default(), Span::new(at, at + 1 + len));
                at += 1 + len;
                from = at;
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        if at > from || next == Quoting::Bare {
            flush(&mut decoder, from, at, quoting);
        }
        quoting = next;
        at += 1;
        from = at;
    }
    if from < span.end() || span.is_empty() {
        flush(&mut decoder, from, span.end(), quoting);
    }
    decoder.finish(span, Codec::ShellWord { pieces })
}
