use crate::text::Span;
use ecow::EcoString;
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
    pub nodes: Vec<Node>,
    /// The top node of each document.
    pub roots: Vec<NodeId>,
    /// What each alias stands for.
    pub aliases: BTreeMap<NodeId, NodeId>,
    /// The children of each wide mapping by their keys, those of one key in their order; made where somebody asks.
    by_key: OnceLock<BTreeMap<NodeId, Vec<NodeId>>>,
}

/// A mapping with more keys is searched by an index.
const WIDE: usize = 32;

/// A value, and the key or position at which it stands.
#[derive(Debug)]
pub struct Node {
    /// The mapping or sequence that holds it.
    pub parent: Option<NodeId>,
    /// Its key, in a mapping.
    pub key: Option<Key>,
    /// The value's bytes, without tag and anchor; quotes and block header included.
    pub span: Span,
    /// The value.
    pub kind: NodeKind,
    /// Whether an anchor stands before it, so that an alias may use it elsewhere.
    pub anchored: bool,
    /// Its tag as written (`!Sub`), where there is one.
    pub tag: Option<Box<str>>,
}

/// A key.
#[derive(Clone, Debug)]
pub struct Key {
    /// Decoded.
    pub text: EcoString,
    /// Its bytes, without quotes.
    pub span: Span,
}

/// A value's kind.
#[derive(Debug)]
pub enum NodeKind {
    /// Text.
    Scalar(Scalar),
    /// Keys with values, in order.
    Mapping(Vec<NodeId>),
    /// Values, in order.
    Sequence(Vec<NodeId>),
    /// `*name`
    Alias,
}

/// A scalar.
#[derive(Debug)]
pub struct Scalar {
    /// Decoded text. Template expressions stay as they are written.
    pub text: EcoString,
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

impl DataTree {
    /// The node called `id`.
    pub fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// What an alias stands for; any other node itself.
    pub fn resolve(&self, id: NodeId) -> NodeId {
        self.aliases.get(&id).copied().unwrap_or(id)
    }

    /// What a mapping or sequence holds; nothing for a leaf.
    pub fn children(&self, id: NodeId) -> &[NodeId] {
        match self.get(id).map(|node| &node.kind) {
            Some(NodeKind::Mapping(children) | NodeKind::Sequence(children)) => children,
            _ => &[],
        }
    }

    /// The value of `key` in the mapping `id`; the first one of duplicates.
    pub fn child(&self, id: NodeId, key: &str) -> Option<NodeId> {
        let children = self.children(id);
        let has_key = |child: &NodeId| self.key(*child).is_some_and(|text| text == key);
        if children.len() <= WIDE {
            return children.iter().copied().find(has_key);
        }
        let sorted = self.by_key.get_or_init(|| self.wide()).get(&id)?;
        let at = sorted.partition_point(|child| self.key(*child).unwrap_or_default() < key);
        sorted.get(at).copied().filter(has_key)
    }

    fn key(&self, id: NodeId) -> Option<&str> {
        Some(&self.get(id)?.key.as_ref()?.text)
    }

    fn wide(&self) -> BTreeMap<NodeId, Vec<NodeId>> {
        let ids = (0..self.nodes.len()).filter_map(|index| u32::try_from(index).ok()).map(NodeId);
        let wide = ids.filter(|id| self.children(*id).len() > WIDE);
        let sorted = wide.map(|id| {
            let mut children = self.children(id).to_vec();
            children.sort_by(|a, b| self.key(*a).cmp(&self.key(*b)));
            (id, children)
        });
        sorted.collect()
    }

    /// The scalar at `id`.
    pub fn scalar(&self, id: NodeId) -> Option<&Scalar> {
        match self.get(id).map(|node| &node.kind) {
            Some(NodeKind::Scalar(scalar)) => Some(scalar),
            _ => None,
        }
    }

    /// The text of the scalar at `key` in the mapping `id`.
    pub fn text(&self, id: NodeId, key: &str) -> Option<&str> {
        self.scalar(self.child(id, key)?).map(|scalar| scalar.text.as_str())
    }

    /// The innermost node whose key or value the byte at `offset` stands in.
    pub fn innermost(&self, offset: usize) -> Option<NodeId> {
        let mut at = self.last_before(&self.roots, offset)?;
        while let Some(next) = self.last_before(self.children(at), offset) {
            if self.get(next).is_none_or(|node| offset > node.span.end()) {
                break;
            }
            at = next;
        }
        Some(at)
    }

    /// The last of `nodes` (in the order of the text) that begins at or before `offset`.
    pub fn last_before(&self, nodes: &[NodeId], offset: usize) -> Option<NodeId> {
        let begins = |node: &Node| node.key.as_ref().map_or(node.span.start(), |key| key.span.start());
        let behind = nodes.partition_point(|id| self.get(*id).is_some_and(|node| begins(node) <= offset));
        nodes.get(behind.checked_sub(1)?).copied()
    }

    /// The top node of the document that holds `id`.
    pub fn root_of(&self, id: NodeId) -> NodeId {
        std::iter::successors(Some(id), |id| self.get(*id)?.parent).last().unwrap_or(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(parent: Option<u32>, key: &str, kind: NodeKind) -> Node {
        let key = Key { text: key.into(), span: Span::at(0) };
        Node {
            parent: parent.map(NodeId),
            key: Some(key),
            span: Span::at(0),
            kind,
            anchored: false,
            tag: None,
        }
    }

    #[test]
    fn the_first_of_several_equal_keys_is_found_however_many_there_are() {
        for count in [3, 500] {
            let keys: Vec<String> = (0..count).map(|at| format!("k{}", at % (count / 2 + 1))).collect();
            let children = (1..=count).map(NodeId).collect();
            let mut nodes = vec![node(None, "", NodeKind::Mapping(children))];
            nodes.extend(keys.iter().map(|key| node(Some(0), key, NodeKind::Alias)));
            let tree = DataTree { nodes, roots: vec![NodeId(0)], ..DataTree::default() };
            for key in &keys {
                let first = keys.iter().position(|other| other == key).unwrap();
                let first = u32::try_from(first + 1).unwrap();
                assert_eq!(tree.child(NodeId(0), key), Some(NodeId(first)), "{key} of {count}");
            }
            assert_eq!(tree.child(NodeId(0), "k"), None);
            assert_eq!(tree.child(NodeId(0), "z"), None);
        }
    }
}
