//! The language server: findings, fixes and explanations in an editor, over the Language Server Protocol.
//!
//! The engine is a pure function of a text, so it is run over what the editor holds, never over what the file holds. One loop
//! listens (`server`) and keeps the documents (`documents`); a few threads lint them and answer questions (`worker`). A
//! document is linted by one thread at a time, when nobody types; what a later version overtakes is dropped. An edit says for
//! which version it is, and is offered only if it holds as `--fix` proves its own.

mod actions;
mod checked;
mod client;
mod diagnostics;
mod documents;
mod hover;
mod project;
mod removed;
mod server;
mod text;
mod transport;
mod uri;
mod worker;

use crate::config::Choice;
use project::Projects;
use server::{Event, Server};
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use transport::Incoming;

/// Serves one client, which speaks on `input` and listens on `output`, until it goes. `cwd` is the working directory:
/// absolute, without links. Says whether the client shut the server down before, as the protocol has it.
///
/// # Errors
/// The client does not listen any more, or there is no thread to hear it.
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
            let said = transport::read(&mut input);
            let is_end = said == Incoming::End;
            if events.send(Event::Said(said)).is_err() || is_end {
                return;
            }
        }
    })?;
    // Nobody hears it after the end.
    let report = move |event| {
        let _ = report.send(event);
    };
    Server::new(output, Projects::new(choice, cwd), report).run(&heard)
}
