//! What happens to files when something goes wrong while they are written: a file is the old one or the new one, always.

use crate::support::{PROGRAM, SAFE, SAFE_FIXED, Scratch};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Somebody who is not root.
const NOBODY: u32 = 65534;

fn is_root() -> bool {
    tempfile::tempdir().is_ok_and(|folder| fs::metadata(folder.path()).is_ok_and(|it| it.uid() == 0))
}

fn skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_kill_leaves_each_file_old_or_new() {
    const FILES: usize = 60;
    const ROUNDS: u32 = 40;
    let scratch = Scratch::new();
    let (old, new) = (SAFE.repeat(40), SAFE_FIXED.repeat(40));
    let file = |index: usize| format!("{index}.sh");
    let reset = || (0..FILES).for_each(|index| scratch.write(&file(index), &old));
    let start = || {
        let mut command = Command::new(PROGRAM);
        command.args(["--fix", "-q", "-f", "json"]).current_dir(scratch.root());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    reset();
    let begin = Instant::now();
    assert!(start().wait().unwrap().success());
    let whole = begin.elapsed();
    let mut between = 0;
    for round in 0..ROUNDS {
        reset();
        let mut child = start();
        sleep(whole * round / ROUNDS);
        let _ = child.kill();
        child.wait().unwrap();
        let texts: Vec<String> = (0..FILES).map(|index| scratch.read(&file(index))).collect();
        assert!(texts.iter().all(|text| *text == old || *text == new), "half a file in round {round}");
        let done = texts.iter().filter(|text| **text == new).count();
        between += u32::from(done > 0 && done < FILES);
        // What was not finished is hidden, and nobody's.
        for name in names(scratch.root()).iter().filter(|name| name.starts_with('.')) {
            assert!(name.starts_with(".runnerlint-"), "{name}");
        }
    }
    assert!(between > 0, "no run was killed while it wrote");
    for name in names(scratch.root()).iter().filter(|name| name.starts_with('.')) {
        fs::remove_file(scratch.path(name)).unwrap();
    }
    scratch.write(".runnerlint-left0.tmp", &old);
    reset();
    let ran = scratch.run(&["--fix", "-f", "json"]);
    assert_eq!(
        (ran.code, ran.json()["summary"]["files"].as_u64()),
        (0, Some(FILES as u64 + 1)),
        "the copy is named"
    );
    assert_eq!(scratch.read(".runnerlint-left0.tmp"), old);
    assert!((0..FILES).all(|index| scratch.read(&file(index)) == new));
}

/// Runs `script` as root of mounts of its own, with `$P` for the program and `$D` for a folder; `None` where that is not
/// allowed.
fn with_mounts(scratch: &Scratch, script: &str) -> Option<String> {
    let mut command = Command::new("unshare");
    command.args(if is_root() { &["--mount"][..] } else { &["--mount", "--map-root-user"] });
    command.args(["sh", "-c", &format!("set -e\n{script}")]);
    command.env("P", PROGRAM).env("D", scratch.root());
    let output = command.output().ok()?;
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if text.contains("ready") { Some(text) } else { None }
}

#[test]
fn on_a_full_disk_the_old_file_stays() {
    let scratch = Scratch::with(&[("a.sh", SAFE.repeat(200))]);
    let ran = with_mounts(
        &scratch,
        "mkdir $D/small; mount -t tmpfs -o size=64k none $D/small; cp $D/a.sh $D/small; echo ready\n\
         cat /dev/zero > $D/small/zero 2>/dev/null || true\n\
         cd $D/small; $P --fix -q -f concise a.sh > /dev/null || echo code $?; cmp a.sh ../a.sh; ls -A\n\
         rm zero; $P --fix -q a.sh 2>/dev/null || true; $P a.sh 2>/dev/null; echo then $?",
    );
    let Some(ran) = ran else { return skipped("a small file system cannot be mounted here") };
    assert!(ran.contains("code 2\n"), "{ran}");
    assert!(ran.contains("a.sh: error: not written: no storage space"), "{ran}");
    assert!(!ran.contains(".runnerlint") && !ran.contains("differ"), "{ran}");
    assert!(ran.contains("then 0"), "{ran}");
}

#[test]
fn on_a_read_only_file_system_the_others_are_written() {
    let scratch = Scratch::with(&[("ro/a.sh", SAFE), ("rw/b.sh", SAFE)]);
    let ran = with_mounts(
        &scratch,
        "mount --bind $D/ro $D/ro; mount -o remount,bind,ro $D/ro; echo ready\n\
         cd $D; $P --fix -q . || echo code $?",
    );
    let Some(ran) = ran else { return skipped("a folder cannot be mounted here") };
    assert!(
        ran.contains("code 2\n")
            && ran.contains("ro/a.sh: error: not written: read-only filesystem or storage medium\n"),
        "{ran}"
    );
    assert_eq!((scratch.read("ro/a.sh").as_str(), scratch.read("rw/b.sh").as_str()), (SAFE, SAFE_FIXED));
}

#[test]
fn in_a_write_protected_folder_nothing_is_written_and_the_others_are() {
    let scratch = Scratch::with(&[("ro/a.sh", SAFE), ("rw/b.sh", SAFE)]);
    fs::set_permissions(scratch.root(), fs::Permissions::from_mode(0o755)).unwrap();
    if is_root() {
        for path in ["ro", "ro/a.sh", "rw", "rw/b.sh"] {
            chown(scratch.path(path), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    fs::set_permissions(scratch.path("ro"), fs::Permissions::from_mode(0o555)).unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(["--fix", "-q"]).current_dir(scratch.root());
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let Ok(output) = command.output() else { return skipped("nobody may not start the program here") };
    fs::set_permissions(scratch.path("ro"), fs::Permissions::from_mode(0o755)).unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(
        err.contains(
            "ro/a.sh: error: not written: cannot create a file in its directory: permission denied\n"
        ),
        "{err}"
    );
    assert_eq!((scratch.read("ro/a.sh").as_str(), scratch.read("rw/b.sh").as_str()), (SAFE, SAFE_FIXED));
    assert_eq!(names(&scratch.path("ro")), ["a.sh"]);
}

#[test]
fn owner_mode_attributes_and_access_lists_stay() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    let path = scratch.path("a.sh");
    if is_root() {
        chown(&path, Some(1234), Some(2345)).unwrap();
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let has_attributes = xattr::set(&path, "user.origin", b"elsewhere").is_ok();
    // The owner may write, user 65534 and the group may read.
    let entries: [(u16, u16, u32); 5] =
        [(1, 6, u32::MAX), (2, 4, NOBODY), (4, 4, u32::MAX), (0x10, 4, u32::MAX), (0x20, 0, u32::MAX)];
    let mut list = 2_u32.to_le_bytes().to_vec();
    for (tag, may, who) in entries {
        list.extend([tag.to_le_bytes(), may.to_le_bytes()].concat());
        list.extend(who.to_le_bytes());
    }
    let access = "system.posix_acl_access";
    let has_lists = cfg!(target_os = "linux") && xattr::set(&path, access, &list).is_ok();
    let before = fs::metadata(&path).unwrap();
    assert_eq!(scratch.run(&["--fix"]).code, 0);
    assert_eq!(scratch.read("a.sh"), SAFE_FIXED);
    let after = fs::metadata(&path).unwrap();
    let kept = |it: &fs::Metadata| (it.uid(), it.gid(), it.mode());
    assert_eq!(kept(&after), kept(&before));
    assert_ne!(after.ino(), before.ino());
    if has_attributes {
        assert_eq!(xattr::get(&path, "user.origin").unwrap().as_deref(), Some(&b"elsewhere"[..]));
    } else {
        skipped("this file system has no attributes");
    }
    if has_lists {
        assert_eq!(xattr::get(&path, access).unwrap(), Some(list));
    } else {
        skipped("this file system has no access lists");
    }
}

#[test]
fn a_link_out_of_the_tree_is_not_followed_unless_it_is_named() {
    let scratch = Scratch::with(&[("outside/a.sh", SAFE), ("tree/b.sh", SAFE)]);
    symlink("../outside/a.sh", scratch.path("tree/link.sh")).unwrap();
    symlink("../outside", scratch.path("tree/folder")).unwrap();
    assert_eq!(scratch.run(&["--fix", "tree"]).code, 0);
    assert_eq!(
        (scratch.read("outside/a.sh").as_str(), scratch.read("tree/b.sh").as_str()),
        (SAFE, SAFE_FIXED)
    );
    assert_eq!(scratch.run(&["--fix", "tree/link.sh"]).code, 0);
    assert_eq!(scratch.read("outside/a.sh"), SAFE_FIXED);
    assert!(fs::symlink_metadata(scratch.path("tree/link.sh")).unwrap().is_symlink());
}

#[test]
fn ten_thousand_findings_of_one_file_are_fixed_at_once() {
    let fix = |count: usize| {
        let scratch = Scratch::with(&[("a.sh", SAFE.repeat(count))]);
        let begin = Instant::now();
        let ran = scratch.run(&["--fix", "-q"]);
        assert_eq!((ran.code, scratch.read("a.sh")), (0, SAFE_FIXED.repeat(count)));
        assert_eq!(names(scratch.root()), ["a.sh"]);
        begin.elapsed()
    };
    let (some, many) = (fix(2_500), fix(10_000));
    assert!(many < some * 10 + Duration::from_secs(2), "2500: {some:?}, 10000: {many:?}");
}
