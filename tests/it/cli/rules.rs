//! Rules of a user's own: how they are loaded, what is said of them when they are wrong, how they are tested.

use crate::support::{Ran, Scratch};
use std::fmt::Write as _;

/// A rule that holds, to be broken and used.
pub(crate) const RULE: &str = r#"id: team-old-host
title: host that moved
summary: "`{value}` moved"
help: use the new one
match:
  - entry: "**.host"
    when: {is: old.example.com}
severity:
  - {is: warning, label: moved}
do:
  - {message: use the new host, set: new.example.com}
safety:
  - {is: safe}
why: It moved.
examples:
  - name: a host
    language: yaml
    bad: |
      db: {host: old.example.com}
    at: [host]
    good: |
      db: {host: new.example.com}
  - name: another host
    language: yaml
    ok: |
      db: {host: other.example.com}
"#;

fn run(files: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let folder = Scratch::new();
    for (path, text) in files {
        folder.write(path, text);
    }
    folder.run(arguments)
}

/// A rule with one thing changed.
fn broken(from: &str, to: &str) -> String {
    assert!(RULE.contains(from), "{from}");
    RULE.replacen(from, to, 1)
}

#[test]
fn a_folder_of_rules_is_linted_by_and_not_linted() {
    let files = [("lint/team-old-host.yaml", RULE), ("app.yaml", "db:\n  host: old.example.com\n")];
    let ran = run(&files, &["--rules", "lint", "-f", "concise", "-q"]);
    assert_eq!(ran.text(), "app.yaml:2:3: warning: `old.example.com` moved (moved) [team-old-host]\n");
    assert_eq!(ran.code, 1);
    let ran = run(&files, &["--rules", "lint", "--diff", "-q"]);
    assert!(ran.text().contains("+  host: new.example.com"), "{ran:?}");
    assert_eq!(run(&files, &["--rules", "lint", "--select", "team", "-q"]).code, 1);
    assert_eq!(run(&files, &["--rules", "lint", "--ignore", "team-old-host", "-q"]).code, 0);
    assert_eq!(run(&files, &["--select", "team", "-q"]).code, 2, "without the folder nobody knows the rule");
}

#[test]
fn templates_of_charts_are_looked_into() {
    let files = [
        ("lint/team-old-host.yaml", RULE),
        ("web/Chart.yaml", "name: web\nversion: 1.0.0\n"),
        (
            "web/templates/a.yaml",
            "kind: A\nname: {{ .Values.name }}\n{{- if .Values.db }}\nhost: old.example.com\n{{- end }}\n",
        ),
    ];
    let ran = run(&files, &["--rules", "lint", "-f", "concise", "-q"]);
    assert_eq!(
        ran.text(),
        "web/templates/a.yaml:4:1: warning: `old.example.com` moved (moved) [team-old-host]\n"
    );
    // In a branch of a template a fix is never safe.
    let ran = run(&files, &["--rules", "lint", "--diff", "-q"]);
    assert_eq!(ran.text(), "");
    let ran = run(&files, &["--rules", "lint", "--diff", "--unsafe-fixes", "-q"]);
    assert!(ran.text().contains("+host: new.example.com"), "{ran:?}");
}

