//! What another parser reads.

use crate::holds::invariants::{Holds, has_lone_return, reads, texts};
use runnerlint::facts::Facts;
use runnerlint::syntax;
use runnerlint::text::Source;

/// A text reads as [`reads`] says, and as another parser reads it.
pub(crate) fn agrees(path: &str, source: &Source) -> Holds {
    let text = source.text().get(source.text_start()..).unwrap_or_default();
    let Some(language) = syntax::detect(Some(path), text) else { return Ok(()) };
    reads(language, text)?;
    // Aliases, tags, merge keys, keys that are no texts, templates, what YAML 1.1 takes for line ends, and a byte order mark
    // where none belongs, differ on purpose.
    let odd = ['*', '!', '<', '%', '?', '\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'];
    // So does a block as a whole document: whether it may begin at the margin.
    let differs = text.contains(odd) || text.contains("{{") || text.starts_with(['|', '>']);
    if language.name() == "yaml" && !differs && !has_lone_return(text) {
        let parsed = language.parse(text.into());
        if parsed.facts().notices.is_empty() {
            same_texts(text, parsed.facts())?;
        }
    }
    Ok(())
}

/// Another parser reads the same texts, in the same order.
fn same_texts(text: &str, facts: &Facts) -> Holds {
    let Some(theirs) = texts(text.trim_start_matches('\u{feff}')) else { return Ok(()) };
    let keys = facts.tree.ids().filter_map(|id| facts.tree.key(id));
    if { keys }.any(|key| key.text.starts_with(['{', '['])) {
        return Ok(());
    }
    let mut ours = facts.tree.ids().flat_map(|id| {
        let value = facts.tree.scalar(id).map(|scalar| scalar.text);
        facts.tree.key_text(id).into_iter().chain(value)
    });
    for theirs in &theirs {
        // Whether the end of the file ends a line is seen in two ways.
        if !ours.any(|text| text.trim_end() == theirs.trim_end()) {
            return Err(format!("another parser reads {theirs:?}"));
        }
    }
    Ok(())
}
