use crate::config::{FailOn, version};
use crate::report::FORMATS;
use crate::rules::GITLAB;
use crate::suppress::Reason;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// What the options do not say.
pub(super) const ENVIRONMENT: &str = "\
Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 the run failed or was incomplete.

Environment:
  RUNNERLINT_CONFIG         stands in for --config
  RUNNERLINT_OUTPUT_FORMAT  stands in for --output-format
  NO_COLOR                  no colours
  FORCE_COLOR               colours, also where there is no terminal; so does CLICOLOR_FORCE";

/// Finds and fixes GitLab Runner's legacy registration workflow in any config file.
#[derive(Debug, Parser)]
#[command(
    name = "runnerlint",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 the run failed or was incomplete.",
    after_long_help = ENVIRONMENT
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) check: CheckArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lint files and folders (what `runnerlint` does without a command)
    Check(Box<CheckArgs>),
    /// Plan the migration: the runners to create, with the settings that the files give them today
    Plan(super::plan::PlanArgs),
    /// Show all rules, or one rule in full; write a new one
    Rules(RulesArgs),
    /// Serve an editor: findings, fixes and explanations over the Language Server Protocol
    Lsp(super::lsp::LspArgs),
    /// Run the examples of rules: what is found, what the fix gives, inside other texts too
    Test(TestArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
    /// Print a JSON schema, for editors
    Schema {
        /// What it describes
        #[arg(value_enum)]
        of: SchemaOf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct CheckArgs {
    /// Files and folders; `-` for standard input [default: .]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// Whether no command was named: then a path may be meant as one.
    #[arg(skip)]
    pub(super) bare: bool,

    /// Apply safe fixes
    #[arg(long, help_heading = "Fixes")]
    pub(super) fix: bool,
    /// Show unsafe fixes, and with --fix or --diff apply them as well: they need a person's follow-up
    #[arg(long, help_heading = "Fixes")]
    pub(super) unsafe_fixes: bool,
    /// Print what --fix would do as a unified diff; exit 1 if there is something
    #[arg(long, conflicts_with = "fix", help_heading = "Fixes")]
    pub(super) diff: bool,
    /// Ask about each registration that --fix would fix
    #[arg(short, long, requires = "fix", help_heading = "Fixes")]
    pub(super) interactive: bool,
    /// What unsafe fixes put in the place of a registration token: '$RUNNER_TOKEN'
    #[arg(long, value_name = "EXPR", help_heading = "Fixes")]
    pub(super) token_value: Option<String>,
    /// Before --fix takes anything out, write the migration plan there: .md, .json, .sh (curl) or .tf
    #[arg(long, value_name = "FILE", requires = "fix", help_heading = "Fixes")]
    pub(super) plan: Option<PathBuf>,

    /// Accept all that is found, by a comment in each place that names the rules (and says why)
    #[arg(
        long,
        value_name = "REASON",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        value_parser = Reason::new,
        conflicts_with_all = ["fix", "diff"],
        help_heading = "Fixes"
    )]
    pub(super) add_ignore: Option<Reason>,

    /// Form of the report; FORMAT=FILE writes one to a file and may be repeated
    #[arg(
        short = 'f',
        long,
        value_name = "FORMAT[=FILE]",
        help_heading = "Output",
        long_help = format_help()
    )]
    pub(super) output_format: Vec<String>,
    /// Write the report to a file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(super) output_file: Option<PathBuf>,
    /// Title of the HTML page [default: name of the checked directory]
    #[arg(long, value_name = "TEXT", help_heading = "Output")]
    pub(super) title: Option<String>,
    /// Show this revision on the HTML page, for example a commit
    #[arg(long, value_name = "TEXT", help_heading = "Output")]
    pub(super) revision: Option<String>,
    /// Count the findings of each rule instead of listing them
    #[arg(long, help_heading = "Output")]
    pub(super) statistics: bool,
    /// Show only the findings, and what went wrong
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,
    /// Tell what was skipped, which configuration holds and how long it took; sum up for programs' formats too
    #[arg(short, long, conflicts_with = "quiet", help_heading = "Output")]
    pub(super) verbose: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Colour::Auto, help_heading = "Output")]
    pub(super) color: Colour,
    /// Show no progress bar
    #[arg(long, help_heading = "Output")]
    pub(super) no_progress: bool,
    /// Do not mask tokens, so that a diff can be applied
    #[arg(long, help_heading = "Output")]
    pub(super) show_secrets: bool,

    /// Report only these rules or families (comma-separated, repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) select: Vec<String>,
    /// Do not report these rules or families (comma-separated, repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) ignore: Vec<String>,
    #[command(flatten)]
    pub(super) own: OwnRules,
    /// Findings that are known: they do not fail the run; an empty name switches it off
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(super) baseline: Option<OsString>,
    /// Write what is found now to the baseline, take out of it what is gone, and exit 0
    #[arg(long, conflicts_with = "diff", help_heading = "Rules")]
    pub(super) write_baseline: bool,
    /// Judge by this GitLab version [default: the newest known]
    #[arg(long, value_name = "VERSION", value_parser = version, help_heading = "Rules")]
    pub(super) target_gitlab: Option<(u32, u32)>,
    /// Exit 1 if there is a finding at least as bad [default: warning]
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on(), help_heading = "Rules")]
    pub(super) fail_on: Option<FailOn>,

    /// Leave these files out; globs as in .gitignore (repeatable)
    #[arg(long, value_name = "GLOB", help_heading = "Files")]
    pub(super) exclude: Vec<String>,
    /// Leave excluded and ignored files out even if they are named on the command line
    #[arg(long, help_heading = "Files")]
    pub(super) force_exclude: bool,
    /// Pass over .gitignore, .ignore and .runnerlintignore
    #[arg(long, help_heading = "Files")]
    pub(super) no_ignore: bool,
    /// Lint only files that git says have changed since the current branch left REV: committed, staged or not, or new
    #[arg(long, value_name = "REV", allow_hyphen_values = true, help_heading = "Files")]
    pub(super) changed_since: Option<String>,
    /// List the files that would be linted, each with its language, and end
    #[arg(long, help_heading = "Files")]
    pub(super) show_files: bool,
    /// Print the settings that hold (for the paths, if there are any) and where each comes from, and end
    #[arg(long, conflicts_with = "show_files", help_heading = "Configuration")]
    pub(super) show_settings: bool,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    /// The name that standard input is linted as
    #[arg(long, value_name = "NAME", help_heading = "Files")]
    pub(super) stdin_filename: Option<String>,
    /// Threads to work with [default: one for each processor]
    #[arg(short, long, value_name = "N", help_heading = "Files")]
    pub(super) jobs: Option<std::num::NonZeroUsize>,
}

