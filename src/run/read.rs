use crate::catalogue::Catalogue;
use crate::config::size_in_words;
use crate::engine;
use crate::finding::{Notice, NoticeKind};
use crate::walk::{Look, open, reason};
use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Where a NUL byte makes a file binary.
const SNIFFED: usize = 8 << 10;

/// How the notice about a file begins that is too large.
pub const TOO_LARGE: &str = "skipped: larger than";

/// Bytes that are read at once: most files are smaller.
const FIRST: usize = 64 << 10;

thread_local! {
    /// The bytes of the file that a thread looks at: without it each file costs its pages (`cargo bench --bench floor`).
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What reading a file gave.
pub(super) enum FileContent {
    /// Its bytes.
    Text(Vec<u8>),
    /// Nothing to lint, and why if it is worth a word.
    Skipped(Option<Notice>),
}

pub(super) fn notice(kind: NoticeKind, message: impl Into<String>) -> Notice {
    Notice { kind, message: message.into(), position: None }
}

/// Reads the file at `path`, of at most `limit` bytes; `named` on the command line, its absence is an error. With `reports`,
/// each that is skipped is reported.
pub(super) fn read(path: &Path, limit: u64, named: bool, reports: bool) -> FileContent {
    match regular(path, limit) {
        Ok(Some(bytes)) => match unfit(&bytes, limit) {
            // A tree is full of pictures: they are counted, and named only if they were asked for.
            Some(_) if is_binary(&bytes) && !named && !reports => FileContent::Skipped(None),
            Some(skipped) => FileContent::Skipped(Some(skipped)),
            None => FileContent::Text(bytes),
        },
        Ok(None) => FileContent::Skipped(Some(notice(NoticeKind::Skipped, "no longer a regular file"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !named => {
            FileContent::Skipped(Some(notice(NoticeKind::Skipped, "vanished before it was read")))
        }
        Err(error) => FileContent::Skipped(Some(notice(NoticeKind::Unreadable, reason(&error)))),
    }
}

/// The bytes of a regular file; `None` for anything else.
fn regular(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let file = open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    fill(&mut bytes, file, limit)?;
    Ok(Some(bytes))
}

/// Fills `bytes` with at most one byte more than `limit`, and only with the beginning of a binary file.
fn fill(bytes: &mut Vec<u8>, mut file: File, limit: u64) -> io::Result<()> {
    let most = limit.saturating_add(1);
    let first = most.min(FIRST as u64);
    bytes.clear();
    bytes.reserve(FIRST);
    // Files in `/proc` report no size: the end is where nothing more is read.
    file.by_ref().take(first).read_to_end(bytes)?;
    if bytes.len() == FIRST && !is_binary(bytes) {
        file.take(most.saturating_sub(first)).read_to_end(bytes)?;
    }
    Ok(())
}

/// The result of a look at a regular file that a walk found. All that must be reported is [`Look::Wanted`]. `is_named` returns
/// whether the chart around the file gives a name to the runner's chart.
pub(super) fn look(
    path: &Path,
    limit: u64,
    reports: bool,
    catalogue: &Catalogue,
    is_named: impl FnOnce() -> bool,
) -> Look {
    BUFFER.with_borrow_mut(|bytes| match open(path).and_then(|file| fill(bytes, file, limit)) {
        Ok(()) if is_binary(bytes) && !reports => Look::Skipped,
        Ok(()) if unfit(bytes, limit).is_none() => {
            let name = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
            let may_matter = engine::may_matter(catalogue, &name, bytes, is_named);
            bytes.shrink_to(FIRST);
            if may_matter { Look::Wanted } else { Look::Clean }
        }
        _ => Look::Wanted,
    })
}

/// Why `bytes` are not linted, if they are not text or more than `limit`.
pub fn unfit(bytes: &[u8], limit: u64) -> Option<Notice> {
    if is_binary(bytes) {
        let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        return Some(notice(NoticeKind::Skipped, if utf16 { "skipped: UTF-16" } else { "skipped: binary" }));
    }
    if bytes.len() as u64 > limit {
        return Some(notice(NoticeKind::Skipped, format!("{TOO_LARGE} {}", size_in_words(limit))));
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
    use std::fs;

    #[test]
    fn a_look_finds_what_has_to_be_linted_or_reported() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let look = |text: &str, limit: u64, is_named: bool, name: &str| {
            fs::write(path(name), text).unwrap();
            look(&path(name), limit, false, Catalogue::built_in(), || is_named)
        };
        let plain = "x".repeat(300_000);
        let found = format!("{plain} gitlab-runner register --registration-token x {plain}");
        assert_eq!(look(&found, 1 << 20, false, "large.sh"), Look::Wanted);
        assert_eq!(look(&plain, 1 << 20, false, "large.sh"), Look::Clean);
        assert_eq!(look(&plain, 200_000, false, "large.sh"), Look::Wanted, "too large");
        assert_eq!(look(&format!("\0{plain}"), 10, false, "large.sh"), Look::Skipped);
        let values = format!("{plain}\nci:\n  runners:\n    tags: a\n");
        assert_eq!(look(&values, 1 << 20, true, "values.yaml"), Look::Wanted);
        assert_eq!(look(&values, 1 << 20, false, "values.yaml"), Look::Clean);
        assert_eq!(look(&values, 1 << 20, true, "values.sh"), Look::Clean);
        assert_eq!(look("", 1 << 20, true, "values.yaml"), Look::Clean);
    }

    #[test]
    fn a_file_that_vanishes_after_the_walk_is_told_and_one_that_was_named_is_missed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gone.sh");
        let kind = |named| match read(&path, 100, named, false) {
            FileContent::Skipped(Some(notice)) => Some((notice.kind, notice.message)),
            _ => None,
        };
        let walked = kind(false);
        assert_eq!(walked, Some((NoticeKind::Skipped, "vanished before it was read".to_owned())));
        assert!(kind(true).is_some_and(|(kind, _)| kind == NoticeKind::Unreadable));
    }
}
