//! Reads a text: as it is if it is TOML, else with its templates masked, else as much of it as can be read.
//!
//! `toml_edit` decides whether it is TOML. The positions come from the events of the parser below it, which goes on
//! after an error.

use super::mask::{self, TomlMasked};
use crate::facts::FactProblem;
use crate::syntax::template::{self, Tag};
use crate::syntax::yaml::lines;
use crate::text::Span;
use toml_parser::parser::{Event, RecursionGuard};

/// How deep brackets may nest: as deep as `toml_edit` lets them.
const DEPTH: u32 = 80;

/// A text as events.
#[derive(Debug)]
pub(super) struct TomlReading {
    /// The text with its template expressions masked, if that was needed.
    pub(super) masked: Option<TomlMasked>,
    pub(super) events: Vec<Event>,
    /// Lines that are not TOML.
    pub(super) loose: Vec<Span>,
    pub(super) notices: Vec<FactProblem>,
}

impl TomlReading {
    /// Reads `text`.
    pub(super) fn of(text: &str) -> Self {
        let Some(error) = judge(text) else {
            return Self::with(text, None);
        };
        let masked = template::has_opener(text).then(|| mask::mask(text));
        let masked = masked.filter(|masked| !masked.tags.is_empty());
        let error = match &masked {
            Some(masked) => judge(&masked.shape),
            None => Some(error),
        };
        let mut reading = Self::with(text, masked);
        // Of the branches of a template, only one is there in the end.
        let branches = |error: &FactProblem| {
            ["duplicate key", "cannot extend"].iter().any(|message| error.message.starts_with(message))
        };
        let error = match error {
            Some(error) if reading.masked.is_some() && branches(&error) => {
                reading.loose.first().map(|line| {
                    let message = "this is not well-formed".to_owned();
                    FactProblem { offset: line.start(), message }
                })
            }
            error => error,
        };
        if let Some(mut error) = error {
            // `toml_edit` only reports that a value is invalid; the line shows more.
            error.message = format!("{}; the rest was read line by line", error.message);
            reading.loose.push(lines_of(text, Span::at(error.offset)));
            reading.notices.push(error);
        }
        reading.loose.sort_unstable();
        reading
    }

    fn with(text: &str, masked: Option<TomlMasked>) -> Self {
        let shape = masked.as_ref().map_or(text, |masked| masked.shape.as_str());
        let tokens = toml_parser::Source::new(shape).lex().into_vec();
        let mut events: Vec<Event> = Vec::with_capacity(tokens.len());
        let mut errors = Vec::new();
        let mut guard = RecursionGuard::new(&mut events, DEPTH);
        toml_parser::parser::parse_document(&tokens, &mut guard, &mut errors);
        let loose = errors.iter().filter_map(toml_parser::ParseError::unexpected);
        let mut loose: Vec<Span> = loose.map(|span| Span::new(span.start(), span.end())).collect();
        loose.sort_unstable();
        let mut merged: Vec<Span> = Vec::new();
        for span in loose {
            match merged.last_mut() {
                Some(last) if last.end() >= span.start() => *last = last.hull(span),
                _ => merged.push(lines_of(text, span)),
            }
        }
        Self { masked, events, loose: merged, notices: Vec::new() }
    }

    /// The text that the parser saw.
    pub(super) fn shape<'t>(&'t self, text: &'t str) -> &'t str {
        self.masked.as_ref().map_or(text, |masked| &masked.shape)
    }

    /// Whether `span` touches a template expression that was masked.
    pub(super) fn touches(&self, span: Span) -> bool {
        self.masked.as_ref().is_some_and(|masked| template::touches(&masked.tags, span))
    }

    /// The masked template expressions in `span`.
    pub(super) fn tags(&self, span: Span) -> &[Tag] {
        let tags = self.masked.as_ref().map_or(&[][..], |masked| &masked.tags);
        let from = tags.partition_point(|tag| tag.span.start() < span.start());
        let to = tags.partition_point(|tag| tag.span.end() <= span.end());
        tags.get(from..to).unwrap_or_default()
    }

    /// Whether `span` cuts a masked template expression, or contains one that does more than write a value.
    pub(super) fn guards(&self, span: Span) -> bool {
        self.masked.as_ref().is_some_and(|masked| template::guards(&masked.tags, span))
    }
}

/// What keeps `text` from being TOML.
fn judge(text: &str) -> Option<FactProblem> {
    let error = toml_edit::Document::parse(text).err()?;
    let offset = error.span().map_or(0, |span| span.start);
    let message = error.message().trim();
    let deep = message.starts_with("cannot recurse further");
    Some(FactProblem {
        offset,
        message: if deep { "nested too deep to be read" } else { message }.to_owned(),
    })
}

fn lines_of(text: &str, span: Span) -> Span {
    Span::new(lines::line_start(text, span.start()), lines::line_end(text, span.end()))
}
