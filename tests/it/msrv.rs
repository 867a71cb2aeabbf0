//! The Rust version that we ask for is enough for what we build on.

use crate::metadata::Metadata;
use serde_json::Value;

/// `1.88` and `1.88.0` are the same.
fn version(package: &Value) -> Option<Vec<u32>> {
    let mut parts: Vec<u32> =
        package["rust_version"].as_str()?.split('.').map(|it| it.parse().unwrap()).collect();
    parts.resize(3, 0);
    Some(parts)
}

#[test]
fn no_dependency_asks_for_a_newer_rust_than_we_do() {
    let metadata = Metadata::read();
    let root = metadata.root();
    let ours = version(metadata.package(root)).expect("`rust-version`");
    // All that a build needs; what only tests need may be newer.
    let needed = metadata.needed(metadata.direct(root, &[None, Some("build")]));
    let newer: Vec<String> = needed
        .iter()
        .map(|id| metadata.package(id))
        .filter(|package| version(package).is_some_and(|version| version > ours))
        .map(|package| {
            format!("{} {} needs {}", package["name"], package["version"], package["rust_version"])
        })
        .collect();
    assert!(newer.is_empty(), "`rust-version` in Cargo.toml is too low: {}", newer.join(", "));
}
