//! The wrap matrix: every example of a rule, put into every place that can hold its language. In each the same names are
//! found, and the fix makes of the text inside what it makes of the text alone, or says why it does not.
//!
//! `WRAP=text cargo test --test wrap` runs only the pairs whose place or example holds `text`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its data is broken")]

mod more;
mod places;
mod text;
mod write;

use places::Place;
use runnerlint::engine::{Settings, Surroundings};
use runnerlint::finding::Finding;
use runnerlint::fixer::{fix, lint};
use runnerlint::rules::{self, Example};
use runnerlint::suppress::RULE;
use runnerlint::text::Source;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A text and what is known of it alone.
struct Bare {
    name: String,
    text: String,
    token_value: Option<String>,
}

/// Why a place may allow no edit: its name, and a part of the reason.
const REFUSALS: &[(&str, &str)] = &[
    // The shell that reads the line puts nothing in there; the one behind it may, but may not have the variable.
    ("the word behind bash -c", "nothing expands"),
    ("the word behind ssh", "nothing expands"),
    // `'\''` inside the quotes.
    ("the word behind bash -c", "several pieces"),
    ("the word behind ssh", "several pieces"),
    ("the word behind bash -c", "taken back"),
    ("the word behind ssh", "taken back"),
    // Nobody knows what else the program does with it.
    ("a string of a pipeline", "string of a program"),
    ("a here-document of a Vagrantfile", "string of a program"),
    ("a command of Puppet", "string of a program"),
    ("a string of Nix", "string of a program"),
    // What puts the text together is the stack.
    ("pieces that a stack joins", "joined from the items"),
    ("lines that a stack joins", "joined from the items"),
];

/// What is found: rule, and the name under its span.
fn found(findings: &[Finding], source: &Source) -> Vec<(String, String)> {
    findings
        .iter()
        .filter(|finding| finding.rule != "leaked-registration-token")
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

/// What is wrong with `bare` in `place`, for people; empty if nothing is. `None` where the place cannot hold it.
fn check(bare: &Bare, place: &Place) -> Option<String> {
    let inner = (place.prepare)(&bare.text)?;
    let host = (place.wrap)(&inner)?;
    let mut report = String::new();
    let around = Surroundings::default();
    let read = |path: &str, text: &str| {
        let source = Source::new(text.as_bytes().to_vec());
        let linted = lint(&settings(bare), path, &around, &source);
        (found(&linted.findings, &source), linted.findings)
    };
    assert_eq!(
        (place.unwrap)(&host).as_deref().map(place.same),
        Some((place.same)(&inner)),
        "{}: the place does not give back what was put there:\n{host}",
        place.name
    );
    let (alone, bare_findings) = read(place.inner_path(), &inner);
    let (wrapped, findings) = read(place.path, &host);
    if alone != wrapped {
        let _ = writeln!(report, "alone:   {alone:?}\nwrapped: {wrapped:?}");
    }
    let want = fixed(bare, place.inner_path(), &inner);
    let after = fixed(bare, place.path, &host);
    let got = (place.unwrap)(&after);
    if after == host && want != inner {
        // What a comment accepts is not to be fixed.
        let is_fixable = |it: &&Finding| !it.suppressed && (it.unit.is_some() || it.rule == RULE);
        let fixable: Vec<&Finding> = findings.iter().filter(is_fixable).collect();
        let reasons: Vec<&String> = fixable.iter().filter_map(|it| it.fix.as_ref().err()).collect();
        let explained = reasons.len() == fixable.len()
            && reasons.iter().all(|reason| {
                let same = |finding: &Finding| finding.fix.as_ref().err() == Some(reason);
                REFUSALS.iter().any(|(name, part)| *name == place.name && reason.contains(part))
                    || bare_findings.iter().any(same)
            });
        if !explained {
            let _ = writeln!(report, "not fixed: {reasons:?}");
        }
    } else if got.as_deref().map(place.same) != Some((place.same)(&want)) {
        let _ = writeln!(report, "fixed alone:\n{want}\nfixed in its place:\n{}", got.unwrap_or(after));
    }
    if report.is_empty() { Some(report) } else { Some(format!("{report}host:\n{host}\n")) }
}

fn bare_of(rule: &str, example: &Example) -> Option<(String, Bare)> {
    let text = example.bad.as_ref().or(example.ok.as_ref())?;
    let language = example.language.clone().unwrap_or_else(|| "shell".to_owned());
    let name = format!("{rule}: {}", example.name.as_deref().unwrap_or("an example"));
    Some((language, Bare { name, text: text.clone(), token_value: example.token_value.clone() }))
}

/// The cases that are a plain script or a plain values file: their texts are texts like any other.
fn cases() -> Vec<(String, Bare)> {
    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        path: String,
        input: String,
        surroundings: Option<serde_yaml::Value>,
        bytes: Option<String>,
        target: Option<String>,
        #[serde(rename = "token-value")]
        token_value: Option<String>,
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files =
        walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .flat_map(|path| serde_yaml::from_str::<Vec<Case>>(&fs::read_to_string(path).unwrap()).unwrap())
        .filter(|case| case.surroundings.is_none() && case.bytes.is_none() && case.target.is_none())
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

#[test]
fn every_example_holds_in_every_place() {
    let wanted = std::env::var("WRAP").unwrap_or_default();
    let texts = rules::texts();
    let mut examples: Vec<(String, Bare)> = texts
        .iter()
        .flat_map(|text| text.examples.iter().filter_map(|example| bare_of(&text.id, example)))
        .collect();
    examples.extend(cases());
    let wanted_pair = |place: &Place, bare: &Bare| format!("{} {}", place.name, bare.name).contains(&wanted);
    let places: Vec<&'static Place> = places::PLACES.iter().chain(more::PLACES).collect();
    // A place at a time; the places are shared out among the processors.
    let results: Vec<(&str, usize, Vec<String>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = places
            .chunks(places.len().div_ceil(4))
            .map(|places| {
                scope.spawn(|| {
                    let try_place = |place: &'static Place| {
                        let fitting = examples
                            .iter()
                            .filter(|(language, bare)| *language == place.holds && wanted_pair(place, bare));
                        let checked: Vec<(&Bare, String)> =
                            fitting.filter_map(|(_, bare)| Some((bare, check(bare, place)?))).collect();
                        let wrong = checked.iter().filter(|(_, wrong)| !wrong.is_empty());
                        let wrong: Vec<String> = wrong
                            .map(|(bare, wrong)| format!("=== {} in {}\n{wrong}", bare.name, place.name))
                            .collect();
                        (place.name, checked.len() - wrong.len(), wrong)
                    };
                    places.iter().copied().map(try_place).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let report =
        results.iter().flat_map(|(_, _, wrong)| wrong.iter().cloned()).collect::<Vec<_>>().join("\n");
    let failed: usize = results.iter().map(|(_, _, wrong)| wrong.len()).sum();
    let held: BTreeMap<&str, usize> = results.iter().map(|(name, count, _)| (*name, *count)).collect();
    assert!(failed == 0, "\n{report}\n{failed} failed, {} passed", held.values().sum::<usize>());
    let unused: Vec<_> = held.iter().filter(|(_, count)| **count == 0).map(|(name, _)| name).collect();
    assert!(unused.is_empty() || !wanted.is_empty(), "no example was tried in {unused:?}");
}
