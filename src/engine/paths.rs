//! The paths of all entries of a file, in the notation of `entry` in rules.

use super::Surroundings;
use super::documents::{self, Documents};
use crate::catalogue::Catalogue;
use crate::facts::{DataTree, NodeId, NodeKind};
use crate::sites::document_of;
use crate::text::{Source, Span};

/// A text of a file with its entries.
#[derive(Debug)]
pub struct TextPaths {
    /// The line that it begins in, from 1.
    pub line: usize,
    /// The language that it is read as.
    pub language: &'static str,
    /// What its place is called; nothing for the file.
    pub place: Option<String>,
    /// Its entries, in their order.
    pub entries: Vec<EntryPath>,
}

/// An entry of a mapping or a list.
#[derive(Debug)]
pub struct EntryPath {
    /// Its lines, from 1: that of its key, and the last one of its value.
    pub lines: (usize, usize),
    /// Its path, with `[*]` for items.
    pub path: String,
    /// The same with the positions of items, where it has some.
    pub concrete: Option<String>,
    /// The bytes of the file with its value; nothing for a mapping or list.
    pub value: Option<Span>,
}

/// The entries of a file and of the texts inside it; `None` if its language is unknown.
pub fn paths(catalogue: &Catalogue, path: &str, source: &Source) -> Option<Vec<TextPaths>> {
    let read = documents::read_all(source, path, &Surroundings::default(), catalogue)?;
    let documents = &read.documents;
    let texts = documents.iter().enumerate().map(|(doc, document)| {
        let tree = &document.parsed.facts().tree;
        let steps = steps(tree);
        let entries = tree.ids().filter_map(|id| entry(documents, doc, tree, &steps, id, source));
        TextPaths {
            line: source.position(documents.start(doc)).line,
            language: document.language.name(),
            place: document.place.as_ref().map(|(what, _)| what.clone()),
            entries: entries.collect(),
        }
    });
    Some(texts.collect())
}

/// The last step of a path, and its position in its list.
enum PathStep {
    Key(String),
    Item(usize),
}

fn steps(tree: &DataTree) -> Vec<PathStep> {
    let mut steps: Vec<PathStep> = tree.ids().map(|_| PathStep::Item(0)).collect();
    for id in tree.ids() {
        for (at, child) in tree.children(id).iter().enumerate() {
            if let Some(step) = steps.get_mut(child.0 as usize) {
                *step = tree.key_text(*child).map_or(PathStep::Item(at), |key| PathStep::Key(quoted(key)));
            }
        }
    }
    steps
}

/// A key as a step of a path.
fn quoted(key: &str) -> String {
    let is_plain =
        !key.is_empty() && !key.starts_with(['*', '$', '{', '\'']) && !key.contains(['.', '[', '/']);
    if is_plain { key.to_owned() } else { format!("'{key}'") }
}

/// Paths of more steps are not printed.
const LONGEST: usize = 64;

fn entry(
    documents: &Documents,
    doc: usize,
    tree: &DataTree,
    steps: &[PathStep],
    id: NodeId,
    source: &Source,
) -> Option<EntryPath> {
    tree.parent(id)?;
    let top = document_of(tree, id);
    // The items of a `List` are documents: their own path is that from the top.
    let top = if top == id { tree.root_of(id) } else { top };
    let way: Vec<NodeId> = tree.around(id).take_while(|at| *at != top).take(LONGEST + 1).collect();
    if way.len() > LONGEST {
        return None;
    }
    let (mut path, mut concrete, mut has_items) = (String::new(), String::new(), false);
    for at in way.iter().rev() {
        match steps.get(at.0 as usize)? {
            PathStep::Key(key) => {
                for text in [&mut path, &mut concrete] {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(key);
                }
            }
            PathStep::Item(index) => {
                path.push_str("[*]");
                concrete.push_str(&format!("[{index}]"));
                has_items = true;
            }
        }
    }
    let span = tree.span(id).unwrap_or_default();
    let is_value = matches!(tree.kind(id), Some(NodeKind::Scalar(_) | NodeKind::Alias));
    let start = tree.key(id).map_or(span, |key| key.span);
    let host = |span: Span| documents.to_host(doc, span);
    let first = source.position(host(start).start()).line;
    let last = source.position(host(span).end().saturating_sub(1)).line.max(first);
    Some(EntryPath {
        lines: (first, last),
        path,
        concrete: has_items.then_some(concrete),
        value: is_value.then(|| host(span)),
    })
}
