use super::IGNORE_FILE;
use ignore::gitignore::Gitignore;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

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
