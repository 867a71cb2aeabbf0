//! `runnerlint plan`, and `check --fix --plan FILE`.

use crate::support::{SAFE, SAFE_FIXED, Scratch, WARNING, program, ran};
use std::fs;

const OLD: &str =
    "gitlab-runner register --registration-token \"$OLD\" --tag-list docker,linux --executor shell\n";

#[test]
fn a_plan_is_0_whatever_it_says() {
    let scratch = Scratch::with(&[("a.sh", OLD), ("b.sh", SAFE)]);
    let plan = scratch.run(&["plan"]);
    assert_eq!((plan.code, plan.err.as_str()), (0, ""));
    assert!(plan.text().contains("\n## 1. Create a runner: `a.sh:1`\n"), "{}", plan.text());
    assert!(plan.text().contains(
        "\n- [ ] Create: `tag_list`: `docker`, `linux`; `run_untagged`: `false` (default of `register`)"
    ));
    assert_eq!(plan, scratch.run(&["plan", ".", "--format", "markdown", "-j1"]));
    let empty = scratch.run(&["plan", "--exclude", "*.sh"]);
    assert_eq!(empty.code, 0);
    assert!(empty.text().ends_with("No registration was found.\n"));
    assert_eq!(scratch.run(&["plan", "nowhere"]).code, 2);
    assert_eq!(scratch.run(&["plan", "--format", "xml"]).code, 2);
    // Before there was a replacement there is nothing to plan.
    let early = scratch.run(&["plan", "--target-gitlab", "15.9"]);
    assert!(early.text().ends_with("No registration was found.\n"), "{}", early.text());
}

#[test]
fn the_name_of_the_file_says_the_format() {
    let scratch = Scratch::with(&[("a.sh", OLD)]);
    for (name, start) in [
        ("p.md", "# Migration"),
        ("p.json", "{\n"),
        ("p.sh", "#!/bin/sh\n"),
        ("p.tf", "# Runners for GitLab"),
    ] {
        let ran = scratch.run(&["plan", "a.sh", "-o", name]);
        assert_eq!(
            (ran.code, ran.text(), ran.err.as_str()),
            (0, "", "1 registration: 1 runner to create.\n")
        );
        assert!(scratch.read(name).starts_with(start), "{name}");
        fs::remove_file(scratch.path(name)).unwrap();
    }
    let json = scratch.run(&["plan", "-f", "json"]).json();
    assert_eq!(json["groups"][0]["create"]["tag_list"], serde_json::json!(["docker", "linux"]));
    assert_eq!(json["groups"][0]["create"]["run_untagged"], false);
    assert_eq!(json["groups"][0]["registrations"][0]["fix"], "unsafe");
}

/// Nine registrations by nine ways, one of them with a sample and another place next to it.
const NINE: &[(&str, &str)] = &[
    (
        "a.sh",
        "gitlab-runner register -n --url https://gitlab.example.com -r \"$A\" --name a --tag-list a,b --locked=false \\\n  \
         --run-untagged --maximum-timeout 3600 --access-level ref_protected --paused --executor shell \"$@\"\n",
    ),
    (
        "b.sh",
        "gitlab-runner register -n -r EXAMPLEoldtoken00000 --tag-list a --locked --paused --executor shell\n",
    ),
    (
        ".gitlab-ci.yml",
        "run:\n  script:\n    - gitlab-runner register --token glrt-EXAMPLE0123456789ab --paused\n",
    ),
    (
        "values.yaml",
        "gitlabUrl: https://gitlab.example.com\nrunnerRegistrationToken: abcdefghij0123456789\nrunners:\n  tags: k8s\n  \
         locked: false\n  config: |\n    [[runners]]\n      tag_list = [\"x\"]\n",
    ),
    (
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: box}\nstringData: {runner-registration-token: EXAMPLEoldtoken00000}\n",
    ),
    (
        "compose.yml",
        "services:\n  r:\n    image: gitlab/gitlab-runner\n    environment:\n      REGISTRATION_TOKEN: ${T}\n      \
         RUNNER_TAG_LIST: x\n",
    ),
    (
        "operator.yaml",
        "apiVersion: apps.gitlab.com/v1beta2\nkind: Runner\nmetadata: {name: op}\nspec: {token: other, tags: x}\n",
    ),
    ("config.toml", "[[runners]]\n  executor = \"shell\"\n  tag_list = [\"a\"]\n"),
    ("other.yaml", "gitlabUrl: https://gitlab.example.com\nrunnerRegistrationToken: ''\n"),
    ("docs/install.md", "```sh\ngitlab-runner register --registration-token TOKEN --locked\n```\n"),
    ("reset.sh", "curl -X POST https://gitlab.example.com/api/v4/runners/reset_registration_token\n"),
];

