//! Nodes in little room: a large file has a million of them, and two trees while a fix is proven.

use super::tree::{Key, Node, NodeId, NodeKind, Scalar, ScalarStyle};
use crate::text::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The nodes of a text. What is as it is written is not kept a second time, what few nodes have is kept apart.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    text: Arc<str>,
    list: Vec<Packed>,
    /// Texts of scalars that are not as they are written.
    texts: Vec<Box<str>>,
    /// Keys that are not as they are written.
    keys: BTreeMap<NodeId, Box<str>>,
    /// Nodes that have an anchor or a tag, with the tag.
    marks: BTreeMap<NodeId, (bool, Option<Box<str>>)>,
}

/// A node in 28 bytes.
#[derive(Debug)]
struct Packed {
    span: Span,
    key: Span,
    /// [`NONE`] for a root.
    parent: u32,
    /// Of a scalar that is not as written: which one of the texts. Else [`NONE`].
    text: u32,
    kind: Kind,
    flags: u8,
}

const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
enum Kind {
    Scalar(ScalarStyle),
    Mapping,
    Sequence,
    Alias,
}

const HAS_KEY: u8 = 1;
const KEY_APART: u8 = 2;
const MARKED: u8 = 4;
const OPAQUE: u8 = 8;
const NULL: u8 = 16;

fn flag(flag: u8, is_set: bool) -> u8 {
    if is_set { flag } else { 0 }
}

impl Packed {
    fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

impl Nodes {
    pub(super) fn of(text: Arc<str>) -> Self {
        Self { text, ..Self::default() }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn push(&mut self, node: Node<'_>) -> NodeId {
        let id = NodeId(u32::try_from(self.list.len()).unwrap_or(NONE));
        let mut packed = Packed {
            span: node.span,
            key: node.key.map_or(Span::at(0), |key| key.span),
            parent: node.parent.map_or(NONE, |parent| parent.0),
            text: NONE,
            kind: match node.kind {
                NodeKind::Scalar(scalar) => Kind::Scalar(scalar.style),
                NodeKind::Mapping => Kind::Mapping,
                NodeKind::Sequence => Kind::Sequence,
                NodeKind::Alias => Kind::Alias,
            },
            flags: flag(HAS_KEY, node.key.is_some()),
        };
        if let NodeKind::Scalar(scalar) = node.kind {
            packed.flags |= flag(OPAQUE, scalar.opaque) | flag(NULL, scalar.null);
            if !is_same(written(&self.text, node.span, scalar.style), scalar.text) {
                packed.text = u32::try_from(self.texts.len()).unwrap_or(NONE);
                self.texts.push(scalar.text.into());
            }
        }
        if let Some(key) = node.key.filter(|key| !is_same(key.span.of(&self.text), key.text)) {
            packed.flags |= KEY_APART;
            self.keys.insert(id, key.text.into());
        }
        if node.anchored || node.tag.is_some() {
            packed.flags |= MARKED;
            self.marks.insert(id, (node.anchored, node.tag.map(Into::into)));
        }
        self.list.push(packed);
        id
    }

    pub(super) fn set_span(&mut self, id: NodeId, span: Span) {
        let Some(packed) = self.list.get_mut(id.0 as usize) else { return };
        packed.span = span;
    }

    pub(super) fn forget_key(&mut self, id: NodeId) {
        let Some(packed) = self.list.get_mut(id.0 as usize) else { return };
        packed.flags &= !(HAS_KEY | KEY_APART);
        self.keys.remove(&id);
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.list.shrink_to_fit();
        self.texts.shrink_to_fit();
    }

    #[inline]
    fn packed(&self, id: NodeId) -> Option<&Packed> {
        self.list.get(id.0 as usize)
    }

    #[inline]
    pub(super) fn get(&self, id: NodeId) -> Option<Node<'_>> {
        let packed = self.packed(id)?;
        Some(Node {
            parent: Self::parent_of(packed),
            key: self.key_of(id, packed),
            span: packed.span,
            kind: self.kind_of(packed),
            anchored: packed.is(MARKED) && self.marks.get(&id).is_some_and(|(anchored, _)| *anchored),
            tag: self.tag_of(id, packed),
        })
    }

    #[inline]
    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        Self::parent_of(self.packed(id)?)
    }

    #[inline]
    pub(super) fn span(&self, id: NodeId) -> Option<Span> {
        Some(self.packed(id)?.span)
    }

