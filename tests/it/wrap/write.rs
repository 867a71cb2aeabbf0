//! Writes the texts that `tests/compare-builds` runs the program on: Python's standard library cannot read YAML, and only this
//! code knows how to put a text into a place.

use super::{more, places};
use runnerlint::rules::{RuleText, texts};
use runnerlint::run::load_rules;
use runnerlint::selftest::file_name;
use serde::Deserialize;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
struct Case {
    path: String,
    input: String,
    #[serde(default)]
    surroundings: Around,
    bytes: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Around {
    aliases: Vec<String>,
    templates: bool,
    own_values: bool,
}

/// A text that may be put into a place, and the name of its directory.
struct Text {
    name: String,
    language: String,
    text: String,
}

fn write(file: &Path, text: impl AsRef<[u8]>) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn bytes(how: Option<&str>, text: &str) -> Vec<u8> {
    match how {
        None => text.into(),
        Some("crlf") => text.replace('\n', "\r\n").into(),
        Some("bom") => format!("\u{feff}{text}").into(),
        Some("no-final-newline") => text.trim_end_matches('\n').into(),
        Some("latin1") => text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
        Some(other) => panic!("unknown bytes: {other}"),
    }
}

/// The chart around a case, whose directory is the one above `templates` or the file's own.
fn write_chart(file: &Path, around: &Around) {
    let mut chart = "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies:\n".to_owned();
    for alias in &around.aliases {
        let _ = writeln!(chart, "  - {{name: gitlab-runner, alias: {alias}}}");
    }
    let levels = if around.templates { 2 } else { 1 };
    let directory = file.ancestors().nth(levels).unwrap();
    write(&directory.join("Chart.yaml"), chart);
    if around.own_values {
        write(&directory.join("templates/a.yaml"), "tags: {{ .Values.runners.tags }}\n");
    }
}

fn write_cases(root: &Path, collection: &Path) -> Vec<Text> {
    let mut texts = Vec::new();
    for entry in walkdir::WalkDir::new(collection).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let name = path.strip_prefix(collection).unwrap().with_extension("");
        let name = name.to_str().unwrap().replace('/', ".");
        let cases: Vec<Case> = serde_yaml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for (index, case) in cases.into_iter().enumerate() {
            let name = format!("{name}.{index}");
            let file = root.join(&name).join(&case.path);
            write(&file, bytes(case.bytes.as_deref(), &case.input));
            let around = &case.surroundings;
            if around.templates || around.own_values || !around.aliases.is_empty() {
                write_chart(&file, around);
            }
            let language = match Path::new(&case.path).extension().and_then(|it| it.to_str()) {
                Some("sh") => "shell",
                Some("yaml") if case.path == "values.yaml" => "yaml",
                _ => continue,
            };
            texts.push(Text { name, language: language.to_owned(), text: case.input });
        }
    }
    texts
}

fn write_examples(root: &Path, rules: &[RuleText]) -> Vec<Text> {
    let mut texts = Vec::new();
    for rule in rules {
        for (index, example) in rule.examples.iter().enumerate() {
            let language = example.language.as_deref().unwrap_or("shell");
            let path = example.file.as_deref().unwrap_or_else(|| file_name(language));
            let kinds = [("bad", &example.bad), ("good", &example.good), ("ok", &example.ok)];
            for (kind, text) in kinds.into_iter().filter_map(|(kind, text)| Some((kind, text.as_ref()?))) {
                let name = format!("{}.{index}.{kind}", rule.id);
                write(&root.join(&name).join(path), text);
                texts.push(Text { name, language: language.to_owned(), text: text.clone() });
            }
        }
    }
    texts
}

fn write_hosts(root: &Path, texts: &[Text]) {
    for (index, place) in places::PLACES.iter().chain(more::PLACES).enumerate() {
        for text in texts.iter().filter(|text| text.language == place.holds) {
            if let Some(host) = (place.prepare)(&text.text).and_then(|text| (place.wrap)(&text)) {
                write(&root.join(index.to_string()).join(&text.name).join(place.path), host);
            }
        }
    }
}

#[test]
#[ignore = "writes files into the directory TEXTS, for tests/compare-builds"]
fn write_all_texts() {
    let root = PathBuf::from(std::env::var_os("TEXTS").expect("TEXTS names a directory"));
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let cases = write_cases(&root.join("cases"), &tests.join("cases"));
    let examples = write_examples(&root.join("examples"), &texts());
    write_hosts(&root.join("hosts"), &[cases, examples].into_iter().flatten().collect::<Vec<_>>());
    let own = load_rules(&[tests.join("own")], 1).expect("the rules can be loaded");
    let examples = write_examples(&root.join("own"), &own.texts());
    write_hosts(&root.join("own/hosts"), &examples);
}
