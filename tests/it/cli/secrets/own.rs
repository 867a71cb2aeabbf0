//! A user's own rules: their texts and examples hold tokens too.

use super::files::FILES;
use super::{assert_hidden, assert_secret};
use crate::support::Scratch;
use runnerlint::report::FORMATS;

/// An opaque token in every text of the rule that is shown, and in its examples.
const RULE: &str = "\
id: acme-token
title: key of acme, not glrt-Zq9madeupZq9token01
summary: \"`{name}` is gone, `{value}` stays; was glrt-Zq9madeupZq9token01\"
help: use GR1348941Zq9madeupZq9token02
url: https://example.com/glrt-Zq9madeupZq9token01
match:
  - entry: acmeToken
severity:
  - {is: error, label: stops at glrt-Zq9madeupZq9token01}
do:
  - {message: set glrt-Zq9madeupZq9token01, set: glrt-Zq9madeupZq9token01}
safety:
  - {is: safe}
why: |
  Was `glrt-Zq9madeupZq9token01`, or `runnerRegistrationToken: Zq9opaqueZq9madeup04`.
examples:
  - name: a key
    language: yaml
    bad: |
      acmeToken: glrt-Zq9madeupZq9token01
      runnerRegistrationToken: Zq9opaqueZq9madeup04
      note: Zq9opaqueZq9madeup04
    at: [acmeToken]
    good: |
      acmeToken: other
      runnerRegistrationToken: Zq9opaqueZq9madeup04
      note: Zq9opaqueZq9madeup04
  - name: a command with Zq9opaqueZq9madeup03
    language: shell
    ok: |
      gitlab-runner register --registration-token Zq9opaqueZq9madeup03
";

fn scratch(rule: &str) -> Scratch {
    let scratch = Scratch::with(FILES);
    scratch.write(
        "acme.yaml",
        "acmeToken: Zq9opaqueZq9madeup03\nrunnerRegistrationToken: Zq9opaqueZq9madeup03\n",
    );
    scratch.write("lint/acme-token.yaml", rule);
    scratch
}

#[test]
fn rules_and_their_examples() {
    let scratch = scratch(RULE);
    let ran = scratch.run(&["test", "lint"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.text().contains("+++ actual") && ran.text().contains("runnerRegistrationToken: ****"),
        "{ran:?}"
    );
    for args in [
        &["test", "lint"][..],
        &["rules", "--rules", "lint"],
        &["rules", "--rules", "lint", "acme-token"],
        &["rules", "--rules", "lint", "acme-token", "--output-format", "json"],
        &["--rules", "lint", "-v", "--statistics"],
        &["--rules", "lint", "--diff"],
        &["plan", "--rules", "lint"],
        &["--rules", "lint", "--show-settings"],
        &["--rules", "lint", "--fix", "--unsafe-fixes", "-v"],
    ] {
        assert_secret(&scratch.run(args), args);
    }
    for format in FORMATS {
        let args = ["--rules", "lint", "-f", format.name];
        let ran = scratch.run(&args);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert_secret(&ran, &args);
    }
}

/// What is wrong in a rule is shown with the lines around it.
#[test]
fn wrong_rules() {
    for (good, bad) in [
        ("examples:", "exampels:"),
        ("why: |", "wy: |"),
        ("id: acme-token", "id: glrt-Zq9madeupZq9token01"),
        ("entry: acmeToken", "entry: \"[glrt-Zq9madeupZq9token01\""),
        ("entry: acmeToken", "literal: '(glrt-Zq9madeupZq9token01'"),
        ("entry: acmeToken", "setting: glrt-Zq9madeupZq9token01"),
        ("is: error", "is: glrt-Zq9madeupZq9token01"),
        ("    good: |", "    god: |"),
        ("      note: Z", "   note: Z"),
        ("    language: shell", "    glrt-Zq9madeupZq9token01: shell"),
        ("    language: shell", "    language: glrt-Zq9madeupZq9token01"),
        ("acmeToken: glrt-", "x: ["),
    ] {
        assert!(RULE.contains(good), "{good}");
        let scratch = scratch(&RULE.replacen(good, bad, 1));
        for args in [&["test", "lint"][..], &["--rules", "lint"], &["rules", "--rules", "lint"]] {
            let ran = scratch.run(args);
            assert!(ran.code > 0 || args[0] == "rules", "{bad}: {ran:?}");
            assert_hidden(&ran, &[bad, args[0]]);
        }
    }
    for (file, text) in [
        ("programs.yaml", "programs:\n  - name: a\n    glrt-Zq9madeupZq9token01: x\n"),
        ("charts.yaml", "- chart: a\n  evidence: glrt-Zq9madeupZq9token01\n"),
        ("sites/a.yaml", "host: a\nsites:\n  - {at: \"[\", holds: glrt-Zq9madeupZq9token01}\n"),
        ("units/a.yaml", "registration-token: 'Zq9opaqueZq9madeup04'\n# runnerToken: Zq9opaqueZq9madeup04\n"),
    ] {
        let scratch = scratch(RULE);
        scratch.write(&format!("lint/{file}"), text);
        let ran = scratch.run(&["--rules", "lint"]);
        assert_eq!(ran.code, 2, "{file}: {ran:?}");
        assert_hidden(&ran, &[file]);
    }
}
