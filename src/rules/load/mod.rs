//! Reads and checks rule files, regardless of their author: the same form for the rules that are built in and for a user's own.
//!
//! A folder of rules holds one file for each rule, `ID.yaml`, in any folder; beside them what rules speak of:
//! `programs.yaml`, `charts.yaml`, `sites/*.yaml`, `units/*.yaml`.

mod actions;
mod check;
mod fault;
mod hosts;
mod needs;
mod several;
mod spanned;
mod texts;

use super::{BUILT_IN, RuleData, RuleText};
use crate::facts::{DataTree, Facts, NodeId};
use crate::parallel;
use crate::quote;
use crate::sites::{Chart, Host, Programs, Road, SiteData, Sites, Subcommand};
use crate::syntax::{self, Parsed};
use crate::text::{Source, Span};
use fault::Fault;
pub use fault::Problem;
use serde::de::DeserializeOwned;
use spanned::{Keys, RuleReader};
use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

/// The keys of a rule file that say something to people, and nothing to the engine.
const TEXT: &[&str] = &["why", "examples"];
/// What is read of it for them.
const TEXT_AND_ID: &[&str] = &["id", "why", "examples"];

/// A file of a folder of rules; `T` is its text, or says where that is to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile<T = String> {
    /// As shown, `/`-separated.
    pub path: String,
    /// From the folder of rules on, `/`-separated.
    pub inside: String,
    /// Its text.
    pub text: T,
}

/// Rules and all that they speak of, those that are built in first.
#[derive(Debug)]
pub struct Loaded {
    /// Rules and units.
    pub data: RuleData,
    /// Sites, programs and charts.
    pub sites: SiteData,
    /// Where each of those rules is.
    pub files: Vec<Arc<RuleSource>>,
}

/// A file that was read.
pub struct RuleSource {
    /// As shown.
    pub path: String,
    /// Its text.
    pub source: Arc<Source>,
    parsed: Option<Box<dyn Parsed>>,
}

impl std::fmt::Debug for RuleSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path)
    }
}

impl RuleSource {
    fn new(path: String, text: String) -> Self {
        let source = Arc::new(Source::new(text.into_bytes()));
        let parsed = syntax::named("yaml").map(|yaml| yaml.parse(source.shared()));
        Self { path, source, parsed }
    }

    /// The rule in the file, and its text for people. The keys of what could not be read are added to `unread`.
    fn rule(&self, problems: &mut Vec<Problem>, unread: &mut Vec<String>) -> Option<(super::Rule, RuleText)> {
        let tree = read_one(self, problems)?;
        let top = tree.roots.first().copied()?;
        let reader = RuleReader::of(tree);
        match (reader.read(top, Keys::Without(TEXT)), reader.read(top, Keys::Only(TEXT_AND_ID))) {
            (Ok(rule), Ok(text)) => Some((rule, text)),
            (Err(fault), _) | (_, Err(fault)) if !tree.is_mapping(top) => {
                problems.push(self.fault(fault));
                None
            }
            _ => {
                let several = several::read(tree, top);
                problems.extend(several.faults.into_iter().map(|fault| self.fault(fault)));
                unread.extend(several.unread);
                several.rule
            }
        }
    }

    /// The text of its rule for people.
    pub(crate) fn text(&self) -> RuleText {
        self.rule(&mut Vec::new(), &mut Vec::new()).map(|(_, text)| text).unwrap_or_default()
    }

    fn facts(&self) -> Option<&Facts> {
        self.parsed.as_deref().map(Parsed::facts)
    }

