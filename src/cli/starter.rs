//! `runnerlint rules --new ID`: a rule to start from.

use super::{Error, Outcome, output};
use crate::walk;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

/// The rule, with `ID` in the place of its id.
const STARTER: &str = include_str!("starter.yaml");

/// Writes the starter of the rule `id` into `folder`.
pub(super) fn write(id: &str, folder: &Path) -> Result<Outcome, Error> {
    let word =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !id.contains('-') || !id.split('-').all(word) {
        return Err(Error::NoId(id.to_owned()));
    }
    let path = folder.join(format!("{id}.yaml"));
    let failed = |error| Error::Write { path: walk::display(&path), error };
    fs::create_dir_all(folder).map_err(failed)?;
    let mut file = match fs::File::create_new(&path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(Error::Exists(walk::display(&path)));
        }
        file => file.map_err(failed)?,
    };
    file.write_all(STARTER.replace("ID", id).as_bytes()).map_err(failed)?;
    let shown = walk::display(&path);
    output::complain(&format!("wrote {shown}; try it with `runnerlint test {}`", walk::display(folder)));
    Ok(Outcome::Clean)
}
