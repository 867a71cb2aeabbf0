//! No output ever holds a token.

use crate::support::{Ran, Scratch};
use runnerlint::report::FORMATS;

/// Made up; each is distinctive enough to be found in any output. The last two are base64 of `opaque-secret-Zq9-05` and
/// `opaque-secret-Zq9-06`.
const TOKENS: &[&str] = &[
    "glrt-Zq9madeupZq9token01",
    "GR1348941Zq9madeupZq9token02",
    "Zq9opaqueZq9madeup03",
    "Zq9opaqueZq9madeup04",
    "opaque-secret-Zq9-05",
    "opaque-secret-Zq9-06",
    "b3BhcXVlLXNlY3JldC1acTktMDU=",
    "b3BhcXVlLXNlY3JldC1acTktMDY=",
];

/// Every kind of place, with the tokens in comments and neighbours as well.
const FILES: &[(&str, &str)] = &[
    (
        "scripts/a.sh",
        "#!/bin/sh\n# was: Zq9opaqueZq9madeup03, now glrt-Zq9madeupZq9token01\nTOKEN=Zq9opaqueZq9madeup03\n\
         gitlab-runner register --registration-token Zq9opaqueZq9madeup03 --tag-list a\n\
         gitlab-runner register --token glrt-Zq9madeupZq9token01 --tag-list Zq9opaqueZq9madeup03,b --locked\n\
         gitlab-runner register -r GR1348941Zq9madeupZq9token02 # GR1348941Zq9madeupZq9token02\n\
         gitlab-runner register --registration-token glrt-Zq9madeupZq9token01 --locked\n\
         echo 'unterminated Zq9opaqueZq9madeup03\n",
    ),
    (
        "values.yaml",
        "gitlabUrl: https://gitlab.example.com\n# Zq9opaqueZq9madeup04\nrunnerRegistrationToken: Zq9opaqueZq9madeup04\n\
         runners:\n  tags: glrt-Zq9madeupZq9token01\n  locked: true\n",
    ),
    (
        "new/values.yaml",
        "gitlabUrl: https://gitlab.example.com\nrunnerRegistrationToken: glrt-Zq9madeupZq9token01\nrunners:\n  tags: a\n",
    ),
    (
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\ntype: Opaque\nmetadata: {name: gitlab-runner}\ndata:\n  # b3BhcXVlLXNlY3JldC1acTktMDU=\n\
         \x20 runner-registration-token: b3BhcXVlLXNlY3JldC1acTktMDU=\n  runner-token: \"\"\nstringData:\n  again: opaque-secret-Zq9-05\n",
    ),
    (
        "plain.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: gitlab-runner}\nstringData:\n  runner-registration-token: opaque-secret-Zq9-06\n\
         \x20 runner-token: \"\"\n---\nnote: [opaque-secret-Zq9-06\n",
    ),
    (
        "compose.yaml",
        "services:\n  runner:\n    image: gitlab/gitlab-runner\n    environment:\n      REGISTRATION_TOKEN: Zq9opaqueZq9madeup03\n\
         \x20     RUNNER_TAG_LIST: a\n      CI_SERVER_TOKEN: glrt-Zq9madeupZq9token01\n    command: gitlab-runner register\n",
    ),
    (
        ".env",
        "REGISTRATION_TOKEN=Zq9opaqueZq9madeup04\nCI_SERVER_URL=https://gitlab.example.com\nRUNNER_TAG_LIST=a\n",
    ),
    (
        "readme.md",
        "Use `GR1348941Zq9madeupZq9token02`:\n\n```sh\ngitlab-runner register -r Zq9opaqueZq9madeup03 --locked\n```\n",
    ),
];

#[track_caller]
fn assert_secret(ran: &Ran, what: &[&str]) {
    assert_ne!(ran.code, 2, "{what:?}: {}", ran.err);
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
fn a_token_given_as_the_new_value_is_not_shown() {
    let scratch = Scratch::with(FILES);
    let args = ["--diff", "--unsafe-fixes", "--token-value", "glrt-Zq9madeupZq9token01"];
    assert_secret(&scratch.run(&args), &args);
    for format in FORMATS {
        let args = [&["-f", format.name], &args[1..]].concat();
        assert_secret(&scratch.run(&args), &args);
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
