//! Masks template expressions so that a YAML parser can read what is around them.
//!
//! The masked text has the same length: tags on lines of their own become line breaks, values become a word of `x`, what
//! writes structure after a key becomes spaces.

use super::lines::{self, Line, indent_of};
use crate::syntax::template::{self, Tag, TagRole};
use crate::text::Span;

/// A text without its template expressions.
#[derive(Debug)]
pub(super) struct Masked {
    /// Of the same length as the text.
    pub(super) shape: String,
    /// What is masked, by position.
    pub(super) tags: Vec<Tag>,
    /// Those of them in the position of a key or item, which may write some.
    pub(super) inserted: Vec<Span>,
}

impl Masked {
    /// Whether `span` touches a masked byte.
    pub(super) fn touches(&self, span: Span) -> bool {
        template::touches(&self.tags, span)
    }

    /// Whether `span` cuts a tag, or contains one that does more than write a value.
    pub(super) fn guards(&self, span: Span) -> bool {
        template::guards(&self.tags, span)
    }
}

/// How a tag is written over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filler {
    Word,
    Blank,
    Lines,
}

/// Masks the template expressions of `text`, except those in comments and in block scalars.
pub(super) fn mask(text: &str) -> Masked {
    let found = template::tags(text, true);
    let lines: Vec<Line> = lines::breaks(text, 0, text.len()).collect();
    let shape = text.as_bytes().to_vec();
    let mut masker = Masker { text, found: &found, next: 0, shape, tags: Vec::new(), inserted: Vec::new() };
    let follows = masker.indents_behind(&lines);
    let mut block: Option<YamlBlock> = None;
    // After a tag of several lines, the first line that is not part of it.
    let mut skip_to = 0;
    for (index, line) in lines.iter().enumerate() {
        if line.content.start() < skip_to {
            continue;
        }
        let content = line.content.of(text);
        let indent = indent_of(content);
        let here = masker.tags_from(line.content);
        let own = masker.own_lines(line.content, here);
        if let Some(open) = &mut block {
            if lines::is_blank(content) {
                continue;
            }
            if open.holds(indent, own.is_some()) {
                continue;
            }
            if own.is_none() {
                block = None;
            }
        }
        if content.trim_start().starts_with('#') && own.is_none() {
            continue;
        }
        if let Some(end) = own {
            masker.fill_all(here, end, |_| Filler::Lines);
            skip_to = end;
            continue;
        }
        let behind = follows.get(index + 1).copied().unwrap_or_default();
        let key = key_column(content);
        let children = behind.indent > key
            || behind.item && behind.indent == key && !content.trim_start().starts_with("- ");
        let end = masker.fill_line(line.content, here, children);
        skip_to = end;
        if block.is_none() {
            let masked = masker.shape.get(line.content.range()).unwrap_or_default();
            block = block_header(masked).then_some(YamlBlock { parent: key, indent: None });
        }
    }
    let Masker { shape, tags, inserted, .. } = masker;
    // Whole expressions are written over by ASCII, so this stays UTF-8.
    Masked { shape: String::from_utf8(shape).unwrap_or_else(|_| text.to_owned()), tags, inserted }
}

/// An open block scalar.
struct YamlBlock {
    /// Column of the key or dash that contains it.
    parent: usize,
    /// Columns of its content, once known.
    indent: Option<usize>,
}

impl YamlBlock {
    fn holds(&mut self, indent: usize, own: bool) -> bool {
        let least = match self.indent {
            Some(known) => known,
            None if own && indent <= self.parent => return false,
            None => self.parent + 1,
        };
        if indent >= least && self.indent.is_none() {
            self.indent = Some(indent);
        }
        indent >= least
    }
}

/// What is on the next line that is neither blank nor a comment nor a tag.
#[derive(Clone, Copy, Default)]
struct Behind {
    indent: usize,
    item: bool,
}

struct Masker<'t> {
    text: &'t str,
    found: &'t [Tag],
    /// First tag that was not passed yet.
    next: usize,
    shape: Vec<u8>,
    tags: Vec<Tag>,
    inserted: Vec<Span>,
}

