//! What is said of suppressions that suppress nothing.

use super::fixes::Plan;
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

impl Teller<'_> {
    pub(super) fn findings(&self, idle: &Idle, plan: &Result<Plan, NoEdit>) -> Vec<Finding> {
        let Some(suppression) = self.written.all.get(idle.index) else { return Vec::new() };
        let name = |at: usize| suppression.names.get(at).map(|(name, _)| name.as_str()).unwrap_or_default();
        let say = |at: usize, defect: Defect| self.say(defect, name(at)).1;
        let mut told: Vec<(Span, Defect, String, String)> = Vec::new();
        if idle.whole && idle.names.len() > 1 {
            let labels: Vec<String> = idle.names.iter().map(|(at, defect)| say(*at, *defect)).collect();
            let names: Vec<&str> = idle.names.iter().map(|(at, _)| name(*at)).collect();
            told.push((suppression.span, Defect::Unused, names.join(", "), labels.join("; ")));
        } else {
            for ((at, defect), span) in idle.names.iter().zip(self.written.all.spans(idle)) {
                told.push((span, *defect, name(*at).to_owned(), say(*at, *defect)));
            }
        }
        let finding = |(span, defect, names, label): (Span, Defect, String, String)| {
            let mut finding = self.finding(idle.index, defect, Some(label))?;
            finding.span = span;
            let action = self.rule.actions.first().map(|action| action.message.as_str()).unwrap_or_default();
            let what = if idle.whole { "the suppression of {name}" } else { "{name}" };
            finding.fix = match plan {
                Ok(plan) => Ok(Fix {
                    safety: Safety::Safe,
                    cautions: [].into(),
                    message: action.replace("{name}", &what.replace("{name}", &quoted(&names))),
                    edits: plan.edits.clone(),
                    listed: true,
                }),
                Err(refused) => Err(Refusal::NotEditable(refused.clone())),
            };
            finding.name = names;
            Some(finding)
        };
        told.into_iter().filter_map(finding).collect()
    }

    pub(super) fn finding(&self, index: usize, defect: Defect, label: Option<String>) -> Option<Finding> {
        let suppression = self.written.all.get(index)?;
        let origin = self.written.origins.get(index)?;
        let level = self.rule.severity.first()?.is;
        let via = self.documents.via(origin.doc);
        // As any other finding that is no leak.
        let severity = findings::severity(self.settings, self.rule, level, via.contains(&"markdown"))?;
        let (found, said) = self.say(defect, "");
        let label = label.unwrap_or(said);
        let Advice { help, url } = self.settings.catalogue.advice(self.rule);
        Some(Finding {
            rule: self.rule.id.clone(),
            severity,
            message: format!("{}: {label}", self.rule.summary),
            help,
            url,
            span: suppression.span,
            label,
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

    /// What the rule says of that defect.
    fn say(&self, defect: Defect, name: &str) -> (Option<&Match>, String) {
        let found = self.rule.matches.iter().find(|found| found.suppression == Some(defect));
        let said = found.and_then(|found| found.message.as_deref()).unwrap_or_default();
        // A name may be anything: it is told, but not at any length.
        let short: String = name.chars().take(64).collect();
        let mut said = said.replace("{name}", &short);
        let meant = || quoted(&suppress::meant(&self.settings.catalogue, name).join(", "));
        match defect {
            Defect::Unknown => {
                let meant = meant();
                if !meant.is_empty() {
                    said.push_str(&format!("; did you mean {meant}?"));
                }
            }
            Defect::Family => said.push_str(&format!(": {}", meant())),
            _ => {}
        }
        (found, said)
    }
}

/// Names for people: each in backquotes.
fn quoted(names: &str) -> String {
    names
        .split(", ")
        .filter(|name| !name.is_empty())
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
