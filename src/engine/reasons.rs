//! Why a fix is refused or unsafe: the rows of the safety table that apply, and the places that cannot be read.

use super::File;
use crate::finding::{Caution, Refusal};
use crate::rules::{Class, Registration, Role, SafetyRow, SafetyVerdict, When};
use crate::sites::{Carrier, Unknown, ValueKind};
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

/// The places of the unit that `when` is about, by line.
fn places(file: &File<'_>, registration: &Registration, when: &When) -> Vec<UnknownPlace> {
    let concerns = |unknown: &&Unknown| {
        (when.unknown_token != Some(true) || unknown.brings.token())
            && (when.unknown_setting != Some(true) || unknown.brings.settings())
    };
    let scopes = registration.scopes.iter().filter_map(|scope| file.survey.scopes.get(*scope));
    let unknowns = scopes.flat_map(|scope| &scope.unknowns).filter(concerns);
    let mut places: Vec<UnknownPlace> = unknowns.map(|unknown| file.unknown_place(unknown)).collect();
    places.sort_by(|a, b| (a.line, &a.written).cmp(&(b.line, &b.written)));
    places.dedup();
    places.truncate(MOST_PLACES);
    places
}

/// The reason of a row: `{name}` is the token's option, key or variable as written, `{token}` the expression in it or the
/// one that replaces it, `{line}` its line; of the old slot, else of the new one. `{setting}` is the name of the setting that a
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
        let mut filled = members.filter(move |it| it.role == role && it.class > Class::Empty);
        filled.find_map(|member| file.survey.carriers.get(member.carrier))
    };
    let Some(carrier) = filled(Role::Old).or_else(|| filled(Role::New)) else { return because.to_owned() };
    let line = file.line(carrier).to_string();
    // A literal is a secret: what replaces it is named instead.
    let token = match carrier.value.kind {
        ValueKind::Opaque if !carrier.value.text.is_empty() => &without_literals(carrier.value.text.trim()),
        _ => file.settings.token_value.as_ref().unwrap_or(&carrier.written),
    };
    because.replace("{name}", &carrier.written).replace("{token}", token).replace("{line}", &line)
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
