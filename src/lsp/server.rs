//! The event loop: messages of the client change the documents, results of the workers go to the client.

use super::actions::{ChosenAction, FIX_ALL};
use super::client::Client;
use super::diagnostics::{cleared, published};
use super::documents::{OpenDocuments, TextChange};
use super::plan;
use super::project::LspProjects;
use super::removed;
use super::text::OpenText;
use super::transport::{self, Incoming, Outgoing, RpcMessage, TransportFailure};
use super::worker::{Done, LintRequest, Question, Workers, value};
use crate::walk::IGNORE_FILE;
use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionParams, DidOpenTextDocumentParams, ErrorCodes,
    ExecuteCommandOptions, HoverParams, InitializeResult, LspErrorCodes, MessageType,
    PublishDiagnosticsParams, SaveOptions, ServerCapabilities, ServerInfo, ShowMessageParams,
    TextDocumentIdentifier, TextDocumentSyncKind, TextDocumentSyncOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Files that affect the findings of other files.
const WATCHED_FILES: [&str; 7] = [
    "runnerlint.toml",
    ".runnerlint.toml",
    IGNORE_FILE,
    ".ignore",
    ".gitignore",
    "Chart.yaml",
    "requirements.yaml",
];
/// How long to wait for something when there is nothing to do.
const LONG: Duration = Duration::from_secs(3600);

/// Events of the loop.
#[derive(Debug)]
pub(super) enum ServerEvent {
    Received(Incoming),
    Done(Done),
}

/// The state of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Begin,
    Open,
    ShutDown,
}

/// Whether the loop continues after a message.
enum LspNext {
    Listen,
    Exit,
}

pub(super) struct Server<'a> {
    out: &'a mut dyn Write,
    workers: Workers,
    stage: Stage,
    client: Arc<Client>,
    documents: OpenDocuments,
    /// Pending requests, by id.
    asked: BTreeMap<String, Arc<AtomicBool>>,
    /// The last error that was shown, so that it is not shown again after each change.
    complaint: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DidChange {
    text_document: Versioned,
    content_changes: Vec<TextChange>,
}

#[derive(Deserialize)]
struct Versioned {
    uri: String,
    #[serde(default)]
    version: Option<i32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AboutServer {
    text_document: TextDocumentIdentifier,
}

impl<'a> Server<'a> {
    pub(super) fn new(
        out: &'a mut dyn Write,
        projects: LspProjects,
        report: impl Fn(ServerEvent) + Clone + Send + 'static,
    ) -> Self {
        let workers = Workers::start(&Arc::new(projects), move |done| report(ServerEvent::Done(done)));
        Self {
            out,
            workers,
            stage: Stage::Begin,
            client: Arc::default(),
            documents: OpenDocuments::default(),
            asked: BTreeMap::new(),
            complaint: None,
        }
    }

    /// Runs until the client ends the session; whether it did so as the protocol requires.
    pub(super) fn run(mut self, events: &Receiver<ServerEvent>) -> io::Result<bool> {
        loop {
            let due = self.documents.next_due();
            let wait = due.map_or(LONG, |due| due.saturating_duration_since(Instant::now()));
            match events.recv_timeout(wait) {
                Ok(ServerEvent::Received(message)) => {
                    if let LspNext::Exit = self.handle(message)? {
                        return Ok(self.stage == Stage::ShutDown);
                    }
                }
                Ok(ServerEvent::Done(done)) => self.done(done)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(false),
            }
            for job in self.documents.jobs(&self.client) {
                self.workers.give(job);
            }
        }
    }

    fn handle(&mut self, message: Incoming) -> io::Result<LspNext> {
        match message {
            Incoming::End => return Ok(LspNext::Exit),
            Incoming::Lost(id, failure) => {
                let what = format!("a message that could not be read ({})", failure.message);
                // A message with an id is a request, hence not a change of a document.
                let is_change = id.is_null();
                self.send(&Outgoing::response(id, Err(failure)))?;
                if is_change {
                    self.malformed(&what)?;
                }
            }
            // An answer to one of our requests, none of which needs one.
            Incoming::Message(message) if message.method.is_empty() => {}
            Incoming::Message(RpcMessage { id: Some(id), method, params }) => {
                self.request(id, &method, params)?;
            }
            Incoming::Message(RpcMessage { id: None, method, .. }) if method == "exit" => {
                return Ok(LspNext::Exit);
            }
            Incoming::Message(RpcMessage { id: None, method, params }) => {
                if self.stage == Stage::Open {
                    self.notification(&method, params)?;
                }
            }
        }
        Ok(LspNext::Listen)
    }

    fn send(&mut self, message: &Outgoing) -> io::Result<()> {
        transport::write(self.out, message)
    }

    fn answer(&mut self, id: Value, result: Result<Value, TransportFailure>) -> io::Result<()> {
        self.asked.remove(&id.to_string());
        self.send(&Outgoing::response(id, result))
    }

    fn publish(&mut self, params: &PublishDiagnosticsParams) -> io::Result<()> {
        self.send(&Outgoing::notification("textDocument/publishDiagnostics", params))
    }

