//! What a repository's own files may do: their errors quote no secret and nothing of other files, and what they switch off is said.

use crate::support::{Ran, Scratch, WARNING, program, ran};
use std::fs;
use std::os::unix::fs::{chown, symlink};

/// A secret without a prefix, and one that looks like a name.
const OPAQUE: &str = "Zq3xK9mPw7sVt2LbR8uY";
const NAME: &str = "hunterhunter";

/// A repository in `repository/`, and `home/` next to it.
fn tree(config: &str) -> Scratch {
    let scratch = Scratch::with(&[("repository/a.sh", WARNING), ("repository/runnerlint.toml", config)]);
    fs::create_dir(scratch.path("repository/.git")).unwrap();
    fs::create_dir(scratch.path("home")).unwrap();
    scratch
}

#[track_caller]
fn assert_lacks(ran: &Ran, secret: &str, what: &[&str]) {
    let out = String::from_utf8_lossy(&ran.out);
    let line = out.lines().chain(ran.err.lines()).find(|line| line.contains(secret));
    assert_eq!(line, None, "{what:?}");
}

fn run(scratch: &Scratch, args: &[&str]) -> Ran {
    let mut command = program(&scratch.path("repository"));
    command.args(args);
    ran(command)
}

const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["check", "-v", "-f", "json"],
    &["check", "--show-settings"],
    &["check", "--show-files"],
    &["plan"],
    &["rules"],
    &["test"],
];

#[test]
fn errors_of_the_configuration_quote_no_secret() {
    for text in [
        "token_value = \"SECRET\"",
        "token-valu = \"SECRET\"",
        "registration-token = \"SECRET\"",
        "[token-value]\nx = \"SECRET\"",
        "[other]\nx = \"SECRET\"\ny = { z = \"SECRET\" }",
        "baseline = [\"SECRET\"]",
        "baseline = { x = \"SECRET\" }",
        "fail-on = [\"SECRET\"]",
        "x = [\n  \"SECRET\",\n]\nselekt = 1",
        "x = \"\"\"\nSECRET\n\"\"\"",
        "x = '''\nSECRET\n'''",
        "password = \"SECRET\"\nselekt = []",
        "selekt = []\npassword = \"SECRET\"",
        "[[overrides]]\npaths = [\"a\"]\npassword = \"SECRET\"",
        "x = \"SECRET",
        "x = SECRET",
        "SECRET",
        "\"SECRET\"",
        "max-file-size = [\"SECRET\"]",
        "token-value = [\"SECRET\"]",
        "\"token-value\" = \"SECRET\"",
    ] {
        for secret in [OPAQUE, NAME] {
            let scratch = tree(&format!("{}\n", text.replace("SECRET", secret)));
            for args in COMMANDS {
                let ran = run(&scratch, args);
                assert_eq!(ran.code, 2, "{text}: {args:?}: {ran:?}");
                assert_lacks(&ran, secret, &[text]);
            }
        }
    }
    // What may be a name is quoted, what cannot be one is not.
    for text in [
        "SECRET = 1",
        "fail-on = \"SECRET\"",
        "fail-on = 1 # SECRET",
        "# SECRET\nselekt = 1",
        "select = [\"SECRET\"]",
        "target-gitlab = \"SECRET\"",
        "max-file-size = \"SECRET\"",
        "exclude = [\"[SECRET\"]",
        "[severity]\nSECRET = \"info\"",
        "[severity]\nhelm = \"SECRET\"",
        "[targets]\nx = \"SECRET\"",
        "[SECRET]",
        "[[SECRET]]",
    ] {
        let scratch = tree(&format!("{}\n", text.replace("SECRET", OPAQUE)));
        let ran = run(&scratch, &["check"]);
        assert_eq!(ran.code, 2, "{text}: {ran:?}");
        assert_lacks(&ran, OPAQUE, &[text]);
    }
    let ran = run(&tree("token_value = 1\n"), &["check"]);
    assert!(
        ran.err.contains("unknown key `token_value`") && ran.err.contains("did you mean `token-value`?"),
        "{ran:?}"
    );
}

#[test]
fn errors_of_a_baseline_quote_nothing_that_may_be_a_secret() {
    for text in [
        "{\"SECRET\": 1}",
        "{\"version\": \"SECRET\"}",
        "{\"version\": 1, \"SECRET\": []}",
        "{\"version\": 1, \"findings\": [{\"SECRET\": 1}]}",
        "{\"version\": 1, \"findings\": [{\"path\": 1, \"rule\": \"SECRET\"}]}",
        "SECRET",
    ] {
        for secret in [OPAQUE, NAME] {
            let scratch = tree("baseline = \"known.json\"\n");
            scratch.write("repository/known.json", text.replace("SECRET", secret));
            for args in [&["check"][..], &["check", "-f", "json"], &["check", "--write-baseline"]] {
                let ran = run(&scratch, args);
                assert_eq!(ran.code, 2, "{text}: {ran:?}");
                assert_lacks(&ran, secret, &[text]);
            }
        }
    }
    let entry = |path: &str, text: &str| {
        format!(
            "{{\"version\": 1, \"findings\": [{{\"path\": \"{path}\", \"rule\": \"{text}\", \"structure\": \"{text}\", \
             \"name\": \"{text}\", \"count\": 1}}]}}"
        )
    };
    let formats = runnerlint::report::FORMATS.iter().map(|it| it.name);
    for format in formats {
        let scratch = tree("baseline = \"known.json\"\n");
        scratch.write("repository/known.json", entry("a.sh", OPAQUE));
        assert_lacks(&run(&scratch, &["-v", "-f", format]), OPAQUE, &[format]);
        // Of one that is outside of the repository not even names are repeated.
        let scratch = tree("baseline = \"../home/known.json\"\n");
        scratch.write("home/known.json", entry("../repository/a.sh", NAME));
        let ran = run(&scratch, &["-v", "-f", format]);
        assert_lacks(&ran, NAME, &[format]);
    }
}

