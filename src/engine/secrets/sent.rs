//! Tokens among the answers to a program that prompts.

use crate::engine::LintedFile;
use crate::facts::{Command, Facts, NodeId, Region};
use crate::text::Span;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What may be a token among answers: long, and not a word of a language.
static ANSWER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("[0-9A-Za-z_-]{16,}").ok());

/// What may be a token among the words and lines that are piped into a program that prompts for one.
pub(super) fn answers(file: &LintedFile<'_>) -> Vec<Span> {
    let mut asking: BTreeMap<usize, BTreeSet<NodeId>> = BTreeMap::new();
    for carrier in file.survey.carriers.iter().filter(|it| file.settings.catalogue.sites().asks(it)) {
        asking.entry(carrier.doc).or_default().extend(&carrier.nodes);
    }
    let mut spans = Vec::new();
    for (doc, nodes) in asking {
        let Some(document) = file.documents.get(doc) else { continue };
        for place in given(document.parsed.facts(), &nodes) {
            let found = ANSWER.iter().flat_map(|regex| regex.find_iter(place.of(&document.text)));
            let long = found.filter(|found| found.as_str().bytes().any(|byte| byte.is_ascii_digit()));
            spans.extend(
                long.map(|found| {
                    file.documents.to_host(doc, Span::from(found.range()).shifted(place.start()))
                }),
            );
        }
    }
    spans
}

/// The places of all that is piped or written into the commands that contain one of `nodes`.
fn given(facts: &Facts, nodes: &BTreeSet<NodeId>) -> Vec<Span> {
    let holds = |command: &Command| command.words.iter().any(|word| nodes.contains(&word.node));
    let mut commands: BTreeSet<usize> = BTreeSet::new();
    let mut places = Vec::new();
    for (index, command) in facts.commands.iter().enumerate().filter(|(_, command)| holds(command)) {
        commands.insert(index);
        places.extend(command.redirects.iter().map(|redirect| redirect.target.span));
        let before = |index: &usize| facts.commands.get(*index)?.piped_from;
        let pipe = std::iter::successors(command.piped_from, before);
        // Pipes of a text hang together: what was seen before was seen with all before it.
        for index in pipe.take_while(|index| commands.insert(*index)) {
            places.extend(facts.commands.get(index).map(|command| command.span));
        }
    }
    let reads = |region: &&Region| region.reader.is_some_and(|reader| commands.contains(&reader));
    places.extend(facts.regions.iter().filter(reads).map(|region| region.decoded.segments.outer()));
    places
}
