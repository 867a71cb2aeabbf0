use super::schema::{ConfigKey, KEYS, OVERRIDES, OVERRIDES_ABOUT, PATHS, PATHS_ABOUT, ValueType};

/// The configuration, explained: a page of Markdown.
pub fn reference() -> String {
    let mut out = include_str!("reference.md").to_owned();
    for entry in KEYS {
        out.push_str(&format!("### `{}`\n\n{}\n\n", entry.name, entry.about));
        out.push_str(&facts(entry));
        out.push_str(&format!("```toml\n{}\n```\n\n", entry.example));
    }
    out.push_str(&format!("### `[[{OVERRIDES}]]`\n\n{OVERRIDES_ABOUT}\n\n"));
    out.push_str("| key | in an override |\n|---|---|\n");
    out.push_str(&format!("| `{PATHS}` | {PATHS_ABOUT} |\n"));
    for entry in KEYS {
        if let Some(by_path) = entry.by_path {
            out.push_str(&format!("| `{}` | {by_path} |\n", entry.name));
        }
    }
    out.push_str(
        "\n```toml\n[[overrides]]\npaths = [\"docs/\"]\nignore = [\"leaked-registration-token\"]\n```\n",
    );
    out
}

fn facts(entry: &ConfigKey) -> String {
    let mut out = format!("- Type: {}\n", what(entry.form));
    if let Some(default) = entry.default {
        out.push_str(&format!("- Default: `{default}`\n"));
    }
    if let Some(option) = entry.option {
        out.push_str(&format!("- Option: `{option}`\n"));
    }
    if entry.by_path.is_some() {
        out.push_str(&format!("- Can be set in [`[[{OVERRIDES}]]`](#{OVERRIDES})\n"));
    }
    out.push('\n');
    out
}

fn what(form: ValueType) -> &'static str {
    match form {
        ValueType::Names => "a list of rules and families",
        ValueType::Globs => "a list of globs",
        ValueType::Folders => "a list of directories",
        ValueType::Path => "the path of a file",
        ValueType::Text => "a string",
        ValueType::Version => "a version, `\"MAJOR.MINOR\"` or `\"latest\"`",
        ValueType::Versions => "a table: product = version, `\"MAJOR.MINOR\"` or `\"latest\"`",
        ValueType::FailOn => "`\"error\"`, `\"warning\"`, `\"info\"` or `\"never\"`",
        ValueType::Flag => "`true` or `false`",
        ValueType::Size => "a number of bytes, or a string with a unit",
        ValueType::Levels => "a table: rule or family = `\"error\"`, `\"warning\"`, `\"info\"` or `\"off\"`",
    }
}
