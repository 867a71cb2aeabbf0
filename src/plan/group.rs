//! Which registrations one runner can serve.

use super::commands::Commands;
use super::fingerprints::Fingerprints;
use super::value::{self, PlannedValue};
use super::{
    Field, Group, Need, PlannedFile, PlannedRegistration, PlannedState, WithoutEffect, shared, steps,
};
use crate::finding::{Fix, Refusal};
use crate::rules::{self, Class, Defaults, UnitKind};
use crate::sites::{Road, Via};
use crate::unit::{FoundUnit, Held, Slot};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// More runners than this are not listed as alike.
const MOST_ALIKE: usize = 50;

/// A registration that has no group yet.
pub(super) struct Waiting {
    entry: PlannedRegistration,
    need: Need,
    fields: Vec<Field>,
    /// The token as it is written: registrations with the same one are of the same project, group or instance. Never shown.
    token: String,
}

/// A Secret as it is named: its repository, its name, whether that is an expression, and the file where it must be.
type NamedSecret = (Option<PathBuf>, String, bool, Option<String>);

/// What must be the same for one runner.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct GroupKey {
    need: Need,
    /// Names of variables and Secrets mean nothing outside of a repository.
    repository: Option<PathBuf>,
    url: Option<String>,
    token: String,
    secret: Option<String>,
    fields: Vec<Field>,
    /// What creates its runner itself shares none: where it is.
    own: Option<String>,
}

impl Waiting {
    pub(super) fn of(
        file: &PlannedFile<'_>,
        unit: &FoundUnit,
        fix: Option<&Result<Fix, Refusal>>,
        without_effect: Vec<WithoutEffect>,
    ) -> Self {
        let mut entry = PlannedRegistration { without_effect, ..PlannedRegistration::of(file, unit, fix) };
        // What a chart's text for config.toml sets has no effect: it is not a field of the runner.
        let is_text = unit.kind == UnitKind::Config && unit.of_chart.is_some();
        if is_text {
            entry.kind = UnitKind::Chart;
            entry.settings = Vec::new();
            entry.without_effect.splice(..0, super::without_effect(file, unit));
        }
        let need = match need(unit) {
            Need::Exists if is_text => Need::Elsewhere,
            need => need,
        };
        let hide = |text: &str| file.mask.inserted(text);
        let mut fields = Vec::new();
        if let Some(said) = &entry.description {
            let text = said.text.clone();
            let value = if said.opaque { PlannedValue::FillIn(text) } else { PlannedValue::Text(text) };
            let (name, argument) = ("description", "description");
            fields.push(Field { name, argument, value, default: None, notes: Vec::new(), seconds: false });
        }
        fields.extend(facts(unit, &hide));
        for (index, setting) in rules::registration().settings.iter().enumerate() {
            let Some((counts, mut read)) = winner(unit, index, &hide).filter(|_| !is_text) else { continue };
            for (held, shown) in unit.settings.iter().zip(&mut entry.settings) {
                let other = held.setting == index && !std::ptr::eq(held, counts) && !held.given.is_empty();
                shown.overridden = other && value::read(setting, &held.given, &hide).value != read.value;
                if shown.overridden {
                    read.notes.push("set more than once with different values: only one of them is used");
                }
            }
            read.notes.dedup();
            let Some(value) = read.value else { continue };
            let (name, argument) = (setting.field.as_str(), setting.argument());
            let seconds = setting.least > 0;
            fields.push(Field { name, argument, value, default: None, notes: read.notes, seconds });
        }
        let complete = is_complete(&entry);
        if matches!(need, Need::Create | Need::Check) {
            if complete {
                add_unset(&mut fields, entry.kind, entry.road);
            }
            force(&mut fields, entry.kind, entry.road, complete);
        }
        let filled = unit.slots.iter().filter(|slot| slot.class > Class::Empty);
        let token = filled.map(token).collect::<Vec<_>>().join("\0");
        Self { entry, need, fields, token }
    }

    fn key(&self) -> GroupKey {
        let url = self.entry.url.as_ref().map(|url| url.text.trim_end_matches('/').to_owned());
        let secret = self.entry.secret.as_ref().map(|it| it.text.clone());
        let own = self.entry.is_self_made().then(|| self.entry.at());
        let repository = self.entry.repository_key();
        GroupKey {
            need: self.need,
            repository,
            url,
            token: self.token.clone(),
            secret,
            fields: self.fields.clone(),
            own,
        }
    }
}

