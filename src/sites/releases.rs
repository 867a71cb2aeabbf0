//! Values that a chart gets one by one: `--set a.b=c`, parameters, `set` blocks.

pub(super) use super::charts::named_at;

use super::built::{Built, Wants};
use super::charts::{self, names_chart};
use super::command::{Around, IN_PIECES};
use super::environment::Target;
use super::grammar::{Grammar, pieces, unescape};
use super::programs::Invocation;
use super::schema::programs::ReleaseCommand;
use super::schema::{Chart, Site};
use super::value_files::{self, Call};
use super::{
    Brings, Carrier, ScopeKind, SetSegment, Survey, Unknown, UnknownKind, Value, ValueKind, ValueLocation,
    Via,
};
use crate::embed::{Codec, Decoded, Decoder};
use crate::facts::{Command, DataTree, NodeId, ScalarStyle, Word};
use crate::text::Span;
use std::sync::Arc;

/// `a\.b.c[0]` as keys, each with its bytes.
fn keys(path: &str) -> Vec<(String, Span)> {
    let mut keys = Vec::new();
    let (mut key, mut start, mut escaped) = (String::new(), 0, false);
    for (at, sign) in path.char_indices() {
        match sign {
            _ if escaped => {
                key.push(sign);
                escaped = false;
            }
            '\\' => escaped = true,
            '.' => {
                keys.push((std::mem::take(&mut key), Span::new(start, at)));
                start = at + 1;
            }
            _ => key.push(sign),
        }
    }
    keys.push((key, Span::new(start, path.len())));
    for (key, span) in &mut keys {
        if let Some(index) = key.find('[') {
            *span = Span::new(span.start(), span.start() + index);
            key.truncate(index);
        }
    }
    keys
}

/// What a dotted path is in the values of `chart`, wherever those hang: its name there, the bytes of its last key, and
/// whether it shows by itself whose chart it is.
struct ReleaseName {
    name: String,
    last: Span,
    telling: bool,
}

fn named(chart: &Chart, path: &str, aliases: &[String]) -> Option<ReleaseName> {
    let keys = keys(path);
    let (last, before) = keys.split_last()?;
    let is_telling = |name: &str| chart.evidence.iter().any(|evidence| evidence.scalar == name);
    if chart.nested.is_empty() {
        // All of its values count, by their whole path; one of an umbrella chart hangs below the chart's name.
        let below = before.iter().rposition(|(key, _)| *key == chart.chart || aliases.contains(key));
        let own = keys.get(below.map_or(0, |at| at + 1)..).unwrap_or_default();
        let name = own.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(".");
        return Some(ReleaseName { name, last: last.1, telling: below.is_some() });
    }
    let (name, prefix) = match before.split_last() {
        Some((parent, prefix)) if chart.nested.contains(&parent.0) => {
            (format!("{}.{}", parent.0, last.0), prefix)
        }
        _ => (last.0.clone(), before),
    };
    let of_chart = prefix.last().is_some_and(|(key, _)| *key == chart.chart || aliases.contains(key));
    let telling = is_telling(&last.0);
    // `image.tags` is no `tags` of the chart.
    let known = prefix.is_empty() || of_chart || telling || name.contains('.');
    known.then_some(ReleaseName { name, last: last.1, telling: telling || of_chart })
}

/// Whether a word of `--set` may bring more than its keys say: a mapping in JSON, a key in an expression, variables of the
/// chart's pods.
fn holds_more(chart: &Chart, known: &ReleaseCommand, option: &str, text: &str) -> bool {
    let is_json = known.json.iter().any(|name| name == option);
    let variables = |key: &str| chart.environment.iter().any(|name| key.starts_with(name.as_str()));
    text.split(',').any(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let is_mapping = is_json && value.trim_start_matches(['\'', '"', ' ']).starts_with(['{', '[']);
        is_mapping || key.contains('$') && !value.is_empty() || variables(key.trim())
    })
}

