use super::names::{ALL, families};
use super::schema::{ConfigKey, KEYS, OVERRIDES, OVERRIDES_ABOUT, PATHS, PATHS_ABOUT, ValueType};
use super::value::{FailOn, LEVELS};
use crate::rules::{BUILT_IN, GITLAB};
use serde_json::{Map, Value, json};

/// What any id of a rule or a family looks like: there may be rules of the user's own.
const NAME: &str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";

/// The JSON schema of a configuration file, for editors.
pub fn json_schema() -> Value {
    let by_path = |entry: &&ConfigKey| entry.by_path.is_some();
    let mut properties = properties(KEYS.iter());
    let mut own = self::properties(KEYS.iter().filter(by_path));
    own.insert(
        PATHS.to_owned(),
        json!({"description": PATHS_ABOUT, "type": "array", "items": text(), "minItems": 1}),
    );
    properties.insert(
        OVERRIDES.to_owned(),
        json!({
            "description": OVERRIDES_ABOUT,
            "type": "array",
            "items": {"type": "object", "properties": own, "required": [PATHS], "additionalProperties": false},
        }),
    );
    let ids: Vec<&str> = BUILT_IN.rules.iter().map(|rule| rule.id.as_str()).collect();
    let mut known: Vec<&str> = families(&ids).into_iter().collect();
    known.extend(&ids);
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "runnerlint.toml",
        "description": "The configuration of runnerlint",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "definitions": {
            "name": {
                "description": "A rule or a family, built in or your own",
                "anyOf": [{"enum": known}, {"type": "string", "pattern": NAME}],
            },
            "level": {"enum": LEVELS.iter().map(|(name, _)| *name).collect::<Vec<_>>()},
        },
    })
}

fn text() -> Value {
    json!({"type": "string", "minLength": 1})
}

fn version() -> Value {
    json!({"anyOf": [
        {"type": "string", "pattern": r"^(v?\d+(\.\d+)?(\..*)?|latest)$"},
        {"type": "integer", "minimum": 0},
    ]})
}

fn properties<'a>(entries: impl Iterator<Item = &'a ConfigKey>) -> Map<String, Value> {
    let mut properties = Map::new();
    for entry in entries {
        let mut form = form(entry);
        if let Some(form) = form.as_object_mut() {
            form.insert("description".to_owned(), entry.about.into());
            let default = entry.default.and_then(|text| serde_json::from_str::<Value>(text).ok());
            form.extend(default.map(|value| ("default".to_owned(), value)));
        }
        properties.insert(entry.name.to_owned(), form);
    }
    properties
}

fn form(entry: &ConfigKey) -> Value {
    match entry.form {
        ValueType::Names => {
            let name = json!({"anyOf": [{"const": ALL}, {"$ref": "#/definitions/name"}]});
            let least = u8::from(entry.key == super::schema::SettingKey::Select);
            json!({"type": "array", "items": name, "minItems": least})
        }
        ValueType::Globs | ValueType::Folders => json!({"type": "array", "items": text()}),
        ValueType::Path | ValueType::Text => text(),
        ValueType::Version => version(),
        ValueType::FailOn => json!({"enum": FailOn::NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>()}),
        ValueType::Size => json!({"anyOf": [
            {"type": "integer", "minimum": 1, "maximum": 1 << 30},
            {"type": "string", "pattern": r"^\d+ *(B|kB|KB|KiB|MB|MiB|GB|GiB)?$"},
        ]}),
        ValueType::Flag => json!({"type": "boolean"}),
        ValueType::Levels => json!({
            "type": "object",
            "propertyNames": {"$ref": "#/definitions/name"},
            "additionalProperties": {"$ref": "#/definitions/level"},
        }),
        ValueType::Versions => json!({
            "type": "object",
            "propertyNames": {"not": {"enum": [GITLAB]}},
            "additionalProperties": version(),
        }),
    }
}
