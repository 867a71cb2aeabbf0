//! The format `full`: one block for each registration.

use crate::support::{Scratch, program, ran};

/// One command with six findings.
const SETUP: &str = "\
#!/bin/sh
set -e
gitlab-runner register --non-interactive \\
  --url \"$URL\" \\
  --registration-token \"$1\" \\
  --executor docker \\
  --tag-list docker,linux \\
  --run-untagged=false \\
  --locked=false \\
  --access-level ref_protected \\
  --maintenance-note \"night shift\"
";

/// What the program shows of a file; with `args` and variables of the environment.
fn shown(name: &str, text: &str, args: &[&str], environment: &[(&str, &str)]) -> String {
    let scratch = Scratch::with(&[(name, text)]);
    let mut command = program(&scratch.path("."));
    command.args(["check", "-q", "--isolated"]).args(args).envs(environment.iter().copied());
    ran(command).text().to_owned()
}

/// The blocks, each with how many findings it has. The lines of a diff are not counted.
fn assert_short(shown: &str, findings: &[usize]) {
    let blocks: Vec<&str> = shown.split_inclusive("\n\n").collect();
    assert_eq!(blocks.len(), findings.len(), "{shown}");
    for (block, findings) in blocks.iter().zip(findings) {
        let is_diff = |line: &&str| {
            let mut words = line.split_whitespace();
            words.next().is_some_and(|it| it.parse::<usize>().is_ok())
                && words.next().is_some_and(|it| ["-", "+"].contains(&it))
        };
        let lines = block.lines().filter(|line| !is_diff(line)).count();
        assert!(lines <= 10 + 3 * findings, "{lines} lines for {findings}:\n{block}");
        let once = |word: &str| assert_eq!(block.matches(word).count(), 1, "{word}:\n{block}");
        once("  help: ");
        once("  more: ");
    }
}

#[test]
fn one_command_is_one_block() {
    let text = shown("setup.sh", SETUP, &[], &[]);
    insta::assert_snapshot!(text);
    assert_short(&text, &[6]);
    assert_short(&shown("setup.sh", SETUP, &["--unsafe-fixes"], &[]), &[6]);
}

#[test]
fn the_fix_of_a_registration_is_shown_once() {
    insta::assert_snapshot!(shown("setup.sh", SETUP, &["--unsafe-fixes"], &[]));
    let values = "runnerRegistrationToken: glrt-made-up-token-0001\nrunners:\n  tags: a\n  locked: true\n";
    let text = shown("values.yaml", values, &[], &[]);
    insta::assert_snapshot!(text);
    assert_short(&text, &[3]);
}

#[test]
fn the_place_of_embedded_code_is_shown_once() {
    let text = "\
build:
  script:
    - echo
    - |
      gitlab-runner register \\
        --registration-token \"$T\" \\
        --run-untagged \\
        --locked
";
    let text = shown(".gitlab-ci.yml", text, &[], &[]);
    insta::assert_snapshot!(text);
    assert_eq!(text.matches("in this `script:` item").count(), 1);
    assert_short(&text, &[3]);
}

#[test]
fn each_registration_of_a_file_has_its_block() {
    let text = "\
gitlab-runner register --registration-token \"$A\" --locked
echo
gitlab-runner register --token glrt-made-up-token-0001 --tag-list a --paused
";
    let text = shown("two.sh", text, &[], &[]);
    insta::assert_snapshot!(text);
    assert_short(&text, &[2, 2]);
}

#[test]
fn an_ignored_finding_is_no_mark() {
    let text = "\
# runnerlint: ignore[register-server-option] later
gitlab-runner register \\
  --registration-token \"$A\" \\
  --tag-list a
";
    let text = shown("a.sh", text, &[], &[]);
    insta::assert_snapshot!(text);
    assert_short(&text, &[1]);
}

#[test]
fn marks_that_are_far_apart_have_a_gap_between_them() {
    let env = (0..38).map(|n| format!("  --env A{n}=b \\\n")).collect::<Vec<_>>().concat();
    let text = format!("gitlab-runner register \\\n  --registration-token \"$A\" \\\n{env}  --locked\n");
    let text = shown("a.sh", &text, &[], &[]);
    insta::assert_snapshot!(text);
    assert_short(&text, &[2]);
}

#[test]
fn lines_of_any_length_and_width_are_marked_where_they_should_be() {
    let env = (0..60).map(|n| format!(" --env A{n}=b")).collect::<Vec<_>>().concat();
    let token = "--registration-token \"$T\" --locked --paused";
    let text = format!(
        "gitlab-runner register{env} {token}\n\
         \techo 語語語語 && gitlab-runner register {token} --tag-list 語,😀\n"
    );
    let text = shown("a.sh", &text, &[], &[]);
    insta::assert_snapshot!(text);
}

#[test]
fn a_block_for_a_finding_without_registration() {
    let text = "gitlab-runner --version\n# GR1348941aaaaaaaaaaaaaaaaaaaaaaaaa\n";
    let text = shown("a.sh", text, &[], &[]);
    insta::assert_snapshot!(text);
    assert_short(&text, &[1]);
}

#[test]
fn marks_have_the_color_of_their_severity_and_places_are_dimmed() {
    let text = "\
build:
  script:
    - |
      gitlab-runner register --token glrt-made-up-token-0001 \\
        --tag-list a \\
        --paused=false
";
    insta::assert_snapshot!(
        shown(".gitlab-ci.yml", text, &["--color", "always"], &[]).replace('\x1b', "ESC")
    );
    let text = "```sh\ngitlab-runner register --registration-token \"$T\"\n```\n";
    insta::assert_snapshot!(shown("a.md", text, &["--color", "always"], &[]).replace('\x1b', "ESC"));
}

#[test]
fn a_simple_terminal_and_another_charset_get_ascii() {
    let text = format!("{SETUP}\n\n\n\n\n\n\n{}\n", "#".repeat(300));
    for environment in [("TERM", "dumb"), ("LC_ALL", "C"), ("LANG", "de_DE.ISO-8859-1")] {
        let text = shown("a.sh", &text, &["--unsafe-fixes"], &[environment]);
        assert!(text.is_ascii(), "{text}");
    }
    insta::assert_snapshot!(shown("a.sh", &text, &[], &[("LC_ALL", "C")]));
    assert!(!shown("a.sh", &text, &[], &[("LC_ALL", "C.UTF-8"), ("LANG", "C")]).is_ascii());
}
