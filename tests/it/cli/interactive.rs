//! `--fix --interactive` at a terminal, which `script` of util-linux makes.

use crate::support::{PROGRAM, SAFE, SAFE_FIXED, Scratch, WARNING};
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

/// A session at a terminal.
pub(crate) struct Terminal {
    child: Child,
    seen: String,
}

impl Terminal {
    pub(crate) fn start(scratch: &Scratch, args: &str) -> Self {
        // A question that never comes ends the test, not the day.
        let mut command = Command::new("timeout");
        // Who runs the tests in the background lets them ignore interrupts.
        let program = format!("env --default-signal=INT {PROGRAM} --interactive --color never {args}");
        command.args(["--foreground", "60", "script", "-qec", &program, "/dev/null"]);
        command.current_dir(scratch.root()).env("TERM", "xterm");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let child = command.spawn().expect("`script` is there");
        Self { child, seen: String::new() }
    }

    /// Reads on until `text` is shown.
    fn wait_for(&mut self, text: &str) {
        let out = self.child.stdout.as_mut().unwrap();
        let mut buffer = [0; 4096];
        let before = self.seen.len();
        while !self.seen[before..].contains(text) {
            let count = out.read(&mut buffer).unwrap();
            assert!(count > 0, "`{text}` was not shown: {}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    }

    pub(crate) fn answer(&mut self, line: &str) {
        self.wait_for("[y,n,a,q,?]? ");
        let input = self.child.stdin.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).unwrap();
        input.flush().unwrap();
    }

    /// The exit code, and all that was shown.
    pub(crate) fn end(mut self) -> (i32, String) {
        self.child.stdout.as_mut().unwrap().read_to_string(&mut self.seen).unwrap();
        (self.child.wait().unwrap().code().unwrap(), self.seen.replace('\r', ""))
    }
}

const OTHER: &str = "gitlab-runner register --token glrt-made-up-token-0002 -r \"$OLD\"\n";
const OTHER_FIXED: &str = "gitlab-runner register --token glrt-made-up-token-0002\n";

#[test]
fn each_registration_is_asked_about() {
    let scratch = Scratch::with(&[("a.sh", format!("{SAFE}echo\n{WARNING}{SAFE}")), ("b.sh", SAFE.into())]);
    let mut terminal = Terminal::start(&scratch, "");
    for answer in ["n", "what?", "y", "n", "y"] {
        terminal.answer(answer);
    }
    let (code, seen) = terminal.end();
    assert_eq!(code, 1, "{seen}");
    let fixed = WARNING.replace(" --locked", "");
    assert_eq!(scratch.read("a.sh"), format!("{SAFE}echo\n{fixed}{SAFE}"));
    assert_eq!(scratch.read("b.sh"), SAFE_FIXED);
    assert!(seen.contains("(4/4) Apply this fix [y,n,a,q,?]? "), "{seen}");
    assert!(seen.contains("a.sh:3:41: warning: ") && seen.contains("\n@@ -1,4 +1,4 @@\n"), "{seen}");
    assert!(seen.contains("y  apply this fix\n"), "{seen}");
    assert!(!seen.contains("made-up-token"), "a token was shown: {seen}");
    assert!(seen.contains("Fixed 2 findings in 2 files; 2 remain ("), "{seen}");
}

#[test]
fn all_of_a_rule_is_asked_once() {
    let texts = [("a.sh", SAFE.to_owned()), ("b.sh", format!("{OTHER}{SAFE}")), ("c.sh", OTHER.to_owned())];
    let scratch = Scratch::with(&texts);
    let mut terminal = Terminal::start(&scratch, "");
    // The rule of `OTHER` is another one: it is asked about.
    for answer in ["a", "n", "n"] {
        terminal.answer(answer);
    }
    assert_eq!(terminal.end().0, 1);
    assert_eq!(scratch.read("a.sh"), SAFE_FIXED);
    assert_eq!(scratch.read("b.sh"), format!("{OTHER}{SAFE_FIXED}"));
    assert_eq!(scratch.read("c.sh"), OTHER);
}

#[test]
fn to_quit_keeps_what_was_accepted() {
    let scratch = Scratch::with(&[("a.sh", format!("{SAFE}{OTHER}{SAFE}")), ("b.sh", SAFE.into())]);
    let mut terminal = Terminal::start(&scratch, "");
    for answer in ["n", "y", "q"] {
        terminal.answer(answer);
    }
    let (code, seen) = terminal.end();
    assert_eq!(code, 1, "{seen}");
    assert_eq!(scratch.read("a.sh"), format!("{SAFE}{OTHER_FIXED}{SAFE}"));
    assert_eq!(scratch.read("b.sh"), SAFE);
    // The end of the input quits too (`^D` at the start of a line).
    let mut terminal = Terminal::start(&scratch, "b.sh");
    terminal.wait_for("? ");
    terminal.child.stdin.as_mut().unwrap().write_all(b"\x04").unwrap();
    assert_eq!((terminal.end().0, scratch.read("b.sh").as_str()), (1, SAFE));
}

#[test]
fn an_unsafe_fix_is_asked_about_only_if_it_is_wanted() {
    let text = "gitlab-runner register --registration-token \"$OLD\" --locked\n";
    let scratch = Scratch::with(&[("a.sh", text)]);
    let (code, seen) = Terminal::start(&scratch, "").end();
    assert!(code == 1 && !seen.contains("Apply"), "{seen}");
    let mut terminal = Terminal::start(&scratch, "--unsafe-fixes");
    terminal.answer("y");
    let (code, seen) = terminal.end();
    assert!(code == 0 && seen.contains("unsafe: before you deploy, `$OLD` must contain"), "{seen}");
    assert_eq!(scratch.read("a.sh"), "gitlab-runner register --token \"$OLD\"\n");
}

#[test]
fn a_file_that_changes_meanwhile_is_not_overwritten() {
    let scratch = Scratch::with(&[("a.sh", SAFE), ("b.sh", SAFE)]);
    let mut terminal = Terminal::start(&scratch, "");
    terminal.wait_for("? ");
    let newer = format!("# newer\n{SAFE}");
    scratch.write("a.sh", &newer);
    terminal.child.stdin.as_mut().unwrap().write_all(b"y\n").unwrap();
    terminal.answer("y");
    let (code, seen) = terminal.end();
    assert_eq!(code, 2);
    assert!(seen.contains("a.sh: error: not written: it changed since it was read; run again"), "{seen}");
    assert_eq!((scratch.read("a.sh"), scratch.read("b.sh").as_str()), (newer, SAFE_FIXED));
}

#[test]
fn an_interrupt_leaves_the_files_whole() {
    let scratch = Scratch::with(&[("a.sh", SAFE.repeat(2)), ("b.sh", SAFE.to_owned())]);
    let mut terminal = Terminal::start(&scratch, "");
    terminal.answer("y");
    terminal.wait_for("(2/3)");
    terminal.child.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
    assert_ne!(terminal.end().0, 0);
    assert_eq!((scratch.read("a.sh"), scratch.read("b.sh").as_str()), (SAFE.repeat(2), SAFE));
}

#[test]
fn without_a_terminal_nobody_can_be_asked() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    for args in [&["-i"][..], &["--fix", "-i"], &["--fix", "--interactive", "-"]] {
        let ran = scratch.pipe(args, "y\n");
        assert!(
            ran.code == 2
                && ran.err.contains("`--interactive` needs a terminal; use `--fix` or `--diff` instead"),
            "{ran:?}"
        );
    }
    assert_eq!(scratch.read("a.sh"), SAFE);
}
