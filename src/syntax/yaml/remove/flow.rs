//! Entries and items of flow collections, with their commas.

use super::{Cuts, is_pair, nothing};
use crate::embed::NoEdit;
use crate::facts::NodeId;
use crate::syntax::yaml::{ParsedYaml, lines};
use crate::text::Span;
use std::collections::BTreeSet;

/// Removes `children`, which are not all of those of `parent`.
pub(super) fn take(document: &ParsedYaml, parent: NodeId, children: &BTreeSet<NodeId>, cuts: &mut Cuts<'_>) {
    let text = document.outline();
    // The comma after the last entry that stays, and whether only removed entries come after it.
    let mut last_comma = None;
    let mut tail = false;
    let mut last_has_comma = true;
    for id in document.facts.tree.children(parent) {
        let Some(layout) = document.layout(*id) else { continue };
        let at = lines::skip_trivia(text, layout.end());
        let comma = (text.as_bytes().get(at) == Some(&b',')).then_some(at);
        last_has_comma = comma.is_some();
        if !children.contains(id) {
            last_comma = comma;
            tail = false;
            continue;
        }
        tail = true;
        cuts.delete(own(text, Span::new(layout.entry(), layout.end()), comma));
    }
    if let Some(comma) = last_comma.filter(|_| tail && !last_has_comma) {
        let behind = lines::skip_blanks(text, comma + 1);
        let inline = behind < lines::line_end(text, comma) && text.as_bytes().get(behind) != Some(&b'#');
        cuts.delete(Span::new(comma, if inline { behind } else { comma + 1 }));
    }
}

/// Removes all children of `parent`, which stays as `{}` or `[]`.
pub(super) fn empty(document: &ParsedYaml, parent: NodeId, cuts: &mut Cuts<'_>) -> Result<(), NoEdit> {
    let node = document.facts.tree.get(parent).ok_or_else(|| NoEdit::new("its position was not found"))?;
    if is_pair(document, parent) {
        cuts.replace(node.span, nothing(document, parent));
    } else {
        cuts.delete(Span::new(node.span.start() + 1, node.span.end().saturating_sub(1)));
    }
    Ok(())
}

/// The bytes of an entry to remove: whole lines where only the entry is on them, else up to the next entry.
fn own(text: &str, entry: Span, comma: Option<usize>) -> Span {
    let line_end = lines::line_end(text, entry.end());
    let comma = comma.filter(|comma| *comma < line_end);
    let behind = lines::skip_blanks(text, comma.map_or(entry.end(), |comma| comma + 1));
    let ends_line = behind >= line_end || text.as_bytes().get(behind) == Some(&b'#');
    if lines::opens_line(text, entry.start()) && ends_line {
        return Span::new(lines::line_start(text, entry.start()), lines::next_line(text, entry.end()));
    }
    if comma.is_none() {
        return entry;
    }
    let closes = matches!(text.as_bytes().get(behind), Some(b']' | b'}'));
    if !ends_line && !closes {
        return Span::new(entry.start(), behind);
    }
    // The last one on its line: the spaces before it are removed.
    let before = text.get(..entry.start()).unwrap_or_default();
    let start = before.trim_end_matches([' ', '\t']).len();
    let end = comma.map_or(entry.end(), |comma| comma + 1);
    Span::new(if before.ends_with(['\n', '{', '[']) { entry.start() } else { start }, end)
}
