//! Turns the events of the parser into an event list of our own: only this file depends on the parser.

use crate::facts::ScalarStyle;
use crate::text::Span;
use granit_parser as granit;
use std::borrow::Cow;

/// One event of a YAML stream. A large file has millions of them: 24 bytes, and what few of them have is elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// The bytes of a scalar, an alias, a comment or a bracket; empty for block collections.
    ///
    /// A block scalar begins at its first character, after header and indentation.
    pub(super) span: Span,
    pub(super) kind: EventKind,
    /// Of a block scalar: columns before each line of content.
    pub(super) indent: u32,
    rare: Option<Box<Rare>>,
}

/// What few events have.
#[derive(Clone, Debug, Default)]
struct Rare {
    anchor: Option<Span>,
    tag: Option<Span>,
    /// Of a scalar that does not mean just what is written.
    text: Option<Box<str>>,
}

/// What an [`Event`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventKind {
    DocumentStart {
        explicit: bool,
    },
    DocumentEnd,
    MappingStart {
        flow: bool,
    },
    MappingEnd,
    SequenceStart {
        flow: bool,
    },
    SequenceEnd,
    Scalar {
        style: ScalarStyle,
    },
    Alias,
    Comment,
    /// Text that no reader could read.
    Unread,
}

impl EventKind {
    /// Whether it is part of what the text says.
    pub(super) fn says(self) -> bool {
        !matches!(self, Self::Comment | Self::Unread)
    }
}

impl Event {
    pub(super) fn new(kind: EventKind, span: Span) -> Self {
        Self { kind, span, indent: 0, rare: None }
    }

    /// A scalar of that text; `None` for a block scalar that is not decoded yet.
    pub(super) fn scalar(
        style: ScalarStyle,
        span: Span,
        indent: usize,
        text: Option<&str>,
        all: &str,
    ) -> Self {
        let mut event = Self::new(EventKind::Scalar { style }, span);
        event.indent = u32::try_from(indent).unwrap_or(u32::MAX);
        // We decode an empty block scalar: the event does not show how many of its spaces are text.
        let written = event.written(all).unwrap_or_default();
        if let Some(text) = text.filter(|text| *text != written) {
            event.rare().text = Some(text.into());
        }
        event
    }

    /// `&name`
    pub(super) fn anchor(&self) -> Option<Span> {
        self.rare.as_ref()?.anchor
    }

    /// `!name`
    pub(super) fn tag(&self) -> Option<Span> {
        self.rare.as_ref()?.tag
    }

    /// The text of a scalar in `all`, which is what was parsed; `None` for a block scalar that is not decoded yet.
    pub(super) fn text<'t>(&self, all: &'t str) -> Option<Cow<'t, str>> {
        let decoded = self.rare.as_ref().and_then(|rare| rare.text.as_deref());
        decoded.map(|text| Cow::Owned(text.to_owned())).or_else(|| self.written(all).map(Cow::Borrowed))
    }

    /// The bytes of a scalar inside its quotes; none of a block scalar.
    fn written<'t>(&self, all: &'t str) -> Option<&'t str> {
        let written = self.span.of(all);
        match self.kind {
            EventKind::Scalar { style: ScalarStyle::Plain } => Some(written),
            EventKind::Scalar { style: ScalarStyle::Single | ScalarStyle::Double } => {
                Some(written.get(1..written.len().saturating_sub(1)).unwrap_or_default())
            }
            _ => None,
        }
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    fn shifted(mut self, by: usize) -> Self {
        self.span = self.span.shifted(by);
        if let Some(rare) = &mut self.rare {
            rare.anchor = rare.anchor.map(|span| span.shifted(by));
            rare.tag = rare.tag.map(|span| span.shifted(by));
        }
        self
    }
}

/// The events of one document.
#[derive(Debug, Default)]
pub(super) struct YamlEvents {
    /// All of them, or those before the error.
    pub(super) events: Vec<Event>,
    /// Where and why the parser stopped.
    pub(super) error: Option<(usize, String)>,
}

/// The parser, with the limits and events that we need.
fn parser(text: &str) -> granit::Parser<'_, granit::StrInput<'_>> {
    let mut options = granit::Options::default();
    // The default of 96 fails on a key after a long comment, as in every commented values file.
    options.max_buffered_comment_events = usize::MAX;
    options.emit_unresolved_aliases = true;
    options.emit_anchor_events = true;
    options.simple_key_max_lookahead = 8_192;
    granit::Parser::new_from_str_with_options(text, options).keep_tags(true)
}

/// Passes the events of `text` to `take`, one after the other, as long as it returns true.
///
/// # Errors
/// Where and why the parser stopped.
pub(super) fn each(text: &str, take: impl FnMut(Event) -> bool) -> Result<(), (usize, String)> {
    run(&mut parser(text), text, take)
}

