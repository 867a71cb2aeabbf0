//! Scalars and aliases: where they are, and what they mean.

use super::Builder;
use crate::facts::{Scalar, ScalarStyle};
use crate::syntax::template;
use crate::syntax::yaml::events::Event;
use crate::syntax::yaml::lines;
use crate::syntax::yaml::scalar::{self, Header, ScalarText, is_null};
use crate::text::Span;
use std::borrow::Cow;

impl<'t> Builder<'t> {
    /// All bytes of a scalar; and its place, if it is written at all.
    pub(super) fn scalar_place(
        &self,
        event: &Event,
        style: ScalarStyle,
        head: usize,
    ) -> (Span, Option<ScalarText>) {
        let flow = self.frames.last().is_some_and(|frame| frame.flow);
        let mut indent = event.indent;
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let at = lines::skip_trivia(self.texts.shape, head);
                let header = Header::read(self.texts.text, at);
                if indent == 0 {
                    indent = self.indent_of_blanks(event, header.span.end());
                }
                header.scalar_span(self.texts, indent as usize, event.span.end().min(self.limit))
            }
            _ if event.span.is_empty() => return (Span::at(head), None),
            _ => event.span,
        };
        (span, Some(ScalarText { span, style, flow, indent }))
    }

    /// The indentation of a block scalar for which the parser reports none: it reads all of the scalar as blank, and with it
    /// whitespace that is text in YAML.
    fn indent_of_blanks(&self, event: &Event, head: usize) -> u32 {
        let text = event.text(self.texts.shape).unwrap_or_default();
        let Some(first) = text.lines().find(|line| !lines::is_blank(line)) else { return 0 };
        let from = lines::next_line(self.texts.shape, head);
        let written =
            lines::breaks(self.texts.shape, from, self.limit).map(|it| it.content.of(self.texts.shape));
        let before = written.filter(|line| !lines::is_blank(line)).map(lines::indent_of).next();
        let indent = before.unwrap_or_default().saturating_sub(lines::indent_of(first));
        u32::try_from(indent).unwrap_or_default()
    }

    /// The decoded text of a scalar.
    pub(super) fn text(
        &self,
        event: &Event,
        style: ScalarStyle,
        span: Span,
        place: Option<ScalarText>,
    ) -> Cow<'t, str> {
        // After a block scalar, a masked line looks blank.
        let block = style.is_block() && self.reading.masked.is_some();
        let is_written = !block && !self.reading.touches(span);
        match (place, event.text(self.texts.shape).filter(|_| is_written)) {
            (Some(_), Some(text)) => text,
            (Some(place), None) => Cow::Owned(scalar::decode(self.texts, place).text),
            (None, _) => Cow::Borrowed(""),
        }
    }

    pub(super) fn scalar<'s>(
        &self,
        event: &Event,
        style: ScalarStyle,
        span: Span,
        text: &'s str,
    ) -> Scalar<'s> {
        // `!Ref x`, `!vault …`: a custom tag means that a program computes the value from it.
        let own_tag = event.tag().map(|tag| tag.of(self.texts.text));
        let made =
            own_tag.is_some_and(|tag| tag.len() > 1 && !tag.starts_with("!!") && !tag.starts_with("!<"));
        let opaque = made || self.reading.touches(span) || template::has_opener(text);
        let null = style == ScalarStyle::Plain && event.tag().is_none() && is_null(text);
        Scalar { text, style, opaque, null }
    }

    pub(super) fn alias(&mut self, event: &Event) {
        self.out.aliases.push(event.span);
        self.cursor = self.cursor.max(event.span.end());
    }
}
