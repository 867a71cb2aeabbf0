//! The line-based reader for text that is not YAML: `key: value` and `- item` lines, nested by their indentation.

use super::events::{self, Event, EventKind};
use super::lines::{self, Line, indent_of};
use super::scalar::{self, ScalarText, Texts};
use crate::facts::ScalarStyle;
use crate::text::Span;

/// Reads the lines of `shape` below `span`. The events are well formed: what is opened is closed.
pub(super) fn read(shape: &str, span: Span) -> Vec<Event> {
    let mut reader = Reader { shape, events: Vec::new(), levels: Vec::new(), limit: span.end() };
    let mut skip_to = span.start();
    for line in lines::breaks(shape, span.start(), span.end()) {
        if line.content.start() >= skip_to {
            let before = reader.events.len();
            skip_to = reader.line(line);
            if reader.events.len() == before {
                reader.push(EventKind::Unread, line.content);
            }
        }
    }
    while !reader.levels.is_empty() {
        reader.close(span.end());
    }
    reader.events
}

/// An open mapping or sequence.
struct YamlLevel {
    column: usize,
    mapping: bool,
    /// Where a value may come: after a `:` or a dash without one.
    waits: Option<usize>,
}

/// More levels than real files have; deeper lines are skipped.
const DEEPEST: usize = 200;

struct Reader<'t> {
    shape: &'t str,
    events: Vec<Event>,
    levels: Vec<YamlLevel>,
    limit: usize,
}

impl Reader<'_> {
    fn push(&mut self, kind: EventKind, span: Span) {
        self.events.push(Event::new(kind, span));
    }

    /// Reads the line, and the block scalar that it opens; returns where to continue.
    fn line(&mut self, line: Line) -> usize {
        let content = line.content.of(self.shape);
        let mut at = line.content.start() + content.len() - content.trim_start_matches([' ', '\t']).len();
        let column = |at: usize| at - line.content.start();
        let rest = |at: usize| self.shape.get(at..line.content.end()).unwrap_or_default();
        if rest(at).is_empty() || content.starts_with("---") || content.starts_with("...") {
            return line.end;
        }
        if rest(at).starts_with('#') {
            self.push(EventKind::Comment, Span::new(at, line.content.end()));
            return line.end;
        }
        // Dashes.
        let mut dashes = Vec::new();
        while rest(at) == "-" || rest(at).starts_with("- ") {
            dashes.push(at);
            at = lines::skip_blanks(self.shape, at + 1).min(line.content.end());
        }
        let key = key_of(rest(at)).map(|(length, colon)| (Span::new(at, at + length), at + colon));
        if dashes.is_empty() && key.is_none() {
            return line.end;
        }
        for dash in &dashes {
            if !self.enter(column(*dash), false, *dash) {
                return line.end;
            }
            self.waits(dash + 1);
        }
        let Some((key, colon)) = key else {
            return self.value(at, line, dashes.last().map_or(0, |dash| column(*dash)));
        };
        if !self.enter(column(key.start()), true, key.start()) {
            return line.end;
        }
        let style = quote_of(key.of(self.shape));
        self.scalar(key, style);
        self.waits(colon + 1);
        let value = lines::skip_blanks(self.shape, colon + 1).min(line.content.end());
        self.value(value, line, column(key.start()))
    }

    fn waits(&mut self, at: usize) {
        if let Some(level) = self.levels.last_mut() {
            level.waits = Some(at);
        }
    }

    /// Closes and opens levels until the last one is a mapping or sequence at `column`.
    fn enter(&mut self, column: usize, mapping: bool, at: usize) -> bool {
        while let Some(level) = self.levels.last() {
            let items_of_key = level.mapping && !mapping && level.waits.is_some();
            if level.column < column || level.column == column && (level.mapping == mapping || items_of_key) {
                break;
            }
            self.close(at);
        }
        let open = match self.levels.last() {
            None => !self.events.iter().any(|event| event.kind.says()),
            Some(level) if level.column == column && level.mapping == mapping => {
                self.fill_wait();
                return true;
            }
            // Deeper than a key that has a value already: the line continues something unknown.
            Some(level) => level.waits.is_some(),
        };
        if !open || self.levels.len() >= DEEPEST {
            return false;
        }
        if let Some(level) = self.levels.last_mut() {
            level.waits = None;
        }
        let kind = if mapping {
            EventKind::MappingStart { flow: false }
        } else {
            EventKind::SequenceStart { flow: false }
        };
        self.push(kind, Span::at(at));
        self.levels.push(YamlLevel { column, mapping, waits: None });
        true
    }

    /// Gives null to a key or dash that got nothing.
    fn fill_wait(&mut self) {
        if let Some(at) = self.levels.last_mut().and_then(|level| level.waits.take()) {
            self.push(EventKind::Scalar { style: ScalarStyle::Plain }, Span::at(at));
        }
    }

    fn close(&mut self, at: usize) {
        self.fill_wait();
        if let Some(level) = self.levels.pop() {
            self.push(
                if level.mapping { EventKind::MappingEnd } else { EventKind::SequenceEnd },
                Span::at(at),
            );
        }
    }

    fn filled(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            level.waits = None;
        }
    }

    fn scalar(&mut self, span: Span, style: ScalarStyle) {
        let texts = Texts { text: self.shape, shape: self.shape };
        let decoded = scalar::decode(texts, ScalarText { span, style, flow: false, indent: 0 });
        self.events.push(Event::scalar(style, span, 0, Some(&decoded.text), self.shape));
    }

    /// Reads what comes after a `:` or dash; returns where to continue.
    fn value(&mut self, at: usize, line: Line, column: usize) -> usize {
        let rest = self.shape.get(at..line.content.end()).unwrap_or_default();
        let body = without_comment(rest);
        if body.len() < rest.trim_end().len() {
            let sign =
                at + body.len() + rest.get(body.len()..).and_then(|tail| tail.find('#')).unwrap_or_default();
            self.push(EventKind::Comment, Span::new(sign, line.content.end()));
        }
        let span = Span::new(at, at + body.len());
        if body.is_empty() || (body.starts_with(['&', '!']) && !body.contains(' ')) {
            return line.end;
        }
        if let Some(indicators) = body.strip_prefix(['|', '>'])
            && indicators.len() <= 2
            && indicators.bytes().all(|b| matches!(b, b'+' | b'-' | b'1'..=b'9'))
        {
            return self.block(span, line.end, column, body.starts_with('>'));
        }
        let style = quote_of(body);
        if body.starts_with('*') && !body.contains(' ') {
            self.push(EventKind::Alias, span);
        } else if let Some(flow) = body
            .starts_with(['[', '{'])
            .then(|| events::inside(body, at))
            .flatten()
            .filter(|flow| !flow.is_empty())
        {
            self.events.extend(flow);
        } else {
            self.scalar(span, style);
        }
        self.filled();
        line.end
    }

    /// Reads a block scalar by its indentation.
    fn block(&mut self, header: Span, from: usize, column: usize, folded: bool) -> usize {
        let style = if folded { ScalarStyle::Folded } else { ScalarStyle::Literal };
        let mut indent = None;
        let mut first = header.end();
        let mut end = from;
        for line in lines::breaks(self.shape, from, self.limit) {
            let content = line.content.of(self.shape);
            if lines::is_blank(content) {
                continue;
            }
            let here = indent_of(content);
            if here <= column || indent.is_some_and(|indent| here < indent) {
                break;
            }
            if indent.is_none() {
                indent = Some(here);
                first = line.content.start() + here;
            }
            end = line.end;
        }
        let span = if indent.is_some() { Span::new(first, end) } else { Span::at(header.end()) };
        self.events.push(Event::scalar(style, span, indent.unwrap_or_default(), None, self.shape));
        self.filled();
        end
    }
}