/// `helm upgrade NAME CHART --set a.b=c,d=e`
pub(super) fn read_command(
    command: &Command,
    found: &Invocation<'_>,
    around: &Around<'_>,
    survey: &mut Survey,
) -> bool {
    let writes = |known: &&ReleaseCommand| {
        let known_word = |word: &Word| known.words.contains(&word.text);
        known.names.iter().any(|name| name == found.name) && found.arguments.iter().any(known_word)
    };
    let sites = around.sites();
    let Some(known) = sites.data.programs.releases.iter().find(writes) else { return false };
    let names =
        |chart: &&Chart| found.arguments.iter().any(|word| !word.opaque && names_chart(chart, &word.text));
    let named = sites.data.charts.iter().find(names);
    let Some(chart) = named.or(sites.usual_chart()) else { return false };
    let aliases = sites.aliases(chart, around.context.aliases);
    let mut evident = named.is_some();
    let mut carriers: Vec<Carrier> = Vec::new();
    let mut unknowns = Vec::new();
    let mut files = Vec::new();
    let mut version = None;
    let (mut keeps, mut told) = (None, false);
    let doc = around.context.doc;
    let variables = &around.parsed.facts().variables;
    let unknown = |kind, text: &str, word: &Word| Unknown::new(kind, Brings::Anything, text, doc, word.span);
    let mut words = found.arguments.iter();
    while let Some(word) = words.next() {
        let (option, inline) =
            word.text.split_once('=').map_or((&*word.text, false), |(name, _)| (name, true));
        let next = words.clone().next();
        for file in value_files::files(known, word, next) {
            let literal = around.context.variables.literal(file, around.text(), variables);
            let named = unknown(UnknownKind::Values, file, word);
            files.push((literal.unwrap_or_else(|| file.to_owned()), named));
        }
        // `--reuse-values=false` keeps nothing.
        if known.keeps.iter().any(|name| name == option) && !(inline && word.text.ends_with("=false")) {
            let kept = unknown(UnknownKind::KeptValues, option, word);
            keeps = Some(kept.clone());
            unknowns.push(kept);
        }
        if word.splits {
            unknowns.push(unknown(UnknownKind::Words, word.span.of(around.text()), word));
        }
        if option == known.version {
            let value = if inline { word.text.get(option.len() + 1..) } else { None };
            let value = value.or_else(|| words.clone().next().map(|next| next.text.as_str()));
            version = value.and_then(charts::version_of);
        }
        if !known.set.iter().any(|name| name == option) {
            continue;
        }
        let (nodes, holder, skip) = if inline {
            (vec![word.node], word, option.len() + 1)
        } else {
            let Some(value) = words.next() else { break };
            (vec![word.node, value.node], value, 0)
        };
        let grammar = Grammar::of(known, option);
        if holds_more(chart, known, option, holder.text.get(skip..).unwrap_or_default()) {
            unknowns.push(unknown(UnknownKind::Values, holder.span.of(around.text()), holder));
        }
        told |= read_holder(chart, holder, (skip, &nodes, grammar), aliases, around, &mut carriers);
    }
    evident |= told;
    // What shows whose values they are may be in a file.
    if carriers.is_empty() && files.is_empty() || !evident && files.is_empty() {
        return false;
    }
    let scope = (!carriers.is_empty()).then(|| survey.scope(ScopeKind::Chart, doc, command.span));
    let taken = scope.zip(around.pieces).map(|(scope, (assembler, it))| assembler.take(it, scope, doc));
    let (taken, mut unsure) = taken.unwrap_or_default();
    unknowns.append(&mut unsure);
    let index = sites.data.charts.iter().position(|it| it.chart == chart.chart).filter(|_| evident);
    let release = release_name(found.arguments, chart);
    survey.calls.push(Call {
        doc,
        span: command.span,
        scope,
        chart: index,
        release,
        keeps,
        told,
        version,
        files,
        unknowns,
    });
    let Some(scope) = scope else { return false };
    if let Some(it) = survey.scope_mut(scope) {
        it.pieces = taken;
        for carrier in &mut carriers {
            if it.piece(doc, carrier.name_span).is_some_and(|piece| piece.stays) {
                carrier.sealed = Some(IN_PIECES.to_owned());
            }
        }
        it.evident = evident;
        it.add_template(around.control, command.span, around.context.doc, around.text());
        it.chart_version = version;
        it.belongs_to(&chart.chart);
    }
    survey.carriers.extend(carriers.into_iter().map(|carrier| Carrier {
        doc: around.context.doc,
        scope,
        ..carrier
    }));
    true
}

/// As [`read_word`] for a word of the text; one that was put together from pieces is not edited.
fn read_holder(
    chart: &Chart,
    holder: &Word,
    (skip, nodes, grammar): (usize, &[NodeId], Grammar),
    aliases: &[String],
    around: &Around<'_>,
    carriers: &mut Vec<Carrier>,
) -> bool {
    if let Some(decoded) = around.parsed.decode(holder.node) {
        return read_word(chart, holder, &decoded, (skip, nodes, grammar), aliases, carriers);
    }
    if around.pieces.is_none() {
        return false;
    }
    let before = carriers.len();
    let mut decoder = Decoder::default();
    decoder.decoded(&holder.text, holder.span);
    let decoded = decoder.finish(holder.span, Codec::Sealed(IN_PIECES));
    let told = read_word(chart, holder, &decoded, (skip, nodes, grammar), aliases, carriers);
    let written = holder.span.of(around.text());
    for carrier in carriers.iter_mut().skip(before) {
        carrier.sealed = Some(IN_PIECES.to_owned());
        // The text of the word maps to all of its bytes.
        if let Some(at) = written.find(&carrier.written) {
            let start = holder.span.start() + at;
            carrier.name_span = Span::new(start, start + carrier.written.len());
        }
    }
    told
}