#[test]
fn nine_registrations_are_at_most_130_lines() {
    let scratch = Scratch::with(NINE);
    let ran = scratch.run(&["plan"]);
    let plan = ran.text();
    assert!(plan.contains("\n9 registrations: "), "{plan}");
    assert!(plan.lines().count() <= 130, "{} lines\n{plan}", plan.lines().count());
    assert_eq!(plan.lines().filter(|line| line.starts_with("| ")).count(), 1 + 9, "{plan}");
    let parts = [
        "| # | runner | where | fields | state |\n",
        "\n## Before you start\n",
        "\n## Steps for each runner\n",
        "\n## 1. ",
        "\n## 9. ",
        "\n## Other places to change\n",
        "\n## Documentation to update\n",
        "\n## At the end\n",
        "{ runners { nodes { id creationMethod } } }",
        "Rotation: ",
        "`gitlab-runner unregister` removes",
    ];
    let places: Vec<usize> =
        parts.iter().map(|part| plan.find(part).unwrap_or_else(|| panic!("{part}\n{plan}"))).collect();
    assert!(places.is_sorted(), "{places:?}\n{plan}");
    // The common steps are there once.
    assert_eq!(plan.matches("reate the runner in GitLab (").count(), 1);
    assert_eq!(plan.matches("POST /api/v4/user/runners").count(), 2, "the step, and the help for `reset.sh`");
    // A sample is not a runner in any format.
    for format in ["curl", "terraform"] {
        assert!(!scratch.run(&["plan", "-f", format]).text().contains("install.md"), "{format}");
    }
    let json = scratch.run(&["plan", "-f", "json"]).json();
    assert_eq!(json["documentation"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["documentation"][0]["path"], "docs/install.md");
}

#[test]
fn a_plan_of_standard_input() {
    let scratch = Scratch::new();
    let ran = scratch.pipe(&["plan", "-", "--stdin-filename", "x.sh", "-f", "curl"], OLD);
    assert_eq!(ran.code, 0);
    assert!(ran.text().contains("--data-urlencode 'tag_list=docker,linux'"), "{}", ran.text());
}

#[test]
fn an_accepted_finding_is_planned_too() {
    let scratch = Scratch::with(&[("a.sh", format!("# runnerlint: ignore\n{OLD}"))]);
    assert!(scratch.run(&["plan"]).text().contains("1 registration: 1 runner to create."));
}

#[test]
fn a_fix_writes_its_plan_first() {
    let scratch = Scratch::with(&[("a.sh", SAFE), ("b.sh", WARNING)]);
    let before = scratch.run(&["plan"]);
    let ran = scratch.run(&["--fix", "--plan", "plan.md"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(scratch.read("plan.md"), before.text());
    assert!(scratch.read("plan.md").contains("`--tag-list` (line 1): `a`"));
    assert_eq!(scratch.read("a.sh"), SAFE_FIXED);
    assert!(ran.err.contains("a.sh:1: removed --tag-list = a"), "{}", ran.err);
    // Nothing is left to fix: the plan of the first run stays, whatever it is asked for.
    let again = scratch.run(&["--fix", "--plan", "plan.md"]);
    assert_eq!(again.code, 0);
    assert!(again.err.contains("nothing to fix: plan.md was not changed"), "{}", again.err);
    assert_eq!(scratch.read("plan.md"), before.text());
}

/// How a plan begins.
const PLAN: &str = "# Migration of GitLab runners to authentication tokens\n";

/// Why other words than before: what the run reads is never written over, and a pipe or a folder is found before the fix.
#[test]
fn without_its_plan_nothing_is_fixed() {
    let scratch = Scratch::with(&[("a.sh", SAFE), ("plan.md", PLAN)]);
    fs::create_dir(scratch.path("folder")).unwrap();
    for (file, why) in [
        ("plan.md", "may be the plan of an earlier fix"),
        ("nowhere/plan.md", "no such directory"),
        ("folder", "it is a directory"),
        ("a.sh", "this run reads it"),
        ("/dev/full", "no storage space"),
    ] {
        let ran = scratch.run(&["--fix", "--plan", file]);
        assert_eq!(ran.code, 2, "{file}: {}", ran.err);
        assert!(ran.err.contains(why), "{file}: {}", ran.err);
        assert_eq!(scratch.read("a.sh"), SAFE);
        assert_eq!(scratch.read("plan.md"), PLAN);
    }
    // A plan alone is `runnerlint plan`.
    assert_eq!(scratch.run(&["--plan", "new.md"]).code, 2);
    assert!(!scratch.path("new.md").exists());
}

#[test]
fn a_fix_of_standard_input_writes_its_plan_too() {
    let scratch = Scratch::new();
    let ran = scratch.pipe(&["check", "-", "--fix", "--plan", "p.json", "--stdin-filename", "x.sh"], SAFE);
    assert_eq!((ran.code, ran.text()), (0, SAFE_FIXED));
    let plan: serde_json::Value = serde_json::from_str(&scratch.read("p.json")).unwrap();
    assert_eq!(plan["groups"][0]["registrations"][0]["settings"][0]["value"], "a");
}

#[test]
fn a_page_shows_the_plan_and_other_formats_do_not_change() {
    let scratch = Scratch::with(&[("a.sh", OLD)]);
    let page = scratch.run(&["-f", "html"]);
    assert!(page.text().contains("<h2 id=\"plan-title\">Migration plan</h2>"));
    let json = scratch.run(&["-f", "json"]);
    let both = scratch.run(&["-f", "json", "-f", "html=page.html"]);
    assert_eq!(json.out, both.out);
    assert_eq!(scratch.read("page.html"), page.text());
    // What is not selected is planned all the same.
    let other = scratch.run(&["-f", "html", "--select", "helm"]);
    assert!(other.text().contains("Migration plan") && !other.text().contains("id=\"findings\""));
}

#[test]
fn completions_and_the_man_page_know_it() {
    let scratch = Scratch::new();
    for arguments in [&["--", "runnerlint", "p"][..], &["man"], &["--help"]] {
        let mut command = program(scratch.root());
        command.args(arguments);
        if arguments.first() == Some(&"--") {
            command.env("RUNNERLINT_COMPLETE", "fish");
        }
        assert!(ran(command).text().contains("plan"));
    }
}
