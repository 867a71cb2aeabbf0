//! No output ever holds a token.

mod errors;
mod files;
mod matrix;
mod newer;
mod others;
mod own;
mod spellings;

use crate::support::{Ran, Scratch};
use files::{FILES, TOKENS, odd_files};
use runnerlint::report::FORMATS;

#[track_caller]
fn assert_secret(ran: &Ran, what: &[&str]) {
    assert_ne!(ran.code, 2, "{what:?}: {}", ran.err);
    assert_hidden(ran, what);
}

#[track_caller]
fn assert_hidden(ran: &Ran, what: &[&str]) {
    for (stream, text) in [("out", &*String::from_utf8_lossy(&ran.out)), ("err", &*ran.err)] {
        for token in TOKENS {
            let line = text.lines().find(|line| line.contains(token)).unwrap_or_default();
            assert!(!text.contains(token), "{what:?}: `{token}` is in standard {stream}: {line}");
        }
    }
}

fn runs() -> Vec<Vec<&'static str>> {
    let formats = FORMATS.iter().map(|format| format.name);
    let modes = [
        &[][..],
        &["--unsafe-fixes"],
        &["--unsafe-fixes", "--token-value", "$NEW_TOKEN"],
        &["-v", "--target-gitlab", "16.0"],
        &["--color", "always"],
    ];
    let mut runs: Vec<Vec<&str>> =
        formats.flat_map(|name| modes.iter().map(move |mode| [&["-f", name], *mode].concat())).collect();
    for more in [
        &["--diff"][..],
        &["--diff", "--unsafe-fixes"],
        &["--diff", "--unsafe-fixes", "--token-value", "$NEW_TOKEN"],
        &["--diff", "--color", "always"],
        &["--statistics"],
        &["--show-files"],
    ] {
        runs.push(more.to_vec());
    }
    runs
}

#[test]
fn no_report_and_no_diff_holds_a_token() {
    let scratch = Scratch::with(FILES);
    let found = scratch.run(&["-f", "json"]).json();
    for (path, _) in FILES {
        let findings = found["findings"].as_array().unwrap();
        assert!(findings.iter().any(|it| it["path"] == *path), "nothing is found in {path}");
    }
    for args in runs() {
        assert_secret(&scratch.run(&args), &args);
    }
}

#[test]
fn no_report_holds_a_token_from_an_odd_place() {
    let scratch = Scratch::with(&odd_files());
    let found = scratch.run(&["-f", "json"]).json();
    for (path, text) in odd_files() {
        assert!(text.contains("Zq9"), "{path}");
        let findings = found["findings"].as_array().unwrap();
        assert!(findings.iter().any(|it| it["path"] == path), "nothing is found in {path}");
    }
    for args in runs() {
        assert_secret(&scratch.run(&args), &args);
    }
    let args = ["--fix", "--unsafe-fixes", "-v"];
    assert_secret(&scratch.run(&args), &args);
}

#[test]
fn a_fix_tells_of_no_token() {
    for format in FORMATS {
        for more in [&[][..], &["--unsafe-fixes"], &["--unsafe-fixes", "--token-value", "$NEW_TOKEN"]] {
            let scratch = Scratch::with(FILES);
            let args = [&["--fix", "-f", format.name], more].concat();
            assert_secret(&scratch.run(&args), &args);
            assert_secret(&scratch.run(&[]), &args);
        }
    }
}

#[test]
fn with_standard_input_only_the_fixed_text_holds_tokens() {
    let scratch = Scratch::new();
    for (name, text) in FILES {
        for format in FORMATS {
            let args = ["-", "--stdin-filename", name, "-f", format.name];
            assert_secret(&scratch.pipe(&args, *text), &args);
            let args = [&args[..], &["--fix", "--unsafe-fixes"]].concat();
            let ran = scratch.pipe(&args, *text);
            assert!(ran.text().contains("Zq9"), "the text itself is the user's own");
            assert_secret(&Ran { out: Vec::new(), ..ran }, &args);
        }
    }
}

