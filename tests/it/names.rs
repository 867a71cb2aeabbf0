//! What the code's own words have to hold: a type name means one thing, and languages answer for themselves.

use crate::rooms::without_tests;
use crate::support::root;
use regex::Regex;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Of a hundred types at most so many share their name with another one.
const MOST_SHARED: usize = 20;

fn sources() -> Vec<(String, String)> {
    let src = root().join("src");
    let is_rust = |path: &Path| path.extension().is_some_and(|it| it == "rs");
    let walk = ignore::WalkBuilder::new(&src).build().filter_map(Result::ok);
    let files = walk.filter(|entry| is_rust(entry.path())).map(|entry| {
        let path = entry.path().strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        (path, without_tests(&fs::read_to_string(entry.path()).unwrap()))
    });
    files.collect()
}

#[test]
fn few_types_share_a_name() {
    let definition =
        Regex::new(r"(?m)^(?:pub(?:\([a-z ]+\))? )?(?:struct|enum|trait|union|type) (\w+)").unwrap();
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in sources() {
        for found in definition.captures_iter(&text) {
            names.entry(found[1].to_owned()).or_default().push(path.clone());
        }
    }
    let all: usize = names.values().map(Vec::len).sum();
    names.retain(|_, places| places.len() > 1);
    let shared: usize = names.values().map(Vec::len).sum();
    assert!(shared * 100 <= all * MOST_SHARED, "{shared} of {all} types share a name: {names:#?}");
}

#[test]
fn no_language_is_compared_by_its_name() {
    let compared = Regex::new(r#"language(?:\.name\(\))? [!=]= "|language\.name\(\), ""#).unwrap();
    let outside = sources().into_iter().filter(|(path, _)| !path.starts_with("syntax/"));
    let found: Vec<String> = outside
        .flat_map(|(path, text)| {
            let lines = text.lines().filter(|line| compared.is_match(line));
            lines.map(|line| format!("{path}: {}", line.trim())).collect::<Vec<_>>()
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
