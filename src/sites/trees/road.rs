//! Registrations of other tools than the program itself: mappings whose keys a road knows.

use super::super::aliases::Entry;
use super::super::environment;
use super::super::linked::{Stated, options};
use super::super::paths::{above, accepts};
use super::super::schema::Site;
use super::super::schema::road::{Other, Road};
use super::super::{Brings, Carrier, Place, ScopeKind, Unknown, UnknownKind, Value, ValueKind, Via};
use super::Trees;
use crate::facts::NodeId;
use crate::text::Span;
use std::collections::BTreeMap;

/// The signs in front of a meaning.
const INVERTED: char = '!';
const FILE: char = '?';
/// The meaning of the old token.
const OLD: &str = "old";
/// The meaning of words for the command.
const OPTIONS: &str = "options";

impl<'a> Trees<'a> {
    fn road(&self, site: &Site) -> Option<(usize, &'a Road)> {
        let name = site.road.as_ref()?;
        let roads = &self.context.sites.data.roads;
        roads.iter().enumerate().find(|(_, road)| road.road == *name)
    }

    /// A mapping that is one registration.
    pub(super) fn road_keys(&mut self, site: &Site, id: NodeId) {
        let Some(road) = self.road(site).filter(|_| self.tree.is_mapping(self.tree.resolve(id))) else {
            return;
        };
        if self.is_none(road.1, id) {
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

    /// A request of a task or of a program.
    pub(super) fn road_request(&mut self, site: &Site, id: NodeId) {
        let (tree, Some(road)) = (self.tree, self.road(site)) else { return };
        let Some(request) = road.1.request.as_ref().filter(|_| tree.is_mapping(id)) else { return };
        let method = tree.text(id, "method").map(|it| it.eq_ignore_ascii_case(&request.method));
        if !method.unwrap_or(site.posts) {
            return;
        }
        let is_body = |at: &NodeId| tree.key_text(*at).is_none_or(|key| site.body.iter().any(|it| it == key));
        let (bodies, others): (Vec<NodeId>, Vec<NodeId>) = tree
            .children(id)
            .iter()
            .copied()
            .partition(|at| is_body(at) && tree.is_mapping(tree.resolve(*at)));
        let has_token = |at: &NodeId| {
            tree.children(tree.resolve(*at))
                .iter()
                .any(|it| tree.key_text(*it).is_some_and(|key| find(&road.1.keys, key) == Some(OLD)))
        };
        let place = if site.place.is_some() {
            let key = tree.key(id).filter(|_| bodies.iter().any(has_token));
            key.map(|key| (key.text.trim_end_matches("()").to_owned(), key.span))
        } else {
            others.iter().find_map(|at| {
                let span = tree.span(*at).filter(|_| tree.scalar(*at).is_some())?;
                let found = request.url.regex()?.captures(span.of(self.context.text))?.get(1)?;
                let at = Span::new(span.start() + found.start(), span.start() + found.end());
                Some((found.as_str().to_owned(), at))
            })
        };
        let Some((written, span)) = place else { return };
        let scope = self.road_scope(road.0, id, None);
        self.survey.carriers.push(Carrier {
            doc: self.context.doc,
            scope,
            written,
            ..Carrier::new(Via::Named, request.name.clone(), span, Value::elsewhere(span), id)
        });
        let target = self.target(None);
        for at in others.iter().filter(|at| is_body(at) && tree.key(**at).is_some()) {
            let unknown = target.unknown(UnknownKind::Expression, Brings::Anything, tree, *at);
            self.survey.scope_mut(scope).into_iter().for_each(|it| it.add_unknown(unknown.clone()));
        }
        for body in bodies {
            self.read_road(road, site, body, None, scope);
        }
    }

    /// Whether a mapping registers nothing.
    fn is_none(&self, road: &Road, id: NodeId) -> bool {
        road.unless.iter().any(|it| accepts(self.tree, self.tree.resolve(id), it))
    }

    fn road_scope(&mut self, road: usize, id: NodeId, within: Option<usize>) -> usize {
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
    fn read_road(
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
            Some((entry, key, road.meaning(key.text, &text)?, environment::setting_of(tree, entry.id)?))
        });
        let found: Vec<_> = found.collect();
        target.add_unread(tree, &entries.unread, Brings::Anything, scope, self.survey);
        for (entry, key, meaning, value) in found {
            if meaning == OPTIONS {
                self.road_options(entry, scope, sealed.as_deref());
                continue;
            }
            let (name, value) = meant(meaning, value);
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
    fn road_options(&mut self, entry: &Entry, scope: usize, sealed: Option<&str>) {
        let tree = self.tree;
        let value = tree.resolve(entry.id);
        let items = if tree.scalar(value).is_some() { vec![value] } else { tree.children(value).to_vec() };
        for item in items {
            let Some((scalar, span)) = tree.scalar(item).zip(tree.span(item)) else { continue };
            let (doc, text) = (self.context.doc, scalar.text.to_owned());
            let stated = Stated { name: OPTIONS.into(), doc, span, text };
            let subcommands = self.context.sites.signed().flat_map(|program| &program.subcommands);
            for subcommand in subcommands.filter(|it| !it.telling.is_empty()) {
                let found = options(subcommand, &stated, self.context.text, scope);
                self.survey.carriers.extend(
                    found
                        .into_iter()
                        .map(|it| Carrier { sealed: sealed.map(str::to_owned).or(it.sealed.clone()), ..it }),
                );
            }
        }
    }
}

/// What a value means for a key of that meaning.
pub(in crate::sites) fn meant(meaning: &str, value: Value) -> (&str, Value) {
    if let Some(name) = meaning.strip_prefix(FILE) {
        let kind = if value.kind == ValueKind::Empty { value.kind } else { ValueKind::Opaque };
        return (name, Value { kind, place: Place::Nowhere, ..value });
    }
    let Some(name) = meaning.strip_prefix(INVERTED) else { return (meaning, value) };
    let text = value.known.as_deref().unwrap_or(&value.text);
    let inverted = match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" | "$true" => Some("false"),
        "false" | "no" | "off" | "0" | "$false" => Some("true"),
        _ => None,
    };
    let value = match inverted {
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

/// The meaning of `key`, in which `-` is as good as `_`.
fn find<'r>(keys: &'r BTreeMap<String, String>, key: &str) -> Option<&'r str> {
    let found = keys.get(key).or_else(|| keys.get(&key.replace('-', "_")));
    found.map(String::as_str)
}
