//! The migration plan in each of its formats, and the table [`FORMATS`].

mod curl;
mod json;
pub(super) mod markdown;
mod replacement;
mod spans;
mod terraform;

pub(super) use json::{Registration, registrations};
pub(super) use markdown::table;
pub(super) use spans::{code as span, prose};

use super::refusal::in_lines;
use crate::escape::inline;
use crate::plan::words::WordPiece;
use crate::plan::{Do, Field, Group, MigrationPlan, Need, PlannedRegistration, PlannedValue, Shown};
use crate::rules::UnitKind;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

/// What the curl script has where a value must be filled in.
const FILL_IN: &str = "<FILL IN>";
/// Where the new workflow is explained.
pub(super) const GUIDE: &str = "https://docs.gitlab.com/ci/runners/new_creation_workflow/";

/// A format of the plan.
#[derive(Clone, Copy)]
pub struct PlanFormat {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, for the help text.
    pub about: &'static str,
    /// The extension of its files.
    pub extension: &'static str,
    /// Writes it.
    pub write: fn(&MigrationPlan, &mut dyn Write) -> io::Result<()>,
}

impl std::fmt::Debug for PlanFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All formats; the first one is the default.
pub const FORMATS: &[PlanFormat] = &[
    PlanFormat {
        name: "markdown",
        about: "a checklist to paste into an issue",
        extension: "md",
        write: markdown::write,
    },
    PlanFormat { name: "json", about: "one JSON document", extension: "json", write: json::write },
    PlanFormat {
        name: "curl",
        about: "a shell script that creates the runners with `POST /user/runners`, each of them once",
        extension: "sh",
        write: curl::write,
    },
    PlanFormat {
        name: "terraform",
        about: "a `gitlab_user_runner` for each runner, with its token as a sensitive output",
        extension: "tf",
        write: terraform::write,
    },
];

/// The format for the extension of a file; Markdown without one, nothing for an unknown one.
pub fn format_of(path: &Path) -> Option<&'static PlanFormat> {
    let Some(extension) = path.extension() else { return FORMATS.first() };
    let extension = extension.to_str().map(str::to_ascii_lowercase);
    FORMATS.iter().find(|format| extension.as_deref() == Some(format.extension))
}

/// What a registration is, in words.
pub(super) fn kind(entry: &PlannedRegistration) -> String {
    entry.road.map_or_else(|| kind_name(entry.kind), |road| road.title.as_str()).to_owned()
}

fn kind_name(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Command => "`gitlab-runner register`",
        UnitKind::Chart => "Helm chart values",
        UnitKind::Secret => "Secret",
        UnitKind::Environment => "environment variables",
        UnitKind::Config => "`[[runners]]` of config.toml",
        UnitKind::Operator => "Runner resource of the Operator",
        UnitKind::Terraform => "Terraform module",
        UnitKind::Road => "another tool",
    }
}

/// The name of a group: that of its runner, or where it is registered first.
pub(super) fn title(group: &Group) -> (&'static str, String) {
    let first = group.entries.first().map(PlannedRegistration::at).unwrap_or_default();
    let head = match group.need {
        Need::Create => "Create a runner",
        Need::Check => "Check the token",
        Need::Exists => "The runner exists",
        Need::Elsewhere => "Nothing to create",
    };
    (head, named(group).map_or(first, str::to_owned))
}

/// The description that the files give a runner.
fn named(group: &Group) -> Option<&str> {
    let text = |field: &Field| field.name == "description" && matches!(field.value, PlannedValue::Text(_));
    group.description().filter(|_| group.fields.iter().any(text))
}

/// A value of the API, as text: a list with commas. `None` where it must be filled in.
fn api(value: &PlannedValue) -> Option<String> {
    match value {
        PlannedValue::Text(text) => Some(text.clone()),
        PlannedValue::List(words) => Some(words.join(",")),
        PlannedValue::Flag(flag) => Some(flag.to_string()),
        PlannedValue::Number(number) => Some(number.to_string()),
        PlannedValue::FillIn(_) => None,
    }
}

/// Remarks on a field, in our words.
pub(super) fn remarks(field: &Field) -> Vec<String> {
    let mut remarks: Vec<String> = field.notes.iter().map(|note| (*note).to_owned()).collect();
    if let Some(whose) = field.default {
        remarks.insert(0, whose.to_owned());
    }
    if let (true, PlannedValue::Number(seconds)) = (field.seconds, &field.value) {
        remarks.insert(0, format!("seconds: {}", time(*seconds)));
    }
    remarks
}

