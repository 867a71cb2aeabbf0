//! Baselines, comments that accept, plans, questions: none of them tells of a token.

use super::files::{FILES, TOKENS, odd_files};
use super::{assert_hidden, assert_secret};
use crate::support::{Ran, Scratch};
use runnerlint::report::{FORMATS, plan};

/// All files of both lists.
fn everything() -> Scratch {
    let scratch = Scratch::with(FILES);
    for (path, text) in odd_files() {
        scratch.write(path, text);
    }
    scratch
}

#[track_caller]
fn assert_no_token_in(scratch: &Scratch, path: &str) {
    let ran = Ran { code: 0, out: scratch.read(path).into_bytes(), err: String::new() };
    assert_hidden(&ran, &[path]);
}

#[test]
fn a_baseline() {
    let scratch = everything();
    let args = ["--baseline", "known.json", "--write-baseline", "-v"];
    assert_secret(&scratch.run(&args), &args);
    assert_no_token_in(&scratch, "known.json");
    for format in FORMATS {
        let args = ["--baseline", "known.json", "-f", format.name, "-v"];
        assert_secret(&scratch.run(&args), &args);
    }
    // What is no longer reported is named.
    scratch.write("scripts/a.sh", "echo\n");
    let args = ["--baseline", "known.json", "-v"];
    let ran = scratch.run(&args);
    assert!(ran.err.contains("no longer reported"), "{}", ran.err);
    assert_secret(&ran, &args);
}

#[test]
fn comments_that_accept() {
    let scratch = everything();
    let args = ["--diff", "--add-ignore", "-v"];
    assert_hidden(&scratch.run(&args), &args);
    for format in FORMATS {
        let args = ["--add-ignore", "-v", "-f", format.name];
        let scratch = everything();
        assert_secret(&scratch.run(&args), &args);
        let args = ["-v", "-f", format.name];
        assert_secret(&scratch.run(&args), &args);
    }
}

#[test]
fn a_plan() {
    let scratch = everything();
    for format in plan::FORMATS {
        for more in [&[][..], &["--target-gitlab", "16.5"]] {
            let args = [&["plan", "--format", format.name], more].concat();
            let ran = scratch.run(&args);
            assert!(ran.out.len() > 200, "{ran:?}");
            assert_secret(&ran, &args);
        }
        let scratch = everything();
        let file = format!("plan.{}", format.extension);
        let args = ["--fix", "--unsafe-fixes", "--plan", &file, "-v"];
        assert_secret(&scratch.run(&args), &args);
        assert_no_token_in(&scratch, &file);
    }
}

#[test]
fn reports_in_files() {
    let scratch = everything();
    for format in FORMATS {
        let file = format!("report.{}", format.name);
        let args = ["-f", &format!("{}={file}", format.name), "-v", "--statistics", "--exclude", "report.*"];
        assert_secret(&scratch.run(&args), &args);
        assert_no_token_in(&scratch, &file);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn questions() {
    use crate::cli::interactive::Terminal;

    for more in ["", "--unsafe-fixes", "--unsafe-fixes --token-value '$NEW'", "-v"] {
        let scratch = everything();
        let mut terminal = Terminal::start(&scratch, more);
        // One that is refused, one that is taken, all others of a file; then no more.
        for answer in ["n", "y", "?", "a", "q"] {
            terminal.answer(answer);
        }
        let (code, seen) = terminal.end();
        assert_ne!(code, 2, "{more}: {seen}");
        assert!(TOKENS.iter().any(|token| scratch.read("scripts/a.sh").contains(token)));
        assert_hidden(&Ran { code, out: seen.into_bytes(), err: String::new() }, &[more]);
    }
}
