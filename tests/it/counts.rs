//! The sizes of the collections, in `tests/counts.yaml`. A test that finds fewer of something has lost a part of it.

use crate::generated::Files;
use crate::{cases, corpus, docs, hostile, metamorphic, own, readme, rules, support, tutorial, wrap};
use std::collections::BTreeMap;
use std::fs;

const PATH: &str = "tests/counts.yaml";

/// The file that belongs at [`PATH`].
pub(crate) fn files() -> Files {
    let counts: BTreeMap<&str, usize> = [
        ("cases", cases::all().len()),
        ("commands in README.md", readme::example().1),
        ("commands in docs/writing-rules.md", tutorial::followed().commands),
        ("examples of built-in rules", rules::examples()),
        ("examples of tests/own", own::examples()),
        ("files in docs/writing-rules.md", tutorial::followed().files),
        ("files in fuzz/regressions", corpus::regressions().len()),
        ("links in docs", docs::links().len()),
        ("pairs of the wrap matrix", wrap::pairs().len()),
        ("shapes", hostile::count()),
        ("variants of cases", metamorphic::count()),
    ]
    .into();
    let rows = serde_yaml::to_string(&counts).unwrap();
    [(
        PATH.to_owned(),
        format!("# Written by tests/generate. A test that counts fewer or more fails.\n{rows}"),
    )]
    .into()
}

/// Fails unless the file has this count.
#[track_caller]
pub(crate) fn assert_count(of: &str, found: usize) {
    let text = fs::read_to_string(support::root().join(PATH)).unwrap();
    let counts: BTreeMap<String, usize> = serde_yaml::from_str(&text).unwrap();
    let wanted = counts.get(of).copied().unwrap_or_default();
    assert!(
        found >= wanted,
        "{found} {of}, {wanted} expected: if they were removed on purpose, run tests/generate"
    );
    assert!(found <= wanted, "{found} {of}, {wanted} expected: run tests/generate");
}
