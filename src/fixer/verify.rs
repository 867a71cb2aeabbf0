//! The proof of a fix: what it speaks of is done, and nothing else happened.

use super::meaning::{Change, Digest, Wording};
use crate::engine::{Analysis, Document, Documents, Plan, UnitFix};
use crate::finding::Finding;
use crate::suppress;
use crate::text::{EditSet, Overlap, SharedText};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A file before edits, and what is to come of it.
pub(super) struct Before<'a> {
    analysis: &'a Analysis,
    edits: &'a EditSet,
    /// What is done to each text, by its index.
    changes: BTreeMap<usize, Change>,
    /// By index; each stands behind the one around it.
    texts: Vec<Text>,
}

/// A text before, and where it stands in the result.
struct Text {
    parent: Option<usize>,
    /// Where it begins in the result.
    place: usize,
    language: &'static str,
    reads: Reads,
    meaning: Meaning,
}

/// How a text reads.
enum Reads {
    Kept(SharedText),
    Told(Wording),
}

/// What a text means.
enum Meaning {
    /// As nothing is done to the text, that says it.
    Kept,
    /// What was read of it says it.
    Read(Rc<Documents>),
    Told(Digest),
}

impl<'a> Before<'a> {
    /// What `analysis` says of a file in which `documents` are, to which `plans` will be done by `edits`. A large file gives up
    /// its documents and its text: then nothing is kept of them.
    ///
    /// # Errors
    /// Why the plans cannot go together, as a clause.
    pub(super) fn of<'p>(
        analysis: &'a Analysis,
        documents: &Rc<Documents>,
        plans: impl Iterator<Item = &'p Plan>,
        edits: &'a EditSet,
        gives_up: bool,
    ) -> Result<Self, String> {
        let changes = changes(plans).map_err(|overlap| overlap.to_string())?;
        let moves = edits.moves();
        let meaning = |index: usize, document: &Document| match changes.get(&index) {
            Some(change) if gives_up => Meaning::Told(Digest::of(document.parsed.data(), change)),
            Some(_) => Meaning::Read(documents.clone()),
            None => Meaning::Kept,
        };
        let nothing = Change::default();
        let reads = |index: usize, document: &Document| {
            let change = || changes.get(&index).unwrap_or(&nothing);
            if gives_up {
                Reads::Told(Wording::of(&document.text, change()))
            } else {
                Reads::Kept(document.text.clone())
            }
        };
        let texts = documents.iter().enumerate().map(|(index, document)| Text {
            parent: document.parent,
            place: moves.of(documents.start(index)),
            language: document.language.name(),
            reads: reads(index, document),
            meaning: meaning(index, document),
        });
        let texts = texts.collect();
        Ok(Self { analysis, edits, changes, texts })
    }

    /// Compares it with the file after `units` were fixed.
    ///
    /// # Errors
    /// What does not hold, as a clause.
    pub(super) fn verify(&self, units: &[&UnitFix], after: &Analysis) -> Result<(), String> {
        self.texts(after)?;
        findings(&self.analysis.linted.findings, units, self.edits, &after.linted.findings)
    }

    /// Compares it with the file after comments were written that accept the findings at the indices `accepted`.
    ///
    /// # Errors
    /// What does not hold, as a clause.
    pub(super) fn verify_comments(&self, accepted: &BTreeSet<usize>, after: &Analysis) -> Result<(), String> {
        self.texts(after)?;
        let before = self.analysis;
        let moves = self.edits.moves();
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

    /// Every text is the old one with exactly its edits, and means what it meant but for what goes.
    fn texts(&self, after: &Analysis) -> Result<(), String> {
        let new = after.documents().ok_or("the file could be read no more")?;
        let nothing = Change::default();
        for (index, counterpart) in self.pair(&new)?.into_iter().enumerate() {
            let (Some(before), Some(after)) = (self.texts.get(index), new.get(counterpart)) else { continue };
            let change = self.changes.get(&index).unwrap_or(&nothing);
            let reads = match &before.reads {
                Reads::Kept(old) => change.edits.lead_to(old.as_bytes(), after.text.as_bytes()),
                Reads::Told(wording) => wording.leads_to(&after.text, change),
            };
            if !reads {
                return Err("a text around it would change too".to_owned());
            }
            let data = after.parsed.data();
            let holds = match &before.meaning {
                Meaning::Kept => true,
                Meaning::Read(old) => {
                    old.get(index).is_some_and(|old| change.leads_to(old.parsed.data(), data))
                }
                Meaning::Told(digest) => digest.leads_to(data, change),
            };
            if !holds {
                return Err("the result would not mean the same but for what is fixed".to_owned());
            }
        }
        Ok(())
    }

    /// Which text of the result is which one of before: the one of the same language, in the same text around it, that begins
    /// at the same place.
    fn pair(&self, new: &Documents) -> Result<Vec<usize>, String> {
        let mut places: BTreeMap<(Option<usize>, usize, &str), usize> = BTreeMap::new();
        for (index, text) in new.iter().enumerate() {
            places.entry((text.parent, new.start(index), text.language.name())).or_insert(index);
        }
        let mut pairs: Vec<usize> = Vec::with_capacity(self.texts.len());
        for text in &self.texts {
            let parent = text.parent.and_then(|parent| pairs.get(parent)).copied();
            let Some(counterpart) = places.get(&(parent, text.place, text.language)) else {
                return Err("the file would hold other texts than before".to_owned());
            };
            pairs.push(*counterpart);
        }
        Ok(pairs)
    }
}

/// What `plans` do to each text that they touch.
fn changes<'p>(plans: impl Iterator<Item = &'p Plan>) -> Result<BTreeMap<usize, Change>, Overlap> {
    let mut changes: BTreeMap<usize, Change> = BTreeMap::new();
    for plan in plans {
        for (doc, text) in &plan.texts {
            let change = changes.entry(*doc).or_default();
            change.edits.insert_all(text.edits.iter().cloned())?;
            change.edits.insert_all(text.silent.iter().cloned())?;
            change.loud.insert_all(text.edits.iter().cloned())?;
            change.gone.extend(&text.gone);
        }
    }
    Ok(changes)
}

/// Where the texts of before begin in the result.
pub(super) fn places(documents: &Documents, edits: &EditSet) -> BTreeSet<usize> {
    let moves = edits.moves();
    let texts = 0..documents.iter().len();
    // What is written behind a document, right before the next one, moves that.
    let behind = |part: usize| moves.of(part + 1).saturating_sub(1);
    texts
        .flat_map(|doc| {
            std::iter::once(moves.of(documents.start(doc))).chain(documents.parts(doc).map(behind))
        })
        .collect()
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
