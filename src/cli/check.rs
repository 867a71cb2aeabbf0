use super::args::CheckArgs;
use super::baseline::{self, Baselines, Compared};
use super::output::{self, CliOutput, complain};
use super::progress::CliProgress;
use super::{Error, Outcome, config, destinations, interactive, plan, show};
use crate::catalogue::Catalogue;
use crate::config::DEFAULT_MAX_FILE_SIZE;
use crate::escape::{self, Tame};
use crate::report::{self, Style, Summary, SwitchedOff};
use crate::repository::Repository;
use crate::run::{self, CheckedFile, Mode, Projects};
use crate::walk::{Passed, WalkOptions as Walk};
use crate::{interrupt, parallel, walk};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The name of standard input where none is given.
const STDIN: &str = "-";

pub(super) fn check(mut args: CheckArgs) -> Result<Outcome, Error> {
    // `-i` implies `--fix`, and `--diff` shows what it would do.
    args.interactive &= !args.diff;
    args.fix = (args.fix || args.interactive) && !args.diff;
    let args = &args;
    let outputs = output::outputs(args)?;
    if args.stdin_filename.is_some() && !args.paths.iter().any(|path| path == Path::new(STDIN)) {
        return Err(Error::StdinName);
    }
    if let Some(path) = &args.plan {
        plan::format_for(path)?;
    }
    config::check_token_value(args.token_value.as_deref())?;
    let threads = parallel::threads(args.jobs);
    let paths = default_paths(&args.paths);
    let is_stdin = args.paths.iter().any(|path| path == Path::new(STDIN));
    let stdin_name = args.stdin_filename.as_deref();
    let named = if is_stdin { &[PathBuf::from(stdin_name.unwrap_or(STDIN))] } else { paths.as_slice() };
    let projects = config::projects(&args.config, config::layer(args), threads, named)?;
    if args.no_built_in && projects.catalogues().iter().all(|it| it.files().is_empty()) {
        return Err(Error::NoCustomRules);
    }
    if args.show_settings {
        config::check_names(&projects)?;
        return show::settings(args, &projects);
    }
    let mut baselines = Baselines::default();
    baselines.read(args, &projects)?;
    let mut walk = walk_options(args, &projects, threads)?;
    let input = destinations::CliInput {
        paths: &paths,
        stdin: stdin_name,
        projects: &projects,
        baselines: &baselines,
    };
    let destinations = destinations::of(args, &outputs);
    destinations::check(&destinations, &input, &mut walk)?;
    let mut options = options(args, projects, threads, &outputs);
    if args.interactive && !interactive::is_possible() {
        return Err(Error::NoTerminal);
    }
    if is_stdin {
        if args.paths.len() > 1 {
            return Err(Error::StdinAndPaths);
        }
        config::check_names(&options.projects)?;
        return stdin(args, &options, &walk, &baselines, &outputs);
    }
    if args.interactive {
        // Nothing is fixed before the user was asked.
        options.mode = Mode::Check;
    }
    if args.show_files {
        return show::files(&options, &find(args, &options, &walk, &mut baselines)?);
    }
    let begin = Instant::now();
    let progress = CliProgress::start(args, &walk.met, options.projects.met());
    let found = find(args, &options, &walk, &mut baselines);
    let found = found
        .and_then(|found| destinations::check_baselines(args, &destinations, &baselines).map(|()| found));
    let walked = begin.elapsed();
    let files = found.map(|found| {
        progress.files(found.files.len(), options.projects.met().load(Ordering::Relaxed));
        if options.mode == Mode::Fix || options.add_ignore.is_some() || args.interactive {
            interrupt::watch();
        }
        let files = run::files(&options, &found, &|| progress.done());
        (files, found)
    });
    progress.end();
    let (mut files, found) = files?;
    if args.verbose {
        print_run(&options, walked, begin.elapsed());
    }
    if args.interactive {
        options.mode = Mode::Fix;
        interactive::run(args, &options, &found, &mut files)?;
    }
    if !interrupt::is_asked() {
        write_held(args, &mut files)?;
    }
    if interrupt::is_asked() {
        print_changes(args, &files);
        complain(&interrupted(args, &files, found.files.len()));
        return Ok(Outcome::Failed);
    }
    let compared = settle(args, &options, &baselines, &mut files)?;
    let (repository, repositories) = repositories(&args.paths, &options.projects);
    let ran = Ran {
        args,
        options: &options,
        files: &files,
        passed: found.passed,
        ignored: found.ignored,
        baselines: &baselines,
        compared: &compared,
        repository,
        repositories,
    };
    finish(&ran, &outputs, &mut io::stdout().lock())
}

