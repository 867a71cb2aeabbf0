//! What of a configuration file an error must not show, however broken the file is.

use super::document::is_reference;
use super::schema::{ConfigKey, KEYS, OVERRIDES, PATHS, SettingKey, ValueType};
use crate::quote;
use crate::text::Span;

/// What a line is part of.
#[derive(Clone, Copy)]
enum ConfigTable {
    /// The file itself, or an override.
    Keys,
    /// A table of a key that takes one.
    Of(&'static ConfigKey),
    Unknown,
}

/// What goes on after the end of its line.
#[derive(Clone, Copy)]
enum ConfigOpen {
    /// A text, up to these quotes: never shown.
    Text(&'static str),
    /// A list with so many open brackets, and whether its values may be shown.
    List(usize, bool),
}

/// All values but those of known keys that take rules, versions, globs, paths or words of a list; and each word that may be a
/// secret by its form, in comments too.
pub(super) fn secrets(text: &str) -> Vec<Span> {
    let mut secrets = quote::secrets(text);
    let (mut table, mut open, mut at) = (ConfigTable::Keys, None, 0);
    for line in text.split_inclusive('\n') {
        let whole = Span::new(at, at + line.trim_end().len());
        at += line.len();
        let line = whole.of(text);
        match open {
            Some(ConfigOpen::Text(end)) => {
                secrets.push(whole);
                open = open.filter(|_| !line.contains(end));
                continue;
            }
            Some(ConfigOpen::List(depth, shown)) => {
                if !shown {
                    secrets.push(whole);
                }
                let depth = deeper(depth, line);
                open = (depth > 0).then_some(ConfigOpen::List(depth, shown));
                continue;
            }
            None => {}
        }
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if trimmed.starts_with('[') {
            let name = trimmed.trim_start_matches('[').split([']', '.']).next().unwrap_or_default();
            table = table_of(name.trim());
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            // Not TOML: shown only if it begins as a key that we know.
            let first = trimmed.split([' ', '\t', ':', '"', '[']).next().unwrap_or_default();
            if entry(first).is_none() && ![OVERRIDES, PATHS].contains(&first) {
                secrets.push(whole);
            }
            continue;
        };
        let value_at = whole.start() + name.len() + 1;
        let start = value_at + value.len() - value.trim_start().len();
        let value = value.trim_start();
        let shown = is_shown(table, name, value);
        if !shown {
            secrets.push(Span::new(start.min(whole.end()), whole.end()));
        }
        open = opened(value, shown);
    }
    secrets
}

fn table_of(name: &str) -> ConfigTable {
    if name == OVERRIDES {
        return ConfigTable::Keys;
    }
    let takes = |it: &&ConfigKey| matches!(it.form, ValueType::Levels | ValueType::Versions);
    entry(name).filter(takes).map_or(ConfigTable::Unknown, ConfigTable::Of)
}

fn entry(name: &str) -> Option<&'static ConfigKey> {
    KEYS.iter().find(|entry| entry.name == name)
}

fn is_shown(table: ConfigTable, name: &str, value: &str) -> bool {
    let name = name.trim().split('.').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    let known = match table {
        ConfigTable::Keys if name == PATHS => return true,
        ConfigTable::Keys => entry(name),
        ConfigTable::Of(entry) => {
            return matches!(entry.form, ValueType::Levels | ValueType::Versions) && is_word(value);
        }
        ConfigTable::Unknown => None,
    };
    let Some(entry) = known else { return is_number(value) };
    match entry.form {
        _ if entry.key == SettingKey::TokenValue => is_reference(value) && quote::is_plain(value),
        ValueType::Names | ValueType::Globs | ValueType::Folders => value.starts_with('[') || is_word(value),
        ValueType::Path => is_word(value),
        ValueType::Version | ValueType::FailOn | ValueType::Size | ValueType::Flag => is_word(value),
        ValueType::Levels | ValueType::Versions => value.starts_with('{') || is_word(value),
        ValueType::Text => false,
    }
}

/// Whether a value is a truth value or a short number, and so not a secret.
fn is_number(value: &str) -> bool {
    let value = value.split('#').next().unwrap_or_default().trim();
    ["true", "false"].contains(&value) || value.len() < 8 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a value is one text or number.
fn is_word(value: &str) -> bool {
    !value.starts_with(['[', '{']) && opened(value, true).is_none()
}

fn opened(value: &str, shown: bool) -> Option<ConfigOpen> {
    for quotes in ["\"\"\"", "'''"] {
        if let Some(rest) = value.strip_prefix(quotes) {
            return (!rest.contains(quotes)).then_some(ConfigOpen::Text(quotes));
        }
    }
    let depth = if value.starts_with(['[', '{']) { deeper(0, value) } else { 0 };
    (depth > 0).then_some(ConfigOpen::List(depth, shown))
}

/// How many brackets are open after `line`: those in quotes and comments are none.
fn deeper(depth: usize, line: &str) -> usize {
    let (mut depth, mut quoted) = (depth, None);
    for c in line.chars() {
        match (quoted, c) {
            (Some(quote), c) if c == quote => quoted = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quoted = Some(c),
            (None, '#') => break,
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    depth
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::Mask;
    use crate::text::Source;

    #[test]
    fn values_of_known_keys_are_shown_and_no_others() {
        let text = "\
select = [\"helm\"]
token_value = \"hunter\"
registration-token = 'hunter' # hunter
baseline = [\"hunter\"]
baseline = \"known.json\"
fail-on = { x = \"hunter\" }
token-value = \"$RUNNER_TOKEN\"
token-value = \"hunter\"
x = [
  \"hunter\",
]
rules = [
  \"tools/rules\",
]
y = \"\"\"
hunter
\"\"\"
# Zq3xK9mPw7sVt2LbR8uY
hunter
exclude [\"docs\"]
[severity]
helm = \"info\"
[token-value]
x = \"hunter\"
[[overrides]]
paths = [\"docs/\"]
password = \"hunter\"
";
        let source = Source::new(text.as_bytes().to_vec());
        let mask = Mask::new(false, &source, &secrets(text));
        let shown = mask.excerpt(text.as_bytes(), Span::new(0, text.len()));
        let shown = String::from_utf8(shown).unwrap();
        assert!(!shown.contains("hunter") && !shown.contains("Zq3x"), "{shown}");
        for line in [
            "select = [\"helm\"]",
            "registration-token = ****",
            "baseline = \"known.json\"",
            "token-value = \"$RUNNER_TOKEN\"",
            "  \"tools/rules\",",
            "exclude [\"docs\"]",
            "helm = \"info\"",
            "paths = [\"docs/\"]",
        ] {
            assert!(shown.contains(line), "{line}: {shown}");
        }
    }
}
