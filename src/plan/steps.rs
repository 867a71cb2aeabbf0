//! The steps of a migration, in order: create, store, change, deploy, verify, remove. The old runner is removed last.
//!
//! The text of a step is the same for each runner of its kind, so that a format can print it once; its parts are about one runner.

use super::commands::Commands;
use super::words::{Sentence, say, say_all};
use super::{Group, Need, PlannedRegistration, PlannedValue, SlotShown};
use crate::rules::{self, Class, UnitKind};
use crate::sites::{Road, Via};
use std::collections::BTreeSet;

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanStep {
    /// Its kind.
    pub what: Do,
    /// What to do.
    pub text: Sentence,
    /// What is specific to this runner: one part for each file or registration.
    pub parts: Vec<Sentence>,
}

/// Kinds of steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Do {
    /// Compare the settings with the existing runner.
    Compare,
    /// Create the runner in GitLab.
    Create,
    /// Store its token where the registration reads it.
    Store,
    /// Change the files.
    Change,
    /// Deploy the change.
    Deploy,
    /// Check that the runner works.
    Verify,
    /// Remove the old runner.
    Remove,
}

impl Do {
    /// Its name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compare => "compare",
            Self::Create => "create",
            Self::Store => "store",
            Self::Change => "change",
            Self::Deploy => "deploy",
            Self::Verify => "verify",
            Self::Remove => "remove",
        }
    }
}

/// The steps of the group with this number.
pub(super) fn of(number: usize, group: &Group, commands: &Commands) -> Vec<PlanStep> {
    let step = |what, text: &str, parts| PlanStep { what, text: say(text, &[]), parts };
    let changed = || {
        let has_command = group.entries.iter().any(|entry| entry.fix.is_ok());
        let half = matches!(group.need, Need::Create | Need::Check).then_some(TOGETHER).unwrap_or(CHANGE);
        let reach = if has_command { REACH } else { "" };
        step(Do::Change, &format!("{half}{reach}"), change(&group.entries, number, commands))
    };
    let deployed = || step(Do::Deploy, DEPLOY, each(group, deploy));
    let verified = || step(Do::Verify, VERIFY, verify(group));
    match group.need {
        Need::Create => vec![
            step(Do::Create, if group.is_self_made() { CREATED } else { CREATE }, create(group)),
            step(Do::Store, STORE, stored(group)),
            changed(),
            deployed(),
            verified(),
            step(Do::Remove, remove(group), Vec::new()),
        ],
        Need::Check => vec![step(Do::Compare, CHECK, check(group)), changed(), deployed(), verified()],
        Need::Exists => vec![step(Do::Compare, COMPARE, compare(group)), changed(), deployed(), verified()],
        Need::Elsewhere => vec![step(Do::Change, ELSEWHERE, change(&group.entries, number, commands))],
    }
}

const CREATE: &str = "Create the runner in GitLab (*New instance runner*, *New group runner* or *New project runner*, where the \
    old one belongs), or with `POST /api/v4/user/runners`, with its fields. GitLab shows the authentication token (`glrt-…`) \
    only once.";
const CREATED: &str = "Do not create this runner yourself: the changed file creates it, with these fields.";
const STORE: &str = "Store the token in a secret store or a masked CI/CD variable, not in the repository.";
const COMPARE: &str = "Compare the fields with the runner in GitLab, and set there what is missing. With an authentication token, \
    these settings in the files have no effect or stop the runner from starting.";
const CHECK: &str = "Check the token. If it always begins with `glrt-`, the runner exists: compare the fields with it. Otherwise, \
    create the runner with these fields and store its token first.";
const TOGETHER: &str = "Change the token and the settings in the same deployment: a runner with a new token and an old setting may \
    not start.";
const CHANGE: &str = "Change the files.";
const REACH: &str = " `runnerlint check --fix` changes all registrations of a file.";
const ELSEWHERE: &str =
    "This file sets no token: another file does. Migrate that file first, then change this one.";
const DEPLOY: &str = "Deploy the change.";
const VERIFY: &str = "Verify that the runner is online in GitLab and runs its jobs.";

/// A part for each registration, without repetitions.
fn each(group: &Group, part: impl Fn(&PlannedRegistration) -> Sentence) -> Vec<Sentence> {
    let mut seen = BTreeSet::new();
    group.entries.iter().map(part).filter(|sentence| seen.insert(sentence.clone())).collect()
}

