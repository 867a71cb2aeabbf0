//! Settings and registration tokens of a file that may belong to one runner although they are apart: their fixes are applied
//! together, or there is none.

use super::findings::Judged;
use super::together::{lower, merge, refuse};
use super::{Documents, LintedFile, named_secrets};
use crate::facts::NodeId;
use crate::finding::{Caution, Refusal};
use crate::rules::{Class, MemberRole, Registration, Unit, UnitKind};
use crate::sites::{Scope, ScopeKind, Survey, Via};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Registrations that one reason names.
const MOST_NAMES: usize = 3;
/// The maximum depth of nested mappings of values.
const MOST_NESTED: usize = 8;

/// Which registrations of a file may be one.
#[derive(Debug, Default)]
pub(super) struct Relations {
    groups: Vec<RelationGroup>,
    /// The carrier of the token that settings without one may belong to, by the first carrier of their registration.
    tokens: BTreeMap<usize, usize>,
    /// A setting in a text that may be values of the chart, without evidence that it is: its name, and where it is.
    unshown: Option<(String, usize)>,
    /// Configurations that values of charts contain, with those values.
    hosts: BTreeMap<usize, usize>,
    /// The same, by the values.
    inside: BTreeMap<usize, Vec<usize>>,
}

/// Registrations that may be one, by index.
#[derive(Debug, Default)]
struct RelationGroup {
    /// Those whose fix moves a token to its new place.
    tokens: Vec<usize>,
    /// Those that have settings and no place for a token.
    loose: Vec<usize>,
}

