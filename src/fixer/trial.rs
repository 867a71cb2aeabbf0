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
    /// The text of a file with more bytes, and what was read of it, are given up while the result is looked at. They come back
    /// should they be needed: the text by what undoes the edits.
    pub(super) large: usize,
}

impl<'a> Lens<'a> {
    pub(super) fn new(settings: &'a Settings, path: &'a str, surroundings: &'a Surroundings) -> Self {
        Self { settings, path, surroundings, large: LARGE }
    }
}

/// A file whose fixes are tried.
pub(super) struct Trials<'a, 's> {
    pub(super) lens: Lens<'a>,
    /// Its text. It may be another one only while a trial goes on.
    pub(super) source: &'s mut Source,
    pub(super) analysis: &'a Analysis,
}

/// Fixes that can go together, with their edits.
pub(super) struct Selection<'a> {
    pub(super) fixes: Vec<&'a UnitFix>,
    pub(super) edits: EditSet,
    /// Those that want the same bytes as one before them.
    rest: Vec<&'a UnitFix>,
}

/// The file after a fix.
struct Done {
    source: Source,
    /// What it says.
    analysis: Analysis,
    /// What leads back to the text before, if that was given up.
    undo: Option<EditSet>,
}

/// Which fixes hold.
#[derive(Default)]
pub(super) struct Sorted<'a> {
    /// Those that do not, with the reason.
    pub(super) refused: Vec<(&'a UnitFix, String)>,
    /// The most that hold together.
    pub(super) best: Option<Selection<'a>>,
}

impl<'a> Trials<'a, '_> {
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

    /// Fixes the file and looks at it again: gives what it says then, and its text takes the place of the one before.
    ///
    /// # Errors
    /// What does not hold afterwards. Then the text is as before.
    pub(super) fn run(&mut self, selection: &Selection<'a>) -> Result<Analysis, String> {
        let (done, held) = self.attempt(selection)?;
        if let Err(reason) = held {
            self.back(done);
            return Err(reason);
        }
        *self.source = done.source;
        Ok(done.analysis)
    }

    /// Fixes the file, looks at it again, and says whether it holds. The text before may be gone until [`Trials::back`].
    ///
    /// # Errors
    /// Why the fixes cannot be tried.
    fn attempt(&mut self, selection: &Selection<'a>) -> Result<(Done, Result<(), String>), String> {
        let Lens { settings, path, surroundings, large } = self.lens;
        let Selection { fixes, edits, .. } = selection;
        let documents = self.documents().ok_or("it could not be read again")?;
        let places = verify::places(&documents, edits);
        let gives_up = self.source.bytes().len() > large;
        let plans = fixes.iter().map(|fix| &fix.plan);
        let before = Before::of(self.analysis, &documents, plans, edits, gives_up)?;
        drop(documents);
        if gives_up {
            self.analysis.give_up();
        }
        let after = edits.apply(self.source.bytes());
        let undo = if gives_up { self.give_up(edits, &after) } else { None };
        let source = Source::new(after);
        let analysis = engine::analyse_again(settings, path, surroundings, &source, places);
        let held = before.verify(fixes, &analysis);
        Ok((Done { source, analysis, undo }, held))
    }

    /// Gives up the text of the file, if it is sure to come back from `after`.
    fn give_up(&mut self, edits: &EditSet, after: &[u8]) -> Option<EditSet> {
        let undo = edits.undo(self.source.text());
        let returns = undo.lead_to(after, self.source.bytes());
        returns.then(|| {
            *self.source = Source::default();
            undo
        })
    }

    /// Takes up the text again that was there before `done`.
    fn back(&mut self, done: Done) {
        let Done { source, analysis, undo } = done;
        if let Some(undo) = undo {
            // It holds the text as well, which is not to be copied.
            drop(analysis);
            *self.source = Source::new(undo.apply_within(source.into_bytes()));
        }
    }

    /// The texts of the file.
    fn documents(&self) -> Option<Rc<Documents>> {
        let Lens { settings, path, surroundings, .. } = self.lens;
        self.analysis.documents_again(settings, path, surroundings, self.source)
    }

    /// Tells the fixes that hold from those that do not: all together first, then halves of those that failed.
    pub(super) fn sort_out(&mut self, wanted: &[&'a UnitFix]) -> Sorted<'a> {
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
            let reason = match self.attempt(&selection) {
                Ok((done, Ok(()))) => {
                    self.back(done);
                    if sorted.best.as_ref().is_none_or(|best| selection.fixes.len() > best.fixes.len()) {
                        sorted.best = Some(selection);
                    }
                    continue;
                }
                Ok((done, Err(reason))) => {
                    // Fixes that leave what they are for can be told from the others at once.
                    let useless =
                        verify::useless(self.analysis, &selection.fixes, &selection.edits, &done.analysis);
                    self.back(done);
                    if !useless.is_empty() && selection.fixes.len() > 1 {
                        let (bad, rest): (Vec<_>, Vec<_>) =
                            selection.fixes.iter().partition(|fix| useless.contains(fix.unit.as_str()));
                        let reason = "what it is for would still be found in the result";
                        sorted.refused.extend(bad.into_iter().map(|fix| (fix, reason.to_owned())));
                        waiting.push(rest);
                        continue;
                    }
                    reason
                }
                Err(reason) => reason,
            };
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
