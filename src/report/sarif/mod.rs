//! SARIF 2.1.0.

mod model;
pub(super) mod uri;

use super::rules::{RuleDoc, catalogue, page};
use super::words::{paragraphs, sentences};
use super::{Run, Summary, fix_reason, shown_fix};
use crate::escape;
use crate::finding::{Finding, NoticeKind, Safety, Severity};
use crate::fingerprint::fingerprints;
use crate::mask::Mask;
use crate::run::CheckedFile;
use crate::text::{Source, Span};
use model::{
    Base, Configuration, Descriptor, Driver, Help, Kind, Log, Message, Notification, Physical, Properties,
    Reference, RuleProperties, SarifChange, SarifFix, SarifInvocation, SarifLocation, SarifOutcome,
    SarifRegion, SarifReplacement, SarifSuppression, SarifText, SarifTool,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

pub(super) const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The name of our fingerprints; it changes when they do.
pub(super) const FINGERPRINT: &str = "runnerlint/v1";
/// Longer lines are not shown.
const LONGEST_LINE: usize = 400;

/// One log with one run.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let used: BTreeMap<&str, &Finding> =
        run.files.iter().flat_map(|file| &file.linted.findings).map(|it| (&*it.rule, it)).collect();
    let indices: BTreeMap<&str, usize> = used.keys().enumerate().map(|(index, id)| (*id, index)).collect();
    let known: Vec<_> = run.catalogues.iter().flat_map(|it| catalogue(it)).collect();
    let rules = used.iter().map(|(id, finding)| descriptor(known.iter().find(|it| it.id == **id), finding));
    let base = Base { description: text("the directory in which runnerlint ran") };
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [model::SarifRun {
            tool: SarifTool {
                driver: Driver {
                    name: "runnerlint",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: rules.collect(),
                    notifications: kinds(run.files),
                },
            },
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: BTreeMap::from([(uri::ROOT, base)]),
            invocations: [SarifInvocation {
                execution_successful: !Summary::of(run.files, run.passed).failed,
                tool_execution_notifications: run.files.iter().flat_map(notifications).collect(),
            }],
            results: run.files.iter().flat_map(|file| results(run, file, &indices)).collect(),
        }],
    };
    let json = serde_json::to_string_pretty(&log).map_err(io::Error::from)?;
    writeln!(out, "{}", escape::json(json))
}

fn text(text: impl Into<String>) -> SarifText {
    SarifText { text: text.into() }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A rule that found something; of one that is not built in, its finding says all there is to say.
fn descriptor(doc: Option<&RuleDoc>, finding: &Finding) -> Descriptor {
    let doc = doc.cloned().unwrap_or_else(|| RuleDoc {
        id: finding.rule.clone(),
        summary: finding.rule.clone(),
        why: finding.help.to_string(),
        severity: finding.severity.as_str().to_owned(),
        url: finding.url.to_string(),
        ..RuleDoc::default()
    });
    let family = doc.id.split('-').next().unwrap_or_default();
    let why = doc.why.trim();
    // The examples of a rule contain tokens that look real to anyone who searches a report for them.
    let markdown = Mask::without_source(false).inserted(&page(&doc));
    let first = why.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    Descriptor {
        short_description: text(doc.summary.clone()),
        full_description: text(if first.is_empty() { doc.summary.clone() } else { first }),
        help: Help { text: [why, &doc.url].join("\n\n").trim().to_owned(), markdown },
        help_uri: Some(doc.url.clone()).filter(|url| !url.is_empty()),
        default_configuration: Configuration {
            level: match &*doc.severity {
                "error" => "error",
                "info" => "note",
                _ => "warning",
            },
        },
        properties: RuleProperties {
            precision: "high",
            tags: vec!["gitlab-runner".to_owned(), family.to_owned()],
        },
        id: doc.id,
    }
}

fn kind(kind: NoticeKind) -> (&'static str, &'static str) {
    match kind {
        NoticeKind::Unparsable => ("unparsable", "parts of a file are not valid in its language"),
        NoticeKind::Skipped => ("skipped", "a file was not checked"),
        NoticeKind::Limited => ("limited", "a limit was reached"),
        NoticeKind::Unreadable => ("unreadable", "a file could not be read"),
        NoticeKind::Unwritable => ("unwritable", "a file could not be written"),
        NoticeKind::Dangling => ("dangling", "the target of a link does not exist"),
    }
}

fn kinds(files: &[CheckedFile]) -> Vec<Kind> {
    let used: BTreeSet<NoticeKind> =
        files.iter().flat_map(|file| &file.linted.notices).map(|it| it.kind).collect();
    let known = used.into_iter().map(kind);
    known.map(|(id, about)| Kind { id, short_description: text(about) }).collect()
}

fn notifications(file: &CheckedFile) -> impl Iterator<Item = Notification> {
    let mask = Mask::without_source(false);
    file.linted.notices.iter().map(move |notice| {
        let line = |line| SarifRegion {
            start_line: line,
            start_column: None,
            end_line: None,
            end_column: None,
            byte_offset: None,
            byte_length: None,
            snippet: None,
        };
        Notification {
            descriptor: Reference { id: kind(notice.kind).0 },
            level: match notice.kind {
                kind if kind.is_failure() => "error",
                NoticeKind::Unparsable | NoticeKind::Limited => "warning",
                _ => "note",
            },
            message: text(mask.prose(&notice.message)),
            locations: [SarifLocation {
                id: None,
                physical_location: Physical {
                    artifact_location: uri::artifact(&file.path),
                    region: notice.position.map(|at| line(at.line)),
                    context_region: None,
                },
                message: None,
            }],
        }
    })
}

fn results<'a>(run: &Run<'_>, file: &'a CheckedFile, rules: &BTreeMap<&str, usize>) -> Vec<SarifOutcome<'a>> {
    if file.linted.findings.is_empty() {
        return Vec::new();
    }
    let mask = file.mask(run.show_secrets);
    // Fixed findings are not listed: services without a baseline would open an alert for each.
    let state = |finding: &Finding| if finding.baselined { "unchanged" } else { "new" };
    let place = SarifLocator { file, mask: &mask };
    let findings = file.linted.findings.iter().zip(fingerprints(&file.path, &file.linted.findings));
    findings
        .map(|(finding, fingerprint)| {
            let (fixes, manual) = match shown_fix(finding, &mask) {
                Ok(fix) => (vec![place.fix(fix)], None),
                Err(reason) => (Vec::new(), Some(reason)),
            };
            let reason = finding.fix.as_ref().ok().and_then(fix_reason);
            let fix_reason = reason.map(|reason| mask.prose(&reason));
            let suppression = finding.suppressed.then(|| SarifSuppression {
                kind: "inSource",
                justification: Some(mask.prose(&finding.justification)).filter(|it| !it.is_empty()),
            });
            SarifOutcome {
                rule_id: &finding.rule,
                rule_index: rules.get(&*finding.rule).copied().unwrap_or_default(),
                level: level(finding.severity),
                message: Message { text: sentences(finding, &mask), markdown: paragraphs(finding, &mask) },
                locations: [place.location(finding.span, None, None)],
                related_locations: (finding.related.iter().enumerate())
                    .map(|(id, it)| place.location(it.span, Some(id), Some(mask.prose(&it.text))))
                    .collect(),
                partial_fingerprints: BTreeMap::from([(FINGERPRINT, fingerprint)]),
                baseline_state: run.baseline.map(|_| state(finding)),
                suppressions: suppression.into_iter().collect(),
                fixes,
                properties: Properties { unit: finding.shared_unit(), via: &finding.via, manual, fix_reason },
            }
        })
        .collect()
}

/// Places of one file.
struct SarifLocator<'a> {
    file: &'a CheckedFile,
    mask: &'a Mask,
}

