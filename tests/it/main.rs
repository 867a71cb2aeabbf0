//! All integration tests, in one program: a module for each kind.
//!
//! `cargo test --test it cases::` runs one module. Some modules read a filter or a size from the environment; the top of each
//! says which.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops where it cannot continue, and prints what it skips or counts"
)]

mod cases;
mod cli;
mod corpus;
mod counts;
mod dependencies;
mod docs;
mod english;
#[cfg(unix)]
mod faults;
mod generated;
#[path = "../holds/mod.rs"]
mod holds;
mod hostile;
mod limits;
mod metadata;
mod metamorphic;
mod msrv;
mod names;
mod own;
mod own_faults;
mod own_messages;
mod passes;
mod picture;
mod properties;
mod readme;
mod reference;
mod reference_text;
mod reports;
mod rooms;
mod rules;
mod said;
mod security;
#[path = "../shapes/mod.rs"]
mod shapes;
mod support;
mod tutorial;
mod wrap;
