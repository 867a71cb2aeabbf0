//! Scalars and aliases: where they stand, and what they mean.

use super::Builder;
use crate::facts::{Scalar, ScalarStyle};
use crate::syntax::yaml::events::Event;
use crate::syntax::yaml::scalar::{self, Header, Place};
use crate::syntax::yaml::{lines, plain};
use crate::syntax::{Datum, template};
use crate::text::Span;
use std::borrow::Cow;

impl<'t> Builder<'t> {
    /// All bytes of a scalar; and its place, if it is written at all.
    pub(super) fn scalar_place(
        &self,
        event: &Event,
        style: ScalarStyle,
        head: usize,
    ) -> (Span, Option<Place>) {
        let flow = self.frames.last().is_some_and(|frame| frame.flow);
        let indent = event.indent;
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let at = lines::skip_trivia(self.texts.shape, head);
                let header = Header::read(self.texts.text, at);
                header.scalar_span(self.texts, indent as usize, event.span.end().min(self.limit))
            }
            _ if event.span.is_empty() => return (Span::at(head), None),
            _ => event.span,
        };
        (span, Some(Place { span, style, flow, indent }))
    }

    /// The decoded text of a scalar.
    pub(super) fn text(
        &self,
        event: &Event,
        style: ScalarStyle,
        span: Span,
        place: Option<Place>,
    ) -> Cow<'t, str> {
        // Behind a block scalar, a masked line looks blank.
        let block =
            matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) && self.reading.masked.is_some();
        let is_written = !block && !self.reading.touches(span);
        match (place, event.text(self.texts.shape).filter(|_| is_written)) {
            (Some(_), Some(text)) => text,
            (Some(place), None) => Cow::Owned(scalar::decode(self.texts, place).text),
            (None, _) => Cow::Borrowed(""),
        }
    }

    pub(super) fn scalar(&self, event: &Event, style: ScalarStyle, span: Span, text: &str) -> Scalar {
        // `!Ref x`, `!vault …`: a tag of somebody's own says that the value is made of it.
        let own_tag = event.tag().map(|tag| tag.of(self.texts.text));
        let made =
            own_tag.is_some_and(|tag| tag.len() > 1 && !tag.starts_with("!!") && !tag.starts_with("!<"));
        let opaque = made || self.reading.touches(span) || template::has_opener(text);
        Scalar { text: text.into(), style, opaque, null: is_null(event, style, text) }
    }

    pub(super) fn alias(&mut self, event: &Event) {
        let name = Cow::Borrowed(event.span.of(self.texts.text));
        self.datum(event, event.span, kind::ALIAS, name);
        self.out.aliases.push(event.span);
        self.cursor = self.cursor.max(event.span.end());
    }

    pub(super) fn scalar_datum(&mut self, event: &Event, style: ScalarStyle, span: Span, text: Cow<'t, str>) {
        let kind = match style {
            _ if is_null(event, style, &text) => kind::NULL,
            ScalarStyle::Plain => kind::PLAIN,
            _ => kind::TEXT,
        };
        self.datum(event, span, kind, text);
    }

    pub(super) fn datum(&mut self, event: &Event, span: Span, kind: u8, text: Cow<'t, str>) -> usize {
        let index = self.data.as_ref().map_or(0, Vec::len);
        if let Some(data) = &mut self.data {
            let root = if self.frames.is_empty() { kind::ROOT } else { 0 };
            let of = |span: Option<Span>| span.map_or("", |span| span.of(self.texts.text));
            let (kind, value) = match (event.anchor(), event.tag()) {
                (None, None) => (kind | root, text),
                (anchor, tag) => {
                    let value = format!("{} {} {text}", of(anchor), of(tag));
                    (kind | root | kind::MARKED, Cow::Owned(value))
                }
            };
            data.push(Datum { span, kind, value });
        }
        index
    }
}

fn is_null(event: &Event, style: ScalarStyle, text: &str) -> bool {
    style == ScalarStyle::Plain && event.tag().is_none() && plain::is_null(text)
}

pub(super) fn opens(mapping: bool) -> u8 {
    if mapping { kind::MAPPING } else { kind::SEQUENCE }
}

/// Kinds of [`Datum`].
pub(super) mod kind {
    pub(in crate::syntax::yaml::tree) const MAPPING: u8 = 0;
    pub(in crate::syntax::yaml::tree) const MAPPING_END: u8 = 1;
    pub(in crate::syntax::yaml::tree) const SEQUENCE: u8 = 2;
    pub(in crate::syntax::yaml::tree) const SEQUENCE_END: u8 = 3;
    pub(in crate::syntax::yaml::tree) const ALIAS: u8 = 4;
    pub(in crate::syntax::yaml::tree) const TEXT: u8 = 5;
    /// What it means depends on what it looks like.
    pub(in crate::syntax::yaml::tree) const PLAIN: u8 = 6;
    pub(in crate::syntax::yaml::tree) const NULL: u8 = 7;
    /// It is a document.
    pub(in crate::syntax::yaml::tree) const ROOT: u8 = 8;
    /// Its anchor and its tag stand before its value.
    pub(in crate::syntax::yaml::tree) const MARKED: u8 = 16;
}
