//! SARIF 2.1.0: a run for each repository of a report. There is no source, so there are no snippets.

use super::Merged;
use super::document::{Document, ReportFinding, ReportOrigin};
use super::json::List;
use crate::finding::Severity;
use crate::report::sarif::{FINGERPRINT, SCHEMA, uri};
use crate::report::{Style, sentence};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

pub(super) fn write(merged: &Merged, _: Style, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n  \"$schema\": \"{SCHEMA}\",\n  \"version\": \"2.1.0\",\n  \"runs\": [")?;
    let mut list = List::begin();
    merged.each(|document| {
        let Document { repository, findings, repositories, .. } = document;
        let mut runs: BTreeMap<&ReportOrigin, Vec<&ReportFinding>> =
            repositories.iter().map(|it| (it, Vec::new())).collect();
        if repositories.is_empty() {
            runs.entry(&repository).or_default();
        }
        for finding in &findings {
            runs.entry(finding.repository.as_ref().unwrap_or(&repository)).or_default().push(finding);
        }
        runs.into_iter().try_for_each(|(origin, findings)| list.item(&run(origin, &findings), out))
    })?;
    writeln!(out, "\n  ]\n}}")
}

fn run(origin: &ReportOrigin, findings: &[&ReportFinding]) -> Value {
    let rules: BTreeSet<&str> = findings.iter().map(|it| it.rule.as_str()).collect();
    let urls: BTreeMap<&str, &str> = findings.iter().map(|it| (it.rule.as_str(), it.url.as_str())).collect();
    let descriptors = rules.iter().map(|id| match urls.get(id).filter(|url| !url.is_empty()) {
        Some(url) => json!({ "id": id, "helpUri": url }),
        None => json!({ "id": id }),
    });
    let index = |rule: &str| rules.iter().position(|it| *it == rule).unwrap_or_default();
    let mut run = json!({
        "tool": { "driver": {
            "name": "runnerlint",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": descriptors.collect::<Vec<_>>(),
        } },
        // A `/` at the end: what is before it names the category.
        "automationDetails": { "id": format!("{}/", origin.title()) },
        "columnKind": "unicodeCodePoints",
        "results": findings.iter().map(|it| result(it, index(&it.rule))).collect::<Vec<_>>(),
    });
    if let (Some(remote), Some(run)) = (&origin.remote, run.as_object_mut()) {
        let mut provenance = json!({ "repositoryUri": remote });
        if let (Some(revision), Some(it)) = (&origin.revision, provenance.as_object_mut()) {
            it.insert("revisionId".to_owned(), json!(revision));
        }
        run.insert("versionControlProvenance".to_owned(), json!([provenance]));
    }
    run
}

fn result(finding: &ReportFinding, rule: usize) -> Value {
    let parts = [&finding.message, &finding.reason, &finding.help];
    let text: Vec<String> = parts.into_iter().filter(|it| !it.is_empty()).map(|it| sentence(it)).collect();
    let length = finding.end.offset.saturating_sub(finding.start.offset);
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        },
        "message": { "text": text.join(" ") },
        "locations": [{ "physicalLocation": {
            "artifactLocation": uri::artifact(&finding.path),
            "region": {
                "startLine": finding.start.line.max(1),
                "startColumn": finding.start.column.max(1),
                "endLine": finding.end.line.max(1),
                "endColumn": finding.end.column.max(1),
                "byteOffset": finding.start.offset,
                "byteLength": length,
            },
        } }],
    });
    let Some(map) = result.as_object_mut() else { return result };
    if !finding.fingerprint.is_empty() {
        map.insert("partialFingerprints".to_owned(), json!({ FINGERPRINT: finding.fingerprint }));
    }
    if finding.suppressed {
        map.insert("suppressions".to_owned(), json!([{ "kind": "inSource" }]));
    }
    result
}
