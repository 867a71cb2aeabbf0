//! Where the value of a slot comes from, where the same text says so.

use super::documents::EmbeddedDocument;
use super::literal_flow::Literals;
use super::{Documents, LintedFile};
use crate::rules::{Class, MemberRole, OriginKind, Registration, Unit};
use crate::sites::{Survey, expanded};
use crate::text::Span;
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Values of one name that are looked at.
const MOST_VALUES: usize = 8;
/// Names in one value that are looked up.
const MOST_NAMES: usize = 4;
/// Values that are looked at one after another: `R=$(curl …)`, `T=$(echo "$R" | jq …)`.
const MOST_STEPS: usize = 3;

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) kind: OriginKind,
    /// What says so, as written.
    pub(super) written: String,
    /// Where, in bytes of the file.
    pub(super) at: usize,
}

/// The origins of the slots of a file, by carrier.
pub(super) type Origins = BTreeMap<usize, Origin>;

/// Finds out where the expressions in the slots come from. What always gives a token of one kind is of its class.
pub(super) fn find(
    (unit, survey, documents): (&Unit, &Survey, &Documents),
    registrations: &mut [Registration],
) -> Origins {
    let mut origins = Origins::new();
    if unit.never.is_empty() && unit.old_sources.is_empty() && unit.new_sources.is_empty() {
        return origins;
    }
    let literals = Literals::new(unit, documents);
    let mut finder = Finder { unit, documents, names: BTreeMap::new(), known: BTreeMap::new() };
    let is_slot = |role: MemberRole| matches!(role, MemberRole::Old | MemberRole::New);
    for member in registrations.iter_mut().flat_map(|it| &mut it.members).filter(|it| is_slot(it.role)) {
        let Some(carrier) = survey.carriers.get(member.carrier).filter(|_| member.class == Class::Opaque)
        else {
            continue;
        };
        let Some(document) = documents.get(carrier.doc) else { continue };
        // As written first: that names what an expression is resolved by.
        let span = carrier.value.span;
        let written = finder.of(carrier.doc, span.of(&document.text), span, MOST_STEPS);
        let origin = written.or_else(|| finder.of(carrier.doc, &carrier.value.text, span, MOST_STEPS));
        let literal = || {
            let at = literals
                .of(carrier.doc, &carrier.value.text, span)
                .filter(|_| member.role == MemberRole::Old)?;
            Some(Origin { kind: OriginKind::Literal, written: carrier.value.text.clone(), at })
        };
        let Some(origin) = origin.or_else(literal) else { continue };
        member.class = match origin.kind {
            OriginKind::Old => Class::Legacy,
            OriginKind::New => Class::Glrt,
            OriginKind::Random => Class::Opaque,
            OriginKind::Literal => Class::Other,
        };
        origins.insert(member.carrier, origin);
    }
    origins
}

/// The origin of a registration's token: of the old slot, else of the new one.
pub(super) fn of<'a>(file: &'a LintedFile<'_>, registration: &Registration) -> Option<&'a Origin> {
    let of = |role: MemberRole| {
        let mut members = registration.members.iter().filter(move |it| it.role == role);
        members.find_map(|member| file.origins.get(&member.carrier))
    };
    of(MemberRole::Old).or_else(|| of(MemberRole::New))
}

struct Finder<'a> {
    unit: &'a Unit,
    documents: &'a Documents,
    names: BTreeMap<usize, OriginNames>,
    /// By the text and the name.
    known: BTreeMap<(usize, String), Option<Origin>>,
}

impl Finder<'_> {
    /// The origin of what `text`, written at `span` of the text `doc`, gives.
    fn of(&mut self, doc: usize, text: &str, span: Span, steps: usize) -> Option<Origin> {
        let unit = self.unit;
        let kinds = [
            (&unit.never, OriginKind::Random),
            (&unit.old_sources, OriginKind::Old),
            (&unit.new_sources, OriginKind::New),
        ];
        for (patterns, kind) in kinds {
            let mut found = patterns.iter().filter_map(|it| it.regex()?.captures(text));
            if let Some(it) = found.find_map(|groups| groups.get(1).or_else(|| groups.get(0))) {
                // Near enough where the text is a decoded one.
                let at = Span::at((span.start() + it.start()).min(span.end()));
                let at = self.documents.to_host(doc, at).start();
                return Some(Origin { kind, written: it.as_str().to_owned(), at });
            }
        }
        let mut origins = Vec::new();
        for name in names_in(text).into_iter().filter(|_| steps > 0) {
            origins.push(self.of_name(doc, &name, steps - 1));
        }
        // Text may be assembled from several values: then nothing shows what is a new token.
        let alone = origins.len() == 1;
        origins.into_iter().flatten().find(|it| alone || it.kind != OriginKind::New)
    }

    fn of_name(&mut self, doc: usize, name: &str, steps: usize) -> Option<Origin> {
        let key = (doc, name.to_owned());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        // A variable may be set by way of itself.
        self.known.insert(key.clone(), None);
        let documents = self.documents;
        let mut next = Some(doc);
        let mut origin = None;
        while let Some(doc) = next {
            let Some(document) = documents.get(doc) else { break };
            let unit = self.unit;
            let names = self.names.entry(doc).or_insert_with(|| OriginNames::of(document, unit));
            let values = names.0.get(name).cloned().unwrap_or_default();
            if !values.is_empty() {
                let mut all = Vec::new();
                for (value, _) in &values {
                    all.push(self.of(doc, value.of(&document.text), *value, steps));
                }
                // One that is a registration token is enough; a new token it must be each time.
                let always = all.iter().all(|it| it.as_ref().is_some_and(|it| it.kind == OriginKind::New));
                origin = all.into_iter().flatten().find(|it| always || it.kind != OriginKind::New);
                break;
            }
            next = document.parent;
        }
        self.known.insert(key, origin.clone());
        origin
    }
}

