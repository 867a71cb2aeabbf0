//! Reads types from YAML by our own reader, so that what is wrong has a place: the key, the value.

use super::fault::Fault;
use crate::facts::{DataTree, NodeId, NodeKey, NodeKind, Scalar, ScalarStyle};
use crate::text::Span;
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, IntoDeserializer as _, MapAccess, SeqAccess, Unexpected, Visitor,
};
use std::cell::Cell;
use std::collections::BTreeSet;

/// Nodes that may be read, aliases followed: a rule file has fewer.
const MOST_NODES: usize = 100_000;
/// How deep they may lie.
const DEEPEST: usize = 64;

/// A tree that is read.
pub(super) struct RuleReader<'a> {
    tree: &'a DataTree,
    /// Nodes that are not there.
    skipped: BTreeSet<NodeId>,
    /// Keys of the top mapping for those that are missing.
    defaults: Option<&'a RuleReader<'a>>,
    read: Cell<usize>,
    /// The key that was read last.
    key: Cell<Span>,
}

/// The keys of the top mapping that count.
#[derive(Clone, Copy)]
pub(super) enum Keys {
    All,
    Only(&'static [&'static str]),
    Without(&'static [&'static str]),
}

impl Keys {
    /// Keys that stand beside those that count.
    fn others(self) -> &'static [&'static str] {
        if let Self::Without(keys) = self { keys } else { &[] }
    }

    fn has(self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys) => keys.contains(&key),
            Self::Without(keys) => !keys.contains(&key),
        }
    }
}

impl<'a> RuleReader<'a> {
    pub(super) fn of(tree: &'a DataTree) -> Self {
        Self { tree, skipped: BTreeSet::new(), defaults: None, read: Cell::new(0), key: Cell::default() }
    }

    /// The same without `skipped`, and with the top keys of `defaults` where there are none.
    pub(super) fn without(
        tree: &'a DataTree,
        skipped: BTreeSet<NodeId>,
        defaults: &'a RuleReader<'a>,
    ) -> Self {
        Self { skipped, defaults: Some(defaults), ..Self::of(tree) }
    }

    /// The keys of the mapping `id`.
    pub(super) fn keys(&self, id: NodeId) -> Vec<&'a str> {
        self.tree.children(id).iter().filter_map(|child| self.tree.key_text(*child)).collect()
    }

    /// Its top node.
    pub(super) fn top(&self) -> Option<NodeId> {
        self.tree.roots.first().copied()
    }

    /// Reads what is at `id`, of its keys those that count.
    pub(super) fn read<T: de::DeserializeOwned>(&self, id: NodeId, keys: Keys) -> Result<T, Fault> {
        T::deserialize(Node { reader: self, id, depth: 0, keys })
    }
}

struct Node<'r, 'a> {
    reader: &'r RuleReader<'a>,
    id: NodeId,
    depth: usize,
    keys: Keys,
}

impl<'a> Node<'_, 'a> {
    fn span(&self) -> Span {
        self.reader.tree.span(self.id).unwrap_or_default()
    }

    fn resolved(&self) -> Result<NodeKind<'a>, Fault> {
        let read = self.reader.read.get() + 1;
        self.reader.read.set(read);
        if read > MOST_NODES || self.depth > DEEPEST {
            return Err(Fault::new("exceeds the size or depth limit of a rule file").at(self.span()));
        }
        let id = self.reader.tree.resolve(self.id);
        self.reader.tree.kind(id).ok_or_else(|| Fault::new("the value is missing"))
    }

    fn scalar(&self) -> Result<Option<Scalar<'a>>, Fault> {
        match self.resolved()? {
            NodeKind::Scalar(scalar) => Ok(Some(scalar)),
            _ => Ok(None),
        }
    }

    fn read<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let span = self.span();
        let id = self.reader.tree.resolve(self.id);
        let result = match self.resolved()? {
            NodeKind::Scalar(scalar) if scalar.null => visitor.visit_unit(),
            NodeKind::Scalar(scalar) => meaning(scalar.text, scalar.style == ScalarStyle::Plain, visitor),
            NodeKind::Mapping => visitor.visit_map(Items::of(&self, id)),
            NodeKind::Sequence => visitor.visit_seq(Items::of(&self, id)),
            NodeKind::Alias => Err(no_alias()),
        };
        result.map_err(|fault| {
            let key = self.reader.key.get();
            if fault.of_key { fault.at(key) } else { fault.at(span) }
        })
    }
}

/// `entry: **.image` is an alias to YAML.
fn no_alias() -> Fault {
    Fault::new("undefined alias").help("quote a string that begins with `*`")
}

