//! Many repositories: in one directory, and in the reports of many runs.

use crate::support::{Ran, SAFE, Scratch, WARNING, program, ran};
use std::fs;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const OLD: &str = "gitlab-runner register --registration-token \"$T\"\n";

/// Makes `folder` a repository, as `git clone` would; no git runs.
fn clone(scratch: &Scratch, folder: &str, remote: &str) {
    scratch.write(&format!("{folder}/.git/HEAD"), "ref: refs/heads/main\n");
    scratch.write(&format!("{folder}/.git/refs/heads/main"), format!("{COMMIT}\n"));
    scratch.write(&format!("{folder}/.git/config"), format!("[remote \"origin\"]\n\turl = {remote}\n"));
}

/// Two clones with findings, one without, and a file next to them.
fn organisation() -> Scratch {
    let scratch = Scratch::with(&[
        ("team/app/a.sh", OLD),
        ("team/app/sub/b.sh", WARNING),
        ("team/lib/a.sh", OLD),
        ("clean/a.sh", "true\n"),
        ("beside.sh", WARNING),
    ]);
    clone(&scratch, "team/app", "https://user:made-up-password@gitlab.example.com/team/app.git");
    clone(&scratch, "team/lib", "git@gitlab.example.com:team/lib.git");
    clone(&scratch, "clean", "https://gitlab.example.com/clean.git");
    scratch
}

fn run_in(scratch: &Scratch, folder: &str, args: &[&str]) -> Ran {
    let mut command = program(&scratch.path(folder));
    command.args(args);
    ran(command)
}

#[test]
fn findings_name_their_repository() {
    let scratch = organisation();
    let all = scratch.run(&["-f", "json", "--title", "Everything"]).json();
    assert_eq!(all["repository"], serde_json::json!({"name": "Everything"}));
    let repository = |path: &str| {
        let findings = all["findings"].as_array().unwrap();
        findings.iter().find(|it| it["path"] == path).unwrap()["repository"].clone()
    };
    let app = serde_json::json!({
        "name": "team/app", "folder": "team/app", "remote": "https://gitlab.example.com/team/app.git", "revision": COMMIT,
    });
    assert_eq!(repository("team/app/a.sh"), app);
    assert_eq!(repository("team/app/sub/b.sh"), app);
    assert_eq!(repository("team/lib/a.sh")["remote"], "ssh://gitlab.example.com/team/lib.git");
    assert!(repository("beside.sh").is_null());
    let names: Vec<&str> =
        all["repositories"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["clean", "team/app", "team/lib"]);
    let registrations = all["registrations"].as_array().unwrap();
    assert!(
        registrations.iter().any(|it| it["state"] == "legacy" && it["repository"] == app),
        "{registrations:?}"
    );
    assert!(!all.to_string().contains("made-up-password"));
    let lines = scratch.run(&["-f", "jsonl"]);
    assert!(lines.text().lines().next().unwrap().contains("\"type\":\"finding\""));
}

#[test]
fn one_repository_is_named_once() {
    let scratch = organisation();
    let report = run_in(&scratch, "team/app", &["-f", "json"]).json();
    assert_eq!(report["repository"]["name"], "app");
    assert_eq!(report["repository"]["remote"], "https://gitlab.example.com/team/app.git");
    assert_eq!(report["repository"]["revision"], COMMIT);
    assert!(report["repository"].get("folder").is_none() && report.get("repositories").is_none());
    assert!(report["findings"].as_array().unwrap().iter().all(|it| it.get("repository").is_none()));
    let inside = run_in(&scratch, "team/app/sub", &["-f", "json", "--revision", "v1"]).json();
    assert_eq!(inside["repository"]["directory"], "sub");
    assert_eq!(
        (&inside["repository"]["name"], &inside["repository"]["revision"]),
        (&"app".into(), &"v1".into())
    );
    let named = scratch.run(&["-f", "json", "team/app"]).json();
    assert_eq!(named["repository"]["folder"], "team/app");
    assert!(named["findings"][0].get("repository").is_none());
    let beside = run_in(&scratch, "team/lib", &["-f", "json", "../app"]).json();
    assert_eq!(beside["repository"]["folder"], "../app");
    let stdin = scratch.pipe(&["check", "-", "--stdin-filename", "team/app/x.sh", "-f", "json"], OLD).json();
    assert_eq!(stdin["findings"][0]["repository"]["name"], "team/app");
}