    #[inline]
    pub(super) fn key(&self, id: NodeId) -> Option<Key<'_>> {
        self.key_of(id, self.packed(id)?)
    }

    /// Whether the key of `id` is `text`. Few are as long, so that few are looked at.
    #[inline]
    pub(super) fn is_key(&self, id: NodeId, text: &str) -> bool {
        let Some(packed) = self.packed(id) else { return false };
        (packed.key.len() == text.len() || packed.is(KEY_APART))
            && self.key_of(id, packed).is_some_and(|key| key.text == text)
    }

    #[inline]
    pub(super) fn kind(&self, id: NodeId) -> Option<NodeKind<'_>> {
        Some(self.kind_of(self.packed(id)?))
    }

    #[inline]
    pub(super) fn tag(&self, id: NodeId) -> Option<&str> {
        self.tag_of(id, self.packed(id)?)
    }

    #[inline]
    fn parent_of(packed: &Packed) -> Option<NodeId> {
        (packed.parent != NONE).then_some(NodeId(packed.parent))
    }

    #[inline]
    fn key_of(&self, id: NodeId, packed: &Packed) -> Option<Key<'_>> {
        let text = if packed.is(KEY_APART) { self.keys.get(&id)? } else { packed.key.of(&self.text) };
        packed.is(HAS_KEY).then_some(Key { text, span: packed.key })
    }

    #[inline]
    fn kind_of(&self, packed: &Packed) -> NodeKind<'_> {
        match packed.kind {
            Kind::Scalar(style) => NodeKind::Scalar(Scalar {
                text: match packed.text {
                    NONE => written(&self.text, packed.span, style),
                    index => self.texts.get(index as usize).map_or("", |text| text),
                },
                style,
                opaque: packed.is(OPAQUE),
                null: packed.is(NULL),
            }),
            Kind::Mapping => NodeKind::Mapping,
            Kind::Sequence => NodeKind::Sequence,
            Kind::Alias => NodeKind::Alias,
        }
    }

    #[inline]
    fn tag_of(&self, id: NodeId, packed: &Packed) -> Option<&str> {
        if packed.is(MARKED) { self.marks.get(&id)?.1.as_deref() } else { None }
    }
}

/// Whether both are equal; most of the time they are the same bytes.
fn is_same(written: &str, text: &str) -> bool {
    std::ptr::eq(written, text) || written == text
}

/// The bytes of a scalar, without quotes.
#[inline]
fn written(text: &str, span: Span, style: ScalarStyle) -> &str {
    let all = span.of(text);
    match style {
        ScalarStyle::Single | ScalarStyle::Double => {
            all.get(1..all.len().saturating_sub(1)).unwrap_or_default()
        }
        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_takes_28_bytes() {
        assert_eq!(size_of::<Packed>(), 28);
    }

    #[test]
    fn a_node_is_told_as_it_was_given() {
        let text = "a: \"b\"\n'c': d\n";
        let scalar = |text, style| Scalar { text, style, opaque: false, null: false };
        let given = [
            Node {
                parent: None,
                key: Some(Key { text: "a", span: Span::new(0, 1) }),
                span: Span::new(3, 6),
                kind: NodeKind::Scalar(scalar("b", ScalarStyle::Double)),
                anchored: false,
                tag: None,
            },
            Node {
                parent: Some(NodeId(0)),
                key: Some(Key { text: "other", span: Span::new(8, 9) }),
                span: Span::new(12, 13),
                kind: NodeKind::Scalar(Scalar {
                    opaque: true,
                    null: true,
                    ..scalar("else", ScalarStyle::Plain)
                }),
                anchored: true,
                tag: Some("!t"),
            },
            Node {
                parent: Some(NodeId(1)),
                key: None,
                span: Span::at(6),
                kind: NodeKind::Sequence,
                anchored: true,
                tag: None,
            },
        ];
        let mut nodes = Nodes::of(text.into());
        for (index, node) in given.iter().enumerate() {
            let id = nodes.push(*node);
            assert_eq!(id.0 as usize, index);
        }
        for (index, node) in (0..).zip(&given) {
            let told = nodes.get(NodeId(index)).unwrap();
            assert_eq!(format!("{told:?}"), format!("{node:?}"));
            assert_eq!(nodes.tag(NodeId(index)), node.tag);
        }
        assert!(nodes.get(NodeId(3)).is_none());
        assert_eq!((nodes.texts.len(), nodes.keys.len(), nodes.marks.len()), (1, 1, 2));
    }
}
