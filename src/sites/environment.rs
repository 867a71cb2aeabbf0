//! Variables written as keys and values: a mapping, a list of `NAME=value`, a list of `name`/`value` mappings. And the
//! keys of a Secret, which are written alike.

use super::charts::scalar_kind;
use super::options::kind_of;
use super::{Carrier, Place, Survey, Value, ValueKind, Via};
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
        for child in tree.children(at) {
            let Some(node) = tree.get(*child) else { continue };
            if !survey.seen.insert((target.doc, *child)) {
                continue;
            }
            if node.key.is_some_and(|key| key.text == "<<") {
                let merged = std::iter::once(child).chain(tree.children(*child)).map(|id| tree.resolve(*id));
                open.extend(merged.filter(|id| id != child).map(|id| (id, true)));
                continue;
            }
            let carrier = match node.kind {
                NodeKind::Mapping if node.key.is_none() => from_item(tree, *child, target.parsed),
                _ if node.key.is_some() => from_entry(*child, node),
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
    }
}

fn variable(name: &str, name_span: Span, value: Value, node: NodeId) -> Carrier {
    Carrier::new(Via::Variable, name.to_owned(), name_span, value, node)
}

/// `NAME: value`
fn from_entry(id: NodeId, node: Node<'_>) -> Option<Carrier> {
    let key = node.key?;
    Some(variable(key.text, key.span, value_of(id, node)?, id))
}

pub(super) fn value_of(id: NodeId, node: Node<'_>) -> Option<Value> {
    match node.kind {
        NodeKind::Scalar(scalar) => Some(Value {
            text: scalar.text.to_string(),
            span: node.span,
            kind: scalar_kind(scalar),
            place: Place::Node(id),
            known: None,
        }),
        NodeKind::Alias => Some(Value {
            text: String::new(),
            span: node.span,
            kind: ValueKind::Opaque,
            place: Place::Nowhere,
            known: None,
        }),
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

/// The value of a setting that may be written as a list.
pub(super) fn setting_of(tree: &DataTree, id: NodeId) -> Option<Value> {
    let node = tree.get(id)?;
    let NodeKind::Sequence = node.kind else { return value_of(id, node) };
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
        Some(at) => value_of(at, tree.get(at)?)?,
        None if part("valueFrom", "ValueFrom").is_some() => Value {
            text: "valueFrom".to_owned(),
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
    for child in tree.children(id) {
        let Some(node) = tree.get(*child) else { continue };
        let (Some(key), Some(mut value)) = (node.key, value_of(*child, node)) else { continue };
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
