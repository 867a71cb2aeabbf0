//! `runnerlint rules --new ID`: a rule to start from.

use super::{Error, Outcome, output};
use crate::fixer::publish::{Destination, Old, PublishError, create_directory, publish};
use crate::walk;
use std::path::Path;

/// The rule, with `ID` instead of its id.
const STARTER: &str = include_str!("starter.yaml");

/// Writes the starter of the rule `id` into `folder`.
pub(super) fn write(id: &str, folder: &Path) -> Result<Outcome, Error> {
    let word =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !id.contains('-') || !id.split('-').all(word) {
        return Err(Error::NoId(id.to_owned()));
    }
    if crate::rules::BUILT_IN.rules.iter().any(|rule| rule.id == id) {
        return Err(Error::BuiltIn(id.to_owned()));
    }
    let path = folder.join(format!("{id}.yaml"));
    let failed = |error| Error::Write { path: walk::display(&path), error };
    create_directory(folder).map_err(failed)?;
    let written = publish(&path, Destination::Argument, Old::None, STARTER.replace("ID", id).as_bytes());
    written.map_err(|error| match error {
        PublishError::Exists => Error::Exists(walk::display(&path)),
        error => failed(error),
    })?;
    let shown = walk::display(&path);
    output::complain(&format!("wrote {shown}; try it with `runnerlint test {}`", walk::display(folder)));
    Ok(Outcome::Clean)
}