/// The names of the values that an expression uses.
fn names_in(text: &str) -> Vec<String> {
    static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let forms = [
            r"\$\{?(?:env:)?([A-Za-z_][A-Za-z0-9_]*)",
            r"\{\{-?[ \t]*([A-Za-z_][A-Za-z0-9_]*)",
            r"(?-u:\b)(local\.[A-Za-z_][A-Za-z0-9_-]*)",
            r"%([A-Za-z_][A-Za-z0-9_]*)%",
            r"(?:^|[\s(])@([A-Za-z_][A-Za-z0-9_]*)",
        ];
        Regex::new(&forms.join("|")).ok()
    });
    let Some(names) = &*NAMES else { return Vec::new() };
    let found = names.captures_iter(text).filter_map(|groups| groups.iter().skip(1).flatten().next());
    let mut all: Vec<String> = Vec::new();
    for name in found.map(|it| it.as_str()) {
        if all.len() < MOST_NAMES && !all.iter().any(|known| known == name) {
            all.push(name.to_owned());
        }
    }
    all
}

/// The names that a text gives values to, with the bytes of those values and of the names; made once for each text.
#[derive(Debug, Default)]
pub(super) struct OriginNames(BTreeMap<String, Vec<(Span, Span)>>);

impl OriginNames {
    fn of(document: &EmbeddedDocument, unit: &Unit) -> Self {
        let facts = document.parsed.facts();
        let mut names: BTreeMap<String, Vec<(Span, Span)>> = BTreeMap::new();
        let mut add = |name: String, value: Span, at: Span| {
            let all = names.entry(name).or_default();
            if all.len() < MOST_VALUES {
                all.push((value, at));
            }
        };
        for variable in &facts.variables {
            add(variable.name.clone(), variable.value_span, variable.name_span);
        }
        for import in facts.imports.iter().filter(|it| it.is_whole) {
            if let Some(value) = import.value {
                add(import.name.to_string(), value, import.span);
            }
        }
        // `local.token` of HCL.
        let tree = &facts.tree;
        let tops = tree.roots.iter().flat_map(|root| tree.children(*root));
        for local in tops.filter(|top| tree.is_key(**top, "locals")).flat_map(|it| tree.children(*it)) {
            if let (Some(key), Some(span)) = (tree.key(*local), tree.span(*local)) {
                add(format!("local.{}", key.text), span, key.span);
            }
        }
        // What a task gives is named in an entry of it.
        for node in tree.ids().filter(|_| !unit.answer_keys.is_empty()) {
            let is_answer = |key: &str| unit.answer_keys.iter().any(|it| it == key);
            let Some(key) = tree.key(node).filter(|key| is_answer(key.text)) else { continue };
            let task = tree.parent(node).filter(|task| tree.is_mapping(*task));
            if let (Some(name), Some(span)) = (tree.scalar(node), task.and_then(|task| tree.span(task))) {
                add(name.text.to_owned(), span, key.span);
            }
        }
        Self(names)
    }
}

impl LintedFile<'_> {
    /// Where the text `doc` gives values to what `text` expands: the values, and the names.
    pub(super) fn given_to(&self, doc: usize, text: &str) -> Vec<(Span, Span)> {
        let name = expanded(text).unwrap_or(text);
        let mut given = self.caches.given.borrow_mut();
        let unit = self.unit;
        let names = given.entry(doc).or_insert_with(|| {
            self.documents.get(doc).map(|it| OriginNames::of(it, unit)).unwrap_or_default()
        });
        names.0.get(name).cloned().unwrap_or_default()
    }
}
