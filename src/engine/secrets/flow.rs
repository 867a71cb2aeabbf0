//! The literal pieces in the places of tokens, and in the variables that flow into them.

use super::given::{At, Given};
use super::names;
use crate::embed::Decoded;
use crate::engine::LintedFile;
use crate::engine::documents::EmbeddedDocument;
use crate::facts::{NodeId, NodeKind};
use crate::sites::{Carrier, ValueLocation};
use crate::text::{Lexed, Notation, Span, lex, lex_field, lex_line, lex_value};
use std::collections::{BTreeMap, BTreeSet};

/// Where a value ends that begins somewhere in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// To its own end.
    Value,
    /// To the end of the line or statement.
    Line,
    /// To the end of a field of a request.
    Field,
    /// To the end of the expression of a program.
    Code,
}

/// Collects what must not be shown.
pub(super) struct Flow<'a> {
    file: &'a LintedFile<'a>,
    /// Bytes of the file.
    pub(super) spans: Vec<Span>,
    /// Literals, which may be elsewhere too.
    pub(super) texts: Vec<String>,
    /// Names that are read and not looked up yet, and whether their value may be a token.
    open: Vec<(String, bool)>,
    known: BTreeSet<(String, bool)>,
    /// Values that were looked at.
    seen: BTreeSet<(At, bool)>,
    /// The bytes of texts that were looked at, by text and start: where each piece of them ends.
    covered: [BTreeMap<(usize, usize), usize>; 2],
    /// The decoded text of a node, which may contain several values.
    decoded: Option<(usize, NodeId, Option<Decoded>)>,
}

impl<'a> Flow<'a> {
    pub(super) fn new(file: &'a LintedFile<'a>) -> Self {
        Self {
            file,
            spans: Vec::new(),
            texts: Vec::new(),
            open: Vec::new(),
            known: BTreeSet::new(),
            seen: BTreeSet::new(),
            covered: Default::default(),
            decoded: None,
        }
    }

