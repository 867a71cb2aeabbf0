//! Which registrations are inside another one: `[[runners]]` in the values of a chart.

use crate::rules::UnitKind;
use crate::unit::FoundUnit;
use std::collections::BTreeMap;

/// Mappings of values inside each other, at most.
const MOST_NESTED: usize = 8;

/// The units of a file that are inside another one, by index.
#[derive(Debug, Default)]
pub(super) struct Nested {
    hosts: BTreeMap<usize, usize>,
    inside: BTreeMap<usize, Vec<usize>>,
}

impl Nested {
    pub(super) fn is_inside(&self, unit: usize) -> bool {
        self.hosts.contains_key(&unit)
    }

    /// The units inside `unit`.
    pub(super) fn inside(&self, unit: usize) -> impl Iterator<Item = usize> {
        self.inside.get(&unit).into_iter().flatten().copied()
    }
}

/// Finds the runners of config.toml that the values of a chart contain.
pub(super) fn of(units: &[FoundUnit]) -> Nested {
    let mut nested = Nested::default();
    let spans = units.iter().enumerate().flat_map(|(at, unit)| unit.values.iter().map(move |it| (*it, at)));
    let mut values: Vec<_> = spans.collect();
    values.sort_unstable();
    let mut firsts: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, unit) in units.iter().enumerate() {
        // A file of its own is not a chart's.
        if unit.kind != UnitKind::Config || unit.via.len() < 2 {
            continue;
        }
        let offset = unit.position.offset;
        // The values may give the chart nothing else: then its first runner represents the release.
        let first = unit.of_chart.map(|text| *firsts.entry(text).or_insert(at)).filter(|first| *first != at);
        let before = values.partition_point(|(span, _)| span.start() <= offset);
        let near = values.iter().take(before).rev().take(MOST_NESTED);
        let around = near.clone().find(|(span, _)| offset < span.end()).map(|(_, host)| *host);
        if let Some(host) = around.or(first) {
            nested.hosts.insert(at, host);
            nested.inside.entry(host).or_default().push(at);
        }
    }
    nested
}