#[test]
fn what_is_wrong_in_rules_is_told_with_its_place() {
    let wrong: &[(&str, &str, &str)] = &[
        ("unknown key", "severity:", "severities:"),
        ("unknown key of a row", "label: moved", "lable: moved"),
        ("unknown condition", "when: {is:", "when: {iss:"),
        ("a key that is missing", "title: host that moved\n", ""),
        ("a key twice", "help: use the new one\n", "help: use the new one\nhelp: again\n"),
        ("a list in the place of a word", "title: host that moved", "title: [a, b]"),
        ("unknown word", "{is: warning, label: moved}", "{is: warnin}"),
        ("no YAML", "severity:\n", "severity: [\n"),
        ("several documents", "why: It moved.", "why: It moved.\n---\nid: x-y"),
        ("the id of another file", "id: team-old-host", "id: team-new-host"),
        ("no id", "id: team-old-host", "id: Team_host"),
        ("no regular expression", "{is: old.example.com}", "{like: 'a('}"),
        ("no pattern of a path", "\"**.host\"", "\"a..b\""),
        ("a path without quotes", "\"**.host\"", "**.host"),
        ("a path that is too open", "\"**.host\"", "\"**.a.**.b.**.c.**.d\""),
        ("a key with nothing like it", "why:", "because:"),
        ("a list in the place of a mapping", "when: {is: old.example.com}", "when: [is]"),
        ("no glob", "{is: old.example.com}", "{is: old.example.com, file: '{a'}"),
        ("no version", "title:", "since: new\ntitle:"),
        ("two things in one match", "  - entry: \"**.host\"", "  - entry: \"**.host\"\n    variable: HOST"),
        ("nothing in a match", "  - entry: \"**.host\"\n    when:", "  - when:"),
        ("unknown program", "  - entry: \"**.host\"", "  - command: {program: gitlab-runer, option: --x}"),
        (
            "unknown subcommand",
            "  - entry: \"**.host\"",
            "  - command: {program: gitlab-runner, subcommand: registr, option: --x}",
        ),
        ("unknown chart", "  - entry: \"**.host\"", "  - chart: {name: gitlab-runners, value: a}"),
        ("unknown site", "  - entry: \"**.host\"", "  - named: gitlab-runner-resourse"),
        ("unknown language", "  - entry: \"**.host\"", "  - text: {pattern: old, in: [shel]}"),
        ("unknown unit", "title:", "unit: registratoin\ntitle:"),
        ("unknown setting", "  - entry: \"**.host\"", "  - setting: taglist"),
        ("a condition on a unit", "{is: old.example.com}", "{is: old.example.com, new: filled}"),
        (
            "a row that is never reached",
            "  - {is: warning, label: moved}",
            "  - {is: error}\n  - {is: warning}",
        ),
        ("nothing is reported", "{is: warning, label: moved}", "{is: nothing}"),
        ("a fix of another kind", "set: new.example.com", "replace: new.example.com"),
        ("a fix that does nothing", "set: new.example.com", "plan: host"),
        ("a fix that contradicts itself", "set: new.example.com", "set: a, remove: self"),
        ("a fix of a slot", "set: new.example.com", "remove: old"),
        ("a fix that is never allowed", "- {is: safe}", "- {is: none, because: no}"),
        ("a fix where every match has none", "    when: {is: old", "    manual: by hand\n    when: {is: old"),
        ("a group that is not there", "set: new.example.com", "set: \"{1}.example.com\""),
        (
            "no word to look for",
            "  - entry: \"**.host\"\n    when: {is: old.example.com}",
            "  - entry: \"**.*\"\n    when: {like: 'old.*'}",
        ),
        (
            "no example of what is fine",
            "    ok: |\n      db: {host: other.example.com}\n",
            "    bad: |\n      host: old.example.com\n    at: [host]\n",
        ),
        ("an example that does not say what is found", "    at: [host]\n", ""),
    ];
    let mut told = String::new();
    for (name, from, to) in wrong {
        let ran = run(&[("lint/team-old-host.yaml", &broken(from, to))], &["--rules", "lint"]);
        assert_eq!((ran.code, ran.text()), (2, ""), "{name}: {ran:?}");
        let _ = writeln!(told, "## {name}\n\n{}\n", ran.err.trim_end());
    }
    let several: &[(&str, &[(&str, &str)])] = &[
        ("a rule twice", &[("lint/a/team-old-host.yaml", RULE), ("lint/b/team-old-host.yaml", RULE)]),
        ("a program twice", &[("lint/programs.yaml", "programs:\n  - {name: gitlab-runner, files: [x]}\n")]),
        ("a program with an unknown key", &[("lint/programs.yaml", "programs:\n  - {name: x, file: [x]}\n")]),
        (
            "a site without its name",
            &[("lint/sites/x.yaml", "host: x\nsites:\n  - {at: a.b, holds: named}\n")],
        ),
        (
            "a site that holds nothing known",
            &[("lint/sites/x.yaml", "host: x\nsites:\n  - {at: a.b, holds: shel}\n")],
        ),
        ("a unit twice", &[("lint/units/registration.yaml", "unit: registration\n")]),
        ("an empty file", &[("lint/x-y.yaml", "# nothing\n")]),
    ];
    for (name, files) in several {
        let ran = run(files, &["--rules", "lint"]);
        assert_eq!((ran.code, ran.text()), (2, ""), "{name}: {ran:?}");
        let _ = writeln!(told, "## {name}\n\n{}\n", ran.err.trim_end());
    }
    insta::assert_snapshot!("wrong_rules", told);
}

