//! The language server: findings, fixes and explanations in an editor, over the Language Server Protocol.
//!
//! The engine is a pure function of a text, so it runs on the text in the editor, never on the file. One loop handles messages
//! (`server`) and keeps the documents (`documents`); a few threads lint them and answer requests (`worker`). A document is
//! linted by one thread at a time, in a pause of typing; work for an older version is dropped. An edit names its version, and
//! is offered only if it is verified as `--fix` verifies its own.

mod actions;
mod checked;
mod client;
mod diagnostics;
mod documents;
mod hover;
mod plan;
mod project;
mod removed;
mod server;
mod text;
mod transport;
mod uri;
mod worker;

use crate::config::Choice;
use project::LspProjects;
use server::{Server, ServerEvent};
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use transport::Incoming;

/// Serves one client, which writes to `input` and reads from `output`, until it ends the session. `cwd` is the working
/// directory: absolute, without links. Returns whether the client shut the server down first, as the protocol requires.
///
/// # Errors
/// The client no longer reads, or no thread can be started.
pub fn serve(
    mut input: impl BufRead + Send + 'static,
    output: &mut dyn Write,
    choice: Choice,
    cwd: PathBuf,
) -> io::Result<bool> {
    let (events, heard) = mpsc::channel();
    let report = events.clone();
    // It ends with the input, or with the program.
    thread::Builder::new().spawn(move || {
        loop {
            let message = transport::read(&mut input);
            let is_end = message == Incoming::End;
            if events.send(ServerEvent::Received(message)).is_err() || is_end {
                return;
            }
        }
    })?;
    // After the end there is no receiver.
    let report = move |event| {
        let _ = report.send(event);
    };
    Server::new(output, LspProjects::new(choice, cwd), report).run(&heard)
}
