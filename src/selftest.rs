//! Rules prove themselves: their examples are run, found, fixed and linted again.

use crate::engine::{Settings, Surroundings, lint};
use crate::fixer;
use crate::rules::{Example, RuleText};
use crate::text::Source;
use std::fmt;

/// An example that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Id of the rule.
    pub rule: String,
    /// The example's name, or its position.
    pub example: String,
    /// What does not hold.
    pub what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.rule, self.example, self.what)
    }
}

/// The name of a file of that language, for texts that have none.
pub fn file_name(language: &str) -> &'static str {
    match language {
        "yaml" => "values.yaml",
        "markdown" => "notes.md",
        "dotenv" => ".env",
        "toml" => "config.toml",
        "hcl" => "main.tf",
        "nix" => "configuration.nix",
        _ => "script.sh",
    }
}

/// Runs all examples of a rule.
pub fn run(text: &RuleText) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (index, example) in text.examples.iter().enumerate() {
        let name = example.name.clone().unwrap_or_else(|| format!("example {}", index + 1));
        let whats = check(&text.id, example);
        failures.extend(whats.into_iter().map(|what| Failure {
            rule: text.id.clone(),
            example: name.clone(),
            what,
        }));
    }
    failures
}

fn check(rule: &str, example: &Example) -> Vec<String> {
    let mut wrong = Vec::new();
    let path = file_name(example.language.as_deref().unwrap_or("shell"));
    let settings = Settings { token_value: example.token_value.clone(), ..Settings::default() };
    let around = Surroundings::default();
    let source = |text: &str| Source::new(text.as_bytes().to_vec());
    let found = |text: &str| -> Vec<String> {
        let source = source(text);
        let linted = lint(&settings, path, &around, &source);
        let mine = linted.findings.iter().filter(|finding| finding.rule == rule);
        mine.map(|finding| finding.span.of(source.text()).to_owned()).collect()
    };
    if let Some(ok) = &example.ok {
        let found = found(ok);
        if !found.is_empty() {
            wrong.push(format!("finds {found:?} where nothing is wrong"));
        }
    }
    let Some(bad) = &example.bad else { return wrong };
    let at = found(bad);
    if at != example.at {
        wrong.push(format!("finds {at:?} instead of {:?}", example.at));
    }
    let fixed = fixer::fix(&settings, path, &around, source(bad), true);
    let text = String::from_utf8_lossy(&fixed.text).into_owned();
    let good = example.good.as_ref().unwrap_or(bad);
    if text != *good {
        let reasons: Vec<_> =
            fixed.remaining.findings.iter().filter_map(|finding| finding.fix.clone().err()).collect();
        wrong.push(format!("is fixed to\n{text}\ninstead of\n{good}\n{reasons:?}"));
    }
    let again = fixer::fix(&settings, path, &around, source(&text), true);
    if again.text != fixed.text {
        wrong.push(format!("is fixed again to\n{}", String::from_utf8_lossy(&again.text)));
    }
    if example.good.is_some()
        && !lint(&settings, path, &around, &source(&text)).findings.iter().all(|f| f.rule != rule)
    {
        wrong.push("is still found after its fix".to_owned());
    }
    wrong
}
