//! Whatever stands in a tree: a clear notice or nothing, never a crash, never a hang.

use crate::support::{Ran, SAFE, Scratch};

/// Mebibyte.
const MIB: usize = 1 << 20;
const ENDINGS: [&str; 6] = ["yaml", "json", "sh", "md", "env", "txt"];

#[track_caller]
fn assert_survived(ran: &Ran, what: &str) {
    assert!(ran.code == 0 || ran.code == 1, "{what}: {ran:?}");
    assert!(!ran.err.contains("internal error") && !ran.err.contains("panicked"), "{what}: {}", ran.err);
}

/// Lints and fixes `text` under many names.
#[track_caller]
fn survive(what: &str, text: &[u8]) {
    let scratch = Scratch::new();
    for ending in ENDINGS {
        scratch.write(&format!("a.{ending}"), text);
    }
    for args in [&["-f", "json"][..], &["--fix", "--unsafe-fixes", "--token-value", "$T"], &[]] {
        assert_survived(&scratch.run(args), what);
    }
}

#[test]
fn texts_that_end_too_early() {
    for text in [
        "",
        "\n",
        "\r",
        "\u{feff}",
        "gitlab-runner register --registration-token 'never ends --locked\n",
        "gitlab-runner register --registration-token \"$(never ends --locked",
        "cat <<E > values.yaml\nrunnerRegistrationToken: a\ngitlabUrl: https://gitlab.example.com\n",
        "gitlab-runner register --registration-token",
        "gitlab-runner register --tag-list \\",
        "gitlab-runner register --tag-list ${a:-${b:-`",
        "runnerRegistrationToken: \"never ends\ngitlabUrl: https://gitlab.example.com\n",
        "runnerRegistrationToken: {{ never ends\ngitlabUrl: https://gitlab.example.com\n",
        "runnerRegistrationToken: &a [*a, {gitlabUrl: *b",
        "```sh\ngitlab-runner register --registration-token a --locked",
        "gitlabUrl: a\nrunnerRegistrationToken: !!binary |\n",
        "gitlab-runner register --registration-token \0 --locked\n",
    ] {
        survive(text, text.as_bytes());
    }
}

