//! Writes values and entries.

use super::{ParsedHcl, lex};
use crate::embed::{Codec, NoEdit};
use crate::facts::{NodeId, NodeKind};
use crate::text::{Edit, HCL_ROOTS, Span, TokenForm, TokenValue};

/// Gives the scalar `id` another value.
pub(super) fn set(document: &ParsedHcl, id: NodeId, value: &str) -> Result<Vec<Edit>, NoEdit> {
    let node = document.facts.tree.get(id).ok_or_else(|| NoEdit::new("its position was not found"))?;
    if !matches!(node.kind, NodeKind::Scalar(_)) && !document.facts.tree.is_computed(id) {
        return Err(NoEdit::new("the value is not a scalar"));
    }
    document.check(node.span)?;
    if node.span.is_empty() {
        return Err(NoEdit::new("the HCL there is not well-formed"));
    }
    Ok(vec![Edit::replace(node.span, written(value)?)])
}

/// `key = "value"`, to be written after the entry `sibling`.
pub(super) fn entry(document: &ParsedHcl, sibling: NodeId, key: &str, value: &str) -> Result<String, NoEdit> {
    let written = quoted(value)?;
    if is_name(key) {
        return Ok(format!("{key} = {written}"));
    }
    let parent = document.facts.tree.parent(sibling);
    let parent = parent.and_then(|parent| document.facts.tree.get(parent));
    if parent.is_some_and(|node| node.span.start() > 0 && node.span.of(&document.text).starts_with('{')) {
        return Ok(format!("{} = {written}", quoted(key)?));
    }
    Err(NoEdit::new("an attribute cannot have that name"))
}

pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|sign: char| sign.is_alphabetic() || sign == '_')
        && text.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '_' | '-'))
}

/// A reference as it is; else a string in which templates stay templates.
fn written(value: &str) -> Result<String, NoEdit> {
    let mut parts = value.split('.');
    let root = parts.next().is_some_and(|root| HCL_ROOTS.contains(&root));
    if root && value.contains('.') && parts.all(is_name) {
        return Ok(value.to_owned());
    }
    let form = TokenValue::parse(value).filter(|it| it.text == value).map(|it| it.form);
    if form == Some(TokenForm::Hcl { quoted: false }) {
        return Ok(value.to_owned());
    }
    let mut out = String::from("\"");
    let mut rest = value;
    while let Some(at) = rest.find("${") {
        let Some(end) = lex::template_end(rest.as_bytes(), at) else { break };
        let (before, template) = (rest.get(..at).unwrap_or_default(), rest.get(at..end).unwrap_or_default());
        if template.contains('\n') || before.ends_with(['$', '%']) {
            return Err(NoEdit::new("an HCL string cannot contain it"));
        }
        out.push_str(&encode(before)?);
        out.push_str(template);
        rest = rest.get(end..).unwrap_or_default();
    }
    out.push_str(&encode(rest)?);
    out.push('"');
    Ok(out)
}

fn quoted(value: &str) -> Result<String, NoEdit> {
    Ok(format!("\"{}\"", encode(value)?))
}

fn encode(text: &str) -> Result<String, NoEdit> {
    Codec::HclQuoted.encode("", Span::at(0), text)
}
