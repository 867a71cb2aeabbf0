//! Cuts HCL into tokens. Never fails: a string that does not end, ends with its line.

use crate::facts::FactProblem;
use crate::syntax::yaml::lines;
use crate::text::Span;
use std::collections::HashMap;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: HclTokenKind,
    pub(super) span: Span,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HclTokenKind {
    /// A name, or several with `::` between them.
    Word,
    Number,
    /// `"…"`, templates in it included.
    Quoted,
    /// `<<EOT` up to the delimiter that ends it.
    Heredoc,
    /// `#`, `//` or `/* */`
    Comment,
    Newline,
    /// A bracket, `,`, `=`, `:`, `?`, `.`
    Sign(u8),
    /// Any other operator, or an unknown sign.
    Operator,
}

/// Bytes that may be searched for ends that never come, for each byte of text.
const PATIENCE: usize = 8;

/// The tokens of a text, and what is wrong with it.
pub(super) fn tokens(text: &str) -> (Vec<Token>, Vec<FactProblem>) {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        tokens: Vec::new(),
        problems: Vec::new(),
        budget: PATIENCE * text.len() + 4096,
        ends: None,
    };
    while lexer.at < text.len() {
        lexer.next();
    }
    (lexer.tokens, lexer.problems)
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tokens: Vec<Token>,
    problems: Vec<FactProblem>,
    budget: usize,
    /// Where lines begin that contain only one word, by that word: what may end a here-document.
    ends: Option<HashMap<&'t str, Vec<usize>>>,
}

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn push(&mut self, kind: HclTokenKind, end: usize) {
        self.tokens.push(Token { kind, span: Span::new(self.at, end) });
        self.at = end;
    }

    fn next(&mut self) {
        let Some(byte) = self.byte(0) else { return };
        let pair = (byte, self.byte(1));
        match pair {
            (b' ' | b'\t' | b'\r', _) => self.at += 1,
            (b'\n', _) => self.push(HclTokenKind::Newline, self.at + 1),
            (b'#', _) | (b'/', Some(b'/')) => {
                let end = lines::line_end(self.text, self.at);
                self.push(HclTokenKind::Comment, end);
            }
            (b'/', Some(b'*')) => {
                let rest = self.bytes.get(self.at + 2..).unwrap_or_default();
                let end = rest.windows(2).position(|pair| pair == b"*/");
                self.push(HclTokenKind::Comment, end.map_or(self.text.len(), |end| self.at + end + 4));
            }
            (b'"', _) => self.quoted(),
            (b'<', Some(b'<')) => self.heredoc(),
            (b'0'..=b'9', _) => {
                let end = self.run(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
                self.push(HclTokenKind::Number, end);
            }
            (b'=', Some(b'=' | b'>')) | (b'!' | b'<' | b'>', Some(b'=')) => {
                self.push(HclTokenKind::Operator, self.at + 2);
            }
            (b'&', Some(b'&')) | (b'|', Some(b'|')) => self.push(HclTokenKind::Operator, self.at + 2),
            (b'.', Some(b'.')) if self.byte(2) == Some(b'.') => {
                self.push(HclTokenKind::Operator, self.at + 3);
            }
            (b'{' | b'}' | b'[' | b']' | b'(' | b')' | b',' | b'=' | b':' | b'?' | b'.', _) => {
                self.push(HclTokenKind::Sign(byte), self.at + 1);
            }
            _ if is_word(byte) && byte != b'-' => {
                let mut end = self.run(is_word);
                while self.bytes.get(end..end + 2) == Some(b"::")
                    && self.bytes.get(end + 2).is_some_and(|byte| is_word(*byte))
                {
                    let rest = self.bytes.get(end + 2..).unwrap_or_default();
                    end += 2 + rest.iter().take_while(|byte| is_word(**byte)).count();
                }
                self.push(HclTokenKind::Word, end);
            }
            _ => self.push(HclTokenKind::Operator, self.at + 1),
        }
    }

    fn run(&self, fits: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at + rest.iter().take_while(|byte| fits(**byte)).count()
    }

    fn quoted(&mut self) {
        let limit = (self.at + self.budget).min(self.text.len());
        let within = self.bytes.get(..limit).unwrap_or_default();
        match string_end(within, self.at) {
            Ok(end) => self.push(HclTokenKind::Quoted, end),
            Err(reached) => {
                self.budget = self.budget.saturating_sub(reached - self.at);
                let message = "a string that does not end".to_owned();
                self.problems.push(FactProblem { offset: self.at, message });
                let end = lines::line_end(self.text, self.at);
                self.push(HclTokenKind::Quoted, end.max(self.at + 1));
            }
        }
    }

    fn heredoc(&mut self) {
        let start = self.at + 2 + usize::from(self.byte(2) == Some(b'-'));
        let word = self.bytes.get(start..).unwrap_or_default();
        let length = word.iter().take_while(|byte| is_word(**byte)).count();
        let delimiter = Span::new(start, start + length).of(self.text);
        let opener = lines::skip_blanks(self.text, start + length);
        let ends_line = matches!(self.bytes.get(opener..), Some([b'\n', ..] | [b'\r', b'\n', ..]));
        if delimiter.is_empty() || !ends_line {
            return self.push(HclTokenKind::Operator, self.at + 2);
        }
        let text = self.text;
        let ends = self.ends.get_or_insert_with(|| single_words(text));
        let line = ends
            .get(delimiter)
            .and_then(|lines| lines.get(lines.partition_point(|line| *line < opener)).copied());
        let Some(line) = line else {
            let message = format!("a here-document without its `{delimiter}`");
            self.problems.push(FactProblem { offset: self.at, message });
            return self.push(HclTokenKind::Operator, self.at + 2);
        };
        self.push(HclTokenKind::Heredoc, lines::skip_blanks(text, line) + delimiter.len());
    }
}