#[test]
fn a_token_given_as_the_new_value_is_refused_and_not_shown() {
    let scratch = Scratch::with(FILES);
    // GitLab lets administrators choose another prefix: any literal may be one.
    for token in ["glrt-Zq9madeupZq9token01", "opaque-secret-Zq9-06", "a b", "", "$A $B", "$A x"] {
        for args in [
            &["--diff", "--unsafe-fixes", "--token-value", token][..],
            &["--fix", "-v", "--unsafe-fixes", "--token-value", token],
            &["--show-settings", "--token-value", token],
            &["plan", "--token-value", token],
        ] {
            let ran = scratch.run(args);
            assert_eq!((ran.code, ran.text()), (2, ""), "{args:?}");
            assert!(
                ran.err.contains("`--token-value` takes a variable or an expression, never a token"),
                "{}",
                ran.err
            );
            assert!(!ran.err.contains("Zq9"), "{}", ran.err);
        }
    }
}

#[test]
fn names_and_expressions_are_shown() {
    let scratch = Scratch::with(&[
        ("a.sh", "docker run -e REGISTRATION_TOKEN -e RUNNER_TAG_LIST gitlab/gitlab-runner register\n"),
        (
            "b.sh",
            "export REGISTRATION_TOKEN RUNNER_TAG_LIST\ngitlab-runner register -n --token --registration-token x --locked\n",
        ),
        (
            "c.ts",
            "run(`gitlab-runner register ${a ? '--token' : '--registration-token'} ${tok} --locked=false`);\n",
        ),
        (
            "d.tf",
            "resource \"helm_release\" \"r\" {\n  chart = \"gitlab-runner\"\n  values = [yamlencode({\n    runnerRegistrationToken = var.gitlab_runner_token\n  })]\n}\n",
        ),
        (
            "e.yaml",
            "gitlabUrl: https://gitlab.example.com\nrunnerRegistrationToken: glrt-EXAMPLE000000000000\n",
        ),
    ]);
    for value in ["$RUNNER_TOKEN", "var.runner_token", "{{ .Values.runner_token }}"] {
        let ran = scratch.run(&["--unsafe-fixes", "--token-value", value]);
        let secret = "*".repeat("glrt-EXAMPLE000000000000".len());
        assert!(!ran.text().replace(&secret, "").contains("***"), "{}", ran.text());
        let shown = scratch.run(&["--show-settings", "--token-value", value]);
        assert!(shown.text().contains(value), "{}", shown.text());
    }
}

#[test]
fn a_masked_value_keeps_its_width() {
    let scratch = Scratch::with(&[("a.sh", "gitlab-runner register -r \"Zq9öpaque-03\" --locked\n")]);
    let ran = scratch.run(&["-f", "full"]);
    assert!(ran.text().contains("register -r \"************\" --locked"), "{}", ran.text());
}

#[test]
fn show_secrets_shows_them() {
    let scratch = Scratch::with(FILES);
    let shown = scratch.run(&["--diff", "--show-secrets"]);
    assert!(shown.text().contains("glrt-Zq9madeupZq9token01"));
}

/// The variable is read no more after the fix; its value is a token all the same.
#[test]
fn what_was_a_token_before_a_fix_stays_hidden() {
    let text = "TOKEN=Zq9opaqueZq9madeup03\ngitlab-runner register -r \"$TOKEN\" --run-untagged x\n\
                gitlab-runner register --token \"$NEW\" --tag-list Zq9opaqueZq9madeup03\n\
                gitlab-runner register -r Zq9opaqueZq9madeup03\ngitlab-runner register -r \"$(cat x)\"\n";
    let scratch =
        Scratch::with(&[("a.sh", text), ("Makefile", &format!("up:\n\t{}", text.replace('\n', "\n\t")))]);
    let args = ["--fix", "--unsafe-fixes", "--token-value", "$NEW_TOKEN", "-v"];
    assert_secret(&scratch.run(&args), &args);
}
