//! Quoted parts of words.

use super::dialect::Dialect;
use super::lexer::{Lexer, Until};
use super::scan;
use super::word::{Means, RawWord, has_template};
use crate::embed::Quoting;
use crate::text::Span;

impl Lexer<'_> {
    /// `'…'`; a quote that is never closed is an apostrophe.
    pub(super) fn single(&mut self, word: &mut RawWord) {
        let start = self.at;
        let Some(mut close) = self.finder.find(self.text, "'", start + 1) else {
            self.unclosed(start, "'");
            return self.literal(word, Quoting::Bare);
        };
        // A template expression may contain quotes: `'{{ cfg['name'] }}'`.
        let mut from = start + 1;
        while let Some((open, end)) = self.template_before(from, close) {
            from = end;
            if end > close {
                word.opaque = true;
                match self.finder.find(self.text, "'", end) {
                    Some(next) => close = next,
                    None => break,
                }
            }
            let _ = open;
        }
        word.quoted = true;
        let mut at = start + 1;
        if self.dialect == Dialect::PowerShell {
            // `''` is one quote.
            while self.bytes.get(close + 1) == Some(&b'\'') {
                word.push(at, close, Means::Verbatim, Quoting::Foreign);
                word.push(close, close + 2, Means::Char('\''), Quoting::Foreign);
                at = close + 2;
                let Some(next) = self.finder.find(self.text, "'", at) else { break };
                close = next;
            }
        }
        let close = close.max(at);
        let inner = Span::new(at, close);
        word.opaque |= has_template(inner.of(self.text));
        let quoting = if self.dialect == Dialect::Sh { Quoting::Single } else { Quoting::Foreign };
        word.push(at, close, Means::Verbatim, quoting);
        self.at = (close + 1).min(self.text.len());
    }

    /// The first template expression that begins in `from..to`, on one line.
    fn template_before(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let inner = self.text.get(from..to)?;
        let mut at = from;
        for piece in inner.split_inclusive('{') {
            at += piece.len();
            if piece.ends_with('{')
                && self.bytes.get(at).is_some_and(|next| b"{%".contains(next))
                && let Some((end, _)) = scan::template(&self.finder, self.text, at - 1, true)
            {
                return Some((at - 1, end));
            }
        }
        None
    }

    /// `"…"`
    pub(super) fn double(&mut self, word: &mut RawWord) {
        let start = self.at;
        if self.finder.find(self.text, "\"", start + 1).is_none() {
            self.unclosed(start, "\"");
            return self.literal(word, Quoting::Bare);
        }
        word.quoted = true;
        self.at += 1;
        let quoting = if self.dialect == Dialect::Sh { Quoting::Double } else { Quoting::Foreign };
        let escape = self.dialect.escape();
        let mut from = self.at;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' if self.dialect == Dialect::PowerShell && self.bytes.get(self.at + 1) == Some(&b'"') => {
                    word.push(from, self.at, Means::Verbatim, quoting);
                    word.push(self.at, self.at + 2, Means::Char('"'), quoting);
                    self.at += 2;
                    from = self.at;
                }
                b'"' => {
                    word.push(from, self.at, Means::Verbatim, quoting);
                    self.at += 1;
                    return;
                }
                _ if byte == escape && self.dialect != Dialect::Cmd => {
                    word.push(from, self.at, Means::Verbatim, quoting);
                    self.escape_in_double(word, quoting);
                    from = self.at;
                }
                b'$' => {
                    word.push(from, self.at, Means::Verbatim, quoting);
                    self.dollar(word, quoting);
                    from = self.at;
                }
                b'`' if self.dialect == Dialect::Sh && self.until != Until::Backquote => {
                    word.push(from, self.at, Means::Verbatim, quoting);
                    from = self.at;
                    if self.backquote(word, quoting) {
                        from = self.at;
                    } else {
                        self.at += 1;
                    }
                }
                b'!' if self.dialect == Dialect::Cmd => {
                    word.opaque |= self.percent_name(self.at).is_some();
                    self.at += 1;
                }
                b'{' | b'%' | b'#' | b'<' => match scan::template(&self.finder, self.text, self.at, true) {
                    Some((end, role)) => {
                        word.push(from, self.at, Means::Verbatim, quoting);
                        word.push(self.at, end, Means::Verbatim, Quoting::Expression);
                        word.opaque = true;
                        self.note_control(self.at, end, role);
                        self.at = end;
                        from = end;
                    }
                    None => {
                        if byte == b'%' && self.percent_name(self.at).is_some() {
                            word.opaque = true;
                        }
                        self.at += 1;
                    }
                },
                _ => self.at += 1,
            }
        }
        word.push(from, self.at, Means::Verbatim, quoting);
        self.unclosed(start, "\"");
    }

    /// An escape in `"…"`.
    fn escape_in_double(&mut self, word: &mut RawWord, quoting: Quoting) {
        let start = self.at;
        let newline = scan::newline_len(self.bytes, start + 1);
        if newline > 0 && self.dialect == Dialect::Sh {
            self.at += 1 + newline;
            return;
        }
        self.at += 1;
        let Some(letter) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else {
            word.push(start, self.at, Means::Verbatim, quoting);
            return;
        };
        self.at += letter.len_utf8();
        let means = match (self.dialect, letter) {
            (Dialect::Sh, '"' | '\\' | '$' | '`') | (Dialect::PowerShell, '"' | '$' | '`') => {
                Means::Char(letter)
            }
            _ => Means::Verbatim,
        };
        word.push(start, self.at, means, quoting);
    }

    /// The end of `%NAME%`, and of `%T%` or `%NAME:~0,5%` that are a word; in cmd also of `%a%b`, `!NAME!`, `%~1`, `%*`.
    pub(super) fn percent_name(&self, at: usize) -> Option<usize> {
        let sign = *self.bytes.get(at).filter(|sign| **sign == b'%' || **sign == b'!')?;
        let cmd = self.dialect == Dialect::Cmd;
        let len = scan::name_len(self.bytes, at + 1);
        let close = self.bytes.get(at + 1 + len);
        // Elsewhere `%s%` is seldom more than a format: another text may be meant for cmd all the same.
        let is_word = || {
            let ends = |byte: Option<&u8>| {
                byte.is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'=".contains(byte))
            };
            sign == b'%' && len > 0 && ends(at.checked_sub(1).and_then(|at| self.bytes.get(at)))
        };
        let ends_word = |end: usize| {
            self.bytes.get(end).is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'".contains(byte))
        };
        if close == Some(&sign)
            && (len > 1 && sign == b'%' || len > 0 && cmd || is_word() && ends_word(at + len + 2))
        {
            return Some(at + len + 2);
        }
        let is_part = || is_word() && self.bytes.get(at + 2 + len) == Some(&b'~');
        if !cmd && !is_part() {
            return None;
        }
        if len > 0 && close == Some(&b':') {
            let line = self.text.get(at + 1 + len..)?.lines().next()?;
            return line.find(char::from(sign)).map(|end| at + 1 + len + end + 1);
        }
        let rest = self.bytes.get(at + 1..).filter(|_| sign == b'%')?;
        let flags = if rest.first() == Some(&b'~') {
            1 + rest
                .iter()
                .skip(1)
                .take_while(|byte| b"fdpnxsatz$".contains(&byte.to_ascii_lowercase()))
                .count()
        } else {
            0
        };
        let argument = rest.get(flags)?;
        (argument.is_ascii_digit() || *argument == b'*' && flags == 0).then_some(at + 1 + flags + 1)
    }

    pub(super) fn closes_quote(&self, at: usize) -> bool {
        self.bytes.get(at) == Some(&b'"')
    }

    /// `$'…'`
    pub(super) fn ansi(&mut self, word: &mut RawWord) {
        let start = self.at;
        if self.finder.find(self.text, "'", start + 2).is_none() {
            self.at += 1;
            word.push(start, self.at, Means::Verbatim, Quoting::Bare);
            return;
        }
        word.quoted = true;
        self.at += 2;
        let mut from = self.at;
        while let Some(byte) = self.byte() {
            match byte {
                b'\'' => {
                    word.push(from, self.at, Means::Verbatim, Quoting::AnsiC);
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    word.push(from, self.at, Means::Verbatim, Quoting::AnsiC);
                    let escape = self.at;
                    self.at += 1;
                    let letter = self.text.get(self.at..).and_then(|rest| rest.chars().next());
                    self.at += self.char_len();
                    let means = match letter {
                        Some('n') => Means::Char('\n'),
                        Some('t') => Means::Char('\t'),
                        Some('r') => Means::Char('\r'),
                        Some(letter @ ('\'' | '"' | '\\' | '?')) => Means::Char(letter),
                        _ => Means::Verbatim,
                    };
                    word.push(escape, self.at, means, Quoting::AnsiC);
                    from = self.at;
                }
                _ => self.at += 1,
            }
        }
        word.push(from, self.at, Means::Verbatim, Quoting::AnsiC);
        self.unclosed(start, "'");
    }

    /// `` `…` ``; `false` where no other backquote closes it.
    pub(super) fn backquote(&mut self, word: &mut RawWord, quoting: Quoting) -> bool {
        let start = self.at;
        if self.finder.find(self.text, "`", start + 1).is_none() || !self.deeper() {
            return false;
        }
        self.at += 1;
        self.nested(Until::Backquote);
        word.push(start, self.at, Means::Substitution, Quoting::Expression);
        word.opaque = true;
        word.splits |= quoting == Quoting::Bare;
        true
    }
}