/// Bytes of names; anything beyond ASCII may be a letter.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80
}

fn single_words(text: &str) -> HashMap<&str, Vec<usize>> {
    let mut words: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let word = line.trim();
        if !word.is_empty() && word.bytes().all(is_word) {
            words.entry(word).or_default().push(at);
        }
        at += line.len();
    }
    words
}

/// What is open inside a string.
#[derive(Clone, Copy)]
enum Open {
    String,
    /// A template, with the braces that are open in it.
    Template(usize),
}

/// Where the string ends that begins at `at`; `Err` with how far the search went.
fn string_end(bytes: &[u8], at: usize) -> Result<usize, usize> {
    scan(bytes, at + 1, Open::String)
}

/// Where the template ends that begins at `at`.
pub(super) fn template_end(bytes: &[u8], at: usize) -> Option<usize> {
    scan(bytes, at + 2, Open::Template(0)).ok()
}

fn scan(bytes: &[u8], mut at: usize, outer: Open) -> Result<usize, usize> {
    let mut open = Vec::new();
    let mut state = outer;
    while let Some(byte) = bytes.get(at).copied() {
        let next = bytes.get(at + 1).copied();
        let mut closes = false;
        match (&mut state, byte) {
            (Open::String, b'\n') => return Err(at),
            (Open::String, b'\\') => at += 1,
            (Open::String, b'$' | b'%') if next == Some(byte) && bytes.get(at + 2) == Some(&b'{') => at += 2,
            (Open::String, b'$' | b'%') if next == Some(b'{') => {
                open.push(state);
                state = Open::Template(0);
                at += 1;
            }
            (Open::String, b'"') => closes = true,
            (Open::Template(_), b'"') => {
                open.push(state);
                state = Open::String;
            }
            (Open::Template(depth), b'{') => *depth += 1,
            (Open::Template(0), b'}') => closes = true,
            (Open::Template(depth), b'}') => *depth -= 1,
            _ => {}
        }
        at += 1;
        if closes {
            match open.pop() {
                Some(around) => state = around,
                None => return Ok(at),
            }
        }
    }
    Err(bytes.len())
}
