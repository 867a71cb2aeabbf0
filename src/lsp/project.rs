//! How a document is judged, by its place: which configuration holds, what its baseline knows, what the files around it say.
//!
//! It is as a run of `runnerlint check` in the folder that the editor shows would judge the file: the configuration is searched
//! from that folder upward (from the file's own where it lies in none), and what is excluded or ignored is left out. All of it
//! is read anew for each lint, so that nothing in an editor is judged by what was true a while ago; only a large baseline that
//! has not changed is kept.

use super::uri;
use crate::config::{self, Choice, Config, ConfigError, Settings};
use crate::engine::{self, Surroundings};
use crate::mask::Mask;
use crate::run::Accepted;
use crate::walk::{self, Charts};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// How one document is judged.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) settings: Settings,
    /// As a run in its folder would show it.
    pub(super) path: String,
    pub(super) around: Surroundings,
    /// Longer texts are not linted.
    pub(super) limit: u64,
}

/// A document is not judged.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unjudged {
    /// It is excluded or ignored.
    LeftOut,
    /// The configuration, or the baseline, cannot be used.
    Broken(String),
}

/// Which configuration is wanted, and what was read last.
#[derive(Debug)]
pub(super) struct Projects {
    choice: Choice,
    cwd: PathBuf,
    /// By file, with what it was when it was read.
    baselines: Mutex<BTreeMap<PathBuf, (walk::Stamp, Arc<Accepted>)>>,
}

impl Projects {
    /// `cwd` is the working directory: absolute, without links.
    pub(super) fn new(choice: Choice, cwd: PathBuf) -> Self {
        Self { choice, cwd, baselines: Mutex::default() }
    }

    /// How the document called `uri` with this text is judged.
    pub(super) fn place(&self, uri: &str, text: &str, folders: &[PathBuf]) -> Result<Place, Unjudged> {
        let file = uri::path(uri).map(|path| walk::real(&self.cwd, &path));
        let root = self.root(file.as_deref(), folders);
        let config = self.config(&root)?;
        let Some(real) = file else {
            // Nothing lies around what is no file.
            let path = uri::name(uri);
            let settings = config.settings(&root.join(&path)).into_owned();
            return Ok(Place {
                settings,
                path,
                around: Surroundings::default(),
                limit: config.max_file_size(),
            });
        };
        let walk = walk::Options {
            exclude: config.exclude().cloned().into_iter().collect(),
            force_exclude: true,
            ..walk::Options::default()
        };
        if walk::leaves_out(&walk, &real) {
            return Err(Unjudged::LeftOut);
        }
        let path = walk::display(real.strip_prefix(&root).unwrap_or(&real));
        let mut around = Surroundings::default();
        if engine::may_matter(&path, text.as_bytes()) {
            around = Charts::default().around(&real);
            if let Some(accepted) = self.accepted(&config)? {
                around.known = accepted.known(&accepted.name(&real));
            }
        }
        let settings = config.settings(&real).into_owned();
        Ok(Place { settings, path, around, limit: config.max_file_size() })
    }

    /// The folder that a run would be started in: the innermost one of the editor's that holds the file, else the file's own.
    fn root(&self, file: Option<&Path>, folders: &[PathBuf]) -> PathBuf {
        let shown = || folders.iter().map(|folder| walk::real(&self.cwd, folder));
        let Some(file) = file else { return shown().next().unwrap_or_else(|| self.cwd.clone()) };
        let holds = shown().filter(|folder| file.starts_with(folder));
        let innermost = holds.max_by_key(|folder| folder.components().count());
        innermost.or_else(|| file.parent().map(Path::to_path_buf)).unwrap_or_else(|| self.cwd.clone())
    }

    fn config(&self, root: &Path) -> Result<Config, Unjudged> {
        let folder = if self.choice == Choice::Nearest { root } else { &self.cwd };
        match config::load(&self.choice, folder) {
            Ok(file) => Ok(Config::new(file, config::Layer::default())),
            Err(ConfigError::Invalid(problem)) => {
                let mask = Mask::new(false, &problem.source, &problem.secrets);
                let line = problem.source.position(problem.span.start()).line;
                let message = format!("{}:{line}: {}", problem.path, mask.prose(&problem.message));
                let help = problem.help.as_deref().map(|help| format!(" ({})", mask.prose(help)));
                Err(Unjudged::Broken(message + &help.unwrap_or_default()))
            }
            Err(error) => Err(Unjudged::Broken(error.to_string())),
        }
    }

    fn accepted(&self, config: &Config) -> Result<Option<Arc<Accepted>>, Unjudged> {
        let Some(file) = config.baseline() else { return Ok(None) };
        let failed = |reason: String| Unjudged::Broken(format!("baseline {}: {reason}", walk::display(file)));
        let stamp = walk::stamp(file).map_err(|error| failed(walk::reason(&error)))?;
        let mut baselines = self.baselines.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match baselines.get(file) {
            Some((known, accepted)) if *known == stamp => Ok(Some(Arc::clone(accepted))),
            _ => {
                let accepted = Accepted::read(file).map_err(|error| failed(error.to_string()))?;
                let accepted = Arc::new(accepted);
                baselines.insert(file.to_path_buf(), (stamp, Arc::clone(&accepted)));
                Ok(Some(accepted))
            }
        }
    }
}
