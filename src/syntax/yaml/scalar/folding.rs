//! Line folds of plain and quoted scalars.

use super::Writer;
use crate::syntax::yaml::lines::Line;
use crate::text::Span;

/// Folds between the lines of a plain or quoted scalar.
#[derive(Debug, Default)]
pub(super) struct Fold {
    /// The first line break since the last text, with the spaces before it; `None` where a `\` removed it.
    first: Option<Span>,
    /// The line breaks of the blank lines after it.
    rest: Vec<Span>,
    /// Whether a line break came since the last text.
    open: bool,
}

impl Fold {
    /// A line ended; `blanks` is where the spaces before its line break begin.
    pub(super) fn line_break(&mut self, line: Line, blanks: usize) {
        if self.open {
            self.rest.push(line.line_break());
        } else {
            self.first = Some(Span::new(blanks, line.end));
            self.open = true;
        }
    }

    /// A `\` removed the line break.
    pub(super) fn escaped_break(&mut self) {
        self.open = true;
    }

    /// Writes what the line breaks mean, before text or the closing quote.
    pub(super) fn close(&mut self, out: &mut Writer<'_>) {
        if !self.open {
            return;
        }
        match (self.first.take(), self.rest.is_empty()) {
            (Some(first), true) => out.decoded(" ", first),
            (Some(first), false) => {
                // The first break is dropped, as part of the blank line after it.
                let mut from = first.start();
                for span in self.rest.drain(..) {
                    out.decoded("\n", Span::new(from, span.end()));
                    from = span.end();
                }
            }
            (None, _) => {
                for span in self.rest.drain(..) {
                    out.decoded("\n", span);
                }
            }
        }
        self.rest.clear();
        self.open = false;
    }
}
