//! Which texts of a file hold values, and what reads them.

use super::super::schema::programs::ReleaseCommand;
use super::super::{ScopeKind, Survey};
use super::{MOST_PIPED, Text, WrittenFile, is_input, plain};
use crate::facts::{Command, Hint, Region, Word};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The texts with values of a chart that belong to no release, in the order of the file.
pub(super) fn written<'a>(survey: &Survey, texts: &[Text<'a>]) -> Vec<WrittenFile<'a>> {
    let mut scopes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, scope) in survey.scopes.iter().enumerate() {
        if scope.kind == ScopeKind::Chart && scope.within.is_none() {
            scopes.entry(scope.doc).or_default().push(index);
        }
    }
    let mut regions: BTreeMap<(usize, usize), (usize, &Region)> = BTreeMap::new();
    let around: BTreeSet<usize> =
        scopes.keys().filter_map(|doc| texts.get(*doc)?.parent.map(|(doc, _)| doc)).collect();
    for doc in around {
        for region in texts.get(doc).map(|it| it.regions).unwrap_or_default() {
            regions.insert((doc, region.decoded.segments.outer().start()), (doc, region));
        }
    }
    let text_of = |(doc, scopes): (usize, Vec<usize>)| {
        let text = texts.get(doc)?;
        let region = regions.get(&text.parent?);
        let readers = region.map_or_else(Vec::new, |(doc, region)| {
            let commands = texts.get(*doc).map(|it| it.commands).unwrap_or_default();
            readers(commands, region).into_iter().map(|index| (*doc, index)).collect()
        });
        if readers.is_empty() && region.is_none() && text.path.is_none() {
            return None;
        }
        let appends = readers.iter().filter_map(|at| command(texts, *at)).any(|command| {
            let adds = command.redirects.iter().any(|it| it.operator.contains(">>"));
            adds || command
                .words
                .iter()
                .any(|word| matches!(word.text.as_str(), "-a" | "-Append" | "--append"))
        });
        Some(WrittenFile { at: text.start, path: text.path, appends, readers, scopes, linked: false })
    };
    let mut all: Vec<WrittenFile<'_>> = scopes.into_iter().filter_map(text_of).collect();
    all.sort_by_key(|text| text.at);
    all
}

pub(super) fn command<'a>(texts: &[Text<'a>], (doc, index): (usize, usize)) -> Option<&'a Command> {
    texts.get(doc)?.commands.get(index)
}

/// The command that a region is for, and those after it in the pipe, by index.
fn readers(commands: &[Command], region: &Region) -> Vec<usize> {
    // A here-string of PowerShell is part of a word.
    let holding = || {
        let behind = commands.partition_point(|it| it.span.start() <= region.opener.start());
        let before = commands.get(behind.saturating_sub(MOST_PIPED)..behind).unwrap_or_default();
        let nearest = before.iter().rposition(|it| it.span.contains(region.opener))?;
        Some(behind.saturating_sub(MOST_PIPED) + nearest)
    };
    let Some(first) = region.reader.or_else(holding) else { return Vec::new() };
    let mut readers = vec![first];
    let mut last = first;
    for (index, command) in commands.iter().enumerate().skip(first + 1).take(MOST_PIPED) {
        if command.piped_from == Some(last) {
            readers.push(index);
            last = index;
        }
    }
    readers
}

/// The chart whose values a region of the text `doc` is, where a command of the same text reads it.
pub(in super::super) struct Reads<'a> {
    commands: &'a [Command],
    /// The charts of the files and of the commands that read their input.
    files: BTreeMap<&'a str, usize>,
    inputs: BTreeMap<Span, usize>,
}

impl<'a> Reads<'a> {
    /// Those of the calls in `doc`, the text that was read last.
    pub(in super::super) fn of(survey: &'a Survey, doc: usize, commands: &'a [Command]) -> Self {
        let (mut files, mut inputs) = (BTreeMap::new(), BTreeMap::new());
        for call in survey.calls.iter().rev().take_while(|call| call.doc == doc) {
            let Some(chart) = call.chart else { continue };
            for (name, unknown) in &call.files {
                if is_input(name) {
                    inputs.insert(call.span, chart);
                }
                files.insert(plain(name), chart);
                files.insert(plain(&unknown.written), chart);
            }
        }
        Self { commands, files, inputs }
    }

    /// The chart of the region.
    pub(in super::super) fn chart(&self, region: &Region) -> Option<usize> {
        if self.files.is_empty() {
            return None;
        }
        if let Hint::File(name) = &region.hint {
            return self.files.get(plain(name)).copied();
        }
        let commands = readers(self.commands, region).into_iter().filter_map(|at| self.commands.get(at));
        let mut commands = commands.collect::<Vec<_>>().into_iter();
        commands.find_map(|command| {
            let named = || command.words.iter().find_map(|word| self.files.get(plain(&word.text)));
            self.inputs.get(&command.span).or_else(named).copied()
        })
    }
}

/// Files that are named in one word.
const MOST_FILES: usize = 16;

/// Whether a word is the option `name`, with or without its value: `-f`, `-fvalues.yaml`, `--values=values.yaml`.
fn is_option(name: &str, word: &str) -> bool {
    let Some(rest) = word.strip_prefix(name) else { return false };
    rest.is_empty() || rest.starts_with('=') || name.len() == 2
}

/// The files that the option `word` names, in the word itself or in the next one.
pub(in super::super) fn files<'w>(
    known: &ReleaseCommand,
    word: &'w Word,
    next: Option<&'w Word>,
) -> impl Iterator<Item = &'w str> {
    let name = known.files.iter().find(|name| is_option(name, &word.text));
    let list = name.and_then(|name| {
        let rest = word.text.get(name.len()..).map(|rest| rest.strip_prefix('=').unwrap_or(rest));
        rest.filter(|rest| !rest.is_empty()).or(next.map(|next| next.text.as_str())).or(Some(&word.text))
    });
    list.into_iter().flat_map(|list| list.split(',').take(MOST_FILES))
}
