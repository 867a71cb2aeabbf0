//! What a suppression covers together: the parts of a text that belong together over several lines.

use super::documents::{Documents, EmbeddedDocument};
use crate::facts::NodeKind;
use crate::syntax::container;
use crate::text::{Notation, Span};
use std::collections::BTreeMap;

/// The texts inside each text, as bytes of the text around them.
pub(crate) struct InnerSpans(BTreeMap<usize, Vec<Span>>);

impl InnerSpans {
    pub(crate) fn of(documents: &Documents) -> Self {
        let mut inner: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
        for document in documents.iter() {
            if let Some(parent) = document.parent {
                inner.entry(parent).or_default().push(document.segments.outer());
            }
        }
        Self(inner)
    }

    pub(crate) fn of_text(&self, doc: usize) -> &[Span] {
        self.0.get(&doc).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The pieces of a text: its lines, and what belongs together over several lines.
pub(crate) struct Statements<'d> {
    document: &'d EmbeddedDocument,
    /// Where each line begins.
    lines: Vec<usize>,
    /// By where they begin.
    list: Vec<Span>,
    /// The same, those that overlap merged.
    joined: Vec<Span>,
    /// The line after each comment and the comments after it.
    behind: Vec<Span>,
}

impl<'d> Statements<'d> {
    pub(crate) fn of(document: &'d EmbeddedDocument, inner: &[Span]) -> Self {
        let breaks = document.text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        let facts = document.parsed.facts();
        let mut list = inner.to_vec();
        for command in &facts.commands {
            let end = command.stray.last().map_or(0, |word| word.span.end());
            list.push(Span::new(command.span.start(), command.span.end().max(end)));
        }
        for region in &facts.regions {
            let outer = region.decoded.segments.outer();
            // The target of a rule opens all of its recipes: each is a piece of its own.
            if document.language.notation() != Notation::Make {
                list.push(region.opener.hull(outer));
            }
            if let Some(reader) = region.reader.and_then(|reader| facts.commands.get(reader)) {
                list.push(reader.span.hull(outer));
            }
        }
        list.extend(facts.variables.iter().map(|variable| variable.name_span.hull(variable.value_span)));
        for node in facts.tree.ids().filter_map(|id| facts.tree.get(id)) {
            if matches!(node.kind, NodeKind::Scalar(_)) {
                list.push(node.key.map_or(node.span, |key| key.span.hull(node.span)));
            }
        }
        if document.language.is_shell() {
            continued(&document.text, &mut list);
        }
        // A piece on one line adds nothing to its line.
        list.retain(|span| span.of(&document.text).trim_end().contains('\n'));
        list.sort_unstable();
        list.dedup();
        let mut joined: Vec<Span> = Vec::new();
        for span in &list {
            match joined.last_mut() {
                Some(last) if span.start() < last.end() => *last = last.hull(*span),
                _ => joined.push(*span),
            }
        }
        let mut pieces = Self { document, lines, list, joined, behind: Vec::new() };
        pieces.behind = pieces.lines_behind();
        pieces
    }

    /// The line around `offset`, with its line end.
    pub(crate) fn line(&self, offset: usize) -> Span {
        let behind = self.lines.partition_point(|start| *start <= offset);
        let start = behind.checked_sub(1).and_then(|at| self.lines.get(at)).copied().unwrap_or_default();
        Span::new(start, self.lines.get(behind).copied().unwrap_or(self.document.text.len()))
    }

    /// The last line of a comment.
    fn last_line(&self, comment: Span) -> Span {
        self.line(comment.end().saturating_sub(1).max(comment.start()))
    }

    /// Whether nothing else is on the lines of a comment.
    pub(crate) fn is_alone(&self, comment: Span) -> bool {
        let text: &str = &self.document.text;
        let before = Span::new(self.line(comment.start()).start(), comment.start()).of(text);
        // A quote sign or list marker of Markdown is not text of the line.
        let prose = self.document.language.is_prose();
        let before = if prose { before.get(container(before)..).unwrap_or_default() } else { before };
        let blank = |c: char| c.is_whitespace() || c == '>' || c == '\u{feff}';
        let rest = text.get(comment.end()..).unwrap_or_default();
        // Some comments contain their line end.
        let ended = comment.of(text).ends_with('\n');
        let mut behind = rest.chars().take_while(|c| *c != '\n' && !ended);
        before.chars().all(blank) && behind.all(char::is_whitespace)
    }