    /// The bytes of what is under those keys and positions, or of the last of them that is there.
    pub fn span(&self, path: &[&str]) -> Span {
        let Some(tree) = self.facts().map(|facts| &facts.tree) else { return Span::at(0) };
        let mut at = tree.roots.first().copied().unwrap_or(NodeId(0));
        for step in path {
            let next = match step.parse::<usize>() {
                Ok(index) => tree.children(at).get(index).copied(),
                Err(_) => tree.child(at, step),
            };
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        let Some(node) = tree.get(at) else { return Span::at(0) };
        if tree.children(at).is_empty() && !node.span.is_empty() {
            return node.span;
        }
        match &node.key {
            Some(key) => key.span,
            // A long item is shown by its beginning.
            None => tree.children(at).first().and_then(|child| tree.key(*child)).map_or_else(
                || Span::new(node.span.start(), node.span.start() + usize::from(!node.span.is_empty())),
                |key| key.span,
            ),
        }
    }

    /// A problem at that place.
    pub fn problem(&self, path: &[&str], message: impl Into<String>, help: Option<String>) -> Problem {
        let (message, span) = (message.into(), self.span(path));
        let message = quote::masked(&message).into_owned();
        let help = help.map(|help| quote::masked(&help).into_owned());
        let (path, source) = (self.path.clone(), Arc::clone(&self.source));
        Problem { path, source, span, message, help, outside: false }
    }

    fn fault(&self, fault: Fault) -> Problem {
        let span = fault.span.unwrap_or_else(|| Span::at(0));
        let (message, help) = (fault.message, fault.help);
        let message = quote::masked(&message).into_owned();
        let help = help.map(|help| quote::masked(&help).into_owned());
        let (path, source) = (self.path.clone(), Arc::clone(&self.source));
        Problem { path, source, span, message, help, outside: false }
    }
}

/// Reads and checks `files`, and puts them after what is built in.
///
/// # Errors
/// All that is wrong, in the order of the files.
pub fn load(files: &[RuleFile]) -> Result<Loaded, Vec<Problem>> {
    Loader::over_built_in().load(files, 1, |text| Ok(text.clone()))
}

/// As [`load`], with nothing built in: how the rules that are built in are checked.
///
/// # Errors
/// See [`load`].
pub fn load_alone(files: &[RuleFile]) -> Result<Loaded, Vec<Problem>> {
    Loader::new(RuleData::default(), SiteData::default(), true).load(files, 1, |text| Ok(text.clone()))
}

/// What a file of a folder of rules holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RuleFileKind {
    Rule,
    Programs,
    Charts,
    Site,
    Road,
    Unit,
}

fn kind(inside: &str) -> RuleFileKind {
    let mut parts = inside.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match (parts.next(), stem) {
        (Some("sites"), _) => RuleFileKind::Site,
        (Some("roads"), _) => RuleFileKind::Road,
        (Some("units"), _) => RuleFileKind::Unit,
        (_, "programs") => RuleFileKind::Programs,
        (_, "charts") => RuleFileKind::Charts,
        _ => RuleFileKind::Rule,
    }
}

/// A rule that was read and checked by itself, and what is wrong with it.
struct LoadedRule {
    read: RuleSource,
    rule: Option<super::Rule>,
    problems: Vec<Problem>,
}

impl LoadedRule {
    /// The rule in the file that the folder calls `inside`.
    fn of(read: RuleSource, inside: &str, known: &Loaded) -> Self {
        let (mut problems, mut unread) = (Vec::new(), Vec::new());
        let rule = read.rule(&mut problems, &mut unread).map(|(mut rule, text)| {
            check::spell(&mut rule);
            let known = (&known.data, &known.sites);
            problems.extend(check::rule(&read, inside, &rule, &text, known, &unread));
            problems.sort_by_key(|problem| problem.span);
            let (data, sites) = known;
            if problems.is_empty() && rule.needs.is_empty() {
                match needs::of(&rule, data, sites) {
                    Some(found) => rule.needs = found,
                    None => problems.push(no_needs(&read, &text)),
                }
            }
            rule
        });
        Self { read, rule, problems }
    }
}

fn no_needs(read: &RuleSource, text: &RuleText) -> Problem {
    let message = "`match` contains no literal word";
    let word = needs::proposed(text).unwrap_or_else(|| "old-tool".to_owned());
    let help = format!("add `needs: [[{word}]]`, with words of which one is in every matching file");
    read.problem(&["match"], message, Some(help))
}

