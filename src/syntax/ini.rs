//! INI files and Java properties: `key = value` lines, in sections or not. The tree is `{section: {key: value}}`.

use super::grouped::{Between, GroupedEntries, GroupedGroup, GroupedSlot, one_line};
use super::{CommentStyle, Language, Parsed};
use crate::embed::{Codec, Decoder};
use crate::facts::{Comment, NodeId, NodeKey, NodeKind, Scalar, ScalarStyle};
use crate::text::{SharedText, Span};
use std::collections::BTreeMap;

/// How a kind of these files is written.
#[derive(Debug)]
pub(super) struct Ini {
    name: &'static str,
    aliases: &'static [&'static str],
    file_names: &'static [&'static str],
    comments: &'static [CommentStyle],
    /// Whether its keys are in sections.
    sections: bool,
}

/// INI files.
pub(super) static INI: Ini = Ini {
    name: "ini",
    aliases: &["cfg", "dosini", "gitconfig", "editorconfig"],
    file_names: &[
        "*.ini",
        "setup.cfg",
        ".gitconfig",
        ".gitmodules",
        ".editorconfig",
        ".npmrc",
        ".pylintrc",
        ".flake8",
    ],
    comments: &[CommentStyle::HASH_ALONE, CommentStyle::SEMICOLON],
    sections: true,
};

/// Properties of Java.
pub(super) static PROPERTIES: Ini = Ini {
    name: "properties",
    aliases: &["java-properties"],
    file_names: &["*.properties"],
    comments: &[CommentStyle::HASH_ALONE, CommentStyle::EXCLAMATION],
    sections: false,
};

/// Lines that are looked at to recognize a text.
const MOST_LINES: usize = 50;

impl Language for Ini {
    fn name(&self) -> &'static str {
        self.name
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    fn file_names(&self) -> &'static [&'static str] {
        self.file_names
    }

    /// A section with nothing but entries in it.
    fn recognises(&self, text: &str) -> bool {
        let lines = text.trim_start_matches('\u{feff}').lines().take(MOST_LINES);
        let mut lines = lines.filter(|line| !line.trim().is_empty() && !self.is_comment(line.trim_start()));
        let mut entries = 0;
        let is_section =
            |line: &str| line.starts_with('[') && line.trim_end().ends_with(']') && !line.starts_with("[[");
        self.sections
            && lines.next().is_some_and(is_section)
            && lines.all(|line| {
                let is_entry = key_end(line, true).is_some();
                entries += usize::from(is_entry);
                is_entry || is_section(line) || line.starts_with([' ', '\t'])
            })
            && entries > 0
    }

    fn comment_styles(&self) -> &'static [CommentStyle] {
        self.comments
    }

    fn is_flat(&self) -> bool {
        true
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        let whole = Span::new(0, text.len());
        let mut file = GroupedEntries::new(text, one_line);
        let root = file.node(None, None, whole, NodeKind::Mapping, GroupedSlot::default());
        file.sections = Some(root);
        let mut reader = Reader { ini: self, file, root, section: root, sections: BTreeMap::new() };
        reader.read();
        reader.file.facts.tree.finish();
        Box::new(reader.file)
    }
}

impl Ini {
    fn is_comment(&self, line: &str) -> bool {
        self.comments.iter().any(|style| line.starts_with(style.open))
    }
}

/// Where the key of a line ends, and where its value begins.
fn key_end(line: &str, sections: bool) -> Option<(usize, usize)> {
    let start = line.len() - line.trim_start().len();
    let mut escaped = false;
    let ends = |(_, sign): &(usize, char)| {
        let is_end = !escaped && (matches!(sign, '=' | ':') || !sections && matches!(sign, ' ' | '\t'));
        escaped = !escaped && *sign == '\\';
        is_end
    };
    let rest = line.get(start..)?;
    let (length, _) = rest.char_indices().find(ends)?;
    let key = rest.get(..length)?.trim_end();
    let behind = rest.get(length..)?.trim_start_matches([' ', '\t']);
    let value = behind.strip_prefix(['=', ':']).unwrap_or(behind).trim_start_matches([' ', '\t']);
    (!key.is_empty()).then_some((start + key.len(), line.len() - value.len()))
}

