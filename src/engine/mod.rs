//! The engine, a pure function: path and bytes in, findings out. No I/O, no printing.

mod accepted;
mod align;
mod anchors;
mod caches;
mod change;
mod comments;
mod conditions;
mod documents;
mod examine;
mod fill;
mod findings;
mod fixes;
mod guards;
mod literal_flow;
mod moves;
mod named_secrets;
mod origin;
mod own;
mod paths;
mod pieces;
mod pins;
mod reads;
mod reasons;
mod relations;
mod renames;
mod secrets;
mod structure;
mod suppressions;
mod together;
mod token;
mod units;
mod unused;
mod uses;
mod words;

use crate::baseline::BaselineOfFile;
use crate::catalogue::UnitWords;
use crate::finding::{Finding, Linted, Notice, NoticeKind, Refusal};
use crate::rules::{Registration, Unit, UnitKind};
use crate::sites::{Carrier, Expression, ScopeKind, Survey, Via};
use crate::suppress::Suppressions;
use crate::text::{Source, Span};
use memchr::memmem::Finder;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

pub use crate::catalogue::Catalogue;
pub use crate::config::Settings;
pub(crate) use align::align;
use caches::Caches;
pub(crate) use documents::{ByPlace, Documents, EmbeddedDocument};
use examine::Examination;
pub(crate) use fixes::{EditPlan, UnitFix};
pub use paths::{EntryPath, TextPaths, paths};
pub(crate) use pieces::{InnerSpans, Statements};
use reads::Reads;
use relations::Relations;
pub(crate) use suppressions::{Written, plan};

/// How many findings a file may have.
const MAX_FINDINGS: usize = 20_000;

/// What is known about a file from the files around it (its nearest `Chart.yaml`).
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Names under which an umbrella chart contains the gitlab-runner chart.
    pub chart_aliases: Vec<String>,
    /// Whether the file is a template of a chart.
    pub in_chart_templates: bool,
    /// Whether the file is the values of a chart whose own templates read settings of the runner.
    pub reads_own_values: bool,
    /// The baseline's entries for the file.
    pub known: BaselineOfFile,
}

/// The result of an analysis of a file, with which the fixer verifies its work.
#[derive(Default)]
pub(crate) struct Analysis {
    /// What is reported.
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
    analyse(settings, path, surroundings, source, None).linted
}

/// What must not be shown of a file, whether or not anything is reported for it.
pub(crate) fn secrets(
    settings: &Settings,
    path: &str,
    surroundings: &Surroundings,
    source: &Source,
) -> Vec<Span> {
    analyse(settings, path, surroundings, source, Some(&BTreeSet::new())).linted.secrets
}

/// Whether findings of a rule are reported; true for an unknown rule, which has none.
pub fn is_told(settings: &Settings, rule: &str) -> bool {
    let rule = settings.catalogue.rule(rule);
    rule.is_none_or(|rule| findings::is_selected(settings, rule) && findings::is_due(settings, rule))
}

/// Whether any rule could match in these bytes; a file without is never parsed.
pub fn is_relevant(catalogue: &Catalogue, bytes: &[u8]) -> bool {
    catalogue.prefilter().is_relevant(bytes)
}

/// Whether any rule could match a file. Only values can be relevant by another file: by the name that an umbrella chart
/// gives to the runner's chart; `is_named` checks for one, and is called only for files that may contain values.
pub(crate) fn may_matter(
    catalogue: &Catalogue,
    path: &str,
    bytes: &[u8],
    is_named: impl FnOnce() -> bool,
) -> bool {
    let prefilter = catalogue.prefilter();
    let is_value = || may_be_values(path) && speaks_of_runners(bytes) && is_named();
    prefilter.is_relevant(bytes) || is_value() && prefilter.may_be_values(bytes)
}

/// Whether these bytes may contain values of the runner's chart: `runners.tags`, `runnerToken`.
fn speaks_of_runners(bytes: &[u8]) -> bool {
    static RUNNER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("runner"));
    RUNNER.find(bytes).is_some()
}

