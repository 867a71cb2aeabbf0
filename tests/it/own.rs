//! Rules of a user's own, of every kind: `tests/own` is a folder of rules about a program that does not exist.

use crate::cases;
use crate::counts::assert_count;
use runnerlint::engine::{Catalogue, Settings, Surroundings, lint};
use runnerlint::run::{LoadError, load_rules};
use runnerlint::text::Source;
use runnerlint::{rules, selftest};
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

/// How many examples those rules have.
pub(crate) fn examples() -> usize {
    own().texts().iter().map(|text| text.examples.len()).sum()
}

#[test]
fn every_example_holds() {
    assert_count("examples of tests/own", examples());
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
    let catalogue = own();
    let ours = Settings::default();
    let both = Settings { catalogue: Arc::clone(&catalogue), ..Settings::default() };
    let texts = rules::texts();
    let rules = Catalogue::built_in().rules().iter().zip(&texts);
    let failures: Vec<String> =
        rules.flat_map(|(rule, text)| selftest::run(&both, rule, text)).map(|it| it.to_string()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));

    for case in cases::all() {
        let found = |settings: &Settings| {
            let source = Source::new(case.input.clone().into_bytes());
            let linted = lint(settings, &case.path, &Surroundings::default(), &source);
            let ids = Catalogue::built_in().rules();
            let known = linted.findings.into_iter().filter(|it| ids.iter().any(|rule| rule.id == it.rule));
            // That one lists what may be meant, other rules too.
            known.filter(|it| it.rule != runnerlint::suppress::RULE).collect::<Vec<_>>()
        };
        assert_eq!(found(&ours), found(&both), "{}", case.name);
    }
}
