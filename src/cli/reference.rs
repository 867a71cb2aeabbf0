//! The command line as a page of documentation, from the same description as the help.

use super::args::Cli;
use clap::{Arg, Command, CommandFactory as _};
use std::collections::BTreeMap;

/// All commands and options: Markdown.
pub fn reference() -> String {
    let mut root = Cli::command();
    root.build();
    let mut out = "# Command line\n\n`runnerlint` without a command is `runnerlint check`. A command may follow options that it has as well: \
                   `runnerlint --isolated plan`.\n\n".to_owned();
    for command in root.get_subcommands().filter(|it| it.get_name() != "help") {
        out.push_str(&page(command));
    }
    out.push_str(&format!("## More\n\n```text\n{}\n```\n", super::args::after_help()));
    out
}

fn page(command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let mut out = format!("## `runnerlint {}`\n\n{about}.\n\n", command.get_name());
    let mut usage = command.clone().render_usage().to_string();
    usage = usage.trim_start_matches("Usage: ").to_owned();
    out.push_str(&format!("```text\n{usage}\n```\n\n"));
    let mut groups: BTreeMap<(usize, String), Vec<&Arg>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for arg in command.get_arguments().filter(|it| it.get_id() != "help" && !it.is_hide_set()) {
        let heading = match arg.get_help_heading() {
            Some(heading) => heading,
            None if arg.is_positional() => "Arguments",
            None => "Options",
        };
        if !order.contains(&heading) {
            order.push(heading);
        }
        let at = order.iter().position(|it| *it == heading).unwrap_or_default();
        groups.entry((at, heading.to_owned())).or_default().push(arg);
    }
    for ((_, heading), args) in groups {
        out.push_str(&format!("### {heading}\n\n"));
        for arg in args {
            out.push_str(&row(arg));
        }
        out.push('\n');
    }
    out
}

fn row(arg: &Arg) -> String {
    let value = arg
        .get_value_names()
        .map(|names| names.iter().map(clap::builder::Str::as_str).collect::<Vec<_>>().join(" "));
    let takes = arg.get_num_args().is_some_and(|count| count.takes_values());
    let value = value.filter(|_| takes);
    let mut names = Vec::new();
    if let Some(short) = arg.get_short() {
        names.push(format!("-{short}"));
    }
    if let Some(long) = arg.get_long() {
        names.push(match &value {
            Some(value) if arg.is_require_equals_set() => format!("--{long}[={value}]"),
            Some(value) => format!("--{long} {value}"),
            None => format!("--{long}"),
        });
    }
    if names.is_empty() {
        names.extend(value.map(|value| format!("<{value}>")));
    }
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut lines = help.lines();
    let first = lines.next().unwrap_or_default();
    let mut out = format!("- `{}`: {first}", names.join("`, `"));
    let known: Vec<String> =
        arg.get_possible_values().iter().filter(|_| takes).map(|it| format!("`{}`", it.get_name())).collect();
    if !known.is_empty() {
        out.push_str(&format!(" ({})", known.join(", ")));
    }
    let defaults: Vec<_> = arg.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
    if takes && !defaults.is_empty() {
        out.push_str(&format!(" [default: {}]", defaults.join(", ")));
    }
    out.push('\n');
    for line in lines {
        out.push_str(&format!("  {line}\n"));
    }
    out
}
