//! The files that a run writes, looked at before anything is linted or fixed.

use super::Error;
use super::args::CheckArgs;
use super::baseline::Baselines;
use super::output::CliOutput;
use crate::config::{Choice, is_config_name};
use crate::disk::{GIT, is_of_the_system, read_start};
use crate::fixer::publish::{self, Destination, NewFile, Old};
use crate::report;
use crate::run::{Projects, names_itself, rule_folders};
use crate::walk::{self, WalkOptions as Walk};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// An earlier report is recognized by its first 64 KiB.
const BEGINNING: u64 = 64 << 10;

/// What the run writes to, as the user named it.
pub(super) fn of<'a>(args: &'a CheckArgs, outputs: &'a [CliOutput]) -> Vec<&'a Path> {
    let reports = outputs.iter().filter(|_| !args.diff).filter_map(|it| it.file.as_deref());
    let diff = args.output_file.as_deref().filter(|_| args.diff);
    reports.chain(diff).chain(args.plan.as_deref()).collect()
}

/// What the run reads.
pub(super) struct CliInput<'a> {
    pub(super) paths: &'a [PathBuf],
    /// The name of standard input.
    pub(super) stdin: Option<&'a str>,
    pub(super) projects: &'a Projects,
    pub(super) baselines: &'a Baselines,
}

/// Checks that each of `files` can be written, only once, and is not what the run reads. They are then left out of the walk:
/// an earlier report is not linted.
pub(super) fn check(files: &[&Path], input: &CliInput<'_>, walk: &mut Walk) -> Result<(), Error> {
    let cwd = walk::working_directory()?;
    let mut reals: Vec<PathBuf> = Vec::new();
    for file in files.iter().filter(|file| !is_of_the_system(file)) {
        let shown = || walk::display(file);
        publish::check(file, Destination::Argument).map_err(|error| Error::Write { path: shown(), error })?;
        let real = walk::real(&cwd, file);
        if reals.contains(&real) {
            return Err(Error::SameFile(shown()));
        }
        if is_read(&real, input, walk, &cwd) {
            return Err(Error::OwnInput(shown()));
        }
        reals.push(real);
    }
    walk.exclude.extend(reals.iter().filter_map(|real| names_itself(real, false)));
    Ok(())
}

/// Checks, when all baselines of the run are known, that none of `files` is one, and that they can be written if they are to be.
pub(super) fn check_baselines(args: &CheckArgs, files: &[&Path], baselines: &Baselines) -> Result<(), Error> {
    baselines.check(args)?;
    let cwd = walk::working_directory()?;
    if let Some(file) = files.iter().find(|file| baselines.contain(&walk::real(&cwd, file))) {
        return Err(Error::OwnInput(walk::display(file)));
    }
    if args.write_baseline { baselines.check_places() } else { Ok(()) }
}

/// Whether the run reads the file at `real`. A file without text, and an earlier report or plan, is not missed.
fn is_read(real: &Path, input: &CliInput<'_>, walk: &Walk, cwd: &Path) -> bool {
    if input.baselines.contain(real) {
        return true;
    }
    if !std::fs::metadata(real).is_ok_and(|it| it.is_file() && it.len() > 0) {
        return false;
    }
    let is = |path: &Path| walk::real(cwd, path) == real;
    let all = input.projects.all();
    let config = all.iter().filter_map(|it| it.config.file()).find(|file| is(Path::new(&file.shown)));
    let may_be_config =
        input.projects.choice() == &Choice::Nearest && real.file_name().is_some_and(is_config_name);
    let folders: Vec<PathBuf> = all.iter().flat_map(|it| rule_folders(&it.config, &[], cwd)).collect();
    if config.is_some()
        || may_be_config
        || input.stdin.is_some_and(|name| is(Path::new(name)))
        || input.paths.iter().any(|path| is(path))
        || folders.iter().any(|folder| real.starts_with(walk::real(cwd, folder)))
    {
        return true;
    }
    let is_below = input.paths.iter().any(|path| real.starts_with(walk::real(cwd, path)));
    let in_git = real.components().any(|part| part.as_os_str() == GIT);
    let force = Walk { force_exclude: true, ..walk.clone() };
    is_below
        && !in_git
        && !walk::leaves_out(&force, real)
        && !read_start(real, BEGINNING).is_some_and(|text| report::is_report(&text))
}

/// Writes to `file`, or to `out` where there is none.
pub(super) fn write(
    file: Option<&Path>,
    out: &mut dyn Write,
    text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let Some(file) = file else { return Ok(text(out)?) };
    let write = || {
        let mut new = NewFile::begin(file, Destination::Argument, Old::Any)?;
        text(&mut new)?;
        new.finish()
    };
    write().map_err(|error| Error::Write { path: walk::display(file), error })
}
