//! One file for each output format, and the table [`FORMATS`].

mod concise;
mod full;
mod json;
mod locate;
mod statistics;
mod style;
mod summary;
mod window;

pub use statistics::statistics;
pub use style::Style;
pub use summary::{Summary, notices, removed_settings};

use crate::run::Checked;
use std::io::{self, Write};

/// What there is to report, and how.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The files, by path.
    pub files: &'a [Checked],
    /// Whether tokens may be seen.
    pub show_secrets: bool,
    /// Whether unsafe fixes are shown as diffs.
    pub unsafe_fixes: bool,
    /// Whether colours are wanted.
    pub style: Style,
}

/// An output format.
#[derive(Clone, Copy)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, for the help text.
    pub about: &'static str,
    /// Whether people read it: the summary and the notices then go to standard error.
    pub for_people: bool,
    /// Writes the report.
    pub write: fn(&Run<'_>, &mut dyn Write) -> io::Result<()>,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All formats; the first one is the default.
pub const FORMATS: &[Format] = &[
    Format {
        name: "full",
        about: "each finding with its source and its fix",
        for_people: true,
        write: full::write,
    },
    Format {
        name: "concise",
        about: "one line for each finding, as gcc writes them",
        for_people: true,
        write: concise::write,
    },
    Format { name: "json", about: "one JSON document", for_people: false, write: json::write },
];

#[cfg(test)]
mod samples;
