//! Rules of a user's own beside all else that says what is reported: configuration, comments, baseline, plan.

use super::rules::RULE;
use crate::support::{Ran, Scratch, WARNING};

/// A folder with the rule and a file that it finds something in; `config` is the configuration behind the folder of the rule.
fn with(config: &str, file: (&str, &str)) -> Scratch {
    let config = format!("rules = [\"lint\"]\n{config}");
    Scratch::with(&[("lint/team-old-host.yaml", RULE), ("runnerlint.toml", &config), file])
}

const FOUND: &str = "db:\n  host: old.example.com\n";

/// Rule, severity and line of each finding.
fn found(ran: &Ran) -> Vec<String> {
    let findings = ran.json()["findings"].as_array().cloned().unwrap_or_default();
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    findings
        .iter()
        .map(|it| format!("{} {} {}", word(&it["rule"]), word(&it["severity"]), it["start"]["line"]))
        .collect()
}

#[test]
fn the_configuration_names_their_folder_and_speaks_of_them() {
    let run = |config: &str, args: &[&str]| with(config, ("app.yaml", FOUND)).run(args);
    let json = |config: &str| found(&run(config, &["-f", "json"]));
    assert_eq!(json(""), ["team-old-host warning 2"]);
    assert_eq!(json("select = [\"team\"]"), ["team-old-host warning 2"]);
    assert_eq!(json("select = [\"helm\"]"), [""; 0]);
    assert_eq!(json("ignore = [\"team-old-host\"]"), [""; 0]);
    assert_eq!(json("severity.team = \"error\""), ["team-old-host error 2"]);
    assert_eq!(json("[severity]\nteam-old-host = \"off\""), [""; 0]);
    assert_eq!(
        json("[[overrides]]\npaths = [\"app.*\"]\nseverity.team-old-host = \"info\""),
        ["team-old-host info 2"]
    );
    let wrong = run("ignore = [\"team-old-hots\"]", &[]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("did you mean `team-old-host`?"), "{wrong:?}");
    let wrong = run("", &["--select", "team-old-hots"]);
    assert!(wrong.err.contains("did you mean `team-old-host`?"), "{wrong:?}");
    // The same folder named twice is one.
    assert_eq!(found(&run("", &["-f", "json", "--rules", "lint"])).len(), 1);
    assert_eq!(run("", &["--isolated", "-q"]).code, 0);
}

/// A rule without fix, help and reason.
const BARE: &str = r#"id: team-old-host
title: host that moved
summary: "`{value}` moved"
help: ''
match:
  - entry: "**.host"
    when: {is: old.example.com}
severity:
  - {is: warning}
why: It moved.
examples:
  - name: a host
    language: yaml
    bad: |
      db: {host: old.example.com}
    at: [host]
  - name: another host
    language: yaml
    ok: |
      db: {host: other.example.com}
"#;

/// No output has a `word:` without text.
#[test]
fn a_rule_without_fix_help_and_reason_leaves_no_empty_text() {
    let scratch = with("", ("app.yaml", FOUND));
    scratch.write("lint/team-old-host.yaml", BARE);
    let json = scratch.run(&["-f", "json"]).json();
    let finding = &json["findings"][0];
    assert_eq!(finding["manual"], "the rule has no fix", "{json}");
    assert!(finding.get("reason").is_none() && finding.get("fix").is_none(), "{finding}");
    for format in runnerlint::report::FORMATS {
        let ran = scratch.run(&["-f", format.name]);
        assert_eq!(ran.code, 1, "{ran:?}");
        let is_empty = |line: &&str| {
            line.trim_start().split_once(':').is_some_and(|(word, rest)| {
                let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == ' ');
                is_word && rest.trim().is_empty()
            })
        };
        let text = ran.text().to_owned();
        let empty: Vec<&str> = text.lines().filter(is_empty).collect();
        assert!(empty.is_empty(), "{}: {empty:?}\n{text}", format.name);
        let has_empty = ["()", "%0A%0A", ". ."].iter().any(|it| text.contains(it));
        assert!(format.name == "html" || !has_empty, "{}: {text}", format.name);
    }
}

#[test]
fn folders_of_the_command_line_are_added() {
    let scratch = with("", ("app.yaml", FOUND));
    let second = RULE.replace("team-old-host", "team-other").replace("old.example.com", "older.example.com");
    scratch.write("more/team-other.yaml", second.replace("other.example.com", "any.example.com"));
    scratch.write("b.yaml", "host: older.example.com\n");
    let ran = scratch.run(&["-f", "concise", "-q", "--rules", "more"]);
    assert_eq!(ran.lines().len(), 2, "{ran:?}");
    let shown = scratch.run(&["--show-settings", "--rules", "more"]);
    assert!(shown.text().contains("more\"]  # runnerlint.toml:1, --rules"), "{shown:?}");
    let listed = scratch.run(&["rules"]);
    assert!(listed.text().contains("team-old-host  "), "{listed:?}");
    assert_eq!(scratch.run(&["test"]).summary(), "1 rule, 2 examples: all hold");
    assert!(scratch.run(&["--show-files"]).text().lines().all(|line| !line.starts_with("lint/")));
}

