//! A checklist. Text of a file is in code spans only.

use super::spans::{cell, code, prose, sentence};
use super::{GUIDE, kind, named, remarks, replacement, title, unknowns};
use crate::plan::{
    Do, Documentation, Field, Group, MigrationPlan, Need, OtherPlace, PlannedRegistration, PlannedValue,
    Shown, deployment,
};
use crate::rules::Class;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Places that a row of the table names.
const MOST_PLACES: usize = 3;

pub(super) fn write(plan: &MigrationPlan, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Migration of GitLab runners to authentication tokens\n\n{}", plan.summary())?;
    if !plan.groups.is_empty() {
        table(&plan.groups, out)?;
        writeln!(out, "\n## Before you start\n")?;
        for (index, text) in before(&plan.groups).into_iter().enumerate() {
            let docs = if index == 0 { format!(" Docs: <{GUIDE}>.") } else { String::new() };
            writeln!(out, "- {text}{docs}")?;
        }
        steps(&plan.groups, out)?;
    }
    let mut last = None;
    for (number, group) in (1..).zip(&plan.groups) {
        let repository = group.repository().filter(|_| plan.has_repositories());
        if let Some(repository) = repository.filter(|_| repository != last) {
            writeln!(out, "\n# Repository {}", code(&repository.name))?;
        }
        last = repository;
        section(number, group, out)?;
    }
    if !plan.by_hand.is_empty() {
        writeln!(out, "\n## Other places to change\n")?;
        places(&plan.by_hand, out)?;
    }
    if !plan.documentation.is_empty() {
        documentation(&plan.documentation, out)?;
    }
    if !plan.groups.is_empty() || !plan.by_hand.is_empty() {
        writeln!(out, "\n## At the end\n")?;
        END_STEPS.iter().try_for_each(|text| writeln!(out, "- [ ] {text}"))?;
        END_NOTES.iter().try_for_each(|text| writeln!(out, "- {text}"))?;
    }
    Ok(())
}

/// What remains to do once, when all runners are migrated.
pub(in crate::report) const END_STEPS: &[&str] = &[
    "Reset the registration tokens in GitLab, then disable registration with them (instance: *Admin > Settings > CI/CD > Runners*; \
     group: *Settings > CI/CD > Runners*).",
    "Check that no runner still uses a registration token: this GraphQL query must not return `REGISTRATION_TOKEN` for a runner that you still use: \
     `{ runners { nodes { id creationMethod } } }` (as an administrator; for a group: \
     `{ group(fullPath: \"PATH\") { runners { nodes { id creationMethod } } } }`).",
];
/// What to know about the new runners.
pub(in crate::report) const END_NOTES: &[&str] = &[
    "Rotation: if GitLab rotates an authentication token, only the machine that asks for the new one gets it. Update the other \
     machines and the place where the token is stored.",
    "`gitlab-runner unregister` removes the runner from GitLab if it was registered with a registration token. With an \
     authentication token it removes only this machine: the runner stays in GitLab until you delete it.",
];

/// A row for each runner.
pub(in crate::report) fn table(groups: &[Group], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n| # | runner | where | fields | state |\n|---|---|---|---|---|")?;
    for (number, group) in (1..).zip(groups) {
        let name = named(group).map_or_else(|| "–".to_owned(), cell);
        let mut places: Vec<String> =
            group.entries.iter().take(MOST_PLACES).map(|entry| cell(&entry.at())).collect();
        if let Some(more) = group.entries.len().checked_sub(MOST_PLACES).filter(|more| *more > 0) {
            places.push(format!("{more} more"));
        }
        let fields =
            group.fields.iter().filter(|field| field.default.is_none() && field.name != "description");
        let fields: Vec<String> = fields.map(in_cell).collect();
        let fields = if fields.is_empty() { "–".to_owned() } else { fields.join(", ") };
        let state = match group.need {
            Need::Create => "create",
            Need::Check => "check the token",
            Need::Exists => "exists: compare",
            Need::Elsewhere => "filled elsewhere",
        };
        writeln!(out, "| {number} | {name} | {} | {fields} | {state} |", places.join(", "))?;
    }
    Ok(())
}

fn in_cell(field: &Field) -> String {
    match &field.value {
        PlannedValue::FillIn(_) => format!("`{}`: **fill in**", field.name),
        other => cell(&format!("{}={}", field.name, super::api(other).unwrap_or_default())),
    }
}

