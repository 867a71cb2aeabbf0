//! Folders of rules.

use super::{display, reason};
use crate::disk::{self, NamedBy};
use crate::rules::load::RuleFile;
use std::fs;
use std::path::{Path, PathBuf};

/// A larger file is not a rule: 1 MiB.
const LARGEST: u64 = 1 << 20;
/// More files and directories are not a directory of rules.
const MOST_ENTRIES: usize = 10_000;

/// A folder of rules cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `rules` from {}: {reason}", display(.path))]
pub struct RulesError {
    /// The folder or file.
    pub path: PathBuf,
    /// Why, for reports.
    pub reason: String,
}

/// The files of a folder of rules, by name: all that end with `.yaml` or `.yml` and are not hidden. Their texts are where
/// [`read_rules`] finds them.
///
/// # Errors
/// [`RulesError`] if the folder cannot be read.
pub fn rule_files(folder: &Path) -> Result<Vec<RuleFile<PathBuf>>, RulesError> {
    let visible = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
    };
    let folder_metadata = fs::metadata(folder).map_err(|error| fail(folder, reason(&error)))?;
    if !folder_metadata.is_dir() {
        return Err(fail(folder, "not a directory"));
    }
    let mut files = Vec::new();
    for (count, entry) in walkdir::WalkDir::new(folder).into_iter().filter_entry(visible).enumerate() {
        if count > MOST_ENTRIES {
            return Err(fail(folder, format!("more than {MOST_ENTRIES} files: not a directory of rules")));
        }
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_path_buf();
            let reason = error.io_error().map_or_else(|| error.to_string(), reason);
            RulesError { path, reason }
        })?;
        let is_yaml = entry.path().extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
        if is_yaml && entry.file_type().is_file() {
            let path = entry.into_path();
            let inside = display(path.strip_prefix(folder).unwrap_or(&path));
            files.push(RuleFile { path: display(&path), inside, text: path });
        }
    }
    files.sort_unstable_by(|a, b| order(a).cmp(order(b)));
    Ok(files)
}

/// A folder's files come before those of one with a longer name: `a/b` before `a-b`.
fn order(file: &RuleFile<PathBuf>) -> impl Iterator<Item = u8> {
    file.inside.bytes().map(|byte| if byte == b'/' { 0 } else { byte })
}

/// The text of a file of a folder of rules.
///
/// # Errors
/// [`RulesError`]
pub fn read_rules(path: &Path) -> Result<String, RulesError> {
    let bytes = disk::read(path, LARGEST, NamedBy::Repository);
    let bytes = bytes.map_err(|error| fail(path, error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| fail(path, "not UTF-8 text"))
}

fn fail(path: &Path, reason: impl Into<String>) -> RulesError {
    RulesError { path: path.to_path_buf(), reason: reason.into() }
}
