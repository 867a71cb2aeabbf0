//! Which files to lint: a parallel walk that honors ignore files and sees hidden files, and what each file's chart sets.

mod bytes;
mod changed;
mod chart;
mod git;
mod ignored;
mod rules;
mod tree;

pub(crate) use bytes::open;
pub use changed::GitError;
pub use chart::Charts;
pub use rules::{RulesError, read_rules, rule_files};

use crate::config::ConfigGlobs;
use crate::finding::Notice;
use crate::mask;
use ignored::IgnoreFiles;
use std::fmt::Debug;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::SystemTime;

/// Our own ignore file, in the syntax of `.gitignore`.
pub const IGNORE_FILE: &str = ".runnerlintignore";

/// The notice for a path that does not exist.
pub(crate) const MISSING: &str = "no such file or directory";

/// The notice for a copy that an earlier run has left.
pub(crate) const LEFT: &str = "left by a run that was stopped; may be deleted";

/// What the configuration of each directory excludes.
pub trait Configured: Debug + Send + Sync {
    /// Whether the configuration of the directory that contains `path` (absolute, without links) excludes it: then the counter
    /// of what that configuration excludes. `parents` says whether the directories that contain `path` are asked about as well.
    fn excludes(&self, path: &Path, is_dir: bool, parents: bool) -> Option<Arc<AtomicUsize>>;

    /// Says that a walk comes to a directory (absolute, without links), and whether this may contain a configuration file or
    /// `.git`. Only the first call counts.
    fn enter(&self, folder: &Path, may_have_one: bool);
}

/// Which files to leave out.
#[derive(Clone, Debug, Default)]
pub struct WalkOptions {
    /// What to leave out, whatever the configuration says.
    pub exclude: Vec<ConfigGlobs>,
    /// What the configuration says.
    pub configured: Option<Arc<dyn Configured>>,
    /// Leave out files named on the command line as well.
    pub force_exclude: bool,
    /// Do not read ignore files.
    pub no_ignore: bool,
    /// Threads to walk with.
    pub threads: usize,
    /// Counts the files that the walk meets, for a user who waits.
    pub met: Arc<AtomicUsize>,
}

impl WalkOptions {
    fn excludes(&self, path: &Path, is_dir: bool) -> bool {
        self.excluded_by(path, is_dir).is_some()
            || self.exclude.iter().any(|globs| globs.match_path(path, is_dir))
    }

    /// The counter of the configuration that leaves out `path`.
    fn excluded_by(&self, path: &Path, is_dir: bool) -> Option<Arc<AtomicUsize>> {
        self.configured.as_ref()?.excludes(path, is_dir, true)
    }
}

/// The walk cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// There is no working directory.
    #[error("cannot read the working directory: {0}")]
    WorkingDirectory(#[source] io::Error),
    /// What has changed is not known.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// A file to lint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileToLint {
    /// Absolute, without links.
    pub real: PathBuf,
    /// As shown: relative to the working directory if it is inside, else as it was named.
    pub shown: PathBuf,
    /// Whether it was named on the command line.
    pub named: bool,
    /// Whether a look has shown already that it must be linted.
    pub looked: bool,
}

/// The result of a look at a file during the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// It must be linted.
    Wanted,
    /// There is nothing in it to lint.
    Clean,
    /// It is not to be linted, and not worth a notice.
    Skipped,
    /// It has to be linted, and was not looked at.
    Unseen,
}

/// Looks at a file, by any thread.
pub(crate) type Looks<'a> = &'a (dyn Fn(&Path) -> Look + Sync);

/// Files that a look was enough for. They are counted, and nothing of them is kept: most files of a repository are here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// [`Look::Clean`]
    pub clean: usize,
    /// [`Look::Skipped`]
    pub skipped: usize,
}

/// What the walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// How many files and directories ignore files left out. What is in such a directory is not counted.
    pub ignored: usize,
    /// Files that are not in `files`, since a look was enough.
    pub passed: Passed,
    /// Each file once, by the bytes of its shown path.
    pub files: Vec<FileToLint>,
    /// What could not be walked, in the same order.
    pub notices: Vec<(PathBuf, Notice)>,
}

/// `path` as reports show it: `/`-separated, without tokens. Control characters are still in it.
pub fn display(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        mask::path(&text)
    } else {
        mask::path(&text.replace(std::path::MAIN_SEPARATOR, "/"))
    }
}

/// The working directory: absolute, without links.
///
/// # Errors
/// There is none.
pub fn working_directory() -> Result<PathBuf, WalkError> {
    fs::canonicalize(".").map_err(WalkError::WorkingDirectory)
}

/// Whether `path` (absolute, without links), a file, is excluded although it is named.
pub fn leaves_out(options: &WalkOptions, path: &Path) -> bool {
    options.force_exclude
        && (options.excludes(path, false)
            || !options.no_ignore && IgnoreFiles::default().ignores(path, false))
}

/// Finds the files below `paths`.
///
/// # Errors
/// [`WalkError`]. A path that cannot be read is a notice, not an error.
pub fn find(paths: &[PathBuf], options: &WalkOptions) -> Result<Found, WalkError> {
    look(paths, options, None)
}

/// As [`find`], with a look at each file that is not named, on the way: those that need no more are only counted.
///
/// # Errors
/// [`WalkError`]. A path that cannot be read is a notice, not an error.
pub(crate) fn look(
    paths: &[PathBuf],
    options: &WalkOptions,
    looks: Option<Looks<'_>>,
) -> Result<Found, WalkError> {
    Ok(tree::walk(paths, working_directory()?, options, looks))
}

/// Finds the files at or below `paths` that git says have changed since the current branch left `revision`: committed
/// since, staged, changed or new. What is excluded or ignored is skipped, as in a walk.
///
/// # Errors
/// [`WalkError`].
pub fn find_changed(paths: &[PathBuf], revision: &str, options: &WalkOptions) -> Result<Found, WalkError> {
    let cwd = fs::canonicalize(".").map_err(WalkError::WorkingDirectory)?;
    let changed = changed::since(&cwd, revision)?;
    let mut wanted = Vec::new();
    for path in paths {
        match fs::canonicalize(path) {
            Ok(real) => wanted.extend(changed.below(path, &real)?),
            // The walk reports that it is missing, as for all others.
            Err(_) => wanted.push(path.clone()),
        }
    }
    let mut found = find(&wanted, &WalkOptions { force_exclude: true, ..options.clone() })?;
    for file in &mut found.files {
        file.named = paths.contains(&file.shown);
    }
    Ok(found)
}

/// `path` (from `cwd`) as the walk would see it: absolute, and without links as far as it exists.
pub fn real(cwd: &Path, path: &Path) -> PathBuf {
    let path = cwd.join(path);
    let path = std::path::absolute(&path).unwrap_or(path);
    for folder in path.ancestors() {
        if let Ok(real) = fs::canonicalize(folder) {
            let rest = path.strip_prefix(folder).unwrap_or(Path::new(""));
            return if rest.as_os_str().is_empty() { real } else { real.join(rest) };
        }
    }
    path
}

/// What shows that a file changed: its modification time and its length.
pub type Stamp = (Option<SystemTime>, u64);

/// The stamp of a file as it is now.
///
/// # Errors
/// It cannot be looked at.
pub fn stamp(file: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(file)?;
    Ok((metadata.modified().ok(), metadata.len()))
}

/// An I/O error in words, without the number.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => MISSING.to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}
