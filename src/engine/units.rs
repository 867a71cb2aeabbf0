//! Registrations handed out as data.

use super::{LintedFile, named_secrets, reasons, structure};
use crate::embed::UNKNOWN;
use crate::rules::{self, Class, Member, MemberRole, Registration, UnitKind};
use crate::sites::{Carrier, ScopeKind, ValueKind, ValueLocation, Via};
use crate::text::Span;
use crate::unit::{FoundUnit, Held, Slot, SourcedValue};
use std::collections::{BTreeMap, BTreeSet};

/// Variables that commands share are listed with each of them, up to this many in all; beyond that, the commands are
/// listed as one registration.
const MOST_SHARED: usize = 100_000;

/// What a file sets, by what it belongs to.
pub(super) struct PlanIndex<'a> {
    file: &'a LintedFile<'a>,
    /// What sets something other than tokens and settings, by its scope.
    about: BTreeMap<usize, Vec<(usize, &'a Carrier)>>,
    /// The scopes that get their values in a release, by the release.
    released: BTreeMap<usize, Vec<usize>>,
    /// The scopes of variables that say something, for all commands of the file.
    variables: Vec<usize>,
}

impl<'a> PlanIndex<'a> {
    pub(super) fn of(file: &'a LintedFile<'a>) -> Self {
        let mut index =
            Self { file, about: BTreeMap::new(), released: BTreeMap::new(), variables: Vec::new() };
        for carrier in &file.survey.carriers {
            let spelled =
                |about: &rules::About| about.spelled.names(carrier.via).any(|name| *name == carrier.name);
            let fact = rules::registration().about.iter().position(spelled);
            if let Some(fact) = fact.filter(|_| carrier.value.kind != ValueKind::Empty) {
                index.about.entry(carrier.scope).or_default().push((fact, carrier));
            }
        }
        for (at, scope) in file.survey.scopes.iter().enumerate() {
            match (scope.kind, scope.within) {
                (ScopeKind::Chart, Some(release)) => index.released.entry(release).or_default().push(at),
                // The first ones that say something are enough: there are few facts.
                (ScopeKind::Variables, _) if index.about.contains_key(&at) && index.variables.len() < 8 => {
                    index.variables.push(at);
                }
                _ => {}
            }
        }
        index
    }

    /// A registration as data. Commands that share variables are a registration each, with the variables in all of them.
    pub(super) fn units(&self, registration: &Registration, name: &str) -> Vec<FoundUnit> {
        let all: Vec<&Member> = registration.members.iter().collect();
        let whole =
            || vec![self.unit(registration, &all, &registration.scopes, self.file.start(registration), name)];
        let entries = self.entries(registration, name);
        if !registration.ambiguous {
            return if entries.is_empty() { whole() } else { entries };
        }
        let scope = |index: &usize| self.file.survey.scopes.get(*index);
        let is_command = |index: &&usize| scope(index).is_some_and(|it| it.kind == ScopeKind::Command);
        let mut by_scope: BTreeMap<usize, Vec<&Member>> = BTreeMap::new();
        for member in &registration.members {
            if let Some(carrier) = self.file.survey.carriers.get(member.carrier) {
                by_scope.entry(carrier.scope).or_default().push(member);
            }
        }
        let commands: Vec<usize> = registration.scopes.iter().filter(is_command).copied().collect();
        let is_shared = |index: &&usize| scope(index).is_some_and(|it| it.kind == ScopeKind::Variables);
        let shared: Vec<usize> = registration.scopes.iter().filter(is_shared).copied().collect();
        let within = |command: &usize| self.file.survey.containers(*command).collect::<Vec<_>>();
        let weight = |scopes: &mut dyn Iterator<Item = usize>| -> usize {
            scopes.map(|scope| 1 + by_scope.get(&scope).map_or(0, Vec::len)).sum()
        };
        let told = commands.len().saturating_mul(weight(&mut shared.iter().copied()))
            + weight(&mut commands.iter().flat_map(within));
        if told > MOST_SHARED {
            return whole();
        }
        let one = |command: &usize| {
            let scopes: BTreeSet<usize> =
                [*command].into_iter().chain(within(command)).chain(shared.iter().copied()).collect();
            let mut members: Vec<&Member> =
                scopes.iter().filter_map(|scope| by_scope.get(scope)).flatten().copied().collect();
            members.sort_by_key(|member| member.carrier);
            let start = scope(command).map_or(0, |it| self.file.documents.to_host(it.doc, it.span).start());
            (!members.is_empty()).then(|| self.unit(registration, &members, &scopes, start, name))
        };
        commands.iter().filter_map(one).collect()
    }

