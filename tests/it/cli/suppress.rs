//! Suppressions, as people and programs see them.

use crate::support::{SAFE, Scratch, WARNING};
use serde_json::json;
use std::fs;

const ACCEPTED: &str = "gitlab-runner register --token \"$TOKEN\" --locked # runnerlint: ignore[register-server-option] until Q3\n";
const UNUSED: &str = "# runnerlint: ignore[helm-server-setting]\necho one\n";

#[test]
fn what_is_accepted_is_no_failure_and_is_shown_to_programs_only() {
    let scratch = Scratch::with(&[("a.sh", ACCEPTED)]);
    for format in ["full", "concise", "github", "gitlab", "junit", "checkstyle", "rdjsonl"] {
        let ran = scratch.run(&["check", "--output-format", format]);
        assert_eq!(ran.code, 0, "{format}");
        assert!(!ran.text().contains("register-server-option"), "{format}: {}", ran.text());
    }
    let statistics = scratch.run(&["check", "--statistics"]);
    assert!(!statistics.text().contains("register-server-option"));
    let json = scratch.run(&["check", "--output-format", "json"]).json();
    let finding = &json["findings"][0];
    assert_eq!((&finding["suppressed"], &finding["fix"]), (&json!(true), &json!(null)));
    assert_eq!(finding["manual"], "suppressed by the comment in line 1");
    assert_eq!((&json["summary"]["findings"], &json["summary"]["suppressed"]), (&json!(0), &json!(1)));
    let sarif = scratch.run(&["check", "--output-format", "sarif"]).json();
    let suppressions = &sarif["runs"][0]["results"][0]["suppressions"];
    assert_eq!(*suppressions, json!([{"kind": "inSource", "justification": "until Q3"}]));
}

