//! Units: which carriers belong to one registration.

use super::containers::{Containers, last_container};
use super::schema::{Class, Classes, UnitKind};
use super::unit::{Setting, Spelling, Unit};
use crate::facts::NodeId;
use crate::sites::{Carrier, Piece, Road, Scope, ScopeKind, Sites, Survey, ValueKind, Via};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What a carrier is to its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberRole {
    /// The place of the new token.
    New,
    /// The place of the old token.
    Old,
    /// A server-side setting, by index in [`Unit::settings`].
    Setting(usize),
    /// What shows that a road registers, by itself.
    Place,
    /// It belongs to no unit: a rule speaks of it by itself, by the index of its match.
    Own(usize),
}

/// A carrier in its unit.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Index of the carrier.
    pub carrier: usize,
    /// What it is.
    pub role: MemberRole,
    /// What its value is.
    pub class: Class,
    /// Whether its value stops the start beside a new token.
    pub triggers: bool,
    /// Whether it is a setting with the value that counts without it.
    pub inert: bool,
    /// The carrier of another member that is the same entry of the text, brought there by an alias.
    pub shared_with: Option<usize>,
}

/// One registration.
#[derive(Debug)]
pub struct Registration {
    /// What it is.
    pub kind: UnitKind,
    /// Its scopes.
    pub scopes: BTreeSet<usize>,
    /// What it is made of, in the order of the carriers.
    pub members: Vec<Member>,
    /// The road that makes it.
    pub road: Option<&'static Road>,
    /// Whether several commands share its variables, so that what belongs to which is not known.
    pub ambiguous: bool,
}

/// Scopes with variables that cannot be read and that are named for each registration.
const MOST_BROUGHT: usize = 16;

/// Tokens of one slot that are compared with those of the other.
const MOST_ALTERNATIVES: usize = 16;

/// Puts the carriers of a file together to registrations.
pub fn assemble(unit: &Unit, survey: &Survey, evidence: &[String]) -> Vec<Registration> {
    let command = format!("{} {}", unit.program, unit.subcommand).trim_end().to_owned();
    // What is known to belong to something else is none of ours.
    let is_ours = |scope: &Scope| match scope.kind {
        ScopeKind::Command => scope.of.is_empty() || scope.of.contains(&command),
        ScopeKind::Chart => scope.of.is_empty() || scope.of.contains(&unit.chart),
        _ => true,
    };
    let commands: Vec<usize> = scopes_of(survey, ScopeKind::Command)
        .filter(|scope| survey.scopes.get(*scope).is_some_and(is_ours))
        .collect();
    let mut by_scope = members_by_scope(unit, survey);
    drop_flat_values_alone(unit, survey, &mut by_scope);
    drop_alternatives(survey, &mut by_scope);
    keep_own((unit, survey, evidence), !commands.is_empty(), &is_ours, &mut by_scope);
    // Variables go to the commands of the file, a container's environment to the commands in it.
    let in_scope = |kind: ScopeKind| {
        let is = move |scope: &usize| survey.scopes.get(*scope).is_some_and(|it| it.kind == kind);
        by_scope.keys().copied().filter(is).collect::<Vec<usize>>()
    };
    let containers = Containers::of(survey, in_scope(ScopeKind::Container));
    let outermost = |scope: usize| containers.outermost(survey, scope);
    let variables = in_scope(ScopeKind::Variables);
    // Variables of the file that cannot be read, of which none is in view.
    let is_brought = |scope: &usize| survey.scopes.get(*scope).is_some_and(|it| !it.unknowns.is_empty());
    let brought: Vec<usize> =
        scopes_of(survey, ScopeKind::Variables).filter(is_brought).take(MOST_BROUGHT).collect();
    let groups = if variables.is_empty() || commands.is_empty() {
        groups_of(survey, &by_scope, &containers, &commands)
    } else {
        vec![commands.clone()]
    };
    let mut units = Vec::new();
    for commands in groups.iter().filter(|commands| !commands.is_empty()) {
        let around = commands.iter().flat_map(|command| survey.containers(*command));
        let mut scopes: BTreeSet<usize> = commands.iter().copied().chain(around).collect();
        let outer: BTreeSet<usize> = commands.iter().filter_map(|command| outermost(*command)).collect();
        scopes.extend(outer.iter().flat_map(|container| containers.with(*container)));
        scopes.extend(&variables);
        scopes.extend(&brought);
        let mut members: Vec<Member> =
            scopes.iter().filter_map(|scope| by_scope.remove(scope)).flatten().collect();
        members.sort_by_key(|member| member.carrier);
        if !members.is_empty() {
            let ambiguous = commands.len() > 1;
            units.push(Registration { kind: UnitKind::Command, scopes, members, road: None, ambiguous });
        }
    }
    units.extend(without_command(survey, by_scope, &containers));
    if !survey.anchored.is_empty() {
        share(survey, &mut units);
    }
    units
}

