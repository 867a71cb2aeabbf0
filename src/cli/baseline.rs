//! Baseline files: read before files are linted, compared and written after that.

use super::Error;
use super::args::CheckArgs;
use super::output::complain;
use crate::baseline::{BaselineEntry, Comparison, LARGEST};
use crate::config::Config;
use crate::config::schema::SettingKey;
use crate::disk::{self, NamedBy, ReadError};
use crate::engine;
use crate::escape::name;
use crate::finding::Refusal;
use crate::fixer::publish::{self, Destination, Old};
use crate::mask::{Mask, is_hidden};
use crate::quote;
use crate::run::{AcceptedError, AcceptedFindings, CheckedFile, Projects, State};
use crate::walk;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// No system has longer paths.
const LONGEST_PATH: usize = 4 << 10;
/// More stale entries than this are only counted.
const MOST_STALE: usize = 10;

/// A baseline of a run.
pub(super) struct RunBaseline {
    /// As it was named.
    file: PathBuf,
    /// Its text; `None` if it does not exist yet.
    old: Option<Vec<u8>>,
    accepted: Arc<AcceptedFindings>,
    /// The directory that must contain it, if only a configuration file of the repository names it.
    within: Option<PathBuf>,
    /// Whether it is outside of that: then no text of it is printed.
    outside: bool,
}

/// The baselines of a run: `--baseline FILE`, or those that configuration files name. Each is read once.
#[derive(Default)]
pub(super) struct Baselines {
    by_path: BTreeMap<PathBuf, RunBaseline>,
    /// The size of all of them.
    size: u64,
}

impl Baselines {
    /// Reads the baselines of the projects that were loaded since.
    pub(super) fn read(&mut self, args: &CheckArgs, projects: &Projects) -> Result<(), Error> {
        // An empty name disables the baselines of configuration files.
        if !is_enabled(args) {
            return Ok(());
        }
        let cwd = walk::working_directory()?;
        for project in projects.all() {
            let Some(file) = project.config.baseline() else { continue };
            if project.accepted().is_some() {
                continue;
            }
            let real = walk::real(&cwd, file);
            let known = match self.by_path.entry(real) {
                Occupied(entry) => entry.into_mut(),
                Vacant(entry) => {
                    let left = LARGEST.saturating_sub(self.size);
                    let (known, size) = RunBaseline::read(args, &project.config, file, left)?;
                    self.size += size;
                    entry.insert(known)
                }
            };
            project.accept(Arc::clone(&known.accepted));
        }
        Ok(())
    }

    /// Checks that there is one, if one is to be written.
    pub(super) fn check(&self, args: &CheckArgs) -> Result<(), Error> {
        if args.write_baseline && self.by_path.is_empty() { Err(Error::NoBaseline) } else { Ok(()) }
    }

    /// Whether one of them is the file at `path` (absolute, without links).
    pub(super) fn contain(&self, path: &Path) -> bool {
        self.by_path.contains_key(path)
    }

    /// Excludes the files themselves from the files to check.
    pub(super) fn leave_out(&self, found: &mut walk::Found) {
        found.files.retain(|target| !self.contain(&target.real));
    }

    /// Checks that they can be written.
    pub(super) fn check_places(&self) -> Result<(), Error> {
        self.by_path.values().try_for_each(RunBaseline::check_place)
    }

    /// Compares each with the findings below `roots`.
    pub(super) fn compare(
        &self,
        projects: &Projects,
        roots: &[PathBuf],
        cwd: &Path,
        files: &[CheckedFile],
    ) -> Compared {
        let roots: Vec<PathBuf> = roots.iter().filter_map(|root| fs::canonicalize(root).ok()).collect();
        let mut of_baseline: BTreeMap<*const AcceptedFindings, Vec<&CheckedFile>> = BTreeMap::new();
        for file in files.iter().filter(|it| !it.name.is_empty()) {
            if let Some(accepted) = &file.accepted {
                of_baseline.entry(Arc::as_ptr(accepted)).or_default().push(file);
            }
        }
        let compare = |known: &RunBaseline| {
            let files = of_baseline.get(&Arc::as_ptr(&known.accepted));
            known.compare(projects, &roots, files.map_or(&[], Vec::as_slice))
        };
        let each: Vec<Comparison> = self.by_path.values().map(compare).collect();
        let sum = (each.len() > 1).then(|| self.sum(&each, cwd));
        Compared { each, sum }
    }

