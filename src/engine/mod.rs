//! The engine, a pure function: path and bytes in, findings out. No I/O, no printing.

mod catalogue;
mod change;
mod conditions;
mod documents;
mod findings;
mod fixes;
mod grams;
mod own;
mod prefilter;
mod reads;
mod secrets;
mod structure;

use crate::finding::{Linted, Notice, NoticeKind};
use crate::rules::{self, BUILT_IN, GITLAB, Registration, Role, Rule, Unit};
use crate::sites::{Carrier, Expression, ScopeKind, Survey, Via};
use crate::text::Source;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use catalogue::Catalogue;
use catalogue::UnitWords;
pub(crate) use documents::Documents;
pub(crate) use fixes::UnitFix;
use reads::Reads;

/// What a run is asked to do: selection, target version, what fixes may put in the place of a token.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The rules, and all that they speak of.
    pub catalogue: Arc<Catalogue>,
    /// Rule ids or families to report; empty for all.
    pub select: Vec<String>,
    /// Rule ids or families not to report.
    pub ignore: Vec<String>,
    /// What unsafe fixes put in the place of a registration token.
    pub token_value: Option<String>,
    /// The GitLab version to judge by, `major.minor`; `None` for the newest that the rules know.
    pub target_gitlab: Option<(u32, u32)>,
    /// The versions of other products to judge by, `major.minor`; the newest that the rules know where there is none.
    pub targets: BTreeMap<String, (u32, u32)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            catalogue: Arc::clone(Catalogue::built_in()),
            select: Vec::new(),
            ignore: Vec::new(),
            token_value: None,
            target_gitlab: None,
            targets: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// The version of `product` to judge by; `None` for the newest.
    pub fn target(&self, product: &str) -> Option<(u32, u32)> {
        if product == GITLAB { self.target_gitlab } else { self.targets.get(product).copied() }
    }
}

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
pub fn is_relevant(settings: &Settings, bytes: &[u8]) -> bool {
    settings.catalogue.prefilter().is_relevant(bytes)
}

/// Whether anything could be said of a file, whatever stands around it. Only values can be relevant by another file: by
/// the name that an umbrella chart gives to the runner's chart.
pub(crate) fn may_matter(settings: &Settings, path: &str, bytes: &[u8]) -> bool {
    let prefilter = settings.catalogue.prefilter();
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let may_be_values = [".yaml", ".yml", ".json"].iter().any(|ending| name.contains(ending));
    prefilter.is_relevant(bytes) || may_be_values && prefilter.may_be_values(bytes)
}

pub(crate) fn analyse(settings: &Settings, path: &str, around: &Surroundings, source: &Source) -> Analysis {
    // The name of an umbrella chart's dependency is evidence that stands in another file.
    let prefilter = settings.catalogue.prefilter();
    let named = !around.chart_aliases.is_empty() && prefilter.may_be_values(source.bytes());
    if named || prefilter.is_relevant(source.bytes()) {
        examine(settings, path, around, source, Some(&prefilter.within(source.bytes())))
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
    examine(settings, path, around, source, None)
}

fn examine(
    settings: &Settings,
    path: &str,
    around: &Surroundings,
    source: &Source,
    relevant: Option<&dyn Fn(&str) -> bool>,
) -> Analysis {
    let mut out = Analysis::default();
    out.linted.examined = true;
    let catalogue = settings.catalogue.as_ref();
    let active = catalogue.prefilter().active(source.bytes());
    // A template of a chart only says where the values of a registration go: it has no units, and nothing that is built in
    // looks into its texts. Other rules do.
    let template = around.in_chart_templates;
    let looks = |index: &usize| !template || *index >= BUILT_IN.rules.len();
    let looking: Vec<&Rule> = active
        .iter()
        .filter(|index| looks(index))
        .filter_map(|index| catalogue.rules().get(*index))
        .collect();
    let active: Vec<&Rule> = active.into_iter().filter_map(|index| catalogue.rules().get(index)).collect();
    let read = if template && looking.is_empty() && relevant.is_some() {
        None
    } else {
        documents::read(source, path, around, catalogue.sites(), relevant.unwrap_or(&|_| true))
    };
    let mut findings = findings::literals(settings, &active, source, read.is_some());
    if let Some(mut read) = read {
        for literal in &mut findings {
            let offset = literal.span.start() - source.text_start();
            literal.structure = structure::path(&read.documents, 0, offset);
        }
        let own = own::find(&looking, &read.documents, &mut read.survey);
        let mut names = BTreeSet::new();
        for (index, (unit, words)) in catalogue.units().iter().zip(&catalogue.words).enumerate() {
            let evidence = catalogue.sites().program_variables(&unit.program);
            let registrations =
                if template { Vec::new() } else { rules::assemble(unit, &read.survey, evidence) };
            if index > 0 && registrations.is_empty() {
                continue;
            }
            let file = File {
                settings,
                unit,
                words,
                path,
                source,
                documents: &read.documents,
                survey: &read.survey,
                reads: Reads::of((unit, words), source, &read.documents, &read.survey),
                has_old_token: registrations.iter().any(|unit| unit.fills(Role::Old)),
                own_chart: around.reads_own_values,
                by_scope: OnceCell::new(),
                mentioned: RefCell::default(),
            };
            out.linted.secrets.extend(secrets::find(&file, &registrations));
            for registration in &registrations {
                let judged = findings::judge(&file, registration, file.name(registration, &mut names));
                findings.extend(judged.findings);
                out.fixes.extend(judged.fix);
            }
            if index == 0 {
                for own in &own {
                    let judged = findings::judge_own(&file, own);
                    findings.extend(judged.findings);
                    out.fixes.extend(judged.fix);
                }
            }
        }
        out.linted.secrets.sort_unstable();
        out.linted.secrets.dedup();
        out.linted.notices = read.notices;
        out.documents = Some(read.documents);
    } else {
        out.linted.secrets = secrets::literals(catalogue, source);
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
    /// The unit that is looked for in it.
    unit: &'a Unit,
    words: &'a UnitWords,
    path: &'a str,
    source: &'a Source,
    documents: &'a Documents,
    survey: &'a Survey,
    reads: Reads<'a>,
    /// Whether one of its registrations has a token in the old place.
    has_old_token: bool,
    /// See [`Surroundings::reads_own_values`].
    own_chart: bool,
    /// The carriers of each scope, once somebody asks.
    by_scope: OnceCell<BTreeMap<usize, Vec<usize>>>,
    /// Which expressions stand anywhere in it, by what they are.
    mentioned: RefCell<BTreeMap<String, bool>>,
}

impl<'a> File<'a> {
    /// What is carried by `via` in the scope of `carrier`.
    fn beside(&self, carrier: &Carrier, via: Via) -> impl Iterator<Item = &'a Carrier> {
        let all = &self.survey.carriers;
        let by_scope = self.by_scope.get_or_init(|| {
            let mut by_scope: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for (index, carrier) in all.iter().enumerate() {
                by_scope.entry(carrier.scope).or_default().push(index);
            }
            by_scope
        });
        let same = by_scope.get(&carrier.scope).into_iter().flatten();
        same.filter_map(|index| all.get(*index)).filter(move |it| it.via == via)
    }

    /// Whether something like it stands anywhere in the file.
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