    /// The key of the mapping that is a registration of a road.
    fn label(&self, registration: &Registration, scopes: &BTreeSet<usize>) -> Option<String> {
        let own = scopes.iter().rev().find_map(|scope| self.file.survey.scopes.get(*scope));
        own.filter(|_| registration.road.is_some_and(|road| road.labelled))?.of.first().cloned()
    }

    /// The entries of a road that share keys, each with them: its own keys count.
    fn entries(&self, registration: &Registration, name: &str) -> Vec<FoundUnit> {
        let survey = self.file.survey;
        let is_entry = |at: &&usize| {
            let scope = survey.scopes.get(**at);
            scope.is_some_and(|it| it.kind == ScopeKind::Road && it.within.is_some())
        };
        let (entries, shared): (Vec<usize>, Vec<usize>) = registration.scopes.iter().partition(is_entry);
        let mut by_scope: BTreeMap<usize, Vec<&Member>> = BTreeMap::new();
        for member in &registration.members {
            if let Some(carrier) = survey.carriers.get(member.carrier) {
                by_scope.entry(carrier.scope).or_default().push(member);
            }
        }
        let common: Vec<&Member> =
            shared.iter().filter_map(|it| by_scope.get(it)).flatten().copied().collect();
        let weight = entries.len().saturating_mul(common.len() + 1);
        if weight > MOST_SHARED {
            return Vec::new();
        }
        let one = |entry: &usize| {
            let own = by_scope.get(entry).map(Vec::as_slice).unwrap_or_default();
            let is_token = |role: MemberRole| matches!(role, MemberRole::Old | MemberRole::New);
            let same =
                |it: &Member, own: &Member| it.role == own.role || is_token(it.role) && is_token(own.role);
            let common = common.iter().filter(|it| !own.iter().any(|own| same(it, own)));
            let members: Vec<&Member> = own.iter().chain(common).copied().collect();
            let scopes: BTreeSet<usize> = shared.iter().copied().chain([*entry]).collect();
            let start = survey
                .scopes
                .get(*entry)
                .map_or(0, |it| self.file.documents.to_host(it.doc, Span::at(it.span.start())).start());
            self.unit(registration, &members, &scopes, start, name)
        };
        entries.iter().map(one).collect()
    }

