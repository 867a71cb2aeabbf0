//! Values of a chart as `path=value` texts of a list, which something else hands to `--set`.

use super::super::built::{Built, Wants};
use super::super::options::kind_of;
use super::super::schema::Site;
use super::super::{Brings, Carrier, ScopeKind, UnknownKind, Value, ValueKind, ValueLocation, Via};
use super::Trees;
use crate::facts::NodeId;
use crate::text::Span;

impl Trees<'_> {
    /// The texts of the list that `id` is in.
    pub(super) fn chart_words(&mut self, site: &Site, id: NodeId) {
        let (tree, text) = (self.tree, self.context.text);
        let Some((list, chart)) = tree.parent(id).zip(self.context.sites.chart(0)) else { return };
        let Some(whole) = tree.span(list) else { return };
        let items = tree.children(list).to_vec();
        self.claimed.extend(items.iter().copied());
        // A command of its own is read as one.
        let is_option = |at: &NodeId| tree.scalar(*at).is_some_and(|it| bare(it.text).starts_with("--"));
        if items.iter().any(is_option) {
            return;
        }
        let scope = self.survey.scope(ScopeKind::Chart, self.context.doc, whole);
        if let Some(it) = self.survey.scope_mut(scope) {
            it.evident = true;
            it.belongs_to(&chart.chart);
        }
        let target = self.target(None);
        // `concat(local.more, [ … ])`
        let outer = tree.above(list).take_while(|at| tree.is_computed(*at) || self.is_part(*at)).last();
        let mut unknowns = outer.map(|at| Built::of(tree, at, Wants::Lists).unknowns).unwrap_or_default();
        for item in items {
            let Some((scalar, span)) = tree.scalar(item).zip(tree.span(item)) else {
                unknowns.push(item);
                continue;
            };
            let written = span.of(text);
            let bare = bare(scalar.text);
            let Some((path, value)) = bare.split_once('=') else {
                unknowns.extend(Some(item).filter(|_| scalar.opaque));
                continue;
            };
            let value = value.replace("\\\\,", ",").replace("\\,", ",");
            let value =
                value.trim_matches(|sign: char| sign.is_whitespace() || "\"'`\\+".contains(sign)).to_owned();
            let name = path.strip_prefix(&format!("{}.", chart.chart)).unwrap_or(path);
            let last = name.rsplit('.').next().unwrap_or(name);
            let at = written.find(path).map_or(0, |at| at + path.len() - last.len());
            let name_span = Span::new(span.start() + at, span.start() + at + last.len());
            let value_span =
                written.find('=').map_or(span, |at| Span::new(span.start() + at + 1, span.end()));
            let kind = if scalar.opaque && !value.is_empty() {
                ValueKind::Opaque
            } else {
                kind_of(&value, value.contains(['{', '$', '%']))
            };
            let value =
                Value { text: value, span: value_span, kind, place: ValueLocation::Nowhere, known: None };
            self.survey.carriers.push(Carrier {
                doc: self.context.doc,
                scope,
                sealed: site.sealed.clone(),
                written: last.to_owned(),
                ..Carrier::new(Via::Chart, name.to_owned(), name_span, value, item)
            });
        }
        for at in unknowns {
            let unknown = target.unknown(UnknownKind::Values, Brings::Anything, tree, at);
            self.survey.scope_mut(scope).into_iter().for_each(|it| it.add_unknown(unknown.clone()));
        }
    }

    /// Whether a node is the list of parts of an expression.
    fn is_part(&self, id: NodeId) -> bool {
        self.tree.parent(id).is_some_and(|at| self.tree.is_computed(at))
    }
}

/// A text without the quote that it begins with: `f"path=…`.
pub(super) fn bare(text: &str) -> &str {
    let letters = text.trim_start_matches(['f', 'r', 'b']);
    if letters.starts_with(['"', '\'', '`']) { letters.trim_start_matches(['"', '\'', '`']) } else { text }
}
