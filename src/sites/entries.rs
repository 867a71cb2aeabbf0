//! Entries of mappings and lists that rules speak of by their path.

use super::environment::setting_of;
use super::paths::{is_document, leads_to};
use super::{Carrier, Pattern, Place, Value, ValueKind, Via};
use crate::facts::{DataTree, NodeId, NodeKind};

/// The top of the document of each node of a tree.
pub(crate) struct Tops<'a> {
    tree: &'a DataTree,
    tops: Vec<NodeId>,
}

impl<'a> Tops<'a> {
    /// Asks each mapping once whether it is a document.
    pub(crate) fn of(tree: &'a DataTree) -> Self {
        let mut tops: Vec<NodeId> = Vec::with_capacity(tree.len());
        for id in tree.ids() {
            let parent = tree.parent(id).filter(|_| !is_document(tree, id));
            let top = parent.map_or(id, |up| tops.get(up.0 as usize).copied().unwrap_or(up));
            tops.push(top);
        }
        Self { tree, tops }
    }

    /// Whether `pattern` leads to `id` from the top of its document; of the whole too, where that is an item of a `List`.
    pub(crate) fn lead(&self, pattern: &Pattern, id: NodeId) -> bool {
        let top = self.tops.get(id.0 as usize).copied().unwrap_or(id);
        leads_to(pattern, self.tree, top, id)
            || self.tree.get(top).is_some_and(|node| node.parent.is_some())
                && leads_to(pattern, self.tree, self.tree.root_of(id), id)
    }
}

/// The entry `id` of the text `doc`: its name is its key, or its value in a list.
pub(crate) fn entry(tree: &DataTree, doc: usize, id: NodeId) -> Option<Carrier> {
    let node = tree.get(id)?;
    node.parent?;
    let value = match setting_of(tree, id) {
        Some(value) => value,
        None => Value::elsewhere(node.span),
    };
    let value = match node.kind {
        // Lists and mappings go and move as a whole; their text is nothing to put elsewhere.
        NodeKind::Sequence => Value { place: Place::Nowhere, ..value },
        NodeKind::Mapping if tree.children(id).is_empty() => Value { kind: ValueKind::Empty, ..value },
        _ => value,
    };
    let (written, span) = match &node.key {
        Some(key) => (key.text.to_string(), key.span),
        None => (value.text.clone(), node.span),
    };
    let document = tree.root_of(id);
    let sops = tree.child(document, "sops").is_some();
    let mut above = tree.around(id);
    let anchored = above.any(|at| tree.get(at).is_some_and(|node| node.anchor.is_some()));
    let sealed = if sops {
        Some("the file is encrypted: change it with `sops`")
    } else {
        anchored.then_some("an alias uses it elsewhere too")
    };
    Some(Carrier {
        doc,
        written: written.clone(),
        sealed: sealed.map(str::to_owned),
        ..Carrier::new(Via::Entry, written, span, value, id)
    })
}
