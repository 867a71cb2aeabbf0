//! The walk itself: what was named, and what `ignore` finds below it.

use super::ignored::{self, IgnoreFiles};
use super::{FileToLint, Found, LEFT, Look, Looks, Passed, WalkOptions, reason};
use crate::config::is_config_name;
use crate::disk::GIT;
use crate::finding::{Notice, NoticeKind};
use crate::fixer::write;
use crate::parallel;
use ignore::{DirEntry, WalkBuilder};
use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The notice for a pipe or a device that is named.
const NOT_REGULAR: &str = "not a regular file: pipe it in with `-` and `--stdin-filename`";

/// Entries that a thread takes at once: one by one, threads would wait for each other.
const BATCH: usize = 64;

/// The files at or below `paths`; `looks` is called for each that is not named.
pub(super) fn walk(
    paths: &[PathBuf],
    cwd: PathBuf,
    options: &WalkOptions,
    looks: Option<Looks<'_>>,
) -> Found {
    let mut walk = Walk {
        cwd,
        options,
        looks,
        roots: BTreeMap::new(),
        files: Mutex::default(),
        looked: Mutex::default(),
        notices: Mutex::default(),
        ignored: Arc::default(),
    };
    let mut ignore_files = IgnoreFiles::default();
    for (index, path) in paths.iter().enumerate() {
        if let Some(real) = walk.root(path, &mut ignore_files) {
            walk.roots.entry(real).or_insert_with(|| Root { index, named: path.clone() });
        }
    }
    walk.below_roots(ignore_files);
    let ignored = walk.ignored.load(Ordering::Relaxed);
    let mut files: Vec<FileToLint> = into_inner(walk.files).into_values().collect();
    let passed = into_inner(walk.looked).count(paths.len() > 1, &files);
    files.sort_by(|a, b| bytes(&a.shown).cmp(bytes(&b.shown)));
    let mut notices = into_inner(walk.notices);
    notices.sort_by(|a, b| bytes(&a.0).cmp(bytes(&b.0)).then_with(|| a.1.message.cmp(&b.1.message)));
    notices.dedup();
    // Another run that is still active may have moved its own to their final names by now.
    notices.retain(|(path, notice)| notice.message != LEFT || walk.cwd.join(path).exists());
    Found { ignored, passed, files, notices }
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
    fn count(mut self, overlap: bool, linted: &[FileToLint]) -> Passed {
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

/// Identifies a path where none is stored. Two paths of a run with the same hash are less likely than a disk error, and cost a
/// number in the summary.
fn hash(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.as_os_str().hash(&mut hasher);
    hasher.finish()
}

/// A folder that was named.
struct Root {
    /// Its position on the command line.
    index: usize,
    /// As on the command line.
    named: PathBuf,
}

struct Walk<'a> {
    cwd: PathBuf,
    options: &'a WalkOptions,
    looks: Option<Looks<'a>>,
    /// By real path.
    roots: BTreeMap<PathBuf, Root>,
    /// By real path.
    files: Mutex<BTreeMap<PathBuf, FileToLint>>,
    looked: Mutex<Looked>,
    notices: Mutex<Vec<(PathBuf, Notice)>>,
    /// How many entries ignore files leave out.
    ignored: Arc<AtomicUsize>,
}

impl Walk<'_> {
    fn notice(&self, shown: PathBuf, kind: NoticeKind, message: impl Into<String>) {
        lock(&self.notices).push((shown, Notice { kind, message: message.into(), position: None }));
    }

    fn take(&self, target: FileToLint) {
        let named = target.named;
        let mut files = lock(&self.files);
        files.entry(target.real.clone()).and_modify(|known| known.named |= named).or_insert(target);
    }

    /// `path`, found below a root. Of several roots it is the first on the command line, so that threads change nothing.
    fn shown_below(&self, path: &Path) -> PathBuf {
        let roots = path.ancestors().filter_map(|folder| Some((folder, self.roots.get(folder)?)));
        match roots.min_by_key(|(_, root)| root.index) {
            Some((real, root)) => self.shown(path, &root.named, path.strip_prefix(real).unwrap_or(path)),
            None => self.shown(path, path, Path::new("")),
        }
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

    /// Takes what was named, if it is not a folder; otherwise the folder's real path.
    fn root(&self, named: &Path, ignore_files: &mut IgnoreFiles) -> Option<PathBuf> {
        let real = match fs::canonicalize(named) {
            Ok(real) => real,
            Err(error) => {
                let link = fs::symlink_metadata(named).is_ok_and(|it| it.is_symlink());
                let message = match link {
                    // `<(command)`: what it leads to is there, and has no name.
                    true if fs::metadata(named).is_ok() => NOT_REGULAR.to_owned(),
                    true => "broken symbolic link".to_owned(),
                    false => reason(&error),
                };
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
            let is_dir = metadata.is_dir();
            if self.options.excludes(&real, is_dir) {
                self.options.excluded_by(&real, is_dir).inspect(|counter| count(counter));
                return None;
            }
            if !self.options.no_ignore && ignore_files.ignores(&real, is_dir) {
                count(&self.ignored);
                return None;
            }
        }
        if metadata.is_dir() {
            return Some(real);
        }
        if metadata.is_file() {
            self.take(FileToLint { real, shown, named: true, looked: false });
        } else {
            self.notice(shown, NoticeKind::Unreadable, NOT_REGULAR);
        }
        None
    }

    fn below_roots(&self, ignore_files: IgnoreFiles) {
        let mut roots = self.roots.keys();
        let Some(first) = roots.next() else { return };
        let mut builder = WalkBuilder::new(first);
        for root in roots {
            builder.add(root);
        }
        let options = self.options.clone();
        let ignore_files = Mutex::new(ignore_files);
        builder.standard_filters(false);
        // First what says which of the others are walked.
        builder.sort_by_file_name(|a, b| rank(a).cmp(&rank(b)));
        let ignored = Arc::clone(&self.ignored);
        builder.filter_entry(move |entry| is_wanted(entry, &options, &ignore_files, &ignored));
        // Not `build_parallel`: it waits forever for a thread that the system has refused.
        let entries = Mutex::new(builder.build());
        let next = || lock(&entries).by_ref().take(BATCH).collect::<Vec<_>>();
        parallel::work(self.options.threads, || {
            loop {
                let batch = next();
                if batch.is_empty() {
                    break;
                }
                for entry in batch {
                    match entry {
                        Ok(entry) => self.meet(&entry),
                        Err(error) => self.trouble(&error),
                    }
                }
            }
        });
    }

    fn meet(&self, entry: &DirEntry) {
        if is_left(entry) {
            return self.notice(self.shown_below(entry.path()), NoticeKind::Skipped, LEFT);
        }
        match entry.file_type() {
            Some(kind) if kind.is_file() => self.look(entry.path(), false),
            Some(kind) if kind.is_symlink() => self.link(entry.path(), entry.depth()),
            _ => {}
        }
    }

    /// Takes a file if a look shows that it must be linted; otherwise it is only counted. The target of a link may be met
    /// twice.
    fn look(&self, file: &Path, linked: bool) {
        self.options.met.fetch_add(1, Ordering::Relaxed);
        let look = self.looks.map_or(Look::Wanted, |looks| looks(file));
        if matches!(look, Look::Wanted | Look::Unseen) {
            let shown = self.shown_below(file);
            let looked = look == Look::Wanted && self.looks.is_some();
            self.take(FileToLint { real: file.to_path_buf(), shown, named: false, looked });
        } else {
            let mut looked = lock(&self.looked);
            looked.files.push((hash(file), look));
            looked.linked |= linked;
        }
    }

    /// A link, `depth` levels below its root. Its target is linted if that is below the same root.
    fn link(&self, path: &Path, depth: usize) {
        let Ok(real) = fs::canonicalize(path) else {
            return self.notice(self.shown_below(path), NoticeKind::Dangling, "broken symbolic link");
        };
        let root = path.ancestors().nth(depth);
        let Some(rest) = root.and_then(|root| real.strip_prefix(root).ok()) else { return };
        let in_git = rest.components().any(|part| part.as_os_str() == GIT);
        if !in_git && fs::metadata(&real).is_ok_and(|it| it.is_file()) && !self.options.excludes(&real, false)
        {
            self.look(&real, true);
        }
    }

    /// A folder that cannot be read, or not to its end.
    fn trouble(&self, error: &ignore::Error) {
        let path = path_of(error).unwrap_or(&self.cwd);
        let cause = cause(error);
        let is_gone = cause.is_some_and(|it| it.kind() == io::ErrorKind::NotFound);
        // As with files: a folder may be removed between the walk's seeing and reading it.
        let (kind, message) = if is_gone && !self.roots.contains_key(path) {
            (NoticeKind::Skipped, "vanished before it was read".to_owned())
        } else {
            (NoticeKind::Unreadable, cause.map_or_else(|| error.to_string(), reason))
        };
        self.notice(self.shown_below(path), kind, message);
    }
}

/// Whether an entry of a folder is walked: not a pipe, socket or device, not `.git`, and neither ignored nor excluded. What is
/// left of an earlier run is named in any case.
fn is_wanted(
    entry: &DirEntry,
    options: &WalkOptions,
    ignore_files: &Mutex<IgnoreFiles>,
    ignored: &AtomicUsize,
) -> bool {
    let (path, name) = (entry.path(), entry.file_name());
    if let Some((configured, folder)) = options.configured.as_ref().zip(path.parent()) {
        configured.enter(folder, rank(name) < OTHERS);
    }
    let Some(kind) = entry.file_type().filter(|kind| is_walked(*kind)) else { return false };
    let is_dir = kind.is_dir();
    // For each entry, also `.git`: it shows which ignore files the folder has.
    let rules = if options.no_ignore { None } else { lock(ignore_files).around(path) };
    if name == GIT {
        return false;
    }
    if is_left(entry) {
        return true;
    }
    if rules.is_some_and(|rules| rules.ignores(path, is_dir)) {
        count(ignored);
        return false;
    }
    let configured = options.configured.as_ref();
    if let Some(counter) = configured.and_then(|it| it.excludes(path, is_dir, false)) {
        count(&counter);
        return false;
    }
    !options.exclude.iter().any(|globs| globs.names(path, is_dir))
}

fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// The order in which a walk meets the entries of a directory: first what says which of the others are walked. Those that say
/// what is ignored come before those that say what is excluded.
fn rank(name: &OsStr) -> u8 {
    match (ignored::is_one(name), is_config_name(name)) {
        (true, _) => 0,
        (_, true) => 1,
        _ => OTHERS,
    }
}

/// The [`rank`] of other entries.
const OTHERS: u8 = 2;

/// Whether it is a copy that a run has written and had no time to put in its place or remove.
fn is_left(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_file()) && write::is_unfinished(entry.file_name())
}

/// Whether it is a folder, a regular file or a link.
pub(super) fn is_walked(kind: FileType) -> bool {
    kind.is_dir() || kind.is_file() || kind.is_symlink()
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } => path_of(err),
        _ => None,
    }
}

/// The error of the system. `walkdir`, below `ignore`, wraps it in one of its own, whose text repeats the path.
fn cause(error: &ignore::Error) -> Option<&io::Error> {
    let error = error.io_error()?;
    let wrapped = error.get_ref().and_then(|it| it.downcast_ref::<walkdir::Error>());
    wrapped.map_or(Some(error), walkdir::Error::io_error)
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Without `./`.
fn tidy(path: &Path) -> PathBuf {
    let tidy: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    if tidy.as_os_str().is_empty() { PathBuf::from(".") } else { tidy }
}
