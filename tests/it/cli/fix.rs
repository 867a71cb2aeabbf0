//! What `--fix` and `--diff` do to files.

use crate::support::{SAFE, SAFE_FIXED, Scratch, WARNING};
use std::fs;

#[test]
fn a_safe_fix_is_written_and_a_second_run_is_clean() {
    let scratch = Scratch::with(&[("a.sh", SAFE), ("b.sh", "echo\n")]);
    let ran = scratch.run(&["--fix"]);
    assert_eq!((ran.code, scratch.read("a.sh").as_str()), (0, SAFE_FIXED));
    assert!(
        ran.err.contains("a.sh:1: removed --tag-list = a (set tags on the runner in GitLab)\n"),
        "{}",
        ran.err
    );
    assert_eq!(ran.summary(), "Fixed 1 finding in 1 file; none remain. Checked 2 files.");
    let nothing = "No findings. Checked 2 files.";
    assert_eq!(scratch.run(&["--fix"]).summary(), nothing);
}

#[test]
fn an_unsafe_fix_is_written_only_if_it_is_wanted() {
    let text = "gitlab-runner register --registration-token \"$OLD\" --locked\n";
    let scratch = Scratch::with(&[("a.sh", text)]);
    assert_eq!(scratch.run(&["--unsafe-fixes"]).code, 1);
    assert_eq!(scratch.run(&["--fix"]).code, 1);
    assert_eq!(scratch.read("a.sh"), text);
    assert_eq!(scratch.run(&["--fix", "--unsafe-fixes", "--token-value", "$NEW"]).code, 0);
    assert_eq!(scratch.read("a.sh"), "gitlab-runner register --token \"$NEW\"\n");
}

#[test]
fn a_diff_is_1_and_writes_nothing() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    let ran = scratch.run(&["--diff"]);
    assert_eq!(ran.code, 1);
    assert_eq!(scratch.read("a.sh"), SAFE);
    scratch.write("a.sh", SAFE_FIXED);
    let ran = scratch.run(&["--diff"]);
    assert_eq!((ran.code, ran.text()), (0, ""));
    // There are findings, but nothing to change: an empty diff is 0.
    scratch.write("a.sh", "gitlab-runner register --registration-token old-made-up-token\n");
    let ran = scratch.run(&["--diff", "--unsafe-fixes"]);
    assert_eq!((ran.code, ran.text()), (0, ""));
}

#[test]
fn git_applies_the_diff() {
    let names = [
        "a.sh",
        "in a folder/with space.sh",
        "ünï.sh",
        "no-newline.sh",
        "dos.sh",
        "invalid.sh",
        "odd \"q\" 'it\\s'.sh",
        "tab\t\u{9b}\n.sh",
    ];
    let scratch = Scratch::new();
    // The token is not the last word of its line, which would get the CR.
    let dos = SAFE.replace('\n', " --executor shell\r\n");
    let texts = [
        format!("one\ntwo\nthree\nfour\n{SAFE}five\nsix\nseven\neight\nnine\n{SAFE}").into_bytes(),
        SAFE.into(),
        SAFE.into(),
        SAFE.trim_end().into(),
        dos.into_bytes(),
        [b"# caf\xe9 \x1b[31m\n", SAFE.as_bytes()].concat(),
        SAFE.into(),
        SAFE.into(),
    ];
    for (name, text) in names.iter().zip(&texts) {
        scratch.write(name, text);
    }
    scratch.git(&["init", "-q"]);
    let ran = scratch.run(&["--diff", "--show-secrets"]);
    assert_eq!(ran.code, 1);
    // In the folder of git, which is never linted.
    scratch.write(".git/a.patch", &ran.out);
    scratch.git(&["apply", ".git/a.patch"]);
    let applied: Vec<_> = names.iter().map(|name| fs::read(scratch.path(name)).unwrap()).collect();
    for (name, text) in names.iter().zip(&texts) {
        scratch.write(name, text);
    }
    assert_eq!(scratch.run(&["--fix"]).code, 0);
    let fixed: Vec<_> = names.iter().map(|name| fs::read(scratch.path(name)).unwrap()).collect();
    assert_eq!(applied, fixed);
    assert!(fixed.iter().zip(&texts).all(|(new, old)| new != old));
}

