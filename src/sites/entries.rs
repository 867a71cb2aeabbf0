//! Entries of mappings and lists that rules speak of by their path.

use super::environment::setting_of;
use super::options::kind_of;
use super::paths::{is_document, leads_through_dynamic, leads_to};
use super::{Carrier, Pattern, Step, Value, ValueKind, ValueLocation, Via};
use crate::facts::{DataTree, NodeId, NodeKind, Variable};
use crate::text::Span;

/// The top of the document of each node of a tree.
pub(crate) struct Tops<'a> {
    tree: &'a DataTree,
    tops: Vec<NodeId>,
    /// The mapping that is the whole text, where that is not the top.
    inner: Option<NodeId>,
    /// Whether it may have blocks of HCL that are written as `dynamic`.
    has_dynamic: bool,
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
        // The key that says what the file is is not written in it.
        let root = tree.roots.first().and_then(|root| tree.children(*root).first());
        let inner = root
            .copied()
            .filter(|id| tree.key(*id).is_some_and(|key| key.span.is_empty() && !key.text.is_empty()));
        let has_dynamic = tree.ids().any(|id| tree.is_key(id, "dynamic") && tree.is_block(id));
        Self { tree, tops, inner, has_dynamic }
    }

    /// Whether `pattern` leads to `id` from the top of its document; of the whole too, where that is an item of a `List`.
    pub(crate) fn lead(&self, pattern: &Pattern, id: NodeId) -> bool {
        let top = self.tops.get(id.0 as usize).copied().unwrap_or(id);
        leads_to(pattern, self.tree, top, id)
            || self.has_dynamic && leads_through_dynamic(pattern, self.tree, top, id)
            || self.inner.is_some_and(|inner| leads_to(pattern, self.tree, inner, id))
            || self.tree.get(top).is_some_and(|node| node.parent.is_some())
                && leads_to(pattern, self.tree, self.tree.root_of(id), id)
    }
}

/// The line of a file of variables as an entry at its top.
pub(crate) fn line(variable: &Variable, doc: usize) -> Carrier {
    let kind = kind_of(&variable.value, variable.opaque);
    let (text, span) = (variable.value.clone(), variable.value_span);
    let value = Value { text, span, kind, place: ValueLocation::Node(variable.node), known: None };
    Carrier {
        doc,
        ..Carrier::new(Via::Entry, variable.name.clone(), variable.name_span, value, variable.node)
    }
}

/// Whether `pattern` leads to the entry `name` at the top.
pub(crate) fn leads_to_line(pattern: &Pattern, name: &str) -> bool {
    let mut steps = pattern.0.iter().skip_while(|step| **step == Step::Deep);
    let is_named = match steps.next() {
        Some(Step::Key(names)) => names.iter().any(|it| it == name),
        Some(Step::Any) | None => true,
        Some(_) => false,
    };
    is_named && steps.next().is_none()
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
        NodeKind::Sequence => Value { place: ValueLocation::Nowhere, ..value },
        NodeKind::Mapping if tree.children(id).is_empty() => Value { kind: ValueKind::Empty, ..value },
        _ => value,
    };
    let (written, span) = match &node.key {
        Some(key) => (key.text.to_string(), key.span),
        None => (value.text.clone(), inside_quotes(tree.written(id), node.span)),
    };
    let document = tree.root_of(id);
    let sops = tree.child(document, "sops").is_some();
    let sealed = sops.then_some("the file is encrypted: change it with `sops`");
    Some(Carrier {
        doc,
        written: written.clone(),
        sealed: sealed.map(str::to_owned),
        ..Carrier::new(Via::Entry, written, span, value, id)
    })
}

/// The bytes of a value without the quotes around it: those of keys have none either.
fn inside_quotes(written: &str, span: Span) -> Span {
    let is_quoted = |quote: char| {
        let inside = written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        inside.is_some_and(|inside| !inside.is_empty() && !inside.starts_with(quote))
    };
    if is_quoted('"') || is_quoted('\'') { Span::new(span.start() + 1, span.end() - 1) } else { span }
}
