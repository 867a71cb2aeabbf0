//! Variables written as keys and values: a mapping, a list of `NAME=value`, a list of `name`/`value` mappings. And the
//! keys of a Secret, which are written alike.

use super::aliases::{Aliases, MappingEntries, MappingEntry};
use super::built::{Built, Wants};
use super::charts::{scalar_kind, zone};
use super::options::kind_of;
use super::{Brings, Carrier, Scope, Survey, Unknown, UnknownKind, Value, ValueKind, ValueLocation, Via};
use crate::facts::{DataTree, Node, NodeId, NodeKind};
use crate::syntax::Parsed;
use crate::text::Span;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::rc::Rc;

/// Lines that are replaced by keys and that are named for one mapping.
const MOST_INSERTED: usize = 8;

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
    /// Whether anyone asks for the chart value at a dotted path.
    pub(super) names_value: &'a dyn Fn(&str) -> bool,
    /// The aliases of its tree.
    pub(super) aliases: Rc<Aliases>,
    /// Lines that a shell replaces by keys.
    pub(super) inserted: Rc<[Span]>,
}

impl Target<'_> {
    /// What the value of `id` may bring.
    pub(super) fn unknown(&self, kind: UnknownKind, brings: Brings, tree: &DataTree, id: NodeId) -> Unknown {
        let span = tree.span(id).unwrap_or_default();
        Unknown::new(kind, brings, tree.written(id), self.doc, span)
    }

    /// Adds the lines of `zone` that something else replaces by keys.
    pub(super) fn add_inserted(&self, zone: Span, scope: &mut Scope) {
        let first = self.inserted.partition_point(|line| line.start() < zone.start());
        let lines = self.inserted.iter().skip(first).take_while(|line| line.end() <= zone.end());
        for line in lines.take(MOST_INSERTED) {
            let (kind, written) = (UnknownKind::Expression, line.of(self.text));
            scope.add_unknown(Unknown::new(kind, Brings::Anything, written, self.doc, *line));
        }
    }

    /// Adds the carrier of an entry.
    pub(super) fn push(&self, tree: &DataTree, entry: &MappingEntry, carrier: Carrier, survey: &mut Survey) {
        if let Some(anchored) = self.aliases.anchored(tree, entry) {
            survey.anchored.insert(survey.carriers.len(), anchored);
        }
        survey.carriers.push(carrier);
    }

    /// Adds what cannot be followed to what `scope` may get from elsewhere.
    pub(super) fn add_unread(
        &self,
        tree: &DataTree,
        unread: &[NodeId],
        brings: Brings,
        scope: usize,
        survey: &mut Survey,
    ) {
        let Some(it) = survey.scope_mut(scope) else { return };
        for id in unread {
            it.add_unknown(self.unknown(UnknownKind::Expression, brings, tree, *id));
        }
    }
}

/// Takes in the variables at `id`, whatever their form. What an alias or a merge key brings is found where it is written.
pub(super) fn read(
    tree: &DataTree,
    id: NodeId,
    target: &Target<'_>,
    scope: usize,
    shared: bool,
    survey: &mut Survey,
) {
    let at = tree.resolve(id);
    // A tag after the last entry may add more.
    let zone = if tree.key(id).is_some() { Some(zone(tree, id, target.text)) } else { None };
    if let (Some(it), Some(span)) = (survey.scope_mut(scope), zone.or(tree.span(at))) {
        it.add_template(target.control, span, target.doc, target.text);
        target.add_inserted(span, it);
    }
    let entries = variables(tree, id, target);
    target.add_unread(tree, &entries.unread, Brings::Anything, scope, survey);
    for entry in entries.list {
        // An item that is an alias is written elsewhere.
        let child = tree.resolve(entry.id);
        let Some(node) = tree.get(child) else { continue };
        if let Some(name) = unknown_name(tree, child) {
            target.add_unread(tree, &[name], Brings::Anything, scope, survey);
        }
        let keyed = tree.key(entry.id).is_some() && child != at;
        let carrier = match node.kind {
            _ if keyed => from_entry(tree, entry.id),
            NodeKind::Mapping => from_item(tree, child, target.parsed),
            NodeKind::Scalar(_) => from_words(child, node, target),
            _ => None,
        };
        let Some(carrier) = carrier else { continue };
        // A mapping of one variable in a list goes as a whole.
        let item =
            tree.parent(child).filter(|item| keyed && tree.is_sequence(at) && tree.parent(*item) == Some(at));
        let nodes = match item.filter(|item| tree.children(*item).len() == 1) {
            Some(item) => vec![item],
            None => carrier.nodes,
        };
        let carrier = Carrier {
            doc: target.doc,
            scope,
            shared,
            nodes,
            sealed: target.sealed.map(str::to_owned),
            ..carrier
        };
        let entry = if keyed || child == entry.id {
            entry
        } else {
            let path = entry.path.iter().copied().chain([entry.id]).collect();
            MappingEntry { id: child, path, ..entry }
        };
        target.push(tree, &entry, carrier, survey);
    }
}

