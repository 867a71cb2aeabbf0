use super::{SharedText, Span};
use std::sync::OnceLock;

/// How the lines of a text end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eol {
    /// `\n`
    Lf,
    /// `\r\n`
    CrLf,
}

impl Eol {
    /// The line ending as text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }

    /// The line ending of the first line of `text`.
    pub fn of(text: &str) -> Self {
        match text.find('\n') {
            Some(at) if text.as_bytes().get(at.wrapping_sub(1)) == Some(&b'\r') => Self::CrLf,
            _ => Self::Lf,
        }
    }
}

/// A position in a text as editors and reports show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in Unicode code points.
    pub column: usize,
    /// Offset in bytes, from 0.
    pub offset: usize,
}

/// The bytes of one file, and the text that the parsers see.
///
/// The text has the same length as the bytes: each byte that is not valid UTF-8 is shown as `U+001A`, so that every
/// offset into the text is an offset into the file.
///
/// A clone shares the text.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// `None` where the text is the bytes.
    bytes: Option<Vec<u8>>,
    shown: SharedText,
    invalid: Vec<Span>,
    /// Line ends before each block of [`LINES`] bytes, and all of them. Computed on first use.
    lines: OnceLock<Vec<u32>>,
    /// Code points before each block of [`BLOCK`] bytes.
    counts: OnceLock<Vec<usize>>,
}

/// Code points are counted by blocks, so that columns of a long line take linear time (`benches/linear`).
const BLOCK: usize = 4096;
/// Lines are counted by blocks as well.
const LINES: usize = 512;

const BOM: &[u8] = b"\xef\xbb\xbf";

impl Source {
    /// Takes the bytes of a file.
    pub fn new(bytes: Vec<u8>) -> Self {
        let (bytes, shown, invalid) = match String::from_utf8(bytes) {
            Ok(text) => (None, text.into(), Vec::new()),
            Err(error) => {
                let bytes = error.into_bytes();
                let (shown, invalid) = show(&bytes);
                (Some(bytes), shown.into(), invalid)
            }
        };
        Self { bytes, shown, invalid, lines: OnceLock::new(), counts: OnceLock::new() }
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let mut ends = 0_u32;
            let mut counts = Vec::with_capacity(self.shown.len() / LINES + 2);
            for block in self.bytes().chunks(LINES) {
                counts.push(ends);
                ends = ends.saturating_add(line_ends(block));
            }
            counts.push(ends);
            counts
        })
    }

    /// Where line `line` (from 0) begins, if there is one.
    fn line_start(&self, line: usize) -> Option<usize> {
        let Some(nth) = line.checked_sub(1) else { return Some(0) };
        // The last block before which there are no more line ends than that.
        let block = self.lines().partition_point(|ends| *ends as usize <= nth).checked_sub(1)?;
        let left = nth - *self.lines().get(block)? as usize;
        let start = block * LINES;
        let rest = self.bytes().get(start..)?;
        memchr::memchr_iter(b'\n', rest.get(..LINES).unwrap_or(rest)).nth(left).map(|at| start + at + 1)
    }

    /// The bytes as they are in the file.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or(self.shown.as_bytes())
    }

    /// The text, of the same length as the bytes.
    pub fn text(&self) -> &str {
        &self.shown
    }

    /// The text without a byte order mark, to be kept.
    pub fn shared(&self) -> SharedText {
        match self.text_start() {
            0 => self.shown.clone(),
            start => self.shown.get(start..).unwrap_or_default().into(),
        }
    }

    /// Offset of the first byte after a byte order mark.
    pub fn text_start(&self) -> usize {
        if self.bytes().starts_with(BOM) { BOM.len() } else { 0 }
    }

    /// Whether `span` touches bytes that are not valid UTF-8.
    pub fn touches_invalid(&self, span: Span) -> bool {
        let at = self.invalid.partition_point(|bad| bad.end() <= span.start());
        self.invalid.get(at).is_some_and(|bad| bad.overlaps(span))
    }

    /// The first bytes that are not valid UTF-8.
    pub fn first_invalid(&self) -> Option<Span> {
        self.invalid.first().copied()
    }

    /// Whether all bytes are valid UTF-8.
    pub fn is_utf8(&self) -> bool {
        self.invalid.is_empty()
    }

    /// Line (from 0) of the byte at `offset`.
    pub fn line_at(&self, offset: usize) -> usize {
        let offset = offset.min(self.shown.len());
        let block = offset / LINES;
        let before = self.lines().get(block).copied().unwrap_or_default();
        (before + self.bytes().get(block * LINES..offset).map_or(0, line_ends)) as usize
    }

    /// Number of lines; a final newline ends a line and begins no other.
    pub fn line_count(&self) -> usize {
        let ends = self.lines().last().copied().unwrap_or_default() as usize;
        ends + usize::from(self.bytes().last().is_some_and(|last| *last != b'\n'))
    }

    /// Line `line` (from 0) with its line ending; empty past the end.
    pub fn line_span(&self, line: usize) -> Span {
        let end = self.shown.len();
        let start = self.line_start(line).unwrap_or(end);
        Span::new(start, self.line_start(line + 1).unwrap_or(end))
    }

    /// `offset` as line and column. A byte order mark does not count as a column.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.shown.len());
        let line = self.line_at(offset);
        let mut start = self.line_start(line).unwrap_or(offset);
        if start == 0 {
            start = self.text_start().min(offset);
        }
        let column = self.code_points(offset) - self.code_points(start);
        Position { line: line + 1, column: column + 1, offset }
    }

    /// Code points that begin before `offset`.
    fn code_points(&self, offset: usize) -> usize {
        let text = self.shown.as_bytes();
        let counts = self.counts.get_or_init(|| {
            let mut before = 0;
            let blocks = text.chunks(BLOCK).map(|block| {
                let here = before;
                before += count(block);
                here
            });
            blocks.collect()
        });
        let block = offset / BLOCK;
        let rest = text.get(block * BLOCK..offset).map_or(0, count);
        counts.get(block).map_or_else(|| count(text), |here| here + rest)
    }
}