#[test]
fn reports_for_people_go_by_repository() {
    let scratch = organisation();
    let grouped = scratch.run(&["-f", "grouped"]);
    let heads: Vec<&str> = grouped.text().lines().filter(|line| line.contains("epository")).collect();
    assert_eq!(heads, ["Not in a repository", "Repository team/app", "Repository team/lib"]);
    let statistics = scratch.run(&["--statistics"]);
    assert!(
        statistics
            .text()
            .ends_with("\n2  team/app\n1  no repository\n1  team/lib\n1 more repository without findings\n")
    );
    let page = scratch.run(&["-f", "html"]);
    assert!(
        page.text().contains("Findings by repository")
            && page.text().contains("data-repository=\"team/app\"")
    );
    let plan = scratch.run(&["plan"]);
    let heads: Vec<&str> = plan.text().lines().filter(|line| line.starts_with("# Repository ")).collect();
    assert_eq!(heads, ["# Repository `team/app`", "# Repository `team/lib`"], "{}", plan.text());
    // One repository has no headings.
    let one = run_in(&scratch, "team/app", &["-f", "html"]);
    assert!(!one.text().contains("Findings by repository") && !one.text().contains("data-repository="));
    assert!(!run_in(&scratch, "team/app", &["plan"]).text().contains("# Repository"));
}

#[test]
fn registrations_of_different_repositories_share_no_runner() {
    let scratch = organisation();
    for (folder, together) in [(".", 2), ("team/app", 1)] {
        scratch.write("team/app/c.sh", OLD);
        let plan = run_in(&scratch, folder, &["plan", "--format", "json"]).json();
        let groups = plan["groups"].as_array().unwrap();
        let create: Vec<usize> = groups
            .iter()
            .filter(|it| it["need"] == "create")
            .map(|it| it["registrations"].as_array().unwrap().len())
            .collect();
        assert_eq!(create.len(), together, "{groups:?}");
        assert_eq!(groups.iter().any(|it| it["repository"].is_object()), together == 2);
    }
    // A Secret of the same name in another repository is another Secret.
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: runner\nstringData:\n  runner-token: glrt-made-up-token-0001\n  runner-registration-token: dead\n";
    let values = "gitlabUrl: https://gitlab.example.com\nrunners:\n  secret: runner\n  tags: a\n";
    let scratch = Scratch::with(&[("one/secret.yaml", secret), ("two/values.yaml", values)]);
    let need = |scratch: &Scratch| {
        let plan = scratch.run(&["plan", "--format", "json"]).json();
        let groups = plan["groups"].as_array().unwrap().clone();
        groups.iter().find(|it| it["registrations"][0]["kind"] == "chart").unwrap()["need"].clone()
    };
    assert_eq!(need(&scratch), "check");
    clone(&scratch, "one", "https://gitlab.example.com/one");
    clone(&scratch, "two", "https://gitlab.example.com/two");
    assert_eq!(need(&scratch), "create");
}

#[test]
fn each_repository_has_its_own_configuration() {
    let scratch = organisation();
    scratch.write("team/app/runnerlint.toml", "rules = [\"rules\"]\nselect = [\"team\"]\n");
    let rule = "id: team-old\ntitle: old\nsince: '1.0'\nwhy: x\nseverity:\n  - is: warning\nmatch:\n  - text: old-thing\n";
    scratch.write("team/app/rules/team-old.yaml", rule);
    let listed = scratch.run(&["--select", "team-old"]);
    // Whatever is wrong with the rule is said; that it is unknown is not.
    assert!(!listed.err.contains("unknown rule"), "{}", listed.err);
    let unknown = scratch.run(&["--select", "no-such-rule", "team/lib"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("unknown rule or family `no-such-rule`"), "{}", unknown.err);
}

#[test]
#[cfg(unix)]
fn a_hostile_git_directory_shows_nothing() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::with(&[("repo/a.sh", SAFE), ("outside/x", "")]);
    clone(&scratch, "outside", "https://gitlab.example.com/secret/place.git");
    let repo = scratch.path("repo/.git");
    for step in 0..5 {
        let _ = fs::remove_file(&repo);
        let _ = fs::remove_dir_all(&repo);
        match step {
            0 => symlink("../outside/.git", &repo).unwrap(),
            1 => fs::write(&repo, "gitdir: ../outside/.git\n").unwrap(),
            2 => {
                fs::create_dir(&repo).unwrap();
                symlink("../../outside/.git/config", repo.join("config")).unwrap();
            }
            3 => {
                scratch.write(
                    "repo/.git/config",
                    "[remote \"origin\"]\nurl = https://x:y/z@gitlab.example.com/secret/place\n",
                );
                scratch.write("repo/.git/HEAD", "ref: refs/../../../outside/x\n");
            }
            _ => {
                let include =
                    "[include]\npath = ../../outside/.git/config\n[core]\nfsmonitor = touch owned\n";
                scratch.write("repo/.git/config", include);
            }
        }
        let ran = run_in(&scratch, "repo", &["-f", "json"]);
        assert_eq!(ran.code, 1, "{step}: {ran:?}");
        assert!(
            !ran.text().contains("secret") && ran.json()["repository"]["name"] == "repo",
            "{step}: {}",
            ran.text()
        );
        assert!(!scratch.path("repo/owned").exists());
    }
}

