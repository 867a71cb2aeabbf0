//! `runnerlint` finds GitLab Runner's legacy registration workflow in any config file, and fixes it.
//!
//! The rooms, in their order; a room uses only rooms above it:
//!
//! | room | holds |
//! |---|---|
//! | `parallel` | many things, by several threads |
//! | [`text`] | spans, sources, edits |
//! | [`escape`], [`mask`], `quote` | what may be seen on a terminal, and what may not |
//! | `interrupt` | signals that ask a run to end |
//! | [`disk`] | reading files with limits |
//! | [`repository`] | the repository of a file: directory, remote, revision |
//! | [`embed`] | decoded text and the host bytes it came from |
//! | [`facts`] | the vocabulary that rules match on |
//! | [`syntax`] | languages: text to facts |
//! | [`sites`] | what a text gives to programs, charts and others that rules speak of |
//! | [`rules`] | what rules say, and how those of a user's own are read |
//! | [`catalogue`] | all rules of a run, and what is made ready to look for them |
//! | [`mod@unit`] | registrations as data |
//! | [`finding`] | findings and notices |
//! | [`fingerprint`] | what a finding is, whatever lines come before it |
//! | [`config`] | what the configuration file and the command line say together |
//! | [`suppress`] | comments that accept findings |
//! | [`baseline`] | findings that are known |
//! | [`engine`] | bytes to findings |
//! | [`fixer`] | fixes, diffs, the atomic writer |
//! | [`selftest`] | the examples of rules, tried |
//! | [`plan`] | the migration plan |
//! | [`walk`], [`run`] | files, threads |
//! | [`report`] | output formats |
//! | [`lsp`] | the language server |
//! | [`cli`] | the command line |

pub mod baseline;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod disk;
pub mod embed;
pub mod engine;
pub mod escape;
pub mod facts;
pub mod finding;
pub mod fingerprint;
pub mod fixer;
mod interrupt;
pub mod lsp;
pub mod mask;
mod parallel;
pub mod plan;
mod quote;
pub mod report;
pub mod repository;
pub mod rules;
pub mod run;
pub mod selftest;
pub mod sites;
pub mod suppress;
pub mod syntax;
pub mod text;
pub mod unit;
pub mod walk;
