//! What is asked for and cannot be done is refused before anything is written.

use crate::support::{SAFE, Scratch, WARNING};

const EXTENSIONS: &str = "use one of `.md` (markdown), `.json` (json), `.sh` (curl), `.tf` (terraform)";

#[test]
fn a_new_rule_cannot_have_the_id_of_a_built_in_one() {
    let scratch = Scratch::new();
    let ran = scratch.run(&["rules", "--new", "helm-server-setting"]);
    let said = "error: `helm-server-setting` is a built-in rule: choose another id\n";
    assert_eq!((ran.code, ran.err.as_str()), (2, said));
    assert!(!scratch.path("helm-server-setting.yaml").exists());
    assert_eq!(scratch.run(&["rules", "--new", "team-server-setting"]).code, 0);
}

#[test]
fn a_plan_has_a_known_extension_or_a_format() {
    let scratch = Scratch::with(&[("a.sh", WARNING)]);
    for args in [&["plan", "-o", "plan.pdf"][..], &["--fix", "--unsafe-fixes", "--plan", "plan.pdf"]] {
        let ran = scratch.run(args);
        assert!(ran.code == 2 && ran.err.contains("unknown extension of the plan `plan.pdf`"), "{ran:?}");
        assert!(ran.err.contains(EXTENSIONS), "{ran:?}");
        assert!(!scratch.path("plan.pdf").exists());
        assert_eq!(scratch.read("a.sh"), WARNING);
    }
    for args in [["plan", "-f", "json", "-o", "plan.pdf"], ["plan", "-f", "markdown", "-o", "plan"]] {
        assert_eq!(scratch.run(&args).code, 0);
    }
    assert!(scratch.read("plan.pdf").starts_with('{'));
}

#[test]
fn a_plan_without_registrations_says_so() {
    let scratch = Scratch::with(&[("a.txt", "hello\n")]);
    for format in ["markdown", "json", "curl", "terraform"] {
        let ran = scratch.run(&["plan", "-f", format]);
        assert_eq!((ran.code, ran.err.as_str()), (0, "No registration was found.\n"), "{format}");
    }
    // What could not be read is no proof of it.
    let missing = scratch.run(&["plan", "missing.sh"]);
    assert!(missing.code == 2 && !missing.err.contains("No registration"), "{missing:?}");
}

#[test]
fn the_name_of_standard_input_needs_standard_input() {
    let scratch = Scratch::with(&[("a.sh", SAFE)]);
    for args in [
        &["--stdin-filename", "b.sh", "a.sh"][..],
        &["--stdin-filename", "b.sh"],
        &["plan", "--stdin-filename", "b.sh"],
    ] {
        let ran = scratch.pipe(args, SAFE);
        assert!(
            ran.code == 2 && ran.err.contains("`--stdin-filename` is the name of standard input"),
            "{ran:?}"
        );
    }
    assert_eq!(scratch.pipe(&["--stdin-filename", "b.sh", "-"], SAFE).code, 1);
}

#[test]
fn a_directory_without_rules_is_not_tested() {
    let scratch = Scratch::with(&[("rules/README.md", "empty\n")]);
    let ran = scratch.run(&["test", "rules"]);
    assert_eq!((ran.code, ran.err.as_str()), (2, "error: no rules in rules\n"));
}

/// `--fix` and `--add-ignore` do what can be done, and fail.
#[test]
fn a_missing_path_does_not_keep_the_others_from_being_changed() {
    for args in [&["--fix", "--unsafe-fixes"][..], &["--add-ignore"]] {
        let scratch = Scratch::with(&[("a.sh", WARNING)]);
        let ran = scratch.run(&[args, &["missing", "a.sh"]].concat());
        assert!(ran.code == 2 && ran.err.contains("missing: error: no such file or directory"), "{ran:?}");
        assert_ne!(scratch.read("a.sh"), WARNING, "{args:?}");
    }
}
