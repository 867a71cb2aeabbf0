//! A user's own rules.

use crate::catalogue::Catalogue;
use crate::rules::load::{self, Problem, Read};
use crate::sites::Sites;
use crate::walk::{self, RulesError};
use std::path::PathBuf;
use std::sync::Arc;

/// Rules of a user's own cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// They cannot be read.
    #[error(transparent)]
    Read(#[from] RulesError),
    /// Something is wrong in them.
    #[error("{} in the rules", problems(.0.len()))]
    Wrong(Vec<Problem>),
}

fn problems(count: usize) -> String {
    if count == 1 { "1 problem".to_owned() } else { format!("{count} problems") }
}

/// What is built in together with the rules of these folders, and the files of those rules in the order of
/// [`Catalogue::texts`]. Without folders it is what is built in.
///
/// # Errors
/// [`LoadError`] if a folder cannot be read, or if anything in it is wrong.
pub fn load_rules(folders: &[PathBuf]) -> Result<(Arc<Catalogue>, Vec<Arc<Read>>), LoadError> {
    if folders.is_empty() {
        return Ok((Arc::clone(Catalogue::built_in()), Vec::new()));
    }
    let mut files = Vec::new();
    for folder in folders {
        files.extend(walk::rule_files(folder)?);
    }
    let loaded = load::load(&files).map_err(LoadError::Wrong)?;
    let catalogue = Catalogue::new(Arc::new(loaded.data), Arc::new(Sites::new(loaded.sites)), loaded.texts);
    Ok((Arc::new(catalogue), loaded.files))
}
