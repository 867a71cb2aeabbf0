//! The baseline file: read before a run, compared and written after it.

use super::Error;
use super::args::CheckArgs;
use super::output::complain;
use crate::baseline::{Comparison, Entry, LARGEST};
use crate::config::Config;
use crate::config::schema::Key;
use crate::disk::{self, NamedBy, ReadError};
use crate::engine;
use crate::escape::name;
use crate::finding::Refusal;
use crate::fixer::publish::{self, Old, Place};
use crate::mask::{Mask, is_hidden};
use crate::quote;
use crate::run::{Accepted, AcceptedError, Checked, State};
use crate::walk;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// More stale entries than this are only counted.
const MOST_STALE: usize = 10;

/// The baseline of a run.
pub(super) struct Known {
    /// As it was named.
    file: PathBuf,
    /// Absolute, its directory without links.
    real: PathBuf,
    /// Its text; `None` if it does not exist yet.
    old: Option<Vec<u8>>,
    accepted: Arc<Accepted>,
    /// The directory that must contain it, if only a configuration file of the repository names it.
    within: Option<PathBuf>,
    /// Whether it is outside of that: then no text of it is printed.
    outside: bool,
}

/// Reads the baseline of this run.
pub(super) fn read(args: &CheckArgs, config: &Config) -> Result<Option<Known>, Error> {
    // An empty name disables the baseline of a configuration file.
    let named = args.baseline.as_ref().map_or_else(|| config.baseline(), |it| Some(Path::new(it)));
    let Some(file) = named.filter(|it| !it.as_os_str().is_empty()) else {
        return if args.write_baseline { Err(Error::NoBaseline) } else { Ok(None) };
    };
    let cwd = walk::working_directory()?;
    // A configuration file names it relative to its own directory.
    let file = file.strip_prefix(&cwd).unwrap_or(file);
    let shown = || walk::display(file);
    let by = if args.baseline.is_some() { NamedBy::User } else { NamedBy::Repository };
    let failed = |error: AcceptedError| match config.origin(Key::Baseline) {
        Some(origin) if by == NamedBy::Repository => {
            Error::Baseline { path: format!("{} (`baseline` in {origin})", shown()), error }
        }
        _ => Error::Baseline { path: shown(), error },
    };
    let real = walk::real(&cwd, file);
    let old = match disk::read(file, LARGEST, by) {
        Ok(bytes) => Some(bytes),
        Err(ReadError::Missing) if args.write_baseline => None,
        Err(ReadError::Missing) => return Err(Error::MissingBaseline(shown())),
        Err(error) => return Err(failed(error.into())),
    };
    let accepted = Accepted::of(file, old.as_deref()).map_err(failed)?;
    let is_there = old.is_some();
    let within = config.file().filter(|file| by == NamedBy::Repository && file.named_by == by);
    let within = within.map(|file| disk::root_of(&file.folder));
    // Only a write has to compare it.
    let old = old.filter(|_| args.write_baseline);
    let outside = is_there && within.as_ref().is_some_and(|root| disk::is_outside(file, root));
    let file = file.to_path_buf();
    Ok(Some(Known { file, real, old, accepted: Arc::new(accepted), within, outside }))
}

impl Known {
    /// The accepted findings.
    pub(super) fn accepted(&self) -> Arc<Accepted> {
        Arc::clone(&self.accepted)
    }

    /// Whether it is the file at `path` (absolute, without links).
    pub(super) fn is(&self, path: &Path) -> bool {
        self.real == path
    }

    /// Excludes the file itself from the files to check.
    pub(super) fn leave_out(&self, found: &mut walk::Found) {
        found.files.retain(|target| target.real != self.real);
    }

    fn place(&self) -> Place<'_> {
        self.within.as_deref().map_or(Place::Argument, Place::Within)
    }

    /// Checks that it can be written.
    pub(super) fn check_place(&self) -> Result<(), Error> {
        let failed = |error| Error::Write { path: walk::display(&self.file), error };
        publish::check(&self.file, self.place()).map_err(failed)
    }

    /// Compares with the findings below `roots`. An entry is stale only if this run would have found it: its file was
    /// checked, or no longer exists below `roots`, and its rule is enabled.
    pub(super) fn compare(&self, config: &Config, roots: &[PathBuf], files: &[Checked]) -> Comparison {
        let roots: Vec<PathBuf> = roots.iter().filter_map(|root| fs::canonicalize(root).ok()).collect();
        let states: BTreeMap<&str, State> =
            files.iter().filter(|it| !it.name.is_empty()).map(|it| (&*it.name, it.state)).collect();
        let settles = |entry: &Entry| {
            let is_linted = match states.get(&*entry.path) {
                Some(state) => *state != State::Skipped,
                // The path is masked, so the file cannot be looked up.
                None if is_hidden(&entry.path) => false,
                None => {
                    let path = self.accepted.folder.join(&entry.path);
                    let real = path.parent().map_or_else(|| path.clone(), |it| walk::real(it, Path::new("")));
                    roots.iter().any(|root| real.starts_with(root)) && fs::symlink_metadata(&path).is_err()
                }
            };
            let path = self.accepted.folder.join(&entry.path);
            is_linted && engine::is_told(&config.settings(&path), &entry.rule)
        };
        let found = files.iter().filter(|it| it.state != State::Skipped && !it.name.is_empty());
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

    /// Writes the current findings, and marks all findings as baselined.
    pub(super) fn write(&self, comparison: &Comparison, files: &mut [Checked]) -> Result<(), Error> {
        let text = comparison.next.to_json();
        if self.old.as_deref() != Some(text.as_bytes()) {
            let place = self.place();
            let old = self.old.as_deref().map_or(Old::None, Old::Same);
            publish::publish(&self.file, place, old, text.as_bytes())
                .map_err(|error| Error::Write { path: walk::display(&self.file), error })?;
        }
        for finding in files.iter_mut().flat_map(|file| &mut file.linted.findings) {
            finding.baselined |= !finding.suppressed;
            if finding.fix.is_ok() {
                finding.fix = Err(Refusal::Baselined);
            }
        }
        Ok(())
    }

    /// Prints how the baseline changed.
    pub(super) fn print(&self, comparison: &Comparison, written: bool) {
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
