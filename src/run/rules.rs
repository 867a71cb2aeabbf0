//! A user's own rules.

use crate::catalogue::Catalogue;
use crate::config::{Config, ConfigGlobs};
use crate::disk::{self, NamedBy, size_in_words};
use crate::rules::load::{self, Loaded, Loader, Problem, RuleFile};
use crate::sites::Sites;
use crate::walk::{self, RulesError};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// More text than all rules of a run may have: 16 MiB.
const LARGEST: u64 = 16 << 20;

/// Rules of a user's own cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// They cannot be read.
    #[error(transparent)]
    Read(#[from] RulesError),
    /// Something is wrong in them.
    #[error("{} in the rules", problems(.0.len()))]
    Wrong(Vec<Problem>),
    /// The configuration files of a run name more different directories than it may have.
    #[error("the configuration files name more than {0} different sets of directories in `rules`")]
    TooMany(usize),
}

impl From<Vec<Problem>> for LoadError {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Wrong(problems)
    }
}

impl LoadError {
    /// The same, without the text of files that only a configuration file of the repository, or a link in it, led to outside of
    /// the repository. `named` are the directories that the user named; `cwd` is absolute, without links.
    #[must_use]
    pub fn hide_outside(self, config: &Config, named: &[PathBuf], cwd: &Path) -> Self {
        let Self::Wrong(problems) = self else { return self };
        let here = disk::root_of(cwd);
        let file = config.file().filter(|file| file.named_by == NamedBy::Repository);
        let root = file.map(|file| disk::root_of(&file.folder));
        let is_outside = |problem: &Problem| {
            let path = cwd.join(&problem.path);
            let by_user = named.iter().any(|folder| path.starts_with(cwd.join(folder)));
            match &root {
                Some(root) if !by_user => disk::is_outside(&path, root),
                // A path that does not say `..` leads out by a link only.
                _ => {
                    let is_below =
                        path.starts_with(&here) && !path.components().any(|it| it.as_os_str() == "..");
                    is_below && disk::is_outside(&path, &here)
                }
            }
        };
        let hide = |problem: Problem| if is_outside(&problem) { problem.without_text() } else { problem };
        Self::Wrong(problems.into_iter().map(hide).collect())
    }
}

fn problems(count: usize) -> String {
    if count == 1 { "1 problem".to_owned() } else { format!("{count} problems") }
}

/// The folders of a user's own rules, those of the configuration and `more`: each once, from `cwd` (absolute, without links)
/// if they are in it.
pub fn rule_folders(config: &Config, more: &[PathBuf], cwd: &Path) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    let all = config.rules().into_iter().chain(more.iter().cloned());
    let all = all.filter(|folder| seen.insert(walk::real(cwd, folder)));
    let short = |folder: PathBuf| match folder.strip_prefix(cwd) {
        Ok(inside) if inside.as_os_str().is_empty() => PathBuf::from("."),
        Ok(inside) => inside.to_path_buf(),
        Err(_) => folder,
    };
    all.map(short).collect()
}

/// What the configuration excludes from a walk. Rules show what is wrong in their examples: a folder of rules is not linted
/// by itself, unless it is named.
pub(super) fn left_out(config: &Config, cwd: &Path) -> Vec<ConfigGlobs> {
    let mut all: Vec<ConfigGlobs> = config.exclude().cloned().into_iter().collect();
    let folders = rule_folders(config, &[], cwd);
    all.extend(folders.iter().filter_map(|folder| names_itself(&walk::real(cwd, folder), true)));
    all
}

/// Globs that name the file or directory at `path` (absolute, without links) and nothing else.
pub fn names_itself(path: &Path, is_dir: bool) -> Option<ConfigGlobs> {
    let name = path.file_name()?.to_str()?;
    let end = if is_dir { "/" } else { "" };
    ConfigGlobs::new(path.parent()?, &[format!("/{}{end}", globset::escape(name))]).ok()
}

/// The files of these folders.
///
/// # Errors
/// One of them cannot be read.
pub fn rule_files(folders: &[PathBuf]) -> Result<Vec<RuleFile>, LoadError> {
    let total = AtomicU64::new(0);
    let read = |file: RuleFile<PathBuf>| {
        let text = read_counted(&file.text, &total)?;
        Ok(RuleFile { path: file.path, inside: file.inside, text })
    };
    listed(folders)?.into_iter().map(read).collect()
}

/// The text of a file, as long as all of them together are not too large.
fn read_counted(path: &Path, total: &AtomicU64) -> Result<String, RulesError> {
    let text = walk::read_rules(path)?;
    let length = text.len() as u64;
    if total.fetch_add(length, Ordering::Relaxed).saturating_add(length) > LARGEST {
        let reason = format!("the rules exceed {} together", size_in_words(LARGEST));
        return Err(RulesError { path: path.to_path_buf(), reason });
    }
    Ok(text)
}

fn listed(folders: &[PathBuf]) -> Result<Vec<RuleFile<PathBuf>>, RulesError> {
    let mut files = Vec::new();
    for folder in folders {
        files.extend(walk::rule_files(folder)?);
    }
    Ok(files)
}

/// What is built in together with the rules of these files.
///
/// # Errors
/// [`LoadError::Wrong`]
pub fn load_files(files: &[RuleFile]) -> Result<Arc<Catalogue>, LoadError> {
    Ok(catalogue(load::load(files)?))
}

/// As [`load_files`], with the files of these folders, by `threads` threads. Without folders it is what is built in.
///
/// # Errors
/// [`LoadError`] if a folder cannot be read, or if anything in it is wrong.
pub fn load_rules(folders: &[PathBuf], threads: usize) -> Result<Arc<Catalogue>, LoadError> {
    load_counted(folders, threads, &AtomicU64::new(0))
}

/// As [`load_rules`], as one of several: `total` is the size of all rules that the run has read.
///
/// # Errors
/// [`LoadError`] if a folder cannot be read, or if anything in it is wrong.
pub fn load_counted(
    folders: &[PathBuf],
    threads: usize,
    total: &AtomicU64,
) -> Result<Arc<Catalogue>, LoadError> {
    if folders.is_empty() {
        return Ok(Arc::clone(Catalogue::built_in()));
    }
    let read = |path: &PathBuf| Ok::<_, LoadError>(read_counted(path, total)?);
    Ok(catalogue(Loader::over_built_in().load(&listed(folders)?, threads, read)?))
}

fn catalogue(loaded: Loaded) -> Arc<Catalogue> {
    Arc::new(Catalogue::new(Arc::new(loaded.data), Arc::new(Sites::new(loaded.sites)), loaded.files))
}
