//! Which commands rules speak of: a known program, or enough signs of one.

use super::Sites;
use super::options::{canonical, plain_words};
use super::programs::{Invocation, Runs};
use super::schema::programs::{Program, Subcommand};
use crate::facts::{Command, Word};

/// A command that rules speak of.
pub(super) struct AcceptedCommand<'a> {
    pub(super) program: &'a Program,
    pub(super) subcommand: &'a Subcommand,
    /// The words after the program.
    pub(super) arguments: &'a [Word],
    /// Whether something unknown is before it.
    pub(super) wrapped: bool,
    /// Whether part of the command is elsewhere.
    pub(super) sealed: bool,
}

/// The program and subcommand, if it is a command that rules speak of: a known program, or enough signs of one.
pub(super) fn accepted<'a>(
    sites: &'a Sites,
    found: &Invocation<'a>,
    command: &'a Command,
    text: &str,
) -> Option<AcceptedCommand<'a>> {
    let programs = &sites.data.programs.programs;
    let arguments = found.arguments;
    if let Runs::Known(index) = found.program {
        let program = programs.get(index)?;
        let subcommand = subcommand_of(program, arguments)?;
        return Some(AcceptedCommand { program, subcommand, arguments, wrapped: false, sealed: false });
    }
    if found.program == Runs::Foreign {
        return None;
    }
    let words = || arguments.iter().chain(&command.stray);
    let has = |names: &[String]| words().any(|word| names.contains(&option_of(word)));
    let shows = |subcommand: &Subcommand| {
        has(&subcommand.telling)
            || words().any(|word| subcommand.telling.iter().any(|option| offers(word, option)))
    };
    // A list of options alone, which something else hands to the program.
    if command.words.first().is_some_and(|word| word.text.starts_with("--") && !word.opaque) {
        let all = sites.signed().flat_map(|program| program.subcommands.iter().map(move |it| (program, it)));
        let shows = |(_, subcommand): &(&Program, &Subcommand)| {
            let known = [&subcommand.telling, &subcommand.valued, &subcommand.flags];
            let is_known = |word: &&Word| known.iter().any(|it| it.contains(&option_of(word)));
            command.words.iter().any(|word| subcommand.telling.contains(&option_of(word)))
                && command.words.iter().filter(is_known).count() >= ENOUGH
        };
        let (program, subcommand) = { all }.find(shows)?;
        let (arguments, wrapped, sealed) = (&*command.words, false, true);
        return Some(AcceptedCommand { program, subcommand, arguments, wrapped, sealed });
    }
    let signed = { sites.signed() }.find_map(|program| {
        let subcommand = subcommand_of(program, arguments)?;
        let supported = has(&subcommand.supporting);
        let short = || {
            let is_one = |word: &&Word| subcommand.supporting.contains(&option_of(word));
            has(&subcommand.removable) && words().filter(is_one).count() >= ENOUGH
        };
        let enough = match found.program {
            Runs::Variable => shows(subcommand) || has(&subcommand.hinting) && supported || short(),
            _ => supported && (shows(subcommand) || has(&subcommand.hinting)),
        };
        enough.then_some(AcceptedCommand { program, subcommand, arguments, wrapped: false, sealed: false })
    });
    // `{{ register_command }} --registration-token x`: the variable holds the first half of it.
    let all = sites.signed().flat_map(|program| program.subcommands.iter().map(move |it| (program, it)));
    let halved = { all }.find(|(_, subcommand)| {
        let named = command.words.first().is_some_and(|word| word.text.contains(subcommand.name.as_str()));
        found.program == Runs::Variable && named && shows(subcommand)
    });
    if let (None, Some((program, subcommand))) = (&signed, halved) {
        return Some(AcceptedCommand { program, subcommand, arguments, wrapped: true, sealed: true });
    }
    if signed.is_some() || sites.data.programs.printers.iter().any(|name| name == found.name) {
        return signed;
    }
    // Something unknown runs it: `$COMPOSE exec box gitlab-runner register`, `flock /l gitlab-runner register`.
    (0..arguments.len()).find_map(|at| {
        let (word, behind) = arguments.get(at..)?.split_first()?;
        let Runs::Known(index) = sites.runs_as(word, text) else { return None };
        let program = programs.get(index)?;
        let subcommand = subcommand_of(program, behind)?;
        let given = behind.iter().any(|word| word.text.starts_with('-'));
        given.then_some(AcceptedCommand {
            program,
            subcommand,
            arguments: behind,
            wrapped: true,
            sealed: false,
        })
    })
}

/// The option that a word is, without its value.
fn option_of(word: &Word) -> String {
    canonical(word.text.split('=').next().unwrap_or_default())
}

/// Whether a word is an expression that may give the option: `${newer ? '--token' : '--registration-token'}`.
fn offers(word: &Word, option: &str) -> bool {
    word.opaque
        && word.text.match_indices(option).any(|(at, _)| {
            let before = word.text.get(..at).and_then(|it| it.chars().next_back());
            let behind = word.text.get(at + option.len()..).and_then(|it| it.chars().next());
            before.is_some_and(|sign| "'\"`".contains(sign)) && before == behind
        })
}

/// The subcommand that the words name, the longest name first; a program without any is one itself.
pub(super) fn subcommand_of<'a>(program: &'a Program, arguments: &[Word]) -> Option<&'a Subcommand> {
    let words: Vec<&str> =
        plain_words(arguments, &program.valued).take(LONGEST_NAME).map(|word| word.text.as_str()).collect();
    let is = |subcommand: &&Subcommand| {
        let mut names = subcommand.name.split_whitespace().enumerate();
        // `register${OPTIONS:+ $OPTIONS}` is that word, and perhaps more.
        let is_glued =
            |word: &str, name: &str| word.strip_prefix(name).is_some_and(|rest| rest.starts_with('$'));
        names.all(|(at, name)| words.get(at).is_some_and(|word| *word == name || is_glued(word, name)))
    };
    program.subcommands.iter().filter(is).max_by_key(|subcommand| subcommand.name.split_whitespace().count())
}

/// Options that show a list of them without a program.
const ENOUGH: usize = 3;
/// Words in the name of a subcommand.
const LONGEST_NAME: usize = 4;
