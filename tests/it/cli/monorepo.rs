//! Several configuration files in one tree: the nearest one applies to each file, within its repository.

use crate::support::{Ran, SAFE, Scratch, WARNING, program, ran};

fn run_in(scratch: &Scratch, folder: &str, args: &[&str]) -> Ran {
    let mut command = program(&scratch.path(folder));
    command.args(args);
    ran(command)
}

/// Findings as `path severity`.
fn found(ran: &Ran) -> Vec<String> {
    let findings = ran.json()["findings"].as_array().unwrap().clone();
    let text = |it: &serde_json::Value| it.as_str().unwrap().to_owned();
    findings.iter().map(|it| format!("{} {}", text(&it["path"]), text(&it["severity"]))).collect()
}

/// A repository with three configurations, of which the first excludes `vendor`.
fn monorepo() -> Scratch {
    Scratch::with(&[
        (".git/config", ""),
        ("runnerlint.toml", "exclude = [\"vendor/\"]\n"),
        ("a.sh", WARNING),
        ("plain/a.sh", WARNING),
        ("off/.runnerlint.toml", "ignore = [\"register\"]\nexclude = [\"/*.sample\"]\n"),
        ("off/a.sh", WARNING),
        ("off/b.sample", SAFE),
        ("off/deep/er/a.sh", WARNING),
        ("info/runnerlint.toml", "severity = { register = \"info\" }\n"),
        ("info/a.sh", WARNING),
        ("info/vendor/a.sh", WARNING),
        ("vendor/runnerlint.toml", "fail-on = \"info\"\n"),
        ("vendor/a.sh", WARNING),
    ])
}

const JSON: [&str; 2] = ["-f", "json"];

#[test]
fn the_nearest_configuration_applies_to_each_file() {
    let scratch = monorepo();
    let all = ["a.sh warning", "info/a.sh info", "info/vendor/a.sh info", "plain/a.sh warning"];
    assert_eq!(found(&scratch.run(&JSON)), all);
    assert_eq!(found(&scratch.run(&["-f", "json", "-j", "4", ".", "info", "off/deep", "plain"])), all);
    // From below, from beside, and by name.
    assert_eq!(found(&run_in(&scratch, "info", &JSON)), ["a.sh info", "vendor/a.sh info"]);
    assert_eq!(
        found(&run_in(&scratch, "info", &["-f", "json", "../plain", "../off"])),
        ["../plain/a.sh warning"]
    );
    assert_eq!(found(&scratch.run(&["-f", "json", "off/a.sh", "info/a.sh", "vendor/a.sh"])).len(), 2);
    let forced =
        ["-f", "json", "--force-exclude", "off/b.sample", "info/vendor/a.sh", "vendor/a.sh", "vendor"];
    assert_eq!(found(&scratch.run(&forced)), ["info/vendor/a.sh info"]);
    let named = |name: &str| {
        found(&scratch.pipe(&["-", "--stdin-filename", name, "-f", "json", "--force-exclude"], WARNING))
    };
    assert_eq!(named("info/new/x.sh"), ["info/new/x.sh info"]);
    assert_eq!(named("off/x.sh"), [""; 0]);
    assert_eq!(named("vendor/x.sh"), [""; 0]);
    assert_eq!(found(&scratch.pipe(&["-", "-f", "json"], WARNING)), ["- warning"]);
    let files = scratch.run(&["--show-files", "off", "vendor"]);
    assert_eq!(
        files.lines(),
        ["off/.runnerlint.toml", "off/a.sh", "off/deep/er/a.sh", "vendor/a.sh", "vendor/runnerlint.toml"]
    );
}

#[test]
fn one_configuration_that_is_named_is_for_all_files() {
    let scratch = monorepo();
    scratch.write("info.toml", "severity = { register = \"info\" }\n");
    let all = found(&scratch.run(&["--config", "info.toml", "-f", "json"]));
    assert_eq!(all.len(), 8, "{all:?}");
    assert!(all.iter().all(|it| it.ends_with(" info")), "{all:?}");
    let all = found(&scratch.run(&["--isolated", "-f", "json"]));
    assert!(all.len() == 8 && !all.iter().any(|it| it.ends_with(" info")), "{all:?}");
}

