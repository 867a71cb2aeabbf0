//! `runnerlint report`: JSON reports of many runs, merged. They are read one after the other, as often as a format needs it, so that
//! only one of them is in memory.

mod document;
mod gitlab;
mod html;
mod json;
mod markdown;
mod rows;
mod sarif;
mod statistics;

pub use document::ReportError;

use crate::report::Style;
use document::Document;
use rows::Sums;
use std::io::{self, Write};
use std::path::PathBuf;

/// A report to merge.
#[derive(Debug)]
pub struct Input {
    /// The file.
    pub path: PathBuf,
    /// What its repository is called if it does not say so.
    pub name: String,
}

/// The reports of a run.
#[derive(Default)]
pub struct Merged {
    inputs: Vec<Input>,
    sums: Sums,
    /// Reports that cannot be used, by their index.
    pub failures: Vec<(usize, ReportError)>,
    /// The title of a page; may be empty.
    pub title: String,
}

impl std::fmt::Debug for Merged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Merged").field("inputs", &self.inputs).finish_non_exhaustive()
    }
}

/// Writes merged reports.
type Writer = fn(&Merged, Style, &mut dyn Write) -> io::Result<()>;

/// A format that reports can be merged into.
#[derive(Clone, Copy)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, for the help text.
    pub about: &'static str,
    /// Writes it.
    pub write: Writer,
    /// Writes counts by rule and by repository instead.
    pub statistics: Option<Writer>,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All formats; the first one is the default.
pub const FORMATS: &[Format] = &[
    Format {
        name: "markdown",
        about: "a table of repositories",
        write: markdown::write,
        statistics: Some(statistics::text),
    },
    Format {
        name: "html",
        about: "one page: a row for each repository, with links into it",
        write: html::write,
        statistics: None,
    },
    Format {
        name: "json",
        about: "one JSON document with all findings and registrations",
        write: json::write,
        statistics: Some(statistics::json),
    },
    Format {
        name: "gitlab",
        about: "GitLab's Code Quality report of all repositories",
        write: gitlab::write,
        statistics: None,
    },
    Format {
        name: "sarif",
        about: "SARIF 2.1.0 with a run for each repository, without snippets and fixes",
        write: sarif::write,
        statistics: None,
    },
];

/// Why reports cannot be merged into the format of that name.
pub fn refused(name: &str) -> &'static str {
    match name {
        "full" => "it shows source lines, which reports do not contain",
        "jsonl" | "rdjsonl" | "github" => "its lines refer to the files of one checkout",
        _ => "it names files of one working directory, and the reports are of different repositories",
    }
}

impl Merged {
    /// Reads all reports once. The failures are those that cannot be used; the others are merged.
    pub fn read(inputs: Vec<Input>, title: String) -> Self {
        let mut merged = Self { inputs, title, ..Self::default() };
        for (number, input) in merged.inputs.iter().enumerate() {
            let added = document::read(&input.path, &input.name)
                .and_then(|document| merged.sums.add(number, document));
            if let Err(error) = added {
                merged.failures.push((number, error));
            }
        }
        merged.sums.sort();
        merged
    }

    /// The reports to merge.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// How many repositories there are.
    pub fn repositories(&self) -> usize {
        self.sums.rows.len()
    }

    /// Remotes of repositories that more than one report is about.
    pub fn repeated(&self) -> Vec<String> {
        self.sums.repeated()
    }

    /// The counts in one line.
    pub fn summary(&self) -> String {
        let plural = crate::report::summary::plural;
        let [errors, warnings, infos] = self.sums.findings();
        let registrations: usize = self.sums.states().iter().sum();
        let failed = match self.failures.len() {
            0 => String::new(),
            failed => format!(" {} could not be read.", plural(failed, "report")),
        };
        if self.repositories() == 0 {
            return format!("No report was merged.{failed}");
        }
        format!(
            "{} in {}: {}, {}, {infos} info; {}.{failed}",
            plural(errors + warnings + infos, "finding"),
            if self.repositories() == 1 {
                "1 repository".to_owned()
            } else {
                format!("{} repositories", self.repositories())
            },
            plural(errors, "error"),
            plural(warnings, "warning"),
            plural(registrations, "registration"),
        )
    }

    /// Reads the reports that can be used again, one after the other.
    fn each(&self, mut take: impl FnMut(Document) -> io::Result<()>) -> io::Result<()> {
        for (number, input) in self.inputs.iter().enumerate() {
            if self.failures.iter().any(|(failed, _)| *failed == number) {
                continue;
            }
            match document::read(&input.path, &input.name) {
                Ok(document) => take(document)?,
                Err(error) => {
                    return Err(io::Error::other(format!("a report has changed meanwhile: {error}")));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
