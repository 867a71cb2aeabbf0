//! `--show-files` and `--show-settings`.

use super::args::CheckArgs;
use super::output::{self, complain};
use super::{Error, Outcome};
use crate::config;
use crate::run::Projects;
use crate::{escape, run, walk};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One line for each file: its path, a tab, and its language or why it would be skipped.
pub(super) fn files(options: &run::RunOptions, found: &walk::Found) -> Result<Outcome, Error> {
    let mut out = output::stdout();
    let mut failed = false;
    for file in &found.files {
        let how = match run::language(options, file) {
            Ok(language) => language.to_owned(),
            Err(notice) => {
                failed |= notice.kind.is_failure();
                notice.message
            }
        };
        writeln!(out, "{}\t{}", escape::name(&walk::display(&file.shown)), escape::inline(&how))?;
    }
    for (path, notice) in &found.notices {
        failed |= notice.kind.is_failure();
        complain(&format!("{}: {}", escape::name(&walk::display(path)), escape::inline(&notice.message)));
    }
    out.flush()?;
    Ok(if failed { Outcome::Failed } else { Outcome::Clean })
}

/// The effective settings for each of the paths, or for all files of the working directory's configuration.
pub(super) fn settings(args: &CheckArgs, projects: &Projects) -> Result<Outcome, Error> {
    let mut out = output::stdout();
    let cwd = walk::working_directory()?;
    let named = args.stdin_filename.as_deref();
    let name = |path: &PathBuf| named.filter(|_| path == Path::new("-")).map_or(path.clone(), PathBuf::from);
    let paths: Vec<Option<PathBuf>> = match args.paths.as_slice() {
        [] => vec![None],
        paths => paths.iter().map(name).map(Some).collect(),
    };
    let mut last = None;
    for path in paths {
        let project = path.as_ref().map_or_else(|| projects.of(&cwd), |path| projects.of_named(path));
        projects.check()?;
        let Some(project) = project else { continue };
        if last.replace(Arc::as_ptr(&project)) != Some(Arc::as_ptr(&project)) {
            match project.config.file() {
                Some(file) => writeln!(out, "# configuration file: {}", escape::name(&file.shown))?,
                None => writeln!(out, "# no configuration file")?,
            }
        }
        match &path {
            Some(path) => writeln!(out, "# for {}\n", escape::name(&walk::display(path)))?,
            None => writeln!(out, "# for all files, without `[[overrides]]`\n")?,
        }
        let real = path.map(|path| walk::real(&cwd, &path));
        out.write_all(config::show(&project.config, real.as_deref()).as_bytes())?;
    }
    out.flush()?;
    Ok(Outcome::Clean)
}