/// The fields that facts about a registration give, or show.
fn facts(unit: &FoundUnit, hide: &dyn Fn(&str) -> String) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    let field = |name: &'static str, value: PlannedValue| {
        let (argument, default, notes, seconds) = (name, None, Vec::new(), false);
        Field { name, argument, value, default, notes, seconds }
    };
    for about in &rules::registration().about {
        let Some((name, given)) = about.field.as_deref().zip(unit.about(&about.fact)) else { continue };
        let text = given.literal().map(str::trim);
        let word = |text: &str| about.words.iter().find(|(word, _)| word == text).map(|(_, it)| it.clone());
        let value = match text {
            Some(text) if about.number => {
                text.parse().map_or_else(|_| PlannedValue::FillIn(hide(text)), PlannedValue::Number)
            }
            Some(text) => PlannedValue::Text(word(text).unwrap_or_else(|| hide(text))),
            None => PlannedValue::FillIn(hide(&given.text)),
        };
        let shown = about.shows.as_ref().map(|(name, text)| field(name, PlannedValue::Text(text.clone())));
        for it in shown.into_iter().chain([field(name, value)]) {
            if fields.iter().all(|known| known.name != it.name) {
                fields.push(it);
            }
        }
    }
    fields
}

/// `$NAME` and `${NAME}` are the same token.
fn token(slot: &Slot) -> String {
    let text = slot.given.literal().unwrap_or(&slot.given.text);
    match text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        Some(name) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => format!("${name}"),
        _ => text.to_owned(),
    }
}

/// Whether no place that cannot be read may bring it a setting.
fn is_complete(entry: &PlannedRegistration) -> bool {
    !entry.unknowns.iter().any(|unknown| unknown.brings.settings())
}

/// Whose defaults apply on that road.
fn defaults(kind: UnitKind) -> Option<&'static Defaults> {
    rules::registration().defaults.iter().find(|it| it.unit.contains(&kind))
}

/// What the road sends for the settings that the file does not set, in the order of the data.
fn add_unset(fields: &mut Vec<Field>, kind: UnitKind, road: Option<&'static Road>) {
    let whose = road.map(|it| it.of.as_str()).or_else(|| Some(defaults(kind)?.of.as_str()));
    let Some(whose) = whose else { return };
    let set: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let is_setting = |field: &&Field| rules::registration().settings.iter().any(|it| it.field == field.name);
    let mut all: Vec<Field> = fields.iter().filter(|field| !is_setting(field)).cloned().collect();
    for setting in &rules::registration().settings {
        let said = fields.iter().find(|field| field.name == setting.field).cloned();
        all.extend(said.or_else(|| {
            let own = road.and_then(|road| road.unset.get(&setting.field));
            let of_command =
                || value::unset(setting, &set, if road.is_some() { UnitKind::Command } else { kind });
            let value = match own {
                Some(text) => value::read_constant(setting, text),
                None => Some(())
                    .filter(|()| road.is_none_or(|road| road.registers))
                    .and_then(|()| of_command())?,
            };
            let (name, argument) = (setting.field.as_str(), setting.argument());
            let (default, seconds) = (Some(whose), setting.least > 0);
            Some(Field { name, argument, value, default, notes: Vec::new(), seconds })
        }));
    }
    *fields = all;
}

/// What `register` sends for any value of a setting where another field is not set.
fn force(fields: &mut [Field], kind: UnitKind, road: Option<&Road>, complete: bool) {
    if !road.map_or_else(|| defaults(kind).is_some_and(|it| it.registers), |road| road.registers) {
        return;
    }
    for setting in &rules::registration().settings {
        let Some((needed, text)) = &setting.without else { continue };
        let beside = fields.iter().find(|field| field.name == needed).map(|field| &field.value);
        // Only a value that can be read is set for sure.
        let open = beside.map_or(!complete, |value| matches!(value, PlannedValue::FillIn(_)));
        if beside.is_some() && !open {
            continue;
        }
        let forced = value::constant(text);
        let Some(field) = fields.iter_mut().find(|it| it.name == setting.field && it.value != forced) else {
            continue;
        };
        field.value = match (&field.value, open) {
            (_, false) => forced,
            (PlannedValue::Flag(flag), true) => PlannedValue::FillIn(flag.to_string()),
            (value, true) => value.clone(),
        };
        let note = "without tags `register` always sends true";
        field.notes.push(note);
    }
}

