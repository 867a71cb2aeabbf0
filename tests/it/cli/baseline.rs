//! Findings that are known: `--baseline` and `--write-baseline`.

use crate::support::{SAFE, SAFE_FIXED, Scratch, WARNING};
use std::fs;

const KNOWN: &[&str] = &["--baseline", "known.json"];
const WRITE: &[&str] = &["--baseline", "known.json", "--write-baseline"];

fn args<'a>(parts: &[&[&'a str]]) -> Vec<&'a str> {
    parts.concat()
}

#[test]
fn what_is_known_does_not_fail_a_run_and_what_is_new_does() {
    let scratch = Scratch::with(&[("a.sh", SAFE), ("sub/b.sh", WARNING)]);
    let ran = scratch.run(WRITE);
    assert_eq!((ran.code, ran.text()), (0, ""), "{ran:?}");
    assert!(ran.err.contains("wrote known.json: 2 findings (2 added, 0 removed)\n"), "{}", ran.err);
    assert_eq!(ran.summary(), "No findings (2 in the baseline). Checked 2 files.");
    assert_eq!(scratch.run(KNOWN).code, 0);
    assert_eq!(scratch.run(&[]).code, 1, "nothing is known without its file");
    // Lines move, and nothing becomes new.
    scratch.write("a.sh", format!("# a comment\n\n{SAFE}"));
    assert_eq!(scratch.run(KNOWN).code, 0);
    scratch.write("new.sh", WARNING);
    let ran = scratch.run(&args(&[KNOWN, &["-f", "concise"]]));
    assert_eq!(ran.code, 1);
    assert!(ran.text().starts_with("new.sh:1:") && ran.lines().len() == 1, "{}", ran.text());
    let json = scratch.run(&args(&[KNOWN, &["-f", "json"]])).json();
    let known: Vec<_> = json["findings"].as_array().unwrap().iter().map(|it| &it["baselined"]).collect();
    assert_eq!(known, [true, false, true]);
    assert_eq!((&json["summary"]["findings"], &json["summary"]["baselined"]), (&1.into(), &2.into()));
    assert_eq!(json["baseline"], serde_json::json!({"known": 2, "gone": 0, "new": 1, "stale": []}));
    for format in ["gitlab", "github", "junit", "checkstyle", "rdjsonl", "concise", "full"] {
        let report = scratch.run(&args(&[KNOWN, &["-f", format]]));
        assert!(report.text().contains("new.sh") && !report.text().contains("sub/b.sh"), "{format}");
    }
    // The plan beside the findings is about all registrations.
    assert!(scratch.run(&args(&[KNOWN, &["-f", "html"]])).text().contains("new.sh"));
    let statistics = scratch.run(&args(&[KNOWN, &["--statistics"]]));
    assert!(statistics.text().starts_with("1  warning"), "{}", statistics.text());
    let sarif = scratch.run(&args(&[KNOWN, &["-f", "sarif"]])).json();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let states: Vec<_> = results.iter().map(|it| it["baselineState"].as_str().unwrap()).collect();
    assert_eq!(states, ["unchanged", "new", "unchanged"]);
    let sarif = scratch.run(&["-f", "sarif"]).json();
    assert!(sarif["runs"][0]["results"][0].get("baselineState").is_none());
}

#[test]
fn of_equal_findings_the_last_ones_are_new() {
    let scratch = Scratch::with(&[("a.sh", WARNING.repeat(2))]);
    assert_eq!(scratch.run(WRITE).code, 0);
    scratch.write("a.sh", WARNING.repeat(3));
    let ran = scratch.run(&args(&[KNOWN, &["-f", "concise"]]));
    assert!(ran.code == 1 && ran.lines().len() == 1 && ran.text().starts_with("a.sh:3:"), "{ran:?}");
}

