//! Words that commands take from elsewhere: arrays, strings, positional parameters, arguments of functions.

use super::dialect::Dialect;
use super::script::{ScriptFacts, ShellNodeKind};
use super::{lexer, references, scan, word};
use crate::facts::{Command, Word, WordList};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Positional parameters.
const POSITIONAL: &str = "@";

/// The variable that `raw` expands, if it is one expansion and nothing else, and how many of its words it skips.
pub(super) fn expanded(raw: &str, dialect: Dialect) -> Option<(Box<str>, usize)> {
    let quoted = raw.len() > 1 && raw.starts_with('"') && raw.ends_with('"');
    let bare = if quoted { raw.get(1..raw.len() - 1)? } else { raw };
    // make's `$(NAME)`, a template's `{{ NAME }}`: the text around sets it.
    let outside = [("$(", ")"), ("{{", "}}"), ("${{", "}}")];
    let outside = outside.iter().find_map(|(open, close)| bare.strip_prefix(open)?.strip_suffix(close));
    if let Some(name) = outside.map(str::trim).filter(|name| is_name(name)) {
        return Some((name.into(), 0));
    }
    let mut skips = 0;
    let name = match dialect {
        Dialect::Cmd => {
            let within = |sign: char| bare.strip_prefix(sign)?.strip_suffix(sign);
            within('%').or_else(|| within('!'))?
        }
        Dialect::PowerShell => bare.strip_prefix(['$', '@'])?,
        Dialect::Sh => {
            let name = bare.strip_prefix('$')?;
            match name.strip_prefix('{') {
                Some(rest) => {
                    let (name, skipped) = parameter(rest.strip_suffix('}')?);
                    skips = skipped;
                    name
                }
                None => name,
            }
        }
    };
    match name {
        "@" | "*" if dialect == Dialect::Sh => Some((POSITIONAL.into(), skips)),
        // Its value is one word, and does not show an array's other words.
        _ => is_name(name).then(|| (name.into(), skips)),
    }
}

