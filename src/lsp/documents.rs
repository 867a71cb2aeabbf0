//! The documents that are open, and what is to be done about each.

use super::checked::Checked;
use super::client::Client;
use super::text::{Encoding, Text};
use super::worker::{Ask, Done, Job};
use gen_lsp_types::Range;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Who types is not interrupted: a document is linted when it has not changed for so long.
const QUIET: Duration = Duration::from_millis(150);

/// A change of a document. (The type of `gen-lsp-types` would take one with a wrong range for a new text.)
#[derive(Debug, Deserialize)]
pub(super) struct Change {
    /// What is replaced; all of it if nothing is said.
    #[serde(default)]
    pub(super) range: Option<Range>,
    /// What comes in its place.
    pub(super) text: String,
}

/// A document that is open.
#[derive(Debug)]
struct Document {
    version: i32,
    text: Arc<Text>,
    /// Whether the text is the editor's. After a change that could not be read nobody knows, until all of it is sent again.
    known: bool,
    /// Grows with whatever changes what would be said of it.
    state: u64,
    newest: Arc<AtomicU64>,
    /// When it is to be linted; none if that was done, or is being done.
    due: Option<Instant>,
    checked: Option<Arc<Checked>>,
    waiting: Vec<Ask>,
}

impl Document {
    fn new(version: i32, text: Text, state: u64) -> Self {
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

    /// What was said of it holds no longer; work that is under way is dropped.
    fn outdate(&mut self, state: u64, due: Instant) {
        self.state = state;
        self.newest.store(state, Ordering::Relaxed);
        self.checked = None;
        self.due = self.known.then_some(due);
    }
}

/// All that are open.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<String, Document>,
    /// Those that are being worked on: never twice at once, not even if one was closed and opened again meanwhile.
    busy: BTreeSet<String>,
    states: u64,
}

impl Documents {
    fn next_state(&mut self) -> u64 {
        self.states += 1;
        self.states
    }

    /// Opens a document; gives back what waited for one that was open by this name.
    pub(super) fn open(&mut self, uri: &str, version: i32, text: Text) -> Vec<Ask> {
        let left = self.close(uri);
        let state = self.next_state();
        self.open.insert(uri.to_owned(), Document::new(version, text, state));
        left.unwrap_or_default()
    }

    /// Closes a document; gives back what waited for it, or nothing if it was not open.
    pub(super) fn close(&mut self, uri: &str) -> Option<Vec<Ask>> {
        let document = self.open.remove(uri)?;
        document.newest.store(u64::MAX, Ordering::Relaxed);
        Some(document.waiting)
    }

    /// Takes changes in, one after the other. Says whether the document is open.
    pub(super) fn change(
        &mut self,
        uri: &str,
        version: Option<i32>,
        changes: Vec<Change>,
        encoding: Encoding,
    ) -> bool {
        let state = self.next_state();
        let Some(document) = self.open.get_mut(uri) else { return false };
        for Change { range, text } in changes {
            document.known |= range.is_none();
            document.text = Arc::new(match range {
                Some(range) => document.text.with(range, &text),
                None => Text::new(text, encoding),
            });
        }
        document.version = version.unwrap_or(document.version);
        document.outdate(state, Instant::now() + QUIET);
        true
    }

    /// What the editor holds of a document is not known any more. Gives back what waited for it, or nothing if it was not open.
    pub(super) fn lose(&mut self, uri: &str) -> Option<Vec<Ask>> {
        let state = self.next_state();
        let document = self.open.get_mut(uri)?;
        document.known = false;
        document.outdate(state, Instant::now());
        Some(std::mem::take(&mut document.waiting))
    }

    /// Looks at a document again: something around it has changed.
    pub(super) fn again(&mut self, uri: &str) {
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
    pub(super) fn ask(&mut self, uri: &str, ask: Ask) -> Option<Ask> {
        match self.open.get_mut(uri).filter(|document| document.known) {
            Some(document) => {
                document.waiting.push(ask);
                None
            }
            None => Some(ask),
        }
    }

    /// Takes out what waits and is cancelled.
    pub(super) fn take_cancelled(&mut self) -> Vec<Ask> {
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
            // Who asks does not want to wait for quiet.
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

    /// Takes in what came of a job: what is to be shown, and what was left and cannot be answered any more.
    pub(super) fn done(&mut self, done: Done) -> (Option<Arc<Checked>>, Vec<Ask>) {
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
