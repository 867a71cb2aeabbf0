//! What goes wrong tells of no token either.

use super::files::FILES;
use super::{assert_hidden, assert_secret};
use crate::support::{Scratch, program, ran};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

const TOKEN: &str = "glrt-Zq9madeupZq9token01";

/// What somebody typed or pasted in the wrong place comes back in the words of the error, without the token.
#[test]
fn wrong_arguments() {
    let scratch = Scratch::with(&[("a.sh", FILES[0].1)]);
    for args in [
        &["--select", TOKEN][..],
        &["--ignore", TOKEN],
        &["--target-gitlab", TOKEN],
        &["-f", TOKEN],
        &["-f", "json=missing/glrt-Zq9madeupZq9token01"],
        &["--fail-on", TOKEN],
        &["--color", TOKEN],
        &["-j", TOKEN],
        &["--exclude", "[glrt-Zq9madeupZq9token01"],
        &["rules", TOKEN],
        &["plan", "--format", TOKEN],
        &["--glrt-Zq9madeupZq9token01"],
        &["missing/glrt-Zq9madeupZq9token01"],
        &["-o", "missing/glrt-Zq9madeupZq9token01"],
        &["--fix", "--plan", "missing/glrt-Zq9madeupZq9token01"],
        &["--baseline", TOKEN],
        &["--baseline", "missing/glrt-Zq9madeupZq9token01", "--write-baseline"],
        &["--config", TOKEN],
        &["--changed-since", TOKEN],
        &["--add-ignore", "--reason", "`glrt-Zq9madeupZq9token01`"],
        &["--add-ignore=`glrt-Zq9madeupZq9token01`"],
        &["--token-value"],
    ] {
        let ran = scratch.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert_hidden(&ran, args);
    }
    for variable in ["RUNNERLINT_OUTPUT_FORMAT", "RUNNERLINT_CONFIG"] {
        let mut command = program(scratch.root());
        command.env(variable, TOKEN);
        let ran = ran(command);
        assert_eq!(ran.code, 2, "{variable}: {}", ran.err);
        assert_hidden(&ran, &[variable]);
    }
}

/// What cannot be read is told without the words that stand there, as they may be anything.
#[test]
fn what_cannot_be_read() {
    for (path, text) in [
        ("a.sh", "gitlab-runner register --locked <<TOKEN\na\n"),
        ("a.sh", "gitlab-runner register --locked <<EOFTOKEN\na\n"),
        ("a.ps1", "gitlab-runner register --locked <<EOF${--registration-tokenTOKEN b\n  "),
        ("Dockerfile", "FROM a\nRUN <<TOKEN\ngitlab-runner register --locked\n"),
        ("values.yaml", "runnerRegistrationToken: *xTOKEN\n"),
        ("values.yaml", "runnerRegistrationToken: !xTOKEN!y z\n"),
        ("values.yaml", "xTOKEN: 1\nxTOKEN: 2\nrunnerRegistrationToken: [}\n"),
        ("values.yaml", "%xTOKEN 1\n---\nrunnerRegistrationToken: a\n"),
        ("config.toml", "[[runners]]\nxTOKEN = xTOKEN\nxTOKEN = 1\n"),
        ("config.toml", "[runners.xTOKEN]\n[runners.xTOKEN]\n# gitlab-runner register\n"),
        ("a.tf", "resource xTOKEN {\n  x = \"gitlab-runner register --locked\n  xTOKEN\n"),
        ("a.py", "\"\"\"gitlab-runner register xTOKEN"),
    ] {
        let scratch = Scratch::with(&[(path, &text.replace("TOKEN", TOKEN))]);
        for args in [&["-v"][..], &["-v", "-f", "json"], &["-v", "-f", "sarif"], &["-v", "--fix"]] {
            let ran = scratch.run(args);
            let notices: Vec<&str> = ran.err.lines().filter(|line| line.contains(path)).collect();
            assert!(notices.iter().all(|line| !line.contains("Zq9")), "{text}: {notices:?}");
            if args.contains(&"json") {
                assert!(!ran.json()["notices"].to_string().contains("Zq9"), "{text}");
            }
        }
    }
}