/// What is given to the unit, by its scope.
fn members_by_scope(unit: &Unit, survey: &Survey) -> BTreeMap<usize, Vec<Member>> {
    let mut by_scope: BTreeMap<usize, Vec<Member>> = BTreeMap::new();
    for (index, carrier) in survey.carriers.iter().enumerate() {
        let again = survey.scopes.get(carrier.scope).is_some_and(|scope| scope.has_again(carrier));
        let of_road = survey.scopes.get(carrier.scope).is_some_and(|scope| scope.kind == ScopeKind::Road);
        let role = if of_road && carrier.via == Via::Named {
            Some(MemberRole::Place)
        } else {
            role_of(unit, carrier)
        };
        // What only a custom rule asks for is not a variable of a registration.
        let is_asked = carrier.via == Via::Variable
            && survey.scopes.get(carrier.scope).is_some_and(|scope| scope.kind == ScopeKind::Places);
        if let Some(role) = role.filter(|_| !again && !is_asked) {
            let overridden = survey.anchored.get(&index).is_some_and(|it| it.overridden);
            let member = member(unit, carrier, index, role);
            let triggers = member.triggers && !overridden;
            by_scope.entry(carrier.scope).or_default().push(Member { triggers, ..member });
        }
    }
    by_scope
}

/// Commands that are one unit together: those of a container, and those that take words from the same array or string.
fn groups_of(
    survey: &Survey,
    by_scope: &BTreeMap<usize, Vec<Member>>,
    containers: &Containers,
    commands: &[usize],
) -> Vec<Vec<usize>> {
    let mut groups = containers.commands(survey, commands);
    let mut alone: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut known = BTreeMap::new();
    for command in commands.iter().filter(|command| containers.outermost(survey, **command).is_none()) {
        let first = shares(survey, by_scope, *command, &mut known).filter(|first| alone.contains_key(first));
        alone.entry(first.unwrap_or(*command)).or_default().push(*command);
    }
    groups.extend(alone.into_values());
    groups
}

/// The units without a command. What gives values to one release is one unit; everything else is a unit of its own.
fn without_command(
    survey: &Survey,
    by_scope: BTreeMap<usize, Vec<Member>>,
    containers: &Containers,
) -> Vec<Registration> {
    let outermost = |scope: usize| containers.outermost(survey, scope);
    let mut rest: BTreeMap<(usize, UnitKind), (BTreeSet<usize>, Vec<Member>)> = BTreeMap::new();
    let mut released = within(survey, ScopeKind::Chart);
    // So are the entries of a road that share keys, those without a key of their own too.
    let mut entries = within(survey, ScopeKind::Road);
    for (scope, members) in by_scope {
        let Some(it) = survey.scopes.get(scope) else { continue };
        let kind = kind_of(it.kind);
        let release = it.within.filter(|_| matches!(it.kind, ScopeKind::Chart | ScopeKind::Road));
        let container = Some(scope).filter(|_| it.kind == ScopeKind::Container).and_then(outermost);
        let unit = rest.entry((release.or(container).unwrap_or(scope), kind)).or_default();
        unit.0.insert(scope);
        if it.kind == ScopeKind::Container {
            unit.0.extend(survey.containers(scope));
        }
        unit.0.extend(release);
        // What gives the release no setting may still be unknown.
        unit.0.extend(release.and_then(|release| released.remove(&release)).into_iter().flatten());
        unit.0.extend(entries.remove(&release.unwrap_or(scope)).into_iter().flatten());
        unit.1.extend(members);
    }
    let road = |scopes: &BTreeSet<usize>| {
        let index = scopes.iter().find_map(|scope| survey.scopes.get(*scope)?.road)?;
        Sites::built_in().road(index)
    };
    let registration = |((_, kind), (scopes, mut members)): (_, (BTreeSet<usize>, Vec<Member>))| {
        members.sort_by_key(|member| member.carrier);
        Registration { kind, road: road(&scopes), scopes, members, ambiguous: false }
    };
    rest.into_iter().map(registration).collect()
}

