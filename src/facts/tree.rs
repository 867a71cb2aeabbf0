use super::node::{FactKind, Node, NodeData, NodeId, NodeKey, NodeKind, Scalar};
use crate::text::{SharedText, Span};
use std::collections::BTreeMap;

/// Keys and values of a text, in any of the data languages: YAML, JSON, TOML, HCL.
///
/// A forest in document order: [`DataTree::roots`] are the documents. Duplicate keys stay apart. An anchor's content
/// is where it is written; an alias is a leaf.
#[derive(Debug, Default)]
pub struct DataTree {
    /// By [`NodeId`], parents before children.
    nodes: Vec<NodeData>,
    text: SharedText,
    /// The top node of each document.
    pub roots: Vec<NodeId>,
    /// The node that each alias refers to.
    pub aliases: BTreeMap<NodeId, NodeId>,
    /// The children of all nodes: those of one node are next to each other, in order.
    children: Vec<NodeId>,
    /// The children of each wide mapping by their keys, those of one key in order.
    by_key: BTreeMap<NodeId, Vec<NodeId>>,
}

/// The tag of a mapping that represents an expression: it has one key, `f()`, for the list of its parts.
pub const COMPUTED: &str = "()";

/// A mapping with more keys is searched by an index.
const WIDE: usize = 32;

impl DataTree {
    /// An empty tree; all spans will be of `text`.
    pub fn of(text: SharedText) -> Self {
        Self { text, ..Self::default() }
    }

    /// Adds a node after all others. Its parent is in the tree already; a root is added to [`DataTree::roots`] by the caller.
    pub fn push(&mut self, node: Node<'_>) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(NodeData::new(&self.text, id, node));
        id
    }

