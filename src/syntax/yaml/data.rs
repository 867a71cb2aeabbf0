//! What a text means, piece by piece: read from its tree, so that a check needs no list of it.

use super::ParsedYaml;
use super::scalar::is_null;
use super::tree::{KeyForm, Layout};
use crate::facts::{NodeId, NodeKind, Scalar, ScalarStyle};
use crate::syntax::Datum;
use crate::text::Span;
use std::borrow::Cow;

/// What `document` means, in the order of its text.
pub(super) fn of(document: &ParsedYaml) -> impl Iterator<Item = Datum<'_>> {
    Walk { document, next: 0, open: Vec::new(), value: None }
}

struct Walk<'d> {
    document: &'d ParsedYaml,
    /// The node that comes next.
    next: u32,
    /// The collections around it, each with its last datum.
    open: Vec<(NodeId, Datum<'d>)>,
    /// The value whose key was returned last.
    value: Option<Datum<'d>>,
}

impl<'d> Iterator for Walk<'d> {
    type Item = Datum<'d>;

    fn next(&mut self) -> Option<Datum<'d>> {
        if let Some(value) = self.value.take() {
            return Some(value);
        }
        let tree = &self.document.facts.tree;
        let id = NodeId(self.next);
        let Some(node) = tree.get(id) else { return self.open.pop().map(|(_, end)| end) };
        // Nodes come in the order of the text: a collection that does not contain the next one is closed.
        if let Some((_, end)) = self.open.pop_if(|(open, _)| node.parent != Some(*open)) {
            return Some(end);
        }
        self.next += 1;
        let layout = self.document.layout(id)?;
        let mut opens = |kind: u8, end: u8| {
            let span = around(&layout, node.span, node.parent);
            self.open.push((id, Datum { span, kind: end, value: Cow::Borrowed("") }));
            (kind, span, "")
        };
        let (kind, span, text) = match node.kind {
            NodeKind::Mapping => opens(kind::MAPPING, kind::MAPPING_END),
            NodeKind::Sequence => opens(kind::SEQUENCE, kind::SEQUENCE_END),
            NodeKind::Scalar(scalar) => (of_scalar(scalar), node.span, scalar.text),
            NodeKind::Alias => (kind::ALIAS, node.span, node.span.of(&self.document.text)),
        };
        let root = if node.parent.is_none() { kind::ROOT } else { 0 };
        let value = if node.anchor.is_some() || node.tag.is_some() {
            let anchor = node.anchor.map_or("", |anchor| anchor.of(&self.document.text));
            let value = Cow::Owned(format!("{anchor} {} {text}", node.tag.unwrap_or_default()));
            Datum { span, kind: kind | root | kind::MARKED, value }
        } else {
            Datum { span, kind: kind | root, value: Cow::Borrowed(text) }
        };
        let Some(key) = node.key else { return Some(value) };
        self.value = Some(value);
        Some(self.key(id, &layout, key.text))
    }
}

/// All bytes of a collection, with what comes before it after the key.
fn around(layout: &Layout, span: Span, parent: Option<NodeId>) -> Span {
    let from = if parent.is_none() { layout.rest().min(span.start()) } else { layout.rest() };
    Span::new(from, span.end())
}

impl<'d> Walk<'d> {
    fn key(&self, id: NodeId, layout: &Layout, text: &'d str) -> Datum<'d> {
        let span = self.document.written_key(id).unwrap_or_default();
        let (kind, value) = match layout.key_form {
            KeyForm::Plain if is_null(text) => (kind::NULL, text),
            KeyForm::Plain => (kind::PLAIN, text),
            KeyForm::Quoted => (kind::TEXT, text),
            KeyForm::Written => {
                let written = Span::new(layout.entry(), span.end());
                (kind::WRITTEN, written.of(&self.document.text))
            }
        };
        Datum { span, kind, value: Cow::Borrowed(value) }
    }
}

fn of_scalar(scalar: Scalar<'_>) -> u8 {
    match scalar.style {
        _ if scalar.null => kind::NULL,
        ScalarStyle::Plain => kind::PLAIN,
        _ => kind::TEXT,
    }
}

/// Kinds of [`Datum`].
mod kind {
    pub(super) const MAPPING: u8 = 0;
    pub(super) const MAPPING_END: u8 = 1;
    pub(super) const SEQUENCE: u8 = 2;
    pub(super) const SEQUENCE_END: u8 = 3;
    pub(super) const ALIAS: u8 = 4;
    pub(super) const TEXT: u8 = 5;
    /// What it means depends on what it looks like.
    pub(super) const PLAIN: u8 = 6;
    pub(super) const NULL: u8 = 7;
    /// A key that is not a plain or quoted scalar, as it is written.
    pub(super) const WRITTEN: u8 = 8;
    /// It is a document.
    pub(super) const ROOT: u8 = 16;
    /// Its anchor and its tag are before its value.
    pub(super) const MARKED: u8 = 32;
}
