//! Literal and folded block scalars.

use super::{Texts, Writer};
use crate::syntax::yaml::lines::{self, Line, indent_of};
use crate::text::Span;

/// What a block header says of the line breaks at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax::yaml) enum Chomping {
    /// `-`: none.
    Strip,
    /// Nothing: one.
    Clip,
    /// `+`: all.
    Keep,
}

/// `|` or `>` with its signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax::yaml) struct Header {
    pub(in crate::syntax::yaml) chomping: Chomping,
    /// Its bytes.
    pub(in crate::syntax::yaml) span: Span,
}

impl Header {
    /// The header that begins at `at`.
    pub(in crate::syntax::yaml) fn read(text: &str, at: usize) -> Self {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let signs = rest.iter().take(3).take_while(|b| matches!(b, b'|' | b'>' | b'+' | b'-' | b'1'..=b'9'));
        let length = signs.clone().count();
        let chomping = if signs.clone().any(|sign| *sign == b'-') {
            Chomping::Strip
        } else if signs.clone().any(|sign| *sign == b'+') {
            Chomping::Keep
        } else {
            Chomping::Clip
        };
        Self { chomping, span: Span::new(at, at + length) }
    }

    /// The span of the block scalar with this header, up to the last of its lines before `limit`, without the line
    /// break; trailing blank lines only where they count.
    pub(in crate::syntax::yaml) fn scalar_span(self, texts: Texts<'_>, indent: usize, limit: usize) -> Span {
        let mut end = self.span.end();
        let mut tags = false;
        for line in lines::breaks(texts.text, lines::next_line(texts.text, end), limit) {
            let content = line.content.of(texts.text);
            let blank = content.bytes().all(|byte| byte == b' ');
            // A line with only control tags of a template: it may be before the end or after it.
            let masked = line.content.of(texts.shape);
            let tag = content != masked && lines::is_blank(masked);
            // The parser may report an end where the next entry begins, after the spaces of that line.
            let cut = line.end == limit && line.line_break().is_empty() && limit < texts.text.len();
            if blank && cut && !lines::ends_line(texts.text, limit) {
                break;
            }
            tags |= tag;
            if tag || blank && tags && content.len() <= indent {
                continue;
            }
            if !blank && indent_of(content) < indent {
                break;
            }
            if !blank || content.len() > indent || self.chomping == Chomping::Keep {
                end = line.content.end();
                tags = false;
            }
        }
        Span::new(self.span.start(), end)
    }
}

/// Reads the block scalar below `span`; returns the bytes of its lines.
pub(super) fn read(out: &mut Writer<'_>, span: Span, indent: usize, folded: bool) -> Span {
    let text = out.texts.text;
    let header = Header::read(text, span.start());
    let from = lines::next_line(text, header.span.end());
    // The last line's break belongs to the scalar, and with `+` so do those of blank lines.
    let to = lines::next_line(text, span.end());
    let mut state = YamlState { folded, first: None, blank: Vec::new(), after_indented: false };
    for line in lines::breaks(text, from, to) {
        let content = strip(text, line, indent);
        if content.is_empty() {
            state.blank.extend(Some(line.line_break()).filter(|span| !span.is_empty()));
            continue;
        }
        state.close(out, content);
        out.verbatim(content);
        state.first = Some(line.line_break());
    }
    state.chomp(out, header.chomping);
    Span::new(from.min(to), to)
}

/// A line without the spaces of its indentation.
fn strip(text: &str, line: Line, indent: usize) -> Span {
    let blanks = indent_of(line.content.of(text)).min(indent);
    Span::new(line.content.start() + blanks, line.content.end())
}

/// The line breaks since the last text.
struct YamlState {
    folded: bool,
    /// The one that ended the last line of text.
    first: Option<Span>,
    /// Those of the blank lines after it.
    blank: Vec<Span>,
    /// Whether the last line of text began with a space.
    after_indented: bool,
}

impl YamlState {
    /// Writes what the line breaks before the line `content` mean.
    fn close(&mut self, out: &mut Writer<'_>, content: Span) {
        let indented = content.of(out.texts.text).starts_with([' ', '\t']);
        let folds = self.folded && !indented && !self.after_indented;
        if let Some(first) = self.first.take() {
            if !folds {
                out.line_break(first);
            } else if self.blank.is_empty() {
                out.decoded(" ", first);
            }
        }
        for span in self.blank.drain(..) {
            out.line_break(span);
        }
        self.after_indented = indented;
    }

    fn chomp(&mut self, out: &mut Writer<'_>, chomping: Chomping) {
        let content = self.first.take();
        if chomping == Chomping::Strip {
            return;
        }
        if let Some(first) = content {
            // The end of the text counts as a line break.
            out.line_break(first);
        }
        if chomping == Chomping::Keep {
            for span in self.blank.drain(..) {
                out.line_break(span);
            }
        }
    }
}
