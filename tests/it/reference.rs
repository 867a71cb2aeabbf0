//! The reference of the format of rules, generated from the types: `docs/rules-reference.md`.

use crate::generated::{Files, assert_current};
use crate::reference_text;
use crate::support;
use runnerlint::rules::describe;
use serde_json::{Map, Value};

const HEAD: &str = "# Format of rules

Every key of the files in a directory of rules, generated from the program's types. `runnerlint schema rule` and the other schemas
contain the same for programs. [writing-rules.md](writing-rules.md) shows how to write a rule.
";

const FIXES: &str = "
## Fixes by example

Each of these rules is complete in `tests/own`; here are its `match` and `do`, and what the fix writes. A fix is verified before it is
written: the text outside of the replaced range is the same, the result can be read, no key appears twice, a moved value keeps its
content, the finding is no longer reported, and no other rule reports a new one. Otherwise it is dropped, with the reason.

In all texts of a row, `{name}` is the name and `{value}` the value of the finding. `{1}` is a group of the row's own `like`, of the match
where the row has none, or of `key`; `{match.1}` and `{key.1}` name a group of one of these.
";

/// What is shown: a word, a file of `tests/own`, one of its examples.
const SHOWN: &[(&str, &str, &str)] = &[
    ("`rename` of a command", "docker-compose/docker-compose-plugin.yaml", "in an image"),
    ("`rename` with groups of `key`", "key-groups.yaml", "a resource"),
    ("`rename` of a variable", "renamed-variable/app-database-host.yaml", "an image"),
    ("`rename` and `set` with groups of the row", "row-groups.yaml", "an expression"),
    ("`replace`", "github-set-output/actions-set-output.yaml", "in a workflow"),
    ("`to-argument`", "helm-three/helm-install-name.yaml", "in a script"),
    ("`add-option`", "command-add-option.yaml", "in a list"),
    ("`insert`", "entry-insert.yaml", "on lines"),
    ("`move` of a chart value", "cert-manager/cert-manager-crds.yaml", "in a file of values"),
    ("`move` of a TOML table", "move-table.yaml", "a table"),
    ("`move-beside`", "move-beside.yaml", "on lines"),
    ("`together` with a name", "kubernetes-ingress/k8s-ingress-version.yaml", "a manifest"),
];

/// The lines of the keys `match`, `together` and `do` of a rule.
fn shown(text: &str) -> String {
    let mut is_shown = false;
    let lines = text.lines().filter(|line| {
        if let Some((key, _)) = line.split_once(':').filter(|_| line.starts_with(char::is_alphabetic)) {
            is_shown = ["match", "together", "do"].contains(&key);
        }
        is_shown && !line.trim_start().starts_with('#')
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn fixes() -> String {
    let mut out = FIXES.to_owned();
    for (title, file, name) in SHOWN {
        let text = std::fs::read_to_string(support::root().join("tests/own").join(file)).unwrap();
        let rule: Value = serde_yaml::from_str(&text).unwrap();
        let example = rule["examples"].as_array().unwrap().iter().find(|it| it["name"] == *name).unwrap();
        let language = example["language"].as_str().unwrap();
        let block = |key: &str| format!("```{language}\n{}```\n", example[key].as_str().unwrap());
        let (bad, good) = (block("bad"), block("good"));
        out.push_str(&format!(
            "\n### {title}\n\n```yaml\n{}```\n\nBefore:\n\n{bad}\nAfter:\n\n{good}",
            shown(&text)
        ));
    }
    out
}

/// The form of a value in words, with links to the forms that have keys of their own.
fn form(schema: &Value) -> String {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let name = name.rsplit('/').next().unwrap();
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(forms) = schema.get("anyOf").or(schema.get("oneOf")).and_then(Value::as_array) {
        let mut forms: Vec<String> = forms
            .iter()
            .filter(|it| it["type"] != "null")
            .map(form)
            .filter(|form| !form.is_empty())
            .collect();
        forms.dedup();
        return forms.join(" or ");
    }
    let words = |list: &Value| -> Option<String> {
        let list = list.as_array()?.iter().filter_map(Value::as_str);
        Some(list.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
    };
    if let Some(words) = words(&schema["enum"]) {
        return words;
    }
    if let Some(word) = schema["const"].as_str() {
        return format!("`{word}`");
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        kind => kind.as_str(),
    };
    match kind {
        Some("array") => match schema.get("prefixItems").and_then(Value::as_array) {
            Some(items) => format!("[{}]", items.iter().map(form).collect::<Vec<_>>().join(", ")),
            None => format!("list of {}", form(&schema["items"])),
        },
        Some("string") => "string".to_owned(),
        Some("integer") => "number".to_owned(),
        Some("boolean") => "`true`, `false`".to_owned(),
        _ => String::new(),
    }
}

fn line(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

fn keys(schema: &Value) -> String {
    let mut out = String::new();
    let Some(properties) = schema["properties"].as_object() else { return out };
    out.push_str("\n| key | value | |\n|---|---|---|\n");
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (key, value) in properties {
        let must = if required.contains(&key.as_str()) { "**" } else { "" };
        let about = value["description"].as_str().unwrap_or_default();
        out.push_str(&format!("| {must}`{key}`{must} | {} | {} |\n", line(&form(value)), line(about)));
    }
    out
}

/// A form that is one of several words, each with what it means.
fn variants(schema: &Value) -> String {
    let all = schema["oneOf"].as_array().into_iter().flatten();
    let known = all.filter_map(|it| Some((it["const"].as_str()?, it["description"].as_str()?)));
    let rows: Vec<String> = known.map(|(word, about)| format!("| `{word}` | {} |\n", line(about))).collect();
    if rows.is_empty() { String::new() } else { format!("\n| word | |\n|---|---|\n{}", rows.concat()) }
}

pub(crate) fn files() -> Files {
    let tops = [
        ("A rule: `ID.yaml`", describe::rule()),
        ("Programs: `programs.yaml`", describe::programs()),
        ("A chart: an item of `charts.yaml`", describe::charts()),
        ("A host: `sites/HOST.yaml`", describe::site()),
        ("A unit: `units/UNIT.yaml`", describe::unit()),
    ];
    let mut out = HEAD.to_owned();
    let mut forms: Map<String, Value> = Map::new();
    for (title, schema) in tops {
        let schema = schema.to_value();
        forms.extend(schema["$defs"].as_object().cloned().unwrap_or_default());
        if schema["properties"].is_object() {
            out.push_str(&format!("\n## {title}\n{}", keys(&schema)));
        } else {
            out.push_str(&format!("\n## {title}\n\nA {}.\n", form(&schema)));
        }
    }
    out.push_str("\nKeys in bold have to be there.\n");
    out.push_str(&fixes());
    let mut names: Vec<&String> = forms.keys().collect();
    names.sort();
    for name in names {
        let schema = &forms[name];
        let about = line(schema["description"].as_str().unwrap_or_default());
        let keys = if name == "When" { reference_text::conditions(&keys(schema)) } else { keys(schema) };
        out.push_str(&format!("\n## {name}\n\n{about}\n{keys}{}", variants(schema)));
    }
    out.push_str(&reference_text::sections());
    [("docs/rules-reference.md".to_owned(), out)].into()
}

#[test]
fn the_reference_is_that_of_the_types() {
    assert_current(&files());
}
