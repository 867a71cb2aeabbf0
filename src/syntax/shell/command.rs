//! Simple commands: assignments, words, redirections.

use super::dialect::Dialect;
use super::heredoc::ShellPending;
use super::lexer::{Lexer, Until};
use super::lists;
use super::scan::{self, WordRole};
use super::script::{Break, BreakKind, DatumKind, Raw, ShellNodeKind, Statement};
use super::word::RawWord;
use crate::facts::{Command, Redirect, Variable, Word};
use crate::text::Span;

/// A statement while it is read.
#[derive(Debug, Default)]
pub(super) struct Building {
    pub(super) index: usize,
    pub(super) statement: Statement,
    pub(super) command: Command,
    /// Whether a line end without `\` was passed: words are stray.
    stray: bool,
    /// Whether the words are those of `[[ … ]]`.
    test: bool,
    variables: Vec<Variable>,
}

impl Lexer<'_> {
    /// A simple command or assignments, up to what ends them.
    pub(super) fn statement(&mut self) {
        let mut building = self.begin();
        building.test = self.text.get(self.at..).is_some_and(|rest| rest.starts_with("[["))
            && self.dialect == Dialect::Sh;
        self.parts(&mut building);
        self.finish(building);
    }

    /// Takes a number for a new statement.
    pub(super) fn begin(&mut self) -> Building {
        let index = self.out.statements.len();
        self.out.statements.push(Statement::default());
        let statement = Statement { backquoted: self.until == Until::Backquote, ..Statement::default() };
        Building { index, statement, ..Building::default() }
    }

    fn parts(&mut self, building: &mut Building) {
        loop {
            self.blanks();
            let start = self.at;
            let Some(byte) = self.byte() else { break };
            match byte {
                b'\n' | b'\r' => {
                    if !self.line_goes_on(building) {
                        break;
                    }
                }
                b';' if building.test => self.at += 1,
                b'`' if self.until == Until::Backquote => break,
                b'#' if self.is_comment() => {
                    if self.continued_behind_comment(building) {
                        continue;
                    }
                    break;
                }
                b'|' | b'(' | b')' | b'<' | b'>' | b'&' if building.test && !self.is_substitution() => {
                    self.at += 1;
                }
                b'&' if self.peek(1) == Some(b'>') => {
                    if !self.redirect(building) {
                        break;
                    }
                }
                b';' | b'|' | b'&' | b')' => break,
                b'}' if self.dialect == Dialect::PowerShell => break,
                b'(' if self.powershell_group().is_none() => {
                    if !self.function_parentheses(building) {
                        break;
                    }
                    return;
                }
                _ => {
                    if !building.test && self.redirect(building) {
                        continue;
                    }
                    if let Some((span, role)) = self.own_tag() {
                        self.tag(building, span, role);
                        continue;
                    }
                    let Some(word) = self.word() else {
                        if self.at == start && matches!(byte, b'<' | b'>') {
                            // An operator without a target, or a sign that means nothing.
                            self.at += 1;
                            continue;
                        }
                        break;
                    };
                    let ends = building.test && word.span.of(self.text) == "]]";
                    self.part(building, &word);
                    if ends {
                        break;
                    }
                }
            }
            if self.at <= start {
                break;
            }
        }
    }

    fn is_substitution(&self) -> bool {
        matches!((self.byte(), self.peek(1)), (Some(b'<' | b'>'), Some(b'(')))
    }

    /// A word takes its place in the statement.
    pub(super) fn part(&mut self, building: &mut Building, word: &RawWord) {
        let fresh = building.command.words.is_empty();
        if fresh && let Some(name) = self.assignment_name(word) {
            return self.assignment(building, word, name);
        }
        if self.byte() == Some(b'(') && self.dialect == Dialect::Sh && self.assignment_name(word).is_some() {
            // `declare -a args=(…)`
            let span = self.array(word.span.start());
            building.statement.parts.push(span);
            return;
        }
        let span = word.span;
        self.out.datum(self.text, DatumKind::Word, span, &word.datum(self.text));
        let fact = self.fact(word, ShellNodeKind::Part, building.index);
        building.statement.parts.push(span);
        if building.stray {
            building.command.stray.push(fact);
        } else {
            building.command.words.push(fact);
        }
    }

    /// The word as a fact, with a node.
    pub(super) fn fact(&mut self, word: &RawWord, kind: ShellNodeKind, statement: usize) -> Word {
        let text = word.text(self.text);
        let opaque = word.opaque || self.dialect != Dialect::PowerShell && has_percent_name(&text);
        let node = self.out.node(kind, word.span, word.span, statement);
        // PowerShell's `@args`: the words of an array.
        let splat = self.dialect == Dialect::PowerShell && text.starts_with('@');
        let expands =
            (opaque || splat).then(|| lists::expanded(word.span.of(self.text), self.dialect)).flatten();
        let splat = splat && expands.is_some();
        // PowerShell reads `--tag-list=$x` as one word, for any `$x`.
        let written = word.span.of(self.text);
        let joined =
            self.dialect == Dialect::PowerShell && written.starts_with('-') && !written.contains("{{");
        let splits = word.splits && !joined || splat;
        let (expands, skips) = expands.map_or((None, 0), |(name, skips)| (Some(name), skips));
        Word { node, span: word.span, text, opaque: opaque || splat, splits, expands, skips, control: false }
    }

    /// A template tag takes its place in the statement.
    pub(super) fn tag(&mut self, building: &mut Building, span: Span, role: WordRole) {
        let previous = building.statement.parts.last().copied();
        building.statement.parts.push(span);
        let delta = match role {
            WordRole::Opens => 1,
            WordRole::Closes => -1,
            WordRole::Neutral | WordRole::Value => 0,
        };
        building.statement.tags.push((span.start(), delta));
        let node = self.out.node(ShellNodeKind::Value, span, span, building.index);
        let text = span.of(self.text).to_owned();
        let word =
            Word { node, span, text, opaque: true, splits: true, expands: None, skips: 0, control: true };
        if building.stray {
            building.command.stray.push(word);
        } else {
            building.command.words.push(word);
        }
        // A tag alone on its line vanishes with the line.
        let end = scan::skip_blanks(self.bytes, self.at);
        let newline = scan::newline_len(self.bytes, end);
        let own_line = previous.is_some_and(|previous| {
            self.out.breaks.last().is_some_and(|last| {
                last.span.start() >= previous.end()
                    && scan::skip_blanks(self.bytes, last.span.end()) == span.start()
            })
        });
        if own_line && newline > 0 {
            let span = Span::new(end, end + newline);
            self.out.breaks.push(Break { kind: BreakKind::Tag, span });
            self.at = span.end();
        }
    }

    /// Length of `NAME=` or `NAME+=` (a subscript included) that the word begins with, and of the name alone.
    pub(super) fn assignment_name(&self, word: &RawWord) -> Option<(usize, usize)> {
        if self.dialect == Dialect::Cmd {
            return None;
        }
        let start = word.span.start();
        let mut at = start;
        if self.dialect == Dialect::PowerShell {
            return None;
        }
        let name = scan::name_len(self.bytes, at);
        if name == 0 {
            return None;
        }
        at += name;
        if self.bytes.get(at) == Some(&b'[') {
            at += closing_bracket(self.bytes.get(at..word.span.end())?)? + 1;
        }
        if self.bytes.get(at) == Some(&b'+') {
            at += 1;
        }
        (self.bytes.get(at) == Some(&b'=') && at < word.span.end()).then_some((at + 1 - start, name))
    }

    /// `NAME=value` before the program, or alone.
    fn assignment(&mut self, building: &mut Building, word: &RawWord, (prefix, name): (usize, usize)) {
        let start = word.span.start();
        let value_start = start + prefix;
        let name_span = Span::new(start, start + name);
        if value_start == word.span.end() && self.byte() == Some(b'(') {
            let span = self.array(start);
            building.statement.parts.push(span);
            return;
        }
        let value = word.from(value_start);
        let head = Span::new(start, value_start).of(self.text);
        self.out.datum(
            self.text,
            DatumKind::Assignment,
            word.span,
            &format!("{head}{}", value.datum(self.text)),
        );
        let node = self.out.node(ShellNodeKind::Part, word.span, value.span, building.index);
        building.statement.parts.push(word.span);
        building.variables.push(Variable {
            node,
            name: name_span.of(self.text).to_owned(),
            name_span,
            value: value.text(self.text),
            value_span: value.span,
            opaque: word.opaque,
            exported: false,
        });
    }

    /// A redirection at this place; `false` where there is none.
    fn redirect(&mut self, building: &mut Building) -> bool {
        if self.dialect == Dialect::Sh && self.job_parameter().is_some() {
            return false;
        }
        let start = self.at;
        let mut at = start;
        while self.bytes.get(at).is_some_and(u8::is_ascii_digit) && at - start < 4 {
            at += 1;
        }
        let both = self.bytes.get(at) == Some(&b'&') && at == start;
        if both {
            at += 1;
        }
        let rest = self.bytes.get(at..).unwrap_or_default();
        let len = match rest {
            [b'<', b'<', b'<' | b'-', ..] if self.dialect == Dialect::Sh => 3,
            [b'<', b'<', ..] if self.dialect == Dialect::Sh => 2,
            [b'>', b'>' | b'|' | b'&', ..] | [b'<', b'&' | b'>', ..] => 2,
            [b'<' | b'>', b'(', ..] | [b'<', b'%' | b'#', ..] => return false,
            [b'<', ..] if at == start && self.is_placeholder() => return false,
            [b'<' | b'>', ..] => 1,
            _ => return false,
        };
        let operator = Span::new(start, at + len);
        let heredoc = matches!(rest, [b'<', b'<', b'-', ..] | [b'<', b'<', ..])
            && rest.get(2) != Some(&b'<')
            && self.dialect == Dialect::Sh;
        self.at = scan::skip_blanks(self.bytes, operator.end());
        // `register >` before options: a `>` that was meant for YAML. It is an unwanted word, not a redirection.
        let option = self.bytes.get(self.at..).is_some_and(|behind| behind.starts_with(b"--"));
        if len == 1 && option {
            self.at = operator.end();
            let word = RawWord::verbatim(operator);
            self.part(building, &word);
            return true;
        }
        let Some(target) = self.word() else {
            self.at = operator.end();
            return true;
        };
        let span = operator.hull(target.span);
        building.statement.parts.push(span);
        if heredoc {
            building.command.has_here_document = true;
            let delimiter = target.text(self.text);
            self.out.datum(self.text, DatumKind::HereDocument, span, &delimiter);
            self.pending.push(ShellPending {
                opener: span,
                quoted: target.quoted,
                strip_tabs: len == 3,
                delimiter,
                statement: building.index,
            });
            return true;
        }
        let sign = operator.of(self.text).to_owned();
        self.out.datum(
            self.text,
            DatumKind::Redirection,
            span,
            &format!("{sign}{}", target.datum(self.text)),
        );
        let target = self.fact(&target, ShellNodeKind::Value, building.index);
        building.command.redirects.push(Redirect { operator: sign, target });
        true
    }

    /// Whether `<` begins `<your token>`.
    fn is_placeholder(&mut self) -> bool {
        let at = self.at;
        let placeholder = self.placeholder(at).is_some();
        self.at = at;
        placeholder
    }

    /// Whether the statement continues after the line end at this place: an option begins the next line, or `[[` is
    /// still open. Goes there.
    fn line_goes_on(&mut self, building: &mut Building) -> bool {
        if building.test || !self.pending.is_empty() || building.command.words.is_empty() {
            return false;
        }
        let Some(line) = self.stray_line(self.at) else { return false };
        self.stray(building, line);
        true
    }

    fn stray(&mut self, building: &mut Building, (newline, line): (usize, usize)) {
        // Comments in between stay what they are.
        let mut at = self.at;
        while at < newline {
            self.at = scan::skip_blanks(self.bytes, at);
            if self.byte() == Some(b'#') {
                self.comment();
            }
            at = self.at.max(at) + scan::newline_len(self.bytes, self.at).max(1);
        }
        self.out.breaks.push(Break { kind: BreakKind::Newline, span: Span::new(newline, line) });
        self.at = line;
        building.stray = true;
    }

    /// After the line end at `at`: the line end before the next line that begins with an option, and that line's
    /// start. Comments may be between.
    fn stray_line(&self, at: usize) -> Option<(usize, usize)> {
        let mut newline = at;
        for _ in 0..8 {
            let len = scan::newline_len(self.bytes, newline);
            if len == 0 {
                return None;
            }
            let line = newline + len;
            let first = scan::skip_blanks(self.bytes, line);
            match self.bytes.get(first..) {
                Some([b'-', b'-', letter, ..]) if letter.is_ascii_alphanumeric() => {
                    return Some((newline, line));
                }
                Some([b'#', ..]) if self.dialect == Dialect::Sh => {
                    newline = scan::line_end(&self.finder, self.text, first);
                }
                _ => return None,
            }
        }
        None
    }

    /// A comment ends the statement, unless options follow on the next line.
    fn continued_behind_comment(&mut self, building: &mut Building) -> bool {
        let end = scan::line_end(&self.finder, self.text, self.at);
        let fits = !building.command.words.is_empty() && self.pending.is_empty() && !building.test;
        match self.stray_line(end) {
            Some(line) if fits && self.until != Until::Backquote => {
                self.comment();
                self.at = self.at.max(end);
                self.stray(building, line);
                true
            }
            _ => false,
        }
    }

    /// `name()`: the statement was the head of a function.
    fn function_parentheses(&mut self, building: &mut Building) -> bool {
        let close = scan::skip_blanks(self.bytes, self.at + 1);
        let named = building.command.words.len() == 1 && building.statement.parts.len() == 1;
        if named && self.bytes.get(close) == Some(&b')') && self.dialect == Dialect::Sh {
            let start = self.at;
            self.mark(start, close + 1 - start, true, false);
            self.out.functions.extend(building.command.words.pop().map(|word| (word.text, close + 1)));
            building.command.words.clear();
            return true;
        }
        false
    }

    /// The statement is complete.
    fn finish(&mut self, building: Building) {
        let Building { index, mut statement, mut command, mut variables, .. } = building;
        let first = statement.parts.first().copied();
        let last = statement.parts.last().copied();
        let (Some(first), Some(last)) = (first, last) else { return };
        statement.tail = self.at;
        statement.span = first.hull(last);
        command.span = statement.span;
        let has_words = !command.words.is_empty() || !command.redirects.is_empty();
        if has_words && !command.words.is_empty() {
            command.assignments = variables;
            // Most commands have fewer words than a list has room for.
            command.words.shrink_to_fit();
            self.out.datum(self.text, DatumKind::Command, command.span, "");
            let piped_from = self.pipe.take();
            self.last = Some(self.out.commands.len());
            self.out.commands.push(Raw { command, statement: index, piped_from });
        } else {
            for variable in &mut variables {
                let node = variable.node;
                if let Some(node) = self.out.nodes.get_mut(node.0 as usize)
                    && statement.parts.len() == 1
                {
                    node.kind = ShellNodeKind::Statement;
                }
            }
            self.out.facts.variables.append(&mut variables);
        }
        if let Some(slot) = self.out.statements.get_mut(index) {
            *slot = statement;
        }
    }
}

/// Where the `[` at the start of `bytes` is closed: `[${#NAME[@]}]`.
fn closing_bracket(bytes: &[u8]) -> Option<usize> {
    let mut open = 0_usize;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'[' => open += 1,
            b']' if open == 1 => return Some(at),
            b']' => open -= 1,
            _ => {}
        }
    }
    None
}

/// Whether `text` contains `%NAME%`.
fn has_percent_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        *byte == b'%' && {
            let len = scan::name_len(bytes, at + 1);
            len > 1 && bytes.get(at + 1 + len) == Some(&b'%')
        }
    })
}
