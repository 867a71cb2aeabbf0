//! The settings of a document, from its place: configuration, baseline, custom rules and files around it.
//!
//! They are those of `runnerlint check` in the folder of the editor that contains the file (in the file's own, if none does):
//! the configuration nearest to the file applies, excluded and ignored files are skipped. All is read again for each lint, so
//! that the findings are never outdated; only a parsed baseline or set of custom rules is kept while its files are the same.

use super::uri;
use crate::catalogue::Catalogue;
use crate::config::{Choice, ConfigError, Layer, Settings};
use crate::engine::{self, Surroundings};
use crate::mask::Mask;
use crate::rules::load::RuleFile;
use crate::run::{self, AcceptedFindings, LoadError, Project, ProjectError};
use crate::text::{Source, Span};
use crate::walk::{self, Charts};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The settings of one document.
#[derive(Debug, Default)]
pub(super) struct DocumentSettings {
    pub(super) settings: Settings,
    /// The path that a run in its folder would print.
    pub(super) path: String,
    pub(super) around: Surroundings,
    /// Longer texts are not linted.
    pub(super) limit: u64,
}

/// Why a document is not linted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unjudged {
    /// It is excluded or ignored.
    LeftOut,
    /// The configuration, or the baseline, cannot be used.
    Broken(String),
}

/// Parsed files by name, with the state that they were parsed from.
type Kept<Name, State, Made> = Mutex<BTreeMap<Name, (State, Arc<Made>)>>;

/// Which configuration is wanted, and what was read last.
#[derive(Debug)]
pub(super) struct LspProjects {
    choice: Choice,
    cwd: PathBuf,
    /// By file, with what it was when it was read.
    baselines: Kept<PathBuf, walk::Stamp, AcceptedFindings>,
    /// By directories, with the files that were loaded.
    rules: Arc<KeptRules>,
}

/// See [`LspProjects`].
type KeptRules = Kept<Vec<PathBuf>, Vec<RuleFile>, Catalogue>;

impl LspProjects {
    /// `cwd` is the working directory: absolute, without links.
    pub(super) fn new(choice: Choice, cwd: PathBuf) -> Self {
        Self { choice, cwd, baselines: Mutex::default(), rules: Arc::default() }
    }

    /// The settings of the document `uri` with this text.
    pub(super) fn place(
        &self,
        uri: &str,
        text: &str,
        folders: &[PathBuf],
    ) -> Result<DocumentSettings, Unjudged> {
        let file = uri::path(uri).map(|path| walk::real(&self.cwd, &path));
        let root = self.root(file.as_deref(), folders);
        let projects = Arc::new(self.projects(&root));
        let project = file.as_ref().map_or_else(|| projects.of(&root), |file| projects.of_file(file));
        projects.check().map_err(|error| wrong_project(&error))?;
        // Without one there would have been an error.
        let Some(project) = project else { return Err(Unjudged::LeftOut) };
        let (config, limit) = (&project.config, project.config.max_file_size());
        let Some(real) = file else {
            // A document that is not a file has no files around it.
            let path = uri::name(uri);
            let settings = config.settings(&root.join(&path)).into_owned();
            return Ok(DocumentSettings { settings, path, around: Surroundings::default(), limit });
        };
        let walk = walk::WalkOptions {
            configured: Some(Arc::<run::Projects>::clone(&projects)),
            force_exclude: true,
            ..walk::WalkOptions::default()
        };
        let is_left_out = walk::leaves_out(&walk, &real);
        projects.check().map_err(|error| wrong_project(&error))?;
        if is_left_out {
            return Err(Unjudged::LeftOut);
        }
        let path = walk::display(real.strip_prefix(&root).unwrap_or(&real));
        let settings = config.settings(&real).into_owned();
        let mut around = Surroundings::default();
        let charts = Charts::default();
        if engine::may_matter(&settings.catalogue, &path, text.as_bytes(), || charts.name_runners(&real)) {
            around = charts.around(&real);
            if let Some(accepted) = self.accepted(&project)? {
                around.known = accepted.known(&accepted.name(&real));
            }
        }
        Ok(DocumentSettings { settings, path, around, limit })
    }

