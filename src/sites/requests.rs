//! Commands that send a request: `curl -X POST URL`.

use super::command::Around;
use super::hashtables::Table;
use super::programs::Invocation;
use super::schema::road::Road;
use super::trees::road::{meant, value};
use super::{Brings, Carrier, ScopeKind, Survey, Unknown, UnknownKind, Value, ValueKind, ValueLocation, Via};
use crate::facts::{Variable, Word};
use crate::text::Span;

/// Takes in the request that a command sends: its method is the name of what carries it, its URL the value.
#[expect(clippy::too_many_lines, reason = "each kind of word has its branch")]
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
    let mut bodies: Vec<RequestBody<'_>> = Vec::new();
    let mut tables: Vec<Table<'_>> = Vec::new();
    let mut given = Vec::new();
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
            bodies.extend(if inline.is_none() { words.next() } else { Some(word) }.map(RequestBody::Word));
        } else if is(&known.body, option) {
            let next = words.as_slice().first().filter(|next| !next.text.starts_with('-'));
            let table = Table::behind(word.span.end(), around);
            let end = table.as_ref().and_then(|it| it.tree.span(it.id)).map_or(0, Span::end);
            bodies.push(table.map_or_else(|| RequestBody::Word(next.unwrap_or(word)), RequestBody::Table));
            if next.is_some() {
                words.next();
            }
            while words.as_slice().first().is_some_and(|next| next.span.start() < end) {
                words.next();
            }
        } else if is(&known.valued, option) {
            if inline.is_none() {
                words.next();
            }
        } else if known.method_word && !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase()) {
            method = Some(text.to_owned());
        } else if known.method_word && is_item(text) {
            // `name==value` is a query.
            posts |= !text.contains("==");
            bodies.push(RequestBody::Word(word));
        } else if let Some(name) = text.strip_prefix('@').filter(|_| !known.body.is_empty()) {
            tables.extend(Table::named(name, word.span.start(), around));
        } else if text.contains('/') || option.ends_with("ri") && text.starts_with('-') {
            places.push(word);
        }
    }
    for table in tables {
        let text = |key: &str| Some(table.tree.scalar(table.get(key)?)?.text.to_owned());
        method = method.or_else(|| text("Method"));
        let body = table.get("Body").and_then(|body| table.table(body, around));
        bodies.extend(body.map(RequestBody::Table));
        let address = table.get("Uri").and_then(|at| Some((at, table.tree.span(at)?)));
        if let (Some((_, span)), Some(word)) = (address, found.arguments.first()) {
            given.push((word, span));
        }
        bodies.push(RequestBody::Changes(table.changes));
    }
    let method = method.unwrap_or_else(|| if posts { "POST" } else { "GET" }.to_owned()).to_ascii_uppercase();
    let whole = found.arguments.iter().map(|word| word.span).reduce(Span::hull);
    for (index, road) in around.context.sites.data.roads.iter().enumerate() {
        let Some(request) = road.request.as_ref().filter(|it| it.method == method) else { continue };
        let url = |text: &str| {
            let found = request.url.regex()?.captures(text)?.get(1)?;
            Some(Span::new(found.start(), found.end()))
        };
        // A request has one URL.
        let in_words = places.iter().find_map(|word| {
            let decoded = around.parsed.decode(word.node)?;
            let Some(at) = url(&decoded.text) else {
                let text = with_address(&decoded.text, &around.parsed.facts().variables)?;
                // What is in the variable is not shown.
                let start = decoded.text.find("/runners")?;
                let span = decoded.segments.to_outer(Span::new(start, start + "/runners".len()));
                return Some(Url { word, at: url(&text)?, text, span });
            };
            // A URL is shown from its path on; its query has values.
            let rest = decoded.text.get(at.start()..)?;
            let end = at.start() + rest.find('?').unwrap_or(rest.len());
            let span = decoded.segments.to_outer(Span::new(at.start(), end));
            Some(Url { word, text: decoded.text, at, span })
        });
        let in_tables = given.iter().find_map(|(word, span)| {
            let text = span.of(around.text());
            let at = url(text)?;
            Some(Url { word, text: text.to_owned(), at, span: at.shifted(span.start()) })
        });
        if let Some((url, whole)) = in_words.or(in_tables).zip(whole) {
            let request = Request { index, road, name: &request.name, url, whole };
            request.register(&bodies, around, survey);
        }
    }
    let scope = survey.places(around.context.doc);
    for word in places {
        let value = Value {
            text: word.text.clone(),
            span: word.span,
            kind: if word.opaque { ValueKind::Opaque } else { ValueKind::Literal },
            place: ValueLocation::Node(word.node),
            known: None,
        };
        survey.carriers.push(Carrier {
            doc: around.context.doc,
            scope,
            ..Carrier::new(Via::Request, method.clone(), word.span, value, word.node)
        });
    }
}

/// What a request sends.
enum RequestBody<'a> {
    /// Text.
    Word(&'a Word),
    /// A hash table.
    Table(Table<'a>),
    /// What may change a hash table.
    Changes(Vec<Unknown>),
}

/// The URL of a request.
struct Url<'a> {
    word: &'a Word,
    text: String,
    /// The bytes of its path in that.
    at: Span,
    /// Where it is shown.
    span: Span,
}

/// A request that registers a runner.
struct Request<'a> {
    index: usize,
    road: &'a Road,
    name: &'a str,
    url: Url<'a>,
    whole: Span,
}