/// Whether a file of that name may contain values of a chart.
fn may_be_values(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).as_bytes();
    let begins = |rest: &[u8], ending: &str| {
        rest.get(..ending.len()).is_some_and(|rest| rest.eq_ignore_ascii_case(ending.as_bytes()))
    };
    let mut dots = memchr::memchr_iter(b'.', name).filter_map(|dot| name.get(dot + 1..));
    dots.any(|rest| ["yaml", "yml", "json"].iter().any(|ending| begins(rest, ending)))
}

/// Lints a file and keeps what a fix is verified by. If `kept` is given, the file is read even if no rule can match in it, and
/// so are the texts in it that begin at these bytes of the file.
pub(crate) fn analyse(
    settings: &Settings,
    path: &str,
    around: &Surroundings,
    source: &Source,
    kept: Option<&BTreeSet<usize>>,
) -> Analysis {
    let prefilter = settings.catalogue.prefilter();
    let active = prefilter.active(source.bytes());
    // The name of an umbrella chart's dependency is evidence from another file.
    let named = || !around.chart_aliases.is_empty() && prefilter.may_be_values(source.bytes());
    if kept.is_none() && active.is_empty() && !named() {
        return Analysis::default();
    }
    Examination { settings, path, around, source, kept }.run(&active)
}

impl Analysis {
    /// Selects and sorts the findings, and marks those that the baseline accepts.
    fn finish(
        &mut self,
        settings: &Settings,
        around: &Surroundings,
        source: &Source,
        mut findings: Vec<Finding>,
    ) {
        findings.retain(|finding| is_due(settings, &finding.rule));
        findings.sort_by(|a, b| (a.span, &a.rule, b.severity).cmp(&(b.span, &b.rule, a.severity)));
        // What an alias brings to several registrations is one finding: none of them has a fix.
        findings
            .dedup_by(|a, b| (a.span, &a.rule) == (b.span, &b.rule) && a.unit.is_some() && b.unit.is_some());
        accepted::list_edits(&mut findings);
        self.linted.findings = findings;
        self.linted.texts.extend(settings.token_literal().map(str::to_owned));
        self.linted.texts.sort_unstable();
        self.linted.texts.dedup();
        accepted::hide(source, &mut self.linted);
        around.known.mark(&mut self.linted.findings);
        accepted::withhold(self);
        if self.linted.findings.len() > MAX_FINDINGS {
            self.cut(source);
        }
        self.linted.notices.extend((!source.is_utf8()).then(|| Notice {
            kind: NoticeKind::Unparsable,
            message: "not all of it is valid UTF-8; it was read byte by byte".to_owned(),
            position: None,
        }));
    }

