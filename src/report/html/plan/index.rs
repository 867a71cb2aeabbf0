//! What the plan says about findings, by their places.

use super::{DOCUMENTATION, OTHER_PLACES};
use crate::finding::Finding;
use crate::plan::{MigrationPlan, PlannedRegistration};
use crate::report::plan::kind;
use std::collections::HashMap;

/// A registration as its findings name it.
pub(in crate::report::html) struct Planned {
    /// What it is.
    pub(in crate::report::html) kind: String,
    /// Where it begins.
    pub(in crate::report::html) at: String,
    /// The part of the page that plans it.
    pub(in crate::report::html) part: String,
    /// The name of that part.
    pub(in crate::report::html) title: String,
}

/// What the plan says about findings.
pub(in crate::report::html) struct Runners<'a> {
    units: HashMap<(&'a str, &'a str), (Option<usize>, &'a PlannedRegistration)>,
    places: HashMap<(&'a str, usize, &'a str), &'static str>,
}

impl<'a> Runners<'a> {
    /// Reads the plan.
    pub(in crate::report::html) fn of(plan: &'a MigrationPlan) -> Self {
        let mut units = HashMap::new();
        for (number, group) in (1..).zip(&plan.groups) {
            for entry in &group.entries {
                units.insert((&*entry.path, &*entry.unit), (Some(number), entry));
                for inside in &entry.without_effect {
                    units.entry((&*entry.path, &*inside.unit)).or_insert((Some(number), entry));
                }
            }
        }
        for entry in &plan.documentation.entries {
            units.entry((&*entry.path, &*entry.unit)).or_insert((None, entry));
        }
        let mut places = HashMap::new();
        for (list, part) in [(&plan.by_hand, OTHER_PLACES), (&plan.documentation.places, DOCUMENTATION)] {
            places.extend(list.iter().map(|it| ((&*it.path, it.position.offset, &*it.rule), part)));
        }
        Self { units, places }
    }

    /// The registration `unit` in the file at `path`.
    pub(in crate::report::html) fn of_unit(&self, path: &str, unit: &str) -> Option<Planned> {
        let (number, entry) = self.units.get(&(path, unit))?;
        let (part, title) = match number {
            Some(number) => (format!("runner-{number}"), format!("Runner {number}")),
            None => (DOCUMENTATION.to_owned(), "Documentation to update".to_owned()),
        };
        Some(Planned { kind: kind(entry), at: entry.at(), part, title })
    }

    /// The part of the plan for a finding that belongs to no registration, `offset` in bytes.
    pub(in crate::report::html) fn of_place(
        &self,
        path: &str,
        offset: usize,
        finding: &Finding,
    ) -> Option<&'static str> {
        let place = || self.places.get(&(path, offset, &*finding.rule)).copied();
        if finding.unit.is_none() { place() } else { None }
    }
}
