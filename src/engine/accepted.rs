//! What is done about findings that somebody accepts as they are.

use super::Analysis;
use crate::finding::{Linted, Refusal};
use crate::mask::Mask;
use crate::text::Source;
use std::collections::BTreeMap;

/// A place is told by names from the file; where a token stands in the place of a name, it must not get into a fingerprint
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