impl SarifLocator<'_> {
    fn region(&self, span: Span) -> SarifRegion {
        let (start, end) = (self.file.source.position(span.start()), self.file.source.position(span.end()));
        SarifRegion {
            start_line: start.line,
            start_column: Some(start.column),
            end_line: Some(end.line),
            end_column: Some(end.column),
            byte_offset: Some(span.start()),
            byte_length: Some(span.len()),
            snippet: None,
        }
    }

    fn location(&self, span: Span, id: Option<usize>, message: Option<String>) -> SarifLocation {
        let context = if id.is_none() { self.context(&self.file.source, span) } else { None };
        SarifLocation {
            id,
            physical_location: Physical {
                artifact_location: uri::artifact(&self.file.path),
                region: Some(self.region(span)),
                context_region: context,
            },
            message: message.map(text),
        }
    }

    /// The line of a finding, tokens hidden.
    fn context(&self, source: &Source, span: Span) -> Option<SarifRegion> {
        let line = source.line_at(span.start());
        let whole = source.line_span(line);
        if whole.len() > LONGEST_LINE || source.line_at(span.end()) != line {
            return None;
        }
        let shown = self.mask.excerpt(source.bytes(), whole);
        let shown = String::from_utf8_lossy(&shown);
        let shown: String = shown.trim_end_matches(['\r', '\n']).chars().map(escape::visible).collect();
        Some(SarifRegion {
            start_line: line + 1,
            start_column: None,
            end_line: None,
            end_column: None,
            byte_offset: None,
            byte_length: None,
            snippet: Some(text(shown)),
        })
    }

    fn fix(&self, fix: &crate::finding::Fix) -> SarifFix {
        let message = self.mask.prose(&fix.message);
        let description = match fix.safety {
            Safety::Safe => format!("safe fix: {message}"),
            Safety::Unsafe => format!("unsafe fix, which needs a manual step: {message}"),
        };
        let replacement = |edit: &crate::text::Edit| SarifReplacement {
            deleted_region: self.region(edit.span),
            inserted_content: text(edit.replacement.clone()),
        };
        let replacements = fix.edits.iter().map(replacement).collect();
        let change = SarifChange { artifact_location: uri::artifact(&self.file.path), replacements };
        SarifFix { description: text(description), artifact_changes: [change] }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn each_finding_is_a_result() {
        let text = samples::text(super::write).replace(env!("CARGO_PKG_VERSION"), "[version]");
        let log: serde_json::Value = serde_json::from_str(&text).unwrap();
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        assert!(rules.iter().all(|rule| rule["help"]["markdown"].as_str().unwrap().len() > 100));
        // What the rules say of themselves is not pinned here.
        let start = text.find("          \"rules\": [").unwrap();
        let end = start + text[start..].find("\n          ]").unwrap();
        insta::assert_snapshot!(format!("{}          \"rules\": […{}", &text[..start], &text[end..]));
    }

    #[test]
    fn rules_and_results_belong_together() {
        let log: serde_json::Value = serde_json::from_str(&samples::text(super::write)).unwrap();
        let run = &log["runs"][0];
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
        let empty: serde_json::Value = serde_json::from_str(&samples::empty(super::write)).unwrap();
        assert_eq!(empty["runs"][0]["results"], serde_json::json!([]));
        assert_eq!(empty["runs"][0]["invocations"][0]["executionSuccessful"], true);
    }
}
