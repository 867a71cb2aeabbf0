//! Words: quotes, escapes, expansions and template expressions.

use super::dialect::Dialect;
use super::lexer::{Lexer, Until};
use super::scan::{self, WordRole};
use crate::embed::{Codec, Decoded, Decoder, Quoting};
use crate::text::Span;

/// What the bytes of a piece produce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// Themselves.
    Verbatim,
    /// One character.
    Char(char),
    /// Themselves; commands within have been read.
    Substitution,
}

/// A part of a word that produces text.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShellPiece {
    pub(super) span: Span,
    pub(super) means: Means,
    pub(super) quoting: Quoting,
}

/// A word as it was read.
#[derive(Clone, Debug, Default)]
pub(super) struct RawWord {
    pub(super) span: Span,
    pub(super) pieces: Vec<ShellPiece>,
    pub(super) quoted: bool,
    pub(super) opaque: bool,
    pub(super) splits: bool,
}

impl RawWord {
    /// A word that is written as it reads.
    pub(super) fn verbatim(span: Span) -> Self {
        let mut word = Self { span, ..Self::default() };
        word.push(span.start(), span.end(), Means::Verbatim, Quoting::Bare);
        word
    }

    pub(super) fn push(&mut self, start: usize, end: usize, means: Means, quoting: Quoting) {
        if start == end {
            return;
        }
        if let Some(last) = self.pieces.last_mut() {
            let joins = means == Means::Verbatim && last.means == means && last.quoting == quoting;
            if joins && last.span.end() == start {
                last.span = Span::new(last.span.start(), end);
                return;
            }
        }
        self.pieces.push(ShellPiece { span: Span::new(start, end), means, quoting });
    }

    /// The word without its quotes.
    pub(super) fn text(&self, text: &str) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece.means {
                Means::Char(letter) => out.push(letter),
                _ => out.push_str(piece.span.of(text)),
            }
        }
        out
    }

    /// As [`RawWord::text`], without the commands inside: those are compared by themselves.
    pub(super) fn datum(&self, text: &str) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece.means {
                Means::Char(letter) => out.push(letter),
                Means::Verbatim => out.push_str(piece.span.of(text)),
                Means::Substitution => out.push_str("$()"),
            }
        }
        out
    }

    /// The part of the word after byte `from`, as a word.
    pub(super) fn from(&self, from: usize) -> Self {
        let cut = |piece: &ShellPiece| {
            let start = piece.span.start().max(from);
            (start < piece.span.end())
                .then_some(ShellPiece { span: Span::new(start, piece.span.end()), ..*piece })
        };
        Self {
            span: Span::new(from, self.span.end()),
            pieces: self.pieces.iter().filter_map(cut).collect(),
            ..self.clone()
        }
    }
}

