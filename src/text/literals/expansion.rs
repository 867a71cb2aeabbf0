//! What is expanded in a text: variables, substitutions, templates.

use super::shape::is_identifier;
use super::{Lexer, Notation, Stop, Usage};

/// Words of a shell after which a command begins.
const BEFORE_COMMAND: &[&str] = &["if", "then", "else", "elif", "do", "while", "until", "!", "time", "exec"];

/// Commands that print what they are given.
const PRINTING: &[&str] = &["echo", "printf", "print", "Write-Output", "Write-Host"];

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Lexer<'_> {
    /// Reads what is expanded here; whether there is something.
    pub(super) fn expansion(&mut self, usage: Usage, string: bool) -> bool {
        if self.is_too_deep() {
            return false;
        }
        self.depth += 1;
        let start = self.at;
        let found = self.expand(usage, string);
        if !found {
            self.at = start;
        }
        self.depth -= 1;
        found
    }

    fn expand(&mut self, usage: Usage, string: bool) -> bool {
        let program = string && self.notation == Notation::Code;
        match (self.peek(0), self.peek(1)) {
            (Some(b'$'), _) => self.dollar(usage, program),
            (Some(b'`'), _) if !program && self.notation != Notation::Hcl => {
                self.at += 1;
                self.command(Stop::Byte(b'`'), usage);
                self.close(Stop::Byte(b'`'));
                true
            }
            (Some(b'{'), Some(b'{')) => self.tag(2, Stop::Pair(*b"}}"), usage),
            (Some(b'{'), Some(b'%')) => self.tag(2, Stop::Pair(*b"%}"), usage),
            (Some(b'<'), Some(b'%')) => self.tag(2, Stop::Pair(*b"%>"), usage),
            (Some(b'%' | b'#'), Some(b'{')) if program || self.notation == Notation::Hcl => {
                self.tag(2, Stop::Byte(b'}'), usage)
            }
            (Some(b'{'), _) if program => {
                self.at += 1;
                self.code(Stop::Byte(b'}'), usage, true);
                self.close(Stop::Byte(b'}'));
                true
            }
            (Some(sign @ (b'%' | b'!')), Some(next))
                if !program && in_name(next) && !next.is_ascii_digit() =>
            {
                self.delimited(sign, usage)
            }
            _ => false,
        }
    }

    /// An expression after `signs` bytes, up to `stop`.
    fn tag(&mut self, signs: usize, stop: Stop, usage: Usage) -> bool {
        self.at += signs;
        while matches!(self.peek(0), Some(b'-' | b'=' | b'~')) {
            self.at += 1;
        }
        self.code(stop, usage, false);
        self.close(stop);
        true
    }

    /// `%NAME%`, `%NAME:~0,4%`, `!NAME!`
    fn delimited(&mut self, sign: u8, usage: Usage) -> bool {
        self.at += 1;
        let name = self.take(in_name).to_owned();
        if self.peek(0) == Some(b':') {
            self.take(|byte| byte != sign && !byte.is_ascii_whitespace());
        }
        let closed = self.peek(0) == Some(sign) && !name.is_empty();
        if closed {
            self.at += 1;
            self.read(&name, usage);
        }
        closed
    }

    fn dollar(&mut self, usage: Usage, program: bool) -> bool {
        match (self.peek(1), self.peek(2)) {
            // An escaped sign: what follows is expanded by the next reader.
            (Some(b'$'), Some(b'{')) => {
                self.at += 3;
                self.parameter(usage);
                true
            }
            (Some(b'$'), Some(b'(')) => {
                self.at += 3;
                self.substitution(usage);
                true
            }
            (Some(b'$'), _) => {
                self.at += 1;
                true
            }
            (Some(b'{'), Some(b'{')) => self.tag(3, Stop::Pair(*b"}}"), usage),
            (Some(b'['), Some(b'[')) => self.tag(3, Stop::Pair(*b"]]"), usage),
            (Some(b'{'), _) if self.notation == Notation::Make => self.make(Stop::Byte(b'}'), usage),
            (Some(b'('), _) if self.notation == Notation::Make => self.make(Stop::Byte(b')'), usage),
            (Some(b'{'), _) if program || self.notation == Notation::Hcl => {
                self.tag(2, Stop::Byte(b'}'), usage)
            }
            (Some(b'{'), _) => {
                self.at += 2;
                self.parameter(usage);
                true
            }
            (Some(b'('), _) if self.notation != Notation::Hcl => {
                self.at += 2;
                self.substitution(usage);
                true
            }
            (Some(next), _) if in_name(next) && self.notation != Notation::Hcl => {
                self.at += 1;
                let scope = self.text.get(self.at..).and_then(|rest| {
                    ["env:", "script:", "global:", "local:", "private:"]
                        .iter()
                        .find(|it| rest.starts_with(**it))
                });
                self.at += scope.map_or(0, |scope| scope.len());
                let digit = self.peek(0).is_some_and(|byte| byte.is_ascii_digit());
                let name = if digit { self.take_one() } else { self.take(in_name).to_owned() };
                // In another text than a shell's it may be part of a literal.
                let is_name = self.notation == Notation::Shell || is_identifier(&name);
                if is_name {
                    self.read(&name, usage);
                }
                is_name
            }
            (Some(b'@' | b'*' | b'#' | b'?' | b'!' | b'-'), _) if self.notation == Notation::Shell => {
                self.at += 2;
                true
            }
            _ => false,
        }
    }

    fn take_one(&mut self) -> String {
        let name = self.text.get(self.at..self.at + 1).unwrap_or_default().to_owned();
        self.at += name.len();
        name
    }

    /// The content of `${…}`, its end included.
    fn parameter(&mut self, usage: Usage) {
        let close = Stop::Byte(b'}');
        while matches!(self.peek(0), Some(b'#' | b'!')) {
            self.at += 1;
        }
        let start = self.at;
        let name = self.take(|byte| in_name(byte) || matches!(byte, b'@' | b'*')).to_owned();
        if matches!(self.peek(0), Some(b'.' | b'(' | b' ')) || name.is_empty() {
            self.at = start;
            self.code(close, usage, false);
            return self.close(close);
        }
        self.read(&name, usage);
        if self.peek(0) == Some(b'[') {
            self.take(|byte| byte != b']' && byte != b'}');
            self.at += usize::from(self.peek(0) == Some(b']'));
        }
        let colon = usize::from(self.peek(0) == Some(b':'));
        let usage = match self.peek(colon) {
            Some(b'-' | b'=' | b'+') => {
                self.at += colon + 1;
                usage
            }
            Some(b'?') => {
                self.at += colon + 1;
                Usage::Argument
            }
            Some(b'/') => return self.replacement(),
            _ => Usage::Argument,
        };
        self.words(close, usage, false);
        self.close(close);
    }

    /// `/pattern/text}` of `${NAME/pattern/text}`
    fn replacement(&mut self) {
        while self.peek(0) == Some(b'/') {
            self.at += 1;
            self.words(Stop::Slash, Usage::Argument, false);
        }
        self.close(Stop::Byte(b'}'));
    }

    /// The content of `$(…)`, its end included.
    fn substitution(&mut self, usage: Usage) {
        // Kubernetes and make expand `$(NAME)`.
        let start = self.at;
        let name = self.take(in_name).to_owned();
        if self.peek(0) == Some(b')') && !name.is_empty() {
            self.at += 1;
            return self.read(&name, usage);
        }
        self.at = start;
        self.command(Stop::Byte(b')'), usage);
        self.close(Stop::Byte(b')'));
    }

    /// Commands up to `stop`.
    pub(super) fn command(&mut self, stop: Stop, usage: Usage) {
        self.commands(stop, usage, false);
    }

    /// The same; words that no command begins with where it is a `list`.
    pub(super) fn commands(&mut self, stop: Stop, usage: Usage, list: bool) {
        let mut first = true;
        let mut document = list;
        let (mut nested, mut prints, mut reads_file) = (0_usize, false, false);
        while let Some(byte) = self.peek(0) {
            if nested == 0 && self.is_end(stop) {
                return;
            }
            match byte {
                b'(' | b'{' if !self.starts("{{") && !self.starts("{%") => {
                    nested += usize::from(byte == b'(');
                    first = true;
                    self.at += 1;
                }
                b')' => {
                    nested = nested.saturating_sub(1);
                    self.at += 1;
                }
                b';' | b'|' | b'&' | b'\n' => {
                    first = true;
                    self.at += 1;
                }
                b'<' | b'>' => {
                    // What comes after `<<` is text, not a command.
                    document |= byte == b'<' && self.peek(1) == Some(b'<');
                    // `$(< FILE)`
                    reads_file |= byte == b'<' && first && !document;
                    first &= !reads_file;
                    self.at += 1;
                }
                byte if byte.is_ascii_whitespace() || byte == b'}' => self.at += 1,
                _ => {
                    let start = self.at;
                    let (literals, reads) = (self.out.literals.len(), self.out.reads.len());
                    // A backquote ends the command that it began, even inside a word.
                    let end = if stop == Stop::Byte(b'`') { Stop::Backquoted } else { Stop::Word };
                    // What is printed is the value; a format is not.
                    let format = self
                        .text
                        .get(start..)
                        .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with('%'));
                    self.words(end, if prints && !format { usage } else { Usage::Argument }, false);
                    if self.at == start {
                        self.at += 1;
                    }
                    let word = self.text.get(start..self.at).unwrap_or_default();
                    let path = word.trim_matches(['"', '\'']);
                    let file = path.rsplit('/').next().filter(|_| reads_file && !path.starts_with('-'));
                    let file = file.map(|name| format!("file/{name}"));
                    let plain = |byte: u8| in_name(byte) || b"./-+:".contains(&byte);
                    if first && !document && word.bytes().all(plain) {
                        self.out.literals.truncate(literals);
                    }
                    if first {
                        (prints, reads_file) = (PRINTING.contains(&word), word == "cat");
                    }
                    // A function of the text may print it.
                    let called = Some(word).filter(|word| first && !list && is_identifier(word));
                    let called = called.map(|name| format!("call/{name}"));
                    for read in self.out.reads.get_mut(reads..).unwrap_or_default() {
                        read.is_value |= prints;
                    }
                    for name in called.into_iter().chain(file) {
                        self.read(&name, usage);
                    }
                    let word = self.text.get(start..self.at).unwrap_or_default();
                    first &= BEFORE_COMMAND.contains(&word) || word.contains('=');
                }
            }
        }
    }

    /// A variable or a call of make's: `$(NAME)`, `$(NAME:.a=.b)`, `$(or a,b)`, `$(shell …)`.
    fn make(&mut self, close: Stop, usage: Usage) -> bool {
        self.at += 2;
        let name = self.take(|byte| in_name(byte) || matches!(byte, b'-' | b'.')).to_owned();
        let blank = self.peek(0).is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        if blank && name == "shell" {
            self.command(close, usage);
            self.close(close);
            return true;
        }
        if !blank {
            self.read(&name, usage);
            self.words(close, Usage::Argument, false);
            self.close(close);
            return true;
        }
        let branches =
            ["or", "if", "and", "strip", "firstword", "lastword", "value"].contains(&name.as_str());
        let mut index = 0;
        while self.peek(0).is_some() && !self.is_end(close) {
            let value = branches && !(name == "if" && index == 0);
            let usage = if value { usage } else { Usage::Argument };
            self.words(if close == Stop::Byte(b'}') { Stop::Brace } else { Stop::Paren }, usage, false);
            self.at += usize::from(self.peek(0) == Some(b','));
            index += 1;
        }
        self.close(close);
        true
    }
}
