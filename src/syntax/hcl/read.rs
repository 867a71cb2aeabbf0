//! Reads bodies, blocks and entries from tokens. Goes on behind what it does not understand, and never recurses.

use super::expression::Expression;
use super::lex::{Kind, Token};
use super::raw::{Raw, RawKind};
use super::string::{self, Place};
use crate::facts::Problem;
use crate::syntax::entries::Form;
use crate::text::Span;

/// How deep brackets may nest; what lies deeper is one expression.
const DEPTH: usize = 128;

/// How many names a block may have.
const LABELS: usize = 8;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// The first one is the body of the file.
    pub(super) nodes: Vec<Raw>,
    pub(super) problems: Vec<Problem>,
}

/// Reads the tokens of `text`, comments left out.
pub(super) fn read(text: &str, tokens: &[Token]) -> Read {
    let mut reader = Reader { text, tokens, at: 0, out: Read::default(), frames: Vec::new() };
    let root = reader.push(Raw::new(RawKind::Mapping, Span::new(0, text.len())));
    reader.frames.push(Frame::new(Bracket::Body, root, Span::at(0)));
    while let Some(token) = reader.peek(0) {
        reader.step(token);
    }
    let end = Span::at(text.trim_end().len());
    if let Some(open) = reader.frames.get(1..).and_then(<[Frame]>::last) {
        let offset = open.start;
        reader.problem(offset, "a bracket that is not closed");
    }
    while !reader.frames.is_empty() {
        reader.close(end);
    }
    reader.out
}

/// What an open bracket holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    /// Attributes and blocks, on lines.
    Body,
    /// `{ … }`
    Object,
    /// `[ … ]`
    List,
    /// The arguments of a function.
    Call,
    /// `( … )`
    Group,
    /// `[ … ]` behind a value.
    Index,
}

impl Bracket {
    fn closed_by(self) -> u8 {
        match self {
            Self::Body | Self::Object => b'}',
            Self::List | Self::Index => b']',
            Self::Call | Self::Group => b')',
        }
    }

    /// Whether a line break in it is a blank like any other.
    fn spans_lines(self) -> bool {
        !matches!(self, Self::Body | Self::Object)
    }
}

/// Whether the arguments of a function begin at the token `at`; behind line breaks only where `lines`.
fn opens_call(tokens: &[Token], at: usize, lines: bool) -> bool {
    let mut ahead = tokens.get(at..).unwrap_or_default().iter();
    let next = ahead.find(|token| token.kind != Kind::Newline || !lines);
    next.is_some_and(|token| token.kind == Kind::Sign(b'('))
}

/// An open bracket.
struct Frame {
    bracket: Bracket,
    /// What its entries become children of.
    node: usize,
    /// Where it begins; of a call, at the function's name.
    start: usize,
    /// Of a block: the nodes of its name and labels.
    chain: Vec<usize>,
    /// The key whose value is read, with where its entry begins.
    key: Option<(String, Span, usize)>,
    value: Expression,
    /// Whether it is a `for` expression.
    each: bool,
}

impl Frame {
    fn new(bracket: Bracket, node: usize, open: Span) -> Self {
        Self {
            bracket,
            node,
            start: open.start(),
            chain: Vec::new(),
            key: None,
            value: Expression::default(),
            each: false,
        }
    }

    /// Whether a key has to come now.
    fn wants_key(&self) -> bool {
        matches!(self.bracket, Bracket::Body | Bracket::Object) && self.key.is_none() && !self.each
    }
}