/// The scopes of that kind that are within another one, by that one.
fn within(survey: &Survey, kind: ScopeKind) -> BTreeMap<usize, Vec<usize>> {
    let mut inside: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for scope in scopes_of(survey, kind) {
        if let Some(outer) = survey.scopes.get(scope).and_then(|it| it.within) {
            inside.entry(outer).or_default().push(scope);
        }
    }
    inside
}

/// Keeps the members that are the program's.
fn keep_own(
    (unit, survey, evidence): (&Unit, &Survey, &[String]),
    has_commands: bool,
    is_ours: &dyn Fn(&Scope) -> bool,
    by_scope: &mut BTreeMap<usize, Vec<Member>>,
) {
    // What shows whose values they are may stand in another part of the release.
    let releases: BTreeSet<usize> = survey
        .scopes
        .iter()
        .filter(|it| it.evident && it.kind == ScopeKind::Chart)
        .filter_map(|it| it.within)
        .collect();
    // What takes environment from each other shows together whose it is.
    let is_evident = |it: &Scope| {
        let shown = it.of.is_empty() || it.of.contains(&unit.program);
        it.kind == ScopeKind::Container && it.evident && shown && !it.foreign
    };
    let shown = survey.scopes.iter().enumerate().filter(|(_, it)| is_evident(it));
    let classes: BTreeSet<usize> = shown.map(|(scope, _)| last_container(survey, scope)).collect();
    by_scope.retain(|scope, members| {
        survey.scopes.get(*scope).is_some_and(|it| {
            let joins = it.kind == ScopeKind::Variables && has_commands;
            let released = it.within.is_some_and(|within| releases.contains(&within));
            let shown = it.kind != ScopeKind::Container || it.of.is_empty() || it.of.contains(&unit.program);
            let inherited =
                || it.kind == ScopeKind::Container && classes.contains(&last_container(survey, *scope));
            let evident = it.evident && shown || joins || released || !it.by_command && inherited();
            if it.by_command && !evident {
                return false;
            }
            is_ours(it) && !it.foreign && (evident || has_evidence(survey, *scope, members, evidence))
        })
    });
}

/// The command with which `command` shares members that are in an array or a string. `known` keeps what was found out.
fn shares(
    survey: &Survey,
    members: &BTreeMap<usize, Vec<Member>>,
    command: usize,
    known: &mut BTreeMap<(usize, usize, Span), bool>,
) -> Option<usize> {
    let scope = survey.scopes.get(command)?;
    scope.pieces.iter().find_map(|piece| {
        let first = piece.first?;
        let is_in =
            |carrier: &Carrier| carrier.doc == piece.place.doc && piece.words.contains(carrier.name_span);
        let has_members = known.entry((first, piece.place.doc, piece.words)).or_insert_with(|| {
            let members = members.get(&first).map(Vec::as_slice).unwrap_or_default();
            members.iter().filter_map(|member| survey.carriers.get(member.carrier)).any(is_in)
        });
        has_members.then_some(first)
    })
}

