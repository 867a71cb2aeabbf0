//! Which bytes must not be shown.

mod flow;
pub(super) mod given;
pub(super) mod names;
pub(super) mod passed;
mod places;
pub(super) mod random;
mod sent;

use super::LintedFile;
use crate::catalogue::Catalogue;
use crate::facts::ScalarStyle;
use crate::mask::is_name;
use crate::rules::{Class, MemberRole, Registration, Unit};
use crate::sites::{ValueKind, Via};
use crate::text::{Copies, Notation, Source, Span, Words, is_named};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use flow::Flow;
use regex::bytes::Regex;
use std::collections::BTreeSet;

/// The prefixes of a unit's literals, in base64 too: a Secret's data.
fn prefixes(unit: &Unit) -> Vec<String> {
    let prefixes = [&unit.new_prefix, &unit.old_prefix];
    let prefixes = prefixes.into_iter().filter(|prefix| !prefix.is_empty());
    let spelled = prefixes.flat_map(|prefix| {
        let mut encoded = STANDARD_NO_PAD.encode(prefix);
        // The last character contains bits of what follows.
        encoded.truncate(prefix.len() * 8 / 6);
        [prefix.clone(), encoded]
    });
    spelled.filter(|prefix| !prefix.is_empty()).collect()
}

/// Token literals, anywhere in the file.
pub(super) fn literals(catalogue: &Catalogue, source: &Source) -> Vec<Span> {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.+/=-".contains(&byte);
    let find = |unit: &Unit| {
        let prefixes = prefixes(unit);
        let prefixes: Vec<&[u8]> = prefixes.iter().map(String::as_bytes).collect();
        Words { prefixes: &prefixes, first: part, part, least: 0, apart: false }.find(source.bytes())
    };
    catalogue.units().iter().flat_map(find).collect()
}