/// Whether a shell makes several words of `{a,b}` or `{1..3}` in this one. Braces of `${…}` and of templates are others.
fn expands_braces(raw: &str) -> bool {
    if !raw.contains('{') {
        return false;
    }
    let (mut quote, mut depth, mut lists) = (None, 0_usize, false);
    let mut before = b' ';
    for byte in raw.bytes() {
        let is_bare = quote.is_none() && before != b'\\';
        match byte {
            b'\'' | b'"' if quote == Some(byte) => quote = None,
            b'\'' | b'"' if is_bare => quote = Some(byte),
            b'{' if is_bare && before != b'$' && before != b'{' => depth += 1,
            b'{' if is_bare => depth = 0,
            b',' if is_bare && depth > 0 => lists = true,
            b'.' if is_bare && depth > 0 && before == b'.' => lists = true,
            b'}' if is_bare && depth > 0 && lists => return true,
            b'}' if is_bare => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = byte;
    }
    false
}

/// The longest parameter, in bytes.
const LONGEST_PARAMETER: usize = 200;

impl Lexer<'_> {
    /// Reads one word; nothing where none begins.
    pub(super) fn word(&mut self) -> Option<RawWord> {
        let start = self.at;
        let mut word = RawWord::default();
        let mut blocks = 0_i32;
        while let Some(byte) = self.byte() {
            let before = self.at;
            match byte {
                b'(' if let Some(end) = self.powershell_group() => {
                    self.atom(&mut word, end, Quoting::Expression);
                    word.splits = true;
                }
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|' | b')' | b'&' | b'('
                    if self.ends_word(byte, start) =>
                {
                    break;
                }
                b'\'' if self.dialect != Dialect::Cmd => self.single(&mut word),
                b'"' => self.double(&mut word),
                b'<' | b'>' => {
                    if !self.angle(&mut word, start) {
                        break;
                    }
                }
                b'!' if self.dialect == Dialect::Cmd && self.percent_name(before).is_some() => {
                    let end = self.percent_name(before).unwrap_or(before + 1);
                    self.atom(&mut word, end, Quoting::Bare);
                    word.splits = true;
                }
                b'{' | b'%' | b'#' if self.braces(&mut word, start, &mut blocks) => {
                    if self.at == before {
                        break;
                    }
                }
                b'`' if self.dialect == Dialect::Sh => {
                    if self.until == Until::Backquote || !self.backquote(&mut word, Quoting::Bare) {
                        if self.until == Until::Backquote {
                            break;
                        }
                        self.literal(&mut word, Quoting::Bare);
                    }
                }
                b'@' if self.here_string(&mut word) => {}
                b'$' => self.dollar(&mut word, Quoting::Bare),
                _ if byte == self.dialect.escape() => {
                    if !self.escape(&mut word) {
                        break;
                    }
                }
                _ => self.literal(&mut word, Quoting::Bare),
            }
            if self.at <= before {
                break;
            }
        }
        if self.at == start {
            return None;
        }
        word.span = Span::new(start, self.at);
        if self.dialect == Dialect::Sh && expands_braces(word.span.of(self.text)) {
            word.opaque = true;
            word.splits = true;
        }
        Some(word)
    }

    /// Whether a byte that may end a word does; parentheses of `@(a|b)` do not.
    fn ends_word(&self, byte: u8, start: usize) -> bool {
        let glob = byte == b'('
            && self.dialect == Dialect::Sh
            && self.at > start
            && self.bytes.get(self.at - 1).is_some_and(|before| b"@?*+!".contains(before));
        !glob || self.finder.find_on_line(self.text, ")", self.at).is_none()
    }

    /// Takes one character, or a run of letters, or all of a glob pattern in parentheses.
    pub(super) fn literal(&mut self, word: &mut RawWord, quoting: Quoting) {
        let start = self.at;
        if self.byte() == Some(b'(') {
            self.at = self.finder.find_on_line(self.text, ")", start).map_or(start + 1, |close| close + 1);
        } else {
            self.at += self.char_len();
            while self
                .byte()
                .is_some_and(|b| b.is_ascii_alphanumeric() || b"-_./:,=@+~".contains(&b) || b >= 0x80)
            {
                self.at += 1;
            }
        }
        word.push(start, self.at, Means::Verbatim, quoting);
    }

    /// An escape outside of quotes; `false` where it ends the word because it continues the line.
    fn escape(&mut self, word: &mut RawWord) -> bool {
        let start = self.at;
        let newline = scan::newline_len(self.bytes, start + 1);
        if newline > 0 {
            let next = start + 1 + newline;
            let joins = self.bytes.get(next).is_some_and(|byte| !b" \t\r\n-#".contains(byte));
            if !joins {
                return false;
            }
            word.quoted = true;
            self.at = next;
            return true;
        }
        if self.continuation(start).is_some() {
            return false;
        }
        self.at += 1;
        self.at += self.char_len();
        let letter = self.text.get(start + 1..self.at).and_then(|rest| rest.chars().next());
        word.quoted = true;
        match letter {
            Some(letter) => word.push(start, self.at, Means::Char(letter), Quoting::Bare),
            None => word.push(start, self.at, Means::Verbatim, Quoting::Bare),
        }
        true
    }

    /// `<` or `>` within a word: a template, a process substitution, a placeholder; `false` where it ends the word.
    fn angle(&mut self, word: &mut RawWord, start: usize) -> bool {
        let at = self.at;
        if let Some((end, role)) = scan::template(&self.finder, self.text, at, false) {
            if role != WordRole::Value && at > start && role != WordRole::Opens {
                return false;
            }
            self.atom(word, end, Quoting::Bare);
            self.note_control(at, end, role);
            return true;
        }
        if self.dialect == Dialect::Sh && self.bytes.get(at + 1) == Some(&b'(') && self.deeper() {
            self.at += 2;
            self.nested(Until::Paren);
            word.push(at, self.at, Means::Substitution, Quoting::Expression);
            word.opaque = true;
            return true;
        }
        if let Some(end) = self.job_parameter().filter(|_| self.dialect == Dialect::Sh) {
            word.splits = true;
            self.atom(word, end, Quoting::Bare);
            return true;
        }
        match self.placeholder(start) {
            Some(end) => {
                word.push(at, end, Means::Verbatim, Quoting::Bare);
                self.at = end;
                true
            }
            None => false,
        }
    }

    /// The end of `<< parameters.name >>`, which CircleCI replaces before a shell reads the text.
    pub(super) fn job_parameter(&self) -> Option<usize> {
        let inner = self.text.get(self.at..)?.strip_prefix("<<")?;
        let end = inner.as_bytes().iter().take(LONGEST_PARAMETER).position(|byte| *byte == b'>')?;
        let name = inner.get(..end)?.trim();
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
        let closes = inner.get(end..)?.starts_with(">>");
        (is_name && closes && name.contains('.')).then_some(self.at + 2 + end + 2)
    }

    /// The word between spaces before `at`; nothing where it is longer than any option.
    fn word_before(&self, at: usize) -> &[u8] {
        let near = self.bytes.get(at.saturating_sub(LONGEST_OPTION)..at).unwrap_or_default();
        let blanks = near.iter().rev().take_while(|byte| b" \t".contains(byte)).count();
        let word = near.get(..near.len() - blanks).unwrap_or_default();
        match word.iter().rposition(|byte| b" \t\n".contains(byte)) {
            Some(blank) => word.get(blank + 1..).unwrap_or_default(),
            None if at <= LONGEST_OPTION => word,
            None => b"",
        }
    }

    /// The end of `<your token>`, which is not a redirection.
    pub(super) fn placeholder(&self, start: usize) -> Option<usize> {
        let at = self.at;
        let rest = self.text.get(at..)?.strip_prefix('<')?;
        let before = self.word_before(at);
        let is_value = before.len() > 2 && before.starts_with(b"--") && !before.contains(&b'=');
        if !is_value && !rest.starts_with(char::is_alphabetic) || rest.starts_with(['(', ' ', '<', '>']) {
            return None;
        }
        // After an option, any text is a placeholder: `<a,b>`, `<token (from the UI)>`, `<...>`.
        let len = if is_value {
            rest.find(['<', '>', '\n'])?
        } else {
            rest.find(|c: char| !c.is_alphanumeric() && !" _-.'/:".contains(c))?
        };
        let inner = rest.get(..len)?;
        let behind = rest.get(len..)?.strip_prefix('>')?;
        if inner.ends_with(' ') || inner.len() > 120 {
            return None;
        }
        let glued = behind.starts_with(|c: char| c.is_alphanumeric() || c == '&' || c == '>' || c == '$');
        let telling = inner.contains([' ', '_', '-']) || inner.contains(char::is_uppercase);
        let behind_option = before.starts_with(b"-");
        (at > start || !glued && (telling || behind_option)).then_some(at + 1 + len + 1)
    }

    /// `{{ … }}`, `{% … %}`, `%{ … }`, `#{ … }`, `%NAME%`; `false` where it is just a character. Where it must end the
    /// word, nothing is taken.
    fn braces(&mut self, word: &mut RawWord, start: usize, blocks: &mut i32) -> bool {
        let at = self.at;
        let Some((end, role)) = scan::template(&self.finder, self.text, at, false) else {
            if let Some(end) = self.percent_name(at) {
                // A single line does not say which shell reads it.
                word.splits = true;
                self.atom(word, end, Quoting::Bare);
                return true;
            }
            return false;
        };
        match role {
            WordRole::Value => {
                word.splits = true;
            }
            WordRole::Opens => *blocks += 1,
            // The end of a block that began before this word.
            WordRole::Closes | WordRole::Neutral if at > start && *blocks == 0 => return true,
            WordRole::Closes => *blocks -= 1,
            WordRole::Neutral => {}
        }
        self.atom(word, end, Quoting::Bare);
        self.note_control(at, end, role);
        true
    }

    fn atom(&mut self, word: &mut RawWord, end: usize, _outside: Quoting) {
        word.push(self.at, end, Means::Verbatim, Quoting::Expression);
        word.opaque = true;
        self.at = end;
    }

    /// What begins with `$`.
    pub(super) fn dollar(&mut self, word: &mut RawWord, quoting: Quoting) {
        let start = self.at;
        let bare = quoting == Quoting::Bare;
        let next = self.bytes.get(start + 1).copied();
        match next {
            Some(b'\'') if bare && self.dialect == Dialect::Sh => return self.ansi(word),
            Some(b'"') if bare && self.dialect == Dialect::Sh => {
                self.at += 1;
                return self.double(word);
            }
            Some(b'(') if self.dialect != Dialect::Cmd => {
                if let Some(end) = self.arithmetic(start + 1) {
                    return self.atom(word, end, quoting);
                }
                if !self.deeper() {
                    self.at += 2;
                    word.push(start, self.at, Means::Verbatim, quoting);
                    return;
                }
                self.at += 2;
                self.nested(Until::Paren);
                word.push(start, self.at, Means::Substitution, Quoting::Expression);
                word.opaque = true;
                word.splits |= bare;
                return;
            }
            Some(b'{') => {
                if let Some((end, _)) = scan::template(&self.finder, self.text, start, false) {
                    word.splits |= bare;
                    return self.atom(word, end, quoting);
                }
                if self.finder.find(self.text, "}", start).is_none() || !self.deeper() {
                    self.at += 2;
                    word.push(start, self.at, Means::Verbatim, quoting);
                    return;
                }
                self.at += 2;
                self.depth += 1;
                self.parameter(!bare);
                self.depth -= 1;
                let inner = self.text.get(start..self.at).unwrap_or_default();
                word.splits |= bare || inner.contains("[@]") || inner.starts_with("${@");
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                self.at += 1 + scan::name_len(self.bytes, start + 1);
                let scoped = self.dialect == Dialect::PowerShell && self.byte() == Some(b':');
                if scoped {
                    self.at += 1;
                    self.at += scan::name_len(self.bytes, self.at);
                }
                // `$env:NAME` is one word, for any value.
                word.splits |= bare && !scoped;
            }
            Some(byte)
                if byte.is_ascii_digit() || b"@*#?$!-".contains(&byte) && !self.closes_quote(start + 1) =>
            {
                self.at += 2;
                word.splits |= bare && !b"#?$!".contains(&byte) || byte == b'@';
            }
            _ => {
                self.at += 1;
                word.push(start, self.at, Means::Verbatim, quoting);
                return;
            }
        }
        word.push(start, self.at, Means::Verbatim, if bare { Quoting::Expression } else { quoting });
        word.opaque = true;
    }

    /// The end of `((…))` at `at`, if it is one.
    pub(super) fn arithmetic(&self, at: usize) -> Option<usize> {
        if self.bytes.get(at..at + 2)? != b"((" {
            return None;
        }
        let limit = self.patience.get().min(LONGEST_ARITHMETIC);
        let (end, read) = arithmetic_end(self.bytes.get(at..)?, limit);
        if end.is_none() {
            self.patience.set(self.patience.get().saturating_sub(read));
        }
        end.map(|end| at + end)
    }

    /// The inside of `${…}`, and its `}`.
    fn parameter(&mut self, in_quotes: bool) {
        let mut open = 0_usize;
        let mut scratch = RawWord::default();
        while let Some(byte) = self.byte() {
            let before = self.bytes.get(self.at.wrapping_sub(1)).copied().unwrap_or_default();
            match byte {
                b'}' if open == 0 => {
                    self.at += 1;
                    return;
                }
                b'}' => {
                    open -= 1;
                    self.at += 1;
                }
                // Terraform's objects; the shell's own braces come after other signs.
                b'{' if b"(,=[ ".contains(&before) && self.finder.find(self.text, "}", self.at).is_some() => {
                    open += 1;
                    self.at += 1;
                }
                b'"' => self.double(&mut scratch),
                b'\'' if !in_quotes && self.finder.find(self.text, "'", self.at + 1).is_some() => {
                    self.single(&mut scratch);
                }
                b'`' if self.dialect == Dialect::Sh && self.until != Until::Backquote => {
                    if !self.backquote(&mut scratch, Quoting::Double) {
                        self.at += 1;
                    }
                }
                b'$' => self.dollar(&mut scratch, Quoting::Double),
                _ if byte == self.dialect.escape() => {
                    self.at += 1;
                    self.at += self.char_len();
                }
                _ => self.at += 1,
            }
        }
    }

    pub(super) fn char_len(&self) -> usize {
        self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
    }
}