/// Marks the members that are the same entry of a text.
fn share(survey: &Survey, units: &mut [Registration]) {
    let place = |member: &Member| {
        let carrier = survey.carriers.get(member.carrier)?;
        Some((carrier.doc, *carrier.nodes.first()?))
    };
    let mut first: BTreeMap<(usize, NodeId), usize> = BTreeMap::new();
    let mut others: BTreeMap<usize, usize> = BTreeMap::new();
    for member in units.iter().flat_map(|unit| &unit.members) {
        let Some(place) = place(member) else { continue };
        let known = *first.entry(place).or_insert(member.carrier);
        // Of `--set a=b,c=d` both have the word.
        let is_anchored = |at: usize| survey.anchored.contains_key(&at);
        if known != member.carrier && (is_anchored(known) || is_anchored(member.carrier)) {
            others.insert(member.carrier, known);
            others.entry(known).or_insert(member.carrier);
        }
    }
    for member in units.iter_mut().flat_map(|unit| &mut unit.members) {
        member.shared_with = others.get(&member.carrier).copied();
    }
}

fn kind_of(scope: ScopeKind) -> UnitKind {
    match scope {
        ScopeKind::Command => UnitKind::Command,
        ScopeKind::Chart | ScopeKind::Release => UnitKind::Chart,
        ScopeKind::Secret => UnitKind::Secret,
        ScopeKind::Keys(Via::Config) => UnitKind::Config,
        ScopeKind::Keys(Via::Operator) => UnitKind::Operator,
        ScopeKind::Keys(Via::Terraform) => UnitKind::Terraform,
        ScopeKind::Road => UnitKind::Road,
        ScopeKind::Keys(_) | ScopeKind::Container | ScopeKind::Variables | ScopeKind::Places => {
            UnitKind::Environment
        }
    }
}

fn scopes_of(survey: &Survey, kind: ScopeKind) -> impl Iterator<Item = usize> {
    survey.scopes.iter().enumerate().filter(move |(_, scope)| scope.kind == kind).map(|(index, _)| index)
}

/// Whether some other variable beside it is known to be the program's.
fn has_evidence(survey: &Survey, scope: usize, members: &[Member], evidence: &[String]) -> bool {
    let known: BTreeSet<&str> = survey
        .carriers
        .iter()
        .filter(|carrier| carrier.scope == scope && carrier.via == Via::Variable)
        .map(|carrier| carrier.name.as_str())
        .filter(|name| evidence.iter().any(|known| known == name))
        .collect();
    let others = members
        .iter()
        .filter_map(|member| survey.carriers.get(member.carrier))
        .any(|carrier| !known.contains(carrier.name.as_str()));
    // A single name that the program knows proves what is beside it, not itself.
    known.len() > 1 || known.len() == 1 && others
}

fn role_of(unit: &Unit, carrier: &Carrier) -> Option<MemberRole> {
    let spelled = |spelling: &Spelling| spelling.names(carrier.via).any(|name| *name == carrier.name);
    if spelled(&unit.new) {
        Some(MemberRole::New)
    } else if spelled(&unit.old) {
        Some(MemberRole::Old)
    } else {
        unit.settings.iter().position(|setting| spelled(&setting.spelled)).map(MemberRole::Setting)
    }
}

