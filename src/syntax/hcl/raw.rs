//! Nodes as they are read, before their positions in the tree are known; and the tree that they become.

use super::string::{self, HclString};
use crate::facts::{COMPUTED, DataTree, Node, NodeId, NodeKey, NodeKind, Scalar, ScalarStyle};
use crate::syntax::entries::{EntryLayout, EntryStyle};
use crate::text::{SharedText, Span};
use std::collections::HashMap;

/// A node; others name it by its index.
#[derive(Debug)]
pub(super) struct HclRaw {
    /// The key, decoded, and its bytes without quotes.
    pub(super) key: Option<(String, Span)>,
    pub(super) entry: Span,
    pub(super) span: Span,
    pub(super) kind: RawKind,
    pub(super) form: EntryStyle,
    pub(super) children: Vec<usize>,
    /// Whether names or indexes after it were read: `f(x).y[0]`.
    pub(super) is_part: bool,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RawKind {
    Mapping,
    /// What an expression makes: a mapping with one key for the list of its parts.
    Computed,
    Sequence,
    Text(HclString),
    /// An expression as it is written.
    Plain,
}

impl HclRaw {
    pub(super) fn new(kind: RawKind, span: Span) -> Self {
        Self {
            key: None,
            entry: span,
            span,
            kind,
            form: EntryStyle::Fixed,
            children: Vec::new(),
            is_part: false,
        }
    }

    /// Whether other nodes or lines of text are inside.
    pub(super) fn has_parts(&self) -> bool {
        match self.kind {
            RawKind::Mapping | RawKind::Computed | RawKind::Sequence => true,
            RawKind::Text(place) => place.heredoc,
            RawKind::Plain => false,
        }
    }
}

/// A text as a tree.
#[derive(Debug, Default)]
pub(super) struct HclBuilt {
    pub(super) tree: DataTree,
    /// By [`NodeId`].
    pub(super) layouts: Vec<EntryLayout>,
    /// How each string is written.
    pub(super) places: HashMap<NodeId, HclString>,
}

/// The tree below the node `root`, in the order of the text; `masked` says where the text is not what was read.
pub(super) fn build(
    text: &SharedText,
    raw: &[HclRaw],
    root: usize,
    masked: &dyn Fn(Span) -> bool,
) -> HclBuilt {
    let mut out = HclBuilt { tree: DataTree::of(text.clone()), ..HclBuilt::default() };
    let mut open: Vec<(usize, Option<NodeId>)> = vec![(root, None)];
    while let Some((index, parent)) = open.pop() {
        let Some(raw) = raw.get(index) else { continue };
        let decoded;
        let mut place_of = None;
        let kind = match raw.kind {
            RawKind::Mapping | RawKind::Computed => NodeKind::Mapping,
            RawKind::Sequence => NodeKind::Sequence,
            RawKind::Plain => NodeKind::Scalar(plain(raw.span.of(text))),
            RawKind::Text(place) => {
                place_of = Some(place);
                let style = if place.heredoc { ScalarStyle::Literal } else { ScalarStyle::Double };
                let opaque = string::has_template(text, place) || masked(place.span);
                decoded = string::decode(text, place).text;
                NodeKind::Scalar(Scalar { text: &decoded, style, opaque, null: false })
            }
        };
        let key = raw.key.as_ref().map(|(name, span)| {
            let text = if masked(*span) { span.of(text) } else { name };
            NodeKey { text, span: *span }
        });
        let tag = (raw.kind == RawKind::Computed).then_some(COMPUTED);
        let id = out.tree.push(Node { parent, key, span: raw.span, kind, anchor: None, tag });
        if let Some(place) = place_of {
            out.places.insert(id, place);
        }
        out.layouts.push(EntryLayout { entry: raw.entry, form: raw.form.clone() });
        if !parent.is_some_and(|id| out.tree.is_mapping(id) || out.tree.is_sequence(id)) {
            out.tree.roots.push(id);
        }
        open.extend(raw.children.iter().rev().map(|child| (*child, Some(id))));
    }
    out.tree.finish();
    out
}

/// An expression that is not a string. It is a literal if its value is known without running it.
fn plain(text: &str) -> Scalar<'_> {
    let number =
        text.starts_with(|sign: char| sign.is_ascii_digit() || sign == '-') && text.parse::<f64>().is_ok();
    let literal = number || matches!(text, "true" | "false" | "null" | "");
    let null = matches!(text, "null" | "");
    Scalar { text, style: ScalarStyle::Plain, opaque: !literal, null }
}
