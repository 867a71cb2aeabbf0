//! Names that a program gives to objects, and where it uses them: `data = { … }`, `post(url, data)`.

use crate::facts::{DataTree, Node, NodeId, NodeKey, NodeKind, Scalar, ScalarStyle};
use crate::text::Span;
use std::collections::BTreeMap;

/// Values of one name that are looked at for one use.
const MOST_VALUES: usize = 8;
/// Places that may change a value and are named.
const MOST_CHANGES: usize = 3;
/// How much of a line before a name is looked at.
const LINE: usize = 200;

/// A name that gets a value.
#[derive(Clone, Copy)]
struct Definition {
    at: usize,
    node: NodeId,
    /// The block that it is in.
    block: NodeId,
}

/// A name whose value is used.
struct Use {
    node: NodeId,
    name: Span,
}

/// The names of a text.
pub(super) struct CodeNames<'t> {
    text: &'t str,
    /// Whether a name has what it was given last, rather than one value.
    ordered: bool,
    definitions: BTreeMap<&'t str, Vec<Definition>>,
    uses: Vec<Use>,
    /// Where each name is, and where something of it: `data`, `data.update`.
    mentions: BTreeMap<&'t str, Vec<Span>>,
    /// Where lines begin, and how far each is indented.
    lines: Vec<(usize, usize)>,
}

/// What a name refers to.
enum Meaning {
    Value(NodeId),
    /// A value that these places may change.
    Changed(NodeId, Vec<Span>),
}

impl<'t> CodeNames<'t> {
    pub(super) fn new(text: &'t str, ordered: bool) -> Self {
        let mut start = 0;
        let lines = text.split_inclusive('\n').map(|line| {
            let indent = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            start += line.len();
            (start - line.len(), indent)
        });
        let lines = lines.collect();
        Self {
            text,
            ordered,
            definitions: BTreeMap::new(),
            uses: Vec::new(),
            mentions: BTreeMap::new(),
            lines,
        }
    }

    pub(super) fn define(&mut self, name: &'t str, at: usize, node: NodeId, block: NodeId) {
        self.definitions.entry(name).or_default().push(Definition { at, node, block });
    }

    pub(super) fn used(&mut self, node: NodeId, name: Span) {
        self.uses.push(Use { node, name });
    }

    pub(super) fn mention(&mut self, word: Span) {
        let text = word.of(self.text);
        self.mentions.entry(text).or_default().push(word);
        if let Some((of, _)) = text.rsplit_once('.') {
            self.mentions.entry(of).or_default().push(word);
        }
    }

    /// The word that was mentioned last is none of them.
    pub(super) fn forget(&mut self, word: Span) {
        let text = word.of(self.text);
        for of in [Some(text), text.rsplit_once('.').map(|(of, _)| of)].into_iter().flatten() {
            if let Some(places) = self.mentions.get_mut(of).filter(|it| it.last() == Some(&word)) {
                places.pop();
            }
        }
    }

