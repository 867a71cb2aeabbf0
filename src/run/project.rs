//! What applies to each file: the configuration nearest to it, with its rules and its baseline.

use super::accepted::AcceptedFindings;
use super::rules::{LoadError, left_out, rule_folders};
use crate::catalogue::Catalogue;
use crate::config::{Choice, Config, ConfigError, ConfigGlobs, Discovery, Layer, Seen, load, size_in_words};
use crate::repository::{self, Repository};
use crate::walk::{self, Configured};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// All configuration files of a run have at most this size, as [`crate::config::ConfigFile::size`] counts: 16 MiB.
const LARGEST: u64 = 16 << 20;
/// Different sets of directories of rules that a run may have: each takes some 2 MB.
const MOST_CATALOGUES: usize = 50;

/// What applies to the files of one configuration file, or to those without one.
#[derive(Debug)]
pub struct Project {
    /// The configuration.
    pub config: Config,
    exclude: Vec<ConfigGlobs>,
    excluded: Arc<AtomicUsize>,
    accepted: OnceLock<Arc<AcceptedFindings>>,
}

impl Project {
    fn new(config: Config, cwd: &Path) -> Self {
        let exclude = left_out(&config, cwd);
        Self { config, exclude, excluded: Arc::default(), accepted: OnceLock::new() }
    }

    /// How many entries of directories the configuration excluded from a walk.
    pub fn excluded(&self) -> usize {
        self.excluded.load(Ordering::Relaxed)
    }

    /// The findings that are known, once they were read.
    pub fn accepted(&self) -> Option<&Arc<AcceptedFindings>> {
        self.accepted.get()
    }

    /// Says which findings are known. Only the first call counts.
    pub fn accept(&self, accepted: Arc<AcceptedFindings>) {
        let _ = self.accepted.set(accepted);
    }
}

/// A configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// Something is wrong with the file.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something is wrong with its rules.
    #[error(transparent)]
    Rules(#[from] LoadError),
}

/// Loads the rules of these directories for a configuration.
type LoadRules = dyn Fn(&Config, &[PathBuf]) -> Result<Arc<Catalogue>, LoadError> + Send + Sync;

/// The projects of a run, each loaded when its first file or directory is met.
pub struct Projects {
    choice: Choice,
    cwd: PathBuf,
    /// The only directory that is checked, if that is not `cwd`.
    base: Option<PathBuf>,
    command_line: Layer,
    load_rules: Box<LoadRules>,
    state: RwLock<RunState>,
    /// Counts what is not walked since its configuration cannot be used.
    unusable: Arc<AtomicUsize>,
    repositories: RwLock<Repositories>,
    /// How many repositories the walk has met, for a user who waits.
    met: Arc<AtomicUsize>,
}

#[derive(Default)]
struct Repositories {
    /// The directories of repositories that the walk has met.
    met: BTreeSet<PathBuf>,
    /// By directory, those that were asked for.
    known: HashMap<PathBuf, Arc<Repository>>,
}

#[derive(Default)]
struct RunState {
    discovery: Discovery,
    /// By configuration file; nothing for one that cannot be used.
    projects: BTreeMap<Option<usize>, Option<Arc<Project>>>,
    /// By directories of rules.
    catalogues: HashMap<Vec<PathBuf>, Arc<Catalogue>>,
    /// The size of all configuration files.
    size: u64,
    /// Of the configurations that cannot be used, the one whose path comes first.
    error: Option<(PathBuf, ProjectError)>,
}

impl fmt::Debug for Projects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Projects").field("choice", &self.choice).finish_non_exhaustive()
    }
}

impl Projects {
    /// The projects of a run in `cwd` (absolute, without links).
    pub fn new(
        choice: Choice,
        cwd: PathBuf,
        command_line: Layer,
        load_rules: impl Fn(&Config, &[PathBuf]) -> Result<Arc<Catalogue>, LoadError> + Send + Sync + 'static,
    ) -> Self {
        let load_rules = Box::new(load_rules);
        Self {
            choice,
            cwd,
            base: None,
            command_line,
            load_rules,
            state: RwLock::default(),
            unusable: Arc::default(),
            repositories: RwLock::default(),
            met: Arc::default(),
        }
    }

    /// As the only directory that is checked is `base` (absolute, without links): repositories in it are named by their paths.
    #[must_use]
    pub fn below(self, base: PathBuf) -> Self {
        Self { base: Some(base), ..self }
    }

    /// This configuration for all files.
    pub fn of_one(config: Config) -> Self {
        let catalogue = Arc::clone(config.catalogue());
        let this = Self::new(Choice::Isolated, PathBuf::from("/"), Layer::default(), move |_, _| {
            Ok(Arc::clone(&catalogue))
        });
        let project = Arc::new(Project::new(config, &this.cwd));
        this.write(|state| state.projects.insert(None, Some(project)));
        this
    }

    /// Which configuration files are wanted.
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// What applies in the directory `folder` (absolute, without links); nothing if its configuration cannot be used.
    pub fn of(&self, folder: &Path) -> Option<Arc<Project>> {
        self.find(folder, Seen::Nothing)
    }

    /// As [`Projects::of`], for the file at `path`.
    pub fn of_file(&self, path: &Path) -> Option<Arc<Project>> {
        self.of(path.parent().unwrap_or(path))
    }

    /// What applies to a path that the user names: a directory, or a file.
    pub fn of_named(&self, path: &Path) -> Option<Arc<Project>> {
        let real = walk::real(&self.cwd, path);
        if real.is_dir() { self.of(&real) } else { self.of_file(&real) }
    }

