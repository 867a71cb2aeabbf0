//! Nodes in little room: a large file has a million of them, and two trees while a fix is proven.

use super::tree::{Key, Node, NodeId, NodeKind, Scalar, ScalarStyle};
use crate::text::{SharedText, Span};
use std::collections::BTreeMap;

/// The nodes of a text. What is as it is written is not kept a second time, what few nodes have is kept apart.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    text: SharedText,
    list: Vec<Packed>,
    /// What is not in the list, by node.
    apart: Vec<(NodeId, Apart)>,
    /// Spans too long for the list.
    long: BTreeMap<NodeId, Span>,
    /// Keys that stand too far from their values for the list, or behind them.
    far: BTreeMap<NodeId, Span>,
}

/// A node in 16 bytes.
#[derive(Debug)]
struct Packed {
    start: u32,
    /// The length of the value, or [`LONG`]; the kind; flags.
    bits: u32,
    /// How far before the value the key begins, and its length; or [`FAR`].
    key: u32,
    /// [`NONE`] for a root.
    parent: u32,
}

/// What few nodes have.
#[derive(Debug)]
enum Apart {
    /// The text of a scalar that is not as it is written.
    Text(Box<str>),
    /// The text of a key that is not as it is written.
    Key(Box<str>),
    Tag(Box<str>),
    Anchor,
}

const NONE: u32 = u32::MAX;
const FAR: u32 = u32::MAX;

const OPAQUE: u32 = 1;
const NULL: u32 = 2;
const HAS_KEY: u32 = 4;
/// Something of it is kept apart.
const APART: u32 = 8;
const KIND_AT: u32 = 4;
const LENGTH_AT: u32 = 7;
const LONG: u32 = u32::MAX >> LENGTH_AT;

/// Each kind by its number.
const KINDS: [Kind; 8] = [
    Kind::Scalar(ScalarStyle::Plain),
    Kind::Scalar(ScalarStyle::Single),
    Kind::Scalar(ScalarStyle::Double),
    Kind::Scalar(ScalarStyle::Literal),
    Kind::Scalar(ScalarStyle::Folded),
    Kind::Mapping,
    Kind::Sequence,
    Kind::Alias,
];

#[derive(Clone, Copy, Debug)]
enum Kind {
    Scalar(ScalarStyle),
    Mapping,
    Sequence,
    Alias,
}

fn number(kind: NodeKind<'_>) -> u32 {
    match kind {
        NodeKind::Scalar(scalar) => match scalar.style {
            ScalarStyle::Plain => 0,
            ScalarStyle::Single => 1,
            ScalarStyle::Double => 2,
            ScalarStyle::Literal => 3,
            ScalarStyle::Folded => 4,
        },
        NodeKind::Mapping => 5,
        NodeKind::Sequence => 6,
        NodeKind::Alias => 7,
    }
}

fn flag(flag: u32, is_set: bool) -> u32 {
    if is_set { flag } else { 0 }
}

impl Packed {
    #[inline]
    fn is(&self, flag: u32) -> bool {
        self.bits & flag != 0
    }

    #[inline]
    fn kind(&self) -> Kind {
        KINDS.get((self.bits >> KIND_AT & 7) as usize).copied().unwrap_or(Kind::Alias)
    }
}

/// The key at `span` of a value that begins at `start`; `None` if that takes more room.
fn near(span: Span, start: usize) -> Option<u32> {
    let before = u16::try_from(start.checked_sub(span.start())?).ok()?;
    let length = u16::try_from(span.len()).ok()?;
    Some(u32::from(before) << 16 | u32::from(length)).filter(|key| *key != FAR)
}

impl Nodes {
    pub(super) fn of(text: SharedText) -> Self {
        Self { text, ..Self::default() }
    }

