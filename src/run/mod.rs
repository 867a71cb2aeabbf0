//! A run over many files: read, lint, fix, write, in parallel, with results in the order of the paths.

mod read;

use crate::config::{Config, Settings};
use crate::engine::{self, Surroundings};
use crate::finding::{Linted, Notice, NoticeKind, Safety, Setting};
use crate::fixer::{self, diff, write};
use crate::mask::Mask;
use crate::syntax::{self, Language};
use crate::text::{Position, Source};
use crate::walk::{self, Charts, Target};
use read::Read;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

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
pub struct Options {
    /// How files are judged, and which are too large.
    pub config: Config,
    /// What becomes of fixes.
    pub mode: Mode,
    /// Whether unsafe fixes are applied as well.
    pub unsafe_too: bool,
    /// Threads to work with; at least one works.
    pub threads: usize,
    /// Whether tokens may be seen.
    pub show_secrets: bool,
    /// Whether a diff goes to a terminal.
    pub for_terminal: bool,
    /// Whether each file that was skipped is worth a word.
    pub tell_skipped: bool,
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

/// A finding that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Id of the rule.
    pub rule: String,
    /// Where it was, in the old text.
    pub start: Position,
    /// What its fix took out of the file, tokens hidden.
    pub removed: Option<Setting>,
}

/// What a run says about one file.
#[derive(Debug)]
pub struct Checked {
    /// `/`-separated, as shown; control characters are still in it.
    pub path: String,
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
    /// The text after fixing, if it is not to be written by us.
    pub text: Option<Vec<u8>>,
}

impl Checked {
    /// A file that was not linted, with the reason if it is worth a word.
    fn skipped(path: String, notice: Option<Notice>) -> Self {
        let linted = Linted { notices: notice.into_iter().collect(), ..Linted::default() };
        let source = Source::new(Vec::new());
        Self { path, state: State::Skipped, source, linted, fixed: Vec::new(), diff: Vec::new(), text: None }
    }

    /// How its tokens are hidden.
    pub fn mask(&self, show_secrets: bool) -> Mask {
        Mask::new(show_secrets, &self.source, &self.linted.secrets)
    }
}

