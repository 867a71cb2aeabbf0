//! Builds the tree from the events: nodes with exact spans, and where each entry begins and ends.

mod layout;
mod scalars;

use super::events::{self, Event, EventKind};
use super::lines;
use super::read::{Reading, is_template};
use super::scalar::Texts;
use crate::facts::{Comment, DataTree, Node, NodeId, NodeKey, NodeKind, ScalarStyle};
use crate::text::{SharedText, Span};
use std::borrow::Cow;
use std::collections::HashMap;

pub(super) use layout::{KeyForm, Layout};

/// A text as a tree.
#[derive(Debug, Default)]
pub(super) struct YamlBuilt {
    pub(super) tree: DataTree,
    /// By [`NodeId`].
    pub(super) layouts: Vec<Layout>,
    pub(super) comments: Vec<Comment>,
    /// Of block scalars: columns before each line of content.
    pub(super) indents: HashMap<NodeId, u32>,
    /// The names of the anchors.
    pub(super) anchors: Vec<Span>,
    /// The names that aliases use, with their spans.
    pub(super) aliases: Vec<Span>,
}

/// Builds the tree of a text that is read as a whole; `None` if it is not well-formed, or if it is not masked and a template
/// expression was read as a flow mapping. Events are not stored: a large file has more of them than nodes.
pub(super) fn build(text: &SharedText, reading: &Reading) -> Option<YamlBuilt> {
    let shape = reading.shape(text);
    let mut builder = Builder::new(text, reading);
    let mut is_misread = false;
    let read = events::each(shape, |event| {
        let is_flow = event.kind == EventKind::MappingStart { flow: true };
        is_misread = is_flow && reading.masked.is_none() && is_template(text, event.span.start());
        builder.event(&event);
        !is_misread
    });
    if read.is_err() || is_misread {
        return None;
    }
    builder.end_document();
    Some(builder.finish())
}

/// Builds the tree from what was read piece by piece.
pub(super) fn build_pieces(text: &SharedText, reading: &Reading, documents: &[Vec<Event>]) -> YamlBuilt {
    let mut builder = Builder::new(text, reading);
    for document in documents {
        for event in document {
            builder.event(event);
        }
        builder.end_document();
    }
    builder.finish()
}

/// An open collection.
#[derive(Default)]
struct Frame<'t> {
    /// `None` inside a key.
    node: Option<NodeId>,
    mapping: bool,
    flow: bool,
    key: Option<OpenKey<'t>>,
    /// Where its entry begins, of one that is a key.
    from: usize,
    /// Where its own text begins.
    start: usize,
    /// Whether it is a key of the mapping around it.
    is_key: bool,
    /// After the `:` or dash before it, its anchor and its tag.
    head: usize,
    /// Where the last node in it ends.
    end: Option<usize>,
}

struct OpenKey<'t> {
    entry: usize,
    text: Cow<'t, str>,
    /// Without quotes.
    span: Span,
    odd: bool,
    form: KeyForm,
}

/// Where a value is.
struct YamlSlot<'t> {
    entry: usize,
    rest: usize,
    after: usize,
    colon: bool,
    key: Option<OpenKey<'t>>,
}

struct Builder<'t> {
    texts: Texts<'t>,
    reading: &'t Reading,
    out: YamlBuilt,
    frames: Vec<Frame<'t>>,
    /// What each anchor of the document names, as far as it is read.
    anchors: HashMap<&'t str, NodeId>,
    /// After the last token.
    cursor: usize,
    limit: usize,
}

impl<'t> Builder<'t> {
    fn new(text: &'t SharedText, reading: &'t Reading) -> Self {
        Self {
            texts: Texts { text, shape: reading.shape(text) },
            reading,
            out: YamlBuilt { tree: DataTree::of(text.clone()), ..YamlBuilt::default() },
            frames: Vec::new(),
            anchors: HashMap::new(),
            cursor: 0,
            limit: text.len(),
        }
    }

    fn finish(self) -> YamlBuilt {
        let mut built = self.out;
        built.comments.sort_by_key(|comment| comment.span);
        built.tree.finish();
        built
    }

    fn event(&mut self, event: &Event) {
        match event.kind {
            // The parser reports a document without `---` as beginning at its content, after the header of a block scalar.
            EventKind::DocumentStart { explicit: false } => self.skip_ends(),
            EventKind::DocumentStart { explicit: true } => self.cursor = self.cursor.max(event.span.end()),
            EventKind::DocumentEnd => {
                self.cursor = self.cursor.max(event.span.start());
                self.end_document();
            }
            EventKind::Unread => self.cursor = self.cursor.max(event.span.end()),
            EventKind::Comment => self.comment(event.span),
            EventKind::MappingEnd | EventKind::SequenceEnd => self.close(event),
            EventKind::Scalar { .. }
            | EventKind::Alias
            | EventKind::MappingStart { .. }
            | EventKind::SequenceStart { .. } => {
                self.open(event);
            }
        }
    }

