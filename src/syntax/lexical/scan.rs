//! Finds the strings of a program, outside of its comments.

use super::added::is_prefix;
use super::family::{Escape, Family, StringSyntax};
use crate::facts::Comment;
use crate::text::Span;

/// How deep brackets are followed.
const DEEPEST: usize = 200;

/// A string.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodeLiteral {
    /// Its signs included.
    pub(super) span: Span,
    pub(super) inner: Span,
    pub(super) escape: Escape,
    /// Whether it is a here-document.
    pub(super) heredoc: bool,
    /// Whether it is a statement of its own: documentation.
    pub(super) alone: bool,
}

/// One of several things between brackets.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    /// A string, by index.
    Literal(usize),
    /// A string, by index, to which something is added.
    Begins(usize, Span),
    /// Anything else.
    Other(Span),
}

impl Item {
    /// The same with what follows.
    pub(super) fn with(self, next: Span) -> Self {
        match self {
            Self::Literal(index) => Self::Begins(index, next),
            Self::Begins(index, before) => Self::Begins(index, before.hull(next)),
            Self::Other(before) => Self::Other(before.hull(next)),
        }
    }
}

/// What is found.
#[derive(Debug, Default)]
pub(super) struct CodeFound {
    pub(super) literals: Vec<CodeLiteral>,
    pub(super) comments: Vec<Comment>,
    /// Lists in brackets that contain a string.
    pub(super) lists: Vec<Vec<Item>>,
    /// The first bracket that is nested too deep to be followed.
    pub(super) deep: Option<usize>,
}

#[derive(Debug, Default)]
struct CodeFrame {
    items: Vec<Item>,
    /// The item that is being read.
    item: Option<Item>,
    literals: bool,
}

struct Pending {
    delimiter: String,
    opener: usize,
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    family: &'t Family,
    at: usize,
    found: CodeFound,
    frames: Vec<CodeFrame>,
    pending: Vec<Pending>,
    /// For each form of a string, up to where none closes.
    dead: Vec<usize>,
    /// Up to where no `}` closes an expression in a string.
    dead_brace: usize,
    /// Where the line begins that was looked at last, and up to where that is known.
    line: (usize, usize),
    /// Whether some comment over several lines has no end.
    endless: bool,
    /// Delimiters of here-documents that have no end.
    lost: Vec<String>,
}

/// Finds the strings of `text`.
pub(super) fn scan(text: &str, family: &Family) -> CodeFound {
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        family,
        at: 0,
        found: CodeFound::default(),
        frames: Vec::new(),
        pending: Vec::new(),
        dead: vec![0; family.strings.len()],
        dead_brace: 0,
        line: (0, 0),
        endless: false,
        lost: Vec::new(),
    };
    while scanner.at < text.len() {
        scanner.step();
    }
    scanner.found
}

