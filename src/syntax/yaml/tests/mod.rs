mod decoding;
mod removal;

use super::ParsedYaml;
use crate::facts::{NodeId, NodeKind};
use crate::syntax::Parsed;
use crate::text::EditSet;

/// Reads `text`.
fn read(text: &str) -> ParsedYaml {
    ParsedYaml::of(text.into())
}

/// All nodes of a text.
fn ids(document: &ParsedYaml) -> Vec<NodeId> {
    document.facts.tree.ids().collect()
}

/// The path of a node: keys, and positions in sequences.
fn path(document: &ParsedYaml, id: NodeId) -> String {
    let tree = &document.facts.tree;
    let mut parts = Vec::new();
    let mut at = Some(id);
    while let Some(id) = at {
        let node = tree.get(id).unwrap();
        if let Some(parent) = node.parent {
            parts.push(match &node.key {
                Some(key) => key.text.to_string(),
                None => tree.children(parent).iter().position(|child| *child == id).unwrap().to_string(),
            });
        }
        at = node.parent;
    }
    parts.reverse();
    parts.join(".")
}

fn find(document: &ParsedYaml, wanted: &str) -> NodeId {
    ids(document)
        .into_iter()
        .find(|id| path(document, *id) == wanted)
        .unwrap_or_else(|| panic!("no {wanted} in {:?}", outline(document)))
}

/// `path = value` of each leaf.
fn outline(document: &ParsedYaml) -> Vec<String> {
    let tree = &document.facts.tree;
    let leaf = |id: NodeId| {
        let node = tree.get(id).unwrap();
        let value = match node.kind {
            NodeKind::Scalar(scalar) if scalar.null => "null".to_owned(),
            NodeKind::Scalar(scalar) => format!("{:?}", scalar.text),
            NodeKind::Alias => "alias".to_owned(),
            NodeKind::Mapping if tree.children(id).is_empty() => "{}".to_owned(),
            NodeKind::Sequence if tree.children(id).is_empty() => "[]".to_owned(),
            _ => return None,
        };
        Some(format!("{} = {value}", path(document, id)))
    };
    ids(document).into_iter().filter_map(leaf).collect()
}

/// The text without `paths`, after a check that nothing else changed its meaning; or why it cannot be edited so.
fn without(text: &str, paths: &[&str]) -> Result<String, String> {
    let document = read(text);
    let nodes: Vec<NodeId> = paths.iter().map(|path| find(&document, path)).collect();
    let removal = document.remove(&nodes).map_err(|refused| refused.reason().to_owned())?;
    let mut set = EditSet::default();
    set.insert_all(removal.edits).unwrap();
    let after = String::from_utf8(set.apply(text.as_bytes())).unwrap();
    let left: Vec<String> = document
        .data()
        .filter(|datum| !removal.gone.iter().any(|gone| gone.contains(datum.span)))
        .map(|datum| datum.value.into())
        .collect();
    let found: Vec<String> = read(&after).data().map(|datum| datum.value.into()).collect();
    assert_eq!(left, found, "before:\n{text}\nafter:\n{after}");
    Ok(after)
}