/// Runs over the files found by [`walk::find`]; `on_done` is called for each, by any thread.
pub fn files(options: &Options, found: &walk::Found, on_done: &(dyn Fn() + Sync)) -> Vec<Checked> {
    let charts = Charts::default();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    let work = || {
        while let Some(target) = found.files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let checked = guarded(options, &charts, target);
            on_done();
            if let Ok(mut done) = done.lock() {
                // Nothing is ordered by the thread that was faster.
                done.insert(target.shown.as_os_str().as_encoded_bytes(), checked);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..options.threads {
            // Without a thread more, the others do its work.
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    for (path, notice) in &found.notices {
        let skipped = || Checked::skipped(walk::display(path), None);
        let checked = done.entry(path.as_os_str().as_encoded_bytes()).or_insert_with(skipped);
        checked.linted.notices.push(notice.clone());
    }
    done.into_values().collect()
}

/// One file that makes us fail shall not take the others with it.
fn guarded(options: &Options, charts: &Charts, target: &Target) -> Checked {
    let path = walk::display(&target.shown);
    catch_unwind(AssertUnwindSafe(|| file(options, charts, target, &path))).unwrap_or_else(|_| {
        let message = "internal error: this is a defect of runnerlint, please report it".to_owned();
        Checked::skipped(path.clone(), Some(Notice { kind: NoticeKind::Unreadable, message, position: None }))
    })
}

fn file(options: &Options, charts: &Charts, target: &Target, path: &str) -> Checked {
    let limit = options.config.max_file_size();
    let bytes = match read::read(&target.real, limit, target.named, options.tell_skipped) {
        Read::Text(bytes) => bytes,
        Read::Skipped(notice) => return Checked::skipped(path.to_owned(), notice),
    };
    if !engine::may_matter(path, &bytes) {
        // As most files end here, nothing more is done for them.
        return Checked { state: State::Whole, ..Checked::skipped(path.to_owned(), None) };
    }
    let surroundings = charts.around(&target.real);
    let write =
        |old: &[u8], new: &[u8]| write::replace(&target.real, old, new).map_err(|error| error.to_string());
    let how = How { options, settings: &options.config.settings(&target.real), path, around: &surroundings };
    text(&how, Source::new(bytes), &write)
}

/// What a file would be linted as: the name of its language, or `-` where it is written in none that is known.
///
/// # Errors
/// Why it would not be linted.
pub fn language(options: &Options, target: &Target) -> Result<&'static str, Notice> {
    match read::read(&target.real, options.config.max_file_size(), target.named, true) {
        Read::Text(bytes) => {
            let source = Source::new(bytes);
            let text = source.text().get(source.text_start()..).unwrap_or_default();
            Ok(syntax::detect(Some(&walk::display(&target.shown)), text).map_or("-", Language::name))
        }
        Read::Skipped(notice) => Err(notice.unwrap_or_else(|| read::notice(NoticeKind::Skipped, "skipped"))),
    }
}

/// Runs over one text that is no file: nothing is written, the fixed text is in [`Checked::text`].
pub fn stdin(options: &Options, name: &str, bytes: Vec<u8>) -> Checked {
    let reason = read::unfit(&bytes, options.config.max_file_size());
    if let Some(notice) = reason {
        let mut checked = Checked::skipped(name.to_owned(), Some(notice));
        checked.text = Some(bytes);
        return checked;
    }
    let path = walk::working_directory().unwrap_or_default();
    let path = walk::real(&path, Path::new(name));
    let surroundings = Charts::default().around(&path);
    let how = How { options, settings: &options.config.settings(&path), path: name, around: &surroundings };
    let mut checked = text(&how, Source::new(bytes.clone()), &|_, _| Ok(()));
    checked.text.get_or_insert(bytes);
    checked
}

type Write<'a> = &'a dyn Fn(&[u8], &[u8]) -> Result<(), String>;

/// How one text is judged.
struct How<'a> {
    options: &'a Options,
    settings: &'a Settings,
    path: &'a str,
    around: &'a Surroundings,
}

fn text(how: &How<'_>, source: Source, write: Write<'_>) -> Checked {
    let options = how.options;
    let linted = fixer::lint(how.settings, how.path, how.around, &source);
    let is_wanted = |safety| safety == Safety::Safe || options.unsafe_too;
    let fixable = linted.findings.iter().any(|it| it.fix.as_ref().is_ok_and(|fix| is_wanted(fix.safety)));
    let mut checked = Checked::skipped(how.path.to_owned(), None);
    checked.source = source;
    checked.linted = linted;
    if options.mode != Mode::Check && fixable {
        fix(how, &mut checked, write);
    }
    let partly = |it: &Notice| matches!(it.kind, NoticeKind::Unparsable | NoticeKind::Limited);
    checked.state = if checked.linted.notices.iter().any(partly) { State::Partly } else { State::Whole };
    if checked.linted.findings.is_empty() && checked.linted.notices.is_empty() {
        checked.source = Source::new(Vec::new());
        checked.linted.secrets = Vec::new();
    }
    checked
}

fn fix(how: &How<'_>, checked: &mut Checked, write: Write<'_>) {
    let options = how.options;
    let copy = Source::new(checked.source.bytes().to_vec());
    let fixed = fixer::fix(how.settings, how.path, how.around, copy, options.unsafe_too);
    let old = &checked.source;
    if fixed.text == old.bytes() {
        return;
    }
    let mask = checked.mask(options.show_secrets);
    let mut gone: Vec<Gone> = (fixed.fixed.into_iter())
        .map(|finding| Gone {
            start: old.position(finding.span.start()),
            removed: finding.removes.map(|it| Setting { value: mask.prose(&it.value), field: it.field }),
            rule: finding.rule,
        })
        .collect();
    gone.sort_by(|a, b| (a.start, &a.rule).cmp(&(b.start, &b.rule)));
    if options.mode == Mode::Diff {
        let new = Source::new(fixed.text);
        let new_mask = mask.after(&new, &fixed.remaining.secrets);
        let old = diff::Side { source: old, mask: &mask };
        let new = diff::Side { source: &new, mask: &new_mask };
        checked.diff = diff::unified(&checked.path, old, new, options.for_terminal);
        checked.fixed = gone;
        return;
    }
    match write(old.bytes(), &fixed.text) {
        Ok(()) => {
            checked.text = Some(fixed.text.clone());
            checked.source = Source::new(fixed.text);
            checked.linted = fixed.remaining;
            checked.fixed = gone;
        }
        Err(message) => {
            let notice = Notice { kind: NoticeKind::Unwritable, message, position: None };
            checked.linted.notices.push(notice);
        }
    }
}
