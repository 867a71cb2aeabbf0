//! `runnerlint plan`, and the plan that `check --fix --plan FILE` writes before it fixes anything.

use super::args::{CliLook, ConfigArgs, OwnRules, TOKEN_VALUE};
use super::baseline::Baselines;
use super::check::{default_paths, max_file_size, read_stdin};
use super::output::{complain, stderr_is_terminal, stdout};
use super::{Error, Outcome, config, destinations};
use crate::config::schema::SettingKey;
use crate::config::{ConfigValue, Layer, did_you_mean, version};
use crate::fixer::publish::{Destination, Old, publish};
use crate::parallel;
use crate::plan::MigrationPlan;
use crate::quote::nearest;
use crate::report::plan::{FORMATS, PlanFormat, format_of};
use crate::report::{Summary, SwitchedOff, notices, plan_of};
use crate::run::{self, CheckedFile, Mode, Projects};
use crate::walk::{self, Found};
use clap::{Args, ValueHint};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// All rules are used, regardless of `select` and `ignore`: a plan lists registrations.
#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// Read these files and directories; `-` reads standard input [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Format of the plan [default: that of the extension of --output-file, else markdown]
    #[arg(short, long, alias = "output-format", value_name = "FORMAT", value_parser = format, value_hint = ValueHint::Other, long_help = format_help())]
    format: Option<&'static PlanFormat>,
    /// Write the plan to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Write this expression instead of a registration token: '$RUNNER_TOKEN'. Never a token
    #[arg(long, value_name = "EXPR", long_help = TOKEN_VALUE)]
    token_value: Option<String>,
    /// Check against this GitLab version, for example 17.5 [default: latest]
    #[arg(long, value_name = "VERSION", value_parser = version, value_hint = ValueHint::Other)]
    target_gitlab: Option<(u32, u32)>,
    /// Exclude files that match this .gitignore-style glob (repeatable)
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Apply excludes and ignore files to paths given on the command line too
    #[arg(long)]
    force_exclude: bool,
    /// Do not read .gitignore, .ignore and .runnerlintignore
    #[arg(long)]
    no_ignore: bool,
    #[command(flatten)]
    own: OwnRules,
    #[command(flatten)]
    config: ConfigArgs,
    /// Read standard input as a file of this name
    #[arg(long, value_name = "NAME", value_hint = ValueHint::FilePath)]
    stdin_filename: Option<String>,
    /// Print only the plan and errors
    #[arg(short, long)]
    quiet: bool,
    /// Use this number of threads [default: one for each processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<std::num::NonZeroUsize>,
    #[command(flatten)]
    pub(super) look: CliLook,
}

fn format(name: &str) -> Result<&'static PlanFormat, String> {
    FORMATS.iter().find(|format| format.name == name).ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        let question = did_you_mean(nearest(name, &names)).map_or(String::new(), |it| format!("{it} "));
        format!("{question}Use one of {}", names.join(", "))
    })
}

fn format_help() -> String {
    let line = |format: &PlanFormat| format!("\n- {} (.{}): {}", format.name, format.extension, format.about);
    let lines: String = FORMATS.iter().map(line).collect();
    format!(
        "Format of the plan; the default is that of the extension of --output-file, else markdown:{lines}"
    )
}

