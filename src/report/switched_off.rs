//! What a repository's own files switch off: a repository may configure its lint, but not in silence.

use super::summary::plural;
use super::{Summary, is_open};
use crate::config::schema::Key;
use crate::config::{Config, FailOn, Origin, Settings};
use crate::engine;
use crate::finding::Severity;
use crate::rules::Level;
use crate::run::{Checked, TOO_LARGE};
use crate::walk::{self, LeftOut};
use std::path::Path;

/// What the summary of a run reports about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwitchedOff {
    /// How many rules were checked, and how many there are, if the configuration file switches some off.
    pub rules: Option<(usize, usize)>,
    /// The file that does, and its keys.
    pub by: String,
    /// Whether `[[overrides]]` switch rules off for a file that was looked at.
    pub by_path: bool,
    /// More sentences for the summary, without a full stop.
    pub clauses: Vec<String>,
}

impl SwitchedOff {
    /// Compares what `config` says with what the command line alone would. Paths of `files` are from `cwd`.
    pub fn new(config: &Config, files: &[Checked], cwd: &Path) -> Self {
        let mut found = Self::default();
        let Some(file) = config.file() else { return found };
        let ids = config.catalogue().ids();
        let plain = config.without_file();
        let told = |settings: &Settings, id: &str| engine::is_told(settings, id);
        let wanted = ids.iter().filter(|id| told(&plain, id)).count();
        let base = config.settings(Path::new(""));
        let looked = ids.iter().filter(|id| told(&plain, id) && told(&base, id)).count();
        if looked < wanted {
            found.rules = Some((looked, wanted));
            let keys = [Key::Select, Key::Ignore, Key::Severity, Key::TargetGitlab, Key::Targets];
            let keys = keys.into_iter().filter(|key| {
                config.effective(*key, None).iter().any(|it| matches!(it.origin, Origin::File { .. }))
            });
            let keys: Vec<String> = keys.map(|key| format!("`{}`", key.entry().name)).collect();
            found.by = format!("{} in {}", keys.join(", "), file.shown);
        }
        let switched = files.iter().filter(|it| {
            let settings = config.settings(&walk::real(cwd, Path::new(&it.path)));
            ids.iter().any(|id| told(&base, id) && !told(&settings, id))
        });
        let switched = if config.has_overrides() { switched.count() } else { 0 };
        if switched > 0 {
            found.by_path = true;
            let count = plural(switched, "file");
            found
                .clauses
                .push(format!("Rules are disabled for {count} by `[[overrides]]` in {}", file.shown));
        }
        found
    }

    /// Adds which files were not checked; with `all` also those that ignore files exclude.
    pub fn add_left_out(&mut self, config: &Config, files: &[Checked], left_out: LeftOut, all: bool) {
        if let Some(file) = config.file().filter(|_| left_out.by_configuration > 0) {
            self.clauses.push(format!("{} excluded by {}", entries(left_out.by_configuration), file.shown));
        }
        if left_out.by_ignore_files > 0 && all {
            self.clauses.push(format!("{} excluded by ignore files", entries(left_out.by_ignore_files)));
        }
        if let Some(origin) = config.origin(Key::MaxFileSize).filter(|it| matches!(it, Origin::File { .. })) {
            let notices = files.iter().flat_map(|file| &file.linted.notices);
            let large = notices.filter(|it| it.message.starts_with(TOO_LARGE)).count();
            if large > 0 {
                self.clauses.push(format!("{large} too large because of `max-file-size` in {origin}"));
            }
        }
    }

    /// Says which key of the file made the exit code 0, though there are findings.
    pub fn explain_success(&mut self, config: &Config, files: &[Checked], cwd: &Path) {
        // What the user says on the command line decides then.
        if matches!(config.origin(Key::FailOn), Some(Origin::Option(_))) {
            return;
        }
        let in_file = |key| config.origin(key).filter(|it| matches!(it, Origin::File { .. }));
        let findings = || files.iter().flat_map(|file| file.linted.findings.iter().map(move |it| (file, it)));
        let fails = |severity: Severity| FailOn::Warning.fails(severity);
        if let Some(origin) = in_file(Key::FailOn)
            && findings().any(|(_, it)| is_open(it) && fails(it.severity))
        {
            self.clauses.push(format!("Exit code 0 because of `fail-on` in {origin}"));
        }
        let is_lowered = |(file, finding): (&Checked, &crate::finding::Finding)| {
            is_open(finding)
                && config.settings(&walk::real(cwd, Path::new(&file.path))).level(&finding.rule)
                    == Some(Level::Info)
        };
        if let Some(file) = config.file()
            && findings().any(is_lowered)
        {
            self.clauses.push(format!("Exit code 0 because of `severity` in {}", file.shown));
        }
    }

    /// The last line of a run.
    pub fn line(&self, summary: &Summary) -> String {
        let rules = self.rules.map(|(looked, all)| match looked {
            0 => format!("All rules are disabled by {}", self.by),
            _ => format!("{} of {all} rules are disabled by {}", all - looked, self.by),
        });
        let more = rules.iter().chain(&self.clauses);
        if summary.checked + summary.partly == 0 && !summary.failed {
            let skipped = (summary.skipped > 0).then(|| format!("{} skipped", summary.skipped));
            let more: Vec<&str> = skipped.iter().chain(more).map(String::as_str).collect();
            return format!(
                "warning: no files to check{}{}",
                if more.is_empty() { "" } else { "; " },
                more.join("; ")
            );
        }
        more.fold(summary.line(), |line, sentence| format!("{line} {sentence}."))
    }
}

fn entries(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}
