//! Why a fix is refused or unsafe: the rows of the safety table that apply, and the places that cannot be read.

use super::fill::fill;
use super::findings::Hit;
use super::{LintedFile, named_secrets, origin, pins};
use crate::embed::{Codec, UNKNOWN};
use crate::finding::{Caution, Refusal};
use crate::rules::{Class, Member, MemberRole, Registration, SafetyRow, SafetyVerdict, UnitKind, View, When};
use crate::sites::{
    Brings, Carrier, Expands, ScopeKind, Unknown, UnknownKind, ValueKind, ValueLocation, Via,
};
use crate::text::{Cover, Span};
use crate::unit::{Held, SourcedValue, UnknownPlace};
use std::collections::BTreeSet;

/// Shorter literals are not tokens.
const SHORTEST_TOKEN: usize = 12;

/// A stray word that a reason quotes: `false`.
const LONGEST_STRAY: usize = 5;

/// Settings that are named in one refusal.
const MOST_NAMES: usize = 8;

/// Places that are named for one fix.
const MOST_PLACES: usize = 3;

/// Why there is no fix.
pub(super) fn refusal(
    file: &LintedFile<'_>,
    registration: &Registration,
    verdict: &SafetyVerdict<'_>,
) -> Refusal {
    let Some(row) = verdict.rows.first() else { return Refusal::Unstated };
    let because = because(file, registration, row);
    if row.is_about_unknowns() {
        return Refusal::Unknown { because, places: places(file, registration, &row.when) };
    }
    if because.is_empty() { Refusal::Unstated } else { Refusal::Rule(because) }
}

/// Adds the manual step to a refusal that refers to code that builds the command.
pub(super) fn by_hand(file: &LintedFile<'_>, view: &View<'_>, hits: &[Hit<'_>], refusal: Refusal) -> Refusal {
    let (Refusal::NotEditable(reason) | Refusal::NameNotEditable { reason, .. }) = &refusal else {
        return refusal;
    };
    let is_built = |carrier: &&Carrier| {
        let mut around = file.documents.chain(carrier.doc);
        around.any(|it| matches!(it.segments.codec(), Codec::Sealed(_)))
    };
    let (mut rename, mut remove) = (Vec::new(), Vec::new());
    for hit in hits {
        let carrier = file.survey.carriers.get(hit.member.carrier).filter(is_built);
        let view = view.of(hit.member);
        let action = hit.rule.actions.iter().find(|action| view.holds(&action.when));
        let (Some(carrier), Some(action)) = (carrier, action) else { return refusal };
        let name = carrier.shown().to_owned();
        match &action.rename {
            Some(new) if !rename.iter().any(|(old, _)| *old == name) => rename.push((name, new.clone())),
            None if !remove.contains(&name) && remove.len() < MOST_NAMES => remove.push(name),
            _ => {}
        }
    }
    Refusal::ByHand { because: reason.reason().to_owned(), rename, remove }
}

/// Why a fix is unsafe.
pub(super) fn cautions(
    file: &LintedFile<'_>,
    registration: &Registration,
    verdict: &SafetyVerdict<'_>,
) -> Vec<Caution> {
    let mut cautions: Vec<Caution> = Vec::new();
    let mut add = |caution: Caution| {
        if !cautions.contains(&caution) {
            cautions.push(caution);
        }
    };
    for row in &verdict.rows {
        let because = because(file, registration, row);
        if !because.is_empty() {
            add(Caution::Rule(because));
        }
    }
    for row in verdict.rows.iter().filter(|row| row.is_about_unknowns()) {
        places(file, registration, &row.when).into_iter().map(Caution::Unknown).for_each(&mut add);
    }
    cautions
}

/// The pieces of a command that cannot be edited, where there are some.
pub(super) fn pieces(file: &LintedFile<'_>, registration: &Registration) -> Option<Refusal> {
    let in_use = registration.members.iter().filter_map(|member| {
        let carrier = file.survey.carriers.get(member.carrier)?;
        file.survey.scopes.get(carrier.scope)?.piece(carrier.doc, carrier.name_span)
    });
    let shared = registration.ambiguous;
    let mut places: Vec<UnknownPlace> =
        in_use.filter(|piece| piece.stays || shared).map(|piece| file.unknown_place(&piece.place)).collect();
    places.sort_by(|a, b| (a.line, &a.written).cmp(&(b.line, &b.written)));
    places.dedup();
    places.truncate(MOST_PLACES);
    let because = "change them together".to_owned();
    (!places.is_empty()).then_some(Refusal::Unknown { because, places })
}

/// The unknowns of a scope, except the value of the old token option where that stays: its own reason names it, and none of
/// its words is lost.
pub(super) fn unknowns<'a>(file: &'a LintedFile<'_>, index: usize) -> impl Iterator<Item = &'a Unknown> {
    let unknowns = file.survey.scopes.get(index).map_or(&[][..], |scope| &scope.unknowns);
    unknowns.iter().filter(move |unknown| {
        let is_token = |it: &Carrier| {
            let is_value = it.doc == unknown.doc && it.value.span == unknown.span;
            is_value && it.value.known.is_none() && file.unit.old.option.contains(&it.name)
        };
        let replaces =
            |it: &Carrier| it.value.kind != ValueKind::Empty && file.unit.new.option.contains(&it.name);
        let goes = file.settings.token_value.is_some() || file.in_scope(index).any(replaces);
        goes || !file.in_scope(index).any(is_token)
    })
}

/// The places of the unit that `when` is about, by line.
fn places<'a>(file: &'a LintedFile<'_>, registration: &Registration, when: &When) -> Vec<UnknownPlace> {
    let concerns = |unknown: &&Unknown| {
        (when.unknown_token != Some(true) || unknown.brings.token())
            && (when.unknown_setting != Some(true) || unknown.brings.settings())
    };
    let hints = |index: usize| file.survey.scopes.get(index).map_or(&[][..], |scope| &scope.hints);
    let of = |index: usize| -> Box<dyn Iterator<Item = &'a Unknown> + '_> {
        if when.hinted == Some(true) {
            Box::new(hints(index).iter())
        } else {
            Box::new(unknowns(file, index))
        }
    };
    let unknowns = registration.scopes.iter().flat_map(|index| of(*index)).filter(concerns);
    let mut places: Vec<UnknownPlace> = unknowns.map(|unknown| file.unknown_place(unknown)).collect();
    if when.in_view == Some(false) {
        let survey = file.survey;
        let through = |at: usize| Some((survey.carriers.get(at)?.doc, survey.anchored.get(&at)?.through?));
        let aliases = registration.members.iter().filter_map(|member| through(member.carrier));
        places.extend(aliases.filter_map(|(doc, span)| file.alias(doc, span)));
    }
    places.sort_by(|a, b| (a.line, &a.written).cmp(&(b.line, &b.written)));
    places.dedup();
    places.truncate(MOST_PLACES);
    places
}

