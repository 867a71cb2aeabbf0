//! A run over many files: read, lint, fix, write, in parallel, with results in the order of the paths.

mod accepted;
mod project;
mod read;
mod rules;

pub use accepted::{AcceptedError, AcceptedFindings};
pub use project::{Project, ProjectError, Projects};
pub use read::{TOO_LARGE, unfit};
pub use rules::{LoadError, load_counted, load_files, load_rules, names_itself, rule_files, rule_folders};

use crate::config::{FailOn, Settings};
use crate::engine::{self, Surroundings};
use crate::finding::{Caution, Finding, Linted, Notice, NoticeKind, RemovedSetting, Safety};
use crate::fixer::{self, Left, Offer, diff, write};
use crate::interrupt;
use crate::mask::{self, Mask};
use crate::parallel;
use crate::repository::Repository;
use crate::suppress::Reason;
use crate::syntax::{self, Language};
use crate::text::{Position, Source};
use crate::walk::{self, Charts, FileToLint, Look};
use read::FileContent;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What becomes of fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They are shown.
    Check,
    /// They are written.
    Fix,
    /// They are shown as one diff.
    Diff,
}

/// How to run.
#[derive(Debug)]
pub struct RunOptions {
    /// How files are judged, which are too large, and what is known of them.
    pub projects: Arc<Projects>,
    /// Whether the baselines of the projects count.
    pub baselines: bool,
    /// What becomes of fixes.
    pub mode: Mode,
    /// Whether to accept the findings by ignore comments, and why.
    pub add_ignore: Option<Reason>,
    /// Whether unsafe fixes are applied as well.
    pub unsafe_too: bool,
    /// Threads to work with; at least one works.
    pub threads: usize,
    /// Whether tokens may be seen.
    pub show_secrets: bool,
    /// Whether a diff goes to a terminal.
    pub for_terminal: bool,
    /// Whether fixes wait in [`CheckedFile::pending`] for [`write()`], so that something can be done before.
    pub hold: bool,
    /// Whether each file that was skipped is worth a word.
    pub tell_skipped: bool,
    /// Whether [`Linted::units`] is wanted.
    pub units: bool,
}

/// How far a file was linted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// All of it.
    Whole,
    /// Parts of it could not be read.
    Partly,
    /// Not at all.
    Skipped,
}

/// A finding that was fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Id of the rule.
    pub rule: String,
    /// Where it was, in the old text.
    pub start: Position,
    /// What its fix removed from the file, tokens hidden.
    pub removed: Option<RemovedSetting>,
    /// The registration that it belonged to.
    pub unit: Option<String>,
    /// Why its fix was unsafe, or its manual steps; none for a safe one.
    pub cautions: Arc<[Caution]>,
}

/// What a run says about one file.
#[derive(Debug)]
pub struct CheckedFile {
    /// `/`-separated, as shown; control characters are still in it.
    pub path: String,
    /// As the baseline names it; empty without a baseline.
    pub name: String,
    /// What is known of its findings, if there is a baseline.
    pub accepted: Option<Arc<AcceptedFindings>>,
    /// The lowest severity of its findings that makes the run fail.
    pub fail_on: FailOn,
    /// How far it was linted.
    pub state: State,
    /// The text that the findings are in; empty where there is nothing to show.
    pub source: Source,
    /// Findings (what remains of them after fixing), notices and secrets.
    pub linted: Linted,
    /// What was fixed (with [`Mode::Diff`]: would be).
    pub fixed: Vec<Gone>,
    /// The diff of [`Mode::Diff`].
    pub diff: Vec<u8>,
    /// Whether something in the diff is hidden, so that it cannot be applied.
    pub diff_is_masked: bool,
    /// The text after fixing, if it is not to be written by us.
    pub text: Option<Vec<u8>>,
    /// How many findings comments were written for.
    pub ignored: usize,
    /// Findings that no comment could be written for.
    pub not_ignored: Vec<Left>,
    /// What [`write()`] must do.
    pub pending: Option<Pending>,
    /// How the tokens of the text before the fixes are hidden, if there were any.
    pub before: Option<Mask>,
    /// The repository that it is in; not looked for where there is nothing to report.
    pub repository: Option<Arc<Repository>>,
}

