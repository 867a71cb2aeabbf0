//! What a repository's own files switch off: a repository may configure its lint, but not in silence.

use super::summary::plural;
use super::{Summary, is_open};
use crate::config::schema::SettingKey;
use crate::config::{Config, ConfigFile, FailOn, Origin, Settings};
use crate::finding::Severity;
use crate::rules::Level;
use crate::run::{CheckedFile, Project, Projects, TOO_LARGE};
use crate::walk;
use crate::{engine, escape};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Of a kind of sentence at most this many are shown: one for each configuration file.
const MOST: usize = 3;

/// What a run has to say of it, for its summary.
#[derive(Debug)]
pub struct SwitchedOff<'a> {
    /// The configuration files, each with what was looked at by it.
    projects: Vec<ReportJudged<'a>>,
    /// Sentences for the summary, without a full stop.
    pub clauses: Vec<String>,
    /// Which rules ran, where those are custom rules alone: ` from 3 rules in `lint``.
    ran: String,
}

/// A project with a configuration file, and its files.
#[derive(Debug)]
struct ReportJudged<'a> {
    project: Arc<Project>,
    /// Each with its path: absolute, without links.
    files: Vec<(&'a CheckedFile, PathBuf)>,
}

impl ReportJudged<'_> {
    fn config(&self) -> (&Config, Option<&ConfigFile>) {
        (&self.project.config, self.project.config.file())
    }

    /// How many rules were looked for by it instead of all that the command line asks for, and by which keys.
    fn rules(&self) -> Option<String> {
        let (config, file) = self.config();
        let ids = config.catalogue().ids();
        let (plain, base) = (config.without_file(), config.settings(Path::new("")));
        let wanted = ids.iter().filter(|id| engine::is_told(&plain, id)).count();
        let looked =
            ids.iter().filter(|id| engine::is_told(&plain, id) && engine::is_told(&base, id)).count();
        let keys = [
            SettingKey::BuiltIn,
            SettingKey::Select,
            SettingKey::Ignore,
            SettingKey::Severity,
            SettingKey::TargetGitlab,
            SettingKey::Targets,
        ];
        let keys = keys.into_iter().filter(|key| {
            config.effective(*key, None).iter().any(|it| matches!(it.origin, Origin::File { .. }))
        });
        let keys: Vec<String> = keys.map(|key| format!("`{}`", key.entry().name)).collect();
        let by = format!("{} in {}", keys.join(", "), file?.shown);
        match looked {
            looked if looked >= wanted => None,
            0 => Some(format!("All rules are disabled by {by}")),
            _ => Some(format!("{} of {wanted} rules are disabled by {by}", wanted - looked)),
        }
    }

    /// For how many files `[[overrides]]` switch rules off.
    fn overrides(&self) -> Option<String> {
        let (config, file) = self.config();
        let ids = config.catalogue().ids();
        let base = config.settings(Path::new(""));
        let told = |settings: &Settings, id: &str| engine::is_told(settings, id);
        let is_switched = |path: &Path| {
            let settings = config.settings(path);
            ids.iter().any(|id| told(&base, id) && !told(&settings, id))
        };
        let is_possible = config.has_overrides();
        let switched = self.files.iter().filter(|(_, path)| is_possible && is_switched(path)).count();
        let count = plural(switched, "file");
        let shown = &file?.shown;
        (switched > 0).then(|| format!("Rules are disabled for {count} by `[[overrides]]` in {shown}"))
    }

    fn excluded(&self) -> Option<String> {
        let count = self.project.excluded();
        let shown = &self.config().1?.shown;
        (count > 0).then(|| format!("{} excluded by {shown}", entries(count)))
    }

    fn too_large(&self) -> Option<String> {
        let origin = in_file(self.config().0, SettingKey::MaxFileSize)?;
        let notices = self.files.iter().flat_map(|(file, _)| &file.linted.notices);
        let large = notices.filter(|it| it.message.starts_with(TOO_LARGE)).count();
        (large > 0).then(|| format!("{large} too large because of `max-file-size` in {origin}"))
    }

    fn fail_on(&self) -> Option<String> {
        let origin = in_file(self.config().0, SettingKey::FailOn)?;
        let fails = |severity: Severity| FailOn::Warning.fails(severity);
        let mut findings = self.files.iter().flat_map(|(file, _)| &file.linted.findings);
        let is_needed = findings.any(|it| is_open(it) && fails(it.severity));
        is_needed.then(|| format!("Exit code 0 because of `fail-on` in {origin}"))
    }

    fn severity(&self) -> Option<String> {
        let (config, file) = self.config();
        let is_lowered = |(file, path): &(&CheckedFile, PathBuf)| {
            let settings = config.settings(path);
            file.linted.findings.iter().any(|it| is_open(it) && settings.level(&it.rule) == Some(Level::Info))
        };
        let shown = &file?.shown;
        let is_needed = self.files.iter().any(is_lowered);
        is_needed.then(|| format!("Exit code 0 because of `severity` in {shown}"))
    }
}