fn create(group: &Group) -> Vec<Sentence> {
    let mut parts = Vec::new();
    if let Some(entry) = group.entries.iter().find(|entry| entry.is_self_made()) {
        parts.push(say("{} creates it once it is changed: do not create it yourself.", &[&entry.at()]));
    }
    if group.entries.iter().all(|entry| entry.kind == UnitKind::Secret) {
        parts.push(say(
            "No file here reads this Secret: copy the tags and other settings from the old runner in GitLab.",
            &[],
        ));
    }
    if group.entries.iter().any(|entry| !entry.unknowns.is_empty()) {
        let text =
            "Not all settings are visible in these files: compare the fields with the old runner in GitLab.";
        parts.push(say(text, &[]));
    }
    if group.entries.iter().any(|it| it.road.is_some_and(|road| road.unset.is_empty() && !road.registers)) {
        let text =
            "The defaults of the role are not known here: compare the fields with the old runner in GitLab.";
        parts.push(say(text, &[]));
    }
    if let Some((entry, (name, value))) =
        group.entries.iter().find_map(|entry| Some((entry, entry.repeated.as_ref()?)))
    {
        let text = "{} has {} ({}): it registers several runners. Create one for each, or one that all of them share.";
        parts.push(say(text, &[&entry.at(), name, &value.text]));
    }
    if group.own_entries().count() > 1 {
        let text = "One runner can serve all of these registrations if their tokens belong to the same project, group or instance.";
        parts.push(say(text, &[]));
    }
    parts
}

fn compare(group: &Group) -> Vec<Sentence> {
    let slots = || group.entries.iter().flat_map(|entry| &entry.slots);
    let expression =
        |slot: &SlotShown| slot.expression.clone().filter(|_| slot.class == Class::Opaque && !slot.old);
    let mut parts = Vec::new();
    if let Some(expression) = slots().find_map(expression) {
        let text = "The token comes from {}. If it begins with `glrt-`, the runner exists: do not create it. Otherwise, create the \
            runner first and store its token there.";
        parts.push(say(text, &[&expression]));
    } else {
        let known = slots().find(|slot| slot.class == Class::Glrt && slot.expression.is_some());
        parts.push(match known.and_then(|slot| Some((slot.position.line, slot.expression.as_deref()?))) {
            Some((line, expression)) => say(
                &format!("The runner exists: its token is {{}} (line {line}). Do not create it."),
                &[expression],
            ),
            None => say("The runner exists: do not create it.", &[]),
        });
    }
    if group.fields.is_empty() {
        parts.push(say("The files set no fields: keep those of the runner in GitLab.", &[]));
    }
    parts
}

/// What to find out before a runner is created: the new token may be empty when it is used.
fn check(group: &Group) -> Vec<Sentence> {
    let named = group.entries.iter().find_map(|entry| Some((entry.at(), entry.secret.as_ref()?)));
    if let Some((secret_in, (at, secret))) = group.secret_in.as_ref().zip(named) {
        let text = "A Secret {} with an authentication token is in {}. If it is the Secret that {} names, the runner exists: do not \
            create it.";
        return vec![say(text, &[&secret.text, secret_in, &at])];
    }
    let slots = || group.entries.iter().flat_map(|entry| &entry.slots).filter(|it| it.class > Class::Empty);
    let (new, old) = (slots().find(|slot| !slot.old), slots().find(|slot| slot.old));
    let name = |slot: Option<&SlotShown>| slot.map_or_else(String::new, |it| it.name.clone());
    let expression = new.and_then(|slot| slot.expression.clone()).unwrap_or_default();
    let text = "Check the token in {} ({}): where it is empty, {} is used.";
    vec![say(text, &[&name(new), &expression, &name(old)])]
}

/// The slot that shows where the token is today: one that is filled, the old one first.
fn slot(entry: &PlannedRegistration) -> Option<&SlotShown> {
    entry.slots.iter().max_by_key(|slot| (slot.class > Class::Empty, slot.old))
}

/// The variable, expression or Secret that the token comes from; `None` for a parameter, which each call gives.
pub(super) fn source(entry: &PlannedRegistration) -> Option<String> {
    let held = slot(entry).filter(|slot| slot.class > Class::Empty);
    let expression = held.and_then(|slot| slot.expression.clone()).filter(|it| !is_parameter(it));
    let secret = || entry.secret.as_ref().map(|it| it.text.clone()).filter(|it| !it.is_empty());
    let named = if held.is_none() { secret() } else { None };
    expression.or(named).or_else(|| entry.object.clone().filter(|_| entry.kind == UnitKind::Secret))
}

