//! One file, step by step: its texts are read, rules match in them, what matched is judged, comments accept findings, and what
//! is left is put in order.

use super::documents::{self, FileDocuments};
use super::own::{self, Own};
use super::reads::Reads;
use super::relations::Relations;
use super::{
    Analysis, Caches, LintedFile, MAX_FINDINGS, Settings, Surroundings, Written, accepted, findings,
    named_secrets, origin, renames, secrets, structure, suppressions, together, units,
};
use crate::finding::{Finding, Refusal};
use crate::rules::{self, BUILT_IN, MemberRole, Registration, Rule, UnitKind};
use crate::suppress::MENTION;
use crate::text::{Source, Span};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;

/// A file to examine, and what to check it against.
pub(super) struct Examination<'a> {
    pub(super) settings: &'a Settings,
    /// Its path, `/`-separated, as shown to the user.
    pub(super) path: &'a str,
    pub(super) around: &'a Surroundings,
    pub(super) source: &'a Source,
    /// See [`super::analyse`].
    pub(super) kept: Option<&'a BTreeSet<usize>>,
}

/// The rules of an examination.
struct Looking<'a> {
    /// Those that find in the file all that they need.
    active: Vec<&'a Rule>,
    /// Those of them that read the texts of the file.
    in_texts: Vec<&'a Rule>,
}

/// What a unit finds in the texts: the file as the unit sees it, and its registrations.
type Matched<'a> = (LintedFile<'a>, Vec<Registration>);

/// What was judged.
#[derive(Default)]
struct Judgement {
    /// What is reported, so far.
    findings: Vec<Finding>,
    /// What the rules found, whether or not it is reported: the rule and the bytes.
    found: Vec<(String, Span)>,
}

impl<'a> Examination<'a> {
    /// `active` are the rules that find in the file all that they need, by index.
    pub(super) fn run(&self, active: &[usize]) -> Analysis {
        let mut out = Analysis::default();
        out.linted.examined = true;
        let looking = self.looking(active);
        let read = self.read(&looking);
        let literals = findings::literals(self.settings, &looking.active, self.source, read.is_some());
        let mut judgement = Judgement { findings: literals, found: Vec::new() };
        if let Some(mut read) = read {
            let written = suppressions::find(&read.documents, self.source, &self.settings.catalogue);
            self.locate(&mut judgement.findings, &read);
            let own = own::find(&looking.in_texts, &read.documents, &mut read.survey);
            let matched = self.match_units(&read, &written);
            self.judge(&matched, own, &mut judgement, &mut out);
            self.hide(&matched, &judgement, &written, &read, &mut out);
            drop(matched);
            self.accept(read, written, &looking, &mut judgement, &mut out);
        } else {
            out.linted.secrets = secrets::literals(&self.settings.catalogue, self.source);
        }
        out.finish(self.settings, self.around, self.source, judgement.findings);
        out
    }

    /// A template of a chart only shows where the values of a registration are used: it has no units, and no built-in rule
    /// reads its texts. Other rules do, and its comments may be suppressions.
    fn is_template(&self) -> bool {
        self.around.in_chart_templates
    }

