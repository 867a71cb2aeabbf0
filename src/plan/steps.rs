//! What a person does, in order: create, store, change, deploy, verify, remove. The old runner goes last.

use super::words::{Sentence, argument, say};
use super::{Entry, Group, Need, SlotShown};
use crate::finding::Safety;
use crate::rules::{self, Class, UnitKind};
use crate::sites::Via;
use std::collections::{BTreeMap, BTreeSet};

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What kind of thing is done.
    pub what: Do,
    /// What is done.
    pub text: Sentence,
    /// The same for each file or registration, where there are several.
    pub parts: Vec<Sentence>,
}

/// Kinds of steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Do {
    /// Look at the runner that exists.
    Compare,
    /// Create the runner on the server.
    Create,
    /// Put its token where the registration reads it.
    Store,
    /// Change the files.
    Change,
    /// Bring the change to the machines.
    Deploy,
    /// See that it works.
    Verify,
    /// Take away what is left of the old runner.
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

pub(super) fn of(group: &Group) -> Vec<Step> {
    let step = |what, text, parts| Step { what, text, parts };
    match group.need {
        Need::Create => vec![
            step(Do::Create, create(group), Vec::new()),
            step(Do::Store, say(STORE, &[]), each(group, store)),
            step(Do::Change, changes(CHANGE, group), change(&group.entries)),
            step(Do::Deploy, say("Deploy the change.", &[]), each(group, deploy)),
            step(Do::Verify, verify(group), Vec::new()),
            step(Do::Remove, remove(group), Vec::new()),
        ],
        Need::Check => vec![
            step(Do::Compare, check(group), Vec::new()),
            step(Do::Change, changes(CHANGE, group), change(&group.entries)),
            step(Do::Deploy, say("Deploy the change.", &[]), each(group, deploy)),
            step(Do::Verify, verify(group), Vec::new()),
        ],
        Need::Exists => vec![
            step(Do::Compare, compare(group), Vec::new()),
            step(Do::Change, changes("Change the files.", group), change(&group.entries)),
            step(Do::Deploy, say("Deploy the change.", &[]), each(group, deploy)),
            step(Do::Verify, verify(group), Vec::new()),
        ],
        Need::Elsewhere => vec![step(Do::Change, say(ELSEWHERE, &[]), change(&group.entries))],
    }
}

const STORE: &str = "Store the new token (`glrt-…`), out of the repository.";
const CHANGE: &str = "Change the files, at the same time as the token: a runner with the new token and one of the old \
    settings may not start.";
const ELSEWHERE: &str = "The place of the token is empty here, so another file fills it. When that one is migrated, take the old \
    name out here, or give it its new name.";

/// A part for each registration, each thing said once.
fn each(group: &Group, part: impl Fn(&Entry) -> Sentence) -> Vec<Sentence> {
    let mut said = BTreeSet::new();
    group.entries.iter().map(part).filter(|sentence| said.insert(sentence.clone())).collect()
}

fn create(group: &Group) -> Sentence {
    let mut text = "Create the runner in GitLab (*New instance*, *group* or *project runner*, where the old one belongs), or with \
        `POST /api/v4/user/runners`, with the fields above. GitLab shows its token (`glrt-…`) once."
        .to_owned();
    if group.entries.iter().all(|entry| entry.kind == UnitKind::Secret) {
        text.push_str(
            " No registration that reads this Secret was found: take tags and the like from the old runner in GitLab.",
        );
    }
    if group.entries.iter().any(|entry| !entry.unknowns.is_empty()) {
        text.push_str(" Part of the registration cannot be seen here: it may have more settings, look at the old runner.");
    }
    if group.entries.len() > 1 {
        text.push_str(
            " One runner can serve all registrations above, if their tokens belong to the same project, group or instance.",
        );
    }
    say(&text, &[])
}

fn compare(group: &Group) -> Sentence {
    let opaque = group.entries.iter().flat_map(|entry| &entry.slots).find_map(|slot| {
        let variable = slot.class == Class::Opaque && !slot.old;
        slot.expression.as_deref().filter(|_| variable)
    });
    let compare = if group.fields.is_empty() {
        "The settings of the runner in GitLab stay as they are."
    } else {
        "Compare the fields above with the runner in GitLab and set there what is missing: what the file says has no effect on a \
         runner with an authentication token, or stops its start."
    };
    match opaque {
        Some(expression) => say(
            &format!(
                "The token comes from {{}}. If it begins with `glrt-`, the runner exists: nothing has to be created. Otherwise \
                 create the runner first and store its token there. {compare}"
            ),
            &[expression],
        ),
        None => exists(group, compare),
    }
}

