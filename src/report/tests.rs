//! What holds for all formats.

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
