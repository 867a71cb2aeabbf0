//! Variables that a command takes words from and that another text of the file sets: a Makefile's, `ENV` of a Dockerfile,
//! `variables:` of CI files, `vars` of Ansible.

use super::options::canonical;
use super::schema::programs::Subcommand;
use super::{Brings, Carrier, Piece, ScopeKind, Sites, Survey, ValueLocation};
use super::{Unknown, UnknownKind, Value, ValueKind, Via};
use crate::facts::NodeId;
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A variable with a value, as another text of the file may read it.
#[derive(Clone, Debug)]
pub(crate) struct Stated {
    pub(super) name: Box<str>,
    pub(super) doc: usize,
    /// The bytes of the value.
    pub(super) span: Span,
    pub(super) text: String,
}

/// Places that are named for one script.
const MOST_BROUGHT: usize = 3;

/// Values that are looked into for the commands of one file.
const MOST_LINKS: usize = 1_000;

impl Survey {
    /// Gives each command the options that variables of other texts bring. Where those are used is not all in view: they
    /// are found, and never edited. `text` is the text called so.
    pub(crate) fn link<'t>(&mut self, sites: &Sites, text: &dyn Fn(usize) -> &'t str) {
        let wants: BTreeSet<(usize, Box<str>)> = std::mem::take(&mut self.wants).into_iter().collect();
        if wants.is_empty() {
            return;
        }
        let names: BTreeSet<&str> = wants.iter().map(|(_, name)| &**name).collect();
        let mut stated: BTreeMap<Box<str>, Vec<Stated>> = BTreeMap::new();
        let variables =
            self.carriers.iter().filter(|it| it.via == Via::Variable && it.value.kind == ValueKind::Literal);
        let variables = variables.map(|it| Stated {
            name: it.name.as_str().into(),
            doc: it.doc,
            span: it.value.span,
            text: it.value.text.clone(),
        });
        let all = std::mem::take(&mut self.stated).into_iter().chain(variables);
        for it in all.filter(|it| names.contains(&*it.name)) {
            stated.entry(it.name.clone()).or_default().push(it);
        }
        let mut links = Links::default();
        for (index, carrier) in self.carriers.iter().enumerate().filter(|(_, it)| it.via == Via::Option) {
            links.known.insert((carrier.doc, carrier.name_span), index);
        }
        for (scope, name) in &wants {
            for value in stated.get(name).into_iter().flatten() {
                links.count += 1;
                if links.count > MOST_LINKS {
                    return;
                }
                self.take(sites, *scope, value, text(value.doc), &mut links);
            }
        }
    }

    /// Gives the commands of scripts that containers of the same file may run what those get from places that are not visible.
    /// `mounted` is the text around such a script.
    pub(crate) fn bring(&mut self, mounted: &dyn Fn(usize) -> Option<usize>) {
        let mut brought: BTreeMap<usize, Vec<Unknown>> = BTreeMap::new();
        for scope in self.scopes.iter().filter(|it| it.kind == ScopeKind::Container) {
            let unknowns = scope.unknowns.iter().filter(|it| it.kind == UnknownKind::Environment);
            brought.entry(scope.doc).or_default().extend(unknowns.take(MOST_BROUGHT).cloned());
        }
        brought.retain(|_, unknowns| !unknowns.is_empty());
        if brought.is_empty() {
            return;
        }
        for scope in self.scopes.iter_mut().filter(|it| it.kind == ScopeKind::Command) {
            let around = mounted(scope.doc).and_then(|doc| brought.get(&doc));
            for unknown in around.into_iter().flatten().take(MOST_BROUGHT) {
                scope.add_unknown(unknown.clone());
            }
        }
    }

    fn take(&mut self, sites: &Sites, scope: usize, value: &Stated, text: &str, links: &mut Links) {
        let Some(own) = self.scopes.get(scope) else { return };
        if own.doc == value.doc {
            return;
        }
        let mut all =
            sites.signed().flat_map(|program| program.subcommands.iter().map(move |it| (program, it)));
        let is_own = |(program, subcommand): &(&super::Program, &Subcommand)| {
            own.of.contains(&super::command::owner(program, subcommand))
        };
        let Some((_, subcommand)) = all.find(is_own) else { return };
        let carriers = options(subcommand, &words_of(&value.text, value.span, text), value.doc, scope);
        if carriers.is_empty() {
            return;
        }
        let first = *links.takers.entry((value.doc, value.span)).or_insert(scope);
        if !links.seen.insert((scope, value.doc, value.span)) {
            return;
        }
        let kind = UnknownKind::Collected;
        let place = Unknown::new(kind, Brings::Anything, &value.name, value.doc, value.span);
        let again = (first != scope).then_some(first);
        if let Some(own) = self.scopes.get_mut(scope) {
            own.pieces.push(Piece {
                place,
                words: value.span,
                stays: true,
                first: again,
                adds: true,
                branch: None,
            });
            own.pieces.sort_by_key(|piece| (piece.place.doc, piece.words));
        }
        // What was found in the variable by itself belongs to the command.
        let inside = (value.doc, Span::at(value.span.start()))..(value.doc, Span::at(value.span.end()));
        let known: Vec<usize> = links.known.range(inside).map(|(_, index)| *index).collect();
        for index in known.iter().filter(|_| again.is_none()) {
            if let Some(it) = self.carriers.get_mut(*index).filter(|it| it.sealed.is_some()) {
                it.scope = scope;
            }
        }
        for carrier in carriers {
            let place = (carrier.doc, carrier.name_span);
            if carrier.name_span != value.span && !links.known.contains_key(&place) {
                links.known.insert(place, self.carriers.len());
                self.carriers.push(carrier);
            }
        }
    }
}

