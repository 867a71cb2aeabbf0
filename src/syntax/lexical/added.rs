//! What a program adds to a command that it keeps in a variable: `cmd += …`, `cmd.append(…)`, `args = append(args, …)`.

use super::scan::{CodeFound, Item};
use crate::text::{Cover, Span};
use std::collections::BTreeMap;

/// Methods that add their arguments to a list or a string.
const ADDS: &[&str] = &["append", "extend", "push", "concat", "add", "addAll", "Add", "AddRange"];
/// Methods that change it in a way that is not followed.
const CHANGES: &[&str] = &["insert", "unshift", "splice", "update", "replace"];
/// Words that begin a function at the begin of a line.
const FUNCTIONS: &[&str] = &[
    "def ",
    "async def ",
    "class ",
    "func ",
    "function ",
    "async function ",
    "export ",
    "fn ",
    "public ",
    "private ",
];
/// Additions to one variable that are looked at, and functions on the way.
const MOST: usize = 64;
/// How much of a line, and of the text of an addition, is looked at.
const LINE: usize = 200;
const LONGEST: usize = 1024;

#[derive(Clone, Copy)]
enum CodeChange {
    /// It gets another value.
    Set,
    /// What begins there is added.
    Adds(usize),
    /// What it is then is not visible.
    Unknown,
}

/// One thing that is added.
pub(super) enum CodePiece {
    Item(Item),
    /// Something that is added or not, or cannot be read: the place that does it.
    Unknown(Span),
}

/// The changes of the variables of a text.
pub(super) struct Added<'t> {
    text: &'t str,
    changes: BTreeMap<&'t str, Vec<(Span, CodeChange)>>,
    /// Strings by the begin of their bytes.
    literals: BTreeMap<usize, usize>,
    /// Where each string ends.
    ends: Vec<usize>,
    /// Functions: where their lines begin, and how far they are indented.
    functions: Vec<(usize, usize)>,
}

impl<'t> Added<'t> {
    pub(super) fn of(text: &'t str, found: &CodeFound) -> Self {
        let literals = found.literals.iter().enumerate().filter(|(_, it)| !it.heredoc);
        let literals: BTreeMap<usize, usize> = literals.map(|(at, it)| (it.span.start(), at)).collect();
        let mut start = 0;
        let mut functions = Vec::new();
        for line in text.split_inclusive('\n') {
            let code = line.trim_start_matches([' ', '\t']);
            if FUNCTIONS.iter().any(|word| code.starts_with(word)) {
                functions.push((start, line.len() - code.len()));
            }
            start += line.len();
        }
        let ends = found.literals.iter().map(|it| it.span.end()).collect();
        let mut added = Self { text, changes: BTreeMap::new(), literals, ends, functions };
        let hidden = found.literals.iter().map(|it| it.inner).chain(found.comments.iter().map(|it| it.span));
        added.read(&Cover::of(hidden.collect()));
        added
    }

