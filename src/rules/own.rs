//! What a rule may find beside registrations. The build script compiles it too.

use super::{Expression, one_or_many};
use serde::{Deserialize, Serialize};

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

/// How far findings are fixed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Together {
    /// In one mapping.
    Mapping,
    /// In one document of a file.
    Document,
    /// In the whole file.
    File,
}
