//! Reads values from tokens, and closes brackets: the other half of `read`.

use super::lex::{HclTokenKind, Token};
use super::raw::{HclRaw, RawKind};
use super::read::{Bracket, DEPTH, HclFrame, Reader};
use super::string::HclString;
use crate::syntax::entries::EntryStyle;
use crate::text::Span;

/// Whether the arguments of a function begin at the token `at`; after line breaks only where `lines`.
fn opens_call(tokens: &[Token], at: usize, lines: bool) -> bool {
    let mut ahead = tokens.get(at..).unwrap_or_default().iter();
    let next = ahead.find(|token| token.kind != HclTokenKind::Newline || !lines);
    next.is_some_and(|token| token.kind == HclTokenKind::Sign(b'('))
}

impl Reader<'_> {
    /// A token of a value.
    pub(super) fn value(&mut self, token: Token) {
        self.at += 1;
        let span = token.span;
        let Some(frame) = self.frames.last_mut() else { return };
        let each = frame.each;
        let lines = each || frame.bracket.spans_lines();
        let value = &mut frame.value;
        match token.kind {
            HclTokenKind::Number | HclTokenKind::Word if value.extends() => {
                value.extend(span, &mut self.out.nodes);
            }
            HclTokenKind::Word if each && matches!(span.of(self.text), "in" | "if") => {
                // The names before `in` are not values.
                if span.of(self.text) == "in" {
                    value.clear();
                }
                value.separate(span, &mut self.out.nodes);
            }
            HclTokenKind::Word if opens_call(self.tokens, self.at, lines) => self.call(token),
            HclTokenKind::Number | HclTokenKind::Word => self.term(HclRaw::new(RawKind::Plain, span)),
            HclTokenKind::Quoted | HclTokenKind::Heredoc => {
                let place = HclString { span, heredoc: token.kind == HclTokenKind::Heredoc };
                self.term(HclRaw::new(RawKind::Text(place), span));
            }
            HclTokenKind::Sign(b'{') => self.open(Bracket::Object, RawKind::Mapping, token),
            HclTokenKind::Sign(b'[') if value.has_term() => {
                self.open(Bracket::Index, RawKind::Sequence, token);
            }
            HclTokenKind::Sign(b'[') => self.open(Bracket::List, RawKind::Sequence, token),
            HclTokenKind::Sign(b'(') => self.open(Bracket::Group, RawKind::Sequence, token),
            HclTokenKind::Sign(b'.') => value.dot(span),
            HclTokenKind::Sign(b'?') => value.condition(span, &mut self.out.nodes),
            HclTokenKind::Sign(b':' | b',') if each => value.separate(span, &mut self.out.nodes),
            HclTokenKind::Sign(b':') if value.is_conditional() => value.separate(span, &mut self.out.nodes),
            HclTokenKind::Operator if each && span.of(self.text) == "=>" => {
                value.separate(span, &mut self.out.nodes);
            }
            HclTokenKind::Operator if span.of(self.text) == "..." => value.reach(span),
            HclTokenKind::Operator if value.extends() => value.extend(span, &mut self.out.nodes),
            HclTokenKind::Operator => value.operator(span),
            HclTokenKind::Sign(_) | HclTokenKind::Comment | HclTokenKind::Newline => {
                value.operator(span);
                self.problem(span.start(), "no part of a value");
            }
        }
        self.begin_for();
    }

    fn term(&mut self, raw: HclRaw) {
        let span = raw.span;
        let node = self.push(raw);
        if let Some(frame) = self.frames.last_mut() {
            frame.value.term(node, span);
        }
    }

    fn call(&mut self, name: Token) {
        while self.peek(0).is_some_and(|token| token.kind == HclTokenKind::Newline) {
            self.at += 1;
        }
        let Some(open) = self.peek(0) else { return };
        self.at += 1;
        if self.frames.len() >= DEPTH {
            self.skip(open);
            let end = self.end_of_last();
            return self.term(HclRaw::new(RawKind::Plain, Span::new(name.span.start(), end)));
        }
        let node = self.push(HclRaw::new(RawKind::Sequence, open.span));
        let key = (format!("{}()", name.span.of(self.text)), name.span);
        if let Some(raw) = self.out.nodes.get_mut(node) {
            raw.key = Some(key);
        }
        self.frames
            .push(HclFrame { start: name.span.start(), ..HclFrame::new(Bracket::Call, node, open.span) });
    }

    fn open(&mut self, bracket: Bracket, kind: RawKind, open: Token) {
        if self.frames.len() >= DEPTH {
            self.skip(open);
            let end = self.end_of_last();
            return self.term(HclRaw::new(RawKind::Plain, Span::new(open.span.start(), end)));
        }
        let node = self.push(HclRaw::new(kind, open.span));
        self.frames.push(HclFrame::new(bracket, node, open.span));
    }

    /// `[for x in y : …]`
    fn begin_for(&mut self) {
        let opened = self.frames.last().is_some_and(|it| it.bracket == Bracket::List && it.value.is_empty());
        let mut ahead = 0;
        while opened && self.peek(ahead).is_some_and(|token| token.kind == HclTokenKind::Newline) {
            ahead += 1;
        }
        let Some(token) = self.peek(ahead).filter(|_| opened) else { return };
        let names = self.peek(ahead + 1).is_some_and(|next| next.kind == HclTokenKind::Word);
        if token.span.of(self.text) == "for" && names {
            self.at += ahead + 1;
            if let Some(frame) = self.frames.last_mut() {
                frame.each = true;
            }
        }
    }

    /// The value that was read up to `end` becomes an entry or item.
    pub(super) fn finish_entry(&mut self, end: usize) {
        let Some(frame) = self.frames.last_mut() else { return };
        let key = frame.key.take();
        let value = std::mem::take(&mut frame.value);
        let parent = frame.node;
        let form = match frame.bracket {
            Bracket::Body => EntryStyle::Lines,
            Bracket::Object | Bracket::List => EntryStyle::Item,
            _ => EntryStyle::Fixed,
        };
        if key.is_none() && value.is_empty() {
            return;
        }
        let offset = value.start().min(end);
        let reach = value.end();
        let Some(node) = value.finish(&mut self.out.nodes) else {
            self.problem(offset, "a key without a value");
            let mut raw = HclRaw::new(RawKind::Plain, Span::at(offset));
            raw.entry = Span::new(key.as_ref().map_or(offset, |key| key.2), offset);
            raw.key = key.map(|(text, span, _)| (text, span));
            raw.form = form;
            let node = self.push(raw);
            return self.adopt(parent, node);
        };
        if let Some(raw) = self.out.nodes.get_mut(node) {
            raw.form = form;
            raw.entry = Span::new(key.as_ref().map_or(offset, |key| key.2), reach);
            raw.key = key.map(|(text, span, _)| (text, span));
        }
        self.adopt(parent, node);
    }

    /// The parts of a `for` expression become the items of its list.
    fn finish_for(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        let parts = std::mem::take(&mut frame.value).into_parts(&mut self.out.nodes);
        if let Some(raw) = self.out.nodes.get_mut(frame.node) {
            raw.children = parts;
        }
    }

    /// A closing bracket: closes what it fits, and what is open inside of that.
    pub(super) fn closer(&mut self, sign: u8, token: Token) {
        self.at += 1;
        let mut fits = None;
        for (index, frame) in self.frames.iter().enumerate().skip(1).rev() {
            if frame.bracket.closed_by() == sign {
                fits = Some(index);
                break;
            }
            if frame.bracket == Bracket::Body {
                break;
            }
        }
        let Some(index) = fits else {
            return self.problem(token.span.start(), "a bracket that nothing opens");
        };
        if index + 1 < self.frames.len() {
            self.problem(token.span.start(), "unclosed bracket before it");
        }
        while self.frames.len() > index + 1 {
            self.close(Span::at(token.span.start()));
        }
        self.close(token.span);
    }

    /// Closes the innermost bracket with the one at `closer`.
    pub(super) fn close(&mut self, closer: Span) {
        if self.frames.last().is_some_and(|frame| frame.each) {
            self.finish_for();
        } else {
            self.finish_entry(closer.start());
        }
        let Some(frame) = self.frames.pop() else { return };
        let end = closer.end();
        let span = Span::new(frame.start, end);
        self.end_chain(&frame.chain, end);
        let value = self.frames.last_mut().map(|around| &mut around.value);
        let Some(raw) = self.out.nodes.get_mut(frame.node) else { return };
        match frame.bracket {
            Bracket::Body => {}
            Bracket::Index => {
                if let Some(value) = value {
                    value.extend(Span::new(frame.start, end), &mut self.out.nodes);
                }
            }
            Bracket::Group => {
                // The parentheses mean nothing; their content replaces them.
                let inner = raw.children.first().copied().filter(|_| raw.children.len() == 1);
                raw.span = span;
                if inner.is_none() {
                    raw.kind = RawKind::Plain;
                }
                let node = inner.unwrap_or(frame.node);
                if let Some(value) = value {
                    value.term(node, span);
                }
            }
            Bracket::Call => {
                raw.span = Span::new(raw.span.start(), end);
                self.wrapped(frame.node, span);
            }
            Bracket::Object | Bracket::List if frame.each => {
                raw.kind = RawKind::Sequence;
                raw.span = span;
                raw.key = Some(("for()".to_owned(), Span::at(frame.start + 1)));
                self.wrapped(frame.node, span);
            }
            Bracket::Object | Bracket::List => {
                raw.span = span;
                raw.entry = span;
                if let Some(value) = value {
                    value.term(frame.node, span);
                }
            }
        }
    }

    /// A mapping around a node that has a key, as a term.
    fn wrapped(&mut self, node: usize, span: Span) {
        let mut raw = HclRaw::new(RawKind::Computed, span);
        raw.children.push(node);
        self.term(raw);
    }
}