/// How a value on one line is quoted, if it is quoted as a whole.
fn quote_of(body: &str) -> ScalarStyle {
    let inside = body.get(1..body.len().saturating_sub(1)).unwrap_or_default();
    let closes = |quote: char| body.len() >= 2 && body.ends_with(quote);
    match body.chars().next() {
        Some('"') if closes('"') && !ends_before(inside) => ScalarStyle::Double,
        Some('\'') if closes('\'') && !inside.replace("''", "").contains('\'') => ScalarStyle::Single,
        _ => ScalarStyle::Plain,
    }
}

/// Whether a scalar in `"…"` ends before the end of `inside`, or an escape ends after it.
fn ends_before(inside: &str) -> bool {
    let mut escaped = false;
    for byte in inside.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return true,
            _ => {}
        }
    }
    escaped
}

/// The length of the key that a line begins with, and where its colon is.
fn key_of(rest: &str) -> Option<(usize, usize)> {
    let first = rest.chars().next()?;
    let end = match first {
        '"' | '\'' => rest.get(1..)?.find(first)? + 2,
        '[' | ']' | '{' | '}' | ',' | '#' | '|' | '>' | '%' | '@' | '`' => return None,
        _ => {
            let colon = rest
                .match_indices(':')
                .map(|(at, _)| at)
                .find(|at| rest.as_bytes().get(at + 1).is_none_or(|byte| matches!(byte, b' ' | b'\t')))?;
            rest.get(..colon)?.trim_end().len()
        }
    };
    let colon = end + rest.get(end..)?.len() - rest.get(end..)?.trim_start().len();
    let behind = rest.as_bytes().get(colon + 1);
    let ends =
        rest.as_bytes().get(colon) == Some(&b':') && behind.is_none_or(|byte| matches!(byte, b' ' | b'\t'));
    (ends && end > 0 && !rest.get(..end)?.contains(" #")).then_some((end, colon))
}

/// A value without the comment after it.
fn without_comment(rest: &str) -> &str {
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
    let from = quote.and_then(|quote| rest.get(1..)?.find(quote)).map_or(0, |at| at + 2);
    let bytes = rest.as_bytes();
    if bytes.first() == Some(&b'#') {
        return "";
    }
    let sign = (from.max(1)..bytes.len())
        .find(|at| bytes.get(*at) == Some(&b'#') && matches!(bytes.get(at - 1), Some(b' ' | b'\t')));
    rest.get(..sign.unwrap_or(rest.len())).unwrap_or(rest).trim_end()
}
