//! `docs/dependencies.md` names each package that we ask for, with its license and its weight as they are.
//!
//! `tests/generate` updates licenses and weights; why a package is there is written by hand.

use crate::generated::{Files, assert_current};
use crate::metadata::Metadata;
use crate::support;
use std::collections::{BTreeMap, BTreeSet};

/// The tables: their headings, and what kinds of dependencies they list.
const TABLES: [(&str, &[Option<&str>]); 2] =
    [("## In the program", &[None, Some("build")]), ("## In tests and benchmarks", &[Some("dev")])];

/// What the document has to say of each package: license, and how many packages nobody else asks for.
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
        let license = package["license"].as_str().unwrap().replace('/', " OR ");
        (name, (license, own))
    });
    facts.collect()
}

pub(crate) fn files() -> Files {
    let path = "docs/dependencies.md";
    let text = std::fs::read_to_string(support::root().join(path)).unwrap();
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
            let Some((license, own)) = facts.remove(name.trim_matches('`')) else {
                panic!("{heading}: nobody asks for {name} any more, or it is there twice")
            };
            wanted = wanted.replace(row, &format!("| {name} | {license} | {own} | {why} |"));
        }
        let missing: Vec<&String> = facts.keys().collect();
        assert!(missing.is_empty(), "{heading}: {missing:?} need a row that says why");
    }
    [(path.to_owned(), wanted)].into()
}

#[test]
fn each_dependency_is_justified() {
    assert_current(&files());
}