    /// All in one. Paths, which are relative to the directory of a baseline, are made relative to `cwd`.
    fn sum(&self, each: &[Comparison], cwd: &Path) -> Comparison {
        let mut sum = Comparison::default();
        for (known, one) in self.by_path.values().zip(each) {
            sum.known += one.known;
            sum.gone += one.gone;
            sum.new += one.new;
            let folder = &known.accepted.folder;
            let place =
                |path: &str| walk::display(folder.strip_prefix(cwd).unwrap_or(folder).join(path).as_path());
            let placed =
                |entry: &BaselineEntry| Arc::new(BaselineEntry { path: place(&entry.path), ..entry.clone() });
            sum.stale.extend(one.stale.iter().map(|(entry, count)| (placed(entry), *count)));
        }
        sum
    }

    /// Writes the current findings, and marks all findings as baselined.
    pub(super) fn write(&self, compared: &Compared, files: &mut [CheckedFile]) -> Result<(), Error> {
        self.by_path.values().zip(&compared.each).try_for_each(|(known, it)| known.write(it))?;
        for file in files.iter_mut().filter(|it| it.accepted.is_some()) {
            for finding in &mut file.linted.findings {
                finding.baselined |= !finding.suppressed;
                if finding.fix.is_ok() {
                    finding.fix = Err(Refusal::Baselined);
                }
            }
        }
        Ok(())
    }

    /// Prints how they changed.
    pub(super) fn print(&self, compared: &Compared, written: bool) {
        self.by_path.values().zip(&compared.each).for_each(|(known, it)| known.print(it, written));
    }
}

/// Whether baselines count at all.
pub(super) fn is_enabled(args: &CheckArgs) -> bool {
    args.baseline.as_ref().is_none_or(|name| !name.is_empty())
}

/// How each baseline compares with what was found.
pub(super) struct Compared {
    each: Vec<Comparison>,
    /// All in one, if there are several.
    sum: Option<Comparison>,
}

impl Compared {
    /// What reports say of it.
    pub(super) fn report(&self) -> Option<&Comparison> {
        self.sum.as_ref().or_else(|| self.each.first())
    }
}

impl RunBaseline {
    /// Reads the baseline of a configuration, of at most `left` bytes; the second part is its size.
    fn read(args: &CheckArgs, config: &Config, file: &Path, left: u64) -> Result<(Self, u64), Error> {
        let cwd = walk::working_directory()?;
        // A configuration file names it relative to its own directory.
        let file = file.strip_prefix(&cwd).unwrap_or(file);
        let shown = || walk::display(file);
        let by = if args.baseline.is_some() { NamedBy::User } else { NamedBy::Repository };
        let failed = |error: AcceptedError| match config.origin(SettingKey::Baseline) {
            Some(origin) if by == NamedBy::Repository => {
                Error::Baseline { path: format!("{} (`baseline` in {origin})", shown()), error }
            }
            _ => Error::Baseline { path: shown(), error },
        };
        let old = match disk::read(file, left, by) {
            Ok(bytes) => Some(bytes),
            Err(ReadError::Missing) if args.write_baseline => None,
            Err(ReadError::Missing) => return Err(Error::MissingBaseline(shown())),
            Err(ReadError::TooLarge(_)) if left < LARGEST => return Err(Error::LargeBaselines(LARGEST)),
            Err(error) => return Err(failed(error.into())),
        };
        let accepted = Arc::new(AcceptedFindings::of(file, old.as_deref()).map_err(failed)?);
        let size = old.as_ref().map_or(0, Vec::len) as u64;
        let within = config.file().filter(|file| by == NamedBy::Repository && file.named_by == by);
        let within = within.map(|file| disk::root_of(&file.folder));
        let outside = old.is_some() && within.as_ref().is_some_and(|root| disk::is_outside(file, root));
        // Only a write has to compare it.
        let old = old.filter(|_| args.write_baseline);
        let file = file.to_path_buf();
        Ok((Self { file, old, accepted, within, outside }, size))
    }

