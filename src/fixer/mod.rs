//! Fixes: selected by unit, applied all at once, verified before they are written.

mod between;
mod chosen;
mod decided;
pub mod diff;
mod ignore;
mod keep;
mod meaning;
pub mod publish;
mod trial;
mod verify;
mod wellformed;
pub mod write;

use crate::engine::{self, Analysis, Settings, Surroundings, UnitFix};
use crate::finding::{Finding, Linted, Refusal, Safety};
use crate::mask::Mask;
use crate::text::{Edit, EditSet, Source, Span};
use chosen::Chosen;
use decided::{Decided, refuse};
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
    /// The fixed findings, with their places in the text before.
    pub fixed: Vec<Finding>,
    /// What is left, with its places in the text afterwards.
    pub remaining: Linted,
}

/// Fixes a file in memory. Every fix is verified: after each pass the result is read and linted again. A
/// fix is dropped if its findings are still there, if it added a finding, or if it changed anything else, and its
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
    /// What must be hidden in it.
    pub secrets: &'a [Span],
    /// What must be hidden in the new text.
    pub texts: &'a [String],
    /// The findings that would be fixed.
    pub findings: Vec<&'a Finding>,
    /// What would change.
    pub edits: &'a [Edit],
    /// How safe it is.
    pub safety: Safety,
}

/// Says whether an offer is taken.
pub type Confirm<'a> = &'a mut dyn FnMut(&Offer<'_>) -> bool;

/// As [`fix`], with only the fixes that `ask` wants. It is asked once about each, in the order of the file, and only about
/// those that pass by themselves.
pub fn fix_chosen(
    settings: &Settings,
    path: &str,
    surroundings: &Surroundings,
    source: Source,
    unsafe_too: bool,
    ask: Option<Confirm<'_>>,
) -> Fixed {
    let lens = Lens { settings, path, surroundings };
    let mut source = source;
    let mut fixed = Vec::new();
    let mut chosen = Chosen::new(ask);
    let mut analysis = engine::analyse(settings, path, surroundings, &source, None);
    let mut decided = Decided::of(&analysis);
    // Fixes that were dropped, by what they do.
    let mut tried = Refused::new();
    // What was a token stays one, when nothing in the text says so any more.
    let mut mask = Mask::new(false, &source, &analysis.linted.secrets);
    let mut texts = analysis.linted.texts.clone();
    for _ in 0..MAX_PASSES {
        let (done, refused) = pass(lens, &source, &analysis, unsafe_too, &mut chosen);
        let dropped =
            analysis.fixes.iter().filter_map(|fix| Some((key(fix, &source), refused.get(&fix.unit)?)));
        tried.extend(dropped.map(|(fix, refusal)| (fix, refusal.clone())));
        refuse(&mut analysis, &refused);
        let Some(Pass { source: text, after, edits, units }) = done else {
            if refused.is_empty() {
                break;
            }
            continue;
        };
        let gone = |finding: &&Finding| {
            finding.fix.is_ok() && finding.group().is_some_and(|group| units.contains(&group))
        };
        fixed.extend(decided.before(analysis.linted.findings.iter().filter(gone)));
        chosen.follow(&edits);
        let before = std::mem::replace(&mut analysis, after);
        decided.follow(edits, &before, &mut analysis);
        source = text;
        // Some pass after another one is applied.
        let again = analysis.fixes.iter();
        let again = again.filter_map(|fix| Some((fix.unit.clone(), tried.get(&key(fix, &source))?.clone())));
        let again: Refused = again.collect();
        refuse(&mut analysis, &again);
        mask = mask.after(&source, &analysis.linted.secrets);
        analysis.linted.secrets = mask.hidden().to_vec();
        texts.append(&mut analysis.linted.texts);
        texts.sort_unstable();
        texts.dedup();
        analysis.linted.texts.clone_from(&texts);
    }
    let refused = dropped(lens, &source, &analysis);
    refuse(&mut analysis, &refused);
    Fixed { text: source.bytes().to_vec(), fixed, remaining: analysis.linted }
}

/// What one pass did.
struct Pass {
    source: Source,
    after: Analysis,
    edits: EditSet,
    /// The units that it fixed.
    units: BTreeSet<String>,
}

/// Why fixes are dropped, by their units or by what they do.
type Refused = BTreeMap<String, Refusal>;

/// Applies the fixes that are wanted and pass together. Nothing was done where there is no pass; then there is nothing left to
/// do, or the fixes that are dropped are in the way.
fn pass(
    lens: Lens<'_>,
    source: &Source,
    analysis: &Analysis,
    unsafe_too: bool,
    chosen: &mut Chosen<'_>,
) -> (Option<Pass>, Refused) {
    let allowed = |fix: &&UnitFix| unsafe_too || fix.safety == Safety::Safe;
    let mut wanted: Vec<&UnitFix> = analysis.fixes.iter().filter(allowed).collect();
    let trials = Trials { lens, source, analysis };
    let mut refused = Refused::new();
    if chosen.asks() {
        refused = drops(trials.sort_out(&wanted).refused);
        wanted.retain(|fix| !refused.contains_key(&fix.unit));
        wanted.retain(|fix| chosen.wants(fix, source, &analysis.linted));
    }
    if wanted.is_empty() {
        return (None, refused);
    }
    let mut units = trials.select(&wanted);
    let (source, after) = match trials.run(&units) {
        Ok(done) => done,
        Err(_) => {
            let sorted = trials.sort_out(&wanted);
            let culprits = !sorted.refused.is_empty();
            refused.extend(drops(sorted.refused));
            // Each passes alone, but not all together: some are applied now, the others are tried again.
            match sorted.best {
                Some(best) if !culprits => units = best,
                _ => return (None, refused),
            }
            match trials.run(&units) {
                Ok(done) => done,
                Err(_) => return (None, refused),
            }
        }
    };
    let fixed = units.fixes.iter().map(|fix| fix.unit.clone()).collect();
    (Some(Pass { source, after, edits: units.edits, units: fixed }), refused)
}

/// The fixes that do not pass.
fn dropped(lens: Lens<'_>, source: &Source, analysis: &Analysis) -> Refused {
    let wanted: Vec<&UnitFix> = analysis.fixes.iter().collect();
    drops(Trials { lens, source, analysis }.sort_out(&wanted).refused)
}

/// Names a fix by what it does: by its text and the bytes it changes.
fn key(fix: &UnitFix, source: &Source) -> String {
    let what = |edit: &Edit| format!("{}>{}", edit.span.of(source.text()), edit.replacement);
    format!("{}|{}", fix.unit, fix.plan.edits.iter().map(what).collect::<Vec<_>>().join("|"))
}

fn drops(refused: Vec<(&UnitFix, String)>) -> Refused {
    refused.into_iter().map(|(fix, reason)| (fix.unit.clone(), Refusal::Dropped(reason))).collect()
}

/// As [`engine::lint`], with each fix tried: one that would be dropped is not a fix.
pub fn lint(settings: &Settings, path: &str, surroundings: &Surroundings, source: &Source) -> Linted {
    let lens = Lens { settings, path, surroundings };
    let mut analysis = engine::analyse(settings, path, surroundings, source, None);
    let refused = dropped(lens, source, &analysis);
    refuse(&mut analysis, &refused);
    analysis.linted
}
