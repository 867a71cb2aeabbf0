//! The command line: arguments in, exit code out.

mod args;
mod baseline;
mod check;
mod command_word;
mod completions;
mod config;
mod destinations;
mod errors;
mod interactive;
mod lsp;
mod man;
mod output;
mod paths;
mod plan;
mod progress;
mod reference;
mod report;
pub mod rules;
mod show;
mod starter;
mod test;

pub use reference::reference;

use crate::config::{self as settings, ConfigError, EXPRESSIONS, NEVER_A_TOKEN, size_in_words};
use crate::escape::lines;
use crate::fixer::publish::PublishError;
use crate::interrupt;
use crate::mask::Mask;
use crate::quote::{is_plain, masked};
use crate::report as reports;
use crate::rules::describe;
use crate::run::{AcceptedError, LoadError, ProjectError};
use crate::walk::MISSING;
use args::{Cli, CliCommand, Colour, SchemaOf};
use clap::{CommandFactory as _, FromArgMatches as _};
use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// How a run ended, as its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    /// Findings, or a diff.
    Findings = 1,
    /// The run itself failed or is incomplete.
    Failed = 2,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome as u8)
    }
}

/// More problems of rules than this are counted, not shown.
const MOST_PROBLEMS: usize = 20;

/// Why a run could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Walk(#[from] crate::walk::WalkError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Rules(#[from] LoadError),
    #[error(
        "invalid rule id `{}`: use lower-case words joined by `-`, family first, for example `team-old-host`",
        masked(.0)
    )]
    NoId(String),
    #[error("`{0}` is a built-in rule: choose another id")]
    BuiltIn(String),
    #[error("`{0}` already exists")]
    Exists(String),
    #[error("no rules in {0}")]
    NoRules(String),
    #[error("`--no-built-in` needs custom rules: add `--rules DIR`")]
    NoCustomRules,
    #[error("cannot read {path}: {reason}")]
    ReadFile { path: String, reason: String },
    #[error("the language of {0} is not known: `runnerlint --show-files` lists that of each file")]
    NoLanguage(String),
    #[error("unknown extension of the plan `{path}`\nhelp: use one of {known}")]
    PlanExtension { path: String, known: String },
    #[error("`--stdin-filename` is the name of standard input: add `-`, or remove the paths")]
    StdinName,
    #[error("`{}`: {MISSING}; did you mean {meant}?", masked(.word))]
    NotACommand { word: String, meant: String },
    #[error("`{command}` must come first: `{option}` is an option of `check`, not of `{command}`")]
    CommandAfterOption { command: String, option: String },
    #[error("`--token-value` {}\nhelp: {}", NEVER_A_TOKEN, EXPRESSIONS)]
    TokenValue,
    #[error("invalid glob `{}`: {reason}", masked(.glob))]
    Glob { glob: String, reason: String },
    #[error("unknown rule or family `{}`{}", masked(.name), did_you_mean(.nearest.as_deref()))]
    UnknownRule { name: String, nearest: Option<String> },
    #[error(
        "unknown output format `{}`{}\nhelp: use one of {known}",
        masked(.name),
        did_you_mean(.nearest.as_deref())
    )]
    UnknownFormat { name: String, known: String, nearest: Option<String> },
    #[error(
        "two reports for standard output: write one of them to a file, for example `--output-format {0}=FILE`"
    )]
    TwoReports(String),
    #[error(
        "`--diff` prints a diff instead of reports: remove `--output-format {0}=…`, or run again without `--diff`"
    )]
    DiffOrReport(String),
    #[error("`--statistics` cannot be written as `{0}`: use `full` for text, or `json`")]
    NoStatistics(String),
    #[error("reports cannot be merged into `{format}`: {reason}\nhelp: use one of {known}")]
    NotMerged { format: String, reason: &'static str, known: String },
    #[error("`--statistics` cannot be written as `{0}`: use `json`, or no format for text")]
    NoMergedStatistics(String),
    #[error("`-` (standard input) cannot be combined with other paths")]
    StdinAndPaths,
    #[error(
        "{0} already exists and may be the plan of an earlier fix: choose another file (nothing was changed)"
    )]
    PlanExists(String),
    #[error("cannot write the plan to {path}: {error} (nothing was changed)")]
    WritePlan { path: String, error: PublishError },
    #[error("cannot write {path}: {error}")]
    Write { path: String, error: PublishError },
    #[error(
        "cannot write {0}: this run reads it; choose another file or delete it first (nothing was changed)"
    )]
    OwnInput(String),
    #[error("cannot write {0} twice: use one file for each report")]
    SameFile(String),
    #[error("`--interactive` needs a terminal; use `--fix` or `--diff` instead")]
    NoTerminal,
    #[error("`--write-baseline` needs the name of the file: add `--baseline FILE`")]
    NoBaseline,
    #[error("baseline `{0}` not found: create it with `--write-baseline`")]
    MissingBaseline(String),
    #[error("{}{path}: {error}", if matches!(error, AcceptedError::Form(_)) { "" } else { "cannot read the baseline " })]
    Baseline { path: String, error: AcceptedError },
    #[error("the baselines of the configuration files exceed {} together", size_in_words(*.0))]
    LargeBaselines(u64),
    #[error("`--write-baseline` needs a name for standard input: add `--stdin-filename NAME`")]
    NamelessBaseline,
    #[error(transparent)]
    Output(#[from] io::Error),
}

