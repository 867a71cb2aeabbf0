//! What rules find outside of registrations: entries, commands, variables, values of charts, requests, words in code,
//! literals.

use super::LintedFile;
use super::anchors::AnchorAliases;
use super::documents::{Documents, EmbeddedDocument};
use super::fill::{self, Groups};
use super::findings::{Judged, filled};
use crate::facts::{DataTree, NodeId};
use crate::rules::{CommandMatch, Match, MemberRole, Registration, Rule};
use crate::sites::{
    self, Carrier, Expression, Pattern, ScopeKind, Step, Survey, Value, ValueKind, ValueLocation, Via,
};
use crate::text::{Cover, Span};
use std::collections::{BTreeMap, BTreeSet};

/// One place that a rule found by itself.
pub(super) struct Own<'a> {
    pub(super) rule: &'a Rule,
    /// A unit of one member.
    pub(super) registration: Registration,
    /// The groups of the expression on a text that found it; the first one is all of it.
    groups: Vec<String>,
}

impl Own<'_> {
    /// Whether another branch of a template condition around it has already what the rule would write.
    pub(super) fn is_guarded(&self, file: &LintedFile<'_>) -> bool {
        let member = self.registration.members.first();
        let Some(carrier) = member.and_then(|member| file.survey.carriers.get(member.carrier)) else {
            return false;
        };
        let found = member.and_then(|member| match member.role {
            MemberRole::Own(found) => self.rule.matches.get(found),
            _ => None,
        });
        let groups = found.map(|found| self.groups(found, file.survey)).unwrap_or_default();
        file.is_guarded(self.rule, carrier, |row, text| filled(text, carrier, &groups.with_row(row, carrier)))
    }

    /// The groups that the texts of the rule may name.
    pub(super) fn groups(&self, found: &Match, survey: &Survey) -> Groups {
        let member = self.registration.members.first();
        let carrier = member.and_then(|member| survey.carriers.get(member.carrier));
        let of = |expression: Option<&Expression>, text: fn(&Carrier) -> &str| {
            let captures = carrier.zip(expression).and_then(|(it, expression)| expression.captures(text(it)));
            captures.map(|captures| fill::groups(&captures)).unwrap_or_default()
        };
        let key = of(found.key.as_ref(), |carrier| &carrier.written);
        if !self.groups.is_empty() {
            return Groups { found: self.groups.clone(), key, ..Groups::default() };
        }
        let like = fill::like(&found.when).or(found.command.as_ref().and_then(|it| it.argument.as_ref()));
        Groups { found: of(like, Carrier::own_value), key, ..Groups::default() }
    }
}

/// Whether the name of `carrier` is one that the match asks for.
fn has_key((rule, found): &WantedEntries<'_>, carrier: &Carrier) -> bool {
    let key = rule.matches.get(*found).and_then(|found| found.key.as_ref());
    key.is_none_or(|key| key.is_like(&carrier.written))
}

/// Leaves one finding of each rule in each place: that of the first match that fits.
pub(super) fn first(survey: &Survey, judged: &mut Vec<(&Own<'_>, Judged)>) {
    let place = |own: &Own<'_>| {
        let member = own.registration.members.first()?;
        let carrier = survey.carriers.get(member.carrier)?;
        let MemberRole::Own(found) = member.role else { return None };
        Some(((own.rule.id.clone(), carrier.doc, carrier.name_span), found))
    };
    let mut firsts: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for (index, (own, it)) in judged.iter().enumerate() {
        let Some((key, found)) = place(own).filter(|_| !it.found.is_empty()) else { continue };
        let first = firsts.entry(key).or_insert((found, index));
        *first = (*first).min((found, index));
    }
    let mut index = 0;
    judged.retain(|(own, it)| {
        let is_first = place(own).and_then(|(key, _)| firsts.get(&key)).is_none_or(|first| first.1 == index);
        index += 1;
        is_first || it.found.is_empty()
    });
}

/// Whether a rule searches the texts of a file instead of its bytes: then a fix has a place.
pub(super) fn reads_texts(rule: &Rule) -> bool {
    !rule.actions.is_empty()
}