#[test]
fn versions_stand_in_the_configuration_too() {
    let rule = RULE.replace("title:", "product: mail\nreplacement-since: 2.1\ntitle:");
    let run = |config: &str, args: &[&str]| {
        let scratch = with(config, ("app.yaml", FOUND));
        scratch.write("lint/team-old-host.yaml", &rule);
        scratch.run(args)
    };
    let old = "[targets]\nmail = \"2.0\"\n";
    assert_eq!(run("", &["-q"]).code, 1);
    assert_eq!(run(old, &["-q"]).code, 0);
    assert_eq!(run(old, &["-q", "--target", "mail=2.1"]).code, 1);
    assert_eq!(
        run(&format!("{old}[[overrides]]\npaths = [\"app.yaml\"]\ntargets.mail = 3\n"), &["-q"]).code,
        1
    );
    let wrong = run("[targets]\ngitlab = \"16.0\"\n", &[]);
    assert!(wrong.err.contains("GitLab's version is the key `target-gitlab`"), "{wrong:?}");
    let wrong = run("targets.mail = 2.1\n", &[]);
    assert!(wrong.err.contains("put it in quotes"), "{wrong:?}");
}

#[test]
fn comments_accept_what_they_find() {
    let text = "a:\n  host: old.example.com # runnerlint: ignore[team-old-host] until May\nb:\n  host: old.example.com\n";
    let scratch = with("", ("app.yaml", text));
    let ran = scratch.run(&["--fix"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(scratch.read("app.yaml"), text.replacen("b:\n  host: old", "b:\n  host: new", 1));
    // One that is needed no more is told, and goes.
    scratch.write("app.yaml", text.replace("old.", "some."));
    let ran = scratch.run(&["-f", "json"]);
    assert_eq!(found(&ran), ["unused-suppression warning 2"]);
    assert_eq!(scratch.run(&["--fix"]).code, 0);
    assert_eq!(scratch.read("app.yaml"), "a:\n  host: some.example.com\nb:\n  host: some.example.com\n");
    scratch.write("app.yaml", text.replace("ignore[team-old-host]", "ignore[team-old-hots]"));
    let told = scratch.run(&["-f", "concise", "-q"]);
    assert!(told.text().contains("did you mean `team-old-host`?"), "{told:?}");
    scratch.write("app.yaml", text.replace("ignore[team-old-host]", "ignore[team]"));
    let told = scratch.run(&["-f", "concise", "-q"]);
    assert!(told.text().contains("`team` is a family"), "{told:?}");
}

#[test]
fn a_suppression_counts_whatever_version_is_judged_by() {
    let rule = RULE.replace("title:", "product: mail\nreplacement-since: 2.1\ntitle:");
    let text = "host: old.example.com # runnerlint: ignore[team-old-host] why\n";
    let scratch = with("[targets]\nmail = \"1.0\"\n", ("app.yaml", text));
    scratch.write("lint/team-old-host.yaml", rule);
    assert_eq!(found(&scratch.run(&["-f", "json"])), [""; 0]);
}

#[test]
fn comments_are_written_for_what_they_find() {
    let scratch = with("", ("app.yaml", FOUND));
    let ran = scratch.run(&["--add-ignore=known"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        scratch.read("app.yaml").contains("# runnerlint: ignore[team-old-host] known"),
        "{}",
        scratch.read("app.yaml")
    );
    assert_eq!(scratch.run(&["-q"]).code, 0);
}

#[test]
fn a_baseline_knows_what_they_find() {
    let scratch = with("baseline = \"known.json\"\n", ("app.yaml", FOUND));
    assert_eq!(scratch.run(&["--write-baseline", "-q"]).code, 0);
    assert_eq!(scratch.run(&["-q"]).code, 0);
    assert_eq!(scratch.run(&["--fix", "-q"]).code, 0);
    assert_eq!(scratch.read("app.yaml"), FOUND, "what is known is not fixed");
    scratch.write("app.yaml", format!("{FOUND}old:\n  host: old.example.com\n"));
    let open = scratch.run(&["-f", "concise", "-q"]);
    assert_eq!(open.lines(), ["app.yaml:4:3: warning: `old.example.com` moved (moved) [team-old-host]"]);
    // A run that does not ask for the rule says nothing of it.
    scratch.write("app.yaml", "a: b\n");
    let ran = scratch.run(&["--ignore", "team"]);
    assert!(!ran.err.contains("are gone"), "{ran:?}");
    let ran = scratch.run(&[]);
    assert!(ran.err.contains("1 of 1 known findings are gone"), "{ran:?}");
}

#[test]
fn in_markdown_it_is_information() {
    let text = "```yaml\nhost: old.example.com\n```\n";
    let json = |config: &str| found(&with(config, ("a.md", text)).run(&["-f", "json"]));
    assert_eq!(json(""), ["team-old-host info 2"]);
    assert_eq!(json("severity.team = \"error\""), ["team-old-host error 2"]);
}

#[test]
fn a_plan_is_about_registrations_and_reads_them_all_the_same() {
    let scratch = with("", ("a.sh", WARNING));
    scratch.write("app.yaml", FOUND);
    let ran = scratch.run(&["plan", "-f", "json"]);
    let plan = ran.json();
    let count = |key: &str| plan[key].as_array().map(Vec::len);
    assert_eq!((ran.code, count("groups"), count("by_hand")), (0, Some(1), Some(0)));
    scratch.write("lint/team-old-host.yaml", RULE.replace("severity:", "severities:"));
    let ran = scratch.run(&["plan"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("[lint/team-old-host.yaml:8:1]"), "{ran:?}");
}