/// The name in `NAME[@]`, `NAME:-`, `NAME[@]+"${NAME[@]}"`: the inside of `${…}`; and the number of words that
/// `NAME[@]:1` or `@:2` skips.
fn parameter(inside: &str) -> (&str, usize) {
    let name = scan::name_len(inside.as_bytes(), 0).max(usize::from(inside.starts_with(['@', '*'])));
    let (name, rest) = inside.split_at(name);
    let rest = rest.strip_prefix("[@]").or_else(|| rest.strip_prefix("[*]")).unwrap_or(rest);
    let same = rest.strip_prefix(':').unwrap_or(rest).strip_prefix('+').is_some_and(|alternative| {
        let bare = alternative.trim_matches('"');
        let inner = bare.strip_prefix("${").and_then(|it| it.strip_suffix('}')).or(bare.strip_prefix('$'));
        inner.is_some_and(|inner| matches!(inner.strip_prefix(name), Some("" | "[@]" | "[*]")))
    });
    let positional = matches!(name, "@" | "*");
    let from = rest.strip_prefix(':').and_then(|from| from.trim().parse::<usize>().ok());
    match from.filter(|from| *from > 0 && (positional || inside.contains("[@]:"))) {
        // The first positional parameter is number 1.
        Some(from) => (name, from - usize::from(positional)),
        None if rest.is_empty() || rest == ":-" || rest == "-" || same => (name, 0),
        None => ("", 0),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && scan::name_len(text.as_bytes(), 0) == text.len()
}

/// Adds strings, positional parameters and arguments of functions to the arrays that were read, and where each applies.
pub(super) fn collect(out: &mut ScriptFacts, text: &str, dialect: Dialect) {
    let blocks = Blocks::of(out, text);
    positional(out, &blocks);
    strings(out, text, dialect);
    for list in &mut out.facts.word_lists {
        let at = list.span.start();
        let block = blocks.at(at);
        if list.block.is_empty() {
            list.block = blocks.span(block);
            list.choice = blocks.choices.get(block).copied().flatten();
            list.function = blocks.function(block);
            list.is_conditional |= is_joined(out.marks.as_slice(), text, at);
        }
    }
    for import in &mut out.facts.imports {
        let block = blocks.at(import.span.start());
        if !blocks.function(block).is_empty() && blocks.function(block).len() < text.len() {
            // Who calls the function, and when, is not followed.
            import.reach = Span::new(0, text.len());
        } else if let Some(start) = blocks.loop_of(block) {
            import.reach = Span::new(start.min(import.reach.start()), import.reach.end());
        }
    }
    out.facts.functions = blocks.functions.values().flatten().copied().collect();
    out.facts.functions.sort_unstable();
    out.facts.word_lists.sort_by_key(|list| list.span);
}

/// Whether `&&` or `||` is right before `at`.
fn is_joined(marks: &[super::script::Mark], text: &str, at: usize) -> bool {
    let before = marks.partition_point(|mark| mark.span.end() <= at);
    let last = before.checked_sub(1).and_then(|last| marks.get(last));
    last.is_some_and(|mark| {
        let between = text.get(mark.span.end()..at).unwrap_or_default();
        matches!(mark.span.of(text), "&&" | "||")
            && between.len() < 200
            && between.split_whitespace().all(|word| {
                matches!(word, "\\" | "export" | "declare" | "local" | "set" | "typeset" | "readonly" | "--")
                    || word.starts_with('-')
            })
    })
}

/// Blocks of a script: branches, loops, bodies of functions.
struct Blocks {
    /// Each with the function that it is in, by index. The first one is the whole text.
    blocks: Vec<(Span, usize)>,
    /// Where the outermost loop around each begins, or nothing.
    loops: Vec<Option<usize>>,
    /// Of branches, where the first branch of the same `if` or `case` begins.
    choices: Vec<Option<usize>>,
    /// From each offset on the block of that index is the innermost one.
    from: Vec<(usize, usize)>,
    /// The bodies of the functions of each name.
    functions: BTreeMap<String, Vec<Span>>,
}

impl Blocks {
    fn of(out: &mut ScriptFacts, text: &str) -> Self {
        out.marks.sort_by_key(|mark| mark.span);
        let mut heads: Vec<(String, usize)> = std::mem::take(&mut out.functions);
        heads.sort_by_key(|(_, at)| *at);
        let mut heads = heads.into_iter().peekable();
        let mut this = Self {
            blocks: vec![(Span::new(0, text.len()), 0)],
            loops: vec![None],
            choices: vec![None],
            from: vec![(0, 0)],
            functions: BTreeMap::new(),
        };
        let mut named: Vec<(String, usize)> = Vec::new();
        let mut open: Vec<(&str, usize)> = Vec::new();
        // The `if` that goes on with an `elif` or `else`, or the `case` with its next branch.
        let mut goes_on: Vec<(usize, usize)> = Vec::new();
        for mark in &out.marks {
            let sign = mark.span.of(text);
            let closes = match sign {
                "elif" | "else" | "fi" => "then",
                "done" => "do",
                ";;" | ";&" | ";;&" | "esac" => "case",
                "}" => "{",
                _ => "",
            };
            if open.last().is_some_and(|(kind, _)| *kind == closes)
                && let Some((_, block)) = open.pop()
                && let Some((span, _)) = this.blocks.get_mut(block)
            {
                *span = Span::new(span.start(), mark.span.start());
                this.from.push((mark.span.start(), open.last().map_or(0, |(_, block)| *block)));
                goes_on.retain(|(depth, _)| *depth <= open.len());
                if let Some(first) = this.choices.get(block).copied().flatten()
                    && !matches!(sign, "fi" | "esac")
                {
                    goes_on.push((open.len(), first));
                }
            }
            let opens = match sign {
                "then" | "else" => "then",
                "do" => "do",
                "case" | ";;" | ";&" | ";;&" => "case",
                "{" => "{",
                _ => continue,
            };
            let block = this.blocks.len();
            let mut function = open.last().and_then(|(_, at)| this.blocks.get(*at)).map_or(0, |it| it.1);
            while let Some((name, at)) = heads.next_if(|(_, at)| *at <= mark.span.start()) {
                if text.get(at..mark.span.start()).is_some_and(|between| between.trim().is_empty()) {
                    function = block;
                    named.push((name, block));
                }
            }
            let outer = open.last().and_then(|(_, at)| this.loops.get(*at).copied().flatten());
            this.loops.push(outer.or_else(|| (opens == "do").then_some(mark.span.end())));
            let before = goes_on.pop_if(|(depth, _)| *depth == open.len()).map(|(_, first)| first);
            let is_branch = matches!(opens, "then" | "case");
            this.choices.push(before.or(Some(mark.span.end())).filter(|_| is_branch));
            this.blocks.push((Span::new(mark.span.end(), text.len()), function));
            this.from.push((mark.span.end(), block));
            open.push((opens, block));
        }
        for (name, block) in named {
            let span = this.span(block);
            this.functions.entry(name).or_default().push(span);
        }
        this
    }

    /// The innermost block around `at`, by index.
    fn at(&self, at: usize) -> usize {
        let behind = self.from.partition_point(|(from, _)| *from <= at);
        behind.checked_sub(1).and_then(|last| self.from.get(last)).map_or(0, |(_, block)| *block)
    }

    /// Where the outermost loop around a block begins.
    fn loop_of(&self, block: usize) -> Option<usize> {
        self.loops.get(block).copied().flatten()
    }

    fn span(&self, block: usize) -> Span {
        self.blocks.get(block).map_or_else(Span::default, |(span, _)| *span)
    }

    /// The body of the function that a block is in; the whole text where it is in none.
    fn function(&self, block: usize) -> Span {
        self.span(self.blocks.get(block).map_or(0, |(_, function)| *function))
    }
}

/// `set -- …`, and what functions are called with.
fn positional(out: &mut ScriptFacts, blocks: &Blocks) {
    let mut lists = Vec::new();
    let bodies = blocks
        .functions
        .iter()
        .flat_map(|(name, bodies)| bodies.iter().map(move |body| (body.start(), name)));
    let names: BTreeMap<usize, &String> = bodies.collect();
    let mut calls: BTreeMap<&str, Vec<&Command>> = BTreeMap::new();
    for raw in &out.commands {
        let command = &raw.command;
        let mut words = command.words.iter().filter(|word| !word.control);
        let Some(first) = words.next() else { continue };
        if first.text == "set" && words.next().is_some_and(|word| word.text == "--") {
            lists.push(WordList {
                name: POSITIONAL.into(),
                span: command.span,
                words: words.cloned().collect(),
                ..WordList::default()
            });
        } else if first.text == "echo" {
            // `$(opts)`: a function that prints options.
            let body = blocks.function(blocks.at(command.span.start()));
            lists.extend(names.get(&body.start()).filter(|_| !body.is_empty()).map(|name| WordList {
                name: name.as_str().into(),
                span: command.span,
                words: command.words.iter().skip(1).cloned().collect(),
                is_text: true,
                ..WordList::default()
            }));
        } else if let Some((name, _)) = blocks.functions.get_key_value(&first.text) {
            calls.entry(name.as_str()).or_default().push(command);
        }
    }
    let function = |at: usize| blocks.function(blocks.at(at));
    let mut of_bodies: BTreeMap<Span, Vec<&Command>> = BTreeMap::new();
    for (name, calls) in &calls {
        if let Some([body]) = blocks.functions.get(*name).map(Vec::as_slice) {
            of_bodies.insert(*body, calls.clone());
        }
    }
    let mut referred = references::collect(out, &function, &of_bodies);
    for (name, calls) in calls {
        let Some([body]) = blocks.functions.get(name).map(Vec::as_slice) else { continue };
        for command in calls.iter().filter(|command| !body.contains(command.span)) {
            lists.push(WordList {
                name: POSITIONAL.into(),
                span: command.span,
                words: command.words.iter().skip(1).cloned().collect(),
                is_conditional: calls.len() > 1,
                block: *body,
                function: *body,
                ..WordList::default()
            });
        }
    }
    out.facts.word_lists.append(&mut lists);
    out.facts.word_lists.append(&mut referred);
}

/// Strings that look like part of a command line (`ARGS="--url $U --locked"`), or that a command takes words from: their
/// words, not for editing.
fn strings(out: &mut ScriptFacts, text: &str, dialect: Dialect) {
    fn names<'w>(words: impl Iterator<Item = &'w Word>) -> impl Iterator<Item = Box<str>> {
        words.filter_map(|word| word.expands.clone())
    }
    let in_commands = out.commands.iter().flat_map(|raw| raw.command.words.iter().chain(&raw.command.stray));
    let mut wanted: BTreeSet<Box<str>> = names(in_commands).collect();
    wanted.extend(names(out.facts.word_lists.iter().flat_map(|list| &list.words)));
    let mut waiting: BTreeMap<Box<str>, Vec<ListWord>> = BTreeMap::new();
    for variable in &out.facts.variables {
        let Some(node) = out.nodes.get(variable.node.0 as usize) else { continue };
        let between = Span::new(variable.name_span.end(), variable.value_span.start()).of(text);
        waiting.entry(variable.name.as_str().into()).or_default().push(ListWord {
            name: variable.name_span,
            value: variable.value_span,
            statement: node.statement,
            // `NAME[1]=value` is one word of several.
            adds: between.contains("+=") || between.starts_with('['),
            // `: "${NAME:=value}"`; which of the words `NAME[…]=value` replaces is not followed.
            is_default: between.contains(':') || between.starts_with('['),
        });
        if looks_like_options(&variable.value) {
            wanted.insert(variable.name.as_str().into());
        }
    }
    // Each variable is read once, so this ends.
    while let Some(name) = wanted.pop_first() {
        for value in waiting.remove(&name).unwrap_or_default() {
            let Some(decoded) = word::decode(text, dialect, value.value) else { continue };
            let inner = lexer::read(&decoded.text, dialect);
            let mut words = Vec::new();
            for raw in inner.commands {
                for mut word in raw.command.words.into_iter().chain(raw.command.stray) {
                    word.span = decoded.segments.to_outer(word.span);
                    word.node = out.node(ShellNodeKind::Inner, word.span, word.span, value.statement);
                    words.push(word);
                }
            }
            wanted.extend(names(words.iter()).filter(|name| waiting.contains_key(name)));
            out.facts.word_lists.push(WordList {
                name: name.clone(),
                span: value.name,
                words,
                adds: value.adds,
                is_text: true,
                is_conditional: value.is_default,
                ..WordList::default()
            });
        }
    }
}

/// The value of a variable.
struct ListWord {
    name: Span,
    value: Span,
    statement: usize,
    adds: bool,
    /// Whether another value may stay.
    is_default: bool,
}

fn looks_like_options(value: &str) -> bool {
    let mut words = value.split_ascii_whitespace();
    value.contains([' ', '=', '\n'])
        && words.any(|word| {
            word.strip_prefix("--").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        })
}
