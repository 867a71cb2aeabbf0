//! Entry point.

use std::process::ExitCode;

fn main() -> ExitCode {
    runnerlint::cli::run(std::env::args_os())
}
