//! Files of which nobody knows how long they are.

use std::fs::File;
use std::io::{self, Read as _};

/// The bytes of a file, at most `limit` of them.
///
/// # Errors
/// What the system says.
pub(crate) fn read_up_to(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len().min(limit);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
