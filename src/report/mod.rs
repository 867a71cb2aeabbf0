//! One file for each output format, and the table [`FORMATS`].

mod checkstyle;
mod concise;
mod earlier;
mod excerpt;
mod faults;
mod full;
mod github;
mod gitlab;
mod grouped;
mod hide;
mod html;
mod job_summary;
mod json;
mod jsonl;
mod junit;
mod markdown;
pub mod merged;
mod picture;
pub mod plan;
mod problem;
mod rdjsonl;
mod refusal;
pub mod rules;
mod sarif;
mod statistics;
mod style;
mod summary;
mod switched_off;
mod window;
mod words;
mod wrap;
mod xml;

pub use earlier::is_report;
pub use faults::{difference, failure, tried, why};
pub use markdown::{Layout, render};
pub use problem::{problem, rule_problem};
pub use refusal::{fix_reason, refusal, stated};
pub use style::Style;
pub use summary::{Summary, ignored, manual_steps, notices, removed_settings};
pub use switched_off::SwitchedOff;

use crate::baseline::Comparison;
use crate::catalogue::Catalogue;
use crate::finding::{Finding, Fix, Safety};
use crate::mask::Mask;
use crate::plan::{MigrationPlan, PlannedFile};
use crate::repository::Repository;
use crate::rules::Rule;
use crate::run::CheckedFile;
use crate::walk::Passed;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

/// What there is to report, and how.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The files, by path.
    pub files: &'a [CheckedFile],
    /// Files that are not in `files`, since there is nothing in them.
    pub passed: Passed,
    /// Whether tokens may be seen.
    pub show_secrets: bool,
    /// Whether unsafe fixes are shown as diffs.
    pub unsafe_fixes: bool,
    /// Whether colors are wanted.
    pub style: Style,
    /// The rules: those of each configuration.
    pub catalogues: &'a [Arc<Catalogue>],
    /// What the run says about the baseline, if there is one.
    pub baseline: Option<&'a Comparison>,
    /// What the run is about.
    pub project: ReportProject<'a>,
}

/// The name instead of the repository of a file that is in none.
const NO_REPOSITORY: &str = "no repository";

impl<'a> Run<'a> {
    /// The name of the repository of a file, if the run is about several.
    fn repository_of(&self, file: &'a CheckedFile) -> Option<&'a str> {
        let is_one = self.project.repositories.is_empty();
        (!is_one).then(|| file.repository.as_deref().map_or(NO_REPOSITORY, |it| &it.name))
    }

    /// The rule of that id.
    fn rule(&self, id: &str) -> Option<&'a Rule> {
        self.catalogues.iter().find_map(|it| it.rule(id))
    }
}

/// What a run is about, as the caller names it. Empty texts are not shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReportProject<'a> {
    /// Its name.
    pub title: &'a str,
    /// The revision that was checked.
    pub revision: &'a str,
    /// Its name, where the user gives one.
    pub name: Option<&'a str>,
    /// The repository of the directory that was checked.
    pub repository: Option<&'a Repository>,
    /// All repositories that were met, if that is not the only one.
    pub repositories: &'a [Arc<Repository>],
}