/// That something else uses the place of an entry, by an anchor: the alias or the key at `span` of the text `doc`.
pub(super) fn used_elsewhere(file: &LintedFile<'_>, doc: usize, span: Span) -> Refusal {
    match file.alias(doc, span) {
        Some(UnknownPlace { written, line, .. }) => Refusal::UsedElsewhere { written, line },
        None => Refusal::Unstated,
    }
}

/// That the carrier of that index is the same entry.
pub(super) fn shared(file: &LintedFile<'_>, carrier: usize) -> Refusal {
    let Some(it) = file.survey.carriers.get(carrier) else { return Refusal::Unstated };
    let through = file.survey.anchored.get(&carrier).and_then(|it| it.through);
    used_elsewhere(file, it.doc, through.unwrap_or(it.name_span))
}

/// The reason of a row: `{name}` is the token's option, key or variable as written, `{token}` the expression in it or the
/// one that replaces it, `{line}` its line, `{to}` the name of the new slot there, `{prefix}` how a runner's own token begins; of
/// the old slot, else of the new one. `{old}` and `{new}` are the names of both; where both are there, `{token}` is that of the new
/// one. `{setting}` is the name of the setting that a condition on `settings` is about. `{pin}`, `{pin-name}`, `{pin-since}`,
/// `{read-name}`, `{secret}`, `{named-secret}`, `{origin}` and `{…-line}` name other places; `{unseen}` is a clause about a token
/// that is not here.
fn because(file: &LintedFile<'_>, registration: &Registration, row: &SafetyRow) -> String {
    let text = row.because.as_deref().unwrap_or_default();
    fill(text, |name| place(file, registration, row, name).or_else(|| token(file, registration, name)))
}

