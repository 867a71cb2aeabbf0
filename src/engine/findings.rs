//! Findings: what the rules say of the members of a unit, with places and words for people.

use super::fixes::{self, UnitFix};
use super::{File, Settings, structure};
use crate::finding::{Finding, Fix, Safety, Setting, Severity};
use crate::rules::{
    BUILT_IN, Circumstances, Level, Match, Member, Registration, Role, Rule, Verdict, View, version,
};
use crate::sites::Via;
use crate::text::{Source, Span};
use regex::bytes::Regex;
use std::sync::LazyLock;

/// Every finding of a unit tells all its edits: more of them than this, in all, are no help to anybody.
const MOST_CHANGES: usize = 1_000_000;

/// What judging a unit gave.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) findings: Vec<Finding>,
    pub(super) fix: Option<UnitFix>,
    /// All that was found, with the rules, selected or not.
    pub(super) found: Vec<(String, Span)>,
    /// Whether a rule found something that has a replacement in the version that is judged by, selected or not.
    pub(super) due: bool,
}

/// A member that a rule found.
pub(super) struct Hit<'a> {
    pub(super) rule: &'static Rule,
    pub(super) found: &'static Match,
    pub(super) member: &'a Member,
    pub(super) level: Level,
    label: Option<&'static str>,
}

/// Judges a unit by all rules. Selection comes last, so that a rule that is switched off never makes a half fix.
pub(super) fn judge(file: &File<'_>, registration: &Registration, unit: String) -> Judged {
    let around = circumstances(file, registration);
    let view = View::new(&BUILT_IN.unit, registration, file.survey, around);
    let hits: Vec<Hit<'_>> = registration.members.iter().filter_map(|member| hit(&view, member)).collect();
    if hits.is_empty() {
        return Judged::default();
    }
    let fix = fix(file, &view, registration, &hits, around);
    let findings: Vec<Finding> = hits
        .iter()
        .filter(|hit| is_selected(file.settings, hit.rule))
        .filter_map(|hit| finding(file, &view, hit, &unit, around, &fix))
        .collect();
    let fix = fix.ok().map(|(safety, plan)| UnitFix { unit, safety, plan });
    let found = hits.iter().filter_map(|hit| Some((hit.rule.id.clone(), span(file, hit)?))).collect();
    let due = hits.iter().any(|hit| is_due(file.settings, hit.rule));
    Judged { findings, fix, found, due }
}

/// The name that was found.
fn span(file: &File<'_>, hit: &Hit<'_>) -> Option<Span> {
    let carrier = file.survey.carriers.get(hit.member.carrier)?;
    Some(file.documents.to_host(carrier.doc, carrier.name_span))
}

fn circumstances(file: &File<'_>, registration: &Registration) -> Circumstances {
    let document = registration
        .scopes
        .iter()
        .filter_map(|scope| file.survey.scopes.get(*scope))
        .any(|scope| file.documents.via(scope.doc).contains(&"markdown"));
    Circumstances {
        token_value: file.settings.token_value.is_some(),
        names_old_variable: file.reads.names_old(),
        read_by_name: read_by_name(file, registration),
        token_elsewhere: file.has_old_token,
        own_chart: file.own_chart,
        pinned: file.reads.pinned(),
        document,
    }
}

/// Whether `$NAME` of one of the unit's variables stands anywhere but in that variable's own value.
fn read_by_name(file: &File<'_>, registration: &Registration) -> bool {
    let mut carriers =
        registration.members.iter().filter_map(|member| file.survey.carriers.get(member.carrier));
    carriers.any(|carrier| carrier.via == Via::Variable && file.reads.outside(&carrier.name))
}

fn hit<'a>(view: &View<'a>, member: &'a Member) -> Option<Hit<'a>> {
    let view = view.of(member);
    BUILT_IN.rules.iter().find_map(|rule| {
        let found = view.matched(rule)?;
        let (level, label) = view.severity(rule);
        (level != Level::Nothing).then_some(Hit { rule, found, member, level, label })
    })
}