    /// All lines of a comment, if they can be removed as a whole: nothing else is there, and no line continues into them.
    pub(crate) fn lines_of(&self, comment: Span) -> Option<Span> {
        let lines = self.line(comment.start()).hull(self.last_line(comment));
        let before = self.document.text.get(..lines.start()).unwrap_or_default();
        let goes_on = self.document.language.is_shell()
            && before.trim_end_matches(['\n', '\r']).ends_with(['\\', '`', '^']);
        // A list marker stays.
        let starts_line =
            !Span::new(lines.start(), comment.start()).of(&self.document.text).contains(is_marker);
        (self.is_alone(comment) && starts_line && !goes_on).then_some(lines)
    }

    /// What a suppression in `comment` covers, in bytes of the text.
    /// One after other words of the comment is at the end of a line, even if that line is a comment.
    pub(crate) fn reach(&self, comment: Span, behind_words: bool) -> Span {
        let own = self.line(comment.start());
        let mut reach = match (self.is_alone(comment), behind_words) {
            (false, _) => own,
            (true, false) => self.behind(comment),
            (true, true) => own.hull(self.behind(comment)),
        };
        let first = self.list.partition_point(|piece| piece.start() < reach.start());
        for piece in self.list.get(first..).unwrap_or_default() {
            if piece.start() >= reach.end() {
                break;
            }
            reach = reach.hull(*piece);
        }
        reach
    }

    /// The start of the line in which begins what `offset` is part of.
    pub(crate) fn first_line(&self, offset: usize) -> usize {
        let mut start = self.line(offset).start();
        loop {
            let at = self.joined.partition_point(|piece| piece.start() < start);
            let around = at.checked_sub(1).and_then(|at| self.joined.get(at));
            match around.filter(|piece| piece.end() > start) {
                Some(piece) => start = self.line(piece.start()).start(),
                None => return start,
            }
        }
    }

    /// Whether the line at `offset` is complete: nothing continues from or to other lines.
    pub(crate) fn is_one_line(&self, offset: usize) -> bool {
        let whole = self.line(offset);
        let next = self.joined.partition_point(|piece| piece.end() <= whole.start());
        self.joined.get(next).is_none_or(|piece| piece.start() >= whole.end())
    }

    /// The line after a comment and the comments after it.
    fn behind(&self, comment: Span) -> Span {
        let comments = &self.document.parsed.facts().comments;
        let next = comments.partition_point(|other| other.span.start() <= comment.start());
        let known = next.checked_sub(1).and_then(|index| self.behind.get(index));
        known.copied().unwrap_or(Span::at(self.document.text.len()))
    }

    /// For each comment the line after it and the comments after it. From the last one on, so that each is looked at once.
    fn lines_behind(&self) -> Vec<Span> {
        let text: &str = &self.document.text;
        let comments = &self.document.parsed.facts().comments;
        let blanks = self.document.language.is_prose();
        let mut behind = vec![Span::at(text.len()); comments.len()];
        for (index, comment) in comments.iter().enumerate().rev() {
            let mut at = self.last_line(comment.span).end();
            let next = index
                + 1
                + comments.get(index + 1..).unwrap_or_default().partition_point(|it| it.span.start() < at);
            let next_start = comments.get(next).map(|it| it.span);
            while at < text.len() {
                let here = self.line(at);
                let found = match next_start.filter(|span| span.start() < here.end() && self.is_alone(*span))
                {
                    Some(_) => behind.get(next).copied(),
                    None if blanks && here.of(text).trim().is_empty() => {
                        at = here.end();
                        continue;
                    }
                    None => Some(here),
                };
                if let (Some(found), Some(place)) = (found, behind.get_mut(index)) {
                    *place = found;
                }
                break;
            }
        }
        behind
    }
}

/// Whether a character before a comment belongs to a list marker of Markdown.
fn is_marker(c: char) -> bool {
    !matches!(c, ' ' | '\t' | '>' | '\u{feff}')
}

/// Lines of a shell that continue in the next one, which may contain several commands.
fn continued(text: &str, list: &mut Vec<Span>) {
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let start = at;
        at += raw.len();
        let bare = raw.trim_end_matches(['\n', '\r']);
        let goes_on = bare.ends_with(['\\', '`', '^'])
            || ["&&", "||", "|"].iter().any(|sign| bare.trim_end().ends_with(sign));
        if goes_on && !bare.trim_start().starts_with('#') && at < text.len() {
            let next = text.get(at..).and_then(|rest| rest.find('\n'));
            list.push(Span::new(start, next.map_or(text.len(), |len| at + len + 1)));
        }
    }
}
