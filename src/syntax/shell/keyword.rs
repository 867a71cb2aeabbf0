//! Keywords: what they take with them before the next command begins.

use super::dialect::Dialect;
use super::lexer::{Keyword, Lexer};
use super::scan;
use super::script::DatumKind;
use super::word::RawWord;
use crate::text::Span;

/// How far before a value to search for its option, in bytes.
const LONGEST_OPTION: usize = 64;

/// A longer statement is looked at to the end of its first line, in bytes.
const LONGEST_VALUE: usize = 4096;

impl Lexer<'_> {
    /// Takes the keyword at this place, with what belongs to it.
    pub(super) fn keyword(&mut self) -> Keyword {
        if self.dialect == Dialect::Cmd {
            return self.cmd_keyword();
        }
        let start = self.at;
        let len = self.bytes.iter().skip(start).take_while(|b| b.is_ascii_lowercase()).count();
        let name = self.text.get(start..start + len).unwrap_or_default();
        let behind = self.bytes.get(start + len).copied();
        if name.is_empty() {
            if self.byte() == Some(b'!') && behind.is_none_or(|b| b.is_ascii_whitespace()) {
                self.mark(start, 1, true, false);
                return Keyword::Plain;
            }
            return if self.dialect == Dialect::PowerShell {
                self.powershell_assignment()
            } else {
                Keyword::None
            };
        }
        if !behind.is_none_or(|b| b.is_ascii_whitespace() || b";&|()<>{`\\".contains(&b)) {
            return Keyword::None;
        }
        let (opens, closes) = match name {
            "if" | "while" | "until" | "time" | "coproc" => (true, false),
            "then" | "do" | "else" | "elif" => (true, true),
            "fi" | "done" => (false, true),
            "esac" => {
                self.mark(start, len, false, true);
                return Keyword::Esac;
            }
            "for" | "select" | "foreach" => {
                self.mark(start, len, false, false);
                self.header();
                return Keyword::Plain;
            }
            "case" if self.dialect == Dialect::Sh => {
                self.mark(start, len, true, false);
                self.header();
                return Keyword::Case;
            }
            "function" => {
                self.mark(start, len, true, false);
                self.header_word();
                return Keyword::Plain;
            }
            _ => return Keyword::None,
        };
        if name == "time" && self.dialect != Dialect::Sh {
            return Keyword::None;
        }
        self.mark(start, len, opens, closes);
        Keyword::Plain
    }

    /// The words of `for x in …` or `case x in`.
    fn header(&mut self) {
        let mut count = 0_usize;
        loop {
            self.blanks();
            let start = self.at;
            if let Some(end) = self.arithmetic(start) {
                let span = Span::new(start, end);
                self.out.datum(self.text, DatumKind::Arithmetic, span, span.of(self.text));
                self.at = end;
                return;
            }
            if self.byte() == Some(b'#') && self.is_comment() {
                return;
            }
            let Some(word) = self.word() else { return };
            let text = word.span.of(self.text);
            self.out.datum(self.text, DatumKind::Word, word.span, &word.datum(self.text));
            count += 1;
            if text == "in" && count == 2 && self.is_case_header(start) {
                return;
            }
            if self.at <= start {
                return;
            }
        }
    }

    /// Whether the header before `at` is that of a `case`: its `in` ends it.
    fn is_case_header(&self, at: usize) -> bool {
        let marked = self.out.marks.iter().rev().find(|mark| mark.span.end() <= at);
        marked.is_some_and(|mark| mark.span.of(self.text) == "case")
    }

    /// The name after `function`.
    fn header_word(&mut self) {
        let mut name = String::new();
        self.blanks();
        if let Some(word) = self.word() {
            self.out.datum(self.text, DatumKind::Word, word.span, &word.datum(self.text));
            name = word.text(self.text);
        }
        let close = scan::skip_blanks(self.bytes, self.at + 1);
        if self.byte() == Some(b'(') && self.bytes.get(close) == Some(&b')') {
            self.at = close + 1;
        }
        self.out.functions.push((name, self.at));
    }

    /// The patterns of a branch of `case`, up to and with their `)`; `true` if `esac` is there instead.
    pub(super) fn case_pattern(&mut self) -> bool {
        loop {
            self.blanks();
            match self.byte() {
                Some(b'\n' | b'\r') => {
                    self.newline();
                    continue;
                }
                Some(b'#') if self.is_comment() => {
                    self.comment();
                    continue;
                }
                Some(b'(') => self.at += 1,
                _ => {}
            }
            break;
        }
        let mut first = true;
        loop {
            self.blanks();
            let start = self.at;
            match self.byte() {
                Some(b')') => {
                    self.mark(start, 1, true, false);
                    return false;
                }
                Some(b'|') => self.at += 1,
                None | Some(b'\n' | b'\r' | b';' | b'&' | b'`') => return false,
                Some(_) => match self.word() {
                    Some(word) if first && word.span.of(self.text) == "esac" => {
                        self.out.marks.push(super::script::Mark {
                            span: word.span,
                            opens: false,
                            closes: true,
                        });
                        self.out.datum(self.text, DatumKind::Operator, word.span, "esac");
                        return true;
                    }
                    Some(word) => {
                        self.out.datum(self.text, DatumKind::Pattern, word.span, &word.datum(self.text));
                    }
                    None => self.at += 1,
                },
            }
            first = false;
            if self.at <= start {
                return false;
            }
        }
    }

    /// `rem` and `::` of cmd are comments.
    fn cmd_keyword(&mut self) -> Keyword {
        let Some(rest) = self.text.get(self.at..) else { return Keyword::None };
        let rem = rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("rem "));
        if rem || rest.starts_with("::") {
            self.comment();
            return Keyword::Plain;
        }
        Keyword::None
    }

    /// `$env:NAME = value`, `$name = value`; a pipeline after `=` is read as such.
    fn powershell_assignment(&mut self) -> Keyword {
        let start = self.at;
        if self.byte() != Some(b'$') {
            return Keyword::None;
        }
        // `${env:NAME}`
        let brace = usize::from(self.peek(1) == Some(b'{'));
        let drive = self.text.get(start + brace + 1..start + brace + 5);
        let exported = drive.is_some_and(|text| text.eq_ignore_ascii_case("env:"));
        let name_start = start + brace + if exported { 5 } else { 1 };
        let name = scan::name_len(self.bytes, name_start);
        if name == 0 || brace == 1 && self.bytes.get(name_start + name) != Some(&b'}') {
            return Keyword::None;
        }
        let name_span = Span::new(name_start, name_start + name);
        let mut at = scan::skip_blanks(self.bytes, name_span.end() + brace);
        if self.bytes.get(at) == Some(&b'+') {
            at += 1;
        }
        if self.bytes.get(at) != Some(&b'=') || self.bytes.get(at + 1) == Some(&b'=') {
            return Keyword::None;
        }
        self.at = scan::skip_blanks(self.bytes, at + 1);
        if self.byte() == Some(b'@') && self.peek(1) == Some(b'(') {
            self.at += 1;
            self.array(start);
            return Keyword::Plain;
        }
        let head = Span::new(start, at + 1);
        let word = if matches!(self.byte(), Some(b'"' | b'\'' | b'$')) { self.word() } else { None };
        let end = scan::skip_blanks(self.bytes, self.at);
        let complete = matches!(self.bytes.get(end), None | Some(b'\n' | b'\r' | b';' | b'}' | b'#'));
        match word {
            Some(word) if complete => self.powershell_variable(start, name_span, &word, exported),
            _ => {
                // A pipeline or an expression: its commands are read.
                self.powershell_result(start, name_span, head.end(), exported);
                let words = super::started::list(self.text, head.end());
                if words.len() > 1 && !exported {
                    // `$name += 'a', 'b'`
                    let name = name_span.of(self.text);
                    super::started::add_list(&mut self.out, self.text, (name, name_span, usize::MAX), &words);
                }
                self.out.marks.push(super::script::Mark { span: head, opens: true, closes: false });
                self.out.datum(self.text, DatumKind::Operator, head, head.of(self.text));
            }
        }
        Keyword::Plain
    }

    /// `$name = Get-Content x`: the variable gets a value that is not visible in this file.
    fn powershell_result(&mut self, start: usize, name_span: Span, from: usize, exported: bool) {
        let name = name_span.of(self.text);
        if !exported {
            let reach = Span::new(from, self.text.len());
            let value = Some(Span::new(from, self.powershell_end(from)));
            let import =
                crate::facts::Import { span: name_span, reach, name: name.into(), is_whole: true, value };
            self.out.facts.imports.push(import);
            return;
        }
        let line = scan::line_end(&self.finder, self.text, from);
        let value = self.text.get(from..line).unwrap_or_default();
        let value_start = from + value.len() - value.trim_start().len();
        let value_span = Span::new(value_start, value_start + value.trim().len());
        let node = self.out.node(
            super::script::ShellNodeKind::Value,
            Span::new(start, from),
            value_span,
            usize::MAX,
        );
        self.out.facts.variables.push(crate::facts::Variable {
            node,
            name: name.to_owned(),
            name_span,
            value: value_span.of(self.text).to_owned(),
            value_span,
            opaque: true,
            exported,
        });
    }

    /// The end of the statement that continues at `from`: of its line, or of a later one where that is open. Not far.
    fn powershell_end(&self, from: usize) -> usize {
        let (mut depth, mut before) = (0_usize, b'\n');
        let near = self.bytes.iter().enumerate().skip(from).take(LONGEST_VALUE);
        for (at, byte) in near {
            match byte {
                b'(' | b'{' | b'[' => depth += 1,
                b')' | b'}' | b']' => depth = depth.saturating_sub(1),
                b'\n' if depth == 0 && !b"`|".contains(&before) => return at,
                b';' if depth == 0 => return at,
                _ => {}
            }
            before = if matches!(byte, b' ' | b'\t' | b'\r') { before } else { *byte };
        }
        scan::line_end(&self.finder, self.text, from)
    }

    /// The end of `(…)` at this place, where it is the value of the option before it: `--token (Get-Content x)`.
    pub(super) fn powershell_group(&self) -> Option<usize> {
        if self.dialect != Dialect::PowerShell {
            return None;
        }
        let before = self.bytes.get(self.at.saturating_sub(LONGEST_OPTION)..self.at)?;
        let option = before.trim_ascii_end().rsplit(u8::is_ascii_whitespace).next()?;
        let is_long = option.starts_with(b"--") && (option.ends_with(b"=") || before.ends_with(b" "));
        let is_short =
            matches!(option, [b'-', letter] if letter.is_ascii_lowercase()) && before.ends_with(b" ");
        if !is_long && !is_short {
            return None;
        }
        let end = self.powershell_end(self.at);
        let mut depth = 0_usize;
        let close = self.bytes.get(self.at..end)?.iter().position(|byte| {
            depth = match byte {
                b'(' => depth + 1,
                b')' => depth.saturating_sub(1),
                _ => depth,
            };
            depth == 0
        })?;
        Some(self.at + close + 1)
    }

    fn powershell_variable(&mut self, start: usize, name_span: Span, word: &RawWord, exported: bool) {
        let span = Span::new(start, word.span.end());
        let name = name_span.of(self.text).to_owned();
        self.out.datum(self.text, DatumKind::Assignment, span, &format!("{name}={}", word.datum(self.text)));
        let index = self.begin_plain(span);
        let node = self.out.node(super::script::ShellNodeKind::Statement, span, word.span, index);
        self.out.facts.variables.push(crate::facts::Variable {
            node,
            name,
            name_span,
            value: word.text(self.text),
            value_span: word.span,
            opaque: word.opaque,
            exported,
        });
    }

    fn begin_plain(&mut self, span: Span) -> usize {
        let statement =
            super::script::Statement { parts: vec![span], tail: self.at, span, ..Default::default() };
        self.out.statements.push(statement);
        self.out.statements.len() - 1
    }
}
