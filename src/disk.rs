//! Reading what a path leads to: regular files only, each up to a limit, so that no file of a repository makes a run wait or
//! use memory without bound.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The directory of a repository, or the file in its place that names it.
pub(crate) const GIT: &str = ".git";

/// Who named a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedBy {
    /// The user, by an argument or a variable. A path below `/dev` or `/proc` may be a pipe: `<(command)`, `/dev/stdin`.
    User,
    /// A file of the repository, or a fixed name.
    Repository,
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It does not exist.
    #[error("no such file")]
    Missing,
    /// It is a symbolic link, and its target does not exist.
    #[error("broken symbolic link")]
    Dangling,
    /// It is a directory.
    #[error("a directory")]
    Directory,
    /// It is a pipe, a socket or a device.
    #[error("not a regular file")]
    NotRegular,
    /// It has more bytes than the limit.
    #[error("larger than {}", size_in_words(*.0))]
    TooLarge(u64),
    /// Anything else.
    #[error("{}", in_words(.0))]
    Io(#[source] io::Error),
}

/// The bytes of a file, at most `limit` of them.
///
/// # Errors
/// [`ReadError`]
pub fn read(path: &Path, limit: u64, by: NamedBy) -> Result<Vec<u8>, ReadError> {
    let special = by == NamedBy::User && is_of_the_system(path);
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound if fs::symlink_metadata(path).is_ok() => ReadError::Dangling,
        io::ErrorKind::NotFound => ReadError::Missing,
        _ => ReadError::Io(error),
    };
    let file = if special { File::open(path) } else { open(path) }.map_err(failed)?;
    // Asked of what was opened: the path may lead elsewhere by now.
    let metadata = file.metadata().map_err(ReadError::Io)?;
    if metadata.is_dir() {
        return Err(ReadError::Directory);
    }
    if !special && !metadata.is_file() {
        return Err(ReadError::NotRegular);
    }
    let bytes = up_to(file, limit.saturating_add(1)).map_err(ReadError::Io)?;
    if bytes.len() as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(bytes) }
}

/// The first `limit` bytes of a regular file, or of one that a link leads to.
pub(crate) fn read_start(path: &Path, limit: u64) -> Option<Vec<u8>> {
    let file = open(path).ok()?;
    file.metadata().ok().filter(fs::Metadata::is_file)?;
    up_to(file, limit).ok()
}

/// The first `limit` bytes. The size that a file reports is only a hint: files in `/proc` report none.
pub(crate) fn up_to(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len().min(limit);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default().saturating_add(1));
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a file without waiting for the other end of a pipe.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY).bits()).unwrap_or_default();
    match fs::OpenOptions::new().read(true).custom_flags(flags).open(path) {
        // A socket cannot be opened at all.
        Err(_) if fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir()) => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
        }
        opened => opened,
    }
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a directory"));
    }
    File::open(path)
}

/// Whether `path`, as it was written, names what the system and not a repository has there.
pub(crate) fn is_of_the_system(path: &Path) -> bool {
    let is_plain = !path.components().any(|part| part.as_os_str() == "..");
    cfg!(unix) && is_plain && (path.starts_with("/dev") || path.starts_with("/proc"))
}

/// The root of the repository that holds `directory` (absolute, without links); `directory` itself where there is none.
pub(crate) fn root_of(directory: &Path) -> PathBuf {
    let root = directory.ancestors().find(|it| fs::symlink_metadata(it.join(GIT)).is_ok());
    root.unwrap_or(directory).to_path_buf()
}

/// Whether `file`, links followed, is outside of `root` (absolute, without links): nothing of it may be quoted.
pub(crate) fn is_outside(file: &Path, root: &Path) -> bool {
    !fs::canonicalize(file).is_ok_and(|real| real.starts_with(root))
}

/// A number of bytes in the largest unit that needs no fraction.
pub fn size_in_words(bytes: u64) -> String {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let unit = units.iter().find(|(_, factor)| bytes >= *factor && bytes.is_multiple_of(*factor));
    unit.map_or(format!("{bytes} B"), |(name, factor)| format!("{} {name}", bytes / factor))
}

/// An error of the system, without its number.
pub(crate) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    #[test]
    fn only_regular_files_up_to_the_limit_are_read() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::write(at("file"), "12345").unwrap();
        symlink("file", at("link")).unwrap();
        symlink("nowhere", at("dangling")).unwrap();
        symlink("/dev/zero", at("device")).unwrap();
        assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        let _listener = UnixListener::bind(at("socket")).unwrap();
        for by in [NamedBy::User, NamedBy::Repository] {
            let said = |name: &str, limit| match read(&at(name), limit, by) {
                Ok(bytes) => format!("{} bytes", bytes.len()),
                Err(error) => error.to_string(),
            };
            assert_eq!(said("file", 5), "5 bytes");
            assert_eq!(said("link", 5), "5 bytes");
            assert_eq!(said("file", 4), "larger than 4 B");
            assert_eq!(said("missing", 4), "no such file");
            assert_eq!(said("dangling", 4), "broken symbolic link");
            assert_eq!(said(".", 4), "a directory");
            for name in ["device", "pipe", "socket"] {
                assert_eq!(said(name, 4), "not a regular file", "{name}");
            }
        }
        assert!(matches!(read(Path::new("/dev/zero"), 4, NamedBy::User), Err(ReadError::TooLarge(4))));
        assert!(matches!(read(Path::new("/dev/zero"), 4, NamedBy::Repository), Err(ReadError::NotRegular)));
        assert_eq!(read_start(&at("file"), 2).unwrap(), b"12");
        assert!(read_start(&at("device"), 2).is_none() && read_start(&at("pipe"), 2).is_none());
    }

    #[test]
    fn a_repository_ends_at_its_root() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        fs::create_dir_all(root.join("a/.git")).unwrap();
        fs::create_dir_all(root.join("a/b/c")).unwrap();
        fs::write(root.join("x"), "").unwrap();
        symlink("../x", root.join("a/out")).unwrap();
        assert_eq!(root_of(&root.join("a/b/c")), root.join("a"));
        assert_eq!(root_of(&root), root);
        assert!(is_outside(&root.join("a/out"), &root.join("a")));
        assert!(!is_outside(&root.join("a/b"), &root.join("a")));
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        assert_eq!(size_in_words(8 << 20), "8 MiB");
        assert_eq!(size_in_words(1500), "1500 B");
    }
}