/// A repository names, or links to, files of the user.
#[test]
fn nothing_outside_of_the_repository_is_quoted() {
    let wrong = [
        "token: SECRET\n",
        "SECRET\n",
        "id: SECRET\nother: 1\n",
        "- SECRET\n",
        "x: [SECRET\n",
        "id: a-b\nid: SECRET\n",
    ];
    for text in wrong {
        let text = text.replace("SECRET", NAME);
        for (config, link) in
            [("rules = [\"../home\"]\n", None), ("rules = [\"rules\"]\n", Some(("../home", "rules")))]
        {
            let scratch = tree(config);
            scratch.write("home/config.yml", &text);
            if let Some((target, name)) = link {
                symlink(target, scratch.path("repository").join(name)).unwrap();
            }
            for args in COMMANDS {
                let ran = run(&scratch, args);
                assert_eq!(ran.code, 2, "{config}: {args:?}: {ran:?}");
                assert!(ran.err.contains("config.yml:"), "{ran:?}");
                assert_lacks(&ran, NAME, &[config, &text]);
            }
            if link.is_some() {
                for args in [["check", "--rules", "rules"], ["rules", "--rules", "rules"]] {
                    assert_lacks(&run(&scratch, &args), NAME, &args);
                }
                assert_lacks(&run(&scratch, &["test", "rules"]), NAME, &[]);
            }
        }
        // By the user's argument it is quoted, but what may be a secret.
        let scratch = tree("");
        scratch.write("home/config.yml", text.replace(NAME, OPAQUE));
        assert_lacks(&run(&scratch, &["--rules", "../home"]), OPAQUE, &[&text]);
    }
    for text in [
        "password = SECRET\n",
        "selekt = [\"SECRET\"]\n",
        "SECRET = 1\n",
        "select = [\"SECRET\"]\n",
        "fail-on = \"SECRET\"\n",
        "exclude = [\"[SECRET\"]\n",
        "[severity]\nSECRET = \"info\"\n",
        "[SECRET\n",
    ] {
        let scratch = tree("");
        fs::remove_file(scratch.path("repository/runnerlint.toml")).unwrap();
        scratch.write("home/x.toml", text.replace("SECRET", NAME));
        symlink("../home/x.toml", scratch.path("repository/runnerlint.toml")).unwrap();
        for args in COMMANDS.iter().copied().chain([&["check", "--config", "runnerlint.toml"][..]]) {
            let ran = run(&scratch, args);
            assert_lacks(&ran, NAME, &[text]);
        }
    }
    let scratch = tree("");
    fs::remove_file(scratch.path("repository/runnerlint.toml")).unwrap();
    scratch.write("home/x.toml", format!("exclude = [\"{NAME}\"]\n"));
    symlink("../home/x.toml", scratch.path("repository/runnerlint.toml")).unwrap();
    let ran = run(&scratch, &["--show-settings"]);
    assert_eq!(ran.code, 0);
    assert_lacks(&ran, NAME, &[]);
}

#[test]
fn a_long_list_of_problems_is_cut() {
    let scratch = tree("rules = [\"rules\"]\n");
    for number in 0..100 {
        scratch.write(&format!("repository/rules/r{number}.yaml"), "x: 1\n");
    }
    let ran = run(&scratch, &["check"]);
    assert_eq!(ran.err.matches("error: ").count(), 21, "{}", ran.err);
    assert!(ran.err.ends_with("note: and 880 more\n\nerror: 900 problems in the rules\n"), "{}", ran.err);
}

#[test]
fn wrong_arguments_are_not_quoted_if_they_may_be_secrets() {
    let scratch = tree("");
    for args in [
        "-f SECRET",
        "--select SECRET",
        "--ignore SECRET",
        "--fail-on SECRET",
        "--SECRET",
        "--target SECRET",
        "--target x=SECRET",
        "--target-gitlab SECRET",
        "-j SECRET",
        "--exclude [SECRET",
        "--color SECRET",
        "--token-value SECRET",
        "rules SECRET",
        "rules --new SECRET",
        "plan --format SECRET",
        "completions SECRET",
        "schema SECRET",
        "--add-ignore=x --fix --SECRET",
    ] {
        let args = args.replace("SECRET", OPAQUE);
        let args: Vec<&str> = args.split(' ').collect();
        let ran = run(&scratch, &args);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert_lacks(&ran, OPAQUE, &args);
    }
    let mut command = program(&scratch.path("repository"));
    command.env("RUNNERLINT_OUTPUT_FORMAT", OPAQUE);
    assert_lacks(&ran(command), OPAQUE, &["RUNNERLINT_OUTPUT_FORMAT"]);
}

