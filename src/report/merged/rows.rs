//! What all reports say together: a row for each repository.

use super::document::{Document, ReportCounts, ReportError, ReportFinding, ReportOrigin, take_repository};
use crate::finding::{Safety, Severity};
use crate::plan::PlannedState;
use std::collections::{BTreeMap, HashMap};

/// Repositories in all reports together.
const MOST_REPOSITORIES: usize = 10_000;
/// Findings that are listed for a repository.
const MOST_LISTED: usize = 20;
/// Ways of registration that are counted apart in a repository.
const MOST_ROADS: usize = 20;
/// Longer texts are cut, in characters.
const LONGEST: usize = 200;

/// What distinguishes a repository. A name without a remote does not identify one: two reports are of two repositories.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    /// Jobs of one commit are of one repository, whatever they call it.
    Remote(String, Option<String>),
    Report(usize, ReportOrigin),
}

/// A finding, as far as a row lists it.
pub(super) struct Listed {
    pub(super) severity: Severity,
    pub(super) rule: String,
    pub(super) place: String,
    pub(super) text: String,
    /// The address of its line.
    pub(super) address: Option<String>,
}

/// A repository.
pub(super) struct Row {
    pub(super) origin: ReportOrigin,
    /// The number of the first report about it.
    report: usize,
    /// Whether there are more of them.
    is_repeated: bool,
    /// By severity: errors, warnings, info.
    pub(super) findings: [usize; 3],
    pub(super) accepted: usize,
    /// By state: legacy, mixed, exists, not known.
    pub(super) states: [usize; 4],
    /// Registrations by the way in which they are made.
    pub(super) roads: BTreeMap<String, usize>,
    pub(super) notices: usize,
    /// The worst findings.
    pub(super) listed: Vec<Listed>,
}

impl Row {
    pub(super) fn open(&self) -> usize {
        self.findings.iter().sum()
    }

    pub(super) fn registrations(&self) -> usize {
        self.states.iter().sum()
    }
}

/// The findings of a rule that are as bad.
#[derive(Default)]
pub(super) struct OfRule {
    pub(super) count: usize,
    pub(super) fixable: usize,
    pub(super) fixable_unsafe: usize,
}

/// What all reports say.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) rows: Vec<Row>,
    index: HashMap<Key, usize>,
    pub(super) rules: BTreeMap<(String, Severity), OfRule>,
    pub(super) files: u64,
    pub(super) linted: u64,
    pub(super) fixed: usize,
    pub(super) suppressed: usize,
    pub(super) baselined: usize,
}

/// The severities in the order of the columns.
pub(super) const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

impl Sums {
    /// Adds the report of that number.
    pub(super) fn add(&mut self, number: usize, document: Document) -> Result<(), ReportError> {
        let Document { repository, findings, registrations, repositories, notices, fixed, summary, .. } =
            document;
        let ReportCounts { files, linted } = summary;
        self.files = self.files.saturating_add(files);
        self.linted = self.linted.saturating_add(linted);
        self.fixed += fixed.len();
        // A directory of repositories is no repository itself, unless something is in it.
        if repositories.is_empty() || repository.remote.is_some() {
            self.row(number, &repository)?;
        }
        for origin in &repositories {
            self.row(number, origin)?;
        }
        for finding in &findings {
            let origin = finding.repository.as_ref().unwrap_or(&repository);
            let at = self.row(number, origin)?;
            self.finding(at, origin, finding);
        }
        for mut registration in registrations {
            let origin = take_repository(&mut registration);
            let at = self.row(number, origin.as_ref().unwrap_or(&repository))?;
            let text = |key: &str| registration.get(key).and_then(|it| it.as_str());
            let state = PlannedState::ALL.iter().position(|it| text("state") == Some(it.as_str()));
            let road = text("road").or_else(|| text("kind")).filter(|it| is_name(it)).unwrap_or("other");
            let Some(row) = self.rows.get_mut(at) else { continue };
            if let Some(count) = row.states.get_mut(state.unwrap_or(PlannedState::ALL.len())) {
                *count += 1;
            }
            let is_known = row.roads.contains_key(road) || row.roads.len() < MOST_ROADS;
            *row.roads.entry(if is_known { road } else { "other" }.to_owned()).or_default() += 1;
        }
        for notice in &notices {
            let at = self.row(number, notice.repository.as_ref().unwrap_or(&repository))?;
            if let Some(row) = self.rows.get_mut(at) {
                row.notices += 1;
            }
        }
        Ok(())
    }