    /// The innermost folder of the editor that contains the file, else the file's own.
    fn root(&self, file: Option<&Path>, folders: &[PathBuf]) -> PathBuf {
        let shown = || folders.iter().map(|folder| walk::real(&self.cwd, folder));
        let Some(file) = file else { return shown().next().unwrap_or_else(|| self.cwd.clone()) };
        let holds = shown().filter(|folder| file.starts_with(folder));
        let innermost = holds.max_by_key(|folder| folder.components().count());
        innermost.or_else(|| file.parent().map(Path::to_path_buf)).unwrap_or_else(|| self.cwd.clone())
    }

    /// The configurations as they are now, as seen from `root`.
    fn projects(&self, root: &Path) -> run::Projects {
        let cwd = if self.choice == Choice::Nearest { root.to_path_buf() } else { self.cwd.clone() };
        let (kept, here) = (Arc::clone(&self.rules), cwd.clone());
        run::Projects::new(self.choice.clone(), cwd, Layer::default(), move |config, folders| {
            let folders = folders.iter().map(|folder| here.join(folder)).collect();
            catalogue(&kept, folders).map_err(|error| error.hide_outside(config, &[], &here))
        })
    }

    fn accepted(&self, project: &Project) -> Result<Option<Arc<AcceptedFindings>>, Unjudged> {
        let Some(file) = project.config.baseline() else { return Ok(None) };
        let failed = |reason: String| Unjudged::Broken(format!("baseline {}: {reason}", walk::display(file)));
        let stamp = walk::stamp(file).map_err(|error| failed(walk::reason(&error)))?;
        let mut baselines = self.baselines.lock().unwrap_or_else(PoisonError::into_inner);
        match baselines.get(file) {
            Some((known, accepted)) if *known == stamp => Ok(Some(Arc::clone(accepted))),
            _ => {
                let accepted = AcceptedFindings::read(file).map_err(|error| failed(error.to_string()))?;
                let accepted = Arc::new(accepted);
                baselines.insert(file.to_path_buf(), (stamp, Arc::clone(&accepted)));
                Ok(Some(accepted))
            }
        }
    }
}

/// The rules in these directories, as they are now.
fn catalogue(kept: &KeptRules, folders: Vec<PathBuf>) -> Result<Arc<Catalogue>, LoadError> {
    if folders.is_empty() {
        return Ok(Arc::clone(Catalogue::built_in()));
    }
    let files = run::rule_files(&folders)?;
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, catalogue)) = kept.get(&folders)
        && *known == files
    {
        return Ok(Arc::clone(catalogue));
    }
    let catalogue = run::load_files(&files)?;
    kept.insert(folders, (files, Arc::clone(&catalogue)));
    Ok(catalogue)
}

fn wrong_project(error: &ProjectError) -> Unjudged {
    match error {
        ProjectError::Config(error) => wrong(error),
        ProjectError::Rules(error) => wrong_rules(error),
    }
}

fn wrong(error: &ConfigError) -> Unjudged {
    let ConfigError::Invalid(problem) = error else { return Unjudged::Broken(error.to_string()) };
    let mask = Mask::new(false, &problem.source, &[]).hiding(&problem.secrets);
    let place = (&*problem.path, &problem.source, problem.span);
    Unjudged::Broken(sentence(place, &mask, &problem.message, problem.help.as_deref()))
}

fn wrong_rules(error: &LoadError) -> Unjudged {
    let LoadError::Wrong(problems) = error else { return Unjudged::Broken(error.to_string()) };
    let Some(first) = problems.first() else { return Unjudged::Broken(error.to_string()) };
    let mask = Mask::new(false, &first.source, &[]).hiding(&first.secrets());
    let place = (&*first.path, &*first.source, first.span);
    let text = sentence(place, &mask, &first.message, first.help.as_deref());
    match problems.len() - 1 {
        0 => Unjudged::Broken(text),
        more => Unjudged::Broken(format!("{text}; and {more} more: `runnerlint rules` lists them")),
    }
}

fn sentence(
    (path, source, span): (&str, &Source, Span),
    mask: &Mask,
    message: &str,
    help: Option<&str>,
) -> String {
    let line = source.position(span.start()).line;
    let help = help.map(|help| format!(" ({})", mask.prose(help)));
    format!("{path}:{line}: {}{}", mask.prose(message), help.unwrap_or_default())
}
