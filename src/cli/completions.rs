//! Completions: the scripts for shells, and what they ask the program for each word.

use super::args::{Cli, CompletionShell, ConfigArgs};
use super::{Error, Outcome, config};
use crate::catalogue::Catalogue;
use crate::config::{ALL, Layer, families};
use crate::escape::inline;
use crate::parallel;
use crate::report::{self, plan};
use clap::builder::{PossibleValue, PossibleValuesParser, StyledStr};
use clap::{Arg, Command, CommandFactory as _};
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _,
};
use clap_complete::env::{CompleteEnv, Elvish, EnvCompleter, Fish, Powershell, Shells, Zsh};
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Set by the scripts to the name of the shell: the arguments are then words to complete.
const VARIABLE: &str = "RUNNERLINT_COMPLETE";
const NAME: &str = "runnerlint";
const SHELLS: Shells<'static> = Shells(&[&Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// Prints the script for a shell.
pub(super) fn script(shell: CompletionShell) -> Result<Outcome, Error> {
    let name = match shell {
        CompletionShell::Bash => "bash",
        CompletionShell::Elvish => "elvish",
        CompletionShell::Fish => "fish",
        CompletionShell::Pwsh => "powershell",
        CompletionShell::Zsh => "zsh",
    };
    let mut out = Vec::new();
    if let Some(shell) = SHELLS.completer(name) {
        shell.write_registration(VARIABLE, NAME, NAME, NAME, &mut out)?;
    }
    io::stdout().write_all(&out)?;
    Ok(Outcome::Clean)
}

/// Completes the words in `args` if a script asks for it.
pub(super) fn answer(args: &[OsString]) -> Option<ExitCode> {
    let env = CompleteEnv::with_factory(command).var(VARIABLE).bin(NAME).completer(NAME).shells(SHELLS);
    match env.try_complete(args, std::env::current_dir().ok().as_deref()) {
        Ok(false) => None,
        Ok(true) => Some(ExitCode::SUCCESS),
        // A shell shows nothing of it.
        Err(_) => Some(ExitCode::from(2)),
    }
}

/// The command line, with the values of each option.
fn command() -> Command {
    let mut command = described();
    for name in ["check", "plan", "rules", "test"] {
        command = command.mut_subcommand(name, |it| it.mut_args(complete));
    }
    command.mut_args(complete)
}

fn complete(arg: Arg) -> Arg {
    let reports = arg.get_long() == Some("output-format") && arg.get_value_names().is_some_and(takes_file);
    match arg.get_id().as_str() {
        "select" | "ignore" => arg.add(ArgValueCandidates::new(|| names(&[ALL]))),
        "id" => arg.add(ArgValueCandidates::new(|| names(&[]))),
        "target_gitlab" => arg.add(ArgValueCandidates::new(|| vec![CompletionCandidate::new("latest")])),
        _ if reports => arg.add(ArgValueCompleter::new(format_or_file)),
        _ => arg,
    }
}

fn takes_file(names: &[clap::builder::Str]) -> bool {
    names.iter().any(|name| name.contains('='))
}

/// The command line, with the formats as values: for completions and the man page. (`check` takes `FORMAT=FILE` as well.)
pub(super) fn described() -> Command {
    let formats = report::FORMATS.iter().map(|it| (it.name, it.about));
    let plans = plan::FORMATS.iter().map(|it| (it.name, it.about));
    let with = |arg: Arg, values: Vec<(&'static str, &'static str)>| {
        let values = values.into_iter().map(|(name, about)| PossibleValue::new(name).help(about));
        let help = arg.get_help().cloned().unwrap_or_default();
        arg.value_parser(PossibleValuesParser::new(values)).long_help(help)
    };
    let (formats, plans): (Vec<_>, Vec<_>) = (formats.collect(), plans.collect());
    Cli::command()
        .mut_arg("output_format", |arg| with(arg, formats.clone()))
        .mut_subcommand("check", |it| it.mut_arg("output_format", |arg| with(arg, formats)))
        .mut_subcommand("plan", |it| it.mut_arg("format", |arg| with(arg, plans)))
}

/// `FORMAT`, or `FORMAT=FILE`.
fn format_or_file(current: &OsStr) -> Vec<CompletionCandidate> {
    if let Some((format, file)) = current.to_str().and_then(|text| text.split_once('=')) {
        let files = PathCompleter::any().complete(OsStr::new(file));
        return files.into_iter().map(|file| file.add_prefix(format!("{format}="))).collect();
    }
    let start = current.to_string_lossy();
    let wanted = report::FORMATS.iter().filter(|format| format.name.starts_with(&*start));
    wanted.map(|format| candidate(format.name, format.about)).collect()
}

/// Rules and families, with `more` names: those of the configuration here, if it can be read.
fn names(more: &[&'static str]) -> Vec<CompletionCandidate> {
    let catalogue = here().unwrap_or_else(|| Arc::clone(Catalogue::built_in()));
    let rules = report::rules::catalogue(&catalogue);
    let ids: Vec<&str> = rules.iter().map(|rule| &*rule.id).collect();
    let families =
        families(&ids).into_iter().map(|family| candidate(family, &format!("all {family}-… rules")));
    let all = more.iter().map(|name| candidate(name, "all rules"));
    rules.iter().map(|rule| candidate(&rule.id, &rule.summary)).chain(families).chain(all).collect()
}

fn here() -> Option<Arc<Catalogue>> {
    let config = config::read(&ConfigArgs { config: None, isolated: false }, Layer::default()).ok()?;
    config::catalogue(&config, &[], parallel::threads(None)).ok()
}

/// A value with its title, in one line: titles may be those of a repository's rules.
fn candidate(value: &str, title: &str) -> CompletionCandidate {
    CompletionCandidate::new(value).help(Some(StyledStr::from(inline(title).into_owned())))
}

/// Bash, which splits words at each `=` and quotes only what it takes for a file.
struct Bash;

const BASH: &str = r#"_runnerlint() {
    local IFS=$'\n' words=() word part skip reply
    # Words that bash has split at `=` are joined again; of the replies it wants the last part.
    for ((part = 0; part <= COMP_CWORD; part++)); do
        word=${COMP_WORDS[part]}
        if ((part > 1)) && [[ $word == = || ${COMP_WORDS[part - 1]} == = ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
    done
    word=${words[${#words[@]} - 1]}
    part=${COMP_WORDS[COMP_CWORD]}
    [[ $part == = ]] && part=
    skip=$((${#word} - ${#part}))
    COMPREPLY=($(_CLAP_COMPLETE_INDEX=$((${#words[@]} - 1)) VARIABLE=bash runnerlint -- "${words[@]}" 2>/dev/null))
    for part in "${!COMPREPLY[@]}"; do
        reply=${COMPREPLY[part]:skip}
        COMPREPLY[part]=$reply
        if [[ -e $reply ]]; then
            compopt -o filenames 2>/dev/null
        fi
    done
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == */ ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -F _runnerlint runnerlint
"#;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
    }

    fn write_registration(
        &self,
        variable: &str,
        _: &str,
        _: &str,
        _: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        out.write_all(BASH.replace("VARIABLE", variable).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        args: Vec<OsString>,
        folder: Option<&Path>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let index = std::env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|index| index.parse().ok());
        let found = clap_complete::engine::complete(command, args, index.unwrap_or_default(), folder)?;
        found.iter().try_for_each(|it| writeln!(out, "{}", it.get_value().to_string_lossy()))
    }
}
