//! Which files are linted.

use crate::support::{SAFE, Scratch};

/// The paths that are linted with `args`.
fn shown(scratch: &Scratch, args: &[&str]) -> Vec<String> {
    let ran = scratch.run(&[&["--show-files"], args].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
    ran.lines().into_iter().map(str::to_owned).collect()
}

#[test]
fn hidden_files_are_seen_and_the_folder_of_git_is_not() {
    let scratch = Scratch::with(&[
        (".gitlab-ci.yml", ""),
        (".github/workflows/a.yml", ""),
        (".git/config", ""),
        ("sub/.git/hooks/a.sh", ""),
        ("a.sh", ""),
    ]);
    assert_eq!(shown(&scratch, &[]), [".github/workflows/a.yml", ".gitlab-ci.yml", "a.sh"]);
    assert_eq!(shown(&scratch, &["--no-ignore"]), [".github/workflows/a.yml", ".gitlab-ci.yml", "a.sh"]);
}

#[test]
fn ignore_files_are_honoured_in_a_repository_or_not() {
    for in_repository in [false, true] {
        let scratch = Scratch::with(&[
            (".gitignore", "/built/\n"),
            (".ignore", "*.log\n"),
            (".runnerlintignore", "vendor/\n!vendor/\n*.old\n"),
            ("sub/.gitignore", "!keep.old\nb.sh\n"),
            ("a.sh", SAFE),
            ("a.log", SAFE),
            ("a.old", SAFE),
            ("b.sh", SAFE),
            ("built/a.sh", SAFE),
            ("sub/b.sh", SAFE),
            ("sub/built/a.sh", SAFE),
        ]);
        if in_repository {
            scratch.git(&["init", "-q"]);
        }
        let ours = |path: &String| !path.ends_with("ignore");
        let found: Vec<_> = shown(&scratch, &[]).into_iter().filter(ours).collect();
        assert_eq!(found, ["a.sh", "b.sh", "sub/built/a.sh"], "in a repository: {in_repository}");
        let all: Vec<_> = shown(&scratch, &["--no-ignore"]).into_iter().filter(ours).collect();
        assert_eq!(all, ["a.log", "a.old", "a.sh", "b.sh", "built/a.sh", "sub/b.sh", "sub/built/a.sh"]);
        // From inside, the files above count as well.
        let sub = scratch.path("sub");
        let mut inside = crate::support::program(&sub);
        inside.args(["--show-files", "built"]);
        assert_eq!(crate::support::ran(inside).lines(), ["built/a.sh"]);
    }
}

#[test]
fn what_git_honours_ends_at_the_folder_of_a_repository() {
    let scratch = Scratch::with(&[
        // As in a home folder whose files are kept in git.
        (".gitignore", "*\n"),
        (".runnerlintignore", "never.sh\n"),
        ("repository/a.sh", SAFE),
        ("repository/never.sh", SAFE),
        ("repository/mine.sh", SAFE),
        ("repository/.gitignore", "b.sh\n"),
        ("repository/inner/b.sh", SAFE),
        ("repository/inner/c.sh", SAFE),
        ("repository/inner/mine.sh", SAFE),
    ]);
    scratch.git(&["init", "-q", "repository"]);
    std::fs::write(scratch.path("repository/.git/info/exclude"), "mine.sh\n").unwrap();
    let inside = |args: &[&str]| {
        let mut program = crate::support::program(&scratch.path("repository"));
        program.arg("--show-files").args(args);
        let lines = crate::support::ran(program).lines().join(" ");
        lines.replace(".gitignore ", "")
    };
    let all = ["a.sh", "mine.sh", "never.sh", "inner/b.sh", "inner/c.sh", "inner/mine.sh"];
    let forced = [&["--force-exclude"][..], &all].concat();
    assert_eq!(inside(&[]), "a.sh inner/c.sh");
    assert_eq!(inside(&forced), "a.sh inner/c.sh");
    assert_eq!(inside(&["inner"]), "inner/c.sh");
    // From above, the folder itself is one of those that are left out.
    assert_eq!(shown(&scratch, &[]), [""; 0]);
    // A repository in a repository goes by its own files.
    scratch.git(&["init", "-q", "repository/inner"]);
    let alone = "a.sh inner/b.sh inner/c.sh inner/mine.sh";
    assert_eq!(inside(&[]), alone);
    assert_eq!(inside(&forced), alone);
}

#[test]
fn a_work_tree_and_a_submodule_leave_out_what_their_repository_excludes() {
    for (said, kept) in
        [("gitdir: ../kept/own\n", "kept/own/info/exclude"), ("gitdir: ../kept\r\n", "kept/info/exclude")]
    {
        let scratch =
            Scratch::with(&[("tree/.git", said), (kept, "a.sh\n"), ("tree/a.sh", SAFE), ("tree/b.sh", SAFE)]);
        assert_eq!(shown(&scratch, &["tree"]), ["tree/b.sh"], "{said}");
    }
    let scratch = Scratch::with(&[
        ("main/.git/worktrees/x/commondir", "../..\n"),
        ("main/.git/info/exclude", "a.sh\n"),
        ("tree/a.sh", SAFE),
        ("tree/b.sh", SAFE),
    ]);
    let said = format!("gitdir: {}\n", scratch.path("main/.git/worktrees/x").display());
    std::fs::write(scratch.path("tree/.git"), said).unwrap();
    assert_eq!(shown(&scratch, &["tree"]), ["tree/b.sh"]);
}

#[test]
fn an_ignore_file_may_be_odd() {
    let scratch = Scratch::with(&[
        (".gitignore", "\u{feff}a.sh\r\n[\r\n# b.sh\r\n\r\nc.sh   \r\n"),
        ("a.sh", SAFE),
        ("b.sh", SAFE),
        ("c.sh", SAFE),
        ("sub/.gitignore/a.sh", SAFE),
        ("sub/d.sh", SAFE),
    ]);
    std::fs::write(scratch.path(".ignore"), b"\xff\xfe\nsub/d.sh\n").unwrap();
    assert_eq!(shown(&scratch, &["-f", "json"]), [".gitignore", ".ignore", "b.sh"]);
}

#[test]
fn a_named_path_beats_ignore_files_and_excludes_unless_they_are_forced() {
    let scratch = Scratch::with(&[
        (".gitignore", "a.sh\nfolder/\n"),
        (".runnerlintignore", "b.sh\n"),
        ("a.sh", SAFE),
        ("b.sh", SAFE),
        ("c.sh", SAFE),
        ("d.sh", SAFE),
        ("folder/e.sh", SAFE),
    ]);
    let all = ["a.sh", "b.sh", "c.sh", "d.sh", "folder/e.sh"];
    let args = [&["--exclude", "c.sh"][..], &all].concat();
    assert_eq!(shown(&scratch, &args), all);
    assert_eq!(shown(&scratch, &[&["--force-exclude"], &*args].concat()), ["d.sh"]);
    // A file in an ignored folder, named by its folder.
    assert_eq!(shown(&scratch, &["folder"]), ["folder/e.sh"]);
    assert_eq!(shown(&scratch, &["--force-exclude", "folder"]), [""; 0]);
    let only_excluded = shown(&scratch, &[&["--force-exclude", "--no-ignore"], &*args].concat());
    assert_eq!(only_excluded, ["a.sh", "b.sh", "d.sh", "folder/e.sh"]);
}

#[test]
fn excludes_are_globs_from_the_working_directory() {
    let scratch = Scratch::with(&[("a.sh", ""), ("sub/a.sh", ""), ("sub/deep/b.sh", ""), ("test/c.sh", "")]);
    for (glob, left) in [
        ("a.sh", &["sub/deep/b.sh", "test/c.sh"][..]),
        ("/a.sh", &["sub/a.sh", "sub/deep/b.sh", "test/c.sh"]),
        ("sub/", &["a.sh", "test/c.sh"]),
        ("sub/**/b.*", &["a.sh", "sub/a.sh", "test/c.sh"]),
        ("*.sh", &[]),
    ] {
        assert_eq!(shown(&scratch, &["--exclude", glob]), left, "{glob}");
    }
    assert_eq!(shown(&scratch, &["--exclude", "sub", "--exclude", "test"]), ["a.sh"]);
}

#[test]
fn a_file_is_linted_once_however_often_it_is_named() {
    let scratch = Scratch::with(&[("sub/a.sh", SAFE)]);
    assert_eq!(shown(&scratch, &["sub", "./sub/a.sh", "sub/../sub/a.sh", "."]), ["sub/a.sh"]);
    assert_eq!(scratch.run(&["-f", "json", "sub", "sub/a.sh", "."]).json()["summary"]["findings"], 1);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_out_of_the_tree_are_not_followed() {
        let outside = Scratch::with(&[("a.sh", SAFE), ("folder/b.sh", SAFE)]);
        let scratch = Scratch::with(&[("c.sh", SAFE)]);
        symlink(outside.path("a.sh"), scratch.path("a.sh")).unwrap();
        symlink(outside.path("folder"), scratch.path("folder")).unwrap();
        assert_eq!(shown(&scratch, &[]), ["c.sh"]);
        // Named, they are what somebody asked for.
        let found = scratch.run(&["-f", "json", "a.sh", "folder"]).json();
        assert_eq!(found["summary"]["findings"], 2);
    }

    #[test]
    fn a_loop_of_links_ends() {
        let scratch = Scratch::with(&[("sub/a.sh", SAFE)]);
        symlink("..", scratch.path("sub/up")).unwrap();
        symlink("sub", scratch.path("again")).unwrap();
        symlink("self", scratch.path("self")).unwrap();
        let ran = scratch.run(&["-f", "json"]);
        assert_eq!(ran.code, 1);
        let found = ran.json();
        assert_eq!(found["summary"]["findings"], 1);
        assert_eq!(found["notices"][0]["path"], "self");
    }

    #[test]
    fn a_dangling_link_is_a_notice() {
        let scratch = Scratch::new();
        symlink("nowhere", scratch.path("link.yaml")).unwrap();
        let ran = scratch.run(&["-f", "json"]);
        assert_eq!(ran.code, 0);
        let notice = &ran.json()["notices"][0];
        assert_eq!((notice["path"].as_str(), notice["kind"].as_str()), (Some("link.yaml"), Some("dangling")));
        assert_eq!(scratch.run(&["link.yaml"]).code, 2, "named, it is a path that does not exist");
    }
}
