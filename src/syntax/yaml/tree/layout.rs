//! Where an entry and its parts stand.

use crate::facts::{DataTree, NodeId, NodeKind};
use crate::syntax::yaml::scalar::Place;
use crate::text::Span;
use std::collections::BTreeMap;

/// What the tree does not say of a node, for edits.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax::yaml) struct Layout {
    /// Its entry, with its value.
    entry: Span,
    /// From behind the key to before the value.
    between: Span,
    /// The key as written, with its quotes.
    pub(in crate::syntax::yaml) key: Option<Span>,
    /// Whether a `:` stands behind the key.
    pub(in crate::syntax::yaml) colon: bool,
    /// Whether the key is written with `?`, or is itself a collection or block scalar.
    pub(in crate::syntax::yaml) odd_key: bool,
    /// How the key is read.
    pub(in crate::syntax::yaml) key_form: KeyForm,
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

/// How a key is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::syntax::yaml) enum KeyForm {
    /// It has no quotes.
    #[default]
    Plain,
    /// Quotes stand around its span.
    Quoted,
    /// A collection, an alias, a block scalar, one with a tag or an anchor: it says what is written.
    Written,
}

/// The layouts of a tree, in little room: what the tree and the text say is not kept a second time.
#[derive(Debug, Default)]
pub(in crate::syntax::yaml) struct Layouts {
    /// By [`NodeId`].
    flags: Vec<u8>,
    /// The places of nodes that do not stand where most do.
    odd: Vec<(NodeId, Places)>,
    /// The names of the anchors.
    anchors: BTreeMap<NodeId, Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Places {
    entry: u32,
    rest: u32,
    head: u32,
    /// Of a block scalar: columns before each line of content.
    indent: u32,
}

const COLON: u8 = 1;
const ODD_KEY: u8 = 2;
const IN_FLOW: u8 = 4;
const FLOW: u8 = 8;
const WRITTEN: u8 = 16;
const KEY_QUOTED: u8 = 32;
const KEY_WRITTEN: u8 = 64;
/// It stands where most nodes do.
const USUAL: u8 = 128;

/// More blanks between a dash and its item than people write.
const BLANKS: usize = 64;

impl Places {
    /// Where most nodes stand that have that key, with its quotes, and begin at `start`: a colon right behind the key, a dash
    /// before the item on its line.
    fn usual(text: &str, key: Option<Span>, start: usize, in_flow: bool) -> Option<Self> {
        let at = |entry: usize, rest: usize, head: usize| {
            let narrow = |at: usize| u32::try_from(at).ok();
            Some(Self { entry: narrow(entry)?, rest: narrow(rest)?, head: narrow(head)?, indent: 0 })
        };
        match key {
            Some(key) => at(key.start(), key.end(), key.end() + 1),
            None if in_flow => at(start, start, start),
            None => {
                let before = text.as_bytes().get(..start)?.iter().rev().take(BLANKS);
                let dash = start.checked_sub(before.take_while(|byte| **byte == b' ').count() + 1)?;
                at(dash, dash + 1, dash + 1).filter(|_| text.as_bytes().get(dash) == Some(&b'-'))
            }
        }
    }
}

/// A key as written, with its quotes.
fn raw(key: Span, form: KeyForm) -> Span {
    match form {
        KeyForm::Quoted => Span::new(key.start().saturating_sub(1), key.end() + 1),
        KeyForm::Plain | KeyForm::Written => key,
    }
}

/// The layout of a node that is being read.
#[derive(Clone, Copy, Default)]
pub(super) struct NewLayout {
    pub(super) entry: usize,
    pub(super) rest: usize,
    pub(super) head: usize,
    pub(super) colon: bool,
    pub(super) odd_key: bool,
    pub(super) key_form: KeyForm,
    pub(super) in_flow: bool,
    pub(super) flow: bool,
    pub(super) anchor: Option<Span>,
    pub(super) place: Option<Place>,
}

impl Layouts {
    /// Adds the layout of the node `id`, which comes behind all others, with its bytes and those of its key in `text`.
    pub(super) fn push(
        &mut self,
        text: &str,
        id: NodeId,
        (span, key): (Span, Option<Span>),
        layout: &NewLayout,
    ) {
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let block = layout.place.filter(|it| it.style.is_block());
        let places = Places {
            entry: narrow(layout.entry),
            rest: narrow(layout.rest),
            head: narrow(layout.head),
            indent: block.map_or(0, |block| block.indent),
        };
        let key = key.map(|key| raw(key, layout.key_form));
        let is_usual = Places::usual(text, key, span.start(), layout.in_flow) == Some(places);
        if !is_usual {
            self.odd.push((id, places));
        }
        self.flags.push(
            flag(layout.colon, COLON)
                | flag(layout.odd_key, ODD_KEY)
                | flag(layout.in_flow, IN_FLOW)
                | flag(layout.flow, FLOW)
                | flag(layout.place.is_some(), WRITTEN)
                | flag(layout.key_form == KeyForm::Quoted, KEY_QUOTED)
                | flag(layout.key_form == KeyForm::Written, KEY_WRITTEN)
                | flag(is_usual, USUAL),
        );
        if let Some(anchor) = layout.anchor {
            self.anchors.insert(id, anchor);
        }
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.flags.shrink_to_fit();
        self.odd.shrink_to_fit();
    }

