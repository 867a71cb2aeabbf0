//! What a message says of the way out: typos, pipes, nothing to check.

use crate::support::{SAFE, Scratch};

#[test]
fn a_wrong_format_gets_the_right_name() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    for (args, said) in [
        (&["check", "-f", "sarfi"][..], "unknown output format `sarfi`; did you mean `sarif`? (known: full,"),
        (&["-f", "concice=out.txt"], "unknown output format `concice`; did you mean `concise`?"),
        (&["-f", "zzz"], "unknown output format `zzz` (known: full,"),
        (&["plan", "--format", "markdwn"], "did you mean `markdown`? (known: markdown,"),
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
        (&["chekc"][..], "chekc: error: no such file or folder; did you mean the command `check`?\n"),
        (&["clean.sh", "rulse"], "rulse: error: no such file or folder; did you mean the command `rules`?\n"),
        (&["missing/chekc"], "missing/chekc: error: no such file or folder\n"),
        (&["check", "chekc"], "chekc: error: no such file or folder\n"),
        (&["readme.txt"], "readme.txt: error: no such file or folder\n"),
    ] {
        let ran = scratch.run(args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
        assert!(!ran.err.contains("No findings"), "{args:?}: {}", ran.err);
        assert!(ran.summary().ends_with("; 1 path could not be read."), "{args:?}: {}", ran.err);
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
