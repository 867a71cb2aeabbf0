//! `docs/dependencies.md` names each package that we ask for, with its licence and its weight as they are.
//!
//! `DEPENDENCIES=write cargo test --test dependencies` brings licences and weights up to date; why a package is there is
//! written by hand.

#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod metadata;

use metadata::Metadata;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The tables: their headings, and what kinds of dependencies they list.
const TABLES: [(&str, &[Option<&str>]); 2] =
    [("## In the program", &[None, Some("build")]), ("## In tests and benchmarks", &[Some("dev")])];

/// What the document has to say of each package: licence, and how many packages nobody else asks for.
fn facts(metadata: &Metadata, kinds: &[Option<&str>]) -> BTreeMap<String, (String, usize)> {
    let root = metadata.root();
    let program = metadata.direct(root, &[None, Some("build")]);
    let direct = metadata.direct(root, kinds);
    let every: BTreeSet<String> = program.union(&direct).cloned().collect();
    let facts = direct.iter().map(|id| {
        let others = metadata.needed(every.iter().filter(|other| *other != id).cloned().collect());
        let own = metadata.needed([id.clone()].into()).difference(&others).count();
        let package = metadata.package(id);
        let name = package["name"].as_str().unwrap().to_owned();
        // `Unlicense/MIT` is how some wrote it once.
        let licence = package["license"].as_str().unwrap().replace('/', " OR ");
        (name, (licence, own))
    });
    facts.collect()
}

#[test]
fn each_dependency_is_justified() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/dependencies.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let metadata = Metadata::read();
    let mut wanted = text.clone();
    for (heading, kinds) in TABLES {
        let part = text.split(heading).nth(1).unwrap_or_else(|| panic!("no `{heading}`"));
        let part = part.split("\n## ").next().unwrap_or(part);
        let mut facts = facts(&metadata, kinds);
        for row in part.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
            let [name, _, _, why] = cells[..] else { panic!("not four cells: {row}") };
            assert!(why.len() > 20, "why is {name} there?");
            let Some((licence, own)) = facts.remove(name.trim_matches('`')) else {
                panic!("{heading}: nobody asks for {name} any more, or it is there twice")
            };
            wanted = wanted.replace(row, &format!("| {name} | {licence} | {own} | {why} |"));
        }
        let missing: Vec<&String> = facts.keys().collect();
        assert!(missing.is_empty(), "{heading}: {missing:?} need a row that says why");
    }
    if std::env::var("DEPENDENCIES").is_ok_and(|it| it == "write") {
        std::fs::write(&path, wanted).unwrap();
    } else {
        assert!(
            text == wanted,
            "licences or weights are not up to date: see the top of tests/dependencies.rs"
        );
    }
}
