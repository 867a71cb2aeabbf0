//! Variables written as keys and values: a mapping, a list of `NAME=value`, a list of `name`/`value` mappings. And the
//! keys of a Secret, which are written alike.

use super::built::{Built, Wants};
use super::charts::scalar_kind;
use super::options::kind_of;
use super::{Brings, Carrier, Place, Survey, Unknown, UnknownKind, Value, ValueKind, Via};
use crate::facts::{DataTree, Node, NodeId, NodeKind};
use crate::syntax::Parsed;
use crate::text::Span;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The text that is read, and what holds for all of it.
pub(super) struct Target<'a> {
    pub(super) doc: usize,
    pub(super) text: &'a str,
    pub(super) parsed: &'a dyn Parsed,
    /// Tags of template blocks.
    pub(super) control: &'a [Span],
    /// Why it can't be edited.
    pub(super) sealed: Option<&'a str>,
    /// The version of the chart that the text around it pins.
    pub(super) chart_version: Option<(u32, u32)>,
}

impl Target<'_> {
    /// What the value of `id` may bring.
    pub(super) fn unknown(&self, kind: UnknownKind, brings: Brings, tree: &DataTree, id: NodeId) -> Unknown {
        let span = tree.span(id).unwrap_or_default();
        Unknown::new(kind, brings, tree.written(id), self.doc, span)
    }
}

/// Takes in the variables at `id`, whatever their form. What stands behind an alias or a merge key is taken in where it is
/// written, once.
pub(super) fn read(
    tree: &DataTree,
    id: NodeId,
    target: &Target<'_>,
    scope: usize,
    shared: bool,
    survey: &mut Survey,
) {
    // Merge keys may name mappings that merge others: each is read once, so this ends.
    let mut open = vec![(tree.resolve(id), tree.resolve(id) != id)];
    while let Some((at, aliased)) = open.pop() {
        let Some(node) = tree.get(at) else { continue };
        if let Some(it) = survey.scope_mut(scope) {
            it.add_template(target.control, node.span, target.doc, target.text);
        }
        let mut built = Built::holders(tree, at);
        // `env { name = "NAME" … }`: a block for each variable.
        let is_block = built.parts == [at] && is_item(tree, at);
        let held: Vec<NodeId> = if is_block { vec![at] } else { built.entries(tree).collect() };
        for child in &held {
            let Some(node) = tree.get(*child) else { continue };
            if !survey.seen.insert((target.doc, *child)) {
                continue;
            }
            if node.key.is_some_and(|key| key.text == "<<") {
                let merged = std::iter::once(child).chain(tree.children(*child)).map(|id| tree.resolve(*id));
                open.extend(merged.filter(|id| id != child).map(|id| (id, true)));
                continue;
            }
            if node.key.is_none() && tree.is_computed(*child) {
                let items = Built::of(tree, *child, Wants::Objects);
                let known = items.parts.into_iter().filter(|item| is_item(tree, *item));
                open.extend(known.map(|item| (item, aliased)));
                built.unknowns.extend(items.unknowns);
                continue;
            }
            built.unknowns.extend(unknown_name(tree, *child));
            let carrier = match node.kind {
                NodeKind::Mapping if node.key.is_none() || is_block => from_item(tree, *child, target.parsed),
                _ if node.key.is_some() => from_entry(tree, *child),
                NodeKind::Scalar(_) => from_words(*child, node, target),
                _ => None,
            };
            let sealed = target.sealed.or(aliased.then_some("other places use it too, through an alias"));
            survey.carriers.extend(carrier.map(|carrier| Carrier {
                doc: target.doc,
                scope,
                shared,
                sealed: sealed.map(str::to_owned),
                ..carrier
            }));
        }
        if let Some(it) = survey.scope_mut(scope) {
            for unknown in built.unknowns {
                it.add_unknown(target.unknown(UnknownKind::Expression, Brings::Anything, tree, unknown));
            }
        }
    }
}

/// Whether a mapping is one variable by its keys: `name`, and `value` or where it comes from.
fn is_item(tree: &DataTree, id: NodeId) -> bool {
    let known = |child: &NodeId| {
        let key = tree.key_text(*child);
        key.is_some_and(|key| matches!(key, "name" | "value" | "value_from" | "valueFrom"))
    };
    let children = tree.children(id);
    tree.is_mapping(id)
        && children.len() == 2
        && children.iter().all(known)
        && tree.child(id, "name").is_some()
}

