//! Findings: what the rules report about the members of a unit, with places and texts for reports.

use super::conditions::MatchSurroundings;
use super::fill::{self, Groups, fill};
use super::fixes::{self, UnitFix};
use super::own::Own;
use super::{LintedFile, Settings, guards, named_secrets, origin, own, reasons, structure, uses};
use crate::catalogue::Advice;
use crate::finding::{Caution, Finding, Fix, Refusal, RemovedSetting, Safety, Severity};
use crate::mask::Mask;
use crate::rules::{
    ActionRow, Circumstances, Level, Match, Member, MemberRole, OriginKind, Registration, Rule, SeverityRow,
    Verdict, View, version,
};
use crate::sites::{Carrier, ValueKind, Via, expanded};
use crate::text::{Source, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What judging a unit gave.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) findings: Vec<Finding>,
    pub(super) fix: Option<UnitFix>,
    /// All that was found, with the rules, selected or not.
    pub(super) found: Vec<(String, Span)>,
    /// Whether a rule found something that has a replacement in the version to check against, selected or not.
    pub(super) due: bool,
}

/// A member that a rule found.
pub(super) struct Hit<'a> {
    pub(super) rule: &'a Rule,
    pub(super) found: &'a Match,
    pub(super) member: &'a Member,
    pub(super) level: Level,
    row: &'a SeverityRow,
    /// The groups of the expressions that found it.
    pub(super) groups: Groups,
}

impl Hit<'_> {
    /// A text of the row `action` of the rule: as [`Hit::fill`], with the groups of the row.
    pub(super) fn fill_row(&self, action: &ActionRow, text: &str, carrier: &Carrier) -> String {
        if !text.contains('{') {
            return text.to_owned();
        }
        let groups = self.groups.with_row(action, carrier);
        fill(text, |name| self.word(name, carrier, &groups))
    }

    /// A text of the rule: `{name}` is the name as written, `{value}` the value, `{1}` a group.
    pub(super) fn fill(&self, text: &str, carrier: &Carrier) -> String {
        fill(text, |name| self.word(name, carrier, &self.groups))
    }

    fn word(&self, name: &str, carrier: &Carrier, groups: &Groups) -> Option<String> {
        let of_unit = !matches!(self.member.role, MemberRole::Own(_));
        match name {
            "name" if of_unit => Some(carrier.shown().to_owned()),
            _ => word(name, carrier, groups),
        }
    }

    /// What the setting is called in a sentence.
    fn setting(&self, file: &LintedFile<'_>) -> Option<String> {
        let MemberRole::Setting(at) = self.member.role else { return None };
        Some(file.unit.settings.get(at)?.title().to_owned())
    }
}

/// A text of a rule with the name and value of `carrier` and the groups of the expression that found it.
pub(super) fn filled(text: &str, carrier: &Carrier, groups: &Groups) -> String {
    fill(text, |name| word(name, carrier, groups))
}

fn word(name: &str, carrier: &Carrier, groups: &Groups) -> Option<String> {
    match name {
        "name" => Some(carrier.written.clone()),
        "value" => Some(carrier.own_value().to_owned()),
        group => groups.get(group),
    }
}

impl Groups {
    /// With those of a row of `do` about `carrier`.
    pub(super) fn with_row(&self, action: &ActionRow, carrier: &Carrier) -> Self {
        let captures = fill::like(&action.when).and_then(|like| like.captures(carrier.own_value()));
        Self { row: captures.map(|it| fill::groups(&it)).unwrap_or_default(), ..self.clone() }
    }
}

/// Judges a unit by all rules. Selection comes last, so that a rule that is switched off never makes a half fix.
pub(super) fn judge(file: &LintedFile<'_>, registration: &Registration, unit: String) -> Judged {
    let around = circumstances(file, registration);
    let place = MatchSurroundings { file, product: &file.unit.product, guarded: false };
    let view = View::new(file.unit, registration, file.survey, around, &place);
    let rules = file.settings.catalogue.rules();
    let hits: Vec<Hit<'_>> = registration
        .members
        .iter()
        .filter_map(|member| rules.iter().find_map(|rule| hit(&view, rule, member)))
        .collect();
    if hits.is_empty() {
        return Judged::default();
    }
    let (apart, hits): (Vec<_>, Vec<_>) = hits.into_iter().partition(|hit| hit.rule.apart);
    let fix = fix(file, &view, registration, &hits, around);
    let of = |hit: &Hit<'_>, fix: &Result<Planned, Refusal>| {
        let selected = is_selected(file.settings, hit.rule);
        selected.then(|| finding(file, &view, hit, Some(&unit), around, fix)).flatten()
    };
    let mut findings: Vec<Finding> = hits.iter().filter_map(|hit| of(hit, &fix)).collect();
    for hit in &apart {
        let manual = manual(file, hit).map_or(Refusal::Unstated, Refusal::Rule);
        findings.extend(of(hit, &Err(manual)));
    }
    let hits: Vec<Hit<'_>> = hits.into_iter().chain(apart).collect();
    let fix = fix.ok().map(|fix| UnitFix { unit, safety: fix.safety, plan: fix.plan });
    let found = hits.iter().filter_map(|hit| Some((hit.rule.id.clone(), span(file, hit)?))).collect();
    let due = hits.iter().any(|hit| is_due(file.settings, hit.rule));
    Judged { findings, fix, found, due }
}