/// The files to check. Files without anything to find are skipped here, except for `--show-files`.
fn find(
    args: &CheckArgs,
    options: &run::RunOptions,
    walk: &walk::WalkOptions,
    baselines: &mut Baselines,
) -> Result<walk::Found, Error> {
    let paths = default_paths(&args.paths);
    let looks = run::looks(options);
    let mut found = match &args.changed_since {
        Some(revision) => walk::find_changed(&paths, revision, walk)?,
        None if args.show_files => walk::find(&paths, walk)?,
        None => walk::look(&paths, walk, Some(&looks))?,
    };
    let projects = &options.projects;
    // Without a walk a file's configuration was not asked for yet.
    found.files.iter().for_each(|file| drop(projects.of_file(&file.real)));
    projects.check()?;
    config::check_names(projects)?;
    baselines.read(args, projects)?;
    baselines.leave_out(&mut found);
    Ok(found)
}

/// More configuration files than this are only counted.
const MOST_CONFIGS: usize = 20;

fn print_run(options: &run::RunOptions, walked: Duration, all: Duration) {
    let projects = options.projects.all();
    let mut files = projects.iter().filter_map(|it| it.config.file());
    let first: Vec<_> = files.by_ref().take(MOST_CONFIGS).map(|file| escape::name(&file.shown)).collect();
    let file = match (first.len(), files.count()) {
        (0, _) => "no configuration file".to_owned(),
        (1, _) => format!("configuration {}", first.join("")),
        (_, 0) => format!("configurations {}", first.join(", ")),
        (_, more) => format!("configurations {} and {more} more", first.join(", ")),
    };
    let threads = match options.threads {
        1 => "1 thread".to_owned(),
        threads => format!("{threads} threads"),
    };
    let checked = all.saturating_sub(walked);
    complain(&format!("note: {file}; walked in {walked:.1?}, checked in {checked:.1?} by {threads}"));
}

/// The given paths, or the working directory.
pub(super) fn default_paths(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() { vec![PathBuf::from(".")] } else { paths.to_vec() }
}

fn walk_options(args: &CheckArgs, projects: &Arc<Projects>, threads: usize) -> Result<Walk, Error> {
    Ok(Walk {
        exclude: config::exclude(&args.exclude)?,
        configured: Some(Arc::<Projects>::clone(projects)),
        force_exclude: args.force_exclude,
        no_ignore: args.no_ignore,
        threads,
        ..Walk::default()
    })
}

fn options(
    args: &CheckArgs,
    projects: Arc<Projects>,
    threads: usize,
    outputs: &[CliOutput],
) -> run::RunOptions {
    run::RunOptions {
        projects,
        baselines: baseline::is_enabled(args),
        units: args.plan.is_some() || outputs.iter().any(|output| output.format.shows_plan),
        mode: match (args.diff, args.fix) {
            (true, _) => Mode::Diff,
            (_, true) => Mode::Fix,
            _ => Mode::Check,
        },
        add_ignore: args.add_ignore.clone(),
        unsafe_too: args.unsafe_fixes,
        threads,
        show_secrets: args.show_secrets,
        for_terminal: output::stdout_is_terminal() && args.output_file.is_none(),
        hold: args.plan.is_some(),
        tell_skipped: args.verbose,
    }
}

/// Writes the plan, and then the fixes that waited for it.
fn write_held(args: &CheckArgs, files: &mut [CheckedFile]) -> Result<(), Error> {
    let Some(path) = &args.plan else { return Ok(()) };
    plan::before_fixing(path, files, args.show_secrets)?;
    run::write(files);
    Ok(())
}

