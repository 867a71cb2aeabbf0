//! GitLab's Code Quality report: the path of a file begins with the name of its repository.

use super::Merged;
use super::document::Document;
use super::json::List;
use crate::finding::Severity;
use crate::fingerprint::digest;
use crate::report::{Style, sentence};
use serde_json::json;
use std::collections::HashMap;
use std::io::{self, Write};

pub(super) fn write(merged: &Merged, _: Style, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "[")?;
    let mut list = List::begin();
    let mut given: HashMap<String, usize> = HashMap::new();
    merged.each(|document| {
        let Document { repository, findings, .. } = document;
        for finding in findings.iter().filter(|it| it.is_open()) {
            let origin = finding.repository.as_ref().unwrap_or(&repository);
            let remote = origin.remote.as_deref().unwrap_or_default();
            let own = match finding.fingerprint.as_str() {
                "" => digest([&*finding.rule, &*finding.path, &*finding.message]),
                own => own.to_owned(),
            };
            let fingerprint = digest([remote, origin.title(), &own]);
            let before = given.entry(fingerprint.clone()).or_default();
            let unique =
                if *before == 0 { fingerprint } else { digest([&*fingerprint, &*before.to_string()]) };
            *before += 1;
            let mut description = format!("{}: {}", finding.rule, finding.headline());
            if !finding.help.is_empty() {
                description.push_str(&format!(". {}", sentence(&finding.help)));
            }
            let issue = json!({
                "description": description,
                "check_name": finding.rule,
                "fingerprint": unique,
                "severity": match finding.severity {
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                    Severity::Info => "info",
                },
                "location": {
                    "path": format!("{}/{}", origin.title(), finding.path.trim_start_matches('/')),
                    "lines": { "begin": finding.start.line, "end": finding.end.line },
                },
            });
            list.item(&issue, out)?;
        }
        Ok(())
    })?;
    writeln!(out, "\n]")
}