/// The longest option that is searched for before a placeholder, with spaces, in bytes.
const LONGEST_OPTION: usize = 160;
/// The longest `((…))` that is searched for, in bytes.
const LONGEST_ARITHMETIC: usize = 4096;

/// Where `((…))` at the start of `bytes` ends, if it does within `limit` bytes, and how many bytes were read.
fn arithmetic_end(bytes: &[u8], limit: usize) -> (Option<usize>, usize) {
    let mut open = 0_usize;
    for (index, byte) in bytes.iter().enumerate().take(limit) {
        match byte {
            b'(' => open += 1,
            b')' if open == 2 => {
                let closed = bytes.get(index + 1) == Some(&b')');
                return (closed.then_some(index + 2), index);
            }
            b')' => open -= 1,
            b'\n' if index > 512 => return (None, index),
            b'"' | b'\'' | b'`' | b';' if open < 2 => return (None, index),
            _ => {}
        }
    }
    (None, limit.min(bytes.len()))
}

pub(super) fn has_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("<%") || text.contains("${{")
}

/// The text of the word below `span`, and where it came from.
pub(super) fn decode(text: &str, dialect: Dialect, span: Span) -> Option<Decoded> {
    let mut lexer = Lexer::new(text.get(..span.end())?, dialect);
    lexer.at = span.start();
    let mut decoder = Decoder::default();
    let mut pieces = Vec::new();
    while lexer.at < span.end() {
        let before = lexer.at;
        if let Some(word) = lexer.word() {
            for piece in word.pieces {
                match piece.means {
                    Means::Char(letter) => {
                        let mut buffer = [0; 4];
                        decoder.decoded(letter.encode_utf8(&mut buffer), piece.span);
                    }
                    Means::Verbatim | Means::Substitution => decoder.verbatim(text, piece.span),
                }
                let quoting = if dialect == Dialect::Sh { piece.quoting } else { Quoting::Foreign };
                pieces.push((piece.span, quoting));
            }
        }
        if lexer.at == before {
            // What ends a word elsewhere is part of this one.
            let end = before + lexer.char_len().max(1);
            decoder.verbatim(text, Span::new(before, end));
            pieces.push((Span::new(before, end), Quoting::Bare));
            lexer.at = end;
        }
    }
    Some(decoder.finish(span, Codec::ShellWord { pieces }))
}
