//! The Secrets of a file that registrations in it name.

use super::{Documents, File, structure};
use crate::rules::{Class, Registration, Role};
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
pub(super) fn fill(file: &File<'_>, secret: Option<(Class, usize)>, text: String) -> String {
    let carrier =
        secret.filter(|_| text.contains("{secret")).and_then(|(_, at)| file.survey.carriers.get(at));
    let Some(carrier) = carrier else { return text };
    let name = object(file.documents, carrier).unwrap_or_default();
    let tree = file.documents.get(carrier.doc).map(|it| &it.parsed.facts().tree);
    let root = tree.and_then(|tree| tree.span(tree.last_before(&tree.roots, carrier.name_span.start())?));
    let start = file.documents.to_host(carrier.doc, root.unwrap_or(carrier.name_span)).start();
    let line = file.source.position(start).line.to_string();
    text.replace("{secret}", &name).replace("{secret-line}", &line)
}

fn object(documents: &Documents, carrier: &Carrier) -> Option<String> {
    structure::object(documents, carrier.doc, carrier.name_span.start())
}
