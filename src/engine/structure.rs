//! Where something is, by the names around it. The path contains no number of a line or of a list's entry, so that
//! changes elsewhere leave it as it is.

use super::Documents;
use crate::facts::{Command, DataTree, Facts, NodeId};
use crate::mask::Mask;

/// Keys that name an entry of a list.
const NAMES: [&str; 3] = ["name", "id", "key"];
/// How many keys of a mapping are looked at for its name.
const NEAR: usize = 16;
/// The longest word that counts as a subcommand; longer ones are values.
const LONGEST_WORD: usize = 16;

/// The path to the byte at `offset` of the text `doc`, from the file on: `build/script[]/gitlab-runner register`.
pub(super) fn path(documents: &Documents, doc: usize, offset: usize) -> String {
    let mut steps = Vec::new();
    let mut at = Some((doc, offset));
    while let Some((doc, offset)) = at {
        let Some(document) = documents.get(doc) else { break };
        // A flat text has no structure.
        let own =
            if document.language.is_flat() { String::new() } else { step(document.parsed.facts(), offset) };
        steps.push(own);
        at = document.parent.zip(document.place.as_ref().map(|(_, place)| place.start()));
    }
    steps.retain(|step| !step.is_empty());
    steps.reverse();
    // A name may be anything, a token too.
    Mask::without_source(false).inserted(&steps.join("/"))
}

/// The name of the Kubernetes object around a place, in its text or in one around it.
pub(super) fn object(documents: &Documents, doc: usize, offset: usize) -> Option<String> {
    let mut at = Some((doc, offset));
    while let Some((doc, offset)) = at {
        let document = documents.get(doc)?;
        let tree = &document.parsed.facts().tree;
        let root = tree.last_before(&tree.roots, offset);
        let is_object = root.is_some_and(|root| near(tree, root, "kind").is_some());
        let name = root.and_then(|root| near(tree, child(tree, root, "metadata")?, "name"));
        if let Some(name) = name.filter(|_| is_object) {
            return Some(name.to_owned());
        }
        at = document.parent.zip(document.place.as_ref().map(|(_, place)| place.start()));
    }
    None
}

/// The path inside one text.
fn step(facts: &Facts, offset: usize) -> String {
    if facts.tree.is_empty() {
        return command(&facts.commands, offset).map(words).unwrap_or_default();
    }
    keys(&facts.tree, offset)
}

/// The innermost command around `offset`.
fn command(commands: &[Command], offset: usize) -> Option<&Command> {
    let behind = commands.partition_point(|command| command.span.start() <= offset);
    // Commands inside a substitution come close after the one that contains them.
    let near = commands.get(behind.saturating_sub(NEAR)..behind)?.iter().rev();
    let holds = |command: &&Command| {
        let end =
            command.stray.last().map_or(command.span.end(), |word| word.span.end().max(command.span.end()));
        offset <= end
    };
    near.filter(holds).min_by_key(|command| command.span.len())
}

/// The program and its subcommands, as far as they are words.
fn words(command: &Command) -> String {
    let mut out = String::new();
    for (index, word) in command.words.iter().enumerate() {
        let name = if index == 0 { word.text.rsplit('/').next().unwrap_or_default() } else { &word.text };
        let is_name = |c: char| c.is_ascii_lowercase() || c == '-';
        let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.len() <= LONGEST_WORD
            && name.chars().all(is_name)
            && !name.starts_with("glrt-");
        if !plain {
            break;
        }
        if index > 0 {
            out.push(' ');
        }
        out.push_str(name);
    }
    out
}

fn keys(tree: &DataTree, offset: usize) -> String {
    let mut out = String::new();
    let Some(root) = tree.last_before(&tree.roots, offset) else { return out };
    // A stream of documents is a list, and Kubernetes gives each one a name.
    if let Some(kind) = near(tree, root, "kind") {
        let name = child(tree, root, "metadata").and_then(|at| near(tree, at, "name")).unwrap_or_default();
        out = format!("{kind}[{name}]");
    }
    let mut at = root;
    while let Some(next) = tree.last_before(tree.children(at), offset) {
        let Some(node) = tree.get(next) else { break };
        if offset > node.span.end() {
            break;
        }
        match &node.key {
            Some(key) if out.is_empty() => out.push_str(key.text),
            Some(key) => {
                out.push('/');
                out.push_str(key.text);
            }
            None => {
                let name = NAMES.iter().find_map(|name| near(tree, next, name)).unwrap_or_default();
                out.push_str(&format!("[{name}]"));
            }
        }
        at = next;
    }
    out
}

/// As [`DataTree::child`], among the first keys only: a mapping may be as long as a file.
fn child(tree: &DataTree, id: NodeId, name: &str) -> Option<NodeId> {
    let mut near = tree.children(id).iter().take(NEAR).copied();
    near.find(|child| tree.is_key(*child, name))
}

/// The text of that child, if it is a name: no expression, not of several lines.
fn near<'a>(tree: &'a DataTree, id: NodeId, name: &str) -> Option<&'a str> {
    let scalar = tree.scalar(child(tree, id, name)?)?;
    (!scalar.opaque && !scalar.text.contains('\n')).then_some(scalar.text)
}