/// The name of the variable `id`, where it is an expression; the item itself where it may be any variable.
fn unknown_name(tree: &DataTree, id: NodeId) -> Option<NodeId> {
    if tree.key(id).is_some_and(|key| is_computed_key(key.text)) {
        return Some(id);
    }
    if tree.key(id).is_none() && tree.scalar(id).is_some_and(|it| it.opaque && !it.text.contains('=')) {
        return Some(id);
    }
    let name = tree.child(id, "name").filter(|_| tree.child(id, "value").is_some())?;
    (tree.is_computed(name) || tree.scalar(name).is_some_and(|it| it.opaque)).then_some(name)
}

/// Whether a key is written as an expression: `(var.name)`, `"${var.name}"`.
pub(super) fn is_computed_key(key: &str) -> bool {
    key.starts_with('(') || key.contains("${")
}

fn variable(name: &str, name_span: Span, value: Value, node: NodeId) -> Carrier {
    Carrier::new(Via::Variable, name.to_owned(), name_span, value, node)
}

/// `NAME: value`
fn from_entry(tree: &DataTree, id: NodeId) -> Option<Carrier> {
    let key = tree.key(id)?;
    Some(variable(key.text, key.span, value_of(tree, id)?, id))
}

pub(super) fn value_of(tree: &DataTree, id: NodeId) -> Option<Value> {
    let node = tree.get(id)?;
    match node.kind {
        NodeKind::Mapping if tree.is_computed(id) => Some(computed(tree, id, node.span)),
        NodeKind::Scalar(scalar) => Some(Value {
            text: scalar.text.to_string(),
            span: node.span,
            kind: scalar_kind(scalar),
            place: Place::Node(id),
            known: None,
        }),
        NodeKind::Alias => {
            let known = tree.scalar(tree.resolve(id)).filter(|it| scalar_kind(*it) == ValueKind::Literal);
            Some(Value {
                text: String::new(),
                span: node.span,
                kind: ValueKind::Opaque,
                place: Place::Nowhere,
                known: known.map(|it| it.text.to_owned()),
            })
        }
        // GitLab CI: `NAME: {value: x, description: y}`.
        NodeKind::Mapping => Some(Value {
            text: String::new(),
            span: node.span,
            kind: ValueKind::Opaque,
            place: Place::Nowhere,
            known: None,
        }),
        NodeKind::Sequence => None,
    }
}

/// Longer expressions have no text of their own: they may be inside each other.
const LONGEST: usize = 4096;

/// An expression as it is written.
fn computed(tree: &DataTree, id: NodeId, span: Span) -> Value {
    let text = if span.len() <= LONGEST { tree.written(id).to_owned() } else { String::new() };
    Value { text, span, kind: ValueKind::Opaque, place: Place::Node(id), known: None }
}

/// The value of a setting that may be written as a list.
pub(super) fn setting_of(tree: &DataTree, id: NodeId) -> Option<Value> {
    let node = tree.get(id)?;
    let NodeKind::Sequence = node.kind else { return value_of(tree, id) };
    let is_computed = |item: &NodeId| tree.is_computed(*item);
    if tree.children(id).iter().any(is_computed) {
        return Some(Value { place: Place::Nowhere, ..computed(tree, id, node.span) });
    }
    let items: Vec<_> = tree.children(id).iter().filter_map(|item| tree.scalar(*item)).collect();
    let kind = match items.as_slice() {
        [] => ValueKind::Empty,
        items if items.iter().any(|item| scalar_kind(*item) == ValueKind::Opaque) => ValueKind::Opaque,
        _ => ValueKind::Literal,
    };
    let texts: Vec<_> = items.iter().map(|item| item.text).collect();
    Some(Value { text: texts.join(","), span: node.span, kind, place: Place::Node(id), known: None })
}

