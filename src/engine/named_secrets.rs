//! The Secrets of a file that registrations in it name.

use super::{Documents, File, structure};
use crate::rules::{Class, Member, Registration, Role, UnitKind};
use crate::sites::{Carrier, ScopeKind, Survey};
use std::collections::BTreeMap;

/// The fact of a unit that names the Secret with its token.
const FACT: &str = "secret";

/// The Secrets of a file with the new slot filled, by name: what it holds, and its carrier. A name that two Secrets have may
/// be of two namespaces, and says nothing.
pub(super) type Secrets = BTreeMap<String, Option<(Class, usize)>>;

/// Those of the file.
pub(super) fn all(documents: &Documents, survey: &Survey, registrations: &[Registration]) -> Secrets {
    let mut secrets = Secrets::new();
    for registration in registrations {
        let of_secret = registration.any_scope(survey, |scope| scope.kind == ScopeKind::Secret);
        let new = || registration.members.iter().find(|it| it.role == Role::New && it.class > Class::Empty);
        let Some(member) = Some(registration).filter(|_| of_secret).and_then(|_| new()) else { continue };
        let Some(carrier) = survey.carriers.get(member.carrier) else { continue };
        if let Some(name) = object(documents, carrier) {
            let found = Some((member.class, member.carrier));
            secrets.entry(name).and_modify(|it| *it = None).or_insert(found);
        }
    }
    secrets
}

/// The new slot of the Secret that a registration names.
pub(super) fn of(file: &File<'_>, registration: &Registration) -> Option<(Class, usize)> {
    if file.secrets.is_empty() || registration.ambiguous {
        return None;
    }
    let about = file.unit.about.iter().find(|about| about.fact == FACT)?;
    let carriers = registration.scopes.iter().flat_map(|scope| file.in_scope(*scope));
    let mut names = carriers.filter(|it| about.spelled.names(it.via).any(|name| *name == it.name));
    *file.secrets.get(&names.next()?.value.text)?
}

/// A text of a rule: `{secret}` is the Secret's name, `{secret-line}` its line.
pub(super) fn fill(file: &File<'_>, secret: Option<(Class, usize)>, text: &str) -> String {
    super::fill::fill(text, |name| word(file, secret, name))
}

/// What `{secret}` and `{secret-line}` stand for in a text of a rule.
pub(super) fn word(file: &File<'_>, secret: Option<(Class, usize)>, name: &str) -> Option<String> {
    let carrier = file.survey.carriers.get(secret?.1)?;
    match name {
        "secret" => Some(object(file.documents, carrier).unwrap_or_default()),
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

fn object(documents: &Documents, carrier: &Carrier) -> Option<String> {
    structure::object(documents, carrier.doc, carrier.name_span.start())
}

/// The carrier of a token that settings elsewhere in the file may go with: any but one of a Secret that can be migrated by
/// itself, for its name says whose token it is.
pub(super) fn token_in(registrations: &[Registration], role: Role) -> Option<usize> {
    let is_apart = |it: &Member| it.role == Role::New || !matches!(it.class, Class::Legacy | Class::Other);
    let counts = |unit: &Registration, it: &Member| unit.kind != UnitKind::Secret || !is_apart(it);
    let filled = |it: &Member| it.role == role && it.class > Class::Empty;
    let carrier = |unit: &Registration| {
        unit.members.iter().find(|it| filled(it) && counts(unit, it)).map(|it| it.carrier)
    };
    registrations.iter().find_map(carrier)
}