    fn show(&mut self, kind: MessageType, message: String) -> io::Result<()> {
        self.send(&Outgoing::notification("window/showMessage", &ShowMessageParams { kind, message }))
    }

    fn request(&mut self, id: Value, method: &str, params: Value) -> io::Result<()> {
        let refuse = |code: ErrorCodes, why: &str| Err(TransportFailure::new(code, why));
        let result = match (self.stage, method) {
            (Stage::Begin, "initialize") => self.initialize(&params),
            (Stage::Begin, _) => refuse(ErrorCodes::ServerNotInitialized, "`initialize` comes first"),
            (Stage::ShutDown, _) => refuse(ErrorCodes::InvalidRequest, "the server is shut down"),
            (Stage::Open, "shutdown") => {
                self.stage = Stage::ShutDown;
                Ok(Value::Null)
            }
            (Stage::Open, "initialize") => refuse(ErrorCodes::InvalidRequest, "`initialize` comes once"),
            (Stage::Open, "workspace/executeCommand") if is_command(&params, removed::SHOW) => {
                match params.get("arguments").and_then(removed::message) {
                    Some(message) => {
                        self.show(MessageType::Warning, message)?;
                        Ok(Value::Null)
                    }
                    None => refuse(ErrorCodes::InvalidParams, "invalid arguments"),
                }
            }
            (Stage::Open, _) => match question(method, params) {
                Ok((uri, what)) => return self.ask(id, &uri, what),
                Err(failure) => Err(failure),
            },
        };
        self.answer(id, result)
    }

    /// Keeps a question until the document is linted.
    fn ask(&mut self, id: Value, uri: &str, what: Question) -> io::Result<()> {
        if let Question::Resolve(_, chosen) = &what
            && self.documents.version(uri) != Some(chosen.version)
        {
            let changed =
                TransportFailure::new(LspErrorCodes::ContentModified, "the document has changed since");
            return self.answer(id, Err(changed));
        }
        let cancelled = Arc::new(AtomicBool::new(false));
        self.asked.insert(id.to_string(), Arc::clone(&cancelled));
        match self.documents.ask(uri, LintRequest { id, what, cancelled }) {
            Some(unknown) => self.answer_empty(vec![unknown]),
            None => Ok(()),
        }
    }

    /// Answers requests for documents that are not open.
    fn answer_empty(&mut self, asks: Vec<LintRequest>) -> io::Result<()> {
        for ask in asks {
            let result = match ask.what {
                Question::Hover(_) | Question::Actions(..) | Question::Plan => Ok(Value::Null),
                Question::Resolve(..) => {
                    Err(TransportFailure::new(LspErrorCodes::ContentModified, "the document is not open"))
                }
            };
            self.answer(ask.id, result)?;
        }
        Ok(())
    }