/// What to know before the first runner is created.
pub(in crate::report) fn before(groups: &[Group]) -> Vec<&'static str> {
    let mut texts = vec![
        "A runner is created in GitLab together with its settings; the machine gets only its authentication token (`glrt-…`).",
    ];
    if groups.iter().any(|group| group.need == Need::Create) {
        texts.extend([
            "To create runners you need the Maintainer role (project), the Owner role (group) or administrator access (instance); for \
             the API, also a personal access token with the scope `create_runner`.",
            "`runner_type` is that of the old runner: `instance_type`, `group_type` (with `group_id`) or `project_type` (with \
             `project_id`).",
        ]);
    }
    texts
}

/// What the steps of all runners have in common.
fn steps(groups: &[Group], out: &mut dyn Write) -> io::Result<()> {
    let all = || groups.iter().filter(|group| group.need != Need::Elsewhere).flat_map(|group| &group.steps);
    if all().next().is_none() {
        return Ok(());
    }
    writeln!(out, "\n## Steps for each runner\n")?;
    let mut number = 0;
    let has = |what: Do| all().any(|step| step.what == what);
    for what in [Do::Compare, Do::Create, Do::Store, Do::Change, Do::Deploy, Do::Verify, Do::Remove] {
        let mut texts: Vec<String> =
            all().filter(|step| step.what == what).map(|step| sentence(&step.text)).collect();
        texts.sort_unstable();
        texts.dedup();
        if what != Do::Compare {
            // The others have the same meaning, for fewer cases.
            texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
            texts.truncate(1);
        }
        for mut text in texts {
            // Where both occur, they are alternatives.
            match what {
                Do::Compare if has(Do::Create) => text = format!("If the runner exists: {}", small(&text)),
                Do::Create if has(Do::Compare) => text = format!("Otherwise: {}", small(&text)),
                _ => {}
            }
            if what == Do::Deploy {
                text = format!("{}: {}.", text.trim_end_matches('.'), deployments(groups));
            }
            number += 1;
            writeln!(out, "{number}. {text}")?;
        }
    }
    Ok(())
}

/// A sentence with a small first letter.
fn small(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().into_iter().flat_map(char::to_lowercase).chain(signs).collect()
}

fn deployments(groups: &[Group]) -> String {
    let entries = groups.iter().flat_map(|group| &group.entries);
    let kinds: BTreeSet<_> = entries.map(|it| (it.kind, kind(it), deployment(it))).collect();
    let one = |(_, kind, deployment): (_, String, &str)| format!("{kind}: {deployment}");
    kinds.into_iter().map(one).collect::<Vec<_>>().join("; ")
}

fn section(number: usize, group: &Group, out: &mut dyn Write) -> io::Result<()> {
    let (head, name) = title(group);
    writeln!(out, "\n## {number}. {head}: {}\n", code(&name))?;
    for entry in &group.entries {
        write!(out, "- ")?;
        registration(entry, out)?;
    }
    let fields: Vec<String> = group.fields.iter().map(field).collect();
    let fields = Some(fields.join("; ")).filter(|it| !it.is_empty()).map(|it| format!("{it}."));
    let numbers: Vec<String> = group.alike.iter().map(ToString::to_string).collect();
    let alike = match numbers.as_slice() {
        [] => None,
        [one] => Some(format!("Runner {one} differs only in the description: one runner can serve both.")),
        all => {
            let all = all.join(", ");
            Some(format!("Runners {all} differ only in the description: one runner can serve all of them."))
        }
    };
    for step in &group.steps {
        let parts: Vec<String> = step.parts.iter().map(|part| sentence(part)).collect();
        match step.what {
            Do::Compare | Do::Create => {
                let name = match (step.what, group.need) {
                    (Do::Create, _) => "Create",
                    (_, Need::Check) => "Check",
                    _ => "Compare",
                };
                let all: Vec<String> = fields.iter().chain(&alike).cloned().chain(parts).collect();
                let all = if all.is_empty() {
                    "with the settings of the old runner.".to_owned()
                } else {
                    all.join(" ")
                };
                writeln!(out, "- [ ] {name}: {all}")?;
            }
            Do::Store => list("Store", &parts, out)?,
            Do::Change if group.need == Need::Elsewhere => {
                writeln!(out, "- [ ] {}", sentence(&step.text))?;
                parts.iter().try_for_each(|part| writeln!(out, "  - {part}"))?;
            }
            Do::Change => {
                list("Change", &parts, out)?;
                replacements(group, out)?;
            }
            Do::Verify => {
                let removes = if group.need == Need::Create { ", remove the old runner" } else { "" };
                let how = if parts.is_empty() { String::new() } else { format!(". {}", parts.join(" ")) };
                writeln!(out, "- [ ] Deploy, verify{removes}{how}")?;
            }
            Do::Deploy | Do::Remove => {}
        }
    }
    Ok(())
}

