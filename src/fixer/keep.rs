//! Who may do what with a file that is replaced: all of it is kept, or the file is not replaced.

use super::write::plain;
use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// What of the old file the new one cannot have.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// Only root may give a file to another user.
    #[error("its owner would change")]
    Owner,
    /// A user may give a file only to groups that the user is in.
    #[error("its group would change")]
    Group,
    /// The system does not allow all bits.
    #[error("its mode would change")]
    Mode,
    /// An access list, a label or another extended attribute.
    #[error("its attribute `{0}` would be lost")]
    Attribute(String),
    /// Anything else.
    #[error("{}", plain(.0))]
    Io(#[from] io::Error),
}

/// Gives the new file the owner, the group, the extended attributes (access lists and labels are some of them) and the mode of
/// the old one. At no moment may more users read the new file.
///
/// # Errors
/// [`NotKept`]: the old file must stay.
#[cfg(unix)]
pub(super) fn take_over(target: &Path, file: &File, old: &Metadata) -> Result<(), NotKept> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let new = file.metadata()?;
    // Where a file system has no owners, all files have the same.
    if new.uid() != old.uid() {
        fchown(file, Some(old.uid()), None).map_err(|_| NotKept::Owner)?;
    }
    if new.gid() != old.gid() {
        fchown(file, None, Some(old.gid())).map_err(|_| NotKept::Group)?;
    }
    // An access list comes before the mode: without it, the mode says what a whole group may do.
    attributes(target, file)?;
    let mode = |of: &Metadata| of.mode() & 0o7777;
    if mode(&file.metadata()?) != mode(old) {
        file.set_permissions(old.permissions()).map_err(|_| NotKept::Mode)?;
    }
    // Some file systems accept all that and do nothing.
    let new = file.metadata()?;
    if new.uid() != old.uid() {
        return Err(NotKept::Owner);
    }
    if new.gid() != old.gid() {
        return Err(NotKept::Group);
    }
    if mode(&new) == mode(old) { Ok(()) } else { Err(NotKept::Mode) }
}

#[cfg(unix)]
fn attributes(target: &Path, file: &File) -> Result<(), NotKept> {
    use std::ffi::OsStr;
    use xattr::FileExt as _;
    // Not every file system has any.
    let Ok(names) = xattr::list(target) else { return Ok(()) };
    let names: Vec<_> = names.collect();
    let lost = |name: &OsStr| NotKept::Attribute(name.to_string_lossy().into_owned());
    for name in names.iter().filter(|name| !is_of_the_system(name)) {
        let Some(value) = xattr::get(target, name).map_err(|_| lost(name))? else { continue };
        let has = || file.get_xattr(name).is_ok_and(|now| now.as_deref() == Some(&*value));
        if !has() {
            file.set_xattr(name, &value).map_err(|_| lost(name))?;
            if !has() {
                return Err(lost(name));
            }
        }
    }
    // A directory may give its files an access list that the old one does not have.
    for name in file.list_xattr().into_iter().flatten() {
        if !names.contains(&name) && !is_of_the_system(&name) {
            file.remove_xattr(&name).map_err(|_| lost(&name))?;
        }
    }
    Ok(())
}

/// Attributes that the system computes of the text, or sets by itself on each file.
#[cfg(unix)]
fn is_of_the_system(name: &std::ffi::OsStr) -> bool {
    matches!(name.as_encoded_bytes(), b"security.ima" | b"security.evm" | b"com.apple.provenance")
}

/// See above.
///
/// # Errors
/// [`NotKept`]
#[cfg(not(unix))]
pub(super) fn take_over(_: &Path, file: &File, old: &Metadata) -> Result<(), NotKept> {
    file.set_permissions(old.permissions()).map_err(|_| NotKept::Mode)
}
