//! Suppressions: comments that accept findings, `# runnerlint: ignore[rule-id, …] reason`.
//!
//! What they mean, where users may expect something else:
//!
//! - **Only a real comment counts**, one that the language of its text supports: the file's, or that of a text inside it. The
//!   same words in a string or a value are a string or a value. JSON has no comments.
//! - **At the end of a line** it covers that line; **on a line of its own** it covers the line after it. Other comments may
//!   come between, blank lines only in Markdown.
//! - With the line it covers **what begins there as one piece**: a command over several lines with its here-document, a
//!   scalar over several lines (`- |`), a code block. A key that opens a mapping or a list is not such a piece: of it, only
//!   its own line is covered.
//! - **Rules are named one by one**, as in ruff and zizmor. A family (`ignore[helm]`) would accept what a later version finds,
//!   and a bare `ignore` all there is: neither suppresses anything, and both are findings.
//! - **`ignore-file`** counts in the first [`FILE_LINES`] lines.
//! - What a suppression with a mistake in it **may be meant for** is reported, and not fixed.
//! - A suppression is **unused** by what is found there, whatever GitLab version is judged by. One of a rule that is not
//!   selected is never called unused: a run with `--select` says nothing about the other rules.

mod comment;
mod directive;

pub use comment::{Reason, ReasonError};
pub use directive::{Directive, MARKER, MENTION, Reach, parse};

use crate::catalogue::Catalogue;
use crate::finding::{Finding, Refusal};
use crate::quote::nearest;
use crate::rules::Defect;
use crate::text::Span;
use std::collections::BTreeMap;

/// The rule that finds suppressions that suppress nothing.
pub const RULE: &str = crate::rules::UNUSED_SUPPRESSION;
/// `ignore-file` counts in this many lines from the top.
pub const FILE_LINES: usize = 20;
/// Names of no rule for which the nearest one is looked for, in one file.
const MOST_MISTAKES: usize = 200;

/// A suppression in a file. All spans are bytes of the file.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// How far it reaches.
    pub scope: Reach,
    /// Its own bytes.
    pub span: Span,
    /// The rules that it names.
    pub names: Vec<(String, Span)>,
    /// What it covers.
    pub reach: Span,
    /// Why, in the words of its author.
    pub reason: String,
    /// Its line, from 1.
    pub line: usize,
    /// Why it suppresses nothing, regardless of the findings.
    pub defect: Option<Defect>,
}

/// A suppression, or part of one, that suppresses nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// Index of the suppression.
    pub index: usize,
    /// Indices of the names that suppress nothing, with the reason.
    pub names: Vec<(usize, Defect)>,
    /// Whether all of it suppresses nothing.
    pub whole: bool,
}

impl Suppression {
    /// Marks a finding as accepted: it is not fixed either.
    pub fn accept(&self, finding: &mut Finding) {
        finding.suppressed = true;
        finding.justification.clone_from(&self.reason);
        finding.fix = Err(Refusal::Suppressed { line: self.line });
        finding.removes = None;
    }
}

/// The suppressions of a file.
#[derive(Clone, Debug, Default)]
pub struct Suppressions {
    list: Vec<Suppression>,
    /// By rule.
    rules: BTreeMap<String, Reaches>,
    /// Those for lines, regardless of what they name.
    lines: Reaches,
    /// By rule: those that suppress nothing, and may be meant for it.
    attempts: BTreeMap<String, Reaches>,
    /// The same, for all rules.
    vague: Reaches,
}

/// What the suppressions of one rule reach.
#[derive(Clone, Debug, Default)]
struct Reaches {
    /// For all of the file.
    file: Option<usize>,
    /// Where each begins; the furthest end of all up to it, and whose end that is.
    lines: Vec<(usize, usize, usize)>,
}

impl Reaches {
    fn add(&mut self, index: usize, suppression: &Suppression) {
        match suppression.scope {
            Reach::File => self.file = self.file.or(Some(index)),
            Reach::Line => self.lines.push((suppression.reach.start(), suppression.reach.end(), index)),
        }
    }

    fn sort(&mut self) {
        self.lines.sort_unstable();
        let mut furthest = (0, 0);
        for (_, end, index) in &mut self.lines {
            // The nearer one of two that end alike.
            if *end >= furthest.0 {
                furthest = (*end, *index);
            }
            (*end, *index) = furthest;
        }
    }

    fn at(&self, offset: usize) -> Option<usize> {
        let begun = self.lines.partition_point(|(start, ..)| *start <= offset);
        let last = begun.checked_sub(1).and_then(|last| self.lines.get(last));
        last.filter(|(_, end, _)| offset < *end).map(|(.., index)| *index).or(self.file)
    }
}

