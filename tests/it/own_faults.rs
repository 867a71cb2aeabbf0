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

/// What a rule makes of a file, and the reasons that it gives.
fn fixed(rule: &str, name: &str, text: &str) -> (String, Vec<String>) {
    let folder = Scratch::new();
    folder.write("lint/team-x.yaml", rule);
    folder.write(name, text);
    let ran = folder.run(&["--rules", "lint", "-f", "json", "--unsafe-fixes", name]).json();
    let findings = ran["findings"].as_array().expect("a list").iter();
    let reason = |it: &serde_json::Value| {
        it["manual"].as_str().or(it["fix"]["reason"].as_str()).unwrap_or_default().to_owned()
    };
    let reasons = findings.map(reason).collect();
    folder.run(&["--rules", "lint", "--fix", "-q", name]);
    (folder.read(name), reasons)
}

#[test]
fn a_fix_in_a_template_branch_is_never_safe() {
    let rule = rule("{entry: '**.old'}", "{message: m, rename: new}", "yaml", "old: 1", "old")
        .replace("at: [old]", "at: [old], good: \"new: 1\\n\"");
    for (name, text, line) in [
        ("templates/a.yaml", "{{- if .x }}\nold: 1\n{{- end }}\nkind: a\n", 1),
        ("a.yaml.j2", "kind: a\n{% if x %}\na: 1\n{% else %}\nold: 1\n{% endif %}\n", 4),
        ("templates/b.yaml", "{{- range .x }}\na: {old: 1}\n{{- end }}\n", 1),
        ("c.yaml.erb", "a: 1\n<% if @x %>\nold: 1\n<% end %>\n", 2),
    ] {
        let (after, reasons) = fixed(&rule, name, text);
        assert_eq!(after, text);
        assert_eq!(reasons.len(), 1, "{name}");
        let ends = format!("(line {line}) decides whether it is used");
        assert!(reasons.iter().all(|reason| reason.ends_with(&ends)), "{reasons:?}");
    }
    let outside = "{{- define \"x\" }}\nold: 1\n{{- end }}\n{{- if .x }}\na: 1\n{{- end }}\n";
    assert_eq!(fixed(&rule, "templates/d.yaml", outside).0, outside.replace("old", "new"));
}

/// A rule about documents, which finds two things in each.
fn of_documents(together: &str) -> String {
    let matches = "{entry: apiVersion, when: {is: v1beta1, document: {key: kind, is: Widget}}}, {entry: spec.size, when: \
                   {document: {key: kind, is: Widget}}}";
    let actions =
        "{when: {is: v1beta1}, message: m, set: v1}, {when: {like: '[0-9]+'}, message: m, rename: replicas}";
    let bad = "apiVersion: v1beta1\\nkind: Widget";
    let rule = rule(matches, actions, "yaml", bad, "apiVersion");
    let rule =
        rule.replace("at: [apiVersion]", "at: [apiVersion], good: \"apiVersion: v1\\nkind: Widget\\n\"");
    rule.replace("severity:", &format!("{together}severity:"))
}

const TWO: &str = "apiVersion: v1beta1\nkind: Widget\nspec: {size: large}\n---\napiVersion: v1beta1\nkind: Widget\nspec:\n  \
                   size: 3\n";

#[test]
fn a_document_is_fixed_as_a_whole() {
    let (_, second) = TWO.split_once("---").expect("two documents");
    let half = TWO.replace(second, "\napiVersion: v1\nkind: Widget\nspec:\n  replicas: 3\n");
    let (after, reasons) = fixed(&of_documents("together: document\n"), "a.yaml", TWO);
    assert_eq!(after, half);
    assert_eq!(reasons[0], "`size` (line 3) has no fix, and they are fixed together or not at all");
    let (after, _) = fixed(&of_documents("together: file\n"), "a.yaml", TWO);
    assert_eq!(after, TWO);
    // Without `together` a part of a document is no safe fix.
    let (after, reasons) = fixed(&of_documents(""), "a.yaml", TWO);
    assert_eq!(after, half);
    assert_eq!(reasons[0], "`size` (line 3) of the same document has no fix: change it as well");
}

#[test]
fn a_mapping_is_fixed_as_a_whole() {
    let rule = of_documents("together: mapping\n").replace("spec.size", "'**.size'");
    let text = "apiVersion: v1beta1\nkind: Widget\na: {size: large}\nb: {size: 3}\n";
    let (after, _) = fixed(&rule, "a.yaml", text);
    assert_eq!(after, text.replace("v1beta1", "v1").replace("size: 3", "replicas: 3"));
}

