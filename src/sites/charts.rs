//! Which mappings are the values of a chart, and what they carry.

use super::built::{Built, Wants};
use super::environment::{self, Target, is_computed_key};
use super::paths::{below, document_of};
use super::programs::version_of_image;
use super::schema::{Chart, ChartText};
use super::{
    Brings, Carrier, Given, Inner, ScopeKind, Sites, Survey, Unknown, UnknownKind, Value, ValueKind, Via,
};
use crate::facts::{DataTree, Hint, Key, NodeId, Scalar};
use crate::text::Span;

/// The chart whose values the mapping `id` holds, if any. `aliases` are other names of charts around this file.
pub(super) fn of_mapping<'a>(
    sites: &'a Sites,
    tree: &DataTree,
    id: NodeId,
    aliases: &[String],
) -> Option<&'a Chart> {
    if !tree.is_mapping(id) {
        return None;
    }
    sites.data.charts.iter().find(|chart| {
        let aliases = sites.aliases(chart, aliases);
        let named = tree.is_key(id, &chart.chart) || aliases.iter().any(|it| tree.is_key(id, it));
        let holds = |key: &String| {
            tree.child(id, key).is_some_and(|at| !tree.children(at).is_empty() && tree.is_mapping(at))
        };
        let has_values = || chart.nested.is_empty() || chart.nested.iter().any(holds);
        let is_of_other = || chart.not.iter().any(|key| tree.child(id, key).is_some());
        let is_shown = || {
            chart.evidence.iter().any(|evidence| {
                let at = below(tree, id, &evidence.scalar);
                let text = at.and_then(|at| match tree.scalar(at) {
                    Some(scalar) => Some(scalar.text),
                    None => tree.is_computed(at).then_some(""),
                });
                text.is_some_and(|text| {
                    evidence.contains.as_ref().is_none_or(|part| text.contains(part.as_str()))
                }) && evidence
                    .mapping
                    .as_ref()
                    .is_none_or(|path| below(tree, id, path).is_some_and(|at| tree.is_mapping(at)))
            })
        };
        (named && has_values() || is_shown()) && !is_of_other()
    })
}

/// The version of the chart that the document around its values pins.
pub(super) fn pinned(chart: &Chart, tree: &DataTree, id: NodeId) -> Option<(u32, u32)> {
    let document = document_of(tree, id);
    chart.versions.iter().find_map(|path| version(tree, below(tree, document, path)?))
}

/// The version of the chart that stands beside the values of the release `id`, or one level around.
pub(super) fn pinned_beside(chart: &Chart, tree: &DataTree, id: NodeId) -> Option<(u32, u32)> {
    let around = tree.parent(id);
    let keys = |at: NodeId| chart.versions_beside.iter().find_map(|key| version(tree, tree.child(at, key)?));
    keys(id).or_else(|| keys(around?))
}

fn version(tree: &DataTree, id: NodeId) -> Option<(u32, u32)> {
    version_of(tree.scalar(id)?.text)
}

