//! The form of `rules/roads/*.yaml`: a way by which other tools than the program itself make a registration.

use super::super::{Expression, one_or_many};
use super::Requirement;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A way to make a registration: a module, a role, a resource, a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Road {
    /// Its name.
    pub road: String,
    /// What it is, in words: "Ansible module `x`".
    pub title: String,
    /// What its keys mean: `old` and `new` are the slots of the token, `old-entry` the old one in an entry of a list, `options` is
    /// words of a command, any other word a setting or a fact of the unit; with `!` in front a boolean is inverted, with `?` its value
    /// is only the name of a file. In a second text with the same keys, `-` and `_` are the same sign.
    pub keys: BTreeMap<String, String>,
    /// Other meanings where the mapping, or the one around its entries, has a key with one of these values.
    #[serde(default)]
    pub instead: Vec<Other>,
    /// Words, one of which the text contains where it is this road, in any case.
    #[serde(default)]
    pub shown_by: Vec<String>,
    /// The road that it is where the text has none of them, and one of `others`.
    #[serde(default)]
    pub otherwise: Option<String>,
    /// Words of texts that name what is used.
    #[serde(default)]
    pub others: Vec<String>,
    /// Whether the key of its mapping names it.
    #[serde(default)]
    pub labelled: bool,
    /// The keys of the list or mapping of entries, each of which is a registration.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub lists: Vec<String>,
    /// The keys next to it of mappings whose keys count for all entries.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub shared: Vec<String>,
    /// A mapping with one of these is not a registration.
    #[serde(default)]
    pub unless: Vec<Requirement>,
    /// Whose defaults apply to settings that are not set, in words: "default of the module".
    pub of: String,
    /// Those defaults, by field. What is not here has none.
    #[serde(default)]
    pub unset: BTreeMap<String, String>,
    /// Whether it runs the program's command, whose defaults apply to what has none here.
    #[serde(default)]
    pub registers: bool,
    /// Whether the file itself creates the runner once it is changed.
    #[serde(default)]
    pub creates: bool,
    /// What takes its place, where something does.
    #[serde(default)]
    pub replacement: Option<Replacement>,
    /// Where the new token goes: a sentence.
    pub store: String,
    /// How to change it: sentences.
    pub change: String,
    /// How the change is deployed: a clause.
    pub deploy: String,
    /// How the old runner is removed, where the deployment does it: a sentence.
    #[serde(default)]
    pub remove: Option<String>,
    /// Why its fix is unsafe: a clause. Without it there is none, because of `change`.
    #[serde(default)]
    pub caution: Option<String>,
    /// What its keys begin with in baselines, where `_` is `-`.
    #[serde(default)]
    pub known_as: Option<String>,
    /// The request that it is.
    #[serde(default)]
    pub request: Option<RoadRequest>,
}

/// Keys that mean something else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Other {
    /// The key that decides.
    pub key: String,
    /// Its values; none for any that is not empty.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub is: Vec<String>,
    /// What keys mean then; an empty text for nothing.
    pub keys: BTreeMap<String, String>,
}

/// A request that registers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RoadRequest {
    /// Its method, in capitals.
    pub method: String,
    /// A regular expression on its URL; the finding begins with its first group.
    pub url: Expression,
    /// The name of the place for rules.
    pub name: String,
}

/// What a registration is replaced by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Replacement {
    /// A Terraform resource.
    Resource,
    /// A request.
    Request,
}
