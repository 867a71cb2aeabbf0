//! Where an entry and its parts are.

use crate::text::Span;

/// What edits need to know of a node, and the tree does not contain.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::syntax::yaml) struct Layout {
    /// Its entry, with its value.
    pub(super) entry: Span,
    /// From after the key to before the value.
    pub(super) between: Span,
    /// Whether a `:` follows the key.
    pub(in crate::syntax::yaml) colon: bool,
    /// Whether the key is written with `?`, or is itself a collection or block scalar.
    pub(in crate::syntax::yaml) odd_key: bool,
    /// How the key is read.
    pub(in crate::syntax::yaml) key_form: KeyForm,
    /// Whether it is in a flow collection.
    pub(in crate::syntax::yaml) in_flow: bool,
    /// Whether it is a flow collection.
    pub(in crate::syntax::yaml) flow: bool,
}

impl Layout {
    /// Where its entry begins: at the key, its `?` or anchor, or at the dash.
    pub(in crate::syntax::yaml) fn entry(&self) -> usize {
        self.entry.start()
    }

    /// Where the part after the key begins: at the `:`, or right after the dash.
    pub(in crate::syntax::yaml) fn rest(&self) -> usize {
        self.between.start()
    }

    /// After the `:` or dash, its anchor and its tag.
    pub(in crate::syntax::yaml) fn head(&self) -> usize {
        self.between.end()
    }

    /// Where its value ends.
    pub(in crate::syntax::yaml) fn end(&self) -> usize {
        self.entry.end()
    }
}

/// How a key is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::syntax::yaml) enum KeyForm {
    /// It has no quotes.
    #[default]
    Plain,
    /// It is in quotes, which its span does not contain.
    Quoted,
    /// A collection, an alias, a block scalar, one with a tag or an anchor: its text is as written.
    Written,
}
