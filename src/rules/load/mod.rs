//! Reads and checks rule files, whoever wrote them: the same form for the rules that are built in and for a user's own.
//!
//! A folder of rules holds one file for each rule, `ID.yaml`, in any folder; beside them what rules speak of:
//! `programs.yaml`, `charts.yaml`, `sites/*.yaml`, `units/*.yaml`.

mod actions;
mod check;
mod fault;
mod needs;
mod spanned;

use super::{BUILT_IN, RuleData, RuleText};
use crate::facts::{DataTree, NodeId};
use crate::sites::{Chart, Host, Programs, SiteData, Sites, Subcommand};
use crate::syntax::{self, Parsed};
use crate::text::{Source, Span};
use fault::Fault;
pub use fault::Problem;
use serde::de::DeserializeOwned;
use spanned::{Keys, Reader};
use std::cmp::Reverse;
use std::sync::Arc;
use std::thread;

/// The keys of a rule file that say something to people, and nothing to the engine.
const TEXT: &[&str] = &["why", "examples"];

/// A file of a folder of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// As shown, `/`-separated.
    pub path: String,
    /// From the folder of rules on, `/`-separated.
    pub inside: String,
    /// Its text.
    pub text: String,
}

/// Rules and all that they speak of, those that are built in first.
#[derive(Debug)]
pub struct Loaded {
    /// Rules and units.
    pub data: RuleData,
    /// Sites, programs and charts.
    pub sites: SiteData,
    /// What the rules from the files say to people, in their order in `data`.
    pub texts: Vec<RuleText>,
    /// Where each of those rules stands.
    pub files: Vec<Arc<Read>>,
}

/// A file that was read.
pub struct Read {
    /// As shown.
    pub path: String,
    /// Its text.
    pub source: Arc<Source>,
    parsed: Box<dyn Parsed>,
}

impl std::fmt::Debug for Read {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path)
    }
}

impl Read {
    fn tree(&self) -> &DataTree {
        &self.parsed.facts().tree
    }

    fn top(&self) -> NodeId {
        self.tree().roots.first().copied().unwrap_or(NodeId(0))
    }

    /// The bytes of what stands under those keys and positions, or of the last of them that is there.
    pub fn span(&self, path: &[&str]) -> Span {
        let tree = self.tree();
        let mut at = self.top();
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
            None => tree.children(at).first().and_then(|child| tree.get(*child)?.key.as_ref()).map_or_else(
                || Span::new(node.span.start(), node.span.start() + usize::from(!node.span.is_empty())),
                |key| key.span,
            ),
        }
    }

    /// A problem at that place.
    pub fn problem(&self, path: &[&str], message: impl Into<String>, help: Option<String>) -> Problem {
        let (message, span) = (message.into(), self.span(path));
        Problem { path: self.path.clone(), source: Arc::clone(&self.source), span, message, help }
    }

    fn fault(&self, fault: Fault) -> Problem {
        let span = fault.span.unwrap_or_else(|| Span::at(0));
        let (message, help) = (fault.message, fault.help);
        Problem { path: self.path.clone(), source: Arc::clone(&self.source), span, message, help }
    }
}

/// Reads and checks `files`, and puts them behind what is built in.
///
/// # Errors
/// All that is wrong, in the order of the files.
pub fn load(files: &[RuleFile]) -> Result<Loaded, Vec<Problem>> {
    let (data, sites) = (RuleData::clone(&BUILT_IN), Sites::built_in().data().clone());
    Loader {
        out: Loaded { data, sites, texts: Vec::new(), files: Vec::new() },
        problems: Vec::new(),
        alone: false,
    }
    .load(files)
}

/// As [`load`], with nothing built in: how the rules that are built in are checked.
///
/// # Errors
/// See [`load`].
pub fn load_alone(files: &[RuleFile]) -> Result<Loaded, Vec<Problem>> {
    let (data, sites) = (RuleData::default(), SiteData::default());
    Loader {
        out: Loaded { data, sites, texts: Vec::new(), files: Vec::new() },
        problems: Vec::new(),
        alone: true,
    }
    .load(files)
}

