//! `runnerlint lsp`: a server for an editor.

use super::args::ConfigArgs;
use super::{Error, config};
use crate::walk;
use clap::Args;
use std::io::{self, BufReader};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Speak on standard input and output: what it does anyhow, for clients that say so
    #[arg(long)]
    stdio: bool,
    #[command(flatten)]
    config: ConfigArgs,
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