fn run<'t>(
    parser: &mut granit::Parser<'t, granit::StrInput<'t>>,
    text: &str,
    mut take: impl FnMut(Event) -> bool,
) -> Result<(), (usize, String)> {
    // The parser reports an anchor after the event that it belongs to.
    let mut last: Option<Event> = None;
    while let Some(next) = parser.next_event() {
        match next {
            Ok((event, place)) => {
                let Some(place) = EventPosition::of(&place) else { continue };
                if let granit::Event::Anchor(..) = event {
                    if let Some(last) = &mut last {
                        last.rare().anchor = Some(place.span);
                    }
                } else if let Some(event) = convert(&event, place, text)
                    && let Some(before) = last.replace(event)
                    && !take(before)
                {
                    return Ok(());
                }
            }
            Err(error) => {
                last.map(take);
                let at = error.marker().byte_offset().unwrap_or_default();
                let deep = matches!(error.kind(), granit::ErrorKind::RecursionLimitExceeded);
                let message = if deep { "nested too deep to be read".to_owned() } else { error.info() };
                return Err((at.min(text.len()), message));
            }
        }
    }
    last.map(take);
    Ok(())
}

/// Parses the documents of `text`; after an error, continues with the next document.
pub(super) fn documents(text: &str) -> Vec<YamlEvents> {
    let mut parser = parser(text);
    let mut done = Vec::new();
    let mut current = YamlEvents::default();
    loop {
        let result = run(&mut parser, text, |event| {
            let ends = event.kind == EventKind::DocumentEnd;
            current.events.push(event);
            if ends {
                current.events.shrink_to_fit();
                done.push(std::mem::take(&mut current));
            }
            true
        });
        current.error = result.err();
        let broke = current.error.is_some();
        if broke || !current.events.is_empty() {
            done.push(std::mem::take(&mut current));
        }
        if !broke || !parser.proceed_next_document().unwrap_or(false) {
            return done;
        }
    }
}

/// The events between the start and the end of the only document of `piece`, which begins at `offset` of a text.
pub(super) fn inside(piece: &str, offset: usize) -> Option<Vec<Event>> {
    let mut documents = documents(piece).into_iter();
    let only = documents.next()?;
    if only.error.is_some() || documents.any(|rest| rest.error.is_some() || has_nodes(&rest.events)) {
        return None;
    }
    let inner = only.events.into_iter();
    Some(
        inner
            .filter(|event| !matches!(event.kind, EventKind::DocumentStart { .. } | EventKind::DocumentEnd))
            .map(|event| event.shifted(offset))
            .collect(),
    )
}

fn has_nodes(events: &[Event]) -> bool {
    events.iter().any(|event| event.kind != EventKind::Comment)
}

#[derive(Clone, Copy)]
struct EventPosition {
    span: Span,
    tag: Option<Span>,
    indent: usize,
}

impl EventPosition {
    fn of(span: &granit::Span) -> Option<Self> {
        let tag = span.tag_span().and_then(|tag| tag.byte_range()).map(Span::from);
        Some(Self { span: span.byte_range()?.into(), tag, indent: span.indent.unwrap_or_default() })
    }
}

fn convert(event: &granit::Event<'_>, place: EventPosition, all: &str) -> Option<Event> {
    let flow = |style: &granit::StructureStyle| *style == granit::StructureStyle::Flow;
    let kind = match event {
        granit::Event::DocumentStart(explicit, _) => EventKind::DocumentStart { explicit: *explicit },
        granit::Event::DocumentEnd => EventKind::DocumentEnd,
        granit::Event::MappingStart(style, ..) => EventKind::MappingStart { flow: flow(style) },
        granit::Event::MappingEnd => EventKind::MappingEnd,
        granit::Event::SequenceStart(style, ..) => EventKind::SequenceStart { flow: flow(style) },
        granit::Event::SequenceEnd => EventKind::SequenceEnd,
        granit::Event::Scalar(_, style, ..) => EventKind::Scalar { style: style_of(*style) },
        granit::Event::Alias(_) | granit::Event::UnresolvedAlias(_) => EventKind::Alias,
        granit::Event::Comment(..) => EventKind::Comment,
        _ => return None,
    };
    let mut event = match (kind, event) {
        (EventKind::Scalar { style }, granit::Event::Scalar(text, ..)) => {
            Event::scalar(style, place.span, place.indent, Some(text), all)
        }
        _ => Event::new(kind, place.span),
    };
    if place.tag.is_some() {
        event.rare().tag = place.tag;
    }
    Some(event)
}

fn style_of(style: granit::ScalarStyle) -> ScalarStyle {
    match style {
        granit::ScalarStyle::SingleQuoted => ScalarStyle::Single,
        granit::ScalarStyle::DoubleQuoted => ScalarStyle::Double,
        granit::ScalarStyle::Literal => ScalarStyle::Literal,
        granit::ScalarStyle::Folded => ScalarStyle::Folded,
        granit::ScalarStyle::Plain => ScalarStyle::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_takes_24_bytes() {
        assert_eq!(size_of::<Event>(), 24);
    }

    #[test]
    fn a_scalar_that_means_what_is_written_has_no_text_of_its_own() {
        let text = "a: \"b\"\nc: 'd'\ne: \"f\\tg\"\nh: 'i''j'\nk: l\n  m\n";
        let [document] = &documents(text)[..] else { panic!("one document") };
        let scalars = document.events.iter().filter(|event| matches!(event.kind, EventKind::Scalar { .. }));
        let scalars: Vec<_> = scalars.map(|it| (it.text(text).unwrap(), it.rare.is_some())).collect();
        let plain = ["a", "b", "c", "d", "e"].map(|text| (text.into(), false));
        assert_eq!(scalars[..5], plain);
        let others = [("f\tg", true), ("h", false), ("i'j", true), ("k", false), ("l m", true)];
        assert_eq!(scalars[5..], others.map(|(text, decoded)| (text.into(), decoded)));
    }
}
