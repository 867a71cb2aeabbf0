//! Text inside text, there and back: an edit of an inner text becomes an edit of its host, or is refused.

use super::invariants::Holds;
use runnerlint::embed::Decoded;
use runnerlint::syntax::{self, Parsed};
use runnerlint::text::{Edit, EditSet, Source, Span};

/// What fixes write into inner texts: names, and values that a person may give.
const REPLACEMENTS: [&str; 8] = [
    "--token",
    "runnerToken",
    "$TOKEN",
    "${TOKEN}",
    "\"$TOKEN\"",
    "'a b'",
    "{{ .Values.token }}",
    "glrt-made-up-token-0001",
];

/// The first four bytes choose an inner text, a name or a line in it, and what becomes of that; then come the name of a file
/// and a newline, and its bytes. The host with the edit holds the inner text with the edit, at the same place; where the
/// host has no place for it, that is said.
///
/// Only what fixes do is asked for: a name is replaced, or a line goes. That a text still reads as the same commands is
/// proven for each fix by the fixer.
pub(super) fn regions(data: &[u8]) -> Holds {
    let Some((&[which, kind, place, what], rest)) = data.split_first_chunk::<4>() else { return Ok(()) };
    let (path, _, bytes) = super::file(rest);
    let source = Source::new(bytes.to_vec());
    let text = source.text();
    let Some(language) = syntax::detect(Some(&path), text) else { return Ok(()) };
    let parsed = language.parse(text.into());
    if !parsed.facts().notices.is_empty() {
        return Ok(());
    }
    let inner = inner_texts(parsed.as_ref(), false);
    let Some(inner) = inner.get(usize::from(which) % inner.len().max(1)) else { return Ok(()) };
    let spans = if kind % 2 == 0 { names(&inner.text) } else { lines(&inner.text) };
    let Some(span) = spans.get(usize::from(place) % spans.len().max(1)) else { return Ok(()) };
    let replacement = REPLACEMENTS.get(usize::from(what) % REPLACEMENTS.len()).copied().unwrap_or_default();
    if replacement.contains('}') && is_open(text) {
        return Ok(());
    }
    let edit = if kind % 2 == 0 { Edit::replace(*span, replacement) } else { Edit::delete(*span) };
    let Ok(outer) = inner.segments.edit(text, &inner.text, &edit) else { return Ok(()) };
    let host = apply(text, outer.clone());
    let wanted = apply(&inner.text, edit.clone());
    // A text that went as a whole may have gone with its place.
    if wanted.trim().is_empty() {
        return Ok(());
    }
    let start = inner.segments.outer().start();
    let after = language.parse(host.as_str().into());
    let found: Vec<String> = inner_texts(after.as_ref(), true)
        .into_iter()
        .filter(|it| it.segments.outer().start() == start)
        .map(|it| it.text)
        .collect();
    if found.contains(&wanted) {
        return Ok(());
    }
    Err(format!(
        "{}: {edit:?} of {:?} as {outer:?}: not {wanted:?} but {found:?}\n--- host\n{host}",
        language.name(),
        inner.text
    ))
}

pub(super) fn seed(path: &str, text: &[u8]) -> Vec<u8> {
    let mut seed = vec![2, 0, 3, 3];
    seed.extend_from_slice(path.as_bytes());
    seed.push(b'\n');
    seed.extend_from_slice(text);
    seed
}

/// The inner texts; without the `opaque` ones, in which an expansion or a template expression stands, all of them can be
/// edited piece by piece. The name of a command is none of them: what is read behind it may depend on it, and no fix
/// changes it.
fn inner_texts(parsed: &dyn Parsed, opaque: bool) -> Vec<Decoded> {
    let facts = parsed.facts();
    let values =
        facts.tree.ids().filter(|id| facts.tree.scalar(*id).is_some_and(|scalar| opaque || !scalar.opaque));
    let words = facts.commands.iter().flat_map(|command| command.words.iter().skip(usize::from(!opaque)));
    let words = words.filter(|word| opaque || !word.opaque && !word.control).map(|word| word.node);
    let decoded = values.chain(words).filter_map(|node| parsed.decode(node));
    let regions = facts.regions.iter().map(|region| region.decoded.clone());
    regions.chain(decoded).collect()
}

/// Names and options: what a fix renames. The first of several words may be the name of a command.
fn names(text: &str) -> Vec<Span> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut names = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match start {
            None if is_name(c) => start = Some(at),
            Some(from) if !is_name(c) => {
                names.push(Span::new(from, at));
                start = None;
            }
            _ => {}
        }
    }
    let first = names.first().map(|first| first.of(text));
    if first != Some(text) {
        names.retain(|name| !text.get(..name.start()).is_none_or(|before| before.trim().is_empty()));
    }
    // No fix renames what ends a here-document: then it ends elsewhere.
    let begins = |name: &Span| {
        let before = text.get(..name.start()).unwrap_or_default();
        before.trim_end_matches(['"', '\'', '\\', '-', '~', ' ', '\t']).ends_with("<<")
    };
    let ends: Vec<&str> = names.iter().filter(|name| begins(name)).map(|name| name.of(text)).collect();
    names.retain(|name| !ends.contains(&name.of(text)));
    names
}

/// Whole lines, with their ends, but for the last one: what stands before it may go on in it, which is the fix's business.
/// Nor the first one: where a text begins, and how deep it is indented, is told by its first line.
fn lines(text: &str) -> Vec<Span> {
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        at += line.len();
        Span::new(at - line.len(), at)
    });
    let blank = |start: usize| text.get(..start).is_none_or(|before| before.trim().is_empty());
    lines.filter(|line| line.end() < text.len() && !blank(line.start())).collect()
}

/// Whether a brace would end something that is open in `text`, or stand inside of a template's tag.
fn is_open(text: &str) -> bool {
    let tags = ["#{", "%{", "{{", "{%", "<%", "[["];
    text.matches('{').count() != text.matches('}').count() || tags.iter().any(|tag| text.contains(tag))
}

fn apply(text: &str, edit: Edit) -> String {
    let mut edits = EditSet::default();
    let _ = edits.insert(edit);
    String::from_utf8_lossy(&edits.apply(text.as_bytes())).into_owned()
}