fn exists(group: &Group, compare: &str) -> Sentence {
    let known = |slot: &&SlotShown| slot.class == Class::Glrt && slot.expression.is_some();
    let slot = group.entries.iter().flat_map(|entry| &entry.slots).find(known);
    let Some((slot, expression)) = slot.and_then(|slot| Some((slot, slot.expression.as_deref()?))) else {
        return say(&format!("The runner exists: nothing has to be created. {compare}"), &[]);
    };
    let line = slot.position.line;
    say(
        &format!("The runner exists: its token is {{}} (line {line}). Nothing has to be created. {compare}"),
        &[expression],
    )
}

/// What to find out before anything is created: the new token may be empty when it is used.
fn check(group: &Group) -> Sentence {
    let slots = || group.entries.iter().flat_map(|entry| &entry.slots).filter(|it| it.class > Class::Empty);
    let (new, old) = (slots().find(|slot| !slot.old), slots().find(|slot| slot.old));
    let name = |slot: Option<&SlotShown>| slot.map_or_else(String::new, |it| it.name.clone());
    let expression = new.and_then(|slot| slot.expression.clone()).unwrap_or_default();
    say(
        "Check the token in {} ({}): where it is empty, {} is used. If it always contains a `glrt-` token, the runner exists: compare \
         the fields above with it. Otherwise create the runner with these fields first and store its token there.",
        &[&name(new), &expression, &name(old)],
    )
}

/// The slot that says where the token stands today: one that is filled, the old one first.
fn slot(entry: &Entry) -> Option<&SlotShown> {
    entry.slots.iter().max_by_key(|slot| (slot.class > Class::Empty, slot.old))
}

/// How the new token's place is called by what carries it.
fn new_name(via: Via) -> &'static str {
    rules::registration().new.names(via).next().map_or("", String::as_str)
}

fn store(entry: &Entry) -> Sentence {
    let at = entry.at();
    let secret = entry.secret.as_ref().map(|it| it.text.as_str()).filter(|it| !it.is_empty());
    let held = slot(entry).filter(|slot| slot.class > Class::Empty);
    let new = held.map_or("", |slot| new_name(slot.via));
    let name = |it: &SlotShown| it.name.clone();
    match (entry.kind, held, secret) {
        (UnitKind::Secret, _, _) => say(
            "Key {} of the Secret {} ({}); {} stays there as an empty string.",
            &[
                new_name(Via::Secret),
                entry.object.as_deref().unwrap_or("runner secret"),
                &at,
                rules::registration().old.names(Via::Secret).next().map_or("", String::as_str),
            ],
        ),
        (UnitKind::Terraform, _, _) => say(
            "{}: the module takes an authentication token in another argument than {} (see its documentation, for instance \
             `preregistered_runner_token_ssm_parameter_name`).",
            &[&at, &held.map_or_else(|| "the old one".to_owned(), name)],
        ),
        (UnitKind::Chart | UnitKind::Operator, None, Some(secret)) => {
            say("Key {} of the Secret {}, which {} names.", &[new_name(Via::Secret), secret, &at])
        }
        (UnitKind::Chart, None, None) => {
            say("Chart value {}, or the Secret of the release ({}).", &[new_name(Via::Chart), &at])
        }
        (_, Some(slot), _) if slot.expression.is_some() => say(
            "{}: {} (today {}) reads {}: put the new token there.",
            &[&at, new, &slot.name, slot.expression.as_deref().unwrap_or_default()],
        ),
        (_, Some(slot), _) => say(
            "{}: {} (today {}, with the token written out). Keep the new one in a secret store or a masked variable.",
            &[&at, new, &slot.name],
        ),
        (_, None, _) => say("{}: its token is given somewhere else; put the new one there.", &[&at]),
    }
}

/// What is done in the files; what its commands change, where a command follows.
fn changes(text: &str, group: &Group) -> Sentence {
    let fixable = group.entries.iter().any(|entry| entry.fix.is_ok());
    let reach = if fixable { " A command below changes every registration of its file." } else { "" };
    say(&format!("{text}{reach}"), &[])
}