/// What comes after the name of a token's slot, in comments too: `# runnerToken: "…"`.
fn beside_names(file: &LintedFile<'_>) -> impl Iterator<Item = Span> {
    let source = file.source;
    let named = file.words.named.get_or_init(|| {
        let unit = file.unit;
        let spelled = [&unit.new, &unit.old];
        let names = spelled.iter().flat_map(|it| [&it.variable, &it.chart, &it.secret, &it.option]).flatten();
        let names: Vec<String> =
            names.filter(|name| name.len() > 2).map(|name| regex::escape(name)).collect();
        let named =
            format!(r#"(?:{})["']?[ \t]*[:=]?[ \t]*["']?([0-9A-Za-z_.+/=-]{{12,}})"#, names.join("|"));
        // A custom name counts too: `my_registration_token = "…"`.
        let own = format!(
            r#"(?i-u:{})["'\]]*[ \t]*[:=][ \t]*["']((?-u:[^"'${{}}<>%\r\n]){{4,}})["']"#,
            unit.secret_names.join("|")
        );
        let known = [(names.is_empty(), named), (unit.secret_names.is_empty(), own)];
        let known: Vec<String> = known.into_iter().filter(|(none, _)| !none).map(|(_, it)| it).collect();
        if known.is_empty() { None } else { Regex::new(&known.join("|")).ok() }
    });
    let text = source.text();
    let is_program = file.documents.get(0).is_some_and(|it| it.language.notation() == Notation::Code);
    let found = named.iter().flat_map(|named| named.captures_iter(source.bytes()));
    found.filter_map(move |found| {
        let span = Span::from(found.iter().skip(1).flatten().next()?.range());
        let literal = span.of(text);
        let before = text.get(..span.start())?;
        let unquoted = before.trim_end_matches(['"', '\'']);
        let is_quoted = unquoted.len() < before.len();
        let assigned = unquoted.trim_end_matches([' ', '\t']).ends_with(['=', ':']);
        let is_option = found.get(0)?.as_bytes().starts_with(b"-");
        // Only an option takes what comes after a space; in a program a word without quotes is a name.
        let is_value = is_option || assigned && (is_quoted || !is_program);
        let is_name = !is_value && is_named(literal)
            || is_expression(file, span.start())
            || names::is_name(file, literal, assigned);
        (!is_name).then_some(span)
    })
}

/// Whether an expression begins at that byte of the file, in a language where a text has quotes.
fn is_expression(file: &LintedFile<'_>, at: usize) -> bool {
    let Some(document) = file.documents.get(0).filter(|it| it.language.values_are_expressions()) else {
        return false;
    };
    let tree = &document.parsed.facts().tree;
    let Some(node) = at.checked_sub(file.source.text_start()).and_then(|at| tree.innermost(at)) else {
        return false;
    };
    let plain = tree.scalar(node).is_some_and(|it| it.opaque && it.style == ScalarStyle::Plain);
    plain || tree.parent(node).is_some_and(|parent| tree.is_computed(parent))
}

/// What must not be shown.
pub(super) struct FoundSecrets {
    /// Bytes of the file, sorted.
    pub(super) spans: Vec<Span>,
    /// What is not in the file in these letters.
    pub(super) texts: Vec<String>,
}

/// Token literals, every literal given as a token, and every other place that contains the same text.
pub(super) fn find(file: &LintedFile<'_>, registrations: &[Registration]) -> FoundSecrets {
    let mut spans = literals(&file.settings.catalogue, file.source);
    let named = file.survey.carriers.iter().filter(|it| it.via == Via::Named);
    let named = named.filter(|it| it.value.kind == ValueKind::Literal);
    spans.extend(named.map(|it| file.documents.to_host(it.doc, it.value.span)));
    let mut flow = Flow::new(file);
    spans.extend(beside_names(file));
    spans.extend(sent::answers(file));
    let mut texts = Vec::new();
    for member in registrations.iter().flat_map(|registration| &registration.members) {
        let Some(carrier) = file.survey.carriers.get(member.carrier) else { continue };
        let is_expression = names::is_expression(&carrier.value.text);
        if matches!(member.role, MemberRole::New | MemberRole::Old)
            && (carrier.value.kind == ValueKind::Opaque || is_expression)
        {
            flow.carrier(carrier);
        }
        if is_expression {
            continue;
        }
        if matches!(member.role, MemberRole::New | MemberRole::Old)
            && matches!(member.class, Class::Glrt | Class::Registered | Class::Other | Class::Legacy)
        {
            if names::is_name(file, carrier.value.known.as_ref().unwrap_or(&carrier.value.text), true) {
                continue;
            }
            if let Some(known) = &carrier.value.known {
                texts.extend((known.len() >= 6).then(|| known.clone()));
                continue;
            }
            // An expression is not a secret.
            if carrier.value.kind == ValueKind::Opaque {
                continue;
            }
            let span = file.documents.to_host(carrier.doc, carrier.value.span);
            let literal = carrier.value.text.as_str();
            match span.of(file.source.text()).find(literal) {
                _ if literal.is_empty() => {}
                Some(at) => {
                    spans.push(Span::new(at, at + literal.len()).shifted(span.start()));
                    texts.extend((literal.len() >= 6).then(|| literal.to_owned()));
                }
                None => {
                    spans.push(span);
                    texts.extend((literal.len() >= 6).then(|| literal.to_owned()));
                }
            }
        }
    }
    places::find(file, &mut flow);
    flow.follow();
    spans.append(&mut flow.spans);
    texts.append(&mut flow.texts);
    texts.sort();
    texts.dedup();
    if let Some(same) = Copies::of(&texts) {
        let text = file.source.text();
        spans.extend(same.find(text).filter(|span| !is_name(text.as_bytes(), *span)));
    }
    spans.sort_unstable();
    spans.dedup();
    // What the file contains literally is hidden wherever it appears.
    let written: BTreeSet<&str> = spans.iter().map(|span| span.of(file.source.text()).trim()).collect();
    texts.retain(|text| !written.contains(text.as_str()));
    FoundSecrets { spans, texts }
}
