//! Places that may set variables without showing which, or to what: `eval "$X"`, `export $(cat .env)`, `. ./env.sh`,
//! `read NAME`.

use super::dialect::Dialect;
use super::scan;
use super::script::{ScriptFacts, ShellNodeKind};
use crate::facts::{Import, Variable, Word};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A substitution that begins with an import ends soon after it, in bytes.
const LONGEST_SUBSHELL: usize = 256;

/// References whose uses are searched for in the text; what more of them change is unknown.
const MOST_REFERENCES: usize = 8;

/// Adds what the commands of `out` import. They reach what comes after them; blocks are handled later.
pub(super) fn collect(out: &mut ScriptFacts, text: &str, dialect: Dialect) {
    let given: BTreeSet<&str> = out.facts.variables.iter().map(|it| it.name.as_str()).collect();
    let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for variable in &out.facts.variables {
        values.entry(&variable.name).or_default().push(&variable.value);
    }
    let mut reader = Reader { text, given, values, imports: Vec::new(), references: 0, shown: Vec::new() };
    if dialect == Dialect::Sh {
        reader.first_line();
    }
    for raw in &out.commands {
        let words: Vec<&Word> = raw.command.words.iter().filter(|word| !word.control).collect();
        let prefixes = words.iter().take_while(|word| matches!(word.text.as_str(), "builtin" | "command"));
        let Some((program, arguments)) = words.get(prefixes.count()..).and_then(<[_]>::split_first) else {
            continue;
        };
        match dialect {
            Dialect::Sh => reader.sh(program, arguments),
            Dialect::PowerShell => reader.powershell(program, arguments),
            Dialect::Cmd => reader.cmd(&words),
        }
    }
    let (mut imports, shown) = (reader.imports, reader.shown);
    if text.contains("set -a") || text.contains("allexport") {
        // The environment has what is read, too.
        for import in &mut imports {
            import.is_whole = false;
        }
    }
    for (name, value) in shown {
        // It is part of another command, which stays.
        let node = out.node(ShellNodeKind::Value, name.hull(value), value, usize::MAX);
        out.facts.variables.push(Variable {
            node,
            name: name.of(text).to_owned(),
            name_span: name,
            value: value.of(text).to_owned(),
            value_span: value,
            opaque: true,
            exported: true,
        });
    }
    out.facts.variables.sort_by_key(|variable| variable.name_span);
    out.facts.imports.append(&mut imports);
    out.facts.imports.sort_by_key(|import| import.span);
}

/// What an import that is the first command of `( … )` reaches: no command after the parentheses.
fn subshell(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?.trim_end_matches([' ', '\t']);
    let before =
        before.strip_suffix(['.']).or(before.strip_suffix("source")).or(before.strip_suffix("eval"))?;
    if !before.trim_end_matches([' ', '\t']).ends_with('(') {
        return None;
    }
    let mut open = 1_usize;
    let near = text.as_bytes().get(at..)?.iter().take(LONGEST_SUBSHELL);
    for (offset, byte) in near.enumerate() {
        match byte {
            b'(' => open += 1,
            b')' if open == 1 => return Some(at + offset),
            b')' => open -= 1,
            _ => {}
        }
    }
    None
}

struct Reader<'a> {
    text: &'a str,
    /// Names of variables whose values the text shows.
    given: BTreeSet<&'a str>,
    /// What the text gives to each of them.
    values: BTreeMap<&'a str, Vec<&'a str>>,
    imports: Vec<Import>,
    references: usize,
    /// Variables of the environment that a command shows together with others, with their values.
    shown: Vec<(Span, Span)>,
}

