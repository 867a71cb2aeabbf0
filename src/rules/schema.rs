//! The form of a rule. The build script compiles it too, so it depends on serde alone.

use super::{
    ActionRow, ChartMatch, CommandMatch, Expression, Globs, Pattern, Requirement, SafetyRow, Together, Unit,
    Via, one_or_many,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A rule as the engine uses it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// `family-what`, stable.
    pub id: String,
    /// What it finds, a few words for a table.
    pub title: String,
    /// The product of the versions in the next four fields.
    #[serde(default = "gitlab")]
    pub product: String,
    /// The unit of its slots and settings; none for the first one.
    #[serde(default)]
    pub unit: Option<String>,
    /// Version of the product that warns first.
    #[serde(default)]
    pub since: String,
    /// First version with a replacement: below it nothing is reported.
    #[serde(default)]
    pub replacement_since: Option<String>,
    /// Version that switches it off by default: below it errors are warnings.
    #[serde(default)]
    pub disabled: Option<String>,
    /// Version that removes it.
    #[serde(default)]
    pub removed: Option<String>,
    /// What is wrong and what to use instead, one line; `{name}` is the name as written, `{setting}` the title of the setting.
    pub summary: String,
    /// What to do, one sentence.
    pub help: String,
    /// The documentation.
    #[serde(default)]
    pub url: String,
    /// Literals without which no text can match: one of each list. Without it they are taken from `match`.
    #[serde(default)]
    pub needs: Vec<Vec<String>>,
    /// What it finds.
    #[serde(rename = "match")]
    pub matches: Vec<Match>,
    /// The first row that applies.
    pub severity: Vec<SeverityRow>,
    /// The finding's part in the fix of its unit: the first row that applies. No row: nothing to do; the other findings of the unit are still fixed.
    #[serde(default, rename = "do")]
    pub actions: Vec<ActionRow>,
    /// Whether its findings have no part in the fix of their unit: they are changed manually.
    #[serde(default)]
    pub apart: bool,
    /// Where all findings of the rule are fixed together or not at all: `document`, or `{name: …, within: document}` for all rules
    /// with that name.
    #[serde(default)]
    pub together: Option<Together>,
    /// When the fix of a finding that belongs to no unit is safe: the first row that applies. No row: it is unsafe.
    #[serde(default)]
    pub safety: Vec<SafetyRow>,
}

/// The product that rules speak of where they name none.
pub const GITLAB: &str = "gitlab";

pub(crate) fn gitlab() -> String {
    GITLAB.to_owned()
}

/// What a rule finds. Exactly one of `slot`, `setting`, `entry`, `command`, `variable`, `chart`, `literal`, `named`,
/// `request`, `text` and `suppression`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Match {
    /// A slot of the unit.
    #[serde(default)]
    pub slot: Option<String>,
    /// A setting of the unit: its name, or `any`.
    #[serde(default)]
    pub setting: Option<String>,
    /// Entries of mappings and lists, by their path from the top of the document.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<Pattern>"))]
    pub entry: Vec<Pattern>,
    /// A command, one of its options or of its other words.
    #[serde(default)]
    pub command: Option<Box<CommandMatch>>,
    /// Environment variables, wherever they are given a value.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub variable: Vec<String>,
    /// A value of a chart.
    #[serde(default)]
    pub chart: Option<Box<ChartMatch>>,
    /// A regular expression on the bytes of the file, comments included; the finding is its first group, or all of it.
    #[serde(default)]
    pub literal: Option<Expression>,
    /// Places that sites name.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub named: Vec<String>,
    /// A request.
    #[serde(default)]
    pub request: Option<Box<RequestMatch>>,
    /// A regular expression on code, comments and prose left out.
    #[serde(default)]
    pub text: Option<Box<TextMatch>>,
    /// A suppression that suppresses nothing: what the rule `unused-suppression` finds, and no other.
    #[serde(default)]
    pub suppression: Option<Defect>,
    /// By what it is carried.
    #[serde(default)]
    pub via: Option<Via>,
    /// A regular expression that its whole name matches: the key, the variable, the option. Texts of the rule name its groups as
    /// `{1}`, or as `{key.1}`.
    #[serde(default)]
    pub key: Option<Expression>,
    /// Under which conditions.
    #[serde(default)]
    pub when: When,
    /// What is wrong, instead of the rule's `summary`.
    #[serde(default)]
    pub summary: Option<String>,
    /// Why here, instead of the `label` of the row in `severity`.
    #[serde(default)]
    pub message: Option<String>,
    /// What to do, instead of the rule's `help`; a row of `severity` may have its own.
    #[serde(default)]
    pub help: Option<String>,
    /// Why no fix exists for it, nor for its unit.
    #[serde(default)]
    pub manual: Option<String>,
}

