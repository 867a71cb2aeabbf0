//! Registrations of other tools than the program itself: mappings whose keys a road knows.

use super::super::aliases::MappingEntry;
use super::super::environment;
use super::super::linked::{self, options};
use super::super::paths::{above, accepts};
use super::super::schema::road::{Other, Road};
use super::super::schema::{Requirement, Site};
use super::super::{Brings, Carrier, ScopeKind, Unknown, UnknownKind, Value, ValueKind, ValueLocation, Via};
use super::Trees;
use crate::facts::{DataTree, NodeId, ScalarStyle};
use crate::text::Span;
use std::collections::BTreeMap;

/// The signs in front of a meaning.
const INVERTED: char = '!';
const FILE: char = '?';
/// The meaning of the old token.
pub(super) const OLD: &str = "old";
/// The meaning of words for the command.
const OPTIONS: &str = "options";

impl<'a> Trees<'a> {
    pub(super) fn road(&self, site: &Site) -> Option<(usize, &'a Road)> {
        let name = site.road.as_ref()?;
        let roads = &self.context.sites.data.roads;
        let find = |name: &str| roads.iter().enumerate().find(|(_, road)| road.road == *name);
        let found = find(name)?;
        let is_shown = || found.1.shown_by.iter().any(|word| self.mentions(word));
        match &found.1.otherwise {
            Some(other) if !is_shown() && found.1.others.iter().any(|word| self.mentions(word)) => {
                find(other)
            }
            _ => Some(found),
        }
    }

    /// A mapping that is one registration.
    pub(super) fn road_keys(&mut self, site: &'a Site, id: NodeId) {
        let Some(road) = self.road(site) else { return };
        if site.inline && self.tree.scalar(id).is_some() {
            return self.road_words(road, id);
        }
        if !self.tree.is_mapping(self.tree.resolve(id)) {
            return;
        }
        if self.is_none(road.1, id) {
            return;
        }
        // What a name refers to belongs to what uses it.
        if self.program
            && self.aliases.is_used(id)
            && !self.aliases.is_followed(id)
            && self.postponed.insert(id)
        {
            self.waiting.push((site, id));
            return;
        }
        let scope = self.road_scope(road.0, id, None);
        if let Some((levels, name)) = site.place.zip(site.name.as_ref())
            && let Some(at) = above(self.tree, id, levels)
            && let Some(key) = self.tree.key(at)
        {
            let value = Value::elsewhere(key.span);
            self.survey.carriers.push(Carrier {
                doc: self.context.doc,
                scope,
                written: key.text.to_owned(),
                ..Carrier::new(Via::Named, name.clone(), key.span, value, id)
            });
        }
        self.read_road(road, site, id, None, scope);
    }

    /// `name=value` words of one text.
    fn road_words(&mut self, (index, road): (usize, &Road), id: NodeId) {
        let Some(decoded) = self.parsed.decode(id) else { return };
        let words = words_of(&decoded.text);
        let says = |key: &str| {
            let found = words.iter().find(|(name, _)| name.of(&decoded.text) == key);
            found.map(|(_, value)| value.of(&decoded.text).to_owned())
        };
        let is_none =
            |it: &Requirement| says(&it.key).is_some_and(|text| it.is.is_empty() || it.is.contains(&text));
        if road.unless.iter().any(is_none) {
            return;
        }
        let scope = self.road_scope(index, id, None);
        for (name, value) in &words {
            let (key, text) = (name.of(&decoded.text), value.of(&decoded.text));
            let Some(meaning) = road.meaning(key, &says) else { continue };
            let text = text.trim_matches(['"', '\'']).to_owned();
            let span = decoded.segments.to_outer(*value);
            let kind = if text.is_empty() {
                ValueKind::Empty
            } else if text.contains("{{") {
                ValueKind::Opaque
            } else {
                ValueKind::Literal
            };
            let (meant, value) =
                meant(meaning, Value { text, span, kind, place: ValueLocation::Nowhere, known: None });
            self.survey.carriers.push(Carrier {
                doc: self.context.doc,
                scope,
                sealed: Some("the options are on one line: change them manually".to_owned()),
                written: key.to_owned(),
                ..Carrier::new(Via::Road, meant.to_owned(), decoded.segments.to_outer(*name), value, id)
            });
        }
    }