/// A rule for which almost every file is parsed, since its words are short.
pub fn warning(read: &RuleSource, rule: &super::Rule) -> Option<Problem> {
    let is_short = |list: &Vec<String>| list.iter().any(|word| word.len() < needs::SHORTEST);
    let is_own = read.source.text().lines().any(|line| line.starts_with("needs:"));
    if is_own || !rule.needs.iter().all(is_short) {
        return None;
    }
    let word = rule.needs.iter().flatten().min_by_key(|word| word.len())?;
    let message = format!("`{word}` is in almost every file: all of them are parsed");
    let help = "add `needs`, with longer words of which one is in every matching file".to_owned();
    Some(read.problem(&["match"], message, Some(help)))
}

/// The tree of a file that holds one document.
fn read_one<'r>(read: &'r RuleSource, problems: &mut Vec<Problem>) -> Option<&'r DataTree> {
    let facts = read.facts()?;
    if let Some(notice) = facts.notices.first() {
        let offset = notice.offset.min(read.source.text().len());
        let message = notice.message.split("; ").next().unwrap_or_default();
        let fault = Fault::new(format!("invalid YAML: {message}"));
        problems.push(read.fault(fault.at(Span::at(offset))));
        return None;
    }
    match facts.tree.roots.as_slice() {
        [_] => Some(&facts.tree),
        [] => {
            problems.push(read.fault(Fault::new("the file is empty")));
            None
        }
        [_, second, ..] => {
            let span = facts.tree.get(*second).map_or_else(Span::default, |node| Span::at(node.span.start()));
            let fault = Fault::new("the file contains several documents").help("use one file for each rule");
            problems.push(read.fault(fault.at(span)));
            None
        }
    }
}

/// Reads and checks files of rules.
pub struct Loader {
    out: Loaded,
    problems: Vec<Problem>,
    /// Whether nothing is built in.
    alone: bool,
}

impl Loader {
    fn new(data: RuleData, sites: SiteData, alone: bool) -> Self {
        Self { out: Loaded { data, sites, files: Vec::new() }, problems: Vec::new(), alone }
    }

    /// Puts rules after what is built in.
    pub fn over_built_in() -> Self {
        Self::new(RuleData::clone(&BUILT_IN), Sites::built_in().data().clone(), false)
    }

    /// As [`load()`], by `threads` threads, with texts that `read` gets: each in the same breath as it is parsed.
    ///
    /// # Errors
    /// See [`load()`], or why one of them cannot be read.
    pub fn load<T, E>(
        mut self,
        files: &[RuleFile<T>],
        threads: usize,
        read: impl Fn(&T) -> Result<String, E> + Sync,
    ) -> Result<Loaded, E>
    where
        T: Sync,
        E: From<Vec<Problem>> + Send,
    {
        let read = |file: &RuleFile<T>| Ok::<_, E>(RuleSource::new(file.path.clone(), read(&file.text)?));
        // Rules speak of programs, sites and units: those come first.
        let (rules, others): (Vec<_>, Vec<_>) =
            files.iter().partition(|file| kind(&file.inside) == RuleFileKind::Rule);
        for file in others {
            self.other(kind(&file.inside), &read(file)?);
        }
        // The more a host asks of the document, the more it knows of its places: it comes first.
        let hosts = &mut self.out.sites.hosts;
        hosts.sort_by_key(|host| (host.fallback, Reverse(host.document.len()), host.host.clone()));
        let out = &self.out;
        // Many rules are to be no burden at each start.
        let forms =
            parallel::map(threads, &rules, |file| Ok::<_, E>(LoadedRule::of(read(file)?, &file.inside, out)));
        let mut ids: HashSet<String> = self.out.data.rules.iter().map(|rule| rule.id.clone()).collect();
        for form in forms {
            self.rule(form?, &mut ids);
        }
        self.problems.sort_by_key(|problem| files.iter().position(|file| file.path == problem.path));
        if self.problems.is_empty() { Ok(self.out) } else { Err(self.problems.into()) }
    }

    fn get<T: DeserializeOwned>(&mut self, read: &RuleSource) -> Option<T> {
        let tree = read_one(read, &mut self.problems)?;
        let found = RuleReader::of(tree).read(tree.roots.first().copied()?, Keys::All);
        found.map_err(|fault| self.problems.push(read.fault(fault))).ok()
    }

