//! What a rule says to people. The build script compiles it too.

use serde::{Deserialize, Serialize};

/// What a rule says of itself to people; loaded only when asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleText {
    /// Id of the rule.
    pub id: String,
    /// Markdown.
    pub why: String,
    /// Examples, each one a test.
    pub examples: Vec<Example>,
}

/// An example and a test.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Example {
    /// What it shows.
    #[serde(default)]
    pub name: Option<String>,
    /// The language of the text.
    #[serde(default)]
    pub language: Option<String>,
    /// A text with findings.
    #[serde(default)]
    pub bad: Option<String>,
    /// The same text after all fixes; without it the fix is none.
    #[serde(default)]
    pub good: Option<String>,
    /// The texts under the findings of this rule, in order.
    #[serde(default)]
    pub at: Vec<String>,
    /// The texts under the findings of this rule that are left after all fixes, in order.
    #[serde(default)]
    pub remains: Vec<String>,
    /// A text without findings of this rule.
    #[serde(default)]
    pub ok: Option<String>,
    /// The value for `--token-value`.
    #[serde(default)]
    pub token_value: Option<String>,
    /// The name of the file; without it one of the language.
    #[serde(default)]
    pub file: Option<String>,
    /// The version of the product to check against.
    #[serde(default)]
    pub target: Option<String>,
}
