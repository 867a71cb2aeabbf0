//! Decodes scalars: their text, and the bytes that each piece of it came from.
//!
//! Two texts are read side by side: the `shape`, in which template expressions are masked, says where lines, escapes and
//! quotes are; the `text`, of the same length, gives the bytes.

mod block;
mod flow;
mod folding;

use crate::embed::{Codec, Decoded, Decoder};
use crate::facts::ScalarStyle;
use crate::text::Span;

/// The text as it is and the text as the parser saw it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Texts<'t> {
    /// As written.
    pub(super) text: &'t str,
    /// Of the same length, with template expressions masked.
    pub(super) shape: &'t str,
}

/// A scalar: where it is and how it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScalarText {
    /// All of it: quotes and block header included.
    pub(super) span: Span,
    pub(super) style: ScalarStyle,
    /// Whether it is in a flow collection.
    pub(super) flow: bool,
    /// Of a block scalar: columns before each line of content.
    pub(super) indent: u32,
}

/// Whether a plain scalar of that text means null.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// The text of the scalar at `place`.
pub(super) fn decode(texts: Texts<'_>, place: ScalarText) -> Decoded {
    let mut out = Writer { decoder: Decoder::default(), texts };
    let ScalarText { span, style, flow, .. } = place;
    let indent = place.indent as usize;
    let within = Span::new(span.start() + 1, span.end().saturating_sub(1).max(span.start() + 1));
    match style {
        ScalarStyle::Plain => {
            flow::plain(&mut out, span);
            out.decoder.finish(span, Codec::YamlPlain { flow })
        }
        ScalarStyle::Single => {
            flow::single(&mut out, within);
            out.decoder.finish(within, Codec::YamlSingle)
        }
        ScalarStyle::Double => {
            flow::double(&mut out, within);
            out.decoder.finish(within, Codec::YamlDouble)
        }
        ScalarStyle::Literal => {
            let outer = block::read(&mut out, span, indent, false);
            out.decoder.finish(outer, Codec::YamlLiteral { indent })
        }
        ScalarStyle::Folded => {
            let outer = block::read(&mut out, span, indent, true);
            out.decoder.finish(outer, Codec::YamlFolded { indent })
        }
    }
}

pub(super) use block::Header;

/// What the readers write to.
struct Writer<'t> {
    decoder: Decoder,
    texts: Texts<'t>,
}

impl Writer<'_> {
    /// The bytes below `span` as they are.
    fn verbatim(&mut self, span: Span) {
        self.decoder.verbatim(self.texts.text, span);
    }

    /// The line break below `span`, read as a line feed.
    fn line_break(&mut self, span: Span) {
        if span.of(self.texts.text) == "\n" { self.verbatim(span) } else { self.decoder.decoded("\n", span) }
    }

    /// `text` for the bytes below `span`.
    fn decoded(&mut self, text: &str, span: Span) {
        self.decoder.decoded(text, span);
    }
}
