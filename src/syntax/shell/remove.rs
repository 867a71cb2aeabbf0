//! Takes words and assignments out.

use super::super::{Datum, Parsed as _, Removal};
use super::Script;
use super::script::{Break, BreakKind, ShellNodeKind, Statement};
use super::{scan, statement};
use crate::embed::NoEdit;
use crate::facts::NodeId;
use crate::text::{Cover, Edit, EditSet, Span};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

/// The most bytes of one text that are read again to verify removals. More is left to the caller, who verifies in any case.
const PROVEN: usize = 1 << 22;

/// As [`super::super::Parsed::remove`].
pub(super) fn remove(script: &Script, nodes: &[NodeId]) -> Result<Removal, NoEdit> {
    let mut parts: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
    let mut whole: Vec<usize> = Vec::new();
    for id in nodes {
        let Some(node) = script.out.nodes.get(id.0 as usize) else {
            return Err(NoEdit::new("its word was not found"));
        };
        match node.kind {
            ShellNodeKind::Part => parts.entry(node.statement).or_default().push(node.span),
            ShellNodeKind::Statement => whole.push(node.statement),
            ShellNodeKind::Value => return Err(NoEdit::new("it is part of a larger statement")),
            ShellNodeKind::Inner => {
                return Err(NoEdit::new("the string is assembled elsewhere: change it there"));
            }
        }
    }
    // A statement of which nothing is left is removed as a whole.
    parts.retain(|index, spans| {
        let gone = script
            .out
            .statements
            .get(*index)
            .is_some_and(|statement| leaves_nothing(script, statement, spans));
        if gone {
            whole.push(*index);
        }
        !gone
    });
    whole.sort_unstable();
    whole.dedup();
    let mut deleted = Vec::new();
    let mut gone = Vec::new();
    for index in &whole {
        deleted.push(statement::remove(script, *index, &whole)?);
        gone.extend(script.out.statements.get(*index).map(|statement| statement.span));
    }
    for (index, mut spans) in parts {
        let Some(found) = script.out.statements.get(index) else { continue };
        spans.sort_unstable();
        spans.dedup();
        deleted.extend(remove_parts(script, found, &spans)?);
        gone.extend(spans);
    }
    gone.sort_unstable();
    let removal = Removal { edits: merge(deleted).into_iter().map(Edit::delete).collect(), gone };
    prove(script, &removal)?;
    Ok(removal)
}

fn leaves_nothing(script: &Script, statement: &Statement, removed: &[Span]) -> bool {
    let mut left = statement.parts.iter().filter(|part| !removed.contains(part));
    if statement.array {
        return false;
    }
    if statement.declares {
        left.next();
        return left.all(|part| part.of(&script.text).starts_with('-'));
    }
    left.next().is_none()
}

/// Reads what would be left and compares it.
fn prove(script: &Script, removal: &Removal) -> Result<(), NoEdit> {
    let length = script.text.len();
    if script.proven.fetch_add(length, Ordering::Relaxed).saturating_add(length) > PROVEN {
        return Ok(());
    }
    let refuse = || NoEdit::new("the text around it would be read differently");
    let mut edits = EditSet::default();
    edits.insert_all(removal.edits.iter().cloned()).map_err(|_| refuse())?;
    let left = String::from_utf8(edits.apply(script.text.as_bytes())).map_err(|_| refuse())?;
    let after = Script::read(left.into(), script.dialect);
    let gone = Cover::of(removal.gone.clone());
    let kept = script.data().filter(|datum| !gone.holds(datum.span));
    if kept.map(meaning).eq(after.data().map(meaning)) { Ok(()) } else { Err(refuse()) }
}

fn meaning(datum: Datum<'_>) -> (u8, Cow<'_, str>) {
    (datum.kind, datum.value)
}

/// The spans to delete, sorted, without overlap.
fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start() <= last.end() => *last = last.hull(span),
            _ => merged.push(span),
        }
    }
    merged
}

fn remove_parts(script: &Script, statement: &Statement, removed: &[Span]) -> Result<Vec<Span>, NoEdit> {
    let goes: Vec<bool> = statement.parts.iter().map(|part| removed.binary_search(part).is_ok()).collect();
    let view = View { script, statement, goes };
    view.check()?;
    let mut deleted = Vec::new();
    let mut at = 0;
    while at < view.goes.len() {
        if !view.is_gone(at) {
            at += 1;
            continue;
        }
        let mut end = at;
        while view.is_gone(end + 1) && !view.newline_behind(end) {
            end += 1;
        }
        view.run(at, end, &mut deleted)?;
        at = end + 1;
    }
    Ok(deleted)
}

struct View<'s> {
    script: &'s Script,
    statement: &'s Statement,
    goes: Vec<bool>,
}

