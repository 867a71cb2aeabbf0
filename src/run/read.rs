use crate::catalogue::Catalogue;
use crate::config::size_in_words;
use crate::engine;
use crate::finding::{Notice, NoticeKind};
use crate::walk::{Look, Seen, is_of_the_kernel, read_once, read_up_to, reason};
use std::cell::RefCell;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Where a NUL byte makes a file binary.
const SNIFFED: usize = 8 << 10;
/// Bytes that are looked at together.
const PIECE: usize = 64 << 10;

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
    let file = Seen::at(path).open()?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    read_up_to(file, metadata.len(), limit.saturating_add(1)).map(Some)
}

/// What tells files apart while the walk goes on.
pub(super) struct Sieve<'a> {
    pub(super) catalogue: &'a Catalogue,
    /// The last part of the file's path.
    pub(super) name: &'a str,
    /// Whether the chart around the file gives a name to the runner's chart.
    pub(super) is_named: &'a dyn Fn() -> bool,
}

impl Sieve<'_> {
    fn look(&self, whole: &[u8]) -> Look {
        let may_matter = engine::may_matter(self.catalogue, self.name, whole, self.is_named);
        if may_matter { Look::Wanted } else { Look::Clean }
    }
}

/// What a look at a regular file, found in a walk, says of it. All that is worth a word is [`Look::Wanted`].
pub(super) fn look(file: &Seen<'_>, limit: u64, tell: bool, sieve: &Sieve<'_>) -> Look {
    thread_local! {
        /// One for all files of a thread: a buffer of its own for each costs more than reading it. It stays in the cache
        /// of the processor, as the whole of a large file would not.
        static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; PIECE]);
    }
    // What cannot be read is worth a word.
    BUFFER.with_borrow_mut(|buffer| sift(file, limit, tell, sieve, buffer)).unwrap_or(Look::Wanted)
}

fn sift(seen: &Seen<'_>, limit: u64, tell: bool, sieve: &Sieve<'_>, buffer: &mut [u8]) -> io::Result<Look> {
    let prefilter = sieve.catalogue.prefilter();
    let mut file = seen.open()?;
    let length = read_once(&mut file, buffer)?;
    let mut piece = buffer.get(..length).unwrap_or_default();
    if is_binary(piece) {
        return Ok(if tell { Look::Wanted } else { Look::Skipped });
    }
    if length as u64 > limit {
        return Ok(Look::Wanted);
    }
    // A file on a disk gives all that it has at once: to ask for its size would be one call more for each.
    if length < PIECE && !is_of_the_kernel(seen.path) {
        return Ok(sieve.look(piece));
    }
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > limit {
        return Ok(Look::Wanted);
    }
    // Some files, as those of `/proc`, do not know their size: they are read to their end.
    let size = Some(metadata.len()).filter(|size| *size > 0);
    let mut left = size.map_or(u64::MAX, |size| size.saturating_sub(length as u64));
    let overlap = prefilter.overlap();
    let mut is_clean = size.is_some() && overlap < PIECE / 2;
    // Whether only the chart around the file may tell that there is something in it.
    let is_value = engine::may_be_values(sieve.name);
    let mut may_be_named = false;
    loop {
        is_clean &= !prefilter.may_hold(piece);
        may_be_named |= is_value && !may_be_named && engine::speaks_of_runners(piece);
        if !is_clean || left == 0 {
            break;
        }
        let end = piece.len();
        let kept = overlap.min(end);
        buffer.copy_within(end - kept..end, 0);
        let length = fill(&mut file, buffer, kept, &mut left)?;
        piece = buffer.get(..length).unwrap_or_default();
    }
    if is_clean && !(may_be_named && (sieve.is_named)()) {
        return Ok(Look::Clean);
    }
    // Seldom enough to read it once more.
    Ok(match bytes(seen.path, limit)? {
        Some(bytes) if unfit(&bytes, limit).is_none() => sieve.look(&bytes),
        _ => Look::Wanted,
    })
}

/// Reads on into `buffer` from `start`, until it is full or nothing is `left` to be read; where what is read ends.
fn fill(file: &mut File, buffer: &mut [u8], start: usize, left: &mut u64) -> io::Result<usize> {
    let mut end = start;
    while *left > 0 {
        let most = usize::try_from(*left).unwrap_or(usize::MAX).min(buffer.len() - end);
        if most == 0 {
            break;
        }
        match read_once(file, buffer.get_mut(end..end + most).unwrap_or_default())? {
            0 => *left = 0,
            read => {
                end += read;
                *left -= read as u64;
            }
        }
    }
    Ok(end)
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
    fn a_large_file_is_looked_at_piece_by_piece_and_nothing_between_two_is_missed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.sh");
        let line = "gitlab-runner register --registration-token x";
        let look = |text: String, limit: u64, is_named: bool, name: &str| {
            fs::write(&path, text).unwrap();
            let catalogue = Catalogue::built_in();
            look(&Seen::at(&path), limit, false, &Sieve { catalogue, name, is_named: &|| is_named })
        };
        for end in [PIECE, 2 * PIECE - 20, 3 * PIECE + 7] {
            for at in end - 60..end + 60 {
                let text = format!("{}{line}{}", "x".repeat(at), " ".repeat(100_000));
                assert_eq!(look(text, 1 << 20, false, "large.sh"), Look::Wanted, "{at}");
            }
        }
        let plain = "x".repeat(5 * PIECE);
        assert_eq!(look(plain.clone(), 1 << 20, false, "large.sh"), Look::Clean);
        assert_eq!(look(plain.clone(), 4 * PIECE as u64, false, "large.sh"), Look::Wanted, "too large");
        assert_eq!(look(format!("\0{plain}"), 10, false, "large.sh"), Look::Skipped);
        let values = format!("{plain}\nci:\n  runners:\n    tags: a\n");
        assert_eq!(look(values.clone(), 1 << 20, true, "values.yaml"), Look::Wanted);
        assert_eq!(look(values.clone(), 1 << 20, false, "values.yaml"), Look::Clean);
        assert_eq!(look(values, 1 << 20, true, "values.sh"), Look::Clean);
        assert_eq!(look(String::new(), 1 << 20, true, "values.yaml"), Look::Clean);
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
