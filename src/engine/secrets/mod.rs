//! Which bytes must not be shown.

mod names;
mod sent;

use super::File;
use crate::catalogue::Catalogue;
use crate::facts::{Scalar, ScalarStyle};
use crate::mask::is_reference;
use crate::rules::{Class, Registration, Role, Unit};
use crate::sites::{Carrier, Place, ValueKind, Via, expanded};
use crate::text::{Copies, Source, Span, Words};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use regex::bytes::Regex;
use std::collections::{BTreeMap, BTreeSet};

/// The prefixes of a unit's literals, in base64 too: a Secret's data.
fn prefixes(unit: &Unit) -> Vec<String> {
    let prefixes = [&unit.new_prefix, &unit.old_prefix];
    let prefixes = prefixes.into_iter().filter(|prefix| !prefix.is_empty());
    let spelled = prefixes.flat_map(|prefix| {
        let mut encoded = STANDARD_NO_PAD.encode(prefix);
        // The last sign holds bits of what follows.
        encoded.truncate(prefix.len() * 8 / 6);
        [prefix.clone(), encoded]
    });
    spelled.filter(|prefix| !prefix.is_empty()).collect()
}

/// Token literals, wherever they stand.
pub(super) fn literals(catalogue: &Catalogue, source: &Source) -> Vec<Span> {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.+/=-".contains(&byte);
    let find = |unit: &Unit| {
        let prefixes = prefixes(unit);
        let prefixes: Vec<&[u8]> = prefixes.iter().map(String::as_bytes).collect();
        Words { prefixes: &prefixes, first: part, part, least: 0, apart: false }.find(source.bytes())
    };
    catalogue.units().iter().flat_map(find).collect()
}

/// What stands behind the name of a token's place, in comments too: `# runnerToken: "…"`.
fn beside_names(file: &File<'_>) -> impl Iterator<Item = Span> {
    let source = file.source;
    let named = file.words.named.get_or_init(|| {
        let unit = file.unit;
        let spelled = [&unit.new, &unit.old];
        let names = spelled.iter().flat_map(|it| [&it.variable, &it.chart, &it.secret, &it.option]).flatten();
        let names: Vec<String> =
            names.filter(|name| name.len() > 2).map(|name| regex::escape(name)).collect();
        let named =
            format!(r#"(?:{})["']?[ \t]*[:=]?[ \t]*["']?([0-9A-Za-z_.+/=-]{{12,}})"#, names.join("|"));
        // A name of somebody's own says it too: `my_registration_token = "…"`.
        let own = format!(
            r#"(?i-u:{})["'\]]*[ \t]*[:=][ \t]*["']((?-u:[^"'${{}}<>%\r\n]){{4,}})["']"#,
            unit.secret_names.join("|")
        );
        let known = [(names.is_empty(), named), (unit.secret_names.is_empty(), own)];
        let known: Vec<String> = known.into_iter().filter(|(none, _)| !none).map(|(_, it)| it).collect();
        if known.is_empty() { None } else { Regex::new(&known.join("|")).ok() }
    });
    let found = named.iter().flat_map(|named| named.captures_iter(source.bytes()));
    let found = found.filter_map(|found| Some(Span::from(found.iter().skip(1).flatten().next()?.range())));
    let text = source.text();
    found.filter(move |span| {
        let before = text.get(..span.start()).unwrap_or_default().trim_end_matches(['"', '\'']);
        let assigned = before.trim_end_matches([' ', '\t']).ends_with(['=', ':']);
        !is_expression(file, span.start()) && !names::is_name(file, span.of(text), assigned)
    })
}

/// Whether an expression begins at that byte of the file, in a language where a text has quotes.
fn is_expression(file: &File<'_>, at: usize) -> bool {
    let Some(document) = file.documents.get(0).filter(|it| it.language.name() == "hcl") else { return false };
    let tree = &document.parsed.facts().tree;
    let Some(node) = at.checked_sub(file.source.text_start()).and_then(|at| tree.innermost(at)) else {
        return false;
    };
    let plain = tree.scalar(node).is_some_and(|it| it.opaque && it.style == ScalarStyle::Plain);
    plain || tree.parent(node).is_some_and(|parent| tree.is_computed(parent))
}

/// The literals in an expression in the place of a token that may be one.
fn pieces(file: &File<'_>, carrier: &Carrier) -> Vec<Span> {
    let Place::Node(id) = carrier.value.place else { return Vec::new() };
    let Some(document) = file.documents.get(carrier.doc) else { return Vec::new() };
    let tree = &document.parsed.facts().tree;
    let mut open = if tree.is_computed(id) { vec![id] } else { Vec::new() };
    let mut found = Vec::new();
    while let Some(at) = open.pop() {
        open.extend(tree.children(at));
        let is_token = |scalar: &Scalar<'_>| {
            let part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.+/=-".contains(&byte);
            !scalar.opaque
                && scalar.style != ScalarStyle::Plain
                && scalar.text.len() >= 12
                && scalar.text.bytes().all(part)
        };
        let spans = tree.scalar(at).filter(is_token).and_then(|_| tree.span(at));
        found.extend(spans.map(|span| Span::new(span.start() + 1, span.end().saturating_sub(1))));
    }
    found.into_iter().map(|span| file.documents.to_host(carrier.doc, span)).collect()
}

