//! Runners with other settings that take their token from the same variable or Secret.

use super::steps::{Do, source};
use super::words::say;
use super::{Group, Need, PlannedRegistration};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// More readers of one variable are a pattern, not a mistake: the first ones are named.
const MOST_NAMED: usize = 5;

/// Adds to the step that stores a token which other runners read it too: one token makes one runner.
pub(super) fn note(groups: &mut [Group]) {
    let mut readers: BTreeMap<(Option<PathBuf>, String), Vec<usize>> = BTreeMap::new();
    for (number, group) in (1..).zip(groups.iter()).filter(|(_, group)| group.need == Need::Create) {
        let mut sources: Vec<String> = group.entries.iter().filter_map(source).collect();
        sources.sort_unstable();
        sources.dedup();
        for source in sources {
            let repository = group.entries.first().and_then(PlannedRegistration::repository_key);
            readers.entry((repository, source)).or_default().push(number);
        }
    }
    for ((_, source), numbers) in readers.into_iter().filter(|(_, numbers)| numbers.len() > 1) {
        for number in &numbers {
            let others = numbers.iter().filter(|it| *it != number).take(MOST_NAMED);
            let others: Vec<String> = others.map(ToString::to_string).collect();
            let store = groups
                .get_mut(number - 1)
                .and_then(|group| group.steps.iter_mut().find(|step| step.what == Do::Store));
            if let Some(step) = store {
                let said = match &*others {
                    [one] => format!("Runner {one} reads {{}} too, and has"),
                    more => format!("Runners {} read {{}} too, and have", more.join(", ")),
                };
                step.parts.push(say(&format!("{said} other settings: give each its own."), &[&source]));
            }
        }
    }
}
