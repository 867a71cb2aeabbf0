//! What the tests of languages with trees ask of a text.

use super::Language;
use crate::facts::{NodeId, NodeKind};
use crate::syntax::Parsed;
use crate::text::{Edit, EditSet, Span};

/// All nodes of a text.
pub(super) fn ids(parsed: &dyn Parsed) -> Vec<NodeId> {
    (0..parsed.facts().tree.len()).map(|index| NodeId(u32::try_from(index).unwrap())).collect()
}

/// The path of a node: keys, and positions in sequences.
pub(super) fn path(parsed: &dyn Parsed, id: NodeId) -> String {
    let tree = &parsed.facts().tree;
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
    parts.join("/")
}

pub(super) fn find(parsed: &dyn Parsed, wanted: &str) -> NodeId {
    ids(parsed)
        .into_iter()
        .find(|id| path(parsed, *id) == wanted)
        .unwrap_or_else(|| panic!("no {wanted} in {:#?}", outline(parsed)))
}

/// `path = value` of each leaf; opaque values with a `~` before them.
pub(super) fn outline(parsed: &dyn Parsed) -> Vec<String> {
    let tree = &parsed.facts().tree;
    let leaf = |id: NodeId| {
        let node = tree.get(id).unwrap();
        let value = match node.kind {
            NodeKind::Scalar(scalar) if scalar.null => "null".to_owned(),
            NodeKind::Scalar(scalar) => {
                let sign = if scalar.opaque { "~" } else { "" };
                let text = if parsed.decode(id).is_some() {
                    format!("{:?}", scalar.text)
                } else {
                    scalar.text.to_string()
                };
                format!("{sign}{text}")
            }
            NodeKind::Alias => "alias".to_owned(),
            NodeKind::Mapping if tree.children(id).is_empty() => "{}".to_owned(),
            NodeKind::Sequence if tree.children(id).is_empty() => "[]".to_owned(),
            _ => return None,
        };
        Some(format!("{} = {value}", path(parsed, id)))
    };
    ids(parsed).into_iter().filter_map(leaf).collect()
}

/// Checks what must be true of every text: spans are inside it, parents come first, strings decode to the tree's text.
pub(super) fn sound(language: &dyn Language, text: &str) {
    let parsed = language.parse(text.into());
    let facts = parsed.facts();
    let _ = parsed.data().count();
    for id in ids(parsed.as_ref()) {
        let node = facts.tree.get(id).unwrap();
        assert!(text.get(node.span.range()).is_some(), "{:?} in {text:?}", node.span);
        assert!(node.parent.is_none_or(|parent| parent < id), "{text:?}");
        if let Some(key) = &node.key {
            assert!(text.get(key.span.range()).is_some(), "{:?} in {text:?}", key.span);
        }
        let (NodeKind::Scalar(scalar), Some(decoded)) = (node.kind, parsed.decode(id)) else { continue };
        assert_eq!(decoded.text, scalar.text, "{text:?}");
        let mut at = 0;
        for segment in decoded.segments.iter() {
            assert_eq!(segment.inner.start(), at, "{text:?}");
            at = segment.inner.end();
            if segment.verbatim {
                assert_eq!(segment.outer.of(text), segment.inner.of(&decoded.text), "{text:?}");
            }
        }
        assert_eq!(at, decoded.text.len());
    }
    for comment in &facts.comments {
        assert!(text.get(comment.span.range()).is_some());
    }
    if text.len() < 4000 {
        for id in ids(parsed.as_ref()) {
            if let Ok(removal) = parsed.remove(&[id]) {
                let mut set = EditSet::default();
                set.insert_all(removal.edits).unwrap();
                assert!(String::from_utf8(set.apply(text.as_bytes())).is_ok(), "{text:?}");
            }
        }
    }
}

fn values(parsed: &dyn Parsed) -> Vec<(u8, String)> {
    parsed.data().map(|datum| (datum.kind, datum.value.into())).collect()
}

/// The text without `paths`, after a check that nothing else changed its meaning; or why it cannot be edited so.
pub(super) fn without(language: &dyn Language, text: &str, paths: &[&str]) -> Result<String, String> {
    let parsed = language.parse(text.into());
    let nodes: Vec<NodeId> = paths.iter().map(|path| find(parsed.as_ref(), path)).collect();
    let removal = parsed.remove(&nodes).map_err(|refused| refused.reason().to_owned())?;
    let mut set = EditSet::default();
    set.insert_all(removal.edits).unwrap();
    let after = String::from_utf8(set.apply(text.as_bytes())).unwrap();
    let kept = |span: Span| !removal.gone.iter().any(|gone| gone.contains(span));
    let left = parsed.data().filter(|datum| kept(datum.span));
    let left: Vec<(u8, String)> = left.map(|datum| (datum.kind, datum.value.into())).collect();
    let read = language.parse(after.as_str().into());
    assert_eq!(read.facts().notices.len(), parsed.facts().notices.len(), "{after}");
    assert_eq!(left, values(read.as_ref()), "before:\n{text}\nafter:\n{after}");
    Ok(after)
}

/// The text with the string at `path` edited: `word` in it becomes `replacement`. Checks that the string reads as it
/// should.
pub(super) fn edited(
    language: &dyn Language,
    text: &str,
    path: &str,
    word: &str,
    replacement: &str,
) -> Result<String, String> {
    let parsed = language.parse(text.into());
    let decoded = parsed.decode(find(parsed.as_ref(), path)).unwrap();
    let at = decoded.text.find(word).unwrap_or_else(|| panic!("no {word:?} in {:?}", decoded.text));
    let edit = Edit::replace(Span::new(at, at + word.len()), replacement);
    let host = decoded.segments.edit(text, &decoded.text, &edit).map_err(|no| no.reason().to_owned())?;
    let after = apply(text, vec![host]);
    let read = language.parse(after.as_str().into());
    let found = read.decode(find(read.as_ref(), path)).unwrap();
    let mut set = EditSet::default();
    set.insert(edit).unwrap();
    assert_eq!(found.text.as_bytes(), set.apply(decoded.text.as_bytes()), "before:\n{text}\nafter:\n{after}");
    Ok(after)
}

/// `text` after `edits`.
pub(super) fn apply(text: &str, edits: Vec<Edit>) -> String {
    let mut set = EditSet::default();
    set.insert_all(edits).unwrap();
    String::from_utf8(set.apply(text.as_bytes())).unwrap()
}

/// Strings that are hard to write.
pub(super) const HARD: &[&str] = &[
    "plain",
    "a b",
    "it's",
    "say \"x\"",
    "\"\"\"",
    "'''",
    "back\\slash\\",
    "${TOKEN}",
    "$TOKEN",
    "$",
    "%",
    "{",
    "%{ if x }",
    "a\nb",
    "\na",
    "\n\n",
    "tab\there",
    "cr\r\nlf",
    "\u{7}",
    "é日本\u{1f600}",
    "\u{feff}",
    "#",
    "EOT",
    "x\nEOT\ny",
    "a\n  b\n c",
    " lead",
    "trail ",
    "$${x}",
    "end$",
];

/// Does not hang or overflow, and says so in words: `text` is read within `seconds`.
pub(super) fn quick(language: &dyn Language, name: &str, text: &str) {
    let start = std::time::Instant::now();
    let parsed = language.parse(text.into());
    let _ = parsed.data().count();
    drop(parsed);
    let seconds = start.elapsed().as_secs_f64();
    assert!(seconds < 5.0, "{name} took {seconds} s");
}
