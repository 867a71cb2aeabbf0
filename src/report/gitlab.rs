use super::words::headline;
use super::{Run, is_open, sentence};
use crate::escape;
use crate::finding::{Finding, Severity};
use crate::fingerprint::fingerprints;
use crate::mask::Mask;
use crate::run::CheckedFile;
use serde::Serialize;
use std::io::{self, Write};

/// What GitLab's Code Quality widget reads.
#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: GitlabLines,
}

#[derive(Serialize)]
struct GitlabLines {
    begin: usize,
    end: usize,
}

/// A JSON array for `artifacts:reports:codequality`.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Issue<'_>> = run.files.iter().flat_map(|file| issues(file, run.show_secrets)).collect();
    let json = serde_json::to_string_pretty(&issues).map_err(io::Error::from)?;
    writeln!(out, "{}", escape::json(json))
}

fn issues(file: &CheckedFile, show_secrets: bool) -> Vec<Issue<'_>> {
    if !file.linted.findings.iter().any(is_open) {
        return Vec::new();
    }
    let mask = file.mask(show_secrets);
    let findings = file.linted.findings.iter().zip(fingerprints(&file.path, &file.linted.findings));
    findings
        .filter(|(finding, _)| is_open(finding))
        .map(|(finding, fingerprint)| Issue {
            description: description(finding, &mask),
            check_name: &finding.rule,
            fingerprint,
            severity: match finding.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Info => "info",
            },
            location: Location {
                path: &file.path,
                lines: GitlabLines {
                    begin: file.source.position(finding.span.start()).line,
                    end: file.source.position(finding.span.end()).line,
                },
            },
        })
        .collect()
}

/// All that GitLab's widget shows: neither the name of a check nor a second text.
fn description(finding: &Finding, mask: &Mask) -> String {
    let head = format!("{}: {}", finding.rule, headline(finding, mask));
    let help = mask.prose(&finding.help);
    if help.is_empty() { head } else { format!("{head}. {}", sentence(&help)) }
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn each_finding_is_an_issue_with_a_fingerprint() {
        insta::assert_snapshot!(samples::text(super::write));
        assert_eq!(samples::empty(super::write), "[]\n");
    }
}