/// Which configuration holds.
#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    /// Read this configuration file [default: the nearest runnerlint.toml or .runnerlint.toml upward]
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub(super) config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    pub(super) isolated: bool,
}

/// Rules of a user's own.
#[derive(Debug, Args)]
pub(super) struct OwnRules {
    /// Lint by the rules of this folder too (repeatable)
    #[arg(long, value_name = "DIR", help_heading = "Rules")]
    pub(super) rules: Vec<PathBuf>,
    /// Judge by this version of another product that rules speak of (repeatable) [default: the newest]
    #[arg(long, value_name = "PRODUCT=VERSION", value_parser = target, help_heading = "Rules")]
    pub(super) target: Vec<(String, (u32, u32))>,
}

#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// A rule, to show it in full
    pub(super) id: Option<String>,
    /// Show the rules of this folder too (repeatable)
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Vec<PathBuf>,
    /// Write a rule to start from, into the folder of --rules or the working directory
    #[arg(long, value_name = "ID", conflicts_with = "id")]
    pub(super) new: Option<String>,
    /// Form of the output
    #[arg(short = 'f', long, alias = "format", value_enum, default_value_t = RulesFormat::Text)]
    pub(super) output_format: RulesFormat,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
}

#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// Folders of rules [default: those of the configuration; without any, the rules that are built in]
    #[arg(value_name = "DIR")]
    pub(super) folders: Vec<PathBuf>,
    /// When to use colours
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    pub(super) color: Colour,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesFormat {
    Text,
    Json,
}

/// What a JSON schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// `runnerlint.toml`
    Config,
    /// A rule
    Rule,
    /// `programs.yaml` of a folder of rules
    Programs,
    /// `charts.yaml` of a folder of rules
    Charts,
    /// A file of `sites/` in a folder of rules
    Site,
    /// A file of `units/` in a folder of rules
    Unit,
}

/// `kubernetes=1.25`
fn target(text: &str) -> Result<(String, (u32, u32)), String> {
    let (product, number) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is no product with a version, such as kubernetes=1.25"))?;
    if product == GITLAB {
        return Err("GitLab's version is the option --target-gitlab".to_owned());
    }
    let number = version(number).map_err(|_| format!("`{number}` is no version such as 1.25"))?;
    Ok((product.to_owned(), number))
}

fn fail_on() -> impl clap::builder::TypedValueParser<Value = FailOn> {
    let of = |name: String| FailOn::NAMES.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    PossibleValuesParser::new(FailOn::NAMES.iter().map(|(name, _)| *name))
        .try_map(move |name| of(name).ok_or("no severity"))
}

fn format_help() -> String {
    let mut help = "Form of the report; FORMAT=FILE writes one to a file and may be repeated:".to_owned();
    for (index, format) in FORMATS.iter().enumerate() {
        let default = if index == 0 { " (default)" } else { "" };
        help.push_str(&format!("\n- {}: {}{default}", format.name, format.about));
    }
    help
}
