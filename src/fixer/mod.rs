//! Fixes: selected by unit, applied all at once, proven before anybody writes them.

pub mod diff;
mod verify;
pub mod write;

use crate::engine::{self, Settings, Surroundings, UnitFix};
use crate::finding::{Finding, Linted, Safety};
use crate::text::{EditSet, Source};
use std::collections::{BTreeMap, BTreeSet};

/// How often a file is linted and fixed again until nothing is left to do.
const MAX_PASSES: usize = 10;

/// What fixing a file gave.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The text afterwards; the same as before if nothing was done.
    pub text: Vec<u8>,
    /// The findings that are gone, with their places in the text before.
    pub fixed: Vec<Finding>,
    /// What is left, with its places in the text afterwards.
    pub remaining: Linted,
}

/// Fixes a file in memory. Nothing is done that does not hold up: after each pass the result is read and linted again; a
/// fix whose findings are still there, that made a new one, or that changed what it did not speak of is taken back, and its
/// findings say why.
pub fn fix(
    settings: &Settings,
    path: &str,
    surroundings: &Surroundings,
    source: Source,
    unsafe_too: bool,
) -> Fixed {
    let mut source = source;
    let mut fixed = Vec::new();
    // Units that were taken back, by what they wanted to do, with the reason.
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    let mut analysis = engine::analyse(settings, path, surroundings, &source);
    for _ in 0..MAX_PASSES {
        let wanted: Vec<&UnitFix> = analysis
            .fixes
            .iter()
            .filter(|fix| {
                (unsafe_too || fix.safety == Safety::Safe) && !refused.contains_key(&key(fix, &source))
            })
            .collect();
        if wanted.is_empty() {
            break;
        }
        let (units, edits) = select(&wanted);
        let after = Source::new(edits.apply(source.bytes()));
        let result = engine::analyse_all(settings, path, surroundings, &after);
        match verify::verify(&analysis, &units, &edits, &result) {
            Ok(()) => {
                let names: BTreeSet<&str> = units.iter().map(|fix| fix.unit.as_str()).collect();
                let gone = |finding: &&Finding| {
                    finding.fix.is_ok() && finding.unit.as_deref().is_some_and(|unit| names.contains(unit))
                };
                fixed.extend(analysis.linted.findings.iter().filter(gone).cloned());
                source = after;
                analysis = result;
            }
            Err(reason) => {
                // Which of them it was shows when each is tried alone.
                let mut culprit = false;
                for fix in &wanted {
                    if let Err(reason) = alone(fix, &analysis, settings, path, surroundings, &source) {
                        refused.insert(key(fix, &source), reason);
                        culprit = true;
                    }
                }
                if !culprit {
                    // Each holds alone, but not all together: the first one goes now, the others with the next run.
                    let rest = wanted.iter().skip(usize::from(wanted.len() > 1));
                    refused.extend(rest.map(|fix| (key(fix, &source), format!("{reason}; run again"))));
                }
            }
        }
    }
    take_back(&mut analysis.linted, &analysis.fixes, &refused, &source);
    Fixed { text: source.bytes().to_vec(), fixed, remaining: analysis.linted }
}

/// As [`engine::lint`], with each fix tried: one that would be taken back is no fix.
pub fn lint(settings: &Settings, path: &str, surroundings: &Surroundings, source: &Source) -> Linted {
    let mut analysis = engine::analyse(settings, path, surroundings, source);
    let mut refused = BTreeMap::new();
    if !all_hold(&analysis, settings, path, surroundings, source) {
        for fix in &analysis.fixes {
            if let Err(reason) = alone(fix, &analysis, settings, path, surroundings, source) {
                refused.insert(key(fix, source), reason);
            }
        }
    }
    take_back(&mut analysis.linted, &analysis.fixes, &refused, source);
    analysis.linted
}

/// Names a fix by what it does, so that it is not tried again: by its text and the bytes it changes.
fn key(fix: &UnitFix, source: &Source) -> String {
    let what = |edit: &crate::text::Edit| format!("{}>{}", edit.span.of(source.text()), edit.replacement);
    format!("{}|{}", fix.unit, fix.plan.edits.iter().map(what).collect::<Vec<_>>().join("|"))
}

/// The fixes that go together: the first of those that want the same bytes; the others come in the next pass.
fn select<'a>(wanted: &[&'a UnitFix]) -> (Vec<&'a UnitFix>, EditSet) {
    let mut edits = EditSet::default();
    let mut units = Vec::new();
    for fix in wanted {
        if edits.insert_all(fix.plan.edits.iter().cloned()).is_ok() {
            units.push(*fix);
        }
    }
    (units, edits)
}

fn alone(
    fix: &UnitFix,
    analysis: &engine::Analysis,
    settings: &Settings,
    path: &str,
    surroundings: &Surroundings,
    source: &Source,
) -> Result<(), String> {
    let (units, edits) = select(&[fix]);
    let after = Source::new(edits.apply(source.bytes()));
    let result = engine::analyse_all(settings, path, surroundings, &after);
    verify::verify(analysis, &units, &edits, &result)
}

fn all_hold(
    analysis: &engine::Analysis,
    settings: &Settings,
    path: &str,
    surroundings: &Surroundings,
    source: &Source,
) -> bool {
    if analysis.fixes.is_empty() {
        return true;
    }
    let wanted: Vec<&UnitFix> = analysis.fixes.iter().collect();
    let (units, edits) = select(&wanted);
    let after = Source::new(edits.apply(source.bytes()));
    let result = engine::analyse_all(settings, path, surroundings, &after);
    units.len() == wanted.len() && verify::verify(analysis, &units, &edits, &result).is_ok()
}

fn take_back(linted: &mut Linted, fixes: &[UnitFix], refused: &BTreeMap<String, String>, source: &Source) {
    if refused.is_empty() {
        return;
    }
    let reasons: BTreeMap<&str, &String> =
        fixes.iter().filter_map(|fix| Some((fix.unit.as_str(), refused.get(&key(fix, source))?))).collect();
    for finding in &mut linted.findings {
        if finding.fix.is_ok()
            && let Some(reason) = finding.unit.as_deref().and_then(|unit| reasons.get(unit))
        {
            finding.fix = Err(format!("the fix was tried and taken back: {reason}"));
            finding.removes = None;
        }
    }
}
