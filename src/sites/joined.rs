//! Strings of a list that become one text when it is used (CloudFormation's `Fn::Join`). What is between the strings is
//! not known here: a value of its own.

use crate::embed::{Codec, Decoded, Decoder, UNKNOWN};
use crate::facts::{DataTree, NodeId, NodeKind};
use crate::syntax::Parsed;
use crate::text::Span;

/// Why it is not edited.
const SEALED: &str = "the text is joined from the items of a list: change them";

/// Functions whose argument is text with `${Name}` in it: as a key, and as a tag.
const TEXT: [&str; 2] = ["Fn::Sub", "!Sub"];

/// How a list is joined, and what is.
const JOIN: [&str; 2] = ["Fn::Join", "!Join"];

/// Longer separators are not separators: many items would make a text without bounds of them.
const LONGEST_SEPARATOR: usize = 16;

/// One piece of the text.
enum JoinedPiece {
    Node(NodeId),
    /// A separator, and where the item after it begins.
    Between(String, usize),
}

/// The text of `[separator, [item, …]]` at `id`, and the nodes that it is made of.
pub(super) fn read(tree: &DataTree, parsed: &dyn Parsed, id: NodeId) -> Option<(Decoded, Vec<NodeId>)> {
    let outer = tree.span(id)?;
    let mut taken = Vec::new();
    let mut decoder = Decoder::default();
    let mut open = pieces(tree, id, &mut taken)?;
    while let Some(piece) = open.pop() {
        let id = match piece {
            JoinedPiece::Between(text, at) => {
                decoder.decoded(&text, Span::at(at));
                continue;
            }
            JoinedPiece::Node(id) => id,
        };
        taken.push(id);
        let argument = sole_entry(tree, id).unwrap_or(id);
        taken.push(argument);
        if is(tree, argument, JOIN)
            && let Some(mut inner) = pieces(tree, argument, &mut taken)
        {
            open.append(&mut inner);
            continue;
        }
        match text_of(tree, argument).and_then(|text| parsed.decode(text)) {
            Some(text) => decoder.append(&text),
            None => {
                if let Some(node) = tree.get(id) {
                    decoder.decoded(UNKNOWN, node.span);
                }
            }
        }
    }
    Some((decoder.finish(outer, Codec::Sealed(SEALED)), taken))
}

/// What a join joins, the last one first.
fn pieces(tree: &DataTree, id: NodeId, taken: &mut Vec<NodeId>) -> Option<Vec<JoinedPiece>> {
    let [separator, list] = tree.children(id) else { return None };
    let between = tree.scalar(*separator)?.text;
    if between.len() > LONGEST_SEPARATOR {
        return None;
    }
    if !tree.is_sequence(*list) {
        return None;
    }
    taken.extend([*separator, *list]);
    let mut pieces = Vec::new();
    for item in tree.children(*list).iter().rev() {
        pieces.push(JoinedPiece::Node(*item));
        let start = tree.get(*item).map_or(0, |node| node.span.start());
        pieces.push(JoinedPiece::Between(between.to_string(), start));
    }
    // Nothing is before the first item.
    pieces.pop();
    Some(pieces)
}

/// `{"Fn::Sub": x}`: the value of a function written as a mapping.
fn sole_entry(tree: &DataTree, id: NodeId) -> Option<NodeId> {
    match (tree.kind(id)?, tree.children(id)) {
        (NodeKind::Mapping, [only]) => Some(*only),
        _ => None,
    }
}

/// Whether one of these functions, as a key or as a tag, has `id` as its argument.
fn is(tree: &DataTree, id: NodeId, [key, tag]: [&str; 2]) -> bool {
    let Some(node) = tree.get(id) else { return false };
    node.tag == Some(tag) || node.key.is_some_and(|it| it.text == key)
}

/// The scalar whose text counts: a string, or what `Fn::Sub` fills in.
fn text_of(tree: &DataTree, id: NodeId) -> Option<NodeId> {
    let node = tree.get(id)?;
    if is(tree, id, TEXT) {
        return match node.kind {
            NodeKind::Sequence => tree.children(id).first().copied(),
            _ => Some(id),
        };
    }
    let plain = node.tag.is_none() && node.key.is_none();
    (plain && tree.scalar(id).is_some()).then_some(id)
}