/// A fix that is verified and not written.
#[derive(Debug)]
pub struct Pending {
    text: Vec<u8>,
    remaining: Linted,
    gone: Vec<Gone>,
    /// The file; `None` for standard input.
    target: Option<PathBuf>,
}

impl CheckedFile {
    /// A file that was not linted, with the reason if it is worth a word.
    pub(crate) fn skipped(path: String, notice: Option<Notice>) -> Self {
        let linted = Linted { notices: notice.into_iter().collect(), ..Linted::default() };
        let source = Source::new(Vec::new());
        Self {
            path,
            name: String::new(),
            accepted: None,
            fail_on: FailOn::Warning,
            state: State::Skipped,
            source,
            linted,
            fixed: Vec::new(),
            diff: Vec::new(),
            diff_is_masked: false,
            text: None,
            ignored: 0,
            not_ignored: Vec::new(),
            before: None,
            pending: None,
            repository: None,
        }
    }

    /// How its tokens are hidden.
    pub fn mask(&self, show_secrets: bool) -> Mask {
        Mask::new(show_secrets, &self.source, &self.linted.secrets).with(&self.linted.texts)
    }
}

/// Says of a file, while the walk goes on, whether it has to be linted.
pub(crate) fn looks(options: &RunOptions) -> impl Fn(&Path) -> Look + Sync {
    let charts = Charts::default();
    move |file: &Path| match options.projects.of_file(file) {
        // What a baseline knew of a file is gone only if the file was linted.
        Some(project) if options.baselines && project.config.baseline().is_some() => Look::Unseen,
        Some(project) => {
            let (limit, catalogue) = (project.config.max_file_size(), project.config.catalogue());
            read::look(file, limit, options.tell_skipped, catalogue, || charts.name_runners(file))
        }
        None => Look::Skipped,
    }
}

