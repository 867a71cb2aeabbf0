//! What applies to all formats.

use super::{FORMATS, samples};
use crate::escape;
use serde_json::Value;
use std::collections::BTreeSet;

/// The documents of a format that writes JSON, one for each line or one for all.
fn documents(name: &str, text: &str) -> Vec<Value> {
    match name {
        "json" | "sarif" | "gitlab" => vec![serde_json::from_str(text).unwrap()],
        "jsonl" | "rdjsonl" => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn no_format_shows_a_token_or_a_control_character() {
    for format in FORMATS {
        let text = samples::text(format.write);
        assert!(!text.contains("notAreal"), "{}: {text}", format.name);
        let risky = |c: char| escape::is_dangerous(c) && c != '\n';
        assert_eq!(text.find(risky), None, "{}", format.name);
        documents(format.name, &text);
    }
}

/// A text as the format escapes it.
fn escaped(format: &str, text: &str) -> String {
    match format {
        "github" => text.replace('%', "%25"),
        "junit" | "checkstyle" => {
            text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
        }
        "json" | "jsonl" | "sarif" | "gitlab" | "rdjsonl" => {
            serde_json::to_string(text).unwrap().trim_matches('"').to_owned()
        }
        _ => text.to_owned(),
    }
}

/// The text that follows, with the first letter of a sentence.
fn holds(text: &str, part: &str) -> bool {
    text.contains(part) || part.get(1..).is_some_and(|rest| text.contains(rest))
}

#[test]
fn every_machine_format_says_what_is_wrong_why_and_what_to_do() {
    let machine = FORMATS.iter().filter(|it| !["full", "html", "grouped", "markdown"].contains(&it.name));
    for format in machine {
        let text = samples::text(format.write);
        for file in samples::files() {
            let mask = file.mask(false);
            for finding in file.linted.findings.iter().filter(|it| super::is_open(it)) {
                let parts = [&*finding.message, &*finding.label, &*finding.help];
                let count = if ["concise", "checkstyle"].contains(&format.name) { 2 } else { 3 };
                for part in parts.iter().take(count) {
                    let part = escaped(format.name, &mask.prose(part));
                    assert!(holds(&text, &part), "{}: {part}\n{text}", format.name);
                }
            }
        }
    }
}

#[test]
fn json_has_the_reason_of_a_finding_and_of_its_unsafe_fix() {
    let documents = documents("json", &samples::text(super::json::write));
    let findings = documents[0]["findings"].as_array().unwrap();
    assert!(findings.iter().all(|it| it["reason"] == "deprecated since 15.6"));
    for finding in findings {
        let fix = &finding["fix"];
        assert_eq!(fix["safety"] == "unsafe", fix["reason"].is_string(), "{fix}");
        assert!(fix.is_object() != finding["manual"].as_str().is_some_and(|it| !it.is_empty()));
    }
}

#[test]
fn two_runs_write_the_same_bytes() {
    for format in FORMATS {
        assert_eq!(samples::text(format.write), samples::text(format.write), "{}", format.name);
    }
}

#[test]
fn a_thousand_findings_are_all_there() {
    for format in FORMATS {
        let text = samples::thousand(format.write);
        let documents = documents(format.name, &text);
        let count = match format.name {
            "full" => text.matches("warning[register-server-option]").count(),
            "concise" | "github" => text.lines().count(),
            "json" => documents[0]["findings"].as_array().unwrap().len(),
            "jsonl" => documents.iter().filter(|it| it["type"] == "finding").count(),
            "sarif" => documents[0]["runs"][0]["results"].as_array().unwrap().len(),
            "gitlab" => documents[0].as_array().unwrap().len(),
            "rdjsonl" => documents.iter().filter(|it| it["suggestions"].is_array()).count(),
            "junit" => text.matches("<failure ").count(),
            "html" => text.matches("<tr data-severity=").count(),
            "checkstyle" => text.matches("<error ").count(),
            "grouped" => text.matches("[register-server-option]").count(),
            "markdown" => text.matches("\n| warning | `setup.sh:").count(),
            other => panic!("`{other}` is not counted here"),
        };
        assert_eq!(count, 1000, "{}", format.name);
    }
    let gitlab = documents("gitlab", &samples::thousand(super::gitlab::write));
    let fingerprints = gitlab[0].as_array().unwrap().iter().map(|it| it["fingerprint"].to_string());
    assert_eq!(fingerprints.collect::<BTreeSet<_>>().len(), 1000);
}

#[test]
fn no_finding_is_a_valid_report_too() {
    for format in FORMATS {
        let text = samples::empty(format.write);
        documents(format.name, &text);
        assert!(text.is_empty() || text.ends_with('\n'), "{}", format.name);
    }
}
