//! Entries of block mappings, items of block sequences: whole lines.

use super::{Cuts, nothing};
use crate::embed::NoEdit;
use crate::facts::NodeId;
use crate::syntax::yaml::tree::Layout;
use crate::syntax::yaml::{ParsedYaml, lines};
use crate::text::Span;
use std::collections::BTreeSet;

/// Takes `children`, not all of those of `parent`.
pub(super) fn take(
    document: &ParsedYaml,
    parent: NodeId,
    children: &BTreeSet<NodeId>,
    cuts: &mut Cuts<'_>,
) -> Result<(), NoEdit> {
    let text: &str = &document.text;
    let siblings = document.facts.tree.children(parent);
    let mut leading = true;
    // Where the first entry that stays moves to: after a dash.
    let mut moves: Option<(usize, usize)> = None;
    for id in siblings {
        let Some(layout) = document.layout(*id) else { continue };
        if !children.contains(id) {
            leading = false;
            continue;
        }
        let end = entry_end(document, &layout)?;
        if lines::opens_line(text, layout.entry()) {
            let at = moves.filter(|(_, next)| leading && *next == layout.entry());
            let Some((from, _)) = at else {
                cuts.delete(Span::new(lines::line_start(text, layout.entry()), end));
                continue;
            };
            moves = Some((from, first_text(text, end)));
        } else if leading && moves.is_none() && behind_dash(text, layout.entry()) {
            moves = Some((layout.entry(), first_text(text, end)));
        } else {
            return Err(NoEdit::new("something else is before it in the same line"));
        }
    }
    let Some((from, to)) = moves else { return Ok(()) };
    if document.reading.touches(Span::new(to, to + 1)) {
        return Err(NoEdit::new("a template expression is after it"));
    }
    cuts.delete(Span::new(from, to));
    Ok(())
}

/// Removes all children of `parent`, which stays as `{}` or `[]`.
pub(super) fn empty(document: &ParsedYaml, parent: NodeId, cuts: &mut Cuts<'_>) -> Result<(), NoEdit> {
    let text: &str = &document.text;
    let (Some(layout), children) = (document.layout(parent), document.facts.tree.children(parent)) else {
        return Err(NoEdit::new("its position was not found"));
    };
    if document.reading.guards(Span::new(layout.head(), layout.end())) {
        return Err(NoEdit::new("template expressions are between the entries"));
    }
    let mut rest = children.iter().filter_map(|id| document.layout(*id));
    let Some(first) = rest.next() else { return Ok(()) };
    let end = entry_end(document, &first)?;
    let value = nothing(document, parent);
    let behind_key =
        document.facts.tree.key(parent).is_some() && lines::line_start(text, first.entry()) > layout.head();
    if behind_key {
        let insert = layout.head();
        cuts.replace(Span::at(insert), &format!(" {value}"));
        cuts.delete(Span::new(lines::line_start(text, first.entry()), end));
    } else {
        // After a dash, or at the top of a document.
        cuts.replace(Span::new(first.entry(), first.end()), value);
    }
    for layout in rest {
        let end = entry_end(document, &layout)?;
        cuts.delete(Span::new(lines::line_start(text, layout.entry()), end));
    }
    Ok(())
}

/// The offset after the line break of the last line of an entry.
fn entry_end(document: &ParsedYaml, layout: &Layout) -> Result<usize, NoEdit> {
    let text: &str = &document.text;
    let end = layout.end();
    let at = lines::skip_blanks(text, end);
    let comment = text.as_bytes().get(at) == Some(&b'#');
    if at < lines::line_end(text, at) && !comment {
        return Err(NoEdit::new("something else is after it in the same line"));
    }
    Ok(lines::next_line(text, end))
}

/// Whether only dashes are before `at` on its line.
fn behind_dash(text: &str, at: usize) -> bool {
    let before = text.get(lines::line_start(text, at)..at).unwrap_or_default();
    before.trim_end().ends_with('-') && before.bytes().all(|byte| matches!(byte, b' ' | b'-' | b'\t'))
}

/// The first byte at or after `from` that is not whitespace: an entry or a comment.
fn first_text(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    text.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len()
}
