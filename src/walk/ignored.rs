//! What ignore files say, by the matcher of ripgrep.
//!
//! As there, a file of our own overrides `.ignore`, that `.gitignore`, and that what a repository excludes; of two of a kind,
//! the one in the inner folder overrides the other. What git honors ends at the folder of a repository: no file above it,
//! in a home folder perhaps, hides anything in it.

use super::IGNORE_FILE;
use super::tree::is_walked;
use crate::disk::{GIT, read_start};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Ignore files by precedence, before what a repository excludes.
const FILES: [&str; 3] = [IGNORE_FILE, ".ignore", ".gitignore"];
/// From here on, what git honors.
const OF_GIT: usize = 2;
/// No ignore file is read further (1 MiB).
const LONGEST: u64 = 1 << 20;

/// What the ignore files of a folder and of those above it say. Folders that say nothing have none of their own.
#[derive(Debug)]
pub(super) struct Rules {
    /// One for each of [`FILES`], and what a repository excludes. Those that are not there match nothing.
    matchers: [Option<Gitignore>; FILES.len() + 1],
    /// Whether it is the folder of a repository.
    has_git: bool,
    above: Option<Arc<Rules>>,
}

impl Rules {
    /// Those of `folder`, below those of the folder `above`.
    fn of(folder: &Path, has_git: bool, above: Option<&Arc<Self>>) -> Option<Arc<Self>> {
        let [own, plain, git] = FILES.map(|name| read(folder, &folder.join(name)));
        let excluded = has_git.then(|| read(folder, &git_folder(folder).join("info/exclude"))).flatten();
        let matchers = [own, plain, git, excluded];
        if !has_git && matchers.iter().all(Option::is_none) {
            return above.cloned();
        }
        Some(Arc::new(Self { matchers, has_git, above: above.cloned() }))
    }

    /// Whether `path` (absolute) in the folder itself is named; parent folders are not checked.
    pub(super) fn ignores(&self, path: &Path, is_dir: bool) -> bool {
        let mut verdicts = [const { Match::None }; FILES.len() + 1];
        let mut rules = Some(self);
        let mut in_repository = false;
        while let Some(here) = rules {
            for (at, (verdict, matcher)) in verdicts.iter_mut().zip(&here.matchers).enumerate() {
                if let Some(matcher) = matcher
                    && verdict.is_none()
                    && !(in_repository && at >= OF_GIT)
                {
                    *verdict = matcher.matched(path, is_dir).map(|_| ());
                }
            }
            in_repository |= here.has_git;
            rules = here.above.as_deref();
        }
        verdicts.iter().find(|it| !it.is_none()).is_some_and(Match::is_ignore)
    }
}

/// Ignore files by folder, each read once.
#[derive(Default)]
pub(super) struct IgnoreFiles {
    /// What applies in each folder, and whether it is the folder of a repository.
    by_folder: HashMap<OsString, (Option<Arc<Rules>>, bool)>,
}

impl IgnoreFiles {
    /// Whether an ignore file names `path` (absolute) or a folder that contains it, up to the folder of its repository.
    pub(super) fn ignores(&mut self, path: &Path, is_dir: bool) -> bool {
        for (up, part) in path.ancestors().enumerate() {
            let Some(folder) = part.parent() else { break };
            let (rules, has_git) = self.of(folder);
            if rules.is_some_and(|it| it.ignores(part, is_dir || up > 0)) {
                return true;
            }
            if has_git {
                break;
            }
        }
        false
    }

    /// What applies in the folder of an entry (absolute), if a walk meets its ignore files before its other entries: where
    /// another one comes first there are none, and nothing is read.
    pub(super) fn around(&mut self, path: &Path) -> Option<Arc<Rules>> {
        let folder = path.parent()?;
        if let Some((rules, _)) = self.by_folder.get(folder.as_os_str()) {
            return rules.clone();
        }
        if path.file_name().is_some_and(is_one)
            || folder.parent().is_none_or(|above| !self.by_folder.contains_key(above.as_os_str()))
        {
            return self.of(folder).0;
        }
        let rules = folder.parent().and_then(|above| self.of(above).0);
        self.by_folder.insert(folder.into(), (rules.clone(), false));
        rules
    }

    fn of(&mut self, folder: &Path) -> (Option<Arc<Rules>>, bool) {
        let mut unknown = Vec::new();
        let mut here = (None, false);
        for folder in folder.ancestors() {
            if let Some(known) = self.by_folder.get(folder.as_os_str()) {
                here = known.clone();
                break;
            }
            unknown.push(folder);
        }
        for folder in unknown.into_iter().rev() {
            let has_git = fs::symlink_metadata(folder.join(GIT)).is_ok_and(|it| is_walked(it.file_type()));
            here = (Rules::of(folder, has_git, here.0.as_ref()), has_git);
            self.by_folder.insert(folder.into(), here.clone());
        }
        here
    }
}

/// Whether a name is that of an ignore file or of a repository. Some file systems take letters of either case.
pub(super) fn is_one(name: &OsStr) -> bool {
    FILES.iter().chain([&GIT]).any(|known| name.eq_ignore_ascii_case(known))
}

fn read(folder: &Path, file: &Path) -> Option<Gitignore> {
    let text = text(file)?;
    let mut builder = GitignoreBuilder::new(folder);
    for line in text.strip_prefix('\u{feff}').unwrap_or(&text).lines() {
        // A line that is not a glob is not one for git either.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok().filter(|it| !it.is_empty())
}

/// The text of a regular file, or of one that a link leads to. A line that is not UTF-8 names nothing.
fn text(file: &Path) -> Option<String> {
    Some(String::from_utf8_lossy(&read_start(file, LONGEST)?).into_owned())
}

/// Where the repository of the folder keeps what all of its work trees share.
fn git_folder(folder: &Path) -> PathBuf {
    let git = folder.join(GIT);
    // A work tree and a submodule have a file that says where it is.
    let Some(said) = text(&git) else { return git };
    let Some(own) = said.lines().next().and_then(|line| line.strip_prefix("gitdir: ")) else { return git };
    let own = folder.join(own);
    match text(&own.join("commondir")) {
        Some(common) => own.join(common.lines().next().unwrap_or_default()),
        None => own,
    }
}
