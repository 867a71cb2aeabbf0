//! What was decided for each finding before the first pass. It applies to all passes: a fix is never less strict because an
//! earlier pass changed the text.

use crate::engine::Analysis;
use crate::finding::{Finding, Refusal, Safety};
use crate::text::{EditSet, Span};
use std::collections::BTreeMap;

/// The findings before the first pass, by where they are now.
pub(super) struct Decided {
    first: BTreeMap<(usize, String), Finding>,
    /// The edits of the passes so far.
    passes: Vec<EditSet>,
}

impl Decided {
    /// What is decided in the text that the user wrote.
    pub(super) fn of(analysis: &Analysis) -> Self {
        let mut decided = Self { first: BTreeMap::new(), passes: Vec::new() };
        for finding in &analysis.linted.findings {
            decided.first.entry(place(finding)).or_insert_with(|| finding.clone());
        }
        decided
    }

    /// Findings of the text as it is now, as they were before the first pass.
    pub(super) fn before<'f>(&self, findings: impl Iterator<Item = &'f Finding>) -> Vec<Finding> {
        let moves: Vec<_> = self.passes.iter().map(EditSet::moves).collect();
        let back = |offset| moves.iter().rev().fold(offset, |at, moves| moves.back(at));
        // An ignore comment that suppresses nothing after an earlier pass.
        let new = |finding: &Finding| {
            let (start, end) = (back(finding.span.start()), back(finding.span.end()));
            Finding { span: Span::new(start, end.max(start)), ..finding.clone() }
        };
        findings.map(|it| self.first.get(&place(it)).cloned().unwrap_or_else(|| new(it))).collect()
    }

    /// After a pass that made `edits`: nothing that was refused or unsafe is less strict in `after`.
    pub(super) fn follow(&mut self, edits: EditSet, before: &Analysis, after: &mut Analysis) {
        let moves = edits.moves();
        let mut first = BTreeMap::new();
        for finding in &before.linted.findings {
            let known = self.first.remove(&place(finding)).unwrap_or_else(|| finding.clone());
            first.entry((moves.of(finding.span.start()), finding.rule.clone())).or_insert(known);
        }
        self.first = first;
        self.passes.push(edits);
        self.hold(after);
    }

    fn hold(&self, after: &mut Analysis) {
        let mut refused: BTreeMap<String, Refusal> = BTreeMap::new();
        let mut lowered = BTreeMap::new();
        for finding in &after.linted.findings {
            let known = self.first.get(&place(finding));
            let (Some(known), Ok(fix), Some(group)) = (known, &finding.fix, finding.group()) else {
                continue;
            };
            match &known.fix {
                Err(refusal) => {
                    refused.entry(group).or_insert_with(|| refusal.clone().before());
                }
                Ok(first) if first.safety < fix.safety => {
                    lowered.entry(group).or_insert_with(|| first.cautions.clone());
                }
                Ok(_) => {}
            }
        }
        for fix in after.fixes.iter_mut().filter(|fix| lowered.contains_key(&fix.unit)) {
            fix.safety = Safety::Unsafe;
        }
        for finding in &mut after.linted.findings {
            let Some(cautions) = finding.group().and_then(|group| lowered.get(&group)) else { continue };
            if let Ok(fix) = &mut finding.fix {
                (fix.safety, fix.cautions) = (Safety::Unsafe, cautions.clone());
            }
        }
        refuse(after, &refused);
    }
}

/// Takes the fixes of the groups in `refused` from their findings.
pub(super) fn refuse(analysis: &mut Analysis, refused: &BTreeMap<String, Refusal>) {
    if refused.is_empty() {
        return;
    }
    analysis.fixes.retain(|fix| !refused.contains_key(&fix.unit));
    for finding in analysis.linted.findings.iter_mut().filter(|finding| finding.fix.is_ok()) {
        if let Some(refusal) = finding.group().and_then(|group| refused.get(&group)) {
            finding.fix = Err(refusal.clone());
            finding.removes = None;
        }
    }
}

fn place(finding: &Finding) -> (usize, String) {
    (finding.span.start(), finding.rule.clone())
}
