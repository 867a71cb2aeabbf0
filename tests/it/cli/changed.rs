//! `--changed-since`: only what git says has changed.

use crate::support::{SAFE, Scratch};

fn git(scratch: &Scratch, args: &[&str]) {
    scratch.git(&[&["-c", "user.name=a", "-c", "user.email=a@example.com"], args].concat());
}

/// A repository whose branch `work` and whose work tree changed something of everything.
fn repository() -> Scratch {
    let scratch = Scratch::with(&[
        (".gitignore", "ignored.sh\n"),
        ("same.sh", SAFE),
        ("gone.sh", SAFE),
        ("sub/staged.sh", SAFE),
        ("sub/changed.sh", SAFE),
    ]);
    git(&scratch, &["init", "--quiet", "--initial-branch=main"]);
    git(&scratch, &["add", "."]);
    git(&scratch, &["commit", "--quiet", "-m", "first"]);
    git(&scratch, &["checkout", "--quiet", "-b", "work"]);
    scratch.write("committed.sh", SAFE);
    git(&scratch, &["add", "."]);
    git(&scratch, &["commit", "--quiet", "-m", "second"]);
    // What went on in `main` is none of the branch's changes.
    git(&scratch, &["checkout", "--quiet", "main"]);
    scratch.write("same.sh", format!("# another\n{SAFE}"));
    git(&scratch, &["commit", "--quiet", "-am", "third"]);
    git(&scratch, &["checkout", "--quiet", "work"]);
    scratch.write("sub/staged.sh", format!("# staged\n{SAFE}"));
    git(&scratch, &["add", "."]);
    scratch.write("sub/changed.sh", format!("# changed\n{SAFE}"));
    scratch.write("sub/new é\"\n.sh", SAFE);
    scratch.write("ignored.sh", SAFE);
    std::fs::remove_file(scratch.path("gone.sh")).unwrap();
    scratch
}

fn shown(scratch: &Scratch, args: &[&str]) -> Vec<String> {
    let ran = scratch.run(&[&["--show-files"], args].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
    ran.lines().into_iter().map(str::to_owned).collect()
}

#[test]
fn what_the_branch_the_index_and_the_work_tree_changed_is_linted() {
    let scratch = repository();
    let all = ["committed.sh", "sub/changed.sh", "sub/new é\"\\n.sh", "sub/staged.sh"];
    assert_eq!(shown(&scratch, &["--changed-since", "main"]), all);
    assert_eq!(shown(&scratch, &["--changed-since=HEAD"]), all[1..]);
    assert_eq!(shown(&scratch, &["--changed-since", "main", "sub/changed.sh", "same.sh"]), all[1..2]);
    assert_eq!(shown(&scratch, &["--changed-since", "main", "--exclude", "sub"]), all[..1]);
    let ran = scratch.run(&["--changed-since", "main", "-f", "json"]);
    assert_eq!((ran.code, &ran.json()["summary"]["files"]), (1, &4.into()));
}

#[test]
fn what_git_refuses_ends_the_run() {
    let scratch = repository();
    for revision in
        ["no-such-revision", "--output=stolen", "-h", "--", "--all", "HEAD:", "HEAD^{tree}", "HEAD:same.sh"]
    {
        let ran = scratch.run(&["--changed-since", revision]);
        assert_eq!(ran.code, 2, "{ran:?}");
        let said = format!("error: cannot compare with `{revision}`: unknown revision\n");
        assert!(ran.err.starts_with(&said), "{ran:?}");
    }
    // Of two revisions git would compare these, and nothing in the work tree.
    for revision in ["", " ", "main..work", "main...work", "main..", "^main", "main\nwork"] {
        let ran = scratch.run(&["--changed-since", revision]);
        assert_eq!(ran.code, 2, "{ran:?}");
        let said = ["`--changed-since` needs one revision, the older one: `", "cannot compare with `"];
        assert!(said.iter().any(|said| ran.err.contains(said)), "{ran:?}");
    }
    assert!(!scratch.path("stolen").exists());
    let ran = scratch.run(&["--changed-since", "main", "missing.sh"]);
    assert_eq!(
        (ran.code, ran.err.contains("missing.sh: error: no such file or directory")),
        (2, true),
        "{ran:?}"
    );
    let ran = scratch.run(&["--changed-since", "main", "/usr"]);
    assert_eq!((ran.code, ran.err.contains("/usr is not in the git repository")), (2, true), "{ran:?}");
    let no_repository = Scratch::with(&[("a.sh", SAFE)]);
    let ran = no_repository.run(&["--changed-since", "main"]);
    assert_eq!((ran.code, ran.err.contains("needs a git repository")), (2, true), "{ran:?}");
}

#[test]
fn a_shallow_clone_is_told_to_fetch_more() {
    let scratch = repository();
    let from = format!("file://{}", scratch.path(".").display());
    let clone = Scratch::new();
    git(&clone, &["clone", "--quiet", "--depth=1", &from, "."]);
    let ran = clone.run(&["--changed-since", "origin/main"]);
    let said =
        "error: cannot compare with `origin/main`: unknown revision. In a shallow clone, fetch it first";
    assert!(ran.code == 2 && ran.err.starts_with(said), "{ran:?}");
    assert!(ran.err.contains("git fetch origin main:refs/remotes/origin/main"), "{ran:?}");
}
