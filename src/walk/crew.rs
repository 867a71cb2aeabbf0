//! Several threads that walk folders together.

use super::folder::{Entry, Folder, Kind, open};
use super::ignored::{GIT, Rules};
use super::{Options, reason};
use crate::finding::NoticeKind;
use crate::fixer::write;
use crate::parallel;
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{MAIN_SEPARATOR_STR, Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// So many files of a folder are one piece of work: a folder of many is shared, and few of them wait.
const PIECE: usize = 64;
/// So many folders are kept open for those in them, which are then found sooner. A process may open few files on some systems.
const OPEN: usize = 64;

/// A folder to walk.
#[derive(Debug)]
pub(super) struct Root {
    /// As on the command line.
    pub(super) named: PathBuf,
    /// Absolute, without links.
    pub(super) real: PathBuf,
}

/// A file that the walk met.
pub(crate) struct Seen<'a> {
    /// Absolute, without links.
    pub(crate) path: &'a Path,
    /// Where the walk met it, and its name there.
    place: Option<(&'a Folder, &'a OsStr)>,
}

impl<'a> Seen<'a> {
    /// The file at `path`.
    pub(crate) fn at(path: &'a Path) -> Self {
        Self { path, place: None }
    }

    /// Opens it. A pipe that has come in its place makes nobody wait, and a link leads nowhere.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn open(&self) -> io::Result<File> {
        self.place.map_or_else(|| open(self.path), |(folder, name)| folder.file(name))
    }

    /// The last part of its path.
    pub(crate) fn name(&self) -> Cow<'a, str> {
        let name = self.place.map(|(_, name)| name).or_else(|| self.path.file_name());
        name.map(OsStr::to_string_lossy).unwrap_or_default()
    }
}

/// What one thread does with what it meets.
pub(super) trait Visitor {
    /// A regular file.
    fn file(&mut self, root: &Root, file: &Seen<'_>);
    /// A link.
    fn link(&mut self, root: &Root, path: &Path);
    /// A folder that cannot be read, or not to its end.
    fn trouble(&mut self, root: &Root, path: &Path, kind: NoticeKind, message: String);
}

/// Walks the folders at `roots`, each with the rules that hold around it. Folders named `.git` and unfinished files of our own are
/// passed over, as is what `options` leave out.
pub(super) fn walk<V: Visitor>(
    roots: Vec<(Root, Option<Arc<Rules>>)>,
    options: &Options,
    visitor: impl Fn() -> V + Sync,
) {
    if roots.is_empty() {
        return;
    }
    let first = |(root, rules): (Root, Option<Arc<Rules>>)| {
        Work::Folder(Place { path: root.real.clone(), parent: None, root: Arc::new(root), rules })
    };
    let mut work: Vec<Work> = roots.into_iter().map(first).collect();
    work.reverse();
    let queue = Mutex::new(Queue { work, busy: 0, waiting: 0 });
    let crew = Crew { options, queue, changed: Condvar::new(), open: Arc::default() };
    parallel::work(options.threads, || {
        let visitor = visitor();
        let mut worker = Worker { crew: &crew, visitor, names: Vec::new(), path: PathBuf::new() };
        while let Some((work, _turn)) = crew.next() {
            worker.take(work);
        }
    });
}

/// A folder that is still to be read.
struct Place {
    path: PathBuf,
    /// The folder that holds it, if it is kept open.
    parent: Option<Arc<Opened>>,
    root: Arc<Root>,
    /// What holds around it.
    rules: Option<Arc<Rules>>,
}

/// A folder that was read, open.
struct Opened {
    folder: Folder,
    path: PathBuf,
    root: Arc<Root>,
    /// Counts those that are open.
    _open: Arc<()>,
}

enum Work {
    Folder(Place),
    /// Files of a folder.
    Files(Arc<Opened>, Vec<OsString>),
}

/// What nobody has begun yet: what came last goes first. So the files of a folder are done before the folders in it, and few
/// folders are open at a time.
struct Queue {
    work: Vec<Work>,
    /// Threads that are at work, and may find more.
    busy: usize,
    waiting: usize,
}

struct Crew<'a> {
    options: &'a Options,
    queue: Mutex<Queue>,
    changed: Condvar,
    /// There are as many of it as folders are open, and one.
    open: Arc<()>,
}

impl<'a> Crew<'a> {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next piece of work, or none if there is none and nobody finds more.
    fn next(&'a self) -> Option<(Work, Turn<'a>)> {
        let mut queue = self.queue();
        loop {
            if let Some(work) = queue.work.pop() {
                queue.busy += 1;
                return Some((work, Turn(self)));
            }
            if queue.busy == 0 {
                return None;
            }
            queue.waiting += 1;
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            queue.waiting -= 1;
        }
    }

