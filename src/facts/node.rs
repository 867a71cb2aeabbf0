use crate::text::Span;

/// Names a node of one parsed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A value, and its key or position.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    /// The mapping or sequence that contains it.
    pub parent: Option<NodeId>,
    /// Its key, in a mapping.
    pub key: Option<NodeKey<'t>>,
    /// The value's bytes, without tag and anchor; quotes and block header included.
    pub span: Span,
    /// The value.
    pub kind: NodeKind<'t>,
    /// The name of its anchor: an alias may use it elsewhere.
    pub anchor: Option<Span>,
    /// Its tag as written (`!Sub`), where there is one.
    pub tag: Option<&'t str>,
}

/// A key.
#[derive(Clone, Copy, Debug)]
pub struct NodeKey<'t> {
    /// Decoded.
    pub text: &'t str,
    /// Its bytes, without quotes.
    pub span: Span,
}

/// A value's kind.
#[derive(Clone, Copy, Debug)]
pub enum NodeKind<'t> {
    /// Text.
    Scalar(Scalar<'t>),
    /// Keys with values, in order.
    Mapping,
    /// Values, in order.
    Sequence,
    /// `*name`
    Alias,
}

/// A scalar.
#[derive(Clone, Copy, Debug)]
pub struct Scalar<'t> {
    /// Decoded text. Template expressions stay as they are written.
    pub text: &'t str,
    /// How it is written.
    pub style: ScalarStyle,
    /// Whether it contains a template expression (`{{ x }}`, `${x}`) or a reference to a value elsewhere.
    pub opaque: bool,
    /// Whether it means null: nothing, `~` or `null` without quotes.
    pub null: bool,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

impl ScalarStyle {
    /// Whether it is a block of lines below a header.
    pub fn is_block(self) -> bool {
        matches!(self, Self::Literal | Self::Folded)
    }
}

/// A [`Node`] as a tree stores it. A text that is written as it is read is taken from the file.
#[derive(Debug)]
pub(super) struct NodeData {
    /// That of a root is the root itself.
    parent: NodeId,
    pub(super) key: Option<Span>,
    pub(super) span: Span,
    pub(super) kind: FactKind,
    /// Where its children end in the tree's list; they begin where those of the node before it end.
    pub(super) children_end: u32,
    extra: Option<Box<Extra>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum FactKind {
    Scalar { style: ScalarStyle, opaque: bool, null: bool },
    Mapping,
    Sequence,
    Alias,
}

/// What few nodes have.
#[derive(Debug, Default, PartialEq)]
struct Extra {
    /// The text of a scalar, and that of a key, that differs from the file.
    text: Option<Box<str>>,
    key: Option<Box<str>>,
    tag: Option<Box<str>>,
    anchor: Option<Span>,
}

impl NodeData {
    /// The node `id`, whose spans are of `text`.
    pub(super) fn new(text: &str, id: NodeId, node: Node<'_>) -> Self {
        let differs = |read: &str, written: &str| (read != written).then(|| read.into());
        let (kind, own) = match node.kind {
            NodeKind::Scalar(Scalar { text: own, style, opaque, null }) => {
                (FactKind::Scalar { style, opaque, null }, differs(own, written(text, node.span, style)))
            }
            NodeKind::Mapping => (FactKind::Mapping, None),
            NodeKind::Sequence => (FactKind::Sequence, None),
            NodeKind::Alias => (FactKind::Alias, None),
        };
        let key = node.key.and_then(|key| differs(key.text, key.span.of(text)));
        let extra = Extra { text: own, key, tag: node.tag.map(Into::into), anchor: node.anchor };
        Self {
            parent: node.parent.unwrap_or(id),
            key: node.key.map(|key| key.span),
            span: node.span,
            kind,
            children_end: 0,
            extra: (extra != Extra::default()).then(|| Box::new(extra)),
        }
    }

    /// The node, which is `id` in a tree of `text`.
    pub(super) fn get<'t>(&'t self, text: &'t str, id: NodeId) -> Node<'t> {
        Node {
            parent: self.parent(id),
            key: self.key(text),
            span: self.span,
            kind: self.kind(text),
            anchor: self.extra.as_ref().and_then(|extra| extra.anchor),
            tag: self.tag(),
        }
    }

    /// The parent of the node, which is `id`.
    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        (self.parent != id).then_some(self.parent)
    }

    /// Its key in `text`.
    pub(super) fn key<'t>(&'t self, text: &'t str) -> Option<NodeKey<'t>> {
        let span = self.key?;
        let own = self.extra.as_ref().and_then(|extra| extra.key.as_deref());
        Some(NodeKey { text: own.unwrap_or_else(|| span.of(text)), span })
    }

    /// Its value in `text`.
    pub(super) fn kind<'t>(&'t self, text: &'t str) -> NodeKind<'t> {
        match self.kind {
            FactKind::Scalar { style, opaque, null } => {
                let own = self.extra.as_ref().and_then(|extra| extra.text.as_deref());
                let text = own.unwrap_or_else(|| written(text, self.span, style));
                NodeKind::Scalar(Scalar { text, style, opaque, null })
            }
            FactKind::Mapping => NodeKind::Mapping,
            FactKind::Sequence => NodeKind::Sequence,
            FactKind::Alias => NodeKind::Alias,
        }
    }

    /// Makes an expression of it.
    pub(super) fn set_computed(&mut self) {
        self.kind = FactKind::Mapping;
        self.extra.get_or_insert_default().tag = Some(super::COMPUTED.into());
    }

    /// Its tag as written.
    pub(super) fn tag(&self) -> Option<&str> {
        self.extra.as_ref()?.tag.as_deref()
    }
}

/// The bytes of a scalar, without quotes.
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
    fn a_node_takes_40_bytes() {
        assert_eq!(size_of::<NodeData>(), 40);
    }

    #[test]
    fn a_node_is_read_as_it_was_given() {
        let text = "a: \"b\"\n'c': d\n";
        let scalar = |text, style, opaque| NodeKind::Scalar(Scalar { text, style, opaque, null: opaque });
        let key = |text, span| Some(NodeKey { text, span });
        let node = Node {
            parent: None,
            key: key("a", Span::new(0, 1)),
            span: Span::new(3, 6),
            kind: scalar("b", ScalarStyle::Double, false),
            anchor: None,
            tag: None,
        };
        let other = Node {
            parent: Some(NodeId(0)),
            key: key("other", Span::new(8, 9)),
            span: Span::new(12, 13),
            kind: scalar("else", ScalarStyle::Plain, true),
            anchor: Some(Span::at(11)),
            tag: Some("!t"),
        };
        let sequence = Node { key: None, kind: NodeKind::Sequence, ..other };
        for (id, node) in (0..).map(NodeId).zip([node, other, sequence]) {
            let data = NodeData::new(text, id, node);
            assert_eq!(data.extra.is_some(), node.tag.is_some());
            assert_eq!(format!("{:?}", data.get(text, id)), format!("{node:?}"));
        }
    }
}
