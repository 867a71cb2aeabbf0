//! Text inside text, there and back: an edit of an inner text becomes an edit of its host, or is refused.

use super::invariants::Holds;
use runnerlint::embed::Decoded;
use runnerlint::facts::NodeId;
use runnerlint::syntax::{self, Parsed};
use runnerlint::text::{Edit, EditSet, Source, Span};

/// What is written into inner texts.
const REPLACEMENTS: [&str; 10] =
    ["", "--token", "runnerToken", "$TOKEN", "${TOKEN}", "\"$TOKEN\"", "'a b'", "{{ .Values.token }}", "a: b", "# a"];

/// The first four bytes choose an inner text, a range in it, and what to write there; then come the name of a file and a
/// newline, and its bytes. The host, with the edit, holds the inner text with the edit; where it has no place for it,
/// that is said.
pub(super) fn regions(data: &[u8]) -> Holds {
    let Some((&[which, start, len, what], rest)) = data.split_first_chunk::<4>() else { return Ok(()) };
    let (path, _, bytes) = super::file(rest);
    let source = Source::new(bytes.to_vec());
    let text = source.text();
    let Some(language) = syntax::detect(Some(&path), text) else { return Ok(()) };
    let parsed = language.parse(text);
    let places = places(parsed.as_ref());
    if places.is_empty() {
        return Ok(());
    }
    let Some(&place) = places.get(usize::from(which) % places.len()) else { return Ok(()) };
    let Some(inner) = decode(parsed.as_ref(), place) else { return Ok(()) };
    let Some(edit) = edit(&inner.text, start, len, what) else { return Ok(()) };
    let Ok(outer) = inner.segments.edit(text, &inner.text, &edit) else { return Ok(()) };
    if !inner.segments.outer().contains(outer.span) {
        return Err(format!("{edit:?} of {:?} becomes {outer:?}, outside of its place", inner.text));
    }
    let host = apply(text, outer.clone());
    let wanted = apply(&inner.text, edit.clone());
    let after = language.parse(&host);
    let found = decode(after.as_ref(), place).map(|inner| inner.text);
    if found.as_ref() != Some(&wanted) {
        return Err(format!(
            "{}: {edit:?} of {:?} as {outer:?}: not {wanted:?} but {found:?}\n--- host\n{host}",
            language.name(),
            inner.text
        ));
    }
    Ok(())
}

pub(super) fn seed(path: &str, text: &[u8]) -> Vec<u8> {
    let mut seed = vec![2, 1, 3, 3];
    seed.extend_from_slice(path.as_bytes());
    seed.push(b'\n');
    seed.extend_from_slice(text);
    seed
}

/// Names an inner text: by its region, or by its node.
#[derive(Clone, Copy)]
enum Place {
    Region(usize),
    Node(NodeId),
}

fn places(parsed: &dyn Parsed) -> Vec<Place> {
    let facts = parsed.facts();
    let nodes = (0..facts.tree.nodes.len()).filter_map(|node| u32::try_from(node).ok()).map(NodeId);
    let words = facts.commands.iter().flat_map(|command| &command.words).map(|word| word.node);
    let decodes = |node: &NodeId| parsed.decode(*node).is_some();
    let regions = (0..facts.regions.len()).map(Place::Region);
    regions.chain(nodes.chain(words).filter(decodes).map(Place::Node)).collect()
}

fn decode(parsed: &dyn Parsed, place: Place) -> Option<Decoded> {
    match place {
        Place::Region(index) => parsed.facts().regions.get(index).map(|region| region.decoded.clone()),
        Place::Node(node) => parsed.decode(node),
    }
}

fn edit(inner: &str, start: u8, len: u8, what: u8) -> Option<Edit> {
    let start = usize::from(start) % (inner.len() + 1);
    let end = (start + usize::from(len)).min(inner.len());
    let replacement = REPLACEMENTS.get(usize::from(what) % REPLACEMENTS.len())?;
    inner.get(start..end)?;
    Some(Edit::replace(Span::new(start, end), *replacement))
}

fn apply(text: &str, edit: Edit) -> String {
    let mut edits = EditSet::default();
    let _ = edits.insert(edit);
    String::from_utf8_lossy(&edits.apply(text.as_bytes())).into_owned()
}
