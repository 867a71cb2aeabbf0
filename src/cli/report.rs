//! `runnerlint report`: JSON reports of many runs, merged.

use super::args::CliLook;
use super::output::{complain, reads_inside, stdout_is_terminal, style};
use super::{Error, Outcome, destinations};
use crate::escape::{self, Tame};
use crate::fixer::publish::{self, Destination};
use crate::quote::nearest;
use crate::report::merged::{FORMATS, Format, Input, Merged, refused};
use crate::report::{self, Style};
use crate::walk;
use clap::{Args, ValueHint};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How deep directories of reports may be.
const DEEPEST: usize = 16;

/// The exit code is 0 unless a report could not be used: findings do not fail the job that publishes them.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Merge these JSON reports of `check`; of a directory all files that end in .json
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Output format, or FORMAT=FILE to write one to a file (repeatable) [default: markdown]
    #[arg(
        short = 'f',
        long,
        value_name = "FORMAT[=FILE]",
        value_hint = ValueHint::Other,
        long_help = format_help()
    )]
    output_format: Vec<String>,
    /// Write the report to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Print the number of findings for each rule and repository, as text or with -f json
    #[arg(long)]
    statistics: bool,
    /// Title of the HTML page
    #[arg(long, value_name = "TEXT", overrides_with = "title")]
    title: Option<String>,
    /// Print only the report and errors
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    pub(super) look: CliLook,
}

fn format_help() -> String {
    super::args::list_formats(FORMATS.iter().map(|format| (format.name, format.about)))
}

/// A report to write; standard output without a file.
struct Output {
    format: &'static Format,
    file: Option<PathBuf>,
    /// Whether it is written as counts.
    statistics: bool,
}

/// Runs the command: 0 unless something could not be read or written.
pub(super) fn report(args: &ReportArgs) -> Result<Outcome, Error> {
    let outputs = outputs(args)?;
    let (inputs, mut failed) = inputs(&args.files);
    check_places(&outputs, &inputs)?;
    let merged = Merged::read(inputs, args.title.clone().unwrap_or_default());
    for (number, error) in &merged.failures {
        let path = merged.inputs().get(*number).map_or("", |it| it.name.as_str());
        complain(&format!("error: {}: {error}", escape::name(path)));
        failed = true;
    }
    let reads_inside = reads_inside();
    for Output { format, file, statistics } in &outputs {
        let style = match file {
            Some(_) => Style::default(),
            None => style(args.look.color, stdout_is_terminal()),
        };
        destinations::write(file.as_deref(), &mut io::stdout().lock(), |out| {
            let mut out = Tame::new(out, reads_inside);
            let statistics = format.statistics.filter(|_| *statistics);
            statistics.unwrap_or(format.write)(&merged, style, &mut out)?;
            io::Write::flush(&mut out)
        })?;
    }
    for remote in merged.repeated().iter().filter(|_| !args.quiet) {
        let remote = escape::inline(remote);
        complain(&format!("note: more than one report of {remote}: their findings are added"));
    }
    if !args.quiet {
        complain(&merged.summary());
    }
    Ok(if failed { Outcome::Failed } else { Outcome::Clean })
}

/// The reports to write; at most one of them goes to standard output or to `--output-file`.
fn outputs(args: &ReportArgs) -> Result<Vec<Output>, Error> {
    let mut outputs: Vec<Output> =
        args.output_format.iter().map(|text| output(text)).collect::<Result<_, _>>()?;
    let needs_more = outputs.is_empty() || args.output_file.is_some() || args.statistics;
    if needs_more && outputs.iter().all(|it| it.file.is_some()) {
        outputs.extend(FORMATS.first().map(|format| Output { format, file: None, statistics: false }));
    }
    let mut without_file = outputs.iter_mut().filter(|it| it.file.is_none());
    if let Some(first) = without_file.next() {
        first.file.clone_from(&args.output_file);
        first.statistics = args.statistics;
        if first.statistics && first.format.statistics.is_none() {
            return Err(Error::NoMergedStatistics(first.format.name.to_owned()));
        }
    }
    if let Some(second) = without_file.next() {
        return Err(Error::TwoReports(second.format.name.to_owned()));
    }
    Ok(outputs)
}

fn output(text: &str) -> Result<Output, Error> {
    let (name, file) = match text.split_once('=') {
        Some((name, file)) if !file.is_empty() => (name, Some(PathBuf::from(file))),
        _ => (text, None),
    };
    if let Some(format) = FORMATS.iter().find(|format| format.name == name) {
        return Ok(Output { format, file, statistics: false });
    }
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    let known = names.join(", ");
    match report::FORMATS.iter().find(|format| format.name == name) {
        Some(format) => {
            Err(Error::NotMerged { format: format.name.to_owned(), reason: refused(format.name), known })
        }
        None => {
            let nearest = nearest(name, &names).map(str::to_owned);
            Err(Error::UnknownFormat { name: name.to_owned(), known, nearest })
        }
    }
}

/// The files to merge, each once, and whether a directory could not be read.
fn inputs(files: &[PathBuf]) -> (Vec<Input>, bool) {
    let (mut inputs, mut seen, mut failed) = (Vec::new(), BTreeSet::new(), false);
    let mut take = |path: PathBuf| {
        let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if seen.insert(real) {
            inputs.push(Input { name: walk::display(&path), path });
        }
    };
    for file in files {
        if !file.is_dir() {
            take(file.clone());
            continue;
        }
        let found = ignore::WalkBuilder::new(file)
            .standard_filters(false)
            .max_depth(Some(DEEPEST))
            .sort_by_file_name(|a, b| a.as_encoded_bytes().cmp(b.as_encoded_bytes()))
            .build();
        for entry in found {
            match entry {
                Ok(entry) => {
                    let is_file = entry.file_type().is_some_and(|it| it.is_file());
                    if is_file && entry.path().extension().is_some_and(|it| it.eq_ignore_ascii_case("json")) {
                        take(entry.into_path());
                    }
                }
                Err(error) => {
                    let reason =
                        error.into_io_error().map_or("cannot be read".to_owned(), |it| walk::reason(&it));
                    complain(&format!("error: {}: {reason}", escape::name(&walk::display(file))));
                    failed = true;
                }
            }
        }
    }
    (inputs, failed)
}

/// Checks that each output can be written, only once, and is not one of the reports.
fn check_places(outputs: &[Output], inputs: &[Input]) -> Result<(), Error> {
    let cwd = walk::working_directory()?;
    let mut reals: Vec<PathBuf> = Vec::new();
    let read: BTreeSet<PathBuf> = inputs.iter().map(|it| walk::real(&cwd, &it.path)).collect();
    for file in outputs.iter().filter_map(|it| it.file.as_deref()) {
        if crate::disk::is_of_the_system(file) {
            continue;
        }
        let shown = |file: &Path| walk::display(file);
        publish::check(file, Destination::Argument)
            .map_err(|error| Error::Write { path: shown(file), error })?;
        let real = walk::real(&cwd, file);
        if reals.contains(&real) {
            return Err(Error::SameFile(shown(file)));
        }
        if read.contains(&real) {
            return Err(Error::OwnInput(shown(file)));
        }
        reals.push(real);
    }
    Ok(())
}
