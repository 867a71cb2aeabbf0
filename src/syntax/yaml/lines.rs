//! Lines, spaces and comments: what is between tokens of YAML, and of other languages made of lines.

use crate::text::Span;

/// Offset of the first byte of the line that contains `at`.
pub(in crate::syntax) fn line_start(text: &str, at: usize) -> usize {
    text.as_bytes()
        .get(..at)
        .and_then(|before| before.iter().rposition(|byte| *byte == b'\n'))
        .map_or(0, |nl| nl + 1)
}

/// Offset of the line break that ends the line of `at`, or the end of the text.
pub(in crate::syntax) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let end = rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |nl| at + nl);
    let cr = end > at && end < text.len() && text.as_bytes().get(end - 1) == Some(&b'\r');
    if cr { end - 1 } else { end }
}

/// Offset of the first byte of the line after the line of `at`.
pub(in crate::syntax) fn next_line(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |nl| at + nl + 1)
}

/// Offset of the first byte at or after `at` that is neither space nor tab.
pub(in crate::syntax) fn skip_blanks(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Offset of the first byte at or after `at` that is not a space, line break or part of a comment.
pub(super) fn skip_trivia(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = at;
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\n' | b'\r') => at += 1,
            Some(b'#') if at == 0 || bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace) => {
                at += bytes
                    .get(at..)
                    .and_then(|rest| rest.iter().position(|b| *b == b'\n'))
                    .unwrap_or(bytes.len() - at);
            }
            _ => return at,
        }
    }
}

/// Whether `line` contains only spaces, tabs and line ends. Other whitespace is text.
pub(in crate::syntax) fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// `span` with the blank lines after it, where it is whole lines that begin the text, or come after a blank line too: those
/// would be left without a purpose. Not at the end of the text.
pub(in crate::syntax) fn with_blank_lines(text: &str, span: Span) -> Span {
    let before = text.get(..span.start()).unwrap_or_default();
    let behind = text.get(span.end()..).unwrap_or_default();
    let opens =
        before.split_inclusive('\n').next_back().is_none_or(|line| line.ends_with('\n') && is_blank(line));
    if !opens || !span.of(text).ends_with('\n') || behind.trim().is_empty() {
        return span;
    }
    let blank: usize = behind.split_inclusive('\n').take_while(|line| is_blank(line)).map(str::len).sum();
    Span::new(span.start(), span.end() + blank)
}

/// Bytes before the first one of `line` that is not a space.
pub(super) fn indent_of(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b' ').count()
}

/// Whether a line break is at `at`.
pub(super) fn ends_line(text: &str, at: usize) -> bool {
    matches!(text.as_bytes().get(at..), Some([b'\n', ..] | [b'\r', b'\n', ..]))
}

/// Whether only spaces are between the start of its line and `at`.
pub(in crate::syntax) fn opens_line(text: &str, at: usize) -> bool {
    let start = line_start(text, at);
    text.get(start..at).is_some_and(|before| before.bytes().all(|byte| matches!(byte, b' ' | b'\t')))
}

/// The lines of `text` within `from..to`, each with its line break; lone carriage returns break lines too.
pub(in crate::syntax) fn breaks(text: &str, from: usize, to: usize) -> impl Iterator<Item = Line> {
    let bytes = text.as_bytes();
    let to = to.min(bytes.len());
    let mut at = from;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..to).filter(|rest| !rest.is_empty())?;
        let start = at;
        let (length, end) = match rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            Some(nl) if rest.get(nl..nl + 2) == Some(b"\r\n") => (nl, nl + 2),
            Some(nl) => (nl, nl + 1),
            None => (rest.len(), rest.len()),
        };
        at = start + end;
        Some(Line { content: Span::new(start, start + length), end: start + end })
    })
}

/// A line.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct Line {
    /// Without its line break.
    pub(in crate::syntax) content: Span,
    /// After its line break.
    pub(in crate::syntax) end: usize,
}

impl Line {
    /// The bytes that end it.
    pub(in crate::syntax) fn line_break(self) -> Span {
        Span::new(self.content.end(), self.end)
    }
}
