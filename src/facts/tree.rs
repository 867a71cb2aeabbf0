use super::nodes::Nodes;
use super::set::place;
use crate::text::{SharedText, Span};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Names a node of one parsed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// Keys and values of a text, whatever its language: YAML, JSON, TOML, HCL.
///
/// A forest in document order: [`DataTree::roots`] are the documents. Duplicate keys stay apart. An anchor's content
/// stands where it is written; an alias is a leaf.
#[derive(Debug, Default)]
pub struct DataTree {
    /// By [`NodeId`], parents before children.
    nodes: Nodes,
    /// The top node of each document.
    pub roots: Vec<NodeId>,
    /// What each alias stands for.
    pub aliases: BTreeMap<NodeId, NodeId>,
    /// Made where somebody asks.
    children: OnceLock<Children>,
    /// The children of each wide mapping by their keys, those of one key in their order; made where somebody asks.
    by_key: OnceLock<BTreeMap<NodeId, Vec<NodeId>>>,
}

/// A mapping with more keys is searched by an index.
const WIDE: usize = 32;

/// A value, and the key or position at which it stands.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    /// The mapping or sequence that holds it.
    pub parent: Option<NodeId>,
    /// Its key, in a mapping.
    pub key: Option<Key<'t>>,
    /// The value's bytes, without tag and anchor; quotes and block header included.
    pub span: Span,
    /// The value.
    pub kind: NodeKind<'t>,
    /// Whether an anchor stands before it, so that an alias may use it elsewhere.
    pub anchored: bool,
    /// Its tag as written (`!Sub`), where there is one.
    pub tag: Option<&'t str>,
}

/// A key.
#[derive(Clone, Copy, Debug)]
pub struct Key<'t> {
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
    /// Whether it holds a template expression (`{{ x }}`, `${x}`) or a reference to a value elsewhere.
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

/// The children of all nodes, one after the other.
#[derive(Debug)]
struct Children {
    /// Which nodes hold others: a bit for each node, and how many do before each word of bits. Most nodes are leaves.
    holds: Vec<(u64, u32)>,
    /// Where the children begin of each node that holds some, and behind all of them.
    starts: Vec<u32>,
    all: Vec<NodeId>,
}

impl DataTree {
    /// An empty tree; all spans will be of `text`.
    pub fn of(text: SharedText) -> Self {
        Self { nodes: Nodes::of(text), ..Self::default() }
    }

    /// Adds a node behind all others. It hangs under its parent, which is there already; without one, it is for the caller
    /// to say that it is a root.
    pub fn push(&mut self, node: Node<'_>) -> NodeId {
        self.children = OnceLock::new();
        self.nodes.push(node)
    }

    /// Gives a node, pushed before, other bytes.
    pub fn set_span(&mut self, id: NodeId, span: Span) {
        self.nodes.set_span(id, span);
    }

    /// Takes the key of a node, pushed before.
    pub fn forget_key(&mut self, id: NodeId) {
        self.nodes.forget_key(id);
    }

    /// Makes room for so many nodes more.
    pub fn reserve(&mut self, nodes: usize) {
        self.nodes.reserve(nodes);
    }

    /// Gives back the room that is not needed.
    pub fn shrink_to_fit(&mut self) {
        self.nodes.shrink_to_fit();
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All nodes, parents before children.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    /// The node called `id`.
    #[inline]
    pub fn get(&self, id: NodeId) -> Option<Node<'_>> {
        self.nodes.get(id)
    }

