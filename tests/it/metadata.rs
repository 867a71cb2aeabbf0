//! What cargo knows of the packages that we build on, at the versions of the lock file.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Packages and what each asks for.
pub(crate) struct Metadata(Value);

impl Metadata {
    pub(crate) fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self(serde_json::from_slice(&output.stdout).unwrap())
    }

    /// The id of our own package.
    pub(crate) fn root(&self) -> &str {
        self.0["resolve"]["root"].as_str().unwrap()
    }

    pub(crate) fn package(&self, id: &str) -> &Value {
        self.0["packages"].as_array().unwrap().iter().find(|it| it["id"] == *id).unwrap()
    }

    /// What `id` asks for itself, of one of `kinds` (`null` for what it runs with, `build`, `dev`).
    pub(crate) fn direct(&self, id: &str, kinds: &[Option<&str>]) -> BTreeSet<String> {
        let nodes = self.0["resolve"]["nodes"].as_array().unwrap();
        let node = nodes.iter().find(|node| node["id"] == *id).unwrap();
        let wanted = |it: &&Value| {
            let mut found = it["dep_kinds"].as_array().unwrap().iter().map(|kind| kind["kind"].as_str());
            found.any(|kind| kinds.contains(&kind))
        };
        let dependencies = node["deps"].as_array().unwrap().iter().filter(wanted);
        dependencies.map(|it| it["pkg"].as_str().unwrap().to_owned()).collect()
    }

    /// `ids` and all that is needed to build them.
    pub(crate) fn needed(&self, ids: BTreeSet<String>) -> BTreeSet<String> {
        let mut waiting: Vec<String> = ids.iter().cloned().collect();
        let mut needed = ids;
        while let Some(id) = waiting.pop() {
            for id in self.direct(&id, &[None, Some("build")]) {
                if needed.insert(id.clone()) {
                    waiting.push(id);
                }
            }
        }
        needed
    }
}