/// The name that means every one.
const ANY: &str = "*";

/// A match of a rule, by its index.
type WantedEntries<'a> = (&'a Rule, usize);

/// What the rules look for.
#[derive(Default)]
struct Search<'a> {
    /// Carriers of one name.
    names: BTreeMap<(Via, &'a str), Vec<WantedEntries<'a>>>,
    commands: Vec<(WantedEntries<'a>, &'a CommandMatch)>,
    requests: Vec<WantedEntries<'a>>,
    entries: Vec<(WantedEntries<'a>, &'a Pattern)>,
    /// Expressions on texts; the languages, and whether comments count.
    texts: Vec<(WantedEntries<'a>, &'a Expression, Option<&'a [String]>)>,
}

impl<'a> Search<'a> {
    fn of(rules: &[&'a Rule]) -> Self {
        let mut search = Self::default();
        for rule in rules {
            for (index, found) in rule.matches.iter().enumerate() {
                search.add(rule, index, found);
            }
        }
        search
    }

    fn add(&mut self, rule: &'a Rule, index: usize, found: &'a Match) {
        let wanted = (rule, index);
        let mut name = |via: Via, names: &'a [String]| {
            for name in names {
                self.names.entry((via, name)).or_default().push(wanted);
            }
        };
        name(Via::Named, &found.named);
        name(Via::Variable, &found.variable);
        if let Some(chart) = &found.chart {
            name(Via::Chart, &chart.value);
        }
        if let Some(command) = &found.command {
            if command.option.is_empty() {
                self.commands.push((wanted, command));
            } else {
                name(Via::Option, &command.option);
            }
        }
        if found.request.is_some() {
            self.requests.push(wanted);
        }
        self.entries.extend(found.entry.iter().map(|pattern| (wanted, pattern)));
        if let Some(text) = &found.text {
            self.texts.push((wanted, &text.pattern, Some(&text.within)));
        }
        if let Some(literal) = found.literal.as_ref().filter(|_| reads_texts(rule)) {
            self.texts.push((wanted, literal, None));
        }
    }
}

/// Finds all matches. What is not a carrier yet becomes one. A rule may find one place by several of its matches, of which
/// [`first`] leaves one.
pub(super) fn find<'a>(rules: &[&'a Rule], documents: &Documents, survey: &mut Survey) -> Vec<Own<'a>> {
    let search = Search::of(rules);
    let mut out = Finder { documents, survey, out: Vec::new() };
    out.carriers(&search);
    for (doc, document) in documents.iter().enumerate() {
        let tree = &document.parsed.facts().tree;
        if !search.entries.is_empty() && !tree.is_empty() {
            out.entries(&search, doc, tree);
        }
        if document.language.is_environment() && tree.is_empty() {
            out.lines(&search, doc, document);
        }
    }
    if !search.texts.is_empty() {
        out.texts(&search);
    }
    out.out
}

struct Finder<'a, 's> {
    documents: &'s Documents,
    survey: &'s mut Survey,
    out: Vec<Own<'a>>,
}

