//! Builds the tree from the events: nodes with exact spans, and where each entry is.

use super::read::TomlReading;
use super::string::{self, TomlString};
use crate::facts::{Comment, DataTree, Node, NodeId, NodeKey, NodeKind, Scalar, ScalarStyle};
use crate::syntax::entries::{EntryLayout, EntryStyle};
use crate::syntax::template;
use crate::syntax::yaml::lines;
use crate::text::{SharedText, Span};
use std::borrow::Cow;
use std::collections::HashMap;
use toml_parser::decoder::Encoding;
use toml_parser::parser::{Event, EventKind};

/// How many parts of a dotted key become levels; the rest is read as one part.
const PARTS: usize = 32;

/// A text as a tree.
#[derive(Debug, Default)]
pub(super) struct TomlBuilt {
    pub(super) tree: DataTree,
    /// By [`NodeId`].
    pub(super) layouts: Vec<EntryLayout>,
    /// How each string is written.
    pub(super) places: HashMap<NodeId, TomlString>,
    pub(super) comments: Vec<Comment>,
}

/// Builds the tree.
pub(super) fn build(text: &SharedText, reading: &TomlReading) -> TomlBuilt {
    let mut builder = Builder {
        text,
        reading,
        out: TomlBuilt { tree: DataTree::of(text.clone()), ..TomlBuilt::default() },
        last_items: HashMap::new(),
        tables: HashMap::new(),
        frames: Vec::new(),
        keys: Vec::new(),
        entry: None,
        header: None,
        section: Section::of(NodeId(0)),
    };
    let root = builder.push(None, None, NodeKind::Mapping, Span::new(0, text.len()), EntryStyle::Fixed);
    builder.out.tree.roots.push(root);
    for event in &reading.events {
        builder.event(event);
    }
    builder.end_of_text();
    builder.out.tree.finish();
    builder.out
}

/// The lines below a header.
struct Section {
    table: NodeId,
    /// All nodes that its header names.
    path: Vec<NodeId>,
    span: Span,
}

impl Section {
    fn of(table: NodeId) -> Self {
        Self { table, path: Vec::new(), span: Span::at(0) }
    }
}

/// An open array or inline table.
struct TomlFrame {
    node: NodeId,
    table: bool,
    keys: Vec<KeyPart>,
    /// Where the entry begins that is being read in it.
    entry: Option<usize>,
}

/// A part of a key.
pub(super) struct KeyPart {
    /// Decoded.
    pub(super) text: String,
    /// Its bytes, without quotes.
    span: Span,
}

impl KeyPart {
    fn key(&self) -> NodeKey<'_> {
        NodeKey { text: &self.text, span: self.span }
    }
}

struct Builder<'t> {
    text: &'t str,
    reading: &'t TomlReading,
    out: TomlBuilt,
    /// Tables and arrays of tables that headers and dotted keys made, by parent and key.
    tables: HashMap<(NodeId, String), NodeId>,
    /// The last table of each array of tables, and the last item of any other one.
    last_items: HashMap<NodeId, NodeId>,
    frames: Vec<TomlFrame>,
    /// The parts of the key that was read last, outside of brackets.
    keys: Vec<KeyPart>,
    entry: Option<usize>,
    /// Where the open header begins, and whether it is one of an array.
    header: Option<(usize, bool)>,
    section: Section,
}

