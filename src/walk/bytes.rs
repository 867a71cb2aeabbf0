//! Files of which nobody knows how long they are.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The bytes of a file that is said to have `length` of them, at most `limit`.
///
/// # Errors
/// What the system says.
pub(crate) fn read_up_to(file: File, length: u64, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(limit)).unwrap_or_default() + 1);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// At most `limit` bytes of a regular file, or of one that a link leads to; nothing of what is none, which is never opened.
pub(super) fn read_regular(path: &Path, limit: u64) -> Option<Vec<u8>> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    read_up_to(File::open(path).ok()?, metadata.len(), limit).ok()
}

/// What one call reads.
///
/// # Errors
/// What the system says.
pub(crate) fn read_once(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Whether a file is made while it is read, in pieces of any length. A file on a disk gives all that it has at once: what is
/// shorter than the room for it is all of it.
pub(crate) fn is_of_the_kernel(path: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    [&b"/proc/"[..], b"/sys/", b"/dev/"].iter().any(|folder| path.starts_with(folder))
}
