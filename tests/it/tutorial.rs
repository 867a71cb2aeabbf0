//! The tutorial, followed from an empty folder: each file is written as it says, each command prints what it says.
//!
//! A block of YAML is the file whose name stands last before it; after `$` stand commands, then what they print.
//! `tests/generate` writes into the page what is printed.

use crate::counts::assert_count;
use crate::generated::{Files, assert_current};
use crate::support::{PROGRAM, root};
use std::fs;
use std::path::Path;
use std::process::Command;

const PAGE: &str = "docs/writing-rules.md";

/// The tutorial with the real output of its commands.
pub(crate) struct Followed {
    text: String,
    /// How many files it writes.
    pub(crate) files: usize,
    /// How many commands it runs.
    pub(crate) commands: usize,
}

/// What the command prints: standard output, then standard error.
fn run(folder: &Path, line: &str) -> String {
    let (line, file) = line.split_once(" > ").map_or((line, None), |(line, file)| (line, Some(file)));
    let mut words = line.split(' ');
    assert_eq!(words.next(), Some("runnerlint"), "{line}");
    let mut command = Command::new(PROGRAM);
    command.args(words).current_dir(folder).env_clear();
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    match file {
        Some(file) => {
            fs::write(folder.join(file), out).unwrap();
            err
        }
        None => out + &err,
    }
}

/// The name in backquotes that stands last in `text`.
fn last_name(text: &str) -> &str {
    let mut parts = text.rsplit('`');
    parts.next();
    parts.next().unwrap()
}

/// Follows the tutorial in an empty directory.
pub(crate) fn followed() -> Followed {
    let text = fs::read_to_string(root().join(PAGE)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut real = String::new();
    let (mut files, mut commands) = (0, 0);
    let mut parts = text.split("```");
    while let Some(prose) = parts.next() {
        real.push_str(prose);
        let Some(block) = parts.next() else { break };
        let (language, code) = block.split_once('\n').unwrap();
        real.push_str(&format!("```{language}\n"));
        match language {
            "yaml" => {
                let path = folder.path().join(last_name(prose));
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, code).unwrap();
                real.push_str(code);
                files += 1;
            }
            "console" => {
                for line in code.lines().filter_map(|line| line.strip_prefix("$ ")) {
                    real.push_str(&format!("$ {line}\n{}", run(folder.path(), line)));
                    commands += 1;
                }
            }
            other => panic!("a block of {other}"),
        }
        real.push_str("```");
    }
    Followed { text: real, files, commands }
}

pub(crate) fn files() -> Files {
    [(PAGE.to_owned(), followed().text)].into()
}

#[test]
fn the_tutorial_does_what_it_says() {
    let followed = followed();
    assert_count("files in docs/writing-rules.md", followed.files);
    assert_count("commands in docs/writing-rules.md", followed.commands);
    assert_current(&[(PAGE.to_owned(), followed.text)].into());
}
