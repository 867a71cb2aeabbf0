use crate::config::size_in_words;
use crate::finding::{Notice, NoticeKind};
use crate::walk::{Look, reason};
use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// Where a NUL byte makes a file binary.
const SNIFFED: usize = 8 << 10;
/// A buffer that grew larger is not kept.
const KEPT: usize = 1 << 20;

/// What reading a file gave.
pub(super) enum Read {
    /// Its bytes.
    Text(Vec<u8>),
    /// Nothing to lint, and why if it is worth a word.
    Skipped(Option<Notice>),
}

pub(super) fn notice(kind: NoticeKind, message: impl Into<String>) -> Notice {
    Notice { kind, message: message.into(), position: None }
}

/// Reads the file at `path`, of at most `limit` bytes; `named` on the command line, its absence is an error. With `tell`,
/// each that is skipped is worth a word.
pub(super) fn read(path: &Path, limit: u64, named: bool, tell: bool) -> Read {
    match bytes(path, limit) {
        Ok(Some(bytes)) => match unfit(&bytes, limit) {
            // A tree is full of pictures: they are counted, and named only if they were asked for.
            Some(_) if is_binary(&bytes) && !named && !tell => Read::Skipped(None),
            Some(skipped) => Read::Skipped(Some(skipped)),
            None => Read::Text(bytes),
        },
        Ok(None) => Read::Skipped(Some(notice(NoticeKind::Skipped, "no regular file any more"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !named => {
            Read::Skipped(Some(notice(NoticeKind::Skipped, "vanished before it was read")))
        }
        Err(error) => Read::Skipped(Some(notice(NoticeKind::Unreadable, reason(&error)))),
    }
}

/// At most one byte more than `limit`; `None` for what is no regular file, which is never opened.
fn bytes(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    Ok(fill(path, limit, &mut bytes)?.then_some(bytes))
}

/// Puts the file at `path` in the place of what is in `bytes`, at most one byte more than `limit`; `false` for what is no
/// regular file by now.
fn fill(path: &Path, limit: u64, bytes: &mut Vec<u8>) -> io::Result<bool> {
    bytes.clear();
    let file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(false);
    }
    let size = metadata.len().min(limit + 1);
    bytes.reserve(usize::try_from(size).unwrap_or_default() + 1);
    file.take(limit + 1).read_to_end(bytes)?;
    Ok(true)
}

/// What a look at a regular file, found in a walk, says of it. All that is worth a word is [`Look::Wanted`].
pub(super) fn look(path: &Path, limit: u64, tell: bool, may_matter: impl Fn(&[u8]) -> bool) -> Look {
    thread_local! {
        /// One for all files of a thread: a buffer of its own for each costs more than reading it.
        static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    BUFFER.with_borrow_mut(|bytes| {
        let look = match fill(path, limit, bytes) {
            Ok(true) if is_binary(bytes) => {
                if tell {
                    Look::Wanted
                } else {
                    Look::Skipped
                }
            }
            Ok(true) if bytes.len() as u64 <= limit && !may_matter(bytes) => Look::Clean,
            _ => Look::Wanted,
        };
        if bytes.capacity() > KEPT {
            *bytes = Vec::new();
        }
        look
    })
}

/// Opens a file. A pipe that has come in its place makes nobody wait, and a link leads nowhere.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    fs::OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Why `bytes` are not linted, if they are no text or more than `limit`.
pub fn unfit(bytes: &[u8], limit: u64) -> Option<Notice> {
    if is_binary(bytes) {
        let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        return Some(notice(NoticeKind::Skipped, if utf16 { "skipped: UTF-16" } else { "skipped: binary" }));
    }
    if bytes.len() as u64 > limit {
        return Some(notice(NoticeKind::Skipped, format!("skipped: larger than {}", size_in_words(limit))));
    }
    None
}

fn is_binary(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || memchr::memchr(0, bytes.get(..SNIFFED).unwrap_or(bytes)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_pipe_or_link_in_the_place_of_a_file_keeps_nobody_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(!open(&pipe).unwrap().metadata().unwrap().is_file());
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("pipe", &link).unwrap();
        assert!(open(&link).is_err());
    }

    #[test]
    fn a_file_that_vanishes_after_the_walk_is_told_and_one_that_was_named_is_missed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gone.sh");
        let kind = |named| match read(&path, 100, named, false) {
            Read::Skipped(Some(notice)) => Some((notice.kind, notice.message)),
            _ => None,
        };
        let walked = kind(false);
        assert_eq!(walked, Some((NoticeKind::Skipped, "vanished before it was read".to_owned())));
        assert!(kind(true).is_some_and(|(kind, _)| kind == NoticeKind::Unreadable));
    }
}
