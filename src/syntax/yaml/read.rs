//! Reads a text: as it is if it is YAML, else with its templates masked, else piece by piece.

use super::events::{self, Document, Event, Kind};
use super::mask::{self, Masked};
use super::pieces;
use crate::facts::Problem;
use crate::syntax::template;
use crate::text::Span;

/// A text as events.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The text with its template expressions masked, if that was needed.
    pub(super) masked: Option<Masked>,
    /// The events of each document.
    pub(super) documents: Vec<Vec<Event>>,
    /// What was read line by line.
    pub(super) loose: Vec<Span>,
    /// What could not be parsed.
    pub(super) notices: Vec<Problem>,
}

impl Reading {
    /// Reads `text`.
    pub(super) fn of(text: &str) -> Self {
        let raw = events::documents(text);
        if raw.iter().all(|document| document.error.is_none() && !misreads_template(text, document)) {
            return Self { documents: events_of(raw), ..Self::default() };
        }
        let masked = template::has_opener(text).then(|| mask::mask(text));
        let Some(masked) = masked.filter(|masked| !masked.tags.is_empty()) else {
            return pieces::read(text, None, raw);
        };
        let documents = events::documents(&masked.shape);
        if documents.iter().all(|document| document.error.is_none()) {
            return Self { masked: Some(masked), documents: events_of(documents), ..Self::default() };
        }
        pieces::read(text, Some(masked), documents)
    }

    /// The text that the parser saw.
    pub(super) fn shape<'t>(&'t self, text: &'t str) -> &'t str {
        self.masked.as_ref().map_or(text, |masked| &masked.shape)
    }

    /// Whether `span` touches a template expression that was masked.
    pub(super) fn touches(&self, span: Span) -> bool {
        self.masked.as_ref().is_some_and(|masked| masked.touches(span))
    }

    /// Whether `span` cuts a masked template expression, or holds one that does more than write a value.
    pub(super) fn guards(&self, span: Span) -> bool {
        self.masked.as_ref().is_some_and(|masked| masked.guards(span))
    }
}

fn events_of(documents: Vec<Document>) -> Vec<Vec<Event>> {
    documents.into_iter().map(|document| document.events).collect()
}

/// Whether a template expression was taken for a flow mapping.
fn misreads_template(text: &str, document: &Document) -> bool {
    document
        .events
        .iter()
        .any(|event| event.kind == Kind::MappingStart { flow: true } && is_template(text, event.span.start()))
}

/// Whether what begins with a brace at `start` is a template expression, and no flow mapping.
pub(super) fn is_template(text: &str, start: usize) -> bool {
    matches!(text.as_bytes().get(start + 1), Some(b'{' | b'%'))
}
