//! Which file holds the configuration. The nearest one from the working directory upward counts; the search ends with the
//! folder that holds `.git`, so that what a repository's files are judged by does not depend on where it was cloned to.

use super::ConfigError;
use super::document::ConfigFile;
use crate::disk::{self, NamedBy};
use std::fs;
use std::path::{Path, PathBuf};

/// The names that a configuration file goes by.
const NAMES: [&str; 2] = ["runnerlint.toml", ".runnerlint.toml"];
/// No configuration that somebody wrote is larger: 1 MiB.
const LARGEST: u64 = 1 << 20;

/// Which configuration file is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// None.
    Isolated,
    /// This one.
    File(PathBuf),
    /// The nearest one.
    Nearest,
}

/// Finds and reads the configuration file, if there is one. `cwd` is the working directory: absolute, without links.
///
/// # Errors
/// [`ConfigError`]
pub fn load(choice: &Choice, cwd: &Path) -> Result<Option<ConfigFile>, ConfigError> {
    match choice {
        Choice::Isolated => Ok(None),
        Choice::File(path) => {
            read(&cwd.join(path), path.to_string_lossy().into_owned(), NamedBy::User).map(Some)
        }
        Choice::Nearest => nearest(cwd),
    }
}

fn nearest(cwd: &Path) -> Result<Option<ConfigFile>, ConfigError> {
    let mut up = String::new();
    let in_repository = fs::symlink_metadata(disk::root_of(cwd).join(disk::GIT)).is_ok();
    for folder in cwd.ancestors() {
        // Outside of a repository another user may have put a file into a directory that all users write to.
        let counts = |name: &&str| {
            let path = folder.join(name);
            fs::symlink_metadata(&path).is_ok() && (in_repository || have_same_owner(&path, cwd))
        };
        let found: Vec<&str> = NAMES.iter().copied().filter(counts).collect();
        match found.as_slice() {
            [] => {}
            [name] => return read(&folder.join(name), format!("{up}{name}"), NamedBy::Repository).map(Some),
            _ => {
                let folder = if up.is_empty() { "this directory".to_owned() } else { format!("`{up}`") };
                return Err(ConfigError::Twice { folder });
            }
        }
        if fs::symlink_metadata(folder.join(disk::GIT)).is_ok() {
            break;
        }
        up.push_str("../");
    }
    Ok(None)
}

/// Reads a configuration file.
fn read(path: &Path, shown: String, by: NamedBy) -> Result<ConfigFile, ConfigError> {
    let failed = |reason: String| ConfigError::Read { path: shown.clone(), reason };
    let bytes = disk::read(path, LARGEST, by).map_err(|error| failed(error.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let folder = fs::canonicalize(folder).map_err(|error| failed(disk::in_words(&error)))?;
    let outside = disk::is_outside(path, &disk::root_of(&folder));
    ConfigFile::parse_as(shown, folder, bytes, by, outside)
}

/// Whether a file, the target of a link too, is of the owner of `directory`.
#[cfg(unix)]
fn have_same_owner(file: &Path, directory: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(owner) = fs::metadata(directory).map(|it| it.uid()) else { return false };
    let is_owned = |metadata: std::io::Result<fs::Metadata>| metadata.is_ok_and(|it| it.uid() == owner);
    // A link to nowhere is reported, not passed over.
    is_owned(fs::symlink_metadata(file)) && (fs::metadata(file).is_err() || is_owned(fs::metadata(file)))
}

#[cfg(not(unix))]
fn have_same_owner(_: &Path, _: &Path) -> bool {
    true
}