#[test]
fn each_file_fails_by_its_own_configuration() {
    let scratch = Scratch::with(&[
        ("a/runnerlint.toml", "fail-on = \"never\"\n"),
        ("a/a.sh", WARNING),
        ("b/runnerlint.toml", "fail-on = \"error\"\n"),
        ("b/a.sh", WARNING),
    ]);
    let quiet = scratch.run(&[]);
    assert_eq!(quiet.code, 0);
    let said = "Exit code 0 because of `fail-on` in a/runnerlint.toml:1. \
                Exit code 0 because of `fail-on` in b/runnerlint.toml:1.";
    assert!(quiet.err.contains(said), "{}", quiet.err);
    assert_eq!(scratch.run(&["--fail-on", "warning"]).code, 1);
    let junit = |ran: &Ran| ran.text().matches("<failure ").count();
    assert_eq!(junit(&scratch.run(&["-f", "junit"])), 0);
    scratch.write("b/runnerlint.toml", "fail-on = \"info\"\n");
    assert_eq!(scratch.run(&[]).code, 1, "the worst counts");
    assert_eq!(junit(&scratch.run(&["-f", "junit"])), 1);
    assert_eq!(scratch.run(&["a"]).code, 0);
}

#[test]
fn each_configuration_has_its_overrides_and_its_size() {
    let scratch = Scratch::with(&[
        ("a/runnerlint.toml", "[[overrides]]\npaths = [\"/x.sh\"]\nignore = [\"register\"]\n"),
        ("a/x.sh", WARNING),
        ("a/y.sh", WARNING),
        ("x.sh", WARNING),
        ("b/runnerlint.toml", "max-file-size = 1\n"),
        ("b/x.sh", WARNING),
    ]);
    let ran = scratch.run(&["-f", "json"]);
    assert_eq!(found(&ran), ["a/y.sh warning", "x.sh warning"]);
    let err = scratch.run(&[]).err;
    assert!(err.contains("Rules are disabled for 1 file by `[[overrides]]` in a/runnerlint.toml. "), "{err}");
    assert!(err.contains(" too large because of `max-file-size` in b/runnerlint.toml:1."), "{err}");
}

#[test]
fn each_configuration_has_its_baseline() {
    let scratch = Scratch::with(&[
        (".git/config", ""),
        ("one/runnerlint.toml", "baseline = \"known.json\"\n"),
        ("one/a.sh", WARNING),
        ("one/sub/b.sh", WARNING),
        ("two/runnerlint.toml", "baseline = \"../shared.json\"\n"),
        ("two/a.sh", WARNING),
        ("three/runnerlint.toml", "baseline = \"../shared.json\"\n"),
        ("three/a.sh", WARNING),
    ]);
    let missing = scratch.run(&[]);
    let error = "error: baseline `one/known.json` not found: create it with `--write-baseline`\n";
    assert_eq!((missing.code, missing.err.as_str()), (2, error));
    let wrote = scratch.run(&["--write-baseline"]);
    assert_eq!(wrote.code, 0, "{}", wrote.err);
    for line in
        ["wrote one/known.json: 2 findings (2 added", "wrote three/../shared.json: 2 findings (2 added"]
    {
        assert!(wrote.err.contains(line), "{}", wrote.err);
    }
    assert!(scratch.read("one/known.json").contains("\"path\":\"sub/b.sh\""));
    assert!(scratch.read("shared.json").contains("\"path\":\"three/a.sh\""));
    assert_eq!(scratch.run(&[]).code, 0);
    assert_eq!(run_in(&scratch, "one/sub", &[]).code, 0);
    // A part of the files says nothing of the others.
    let again = scratch.run(&["two", "--write-baseline"]);
    assert!(again.err.contains("wrote two/../shared.json: 2 findings (0 added, 0 removed)"), "{}", again.err);
    // Gone in one, new in the other.
    scratch.write("one/sub/b.sh", "");
    std::fs::remove_file(scratch.path("two/a.sh")).unwrap();
    scratch.write("three/b.sh", WARNING);
    let ran = scratch.run(&["-f", "json"]);
    assert_eq!((ran.code, found(&ran).len()), (1, 3));
    let baseline = &ran.json()["baseline"];
    assert_eq!((&baseline["known"], &baseline["gone"], &baseline["new"]), (&4.into(), &2.into(), &1.into()));
    let stale: Vec<&str> =
        baseline["stale"].as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap()).collect();
    assert_eq!(stale, ["one/sub/b.sh", "two/a.sh"]);
    assert_eq!(scratch.run(&["--baseline", ""]).code, 1);
    // One for all.
    assert_eq!(scratch.run(&["--baseline", "all.json", "--write-baseline"]).code, 0);
    assert_eq!(scratch.run(&["--baseline", "all.json"]).code, 0);
}