/// Runs over the files that a walk found; `on_done` is called for each, by any thread. After a signal that asks the run to end,
/// no other file is begun.
pub fn files(options: &RunOptions, found: &walk::Found, on_done: &(dyn Fn() + Sync)) -> Vec<CheckedFile> {
    let charts = Charts::default();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    parallel::work(options.threads.min(found.files.len()), || {
        while !interrupt::is_asked()
            && let Some(target) = found.files.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let checked = guarded(options, &charts, target, None);
            on_done();
            if let Ok(mut done) = done.lock() {
                // The order is that of the paths, not of the threads.
                done.insert(target.shown.as_os_str().as_encoded_bytes(), checked);
            }
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    for (path, notice) in &found.notices {
        let skipped = || CheckedFile::skipped(walk::display(path), None);
        let checked = done.entry(path.as_os_str().as_encoded_bytes()).or_insert_with(skipped);
        checked.linted.notices.push(notice.clone());
    }
    done.into_values().collect()
}

/// Says whether a fix in the file at that path is wanted.
pub type ConfirmFix<'a> = &'a mut dyn FnMut(&str, &Offer<'_>) -> bool;

/// How many units have a fix that `options` would apply.
pub fn offers(options: &RunOptions, files: &[CheckedFile]) -> usize {
    files.iter().map(|file| units(options, file)).sum()
}

fn units(options: &RunOptions, file: &CheckedFile) -> usize {
    let wanted = file.linted.findings.iter().filter(|it| is_wanted(options, it));
    wanted.filter_map(Finding::group).collect::<BTreeSet<_>>().len()
}

/// Fixes what was found in `files`, one file after the other, as far as `ask` wants it. Each file is written when all of its
/// fixes were answered.
pub fn ask(options: &RunOptions, found: &walk::Found, files: &mut [CheckedFile], ask: ConfirmFix<'_>) {
    let charts = Charts::default();
    // In the order of both lists: two files may be shown alike.
    let mut targets: BTreeMap<String, VecDeque<&FileToLint>> = BTreeMap::new();
    for target in &found.files {
        targets.entry(walk::display(&target.shown)).or_default().push_back(target);
    }
    for checked in files.iter_mut().take_while(|_| !interrupt::is_asked()) {
        let target = targets.get_mut(&checked.path).and_then(VecDeque::pop_front);
        if units(options, checked) == 0 {
            continue;
        }
        if let Some(target) = target {
            *checked = guarded(options, &charts, target, Some(&mut *ask));
        }
    }
}

/// One file that makes us fail shall not take the others with it.
fn guarded(
    options: &RunOptions,
    charts: &Charts,
    target: &FileToLint,
    ask: Option<ConfirmFix<'_>>,
) -> CheckedFile {
    let path = walk::display(&target.shown);
    catch_unwind(AssertUnwindSafe(|| file(options, charts, target, &path, ask))).unwrap_or_else(|_| {
        let message = "internal error: this is a defect of runnerlint, please report it".to_owned();
        CheckedFile::skipped(
            path.clone(),
            Some(Notice { kind: NoticeKind::Unreadable, message, position: None }),
        )
    })
}

fn file(
    options: &RunOptions,
    charts: &Charts,
    target: &FileToLint,
    path: &str,
    ask: Option<ConfirmFix<'_>>,
) -> CheckedFile {
    let Some(project) = options.projects.of_file(&target.real) else {
        return CheckedFile::skipped(path.to_owned(), None);
    };
    let bytes =
        match read::read(&target.real, project.config.max_file_size(), target.named, options.tell_skipped) {
            FileContent::Text(bytes) => bytes,
            FileContent::Skipped(notice) => return CheckedFile::skipped(path.to_owned(), notice),
        };
    let is_named = || charts.name_runners(&target.real);
    let checked = if target.looked || engine::may_matter(project.config.catalogue(), path, &bytes, is_named) {
        let around = &around(charts, &project, &target.real);
        let settings = &settings(options, &project, &target.real);
        let how = How { options, settings, path, around, target: Some(&target.shown) };
        text(&how, Source::new(bytes), ask)
    } else {
        CheckedFile { state: State::Whole, ..CheckedFile::skipped(path.to_owned(), None) }
    };
    let repository =
        if has_something(&checked) { options.projects.repository(&target.shown, &target.real) } else { None };
    CheckedFile { repository, ..known_as(checked, &project, &target.real) }
}

/// Whether a report says more of a file than that it was checked.
fn has_something(checked: &CheckedFile) -> bool {
    let linted = &checked.linted;
    !linted.findings.is_empty()
        || !linted.notices.is_empty()
        || !linted.units.is_empty()
        || !checked.fixed.is_empty()
}

/// What is around the file at `real`, with what is known of it.
fn around(charts: &Charts, project: &Project, real: &Path) -> Surroundings {
    let mut around = charts.around(real);
    if let Some(accepted) = project.accepted() {
        around.known = accepted.known(&accepted.name(real));
    }
    around
}

/// With the name that the project's baseline has for the file at `real`, and what makes it fail.
fn known_as(checked: CheckedFile, project: &Project, real: &Path) -> CheckedFile {
    let accepted = project.accepted().cloned();
    let name = accepted.as_ref().map_or_else(String::new, |it| it.name(real));
    CheckedFile { name, accepted, fail_on: project.config.fail_on(), ..checked }
}

/// What a file would be linted as: the name of its language, or `-` where it is written in none that is known.
///
/// # Errors
/// Why it would not be linted.
pub fn language(options: &RunOptions, target: &FileToLint) -> Result<&'static str, Notice> {
    let Some(project) = options.projects.of_file(&target.real) else {
        return Err(read::notice(NoticeKind::Skipped, "skipped"));
    };
    match read::read(&target.real, project.config.max_file_size(), target.named, true) {
        FileContent::Text(bytes) => {
            let source = Source::new(bytes);
            let text = source.text().get(source.text_start()..).unwrap_or_default();
            Ok(syntax::detect(Some(&walk::display(&target.shown)), text).map_or("-", Language::name))
        }
        FileContent::Skipped(notice) => {
            Err(notice.unwrap_or_else(|| read::notice(NoticeKind::Skipped, "skipped")))
        }
    }
}

/// Runs over one text that is not a file: nothing is written, the fixed text is in [`CheckedFile::text`].
pub fn stdin(options: &RunOptions, name: &str, bytes: Vec<u8>) -> CheckedFile {
    let path = walk::working_directory().unwrap_or_default();
    let real = &walk::real(&path, Path::new(name));
    let name = &mask::path(name);
    let project = options.projects.of_file(real);
    let unfit = project.as_ref().map(|project| unfit(&bytes, project.config.max_file_size()));
    let (Some(project), Some(None)) = (&project, &unfit) else {
        let mut checked = CheckedFile::skipped(name.clone(), unfit.flatten());
        checked.text = Some(bytes);
        return checked;
    };
    let around = &around(&Charts::default(), project, real);
    let settings = &settings(options, project, real);
    let how = How { options, settings, path: name, around, target: None };
    let checked = text(&how, Source::new(bytes.clone()), None);
    let mut checked = known_as(checked, project, real);
    checked.repository = options.projects.repository(Path::new(name), real);
    checked.text.get_or_insert(bytes);
    checked
}

/// Writes the fixes that wait.
pub fn write(files: &mut [CheckedFile]) {
    for checked in files.iter_mut().take_while(|_| !interrupt::is_asked()) {
        if let Some(pending) = checked.pending.take() {
            commit(checked, pending);
            settle(checked);
        }
    }
}

/// Whether `options` would apply the fix of a finding.
fn is_wanted(options: &RunOptions, finding: &Finding) -> bool {
    finding.fix.as_ref().is_ok_and(|fix| options.unsafe_too || fix.safety == Safety::Safe)
}

/// How one text is judged.
struct How<'a> {
    options: &'a RunOptions,
    settings: &'a Settings,
    path: &'a str,
    around: &'a Surroundings,
    /// The file to write; none for a text that is not a file.
    target: Option<&'a Path>,
}

/// The settings for the file at `real`.
fn settings<'a>(options: &RunOptions, project: &'a Project, real: &Path) -> Cow<'a, Settings> {
    let mut settings = project.config.settings(real);
    if options.units {
        settings.to_mut().units = true;
    }
    settings
}

