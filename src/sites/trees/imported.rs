//! What the scripts of a list leave in the environment of those after them.

use super::super::assigned::AssignmentForm;
use super::super::imports::MOST_NAMED;
use super::super::paths::below;
use super::super::schema::Site;
use super::super::{ScopeKind, Unknown};
use super::Trees;
use crate::facts::NodeId;
use std::rc::Rc;

/// Scripts that run before another one in the same shell.
pub(super) struct Before {
    /// Those that were not looked into yet, and lists of such.
    scripts: Vec<NodeId>,
    /// What the others may set without showing it.
    imports: Vec<Unknown>,
}

impl Before {
    pub(super) fn of(script: Option<NodeId>) -> Self {
        Self { scripts: script.into_iter().collect(), imports: Vec::new() }
    }

    /// Adds a script that runs after the others.
    pub(super) fn add(&mut self, script: NodeId) {
        self.scripts.push(script);
    }

    /// What was found so far.
    pub(super) fn imports(&self) -> &[Unknown] {
        &self.imports
    }

    /// Gives what was found to the commands whose scopes begin at `first`.
    pub(super) fn reach(&mut self, trees: &mut Trees<'_>, first: usize) {
        if trees.survey.scopes.len() > first {
            self.look(trees);
        }
        for scope in trees.survey.scopes.iter_mut().skip(first).filter(|it| it.kind == ScopeKind::Command) {
            scope.hints.extend(self.imports.iter().cloned());
        }
    }

    /// Looks into the scripts.
    pub(super) fn look(&mut self, trees: &mut Trees<'_>) {
        for script in std::mem::take(&mut self.scripts) {
            self.imports.extend(trees.imported(script).iter().cloned());
        }
        self.imports.drain(..self.imports.len().saturating_sub(MOST_NAMED));
    }
}

impl Trees<'_> {
    /// The script or list of scripts of another key that runs before those at `id` in the same shell.
    pub(super) fn runs_before(&self, site: &Site, id: NodeId) -> Option<NodeId> {
        let beside = self.tree.parent(id);
        let mut found = site.runs_after.iter().filter_map(|path| match path.strip_prefix('/') {
            Some(path) => below(self.tree, self.current?, path),
            None => self.tree.child(beside?, path),
        });
        found.next().map(|at| self.tree.resolve(at))
    }

    /// Takes in a variable that other texts use.
    pub(super) fn assign(&mut self, id: NodeId) {
        let (Some(key), doc) = (self.tree.key(id), self.context.doc) else { return };
        let literal = self.tree.scalar(id).filter(|it| !it.opaque && !it.null).map(|it| it.text);
        self.survey.assigned.add(doc, AssignmentForm::Template, key.text, literal, key.span);
    }

    /// What the script or the list of scripts `id` may set for those after it, without showing it. Several lists may be after it:
    /// it is read once.
    fn imported(&mut self, id: NodeId) -> Rc<[Unknown]> {
        if let Some(known) = self.imports.get(&id) {
            return Rc::clone(known);
        }
        let found: Rc<[Unknown]> = if self.tree.is_sequence(id) {
            let scripts = self.tree.children(id).iter().map(|item| self.tree.resolve(*item));
            let mut before = Before { scripts: scripts.collect(), imports: Vec::new() };
            // A list may hold itself.
            before.scripts.retain(|it| self.tree.scalar(*it).is_some());
            before.look(self);
            before.imports.into()
        } else {
            self.parsed.decode(id).map_or_else(Rc::default, |text| self.context.imports_of(&text).into())
        };
        self.imports.insert(id, Rc::clone(&found));
        found
    }
}