/// Variables in the place of a token: the text that they stand in, and their names.
type Asked<'a> = BTreeMap<usize, BTreeSet<&'a str>>;

/// The literals that the texts give to variables in the place of a token.
fn assigned(file: &File<'_>, asked: &Asked<'_>) -> Vec<String> {
    let mut values = Vec::new();
    for (doc, names) in asked {
        let Some(document) = file.documents.get(*doc) else { continue };
        let given = document.parsed.facts().variables.iter();
        let given = given.filter(|it| names.contains(it.name.as_str()) && !it.opaque && it.value.len() >= 6);
        values.extend(given.map(|variable| variable.value.clone()));
    }
    values
}

/// Token literals, every literal in the place of a token, and every other place where the same text stands.
pub(super) fn find(file: &File<'_>, registrations: &[Registration]) -> Vec<Span> {
    let mut spans = literals(&file.settings.catalogue, file.source);
    let named = file.survey.carriers.iter().filter(|it| it.via == Via::Named);
    let named = named.filter(|it| it.value.kind == ValueKind::Literal);
    spans.extend(named.map(|it| file.documents.to_host(it.doc, it.value.span)));
    spans.extend(beside_names(file));
    spans.extend(sent::in_requests(file.source));
    spans.extend(sent::answers(file));
    let mut texts = Vec::new();
    let mut asked = Asked::new();
    for member in registrations.iter().flat_map(|registration| &registration.members) {
        let Some(carrier) = file.survey.carriers.get(member.carrier) else { continue };
        if matches!(member.role, Role::New | Role::Old)
            && carrier.value.kind == ValueKind::Opaque
            && carrier.value.known.is_none()
        {
            let name = expanded(&carrier.value.text);
            asked.entry(carrier.doc).or_default().extend(name);
            spans.extend(pieces(file, carrier));
        }
        if matches!(member.role, Role::New | Role::Old)
            && matches!(member.class, Class::Glrt | Class::Registered | Class::Other | Class::Legacy)
        {
            if names::is_name(file, carrier.value.known.as_ref().unwrap_or(&carrier.value.text), true) {
                continue;
            }
            if let Some(known) = &carrier.value.known {
                texts.extend((known.len() >= 6).then(|| known.clone()));
                continue;
            }
            // An expression is no secret.
            if carrier.value.kind == ValueKind::Opaque {
                continue;
            }
            let span = file.documents.to_host(carrier.doc, carrier.value.span);
            let written = span.of(file.source.text()).trim_matches(['"', '\'']);
            match written.find(carrier.value.text.as_str()) {
                Some(_) if carrier.value.text.len() >= 6 => texts.push(carrier.value.text.clone()),
                _ if carrier.value.text.is_empty() => {}
                _ => spans.push(span),
            }
            if carrier.value.text.len() < 6 {
                spans.push(span);
            }
        }
    }
    texts.extend(assigned(file, &asked));
    texts.sort();
    texts.dedup();
    if let Some(same) = Copies::of(&texts) {
        let text = file.source.text();
        spans.extend(same.find(text).filter(|span| !is_reference(text.as_bytes(), *span)));
    }
    spans.sort_unstable();
    spans.dedup();
    spans
}
