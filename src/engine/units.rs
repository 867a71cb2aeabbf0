//! Registrations handed out as data.

use super::{File, structure};
use crate::rules::{BUILT_IN, Member, Registration, Role, UnitKind};
use crate::sites::{Carrier, Place, Scope, ScopeKind, ValueKind, Via};
use crate::unit::{Given, Held, Slot, Unit};
use std::collections::BTreeSet;

/// A registration as data. Commands that share variables are a registration each, with the variables in all of them.
pub(super) fn of(file: &File<'_>, registration: &Registration, name: &str) -> Vec<Unit> {
    let commands = || scopes(file, registration).filter(|(_, scope)| scope.kind == ScopeKind::Command);
    if !registration.ambiguous {
        return vec![unit(file, registration, &around(file, registration), file.start(registration), name)];
    }
    let one = |(index, command): (usize, &Scope)| {
        let mut own = BTreeSet::from([index]);
        own.extend(command.within);
        own.extend(variables(file));
        let start = file.documents.to_host(command.doc, command.span).start();
        unit(file, registration, &own, start, name)
    };
    commands().map(one).filter(|unit| !unit.slots.is_empty() || !unit.settings.is_empty()).collect()
}

fn scopes<'a>(
    file: &'a File<'_>,
    registration: &'a Registration,
) -> impl Iterator<Item = (usize, &'a Scope)> {
    registration.scopes.iter().filter_map(|index| Some((*index, file.survey.scopes.get(*index)?)))
}

fn variables(file: &File<'_>) -> impl Iterator<Item = usize> {
    let scopes = file.survey.scopes.iter().enumerate();
    scopes.filter(|(_, scope)| scope.kind == ScopeKind::Variables).map(|(index, _)| index)
}

/// The scopes that say something of a registration: its own, and those that hold none of its settings.
fn around(file: &File<'_>, registration: &Registration) -> BTreeSet<usize> {
    let mut all = registration.scopes.clone();
    match registration.kind {
        UnitKind::Command => all.extend(variables(file)),
        UnitKind::Chart => {
            let scopes = file.survey.scopes.iter().enumerate();
            let released = |scope: &Scope| scope.within.is_some_and(|it| registration.scopes.contains(&it));
            all.extend(scopes.filter(|(_, scope)| released(scope)).map(|(index, _)| index));
        }
        _ => {}
    }
    all
}

fn unit(
    file: &File<'_>,
    registration: &Registration,
    scopes: &BTreeSet<usize>,
    start: usize,
    name: &str,
) -> Unit {
    let carrier = |member: &Member| file.survey.carriers.get(member.carrier);
    let members = || registration.members.iter().filter_map(|member| Some((member, carrier(member)?)));
    let own = || members().filter(|(_, carrier)| scopes.contains(&carrier.scope));
    // Variables of a container or of the file say where its command stands as little as its values do.
    let first = scopes
        .iter()
        .filter_map(|index| file.survey.scopes.get(*index))
        .find(|scope| scope.kind == ScopeKind::Command)
        .map(|scope| (scope.doc, scope.span.start()))
        .or_else(|| own().map(|(_, carrier)| (carrier.doc, carrier.name_span.start())).next());
    let doc = first.map_or(0, |(doc, _)| doc);
    let place = file.documents.places(doc).pop().map(|label| label.text);
    Unit {
        name: name.to_owned(),
        kind: registration.kind,
        position: file.source.position(start),
        via: file.documents.via(doc),
        place: place.map(|text| text.trim_start_matches("in this ").to_owned()),
        object: first.and_then(|(doc, offset)| structure::object(file.documents, doc, offset)),
        partial: scopes.iter().filter_map(|index| file.survey.scopes.get(*index)).any(|scope| scope.opaque),
        slots: own()
            .filter_map(|(member, carrier)| {
                let old = match member.role {
                    Role::New => false,
                    Role::Old => true,
                    Role::Setting(_) => return None,
                };
                let (via, written) = (carrier.via, carrier.written.clone());
                Some(Slot { old, via, written, class: member.class, given: given(file, carrier) })
            })
            .collect(),
        settings: own()
            .filter_map(|(member, carrier)| {
                let Role::Setting(setting) = member.role else { return None };
                let (via, name) = (carrier.via, carrier.name.clone());
                Some(Held { setting, via, name, given: given(file, carrier) })
            })
            .collect(),
        about: about(file, scopes),
    }
}

/// What is said beside tokens and settings. An option counts more than a variable.
fn about(file: &File<'_>, scopes: &BTreeSet<usize>) -> Vec<(&'static str, Given)> {
    let carriers = || file.survey.carriers.iter().filter(|it| scopes.contains(&it.scope));
    let fact = |about: &'static crate::rules::About| {
        let spelled = |it: &&Carrier| about.spelled.names(it.via).any(|name| *name == it.name);
        let said = || carriers().filter(spelled).filter(|it| it.value.kind != ValueKind::Empty);
        let option = said().find(|it| it.via == Via::Option);
        Some((about.fact.as_str(), given(file, option.or_else(|| said().next())?)))
    };
    BUILT_IN.unit.about.iter().filter_map(fact).collect()
}

fn given(file: &File<'_>, carrier: &Carrier) -> Given {
    let value = &carrier.value;
    let opaque = value.kind == ValueKind::Opaque;
    let bare = carrier.via == Via::Option && value.place == Place::Nowhere;
    let mut text = value.text.clone();
    // A value that stands elsewhere: what stands here says which one.
    if opaque && text.is_empty() {
        let host = file.documents.to_host(carrier.doc, value.span);
        host.of(file.source.text()).trim().clone_into(&mut text);
    }
    Given {
        text,
        opaque,
        known: value.known.clone(),
        stray: bare && carrier.nodes.len() > 1,
        position: file.source.position(file.documents.to_host(carrier.doc, carrier.name_span).start()),
    }
}