    /// A key that counts for all entries of the mapping around it: the mapping is read once.
    pub(super) fn road_group(&mut self, site: &Site, id: NodeId) {
        let Some((road, around)) = self.road(site).zip(self.tree.parent(id)) else { return };
        if !self.grouped.insert((around, road.0)) {
            return;
        }
        let group = self.road_scope(road.0, id, None);
        self.read_road(road, site, around, None, group);
        let tree = self.tree;
        let list = road.1.lists.iter().find_map(|key| tree.child(around, key));
        for shared in road.1.shared.iter().filter_map(|key| tree.child(around, key)) {
            self.claimed.insert(shared);
            self.read_road(road, site, shared, Some(around), group);
        }
        if road.1.lists.is_empty() {
            return;
        }
        let entries = list.map(|list| self.tree.resolve(list)).filter(|list| !self.tree.is_computed(*list));
        let entries = entries.map(|list| self.tree.children(list).to_vec()).filter(|it| !it.is_empty());
        // Entries that are not in view.
        let Some(entries) = entries else {
            let key = list.and_then(|list| self.tree.key(list)).or_else(|| self.tree.key(id));
            if let Some((name, key)) = road.1.lists.first().zip(key) {
                let (kind, brings) = (UnknownKind::Values, Brings::Anything);
                let unknown = Unknown::new(kind, brings, name, self.context.doc, key.span);
                self.survey.scope_mut(group).into_iter().for_each(|it| it.add_unknown(unknown.clone()));
            }
            return;
        };
        for entry in entries.into_iter().filter(|it| !self.is_none(road.1, *it)).collect::<Vec<_>>() {
            let scope = self.road_scope(road.0, entry, Some(group));
            self.claimed.insert(entry);
            if self.tree.is_mapping(self.tree.resolve(entry)) {
                self.read_road(road, site, entry, Some(around), scope);
            } else {
                let target = self.target(None);
                let unknown = target.unknown(UnknownKind::Expression, Brings::Anything, self.tree, entry);
                self.survey.scope_mut(scope).into_iter().for_each(|it| it.add_unknown(unknown.clone()));
            }
        }
    }

    /// Whether a mapping registers nothing.
    fn is_none(&self, road: &Road, id: NodeId) -> bool {
        road.unless.iter().any(|it| accepts(self.tree, self.tree.resolve(id), it))
    }

    pub(super) fn road_scope(&mut self, road: usize, id: NodeId, within: Option<usize>) -> usize {
        let node = self.tree.get(id);
        let span = node
            .map_or_else(Default::default, |node| node.key.map_or(node.span, |key| key.span.hull(node.span)));
        let scope = self.survey.scope(ScopeKind::Road, self.context.doc, span);
        let (control, doc, text) = (self.control, self.context.doc, self.context.text);
        if let Some(it) = self.survey.scope_mut(scope) {
            it.evident = true;
            it.road = Some(road);
            it.within = within;
            it.of.extend(node.and_then(|node| node.key.map(|key| key.text.to_owned())));
            it.add_template(control, span, doc, text);
        }
        scope
    }

    /// The keys of the mapping `id`; `around` is the mapping that may say what they mean.
    pub(super) fn read_road(
        &mut self,
        (_, road): (usize, &Road),
        site: &Site,
        id: NodeId,
        around: Option<NodeId>,
        scope: usize,
    ) {
        let tree = self.tree;
        let text = |key: &str| {
            let find =
                |at: NodeId| tree.scalar(self.aliases.child(tree, at, key)?).map(|it| it.text.to_owned());
            find(id).or_else(|| find(around?))
        };
        let sealed = self.sealed().or(site.sealed.as_deref()).map(str::to_owned);
        let target = self.target(None);
        let entries = self.aliases.entries(tree, tree.resolve(id), &[]);
        let found = entries.list.iter().filter_map(|entry| {
            let key = tree.key(entry.id)?;
            let value =
                if self.program { value(tree, entry.id)? } else { environment::setting_of(tree, entry.id)? };
            Some((entry, key, road.meaning(key.text, &text)?, value))
        });
        let found: Vec<_> = found.collect();
        target.add_unread(tree, &entries.unread, Brings::Anything, scope, self.survey);
        for (entry, key, meaning, value) in found {
            if meaning == OPTIONS {
                self.road_options(entry, scope, sealed.as_deref());
                continue;
            }
            let (name, value) = meant(meaning, value);
            // What is merged into it is not a registration of its own.
            if self.program {
                self.claimed.extend(tree.parent(entry.id));
            }
            let carrier = Carrier {
                doc: self.context.doc,
                scope,
                sealed: sealed.clone(),
                written: key.text.to_owned(),
                ..Carrier::new(Via::Road, name.to_owned(), key.span, value, entry.id)
            };
            target.push(tree, entry, carrier, self.survey);
        }
    }