/// Why a suppression suppresses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Defect {
    /// What it names is not found where it reaches.
    Unused,
    /// No rule has the name.
    Unknown,
    /// It names a family instead of rules.
    Family,
    /// It names nothing.
    Unnamed,
    /// It is for the whole file, and too far down.
    Late,
    /// It is not written as suppressions are.
    Unreadable,
}

/// A request of a command.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RequestMatch {
    /// Methods, in capitals.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub method: Vec<String>,
    /// A regular expression on the URL; the finding begins with its first group, or with all of it.
    pub url: Expression,
}

/// Words in code.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TextMatch {
    /// A regular expression; the finding is its first group, or all of it.
    pub pattern: Expression,
    /// Languages of the texts in which it is looked for.
    #[serde(rename = "in", deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub within: Vec<String>,
}

/// What is in a slot or a setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It is not there.
    #[default]
    Absent,
    /// It is there, without a value: `""` or null.
    Empty,
    /// A literal with the prefix of a runner authentication token.
    Glrt,
    /// A variable, an expression, a template.
    Opaque,
    /// A literal that belongs to a runner that exists: the program only verifies it.
    Registered,
    /// Some other literal.
    Other,
    /// A literal with the prefix of a registration token.
    Legacy,
}

/// A set of classes: `glrt`, `filled`, `[absent, empty]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classes(u8);

/// The names of classes in rules.
pub(super) const CLASSES: [&str; 9] =
    ["absent", "empty", "glrt", "opaque", "registered", "other", "legacy", "literal", "filled"];

impl Classes {
    /// Whether `class` is one of them.
    pub fn has(self, class: Class) -> bool {
        self.0 & (1 << class as u8) != 0
    }

    fn named(name: &str) -> Option<u8> {
        let bit = |class: Class| 1u8 << class as u8;
        let literal = || bit(Class::Glrt) | bit(Class::Registered) | bit(Class::Other) | bit(Class::Legacy);
        Some(match name {
            "absent" => bit(Class::Absent),
            "empty" => bit(Class::Empty),
            "glrt" => bit(Class::Glrt),
            "opaque" => bit(Class::Opaque),
            "other" => bit(Class::Other),
            "legacy" => bit(Class::Legacy),
            "registered" => bit(Class::Registered),
            "literal" => literal(),
            "filled" => literal() | bit(Class::Opaque),
            _ => return None,
        })
    }
}

impl Serialize for Classes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Classes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return u8::deserialize(deserializer).map(Self);
        }
        let names: Vec<String> = one_or_many(deserializer)?;
        let mut bits = 0;
        for name in names {
            bits |= Self::named(&name)
                .ok_or_else(|| serde::de::Error::custom(format!("`{name}` is not a class of values")))?;
        }
        Ok(Self(bits))
    }
}

/// Where the value of a slot comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OriginKind {
    /// It is a random text (`never`).
    Random,
    /// It is a value for the old slot (`old-sources`).
    Old,
    /// It is a value for the new slot (`new-sources`).
    New,
    /// The file gives it a literal by way of a variable, a call or a loop.
    Literal,
}