impl Relations {
    pub(super) fn of(
        (unit, survey, documents): (&Unit, &Survey, &Documents),
        registrations: &[Registration],
    ) -> Self {
        let hosts = hosts(survey, documents, registrations);
        let mut inside: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, host) in &hosts {
            inside.entry(*host).or_default().push(*at);
        }
        let mut relations = Self { hosts, inside, ..Self::default() };
        let tokens: Vec<usize> = indices(registrations, moves_token);
        if tokens.is_empty() {
            return relations;
        }
        relations.unshown = unshown(unit, survey, documents);
        let loose: Vec<usize> = indices(registrations, |it| is_loose(it, survey));
        if loose.is_empty() {
            return relations;
        }
        let named = RelatedName::of((unit, survey, documents), registrations, &tokens);
        // What may belong to several tokens is joined by a hub; hubs are numbered after the registrations.
        let hub = |hub: Hub| registrations.len() + hub as usize;
        let mut sets = Sets::new(registrations.len() + HUBS.len());
        let mut used = [false; HUBS.len()];
        for at in &loose {
            let Some(registration) = registrations.get(*at) else { continue };
            let wanted = match named.reader(registration) {
                TokenReader::None => continue,
                TokenReader::Secrets(secrets) => {
                    for secret in secrets {
                        sets.join(*at, *secret);
                    }
                    continue;
                }
                TokenReader::Hub(hub) => hub,
            };
            used.get_mut(wanted as usize).into_iter().for_each(|it| *it = true);
            sets.join(*at, hub(wanted));
        }
        for at in &tokens {
            let Some(registration) = registrations.get(*at) else { continue };
            for wanted in HUBS.into_iter().filter(|it| used.get(*it as usize) == Some(&true)) {
                let joins = match wanted {
                    // A command has its own options.
                    Hub::Commands => !has_option(registration, survey),
                    Hub::Others => true,
                    Hub::Unnamed => named.unnamed.contains(at),
                    Hub::Elsewhere => registration.kind != UnitKind::Secret,
                };
                if joins {
                    sets.join(*at, hub(wanted));
                }
            }
        }
        let mut groups: BTreeMap<usize, RelationGroup> = BTreeMap::new();
        for at in &tokens {
            groups.entry(sets.find(*at)).or_default().tokens.push(*at);
        }
        for at in &loose {
            groups.entry(sets.find(*at)).or_default().loose.push(*at);
        }
        for group in groups.into_values().filter(|it| !it.tokens.is_empty() && !it.loose.is_empty()) {
            let first = group.tokens.first().and_then(|at| registrations.get(*at)?.filled(MemberRole::Old));
            let key = |at: &usize| Some(registrations.get(*at)?.members.first()?.carrier);
            let keys = group.loose.iter().filter_map(key);
            relations
                .tokens
                .extend(keys.zip(std::iter::repeat(first)).filter_map(|(key, at)| Some((key, at?))));
            relations.groups.push(group);
        }
        relations
    }

    /// The carrier of a registration token that the settings of `registration`, which has no place for one, may belong to.
    pub(super) fn token(&self, registration: &Registration) -> Option<usize> {
        self.tokens.get(&registration.members.first()?.carrier).copied()
    }

    /// The names of the units: what the values of a chart contain has theirs.
    pub(super) fn names(
        &self,
        registrations: &[Registration],
        mut name: impl FnMut(&Registration) -> String,
    ) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (at, registration) in registrations.iter().enumerate() {
            names.push(if self.hosts.contains_key(&at) { String::new() } else { name(registration) });
        }
        for (at, host) in &self.hosts {
            let host = names.get(*host).cloned().unwrap_or_default();
            names.get_mut(*at).into_iter().for_each(|name| name.clone_from(&host));
        }
        names
    }

    /// The configurations that the chart values of that index contain.
    pub(super) fn inside(&self, at: usize) -> impl Iterator<Item = usize> {
        self.inside.get(&at).into_iter().flatten().copied()
    }

    /// Makes one fix of those of each group, or none.
    pub(super) fn join(&self, file: &LintedFile<'_>, registrations: &[Registration], judged: &mut [Judged]) {
        self.refuse_unshown(file, registrations, judged);
        for group in &self.groups {
            self.join_group(file, registrations, judged, group);
        }
        // What a chart's values contain is fixed with them.
        for (host, inside) in &self.inside {
            let found = judged.get(*host).is_some_and(|it| !it.found.is_empty());
            let fixed = judged.get(*host).is_some_and(|it| it.fix.is_some());
            let joined = |it: &Judged| it.findings.iter().any(|finding| finding.fix_group.is_some());
            if !found || judged.get(*host).is_some_and(joined) {
                continue;
            }
            let fixable = |at: &&usize| judged.get(**at).is_some_and(|it| it.fix.is_some());
            let all: Vec<usize> = std::iter::once(host).chain(inside).filter(fixable).copied().collect();
            if fixed && all.len() > 1 {
                merge(file, judged, &all, |it| it);
            } else if let Some((name, line)) = first(file, registrations, *host).filter(|_| !fixed) {
                let refusal = Refusal::Together { name, line };
                for at in inside {
                    refuse(judged.get_mut(*at), &refusal);
                }
            }
        }
    }

    fn join_group(
        &self,
        file: &LintedFile<'_>,
        registrations: &[Registration],
        judged: &mut [Judged],
        group: &RelationGroup,
    ) {
        let is_found = |at: &&usize| judged.get(**at).is_some_and(|it| !it.found.is_empty());
        let tokens: Vec<usize> = group.tokens.iter().filter(is_found).copied().collect();
        let loose: Vec<usize> = group.loose.iter().filter(is_found).copied().collect();
        if loose.is_empty() {
            return;
        }
        let name = |at: usize, is: &dyn Fn(MemberRole) -> bool| named(file, registrations, at, is);
        let setting = |at: usize| name(at, &|role| matches!(role, MemberRole::Setting(_)));
        let token = |at: usize| name(at, &|role| role == MemberRole::Old);
        let is_fixed = |at: usize| judged.get(at).is_some_and(|it| it.fix.is_some());
        let unfixed = |all: &[usize]| all.iter().copied().find(|at| !is_fixed(*at));
        let (left, kept) = (unfixed(&tokens), unfixed(&loose));
        // What a chart's values contain is fixed with them.
        let with_inside = |all: &[usize]| -> Vec<usize> {
            let inside = |at: &usize| self.inside.get(at).into_iter().flatten().copied();
            all.iter().copied().chain(all.iter().flat_map(inside)).collect()
        };
        if left.is_none() && kept.is_none() && !tokens.is_empty() {
            let others = |all: &[usize], name: &dyn Fn(usize) -> Option<(String, usize)>| {
                let names = all.iter().take(MOST_NAMES).filter_map(|at| name(*at));
                names.map(|(name, line)| Caution::SameRunner { name, line }).collect::<Vec<_>>()
            };
            let (of_tokens, of_loose) = (others(&loose, &setting), others(&tokens, &token));
            let sides = [with_inside(&tokens), with_inside(&loose)].map(|mut side| {
                side.retain(|at| is_fixed(*at));
                side
            });
            merge(file, judged, &sides.concat(), |it| it);
            let [tokens, loose] = sides;
            for at in &tokens {
                lower(judged.get_mut(*at), &of_tokens);
            }
            for at in &loose {
                lower(judged.get_mut(*at), &of_loose);
            }
            return;
        }
        let first = left.or(group.tokens.first().copied()).and_then(token);
        let blocked = kept.or(loose.first().copied()).and_then(setting);
        let of_loose = match (left.is_some() || tokens.is_empty(), &first, &blocked) {
            (true, Some((_, line)), _) => Refusal::TokenFirst { line: *line },
            (_, _, Some((name, line))) => Refusal::SameRunner { name: name.clone(), line: *line },
            _ => Refusal::Unstated,
        };
        for at in &loose {
            refuse(judged.get_mut(*at), &of_loose);
        }
        if let Some((name, line)) = blocked {
            let of_tokens = Refusal::SameRunner { name, line };
            for at in &tokens {
                refuse(judged.get_mut(*at), &of_tokens);
            }
        }
    }
}