    fn end_document(&mut self) {
        while !self.frames.is_empty() {
            self.close(&Event::new(EventKind::MappingEnd, Span::at(self.cursor)));
        }
        self.anchors.clear();
    }

    /// Goes past `...` lines, which end documents that were read, or no document.
    fn skip_ends(&mut self) {
        loop {
            let at = lines::skip_trivia(self.texts.shape, self.cursor);
            let rest = self.texts.shape.get(at..).unwrap_or_default();
            let marker = lines::line_start(self.texts.shape, at) == at && rest.starts_with("...");
            if !marker || rest.as_bytes().get(3).is_some_and(|byte| !byte.is_ascii_whitespace()) {
                return;
            }
            self.cursor = at + 3;
        }
    }

    fn comment(&mut self, span: Span) {
        let before = self.texts.text.as_bytes().get(..span.start()).unwrap_or_default();
        let own_line =
            before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t')).is_none_or(|b| *b == b'\n');
        self.out.comments.push(Comment { span, own_line });
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.texts.shape.as_bytes().get(at).copied()
    }

    /// Where the next token begins; in a flow collection, after the comma.
    fn next_token(&self, flow: bool) -> usize {
        let mut at = lines::skip_trivia(self.texts.shape, self.cursor);
        while flow && self.byte(at) == Some(b',') {
            at = lines::skip_trivia(self.texts.shape, at + 1);
        }
        at
    }

    fn open(&mut self, event: &Event) {
        if self.frames.last().is_some_and(|frame| frame.mapping && frame.key.is_none()) {
            return self.open_key(event);
        }
        let slot = self.slot(event);
        let props = [event.anchor(), event.tag()].into_iter().flatten();
        let head = props.map(Span::end).max().unwrap_or(slot.after).max(slot.after);
        let parent = self.frames.last().and_then(|frame| frame.node);
        let ghost = self.frames.last().is_some_and(|frame| frame.node.is_none());
        self.cursor = self.cursor.max(head);
        match event.kind {
            EventKind::MappingStart { flow } | EventKind::SequenceStart { flow } => {
                let mapping = matches!(event.kind, EventKind::MappingStart { .. });
                let start = if flow { event.span.start() } else { self.next_token(false) };
                let kind = if mapping { NodeKind::Mapping } else { NodeKind::Sequence };
                let layout = Layout { flow, ..Layout::default() };
                let node =
                    (!ghost).then(|| self.push(parent, event, kind, &slot, (head, layout), Span::at(start)));
                if flow {
                    self.cursor = self.cursor.max(event.span.end());
                }
                self.frames.push(Frame { node, mapping, flow, start, head, ..Frame::default() });
            }
            EventKind::Scalar { style } => {
                let (span, place) = self.scalar_place(event, style, head);
                let text = self.text(event, style, span, place);
                self.cursor = self.cursor.max(span.end()).max(event.span.end());
                if !ghost {
                    let scalar = NodeKind::Scalar(self.scalar(event, style, span, &text));
                    let id = self.push(parent, event, scalar, &slot, (head, Layout::default()), span);
                    if let Some(place) = place.filter(|_| style.is_block()) {
                        self.out.indents.insert(id, place.indent);
                    }
                }
                self.ends_at(span.end().max(head));
            }
            _ => {
                self.alias(event);
                let layout = (head, Layout::default());
                let node =
                    (!ghost).then(|| self.push(parent, event, NodeKind::Alias, &slot, layout, event.span));
                let name: &'t str = event.span.of(self.texts.text).trim_start_matches('*');
                if let (Some(node), Some(target)) = (node, self.anchors.get(name)) {
                    self.out.tree.aliases.insert(node, *target);
                }
                self.ends_at(event.span.end().max(head));
            }
        }
    }