    fn place(&self) -> Destination<'_> {
        self.within.as_deref().map_or(Destination::Argument, Destination::Within)
    }

    /// Checks that it can be written.
    fn check_place(&self) -> Result<(), Error> {
        let failed = |error| Error::Write { path: walk::display(&self.file), error };
        publish::check(&self.file, self.place()).map_err(failed)
    }

    /// Compares with the findings in its files. An entry is stale only if this run would have found it: its file was checked,
    /// or no longer exists below `roots` (without links), and its rule is enabled.
    fn compare(&self, projects: &Projects, roots: &[PathBuf], files: &[&CheckedFile]) -> Comparison {
        let states: BTreeMap<&str, State> = files.iter().map(|it| (&*it.name, it.state)).collect();
        let settles = |entry: &BaselineEntry| {
            // A path that no file can have.
            if entry.path.len() > LONGEST_PATH {
                return false;
            }
            let path = self.accepted.folder.join(&entry.path);
            let folder = path.parent().map_or_else(|| path.clone(), |it| walk::real(it, Path::new("")));
            let is_linted = match states.get(&*entry.path) {
                Some(state) => *state != State::Skipped,
                // The path is masked, so the file cannot be looked up.
                None if is_hidden(&entry.path) => false,
                None => {
                    roots.iter().any(|root| folder.starts_with(root)) && fs::symlink_metadata(&path).is_err()
                }
            };
            if !is_linted {
                return false;
            }
            // Of a directory that is gone nothing is remembered.
            let project = folder.ancestors().find(|it| it.is_dir()).and_then(|it| projects.of(it));
            project.is_some_and(|it| engine::is_told(&it.config.settings(&path), &entry.rule))
        };
        let found = files.iter().filter(|it| it.state != State::Skipped);
        let found = found.map(|file| (&*file.name, file.linted.findings.as_slice()));
        let mut comparison = self.accepted.baseline.compare(found, settles);
        if self.outside {
            comparison.stale.clear();
        }
        // It contains no token as written; an edit may have added one.
        for (entry, _) in &mut comparison.stale {
            if ![&entry.rule, &entry.structure, &entry.name].into_iter().all(|text| quote::is_plain(text)) {
                let entry = Arc::make_mut(entry);
                for text in [&mut entry.rule, &mut entry.structure, &mut entry.name] {
                    *text = quote::masked(text).into_owned();
                }
            }
        }
        comparison
    }

    /// Writes the current findings.
    fn write(&self, comparison: &Comparison) -> Result<(), Error> {
        let text = comparison.next.to_json();
        if self.old.as_deref() == Some(text.as_bytes()) {
            return Ok(());
        }
        let old = self.old.as_deref().map_or(Old::None, Old::Same);
        publish::publish(&self.file, self.place(), old, text.as_bytes())
            .map_err(|error| Error::Write { path: walk::display(&self.file), error })
    }

    /// Prints how the baseline changed.
    fn print(&self, comparison: &Comparison, written: bool) {
        let file = name(&walk::display(&self.file)).into_owned();
        if written {
            let (now, new, gone) = (comparison.next.len(), comparison.new, comparison.gone);
            return complain(&format!(
                "wrote {file}: {} ({new} added, {gone} removed)",
                counted(now, "finding")
            ));
        }
        let mask = Mask::without_source(false);
        for (entry, count) in comparison.stale.iter().take(MOST_STALE) {
            let (path, what) = (mask.prose(&name(&entry.path)), mask.prose(&entry.name));
            let times = if *count > 1 { format!(" ({count} times)") } else { String::new() };
            let what = if what.is_empty() { String::new() } else { format!(" `{what}`") };
            complain(&format!(
                "{file}: note: no longer reported{times}: {path}:{what} [{}]",
                mask.prose(&entry.rule)
            ));
        }
        if let Some(more) = comparison.stale.len().checked_sub(MOST_STALE).filter(|more| *more > 0) {
            complain(&format!("{file}: note: and {more} more"));
        }
        if comparison.gone > 0 {
            let (gone, known) = (comparison.gone, comparison.known);
            complain(&format!(
                "{file}: note: {gone} of {} in the baseline no longer reported; remove with `--write-baseline`",
                counted(known, "finding")
            ));
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