/// The one that counts of all values that a setting is given: an option before a variable, what has a value before what
/// has none, the last one of a kind.
fn winner<'a>(
    unit: &'a FoundUnit,
    setting: usize,
    hide: &dyn Fn(&str) -> String,
) -> Option<(&'a Held, value::FieldValue)> {
    let data = rules::registration().settings.get(setting)?;
    let held = unit.settings.iter().filter(|held| held.setting == setting);
    let nested = |held: &Held| held.via == Via::Chart && held.name.contains('.');
    let counts = held.max_by_key(|held| (!held.given.is_empty(), held.via == Via::Option, nested(held)))?;
    Some((counts, value::read(data, &counts.given, hide)))
}

fn need(unit: &FoundUnit) -> Need {
    let of = |old: bool| {
        let slots = unit.slots.iter().filter(move |slot| slot.old == old);
        slots.map(|slot| slot.class).max().unwrap_or(Class::Absent)
    };
    let (new, mut old) = (of(false), of(true));
    // The same expression in both is one token.
    let filled = unit.slots.iter().filter(|slot| slot.class > Class::Empty);
    let texts: BTreeSet<&str> = filled.map(|slot| slot.given.text.as_str()).collect();
    if new == Class::Opaque && texts.len() == 1 {
        old = Class::Absent;
    }
    let said = unit.settings.iter().any(|held| !held.given.is_empty());
    match (new, old) {
        (Class::Legacy, _) => Need::Create,
        // Where the expression is empty, the old token is used.
        (Class::Opaque, old) if old > Class::Empty => Need::Check,
        (Class::Glrt | Class::Opaque | Class::Registered | Class::Other, _)
        | (_, Class::Glrt | Class::Registered) => Need::Exists,
        // A runner in config.toml is registered; what it does not know has no effect.
        _ if unit.kind == UnitKind::Config => Need::Exists,
        (_, Class::Legacy | Class::Opaque | Class::Other) => Need::Create,
        _ if said || unit.is_shown => Need::Create,
        _ => Need::Elsewhere,
    }
}

/// Runners of one file differ by their places in it.
fn name_origins(groups: &mut [Group]) {
    let mut files: BTreeMap<String, usize> = BTreeMap::new();
    let first = |group: &Group| group.own_entries().next().map(|entry| (entry.path.clone(), entry.at()));
    for (path, _) in groups.iter().filter_map(first) {
        *files.entry(path).or_default() += 1;
    }
    for group in groups {
        if let Some((path, at)) = first(group) {
            group.origin = if files.get(&path).is_some_and(|count| *count > 1) { at } else { path };
        }
    }
}

