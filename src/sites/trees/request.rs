//! Requests of tasks and programs that register a runner: `uri:`, `post(url, json={…})`, `runners.create({…})`.

use super::super::requests::fields;
use super::super::schema::Site;
use super::super::schema::road::Road;
use super::super::{Brings, Carrier, UnknownKind, Value, ValueLocation, Via, options};
use super::Trees;
use super::road::{OLD, find, meant};
use crate::facts::{NodeId, Scalar, ScalarStyle};
use crate::text::Span;

/// Methods of requests.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
/// Arguments that are sent beside the body.
const OTHERS: &[&str] = &["header", "timeout", "ctx", "context", "type", "auth", "credential", "callback"];
/// Keys that show that a mapping is options of a request.
const OPTIONS: &[&str] = &["method", "url", "headers"];

/// The arguments of a request, by what they are.
#[derive(Default)]
struct Arguments {
    method: Option<String>,
    /// Where the URL of the road is: the argument, its bytes, and the text from there on.
    url: Option<(NodeId, Span, String)>,
    /// Mappings that are sent.
    bodies: Vec<NodeId>,
    /// What is sent and is not a mapping.
    opaque: Vec<NodeId>,
}

impl Trees<'_> {
    /// A request of a task or of a program.
    pub(super) fn road_request(&mut self, site: &Site, id: NodeId) {
        let (tree, Some(road)) = (self.tree, self.road(site)) else { return };
        let Some(request) = road.1.request.as_ref().filter(|_| tree.is_mapping(id)) else { return };
        let mut found = self.arguments_of(site, road.1, id);
        let sends = || !found.bodies.is_empty() || !found.opaque.is_empty();
        let method = found.method.as_ref().map(|it| it.eq_ignore_ascii_case(&request.method));
        if !method.unwrap_or_else(|| site.posts || site.posts_body && sends()) {
            return;
        }
        let place = if site.place.is_some() {
            let has_token =
                || self.has_token(road.1, id) || found.bodies.iter().any(|it| self.has_token(road.1, *it));
            let key = tree.key(id).filter(|_| site.evident || has_token());
            key.map(|key| (key.text.trim_end_matches("()").to_owned(), key.span))
        } else {
            let url = found.url.as_ref();
            url.map(|(_, span, text)| {
                let end = text.find(|sign: char| !sign.is_ascii_alphanumeric() && !"/_".contains(sign));
                (
                    text.get(..end.unwrap_or(text.len()))
                        .unwrap_or_default()
                        .trim_end_matches('/')
                        .to_owned(),
                    *span,
                )
            })
        };
        let Some((written, span)) = place else { return };
        let scope = self.road_scope(road.0, id, None);
        let name = site.name.clone().unwrap_or_else(|| request.name.clone());
        self.survey.carriers.push(Carrier {
            doc: self.context.doc,
            scope,
            written,
            ..Carrier::new(Via::Named, name, span, Value::elsewhere(span), id)
        });
        if let Some((at, span, text)) = &found.url {
            let query = text.split_once('?').map(|(_, query)| query.trim_end_matches(['"', '\'', '`', ')']));
            let whole = tree.span(tree.resolve(*at)).unwrap_or(*span);
            match query.map(fields) {
                Some(None) => found.opaque.push(*at),
                read => self.sent(road.1, read.flatten().unwrap_or_default(), (*at, whole), scope),
            }
        }
        if let Some(at) = site.token_at {
            let mut positional = tree.children(id).iter().filter(|at| tree.key(**at).is_none());
            let token = positional.nth(at).copied();
            if let Some((at, value)) = token.and_then(|at| Some((at, super::road::value(tree, at)?))) {
                found.opaque.retain(|it| *it != at);
                let (doc, span) = (self.context.doc, value.span);
                let written = "token".to_owned();
                let carrier = Carrier::new(Via::Road, OLD.to_owned(), span, value, at);
                self.survey.carriers.push(Carrier { written, doc, scope, ..carrier });
            }
        }
        let target = self.target(None);
        for at in found.opaque {
            let is_text = |it: &Scalar<'_>| !self.program || !it.opaque || it.style != ScalarStyle::Plain;
            let text = tree.scalar(at).filter(is_text).and_then(|it| fields(it.text));
            if let Some((text, span)) = text.zip(tree.span(at)) {
                self.sent(road.1, text, (at, span), scope);
                continue;
            }
            let unknown = target.unknown(UnknownKind::Expression, Brings::Anything, tree, at);
            self.survey.scope_mut(scope).into_iter().for_each(|it| it.add_unknown(unknown.clone()));
        }
        if self.program {
            self.read_road(road, site, id, None, scope);
        }
        for body in found.bodies {
            self.read_road(road, site, body, None, scope);
        }
    }

    /// Fields that a text at `span` sends.
    fn sent(&mut self, road: &Road, fields: Vec<(String, String)>, (at, span): (NodeId, Span), scope: usize) {
        for (key, text) in fields {
            let Some(meaning) = road.meaning(&key, &|_| None) else { continue };
            // Only the value is hidden, where it is known where it is.
            let pair = format!("{key}={text}");
            let found = span.of(self.context.text).find(&pair).map(|at| span.start() + at);
            let span = found.map_or(span, |at| Span::new(at + key.len() + 1, at + pair.len()));
            let kind = options::kind_of(&text, text.contains(['$', '{', '%', '"', '\'', '`']));
            let value = Value { text, span, kind, place: ValueLocation::Nowhere, known: None };
            let (name, value) = meant(meaning, value);
            let carrier = Carrier::new(Via::Road, name.to_owned(), span, value, at);
            self.survey.carriers.push(Carrier { doc: self.context.doc, scope, written: key, ..carrier });
        }
    }

    /// Whether a mapping has a registration token.
    fn has_token(&self, road: &Road, id: NodeId) -> bool {
        let tree = self.tree;
        let entries = self.aliases.entries(tree, tree.resolve(id), &[]);
        entries
            .list
            .iter()
            .filter_map(|it| tree.key_text(it.id))
            .any(|key| find(&road.keys, key) == Some(OLD))
    }

    fn arguments_of(&self, site: &Site, road: &Road, id: NodeId) -> Arguments {
        let tree = self.tree;
        let is_body = |at: NodeId| tree.key_text(at).is_some_and(|key| site.body.iter().any(|it| it == key));
        let mut found = Arguments::default();
        let mut arguments = Vec::new();
        for at in tree.children(id) {
            let inner = tree.resolve(*at);
            let children = tree.children(inner);
            let is_option =
                |it: &NodeId| is_body(*it) || tree.key_text(*it).is_some_and(|key| OPTIONS.contains(&key));
            // `fetch(url, { method: …, body: … })`
            if tree.key(*at).is_none() && tree.is_mapping(inner) && children.iter().any(is_option) {
                arguments.extend(children.iter().copied());
            } else {
                arguments.push(*at);
            }
        }
        let scalars: Vec<Span> = arguments
            .iter()
            .filter(|at| tree.scalar(**at).is_some())
            .filter_map(|at| tree.span(*at))
            .collect();
        let url = |at: NodeId| {
            let text = tree.written(tree.resolve(at));
            let is_short =
                text.len() <= LONGEST && (tree.is_computed(at) || !tree.is_mapping(tree.resolve(at)));
            let found = request_url(road, Some(text).filter(|_| is_short)?)?;
            let start = tree.span(tree.resolve(at))?.start();
            let rest = text.get(found.start()..)?;
            // The URL is elsewhere: the name is shown.
            let span = if tree.resolve(at) == at { found.shifted(start) } else { tree.span(at)? };
            Some((at, span, rest.to_owned()))
        };
        for at in arguments {
            let inner = tree.resolve(at);
            let (key, text) = (tree.key_text(at), tree.written(at));
            let word = text.trim_matches(['"', '\'', '`']);
            let is_method = key == Some("method") || key.is_none() && METHODS.contains(&word);
            if is_method || key.is_none() && word.ends_with(".MethodPost") {
                let word = if word.ends_with("MethodPost") { "POST" } else { word };
                found.method.get_or_insert_with(|| word.to_owned());
            } else if let Some(it) = Some(at).filter(|_| found.url.is_none() && !is_body(at)).and_then(url) {
                found.url = Some(it);
            } else if tree.is_mapping(inner) {
                // A call in an expression is a part of it.
                let covered = || tree.span(at).is_some_and(|span| scalars.iter().any(|it| it.contains(span)));
                if is_body(at) || key.is_none() && !covered() {
                    found.bodies.push(at);
                }
            } else if is_body(at) && tree.scalar(inner).is_some_and(|it| !it.null) {
                found.opaque.push(at);
            } else if key.is_none() && tree.scalar(at).is_some_and(|it| it.opaque) {
                let lower = text.to_ascii_lowercase();
                if !OTHERS.iter().any(|it| lower.contains(it)) && found.url.is_some() {
                    found.opaque.push(at);
                }
            }
        }
        found
    }
}

/// Longer arguments are not URLs, in bytes.
const LONGEST: usize = 4096;

/// Where the URL of the road is in `text`.
fn request_url(road: &Road, text: &str) -> Option<Span> {
    let found = road.request.as_ref()?.url.regex()?.captures(text)?.get(1)?;
    Some(Span::new(found.start(), found.end()))
}
