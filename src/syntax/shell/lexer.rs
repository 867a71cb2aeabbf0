//! Lists of statements: operators, keywords, comments, prompts.

use super::dialect::Dialect;
use super::heredoc::ShellPending;
use super::scan::{self, Finder, WordRole};
use super::script::{Break, BreakKind, DatumKind, Mark, ScriptFacts};
use crate::facts::{Comment, FactProblem};
use crate::syntax::template;
use crate::text::Span;
use std::cell::Cell;

/// Bytes that may be searched for ends that never come, for each byte of text.
const PATIENCE: usize = 8;
/// How deep substitutions and groups are followed.
const DEEPEST: usize = 64;

/// What ends a list of statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// The end of the text.
    End,
    /// `)`
    Paren,
    /// `` ` ``
    Backquote,
}

/// Reads a text from left to right, once.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
    pub(super) dialect: Dialect,
    pub(super) depth: usize,
    pub(super) until: Until,
    pub(super) finder: Finder,
    pub(super) out: ScriptFacts,
    pub(super) pending: Vec<ShellPending>,
    /// The command whose output the next one reads.
    pub(super) pipe: Option<usize>,
    /// The command that ended last.
    pub(super) last: Option<usize>,
    /// Whether a prompt was seen.
    pub(super) transcript: bool,
    /// How many marks were counted since the last prompt, and how many blocks they leave open.
    pub(super) nesting: (usize, i32),
    /// Whether `# ` is the prompt of root.
    pub(super) root_prompt: bool,
    /// Delimiters of here-documents that never end.
    pub(super) endless: Vec<String>,
    /// Bytes that may still be searched for ends that never come.
    pub(super) patience: Cell<usize>,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, dialect: Dialect) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            dialect,
            depth: 0,
            until: Until::End,
            finder: Finder::default(),
            out: ScriptFacts::default(),
            pending: Vec::new(),
            pipe: None,
            last: None,
            transcript: false,
            nesting: (0, 0),
            root_prompt: false,
            endless: Vec::new(),
            patience: Cell::new(PATIENCE * text.len() + 4096),
        }
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn peek(&self, by: usize) -> Option<u8> {
        self.bytes.get(self.at + by).copied()
    }

    /// Whether one more level is allowed.
    pub(super) fn deeper(&mut self) -> bool {
        if self.depth < DEEPEST {
            return true;
        }
        if self.out.facts.notices.len() < 8 {
            self.notice(self.at, "nested too deep to be read");
        }
        false
    }

    pub(super) fn notice(&mut self, offset: usize, message: impl Into<String>) {
        self.out.facts.notices.push(FactProblem { offset, message: message.into() });
    }

    pub(super) fn unclosed(&mut self, offset: usize, quote: &str) {
        if self.out.facts.notices.len() < 8 {
            self.notice(offset, format!("unclosed `{quote}`"));
        }
    }

    /// Reads the inside of a substitution or group, and its end.
    pub(super) fn nested(&mut self, until: Until) {
        let outer = (self.until, self.pipe.take(), self.last);
        self.until = until;
        self.depth += 1;
        self.list();
        self.depth -= 1;
        (self.until, self.pipe, self.last) = outer;
    }

    /// Reads statements, and what ends them.
    pub(super) fn list(&mut self) {
        let mut cases = 0_usize;
        let mut pattern = false;
        loop {
            self.blanks();
            let start = self.at;
            if pattern {
                pattern = false;
                if self.case_pattern() {
                    cases = cases.saturating_sub(1);
                }
                continue;
            }
            let Some(byte) = self.byte() else { return };
            match (byte, self.peek(1)) {
                (b'\n', _) | (b'\r', Some(b'\n')) => self.newline(),
                (b'\r', _) => self.at += 1,
                (b')', _) if self.until == Until::Paren => {
                    self.at += 1;
                    return;
                }
                (b'`', _) if self.until == Until::Backquote => {
                    self.at += 1;
                    return;
                }
                (b';', Some(b';' | b'&')) if self.dialect == Dialect::Sh => {
                    let len = if self.bytes.get(start..start + 3) == Some(b";;&") { 3 } else { 2 };
                    self.mark(start, len, false, true);
                    pattern = cases > 0;
                }
                (b';', _) => self.at += 1,
                (b'&', Some(b'&')) | (b'|', Some(b'|')) => self.mark(start, 2, true, true),
                (b'|', next) => {
                    self.mark(start, if next == Some(b'&') { 2 } else { 1 }, true, true);
                    self.pipe = self.last;
                }
                (b'&', _) => self.mark(start, 1, self.dialect == Dialect::PowerShell, false),
                (b')', _) => self.mark(start, 1, false, true),
                (b'(', _) => self.parenthesis(),
                (b'#', _) if self.is_comment() => self.comment(),
                (b'}', _) => self.mark(start, 1, false, true),
                (b'{', next)
                    if next.is_none_or(|b| {
                        b.is_ascii_whitespace() || self.dialect != Dialect::Sh && b != b'{'
                    }) =>
                {
                    self.mark(start, 1, true, false);
                }
                (b'@', _) if self.dialect == Dialect::Cmd => self.at += 1,
                _ => {
                    if self.own_tag().is_some() {
                        continue;
                    }
                    match self.keyword() {
                        Keyword::None => self.statement(),
                        Keyword::Plain => {}
                        Keyword::Case => {
                            cases += 1;
                            pattern = true;
                        }
                        Keyword::Esac => cases = cases.saturating_sub(1),
                    }
                }
            }
            if self.at <= start {
                // Nothing begins here: step over it.
                self.at =
                    start + self.text.get(start..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8);
            }
        }
    }

    /// `(…)`, `((…))`
    fn parenthesis(&mut self) {
        let start = self.at;
        if let Some(end) = self.arithmetic(start) {
            let span = Span::new(start, end);
            self.out.datum(self.text, DatumKind::Arithmetic, span, span.of(self.text));
            self.out.marks.push(Mark { span, opens: false, closes: false });
            self.at = end;
            return;
        }
        self.mark(start, 1, true, false);
        if !self.deeper() {
            return;
        }
        let outer = (self.until, self.last);
        self.until = Until::Paren;
        self.depth += 1;
        self.list();
        self.depth -= 1;
        self.until = outer.0;
        if self.at > start + 1 && self.bytes.get(self.at - 1) == Some(&b')') {
            self.at -= 1;
            self.mark(self.at, 1, false, true);
        }
    }

    /// Records the operator or keyword of `len` bytes at `start` and goes past it.
    pub(super) fn mark(&mut self, start: usize, len: usize, opens: bool, closes: bool) {
        let span = Span::new(start, start + len);
        self.out.marks.push(Mark { span, opens, closes });
        self.out.datum(self.text, DatumKind::Operator, span, span.of(self.text));
        self.at = start + len;
    }

    /// A line end outside of statements; here-documents begin after it.
    pub(super) fn newline(&mut self) {
        self.at += scan::newline_len(self.bytes, self.at).max(1);
        self.bodies();
        self.prompt();
    }

    /// Spaces, continued lines and block comments.
    pub(super) fn blanks(&mut self) {
        loop {
            self.at = scan::skip_blanks(self.bytes, self.at);
            let Some(byte) = self.byte() else { return };
            if byte == self.dialect.escape() || byte == b'\\' {
                if let Some(end) = self.continuation(self.at) {
                    let kind = BreakKind::Continuation;
                    self.out.breaks.push(Break { kind, span: Span::new(self.at, end) });
                    self.at = end;
                    self.continued_prompt();
                    continue;
                }
                // `\ ` between words: what a line end leaves when lines are joined.
                if self.dialect == Dialect::Sh && matches!(self.peek(1), Some(b' ' | b'\t')) {
                    self.at += 1;
                    continue;
                }
                return;
            }
            if byte == b'\r' && self.peek(1) != Some(b'\n') {
                self.at += 1;
                continue;
            }
            if byte == b'<' && self.peek(1) == Some(b'#') && self.dialect == Dialect::PowerShell {
                let end = self.text.get(self.at..).and_then(|rest| rest.find("#>"));
                let end = end.map_or(self.text.len(), |end| self.at + end + 2);
                self.out
                    .facts
                    .comments
                    .push(Comment { span: Span::new(self.at, end), own_line: self.first_on_line(self.at) });
                self.at = end;
                continue;
            }
            return;
        }
    }

    /// Where the next line begins if the line is continued at `at`.
    pub(super) fn continuation(&self, at: usize) -> Option<usize> {
        let byte = *self.bytes.get(at)?;
        if byte != self.dialect.escape() {
            return None;
        }
        let blank_end = scan::skip_blanks(self.bytes, at + 1);
        if blank_end >= self.bytes.len() {
            return Some(blank_end);
        }
        let newline = scan::newline_len(self.bytes, blank_end);
        if newline > 0 {
            return Some(blank_end + newline);
        }
        // `\ # why`: not what a shell reads, but what is meant if options follow.
        if self.dialect == Dialect::Sh && blank_end > at + 1 && self.bytes.get(blank_end) == Some(&b'#') {
            let end = scan::line_end(&self.finder, self.text, blank_end);
            let next = end + scan::newline_len(self.bytes, end);
            if next > end && self.bytes.get(scan::skip_blanks(self.bytes, next)) == Some(&b'-') {
                return Some(next);
            }
        }
        None
    }

    /// Whether `#` at this place begins a comment.
    pub(super) fn is_comment(&self) -> bool {
        if self.dialect == Dialect::Cmd {
            return false;
        }
        let before = self.at.checked_sub(1).and_then(|at| self.bytes.get(at));
        let free = before.is_none_or(|byte| byte.is_ascii_whitespace() || b";&|()`{}\xbf".contains(byte));
        free && scan::template(&self.finder, self.text, self.at, true)
            .is_none_or(|_| self.peek(1) != Some(b'{'))
    }

    /// Takes the comment at this place.
    pub(super) fn comment(&mut self) {
        let mut end = scan::line_end(&self.finder, self.text, self.at);
        if self.until == Until::Backquote
            && let Some(close) = self.finder.find_on_line(self.text, "`", self.at)
        {
            end = end.min(close);
        }
        let span = Span::new(self.at, end.max(self.at + 1));
        let own_line = self.first_on_line(self.at);
        self.out.facts.comments.push(Comment { span, own_line });
        self.at = span.end();
    }

    /// Whether only spaces and tabs are before `at` on its line.
    pub(super) fn first_on_line(&self, at: usize) -> bool {
        let mut before = at;
        while before > 0 && matches!(self.bytes.get(before - 1), Some(b' ' | b'\t')) {
            before -= 1;
        }
        before == 0 || matches!(self.bytes.get(before - 1), Some(b'\n' | b'\xbf'))
    }

    /// Records a template tag that controls what comes after it.
    pub(super) fn note_control(&mut self, start: usize, end: usize, role: WordRole) {
        if role != WordRole::Value {
            self.out.facts.control.push(Span::new(start, end));
            if template::is_comment(Span::new(start, end).of(self.text)) {
                let own_line = self.first_on_line(start);
                self.out.facts.comments.push(Comment { span: Span::new(start, end), own_line });
            }
        }
    }

    /// A template tag that produces no text, at this place: goes past it.
    pub(super) fn own_tag(&mut self) -> Option<(Span, WordRole)> {
        let (end, role) = self.tag_at(self.at)?;
        let span = Span::new(self.at, end);
        self.note_control(span.start(), span.end(), role);
        self.out.datum(self.text, DatumKind::Tag, span, span.of(self.text));
        self.at = end;
        Some((span, role))
    }

    /// The template tag at `at`, if it produces no text.
    pub(super) fn tag_at(&self, at: usize) -> Option<(usize, WordRole)> {
        if !matches!(self.bytes.get(at), Some(b'{' | b'<' | b'%')) {
            return None;
        }
        let (end, role) = scan::template(&self.finder, self.text, at, false)?;
        (role != WordRole::Value).then_some((end, role))
    }
}

/// What a keyword means for the list that contains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    /// It is not a keyword.
    None,
    /// It has been taken.
    Plain,
    /// Patterns follow.
    Case,
    /// The end of them.
    Esac,
}

/// Reads all of `text`.
pub(super) fn read(text: &str, dialect: Dialect) -> ScriptFacts {
    let mut lexer = Lexer::new(text, dialect);
    if text.starts_with('\u{feff}') {
        lexer.at = '\u{feff}'.len_utf8();
    }
    lexer.root_prompt = super::prompt::is_root_transcript(text);
    lexer.prompt();
    while lexer.at < text.len() {
        lexer.list();
    }
    lexer.bodies();
    lexer.out
}
