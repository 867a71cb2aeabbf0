//! Values that releases of one file have in common: by the name of a variable, of a template, or of the release.

use super::super::paths::below;
use super::super::schema::Site;
use super::super::value_files::find;
use super::super::{Brings, ScopeKind, Unknown, UnknownKind};
use super::Trees;
use crate::facts::NodeId;
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What releases of a text have in common.
#[derive(Debug, Default)]
pub(super) struct NameLinks {
    /// Scopes of values that belong to no release, by their key.
    loose: BTreeMap<String, Vec<usize>>,
    /// Expressions that give values to a release.
    expressions: Vec<(usize, Span)>,
    /// The first release that takes each template.
    templates: BTreeMap<NodeId, usize>,
    /// Releases that are another one's.
    same: Vec<(usize, usize)>,
    /// What may bring values to each release.
    for_all: Vec<Unknown>,
}

/// Longer expressions name too much.
const LONGEST: usize = 4096;

/// Places that bring values to all releases and that are named.
const MOST: usize = 8;

impl Trees<'_> {
    /// Keeps by which name values are found, and what names others.
    pub(super) fn note_values(&mut self, id: NodeId, scope: usize, within: Option<usize>) {
        match within {
            Some(release) => self.note_expression(id, release),
            None => {
                // `variable "v" { default = { … } }` has the name of its block.
                let own = self.tree.key_text(id);
                let block = || self.tree.key_text(self.tree.parent(id)?);
                let key = if own == Some("default") { block() } else { own };
                if let Some(key) = key {
                    self.links.loose.entry(key.to_owned()).or_default().push(scope);
                }
            }
        }
    }

    /// Keeps an expression that gives values to a release.
    pub(super) fn note_expression(&mut self, id: NodeId, release: usize) {
        let computed = self.tree.is_computed(id) || self.tree.scalar(id).is_some_and(|it| it.opaque);
        if let Some(span) = self.tree.span(id).filter(|span| computed && span.len() <= LONGEST) {
            self.links.expressions.push((release, span));
        }
    }

    /// Takes in the values of a template that a release inherits.
    pub(super) fn inherited_values(&mut self, site: &Site, id: NodeId) {
        let Some((at, release)) = self.release(site, id) else { return };
        let tree = self.tree;
        let Some(chart) = self.chart_of(site, Some((at, release))) else { return };
        let Some(chart) = self.context.sites.chart(chart) else { return };
        let name = site.name_key.as_deref().and_then(|key| tree.child(id, key)).unwrap_or(id);
        let from = self.current.zip(site.from.as_deref());
        let template = from
            .and_then(|(document, path)| tree.child(below(tree, document, path)?, tree.scalar(name)?.text));
        let Some(template) = template else {
            let unknown = self.target(None).unknown(UnknownKind::Values, Brings::Anything, tree, name);
            if let Some(it) = self.survey.scope_mut(release) {
                it.add_unknown(unknown);
            }
            return;
        };
        // Releases of other charts may inherit it too.
        let unknown = self.target(None).unknown(UnknownKind::Values, Brings::Anything, tree, name);
        if let Some(it) = self.survey.scope_mut(release) {
            it.add_unknown(unknown);
        }
        if let Some(first) = self.links.templates.get(&template) {
            if *first != release {
                self.links.same.push((release, *first));
            }
            return;
        }
        self.links.templates.insert(template, release);
        let lists = site.takes.iter().filter_map(|key| tree.child(template, key));
        for item in lists.flat_map(|list| tree.children(tree.resolve(list))).copied() {
            let value = tree.resolve(item);
            // `set: [{name: …, value: …}]` is not a mapping of values.
            let is_pair = tree.child(value, "name").is_some() && tree.child(value, "value").is_some();
            if tree.is_mapping(value) && !tree.is_computed(value) && !is_pair {
                self.claimed.insert(item);
                if self.charted.insert(item) {
                    self.values(chart, item, Some(release));
                }
                continue;
            }
            let unknown = self.target(None).unknown(UnknownKind::Values, Brings::Anything, tree, item);
            if let Some(it) = self.survey.scope_mut(release) {
                it.add_unknown(unknown);
            }
        }
    }

    /// A text that changes values of the releases of this file: a patch.
    pub(super) fn values_for_all(&mut self, site: &Site, id: NodeId) {
        if self.links.for_all.len() >= MOST || self.tree.scalar(id).is_none() {
            return;
        }
        let Some(decoded) = self.parsed.decode(id) else { return };
        let mut at = 0;
        let mut lines = decoded.text.split_inclusive('\n').map(|line| {
            at += line.len();
            (at - line.len(), line)
        });
        let says = |line: &str| site.contains.iter().any(|part| line.contains(part.as_str()));
        let Some((start, line)) = lines.find(|(_, line)| says(line)) else { return };
        let span = decoded.segments.to_outer(Span::new(start, start + line.trim_end().len()));
        let written = line.trim().trim_start_matches("- ");
        let unknown = Unknown::new(UnknownKind::Values, Brings::Anything, written, self.context.doc, span);
        self.links.for_all.push(unknown);
    }

    /// Puts together what releases have in common.
    pub(super) fn link_releases(&mut self) {
        let NameLinks { loose, expressions, same, for_all, .. } = std::mem::take(&mut self.links);
        for (release, span) in expressions.iter().filter(|_| !loose.is_empty()) {
            let text = span.of(self.context.text);
            let part = |sign: char| sign.is_alphanumeric() || sign == '_';
            let names: BTreeSet<&str> = text.split(|sign: char| !part(sign)).collect();
            for scope in
                names.iter().filter_map(|name| loose.get(*name)).flat_map(|all| all.iter().take(MOST))
            {
                // Values that several releases take make one of them.
                match self.survey.scopes.get(*scope).and_then(|it| it.within) {
                    Some(other) if other != *release => self.links.same.push((*release, other)),
                    Some(_) => {}
                    None => {
                        if let Some(it) = self.survey.scope_mut(*scope) {
                            it.within = Some(*release);
                        }
                    }
                }
            }
        }
        let mut same: Vec<(usize, usize)> = same;
        same.append(&mut self.links.same);
        self.merge_releases(&same);
        if for_all.is_empty() {
            return;
        }
        let doc = self.context.doc;
        for it in &mut self.survey.scopes {
            let alone = it.kind == ScopeKind::Chart && it.within.is_none();
            if it.doc == doc && (it.kind == ScopeKind::Release || alone) {
                for unknown in &for_all {
                    it.add_unknown(unknown.clone());
                }
            }
        }
    }

    /// Makes one release of each pair.
    fn merge_releases(&mut self, same: &[(usize, usize)]) {
        if same.is_empty() {
            return;
        }
        let mut class: Vec<usize> = (0..self.survey.scopes.len()).collect();
        for (a, b) in same {
            let (a, b) = (find(&mut class, *a), find(&mut class, *b));
            if let Some(it) = class.get_mut(a.max(b)) {
                *it = a.min(b);
            }
        }
        let mut moved: Vec<(usize, Vec<Unknown>)> = Vec::new();
        for release in same.iter().flat_map(|(a, b)| [*a, *b]) {
            let first = find(&mut class, release);
            if let Some(it) = self.survey.scope_mut(release).filter(|_| first != release) {
                moved.push((first, std::mem::take(&mut it.unknowns)));
            }
        }
        for (release, unknowns) in moved {
            if let Some(it) = self.survey.scope_mut(release) {
                for unknown in unknowns {
                    it.add_unknown(unknown);
                }
            }
        }
        for scope in &mut self.survey.scopes {
            if scope.kind == ScopeKind::Chart {
                scope.within = scope.within.map(|within| find(&mut class, within));
            }
        }
    }
}
