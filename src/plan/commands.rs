//! The commands that fix files: one for each file of a plan, whichever runner it is printed with.

use super::words::{Sentence, argument, say};
use super::{Group, PlannedRegistration};
use crate::finding::Safety;
use std::collections::BTreeMap;

/// Runners that one command names, at most.
const MOST_NAMED: usize = 10;

/// The command of each file, by its path.
#[derive(Debug, Default)]
pub(super) struct Commands(BTreeMap<String, PlannedCommand>);

#[derive(Debug)]
struct PlannedCommand {
    safety: Safety,
    /// Runners with a registration in the file, in order; without repetitions.
    runners: Vec<usize>,
}

impl Commands {
    /// Those of a plan whose runners have numbers from 1.
    pub(super) fn of_groups<'a>(groups: impl Iterator<Item = &'a Group>) -> Self {
        let mut commands = Self::default();
        for (number, group) in (1..).zip(groups) {
            for entry in &group.entries {
                commands.add(entry, number);
            }
        }
        commands
    }

    /// Those of samples, which have no runner.
    pub(super) fn of_samples(entries: &[PlannedRegistration]) -> Self {
        let mut commands = Self::default();
        for entry in entries {
            commands.add(entry, 0);
        }
        commands
    }

    fn add(&mut self, entry: &PlannedRegistration, number: usize) {
        let Ok(safety) = entry.fix else { return };
        let command = self
            .0
            .entry(entry.path.clone())
            .or_insert_with(|| PlannedCommand { safety, runners: Vec::new() });
        // `Unsafe` is the smaller one.
        command.safety = command.safety.min(safety);
        if command.runners.last() != Some(&number) {
            command.runners.push(number);
        }
    }

    /// The command for a file at its first runner, a reference to it at others.
    pub(super) fn sentence(&self, path: &str, number: usize) -> Option<Sentence> {
        let PlannedCommand { safety, runners } = self.0.get(path)?;
        let first = *runners.first()?;
        if first != number {
            return Some(say(&format!("The command of runner {first} also changes {{}}."), &[path]));
        }
        let options = match safety {
            Safety::Safe => "--fix",
            Safety::Unsafe => "--fix --unsafe-fixes",
        };
        let others: Vec<String> = runners.iter().skip(1).take(MOST_NAMED).map(ToString::to_string).collect();
        let more = runners.len().saturating_sub(1 + MOST_NAMED);
        let template = match (others.as_slice(), more) {
            ([], _) => "{}".to_owned(),
            ([one], _) => format!("{{}} (also changes runner {one})"),
            (list, 0) => format!("{{}} (also changes runners {})", list.join(", ")),
            (list, more) => format!("{{}} (also changes runners {} and {more} more)", list.join(", ")),
        };
        Some(say(&template, &[&format!("runnerlint check {options} {}", argument(path))]))
    }
}
