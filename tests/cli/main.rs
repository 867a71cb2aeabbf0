//! The program as a script sees it: arguments, files, exit codes, streams.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it cannot go on")]

mod config;
mod exit;
mod files;
mod fix;
mod hostile;
mod output;
mod secrets;
mod stdin;
mod support;
