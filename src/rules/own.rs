//! What a rule may find beside registrations. The build script compiles it too.

use super::{Expression, one_or_many};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, IntoDeserializer as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// A command, or one of its words.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CommandMatch {
    /// The program, by its name in `programs.yaml`.
    pub program: String,
    /// Its subcommand, by its name there; none for every one.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub subcommand: Vec<String>,
    /// One of these options: the finding is the option. Without `option` and `argument` it is the command.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub option: Vec<String>,
    /// A word that is not an option or its value, and that matches this regular expression as a whole: the finding is the
    /// word.
    #[serde(default)]
    pub argument: Option<Expression>,
    /// Which of those words it is, after the subcommand, from 1; none for any.
    #[serde(default)]
    pub position: Option<usize>,
}

/// A value of a chart, however it reaches the chart: a values file, `--set`, a parameter of Argo CD.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChartMatch {
    /// The chart, by its name in `charts.yaml`.
    pub name: String,
    /// Dotted paths of its values, one of which it is.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub value: Vec<String>,
}

/// Which findings are fixed together or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Together {
    /// What the rules have in common that are fixed together; none for the rule alone.
    pub name: Option<String>,
    /// How far.
    pub within: Within,
}

/// How far findings are fixed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Within {
    /// In one mapping.
    Mapping,
    /// In one document of a file.
    Document,
    /// In the whole file.
    File,
}

/// [`Together`] as it is written with a name.
#[derive(Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[cfg_attr(with_schema, schemars(rename = "TogetherNamed"))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Named {
    /// Rules with the same name are fixed together.
    name: Option<String>,
    /// How far.
    within: Within,
}

impl<'de> Deserialize<'de> for Together {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;

        impl<'de> Visitor<'de> for Form {
            type Value = Together;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`mapping`, `document`, `file`, or `{name: …, within: …}`")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Together, E> {
                Within::deserialize(word.into_deserializer()).map(|within| Together { name: None, within })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Together, A::Error> {
                let Named { name, within } = Named::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Together { name, within })
            }
        }

        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(Form);
        }
        let (name, within) = Deserialize::deserialize(deserializer)?;
        Ok(Self { name, within })
    }
}
