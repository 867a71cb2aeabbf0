//! Files that the program makes (reports, plans, baselines, new rules): never through a link of the repository, never half, never
//! over what the run reads.

use crate::support::{Ran, SAFE, Scratch, program, ran};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

const VALUES: &str = "runnerRegistrationToken: glrt-made-up-token-0001\n";
const BASELINE: &str = "{\n  \"version\": 1,\n  \"findings\": []\n}\n";

/// A repository in `repository/`, and `outside/` next to it.
fn tree() -> Scratch {
    let scratch = Scratch::with(&[("repository/values.yaml", VALUES), ("outside/file", "precious\n")]);
    fs::create_dir(scratch.path("repository/.git")).unwrap();
    scratch
}

fn run(scratch: &Scratch, args: &[&str]) -> Ran {
    let mut command = program(&scratch.path("repository"));
    command.args(args);
    ran(command)
}

fn link(scratch: &Scratch, target: &str, name: &str) {
    symlink(target, scratch.path(&format!("repository/{name}"))).unwrap();
}

/// Every option that writes, with `PLACE` for the file.
const WRITES: &[&[&str]] = &[
    &["check", "-o", "PLACE"],
    &["check", "-f", "json=PLACE"],
    &["check", "-f", "sarif=PLACE", "-f", "html=other.html"],
    &["check", "--diff", "-o", "PLACE"],
    &["check", "--statistics", "-o", "PLACE"],
    &["check", "--fix", "--plan", "PLACE"],
    &["check", "--fix", "-o", "PLACE"],
    &["check", "--baseline", "PLACE", "--write-baseline"],
    &["check", "--fix", "--baseline", "PLACE", "--write-baseline"],
    &["plan", "-o", "PLACE"],
    &["plan", "--format", "json", "-o", "PLACE"],
];

fn at(args: &[&str], place: &str) -> Vec<String> {
    args.iter().map(|arg| arg.replace("PLACE", place)).collect()
}

#[test]
fn nothing_is_written_through_a_link_of_the_repository() {
    for args in WRITES {
        for (target, place) in [
            ("../outside/file", "made"),
            ("../outside/new", "made"),
            ("values.yaml", "made"),
            ("nowhere", "made"),
            ("../outside", "linked/made"),
            ("../outside", "linked/../linked/made"),
            ("../outside/file", "linked/made"),
        ] {
            let scratch = tree();
            fs::write(scratch.path("outside/known.json"), BASELINE).unwrap();
            link(&scratch, target, place.split('/').next().unwrap());
            let args = at(args, place);
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let ran = run(&scratch, &args);
            assert_eq!(ran.code, 2, "{args:?} to {target}: {ran:?}");
            assert_eq!(scratch.read("outside/file"), "precious\n", "{args:?}");
            assert_eq!(fs::read_dir(scratch.path("outside")).unwrap().count(), 2, "{args:?}: a new file");
            assert_eq!(scratch.read("repository/values.yaml"), VALUES, "{args:?}: something was fixed");
            assert!(!scratch.path("repository/nowhere").exists(), "{args:?}");
        }
    }
}

#[test]
fn a_link_inside_the_repository_may_be_on_the_way() {
    let scratch = tree();
    fs::create_dir(scratch.path("repository/build")).unwrap();
    link(&scratch, "build", "latest");
    assert_eq!(run(&scratch, &["-f", "json=latest/a.json"]).code, 1);
    assert!(scratch.read("repository/build/a.json").contains("findings"));
    // The user's own link is not the repository's.
    symlink("outside", scratch.path("mine")).unwrap();
    symlink("outside/file", scratch.path("my-file")).unwrap();
    for place in ["../mine/a.json", "../my-file", "../outside/b.json"] {
        assert_eq!(run(&scratch, &["-f", &format!("json={place}")]).code, 1, "{place}");
    }
    assert!(
        scratch.read("outside/a.json").contains("findings")
            && scratch.read("outside/file").contains("findings")
    );
    assert!(fs::symlink_metadata(scratch.path("my-file")).unwrap().is_symlink());
}

