//! Comments above what a fix removes: those that refer to it alone are removed with it.

use super::documents::EmbeddedDocument;
use crate::facts::{DataTree, NodeId};
use crate::suppress::MARKER;
use crate::text::{Edit, Span};
use std::collections::BTreeSet;

/// Comments of more lines are more than a description of one entry.
const MOST_LINES: usize = 40;

/// At most this many entries on either side are searched for by name in a comment.
const NEAR: usize = 32;

/// Instructions to programs: these stay.
const INSTRUCTIONS: &[&str] = &[
    MARKER,
    "yaml-language-server",
    "yamllint",
    "shellcheck",
    "hadolint",
    "tflint",
    "tfsec",
    "checkov",
    "renovate",
    "noqa",
    "nosec",
    "prettier",
    "ansible-lint",
    "gitleaks",
    "copyright",
    "license",
];

/// The deletions of comment blocks that are directly above what `edits` remove and about nothing else. `nodes` are what is
/// removed. When in doubt a comment stays.
pub(super) fn above(document: &EmbeddedDocument, edits: &[Edit], nodes: &[NodeId]) -> Vec<Edit> {
    if document.parsed.facts().comments.is_empty() {
        return Vec::new();
    }
    let mut edits: Vec<Span> = edits.iter().filter(|edit| edit.is_deletion()).map(|edit| edit.span).collect();
    edits.sort_unstable();
    let mut runs: Vec<Span> = Vec::new();
    for span in edits {
        match runs.last_mut() {
            Some(last) if last.end() == span.start() => *last = last.hull(span),
            _ => runs.push(span),
        }
    }
    let tree = &document.parsed.facts().tree;
    let all: BTreeSet<NodeId> = nodes.iter().copied().collect();
    let mut nodes: Vec<(usize, NodeId)> =
        nodes.iter().filter_map(|id| Some((tree.span(*id)?.start(), *id))).collect();
    nodes.sort_unstable();
    let of = |run: Span| {
        let lines = whole_lines(&document.text, run)?;
        let from = nodes.partition_point(|(start, _)| *start < run.start());
        let inside = nodes.get(from..).unwrap_or_default().iter().map(|(_, id)| *id);
        let inside: Vec<NodeId> = inside
            .take(NEAR)
            .take_while(|id| tree.span(*id).is_some_and(|span| span.start() < run.end()))
            .collect();
        let block = block(document, lines.start())?;
        is_about(document, block, lines, &inside, &all).then(|| {
            // A deletion at the end of a text begins with the line break before it, and takes that of the comment.
            let shift = lines.start() - run.start();
            Edit::delete(Span::new(block.start().saturating_sub(shift), run.start()))
        })
    };
    runs.into_iter().filter_map(of).filter(|edit| !edit.span.is_empty()).collect()
}

/// The comments directly above an entry on lines of its own, which move with it.
pub(super) fn of_entry(document: &EmbeddedDocument, id: NodeId) -> Option<Span> {
    if document.parsed.facts().comments.is_empty() {
        return None;
    }
    let key = document.parsed.facts().tree.key(id)?.span;
    let before = document.text.get(..key.start())?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let is_alone = before.get(start..)?.trim_matches([' ', '\t', '"', '\'']).is_empty();
    let block = block(document, start).filter(|_| is_alone)?;
    let comment = block.of(&document.text).to_lowercase();
    (!INSTRUCTIONS.iter().any(|word| comment.contains(word))).then_some(block)
}

/// The lines that a deletion takes: from the start of the first one. `None` where it leaves a part of one.
fn whole_lines(text: &str, span: Span) -> Option<Span> {
    let opens = |at: usize| at == 0 || text.get(..at).is_some_and(|before| before.ends_with('\n'));
    let (start, end) = (span.start(), span.end());
    if opens(start) && (opens(end) || end == text.len()) {
        return Some(span);
    }
    let removed = span.of(text);
    let shift = if removed.starts_with("\r\n") { 2 } else { usize::from(removed.starts_with('\n')) };
    (shift > 0 && end == text.len()).then(|| Span::new(start + shift, end))
}

/// The comments on lines of their own directly above the line that begins at `at`, as deep as that line.
fn block(document: &EmbeddedDocument, at: usize) -> Option<Span> {
    let text: &str = &document.text;
    let comments = &document.parsed.facts().comments;
    let line = text.get(at..)?;
    let indent = line.get(..line.len() - line.trim_start_matches([' ', '\t']).len())?;
    let mut start = at;
    let next = comments.partition_point(|comment| comment.span.start() < at);
    for comment in comments.get(..next)?.iter().rev().take(MOST_LINES + 1) {
        let Some(head) = comment.span.start().checked_sub(indent.len()) else { break };
        let Some(between) = text.get(comment.span.end()..start) else { break };
        let is_next = between == "\n" || between == "\r\n";
        let begins = head == 0 || text.get(..head)?.ends_with('\n');
        let is_as_deep = begins && text.get(head..comment.span.start()) == Some(indent);
        if !comment.own_line || !is_next || !is_as_deep || comment.span.of(text).starts_with("#!") {
            break;
        }
        start = head;
    }
    let block = Span::new(start, at);
    let lines = block.of(text).lines().count();
    (lines > 0 && lines <= MOST_LINES).then_some(block)
}