fn text(how: &How<'_>, source: Source, ask: Option<ConfirmFix<'_>>) -> CheckedFile {
    let options = how.options;
    let linted = fixer::lint(how.settings, how.path, how.around, &source);
    let fixable = linted.findings.iter().any(|it| is_wanted(options, it));
    let mut checked = CheckedFile::skipped(how.path.to_owned(), None);
    checked.source = source;
    checked.linted = linted;
    if options.mode != Mode::Check && fixable {
        fix(how, &mut checked, ask);
    }
    if let Some(reason) = &options.add_ignore
        && checked.linted.findings.iter().any(|finding| !finding.suppressed && !finding.baselined)
    {
        ignore(how, reason, &mut checked);
    }
    settle(&mut checked);
    checked
}

fn ignore(how: &How<'_>, reason: &Reason, checked: &mut CheckedFile) {
    let ignored = fixer::ignore(how.settings, how.path, how.around, &checked.source, reason);
    checked.not_ignored = ignored.left;
    if ignored.text == checked.source.bytes() {
        return;
    }
    match replace(how.target, checked.source.bytes(), &ignored.text) {
        Ok(()) => {
            checked.ignored = ignored.accepted;
            checked.text = Some(ignored.text.clone());
            checked.source = Source::new(ignored.text);
            checked.linted = ignored.linted;
        }
        Err(message) => {
            let notice = Notice { kind: NoticeKind::Unwritable, message, position: None };
            checked.linted.notices.push(notice);
        }
    }
}

