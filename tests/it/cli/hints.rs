//! What a message says of the way out: typos, pipes, nothing to check.

use crate::support::{SAFE, Scratch, WARNING};

#[test]
fn a_wrong_format_gets_the_right_name() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    for (args, said) in [
        (
            &["check", "-f", "sarfi"][..],
            "unknown output format `sarfi`; did you mean `sarif`?\nhelp: use one of full,",
        ),
        (&["-f", "concice=out.txt"], "unknown output format `concice`; did you mean `concise`?"),
        (&["-f", "zzz"], "unknown output format `zzz`\nhelp: use one of full,"),
        (&["plan", "--format", "markdwn"], "did you mean `markdown`? Use one of markdown,"),
    ] {
        let ran = scratch.run(args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_word_that_is_nearly_a_command_gets_its_name() {
    let scratch = Scratch::with(&[("clean.sh", "echo\n")]);
    for (args, said) in [
        (&["chekc"][..], "error: `chekc`: no such file or directory; did you mean the command `check`?\n"),
        (
            &["-q", "rulse", "."],
            "error: `rulse`: no such file or directory; did you mean the command `rules`?\n",
        ),
        (&["explain"], "error: `explain`: no such file or directory; did you mean the command `rules`?\n"),
        (
            &["version", "clean.sh"],
            "error: `version`: no such file or directory; did you mean `--version`?\n",
        ),
        (&["missing/chekc"], "missing/chekc: error: no such file or directory\n"),
        (&["check", "chekc"], "chekc: error: no such file or directory\n"),
        (&["readme.txt"], "readme.txt: error: no such file or directory\n"),
        (
            &["--fix", "plan", "."],
            "error: `plan` must come first: `--fix` is an option of `check`, not of `plan`\n",
        ),
    ] {
        let ran = scratch.run(args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
        assert!(!ran.err.contains("No findings"), "{args:?}: {}", ran.err);
        // Nothing is checked after an error in the arguments.
        let is_usage = ran.err.starts_with("error: ");
        assert!(is_usage != ran.summary().ends_with("; 1 path could not be read."), "{args:?}: {}", ran.err);
    }
}

#[test]
fn an_empty_directory_gives_no_all_clear() {
    let scratch = Scratch::new();
    let ran = scratch.run(&[]);
    assert_eq!((ran.code, &*ran.err), (0, "warning: no files to check\n"));
    scratch.write("a.sh", "echo\n");
    assert_eq!(scratch.run(&[]).summary(), "No findings. Checked 1 file.");
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_gets_the_way_to_read_it() {
    let scratch = Scratch::new();
    for command in ["check", "plan"] {
        let ran = scratch.pipe(&[command, "/dev/stdin"], "x");
        let said = "/dev/stdin: error: not a regular file: pipe it in with `-` and `--stdin-filename`";
        assert!(ran.code == 2 && ran.err.contains(said), "{}", ran.err);
    }
}

#[test]
fn a_command_may_follow_options() {
    let scratch = Scratch::with(&[("a.sh", WARNING)]);
    for (args, start) in [
        (&["--isolated", "plan", "."][..], "# Migration"),
        (&["--color", "never", "plan", "-q"], "# Migration"),
        (&["--color=never", "rules", "helm"], "# helm-"),
        (&["rules", "--color", "never", "helm"], "# helm-"),
        (&["schema", "--color", "never", "config"], "{"),
        (&["man", "--color", "never"], ".TH RUNNERLINT 1"),
    ] {
        let ran = scratch.run(args);
        assert!(ran.code == 0 && ran.text().starts_with(start), "{args:?}: {ran:?}");
    }
    // A file of that name is a path where it is written as one.
    scratch.write("plan", "echo\n");
    assert!(scratch.run(&["--isolated", "plan"]).text().starts_with("# Migration"));
    assert_eq!(scratch.run(&["--isolated", "./plan"]).code, 0);
}

#[test]
fn habits_of_other_tools_work() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    let diff = scratch.run(&["--diff"]);
    for args in [&["--fix", "--diff"][..], &["--diff", "--fix"], &["-i", "--diff"]] {
        let ran = scratch.run(args);
        assert_eq!((ran.code, ran.text(), &*ran.err), (1, diff.text(), &*diff.err), "{args:?}");
    }
    assert_eq!(scratch.read("a.sh"), SAFE);
    // The last of two opposites wins.
    assert_eq!(scratch.run(&["-v", "-q"]).err, "");
    assert!(scratch.run(&["-q", "-v"]).err.contains("no configuration file"));
    // `latest` is the default, and overrides a configuration file.
    scratch.write("runnerlint.toml", "target-gitlab = \"15.0\"\n");
    assert_eq!(scratch.run(&[]).code, 0);
    assert_eq!(scratch.run(&["--target-gitlab", "latest"]).code, 1);
    assert!(scratch.run(&["--target-gitlab", "latest", "--show-settings"]).text().contains("\"latest\""));
    let ran = scratch.run(&["--target-gitlab", "newest"]);
    assert!(ran.err.contains("invalid version `newest`: expected MAJOR.MINOR, for example 17.5"), "{ran:?}");
}