/// Standard input, at most one byte more than `limit`: by that byte it is seen to be too large.
pub(super) fn read_stdin(limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Checks standard input. With `--fix` and `--add-ignore` standard output is only for the text.
fn stdin(
    args: &CheckArgs,
    options: &run::RunOptions,
    walk: &Walk,
    baselines: &Baselines,
    outputs: &[CliOutput],
) -> Result<Outcome, Error> {
    if args.write_baseline && args.stdin_filename.is_none() {
        return Err(Error::NamelessBaseline);
    }
    let name = args.stdin_filename.as_deref().unwrap_or(STDIN);
    let real = walk::real(&walk::working_directory()?, Path::new(name));
    let limit = max_file_size(&options.projects, &real);
    let bytes = read_stdin(limit)?;
    let mut files = Vec::new();
    // An editor hands on what it edits: a file that is left out goes back as it came.
    if args.stdin_filename.is_none() || !walk::leaves_out(walk, &real) {
        files.push(run::stdin(options, name, bytes.clone()));
    }
    // Of a directory above, if that excludes the file.
    options.projects.check()?;
    write_held(args, &mut files)?;
    let text = files.iter_mut().find_map(|file| file.text.take()).unwrap_or(bytes);
    let compared = settle(args, options, baselines, &mut files)?;
    let (repository, _) = repositories(&[], &options.projects);
    let ran = Ran {
        args,
        options,
        files: &files,
        passed: Passed::default(),
        ignored: 0,
        baselines,
        compared: &compared,
        repository,
        repositories: Vec::new(),
    };
    if options.mode == Mode::Fix || options.add_ignore.is_some() {
        let mut out = io::stdout().lock();
        out.write_all(&text)?;
        if text.len() as u64 > limit {
            // What is too large is not linted, and goes through as it comes.
            io::copy(&mut io::stdin().lock(), &mut out)?;
        }
        drop(out);
        return finish(&ran, outputs, &mut io::stderr().lock());
    }
    finish(&ran, outputs, &mut io::stdout().lock())
}

/// The size of the largest file that is checked, for the file at `path` (absolute, without links).
pub(super) fn max_file_size(projects: &Projects, path: &Path) -> u64 {
    projects.of_file(path).map_or(DEFAULT_MAX_FILE_SIZE, |it| it.config.max_file_size())
}

/// Compares with the baselines, and writes them if that is asked for.
fn settle(
    args: &CheckArgs,
    options: &run::RunOptions,
    baselines: &Baselines,
    files: &mut [CheckedFile],
) -> Result<Compared, Error> {
    let cwd = walk::working_directory()?;
    let compared = baselines.compare(&options.projects, &default_paths(&args.paths), &cwd, files);
    if args.write_baseline {
        baselines.write(&compared, files)?;
    }
    Ok(compared)
}

/// A run that is over.
struct Ran<'a> {
    args: &'a CheckArgs,
    options: &'a run::RunOptions,
    files: &'a [CheckedFile],
    passed: Passed,
    /// How many entries ignore files left out.
    ignored: usize,
    baselines: &'a Baselines,
    compared: &'a Compared,
    /// The repository of the directory that was checked.
    repository: Option<Arc<Repository>>,
    /// All repositories that were met, if that is not the only one.
    repositories: Vec<Arc<Repository>>,
}

/// Writes the reports (the one without a file to `out`) and sums up.
fn finish(ran: &Ran<'_>, outputs: &[CliOutput], out: &mut dyn Write) -> Result<Outcome, Error> {
    let Ran { args, files, .. } = *ran;
    let summary = Summary::of(files, ran.passed);
    if args.diff {
        diffs(args, files, out)?;
    } else {
        let catalogues = ran.options.projects.catalogues();
        for output in outputs {
            report(ran, &catalogues, output, out)?;
        }
    }
    out.flush()?;
    let outcome = outcome(args, files, &summary);
    print_summary(ran, &summary, outputs, outcome)?;
    Ok(outcome)
}

fn outcome(args: &CheckArgs, files: &[CheckedFile], summary: &Summary) -> Outcome {
    let fails = |file: &CheckedFile| {
        file.linted.findings.iter().any(|it| report::is_open(it) && file.fail_on.fails(it.severity))
    };
    let found = if args.diff { files.iter().any(|it| !it.diff.is_empty()) } else { files.iter().any(fails) };
    match (summary.failed, found) {
        (true, _) => Outcome::Failed,
        (_, true) => Outcome::Findings,
        _ => Outcome::Clean,
    }
}

fn diffs(args: &CheckArgs, files: &[CheckedFile], out: &mut dyn Write) -> Result<(), Error> {
    let style = style(args, args.output_file.as_deref());
    destinations::write(args.output_file.as_deref(), out, |out| {
        files.iter().try_for_each(|file| {
            if style.colour {
                out.write_all(style.diff(&String::from_utf8_lossy(&file.diff)).as_bytes())
            } else {
                out.write_all(&file.diff)
            }
        })
    })
}