/// The name that was found.
fn span(file: &LintedFile<'_>, hit: &Hit<'_>) -> Option<Span> {
    let carrier = file.survey.carriers.get(hit.member.carrier)?;
    Some(file.documents.to_host(carrier.doc, carrier.name_span))
}

/// Judges what a rule found outside of registrations. Its fix is applied alone.
pub(super) fn judge_own(file: &LintedFile<'_>, own: &Own<'_>) -> Judged {
    let registration = &own.registration;
    let around = circumstances(file, registration);
    let guarded = own.is_guarded(file);
    if guarded && !guards::decides(own.rule) {
        return Judged::default();
    }
    let place = MatchSurroundings { file, product: &own.rule.product, guarded };
    let view = View::new(file.unit, registration, file.survey, around, &place);
    let Some(mut hit) = registration.members.iter().find_map(|member| hit(&view, own.rule, member)) else {
        return Judged::default();
    };
    let found = span(file, &hit).map(|span| (hit.rule.id.clone(), span)).into_iter().collect();
    if !is_selected(file.settings, hit.rule) || !is_due(file.settings, hit.rule) {
        return Judged { found, ..Judged::default() };
    }
    hit.groups = own.groups(hit.found, file.survey);
    let hits = [hit];
    let manual = hits.iter().find_map(|hit| manual(file, hit));
    let acts = hits.iter().any(|hit| {
        let view = view.of(hit.member);
        own.rule.actions.iter().any(|action| view.holds(&action.when))
    });
    let fix = match manual {
        None if acts => fix(file, &view, registration, &hits, around),
        None if !own.rule.actions.is_empty() => Err(Refusal::OtherCase),
        None => Err(Refusal::Unstated),
        Some(manual) => Err(Refusal::Rule(manual)),
    };
    let findings: Vec<Finding> =
        hits.iter().filter_map(|hit| finding(file, &view, hit, None, around, &fix)).collect();
    let group = findings.first().and_then(Finding::group);
    let fix = fix.ok().zip(group).map(|(fix, unit)| UnitFix { unit, safety: fix.safety, plan: fix.plan });
    Judged { findings, fix, found, due: true }
}

fn circumstances(file: &LintedFile<'_>, registration: &Registration) -> Circumstances {
    let markdown = registration
        .scopes
        .iter()
        .filter_map(|scope| file.survey.scopes.get(*scope))
        .any(|scope| file.documents.via(scope.doc).contains(&"markdown"));
    Circumstances {
        token_value: file.settings.token_value.is_some(),
        secret: named_secrets::of(file, registration),
        reader: named_secrets::reader(file, registration),
        in_chart: registration.any_scope(file.survey, |scope| {
            file.documents.get(scope.doc).is_some_and(|document| document.of_chart)
        }),
        old_never: origin::of(file, registration).is_some_and(|it| it.kind == OriginKind::Random),
        origin: origin::of(file, registration).map(|it| it.kind),
        names_old_variable: file.reads.names_old(),
        names_secret: named_secrets::naming(file, registration).is_some(),
        read_by_name: reasons::read_by_name(file, registration).is_some(),
        inherits: reasons::inherited(file, registration).is_some(),
        token_elsewhere: file.relations.token(registration).is_some(),
        new_token_elsewhere: file.new_token.is_some(),
        settings_elsewhere: file.has_loose_settings && registration.is_release(file.survey),
        own_chart: file.own_chart,
        pinned: file.reads.pinned().map(|(version, _)| version),
        markdown,
    }
}

