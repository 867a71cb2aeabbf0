//! The migration plan: which runners to create in GitLab before the registrations in the files can be removed, and the steps for
//! each, in order. A pure function of the registrations; tokens are masked in all of it.
//!
//! A plan contains all registrations, regardless of selected rules and suppressions: what a later fix removes must not depend on
//! what was reported.

mod commands;
mod fingerprints;
mod group;
mod nested;
mod shared;
mod steps;
mod value;
pub mod words;

pub use steps::{Do, PlanStep, deployment};
pub use value::PlannedValue;

use crate::finding::{Finding, Fix, Linted, Refusal, Safety};
use crate::mask::Mask;
use crate::repository::Repository;
use crate::rules::{self, Class, UnitKind};
use crate::sites::{Replacement, Road, Via};
use crate::text::{Position, Source};
use crate::unit::{FoundUnit, Held, SourcedValue, UnknownPlace};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use words::Sentence;

/// The language of documents whose samples are not registrations.
const MARKDOWN: &str = "markdown";

/// How far the migration of a registration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlannedState {
    /// It uses a registration token, or has settings that only registration with one uses.
    Legacy,
    /// It has a registration token and an authentication token.
    Mixed,
    /// Its runner exists: only names or settings of the legacy workflow are left.
    Exists,
}

impl PlannedState {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Legacy, Self::Mixed, Self::Exists];

    /// Its name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Legacy => "legacy",
            Self::Mixed => "mixed",
            Self::Exists => "exists",
        }
    }

    /// The state of a registration in a group with that need; `None` where another file sets its token.
    fn of(entry: &PlannedRegistration, need: Need) -> Option<Self> {
        let holds = |old: bool, classes: &[Class]| {
            entry.slots.iter().any(|slot| slot.old == old && classes.contains(&slot.class))
        };
        let has_old = holds(true, &[Class::Legacy, Class::Opaque, Class::Other]);
        let has_new = holds(false, &[Class::Glrt, Class::Registered, Class::Opaque, Class::Other]);
        match need {
            Need::Create => Some(Self::Legacy),
            _ if has_old && has_new => Some(Self::Mixed),
            Need::Exists => Some(Self::Exists),
            Need::Check | Need::Elsewhere => None,
        }
    }
}

/// A file whose registrations belong to the plan.
#[derive(Debug)]
pub struct PlannedFile<'a> {
    /// `/`-separated, as shown.
    pub path: &'a str,
    /// Its text.
    pub source: &'a Source,
    /// Its findings and registrations.
    pub linted: &'a Linted,
    /// How its tokens are hidden.
    pub mask: Mask,
    /// The words for a refusal.
    pub refusal: fn(&Refusal) -> String,
    /// Its repository: registrations of different ones share no runner.
    pub repository: Option<&'a Arc<Repository>>,
}

/// The plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationPlan {
    /// Registrations, grouped by the runner that they need: those to create first.
    pub groups: Vec<Group>,
    /// Places that are not a registration of a known form: they must be changed manually.
    pub by_hand: Vec<OtherPlace>,
    /// Samples in documents: there is no runner to create for them.
    pub documentation: Documentation,
}

/// Samples in documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Documentation {
    /// Registrations.
    pub entries: Vec<PlannedRegistration>,
    /// Other places.
    pub places: Vec<OtherPlace>,
}

impl Documentation {
    /// How many places there are.
    pub fn len(&self) -> usize {
        self.entries.len() + self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What to do with the entries.
    pub fn steps(&self) -> Vec<Sentence> {
        steps::change(&self.entries, 0, &commands::Commands::of_samples(&self.entries))
    }
}

/// What a group needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A runner has to be created.
    Create,
    /// To be checked: the token comes from an expression, and where that is empty, the registration token is used.
    Check,
    /// Its runner was created or registered before: the token in the file is an authentication token, or may be one.
    Exists,
    /// Nothing: the token is empty, and another file sets it.
    Elsewhere,
}

impl Need {
    /// Its name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Check => "check",
            Self::Exists => "exists",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// Registrations that one runner can serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they need.
    pub need: Need,
    /// The address of GitLab.
    pub url: Option<Shown>,
    /// The fields of the runner, in the order of the rules' data.
    pub fields: Vec<Field>,
    /// The registrations, by path and place.
    pub entries: Vec<PlannedRegistration>,
    /// Its first file; where another group of the plan begins in the same file, the place in it too.
    pub origin: String,
    /// Where another file has a Secret of the name that its token comes from, with the token of a runner.
    pub secret_in: Option<String>,
    /// Numbers (from 1) of other groups to create that differ in the description only.
    pub alike: Vec<usize>,
    /// The steps, in order.
    pub steps: Vec<PlanStep>,
}

