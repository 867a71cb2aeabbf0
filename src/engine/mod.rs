//! The engine, a pure function: path and bytes in, findings out. No I/O, no printing.

mod documents;
mod findings;
mod fixes;
mod places;
mod prefilter;
mod reads;
mod secrets;
mod structure;

use crate::finding::{Linted, Notice, NoticeKind};
use crate::rules::{self, BUILT_IN, Registration, Role};
use crate::sites::{ScopeKind, Survey};
use crate::text::Source;
use std::collections::BTreeSet;

pub use crate::config::Settings;
pub(crate) use documents::Documents;
pub(crate) use fixes::UnitFix;
use reads::Reads;

/// What is known about a file from the files around it (its nearest `Chart.yaml`).
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Names under which an umbrella chart holds the gitlab-runner chart.
    pub chart_aliases: Vec<String>,
    /// Whether the file is a template of a chart.
    pub in_chart_templates: bool,
    /// Whether the file is the values of a chart whose own templates read settings of the runner.
    pub reads_own_values: bool,
}

/// All that is known of a file: what the fixer proves its work by.
#[derive(Default)]
pub(crate) struct Analysis {
    /// What it says to people.
    pub(crate) linted: Linted,
    /// The texts; `None` if nothing had to be parsed.
    pub(crate) documents: Option<Documents>,
    /// The fix of each unit that has one.
    pub(crate) fixes: Vec<UnitFix>,
}

/// Lints one file. `path` is `/`-separated, as shown to the user.
pub fn lint(settings: &Settings, path: &str, surroundings: &Surroundings, source: &Source) -> Linted {
    analyse(settings, path, surroundings, source).linted
}

/// Whether any rule could match in these bytes; a file without is never parsed.
pub fn is_relevant(bytes: &[u8]) -> bool {
    prefilter::is_relevant(bytes)
}

/// Whether anything could be said of a file, whatever stands around it. Only values can be relevant by another file: by
/// the name that an umbrella chart gives to the runner's chart.
pub(crate) fn may_matter(path: &str, bytes: &[u8]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let may_be_values = [".yaml", ".yml", ".json"].iter().any(|ending| name.contains(ending));
    prefilter::is_relevant(bytes) || may_be_values && prefilter::is_mentioned(bytes)
}

pub(crate) fn analyse(settings: &Settings, path: &str, around: &Surroundings, source: &Source) -> Analysis {
    // The name of an umbrella chart's dependency is evidence that stands in another file.
    let named = !around.chart_aliases.is_empty() && prefilter::may_contribute(source.text());
    if named || prefilter::is_relevant(source.bytes()) {
        examine(settings, path, around, source, &prefilter::may_contribute)
    } else {
        Analysis::default()
    }
}

/// As [`analyse`], with every text read, whether or not a rule could match in it: to compare a result by.
pub(crate) fn analyse_all(
    settings: &Settings,
    path: &str,
    around: &Surroundings,
    source: &Source,
) -> Analysis {
    examine(settings, path, around, source, &|_| true)
}

fn examine(
    settings: &Settings,
    path: &str,
    around: &Surroundings,
    source: &Source,
    relevant: &dyn Fn(&str) -> bool,
) -> Analysis {
    let mut out = Analysis::default();
    out.linted.examined = true;
    let mut findings = findings::literals(settings, source);
    // A template of a chart only says where a value goes.
    if !around.in_chart_templates
        && let Some(read) = documents::read(source, path, around, relevant)
    {
        for literal in &mut findings {
            let offset = literal.span.start() - source.text_start();
            literal.structure = structure::path(&read.documents, 0, offset);
        }
        let registrations = rules::assemble(&BUILT_IN.unit, &read.survey, evidence());
        let file = File {
            settings,
            path,
            source,
            documents: &read.documents,
            survey: &read.survey,
            reads: Reads::of(source, &read.documents, &read.survey),
            has_old_token: registrations.iter().any(|unit| unit.fills(Role::Old)),
            own_chart: around.reads_own_values,
        };
        out.linted.secrets = secrets::find(&file, &registrations);
        let mut names = BTreeSet::new();
        for registration in &registrations {
            let judged = findings::judge(&file, registration, file.name(registration, &mut names));
            findings.extend(judged.findings);
            out.fixes.extend(judged.fix);
        }
        findings.extend(places::find(&file));
        out.linted.notices = read.notices;
        out.documents = Some(read.documents);
    } else {
        out.linted.secrets = secrets::literals(source);
    }
    findings.sort_by(|a, b| (a.span, &a.rule).cmp(&(b.span, &b.rule)));
    out.linted.findings = findings;
    if !source.is_utf8() {
        out.linted.notices.push(Notice {
            kind: NoticeKind::Unparsable,
            message: "not all of it is valid UTF-8; it was read byte by byte".to_owned(),
            position: None,
        });
    }
    out
}

/// A file that was read, and how it is to be judged.
pub(crate) struct File<'a> {
    settings: &'a Settings,
    path: &'a str,
    source: &'a Source,
    documents: &'a Documents,
    survey: &'a Survey,
    reads: Reads<'a>,
    /// Whether one of its registrations has a token in the old place.
    has_old_token: bool,
    /// See [`Surroundings::reads_own_values`].
    own_chart: bool,
}

impl File<'_> {
    /// `path:line` of a unit; with the column where another unit begins on the same line.
    fn name(&self, registration: &Registration, taken: &mut BTreeSet<String>) -> String {
        let position = self.source.position(self.start(registration));
        let line = format!("{}:{}", self.path, position.line);
        let column = format!("{line}:{}", position.column);
        let numbered = (2..).map(|number| format!("{column}:{number}"));
        let mut names = [line, column.clone()].into_iter().chain(numbered);
        names.find(|name| taken.insert(name.clone())).unwrap_or(column)
    }

    /// The first byte of a unit: where its command, values or Secret begin.
    fn start(&self, registration: &Registration) -> usize {
        let carriers = registration.members.iter().filter_map(|it| self.survey.carriers.get(it.carrier));
        let used: BTreeSet<usize> = carriers.map(|carrier| carrier.scope).collect();
        let start = |index: &usize| {
            let scope = self.survey.scopes.get(*index)?;
            let counts = used.contains(index) || scope.kind == ScopeKind::Command;
            counts.then(|| self.documents.to_host(scope.doc, scope.span).start())
        };
        registration.scopes.iter().filter_map(start).min().unwrap_or_default()
    }
}

/// Variables that only the program of the unit reads.
fn evidence() -> &'static [String] {
    crate::sites::program_variables(&BUILT_IN.unit.program)
}