/// Where the configuration file sets a key that only the last word decides, if that is the last word.
fn in_file(config: &Config, key: SettingKey) -> Option<&Origin> {
    config.origin(key).filter(|it| matches!(it, Origin::File { .. }))
}

impl<'a> SwitchedOff<'a> {
    /// Nothing yet, of a run over `files` in `cwd`, which their paths are relative to.
    pub fn new(projects: &Projects, files: &'a [CheckedFile], cwd: &Path) -> Self {
        let mut judged = projects.all();
        judged.retain(|it| it.config.file().is_some());
        let mut judged: Vec<ReportJudged<'a>> =
            judged.into_iter().map(|project| ReportJudged { project, files: Vec::new() }).collect();
        let index: BTreeMap<*const Project, usize> =
            judged.iter().enumerate().map(|(at, it)| (Arc::as_ptr(&it.project), at)).collect();
        for file in files.iter().filter(|_| !index.is_empty()) {
            let path = walk::real(cwd, Path::new(&file.path));
            let at = projects.of_file(&path).and_then(|it| index.get(&Arc::as_ptr(&it)).copied());
            if let Some(judged) = at.and_then(|at| judged.get_mut(at)) {
                judged.files.push((file, path));
            }
        }
        Self { projects: judged, clauses: Vec::new(), ran: ran(&projects.all()) }
    }

    fn add(&mut self, sentence: impl Fn(&ReportJudged<'a>) -> Option<String>) {
        let mut sentences = self.projects.iter().filter_map(sentence);
        self.clauses.extend(sentences.by_ref().take(MOST));
        let more = sentences.count();
        if more > 0 {
            let files = plural(more, "more configuration file");
            self.clauses.push(format!("The same applies to {files}"));
        }
    }

    /// Adds which rules the configuration files switch off, compared with what the command line alone would do.
    pub fn add_rules(&mut self) {
        self.add(ReportJudged::rules);
        self.add(ReportJudged::overrides);
    }

    /// Adds which files were not looked at; with `all` also the number of entries that ignore files leave out.
    pub fn add_left_out(&mut self, ignored: usize, all: bool) {
        self.add(ReportJudged::excluded);
        if ignored > 0 && all {
            self.clauses.push(format!("{} excluded by ignore files", entries(ignored)));
        }
        self.add(ReportJudged::too_large);
    }

    /// Says which key of a file made the exit code 0, though there are findings.
    pub fn explain_success(&mut self) {
        // What the user says on the command line decides then.
        let mut origins = self.projects.iter().filter_map(|it| it.project.config.origin(SettingKey::FailOn));
        if !origins.any(|it| matches!(it, Origin::Option(_))) {
            self.add(ReportJudged::fail_on);
            self.add(ReportJudged::severity);
        }
    }

    /// The last line of a run.
    pub fn line(&self, summary: &Summary) -> String {
        if summary.checked + summary.partly == 0 && !summary.failed {
            let skipped = (summary.skipped > 0).then(|| format!("{} skipped", summary.skipped));
            let more: Vec<&str> = skipped.iter().chain(&self.clauses).map(String::as_str).collect();
            return format!(
                "warning: no files to check{}{}",
                if more.is_empty() { "" } else { "; " },
                more.join("; ")
            );
        }
        self.clauses.iter().fold(summary.line_of(&self.ran), |line, sentence| format!("{line} {sentence}."))
    }
}

fn entries(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

/// Which rules ran, where no configuration uses the built-in ones.
fn ran(projects: &[Arc<Project>]) -> String {
    if projects.is_empty() || projects.iter().any(|project| project.config.built_in()) {
        return String::new();
    }
    let mut rules: BTreeSet<String> = BTreeSet::new();
    let mut folders: BTreeSet<String> = BTreeSet::new();
    for project in projects {
        let settings = project.config.settings(Path::new(""));
        let ids = project.config.catalogue().ids();
        rules.extend(ids.iter().filter(|id| engine::is_told(&settings, id)).map(|id| (*id).to_owned()));
        let named = project.config.rules().into_iter();
        folders.extend(named.map(|folder| escape::inline(&walk::display(&shortened(folder))).into_owned()));
    }
    let folders: Vec<String> = folders.iter().map(|folder| format!("`{folder}`")).collect();
    let place = if folders.is_empty() { String::new() } else { format!(" in {}", folders.join(", ")) };
    format!(" from {}{place}", plural(rules.len(), "rule"))
}

/// A directory from the working directory on, where it is in there.
fn shortened(folder: PathBuf) -> PathBuf {
    let cwd = walk::working_directory().unwrap_or_default();
    folder.strip_prefix(&cwd).map(Path::to_path_buf).unwrap_or(folder)
}
