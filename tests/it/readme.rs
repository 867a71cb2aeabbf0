//! What the README shows is what the program does.

use crate::counts::assert_count;
use crate::generated::{Files, assert_current};
use crate::support::{PROGRAM, root};
use std::fs;
use std::path::Path;
use std::process::Command;

fn run(folder: &Path, arguments: &[String]) -> std::process::Output {
    Command::new(PROGRAM).args(arguments).current_dir(folder).env_clear().output().unwrap()
}

/// The README as it should be, and how many commands it runs.
pub(crate) fn example() -> (String, usize) {
    let (text, commands) = with_output(&fs::read_to_string(root().join("README.md")).unwrap());
    (with_rules(&text), commands)
}

pub(crate) fn files() -> Files {
    [("README.md".to_owned(), example().0)].into()
}

#[test]
fn the_readme_is_true() {
    assert_count("commands in README.md", example().1);
    assert_current(&files());
}

/// The README with the real output behind each `$ runnerlint …`, run in a folder with the files that stand before it.
fn with_output(readme: &str) -> (String, usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut real = String::new();
    let mut named = None;
    let mut commands = 0;
    let mut lines = readme.split_inclusive('\n');
    while let Some(line) = lines.next() {
        real.push_str(line);
        if let Some(name) = line.trim_end().strip_prefix('`').and_then(|it| it.strip_suffix("`:")) {
            named = Some(name);
        }
        if !line.starts_with("```") {
            continue;
        }
        let block: String = lines.by_ref().take_while(|line| line.trim_end() != "```").collect();
        if let Some(command) = block.lines().next().and_then(|it| it.strip_prefix("$ runnerlint ")) {
            commands += 1;
            let output = run(folder.path(), &words(command));
            real.push_str(&format!("$ runnerlint {command}\n"));
            real.push_str(&String::from_utf8(output.stdout).unwrap());
            real.push_str(&String::from_utf8(output.stderr).unwrap());
        } else {
            if let Some(name) = named.take() {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, &block).unwrap();
            }
            real.push_str(&block);
        }
        real.push_str("```\n");
    }
    (real, commands)
}

/// The words of a command line without anything but single quotes.
fn words(command: &str) -> Vec<String> {
    command.split(' ').map(|word| word.trim_matches('\'').to_owned()).collect()
}

/// The README with a row for each rule that there is.
fn with_rules(readme: &str) -> String {
    let output = run(Path::new("."), &["rules".into(), "--output-format".into(), "json".into()]);
    let rules: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let row = |rule: &serde_json::Value| {
        let (id, summary) = (rule["id"].as_str().unwrap(), rule["summary"].as_str().unwrap());
        format!("| [`{id}`](docs/rules/{id}.md) | {summary} |\n")
    };
    let rows: String = rules.as_array().unwrap().iter().map(row).collect();
    let head = "| rule | finds |\n|---|---|\n";
    let (before, behind) = readme.split_once(head).expect("the table of rules");
    let rest: String = behind.split_inclusive('\n').skip_while(|line| line.starts_with('|')).collect();
    format!("{before}{head}{rows}{rest}")
}
