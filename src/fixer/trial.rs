//! Tries fixes in memory, many at once: which of them hold.

use super::verify::{self, Before};
use crate::engine::{self, Analysis, Documents, Settings, Surroundings, UnitFix};
use crate::text::{EditSet, Source};
use std::rc::Rc;

/// Bytes that may be read again to find out which fixes hold. Fixes that are not told apart by then are taken back.
const BUDGET: usize = 64 << 20;
/// Trials that a file of any size may have.
const AT_LEAST: usize = 16;
/// See [`Lens::large`].
const LARGE: usize = 1 << 20;

/// How a file is looked at.
#[derive(Clone, Copy)]
pub(super) struct Lens<'a> {
    pub(super) settings: &'a Settings,
    pub(super) path: &'a str,
    pub(super) surroundings: &'a Surroundings,
    /// What was read of a file with more bytes is given up while the result is looked at, and read again should that be needed:
    /// it takes as much room as the file.
    pub(super) large: usize,
}

impl<'a> Lens<'a> {
    pub(super) fn new(settings: &'a Settings, path: &'a str, surroundings: &'a Surroundings) -> Self {
        Self { settings, path, surroundings, large: LARGE }
    }
}

/// A file whose fixes are tried.
pub(super) struct Trials<'a> {
    pub(super) lens: Lens<'a>,
    pub(super) source: &'a Source,
    pub(super) analysis: &'a Analysis,
}

/// Fixes that can go together, with their edits.
pub(super) struct Selection<'a> {
    pub(super) fixes: Vec<&'a UnitFix>,
    pub(super) edits: EditSet,
    /// Those that want the same bytes as one before them.
    rest: Vec<&'a UnitFix>,
}

/// The file after a fix, and what it says then.
pub(super) type Done = (Source, Analysis);

/// Which fixes hold.
#[derive(Default)]
pub(super) struct Sorted<'a> {
    /// Those that do not, with the reason.
    pub(super) refused: Vec<(&'a UnitFix, String)>,
    /// The most that hold together.
    pub(super) best: Option<(Selection<'a>, Done)>,
}

impl<'a> Trials<'a> {
    /// The fixes that go together: the first of those that want the same bytes.
    pub(super) fn select(wanted: &[&'a UnitFix]) -> Selection<'a> {
        let mut selection = Selection { fixes: Vec::new(), edits: EditSet::default(), rest: Vec::new() };
        for fix in wanted {
            match selection.edits.insert_all(fix.plan.edits.iter().cloned()) {
                Ok(()) => selection.fixes.push(*fix),
                Err(_) => selection.rest.push(*fix),
            }
        }
        selection
    }

    /// Fixes the file and looks at it again.
    ///
    /// # Errors
    /// What does not hold afterwards.
    pub(super) fn run(&self, selection: &Selection<'a>) -> Result<Done, String> {
        self.attempt(selection).map_err(|failed| failed.0)
    }

    /// As [`Trials::run`], with the result where it does not hold.
    fn attempt(&self, selection: &Selection<'a>) -> Result<Done, Box<(String, Analysis)>> {
        let Lens { settings, path, surroundings, large } = self.lens;
        let Selection { fixes, edits, .. } = selection;
        let failed = |reason| Box::new((reason, Analysis::default()));
        let documents = self.documents().ok_or_else(|| failed("it could not be read again".to_owned()))?;
        let places = verify::places(&documents, edits);
        let gives_up = self.source.bytes().len() > large;
        let plans = fixes.iter().map(|fix| &fix.plan);
        let before = Before::of(self.analysis, &documents, plans, edits, gives_up).map_err(failed)?;
        drop(documents);
        if gives_up {
            self.analysis.give_up();
        }
        let after = Source::new(edits.apply(self.source.bytes()));
        let result = engine::analyse_again(settings, path, surroundings, &after, places);
        match before.verify(fixes, &result) {
            Ok(()) => Ok((after, result)),
            Err(reason) => Err(Box::new((reason, result))),
        }
    }

    /// The texts of the file.
    fn documents(&self) -> Option<Rc<Documents>> {
        let Lens { settings, path, surroundings, .. } = self.lens;
        self.analysis.documents_again(settings, path, surroundings, self.source)
    }

    /// Tells the fixes that hold from those that do not: all together first, then halves of those that failed.
    pub(super) fn sort_out(&self, wanted: &[&'a UnitFix]) -> Sorted<'a> {
        let mut sorted = Sorted::default();
        let mut trials = (BUDGET / self.source.bytes().len().max(1)).max(AT_LEAST);
        let mut waiting = vec![wanted.to_vec()];
        while let Some(group) = waiting.pop() {
            if group.is_empty() {
                continue;
            }
            let mut selection = Self::select(&group);
            waiting.push(std::mem::take(&mut selection.rest));
            if trials == 0 {
                let reason = "too many fixes in this file do not hold; it could not be told which";
                sorted.refused.extend(selection.fixes.into_iter().map(|fix| (fix, reason.to_owned())));
                continue;
            }
            trials -= 1;
            match self.attempt(&selection) {
                Ok(done) => {
                    let most = sorted.best.as_ref().map_or(0, |(best, _)| best.fixes.len());
                    if selection.fixes.len() > most {
                        sorted.best = Some((selection, done));
                    }
                }
                Err(failed) => match selection.fixes.as_slice() {
                    [only] => sorted.refused.push((*only, failed.0)),
                    all => {
                        // Fixes that leave what they are for can be told from the others at once.
                        let useless = verify::useless(self.analysis, all, &selection.edits, &failed.1);
                        if !useless.is_empty() {
                            let (bad, rest): (Vec<_>, Vec<_>) =
                                all.iter().partition(|fix| useless.contains(fix.unit.as_str()));
                            let reason = "what it is for would still be found in the result";
                            sorted.refused.extend(bad.into_iter().map(|fix| (fix, reason.to_owned())));
                            waiting.push(rest);
                            continue;
                        }
                        let (left, right) = all.split_at(all.len() / 2);
                        waiting.extend([right.to_vec(), left.to_vec()]);
                    }
                },
            }
        }
        sorted
    }
}