/// What was linked.
#[derive(Default)]
struct Links {
    count: usize,
    /// The first command that took a value, by its scope.
    takers: BTreeMap<(usize, Span), usize>,
    seen: BTreeSet<(usize, usize, Span)>,
    /// Options that were found, by their places.
    known: BTreeMap<(usize, Span), usize>,
}

/// A word, and where it is.
pub(super) struct Given<'a> {
    text: &'a str,
    span: Span,
    /// Whether its bytes are those of its text.
    is_written: bool,
}

/// The words of a value that is at `span` of `host`.
pub(super) fn words_of<'a>(value: &'a str, span: Span, host: &str) -> Vec<Given<'a>> {
    let start = span.of(host).find(value).map(|at| span.start() + at);
    let mut words = Vec::new();
    let mut at = 0;
    for word in value.split_ascii_whitespace() {
        let from = value.get(at..).and_then(|rest| rest.find(word)).map_or(at, |found| at + found);
        at = from + word.len();
        let own = start.map(|start| Span::new(start + from, start + at));
        words.push(Given { text: word, span: own.unwrap_or(span), is_written: own.is_some() });
    }
    words
}

/// The options of `subcommand` among words of the text `doc`.
pub(super) fn options(
    subcommand: &Subcommand,
    words: &[Given<'_>],
    doc: usize,
    scope: usize,
) -> Vec<Carrier> {
    let is_own = |name: &String| {
        subcommand.telling.contains(name)
            || subcommand.hinting.contains(name)
            || subcommand.valued.contains(name) && name.len() == 2
            || name == "--token"
    };
    let mut carriers = Vec::new();
    for (index, word) in words.iter().enumerate().filter(|(_, word)| word.text.starts_with('-')) {
        let (written, inline) =
            word.text.split_once('=').map_or((word.text, None), |(name, value)| (name, Some(value)));
        let name = canonical(written);
        if !is_own(&name) {
            continue;
        }
        let next = || words.get(index + 1).map_or("", |word| word.text);
        let given = match inline {
            Some(value) => value,
            None if subcommand.flags.contains(&name) => "true",
            None => next(),
        };
        let given = given.trim_matches(['"', '\'']);
        let name_span = if word.is_written {
            Span::new(word.span.start(), word.span.start() + written.len())
        } else {
            word.span
        };
        let value_ = Value {
            text: given.to_owned(),
            span: name_span,
            kind: super::options::kind_of(given, given.contains(['$', '{', '%'])),
            place: ValueLocation::Nowhere,
            known: None,
        };
        carriers.push(Carrier {
            written: written.to_owned(),
            doc,
            scope,
            sealed: Some(super::command::IN_PIECES.to_owned()),
            ..Carrier::new(Via::Option, name, name_span, value_, NodeId(0))
        });
    }
    carriers
}