/// What changes the files: one part for each file and kind of fix.
pub(super) fn change(entries: &[Entry]) -> Vec<Sentence> {
    // `Unsafe` is the smaller one.
    let mut fixable: BTreeMap<&str, Safety> = BTreeMap::new();
    let mut parts = Vec::new();
    for entry in entries {
        match &entry.fix {
            Ok(safety) => {
                let worst = fixable.entry(&entry.path).or_insert(*safety);
                *worst = (*worst).min(*safety);
            }
            Err(reason) => parts.push(by_hand(entry, reason)),
        }
    }
    let command = |(path, safety): (&str, Safety)| {
        let options = match safety {
            Safety::Safe => "--fix",
            Safety::Unsafe => "--fix --unsafe-fixes",
        };
        say("{}", &[&format!("runnerlint check {options} {}", argument(path))])
    };
    fixable.into_iter().map(command).chain(parts).collect()
}

/// What the program does not change, and why.
fn by_hand(entry: &Entry, reason: &str) -> Sentence {
    let mut template = "{} by hand".to_owned();
    let mut codes = vec![entry.at()];
    for slot in entry.slots.iter().filter(|slot| slot.old && slot.class > Class::Empty) {
        let (new, line) = (new_name(slot.via), slot.position.line);
        if new.is_empty() {
            template.push_str(&format!(": take out {{}} (line {line})"));
        } else {
            template.push_str(&format!(": give {{}} instead of {{}} (line {line})"));
            codes.push(new.to_owned());
        }
        codes.push(slot.name.clone());
    }
    for (index, setting) in entry.settings.iter().enumerate() {
        let line = setting.value.position.line;
        template.push_str(if index == 0 { "; take out " } else { ", " });
        template.push_str(&format!("{{}} (line {line})"));
        codes.push(setting.name.clone());
    }
    template.push_str(". Why: ");
    // The reason is ours, and may quote the file between backquotes.
    let mut parts = reason.split('`');
    template.push_str(&parts.next().unwrap_or_default().replace("{}", ""));
    for (index, part) in parts.enumerate() {
        if index % 2 == 0 {
            template.push_str("{}");
            codes.push(part.to_owned());
        } else {
            template.push_str(&part.replace("{}", ""));
        }
    }
    template.push('.');
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    say(&template, &codes)
}

fn deploy(entry: &Entry) -> Sentence {
    match entry.kind {
        UnitKind::Chart => say("Upgrade the release ({}).", &[&entry.at()]),
        UnitKind::Secret => say(
            "Apply the Secret {} and restart the pods that read it.",
            &[entry.object.as_deref().unwrap_or(&entry.unit)],
        ),
        UnitKind::Operator => say("Apply the Runner resource ({}).", &[&entry.at()]),
        UnitKind::Config => say("Bring the file to the machine ({}).", &[&entry.at()]),
        UnitKind::Terraform => say("Apply the module ({}).", &[&entry.at()]),
        UnitKind::Environment => say(
            "{}: start the container or the service anew, so that it registers with the new token.",
            &[&entry.at()],
        ),
        UnitKind::Command => say(
            "{}: run the registration again on each machine; the old one stays in config.toml beside it until the new one works.",
            &[&entry.at()],
        ),
    }
}

fn remove(group: &Group) -> Sentence {
    let machines = "On each machine, take the old runner out (`gitlab-runner unregister --name NAME`). ";
    let on_machines = group.entries.iter().any(|entry| entry.kind == UnitKind::Command);
    let text = "Delete the old runner in GitLab. When the last registration is migrated, reset the registration token and switch \
        registration tokens off.";
    say(&format!("{}{text}", if on_machines { machines } else { "" }), &[])
}

fn verify(group: &Group) -> Sentence {
    let text = "Verify: the runner is online in GitLab";
    let tags = group.fields.iter().find(|field| field.name == "tag_list").map(|field| &field.value);
    match tags {
        Some(super::Value::List(tags)) => {
            say(&format!("{text}, and it runs a job with the tags {{}}."), &[&tags.join(", ")])
        }
        _ => say(&format!("{text}, and it runs a job that it should run."), &[]),
    }
}
