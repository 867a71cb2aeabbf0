use super::*;
use crate::escape;
use serde_json::{Value, json};
use std::fs;

/// Reports in files, merged.
fn merged(reports: &[Value]) -> (tempfile::TempDir, Merged) {
    let texts: Vec<String> = reports.iter().map(Value::to_string).collect();
    of_texts(&texts)
}

fn of_texts(texts: &[String]) -> (tempfile::TempDir, Merged) {
    let folder = tempfile::tempdir().unwrap();
    let write = |(number, text): (usize, &String)| {
        let name = format!("{number}.json");
        let path = folder.path().join(&name);
        fs::write(&path, text).unwrap();
        Input { path, name }
    };
    let inputs = texts.iter().enumerate().map(write).collect();
    let merged = Merged::read(inputs, "Runners".to_owned());
    (folder, merged)
}

fn text(merged: &Merged, write: Writer) -> String {
    let mut out = Vec::new();
    write(merged, Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn writers() -> impl Iterator<Item = (&'static str, Writer)> {
    FORMATS.iter().flat_map(|it| {
        std::iter::once((it.name, it.write)).chain(it.statistics.map(|write| ("statistics", write)))
    })
}

fn finding(path: &str, severity: &str) -> Value {
    json!({
        "rule": "register-server-option", "severity": severity, "message": "`--locked` is deprecated", "reason": "used only",
        "help": "set it", "url": "https://docs.gitlab.com/x", "path": path,
        "start": {"line": 2, "column": 3, "offset": 20}, "end": {"line": 2, "column": 11, "offset": 28},
        "unit": format!("{path}:2"), "via": ["shell"], "manual": "unclosed quote", "suppressed": false, "baselined": false,
        "fingerprint": "0123456789abcdef0123456789abcdef",
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it is called with literals")]
fn report(repository: Value, findings: &[Value], registrations: &[Value]) -> Value {
    json!({
        "version": 1, "repository": repository, "findings": findings, "registrations": registrations,
        "notices": [{"path": "x.yaml", "kind": "unparsable", "message": "unclosed quote", "line": 3}],
        "fixed": [], "summary": {"files": 7, "linted": 2},
    })
}

fn registration(state: &str) -> Value {
    json!({"unit": "a.sh:2", "path": "a.sh", "line": 2, "column": 1, "kind": "command", "state": state,
           "tokens": [{"name": "--token", "old": false, "holds": "opaque", "expression": "$T"}]})
}

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn some() -> (tempfile::TempDir, Merged) {
    let nested =
        json!({"name": "team/lib", "folder": "team/lib", "remote": "https://gitlab.example.com/team/lib"});
    let mut inside = finding("team/lib/b.sh", "error");
    inside["repository"] = nested.clone();
    let mut all = report(json!({"name": "work"}), &[inside], &[]);
    all["repositories"] = json!([nested, {"name": "clean", "folder": "clean"}]);
    all["notices"] = json!([]);
    merged(&[
        report(
            json!({"name": "app", "remote": "https://gitlab.example.com/team/app.git", "revision": COMMIT, "directory": "deploy"}),
            &[finding("a b.sh", "warning"), finding("c.md", "info")],
            &[registration("legacy"), registration("mixed")],
        ),
        report(json!({"name": "x"}), &[finding("a.sh", "warning")], &[registration("legacy")]),
        report(json!({"name": "x"}), &[finding("a.sh", "warning")], &[registration("exists")]),
        all,
    ])
}

#[test]
fn each_repository_has_a_row() {
    let (_folder, merged) = some();
    insta::assert_snapshot!(text(&merged, markdown::write));
    insta::assert_snapshot!(text(&merged, statistics::text));
    // Names do not identify: two reports without a remote are two repositories.
    assert_eq!(merged.sums.rows.iter().filter(|row| row.origin.name == "x").count(), 2);
}

#[test]
fn the_page_links_into_repositories() {
    let (_folder, merged) = some();
    let page = text(&merged, html::write);
    for wanted in [
        &format!("href=\"https://gitlab.example.com/team/app/-/blob/{COMMIT}/deploy/a%20b.sh#L2\""),
        "href=\"https://gitlab.example.com/team/lib/-/blob/HEAD/b.sh#L2\"",
        "href=\"https://gitlab.example.com/team/lib\"",
        "2 with a registration token",
        "<h1>Runners</h1>",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert_eq!(page.matches("<tr class=\"repository\">").count(), 5);
}

#[test]
fn other_remotes_have_other_pages() {
    for (remote, page) in [
        ("https://github.com/team/app.git", Some("https://github.com/team/app/blob/HEAD/a.sh#L2")),
        (
            "ssh://gitlab.example.com:2222/team/app.git",
            Some("https://gitlab.example.com/team/app/-/blob/HEAD/a.sh#L2"),
        ),
        ("git://gitlab.example.com/x", None),
    ] {
        let origin = document::ReportOrigin { remote: Some(remote.to_owned()), ..Default::default() };
        assert_eq!(origin.line("a.sh", 2).as_deref(), page);
        assert_eq!(origin.line("../a.sh", 2), None);
    }
}

#[test]
fn what_is_merged_can_be_merged_again() {
    let (_folder, merged) = some();
    let json = text(&merged, json::write);
    let (_folder, again) = of_texts(std::slice::from_ref(&json));
    assert!(again.failures.is_empty());
    // Without a remote, what was one report is the identity: the two `x` are the same now.
    assert_eq!(again.sums.findings(), merged.sums.findings());
    assert_eq!(again.sums.states(), merged.sums.states());
    assert_eq!(again.sums.files, merged.sums.files);
    assert!(crate::report::is_report(json.as_bytes()));
}

#[test]
fn machine_formats_have_all_findings() {
    let (_folder, merged) = some();
    let parsed = |write: Writer| serde_json::from_str::<Value>(&text(&merged, write)).unwrap();
    let json = parsed(json::write);
    assert_eq!(json["findings"].as_array().unwrap().len(), 5);
    assert!(json["findings"].as_array().unwrap().iter().all(|it| it["repository"]["name"].is_string()));
    assert_eq!(json["summary"]["findings"], 5);
    assert_eq!(json["registrations"][0]["tokens"][0]["expression"], "$T");
    let gitlab = parsed(gitlab::write);
    let prints: std::collections::BTreeSet<_> =
        gitlab.as_array().unwrap().iter().map(|it| it["fingerprint"].to_string()).collect();
    assert_eq!(prints.len(), 5, "equal findings of different repositories are not one");
    let sarif = parsed(sarif::write);
    let runs = sarif["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 5);
    assert_eq!(runs[0]["versionControlProvenance"][0]["revisionId"], COMMIT);
    assert!(!sarif.to_string().contains("snippet"));
}

#[test]
fn a_hostile_report_gets_nothing_into_a_page() {
    let token = "glrt-notArealToken01";
    let evil = format!("<script>alert(1)</script>\u{202e}\u{1b}[31m\n::error::x|`{token}`\" onload='x'");
    let mut found = finding(&evil, "error");
    for key in ["message", "reason", "help", "url", "unit", "manual", "fingerprint"] {
        found[key] = json!(evil);
    }
    found["via"] = json!([evil]);
    let mut fixable = finding("a.sh", "warning");
    fixable["fix"] =
        json!({"safety": "safe", "message": evil, "edits": [{"start": 1, "end": 2, "replacement": token}]});
    let repository = json!({
        "name": evil, "folder": evil, "directory": evil, "revision": evil,
        "remote": format!("https://user:{token}@gitlab.example.com/x"),
    });
    let script = json!({"name": "x", "remote": "javascript:alert(1)//"});
    let entry = json!({"kind": evil, "road": evil, "state": evil, evil.clone(): evil, "repository": repository,
                       "tokens": [{"value": token, "deep": [[evil]]}]});
    let mut first = report(repository, &[found.clone(), fixable], &[entry]);
    first["notices"] = json!([{"path": evil, "kind": "unparsable", "message": evil}, {"path": "x", "kind": evil, "message": "x"}]);
    first["fixed"] = json!([{"rule": "a-b", "path": evil, "start": {"line": 1, "column": 1, "offset": 0},
                             "removed": {"setting": evil, "value": token}}]);
    let (_folder, merged) = merged(&[first, report(script, &[found], &[])]);
    assert!(merged.failures.is_empty(), "{:?}", merged.failures);
    for (name, write) in writers() {
        let text = text(&merged, write);
        assert!(!text.contains("notAreal"), "{name}: {text}");
        assert_eq!(text.find(|c| escape::is_dangerous(c) && c != '\n'), None, "{name}: {text}");
        if name == "html" {
            assert!(!text.contains("<script") && !text.contains("javascript:"), "{text}");
            assert!(!text.contains("onload='"), "{text}");
        }
        if ["json", "sarif", "gitlab"].contains(&name) {
            serde_json::from_str::<Value>(&text).unwrap();
        }
    }
}

#[test]
fn what_is_no_report_is_said() {
    let good = report(json!({"name": "x"}), &[finding("a.sh", "error")], &[]);
    let mut newer = good.clone();
    newer["version"] = json!(2);
    let mut odd = good.clone();
    odd["findings"][0]["rule"] = json!("Not A Rule");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep =
        good.to_string().replace("\"registrations\":[]", &format!("\"registrations\":[{{\"a\":{deep}}}]"));
    let texts = ["", "{}", "[]", "\u{0}", &newer.to_string(), &odd.to_string(), &deep, &good.to_string()];
    let texts: Vec<String> = texts.iter().map(|it| (*it).to_owned()).collect();
    let (_folder, mut merged) = of_texts(&texts);
    merged.inputs.push(Input { path: PathBuf::from("/dev/zero"), name: "zero".to_owned() });
    let said: Vec<String> = merged.failures.iter().map(|(at, error)| format!("{at}: {error}")).collect();
    insta::assert_snapshot!(said.join("\n"));
    assert_eq!(merged.sums.findings(), [1, 0, 0]);
    assert!(merged.summary().ends_with("7 reports could not be read."), "{}", merged.summary());
    assert!(text(&merged_without_last(merged), html::write).contains("<code>4.json</code>: version 2"));
}

fn merged_without_last(mut merged: Merged) -> Merged {
    merged.inputs.pop();
    merged
}

#[test]
fn special_files_are_not_read() {
    let input = |path: &str| Input { path: PathBuf::from(path), name: path.to_owned() };
    let merged = Merged::read(vec![input("/dev/zero"), input("/"), input("/no/such/file")], String::new());
    assert_eq!(merged.failures.len(), 3);
    assert_eq!(merged.summary(), "No report was merged. 3 reports could not be read.");
}

#[test]
fn nothing_is_a_valid_report_too() {
    for (name, write) in writers() {
        let text = text(&Merged::default(), write);
        if ["json", "sarif", "gitlab"].contains(&name) {
            serde_json::from_str::<Value>(&text).unwrap();
        }
    }
}