/// Not written: the reason is told, and what would have been done.
#[test]
fn what_cannot_be_written() {
    let scratch = Scratch::with(FILES);
    let set = |path, mode| fs::set_permissions(scratch.path(path), fs::Permissions::from_mode(mode)).unwrap();
    for (path, _) in FILES {
        set(path, 0o444);
    }
    for format in runnerlint::report::FORMATS {
        let args = ["--fix", "--unsafe-fixes", "-v", "-f", format.name];
        let ran = scratch.run(&args);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert_hidden(&ran, &args);
    }
    let args = ["--add-ignore", "-v"];
    let ran = scratch.run(&args);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert_hidden(&ran, &args);
}

/// A configuration file that is wrong is shown, around the place.
#[test]
fn wrong_configurations() {
    let scratch = Scratch::with(&[("a.sh", FILES[0].1)]);
    for text in [
        "select = [\"TOKEN\"]\n",
        "TOKEN = 1\n",
        "# TOKEN\nselekt = []\n",
        "fail-on = \"TOKEN\"\n",
        "target-gitlab = \"TOKEN\"\n",
        "target-gitlab = [\"TOKEN\"] TOKEN\n",
        "max-file-size = \"TOKEN\"\n",
        "baseline = \"TOKEN\"\n",
        "rules = [\"TOKEN\"]\n",
        "exclude = [\"[TOKEN\"]\n",
        "[severity]\nTOKEN = \"error\"\n",
        "[severity]\nhelm-server-setting = \"TOKEN\"\n",
        "[[overrides]]\npaths = []\ntoken-value = \"TOKEN\"\n",
        "token-value = \"TOKEN\"\nselekt = 1\n",
        "token-value = 'Zq9opaqueZq9madeup03'\nselekt = 1\n",
        "token-value = [\n  \"Zq9opaqueZq9madeup03\"\n]\n",
        "token-value = \"Zq9opaqueZq9madeup03\n",
        "token-value = \"\"\"\nZq9opaqueZq9madeup03\n\"\"\"\nselekt = 1\n",
        "[[overrides]]\npaths = [\"x\"]\n\"token-value\" = \"Zq9opaqueZq9madeup03\"\nselekt = 1\n",
    ] {
        let text = text.replace("TOKEN", TOKEN);
        scratch.write("runnerlint.toml", &text);
        let ran = scratch.run(&["-v"]);
        assert_eq!(ran.code, 2, "{text}: {}", ran.err);
        assert_hidden(&ran, &[&text]);
        assert_hidden(&scratch.run(&["--show-settings"]), &[&text]);
    }
    scratch.write("runnerlint.toml", "token-value = \"glrt-Zq9madeupZq9token01\"\n");
    let args = ["--show-settings"];
    let ran = scratch.run(&args);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("token-value = ****"), "{}", ran.err);
    assert_hidden(&ran, &args);
}

/// What a baseline holds comes from a file that was edited by hand.
#[test]
fn wrong_baselines() {
    let scratch = Scratch::with(&[("a.sh", FILES[0].1)]);
    for text in [
        "TOKEN",
        "{\"version\": \"TOKEN\"}",
        "{\"version\": 1, \"TOKEN\": []}",
        "{\"version\": 1, \"findings\": [\"TOKEN\"]}",
        "{\"version\": 1, \"findings\": [{\"TOKEN\": 1}]}",
    ] {
        scratch.write("known.json", text.replace("TOKEN", TOKEN));
        let ran = scratch.run(&["--baseline", "known.json"]);
        assert_eq!(ran.code, 2, "{text}: {}", ran.err);
        assert_hidden(&ran, &[text]);
    }
    let entry = "{\"version\": 1, \"findings\": [{\"path\": \"a.sh\", \"rule\": \"TOKEN\", \"structure\": \"TOKEN\", \
                 \"name\": \"TOKEN\", \"count\": 1}]}";
    scratch.write("known.json", entry.replace("TOKEN", TOKEN));
    let args = ["--baseline", "known.json", "-v"];
    assert_secret(&scratch.run(&args), &args);
}
