use crate::config::{FailOn, version};
use crate::report::FORMATS;
use crate::rules::GITLAB;
use crate::suppress::Reason;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::ffi::OsString;
use std::path::PathBuf;

/// What `--token-value` takes.
pub(super) const TOKEN_VALUE: &str = "\
Expression that unsafe fixes write instead of a registration token: a shell variable ('$RUNNER_TOKEN'), a template \
('{{ .Values.token }}') or a Terraform reference (var.token). Never a token";

/// The end of `-h`.
const EXIT_CODES: &str =
    "Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 the run failed or was incomplete.";

/// Variables of the environment, and what each does.
pub(super) const VARIABLES: &[(&str, &str)] = &[
    ("RUNNERLINT_CONFIG", "sets --config"),
    ("RUNNERLINT_OUTPUT_FORMAT", "sets --output-format"),
    ("NO_COLOR", "disables colors"),
    ("FORCE_COLOR", "enables colors, also without a terminal"),
    ("CLICOLOR_FORCE", "same as FORCE_COLOR"),
];

/// Exit codes and environment, as help and documentation show them.
pub(super) fn after_help() -> String {
    let variables = VARIABLES.iter().map(|(name, effect)| format!("\n  {name:24}  {effect}"));
    format!("{EXIT_CODES}\n\nEnvironment:{}", variables.collect::<String>())
}

/// Find and fix uses of GitLab Runner registration tokens
#[derive(Debug, Parser)]
#[command(
    name = "runnerlint",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100,
    after_help = EXIT_CODES,
    after_long_help = after_help()
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<CliCommand>,
    #[command(flatten)]
    pub(super) check: CheckArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum CliCommand {
    /// Check files and directories; `runnerlint` without a command does the same
    Check(Box<CheckArgs>),
    /// Write the migration plan: which runners to create, with which settings
    Plan(super::plan::PlanArgs),
    /// Merge JSON reports of many repositories into one page or document
    Report(super::report::ReportArgs),
    /// List the rules, explain one, or create a new one
    Rules(RulesArgs),
    /// Run the language server
    Lsp(super::lsp::LspArgs),
    /// Run the examples in rule files as tests
    Test(TestArgs),
    /// Print the paths of the entries of a file, as rules write them
    Paths(PathsArgs),
    /// Print a script that completes options and values in a shell
    Completions {
        /// Print the script for this shell
        #[arg(value_enum)]
        shell: CompletionShell,
        #[command(flatten)]
        look: CliLook,
    },
    /// Print the man page, or write the pages of all commands
    Man {
        /// Write one page for each command into this directory
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        dir: Option<PathBuf>,
        #[command(flatten)]
        look: CliLook,
    },
    /// Print a JSON schema, for editors
    Schema {
        /// Print the schema of this kind of file
        #[arg(value_enum)]
        of: SchemaOf,
        #[command(flatten)]
        look: CliLook,
    },
}