impl Masker<'_> {
    /// Index of the first tag at or after the start of `line`.
    fn tags_from(&mut self, line: Span) -> usize {
        while self.found.get(self.next).is_some_and(|tag| tag.span.start() < line.start()) {
            self.next += 1;
        }
        self.next
    }

    /// If `line` contains only tags: where the last one of them ends.
    fn own_lines(&self, line: Span, first: usize) -> Option<usize> {
        let mut at = lines::skip_blanks(self.text, line.start());
        let mut end = None;
        let mut line_end = line.end();
        for tag in self.found.get(first..).unwrap_or_default() {
            if tag.span.start() != at || at >= line_end {
                break;
            }
            if tag.span.end() > line_end {
                line_end = lines::line_end(self.text, tag.span.end());
            }
            at = lines::skip_blanks(self.text, tag.span.end());
            end = Some(tag.span.end());
        }
        end.filter(|_| at >= line_end)
    }

    fn fill_all(&mut self, first: usize, end: usize, filler: impl Fn(&Tag) -> Filler) {
        for tag in self.found.get(first..).unwrap_or_default() {
            if tag.span.start() >= end {
                break;
            }
            self.fill(*tag, filler(tag));
        }
    }

    fn fill(&mut self, tag: Tag, filler: Filler) {
        self.tags.push(tag);
        if filler != Filler::Word && matches!(tag.role, TagRole::Value | TagRole::Structure) {
            self.inserted.push(tag.span);
        }
        for byte in self.shape.get_mut(tag.span.range()).unwrap_or_default() {
            *byte = match filler {
                Filler::Word => b'x',
                Filler::Blank => b' ',
                Filler::Lines => b'\n',
            };
        }
    }

    /// Masks the tags of a line that contains more than tags; returns where the last one ends.
    fn fill_line(&mut self, line: Span, first: usize, children: bool) -> usize {
        let mut end = line.start();
        let mut limit = line.end();
        for tag in self.found.get(first..).unwrap_or_default() {
            if tag.span.start() >= limit {
                break;
            }
            if tag.span.end() > limit {
                limit = lines::line_end(self.text, tag.span.end());
            }
            let before = self.text.get(line.start()..tag.span.start()).unwrap_or_default().trim_end();
            let last = self.text.get(tag.span.end()..limit).unwrap_or_default().trim().is_empty();
            let opens = before.ends_with(':') || before.ends_with('-');
            let filler = if opens && last && children { Filler::Blank } else { Filler::Word };
            self.fill(*tag, filler);
            end = tag.span.end();
        }
        end
    }

    /// For each line: what is there, or, on a line without content, on the next one that has some.
    fn indents_behind(&self, lines: &[Line]) -> Vec<Behind> {
        let mut behind = vec![Behind::default(); lines.len()];
        let mut next = Behind::default();
        let mut inside_until = self.found.len();
        for (index, line) in lines.iter().enumerate().rev() {
            let content = line.content.of(self.text);
            let trimmed = content.trim_start();
            while inside_until > 0
                && self
                    .found
                    .get(inside_until - 1)
                    .is_some_and(|tag| tag.span.start() >= line.content.start())
            {
                inside_until -= 1;
            }
            let inside = inside_until > 0
                && self.found.get(inside_until - 1).is_some_and(|tag| tag.span.end() > line.content.start());
            let own = || self.own_lines(line.content, inside_until).is_some();
            if !(trimmed.is_empty() || trimmed.starts_with('#') || inside || own()) {
                next =
                    Behind { indent: indent_of(content), item: trimmed.starts_with("- ") || trimmed == "-" };
            }
            if let Some(slot) = behind.get_mut(index) {
                *slot = next;
            }
        }
        behind
    }
}

/// Column of the key of a line, or of its last dash if it has no key.
fn key_column(line: &str) -> usize {
    let mut at = indent_of(line);
    loop {
        let rest = line.get(at..).unwrap_or_default();
        let Some(behind) = rest.strip_prefix("- ") else { return at };
        let behind_at = at + 2 + indent_of(behind);
        let last = line.get(behind_at..).unwrap_or_default();
        // `- |`: the block belongs to the dash, not to a key.
        if !last.contains(": ") && !last.trim_end().ends_with(':') && !last.starts_with("- ") {
            return at;
        }
        at = behind_at;
    }
}

/// Whether a line ends with the header of a block scalar.
fn block_header(line: &[u8]) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let line = line.find(" #").and_then(|at| line.get(..at)).unwrap_or(line).trim_end();
    let Some(at) = line.rfind([' ', ':', '-', '\t']).filter(|_| line.contains(['|', '>'])) else {
        return matches!(line.trim(), "|" | ">");
    };
    let head = line.rfind(['|', '>']).unwrap_or(at);
    let signs = line.get(head + 1..).unwrap_or_default();
    let before = line.get(..head).unwrap_or_default();
    let opens = before.trim_end().ends_with([':', '-'])
        || before.trim_end().rsplit(' ').next().is_some_and(|word| word.starts_with(['!', '&']));
    signs.len() <= 2
        && signs.bytes().all(|sign| matches!(sign, b'+' | b'-' | b'1'..=b'9'))
        && (before.is_empty() || before.ends_with([' ', '\t']))
        && opens
}