impl Reader<'_> {
    fn add(&mut self, span: Span, name: &str, is_whole: bool) {
        let end = subshell(self.text, span.start()).unwrap_or(self.text.len());
        let reach = Span::new(span.end().min(end), end);
        self.imports.push(Import { span, reach, name: name.into(), is_whole, value: None });
    }

    /// A word that is the name of a variable, or brings names.
    fn named(&mut self, word: &Word) {
        let name = literal_start(&word.text);
        let name = name.split(['[', '=']).next().unwrap_or_default();
        self.add(
            word.span,
            name,
            name.len() == word.text.len()
                || word.text.get(name.len()..).is_some_and(|rest| rest.starts_with(['[', '='])),
        );
    }

    fn sh(&mut self, program: &Word, arguments: &[&Word]) {
        match program.text.as_str() {
            "export" => self.declared(arguments, true),
            "declare" | "typeset" | "local" | "readonly" => self.declared(arguments, false),
            "." | "source" | "dotenv" | "source_env" | "dotenv_if_exists" | "source_env_if_exists" => {
                let file = arguments.iter().find(|word| !word.text.starts_with("--"));
                if let Some(word) =
                    file.or(if program.text.starts_with("dotenv") { Some(&program) } else { None })
                {
                    self.add(word.span, "", false);
                }
            }
            "eval" => self.evaluated(arguments),
            "printf" => {
                let mut words = arguments.iter();
                let has_name = words.next().is_some_and(|word| word.text == "-v");
                if let Some(name) = words.next().filter(|_| has_name) {
                    self.named(name);
                }
            }
            "read" | "vared" => self.read(arguments, "pdnNtui"),
            "mapfile" | "readarray" => self.read(arguments, "dnOsuCc"),
            "getopts" => {
                if let Some(name) = arguments.get(1) {
                    self.named(name);
                }
            }
            "set" => {
                if let [option, name, ..] = arguments
                    && matches!(option.text.as_str(), "-A" | "+A")
                {
                    self.named(name);
                }
            }
            "setenv" => {
                if let Some(name) = arguments.first().filter(|name| name.opaque) {
                    self.named(name);
                }
            }
            "trap" => self.trap(arguments),
            _ if program.opaque => self.expanded(program, arguments),
            _ => {}
        }
    }

    /// `#!/bin/bash --rcfile …`: the shell reads that file first.
    fn first_line(&mut self) {
        let Some(line) = self.text.lines().next().filter(|line| line.starts_with("#!")) else { return };
        let reads = ["--rcfile", "--init-file", " ENV=", " BASH_ENV=", " ZDOTDIR="];
        if let Some(at) = reads.iter().find_map(|option| line.find(option)) {
            let start = at + line.get(at..).map_or(0, |rest| rest.len() - rest.trim_start().len());
            self.add(Span::new(start, line.trim_end().len()), "", false);
        }
    }

    /// `trap '. ./env.sh' DEBUG` runs before each command that follows.
    fn trap(&mut self, arguments: &[&Word]) {
        let mut words = arguments.iter().filter(|word| word.text != "--");
        let Some(script) = words.next().filter(|word| !word.text.starts_with('-')) else { return };
        let comes_back = |word: &&Word| {
            let name = word.text.to_ascii_uppercase();
            word.opaque
                || matches!(name.trim_start_matches("SIG"), "DEBUG" | "RETURN" | "CHLD" | "USR1" | "USR2")
        };
        let mut commands = script.text.split([';', '\n', '&', '|']).map(str::trim);
        let only_prints = commands.all(|command| {
            let program = command.split_whitespace().next().unwrap_or_default();
            matches!(program, "" | "echo" | "printf" | ":" | "true" | "exit" | "logger")
        });
        if words.any(comes_back) && !only_prints {
            self.add(script.span, "", false);
        }
    }

    /// `$SOURCE ./env.sh`, `$SETUP`: what a variable names may be a command of the shell itself.
    fn expanded(&mut self, program: &Word, arguments: &[&Word]) {
        let Some(name) = program.text.strip_prefix('$') else { return };
        let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
        // `${SOURCE:-.}`
        let (name, default) =
            name.split_once(":-").map_or((name, None), |(name, default)| (name, Some(default)));
        if name.is_empty() || scan::name_len(name.as_bytes(), 0) != name.len() {
            return;
        }
        let sets = |value: &&str| {
            let program = value.trim_matches(['"', '\'']).split_whitespace().next().unwrap_or_default();
            matches!(program, "." | "source" | "eval" | "export" | "declare" | "set") || program.contains('$')
        };
        let is_script = |word: &&Word| {
            let named =
                word.text.rsplit('.').next().is_some_and(|end| matches!(end, "sh" | "bash" | "env" | "rc"));
            named
                || word.opaque && arguments.len() == 1 && program.text.to_ascii_lowercase().contains("source")
        };
        let may_set = match self.values.get(name) {
            _ if default.is_some_and(|default| sets(&default)) => true,
            Some(values) => values.iter().any(sets),
            None if arguments.is_empty() => program.splits,
            None => arguments.len() == 1 && arguments.first().is_some_and(is_script),
        };
        if may_set {
            let span = arguments.last().map_or(program.span, |last| program.span.hull(last.span));
            self.add(span, "", false);
        }
    }

    /// The words of `export`, `declare` and their kin.
    fn declared(&mut self, arguments: &[&Word], exports: bool) {
        let is_option = |word: &Word| word.text.starts_with(['-', '+']) && !word.opaque;
        let has = |letter: char| arguments.iter().any(|it| is_option(it) && it.text.contains(letter));
        let (exports, refers) = (exports || has('x'), !exports && has('n'));
        if has('f') || has('F') || has('p') && arguments.len() == 1 {
            return;
        }
        for word in arguments.iter().filter(|word| !is_option(word)) {
            let start = literal_start(&word.text);
            let (name, value) = match start.split_once('=') {
                Some((name, _)) => (name, word.text.get(name.len() + 1..)),
                None => (start, None),
            };
            let shown = value.is_some();
            if refers && shown {
                self.reference(word, name, value.unwrap_or_default());
            } else if !shown && word.opaque {
                self.add(word.span, name, false);
            } else if !shown && exports && !self.given.contains(name) {
                // It has a value, or this would do nothing.
                self.add(word.span, name, true);
            }
        }
    }

    /// `local -n ref=$1`: what changes `ref` changes something else.
    fn reference(&mut self, word: &Word, name: &str, target: &str) {
        let name = name.trim_end_matches('+');
        self.references += 1;
        let known = self.references <= MOST_REFERENCES && !name.is_empty();
        let changes = |(at, _): (usize, &str)| {
            let behind = self.text.get(at + name.len()..).unwrap_or_default();
            let before = self.text.get(..at).unwrap_or_default();
            !word.span.contains(Span::at(at))
                && behind.starts_with(['=', '+', '[', ' ', '\n', ';'])
                && !before.ends_with(|sign: char| sign.is_ascii_alphanumeric() || "_${-".contains(sign))
        };
        if !known || self.text.match_indices(name).any(changes) {
            let start = literal_start(target);
            let (name, is_whole) = (start.into(), start.len() == target.len());
            // It may be used long before or after what it refers to is set.
            let reach = Span::new(0, self.text.len());
            self.imports.push(Import { span: word.span, reach, name, is_whole, value: None });
        }
    }

    /// `eval "$(…)"`, `eval export $(…)`. A command that is only assembled does not import: `eval "helm $OPTS"`.
    fn evaluated(&mut self, arguments: &[&Word]) {
        let (Some(first), Some(last)) = (arguments.first(), arguments.last()) else { return };
        if !arguments.iter().any(|word| word.opaque) {
            return;
        }
        let all: Vec<&str> = arguments.iter().map(|word| word.text.as_str()).collect();
        let all = all.join(" ");
        let program = all.split_whitespace().next().unwrap_or_default();
        let plain = |sign: char| sign.is_ascii_alphanumeric() || "/._-".contains(sign);
        let sets = [
            "export",
            "declare",
            "typeset",
            "local",
            "readonly",
            "set",
            "setenv",
            ".",
            "source",
            "eval",
            "printf",
            "read",
            "unset",
            "mapfile",
            "readarray",
            "if",
            "for",
            "while",
            "case",
            "then",
            "do",
            "[",
            "test",
        ];
        let several = literal_start(&all).contains([';', '\n', '&', '|']);
        if several || sets.contains(&program) || !program.chars().all(plain) {
            self.add(first.span.hull(last.span), "", false);
        }
    }

    /// The names that `read` and its kin set; options with one of the letters `valued` at their end take a word.
    fn read(&mut self, arguments: &[&Word], valued: &str) {
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.text.strip_prefix('-').filter(|_| !word.opaque) {
                Some(letters) if letters.ends_with(|letter| valued.contains(letter)) => {
                    words.next();
                }
                Some(_) => {}
                None => self.named(word),
            }
        }
    }

    fn powershell(&mut self, program: &Word, arguments: &[&Word]) {
        match program.text.to_ascii_lowercase().as_str() {
            "." => {
                if let Some(file) = arguments.first() {
                    self.add(file.span, "", false);
                }
            }
            "invoke-expression" | "iex" => {
                let words: Vec<&Word> =
                    arguments.iter().filter(|word| !word.text.starts_with('-')).copied().collect();
                if words.is_empty() {
                    self.add(program.span, "", false);
                } else {
                    self.evaluated(&words);
                }
            }
            "set-variable" | "new-variable" | "sv" | "nv" => {
                if let Some(name) = value_of(arguments, &["-name"]) {
                    self.named(name);
                }
            }
            // `$list.Add('--locked')`, `[void]$list.Add(…)`, `$list[0] = …`
            name if name.trim_start_matches("[void]").starts_with('$') && name.contains(['.', '[']) => {
                let at = program.text.find('$').map_or(0, |at| at + 1);
                let name = program.text.get(at..).and_then(|name| name.split(['.', '[']).next());
                self.add(program.span, name.unwrap_or_default(), true);
            }
            name if is_item_cmdlet(name) => {
                let path = value_of(arguments, &["-path", "-literalpath", "-name"]);
                if let Some((word, name)) = path.and_then(|word| Some((word, env_name(&word.text)?)))
                    && word.opaque
                    && name.contains('$')
                {
                    self.add(word.span, literal_start(name), false);
                }
            }
            name if name.ends_with("]::setenvironmentvariable") => {
                let (name, _) = arguments_of(self.text, program.span.end());
                if let Some(name) = name.filter(|name| unquoted(name.of(self.text)).contains('$')) {
                    self.add(name, literal_start(unquoted(name.of(self.text))), false);
                }
            }
            _ => {}
        }
    }

    fn cmd(&mut self, words: &[&Word]) {
        let word = |at: usize| words.get(at).map(|word| word.text.to_ascii_lowercase());
        let Some(at) =
            words.iter().position(|word| word.text.trim_start_matches('@').eq_ignore_ascii_case("set"))
        else {
            let call = words.iter().position(|word| word.text.eq_ignore_ascii_case("call"));
            if let Some(file) =
                call.and_then(|at| words.get(at + 1)).filter(|file| !file.text.starts_with(':'))
            {
                self.add(file.span, "", false);
            }
            return;
        };
        let prompts = matches!(word(at + 1).as_deref(), Some("/p" | "/a"));
        let Some(first) = words.get(at + 1 + usize::from(prompts)) else { return };
        let inner = first.text.trim_start_matches('"');
        let end = inner.find(['%', '!', '=']).unwrap_or(inner.len());
        let (name, rest) = inner.split_at(end);
        match rest.chars().next() {
            Some('%' | '!') => self.add(first.span, name, false),
            // A command of its own is a variable already.
            Some('=') if prompts || at > 0 => {
                let quote = first.text.len() - inner.len();
                let start = first.span.start() + quote;
                let name = Span::new(start, start + name.len());
                let last = words.last().map_or(first.span, |last| last.span);
                let value = Span::new((name.end() + 1).min(last.end()), last.end());
                self.shown.push((name, value));
            }
            _ => {}
        }
    }
}

