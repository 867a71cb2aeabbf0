//! Which mappings are the values of a chart, and what they carry.

use super::aliases::{Aliases, MappingEntries, MappingEntry};
use super::built::{Built, Wants};
use super::environment::{self, Target, is_computed_key};
use super::paths::{below, document_of};
use super::programs::version_of_image;
use super::schema::{Chart, ChartText};
use super::{
    Brings, Carrier, EmbeddedContext, EmbeddedText, ScopeKind, Sites, Survey, Unknown, UnknownKind, Value,
    ValueKind, Via,
};
use crate::facts::{DataTree, Hint, NodeId, NodeKey, NodeKind, Scalar};
use crate::text::{Span, first_overlap};

/// The chart whose values the mapping `id` holds, if any. `aliases` are other names of charts around this file.
pub(super) fn of_mapping<'a>(
    sites: &'a Sites,
    tree: &DataTree,
    id: NodeId,
    aliases: &[String],
    anchors: &Aliases,
) -> Option<&'a Chart> {
    // What is merged is not a mapping of its own.
    let is_merged = || tree.key_text(id).is_none_or(|key| key == "<<");
    if !tree.is_mapping(id) && (is_merged() || !tree.is_mapping(tree.resolve(id))) {
        return None;
    }
    let below = |path: &str| anchors.below(tree, id, path);
    sites.data.charts.iter().find(|chart| {
        let aliases = sites.aliases(chart, aliases);
        let named = tree.is_key(id, &chart.chart) || aliases.iter().any(|it| tree.is_key(id, it));
        let holds = |key: &String| {
            anchors.child(tree, id, key).is_some_and(|at| {
                let at = tree.resolve(at);
                !tree.children(at).is_empty() && tree.is_mapping(at)
            })
        };
        let has_values = || chart.nested.is_empty() || chart.nested.iter().any(holds);
        let is_of_other = || chart.not.iter().any(|key| anchors.child(tree, id, key).is_some());
        let is_shown = || {
            chart.evidence.iter().any(|evidence| {
                let text = below(&evidence.scalar).and_then(|at| match tree.scalar(at) {
                    Some(scalar) => Some(scalar.text),
                    None => tree.is_computed(at).then_some(""),
                });
                text.is_some_and(|text| {
                    evidence.contains.as_ref().is_none_or(|part| text.contains(part.as_str()))
                }) && evidence
                    .mapping
                    .as_ref()
                    .is_none_or(|path| below(path).is_some_and(|at| tree.is_mapping(at)))
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

/// The version of the chart that is beside the values of the release `id`, or one level around.
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
fn image_version(chart: &Chart, tree: &DataTree, id: NodeId, anchors: &Aliases) -> Option<(u32, u32)> {
    chart.images.iter().find_map(|path| {
        let text = &tree.scalar(anchors.below(tree, id, path)?)?.text;
        version_of_image(text).or_else(|| version_of_image(&format!(":{text}")))
    })
}

/// Bytes that are searched for the end of a document beside a mapping.
const NEAR: usize = 4096;

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
        let zone = zone(tree, id, target.text);
        it.add_template(target.control, zone, target.doc, target.text);
        target.add_inserted(zone, it);
        it.chart_version = version;
        it.within = within;
    }
    // `merge({ … }, local.more)`: the values are written in several objects.
    let parts = if tree.is_computed(id) { Built::of(tree, id, Wants::Objects).parts } else { vec![id] };
    for part in &parts {
        for text in &chart.texts {
            read_text(tree, *part, text, target, survey);
        }
    }
    let version = parts.iter().find_map(|part| image_version(chart, tree, *part, &target.aliases));
    if let Some(it) = survey.scope_mut(scope) {
        it.version = version;
    }
    let depth = if chart.nested.is_empty() { DEPTH } else { 2 };
    let entries = target.aliases.entries(tree, id, &[]);
    add_unknowns(tree, &entries, Brings::Anything, scope, target, survey);
    for entry in entries.list {
        let Some(key) = tree.key(entry.id) else { continue };
        add_comment_key(key.text, key.span, scope, target, survey);
        if chart.environment.iter().any(|it| key.text == *it) {
            environment::read(tree, entry.id, target, scope, true, survey);
            continue;
        }
        let mut open = vec![(entry, key.text.to_owned(), 1)];
        while let Some((entry, name, level)) = open.pop() {
            push(chart, tree, &entry, &name, scope, target, survey);
            let at = tree.resolve(entry.id);
            if level == depth || tree.is_sequence(at) {
                continue;
            }
            let inner = if is_opaque(tree, at) {
                MappingEntries { list: Vec::new(), unread: vec![entry.id] }
            } else {
                target.aliases.entries(tree, entry.id, &entry.path)
            };
            if chart.nested.contains(&name) {
                let brings = if tree.is_mapping(at) && !tree.is_computed(at) {
                    Brings::Anything
                } else {
                    Brings::Settings
                };
                add_unknowns(tree, &inner, brings, scope, target, survey);
            }
            for key in inner.list.iter().filter_map(|inner| tree.key(inner.id)) {
                add_comment_key(key.text, key.span, scope, target, survey);
            }
            open.extend(inner.list.into_iter().rev().filter_map(|inner| {
                let key = tree.key(inner.id)?;
                let overridden = entry.overridden || inner.overridden;
                Some((MappingEntry { overridden, ..inner }, format!("{name}.{}", key.text), level + 1))
            }));
        }
    }
}

/// JSON with comments is read as YAML: a comment before a key makes another key of it.
fn add_comment_key(key: &str, span: Span, scope: usize, target: &Target<'_>, survey: &mut Survey) {
    if let Some(it) = survey.scope_mut(scope).filter(|_| key.starts_with("/*") || key.starts_with("//")) {
        it.add_unknown(Unknown::new(UnknownKind::Expression, Brings::Anything, key, target.doc, span));
    }
}

/// Whether a value may be a mapping that is written elsewhere: `runners: {{ toYaml .runners }}`.
fn is_opaque(tree: &DataTree, id: NodeId) -> bool {
    match tree.kind(id) {
        Some(NodeKind::Scalar(scalar)) => scalar_kind(scalar) == ValueKind::Opaque,
        Some(NodeKind::Alias) => true,
        _ => environment::is_made(tree, id),
    }
}

/// What may give more values than those that are written out; keys that are expressions too.
fn add_unknowns(
    tree: &DataTree,
    entries: &MappingEntries,
    brings: Brings,
    scope: usize,
    target: &Target<'_>,
    survey: &mut Survey,
) {
    let Some(it) = survey.scope_mut(scope) else { return };
    for id in &entries.unread {
        it.add_unknown(target.unknown(UnknownKind::Expression, brings, tree, *id));
    }
    for entry in &entries.list {
        if let Some(key) = tree.key(entry.id).filter(|key| is_computed_key(key.text)) {
            it.add_unknown(Unknown::new(UnknownKind::Expression, brings, key.text, target.doc, key.span));
        }
    }
}

/// The bytes of a mapping with what is before its first key and after its last one, in its document.
pub(super) fn zone(tree: &DataTree, id: NodeId, text: &str) -> Span {
    let len = text.len();
    let Some(span) = tree.span(id) else { return Span::at(0) };
    let begins = |id: u32| {
        let id = NodeId(id);
        tree.key(id).map(|key| key.span).or_else(|| tree.span(id)).map_or(len, Span::start)
    };
    // Nodes are in the order of the text.
    let (mut next, mut end) = (id.0, u32::try_from(tree.len()).unwrap_or(u32::MAX));
    while next < end {
        let middle = next + (end - next) / 2;
        if begins(middle) < span.end() { next = middle + 1 } else { end = middle }
    }
    let behind = if (next as usize) < tree.len() { begins(next) } else { len };
    let before = tree.roots.partition_point(|root| *root < id).checked_sub(1);
    let before = before.and_then(|index| tree.roots.get(index)).and_then(|root| tree.span(*root));
    let start = match (tree.key(id), tree.parent(id)) {
        (Some(key), _) => key.span.end(),
        (None, Some(_)) => span.start(),
        (None, None) => before.map_or(0, Span::end),
    };
    let (start, behind) = (start.min(span.start()), behind.max(span.end()));
    let near = |from: usize, to: usize| text.as_bytes().get(from..to).unwrap_or_default();
    let from = start.max(span.start().saturating_sub(NEAR));
    let opened = memchr::memmem::rfind(near(from, span.start()), b"\n---").map_or(start, |at| from + at);
    let closed = memchr::memmem::find(near(span.end(), behind.min(span.end() + NEAR)), b"\n---");
    Span::new(opened, closed.map_or(behind, |at| span.end() + at))
}

/// Lines that a shell, where the text is `expanded` by one, or another program replaces by keys: `$(cat more.yaml)`, `@MORE@`.
pub(super) fn inserted(tree: &DataTree, control: &[Span], text: &str, expanded: bool) -> Vec<Span> {
    if !text.contains(['$', '@', '`', '%']) && !text.contains("__") {
        return Vec::new();
    }
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let at = start + line.len() - line.trim_start().len();
        start += line.len();
        Span::new(at, at + line.trim().len())
    });
    let is_inserted = |line: &Span| {
        let text = line.of(text);
        let by_shell = || text.starts_with('`') || text.starts_with('$') && has_expansion(text);
        expanded && by_shell() || is_inserted_by_name(text)
    };
    let in_block = |line: &Span| {
        tree.innermost(line.start()).is_some_and(|id| {
            let within =
                tree.span(id).is_some_and(|span| span.start() < line.start() && line.start() < span.end());
            within && tree.scalar(id).is_some_and(|scalar| scalar.style.is_block())
        })
    };
    let is_tag = |line: &Span| first_overlap(control, *line).is_some();
    lines.filter(is_inserted).filter(|line| !is_tag(line) && !in_block(line)).collect()
}

/// Whether a line is nothing but a name that is replaced: `@MORE@`, `__MORE__`, `${MORE}`, `%MORE%`.
fn is_inserted_by_name(line: &str) -> bool {
    let inside = |open: &str, close: &str| line.strip_prefix(open)?.strip_suffix(close);
    let signs = [("@", "@"), ("__", "__"), ("${", "}"), ("%", "%"), ("@@", "@@"), ("$(", ")"), ("$", "")];
    let plain =
        |name: &str| !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    signs.into_iter().any(|(open, close)| inside(open, close).is_some_and(plain))
}

/// A value that is text in another language.
fn read_text(tree: &DataTree, id: NodeId, text: &ChartText, target: &Target<'_>, survey: &mut Survey) {
    let Some(at) = target.aliases.below(tree, id, &text.at).filter(|at| tree.scalar(*at).is_some()) else {
        return;
    };
    let (Some(node), Some(decoded)) = (tree.get(at), target.parsed.decode(at)) else { return };
    survey.inner.push(EmbeddedText {
        decoded,
        hint: Hint::Language(text.language.clone()),
        what: format!("`{}`", text.at),
        at: node.key.map_or(node.span, |key| key.span),
        given: EmbeddedContext { of_chart: true, ..EmbeddedContext::default() },
    });
}

fn push(
    chart: &Chart,
    tree: &DataTree,
    entry: &MappingEntry,
    name: &str,
    scope: usize,
    target: &Target<'_>,
    survey: &mut Survey,
) {
    let id = entry.id;
    let Some(node) = tree.get(id).filter(|_| (target.names_value)(name)) else { return };
    let at = tree.resolve(id);
    let is_value = !tree.is_mapping(at) || tree.is_computed(at) || environment::is_made(tree, at);
    let wanted = is_value || chart.nested.is_empty();
    let (Some(key), Some(value)) = (&node.key, environment::setting_of(tree, id).filter(|_| wanted)) else {
        return;
    };
    let value = Value { span: value_span(node.span, key), ..value };
    let carrier = Carrier {
        written: key.text.to_string(),
        doc: target.doc,
        scope,
        sealed: target.sealed.map(str::to_owned),
        ..Carrier::new(Via::Chart, name.to_owned(), key.span, value, id)
    };
    target.push(tree, entry, carrier, survey);
}

/// A value that is not written is after its key.
fn value_span(span: Span, key: &NodeKey) -> Span {
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
    // eyaml decrypts `ENC[…]`.
    if scalar.opaque || has_expansion(scalar.text) || scalar.text.trim_start().starts_with("ENC[") {
        ValueKind::Opaque
    } else if scalar.null || scalar.text.trim().is_empty() {
        ValueKind::Empty
    } else {
        ValueKind::Literal
    }
}

/// Whether a text names the chart: `gitlab-runner`, `gitlab/gitlab-runner`, `https://…/gitlab-runner.git`.
pub(super) fn names_chart(chart: &Chart, text: &str) -> bool {
    text.split(['/', '@', ':']).any(|part| part.strip_suffix(".git").unwrap_or(part) == chart.chart)
}

/// The chart that is named beside the release `id` or one level around it, by index.
pub(super) fn named_at(sites: &Sites, tree: &DataTree, id: NodeId) -> Option<usize> {
    sites.data.charts.iter().position(|chart| is_named(chart, tree, id))
}

fn is_named(chart: &Chart, tree: &DataTree, id: NodeId) -> bool {
    let around = tree.parent(id);
    let names = |at: NodeId| {
        let texts = chart.named_in.iter().filter_map(|path| tree.scalar(below(tree, at, path)?));
        { texts }.any(|scalar| names_chart(chart, scalar.text))
    };
    [Some(id), around].into_iter().flatten().any(names)
}
