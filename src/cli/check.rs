use super::args::CheckArgs;
use super::output::{self, Output, complain};
use super::progress::Progress;
use super::{Error, Outcome, config, rules, show};
use crate::config::{Config, FailOn};
use crate::report::{self, Style, Summary};
use crate::run::{self, Checked, Mode};
use crate::walk::Options as Walk;
use crate::{escape, walk};
use std::fs;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// The name of standard input where none is given.
const STDIN: &str = "-";

pub(super) fn check(args: &CheckArgs) -> Result<Outcome, Error> {
    rules::validate(args.select.iter().chain(&args.ignore))?;
    let outputs = output::outputs(args)?;
    let config = config::load(&args.config, config::layer(args))?;
    if args.show_settings {
        return show::settings(args, &config);
    }
    let walk = walk_options(args, &config)?;
    let options = options(args, config);
    if args.paths.iter().any(|path| path == Path::new(STDIN)) {
        if args.paths.len() > 1 {
            return Err(Error::StdinAndPaths);
        }
        return stdin(args, &options, &walk, &outputs);
    }
    if args.show_files {
        return show::files(&options, &walk::find(&paths(args), &walk)?);
    }
    let begin = Instant::now();
    let progress = Progress::start(args);
    let found = walk::find(&paths(args), &walk);
    let walked = begin.elapsed();
    let files = found.map(|found| {
        progress.files(found.files.len());
        run::files(&options, &found, &|| progress.done())
    });
    progress.end();
    let files = files?;
    if args.verbose {
        tell_more(&options, walked, begin.elapsed());
    }
    finish(args, &options, &files, &outputs, &mut io::stdout().lock())
}

fn tell_more(options: &run::Options, walked: Duration, all: Duration) {
    let file = options.config.file().map(|file| format!("configuration {}", escape::inline(&file.shown)));
    let file = file.unwrap_or_else(|| "no configuration file".to_owned());
    let threads = match options.threads {
        1 => "1 thread".to_owned(),
        threads => format!("{threads} threads"),
    };
    let checked = all.saturating_sub(walked);
    complain(&format!("note: {file}; walked in {walked:.1?}, checked in {checked:.1?} by {threads}"));
}

fn paths(args: &CheckArgs) -> Vec<PathBuf> {
    if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() }
}

fn threads(args: &CheckArgs) -> usize {
    args.jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, std::num::NonZeroUsize::get)
}

fn walk_options(args: &CheckArgs, config: &Config) -> Result<Walk, Error> {
    Ok(Walk {
        exclude: config::exclude(config, &args.exclude)?,
        force_exclude: args.force_exclude,
        no_ignore: args.no_ignore,
        threads: threads(args),
    })
}

fn options(args: &CheckArgs, config: Config) -> run::Options {
    run::Options {
        config,
        mode: match (args.diff, args.fix) {
            (true, _) => Mode::Diff,
            (_, true) => Mode::Fix,
            _ => Mode::Check,
        },
        unsafe_too: args.unsafe_fixes,
        threads: threads(args),
        show_secrets: args.show_secrets,
        for_terminal: output::stdout_is_terminal() && args.output_file.is_none(),
        tell_skipped: args.verbose,
    }
}

/// Lints standard input. With `--fix` standard output is for the text, whatever happens to it.
fn stdin(
    args: &CheckArgs,
    options: &run::Options,
    walk: &Walk,
    outputs: &[Output],
) -> Result<Outcome, Error> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    let name = args.stdin_filename.as_deref().unwrap_or(STDIN);
    let real = walk::real(&walk::working_directory()?, Path::new(name));
    let left_out = args.stdin_filename.is_some() && walk::leaves_out(walk, &real);
    let (files, text) = if left_out {
        // An editor hands on what it edits: such a file goes back as it came.
        (Vec::new(), Some(bytes))
    } else {
        let mut checked = run::stdin(options, name, bytes);
        let text = checked.text.take();
        (vec![checked], text)
    };
    if options.mode == Mode::Fix {
        io::stdout().lock().write_all(&text.unwrap_or_default())?;
        return finish(args, options, &files, outputs, &mut io::stderr().lock());
    }
    finish(args, options, &files, outputs, &mut io::stdout().lock())
}

/// Writes the reports (the one without a file to `out`) and sums up.
fn finish(
    args: &CheckArgs,
    options: &run::Options,
    files: &[Checked],
    outputs: &[Output],
    out: &mut dyn Write,
) -> Result<Outcome, Error> {
    let summary = Summary::of(files);
    if args.diff {
        diffs(args, files, out)?;
    } else {
        for output in outputs {
            report(args, files, output, out)?;
        }
    }
    out.flush()?;
    tell(args, files, &summary, outputs);
    Ok(outcome(args, options.config.fail_on(), files, &summary))
}

fn outcome(args: &CheckArgs, fail_on: FailOn, files: &[Checked], summary: &Summary) -> Outcome {
    let mut findings = files.iter().flat_map(|file| &file.linted.findings);
    let found = if args.diff {
        files.iter().any(|it| !it.diff.is_empty())
    } else {
        findings.any(|it| !it.suppressed && fail_on.fails(it.severity))
    };
    match (summary.failed, found) {
        (true, _) => Outcome::Failed,
        (_, true) => Outcome::Findings,
        _ => Outcome::Clean,
    }
}

fn diffs(args: &CheckArgs, files: &[Checked], out: &mut dyn Write) -> Result<(), Error> {
    let style = style(args, args.output_file.as_deref());
    let mut text = Vec::new();
    for file in files {
        if style.colour {
            text.extend(style.diff(&String::from_utf8_lossy(&file.diff)).into_bytes());
        } else {
            text.extend_from_slice(&file.diff);
        }
    }
    put(args.output_file.as_deref(), &text, out)
}

fn report(args: &CheckArgs, files: &[Checked], output: &Output, out: &mut dyn Write) -> Result<(), Error> {
    let run = report::Run {
        files,
        show_secrets: args.show_secrets,
        unsafe_fixes: args.unsafe_fixes,
        style: style(args, output.file.as_deref()),
    };
    let mut text = Vec::new();
    if args.statistics && output.format.for_people {
        report::statistics(&run, &mut text)?;
    } else {
        (output.format.write)(&run, &mut text)?;
    }
    put(output.file.as_deref(), &text, out)
}

fn style(args: &CheckArgs, file: Option<&Path>) -> Style {
    match file {
        Some(_) => Style::default(),
        None => output::style(args.color, output::stdout_is_terminal()),
    }
}

fn put(file: Option<&Path>, text: &[u8], out: &mut dyn Write) -> Result<(), Error> {
    match file {
        Some(file) => {
            let failed = |error| Error::Write { path: walk::display(file), error };
            fs::write(file, text).map_err(failed)
        }
        None => Ok(out.write_all(text)?),
    }
}

/// What is not a finding goes to standard error.
fn tell(args: &CheckArgs, files: &[Checked], summary: &Summary, outputs: &[Output]) {
    let for_people = args.diff || outputs.iter().any(|it| it.format.for_people && it.file.is_none());
    for line in report::notices(files, args.quiet || !(for_people || args.verbose)) {
        complain(&line);
    }
    if args.fix {
        for line in report::removed_settings(files) {
            complain(&line);
        }
    }
    let wanted = args.verbose || output::stderr_is_terminal() || for_people;
    if wanted && !args.quiet {
        complain(&if args.diff { summary.diff_line() } else { summary.line() });
    }
}