#[test]
fn a_configuration_names_a_baseline_in_its_repository_only() {
    for (config, place) in [
        ("../outside/known.json", None),
        ("../outside/new.json", None),
        ("linked/new.json", None),
        ("linked.json", None),
        ("known.json", Some("repository/known.json")),
    ] {
        let scratch = tree();
        scratch.write("outside/known.json", BASELINE);
        link(&scratch, "../outside", "linked");
        link(&scratch, "../outside/known.json", "linked.json");
        scratch.write("repository/runnerlint.toml", format!("baseline = \"{config}\"\n"));
        let ran = run(&scratch, &["--write-baseline", "--fix"]);
        assert_eq!(ran.code, if place.is_some() { 0 } else { 2 }, "{config}: {ran:?}");
        assert_eq!(scratch.read("outside/known.json"), BASELINE, "{config}");
        assert_eq!(fs::read_dir(scratch.path("outside")).unwrap().count(), 2, "{config}");
        if place.is_none() {
            assert_eq!(scratch.read("repository/values.yaml"), VALUES, "{config}: something was fixed");
            assert!(run(&scratch, &["--baseline", "own.json", "--write-baseline"]).code == 0, "{config}");
        }
    }
    // What the user names, by an argument or in a configuration that is the user's, may be anywhere.
    let scratch = tree();
    assert_eq!(run(&scratch, &["--baseline", "../outside/a.json", "--write-baseline"]).code, 0);
    scratch.write("mine.toml", "baseline = \"outside/b.json\"\n");
    assert_eq!(run(&scratch, &["--config", "../mine.toml", "--write-baseline"]).code, 0);
    assert!(scratch.path("outside/a.json").exists() && scratch.path("outside/b.json").exists());
}

#[test]
fn a_new_rule_stays_in_the_repository() {
    let scratch = tree();
    link(&scratch, "../outside", "rules");
    for folder in ["rules", "rules/more"] {
        let ran = run(&scratch, &["rules", "--new", "team-old-host", "--rules", folder]);
        assert_eq!(ran.code, 2, "{ran:?}");
    }
    assert_eq!(fs::read_dir(scratch.path("outside")).unwrap().count(), 1);
    assert_eq!(run(&scratch, &["rules", "--new", "team-old-host", "--rules", "a/b/c"]).code, 0);
    assert!(scratch.path("repository/a/b/c/team-old-host.yaml").exists());
}

#[test]
fn what_the_run_reads_is_not_written_over() {
    for args in WRITES.iter().filter(|args| !args.contains(&"--write-baseline")) {
        for (place, paths) in [
            ("run.sh", &[][..]),
            ("plain.txt", &[]),
            ("sub/run.sh", &["sub"]),
            ("sub/run.sh", &["sub/run.sh"]),
            ("runnerlint.toml", &["sub"]),
            ("sub/known.json", &["sub"]),
            ("rules/x.yaml", &["sub"]),
            ("./sub/../run.sh", &[]),
        ] {
            let scratch = tree();
            scratch.write("repository/run.sh", SAFE);
            scratch.write("repository/sub/run.sh", SAFE);
            scratch.write("repository/plain.txt", "nothing that a rule refers to\n");
            scratch.write("repository/sub/known.json", BASELINE);
            scratch.write("repository/runnerlint.toml", "rules = [\"rules\"]\n");
            fs::create_dir(scratch.path("repository/rules")).unwrap();
            assert_eq!(run(&scratch, &["rules", "--new", "x-y", "--rules", "rules"]).code, 0);
            fs::rename(scratch.path("repository/rules/x-y.yaml"), scratch.path("repository/rules/x.yaml"))
                .unwrap();
            let text = scratch.read("repository/rules/x.yaml").replace("x-y", "x");
            scratch.write("repository/rules/x.yaml", &text);
            let before = scratch.read(&format!("repository/{place}"));
            let args = at(args, place);
            let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
            args.extend(paths);
            if place.ends_with("known.json") && args[0] == "check" {
                args.extend(["--baseline", place]);
            }
            let ran = run(&scratch, &args);
            assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
            assert_eq!(scratch.read(&format!("repository/{place}")), before, "{args:?}");
            assert_eq!(scratch.read("repository/sub/run.sh"), SAFE, "{args:?}: something was fixed");
        }
    }
    // By the name that an editor gives it.
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    assert_eq!(scratch.pipe(&["-", "--stdin-filename", "a.sh", "-o", "a.sh"], SAFE).code, 2);
    assert_eq!(scratch.read("a.sh"), SAFE);
}