    /// The mapping or sequence that holds `id`.
    #[inline]
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.nodes.parent(id)
    }

    /// The nodes around `id`, inside out.
    pub fn above(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.parent(id), |at| self.parent(*at))
    }

    /// `id` and the nodes around it, inside out.
    pub fn around(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::once(id).chain(self.above(id))
    }

    /// The value's bytes of `id`.
    #[inline]
    pub fn span(&self, id: NodeId) -> Option<Span> {
        self.nodes.span(id)
    }

    /// The key of `id`, in a mapping.
    #[inline]
    pub fn key(&self, id: NodeId) -> Option<Key<'_>> {
        self.nodes.key(id)
    }

    /// The kind of the value `id`.
    #[inline]
    pub fn kind(&self, id: NodeId) -> Option<NodeKind<'_>> {
        self.nodes.kind(id)
    }

    /// Whether `id` is a mapping.
    #[inline]
    pub fn is_mapping(&self, id: NodeId) -> bool {
        self.nodes.is_mapping(id)
    }

    /// Whether `id` is a sequence.
    #[inline]
    pub fn is_sequence(&self, id: NodeId) -> bool {
        self.nodes.is_sequence(id)
    }

    /// The tag of `id` as written.
    #[inline]
    pub fn tag(&self, id: NodeId) -> Option<&str> {
        self.nodes.tag(id)
    }

    /// What an alias stands for; any other node itself.
    pub fn resolve(&self, id: NodeId) -> NodeId {
        self.aliases.get(&id).copied().unwrap_or(id)
    }

    /// What a mapping or sequence holds; nothing for a leaf.
    pub fn children(&self, id: NodeId) -> &[NodeId] {
        self.children.get_or_init(|| Children::of(&self.nodes)).of_node(id)
    }

    /// The value of `key` in the mapping `id`; the first one of duplicates.
    pub fn child(&self, id: NodeId, key: &str) -> Option<NodeId> {
        let children = self.children(id);
        let has_key = |child: &NodeId| self.is_key(*child, key);
        if !self.is_mapping(id) {
            return None;
        }
        if children.len() <= WIDE {
            return children.iter().copied().find(has_key);
        }
        let sorted = self.by_key.get_or_init(|| self.wide()).get(&id)?;
        let at = sorted.partition_point(|child| self.key_text(*child).unwrap_or_default() < key);
        sorted.get(at).copied().filter(has_key)
    }

    /// Whether that is the key of `id`.
    #[inline]
    pub fn is_key(&self, id: NodeId, text: &str) -> bool {
        self.nodes.is_key(id, text)
    }

    /// The decoded text of the key of `id`.
    #[inline]
    pub fn key_text(&self, id: NodeId) -> Option<&str> {
        self.key(id).map(|key| key.text)
    }

    fn wide(&self) -> BTreeMap<NodeId, Vec<NodeId>> {
        let is_wide = |id: &NodeId| self.is_mapping(*id) && self.children(*id).len() > WIDE;
        let wide = self.ids().filter(is_wide);
        let sorted = wide.map(|id| {
            let mut children = self.children(id).to_vec();
            children.sort_by_key(|child| self.key_text(*child));
            (id, children)
        });
        sorted.collect()
    }

    /// The scalar at `id`.
    pub fn scalar(&self, id: NodeId) -> Option<Scalar<'_>> {
        match self.kind(id) {
            Some(NodeKind::Scalar(scalar)) => Some(scalar),
            _ => None,
        }
    }

    /// The text of the scalar at `key` in the mapping `id`.
    pub fn text(&self, id: NodeId, key: &str) -> Option<&str> {
        self.scalar(self.child(id, key)?).map(|scalar| scalar.text)
    }

    /// The innermost node whose key or value the byte at `offset` stands in.
    pub fn innermost(&self, offset: usize) -> Option<NodeId> {
        let mut at = self.last_before(&self.roots, offset)?;
        while let Some(next) = self.last_before(self.children(at), offset) {
            if self.span(next).is_none_or(|span| offset > span.end()) {
                break;
            }
            at = next;
        }
        Some(at)
    }

    /// The last of `nodes` (in the order of the text) that begins at or before `offset`.
    pub fn last_before(&self, nodes: &[NodeId], offset: usize) -> Option<NodeId> {
        let begins = |id: &NodeId| self.key(*id).map(|key| key.span).or_else(|| self.span(*id));
        let behind = nodes.partition_point(|id| begins(id).is_some_and(|span| span.start() <= offset));
        nodes.get(behind.checked_sub(1)?).copied()
    }

    /// The top node of the document that holds `id`.
    pub fn root_of(&self, id: NodeId) -> NodeId {
        self.around(id).last().unwrap_or(id)
    }
}