/// Conditions: all of them must apply.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct When {
    /// What the finding's own value is.
    #[serde(default, rename = "self")]
    pub own: Option<Classes>,
    /// What the new slot of the unit contains.
    #[serde(default)]
    pub new: Option<Classes>,
    /// What the old slot of the unit contains.
    #[serde(default)]
    pub old: Option<Classes>,
    /// Whether the old and the new slot have the same value, literal or expression.
    #[serde(default)]
    pub same_token: Option<bool>,
    /// What the new slot of the Secret that the unit names contains, if the same file has that Secret.
    #[serde(default)]
    pub secret: Option<Classes>,
    /// What names the unit, a Secret, in the same file: one of these.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<UnitKind>"))]
    pub read_by: Vec<UnitKind>,
    /// Whether the unit is text that is a value of a chart.
    #[serde(default)]
    pub in_chart: Option<bool>,
    /// What the unit is: one of these.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<UnitKind>"))]
    pub unit: Vec<UnitKind>,
    /// The road that the unit is: one of these.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub road: Vec<String>,
    /// Its name, as written, is one of these.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub name: Vec<String>,
    /// Whether the road that the unit is has a fix.
    #[serde(default)]
    pub mechanical: Option<bool>,
    /// Whether a setting has a value that stops the start together with a new token.
    #[serde(default)]
    pub triggers: Option<bool>,
    /// Whether it is one of these settings.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub setting: Vec<String>,
    /// Whether `--token-value` is set.
    #[serde(default)]
    pub token_value: Option<bool>,
    /// Whether the old slot contains an expression that never gives a literal for the new one.
    #[serde(default)]
    pub old_never: Option<bool>,
    /// Whether everything that makes up the unit can be read as a plain value: no unknown words, no template block, no file of
    /// variables, no values from other files.
    #[serde(default)]
    pub in_view: Option<bool>,
    /// Whether a place of the unit that cannot be read may bring a token.
    #[serde(default)]
    pub unknown_token: Option<bool>,
    /// Whether a place of the unit that cannot be read may bring a setting.
    #[serde(default)]
    pub unknown_setting: Option<bool>,
    /// Whether the unit has a setting.
    #[serde(default)]
    pub has_setting: Option<bool>,
    /// Some setting of the unit has a value of one of these classes.
    #[serde(default)]
    pub settings: Option<Classes>,
    /// Whether a setting of the unit is empty, null or what counts without it, and so may reset a value of another file.
    #[serde(default)]
    pub resets: Option<bool>,
    /// Whether a variable of the unit may have other readers.
    #[serde(default)]
    pub shared: Option<bool>,
    /// Whether the file names the old slot's variable anywhere.
    #[serde(default)]
    pub names_old_variable: Option<bool>,
    /// Whether the unit names a Secret for its token.
    #[serde(default)]
    pub names_secret: Option<bool>,
    /// Whether the slots have several options with different values.
    #[serde(default)]
    pub repeated: Option<bool>,
    /// Whether the file reads a variable of the unit by its name, somewhere else than in that variable's own value.
    #[serde(default)]
    pub read_by_name: Option<bool>,
    /// Whether the file reads a variable of a setting and gives it no value, so that the environment may give it to a command of the
    /// unit.
    #[serde(default)]
    pub inherits: Option<bool>,
    /// Where the expression in the old slot, else the one in the new slot, comes from.
    #[serde(default)]
    pub origin: Option<OriginKind>,
    /// Whether the unit has no place for a token, and another one in the file has a token in the old place.
    #[serde(default)]
    pub token_elsewhere: Option<bool>,
    /// Whether the unit has no place for a token, and another one in the file has a token in the new place.
    #[serde(default)]
    pub new_token_elsewhere: Option<bool>,
    /// Whether the unit is a release, and values that belong to none have settings and no token.
    #[serde(default)]
    pub settings_elsewhere: Option<bool>,
    /// Whether another branch of a template condition around it already contains the new form. Without this condition in
    /// a rule, what is guarded is not reported.
    #[serde(default)]
    pub guarded: Option<bool>,
    /// Whether it is the values of a chart that reads them in templates of its own.
    #[serde(default)]
    pub own_chart: Option<bool>,
    /// Whether something names the source of a command's variables: a sourced file.
    #[serde(default)]
    pub hinted: Option<bool>,
    /// Whether a token is in a variable that the script exports, and those do not reach the command (`sudo`).
    #[serde(default)]
    pub isolated: Option<bool>,
    /// Whether a command of the unit runs without prompting for missing values.
    #[serde(default)]
    pub silent: Option<bool>,
    /// Whether removing a setting activates options that the program does not read today.
    #[serde(default)]
    pub wakes: Option<bool>,
    /// Whether the command ends where a `\` is missing.
    #[serde(default)]
    pub broken: Option<bool>,
    /// Whether it is in Markdown.
    #[serde(default)]
    pub markdown: Option<bool>,
    /// Whether a version is pinned next to it that does not support the new token.
    #[serde(default)]
    pub outdated: Option<bool>,
    /// Its value is one of these.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub is: Vec<String>,
    /// All of its value is like this regular expression. Texts of the rule name its groups as `{1}`, `{2}`.
    #[serde(default)]
    pub like: Option<Expression>,
    /// Entries that the document has, by their dotted path from its top.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<Requirement>"))]
    pub document: Vec<Requirement>,
    /// Entries in the same mapping, by their dotted path from there.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<Requirement>"))]
    pub beside: Vec<Requirement>,
    /// Entries that some mapping around it has, by their dotted path from there.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<Requirement>"))]
    pub around: Vec<Requirement>,
    /// The command has one of these options.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub option: Vec<String>,
    /// The command has a word that is not an option and matches this as a whole.
    #[serde(default)]
    pub argument: Option<Expression>,
    /// The path of the file is like one of these globs; one without `/` is of the file's name.
    #[serde(default)]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub file: Globs,
    /// The language that it is written in is one of these.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub language: Vec<String>,
    /// The file contains a match of this anywhere.
    #[serde(default)]
    pub mentions: Option<Expression>,
    /// It is checked against this version of the product or a newer one.
    #[serde(default)]
    pub from: Option<String>,
    /// It is checked against an older version of the product than this.
    #[serde(default)]
    pub below: Option<String>,
    /// All of these apply.
    #[serde(default)]
    pub all: Vec<When>,
    /// One of these applies.
    #[serde(default)]
    pub any: Vec<When>,
    /// This does not apply.
    #[serde(default)]
    pub not: Option<Box<When>>,
}

/// What a unit is: where its registration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UnitKind {
    /// A command, with the variables given to it.
    Command,
    /// Values of a chart.
    Chart,
    /// A Secret.
    Secret,
    /// Variables without a command in view.
    Environment,
    /// A runner in config.toml.
    Config,
    /// A resource of the Runner Operator.
    Operator,
    /// A registration map of a Terraform module.
    Terraform,
    /// A registration of another tool: a road.
    Road,
}

/// One row of a rule's severity.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SeverityRow {
    /// When it applies.
    #[serde(default)]
    pub when: When,
    /// The severity.
    pub is: Level,
    /// Why here: a fact; `{name}` is the name as written, `{new}` and `{old}` are the names of the filled slots.
    #[serde(default)]
    pub label: Option<String>,
    /// What to do then, instead of the rule's `help`.
    #[serde(default)]
    pub help: Option<String>,
}

/// A severity, or silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Not reported.
    Nothing,
    /// For information.
    Info,
    /// No effect, or stops working later.
    Warning,
    /// Fails.
    Error,
}

impl Level {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// All rules and units, compiled into the program.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RuleData {
    /// By id.
    pub rules: Vec<Rule>,
    /// The units; the first one is that of rules that name none.
    pub units: Vec<Unit>,
}