/// What takes the place of registrations, as blocks of code in the item before.
fn replacements(group: &Group, out: &mut dyn Write) -> io::Result<()> {
    if group.need != Need::Create {
        return Ok(());
    }
    for entry in &group.entries {
        let Some((language, text)) = replacement::of(group, entry) else { continue };
        let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
        let fence = "`".repeat(longest.max(2) + 1);
        writeln!(out, "\n  Instead of {}:\n\n  {fence}{language}", code(&entry.at()))?;
        text.lines().try_for_each(|line| writeln!(out, "  {line}"))?;
        writeln!(out, "  {fence}\n")?;
    }
    Ok(())
}

/// A checkbox with what it is about: one thing on its line, several in a list.
fn list(name: &str, parts: &[String], out: &mut dyn Write) -> io::Result<()> {
    match parts {
        [] => Ok(()),
        [part] => writeln!(out, "- [ ] {name}: {part}"),
        parts => {
            writeln!(out, "- [ ] {name}:")?;
            parts.iter().try_for_each(|part| writeln!(out, "  - {part}"))
        }
    }
}

fn registration(entry: &PlannedRegistration, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{}: {}", code(&entry.at()), kind(entry))?;
    match (&entry.place, &entry.object) {
        (Some(place), Some(object)) => write!(out, ", in the {} of {}", prose(place), code(object))?,
        (Some(place), None) => write!(out, ", in the {}", prose(place))?,
        (None, Some(object)) => write!(out, " {}", code(object))?,
        (None, None) => {}
    }
    let facts = [
        ("description", &entry.description),
        ("executor", &entry.executor),
        ("URL", &entry.url),
        ("Secret", &entry.secret),
    ];
    let facts = facts.iter().filter_map(|(name, fact)| Some(format!("{name} {}", value(fact.as_ref()?))));
    let slots = entry.slots.iter().map(|slot| {
        let holds = match &slot.expression {
            Some(expression) => code(expression),
            None if slot.class <= Class::Empty => "empty".to_owned(),
            None => "literal token".to_owned(),
        };
        format!("{} (line {}): {holds}", code(&slot.name), slot.position.line)
    });
    let settings = entry.settings.iter().map(|setting| {
        let other = if setting.overridden { " (overridden)" } else { "" };
        let (name, line) = (code(&setting.name), setting.value.position.line);
        format!("{name} (line {line}): {}{other}", value(&setting.value))
    });
    let all: Vec<String> = facts.chain(slots).chain(settings).collect();
    let rest = if all.is_empty() { String::new() } else { format!("; {}", all.join(", ")) };
    writeln!(out, "{rest}")?;
    for it in &entry.without_effect {
        let (name, line) = (code(&it.setting.name), it.setting.value.position.line);
        let (place, value) = (prose(&it.place), value(&it.setting.value));
        writeln!(out, "  - set in {place}, where it has no effect: {name} (line {line}): {value}")?;
    }
    let sources: Vec<String> =
        unknowns(entry).iter().map(|(written, lines)| format!("{} ({lines})", code(written))).collect();
    if !sources.is_empty() {
        writeln!(out, "  - check these other sources: {}", sources.join(", "))?;
    }
    Ok(())
}

fn places(places: &[OtherPlace], out: &mut dyn Write) -> io::Result<()> {
    for place in places {
        let at = code(&format!("{}:{}", place.path, place.position.line));
        let help = if place.help.is_empty() { String::new() } else { format!("; {}", prose(&place.help)) };
        writeln!(out, "- [ ] {at}: {}{help} ({})", prose(&place.message), code(&place.rule))?;
    }
    Ok(())
}

fn documentation(documentation: &Documentation, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n## Documentation to update\n\nThese are samples: there is no runner to create for them.\n"
    )?;
    for entry in &documentation.entries {
        write!(out, "- [ ] ")?;
        registration(entry, out)?;
    }
    places(&documentation.places, out)?;
    for step in documentation.steps() {
        writeln!(out, "- {}", sentence(&step))?;
    }
    Ok(())
}

fn value(shown: &Shown) -> String {
    let written = shown.written.as_ref().map_or(String::new(), |it| format!(" (written {})", code(it)));
    format!("{}{written}", code(&shown.text))
}

fn field(field: &Field) -> String {
    let mut remarks = remarks(field);
    let value = match &field.value {
        PlannedValue::List(words) => words.iter().map(|word| code(word)).collect::<Vec<_>>().join(", "),
        PlannedValue::FillIn(expression) => {
            remarks.insert(0, format!("today it is {}", code(expression)));
            "**fill in**".to_owned()
        }
        other => code(&super::api(other).unwrap_or_default()),
    };
    let remarks = if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join("; ")) };
    format!("`{}`: {value}{remarks}", field.name)
}
