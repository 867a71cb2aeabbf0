//! Builds the tree from the events: nodes with exact spans, and where each entry begins and ends.

mod layout;
mod scalars;

use super::events::{Event, Kind};
use super::lines;
use super::read::Reading;
use super::scalar::Texts;
use crate::facts::{Comment, DataTree, Key, Node, NodeId, NodeKind, ScalarStyle};
use crate::syntax::Datum;
use crate::text::Span;
use ecow::EcoString;
use scalars::{kind, opens};
use std::borrow::Cow;
use std::collections::HashMap;

pub(super) use layout::Layout;

/// A text as a tree.
#[derive(Debug, Default)]
pub(super) struct Built {
    pub(super) tree: DataTree,
    /// By [`NodeId`].
    pub(super) layouts: Vec<Layout>,
    pub(super) comments: Vec<Comment>,
    /// The names that aliases use, with where they stand.
    pub(super) aliases: Vec<Span>,
}

/// Builds the tree.
pub(super) fn build(text: &str, reading: &Reading) -> Built {
    let mut built = read(text, reading, None).out;
    built.comments.sort_by_key(|comment| comment.span);
    // A large file has two trees at a time.
    built.tree.nodes.shrink_to_fit();
    built.layouts.shrink_to_fit();
    built
}

/// What the text means, piece by piece.
pub(super) fn data<'t>(text: &'t str, reading: &'t Reading) -> Vec<Datum<'t>> {
    read(text, reading, Some(Vec::new())).data.unwrap_or_default()
}

/// Builds the tree or, with `data`, tells instead what the text means.
fn read<'t>(text: &'t str, reading: &'t Reading, data: Option<Vec<Datum<'t>>>) -> Builder<'t> {
    let shape = reading.shape(text);
    let mut builder = Builder {
        texts: Texts { text, shape },
        reading,
        out: Built::default(),
        frames: Vec::new(),
        anchors: HashMap::new(),
        cursor: 0,
        data,
        limit: text.len(),
    };
    if builder.data.is_none() {
        // A mapping has a key for each value, and an end for each start.
        let nodes = reading.documents.iter().map(Vec::len).sum::<usize>() / 2;
        builder.out.tree.nodes.reserve(nodes);
        builder.out.layouts.reserve(nodes);
    }
    for document in &reading.documents {
        builder.document(document);
    }
    builder
}

/// An open collection.
#[derive(Default)]
struct Frame {
    /// `None` inside a key.
    node: Option<NodeId>,
    mapping: bool,
    flow: bool,
    key: Option<OpenKey>,
    /// Where its datum begins, and its index.
    from: usize,
    datum: usize,
    /// Where its own text begins.
    start: usize,
    /// Whether it is a key of the mapping around it.
    is_key: bool,
    children: Vec<NodeId>,
    /// Behind the `:` or dash before it, its anchor and its tag.
    head: usize,
    /// Where the last of what it holds ends.
    end: Option<usize>,
}

struct OpenKey {
    entry: usize,
    raw: Span,
    key: Key,
    odd: bool,
}

/// Where a value stands.
struct Slot {
    entry: usize,
    rest: usize,
    after: usize,
    colon: bool,
    key: Option<OpenKey>,
}

struct Builder<'t> {
    texts: Texts<'t>,
    reading: &'t Reading,
    out: Built,
    frames: Vec<Frame>,
    /// What each anchor of the document names, as far as it is read.
    anchors: HashMap<&'t str, NodeId>,
    /// Behind the last token.
    cursor: usize,
    data: Option<Vec<Datum<'t>>>,
    limit: usize,
}

impl<'t> Builder<'t> {
    fn document(&mut self, events: &[Event]) {
        self.frames.clear();
        self.anchors.clear();
        for event in events {
            match event.kind {
                // One without `---` is said to begin at its content, behind the header of a block scalar.
                Kind::DocumentStart { explicit: false } => self.skip_ends(),
                Kind::DocumentStart { explicit: true } => self.cursor = self.cursor.max(event.span.end()),
                Kind::DocumentEnd => self.cursor = self.cursor.max(event.span.start()),
                Kind::Unread => self.cursor = self.cursor.max(event.span.end()),
                Kind::Comment => self.comment(event.span),
                Kind::MappingEnd | Kind::SequenceEnd => self.close(event),
                Kind::Scalar { .. }
                | Kind::Alias
                | Kind::MappingStart { .. }
                | Kind::SequenceStart { .. } => self.open(event),
            }
        }
        while !self.frames.is_empty() {
            self.close(&Event::new(Kind::MappingEnd, Span::at(self.cursor)));
        }
    }

