//! What a case says of the words for people: why each finding is one, why its fix is unsafe or missing, what the plan shows.

use runnerlint::finding::Finding;
use runnerlint::plan::MigrationPlan;
use runnerlint::report::plan::FORMATS;
use runnerlint::report::{fix_reason, refusal};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Parts of the plan, by its format; a part after `! ` must not be there.
#[derive(Deserialize)]
pub(crate) struct Planned(BTreeMap<String, Vec<String>>);

impl Planned {
    pub(crate) fn check(&self, plan: &MigrationPlan, report: &mut String) {
        for (name, parts) in &self.0 {
            let Some(format) = FORMATS.iter().find(|format| format.name == name) else {
                let _ = writeln!(report, "`{name}` is not a format of the plan");
                continue;
            };
            let mut text = Vec::new();
            (format.write)(plan, &mut text).expect("memory takes all");
            let text = String::from_utf8(text).expect("UTF-8");
            let is_wrong = |part: &&String| match part.strip_prefix("! ") {
                Some(part) => text.contains(part),
                None => !text.contains(part.as_str()),
            };
            for part in parts.iter().filter(is_wrong) {
                let _ = writeln!(report, "the plan ({name}): {part:?}\n{text}");
            }
        }
    }
}

/// The reasons of the findings, in order.
pub(crate) fn check_reasons(expected: &[String], findings: &[Finding], report: &mut String) {
    let got: Vec<&str> = findings.iter().map(|finding| finding.label.as_str()).collect();
    if got != expected {
        let _ = writeln!(report, "reasons: expected {expected:#?}, got {got:#?}");
    }
}

/// The reason of each fix, or why there is none; empty for a safe one.
pub(crate) fn check_fix_reasons(expected: &[String], findings: &[Finding], report: &mut String) {
    let reason = |finding: &Finding| match &finding.fix {
        Ok(fix) => fix_reason(fix).unwrap_or_default(),
        Err(reason) => refusal(reason),
    };
    let got: Vec<String> = findings.iter().map(reason).collect();
    if got != expected {
        let _ = writeln!(report, "reasons of the fixes: expected {expected:#?}, got {got:#?}");
    }
}