fn report(
    ran: &Ran<'_>,
    catalogues: &[Arc<Catalogue>],
    output: &CliOutput,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let Ran { args, files, .. } = *ran;
    let run = report::Run {
        files,
        passed: ran.passed,
        show_secrets: args.show_secrets,
        unsafe_fixes: args.unsafe_fixes,
        style: style(args, output.file.as_deref()),
        catalogues,
        baseline: ran.compared.report(),
        project: report::ReportProject {
            title: &args.title.clone().unwrap_or_else(|| directory_name(&args.paths)),
            revision: args.revision.as_deref().unwrap_or_default(),
            name: args.title.as_deref(),
            repository: ran.repository.as_deref(),
            repositories: &ran.repositories,
        },
    };
    let reads_inside = output::reads_inside();
    destinations::write(output.file.as_deref(), out, |out| {
        if output.format.is_commands {
            return (output.format.write)(&run, out);
        }
        let out = &mut Tame::new(out, reads_inside);
        let statistics = output.format.statistics.filter(|_| output.statistics);
        statistics.unwrap_or(output.format.write)(&run, out)?;
        out.flush()
    })
}

/// The directory that is checked: the only one that is named, or the working directory.
fn directory(paths: &[PathBuf]) -> &Path {
    match paths {
        [path] if path.is_dir() => path,
        _ => Path::new("."),
    }
}

/// The repository of the directory that is checked, and all that were met if that is not the only one.
fn repositories(paths: &[PathBuf], projects: &Projects) -> (Option<Arc<Repository>>, Vec<Arc<Repository>>) {
    let named = directory(paths);
    let own = std::fs::canonicalize(named).ok().and_then(|real| projects.repository(named, &real));
    let all = projects.repositories();
    let is_only = all.iter().all(|it| own.as_ref() == Some(it));
    (own, if is_only { Vec::new() } else { all })
}

/// The name of the directory that is checked. Empty for `/`.
fn directory_name(paths: &[PathBuf]) -> String {
    let real = std::fs::canonicalize(directory(paths)).unwrap_or_default();
    real.file_name().map_or(String::new(), |name| walk::display(Path::new(name)))
}

fn style(args: &CheckArgs, file: Option<&Path>) -> Style {
    match file {
        Some(_) => Style::default(),
        None => output::style(args.color, output::stdout_is_terminal()),
    }
}

/// Prints what was changed in files.
fn print_changes(args: &CheckArgs, files: &[CheckedFile]) {
    if args.fix {
        for line in report::removed_settings(files) {
            complain(&line);
        }
    }
    if args.fix || args.diff && !args.quiet {
        for line in report::manual_steps(files) {
            complain(&line);
        }
    }
    if args.add_ignore.is_some() {
        for line in report::ignored(files) {
            complain(&line);
        }
    }
}

/// The last line of a run that a signal has ended: it writes no report.
fn interrupted(args: &CheckArgs, files: &[CheckedFile], all: usize) -> String {
    let changed = files.iter().filter(|file| !file.fixed.is_empty() || file.ignored > 0).count();
    let done = if args.fix { "fixed" } else { "changed" };
    if (args.fix || args.add_ignore.is_some()) && !args.diff {
        format!("interrupted: {changed} of {all} files {done}; run again for the rest")
    } else {
        "interrupted: no report was written; run again".to_owned()
    }
}

/// Prints notices, changes and the summary to standard error.
fn print_summary(
    ran: &Ran<'_>,
    summary: &Summary,
    outputs: &[CliOutput],
    outcome: Outcome,
) -> Result<(), Error> {
    let Ran { args, files, .. } = *ran;
    let for_people = args.diff || outputs.iter().any(|it| it.format.for_people && it.file.is_none());
    for line in report::notices(files, args.quiet || !(for_people || args.verbose)) {
        complain(&line);
    }
    print_changes(args, files);
    if args.diff && !args.quiet && files.iter().any(|file| file.diff_is_masked) {
        complain("note: tokens are masked; use `--show-secrets` for a diff that applies");
    }
    let nothing = summary.checked + summary.partly == 0;
    let wanted = args.verbose || output::stderr_is_terminal() || for_people || nothing;
    if wanted && !args.quiet {
        ran.baselines.print(ran.compared, args.write_baseline);
        let mut switched_off = SwitchedOff::new(&ran.options.projects, files, &walk::working_directory()?);
        switched_off.add_rules();
        switched_off.add_left_out(ran.ignored, args.verbose || nothing);
        if outcome == Outcome::Clean && !args.diff && !args.write_baseline {
            switched_off.explain_success();
        }
        let line = if args.diff { summary.diff_line() } else { switched_off.line(summary) };
        complain(&output::wrapped(&escape::inline(&line)));
    }
    Ok(())
}