impl Request<'_> {
    /// Takes it in, with the fields that it sends.
    fn register(self, bodies: &[RequestBody<'_>], around: &Around<'_>, survey: &mut Survey) {
        let doc = around.context.doc;
        let Url { word, text, at, span } = self.url;
        let scope = survey.scope(ScopeKind::Road, doc, self.whole.hull(word.span));
        if let Some(it) = survey.scope_mut(scope) {
            it.evident = true;
            it.road = Some(self.index);
        }
        let name = self.name.to_owned();
        survey.carriers.push(Carrier {
            doc,
            scope,
            written: at.of(&text).to_owned(),
            ..Carrier::new(Via::Named, name, span, Value::elsewhere(span), word.node)
        });
        let address = text.get(..at.start()).map(|it| it.trim_start_matches(['"', '\'']));
        if let Some(address) = address.filter(|it| !it.is_empty()) {
            let kind = super::options::kind_of(address, word.opaque && address.contains(['$', '{', '%']));
            let value =
                Value { text: address.to_owned(), span, kind, place: ValueLocation::Nowhere, known: None };
            survey.carriers.push(Carrier {
                doc,
                scope,
                ..Carrier::new(Via::Road, "url".to_owned(), span, value, word.node)
            });
        }
        let road = self.road;
        if let Some((_, query)) = text.split_once('?') {
            send(road, word, query.trim_end_matches(['"', '\'']), scope, around, survey);
        }
        for body in bodies {
            match body {
                RequestBody::Word(word) => send(road, word, &word.text, scope, around, survey),
                RequestBody::Table(table) => send_table(road, word, table, scope, around, survey),
                RequestBody::Changes(changes) => add_unknowns(changes, scope, survey),
            }
        }
    }
}

fn add_unknowns(unknowns: &[Unknown], scope: usize, survey: &mut Survey) {
    let Some(it) = survey.scope_mut(scope) else { return };
    for unknown in unknowns {
        it.add_unknown(unknown.clone());
    }
}

/// Takes in the fields of a text.
fn send(road: &Road, word: &Word, text: &str, scope: usize, around: &Around<'_>, survey: &mut Survey) {
    let doc = around.context.doc;
    let Some(fields) = fields(text) else {
        let unknown = Unknown::new(UnknownKind::Expression, Brings::Anything, text, doc, word.span);
        add_unknowns(&[unknown], scope, survey);
        return;
    };
    for (key, text) in fields {
        let Some(meaning) = road.meaning(&key, &|_| None) else { continue };
        let opaque = word.opaque && text.contains(['$', '`', '%', '{', '#']);
        let kind = super::options::kind_of(&text, opaque);
        let value = Value { text, span: word.span, kind, place: ValueLocation::Nowhere, known: None };
        let (name, value) = meant(meaning, value);
        survey.carriers.push(Carrier {
            doc,
            scope,
            written: key,
            ..Carrier::new(Via::Road, name.to_owned(), word.span, value, word.node)
        });
    }
}

/// Takes in the fields of a hash table.
fn send_table(
    road: &Road,
    word: &Word,
    table: &Table<'_>,
    scope: usize,
    around: &Around<'_>,
    survey: &mut Survey,
) {
    add_unknowns(&table.changes, scope, survey);
    for at in table.tree.children(table.id) {
        let Some((key, value)) = table.tree.key(*at).zip(value(table.tree, *at)) else { continue };
        let Some(meaning) = road.meaning(key.text, &|_| None) else { continue };
        let (name, value) = meant(meaning, value);
        survey.carriers.push(Carrier {
            doc: around.context.doc,
            scope,
            written: key.text.to_owned(),
            ..Carrier::new(
                Via::Road,
                name.to_owned(),
                key.span,
                Value { place: ValueLocation::Nowhere, ..value },
                word.node,
            )
        });
    }
}

/// A URL that begins with a variable, with the value that the text gives that.
fn with_address(text: &str, variables: &[Variable]) -> Option<String> {
    let rest = text.strip_prefix('$')?;
    let rest = rest.strip_prefix("env:").unwrap_or(rest);
    let (name, path) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?,
        None => rest.split_at(rest.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_')?),
    };
    let mut known = variables.iter().filter(|it| it.name == name);
    let first = known.next()?.value.as_str();
    // Another value may be of another API.
    let end = first.rfind("/api/").and_then(|at| first.get(at..))?;
    let same = path.starts_with('/') && known.all(|it| it.value.ends_with(end));
    same.then(|| format!("{first}{path}"))
}

/// Whether a word of HTTPie is a field: `name=value`, `name:=json`, `name==query`.
fn is_item(text: &str) -> bool {
    let name = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_[]-".contains(byte)).count();
    name > 0 && text.get(name..).is_some_and(|rest| rest.starts_with('=') || rest.starts_with(":="))
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
        .map(|(key, value)| (key.trim_end_matches(['[', ']', ':']).to_owned(), item(value)))
        .collect();
    (!pairs.is_empty()).then_some(pairs)
}

/// The value of a field: HTTPie's `==value` is a query, its `:=["a", "b"]` a list.
fn item(value: &str) -> String {
    let value = value.strip_prefix('=').unwrap_or(value);
    let list = Some(value)
        .filter(|it| it.starts_with('['))
        .and_then(|it| serde_json::from_str::<Vec<String>>(it).ok());
    list.map_or_else(|| value.to_owned(), |items| items.join(","))
}
