//! The program as a script sees it: arguments, files, exit codes, streams.

mod exit;
mod files;
mod fix;
mod hostile;
mod output;
mod secrets;
mod stdin;
mod support;
