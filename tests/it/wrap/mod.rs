//! The wrap matrix: every example of a rule, put into every place that can hold its language. In each the same names are
//! found, and the fix makes of the text inside what it makes of the text alone, or says why it does not.
//!
//! `WRAP=text cargo test --test it wrap::` runs only the pairs whose place or example contains `text`.

mod more;
mod places;
mod text;
mod write;

use crate::cases::{self, Case};
use crate::counts::assert_count;
use places::Place;
use runnerlint::engine::{Settings, Surroundings};
use runnerlint::finding::{Finding, Refusal};
use runnerlint::fixer::{fix, lint};
use runnerlint::report::refusal;
use runnerlint::rules::{self, Example};
use runnerlint::suppress::RULE;
use runnerlint::text::Source;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// A text and what is known of it alone.
struct Bare {
    name: String,
    text: String,
    token_value: Option<String>,
}

/// An example in a place.
pub(crate) struct Pair {
    place: &'static Place,
    bare: Arc<Bare>,
    inner: String,
    host: String,
}

impl Pair {
    fn name(&self) -> String {
        format!("{} in {}", self.bare.name, self.place.name)
    }
}

/// Why a place may allow no edit: its name, and a part of the reason.
const REFUSALS: &[(&str, &str)] = &[
    // The shell that reads the line puts nothing in there; the one behind it may, but may not have the variable.
    ("the word behind bash -c", "nothing expands"),
    ("the word behind ssh", "nothing expands"),
    // `'\''` inside the quotes.
    ("the word behind bash -c", "several pieces"),
    ("the word behind ssh", "several pieces"),
    ("the word behind bash -c", "fix dropped"),
    ("the word behind ssh", "fix dropped"),
    // Nobody knows what else the program does with it.
    ("a string of a pipeline", "program code builds this command"),
    ("a here-document of a Vagrantfile", "program code builds this command"),
    ("a command of Puppet", "program code builds this command"),
    ("a string of Nix", "program code builds this command"),
    // What puts the text together is the stack.
    ("pieces that a stack joins", "joined from the items"),
    ("lines that a stack joins", "joined from the items"),
    // A line that a template replaces: anywhere.
    ("", "the YAML there is not well-formed"),
];

/// Rules that look at the place too: a token anywhere, prose, values of the chart.
const OF_PLACES: &[&str] = &["leaked-registration-token", "token-only-verified", "token-in-template"];

/// Places where an example means something else.
const DIFFERENT: &[(&str, &str)] = &[
    // systemd runs no pipes.
    ("a command that is printed for", "a command of a unit"),
];

/// Places with a reader of their own for variables: what `--token-value` becomes there differs from what it becomes alone.
const READERS: &[&str] = &[
    "a command of a unit",
    "a here-document that is expanded",
    "the word behind bash -c",
    "the word behind ssh",
];

/// What is found: rule, and the name under its span.
fn found(findings: &[Finding], source: &Source) -> Vec<(String, String)> {
    findings
        .iter()
        .filter(|finding| !OF_PLACES.contains(&&*finding.rule))
        .map(|finding| (finding.rule.clone(), finding.span.of(source.text()).to_owned()))
        .collect()
}

fn settings(bare: &Bare) -> Settings {
    Settings { token_value: bare.token_value.clone(), ..Settings::default() }
}

fn fixed(bare: &Bare, path: &str, text: &str) -> String {
    let source = Source::new(text.as_bytes().to_vec());
    let fixed = fix(&settings(bare), path, &Surroundings::default(), source, true);
    String::from_utf8(fixed.text).expect("the example is UTF-8")
}

