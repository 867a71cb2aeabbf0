//! Writing a file so that it is either the old one or the new one, never half of it.

use super::keep::{NotKept, take_over};
use super::publish::leads_out;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// Why a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It is there no more, or its folder is not.
    #[error("not written: it vanished since it was read")]
    Vanished,
    /// A symbolic link on its path leads out of the repository.
    #[error("not written: a symbolic link leads out of the repository")]
    Leaves,
    /// A folder, a device, a pipe.
    #[error("not written: not a regular file")]
    NotRegular,
    /// No write bit is set: its owner wants it unchanged. It is not written, not even as root.
    #[error("not written: it is write-protected")]
    Protected,
    /// Its other names would keep the old text.
    #[error("not written: it has {0} hard links, and only one of them would change")]
    HardLinked(u64),
    /// Another program wrote it meanwhile.
    #[error("not written: it changed since it was read; run again")]
    Changed,
    /// What others may do with it would change.
    #[error("not written: {0}")]
    NotKept(#[source] NotKept),
    /// The new file cannot be created next to the old one.
    #[error("not written: cannot create a file in its directory: {}", plain(.0))]
    Folder(#[source] io::Error),
    /// Anything else.
    #[error("not written: {}", plain(.0))]
    Io(#[source] io::Error),
}

/// Replaces the text of the file at `path` by `new`, provided that it is still `old`.
///
/// A symbolic link stays one: its target is written, if it is in the same repository. The new text is complete on the disk under another name in the
/// same folder before it takes the place of the old one. Owner, group, mode and attributes are kept.
///
/// # Errors
/// [`WriteError`]; the file is then as it was.
pub fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), WriteError> {
    let target = fs::canonicalize(path).map_err(|error| io_error(error, WriteError::Io))?;
    if leads_out(path) {
        return Err(WriteError::Leaves);
    }
    let before = check(&target)?;
    let is_old = |file: &mut File| -> io::Result<bool> {
        let mut now = Vec::with_capacity(old.len());
        file.take(old.len() as u64 + 1).read_to_end(&mut now)?;
        Ok(now == old)
    };
    let mut file = File::open(&target).map_err(|error| io_error(error, WriteError::Io))?;
    if !is_old(&mut file).map_err(WriteError::Io)? {
        return Err(WriteError::Changed);
    }
    let folder = folder_of(&target);
    let mut beside = temporary(folder).map_err(|error| io_error(error, WriteError::Folder))?;
    // Writing takes some attributes away: they come after it.
    beside.write_all(new).map_err(WriteError::Io)?;
    take_over(&target, beside.as_file(), &before).map_err(WriteError::NotKept)?;
    beside.as_file().sync_all().map_err(WriteError::Io)?;
    // The last look before the change, as late as can be.
    if !same(&before, &check(&target)?) {
        return Err(WriteError::Changed);
    }
    beside.persist(&target).map_err(|error| io_error(error.error, WriteError::Folder))?;
    settle(folder);
    Ok(())
}

/// Whether a file of this name is an unfinished one of an earlier run: not the user's, and never linted.
pub fn is_unfinished(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(PREFIX.as_bytes()) && name.ends_with(SUFFIX.as_bytes())
}

const PREFIX: &str = ".runnerlint-";
const SUFFIX: &str = ".tmp";

pub(super) fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    builder().tempfile_in(folder)
}

pub(super) fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    builder
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a new name last; not every file system can, and the text is safe without.
pub(super) fn settle(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// What went wrong, without the name of a file that the user never sees.
pub(super) fn plain(error: &io::Error) -> String {
    let kind = error.kind().to_string();
    // An error without a kind is shown by its own text.
    if kind.contains("error") { error.to_string() } else { kind }
}

fn io_error(error: io::Error, other: fn(io::Error) -> WriteError) -> WriteError {
    if error.kind() == io::ErrorKind::NotFound { WriteError::Vanished } else { other(error) }
}

/// Whether the file may be written, which a rename alone would not ask.
fn check(target: &Path) -> Result<Metadata, WriteError> {
    let metadata = fs::symlink_metadata(target).map_err(|error| io_error(error, WriteError::Io))?;
    if !metadata.is_file() {
        return Err(WriteError::NotRegular);
    }
    if metadata.permissions().readonly() {
        return Err(WriteError::Protected);
    }
    let links = links(&metadata);
    if links > 1 {
        return Err(WriteError::HardLinked(links));
    }
    match OpenOptions::new().append(true).open(target) {
        Ok(_) => Ok(metadata),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(WriteError::Protected),
        Err(error) => Err(io_error(error, WriteError::Io)),
    }
}

#[cfg(unix)]
fn links(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
fn links(_: &Metadata) -> u64 {
    1
}

#[cfg(unix)]
fn same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let key = |it: &Metadata| {
        (it.dev(), it.ino(), it.len(), it.mtime(), it.mtime_nsec(), it.ctime(), it.ctime_nsec())
    };
    key(a) == key(b)
}

#[cfg(not(unix))]
fn same(a: &Metadata, b: &Metadata) -> bool {
    a.len() == b.len() && a.modified().ok() == b.modified().ok()
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "clippy recognizes tests only by a plain `cfg(test)`")]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::path::PathBuf;

    fn folder_with(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_text_changes_and_the_mode_stays() {
        let (folder, path) = folder_with("run.sh", "old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o751)).unwrap();
        replace(&path, b"old", b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o751);
        assert_eq!(names(folder.path()), ["run.sh"]);
    }

    #[test]
    fn a_link_stays_a_link_and_its_target_is_written() {
        let (folder, path) = folder_with("real", "old");
        let link = folder.path().join("link");
        symlink("real", &link).unwrap();
        replace(&link, b"old", b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn what_must_not_be_written_is_not() {
        let (folder, path) = folder_with("a", "old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert!(matches!(replace(&path, b"old", b"new"), Err(WriteError::Protected)));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(replace(&path, b"older", b"new"), Err(WriteError::Changed)));
        fs::hard_link(&path, folder.path().join("b")).unwrap();
        assert!(matches!(replace(&path, b"old", b"new"), Err(WriteError::HardLinked(2))));
        assert!(matches!(replace(&folder.path().join("c"), b"", b"new"), Err(WriteError::Vanished)));
        assert!(matches!(replace(folder.path(), b"", b"new"), Err(WriteError::NotRegular)));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a", "b"]);
    }
}