/// The fix of a unit: with all its findings, whatever is selected.
fn fix(
    file: &File<'_>,
    view: &View<'_>,
    registration: &Registration,
    hits: &[Hit<'_>],
    around: Circumstances,
) -> Result<(Safety, fixes::Plan), String> {
    let accepted = hits.iter().find_map(|hit| {
        let suppression = file.suppressions.of(&hit.rule.id, span(file, hit)?)?;
        Some((file.survey.carriers.get(hit.member.carrier)?, suppression))
    });
    if let Some((carrier, suppression)) = accepted {
        return Err(format!(
            "the registration also has `{}`, which the comment in line {} accepts",
            carrier.written, suppression.line
        ));
    }
    if let Some(manual) = hits.iter().find_map(|hit| hit.found.manual.as_ref()) {
        return Err(manual.clone());
    }
    let deselected =
        hits.iter().find(|hit| !is_selected(file.settings, hit.rule) || !is_due(file.settings, hit.rule));
    if let Some(hit) = deselected {
        return Err(format!("the registration also needs `{}`, which is not selected", hit.rule.id));
    }
    let safety = match view.safety() {
        (Verdict::None, because) => return Err(because.to_owned()),
        (Verdict::Unsafe, _) => Safety::Unsafe,
        (Verdict::Safe, _) if around.document => Safety::Unsafe,
        (Verdict::Safe, _) => Safety::Safe,
    };
    let plan = fixes::plan(file, view, registration, hits).map_err(|refused| refused.reason().to_owned())?;
    // What people wrote beside a setting may say more than the setting.
    let safety = if plan.takes_comments { Safety::Unsafe } else { safety };
    if plan.edits.len().saturating_mul(hits.len()) > MOST_CHANGES {
        return Err("the registration has too many places to be fixed by a program".to_owned());
    }
    Ok((safety, plan))
}

fn finding(
    file: &File<'_>,
    view: &View<'_>,
    hit: &Hit<'_>,
    unit: &str,
    around: Circumstances,
    fix: &Result<(Safety, fixes::Plan), String>,
) -> Option<Finding> {
    let carrier = file.survey.carriers.get(hit.member.carrier)?;
    let rule = hit.rule;
    if !is_due(file.settings, rule) {
        return None;
    }
    let severity = severity(file.settings, rule, hit.level, around.document)?;
    let name = |text: &str| text.replace("{name}", &carrier.written);
    let label = hit.found.message.as_deref().or(hit.label).unwrap_or_default();
    let (fix, removes) = match fix {
        Ok((safety, plan)) => {
            let action = rule.actions.iter().find(|action| view.of(hit.member).holds(&action.when));
            let message = action.map_or_else(String::new, |action| name(&action.message));
            let removes = match hit.member.role {
                Role::Setting(at) => BUILT_IN.unit.settings.get(at).map(|setting| Setting {
                    field: setting.field.clone(),
                    value: carrier.value.text.clone(),
                }),
                _ => None,
            };
            (Ok(Fix { safety: *safety, message, edits: plan.edits.clone() }), removes)
        }
        Err(reason) => (Err(reason.clone()), None),
    };
    let span = span(file, hit)?;
    let mut finding = Finding {
        rule: rule.id.clone(),
        severity,
        message: name(&rule.summary),
        help: rule.help.clone(),
        url: rule.url.clone(),
        span,
        label: name(label),
        related: file.documents.places(carrier.doc),
        unit: Some(unit.to_owned()),
        via: file.documents.via(carrier.doc),
        fix,
        removes,
        structure: structure::path(file.documents, carrier.doc, carrier.name_span.start()),
        name: carrier.name.clone(),
        suppressed: false,
        justification: String::new(),
        baselined: false,
    };
    if let Some(suppression) = file.suppressions.of(&rule.id, span) {
        suppression.accept(&mut finding);
    }
    Some(finding)
}

/// Findings of rules that look for a literal, wherever it stands.
pub(super) fn literals(settings: &Settings, source: &Source) -> Vec<Finding> {
    static LITERALS: LazyLock<Vec<(&'static Rule, &'static Match, Regex)>> = LazyLock::new(|| {
        let rules = BUILT_IN.rules.iter();
        rules
            .flat_map(|rule| rule.matches.iter().map(move |found| (rule, found)))
            .filter_map(|(rule, found)| Some((rule, found, Regex::new(found.literal.as_ref()?).ok()?)))
            .collect()
    });
    let mut findings = Vec::new();
    for (rule, found, regex) in LITERALS.iter().filter(|(rule, ..)| is_selected(settings, rule)) {
        let Some(row) = rule.severity.first() else { continue };
        let Some(severity) = settings.level(&rule.id).map_or(plain(row.is), plain) else { continue };
        findings.extend(regex.find_iter(source.bytes()).map(|at| Finding {
            rule: rule.id.clone(),
            severity,
            message: rule.summary.clone(),
            help: rule.help.clone(),
            url: rule.url.clone(),
            span: at.range().into(),
            label: row.label.clone().unwrap_or_default(),
            related: Vec::new(),
            unit: None,
            via: Vec::new(),
            fix: Err(found.manual.clone().unwrap_or_default()),
            removes: None,
            structure: String::new(),
            name: String::new(),
            suppressed: false,
            justification: String::new(),
            baselined: false,
        }));
    }
    findings
}

pub(super) fn is_selected(settings: &Settings, rule: &Rule) -> bool {
    settings.reports(&rule.id)
}

/// Whether the version that is judged by has a replacement for what the rule finds.
pub(super) fn is_due(settings: &Settings, rule: &Rule) -> bool {
    let replacement = rule.replacement_since.as_deref().and_then(version);
    settings.target_gitlab.zip(replacement).is_none_or(|(target, replacement)| target >= replacement)
}

/// How bad a finding is to be told: what the user says of its rule; else in a `document` (prose with examples) info, else what
/// the rule says, by the version that is judged by.
pub(super) fn severity(settings: &Settings, rule: &Rule, level: Level, document: bool) -> Option<Severity> {
    let own = plain(level)?;
    if let Some(wanted) = settings.level(&rule.id) {
        return plain(wanted);
    }
    if document {
        return Some(Severity::Info);
    }
    let disabled = rule.disabled.as_deref().and_then(version);
    let still_works =
        settings.target_gitlab.zip(disabled).is_some_and(|(target, disabled)| target < disabled);
    Some(if still_works { own.min(Severity::Warning) } else { own })
}

fn plain(level: Level) -> Option<Severity> {
    match level {
        Level::Nothing => None,
        Level::Info => Some(Severity::Info),
        Level::Warning => Some(Severity::Warning),
        Level::Error => Some(Severity::Error),
    }
}
