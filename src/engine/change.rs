//! What fixes of rules outside of registrations change: names, values, places.

use super::documents::Document;
use super::renames::{Within, Written};
use super::{File, fixes};
use crate::embed::NoEdit;
use crate::facts::{DataTree, NodeId, NodeKind, ScalarStyle};
use crate::sites::{Carrier, Place, Via, document_of};
use crate::text::Edit;

/// A value that moves.
pub(super) struct Moved {
    pub(super) edits: Vec<Edit>,
    pub(super) remove: Vec<NodeId>,
    /// Its new name, and where.
    pub(super) name: Written,
}

/// Another name for what carries a value.
pub(super) fn name(file: &File<'_>, carrier: &Carrier, name: &str) -> Result<Vec<Edit>, NoEdit> {
    if let (Via::Entry, Some(node)) = (carrier.via, carrier.nodes.first())
        && let Some(document) = file.documents.get(carrier.doc)
    {
        let tree = &document.parsed.facts().tree;
        if tree.get(*node).is_none_or(|node| node.key.is_none()) {
            return Err(NoEdit::new("an item of a list has no name"));
        }
    }
    Ok(vec![Edit::replace(carrier.name_span, name)])
}

/// Refuses a key that is there already.
fn free(tree: &DataTree, mapping: Option<NodeId>, key: &str) -> Result<(), NoEdit> {
    if mapping.is_some_and(|mapping| tree.child(mapping, key).is_some()) {
        return Err(NoEdit::new(format!("`{key}` already exists")));
    }
    Ok(())
}

/// Another value. One that is not a string (`true`, `3`) stays without quotes where it replaces another that is not a string.
pub(super) fn value(file: &File<'_>, carrier: &Carrier, value: &str) -> Result<Vec<Edit>, NoEdit> {
    if let (Place::Node(node), Some(document)) = (carrier.value.place, file.documents.get(carrier.doc))
        && let Some(scalar) = document.parsed.facts().tree.scalar(node)
        && scalar.style == ScalarStyle::Plain
        && !scalar.opaque
        && (is_typed(scalar.text) || scalar.text == "null")
        && (is_typed(value) || value == "null" && document.language.has_null())
    {
        return Ok(vec![Edit::replace(carrier.value.span, value)]);
    }
    fixes::set(file, carrier, value)
}

/// Whether a plain value is a boolean or a number in every language.
fn is_typed(text: &str) -> bool {
    matches!(text, "true" | "false")
        || text.parse::<i64>().is_ok_and(|number| number.to_string() == text)
        || text.contains('.') && text.parse::<f64>().is_ok_and(|number| number.to_string() == text)
}

/// Another place for a value: `path`, from the top of the document, or of the values of a chart.
pub(super) fn moved(file: &File<'_>, carrier: &Carrier, path: &str) -> Result<Moved, NoEdit> {
    let (Some(document), Some(node)) = (file.documents.get(carrier.doc), carrier.nodes.first()) else {
        return Err(NoEdit::new("it is not an entry"));
    };
    let tree = &document.parsed.facts().tree;
    let (before, key) = path.rsplit_once('.').map_or(("", path), |(before, key)| (before, key));
    let keys = before.split('.').filter(|key| !key.is_empty());
    let top = top(tree, carrier, *node)?;
    let target = keys.into_iter().try_fold(top, |at, key| tree.child(at, key));
    let last = target.and_then(|target| Some((target, *tree.children(target).last()?)));
    let Some((target, last)) = last else {
        return Err(NoEdit::new(format!("`{before}` does not exist: create it first")));
    };
    free(tree, Some(target), key)?;
    let name = Written::new(Within::Mapping(carrier.doc, target), key, carrier);
    if tree.parent(*node) == Some(target) {
        return Ok(Moved { edits: vec![Edit::replace(carrier.name_span, key)], remove: Vec::new(), name });
    }
    if tree.around(target).any(|at| at == *node) {
        return Err(NoEdit::new("it cannot be moved into itself"));
    }
    let edits = insert(document, last, key, raw(document, *node)?)?;
    Ok(Moved { edits, remove: vec![*node], name })
}

/// Where paths begin that refer to the place of `carrier`.
fn top(tree: &DataTree, carrier: &Carrier, id: NodeId) -> Result<NodeId, NoEdit> {
    if carrier.via != Via::Chart {
        return Ok(document_of(tree, id));
    }
    let mut at = id;
    for key in carrier.name.rsplit('.') {
        let parent = tree.parent(at).filter(|_| tree.is_key(at, key));
        at = parent.ok_or_else(|| NoEdit::new("only a value in a values file can be moved"))?;
    }
    Ok(at)
}

/// A value as it is written, if it means the same elsewhere.
fn raw(document: &Document, id: NodeId) -> Result<&str, NoEdit> {
    let node = document.parsed.facts().tree.get(id);
    let Some((node, NodeKind::Scalar(scalar))) = node.map(|node| (node, node.kind)) else {
        return Err(NoEdit::new("only a single value can be moved"));
    };
    let text = node.span.of(&document.text);
    let plain = scalar.style == ScalarStyle::Plain;
    let lines = scalar.style.is_block() || text.contains('\n');
    if lines
        || scalar.opaque
        || node.tag.is_some()
        || plain && text.contains([',', '[', ']', '{', '}', '#', ':'])
    {
        return Err(NoEdit::new("the value may have another meaning elsewhere"));
    }
    Ok(text)
}

/// An entry with a value as it is written: the language writes a word in any quotes, which the value replaces.
fn insert(document: &Document, behind: NodeId, key: &str, raw: &str) -> Result<Vec<Edit>, NoEdit> {
    const WORD: &str = "moved";
    let edits = document.parsed.insert_after(behind, key, WORD)?;
    let with_value = |edit: Edit| {
        let forms = [format!("\"{WORD}\""), format!("'{WORD}'"), WORD.to_owned()];
        let found = forms.iter().find_map(|form| Some((edit.replacement.rfind(form.as_str())?, form.len())));
        let (at, length) = found.ok_or_else(|| NoEdit::new("the value cannot be written there"))?;
        let mut replacement = edit.replacement.clone();
        replacement.replace_range(at..at + length, raw);
        Ok(Edit { replacement, ..edit })
    };
    edits.into_iter().map(with_value).collect()
}