/// The name of the new token's option, key or variable.
fn new_name(via: Via) -> &'static str {
    rules::registration().new.names(via).next().map_or("", String::as_str)
}

/// Where the token goes. Of a Secret and what reads it, the Secret says so.
fn stored(group: &Group) -> Vec<Sentence> {
    let has_secret = group.entries.iter().any(|entry| entry.kind == UnitKind::Secret);
    let reads = |entry: &PlannedRegistration| {
        matches!(entry.kind, UnitKind::Chart | UnitKind::Operator)
            && entry.secret.is_some()
            && slot(entry).is_none_or(|slot| slot.class <= Class::Empty)
    };
    let mut seen = BTreeSet::new();
    let entries = group.entries.iter().filter(|entry| !(has_secret && reads(entry)));
    entries.map(store).filter(|sentence| seen.insert(sentence.clone())).collect()
}

fn store(entry: &PlannedRegistration) -> Sentence {
    let at = entry.at();
    if let Some(road) = entry.road {
        let mut codes = vec![at];
        let template = format!("{{}}: {}", quoted_in(&road.store, &mut codes));
        let template = format!("{template}.");
        return say_all(&template, &codes);
    }
    let secret = entry.secret.as_ref().map(|it| it.text.as_str()).filter(|it| !it.is_empty());
    let held = slot(entry).filter(|slot| slot.class > Class::Empty);
    let new = held.map_or("", |slot| new_name(slot.via));
    match (entry.kind, held, secret) {
        (UnitKind::Secret, _, _) => say(
            "Key {} of the Secret {} ({}). Keep {} there as an empty string.",
            &[
                new_name(Via::Secret),
                entry.object.as_deref().unwrap_or("runner secret"),
                &at,
                rules::registration().old.names(Via::Secret).next().map_or("", String::as_str),
            ],
        ),
        (UnitKind::Terraform, Some(slot), _) => say(
            "{}: the module has another argument than {} for an authentication token, for example \
             `preregistered_runner_token_ssm_parameter_name`.",
            &[&at, &slot.name],
        ),
        (UnitKind::Terraform, None, _) => {
            say("{}: the argument of the module for an authentication token.", &[&at])
        }
        (UnitKind::Chart | UnitKind::Operator, None, Some(secret)) => {
            say("Key {} of the Secret {}, which {} names.", &[new_name(Via::Secret), secret, &at])
        }
        (UnitKind::Chart, None, None) => {
            say("Chart value {}, or the Secret of the release ({}).", &[new_name(Via::Chart), &at])
        }
        (_, Some(slot), _) if slot.expression.as_deref().is_some_and(is_parameter) => say(
            "{}: {} (today {}) reads {}: pass the new token in each call.",
            &[&at, new, &slot.name, slot.expression.as_deref().unwrap_or_default()],
        ),
        (_, Some(slot), _) if slot.expression.is_some() => say(
            "{}: {} (today {}) reads {}: store the new token there.",
            &[&at, new, &slot.name, slot.expression.as_deref().unwrap_or_default()],
        ),
        (_, Some(slot), _) => say("{}: {} (today {} with a literal token).", &[&at, new, &slot.name]),
        (_, None, _) => say("{}: another file sets its token: store the new one there.", &[&at]),
    }
}

/// Whether an expression is a parameter of a script or a function: `$1`, `"${2}"`, `%1`.
fn is_parameter(expression: &str) -> bool {
    let name = expression.trim_matches(['"', '\'', '$', '{', '}', '%', '~']);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// How the files change: one command for each file of the plan, and manual edits.
pub(super) fn change(entries: &[PlannedRegistration], number: usize, commands: &Commands) -> Vec<Sentence> {
    let mut seen = BTreeSet::new();
    let mut parts = Vec::new();
    for entry in entries.iter().filter(|it| it.fix.is_ok() && seen.insert(it.path.as_str())) {
        parts.extend(commands.sentence(&entry.path, number));
    }
    parts.extend(entries.iter().filter_map(|entry| match (entry.road, &entry.fix) {
        (Some(road), _) => Some(by_road(entry, road)),
        (None, fix) => Some(manually(entry, fix.as_ref().err()?)),
    }));
    parts
}

/// How people change what a road makes.
fn by_road(entry: &PlannedRegistration, road: &Road) -> Sentence {
    let mut codes = vec![entry.at()];
    let by_hand = if entry.fix.is_ok() { "" } else { " manually" };
    let template = format!("{{}}{by_hand}: {}.", quoted_in(&road.change, &mut codes));
    say_all(&template, &codes)
}

/// Our words with a place for each code in backquotes, which goes to `codes`.
fn quoted_in(text: &str, codes: &mut Vec<String>) -> String {
    let mut template = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 0 {
            template.push_str(&part.replace("{}", ""));
        } else {
            template.push_str("{}");
            codes.push(part.to_owned());
        }
    }
    template
}

