//! Containers that take environment from each other.

use crate::sites::Survey;
use std::collections::{BTreeMap, BTreeSet};

/// The containers of a file in which a registration has something.
pub(super) struct Containers {
    all: BTreeSet<usize>,
    /// Those that take environment from it, by the outermost one.
    by_outermost: BTreeMap<usize, Vec<usize>>,
}

impl Containers {
    pub(super) fn of(survey: &Survey, containers: Vec<usize>) -> Self {
        let mut it = Self { all: containers.into_iter().collect(), by_outermost: BTreeMap::new() };
        for container in &it.all {
            let outermost = it.outermost(survey, *container).unwrap_or(*container);
            it.by_outermost.entry(outermost).or_default().push(*container);
        }
        it
    }

    /// The outermost one that the scope takes environment from, itself included.
    pub(super) fn outermost(&self, survey: &Survey, scope: usize) -> Option<usize> {
        let around = std::iter::once(scope).chain(survey.containers(scope));
        around.filter(|at| self.all.contains(at)).last()
    }

    /// Those that take environment from `outermost`.
    pub(super) fn with(&self, outermost: usize) -> &[usize] {
        self.by_outermost.get(&outermost).map_or(&[], Vec::as_slice)
    }

    /// The commands that are in containers, those together that share environment.
    pub(super) fn commands(&self, survey: &Survey, commands: &[usize]) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for command in commands {
            if let Some(container) = self.outermost(survey, *command) {
                groups.entry(container).or_default().push(*command);
            }
        }
        groups.into_values().collect()
    }
}

/// The last one of the containers that a container takes environment from; itself where it takes none.
pub(super) fn last_container(survey: &Survey, scope: usize) -> usize {
    survey.containers(scope).last().unwrap_or(scope)
}