impl From<ProjectError> for Error {
    fn from(error: ProjectError) -> Self {
        match error {
            ProjectError::Config(error) => error.into(),
            ProjectError::Rules(error) => error.into(),
        }
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    settings::did_you_mean(nearest).map_or(String::new(), |question| format!("; {question}"))
}

/// Runs the program with `args`, the first of which is its name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(code) = completions::answer(&args) {
        return code;
    }
    let mut command = Cli::command();
    let args = match command_word::find(args, &command) {
        Ok(args) => args,
        Err(error) => return finish(Err(error), Colour::Auto),
    };
    let matches = command.try_get_matches_from_mut(args);
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            print_usage(&error);
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let code = run_command(cli);
    interrupt::exit_code().map_or(code, ExitCode::from)
}

fn run_command(cli: Cli) -> ExitCode {
    let color = cli.color();
    let result = match cli.command {
        None => check::check(cli.check),
        Some(CliCommand::Check(args)) => check::check(*args),
        Some(CliCommand::Plan(args)) => plan::plan(&args),
        Some(CliCommand::Report(args)) => report::report(&args),
        Some(CliCommand::Rules(args)) => rules::rules(&args),
        // Its exit code is the protocol's.
        Some(CliCommand::Lsp(args)) => match lsp::lsp(&args) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Some(CliCommand::Test(args)) => test::test(&args),
        Some(CliCommand::Paths(args)) => paths::paths(&args),
        Some(CliCommand::Completions { shell, .. }) => completions::script(shell),
        Some(CliCommand::Man { dir, .. }) => man::man(dir.as_deref()),
        Some(CliCommand::Schema { of, .. }) => schema(of),
    };
    finish(result, color)
}

fn finish(result: Result<Outcome, Error>, color: Colour) -> ExitCode {
    match result {
        Ok(outcome) => outcome.into(),
        // The reader of our output closed it.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Outcome::Clean.into(),
        Err(Error::Config(ConfigError::Invalid(problem))) => {
            let style = output::style(color, output::stderr_is_terminal());
            output::complain(&reports::problem(&problem, style));
            Outcome::Failed.into()
        }
        Err(Error::Rules(LoadError::Wrong(problems))) => {
            let style = output::style(color, output::stderr_is_terminal());
            for problem in problems.iter().take(MOST_PROBLEMS) {
                output::complain(&format!("{}\n", reports::rule_problem(problem, style)));
            }
            if let Some(more) = problems.len().checked_sub(MOST_PROBLEMS).filter(|more| *more > 0) {
                output::complain(&format!("note: and {more} more\n"));
            }
            output::complain(&format!("error: {}", LoadError::Wrong(problems)));
            Outcome::Failed.into()
        }
        Err(error) => {
            // An argument in the wrong place may be a token.
            let error = error.to_string();
            let mask = Mask::without_source(false);
            let lines: Vec<String> = error.lines().map(|line| mask.prose(line)).collect();
            output::complain(&format!("error: {}", lines.join("\n")));
            Outcome::Failed.into()
        }
    }
}

/// Prints what is wrong with the arguments, or the help.
fn print_usage(error: &clap::Error) {
    let text = error.render().to_string();
    let mask = Mask::without_source(false);
    let is_tame = matches!(lines(&text), Cow::Borrowed(_)) && !text.contains("\n::");
    if error.use_stderr() && (mask.is_secret(&text) || !is_plain(&text) || !is_tame) {
        let shown = |line: &str| masked(&mask.prose(line)).into_owned();
        output::complain(text.lines().map(shown).collect::<Vec<_>>().join("\n").trim_end());
    } else {
        // Help goes to standard output, errors to standard error; without them there is nowhere to write.
        let _ = error.print();
    }
}

fn schema(of: SchemaOf) -> Result<Outcome, Error> {
    let schema = match of {
        SchemaOf::Config => settings::json_schema(),
        SchemaOf::Rule => describe::rule().into(),
        SchemaOf::Programs => describe::programs().into(),
        SchemaOf::Charts => describe::charts().into(),
        SchemaOf::Site => describe::site().into(),
        SchemaOf::Unit => describe::unit().into(),
    };
    writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&schema).map_err(io::Error::from)?)?;
    Ok(Outcome::Clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn each_help_text_is_one_short_line() {
        let mut root = Cli::command();
        root.build();
        for command in std::iter::once(&root).chain(root.get_subcommands()) {
            let own = command.get_about().map(|about| ("about", about.to_string()));
            let options = command
                .get_arguments()
                .filter_map(|it| Some((it.get_id().as_str(), it.get_help()?.to_string())));
            for (name, help) in own.into_iter().chain(options) {
                let what = format!("{} {name}: {help}", command.get_name());
                assert!(help.chars().count() <= 90 && !help.contains('\n'), "{what}");
                assert!(help.starts_with(char::is_uppercase) && !help.ends_with('.'), "{what}");
            }
        }
    }
}
