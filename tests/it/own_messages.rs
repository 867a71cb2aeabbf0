//! What is said of custom rules: when they are loaded, tested and run.

use crate::support::{Ran, Scratch};

/// A rule with these keys; those that it does not have are filled in.
fn rule(keys: &str) -> String {
    let mut out = String::new();
    for (key, value) in [
        ("id", "team-x"),
        ("title", "t"),
        ("summary", "s"),
        ("help", "h"),
        ("severity", "[{is: error}]"),
        ("why", "w"),
        ("match", "[{entry: alpha}]"),
        (
            "examples",
            "[{language: yaml, bad: \"alpha: 1\\n\", at: [alpha]}, {language: yaml, ok: \"zzz: [b]\\n\"}]",
        ),
    ] {
        if !keys.lines().any(|line| line.starts_with(&format!("{key}:"))) {
            out.push_str(&format!("{key}: {value}\n"));
        }
    }
    out + keys + "\n"
}

fn test(keys: &str, args: &[&str]) -> Ran {
    let folder = Scratch::new();
    folder.write("lint/team-x.yaml", rule(keys));
    folder.run(&[&["test", "lint"], args].concat())
}

#[test]
fn mistakes_of_a_rule_are_named_when_it_is_loaded() {
    for (keys, message) in [
        ("summary: '`{nam}` is old'", "unknown name `{nam}`"),
        ("match: [{entry: 'abc/def'}]", "`abc/def` contains `/`: paths are `a.b`, `a[*].b`, `**.b`"),
        ("match: [{entry: '$.abc.def'}]", "`$.abc.def` begins with `$`: paths are"),
        ("match: [{entry: 'abc[0].d'}]", "an index is not supported in `abc[0].d`: use `[*]`"),
        ("match: [{entry: 'abc[?(@.x)]'}]", "an index is not supported in `abc[?(@.x)]`: use `[*]`"),
        ("match: [{entry: alpha, when: {read-by-name: true}}]", "`read-by-name` needs a match with `slot`"),
        (
            "match: [{entry: alpha, when: {in-view: true}}]",
            "`in-view` needs a match with `slot` or `setting`",
        ),
        ("safety: [{is: safe}]", "`safety` needs `do`: the rule has no fix"),
        ("do: [{message: m, move: 'b[*].c'}]", "`b[*].c` is not the path of one entry"),
        ("match: [{command: {program: nope}}]", "define it in `programs.yaml`:"),
        ("match: [{chart: {name: nope, value: a}}]", "- chart: nope"),
        ("match: [{text: {pattern: '.*', in: [shell]}}]", "add `needs: [[alpha]]`"),
    ] {
        let ran = test(keys, &[]);
        assert_eq!(ran.code, 2, "{keys}: {ran:?}");
        assert!(ran.err.replace("\n  │ ", " ").contains(message), "{keys}: {ran:?}");
    }
}

#[test]
fn all_problems_of_a_file_are_reported_at_once() {
    let ran = test(
        "since: abc\nsevrity: [{is: x}]\ndo: [{message: m, remov: self}, {mesage: m, remove: self}]",
        &[],
    );
    for message in
        ["invalid version `abc`", "unknown key `sevrity`", "unknown key `remov`", "unknown key `mesage`"]
    {
        assert!(ran.err.contains(message), "{message}: {ran:?}");
    }
    assert!(ran.err.contains("4 problems in the rules"), "{ran:?}");
}

#[test]
fn a_site_has_the_keys_of_its_kind_and_a_label() {
    let folder = Scratch::new();
    folder.write("lint/team-x.yaml", rule(""));
    folder.write(
        "lint/sites/x.yaml",
        "host: x\nsites:\n  - {at: a.sh, holds: shell, base64: true, image: x}\n",
    );
    let ran = folder.run(&["test", "lint"]);
    assert!(ran.err.contains("`base64` does not belong to `holds: shell`"), "{ran:?}");
    assert!(ran.err.contains("`image` does not belong to `holds: shell`"), "{ran:?}");
    folder.write("lint/sites/x.yaml", "host: x\nlanguage: json\nsites:\n  - {at: a.sh, holds: shell}\n");
    folder.write(
        "lint/team-x.yaml",
        rule("match: [{text: {pattern: alpha, in: [sh]}}]")
            .replace("yaml, bad: \"alpha: 1\\n\"", "shell, bad: \"alpha\\n\""),
    );
    folder.write("a.json", "{\"a\": {\"sh\": \"run alpha\"}}\n");
    let ran = folder.run(&["--rules", "lint", "a.json"]);
    assert!(ran.text().contains("in this `sh:`"), "{ran:?}");
}

#[test]
fn an_example_is_checked_in_its_own_language_and_says_one_thing() {
    let examples = |language: &str, text: &str| {
        format!(
            "examples: [{{language: yaml, bad: \"alpha: 1\\n\", at: [alpha]}}, {{language: {language}, ok: \"{text}\"}}]"
        )
    };
    for (language, text) in
        [("json", "{\\\"alpha\\\": 1}\\n"), ("terraform", "alpha = 1\\n"), ("yml", "alpha: 1\\n")]
    {
        let ran = test(&examples(language, text), &[]);
        assert!(ran.text().contains("`alpha` is reported, but the example is `ok`"), "{language}: {ran:?}");
    }
    let ran = test(&examples("json, file: a.sh", "alpha\\n"), &[]);
    assert!(ran.text().contains("`a.sh` is read as `shell`, not as `yaml`"), "{ran:?}");
    // A dropped fix is one failure, with what it would have written.
    let dropped = "do: [{message: m, set: other}]\nsafety: [{is: safe}]\nexamples: [{language: yaml, bad: \"alpha: 1\\n\", at: \
                   [alpha], good: \"alpha: other\\n\"}, {language: yaml, ok: \"zzz: [b]\\n\"}]";
    let ran = test(dropped, &["--explain"]);
    assert!(ran.err.contains("1 failure") || ran.text().matches("an example of").count() == 1, "{ran:?}");
    assert!(ran.text().contains("+++ the dropped fix") && ran.text().contains("+alpha: other"), "{ran:?}");
}

