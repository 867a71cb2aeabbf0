//! Runs of the script that `runnerlint plan -f curl` writes, with a `curl` that only counts.

use crate::support::{Scratch, ran};
use assert_cmd::Command;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// Three runners, the second one of two registrations.
const FILES: &[(&str, &str)] = &[
    ("a.sh", "gitlab-runner register --url https://gitlab.example.com -r \"$A\" --tag-list a\n"),
    ("b.sh", "gitlab-runner register --url https://gitlab.example.com -r \"$B\" --tag-list b,c\n"),
    ("b2.sh", "gitlab-runner register --url https://gitlab.example.com -r \"$B\" --tag-list b,c\n"),
    ("c.sh", "gitlab-runner register --url https://gitlab.example.com -r \"$C\" --tag-list d\n"),
];

/// Answers as GitLab does. `fail` contains the number of the request that fails, and curl's exit status.
const CURL: &str = "#!/bin/sh
read -r header
number=$(($(cat requests 2>/dev/null || echo 0) + 1))
echo $number >requests
printf '%s|' \"$header\" \"$@\" >>log
echo >>log
read -r which status <fail
if [ \"$number\" = \"$which\" ]; then
  [ \"$status\" != 22 ] || echo '{\"message\":\"403 Forbidden\"}'
  exit \"$status\"
fi
echo \"{\\\"id\\\":$((number + 47)),\\\"token\\\":\\\"EXAMPLEanswer$number\\\",\\\"token_expires_at\\\":null}\"
";

struct Script(Scratch);

impl Script {
    /// A tree with its script, in which the type of each runner is filled in.
    fn new() -> Self {
        let scratch = Scratch::with(FILES);
        scratch.write("bin/curl", CURL);
        fs::set_permissions(scratch.path("bin/curl"), fs::Permissions::from_mode(0o755)).unwrap();
        let script = Self(scratch);
        script.fail("0 0");
        script.plan();
        script
    }

    /// Writes the script for the files as they are.
    fn plan(&self) {
        let text = self.0.run(&["plan", "-f", "curl"]).text().replace("type=<FILL IN>", "type=instance_type");
        self.0.write("plan.sh", text);
    }

    fn fail(&self, text: &str) {
        self.0.write("fail", text);
    }

    /// Exit code, standard output and standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new("sh");
        command.arg("plan.sh").args(arguments).current_dir(self.0.root()).env_clear();
        command.env("GITLAB_TOKEN", "made-up-token");
        command.env("PATH", format!("{}:/usr/bin:/bin", self.0.path("bin").display()));
        let ran = ran(command);
        (ran.code, ran.text().to_owned(), ran.err)
    }

    fn requests(&self) -> usize {
        fs::read_to_string(self.0.path("log")).map_or(0, |log| log.lines().count())
    }

    /// The files in a directory, sorted.
    fn files(&self, directory: &str) -> Vec<String> {
        let entries = fs::read_dir(self.0.path(directory)).unwrap();
        let mut names: Vec<String> =
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.0.path(path)).unwrap().permissions().mode() & 0o777
    }
}

#[test]
fn a_left_over_stops_before_the_first_request() {
    let script = Script::new();
    let text = script.0.read("plan.sh");
    script.0.write("plan.sh", text.replacen("type=instance_type", "type=<FILL IN>", 1));
    let (code, out, err) = script.run(&[]);
    assert_eq!((code, out.as_str(), script.requests()), (1, "", 0), "{err}");
    let line =
        1 + script.0.read("plan.sh").lines().position(|it| it.contains("'runner_type=<FILL IN>'")).unwrap();
    assert!(err.contains(&format!("\n{line}:  --data-urlencode 'runner_type=<FILL IN>' \\\n")), "{err}");
    assert!(err.ends_with("error: no request was sent\n"), "{err}");
    assert!(!script.0.path("runner-tokens").exists());
    // A dry run sends nothing, so it shows the rest.
    let (code, out, err) = script.run(&["--dry-run"]);
    assert!(
        code == 0 && out.contains("\n  tag_list=b,c\n") && err.contains("values to fill in"),
        "{out}{err}"
    );
}

