//! Tests of rules by their own examples: they are run, found, fixed and linted again, alone and inside other texts.

mod wrap;

use crate::engine::{Settings, Surroundings, lint};
use crate::finding::{Finding, Refusal};
use crate::fixer::{self, Fixed};
use crate::rules::{Example, GITLAB, Rule, RuleText, is_built_in, version};
use crate::syntax::{self, Language};
use crate::text::{EditSet, Source};
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
    /// The example, and what the fix that was dropped would have made of it.
    pub tried: Option<(String, String)>,
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

/// The name of a file of that language, by its name or one of its aliases, for texts that have none.
pub fn file_name(language: &str) -> &'static str {
    match language {
        "json" => return "values.json",
        "jsonc" => return "values.jsonc",
        "json5" => return "values.json5",
        "powershell" | "pwsh" | "ps1" | "posh" | "ps" => return "script.ps1",
        "bat" | "batch" | "batchfile" | "cmd" | "dosbatch" | "winbatch" => return "script.cmd",
        "typescript" | "ts" => return "script.ts",
        _ => {}
    }
    match syntax::named(language).map(Language::name) {
        Some("yaml") => "values.yaml",
        Some("markdown") => "notes.md",
        Some("dotenv") => ".env",
        Some("toml") => "config.toml",
        Some("hcl") => "main.tf",
        Some("nix") => "configuration.nix",
        Some("dockerfile") => "Dockerfile",
        Some("makefile") => "Makefile",
        Some("systemd") => "runner.service",
        Some("ini") => "setup.cfg",
        Some("properties") => "app.properties",
        Some("python") => "script.py",
        Some("ruby") => "script.rb",
        Some("go") => "main.go",
        Some("groovy") => "Jenkinsfile",
        Some("javascript") => "script.js",
        Some("java") => "Main.java",
        Some("kotlin") => "build.kts",
        Some("csharp") => "Program.cs",
        Some("puppet") => "site.pp",
        Some("perl") => "script.pl",
        Some("php") => "index.php",
        Some("lua") => "init.lua",
        Some("jsonnet") => "main.jsonnet",
        Some("rust") => "main.rs",
        Some("swift") => "main.swift",
        Some("bicep") => "main.bicep",
        Some("cue") => "main.cue",
        Some("awk") => "script.awk",
        _ => "script.sh",
    }
}

/// The rules that an example of `rule` runs: itself, and those that its fixes need.
fn with(settings: &Settings, rule: &Rule) -> Vec<String> {
    let is_of_unit =
        |it: &Rule| it.matches.iter().any(|found| found.slot.is_some() || found.setting.is_some());
    let name = |it: &Rule| it.together.as_ref().and_then(|together| together.name.clone());
    let is_with = |it: &&Rule| {
        let of_unit = is_of_unit(rule) && is_of_unit(it) && it.unit() == rule.unit();
        of_unit || name(rule).is_some_and(|own| name(it) == Some(own))
    };
    let others = settings.catalogue.rules().iter().filter(is_with).map(|it| it.id.clone());
    others.chain([rule.id.clone()]).collect()
}

/// Runs all examples of a rule. A rule that is not built in runs alone, or with the other rules of its unit.
pub fn run(settings: &Settings, rule: &Rule, text: &RuleText) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (index, example) in text.examples.iter().enumerate() {
        let name = example.name.clone().unwrap_or_else(|| format!("example {}", index + 1));
        let bench = Bench::of(settings, rule, example);
        let wrong = match bench.alone(example) {
            Some(wrong) => vec![wrong],
            None => bench.wrapped(rule, example),
        };
        failures.extend(wrong.into_iter().map(|wrong| Failure {
            rule: rule.id.clone(),
            index,
            example: name.clone(),
            file: bench.path.clone(),
            what: wrong.what,
            refusal: wrong.refusal,
            diff: wrong.diff,
            tried: wrong.tried,
        }));
    }
    failures
}

struct Wrong {
    what: String,
    refusal: Option<Refusal>,
    diff: Option<(String, String)>,
    tried: Option<(String, String)>,
}

impl Wrong {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), refusal: None, diff: None, tried: None }
    }

    fn diff(what: impl Into<String>, expected: &str, actual: &str) -> Self {
        let diff = Some((expected.to_owned(), actual.to_owned()));
        Self { diff, ..Self::new(what) }
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
        if !is_built_in(&rule.id) {
            settings.select = with(&settings, rule);
        }
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

    /// What is wrong with the example in a file of its own: the cause, not what comes of it.
    fn alone(&self, example: &Example) -> Option<Wrong> {
        let text = example.bad.as_ref().or(example.ok.as_ref())?;
        if let Some(wrong) = self.language(example, text) {
            return Some(wrong);
        }
        if let Some(ok) = &example.ok {
            let found = self.found(&self.path, ok);
            if !found.is_empty() {
                return Some(Wrong::new(format!("{} is reported, but the example is `ok`", listed(&found))));
            }
        }
        let bad = example.bad.as_ref()?;
        let at = self.found(&self.path, bad);
        if at != example.at {
            return Some(Wrong::diff("other findings than in `at`", &lines(&example.at), &lines(&at)));
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
            let is_dropped = matches!(refusal, Some(Refusal::Dropped(_)));
            let tried = is_dropped.then(|| self.tried(&text)).flatten().map(|tried| (text.clone(), tried));
            return Some(Wrong { refusal, tried, ..Wrong::diff(what, good, &text) });
        }
        let again = text_of(&self.fix(&self.path, &text));
        if again != text {
            return Some(Wrong::diff("a second fix changes the result again", &text, &again));
        }
        let left = self.found(&self.path, &text);
        if example.good.is_some() && left != example.remains {
            let what = if example.remains.is_empty() {
                "it is still reported after the fix: list what is left under `remains`"
            } else {
                "other findings after the fix than in `remains`"
            };
            return Some(Wrong::diff(what, &lines(&example.remains), &lines(&left)));
        }
        None
    }

    /// What the fixes of the rule would make of a text, verified or not.
    fn tried(&self, text: &str) -> Option<String> {
        let findings = self.findings(&self.path, text);
        let mut edits = EditSet::default();
        for fix in findings.iter().filter_map(|finding| finding.fix.as_ref().ok()) {
            // The same fix may be that of several findings.
            let _ = edits.insert_all(fix.edits.iter().cloned());
        }
        String::from_utf8(edits.apply(text.as_bytes())).ok().filter(|tried| tried != text)
    }

    /// An example in another language than it names shows nothing.
    fn language(&self, example: &Example, text: &str) -> Option<Wrong> {
        let wanted = syntax::named(example.language.as_deref()?)?.name();
        let read = syntax::detect(Some(&self.path), text).map(Language::name);
        let what = match read {
            Some(read) if read == wanted => return None,
            Some(read) => format!("`{}` is read as `{read}`, not as `{wanted}`", self.path),
            None => format!("`{}` has no known language, and the example is in `{wanted}`", self.path),
        };
        Some(Wrong::new(what))
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

#[cfg(test)]
mod tests {
    use super::{Language, file_name};
    use crate::syntax::{LANGUAGES, detect};

    #[test]
    fn every_language_and_alias_has_a_file_name() {
        for language in LANGUAGES {
            for name in language.aliases().iter().copied().chain([language.name()]) {
                let detected = detect(Some(file_name(name)), "").map(Language::name);
                assert_eq!(detected, Some(language.name()), "{name}");
            }
        }
    }
}
