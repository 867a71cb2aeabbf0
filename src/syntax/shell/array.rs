//! Arrays: `NAME=(…)`, PowerShell's `@(…)`.

use super::command::Building;
use super::dialect::Dialect;
use super::lexer::Lexer;
use super::scan;
use super::script::{Break, BreakKind, DatumKind};
use super::word::RawWord;
use crate::facts::{Word, WordList};
use crate::text::Span;

impl Lexer<'_> {
    /// The words of `NAME=(…)`, whose `(` is at this place; all of its bytes.
    pub(super) fn array(&mut self, start: usize) -> Span {
        let mut building = self.begin();
        building.statement.array = true;
        let open = self.at;
        self.at += 1;
        if !self.deeper() {
            return Span::new(start, self.at);
        }
        self.depth += 1;
        let comma = self.dialect == Dialect::PowerShell;
        loop {
            self.blanks();
            let before = self.at;
            match self.byte() {
                None => break,
                Some(b')') => {
                    self.at += 1;
                    break;
                }
                Some(b'\n' | b'\r') => {
                    let len = scan::newline_len(self.bytes, self.at).max(1);
                    let span = Span::new(self.at, self.at + len);
                    self.out.breaks.push(Break { kind: BreakKind::Newline, span });
                    self.at = span.end();
                }
                Some(b'#') if self.is_comment() => self.comment(),
                Some(b',') if comma => self.at += 1,
                Some(_) => {
                    if let Some((span, role)) = self.own_tag() {
                        self.tag(&mut building, span, role);
                    } else if let Some(word) = self.word() {
                        if comma {
                            self.split_at_commas(&mut building, &word);
                        } else {
                            self.part(&mut building, &word);
                        }
                    } else {
                        self.at = before + 1;
                        while !self.text.is_char_boundary(self.at) {
                            self.at += 1;
                        }
                    }
                }
            }
        }
        self.depth -= 1;
        let span = Span::new(start, self.at);
        let head = Span::new(start, open).of(self.text);
        self.out.datum(self.text, DatumKind::Array, span, head);
        building.statement.tail = self.at.saturating_sub(1).max(open + 1).min(self.at);
        building.statement.span = span;
        let mut words: Vec<Word> = Vec::new();
        // `[key]=value` looks like an assignment; here it is an element.
        words.append(&mut building.command.words);
        let name = head.trim_start_matches('$');
        let name = name.get(..scan::name_len(name.as_bytes(), 0)).unwrap_or_default();
        self.out.facts.word_lists.push(WordList {
            name: name.into(),
            span: Span::new(start, open),
            words,
            adds: head.contains("+="),
            ..WordList::default()
        });
        if let Some(slot) = self.out.statements.get_mut(building.index) {
            *slot = building.statement;
        }
        span
    }

    /// PowerShell writes its lists with commas.
    fn split_at_commas(&mut self, building: &mut Building, word: &RawWord) {
        let mut start = word.span.start();
        let pieces = word.pieces.clone();
        let in_piece = |at: usize| {
            pieces.iter().any(|p| {
                p.span.start() <= at && at < p.span.end() && p.quoting != crate::embed::Quoting::Bare
            })
        };
        let raw = word.span;
        for at in raw.start()..=raw.end() {
            if at == raw.end() || self.bytes.get(at) == Some(&b',') && !in_piece(at) {
                if at > start {
                    let mut part = word.from(start);
                    part.span = Span::new(start, at);
                    part.pieces.retain(|piece| piece.span.start() < at);
                    self.part(building, &part);
                }
                start = at + 1;
            }
        }
    }
}
