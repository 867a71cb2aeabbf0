use crate::finding::Severity;
use crate::report::FORMATS;
use crate::suppress::Reason;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Finds and fixes GitLab Runner's legacy registration workflow in any config file.
#[derive(Debug, Parser)]
#[command(
    name = "runnerlint",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 the run failed or was incomplete."
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
    /// Show all rules, or one rule in full
    Rules(RulesArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

impl FailOn {
    pub(super) fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Info => true,
            Self::Never => false,
        }
    }
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
    /// Count the findings of each rule instead of listing them
    #[arg(long, help_heading = "Output")]
    pub(super) statistics: bool,
    /// Show only the findings, and what went wrong
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,
    /// Tell what was skipped, and sum up for programs' formats too
    #[arg(short, long, conflicts_with = "quiet", help_heading = "Output")]
    pub(super) verbose: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Colour::Auto, help_heading = "Output")]
    pub(super) color: Colour,
    /// Do not mask tokens, so that a diff can be applied
    #[arg(long, help_heading = "Output")]
    pub(super) show_secrets: bool,

    /// Report only these rules or families (comma-separated, repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) select: Vec<String>,
    /// Do not report these rules or families (comma-separated, repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) ignore: Vec<String>,
    /// Findings that are known: they do not fail the run; an empty name switches it off
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(super) baseline: Option<OsString>,
    /// Write what is found now to the baseline, take out of it what is gone, and exit 0
    #[arg(long, conflicts_with = "diff", help_heading = "Rules")]
    pub(super) write_baseline: bool,
    /// Judge by this GitLab version [default: the newest known]
    #[arg(long, value_name = "VERSION", value_parser = version, help_heading = "Rules")]
    pub(super) target_gitlab: Option<(u32, u32)>,
    /// Exit 1 if there is a finding at least as bad
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Warning, help_heading = "Rules")]
    pub(super) fail_on: FailOn,

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
    /// List the files that would be linted, and end
    #[arg(long, help_heading = "Files")]
    pub(super) show_files: bool,
    /// The name that standard input is linted as
    #[arg(long, value_name = "NAME", help_heading = "Files")]
    pub(super) stdin_filename: Option<String>,
    /// Threads to work with [default: one for each processor]
    #[arg(short, long, value_name = "N", help_heading = "Files")]
    pub(super) jobs: Option<std::num::NonZeroUsize>,
}

#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// A rule, to show it in full
    pub(super) id: Option<String>,
    /// Form of the output
    #[arg(short = 'f', long, alias = "format", value_enum, default_value_t = RulesFormat::Text)]
    pub(super) output_format: RulesFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesFormat {
    Text,
    Json,
}

fn format_help() -> String {
    let mut help = "Form of the report; FORMAT=FILE writes one to a file and may be repeated:".to_owned();
    for (index, format) in FORMATS.iter().enumerate() {
        let default = if index == 0 { " (default)" } else { "" };
        help.push_str(&format!("\n- {}: {}{default}", format.name, format.about));
    }
    help
}

/// `17`, `17.5` and `v17.5.1` are versions.
pub(super) fn version(text: &str) -> Result<(u32, u32), String> {
    let wrong = || format!("`{text}` is no GitLab version such as 17.5");
    let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
    let mut next = || parts.next().map(|part| part.parse::<u32>().map_err(|_| wrong()));
    let major = next().ok_or_else(wrong)??;
    let minor = next().transpose()?.unwrap_or(0);
    Ok((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_need_no_minor_number() {
        for (text, parsed) in
            [("17", Some((17, 0))), ("v16.11.2-ee", Some((16, 11))), ("x", None), ("17.", None)]
        {
            assert_eq!(version(text).ok(), parsed, "{text}");
        }
    }
}