    /// Goes behind `...` lines, which end documents that were read or that there are none of.
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

    /// Where the next token begins; in a flow collection, behind the comma.
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
        let ghost = self.data.is_some() || self.frames.last().is_some_and(|frame| frame.node.is_none());
        self.cursor = self.cursor.max(head);
        match event.kind {
            Kind::MappingStart { flow } | Kind::SequenceStart { flow } => {
                let mapping = matches!(event.kind, Kind::MappingStart { .. });
                let start = if flow { event.span.start() } else { self.next_token(false) };
                let from = if self.frames.is_empty() { start.min(slot.rest) } else { slot.rest };
                let datum = self.datum(event, Span::at(from), opens(mapping), Cow::Borrowed(""));
                let empty =
                    if mapping { NodeKind::Mapping(Vec::new()) } else { NodeKind::Sequence(Vec::new()) };
                let node = (!ghost).then(|| self.push(parent, event, empty, &slot, head, Span::at(start)));
                if let Some(layout) = node.and_then(|id| self.out.layouts.get_mut(id.0 as usize)) {
                    layout.flow = flow;
                }
                if flow {
                    self.cursor = self.cursor.max(event.span.end());
                }
                self.fill(slot, node, None);
                self.frames.push(Frame { node, mapping, flow, from, datum, start, head, ..Frame::default() });
            }
            Kind::Scalar { style } => {
                let (span, place) = self.scalar_place(event, style, head);
                let text = self.text(event, style, span, place);
                self.cursor = self.cursor.max(span.end()).max(event.span.end());
                let node = if ghost {
                    self.scalar_datum(event, style, span, text);
                    None
                } else {
                    let scalar = NodeKind::Scalar(self.scalar(event, style, span, &text));
                    Some(self.push(parent, event, scalar, &slot, head, span))
                };
                if let Some(layout) = node.and_then(|id| self.out.layouts.get_mut(id.0 as usize)) {
                    layout.place = place;
                }
                self.fill(slot, node, Some(span.end().max(head)));
            }
            _ => {
                self.alias(event);
                let node =
                    (!ghost).then(|| self.push(parent, event, NodeKind::Alias, &slot, head, event.span));
                let name: &'t str = event.span.of(self.texts.text).trim_start_matches('*');
                if let (Some(node), Some(target)) = (node, self.anchors.get(name)) {
                    self.out.tree.aliases.insert(node, *target);
                }
                self.fill(slot, node, Some(event.span.end().max(head)));
            }
        }
    }

    /// Where the value that comes now stands.
    fn slot(&mut self, event: &Event) -> Slot {
        let flow = self.frames.last().is_some_and(|frame| frame.flow);
        let at = self.next_token(flow && self.frames.last().is_some_and(|frame| !frame.mapping));
        let start = [event.anchor(), event.tag()].into_iter().flatten().map(Span::start).min();
        let shape = self.texts.shape.as_bytes();
        match self.frames.last_mut() {
            None => {
                let from =
                    start.unwrap_or(event.span.start()).min(event.span.start()).max(self.cursor.min(at));
                Slot { entry: from, rest: from, after: self.cursor, colon: false, key: None }
            }
            Some(frame) if frame.mapping => {
                let key = frame.key.take();
                let entry = key.as_ref().map_or(at, |key| key.entry);
                let colon = shape.get(at) == Some(&b':');
                let rest = if colon { at } else { self.cursor };
                Slot { entry, rest, after: rest + usize::from(colon), colon, key }
            }
            Some(frame) if !frame.flow && shape.get(at) == Some(&b'-') => {
                Slot { entry: at, rest: at + 1, after: at + 1, colon: false, key: None }
            }
            Some(_) => Slot { entry: at, rest: at, after: at, colon: false, key: None },
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
            Kind::MappingStart { flow } | Kind::SequenceStart { flow } => {
                let start = self.next_token(false);
                let mapping = matches!(event.kind, Kind::MappingStart { .. });
                let datum = self.datum(event, Span::at(entry), opens(mapping), Cow::Borrowed(""));
                if flow {
                    self.cursor = self.cursor.max(event.span.end());
                }
                self.frames.push(Frame {
                    mapping,
                    flow,
                    from: entry,
                    datum,
                    start,
                    is_key: true,
                    head,
                    ..Frame::default()
                });
            }
            Kind::Scalar { style } => {
                let (raw, place) = self.scalar_place(event, style, head);
                let text = self.text(event, style, raw, place);
                self.cursor = self.cursor.max(raw.end()).max(event.span.end());
                let quoted = matches!(style, ScalarStyle::Single | ScalarStyle::Double);
                let span =
                    if quoted && raw.len() >= 2 { Span::new(raw.start() + 1, raw.end() - 1) } else { raw };
                let odd = explicit || matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let key = if self.data.is_some() { EcoString::new() } else { EcoString::from(text.as_ref()) };
                self.scalar_datum(event, style, raw, text);
                self.set_key(OpenKey { entry, raw, key: Key { text: key, span }, odd });
            }
            _ => {
                self.alias(event);
                let key = Key { text: event.span.of(self.texts.text).into(), span: event.span };
                self.set_key(OpenKey { entry, raw: event.span, key, odd: explicit });
            }
        }
    }

    fn set_key(&mut self, key: OpenKey) {
        if let Some(frame) = self.frames.last_mut() {
            frame.key = Some(key);
        }
    }

    fn close(&mut self, event: &Event) {
        if self.frames.last().is_some_and(|frame| frame.key.is_some()) {
            // Cut off behind a key, in a text that was read line by line.
            self.open(&Event::new(Kind::Scalar { style: ScalarStyle::Plain }, Span::at(self.cursor)));
        }
        let Some(frame) = self.frames.pop() else { return };
        let closed = frame.flow && !event.span.is_empty();
        if closed {
            self.cursor = self.cursor.max(event.span.end());
        }
        let end = if closed { event.span.end() } else { frame.end.unwrap_or(self.cursor) };
        if let Some(data) = &mut self.data {
            let span = Span::new(frame.from, end);
            if let Some(datum) = data.get_mut(frame.datum) {
                datum.span = span;
            }
            let kind = if frame.mapping { kind::MAPPING_END } else { kind::SEQUENCE_END };
            data.push(Datum { span, kind, value: Cow::Borrowed("") });
        }
        let span = Span::new(frame.start, end);
        if let Some(id) = frame.node {
            let index = id.0 as usize;
            if let (Some(node), Some(layout)) =
                (self.out.tree.nodes.get_mut(index), self.out.layouts.get_mut(index))
            {
                node.span = span;
                layout.entry = Span::new(layout.entry(), end.max(frame.head));
                if let NodeKind::Mapping(children) | NodeKind::Sequence(children) = &mut node.kind {
                    *children = frame.children;
                }
            }
        }
        if frame.is_key {
            let key = Key { text: span.of(self.texts.text).into(), span };
            self.set_key(OpenKey { entry: frame.from, raw: span, key, odd: true });
        } else {
            self.ends_at(end.max(frame.head));
        }
    }

    /// Says where the last of what the open collection holds ends.
    fn ends_at(&mut self, end: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.end = Some(end);
        }
    }

    /// Hangs a new node under the open collection; `end` is where it ends, if that is known.
    fn fill(&mut self, slot: Slot, node: Option<NodeId>, end: Option<usize>) {
        if let Some(end) = end {
            self.ends_at(end);
        }
        let Some(id) = node else { return };
        let index = id.0 as usize;
        if let (Some(node), Some(layout)) =
            (self.out.tree.nodes.get_mut(index), self.out.layouts.get_mut(index))
            && let Some(key) = slot.key
        {
            layout.key = Some(key.raw);
            layout.odd_key = key.odd;
            node.key = Some(key.key);
        }
        match self.frames.last_mut() {
            Some(frame) => frame.children.push(id),
            None => self.out.tree.roots.push(id),
        }
    }

    fn push(
        &mut self,
        parent: Option<NodeId>,
        event: &Event,
        kind: NodeKind,
        slot: &Slot,
        head: usize,
        span: Span,
    ) -> NodeId {
        let id = NodeId(u32::try_from(self.out.tree.nodes.len()).unwrap_or(u32::MAX));
        let anchor = event.anchor().map(|anchor| Span::new(anchor.start() + 1, anchor.end()));
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor.of(self.texts.text), id);
        }
        self.out.tree.nodes.push(Node {
            parent,
            key: None,
            span,
            kind,
            anchored: event.anchor().is_some(),
            tag: event.tag().map(|tag| tag.of(self.texts.text).into()),
        });
        self.out.layouts.push(Layout {
            entry: Span::new(slot.entry, span.end().max(head)),
            between: Span::new(slot.rest, head),
            colon: slot.colon,
            in_flow: self.frames.last().is_some_and(|frame| frame.flow),
            anchor,
            ..Layout::default()
        });
        id
    }
}
