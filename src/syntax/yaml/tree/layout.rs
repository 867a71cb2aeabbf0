//! Where an entry and its parts stand.

use crate::syntax::yaml::scalar::Place;
use crate::text::Span;

/// What the tree does not say of a node, for edits.
#[derive(Clone, Debug, Default)]
pub(in crate::syntax::yaml) struct Layout {
    /// Its entry, with its value.
    pub(super) entry: Span,
    /// From behind the key to before the value.
    pub(super) between: Span,
    /// The key as written, with its quotes.
    pub(in crate::syntax::yaml) key: Option<Span>,
    /// Whether a `:` stands behind the key.
    pub(in crate::syntax::yaml) colon: bool,
    /// Whether the key is written with `?`, or is itself a collection or block scalar.
    pub(in crate::syntax::yaml) odd_key: bool,
    /// Whether it stands in a flow collection.
    pub(in crate::syntax::yaml) in_flow: bool,
    /// Whether it is a flow collection.
    pub(in crate::syntax::yaml) flow: bool,
    /// The name of its anchor.
    pub(in crate::syntax::yaml) anchor: Option<Span>,
    /// How it is written, of a scalar that is written.
    pub(in crate::syntax::yaml) place: Option<Place>,
}

impl Layout {
    /// Where its entry begins: at the key, its `?` or anchor, or at the dash.
    pub(in crate::syntax::yaml) fn entry(&self) -> usize {
        self.entry.start()
    }

    /// Where the part behind the key begins: at the `:`, or right behind the dash.
    pub(in crate::syntax::yaml) fn rest(&self) -> usize {
        self.between.start()
    }

    /// Behind the `:` or dash, its anchor and its tag.
    pub(in crate::syntax::yaml) fn head(&self) -> usize {
        self.between.end()
    }

    /// Where its value ends.
    pub(in crate::syntax::yaml) fn end(&self) -> usize {
        self.entry.end()
    }
}
