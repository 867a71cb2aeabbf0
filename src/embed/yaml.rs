//! Writes text into YAML scalars.

use super::NoEdit;
use crate::text::Span;

pub(super) fn encode_plain(host: &str, span: Span, text: &str, flow: bool) -> Result<String, NoEdit> {
    let _ = (host, span, flow);
    Ok(text.to_owned())
}

pub(super) fn encode_single(text: &str) -> Result<String, NoEdit> {
    Ok(text.replace('\'', "''"))
}

pub(super) fn encode_double(text: &str) -> Result<String, NoEdit> {
    Ok(text.to_owned())
}

pub(super) fn encode_literal(host: &str, span: Span, text: &str, indent: usize) -> Result<String, NoEdit> {
    let _ = (host, span, indent);
    Ok(text.to_owned())
}

pub(super) fn encode_folded(host: &str, span: Span, text: &str) -> Result<String, NoEdit> {
    let _ = (host, span);
    Ok(text.to_owned())
}