/// The second run finds what the first one wrote, and replaces it.
#[test]
fn an_earlier_report_is_replaced_and_not_linted() {
    let formats = runnerlint::report::FORMATS.iter().map(|format| format.name);
    for text in ["", SAFE, "# GR1348941madeupmadeupmadeup00\n"] {
        let scratch = Scratch::with(&[("a.sh", text)]);
        let twice = |args: &[&str]| {
            let first = scratch.run(args);
            assert!(first.code < 2, "{args:?}: {first:?}");
            assert_eq!(scratch.run(args), first, "{args:?}");
        };
        for format in formats.clone() {
            twice(&["-f", &format!("{format}=report-{format}"), "-q"]);
        }
        twice(&["--statistics", "-o", "statistics.txt", "-q"]);
        twice(&["--diff", "-o", "fixes.patch", "-q"]);
        for format in runnerlint::report::plan::FORMATS {
            twice(&["plan", "-q", "--format", format.name, "-o", &format!("plan.{}", format.extension)]);
        }
        // What is ignored is not read.
        scratch.write(".gitignore", "build\n");
        scratch.write("build/a.txt", "another\n");
        assert!(scratch.run(&["-o", "build/a.txt"]).code < 2);
    }
}

#[test]
fn one_file_takes_one_report() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    for args in [
        &["-f", "json=x", "-f", "sarif=x"][..],
        &["-f", "json=x", "-f", "sarif=./x"],
        &["-f", "json=x", "--fix", "--plan", "x"],
        &["-o", "x", "--baseline", "x", "--write-baseline"],
        &["--fix", "--plan", "x", "--baseline", "x", "--write-baseline"],
    ] {
        let ran = scratch.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(!scratch.path("x").exists() && scratch.read("a.sh") == SAFE, "{args:?}");
    }
}

#[test]
fn what_cannot_be_written_is_found_before_anything_is_fixed() {
    let scratch = Scratch::with(&[("a.sh", SAFE), ("old.json", "[]\n")]);
    fs::set_permissions(scratch.path("old.json"), fs::Permissions::from_mode(0o444)).unwrap();
    fs::create_dir(scratch.path("folder")).unwrap();
    assert!(Command::new("mkfifo").arg(scratch.path("pipe")).status().unwrap().success());
    for place in ["old.json", "folder", ".", "missing/a.json", "a.sh/b"] {
        let ran = scratch.run(&["--fix", "-f", &format!("gitlab={place}")]);
        assert_eq!((ran.code, scratch.read("a.sh").as_str()), (2, SAFE), "{place}: {ran:?}");
    }
    let ran = scratch.run(&["-f", "json=pipe"]);
    assert_eq!((ran.code, ran.err.contains("a pipe that no program reads")), (2, true), "{ran:?}");
}

/// What the user names is written in place: a pipe with a reader, a device.
#[test]
fn pipes_and_devices_are_written_in_place() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    assert!(Command::new("mkfifo").arg(scratch.path("pipe")).status().unwrap().success());
    let reader =
        Command::new("cat").arg(scratch.path("pipe")).stdout(std::process::Stdio::piped()).spawn().unwrap();
    assert_eq!(scratch.run(&["-f", "gitlab=pipe"]).code, 1);
    assert!(reader.wait_with_output().unwrap().stdout.starts_with(b"[\n"));
    for device in ["/dev/stdout", "/dev/stderr", "/dev/null"] {
        let ran = scratch.run(&["-q", "-o", device, "-f", "concise"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert_eq!(ran.text().is_empty(), device != "/dev/stdout");
        assert_eq!(ran.err.is_empty(), device != "/dev/stderr");
    }
}

#[test]
fn the_mode_of_an_old_report_stays() {
    let scratch = Scratch::with(&[("a.sh", SAFE), ("old.json", "[]\n")]);
    let mode = || fs::metadata(scratch.path("old.json")).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(scratch.path("old.json"), fs::Permissions::from_mode(0o640)).unwrap();
    // Another name of the same file keeps the old text.
    fs::hard_link(scratch.path("old.json"), scratch.path("other")).unwrap();
    assert_eq!(scratch.run(&["-f", "gitlab=old.json", "a.sh"]).code, 1);
    assert_eq!((mode(), scratch.read("other").as_str()), (0o640, "[]\n"));
    assert!(scratch.read("old.json").contains("check_name"));
    let left = fs::read_dir(scratch.root())
        .unwrap()
        .filter(|it| it.as_ref().unwrap().file_name().to_string_lossy().starts_with(".runnerlint-"));
    assert_eq!(left.count(), 0);
}
