//! `runnerlint man`: pages from the same description as the help.

use super::args::VARIABLES;
use super::completions::described;
use super::{Error, Outcome};
use crate::fixer::publish::{Destination, Old, create_directory, publish};
use crate::walk;
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::io::{self, Write};
use std::path::Path;

const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "There is no finding at or above --fail-on. A plan or a baseline was written."),
    ("1", "There are findings. With --diff: there are changes. With test: an example failed."),
    ("2", "The arguments or the configuration are invalid, or a file could not be read or written."),
    ("129, 130, 143", "The run was stopped by SIGHUP, SIGINT or SIGTERM. Files are complete, fixed or not."),
];

const FILES: &[(&str, &str)] = &[
    (
        "runnerlint.toml, .runnerlint.toml",
        "The configuration. `runnerlint schema config` prints its JSON schema.",
    ),
    (".runnerlintignore, .ignore, .gitignore", "Files and directories to skip, as git reads them."),
];

const EXAMPLES: &[(&str, &str)] = &[
    ("runnerlint", "Check the current directory."),
    ("runnerlint --diff", "Print what the safe fixes would change."),
    ("runnerlint --fix --unsafe-fixes --plan plan.md", "Write the migration plan, then apply all fixes."),
    ("runnerlint -f github -f sarif=report.sarif", "Print annotations, and write a SARIF report."),
    ("runnerlint --baseline known.json --write-baseline", "Accept all current findings."),
    ("runnerlint plan -f terraform -o runners.tf", "Write the runners to create as Terraform resources."),
    ("runnerlint rules register-server-option", "Explain a rule."),
];

/// Prints one page with all commands, or writes it and a page for each command into `directory`.
pub(super) fn man(directory: Option<&Path>) -> Result<Outcome, Error> {
    let mut root = described();
    root.build();
    let Some(directory) = directory else {
        io::stdout().write_all(&whole(&root)?)?;
        return Ok(Outcome::Clean);
    };
    let failed = |path: &Path, error| Error::Write { path: walk::display(path), error };
    create_directory(directory).map_err(|error| failed(directory, error))?;
    let mut pages = vec![("runnerlint.1".to_owned(), whole(&root)?)];
    for command in commands(&root) {
        pages.push((format!("runnerlint-{}.1", command.get_name()), page(command)?));
    }
    for (name, text) in pages {
        let path = directory.join(name);
        publish(&path, Destination::Argument, Old::Any, &text).map_err(|error| failed(&path, error))?;
    }
    Ok(Outcome::Clean)
}

fn commands(root: &Command) -> impl Iterator<Item = &Command> {
    root.get_subcommands().filter(|command| command.get_name() != "help")
}

/// The page of the program: `check` is what it does without a command, so its options are the first.
fn whole(root: &Command) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    begin(&mut out, root)?;
    let mut list = Roff::new();
    list.control("SH", ["COMMANDS"]);
    entries(&mut list, commands(root).map(|it| (it.get_name().to_owned(), sentence(it))));
    list.to_writer(&mut out)?;
    for command in commands(root).filter(|it| it.get_name() != "check") {
        let mut head = Roff::new();
        head.control("SH", [format!("RUNNERLINT {}", command.get_name().to_uppercase()).as_str()]);
        head.text([roman(sentence(command))]);
        head.to_writer(&mut out)?;
        let mut options = Vec::new();
        Man::new(command.clone()).render_options_section(&mut options)?;
        // Its sections become parts of the one of the command.
        for line in String::from_utf8_lossy(&options).lines() {
            let title = line.strip_prefix(".SH ");
            writeln!(out, "{}{}", if title.is_some() { ".SS " } else { "" }, title.unwrap_or(line))?;
        }
    }
    end(&mut out, root, "runnerlint")?;
    Ok(out)
}

/// The page of one command.
fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    begin(&mut out, command)?;
    end(&mut out, command, command.get_name())?;
    Ok(out)
}

/// The sections that each page begins with. (Options are not hyphenated: a reader may search for them.)
fn begin(out: &mut dyn Write, command: &Command) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_uppercase();
    let version = env!("CARGO_PKG_VERSION");
    writeln!(out, ".TH {name} 1 \"\" \"runnerlint {version}\" \"User Commands\"\n.nh\n.ad l")?;
    let man = Man::new(command.clone());
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)
}

/// The sections that each page ends with.
fn end(out: &mut dyn Write, command: &Command, name: &str) -> io::Result<()> {
    let mut roff = Roff::new();
    let all = name == "runnerlint";
    let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    };
    roff.control("SH", ["EXIT STATUS"]);
    entries(&mut roff, owned(EXIT_STATUS).into_iter());
    roff.control("SH", ["ENVIRONMENT"]);
    let has = |option: &str| command.get_arguments().any(|arg| arg.get_long() == Some(option));
    let variables = owned(VARIABLES).into_iter().filter(|(_, effect)| {
        effect
            .strip_prefix("sets --")
            .is_none_or(|option| has(option) && (name != "rules" || option == "config"))
    });
    entries(&mut roff, variables);
    roff.control("SH", ["FILES"]);
    entries(&mut roff, owned(FILES).into_iter());
    let is_check = |line: &str| !line.contains("runnerlint plan") && !line.contains("runnerlint rules");
    let is_own =
        |line: &str| all || line.contains(&format!("runnerlint {name}")) || name == "check" && is_check(line);
    let examples: Vec<(String, String)> =
        owned(EXAMPLES).into_iter().filter(|(line, _)| is_own(line)).collect();
    if !examples.is_empty() {
        roff.control("SH", ["EXAMPLES"]);
        entries(&mut roff, examples.into_iter());
    }
    if !all {
        roff.control("SH", ["SEE ALSO"]);
        roff.text([bold("runnerlint"), roman("(1)")]);
    }
    roff.to_writer(out)
}

fn entries(roff: &mut Roff, entries: impl Iterator<Item = (String, String)>) {
    for (name, text) in entries {
        roff.control("TP", []);
        roff.text([bold(name)]);
        roff.text([roman(text)]);
    }
}

fn sentence(command: &Command) -> String {
    command.get_about().map(|about| format!("{about}.")).unwrap_or_default()
}
