//! The words that users read: none that has a plainer one, and no text that is too long.

use crate::rooms::without_tests;
use crate::support::root;
use regex::Regex;
use runnerlint::engine::Catalogue;
use runnerlint::rules;
use std::fs;
use std::path::Path;

/// Words that have a plainer one.
const WORDS: &str = r"(?i)\b(?:told|tells|somebody|nobody|whoever|stands|behind|anew|anyhow|but for|takes? out|on the server|a person)\b|\b(?:is|are) no [a-z]";
/// What looks like one of them and is not.
const FINE: &str = r"(?i)\bthere (?:is|are) no |\b(?:is|are) no longer ";

/// The files below `folder` with one of these extensions, with their path in the repository.
fn files(folder: &str, extensions: &[&str]) -> Vec<(String, String)> {
    let root = root();
    let walk = ignore::WalkBuilder::new(root.join(folder)).build().filter_map(Result::ok);
    let wanted = |path: &Path| path.extension().is_some_and(|it| extensions.iter().any(|known| it == *known));
    let mut files: Vec<(String, String)> = walk
        .filter(|entry| entry.path().is_file() && wanted(entry.path()))
        .map(|entry| {
            let path = entry.path().strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            (path, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// The string literals of Rust code, with their lines.
fn strings(code: &str) -> Vec<(usize, String)> {
    // A comment, a character, a raw string, a string: the first that begins wins.
    let token = Regex::new(
        r##"(?s)//[^\n]*|'(?:[^'\\]|\\.[^']*)'|\bb?r#"(.*?)"#|\bb?r"([^"]*)"|"((?:[^"\\]|\\.)*)""##,
    )
    .unwrap();
    let literal = |found: regex::Captures<'_>| {
        let text = found.get(1).or_else(|| found.get(2)).or_else(|| found.get(3))?;
        Some((code[..text.start()].matches('\n').count() + 1, text.as_str().to_owned()))
    };
    token.captures_iter(code).filter_map(literal).collect()
}

#[test]
fn no_text_has_a_word_that_is_replaced() {
    let (words, fine) = (Regex::new(WORDS).unwrap(), Regex::new(FINE).unwrap());
    let mut wrong = Vec::new();
    let mut check = |path: &str, line: usize, text: &str| {
        let text = fine.replace_all(text, "");
        if let Some(found) = words.find(&text) {
            let around: String =
                text.lines().find(|it| it.contains(found.as_str())).unwrap_or_default().into();
            wrong.push(format!("{path}:{line}: `{}` in: {}", found.as_str(), around.trim()));
        }
    };
    let prose = [
        files("rules", &["yaml"]),
        files("docs", &["md", "json"]),
        files("README.md", &["md"]),
        files("CONTRIBUTING.md", &["md"]),
        files("SECURITY.md", &["md"]),
    ];
    for (path, text) in prose.into_iter().flatten() {
        for (at, line) in text.lines().enumerate() {
            check(&path, at + 1, line);
        }
    }
    for (path, text) in files("src", &["rs"]) {
        if path.contains("/tests") || path.ends_with("samples.rs") {
            continue;
        }
        for (line, text) in strings(&without_tests(&text)) {
            check(&path, line, &text);
        }
    }
    assert!(wrong.is_empty(), "{} texts:\n{}", wrong.len(), wrong.join("\n"));
}

/// Comments are for successors: the same words, but for the shortest way to say a thing.
#[test]
fn comments_have_few_words_that_are_replaced() {
    const MOST: usize = 20;
    let (words, fine) = (Regex::new(WORDS).unwrap(), Regex::new(FINE).unwrap());
    let mut wrong = Vec::new();
    for (path, text) in files("src", &["rs"]) {
        for (at, line) in text.lines().enumerate() {
            let Some(comment) = line.trim_start().strip_prefix("//") else { continue };
            if words.is_match(&fine.replace_all(comment, "")) {
                wrong.push(format!("{path}:{}: {}", at + 1, comment.trim()));
            }
        }
    }
    assert!(wrong.len() <= MOST, "{} comments:\n{}", wrong.len(), wrong.join("\n"));
}

/// The characters of a text of a rule with names.
fn filled(text: &str, name: &str, title: &str) -> usize {
    let text = text.replace("{name}", name).replace("{setting}", title);
    let text = text.replace("{new}", "CI_SERVER_TOKEN").replace("{old}", "REGISTRATION_TOKEN");
    text.chars().count()
}

#[test]
fn messages_and_reasons_are_short() {
    let unit = rules::registration();
    let mut wrong = Vec::new();
    for rule in Catalogue::built_in().rules() {
        let mut check = |what: &str, text: Option<&String>, most: usize, names: &[(String, String)]| {
            let Some(text) = text else { return };
            for (name, title) in names {
                let length = filled(text, name, title);
                if length > most {
                    wrong.push(format!("{}: {what} of {length} characters: {text} ({name})", rule.id));
                }
            }
        };
        for found in &rule.matches {
            let of_setting = |it: &&rules::Setting| {
                let other = rule.matches.iter().any(|other| other.setting.as_ref() == Some(&it.field));
                found.setting.as_deref() == Some(&it.field)
                    || found.setting.as_deref() == Some("any") && !other
            };
            let settings = unit.settings.iter().filter(of_setting);
            let names: Vec<(String, String)> = match (found.slot.as_deref(), found.via) {
                (Some(slot), Some(via)) => {
                    let slot = if slot == "new" { &unit.new } else { &unit.old };
                    slot.names(via).map(|name| (name.clone(), String::new())).collect()
                }
                (None, Some(via)) => settings
                    .flat_map(|it| it.spelled.names(via).map(|name| (name.clone(), it.title().to_owned())))
                    .collect(),
                _ => vec![("gitlab_runner_registration_token".to_owned(), String::new())],
            };
            check("message", Some(found.summary.as_ref().unwrap_or(&rule.summary)), 100, &names);
            check("reason", found.message.as_ref(), 80, &names);
        }
        for row in &rule.severity {
            let names_a_place = |text: &String| text.contains("line {") || text.contains("{secret}");
            let most = if row.label.as_ref().is_some_and(names_a_place) { 120 } else { 80 };
            check("reason", row.label.as_ref(), most, &[("--registration-token".to_owned(), String::new())]);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_token_of_a_runner_that_exists_needs_no_new_runner() {
    for rule in ["register", "helm", "secret", "env"].map(|it| format!("{it}-registration-token")) {
        let catalogue = Catalogue::built_in();
        let row = catalogue.rule(&rule).unwrap().severity.iter().find(|row| {
            row.label.as_deref() == Some("the `glrt-` token here works only in legacy-compatible mode")
        });
        let help = row.and_then(|row| row.help.clone()).unwrap_or_default();
        assert!(!help.is_empty() && !help.contains("create the runner"), "{rule}: {help:?}");
        let index = catalogue.rules().iter().position(|it| it.id == rule).unwrap();
        let text = rules::texts().into_iter().nth(index).unwrap();
        let has_token = |it: &rules::Example| it.bad.as_ref().is_some_and(|bad| bad.contains("glrt-"));
        assert!(text.examples.iter().any(has_token), "{rule} has no example with a `glrt-` token");
    }
}
