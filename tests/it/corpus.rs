//! What fuzzing found stays mended: each file in `fuzz/regressions/TARGET/` is tried again, named after what it broke.
//!
//! `tests/generate --seeds` writes `fuzz/corpus/TARGET/` from the case collection, for `cargo fuzz` to begin with.

use crate::cases;
use crate::counts::assert_count;
use crate::holds::TARGETS;
use crate::support::root;
use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries.filter(|it| it.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

/// Every file in `fuzz/regressions`.
pub(crate) fn regressions() -> Vec<PathBuf> {
    files(&root().join("fuzz/regressions"))
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
    let paths = regressions();
    assert_count("files in fuzz/regressions", paths.len());
    for path in paths {
        let known = TARGETS.iter().any(|target| path.parent().is_some_and(|it| it.ends_with(target.name)));
        assert!(known, "{} belongs to no target", path.display());
    }
}

/// Each case is a seed of each target; here a few are tried, so that no target fails before it begins.
#[test]
fn the_seeds_hold() {
    for case in cases::all().iter().step_by(10) {
        for target in TARGETS {
            let seed = (target.seed)(&case.path, case.input.as_bytes());
            (target.check)(&seed).unwrap_or_else(|why| panic!("{}: {}: {why}", target.name, case.path));
        }
    }
}

#[test]
#[ignore = "writes into the repository: tests/generate --seeds runs it"]
fn write_seeds() {
    for target in TARGETS {
        let folder = root().join("fuzz/corpus").join(target.name);
        fs::create_dir_all(&folder).expect("a folder");
        for (index, case) in cases::all().iter().enumerate() {
            let seed = (target.seed)(&case.path, case.input.as_bytes());
            fs::write(folder.join(format!("case-{index}")), seed).expect("a seed");
        }
    }
}
