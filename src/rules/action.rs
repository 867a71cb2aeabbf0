//! What a row of `do` does, and how safe it is. The build script compiles it too, so it depends on serde alone.

use super::{When, one_or_many};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// One row of a fix.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ActionRow {
    /// When it applies.
    #[serde(default)]
    pub when: When,
    /// What the fix does, in the imperative; `{name}` is the name as written.
    pub message: String,
    /// Removes these: `self`, or a slot.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub remove: Vec<String>,
    /// The finding's new name.
    #[serde(default)]
    pub rename: Option<String>,
    /// New names of slots, by slot.
    #[serde(default)]
    pub rename_slots: Vec<(String, String)>,
    /// The value to give to the finding's place: `token` puts the given token value there.
    #[serde(default)]
    pub value: Option<NewValue>,
    /// Entries to add after the finding, with their values; a name alone has an empty value. There is no fix where one of them
    /// already exists.
    #[serde(default, deserialize_with = "new_entries")]
    #[cfg_attr(with_schema, schemars(with = "super::describe::NewEntries"))]
    pub insert: Vec<NewEntry>,
    /// The new value of the finding's place; `{value}` is the old one, `{1}` a group of `like`.
    #[serde(default)]
    pub set: Option<String>,
    /// The dotted path, from the top of the document or of the chart's values, that the entry moves to. Mappings on the way are
    /// created.
    #[serde(default, rename = "move")]
    pub moves: Option<String>,
    /// As `move`, with a path from the mapping that the finding is in.
    #[serde(default)]
    pub move_beside: Option<String>,
    /// Replaces the text that a `literal` or `text` found, or the words that a `command` found: an option with its value. `{1}` is
    /// a group.
    #[serde(default)]
    pub replace: Option<String>,
    /// An option to add after the finding, with its value: `--wait`, `--timeout=5m`.
    #[serde(default)]
    pub add_option: Option<String>,
    /// Makes the value of the option that was found an argument: its position, from 1, among the words after the subcommand that
    /// do not belong to an option.
    #[serde(default)]
    pub to_argument: Option<usize>,
    /// The name of the value in the list of removed values.
    #[serde(default)]
    pub plan: Option<String>,
}

/// The value that a fix writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NewValue {
    /// The value of `--token-value`, if there is one and the old value is not an authentication token.
    Token,
    /// An empty string.
    Empty,
}

/// One row of the safety of a unit's fix.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SafetyRow {
    /// When it applies.
    #[serde(default)]
    pub when: When,
    /// How safe the fix is then.
    pub is: Verdict,
    /// Whether the row only lowers what a later row gives.
    #[serde(default)]
    pub at_most: bool,
    /// Why, for `none` and `unsafe`.
    #[serde(default)]
    pub because: Option<String>,
}

/// How safe a fix is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// There is none.
    None,
    /// It needs a manual step.
    Unsafe,
    /// What runs keeps working.
    Safe,
}

/// An entry that a fix adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEntry {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Whether the value is a number, `true` or `false`.
    pub typed: bool,
}

/// A value of a new entry.
struct NewScalar {
    value: String,
    typed: bool,
}

impl<'de> Deserialize<'de> for NewScalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;

        impl Form {
            fn typed(value: impl fmt::Display) -> NewScalar {
                NewScalar { value: value.to_string(), typed: true }
            }
        }

        impl Visitor<'_> for Form {
            type Value = NewScalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number, `true` or `false`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<NewScalar, E> {
                Ok(NewScalar { value: text.to_owned(), typed: false })
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<NewScalar, E> {
                Ok(Self::typed(number))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<NewScalar, E> {
                Ok(Self::typed(number))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<NewScalar, E> {
                Ok(Self::typed(number))
            }

            fn visit_bool<E: de::Error>(self, is: bool) -> Result<NewScalar, E> {
                Ok(Self::typed(is))
            }
        }

        deserializer.deserialize_any(Form)
    }
}

/// Entries with values, or the name of one without. The compact form always holds a list.
fn new_entries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NewEntry>, D::Error> {
    struct Form;

    impl<'de> Visitor<'de> for Form {
        type Value = Vec<NewEntry>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a key, or keys with values")
        }

        fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
            Ok(vec![NewEntry { key: key.to_owned(), ..NewEntry::default() }])
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = Vec::new();
            while let Some((key, NewScalar { value, typed })) = map.next_entry()? {
                entries.push(NewEntry { key, value, typed });
            }
            Ok(entries)
        }
    }

    if deserializer.is_human_readable() {
        deserializer.deserialize_any(Form)
    } else {
        Vec::deserialize(deserializer)
    }
}