    fn add(&self, more: Vec<Work>) {
        let mut queue = self.queue();
        queue.work.extend(more);
        if queue.waiting > 0 && !queue.work.is_empty() {
            self.changed.notify_all();
        }
    }
}

/// Work that somebody has begun; it ends with this, whatever happens.
struct Turn<'a>(&'a Crew<'a>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        queue.busy -= 1;
        if queue.busy == 0 && queue.waiting > 0 {
            self.0.changed.notify_all();
        }
    }
}

/// Takes the last piece of `files`.
fn last(files: &mut Vec<OsString>) -> Vec<OsString> {
    files.split_off(files.len().saturating_sub(PIECE))
}

struct Worker<'a, V> {
    crew: &'a Crew<'a>,
    visitor: V,
    /// Room for names, used again and again.
    names: Vec<u8>,
    /// Room for a path.
    path: PathBuf,
}

impl<V: Visitor> Worker<'_, V> {
    fn take(&mut self, work: Work) {
        match work {
            Work::Folder(place) => self.folder(place),
            Work::Files(opened, files) => self.files(&opened, &files),
        }
    }

    fn folder(&mut self, place: Place) {
        let Place { path, parent, root, rules } = place;
        let folder = match (parent, path.file_name()) {
            (Some(parent), Some(name)) => parent.folder.folder(name),
            _ => Folder::open(&path),
        };
        let folder = match folder {
            Ok(folder) => folder,
            Err(error) => return self.trouble(&root, &path, &error),
        };
        let (entries, result) = folder.entries(&mut self.names);
        if let Err(error) = result {
            self.trouble(&root, &path, &error);
        }
        let honour = !self.crew.options.no_ignore;
        let rules = if honour { Rules::of(&path, &entries, rules.as_ref()) } else { None };
        let opened = Arc::new(Opened { folder, path, root, _open: self.crew.open.clone() });
        let keeps = Arc::strong_count(&self.crew.open) < OPEN;
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for Entry { name, kind } in entries {
            if kind == Kind::Other {
                continue;
            }
            self.go_to(&opened.path, &name);
            if !self.leaves_out(&name, kind, rules.as_deref()) {
                match kind {
                    Kind::Folder => {
                        let (path, root) = (self.path.clone(), opened.root.clone());
                        let parent = keeps.then(|| opened.clone());
                        folders.push(Work::Folder(Place { path, parent, root, rules: rules.clone() }));
                    }
                    Kind::File => files.push(name),
                    Kind::Link => self.visitor.link(&opened.root, &self.path),
                    Kind::Other => {}
                }
            }
        }
        let mut pieces = folders;
        let own = last(&mut files);
        while !files.is_empty() {
            pieces.push(Work::Files(opened.clone(), last(&mut files)));
        }
        self.crew.add(pieces);
        self.files(&opened, &own);
    }

    /// Whether what stands at `self.path` is passed over.
    fn leaves_out(&self, name: &OsStr, kind: Kind, rules: Option<&Rules>) -> bool {
        let is_dir = kind == Kind::Folder;
        name == GIT
            || write::is_unfinished(name)
            || rules.is_some_and(|rules| rules.ignores(&self.path, is_dir))
            || self.crew.options.exclude.iter().any(|globs| globs.names(&self.path, is_dir))
    }

    fn files(&mut self, opened: &Opened, names: &[OsString]) {
        for name in names {
            self.go_to(&opened.path, name);
            let place = Some((&opened.folder, &**name));
            self.visitor.file(&opened.root, &Seen { path: &self.path, place });
        }
    }

    /// Makes `self.path` that of what is called `name` in `folder`. It is written anew: to take a name from the end of a path
    /// means to look for it, and that for each file.
    fn go_to(&mut self, folder: &Path, name: &OsStr) {
        let path = self.path.as_mut_os_string();
        path.clear();
        path.push(folder);
        if !folder.as_os_str().as_encoded_bytes().ends_with(MAIN_SEPARATOR_STR.as_bytes()) {
            path.push(MAIN_SEPARATOR_STR);
        }
        path.push(name);
    }

    fn trouble(&mut self, root: &Root, path: &Path, error: &io::Error) {
        // As with files: what the walk saw may be gone when it comes there.
        let (kind, message) = if error.kind() == io::ErrorKind::NotFound && path != root.real {
            (NoticeKind::Skipped, "vanished before it was read".to_owned())
        } else {
            (NoticeKind::Unreadable, reason(error))
        };
        self.visitor.trouble(root, path, kind, message);
    }
}
