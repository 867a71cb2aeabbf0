//! The configuration file: which one counts, what it does, and what is said of a wrong one.

use crate::support::{Ran, SAFE, Scratch, WARNING, program, ran};

/// The rules that are found with `args`, as `path rule severity`.
fn found(ran: &Ran) -> Vec<String> {
    let found = ran.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let findings = found["findings"].as_array().unwrap();
    findings.iter().map(|it| format!("{} {}", text(&it["path"]), text(&it["severity"]))).collect()
}

/// A folder with a finding and this configuration.
fn with(config: &str) -> Scratch {
    Scratch::with(&[("runnerlint.toml", config), ("a.sh", WARNING)])
}

/// Runs in a folder below.
fn run_in(scratch: &Scratch, folder: &str, args: &[&str]) -> Ran {
    let mut command = program(&scratch.path(folder));
    command.args(args);
    ran(command)
}

fn run_with(scratch: &Scratch, variable: (&str, &str), args: &[&str]) -> Ran {
    let mut command = program(scratch.root());
    command.env(variable.0, variable.1).args(args);
    ran(command)
}

#[test]
fn the_nearest_file_upward_counts_as_far_as_the_repository() {
    let scratch = Scratch::with(&[
        ("runnerlint.toml", "fail-on = \"never\"\n"),
        ("one/two/a.sh", WARNING),
        ("one/near/.runnerlint.toml", "fail-on = \"info\"\n"),
        ("one/near/deep/a.sh", WARNING),
        ("repository/.git/config", ""),
        ("repository/sub/a.sh", WARNING),
        ("module/.git", "gitdir: elsewhere\n"),
        ("module/a.sh", WARNING),
    ]);
    for (folder, code) in [("one/two", 0), ("one/near/deep", 1), ("repository/sub", 1), ("module", 1)] {
        assert_eq!(run_in(&scratch, folder, &[]).code, code, "{folder}");
    }
    // Which files are read counts, not where the program runs.
    assert_eq!(run_in(&scratch, "one/two", &["../near"]).code, 1);
    assert_eq!(run_in(&scratch, "one/near", &["../two"]).code, 0);
}

#[test]
fn a_folder_with_both_names_is_2() {
    let scratch = with("");
    scratch.write(".runnerlint.toml", "");
    let ran = scratch.run(&[]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (
            2,
            "error: this directory contains both `runnerlint.toml` and `.runnerlint.toml`: keep one of them\n"
        )
    );
    assert_eq!(scratch.run(&["--isolated"]).code, 1);
}

#[test]
fn option_beats_variable_beats_search() {
    let scratch = with("fail-on = \"never\"\n");
    scratch.write("other.toml", "fail-on = \"info\"\n");
    let variable = ("RUNNERLINT_CONFIG", "other.toml");
    assert_eq!(scratch.run(&[]).code, 0);
    assert_eq!(run_with(&scratch, variable, &[]).code, 1);
    assert_eq!(run_with(&scratch, variable, &["--config", "runnerlint.toml"]).code, 0);
    assert_eq!(run_with(&scratch, ("RUNNERLINT_CONFIG", ""), &[]).code, 0);
    assert_eq!(scratch.run(&["--config", "other.toml"]).code, 1);
    assert_eq!(scratch.run(&["--config", "other.toml", "--fail-on", "never"]).code, 0);
    assert_eq!(run_with(&scratch, ("RUNNERLINT_CONFIG", "missing.toml"), &[]).code, 2);
    assert_eq!(run_with(&scratch, ("RUNNERLINT_CONFIG", "missing.toml"), &["--isolated"]).code, 1);
    assert_eq!(scratch.run(&["--isolated", "--config", "other.toml"]).code, 2);
}

#[test]
fn the_command_line_wins_over_the_file() {
    let scratch = with("select = [\"helm\"]\nignore = [\"register\"]\ntarget-gitlab = \"15.9\"\n");
    assert_eq!(scratch.run(&[]).code, 0);
    let args = ["--select", "register", "--target-gitlab", "17"];
    assert_eq!(scratch.run(&args).code, 1, "who selects a rule is not told that the file ignores it");
    assert_eq!(scratch.run(&[&args[..], &["--ignore", "register-server-option"]].concat()).code, 0);
    assert_eq!(scratch.run(&["--select", "ALL", "--target-gitlab", "17"]).code, 1);
    let scratch = with("ignore = [\"register\"]\n");
    assert_eq!(scratch.run(&["--ignore", "helm"]).code, 0, "both are ignored");
}

