//! A token in each spelling that the reader of its place takes: no output shows it, plain or as written. The spellings are in
//! `tests/secrets/spellings.yaml`.

use crate::support::{Scratch, root};
use runnerlint::report::{FORMATS, plan};
use serde::Deserialize;
use std::fs;

/// The token of all of them.
const TOKEN: &str = "Zq9xK9mPw7sVt2LbR8uY";

/// Parts that no output shows: of the token and of its base64.
const PARTS: [&str; 5] = [TOKEN, "Zq9xK9mPw7sVt2", "mPw7sVt2LbR8uY", "Vt2LbR8uY", "OXhLOW1QdzdzVnQy"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    path: String,
    text: String,
    forms: Vec<String>,
}

fn files() -> Vec<(String, String, String)> {
    let text = fs::read_to_string(root().join("tests/secrets/spellings.yaml")).unwrap();
    let places: Vec<Place> = serde_yaml::from_str(&text).unwrap();
    let file = |place: &Place, number: usize, form: &String| {
        let (stem, ending) = place.path.split_once('.').unwrap();
        (format!("{stem}{number}.{ending}"), place.text.replace('@', form), form.clone())
    };
    let all = places.iter().flat_map(|place| {
        place.forms.iter().enumerate().map(|(number, form)| file(place, number, form)).collect::<Vec<_>>()
    });
    all.collect()
}

#[test]
fn no_output_shows_a_token_in_any_spelling() {
    let scratch = Scratch::new();
    let files = files();
    for (path, text, _) in &files {
        scratch.write(path, text);
    }
    let report = scratch.run(&["-f", "json"]).json();
    let found: Vec<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|it| it["path"].as_str()).collect();
    for (path, ..) in &files {
        assert!(found.contains(&&**path), "nothing is found in {path}");
    }
    let mut runs: Vec<Vec<&str>> = FORMATS.iter().map(|it| vec!["-f", it.name, "--unsafe-fixes"]).collect();
    runs.extend(plan::FORMATS.iter().map(|it| vec!["plan", "--format", it.name]));
    runs.push(vec!["--diff", "--unsafe-fixes"]);
    runs.push(vec!["--diff", "--unsafe-fixes", "--token-value", "$NEW_TOKEN"]);
    runs.push(vec!["--fix", "--unsafe-fixes", "-v"]);
    for args in runs {
        let ran = scratch.run(&args);
        assert_ne!(ran.code, 2, "{args:?}: {}", ran.err);
        for text in [&*String::from_utf8_lossy(&ran.out), &*ran.err] {
            let written = files.iter().map(|(.., form)| form.as_str()).filter(|form| form.len() >= 16);
            for part in PARTS.into_iter().chain(written) {
                let line = text.lines().find(|line| line.contains(part));
                assert!(line.is_none(), "{args:?}: `{part}` in {line:?}");
            }
        }
    }
}
