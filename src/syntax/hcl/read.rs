//! Reads bodies, blocks and entries from tokens; `value` reads what comes after their `=`. Goes on after what it does
//! not understand, and never recurses.

use super::expression::HclExpression;
use super::lex::{HclTokenKind, Token};
use super::raw::{HclRaw, RawKind};
use super::string::{self, HclString};
use crate::facts::FactProblem;
use crate::syntax::entries::EntryStyle;
use crate::text::Span;

/// How deep brackets may nest; what is deeper is one expression.
pub(super) const DEPTH: usize = 128;

/// How many names a block may have.
const LABELS: usize = 8;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct HclItems {
    /// The first one is the body of the file.
    pub(super) nodes: Vec<HclRaw>,
    pub(super) problems: Vec<FactProblem>,
}

/// Reads the tokens of `text`, without comments.
pub(super) fn read(text: &str, tokens: &[Token]) -> HclItems {
    let mut reader = Reader { text, tokens, at: 0, out: HclItems::default(), frames: Vec::new() };
    let root = reader.push(HclRaw::new(RawKind::Mapping, Span::new(0, text.len())));
    reader.frames.push(HclFrame::new(Bracket::Body, root, Span::at(0)));
    while let Some(token) = reader.peek(0) {
        reader.step(token);
    }
    let end = Span::at(text.trim_end().len());
    if let Some(open) = reader.frames.get(1..).and_then(<[HclFrame]>::last) {
        let offset = open.start;
        reader.problem(offset, "unclosed bracket");
    }
    while !reader.frames.is_empty() {
        reader.close(end);
    }
    reader.out
}

/// What an open bracket contains.
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
    /// `[ … ]` after a value.
    Index,
}

impl Bracket {
    pub(super) fn closed_by(self) -> u8 {
        match self {
            Self::Body | Self::Object => b'}',
            Self::List | Self::Index => b']',
            Self::Call | Self::Group => b')',
        }
    }

    /// Whether a line break in it is whitespace like any other.
    pub(super) fn spans_lines(self) -> bool {
        !matches!(self, Self::Body | Self::Object)
    }
}

/// An open bracket.
pub(super) struct HclFrame {
    pub(super) bracket: Bracket,
    /// The parent of its entries.
    pub(super) node: usize,
    /// Where it begins; of a call, at the function's name.
    pub(super) start: usize,
    /// Of a block: the nodes of its name and labels.
    pub(super) chain: Vec<usize>,
    /// The key whose value is read, with where its entry begins.
    pub(super) key: Option<(String, Span, usize)>,
    pub(super) value: HclExpression,
    /// Whether it is a `for` expression.
    pub(super) each: bool,
}

impl HclFrame {
    pub(super) fn new(bracket: Bracket, node: usize, open: Span) -> Self {
        Self {
            bracket,
            node,
            start: open.start(),
            chain: Vec::new(),
            key: None,
            value: HclExpression::default(),
            each: false,
        }
    }

    /// Whether a key must come now.
    fn wants_key(&self) -> bool {
        matches!(self.bracket, Bracket::Body | Bracket::Object) && self.key.is_none() && !self.each
    }
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: &'t [Token],
    pub(super) at: usize,
    pub(super) out: HclItems,
    pub(super) frames: Vec<HclFrame>,
}

