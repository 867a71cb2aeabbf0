//! The check of a fix: the file is edited in memory and read again, and nothing may differ but what the fix is for.

use super::Lens;
use super::meaning::MeaningChange;
use super::wellformed;
use crate::engine::{self, Analysis, Documents, EditPlan, EmbeddedDocument, UnitFix};
use crate::finding::Finding;
use crate::suppress;
use crate::syntax::Datum;
use crate::text::{EditSet, Overlap, Source, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Characters of a value that a reason quotes.
const MOST_SHOWN: usize = 30;

/// What is wrong where an embedded text is added or removed.
const OTHER_TEXTS: &str = "it would also change the embedded code of the file";

/// A file before and after edits.
pub(super) struct Edited<'a> {
    before: &'a Analysis,
    documents: &'a Documents,
    edits: &'a EditSet,
    /// What is done to each text, by its index.
    changes: BTreeMap<usize, MeaningChange>,
    /// The file after the edits.
    pub(super) source: Source,
    /// What is found there.
    pub(super) after: Analysis,
}

impl<'a> Edited<'a> {
    /// Applies `plans` to the file `source`, in which `before` was found. Together they are `edits`.
    ///
    /// # Errors
    /// Why the plans cannot be applied together, as a clause.
    pub(super) fn new<'p>(
        lens: Lens<'_>,
        source: &Source,
        before: &'a Analysis,
        plans: impl Iterator<Item = &'p EditPlan>,
        edits: &'a EditSet,
    ) -> Result<Self, String> {
        let documents = before.documents.as_ref().ok_or("the file was not read")?;
        let changes = changes(plans).map_err(|overlap| overlap.to_string())?;
        let moves = edits.moves();
        let starts = (0..documents.iter().len()).map(|doc| moves.of(documents.start(doc))).collect();
        let source = Source::new(edits.apply(source.bytes()));
        let Lens { settings, path, surroundings } = lens;
        let after = engine::analyse(settings, path, surroundings, &source, Some(&starts));
        Ok(Self { before, documents, edits, changes, source, after })
    }

    /// Checks the fixes of `units`.
    ///
    /// # Errors
    /// What differs, as a clause.
    pub(super) fn verify_fixes(&self, units: &[&UnitFix]) -> Result<(), String> {
        self.verify_texts()?;
        findings(&self.before.linted.findings, units, self.edits, &self.after.linted.findings)
    }

    /// Checks comments that accept the findings at the indices `accepted`.
    ///
    /// # Errors
    /// What differs, as a clause.
    pub(super) fn verify_comments(&self, accepted: &BTreeSet<usize>) -> Result<(), String> {
        self.verify_texts()?;
        let Self { before, after, .. } = self;
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
                Some((_, rule, _)) => format!("a comment there would suppress more or less than `{rule}`"),
                None => "a comment there would suppress other findings too".to_owned(),
            });
        }
        let new = after.documents.as_ref().ok_or("the result could not be read")?;
        for (index, counterpart) in
            self.pairs(new)?.into_iter().enumerate().filter(|(it, _)| self.changes.contains_key(it))
        {
            let (Some(old), Some(new)) = (self.documents.get(index), counterpart.and_then(|it| new.get(it)))
            else {
                continue;
            };
            if !old.language.renders_alike(&old.text, &new.text) {
                return Err("a comment there would change the rendered page".to_owned());
            }
        }
        let unused = |analysis: &Analysis| analysis.linted.findings.iter().filter(|it| !is_other(it)).count();
        if unused(after) > unused(before) {
            return Err("a comment there would suppress nothing".to_owned());
        }
        Ok(())
    }

    /// The fixes of findings without a registration that leave their finding.
    pub(super) fn useless<'u>(&self, units: &[&'u UnitFix]) -> BTreeSet<&'u str> {
        let found = self.after.linted.findings.iter();
        let found: BTreeSet<(usize, &str)> = found.map(|it| (it.span.start(), it.rule.as_str())).collect();
        let moves = self.edits.moves();
        let alone = self.before.linted.findings.iter().filter(|it| it.unit.is_none());
        let left = alone.filter(|it| found.contains(&(moves.of(it.span.start()), it.rule.as_str())));
        let left: BTreeSet<String> = left.filter_map(Finding::group).collect();
        units.iter().map(|fix| fix.unit.as_str()).filter(|unit| left.contains(*unit)).collect()
    }

    /// Every text is the old one with exactly its edits, and means what it meant except for what is removed.
    fn verify_texts(&self) -> Result<(), String> {
        let new = self.after.documents.as_ref().ok_or("the result could not be read")?;
        let pairs = self.pairs(new)?;
        for (index, (before, counterpart)) in self.documents.iter().zip(pairs).enumerate() {
            let change = self.changes.get(&index);
            let Some(after) = counterpart.and_then(|counterpart| new.get(counterpart)) else {
                // It was removed with the item that it was.
                let nothing = before.language.parse("".into());
                let means = |it: &MeaningChange| it.leads_to(before.parsed.data(), nothing.data(), false);
                if change.is_some_and(means) {
                    continue;
                }
                return Err(OTHER_TEXTS.to_owned());
            };
            let is_as_edited = match change {
                Some(change) => change.edits.lead_to(before.text.as_bytes(), after.text.as_bytes()),
                None => before.text == after.text,
            };
            if !is_as_edited {
                return Err("it would also change the text around it".to_owned());
            }
            let means = |change: &MeaningChange, replaced: bool| {
                change.leads_to(before.parsed.data(), after.parsed.data(), replaced)
            };
            // The value of an HCL argument may become a reference, which is more than one token.
            if change.is_some_and(|change| !means(change, false) && !means(change, true)) {
                return Err(self.other_change(index, after));
            }
            if let Some(change) = change {
                if !change.keeps(before.parsed.data(), after.parsed.data()) {
                    return Err("a moved value would mean something else".to_owned());
                }
                wellformed::check(well_formed(before), well_formed(after))?;
                let (known, new) = (&before.parsed.facts().notices, &after.parsed.facts().notices);
                if let Some(problem) = new.first().filter(|_| known.is_empty()) {
                    return Err(format!("the result could not be read: {}", problem.message));
                }
            }
        }
        Ok(())
    }

    /// The first thing that a fix would change without being meant to: "it would also change `a b` to `a` in line 7".
    fn other_change(&self, doc: usize, after: &EmbeddedDocument) -> String {
        let (Some(before), Some(change)) = (self.documents.get(doc), self.changes.get(&doc)) else {
            return "it would change the meaning of the text around it".to_owned();
        };
        let (old, new) =
            change.difference(before.parsed.data(), after.parsed.data(), false).unwrap_or_default();
        let short = |datum: &Datum<'_>| {
            let value: String = datum.value.trim().replace('`', "'").chars().take(MOST_SHOWN).collect();
            format!("`{}`", value.lines().next().unwrap_or_default())
        };
        let shown = |datum: &Option<Datum<'_>>| datum.as_ref().map(short).filter(|it| it.len() > 2);
        let line = old.as_ref().and_then(|old| self.line(doc, old.span));
        let place = line.map_or(String::new(), |line| format!(" in line {line}"));
        match (shown(&old), shown(&new)) {
            (Some(old), Some(new)) if old != new => format!("it would also change {old} to {new}{place}"),
            (Some(old), _) => format!("it would also change {old}{place}"),
            (None, Some(new)) => format!("it would also add {new}{place}"),
            (None, None) => format!("it would also change the structure of the text{place}"),
        }
    }

    /// The line of `span` in a text before the fix, from 1.
    fn line(&self, doc: usize, span: Span) -> Option<usize> {
        let (root, start) = (self.documents.get(0)?, self.documents.start(0));
        let offset = self.documents.to_host(doc, span).start().checked_sub(start)?;
        Some(root.text.get(..offset)?.matches('\n').count() + 1)
    }

    /// Whether nothing is left of that text.
    fn is_emptied(&self, doc: usize) -> bool {
        let change = self.changes.get(&doc).zip(self.documents.get(doc));
        change.is_some_and(|(change, text)| change.edits.apply(text.text.as_bytes()).trim_ascii().is_empty())
    }

    /// The index in `new` of each text of before: the one of the same language, in the same text around it, that begins at the
    /// same place.
    ///
    /// `None` for an item of a list of scripts that was removed.
    fn pairs(&self, new: &Documents) -> Result<Vec<Option<usize>>, String> {
        let mut places: BTreeMap<(Option<usize>, usize, &str), usize> = BTreeMap::new();
        for (index, text) in new.iter().enumerate() {
            places.entry((text.parent, new.start(index), text.language.name())).or_insert(index);
        }
        let moves = self.edits.moves();
        let mut pairs: Vec<Option<usize>> = Vec::with_capacity(self.documents.iter().len());
        for (index, text) in self.documents.iter().enumerate() {
            let parent = text.parent.and_then(|parent| pairs.get(parent)).copied().flatten();
            if text.parent.is_some() && parent.is_none() {
                return Err(OTHER_TEXTS.to_owned());
            }
            let is_item = text.item.is_some() && self.is_emptied(index);
            if is_item {
                pairs.push(None);
                continue;
            }
            let place = moves.of(self.documents.start(index));
            let Some(counterpart) = places.get(&(parent, place, text.language.name())) else {
                return Err(match &text.place {
                    Some((what, _)) if self.is_emptied(index) => {
                        format!("the {what} would be empty: remove it manually")
                    }
                    _ => OTHER_TEXTS.to_owned(),
                });
            };
            pairs.push(Some(*counterpart));
        }
        Ok(pairs)
    }
}