impl<'a> ReportProject<'a> {
    /// The repository of a file, if it is not that of the run.
    fn other(&self, file: &'a CheckedFile) -> Option<&'a Repository> {
        let repository = file.repository.as_deref()?;
        (self.repository != Some(repository)).then_some(repository)
    }
}

/// Writes a report.
type Writer = fn(&Run<'_>, &mut dyn Write) -> io::Result<()>;

/// An output format.
#[derive(Clone, Copy)]
pub struct OutputFormat {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, for the help text.
    pub about: &'static str,
    /// Whether people read it: then the summary and the notices are printed to standard error.
    pub for_people: bool,
    /// Writes the report.
    pub write: Writer,
    /// Writes how often each rule found something, instead of the findings; not every format can.
    pub statistics: Option<Writer>,
    /// Whether it shows the migration plan: registrations are then collected.
    pub shows_plan: bool,
    /// Whether its lines are meant to be commands of a CI system.
    pub is_commands: bool,
}

impl std::fmt::Debug for OutputFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All formats; the first one is the default.
pub const FORMATS: &[OutputFormat] = &[
    OutputFormat {
        name: "full",
        about: "each registration with its source and its fix",
        for_people: true,
        write: full::write,
        statistics: Some(statistics::text),
        shows_plan: false,
        is_commands: false,
    },
    OutputFormat {
        name: "concise",
        about: "one line for each finding, as gcc writes them",
        for_people: true,
        write: concise::write,
        statistics: Some(statistics::text),
        shows_plan: false,
        is_commands: false,
    },
    OutputFormat {
        name: "grouped",
        about: "the findings of each file below its name",
        for_people: true,
        write: grouped::write,
        statistics: Some(statistics::text),
        shows_plan: false,
        is_commands: false,
    },
    OutputFormat {
        statistics: Some(statistics::json),
        shows_plan: true,
        ..machine("json", "one JSON document, with registrations", json::write)
    },
    machine("jsonl", "JSON, one line for each finding", jsonl::write),
    machine("sarif", "SARIF 2.1.0 with fixes, for code scanning and editors", sarif::write),
    OutputFormat { is_commands: true, ..machine("github", "annotations of GitHub Actions", github::write) },
    machine("gitlab", "GitLab's Code Quality report", gitlab::write),
    machine("junit", "JUnit XML, a failed test for each finding that fails the run", junit::write),
    machine("checkstyle", "Checkstyle XML", checkstyle::write),
    machine("rdjsonl", "reviewdog, with suggestions", rdjsonl::write),
    OutputFormat {
        shows_plan: true,
        ..machine(
            "html",
            "one page to read, filter and sort in a browser, with the migration plan",
            html::write,
        )
    },
    OutputFormat {
        shows_plan: true,
        ..machine(
            "markdown",
            "the summary of a CI job: counts, findings and the runners of the migration plan",
            job_summary::write,
        )
    },
];

/// A format that is read by other programs or elsewhere.
const fn machine(name: &'static str, about: &'static str, write: Writer) -> OutputFormat {
    OutputFormat {
        name,
        about,
        for_people: false,
        write,
        statistics: None,
        shows_plan: false,
        is_commands: false,
    }
}

/// The migration plan of a run that collected registrations.
pub fn plan_of(files: &[CheckedFile], show_secrets: bool) -> MigrationPlan {
    let known = files.iter().filter(|file| !file.linted.units.is_empty() || !file.linted.findings.is_empty());
    crate::plan::of(known.map(|file| PlannedFile {
        path: &file.path,
        source: &file.source,
        linted: &file.linted,
        mask: file.mask(show_secrets),
        refusal,
        repository: file.repository.as_ref(),
    }))
}

/// Whether a finding is still to be dealt with: services that do not support suppressions do not get the others.
pub fn is_open(finding: &Finding) -> bool {
    !finding.suppressed && !finding.baselined
}

/// The open findings of a file, those of one registration together, in the order of the first of each.
fn blocks(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    by_unit(findings.iter().filter(|it| is_open(it)), |finding| finding.shared_unit())
}

/// Items of one registration together, each item without one by itself; in the order of the first of each.
fn by_unit<'a, T>(items: impl Iterator<Item = T>, unit: impl Fn(&T) -> Option<&'a str>) -> Vec<Vec<T>> {
    let mut blocks: Vec<Vec<T>> = Vec::new();
    let mut units = HashMap::new();
    for item in items {
        let at = unit(&item).map(|unit| *units.entry(unit).or_insert(blocks.len()));
        match at.and_then(|at| blocks.get_mut(at)) {
            Some(block) => block.push(item),
            None => blocks.push(vec![item]),
        }
    }
    blocks
}

/// The fix of a finding as far as it can be shown, or why not.
fn shown_fix<'a>(finding: &'a Finding, mask: &Mask) -> Result<&'a Fix, String> {
    let fix = finding.fix.as_ref().map_err(|refused| mask.prose(&refusal(refused)))?;
    let how = match fix.safety {
        Safety::Safe => "--fix",
        Safety::Unsafe => "--fix --unsafe-fixes",
    };
    if !fix.listed {
        return Err(format!("the fix has more edits than a report lists: apply it with `{how}`"));
    }
    if fix.edits.iter().any(|edit| mask.is_secret(&edit.replacement)) {
        return Err(format!("the fix contains a token, which is not shown: apply it with `{how}`"));
    }
    Ok(fix)
}

/// A text of a rule as a sentence of its own.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let text = chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect());
    if text.ends_with(['.', '?', '!']) { text } else { format!("{text}.") }
}

/// What a finding's fix needs, as a line of its own: the manual step of an unsafe one, or why there is none.
fn fix_line(finding: &Finding, mask: &Mask) -> Option<String> {
    let (what, reason) = match &finding.fix {
        Ok(fix) => ("unsafe fix", fix_reason(fix)?),
        Err(refused) => ("no fix", stated(refused)?),
    };
    Some(format!("{what}: {}", mask.prose(&reason)))
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
