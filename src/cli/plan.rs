//! `runnerlint plan`, and the plan that `check --fix --plan FILE` writes before anything is taken out.

use super::args::{ConfigArgs, OwnRules};
use super::check::{default_paths, read_stdin};
use super::output::{complain, stderr_is_terminal, stdout};
use super::{Error, Outcome, config, destinations};
use crate::config::schema::Key;
use crate::config::{Layer, Value, did_you_mean, nearest, version};
use crate::fixer::publish::{Old, Place, publish};
use crate::parallel;
use crate::plan::Plan;
use crate::report::plan::{FORMATS, Format, format_of};
use crate::report::{Summary, SwitchedOff, notices, plan_of};
use crate::run::{self, Checked, Mode};
use crate::walk::{self, Found};
use clap::Args;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// All rules are used, whatever is selected elsewhere: a plan is about registrations.
#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// Files and folders; `-` for standard input [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Form of the plan [default: by the ending of --output-file, else markdown]
    #[arg(short, long, alias = "output-format", value_name = "FORMAT", value_parser = format, long_help = format_help())]
    format: Option<&'static Format>,
    /// Write the plan to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// What fixes would put in the place of a registration token: '$RUNNER_TOKEN'
    #[arg(long, value_name = "EXPR")]
    token_value: Option<String>,
    /// Judge by this GitLab version [default: the newest known]
    #[arg(long, value_name = "VERSION", value_parser = version)]
    target_gitlab: Option<(u32, u32)>,
    /// Leave these files out; globs as in .gitignore (repeatable)
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Leave excluded and ignored files out even if they are named on the command line
    #[arg(long)]
    force_exclude: bool,
    /// Pass over .gitignore, .ignore and .runnerlintignore
    #[arg(long)]
    no_ignore: bool,
    #[command(flatten)]
    own: OwnRules,
    #[command(flatten)]
    config: ConfigArgs,
    /// The name that standard input is read as
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<String>,
    /// Say nothing on standard error but what went wrong
    #[arg(short, long)]
    quiet: bool,
    /// Threads to work with [default: one for each processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<std::num::NonZeroUsize>,
}

fn format(name: &str) -> Result<&'static Format, String> {
    FORMATS.iter().find(|format| format.name == name).ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        let question = did_you_mean(nearest(name, &names)).map_or(String::new(), |it| format!("{it} "));
        format!("{question}(known: {})", names.join(", "))
    })
}

fn format_help() -> String {
    let line = |format: &Format| format!("\n- {} (.{}): {}", format.name, format.extension, format.about);
    let lines: String = FORMATS.iter().map(line).collect();
    format!("Form of the plan; without it the ending of --output-file decides, else it is markdown:{lines}")
}

/// Runs the command: 0 unless the run failed.
pub(super) fn plan(args: &PlanArgs) -> Result<Outcome, Error> {
    config::check_token_value(args.token_value.as_deref())?;
    let threads = parallel::threads(args.jobs);
    let config = config::load(&args.config, layer(args), threads)?;
    let (exclude, of_configuration) = config::exclude(&config, &args.exclude)?;
    let mut walk = walk::Options {
        exclude,
        of_configuration,
        force_exclude: args.force_exclude,
        no_ignore: args.no_ignore,
        threads,
        ..walk::Options::default()
    };
    let paths = default_paths(&args.paths);
    let stdin = args.stdin_filename.as_deref();
    let input =
        destinations::Input { paths: &paths, stdin, config: &config, known: None, writes_baseline: false };
    let files: Vec<&Path> = args.output_file.as_deref().into_iter().collect();
    destinations::check(&files, &input, &mut walk)?;
    let options = run::Options {
        config,
        units: true,
        mode: Mode::Check,
        add_ignore: None,
        accepted: None,
        unsafe_too: false,
        threads,
        show_secrets: false,
        for_terminal: false,
        hold: false,
        tell_skipped: false,
    };
    let (files, found) = if args.paths.iter().any(|path| path == Path::new("-")) {
        if args.paths.len() > 1 {
            return Err(Error::StdinAndPaths);
        }
        let bytes = read_stdin(options.config.max_file_size())?;
        (vec![run::stdin(&options, args.stdin_filename.as_deref().unwrap_or("-"), bytes)], Found::default())
    } else {
        let looks = run::looks(&options);
        let looks = looks.as_ref().map(|it| it as walk::Looks<'_>);
        let found = walk::look(&paths, &walk, looks)?;
        (run::files(&options, &found, &|| ()), found)
    };
    let plan = plan_of(&files, false);
    let by_name = || args.output_file.as_deref().map_or(&FORMATS[0], format_of);
    let text = text(&plan, args.format.unwrap_or_else(by_name))?;
    let file = args.output_file.as_deref();
    destinations::write(file, &mut stdout(), |out| {
        out.write_all(&text)?;
        out.flush()
    })?;
    for line in notices(&files, args.quiet) {
        complain(&line);
    }
    let summary = Summary::of(&files, found.passed);
    let mut switched_off = SwitchedOff::default();
    let nothing = summary.checked + summary.partly == 0;
    switched_off.add_left_out(&options.config, &files, found.left_out, nothing);
    let first = nothing.then(|| "nothing was checked".to_owned());
    let clauses: Vec<String> = first.into_iter().chain(switched_off.clauses).collect();
    if !args.quiet && !clauses.is_empty() {
        complain(&format!("note: {}", crate::escape::inline(&clauses.join("; "))));
    }
    if !args.quiet && (stderr_is_terminal() || args.output_file.is_some()) {
        complain(&plan.summary());
    }
    Ok(if summary.failed { Outcome::Failed } else { Outcome::Clean })
}

fn layer(args: &PlanArgs) -> Layer {
    let mut layer = Layer::default();
    if let Some(version) = args.target_gitlab {
        layer.give_option(Key::TargetGitlab, Value::Version(version));
    }
    config::token_value(args.token_value.as_deref(), &mut layer);
    config::own_rules(&args.own, &mut layer);
    layer
}

fn text(plan: &Plan, format: &Format) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    (format.write)(plan, &mut text)?;
    Ok(text)
}

/// Writes the plan of all registrations, those that the waiting fixes take out among them. A file that holds something is
/// left as it is: it may be the plan of an earlier fix, and the only place where its settings are. If there is nothing to
/// fix, that is no mistake.
pub(super) fn before_fixing(path: &Path, files: &[Checked], show_secrets: bool) -> Result<(), Error> {
    let shown = || walk::display(path);
    let holds = fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() > 0);
    let fixes = files.iter().any(|file| file.pending.is_some());
    if holds && fixes {
        return Err(Error::PlanExists(shown()));
    }
    if holds {
        complain(&format!("nothing to fix: {} stays as it is", crate::escape::name(&shown())));
        return Ok(());
    }
    let text = text(&plan_of(files, show_secrets), format_of(path))?;
    // The fixes come only when the plan is on the disk.
    let written = publish(path, Place::Argument, Old::Any, &text);
    written.map_err(|error| Error::WritePlan { path: shown(), error })
}