/// The name of the release: `helm upgrade NAME CHART`.
fn release_name(arguments: &[Word], chart: &Chart) -> Option<String> {
    let at = arguments.iter().position(|word| !word.opaque && names_chart(chart, &word.text))?;
    let before = arguments.get(..at)?.iter().rev();
    before.map(|word| &word.text).find(|text| !text.starts_with('-')).cloned()
}

/// Takes in the `path=value` pairs of one word; says whether one of them shows the chart.
fn read_word(
    chart: &Chart,
    word: &Word,
    decoded: &Decoded,
    (skip, nodes, grammar): (usize, &[NodeId], Grammar),
    aliases: &[String],
    out: &mut Vec<Carrier>,
) -> bool {
    let all: Arc<[Span]> = match grammar {
        Grammar::Literal => [Span::new(skip, decoded.text.len())].into(),
        Grammar::Set | Grammar::Json => pieces(&decoded.text, skip).into(),
    };
    let mut telling = false;
    for (index, piece) in all.iter().enumerate() {
        let text = piece.of(&decoded.text);
        // `--set runnerRegistrationToken: ""`: malformed, but real.
        let Some(sign) = text.find('=').or_else(|| text.find(':')) else { continue };
        let Some(known) = text.get(..sign).and_then(|path| named(chart, path, aliases)) else { continue };
        telling |= known.telling;
        let value = text.get(sign + 1..).unwrap_or_default();
        let place = Span::new(piece.start() + sign + 1, piece.end());
        let kind = kind_of(value, word.opaque);
        let value = Value {
            text: if kind == ValueKind::Opaque { value.replace("\\,", ",") } else { grammar.value(value) },
            span: decoded.segments.to_outer(place),
            kind,
            place: ValueLocation::Within(word.node, place),
            known: None,
        };
        let name_span = decoded.segments.to_outer(known.last.shifted(piece.start()));
        out.push(Carrier {
            nodes: nodes.to_vec(),
            written: known.last.shifted(piece.start()).of(&decoded.text).to_owned(),
            part: Some(Box::new(SetSegment { node: word.node, index, all: all.clone() })),
            ..Carrier::new(Via::Chart, known.name, name_span, value, word.node)
        });
    }
    telling
}

/// The value of an item: the chart gets it by `--set`, whose escapes it has.
fn from_set(value: Value) -> Value {
    match value.kind {
        ValueKind::Literal => {
            let (text, kind) = (unescape(&value.text), kind_of(&value.text, false));
            Value { text, kind, ..value }
        }
        ValueKind::Empty | ValueKind::Opaque => value,
    }
}

fn kind_of(value: &str, opaque: bool) -> ValueKind {
    let value = value.trim();
    // A list, no template.
    let list = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|it| !it.is_empty());
    match list.unwrap_or(value).trim_matches('"') {
        "" | "null" | "{}" => ValueKind::Empty,
        text if opaque && text.contains(['$', '{', '`', '%', '<', '#', '@']) => ValueKind::Opaque,
        _ => ValueKind::Literal,
    }
}

/// Takes in the items at `id`: a list of mappings, one mapping, or a mapping of paths.
pub(super) fn read_items(
    (chart, aliases): (&Chart, &[String]),
    tree: &DataTree,
    id: NodeId,
    site: &Site,
    target: &Target<'_>,
    scope: usize,
    survey: &mut Survey,
) {
    let (items, mut unknowns) = items(tree, id, site.name_key.as_deref());
    let mut carriers = Vec::new();
    for item in items {
        let carrier = match site.name_key.as_deref() {
            Some(name_key) if tree.child(item, name_key).is_some() => {
                unknowns.extend(unknown_path((chart, aliases), tree, item, name_key));
                from_item(chart, tree, item, name_key, site.value_key.as_deref(), aliases, target)
            }
            // An item of a list is not a path.
            Some(_) if tree.key(item).is_none() => None,
            _ => from_entry(chart, tree, item, aliases),
        };
        carriers.extend(carrier);
    }
    if let Some(it) = survey.scope_mut(scope) {
        for (kind, unknown) in unknowns {
            it.add_unknown(target.unknown(kind, Brings::Anything, tree, unknown));
        }
    }
    for (carrier, telling) in carriers {
        // A mapping with more settings: `targetPath: runners`.
        let holds_more = chart.nested.contains(&carrier.name) && carrier.value.kind == ValueKind::Opaque;
        let release = survey.scopes.get(scope).and_then(|it| it.within).unwrap_or(scope);
        if let Some(it) = survey.scope_mut(release).filter(|_| holds_more) {
            let (kind, written) = (UnknownKind::Expression, carrier.written.as_str());
            it.add_unknown(Unknown::new(kind, Brings::Settings, written, target.doc, carrier.name_span));
        }
        if let Some(it) = survey.scope_mut(scope) {
            it.evident |= telling;
        }
        let sealed = target.sealed.or(site.sealed.as_deref()).map(str::to_owned).or(carrier.sealed.clone());
        survey.carriers.push(Carrier { doc: target.doc, scope, sealed, ..carrier });
    }
}