/// The first member of a registration in such a role, one that is filled before others: its name as written, and its line.
fn named(
    file: &LintedFile<'_>,
    registrations: &[Registration],
    at: usize,
    is: &dyn Fn(MemberRole) -> bool,
) -> Option<(String, usize)> {
    let members = || registrations.get(at).into_iter().flat_map(|it| &it.members).filter(|it| is(it.role));
    let member = members().find(|it| it.class > Class::Empty).or_else(|| members().next())?;
    let carrier = file.survey.carriers.get(member.carrier)?;
    Some((carrier.shown().to_owned(), file.line(carrier)))
}

fn first(file: &LintedFile<'_>, registrations: &[Registration], at: usize) -> Option<(String, usize)> {
    named(file, registrations, at, &|role| role != MemberRole::New)
}

/// The configurations that values of charts contain, with those values.
fn hosts(survey: &Survey, documents: &Documents, registrations: &[Registration]) -> BTreeMap<usize, usize> {
    let is_inside = |it: &Registration, scope: &Scope| {
        it.kind == UnitKind::Config && documents.get(scope.doc).is_some_and(|it| it.parent.is_some())
    };
    let scope = |at: &usize| survey.scopes.get(*at);
    let start = |it: &Registration| {
        let scope = it.scopes.iter().find_map(scope).filter(|scope| is_inside(it, scope))?;
        Some(documents.to_host(scope.doc, scope.span).start())
    };
    let inside: Vec<(usize, usize)> =
        registrations.iter().enumerate().filter_map(|(at, it)| Some((start(it)?, at))).collect();
    if inside.is_empty() {
        return BTreeMap::new();
    }
    let charts = registrations.iter().enumerate().filter(|(_, it)| it.kind == UnitKind::Chart);
    let scopes = charts.flat_map(|(at, it)| it.scopes.iter().filter_map(scope).map(move |scope| (scope, at)));
    let mut values: Vec<(Span, usize)> = scopes
        .filter(|(scope, _)| scope.kind == ScopeKind::Chart)
        .map(|(scope, at)| (documents.to_host(scope.doc, scope.span), at))
        .collect();
    values.sort_unstable();
    let host = |offset: usize| {
        let before = values.partition_point(|(span, _)| span.start() <= offset);
        let mut near = values.iter().take(before).rev().take(MOST_NESTED);
        near.find(|(span, _)| offset < span.end()).map(|(_, at)| *at)
    };
    inside.into_iter().filter_map(|(offset, at)| Some((at, host(offset)?))).collect()
}

impl Relations {
    /// Refuses to move a token if the file has settings that may belong to it and are not reported.
    fn refuse_unshown(&self, file: &LintedFile<'_>, registrations: &[Registration], judged: &mut [Judged]) {
        let Some((name, at)) = &self.unshown else { return };
        let refusal = Refusal::SameRunner { name: name.clone(), line: file.source.position(*at).line };
        let all = registrations.iter().zip(judged).filter(|(it, _)| moves_token(it));
        for (_, judged) in all.filter(|(it, _)| matches!(it.kind, UnitKind::Chart | UnitKind::Secret)) {
            refuse(Some(judged), &refusal);
        }
    }
}

/// The first setting at the path of a chart's value in a text that is not known to be values of the chart.
fn unshown(unit: &Unit, survey: &Survey, documents: &Documents) -> Option<(String, usize)> {
    let charts = survey.carriers.iter().filter(|it| it.via == Via::Chart);
    let known: BTreeSet<(usize, NodeId)> =
        charts.flat_map(|it| it.nodes.iter().map(move |node| (it.doc, *node))).collect();
    let settings = unit.settings.iter();
    let paths: Vec<_> = settings
        .flat_map(|setting| setting.spelled.chart.iter().map(move |path| (setting, path)))
        .filter_map(|(setting, path)| Some((setting, path.split_once('.')?)))
        .collect();
    for (doc, document) in documents.iter().enumerate() {
        let tree = &document.parsed.facts().tree;
        for root in tree.roots.iter().filter(|root| tree.is_mapping(**root)) {
            for (setting, (outer, inner)) in &paths {
                let at = tree.child(*root, outer).and_then(|at| tree.child(at, inner));
                let Some(at) = at.filter(|at| !known.contains(&(doc, *at))) else { continue };
                let is_inert = |text: &str| text.is_empty() || setting.inert.iter().any(|it| it == text);
                let inert = tree.scalar(at).is_some_and(|it| !it.opaque && is_inert(it.text));
                if let Some(key) = tree.key(at).filter(|_| !inert) {
                    return Some((key.text.to_owned(), documents.to_host(doc, key.span).start()));
                }
            }
        }
    }
    None
}

