use super::document::is_reference;
use super::merge::{Config, Origin, SetValue};
use super::schema::{ConfigKey, KEYS, ValueType};
use super::value::{ConfigValue, FailOn, LEVELS, version_text};
use crate::escape;
use crate::mask::Mask;
use std::path::Path;

/// What holds, for all files or for the one at `path` (absolute), as TOML that a configuration file may hold; after each
/// value, where it comes from. Tokens are hidden.
pub fn show(config: &Config, path: Option<&Path>) -> String {
    let mut out = String::new();
    let is_table = |entry: &&ConfigKey| matches!(entry.form, ValueType::Levels | ValueType::Versions);
    let (tables, lines): (Vec<&ConfigKey>, Vec<&ConfigKey>) = KEYS.iter().partition(is_table);
    for entry in lines {
        let given = config.effective(entry.key, path);
        let values: Vec<&ConfigValue> = given.iter().map(|it| &it.value).collect();
        // What a file outside of the repository says is not repeated.
        let hidden = config.file().is_some_and(|file| file.outside);
        let hidden = hidden && given.iter().any(|it| matches!(it.origin, Origin::File { .. }));
        match (toml(&values, hidden), entry.default) {
            (Some(value), _) => {
                out.push_str(&format!("{} = {value}  # {}\n", entry.name, origins(&given)));
            }
            (None, Some(default)) => out.push_str(&format!("{} = {default}  # default\n", entry.name)),
            (None, None) => out.push_str(&format!("# {} is not set\n", entry.name)),
        }
    }
    for entry in tables {
        let given = config.effective(entry.key, path);
        if given.is_empty() {
            out.push_str(&format!("# {} is not set\n", entry.name));
            continue;
        }
        out.push_str(&format!("\n[{}]\n", entry.name));
        let mut rows: Vec<(&str, String, &SetValue)> = Vec::new();
        for given in given {
            for (name, value) in table(&given.value) {
                rows.retain(|(known, ..)| *known != name);
                rows.push((name, value, given));
            }
        }
        for (name, value, given) in rows {
            out.push_str(&format!("{} = {}  # {}\n", key(name), quoted(&value), origins(&[given])));
        }
    }
    out
}

/// What the table of a key holds.
fn table(value: &ConfigValue) -> Vec<(&str, String)> {
    match value {
        ConfigValue::Levels(levels) => {
            let word =
                |level| LEVELS.iter().find(|(_, known)| *known == level).map_or("off", |(word, _)| word);
            levels.iter().map(|(name, level)| (name.text.as_str(), word(*level).to_owned())).collect()
        }
        ConfigValue::Versions(versions) => {
            versions.iter().map(|(product, at)| (product.as_str(), version_text(*at))).collect()
        }
        _ => Vec::new(),
    }
}

/// A key of TOML: in quotes where it has to be.
fn key(name: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !name.is_empty() && name.bytes().all(bare) { name.to_owned() } else { quoted(name) }
}

fn origins(given: &[&SetValue]) -> String {
    let mut origins: Vec<String> =
        given.iter().map(|it| escape::inline(&it.origin.to_string()).into_owned()).collect();
    origins.dedup();
    origins.join(", ")
}

/// The values of one key, put together.
fn toml(values: &[&ConfigValue], hidden: bool) -> Option<String> {
    let first = values.first()?;
    if hidden
        && matches!(
            first,
            ConfigValue::Globs(_) | ConfigValue::Folders(_) | ConfigValue::Path(_) | ConfigValue::Text(_)
        )
    {
        return Some("\"********\"".to_owned());
    }
    let list = |of: &dyn Fn(&ConfigValue) -> Vec<String>| {
        let items: Vec<String> =
            values.iter().flat_map(|value| of(value)).map(|text| quoted(&text)).collect();
        format!("[{}]", items.join(", "))
    };
    Some(match first {
        ConfigValue::Names(_) | ConfigValue::Globs(_) => list(&|value| match value {
            ConfigValue::Names(names) | ConfigValue::Globs(names) => {
                names.iter().map(|name| name.text.clone()).collect()
            }
            _ => Vec::new(),
        }),
        ConfigValue::Folders(_) => list(&|value| match value {
            ConfigValue::Folders(folders) => folders.iter().map(|it| it.display().to_string()).collect(),
            _ => Vec::new(),
        }),
        ConfigValue::Path(path) => quoted(&path.display().to_string()),
        ConfigValue::Text(text) if is_reference(text) => quoted(text),
        ConfigValue::Text(text) => quoted(&"*".repeat(text.chars().count())),
        ConfigValue::Version(version) => quoted(&version_text(*version)),
        ConfigValue::FailOn(wanted) => {
            let known = FailOn::NAMES.iter().find(|(_, known)| known == wanted);
            quoted(known.map_or("", |(name, _)| name))
        }
        ConfigValue::Size(bytes) => bytes.to_string(),
        ConfigValue::Flag(is) => is.to_string(),
        ConfigValue::Levels(_) | ConfigValue::Versions(_) => return None,
    })
}

/// A text of TOML in quotes: what JSON escapes, TOML reads.
fn quoted(text: &str) -> String {
    let text = Mask::without_source(false).inserted(text);
    let mut out = String::new();
    for c in escape::in_string(serde_json::Value::String(text).to_string()).chars() {
        if escape::is_dangerous(c) { out.push_str(&escape::escaped(c)) } else { out.push(c) }
    }
    out
}