#[test]
fn a_variable_is_renamed_with_its_uses_or_not_at_all() {
    let rule = rule(
        "{variable: OLD_HOST}",
        "{message: m, rename: NEW_HOST}",
        "shell",
        "export OLD_HOST=a",
        "OLD_HOST",
    );
    let rule = rule.replace("at: [OLD_HOST]", "at: [OLD_HOST], good: \"export NEW_HOST=a\\n\"");
    let job = "variables:\n  OLD_HOST: db\nt:\n  script:\n    - ping \"$OLD_HOST\"\n";
    let (after, _) = fixed(&rule, ".gitlab-ci.yml", job);
    assert_eq!(after, job.replace("OLD", "NEW"));
    // Where others may read it, or where it is named in a way that is not known, the file stays.
    for (name, text, reason) in [
        (".gitlab-ci.yml", format!("{job}    - ./deploy.sh\n"), "other programs may read `OLD_HOST`"),
        (
            ".gitlab-ci.yml",
            format!("{job}    - printenv OLD_HOST\n"),
            "line 6 also names `OLD_HOST`: change both",
        ),
        (
            ".gitlab-ci.yml",
            format!("{job}    - 'echo \\$OLD_HOST'\n"),
            "line 6 also names `OLD_HOST`: change both",
        ),
        ("a.sh", "export OLD_HOST=a\nmake\n".to_owned(), "other programs may read `OLD_HOST`"),
        (".env", "OLD_HOST=a\nURL=http://$OLD_HOST\n".to_owned(), "other programs may read `OLD_HOST`"),
        (
            "compose.yaml",
            "services: {a: {image: x, environment: {OLD_HOST: a}, command: ping $$OLD_HOST}}\n".to_owned(),
            "other programs may read `OLD_HOST`",
        ),
        ("Dockerfile", "FROM a\nENV OLD_HOST=a\n".to_owned(), "other programs may read `OLD_HOST`"),
    ] {
        let (after, reasons) = fixed(&rule, name, &text);
        assert_eq!(after, text);
        assert_eq!(reasons, [reason], "{text}");
    }
    // One definition that the rule does not find keeps the other.
    let some = rule.replace("{variable: OLD_HOST}", "{variable: OLD_HOST, when: {is: a}}");
    let text = "OLD_HOST=a\nOLD_HOST=b\nexport OLD_HOST\nping $OLD_HOST\n";
    let (after, reasons) = fixed(&some, "a.sh", text);
    assert_eq!(after, text);
    assert_eq!(reasons, ["`OLD_HOST` (line 2) has no fix, and they are fixed together or not at all"]);
}

#[test]
fn rules_that_are_fixed_together_agree_how_far() {
    let rule = |id: &str, within: &str| {
        rule("{entry: OLD}", "{message: m, rename: NEW}", "yaml", "OLD: a", "OLD")
            .replace("id: team-x", &format!("id: {id}"))
            .replace("match:", &format!("together: {{name: both, within: {within}}}\nmatch:"))
    };
    for (within, code) in [("document", 0), ("file", 2)] {
        let folder = Scratch::new();
        folder.write("lint/team-a.yaml", rule("team-a", "document"));
        folder.write("lint/team-b.yaml", rule("team-b", within));
        folder.write("b.yaml", "a: b\n");
        let ran = folder.run(&["--rules", "lint"]);
        assert_eq!(ran.code, code, "{ran:?}");
        assert_eq!(ran.err.contains("`within` differs from that of `team-a`"), code == 2, "{ran:?}");
    }
}

#[test]
fn a_path_to_move_to_is_that_of_one_entry() {
    for (path, wrong) in [("b.c", false), ("'b[*].c'", true), ("'*.c'", true), ("''", true)] {
        let folder = Scratch::new();
        let rule = rule("{entry: OLD}", &format!("{{message: m, move: {path}}}"), "yaml", "OLD: a", "OLD");
        folder.write("lint/team-x.yaml", rule);
        folder.write("b.yaml", "OLD: a\n");
        let ran = folder.run(&["--rules", "lint", "--diff", "-q"]);
        assert_eq!(ran.code == 2, wrong, "{path}: {ran:?}");
        assert_eq!(ran.text().contains("+b:\n+  c: a\n"), !wrong, "{path}: {ran:?}");
    }
}
