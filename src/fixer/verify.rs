//! The proof of a fix: what it speaks of is done, and nothing else happened.

use crate::engine::{Analysis, Documents, Plan, UnitFix};
use crate::finding::Finding;
use crate::suppress;
use crate::syntax::{Data, Datum};
use crate::text::{Cover, Edit, EditSet, Overlap, Span};
use std::collections::{BTreeMap, BTreeSet};

/// What a fix does to one text.
#[derive(Default)]
struct Change {
    edits: EditSet,
    /// Those that may change what the text means.
    loud: EditSet,
    gone: Vec<Span>,
}

/// Compares a file before and after `units` were fixed by `edits`.
///
/// # Errors
/// What does not hold, as a clause.
pub(super) fn verify(
    before: &Analysis,
    units: &[&UnitFix],
    edits: &EditSet,
    after: &Analysis,
) -> Result<(), String> {
    plans(before, units.iter().map(|fix| &fix.plan), edits, after)?;
    findings(&before.linted.findings, units, edits, &after.linted.findings)
}

/// Compares a file before and after comments were written by `edits` that accept the findings at the indices `accepted`.
///
/// # Errors
/// What does not hold, as a clause.
pub(super) fn verify_comments(
    before: &Analysis,
    comments: &[Plan],
    edits: &EditSet,
    accepted: &BTreeSet<usize>,
    after: &Analysis,
) -> Result<(), String> {
    plans(before, comments.iter(), edits, after)?;
    let moves = edits.moves();
    let is_other = |finding: &&Finding| finding.rule != suppress::RULE;
    // A comment that is written right before a name moves it.
    let start = |finding: &Finding| moves.of(finding.span.start() + 1).saturating_sub(1);
    let old = before.linted.findings.iter().enumerate().filter(|(_, it)| is_other(it));
    let old: BTreeSet<_> = old
        .map(|(index, it)| (start(it), it.rule.as_str(), it.suppressed || accepted.contains(&index)))
        .collect();
    let new = after.linted.findings.iter().filter(is_other);
    let new: BTreeSet<_> = new.map(|it| (it.span.start(), it.rule.as_str(), it.suppressed)).collect();
    if old != new {
        let place = old.symmetric_difference(&new).find(|(.., suppressed)| !suppressed);
        return Err(match place {
            Some((_, rule, _)) => format!("a comment would not accept `{rule}` there, or not it alone"),
            None => "a comment there would accept more than it is meant for".to_owned(),
        });
    }
    let unused = |analysis: &Analysis| analysis.linted.findings.iter().filter(|it| !is_other(it)).count();
    if unused(after) > unused(before) {
        return Err("a comment there would suppress nothing".to_owned());
    }
    Ok(())
}

/// Every text that `plans` touch is the old one with exactly its edits, and means what it meant but for what goes.
fn plans<'a>(
    before: &Analysis,
    plans: impl Iterator<Item = &'a Plan>,
    edits: &EditSet,
    after: &Analysis,
) -> Result<(), String> {
    let mut changes: BTreeMap<usize, Change> = BTreeMap::new();
    for plan in plans {
        for (doc, text) in &plan.texts {
            let change = changes.entry(*doc).or_default();
            let overlap = |overlap: Overlap| overlap.to_string();
            change.edits.insert_all(text.edits.iter().cloned()).map_err(overlap)?;
            change.edits.insert_all(text.silent.iter().cloned()).map_err(overlap)?;
            change.loud.insert_all(text.edits.iter().cloned()).map_err(overlap)?;
            change.gone.extend(&text.gone);
        }
    }
    match (&before.documents, &after.documents) {
        (Some(old), Some(new)) => texts(old, new, &changes, edits),
        _ => Err("the file could be read no more".to_owned()),
    }
}

/// Every text is the old one with exactly its edits, and means what it meant but for what goes.
fn texts(
    old: &Documents,
    new: &Documents,
    changes: &BTreeMap<usize, Change>,
    edits: &EditSet,
) -> Result<(), String> {
    let kept = pair(old, new, edits)?;
    for (index, counterpart) in kept {
        let (Some(before), Some(after)) = (old.get(index), new.get(counterpart)) else { continue };
        let nothing = Change::default();
        let change = changes.get(&index).unwrap_or(&nothing);
        if !change.edits.lead_to(before.text.as_bytes(), after.text.as_bytes()) {
            return Err("a text around it would change too".to_owned());
        }
        if !change.edits.is_empty() || !change.gone.is_empty() {
            data(before.parsed.data(), after.parsed.data(), change)?;
        }
    }
    Ok(())
}

/// Where the texts of before begin in the result.
pub(super) fn places(before: &Analysis, edits: &EditSet) -> BTreeSet<usize> {
    let moves = edits.moves();
    let Some(documents) = &before.documents else { return BTreeSet::new() };
    let texts = 0..documents.iter().len();
    // What is written behind a document, right before the next one, moves that.
    let behind = |part: usize| moves.of(part + 1).saturating_sub(1);
    texts
        .flat_map(|doc| {
            std::iter::once(moves.of(documents.start(doc))).chain(documents.parts(doc).map(behind))
        })
        .collect()
}