    /// The index of a repository's row.
    fn row(&mut self, number: usize, origin: &ReportOrigin) -> Result<usize, ReportError> {
        let key = match &origin.remote {
            Some(remote) => Key::Remote(remote.clone(), origin.revision.clone()),
            None => Key::Report(number, origin.clone()),
        };
        if let Some(at) = self.index.get(&key) {
            if let Some(row) = self.rows.get_mut(*at) {
                row.is_repeated |= row.report != number;
            }
            return Ok(*at);
        }
        if self.rows.len() >= MOST_REPOSITORIES {
            return Err(ReportError::TooMany(MOST_REPOSITORIES));
        }
        self.rows.push(Row {
            origin: ReportOrigin { folder: String::new(), directory: String::new(), ..origin.clone() },
            report: number,
            is_repeated: false,
            findings: [0; 3],
            accepted: 0,
            states: [0; 4],
            roads: BTreeMap::new(),
            notices: 0,
            listed: Vec::new(),
        });
        self.index.insert(key, self.rows.len() - 1);
        Ok(self.rows.len() - 1)
    }

    fn finding(&mut self, at: usize, origin: &ReportOrigin, finding: &ReportFinding) {
        self.suppressed += usize::from(finding.suppressed);
        self.baselined += usize::from(finding.baselined && !finding.suppressed);
        let Some(row) = self.rows.get_mut(at) else { return };
        if !finding.is_open() {
            row.accepted += 1;
            return;
        }
        for (severity, count) in SEVERITIES.iter().zip(&mut row.findings) {
            *count += usize::from(*severity == finding.severity);
        }
        let is_worse = row.listed.last().is_some_and(|it| it.severity < finding.severity);
        if row.listed.len() < MOST_LISTED || is_worse {
            let listed = Listed {
                severity: finding.severity,
                rule: finding.rule.clone(),
                place: cut(&format!("{}:{}", finding.path, finding.start.line)),
                text: cut(&finding.headline()),
                address: origin.line(&finding.path, finding.start.line),
            };
            let at = row.listed.partition_point(|it| it.severity >= finding.severity);
            row.listed.insert(at, listed);
            row.listed.truncate(MOST_LISTED);
        }
        let rule = self.rules.entry((finding.rule.clone(), finding.severity)).or_default();
        rule.count += 1;
        match finding.fix.as_ref().map(|fix| fix.safety) {
            Some(Safety::Safe) => rule.fixable += 1,
            Some(Safety::Unsafe) => rule.fixable_unsafe += 1,
            None => {}
        }
    }

    /// The repositories, the worst first.
    pub(super) fn sort(&mut self) {
        self.index.clear();
        self.rows.sort_by(|a, b| {
            let states = |row: &Row| (row.states, row.registrations());
            b.findings
                .cmp(&a.findings)
                .then_with(|| states(b).cmp(&states(a)))
                .then_with(|| a.origin.cmp(&b.origin))
        });
    }

    /// Repositories that more than one report is about: what each has, is added; other revisions have rows of their own.
    pub(super) fn repeated(&self) -> Vec<String> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &self.rows {
            let count = if row.is_repeated { 2 } else { 1 };
            *counts.entry(row.origin.remote.as_deref().unwrap_or_default()).or_default() += count;
        }
        let is_repeated = |(remote, count): &(&str, usize)| !remote.is_empty() && *count > 1;
        counts.into_iter().filter(is_repeated).map(|(remote, _)| remote.to_owned()).collect()
    }

    pub(super) fn findings(&self) -> [usize; 3] {
        self.rows.iter().fold([0; 3], |sum, row| add(sum, row.findings))
    }

    pub(super) fn states(&self) -> [usize; 4] {
        self.rows.iter().fold([0; 4], |sum, row| add(sum, row.states))
    }
}

fn add<const N: usize>(mut sum: [usize; N], more: [usize; N]) -> [usize; N] {
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    sum
}

fn is_name(text: &str) -> bool {
    text.len() <= 40
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