#[test]
fn what_is_gone_is_told_and_taken_out() {
    let scratch = Scratch::with(&[("a.sh", SAFE), ("b.sh", WARNING), ("c.sh", WARNING)]);
    scratch.run(WRITE);
    let before = scratch.read("known.json");
    // Nothing is left that a rule speaks of.
    scratch.write("a.sh", "echo\n");
    fs::remove_file(scratch.path("b.sh")).unwrap();
    let ran = scratch.run(KNOWN);
    assert_eq!(ran.code, 0);
    for line in [
        "known.json: note: no longer reported: a.sh: `--tag-list` [register-server-option]\n",
        "known.json: note: no longer reported: b.sh: `--locked` [register-server-option]\n",
        "known.json: note: 2 of 3 findings in the baseline no longer reported; remove with `--write-baseline`\n",
    ] {
        assert!(ran.err.contains(line), "{}", ran.err);
    }
    assert_eq!(scratch.read("known.json"), before, "only `--write-baseline` writes");
    let json = scratch.run(&args(&[KNOWN, &["-f", "json"]])).json();
    assert_eq!(json["baseline"]["gone"], 2);
    assert_eq!(json["baseline"]["stale"][0]["path"], "a.sh");
    // We write no token into it; who edits it by hand may.
    let token = concat!("GR13", "48941", "aBcDeFgHiJkLmNoPqRst");
    scratch.write("known.json", before.replace("--tag-list", token).replace("a.sh", &format!("{token}.sh")));
    for format in ["json", "jsonl", "html", "concise"] {
        let ran = scratch.run(&args(&[KNOWN, &["-f", format]]));
        let out = String::from_utf8_lossy(&ran.out);
        assert!(!out.contains(token) && !ran.err.contains(token), "{format}: {out}{}", ran.err);
        assert!(!format.starts_with("json") || out.contains("\"********"), "{out}");
    }
    scratch.write("known.json", &before);
    let ran = scratch.run(WRITE);
    assert!(ran.err.contains("wrote known.json: 1 finding (0 added, 2 removed)\n"), "{}", ran.err);
    assert!(!scratch.read("known.json").contains("a.sh"));
    // A line less, and no other one changed.
    assert!(before.contains(scratch.read("known.json").lines().nth(3).unwrap()));
}

#[test]
fn what_this_run_does_not_look_at_stays() {
    let scratch = Scratch::with(&[("in/a.sh", SAFE), ("out/b.sh", WARNING), ("out/c.sh", WARNING)]);
    scratch.run(WRITE);
    let before = scratch.read("known.json");
    fs::remove_file(scratch.path("out/c.sh")).unwrap();
    // Files elsewhere, files that are left out, rules that are switched off.
    for part in [&["in"][..], &["--exclude", "out", "in"], &["--select", "helm"], &["--ignore", "register"]] {
        assert_eq!(scratch.run(&args(&[WRITE, part])).code, 0);
        assert_eq!(scratch.read("known.json"), before, "{part:?}");
    }
    let ran = scratch.run(&args(&[KNOWN, &["in"]]));
    assert!(!ran.err.contains("note"), "{}", ran.err);
    scratch.run(&args(&[WRITE, &["out"]]));
    assert!(scratch.read("known.json").contains("in/a.sh") && !scratch.read("known.json").contains("c.sh"));
}

#[test]
fn paths_begin_at_the_folder_of_the_baseline() {
    let scratch = Scratch::with(&[("tree/sub/a.sh", SAFE), ("tree/conf/x", ""), ("beside.sh", SAFE)]);
    let file = "tree/conf/known.json";
    assert_eq!(scratch.run(&["--baseline", file, "--write-baseline"]).code, 0);
    let text = scratch.read(file);
    assert!(text.contains("\"../sub/a.sh\"") && text.contains("\"../../beside.sh\""), "{text}");
    for (folder, known, path) in [
        ("", "tree/conf/known.json", "."),
        ("tree", "conf/known.json", "."),
        ("tree/sub", "../conf/known.json", "a.sh"),
        ("tree/conf", "known.json", "../.."),
    ] {
        let mut command = crate::support::program(&scratch.path(folder));
        command.args(["--baseline", known, path]);
        assert_eq!(crate::support::ran(command).code, 0, "{folder}");
        let mut command = crate::support::program(&scratch.path(folder));
        command.args(["--baseline", known, "--write-baseline", path]);
        assert_eq!(crate::support::ran(command).code, 0);
        assert_eq!(scratch.read(file), text, "{folder}");
    }
}

