//! Here-documents.

use super::dialect::Dialect;
use super::lexer::Lexer;
use super::scan;
use super::script::Body;
use super::word::{Means, RawWord};
use crate::embed::{Codec, Decoded, Decoder, Quoting};
use crate::text::Span;

/// A here-document whose body begins after the next line end.
#[derive(Debug)]
pub(super) struct ShellPending {
    pub(super) opener: Span,
    pub(super) quoted: bool,
    pub(super) strip_tabs: bool,
    pub(super) delimiter: String,
    pub(super) statement: usize,
}

/// How many here-documents may lack their end before indented ends are no longer searched for.
const ENDLESS: usize = 16;
/// The longest delimiter that is shown.
const LONGEST_SHOWN: usize = 16;

impl Lexer<'_> {
    /// Takes the bodies of the here-documents that the line before has opened.
    pub(super) fn bodies(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let start = self.at;
            let (end, next) = self.body_end(&pending);
            self.out.bodies.push(Body {
                opener: pending.opener,
                body: Span::new(start, end),
                quoted: pending.quoted,
                strip_tabs: pending.strip_tabs,
                delimiter: pending.delimiter,
                statement: pending.statement,
            });
            self.at = next;
        }
    }

    /// PowerShell's here-string: `@"`, lines, `"@` at the start of a line.
    pub(super) fn here_string(&mut self, word: &mut RawWord) -> bool {
        let start = self.at;
        let (close, quoted) = match self.peek(1) {
            Some(b'"') => ("\n\"@", false),
            Some(b'\'') => ("\n'@", true),
            _ => return false,
        };
        let line = scan::skip_blanks(self.bytes, start + 2);
        let newline = scan::newline_len(self.bytes, line);
        if self.dialect != Dialect::PowerShell || newline == 0 {
            return false;
        }
        let body = line + newline;
        let Some(end) = self.finder.find(self.text, close, body - 1) else { return false };
        let (opener, body) = (Span::new(start, start + 2), Span::new(body, (end + 1).max(body)));
        let (strip_tabs, delimiter) = (false, close.trim_start().to_owned());
        self.out.bodies.push(Body { opener, body, quoted, strip_tabs, delimiter, statement: usize::MAX });
        self.at = end + close.len();
        word.push(start, self.at, Means::Verbatim, Quoting::Foreign);
        word.quoted = true;
        word.opaque = true;
        true
    }

    /// Where the body ends and where to continue.
    fn body_end(&mut self, pending: &ShellPending) -> (usize, usize) {
        let delimiter = pending.delimiter.as_str();
        if self.at >= self.text.len() {
            self.unclosed(pending.opener.start(), "here-document");
            return (self.at, self.at);
        }
        let known = self.endless.iter().any(|endless| endless == delimiter);
        let mut indented = None;
        let mut at = self.at;
        while at < self.text.len() {
            let end = scan::line_end(&self.finder, self.text, at);
            let next = end + scan::newline_len(self.bytes, end);
            let line = self.text.get(at..end).unwrap_or_default();
            let stripped = if pending.strip_tabs { line.trim_start_matches('\t') } else { line };
            if stripped == delimiter {
                return (at, next);
            }
            if line.trim() == delimiter && indented.is_none() {
                indented = Some((at, next));
                if known {
                    break;
                }
            }
            at = next.max(at + 1);
        }
        if !known {
            self.endless.push(delimiter.to_owned());
            let message = if is_shown(delimiter) {
                format!("the here-document up to `{delimiter}` has no end")
            } else {
                "a here-document has no end".to_owned()
            };
            self.notice(pending.opener.start(), message);
        }
        match indented {
            Some(found) if self.endless.len() <= ENDLESS => found,
            _ => (self.text.len(), self.text.len()),
        }
    }
}

/// Whether a delimiter is one that people write. Where a text is not shell, anything may be read as one, a token as well.
fn is_shown(delimiter: &str) -> bool {
    delimiter.len() <= LONGEST_SHOWN
        && delimiter.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The text of a here-document.
pub(super) fn decode(text: &str, body: &Body) -> Decoded {
    let mut decoder = Decoder::default();
    let mut at = body.body.start();
    for line in body.body.of(text).split_inclusive('\n') {
        let end = at + line.len();
        let tabs = if body.strip_tabs { line.len() - line.trim_start_matches('\t').len() } else { 0 };
        if body.is_here_string() && !body.quoted {
            unescape_string(&mut decoder, text, at, end);
        } else if body.quoted {
            decoder.verbatim(text, Span::new(at + tabs, end));
        } else {
            unescape(&mut decoder, text, at + tabs, end);
        }
        at = end;
    }
    let codec = Codec::Heredoc {
        quoted: body.quoted,
        strip_tabs: body.strip_tabs,
        delimiter: body.delimiter.clone(),
    };
    decoder.finish(body.body, codec)
}

/// One line of a body that is expanded: `\$`, ``\` ``, `\\` and `\` at the line end mean something else.
fn unescape(decoder: &mut Decoder, text: &str, start: usize, end: usize) {
    let bytes = text.as_bytes();
    let mut from = start;
    let mut at = start;
    while at < end {
        if bytes.get(at) != Some(&b'\\') {
            at += 1;
            continue;
        }
        let newline = scan::newline_len(bytes, at + 1);
        let letter = match bytes.get(at + 1) {
            Some(b'$') => "$",
            Some(b'`') => "`",
            Some(b'\\') => "\\",
            _ if newline > 0 => "",
            _ => {
                at += 1;
                continue;
            }
        };
        decoder.verbatim(text, Span::new(from, at));
        let len = 1 + newline.max(1);
        decoder.decoded(letter, Span::new(at, at + len));
        at += len;
        from = at;
    }
    decoder.verbatim(text, Span::new(from, end));
}

/// One line of a here-string that is expanded: a backtick removes the meaning of the sign after it.
fn unescape_string(decoder: &mut Decoder, text: &str, start: usize, end: usize) {
    let bytes = text.as_bytes();
    let (mut from, mut at) = (start, start);
    while at < end {
        let letter = match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'`'), Some(b'`')) => "`",
            (Some(b'`'), Some(b'$')) => "$",
            (Some(b'`'), Some(b'"')) => "\"",
            _ => {
                at += 1;
                continue;
            }
        };
        decoder.verbatim(text, Span::new(from, at));
        decoder.decoded(letter, Span::new(at, at + 2));
        at += 2;
        from = at;
    }
    decoder.verbatim(text, Span::new(from, end));
}