fn show(bytes: &[u8]) -> (String, Vec<Span>) {
    let mut shown = String::with_capacity(bytes.len());
    let mut invalid = Vec::new();
    for chunk in bytes.utf8_chunks() {
        shown.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            invalid.push(Span::new(shown.len(), shown.len() + chunk.invalid().len()));
            shown.extend(chunk.invalid().iter().map(|_| '\u{1a}'));
        }
    }
    (shown, invalid)
}

fn line_ends(bytes: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

/// Code points that begin in `bytes`.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_survive_invalid_bytes_and_a_mark() {
        let source = Source::new(b"\xef\xbb\xbfa\xff\xfe: \xc3\xa9x\r\nb".to_vec());
        assert_eq!(source.text().len(), source.bytes().len());
        assert_eq!(source.text_start(), 3);
        assert!(source.touches_invalid(Span::new(4, 5)) && !source.touches_invalid(Span::new(8, 10)));
        let x = source.text().find('x').unwrap();
        assert_eq!(source.position(x), Position { line: 1, column: 7, offset: x });
        assert_eq!(source.position(source.bytes().len()).line, 2);
        assert_eq!(source.line_count(), 2);
    }

    #[test]
    fn lines_are_told_as_if_each_was_written_down() {
        let long = "x".repeat(LINES - 1);
        let ends = "\n".repeat(LINES + 3);
        for text in [
            "",
            "\n",
            "a",
            "a\n",
            "a\r\n\nb",
            &long,
            &format!("{long}\n"),
            &format!("{long}\n{long}y\nz"),
            &ends,
            &format!("{ends}{long}{ends}y"),
        ] {
            let source = Source::new(text.as_bytes().to_vec());
            let mut starts: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
            starts.insert(0, 0);
            let count = starts.iter().filter(|start| **start < text.len()).count();
            assert_eq!(source.line_count(), count, "{text:?}");
            for (line, start) in starts.iter().enumerate() {
                let end = starts.get(line + 1).copied().unwrap_or(text.len());
                assert_eq!(source.line_span(line), Span::new(*start, end), "{line} of {text:?}");
                assert!(
                    (*start..end.max(start + 1)).all(|at| source.line_at(at) == line),
                    "{line} of {text:?}"
                );
            }
            assert_eq!(source.line_span(starts.len()), Span::at(text.len()));
            assert_eq!(source.line_at(text.len() + 9), starts.len() - 1);
        }
    }
}
