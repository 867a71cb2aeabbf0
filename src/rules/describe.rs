//! The form of rules, described as JSON schemas: what the types do not derive.

use super::schema::{CLASSES, Classes};
use super::{Rule, RuleText, Unit};
use crate::sites::{Chart, Expression, Host, Pattern, Programs};
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

impl JsonSchema for Expression {
    fn schema_name() -> Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A regular expression, as the Rust crate `regex` reads it."
        })
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "description": "A path of keys: `spec.containers[*].image`, `**.{shell,command}`, `'dotted.key'`."
        })
    }
}

/// A rule file: the rule and what it says to people.
pub fn rule() -> Schema {
    let mut rule = schema_for!(Rule);
    let text = schema_for!(RuleText);
    for (key, merge) in [("properties", true), ("$defs", true), ("required", false)] {
        let Some(from) = text.get(key).cloned() else { continue };
        let into = rule.ensure_object().entry(key).or_insert_with(|| match merge {
            true => Value::Object(Map::new()),
            false => Value::Array(Vec::new()),
        });
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
    rule
}

/// `programs.yaml`
pub fn programs() -> Schema {
    schema_for!(Programs)
}

/// `charts.yaml`
pub fn charts() -> Schema {
    schema_for!(Vec<Chart>)
}

/// A file of `sites/`.
pub fn site() -> Schema {
    schema_for!(Host)
}

/// A file of `units/`.
pub fn unit() -> Schema {
    schema_for!(Unit)
}