/// The variables at `id`: entries of a mapping, items of lists.
fn variables(tree: &DataTree, id: NodeId, target: &Target<'_>) -> MappingEntries {
    let at = tree.resolve(id);
    let path: &[NodeId] = if at == id { &[] } else { std::slice::from_ref(&id) };
    let item = |id: NodeId| MappingEntry { id, path: path.to_vec(), overridden: false };
    // `env { name = "NAME" … }`: a block for each variable.
    if is_item(tree, at) {
        return MappingEntries { list: vec![item(at)], unread: Vec::new() };
    }
    if tree.is_mapping(at) && !tree.is_computed(at) {
        return target.aliases.entries(tree, id, &[]);
    }
    let built = Built::holders(tree, at);
    let mut entries = MappingEntries { list: Vec::new(), unread: built.unknowns.clone() };
    for id in built.entries(tree) {
        // A mapping of variables in a list.
        let inner = tree.resolve(id);
        let is_one = || ["name", "Name"].iter().any(|key| tree.child(inner, key).is_some());
        if tree.key(id).is_none() && tree.is_mapping(inner) && !tree.is_computed(inner) && !is_one() {
            let inner = target.aliases.entries(tree, id, path);
            entries.list.extend(inner.list);
            entries.unread.extend(inner.unread);
            continue;
        }
        if tree.key(id).is_some() || !tree.is_computed(id) {
            entries.list.push(item(id));
            continue;
        }
        let items = Built::of(tree, id, Wants::Objects);
        entries.list.extend(items.parts.into_iter().filter(|id| is_item(tree, *id)).map(item));
        entries.unread.extend(items.unknowns);
    }
    entries
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
    if tree.key(id).is_none() && tree.scalar(id).is_some_and(|it| is_any_variable(it.text, it.opaque)) {
        return Some(id);
    }
    let name = tree.child(id, "name").filter(|_| tree.child(id, "value").is_some())?;
    (tree.is_computed(name) || tree.scalar(name).is_some_and(|it| it.opaque)).then_some(name)
}

