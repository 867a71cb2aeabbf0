//! What fuzzing found stays mended: each file in `fuzz/regressions/TARGET/` is tried again, named after what it broke.
//!
//! `SEEDS=write cargo test --test corpus` writes `fuzz/corpus/TARGET/` from the case collection, for `cargo fuzz` to
//! begin with.

mod holds;

use holds::TARGETS;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries.filter(|it| it.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn what_fuzzing_found_stays_mended() {
    let mut broken = Vec::new();
    for target in TARGETS {
        for path in files(&root().join("fuzz/regressions").join(target.name)) {
            let data = fs::read(&path).expect("a file");
            if let Err(why) = (target.check)(&data) {
                broken.push(format!("{}: {why}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

#[test]
fn every_target_has_its_program_and_folders_have_targets() {
    for target in TARGETS {
        let program = root().join("fuzz/fuzz_targets").join(target.name).with_extension("rs");
        let text = fs::read_to_string(&program).expect("the target's program");
        assert!(text.contains(&format!("check(\"{}\", data)", target.name)), "{}", program.display());
    }
    for path in files(&root().join("fuzz/regressions")) {
        let known = TARGETS.iter().any(|target| path.parent().is_some_and(|it| it.ends_with(target.name)));
        assert!(known, "{} belongs to no target", path.display());
    }
}

#[derive(Deserialize)]
struct Case {
    path: String,
    input: String,
}

/// Each case is a seed of each target; here a few are tried, so that no target fails before it begins.
#[test]
fn the_seeds_hold() {
    let write = std::env::var("SEEDS").is_ok_and(|it| it == "write");
    let mut count = 0;
    for path in files(&root().join("tests/cases")) {
        let text = fs::read_to_string(&path).expect("a file of cases");
        let cases: Vec<Case> = serde_yaml::from_str(&text).expect("a list of cases");
        for case in cases {
            for target in TARGETS {
                let seed = (target.seed)(&case.path, case.input.as_bytes());
                if write {
                    let folder = root().join("fuzz/corpus").join(target.name);
                    fs::create_dir_all(&folder).expect("a folder");
                    fs::write(folder.join(format!("case-{count}")), &seed).expect("a seed");
                } else if count % 10 == 0 {
                    (target.check)(&seed)
                        .unwrap_or_else(|why| panic!("{}: {}: {why}", target.name, case.path));
                }
            }
            count += 1;
        }
    }
    assert!(count > 0, "no cases");
}
