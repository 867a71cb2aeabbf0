//! Opening files that a walk found.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Opens a file. A pipe that has replaced it does not block, and a link is not followed.
///
/// # Errors
/// The error of the system.
#[cfg(unix)]
pub(crate) fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    fs::OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Opens a file.
///
/// # Errors
/// The error of the system.
#[cfg(not(unix))]
pub(crate) fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    #[test]
    fn a_pipe_or_link_that_has_replaced_a_file_does_not_block() {
        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(!open(&pipe).unwrap().metadata().unwrap().is_file());
        let link = root.path().join("link");
        symlink("pipe", &link).unwrap();
        assert!(open(&link).is_err());
    }
}