impl<'t> Builder<'t> {
    fn event(&mut self, event: &Event) {
        let span = Span::new(event.span().start(), event.span().end());
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                self.end_of_line(span.start());
                self.header = Some((span.start(), event.kind() == EventKind::ArrayTableOpen));
            }
            EventKind::StdTableClose | EventKind::ArrayTableClose => self.open_section(span.end()),
            EventKind::SimpleKey => self.key(span, event.encoding()),
            EventKind::InlineTableOpen | EventKind::ArrayOpen => {
                let table = event.kind() == EventKind::InlineTableOpen;
                let kind = if table { NodeKind::Mapping } else { NodeKind::Sequence };
                let node = self.node(kind, span);
                self.frames.push(TomlFrame { node, table, keys: Vec::new(), entry: None });
            }
            EventKind::InlineTableClose | EventKind::ArrayClose => self.close(span.end()),
            EventKind::ValueSep => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.keys.clear();
                    frame.entry = None;
                }
            }
            EventKind::Scalar => {
                let place = place(self.text, span, event.encoding());
                let text = self.scalar_text(span, place);
                let opaque = self.reading.touches(span) || template::has_opener(&text);
                let style = place.map_or(ScalarStyle::Plain, TomlString::style);
                let null = place.is_none() && text.is_empty();
                let node = self.node(NodeKind::Scalar(Scalar { text: &text, style, opaque, null }), span);
                if let Some(place) = place {
                    self.out.places.insert(node, place);
                }
            }
            EventKind::Comment => {
                let own_line = lines::opens_line(self.text, span.start());
                self.out.comments.push(Comment { span, own_line });
            }
            EventKind::Newline if self.frames.is_empty() => self.end_of_line(span.start()),
            _ => {}
        }
    }

    fn key(&mut self, span: Span, encoding: Option<Encoding>) {
        let key = key(self.text, self.reading, span, encoding);
        let (keys, entry) = match self.frames.last_mut() {
            Some(frame) => (&mut frame.keys, &mut frame.entry),
            None => (&mut self.keys, &mut self.entry),
        };
        entry.get_or_insert(span.start());
        let full = keys.len() >= PARTS;
        match keys.last_mut() {
            Some(last) if full => {
                last.text.push('.');
                last.text.push_str(&key.text);
                last.span = last.span.hull(key.span);
            }
            _ => keys.push(key),
        }
    }

    /// A line ends outside of brackets: a header or a key may be left unfinished.
    fn end_of_line(&mut self, at: usize) {
        if self.header.is_some() {
            self.open_section(at);
        } else if !self.keys.is_empty() {
            let at = lines_end(self.text, at);
            let nothing = Scalar { text: "", style: ScalarStyle::Plain, opaque: false, null: true };
            self.node(NodeKind::Scalar(nothing), Span::at(at));
        }
    }

    fn end_of_text(&mut self) {
        while !self.frames.is_empty() {
            self.close(self.text.len());
        }
        self.end_of_line(self.text.len());
        self.close_section();
        self.out.comments.sort_by_key(|comment| comment.span);
    }

    /// Begins the section whose header ends at `end`.
    fn open_section(&mut self, end: usize) {
        let Some((start, array)) = self.header.take() else { return };
        self.close_section();
        self.entry = None;
        let keys = std::mem::take(&mut self.keys);
        let span = Span::new(start, end);
        let mut table = NodeId(0);
        let mut path = Vec::new();
        let last = keys.len().saturating_sub(1);
        for (index, key) in keys.into_iter().enumerate() {
            let list = array && index == last;
            table = self.table(table, &key, list, span, EntryStyle::Parts(Vec::new()));
            path.push(table);
            if list {
                table = self.push(Some(table), None, NodeKind::Mapping, span, EntryStyle::Parts(Vec::new()));
                path.push(table);
            } else if let Some(item) = self.last_item(table) {
                table = item;
                path.push(table);
            }
        }
        self.section = Section { table, path, span };
    }

    fn close_section(&mut self) {
        let Section { path, span, .. } = std::mem::replace(&mut self.section, Section::of(NodeId(0)));
        for id in path {
            self.add_part(id, span);
        }
    }

    fn add_part(&mut self, id: NodeId, span: Span) {
        let index = id.0 as usize;
        if let (Some(old), Some(layout)) = (self.out.tree.span(id), self.out.layouts.get_mut(index)) {
            self.out.tree.set_span(id, old.hull(span));
            layout.entry = layout.entry.hull(span);
            if let EntryStyle::Parts(parts) = &mut layout.form {
                parts.push(span);
            }
        }
    }

    /// The last item of an array, tables of one among them.
    fn last_item(&self, id: NodeId) -> Option<NodeId> {
        self.last_items.get(&id).copied()
    }

    /// The table `key` of `parent`, or the array of tables where `list`; made if it is not there.
    fn table(&mut self, parent: NodeId, key: &KeyPart, list: bool, span: Span, form: EntryStyle) -> NodeId {
        let name = (parent, key.text.clone());
        if let Some(known) = self.tables.get(&name).copied() {
            let is_list = self.out.tree.is_sequence(known);
            if is_list || !list {
                return known;
            }
        }
        let kind = if list { NodeKind::Sequence } else { NodeKind::Mapping };
        let id = self.push(Some(parent), Some(key), kind, span, form);
        self.tables.insert(name, id);
        id
    }

    /// A value at the place that was read up to: of a key, or in an array.
    fn node(&mut self, kind: NodeKind<'_>, span: Span) -> NodeId {
        let (mut parent, keys, entry, inside) = match self.frames.last_mut() {
            Some(frame) => {
                let keys = if frame.table { std::mem::take(&mut frame.keys) } else { Vec::new() };
                (frame.node, keys, frame.entry.take().unwrap_or(span.start()), true)
            }
            None => {
                let entry = self.entry.take().unwrap_or(span.start());
                (self.section.table, std::mem::take(&mut self.keys), entry, false)
            }
        };
        let entry = Span::new(entry, span.end());
        let mut parts = keys.into_iter().peekable();
        let mut key = parts.next();
        while parts.peek().is_some() {
            let Some(outer) = key else { break };
            let form = if inside { EntryStyle::Fixed } else { EntryStyle::Parts(Vec::new()) };
            parent = self.table(parent, &outer, false, entry, form);
            if !inside {
                self.add_part(parent, entry);
            }
            parent = self.last_item(parent).unwrap_or(parent);
            key = parts.next();
        }
        let id = self.push(
            Some(parent),
            key.as_ref(),
            kind,
            span,
            if inside { EntryStyle::Item } else { EntryStyle::Lines },
        );
        self.set_entry(id, entry);
        if !inside {
            self.section.span = self.section.span.hull(entry);
        }
        id
    }

    fn set_entry(&mut self, id: NodeId, entry: Span) {
        if let Some(layout) = self.out.layouts.get_mut(id.0 as usize) {
            layout.entry = entry;
        }
    }

    fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else { return };
        let index = frame.node.0 as usize;
        if let (Some(old), Some(layout)) = (self.out.tree.span(frame.node), self.out.layouts.get_mut(index)) {
            self.out.tree.set_span(frame.node, Span::new(old.start(), end));
            layout.entry = Span::new(layout.entry.start(), end);
        }
        if self.frames.is_empty() {
            self.section.span = self.section.span.hull(Span::at(end));
            self.end_parts(frame.node, end);
        }
    }

    /// The tables that the dotted key of `id` made end with it.
    fn end_parts(&mut self, id: NodeId, end: usize) {
        let Some(start) = self.out.layouts.get(id.0 as usize).map(|layout| layout.entry.start()) else {
            return;
        };
        let mut above = self.out.tree.parent(id);
        while let Some(id) = above {
            let index = id.0 as usize;
            let (Some(old), Some(layout)) = (self.out.tree.span(id), self.out.layouts.get_mut(index)) else {
                return;
            };
            let EntryStyle::Parts(parts) = &mut layout.form else { return };
            let Some(last) = parts.last_mut().filter(|last| last.start() == start) else { return };
            *last = Span::new(start, end);
            self.out.tree.set_span(id, old.hull(*last));
            layout.entry = layout.entry.hull(*last);
            above = self.out.tree.parent(id);
        }
    }

    fn push(
        &mut self,
        parent: Option<NodeId>,
        key: Option<&KeyPart>,
        kind: NodeKind<'_>,
        span: Span,
        form: EntryStyle,
    ) -> NodeId {
        let key = key.map(KeyPart::key);
        let id = self.out.tree.push(Node { parent, key, span, kind, anchor: None, tag: None });
        self.out.layouts.push(EntryLayout { entry: span, form });
        if let Some(parent) = parent.filter(|parent| self.out.tree.is_sequence(*parent)) {
            self.last_items.insert(parent, id);
        }
        id
    }

    fn scalar_text(&self, span: Span, place: Option<TomlString>) -> Cow<'t, str> {
        match place {
            Some(place) => string::decode(self.text, self.reading, place).text.into(),
            None => span.of(self.text).trim().into(),
        }
    }
}

/// `at` without the spaces before it.
fn lines_end(text: &str, at: usize) -> usize {
    text.get(..at).map_or(at, |before| before.trim_end_matches([' ', '\t', '\r']).len())
}

/// How the scalar at `span` is written, if it is a string in the text itself, and not only where that is masked.
pub(super) fn place(text: &str, span: Span, encoding: Option<Encoding>) -> Option<TomlString> {
    let place = TomlString { span, encoding: encoding? };
    let quote = if place.style() == ScalarStyle::Single { '\'' } else { '"' };
    span.of(text).starts_with(quote).then_some(place)
}

/// The part of a key at `span`.
pub(super) fn key(text: &str, reading: &TomlReading, span: Span, encoding: Option<Encoding>) -> KeyPart {
    match place(text, span, encoding) {
        Some(place) => KeyPart {
            text: string::decode(text, reading, place).text,
            span: place.inside(reading.shape(text)),
        },
        None => KeyPart { text: span.of(text).to_owned(), span },
    }
}