impl Scanner<'_> {
    fn rest(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or_default()
    }

    fn starts(&self, sign: &str) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(sign.as_bytes()))
    }

    fn line_end(&self, at: usize) -> usize {
        self.rest(at).find('\n').map_or(self.text.len(), |len| at + len)
    }

    fn step(&mut self) {
        let start = self.at;
        let Some(byte) = self.bytes.get(start).copied() else { return };
        if byte.is_ascii_alphanumeric() || byte >= 0x80 || byte == b' ' {
            if byte != b' ' {
                self.other(start, start + 1);
            }
            self.at += 1;
            return;
        }
        if self.comment() || self.heredoc_opener() || self.string() {
            return;
        }
        self.at += 1;
        match byte {
            b'\n' if !self.pending.is_empty() => self.bodies(),
            b'(' | b'[' | b'{' if self.frames.len() < DEEPEST => self.frames.push(CodeFrame::default()),
            b'(' | b'[' | b'{' => {
                self.found.deep.get_or_insert(start);
            }
            b')' | b']' | b'}' => {
                if let Some(mut frame) = self.frames.pop() {
                    frame.items.extend(frame.item);
                    if frame.literals && frame.items.len() > 1 {
                        self.found.lists.push(frame.items);
                    }
                    self.other(start, start + 1);
                }
            }
            b',' => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.items.extend(frame.item.take());
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => self.other(start, start + 1),
        }
    }

    /// Something that is not a string, in the brackets around it.
    fn other(&mut self, start: usize, end: usize) {
        let Some(frame) = self.frames.last_mut() else { return };
        let span = Span::new(start, end);
        frame.item = Some(frame.item.map_or(Item::Other(span), |item| item.with(span)));
    }

    fn comment(&mut self) -> bool {
        let start = self.at;
        if !self.endless {
            for (open, close) in self.family.block_comments {
                if self.starts(open) {
                    let end = self.rest(start + open.len()).find(close);
                    let Some(len) = end else {
                        self.endless = true;
                        continue;
                    };
                    self.at = start + open.len() + len + close.len();
                    let from = start + usize::from(open.starts_with('\n'));
                    self.note(from, self.at);
                    return true;
                }
            }
        }
        let before = start.checked_sub(1).and_then(|at| self.bytes.get(at));
        for sign in self.family.line_comments {
            // `http://`, `$#`, `#{`: no comments.
            let inside = match *sign {
                "//" => before == Some(&b':'),
                "#" => before.is_some_and(|byte| !byte.is_ascii_whitespace() && !b",;)]}".contains(byte)),
                _ => false,
            };
            if self.starts(sign) && !inside {
                self.at = self.line_end(start);
                self.note(start, self.at);
                return true;
            }
        }
        false
    }

    fn note(&mut self, start: usize, end: usize) {
        let own_line = self.begins_line(start);
        self.found.comments.push(Comment { span: Span::new(start, end), own_line });
    }

    /// Whether only whitespace is before `at` on its line. Called from left to right, so that each byte is read once.
    fn begins_line(&mut self, at: usize) -> bool {
        let (mut first, known) = self.line;
        for (offset, byte) in self.bytes.get(known..at).unwrap_or_default().iter().enumerate() {
            let here = known + offset;
            if *byte == b'\n' {
                first = here + 1;
            } else if byte.is_ascii_whitespace() && first == here {
                // `first` is the first byte of the line that is not whitespace.
                first = here + 1;
            }
        }
        self.line = (first, known.max(at));
        first >= at
    }

    fn push(&mut self, literal: CodeLiteral) {
        let index = self.found.literals.len();
        if let Some(frame) = self.frames.last_mut() {
            frame.literals = true;
            frame.item = Some(match frame.item {
                None => Item::Literal(index),
                Some(Item::Other(span))
                    if self.family.adjacent
                        && span.end() == literal.span.start()
                        && is_prefix(span.of(self.text)) =>
                {
                    Item::Literal(index)
                }
                Some(item) => item.with(literal.span),
            });
        }
        self.found.literals.push(literal);
    }

    fn string(&mut self) -> bool {
        let start = self.at;
        let before = start.checked_sub(1).and_then(|at| self.bytes.get(at)).copied();
        for (index, form) in self.family.strings.iter().enumerate() {
            if !self.starts(form.open) || self.dead.get(index).is_some_and(|dead| start < *dead) {
                continue;
            }
            let prefix = self.prefix(start).map(|prefix| prefix.contains(['r', 'R']));
            // `don't`
            if form.open == "'" && before.is_some_and(|it| it.is_ascii_alphanumeric()) && prefix.is_none() {
                continue;
            }
            let from = start + form.open.len();
            let Some(close) = self.close(from, form) else {
                let dead = if form.lines { self.text.len() } else { self.line_end(start) };
                if let Some(it) = self.dead.get_mut(index) {
                    *it = dead;
                }
                continue;
            };
            let raw = prefix == Some(true);
            let escape = if raw { Escape::Raw } else { form.escape };
            let span = Span::new(start, close + form.close.len());
            let alone = form.open.len() == 3 && self.begins_line(start) && self.frames.is_empty();
            self.push(CodeLiteral { span, inner: Span::new(from, close), escape, heredoc: false, alone });
            self.at = span.end();
            return true;
        }
        false
    }

    /// The letters before a string's quote that say how to read it (Python).
    fn prefix(&self, quote: usize) -> Option<&str> {
        if !self.family.adjacent {
            return None;
        }
        let letters = (0..3_usize)
            .take_while(|back| {
                let at = quote.checked_sub(back + 1);
                at.and_then(|at| self.bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric)
            })
            .count();
        let prefix = self.text.get(quote.checked_sub(letters)?..quote)?;
        let known = !prefix.is_empty() && letters < 3;
        (known && prefix.bytes().all(|b| b"rRbBfFuU".contains(&b))).then_some(prefix)
    }

    /// Where a string that begins at `from` closes.
    fn close(&mut self, from: usize, form: &StringSyntax) -> Option<usize> {
        let sign = form.close.as_bytes();
        let mut at = from;
        while let Some(byte) = self.bytes.get(at) {
            let rest = self.bytes.get(at..)?;
            if *byte == b'\n' && !form.lines {
                return None;
            }
            if *byte == b'\\' && matches!(form.escape, Escape::Backslash | Escape::Quote) {
                at += 2;
                continue;
            }
            if matches!(byte, b'$' | b'#')
                && form.escape == Escape::Backslash
                && let Some(end) = self.expression(at)
            {
                at = end;
                continue;
            }
            if rest.starts_with(sign) {
                let next = self.bytes.get(at + sign.len());
                match form.escape {
                    Escape::Doubled if next == sign.first() => at += 2 * sign.len(),
                    Escape::Nix if matches!(next, Some(b'$' | b'\'' | b'\\')) => at += sign.len() + 1,
                    _ => return Some(at),
                }
                continue;
            }
            at += 1;
        }
        None
    }

    /// Where `${…}` or `#{…}` ends, on its line.
    fn expression(&mut self, start: usize) -> Option<usize> {
        if self.bytes.get(start + 1) != Some(&b'{') || start < self.dead_brace {
            return None;
        }
        let mut depth = 0_usize;
        let mut at = start + 1;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'{' => depth += 1,
                b'}' if depth <= 1 => return Some(at + 1),
                b'}' => depth -= 1,
                b'\n' => break,
                _ => {}
            }
            at += 1;
        }
        self.dead_brace = at;
        None
    }

    /// `<<-SHELL`, `<<~'EOT'`, `<<<EOT`, `@("END"/L)`
    fn heredoc_opener(&mut self) -> bool {
        let Some(sign) = self.family.heredoc else { return false };
        if !self.starts(sign) {
            return false;
        }
        let mut at = self.at + sign.len();
        at += usize::from(sign == "<<" && matches!(self.bytes.get(at), Some(b'-' | b'~')));
        at += usize::from(matches!(self.bytes.get(at), Some(b'"' | b'\'')));
        let rest = self.rest(at);
        let len = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let delimiter = rest.get(..len).unwrap_or_default();
        if !delimiter.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            || self.lost.iter().any(|lost| lost == delimiter)
            || self.lost.len() > 16
        {
            return false;
        }
        let pending = Pending { delimiter: delimiter.to_owned(), opener: self.at };
        self.pending.push(pending);
        at += len;
        at += usize::from(matches!(self.bytes.get(at), Some(b'"' | b'\'')));
        if sign == "@(" {
            at = self.rest(at).find(')').map_or(at, |len| at + len + 1);
        }
        self.other(self.at, at);
        self.at = at;
        true
    }

    /// The bodies of the here-documents that the line before has opened.
    fn bodies(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let start = self.at;
            let mut at = start;
            let mut end = None;
            for line in self.rest(start).split_inclusive('\n') {
                let bare = line.trim().trim_start_matches(['|', '-', ' ']).trim_end_matches([';', ',', ')']);
                if bare == pending.delimiter {
                    end = Some((at, at + line.trim_end_matches(['\n', '\r']).len()));
                    break;
                }
                at += line.len();
            }
            let Some((end, next)) = end else {
                self.lost.push(pending.delimiter);
                continue;
            };
            self.found.literals.push(CodeLiteral {
                span: Span::new(pending.opener, pending.opener + 2),
                inner: Span::new(start, end),
                escape: Escape::Raw,
                heredoc: true,
                alone: false,
            });
            self.at = next;
        }
    }
}
