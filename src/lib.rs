//! `runnerlint` finds GitLab Runner's legacy registration workflow in any config file, and fixes it.
//!
//! The rooms, in their order; a room uses only rooms above it:
//!
//! | room | holds |
//! |---|---|
//! | [`text`] | spans, sources, edits |
//! | [`embed`] | decoded text and the host bytes it came from |
//! | [`facts`] | the vocabulary that rules match on |
//! | [`syntax`] | languages: text to facts |
//! | [`finding`] | findings and notices |
//! | [`fingerprint`] | what a finding is, whatever lines come before it |
//! | [`escape`], [`mask`] | what may be seen on a terminal, and what may not |
//! | [`config`] | what the configuration file and the command line say together |
//! | [`engine`] | bytes to findings |
//! | [`fixer`] | fixes, diffs, the atomic writer |
//! | [`walk`], [`run`] | files, threads |
//! | [`report`] | output formats |
//! | [`cli`] | the command line |

pub mod cli;
pub mod config;
pub mod embed;
pub mod engine;
pub mod escape;
pub mod facts;
pub mod finding;
pub mod fingerprint;
pub mod fixer;
pub mod mask;
pub mod report;
pub mod rules;
pub mod run;
pub mod selftest;
pub mod sites;
pub mod syntax;
pub mod text;
pub mod walk;