#[test]
fn examples_that_fail_are_told_with_a_diff() {
    let wrong: &[(&str, &str, &str)] = &[
        ("what is found", "at: [host]", "at: [db, host]"),
        (
            "what the fix gives",
            "good: |\n      db: {host: new.example.com}",
            "good: |\n      db: {host: newer.example.com}",
        ),
        ("a fix without `good`", "    good: |\n      db: {host: new.example.com}\n", ""),
        ("found where nothing is wrong", "{host: other.example.com}", "{host: old.example.com}"),
        ("a fix that goes on and on", "set: new.example.com", "set: '{value}.old.example.com'"),
    ];
    let mut told = String::new();
    for (name, from, to) in wrong {
        let mut text = broken(from, to);
        if name.starts_with("a fix that goes") {
            text = text
                .replace("{is: old.example.com}", "{like: '.*old.example.com', mentions: old.example.com}");
        }
        let ran = run(&[("lint/team-old-host.yaml", &text)], &["test", "lint"]);
        assert_eq!(ran.code, 1, "{name}: {ran:?}");
        let _ = writeln!(told, "## {name}\n\n{}{}\n", ran.text(), ran.err.trim_end());
    }
    insta::assert_snapshot!("failing_examples", told);
}

#[test]
fn a_new_rule_passes_its_test() {
    let folder = Scratch::new();
    let ran = folder.run(&["rules", "--new", "team-old-env", "--rules", "lint/rules"]);
    assert_eq!((ran.code, ran.text()), (0, ""), "{ran:?}");
    let ran = folder.run(&["test", "lint/rules"]);
    assert_eq!((ran.code, ran.summary()), (0, "1 rule, 2 examples: all pass"), "{ran:?}");
    let again = folder.run(&["rules", "--new", "team-old-env", "--rules", "lint/rules"]);
    assert_eq!(again.code, 2, "nothing is written over: {again:?}");
    for id in ["old", "Team-x", "../a-b", "a-", "a-b/c"] {
        assert_eq!(folder.run(&["rules", "--new", id]).code, 2, "{id}");
    }
    let shown = folder.run(&["rules", "team-old-env", "--rules", "lint/rules"]);
    assert!(shown.text().starts_with("# team-old-env\n"), "{shown:?}");
}

#[test]
fn the_built_in_rules_pass_the_same_test() {
    let ran = run(&[], &["test"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.summary().ends_with("all pass"), "{ran:?}");
}

#[test]
fn a_folder_that_cannot_be_read_is_an_error() {
    let ran = run(&[("a.yaml", "")], &["--rules", "missing"]);
    assert_eq!(ran.err.trim_end(), "error: cannot read `rules` from missing: no such file or directory");
    let ran = run(&[("a.yaml", "")], &["--rules", "a.yaml"]);
    assert_eq!(
        (ran.code, ran.err.trim_end()),
        (2, "error: cannot read `rules` from a.yaml: not a directory")
    );
}

#[test]
fn versions_of_other_products_are_judged_by() {
    let rule = broken("title:", "product: mail\nreplacement-since: 2.1\ndisabled: 2.10\ntitle:")
        .replace("{is: warning, label: moved}", "{is: error}");
    let files = [("lint/team-old-host.yaml", rule.as_str()), ("a.yaml", "host: old.example.com\n")];
    let severity = |version: &str| {
        let target = format!("mail={version}");
        let ran = run(&files, &["--rules", "lint", "--target", &target, "-f", "json", "--fail-on", "never"]);
        ran.json()["findings"].get(0).map(|finding| finding["severity"].to_string())
    };
    assert_eq!(severity("2.0"), None);
    assert_eq!(severity("2.9").as_deref(), Some("\"warning\""));
    assert_eq!(severity("2.10").as_deref(), Some("\"error\""));
    assert_eq!(run(&files, &["--rules", "lint", "--target", "mail"]).code, 2);
}
