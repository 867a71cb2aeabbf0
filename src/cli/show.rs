//! `--show-files` and `--show-settings`.

use super::args::CheckArgs;
use super::output::{self, complain};
use super::{Error, Outcome};
use crate::config::{self, Config};
use crate::{escape, run, walk};
use std::io::Write as _;
use std::path::Path;

/// One line for each file: its path, a tab, and its language or why it would be skipped.
pub(super) fn files(options: &run::Options, found: &walk::Found) -> Result<Outcome, Error> {
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

/// The effective settings for each of the paths, or for all files.
pub(super) fn settings(args: &CheckArgs, config: &Config) -> Result<Outcome, Error> {
    let mut out = output::stdout();
    match config.file() {
        Some(file) => writeln!(out, "# configuration file: {}", escape::name(&file.shown))?,
        None => writeln!(out, "# no configuration file")?,
    }
    if args.paths.is_empty() {
        writeln!(out, "# for all files, without `[[overrides]]`\n")?;
        out.write_all(config::show(config, None).as_bytes())?;
    }
    let cwd = walk::working_directory()?;
    for path in &args.paths {
        let named = args.stdin_filename.as_deref().filter(|_| path == Path::new("-"));
        let path = named.map_or(path.as_path(), Path::new);
        let real = walk::real(&cwd, path);
        writeln!(out, "# for {}\n", escape::name(&walk::display(path)))?;
        out.write_all(config::show(config, Some(&real)).as_bytes())?;
    }
    out.flush()?;
    Ok(Outcome::Clean)
}