/// `5400` seconds as `1 h 30 min`.
fn time(seconds: u64) -> String {
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

/// Other places that a registration may get a token or settings from, as written, each once with its lines: `line 4`. What is
/// one of its own options or values is listed as such.
pub(super) fn unknowns(entry: &PlannedRegistration) -> Vec<(&str, String)> {
    let slots = entry.slots.iter().map(|it| (&it.name, it.expression.as_deref(), it.position.line));
    let settings = entry.settings.iter().map(|it| (&it.name, Some(&*it.value.text), it.value.position.line));
    let own: Vec<(&String, Option<&str>, usize)> = slots.chain(settings).collect();
    let bare = |text: &str| text.trim_matches(['"', '\'']).to_owned();
    let is_own = |written: &str, line: usize| {
        own.iter().filter(|(.., at)| *at == line).any(|(name, value, _)| {
            let is_name =
                written.strip_prefix(name.as_str()).is_some_and(|it| it.is_empty() || it.starts_with('='));
            is_name || value.is_some_and(|value| bare(value) == bare(written))
        })
    };
    let mut named: Vec<(&str, Vec<usize>)> = Vec::new();
    let places: BTreeSet<(usize, &str)> =
        entry.unknowns.iter().map(|place| (place.line, place.written.as_str())).collect();
    for (line, written) in places.into_iter().filter(|(line, written)| !is_own(written, *line)) {
        match named.iter_mut().find(|(it, _)| *it == written) {
            Some((_, lines)) => lines.push(line),
            None => named.push((written, vec![line])),
        }
    }
    named.into_iter().map(|(written, lines)| (written, in_lines(&lines))).collect()
}

/// A setting with its place and value, for a comment on one line.
fn said(entry: &PlannedRegistration, name: &str, value: &Shown) -> String {
    let written = value.written.as_ref().map_or(String::new(), |written| format!(" ({written})"));
    inline(&format!("{}:{}: {name} = {}{written}", entry.path, value.position.line, value.text)).into_owned()
}

/// The address of GitLab, if a user's token may be sent to it: `https://…` or `http://…` with plain characters only.
fn address(url: Option<&Shown>) -> Option<&str> {
    let url = url.filter(|url| !url.opaque)?;
    let text = url.text.trim().trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/".contains(c);
    (!host.is_empty() && host.chars().all(plain)).then_some(text)
}

/// A plan as code of a language whose comments begin with `#`: what `create` writes for each runner that the code `creates`,
/// given the number of its group, and everything else in comments. `compare` writes a field of another runner on one line.
fn code(
    plan: &MigrationPlan,
    creates: impl Fn(&Group) -> bool,
    create: impl Fn(usize, &Group, &mut dyn Write) -> io::Result<()>,
    compare: impl Fn(&Field) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (number, group) in (1..).zip(&plan.groups) {
        writeln!(out)?;
        for line in comments(number, group) {
            writeln!(out, "# {line}")?;
        }
        match group.need {
            Need::Create if creates(group) => create(number, group, out)?,
            Need::Create => {
                writeln!(out, "# The changed file creates this runner: nothing to create here.")?;
                for field in &group.fields {
                    writeln!(out, "# {}", compare(field))?;
                }
            }
            Need::Check | Need::Exists | Need::Elsewhere => {
                for field in &group.fields {
                    writeln!(out, "# compare: {}", compare(field))?;
                }
            }
        }
    }
    for (index, place) in plan.by_hand.iter().enumerate() {
        if index == 0 {
            writeln!(out, "\n# Other places to change:")?;
        }
        let line = format!("{}:{}: {}", place.path, place.position.line, place.message);
        writeln!(out, "# {}", inline(&line))?;
    }
    Ok(())
}

/// Comment lines for a group, without the comment sign: what it is, remarks, where the token is stored.
fn comments(number: usize, group: &Group) -> Vec<String> {
    let (head, name) = title(group);
    let mut lines = vec![format!("{number}. {head}: {name}")];
    for entry in &group.entries {
        lines.push(format!("Registered in {} ({})", entry.at(), kind(entry)));
        let places: Vec<String> =
            unknowns(entry).iter().map(|(written, lines)| format!("{written} ({lines})")).collect();
        if !places.is_empty() {
            lines.push(format!("Check these other sources: {}", places.join(", ")));
        }
    }
    for field in &group.fields {
        let mut remarks = remarks(field);
        if let PlannedValue::FillIn(expression) = &field.value {
            remarks.insert(0, format!("fill in; today: {expression}"));
        }
        if !remarks.is_empty() {
            lines.push(format!("{}: {}", field.name, remarks.join("; ")));
        }
    }
    // Values that are not sent must not be lost.
    for entry in &group.entries {
        let unsent = entry.settings.iter().filter(|it| it.overridden);
        lines.extend(unsent.map(|it| format!("overridden: {}", said(entry, &it.name, &it.value))));
        let empty =
            entry.settings.iter().filter(|it| group.fields.iter().all(|field| field.name != it.field));
        lines.extend(empty.map(|it| {
            let what = if it.value.text.is_empty() { "empty" } else { "the default" };
            format!("{what}: {}", said(entry, &it.name, &it.value))
        }));
        let inside = entry.without_effect.iter();
        lines.extend(inside.map(|it| {
            let said = said(entry, &it.setting.name, &it.setting.value);
            format!("set in {}, where it has no effect: {said}", it.place.replace('`', ""))
        }));
    }
    for step in &group.steps {
        match step.what {
            Do::Compare if group.need == Need::Check => {
                lines.extend(step.parts.iter().chain([&step.text]).map(|part| bare(part)));
            }
            Do::Store => {
                lines.extend(step.parts.iter().map(|part| format!("Store its token: {}", bare(part))));
            }
            _ => {}
        }
    }
    lines.iter().map(|line| inline(line).into_owned()).collect()
}

/// A sentence without backquotes, on one line.
fn bare(sentence: &[WordPiece]) -> String {
    let text = |piece: &WordPiece| match piece {
        WordPiece::Words(words) => words.replace(['`', '*'], ""),
        WordPiece::Code(code) => inline(code).into_owned(),
    };
    sentence.iter().map(text).collect()
}

#[cfg(test)]
mod tests;
