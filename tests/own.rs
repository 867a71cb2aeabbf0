//! Rules of a user's own, of every kind: `tests/own` is a folder of rules about a program that does not exist.

use runnerlint::engine::{Catalogue, Settings, Surroundings, lint};
use runnerlint::run::{LoadError, load_rules};
use runnerlint::text::Source;
use runnerlint::{rules, selftest};
use serde::Deserialize;
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn own() -> Arc<Catalogue> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/own");
    match load_rules(&[folder], 2) {
        Ok(catalogue) => catalogue,
        Err(LoadError::Wrong(problems)) => {
            let told = problems.iter().map(|it| format!("{}: {} {:?}", it.path, it.message, it.help));
            panic!("{}", told.collect::<Vec<_>>().join("\n"))
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn every_example_holds() {
    let catalogue = own();
    let settings = Settings { catalogue: Arc::clone(&catalogue), ..Settings::default() };
    let built_in = Catalogue::built_in().rules().len();
    let rules = catalogue.rules().iter().skip(built_in).zip(catalogue.texts());
    let failures: Vec<String> = rules
        .flat_map(|(rule, text)| selftest::run(&settings, rule, &text))
        .map(|failure| failure.to_string())
        .collect();
    assert!(failures.is_empty(), "{} examples fail:\n{}", failures.len(), failures.join("\n"));
}

/// Programs of a user's own may be such as run others (`docker`) or give values to charts (`helm`).
#[test]
fn what_is_built_in_finds_the_same_beside_other_rules() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        path: String,
        input: String,
    }

    let catalogue = own();
    let ours = Settings::default();
    let both = Settings { catalogue: Arc::clone(&catalogue), ..Settings::default() };
    let texts = rules::texts();
    let rules = Catalogue::built_in().rules().iter().zip(&texts);
    let failures: Vec<String> =
        rules.flat_map(|(rule, text)| selftest::run(&both, rule, text)).map(|it| it.to_string()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut compared = 0;
    for entry in ignore::WalkBuilder::new(folder).build().filter_map(Result::ok) {
        if entry.path().extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let cases: Vec<Case> = serde_yaml::from_str(&fs::read_to_string(entry.path()).unwrap()).unwrap();
        for case in cases {
            let found = |settings: &Settings| {
                let source = Source::new(case.input.clone().into_bytes());
                let linted = lint(settings, &case.path, &Surroundings::default(), &source);
                let ids = Catalogue::built_in().rules();
                let known =
                    linted.findings.into_iter().filter(|it| ids.iter().any(|rule| rule.id == it.rule));
                known.collect::<Vec<_>>()
            };
            assert_eq!(found(&ours), found(&both), "{}", case.name);
            compared += 1;
        }
    }
    assert!(compared > 100);
}
