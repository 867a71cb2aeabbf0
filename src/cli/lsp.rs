//! `runnerlint lsp`: a server for an editor.

use super::args::{CliLook, ConfigArgs};
use super::{Error, config};
use crate::walk;
use clap::Args;
use std::io::{self, BufReader};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Use standard input and output, as it does in any case (for clients that pass it)
    #[arg(long)]
    stdio: bool,
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    pub(super) look: CliLook,
}

/// Serves until the editor goes. The exit code is the protocol's: 0 if it shut the server down before, else 1.
pub(super) fn lsp(args: &LspArgs) -> Result<ExitCode, Error> {
    let cwd = walk::working_directory()?;
    let input = BufReader::new(io::stdin());
    match crate::lsp::serve(input, &mut io::stdout().lock(), config::choice(&args.config), cwd) {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::FAILURE),
        Err(error) => Err(error.into()),
    }
}