    fn other(&mut self, kind: RuleFileKind, read: &RuleSource) {
        match kind {
            RuleFileKind::Programs => {
                let Some(programs) = self.get::<Programs>(read) else { return };
                self.programs(read, programs);
            }
            RuleFileKind::Charts => {
                let Some(charts) = self.get::<Vec<Chart>>(read) else { return };
                for (index, chart) in charts.into_iter().enumerate() {
                    if self.out.sites.charts.iter().any(|known| known.chart == chart.chart) {
                        let message = format!("the chart `{}` already exists", chart.chart);
                        self.problems.push(read.problem(&[&index.to_string(), "chart"], message, None));
                    }
                    self.out.sites.charts.push(chart);
                }
            }
            RuleFileKind::Site => {
                let Some(mut host) = self.get::<Host>(read) else { return };
                self.problems.extend(hosts::check(read, &host, &self.out.sites));
                hosts::complete(&mut host);
                self.out.sites.hosts.push(host);
            }
            RuleFileKind::Road => {
                let Some(road) = self.get::<Road>(read) else { return };
                // Their words are those of plans, which are about what is built in.
                if !self.alone {
                    let message = "roads are built in: use a rule with `entry` or `request`".to_owned();
                    self.problems.push(read.problem(&["road"], message, None));
                }
                self.out.sites.roads.push(road);
            }
            RuleFileKind::Unit => {
                let Some(unit) = self.get::<super::Unit>(read) else { return };
                if self.out.data.units.iter().any(|known| known.unit == unit.unit) {
                    let message = format!("the unit `{}` already exists", unit.unit);
                    self.problems.push(read.problem(&["unit"], message, None));
                }
                self.out.data.units.push(unit);
            }
            RuleFileKind::Rule => {}
        }
    }

    fn programs(&mut self, read: &RuleSource, programs: Programs) {
        let known = &mut self.out.sites.programs;
        let mut names: HashSet<String> = known.programs.iter().map(|program| program.name.clone()).collect();
        for (index, mut program) in programs.programs.into_iter().enumerate() {
            if !names.insert(program.name.clone()) {
                let message = format!("the program `{}` already exists", program.name);
                self.problems.push(read.problem(&["programs", &index.to_string(), "name"], message, None));
            }
            // Options may be after a program whatever its subcommand is.
            if !self.alone && !program.subcommands.iter().any(|subcommand| subcommand.name.is_empty()) {
                let (flags, valued) = (program.flags.clone(), program.valued.clone());
                program.subcommands.push(Subcommand { flags, valued, ..Subcommand::default() });
            }
            known.programs.push(program);
        }
        known.wrappers.extend(programs.wrappers);
        known.printers.extend(programs.printers);
        known.secrets.extend(programs.secrets);
        known.releases.extend(programs.releases);
        known.requests.extend(programs.requests);
    }

    /// Rules that are fixed together in different ways.
    fn together(&self, read: &RuleSource, rule: &super::Rule) -> Option<Problem> {
        let own = rule.together.as_ref().filter(|it| it.name.is_some())?;
        let differs = |other: &&super::Rule| {
            other.together.as_ref().is_some_and(|it| it.name == own.name && it.within != own.within)
        };
        let other = self.out.data.rules.iter().find(differs)?;
        let message = format!("`within` differs from that of `{}`, which has the same name", other.id);
        Some(read.problem(&["together", "within"], message, None))
    }

    fn rule(&mut self, form: LoadedRule, ids: &mut HashSet<String>) {
        let before = self.problems.len();
        let LoadedRule { read, rule, problems } = form;
        // One without an id has another problem.
        if let Some(rule) = rule.as_ref().filter(|rule| !rule.id.is_empty())
            && !ids.insert(rule.id.clone())
        {
            self.problems.push(check::twice(&read, rule));
        }
        self.problems.extend(problems);
        self.problems.extend(rule.as_ref().and_then(|rule| self.together(&read, rule)));
        let Some(rule) = rule.filter(|_| self.problems.len() == before) else { return };
        check::words(&rule, &mut self.out.sites.programs);
        self.out.data.rules.push(rule);
        self.out.files.push(Arc::new(read));
    }
}
