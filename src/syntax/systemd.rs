//! Unit files of systemd, and of Podman, which are written alike. The tree is `{systemd: {Service: {ExecStart: …}}}`.

use super::grouped::{self, Between, GroupedEntries, GroupedGroup, GroupedSlot};
use super::{CommentStyle, Language, Parsed};
use crate::facts::{Comment, NodeId, NodeKey, NodeKind, Scalar, ScalarStyle};
use crate::text::{SharedText, Span};
use std::collections::BTreeMap;

/// Units and their drop-ins.
#[derive(Debug)]
pub(super) struct Systemd;

/// Sections that no other kind of file has.
const SECTIONS: &[&str] = &[
    "[Unit]",
    "[Service]",
    "[Timer]",
    "[Socket]",
    "[Mount]",
    "[Automount]",
    "[Slice]",
    "[Scope]",
    "[Install]",
    "[Container]",
    "[Kube]",
];

impl Language for Systemd {
    fn name(&self) -> &'static str {
        "systemd"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["service", "unit"]
    }

    fn file_names(&self) -> &'static [&'static str] {
        &[
            "*.service",
            "*.timer",
            "*.socket",
            "*.mount",
            "*.automount",
            "*.swap",
            "*.slice",
            "*.scope",
            "*.path",
            "*.target",
            "*.container",
            "*.volume",
            "*.network",
            "*.kube",
        ]
    }

    fn recognises(&self, text: &str) -> bool {
        let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        let first = lines.find(|line| !line.is_empty() && !line.starts_with(['#', ';']));
        first.is_some_and(|line| SECTIONS.contains(&line))
    }

    fn comment_styles(&self) -> &'static [CommentStyle] {
        &[CommentStyle::HASH_ALONE]
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        let whole = Span::new(0, text.len());
        let mut file = GroupedEntries::new(text, grouped::one_line);
        let root = file.node(None, None, Span::default(), NodeKind::Mapping, GroupedSlot::default());
        let key = Some(NodeKey { text: "systemd", span: Span::default() });
        let units = file.node(Some(root), key, whole, NodeKind::Mapping, GroupedSlot::default());
        file.sections = Some(units);
        let mut reader =
            Reader { file, units, section: None, sections: BTreeMap::new(), lists: BTreeMap::new() };
        reader.read();
        reader.file.facts.tree.finish();
        Box::new(reader.file)
    }
}

struct Reader {
    file: GroupedEntries,
    units: NodeId,
    section: Option<NodeId>,
    sections: BTreeMap<String, NodeId>,
    /// The variables of each section: those of all its `Environment=` lines.
    lists: BTreeMap<NodeId, NodeId>,
}

impl Reader {
    fn read(&mut self) {
        let text = self.file.text.clone();
        let mut at = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
        let mut entry: Option<(Span, Vec<Span>)> = None;
        for raw in text.get(at..).unwrap_or_default().split_inclusive('\n') {
            let line = Span::new(at, at + raw.len());
            at = line.end();
            let bare = raw.trim();
            // Comments may be between continued lines.
            if bare.starts_with(['#', ';']) {
                let start = line.start() + raw.len() - raw.trim_start().len();
                let span = Span::new(start, start + bare.len());
                self.file.facts.comments.push(Comment { span, own_line: true });
                continue;
            }
            match &mut entry {
                Some((lines, pieces)) => {
                    *lines = lines.hull(line);
                    pieces.push(line);
                }
                None if bare.starts_with('[') => self.section(line, bare),
                None if bare.is_empty() => {}
                None => entry = Some((line, vec![line])),
            }
            let continued = raw.trim_end_matches(['\n', '\r']).ends_with('\\');
            if !continued && let Some((lines, pieces)) = entry.take() {
                self.entry(lines, pieces);
            }
        }
        if let Some((lines, pieces)) = entry {
            self.entry(lines, pieces);
        }
    }

    fn section(&mut self, line: Span, bare: &str) {
        let name = bare.trim_start_matches('[').split(']').next().unwrap_or_default();
        let section = match self.sections.get(name) {
            Some(known) => *known,
            None => {
                let at = line.start() + line.of(&self.file.text).find('[').unwrap_or_default() + 1;
                let key = NodeKey { text: name, span: Span::new(at, at + name.len()) };
                let units = Some(self.units);
                let kind = NodeKind::Mapping;
                let node = self.file.node(units, Some(key), line, kind, GroupedSlot::default());
                self.sections.insert(name.to_owned(), node);
                node
            }
        };
        self.file.datum(line, bare.to_owned());
        self.section = Some(section);
    }

    /// `NodeKey=value`
    fn entry(&mut self, lines: Span, mut pieces: Vec<Span>) {
        let text = self.file.text.clone();
        let (Some(section), Some(first)) = (self.section, pieces.first_mut()) else { return };
        let raw = first.of(&text);
        let Some((name, value)) = raw.split_once('=') else { return };
        let start = first.start() + name.len() - name.trim_start().len();
        let key_span = Span::new(start, start + name.trim().len());
        let begin = first.end() - value.trim_start_matches([' ', '\t']).len();
        *first = Span::new(begin, first.end());
        let key = NodeKey { text: key_span.of(&text), span: key_span };
        if key.text == "Environment" {
            self.environment(section, key, lines, begin);
            return;
        }
        let exec = key.text.starts_with("Exec");
        let mut decoded = grouped::continued(&text, &pieces, "%");
        if exec {
            let prefixes =
                decoded.text.len() - decoded.text.trim_start_matches(['-', '@', '+', '!', ':', '|']).len();
            decoded = decoded.behind(prefixes);
        }
        let value = decoded.text.trim().to_owned();
        self.file.datum(lines, format!("{}={value}", key.text));
        if value.is_empty() {
            return;
        }
        let span = decoded.segments.outer();
        let written = Span::new(span.start(), span.start() + span.of(&text).trim_end().len());
        let part = Some((self.file.groups.len(), 0));
        let slot = GroupedSlot { decoded: Some(decoded), part, value: Some(written) };
        self.file.node(Some(section), Some(key), span, scalar(&value), slot);
        let parts = vec![key_span.hull(span)];
        self.file.groups.push(GroupedGroup { lines, span: lines, parts, between: Between::Blanks });
    }

    /// `Environment="A=b" C=d`
    fn environment(&mut self, section: NodeId, key: NodeKey<'_>, lines: Span, begin: usize) {
        let words = grouped::words(&self.file.text, begin, lines.end(), b'\\');
        let list = match self.lists.get(&section) {
            Some(list) => *list,
            None => {
                let kind = NodeKind::Sequence;
                let list = self.file.node(Some(section), Some(key), lines, kind, GroupedSlot::default());
                self.lists.insert(section, list);
                list
            }
        };
        let group = self.file.groups.len();
        for (index, word) in words.iter().enumerate() {
            let decoded = grouped::unquoted(&self.file.text, *word, b'\\');
            self.file.datum(*word, format!("variable {}", decoded.text));
            let text = decoded.text.clone();
            let slot = GroupedSlot { decoded: Some(decoded), part: Some((group, index)), value: None };
            self.file.node(Some(list), None, *word, scalar(&text), slot);
        }
        let span = words.iter().fold(key.span, |span, word| span.hull(*word));
        self.file.groups.push(GroupedGroup { lines, span, parts: words, between: Between::Blanks });
    }
}

fn scalar(text: &str) -> NodeKind<'_> {
    let opaque = text.contains("{{") || text.contains("<%") || text.contains("${");
    NodeKind::Scalar(Scalar { text, style: ScalarStyle::Plain, opaque, null: false })
}
