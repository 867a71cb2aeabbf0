use super::Span;

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

/// A place in a text as people name it.
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
#[derive(Debug)]
pub struct Source {
    bytes: Vec<u8>,
    /// `None` where the bytes are valid UTF-8 themselves.
    shown: Option<String>,
    invalid: Vec<Span>,
    lines: Vec<u32>,
}

const BOM: &[u8] = b"\xef\xbb\xbf";

impl Source {
    /// Takes the bytes of a file.
    pub fn new(bytes: Vec<u8>) -> Self {
        let (shown, invalid) = show(&bytes);
        let newlines = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let lines = std::iter::once(0)
            .chain(newlines.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
            .collect();
        Self { bytes, shown, invalid, lines }
    }

    /// The bytes as they are in the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text, of the same length as the bytes.
    pub fn text(&self) -> &str {
        match &self.shown {
            Some(shown) => shown,
            None => std::str::from_utf8(&self.bytes).unwrap_or_default(),
        }
    }

    /// Offset of the first byte after a byte order mark.
    pub fn text_start(&self) -> usize {
        if self.bytes.starts_with(BOM) { BOM.len() } else { 0 }
    }

    /// Whether `span` touches bytes that are not valid UTF-8.
    pub fn touches_invalid(&self, span: Span) -> bool {
        let at = self.invalid.partition_point(|bad| bad.end() <= span.start());
        self.invalid.get(at).is_some_and(|bad| bad.overlaps(span))
    }

    /// Whether all bytes are valid UTF-8.
    pub fn is_utf8(&self) -> bool {
        self.invalid.is_empty()
    }

    /// Line (from 0) of the byte at `offset`.
    pub fn line_at(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start as usize <= offset).saturating_sub(1)
    }

    /// Number of lines; a final newline ends a line and begins no other.
    pub fn line_count(&self) -> usize {
        let last = self.lines.last().map_or(0, |start| *start as usize);
        if last == self.bytes.len() { self.lines.len() - 1 } else { self.lines.len() }
    }

    /// Line `line` (from 0) with its line ending; empty past the end.
    pub fn line_span(&self, line: usize) -> Span {
        let start = self.lines.get(line).map_or(self.bytes.len(), |start| *start as usize);
        let end = self.lines.get(line + 1).map_or(self.bytes.len(), |start| *start as usize);
        Span::new(start, end)
    }

    /// `offset` in words for people. A byte order mark does not count as a column.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.bytes.len());
        let line = self.line_at(offset);
        let mut start = self.line_span(line).start();
        if start == 0 {
            start = self.text_start().min(offset);
        }
        let column = self.text().get(start..offset).map_or(offset - start, |before| before.chars().count());
        Position { line: line + 1, column: column + 1, offset }
    }
}

fn show(bytes: &[u8]) -> (Option<String>, Vec<Span>) {
    if std::str::from_utf8(bytes).is_ok() {
        return (None, Vec::new());
    }
    let mut shown = String::with_capacity(bytes.len());
    let mut invalid = Vec::new();
    for chunk in bytes.utf8_chunks() {
        shown.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            invalid.push(Span::new(shown.len(), shown.len() + chunk.invalid().len()));
            shown.extend(chunk.invalid().iter().map(|_| '\u{1a}'));
        }
    }
    (Some(shown), invalid)
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
}
