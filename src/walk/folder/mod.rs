//! Folders as the system gives them: what is in one, and files opened from it.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux;
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
mod portable;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use linux::Folder;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) use portable::Folder;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// What stands in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) name: OsString,
    pub(super) kind: Kind,
}

/// What an entry is, without following links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Folder,
    /// A regular file.
    File,
    Link,
    /// A pipe, a socket or a device: never opened.
    Other,
}

/// Opens a file. A pipe that has come in its place makes nobody wait, and a link leads nowhere.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub(crate) fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = i32::try_from(FLAGS.bits()).unwrap_or_default();
    fs::OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Opens a file.
///
/// # Errors
/// What the system says.
#[cfg(not(unix))]
pub(crate) fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// How files are opened, besides being read.
#[cfg(unix)]
const FLAGS: rustix::fs::OFlags = {
    use rustix::fs::OFlags;
    OFlags::NONBLOCK.union(OFlags::NOFOLLOW).union(OFlags::NOCTTY)
};

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt as _;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    #[test]
    fn both_ways_to_read_a_folder_see_the_same() {
        let root = tempfile::tempdir().unwrap();
        let odd = OsString::from_vec(b"not \xff UTF-8\n".to_vec());
        let mut expected = vec![
            Entry { name: "folder".into(), kind: Kind::Folder },
            Entry { name: "link".into(), kind: Kind::Link },
            Entry { name: "pipe".into(), kind: Kind::Other },
            Entry { name: odd.clone(), kind: Kind::File },
        ];
        fs::create_dir(root.path().join("folder")).unwrap();
        symlink("folder", root.path().join("link")).unwrap();
        assert!(Command::new("mkfifo").arg(root.path().join("pipe")).status().unwrap().success());
        fs::write(root.path().join(&odd), "here").unwrap();
        // More than one call of the system gives.
        for number in 0..3000 {
            let name = format!("a name of some length, number {number}");
            fs::write(root.path().join(&name), "").unwrap();
            expected.push(Entry { name: name.into(), kind: Kind::File });
        }
        expected.sort();
        let mut buffer = Vec::new();
        let here = Folder::open(root.path()).unwrap();
        let portable = portable::Folder::open(root.path()).unwrap();
        let (mut entries, result) = here.entries(&mut buffer);
        result.unwrap();
        entries.sort();
        assert!(entries == expected);
        let (mut entries, result) = portable.entries(&mut buffer);
        result.unwrap();
        entries.sort();
        assert!(entries == expected);
        for file in [here.file(&odd), portable.file(&odd)] {
            assert_eq!(io::read_to_string(file.unwrap()).unwrap(), "here");
        }
        for absent in ["link", "none"] {
            assert!(
                here.file(absent.as_ref()).is_err() && portable.file(absent.as_ref()).is_err(),
                "{absent}"
            );
        }
        assert!(here.folder("folder".as_ref()).is_ok() && portable.folder("folder".as_ref()).is_ok());
        for no_folder in ["link", "none", "pipe"] {
            let path = root.path().join(no_folder);
            assert!(Folder::open(&path).is_err() && portable::Folder::open(&path).is_err(), "{no_folder}");
            let name = no_folder.as_ref();
            assert!(here.folder(name).is_err() && portable.folder(name).is_err(), "{no_folder}");
        }
    }

    #[test]
    fn a_pipe_or_link_in_the_place_of_a_file_keeps_nobody_waiting() {
        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(!open(&pipe).unwrap().metadata().unwrap().is_file());
        let here = Folder::open(root.path()).unwrap();
        assert!(!here.file("pipe".as_ref()).unwrap().metadata().unwrap().is_file());
        let link = root.path().join("link");
        symlink("pipe", &link).unwrap();
        assert!(open(&link).is_err());
    }
}
