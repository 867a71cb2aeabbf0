//! The names and the literal pieces of an expression, found by its form alone: nothing is evaluated.
//!
//! A piece is a default, a branch of a condition, a part joined to a variable, an argument. Names are variables, attributes,
//! functions, commands, option words, keys and indexes.

mod code;
mod expansion;
mod shape;
mod words;

use super::Span;
pub(crate) use shape::{is_identifier, is_named};
use words::LiteralWords;

/// How the language of a place writes expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notation {
    /// Words of a shell: quotes, `$X`, `${X:-…}`, `$(…)`.
    Shell,
    /// Plain text in which a shell, a template engine or make may expand something.
    Text,
    /// Text of a makefile: `$(or …)`.
    Make,
    /// A string of HCL: `${…}` contains an expression.
    Hcl,
    /// An expression of a program: words are names, strings are literals.
    Code,
}

/// What a piece is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Usage {
    /// The expression may become the value.
    Value,
    /// Something is computed from it: its form alone shows whether it is a name.
    Argument,
    /// A key, an index, a command, the name that a look-up takes.
    Name,
}

/// A literal piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    /// Its bytes as written.
    pub(crate) span: Span,
    /// Without quotes and escapes.
    pub(crate) text: String,
    /// Whether the expression may become the value.
    pub(crate) is_value: bool,
}

/// A variable or attribute that is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VariableRead {
    /// Its parts, with a dot between them: `TOK`, `var.tok`.
    pub(crate) name: String,
    /// Whether the expression may become its value.
    pub(crate) is_value: bool,
}

/// What an expression consists of.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    pub(crate) literals: Vec<Literal>,
    pub(crate) reads: Vec<VariableRead>,
    /// Where reading ended.
    pub(crate) end: usize,
}

/// Shorter pieces are not looked at.
pub(crate) const SHORTEST: usize = 8;

/// The names and literal pieces of `text`; spans are of `text`. The text may become the value itself where `is_value`.
pub(crate) fn lex(text: &str, notation: Notation, is_value: bool) -> Lexed {
    let listed_text = || notation == Notation::Text && text.contains(' ');
    if text.starts_with('(') && (notation == Notation::Shell || listed_text()) {
        let mut lexer = listed(text, 0);
        lexer.close(Stop::Byte(b')'));
        lexer.words(Stop::End, Usage::Argument, false);
        lexer.out.end = lexer.at;
        return lexer.out;
    }
    lex_until(text, 0, notation, Stop::End, is_value)
}

/// What is in the parentheses at `at`: `A=(a b)`; in PowerShell, an expression.
fn listed(text: &str, at: usize) -> Lexer<'_> {
    let mut lexer = Lexer { text, at: at + 1, notation: Notation::Shell, depth: 0, out: Lexed::default() };
    lexer.commands(Stop::Byte(b')'), Usage::Argument, true);
    lexer
}

/// The same for the value that begins at `at` and ends where the notation says.
pub(crate) fn lex_value(text: &str, at: usize, notation: Notation, is_value: bool) -> Lexed {
    let byte = text.as_bytes().get(at).copied();
    let stop = match (notation, byte) {
        (Notation::Shell, Some(b'(')) => {
            let mut lexer = listed(text, at);
            lexer.out.end = lexer.at;
            return lexer.out;
        }
        (Notation::Shell, _) => Stop::Word,
        (Notation::Code, _) => Stop::Statement,
        (_, Some(quote @ (b'"' | b'\''))) => {
            return lex_until(text, at + 1, notation, Stop::Byte(quote), is_value);
        }
        _ => Stop::Line,
    };
    lex_until(text, at, notation, stop, is_value)
}

/// The same for all arguments of the command or statement that continues at `at`.
pub(crate) fn lex_line(text: &str, at: usize, notation: Notation) -> Lexed {
    let stop = if notation == Notation::Code { Stop::Statement } else { Stop::Line };
    lex_until(text, at, notation, stop, false)
}

/// The same for a field of a request at `at`: it ends with the word, pair or string that contains it.
pub(crate) fn lex_field(text: &str, at: usize, notation: Notation, is_value: bool) -> Lexed {
    // An expression of PowerShell.
    if notation == Notation::Shell && text.as_bytes().get(at) == Some(&b'(') {
        return lex_value(text, at, notation, is_value);
    }
    let notation = if notation == Notation::Shell { Notation::Text } else { notation };
    lex_until(text, at, notation, Stop::Field, is_value)
}

/// The same for the user, host and port of a URL, which begin at `at`.
pub(crate) fn lex_authority(text: &str, at: usize) -> Lexed {
    lex_until(text, at, Notation::Text, Stop::Authority, true)
}

