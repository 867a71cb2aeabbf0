//! Files that the program and its tests write: `tests/generate` writes them, the tests compare them.

use crate::{cases, counts, dependencies, docs, picture, readme, reference, support, tutorial};
use std::collections::BTreeMap;
use std::fs;

/// Texts by their path in the repository.
pub(crate) type Files = BTreeMap<String, String>;

/// Fails if a file in the repository differs from what belongs in it.
#[track_caller]
pub(crate) fn assert_current(files: &Files) {
    for (path, text) in files {
        let written = fs::read_to_string(support::root().join(path)).unwrap_or_default();
        assert!(
            written == *text,
            "{path} is out of date: run tests/generate\n{}",
            cases::diff(&written, text)
        );
    }
}

#[test]
#[ignore = "writes into the repository: tests/generate runs it"]
fn write_all() {
    for page in docs::without_a_rule() {
        fs::remove_file(page).unwrap();
    }
    let all = [
        docs::files(),
        reference::files(),
        dependencies::files(),
        readme::files(),
        picture::files(),
        tutorial::files(),
        counts::files(),
    ];
    for (path, text) in all.into_iter().flatten() {
        let file = support::root().join(&path);
        if fs::read_to_string(&file).ok().as_ref() != Some(&text) {
            fs::write(file, text).unwrap();
            println!("wrote {path}");
        }
    }
}