/// Runs the command: 0 unless the run failed.
pub(super) fn plan(args: &PlanArgs) -> Result<Outcome, Error> {
    config::check_token_value(args.token_value.as_deref())?;
    let format = match (args.format, args.output_file.as_deref()) {
        (Some(format), _) => format,
        (None, Some(file)) => format_for(file)?,
        (None, None) => &FORMATS[0],
    };
    let reads_stdin = args.paths.iter().any(|path| path == Path::new("-"));
    if args.stdin_filename.is_some() && !reads_stdin {
        return Err(Error::StdinName);
    }
    let threads = parallel::threads(args.jobs);
    let paths = default_paths(&args.paths);
    let stdin = args.stdin_filename.as_deref();
    let named = if reads_stdin { &[PathBuf::from(stdin.unwrap_or("-"))] } else { paths.as_slice() };
    let projects = config::projects(&args.config, layer(args), threads, named)?;
    let mut walk = walk::WalkOptions {
        exclude: config::exclude(&args.exclude)?,
        configured: Some(Arc::<Projects>::clone(&projects)),
        force_exclude: args.force_exclude,
        no_ignore: args.no_ignore,
        threads,
        ..walk::WalkOptions::default()
    };
    let baselines = Baselines::default();
    let input = destinations::CliInput { paths: &paths, stdin, projects: &projects, baselines: &baselines };
    let files: Vec<&Path> = args.output_file.as_deref().into_iter().collect();
    destinations::check(&files, &input, &mut walk)?;
    let options = run::RunOptions {
        projects,
        baselines: false,
        units: true,
        mode: Mode::Check,
        add_ignore: None,
        unsafe_too: false,
        threads,
        show_secrets: false,
        for_terminal: false,
        hold: false,
        tell_skipped: false,
    };
    let (files, found) = if reads_stdin {
        if args.paths.len() > 1 {
            return Err(Error::StdinAndPaths);
        }
        let name = stdin.unwrap_or("-");
        let real = walk::real(&walk::working_directory()?, Path::new(name));
        let bytes = read_stdin(max_file_size(&options.projects, &real))?;
        (vec![run::stdin(&options, name, bytes)], Found::default())
    } else {
        let looks = run::looks(&options);
        let found = walk::look(&paths, &walk, Some(&looks))?;
        options.projects.check()?;
        (run::files(&options, &found, &|| ()), found)
    };
    let plan = plan_of(&files, false);
    let text = text(&plan, format)?;
    let file = args.output_file.as_deref();
    destinations::write(file, &mut stdout(), |out| {
        out.write_all(&text)?;
        out.flush()
    })?;
    for line in notices(&files, args.quiet) {
        complain(&line);
    }
    let summary = Summary::of(&files, found.passed);
    let cwd = walk::working_directory()?;
    let mut switched_off = SwitchedOff::new(&options.projects, &files, &cwd);
    let nothing = summary.checked + summary.partly == 0;
    switched_off.add_left_out(found.ignored, nothing);
    let first = nothing.then(|| "nothing was checked".to_owned());
    let clauses: Vec<String> = first.into_iter().chain(switched_off.clauses).collect();
    if !args.quiet && !clauses.is_empty() {
        complain(&format!("note: {}", crate::escape::inline(&clauses.join("; "))));
    }
    // That nothing was found says nothing where nothing could be read.
    let is_vague = plan.is_empty() && (nothing || summary.failed);
    let wanted = stderr_is_terminal() || args.output_file.is_some() || plan.is_empty();
    if !args.quiet && wanted && !is_vague {
        complain(&plan.summary());
    }
    Ok(if summary.failed { Outcome::Failed } else { Outcome::Clean })
}

fn layer(args: &PlanArgs) -> Layer {
    let mut layer = Layer::default();
    if let Some(version) = args.target_gitlab {
        layer.give_option(SettingKey::TargetGitlab, ConfigValue::Version(version));
    }
    config::token_value(args.token_value.as_deref(), &mut layer);
    config::own_rules(&args.own, &mut layer);
    layer
}

fn text(plan: &MigrationPlan, format: &PlanFormat) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    (format.write)(plan, &mut text)?;
    Ok(text)
}

/// The format of a plan that is written to `file`.
pub(super) fn format_for(file: &Path) -> Result<&'static PlanFormat, Error> {
    format_of(file).ok_or_else(|| {
        let known: Vec<String> =
            FORMATS.iter().map(|format| format!("`.{}` ({})", format.extension, format.name)).collect();
        Error::PlanExtension { path: walk::display(file), known: known.join(", ") }
    })
}

/// Writes the plan of all registrations, also of those that the pending fixes remove. An existing file that is not empty is
/// not replaced: it may be the plan of an earlier fix, and the only record of its settings. Without a pending fix that is
/// not an error.
pub(super) fn before_fixing(path: &Path, files: &[CheckedFile], show_secrets: bool) -> Result<(), Error> {
    let shown = || walk::display(path);
    let has_text = fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() > 0);
    let fixes = files.iter().any(|file| file.pending.is_some());
    if has_text && fixes {
        return Err(Error::PlanExists(shown()));
    }
    if has_text {
        complain(&format!("nothing to fix: {} was not changed", crate::escape::name(&shown())));
        return Ok(());
    }
    let text = text(&plan_of(files, show_secrets), format_for(path)?)?;
    // The fixes come only when the plan is on the disk.
    let written = publish(path, Destination::Argument, Old::Any, &text);
    written.map_err(|error| Error::WritePlan { path: shown(), error })
}
