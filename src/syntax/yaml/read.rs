//! Reads a text: as it is if it is YAML, else with its templates masked, else piece by piece.

use super::json;
use super::mask::{self, Masked};
use super::pieces;
use super::tree::{self, YamlBuilt};
use crate::facts::FactProblem;
use crate::syntax::template;
use crate::text::{SharedText, Span};

/// How a text was read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The text with its template expressions masked, if that was needed.
    pub(super) masked: Option<Masked>,
    /// The comments of JSON, which are masked.
    pub(super) json: Vec<Span>,
    /// What was read line by line.
    pub(super) loose: Vec<Span>,
    /// What could not be parsed.
    pub(super) notices: Vec<FactProblem>,
}

/// Reads `text`.
pub(super) fn read(text: &SharedText) -> (Reading, YamlBuilt) {
    if let Some(json) = json::lenient(text) {
        let masked = Masked { shape: json.shape, tags: Vec::new(), inserted: Vec::new() };
        let tight = json.tight.map(|offset| FactProblem {
            offset,
            message: "a key without quotes needs a space after its `:`".to_owned(),
        });
        let notices = tight.into_iter().collect();
        let reading = Reading { masked: Some(masked), json: json.comments, notices, ..Reading::default() };
        if let Some(built) = tree::build(text, &reading) {
            return (reading, built);
        }
    }
    let plain = Reading::default();
    if let Some(built) = tree::build(text, &plain) {
        return (plain, built);
    }
    let masked = template::has_opener(text).then(|| mask::mask(text));
    let Some(masked) = masked.filter(|masked| !masked.tags.is_empty()) else {
        return pieces::read(text, None);
    };
    let reading = Reading { masked: Some(masked), ..Reading::default() };
    if let Some(built) = tree::build(text, &reading) {
        return (reading, built);
    }
    pieces::read(text, reading.masked)
}

impl Reading {
    /// The text that the parser saw.
    pub(super) fn shape<'t>(&'t self, text: &'t str) -> &'t str {
        self.masked.as_ref().map_or(text, |masked| &masked.shape)
    }

    /// Whether `span` touches a template expression that was masked.
    pub(super) fn touches(&self, span: Span) -> bool {
        self.masked.as_ref().is_some_and(|masked| masked.touches(span))
    }

    /// Whether `span` cuts a masked template expression, or contains one that does more than write a value.
    pub(super) fn guards(&self, span: Span) -> bool {
        self.masked.as_ref().is_some_and(|masked| masked.guards(span))
    }
}

/// Whether what begins with a brace at `start` is a template expression, and no flow mapping.
pub(super) fn is_template(text: &str, start: usize) -> bool {
    matches!(text.as_bytes().get(start + 1), Some(b'{' | b'%'))
}