/// What a scalar that is not null means by itself; `plain` without quotes.
fn meaning<'de, V: Visitor<'de>>(text: &str, plain: bool, visitor: V) -> Result<V::Value, Fault> {
    if plain {
        if let "true" | "false" = text {
            return visitor.visit_bool(text == "true");
        }
        if let Ok(number) = text.parse::<u64>() {
            return visitor.visit_u64(number);
        }
        if let Ok(number) = text.parse::<i64>() {
            return visitor.visit_i64(number);
        }
    }
    visitor.visit_str(text)
}

struct Items<'n, 'r, 'a> {
    node: &'n Node<'r, 'a>,
    children: &'a [NodeId],
    /// The keys that were read.
    read: Vec<&'a str>,
    /// The value that is next, and whether it is one of the defaults.
    value: Option<(NodeId, bool)>,
    /// Keys of the defaults.
    defaults: &'a [NodeId],
}

impl<'n, 'r, 'a> Items<'n, 'r, 'a> {
    fn of(node: &'n Node<'r, 'a>, id: NodeId) -> Self {
        let defaults = node.reader.defaults.filter(|_| node.depth == 0);
        let defaults = defaults.and_then(|it| Some(it.tree.children(it.top()?))).unwrap_or_default();
        Self { node, children: node.reader.tree.children(id), read: Vec::new(), value: None, defaults }
    }

    fn next(&mut self) -> Option<NodeId> {
        loop {
            let (first, rest) = self.children.split_first()?;
            self.children = rest;
            if !self.node.reader.skipped.contains(first) {
                return Some(*first);
            }
        }
    }

    /// The next key that has only a default.
    fn next_default(&mut self) -> Option<(NodeId, NodeKey<'a>)> {
        let reader = self.node.reader.defaults?;
        loop {
            let (first, rest) = self.defaults.split_first()?;
            self.defaults = rest;
            let key = reader.tree.key(*first)?;
            if self.node.keys.has(key.text) && !self.read.contains(&key.text) {
                return Some((*first, key));
            }
        }
    }

    fn below(&self, id: NodeId) -> Node<'r, 'a> {
        Node { reader: self.node.reader, id, depth: self.node.depth + 1, keys: Keys::All }
    }
}

impl<'de> MapAccess<'de> for Items<'_, '_, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        while let Some(id) = self.next() {
            let Some(key) = self.node.reader.tree.key(id) else {
                continue;
            };
            if !self.node.keys.has(key.text) {
                continue;
            }
            self.read.push(key.text);
            self.value = Some((id, false));
            self.node.reader.key.set(key.span);
            let text: StrDeserializer<'_, Fault> = key.text.into_deserializer();
            return seed
                .deserialize(text)
                .map(Some)
                .map_err(|fault| fault.or_known(self.node.keys.others()).at(key.span));
        }
        let Some((id, key)) = self.next_default() else { return Ok(None) };
        self.value = Some((id, true));
        let text: StrDeserializer<'_, Fault> = key.text.into_deserializer();
        seed.deserialize(text).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (id, is_default) = self.value.take().ok_or_else(|| Fault::new("a key without value"))?;
        if let Some(reader) = self.node.reader.defaults.filter(|_| is_default) {
            return seed.deserialize(Node { reader, id, depth: self.node.depth + 1, keys: Keys::All });
        }
        let key = self.node.reader.tree.key(id).map(|key| key.span);
        let node = self.below(id);
        let span = Some(node.span()).filter(|span| !span.is_empty()).or(key).unwrap_or_default();
        seed.deserialize(node).map_err(|fault| fault.at(span))
    }
}

impl<'de> SeqAccess<'de> for Items<'_, '_, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(id) = self.next() else { return Ok(None) };
        let node = self.below(id);
        let span = node.span();
        seed.deserialize(node).map(Some).map_err(|fault| fault.at(span))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.children.len())
    }
}

/// Text is text, whatever it would mean by itself: a version may be written `1.10`.
macro_rules! text {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            let span = self.span();
            match self.scalar()? {
                Some(scalar) if !scalar.null => visitor.visit_str(&scalar.text).map_err(|fault: Fault| fault.at(span)),
                Some(_) => Err(de::Error::invalid_type(Unexpected::Unit, &visitor)),
                None => self.read(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Node<'_, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.read(visitor)
    }

    text!(deserialize_str deserialize_string deserialize_char deserialize_identifier);

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.scalar()? {
            Some(scalar) if scalar.null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let span = self.span();
        match self.scalar()? {
            Some(scalar) => {
                let text: StrDeserializer<'_, Fault> = scalar.text.into_deserializer();
                visitor.visit_enum(text).map_err(|fault| fault.at(span))
            }
            None => Err(Fault::new("expected a string").at(span)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let span = self.span();
        match self.resolved()? {
            NodeKind::Sequence => Err(Fault::new("expected a mapping, found a list").at(span)),
            NodeKind::Alias => Err(no_alias().at(span)),
            _ => self.read(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 bytes byte_buf unit unit_struct seq tuple tuple_struct map
    }
}