#[test]
fn an_unfinished_text_is_linted_as_far_as_it_goes() {
    let scratch = Scratch::with(&[("a.sh", format!("{SAFE}echo 'never ends\n"))]);
    let ran = scratch.run(&["-f", "json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.json()["summary"]["findings"], 1);
}

/// With what makes the text worth parsing on both sides.
fn nested(depth: usize, open: &str, close: &str) -> Vec<u8> {
    let words = "gitlabUrl: runnerRegistrationToken gitlab-runner register --registration-token a --locked";
    format!("# {words}\na: {}{words}{}\n", open.repeat(depth), close.repeat(depth)).into_bytes()
}

#[test]
fn brackets_in_brackets() {
    for (open, close) in [("[", "]"), ("{", "}"), ("(", ")")] {
        let scratch = Scratch::new();
        for ending in ENDINGS {
            scratch.write(&format!("closed.{ending}"), nested(100_000, open, close));
            scratch.write(&format!("open.{ending}"), nested(100_000, open, ""));
        }
        assert_survived(&scratch.run(&["--fix", "--unsafe-fixes", "--token-value", "$T"]), open);
    }
}

#[test]
fn quotes_and_substitutions_in_each_other() {
    for (open, close) in [
        ("$(", ")"),
        ("${a:-", "}"),
        ("\"$(", ")\""),
        ("{{ ", " }}"),
        ("{a: ", "}"),
        ("`", "`"),
        ("bash -c \"", "\""),
    ] {
        survive(open, &nested(20_000, open, close));
        survive(open, &nested(20_000, open, ""));
    }
}

#[test]
fn lines_in_lines() {
    for open in ["- ", "? ", "> ", "a:\n ", "&a ", "!!a ", "* ", "    ", "<<E ", "|\n ", "sudo "] {
        survive(open, &nested(20_000, open, ""));
    }
}

#[test]
fn texts_inside_texts() {
    let mut text = SAFE.trim_end().to_owned();
    for _ in 0..12 {
        text = format!("bash -c '{}'", text.replace('\'', "'\\''"));
    }
    survive("bash -c in bash -c", text.as_bytes());
}

#[test]
fn a_text_of_one_long_line() {
    for part in
        ["gitlab-runner register --tag-list a;", "runnerRegistrationToken gitlabUrl ", "--locked ", "a=b "]
    {
        survive(part, format!("gitlab-runner register {}", part.repeat(2_000)).as_bytes());
    }
}

#[test]
fn many_findings() {
    let scratch = Scratch::with(&[("a.sh", SAFE.repeat(2_000))]);
    let ran = scratch.run(&["-f", "json"]);
    assert_eq!(ran.json()["summary"]["findings"], 2_000);
    assert_eq!(scratch.run(&["--fix"]).code, 0);
}

#[test]
fn large_and_binary_files_are_skipped_with_a_word() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    scratch.write("large.sh", SAFE.repeat(50 * MIB / SAFE.len()));
    scratch.write("utf16.sh", b"\xff\xfee\0c\0");
    scratch.write("binary.sh", [b"\0", SAFE.as_bytes()].concat());
    let ran = scratch.run(&["-f", "json"]);
    let found = ran.json();
    assert_eq!((ran.code, &found["summary"]["findings"]), (1, &1.into()));
    assert_eq!(
        found["notices"],
        serde_json::json!([{"path": "large.sh", "kind": "skipped", "message": "skipped: larger than 8 MiB"}])
    );
    let ran = scratch.run(&["large.sh", "binary.sh", "utf16.sh", "--fix", "-v"]);
    assert_eq!(ran.code, 0);
    for word in [
        "large.sh: note: skipped: larger than 8 MiB\n",
        "binary.sh: note: skipped: binary\n",
        "utf16.sh: note: skipped: UTF-16\n",
    ] {
        assert!(ran.err.contains(word), "{}", ran.err);
    }
    assert_eq!(ran.summary(), "warning: no files to check; 3 skipped", "{}", ran.err);
}

#[test]
fn a_text_that_is_not_utf_8_is_fixed_around_the_bytes() {
    let text = [b"# caf\xe9\n", SAFE.as_bytes(), b"echo \xff\xfe\n"].concat();
    let scratch = Scratch::with(&[("a.sh", &text)]);
    assert_eq!(scratch.run(&["--fix"]).code, 0);
    let fixed = std::fs::read(scratch.path("a.sh")).unwrap();
    assert!(
        fixed.starts_with(b"# caf\xe9\n") && fixed.ends_with(b"echo \xff\xfe\n") && fixed.len() < text.len()
    );
}

/// What makes a terminal act, or show text in another order.
fn is_raw(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || ('\u{202a}'..='\u{202e}').contains(&c)
}

#[track_caller]
fn assert_tame(ran: &Ran, what: &str) {
    for text in [ran.text(), &ran.err] {
        let raw = text.chars().find(|c| is_raw(*c));
        assert_eq!(raw, None, "{what}: {text:?}");
    }
}

#[test]
fn nothing_in_a_file_makes_a_terminal_act() {
    let evil = "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{202e}\r\u{8}\u{7f}";
    let scratch = Scratch::with(&[
        ("a.sh", format!("# {evil}\ngitlab-runner register --token \"$T\" --tag-list '{evil}'\n# {evil}\n")),
        (
            "b.sh",
            format!(
                "gitlab-runner register --registration-token \"{evil}\" --maintenance-note \"$({evil})\"\n"
            ),
        ),
        (
            "values.yaml",
            format!(
                "gitlabUrl: \"{evil}\"\nrunnerRegistrationToken: \"$T{evil}\"\nrunners:\n  tags: '{evil}'\n"
            ),
        ),
        ("c.yaml", format!("runners: {{tags: [{evil}\ngitlabUrl: runnerRegistrationToken: *{evil}\n")),
        (".env", format!("REGISTRATION_TOKEN={evil}\nRUNNER_TAG_LIST={evil}\nCI_SERVER_URL={evil}\n")),
    ]);
    for format in runnerlint::report::FORMATS {
        for more in [&[][..], &["-v", "--unsafe-fixes"], &["--unsafe-fixes", "--token-value", evil]] {
            let args = [&["-f", format.name], more].concat();
            assert_tame(&scratch.run(&args), format.name);
        }
    }
    assert_tame(&scratch.run(&["--statistics"]), "--statistics");
    // The settings that are gone are named on standard error.
    let fixed = scratch.run(&["--fix", "--unsafe-fixes"]);
    assert!(fixed.err.contains("removed tag_list = "), "{}", fixed.err);
    assert_tame(&fixed, "--fix");
}

#[test]
fn nothing_in_an_argument_makes_a_terminal_act() {
    let scratch = Scratch::new();
    for args in [
        &["no\u{1b}[2J"][..],
        &["--select", "\u{1b}[2J"],
        &["-f", "\u{1b}[2J"],
        &["-o", "\u{1b}/\u{9b}2J"],
        &["--exclude", "[\u{1b}[2J"],
        &["rules", "\u{1b}[2J"],
    ] {
        let ran = scratch.run(args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert_tame(&ran, args[0]);
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use crate::support::{PROGRAM, program, ran};
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::path::Path;
    use std::process::Command;

    #[test]
    fn nothing_in_a_file_name_makes_a_terminal_act() {
        let scratch = Scratch::new();
        for name in
            ["two\nlines.sh", "\u{1b}[2J.sh", "\u{202e}a.sh", "\u{9b}31m.sh", " .sh", "-rf.sh", "a:1:2: b.sh"]
        {
            scratch.write(name, SAFE);
        }
        for name in [&b"caf\xe9.sh"[..], b"\xff\xfe.sh", b"caf\xea.sh"] {
            fs::write(scratch.root().join(OsStr::from_bytes(name)), SAFE).unwrap();
        }
        for format in runnerlint::report::FORMATS {
            let ran = scratch.run(&["-f", format.name]);
            assert_survived(&ran, format.name);
            assert_tame(&ran, format.name);
        }
        let concise = scratch.run(&["-f", "concise"]);
        assert_eq!(concise.text().lines().count(), 10, "one line for each: {}", concise.text());
        assert_eq!(scratch.run(&["-f", "json"]).json()["summary"]["findings"], 10);
        for args in [&["--show-files"][..], &["--diff"], &["--fix"]] {
            assert_tame(&scratch.run(args), args[0]);
        }
        assert_eq!(scratch.run(&[]).code, 0, "all of them are fixed");
    }

    #[test]
    fn a_name_that_is_not_utf_8_can_be_given() {
        let scratch = Scratch::new();
        let name = OsStr::from_bytes(b"caf\xe9.sh");
        fs::write(scratch.root().join(name), SAFE).unwrap();
        let mut command = program(scratch.root());
        command.arg("--fix").arg(name);
        assert_eq!(ran(command).code, 0);
        let mut command = program(scratch.root());
        command.arg(OsStr::from_bytes(b"missing-\xe9.sh"));
        assert_eq!(ran(command).code, 2);
    }

    #[test]
    fn pipes_and_devices_are_never_opened() {
        let scratch = Scratch::with(&[("a.sh", SAFE)]);
        let fifo = scratch.path("pipe.sh");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        std::os::unix::fs::symlink("pipe.sh", scratch.path("link.sh")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", scratch.path("zero.sh")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(scratch.path("socket.sh")).unwrap();
        let ran = scratch.run(&["-f", "json"]);
        assert_eq!((ran.code, &ran.json()["summary"]["files"]), (1, &1.into()));
        for named in ["pipe.sh", "link.sh", "/dev/zero", "/dev/null", "socket.sh"] {
            let ran = scratch.run(&[named]);
            assert_eq!(ran.code, 2, "{named}");
            assert!(
                ran.err.contains("not a regular file: pipe it in with `-` and `--stdin-filename`"),
                "{}",
                ran.err
            );
        }
    }

    #[test]
    fn a_chart_that_is_no_file_is_passed_over() {
        let scratch = Scratch::with(&[("values.yaml", SAFE)]);
        assert!(Command::new("mkfifo").arg(scratch.path("Chart.yaml")).status().unwrap().success());
        fs::create_dir(scratch.path("requirements.yaml")).unwrap();
        assert_survived(&scratch.run(&[]), "Chart.yaml is a pipe");
    }

    /// A copy of the program that everybody may run; as root, one who may not read everything runs it.
    fn as_nobody(folder: &Path) -> Option<assert_cmd::Command> {
        if fs::metadata(folder).unwrap().uid() != 0 {
            return Some(program(folder));
        }
        let copy = folder.with_file_name(format!("{}-program", folder.file_name()?.to_str()?));
        // Not written by this process: a child of another test could hold it open for writing, and it would not start.
        assert!(Command::new("cp").args([PROGRAM.as_ref(), copy.as_os_str()]).status().unwrap().success());
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = assert_cmd::Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy).current_dir(folder);
        Some(command)
    }

    #[test]
    fn what_cannot_be_read_or_written_is_2_and_the_rest_is_linted() {
        // One folder more, so that the copy of the program goes with it.
        let outer = Scratch::with(&[
            ("in/a.sh", SAFE),
            ("in/secret.sh", SAFE),
            ("in/closed/b.sh", SAFE),
            ("in/theirs/c.sh", SAFE),
        ]);
        let mode = |path: &str, mode| {
            fs::set_permissions(outer.path(path), fs::Permissions::from_mode(mode)).unwrap();
        };
        mode("", 0o755);
        mode("in", 0o777);
        mode("in/a.sh", 0o666);
        // A file of another owner is left as it is: a fix would make it the caller's.
        if fs::metadata(outer.path("in")).unwrap().uid() == 0 {
            std::os::unix::fs::chown(outer.path("in/a.sh"), Some(65534), Some(65534)).unwrap();
        }
        mode("in/secret.sh", 0);
        mode("in/closed", 0);
        mode("in/theirs", 0o555);
        mode("in/theirs/c.sh", 0o666);
        let run = |args: &[&str]| {
            let mut command = as_nobody(&outer.path("in")).unwrap();
            command.args(args);
            ran(command)
        };
        let found = run(&["-f", "concise"]);
        let fixed = run(&["--fix"]);
        let named = run(&["secret.sh"]);
        // So that the folder can go.
        mode("in/closed", 0o755);
        mode("in/theirs", 0o755);
        assert_eq!(found.code, 2);
        assert_eq!(found.text().lines().count(), 2, "{}", found.text());
        for path in ["secret.sh", "closed"] {
            let why = format!("{path}: error: permission denied\n");
            assert!(found.err.contains(&why), "{}", found.err);
        }
        assert_eq!(fixed.code, 2);
        assert!(
            fixed.err.contains("theirs/c.sh: error: not written: its folder does not take a new file"),
            "{}",
            fixed.err
        );
        assert_eq!(outer.read("in/theirs/c.sh"), SAFE);
        assert_ne!(outer.read("in/a.sh"), SAFE);
        assert_eq!(named.code, 2);
    }
}

#[test]
fn a_broken_document_is_reported_however_far_from_a_finding() {
    let broken = "---\nc: [1, 2\nd: \"x\n";
    for (before, count, line) in [("", 1, 4), ("---\na: 1\n---\nb: 2\n", 1, 8), ("---\na: 1\n", 10_000, 6)] {
        let text = format!("runnerRegistrationToken: $T\n{before}{}---\ne: 1\n", broken.repeat(count));
        let scratch = Scratch::with(&[("st.yaml", text)]);
        let ran = scratch.run(&["st.yaml"]);
        let notes: Vec<&str> = ran.err.lines().filter(|line| line.contains(": note: ")).collect();
        assert_eq!(notes.len(), 1, "{}", ran.err);
        assert!(notes[0].starts_with(&format!("st.yaml:{line}: note: ")), "{}", ran.err);
        assert!(ran.summary().ends_with("Checked 1 file, in part."), "{}", ran.err);
    }
}
