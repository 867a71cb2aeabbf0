//! The form of rules, described as JSON schemas: what the types do not derive.

use super::schema::{CLASSES, Classes};
use crate::sites::{Expression, Pattern};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
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