    fn document(&self, doc: usize) -> Option<&'a EmbeddedDocument> {
        self.file.documents.get(doc)
    }

    /// Adds an expression that is given as a token.
    pub(super) fn carrier(&mut self, carrier: &Carrier) {
        let Some(document) = self.document(carrier.doc) else { return };
        if let Some(name) = names::of_batch(&carrier.value.text) {
            self.reads(name, true);
        }
        match carrier.value.place {
            ValueLocation::Node(node) | ValueLocation::Base64(node) if !document.language.is_shell() => {
                self.node(carrier.doc, node, true);
            }
            ValueLocation::Within(node, part) => self.part(carrier, node, part),
            // A GitLab interpolation contains spaces: words of a shell end there.
            _ if carrier.value.span.of(&document.text).starts_with("$[[") => {
                self.at(carrier.doc, carrier.value.span.start(), Extent::Value, true);
            }
            // Ruby's: the program around it has the names.
            _ if carrier.value.text.starts_with("#{") && document.parent.is_some() => {}
            _ => self.written(carrier.doc, carrier.value.span, true),
        }
        // A program or make builds the text: its expression is written in their notation.
        let Some((parent, builder)) = document.parent.and_then(|it| Some((it, self.document(it)?))) else {
            return;
        };
        let notation = builder.language.notation();
        if matches!(notation, Notation::Code | Notation::Make) && !builder.language.values_are_expressions() {
            let outer = document.segments.to_outer(carrier.value.span);
            self.lexed(parent, &builder.text, outer, notation, true);
        }
    }

    /// Part of the decoded text of a node.
    fn part(&mut self, carrier: &Carrier, node: NodeId, part: Span) {
        let Some(document) = self.document(carrier.doc) else { return };
        if self.decoded.as_ref().is_none_or(|(known, at, _)| (*known, *at) != (carrier.doc, node)) {
            self.decoded = Some((carrier.doc, node, document.parsed.decode(node)));
        }
        let Some((_, _, Some(decoded))) = &self.decoded else {
            return self.written(carrier.doc, carrier.value.span, true);
        };
        let text = part.of(&decoded.text).to_owned();
        let found = lex(&text, strings_of(document), true);
        let host = |span: Span| {
            let outer = decoded.segments.to_outer(span.shifted(part.start()));
            self.file.documents.to_host(carrier.doc, outer)
        };
        let spans: Vec<Span> = found.literals.iter().map(|it| host(it.span)).collect();
        self.take(found, &spans, &text);
    }

    /// The value of a node of a tree.
    fn node(&mut self, doc: usize, node: NodeId, is_value: bool) {
        let Some(document) = self.document(doc) else { return };
        let tree = &document.parsed.facts().tree;
        let node = tree.resolve(node);
        if !self.seen.insert((At::Node(doc, node), is_value)) {
            return;
        }
        match tree.kind(node) {
            Some(NodeKind::Sequence) if !tree.is_computed(node) => {
                for child in tree.children(node) {
                    if tree.scalar(*child).is_some() {
                        self.node(doc, *child, is_value);
                    }
                }
            }
            Some(NodeKind::Mapping) if !tree.is_computed(node) => {
                let known = ["value", "default", "Default", "defaultValue", "options"];
                let mut all: Vec<NodeId> = known.iter().filter_map(|key| tree.child(node, key)).collect();
                if all.is_empty() && is_value {
                    // It is read by an index.
                    let is_scalar = |child: &&NodeId| tree.scalar(**child).is_some();
                    all.extend(tree.children(node).iter().filter(is_scalar));
                }
                for child in all {
                    self.node(doc, child, is_value);
                }
            }
            _ => match document.parsed.decode(node) {
                Some(decoded) => {
                    let found = lex(&decoded.text, strings_of(document), is_value);
                    let host = |span| self.file.documents.to_host(doc, decoded.segments.to_outer(span));
                    let spans: Vec<Span> = found.literals.iter().map(|it| host(it.span)).collect();
                    self.take(found, &spans, &decoded.text);
                }
                None => {
                    let span = tree.span(node).unwrap_or_default();
                    self.written(doc, span, is_value);
                }
            },
        }
    }

    /// What a command in a node prints.
    fn prints(&mut self, doc: usize, node: NodeId) {
        let decoded = self.document(doc).and_then(|it| it.parsed.decode(node));
        let Some(decoded) =
            decoded.filter(|it| it.text.starts_with("echo ") || it.text.starts_with("printf "))
        else {
            return;
        };
        let line = decoded.text.lines().next().unwrap_or_default();
        let mut at = 0;
        for word in line.split(|sign: char| sign.is_whitespace() || matches!(sign, '"' | '\'' | ';' | '|')) {
            let span = Span::new(at, at + word.len());
            at = span.end();
            at += line.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            let mut found = lex(word, Notation::Text, true);
            for literal in &mut found.literals {
                literal.span = literal.span.shifted(span.start());
            }
            let host = |span| self.file.documents.to_host(doc, decoded.segments.to_outer(span));
            let spans: Vec<Span> = found.literals.iter().map(|it| host(it.span)).collect();
            self.take(found, &spans, &decoded.text);
        }
    }

    /// An expression as it is written.
    pub(super) fn written(&mut self, doc: usize, span: Span, is_value: bool) {
        let Some(document) = self.document(doc) else { return };
        self.lexed(doc, &document.text, span, document.language.notation(), is_value);
    }

    fn lexed(&mut self, doc: usize, text: &str, span: Span, notation: Notation, is_value: bool) {
        let text = span.of(text);
        self.shifted(doc, text, lex(text, notation, is_value), span.start());
    }

    /// The value that begins there in a text, or all of the line from there on. No byte is looked at twice.
    pub(super) fn at(&mut self, doc: usize, at: usize, extent: Extent, is_value: bool) {
        let Some(document) = self.document(doc) else { return };
        let covered = &mut self.covered[usize::from(is_value)];
        let before = covered.range(..=(doc, at)).next_back();
        if before.is_some_and(|((known, _), end)| *known == doc && *end > at) {
            return;
        }
        let next = covered.range((doc, at + 1)..).next().filter(|((known, _), _)| *known == doc);
        let end = next.map_or(document.text.len(), |((_, start), _)| *start);
        let text = document.text.get(..end).unwrap_or_default();
        let notation = document.language.notation();
        let found = match extent {
            Extent::Value => lex_value(text, at, notation, is_value),
            Extent::Line => lex_line(text, at, notation),
            Extent::Field => lex_field(text, at, notation, is_value),
            Extent::Code => lex_value(text, at, Notation::Code, is_value),
        };
        covered.insert((doc, at), found.end);
        self.shifted(doc, text, found, 0);
    }

    /// What was found in a text of the file, `by` bytes after its beginning.
    pub(super) fn shifted(&mut self, doc: usize, text: &str, found: Lexed, by: usize) {
        let host = |span: Span| self.file.documents.to_host(doc, span.shifted(by));
        let spans: Vec<Span> = found.literals.iter().map(|it| host(it.span)).collect();
        self.take(found, &spans, text);
    }

    /// What was found in `text`, and the bytes of the file.
    fn take(&mut self, found: Lexed, spans: &[Span], text: &str) {
        for (literal, span) in found.literals.into_iter().zip(spans) {
            if names::is_name(self.file, &literal.text, true) || is_expansion(&literal.text) {
                continue;
            }
            self.spans.push(*span);
            // A message may quote it as its text writes it, which the file may write in another way.
            let written = literal.span.of(text);
            if written != literal.text {
                self.texts.push(written.to_owned());
            }
            self.texts.push(literal.text);
        }
        for read in found.reads {
            self.reads(&read.name, read.is_value);
        }
    }

    /// A name whose value is read as a token.
    pub(super) fn reads(&mut self, name: &str, is_value: bool) {
        for (name, is_value) in names::looked_up(name, is_value) {
            let name = if name.bytes().all(|byte| byte.is_ascii_digit()) { "@" } else { name };
            if self.known.insert((name.to_owned(), is_value)) {
                self.open.push((name.to_owned(), is_value));
            }
        }
    }

    /// Follows the names that were read to what they are given, through further names.
    pub(super) fn follow(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let given = Given::of(self.file.documents);
        while let Some((name, is_value)) = self.open.pop() {
            for at in given.to(&name) {
                match at {
                    At::Node(doc, node) => self.node(doc, node, is_value),
                    at if !self.seen.insert((at, is_value)) => {}
                    At::Value(doc, at) => self.at(doc, at, Extent::Value, is_value),
                    At::Line(doc, at) => self.at(doc, at, Extent::Line, false),
                    At::Prints(doc, node) => self.prints(doc, node),
                    At::Field(doc, at) => self.at(doc, at, Extent::Field, is_value),
                    At::Code(doc, at) => self.at(doc, at, Extent::Code, is_value),
                    At::Span(doc, span) => self.written(doc, span, is_value),
                }
            }
        }
    }
}

/// Whether a literal is one variable: `'${TOKEN}'`, which something else expands.
fn is_expansion(text: &str) -> bool {
    let name = text
        .strip_prefix('$')
        .map(|rest| rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest));
    name.is_some_and(|name| {
        name.starts_with(|sign: char| sign.is_ascii_uppercase())
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
            && name.contains('_')
    })
}

/// How strings of a text write expressions.
fn strings_of(document: &EmbeddedDocument) -> Notation {
    match document.language.notation() {
        Notation::Code => Notation::Hcl,
        Notation::Shell => Notation::Text,
        other => other,
    }
}
