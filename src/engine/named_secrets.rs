//! The Secrets of a file that registrations in it name.

use super::{Documents, LintedFile, structure};
use crate::rules::{Class, MemberRole, Registration, Unit, UnitKind};
use crate::sites::{Carrier, ScopeKind, Survey, ValueKind, Via};
use std::collections::BTreeMap;

/// The fact of a unit that names the Secret with its token.
const FACT: &str = "secret";

/// The Secrets of a file with a slot filled, by name: what it contains, and its carrier. A name that two Secrets have may
/// be of two namespaces, and is not used.
pub(super) type Secrets = BTreeMap<String, Option<(Class, usize)>>;

/// Those of the file that have the slot `role` filled.
pub(super) fn all(
    documents: &Documents,
    survey: &Survey,
    registrations: &[Registration],
    role: MemberRole,
) -> Secrets {
    let mut secrets = Secrets::new();
    for registration in registrations {
        let of_secret = registration.any_scope(survey, |scope| scope.kind == ScopeKind::Secret);
        let slot = || registration.members.iter().find(|it| it.role == role && it.class > Class::Empty);
        let Some(member) = Some(registration).filter(|_| of_secret).and_then(|_| slot()) else { continue };
        let Some(carrier) = survey.carriers.get(member.carrier) else { continue };
        if let Some(name) = object(documents, survey, carrier) {
            let found = Some((member.class, member.carrier));
            secrets.entry(name).and_modify(|it| *it = None).or_insert(found);
        }
    }
    secrets
}

/// The new slot of the Secret that a registration names.
pub(super) fn of(file: &LintedFile<'_>, registration: &Registration) -> Option<(Class, usize)> {
    slot_in(file, registration, &file.secrets)
}

/// The old slot of the Secret that a registration names, where a runner has that token.
pub(super) fn unmoved(file: &LintedFile<'_>, registration: &Registration) -> Option<(Class, usize)> {
    let slot = slot_in(file, registration, &file.unmoved_secrets);
    slot.filter(|(class, _)| matches!(class, Class::Glrt | Class::Registered))
}

fn slot_in(file: &LintedFile<'_>, registration: &Registration, secrets: &Secrets) -> Option<(Class, usize)> {
    if secrets.is_empty() || registration.ambiguous {
        return None;
    }
    *secrets.get(&naming(file, registration)?.value.text)?
}

/// What names the Secrets of a file, by their names.
pub(super) fn readers(unit: &Unit, survey: &Survey) -> BTreeMap<String, UnitKind> {
    let named = survey.carriers.iter().filter(|it| it.value.kind == ValueKind::Literal);
    let named = named.filter_map(|it| {
        let kind = match it.via {
            Via::Chart => UnitKind::Chart,
            Via::Operator => UnitKind::Operator,
            _ => return None,
        };
        names_secret(unit, it).then(|| (it.value.text.clone(), kind))
    });
    named.collect()
}

/// What names the Secret that a registration is.
pub(super) fn reader(file: &LintedFile<'_>, registration: &Registration) -> Option<UnitKind> {
    if file.readers.is_empty() || registration.kind != UnitKind::Secret {
        return None;
    }
    let carrier = file.survey.carriers.get(registration.members.first()?.carrier)?;
    file.readers.get(&object(file.documents, file.survey, carrier)?).copied()
}

/// What names the Secret of a registration.
pub(super) fn naming<'f>(file: &'f LintedFile<'_>, registration: &Registration) -> Option<&'f Carrier> {
    let mut carriers = registration.scopes.iter().flat_map(|scope| file.in_scope(*scope));
    carriers.find(|it| names_secret(file.unit, it) && it.value.kind != ValueKind::Empty)
}

/// What names the Secret of a registration, where that is not in the file.
pub(super) fn elsewhere<'a>(file: &'a LintedFile<'_>, registration: &Registration) -> Option<&'a Carrier> {
    let mut carriers = registration.scopes.iter().flat_map(|scope| file.in_scope(*scope));
    let naming = carriers.find(|it| names_secret(file.unit, it) && it.value.kind == ValueKind::Literal)?;
    let is_here = |secrets: &Secrets| secrets.contains_key(&naming.value.text);
    (!is_here(&file.secrets) && !is_here(&file.unmoved_secrets)).then_some(naming)
}

/// Whether a carrier names the Secret with the token.
fn names_secret(unit: &Unit, carrier: &Carrier) -> bool {
    let about = unit.about.iter().find(|about| about.fact == FACT);
    about.is_some_and(|about| about.spelled.names(carrier.via).any(|name| *name == carrier.name))
}

/// The Secrets that are named, by the scope that names them.
pub(super) fn names(unit: &Unit, survey: &Survey) -> BTreeMap<usize, String> {
    let named = survey.carriers.iter().filter(|it| it.value.kind == ValueKind::Literal);
    let named = named.filter(|it| names_secret(unit, it));
    named.map(|it| (it.scope, it.value.text.clone())).collect()
}

/// What replaces `{secret}` and `{secret-line}` in a text of a rule.
pub(super) fn word(file: &LintedFile<'_>, secret: Option<(Class, usize)>, name: &str) -> Option<String> {
    let carrier = file.survey.carriers.get(secret?.1)?;
    match name {
        "secret" => Some(object(file.documents, file.survey, carrier).unwrap_or_default()),
        "secret-line" => {
            let tree = file.documents.get(carrier.doc).map(|it| &it.parsed.facts().tree);
            let root =
                tree.and_then(|tree| tree.span(tree.last_before(&tree.roots, carrier.name_span.start())?));
            let start = file.documents.to_host(carrier.doc, root.unwrap_or(carrier.name_span)).start();
            Some(file.source.position(start).line.to_string())
        }
        _ => None,
    }
}

/// The name of the Secret that a carrier is in.
pub(super) fn object(documents: &Documents, survey: &Survey, carrier: &Carrier) -> Option<String> {
    let scope = survey.scopes.get(carrier.scope).filter(|scope| scope.kind == ScopeKind::Secret);
    let named = scope.and_then(|scope| scope.of.first().cloned());
    named.or_else(|| structure::object(documents, carrier.doc, carrier.name_span.start()))
}
