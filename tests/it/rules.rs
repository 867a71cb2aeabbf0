//! The rules that are built in have the form that every rule has, and every example of theirs holds.

use crate::counts::assert_count;
use runnerlint::engine::{Catalogue, Settings};
use runnerlint::rules::{self, load};
use runnerlint::{run, selftest};
use std::path::Path;

/// How many examples the built-in rules have.
pub(crate) fn examples() -> usize {
    rules::texts().iter().map(|text| text.examples.len()).sum()
}

#[test]
fn every_example_of_every_rule_holds() {
    let texts = rules::texts();
    assert_count("examples of built-in rules", examples());
    let settings = Settings::default();
    let rules = Catalogue::built_in().rules().iter().zip(&texts);
    let failures = rules.flat_map(|(rule, text)| selftest::run(&settings, rule, text));
    let failures: Vec<String> = failures.map(|failure| failure.to_string()).collect();
    assert!(failures.is_empty(), "{} examples fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_built_in_rules_pass_the_checks_of_everybodys_rules() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let files = run::rule_files(std::slice::from_ref(&folder)).expect("the rules can be read");
    let loaded = load::load_alone(&files).unwrap_or_else(|problems| {
        let told = problems.iter().map(|problem| {
            let line = problem.source.position(problem.span.start()).line;
            format!(
                "{}:{line}: {} ({})",
                problem.path,
                problem.message,
                problem.help.clone().unwrap_or_default()
            )
        });
        panic!("{}", told.collect::<Vec<_>>().join("\n"))
    });
    assert_eq!(loaded.data.rules.len(), Catalogue::built_in().rules().len());
    for rule in &loaded.data.rules {
        let folder = Path::new(&folder).join(rule.family()).join(format!("{}.yaml", rule.id));
        assert!(folder.is_file(), "{} lies in the folder of its family", rule.id);
    }
}
