//! The first word of the command line: a command, also after options, or a path.

use super::Error;
use crate::quote::nearest;
use clap::{Arg, ArgAction, Command};
use std::ffi::OsString;
use std::fs;
use std::io;

/// Words that are commands of other tools, and what does the same here.
const FOREIGN: &[(&str, &str)] = &[
    ("baseline", "`--write-baseline`"),
    ("config", "`--show-settings`"),
    ("diff", "`--diff`"),
    ("explain", "the command `rules`"),
    ("fix", "`--fix`"),
    ("help", "`--help`"),
    ("ignore", "`--add-ignore`"),
    ("lint", "the command `check`"),
    ("list", "the command `rules`"),
    ("migrate", "the command `plan`"),
    ("scan", "the command `check`"),
    ("server", "the command `lsp`"),
    ("version", "`--version`"),
];

/// Moves a command that follows options to the front, where clap expects it.
///
/// # Errors
/// The first word is neither a command nor a path, but close to a command; or one of the options before a command is not
/// an option of it.
pub(super) fn find(mut args: Vec<OsString>, cli: &Command) -> Result<Vec<OsString>, Error> {
    let Some(at) = first_word(&args, cli) else { return Ok(args) };
    let Some(word) = args.get(at).and_then(|word| word.to_str()).map(str::to_owned) else { return Ok(args) };
    match cli.find_subcommand(&word) {
        // Clap adds this command itself.
        None if at == 1 && word == "help" => {}
        None => is_path(&word, cli)?,
        Some(_) if at == 1 || args.iter().take(at).any(|it| it == "--version" || it == "-V") => {}
        Some(command) => {
            for option in args.iter().take(at).skip(1).filter_map(|it| it.to_str()) {
                check_option(option, cli, command)?;
            }
            let word = args.remove(at);
            args.insert(1, word);
        }
    }
    Ok(args)
}

/// Where the first argument is that is neither an option nor the value of one.
fn first_word(args: &[OsString], cli: &Command) -> Option<usize> {
    let mut at = 1;
    loop {
        match args.get(at)?.to_str()? {
            "--" => return None,
            option if option.len() > 1 && option.starts_with('-') => {
                at += if has_separate_value(option, cli) { 2 } else { 1 };
            }
            _ => return Some(at),
        }
    }
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append) && !arg.is_require_equals_set()
}

fn has_separate_value(option: &str, cli: &Command) -> bool {
    if let Some(long) = option.strip_prefix("--") {
        return long_option(long, cli).is_some_and(takes_value) && !long.contains('=');
    }
    // The rest of `-fjson` is the value, that of `-vf` is the next argument.
    let mut letters = option.chars().skip(1);
    while let Some(letter) = letters.next() {
        if short_option(letter, cli).is_some_and(takes_value) {
            return letters.next().is_none();
        }
    }
    false
}

fn long_option<'a>(text: &str, command: &'a Command) -> Option<&'a Arg> {
    let name = text.split_once('=').map_or(text, |(name, _)| name);
    command.get_arguments().find(|arg| arg.get_long() == Some(name))
}

fn short_option(letter: char, command: &Command) -> Option<&Arg> {
    command.get_arguments().find(|arg| arg.get_short() == Some(letter))
}

/// Refuses an option of `check` before a command that does not have it. Unknown options are left to clap.
fn check_option(option: &str, cli: &Command, command: &Command) -> Result<(), Error> {
    let refused =
        |option: String| Err(Error::CommandAfterOption { command: command.get_name().to_owned(), option });
    if let Some(long) = option.strip_prefix("--") {
        let known = long_option(long, cli).and_then(Arg::get_long);
        return match known {
            Some(name) if long_option(name, command).is_none() => refused(format!("--{name}")),
            _ => Ok(()),
        };
    }
    for letter in option.strip_prefix('-').unwrap_or_default().chars() {
        let Some(arg) = short_option(letter, cli) else { break };
        if short_option(letter, command).is_none() {
            return refused(format!("-{letter}"));
        }
        if takes_value(arg) {
            break;
        }
    }
    Ok(())
}

/// Refuses a word that looks like a command and is not a path.
fn is_path(word: &str, cli: &Command) -> Result<(), Error> {
    let is_word = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-' || b == b'_');
    let is_missing = || fs::symlink_metadata(word).is_err_and(|it| it.kind() == io::ErrorKind::NotFound);
    if !is_word || !is_missing() {
        return Ok(());
    }
    let lower = word.to_ascii_lowercase();
    let names: Vec<&str> = cli.get_subcommands().map(Command::get_name).collect();
    let foreign = FOREIGN.iter().find(|(name, _)| *name == lower).map(|(_, meant)| (*meant).to_owned());
    let near = || nearest(&lower, &names).map(|name| format!("the command `{name}`"));
    match foreign.or_else(near) {
        Some(meant) => Err(Error::NotACommand { word: word.to_owned(), meant }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::args::Cli;
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn a_command_is_found_after_options() {
        for (given, expected) in [
            ("x", Ok("x")),
            ("x plan .", Ok("x plan .")),
            ("x --isolated plan .", Ok("x plan --isolated .")),
            ("x --color never -q plan -f json", Ok("x plan --color never -q -f json")),
            ("x --color=never rules", Ok("x rules --color=never")),
            ("x -o plan a.sh", Ok("x -o plan a.sh")),
            ("x -qo plan a.sh", Ok("x -qo plan a.sh")),
            ("x -fjson rules", Ok("x rules -fjson")),
            ("x --add-ignore check", Ok("x check --add-ignore")),
            ("x -- plan", Ok("x -- plan")),
            ("x --unknown plan", Ok("x plan --unknown")),
            ("x - plan", Ok("x - plan")),
            ("x --version plan", Ok("x --version plan")),
            ("x --fix plan", Err("--fix")),
            ("x -qi plan", Err("-i")),
            ("x -v rules", Err("-v")),
        ] {
            let args = given.split(' ').map(OsString::from).collect();
            let found = find(args, &Cli::command()).map(|args| args.join(std::ffi::OsStr::new(" ")));
            match (found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, *expected, "{given}"),
                (Err(Error::CommandAfterOption { option, .. }), Err(expected)) => {
                    assert_eq!(option, expected);
                }
                (found, _) => panic!("{given}: {found:?}"),
            }
        }
    }

    #[test]
    fn a_word_close_to_a_command_is_refused() {
        for (word, meant) in [
            ("chek", Some("the command `check`")),
            ("Chek", Some("the command `check`")),
            ("rule", Some("the command `rules`")),
            ("explain", Some("the command `rules`")),
            ("version", Some("`--version`")),
            ("missing", None),
            ("chek.sh", None),
            ("./chek", None),
            ("src", None),
        ] {
            let found = find(vec!["x".into(), word.into(), "src".into()], &Cli::command());
            match (found, meant) {
                (Ok(_), None) => {}
                (Err(Error::NotACommand { meant: found, .. }), Some(meant)) => assert_eq!(found, meant),
                (found, _) => panic!("{word}: {found:?}"),
            }
        }
    }
}