/// What is filled in for a name in a reason that does not refer to the token.
fn place(file: &LintedFile<'_>, registration: &Registration, row: &SafetyRow, name: &str) -> Option<String> {
    let line_of = |at: Option<usize>| Some(file.line(file.survey.carriers.get(at?)?).to_string());
    let setting = || {
        let resets = |it: &&Member| {
            matches!(it.role, MemberRole::Setting(_)) && (it.class == Class::Empty || it.inert)
        };
        let member = match row.when.settings {
            Some(classes) => registration.setting_of(classes),
            None => registration.members.iter().find(resets),
        };
        member.map(|member| member.carrier)
    };
    let empty = || {
        let is_empty = |it: &&Member| it.role == MemberRole::Old && it.class == Class::Empty;
        registration.members.iter().find(is_empty).map(|member| member.carrier)
    };
    let pin = || pins::oldest(file, registration);
    match name {
        "setting" => Some(file.survey.carriers.get(setting()?)?.shown().to_owned()),
        "setting-line" => line_of(setting()),
        "empty" => Some(file.survey.carriers.get(empty()?)?.shown().to_owned()),
        "empty-line" => line_of(empty()),
        "shared" => Some(registration.shared(file.survey)?.shown().to_owned()),
        "stray" => Some(stray(file, registration).map_or("a stray word".to_owned(), |it| format!("`{it}`"))),
        "caution" => registration.road?.caution.clone(),
        "change" => Some(registration.road?.change.clone()),
        "pin" => Some(pin()?.version),
        "pin-name" => Some(pin()?.name),
        "pin-since" => Some(pin()?.since),
        "pin-line" => Some(pin()?.line.to_string()),
        "old-line" => line_of(file.relations.token(registration)),
        "new-line" => line_of(file.new_token),
        "read-name" => Some(read_by_name(file, registration)?.0.to_owned()),
        "read-line" => Some(file.source.position(read_by_name(file, registration)?.1).line.to_string()),
        "inherited" => Some(inherited(file, registration)?.0.to_owned()),
        "inherited-line" => Some(file.source.position(inherited(file, registration)?.1).line.to_string()),
        "origin" => Some(origin::of(file, registration)?.written.clone()),
        "origin-line" => Some(file.source.position(origin::of(file, registration)?.at).line.to_string()),
        "broken-line" => broken_line(file, registration).map(|(line, _)| line.to_string()),
        "continuation" => broken_line(file, registration).map(|(_, sign)| match sign {
            '`' => "backtick".to_owned(),
            sign => format!("`{sign}`"),
        }),
        "unseen" => Some(match named_secrets::elsewhere(file, registration) {
            Some(it) => {
                format!(
                    "the token of the Secret `{}` (line {}) is not in this file",
                    it.value.text.replace('`', "'"),
                    file.line(it)
                )
            }
            None => "the token is not visible here".to_owned(),
        }),
        "named-secret" => Some(named_secrets::naming(file, registration)?.shown().to_owned()),
        "named-secret-line" => Some(file.line(named_secrets::naming(file, registration)?).to_string()),
        _ if name.starts_with("secret") => {
            named_secrets::word(file, named_secrets::of(file, registration), name)
        }
        _ => None,
    }
}

/// What is filled in for a name in a reason that refers to the token.
fn token(file: &LintedFile<'_>, registration: &Registration, name: &str) -> Option<String> {
    let filled = |role: MemberRole| {
        let members = registration.members.iter();
        let filled = members.filter(move |it| it.role == role && it.class > Class::Empty);
        // Of several, the one that needs a manual step.
        let first = filled.min_by_key(|member| member.class != Class::Opaque);
        first.and_then(|member| file.survey.carriers.get(member.carrier))
    };
    let (old, new) = (filled(MemberRole::Old), filled(MemberRole::New));
    let carrier = old.or(new)?;
    let shown = |carrier: Option<&Carrier>| carrier.map_or(String::new(), |it| it.shown().to_owned());
    Some(match name {
        "name" => carrier.shown().to_owned(),
        "old" => shown(old),
        "new" => shown(new),
        "to" => file.unit.new.names(carrier.via).next().unwrap_or(&carrier.written).clone(),
        "line" => file.line(carrier).to_string(),
        "prefix" => {
            let known = carrier.value.known.as_ref().unwrap_or(&carrier.value.text);
            let prefixes = file.unit.runner_tokens.iter().filter_map(|like| like.captures(known));
            let prefix = prefixes.filter_map(|groups| groups.get(1)).map(|it| it.as_str().to_owned()).next();
            prefix.unwrap_or_default()
        }
        "token" => {
            // A literal is a secret: what replaces it is named instead.
            let replaced = file.settings.token_value.as_ref().filter(|_| new.is_none());
            expression(file, new.filter(|_| old.is_some()).unwrap_or(carrier), replaced)
        }
        _ => return None,
    })
}

