//! The Rust version that we ask for is enough for what we build on.

#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// `1.88` and `1.88.0` are the same.
fn version(package: &Value) -> Option<Vec<u32>> {
    let mut parts: Vec<u32> =
        package["rust_version"].as_str()?.split('.').map(|it| it.parse().unwrap()).collect();
    parts.resize(3, 0);
    Some(parts)
}

#[test]
fn no_dependency_asks_for_a_newer_rust_than_we_do() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let nodes = list(&metadata["resolve"]["nodes"]);
    let root = metadata["resolve"]["root"].as_str().unwrap().to_owned();
    // All that a build needs; what only tests need may be newer.
    let mut needed = BTreeSet::new();
    let mut waiting = vec![root.clone()];
    while let Some(id) = waiting.pop() {
        let node = nodes.iter().find(|node| node["id"] == *id).unwrap();
        for dependency in list(&node["deps"]) {
            let builds = list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
            let id = dependency["pkg"].as_str().unwrap().to_owned();
            if builds && needed.insert(id.clone()) {
                waiting.push(id);
            }
        }
    }
    let packages = list(&metadata["packages"]);
    let ours = version(packages.iter().find(|it| it["id"] == *root).unwrap()).expect("`rust-version`");
    let newer: Vec<String> = packages
        .iter()
        .filter(|package| needed.contains(package["id"].as_str().unwrap()))
        .filter(|package| version(package).is_some_and(|version| version > ours))
        .map(|package| {
            format!("{} {} needs {}", package["name"], package["version"], package["rust_version"])
        })
        .collect();
    assert!(needed.len() > 20, "the dependencies were not found");
    assert!(newer.is_empty(), "`rust-version` in Cargo.toml is too low: {}", newer.join(", "));
}
