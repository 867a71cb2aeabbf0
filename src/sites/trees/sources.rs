//! Where a release takes its values from.

use super::super::built::{Built, Wants};
use super::super::paths::below;
use super::super::releases;
use super::super::schema::{Site, pattern::Step};
use super::super::{Brings, Unknown, UnknownKind};
use super::Trees;
use crate::facts::{Hint, NodeId, NodeKind, ScalarStyle};
use crate::text::Span;

impl Trees<'_> {
    /// A list of sources: text, objects (`yamlencode({ … })`), and what is not in view (`file("base.yaml")`).
    pub(super) fn sources(&mut self, site: &Site, id: NodeId) {
        let Some((at, release)) = self.release(site, id) else { return };
        self.of_source = Some(at);
        let lists = Built::holders(self.tree, id);
        for unknown in &lists.unknowns {
            self.unknown_values(*unknown, release);
        }
        for item in lists.entries(self.tree).collect::<Vec<_>>() {
            self.source(site, item, release);
        }
        self.of_source = None;
    }

    fn source(&mut self, site: &Site, id: NodeId, release: usize) {
        if let Some(scalar) = self.tree.scalar(id) {
            let text = scalar.text.trim_start();
            if scalar.style == ScalarStyle::Plain || scalar.opaque && is_expression(text) {
                return self.unknown_values(id, release);
            }
            if scalar.opaque {
                self.unknown_lines(id, release);
            }
            return self.inner(id, Hint::Language("yaml".to_owned()), site, None);
        }
        let built = Built::of(self.tree, id, Wants::Objects);
        if built.parts.is_empty() {
            self.unknown_values(id, release);
            return self.texts_in(site, id);
        }
        let named = self.of_source.and_then(|at| releases::named_at(self.context.sites, self.tree, at));
        let Some(chart) = named.and_then(|named| self.context.sites.chart(named)) else {
            // The objects are read where they show whose values they are.
            built.unknowns.iter().for_each(|unknown| self.unknown_values(*unknown, release));
            return;
        };
        self.claimed.insert(id);
        if self.charted.insert(id) {
            self.values(chart, id, Some(release));
        }
    }

    /// Texts that a function changes: `trimspace(<<EOT …)`. Those in objects are something else.
    fn texts_in(&mut self, site: &Site, id: NodeId) {
        let mut open = vec![id];
        while let Some(at) = open.pop() {
            if self.tree.is_computed(at) || self.tree.is_sequence(at) {
                open.extend(self.tree.children(at).iter().rev());
            } else if self
                .tree
                .scalar(at)
                .is_some_and(|it| it.style != ScalarStyle::Plain && it.text.contains('\n'))
            {
                self.inner(at, Hint::Language("yaml".to_owned()), site, None);
            }
        }
    }

    /// The first line of a text that is a template of any lines.
    fn unknown_lines(&mut self, id: NodeId, release: usize) {
        let Some(decoded) = self.parsed.decode(id) else { return };
        let mut at = 0;
        let mut lines = decoded.text.split_inclusive('\n').map(|line| {
            at += line.len();
            (at - line.len(), line)
        });
        let Some((start, line)) = lines.find(|(_, line)| adds_values(line.trim_start())) else { return };
        let span = decoded.segments.to_outer(Span::new(start, start + line.trim_end().len()));
        let unknown =
            Unknown::new(UnknownKind::Values, Brings::Anything, line.trim(), self.context.doc, span);
        if let Some(it) = self.survey.scope_mut(release) {
            it.add_unknown(unknown);
        }
    }

    /// Files and objects with more values for a release.
    pub(super) fn more_values(&mut self, site: &Site, id: NodeId) {
        let Some((_, scope)) = self.release(site, id) else { return };
        let tree = self.tree;
        let id = match &site.from {
            Some(path) => match self.current.and_then(|document| below(tree, document, path)) {
                Some(at) => at,
                None => return,
            },
            None => id,
        };
        let at = tree.resolve(id);
        let items = if tree.is_sequence(at) { tree.children(at) } else { std::slice::from_ref(&id) };
        for item in items {
            let value = tree.resolve(*item);
            let (Some(node), Some(span)) = (tree.get(value), tree.span(*item)) else { continue };
            let brings = match node.kind {
                NodeKind::Scalar(scalar) => !scalar.null && !scalar.text.trim().is_empty(),
                NodeKind::Mapping => {
                    !site.plain && !site.lacking.iter().any(|key| tree.child(value, key).is_some())
                }
                NodeKind::Sequence | NodeKind::Alias => true,
            };
            let named = self.name_in(*item, UnknownKind::Values, span.of(self.context.text));
            if let (Some(it), Some(unknown)) = (self.survey.scope_mut(scope).filter(|_| brings), named) {
                it.add_unknown(unknown);
            }
        }
    }

    /// What a merge key brings to a release is not read with it: where it has a name that sites know, it may hold values.
    pub(super) fn merged_into(&mut self, release: NodeId, scope: usize) {
        if !self.aliases.any() {
            return;
        }
        let tree = self.tree;
        let sites = self.context.sites.data.hosts.iter().flat_map(|host| &host.sites);
        let patterns: Vec<_> = sites.filter(|it| it.release.is_some()).flat_map(|it| &it.at).collect();
        let holds_values = |key: &str| {
            let mut steps = patterns.iter().flat_map(|pattern| &pattern.0);
            steps.any(|step| matches!(step, Step::Key(names) if names.iter().any(|name| name == key)))
        };
        for entry in self.aliases.entries(tree, release, &[]).list {
            let Some(alias) = entry.path.first().filter(|_| !entry.overridden) else { continue };
            let (Some(key), Some(span)) = (tree.key_text(entry.id), tree.span(*alias)) else { continue };
            if tree.scalar(entry.id).is_none()
                && holds_values(key)
                && let Some(it) = self.survey.scope_mut(scope)
            {
                let written = span.of(self.context.text);
                let doc = self.context.doc;
                it.add_unknown(Unknown::new(UnknownKind::Values, Brings::Anything, written, doc, span));
            }
        }
    }

    /// Whether the release keeps the values that it has.
    pub(super) fn kept(&mut self, site: &Site, id: NodeId) {
        let Some((_, release)) = self.release(site, id) else { return };
        let id = match &site.from {
            Some(path) => match self.current.and_then(|document| below(self.tree, document, path)) {
                Some(at) => at,
                None => return,
            },
            None => id,
        };
        let is_no = |text: &str| matches!(text.to_ascii_lowercase().as_str(), "" | "false" | "no" | "off");
        let says_no = self.tree.scalar(id).is_some_and(|it| it.null || is_no(it.text));
        let Some((key, span)) = self.tree.key(id).zip(self.tree.span(id)).filter(|_| !says_no) else {
            return;
        };
        let written = Span::new(key.span.start(), span.end()).of(self.context.text);
        let kind = UnknownKind::KeptValues;
        let unknown = Unknown::new(kind, Brings::Anything, written, self.context.doc, key.span);
        if let Some(it) = self.survey.scope_mut(release) {
            it.add_unknown(unknown);
        }
    }

    fn unknown_values(&mut self, id: NodeId, release: usize) {
        let null = self.tree.scalar(id).is_some_and(|it| it.null);
        self.note_expression(id, release);
        let unknown = self.target(None).unknown(UnknownKind::Values, Brings::Anything, self.tree, id);
        if let Some(it) = self.survey.scope_mut(release).filter(|_| !null) {
            it.add_unknown(unknown);
        }
    }
}

/// Whether a text is one template expression: `"${file("base.yaml")}"`.
fn is_expression(text: &str) -> bool {
    text.starts_with("${") && !text.contains('\n')
}

/// Whether a line of a text is a template that may become any lines.
fn adds_values(line: &str) -> bool {
    line.starts_with("${") || line.contains("%{")
}
