//! `check -`: a text that is no file.

use crate::support::{SAFE, SAFE_FIXED, Scratch};

const VALUES: &str =
    "runnerRegistrationToken: \"{{ .Values.token }}\"\ngitlabUrl: https://gitlab.example.com\n";

#[test]
fn standard_input_is_linted_under_the_given_name() {
    let scratch = Scratch::new();
    let ran =
        scratch.pipe(&["check", "-", "--stdin-filename", "charts/values.yaml", "-f", "concise"], VALUES);
    assert_eq!(ran.code, 1);
    assert!(ran.text().starts_with("charts/values.yaml:1:1: error: "), "{}", ran.text());
    // The name decides the language.
    assert_eq!(scratch.pipe(&["-", "--stdin-filename", "values.sh"], VALUES).code, 0);
}

#[test]
fn without_a_name_the_content_decides() {
    let ran = Scratch::new().pipe(&["-", "-f", "concise"], SAFE);
    assert_eq!(ran.code, 1);
    assert!(ran.text().starts_with("-:1:"), "{}", ran.text());
}

#[test]
fn with_fix_the_text_goes_to_standard_output_and_the_report_to_standard_error() {
    let scratch = Scratch::new();
    let ran = scratch.pipe(&["check", "-", "--stdin-filename", "a.sh", "--fix"], SAFE);
    assert_eq!((ran.code, ran.text()), (0, SAFE_FIXED));
    assert!(
        ran.err.contains("a.sh:1: removed --tag-list = a (set tags on the runner in GitLab)\n"),
        "{}",
        ran.err
    );
    let args = ["check", "-", "--stdin-filename", "values.yaml", "--fix", "-f", "concise"];
    let ran = scratch.pipe(&args, VALUES);
    assert_eq!((ran.code, ran.text()), (1, VALUES), "unsafe: the text stays, what remains is reported");
    assert!(ran.err.contains("values.yaml:1:1: error: "), "{}", ran.err);
}

#[test]
fn with_fix_what_is_not_linted_comes_back_as_it_was() {
    let scratch = Scratch::new();
    for text in [&b""[..], b"a\0b", b"\xff\xfea\0", b"caf\xe9\n", b"\xef\xbb\xbfecho\r\n", b"no newline"] {
        let ran = scratch.pipe(&["check", "-", "--stdin-filename", "a.sh", "--fix"], text);
        assert_eq!((ran.code, &*ran.out), (0, text));
    }
}

#[test]
fn with_diff_nothing_but_the_diff_comes_out() {
    let ran = Scratch::new().pipe(&["-", "--stdin-filename", "a.sh", "--diff"], SAFE);
    assert_eq!(ran.code, 1);
    assert!(ran.text().starts_with("--- a/a.sh\n+++ b/a.sh\n@@ "), "{}", ran.text());
}
