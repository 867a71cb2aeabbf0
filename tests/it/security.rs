//! `SECURITY.md`: each promise names the tests that hold it, and they exist.

use crate::support::root;
use std::fs;

/// The names in the last column of the table of promises.
fn named() -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let table = text.split("## Promises").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.contains("| promise |"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [_, _, promise, tests] = cells[..] else { panic!("not four cells: {row}") };
        (promise.to_owned(), tests.split('`').skip(1).step_by(2).map(str::to_owned).collect())
    })
    .collect()
}

fn exists(name: &str) -> bool {
    if let Some((script, step)) = name.split_once(' ') {
        let text = fs::read_to_string(root().join(script)).unwrap_or_default();
        return text.contains(&format!("def {step}(")) && text.matches(step).count() > 1;
    }
    let parts: Vec<&str> = name.split("::").collect();
    let (function, modules) = parts.split_last().unwrap();
    let modules: Vec<&str> = modules.iter().copied().filter(|it| *it != "tests").collect();
    let path = modules.join("/");
    let of = |path: String| fs::read_to_string(root().join(path)).unwrap_or_default();
    let places = [
        format!("tests/it/{path}.rs"),
        format!("tests/it/{path}/mod.rs"),
        format!("src/{path}.rs"),
        format!("src/{path}/tests.rs"),
        format!("src/{path}/mod.rs"),
    ];
    places.into_iter().any(|place| of(place).contains(&format!("fn {function}(")))
}

#[test]
fn every_promise_names_tests_that_exist() {
    let named = named();
    assert!(named.len() > 10, "{named:?}");
    for (promise, tests) in named {
        assert!(!tests.is_empty(), "no test: {promise}");
        for test in tests {
            assert!(exists(&test), "{test}: {promise}");
        }
    }
}
