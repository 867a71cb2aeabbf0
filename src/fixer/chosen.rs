use super::{Confirm, Offer};
use crate::engine::UnitFix;
use crate::finding::Linted;
use crate::text::{EditSet, Source};
use std::collections::BTreeSet;

/// The user's answers, by the first byte that a fix changes.
pub(super) struct Chosen<'a> {
    ask: Option<Confirm<'a>>,
    taken: BTreeSet<usize>,
    left: BTreeSet<usize>,
}

impl<'a> Chosen<'a> {
    pub(super) fn new(ask: Option<Confirm<'a>>) -> Self {
        Self { ask, taken: BTreeSet::new(), left: BTreeSet::new() }
    }

    /// Whether the user is asked at all.
    pub(super) fn asks(&self) -> bool {
        self.ask.is_some()
    }

    /// Asks about a fix, unless it was asked about before.
    pub(super) fn wants(&mut self, fix: &UnitFix, source: &Source, linted: &Linted) -> bool {
        let (Some(ask), Some(first)) = (&mut self.ask, fix.plan.edits.first()) else { return true };
        let place = first.span.start();
        if self.left.contains(&place) {
            return false;
        }
        if self.taken.contains(&place) {
            return true;
        }
        let findings = linted.findings.iter().filter(|it| it.group().as_deref() == Some(&*fix.unit));
        let offer = Offer {
            source,
            secrets: &linted.secrets,
            texts: &linted.texts,
            findings: findings.collect(),
            edits: &fix.plan.edits,
            safety: fix.safety,
        };
        let wanted = ask(&offer);
        if wanted {
            self.taken.insert(place)
        } else {
            self.left.insert(place)
        };
        wanted
    }

    /// Moves the places of rejected fixes by `edits`. An accepted fix that is not applied by now has changed: it is
    /// asked about again.
    pub(super) fn follow(&mut self, edits: &EditSet) {
        self.taken.clear();
        if !self.left.is_empty() {
            let moves = edits.moves();
            self.left = self.left.iter().map(|place| moves.of(*place)).collect();
        }
    }
}