#[cfg(unix)]
mod unix {
    use super::*;
    use crate::support::{program, ran};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    fn set_mode(scratch: &Scratch, path: &str, mode: u32) {
        fs::set_permissions(scratch.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_mode_stays() {
        let scratch = Scratch::with(&[("a.sh", SAFE), ("b.sh", SAFE)]);
        set_mode(&scratch, "a.sh", 0o755);
        set_mode(&scratch, "b.sh", 0o600);
        assert_eq!(scratch.run(&["--fix"]).code, 0);
        let mode = |path| fs::metadata(scratch.path(path)).unwrap().mode() & 0o7777;
        assert_eq!((mode("a.sh"), mode("b.sh")), (0o755, 0o600));
    }

    #[test]
    fn a_link_stays_a_link_and_its_file_is_written_once() {
        let scratch = Scratch::with(&[("real/a.sh", SAFE)]);
        symlink("real/a.sh", scratch.path("link.sh")).unwrap();
        symlink("a.sh", scratch.path("real/beside.sh")).unwrap();
        let found = scratch.run(&["-f", "json"]).json();
        assert_eq!(found["summary"]["findings"], 1);
        assert_eq!(found["findings"][0]["path"], "real/a.sh");
        for args in [&["--fix"][..], &["--fix", "link.sh"]] {
            scratch.write("real/a.sh", SAFE);
            assert_eq!(scratch.run(args).code, 0);
            assert!(fs::symlink_metadata(scratch.path("link.sh")).unwrap().is_symlink());
            assert_eq!(scratch.read("real/a.sh"), SAFE_FIXED);
        }
    }

    #[test]
    fn nothing_is_written_through_a_link_out_of_the_repository() {
        let scratch = Scratch::new();
        scratch.write("outside/a.sh", SAFE);
        scratch.write("repository/.git/HEAD", "ref: refs/heads/main\n");
        scratch.write("repository/b.sh", SAFE);
        symlink("../outside/a.sh", scratch.path("repository/a.sh")).unwrap();
        symlink("../outside", scratch.path("repository/d")).unwrap();
        symlink("b.sh", scratch.path("repository/c.sh")).unwrap();
        let in_repository = |args: &[&str]| {
            let mut command = program(&scratch.path("repository"));
            command.args(args);
            ran(command)
        };
        for name in ["a.sh", "d/a.sh"] {
            for option in ["--fix", "--add-ignore"] {
                let ran = in_repository(&[option, name]);
                assert_eq!(ran.code, 2, "{option} {name}: {}", ran.err);
                assert!(ran.err.contains("a symbolic link leads out of the repository"), "{}", ran.err);
                assert_eq!(scratch.read("outside/a.sh"), SAFE);
            }
        }
        in_repository(&["--fix", "c.sh"]);
        assert_ne!(scratch.read("repository/b.sh"), SAFE);
    }

    #[test]
    fn hard_links_are_not_written() {
        let scratch = Scratch::with(&[("a.sh", SAFE), ("c.sh", SAFE)]);
        fs::hard_link(scratch.path("a.sh"), scratch.path("b.sh")).unwrap();
        let ran = scratch.run(&["--fix"]);
        assert_eq!(ran.code, 2);
        for name in ["a.sh", "b.sh"] {
            assert_eq!(scratch.read(name), SAFE);
            let why = format!("{name}: error: not written: it has 2 hard links");
            assert!(ran.err.contains(&why), "{}", ran.err);
        }
        assert_eq!(scratch.read("c.sh"), SAFE_FIXED, "the others are written all the same");
    }

    #[test]
    fn a_write_protected_file_is_not_replaced() {
        let scratch = Scratch::with(&[("a.sh", SAFE)]);
        set_mode(&scratch, "a.sh", 0o444);
        let ran = scratch.run(&["--fix"]);
        assert_eq!((ran.code, scratch.read("a.sh").as_str()), (2, SAFE));
        assert!(ran.err.contains("a.sh: error: not written: it is write-protected\n"), "{}", ran.err);
        // Nothing to write is no failure.
        fs::remove_file(scratch.path("a.sh")).unwrap();
        scratch.write("a.sh", WARNING.replace("--locked", ""));
        set_mode(&scratch, "a.sh", 0o444);
        assert_eq!(scratch.run(&["--fix"]).code, 0);
    }
}

#[test]
fn unsafe_fixes_say_what_is_left_to_do() {
    let unsafe_fix = "gitlab-runner register -n --registration-token \"$T\" --tag-list a\n";
    let scratch = Scratch::with(&[("a.sh", unsafe_fix)]);
    let step = "a.sh:1: unsafe fix: before you deploy, `$T` must contain the new `glrt-` token\n";
    let shown = scratch.run(&["--diff", "--unsafe-fixes"]);
    assert_eq!(shown.err.matches(step).count(), 1, "{shown:?}");
    let fixed = scratch.run(&["--fix", "--unsafe-fixes"]);
    assert_eq!(fixed.err.matches(step).count(), 1, "{fixed:?}");
}