/// What a file of a folder of rules holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rule,
    Programs,
    Charts,
    Site,
    Unit,
}

fn kind(inside: &str) -> Kind {
    let mut parts = inside.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match (parts.next(), stem) {
        (Some("sites"), _) => Kind::Site,
        (Some("units"), _) => Kind::Unit,
        (_, "programs") => Kind::Programs,
        (_, "charts") => Kind::Charts,
        _ => Kind::Rule,
    }
}

/// Parses all files, on all processors: many rules are to be no burden at each start.
fn parse(files: &[RuleFile]) -> Vec<Option<Form>> {
    let threads = thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let share = files.len().div_ceil(threads).max(FEW);
    let all = |files: &[RuleFile]| files.iter().map(parse_one).collect::<Vec<_>>();
    thread::scope(|scope| {
        let parts: Vec<_> = files
            .chunks(share)
            .map(|part| (part, thread::Builder::new().spawn_scoped(scope, move || all(part)).ok()))
            .collect();
        // What no thread could do is done here.
        let done = parts.into_iter().flat_map(|(part, thread)| {
            thread.and_then(|thread| thread.join().ok()).unwrap_or_else(|| all(part))
        });
        done.collect()
    })
}

/// So many files are not worth a thread.
const FEW: usize = 16;

/// A file, and the rule where it is the file of one.
struct Form {
    read: Read,
    rule: Option<(Result<super::Rule, Fault>, Result<RuleText, Fault>)>,
}

fn parse_one(file: &RuleFile) -> Option<Form> {
    let parsed = syntax::named("yaml")?.parse(&file.text);
    let source = Arc::new(Source::new(file.text.clone().into_bytes()));
    let read = Read { path: file.path.clone(), source, parsed };
    let rule = (kind(&file.inside) == Kind::Rule && !read.tree().roots.is_empty()).then(|| {
        let reader = Reader::of(read.tree());
        let rule = reader.read(read.top(), Keys::Without(TEXT)).map(|mut rule| {
            check::spell(&mut rule);
            rule
        });
        (rule, reader.read(read.top(), Keys::Only(&["id", "why", "examples"])))
    });
    Some(Form { read, rule })
}

struct Loader {
    out: Loaded,
    problems: Vec<Problem>,
    /// Whether nothing is built in.
    alone: bool,
}

impl Loader {
    fn load(mut self, files: &[RuleFile]) -> Result<Loaded, Vec<Problem>> {
        let parsed = parse(files);
        let read: Vec<(&RuleFile, Form)> =
            files.iter().zip(parsed).filter_map(|(file, read)| self.read(file, read?)).collect();
        // Rules speak of programs, sites and units: those come first.
        let (rules, others): (Vec<_>, Vec<_>) =
            read.into_iter().partition(|(file, _)| kind(&file.inside) == Kind::Rule);
        for (file, read) in &others {
            self.other(kind(&file.inside), &read.read);
        }
        // The more a host asks of the document, the more it knows of its places: it comes first.
        let hosts = &mut self.out.sites.hosts;
        hosts.sort_by_key(|host| (host.fallback, Reverse(host.document.len()), host.host.clone()));
        for (file, read) in rules {
            self.rule(file, read);
        }
        if self.problems.is_empty() { Ok(self.out) } else { Err(self.problems) }
    }

