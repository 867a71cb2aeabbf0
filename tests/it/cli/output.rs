//! What comes out, and where.

use crate::support::{INFO, Ran, SAFE, Scratch, WARNING};
use runnerlint::report::FORMATS;
use serde_json::Value;

fn scratch() -> Scratch {
    let values = "runnerRegistrationToken: {{ .token }}\ngitlabUrl: https://gitlab.example.com\nrunners: {tags: a, locked: true}\n";
    let scratch = Scratch::with(&[
        ("a.sh", SAFE),
        ("b.sh", WARNING),
        ("c.md", INFO),
        ("d/values.yaml", values),
        ("e.txt", "nothing\n"),
        ("f.bin", "\0"),
    ]);
    for number in 0..40 {
        scratch.write(&format!("many/{number}.sh"), SAFE.repeat(number % 3));
    }
    scratch
}

#[test]
fn the_output_is_the_same_for_any_number_of_threads() {
    let scratch = scratch();
    let runs = FORMATS.iter().map(|format| vec!["-f", format.name]).chain([
        vec!["--diff"],
        vec!["--statistics"],
        vec!["--show-files"],
        vec!["--unsafe-fixes", "-v"],
    ]);
    for args in runs {
        let one = scratch.run(&[&["-j1"], &*args].concat());
        let four = scratch.run(&[&["-j4"], &*args].concat());
        assert_eq!((&one.out, one.code), (&four.out, four.code), "{args:?}");
        // `-v` tells how long it took.
        let lines = |ran: &Ran| {
            ran.err.lines().filter(|it| !it.contains("walked in")).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(lines(&one), lines(&four), "{args:?}");
        assert!(!one.out.is_empty(), "{args:?}");
    }
}

#[test]
fn what_was_skipped_is_told_to_who_asks() {
    let scratch = Scratch::with(&[("a.sh", &b"echo\n"[..]), ("b.bin", b"\0"), ("c.txt", b"\xff\xfea\0")]);
    let told = |args: &[&str]| scratch.run(args).err.lines().map(str::to_owned).collect::<Vec<_>>();
    let summary = "No findings. Checked 1 file; 2 skipped.";
    assert_eq!(told(&[]), [summary]);
    let all = told(&["-v", "-j1"]);
    assert!(
        all[0].starts_with("note: no configuration file; walked in ") && all[0].ends_with(" by 1 thread")
    );
    assert_eq!(all[1..], ["b.bin: note: skipped: binary", "c.txt: note: skipped: UTF-16", summary]);
    scratch.write("runnerlint.toml", "");
    assert!(told(&["-v"])[0].starts_with("note: configuration runnerlint.toml; walked in "));
    assert_eq!(scratch.run(&["-v", "-f", "json"]).json()["notices"].as_array().unwrap().len(), 2);
}

#[test]
fn findings_come_by_path_and_offset() {
    let found = scratch().run(&["-f", "json"]).json();
    let places: Vec<(&str, u64)> = found["findings"].as_array().unwrap().iter().map(place).collect();
    let mut sorted = places.clone();
    sorted.sort_unstable();
    assert_eq!(places, sorted);
    assert!(places.len() > 40);
}

fn place(finding: &Value) -> (&str, u64) {
    (finding["path"].as_str().unwrap(), finding["start"]["offset"].as_u64().unwrap())
}

#[test]
fn json_has_the_form_that_scripts_rely_on() {
    let scratch = Scratch::with(&[("sub/a.sh", format!("# ünï\n{SAFE}")), ("b.bin", "\0".into())]);
    let ran = scratch.run(&["-f", "json", "sub", "b.bin"]);
    let found = ran.json();
    assert_eq!(ran.code, 1);
    // Why changed: the contract adds `repository` and `registrations` to the document, and findings have a fingerprint.
    let wanted = ["findings", "fixed", "notices", "registrations", "repository", "summary", "version"];
    assert_eq!(keys(&found), wanted);
    assert_eq!(found["version"], 1);
    let finding = &found["findings"][0];
    assert_eq!(
        keys(finding),
        [
            "baselined",
            "end",
            "fingerprint",
            "fix",
            "help",
            "message",
            "path",
            "reason",
            "rule",
            "severity",
            "start",
            "suppressed",
            "unit",
            "url",
            "via"
        ]
    );
    assert_eq!(finding["rule"], "register-server-option");
    assert_eq!(finding["path"], "sub/a.sh");
    assert_eq!(finding["unit"], "sub/a.sh:2");
    assert_eq!(finding["via"], serde_json::json!(["shell"]));
    assert_eq!(finding["suppressed"], false);
    // The name alone; columns are characters, offsets are bytes.
    let text = scratch.read("sub/a.sh");
    let start = text.find("--tag-list").unwrap();
    let column = SAFE.find("--tag-list").unwrap() + 1;
    let at =
        |column: usize, offset: usize| serde_json::json!({"line": 2, "column": column, "offset": offset});
    assert_eq!(finding["start"], at(column, start));
    assert_eq!(finding["end"], at(column + 10, start + 10));
    // The edits do what `--fix` does.
    assert_eq!(keys(&finding["fix"]), ["edits", "message", "safety"]);
    assert_eq!(finding["fix"]["safety"], "safe");
    let edit = &finding["fix"]["edits"][0];
    assert_eq!(keys(edit), ["end", "replacement", "start"]);
    let offset = |key: &str| usize::try_from(edit[key].as_u64().unwrap()).unwrap();
    let mut edited = text;
    edited.replace_range(offset("start")..offset("end"), edit["replacement"].as_str().unwrap());
    assert_eq!(scratch.run(&["--fix", "sub"]).code, 0);
    assert_eq!(edited, scratch.read("sub/a.sh"));
    let notice = &found["notices"][0];
    assert_eq!(keys(notice), ["kind", "message", "path"]);
    assert_eq!((notice["path"].as_str(), notice["kind"].as_str()), (Some("b.bin"), Some("skipped")));
    let summary = &found["summary"];
    for (key, count) in
        [("files", 2), ("linted", 1), ("findings", 1), ("fixed", 0), ("fixable", 1), ("fixable_unsafe", 0)]
    {
        assert_eq!(summary[key], count, "{key}");
    }
}

fn keys(value: &Value) -> Vec<&str> {
    // Sorted by serde_json.
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn every_finding_has_a_fix_or_says_why_not() {
    let found = scratch().run(&["-f", "json"]).json();
    for finding in found["findings"].as_array().unwrap() {
        assert_ne!(finding.get("fix").is_some(), finding.get("manual").is_some(), "{finding}");
    }
}

#[test]
fn after_a_fix_json_lists_what_was_fixed_and_what_remains() {
    let scratch =
        Scratch::with(&[("a.sh", SAFE), ("b.sh", "gitlab-runner register --registration-token \"$T\"\n")]);
    let ran = scratch.run(&["--fix", "-f", "json"]);
    let found = ran.json();
    assert_eq!(ran.code, 1);
    assert_eq!(found["findings"].as_array().unwrap().len(), 1);
    assert_eq!(found["findings"][0]["path"], "b.sh");
    let fixed = &found["fixed"][0];
    assert_eq!((&fixed["rule"], &fixed["path"]), (&"register-server-option".into(), &"a.sh".into()));
    assert_eq!(fixed["start"]["line"], 1);
    assert_eq!(fixed["removed"], serde_json::json!({"setting": "tag_list", "value": "a"}));
    assert_eq!(found["summary"]["fixed"], 1);
    assert!(ran.err.starts_with("a.sh:1: removed --tag-list = a"), "{}", ran.err);
}

#[test]
fn the_summary_counts_every_file() {
    let scratch = Scratch::with(&[("a.sh", SAFE), ("b.bin", "\0"), ("c.txt", "nothing\n")]);
    let found = "Found 1 finding (1 error) in 1 file. 1 fixable with --fix. Checked 2 files; 1 skipped.";
    assert_eq!(scratch.run(&[]).summary(), found);
    assert_eq!(scratch.run(&["-q"]).err, "");
    assert_eq!(scratch.run(&["-f", "json"]).err, "");
    let clean = Scratch::with(&[("c.txt", "nothing\n")]);
    let nothing = "No findings. Checked 1 file.";
    assert_eq!(clean.run(&[]).summary(), nothing);
    assert_eq!(clean.run(&["-q"]).err, "");
}

#[test]
fn concise_is_the_form_of_gcc() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    assert_eq!(
        scratch.run(&["-f", "concise"]).text(),
        "a.sh:1:56: error: `--tag-list` is deprecated: set tags on the runner in GitLab (`register` fails with this option and a \
         `glrt-` token) [register-server-option]\n"
    );
}

#[test]
fn reports_go_to_files_beside_the_one_on_standard_output() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    let json = scratch.run(&["-f", "json"]);
    let concise = scratch.run(&["-f", "concise"]);
    let both = scratch.run(&["-f", "json=.git/report.json", "-f", "concise"]);
    assert_eq!(both.code, 2, "there is no such folder");
    scratch.git(&["init", "-q"]);
    let both = scratch.run(&["-f", "json=.git/report.json", "-f", "concise"]);
    assert_eq!((both.code, &both.out), (1, &concise.out));
    assert_eq!(scratch.read(".git/report.json"), json.text());
    let file = scratch.run(&["-f", "json", "-o", ".git/report.json"]);
    assert_eq!((file.code, file.text()), (1, ""));
    assert_eq!(scratch.read(".git/report.json"), json.text());
}

#[test]
fn colours_are_for_those_who_want_them() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    let with = |variables: &[(&str, &str)], args: &[&str]| {
        let mut command = crate::support::program(scratch.root());
        command.envs(variables.iter().copied()).args(args);
        crate::support::ran(command).out.contains(&0x1b)
    };
    assert!(!with(&[], &[]));
    assert!(with(&[], &["--color", "always"]));
    assert!(with(&[("FORCE_COLOR", "1")], &[]));
    assert!(with(&[("CLICOLOR_FORCE", "1")], &[]));
    assert!(!with(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], &[]));
    assert!(!with(&[("FORCE_COLOR", "1")], &["--color", "never"]));
    assert!(!with(&[("FORCE_COLOR", "1")], &["-f", "json"]));
}

#[test]
fn a_variable_stands_in_for_the_format() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    let mut command = crate::support::program(scratch.root());
    command.env("RUNNERLINT_OUTPUT_FORMAT", "concise");
    assert_eq!(crate::support::ran(command), scratch.run(&["-f", "concise"]));
}
