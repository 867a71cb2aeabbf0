//! Worker threads: they lint documents and answer requests about them.

use super::actions::{self, ChosenAction};
use super::checked::LintedDocument;
use super::client::Client;
use super::hover;
use super::plan;
use super::project::LspProjects;
use super::text::OpenText;
use super::transport::TransportFailure;
use gen_lsp_types::{CodeAction, CodeActionContext, ErrorCodes, LspErrorCodes, Position, Range};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

/// Worker threads: documents that are linted at the same time.
const THREADS: usize = 2;

/// A request about a document.
#[derive(Debug)]
pub(super) struct LintRequest {
    pub(super) id: Value,
    pub(super) what: Question,
    /// Set when the client no longer wants an answer.
    pub(super) cancelled: Arc<AtomicBool>,
}

#[derive(Debug)]
pub(super) enum Question {
    Hover(Position),
    Actions(Range, CodeActionContext),
    Resolve(Box<CodeAction>, ChosenAction),
    Plan,
}

/// Work on one document.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) uri: String,
    pub(super) version: i32,
    pub(super) text: Arc<OpenText>,
    /// Which state of the document this is.
    pub(super) state: u64,
    /// Which state it is in by now: work for an older one is dropped.
    pub(super) newest: Arc<AtomicU64>,
    /// What linting it gave, if that was done.
    pub(super) checked: Option<Arc<LintedDocument>>,
    pub(super) asks: Vec<LintRequest>,
    pub(super) client: Arc<Client>,
}

/// What came of a job.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) uri: String,
    pub(super) state: u64,
    /// The document, linted; none if the job was overtaken.
    pub(super) checked: Option<Arc<LintedDocument>>,
    /// Whether it was linted now.
    pub(super) is_new: bool,
    pub(super) answers: Vec<(Value, Result<Value, TransportFailure>)>,
    /// What is still to be answered.
    pub(super) left: Vec<LintRequest>,
}

/// The threads that work.
pub(super) struct Workers {
    jobs: Sender<Job>,
}

impl Workers {
    /// Starts them; each result is passed to `report`.
    pub(super) fn start(projects: &Arc<LspProjects>, report: impl Fn(Done) + Clone + Send + 'static) -> Self {
        let (jobs, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..THREADS {
            let (queue, projects, report) = (Arc::clone(&queue), Arc::clone(projects), report.clone());
            // Without a thread more, the others do its work.
            let _ = thread::Builder::new().spawn(move || {
                while let Some(job) = next(&queue) {
                    report(run(&projects, job));
                }
            });
        }
        Self { jobs }
    }

    pub(super) fn give(&self, job: Job) {
        // They end with the program.
        let _ = self.jobs.send(job);
    }
}

fn next(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv().ok()
}

fn run(projects: &LspProjects, job: Job) -> Done {
    let Job { uri, version, text, state, newest, checked, asks, client } = job;
    let is_overtaken = || newest.load(Ordering::Relaxed) != state;
    let mut done =
        Done { uri: uri.clone(), state, checked: None, is_new: false, answers: Vec::new(), left: Vec::new() };
    if is_overtaken() {
        done.left = asks;
        return done;
    }
    let known = checked.is_some();
    // A panic on one document must not affect the others.
    let lint =
        || Arc::new(LintedDocument::new(projects, &client.folders, uri.clone(), version, Arc::clone(&text)));
    let checked = checked.or_else(|| catch_unwind(AssertUnwindSafe(lint)).ok());
    let checked =
        checked.unwrap_or_else(|| Arc::new(LintedDocument::failed(uri.clone(), version, Arc::clone(&text))));
    for ask in asks {
        if ask.cancelled.load(Ordering::Relaxed) {
            let cancelled = TransportFailure::new(LspErrorCodes::RequestCancelled, "cancelled");
            done.answers.push((ask.id, Err(cancelled)));
        } else if is_overtaken() {
            done.left.push(ask);
        } else {
            let answer = catch_unwind(AssertUnwindSafe(|| answer(&checked, &client, ask.what)));
            let failed = |_| Err(TransportFailure::new(ErrorCodes::InternalError, FAILED));
            done.answers.push((ask.id, answer.unwrap_or_else(failed)));
        }
    }
    done.is_new = !known;
    done.checked = (!is_overtaken()).then_some(checked);
    done
}

/// The message for a panic.
pub(super) const FAILED: &str = "internal error: this is a defect of runnerlint, please report it";

fn answer(checked: &LintedDocument, client: &Client, what: Question) -> Result<Value, TransportFailure> {
    match what {
        Question::Plan => value(&plan::markdown(checked)),
        Question::Hover(at) => value(&hover::hover(checked, client, at)),
        Question::Actions(range, context) => {
            value(&actions::actions(checked, client, range, context.only.as_deref()))
        }
        Question::Resolve(mut action, chosen) => {
            actions::resolve(checked, client, &chosen, &mut action)?;
            value(&action)
        }
    }
}

/// A result as JSON.
pub(super) fn value(result: &impl serde::Serialize) -> Result<Value, TransportFailure> {
    serde_json::to_value(result)
        .map_err(|error| TransportFailure::new(ErrorCodes::InternalError, error.to_string()))
}
