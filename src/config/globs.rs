use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::Path;

/// Globs as in `.gitignore`, from one folder.
#[derive(Clone, Debug)]
pub struct ConfigGlobs {
    matcher: Gitignore,
}

/// Why a glob is invalid, without the glob.
fn reason(error: ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err,
        error => error.to_string(),
    }
}

impl ConfigGlobs {
    /// Globs from the folder `root` (absolute, without links).
    ///
    /// # Errors
    /// The index of an invalid glob, and why it is invalid.
    pub fn new(root: &Path, globs: &[String]) -> Result<Self, (usize, String)> {
        let mut builder = GitignoreBuilder::new(root);
        builder.allow_unclosed_class(false);
        for (index, glob) in globs.iter().enumerate() {
            builder.add_line(None, glob).map_err(|error| (index, reason(error)))?;
        }
        let matcher = builder.build().map_err(|error| (0, reason(error)))?;
        Ok(Self { matcher })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.matcher.len()
    }

    /// Whether `path` (absolute) itself is named.
    pub fn names(&self, path: &Path, is_dir: bool) -> bool {
        path != self.matcher.path() && self.matcher.matched(path, is_dir).is_ignore()
    }

    /// Whether `path` or a folder that holds it is named.
    pub fn match_path(&self, path: &Path, is_dir: bool) -> bool {
        !self.matcher.is_empty()
            && path
                .ancestors()
                .take_while(|it| *it != self.matcher.path() && it.parent().is_some())
                .enumerate()
                .any(|(up, it)| self.names(it, is_dir || up > 0))
    }
}