/// The expression that is given as a token, as messages name it.
fn expression(file: &LintedFile<'_>, carrier: &Carrier, replaced: Option<&String>) -> String {
    match (carrier.value.kind, replaced) {
        (_, Some(value)) => value.clone(),
        (ValueKind::Opaque, None)
            if !carrier.value.text.is_empty() && !carrier.value.text.trim().contains('\n') =>
        {
            without_literals(carrier.value.text.trim())
        }
        // Handed on by its name: what is handed on then has the new name.
        (ValueKind::Opaque, None) if carrier.via == Via::Variable => {
            file.unit.new.variable.first().unwrap_or(&carrier.written).clone()
        }
        _ => carrier.written.clone(),
    }
}

/// An expression without the literals in it that may be tokens.
fn without_literals(text: &str) -> String {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.+/=-".contains(&byte);
    // Options and files keep their names.
    let has_ending = |text: &str| {
        text.rsplit_once('.')
            .is_some_and(|(_, end)| end.len() < 6 && end.bytes().all(|byte| byte.is_ascii_alphabetic()))
    };
    let is_token = |text: &str| {
        let long = text.len() >= SHORTEST_TOKEN && text.bytes().all(part);
        long && !text.starts_with('-') && !text.contains('/') && !has_ending(text)
    };
    let pieces: Vec<&str> = text.split('"').collect();
    let last = pieces.len().saturating_sub(1);
    let shown = |(index, piece): (usize, &&str)| {
        let quoted = index > 0 && index < last;
        if quoted && is_token(piece) { "…".to_owned() } else { (*piece).to_owned() }
    };
    pieces.iter().enumerate().map(shown).collect::<Vec<_>>().join("\"")
}

/// The word after a boolean option, where the program stops reading options.
fn stray(file: &LintedFile<'_>, registration: &Registration) -> Option<String> {
    let carriers = registration.members.iter().filter_map(|it| file.survey.carriers.get(it.carrier));
    let mut options = carriers.filter(|it| it.via == Via::Option && it.nodes.len() > 1);
    options.find_map(|it| {
        let is_bare = it.value.place == ValueLocation::Nowhere;
        let node = if is_bare { it.nodes.get(1) } else { it.nodes.get(2) };
        let text = file.documents.get(it.doc)?.parsed.decode(*node?)?.text.replace('`', "'");
        // Longer words may be tokens.
        Some(text).filter(|it| !it.is_empty() && it.len() <= LONGEST_STRAY)
    })
}

/// The first line of a command that breaks off, where there is one, and its continuation character.
fn broken_line(file: &LintedFile<'_>, registration: &Registration) -> Option<(usize, char)> {
    let mut scopes = registration.scopes.iter().filter_map(|at| file.survey.scopes.get(*at));
    let scope = scopes.find(|scope| scope.broken)?;
    let span = file.documents.to_host(scope.doc, scope.span);
    let (mut at, mut sign) = (span.start(), '\\');
    // The first line of the command that does not continue.
    for line in span.of(file.source.text()).split_inclusive('\n') {
        at += line.len();
        match line.trim_end_matches(['\n', '\r']).chars().next_back() {
            Some(last @ ('\\' | '`' | '^')) => sign = last,
            _ => break,
        }
    }
    Some((file.source.position(at.saturating_sub(1)).line, sign))
}

/// A variable of the unit that is read elsewhere than in its own value, and where.
pub(super) fn read_by_name<'a>(
    file: &LintedFile<'a>,
    registration: &Registration,
) -> Option<(&'a str, usize)> {
    let carrier = |member: &Member| file.survey.carriers.get(member.carrier);
    let is_variable = |carrier: &&Carrier| carrier.via == Via::Variable;
    let mut variables = registration.members.iter().filter_map(carrier).filter(is_variable).peekable();
    variables.peek()?;
    // `--tag-list "$RUNNER_TAG_LIST"` is removed with the variable.
    let settings = registration.members.iter().filter(|member| matches!(member.role, MemberRole::Setting(_)));
    let options = settings.filter_map(carrier).filter(|carrier| carrier.via == Via::Option);
    let goes = Cover::of(options.map(|it| file.documents.to_host(it.doc, it.value.span)).collect());
    variables.find_map(|carrier| {
        let escaped = is_interpolated(file, carrier);
        Some((carrier.name.as_str(), file.reads.outside(&carrier.name, &goes, escaped)?))
    })
}

