//! Files of which nobody knows how long they are.

use std::fs::File;
use std::io::{self, Read as _};

/// The bytes of a file that is said to have `length` of them, at most `limit`.
///
/// # Errors
/// What the system says.
pub(crate) fn read_up_to(file: File, length: u64, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(limit)).unwrap_or_default() + 1);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
