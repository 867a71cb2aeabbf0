//! Which files git says have changed.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Git cannot say what has changed.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// It does not run.
    #[error("cannot run git: {0}")]
    Run(#[source] io::Error),
    /// What it answered.
    #[error("git: {0}")]
    Refused(String),
    /// A path of the command line that git knows nothing of.
    #[error("{path} is not in the git repository {repository}")]
    Outside {
        /// The path as it was named.
        path: String,
        /// The folder of the work tree.
        repository: String,
    },
}

/// The files of the working directory's repository that are not as they were where the current branch left `revision`:
/// committed since, staged, changed or new. All absolute and without links. Files that are gone and links are left out.
///
/// # Errors
/// If there is no git, no repository or no such revision.
pub(super) fn since(cwd: &Path, revision: &str) -> Result<Changed, GitError> {
    let top = git(cwd, &["rev-parse", "--show-toplevel"])?;
    let top = PathBuf::from(os_string(top.strip_suffix(b"\n").unwrap_or(&top)));
    let top = fs::canonicalize(&top).map_err(GitError::Run)?;
    let diff = |options: &[&str]| {
        let fixed = ["diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--diff-filter=d"];
        git(&top, &[&fixed, options, &["--end-of-options", revision, "--"]].concat())
    };
    // Without a common ancestor (another history, a shallow clone) the revision itself is compared with.
    let mut names = diff(&["--merge-base"]).or_else(|_| diff(&[]))?;
    names.extend(git(&top, &["ls-files", "-z", "--others", "--exclude-standard"])?);
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let files = names.map(|name| top.join(os_string(name)));
    let is_file = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|it| it.is_file());
    let mut files: Vec<PathBuf> = files.filter(is_file).collect();
    files.sort_unstable();
    files.dedup();
    Ok(Changed { top, files })
}

/// What has changed in a repository.
pub(super) struct Changed {
    /// The folder of the work tree.
    top: PathBuf,
    files: Vec<PathBuf>,
}

impl Changed {
    /// The changed files at or below `named`, which is `real` without links.
    pub(super) fn below(&self, named: &Path, real: &Path) -> Result<Vec<PathBuf>, GitError> {
        if !real.starts_with(&self.top) && !self.top.starts_with(real) {
            let (path, repository) = (super::display(named), super::display(&self.top));
            return Err(GitError::Outside { path, repository });
        }
        Ok(self.files.iter().filter(|file| file.starts_with(real)).cloned().collect())
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
    let mut command = Command::new("git");
    // A monitor is a program that the repository's configuration names: nothing here needs it.
    command.arg("-C").arg(folder).args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"]);
    let output = command.args(arguments).output().map_err(GitError::Run)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it failed without a word");
    Err(GitError::Refused(line.trim_start_matches("fatal: ").to_owned()))
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt as _;
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    OsStr::new(&*String::from_utf8_lossy(bytes)).to_owned()
}
