//! Writes values and entries.

use super::{ParsedYaml, lines};
use crate::embed::{Codec, NoEdit};
use crate::facts::{NodeId, NodeKind, ScalarStyle};
use crate::text::{Edit, Eol, Span};

/// Gives the scalar `id` another value.
pub(super) fn set(document: &ParsedYaml, id: NodeId, value: &str) -> Result<Vec<Edit>, NoEdit> {
    let (Some(node), Some(layout)) = (document.facts.tree.get(id), document.layout(id)) else {
        return Err(NoEdit::new("its position was not found"));
    };
    let NodeKind::Scalar(scalar) = node.kind else {
        return Err(NoEdit::new("the value is not a scalar"));
    };
    document.check_read(Span::new(layout.entry(), layout.end()))?;
    let Some(place) = document.place(id) else {
        let blank = if layout.colon || node.key.is_none() { " " } else { ": " };
        let style = if is_json(document, id) { ScalarStyle::Double } else { ScalarStyle::Plain };
        let written = written(value, style, layout.in_flow)?;
        return Ok(vec![Edit::replace(Span::at(layout.head()), format!("{blank}{written}"))]);
    };
    if scalar.style.is_block() {
        return Err(NoEdit::new("the value is a block scalar"));
    }
    // JSON has no text without quotes.
    let plain = scalar.style == ScalarStyle::Plain;
    let style = if plain && is_json(document, id) { ScalarStyle::Double } else { scalar.style };
    Ok(vec![Edit::replace(place.span, written(value, style, layout.in_flow)?)])
}

/// Whether the node is in what may be JSON: a flow collection that is the whole text, or one with keys in double quotes.
fn is_json(document: &ParsedYaml, id: NodeId) -> bool {
    let tree = &document.facts.tree;
    let is_quoted =
        |id: NodeId| document.written_key(id).is_some_and(|key| key.of(&document.text).starts_with('"'));
    let in_flow = |id: &NodeId| document.layout(*id).is_some_and(|layout| layout.in_flow);
    in_flow(&id)
        && (document.outline().trim_start().starts_with(['{', '['])
            || tree.around(id).take_while(in_flow).take(8).any(is_quoted))
}

/// Writes an entry after the entry `id`.
pub(super) fn insert_after(
    document: &ParsedYaml,
    id: NodeId,
    key: &str,
    value: &str,
) -> Result<Vec<Edit>, NoEdit> {
    let text: &str = &document.text;
    let (Some(node), Some(layout)) = (document.facts.tree.get(id), document.layout(id)) else {
        return Err(NoEdit::new("its position was not found"));
    };
    let Some(sibling) = document.written_key(id) else {
        return Err(NoEdit::new("it is not an entry of a mapping"));
    };
    document.check_read(Span::new(layout.entry(), layout.end()))?;
    let json = sibling.of(text).starts_with('"');
    let key = written(key, if json { ScalarStyle::Double } else { ScalarStyle::Plain }, layout.in_flow)?;
    let style = match node.kind {
        NodeKind::Scalar(scalar) if scalar.style == ScalarStyle::Single => ScalarStyle::Single,
        NodeKind::Scalar(scalar) if scalar.style == ScalarStyle::Double => ScalarStyle::Double,
        _ if json => ScalarStyle::Double,
        _ => ScalarStyle::Plain,
    };
    let entry = format!("{key}: {}", written(value, style, layout.in_flow)?);
    if layout.in_flow {
        return Ok(vec![Edit::replace(Span::at(layout.end()), flow_entry(text, layout.entry(), &entry))]);
    }
    let start = lines::line_start(text, layout.entry());
    let before = text.get(start..layout.entry()).unwrap_or_default();
    if !before.bytes().all(|byte| matches!(byte, b' ' | b'-' | b'\t')) {
        return Err(NoEdit::new("something else is before it in the same line"));
    }
    let indent: String = before.chars().map(|sign| if sign == '\t' { '\t' } else { ' ' }).collect();
    let eol = Eol::of(text).as_str();
    let end = lines::next_line(text, layout.end());
    let ended = text.get(..end).is_some_and(|before| before.ends_with('\n'));
    let line = if ended { format!("{indent}{entry}{eol}") } else { format!("{eol}{indent}{entry}") };
    Ok(vec![Edit::replace(Span::at(end), line)])
}

/// `, entry`, or the entry on a line of its own where the others have one.
pub(super) fn flow_entry(text: &str, sibling: usize, entry: &str) -> String {
    if !lines::opens_line(text, sibling) {
        return format!(", {entry}");
    }
    let before = text.get(lines::line_start(text, sibling)..sibling).unwrap_or_default();
    format!(",{}{before}{entry}", Eol::of(text).as_str())
}

/// `value` in `style` where that can express it, else in quotes.
pub(super) fn written(value: &str, style: ScalarStyle, flow: bool) -> Result<String, NoEdit> {
    let fits = |codec: Codec| codec.encode("", Span::at(0), value).ok();
    match style {
        ScalarStyle::Plain if !value.is_empty() => {
            if let Some(plain) = fits(Codec::YamlPlain { flow }) {
                return Ok(plain);
            }
        }
        ScalarStyle::Single => {
            if let Some(inside) = fits(Codec::YamlSingle) {
                return Ok(format!("'{inside}'"));
            }
        }
        _ => {}
    }
    // A template expression keeps its own quotes: escaped, the template engine would not read them.
    if value.contains("{{") && value.contains('"') && !value.contains(['\'', '\n']) {
        return Ok(format!("'{value}'"));
    }
    Ok(format!("\"{}\"", Codec::YamlDouble.encode("", Span::at(0), value)?))
}
