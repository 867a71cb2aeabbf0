//! `Start-Process PROGRAM -ArgumentList …` of PowerShell: the command that it runs.

use super::dialect::Dialect;
use super::imports::{unquoted, value_of};
use super::script::{Raw, ScriptFacts, ShellNodeKind};
use super::{lexer, lists, scan};
use crate::facts::{Command, Word, WordList};
use crate::text::Span;

/// Arguments in one list.
const MOST_ARGUMENTS: usize = 1_000;

/// Adds the commands that commands of `out` run. Their words are not for editing.
pub(super) fn collect(out: &mut ScriptFacts, text: &str) {
    added(out, text);
    let mut found = Vec::new();
    for raw in &out.commands {
        let words: Vec<&Word> = raw.command.words.iter().filter(|word| !word.control).collect();
        let Some((program, arguments)) = words.split_first() else { continue };
        if !matches!(program.text.to_ascii_lowercase().as_str(), "start-process" | "saps") {
            continue;
        }
        let Some(file) = value_of(arguments, &["-filepath", "-file"]) else { continue };
        let option = arguments.iter().position(|word| {
            let option = word.text.to_ascii_lowercase();
            matches!(option.as_str(), "-argumentlist" | "-args" | "-arg")
        });
        let behind = option.or_else(|| arguments.iter().position(|word| word.span == file.span));
        let Some(from) = behind.and_then(|at| arguments.get(at)).map(|word| word.span.end()) else {
            continue;
        };
        found.push((file.clone(), raw.command.span, raw.statement, list(text, from)));
    }
    for (file, span, statement, arguments) in found {
        let mut words = vec![file];
        for argument in arguments {
            read(out, text, argument, statement, &mut words);
        }
        if words.len() > 1 {
            let command = Command { span, words, is_assembled: true, ..Command::default() };
            out.commands.push(Raw { command, statement, piped_from: None });
        }
    }
}

/// Adds what methods put into lists: `[void]$a.Add("--locked")`. It is not for editing.
fn added(out: &mut ScriptFacts, text: &str) {
    let mut found = Vec::new();
    for raw in &out.commands {
        let Some(program) = raw.command.words.first() else { continue };
        let call = program.text.split_once('$').and_then(|(_, rest)| rest.split_once('.'));
        if let Some((name, method)) = call
            && matches!(method.to_ascii_lowercase().as_str(), "add" | "addrange" | "insert")
        {
            found.push((name.to_owned(), program.span, raw.statement, list(text, program.span.end())));
        }
    }
    for (name, span, statement, arguments) in found {
        add_list(out, text, (&name, span, statement), &arguments);
    }
}

/// Adds a list of that name, whose words are `arguments`.
pub(super) fn add_list(
    out: &mut ScriptFacts,
    text: &str,
    (name, span, statement): (&str, Span, usize),
    arguments: &[Span],
) {
    let mut words = Vec::new();
    for argument in arguments {
        read(out, text, *argument, statement, &mut words);
    }
    let list = WordList { name: name.into(), span, words, adds: true, is_text: true, ..WordList::default() };
    out.facts.word_lists.push(list);
}

/// The arguments from `from` on, with a comma between them: `'a', $b`, `@("a", "b")`.
pub(super) fn list(text: &str, from: usize) -> Vec<Span> {
    let bytes = text.as_bytes();
    let blank = |at: usize, lines: bool| {
        let mut at = scan::skip_blanks(bytes, at);
        while lines && matches!(bytes.get(at), Some(b'\n' | b'\r' | b' ' | b'\t' | b'`')) {
            at += 1;
        }
        at
    };
    let mut at = blank(from, false);
    let open = text.get(at..).map_or(0, |rest| match rest {
        _ if rest.starts_with("@(") => 2,
        _ if rest.starts_with('(') => 1,
        _ => 0,
    });
    at += open;
    let mut found = Vec::new();
    while found.len() < MOST_ARGUMENTS {
        at = blank(at, open > 0 || !found.is_empty());
        let Some(argument) = argument(bytes, at) else { break };
        found.push(argument);
        at = blank(argument.end(), open > 0);
        match bytes.get(at) {
            Some(b',') => at += 1,
            Some(b'"' | b'\'' | b'$') if open > 0 => {}
            _ => break,
        }
    }
    found
}

/// One argument at `at`: in quotes, or a bare word.
fn argument(bytes: &[u8], at: usize) -> Option<Span> {
    let rest = bytes.get(at..)?;
    let len = match rest.first()? {
        quote @ (b'"' | b'\'') => rest.iter().skip(1).position(|byte| byte == quote)? + 2,
        b'-' | b'\n' | b'\r' | b')' | b'}' | b';' | b'|' => return None,
        _ => rest.iter().position(|byte| b" \t\r\n,);|}".contains(byte)).unwrap_or(rest.len()),
    };
    (len > 0).then(|| Span::new(at, at + len))
}

/// Adds the words of one argument: those of a text with spaces, each by itself.
fn read(out: &mut ScriptFacts, text: &str, argument: Span, statement: usize, words: &mut Vec<Word>) {
    let raw = argument.of(text);
    let inner = unquoted(raw);
    let start = argument.start() + usize::from(inner.len() < raw.len());
    if inner.contains([' ', '\t']) {
        for raw in lexer::read(inner, Dialect::PowerShell).commands {
            for word in raw.command.words {
                let span = word.span.shifted(start);
                let node = out.node(ShellNodeKind::Inner, span, span, statement);
                words.push(Word { node, span, ..word });
            }
        }
        return;
    }
    let opaque = !raw.starts_with('\'') && inner.contains('$');
    let node = out.node(ShellNodeKind::Inner, argument, argument, statement);
    let expanded = lists::expanded(raw, Dialect::PowerShell).filter(|_| opaque);
    let (expands, skips) = expanded.map_or((None, 0), |(name, skips)| (Some(name), skips));
    let splits = opaque && !raw.starts_with('"');
    words.push(Word {
        node,
        span: argument,
        text: inner.to_owned(),
        opaque,
        splits,
        expands,
        skips,
        control: false,
    });
}