fn hit<'a>(view: &View<'a>, rule: &'a Rule, member: &'a Member) -> Option<Hit<'a>> {
    let view = view.of(member);
    let found = view.matched(rule)?;
    let row = view.severity(rule).filter(|row| row.is != Level::Nothing)?;
    Some(Hit { rule, found, member, level: row.is, row, groups: Groups::default() })
}

/// Why there is no fix, as the rule says.
fn manual(file: &LintedFile<'_>, hit: &Hit<'_>) -> Option<String> {
    let manual = hit.found.manual.as_ref()?;
    let carrier = file.survey.carriers.get(hit.member.carrier);
    Some(carrier.map_or_else(|| manual.clone(), |carrier| hit.fill(manual, carrier)))
}

/// The fix of a unit, before it is given to its findings.
struct Planned {
    safety: Safety,
    cautions: Arc<[Caution]>,
    plan: fixes::EditPlan,
}

/// The fix of a unit: with all its findings, regardless of the selection.
fn fix(
    file: &LintedFile<'_>,
    view: &View<'_>,
    registration: &Registration,
    hits: &[Hit<'_>],
    around: Circumstances,
) -> Result<Planned, Refusal> {
    let accepted = hits.iter().find_map(|hit| {
        let suppression = file.suppressions.of(&hit.rule.id, span(file, hit)?)?;
        Some((file.survey.carriers.get(hit.member.carrier)?, suppression))
    });
    if let Some((carrier, suppression)) = accepted {
        let (name, line) = (carrier.shown().to_owned(), suppression.line);
        return Err(Refusal::SuppressedSibling { name, line });
    }
    let attempt = hits.iter().find_map(|hit| file.suppressions.attempt(&hit.rule.id, span(file, hit)?));
    if let Some(suppression) = attempt {
        return Err(Refusal::Mistaken { line: suppression.line });
    }
    if let Some(manual) = hits.iter().find_map(|hit| manual(file, hit)) {
        return Err(Refusal::Rule(manual));
    }
    let deselected =
        hits.iter().find(|hit| !is_selected(file.settings, hit.rule) || !is_due(file.settings, hit.rule));
    if let Some(hit) = deselected {
        return Err(Refusal::NotSelected { rule: hit.rule.id.clone() });
    }
    if registration.ambiguous {
        return Err(reasons::pieces(file, registration).unwrap_or(Refusal::SharedVariables));
    }
    if let Some((new, old)) = registration.alternatives(file.survey) {
        let named = |at: usize| file.survey.carriers.get(at).map(|it| (it.shown().to_owned(), file.line(it)));
        let (new, old) = (named(new).unwrap_or_default(), named(old).unwrap_or_default());
        return Err(Refusal::Alternatives { new, old });
    }
    let own = hits.first().map_or(&[][..], |hit| &hit.rule.safety);
    let verdict = view.safety(own);
    if verdict.is == Verdict::None {
        return Err(reasons::refusal(file, registration, &verdict));
    }
    let plan = fixes::plan(file, view, registration, hits).map_err(|refusal| {
        reasons::pieces(file, registration).unwrap_or_else(|| reasons::by_hand(file, view, hits, refusal))
    })?;
    let mut cautions = Vec::new();
    if verdict.is == Verdict::Unsafe {
        cautions = reasons::cautions(file, registration, &verdict);
    }
    cautions.extend(replaced(file, hits));
    cautions.extend(around.markdown.then_some(Caution::Markdown));
    // A comment next to a setting may say more than the setting.
    cautions.extend(plan.comment.clone().map(Caution::Comment));
    cautions.extend(plan.ends_with_return.then_some(Caution::CarriageReturn));
    let branch = branch(file, hits);
    let outside = outside(file, view, hits);
    let unsure = around.markdown
        || plan.comment.is_some()
        || plan.ends_with_return
        || branch.is_some()
        || outside.is_some();
    cautions.extend(branch);
    cautions.extend(outside);
    let safe = verdict.is == Verdict::Safe && !unsure;
    let safety = if safe { Safety::Safe } else { Safety::Unsafe };
    Ok(Planned { safety, cautions: cautions.into(), plan })
}

/// The template tag that decides whether what a custom rule found is there.
fn branch(file: &LintedFile<'_>, hits: &[Hit<'_>]) -> Option<Caution> {
    let own = hits.iter().filter(|hit| matches!(hit.member.role, MemberRole::Own(_)));
    let mut tags = own.filter_map(|hit| file.branch_tag(file.survey.carriers.get(hit.member.carrier)?));
    tags.next().map(|(tag, line)| Caution::Branch { tag, line })
}

