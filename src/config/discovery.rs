//! Which file holds the configuration. The nearest one from the working directory upward counts; the search ends with the
//! folder that holds `.git`, so that what a repository's files are judged by does not depend on where it was cloned to.

use super::ConfigError;
use super::document::ConfigFile;
use std::fs::{self, File};
use std::io::{self, Read as _};
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
        Choice::File(path) => read(&cwd.join(path), path.to_string_lossy().into_owned(), false).map(Some),
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
            [name] => return read(&folder.join(name), format!("{up}{name}"), true).map(Some),
            _ => {
                let folder = if up.is_empty() { "this folder".to_owned() } else { format!("`{up}`") };
                return Err(ConfigError::Twice { folder });
            }
        }
        if folder.join(".git").exists() {
            break;
        }
        up.push_str("../");
    }
    Ok(None)
}

/// Reads a configuration file. One that was only found has to be a regular file: no pipe makes us wait.
fn read(path: &Path, shown: String, found: bool) -> Result<ConfigFile, ConfigError> {
    let failed = |reason: String| ConfigError::Read { path: shown.clone(), reason };
    let io = |error: io::Error| failed(in_words(&error));
    let metadata = fs::metadata(path).map_err(|error| match fs::symlink_metadata(path) {
        Ok(_) if error.kind() == io::ErrorKind::NotFound => failed("a link to nowhere".to_owned()),
        _ => io(error),
    })?;
    if metadata.is_dir() {
        return Err(failed("it is a folder".to_owned()));
    }
    if found && !metadata.is_file() {
        return Err(failed("it is no regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(io)?;
    if bytes.len() as u64 > LARGEST {
        return Err(failed("it is larger than 1 MiB".to_owned()));
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    let folder = fs::canonicalize(folder).map_err(io)?;
    ConfigFile::parse(shown, folder, bytes)
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