fn lex_until(text: &str, at: usize, notation: Notation, stop: Stop, is_value: bool) -> Lexed {
    let mut lexer = Lexer { text, at, notation, depth: 0, out: Lexed::default() };
    let usage = if is_value { Usage::Value } else { Usage::Argument };
    if notation == Notation::Code {
        lexer.code(stop, usage, false);
    } else {
        lexer.words(stop, usage, false);
    }
    lexer.out.end = lexer.at;
    lexer.out
}

/// Where a part of an expression ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    End,
    Byte(u8),
    /// Two bytes: `}}`.
    Pair([u8; 2]),
    /// A quote with a backslash before it.
    Escaped(u8),
    /// Three of it.
    Triple(u8),
    /// What ends a word of a shell.
    Word,
    Line,
    /// The same, or a backquote.
    Backquoted,
    /// What ends an argument of make's, in parentheses or braces.
    Paren,
    Brace,
    /// What ends a part of `${NAME/pattern/text}`.
    Slash,
    /// What ends the host of a URL.
    Authority,
    /// What ends a field of a request.
    Field,
    /// What ends a statement or an argument of a program.
    Statement,
}

/// What ends a word of a shell.
fn ends_word(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b';' | b'&' | b'|' | b')' | b'<' | b'>')
}

/// How deep expressions are followed.
const DEEPEST: usize = 32;

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    notation: Notation,
    depth: usize,
    out: Lexed,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn starts(&self, sign: &str) -> bool {
        self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(sign.as_bytes()))
    }

    /// Takes the bytes that are like it.
    fn take(&mut self, is: impl Fn(u8) -> bool) -> &str {
        let start = self.at;
        while self.peek(0).is_some_and(&is) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Whether a part that ends with `stop` ends here.
    fn is_end(&self, stop: Stop) -> bool {
        let Some(byte) = self.peek(0) else { return true };
        match stop {
            Stop::End => false,
            Stop::Byte(end) => byte == end,
            Stop::Pair(pair) => byte == pair[0] && self.peek(1) == Some(pair[1]),
            Stop::Escaped(quote) => byte == b'\\' && self.peek(1) == Some(quote),
            Stop::Triple(quote) => {
                byte == quote && self.peek(1) == Some(quote) && self.peek(2) == Some(quote)
            }
            Stop::Word => ends_word(byte),
            Stop::Backquoted => ends_word(byte) || byte == b'`',
            Stop::Paren => matches!(byte, b',' | b')'),
            Stop::Slash => matches!(byte, b'/' | b'}'),
            Stop::Authority => byte.is_ascii_whitespace() || b"/?#\"'`<>\\".contains(&byte),
            Stop::Brace => matches!(byte, b',' | b'}'),
            Stop::Line => byte == b'\n',
            Stop::Field => byte.is_ascii_whitespace() || b"\"'&;,)}<>\\".contains(&byte),
            Stop::Statement => matches!(byte, b';' | b','),
        }
    }

    /// Goes past the sign that ends a part.
    fn close(&mut self, stop: Stop) {
        if self.peek(0).is_none() {
            return;
        }
        self.at += match stop {
            Stop::Byte(_) => 1,
            Stop::Pair(_) | Stop::Escaped(_) => 2,
            Stop::Triple(_) => 3,
            _ => 0,
        };
        self.at = self.at.min(self.text.len());
    }

    fn read(&mut self, name: &str, usage: Usage) {
        if !name.is_empty() {
            self.out.reads.push(VariableRead { name: name.to_owned(), is_value: usage == Usage::Value });
        }
    }

    /// Keeps what was collected, as far as it is a literal.
    fn keep(&mut self, words: LiteralWords, usage: Usage) {
        // A token contains no spaces: a text with spaces is checked word by word.
        let usage = if usage == Usage::Value && words.is_text() { Usage::Argument } else { usage };
        for (span, text) in words.finish() {
            match usage {
                Usage::Name => {
                    if is_identifier(&text) {
                        self.read(&text, Usage::Argument);
                    }
                }
                Usage::Value if text.chars().count() >= SHORTEST => {
                    self.out.literals.push(Literal { span, text, is_value: true });
                }
                Usage::Value => {}
                Usage::Argument => self.argument(span, &text),
            }
        }
    }

    fn argument(&mut self, span: Span, text: &str) {
        let secret = shape::secrets(text);
        if secret.is_empty() {
            return;
        }
        // With escapes or quotes in it, bytes of the word and of its text are not the same.
        let written = span.of(self.text);
        let mut from = 0;
        for part in secret {
            let part = part.of(text);
            let at = written.get(from..).and_then(|rest| rest.find(part)).map(|at| from + at);
            from = at.map_or(written.len(), |at| at + part.len());
            let span = at.map_or(span, |at| Span::new(at, at + part.len()).shifted(span.start()));
            self.out.literals.push(Literal { span, text: part.to_owned(), is_value: false });
        }
    }
}

#[cfg(test)]
mod tests;
