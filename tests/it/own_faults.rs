//! Custom rules that would write what is not well formed: refused when they are loaded, or when the fix is made.

use crate::support::{Ran, Scratch};

/// Programs for the rules here.
const PROGRAMS: &str = "programs:\n  - name: deploy\n    files: [deploy]\n    subcommands:\n      - {name: install, \
                        valued: [--name, --label, --release], flags: [--dry-run]}\n";

/// A rule with its `match`, its `do` and an example of what it finds.
fn rule(matches: &str, actions: &str, language: &str, bad: &str, at: &str) -> String {
    format!(
        "id: team-x\ntitle: t\nsummary: \"`{{name}}` is old\"\nhelp: h\nmatch: [{matches}]\nseverity: [{{is: \
         warning}}]\ndo: [{actions}]\nsafety: [{{is: safe}}]\nwhy: w\nexamples:\n  - {{language: {language}, bad: \
         \"{bad}\\n\", at: [{at}]}}\n  - {{language: yaml, ok: \"zzz: [b]\\n\"}}\n"
    )
}

fn option(option: &str, actions: &str, bad: &str) -> Ran {
    let matches = format!("{{command: {{program: deploy, subcommand: install, option: {option}}}}}");
    let folder = Scratch::new();
    folder.write("lint/programs.yaml", PROGRAMS);
    folder.write("lint/team-x.yaml", rule(&matches, actions, "shell", bad, &option.replace(['[', ']'], "")));
    folder.write("a.sh", format!("{bad}\n"));
    folder.run(&["--rules", "lint", "--diff", "-q"])
}

#[test]
fn a_new_name_that_is_no_option_is_an_error_of_the_rule() {
    for (name, wrong) in [
        ("--name", "web"),
        ("--dry-run", "--dry-run=client"),
        ("--name", "'--a b'"),
        ("--name", "--"),
        ("--name", "-$x"),
    ] {
        let ran =
            option(name, &format!("{{message: m, rename: {wrong}}}"), &format!("deploy install {name} web"));
        assert_eq!(ran.code, 2, "{wrong}: {ran:?}");
        assert!(ran.err.contains("is not the name of an option"), "{ran:?}");
    }
}

#[test]
fn a_renamed_option_is_an_option_with_the_same_value() {
    let rename = "{message: m, rename: --release}";
    let ran = option("--name", rename, "deploy install --name web chart");
    assert!(ran.text().contains("+deploy install --release web chart"), "{ran:?}");
    let ran = option("--name", rename, "deploy install --name=web chart");
    assert!(ran.text().contains("+deploy install --release=web chart"), "{ran:?}");
    // What a group gives is known only here.
    let group = "{when: {like: '(.*)'}, message: m, rename: '{value}'}";
    let ran = option("--name", group, "deploy install --name web chart");
    assert_eq!(ran.text(), "", "{ran:?}");
}

#[test]
fn an_option_is_there_once() {
    let rename = "{message: m, rename: --release}";
    let ran = option("--name", rename, "deploy install --name web --release old");
    assert_eq!(ran.text(), "", "{ran:?}");
    let ran = option("['--name', '--label']", rename, "deploy install --name web --label old");
    assert_eq!(ran.text(), "", "{ran:?}");
}