    /// Words that the road adds to the command: a text, or a list of such.
    fn road_options(&mut self, entry: &MappingEntry, scope: usize, sealed: Option<&str>) {
        let tree = self.tree;
        let value = tree.resolve(entry.id);
        let items = if tree.scalar(value).is_some() { vec![value] } else { tree.children(value).to_vec() };
        let (doc, target) = (self.context.doc, self.target(None));
        let mut words = Vec::new();
        for item in items {
            let scalar = tree.scalar(item).zip(tree.span(item));
            if let Some((scalar, span)) =
                scalar.filter(|(it, _)| !it.opaque || it.style != ScalarStyle::Plain)
            {
                words.extend(linked::words_of(scalar.text, span, self.context.text));
            } else {
                let unknown = target.unknown(UnknownKind::Words, Brings::Settings, tree, item);
                self.survey.scope_mut(scope).into_iter().for_each(|it| it.add_unknown(unknown.clone()));
            }
        }
        let subcommands = self.context.sites.signed().flat_map(|program| &program.subcommands);
        for subcommand in subcommands.filter(|it| !it.telling.is_empty()) {
            let found = options(subcommand, &words, doc, scope);
            self.survey.carriers.extend(
                found
                    .into_iter()
                    .map(|it| Carrier { sealed: sealed.map(str::to_owned).or(it.sealed.clone()), ..it }),
            );
        }
    }
}

/// `name=value` words of a text: their names and values. An expression may contain whitespace.
fn words_of(text: &str) -> Vec<(Span, Span)> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (start, mut equals, mut quote, mut depth) = (at, None, None, 0_usize);
        while let Some(byte) = bytes.get(at).copied() {
            match (quote, byte) {
                (Some(sign), _) if byte == sign => quote = None,
                (Some(_), _) => {}
                (None, b'{') => depth += 1,
                (None, b'}') => depth = depth.saturating_sub(1),
                (None, b'"' | b'\'') if depth == 0 => quote = Some(byte),
                (None, _) if byte.is_ascii_whitespace() && depth == 0 => break,
                (None, b'=') if depth == 0 && equals.is_none() => equals = Some(at),
                _ => {}
            }
            at += 1;
        }
        if let Some(equals) = equals {
            words.push((Span::new(start, equals), Span::new(equals + 1, at)));
        }
        at += 1;
    }
    words
}

/// Functions that give their argument.
const SAME: &[&str] =
    &["Ptr", "String", "Bool", "Int", "Int64", "ptr", "str", "bool", "int", "list", "tuple", "pointer"];