/// The start of a word that no expansion is in.
fn literal_start(text: &str) -> &str {
    let end = text.find(['$', '`', '%', '{', '*', '?', '<', '(']).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// Cmdlets that give an item of a drive a value.
pub(super) fn is_item_cmdlet(name: &str) -> bool {
    matches!(name, "set-item" | "new-item" | "set-content" | "add-content" | "si" | "ni" | "sc" | "ac")
}

/// `NAME` of `Env:NAME`, `env:\NAME`.
pub(super) fn env_name(path: &str) -> Option<&str> {
    let drive = path.get(..4).filter(|drive| drive.eq_ignore_ascii_case("env:"))?;
    path.get(drive.len()..).map(|name| name.trim_start_matches(['\\', '/']))
}

/// The word after one of `options`, in small letters; else the first one that belongs to no option.
pub(super) fn value_of<'w>(words: &[&'w Word], options: &[&str]) -> Option<&'w Word> {
    let option = |word: &Word| word.text.to_ascii_lowercase();
    if let Some(at) = words.iter().position(|word| options.contains(&option(word).as_str())) {
        return words.get(at + 1).copied();
    }
    let mut is_value = false;
    let mut plain = words.iter().filter(|word| {
        let found = !is_value && !word.text.starts_with('-');
        is_value = word.text.starts_with('-') && !matches!(option(word).as_str(), "-force" | "-passthru");
        found
    });
    plain.next().copied()
}

/// The first two arguments of a call whose `(` is at `at`.
pub(super) fn arguments_of(text: &str, at: usize) -> (Option<Span>, Option<Span>) {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'(') {
        return (None, None);
    }
    let argument = |from: usize| {
        let start = scan::skip_blanks(bytes, from);
        let quote = bytes.get(start).copied().filter(|byte| matches!(byte, b'"' | b'\''));
        let rest = bytes.get(start + usize::from(quote.is_some())..)?;
        let len = match quote {
            Some(quote) => rest.iter().position(|byte| *byte == quote || *byte == b'\n')? + 2,
            None => rest.iter().position(|byte| matches!(byte, b',' | b')' | b'\n'))?,
        };
        Some(Span::new(start, start + len))
    };
    let first = argument(at + 1);
    let comma = first.map(|first| scan::skip_blanks(bytes, first.end()));
    let second = comma.filter(|comma| bytes.get(*comma) == Some(&b',')).and_then(|comma| argument(comma + 1));
    (first, second)
}

/// A text without the quotes around it.
pub(super) fn unquoted(text: &str) -> &str {
    let inside = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    inside.unwrap_or(text)
}