impl Suppressions {
    /// Of a file, in any order.
    pub fn new(list: Vec<Suppression>, catalogue: &Catalogue) -> Self {
        let mut rules: BTreeMap<String, Reaches> = BTreeMap::new();
        let mut lines = Reaches::default();
        for (index, suppression) in list.iter().enumerate().filter(|(_, it)| it.defect.is_none()) {
            for (name, _) in &suppression.names {
                rules.entry(name.clone()).or_default().add(index, suppression);
            }
            if suppression.scope == Reach::Line {
                lines.add(index, suppression);
            }
        }
        let mut attempts: BTreeMap<String, Reaches> = BTreeMap::new();
        let mut vague = Reaches::default();
        let mut mistakes = 0;
        for (index, suppression) in list.iter().enumerate() {
            let unknown = |name: &&str| known(catalogue, name).is_some();
            let names = suppression.names.iter().map(|(name, _)| name.as_str());
            let names: Vec<&str> = match suppression.defect {
                None => names.filter(unknown).collect(),
                Some(Defect::Late) => names.collect(),
                Some(_) => vec![""],
            };
            for name in names {
                mistakes += 1;
                let meant = if mistakes > MOST_MISTAKES { Vec::new() } else { meant(catalogue, name) };
                if meant.is_empty() {
                    vague.add(index, suppression);
                }
                for rule in meant {
                    attempts.entry(rule.to_owned()).or_default().add(index, suppression);
                }
            }
        }
        let all = rules.values_mut().chain(attempts.values_mut()).chain([&mut lines, &mut vague]);
        all.for_each(Reaches::sort);
        Self { list, rules, lines, attempts, vague }
    }

    /// Whether there are no suppressions.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The suppression at `index`.
    pub fn get(&self, index: usize) -> Option<&Suppression> {
        self.list.get(index)
    }

    /// The suppression that covers a finding of `rule` at `span`.
    pub fn of(&self, rule: &str, span: Span) -> Option<&Suppression> {
        self.list.get(self.rules.get(rule)?.at(span.start())?)
    }

    /// A suppression that does not cover a finding of `rule` at `span`, but may be meant to.
    pub fn attempt(&self, rule: &str, span: Span) -> Option<&Suppression> {
        let own = || self.attempts.get(rule)?.at(span.start());
        self.list.get(own().or_else(|| self.vague.at(span.start()))?)
    }

    /// The index of a suppression that covers the line of `span`, of whatever rules.
    pub fn near(&self, span: Span) -> Option<usize> {
        self.lines.at(span.start())
    }

    /// Suppressions that suppress none of `found` (rules of the catalogue, and places), by what `is_selected` says of rules.
    pub fn idle(
        &self,
        catalogue: &Catalogue,
        found: &[(&str, Span)],
        is_selected: &dyn Fn(&str) -> bool,
    ) -> Vec<Idle> {
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (rule, span) in found {
            places.entry(rule).or_default().push(span.start());
        }
        for starts in places.values_mut() {
            starts.sort_unstable();
        }
        let is_used = |suppression: &Suppression, rule: &str, places: &BTreeMap<&str, Vec<usize>>| {
            places.get(rule).is_some_and(|starts| {
                let next = starts.partition_point(|start| *start < suppression.reach.start());
                starts.get(next).is_some_and(|start| *start < suppression.reach.end())
            })
        };
        let judge =
            |index: usize, suppression: &Suppression, places: &BTreeMap<&str, Vec<usize>>, own: bool| {
                let names = suppression.names.iter().enumerate().filter_map(|(at, (name, _))| {
                    let defect = match known(catalogue, name) {
                        Some(defect) => defect,
                        // What it suppresses is known only when all others are judged.
                        None if name == RULE && !own => return None,
                        None if !is_selected(name) || is_used(suppression, name, places) => return None,
                        None => Defect::Unused,
                    };
                    Some((at, defect))
                });
                let names: Vec<(usize, Defect)> = names.collect();
                let whole = names.len() == suppression.names.len();
                Idle { index, names, whole }
            };
        let sound = || self.list.iter().enumerate().filter(|(_, it)| it.defect.is_none());
        let mut idle: Vec<Idle> = sound().map(|(index, it)| judge(index, it, &places, false)).collect();
        if self.rules.contains_key(RULE) {
            let mut starts: Vec<usize> = idle.iter().flat_map(|it| self.spans(it)).map(Span::start).collect();
            starts.extend(self.list.iter().filter(|it| it.defect.is_some()).map(|it| it.span.start()));
            starts.sort_unstable();
            places.insert(RULE, starts);
            idle = sound().map(|(index, it)| judge(index, it, &places, true)).collect();
        }
        idle.retain(|it| !it.names.is_empty());
        idle
    }

    /// The places of what is idle: all of the suppression, or each name.
    pub fn spans(&self, idle: &Idle) -> Vec<Span> {
        let Some(suppression) = self.list.get(idle.index) else { return Vec::new() };
        if idle.whole && !idle.names.is_empty() {
            return vec![suppression.span];
        }
        let span = |(at, _): &(usize, Defect)| suppression.names.get(*at).map(|(_, span)| *span);
        idle.names.iter().filter_map(span).collect()
    }
}

/// What is wrong with the name of a rule, if anything is.
pub fn known(catalogue: &Catalogue, name: &str) -> Option<Defect> {
    match name {
        _ if catalogue.rule(name).is_some() => None,
        _ if catalogue.rules().iter().any(|rule| rule.family() == name) => Some(Defect::Family),
        _ => Some(Defect::Unknown),
    }
}

/// What may have been meant by a name: the rule of that name, the rules of a family, the nearest name.
pub fn meant<'a>(catalogue: &'a Catalogue, name: &str) -> Vec<&'a str> {
    let all = catalogue.ids();
    let family: Vec<&str> = all.iter().copied().filter(|id| id.split('-').next() == Some(name)).collect();
    if !family.is_empty() {
        return family;
    }
    if catalogue.rule(name).is_some() {
        return all.into_iter().filter(|id| *id == name).collect();
    }
    nearest(name, &all).into_iter().collect()
}