    /// Changes the bytes of a node.
    pub fn set_span(&mut self, id: NodeId, span: Span) {
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.span = span;
        }
    }

    /// Removes the key of a node.
    pub fn forget_key(&mut self, id: NodeId) {
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.key = None;
        }
    }

    /// Makes the scalar `id` an alias of `target`.
    pub fn set_alias(&mut self, id: NodeId, target: NodeId) {
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.kind = FactKind::Alias;
            self.aliases.insert(id, target);
        }
    }

    /// Makes the scalar `id` an expression; its list of parts is pushed after it.
    pub fn set_computed(&mut self, id: NodeId) {
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.set_computed();
        }
    }

    /// Must be called after the last node is pushed: [`DataTree::children`] and [`DataTree::child`] find nothing before.
    pub fn finish(&mut self) {
        let ids = self.ids();
        for id in ids.clone() {
            if let Some(parent) = self.parent_mut(id) {
                parent.children_end += 1;
            }
        }
        let mut start = 0;
        for node in &mut self.nodes {
            start += std::mem::replace(&mut node.children_end, start);
        }
        self.children = vec![NodeId(0); start as usize];
        for id in ids {
            let Some(parent) = self.parent_mut(id) else { continue };
            let at = parent.children_end as usize;
            parent.children_end += 1;
            if let Some(place) = self.children.get_mut(at) {
                *place = id;
            }
        }
        self.by_key = self.wide();
    }

    fn parent_mut(&mut self, id: NodeId) -> Option<&mut NodeData> {
        let parent = self.parent(id)?;
        self.nodes.get_mut(parent.0 as usize)
    }

    fn data(&self, id: NodeId) -> Option<&NodeData> {
        self.nodes.get(id.0 as usize)
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
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + Clone + use<> {
        (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    /// The node called `id`.
    pub fn get(&self, id: NodeId) -> Option<Node<'_>> {
        Some(self.data(id)?.get(&self.text, id))
    }

    /// The mapping or sequence that contains `id`.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.data(id)?.parent(id)
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
    pub fn span(&self, id: NodeId) -> Option<Span> {
        Some(self.data(id)?.span)
    }

    /// The key of `id`, in a mapping.
    pub fn key(&self, id: NodeId) -> Option<NodeKey<'_>> {
        self.data(id)?.key(&self.text)
    }

    /// The kind of the value `id`.
    pub fn kind(&self, id: NodeId) -> Option<NodeKind<'_>> {
        Some(self.data(id)?.kind(&self.text))
    }

    /// Whether `id` is a mapping.
    pub fn is_mapping(&self, id: NodeId) -> bool {
        self.data(id).is_some_and(|node| matches!(node.kind, FactKind::Mapping))
    }

    /// Whether `id` is a sequence.
    pub fn is_sequence(&self, id: NodeId) -> bool {
        self.data(id).is_some_and(|node| matches!(node.kind, FactKind::Sequence))
    }

    /// Whether `id` is a mapping with nothing between its key and its value, as a block of HCL: there may be several.
    pub fn is_block(&self, id: NodeId) -> bool {
        let between = |key: Span, value: Span| self.text.get(key.end()..value.start());
        let between = self.key(id).zip(self.span(id)).and_then(|(key, value)| between(key.span, value));
        self.is_mapping(id) && between.is_none_or(|text| !text.contains(['=', ':']))
    }

    /// The tag of `id` as written.
    pub fn tag(&self, id: NodeId) -> Option<&str> {
        self.data(id)?.tag()
    }

    /// Whether `id` is an expression that is read by its parts: a call, a conditional, a `for`.
    pub fn is_computed(&self, id: NodeId) -> bool {
        self.is_mapping(id) && self.tag(id) == Some(COMPUTED)
    }

    /// The value of `id` as written.
    pub fn written(&self, id: NodeId) -> &str {
        self.span(id).map_or("", |span| span.of(&self.text))
    }

    /// The node that an alias refers to; any other node itself.
    pub fn resolve(&self, id: NodeId) -> NodeId {
        self.aliases.get(&id).copied().unwrap_or(id)
    }

    /// The children of a mapping or sequence; empty for a leaf.
    pub fn children(&self, id: NodeId) -> &[NodeId] {
        let end = |id: NodeId| self.data(id).map_or(0, |node| node.children_end as usize);
        let start = id.0.checked_sub(1).map_or(0, |before| end(NodeId(before)));
        self.children.get(start..end(id)).unwrap_or_default()
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
        let sorted = self.by_key.get(&id)?;
        let at = sorted.partition_point(|child| self.key_text(*child).unwrap_or_default() < key);
        sorted.get(at).copied().filter(has_key)
    }

    /// Whether that is the key of `id`.
    pub fn is_key(&self, id: NodeId, text: &str) -> bool {
        self.key_text(id) == Some(text)
    }

    /// The decoded text of the key of `id`.
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

    /// The innermost node whose key or value contains the byte at `offset`.
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

    /// The top node of the document that contains `id`.
    pub fn root_of(&self, id: NodeId) -> NodeId {
        self.around(id).last().unwrap_or(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(tree: &mut DataTree, parent: Option<NodeId>, key: Option<&str>, kind: NodeKind<'_>) -> NodeId {
        let key = key.map(|text| NodeKey { text, span: Span::at(0) });
        tree.push(Node { parent, key, span: Span::at(0), kind, anchor: None, tag: None })
    }

    #[test]
    fn the_first_of_several_equal_keys_is_found_however_many_there_are() {
        for count in [3, 500] {
            let keys: Vec<String> = (0..count).map(|at| format!("k{}", at % (count / 2 + 1))).collect();
            let mut tree = DataTree::default();
            let root = push(&mut tree, None, None, NodeKind::Mapping);
            let nodes: Vec<_> =
                keys.iter().map(|key| push(&mut tree, Some(root), Some(key), NodeKind::Alias)).collect();
            tree.finish();
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
        tree.finish();
        assert_eq!(tree.children(top), [a, b, late]);
        assert_eq!(tree.children(a), [item]);
        for leaf in [b, item, other, late, NodeId(99)] {
            assert_eq!(tree.children(leaf), []);
        }
        assert_eq!(tree.root_of(item), top);
        assert_eq!(tree.root_of(other), other);
    }
}