/// Who may read a variable that a custom rule renames.
fn outside(file: &LintedFile<'_>, view: &View<'_>, hits: &[Hit<'_>]) -> Option<Caution> {
    hits.iter().find_map(|hit| {
        let own = matches!(hit.member.role, MemberRole::Own(_));
        let carrier =
            file.survey.carriers.get(hit.member.carrier).filter(|it| own && it.via == Via::Variable)?;
        let view = view.of(hit.member);
        let action = hit.rule.actions.iter().find(|action| view.holds(&action.when))?;
        action.rename.as_ref().and_then(|_| uses::outside(file, carrier))
    })
}

/// The variables that the text fills itself and that `--token-value` replaces.
fn replaced(file: &LintedFile<'_>, hits: &[Hit<'_>]) -> Vec<Caution> {
    let mut cautions = Vec::new();
    let old = hits.iter().filter(|hit| hit.member.role == MemberRole::Old);
    for hit in old.filter(|_| file.settings.token_value.is_some()) {
        let carrier = file.survey.carriers.get(hit.member.carrier);
        let opaque = |it: &&Carrier| it.value.kind == ValueKind::Opaque && it.value.known.is_none();
        let Some(carrier) = carrier.filter(opaque) else { continue };
        let Some(name) = expanded(&carrier.value.text) else { continue };
        if let Some((_, named)) = file.given_to(carrier.doc, name).first() {
            let at = file.documents.to_host(carrier.doc, *named).start();
            let line = file.source.position(at).line;
            cautions.push(Caution::Replaced { name: name.to_owned(), line });
        }
    }
    cautions
}

fn finding(
    file: &LintedFile<'_>,
    view: &View<'_>,
    hit: &Hit<'_>,
    unit: Option<&str>,
    around: Circumstances,
    fix: &Result<Planned, Refusal>,
) -> Option<Finding> {
    let carrier = file.survey.carriers.get(hit.member.carrier)?;
    let rule = hit.rule;
    if !is_due(file.settings, rule) {
        return None;
    }
    // A secret that is written out is one in prose too.
    let document = around.markdown && hit.found.literal.is_none();
    let severity = severity(file.settings, rule, hit.level, document)?;
    let seen = view.of(hit.member);
    let setting = hit.setting(file).unwrap_or_default();
    let say = |text: &str| {
        fill(text, |name| match name {
            "setting" => Some(setting.clone()),
            "new" | "old" => seen.slot_name(name),
            _ => hit
                .word(name, carrier, &hit.groups)
                .or_else(|| named_secrets::word(file, around.secret, name)),
        })
    };
    let label = hit.found.message.as_deref().or(hit.row.label.as_deref()).unwrap_or_default();
    let (fix, removes) = match fix {
        Ok(planned) => {
            let (fix, removes) = fix_of(file, view, hit, carrier, planned);
            (Ok(fix), removes)
        }
        Err(reason) => (Err(reason.clone()), None),
    };
    let span = span(file, hit)?;
    let Advice { help, url } = file.settings.catalogue.advice(rule);
    let own_help = hit.row.help.as_ref().or(hit.found.help.as_ref());
    let help = own_help.map_or(help, |own| own.as_str().into());
    let help = if help.contains('{') { say(&help).into() } else { help };
    let mut finding = Finding {
        rule: rule.id.clone(),
        severity,
        message: say(hit.found.summary.as_ref().unwrap_or(&rule.summary)),
        help,
        url,
        span,
        label: say(label),
        setting: setting.clone(),
        related: file.documents.places(carrier.doc),
        unit: unit.map(str::to_owned),
        via: file.documents.via(carrier.doc),
        fix,
        removes,
        structure: structure::path(file.documents, carrier.doc, carrier.name_span.start()),
        name: name_of(view, carrier, unit.is_some()),
        suppressed: false,
        justification: String::new(),
        baselined: false,
        fix_group: None,
    };
    if let Some(suppression) = file.suppressions.of(&rule.id, span) {
        suppression.accept(&mut finding);
    }
    Some(finding)
}

