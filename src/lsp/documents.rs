//! The open documents, and the work to do for each.

use super::checked::LintedDocument;
use super::client::Client;
use super::text::{Encoding, OpenText};
use super::worker::{Done, Job, LintRequest};
use gen_lsp_types::Range;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A document is linted when it has not changed for this long.
const QUIET: Duration = Duration::from_millis(150);

/// A change of a document. (The type of `gen-lsp-types` would take one with a wrong range for a new text.)
#[derive(Debug, Deserialize)]
pub(super) struct TextChange {
    /// The replaced range; the whole text without one.
    #[serde(default)]
    pub(super) range: Option<Range>,
    /// The new text.
    pub(super) text: String,
}

/// A document that is open.
#[derive(Debug)]
struct OpenDocument {
    version: i32,
    text: Arc<OpenText>,
    /// Whether the text is the editor's: not after a change that could not be read, until the whole text is sent again.
    known: bool,
    /// Increases with each change that may affect its findings.
    state: u64,
    newest: Arc<AtomicU64>,
    /// When to lint it; none if it was linted, or is being linted.
    due: Option<Instant>,
    checked: Option<Arc<LintedDocument>>,
    waiting: Vec<LintRequest>,
}

impl OpenDocument {
    fn new(version: i32, text: OpenText, state: u64) -> Self {
        Self {
            version,
            text: Arc::new(text),
            known: true,
            state,
            newest: Arc::new(AtomicU64::new(state)),
            due: Some(Instant::now()),
            checked: None,
            waiting: Vec::new(),
        }
    }

    /// Its findings are outdated; work in progress is dropped.
    fn outdate(&mut self, state: u64, due: Instant) {
        self.state = state;
        self.newest.store(state, Ordering::Relaxed);
        self.checked = None;
        self.due = self.known.then_some(due);
    }
}

/// All that are open.
#[derive(Debug, Default)]
pub(super) struct OpenDocuments {
    open: BTreeMap<String, OpenDocument>,
    /// Documents in work: never twice at once, even if one was closed and opened again.
    busy: BTreeSet<String>,
    states: u64,
}

impl OpenDocuments {
    fn next_state(&mut self) -> u64 {
        self.states += 1;
        self.states
    }

    /// Opens a document; returns the requests that waited for an earlier one of this name.
    pub(super) fn open(&mut self, uri: &str, version: i32, text: OpenText) -> Vec<LintRequest> {
        let left = self.close(uri);
        let state = self.next_state();
        self.open.insert(uri.to_owned(), OpenDocument::new(version, text, state));
        left.unwrap_or_default()
    }

    /// Closes a document; returns the requests that waited for it, or nothing if it was not open.
    pub(super) fn close(&mut self, uri: &str) -> Option<Vec<LintRequest>> {
        let document = self.open.remove(uri)?;
        document.newest.store(u64::MAX, Ordering::Relaxed);
        Some(document.waiting)
    }

    /// Applies changes, one after the other; whether the document is open.
    pub(super) fn change(
        &mut self,
        uri: &str,
        version: Option<i32>,
        changes: Vec<TextChange>,
        encoding: Encoding,
    ) -> bool {
        let state = self.next_state();
        let Some(document) = self.open.get_mut(uri) else { return false };
        for TextChange { range, text } in changes {
            document.known |= range.is_none();
            document.text = Arc::new(match range {
                Some(range) => document.text.with(range, &text),
                None => OpenText::new(text, encoding),
            });
        }
        document.version = version.unwrap_or(document.version);
        document.outdate(state, Instant::now() + QUIET);
        true
    }

    /// The editor's text is unknown from now on. Returns the requests that waited for it, or nothing if it was not open.
    pub(super) fn invalidate(&mut self, uri: &str) -> Option<Vec<LintRequest>> {
        let state = self.next_state();
        let document = self.open.get_mut(uri)?;
        document.known = false;
        document.outdate(state, Instant::now());
        Some(std::mem::take(&mut document.waiting))
    }

    /// Lints a document again: a file that affects it has changed.
    pub(super) fn relint(&mut self, uri: &str) {
        let state = self.next_state();
        if let Some(document) = self.open.get_mut(uri) {
            document.outdate(state, Instant::now());
        }
    }

    /// The names of all.
    pub(super) fn names(&self) -> Vec<String> {
        self.open.keys().cloned().collect()
    }

    /// The version of a document that is open.
    pub(super) fn version(&self, uri: &str) -> Option<i32> {
        self.open.get(uri).map(|document| document.version)
    }

    /// Keeps a request until the document is linted; gives it back if it is not open, or not known.
    pub(super) fn ask(&mut self, uri: &str, ask: LintRequest) -> Option<LintRequest> {
        match self.open.get_mut(uri).filter(|document| document.known) {
            Some(document) => {
                document.waiting.push(ask);
                None
            }
            None => Some(ask),
        }
    }

    /// Removes the cancelled requests.
    pub(super) fn take_cancelled(&mut self) -> Vec<LintRequest> {
        let mut out = Vec::new();
        for document in self.open.values_mut() {
            out.extend(document.waiting.extract_if(.., |ask| ask.cancelled.load(Ordering::Relaxed)));
        }
        out
    }

    /// When there is something to do.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let idle = self.open.iter().filter(|(uri, _)| !self.busy.contains(*uri));
        idle.filter_map(|(_, document)| document.due).min()
    }

    /// The work that can begin now.
    pub(super) fn jobs(&mut self, client: &Arc<Client>) -> Vec<Job> {
        let now = Instant::now();
        let mut jobs = Vec::new();
        for (uri, document) in &mut self.open {
            let due = document.due.is_some_and(|due| due <= now);
            // A request does not wait for a pause in typing.
            let is_wanted = due || !document.waiting.is_empty();
            if !is_wanted || !self.busy.insert(uri.clone()) {
                continue;
            }
            document.due = None;
            jobs.push(Job {
                uri: uri.clone(),
                version: document.version,
                text: Arc::clone(&document.text),
                state: document.state,
                newest: Arc::clone(&document.newest),
                checked: document.checked.clone(),
                asks: std::mem::take(&mut document.waiting),
                client: Arc::clone(client),
            });
        }
        jobs
    }

    /// Stores the result of a job: what to show, and requests that can no longer be answered.
    pub(super) fn done(&mut self, done: Done) -> (Option<Arc<LintedDocument>>, Vec<LintRequest>) {
        self.busy.remove(&done.uri);
        let Some(document) = self.open.get_mut(&done.uri).filter(|it| it.known) else {
            return (None, done.left);
        };
        document.waiting.splice(0..0, done.left);
        if document.state != done.state {
            return (None, Vec::new());
        }
        document.checked.clone_from(&done.checked);
        (done.checked.filter(|_| done.is_new), Vec::new())
    }
}