/// Groups by need, then by the first registration.
pub(super) fn groups(waiting: Vec<Waiting>) -> Vec<Group> {
    let mut known: BTreeMap<GroupKey, usize> = BTreeMap::new();
    let mut groups: Vec<(GroupKey, Group)> = Vec::new();
    let (secrets, others): (Vec<_>, Vec<_>) =
        waiting.into_iter().partition(|it| it.entry.kind == UnitKind::Secret);
    // A Secret contains the token of the release or the resource that names it.
    let mut readers: BTreeMap<NamedSecret, GroupKey> = BTreeMap::new();
    for it in &others {
        let named = it.entry.secret.as_ref().filter(|it| !it.text.is_empty());
        // What has its token already, and what an expression names, is known to be the same Secret only in the same file.
        let path = |opaque| (it.need == Need::Exists || opaque).then(|| it.entry.path.clone());
        if let Some(secret) = named {
            let named = (it.entry.repository_key(), secret.text.clone(), secret.opaque, path(secret.opaque));
            readers.entry(named).or_insert_with(|| it.key());
        }
    }
    // A Secret of that name in another file may be of another namespace: whether it is the same one has to be checked.
    let mut existing: BTreeMap<(Option<PathBuf>, String), String> = BTreeMap::new();
    for it in secrets.iter().filter(|it| it.need == Need::Exists) {
        if let Some(object) = &it.entry.object {
            existing.entry((it.entry.repository_key(), object.clone())).or_insert_with(|| it.entry.at());
        }
    }
    for mut it in others.into_iter().chain(secrets) {
        let secret_in = it.entry.secret.as_ref().filter(|secret| !secret.opaque && it.need == Need::Create);
        let secret_in = secret_in.filter(|_| it.entry.slots.iter().all(|slot| slot.class <= Class::Empty));
        let secret_in = secret_in
            .and_then(|secret| existing.get(&(it.entry.repository_key(), secret.text.clone())))
            .cloned();
        if secret_in.is_some() {
            it.need = Need::Check;
        }
        let path = || Some(it.entry.path.clone());
        let reader = match (it.entry.kind, &it.entry.object, it.need) {
            (UnitKind::Secret, Some(object), Need::Create) => readers
                .get(&(it.entry.repository_key(), object.clone(), false, None))
                .or_else(|| readers.get(&(it.entry.repository_key(), object.clone(), true, path())))
                .cloned(),
            (UnitKind::Secret, Some(object), Need::Exists) => {
                readers.get(&(it.entry.repository_key(), object.clone(), false, path())).cloned()
            }
            _ => None,
        };
        let key = reader.unwrap_or_else(|| it.key());
        let index = *known.entry(key.clone()).or_insert_with(|| {
            let (need, url) = (it.need, it.entry.url.clone());
            let (entries, alike, steps, origin) = (Vec::new(), Vec::new(), Vec::new(), String::new());
            let fields = it.fields.clone();
            groups.push((key.clone(), Group { need, url, fields, entries, origin, secret_in, alike, steps }));
            groups.len() - 1
        });
        if let Some((_, group)) = groups.get_mut(index) {
            group.entries.push(it.entry);
        }
    }
    for (_, group) in &mut groups {
        group.entries.sort_by(|a, b| (&a.path, a.position).cmp(&(&b.path, b.position)));
        // The place of the token is empty here and filled in a Secret.
        if group.need == Need::Elsewhere && group.entries.iter().any(|it| it.kind == UnitKind::Secret) {
            group.need = Need::Create;
            let reader = group.entries.iter().find(|it| it.kind != UnitKind::Secret);
            if let Some(reader) = reader.filter(|_| group.entries.iter().all(is_complete)) {
                add_unset(&mut group.fields, reader.kind, reader.road);
            }
        }
    }
    groups.sort_by(|(key_a, a), (key_b, b)| {
        let first = |group: &Group| group.entries.first().map(|it| (it.path.clone(), it.position));
        (&key_a.repository, a.need, first(a)).cmp(&(&key_b.repository, b.need, first(b)))
    });
    let mut similar: BTreeMap<GroupKey, Vec<usize>> = BTreeMap::new();
    for (index, (key, group)) in
        groups.iter().enumerate().filter(|(_, (_, group))| group.need == Need::Create)
    {
        let fields = group.fields.iter().filter(|field| field.name != "description").cloned().collect();
        similar.entry(GroupKey { fields, ..key.clone() }).or_default().push(index);
    }
    // More than people would look at says nothing, and takes long.
    for list in similar.values().filter(|list| (2..=MOST_ALIKE).contains(&list.len())) {
        for index in list {
            let others = list.iter().filter(|other| *other != index).map(|other| other + 1).collect();
            if let Some((_, group)) = groups.get_mut(*index) {
                group.alike = others;
            }
        }
    }
    let mut groups: Vec<Group> = groups.into_iter().map(|(_, group)| group).collect();
    for group in &mut groups {
        let need = group.need;
        group.entries.iter_mut().for_each(|entry| entry.state = PlannedState::of(entry, need));
    }
    name_origins(&mut groups);
    let commands = Commands::of_groups(groups.iter());
    let mut fingerprints = Fingerprints::default();
    for (number, group) in (1..).zip(&mut groups) {
        fingerprints.give(group);
        group.steps = steps::of(number, group, &commands);
    }
    shared::note(&mut groups);
    groups
}