/// The fix of a finding, and the setting that it removes.
fn fix_of(
    file: &LintedFile<'_>,
    view: &View<'_>,
    hit: &Hit<'_>,
    carrier: &Carrier,
    Planned { safety, cautions, plan }: &Planned,
) -> (Fix, Option<RemovedSetting>) {
    let action = hit.rule.actions.iter().find(|action| view.of(hit.member).holds(&action.when));
    let mut message =
        action.map_or_else(String::new, |action| hit.fill_row(action, &action.message, carrier));
    if let Some(token) = plan.tokens.get(&hit.member.carrier) {
        message.push_str(&format!(" and set its value to `{token}`"));
    }
    // Null is not a string.
    let is_empty = carrier.value.kind == ValueKind::Empty;
    let value = if is_empty { String::new() } else { carrier.value.text.clone() };
    let removes = match hit.member.role {
        MemberRole::Setting(at) => file.unit.settings.get(at).map(|it| RemovedSetting {
            field: it.field.clone(),
            name: carrier.shown().to_owned(),
            title: it.title().to_owned(),
            value,
        }),
        _ => action.and_then(|action| action.plan.clone()).map(|field| RemovedSetting {
            name: field.clone(),
            field,
            title: String::new(),
            value,
        }),
    };
    let (safety, cautions, edits) = (*safety, Arc::clone(cautions), plan.edits.clone());
    (Fix { safety, cautions, message, edits, listed: true }, removes)
}

/// The name that a finding goes by in fingerprints.
fn name_of(view: &View<'_>, carrier: &Carrier, in_unit: bool) -> String {
    match carrier.via {
        _ if !in_unit => Mask::without_source(false).inserted(&carrier.written),
        // As it is written: the name of its site is not in the file.
        Via::Named => carrier.written.clone(),
        Via::Road => match view.road().and_then(|it| it.known_as.as_ref()) {
            Some(prefix) => format!("{prefix}{}", carrier.written.replace('_', "-")),
            None => carrier.written.clone(),
        },
        _ => carrier.name.clone(),
    }
}

/// Findings of rules that look for a literal anywhere in the file.
///
/// What a fix is to change is searched for in the texts of the file instead, if those were read.
pub(super) fn literals(settings: &Settings, active: &[&Rule], source: &Source, read: bool) -> Vec<Finding> {
    // Whether they are due is checked later: a suppression of them is needed in any case.
    let rules = active.iter().filter(|rule| is_selected(settings, rule));
    let rules = rules.filter(|rule| !read || !own::reads_texts(rule));
    let matches = rules.flat_map(|rule| rule.matches.iter().map(move |found| (*rule, found)));
    let literals = matches.filter_map(|(rule, found)| Some((rule, found, found.literal.as_ref()?.bytes()?)));
    let mut findings = Vec::new();
    let mut places: BTreeSet<(&str, Span)> = BTreeSet::new();
    for (rule, found, regex) in literals {
        let Some(row) = rule.severity.first() else { continue };
        let Some(severity) = severity(settings, rule, row.is, false) else { continue };
        let advice = settings.catalogue.advice(rule);
        let found_at = regex.captures_iter(source.bytes()).filter_map(|at| at.get(1).or_else(|| at.get(0)));
        // The first match of a rule in a place counts.
        let found_at = found_at.filter(|at| places.insert((rule.id.as_str(), Span::from(at.range()))));
        // One more shows that there are too many.
        findings.extend(found_at.take(super::MAX_FINDINGS + 1).map(|at| {
            Finding {
                rule: rule.id.clone(),
                severity,
                message: (found.summary.as_ref().unwrap_or(&rule.summary))
                    .replace("{name}", &String::from_utf8_lossy(at.as_bytes())),
                help: found.help.as_deref().map_or_else(|| advice.help.clone(), Into::into),
                url: advice.url.clone(),
                span: at.range().into(),
                label: found.message.clone().or_else(|| row.label.clone()).unwrap_or_default(),
                setting: String::new(),
                related: Vec::new(),
                unit: None,
                via: Vec::new(),
                fix: Err(found.manual.clone().map_or(Refusal::Unstated, Refusal::Rule)),
                removes: None,
                structure: String::new(),
                name: String::new(),
                suppressed: false,
                justification: String::new(),
                baselined: false,
                fix_group: None,
            }
        }));
    }
    findings
}

pub(super) fn is_selected(settings: &Settings, rule: &Rule) -> bool {
    settings.reports(&rule.id)
}

/// Whether the version to check against has a replacement for what the rule finds.
pub(super) fn is_due(settings: &Settings, rule: &Rule) -> bool {
    let replacement = rule.replacement_since.as_deref().and_then(version);
    settings.target(&rule.product).zip(replacement).is_none_or(|(target, replacement)| target >= replacement)
}

/// How severe a finding is: what the user sets for its rule; else in a `document` (prose with examples) info; else what the
/// rule sets, for the version to check against.
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
        settings.target(&rule.product).zip(disabled).is_some_and(|(target, disabled)| target < disabled);
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
