//! Which files to lint: a parallel walk that honours ignore files and sees hidden files, and what each file's chart says.

mod bytes;
mod changed;
mod chart;
mod crew;
mod folder;
mod ignored;
mod rules;

use bytes::read_regular;
pub(crate) use bytes::{is_of_the_kernel, read_once, read_up_to};
pub use changed::GitError;
pub use chart::Charts;
pub(crate) use crew::Seen;
pub use rules::{RulesError, read_rules, rule_files};

use crate::config::Globs;
use crate::finding::{Notice, NoticeKind};
use crew::{Root, Visitor};
use ignored::{GIT, IgnoreFiles};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

/// Our own ignore file, in the syntax of `.gitignore`.
pub const IGNORE_FILE: &str = ".runnerlintignore";

/// Which files to leave out.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What to leave out.
    pub exclude: Vec<Globs>,
    /// Leave out files named on the command line as well.
    pub force_exclude: bool,
    /// Pass over ignore files.
    pub no_ignore: bool,
    /// Threads to walk with.
    pub threads: usize,
}

impl Options {
    fn excludes(&self, path: &Path, is_dir: bool) -> bool {
        self.exclude.iter().any(|globs| globs.match_path(path, is_dir))
    }
}

/// The walk cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// There is no working directory.
    #[error("cannot read the working directory: {0}")]
    WorkingDirectory(#[source] io::Error),
    /// What has changed is not known.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// A file to lint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Absolute, without links.
    pub real: PathBuf,
    /// As shown: relative to the working directory if it is inside, else as it was named.
    pub shown: PathBuf,
    /// Whether it was named on the command line.
    pub named: bool,
    /// Whether a look has said already that it has to be linted.
    pub looked: bool,
}

/// What a look at a file says of it while the walk goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// It has to be linted.
    Wanted,
    /// There is nothing in it to lint.
    Clean,
    /// It is none to be linted, and not worth a word.
    Skipped,
}

/// Looks at a file, by any thread.
pub(crate) type Looks<'a> = &'a (dyn Fn(&Seen<'_>) -> Look + Sync);

/// Files that a look was enough for. They are counted, and nothing of them is kept: most files of a repository are here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// [`Look::Clean`]
    pub clean: usize,
    /// [`Look::Skipped`]
    pub skipped: usize,
}

/// What the walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// Files that are not in `files`, since a look was enough.
    pub passed: Passed,
    /// Each file once, by the bytes of its shown path.
    pub files: Vec<Target>,
    /// What could not be walked, in the same order.
    pub notices: Vec<(PathBuf, Notice)>,
}

