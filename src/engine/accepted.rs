//! What is done about findings that a comment or the baseline accepts, and which edits are listed.

use super::{Analysis, Documents, Settings, UnitFix, Written};
use crate::finding::{Finding, Linted, Refusal};
use crate::mask::Mask;
use crate::suppress::{RULE, Suppression};
use crate::text::{Source, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Edits that reports list for one file: each finding lists those of its unit.
const MAX_EDITS: usize = 20_000;

/// A place is named by names from the file. Where a token is given instead of a name, it must not get into a fingerprint
/// or a baseline.
pub(super) fn hide(source: &Source, linted: &mut Linted) {
    if linted.secrets.is_empty() && linted.texts.is_empty() || linted.findings.is_empty() {
        return;
    }
    let mask = Mask::of_values(source, &linted.secrets).with(&linted.texts);
    for finding in &mut linted.findings {
        if mask.is_secret(&finding.structure) {
            finding.structure = mask.inserted(&finding.structure);
        }
        if mask.is_secret(&finding.name) {
            finding.name = mask.inserted(&finding.name);
        }
    }
}

/// A registration is fixed as a whole: if one of its findings is accepted, none is fixed.
pub(super) fn withhold(analysis: &mut Analysis) {
    let findings = &mut analysis.linted.findings;
    let mut units: BTreeMap<String, Refusal> = BTreeMap::new();
    for finding in findings.iter_mut().filter(|it| it.baselined) {
        let group = finding.group();
        if finding.fix.is_ok() {
            finding.fix = Err(Refusal::Baselined);
            finding.removes = None;
        }
        if let Some(group) = group {
            let (rule, registration) = (finding.rule.clone(), finding.unit.is_some());
            units.entry(group).or_insert(Refusal::BaselinedSibling { rule, registration });
        }
    }
    if units.is_empty() {
        return;
    }
    for finding in findings.iter_mut() {
        if finding.fix.is_ok()
            && let Some(reason) = finding.group().and_then(|group| units.get(&group))
        {
            finding.fix = Err(reason.clone());
            finding.removes = None;
        }
    }
    analysis.fixes.retain(|fix| !units.contains_key(&fix.unit));
}

/// Marks the findings that a comment accepts, and adds the findings about comments that accept nothing.
pub(super) fn accept(
    settings: &Settings,
    documents: &Documents,
    source: &Source,
    written: &Written,
    mut found: Vec<(String, Span)>,
    findings: &mut Vec<Finding>,
    fixes: &mut Vec<UnitFix>,
) {
    found.extend(findings.iter().filter(|it| it.unit.is_none()).map(|it| (it.rule.clone(), it.span)));
    let found: Vec<(&str, Span)> = found.iter().map(|(rule, span)| (rule.as_str(), *span)).collect();
    let (idle, removals) = written.judge(settings, documents, source, &found);
    findings.extend(idle);
    let mut kept: BTreeSet<String> = BTreeSet::new();
    for finding in findings.iter_mut().filter(|finding| finding.unit.is_none()) {
        // A suppression does not accept a finding about itself.
        let itself =
            |it: &&Suppression| finding.rule == RULE && (it.span == finding.span || finding.name == RULE);
        let suppression = written.all.of(&finding.rule, finding.span);
        if let Some(suppression) = suppression.filter(|it| !itself(it)) {
            kept.extend(finding.group());
            suppression.accept(finding);
        }
    }
    // A finding about a comment is not fixed if another one about it is accepted.
    for finding in findings.iter_mut().filter(|finding| finding.unit.is_none()) {
        if finding.group().is_some_and(|group| kept.contains(&group)) {
            finding.fix = Err(Refusal::NeededName);
        }
    }
    fixes.extend(removals.into_iter().filter(|fix| !kept.contains(&fix.unit)));
}

/// Decides which fixes are listed with their edits, those of a unit together: the first ones of the file.
pub(super) fn list_edits(findings: &mut [Finding]) {
    let listed = |finding: &Finding| finding.fix.as_ref().map_or(0, |fix| fix.edits.len());
    let total: usize = findings.iter().map(listed).sum();
    if total <= MAX_EDITS {
        return;
    }
    let mut edits: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings.iter() {
        if let Some(unit) = finding.group() {
            *edits.entry(unit).or_default() += listed(finding);
        }
    }
    let mut left = MAX_EDITS;
    let mut known: BTreeMap<String, bool> = BTreeMap::new();
    for finding in findings {
        let Some(unit) = finding.group() else { continue };
        let fits = *known.entry(unit).or_insert_with_key(|unit| {
            let edits = edits.get(unit).copied().unwrap_or_default();
            let fits = edits <= left;
            left -= if fits { edits } else { 0 };
            fits
        });
        if let Ok(fix) = &mut finding.fix {
            fix.listed = fits;
        }
    }
}
