use crate::escape;
use crate::mask::Mask;
use crate::text::{Source, Span};
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// Bytes shown before and after the marked place of a line; more is cut off. miette cannot mark what is after
/// column 65 535, and no user reads that far.
const BEFORE: usize = 120;
const AFTER: usize = 200;
/// The longest marked place, in bytes.
const MARKED: usize = 160;

/// A few lines of a file, made fit to be shown: tokens hidden, control characters replaced, long lines cut, with the
/// numbers that they have in the file.
///
/// miette reads a whole source again for each label; here it has little to read.
#[derive(Debug)]
pub(super) struct Window {
    name: String,
    text: String,
    lines: Vec<ExcerptLine>,
}

#[derive(Debug)]
struct ExcerptLine {
    /// From 1.
    number: usize,
    /// Offset in the window.
    start: usize,
    /// Code points of the file's line before what is shown of it.
    column: usize,
    /// Whether a cut mark is before it.
    cut: bool,
    /// For each character: its offset in the file, its offset in the window; one more for the end.
    map: Vec<(usize, usize)>,
}

impl ExcerptLine {
    fn locate(&self, offset: usize) -> usize {
        let at = self.map.partition_point(|(file, _)| *file <= offset);
        self.map.get(at.saturating_sub(1)).map_or(self.start, |(_, window)| *window)
    }
}

impl Window {
    /// The lines (from 0) `first..=last` of `source`, with the focus of each line given by `marked`.
    pub(super) fn new(
        name: String,
        source: &Source,
        mask: &Mask,
        lines: (usize, usize),
        marked: &[Span],
    ) -> Self {
        let mut window = Self { name, text: String::new(), lines: Vec::new() };
        for line in lines.0..=lines.1.min(source.line_count().saturating_sub(1)) {
            let (text, whole) = (source.text(), line_text(source, line));
            let inside = marked.iter().filter(|it| it.start() >= whole.start() && it.start() <= whole.end());
            let focus = inside.copied().reduce(Span::hull).unwrap_or(Span::at(whole.start()));
            let focus_end = focus.end().min(focus.start() + MARKED);
            let from = floor(text, focus.start().saturating_sub(BEFORE).max(whole.start()));
            let to = floor(text, focus_end.saturating_add(AFTER).min(whole.end())).max(from);
            window.push(source, mask, (line, Span::new(from, to)), "…");
        }
        window
    }

    /// The parts `rows` of lines (from 0) of `source`, with `ellipsis` where a line is cut.
    pub(super) fn of_rows(
        source: &Source,
        mask: &Mask,
        rows: impl IntoIterator<Item = (usize, Span)>,
        ellipsis: &str,
    ) -> Self {
        let mut window = Self { name: String::new(), text: String::new(), lines: Vec::new() };
        for row in rows {
            window.push(source, mask, row, ellipsis);
        }
        window
    }

    fn push(&mut self, source: &Source, mask: &Mask, (line, part): (usize, Span), ellipsis: &str) {
        let whole = line_text(source, line);
        let (from, to) = (part.start(), part.end());
        let mut shown = ExcerptLine {
            number: line + 1,
            start: self.text.len(),
            column: source.position(from).column - 1,
            cut: from > whole.start(),
            map: Vec::new(),
        };
        if shown.cut {
            self.text.push_str(ellipsis);
        }
        for (at, c) in part.of(source.text()).char_indices() {
            shown.map.push((from + at, self.text.len()));
            self.text.push(if mask.hides(from + at) { '*' } else { escape::visible(c) });
        }
        shown.map.push((to, self.text.len()));
        if to < whole.end() {
            self.text.push_str(ellipsis);
        }
        self.text.push('\n');
        self.lines.push(shown);
    }

    /// Where `span` of the file is in the window: the part of it that is on its first line and not cut off.
    pub(super) fn locate(&self, source: &Source, span: Span) -> Option<Span> {
        let number = source.line_at(span.start()) + 1;
        let line = self.lines.iter().find(|line| line.number == number)?;
        let start = line.locate(span.start());
        Some(Span::new(start, line.locate(span.end()).max(start)))
    }

    /// The lines: number in the file, offset in the window, text.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, usize, &str)> {
        self.lines.iter().zip(self.text.lines()).map(|(line, text)| (line.number, line.start, text))
    }

    fn line_of(&self, offset: usize) -> Option<usize> {
        self.lines.partition_point(|line| line.start <= offset).checked_sub(1)
    }
}

/// The bytes of the line `line` (from 0), without its line ending.
pub(super) fn line_text(source: &Source, line: usize) -> Span {
    let whole = source.line_span(line);
    let start = whole.start().max(source.text_start());
    let end = start + Span::new(start, whole.end()).of(source.text()).trim_end_matches(['\r', '\n']).len();
    Span::new(start, end)
}

/// The character border at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

impl SourceCode for Window {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let outside = || MietteError::OutOfBounds;
        let end = span
            .offset()
            .checked_add(span.len())
            .filter(|end| *end <= self.text.len())
            .ok_or_else(outside)?;
        let marked = self.line_of(span.offset()).ok_or_else(outside)?;
        let last_marked = self.line_of(end.max(span.offset() + 1) - 1).ok_or_else(outside)?;
        let first = marked.saturating_sub(before);
        let last = last_marked.saturating_add(after).min(self.lines.len().saturating_sub(1));
        let line = self.lines.get(first).ok_or_else(outside)?;
        let until = self.lines.get(last + 1).map_or(self.text.len(), |line| line.start);
        let data = self.text.get(line.start..until).ok_or_else(outside)?;
        // The place in the header: what is marked, in columns of the file.
        let column = if before == 0 {
            let shown = self.text.get(line.start..span.offset()).unwrap_or_default().chars().count();
            line.column + shown - usize::from(line.cut && shown > 0)
        } else {
            0
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data.as_bytes(),
            SourceSpan::new(line.start.into(), data.len()),
            line.number - 1,
            column,
            last - first + 1,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_around_the_mark_and_keep_their_columns() {
        let text = format!("{}é --tag-list{}\n", "x".repeat(100_000), "y".repeat(100_000));
        let at = text.find("--tag-list").unwrap();
        let source = Source::new(text.into_bytes());
        let span = Span::new(at, at + 10);
        let window = Window::new("a".to_owned(), &source, &Mask::default(), (0, 0), &[span]);
        assert!(window.text.len() < 400);
        let shown = window.locate(&source, span).unwrap();
        assert_eq!(shown.of(&window.text), "--tag-list");
        let contents = window.read_span(&SourceSpan::new(shown.start().into(), shown.len()), 0, 0).unwrap();
        assert_eq!((contents.line(), contents.column() + 1), (0, source.position(at).column));
    }

    #[test]
    fn control_characters_and_tokens_are_not_shown() {
        let source = Source::new(b"a: \x1b[31mred\nt: glrt-0123\r\n".to_vec());
        let mask = Mask::new(false, &source, &[]);
        let window = Window::new("a".to_owned(), &source, &mask, (0, 9), &[]);
        assert_eq!(window.text, "a: ␛[31mred\nt: *********\n");
    }
}