/// `path` as people read it: `/`-separated. Control characters are still in it.
pub fn display(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// The working directory: absolute, without links.
///
/// # Errors
/// There is none.
pub fn working_directory() -> Result<PathBuf, WalkError> {
    fs::canonicalize(".").map_err(WalkError::WorkingDirectory)
}

/// Whether `path` (absolute, without links), a file, is left out though it is named.
pub fn leaves_out(options: &Options, path: &Path) -> bool {
    options.force_exclude
        && (options.excludes(path, false)
            || !options.no_ignore && IgnoreFiles::default().ignores(path, false))
}

/// Finds the files below `paths`.
///
/// # Errors
/// [`WalkError`]. A path that cannot be read is a notice, not an error.
pub fn find(paths: &[PathBuf], options: &Options) -> Result<Found, WalkError> {
    look(paths, options, None)
}

/// As [`find`], with a look at each file that is not named, on the way: those that need no more are only counted.
///
/// # Errors
/// [`WalkError`]. A path that cannot be read is a notice, not an error.
pub(crate) fn look(
    paths: &[PathBuf],
    options: &Options,
    looks: Option<Looks<'_>>,
) -> Result<Found, WalkError> {
    let cwd = working_directory()?;
    let walk = Walk {
        cwd,
        options,
        looks,
        files: Mutex::default(),
        passed: Mutex::default(),
        notices: Mutex::default(),
    };
    let mut ignore_files = IgnoreFiles::default();
    let folders: Vec<Root> = paths.iter().filter_map(|path| walk.root(path, &mut ignore_files)).collect();
    let rules = |root: Root| {
        let rules = if options.no_ignore { None } else { ignore_files.around(&root.real) };
        (root, rules)
    };
    let folders = folders.into_iter().map(rules).collect();
    crew::walk(folders, options, || Visit { walk: &walk, looked: Looked::default() });
    let mut files: Vec<Target> = into_inner(walk.files).into_values().collect();
    let passed = into_inner(walk.passed).count(paths.len() > 1, &files);
    files.sort_by(|a, b| bytes(&a.shown).cmp(bytes(&b.shown)));
    let mut notices = into_inner(walk.notices);
    notices.sort_by(|a, b| bytes(&a.0).cmp(bytes(&b.0)).then_with(|| a.1.message.cmp(&b.1.message)));
    notices.dedup();
    Ok(Found { passed, files, notices })
}

/// Files that a look was enough for, by the hash of their path.
#[derive(Default)]
struct Looked {
    files: Vec<(u64, Look)>,
    /// Whether some may be there twice.
    linked: bool,
}

impl Looked {
    /// How many there are, each once, without those that are linted all the same since they were named as well.
    fn count(mut self, overlap: bool, linted: &[Target]) -> Passed {
        if self.linked || overlap {
            self.files.sort_unstable_by_key(|(file, _)| *file);
            self.files.dedup_by_key(|(file, _)| *file);
            let linted: HashSet<u64> = linted.iter().map(|target| hash(&target.real)).collect();
            self.files.retain(|(file, _)| !linted.contains(file));
        }
        let clean = self.files.iter().filter(|(_, look)| *look == Look::Clean).count();
        Passed { clean, skipped: self.files.len() - clean }
    }
}

/// What a path is told from others by, where no path is kept. That two of a run are the same is less likely than that the
/// disk lies, and costs a number in the summary.
fn hash(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.as_os_str().hash(&mut hasher);
    hasher.finish()
}

/// Finds the files at or below `paths` that git says have changed since the current branch left `revision`: committed
/// since, staged, changed or new. What is excluded or ignored is left out, as in a walk.
///
/// # Errors
/// [`WalkError`].
pub fn find_changed(paths: &[PathBuf], revision: &str, options: &Options) -> Result<Found, WalkError> {
    let cwd = fs::canonicalize(".").map_err(WalkError::WorkingDirectory)?;
    let changed = changed::since(&cwd, revision)?;
    let mut wanted = Vec::new();
    for path in paths {
        match fs::canonicalize(path) {
            Ok(real) => wanted.extend(changed.below(path, &real)?),
            // That it is missing is said where all others are.
            Err(_) => wanted.push(path.clone()),
        }
    }
    let mut found = find(&wanted, &Options { force_exclude: true, ..options.clone() })?;
    for file in &mut found.files {
        file.named = paths.contains(&file.shown);
    }
    Ok(found)
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct Walk<'a> {
    cwd: PathBuf,
    options: &'a Options,
    looks: Option<Looks<'a>>,
    /// By real path.
    files: Mutex<BTreeMap<PathBuf, Target>>,
    passed: Mutex<Looked>,
    notices: Mutex<Vec<(PathBuf, Notice)>>,
}

impl Walk<'_> {
    fn notice(&self, shown: PathBuf, kind: NoticeKind, message: impl Into<String>) {
        if let Ok(mut notices) = self.notices.lock() {
            notices.push((shown, Notice { kind, message: message.into(), position: None }));
        }
    }

    fn take(&self, target: Target) {
        if let Ok(mut files) = self.files.lock() {
            let named = target.named;
            files.entry(target.real.clone()).and_modify(|known| known.named |= named).or_insert(target);
        }
    }

    /// `path`, found below `root`.
    fn shown_below(&self, path: &Path, root: &Root) -> PathBuf {
        self.shown(path, &root.named, path.strip_prefix(&root.real).unwrap_or(path))
    }

    /// `real`, found as `named` (the path on the command line) with `rest` below it.
    fn shown(&self, real: &Path, named: &Path, rest: &Path) -> PathBuf {
        match real.strip_prefix(&self.cwd) {
            Ok(inside) if inside.as_os_str().is_empty() => PathBuf::from("."),
            Ok(inside) => inside.to_path_buf(),
            Err(_) if rest.as_os_str().is_empty() => tidy(named),
            Err(_) => tidy(&named.join(rest)),
        }
    }

    /// Takes what was named, if it is no folder.
    fn root(&self, named: &Path, ignore_files: &mut IgnoreFiles) -> Option<Root> {
        let real = match fs::canonicalize(named) {
            Ok(real) => real,
            Err(error) => {
                let link = fs::symlink_metadata(named).is_ok_and(|it| it.is_symlink());
                let message = if link { "a link to nowhere".to_owned() } else { reason(&error) };
                self.notice(tidy(named), NoticeKind::Unreadable, message);
                return None;
            }
        };
        let shown = self.shown(&real, named, Path::new(""));
        let metadata = match fs::metadata(&real) {
            Ok(metadata) => metadata,
            Err(error) => {
                self.notice(shown, NoticeKind::Unreadable, reason(&error));
                return None;
            }
        };
        if self.options.force_exclude {
            let mut ignored = || !self.options.no_ignore && ignore_files.ignores(&real, metadata.is_dir());
            if self.options.excludes(&real, metadata.is_dir()) || ignored() {
                return None;
            }
        }
        if metadata.is_dir() {
            return Some(Root { named: named.to_path_buf(), real });
        }
        if metadata.is_file() {
            self.take(Target { real, shown, named: true, looked: false });
        } else {
            let message = "not a regular file: pipe it in with `-`";
            self.notice(shown, NoticeKind::Unreadable, message);
        }
        None
    }
}

