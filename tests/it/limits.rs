//! Where a limit is reached, the report says so, and what lies before it is linted. What has no limit is linted whole.

use runnerlint::engine::{Settings, Surroundings, lint};
use runnerlint::finding::{Linted, NoticeKind};
use runnerlint::text::Source;

const COMMAND: &str = "gitlab-runner register --token \"$T\" --locked\n";
const VALUES: &str = "gitlabUrl: x\nrunnerToken: y\nrunners:\n  locked: true\n";
const TOML: &str = "[[runners]]\ntoken = \"x\"\nlocked = true\n";

fn look(path: &str, text: &str) -> Linted {
    lint(&Settings::default(), path, &Surroundings::default(), &Source::new(text.as_bytes().to_vec()))
}

#[track_caller]
fn assert_told(path: &str, text: &str, word: &str) {
    let linted = look(path, text);
    assert!(!linted.findings.is_empty(), "{path}: nothing is found");
    let told = |kind| matches!(kind, NoticeKind::Limited | NoticeKind::Unparsable);
    let told = linted.notices.iter().any(|it| told(it.kind) && it.message.contains(word));
    assert!(told, "{path}: {word:?} is not told: {:?}", linted.notices);
}

#[test]
fn findings() {
    let tokens = |count: usize| "GR1348941madeupmadeupmadeup00\n".repeat(count);
    let linted = look("a.txt", &tokens(20_000));
    assert_eq!((linted.findings.len(), linted.notices.len()), (20_000, 0));
    let linted = look("a.txt", &tokens(20_001));
    assert_eq!(linted.findings.len(), 20_000);
    let [notice] = &linted.notices[..] else { panic!("{:?}", linted.notices) };
    assert_eq!(notice.kind, NoticeKind::Limited);
    assert_eq!(notice.message, "more than 20000 findings in this file: the others are not shown");
    assert_eq!(notice.position.map(|position| position.line), Some(20_001));
}

#[test]
fn texts_inside_texts() {
    let mut text = COMMAND.trim_end().to_owned();
    for _ in 0..12 {
        text = format!("bash -c '{}'", text.replace('\'', "'\\''"));
    }
    assert_told("a.sh", &format!("{COMMAND}{text}\n"), "more than 8 deep");
}

#[test]
fn nesting() {
    let deep = |open: &str| open.repeat(10_000);
    assert_told("a.sh", &format!("{COMMAND}{}\n", deep("$(")), "too deep");
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        assert_told("values.yaml", &format!("{VALUES}x: {}\n", deep(open)), "too deep");
        assert_told("values.yaml", &format!("{VALUES}x: {}{}\n", deep(open), deep(close)), "too deep");
    }
    let keys = (0..3_000).map(|level| " ".repeat(level)).collect::<Vec<_>>().join("a:\n");
    assert_told("values.yaml", &format!("{VALUES}{keys}"), "too deep");
    assert_told("config.toml", &format!("{TOML}a = {}\n", deep("[")), "too deep");
    assert_told("config.toml", &format!("{TOML}a = {}{}\n", deep("["), deep("]")), "too deep");
    assert_told("a.py", &format!("x = {}\nos.system('''{COMMAND}''')\n", deep("[")), "too deep");
    assert_told("a.ps1", &format!("{COMMAND}{}\n", deep("$(")), "too deep");
    let command = COMMAND.trim_end().replace('"', "");
    let provisioner = format!(
        "resource \"x\" \"y\" {{\n  provisioner \"local-exec\" {{\n    command = \"{command}\"\n  }}\n}}\n"
    );
    assert_told("main.tf", &format!("{provisioner}y = {}\n", deep("[")), "unclosed bracket");
    assert_told("main.tf", &format!("{provisioner}y = {}{}\n", deep("["), deep("]")), "too deep");
}

#[test]
fn many_texts() {
    let texts = "bash -c 'echo gitlab-runner register --locked'\n".repeat(20_001);
    assert_told("a.sh", &format!("{COMMAND}{texts}"), "more than 20000 texts");
}

#[test]
fn many_values() {
    for (path, text) in
        [("a.sh", "a|".repeat(300_000)), ("values.yaml", format!("x: [{}]\n", "a,".repeat(1_000_001)))]
    {
        let linted = look(path, &format!("{COMMAND}{text}"));
        let told: Vec<_> = linted.notices.iter().map(|it| (it.kind, it.message.as_str())).collect();
        assert_eq!(told, [(NoticeKind::Limited, "too many values in this file: the rest was not checked")]);
    }
}

#[test]
fn what_comes_before_a_limit_is_checked_and_not_fixed() {
    let step = "    - gitlab-runner register --token \"$T\" --locked\n";
    for (path, before, filler) in [
        ("a.sh", COMMAND.to_owned(), "a b\n".repeat(100_001)),
        (".gitlab-ci.yml", format!("job:\n  script:\n{step}"), "    - x\n".repeat(500_000)),
    ] {
        let lines = before.lines().count();
        let linted = look(path, &(before + &filler));
        assert!(!linted.findings.is_empty(), "{path}");
        assert!(linted.findings.iter().all(|it| it.fix.is_err()), "{path}: {:?}", linted.findings);
        let position = linted.notices.first().and_then(|it| it.position).unwrap();
        assert!(position.line > lines + 1000, "{path}: {position:?}");
    }
}

/// Every limit that a report speaks of stands in the documentation, with its number.
#[test]
fn texts_without_anything_do_not_count() {
    use runnerlint::fixer;
    let items = "    - make\n".repeat(100_001);
    let text = format!("job:\n  script:\n{items}    - gitlab-runner register --token \"$T\" --locked\n");
    let source = Source::new(text.into_bytes());
    let fixed = fixer::fix(&Settings::default(), ".gitlab-ci.yml", &Surroundings::default(), source, true);
    assert_eq!((fixed.fixed.len(), fixed.remaining.notices.len()), (1, 0), "{:?}", fixed.remaining.findings);
    assert!(fixed.text.ends_with(b"    - gitlab-runner register --token \"$T\"\n"));
}

#[test]
fn limits_are_documented() {
    let page = include_str!("../../docs/limits.md");
    for told in [
        "larger than 8 MiB",
        "nested too deep to be read",
        "more than 20000 findings in this file",
        "more than 20000 texts inside this file",
        "too many values in this file",
        "texts lie more than 8 deep inside each other here",
        "the fix has more edits than a report lists",
    ] {
        assert!(page.contains(told), "{told}");
    }
}

#[test]
fn templates_that_are_left_open() {
    let open = "{{ ".repeat(10_000);
    assert_told("values.yaml", &format!("{VALUES}x: {open}\n"), "");
    assert_told("config.toml.j2", &format!("{TOML}a = {open}\n"), "");
}

#[test]
fn a_line_may_be_as_long_as_a_file() {
    let text = format!("echo {}; {COMMAND}", "x".repeat(4 << 20));
    let linted = look("a.sh", &text);
    assert_eq!((linted.findings.len(), linted.notices.len()), (1, 0), "{:?}", linted.notices);
}

#[test]
fn aliases_are_not_expanded() {
    let mut laughs = String::new();
    for at in 1..60 {
        laughs.push_str(&format!("l{at}: &l{at} [{}]\n", format!("*l{}, ", at - 1).repeat(9)));
    }
    let linted = look("values.yaml", &format!("l0: &l0 [lol]\n{laughs}{VALUES}"));
    assert_eq!((linted.findings.len(), linted.notices.len()), (1, 0), "{:?}", linted.notices);
}
