//! Which files git says have changed.

use super::git::{Git, os_string};
use crate::quote;
use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Git cannot say what has changed.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// It does not run.
    #[error("{}", not_run(.0))]
    Run(#[source] io::Error),
    /// It lacks what keeps programs of a repository from running.
    #[error("`--changed-since` needs git 2.31 or later; this is git {0}")]
    TooOld(String),
    /// What it answered.
    #[error("git: {0}")]
    Refused(String),
    /// The revision does not exist.
    #[error("cannot compare with `{}`: unknown revision{}{}", revision(.name), shallow(*.is_shallow), fetch(.name))]
    Unknown {
        /// As given.
        name: String,
        /// Whether the clone has only part of the history.
        is_shallow: bool,
    },
    /// The working directory is in no repository.
    #[error("`--changed-since` needs a git repository: {0} is not in one")]
    NoRepository(String),
    /// Two revisions, or none.
    #[error("`--changed-since` needs one revision, the older one: `{}` is not one", revision(.0))]
    NotOne(String),
    /// It names more files than can be.
    #[error("git: the answer is larger than 64 MiB")]
    TooLong,
    /// It hangs.
    #[error("git: no answer within {0} seconds")]
    Slow(u64),
    /// A path of the command line that is not in the repository.
    #[error("{path} is not in the git repository {repository}")]
    Outside {
        /// The path as it was named.
        path: String,
        /// The folder of the work tree.
        repository: String,
    },
}

fn not_run(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "`--changed-since` needs git: install git in the image".to_owned(),
        _ => format!("cannot run git: {}", super::reason(error)),
    }
}

/// What to do in a clone without the whole history.
fn shallow(is_shallow: bool) -> &'static str {
    if is_shallow { ". In a shallow clone, fetch it first (`GIT_DEPTH: 0`, `fetch-depth: 0`)" } else { "" }
}

/// How to fetch a branch of the usual remote.
fn fetch(text: &str) -> String {
    let is_name = |branch: &&str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'/' | b'-');
        !branch.is_empty() && branch.bytes().all(is_plain) && quote::is_plain(branch)
    };
    let branch = text.strip_prefix("origin/").filter(is_name);
    branch.map_or(String::new(), |it| format!("\nhelp: `git fetch origin {it}:refs/remotes/origin/{it}`"))
}

/// A revision as it is quoted: what is not a name or the id of an object may be a secret.
fn revision(text: &str) -> Cow<'_, str> {
    if quote::is_id(text) { Cow::Borrowed(text) } else { quote::masked(text) }
}

/// The files of the working directory's repository that are not as they were where the current branch left `revision`:
/// committed since, staged, changed or new. All absolute and without links. Removed files and links are excluded.
///
/// # Errors
/// If there is no git, no repository or no such revision.
pub(super) fn since(cwd: &Path, revision: &str) -> Result<Changed, GitError> {
    let here = Git::open(cwd)?;
    let top = here.ask(&["rev-parse", "--show-toplevel"])?;
    if top.is_outside() {
        return Err(GitError::NoRepository(super::display(cwd)));
    }
    let top = top.answer()?;
    let top = PathBuf::from(os_string(top.strip_suffix(b"\n").unwrap_or(&top)));
    let top = fs::canonicalize(&top).map_err(GitError::Run)?;
    if !cwd.starts_with(&top) {
        // `core.worktree` of the repository leads elsewhere.
        let (path, repository) = (super::display(cwd), super::display(&top));
        return Err(GitError::Outside { path, repository });
    }
    let commit = commit(&here, revision)?;
    // Names are relative to the folder of the work tree, where its configuration may be another one.
    let git = Git::open(&top)?;
    let diff = |options: &[&str]| {
        let fixed =
            ["diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-relative"];
        // `diff.orderFile` names a file, and git looks into submodules as their own configurations say.
        let more = ["-O/dev/null", "--ignore-submodules=all", "--diff-filter=d"];
        git.answer(&[&fixed[..], &more, options, &[&commit, "--"]].concat())
    };
    // Without a common ancestor (another history, a shallow clone) the revision itself is compared with.
    let mut names = diff(&["--merge-base"]).or_else(|_| diff(&[]))?;
    names.extend(git.answer(&["ls-files", "-z", "--others", "--exclude-standard"])?);
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let files = names.map(|name| top.join(os_string(name)));
    let is_file = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|it| it.is_file());
    let mut files: Vec<PathBuf> = files.filter(is_file).collect();
    files.sort_unstable();
    files.dedup();
    Ok(Changed { top, files })
}

/// The id of the commit that `revision` names: from here on only that is passed to git.
fn commit(git: &Git, revision: &str) -> Result<String, GitError> {
    let not_one = || GitError::NotOne(revision.to_owned());
    if revision.trim().is_empty() || revision.contains("..") || revision.starts_with('^') {
        return Err(not_one());
    }
    let said = git.ask(&["rev-parse", "--verify", "--end-of-options", &format!("{revision}^{{commit}}")])?;
    if !said.ok {
        let shallow = git.ask(&["rev-parse", "--is-shallow-repository"])?;
        let is_shallow = shallow.ok && shallow.out.starts_with(b"true");
        return Err(GitError::Unknown { name: revision.to_owned(), is_shallow });
    }
    let id = String::from_utf8_lossy(&said.out);
    let id = id.strip_suffix('\n').unwrap_or(&id);
    let is_id = matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { Ok(id.to_owned()) } else { Err(not_one()) }
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
