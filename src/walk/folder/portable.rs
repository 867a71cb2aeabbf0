use super::{Entry, Kind, open};
use std::ffi::OsStr;
use std::fs::{self, File, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// A folder, by its path.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`, which is no link.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let is_folder = fs::symlink_metadata(path)?.is_dir();
        is_folder.then(|| Self(path.to_path_buf())).ok_or_else(|| io::ErrorKind::NotADirectory.into())
    }

    /// The folder `name` that is in it, and no link.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn folder(&self, name: &OsStr) -> io::Result<Self> {
        Self::open(&self.0.join(name))
    }

    /// What is in it, in no order, and whether that is all of it.
    pub(crate) fn entries(&self, _buffer: &mut Vec<u8>) -> (Vec<Entry>, io::Result<()>) {
        let mut entries = Vec::new();
        let mut read = || {
            for entry in fs::read_dir(&self.0)? {
                let entry = entry?;
                entries.push(Entry { name: entry.file_name(), kind: kind(entry.file_type()?) });
            }
            Ok(())
        };
        let result = read();
        (entries, result)
    }

    /// Opens the file `name` that is in it, as [`super::open`] does.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn file(&self, name: &OsStr) -> io::Result<File> {
        open(&self.0.join(name))
    }
}

fn kind(kind: FileType) -> Kind {
    if kind.is_dir() {
        Kind::Folder
    } else if kind.is_file() {
        Kind::File
    } else if kind.is_symlink() {
        Kind::Link
    } else {
        Kind::Other
    }
}