#[test]
fn a_short_key_is_enough_but_slow() {
    let ran = test(
        "match: [{entry: a}]\nexamples: [{language: yaml, bad: \"a: 1\\n\", at: [a]}, {language: yaml, ok: \"b: 1\\n\"}]",
        &[],
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("`a` is in almost every file"), "{ran:?}");
}

#[test]
fn a_run_may_use_custom_rules_alone() {
    let folder = Scratch::new();
    folder.write("lint/team-x.yaml", rule("product: thing"));
    folder.write("a.yaml", "beta: 1\n");
    let ran = folder.run(&["--rules", "lint", "--no-built-in"]);
    assert_eq!(ran.summary(), "No findings from 1 rule in `lint`. Checked 1 file.");
    folder.write("a.yaml", "alpha: 1\n");
    folder.write("b.sh", "gitlab-runner register --token glrt-EXAMPLE00000000000 --locked\n");
    for args in [&["--no-built-in"][..], &["--select", "thing"]] {
        let ran = folder.run(&[&["--rules", "lint", "-f", "concise"], args].concat());
        assert_eq!(ran.text(), "a.yaml:1:1: error: s [team-x]\n", "{ran:?}");
    }
    assert_eq!(folder.run(&["--no-built-in"]).code, 2);
    folder.write("runnerlint.toml", "rules = [\"lint\"]\nbuilt-in = false\n");
    assert_eq!(folder.run(&["-f", "concise"]).text(), "a.yaml:1:1: error: s [team-x]\n");
    let wrong = folder.run(&["--select", "thin"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
}

#[test]
fn paths_are_printed_as_rules_write_them() {
    let folder = Scratch::new();
    folder.write("a.tf", "resource \"x\" \"a\" {\n  enable = true\n}\n");
    assert!(folder.run(&["paths", "a.tf"]).text().contains("     2  resource.x.a.enable = true\n"));
    folder.write(
        "a.yml",
        "jobs:\n  a:\n    steps:\n      - run: |\n          kubectl apply -f - <<X\n          kind: A\n          token: glrt-EXAMPLE00000000000\n          X\n",
    );
    let ran = folder.run(&["paths", "a.yml"]);
    for line in [
        "     4  jobs.a.steps[*].run = | …  (jobs.a.steps[0].run)\n",
        "a.yml:6: yaml in this here-document\n",
        "     6  kind = A\n",
    ] {
        assert!(ran.text().contains(line), "{line}: {ran:?}");
    }
    assert!(!ran.text().contains("glrt-EXAMPLE"), "{ran:?}");
    assert_eq!(folder.run(&["paths", "a.yml:6"]).text().lines().count(), 4);
    assert_eq!(folder.run(&["paths", "none.yml"]).code, 2);
}

#[test]
fn prose_in_a_program_is_not_a_broken_command() {
    let folder = Scratch::new();
    folder.write("lint/team-x.yaml", rule("match: [{command: {program: alphactl}}]"));
    folder.write("lint/programs.yaml", "programs: [{name: alphactl, files: [alphactl]}]\n");
    folder.write("a.go", "package a\n\nvar s = \"don't use alphactl here\"\n");
    let ran = folder.run(&["--rules", "lint"]);
    assert!(!ran.err.contains("in part") && !ran.err.contains("unclosed"), "{ran:?}");
}

#[test]
fn a_fix_shows_all_that_it_changes_and_the_comment_that_it_removes() {
    let folder = Scratch::new();
    folder.write("lint/team-x.yaml", rule("do: [{message: m, move: beta.gamma}]\nsafety: [{is: safe}]\nexamples: [{language: yaml, bad: \"alpha: 1\\n\", at: [alpha], good: \"beta:\\n  gamma: 1\\n\"}, {language: yaml, ok: \"b: 1\\n\"}]"));
    folder.write("a.yaml", "alpha: 1\na: 1\nb: 1\nc: 1\nd: 1\ne: 1\nbeta:\n  x: 1\n");
    let ran = folder.run(&["--rules", "lint", "a.yaml"]);
    assert!(ran.text().contains("- alpha: 1") && ran.text().contains("+   gamma: 1"), "{ran:?}");
    assert!(!ran.text().contains("more change"), "{ran:?}");
    folder.write("lint/team-x.yaml", rule("do: [{message: m, remove: self}]\nsafety: [{is: safe}]\nexamples: [{language: yaml, bad: \"alpha: 1\\nb: 1\\n\", at: [alpha], good: \"b: 1\\n\"}, {language: yaml, ok: \"b: 1\\n\"}]"));
    folder.write("a.yaml", "b: 1\nalpha: 1 # keep this\n");
    let ran = folder.run(&["--rules", "lint", "a.yaml"]);
    assert!(ran.text().contains("it removes the comment `# keep this`"), "{ran:?}");
}
