//! Findings of suppressions that suppress nothing.

use super::fixes::EditPlan;
use super::suppressions::Written;
use super::{Documents, Settings, findings, structure};
use crate::catalogue::Advice;
use crate::embed::NoEdit;
use crate::finding::{Finding, Fix, Refusal, Safety};
use crate::rules::{Defect, Match, Rule};
use crate::suppress::{self, Idle};
use crate::text::Span;

/// Puts findings into words.
pub(super) struct Teller<'a> {
    pub(super) settings: &'a Settings,
    pub(super) written: &'a Written,
    pub(super) documents: &'a Documents,
    pub(super) rule: &'a Rule,
}

/// What is reported of one name, or of several that are removed together.
struct UnusedReason {
    span: Span,
    defect: Defect,
    names: String,
    message: String,
    reason: String,
}

impl Teller<'_> {
    /// The findings of what is idle, with the edits that remove it; without them it stays.
    pub(super) fn findings(&self, idle: &Idle, plan: Option<&Result<EditPlan, NoEdit>>) -> Vec<Finding> {
        let Some(suppression) = self.written.all.get(idle.index) else { return Vec::new() };
        let name = |at: usize| suppression.names.get(at).map(|(name, _)| name.as_str()).unwrap_or_default();
        let mut said: Vec<UnusedReason> = Vec::new();
        if idle.whole && idle.names.len() > 1 {
            let names: Vec<&str> = idle.names.iter().map(|(at, _)| name(*at)).collect();
            let reasons = idle.names.iter().map(|(at, defect)| {
                let hint = self.hint(*defect, name(*at));
                if hint.is_empty() {
                    quoted(&short(name(*at)))
                } else {
                    format!("{}: {hint}", quoted(&short(name(*at))))
                }
            });
            said.push(UnusedReason {
                span: suppression.span,
                defect: Defect::Unused,
                names: names.join(", "),
                message: self.rule.summary.clone(),
                reason: reasons.collect::<Vec<_>>().join("; "),
            });
        } else {
            for ((at, defect), span) in idle.names.iter().zip(self.written.all.spans(idle)) {
                let names = name(*at).to_owned();
                let (message, reason) = (self.message(*defect, &names), self.hint(*defect, &names));
                said.push(UnusedReason { span, defect: *defect, names, message, reason });
            }
        }
        let finding = |said: UnusedReason| {
            let mut finding = self.finding(idle.index, said.defect)?;
            (finding.span, finding.message, finding.label) = (said.span, said.message, said.reason);
            let action = self.rule.actions.first().map(|action| action.message.as_str()).unwrap_or_default();
            let what = if idle.whole { "the suppression of {name}" } else { "{name}" };
            finding.fix = match plan {
                None => finding.fix,
                Some(Ok(plan)) => Ok(Fix {
                    safety: Safety::Safe,
                    cautions: [].into(),
                    message: action.replace("{name}", &what.replace("{name}", &quoted(&said.names))),
                    edits: plan.edits.clone(),
                    listed: true,
                }),
                Some(Err(refused)) => Err(Refusal::NotEditable(refused.clone())),
            };
            finding.name = said.names;
            Some(finding)
        };
        said.into_iter().filter_map(finding).collect()
    }

    pub(super) fn finding(&self, index: usize, defect: Defect) -> Option<Finding> {
        let suppression = self.written.all.get(index)?;
        let origin = self.written.origins.get(index)?;
        let level = self.rule.severity.first()?.is;
        let via = self.documents.via(origin.doc);
        // As any other finding that is not a leak.
        let severity = findings::severity(self.settings, self.rule, level, via.contains(&"markdown"))?;
        let found = self.found(defect);
        let Advice { help, url } = self.settings.catalogue.advice(self.rule);
        Some(Finding {
            rule: self.rule.id.clone(),
            severity,
            message: self.message(defect, ""),
            help: found.and_then(|found| found.help.as_deref()).map_or(help, Into::into),
            url,
            span: suppression.span,
            label: String::new(),
            setting: String::new(),
            related: self.documents.places(origin.doc),
            unit: None,
            via,
            fix: Err(found.and_then(|found| found.manual.clone()).map_or(Refusal::Unstated, Refusal::Rule)),
            removes: None,
            structure: structure::path(self.documents, origin.doc, origin.comment.start()),
            name: String::new(),
            suppressed: false,
            justification: String::new(),
            baselined: false,
            fix_group: None,
        })
    }

    fn found(&self, defect: Defect) -> Option<&Match> {
        self.rule.matches.iter().find(|found| found.suppression == Some(defect))
    }

    /// What is wrong with that name.
    fn message(&self, defect: Defect, name: &str) -> String {
        let summary = self.found(defect).and_then(|found| found.summary.as_ref());
        summary.unwrap_or(&self.rule.summary).replace("{name}", &short(name))
    }

    /// The rules that may be meant.
    fn hint(&self, defect: Defect, name: &str) -> String {
        let meant = || quoted(&suppress::meant(&self.settings.catalogue, name).join(", "));
        match defect {
            Defect::Unknown => {
                Some(meant()).filter(|it| !it.is_empty()).map(|it| format!("did you mean {it}?"))
            }
            Defect::Family => Some(format!("rules of this family: {}", meant())),
            _ => None,
        }
        .unwrap_or_default()
    }
}

/// A name may be anything, and of any length.
fn short(name: &str) -> String {
    name.chars().take(64).collect()
}

/// Names for messages: each in backquotes.
fn quoted(names: &str) -> String {
    names
        .split(", ")
        .filter(|name| !name.is_empty())
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
