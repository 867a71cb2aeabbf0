//! The command line: arguments in, exit code out.

mod args;
mod baseline;
mod check;
mod config;
mod destinations;
mod interactive;
mod lsp;
mod output;
mod plan;
mod progress;
mod reference;
pub mod rules;
mod show;
mod starter;
mod test;

pub use reference::reference;

use crate::config::{self as settings, ConfigError, EXPRESSIONS, NEVER_A_TOKEN};
use crate::escape::lines;
use crate::fixer::publish::PublishError;
use crate::interrupt;
use crate::mask::Mask;
use crate::quote::{is_plain, masked};
use crate::report;
use crate::rules::describe;
use crate::run::{AcceptedError, LoadError};
use args::{CheckArgs, Cli, Colour, Command, SchemaOf};
use clap::{CommandFactory as _, Parser as _};
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
        "`{}` is no id of a rule: words of small letters and digits, the first of them the family: `team-old-host`",
        masked(.0)
    )]
    NoId(String),
    #[error("{0} is there already")]
    Exists(String),
    #[error("`--token-value` {}: {}", NEVER_A_TOKEN, EXPRESSIONS)]
    TokenValue,
    #[error("not a glob: {}", masked(.0))]
    Glob(String),
    #[error("unknown rule or family `{}`{}", masked(.name), did_you_mean(.nearest.as_deref()))]
    UnknownRule { name: String, nearest: Option<String> },
    #[error("unknown output format `{}`{} (known: {known})", masked(.name), did_you_mean(.nearest.as_deref()))]
    UnknownFormat { name: String, known: String, nearest: Option<String> },
    #[error(
        "more than one report for standard output: give the others a file, as in `--output-format {0}=FILE`"
    )]
    TwoReports(String),
    #[error("`--statistics` cannot be written as `{0}`: use `full` for text, or `json`")]
    NoStatistics(String),
    #[error("`-` (standard input) and other paths cannot be linted together")]
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
        "cannot write {0}: this run reads it; choose another file, or delete it first (nothing was changed)"
    )]
    OwnInput(String),
    #[error("cannot write {0} twice: give each report its own file")]
    SameFile(String),
    #[error(
        "`--interactive` asks at a terminal, and there is none: leave it out to apply all fixes, or see them with `--diff`"
    )]
    NoTerminal,
    #[error("`--write-baseline` needs a file to write: `--baseline FILE`")]
    NoBaseline,
    #[error("there is no baseline {0}: `--write-baseline` makes it")]
    MissingBaseline(String),
    #[error("{}{path}: {error}", if matches!(error, AcceptedError::Form(_)) { "" } else { "cannot read the baseline " })]
    Baseline { path: String, error: AcceptedError },
    #[error("`--write-baseline` has to know what standard input is: `--stdin-filename NAME`")]
    NamelessBaseline,
    #[error(transparent)]
    Output(#[from] io::Error),
}

fn did_you_mean(nearest: Option<&str>) -> String {
    settings::did_you_mean(nearest).map_or(String::new(), |question| format!("; {question}"))
}

/// Runs the program with `args`, the first of which is its name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            tell_usage(&error);
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let code = run_command(cli);
    interrupt::exit_code().map_or(code, ExitCode::from)
}

fn run_command(cli: Cli) -> ExitCode {
    let result = match cli.command {
        None => check::check(&CheckArgs { bare: true, ..cli.check }),
        Some(Command::Check(args)) => check::check(&args),
        Some(Command::Plan(args)) => plan::plan(&args),
        Some(Command::Rules(args)) => rules::rules(&args),
        // Its exit code is the protocol's.
        Some(Command::Lsp(args)) => match lsp::lsp(&args) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Some(Command::Test(args)) => test::test(&args),
        Some(Command::Completions { shell }) => completions(shell),
        Some(Command::Man) => man(),
        Some(Command::Schema { of }) => schema(of),
    };
    match result {
        Ok(outcome) => outcome.into(),
        // Whoever read our output has seen enough.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Outcome::Clean.into(),
        Err(Error::Config(ConfigError::Invalid(problem))) => {
            let style = output::style(Colour::Auto, output::stderr_is_terminal());
            output::complain(&report::problem(&problem, style));
            Outcome::Failed.into()
        }
        Err(Error::Rules(LoadError::Wrong(problems))) => {
            let style = output::style(Colour::Auto, output::stderr_is_terminal());
            for problem in problems.iter().take(MOST_PROBLEMS) {
                output::complain(&format!("{}\n", report::rule_problem(problem, style)));
            }
            if let Some(more) = problems.len().checked_sub(MOST_PROBLEMS).filter(|more| *more > 0) {
                output::complain(&format!("note: and {more} more\n"));
            }
            output::complain(&format!("error: {}", LoadError::Wrong(problems)));
            Outcome::Failed.into()
        }
        Err(error) => {
            // What somebody pasted in the wrong place may be a token.
            output::complain(&format!("error: {}", Mask::without_source(false).prose(&error.to_string())));
            Outcome::Failed.into()
        }
    }
}

/// Says what is wrong with the arguments, or the help that was asked for.
fn tell_usage(error: &clap::Error) {
    let text = error.render().to_string();
    let mask = Mask::without_source(false);
    let is_tame = matches!(lines(&text), Cow::Borrowed(_)) && !text.contains("\n::");
    if error.use_stderr() && (mask.is_secret(&text) || !is_plain(&text) || !is_tame) {
        let shown = |line: &str| masked(&mask.prose(line)).into_owned();
        output::complain(text.lines().map(shown).collect::<Vec<_>>().join("\n").trim_end());
    } else {
        // Help goes to standard output, errors to standard error; if neither is there, nobody can be told.
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

fn completions(shell: clap_complete::Shell) -> Result<Outcome, Error> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "runnerlint", &mut out);
    io::stdout().write_all(&out)?;
    Ok(Outcome::Clean)
}

fn man() -> Result<Outcome, Error> {
    let mut out = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut out)?;
    io::stdout().write_all(&out)?;
    Ok(Outcome::Clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