/// A field of `POST /user/runners`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The argument of `gitlab_user_runner`.
    pub argument: &'static str,
    /// Its value.
    pub value: PlannedValue,
    /// Whose default it is, where no file sets it: "default of `register`".
    pub default: Option<&'static str>,
    /// Remarks.
    pub notes: Vec<&'static str>,
    /// Whether it is a time in seconds.
    pub seconds: bool,
}

/// One registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRegistration {
    /// The unit, as its findings name it.
    pub unit: String,
    /// The file, as shown.
    pub path: String,
    /// Where it begins.
    pub position: Position,
    /// What it is.
    pub kind: UnitKind,
    /// The road that makes it.
    pub road: Option<&'static Road>,
    /// How far its migration is; `None` where another file sets its token, and for samples.
    pub state: Option<PlannedState>,
    /// The repository of its file.
    pub repository: Option<Arc<Repository>>,
    /// Languages from the file's own to the innermost.
    pub via: Vec<&'static str>,
    /// What it is in.
    pub place: Option<String>,
    /// The name of the Kubernetes object that it is part of.
    pub object: Option<String>,
    /// Places that cannot be read as plain values and that may give it a token or a setting; tokens hidden.
    pub unknowns: Vec<UnknownPlace>,
    /// The name of the runner.
    pub description: Option<Shown>,
    /// What runs its jobs.
    pub executor: Option<Shown>,
    /// The address of GitLab.
    pub url: Option<Shown>,
    /// The Secret that contains the token.
    pub secret: Option<Shown>,
    /// What makes several runners of it: a name, and its value.
    pub repeated: Option<(&'static str, Shown)>,
    /// Its server-side settings, all of them, empty ones too.
    pub settings: Vec<SettingShown>,
    /// Settings that are written inside it, where they have no effect: keys of config.toml in the values of a chart.
    pub without_effect: Vec<WithoutEffect>,
    /// Its token options, keys and variables.
    pub slots: Vec<SlotShown>,
    /// Its fix, or why there is none.
    pub fix: Result<Safety, String>,
    /// What identifies it together with the fields of its runner, regardless of lines before it: 32 hexadecimal digits, unique in
    /// a plan. Empty for samples.
    pub fingerprint: String,
}

/// A value to show: tokens hidden, control characters still in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The literal that is used, or the expression.
    pub text: String,
    /// Whether it is an expression that must be filled in.
    pub opaque: bool,
    /// The expression in the file, where `text` is its value.
    pub written: Option<String>,
    /// Where it is.
    pub position: Position,
}

/// A setting of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingShown {
    /// The field of `POST /user/runners`.
    pub field: &'static str,
    /// Its name in the file: `runners.tags`.
    pub name: String,
    /// Its value.
    pub value: Shown,
    /// Whether another one of the registration overrides it.
    pub overridden: bool,
}

/// A setting that has no effect where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithoutEffect {
    /// The unit, as its findings name it.
    pub unit: String,
    /// The setting.
    pub setting: SettingShown,
    /// The embedded document that it is in, as the place is called in words.
    pub place: String,
}

/// A token option, key or variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotShown {
    /// Whether it is that of a registration token.
    pub old: bool,
    /// What carries it.
    pub via: Via,
    /// Its name as written.
    pub name: String,
    /// What it contains.
    pub class: Class,
    /// The expression that it contains; `None` for a literal.
    pub expression: Option<String>,
    /// Where it is.
    pub position: Position,
}

/// A finding that is not a registration of a known form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherPlace {
    /// The rule.
    pub rule: String,
    /// The file, as shown.
    pub path: String,
    /// Where.
    pub position: Position,
    /// What is wrong; our words, which may quote the file between backquotes.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// The plan for all registrations of `files`. Findings of custom rules are part of it only in registrations.
