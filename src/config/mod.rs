//! Configuration: which file holds it for a directory, what may stand in it, and what holds in the end: command line over
//! environment over file, and for a path what its overrides say. Files are not merged: the nearest one applies.
//!
//! [`schema::KEYS`] is the one list of keys: reading, `--show-settings`, the JSON schema and the documentation follow it.
//! Only `discovery` touches the file system.

mod discovery;
mod document;
mod globs;
mod json_schema;
mod merge;
mod names;
mod reference;
pub mod schema;
mod secrets;
mod settings;
mod show;
mod value;

pub use crate::disk::size_in_words;
pub use crate::text::{EXPRESSIONS, NEVER_A_TOKEN, TokenForm, TokenValue};
pub use discovery::{Choice, Discovery, Seen, is_config_name, load};
pub use document::{ConfigFile, ConfigProblem};
pub use globs::ConfigGlobs;
pub use json_schema::json_schema;
pub use merge::{Config, Layer, Origin, SetValue};
pub use names::{ALL, did_you_mean, families};
pub use reference::reference;
pub use settings::Settings;
pub use show::show;
pub use value::{ConfigValue, DEFAULT_MAX_FILE_SIZE, FailOn, Name, version};

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read the configuration {path}: {reason}")]
    Read {
        /// The file.
        path: String,
        /// What happened.
        reason: String,
    },
    /// One folder holds it twice.
    #[error("{folder} contains both `runnerlint.toml` and `.runnerlint.toml`: keep one of them")]
    Twice {
        /// The folder.
        folder: String,
    },
    /// Something in it is wrong.
    #[error("{}: {}", .0.path, .0.message)]
    Invalid(Box<ConfigProblem>),
}