struct Reader<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    out: Read,
    frames: Vec<Frame>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    fn is_sign(&self, ahead: usize, sign: u8) -> bool {
        self.peek(ahead).is_some_and(|token| token.kind == Kind::Sign(sign))
    }

    fn problem(&mut self, offset: usize, message: &str) {
        self.out.problems.push(Problem { offset, message: message.to_owned() });
    }

    fn push(&mut self, raw: Raw) -> usize {
        self.out.nodes.push(raw);
        self.out.nodes.len() - 1
    }

    fn step(&mut self, token: Token) {
        let Some(frame) = self.frames.last() else {
            self.at = self.tokens.len();
            return;
        };
        if frame.wants_key() {
            return self.statement(token);
        }
        let (bracket, each) = (frame.bracket, frame.each);
        match token.kind {
            Kind::Newline if bracket.spans_lines() || each => self.at += 1,
            Kind::Newline => {
                self.at += 1;
                self.finish_entry(token.span.start());
            }
            Kind::Sign(b',') if !each && !matches!(bracket, Bracket::Group | Bracket::Index) => {
                self.at += 1;
                self.finish_entry(token.span.start());
            }
            Kind::Sign(sign @ (b'}' | b']' | b')')) => self.closer(sign, token),
            Kind::Word if bracket.spans_lines() && !each && self.begins_statement() => {
                self.problem(token.span.start(), "a bracket before this line is not closed");
                while self.frames.len() > 1 && self.frames.last().is_some_and(|it| it.bracket.spans_lines()) {
                    self.close(Span::at(token.span.start()));
                }
                self.finish_entry(token.span.start());
            }
            _ => self.value(token),
        }
    }

    /// Whether an attribute begins here, where a bracket that holds none is still open.
    fn begins_statement(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_some_and(|token| token.kind == Kind::Newline) && self.is_sign(1, b'=')
    }

    fn statement(&mut self, token: Token) {
        let body = self.frames.last().is_some_and(|frame| frame.bracket == Bracket::Body);
        match token.kind {
            Kind::Newline => self.at += 1,
            Kind::Sign(b',') if !body => self.at += 1,
            Kind::Sign(sign @ (b'}' | b']' | b')')) => self.closer(sign, token),
            Kind::Word if !body && self.begins_for(token) => {
                self.at += 1;
                if let Some(frame) = self.frames.last_mut() {
                    frame.each = true;
                }
            }
            _ => self.head(body),
        }
    }

    /// Whether the collection that begins here is a `for` expression.
    fn begins_for(&self, token: Token) -> bool {
        token.span.of(self.text) == "for" && self.peek(1).is_some_and(|next| next.kind == Kind::Word)
    }

    /// A key and its `=`, or the name and labels of a block and its `{`.
    fn head(&mut self, body: bool) {
        let from = self.at;
        let mut depth = 0_usize;
        let mut end = None;
        while let Some(token) = self.peek(0) {
            match token.kind {
                Kind::Newline => break,
                Kind::Sign(b'=' | b'{') if depth == 0 => end = Some(token),
                Kind::Sign(b':') if depth == 0 && !body => end = Some(token),
                Kind::Sign(b'(' | b'[' | b'{') => depth += 1,
                Kind::Sign(b')' | b']' | b'}') if depth == 0 => break,
                Kind::Sign(b')' | b']' | b'}') => depth -= 1,
                _ => {}
            }
            if end.is_some() {
                break;
            }
            self.at += 1;
        }
        let head = self.tokens.get(from..self.at).unwrap_or_default();
        let (Some(first), Some(end)) = (head.first().copied(), end) else {
            self.at = self.at.max(from + 1);
            let offset = self.tokens.get(from).map_or(0, |token| token.span.start());
            return self.problem(offset, "neither an attribute nor a block");
        };
        let last = head.last().copied().unwrap_or(first);
        self.at += 1;
        if end.kind == Kind::Sign(b'{') {
            return self.block(from, end);
        }
        let odd = head.len() > 1;
        let key = if body && odd { last } else { Token { span: first.span.hull(last.span), ..first } };
        if body && (odd || key.kind != Kind::Word) {
            self.problem(first.span.start(), "no name of an attribute");
        }
        let key = self.key(key, odd && !body);
        if let Some(frame) = self.frames.last_mut() {
            frame.value = Expression::at(end.span.end());
            frame.key = Some((key.0, key.1, first.span.start()));
        }
    }

    /// The text of a key and its bytes without quotes.
    fn key(&self, token: Token, expression: bool) -> (String, Span) {
        if token.kind != Kind::Quoted || expression {
            return (token.span.of(self.text).to_owned(), token.span);
        }
        let text = string::decode(self.text, Place { span: token.span, heredoc: false }).text;
        (text, string::inside(self.text, token.span))
    }

    /// Opens the block whose name is the token `from`.
    fn block(&mut self, from: usize, brace: Token) {
        let head = self.tokens.get(from..self.at.saturating_sub(1)).unwrap_or_default();
        let names = head.iter().copied().filter(|it| matches!(it.kind, Kind::Word | Kind::Quoted));
        let names: Vec<Token> = names.take(LABELS).collect();
        let body = self.frames.last().is_some_and(|frame| frame.bracket == Bracket::Body);
        if names.len() < head.len() || names.is_empty() || !body {
            self.problem(brace.span.start(), "no block can stand here");
        }
        let start = head.first().unwrap_or(&brace).span.start();
        let mut parent = self.frames.last().map_or(0, |frame| frame.node);
        let mut chain = Vec::new();
        for (index, name) in names.iter().enumerate() {
            // The value of a name begins at the next one.
            let inner = names.get(index + 1).unwrap_or(&brace);
            let key = self.key(*name, false);
            let mut raw = Raw::new(RawKind::Mapping, inner.span);
            raw.key = Some(key);
            raw.entry = Span::at(start);
            raw.form = Form::Lines;
            let node = self.push(raw);
            self.adopt(parent, node);
            chain.push(node);
            parent = node;
        }
        if self.frames.len() >= DEPTH {
            self.skip(brace);
            let end = self.end_of_last();
            self.end_chain(&chain, end);
            return;
        }
        self.frames.push(Frame { start, chain, ..Frame::new(Bracket::Body, parent, brace.span) });
    }

    fn adopt(&mut self, parent: usize, child: usize) {
        if let Some(parent) = self.out.nodes.get_mut(parent) {
            parent.children.push(child);
        }
    }

    /// Where the token before this one ends.
    fn end_of_last(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.span.end())
    }

    fn end_chain(&mut self, chain: &[usize], end: usize) {
        for index in chain {
            if let Some(raw) = self.out.nodes.get_mut(*index) {
                raw.span = Span::new(raw.span.start(), end);
                raw.entry = Span::new(raw.entry.start(), end);
            }
        }
    }

    /// Passes what stands in the bracket that was opened last.
    fn skip(&mut self, open: Token) {
        self.problem(open.span.start(), "brackets nest too deep here to be read");
        let mut depth = 1_usize;
        while let Some(token) = self.peek(0) {
            match token.kind {
                Kind::Sign(b'(' | b'[' | b'{') => depth += 1,
                Kind::Sign(b')' | b']' | b'}') => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
    }

    /// A token of a value.
    fn value(&mut self, token: Token) {
        self.at += 1;
        let span = token.span;
        let Some(frame) = self.frames.last_mut() else { return };
        let each = frame.each;
        let lines = each || frame.bracket.spans_lines();
        let value = &mut frame.value;
        match token.kind {
            Kind::Number | Kind::Word if value.extends() => value.extend(span, &mut self.out.nodes),
            Kind::Word if each && matches!(span.of(self.text), "in" | "if") => {
                // The names before `in` are not values.
                if span.of(self.text) == "in" {
                    value.clear();
                }
                value.separate(span, &mut self.out.nodes);
            }
            Kind::Word if opens_call(self.tokens, self.at, lines) => self.call(token),
            Kind::Number | Kind::Word => self.term(Raw::new(RawKind::Plain, span)),
            Kind::Quoted | Kind::Heredoc => {
                let place = Place { span, heredoc: token.kind == Kind::Heredoc };
                self.term(Raw::new(RawKind::Text(place), span));
            }
            Kind::Sign(b'{') => self.open(Bracket::Object, RawKind::Mapping, token),
            Kind::Sign(b'[') if value.has_term() => self.open(Bracket::Index, RawKind::Sequence, token),
            Kind::Sign(b'[') => self.open(Bracket::List, RawKind::Sequence, token),
            Kind::Sign(b'(') => self.open(Bracket::Group, RawKind::Sequence, token),
            Kind::Sign(b'.') => value.dot(span),
            Kind::Sign(b'?') => value.condition(span, &mut self.out.nodes),
            Kind::Sign(b':' | b',') if each => value.separate(span, &mut self.out.nodes),
            Kind::Sign(b':') if value.is_conditional() => value.separate(span, &mut self.out.nodes),
            Kind::Operator if each && span.of(self.text) == "=>" => value.separate(span, &mut self.out.nodes),
            Kind::Operator if span.of(self.text) == "..." => value.reach(span),
            Kind::Operator if value.extends() => value.extend(span, &mut self.out.nodes),
            Kind::Operator => value.operator(span),
            Kind::Sign(_) | Kind::Comment | Kind::Newline => {
                value.operator(span);
                self.problem(span.start(), "no part of a value");
            }
        }
        self.begin_for();
    }

    fn term(&mut self, raw: Raw) {
        let span = raw.span;
        let node = self.push(raw);
        if let Some(frame) = self.frames.last_mut() {
            frame.value.term(node, span);
        }
    }

    fn call(&mut self, name: Token) {
        while self.peek(0).is_some_and(|token| token.kind == Kind::Newline) {
            self.at += 1;
        }
        let Some(open) = self.peek(0) else { return };
        self.at += 1;
        if self.frames.len() >= DEPTH {
            self.skip(open);
            let end = self.end_of_last();
            return self.term(Raw::new(RawKind::Plain, Span::new(name.span.start(), end)));
        }
        let node = self.push(Raw::new(RawKind::Sequence, open.span));
        let key = (format!("{}()", name.span.of(self.text)), name.span);
        if let Some(raw) = self.out.nodes.get_mut(node) {
            raw.key = Some(key);
        }
        self.frames.push(Frame { start: name.span.start(), ..Frame::new(Bracket::Call, node, open.span) });
    }

    fn open(&mut self, bracket: Bracket, kind: RawKind, open: Token) {
        if self.frames.len() >= DEPTH {
            self.skip(open);
            let end = self.end_of_last();
            return self.term(Raw::new(RawKind::Plain, Span::new(open.span.start(), end)));
        }
        let node = self.push(Raw::new(kind, open.span));
        self.frames.push(Frame::new(bracket, node, open.span));
    }

    /// `[for x in y : …]`
    fn begin_for(&mut self) {
        let opened = self.frames.last().is_some_and(|it| it.bracket == Bracket::List && it.value.is_empty());
        let mut ahead = 0;
        while opened && self.peek(ahead).is_some_and(|token| token.kind == Kind::Newline) {
            ahead += 1;
        }
        let Some(token) = self.peek(ahead).filter(|_| opened) else { return };
        let names = self.peek(ahead + 1).is_some_and(|next| next.kind == Kind::Word);
        if token.span.of(self.text) == "for" && names {
            self.at += ahead + 1;
            if let Some(frame) = self.frames.last_mut() {
                frame.each = true;
            }
        }
    }

    /// The value that was read up to `end` becomes an entry or item.
    fn finish_entry(&mut self, end: usize) {
        let Some(frame) = self.frames.last_mut() else { return };
        let key = frame.key.take();
        let value = std::mem::take(&mut frame.value);
        let parent = frame.node;
        let form = match frame.bracket {
            Bracket::Body => Form::Lines,
            Bracket::Object | Bracket::List => Form::Item,
            _ => Form::Fixed,
        };
        if key.is_none() && value.is_empty() {
            return;
        }
        let offset = value.start().min(end);
        let reach = value.end();
        let Some(node) = value.finish(&mut self.out.nodes) else {
            self.problem(offset, "a key without a value");
            let mut raw = Raw::new(RawKind::Plain, Span::at(offset));
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
    fn closer(&mut self, sign: u8, token: Token) {
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
            self.problem(token.span.start(), "a bracket before it is not closed");
        }
        while self.frames.len() > index + 1 {
            self.close(Span::at(token.span.start()));
        }
        self.close(token.span);
    }

    /// Closes the innermost bracket with the one at `closer`.
    fn close(&mut self, closer: Span) {
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
                // The parentheses mean nothing; what they hold stands for them.
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
        let mut raw = Raw::new(RawKind::Mapping, span);
        raw.children.push(node);
        self.term(raw);
    }
}