/// What the program does not change, and why.
fn manually(entry: &PlannedRegistration, reason: &str) -> Sentence {
    let mut template = "{} manually: ".to_owned();
    let mut codes = vec![entry.at()];
    let mut edits = Vec::new();
    for slot in entry.slots.iter().filter(|slot| slot.old && slot.class > Class::Empty) {
        let (new, line) = (new_name(slot.via), slot.position.line);
        codes.push(slot.name.clone());
        if new.is_empty() {
            edits.push(format!("remove {{}} (line {line})"));
        } else if slot.via == Via::Secret {
            // The chart mounts both keys.
            edits.push(format!("make {{}} (line {line}) an empty string, and set {{}}"));
            codes.push(new.to_owned());
        } else {
            edits.push(format!("replace {{}} (line {line}) with {{}}"));
            codes.push(new.to_owned());
        }
    }
    let lines = entry.settings.iter().map(|setting| format!("{{}} (line {})", setting.value.position.line));
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        edits.push(format!("remove {}", lines.join(", ")));
        codes.extend(entry.settings.iter().map(|setting| setting.name.clone()));
    }
    if edits.is_empty() {
        edits.push("change it".to_owned());
    }
    template.push_str(&edits.join("; "));
    if !reason.is_empty() {
        template.push_str(". Reason: ");
        // The reason is in our words, and may quote the file between backquotes.
        template.push_str(&quoted_in(reason, &mut codes));
    }
    template.push('.');
    say_all(&template, &codes)
}

fn deploy(entry: &PlannedRegistration) -> Sentence {
    say(&format!("{{}}: {}.", deployment(entry)), &[&entry.at()])
}

/// How a change to a registration of this kind is deployed: a clause without a full stop.
pub fn deployment(entry: &PlannedRegistration) -> &'static str {
    if let Some(road) = entry.road {
        return &road.deploy;
    }
    match entry.kind {
        UnitKind::Chart => "upgrade the release",
        UnitKind::Secret => "apply the Secret and restart the pods that read it",
        UnitKind::Operator => "apply the Runner resource",
        UnitKind::Config => "copy the file to the machine",
        UnitKind::Terraform => "apply the module",
        UnitKind::Road => "deploy the change",
        UnitKind::Environment => "recreate the container or restart the service, so that it registers again",
        UnitKind::Command => {
            "register again on each machine; keep the old entry in config.toml until the new runner works"
        }
    }
}

fn verify(group: &Group) -> Vec<Sentence> {
    let tags = group.fields.iter().find(|field| field.name == "tag_list").map(|field| &field.value);
    let paused = group.fields.iter().find(|field| field.name == "paused").map(|field| &field.value);
    let first = match paused {
        Some(PlannedValue::Flag(true)) => {
            "The runner is paused and takes no jobs: resume it in GitLab first."
        }
        Some(PlannedValue::FillIn(_)) => "If the runner is paused, resume it in GitLab first.",
        _ => "",
    };
    let mut parts: Vec<Sentence> =
        Some(first).filter(|it| !it.is_empty()).map(|it| say(it, &[])).into_iter().collect();
    if let Some(PlannedValue::List(tags)) = tags {
        parts.push(say("Run a job with the tags {}.", &[&tags.join(", ")]));
    }
    parts
}

fn remove(group: &Group) -> &'static str {
    if let Some(own) = group.entries.iter().find_map(|entry| entry.road?.remove.as_deref()) {
        return own;
    }
    if group.entries.iter().any(|entry| entry.kind == UnitKind::Command) {
        "Remove the old runner: run `gitlab-runner unregister --name NAME` on each machine (if both entries have that name, use \
         `--url` and `--token` of the old one), then delete the runner in GitLab if it is still listed."
    } else {
        "Remove the old runner: delete it in GitLab when the new one works."
    }
}