#[test]
fn no_runner_is_created_twice() {
    let script = Script::new();
    let (code, out, _) = script.run(&["--dry-run"]);
    assert_eq!((code, script.requests()), (0, 0));
    let request = "runner 1: POST https://gitlab.example.com/api/v4/user/runners\n  runner_type=instance_type\n  \
                   description=a.sh\n  tag_list=a\n";
    assert!(out.starts_with(request) && !out.contains("made-up"), "{out}");
    assert!(!script.0.path("runner-tokens").exists());

    let (code, out, err) = script.run(&[]);
    assert_eq!((code, err.as_str(), script.requests()), (0, "", 3), "{out}");
    assert!(out.contains("runner 2: created, id 49 (runner-tokens/") && !out.contains("EXAMPLE"), "{out}");
    let log = script.0.read("log");
    assert!(log.starts_with("PRIVATE-TOKEN: made-up-token|--silent|"), "{log}");
    let files = script.files("runner-tokens");
    let responses = || files.iter().filter(|name| name.contains(".json"));
    assert_eq!((responses().count(), files.len(), files[0].as_str()), (3, 5, ".gitignore"));
    assert_eq!(script.0.read("runner-tokens/.gitignore"), "*\n");
    assert_eq!(script.mode("runner-tokens"), 0o700);
    for name in &files {
        assert_eq!(script.mode(&format!("runner-tokens/{name}")), 0o600, "{name}");
    }
    assert!(responses().any(|it| script.0.read(&format!("runner-tokens/{it}")).contains("EXAMPLEanswer2")));

    let (code, out, err) = script.run(&[]);
    assert_eq!((code, err.as_str(), script.requests()), (0, "", 3));
    assert!(out.contains("runner 2: already created, id 49 (runner-tokens/"), "{out}");

    // Other lines, other numbers, and a registration less: they are the same runners.
    script
        .0
        .write("0.sh", "gitlab-runner register -r \"$NEW\" --tag-list z --url https://gitlab.example.com\n");
    script.0.write("a.sh", format!("# a comment\n\n{}", FILES[0].1));
    script.0.write("b.sh", "gitlab-runner register --url https://gitlab.example.com --token \"$B\"\n");
    script.plan();
    let (code, out, err) = script.run(&[]);
    assert_eq!((code, err.as_str(), script.requests()), (0, "", 4), "{out}");
    for line in
        ["runner 1: created, id 51", "runner 2: already created, id 48", "runner 3: already created, id 49"]
    {
        assert!(out.contains(line), "{out}");
    }
    // Other settings are another runner.
    script.0.write("c.sh", FILES[3].1.replace("list d", "list e"));
    script.plan();
    assert!(script.run(&[]).1.contains("runner 4: created, id 52"));
}

#[test]
fn the_first_failure_stops_with_the_answer() {
    let script = Script::new();
    script.fail("2 22");
    let (code, out, err) = script.run(&["--out", "my tokens"]);
    assert_eq!((code, script.requests(), out.lines().count()), (1, 2, 1), "{out}");
    let answer = "runner 2: GitLab answered: {\"message\":\"403 Forbidden\"}\nerror: runner 2 was not created (curl: 22)\n";
    assert_eq!(err, answer);
    assert_eq!(script.files("my tokens").len(), 2, "the first response and .gitignore");
    script.fail("0 0");
    let (code, out, _) = script.run(&["--out=my tokens"]);
    assert_eq!((code, script.requests()), (0, 4));
    assert!(
        out.starts_with("runner 1: already created, id 48") && out.contains("runner 3: created, id 51"),
        "{out}"
    );
}

#[test]
fn an_unclear_answer_is_not_tried_again() {
    let script = Script::new();
    script.fail("1 28");
    let (code, _, err) = script.run(&[]);
    assert!(
        code == 1 && err.contains("runner 1: no complete response (curl: 28), so the runner may exist"),
        "{err}"
    );
    script.fail("0 0");
    let (code, _, err) = script.run(&[]);
    assert!(code == 1 && err.contains("an earlier request has no complete response"), "{err}");
    assert_eq!(script.requests(), 1);
    let part = script.files("runner-tokens").into_iter().find(|it| it.contains(".part")).unwrap();
    fs::remove_file(script.0.path("runner-tokens").join(part)).unwrap();
    assert_eq!(script.run(&[]).0, 0);
}

#[test]
fn other_files_are_left_alone() {
    let script = Script::new();
    for (arguments, why) in [
        (
            &["--out", "bin"][..],
            "error: bin is not empty and has no .gitignore with *: choose another directory",
        ),
        (&["--out"], "error: --out needs a directory"),
        (&["--out="], "error: --out needs a directory"),
        (&["--dry"], "error: usage: sh FILE [--dry-run] [--out DIR]"),
    ] {
        let (code, out, err) = script.run(arguments);
        assert!(code == 1 && out.is_empty() && err.starts_with(why), "{err}");
    }
    assert_eq!((script.files("bin").len(), script.requests()), (1, 0));
    let (code, _, err) = script.run(&["--out", "-x"]);
    assert!(code == 0 && script.0.path("-x/.gitignore").exists(), "{err}");
}
