//! The engine, a pure function: path and bytes in, findings out. No I/O, no printing.

mod accepted;
mod documents;
mod findings;
mod fixes;
mod pieces;
mod places;
mod prefilter;
mod reads;
mod secrets;
mod structure;
mod suppressions;
mod units;
mod unused;

use crate::baseline::Known;
use crate::finding::{Finding, Linted, Notice, NoticeKind};
use crate::rules::{self, BUILT_IN, Registration, Role};
use crate::sites::{ScopeKind, Survey};
use crate::suppress::{MARKER, RULE, Suppression, Suppressions};
use crate::text::{Source, Span};
use std::collections::BTreeSet;

pub use crate::config::Settings;
pub(crate) use documents::{ByPlace, Documents};
pub(crate) use fixes::{Plan, UnitFix};
pub(crate) use pieces::{Inner, Pieces};
use reads::Reads;
pub(crate) use suppressions::{Written, plan};

/// How many findings a file may have.
const MAX_FINDINGS: usize = 100_000;

/// What is known about a file from the files around it (its nearest `Chart.yaml`).
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Names under which an umbrella chart holds the gitlab-runner chart.
    pub chart_aliases: Vec<String>,
    /// Whether the file is a template of a chart.
    pub in_chart_templates: bool,
    /// Whether the file is the values of a chart whose own templates read settings of the runner.
    pub reads_own_values: bool,
    /// What the baseline knows of the file.
    pub known: Known,
}

/// All that is known of a file: what the fixer proves its work by.
#[derive(Default)]
pub(crate) struct Analysis {
    /// What it says to people.
    pub(crate) linted: Linted,
    /// The texts; `None` if nothing had to be parsed.
    pub(crate) documents: Option<Documents>,
    /// The fix of each unit that has one, and of each suppression that is not needed.
    pub(crate) fixes: Vec<UnitFix>,
    /// The suppressions in it.
    pub(crate) suppressions: Written,
}

/// Lints one file. `path` is `/`-separated, as shown to the user.
pub fn lint(settings: &Settings, path: &str, surroundings: &Surroundings, source: &Source) -> Linted {
    analyse(settings, path, surroundings, source).linted
}

/// Whether findings of a rule would be told; a rule that nobody knows has none to tell.
pub fn is_told(settings: &Settings, rule: &str) -> bool {
    let rule = BUILT_IN.rules.iter().find(|it| it.id == rule);
    rule.is_none_or(|rule| findings::is_selected(settings, rule) && findings::is_due(settings, rule))
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
    let mut found: Vec<(String, Span)> = Vec::new();
    // A template of a chart only says where a value goes; its comments may say something to us.
    let needs_texts = !around.in_chart_templates || source.text().contains(MARKER);
    if needs_texts && let Some(read) = documents::read(source, path, around, relevant) {
        let written = suppressions::find(&read.documents, source);
        for literal in &mut findings {
            let offset = literal.span.start() - source.text_start();
            literal.structure = structure::path(&read.documents, 0, offset);
        }
        let registrations = if around.in_chart_templates {
            Vec::new()
        } else {
            rules::assemble(&BUILT_IN.unit, &read.survey, evidence())
        };
        let file = File {
            settings,
            path,
            source,
            documents: &read.documents,
            survey: &read.survey,
            suppressions: &written.all,
            reads: Reads::of(source, &read.documents, &read.survey),
            has_old_token: registrations.iter().any(|unit| unit.fills(Role::Old)),
            own_chart: around.reads_own_values,
        };
        out.linted.secrets = secrets::find(&file, &registrations);
        let mut names = BTreeSet::new();
        let index = settings.units.then(|| units::Index::of(&file));
        for registration in &registrations {
            if findings.len() > MAX_FINDINGS {
                break;
            }
            let name = file.name(registration, &mut names);
            let judged = findings::judge(&file, registration, name.clone());
            // Whatever is selected or accepted: a plan is about registrations.
            if let Some(index) = index.as_ref().filter(|_| judged.due) {
                out.linted.units.extend(index.units(registration, &name));
            }
            findings.extend(judged.findings);
            out.fixes.extend(judged.fix);
            found.extend(judged.found);
        }
        if !around.in_chart_templates {
            findings.extend(places::find(&file));
        }
        out.linted.notices = if around.in_chart_templates { Vec::new() } else { read.notices };
        if !written.all.is_empty() {
            accept(&file, &written, found, &mut findings, &mut out.fixes);
        }
        findings.retain(|finding| is_due(settings, &finding.rule));
        out.suppressions = written;
        out.documents = Some(read.documents);
    } else {
        out.linted.secrets = secrets::literals(source);
    }
    findings.sort_by(|a, b| (a.span, &a.rule).cmp(&(b.span, &b.rule)));
    out.linted.findings = findings;
    accepted::hide(source, &mut out.linted);
    around.known.mark(&mut out.linted.findings);
    accepted::withhold(&mut out);
    if out.linted.findings.len() > MAX_FINDINGS {
        out.cut(source);
    }
    if !source.is_utf8() {
        out.linted.notices.push(Notice {
            kind: NoticeKind::Unparsable,
            message: "not all of it is valid UTF-8; it was read byte by byte".to_owned(),
            position: None,
        });
    }
    out
}

