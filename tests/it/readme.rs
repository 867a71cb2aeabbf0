//! What the README shows is what the program does.

use crate::counts::assert_count;
use crate::generated::{Files, assert_current};
use crate::support::{PROGRAM, root};
use serde::Deserialize;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Words in the README without its output and tables: a reader has minutes.
const MOST_WORDS: usize = 2_000;

/// The repository that the README is about.
const DEMO: &str = "tests/readme";

fn run(folder: &Path, arguments: &[String]) -> std::process::Output {
    Command::new(PROGRAM).args(arguments).current_dir(folder).env_clear().output().unwrap()
}

/// The README as it should be, and how many commands it runs.
pub(crate) fn example() -> (String, usize) {
    let (text, commands) = with_output(&fs::read_to_string(root().join("README.md")).unwrap());
    (with_comparison(&with_places(&text)), commands)
}

pub(crate) fn files() -> Files {
    [("README.md".to_owned(), example().0)].into()
}

#[test]
#[cfg(unix)]
fn the_readme_is_true() {
    assert_count("commands in README.md", example().1);
    assert_current(&files());
}

#[test]
fn the_readme_is_short() {
    let words = fs::read_to_string(root().join("README.md")).unwrap().split_whitespace().count();
    assert!(words <= MOST_WORDS, "README.md has {words} words");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The README with the real output after each `$ runnerlint …` and `$ grep …`, run in a copy of the demo. A block after the
/// name of a file shows that file.
fn with_output(readme: &str) -> (String, usize) {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join(DEMO), folder.path());
    let mut real = String::new();
    let mut named = None;
    let mut commands = 0;
    let mut lines = readme.split_inclusive('\n');
    while let Some(line) = lines.next() {
        real.push_str(line);
        let name = line.trim_end().strip_suffix("`:").and_then(|it| it.rsplit_once('`'));
        named = name.map(|(_, name)| name).or(named);
        if !line.starts_with("```") {
            continue;
        }
        let block: String = lines.by_ref().take_while(|line| line.trim_end() != "```").collect();
        let command = block.lines().next().unwrap_or_default();
        if let Some(output) = output(folder.path(), command) {
            commands += 1;
            real.push_str(&format!("{command}\n{output}"));
        } else if let Some(name) = named.take() {
            real.push_str(&fs::read_to_string(folder.path().join(name)).unwrap());
        } else {
            real.push_str(&block);
        }
        real.push_str("```\n");
    }
    (real, commands)
}

/// What a command of the README prints; `None` for what is not run.
fn output(folder: &Path, command: &str) -> Option<String> {
    let output = match command.strip_prefix("$ runnerlint ") {
        Some(arguments) => run(folder, &words(arguments)),
        None => {
            let command = command.strip_prefix("$ ").filter(|it| it.starts_with("grep "))?;
            Command::new("sh").arg("-c").arg(command).current_dir(folder).output().unwrap()
        }
    };
    Some(String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// The words of a command line without anything but single quotes.
fn words(command: &str) -> Vec<String> {
    command.split(' ').map(|word| word.trim_matches('\'').to_owned()).collect()
}

/// A finding, as `-f json` has it.
#[derive(Deserialize)]
struct Found {
    rule: String,
    path: String,
    start: Start,
    fix: Option<Fix>,
}

#[derive(Deserialize)]
struct Start {
    line: usize,
}

#[derive(Deserialize)]
struct Fix {
    safety: String,
}

fn found(folder: &Path) -> Vec<Found> {
    let output = run(folder, &["check".into(), "-f".into(), "json".into(), "--no-ignore".into()]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    serde_json::from_value(report["findings"].clone()).unwrap()
}

/// A row of the table of places.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    r#where: String,
    shown: String,
    path: String,
    input: String,
}

/// The README with a row for each place in `tests/places.yaml`.
fn with_places(readme: &str) -> String {
    let places = fs::read_to_string(root().join("tests/places.yaml")).unwrap();
    let places: Vec<Place> = serde_yaml::from_str(&places).unwrap();
    let mut rows = String::new();
    for place in places {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(&place.path), &place.input).unwrap();
        let found = found(folder.path());
        assert!(!found.is_empty(), "{}: nothing is found", place.r#where);
        let mut rules: Vec<&str> = found.iter().map(|it| it.rule.as_str()).collect();
        rules.dedup();
        let rules: Vec<String> = rules.iter().map(|id| format!("[`{id}`](docs/rules/{id}.md)")).collect();
        let fix = match found.iter().map(|it| it.fix.as_ref().map(|fix| fix.safety.as_str())).min() {
            Some(Some(safety)) => safety,
            _ => "manual",
        };
        let (place, shown) = (place.r#where, place.shown.replace('|', "\\|"));
        writeln!(rows, "| {place} | `{shown}` | {} | {fix} |", rules.join(", ")).unwrap();
    }
    with_lines_after(readme, "| where | example | findings | fix |\n|---|---|---|---|\n", '|', &rows)
}

/// The README with the sentence that compares both commands.
fn with_comparison(readme: &str) -> String {
    let found = found(&root().join(DEMO));
    let lines = |text: &str| text.lines().filter(|line| line.starts_with("./")).count();
    let grep = readme.split("```").find(|block| block.contains("\n$ grep ")).expect("the comparison");
    let is_in_both = |line: &&str| {
        let mut parts = line.trim_start_matches("./").splitn(3, ':');
        let (path, number) = (parts.next().unwrap(), parts.next().unwrap());
        found.iter().any(|it| it.path == path && it.start.line.to_string() == number)
    };
    let both = grep.lines().filter(|line| line.starts_with("./")).filter(is_in_both).count();
    let fixes = |safety: &str| {
        found.iter().filter(|it| it.fix.as_ref().is_some_and(|fix| fix.safety == safety)).count()
    };
    let text = format!(
        "`grep` prints {} lines, and {} of them belong to another program. `runnerlint` reports {} findings: also the short option, and the \
         settings that must move together with the token. {} of them have a safe fix, {} an unsafe one.\n",
        lines(grep),
        lines(grep) - both,
        found.len(),
        fixes("safe"),
        fixes("unsafe"),
    );
    let text = wrapped(&text, 140);
    with_lines_after(readme, "<!-- comparison -->\n", '\n', &text)
}

fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        if column > 0 && column + 1 + word.len() > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.len();
    }
    out + "\n"
}

/// `text` with `lines` after `head`, in the place of the lines there: those that begin with `first`, or the paragraph.
fn with_lines_after(text: &str, head: &str, first: char, lines: &str) -> String {
    let (before, after) = text.split_once(head).unwrap_or_else(|| panic!("`{head}` is not in README.md"));
    let is_old = |line: &&str| if first == '\n' { *line != "\n" } else { line.starts_with(first) };
    let rest: String = after.split_inclusive('\n').skip_while(is_old).collect();
    format!("{before}{head}{lines}{rest}")
}