fn member(unit: &Unit, carrier: &Carrier, index: usize, role: MemberRole) -> Member {
    let is_slot = matches!(role, MemberRole::Old | MemberRole::New);
    let known = carrier.value.known.as_ref();
    let text = known.unwrap_or(&carrier.value.text);
    let has = |prefix: &str, text: &str| !prefix.is_empty() && text.starts_with(prefix);
    let is_new = |text: &String| has(&unit.new_prefix, text);
    let is_old = |text: &String| has(&unit.old_prefix, text);
    let gives_new = |text: &str| unit.new_expressions.iter().any(|like| like.is_like(text));
    let is_runners = |text: &String| unit.runner_tokens.iter().any(|like| like.is_like(text));
    let class = match carrier.value.kind {
        _ if known.is_some_and(is_new) => Class::Glrt,
        _ if known.is_some_and(is_old) => Class::Legacy,
        _ if is_slot && known.is_some_and(is_runners) => Class::Registered,
        _ if known.is_some() => Class::Other,
        ValueKind::Empty => Class::Empty,
        ValueKind::Opaque if gives_new(text.trim()) => Class::Glrt,
        ValueKind::Opaque => Class::Opaque,
        ValueKind::Literal if is_new(text) => Class::Glrt,
        ValueKind::Literal if is_old(text) => Class::Legacy,
        ValueKind::Literal if is_slot && is_runners(text) => Class::Registered,
        ValueKind::Literal => Class::Other,
    };
    let inert = |setting: &Setting| setting.inert.iter().any(|value| value == text.trim());
    let literal = match role {
        MemberRole::Setting(at) if class == Class::Other => unit.settings.get(at),
        _ => None,
    };
    let inert = literal.is_some_and(inert);
    Member { carrier: index, role, class, triggers: literal.is_some() && !inert, inert, shared_with: None }
}

/// `tags` beside the runner's token is a mistake that people make; `tags` alone is anything.
fn drop_flat_values_alone(unit: &Unit, survey: &Survey, by_scope: &mut BTreeMap<usize, Vec<Member>>) {
    let is_flat = |member: &Member| {
        let MemberRole::Setting(at) = member.role else { return false };
        let name = survey.carriers.get(member.carrier).map(|carrier| (&carrier.name, carrier.via));
        unit.settings.get(at).zip(name).is_some_and(|(setting, (name, via))| {
            via == Via::Chart && setting.spelled.chart_flat.contains(name)
        })
    };
    // The token may be in another part of the release.
    let release = |scope: &usize| survey.scopes.get(*scope).and_then(|it| it.within);
    let has_token = |members: &[Member]| {
        members.iter().any(|member| matches!(member.role, MemberRole::Old | MemberRole::New))
    };
    let with_token = by_scope.iter().filter(|(_, members)| has_token(members));
    let released: BTreeSet<usize> = with_token.filter_map(|(scope, _)| release(scope)).collect();
    for (scope, members) in by_scope {
        let near = release(scope).is_some_and(|release| released.contains(&release));
        if !has_token(members) && !near {
            members.retain(|member| !is_flat(member));
        }
    }
}

/// Where one word is either the new option or the old one, the new one does not make the old one dead.
fn drop_alternatives(survey: &Survey, by_scope: &mut BTreeMap<usize, Vec<Member>>) {
    let node = |member: &Member| {
        let carrier =
            survey.carriers.get(member.carrier).filter(|it| it.sealed.is_some() && it.via == Via::Option)?;
        Some((carrier.doc, *carrier.nodes.first()?))
    };
    for members in by_scope.values_mut() {
        let old: BTreeSet<_> =
            members.iter().filter(|it| it.role == MemberRole::Old).filter_map(node).collect();
        members.retain(|it| it.role != MemberRole::New || node(it).is_none_or(|at| !old.contains(&at)));
    }
}

impl Registration {
    /// What `carrier` is to the match `found` of a rule that speaks of it by itself.
    pub fn own(carrier: &Carrier, index: usize, found: usize) -> Self {
        let class = match carrier.value.kind {
            _ if carrier.is_bare() => Class::Absent,
            ValueKind::Empty => Class::Empty,
            ValueKind::Opaque => Class::Opaque,
            ValueKind::Literal => Class::Other,
        };
        let member = Member {
            carrier: index,
            role: MemberRole::Own(found),
            class,
            triggers: false,
            inert: false,
            shared_with: None,
        };
        let scopes = BTreeSet::from([carrier.scope]);
        Self { kind: UnitKind::Environment, scopes, members: vec![member], road: None, ambiguous: false }
    }

