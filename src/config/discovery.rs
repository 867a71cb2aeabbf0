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
    for folder in cwd.ancestors() {
        let found: Vec<&str> =
            NAMES.iter().copied().filter(|name| fs::symlink_metadata(folder.join(name)).is_ok()).collect();
        match found.as_slice() {
            [] => {}
            [name] => return read(&folder.join(name), format!("{up}{name}"), NamedBy::Repository).map(Some),
            _ => {
                let folder = if up.is_empty() { "this folder".to_owned() } else { format!("`{up}`") };
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
    ConfigFile::parse(shown, folder, bytes).map(|mut file| {
        file.named_by = by;
        file
    })
}
