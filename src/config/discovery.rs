//! Which file holds the configuration of a directory: the nearest one, in it or in its parent directories. The search ends with
//! the directory that contains `.git`, so that what a repository's files are judged by does not depend on where it was cloned to.

use super::ConfigError;
use super::document::ConfigFile;
use crate::disk::{self, NamedBy};
use crate::mask;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

/// The names that a configuration file goes by.
const NAMES: [&str; 2] = ["runnerlint.toml", ".runnerlint.toml"];
/// No real configuration is larger: 1 MiB.
const LARGEST: u64 = 1 << 20;

/// Which configuration file is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// None.
    Isolated,
    /// This one, for all files.
    File(PathBuf),
    /// For each file the nearest one.
    Nearest,
}

/// Finds and reads the configuration file of the directory `cwd` (absolute, without links), if there is one.
///
/// # Errors
/// [`ConfigError`]
pub fn load(choice: &Choice, cwd: &Path) -> Result<Option<ConfigFile>, ConfigError> {
    match choice {
        Choice::Isolated => Ok(None),
        Choice::File(path) => {
            read(&cwd.join(path), path.to_string_lossy().into_owned(), NamedBy::User).map(Some)
        }
        Choice::Nearest => {
            let mut discovery = Discovery::default();
            let file = discovery.of(cwd, Seen::Nothing);
            file.and_then(|file| discovery.read(file, cwd)).transpose()
        }
    }
}

/// Whether a name is that of a configuration file. Some file systems take letters of either case.
pub fn is_config_name(name: &OsStr) -> bool {
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// What a walk has seen of a directory that it asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing: the file system is asked.
    Nothing,
    /// That it contains neither a configuration file nor `.git`.
    NoConfig,
}

/// The configuration files of directories, each looked for once. Files are numbered as they are found.
#[derive(Debug, Default)]
pub struct Discovery {
    folders: HashMap<OsString, Folder>,
    files: Vec<Located>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Folder {
    in_repository: bool,
    /// The nearest file, regardless of its owner.
    nearest: Option<usize>,
    /// The nearest file that applies.
    applies: Option<usize>,
}

#[derive(Debug)]
struct Located {
    folder: PathBuf,
    name: &'static str,
    in_repository: bool,
    /// The next one: of the other name, or in the parent directories.
    next: Option<usize>,
}

impl Located {
    fn path(&self) -> PathBuf {
        self.folder.join(self.name)
    }
}

impl Discovery {
    /// The file of the directory `folder` (absolute, without links), if that is known already.
    pub fn known(&self, folder: &Path) -> Option<Option<usize>> {
        self.folders.get(folder.as_os_str()).map(|it| it.applies)
    }

    /// The file of the directory `folder` (absolute, without links).
    pub fn of(&mut self, folder: &Path, seen: Seen) -> Option<usize> {
        let mut unknown = Vec::new();
        let mut here = Folder::default();
        for folder in folder.ancestors() {
            if let Some(known) = self.folders.get(folder.as_os_str()) {
                here = *known;
                break;
            }
            unknown.push(folder);
        }
        for part in unknown.into_iter().rev() {
            if seen == Seen::Nothing || part != folder {
                here = self.enter(part, here);
            }
            here.applies = self.applying(part, here);
            self.folders.insert(part.into(), here);
        }
        here.applies
    }

    /// What is in a directory, below what is in its parent.
    fn enter(&mut self, folder: &Path, above: Folder) -> Folder {
        let is_there = |name: &str| fs::symlink_metadata(folder.join(name)).is_ok();
        let above = Some(above).filter(|_| !is_there(disk::GIT));
        let mut here = above.unwrap_or(Folder { in_repository: true, ..Folder::default() });
        for name in NAMES.into_iter().rev().filter(|name| is_there(name)) {
            let (folder, in_repository, next) = (folder.to_path_buf(), here.in_repository, here.nearest);
            here.nearest = Some(self.files.len());
            self.files.push(Located { folder, name, in_repository, next });
        }
        here
    }

    /// Outside of a repository another user may have put a file into a directory that all users write to.
    fn applying(&self, folder: &Path, here: Folder) -> Option<usize> {
        if !here.in_repository && here.nearest.is_some() && fs::symlink_metadata(folder).is_err() {
            // A directory that does not exist has no owner of its own.
            return here.applies;
        }
        let mut next = here.nearest;
        while let Some((at, file)) = next.and_then(|at| Some((at, self.files.get(at)?))) {
            if here.in_repository || have_same_owner(&file.path(), folder) {
                return Some(at);
            }
            next = file.next;
        }
        None
    }

    /// Reads a file that was found; it is shown as seen from `cwd`.
    pub fn read(&self, file: usize, cwd: &Path) -> Option<Result<ConfigFile, ConfigError>> {
        let file = self.files.get(file)?;
        let folder = relative(cwd, &file.folder);
        let other = file.next.and_then(|at| self.files.get(at)).filter(|it| it.folder == file.folder);
        if other.is_some_and(|it| it.in_repository || have_same_owner(&it.path(), &file.path())) {
            let folder = if folder.is_empty() { "this directory".to_owned() } else { format!("`{folder}`") };
            return Some(Err(ConfigError::Twice { folder }));
        }
        Some(read(&file.path(), format!("{folder}{}", file.name), NamedBy::Repository))
    }
}

/// The directory `folder` as seen from `cwd`, with a `/` at its end; nothing for `cwd` itself. Both absolute, without links.
fn relative(cwd: &Path, folder: &Path) -> String {
    let shared = cwd.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = cwd.components().skip(shared).map(|_| "../".to_owned());
    let down = folder.components().skip(shared).map(|it| format!("{}/", it.as_os_str().to_string_lossy()));
    mask::path(&up.chain(down).collect::<String>())
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