impl Analysis {
    /// Leaves out what is too much. Fixes go all or none, and nobody sees all here.
    fn cut(&mut self, source: &Source) {
        let first =
            self.linted.findings.get(MAX_FINDINGS).map(|finding| source.position(finding.span.start()));
        self.linted.findings.truncate(MAX_FINDINGS);
        self.fixes.clear();
        for finding in &mut self.linted.findings {
            if finding.fix.is_ok() {
                finding.fix = Err("this file has too many findings to fix them all at once".to_owned());
                finding.removes = None;
            }
        }
        self.linted.notices.push(Notice {
            kind: NoticeKind::Limited,
            message: format!("more than {MAX_FINDINGS} findings in this file: the others are not shown"),
            position: first,
        });
    }
}

/// Marks the findings that a comment accepts, and adds what is said of comments that accept nothing.
fn accept(
    file: &File<'_>,
    written: &Written,
    mut found: Vec<(String, Span)>,
    findings: &mut Vec<Finding>,
    fixes: &mut Vec<UnitFix>,
) {
    found.extend(findings.iter().filter(|it| it.unit.is_none()).map(|it| (it.rule.clone(), it.span)));
    let found: Vec<(&str, Span)> = found.iter().map(|(rule, span)| (rule.as_str(), *span)).collect();
    let (idle, removals) = written.judge(file.settings, file.documents, file.source, &found);
    findings.extend(idle);
    let mut kept: BTreeSet<String> = BTreeSet::new();
    for finding in findings.iter_mut().filter(|finding| finding.unit.is_none()) {
        // What is said of a suppression is not accepted by itself.
        let itself =
            |it: &&Suppression| finding.rule == RULE && (it.span == finding.span || finding.name == RULE);
        let suppression = written.all.of(&finding.rule, finding.span);
        if let Some(suppression) = suppression.filter(|it| !itself(it)) {
            kept.extend(finding.group());
            suppression.accept(finding);
        }
    }
    // What one finding of a comment asks for is not done if another one of them is accepted.
    for finding in findings.iter_mut().filter(|finding| finding.unit.is_none()) {
        if finding.group().is_some_and(|group| kept.contains(&group)) {
            finding.fix = Err("another name of this suppression is to be kept".to_owned());
        }
    }
    fixes.extend(removals.into_iter().filter(|fix| !kept.contains(&fix.unit)));
}

/// Whether the version that is judged by has a replacement for what the rule called `id` finds.
fn is_due(settings: &Settings, id: &str) -> bool {
    BUILT_IN.rules.iter().find(|rule| rule.id == id).is_none_or(|rule| findings::is_due(settings, rule))
}

/// A file that was read, and how it is to be judged.
pub(crate) struct File<'a> {
    settings: &'a Settings,
    path: &'a str,
    source: &'a Source,
    documents: &'a Documents,
    survey: &'a Survey,
    suppressions: &'a Suppressions,
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