pub fn of<'a>(files: impl IntoIterator<Item = PlannedFile<'a>>) -> MigrationPlan {
    let mut waiting = Vec::new();
    let mut by_hand = Vec::new();
    let mut documentation = Documentation::default();
    for file in files {
        let fixes = fixes(&file.linted.findings);
        let fix = |unit: &FoundUnit| fixes.get(unit.name.as_str()).copied();
        let nested = nested::of(&file.linted.units);
        for (index, unit) in file.linted.units.iter().enumerate() {
            if unit.via.contains(&MARKDOWN) {
                documentation.entries.push(PlannedRegistration::of(&file, unit, fix(unit)));
            } else if !nested.is_inside(index) {
                let inside = nested.inside(index).filter_map(|at| file.linted.units.get(at));
                let without_effect = inside.flat_map(|it| without_effect(&file, it)).collect();
                waiting.push(group::Waiting::of(&file, unit, fix(unit), without_effect));
            }
        }
        let place = |finding: &Finding| OtherPlace {
            rule: finding.rule.clone(),
            path: file.path.to_owned(),
            position: file.source.position(finding.span.start()),
            message: file.mask.prose(&finding.message),
            help: file.mask.prose(&finding.help),
        };
        let concerns = |rule: &str| rule != rules::UNUSED_SUPPRESSION && rules::is_built_in(rule);
        let apart = file.linted.findings.iter().filter(|it| it.unit.is_none() && concerns(&it.rule));
        for finding in apart {
            let is_sample = finding.via.contains(&MARKDOWN);
            if is_sample { &mut documentation.places } else { &mut by_hand }.push(place(finding));
        }
    }
    MigrationPlan { groups: group::groups(waiting), by_hand, documentation }
}

/// The fix of each registration, or why there is none: a reason of its own rather than that of another finding.
fn fixes(findings: &[Finding]) -> BTreeMap<&str, &Result<Fix, Refusal>> {
    let rank = |fix: &Result<Fix, Refusal>| match fix {
        Ok(_) => 0,
        Err(Refusal::Together { .. } | Refusal::Unstated) => 1,
        Err(_) => 2,
    };
    let mut fixes: BTreeMap<&str, &Result<Fix, Refusal>> = BTreeMap::new();
    for finding in findings {
        let Some(unit) = finding.unit.as_deref() else { continue };
        let fix = fixes.entry(unit).or_insert(&finding.fix);
        if rank(&finding.fix) > rank(fix) {
            *fix = &finding.fix;
        }
    }
    fixes
}

impl Group {
    /// Whether a file creates the runner by itself, once it is changed.
    pub fn is_self_made(&self) -> bool {
        self.entries.iter().any(PlannedRegistration::is_self_made)
    }

    /// The repository of its registrations.
    pub fn repository(&self) -> Option<&Repository> {
        self.entries.first()?.repository.as_deref()
    }

    /// Whether all its registrations are resources, which another resource replaces.
    pub fn is_resource(&self) -> bool {
        let is_resource = |entry: &PlannedRegistration| {
            entry.road.is_some_and(|it| it.replacement == Some(Replacement::Resource))
        };
        self.entries.iter().all(is_resource)
    }

    /// Its registrations without Secrets that another one of them reads: such a Secret is a part of that one.
    pub fn own_entries(&self) -> impl Iterator<Item = &PlannedRegistration> {
        let only_secrets = self.entries.iter().all(|entry| entry.kind == UnitKind::Secret);
        self.entries.iter().filter(move |entry| only_secrets || entry.kind != UnitKind::Secret)
    }

    /// What the runner is called in GitLab: its description or, where the files set none, its origin. `None` where the description
    /// is an expression.
    pub fn description(&self) -> Option<&str> {
        match self.fields.iter().find(|field| field.name == "description").map(|field| &field.value) {
            Some(PlannedValue::Text(text)) => Some(text),
            Some(_) => None,
            None => Some(&self.origin),
        }
    }
}

impl MigrationPlan {
    /// All registrations, samples in documents included.
    pub fn entries(&self) -> impl Iterator<Item = &PlannedRegistration> {
        self.groups.iter().flat_map(|group| &group.entries).chain(&self.documentation.entries)
    }

    /// Whether its registrations are in more than one repository.
    pub fn has_repositories(&self) -> bool {
        self.groups.windows(2).any(|pair| matches!(pair, [a, b] if a.repository() != b.repository()))
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.by_hand.is_empty() && self.documentation.is_empty()
    }

