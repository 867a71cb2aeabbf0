//! Writing files that are not fixed but made: reports, plans, baselines, new rules.
//!
//! A file is complete on the disk under another name in the same directory before it replaces the old one. A repository cannot
//! choose which file that is: its symbolic links are not followed, neither to the file nor out of the repository.

use super::keep::{NotKept, take_over};
use super::write::{plain, settle, temporary};
use crate::disk::{GIT, is_of_the_system, is_outside, root_of};
use crate::interrupt;
use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Component, Path, PathBuf};
use tempfile::NamedTempFile;

/// Who chose where a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination<'a> {
    /// The user, by an argument.
    Argument,
    /// A configuration file: the place must be below this directory (absolute, without links).
    Within(&'a Path),
}

/// What may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Old<'a> {
    /// Any file.
    Any,
    /// No file.
    None,
    /// A file with these bytes.
    Same(&'a [u8]),
}

/// Why a file was not written. The old one, if there was one, is as it was.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The last part of the path is a symbolic link.
    #[error("it is a symbolic link in the repository: name the file itself")]
    Link,
    /// A directory of the path is a symbolic link that leads out of the repository.
    #[error("its directory is a symbolic link that leads out of the repository")]
    Leaves,
    /// The configuration names a place outside of the repository.
    #[error("it is outside of the repository: only an argument can name such a file")]
    Outside,
    /// It is a directory.
    #[error("it is a directory")]
    Directory,
    /// It is a socket, or a device in the repository.
    #[error("it is not a regular file")]
    NotRegular,
    /// It is a pipe, and nothing is at its other end.
    #[error("it is a pipe that no program reads")]
    NoReader,
    /// There is no directory for it.
    #[error("no such directory")]
    NoDirectory,
    /// A new file was wanted.
    #[error("it exists")]
    Exists,
    /// The file is write-protected.
    #[error("it is write-protected")]
    Protected,
    /// Another program wrote it meanwhile.
    #[error("it changed since it was read; run again")]
    Changed,
    /// What others may do with the old file would change.
    #[error("{0}")]
    NotKept(#[from] NotKept),
    /// Anything else.
    #[error("{}", plain(.0))]
    Io(#[from] io::Error),
}

/// A file that is being written. It is there after [`NewFile::finish`], or not at all.
#[derive(Debug)]
pub struct NewFile(PublishedAs);

#[derive(Debug)]
enum PublishedAs {
    /// Replaces the file at this path (its directory without links); what that was, if it was there.
    Beside(BufWriter<NamedTempFile>, PathBuf, Option<Box<Metadata>>),
    /// A pipe or a device, which has nothing to lose.
    InPlace(BufWriter<File>),
}

impl NewFile {
    /// Begins to write the file at `path`.
    ///
    /// # Errors
    /// [`PublishError`]
    pub fn begin(path: &Path, place: Destination<'_>, old: Old<'_>) -> Result<Self, PublishError> {
        // So that a signal leaves no half of it.
        interrupt::watch();
        let (target, metadata) = match locate(path, place)? {
            PublishFound::Special(file) => return Ok(Self(PublishedAs::InPlace(BufWriter::new(file)))),
            PublishFound::File(target, metadata) => (target, metadata),
        };
        match (old, &metadata) {
            (Old::None, Some(_)) => return Err(PublishError::Exists),
            (Old::Same(_), None) => return Err(PublishError::Changed),
            (Old::Same(bytes), Some(_)) if !holds(&target, bytes)? => return Err(PublishError::Changed),
            _ => {}
        }
        let beside = match &metadata {
            Some(_) => temporary(directory_of(&target)?)?,
            None => fresh(directory_of(&target)?)?,
        };
        Ok(Self(PublishedAs::Beside(BufWriter::new(beside), target, metadata.map(Box::new))))
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// [`PublishError`]
    pub fn finish(self) -> Result<(), PublishError> {
        let (beside, target, old) = match self.0 {
            PublishedAs::InPlace(mut file) => return Ok(file.flush()?),
            PublishedAs::Beside(beside, target, old) => (beside, target, old),
        };
        let beside = beside.into_inner().map_err(|error| PublishError::Io(error.into_error()))?;
        if let Some(old) = &old {
            take_over(&target, beside.as_file(), old)?;
        }
        beside.as_file().sync_all()?;
        let directory = directory_of(&target)?;
        // A link may have been put there meanwhile. A rename does not follow the last part.
        if !fs::canonicalize(directory).is_ok_and(|now| now == directory) {
            return Err(PublishError::Changed);
        }
        match old {
            Some(_) => beside.persist(&target).map(drop),
            None => beside.persist_noclobber(&target).map(drop),
        }
        .map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => PublishError::Changed,
            _ => PublishError::Io(error.error),
        })?;
        settle(directory);
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if interrupt::is_asked() {
            // The kind that says so would be tried again.
            return Err(io::Error::other("the run was interrupted"));
        }
        match &mut self.0 {
            PublishedAs::Beside(file, ..) => file.write(bytes),
            PublishedAs::InPlace(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            PublishedAs::Beside(file, ..) => file.flush(),
            PublishedAs::InPlace(file) => file.flush(),
        }
    }
}

/// Writes `text` to the file at `path`.
///
/// # Errors
/// [`PublishError`]
pub fn publish(path: &Path, place: Destination<'_>, old: Old<'_>, text: &[u8]) -> Result<(), PublishError> {
    let mut file = NewFile::begin(path, place, old)?;
    file.write_all(text)?;
    file.finish()
}

/// Whether a file can be written at `path`, so that a run need not find out at its end.
///
/// # Errors
/// [`PublishError`]
pub fn check(path: &Path, place: Destination<'_>) -> Result<(), PublishError> {
    let name = path.file_name().ok_or(PublishError::Directory)?;
    // A pipe is opened once, when there is something to write.
    let is_special = |it: &Metadata| !it.is_file() && !it.is_dir() && !it.is_symlink();
    if is_of_the_system(path) || fs::symlink_metadata(path).is_ok_and(|it| is_special(&it)) {
        return Ok(());
    }
    let (target, old) = regular(directory(path, place)?.join(name))?;
    if let Some(old) = old {
        take_over(&target, temporary(directory_of(&target)?)?.as_file(), &old)?;
    }
    Ok(())
}

/// Whether a symbolic link on `path` leads out of the repository that the path is in as it is written.
pub(super) fn leads_out(path: &Path) -> bool {
    let has_git = |root: &PathBuf| fs::symlink_metadata(root.join(GIT)).is_ok();
    match directory(path, Destination::Argument) {
        Err(error) => matches!(error, PublishError::Leaves),
        Ok(directory) => {
            repository_of(&directory).filter(has_git).is_some_and(|root| is_outside(path, &root))
        }
    }
}

/// Creates the directory at `path` and those above it.
///
/// # Errors
/// [`PublishError`]
pub fn create_directory(path: &Path) -> Result<(), PublishError> {
    let path = std::path::absolute(path)?;
    let parts: Vec<Component<'_>> = path.components().collect();
    let mut here = PathBuf::new();
    for part in parts {
        here.push(part);
        let is_missing = fs::metadata(&here).is_err();
        // What is there must be followed as for a file in it.
        directory(&here.join("x"), Destination::Argument).map(drop).or_else(|error| match error {
            PublishError::NoDirectory if is_missing => Ok(()),
            error => Err(error),
        })?;
        if is_missing {
            fs::create_dir(&here)?;
        }
    }
    Ok(())
}

/// Whether the file at `path` has these bytes and no more.
fn holds(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut part = Vec::new();
    for expected in bytes.chunks(1 << 16) {
        part.clear();
        io::Read::by_ref(&mut file).take(expected.len() as u64).read_to_end(&mut part)?;
        if part != expected {
            return Ok(false);
        }
    }
    Ok(file.read(&mut [0])? == 0)
}

/// Where a path leads.
enum PublishFound {
    File(PathBuf, Option<Metadata>),
    Special(File),
}

fn locate(path: &Path, place: Destination<'_>) -> Result<PublishFound, PublishError> {
    if place == Destination::Argument && is_of_the_system(path) {
        // `/dev/stdout`, `>(command)`: it may be a file that the shell has opened, to append to.
        return Ok(PublishFound::Special(OpenOptions::new().append(true).open(path)?));
    }
    let name = path.file_name().ok_or(PublishError::Directory)?;
    let directory = directory(path, place)?;
    let target = directory.join(name);
    let kind = fs::symlink_metadata(&target).map(|it| it.file_type());
    if place == Destination::Argument
        && let Ok(kind) = kind
        && is_special(kind)
    {
        return special(&target, kind, repository_of(&directory).is_some()).map(PublishFound::Special);
    }
    let (target, metadata) = regular(target)?;
    Ok(PublishFound::File(target, metadata))
}

/// The file at `target` (its directory without links), if it may be replaced.
fn regular(target: PathBuf) -> Result<(PathBuf, Option<Metadata>), PublishError> {
    let metadata = match fs::symlink_metadata(&target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((target, None)),
        metadata => metadata?,
    };
    if metadata.is_symlink() {
        if repository_of(directory_of(&target)?).is_some() {
            return Err(PublishError::Link);
        }
        let real = fs::canonicalize(&target)?;
        return if fs::symlink_metadata(&real)?.is_symlink() {
            Err(PublishError::Link)
        } else {
            regular(real)
        };
    }
    if metadata.is_dir() {
        return Err(PublishError::Directory);
    }
    if !metadata.is_file() {
        return Err(PublishError::NotRegular);
    }
    // A rename would not ask.
    let is_denied = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    match OpenOptions::new().append(true).open(&target) {
        _ if metadata.permissions().readonly() => Err(PublishError::Protected),
        Err(error) if is_denied(&error) => Err(PublishError::Protected),
        opened => opened.map(|_| (target, Some(metadata))).map_err(PublishError::Io),
    }
}

/// The directory of `path`, without links.
fn directory(path: &Path, place: Destination<'_>) -> Result<PathBuf, PublishError> {
    let path = std::path::absolute(path)?;
    let parent = path.parent().ok_or(PublishError::Directory)?;
    let mut here = PathBuf::new();
    for part in parent.components() {
        if part == Component::ParentDir {
            here.pop();
            continue;
        }
        let next = here.join(part);
        let metadata = fs::symlink_metadata(&next).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => PublishError::NoDirectory,
            _ => PublishError::Io(error),
        })?;
        here = if metadata.is_symlink() {
            let real = fs::canonicalize(&next).map_err(|_| PublishError::NoDirectory)?;
            if repository_of(&here).is_some_and(|root| !real.starts_with(root)) {
                return Err(PublishError::Leaves);
            }
            real
        } else {
            next
        };
    }
    if !fs::metadata(&here)?.is_dir() {
        return Err(PublishError::NoDirectory);
    }
    let here = fs::canonicalize(here)?;
    match place {
        Destination::Within(root) if !here.starts_with(root) => Err(PublishError::Outside),
        _ => Ok(here),
    }
}

