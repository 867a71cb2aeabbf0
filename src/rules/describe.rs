//! The form of rules, described as JSON schemas: what the types do not derive.

use super::own::Named;
use super::schema::{CLASSES, Classes};
use super::{Rule, RuleText, Together, Unit, Within};
use crate::sites::{Chart, Host, Programs};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema, schema_for};
use serde_json::{Map, Value};
use std::borrow::Cow;

impl JsonSchema for Classes {
    fn schema_name() -> Cow<'static, str> {
        "Classes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What a value is: one or several of these.",
            "anyOf": [{"enum": CLASSES}, {"type": "array", "items": {"enum": CLASSES}}]
        })
    }
}

impl JsonSchema for Together {
    fn schema_name() -> Cow<'static, str> {
        "Together".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (within, named) = (generator.subschema_for::<Within>(), generator.subschema_for::<Named>());
        json_schema!({
            "description": "Which findings are fixed together or not at all.",
            "anyOf": [within, named]
        })
    }
}

/// What a row of `do` may insert; for the description of the form only.
pub(super) struct NewEntries;

impl JsonSchema for NewEntries {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "NewEntries".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
            ]
        })
    }
}

/// A rule file: the rule and what it says to people.
pub fn rule() -> Schema {
    let mut rule = schema_for!(Rule);
    let text = schema_for!(RuleText);
    for (key, merge) in [("properties", true), ("$defs", true), ("required", false)] {
        let Some(from) = text.get(key).cloned() else { continue };
        let into = rule
            .ensure_object()
            .entry(key)
            .or_insert_with(|| if merge { Value::Object(Map::new()) } else { Value::Array(Vec::new()) });
        match (into, from) {
            (Value::Object(into), Value::Object(from)) => {
                for (key, value) in from {
                    into.entry(key).or_insert(value);
                }
            }
            (Value::Array(into), Value::Array(from)) => {
                let new: Vec<Value> = from.into_iter().filter(|value| !into.contains(value)).collect();
                into.extend(new);
            }
            _ => {}
        }
    }
    loose(rule)
}

/// `programs.yaml`
pub fn programs() -> Schema {
    loose(schema_for!(Programs))
}

/// `charts.yaml`
pub fn charts() -> Schema {
    loose(schema_for!(Vec<Chart>))
}

/// A file of `sites/`.
pub fn site() -> Schema {
    loose(schema_for!(Host))
}

/// A file of `units/`.
pub fn unit() -> Schema {
    loose(schema_for!(Unit))
}

/// Text is text, whatever it would mean by itself: a version may be written `1.10`.
fn loose(mut schema: Schema) -> Schema {
    let mut open: Vec<&mut Value> = schema.ensure_object().values_mut().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(keys) => {
                let text = |kind: &Value| kind == "string";
                let words = ["string", "number", "boolean"];
                let kinds = match keys.get("type") {
                    Some(Value::String(kind)) if kind == "string" => Some(words.to_vec()),
                    Some(Value::Array(kinds)) if kinds.iter().any(text) => {
                        Some(words.iter().copied().chain(["null"]).collect())
                    }
                    _ => None,
                };
                if let Some(kinds) =
                    kinds.filter(|_| !keys.contains_key("enum") && !keys.contains_key("const"))
                {
                    keys.insert("type".to_owned(), kinds.into());
                }
                open.extend(keys.values_mut());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    schema
}