    pub(super) fn reserve(&mut self, nodes: usize) {
        self.list.reserve(nodes);
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn push(&mut self, node: Node<'_>) -> NodeId {
        let id = NodeId(u32::try_from(self.list.len()).unwrap_or(NONE));
        let from = self.apart.len();
        let mut bits = number(node.kind) << KIND_AT | flag(HAS_KEY, node.key.is_some());
        if let NodeKind::Scalar(scalar) = node.kind {
            bits |= flag(OPAQUE, scalar.opaque) | flag(NULL, scalar.null);
            if !is_same(written(&self.text, node.span, scalar.style), scalar.text) {
                self.apart.push((id, Apart::Text(scalar.text.into())));
            }
        }
        if let Some(key) = node.key.filter(|key| !is_same(key.span.of(&self.text), key.text)) {
            self.apart.push((id, Apart::Key(key.text.into())));
        }
        if let Some(tag) = node.tag {
            self.apart.push((id, Apart::Tag(tag.into())));
        }
        if node.anchored {
            self.apart.push((id, Apart::Anchor));
        }
        bits |= flag(APART, self.apart.len() > from);
        let parent = node.parent.map_or(NONE, |parent| parent.0);
        self.list.push(Packed { start: 0, bits, key: FAR, parent });
        self.place(id, node.span, node.key.map(|key| key.span));
        id
    }

    /// Says where a node of the list stands.
    fn place(&mut self, id: NodeId, span: Span, key: Option<Span>) {
        let Some(packed) = self.list.get_mut(id.0 as usize) else { return };
        let length = u32::try_from(span.len()).ok().filter(|length| *length < LONG);
        packed.start = u32::try_from(span.start()).unwrap_or(NONE);
        packed.bits = packed.bits & !(LONG << LENGTH_AT) | length.unwrap_or(LONG) << LENGTH_AT;
        if length.is_none() {
            self.long.insert(id, span);
        }
        let Some(key) = key else { return };
        packed.key = near(key, span.start()).unwrap_or(FAR);
        if packed.key == FAR {
            self.far.insert(id, key);
        }
    }

    pub(super) fn set_span(&mut self, id: NodeId, span: Span) {
        let begins = self.packed(id).is_some_and(|packed| packed.start as usize == span.start());
        // Where it ends says nothing of its key.
        let key = if begins { None } else { self.key(id).map(|key| key.span) };
        self.place(id, span, key);
    }

    pub(super) fn forget_key(&mut self, id: NodeId) {
        let Some(packed) = self.list.get_mut(id.0 as usize) else { return };
        packed.bits &= !HAS_KEY;
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.list.shrink_to_fit();
        self.apart.shrink_to_fit();
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
            span: self.span_of(id, packed),
            kind: self.kind_of(id, packed),
            anchored: self.apart(id, packed, |apart| matches!(apart, Apart::Anchor).then_some(())).is_some(),
            tag: self.tag_of(id, packed),
        })
    }

    #[inline]
    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        Self::parent_of(self.packed(id)?)
    }

    #[inline]
    pub(super) fn span(&self, id: NodeId) -> Option<Span> {
        Some(self.span_of(id, self.packed(id)?))
    }

    #[inline]
    pub(super) fn key(&self, id: NodeId) -> Option<Key<'_>> {
        self.key_of(id, self.packed(id)?)
    }

    /// Whether the key of `id` is `text`. Few are as long, so that few are looked at.
    #[inline]
    pub(super) fn is_key(&self, id: NodeId, text: &str) -> bool {
        let Some(packed) = self.packed(id) else { return false };
        let may_be = (packed.key & 0xffff) as usize == text.len() || packed.key == FAR || packed.is(APART);
        may_be && self.key_of(id, packed).is_some_and(|key| key.text == text)
    }

    #[inline]
    pub(super) fn kind(&self, id: NodeId) -> Option<NodeKind<'_>> {
        Some(self.kind_of(id, self.packed(id)?))
    }

    #[inline]
    pub(super) fn is_mapping(&self, id: NodeId) -> bool {
        self.packed(id).is_some_and(|packed| matches!(packed.kind(), Kind::Mapping))
    }

    #[inline]
    pub(super) fn is_sequence(&self, id: NodeId) -> bool {
        self.packed(id).is_some_and(|packed| matches!(packed.kind(), Kind::Sequence))
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
    fn span_of(&self, id: NodeId, packed: &Packed) -> Span {
        let (start, length) = (packed.start as usize, packed.bits >> LENGTH_AT);
        if length == LONG { self.long_span(id) } else { Span::new(start, start + length as usize) }
    }

    #[cold]
    fn long_span(&self, id: NodeId) -> Span {
        self.long.get(&id).copied().unwrap_or_default()
    }

    #[inline]
    fn key_of(&self, id: NodeId, packed: &Packed) -> Option<Key<'_>> {
        if !packed.is(HAS_KEY) {
            return None;
        }
        let span = if packed.key == FAR {
            self.far.get(&id).copied().unwrap_or_default()
        } else {
            let start = packed.start.saturating_sub(packed.key >> 16) as usize;
            Span::new(start, start + (packed.key & 0xffff) as usize)
        };
        let apart = self.apart(id, packed, |apart| match apart {
            Apart::Key(text) => Some(&**text),
            _ => None,
        });
        Some(Key { text: apart.unwrap_or_else(|| span.of(&self.text)), span })
    }

    #[inline]
    fn kind_of(&self, id: NodeId, packed: &Packed) -> NodeKind<'_> {
        match packed.kind() {
            Kind::Scalar(style) => {
                let apart = self.apart(id, packed, |apart| match apart {
                    Apart::Text(text) => Some(&**text),
                    _ => None,
                });
                NodeKind::Scalar(Scalar {
                    text: apart.unwrap_or_else(|| written(&self.text, self.span_of(id, packed), style)),
                    style,
                    opaque: packed.is(OPAQUE),
                    null: packed.is(NULL),
                })
            }
            Kind::Mapping => NodeKind::Mapping,
            Kind::Sequence => NodeKind::Sequence,
            Kind::Alias => NodeKind::Alias,
        }
    }

    #[inline]
    fn tag_of(&self, id: NodeId, packed: &Packed) -> Option<&str> {
        self.apart(id, packed, |apart| match apart {
            Apart::Tag(tag) => Some(&**tag),
            _ => None,
        })
    }

    /// What is kept apart of a node and is what `wanted` says.
    #[inline]
    fn apart<'n, T>(
        &'n self,
        id: NodeId,
        packed: &Packed,
        wanted: impl Fn(&'n Apart) -> Option<T>,
    ) -> Option<T> {
        if !packed.is(APART) {
            return None;
        }
        let first = self.apart.partition_point(|(other, _)| *other < id);
        let own = self.apart.get(first..)?.iter().take_while(|(other, _)| *other == id);
        { own }.find_map(|(_, apart)| wanted(apart))
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
    fn a_node_takes_16_bytes() {
        assert_eq!(size_of::<Packed>(), 16);
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
        assert_eq!(nodes.apart.len(), 5);
    }

    #[test]
    fn long_values_and_far_keys_are_told_as_they_were_given() {
        let span = |start, end| Span::new(start, end);
        let huge = LONG as usize + 5;
        let places = [
            // A key before its value, as far as the list reaches and further, and one behind it.
            (span(70_000, 70_010), span(4_466, 4_470)),
            (span(70_000, 70_010), span(4_464, 4_470)),
            (span(70_000, 70_010), span(4_465, 70_000)),
            (span(70_000, 70_010), span(0, 70_000)),
            (span(5, 10), span(20, 25)),
            (span(9, huge), span(2, 7)),
            (span(9, 9 + LONG as usize - 1), span(2, 7)),
            (span(9, 9 + LONG as usize), span(2, 7)),
        ];
        let mut nodes = Nodes::default();
        for (value, key) in places {
            let key = Key { text: "", span: key };
            let kind = NodeKind::Mapping;
            let node = Node { parent: None, key: Some(key), span: value, kind, anchored: false, tag: None };
            // Where it begins may become known later.
            let late = nodes.push(Node { span: span(0, 3), ..node });
            nodes.set_span(late, value);
            for id in [nodes.push(node), late] {
                assert_eq!(
                    (nodes.span(id), nodes.key(id).map(|key| key.span)),
                    (Some(value), Some(key.span))
                );
            }
        }
    }
}