    /// Where the next value is.
    fn slot(&mut self, event: &Event) -> YamlSlot<'t> {
        let flow = self.frames.last().is_some_and(|frame| frame.flow);
        let at = self.next_token(flow && self.frames.last().is_some_and(|frame| !frame.mapping));
        let start = [event.anchor(), event.tag()].into_iter().flatten().map(Span::start).min();
        let shape = self.texts.shape.as_bytes();
        match self.frames.last_mut() {
            None => {
                let from =
                    start.unwrap_or(event.span.start()).min(event.span.start()).max(self.cursor.min(at));
                YamlSlot { entry: from, rest: from, after: self.cursor, colon: false, key: None }
            }
            Some(frame) if frame.mapping => {
                let key = frame.key.take();
                let entry = key.as_ref().map_or(at, |key| key.entry);
                let colon = shape.get(at) == Some(&b':');
                let rest = if colon { at } else { self.cursor };
                YamlSlot { entry, rest, after: rest + usize::from(colon), colon, key }
            }
            Some(frame) if !frame.flow && shape.get(at) == Some(&b'-') => {
                YamlSlot { entry: at, rest: at + 1, after: at + 1, colon: false, key: None }
            }
            Some(_) => YamlSlot { entry: at, rest: at, after: at, colon: false, key: None },
        }
    }

    fn open_key(&mut self, event: &Event) {
        let flow = self.frames.last().is_some_and(|frame| frame.flow);
        let entry = self.next_token(flow);
        let explicit = self.byte(entry) == Some(b'?')
            && self.byte(entry + 1).is_none_or(|byte| byte.is_ascii_whitespace());
        let after = if explicit { entry + 1 } else { entry };
        let props = [event.anchor(), event.tag()].into_iter().flatten();
        let head = props.map(Span::end).max().unwrap_or(after).max(after);
        self.cursor = self.cursor.max(if event.span.is_empty() { entry } else { head });
        match event.kind {
            EventKind::MappingStart { flow } | EventKind::SequenceStart { flow } => {
                let start = self.next_token(false);
                let mapping = matches!(event.kind, EventKind::MappingStart { .. });
                if flow {
                    self.cursor = self.cursor.max(event.span.end());
                }
                self.frames.push(Frame {
                    mapping,
                    flow,
                    from: entry,
                    start,
                    is_key: true,
                    head,
                    ..Frame::default()
                });
            }
            EventKind::Scalar { style } => {
                let (raw, place) = self.scalar_place(event, style, head);
                let text = self.text(event, style, raw, place);
                self.cursor = self.cursor.max(raw.end()).max(event.span.end());
                let quoted = matches!(style, ScalarStyle::Single | ScalarStyle::Double);
                let span =
                    if quoted && raw.len() >= 2 { Span::new(raw.start() + 1, raw.end() - 1) } else { raw };
                let odd = explicit || style.is_block();
                let form = match style {
                    _ if event.anchor().is_some() || event.tag().is_some() => KeyForm::Written,
                    ScalarStyle::Plain => KeyForm::Plain,
                    _ if span != raw => KeyForm::Quoted,
                    _ => KeyForm::Written,
                };
                let span = if form == KeyForm::Written { raw } else { span };
                self.set_key(OpenKey { entry, text, span, odd, form });
            }
            _ => {
                self.alias(event);
                let text = event.span.of(self.texts.text).into();
                let form = KeyForm::Written;
                self.set_key(OpenKey { entry, text, span: event.span, odd: explicit, form });
            }
        }
    }

    fn set_key(&mut self, key: OpenKey<'t>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.key = Some(key);
        }
    }

    fn close(&mut self, event: &Event) {
        if self.frames.last().is_some_and(|frame| frame.key.is_some()) {
            // Cut off after a key, in a text that was read line by line.
            self.open(&Event::new(EventKind::Scalar { style: ScalarStyle::Plain }, Span::at(self.cursor)));
        }
        let Some(frame) = self.frames.pop() else { return };
        let closed = frame.flow && !event.span.is_empty();
        if closed {
            self.cursor = self.cursor.max(event.span.end());
        }
        let end = if closed { event.span.end() } else { frame.end.unwrap_or(self.cursor) };
        let span = Span::new(frame.start, end);
        if let Some(id) = frame.node {
            self.out.tree.set_span(id, span);
            if let Some(layout) = self.out.layouts.get_mut(id.0 as usize) {
                layout.entry = Span::new(layout.entry(), end.max(layout.head()));
            }
        }
        if frame.is_key {
            let text = span.of(self.texts.text).into();
            self.set_key(OpenKey { entry: frame.from, text, span, odd: true, form: KeyForm::Written });
        } else {
            self.ends_at(end.max(frame.head));
        }
    }

    /// Sets where the last node of the open collection ends.
    fn ends_at(&mut self, end: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.end = Some(end);
        }
    }

    fn push(
        &mut self,
        parent: Option<NodeId>,
        event: &Event,
        kind: NodeKind<'_>,
        slot: &YamlSlot<'_>,
        (head, layout): (usize, Layout),
        span: Span,
    ) -> NodeId {
        let key = slot.key.as_ref();
        let anchor = event.anchor().map(|anchor| Span::new(anchor.start() + 1, anchor.end()));
        let id = self.out.tree.push(Node {
            parent,
            key: key.map(|key| NodeKey { text: &key.text, span: key.span }),
            span,
            kind,
            anchor,
            tag: event.tag().map(|tag| tag.of(self.texts.text)),
        });
        if let Some(anchor) = anchor {
            self.out.anchors.push(anchor);
            self.anchors.insert(anchor.of(self.texts.text), id);
        }
        self.out.layouts.push(Layout {
            entry: Span::new(slot.entry, span.end().max(head)),
            between: Span::new(slot.rest, head),
            colon: slot.colon,
            odd_key: key.is_some_and(|key| key.odd),
            key_form: key.map_or(KeyForm::Plain, |key| key.form),
            in_flow: self.frames.last().is_some_and(|frame| frame.flow),
            ..layout
        });
        if self.frames.is_empty() {
            self.out.tree.roots.push(id);
        }
        id
    }
}