    fn read(&mut self, hidden: &Cover) {
        let (text, bytes) = (self.text, self.text.as_bytes());
        let part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.$@".contains(&byte);
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if !part(*byte) {
                at += 1;
                continue;
            }
            let end = bytes.get(at..).unwrap_or_default().iter().take_while(|byte| part(**byte)).count() + at;
            let word = Span::new(at, end);
            at = end;
            if let Some((name, change)) = self.change(word).filter(|_| !hidden.holds(word)) {
                self.changes.entry(name.of(text)).or_default().push((name, change));
            }
        }
    }

    /// What happens to the variable that `word` names, or whose method it names.
    fn change(&self, word: Span) -> Option<(Span, CodeChange)> {
        let rest = self.text.get(word.end()..).unwrap_or_default();
        let blanks = rest.bytes().take(LINE).take_while(|byte| *byte == b' ').count();
        let rest = rest.get(blanks..).unwrap_or_default();
        let at = word.end() + blanks;
        if rest.starts_with('(') {
            let (of, method) = word.of(self.text).rsplit_once('.')?;
            let name = Span::new(word.start(), word.start() + of.len());
            return if ADDS.contains(&method) {
                Some((name, CodeChange::Adds(at + 1)))
            } else {
                CHANGES.contains(&method).then_some((name, CodeChange::Unknown))
            };
        }
        if rest.starts_with("+=") || rest.starts_with("<<") && !rest.starts_with("<<<") {
            return Some((word, CodeChange::Adds(at + 2)));
        }
        let sign = ["=", ":="].iter().find(|sign| rest.starts_with(**sign))?;
        let rest = rest.get(sign.len()..)?;
        if rest.starts_with(['=', '>', '~']) {
            return None;
        }
        let name = word.of(self.text);
        let value = rest.trim_start_matches(' ');
        let from = at + sign.len() + rest.len() - value.len();
        let own = |text: &str| {
            let rest = text.strip_prefix(name)?;
            (!rest.starts_with(|sign: char| sign.is_alphanumeric() || "_.$".contains(sign)))
                .then_some(rest.len())
        };
        let behind = |prefix: &str, sign: char| {
            let len = own(value.strip_prefix(prefix)?)?;
            let rest = value.get(value.len() - len..)?.trim_start_matches(' ').strip_prefix(sign)?;
            Some(from + value.len() - rest.len())
        };
        if let Some(at) = behind("append(", ',').or_else(|| behind("", '+')) {
            return Some((word, CodeChange::Adds(at)));
        }
        let line: String = value.chars().take(LINE).take_while(|sign| *sign != '\n').collect();
        let is_own = own(value).is_some() || line.contains(&format!("{{{name}}}"));
        Some((word, if is_own { CodeChange::Unknown } else { CodeChange::Set }))
    }

    /// What is added to the string or list that begins at `start` and ends at `end`, in order.
    pub(super) fn pieces(&self, start: usize, end: usize) -> Vec<CodePiece> {
        let Some(name) = self.name(start) else { return Vec::new() };
        let Some(changes) = self.changes.get(name.of(self.text)) else { return Vec::new() };
        let indent = self.indent(name.start());
        let first = self.functions.partition_point(|(at, _)| *at <= start);
        let mut functions = self.functions.get(first..).unwrap_or_default().iter().take(MOST);
        let limit = functions.find(|(_, own)| *own < indent).map_or(self.text.len(), |(at, _)| *at);
        let first = changes.partition_point(|(place, _)| place.start() < end);
        let mut pieces = Vec::new();
        for (place, change) in changes.get(first..).unwrap_or_default().iter().take(MOST) {
            if place.start() >= limit {
                break;
            }
            match change {
                CodeChange::Set => break,
                CodeChange::Unknown => pieces.push(CodePiece::Unknown(*place)),
                CodeChange::Adds(at) => {
                    let behind = self.items(*at, &mut pieces);
                    if self.indent(place.start()) > indent || self.is_conditional(*place, behind) {
                        pieces.push(CodePiece::Unknown(Span::new(place.start(), (*at).max(place.end()))));
                    }
                }
            }
        }
        pieces
    }

    /// The name that gets the value that begins at `start`.
    fn name(&self, start: usize) -> Option<Span> {
        let from = start.saturating_sub(LINE);
        let from = (from..=start).find(|at| self.text.is_char_boundary(*at))?;
        let line = self.text.get(from..start)?.rsplit('\n').next()?;
        // `f"…"`, `[]string{ … }`
        let before = line.trim_end_matches(|sign: char| {
            "[{( ".contains(sign) || sign.is_ascii_alphabetic() || sign == ']'
        });
        let before = if before.ends_with('=') { before } else { line.trim_end_matches(['(', '[', '{', ' ']) };
        let before = before.strip_suffix('=')?;
        if before.ends_with(['=', '!', '<', '>', '+', '-', '*', '/']) {
            return None;
        }
        let before = before.trim_end_matches(':').trim_end();
        let typed = before.split_once(": ").map_or(before, |(name, _)| name.trim_end());
        let part = |sign: char| sign.is_ascii_alphanumeric() || "_.$@".contains(sign);
        let name = typed.rsplit(|sign| !part(sign)).next().filter(|name| !name.is_empty())?;
        let at = start - line.len() + typed.len();
        Some(Span::new(at - name.len(), at))
    }

    fn indent(&self, at: usize) -> usize {
        let line = self.before(at);
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    /// What is before `at` on its line, as far as it is looked at.
    fn before(&self, at: usize) -> &'t str {
        let from = at.saturating_sub(LINE);
        let from = (from..=at).find(|at| self.text.is_char_boundary(*at)).unwrap_or(at);
        let before = self.text.get(from..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        self.text.get(at - line.len()..at).unwrap_or_default()
    }

    /// Whether a condition is on the line of an addition.
    fn is_conditional(&self, place: Span, behind: usize) -> bool {
        let before = self.before(place.start()).trim();
        let rest = self.text.get(behind..).unwrap_or_default();
        let line: String = rest.chars().take(LINE).take_while(|sign| *sign != '\n').collect();
        !matches!(before, "" | "self" | "this") || line.contains(" if ") || line.contains(" unless ")
    }

    /// The strings and values from `start` on, up to the end of the brackets or the line; where that is.
    fn items(&self, start: usize, pieces: &mut Vec<CodePiece>) -> usize {
        let bytes = self.text.as_bytes();
        let (mut at, mut depth) = (start, 0_usize);
        let mut item: Option<Item> = None;
        let in_call = bytes.get(start.saturating_sub(1)).is_some_and(|byte| b"(,".contains(byte));
        let limit = (start + LONGEST).min(bytes.len());
        while let Some(byte) = bytes.get(at).copied().filter(|_| at < limit) {
            if let Some(index) = self.literals.get(&at) {
                let end = self.literal_end(*index, at);
                item = Some(match item {
                    None => Item::Literal(*index),
                    Some(Item::Other(span)) if is_prefix(span.of(self.text)) && span.end() == at => {
                        Item::Literal(*index)
                    }
                    Some(before) => before.with(Span::new(at, end)),
                });
                at = end;
                continue;
            }
            let here = Span::new(at, at + 1);
            match byte {
                b'\n' | b';' if depth == 0 && !in_call => break,
                b')' | b']' | b'}' if depth == 0 => break,
                b'(' | b'[' | b'{' if item.is_none() => depth += 1,
                b'(' | b'[' | b'{' => {
                    depth += 1;
                    item = item.map(|it| it.with(here));
                }
                b')' | b']' | b'}' => depth -= 1,
                b',' => pieces.extend(item.take().map(CodePiece::Item)),
                _ if byte.is_ascii_whitespace() => {}
                _ => item = Some(item.map_or(Item::Other(here), |it| it.with(here))),
            }
            at += 1;
        }
        pieces.extend(item.map(CodePiece::Item));
        if at >= limit && limit < bytes.len() {
            pieces.push(CodePiece::Unknown(Span::new(start, start)));
        }
        at
    }

    fn literal_end(&self, index: usize, at: usize) -> usize {
        self.ends.get(index).copied().unwrap_or(at + 1).max(at + 1)
    }
}

/// Letters before a quote that say how to read the string.
pub(super) fn is_prefix(text: &str) -> bool {
    text.len() < 3 && text.bytes().all(|byte| b"rRbBfFuU".contains(&byte))
}