impl Cli {
    /// When to use colors, for this command.
    pub(super) fn color(&self) -> Colour {
        match &self.command {
            None => self.check.color,
            Some(CliCommand::Check(args)) => args.color,
            Some(CliCommand::Plan(args)) => args.look.color,
            Some(CliCommand::Report(args)) => args.look.color,
            Some(CliCommand::Rules(args)) => args.look.color,
            Some(CliCommand::Lsp(args)) => args.look.color,
            Some(CliCommand::Test(args)) => args.color,
            Some(CliCommand::Paths(args)) => args.look.color,
            Some(
                CliCommand::Completions { look, .. }
                | CliCommand::Man { look, .. }
                | CliCommand::Schema { look, .. },
            ) => look.color,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

/// Shells with completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CompletionShell {
    Bash,
    Elvish,
    Fish,
    #[value(name = "powershell", alias = "pwsh")]
    Pwsh,
    Zsh,
}

/// How the output looks, for commands other than `check`.
#[derive(Debug, Args)]
pub(super) struct CliLook {
    /// Set when to use colors
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    pub(super) color: Colour,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("fixes").args(["fix", "interactive"]).multiple(true))]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct CheckArgs {
    /// Check these files and directories; `-` reads standard input [default: .]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// Apply safe fixes
    #[arg(long, help_heading = "Fixes")]
    pub(super) fix: bool,
    /// Show unsafe fixes; with --fix or --diff, apply them. They need a manual step
    #[arg(long, help_heading = "Fixes")]
    pub(super) unsafe_fixes: bool,
    /// Print the changes of --fix as a diff instead of writing them; exit 1 if there are any
    #[arg(
        long,
        help_heading = "Fixes",
        long_help = "Print the changes of --fix as a unified diff instead of writing them; exit 1 if there are any"
    )]
    pub(super) diff: bool,
    /// Fix, asking for each registration (implies --fix)
    #[arg(short, long, help_heading = "Fixes")]
    pub(super) interactive: bool,
    /// Write this expression instead of a registration token: '$RUNNER_TOKEN'. Never a token
    #[arg(long, value_name = "EXPR", help_heading = "Fixes", long_help = TOKEN_VALUE)]
    pub(super) token_value: Option<String>,
    /// Write the migration plan to FILE before fixing; the extension sets the format
    #[arg(
        long,
        value_name = "FILE",
        requires = "fixes",
        conflicts_with = "diff",
        help_heading = "Fixes",
        long_help = "Write the migration plan to FILE before fixing; the extension sets the format (.md, .json, .sh, .tf)"
    )]
    pub(super) plan: Option<PathBuf>,

    /// Suppress all current findings by adding ignore comments, with an optional reason
    #[arg(
        long,
        value_name = "REASON",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        value_parser = Reason::new,
        conflicts_with_all = ["fixes", "diff"],
        help_heading = "Fixes"
    )]
    pub(super) add_ignore: Option<Reason>,

    /// Output format, or FORMAT=FILE to write one to a file (repeatable) [default: full]
    #[arg(
        short = 'f',
        long,
        value_name = "FORMAT[=FILE]",
        help_heading = "Output",
        value_hint = ValueHint::Other,
        long_help = format_help()
    )]
    pub(super) output_format: Vec<String>,
    /// Write the report to a file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(super) output_file: Option<PathBuf>,
    /// Title of the HTML page [default: name of the checked directory]
    #[arg(long, value_name = "TEXT", overrides_with = "title", help_heading = "Output")]
    pub(super) title: Option<String>,
    /// Show this revision on the HTML page, for example a commit
    #[arg(long, value_name = "TEXT", overrides_with = "revision", help_heading = "Output")]
    pub(super) revision: Option<String>,
    /// Print the number of findings for each rule instead of the findings
    #[arg(long, help_heading = "Output")]
    pub(super) statistics: bool,
    /// Print only findings and errors
    #[arg(short, long, overrides_with = "verbose", help_heading = "Output")]
    pub(super) quiet: bool,
    /// Also report skipped files, the configuration used and timing
    #[arg(
        short,
        long,
        overrides_with = "quiet",
        help_heading = "Output",
        long_help = "Also report skipped files, the configuration used and timing; print the summary for \
                     machine-readable formats too"
    )]
    pub(super) verbose: bool,
    /// Set when to use colors
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Colour::Auto, help_heading = "Output")]
    pub(super) color: Colour,
    /// Do not show a progress bar
    #[arg(long, help_heading = "Output")]
    pub(super) no_progress: bool,
    /// Print tokens instead of masking them
    #[arg(long, help_heading = "Output")]
    pub(super) show_secrets: bool,

    /// Report only these rules, families or products (comma-separated, repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) select: Vec<String>,
    /// Do not report these rules, families or products (comma-separated, repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) ignore: Vec<String>,
    #[command(flatten)]
    pub(super) own: OwnRules,
    /// Use only the rules of --rules and of the configuration, not the built-in ones
    #[arg(long, help_heading = "Rules")]
    pub(super) no_built_in: bool,
    /// File with accepted findings, which do not fail the run; '' disables it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Rules")]
    pub(super) baseline: Option<OsString>,
    /// Update the baseline to the current findings and exit 0
    #[arg(long, conflicts_with = "diff", help_heading = "Rules")]
    pub(super) write_baseline: bool,
    /// Check against this GitLab version, for example 17.5 [default: latest]
    #[arg(long, value_name = "VERSION", value_parser = version, value_hint = ValueHint::Other, help_heading = "Rules")]
    pub(super) target_gitlab: Option<(u32, u32)>,
    /// Exit 1 if there is a finding of this severity or above [default: warning]
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on(), help_heading = "Rules")]
    pub(super) fail_on: Option<FailOn>,

    /// Exclude files that match this .gitignore-style glob (repeatable)
    #[arg(long, value_name = "GLOB", help_heading = "Files")]
    pub(super) exclude: Vec<String>,
    /// Apply excludes and ignore files to paths given on the command line too
    #[arg(long, help_heading = "Files")]
    pub(super) force_exclude: bool,
    /// Do not read .gitignore, .ignore and .runnerlintignore
    #[arg(long, help_heading = "Files")]
    pub(super) no_ignore: bool,
    /// Check only files changed since the merge base with REV, also uncommitted and new ones
    #[arg(
        long,
        value_name = "REV",
        allow_hyphen_values = true,
        help_heading = "Files",
        long_help = "Check only files changed since the merge base with REV, including uncommitted and untracked ones"
    )]
    pub(super) changed_since: Option<String>,
    /// List the files that would be checked, with their language, and exit
    #[arg(long, help_heading = "Files")]
    pub(super) show_files: bool,
    /// Print the effective settings and the source of each value, and exit
    #[arg(long, conflicts_with = "show_files", help_heading = "Configuration")]
    pub(super) show_settings: bool,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    /// Check standard input as a file of this name
    #[arg(long, value_name = "NAME", value_hint = ValueHint::FilePath, help_heading = "Files")]
    pub(super) stdin_filename: Option<String>,
    /// Use this number of threads [default: one for each processor]
    #[arg(short, long, value_name = "N", help_heading = "Files")]
    pub(super) jobs: Option<std::num::NonZeroUsize>,
}

