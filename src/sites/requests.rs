//! Commands that send a request: `curl -X POST URL`.

use super::command::Around;
use super::programs::Invocation;
use super::schema::road::Road;
use super::trees::road::meant;
use super::{Brings, Carrier, Place, ScopeKind, Survey, Unknown, UnknownKind, Value, ValueKind, Via};
use crate::facts::Word;
use crate::text::Span;

/// Takes in the request that a command sends: its method is the name of what carries it, its URL the value.
pub(super) fn read(found: &Invocation<'_>, around: &Around<'_>, survey: &mut Survey) {
    let known = around
        .context
        .sites
        .data
        .programs
        .requests
        .iter()
        .find(|known| known.names.iter().any(|name| name.eq_ignore_ascii_case(found.name)));
    let Some(known) = known else { return };
    let is = |names: &[String], option: &str| names.iter().any(|name| name.eq_ignore_ascii_case(option));
    let mut method = None;
    let mut posts = false;
    let mut places: Vec<&Word> = Vec::new();
    let mut bodies: Vec<&Word> = Vec::new();
    let mut words = found.arguments.iter();
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        let (option, inline) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let glued = known.method.iter().find_map(|name| text.strip_prefix(name.as_str()));
        if is(&known.method, option) {
            method = inline.map(str::to_owned).or_else(|| words.next().map(|next| next.text.clone()));
        } else if let Some(glued) =
            glued.filter(|rest| rest.len() < 8 && rest.chars().all(|c| c.is_ascii_uppercase()))
        {
            method = Some(glued.to_owned());
        } else if is(&known.posts, option) {
            posts = true;
            bodies.extend(if inline.is_none() { words.next() } else { Some(word) });
        } else if is(&known.body, option) {
            bodies.extend(words.next());
        } else if is(&known.valued, option) {
            if inline.is_none() {
                words.next();
            }
        } else if known.method_word && !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase()) {
            method = Some(text.to_owned());
        } else if text.contains('/') || option.ends_with("ri") && text.starts_with('-') {
            places.push(word);
        }
    }
    let method = method.unwrap_or_else(|| if posts { "POST" } else { "GET" }.to_owned()).to_ascii_uppercase();
    for (index, road) in around.context.sites.data.roads.iter().enumerate() {
        register(index, road, &method, &places, &bodies, found.arguments, around, survey);
    }
    let scope = survey.places(around.context.doc);
    for word in places {
        let value = Value {
            text: word.text.clone(),
            span: word.span,
            kind: if word.opaque { ValueKind::Opaque } else { ValueKind::Literal },
            place: Place::Node(word.node),
            known: None,
        };
        survey.carriers.push(Carrier {
            doc: around.context.doc,
            scope,
            ..Carrier::new(Via::Request, method.clone(), word.span, value, word.node)
        });
    }
}

/// Takes in a request that registers a runner, with the fields that it sends.
#[expect(clippy::too_many_arguments, reason = "they are the parts of one request")]
fn register(
    index: usize,
    road: &Road,
    method: &str,
    places: &[&Word],
    bodies: &[&Word],
    words: &[Word],
    around: &Around<'_>,
    survey: &mut Survey,
) {
    let Some(request) = road.request.as_ref().filter(|it| it.method == method) else { return };
    let doc = around.context.doc;
    for word in places {
        let Some(decoded) = around.parsed.decode(word.node) else { continue };
        let captures = request.url.regex().and_then(|url| url.captures(&decoded.text));
        let Some(at) = captures.and_then(|it| it.get(1)) else { continue };
        let whole = words.iter().fold(word.span, |span, word| span.hull(word.span));
        let scope = survey.scope(ScopeKind::Road, doc, whole);
        if let Some(it) = survey.scope_mut(scope) {
            it.evident = true;
            it.road = Some(index);
        }
        // A URL is shown from its path on; its query has values.
        let rest = decoded.text.get(at.start()..).unwrap_or_default();
        let end = at.start() + rest.find('?').unwrap_or(rest.len());
        let span = decoded.segments.to_outer(Span::new(at.start(), end));
        survey.carriers.push(Carrier {
            doc,
            scope,
            written: at.as_str().to_owned(),
            ..Carrier::new(Via::Named, request.name.clone(), span, Value::elsewhere(span), word.node)
        });
        if let Some(address) = decoded.text.get(..at.start()).filter(|it| !it.is_empty()) {
            let kind = super::options::kind_of(address, word.opaque && address.contains(['$', '{', '%']));
            let value = Value { text: address.to_owned(), span, kind, place: Place::Nowhere, known: None };
            survey.carriers.push(Carrier {
                doc,
                scope,
                ..Carrier::new(Via::Road, "url".to_owned(), span, value, word.node)
            });
        }
        let query = decoded.text.split_once('?').map(|(_, query)| (*word, query.to_owned()));
        let sent = bodies.iter().map(|word| (*word, word.text.clone()));
        for (word, text) in query.into_iter().chain(sent) {
            let Some(fields) = fields(&text) else {
                let unknown = Unknown::new(UnknownKind::Expression, Brings::Anything, &text, doc, word.span);
                survey.scope_mut(scope).into_iter().for_each(|it| it.add_unknown(unknown.clone()));
                continue;
            };
            for (key, text) in fields {
                let Some(meaning) = road.meaning(&key, &|_| None) else { continue };
                let opaque = word.opaque && text.contains(['$', '`', '%', '{', '#']);
                let kind = super::options::kind_of(&text, opaque);
                let value = Value { text, span: word.span, kind, place: Place::Nowhere, known: None };
                let (name, value) = meant(meaning, value);
                survey.carriers.push(Carrier {
                    doc,
                    scope,
                    written: key,
                    ..Carrier::new(Via::Road, name.to_owned(), word.span, value, word.node)
                });
            }
        }
        // A request has one URL.
        break;
    }
}

/// The fields of a body: JSON, or `name=value` with `&` between them; `None` if they are not there to be read.
pub(super) fn fields(text: &str) -> Option<Vec<(String, String)>> {
    let text = text.trim();
    // `--data=name=value`
    let text =
        text.strip_prefix("--").map_or(text, |rest| rest.split_once('=').map_or(rest, |(_, rest)| rest));
    if text.starts_with('{') {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
        let plain = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        };
        let field = |(key, value): (String, serde_json::Value)| match value {
            serde_json::Value::Array(items) => (key, items.iter().map(plain).collect::<Vec<_>>().join(",")),
            value => (key, plain(&value)),
        };
        return Some(object.into_iter().map(field).collect());
    }
    let pairs: Vec<(String, String)> = text
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.trim_end_matches("[]").to_owned(), value.to_owned()))
        .collect();
    (!pairs.is_empty()).then_some(pairs)
}
