//! Why a fix is refused or unsafe: the rows of the safety table that apply, and the places that cannot be read.

use super::findings::Hit;
use super::{File, named_secrets, pins};
use crate::embed::Codec;
use crate::finding::{Caution, Refusal};
use crate::rules::{Class, Member, Registration, Role, SafetyRow, SafetyVerdict, View, When};
use crate::sites::{Brings, Carrier, Scope, Unknown, UnknownKind, ValueKind, Via};
use crate::text::{Cover, Span};
use crate::unit::UnknownPlace;

/// Shorter literals are no tokens.
const SHORTEST_TOKEN: usize = 12;

/// Settings that are named in one refusal.
const MOST_NAMES: usize = 8;

/// Places that are named for one fix.
const MOST_PLACES: usize = 3;

/// Why there is no fix.
pub(super) fn refusal(file: &File<'_>, registration: &Registration, verdict: &SafetyVerdict<'_>) -> Refusal {
    let Some(row) = verdict.rows.first() else { return Refusal::Unstated };
    let because = because(file, registration, row);
    if row.is_about_unknowns() {
        return Refusal::Unknown { because, places: places(file, registration, &row.when) };
    }
    if because.is_empty() { Refusal::Unstated } else { Refusal::Rule(because) }
}

/// Adds what has to be done to a refusal that is about code that builds the command.
pub(super) fn by_hand(file: &File<'_>, view: &View<'_>, hits: &[Hit<'_>], refusal: Refusal) -> Refusal {
    let Refusal::NotEditable(reason) = &refusal else { return refusal };
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
        let name = carrier.written.clone();
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
    file: &File<'_>,
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
pub(super) fn pieces(file: &File<'_>, registration: &Registration) -> Option<Refusal> {
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

/// The places of the unit that `when` is about, by line.
fn places<'a>(file: &'a File<'_>, registration: &Registration, when: &When) -> Vec<UnknownPlace> {
    let concerns = |unknown: &&Unknown| {
        (when.unknown_token != Some(true) || unknown.brings.token())
            && (when.unknown_setting != Some(true) || unknown.brings.settings())
    };
    let scopes = registration.scopes.iter().filter_map(|scope| file.survey.scopes.get(*scope));
    let unknowns = |scope: &'a Scope| if when.hinted == Some(true) { &scope.hints } else { &scope.unknowns };
    let unknowns = scopes.flat_map(unknowns).filter(concerns);
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
pub(super) fn used_elsewhere(file: &File<'_>, doc: usize, span: Span) -> Refusal {
    match file.alias(doc, span) {
        Some(UnknownPlace { written, line, .. }) => Refusal::UsedElsewhere { written, line },
        None => Refusal::Unstated,
    }
}

/// That the carrier of that index is the same entry.
pub(super) fn shared(file: &File<'_>, carrier: usize) -> Refusal {
    let Some(it) = file.survey.carriers.get(carrier) else { return Refusal::Unstated };
    let through = file.survey.anchored.get(&carrier).and_then(|it| it.through);
    used_elsewhere(file, it.doc, through.unwrap_or(it.name_span))
}

/// The reason of a row: `{name}` is the token's option, key or variable as written, `{token}` the expression in it or the
/// one that replaces it, `{line}` its line, `{to}` the name
/// of the new slot there, `{prefix}` how a runner's own token begins; of the old slot, else of the new one. `{old}` and `{new}` are
/// the names of both; where both are there, `{token}` is that of the new one. `{setting}` is the name of the setting that a
/// condition on `settings` is about, `{setting-line}` its line.
fn because(file: &File<'_>, registration: &Registration, row: &SafetyRow) -> String {
    let because = row.because.as_deref().unwrap_or_default();
    if !because.contains('{') {
        return because.to_owned();
    }
    let because = &places_of(file, registration, because);
    let setting = row.when.settings.and_then(|classes| registration.setting_of(classes));
    if let Some(setting) = setting.and_then(|setting| file.survey.carriers.get(setting.carrier)) {
        let line = file.line(setting).to_string();
        return because.replace("{setting}", &setting.written).replace("{setting-line}", &line);
    }
    let filled = |role: Role| {
        let members = registration.members.iter();
        let filled = members.filter(move |it| it.role == role && it.class > Class::Empty);
        // Of several the one that a person has to look after.
        let first = filled.min_by_key(|member| member.class != Class::Opaque);
        first.and_then(|member| file.survey.carriers.get(member.carrier))
    };
    let (old, new) = (filled(Role::Old), filled(Role::New));
    let Some(carrier) = old.or(new) else { return because.to_owned() };
    let line = file.line(carrier).to_string();
    // A literal is a secret: what replaces it is named instead.
    let replaced = file.settings.token_value.as_ref().filter(|_| new.is_none());
    let token = |carrier: &'_ Carrier| match (carrier.value.kind, replaced) {
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
    };
    let written = |carrier: Option<&Carrier>| carrier.map_or(String::new(), |it| it.written.clone());
    let known = carrier.value.known.as_ref().unwrap_or(&carrier.value.text);
    let prefixes = file.unit.runner_tokens.iter().filter_map(|like| like.captures(known));
    let prefix = prefixes.filter_map(|groups| groups.get(1)).map(|it| it.as_str()).next();
    let to = file.unit.new.names(carrier.via).next();
    because
        .replace("{name}", &carrier.written)
        .replace("{old}", &written(old))
        .replace("{new}", &written(new))
        .replace("{to}", to.unwrap_or(&carrier.written))
        .replace("{prefix}", prefix.unwrap_or_default())
        .replace("{token}", &token(new.filter(|_| old.is_some()).unwrap_or(carrier)))
        .replace("{line}", &line)
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

/// A reason with the lines of what it is about: `{pin-line}`, `{old-line}`, `{read-line}`, `{broken-line}`.
fn places_of(file: &File<'_>, registration: &Registration, because: &str) -> String {
    let mut because = named_secrets::fill(file, named_secrets::of(file, registration), because.to_owned());
    if because.contains("{pin")
        && let Some(pin) = pins::oldest(file, registration)
    {
        for (name, value) in [("line", pin.line.to_string()), ("name", pin.name), ("since", pin.since)] {
            because = because.replace(&format!("{{pin-{name}}}"), &value);
        }
        because = because.replace("{pin}", &pin.version);
    }
    if let Some(carrier) = file.old_token.and_then(|at| file.survey.carriers.get(at)) {
        because = because.replace("{old-line}", &file.line(carrier).to_string());
    }
    if because.contains("{read-")
        && let Some((name, offset)) = read_by_name(file, registration)
    {
        let line = file.source.position(offset).line;
        because = because.replace("{read-name}", name).replace("{read-line}", &line.to_string());
    }
    if because.contains("{broken-line}") {
        let mut scopes = registration.scopes.iter().filter_map(|at| file.survey.scopes.get(*at));
        if let Some(scope) = scopes.find(|scope| scope.broken) {
            let span = file.documents.to_host(scope.doc, scope.span);
            let text = span.of(file.source.text());
            let mut at = span.start();
            // The first line of the command that does not go on.
            for line in text.split_inclusive('\n') {
                at += line.len();
                if !line.trim_end_matches(['\n', '\r']).ends_with(['\\', '`', '^']) {
                    break;
                }
            }
            let line = file.source.position(at.saturating_sub(1)).line;
            because = because.replace("{broken-line}", &line.to_string());
        }
    }
    because
}

/// A variable of the unit that is read elsewhere than in its own value, and where.
pub(super) fn read_by_name<'a>(file: &File<'a>, registration: &Registration) -> Option<(&'a str, usize)> {
    let carrier = |member: &Member| file.survey.carriers.get(member.carrier);
    let is_variable = |carrier: &&Carrier| carrier.via == Via::Variable;
    let mut variables = registration.members.iter().filter_map(carrier).filter(is_variable).peekable();
    variables.peek()?;
    // `--tag-list "$RUNNER_TAG_LIST"` goes with the variable.
    let settings = registration.members.iter().filter(|member| matches!(member.role, Role::Setting(_)));
    let options = settings.filter_map(carrier).filter(|carrier| carrier.via == Via::Option);
    let goes = Cover::of(options.map(|it| file.documents.to_host(it.doc, it.value.span)).collect());
    variables.find_map(|carrier| Some((carrier.name.as_str(), file.reads.outside(&carrier.name, &goes)?)))
}

impl File<'_> {
    /// The line of a carrier's name, from 1.
    fn line(&self, carrier: &Carrier) -> usize {
        self.source.position(self.documents.to_host(carrier.doc, carrier.name_span).start()).line
    }

    /// The alias at `span` of the text `doc` as it is named to the user.
    fn alias(&self, doc: usize, span: Span) -> Option<UnknownPlace> {
        let written = span.of(&self.documents.get(doc)?.text);
        Some(self.unknown_place(&Unknown::new(UnknownKind::Alias, Brings::Settings, written, doc, span)))
    }

    /// An unknown as it is named to the user.
    pub(super) fn unknown_place(&self, unknown: &Unknown) -> UnknownPlace {
        let start = self.documents.to_host(unknown.doc, unknown.span).start();
        UnknownPlace {
            kind: unknown.kind,
            brings: unknown.brings,
            written: without_literals(&unknown.written),
            line: self.source.position(start).line,
        }
    }
}
