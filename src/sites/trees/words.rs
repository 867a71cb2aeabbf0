//! Words of commands that are written as lists and as texts without a shell.

use super::super::built::Built;
use super::Trees;
use crate::facts::{NodeId, NodeKind, Word};
use crate::text::Span;

impl Trees<'_> {
    /// The words of a text without quotes.
    pub(super) fn words_of(&self, id: NodeId) -> Vec<Word> {
        let Some(decoded) = self.parsed.decode(id) else { return Vec::new() };
        let word = |piece: Span| {
            let text = piece.of(&decoded.text).to_owned();
            let opaque = text.contains(['$', '{']);
            let span = decoded.segments.to_outer(piece);
            Word { node: id, span, text, opaque, splits: opaque, expands: None, skips: 0, control: false }
        };
        blank_separated(&decoded.text).into_iter().map(word).collect()
    }

    /// The items of the list `id`, or of the lists that it is built of in their order; with each whether it may be several.
    pub(super) fn built_words(&self, id: NodeId) -> Vec<(NodeId, bool)> {
        let built = Built::holders(self.tree, id);
        let own = built.parts.iter().flat_map(|part| self.tree.children(*part)).map(|item| (*item, false));
        let mut words: Vec<(NodeId, bool)> = own.chain(built.unknowns.iter().map(|it| (*it, true))).collect();
        // A conditional comes after the lists in it.
        words.sort_by_key(|(id, _)| self.tree.span(*id).map(Span::end));
        words
    }

    pub(super) fn word(&self, id: NodeId) -> Option<Word> {
        let node = self.tree.get(id)?;
        let (text, opaque) = match node.kind {
            NodeKind::Scalar(scalar) => {
                (scalar.text.to_string(), scalar.opaque || scalar.text.contains("$("))
            }
            NodeKind::Alias => (node.span.of(self.context.text).to_owned(), true),
            NodeKind::Mapping if self.tree.is_computed(id) => (self.tree.written(id).to_owned(), true),
            _ => return None,
        };
        // An item of a list in HCL is one word, whatever its template gives.
        let splits =
            opaque && text.starts_with(['{', '$', '*']) && !self.context.language.values_are_expressions();
        Some(Word {
            node: id,
            span: node.span,
            text,
            opaque,
            splits,
            expands: None,
            skips: 0,
            control: false,
        })
    }
}

/// The words of a piece of a command line; an expression in braces is part of its word.
pub(super) fn blank_separated(text: &str) -> Vec<Span> {
    let mut words = Vec::new();
    let (mut start, mut depth) = (0, 0usize);
    for (at, sign) in text.char_indices().chain([(text.len(), ' ')]) {
        match sign {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ' ' | '\t' if depth == 0 || at == text.len() => {
                words.extend((at > start).then(|| Span::new(start, at)));
                start = at + 1;
            }
            _ => {}
        }
    }
    words
}
