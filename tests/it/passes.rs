//! Several passes of a fix: what is decided and where it is, as before the first one.

use crate::support::Scratch;

/// Items whose removals want the same bytes: they go one after the other.
const RULE: &str = r#"id: team-plugin
title: plugins that moved
summary: "`{value}` moved"
help: remove it
match:
  - entry: "plugins[*]"
    when: {like: "old.*"}
severity: [{is: warning}]
do: [{message: remove it, remove: self}]
safety: [{is: safe}]
why: It moved.
examples:
  - {language: yaml, bad: "plugins: [olda, b]\n", at: [olda], good: "plugins: [b]\n"}
  - {language: yaml, ok: "plugins: [b]\n"}
"#;

#[test]
fn fixed_findings_are_reported_where_they_were() {
    for (text, lines) in [
        ("plugins: [olda, # x\n  oldb, oldc]\n", [1, 2, 2]),
        ("plugins: [\n  olda\n  ,\n  oldb\n  ,\n  oldc]\n", [2, 4, 6]),
    ] {
        let folder = Scratch::new();
        folder.write("lint/team-plugin.yaml", RULE);
        folder.write("a.yaml", text);
        let ran = folder.run(&["--rules", "lint", "--fix", "--unsafe-fixes", "-f", "json"]).json();
        let fixed = ran["fixed"].as_array().expect("a list").iter();
        let found: Vec<u64> = fixed.map(|it| it["start"]["line"].as_u64().expect("a line")).collect();
        assert_eq!(found, lines, "{text}");
        assert_eq!(folder.read("a.yaml"), "plugins: []\n");
    }
}

#[test]
fn a_comment_that_suppresses_nothing_after_a_pass_is_reported_where_it_was() {
    let folder = Scratch::new();
    let registered =
        "gitlab-runner register -n -r glrt-made-up-token-0001 \\\n  --tag-list a \\\n  --locked\n";
    folder.write("a.sh", format!("{registered}\n# runnerlint: ignore[register-server-option] why\necho\n"));
    let ran = folder.run(&["--fix", "-f", "json"]).json();
    let fixed = ran["fixed"].as_array().expect("a list").iter();
    let found: Vec<u64> = fixed.map(|it| it["start"]["line"].as_u64().expect("a line")).collect();
    assert_eq!(found, [1, 2, 3, 5]);
}