    /// Whose slots the rules for `member` have to see: the whole unit's (`None`), but where several commands share
    /// variables, only what belongs to the same scope.
    pub fn own_scope(&self, survey: &Survey, member: Option<&Member>) -> Option<usize> {
        let member = member.filter(|_| self.ambiguous)?;
        survey.carriers.get(member.carrier).map(|carrier| carrier.scope)
    }

    /// Whether a token is in a variable that the script exports.
    pub fn has_exported_token(&self, survey: &Survey) -> bool {
        self.members.iter().filter(|it| matches!(it.role, MemberRole::Old | MemberRole::New)).any(|member| {
            let scope = survey.carriers.get(member.carrier).and_then(|it| survey.scopes.get(it.scope));
            scope.is_some_and(|scope| scope.kind == ScopeKind::Variables)
        })
    }

    /// The piece of a command that a member is in, where it has one.
    pub fn piece<'s>(&self, survey: &'s Survey, member: &Member) -> Option<&'s Piece> {
        survey.piece(member.carrier)
    }

    /// A new and an old token, filled both, of which a command only ever takes one.
    pub fn alternatives(&self, survey: &Survey) -> Option<(usize, usize)> {
        let filled = |role: MemberRole| {
            self.members.iter().filter(move |it| it.role == role && it.class > Class::Empty)
        };
        let pieces = |role: MemberRole| -> Vec<_> {
            filled(role).take(MOST_ALTERNATIVES + 1).map(|it| (it.carrier, self.piece(survey, it))).collect()
        };
        let (new, old) = (pieces(MemberRole::New), pieces(MemberRole::Old));
        if new.len().max(old.len()) > MOST_ALTERNATIVES {
            return None;
        }
        let apart = |a: Option<&Piece>, b: Option<&Piece>| a.zip(b).is_some_and(|(a, b)| a.excludes(b));
        let all = new.iter().all(|(_, a)| old.iter().all(|(_, b)| apart(*a, *b)));
        new.first().zip(old.first()).filter(|_| all).map(|(new, old)| (new.0, old.0))
    }

    /// Whether the slot `role` is filled.
    pub fn fills(&self, role: MemberRole) -> bool {
        self.filled(role).is_some()
    }

    /// The carrier that fills the slot `role`.
    pub fn filled(&self, role: MemberRole) -> Option<usize> {
        let mut members = self.members.iter();
        members.find(|it| it.role == role && it.class > Class::Empty).map(|it| it.carrier)
    }

    /// The first setting with a value of one of `classes`.
    pub fn setting_of(&self, classes: Classes) -> Option<&Member> {
        let is_setting = |it: &&Member| matches!(it.role, MemberRole::Setting(_)) && classes.has(it.class);
        self.members.iter().find(is_setting)
    }

    /// Whether it is a release, whose values may be written in several places.
    pub fn is_release(&self, survey: &Survey) -> bool {
        self.any_scope(survey, |scope| scope.kind == ScopeKind::Release)
    }

    /// Whether it is values of no release with settings, and no place for a token.
    pub fn has_loose_settings(&self, survey: &Survey) -> bool {
        let is_setting = |member: &Member| matches!(member.role, MemberRole::Setting(_));
        self.kind == UnitKind::Chart && self.members.iter().all(is_setting) && !self.is_release(survey)
    }

    /// Whether any of its scopes is so.
    pub fn any_scope(&self, survey: &Survey, is: impl Fn(&Scope) -> bool) -> bool {
        self.scopes.iter().filter_map(|scope| survey.scopes.get(*scope)).any(is)
    }

    /// Whether programs beside the runner may read one of its variables.
    pub fn is_shared(&self, survey: &Survey) -> bool {
        self.shared(survey).is_some()
    }

    /// The first variable that other programs may read.
    pub fn shared<'s>(&self, survey: &'s Survey) -> Option<&'s Carrier> {
        let mut carriers = self.members.iter().filter_map(|member| survey.carriers.get(member.carrier));
        carriers.find(|it| it.shared && !survey.scopes.get(it.scope).is_some_and(|scope| scope.own))
    }
}