/// Which text of the result is which one of before: the one of the same language, in the same text around it, that begins
/// at the same place.
fn pair(old: &Documents, new: &Documents, edits: &EditSet) -> Result<Vec<(usize, usize)>, String> {
    let moves = edits.moves();
    let mut places: BTreeMap<(Option<usize>, usize, &str), usize> = BTreeMap::new();
    for (index, text) in new.iter().enumerate() {
        places.entry((text.parent, new.start(index), text.language.name())).or_insert(index);
    }
    let mut pairs: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, text) in old.iter().enumerate() {
        let parent = text.parent.and_then(|parent| pairs.get(&parent)).copied();
        let place = moves.of(old.start(index));
        let Some(counterpart) = places.get(&(parent, place, text.language.name())) else {
            return Err("the file would hold other texts than before".to_owned());
        };
        pairs.insert(index, *counterpart);
    }
    Ok(pairs.into_iter().collect())
}

fn data(old: Data<'_>, new: Data<'_>, change: &Change) -> Result<(), String> {
    let touched = |span: Span| change.loud.near(span).any(|edit| touches(edit, span));
    let gone = Cover::of(change.gone.clone());
    let mut expected = old.filter(|datum| !gone.holds(datum.span));
    // What an edit wrote between two old pieces is new by intention.
    let moves = change.edits.moves();
    let insertions = change.loud.iter().filter(|edit| edit.span.is_empty());
    let written = insertions.map(|edit| {
        let start = moves.of(edit.span.start());
        Span::new(start, start + edit.replacement.len())
    });
    let written = Cover::of(written.collect());
    let mut found = new.filter(|datum| !written.holds(datum.span));
    loop {
        match (expected.next(), found.next()) {
            (None, None) => return Ok(()),
            (Some(old), Some(new)) if is_same(&old, &new) || touched(old.span) => {}
            (Some(_), _) | (None, Some(_)) => {
                return Err("the result would not mean the same but for what is fixed".to_owned());
            }
        }
    }
}

fn is_same(old: &Datum<'_>, new: &Datum<'_>) -> bool {
    (old.kind, &old.value) == (new.kind, &new.value)
}

fn touches(edit: &Edit, span: Span) -> bool {
    edit.span.overlaps(span) || edit.span.is_empty() && span.contains(edit.span)
}

/// The fixes that go alone and whose finding is there all the same.
pub(super) fn useless<'a>(
    before: &Analysis,
    units: &[&'a UnitFix],
    edits: &EditSet,
    after: &Analysis,
) -> BTreeSet<&'a str> {
    let found: BTreeSet<(usize, &str)> =
        after.linted.findings.iter().map(|it| (it.span.start(), it.rule.as_str())).collect();
    let moves = edits.moves();
    let alone = before.linted.findings.iter().filter(|it| it.unit.is_none());
    let left = alone.filter(|it| found.contains(&(moves.of(it.span.start()), it.rule.as_str())));
    let left: BTreeSet<String> = left.filter_map(Finding::group).collect();
    units.iter().map(|fix| fix.unit.as_str()).filter(|unit| left.contains(*unit)).collect()
}

/// The findings of the fixed units are gone, the others are there, and there is none that was not there before.
fn findings(old: &[Finding], units: &[&UnitFix], edits: &EditSet, new: &[Finding]) -> Result<(), String> {
    let fixed: BTreeSet<&str> = units.iter().map(|fix| fix.unit.as_str()).collect();
    let is_fixed = |finding: &&Finding| finding.group().is_some_and(|group| fixed.contains(group.as_str()));
    let moves = edits.moves();
    // A literal may go with the value that it stands in.
    let goes =
        |it: &&Finding| it.unit.is_none() && edits.near(it.span).any(|edit| edit.span.contains(it.span));
    // A comment that accepts a finding goes on accepting it, and no other one.
    let place = |it: &Finding| (moves.of(it.span.start()), it.rule.clone(), it.suppressed);
    let left: BTreeSet<_> = old.iter().filter(|finding| !is_fixed(finding)).map(place).collect();
    let found: BTreeSet<_> = new.iter().map(|it| (it.span.start(), it.rule.clone(), it.suppressed)).collect();
    // A suppression of something that went with the fix is told, and taken out, in the next pass.
    if let Some((_, rule, _)) = found.difference(&left).find(|(_, rule, _)| rule != suppress::RULE) {
        return Err(format!("`{rule}` would be found in the result"));
    }
    let lost = old.iter().find(|it| !is_fixed(it) && !goes(it) && !found.contains(&place(it)));
    if let Some(finding) = lost {
        return Err(format!("`{}` would be found no more, although nothing was done about it", finding.rule));
    }
    Ok(())
}