/// `major.minor` of a version or of what asks for one.
pub(super) fn version_of(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim_start_matches(['v', '~', '^', '=', '>', '<', ' ']).split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// The version of the program in the image that the values at `id` name.
fn image_version(chart: &Chart, tree: &DataTree, id: NodeId) -> Option<(u32, u32)> {
    chart.images.iter().find_map(|path| {
        let text = &tree.scalar(below(tree, id, path)?)?.text;
        version_of_image(text).or_else(|| version_of_image(&format!(":{text}")))
    })
}

/// How many keys the path of a value has at most.
const DEPTH: usize = 12;

/// Takes in all values of the mapping `id` by their dotted path, two levels deep where the chart says what holds more of
/// its settings.
pub(super) fn read(
    chart: &Chart,
    tree: &DataTree,
    id: NodeId,
    target: &Target<'_>,
    within: Option<usize>,
    survey: &mut Survey,
) {
    let Some(node) = tree.get(id) else { return };
    let version = target.chart_version.or_else(|| pinned(chart, tree, id));
    let scope = survey.scope(ScopeKind::Chart, target.doc, node.span);
    if let Some(it) = survey.scope_mut(scope) {
        it.evident = true;
        it.belongs_to(&chart.chart);
        it.add_template(target.control, node.span, target.doc, target.text);
        it.chart_version = version;
        it.within = within;
    }
    // `merge({ … }, local.more)`: the values are written in several objects.
    let built = Built::of(tree, id, Wants::Objects);
    for part in &built.parts {
        for text in &chart.texts {
            read_text(tree, *part, text, target, survey);
        }
    }
    let version = built.parts.iter().find_map(|part| image_version(chart, tree, *part));
    if let Some(it) = survey.scope_mut(scope) {
        it.version = version;
    }
    add_unknowns(tree, &built, Brings::Anything, scope, target, survey);
    let depth = if chart.nested.is_empty() { DEPTH } else { 2 };
    for entry in built.entries(tree) {
        let Some(key) = tree.key(entry) else { continue };
        if chart.environment.iter().any(|it| key.text == *it) {
            environment::read(tree, entry, target, scope, true, survey);
            continue;
        }
        let mut open = vec![(entry, key.text.to_string(), 1)];
        while let Some((at, name, level)) = open.pop() {
            push(chart, tree, at, &name, scope, target, survey);
            if level == depth || tree.is_sequence(at) {
                continue;
            }
            let built = Built::of(tree, at, Wants::Objects);
            if chart.nested.contains(&name) {
                add_unknowns(tree, &built, Brings::Settings, scope, target, survey);
            }
            let inner: Vec<NodeId> = built.entries(tree).collect();
            let inner = inner.into_iter().rev().filter_map(|inner| {
                let key = tree.key(inner)?;
                Some((inner, format!("{name}.{}", key.text), level + 1))
            });
            open.extend(inner);
        }
    }
}

/// What may give more values than those that are written out; keys that are expressions too.
fn add_unknowns(
    tree: &DataTree,
    built: &Built,
    brings: Brings,
    scope: usize,
    target: &Target<'_>,
    survey: &mut Survey,
) {
    let Some(it) = survey.scope_mut(scope) else { return };
    let unknown = |id: NodeId| target.unknown(UnknownKind::Expression, brings, tree, id);
    built.unknowns.iter().for_each(|id| it.add_unknown(unknown(*id)));
    for entry in built.entries(tree) {
        if let Some(key) = tree.key(entry).filter(|key| is_computed_key(key.text)) {
            it.add_unknown(Unknown::new(UnknownKind::Expression, brings, key.text, target.doc, key.span));
        }
    }
}

/// A value that is text in another language.
fn read_text(tree: &DataTree, id: NodeId, text: &ChartText, target: &Target<'_>, survey: &mut Survey) {
    let Some(at) = below(tree, id, &text.at).filter(|at| tree.scalar(*at).is_some()) else { return };
    let (Some(node), Some(decoded)) = (tree.get(at), target.parsed.decode(at)) else { return };
    survey.inner.push(Inner {
        decoded,
        hint: Hint::Language(text.language.clone()),
        what: format!("`{}`", text.at),
        at: node.key.map_or(node.span, |key| key.span),
        given: Given::default(),
    });
}

fn push(
    chart: &Chart,
    tree: &DataTree,
    id: NodeId,
    name: &str,
    scope: usize,
    target: &Target<'_>,
    survey: &mut Survey,
) {
    let Some(node) = tree.get(id) else { return };
    let wanted = !tree.is_mapping(id) || tree.is_computed(id) || chart.nested.is_empty();
    let (Some(key), Some(value)) = (&node.key, environment::setting_of(tree, id).filter(|_| wanted)) else {
        return;
    };
    let value = Value { span: value_span(node.span, key), ..value };
    survey.carriers.push(Carrier {
        written: key.text.to_string(),
        doc: target.doc,
        scope,
        sealed: target.sealed.map(str::to_owned),
        ..Carrier::new(Via::Chart, name.to_owned(), key.span, value, id)
    });
}

/// A value that is not written stands behind its key.
fn value_span(span: Span, key: &Key) -> Span {
    if span.is_empty() { Span::at(key.span.end()) } else { span }
}

/// Whether something puts another text there before it is used: a shell around it, a CI system, Kubernetes.
pub(super) fn has_expansion(text: &str) -> bool {
    text.match_indices('$').any(|(at, _)| {
        text.get(at + 1..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "_{(".contains(c)))
    })
}

/// What can be known of a scalar.
pub(super) fn scalar_kind(scalar: Scalar<'_>) -> ValueKind {
    if scalar.opaque || has_expansion(scalar.text) {
        ValueKind::Opaque
    } else if scalar.null || scalar.text.trim().is_empty() {
        ValueKind::Empty
    } else {
        ValueKind::Literal
    }
}