/// The value of an entry of a program. What is not a literal is shown as it is written.
pub(in crate::sites) fn value(tree: &DataTree, id: NodeId) -> Option<Value> {
    let mut at = tree.resolve(id);
    // `@("a", "b")`
    if let [list] = tree.children(at)
        && tree.is_computed(at)
        && tree.key_text(*list) == Some("@()")
    {
        let literal = |it: &NodeId| Some(tree.scalar(*it).filter(|it| !it.opaque)?.text);
        let items: Option<Vec<&str>> = tree.children(*list).iter().map(literal).collect();
        let (text, span) = (tree.written(id).to_owned(), tree.span(id)?);
        let known = items.map(|items| items.join(","));
        return Some(Value { text, span, kind: ValueKind::Opaque, place: ValueLocation::Nowhere, known });
    }
    // `gitlab.Ptr(false)`, `{"a"}` of a list of values in Go.
    for _ in 0..2 {
        let inner = match tree.children(at) {
            [call] if tree.is_computed(at) => {
                let name = tree.key_text(*call).unwrap_or_default().trim_end_matches("()");
                let is_same = SAME.contains(&name.rsplit('.').next().unwrap_or_default());
                Some(tree.children(*call)).filter(|_| is_same)
            }
            children if tree.is_mapping(at) && !tree.is_computed(at) => Some(children),
            _ => None,
        };
        match inner {
            Some([only]) if tree.key(*only).is_none() => at = tree.resolve(*only),
            _ => break,
        }
    }
    let is_plain = tree.scalar(at).is_some() || tree.is_sequence(at);
    let read = environment::setting_of(tree, if is_plain { at } else { tree.resolve(id) })?;
    let span = tree.span(id)?;
    Some(match read.kind {
        ValueKind::Literal if at != id => {
            let (known, text) = (Some(read.text), tree.written(id).to_owned());
            Value { text, span, kind: ValueKind::Opaque, place: ValueLocation::Nowhere, known }
        }
        ValueKind::Opaque => {
            Value { text: tree.written(id).to_owned(), span, place: ValueLocation::Nowhere, ..read }
        }
        _ => Value { span, ..read },
    })
}

/// What a value means for a key of that meaning.
pub(in crate::sites) fn meant(meaning: &str, value: Value) -> (&str, Value) {
    if let Some(name) = meaning.strip_prefix(FILE) {
        let kind = if value.kind == ValueKind::Empty { value.kind } else { ValueKind::Opaque };
        // The name of a file is not a secret.
        let span = Span::at(value.span.start());
        return (name, Value { kind, span, place: ValueLocation::Nowhere, ..value });
    }
    let Some(name) = meaning.strip_prefix(INVERTED) else { return (meaning, value) };
    let text = value.known.as_deref().unwrap_or(&value.text);
    let inverted = match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" | "$true" => Some("false"),
        "false" | "no" | "off" | "0" | "$false" => Some("true"),
        _ => None,
    };
    let value = match inverted {
        Some(known) if value.kind == ValueKind::Opaque => {
            Value { known: Some(known.to_owned()), text: format!("not {}", value.text), ..value }
        }
        Some(known) => Value { known: Some(known.to_owned()), ..value },
        None if value.kind == ValueKind::Opaque => Value { text: format!("not {}", value.text), ..value },
        None => value,
    };
    (name, value)
}

impl Road {
    /// What `key` means, where the mapping around it has the value `text(other)` at other keys.
    pub(in crate::sites) fn meaning<'r>(
        &'r self,
        key: &str,
        text: &dyn Fn(&str) -> Option<String>,
    ) -> Option<&'r str> {
        let decides = |other: &&Other| {
            let value = text(&other.key).filter(|it| !it.is_empty());
            value.is_some_and(|it| other.is.is_empty() || other.is.contains(&it))
        };
        let other = self.instead.iter().filter(decides).find_map(|it| find(&it.keys, key));
        other.or_else(|| find(&self.keys, key)).filter(|it| !it.is_empty())
    }
}

/// The meaning of `key`, in which `-` is as good as `_`, and `tagList` as `tag_list`.
pub(super) fn find<'r>(keys: &'r BTreeMap<String, String>, key: &str) -> Option<&'r str> {
    let found = keys.get(key).or_else(|| keys.get(&key.replace('-', "_")));
    let found = found.or_else(|| keys.get(&snake(key)?));
    found.map(String::as_str)
}

/// A name that is written with capitals, with `_` instead.
fn snake(key: &str) -> Option<String> {
    let is_camel = key.len() <= LONGEST_KEY && key.bytes().any(|byte| byte.is_ascii_uppercase());
    if !is_camel || key.contains(['_', '-']) {
        return None;
    }
    let mut out = String::new();
    for sign in key.chars() {
        if sign.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(sign.to_ascii_lowercase());
    }
    Some(out)
}

/// Longer keys mean nothing.
const LONGEST_KEY: usize = 64;
