//! Why a fix is refused or unsafe: the rows of the safety table that apply, and the places that cannot be read.

use super::File;
use crate::finding::{Caution, Refusal};
use crate::rules::{Class, Registration, Role, SafetyRow, SafetyVerdict, When};
use crate::sites::{Carrier, Scope, Unknown, ValueKind, Via};
use crate::unit::UnknownPlace;

/// Shorter literals are no tokens.
const SHORTEST_TOKEN: usize = 12;

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
    places.sort_by(|a, b| (a.line, &a.written).cmp(&(b.line, &b.written)));
    places.dedup();
    places.truncate(MOST_PLACES);
    places
}

/// A variable of the unit that the file reads by its name somewhere else than in that variable's own value, and where.
pub(super) fn read<'a>(file: &'a File<'_>, registration: &Registration) -> Option<(&'a str, usize)> {
    let mut carriers =
        registration.members.iter().filter_map(|member| file.survey.carriers.get(member.carrier));
    carriers.find_map(|carrier| {
        let is_variable = carrier.via == Via::Variable;
        let at = is_variable.then(|| file.reads.outside(&carrier.name)).flatten()?;
        Some((carrier.name.as_str(), at))
    })
}

/// The reason of a row: `{name}` is the token's option, key or variable as written, `{token}` the expression in it or the
/// one that replaces it, `{line}` its line (that of the read where there is `{read}`, the variable that is read), `{to}` the name
/// of the new slot there, `{prefix}` how a runner's own token begins; of the old slot, else of the new one. `{old}` and `{new}` are
/// the names of both; where both are there, `{token}` is that of the new one. `{setting}` is the name of the setting that a
/// condition on `settings` is about, `{setting-line}` its line.
fn because(file: &File<'_>, registration: &Registration, row: &SafetyRow) -> String {
    let because = row.because.as_deref().unwrap_or_default();
    if !because.contains('{') {
        return because.to_owned();
    }
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
    if let Some((name, at)) = read(file, registration).filter(|_| because.contains("{read}")) {
        let line = file.source.position(at).line.to_string();
        return because.replace("{read}", name).replace("{line}", &line);
    }
    // A literal is a secret: what replaces it is named instead.
    let token = |carrier: &'_ Carrier| match carrier.value.kind {
        ValueKind::Opaque if !carrier.value.text.is_empty() => without_literals(carrier.value.text.trim()),
        // Handed on by its name: what is handed on then has the new name.
        ValueKind::Opaque if carrier.via == Via::Variable => {
            file.unit.new.variable.first().unwrap_or(&carrier.written).clone()
        }
        _ => file.settings.token_value.as_ref().unwrap_or(&carrier.written).clone(),
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

impl File<'_> {
    /// The line of a carrier's name, from 1.
    fn line(&self, carrier: &Carrier) -> usize {
        self.source.position(self.documents.to_host(carrier.doc, carrier.name_span).start()).line
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
