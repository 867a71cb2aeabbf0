//! Entries that fixes give other paths.

use super::renames::{RenamedName, Within};
use super::{LintedFile, change};
use crate::embed::NoEdit;
use crate::facts::{DataTree, NodeId};
use crate::sites::{Carrier, Pattern, Via, document_of};
use crate::syntax::Move;
use crate::text::{Edit, Span};

/// What gives an entry its new path.
pub(super) enum Moving {
    /// It is an entry of a tree.
    Entry(Move),
    /// Its path is written out as one name.
    Name(Vec<Edit>),
}

/// Gives `carrier` the path `path`: from the top of its document or of the values of its chart; from the mapping that it is in if
/// `beside`. `value` is its new value. Adds the names that this writes to `names`.
///
/// # Errors
/// [`NoEdit`] says what is in the way.
pub(super) fn plan(
    file: &LintedFile<'_>,
    carrier: &Carrier,
    path: &str,
    beside: bool,
    value: Option<&str>,
    names: &mut Vec<RenamedName>,
) -> Result<Moving, NoEdit> {
    let keys = Pattern::keys(path).map_err(NoEdit::new)?;
    let (Some(document), Some(node)) = (file.documents.get(carrier.doc), carrier.nodes.first()) else {
        return Err(NoEdit::new("it is not an entry"));
    };
    let tree = &document.parsed.facts().tree;
    let top = if beside { tree.parent(*node) } else { top(tree, carrier, *node) };
    let Some(top) = top else {
        let mut edits = whole_name(&document.text, carrier, path)?;
        if let Some(value) = value {
            edits.extend(change::value(file, carrier, value)?);
        }
        names.push(RenamedName::new(Within::Scope(carrier.scope, carrier.via), path, carrier));
        return Ok(Moving::Name(edits));
    };
    let (into, path) = walk(tree, *node, top, &keys)?;
    let within = Within::Mapping(carrier.doc, into);
    names.push(RenamedName::new(within, &path.join("."), carrier));
    if let [created, _, ..] = path.as_slice() {
        names.push(RenamedName::created(within, created));
    }
    let value = match value {
        Some(value) => match change::value(file, carrier, value)?.as_slice() {
            [edit] if tree.span(*node) == Some(edit.span) => Some(edit.replacement.clone()),
            _ => return Err(NoEdit::new("the new value cannot be written elsewhere")),
        },
        None => None,
    };
    Ok(Moving::Entry(Move { node: *node, into, path, value, comments: None }))
}

/// The last mapping on the way from `top` that is there, and the keys from there on.
fn walk(
    tree: &DataTree,
    node: NodeId,
    top: NodeId,
    keys: &[String],
) -> Result<(NodeId, Vec<String>), NoEdit> {
    let mut at = top;
    for (index, key) in keys.iter().enumerate() {
        let next = tree.child(at, key);
        let rest = || keys.get(index..).unwrap_or_default().to_vec();
        match next {
            None => return Ok((at, rest())),
            // Its own key becomes that of a new mapping.
            Some(next) if next == node && index + 1 < keys.len() => return Ok((at, rest())),
            Some(_) if index + 1 == keys.len() => return Err(NoEdit::new(format!("`{key}` already exists"))),
            Some(next) if tree.is_mapping(next) && !tree.is_computed(next) => at = next,
            Some(_) => return Err(NoEdit::new(format!("`{key}` exists and is not a mapping"))),
        }
    }
    Err(NoEdit::new("the path is empty"))
}

/// Where paths begin that refer to the place of `carrier`; `None` where its path is written out as one name.
fn top(tree: &DataTree, carrier: &Carrier, id: NodeId) -> Option<NodeId> {
    if carrier.via != Via::Chart {
        return Some(document_of(tree, id));
    }
    let mut keys = carrier.name.rsplit('.');
    keys.try_fold(id, |at, key| tree.parent(at).filter(|_| tree.is_key(at, key)))
}

/// Another name for a value of a chart whose path is one text: `--set a.b=c`.
fn whole_name(text: &str, carrier: &Carrier, path: &str) -> Result<Vec<Edit>, NoEdit> {
    let start = carrier.name_span.end().checked_sub(carrier.name.len());
    let span = start.map(|start| Span::new(start, carrier.name_span.end()));
    let span = span.filter(|span| text.get(span.range()) == Some(carrier.name.as_str()));
    let span = span.ok_or_else(|| NoEdit::new("its path is not written in one place"))?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if !path.bytes().all(is_plain) {
        return Err(NoEdit::new(format!("`{path}` cannot be written there")));
    }
    Ok(vec![Edit::replace(span, path)])
}
