//! What the types do not say in `docs/rules-reference.md`: languages, paths, classes, conditions of registrations.

use runnerlint::syntax::LANGUAGES;

/// Conditions that only apply to registrations: rules with `slot` or `setting`.
const OF_REGISTRATIONS: &[&str] = &[
    "broken",
    "has-setting",
    "hinted",
    "in-view",
    "inherits",
    "isolated",
    "mechanical",
    "names-old-variable",
    "names-secret",
    "new",
    "new-token-elsewhere",
    "old",
    "old-never",
    "origin",
    "outdated",
    "own-chart",
    "read-by-name",
    "repeated",
    "resets",
    "road",
    "same-token",
    "secret",
    "setting",
    "settings",
    "settings-elsewhere",
    "shared",
    "silent",
    "token-elsewhere",
    "token-value",
    "triggers",
    "unit",
    "unknown-setting",
    "unknown-token",
    "wakes",
];

/// The table of conditions as two: those of every rule, and those of rules about registrations.
pub(crate) fn conditions(table: &str) -> String {
    let is_row = |line: &&str| line.starts_with("| `") || line.starts_with("| **`");
    let head: String = table.lines().filter(|line| !is_row(line)).flat_map(|line| [line, "\n"]).collect();
    let key = |row: &str| row.split('`').nth(1).unwrap_or_default().to_owned();
    let rows = |of_registrations: bool| -> String {
        let rows = table.lines().filter(is_row);
        let rows = rows.filter(|row| OF_REGISTRATIONS.contains(&key(row).as_str()) == of_registrations);
        rows.flat_map(|row| [row, "\n"]).collect()
    };
    format!("{head}{}\nOnly for rules with `slot` or `setting`:\n{head}{}", rows(false), rows(true))
}

const PATHS: &str = "
## Paths

`entry`, `at` and the conditions on entries use paths. `runnerlint paths FILE` prints those of a file.

| path | |
|---|---|
| `a.b` | The key `b` in the mapping `a`. |
| `a[*].b`, `[*].b` | In any item of the list `a`, of a list at the top. An index is not supported. |
| `a.*.b` | In the value of any key of `a`. |
| `**.b`, `a.**.b` | At any depth. At most three `**`. |
| `a.{b,c}` | One of several keys. |
| `'a.b'.c`, `'a/b'` | A key that contains `.`, `[` or `/`. |
| `resource.TYPE.NAME.argument`, `provider.aws.region` | HCL: a block's labels are keys. Several blocks of one name are several entries. |
| `resource.*.*.logging.x` | HCL: `dynamic \"logging\" { content { … } }` counts as the block `logging`. |
| `tool.poetry.dependencies.x`, `x[*].y` | TOML: tables `[tool.poetry.dependencies]`, arrays of tables `[[x]]`. |
| `SECTION.KEY`, `KEY` | INI and systemd units; dotenv and properties. |

A path begins at the top of its document. Each document of a YAML file, and each item of a Kubernetes `List`, is a document. An embedded
document (a here-document, a ConfigMap) has paths of its own.

## Classes of values

For `self`, and for `new`, `old`, `secret` and `settings` of registrations: one of these or a list.

| class | |
|---|---|
| `absent` | It is not there. |
| `empty` | It has no value: `\"\"` or null. |
| `opaque` | A variable, an expression, a template. |
| `glrt` | A literal with the prefix `glrt-`. |
| `legacy` | A literal with the prefix of a registration token. |
| `registered` | A literal that belongs to a runner that exists. |
| `other` | Another literal. |
| `literal` | `glrt`, `legacy`, `registered` or `other`. |
| `filled` | `literal` or `opaque`. |

The value of a `text` or `literal` match is the text that was found: `is` and `like` compare that.

## What a fix may not do

A fix is dropped, and the finding says why, where the result: is not well-formed in its language; has a key, an option or a variable twice;
changes a word, an entry or an embedded text that the rule did not find; is still reported; or is reported by another rule. There is no fix
in an encrypted file, in a text that a program assembles from several strings, and in an anchored mapping that an alias also uses in a place
that the rule does not find. A fix is at most unsafe in documentation, in a branch of a template, and where it removes a comment.

An example runs its own rule, the other rules of its unit, and those that it is `together` with.
";

/// The section on languages, paths, classes and limits.
pub(crate) fn sections() -> String {
    let mut out = PATHS.to_owned();
    out.push_str("\n## Languages\n\nA name or an alias is valid wherever a language is expected.\n");
    out.push_str("\n| language | aliases | files |\n|---|---|---|\n");
    let mut rows: Vec<String> = Vec::new();
    let mut names: Vec<&str> = LANGUAGES.iter().map(|language| language.name()).collect();
    names.sort_unstable();
    names.dedup();
    let listed = |words: Vec<&str>| words.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
    for name in names {
        let of_name = || LANGUAGES.iter().filter(|language| language.name() == name);
        let aliases = of_name().flat_map(|language| language.aliases().iter().copied()).collect();
        let files = of_name().flat_map(|language| language.file_names().iter().copied()).collect();
        rows.push(format!("| `{name}` | {} | {} |\n", listed(aliases), listed(files)));
    }
    out + &rows.concat()
}
