//! Exit codes: 0 nothing, 1 findings, 2 the run failed or is incomplete.

use crate::support::{INFO, SAFE, Scratch, WARNING};

#[test]
fn nothing_found_is_0_and_findings_are_1() {
    let scratch = Scratch::with(&[("clean.sh", "echo hello\n")]);
    assert_eq!(scratch.run(&[]).code, 0);
    assert_eq!(scratch.run(&["check"]).code, 0);
    scratch.write("a.sh", SAFE);
    assert_eq!(scratch.run(&[]).code, 1);
    assert_eq!(scratch.run(&["check", "clean.sh"]).code, 0);
    assert_eq!(scratch.run(&["check", "a.sh", "clean.sh"]).code, 1);
}

#[test]
fn an_empty_folder_is_0() {
    let scratch = Scratch::new();
    for format in runnerlint::report::FORMATS {
        assert_eq!(scratch.run(&["check", "-f", format.name]).code, 0, "{}", format.name);
    }
}

#[test]
fn fail_on_sets_the_border() {
    for (text, severity, codes) in [
        (("a.sh", SAFE), "error", [1, 1, 1, 0]),
        (("a.sh", WARNING), "warning", [0, 1, 1, 0]),
        (("a.md", INFO), "info", [0, 0, 1, 0]),
    ] {
        let scratch = Scratch::with(&[text]);
        let found = scratch.run(&["-f", "json"]).json();
        assert_eq!(found["findings"][0]["severity"], severity);
        for (border, code) in ["error", "warning", "info", "never"].into_iter().zip(codes) {
            assert_eq!(scratch.run(&["--fail-on", border]).code, code, "{severity}, --fail-on {border}");
        }
        assert_eq!(scratch.run(&[]).code, codes[1], "{severity}: warning is the default");
    }
}

#[test]
fn wrong_arguments_are_2() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    for args in [
        &["--no-such-option"][..],
        &["--fail-on", "fatal"],
        &["--output-format", "xml"],
        &["--target-gitlab", "soon"],
        &["-j", "0"],
        &["-", "a.sh"],
        &["--exclude", "[a"],
        &["rules", "no-such-rule"],
        &["completions", "tcsh"],
        &["-o", "no/such/folder/report"],
    ] {
        let ran = scratch.run(args);
        assert_eq!((ran.code, ran.text()), (2, ""), "{args:?}");
        assert!(ran.err.starts_with("error: "), "{args:?}: {}", ran.err);
    }
}

#[test]
fn help_and_version_are_0() {
    let scratch = Scratch::new();
    for args in [&["--help"][..], &["-h"], &["--version"], &["check", "--help"], &["rules"], &["man"]] {
        let ran = scratch.run(args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
        assert!(!ran.out.is_empty(), "{args:?}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let ran = scratch.run(&["completions", shell]);
        assert!(ran.code == 0 && ran.text().contains("RUNNERLINT_COMPLETE"), "{shell}");
    }
}

#[test]
fn an_unknown_rule_is_2_with_the_nearest_name() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    for (name, nearest) in
        [("helm-registraton-token", "helm-registration-token"), ("registr", "register"), ("hlem", "helm")]
    {
        for option in ["--select", "--ignore"] {
            let ran = scratch.run(&[option, name]);
            assert_eq!((ran.code, ran.text()), (2, ""), "{option} {name}");
            let wanted = format!("error: unknown rule or family `{name}`; did you mean `{nearest}`?\n");
            assert_eq!(ran.err, wanted);
        }
    }
    assert_eq!(scratch.run(&["--select", "register,nothing-like-it"]).code, 2);
}

#[test]
fn rules_and_families_are_selected_and_ignored() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    for (args, code) in [
        (&["--select", "register-server-option"][..], 1),
        (&["--select", "register"], 1),
        (&["--select", "helm,register"], 1),
        (&["--select", "helm", "--select", "register"], 1),
        (&["--select", "helm"], 0),
        (&["--ignore", "register"], 0),
        (&["--ignore", "helm,register-server-option"], 0),
        (&["--select", "register", "--ignore", "register-server-option"], 0),
    ] {
        assert_eq!(scratch.run(args).code, code, "{args:?}");
    }
}

#[test]
fn a_missing_path_is_2_and_the_others_are_linted() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    let ran = scratch.run(&["-f", "concise", "missing.sh", "a.sh"]);
    assert_eq!(ran.code, 2);
    assert!(ran.text().starts_with("a.sh:1:"), "{}", ran.text());
    assert!(ran.err.contains("missing.sh: error: no such file or directory\n"), "{}", ran.err);
    assert_eq!(scratch.run(&["-q", "--fail-on", "never", "missing.sh"]).code, 2);
}

/// As in `runnerlint | head -1`, at its worst: the reader is gone before the first byte.
#[cfg(unix)]
#[test]
fn a_broken_pipe_is_0() {
    use std::process::{Command, Stdio};
    let scratch = Scratch::with(&[("a.sh", SAFE.repeat(1_500))]);
    for args in [&["check", "-f", "concise"][..], &["check", "-f", "json"], &["--diff"], &["rules"], &["man"]]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(crate::support::PROGRAM)
            .args(args)
            .current_dir(scratch.root())
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*err), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn a_diff_and_a_report_in_a_file_are_two_runs() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    let ran = scratch.run(&["--diff", "-f", "html=page.html"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("`--diff` prints a diff instead of reports"), "{ran:?}");
}
