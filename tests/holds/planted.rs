//! Places of tokens with a secret in each: the data of `tests/secrets/places.yaml`.

use super::invariants::Holds;
use super::outputs;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Expressions by the language of a place, and the places.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    pub(crate) forms: BTreeMap<String, Vec<String>>,
    pub(crate) names: BTreeMap<String, Vec<String>>,
    pub(crate) places: Vec<Place>,
}

/// A place of a token in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) forms: Option<String>,
    #[serde(default)]
    pub(crate) more: Vec<String>,
    quotes: Option<Quotes>,
    text: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Quotes {
    Json,
    Single,
}

/// The table.
pub(crate) fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        serde_yaml::from_str(include_str!("../secrets/places.yaml")).expect("tests/secrets/places.yaml")
    });
    &TABLE
}

impl Table {
    /// Each expression that the place takes; an empty one where its text holds the secret itself.
    pub(crate) fn expressions<'t>(&'t self, place: &'t Place) -> Vec<&'t str> {
        let shared = place.forms.iter().filter_map(|forms| self.forms.get(forms)).flatten();
        let all: Vec<&str> = shared.chain(&place.more).map(String::as_str).collect();
        if all.is_empty() { vec![""] } else { all }
    }
}

impl Place {
    /// The place with an expression in it.
    pub(crate) fn with(&self, form: &str) -> String {
        let quoted = match self.quotes {
            None => form.to_owned(),
            Some(Quotes::Json) => serde_json::Value::from(form).to_string(),
            Some(Quotes::Single) => format!("'{}'", form.replace('\'', "''")),
        };
        self.text.replace("@@", &quoted)
    }

    /// The place with an expression that holds `secret`.
    pub(crate) fn planted(&self, form: &str, secret: &str) -> String {
        let fill = |text: &str| text.replace("B64", &BASE64_STANDARD.encode(secret)).replace("T0", secret);
        fill(&self.with(&fill(form)))
    }
}

/// Letters and digits, `-` and `_`; no word, because a digit is before a letter.
fn secret(bytes: &mut impl Iterator<Item = u8>) -> String {
    const OTHERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_";
    let length = 12 + usize::from(bytes.next().unwrap_or_default() % 28);
    let of = |at: usize| match at {
        0 | 6 => &OTHERS[..49],
        5 => &OTHERS[49..57],
        _ if at + 1 == length => &OTHERS[..57],
        _ => OTHERS,
    };
    let mut char = |at| {
        let from = of(at);
        char::from(from[usize::from(bytes.next().unwrap_or(41)) % from.len()])
    };
    (0..length).map(&mut char).collect()
}

/// The first byte says what the run does, then each three choose a place, a form of expression and the length of a secret, whose
/// characters follow. Places of one kind of file are one text. No output shows any of the secrets.
pub(super) fn masking(data: &[u8]) -> Holds {
    let mut bytes = data.iter().copied();
    let how = bytes.next().unwrap_or_default();
    let table = table();
    let (mut path, mut text, mut secrets) = (String::new(), String::new(), BTreeSet::new());
    while let Some(which) = bytes.next() {
        let kind = ending(&path);
        let places: Vec<&Place> =
            table.places.iter().filter(|it| path.is_empty() || ending(&it.path) == kind).collect();
        let place = places[usize::from(which) % places.len()];
        let forms = table.expressions(place);
        let form = forms[usize::from(bytes.next().unwrap_or_default()) % forms.len()];
        let secret = secret(&mut bytes);
        text += &place.planted(form, &secret);
        let again = joined(&place.path);
        path = place.path.clone();
        secrets.insert(BASE64_STANDARD.encode(&secret));
        secrets.insert(secret);
        match again {
            Some(between) if secrets.len() < 8 => text += between,
            _ => break,
        }
    }
    outputs::reported_without(&path, text.as_bytes(), how, &secrets)
        .map_err(|why| format!("{why}\n--- {path}\n{text}"))
}

/// What comes after the first `.`: `sh`, `gitlab-ci.yml`.
fn ending(path: &str) -> &str {
    path.split_once('.').map_or("", |(_, ending)| ending)
}

/// What is between two places of one text, where there can be two.
fn joined(path: &str) -> Option<&'static str> {
    match ending(path) {
        "sh" | "tf" | "py" | "rb" | "js" | "ps1" | "cmd" => Some("\n"),
        "yaml" => Some("\n---\n"),
        _ => None,
    }
}

/// A text that stands for any file: its first bytes.
pub(super) fn seed(_: &str, text: &[u8]) -> Vec<u8> {
    text.iter().copied().take(64).collect()
}
