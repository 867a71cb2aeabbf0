//! Reads what no parser takes: each broken document entry by entry, and each broken entry line by line.

use super::events::{self, Event, EventKind, YamlEvents};
use super::lines::{self, indent_of};
use super::loose;
use super::mask::Masked;
use super::read::Reading;
use super::tree::{self, YamlBuilt};
use crate::facts::FactProblem;
use crate::text::{SharedText, Span};

/// Reads a text of which some documents are broken.
pub(super) fn read(text: &SharedText, masked: Option<Masked>) -> (Reading, YamlBuilt) {
    let shape = masked.as_ref().map_or(&**text, |masked| masked.shape.as_str());
    let documents = events::documents(shape);
    // Where the document after each one begins, if its start is known.
    let mut next = None;
    let mut behind: Vec<Option<usize>> = Vec::with_capacity(documents.len());
    for document in documents.iter().rev() {
        behind.push(next);
        next = start(document).or(next);
    }
    let mut reading = Reading::default();
    let mut read = Vec::new();
    let mut from = 0;
    for document in documents {
        let until = behind.pop().flatten().unwrap_or(text.len()).max(from);
        match document.error {
            None => {
                let end = document.events.last().map_or(from, |event| event.span.end());
                read.push(document.events);
                from = from.max(end);
            }
            Some((offset, message)) => {
                reading
                    .notices
                    .push(FactProblem { offset, message: format!("{message}; read line by line") });
                let until = ended(shape, from, until).unwrap_or(until);
                read.extend(broken(shape, Span::new(from, until), &mut reading));
                from = until;
            }
        }
    }
    reading.masked = masked;
    let built = tree::build_pieces(text, &reading, &read);
    (reading, built)
}

/// Where the `...` before `until` is, if only the header of a block scalar is between: the parser reports a document without
/// `---` as beginning at its content, after the header.
fn ended(shape: &str, from: usize, until: usize) -> Option<usize> {
    let part = Span::new(from, until).of(shape);
    // What broke before may have ended right there.
    let marker =
        part.rfind("\n...").map(|at| at + 1).or_else(|| part.starts_with("...").then_some(0))? + from;
    let mut between = Span::new(marker + 3, until).of(shape).lines().map(str::trim_start);
    between.all(|line| line.is_empty() || line.starts_with(['#', '|', '>', '!', '&'])).then_some(marker)
}

/// Where a document begins; unknown if it broke before its start.
fn start(document: &YamlEvents) -> Option<usize> {
    let start = document.events.iter().find(|event| matches!(event.kind, EventKind::DocumentStart { .. }));
    start.map(|event| event.span.start())
}

/// The events of a broken document; `None` if nothing of it can be read.
fn broken(shape: &str, span: Span, reading: &mut Reading) -> Option<Vec<Event>> {
    let mut events = Vec::new();
    let mut root: Option<bool> = None;
    for piece in split(shape, span) {
        let parsed = events::inside(piece.of(shape), piece.start()).filter(|events| !events.is_empty());
        let inner = match parsed {
            Some(events) if !events.iter().any(|event| event.kind.says()) => events,
            Some(mut piece_events) => match collection(&mut piece_events) {
                Some(mapping) if root.is_none_or(|root| root == mapping) => {
                    open(&mut root, mapping, piece.start(), &mut events);
                    piece_events
                }
                _ => loose_piece(shape, piece, &mut root, &mut events, reading),
            },
            None => loose_piece(shape, piece, &mut root, &mut events, reading),
        };
        events.extend(inner);
    }
    if let Some(mapping) = root {
        let kind = if mapping { EventKind::MappingEnd } else { EventKind::SequenceEnd };
        events.push(Event::new(kind, Span::at(span.end())));
    }
    if events.is_empty() {
        return None;
    }
    events.insert(0, Event::new(EventKind::DocumentStart { explicit: false }, Span::at(span.start())));
    Some(events)
}

fn open(root: &mut Option<bool>, mapping: bool, at: usize, events: &mut Vec<Event>) {
    if root.is_none() {
        let kind = if mapping {
            EventKind::MappingStart { flow: false }
        } else {
            EventKind::SequenceStart { flow: false }
        };
        events.push(Event::new(kind, Span::at(at)));
        *root = Some(mapping);
    }
}

fn loose_piece(
    shape: &str,
    piece: Span,
    root: &mut Option<bool>,
    events: &mut Vec<Event>,
    reading: &mut Reading,
) -> Vec<Event> {
    reading.loose.push(piece);
    let mut inner = loose::read(shape, piece);
    match collection(&mut inner) {
        Some(mapping) if root.is_none_or(|root| root == mapping) => {
            open(root, mapping, piece.start(), events);
            inner
        }
        _ => {
            let comments = inner.into_iter().filter(|event| event.kind == EventKind::Comment);
            comments.chain([Event::new(EventKind::Unread, piece)]).collect()
        }
    }
}

/// Takes the brackets off the events of a block collection; says whether it is a mapping.
fn collection(events: &mut Vec<Event>) -> Option<bool> {
    let first = events.iter().position(|event| event.kind.says())?;
    let mapping = match events.get(first)?.kind {
        EventKind::MappingStart { flow: false } => true,
        EventKind::SequenceStart { flow: false } => false,
        _ => return None,
    };
    let last = events.iter().rposition(|event| event.kind.says())?;
    if first == last || events.get(first)?.anchor().is_some() {
        return None;
    }
    events.remove(last);
    events.remove(first);
    Some(mapping)
}

/// Splits a document at the lines that have its smallest indentation, and before items after a key of that column.
fn split(shape: &str, span: Span) -> Vec<Span> {
    let mut pieces: Vec<Span> = Vec::new();
    let mut root: Option<(usize, bool)> = None;
    let mut start = span.start();
    for line in lines::breaks(shape, span.start(), span.end()) {
        let content = line.content.of(shape);
        let trimmed = content.trim_start();
        let marker = content.starts_with("---") || content.starts_with("...") || content.starts_with('%');
        if marker && root.is_none() {
            start = line.end;
            continue;
        }
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let item = trimmed.starts_with("- ") || trimmed == "-";
        let indent = indent_of(content);
        let (column, sequence) = *root.get_or_insert((indent, item));
        if indent <= column && (item == sequence || indent < column) && line.content.start() > start {
            pieces.push(Span::new(start, line.content.start()));
            start = line.content.start();
        }
    }
    pieces.push(Span::new(start, span.end()));
    pieces
}
