//! What the texts of a file give to names.

use crate::engine::Documents;
use crate::facts::{NodeId, Word};
use crate::text::{Notation, Span};
use regex::{Captures, Regex};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::LazyLock;

/// `NAME = …`, `NAME: …`, `name: NAME`, `read NAME`, `for NAME in …`, `ENV NAME …`, `"NAME", …`
static WAYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = "([A-Za-z_][A-Za-z0-9_]*)";
    let ways = [
        // With a type before the sign: `tok: str = …`.
        format!(
            r#"{name}["'\]\)\}}]{{0,3}}(?:[ \t]*:[ \t]*[A-Za-z_][A-Za-z0-9_.<>|\[\]]*)?[ \t]*(?:\|\||\?\?|[:?+!])?(?:=>?|<-)[ \t]*"#
        ),
        format!(r#"{name}["']?[ \t]*(?:\?[ \t]+|:[ \t]+|:(?:["'\[\{{]))"#),
        format!(r#"\b(?:name|key|variable)["']?[ \t]*(?:=>|[:=])[ \t]*["']?{name}["']?"#),
        format!(
            r"\b(?:read|mapfile|readarray|printf|for|foreach|ENV|ARG|set|setx|setenv|define)\b(?:[ \t]+-[A-Za-z]+)*[ \t]+(?:\(?\$?){name}\b"
        ),
        format!(r#"["'](?:--?)?{name}["'][ \t]*,[ \t]*"#),
    ];
    Regex::new(&ways.join("|")).ok()
});

/// What gives a value next to a name: `value: …`, `default: …`.
static BESIDE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\b(?:value|default\w*)["']?[ \t]*(?:=>|[:=])[ \t]*"#).ok());

/// How far after a name to search for its value.
const NEAR: usize = 300;

/// A place that gives a name a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum At {
    /// The node of the text's tree.
    Node(usize, NodeId),
    /// The value that begins there in the text.
    Value(usize, usize),
    /// All of the line from there on.
    Line(usize, usize),
    /// These bytes.
    Span(usize, Span),
    /// All here-documents of the text.
    Documents(usize),
}

/// The places, by a hash of the name.
pub(super) struct Given(Vec<(u64, At)>);

impl Given {
    pub(super) fn of(documents: &Documents) -> Self {
        let mut list = Vec::new();
        for (doc, document) in documents.iter().enumerate() {
            let facts = document.parsed.facts();
            let tree = &facts.tree;
            for id in tree.ids() {
                if let Some(key) = tree.key_text(id) {
                    list.push((hash(key), At::Node(doc, id)));
                }
                // `{name: NAME, value: …}`
                let named = ["name", "key", "variable"].iter().find_map(|key| tree.text(id, key));
                if let Some((name, value)) = named.zip(tree.child(id, "value").or(tree.child(id, "default")))
                {
                    list.push((hash(name), At::Node(doc, value)));
                }
            }
            for variable in &facts.variables {
                list.push((hash(&variable.name), At::Span(doc, variable.value_span)));
            }
            for words in facts.word_lists.iter().filter(|it| !it.is_text) {
                let name: &str = if words.name.is_empty() { "@" } else { &words.name };
                let value = |word: &Word| {
                    let written = word.span.of(&document.text);
                    // `[key]=value`
                    let key = written.starts_with('[').then(|| written.find("]=")).flatten();
                    Span::new(word.span.start() + key.map_or(0, |at| at + 2), word.span.end())
                };
                list.extend(words.words.iter().map(|word| (hash(name), At::Span(doc, value(word)))));
            }
            let by_tree = !tree.is_empty();
            for found in WAYS.iter().flat_map(|ways| ways.captures_iter(&document.text)) {
                let way = way(doc, &document.text, &found, by_tree, document.language.notation());
                let reads = found
                    .get(4)
                    .is_some_and(|_| found.get(0).is_some_and(|it| it.as_str().starts_with(['r', 'm'])));
                list.extend(way.filter(|_| reads).map(|(hash, _)| (hash, At::Documents(doc))));
                list.extend(way);
            }
        }
        list.sort_unstable();
        list.dedup();
        Self(list)
    }

    /// The places that give a value to `name`.
    pub(super) fn to(&self, name: &str) -> impl Iterator<Item = At> {
        let hash = hash(name);
        let first = self.0.partition_point(|(known, _)| *known < hash);
        let rest = self.0.get(first..).unwrap_or_default();
        rest.iter().take_while(move |(known, _)| *known == hash).map(|(_, at)| *at)
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

/// What a way to give a value says.
fn way(doc: usize, text: &str, found: &Captures<'_>, by_tree: bool, notation: Notation) -> Option<(u64, At)> {
    let (group, name) = (1..6).find_map(|group| Some((group, found.get(group)?.as_str())))?;
    let whole = found.get(0)?;
    let at = match group {
        // A comparison.
        1 if text.get(whole.end()..).is_some_and(|rest| rest.starts_with(['=', '~'])) => return None,
        // In PowerShell a whole statement is assigned.
        1 if notation == Notation::Shell && whole.as_str().ends_with([' ', '\t']) => {
            At::Line(doc, whole.end())
        }
        1 => At::Value(doc, whole.end()),
        2 if by_tree || notation == Notation::Shell => return None,
        2 => At::Value(doc, whole.end() - usize::from(!whole.as_str().ends_with([' ', '\t']))),
        3 => {
            let beside = BESIDE.as_ref()?.find(near(text, whole.end()))?;
            At::Value(doc, whole.end() + beside.end())
        }
        4 => At::Line(doc, line_start(text, whole.start())),
        _ => At::Line(doc, whole.end()),
    };
    Some((hash(name), at))
}

/// The text after `at`, as far as to search for a value.
fn near(text: &str, at: usize) -> &str {
    let end = (at + NEAR).min(text.len());
    (0..4).find_map(|less| text.get(at..end.saturating_sub(less))).unwrap_or_default()
}

/// Where the line of `at` begins, or something before it in a long one.
fn line_start(text: &str, at: usize) -> usize {
    let from = at.saturating_sub(NEAR);
    let before = text.as_bytes().get(from..at).unwrap_or_default();
    memchr::memrchr(b'\n', before).map_or(if from == 0 { 0 } else { at }, |line| from + line + 1)
}
