//! Writes values and entries.

use super::ParsedToml;
use crate::embed::{Codec, NoEdit};
use crate::facts::{NodeId, NodeKind, ScalarStyle};
use crate::text::{Edit, Span};

/// Gives the scalar `id` another value.
pub(super) fn set(document: &ParsedToml, id: NodeId, value: &str) -> Result<Vec<Edit>, NoEdit> {
    let node = document.facts.tree.get(id).ok_or_else(|| NoEdit::new("its position was not found"))?;
    let NodeKind::Scalar(scalar) = node.kind else {
        return Err(NoEdit::new("the value is not a scalar"));
    };
    if scalar.null {
        return Err(NoEdit::new("the TOML there is not well-formed"));
    }
    document.check(node.span)?;
    let written = match scalar.style {
        ScalarStyle::Plain if is_plain(value) => value.to_owned(),
        ScalarStyle::Single => match (Codec::TomlLiteral { lines: false }).encode("", Span::at(0), value) {
            Ok(inside) => format!("'{inside}'"),
            Err(_) => quoted(value)?,
        },
        _ => quoted(value)?,
    };
    Ok(vec![Edit::replace(node.span, written)])
}

/// `key = "value"`.
pub(super) fn entry(key: &str, value: &str) -> Result<String, NoEdit> {
    Ok(format!("{} = {}", self::key(key)?, quoted(value)?))
}

/// One part of a key.
pub(super) fn key(key: &str) -> Result<String, NoEdit> {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    if bare { Ok(key.to_owned()) } else { quoted(key) }
}

/// Whether a value means the same without quotes, where the one before had none.
fn is_plain(value: &str) -> bool {
    matches!(value, "true" | "false") || value.parse::<i64>().is_ok_and(|number| number.to_string() == value)
}

fn quoted(value: &str) -> Result<String, NoEdit> {
    // A template expression keeps its own quotes: escaped, the template engine would not read them.
    if value.contains("{{") && value.contains('"') && !value.contains(['\'', '\n']) {
        return Ok(format!("'{value}'"));
    }
    let codec = Codec::TomlBasic { lines: false };
    Ok(format!("\"{}\"", codec.encode("", Span::at(0), value)?))
}