    /// Makes each use an alias of what it refers to.
    pub(super) fn resolve(&mut self, tree: &mut DataTree) {
        for it in std::mem::take(&mut self.uses) {
            match self.meaning(tree, &it) {
                None => {}
                Some(Meaning::Value(value)) => tree.set_alias(it.node, value),
                Some(Meaning::Changed(value, places)) => {
                    tree.set_computed(it.node);
                    let push = |tree: &mut DataTree, parent, key: Option<&str>, span, kind: NodeKind<'_>| {
                        let key = key.map(|text| NodeKey { text, span });
                        tree.push(Node { parent: Some(parent), key, span, kind, anchor: None, tag: None })
                    };
                    let list = push(tree, it.node, Some("with()"), it.name, NodeKind::Mapping);
                    let alias = push(tree, list, None, it.name, NodeKind::Mapping);
                    tree.set_alias(alias, value);
                    for span in places {
                        let text = span.of(self.text);
                        let scalar = Scalar { text, style: ScalarStyle::Plain, opaque: true, null: false };
                        push(tree, list, None, span, NodeKind::Scalar(scalar));
                    }
                }
            }
        }
    }

    fn meaning(&self, tree: &DataTree, it: &Use) -> Option<Meaning> {
        let all = self.definitions.get(it.name.of(self.text))?;
        let around: Vec<NodeId> = tree.around(it.node).collect();
        let is_seen = |found: &&Definition| around.contains(&found.block) && !around.contains(&found.node);
        if !self.ordered {
            let mut seen = all.iter().rev().take(MOST_VALUES).filter(is_seen);
            let one = seen.next().filter(|_| seen.next().is_none() && all.len() <= MOST_VALUES)?;
            return is_object(tree, one.node).then_some(Meaning::Value(one.node));
        }
        let before = all.partition_point(|found| found.at < it.name.start());
        let from = before.saturating_sub(MOST_VALUES);
        let found = all.get(from..before)?.iter().rev().find(is_seen)?;
        if !is_object(tree, found.node) {
            return None;
        }
        let end = tree.span(found.node)?.end();
        let mentions = self.mentions.get(it.name.of(self.text)).map(Vec::as_slice).unwrap_or_default();
        let first = mentions.partition_point(|place| place.start() < end);
        let behind = mentions.partition_point(|place| place.start() < it.name.start());
        let mentions = mentions.get(first..behind).unwrap_or_default();
        if mentions.iter().take(MOST_VALUES).any(|place| self.is_parameter(place.start()))
            || self.is_left(found.at, it.name.start())
        {
            return None;
        }
        let mut places: Vec<Span> =
            mentions.iter().take(MOST_CHANGES).map(|place| self.with_index(*place)).collect();
        // It may have been given something else before, or not been given it at all.
        if self.indent(found.at) > self.indent(it.name.start()) {
            let name = it.name.of(self.text);
            places.insert(0, Span::new(found.at, found.at + name.len()));
        }
        Some(if places.is_empty() {
            Meaning::Value(found.node)
        } else {
            Meaning::Changed(found.node, places)
        })
    }

    /// `data["locked"]`: the name with what is changed in it.
    fn with_index(&self, place: Span) -> Span {
        let rest = self.text.get(place.end()..).unwrap_or_default();
        let line = rest.bytes().take(LINE).take_while(|byte| *byte != b'\n');
        let line = rest.get(..line.count()).unwrap_or_default();
        let index = Some(line).filter(|line| line.starts_with('[')).and_then(|line| line.find(']'));
        Span::new(place.start(), index.map_or(place.end(), |len| place.end() + len + 1))
    }

    fn line(&self, at: usize) -> Option<(usize, usize)> {
        let behind = self.lines.partition_point(|(start, _)| *start <= at);
        self.lines.get(behind.checked_sub(1)?).copied()
    }

    fn indent(&self, at: usize) -> usize {
        self.line(at).map_or(0, |(_, indent)| indent)
    }

    /// Whether the name at `at` is that of a parameter.
    fn is_parameter(&self, at: usize) -> bool {
        let start = self.line(at).map_or(0, |(start, _)| start.max(at.saturating_sub(LINE)));
        let start = (start..=at).find(|at| self.text.is_char_boundary(*at)).unwrap_or(at);
        let before = self.text.get(start..at).unwrap_or_default();
        ["def ", "function", "func ", "lambda "].iter().any(|word| before.contains(word))
    }

    /// Whether another function begins between the name at `from` and `to`.
    fn is_left(&self, from: usize, to: usize) -> bool {
        let indent = self.indent(from);
        if indent == 0 {
            return false;
        }
        let first = self.lines.partition_point(|(start, _)| *start <= from);
        let behind = self.lines.partition_point(|(start, _)| *start <= to);
        let lines = self.lines.get(first..behind).unwrap_or_default();
        lines.len() > MOST_LINES
            || lines.iter().filter(|(_, own)| *own < indent).any(|(start, own)| {
                let rest = self.text.get(start + own..).unwrap_or_default();
                ["def ", "async def ", "class "].iter().any(|word| rest.starts_with(word))
            })
    }
}

/// Lines between a value and its use.
const MOST_LINES: usize = 200;

/// Whether a value can be followed: an object, a list, an address.
fn is_object(tree: &DataTree, id: NodeId) -> bool {
    tree.is_mapping(id) || tree.is_sequence(id) || tree.written(id).contains("/runners")
}