#[test]
fn a_suppression_is_found_in_a_file_with_nothing_else() {
    let scratch = Scratch::with(&[("a.sh", UNUSED)]);
    let ran = scratch.run(&["check", "--output-format", "concise"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.text(),
        "a.sh:1:1: warning: this suppression suppresses nothing: `helm-server-setting` is not found here \
         [unused-suppression]\n"
    );
    let fixed = scratch.run(&["check", "--fix"]);
    assert_eq!((fixed.code, scratch.read("a.sh")), (0, "echo one\n".to_owned()));
}

#[test]
fn a_slip_of_the_pen_is_told_with_the_nearest_name() {
    let scratch = Scratch::with(&[("a.sh", "echo # runnerlint: ignore[register-server-options]\n")]);
    let ran = scratch.run(&["check", "--output-format", "concise"]);
    let told = "no rule is called `register-server-options`; did you mean `register-server-option`?";
    assert!(ran.text().contains(told), "{}", ran.text());
}

#[test]
fn all_that_is_found_is_accepted_once() {
    let scratch = Scratch::with(&[("a.sh", WARNING), ("b/c.sh", SAFE), ("d.sh", "echo one\n")]);
    let ran = scratch.run(&["check", "--add-ignore=until Q3"]);
    assert_eq!((ran.code, ran.text()), (0, ""));
    assert!(ran.err.contains("Ignored 2 findings in 2 files.\n"), "{}", ran.err);
    let comment = "  # runnerlint: ignore[register-server-option] until Q3\n";
    assert_eq!(scratch.read("a.sh"), format!("{}{comment}", WARNING.trim_end()));
    assert_eq!(scratch.read("b/c.sh"), format!("{}{comment}", SAFE.trim_end()));
    let again = scratch.run(&["check", "--add-ignore"]);
    assert_eq!(again.code, 0);
    assert!(again.err.contains("Nothing was ignored.\n"), "{}", again.err);
    assert_eq!(scratch.read("a.sh"), format!("{}{comment}", WARNING.trim_end()));
    let checked = scratch.run(&["check"]);
    assert!(checked.summary().contains("2 suppressed"), "{}", checked.err);
}

#[test]
fn what_cannot_be_accepted_is_told_and_stays_found() {
    let json =
        "{\n  \"gitlabUrl\": \"https://gitlab.example.com\",\n  \"runnerRegistrationToken\": \"$T\"\n}\n";
    let scratch = Scratch::with(&[("values.json", json), ("a.sh", WARNING)]);
    let ran = scratch.run(&["check", "--add-ignore", "--output-format", "concise"]);
    assert_eq!(ran.code, 1);
    assert!(ran.text().starts_with("values.json:3:4: error"), "{}", ran.text());
    let told = "values.json:3:4: `helm-registration-token` is not ignored: JSON has no comments\n";
    assert!(ran.err.contains(told), "{}", ran.err);
    assert!(ran.err.contains("Ignored 1 finding in 1 file.\n"), "{}", ran.err);
    assert_eq!(scratch.read("values.json"), json);
}

#[test]
fn a_file_that_cannot_be_written_fails_the_run() {
    let scratch = Scratch::with(&[("a.sh", WARNING), ("b.sh", WARNING)]);
    let mut permissions = fs::metadata(scratch.path("a.sh")).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(scratch.path("a.sh"), permissions).unwrap();
    let ran = scratch.run(&["check", "--add-ignore"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("a.sh: error: not written: it is write-protected"), "{}", ran.err);
    assert_eq!(scratch.read("a.sh"), WARNING);
    assert!(scratch.read("b.sh").contains("runnerlint: ignore"));
}

#[test]
fn a_reason_cannot_break_out_of_its_comment() {
    let scratch = Scratch::with(&[("a.sh", WARNING)]);
    for reason in ["a\nrm -rf x", "-->", "*/ x", "$(id)", "{{ x }}", "x \\"] {
        let ran = scratch.run(&["check", &format!("--add-ignore={reason}")]);
        assert_eq!(ran.code, 2, "{reason:?}");
        assert!(ran.err.contains("a reason "), "{}", ran.err);
    }
    assert_eq!(scratch.run(&["check", "--fix", "--add-ignore"]).code, 2);
    assert_eq!(scratch.read("a.sh"), WARNING);
}

#[test]
fn standard_input_comes_back_with_comments() {
    let scratch = Scratch::new();
    let ran = scratch.pipe(&["check", "--add-ignore", "--stdin-filename", "a.sh", "-"], WARNING);
    assert_eq!(ran.code, 0);
    let comment = "  # runnerlint: ignore[register-server-option]\n";
    assert_eq!(ran.text(), format!("{}{comment}", WARNING.trim_end()));
}

#[test]
fn ten_thousand_of_them_are_read_and_taken_out() {
    let idle = "# runnerlint: ignore[register-server-option]\n";
    for between in ["true\n", "true \\\n", "/* runnerlint: ignore[helm] */ "] {
        let scratch = Scratch::with(&[("a.sh", format!("{idle}{between}").repeat(5_000))]);
        assert_eq!(scratch.run(&["check", "--quiet", "--fix"]).code, 0, "{between:?}");
        assert!(!scratch.read("a.sh").contains("# runnerlint"), "{between:?}");
    }
    let one_line = "/* runnerlint: ignore[helm-server-setting] */ x; ".repeat(5_000);
    let scratch = Scratch::with(&[("a.js", one_line)]);
    assert_eq!(scratch.run(&["check", "--quiet", "--fix"]).code, 0);
    assert!(!scratch.read("a.js").contains("runnerlint"));
}

#[test]
fn a_name_that_is_none_cannot_act_on_a_terminal_or_tell_a_token() {
    let names = "\u{1b}[31mevil\u{7}, GR1348941EXAMPLEexampleEXAMPLE, helm-\u{202e}x";
    let scratch = Scratch::with(&[("a.sh", format!("# runnerlint: ignore[{names}] \u{1b}[2J\n"))]);
    for format in ["full", "concise", "json", "sarif", "html"] {
        let ran = scratch.run(&["check", "--output-format", format]);
        let told = format!("{}{}", ran.text(), ran.err);
        assert!(!told.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{format}: {told}");
        assert!(!told.contains("EXAMPLEexample"), "{format}: {told}");
    }
}

#[test]
fn code_that_readers_copy_stays_as_it_is() {
    let command = "gitlab-runner register --registration-token \"$T\" --locked";
    let both = "<!-- runnerlint: ignore[register-registration-token, register-server-option] later -->";
    for (text, expected) in [
        (format!("Run:\n```sh\n{command}\n```\n"), format!("Run:\n{both}\n```sh\n{command}\n```\n")),
        // In a list: before a block of its own, after the marker of a block that is the item.
        (
            format!("1. a\n\n   ```sh\n   {command}\n   ```\n2. ```sh\n   {command}\n   ```\n3. c\n"),
            format!(
                "1. a\n\n   {both}\n   ```sh\n   {command}\n   ```\n2. {both}\n   ```sh\n   {command}\n   ```\n3. c\n"
            ),
        ),
        (
            format!("> - a\n> - ```\n>   {command}\n>   ```\n"),
            format!("> - a\n> - {both}\n>   ```\n>   {command}\n>   ```\n"),
        ),
        (
            format!("> ```\r\n> {command}\r\n> ```\r\n"),
            format!("> {both}\r\n> ```\r\n> {command}\r\n> ```\r\n"),
        ),
        (format!("a\n\n    {command}\n"), format!("a\n\n{both}\n    {command}\n")),
        // Markdown in Markdown is code as well.
        (
            format!("````md\n```sh\n{command}\n```\n````\n"),
            format!("{both}\n````md\n```sh\n{command}\n```\n````\n"),
        ),
    ] {
        let scratch = Scratch::with(&[("docs/install.md", &*text)]);
        let ran = scratch.run(&["--add-ignore=later"]);
        assert_eq!(scratch.read("docs/install.md"), expected, "{ran:?}");
        assert_eq!(ran.code, 0, "{ran:?}");
        // They accept all of it, and can be removed again.
        let again = scratch.run(&["-f", "json", "--fail-on", "info"]);
        assert_eq!(again.code, 0, "{again:?}");
        scratch.write(
            "docs/install.md",
            expected.replace("--registration-token \"$T\" --locked", "--token \"$T\""),
        );
        let fixed = text.replace("--registration-token \"$T\" --locked", "--token \"$T\"");
        scratch.run(&["--fix", "--unsafe-fixes"]);
        let left = scratch.read("docs/install.md");
        assert_eq!(left.replace("-\n>   ", "- ").replace("2.\n   ", "2. "), fixed);
    }
    let page = format!("```sh\n{command}\n```\n");
    let scratch = Scratch::with(&[("a.mdx", &*page)]);
    let ran = scratch.run(&["--add-ignore"]);
    assert!(ran.err.contains("MDX has no HTML comments"), "{ran:?}");
    assert_eq!(scratch.read("a.mdx"), page);
}