/// Whether the file's own reader puts in its variables for `$NAME`, so that only `$$NAME` is the container's.
fn is_interpolated(file: &LintedFile<'_>, carrier: &Carrier) -> bool {
    let is_file = file.documents.get(carrier.doc).is_some_and(|document| document.parent.is_none());
    let scope = file.survey.scopes.get(carrier.scope).filter(|it| it.kind == ScopeKind::Container);
    is_file && scope.is_some_and(|it| it.expands == Some(Expands::All))
}

/// A variable of a setting that the environment may give a command: the file reads it and gives it no value. Its name, and where
/// it is read, in bytes of the file.
pub(super) fn inherited<'a>(
    file: &'a LintedFile<'_>,
    registration: &Registration,
) -> Option<(&'a str, usize)> {
    all_inherited(file, registration).first().map(|(_, name, at)| (name.as_str(), *at))
}

fn all_inherited<'a>(file: &'a LintedFile<'_>, registration: &Registration) -> &'a [(usize, String, usize)] {
    if registration.kind != UnitKind::Command {
        return &[];
    }
    file.caches.inherited.get_or_init(|| {
        let carriers = file.survey.carriers.iter().filter(|it| it.via == Via::Variable);
        let mut given: BTreeSet<&str> = carriers.map(|it| it.name.as_str()).collect();
        let facts = file.documents.iter().map(|it| it.parsed.facts());
        given.extend(facts.flat_map(|it| &it.variables).map(|it| it.name.as_str()));
        let settings = file.unit.settings.iter().enumerate();
        let names = settings.flat_map(|(at, it)| it.spelled.variable.iter().map(move |name| (at, name)));
        let read = names.filter_map(|(at, name)| {
            Some((at, name.clone(), file.reads.outside(name, &Cover::default(), false)?))
        });
        read.filter(|(_, name, _)| !given.contains(name.as_str())).collect()
    })
}

/// The variables of settings that the environment may give a command, except those of settings that it has.
pub(super) fn inherited_settings(file: &LintedFile<'_>, registration: &Registration) -> Vec<Held> {
    let has = |at: usize| registration.members.iter().any(|it| it.role == MemberRole::Setting(at));
    let all = all_inherited(file, registration).iter().filter(|(at, _, _)| !has(*at));
    let given = |name: &str, at: usize| SourcedValue {
        text: format!("${name}"),
        opaque: true,
        known: None,
        stray: false,
        position: file.source.position(at),
    };
    all.map(|(setting, name, at)| Held {
        setting: *setting,
        via: Via::Variable,
        name: name.clone(),
        given: given(name, *at),
    })
    .collect()
}

impl LintedFile<'_> {
    /// The line of a carrier's name, from 1.
    pub(super) fn line(&self, carrier: &Carrier) -> usize {
        self.source.position(self.documents.to_host(carrier.doc, carrier.name_span).start()).line
    }

    /// The alias at `span` of the text `doc` as it is named to the user.
    fn alias(&self, doc: usize, span: Span) -> Option<UnknownPlace> {
        let written = span.of(&self.documents.get(doc)?.text);
        Some(self.unknown_place(&Unknown::new(UnknownKind::Alias, Brings::Settings, written, doc, span)))
    }

    /// What the file has at `span` of the text `doc`. Of a program, without what joins it to the strings around it.
    pub(super) fn written(&self, doc: usize, span: Span) -> &str {
        let host = self.documents.to_host(doc, span);
        host.of(self.source.text()).trim_matches([' ', '\t', '\r', '\n', '+', ','])
    }

    /// An unknown as it is named to the user.
    pub(super) fn unknown_place(&self, unknown: &Unknown) -> UnknownPlace {
        let start = self.documents.to_host(unknown.doc, unknown.span).start();
        let own = Some(self.written(unknown.doc, unknown.span)).filter(|it| !it.is_empty());
        let written = if &*unknown.written == UNKNOWN { own.unwrap_or(UNKNOWN) } else { &unknown.written };
        UnknownPlace {
            kind: unknown.kind,
            brings: unknown.brings,
            written: without_literals(written),
            line: self.source.position(start).line,
        }
    }
}