fn moves_token(registration: &Registration) -> bool {
    // What another tool registers has its token with it.
    registration.kind != UnitKind::Road
        && registration.fills(MemberRole::Old)
        && !registration.fills(MemberRole::New)
}

fn indices(registrations: &[Registration], is: impl Fn(&Registration) -> bool) -> Vec<usize> {
    registrations.iter().enumerate().filter(|(_, it)| is(it)).map(|(at, _)| at).collect()
}

/// Whether it has settings and neither a place for a token nor a place that says where its token comes from.
fn is_loose(registration: &Registration, survey: &Survey) -> bool {
    let members = || registration.members.iter();
    let is_command = registration.kind == UnitKind::Command;
    // GitLab Runner does not know the settings in config.toml.
    !matches!(registration.kind, UnitKind::Config | UnitKind::Road)
        && members().any(|it| matches!(it.role, MemberRole::Setting(_)))
        && !members().any(|it| matches!(it.role, MemberRole::Old | MemberRole::New))
        && !registration.any_scope(survey, |scope| {
            scope.unknowns.iter().any(|it| it.brings.token()) || is_command && !scope.hints.is_empty()
        })
}

/// Whether the token is an option of a command.
fn has_option(registration: &Registration, survey: &Survey) -> bool {
    let carrier = registration.filled(MemberRole::Old).and_then(|at| survey.carriers.get(at));
    registration.kind == UnitKind::Command && carrier.is_some_and(|it| it.via == Via::Option)
}

/// The Secrets with a token in the old place, and who reads them.
struct RelatedName {
    by_name: BTreeMap<String, Vec<usize>>,
    unnamed: BTreeSet<usize>,
    /// The names of the Secrets that have a token in the new place.
    migrated: BTreeSet<String>,
    /// What names a Secret, by its scope.
    names: BTreeMap<usize, String>,
}

/// Settings that may belong to several tokens.
#[derive(Clone, Copy, Debug)]
enum Hub {
    /// Options of a command.
    Commands,
    /// Others, which name no Secret.
    Others,
    /// They name a Secret that may be any of those whose names are not known.
    Unnamed,
    /// They name a Secret that is not in the file.
    Elsewhere,
}

const HUBS: [Hub; 4] = [Hub::Commands, Hub::Others, Hub::Unnamed, Hub::Elsewhere];

/// Where the token of settings may be.
enum TokenReader<'a> {
    Hub(Hub),
    /// In these Secrets.
    Secrets(&'a [usize]),
    /// In a Secret that has it in the new place.
    None,
}

impl RelatedName {
    fn of(
        (unit, survey, documents): (&Unit, &Survey, &Documents),
        registrations: &[Registration],
        tokens: &[usize],
    ) -> Self {
        let mut named = Self {
            by_name: BTreeMap::new(),
            unnamed: BTreeSet::new(),
            migrated: named_secrets::all(documents, survey, registrations, MemberRole::New)
                .into_keys()
                .collect(),
            names: named_secrets::names(unit, survey),
        };
        for at in tokens {
            let Some(registration) = registrations.get(*at).filter(|it| it.kind == UnitKind::Secret) else {
                continue;
            };
            let carrier = registration.filled(MemberRole::Old).and_then(|at| survey.carriers.get(at));
            match carrier.and_then(|it| named_secrets::object(documents, survey, it)) {
                Some(name) => named.by_name.entry(name).or_default().push(*at),
                None => {
                    named.unnamed.insert(*at);
                }
            }
        }
        named
    }

    fn reader(&self, registration: &Registration) -> TokenReader<'_> {
        let name = registration.scopes.iter().find_map(|scope| self.names.get(scope));
        let Some(name) = name else {
            let is_command = registration.kind == UnitKind::Command;
            return TokenReader::Hub(if is_command { Hub::Commands } else { Hub::Others });
        };
        match self.by_name.get(name) {
            Some(secrets) => TokenReader::Secrets(secrets),
            None if self.migrated.contains(name) => TokenReader::None,
            None if !self.unnamed.is_empty() => TokenReader::Hub(Hub::Unnamed),
            None => TokenReader::Hub(Hub::Elsewhere),
        }
    }
}

/// Sets of numbers that are joined.
struct Sets(Vec<usize>);

impl Sets {
    fn new(len: usize) -> Self {
        Self((0..len).collect())
    }

    fn find(&mut self, mut at: usize) -> usize {
        while let Some(next) = self.0.get(at).copied().filter(|next| *next != at) {
            let above = self.0.get(next).copied().unwrap_or(next);
            if let Some(parent) = self.0.get_mut(at) {
                *parent = above;
            }
            at = above;
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.find(one), self.find(other));
        if let Some(parent) = self.0.get_mut(other) {
            *parent = one;
        }
    }
}