/// Which configuration is used.
#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    /// Read this configuration file [default: the nearest runnerlint.toml or .runnerlint.toml]
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub(super) config: Option<PathBuf>,
    /// Do not read a configuration file
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    pub(super) isolated: bool,
}

/// Custom rules.
#[derive(Debug, Args)]
pub(super) struct OwnRules {
    /// Also use the rules in this directory (repeatable)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Rules")]
    pub(super) rules: Vec<PathBuf>,
    /// Check against this version of another product (for custom rules) [default: latest]
    #[arg(long, value_name = "PRODUCT=VERSION", value_parser = target, help_heading = "Rules")]
    pub(super) target: Vec<(String, (u32, u32))>,
}

#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// Explain this rule, or all rules of this family
    pub(super) id: Option<String>,
    /// Also list the rules in this directory (repeatable)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) rules: Vec<PathBuf>,
    /// Create a rule file with this id, in the directory of --rules or the current one
    #[arg(long, value_name = "ID", conflicts_with = "id", value_hint = ValueHint::Other)]
    pub(super) new: Option<String>,
    /// Output format
    #[arg(short = 'f', long, alias = "format", value_enum, default_value_t = RulesFormat::Text)]
    pub(super) output_format: RulesFormat,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    #[command(flatten)]
    pub(super) look: CliLook,
}

#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// Test the rules in these directories [default: those of the configuration, else built in]
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) folders: Vec<PathBuf>,
    /// Also show what a dropped fix would have written
    #[arg(long)]
    pub(super) explain: bool,
    /// Set when to use colors
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    pub(super) color: Colour,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
}

#[derive(Debug, Args)]
pub(super) struct PathsArgs {
    /// The file; with a line, only the entries that begin there, or the one around it
    #[arg(value_name = "FILE[:LINE]", value_hint = ValueHint::FilePath)]
    pub(super) target: String,
    /// Also use the sites and programs in this directory of rules (repeatable)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) rules: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    #[command(flatten)]
    pub(super) look: CliLook,
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
    let (product, number) =
        text.split_once('=').filter(|(product, _)| !product.is_empty()).ok_or_else(|| {
            format!("invalid target `{text}`: expected PRODUCT=VERSION, for example kubernetes=1.25")
        })?;
    if product == GITLAB {
        return Err("the version of GitLab has its own option: --target-gitlab VERSION".to_owned());
    }
    let number = version(number)?;
    Ok((product.to_owned(), number))
}

fn fail_on() -> impl clap::builder::TypedValueParser<Value = FailOn> {
    let of = |name: String| FailOn::NAMES.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    PossibleValuesParser::new(FailOn::NAMES.iter().map(|(name, _)| *name))
        .try_map(move |name| of(name).ok_or("unknown severity"))
}

fn format_help() -> String {
    list_formats(FORMATS.iter().map(|format| (format.name, format.about)))
}

/// The help text of output formats: their names and what they are, the default first.
pub(super) fn list_formats<'a>(formats: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut help = "Output format, or FORMAT=FILE to write one to a file (repeatable):".to_owned();
    for (index, (name, about)) in formats.enumerate() {
        let default = if index == 0 { " (default)" } else { "" };
        help.push_str(&format!("\n- {name}: {about}{default}"));
    }
    help
}
