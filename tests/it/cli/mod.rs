//! The program as a script sees it: arguments, files, exit codes, streams.

mod baseline;
mod blocks;
mod changed;
mod config;
#[cfg(unix)]
mod create_script;
mod exit;
mod files;
mod fix;
mod hints;
mod hostile;
#[cfg(target_os = "linux")]
mod interactive;
#[cfg(unix)]
mod made;
mod monorepo;
mod organisation;
mod output;
mod own;
mod page;
mod plan;
#[cfg(unix)]
mod refused;
mod repository;
mod rules;
mod secrets;
mod stdin;
mod suppress;