    fn read<'f>(&mut self, file: &'f RuleFile, form: Form) -> Option<(&'f RuleFile, Form)> {
        let read = &form.read;
        let facts = read.parsed.facts();
        if let Some(notice) = facts.notices.first() {
            let offset = notice.offset.min(file.text.len());
            let message = notice.message.split("; ").next().unwrap_or_default();
            let fault = Fault::new(format!("this is not well-formed YAML: {message}"));
            self.problems.push(read.fault(fault.at(Span::at(offset))));
            return None;
        }
        match facts.tree.roots.as_slice() {
            [_] => Some((file, form)),
            [] => {
                self.problems.push(read.fault(Fault::new("the file holds nothing")));
                None
            }
            [_, second, ..] => {
                let span =
                    facts.tree.get(*second).map_or_else(Span::default, |node| Span::at(node.span.start()));
                let fault =
                    Fault::new("the file holds several documents").help("give each rule its own file");
                self.problems.push(read.fault(fault.at(span)));
                None
            }
        }
    }

    fn get<T: DeserializeOwned>(&mut self, read: &Read, keys: Keys) -> Option<T> {
        let found = Reader::of(read.tree()).read(read.top(), keys);
        found.map_err(|fault| self.problems.push(read.fault(fault))).ok()
    }

    fn other(&mut self, kind: Kind, read: &Read) {
        match kind {
            Kind::Programs => {
                let Some(programs) = self.get::<Programs>(read, Keys::All) else { return };
                self.programs(read, programs);
            }
            Kind::Charts => {
                let Some(charts) = self.get::<Vec<Chart>>(read, Keys::All) else { return };
                for (index, chart) in charts.into_iter().enumerate() {
                    if self.out.sites.charts.iter().any(|known| known.chart == chart.chart) {
                        let message = format!("the chart `{}` is known already", chart.chart);
                        self.problems.push(read.problem(&[&index.to_string(), "chart"], message, None));
                    }
                    self.out.sites.charts.push(chart);
                }
            }
            Kind::Site => {
                let Some(host) = self.get::<Host>(read, Keys::All) else { return };
                self.problems.extend(check::host(read, &host, &self.out.sites));
                self.out.sites.hosts.push(host);
            }
            Kind::Unit => {
                let Some(unit) = self.get::<super::Unit>(read, Keys::All) else { return };
                if self.out.data.units.iter().any(|known| known.unit == unit.unit) {
                    let message = format!("the unit `{}` is known already", unit.unit);
                    self.problems.push(read.problem(&["unit"], message, None));
                }
                self.out.data.units.push(unit);
            }
            Kind::Rule => {}
        }
    }

    fn programs(&mut self, read: &Read, programs: Programs) {
        let known = &mut self.out.sites.programs;
        for (index, mut program) in programs.programs.into_iter().enumerate() {
            if known.programs.iter().any(|other| other.name == program.name) {
                let message = format!("the program `{}` is known already", program.name);
                self.problems.push(read.problem(&["programs", &index.to_string(), "name"], message, None));
            }
            // Options may stand behind a program whatever its subcommand is.
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

    fn rule(&mut self, file: &RuleFile, Form { read, rule: form }: Form) {
        let before = self.problems.len();
        let told = |fault| read.fault(fault);
        let (rule, text) = match form {
            Some((Ok(rule), Ok(text))) => (rule, text),
            Some((rule, text)) => {
                self.problems.extend([rule.err(), text.err()].into_iter().flatten().map(told));
                return;
            }
            None => return,
        };
        let mut rule = rule;
        self.problems.extend(check::rule(&read, file, &rule, &text, &self.out.data, &self.out.sites));
        if self.problems.len() > before {
            return;
        }
        if rule.needs.is_empty() {
            match needs::of(&rule, &self.out.data, &self.out.sites) {
                Some(found) => rule.needs = found,
                None => {
                    let message = "no words can be told from `match` without which it finds nothing";
                    let help = "list them under `needs`, one list for each word that has to be there: `needs: [[apiVersion], [Ingress]]`";
                    self.problems.push(read.problem(&["match"], message, Some(help.to_owned())));
                    return;
                }
            }
        }
        check::words(&rule, &mut self.out.sites.programs);
        self.out.data.rules.push(rule);
        self.out.texts.push(text);
        self.out.files.push(Arc::new(read));
    }
}