struct Reader<'i> {
    ini: &'i Ini,
    file: GroupedEntries,
    root: NodeId,
    section: NodeId,
    sections: BTreeMap<String, NodeId>,
}

impl Reader<'_> {
    fn read(&mut self) {
        let text = self.file.text.clone();
        let mut at = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
        // The lines of an entry, and its last one without its line end.
        let mut entry: Option<(Span, Span)> = None;
        for raw in text.get(at..).unwrap_or_default().split_inclusive('\n') {
            let line = Span::new(at, at + raw.len());
            at = line.end();
            let bare = raw.trim_end_matches(['\n', '\r']);
            let content = bare.trim();
            let span = Span::new(
                line.start() + bare.len() - bare.trim_start().len(),
                line.start() + bare.trim_end().len(),
            );
            let continues = |(_, last): &(Span, Span)| {
                if self.ini.sections {
                    bare.starts_with([' ', '\t']) && !content.is_empty()
                } else {
                    let before = last.of(&text);
                    (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
                }
            };
            if let Some((lines, last)) = entry.as_mut().filter(|entry| continues(entry)) {
                *lines = lines.hull(line);
                *last = span;
                continue;
            }
            if let Some((lines, last)) = entry.take() {
                self.entry(lines, last.end());
            }
            if self.ini.is_comment(content) {
                self.file.facts.comments.push(Comment { span, own_line: true });
            } else if self.ini.sections && content.starts_with('[') {
                self.section(line, content);
            } else if !content.is_empty() {
                entry = Some((line, span));
            }
        }
        if let Some((lines, last)) = entry {
            self.entry(lines, last.end());
        }
    }

    fn section(&mut self, line: Span, content: &str) {
        let name = content.trim_start_matches('[').split(']').next().unwrap_or_default();
        self.file.datum(line, content.to_owned());
        if let Some(known) = self.sections.get(name) {
            self.section = *known;
            return;
        }
        let at = line.start() + line.of(&self.file.text).find('[').unwrap_or_default() + 1;
        let key = NodeKey { text: name, span: Span::new(at, at + name.len()) };
        let node =
            self.file.node(Some(self.root), Some(key), line, NodeKind::Mapping, GroupedSlot::default());
        self.sections.insert(name.to_owned(), node);
        self.section = node;
    }

    /// `key = value` on `lines`, with its last byte before `end`.
    fn entry(&mut self, lines: Span, end: usize) {
        let text = self.file.text.clone();
        let first = lines.of(&text).lines().next().unwrap_or_default();
        let Some((key_end, value)) = key_end(first, self.ini.sections) else {
            self.file.datum(lines, lines.of(&text).trim().to_owned());
            return;
        };
        let key_span =
            Span::new(lines.start() + first.len() - first.trim_start().len(), lines.start() + key_end);
        let value = Span::new((lines.start() + value).min(end), end);
        let key = NodeKey { text: key_span.of(&text), span: key_span };
        let written = value.of(&text);
        self.file.datum(lines, format!("{}={written}", key.text));
        let opaque = ["${", "%(", "{{", "<%"].iter().any(|sign| written.contains(sign));
        let scalar = Scalar { text: written, style: ScalarStyle::Plain, opaque, null: false };
        let mut decoder = Decoder::default();
        decoder.verbatim(&text, value);
        let decoded = decoder.finish(value, Codec::Continued { refused: "\\" });
        let group = self.file.groups.len();
        let slot = GroupedSlot {
            decoded: (!written.contains('\n')).then_some(decoded),
            part: Some((group, 0)),
            value: (!written.contains('\n')).then_some(value),
        };
        self.file.node(Some(self.section), Some(key), value, NodeKind::Scalar(scalar), slot);
        let parts = vec![key_span.hull(value)];
        self.file.groups.push(GroupedGroup { lines, span: lines, parts, between: Between::Blanks });
    }
}