    /// The names of all anchors.
    pub(in crate::syntax::yaml) fn anchors(&self) -> impl Iterator<Item = Span> {
        self.anchors.values().copied()
    }

    /// The name of the anchor of `id`.
    pub(in crate::syntax::yaml) fn anchor(&self, id: NodeId) -> Option<Span> {
        self.anchors.get(&id).copied()
    }

    /// The layout of the node `id` of `tree`, which is that of `text`.
    pub(in crate::syntax::yaml) fn get(&self, text: &str, tree: &DataTree, id: NodeId) -> Option<Layout> {
        let flags = *self.flags.get(id.0 as usize)?;
        let node = tree.get(id)?;
        let is = |flag: u8| flags & flag != 0;
        let key_form = match (is(KEY_QUOTED), is(KEY_WRITTEN)) {
            (true, _) => KeyForm::Quoted,
            (_, true) => KeyForm::Written,
            _ => KeyForm::Plain,
        };
        let key = node.key.map(|key| raw(key.span, key_form));
        let places = if is(USUAL) {
            Places::usual(text, key, node.span.start(), is(IN_FLOW))?
        } else {
            let at = self.odd.binary_search_by_key(&id, |(odd, _)| *odd).ok()?;
            self.odd.get(at)?.1
        };
        let (entry, rest, head) = (places.entry as usize, places.rest as usize, places.head as usize);
        let place = match node.kind {
            NodeKind::Scalar(scalar) if is(WRITTEN) => {
                Some(Place { span: node.span, style: scalar.style, flow: is(IN_FLOW), indent: places.indent })
            }
            _ => None,
        };
        Some(Layout {
            entry: Span::new(entry, node.span.end().max(head)),
            between: Span::new(rest, head),
            key,
            colon: is(COLON),
            odd_key: is(ODD_KEY),
            key_form,
            in_flow: is(IN_FLOW),
            flow: is(FLOW),
            anchor: self.anchor(id),
            place,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::yaml::Document;

    #[test]
    fn most_nodes_of_usual_files_need_no_places() {
        let text = "a: b\nc:\n  d: 'e'\n  \"f\": |\n    g\nh:\n- i\n-   j: k\n- [l, {m: n}]\n-\n- - o\nq:\n";
        let document = Document::of(text.into());
        // The document and the block scalar.
        let odd: Vec<u32> = document.layouts.odd.iter().map(|(id, _)| id.0).collect();
        assert_eq!(odd, [0, 4]);
    }
}