    /// Notes what must not be shown of the file.
    fn hide(&mut self, judged: &[(LintedFile<'_>, Vec<Registration>)]) {
        for (file, registrations) in judged {
            let found = secrets::find(file, registrations);
            self.linted.secrets.extend(found.spans);
            self.linted.texts.extend(found.texts);
        }
        self.linted.secrets.sort_unstable();
        self.linted.secrets.dedup();
    }

    fn refuse_all(&mut self, findings: &mut [Finding], reason: &Refusal) {
        self.fixes.clear();
        for finding in findings.iter_mut().filter(|finding| finding.fix.is_ok()) {
            finding.fix = Err(reason.clone());
            finding.removes = None;
        }
    }

    /// Leaves out what is too much. A unit is fixed as a whole, and not all of one may be here.
    fn cut(&mut self, source: &Source) {
        let first =
            self.linted.findings.get(MAX_FINDINGS).map(|finding| source.position(finding.span.start()));
        let mut findings = std::mem::take(&mut self.linted.findings);
        findings.truncate(MAX_FINDINGS);
        self.refuse_all(&mut findings, &Refusal::TooManyFindings);
        self.linted.findings = findings;
        self.linted.notices.push(Notice {
            kind: NoticeKind::Limited,
            message: format!("more than {MAX_FINDINGS} findings in this file: the others are not shown"),
            position: first,
        });
    }
}

/// Whether the version to check against has a replacement for what the rule called `id` finds.
fn is_due(settings: &Settings, id: &str) -> bool {
    settings.catalogue.rule(id).is_none_or(|rule| findings::is_due(settings, rule))
}

/// A file that was read, and what to check it against.
pub(crate) struct LintedFile<'a> {
    settings: &'a Settings,
    /// The unit that is searched for in it.
    unit: &'a Unit,
    words: &'a UnitWords,
    path: &'a str,
    source: &'a Source,
    documents: &'a Documents,
    survey: &'a Survey,
    suppressions: &'a Suppressions,
    reads: Reads<'a>,
    /// Which of its registrations may be one.
    relations: Relations,
    /// Where the expressions in its slots come from, by carrier.
    origins: origin::Origins,
    /// A token in the new place of one of its registrations: the carrier.
    new_token: Option<usize>,
    /// Whether values that belong to no release have settings and no token.
    has_loose_settings: bool,
    /// See [`Surroundings::reads_own_values`].
    own_chart: bool,
    /// The carriers of each scope, built on first use.
    by_scope: OnceCell<BTreeMap<usize, Vec<usize>>>,
    /// Whether each expression is anywhere in it, by the expression.
    mentioned: RefCell<BTreeMap<String, bool>>,
    /// What is looked up once.
    caches: Caches,
    /// What names its Secrets, by their names.
    readers: BTreeMap<String, UnitKind>,
    /// Its Secrets with an authentication token, by name.
    secrets: named_secrets::Secrets,
    /// The same, for those with a token in the old place.
    unmoved_secrets: named_secrets::Secrets,
}

impl<'a> LintedFile<'a> {
    /// What is carried by `via` in the scope of `carrier`.
    fn beside(&self, carrier: &Carrier, via: Via) -> impl Iterator<Item = &'a Carrier> {
        self.in_scope(carrier.scope).filter(move |it| it.via == via)
    }

    /// What belongs to a scope.
    fn in_scope(&self, scope: usize) -> impl Iterator<Item = &'a Carrier> {
        let all = &self.survey.carriers;
        let by_scope = self.by_scope.get_or_init(|| {
            let mut by_scope: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for (index, carrier) in all.iter().enumerate() {
                by_scope.entry(carrier.scope).or_default().push(index);
            }
            by_scope
        });
        by_scope.get(&scope).into_iter().flatten().filter_map(|index| all.get(*index))
    }

    /// Whether the file contains something that matches it.
    fn mentions(&self, expression: &Expression) -> bool {
        if let Some(known) = self.mentioned.borrow().get(expression.as_str()) {
            return *known;
        }
        let found = expression.bytes().is_some_and(|regex| regex.is_match(self.source.bytes()));
        self.mentioned.borrow_mut().insert(expression.as_str().to_owned(), found);
        found
    }

    /// `path:line` of a unit; with the column where another unit begins on the same line.
    fn name(&self, registration: &Registration, taken: &mut BTreeSet<String>) -> String {
        self.name_of(self.start(registration), taken)
    }

    /// As [`LintedFile::name`], of what begins at the byte `start` of the file.
    fn name_of(&self, start: usize, taken: &mut BTreeSet<String>) -> String {
        let position = self.source.position(start);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::BUILT_IN;

    #[test]
    fn all_values_of_a_chart_that_rules_look_for_speak_of_runners() {
        let names = BUILT_IN.units.iter().flat_map(|unit| {
            let settings = unit.settings.iter().map(|setting| &setting.spelled);
            settings.chain([&unit.new, &unit.old]).flat_map(|spelled| &spelled.chart)
        });
        for name in names {
            assert!(speaks_of_runners(name.as_bytes()), "{name}");
        }
    }
}
