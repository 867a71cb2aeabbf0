//! Tokens that a program sends: in a request's URL, form, body or header, and among the answers to a program that asks.

use crate::engine::File;
use crate::facts::{Command, Facts, NodeId, Region};
use crate::text::{Source, Span};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// `?token=…`, `--form "token=…"`, `{"token": "…"}`, `token => '…'`; GitLab's headers that hold one.
static IN_REQUEST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let token = r#"(?i-u:\btoken)\\?["'\]]*[ \t]*(?:=>|[:=])[ \t]*\\?["']?([0-9A-Za-z_.+/-]{8,})"#;
    let header = r#"(?i-u:(?:-token|authorization))["'\]]*[ \t]*(?:=>|[:=])[ \t]*["']?(?:(?i-u:bearer)[ \t]+)?([0-9A-Za-z_.+/-]{8,})"#;
    Regex::new(&format!("{token}|{header}")).ok()
});

/// What may be a token among answers: long, and no word of a language.
static ANSWER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("[0-9A-Za-z_-]{16,}").ok());

/// What a file with calls of the API sends as a token.
pub(super) fn in_requests(source: &Source) -> impl Iterator<Item = Span> {
    // The expression is compiled only for such a file.
    let calls = source.text().contains("/runners").then(|| source.text());
    let found =
        calls.into_iter().flat_map(|text| IN_REQUEST.iter().flat_map(move |regex| regex.captures_iter(text)));
    found.filter_map(|found| Some(Span::from(found.get(1).or(found.get(2))?.range())))
}

/// What may be a token among the words and lines that are piped into a program that asks for one.
pub(super) fn answers(file: &File<'_>) -> Vec<Span> {
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

/// The places of all that is piped or written into the commands that hold one of `nodes`.
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