#[test]
fn a_finding_without_a_baseline_to_write_stays_open() {
    let scratch = Scratch::with(&[
        ("a.sh", WARNING),
        ("sub/runnerlint.toml", "baseline = \"known.json\"\n"),
        ("sub/a.sh", WARNING),
    ]);
    let ran = scratch.run(&["--write-baseline"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("wrote sub/known.json: 1 finding "), "{}", ran.err);
    scratch.write("sub/runnerlint.toml", "");
    let ran = scratch.run(&["--write-baseline"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.starts_with("error: `--write-baseline` needs the name of the file"), "{}", ran.err);
    // A report must not replace a baseline that is found later.
    scratch.write("sub/runnerlint.toml", "baseline = \"known.json\"\nexclude = [\"*.json\"]\n");
    let ran = scratch.run(&["-o", "sub/known.json", "-f", "json"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("cannot write sub/known.json: this run reads it"), "{}", ran.err);
    let ran = scratch.run(&["-o", "sub/runnerlint.toml", "-f", "json"]);
    assert!(ran.err.contains("cannot write sub/runnerlint.toml: this run reads it"), "{}", ran.err);
}

#[test]
fn each_configuration_has_its_rules() {
    let scratch = Scratch::new();
    let starter = scratch.run(&["rules", "--new", "team-old-host", "--rules", "a/rules"]);
    assert_eq!(starter.code, 0, "{}", starter.err);
    scratch.write("a/runnerlint.toml", "rules = [\"rules\"]\nignore = [\"team\"]\n");
    scratch.write("a/a.sh", WARNING);
    scratch.write("b/runnerlint.toml", "rules = [\"../a/rules\"]\n");
    scratch.write("b/a.sh", WARNING);
    scratch.write("c/a.sh", WARNING);
    assert_eq!(scratch.run(&["-f", "json"]).code, 1);
    // A name has to be known in one of them.
    let select = scratch.run(&["--select", "team-old-host"]);
    assert!(select.code < 2, "{}", select.err);
    let select = scratch.run(&["--select", "team-old-host", "c"]);
    assert_eq!(select.code, 2, "{}", select.err);
    assert!(select.err.starts_with("error: unknown rule or family `team-old-host`"), "{}", select.err);
    assert_eq!(scratch.run(&["--select", "teem", "."]).code, 2);
    // Each of its own: `c` has none of that name.
    scratch.write("c/runnerlint.toml", "ignore = [\"team\"]\n");
    let unknown = scratch.run(&[]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("unknown rule or family `team`"), "{}", unknown.err);
    assert!(unknown.err.contains("c/runnerlint.toml:1:11"), "{}", unknown.err);
}

#[test]
fn a_wrong_configuration_ends_a_run_before_anything_is_changed() {
    let scratch = monorepo();
    scratch.write("plain/sub/runnerlint.toml", "selct = 1\n");
    scratch.write("plain/sub/a.sh", SAFE);
    scratch.write("off/deep/runnerlint.toml", "x = 1\n");
    for args in [&["--fix"][..], &["--fix", "plain/sub/a.sh", "off/deep/er"], &["plan"], &["--show-files"]] {
        let ran = scratch.run(args);
        assert_eq!((ran.code, ran.text()), (2, ""), "{args:?}: {}", ran.err);
        assert!(ran.err.starts_with("error: unknown key"), "{args:?}: {}", ran.err);
    }
    // The first one by its path, whatever the walk meets first.
    assert!(scratch.run(&[]).err.contains("off/deep/runnerlint.toml:1:1"));
    assert_eq!(scratch.read("plain/sub/a.sh"), SAFE);
    // Elsewhere it does not count, and nothing of what is excluded is read.
    assert_eq!(scratch.run(&["info"]).code, 0);
    assert_eq!(scratch.run(&["--exclude", "deep", "--exclude", "plain/sub"]).code, 1);
    scratch.write("info/.runnerlint.toml", "");
    let twice = scratch.run(&["info"]);
    assert_eq!(
        (twice.code, twice.err.as_str()),
        (2, "error: `info/` contains both `runnerlint.toml` and `.runnerlint.toml`: keep one of them\n")
    );
}

#[test]
fn a_repository_inside_another_has_its_own() {
    let scratch = Scratch::with(&[
        ("runnerlint.toml", "ignore = [\"register\"]\n"),
        ("a.sh", WARNING),
        ("module/.git", "gitdir: elsewhere\n"),
        ("module/a.sh", WARNING),
        ("module/sub/a.sh", WARNING),
    ]);
    assert_eq!(found(&scratch.run(&JSON)), ["module/a.sh warning", "module/sub/a.sh warning"]);
    assert_eq!(found(&run_in(&scratch, "module/sub", &JSON)), ["a.sh warning"]);
}

#[test]
fn settings_are_shown_by_path() {
    let scratch = monorepo();
    let shown = scratch.run(&["--show-settings", "off/a.sh", "off/deep", "info/new.sh", "plain"]);
    let lines: Vec<&str> =
        shown.lines().into_iter().filter(|it| it.starts_with("# configuration file")).collect();
    assert_eq!(
        lines,
        [
            "# configuration file: off/.runnerlint.toml",
            "# configuration file: info/runnerlint.toml",
            "# configuration file: runnerlint.toml"
        ]
    );
    assert!(shown.text().contains("ignore = [\"register\"]  # off/.runnerlint.toml:1"), "{}", shown.text());
    let below = run_in(&scratch, "off/deep", &["--show-settings"]);
    assert!(below.text().starts_with("# configuration file: ../.runnerlint.toml\n"), "{}", below.text());
    let said = scratch.run(&["-v", "-f", "concise"]).err;
    let note = "note: configurations info/runnerlint.toml, off/.runnerlint.toml, runnerlint.toml; walked in";
    assert!(said.contains(note), "{said}");
    let said = scratch.run(&["-v", "-f", "concise", "off"]).err;
    assert!(said.contains("note: configuration off/.runnerlint.toml; walked in"), "{said}");
}

#[test]
fn what_many_files_switch_off_is_said_shortly() {
    let scratch = Scratch::new();
    for at in 0..300 {
        scratch.write(&format!("d{at}/runnerlint.toml"), "ignore = [\"register\"]\n");
        scratch.write(&format!("d{at}/a.sh"), WARNING);
    }
    let ran = scratch.run(&["-v"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("The same applies to 297 more configuration files."), "{}", ran.err);
    assert!(ran.err.contains(" and 280 more; walked in"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_configuration_that_is_no_file_is_an_error_where_it_is() {
    let scratch = Scratch::with(&[("a.sh", WARNING), ("sub/a.sh", WARNING)]);
    let made = std::process::Command::new("mkfifo").arg(scratch.path("sub/runnerlint.toml")).status();
    if made.is_ok_and(|status| status.success()) {
        let ran = scratch.run(&[]);
        let error = "error: cannot read the configuration sub/runnerlint.toml: not a regular file\n";
        assert_eq!((ran.code, ran.err.as_str()), (2, error));
    }
}