    fn unit(
        &self,
        registration: &Registration,
        members: &[&Member],
        scopes: &BTreeSet<usize>,
        start: usize,
        name: &str,
    ) -> FoundUnit {
        let file = self.file;
        let carrier = |member: &Member| file.survey.carriers.get(member.carrier);
        let members: Vec<_> = members.iter().filter_map(|member| Some((*member, carrier(member)?))).collect();
        let own = || scopes.iter().filter_map(|index| file.survey.scopes.get(*index));
        // Neither variables of a container or of the file nor its values show where the command is.
        let command = own().find(|scope| scope.kind == ScopeKind::Command);
        let first = command
            .map(|scope| (scope.doc, scope.span.start()))
            .or_else(|| members.first().map(|(_, carrier)| (carrier.doc, carrier.name_span.start())));
        let doc = first.map_or(0, |(doc, _)| doc);
        let place = file.documents.places(doc).pop().map(|label| label.text);
        let mut unit = FoundUnit {
            name: name.to_owned(),
            kind: registration.kind,
            road: registration.road,
            position: file.source.position(start),
            via: file.documents.via(doc),
            place: place.map(|text| text.trim_start_matches("in this ").to_owned()),
            of_chart: file.documents.get(doc).filter(|it| it.of_chart).map(|_| doc),
            object: members
                .first()
                .filter(|_| registration.kind == UnitKind::Secret)
                .and_then(|(_, carrier)| named_secrets::object(file.documents, file.survey, carrier))
                .or_else(|| self.label(registration, scopes))
                .or_else(|| first.and_then(|(doc, offset)| structure::object(file.documents, doc, offset))),
            unknowns: scopes
                .iter()
                .flat_map(|scope| {
                    let hints = file.survey.scopes.get(*scope).map_or(&[][..], |it| &it.hints);
                    reasons::unknowns(file, *scope).chain(hints)
                })
                .map(|it| file.unknown_place(it))
                .collect(),
            is_shown: false,
            slots: Vec::new(),
            settings: reasons::inherited_settings(file, registration),
            values: own()
                .filter(|scope| scope.kind == ScopeKind::Chart)
                .map(|scope| file.documents.to_host(scope.doc, scope.span))
                .collect(),
            about: self.about(registration, scopes),
        };
        let empty = !members.iter().any(|(it, _)| it.role == MemberRole::Old && it.class > Class::Empty);
        let new = || named_secrets::of(file, registration).map(|it| (it, false));
        let old = || named_secrets::unmoved(file, registration).map(|it| (it, true));
        if let Some(((class, at), old)) = Some(empty).filter(|it| *it).and_then(|_| new().or_else(old))
            && let Some(carrier) = file.survey.carriers.get(at)
        {
            let written = carrier.written.clone();
            unit.slots.push(Slot { old, via: carrier.via, written, class, given: given(file, carrier) });
        }
        for (member, carrier) in members {
            let (via, given) = (carrier.via, given(file, carrier));
            let written = carrier.written.clone();
            let name = if carrier.via == Via::Road { written.clone() } else { carrier.name.clone() };
            match member.role {
                MemberRole::Setting(setting) => unit.settings.push(Held { setting, via, name, given }),
                MemberRole::Place => unit.is_shown = true,
                role => {
                    let (old, class) = (role == MemberRole::Old, member.class);
                    unit.slots.push(Slot { old, via, written, class, given });
                }
            }
        }
        unit
    }

    /// What is set other than tokens and settings. An option counts more than a variable, what is near more than what is far.
    fn about(
        &self,
        registration: &Registration,
        scopes: &BTreeSet<usize>,
    ) -> Vec<(&'static str, SourcedValue)> {
        let variables = self.variables.iter().filter(|_| registration.kind == UnitKind::Command);
        let released = scopes.iter().filter_map(|scope| self.released.get(scope)).flatten();
        let all = scopes.iter().chain(released).chain(variables);
        let said: Vec<_> = all.filter_map(|scope| self.about.get(scope)).flatten().collect();
        let fact = |(index, about): (usize, &'static rules::About)| {
            let mut same = said.iter().filter(|(fact, _)| *fact == index).map(|(_, carrier)| *carrier);
            let first = same.next()?;
            let counts = if first.via == Via::Option { None } else { same.find(|it| it.via == Via::Option) };
            Some((about.fact.as_str(), given(self.file, counts.unwrap_or(first))))
        };
        rules::registration().about.iter().enumerate().filter_map(fact).collect()
    }
}

/// The value of a carrier as data.
pub(super) fn given(file: &LintedFile<'_>, carrier: &Carrier) -> SourcedValue {
    let value = &carrier.value;
    let opaque = value.kind == ValueKind::Opaque;
    let bare = carrier.via == Via::Option && value.place == ValueLocation::Nowhere;
    // Null is not a string.
    let mut text = if value.kind == ValueKind::Empty { String::new() } else { value.text.clone() };
    // The value is elsewhere: the text here shows which one it is.
    if opaque && (text.is_empty() || text == UNKNOWN) {
        let written = file.written(carrier.doc, value.span);
        if !written.is_empty() {
            written.clone_into(&mut text);
        }
    }
    SourcedValue {
        text,
        opaque,
        known: value.known.clone(),
        stray: bare && carrier.nodes.len() > 1,
        position: file.source.position(file.documents.to_host(carrier.doc, carrier.name_span).start()),
    }
}