    /// Its counts in one line.
    pub fn summary(&self) -> String {
        if self.is_empty() {
            return "No registration was found.".to_owned();
        }
        let entries = |need: Need| {
            let groups = self.groups.iter().filter(|group| group.need == need);
            groups.map(|group| group.entries.len()).sum::<usize>()
        };
        let count = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        let all: usize = self.groups.iter().map(|group| group.entries.len()).sum();
        let runners = self.groups.iter().filter(|group| group.need == Need::Create).count();
        let mut out = format!("{}: {} to create", count(all, "registration"), count(runners, "runner"));
        if entries(Need::Check) > 0 {
            out.push_str(&format!(", {} to check", entries(Need::Check)));
        }
        if entries(Need::Exists) > 0 {
            out.push_str(&format!(", {} with a runner that exists", entries(Need::Exists)));
        }
        if entries(Need::Elsewhere) > 0 {
            out.push_str(&format!(", {} whose token another file sets", entries(Need::Elsewhere)));
        }
        if !self.by_hand.is_empty() {
            out.push_str(&format!("; {} to change", count(self.by_hand.len(), "other place")));
        }
        if !self.documentation.is_empty() {
            let places = count(self.documentation.len(), "place");
            out.push_str(&format!("; {places} in documentation to update"));
        }
        out + "."
    }
}

impl Shown {
    fn of(given: &SourcedValue, mask: &Mask) -> Self {
        let literal = given.literal();
        Self {
            text: mask.inserted(literal.unwrap_or(&given.text)),
            opaque: literal.is_none(),
            written: given.known.as_ref().map(|_| mask.inserted(&given.text)),
            position: given.position,
        }
    }
}

/// Facts that make several runners of one registration.
const REPEATS: &[&str] = &["count", "for_each"];

/// The settings of a unit.
fn settings(file: &PlannedFile<'_>, unit: &FoundUnit) -> Vec<SettingShown> {
    let shown = |held: &Held| {
        let setting = rules::registration().settings.get(held.setting)?;
        let mut value = Shown::of(&held.given, &file.mask);
        // `active: true` is shown as it is written, although it means `paused: false`.
        if !held.given.opaque
            && let Some(written) = value.written.take()
        {
            value.text = written;
        }
        let name = held.name.clone();
        Some(SettingShown { field: &setting.field, name, value, overridden: false })
    };
    unit.settings.iter().filter_map(shown).collect()
}

fn without_effect(file: &PlannedFile<'_>, unit: &FoundUnit) -> Vec<WithoutEffect> {
    let place = unit.place.clone().unwrap_or_default();
    let one = |setting| WithoutEffect { unit: unit.name.clone(), setting, place: place.clone() };
    settings(file, unit).into_iter().map(one).collect()
}

impl PlannedRegistration {
    fn of(file: &PlannedFile<'_>, unit: &FoundUnit, fix: Option<&Result<Fix, Refusal>>) -> Self {
        let about = |fact: &str| unit.about(fact).map(|given| Shown::of(given, &file.mask));
        let hide = |text: &String| file.mask.inserted(text);
        Self {
            unit: unit.name.clone(),
            path: file.path.to_owned(),
            position: unit.position,
            kind: unit.kind,
            road: unit.road,
            state: None,
            repository: file.repository.cloned(),
            via: unit.via.clone(),
            place: unit.place.clone(),
            object: unit.object.as_ref().map(hide),
            unknowns: unit
                .unknowns
                .iter()
                .map(|place| place.map_text(&|text| file.mask.inserted(text)))
                .collect(),
            description: about("description"),
            executor: about("executor"),
            url: about("url"),
            secret: about("secret"),
            repeated: REPEATS.iter().find_map(|fact| Some((*fact, about(fact)?))),
            settings: settings(file, unit),
            without_effect: Vec::new(),
            slots: unit
                .slots
                .iter()
                .map(|slot| SlotShown {
                    old: slot.old,
                    via: slot.via,
                    name: slot.written.clone(),
                    class: slot.class,
                    expression: slot.given.opaque.then(|| hide(&slot.given.text)),
                    position: slot.given.position,
                })
                .collect(),
            fix: match fix {
                Some(Ok(fix)) => Ok(fix.safety),
                Some(Err(refusal)) => Err(file.mask.prose(&(file.refusal)(refusal))),
                None => Err((file.refusal)(&Refusal::RulesNotSelected)),
            },
            fingerprint: String::new(),
        }
    }

    /// What distinguishes its repository from others, ordered as their directories.
    fn repository_key(&self) -> Option<PathBuf> {
        self.repository.as_ref().map(|it| it.root.clone())
    }

    /// Whether its file creates the runner by itself, once it is changed.
    pub fn is_self_made(&self) -> bool {
        self.road.is_some_and(|road| road.creates)
    }

    /// `path:line`.
    pub fn at(&self) -> String {
        format!("{}:{}", self.path, self.position.line)
    }
}
