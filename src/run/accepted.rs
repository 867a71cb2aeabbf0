use crate::baseline::{self, Baseline, BaselineError, BaselineOfFile};
use crate::disk::{self, NamedBy, ReadError};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Findings that are known.
#[derive(Clone, Debug)]
pub struct AcceptedFindings {
    /// The folder that the paths of the baseline begin at: absolute, without links.
    pub folder: PathBuf,
    /// The baseline.
    pub baseline: Baseline,
}

/// A baseline cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AcceptedError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its folder cannot be read.
    #[error("{}", crate::walk::reason(.0))]
    Folder(#[from] io::Error),
    /// It is not a baseline.
    #[error(transparent)]
    Form(#[from] BaselineError),
}

impl AcceptedFindings {
    /// What the baseline `file` with these bytes accepts; nothing if it is still to be made.
    ///
    /// # Errors
    /// [`AcceptedError`]
    pub fn of(file: &Path, bytes: Option<&[u8]>) -> Result<Self, AcceptedError> {
        let file = std::path::absolute(file)?;
        let folder = fs::canonicalize(file.parent().unwrap_or(Path::new("/")))?;
        let parsed = bytes.map(|bytes| Baseline::parse(&String::from_utf8_lossy(bytes))).transpose();
        Ok(Self { folder, baseline: parsed?.unwrap_or_default() })
    }

    /// Reads the baseline `file`.
    ///
    /// # Errors
    /// [`AcceptedError`]
    pub fn read(file: &Path) -> Result<Self, AcceptedError> {
        Self::of(file, Some(&disk::read(file, baseline::LARGEST, NamedBy::Repository)?))
    }

    /// How the baseline names the file at `real` (absolute, without links).
    pub fn name(&self, real: &Path) -> String {
        baseline::name(&self.folder, real)
    }

    /// What is known of the file that the baseline calls `name`.
    pub fn known(&self, name: &str) -> BaselineOfFile {
        self.baseline.of_file(name)
    }
}