    /// The repository of the file or directory at `real` (absolute, without links), which reports show as `shown`.
    pub fn repository(&self, shown: &Path, real: &Path) -> Option<Arc<Repository>> {
        let root = real.ancestors().find(|it| repository::is_root(it))?;
        let known = self.repositories.read().unwrap_or_else(PoisonError::into_inner).known.get(root).cloned();
        known.or_else(|| {
            let base = self.base.as_deref().unwrap_or(&self.cwd);
            let repository = Arc::new(Repository::at(root, (&self.cwd, base), (shown, real)));
            let mut all = self.repositories.write().unwrap_or_else(PoisonError::into_inner);
            Some(Arc::clone(all.known.entry(root.to_path_buf()).or_insert(repository)))
        })
    }

    /// The repositories that the walk has met, by their directories.
    pub fn repositories(&self) -> Vec<Arc<Repository>> {
        let met = self.repositories.read().unwrap_or_else(PoisonError::into_inner).met.clone();
        met.iter().filter_map(|root| self.repository(root, root)).collect()
    }

    /// Counts the repositories that the walk meets.
    pub fn met(&self) -> &Arc<AtomicUsize> {
        &self.met
    }

    /// All that were loaded, by the paths of their configuration files as shown.
    pub fn all(&self) -> Vec<Arc<Project>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = state.projects.values().flatten().cloned().collect();
        drop(state);
        all.sort_by(|a, b| shown(a).cmp(&shown(b)));
        all
    }

    /// The rules of all projects that were loaded: first what is built in.
    pub fn catalogues(&self) -> Vec<Arc<Catalogue>> {
        let mut all: Vec<Arc<Catalogue>> = Vec::new();
        for project in self.all() {
            if !all.iter().any(|it| Arc::ptr_eq(it, project.config.catalogue())) {
                all.push(Arc::clone(project.config.catalogue()));
            }
        }
        all
    }

    /// Why a configuration cannot be used, if that was found.
    ///
    /// # Errors
    /// Of several the one whose path comes first.
    pub fn check(&self) -> Result<(), ProjectError> {
        self.write(|state| state.error.take()).map_or(Ok(()), |(_, error)| Err(error))
    }

    fn is_nearest(&self) -> bool {
        self.choice == Choice::Nearest
    }

    fn find(&self, folder: &Path, seen: Seen) -> Option<Arc<Project>> {
        let known = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            let file = if self.is_nearest() { state.discovery.known(folder) } else { Some(None) };
            file.and_then(|file| state.projects.get(&file).cloned())
        };
        known.unwrap_or_else(|| {
            self.write(|state| {
                let file = if self.is_nearest() { state.discovery.of(folder, seen) } else { None };
                if let Some(project) = state.projects.get(&file) {
                    return project.clone();
                }
                let project = self.load(state, file).map(Arc::new);
                let project = project
                    .map_err(|error| {
                        if state.error.as_ref().is_none_or(|(path, _)| folder < path) {
                            state.error = Some((folder.to_path_buf(), error));
                        }
                    })
                    .ok();
                state.projects.insert(file, project.clone());
                project
            })
        })
    }

    fn load(&self, state: &mut RunState, file: Option<usize>) -> Result<Project, ProjectError> {
        let file = match file {
            Some(file) => state.discovery.read(file, &self.cwd).transpose()?,
            None if self.is_nearest() => None,
            None => load(&self.choice, &self.cwd)?,
        };
        if let Some(file) = &file {
            state.size = state.size.saturating_add(file.size());
            if state.size > LARGEST {
                let largest = size_in_words(LARGEST);
                let reason =
                    format!("the configuration files exceed {largest} together (a glob counts as 1 KiB)");
                return Err(ConfigError::Read { path: file.shown.clone(), reason }.into());
            }
        }
        let config = Config::new(file, self.command_line.clone());
        let folders = rule_folders(&config, &[], &self.cwd);
        let reals: Vec<PathBuf> = folders.iter().map(|folder| walk::real(&self.cwd, folder)).collect();
        let catalogue = match state.catalogues.get(&reals) {
            Some(catalogue) => Arc::clone(catalogue),
            None if state.catalogues.len() >= MOST_CATALOGUES => {
                return Err(LoadError::TooMany(MOST_CATALOGUES).into());
            }
            None => {
                let catalogue = (self.load_rules)(&config, &folders)?;
                state.catalogues.insert(reals, Arc::clone(&catalogue));
                catalogue
            }
        };
        Ok(Project::new(config.by(catalogue)?, &self.cwd))
    }

    fn write<T>(&self, change: impl FnOnce(&mut RunState) -> T) -> T {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }
}

fn shown(project: &Project) -> Option<&str> {
    project.config.file().map(|file| file.shown.as_str())
}

impl Configured for Projects {
    fn excludes(&self, path: &Path, is_dir: bool, parents: bool) -> Option<Arc<AtomicUsize>> {
        let excluded_by = |folder: &Path, is_excluded: &dyn Fn(&ConfigGlobs) -> bool| match self.of(folder) {
            Some(project) => project.exclude.iter().any(is_excluded).then(|| Arc::clone(&project.excluded)),
            None => Some(Arc::clone(&self.unusable)),
        };
        if !self.is_nearest() && parents {
            return excluded_by(path, &|globs| globs.match_path(path, is_dir));
        }
        path.ancestors()
            .take(if parents { usize::MAX } else { 1 })
            .enumerate()
            .find_map(|(up, part)| excluded_by(part.parent()?, &|globs| globs.names(part, is_dir || up > 0)))
    }

    fn enter(&self, folder: &Path, may_have_one: bool) {
        if may_have_one && repository::is_root(folder) {
            let mut all = self.repositories.write().unwrap_or_else(PoisonError::into_inner);
            if all.met.insert(folder.to_path_buf()) {
                self.met.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.find(folder, if may_have_one { Seen::Nothing } else { Seen::NoConfig });
    }
}
