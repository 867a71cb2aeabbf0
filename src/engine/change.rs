//! What fixes of rules outside of registrations change: names, values, new entries.

use super::LintedFile;
use super::documents::EmbeddedDocument;
use crate::embed::NoEdit;
use crate::facts::{NodeId, ScalarStyle};
use crate::rules::NewEntry;
use crate::sites::{Carrier, ValueLocation, Via};
use crate::text::Edit;

/// Another name for what carries a value.
pub(super) fn name(file: &LintedFile<'_>, carrier: &Carrier, name: &str) -> Result<Vec<Edit>, NoEdit> {
    if let (Via::Entry, Some(node)) = (carrier.via, carrier.nodes.first())
        && let Some(document) = file.documents.get(carrier.doc)
    {
        let tree = &document.parsed.facts().tree;
        if !tree.is_empty() && tree.get(*node).is_none_or(|node| node.key.is_none()) {
            return Err(NoEdit::new("an item of a list has no name"));
        }
    }
    Ok(vec![Edit::replace(carrier.name_span, name)])
}

/// Another value. One that is not a string (`true`, `3`) stays without quotes where it replaces another that is not a string.
pub(super) fn value(file: &LintedFile<'_>, carrier: &Carrier, value: &str) -> Result<Vec<Edit>, NoEdit> {
    if let (ValueLocation::Node(node), Some(document)) =
        (carrier.value.place, file.documents.get(carrier.doc))
        && let Some(scalar) = document.parsed.facts().tree.scalar(node)
        && scalar.style == ScalarStyle::Plain
        && !scalar.opaque
        && (is_typed(scalar.text) || scalar.text == "null")
        && (is_typed(value) || value == "null" && document.language.has_null())
    {
        return Ok(vec![Edit::replace(carrier.value.span, value)]);
    }
    set(file, carrier, value)
}

/// Whether a plain value is a boolean or a number in every language.
fn is_typed(text: &str) -> bool {
    matches!(text, "true" | "false")
        || text.parse::<i64>().is_ok_and(|number| number.to_string() == text)
        || text.contains('.') && text.parse::<f64>().is_ok_and(|number| number.to_string() == text)
}

/// New entries after `carrier`, with their values.
pub(super) fn insert(
    file: &LintedFile<'_>,
    carrier: &Carrier,
    entries: &[NewEntry],
    fill: impl Fn(&str) -> String,
) -> Result<Vec<Edit>, NoEdit> {
    let (Some(document), Some(node)) = (file.documents.get(carrier.doc), carrier.nodes.first()) else {
        return Ok(Vec::new());
    };
    let tree = &document.parsed.facts().tree;
    let mut edits: Vec<Edit> = Vec::new();
    for entry in entries {
        let (key, value) = (fill(&entry.key), fill(&entry.value));
        let is_new = !value.is_empty();
        if is_new && tree.parent(*node).is_some_and(|mapping| tree.child(mapping, &key).is_some()) {
            return Err(NoEdit::new(format!("`{key}` already exists")));
        }
        let new = if entry.typed {
            insert_raw(document, *node, &key, &value)?
        } else {
            document.parsed.insert_after(*node, &key, &value)?
        };
        for edit in new {
            // Several entries come one after the other.
            match edits.iter_mut().find(|it| it.span == edit.span && edit.span.is_empty()) {
                Some(before) => before.replacement.push_str(&edit.replacement),
                None => edits.push(edit),
            }
        }
    }
    Ok(edits)
}

/// An entry with a value as it is written: the language writes a word in any quotes, which the value replaces.
fn insert_raw(
    document: &EmbeddedDocument,
    behind: NodeId,
    key: &str,
    raw: &str,
) -> Result<Vec<Edit>, NoEdit> {
    const WORD: &str = "inserted";
    let edits = document.parsed.insert_after(behind, key, WORD)?;
    let with_value = |edit: Edit| {
        let forms = [format!("\"{WORD}\""), format!("'{WORD}'"), WORD.to_owned()];
        let found = forms.iter().find_map(|form| Some((edit.replacement.rfind(form.as_str())?, form.len())));
        let (at, length) = found.ok_or_else(|| NoEdit::new("the value cannot be written there"))?;
        let mut replacement = edit.replacement.clone();
        replacement.replace_range(at..at + length, raw);
        Ok(Edit { replacement, ..edit })
    };
    edits.into_iter().map(with_value).collect()
}

/// A reference (`var.token`) or a template, as a template in a string of HCL.
fn template(value: &str) -> Option<String> {
    let is_name = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-[]*".contains(&byte))
    };
    let is_plain = |text: &str| !text.contains(['"', '\\', '\n']);
    match value.strip_prefix("${") {
        Some(rest) => (rest.ends_with('}') && is_plain(rest)).then(|| value.to_owned()),
        None => (value.contains('.') && value.split('.').all(is_name)).then(|| format!("${{{value}}}")),
    }
}

pub(super) fn set(file: &LintedFile<'_>, carrier: &Carrier, value: &str) -> Result<Vec<Edit>, NoEdit> {
    let document =
        file.documents.get(carrier.doc).ok_or_else(|| NoEdit::new("its text could not be read"))?;
    match carrier.value.place {
        ValueLocation::Node(node) => document.parsed.set(node, value),
        ValueLocation::Base64(_) if !value.is_empty() => {
            Err(NoEdit::new("an expression cannot be written as base64: use `stringData`"))
        }
        ValueLocation::Base64(node) => document.parsed.set(node, value),
        // A shell can write the value of `--option=value`; in a list the word is the value.
        ValueLocation::Within(node, _) if carrier.via == Via::Option && document.language.is_shell() => {
            document.parsed.set(node, value)
        }
        ValueLocation::Within(node, inner) => {
            if let Some(edits) = document.parsed.set_part(node, inner, value) {
                return edits;
            }
            let decoded =
                document.parsed.decode(node).ok_or_else(|| NoEdit::new("the value is not a string"))?;
            if document.language.values_are_expressions()
                && let Some(template) = template(value)
            {
                return Ok(vec![Edit::replace(decoded.segments.to_outer(inner), template)]);
            }
            let edit = Edit::replace(inner, value);
            Ok(vec![decoded.segments.edit(&document.text, &decoded.text, &edit)?])
        }
        ValueLocation::Nowhere => Err(NoEdit::new("the value is defined elsewhere")),
    }
}
