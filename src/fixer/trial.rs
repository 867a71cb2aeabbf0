//! Tries fixes in memory, many at once, to see which of them pass.

use super::Lens;
use super::verify::Edited;
use crate::engine::{self, Analysis, EditPlan, UnitFix};
use crate::text::{EditSet, Source};
use std::collections::BTreeMap;

/// Bytes that may be read again to find out which fixes pass. Fixes that are not sorted by then are dropped.
const BUDGET: usize = 64 << 20;
/// Trials that a file of any size may have.
const AT_LEAST: usize = 16;

/// A file whose fixes are tried.
#[derive(Clone, Copy)]
pub(super) struct Trials<'a> {
    pub(super) lens: Lens<'a>,
    pub(super) source: &'a Source,
    pub(super) analysis: &'a Analysis,
}

/// Fixes that can be applied together, with their edits.
pub(super) struct Selection<'a> {
    pub(super) fixes: Vec<&'a UnitFix>,
    pub(super) edits: EditSet,
    /// Those that overlap one before them.
    rest: Vec<&'a UnitFix>,
    /// The whitespace that changes with them.
    aligned: EditPlan,
}

/// Which fixes pass.
#[derive(Default)]
pub(super) struct Sorted<'a> {
    /// Those that do not pass, with the reason.
    pub(super) refused: Vec<(&'a UnitFix, String)>,
    /// The largest selection that passes.
    pub(super) best: Option<Selection<'a>>,
}

impl<'a> Trials<'a> {
    /// The fixes that can be applied together: of those that overlap, the first.
    pub(super) fn select(&self, wanted: &[&'a UnitFix]) -> Selection<'a> {
        let mut selection = Selection {
            fixes: Vec::new(),
            edits: EditSet::default(),
            rest: Vec::new(),
            aligned: EditPlan::default(),
        };
        for fix in wanted {
            match selection.edits.insert_all(fix.plan.edits.iter().cloned()) {
                Ok(()) => selection.fixes.push(*fix),
                Err(_) => selection.rest.push(*fix),
            }
        }
        if let Some(documents) = &self.analysis.documents {
            let plans = selection.fixes.iter().map(|fix| &fix.plan);
            let aligned = engine::align(documents, self.source, plans);
            if selection.edits.insert_all(aligned.edits.iter().cloned()).is_ok() {
                selection.aligned = aligned;
            }
        }
        selection
    }

    /// The rule of each fix, by its unit.
    fn rules(&self) -> BTreeMap<String, &'a str> {
        let findings = self.analysis.linted.findings.iter();
        findings.filter_map(|it| Some((it.group()?, it.rule.as_str()))).collect()
    }

    /// Fixes the file in memory and reads it again.
    ///
    /// # Errors
    /// Why the fixes cannot be tried.
    fn attempt<'s>(&self, selection: &'s Selection<'a>) -> Result<Edited<'s>, String> {
        let plans = selection.fixes.iter().map(|fix| &fix.plan).chain([&selection.aligned]);
        Edited::new(self.lens, self.source, self.analysis, plans, &selection.edits)
    }

    /// The file after the fixes, with what is found in it.
    ///
    /// # Errors
    /// What differs that should not.
    pub(super) fn run(&self, selection: &Selection<'a>) -> Result<(Source, Analysis), String> {
        let edited = self.attempt(selection)?;
        edited.verify_fixes(&selection.fixes)?;
        Ok((edited.source, edited.after))
    }

    /// Separates the fixes that pass from those that do not: all together first, then halves of those that failed.
    pub(super) fn sort_out(&self, wanted: &[&'a UnitFix]) -> Sorted<'a> {
        let mut sorted = Sorted::default();
        let mut trials = (BUDGET / self.source.bytes().len().max(1)).max(AT_LEAST);
        let mut waiting = vec![wanted.to_vec()];
        while let Some(group) = waiting.pop() {
            if group.is_empty() {
                continue;
            }
            let mut selection = self.select(&group);
            waiting.push(std::mem::take(&mut selection.rest));
            if trials == 0 {
                let reason = "this file exceeds the limit of fixes that are verified one by one";
                sorted.refused.extend(selection.fixes.into_iter().map(|fix| (fix, reason.to_owned())));
                continue;
            }
            trials -= 1;
            let edited = self.attempt(&selection);
            let verified =
                edited.as_ref().map_err(String::clone).and_then(|it| it.verify_fixes(&selection.fixes));
            let Err(reason) = verified else {
                drop(edited);
                if sorted.best.as_ref().is_none_or(|best| selection.fixes.len() > best.fixes.len()) {
                    sorted.best = Some(selection);
                }
                continue;
            };
            // Fixes that leave what they should remove can be distinguished from the others at once.
            let useless = edited.map(|it| it.useless(&selection.fixes)).unwrap_or_default();
            if !useless.is_empty() && selection.fixes.len() > 1 {
                let (bad, rest): (Vec<_>, Vec<_>) =
                    selection.fixes.iter().partition(|fix| useless.contains(fix.unit.as_str()));
                let rules = self.rules();
                let reason = |fix: &UnitFix| {
                    let rule = rules.get(&fix.unit).copied().unwrap_or("the same rule");
                    format!("`{rule}` would still be reported")
                };
                sorted.refused.extend(bad.into_iter().map(|fix| (fix, reason(fix))));
                waiting.push(rest);
                continue;
            }
            match selection.fixes.as_slice() {
                [only] => sorted.refused.push((*only, reason)),
                all => {
                    let (left, right) = all.split_at(all.len() / 2);
                    waiting.extend([right.to_vec(), left.to_vec()]);
                }
            }
        }
        sorted
    }
}
