use super::plan::{Registration, registrations};
use super::{ReportProject, Run, Summary, fix_reason, plan_of, shown_fix};
use crate::baseline::Comparison;
use crate::escape;
use crate::finding::{Finding, Fix, NoticeKind, Safety, Severity};
use crate::fingerprint::fingerprints;
use crate::mask::Mask;
use crate::repository::Repository;
use crate::run::CheckedFile;
use crate::text::{Edit, Position};
use serde::Serialize;
use std::collections::HashMap;
use std::io::{self, Write};

/// The version of the format; grows when a field is removed or changes its meaning.
pub(super) const VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonReport<'a> {
    version: u32,
    #[serde(skip_serializing_if = "JsonOrigin::is_empty")]
    repository: JsonOrigin,
    findings: Vec<JsonFinding<'a>>,
    registrations: Vec<Registered<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    repositories: Vec<JsonOrigin>,
    notices: Vec<Remark<'a>>,
    fixed: Vec<JsonGone<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<Progress>,
    summary: Counts,
}

/// A repository.
#[derive(Serialize)]
pub(super) struct JsonOrigin {
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    folder: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    directory: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
}

impl JsonOrigin {
    /// The repository of a run, with the name and the revision that the user gives it.
    pub(super) fn of_run(project: ReportProject<'_>, show_secrets: bool) -> Self {
        let mask = Mask::without_source(show_secrets);
        let repository = project.repository.cloned().unwrap_or_default();
        let found = Some(&*repository.name).filter(|it| !it.is_empty());
        let name = mask.prose(project.name.filter(|it| !it.is_empty()).or(found).unwrap_or(project.title));
        let revision = Some(mask.prose(project.revision)).filter(|it| !it.is_empty());
        Self { name, revision: revision.or_else(|| repository.revision.clone()), ..Self::of(&repository) }
    }

    pub(super) fn of(repository: &Repository) -> Self {
        let Repository { name, folder, directory, remote, revision, root: _ } = repository.clone();
        Self { name, folder, directory, remote, revision }
    }

    fn is_empty(&self) -> bool {
        self.name.is_empty()
            && self.folder.is_empty()
            && self.directory.is_empty()
            && self.remote.is_none()
            && self.revision.is_none()
    }
}

/// A registration, and the repository that it is in if that is not the one of the run.
#[derive(Serialize)]
struct Registered<'a> {
    #[serde(flatten)]
    registration: Registration<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<JsonOrigin>,
}

#[derive(Serialize)]
pub(super) struct JsonFinding<'a> {
    rule: &'a str,
    severity: Severity,
    message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    reason: String,
    help: String,
    url: &'a str,
    path: &'a str,
    start: JsonPosition,
    end: JsonPosition,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    via: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Repair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manual: Option<String>,
    suppressed: bool,
    baselined: bool,
    fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<JsonOrigin>,
}

#[derive(Serialize)]
struct JsonPosition {
    line: usize,
    column: usize,
    offset: usize,
}

impl From<Position> for JsonPosition {
    fn from(at: Position) -> Self {
        Self { line: at.line, column: at.column, offset: at.offset }
    }
}

#[derive(Serialize)]
struct Repair {
    safety: Safety,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    message: String,
    edits: Vec<Change>,
}

#[derive(Serialize)]
struct Change {
    start: usize,
    end: usize,
    replacement: String,
}

#[derive(Serialize)]
pub(super) struct Remark<'a> {
    path: &'a str,
    kind: NoticeKind,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<JsonOrigin>,
}

#[derive(Serialize)]
pub(super) struct JsonGone<'a> {
    rule: &'a str,
    path: &'a str,
    start: JsonPosition,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<Removed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<JsonOrigin>,
}

#[derive(Serialize)]
struct Removed<'a> {
    setting: &'a str,
    value: &'a str,
}

/// How far the baseline is worked off.
#[derive(Serialize)]
pub(super) struct Progress {
    known: usize,
    gone: usize,
    new: usize,
    stale: Vec<Stale>,
}

#[derive(Serialize)]
struct Stale {
    path: String,
    rule: String,
    structure: String,
    name: String,
    count: usize,
}

#[derive(Serialize)]
pub(super) struct Counts {
    files: usize,
    linted: usize,
    findings: usize,
    fixed: usize,
    fixable: usize,
    fixable_unsafe: usize,
    suppressed: usize,
    baselined: usize,
}

pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let plan = plan_of(run.files, run.show_secrets);
    let repositories: HashMap<&str, &Repository> =
        run.files.iter().filter_map(|file| Some((&*file.path, run.project.other(file)?))).collect();
    let document = JsonReport {
        version: VERSION,
        repository: JsonOrigin::of_run(run.project, run.show_secrets),
        findings: run.files.iter().flat_map(|file| entries(run, file)).collect(),
        registrations: registrations(&plan)
            .map(|(registration, entry)| {
                let repository = repositories.get(&*entry.path).map(|it| JsonOrigin::of(it));
                Registered { registration, repository }
            })
            .collect(),
        repositories: run.project.repositories.iter().map(|it| JsonOrigin::of(it)).collect(),
        notices: run.files.iter().flat_map(|file| remarks(run, file)).collect(),
        fixed: run.files.iter().flat_map(|file| gone(run, file)).collect(),
        baseline: run.baseline.map(progress),
        summary: counts(run),
    };
    let json = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
    writeln!(out, "{}", escape::json(json))
}

pub(super) fn counts(run: &Run<'_>) -> Counts {
    let summary = Summary::of(run.files, run.passed);
    Counts {
        files: summary.files(),
        linted: summary.examined,
        findings: summary.findings(),
        fixed: summary.fixed,
        fixable: summary.fixable,
        fixable_unsafe: summary.fixable_unsafe,
        suppressed: summary.suppressed,
        baselined: summary.baselined,
    }
}

pub(super) fn progress(baseline: &Comparison) -> Progress {
    // We write no token into it; who edited it may have.
    let mask = Mask::without_source(false);
    let stale = baseline.stale.iter().map(|(entry, count)| Stale {
        path: mask.inserted(&entry.path),
        rule: mask.inserted(&entry.rule),
        structure: mask.inserted(&entry.structure),
        name: mask.inserted(&entry.name),
        count: *count,
    });
    Progress { known: baseline.known, gone: baseline.gone, new: baseline.new, stale: stale.collect() }
}

/// One value on one line.
pub(super) fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_string(value).map_err(io::Error::from)?;
    writeln!(out, "{}", escape::json(json))
}

pub(super) fn entries<'a>(run: &Run<'a>, file: &'a CheckedFile) -> Vec<JsonFinding<'a>> {
    if file.linted.findings.is_empty() {
        return Vec::new();
    }
    let mask = file.mask(run.show_secrets);
    let findings = file.linted.findings.iter().zip(fingerprints(&file.path, &file.linted.findings));
    let entry = |(finding, fingerprint)| JsonFinding {
        fingerprint,
        repository: run.project.other(file).map(JsonOrigin::of),
        ..entry(finding, file, &mask)
    };
    findings.map(entry).collect()
}

fn entry<'a>(finding: &'a Finding, file: &'a CheckedFile, mask: &Mask) -> JsonFinding<'a> {
    let (fix, manual) = match shown_fix(finding, mask) {
        Ok(fix) => (Some(repair(fix, mask)), None),
        Err(reason) => (None, Some(reason)),
    };
    JsonFinding {
        rule: &finding.rule,
        severity: finding.severity,
        message: mask.prose(&finding.message),
        reason: mask.prose(&finding.label),
        help: mask.prose(&finding.help),
        url: &finding.url,
        path: &file.path,
        start: file.source.position(finding.span.start()).into(),
        end: file.source.position(finding.span.end()).into(),
        unit: finding.shared_unit(),
        via: &finding.via,
        fix,
        manual,
        suppressed: finding.suppressed,
        baselined: finding.baselined,
        fingerprint: String::new(),
        repository: None,
    }
}

fn repair(fix: &Fix, mask: &Mask) -> Repair {
    let change = |edit: &Edit| Change {
        start: edit.span.start(),
        end: edit.span.end(),
        replacement: edit.replacement.clone(),
    };
    let edits = fix.edits.iter().map(change).collect();
    let reason = fix_reason(fix).map(|reason| mask.prose(&reason));
    Repair { safety: fix.safety, reason, message: mask.prose(&fix.message), edits }
}

pub(super) fn remarks<'a>(run: &Run<'a>, file: &'a CheckedFile) -> impl Iterator<Item = Remark<'a>> {
    let other = run.project.other(file);
    let mask = Mask::without_source(false);
    file.linted.notices.iter().map(move |notice| Remark {
        path: &file.path,
        kind: notice.kind,
        message: mask.prose(&notice.message),
        line: notice.position.map(|at| at.line),
        repository: other.map(JsonOrigin::of),
    })
}

pub(super) fn gone<'a>(run: &Run<'a>, file: &'a CheckedFile) -> impl Iterator<Item = JsonGone<'a>> {
    let other = run.project.other(file);
    file.fixed.iter().map(move |gone| JsonGone {
        rule: &gone.rule,
        path: &file.path,
        start: gone.start.into(),
        removed: gone.removed.as_ref().map(|it| Removed { setting: &it.field, value: &it.value }),
        repository: other.map(JsonOrigin::of),
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn the_document_has_the_form_of_the_contract() {
        insta::assert_snapshot!(samples::text(super::write));
    }

    #[test]
    fn zero_findings_are_a_document_too() {
        let json = samples::empty(super::write);
        let document: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(document["findings"], serde_json::json!([]));
        assert_eq!(document["summary"]["files"], 0);
    }
}