#[test]
fn severities_are_what_the_user_says() {
    for (config, severity) in [
        ("", "warning"),
        ("severity = { register = \"info\" }\n", "info"),
        ("[severity]\nregister-server-option = \"error\"\nregister = \"off\"\n", "error"),
        ("[severity]\nhelm = \"off\"\n", "warning"),
    ] {
        assert_eq!(found(&with(config).run(&["-f", "json"])), [format!("a.sh {severity}")], "{config}");
    }
    assert_eq!(found(&with("severity.register = \"off\"\n").run(&["-f", "json"])), [""; 0]);
    // In Markdown as well, and with an older GitLab.
    let scratch =
        with("severity.leaked = \"error\"\nseverity.register = \"error\"\ntarget-gitlab = \"16.0\"\n");
    scratch.write("b.md", format!("```sh\n{WARNING}```\nGR1348941{}\n", "x".repeat(20)));
    assert_eq!(found(&scratch.run(&["-f", "json"])), ["a.sh error", "b.md error", "b.md error"]);
}

#[test]
fn overrides_are_for_the_files_that_they_name() {
    let config = "\
[[overrides]]
paths = [\"docs/\", \"*.sample\"]
severity = { register = \"info\" }
[[overrides]]
paths = [\"/docs/old/**\"]
ignore = [\"register\"]
[[overrides]]
paths = [\"docs/new.sh\"]
severity = { register = \"error\" }
";
    let scratch = with(config);
    for path in ["docs/a.sh", "docs/old/a.sh", "docs/new.sh", "sub/docs/a.sh", "sub/a.sh.sample"] {
        scratch.write(path, WARNING);
    }
    let all =
        ["a.sh warning", "docs/a.sh info", "docs/new.sh error", "sub/a.sh.sample info", "sub/docs/a.sh info"];
    assert_eq!(found(&scratch.run(&["-f", "json"])), all);
    // From below, by name, and as standard input: the same files.
    let below = run_in(&scratch, "docs", &["-f", "json", ".", "../a.sh"]);
    assert_eq!(found(&below), ["../a.sh warning", "a.sh info", "new.sh error"]);
    let piped = scratch.pipe(&["-", "--stdin-filename", "docs/unwritten.sh", "-f", "json"], WARNING);
    assert_eq!(found(&piped), ["docs/unwritten.sh info"]);
}

#[test]
fn a_rule_that_is_off_by_path_makes_no_half_fix() {
    let text = "gitlab-runner register --registration-token glrt-made-up-token-0001 --tag-list a\n";
    let scratch = Scratch::with(&[("a.sh", text), ("b.sh", text)]);
    for off in ["ignore = [\"register-server-option\"]", "severity = { register-server-option = \"off\" }"] {
        scratch.write("runnerlint.toml", format!("[[overrides]]\npaths = [\"b.sh\"]\n{off}\n"));
        let found = scratch.run(&["-f", "json"]).json();
        let findings = found["findings"].as_array().unwrap();
        let of = |path: &str| findings.iter().filter(|it| it["path"] == path).collect::<Vec<_>>();
        assert!(of("a.sh").iter().all(|it| it["fix"]["safety"] == "safe") && of("a.sh").len() == 2);
        assert_eq!(of("b.sh").len(), 1);
        assert_eq!(
            of("b.sh")[0]["manual"],
            "the registration also needs `register-server-option`, which is not selected"
        );
        assert_eq!(scratch.run(&["--fix", "b.sh"]).code, 1);
        assert_eq!(scratch.read("b.sh"), text);
    }
}

#[test]
fn the_token_value_is_that_of_the_path() {
    let text = "gitlab-runner register --registration-token \"$OLD\"\n";
    let scratch = Scratch::with(&[("a.sh", text), ("b/a.sh", text), ("c/a.sh", text)]);
    scratch.write(
        "runnerlint.toml",
        "token-value = \"$ALL\"\n[[overrides]]\npaths = [\"b/\"]\ntoken-value = \"$B\"\n",
    );
    scratch.run(&["--fix", "--unsafe-fixes"]);
    assert!(scratch.read("a.sh").contains("--token \"$ALL\""), "{}", scratch.read("a.sh"));
    assert!(scratch.read("b/a.sh").contains("--token \"$B\""), "{}", scratch.read("b/a.sh"));
    scratch.write("b/a.sh", text);
    scratch.run(&["--fix", "--unsafe-fixes", "--token-value", "$MINE"]);
    assert!(scratch.read("b/a.sh").contains("--token \"$MINE\""));
}

#[test]
fn excludes_are_from_the_folder_of_the_file_and_add_up() {
    let scratch = Scratch::with(&[
        ("runnerlint.toml", "exclude = [\"/a.sh\", \"vendor/\"]\n"),
        ("a.sh", ""),
        ("sub/a.sh", ""),
        ("sub/b.sh", ""),
        ("sub/vendor/a.sh", ""),
        ("sub/c.sh", ""),
    ]);
    let lines = |ran: Ran| ran.lines().into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        lines(scratch.run(&["--show-files"])),
        ["runnerlint.toml", "sub/a.sh", "sub/b.sh", "sub/c.sh"]
    );
    let args = ["--show-files", "--exclude", "/b.sh"];
    assert_eq!(lines(run_in(&scratch, "sub", &args)), ["a.sh", "c.sh"]);
    assert_eq!(lines(scratch.run(&["--show-files", "a.sh"])), ["a.sh"]);
    assert_eq!(lines(scratch.run(&["--show-files", "a.sh", "--force-exclude"])), [""; 0]);
    assert_eq!(lines(run_in(&scratch, "sub", &["--show-files", "vendor/a.sh", "--force-exclude"])), [""; 0]);
}

#[test]
fn standard_input_is_left_out_as_the_file_would_be() {
    let scratch =
        Scratch::with(&[("runnerlint.toml", "exclude = [\"vendor/\"]\n"), (".gitignore", "*.old\n")]);
    for (name, forced) in [("vendor/a.sh", 0), ("sub/vendor/a.sh", 0), ("a.sh", 1)] {
        let args = ["-", "--stdin-filename", name];
        assert_eq!(scratch.pipe(&args, SAFE).code, 1, "{name}");
        assert_eq!(scratch.pipe(&[&args[..], &["--force-exclude"]].concat(), SAFE).code, forced, "{name}");
        let fixed = scratch.pipe(&[&args[..], &["--force-exclude", "--fix"]].concat(), SAFE);
        assert_eq!(fixed.text() == SAFE, forced == 0, "{name}");
    }
    let args = ["-", "--stdin-filename", "a.sh.old", "--force-exclude"];
    assert_eq!(scratch.pipe(&args, SAFE).code, 0);
}

#[test]
fn larger_files_are_skipped() {
    let scratch = with("max-file-size = \"1KiB\"\n");
    scratch.write("large.sh", WARNING.repeat(100));
    let ran = scratch.run(&["-f", "json"]);
    assert_eq!(found(&ran), ["a.sh warning"]);
    assert_eq!(ran.json()["notices"][0]["message"], "skipped: larger than 1 KiB");
    assert_eq!(found(&scratch.run(&["-f", "json", "--isolated"])).len(), 101);
}

#[test]
fn settings_are_shown_with_where_they_come_from() {
    let scratch = with(
        "select = [\"register\"]\nignore = ['api']\ntoken-value = 'var.token'\nrules = [\"own\"]\n\
         [severity]\nhelm = \"off\"\n[[overrides]]\npaths = [\"docs/\"]\ntoken-value = \"$T\"\nignore = [\"helm\"]\n",
    );
    std::fs::create_dir(scratch.root().join("own")).unwrap();
    let ran = scratch.run(&["--show-settings", "--exclude", "a\u{1b}b", "--fail-on", "error"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let root = scratch.root().canonicalize().unwrap();
    let masked = |ran: &Ran| ran.text().replace(root.to_str().unwrap(), "ROOT");
    insta::assert_snapshot!("settings", masked(&ran));
    insta::assert_snapshot!("settings_of_a_path", masked(&scratch.run(&["--show-settings", "docs/a.sh"])));
    insta::assert_snapshot!("settings_without_file", scratch.run(&["--show-settings", "--isolated"]).text());
    // What is shown may be a configuration file, and says the same.
    scratch.write("shown.toml", ran.text());
    assert_eq!(scratch.run(&["--config", "shown.toml", "-f", "json"]).out, scratch.run(&["-f", "json"]).out);
}

/// What is wrong with a configuration file, one message after the other.
#[test]
fn wrong_files_are_2_and_say_where_and_what() {
    let mut messages = String::new();
    for config in [
        "selct = [\"helm\"]\n",
        "max_file_size = 3\n",
        "colour = true\n",
        "paths = [\"a\"]\n",
        "select = \"helm\"\n",
        "select = [\"helm\", 3]\n",
        "select = []\n",
        "select = [\"hlem\"]\n",
        "ignore = [\"register-server-options\"]\n",
        "ignore = [\"qqqq\"]\n",
        "ignore = [\"\"]\n",
        "exclude = [\"ok\", \"[a\"]\n",
        "exclude = { a = 1 }\n",
        "target-gitlab = 17.10\n",
        "target-gitlab = \"soon\"\n",
        "target-gitlab = -3\n",
        "fail-on = \"warn\"\n",
        "fail-on = \"always\"\n",
        "fail-on = true\n",
        "token-value = \"\"\n",
        "token-value = 1979-05-27\n",
        "baseline = []\n",
        "max-file-size = \"8 pounds\"\n",
        "max-file-size = 0\n",
        "rules = \"own\"\n",
        "severity = \"error\"\n",
        "[severity]\napi = \"fatal\"\n",
        "[severity]\napi = 3\n",
        "[severity]\nhlem = \"info\"\n",
        "[severity]\nALL = \"info\"\n",
        "[severity]\napi = \"info\"\nfail-on = \"never\"\n",
        "overrides = 3\n",
        "overrides = [3]\n",
        "[overrides]\npaths = [\"a\"]\n",
        "[[overrides]]\nignore = [\"api\"]\n",
        "[[overrides]]\npaths = []\n",
        "[[overrides]]\npaths = [\"[\"]\n",
        "[[overrides]]\npath = [\"a\"]\n",
        "[[overrides]]\npaths = [\"a\"]\nexclude = [\"b\"]\n",
        "[[overrides]]\npaths = [\"a\"]\nseverity = { hlem = \"off\" }\n",
        "select = [\"helm\"\n",
        "select = [\"helm\"]\nselect = [\"api\"]\n",
        "select\n",
        "ignore = [\"\u{1b}[31m\"]\n",
        "ignore = [\"a\\u001b[31m\"]\n",
        "\u{1b}[31m\n",
        "token-value = \"glrt-made-up-token-0001\"\nx = 1\n",
        "token-value = \"unfinished-made-up\n",
    ] {
        let ran = with(config).run(&[]);
        assert_eq!((ran.code, ran.text()), (2, ""), "{config}");
        assert!(ran.err.starts_with("error: "), "{config}: {}", ran.err);
        assert!(!ran.err.contains('\u{1b}') && !ran.err.contains("made-up"), "{}", ran.err);
        messages.push_str(&format!("{}\n", ran.err));
    }
    insta::assert_snapshot!("wrong_files", messages);
}

#[test]
fn odd_files_are_read_or_told() {
    for config in [&b""[..], b"\xef\xbb\xbf", b"\n\n# nothing\n", b"\xef\xbb\xbfselect = [\"register\"]\r\n"]
    {
        let scratch = Scratch::with(&[("runnerlint.toml", config), ("a.sh", WARNING.as_bytes())]);
        assert_eq!(scratch.run(&["-q"]).code, 1, "{config:?}");
    }
    let crlf = with(
        "fail-on = \"error\"\r\n\r\n[[overrides]]\r\npaths = [\"a.sh\"]\r\nseverity = { register = \"error\" }\r\n",
    );
    assert_eq!(found(&crlf.run(&["-f", "json"])), ["a.sh error"]);
    let mut messages = String::new();
    for config in [
        &b"\xef\xbb\xbfselct = 1\r\nb = 2\r\n"[..],
        b"select = [\"h\xff\"]\n",
        b"\xff\xfea\0",
        b"\0",
        &vec![b'#'; (1 << 20) + 1],
    ] {
        let scratch = Scratch::with(&[("runnerlint.toml", config)]);
        let ran = scratch.run(&[]);
        assert_eq!((ran.code, ran.text()), (2, ""));
        messages.push_str(&format!("{}\n", ran.err));
    }
    let scratch = Scratch::with(&[("runnerlint.toml/a", "")]);
    messages.push_str(&scratch.run(&[]).err);
    messages.push_str(&Scratch::new().run(&["--config", "missing.toml"]).err);
    messages.push_str(&Scratch::new().run(&["--config", "."]).err);
    insta::assert_snapshot!("odd_files", messages);
}

#[test]
fn hostile_files_end_soon() {
    for config in [
        format!("a = {}", "[".repeat(100_000)),
        format!("{} = 1", vec!["a"; 20_000].join(".")),
        format!("a = {}", "{a=".repeat(50_000)),
        "[[overrides]]\npaths = [\"a\"]\n".repeat(20_000) + "x = 1\n",
        format!("exclude = [{}]\nx = 1\n", "\"**/a*b\",".repeat(5_000)),
        format!("{} = 1\n", "x".repeat(500_000)),
        format!("ignore = [\"{}\"]\n", "x".repeat(500_000)),
    ] {
        let ran = with(&config).run(&[]);
        assert_eq!((ran.code, ran.text()), (2, ""));
        assert!(ran.err.len() < 600_000);
    }
}

#[cfg(unix)]
#[test]
fn files_that_cannot_be_read_are_told() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    symlink("nowhere.toml", scratch.path("runnerlint.toml")).unwrap();
    let told = |ran: Ran| (ran.code, ran.err);
    let error =
        |reason: &str| (2, format!("error: cannot read the configuration runnerlint.toml: {reason}\n"));
    assert_eq!(told(scratch.run(&[])), error("broken symbolic link"));
    std::fs::remove_file(scratch.path("runnerlint.toml")).unwrap();
    // Nobody writes into it: to open it would be to wait for ever.
    let made = std::process::Command::new("mkfifo").arg(scratch.path("runnerlint.toml")).status();
    if made.is_ok_and(|status| status.success()) {
        assert_eq!(told(scratch.run(&[])), error("not a regular file"));
        std::fs::remove_file(scratch.path("runnerlint.toml")).unwrap();
    }
    // A link to a file elsewhere counts, from where the link stands.
    let other =
        Scratch::with(&[("shared.toml", "[[overrides]]\npaths = [\"/a.sh\"]\nignore = [\"register\"]\n")]);
    symlink(other.path("shared.toml"), scratch.path("runnerlint.toml")).unwrap();
    assert_eq!(scratch.run(&[]).code, 0);
    // Somebody's choice may come from a pipe.
    let ran = scratch.pipe(&["--config", "/dev/stdin", "a.sh"], "ignore = [\"register\"]\n");
    assert_eq!((ran.code, ran.text()), (0, ""));
    assert_eq!(told(scratch.run(&["--config", "/dev/zero"])).0, 2);
}

#[test]
fn files_are_shown_with_their_language() {
    let scratch = Scratch::with(&[
        ("a.sh", &b"echo\n"[..]),
        ("b", b"#!/bin/sh\n"),
        ("c.bin", b"\0"),
        ("d.go", b"package d\n"),
        ("e.xyz", b""),
        (".env", b"A=b\n"),
    ]);
    assert_eq!(
        scratch.run(&["--show-files"]).text(),
        ".env\tdotenv\na.sh\tshell\nb\tshell\nc.bin\tskipped: binary\nd.go\tgo\ne.xyz\t-\n"
    );
}

#[test]
fn the_schema_is_printed() {
    let schema = Scratch::new().run(&["schema", "config"]).json();
    assert_eq!(schema["properties"]["overrides"]["items"]["additionalProperties"], false);
}