/// Whether the item of a list may be any variable: `$X`, `%I`, `${PREFIX}_TOKEN=x`.
fn is_any_variable(text: &str, opaque: bool) -> bool {
    let name = text.trim().split('=').next().unwrap_or_default();
    let is_expression = name.starts_with(['$', '%', '@']) || name.contains("${") || name.contains("{{");
    is_expression || opaque && !text.contains('=')
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

/// The value of the entry `id`; of an alias the literal that it refers to, if it is one.
pub(super) fn value_of(tree: &DataTree, id: NodeId) -> Option<Value> {
    aliased(tree, id, &|at| written_value(tree, at))
}

/// Reads the value of `id` by `read`. One that is written elsewhere has no place here.
fn aliased(tree: &DataTree, id: NodeId, read: &dyn Fn(NodeId) -> Option<Value>) -> Option<Value> {
    let at = tree.resolve(id);
    if at == id {
        return read(id);
    }
    let (value, span) = (read(at)?, tree.span(id)?);
    let known = (value.kind == ValueKind::Literal).then_some(value.text);
    let kind = if value.kind == ValueKind::Empty { ValueKind::Empty } else { ValueKind::Opaque };
    Some(Value { text: String::new(), span, kind, place: ValueLocation::Nowhere, known })
}

fn written_value(tree: &DataTree, id: NodeId) -> Option<Value> {
    let node = tree.get(id)?;
    match node.kind {
        NodeKind::Mapping if tree.is_computed(id) => Some(computed(tree, id, node.span)),
        NodeKind::Scalar(scalar) => Some(Value {
            text: scalar.text.to_string(),
            span: node.span,
            kind: scalar_kind(scalar),
            place: ValueLocation::Node(id),
            known: None,
        }),
        // GitLab CI: `NAME: {value: x, description: y}`.
        NodeKind::Mapping | NodeKind::Alias => Some(made(node)),
        NodeKind::Sequence => None,
    }
}

/// Longer expressions have no text of their own: they may be inside each other.
const LONGEST: usize = 4096;

/// An expression as it is written.
fn computed(tree: &DataTree, id: NodeId, span: Span) -> Value {
    let text = if span.len() <= LONGEST { tree.written(id).to_owned() } else { String::new() };
    Value { text, span, kind: ValueKind::Opaque, place: ValueLocation::Node(id), known: None }
}

/// Whether a tag of its own makes another value of a mapping or a list: `!GetAtt [a, b]`.
pub(super) fn is_made(tree: &DataTree, id: NodeId) -> bool {
    let own = |tag: &str| tag.len() > 1 && tag.starts_with('!') && !tag.starts_with("!!");
    !matches!(tree.kind(id), Some(NodeKind::Scalar(_))) && tree.tag(id).is_some_and(own)
}

/// A value that is not written here.
fn made(node: Node<'_>) -> Value {
    let (kind, place) = (ValueKind::Opaque, ValueLocation::Nowhere);
    Value { text: String::new(), span: node.span, kind, place, known: None }
}

/// The value of a setting that may be written as a list.
pub(super) fn setting_of(tree: &DataTree, id: NodeId) -> Option<Value> {
    aliased(tree, id, &|at| written_setting(tree, at))
}

fn written_setting(tree: &DataTree, id: NodeId) -> Option<Value> {
    let node = tree.get(id)?;
    if is_made(tree, id) {
        return Some(made(node));
    }
    let NodeKind::Sequence = node.kind else { return written_value(tree, id) };
    let is_computed = |item: &NodeId| tree.is_computed(*item);
    if tree.children(id).iter().any(is_computed) {
        return Some(Value { place: ValueLocation::Nowhere, ..computed(tree, id, node.span) });
    }
    let items = tree.children(id).iter().map(|item| tree.resolve(*item));
    let items: Vec<_> = items.filter_map(|item| tree.scalar(item)).collect();
    let kind = match items.as_slice() {
        [] => ValueKind::Empty,
        items if items.iter().any(|item| scalar_kind(*item) == ValueKind::Opaque) => ValueKind::Opaque,
        _ => ValueKind::Literal,
    };
    let texts: Vec<_> = items.iter().map(|item| item.text).collect();
    Some(Value { text: texts.join(","), span: node.span, kind, place: ValueLocation::Node(id), known: None })
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
            place: ValueLocation::Nowhere,
            known: None,
        },
        None => Value {
            text: String::new(),
            span,
            kind: ValueKind::Empty,
            place: ValueLocation::Nowhere,
            known: None,
        },
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
    let decoded = target.parsed.decode(id)?;
    let Some((name, value)) = scalar.text.split_once('=') else {
        // The name alone: the value is that of the program that starts it.
        let is_name =
            !scalar.text.is_empty() && scalar.text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        let span = decoded.segments.to_outer(Span::new(0, scalar.text.len()));
        return is_name.then(|| variable(scalar.text, span, Value::elsewhere(span), id));
    };
    let value = Value {
        text: value.to_owned(),
        span: decoded.segments.to_outer(Span::new(name.len() + 1, scalar.text.len())),
        kind: kind_of(value, scalar_kind(scalar) == ValueKind::Opaque),
        place: ValueLocation::Within(id, Span::new(name.len() + 1, scalar.text.len())),
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
    // `literals: [KEY=value]`
    if tree.is_sequence(tree.resolve(id)) {
        let before = survey.carriers.len();
        read(tree, id, target, scope, false, survey);
        for carrier in survey.carriers.iter_mut().skip(before) {
            carrier.via = Via::Secret;
        }
        return;
    }
    let entries = target.aliases.entries(tree, id, &[]);
    target.add_unread(tree, &entries.unread, Brings::Token, scope, survey);
    for entry in entries.list {
        let (Some(key), Some(mut value)) = (tree.key(entry.id), value_of(tree, entry.id)) else { continue };
        if base64 && value.place == ValueLocation::Node(entry.id) {
            value.place = ValueLocation::Base64(entry.id);
        }
        if base64 && value.kind == ValueKind::Literal {
            value.text = decode_base64(&value.text).unwrap_or(value.text);
        }
        if base64 && let Some(known) = &value.known {
            value.known = decode_base64(known).or(value.known);
        }
        let carrier = Carrier {
            doc: target.doc,
            scope,
            sealed: target.sealed.map(str::to_owned),
            ..Carrier::new(Via::Secret, key.text.to_owned(), key.span, value, entry.id)
        };
        target.push(tree, &entry, carrier, survey);
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
