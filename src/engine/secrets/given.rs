//! What the texts of a file give to names.

use super::passed::{PassedWords, line_start, position};
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
        format!(r#"["'](?:--?)?{name}["'][ \t]*(?:,[ \t]*|[ \t](?:["'\(]))"#),
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
pub(in crate::engine) enum At {
    /// The node of the text's tree.
    Node(usize, NodeId),
    /// The value that begins there in the text.
    Value(usize, usize),
    /// All of the line from there on.
    Line(usize, usize),
    /// These bytes.
    Span(usize, Span),
    /// The field that begins there: a word in quotes.
    Field(usize, usize),
    /// The expression of a program or template that begins there.
    Code(usize, usize),
    /// What the command in a node of the text's tree prints.
    Prints(usize, NodeId),
}

/// The places, by a hash of the name.
pub(in crate::engine) struct Given(Vec<(u64, At)>);

impl Given {
    pub(in crate::engine) fn of(documents: &Documents) -> Self {
        let mut list = Vec::new();
        for (doc, document) in documents.iter().enumerate() {
            let facts = document.parsed.facts();
            let tree = &facts.tree;
            for id in tree.ids() {
                if let Some(key) = tree.key_text(id) {
                    list.push((hash(key), At::Node(doc, id)));
                    // The items of a loop, each of which has one name.
                    let item = match key {
                        "for_each" => Some("each"),
                        key if key == "loop" || key.starts_with("with_") => Some("item"),
                        _ => None,
                    };
                    list.extend(item.map(|name| (hash(name), At::Node(doc, id))));
                    // `register: NAME`: what the task prints.
                    let task = (key == "register").then(|| tree.parent(id)).flatten();
                    let name = tree.scalar(id).map(|it| hash(it.text));
                    let printing = task.into_iter().flat_map(|task| tree.children(task).iter().take(16));
                    list.extend(printing.filter_map(|at| Some((name?, At::Prints(doc, *at)))));
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
                if name == "@" {
                    // Of a script's own parameters the function is all of it.
                    let function =
                        if words.function.len() < document.text.len() { words.function.start() } else { 0 };
                    let each = words.words.iter().zip(1..);
                    list.extend(
                        each.map(|(word, at)| (hash(&position(function, at)), At::Span(doc, word.span))),
                    );
                }
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
                list.extend(way);
            }
            list.append(&mut PassedWords::new(doc, document).find());
        }
        list.sort_unstable();
        list.dedup();
        Self(list)
    }

    /// The places that give a value to `name`.
    pub(in crate::engine) fn to(&self, name: &str) -> impl Iterator<Item = At> {
        let hash = hash(name);
        let first = self.0.partition_point(|(known, _)| *known < hash);
        let rest = self.0.get(first..).unwrap_or_default();
        rest.iter().take_while(move |(known, _)| *known == hash).map(|(_, at)| *at)
    }
}

pub(super) fn hash(name: &str) -> u64 {
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
        1 if notation == Notation::Shell && in_string(text, whole.start()) => At::Field(doc, whole.end()),
        1 if in_tag(text, whole.start()) => At::Code(doc, whole.end()),
        1 => At::Value(doc, whole.end()),
        2 if by_tree || notation == Notation::Shell => return None,
        2 => At::Value(doc, whole.end() - usize::from(!whole.as_str().ends_with([' ', '\t']))),
        3 => {
            let beside = BESIDE.as_ref()?.find(near(text, whole.end()))?;
            At::Value(doc, whole.end() + beside.end())
        }
        // `{% set NAME = … %}`
        4 if assigned(text, whole.end()).is_some() => At::Code(doc, assigned(text, whole.end())?),
        4 => At::Line(doc, line_start(text, whole.start())),
        _ if whole.as_str().ends_with(['"', '\''])
            && !whole.as_str().contains(',')
            && whole.len() > 4 + 1 =>
        {
            At::Field(doc, whole.end())
        }
        _ if whole.as_str().ends_with('(') => At::Code(doc, whole.end() - 1),
        _ => At::Line(doc, whole.end()),
    };
    Some((hash(name), at))
}

/// The text after `at`, as far as to search for a value.
fn near(text: &str, at: usize) -> &str {
    let end = (at + NEAR).min(text.len());
    (0..4).find_map(|less| text.get(at..end.saturating_sub(less))).unwrap_or_default()
}

/// Where the value begins after an `=` at `at`.
fn assigned(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?.trim_start_matches([' ', '\t']);
    let value = rest.strip_prefix('=').filter(|rest| !rest.starts_with('='))?;
    Some(text.len() - value.trim_start_matches([' ', '\t']).len())
}

/// Whether a template tag is open before `at` in its line.
fn in_tag(text: &str, at: usize) -> bool {
    let before = text.get(line_start(text, at)..at).unwrap_or_default();
    before.rfind("{{").max(before.rfind("{%")) > before.rfind("}}").max(before.rfind("%}"))
}

/// Whether a quote is open in the line of `at`.
pub(super) fn in_string(text: &str, at: usize) -> bool {
    let before = text.as_bytes().get(at.saturating_sub(LONG_LINE)..at).unwrap_or_default();
    let line = memchr::memrchr(b'\n', before).map_or(before, |end| before.get(end..).unwrap_or_default());
    [b'"', b'\'', b'`'].iter().any(|quote| memchr::memchr_iter(*quote, line).count() % 2 == 1)
}

/// How much of a line is looked at.
const LONG_LINE: usize = 400;
