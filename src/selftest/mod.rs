//! Tests of rules by their own examples: they are run, found, fixed and linted again, alone and inside other texts.

mod wrap;

use crate::engine::{Settings, Surroundings, lint};
use crate::finding::{Finding, Refusal};
use crate::fixer::{self, Fixed};
use crate::rules::{Example, GITLAB, Rule, RuleText, version};
use crate::text::Source;
use std::fmt;
use wrap::Wrapping;

/// An example that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Id of the rule.
    pub rule: String,
    /// Which example of the rule it is, from 0.
    pub index: usize,
    /// The example's name, or its position.
    pub example: String,
    /// The file that the example represents.
    pub file: String,
    /// What is not as it should be.
    pub what: String,
    /// Why a finding of it has no fix.
    pub refusal: Option<Refusal>,
    /// What should be there, and what is.
    pub diff: Option<(String, String)>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.rule, self.example, self.what)?;
        if let Some(refusal) = &self.refusal {
            write!(f, " ({refusal:?})")?;
        }
        match &self.diff {
            Some((expected, actual)) => write!(f, "\n{actual}instead of\n{expected}"),
            None => Ok(()),
        }
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
        "dockerfile" => "Dockerfile",
        "makefile" => "Makefile",
        "systemd" => "runner.service",
        "ini" => "setup.cfg",
        "properties" => "app.properties",
        "python" => "script.py",
        "ruby" => "script.rb",
        "go" => "main.go",
        "groovy" => "Jenkinsfile",
        "javascript" => "script.js",
        _ => "script.sh",
    }
}

/// Runs all examples of a rule, by the rules of `settings`.
pub fn run(settings: &Settings, rule: &Rule, text: &RuleText) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (index, example) in text.examples.iter().enumerate() {
        let name = example.name.clone().unwrap_or_else(|| format!("example {}", index + 1));
        let bench = Bench::of(settings, rule, example);
        let mut wrong = bench.alone(example);
        if wrong.is_empty() {
            wrong = bench.wrapped(rule, example);
        }
        failures.extend(wrong.into_iter().map(|wrong| Failure {
            rule: rule.id.clone(),
            index,
            example: name.clone(),
            file: bench.path.clone(),
            what: wrong.what,
            refusal: wrong.refusal,
            diff: wrong.diff,
        }));
    }
    failures
}

struct Wrong {
    what: String,
    refusal: Option<Refusal>,
    diff: Option<(String, String)>,
}

impl Wrong {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), refusal: None, diff: None }
    }

    fn diff(what: impl Into<String>, expected: &str, actual: &str) -> Self {
        let diff = Some((expected.to_owned(), actual.to_owned()));
        Self { what: what.into(), refusal: None, diff }
    }
}

/// How an example is looked at.
struct Bench<'a> {
    rule: &'a str,
    settings: Settings,
    path: String,
}

fn source(text: &str) -> Source {
    Source::new(text.as_bytes().to_vec())
}

fn text_of(fixed: &Fixed) -> String {
    String::from_utf8_lossy(&fixed.text).into_owned()
}

impl<'a> Bench<'a> {
    fn of(settings: &Settings, rule: &'a Rule, example: &Example) -> Self {
        let mut settings = Settings { token_value: example.token_value.clone(), ..settings.clone() };
        if let Some(target) = example.target.as_deref().and_then(version) {
            if rule.product == GITLAB {
                settings.target_gitlab = Some(target);
            } else {
                settings.targets.insert(rule.product.clone(), target);
            }
        }
        let named = file_name(example.language.as_deref().unwrap_or("shell"));
        let path = example.file.clone().unwrap_or_else(|| named.to_owned());
        Self { rule: &rule.id, settings, path }
    }

    /// The findings of the rule in a text of that name.
    fn findings(&self, path: &str, text: &str) -> Vec<Finding> {
        let linted = lint(&self.settings, path, &Surroundings::default(), &source(text));
        linted.findings.into_iter().filter(|finding| finding.rule == self.rule).collect()
    }

    fn found(&self, path: &str, text: &str) -> Vec<String> {
        let findings = self.findings(path, text);
        findings.iter().map(|finding| finding.span.of(text).to_owned()).collect()
    }

    fn fix(&self, path: &str, text: &str) -> Fixed {
        fixer::fix(&self.settings, path, &Surroundings::default(), source(text), true)
    }

    fn alone(&self, example: &Example) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        if let Some(ok) = &example.ok {
            let found = self.found(&self.path, ok);
            if !found.is_empty() {
                wrong.push(Wrong::new(format!("{} is reported, but the example is `ok`", listed(&found))));
            }
        }
        let Some(bad) = &example.bad else { return wrong };
        let at = self.found(&self.path, bad);
        if at != example.at {
            wrong.push(Wrong::diff("other findings than in `at`", &lines(&example.at), &lines(&at)));
        }
        let fixed = self.fix(&self.path, bad);
        let text = text_of(&fixed);
        let good = example.good.as_ref().unwrap_or(bad);
        if text != *good {
            let mut refusals =
                fixed.remaining.findings.iter().filter_map(|finding| finding.fix.as_ref().err());
            let what = match &example.good {
                Some(_) => "the result of the fix differs from `good`",
                None => "the example has a fix, but no `good`",
            };
            let refusal = refusals.find(|refusal| **refusal != Refusal::Unstated).cloned();
            wrong.push(Wrong { refusal, ..Wrong::diff(what, good, &text) });
        }
        let again = text_of(&self.fix(&self.path, &text));
        if again != text {
            wrong.push(Wrong::diff("a second fix changes the result again", &text, &again));
        }
        if example.good.is_some() && !self.findings(&self.path, &text).is_empty() {
            wrong.push(Wrong::new("it is still reported after the fix"));
        }
        wrong
    }

    /// The example inside other texts: the findings and the result are the same, or a finding says why it has no fix.
    fn wrapped(&self, rule: &Rule, example: &Example) -> Vec<Wrong> {
        let Some(bad) = &example.bad else { return Vec::new() };
        // A condition on the file does not apply to another one.
        let by_file = example.file.is_some() || speaks_of_files(rule);
        let language = example.language.as_deref().unwrap_or("shell");
        let wrappings = wrap::WRAPPINGS.iter().filter(|wrapping| wrapping.language == language && !by_file);
        wrappings.filter_map(|wrapping| self.wrapped_in(wrapping, example, bad)).collect()
    }

    fn wrapped_in(&self, wrapping: &Wrapping, example: &Example, bad: &str) -> Option<Wrong> {
        let text = wrapping.wrap(bad);
        let found = self.found(wrapping.path, &text);
        if found != example.at {
            let what = format!("other findings inside {}", wrapping.what);
            return Some(Wrong::diff(what, &lines(&example.at), &lines(&found)));
        }
        let fixed = self.fix(wrapping.path, &text);
        let result = text_of(&fixed);
        let expected = wrapping.wrap(example.good.as_deref().unwrap_or(bad));
        let left = result == text && fixed.remaining.findings.iter().all(|finding| finding.fix.is_err());
        let what = format!("the result of the fix differs inside {}", wrapping.what);
        (result != expected && !left).then(|| Wrong::diff(what, &expected, &result))
    }
}

fn speaks_of_files(rule: &Rule) -> bool {
    rule.matches.iter().any(|found| !found.when.file.is_empty() || found.when.markdown.is_some())
}

fn listed(found: &[String]) -> String {
    found.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}

fn lines(found: &[String]) -> String {
    found.iter().flat_map(|text| [text, "\n"]).collect()
}
