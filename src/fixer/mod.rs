//! Fixes: selected by unit, applied all at once, proven before anybody writes them.

mod between;
mod chosen;
pub mod diff;
mod ignore;
mod meaning;
mod trial;
mod verify;
pub mod write;

use crate::engine::{self, Settings, Surroundings, UnitFix};
use crate::finding::{Finding, Linted, Refusal, Safety};
use crate::mask::Mask;
use crate::text::{Edit, Source, Span};
use chosen::Chosen;
use std::collections::{BTreeMap, BTreeSet};
use trial::Trials;

pub use between::between;
pub use ignore::{Ignored, Left, ignore, ignore_chosen};

/// How often a file is linted and fixed again until nothing is left to do.
const MAX_PASSES: usize = 10;

/// A file, apart from its text, and the settings for it.
#[derive(Clone, Copy)]
struct Lens<'a> {
    settings: &'a Settings,
    path: &'a str,
    surroundings: &'a Surroundings,
}

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
    fix_chosen(settings, path, surroundings, source, unsafe_too, None)
}

/// One unit's fix, before it is applied.
#[derive(Debug)]
pub struct Offer<'a> {
    /// The file as it is now: with the fixes of earlier passes.
    pub source: &'a Source,
    /// What is to be hidden in it.
    pub secrets: &'a [Span],
    /// What is to be hidden in what comes.
    pub texts: &'a [String],
    /// The findings that would be gone.
    pub findings: Vec<&'a Finding>,
    /// What would change.
    pub edits: &'a [Edit],
    /// How safe it is.
    pub safety: Safety,
}

/// Says whether an offer is taken.
pub type Ask<'a> = &'a mut dyn FnMut(&Offer<'_>) -> bool;

/// As [`fix`], with only the fixes that `ask` wants. It is asked once about each, in the order of the file, and only about
/// those that hold by themselves.
pub fn fix_chosen(
    settings: &Settings,
    path: &str,
    surroundings: &Surroundings,
    source: Source,
    unsafe_too: bool,
    ask: Option<Ask<'_>>,
) -> Fixed {
    let lens = Lens { settings, path, surroundings };
    let mut source = source;
    let mut fixed = Vec::new();
    // Units that were taken back, by what they wanted to do, with the reason.
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    let mut chosen = Chosen::new(ask);
    let mut analysis = engine::analyse(settings, path, surroundings, &source, None);
    // What was a token stays one, when nothing in the text says so any more.
    let mut mask = Mask::new(false, &source, &analysis.linted.secrets);
    let mut texts = analysis.linted.texts.clone();
    for _ in 0..MAX_PASSES {
        let mut wanted: Vec<&UnitFix> = analysis
            .fixes
            .iter()
            .filter(|fix| {
                (unsafe_too || fix.safety == Safety::Safe) && !refused.contains_key(&key(fix, &source))
            })
            .collect();
        let trials = Trials { lens, source: &source, analysis: &analysis };
        if chosen.asks() {
            let sorted = trials.sort_out(&wanted);
            refused.extend(sorted.refused.into_iter().map(|(fix, reason)| (key(fix, &source), reason)));
            wanted.retain(|fix| !refused.contains_key(&key(fix, &source)));
            wanted.retain(|fix| chosen.wants(fix, &source, &analysis.linted));
        }
        if wanted.is_empty() {
            break;
        }
        let mut units = Trials::select(&wanted);
        let (after, result) = match trials.run(&units) {
            Ok(done) => done,
            Err(_) => {
                let sorted = trials.sort_out(&wanted);
                let culprits = !sorted.refused.is_empty();
                let reasons = sorted.refused.into_iter();
                refused.extend(reasons.map(|(fix, reason)| (key(fix, &source), reason)));
                // Each holds alone, but not all together: some go now, the others are looked at again.
                match sorted.best {
                    Some(best) if !culprits => units = best,
                    _ => continue,
                }
                let Ok(done) = trials.run(&units) else { continue };
                done
            }
        };
        let names: BTreeSet<&str> = units.fixes.iter().map(|fix| fix.unit.as_str()).collect();
        let gone = |finding: &&Finding| {
            finding.fix.is_ok() && finding.group().is_some_and(|group| names.contains(group.as_str()))
        };
        fixed.extend(analysis.linted.findings.iter().filter(gone).cloned());
        chosen.follow(&units);
        (source, analysis) = (after, result);
        mask = mask.after(&source, &analysis.linted.secrets);
        analysis.linted.secrets = mask.hidden().to_vec();
        texts.append(&mut analysis.linted.texts);
        texts.sort_unstable();
        texts.dedup();
        analysis.linted.texts.clone_from(&texts);
    }
    let left: Vec<&UnitFix> =
        analysis.fixes.iter().filter(|fix| !refused.contains_key(&key(fix, &source))).collect();
    let sorted = Trials { lens, source: &source, analysis: &analysis }.sort_out(&left);
    refused.extend(sorted.refused.into_iter().map(|(fix, reason)| (key(fix, &source), reason)));
    take_back(&mut analysis.linted, &analysis.fixes, &refused, &source);
    Fixed { text: source.bytes().to_vec(), fixed, remaining: analysis.linted }
}

/// As [`engine::lint`], with each fix tried: one that would be taken back is no fix.
pub fn lint(settings: &Settings, path: &str, surroundings: &Surroundings, source: &Source) -> Linted {
    let lens = Lens { settings, path, surroundings };
    let mut analysis = engine::analyse(settings, path, surroundings, source, None);
    let wanted: Vec<&UnitFix> = analysis.fixes.iter().collect();
    let sorted = Trials { lens, source, analysis: &analysis }.sort_out(&wanted);
    let refused = sorted.refused.into_iter().map(|(fix, reason)| (key(fix, source), reason)).collect();
    take_back(&mut analysis.linted, &analysis.fixes, &refused, source);
    analysis.linted
}

/// Names a fix by what it does, so that it is not tried again: by its text and the bytes it changes.
fn key(fix: &UnitFix, source: &Source) -> String {
    let what = |edit: &Edit| format!("{}>{}", edit.span.of(source.text()), edit.replacement);
    format!("{}|{}", fix.unit, fix.plan.edits.iter().map(what).collect::<Vec<_>>().join("|"))
}

fn take_back(linted: &mut Linted, fixes: &[UnitFix], refused: &BTreeMap<String, String>, source: &Source) {
    if refused.is_empty() {
        return;
    }
    let reasons: BTreeMap<&str, &String> =
        fixes.iter().filter_map(|fix| Some((fix.unit.as_str(), refused.get(&key(fix, source))?))).collect();
    for finding in &mut linted.findings {
        if finding.fix.is_ok()
            && let Some(reason) = finding.group().and_then(|group| reasons.get(group.as_str()))
        {
            finding.fix = Err(Refusal::Dropped((*reason).clone()));
            finding.removes = None;
        }
    }
}