/// What one thread of the walk has seen.
struct Visit<'a> {
    walk: &'a Walk<'a>,
    looked: Looked,
}

impl Visit<'_> {
    /// Takes a file if a look at it says that it has to be linted; otherwise it is counted. What a link leads to may come
    /// twice.
    fn look(&mut self, root: &Root, file: &Seen<'_>, linked: bool) {
        let look = self.walk.looks.map_or(Look::Wanted, |looks| looks(file));
        if look == Look::Wanted {
            let shown = self.walk.shown_below(file.path, root);
            let looked = self.walk.looks.is_some();
            self.walk.take(Target { real: file.path.to_path_buf(), shown, named: false, looked });
        } else {
            self.looked.files.push((hash(file.path), look));
            self.looked.linked |= linked;
        }
    }
}

impl Visitor for Visit<'_> {
    fn file(&mut self, root: &Root, file: &Seen<'_>) {
        self.look(root, file, false);
    }

    fn link(&mut self, root: &Root, path: &Path) {
        let Ok(real) = fs::canonicalize(path) else {
            let shown = self.walk.shown_below(path, root);
            return self.walk.notice(shown, NoticeKind::Dangling, "a link to nowhere");
        };
        let Ok(rest) = real.strip_prefix(&root.real) else { return };
        let in_git = rest.components().any(|part| part.as_os_str() == GIT);
        if !in_git
            && fs::metadata(&real).is_ok_and(|it| it.is_file())
            && !self.walk.options.excludes(&real, false)
        {
            self.look(root, &Seen::at(&real), true);
        }
    }

    fn trouble(&mut self, root: &Root, path: &Path, kind: NoticeKind, message: String) {
        self.walk.notice(self.walk.shown_below(path, root), kind, message);
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if let Ok(mut passed) = self.walk.passed.lock() {
            passed.files.append(&mut self.looked.files);
            passed.linked |= self.looked.linked;
        }
    }
}

/// `path` (from `cwd`) as the walk would see it: absolute, and without links as far as it exists.
pub fn real(cwd: &Path, path: &Path) -> PathBuf {
    let path = cwd.join(path);
    let path = std::path::absolute(&path).unwrap_or(path);
    for folder in path.ancestors() {
        if let Ok(real) = fs::canonicalize(folder) {
            let rest = path.strip_prefix(folder).unwrap_or(Path::new(""));
            return if rest.as_os_str().is_empty() { real } else { real.join(rest) };
        }
    }
    path
}

/// What a file is told to have changed by: when, and how long it is.
pub type Stamp = (Option<SystemTime>, u64);

/// The stamp of a file as it is now.
///
/// # Errors
/// It cannot be looked at.
pub fn stamp(file: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(file)?;
    Ok((metadata.modified().ok(), metadata.len()))
}

/// An I/O error in words, without the number.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}

/// Without `./`.
fn tidy(path: &Path) -> PathBuf {
    let tidy: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    if tidy.as_os_str().is_empty() { PathBuf::from(".") } else { tidy }
}
