//! The git repository that a file is in: its directory, its remote and its revision. `.git` is hostile input: only regular files
//! inside it are read, each up to a limit, and no program runs.

mod config;

use crate::disk::{self, GIT, NamedBy};
use crate::mask;
use std::fs;
use std::path::{Path, PathBuf};

/// More than a configuration of git has: 1 MiB.
const LARGEST_CONFIG: u64 = 1 << 20;
/// A file that contains only the name of a commit or a branch.
const LARGEST_REFERENCE: u64 = 4 << 10;
/// More than the packed references of a large repository need: 16 MiB.
const LARGEST_PACKED: u64 = 16 << 20;

/// A repository, or a directory that the user names one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repository {
    /// Its name: that of its directory, with those around it up to the one that is checked.
    pub name: String,
    /// Its directory, as paths in reports begin with it; empty if they do not.
    pub folder: String,
    /// The directory in it that paths in reports are relative to; empty for its own.
    pub directory: String,
    /// The URL of its remote, without credentials.
    pub remote: Option<String>,
    /// The commit that is checked out.
    pub revision: Option<String>,
    /// Its directory, absolute, without links: what distinguishes it from all others.
    pub root: PathBuf,
}

impl Repository {
    /// The repository with the directory `root`, seen from `cwd`. `shown` is how reports show `real`, a path in it. Below `base` it
    /// is named by its path. All but `shown` are absolute, without links.
    pub fn at(root: &Path, (cwd, base): (&Path, &Path), (shown, real): (&Path, &Path)) -> Self {
        let (mut folder, mut directory) = (String::new(), String::new());
        if let Ok(inside) = root.strip_prefix(cwd) {
            folder = display(inside);
        } else if let Ok(inside) = cwd.strip_prefix(root) {
            directory = display(inside);
        } else if let Ok(inside) = real.strip_prefix(root)
            && shown.ends_with(inside)
        {
            let up = inside.components().count();
            folder = shown.ancestors().nth(up).map(display).unwrap_or_default();
        }
        let inside = root.strip_prefix(base).ok().filter(|inside| !inside.as_os_str().is_empty());
        let name = inside.or_else(|| root.file_name().map(Path::new)).map(display).unwrap_or_default();
        let git = root.join(GIT);
        // A file or a link instead of the directory may lead to another repository, whose remote is not to be shown.
        let is_own = fs::symlink_metadata(&git).is_ok_and(|it| it.is_dir());
        let (remote, revision) = if is_own { (remote(&git), revision(&git)) } else { (None, None) };
        Self { name, folder, directory, remote, revision, root: root.to_path_buf() }
    }
}

/// Whether the directory `folder` is that of a repository.
pub fn is_root(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join(GIT)).is_ok()
}

fn display(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        mask::path(&text)
    } else {
        mask::path(&text.replace(std::path::MAIN_SEPARATOR, "/"))
    }
}

/// A regular file of `git`. A link may lead out of the repository.
fn read(git: &Path, name: &str, limit: u64) -> Option<String> {
    let mut path = git.to_path_buf();
    for part in name.split('/') {
        path.push(part);
        if fs::symlink_metadata(&path).ok()?.is_symlink() {
            return None;
        }
    }
    let bytes = disk::read(&path, limit, NamedBy::Repository).ok()?;
    String::from_utf8(bytes).ok()
}

fn remote(git: &Path) -> Option<String> {
    config::remote(&read(git, "config", LARGEST_CONFIG)?)
}

/// The commit of `HEAD`.
fn revision(git: &Path) -> Option<String> {
    let head = read(git, "HEAD", LARGEST_REFERENCE)?;
    let Some(name) = head.trim_end().strip_prefix("ref: ") else { return commit(&head) };
    let is_part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':']);
    if !name.starts_with("refs/") || !name.split('/').all(is_part) {
        return None;
    }
    if let Some(text) = read(git, name, LARGEST_REFERENCE) {
        return commit(&text);
    }
    let packed = read(git, "packed-refs", LARGEST_PACKED)?;
    let line = packed.lines().find_map(|line| line.strip_suffix(name)?.strip_suffix(' '))?;
    commit(line)
}

/// The name of a commit and nothing else.
fn commit(text: &str) -> Option<String> {
    let text = text.trim_end();
    is_commit(text).then(|| text.to_owned())
}

/// Whether `text` is the name of a commit, in SHA-1 or SHA-256.
pub fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
}

pub use config::public_remote;

#[cfg(test)]
mod tests;