#[test]
fn what_a_repository_switches_off_is_said() {
    for (config, code, begin, said) in [
        ("exclude = [\"*\"]", 0, "warning: no files to check; ", "; 3 entries excluded by runnerlint.toml"),
        ("exclude = [\"sub\"]", 1, "Found 1 finding ", ". 1 entry excluded by runnerlint.toml."),
        ("rules = [\"sub\"]", 1, "Found 1 finding ", ". 1 entry excluded by runnerlint.toml."),
        (
            "max-file-size = 1",
            0,
            "warning: no files to check; ",
            "; 3 too large because of `max-file-size` in runnerlint.toml:1",
        ),
        (
            "ignore = [\"ALL\"]",
            0,
            "No findings. ",
            ". All rules are disabled by `ignore` in runnerlint.toml.",
        ),
        (
            "target-gitlab = \"1.0\"",
            0,
            "No findings. ",
            " are disabled by `target-gitlab` in runnerlint.toml.",
        ),
        ("select = [\"helm\"]", 0, "No findings. ", " are disabled by `select` in runnerlint.toml."),
        ("severity.register = \"off\"", 0, "No findings. ", ". 3 of "),
        (
            "fail-on = \"never\"",
            0,
            "Found 2 findings ",
            ". Exit code 0 because of `fail-on` in runnerlint.toml:1.",
        ),
        (
            "severity.register = \"info\"",
            0,
            "Found 2 findings ",
            ". Exit code 0 because of `severity` in runnerlint.toml.",
        ),
        (
            "[[overrides]]\npaths = [\"*\"]\nignore = [\"ALL\"]",
            0,
            "No findings. ",
            ". Rules are disabled for 2 files by `[[overrides]]` in runnerlint.toml.",
        ),
        ("", 1, "Found 2 findings ", ""),
    ] {
        let scratch = tree(config);
        scratch.write("repository/sub/b.sh", WARNING);
        let ran = run(&scratch, &[]);
        let summary = ran.summary();
        assert_eq!(ran.code, code, "{config}: {ran:?}");
        assert!(summary.starts_with(begin) && summary.contains(said), "{config}: {summary}");
        assert_eq!(summary.contains("runnerlint.toml"), !config.is_empty(), "{summary}");
        // So a run takes nothing from the repository.
        let ran = run(&scratch, &["--isolated", "--no-ignore"]);
        assert_eq!((ran.code, ran.summary().contains("runnerlint.toml")), (1, false), "{config}: {ran:?}");
    }
    // What the user says is the user's.
    let scratch = tree("fail-on = \"never\"\n");
    assert!(!run(&scratch, &["--fail-on", "never"]).summary().contains("Exit code"));
    let scratch = tree("");
    assert!(!run(&scratch, &["--ignore", "ALL", "--exclude", "x"]).summary().contains("excluded"));
}

#[test]
fn what_ignore_files_leave_out_is_said_where_nothing_is_left() {
    let scratch = tree("");
    scratch.write("repository/.gitignore", "*\n");
    for args in [&["check"][..], &["check", "-f", "json"], &["plan"]] {
        let ran = run(&scratch, args);
        assert_eq!(ran.code, 0);
        let is_plan = args == ["plan"];
        let nothing = if is_plan { "nothing was checked; " } else { "warning: no files to check; " };
        assert!(ran.err.contains(nothing), "{args:?}: {ran:?}");
        assert!(ran.err.contains("3 entries excluded by ignore files"), "{args:?}: {ran:?}");
    }
    assert_eq!(run(&scratch, &["--isolated", "--no-ignore"]).code, 1);
    scratch.write("repository/.gitignore", "sub\n");
    scratch.write("repository/sub/b.sh", WARNING);
    assert!(!run(&scratch, &[]).summary().contains("ignore files"));
    assert!(run(&scratch, &["-v"]).summary().contains(". 1 entry excluded by ignore files."));
}

/// Outside of a repository a configuration of another user does not count. Only root can try it.
#[test]
fn a_configuration_of_another_user_does_not_count() {
    let scratch = Scratch::with(&[("runnerlint.toml", "ignore = [\"ALL\"]\n"), ("mine/a.sh", WARNING)]);
    let check = || {
        let mut command = program(&scratch.path("mine"));
        command.arg("-q");
        ran(command).code
    };
    assert_eq!(check(), 0);
    if chown(scratch.path("runnerlint.toml"), Some(65534), None).is_err() {
        return;
    }
    assert_eq!(check(), 1);
    // In a repository it is one of its files.
    fs::create_dir(scratch.path(".git")).unwrap();
    assert_eq!(check(), 0);
}