/// Mappings with a path and a value, or entries with a path as their key, and what may give more of them.
fn items(tree: &DataTree, id: NodeId, name_key: Option<&str>) -> (Vec<NodeId>, Vec<(UnknownKind, NodeId)>) {
    let is_item = |id: &NodeId| name_key.is_some_and(|key| tree.child(*id, key).is_some());
    let mut built = Built::holders(tree, id);
    let mut items = Vec::new();
    for part in std::mem::take(&mut built.parts) {
        if is_item(&part) {
            items.push(part);
            continue;
        }
        for entry in tree.children(part) {
            let is_value = tree.key(*entry).is_some() && !tree.is_mapping(*entry);
            let inner = if is_value { Built::default() } else { Built::of(tree, *entry, Wants::Objects) };
            let found = inner.parts.into_iter().filter(is_item);
            let before = items.len();
            items.extend(found);
            built.unknowns.extend(inner.unknowns.iter().filter(|_| tree.key(*entry).is_none()));
            if items.len() == before {
                items.push(*entry);
            }
        }
    }
    (items, built.unknowns.into_iter().map(|unknown| (UnknownKind::Values, unknown)).collect())
}

/// The path of an item, where what it sets cannot be read.
fn unknown_path(
    (chart, aliases): (&Chart, &[String]),
    tree: &DataTree,
    item: NodeId,
    name_key: &str,
) -> Option<(UnknownKind, NodeId)> {
    let at = tree.child(item, name_key)?;
    // `${var.prefix}.runnerToken` says what it sets.
    let said = |text: &str| {
        let behind = text.rsplit('}').next().unwrap_or_default();
        behind.len() < text.len() && behind.starts_with('.') && named(chart, text, aliases).is_some()
    };
    let unknown = match tree.scalar(at) {
        Some(scalar) if scalar.opaque => scalar.style == ScalarStyle::Plain || !said(scalar.text),
        Some(_) => false,
        None => true,
    };
    unknown.then_some((UnknownKind::Expression, at))
}

/// `{name: a.b, value: c}`
fn from_item(
    chart: &Chart,
    tree: &DataTree,
    item: NodeId,
    name_key: &str,
    value_key: Option<&str>,
    aliases: &[String],
    target: &Target<'_>,
) -> Option<(Carrier, bool)> {
    let at = tree.child(item, name_key)?;
    let path = &tree.scalar(at)?.text;
    if unknown_path((chart, aliases), tree, item, name_key).is_some() {
        return None;
    }
    let known = named(chart, path, aliases)?;
    let decoded = target.parsed.decode(at)?;
    let name_span = decoded.segments.to_outer(known.last);
    let value_at = value_key.and_then(|key| tree.child(item, key));
    let value = match value_at.and_then(|at| super::environment::setting_of(tree, at)) {
        Some(value) => from_set(value),
        None => Value::elsewhere(name_span),
    };
    let written = known.last.of(path).to_owned();
    let carrier = Carrier { written, ..Carrier::new(Via::Chart, known.name, name_span, value, item) };
    Some((carrier, known.telling))
}

/// `a.b: c`
fn from_entry(chart: &Chart, tree: &DataTree, id: NodeId, aliases: &[String]) -> Option<(Carrier, bool)> {
    let node = tree.get(id)?;
    let key = node.key?;
    let known = named(chart, key.text, aliases)?;
    let value = from_set(super::environment::value_of(tree, id)?);
    // The key's bytes are those of its text, except for quotes and escapes, which paths do not need.
    let name_span =
        if key.span.len() == key.text.len() { known.last.shifted(key.span.start()) } else { key.span };
    let written = known.last.of(key.text).to_owned();
    Some((Carrier { written, ..Carrier::new(Via::Chart, known.name, name_span, value, id) }, known.telling))
}