#[test]
fn reports_of_many_jobs_are_one_page() {
    let scratch = organisation();
    for folder in ["team/app", "team/lib", "clean"] {
        let file = scratch.path(&format!("reports/{folder}.json"));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let title = format!("Group: {folder}");
        let ran =
            run_in(&scratch, folder, &["-f", &format!("json={}", file.display()), "--title", &title, "-q"]);
        assert!(ran.code < 2, "{ran:?}");
    }
    let ran =
        scratch.run(&["report", "reports", "-f", "html=page.html", "-f", "json=all.json", "--title", "All"]);
    assert_eq!((ran.code, ran.text()), (0, ""), "{ran:?}");
    assert_eq!(ran.summary(), "3 findings in 3 repositories: 2 errors, 1 warning, 0 info; 3 registrations.");
    let page = scratch.read("page.html");
    for wanted in
        ["<h1>All</h1>", "Group: clean", "https://gitlab.example.com/team/app/-/blob/0123456789abcdef"]
    {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert_eq!(page.matches("<tr class=\"repository\">").count(), 3);
    // A file that is named twice is read once.
    let again = scratch.run(&["report", "reports/clean.json", "reports", "--statistics"]);
    assert_eq!(again.summary(), ran.summary());
    assert!(
        again.text().contains("\n2  Group: team/app  (1 error, 1 warning, 2 registrations)\n"),
        "{}",
        again.text()
    );
    // The same repository in two reports is one row, and a note.
    let twice = scratch.run(&["report", "reports/team/app.json", "all.json", "-f", "markdown"]);
    assert!(
        twice.err.contains("note: more than one report of https://gitlab.example.com/team/app.git"),
        "{}",
        twice.err
    );
    assert_eq!(twice.text().lines().filter(|line| line.contains("team/app")).count(), 1);
}

#[test]
fn a_report_that_cannot_be_merged_is_an_error() {
    let scratch = organisation();
    scratch.run(&["-f", "json=a.json"]);
    for (args, wanted) in [
        (
            &["report", "a.json", "-f", "full"][..],
            "reports cannot be merged into `full`: it shows source lines",
        ),
        (&["report", "a.json", "-f", "junit"], "reports cannot be merged into `junit`: "),
        (&["report", "a.json", "-f", "htlm"], "unknown output format `htlm`; did you mean `html`?"),
        (&["report", "a.json", "-f", "html", "-f", "json"], "two reports for standard output"),
        (&["report", "a.json", "-f", "html", "--statistics"], "`--statistics` cannot be written as `html`"),
        (&["report", "a.json", "-o", "a.json"], "cannot write a.json: this run reads it"),
        (&["report", "a.json", "-f", "html=x", "-f", "json=./x"], "cannot write ./x twice"),
        (&["report", "missing.json"], "error: missing.json: no such file"),
        (
            &["report", "beside.sh"],
            "error: beside.sh: not a report of `--output-format json`: line 1, column 1",
        ),
        (&["report"], "required"),
    ] {
        let ran = scratch.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(ran.err.contains(wanted), "{args:?}: {}", ran.err);
    }
    // The others are merged.
    let ran = scratch.run(&["report", "missing.json", "a.json"]);
    assert!(
        ran.code == 2 && ran.text().contains("team/app") && ran.text().contains("missing.json"),
        "{ran:?}"
    );
    assert!(ran.summary().ends_with("1 report could not be read."));
}
