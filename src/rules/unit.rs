//! The form of a unit: how its slots and settings are spelled. The build script compiles it too, so it depends on serde alone.

use super::{Expression, SafetyRow, UnitKind, Via, gitlab, one_or_many};
use serde::{Deserialize, Serialize};

/// What all rules of the registration share: `rules/units/registration.yaml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Unit {
    /// Its name.
    pub unit: String,
    /// The product of the versions in its conditions.
    #[serde(default = "gitlab")]
    pub product: String,
    /// The program whose command makes one.
    #[serde(default)]
    pub program: String,
    /// The program's name for people, where it has another one.
    #[serde(default)]
    pub program_title: String,
    /// The subcommand.
    #[serde(default)]
    pub subcommand: String,
    /// The chart whose values make one.
    #[serde(default)]
    pub chart: String,
    /// First version of the program that supports the new slot, `major.minor`.
    #[serde(default)]
    pub program_since: String,
    /// First version of the chart that does.
    #[serde(default)]
    pub chart_since: String,
    /// Regular expressions of what pins a version of the program anywhere in a file: two groups, the major and the minor number.
    #[serde(default)]
    pub pins: Vec<Expression>,
    /// Prefix of literals that belong in the new slot.
    #[serde(default)]
    pub new_prefix: String,
    /// Regular expressions of expressions that always give a value for the new slot.
    #[serde(default)]
    pub new_expressions: Vec<Expression>,
    /// Regular expressions of literals that belong to a runner that exists, but that the program only verifies.
    #[serde(default)]
    pub runner_tokens: Vec<Expression>,
    /// Prefix of literals that belong in the old slot.
    #[serde(default)]
    pub old_prefix: String,
    /// Regular expressions of expressions that can never give a literal for the new slot: what makes random texts.
    #[serde(default)]
    pub never: Vec<Expression>,
    /// Regular expressions of what always gives a value for the old slot. The first group, or all of it, is named to the user.
    #[serde(default)]
    pub old_sources: Vec<Expression>,
    /// The same for the new slot.
    #[serde(default)]
    pub new_sources: Vec<Expression>,
    /// Keys of a mapping whose value names what the mapping gives.
    #[serde(default)]
    pub answer_keys: Vec<String>,
    /// Regular expressions of names, in upper or lower case, whose values are as secret as those of the slots.
    #[serde(default)]
    pub secret_names: Vec<String>,
    /// The new slot. What is in a slot is a secret: no output shows it.
    #[serde(default)]
    pub new: Spelling,
    /// The old slot.
    #[serde(default)]
    pub old: Spelling,
    /// Settings.
    #[serde(default)]
    pub settings: Vec<Setting>,
    /// Whose defaults apply to settings that a file does not set, for each kind of unit.
    #[serde(default)]
    pub defaults: Vec<Defaults>,
    /// Other facts about a registration, for the migration plan.
    #[serde(default)]
    pub about: Vec<About>,
    /// When a fix is safe: the first row that applies; without one there is no fix.
    #[serde(default)]
    pub safety: Vec<SafetyRow>,
}

/// How a thing is spelled by each carrier.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spelling {
    /// Options of the command.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub option: Vec<String>,
    /// Environment variables.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub variable: Vec<String>,
    /// Dotted paths of chart values.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub chart: Vec<String>,
    /// Dotted paths of chart values that count only together with one of the token's.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub chart_flat: Vec<String>,
    /// Keys of a Secret.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub secret: Vec<String>,
    /// Keys of `[[runners]]` in config.toml.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub config: Vec<String>,
    /// Keys of the Runner Operator's resource.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub operator: Vec<String>,
    /// Arguments of a Terraform module's registration map.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub terraform: Vec<String>,
    /// What keys of roads mean.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub road: Vec<String>,
}