fn well_formed(document: &EmbeddedDocument) -> wellformed::CheckedText<'_> {
    let tree = &document.parsed.facts().tree;
    wellformed::CheckedText { language: document.language, text: &document.text, tree }
}

/// What `plans` do to each text that they touch.
fn changes<'p>(plans: impl Iterator<Item = &'p EditPlan>) -> Result<BTreeMap<usize, MeaningChange>, Overlap> {
    let mut changes: BTreeMap<usize, MeaningChange> = BTreeMap::new();
    for plan in plans {
        for (doc, text) in &plan.texts {
            let change = changes.entry(*doc).or_default();
            change.edits.insert_all(text.edits.iter().cloned())?;
            change.edits.insert_all(text.silent.iter().cloned())?;
            change.loud.insert_all(text.edits.iter().cloned())?;
            change.gone.extend(&text.gone);
            change.kept.extend(&text.kept);
        }
    }
    Ok(changes)
}

/// Checks that the findings of the fixed units are gone, that the others are there, and that there is no new one.
fn findings(old: &[Finding], units: &[&UnitFix], edits: &EditSet, new: &[Finding]) -> Result<(), String> {
    let fixed: BTreeSet<&str> = units.iter().map(|fix| fix.unit.as_str()).collect();
    let is_fixed = |finding: &&Finding| {
        finding.fix.is_ok() && finding.group().is_some_and(|group| fixed.contains(group.as_str()))
    };
    let moves = edits.moves();
    // A fix may remove a literal with the value that contains it.
    let goes =
        |it: &&Finding| it.unit.is_none() && edits.near(it.span).any(|edit| edit.span.contains(it.span));
    // A comment that accepts a finding must still accept it, and no other one.
    let place = |it: &Finding| (moves.of(it.span.start()), it.rule.clone(), it.suppressed);
    let left: BTreeSet<_> = old.iter().filter(|finding| !is_fixed(finding)).map(place).collect();
    let found: BTreeSet<_> = new.iter().map(|it| (it.span.start(), it.rule.clone(), it.suppressed)).collect();
    // A suppression of something that the fix removed is reported, and removed, in the next pass.
    if let Some((_, rule, _)) = found.difference(&left).find(|(_, rule, _)| rule != suppress::RULE) {
        return Err(format!("`{rule}` would be reported in the result"));
    }
    let lost = old.iter().find(|it| !is_fixed(it) && !goes(it) && !found.contains(&place(it)));
    if let Some(finding) = lost {
        return Err(format!("`{}` would no longer be reported, although it is not fixed", finding.rule));
    }
    Ok(())
}
