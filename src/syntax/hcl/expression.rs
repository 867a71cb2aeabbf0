//! Builds a value from its terms.
//!
//! One term is the value. Parts with `?` and `:` between them become a mapping with the key `if()`, whose value is a list of
//! them; terms with operators between them are one expression as it is written, or, where one of them is a call, a
//! collection or a here-document, a mapping with the key `op()`.

use super::raw::{HclRaw, RawKind};
use crate::text::Span;

/// A value as far as it is read.
#[derive(Debug, Default)]
pub(super) struct HclExpression {
    /// The parts that `?`, `:` and the like have closed.
    parts: Vec<usize>,
    /// The terms of the open part.
    terms: Vec<usize>,
    /// The bytes of the last term, parentheses included.
    last: Span,
    /// The bytes of the open part.
    part: Option<Span>,
    /// All bytes.
    whole: Option<Span>,
    /// Where it begins if nothing comes.
    from: usize,
    operators: bool,
    conditional: bool,
    /// Whether the last token was a `.`.
    dotted: bool,
}

impl HclExpression {
    /// One that begins at `from`.
    pub(super) fn at(from: usize) -> Self {
        Self { from, ..Self::default() }
    }

    pub(super) fn start(&self) -> usize {
        self.whole.map_or(self.from, Span::start)
    }

    pub(super) fn end(&self) -> usize {
        self.whole.map_or(self.from, Span::end)
    }

    /// Whether nothing was read yet.
    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_none()
    }

    pub(super) fn is_conditional(&self) -> bool {
        self.conditional
    }

    /// Whether the last thing was a term.
    pub(super) fn has_term(&self) -> bool {
        !self.terms.is_empty() && !self.operators
    }

    /// Whether the next name belongs to the last term.
    pub(super) fn extends(&self) -> bool {
        self.dotted
    }

    /// The bytes below `span` belong to the value.
    pub(super) fn reach(&mut self, span: Span) {
        self.part = Some(self.part.map_or(span, |part| part.hull(span)));
        self.whole = Some(self.whole.map_or(span, |whole| whole.hull(span)));
    }

    pub(super) fn term(&mut self, node: usize, span: Span) {
        // Two terms without anything between them.
        self.operators |= !self.terms.is_empty();
        self.dotted = false;
        self.reach(span);
        self.last = span;
        self.terms.push(node);
    }

    pub(super) fn dot(&mut self, span: Span) {
        self.reach(span);
        self.dotted = true;
    }

    pub(super) fn operator(&mut self, span: Span) {
        self.reach(span);
        self.operators = true;
        self.dotted = false;
    }

    /// A name or an index after the last term: with a call or a collection, they become a mapping with the key `op()`.
    pub(super) fn extend(&mut self, span: Span, nodes: &mut Vec<HclRaw>) {
        self.reach(span);
        self.dotted = false;
        let Some(last) = self.terms.last_mut() else { return };
        // A part of a call or a collection is another value than the whole.
        let is_whole = nodes.get(*last).is_some_and(|raw| raw.kind != RawKind::Plain && !raw.is_part);
        if is_whole {
            *last = list("op()", vec![*last], self.last, nodes);
        }
        self.last = self.last.hull(span);
        if let Some(raw) = nodes.get_mut(*last) {
            raw.is_part |= is_whole;
            raw.span = self.last;
            raw.entry = raw.span;
        }
    }

    pub(super) fn condition(&mut self, span: Span, nodes: &mut Vec<HclRaw>) {
        self.separate(span, nodes);
        self.conditional = true;
    }

    /// Closes the open part.
    pub(super) fn separate(&mut self, span: Span, nodes: &mut Vec<HclRaw>) {
        if let Some(part) = self.finish_part(nodes) {
            self.parts.push(part);
        }
        self.reach(span);
        self.part = None;
    }

    /// Forgets the parts so far.
    pub(super) fn clear(&mut self) {
        self.parts.clear();
        self.terms.clear();
        self.part = None;
        self.operators = false;
    }

    fn finish_part(&mut self, nodes: &mut Vec<HclRaw>) -> Option<usize> {
        let span = self.part.take()?;
        let terms = std::mem::take(&mut self.terms);
        let operators = std::mem::take(&mut self.operators);
        if let ([one], false) = (terms.as_slice(), operators) {
            return Some(*one);
        }
        if terms.iter().any(|term| nodes.get(*term).is_some_and(HclRaw::has_parts)) {
            return Some(list("op()", terms, span, nodes));
        }
        nodes.push(HclRaw::new(RawKind::Plain, span));
        Some(nodes.len() - 1)
    }

    /// The node of the value; `None` if there is none.
    pub(super) fn finish(self, nodes: &mut Vec<HclRaw>) -> Option<usize> {
        let whole = self.whole?;
        let mut parts = self.into_parts(nodes);
        match parts.len() {
            0 => None,
            1 => parts.pop(),
            _ => Some(list("if()", parts, whole, nodes)),
        }
    }

    /// Its parts.
    pub(super) fn into_parts(mut self, nodes: &mut Vec<HclRaw>) -> Vec<usize> {
        let last = self.finish_part(nodes);
        self.parts.extend(last);
        self.parts
    }
}

/// A mapping with one key, whose value is a list.
fn list(key: &str, items: Vec<usize>, span: Span, nodes: &mut Vec<HclRaw>) -> usize {
    let mut inner = HclRaw::new(RawKind::Sequence, span);
    inner.key = Some((key.to_owned(), Span::at(span.start())));
    inner.children = items;
    nodes.push(inner);
    let mut outer = HclRaw::new(RawKind::Computed, span);
    outer.children.push(nodes.len() - 1);
    nodes.push(outer);
    nodes.len() - 1
}