/// Sets how far a file was linted, and drops what no report needs.
fn settle(checked: &mut CheckedFile) {
    let partly = |it: &Notice| matches!(it.kind, NoticeKind::Unparsable | NoticeKind::Limited);
    checked.state = if checked.linted.notices.iter().any(partly) { State::Partly } else { State::Whole };
    let linted = &checked.linted;
    if linted.findings.is_empty()
        && linted.notices.is_empty()
        && linted.units.is_empty()
        && checked.pending.is_none()
    {
        checked.source = Source::new(Vec::new());
        checked.linted.secrets = Vec::new();
    }
}

fn fix(how: &How<'_>, checked: &mut CheckedFile, ask: Option<ConfirmFix<'_>>) {
    let How { options, settings, path, around, target } = *how;
    let copy = checked.source.clone();
    let is_asked_about = ask.is_some();
    let fixed = match ask {
        None => fixer::fix(settings, path, around, copy, options.unsafe_too),
        Some(ask) => {
            let mut ask = |offer: &Offer<'_>| ask(path, offer);
            fixer::fix_chosen(settings, path, around, copy, options.unsafe_too, Some(&mut ask))
        }
    };
    let old = &checked.source;
    // A user who stops instead of answering does not want half of a file's fixes.
    if fixed.text == old.bytes() || is_asked_about && interrupt::is_asked() {
        return;
    }
    let mask = checked.mask(options.show_secrets);
    let mut gone: Vec<Gone> = (fixed.fixed.into_iter())
        .map(|finding| Gone {
            start: old.position(finding.span.start()),
            cautions: finding.fix.as_ref().map(|fix| Arc::clone(&fix.cautions)).unwrap_or_default(),
            unit: finding.unit.clone(),
            removed: finding.removes.map(|it| RemovedSetting {
                value: mask.prose(&it.value),
                name: mask.prose(&it.name),
                ..it
            }),
            rule: finding.rule,
        })
        .collect();
    gone.sort_by(|a, b| (a.start, &a.rule).cmp(&(b.start, &b.rule)));
    if options.mode == Mode::Diff {
        let new = Source::new(fixed.text);
        let new_mask = mask.after(&new, &fixed.remaining.secrets);
        let old = diff::Side { source: old, mask: &mask };
        let new = diff::Side { source: &new, mask: &new_mask };
        let diff = diff::unified(&checked.path, old, new, options.for_terminal);
        (checked.diff, checked.diff_is_masked) = (diff.text, diff.is_masked);
        checked.fixed = gone;
        checked.before = Some(mask);
        return;
    }
    checked.before = Some(mask);
    let target = target.map(Path::to_path_buf);
    let pending = Pending { text: fixed.text, remaining: fixed.remaining, gone, target };
    if options.hold {
        checked.pending = Some(pending);
    } else {
        commit(checked, pending);
    }
}

/// Writes a fix; what is left afterwards takes the place of what was found.
fn commit(checked: &mut CheckedFile, pending: Pending) {
    let old = checked.source.bytes();
    match replace(pending.target.as_deref(), old, &pending.text) {
        Ok(()) => {
            checked.source = Source::new(pending.text.clone());
            checked.text = Some(pending.text);
            checked.linted = pending.remaining;
            checked.fixed = pending.gone;
        }
        Err(message) => {
            let notice = Notice { kind: NoticeKind::Unwritable, message, position: None };
            checked.linted.notices.push(notice);
        }
    }
}

/// Writes `new` instead of `old`; a text that is not a file is left to the caller.
fn replace(target: Option<&Path>, old: &[u8], new: &[u8]) -> Result<(), String> {
    target.map_or(Ok(()), |path| write::replace(path, old, new).map_err(|error| error.to_string()))
}
