use super::{Entry, FLAGS, Kind};
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, openat, statat};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

/// How many bytes of names the system gives at once.
const NAMES: usize = 32 << 10;
/// How folders are opened.
const ITSELF: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// An open folder. Its files are opened from it, so that the system does not look up the whole path for each: that was a tenth
/// of the time of a walk.
#[derive(Debug)]
pub(crate) struct Folder(OwnedFd);

impl Folder {
    /// Opens the folder at `path`, which is no link.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(openat(CWD, path, ITSELF, Mode::empty())?))
    }

    /// Opens the folder `name` that is in it, and no link.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn folder(&self, name: &OsStr) -> io::Result<Self> {
        Ok(Self(openat(&self.0, name, ITSELF, Mode::empty())?))
    }

    /// What is in it, in no order, and whether that is all of it. `buffer` may be used again for the next one.
    pub(crate) fn entries(&self, buffer: &mut Vec<u8>) -> (Vec<Entry>, io::Result<()>) {
        buffer.clear();
        buffer.reserve(NAMES);
        let mut entries = Vec::new();
        let mut rest = RawDir::new(&self.0, buffer.spare_capacity_mut());
        while let Some(entry) = rest.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return (entries, Err(error.into())),
            };
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let kind = match entry.file_type() {
                // Some file systems do not say.
                FileType::Unknown => statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)
                    .map_or(FileType::Unknown, |stat| FileType::from_raw_mode(stat.st_mode)),
                known => known,
            };
            let kind = match kind {
                FileType::Directory => Kind::Folder,
                FileType::RegularFile => Kind::File,
                FileType::Symlink => Kind::Link,
                _ => Kind::Other,
            };
            entries.push(Entry { name: OsString::from_vec(name.to_bytes().to_vec()), kind });
        }
        (entries, Ok(()))
    }

    /// Opens the file `name` that is in it, as [`super::open`] does.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn file(&self, name: &OsStr) -> io::Result<File> {
        Ok(File::from(openat(&self.0, name, FLAGS | OFlags::CLOEXEC, Mode::empty())?))
    }
}