impl Spelling {
    /// Its names where `via` carries it.
    pub fn names(&self, via: Via) -> impl Iterator<Item = &String> {
        let (first, second): (&[String], &[String]) = match via {
            Via::Option => (&self.option, &[]),
            Via::Variable => (&self.variable, &[]),
            Via::Chart => (&self.chart, &self.chart_flat),
            Via::Secret => (&self.secret, &[]),
            Via::Config => (&self.config, &[]),
            Via::Operator => (&self.operator, &[]),
            Via::Terraform => (&self.terraform, &[]),
            Via::Road => (&self.road, &[]),
            Via::Named | Via::Request | Via::Entry | Via::Argument | Via::Command | Via::Text => (&[], &[]),
        };
        first.iter().chain(second)
    }
}

/// A server-side setting.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Setting {
    /// Its name in plans; for a registration the field of `POST /user/runners`.
    pub field: String,
    /// What it is called in a sentence: "tags", "the project lock". Without it, its `field`.
    #[serde(default)]
    pub title: String,
    /// The type of the field.
    #[serde(default)]
    pub takes: Takes,
    /// Argument of the Terraform resource `gitlab_user_runner`, where it has another name.
    #[serde(default)]
    pub terraform: Option<String>,
    /// Values of a field with a word.
    #[serde(default)]
    pub words: Vec<String>,
    /// The words that a boolean in their place means.
    #[serde(default)]
    pub booleans: Vec<(bool, String)>,
    /// The smallest number that the field accepts.
    #[serde(default)]
    pub least: u64,
    /// Values that set nothing, like the empty one.
    #[serde(default)]
    pub nothing: Vec<String>,
    /// What the program sends if the setting is not set.
    #[serde(default)]
    pub unset: Option<String>,
    /// The same where another field, named first, is set.
    #[serde(default)]
    pub unset_beside: Vec<(String, String)>,
    /// The same for kinds of units that have another default.
    #[serde(default)]
    pub unset_in: Vec<UnsetIn>,
    /// What the program sends for any value, where another field, named first, has none.
    #[serde(default)]
    pub without: Option<(String, String)>,
    /// How it is spelled.
    pub spelled: Spelling,
    /// Values that stop no start.
    #[serde(default)]
    pub inert: Vec<String>,
}

impl Setting {
    /// Its argument of the Terraform resource `gitlab_user_runner`.
    pub fn argument(&self) -> &str {
        self.terraform.as_deref().unwrap_or(&self.field)
    }

    /// What it is called in a sentence.
    pub fn title(&self) -> &str {
        if self.title.is_empty() { &self.field } else { &self.title }
    }
}

/// Whose defaults apply to a kind of unit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Defaults {
    /// Kinds of units.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<UnitKind>"))]
    pub unit: Vec<UnitKind>,
    /// Whose they are, in words: "default of `register`".
    pub of: String,
    /// Whether the program itself sends the settings.
    #[serde(default)]
    pub registers: bool,
}

/// The default of a setting for some kinds of units.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UnsetIn {
    /// Kinds of units.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<UnitKind>"))]
    pub unit: Vec<UnitKind>,
    /// The value.
    pub value: String,
}

/// The form of a field of `POST /user/runners`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Takes {
    /// Words, with commas between them.
    List,
    /// Yes or no.
    Boolean,
    /// One of a few words.
    Word,
    /// A time in seconds.
    Seconds,
    /// Any text.
    #[default]
    Text,
}

/// Facts about a registration other than tokens and settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct About {
    /// What it is: `url`, `description`, `executor`, `secret`.
    pub fact: String,
    /// The field of the runner that it gives.
    #[serde(default)]
    pub field: Option<String>,
    /// Whether the field is a number: another text must be filled in.
    #[serde(default)]
    pub number: bool,
    /// What a word in its place is in the field.
    #[serde(default)]
    pub words: Vec<(String, String)>,
    /// Another field that it shows, and its value.
    #[serde(default)]
    pub shows: Option<(String, String)>,
    /// How it is spelled.
    pub spelled: Spelling,
}