impl<'a> Finder<'a, '_> {
    fn take(&mut self, (rule, found): WantedEntries<'a>, index: usize, groups: Vec<String>) {
        let Some(carrier) = self.survey.carriers.get(index) else { return };
        self.out.push(Own { rule, registration: Registration::own(carrier, index, found), groups });
    }

    /// Adds what is not a carrier yet.
    fn push(&mut self, wanted: WantedEntries<'a>, mut carrier: Carrier, groups: Vec<String>) {
        carrier.scope = self.survey.places(carrier.doc);
        carrier.sealed = carrier.sealed.or_else(|| self.documents.sealed(carrier.doc));
        self.survey.carriers.push(carrier);
        self.take(wanted, self.survey.carriers.len() - 1, groups);
    }

    fn carriers(&mut self, search: &Search<'a>) {
        for index in 0..self.survey.carriers.len() {
            let Some(carrier) = self.survey.carriers.get(index) else { break };
            let via = carrier.via;
            if via == Via::Request {
                self.request(search, index);
                continue;
            }
            let scope = self.survey.scopes.get(carrier.scope);
            // The unit of a road has it.
            if scope.is_some_and(|scope| scope.has_again(carrier) || scope.kind == ScopeKind::Road) {
                continue;
            }
            let of =
                self.survey.scopes.get(carrier.scope).map(|scope| scope.of.as_slice()).unwrap_or_default();
            let mut taken: Vec<WantedEntries<'a>> = Vec::new();
            for wanted in
                [carrier.name.as_str(), ANY].into_iter().filter_map(|it| search.names.get(&(via, it)))
            {
                let fits = |(rule, found): &&WantedEntries<'a>| {
                    let Some(found) = rule.matches.get(*found) else { return false };
                    match via {
                        Via::Chart => found.chart.as_ref().is_some_and(|chart| of.contains(&chart.name)),
                        Via::Option => found.command.as_ref().is_some_and(|command| is_of(command, of)),
                        _ => true,
                    }
                };
                taken.extend(wanted.iter().filter(fits).filter(|wanted| has_key(wanted, carrier)));
            }
            if matches!(via, Via::Command | Via::Argument) {
                let fits = |(_, command): &&(WantedEntries<'a>, &CommandMatch)| {
                    let position = command.position.map(|at| at.to_string());
                    let word = match (&command.argument, via) {
                        (None, Via::Command) => true,
                        (Some(like), Via::Argument) => {
                            position.is_none_or(|at| at == carrier.name) && like.is_like(&carrier.value.text)
                        }
                        _ => false,
                    };
                    word && is_of(command, of)
                };
                taken.extend(search.commands.iter().filter(fits).map(|(wanted, _)| *wanted));
            }
            for wanted in taken {
                self.take(wanted, index, Vec::new());
            }
        }
    }

    fn request(&mut self, search: &Search<'a>, index: usize) {
        let Some(carrier) = self.survey.carriers.get(index).cloned() else { return };
        let ValueLocation::Node(node) = carrier.value.place else { return };
        let Some(document) = self.documents.get(carrier.doc).filter(|_| !search.requests.is_empty()) else {
            return;
        };
        let Some(decoded) = document.parsed.decode(node) else { return };
        let mut done = BTreeSet::new();
        for wanted in &search.requests {
            let request = wanted.0.matches.get(wanted.1).and_then(|found| found.request.as_ref());
            let Some(request) = request.filter(|request| request.method.contains(&carrier.name)) else {
                continue;
            };
            let Some(captures) = request.url.regex().and_then(|url| url.captures(&decoded.text)) else {
                continue;
            };
            let Some(at) = captures.get(1).or_else(|| captures.get(0)) else { continue };
            if !done.insert(wanted.0.id.as_str()) {
                continue;
            }
            // A URL is shown from its path on.
            let span = decoded.segments.to_outer(Span::new(at.start(), decoded.text.len()));
            let written = at.as_str().to_owned();
            let groups = fill::groups(&captures);
            self.push(*wanted, Carrier { written, name_span: span, ..carrier.clone() }, groups);
        }
    }

    fn entries(&mut self, search: &Search<'a>, doc: usize, tree: &DataTree) {
        let mut keys: BTreeMap<&str, Vec<NodeId>> = BTreeMap::new();
        for id in tree.ids() {
            if let Some(key) = tree.key_text(id) {
                keys.entry(key).or_default().push(id);
            }
        }
        let tops = sites::Tops::of(tree);
        let mut aliases = (!tree.aliases.is_empty()).then(|| AnchorAliases::of(tree));
        for (wanted, pattern) in &search.entries {
            let nodes: Vec<NodeId> = match pattern.0.last() {
                Some(Step::Key(names)) => {
                    names.iter().filter_map(|name| keys.get(name.as_str())).flatten().copied().collect()
                }
                _ => tree.ids().collect(),
            };
            for id in nodes.into_iter().filter(|id| tops.lead(pattern, *id)) {
                if let Some(carrier) = sites::entry(tree, doc, id).filter(|it| has_key(wanted, it)) {
                    let patterns = wanted.0.matches.get(wanted.1).map_or(&[][..], |found| &found.entry);
                    let anchored = aliases.as_mut().and_then(|it| it.anchored(wanted.0, patterns, id));
                    self.survey.anchored.extend(anchored.map(|it| (self.survey.carriers.len(), it)));
                    self.push(*wanted, carrier, Vec::new());
                }
            }
        }
    }

    /// Lines of a file of variables.
    fn lines(&mut self, search: &Search<'a>, doc: usize, document: &EmbeddedDocument) {
        for (wanted, pattern) in &search.entries {
            for variable in &document.parsed.facts().variables {
                let carrier = || sites::line(variable, doc);
                if sites::leads_to_line(pattern, &variable.name) && has_key(wanted, &carrier()) {
                    self.push(*wanted, carrier(), Vec::new());
                }
            }
        }
    }

    /// Words in code, anywhere except in comments and in prose; literals there too.
    fn texts(&mut self, search: &Search<'a>) {
        // The innermost text decides what a word in it is.
        let mut inner: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
        for document in self.documents.iter() {
            if let Some(parent) = document.parent {
                inner.entry(parent).or_default().push(document.segments.outer());
            }
        }
        let mut inner: BTreeMap<usize, Cover> =
            inner.into_iter().map(|(parent, spans)| (parent, Cover::of(spans))).collect();
        let mut found = Vec::new();
        for (doc, document) in self.documents.iter().enumerate() {
            let inner = inner.remove(&doc).unwrap_or_default();
            let language = document.language.name();
            for (wanted, expression, within) in &search.texts {
                if within.is_some_and(|within| within.iter().all(|it| it != language)) {
                    continue;
                }
                let Some(regex) = expression.regex() else { continue };
                for captures in regex.captures_iter(&document.text) {
                    let Some(at) = captures.get(1).or_else(|| captures.get(0)) else { continue };
                    let span = Span::from(at.range());
                    let comment = || within.is_some() && is_comment(document, span);
                    if span.is_empty() || comment() || inner.holds(span) {
                        continue;
                    }
                    found.push((*wanted, doc, span, at.as_str().to_owned(), fill::groups(&captures)));
                }
            }
        }
        // What a registration has is not found again by its words.
        let scopes = &self.survey.scopes;
        let of_road = |it: &&Carrier| {
            scopes.get(it.scope).is_some_and(|it| matches!(it.kind, ScopeKind::Road | ScopeKind::Chart))
        };
        let known = self.survey.carriers.iter().filter(of_road).map(|it| (it.doc, it.name_span));
        let known: BTreeSet<(usize, Span)> = known.collect();
        found.retain(|(_, doc, span, ..)| !known.contains(&(*doc, *span)));
        for (wanted, doc, span, text, groups) in found {
            let value = Value {
                text: text.clone(),
                span,
                kind: ValueKind::Literal,
                place: ValueLocation::Nowhere,
                known: None,
            };
            let carrier =
                Carrier { doc, nodes: Vec::new(), ..Carrier::new(Via::Text, text, span, value, NodeId(0)) };
            self.push(wanted, carrier, groups);
        }
    }
}

/// Whether a command with those owners is one that is searched for.
fn is_of(command: &CommandMatch, of: &[String]) -> bool {
    of.iter().any(|owner| {
        let behind = owner.strip_prefix(command.program.as_str());
        behind.is_some_and(|rest| match rest.strip_prefix(' ') {
            Some(name) => command.subcommand.is_empty() || command.subcommand.iter().any(|it| it == name),
            None => rest.is_empty() && command.subcommand.is_empty(),
        })
    })
}

/// Whether a span is in a comment of its text, or of a text inside it that was not read: on a line that begins with a
/// comment sign.
pub(super) fn is_comment(document: &EmbeddedDocument, span: Span) -> bool {
    let before = document.text.get(..span.start()).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    let comments = &document.parsed.facts().comments;
    let next = comments.partition_point(|comment| comment.span.end() <= span.start());
    line.starts_with(['#', ';'])
        || line.starts_with("//")
        || line.starts_with("- #")
        || comments.get(next).is_some_and(|comment| comment.span.contains(span))
}
