//! Literal text between expansions.

use super::{DEEPEST, Lexer, Notation, Stop, Usage};
use crate::text::Span;

/// What is between the last word and what comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Gap {
    /// The beginning.
    #[default]
    Start,
    /// Nothing: the word continues.
    Open,
    /// A variable.
    Joined,
    Blank,
}

/// Words that are collected, with the bytes that they are written with.
#[derive(Debug, Default)]
pub(super) struct LiteralWords {
    list: Vec<(Span, String)>,
    gap: Gap,
    /// Whether a space is between two of them.
    blanks: bool,
}

impl LiteralWords {
    /// Adds `text`, which the bytes at `span` represent.
    pub(super) fn push(&mut self, span: Span, text: &str) {
        match self.list.last_mut().filter(|_| self.gap == Gap::Open) {
            Some((whole, word)) => {
                *whole = whole.hull(span);
                word.push_str(text);
            }
            None => {
                self.blanks |= self.gap == Gap::Blank;
                self.list.push((span, text.to_owned()));
                self.gap = Gap::Open;
            }
        }
    }

    /// The word ends.
    fn cut(&mut self) {
        if self.gap != Gap::Start {
            self.gap = Gap::Blank;
        }
    }

    /// A variable is here.
    fn join(&mut self) {
        self.blanks |= self.gap == Gap::Blank;
        self.gap = Gap::Joined;
    }

    /// Whether it is a text of several words.
    pub(super) fn is_text(&self) -> bool {
        self.blanks
    }

    pub(super) fn finish(self) -> Vec<(Span, String)> {
        self.list
    }
}

impl Lexer<'_> {
    /// Text up to `stop`, which is not taken; `string` where it is a string of a program.
    pub(super) fn words(&mut self, stop: Stop, usage: Usage, string: bool) {
        let mut words = LiteralWords::default();
        let shell = self.notation == Notation::Shell && !string;
        // In `"…"` a word continues over spaces.
        let mut double = false;
        while let Some(byte) = self.peek(0) {
            let quoted = double
                && matches!(stop, Stop::Word | Stop::Backquoted | Stop::Byte(b')' | b'}') | Stop::Line);
            if self.is_end(stop) && !quoted {
                break;
            }
            match byte {
                b'\\' => self.escape(&mut words),
                b'"' if shell => {
                    double = !double;
                    self.at += 1;
                }
                b'\'' if shell && !double => self.raw(&mut words),
                b'$' if shell && !double && self.peek(1) == Some(b'\'') => {
                    self.at += 2;
                    self.quoted(&mut words);
                }
                b'"' | b'\'' if !string && !double => {
                    words.cut();
                    self.at += 1;
                }
                byte if byte.is_ascii_whitespace() => {
                    words.cut();
                    self.at += 1;
                }
                _ if self.expansion(usage, string) => words.join(),
                _ => self.push(&mut words),
            }
        }
        self.keep(words, usage);
    }

    /// One character.
    fn push(&mut self, words: &mut LiteralWords) {
        let sign = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        let span = Span::new(self.at, self.at + sign.map_or(1, char::len_utf8));
        words.push(span, span.of(self.text));
        self.at = span.end();
    }

    /// `'…'`, in which nothing is expanded.
    fn raw(&mut self, words: &mut LiteralWords) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\'' => {
                    self.at += 1;
                    return;
                }
                byte if byte.is_ascii_whitespace() => {
                    words.cut();
                    self.at += 1;
                }
                _ => self.push(words),
            }
        }
    }

    /// `$'…'`, in which only escapes are expanded.
    fn quoted(&mut self, words: &mut LiteralWords) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\'' => {
                    self.at += 1;
                    return;
                }
                b'\\' => self.escape(words),
                _ => self.push(words),
            }
        }
    }

    /// A backslash and what it says.
    fn escape(&mut self, words: &mut LiteralWords) {
        let start = self.at;
        self.at += 1;
        let Some(byte) = self.peek(0) else { return };
        let code = match byte {
            b'\n' | b'\r' => {
                // A word continues in the next line.
                self.at += 1;
                return;
            }
            b'n' | b't' | b'r' if self.notation != Notation::Shell => {
                words.cut();
                self.at += 1;
                return;
            }
            b'x' => self.digits(1, 2, 16),
            b'u' if self.peek(1) == Some(b'{') => {
                let code = self.digits(2, 6, 16);
                self.at += usize::from(code.is_some() && self.peek(0) == Some(b'}'));
                code
            }
            b'u' => self.digits(1, 4, 16),
            b'U' => self.digits(1, 8, 16),
            b'0'..=b'7' => self.digits(0, 3, 8),
            _ => None,
        };
        match code {
            Some(sign) => {
                words.push(Span::new(start, self.at), sign.encode_utf8(&mut [0; 4]));
            }
            None => self.push(words),
        }
    }

    /// The character whose number begins `ahead` bytes further, in at most `most` digits; nothing is read if there is none.
    fn digits(&mut self, ahead: usize, most: usize, base: u32) -> Option<char> {
        let from = self.at + ahead;
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        let count = rest.iter().take(most).take_while(|byte| char::from(**byte).is_digit(base)).count();
        let digits = self.text.get(from..from + count).filter(|digits| digits.len() > 1)?;
        let sign = u32::from_str_radix(digits, base).ok().and_then(char::from_u32)?;
        self.at = from + count;
        Some(sign)
    }

    /// Whether expressions are not followed any deeper.
    pub(super) fn is_too_deep(&self) -> bool {
        self.depth >= DEEPEST
    }
}