/// The root of the repository that decides what is in `directory` (without links): that of the working directory, also where
/// it is not one of git, else the nearest one.
fn repository_of(directory: &Path) -> Option<PathBuf> {
    let directory = &fs::canonicalize(directory).ok()?;
    let working = fs::canonicalize(".").map(|it| root_of(&it)).ok();
    if let Some(root) = working.filter(|root| directory.starts_with(root)) {
        return Some(root);
    }
    let root = root_of(directory);
    fs::symlink_metadata(root.join(GIT)).is_ok().then_some(root)
}

fn directory_of(target: &Path) -> Result<&Path, PublishError> {
    target.parent().ok_or(PublishError::Directory)
}

/// A new file gets the mode that the user's mask allows.
fn fresh(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = super::write::builder();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(directory)
}

#[cfg(unix)]
fn is_special(kind: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    kind.is_fifo() || kind.is_char_device()
}

#[cfg(not(unix))]
fn is_special(_: FileType) -> bool {
    false
}

/// Opens a pipe, whose reader may be a moment late, or a device that is not in a repository.
#[cfg(unix)]
fn special(path: &Path, kind: FileType, in_repository: bool) -> Result<File, PublishError> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
    use std::thread::sleep;
    use std::time::Duration;
    if !kind.is_fifo() {
        return if in_repository {
            Err(PublishError::NotRegular)
        } else {
            Ok(OpenOptions::new().write(true).open(path)?)
        };
    }
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOFOLLOW).bits()).unwrap_or_default();
    for _ in 0..40 {
        match OpenOptions::new().write(true).custom_flags(flags).open(path) {
            Ok(file) => {
                rustix::fs::fcntl_setfl(&file, OFlags::empty()).map_err(io::Error::from)?;
                return Ok(file);
            }
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) => {
                sleep(Duration::from_millis(50));
            }
            Err(error) => return Err(PublishError::Io(error)),
        }
    }
    Err(PublishError::NoReader)
}

#[cfg(not(unix))]
fn special(_: &Path, _: FileType, _: bool) -> Result<File, PublishError> {
    Err(PublishError::NotRegular)
}