/// What is wrong with a pair, for people; empty if nothing is.
fn check(pair: &Pair) -> String {
    let Pair { bare, place, inner, host } = pair;
    let mut report = String::new();
    let around = Surroundings::default();
    let read = |path: &str, text: &str| {
        let source = Source::new(text.as_bytes().to_vec());
        let linted = lint(&settings(bare), path, &around, &source);
        (found(&linted.findings, &source), linted.findings)
    };
    assert_eq!(
        (place.unwrap)(host).as_deref().map(place.same),
        Some((place.same)(inner)),
        "{}: the place does not give back what was put there:\n{host}",
        place.name
    );
    let (alone, bare_findings) = read(place.inner_path(), inner);
    let (wrapped, findings) = read(place.path, host);
    if alone != wrapped {
        let _ = writeln!(report, "alone:   {alone:?}\nwrapped: {wrapped:?}");
    }
    let want = fixed(bare, place.inner_path(), inner);
    let after = fixed(bare, place.path, host);
    let got = (place.unwrap)(&after);
    let has_reader = bare.token_value.is_some() && READERS.contains(&place.name);
    if has_reader {
        // Only what is found is compared.
    } else if after == *host && want != *inner {
        // What a comment accepts is not to be fixed.
        let is_fixable = |it: &&Finding| !it.suppressed && (it.unit.is_some() || it.rule == RULE);
        let fixable: Vec<&Finding> = findings.iter().filter(is_fixable).collect();
        // Lines differ inside another text.
        let words = |it: &Refusal| refusal(it).replace(|c: char| c.is_ascii_digit(), "");
        let reasons: Vec<String> = fixable.iter().filter_map(|it| it.fix.as_ref().err().map(words)).collect();
        let explained = reasons.len() == fixable.len()
            && reasons.iter().all(|reason| {
                let same = |finding: &Finding| finding.fix.as_ref().err().map(words).as_ref() == Some(reason);
                REFUSALS
                    .iter()
                    .any(|(name, part)| (name.is_empty() || *name == place.name) && reason.contains(part))
                    || bare_findings.iter().any(same)
            });
        if !explained {
            let _ = writeln!(report, "not fixed: {reasons:?}");
        }
    } else if got.as_deref().map(place.same) != Some((place.same)(&want)) {
        let _ = writeln!(report, "fixed alone:\n{want}\nfixed in its place:\n{}", got.unwrap_or(after));
    }
    if report.is_empty() { report } else { format!("=== {}\n{report}host:\n{host}\n", pair.name()) }
}

fn bare_of(rule: &str, example: &Example) -> Option<(String, Bare)> {
    let text = example.bad.as_ref().or(example.ok.as_ref())?;
    let language = example.language.clone().unwrap_or_else(|| "shell".to_owned());
    let name = format!("{rule}: {}", example.name.as_deref().unwrap_or("an example"));
    Some((language, Bare { name, text: text.clone(), token_value: example.token_value.clone() }))
}

/// The cases that are a plain script or a plain values file: their texts are texts like any other.
fn cases() -> Vec<(String, Bare)> {
    cases::all()
        .into_iter()
        .filter(Case::is_plain)
        .filter(|case| case.token_value.as_deref().is_none_or(is_variable))
        .filter_map(|case| {
            let language = match case.path.as_str() {
                "values.yaml" => "yaml",
                path if Path::new(path).extension().is_some_and(|it| it == "sh") => "shell",
                _ => return None,
            };
            Some((
                language.to_owned(),
                Bare { name: case.name, text: case.input, token_value: case.token_value },
            ))
        })
        .collect()
}

/// Whether a token value is a variable of a shell. What becomes of others depends on the place.
fn is_variable(value: &str) -> bool {
    value.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && !name.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_')
    })
}

/// Every example in every place that can hold it.
pub(crate) fn pairs() -> Vec<Pair> {
    let texts = rules::texts();
    let examples = texts.iter().flat_map(|text| text.examples.iter().filter_map(|it| bare_of(&text.id, it)));
    let examples: Vec<(String, Arc<Bare>)> =
        examples.chain(cases()).map(|(language, bare)| (language, Arc::new(bare))).collect();
    let places = places::PLACES.iter().chain(more::PLACES);
    let pairs_of = |place: &'static Place| {
        let fitting = examples.iter().filter(|(language, _)| *language == place.holds);
        fitting.filter_map(move |(_, bare)| {
            let inner = (place.prepare)(&bare.text)?;
            Some(Pair { place, bare: Arc::clone(bare), host: (place.wrap)(&inner)?, inner })
        })
    };
    places.flat_map(pairs_of).collect()
}

#[test]
fn every_example_holds_in_every_place() {
    let wanted = std::env::var("WRAP").unwrap_or_default();
    let mut pairs = pairs();
    assert_count("pairs of the wrap matrix", pairs.len());
    let tried: BTreeSet<&str> = pairs.iter().map(|pair| pair.place.name).collect();
    let mut places = places::PLACES.iter().chain(more::PLACES);
    assert!(places.all(|place| tried.contains(place.name)), "a place without an example: {tried:?}");
    let means_the_same = |name: &str| !DIFFERENT.iter().any(|(a, b)| name.contains(a) && name.contains(b));
    pairs.retain(|pair| pair.name().contains(&wanted) && means_the_same(&pair.name()));
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let check_all =
            |pairs: &[Pair]| pairs.iter().map(check).filter(|it| !it.is_empty()).collect::<Vec<_>>();
        let threads: Vec<_> = pairs
            .chunks(pairs.len().div_ceil(4).max(1))
            .map(|pairs| scope.spawn(move || check_all(pairs)))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "\n{}\n{} of {} pairs failed", wrong.join("\n"), wrong.len(), pairs.len());
}