impl Reader<'_> {
    pub(super) fn peek(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    fn is_sign(&self, ahead: usize, sign: u8) -> bool {
        self.peek(ahead).is_some_and(|token| token.kind == HclTokenKind::Sign(sign))
    }

    pub(super) fn problem(&mut self, offset: usize, message: &str) {
        self.out.problems.push(FactProblem { offset, message: message.to_owned() });
    }

    pub(super) fn push(&mut self, raw: HclRaw) -> usize {
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
            HclTokenKind::Newline if bracket.spans_lines() || each => self.at += 1,
            HclTokenKind::Newline => {
                self.at += 1;
                self.finish_entry(token.span.start());
            }
            HclTokenKind::Sign(b',') if !each && !matches!(bracket, Bracket::Group | Bracket::Index) => {
                self.at += 1;
                self.finish_entry(token.span.start());
            }
            HclTokenKind::Sign(sign @ (b'}' | b']' | b')')) => self.closer(sign, token),
            HclTokenKind::Word if bracket.spans_lines() && !each && self.begins_statement() => {
                self.problem(token.span.start(), "unclosed bracket before this line");
                while self.frames.len() > 1 && self.frames.last().is_some_and(|it| it.bracket.spans_lines()) {
                    self.close(Span::at(token.span.start()));
                }
                self.finish_entry(token.span.start());
            }
            _ => self.value(token),
        }
    }

    /// Whether an attribute begins here, where a bracket that contains no attributes is still open.
    fn begins_statement(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_some_and(|token| token.kind == HclTokenKind::Newline) && self.is_sign(1, b'=')
    }

    fn statement(&mut self, token: Token) {
        let body = self.frames.last().is_some_and(|frame| frame.bracket == Bracket::Body);
        match token.kind {
            HclTokenKind::Newline => self.at += 1,
            HclTokenKind::Sign(b',') if !body => self.at += 1,
            HclTokenKind::Sign(sign @ (b'}' | b']' | b')')) => self.closer(sign, token),
            HclTokenKind::Word if !body && self.begins_for(token) => {
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
        token.span.of(self.text) == "for" && self.peek(1).is_some_and(|next| next.kind == HclTokenKind::Word)
    }

    /// A key and its `=`, or the name and labels of a block and its `{`.
    fn head(&mut self, body: bool) {
        let from = self.at;
        let mut depth = 0_usize;
        let mut end = None;
        while let Some(token) = self.peek(0) {
            match token.kind {
                HclTokenKind::Newline => break,
                HclTokenKind::Sign(b'=' | b'{') if depth == 0 => end = Some(token),
                HclTokenKind::Sign(b':') if depth == 0 && !body => end = Some(token),
                HclTokenKind::Sign(b'(' | b'[' | b'{') => depth += 1,
                HclTokenKind::Sign(b')' | b']' | b'}') if depth == 0 => break,
                HclTokenKind::Sign(b')' | b']' | b'}') => depth -= 1,
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
        if end.kind == HclTokenKind::Sign(b'{') {
            return self.block(from, end);
        }
        let odd = head.len() > 1;
        let key = if body && odd { last } else { Token { span: first.span.hull(last.span), ..first } };
        if body && (odd || key.kind != HclTokenKind::Word) {
            self.problem(first.span.start(), "no name of an attribute");
        }
        let key = self.key(key, odd && !body);
        if let Some(frame) = self.frames.last_mut() {
            frame.value = HclExpression::at(end.span.end());
            frame.key = Some((key.0, key.1, first.span.start()));
        }
    }

    /// The text of a key and its bytes without quotes.
    fn key(&self, token: Token, expression: bool) -> (String, Span) {
        if token.kind != HclTokenKind::Quoted || expression {
            return (token.span.of(self.text).to_owned(), token.span);
        }
        let text = string::decode(self.text, HclString { span: token.span, heredoc: false }).text;
        (text, string::inside(self.text, token.span))
    }

    /// Opens the block whose name is the token `from`.
    fn block(&mut self, from: usize, brace: Token) {
        let head = self.tokens.get(from..self.at.saturating_sub(1)).unwrap_or_default();
        let names =
            head.iter().copied().filter(|it| matches!(it.kind, HclTokenKind::Word | HclTokenKind::Quoted));
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
            let mut raw = HclRaw::new(RawKind::Mapping, inner.span);
            raw.key = Some(key);
            raw.entry = Span::at(start);
            raw.form = EntryStyle::Lines;
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
        self.frames.push(HclFrame { start, chain, ..HclFrame::new(Bracket::Body, parent, brace.span) });
    }

    pub(super) fn adopt(&mut self, parent: usize, child: usize) {
        if let Some(parent) = self.out.nodes.get_mut(parent) {
            parent.children.push(child);
        }
    }

    /// Where the token before this one ends.
    pub(super) fn end_of_last(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.span.end())
    }

    pub(super) fn end_chain(&mut self, chain: &[usize], end: usize) {
        for index in chain {
            if let Some(raw) = self.out.nodes.get_mut(*index) {
                raw.span = Span::new(raw.span.start(), end);
                raw.entry = Span::new(raw.entry.start(), end);
            }
        }
    }

    /// Skips the content of the bracket that was opened last.
    pub(super) fn skip(&mut self, open: Token) {
        self.problem(open.span.start(), "nested too deep to be read");
        let mut depth = 1_usize;
        while let Some(token) = self.peek(0) {
            match token.kind {
                HclTokenKind::Sign(b'(' | b'[' | b'{') => depth += 1,
                HclTokenKind::Sign(b')' | b']' | b'}') => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
    }
}