/// Whether the comments `block` are about the `removed` lines below them, and nothing else.
fn is_about(
    document: &EmbeddedDocument,
    block: Span,
    removed: Span,
    nodes: &[NodeId],
    all: &BTreeSet<NodeId>,
) -> bool {
    let text: &str = &document.text;
    let tree = &document.parsed.facts().tree;
    let comment = block.of(text).to_lowercase();
    if INSTRUCTIONS.iter().any(|word| comment.contains(word)) {
        return false;
    }
    let words = words(block.of(text));
    let (own, others) = names(tree, removed, nodes, all);
    let mentions = |names: &[&str]| names.iter().any(|name| is_named(name, &words));
    if mentions(&others) || block.of(text).lines().any(|line| is_other_entry(line, &own)) {
        return false;
    }
    let before = text.get(..block.start()).unwrap_or_default();
    let opens = before.lines().all(|line| line.starts_with("#!") || line.starts_with("---"));
    let rest = text.get(removed.end()..).unwrap_or_default();
    let ends = !opens && is_end(document, removed.end(), rest, indent(block.of(text)));
    ends || mentions(&own)
}

/// Whether no entry follows without a blank line or comment between.
fn is_end(document: &EmbeddedDocument, at: usize, rest: &str, depth: usize) -> bool {
    let line = rest.lines().next().unwrap_or_default();
    let code = line.trim_start();
    let comments = &document.parsed.facts().comments;
    let next = comments.partition_point(|comment| comment.span.start() < at);
    let is_comment = comments.get(next).is_some_and(|it| it.span.start() == at + line.len() - code.len());
    code.is_empty() || is_comment || indent(line) < depth || code.starts_with(['}', ']', ')'])
}

/// The spaces before a line.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// The keys that are removed, and those next to them that stay; `all` is what is removed anywhere.
fn names<'t>(
    tree: &'t DataTree,
    removed: Span,
    nodes: &[NodeId],
    all: &BTreeSet<NodeId>,
) -> (Vec<&'t str>, Vec<&'t str>) {
    let starts =
        |id: NodeId| tree.key(id).map(|key| key.span.start()).or_else(|| Some(tree.span(id)?.start()));
    let is_in = |id: NodeId| starts(id).is_some_and(|at| removed.start() <= at && at < removed.end());
    let mut own: Vec<&str> = Vec::new();
    let mut others = Vec::new();
    for node in nodes {
        let top = tree.around(*node).take_while(|id| is_in(*id)).inspect(|id| own.extend(tree.key_text(*id)));
        let Some(top) = top.last() else { continue };
        let around = tree.parent(top).map(|parent| tree.children(parent)).unwrap_or_default();
        let at = around.partition_point(|id| *id < top);
        let near = around.iter().skip(at.saturating_sub(NEAR)).take(2 * NEAR);
        others
            .extend(near.filter(|id| !is_in(**id) && !all.contains(id)).filter_map(|id| tree.key_text(*id)));
    }
    others.sort_unstable();
    others.dedup();
    (own, others)
}

/// The words of a text in small letters; `runUntagged` and `tag_list` are two each.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut small = false;
    let mut open = false;
    for sign in text.chars() {
        if !sign.is_alphanumeric() {
            (open, small) = (false, false);
            continue;
        }
        if !open || small && sign.is_uppercase() {
            words.push(String::new());
            open = true;
        }
        small = sign.is_lowercase();
        if let Some(word) = words.last_mut() {
            word.extend(sign.to_lowercase());
        }
    }
    words
}

/// Whether `name` is among `all`, its words one after the other; with or without a plural's `s`.
fn is_named(name: &str, all: &[String]) -> bool {
    let name = words(name);
    let is_same =
        |a: &String, b: &String| a.strip_suffix('s').unwrap_or(a) == b.strip_suffix('s').unwrap_or(b);
    !name.is_empty() && all.windows(name.len()).any(|run| run.iter().zip(&name).all(|(a, b)| is_same(a, b)))
}

/// Whether a line of a comment is an entry that is commented out, and none of `own`: `# concurrent: 5`.
fn is_other_entry(line: &str, own: &[&str]) -> bool {
    let line = line.trim_start_matches(|sign: char| !sign.is_alphanumeric() && sign != '"');
    let Some((name, value)) = line.split_once([':', '=']) else { return false };
    let name = name.trim_end().trim_matches('"');
    let is_key = name.starts_with(|sign: char| sign.is_lowercase())
        && name.chars().all(|sign| sign.is_alphanumeric() || "_-.".contains(sign));
    let is_link = value.trim_start().starts_with("http") || value.starts_with("//");
    is_key && !is_link && !own.contains(&name)
}