/// `- name: NAME` with `value: x` or `valueFrom: …` beside it.
fn from_item(tree: &DataTree, id: NodeId, parsed: &dyn Parsed) -> Option<Carrier> {
    // CloudFormation begins its keys with a capital.
    let part = |key: &str, capital: &str| tree.child(id, key).or_else(|| tree.child(id, capital));
    let name_id = part("name", "Name")?;
    let name = tree.scalar(name_id)?;
    let span = tree.span(name_id)?;
    let inner = text_span(parsed, name_id, span);
    let value = match part("value", "Value") {
        Some(at) => value_of(tree, at)?,
        None if part("valueFrom", "ValueFrom").or(tree.child(id, "value_from")).is_some() => Value {
            text: if tree.child(id, "value_from").is_some() { "value_from" } else { "valueFrom" }.to_owned(),
            span,
            kind: ValueKind::Opaque,
            place: Place::Nowhere,
            known: None,
        },
        None => {
            Value { text: String::new(), span, kind: ValueKind::Empty, place: Place::Nowhere, known: None }
        }
    };
    Some(variable(name.text, inner, value, id))
}

/// The bytes of a scalar's text: without the quotes around it, the header before it.
fn text_span(parsed: &dyn Parsed, id: NodeId, span: Span) -> Span {
    let decoded = parsed.decode(id);
    decoded.map_or(span, |it| it.segments.to_outer(Span::new(0, it.text.trim_end().len())))
}

/// `- NAME=value`
fn from_words(id: NodeId, node: Node<'_>, target: &Target<'_>) -> Option<Carrier> {
    let NodeKind::Scalar(scalar) = node.kind else { return None };
    let (name, value) = scalar.text.split_once('=')?;
    let decoded = target.parsed.decode(id)?;
    let value = Value {
        text: value.to_owned(),
        span: decoded.segments.to_outer(Span::new(name.len() + 1, scalar.text.len())),
        kind: kind_of(value, scalar_kind(scalar) == ValueKind::Opaque),
        place: Place::Within(id, Span::new(name.len() + 1, scalar.text.len())),
        known: None,
    };
    Some(variable(name, decoded.segments.to_outer(Span::new(0, name.len())), value, id))
}

/// Takes in the keys of the Secret at `id`.
pub(super) fn read_secret(
    tree: &DataTree,
    id: NodeId,
    base64: bool,
    target: &Target<'_>,
    scope: usize,
    survey: &mut Survey,
) {
    let built = Built::of(tree, id, Wants::Objects);
    if let Some(it) = survey.scope_mut(scope) {
        for unknown in &built.unknowns {
            it.add_unknown(target.unknown(UnknownKind::Expression, Brings::Token, tree, *unknown));
        }
    }
    for child in &built.entries(tree).collect::<Vec<_>>() {
        let Some(node) = tree.get(*child) else { continue };
        let (Some(key), Some(mut value)) = (node.key, value_of(tree, *child)) else { continue };
        if base64 {
            value.place = Place::Base64(*child);
        }
        if base64 && value.kind == ValueKind::Literal {
            value.text = decode_base64(&value.text).unwrap_or(value.text);
        }
        survey.carriers.push(Carrier {
            via: Via::Secret,
            name: key.text.to_string(),
            written: key.text.to_string(),
            name_span: key.span,
            value,
            doc: target.doc,
            nodes: vec![*child],
            scope,
            shared: false,
            sealed: target.sealed.map(str::to_owned),
            part: None,
        });
    }
}

/// Takes in one item of a list that names the keys of a Secret and gets their values elsewhere.
pub(super) fn read_secret_item(
    tree: &DataTree,
    item: NodeId,
    name_key: &str,
    target: &Target<'_>,
    scope: usize,
    survey: &mut Survey,
) {
    let Some(at) = tree.child(item, name_key) else { return };
    let (Some(name), Some(node)) = (tree.scalar(at), tree.get(at)) else { return };
    let value = Value::elsewhere(node.span);
    let name_span = text_span(target.parsed, at, node.span);
    survey.carriers.push(Carrier {
        via: Via::Secret,
        doc: target.doc,
        scope,
        sealed: target.sealed.map(str::to_owned),
        ..variable(name.text, name_span, value, item)
    });
}

/// Standard base64 to text; `None` if it is not that.
fn decode_base64(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()
}
