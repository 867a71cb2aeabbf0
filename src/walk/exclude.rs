use super::IGNORE_FILE;
use ignore::gitignore::Gitignore;
use ignore::overrides::{Override, OverrideBuilder};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The globs of `--exclude`.
pub(super) struct Excludes(Override);

impl Excludes {
    pub(super) fn new(cwd: &Path, globs: &[String]) -> Result<Self, ignore::Error> {
        let mut builder = OverrideBuilder::new(cwd);
        for glob in globs {
            builder.add(&format!("!{glob}"))?;
        }
        builder.build().map(Self)
    }

    pub(super) fn overrides(&self) -> Override {
        self.0.clone()
    }

    /// Whether `path`, or a folder that holds it, is excluded.
    pub(super) fn matches_with_parents(&self, path: &Path, is_dir: bool) -> bool {
        let root = self.0.path().to_path_buf();
        path.ancestors()
            .take_while(|it| **it != *root && !it.as_os_str().is_empty())
            .enumerate()
            .any(|(up, it)| self.0.matched(it, is_dir || up > 0).is_ignore())
    }
}

/// Ignore files from a path upward, for paths that no walk reaches.
#[derive(Default)]
pub(super) struct IgnoreFiles {
    by_folder: HashMap<PathBuf, Vec<Gitignore>>,
}

impl IgnoreFiles {
    /// Whether an ignore file names `path` (absolute) or a folder that holds it. The nearest file that says something
    /// decides; above a repository nothing is read.
    pub(super) fn ignores(&mut self, path: &Path, is_dir: bool) -> bool {
        for folder in path.ancestors().skip(1) {
            for file in self.of(folder) {
                let verdict = file.matched_path_or_any_parents(path, is_dir);
                if !verdict.is_none() {
                    return verdict.is_ignore();
                }
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        false
    }

    fn of(&mut self, folder: &Path) -> &[Gitignore] {
        self.by_folder.entry(folder.to_path_buf()).or_insert_with(|| {
            [IGNORE_FILE, ".ignore", ".gitignore"]
                .into_iter()
                .map(|name| folder.join(name))
                .filter(|file| file.is_file())
                .map(|file| Gitignore::new(file).0)
                .collect()
        })
    }
}