#[test]
fn a_registration_with_a_known_finding_gets_no_fix() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    scratch.run(WRITE);
    let more = SAFE.replace("--tag-list", "--run-untagged --tag-list");
    scratch.write("a.sh", &more);
    let ran = scratch.run(&args(&[KNOWN, &["--fix", "-f", "json"]]));
    assert_eq!((ran.code, scratch.read("a.sh")), (1, more));
    let json = ran.json();
    let [new, known] = json["findings"].as_array().unwrap().as_slice() else { panic!("{json}") };
    assert_eq!((&new["baselined"], &known["baselined"]), (&false.into(), &true.into()));
    assert_eq!(new["manual"], "`register-server-option` of the same registration is in the baseline");
    assert_eq!(known["manual"], "it is in the baseline; a run without the baseline fixes it");
    // What nobody knows is fixed, and what is left is known then.
    scratch.write("b.sh", SAFE);
    scratch.write("c.sh", "gitlab-runner register -r old-made-up-token\n");
    let ran = scratch.run(&args(&[WRITE, &["--fix"]]));
    assert_eq!((ran.code, scratch.read("b.sh").as_str()), (0, SAFE_FIXED));
    assert!(ran.err.contains("wrote known.json: 3 findings (2 added, 0 removed)\n"), "{}", ran.err);
    assert_eq!(scratch.run(KNOWN).code, 0);
}

#[test]
fn a_baseline_that_cannot_be_used_is_an_error() {
    let scratch = Scratch::with(&[("a.sh", SAFE), ("wrong.json", "{\n")]);
    let error = |args: &[&str], expected: &str| {
        let ran = scratch.run(args);
        assert!(ran.code == 2 && ran.err.contains(expected), "{ran:?}");
    };
    error(KNOWN, "error: baseline `known.json` not found: create it with `--write-baseline`\n");
    error(
        &["--write-baseline"],
        "error: `--write-baseline` needs the name of the file: add `--baseline FILE`\n",
    );
    error(
        &["--baseline", "wrong.json"],
        "error: wrong.json: not a baseline: unexpected end of file at line 2",
    );
    error(&["--baseline", "wrong.json", "--write-baseline"], "wrong.json: not a baseline");
    error(
        &["--baseline", "no/known.json", "--write-baseline"],
        "cannot read the baseline no/known.json: no such file",
    );
    error(&args(&[WRITE, &["-"]]), "`--stdin-filename NAME`");
    error(&args(&[WRITE, &["--diff"]]), "cannot be used with");
    assert!(!scratch.path("known.json").exists());
    assert_eq!(scratch.read("wrong.json"), "{\n");
    // An empty name is no baseline at all.
    assert_eq!(scratch.run(&["--baseline", ""]).code, 1);
}

#[test]
fn standard_input_is_known_by_its_name() {
    let scratch = Scratch::with(&[("a.sh", SAFE), ("b.sh", SAFE)]);
    let input = ["-", "--stdin-filename", "a.sh"];
    assert_eq!(scratch.pipe(&args(&[WRITE, &input]), SAFE).code, 0);
    assert_eq!(scratch.pipe(&args(&[KNOWN, &input]), SAFE).code, 0);
    assert_eq!(scratch.run(&args(&[KNOWN, &["a.sh"]])).code, 0);
    assert_eq!(scratch.run(&args(&[KNOWN, &["b.sh"]])).code, 1);
    let ran = scratch.pipe(&args(&[KNOWN, &["--fix"], &input]), SAFE);
    assert_eq!((ran.code, ran.text()), (0, SAFE));
}

#[test]
fn the_file_itself_is_not_linted_and_holds_no_token() {
    let token = "made-up-registration-token";
    let named = format!("env:\n  - name: REGISTRATION_TOKEN\n    value: {token}\n");
    let script = format!("gitlab-runner register --registration-token {token} --tag-list a\n");
    let texts = [
        ("a.sh", script.clone()),
        ("b.yaml", format!("- name: {token}\n  script:\n    - {script}")),
        ("c.yaml", format!("GR1348941made-up-token-00001:\n  script:\n    - {script}")),
        ("values.yaml", format!("gitlabUrl: x\nrunnerRegistrationToken: {token}\nrunners: {{tags: a}}\n")),
        ("pod.yaml", format!("image: gitlab/gitlab-runner\n{named}")),
    ];
    let scratch = Scratch::with(&texts);
    scratch.run(&["--baseline", "known.json", "--write-baseline"]);
    let text = scratch.read("known.json");
    assert!(text.contains("values.yaml") && text.contains("c.yaml"), "{text}");
    assert!(!text.contains("made-up"), "{text}");
    assert_eq!(scratch.run(KNOWN).code, 0);
    let ran = scratch.run(&["known.json", "-f", "json"]);
    assert_eq!(ran.json()["summary"]["findings"], 0, "{}", ran.text());
}