impl Children {
    fn of(nodes: &Nodes) -> Self {
        let ids = || (0..u32::try_from(nodes.len()).unwrap_or(u32::MAX)).map(NodeId);
        let mut children =
            Self { holds: vec![(0, 0); nodes.len() / 64 + 1], starts: Vec::new(), all: Vec::new() };
        for parent in ids().filter_map(|id| nodes.parent(id)) {
            let (word, bit) = place(parent);
            if let Some((bits, _)) = children.holds.get_mut(word) {
                *bits |= bit;
            }
        }
        let mut before = 0;
        for (bits, count) in &mut children.holds {
            *count = before;
            before += bits.count_ones();
        }
        // Two places too far: filling them in moves each start by one.
        let mut starts = vec![0_u32; before as usize + 2];
        let slot = |id: NodeId| Some(children.rank(nodes.parent(id)?)? + 1);
        for parent in ids().filter_map(slot) {
            if let Some(count) = starts.get_mut(parent + 1) {
                *count += 1;
            }
        }
        let mut behind = 0;
        for start in &mut starts {
            behind += *start;
            *start = behind;
        }
        let mut all = vec![NodeId(0); behind as usize];
        for id in ids() {
            let Some(next) = slot(id).and_then(|slot| starts.get_mut(slot)) else { continue };
            if let Some(place) = all.get_mut(*next as usize) {
                *place = id;
            }
            *next += 1;
        }
        Self { starts, all, ..children }
    }

    /// How many nodes before `id` hold others, if it does.
    fn rank(&self, id: NodeId) -> Option<usize> {
        let (word, bit) = place(id);
        let (bits, before) = self.holds.get(word)?;
        (bits & bit != 0).then(|| (before + (bits & (bit - 1)).count_ones()) as usize)
    }

    fn of_node(&self, id: NodeId) -> &[NodeId] {
        let own = || {
            let rank = self.rank(id)?;
            self.all.get(*self.starts.get(rank)? as usize..*self.starts.get(rank + 1)? as usize)
        };
        own().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(tree: &mut DataTree, parent: Option<NodeId>, key: Option<&str>, kind: NodeKind<'_>) -> NodeId {
        let key = key.map(|text| Key { text, span: Span::at(0) });
        tree.push(Node { parent, key, span: Span::at(0), kind, anchored: false, tag: None })
    }

    #[test]
    fn the_first_of_several_equal_keys_is_found_however_many_there_are() {
        for count in [3, 500] {
            let keys: Vec<String> = (0..count).map(|at| format!("k{}", at % (count / 2 + 1))).collect();
            let mut tree = DataTree::default();
            let root = push(&mut tree, None, None, NodeKind::Mapping);
            let nodes: Vec<_> =
                keys.iter().map(|key| push(&mut tree, Some(root), Some(key), NodeKind::Alias)).collect();
            assert_eq!(tree.children(root), nodes);
            for key in &keys {
                let first = keys.iter().position(|other| other == key).unwrap();
                assert_eq!(tree.child(root, key), Some(nodes[first]), "{key} of {count}");
            }
            assert_eq!(tree.child(root, "k"), None);
            assert_eq!(tree.child(root, "z"), None);
        }
    }

    #[test]
    fn each_node_has_its_own_children_in_order() {
        let mut tree = DataTree::default();
        let top = push(&mut tree, None, None, NodeKind::Mapping);
        let a = push(&mut tree, Some(top), Some("a"), NodeKind::Sequence);
        let b = push(&mut tree, Some(top), Some("b"), NodeKind::Mapping);
        let item = push(&mut tree, Some(a), None, NodeKind::Alias);
        let other = push(&mut tree, None, None, NodeKind::Sequence);
        let late = push(&mut tree, Some(top), Some("c"), NodeKind::Alias);
        assert_eq!(tree.children(top), [a, b, late]);
        assert_eq!(tree.children(a), [item]);
        for leaf in [b, item, other, late, NodeId(99)] {
            assert_eq!(tree.children(leaf), []);
        }
        assert_eq!(tree.root_of(item), top);
        assert_eq!(tree.root_of(other), other);
    }
}