    fn initialize(&mut self, params: &Value) -> Result<Value, TransportFailure> {
        self.client = Arc::new(Client::of(params));
        self.stage = Stage::Open;
        value(&InitializeResult {
            capabilities: capabilities(&self.client),
            server_info: Some(ServerInfo {
                name: "runnerlint".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        })
    }

    fn notification(&mut self, method: &str, params: Value) -> io::Result<()> {
        match method {
            "initialized" if self.client.watches => self.watch(),
            "textDocument/didOpen" => self.opened(params),
            "textDocument/didChange" => self.changed(params),
            "textDocument/didClose" => self.closed(&params),
            // The file may affect others: a configuration, a rule, a chart, a baseline.
            "textDocument/didSave"
            | "workspace/didChangeWatchedFiles"
            | "workspace/didChangeConfiguration" => {
                self.relint();
                Ok(())
            }
            "workspace/didChangeWorkspaceFolders" => {
                Arc::make_mut(&mut self.client).change_folders(&params);
                self.relint();
                Ok(())
            }
            "$/cancelRequest" => self.cancel(&params),
            // Other notifications are ignored.
            _ => Ok(()),
        }
    }

    /// Asks the client to watch files that affect the findings of others.
    fn watch(&mut self) -> io::Result<()> {
        let watchers: Vec<Value> =
            WATCHED_FILES.iter().map(|name| json!({"globPattern": format!("**/{name}")})).collect();
        let registration = json!({"registrations": [{
            "id": "watched-files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": {"watchers": watchers},
        }]});
        self.send(&Outgoing::request("watch", "client/registerCapability", registration))
    }

    fn opened(&mut self, params: Value) -> io::Result<()> {
        let Ok(DidOpenTextDocumentParams { text_document: it }) = read(params) else {
            return self.malformed("a document that could not be read");
        };
        let text = OpenText::new(it.text, self.client.encoding);
        let left = self.documents.open(&it.uri.0, it.version, text);
        self.answer_empty(left)
    }

    fn changed(&mut self, params: Value) -> io::Result<()> {
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str).map(str::to_owned);
        match (read::<DidChange>(params), uri) {
            (Ok(DidChange { text_document: it, content_changes }), _) => {
                self.documents.change(&it.uri, it.version, content_changes, self.client.encoding);
                Ok(())
            }
            (Err(_), Some(uri)) => self.invalidate(&[uri], "a change that could not be read"),
            (Err(_), None) => self.malformed("a change that could not be read"),
        }
    }

    fn closed(&mut self, params: &Value) -> io::Result<()> {
        let Ok(AboutServer { text_document: it }) = read(params.clone()) else { return Ok(()) };
        let Some(left) = self.documents.close(&it.uri.0) else { return Ok(()) };
        self.answer_empty(left)?;
        self.publish(&cleared(&it.uri.0))
    }

    /// Lints all documents again.
    fn relint(&mut self) {
        for uri in self.documents.names() {
            self.documents.relint(&uri);
        }
    }

    fn cancel(&mut self, params: &Value) -> io::Result<()> {
        let Some(id) = params.get("id").map(Value::to_string) else { return Ok(()) };
        if let Some(cancelled) = self.asked.get(&id) {
            cancelled.store(true, Ordering::Relaxed);
        }
        for ask in self.documents.take_cancelled() {
            self.answer(ask.id, Err(TransportFailure::new(LspErrorCodes::RequestCancelled, "cancelled")))?;
        }
        Ok(())
    }

    /// A message could not be read. It may have been a change of any document, so the findings of all are withdrawn.
    fn malformed(&mut self, what: &str) -> io::Result<()> {
        if self.stage != Stage::Open {
            return Ok(());
        }
        let all = self.documents.names();
        self.invalidate(&all, what)
    }

    fn invalidate(&mut self, uris: &[String], what: &str) -> io::Result<()> {
        for uri in uris {
            if let Some(left) = self.documents.invalidate(uri) {
                self.answer_empty(left)?;
                self.publish(&cleared(uri))?;
            }
        }
        let message = format!("runnerlint: the editor sent {what}: open the file again to check it");
        self.show(MessageType::Warning, message)
    }

    /// Passes results of the workers to the client.
    fn done(&mut self, done: Done) -> io::Result<()> {
        let mut done = done;
        for (id, result) in std::mem::take(&mut done.answers) {
            self.answer(id, result)?;
        }
        let (checked, left) = self.documents.done(done);
        self.answer_empty(left)?;
        let Some(checked) = checked else { return Ok(()) };
        self.publish(&published(&checked, &self.client))?;
        if checked.broken != self.complaint {
            self.complaint.clone_from(&checked.broken);
            if let Some(reason) = &checked.broken {
                self.show(MessageType::Error, format!("runnerlint: {}", crate::escape::inline(reason)))?;
            }
        }
        Ok(())
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, TransportFailure> {
    serde_json::from_value(params)
        .map_err(|error| TransportFailure::new(ErrorCodes::InvalidParams, error.to_string()))
}

fn is_command(params: &Value, name: &str) -> bool {
    params.get("command").and_then(Value::as_str) == Some(name)
}

/// The question of a request, and its document.
fn question(method: &str, params: Value) -> Result<(String, Question), TransportFailure> {
    match method {
        "textDocument/hover" => {
            let it = read::<HoverParams>(params)?.text_document_position_params;
            Ok((it.text_document.uri.0, Question::Hover(it.position)))
        }
        "textDocument/codeAction" => {
            let it = read::<CodeActionParams>(params)?;
            Ok((it.text_document.uri.0, Question::Actions(it.range, it.context)))
        }
        "codeAction/resolve" => {
            let action = read::<CodeAction>(params)?;
            let chosen: ChosenAction = read(action.data.clone().unwrap_or_default())?;
            Ok((chosen.uri.clone(), Question::Resolve(Box::new(action), chosen)))
        }
        "workspace/executeCommand" if is_command(&params, plan::COMMAND) => {
            match params.pointer("/arguments/0").and_then(Value::as_str) {
                Some(uri) => Ok((uri.to_owned(), Question::Plan)),
                None => Err(TransportFailure::new(
                    ErrorCodes::InvalidParams,
                    "the argument is the URI of a document",
                )),
            }
        }
        "workspace/executeCommand" => {
            Err(TransportFailure::new(ErrorCodes::InvalidParams, "unknown command"))
        }
        _ => Err(TransportFailure::new(ErrorCodes::MethodNotFound, "unknown method")),
    }
}

fn capabilities(client: &Client) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        save: Some(SaveOptions { include_text: Some(false) }.into()),
        ..TextDocumentSyncOptions::default()
    };
    let actions = CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QuickFix, CodeActionKind::from(FIX_ALL.to_owned())]),
        resolve_provider: Some(client.resolves),
        ..CodeActionOptions::default()
    };
    let commands = ExecuteCommandOptions {
        commands: vec![removed::SHOW.to_owned(), plan::COMMAND.to_owned()],
        ..ExecuteCommandOptions::default()
    };
    let folders =
        WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(true.into()) };
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(sync.into()),
        hover_provider: Some(true.into()),
        code_action_provider: Some(actions.into()),
        execute_command_provider: Some(commands),
        workspace: Some(WorkspaceOptions { workspace_folders: Some(folders), ..WorkspaceOptions::default() }),
        ..ServerCapabilities::default()
    }
}