impl View<'_> {
    fn is_gone(&self, index: usize) -> bool {
        self.goes.get(index).copied().unwrap_or(false)
    }

    fn part(&self, index: usize) -> Span {
        self.statement.parts.get(index).copied().unwrap_or_default()
    }

    fn check(&self) -> Result<(), NoEdit> {
        let first_stays = self.statement.array || !self.is_gone(0) || self.is_option_or_assignment(0);
        if !first_stays || !self.statement.array && self.goes.iter().all(|gone| *gone) {
            return Err(NoEdit::new("the command would be empty"));
        }
        if self.statement.array && self.script.dialect != super::dialect::Dialect::Sh {
            return Err(NoEdit::new("it is in a list with commas"));
        }
        let mut depth = 0_i32;
        let mut tags = self.statement.tags.iter().peekable();
        for (index, part) in self.statement.parts.iter().enumerate() {
            while let Some((_, delta)) = tags.next_if(|(at, _)| *at < part.start()) {
                depth += i32::from(*delta);
            }
            if self.is_gone(index) && depth != 0 {
                return Err(NoEdit::new("a template decides whether it is used"));
            }
        }
        Ok(())
    }

    fn is_option_or_assignment(&self, index: usize) -> bool {
        let raw = self.part(index).of(&self.script.text);
        let name = scan::name_len(raw.as_bytes(), 0);
        raw.starts_with('-')
            || name > 0 && raw.get(name..).is_some_and(|rest| rest.starts_with(['=', '+', '[']))
    }

    /// The line ends between two offsets.
    fn breaks(&self, from: usize, to: usize) -> &[Break] {
        let all = &self.script.out.breaks;
        let start = all.partition_point(|line| line.span.start() < from);
        let end = all.partition_point(|line| line.span.start() < to);
        all.get(start..end.max(start)).unwrap_or_default()
    }

    fn breaks_before(&self, index: usize) -> &[Break] {
        let from = match index.checked_sub(1) {
            Some(previous) => self.part(previous).end(),
            None => self.statement.span.start(),
        };
        self.breaks(from, self.part(index).start())
    }

    fn breaks_behind(&self, index: usize) -> &[Break] {
        let to = if index + 1 < self.goes.len() { self.part(index + 1).start() } else { self.statement.tail };
        self.breaks(self.part(index).end(), to)
    }

    /// Whether a line end without `\` comes after the part.
    fn newline_behind(&self, index: usize) -> bool {
        self.breaks_behind(index).iter().any(|line| line.kind != BreakKind::Continuation)
    }

    /// End of the last part before `index` that stays; where nothing stays, the start of part `index`.
    fn staying_before(&self, index: usize) -> usize {
        let staying = (0..index).rev().find(|before| !self.is_gone(*before));
        staying.map_or(self.part(index).start(), |before| self.part(before).end())
    }

    /// Removes the parts `first..=last`; their neighbors stay, unless a line end without `\` is between.
    fn run(&self, first: usize, last: usize, deleted: &mut Vec<Span>) -> Result<(), NoEdit> {
        let before = self.breaks_before(first).last();
        let behind = self.breaks_behind(last).first();
        let end = self.part(last).end();
        if last + 1 >= self.goes.len() {
            deleted.push(self.tail(first, last)?);
            return Ok(());
        }
        let next = self.part(last + 1).start();
        let span = match (before, behind) {
            // A line of its own, the `\` before it stays in use.
            (Some(before), Some(behind))
                if !(before.kind == BreakKind::Continuation && behind.kind == BreakKind::Newline) =>
            {
                Span::new(before.span.end(), behind.span.end())
            }
            (Some(_), Some(_)) => Span::new(self.staying_before(first), end),
            (None, Some(_)) if first > 0 => Span::new(self.part(first - 1).end(), end),
            (None, Some(_)) if self.statement.array => Span::new(self.part(first).start(), end),
            (None, Some(_)) => Span::new(self.part(first).start(), next),
            (_, None) => {
                let broken = (first..last).rev().find(|index| !self.breaks_behind(*index).is_empty());
                match broken {
                    Some(index) => {
                        // Part of the last line is removed, the rest of it keeps its place.
                        self.run(first, index, deleted)?;
                        Span::new(self.part(index + 1).start(), next)
                    }
                    None if before.is_some() || first == 0 => Span::new(self.part(first).start(), next),
                    None => Span::new(self.part(first - 1).end(), end),
                }
            }
        };
        deleted.push(span);
        Ok(())
    }

    /// Removes the parts from `first` to the end of the statement.
    fn tail(&self, first: usize, last: usize) -> Result<Span, NoEdit> {
        let text = &self.script.text;
        let end = self.part(last).end();
        let tail = self.statement.tail;
        let newline = scan::newline_len(text.as_bytes(), tail);
        let at_end = newline > 0 || tail >= text.len();
        let comment = text.as_bytes().get(tail) == Some(&b'#');
        let behind = self.breaks_behind(last).first();
        let Some(before) = self.breaks_before(first).last() else {
            let start = if first > 0 { self.part(first - 1).end() } else { self.part(first).start() };
            return Ok(Span::new(start, end));
        };
        Ok(match (before.kind, behind) {
            (BreakKind::Tag, _) => return Err(NoEdit::new("a template tag is before it")),
            (_, Some(line)) if line.kind == BreakKind::Tag => {
                return Err(NoEdit::new("a template tag is after it"));
            }
            (BreakKind::Continuation, None) => Span::new(self.staying_before(first), end),
            // A `\` with nothing after it is removed as well.
            (BreakKind::Continuation, Some(line)) if at_end || comment => {
                let raw = line.span.of(text);
                let kept = raw.trim_end_matches('\n').trim_end_matches('\r').len();
                Span::new(self.staying_before(first), line.span.start() + kept)
            }
            (_, Some(line)) => Span::new(before.span.end(), line.span.end()),
            (BreakKind::Newline, None) if newline > 0 => Span::new(before.span.end(), tail + newline),
            (BreakKind::Newline, None) if at_end => Span::new(before.span.start(), end),
            (BreakKind::Newline, None) if comment => Span::new(self.part(first).start(), tail),
            (BreakKind::Newline, None) => Span::new(self.staying_before(first), end),
        })
    }
}