    fn looking(&self, active: &[usize]) -> Looking<'a> {
        let rules = self.settings.catalogue.rules();
        let rule = |index: &usize| rules.get(*index);
        let looks = |index: &&usize| !self.is_template() || **index >= BUILT_IN.rules.len();
        Looking {
            active: active.iter().filter_map(rule).collect(),
            in_texts: active.iter().filter(looks).filter_map(rule).collect(),
        }
    }

    /// Reads the texts, where something looks at them.
    fn read(&self, looking: &Looking<'_>) -> Option<FileDocuments> {
        let needs_texts = !self.is_template()
            || !looking.in_texts.is_empty()
            || self.kept.is_some()
            || self.source.text().contains(MENTION);
        let read =
            || documents::read(self.source, self.path, self.around, &self.settings.catalogue, self.kept);
        needs_texts.then(read).flatten()
    }

    /// Says where in the structure of the file the literals are.
    fn locate(&self, literals: &mut [Finding], read: &FileDocuments) {
        for literal in literals {
            let offset = literal.span.start() - self.source.text_start();
            literal.structure = structure::path(&read.documents, 0, offset);
        }
    }

    /// The registrations of each unit. The first unit is always among them.
    fn match_units<'r>(&self, read: &'r FileDocuments, written: &'r Written) -> Vec<Matched<'r>>
    where
        'a: 'r,
    {
        let catalogue = &self.settings.catalogue;
        let mut matched = Vec::new();
        for (index, (unit, words)) in catalogue.units().iter().zip(&catalogue.words).enumerate() {
            let evidence = catalogue.sites().program_variables(&unit.program);
            let template = self.is_template();
            let mut registrations =
                if template { Vec::new() } else { rules::assemble(unit, &read.survey, evidence) };
            if index > 0 && registrations.is_empty() {
                continue;
            }
            let facts = (unit, &read.survey, &read.documents);
            let origins = origin::find(facts, &mut registrations);
            let file = LintedFile {
                settings: self.settings,
                unit,
                words,
                path: self.path,
                source: self.source,
                documents: &read.documents,
                survey: &read.survey,
                suppressions: &written.all,
                reads: Reads::of((unit, words), self.source, &read.documents, &read.survey),
                relations: Relations::of(facts, &registrations),
                origins,
                new_token: new_token(&registrations),
                has_loose_settings: registrations.iter().any(|unit| unit.has_loose_settings(&read.survey)),
                own_chart: self.around.reads_own_values,
                by_scope: OnceCell::new(),
                mentioned: RefCell::default(),
                caches: Caches::default(),
                readers: named_secrets::readers(unit, &read.survey),
                secrets: named_secrets::all(&read.documents, &read.survey, &registrations, MemberRole::New),
                unmoved_secrets: named_secrets::all(
                    &read.documents,
                    &read.survey,
                    &registrations,
                    MemberRole::Old,
                ),
            };
            matched.push((file, registrations));
        }
        matched
    }

    /// Judges the registrations, and with the first unit what belongs to none: `own`.
    fn judge(
        &self,
        matched: &[Matched<'_>],
        own: Vec<Own<'_>>,
        judgement: &mut Judgement,
        out: &mut Analysis,
    ) {
        let mut names = BTreeSet::new();
        let mut own = Some(own);
        for (index, (file, registrations)) in matched.iter().enumerate() {
            // A plan is about the registrations that are built in.
            let planned = self.settings.units && index == 0;
            let count = judgement.findings.len();
            let (mut judged, units) = judge(file, registrations, &mut names, count, planned);
            out.linted.units.extend(units);
            let own = own.take().unwrap_or_default();
            let mut own: Vec<_> =
                own.iter().take(MAX_FINDINGS + 1).map(|own| (own, findings::judge_own(file, own))).collect();
            own::first(file.survey, &mut own);
            together::join(file, &mut own, &mut names);
            judged.extend(own.into_iter().map(|(_, judged)| judged));
            for judged in judged {
                if judgement.findings.len() > MAX_FINDINGS {
                    break;
                }
                judgement.findings.extend(judged.findings);
                judgement.found.extend(judged.found);
                out.fixes.extend(judged.fix);
            }
        }
    }

    /// Notes what must not be shown. For most files nothing is reported, and so nothing must be hidden.
    fn hide(
        &self,
        matched: &[Matched<'_>],
        judgement: &Judgement,
        written: &Written,
        read: &FileDocuments,
        out: &mut Analysis,
    ) {
        let reports =
            !judgement.findings.is_empty() || !read.notices.is_empty() || !out.linted.units.is_empty();
        if reports || !written.all.is_empty() || !self.source.is_utf8() || self.kept.is_some() {
            out.linted.secrets.extend(secrets::random::find(self.source.text()));
            out.hide(matched);
        }
    }

    /// Refuses what cannot be fixed after all, and marks what comments accept.
    fn accept(
        &self,
        mut read: FileDocuments,
        written: Written,
        looking: &Looking<'_>,
        judgement: &mut Judgement,
        out: &mut Analysis,
    ) {
        renames::refuse_twice(out, &mut judgement.findings);
        if read.is_cut {
            out.refuse_all(&mut judgement.findings, &Refusal::PartlyRead);
        }
        if !self.is_template() || !looking.in_texts.is_empty() {
            // Prose in a string of a program is not a broken command.
            let is_said = |index: usize| {
                let tried = read.tried.get(&index);
                tried.is_none_or(|span| judgement.findings.iter().any(|it| span.contains(it.span)))
            };
            let notices = std::mem::take(&mut read.notices).into_iter().enumerate();
            out.linted.notices =
                notices.filter(|(index, _)| is_said(*index)).map(|(_, notice)| notice).collect();
        }
        if !written.all.is_empty() {
            accepted::accept(
                self.settings,
                &read.documents,
                self.source,
                &written,
                std::mem::take(&mut judgement.found),
                &mut judgement.findings,
                &mut out.fixes,
            );
        }
        out.suppressions = written;
        out.documents = Some(read.documents);
    }
}

/// A token in the new place of a registration of the program itself.
fn new_token(registrations: &[Registration]) -> Option<usize> {
    let mut own = registrations.iter().filter(|it| !matches!(it.kind, UnitKind::Secret | UnitKind::Road));
    own.find_map(|it| it.filled(MemberRole::New))
}

/// Judges the registrations of a file in which `count` findings are known, and gives those of the plan if it is `planned`.
fn judge(
    file: &LintedFile<'_>,
    registrations: &[Registration],
    names: &mut BTreeSet<String>,
    mut count: usize,
    planned: bool,
) -> (Vec<findings::Judged>, Vec<crate::unit::FoundUnit>) {
    let units = file.relations.names(registrations, |it| file.name(it, names));
    let mut judged = Vec::new();
    for (registration, unit) in registrations.iter().zip(&units) {
        // Of too many none is fixed.
        if count > MAX_FINDINGS {
            break;
        }
        let one = findings::judge(file, registration, unit.clone());
        count += one.findings.len();
        judged.push(one);
    }
    file.relations.join(file, registrations, &mut judged);
    let index = planned.then(|| units::PlanIndex::of(file));
    // Regardless of what is selected or accepted.
    let due = |at: usize| judged.get(at).is_some_and(|it| it.due);
    let is_due = |at: &usize| due(*at) || file.relations.inside(*at).any(due);
    let all = registrations.iter().zip(&units).enumerate().filter(|(at, _)| is_due(at));
    let one = |(_, (registration, unit)): (usize, (&Registration, &String))| {
        index.as_ref().map_or_else(Vec::new, |it| it.units(registration, unit))
    };
    let planned = all.flat_map(one).collect();
    (judged, planned)
}
