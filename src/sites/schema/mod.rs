//! The form of `rules/sites/*.yaml`, `rules/programs.yaml` and `rules/charts.yaml`. The build script compiles it too, so
//! it depends on serde alone.

pub(super) mod pattern;
pub(super) mod programs;
pub(super) mod road;

use super::{Expression, Globs, one_or_many};
use serde::{Deserialize, Serialize};

pub use pattern::Pattern;
use programs::Programs;
use road::Road;

/// Where one kind of host file holds other languages and settings: one file of `rules/sites/`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Host {
    /// Its name: `gitlab-ci`.
    pub host: String,
    /// Globs of the files it is looked for in, as in `when`: one without `/` is of the file's name; none for every file.
    #[serde(default)]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub files: Globs,
    /// The language of its texts, by its name or an alias; none for every one.
    #[serde(default)]
    pub language: Option<String>,
    /// Whether its sites come last, for what no other host matches.
    #[serde(default)]
    pub fallback: bool,
    /// Keys that the document root must have.
    #[serde(default)]
    pub document: Vec<Requirement>,
    /// The places.
    pub sites: Vec<Site>,
}

/// What must be there; a scalar with one of these values, where there are some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Requirement {
    /// Dotted path from the top of the document.
    pub key: String,
    /// Accepted values; none for any.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub is: Vec<String>,
    /// All of the value must be like this regular expression.
    #[serde(default)]
    pub like: Option<Expression>,
}

/// A place in a host.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Site {
    /// Which nodes.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<Pattern>"))]
    pub at: Vec<Pattern>,
    /// What is there.
    pub holds: Holds,
    /// What people call the place: "`script:` item".
    #[serde(default)]
    pub what: String,
    /// For shell text: whether no shell reads it, so that a line end is whitespace.
    #[serde(default)]
    pub no_shell: bool,
    /// For text: its language; without one the name of the file or the content decides.
    #[serde(default)]
    pub language: Option<String>,
    /// For text: the sibling key that names the file; `.` for the node's own key. For a secret: the dotted path of its name from the
    /// mapping around it.
    #[serde(default)]
    pub named_by: Option<String>,
    /// For a container: the key of its image.
    #[serde(default)]
    pub image: Option<String>,
    /// For a container: the keys that make up its command line, in order.
    #[serde(default)]
    pub argv: Vec<String>,
    /// For a container: whether the first of those is split at spaces if it is one string.
    #[serde(default)]
    pub entrypoint_is_split: bool,
    /// For a container: the keys of what a shell runs in it besides.
    #[serde(default)]
    pub scripts: Vec<String>,
    /// For a container: dotted paths, through lists too, to other commands that run in it with its environment.
    #[serde(default)]
    pub hooks: Vec<String>,
    /// For a container: keys that name files or maps with more of its environment, which are not visible here.
    #[serde(default)]
    pub env_files: Vec<String>,
    /// For a container: the keys of its environment.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub env: Vec<String>,
    /// For a secret: whether values are base64.
    #[serde(default)]
    pub base64: bool,
    /// For the items of a secret: the key with the name.
    #[serde(default)]
    pub name_key: Option<String>,
    /// What keeps it from being edited, in words ("it is encrypted").
    #[serde(default)]
    pub sealed: Option<String>,
    /// For values of the chart: how many levels up their release is; a release with values in several places is one
    /// registration.
    #[serde(default)]
    pub release: Option<usize>,
    /// For values of the chart: whether they count only if the chart is named next to them.
    #[serde(default)]
    pub named: bool,
    /// For items: the key with the value.
    #[serde(default)]
    pub value_key: Option<String>,
    /// For keys: what carries the settings.
    #[serde(default)]
    pub via: Option<Via>,
    /// For keys: the mapping must have one of these. For a key that is shell text: what it leads to must, or be one.
    #[serde(default)]
    pub beside: Vec<String>,
    /// For a place that a rule names: its name.
    #[serde(default)]
    pub name: Option<String>,
    /// The tag that it must have: `!Join`.
    #[serde(default)]
    pub tag: Option<String>,
    /// What the nearest mapping around it (itself included) must set.
    #[serde(default)]
    pub around: Option<Nearby>,
    /// How another key of the same mapping must begin.
    #[serde(default)]
    pub among: Option<String>,
    /// For text: it must begin with one of these.
    #[serde(default)]
    pub begins: Vec<String>,
    /// For text: whether it counts only if it has several lines.
    #[serde(default)]
    pub lines: bool,
    /// For a container: whether it counts only if its image is known.
    #[serde(default)]
    pub known: bool,
    /// What opens the template expressions that are expanded everywhere in a document with such a place: `{{`.
    #[serde(default)]
    pub templates: Option<String>,
    /// Whether that applies only to documents that are a list of lines beginning with `-`.
    #[serde(default)]
    pub templates_in_lists: bool,
    /// For a container and for variables: where `$NAME` is expanded; nowhere without it.
    #[serde(default)]
    pub expands: Option<Expands>,
    /// For values of the chart: dotted paths from the top of the document that name its release. Documents of the file with
    /// the same texts there give values to the same one.
    #[serde(default)]
    pub release_by: Vec<String>,
    /// For more values: a mapping with one of these keys is none.
    #[serde(default)]
    pub lacking: Vec<String>,
    /// For more values: whether a mapping is none.
    #[serde(default)]
    pub plain: bool,
    /// For shell text and arguments: keys of the mappings around it whose value is environment of what runs there.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub env_around: Vec<String>,
    /// For shell text: keys of the same mapping whose scripts run before it in the same shell. The first one that is there counts;
    /// after a `/`, a dotted path from the document root.
    #[serde(default)]
    pub runs_after: Vec<String>,
    /// For shell text: whether its key is a variable that the other texts of the file may use by `{{ name }}`.
    #[serde(default)]
    pub variable: bool,
    /// For shell text in a list of mappings: keys of other items there whose value is its environment.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub env_beside: Vec<String>,
    /// For inherited values: the keys of the lists of values in the inherited entry.
    #[serde(default)]
    pub takes: Vec<String>,
    /// For more values: the text must contain one of these, and counts for all releases of the file. For more environment: a
    /// line of the text must contain one of these.
    #[serde(default)]
    pub contains: Vec<String>,
    /// For more environment with `contains`: a text that is like one of these brings none.
    #[serde(default)]
    pub except: Vec<Expression>,
    /// For shell text: what may give environment to it besides.
    #[serde(default)]
    pub brought_by: Vec<BroughtBy>,
    /// For a container: the key next to the command of a hook with environment for that hook.
    #[serde(default)]
    pub hook_env: Option<String>,
    /// For a container: the key of what only its scripts have as environment.
    #[serde(default)]
    pub script_env: Option<String>,
    /// For text: what opens the expressions in it that the host replaces by any text: `${`.
    #[serde(default)]
    pub expressions: Option<String>,
    /// For a container: what names others whose environment it inherits.
    #[serde(default)]
    pub inherits: Option<Inherits>,
    /// For a container: globs of files that are merged into others, so that its environment is not all there.
    #[serde(default)]
    pub overlays: Vec<String>,
    /// For a container: blocks that add to the environment, if they set it.
    #[serde(default)]
    pub env_blocks: Vec<EnvBlock>,
    /// For more values, more environment and kept values: the dotted path from the top of the document where they are,
    /// instead of the place itself.
    #[serde(default)]
    pub from: Option<String>,
    /// For the keys of a road: its name.
    #[serde(default)]
    pub road: Option<String>,
    /// Its key must be like this as a whole.
    #[serde(default)]
    pub like: Option<Expression>,
    /// For a request: whether it posts where its `method` is not set.
    #[serde(default)]
    pub posts: bool,
    /// For a request: whether it posts where its `method` is not set and it sends something.
    #[serde(default)]
    pub posts_body: bool,
    /// For a request with a `place`: whether its name alone shows that it registers.
    #[serde(default)]
    pub evident: bool,
    /// For a request: which of its arguments without a name is the token, from 0.
    #[serde(default)]
    pub token_at: Option<usize>,
    /// For the keys of a road: whether they may be `name=value` words of one text.
    #[serde(default)]
    pub inline: bool,
    /// Words, one of which the text must contain, in any case.
    #[serde(default)]
    pub mentions: Vec<String>,
    /// For a request: the keys of what it sends.
    #[serde(default)]
    pub body: Vec<String>,
    /// For the keys of a road: how many levels up the key is that a rule names by `name`.
    #[serde(default)]
    pub place: Option<usize>,
}

/// What may give environment to a script: another step before it, the shell that reads it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BroughtBy {
    /// A dotted path below a mapping around the script.
    pub key: String,
    /// Whether it is in an earlier item of the list with the script, instead.
    #[serde(default)]
    pub earlier: bool,
    /// Values that give none.
    #[serde(default)]
    pub except: Vec<Expression>,
    /// The key of blocks beside the one with the script: it is in an earlier one of them, where it is an expression.
    #[serde(default)]
    pub block: Option<String>,
}

/// What names a container that gives its environment to another one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Inherits {
    /// The key whose value, or the `name` in it, is the key of a neighbour.
    pub key: String,
    /// See `key`.
    #[serde(default)]
    pub name: Option<String>,
    /// The key of a file in which the other one is, instead.
    #[serde(default)]
    pub file: Option<String>,
    /// In a list: the key of the neighbour's name.
    #[serde(default)]
    pub by: Option<String>,
}

/// A block that brings environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EnvBlock {
    /// Its key.
    pub key: String,
    /// The key in it that must be true.
    pub when: String,
    /// The key in it that names the file.
    #[serde(default)]
    pub name: Option<String>,
}

/// Where the reader of a host expands variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Expands {
    /// `$NAME` in each value.
    All,
    /// `$NAME` in the values of its environment, and in commands that are one text.
    Text,
    /// `$(NAME)` in each value, where its environment has a variable of that name.
    Defined,
    /// `${NAME}` in its commands, where its environment has a variable of that name.
    Commands,
}

/// What a mapping sets for all that it contains.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Nearby {
    /// The key with this value: the nearest mapping with this key counts.
    pub key: String,
    /// Words that the value, or the mapping's own name, must contain in this order.
    pub says: Vec<String>,
}

/// What is at a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// Shell text, or a list of such; a list inside the list is an argument vector.
    Shell,
    /// An entry whose key is shell text.
    ShellKey,
    /// A program and its arguments: a list of words.
    Arguments,
    /// A list of strings that are joined: lines of a script, or pieces of one command line where they begin with options.
    Pieces,
    /// A separator and a list of strings that it joins to one text.
    Joined,
    /// Variables: a mapping, a list of `NAME=value`, or a list of `name`/`value` mappings.
    Environment,
    /// A container: image, command line and environment belong together; a mapping, or `name=value` words on one line.
    Container,
    /// Values of the chart.
    Values,
    /// Keys of a Kubernetes Secret.
    Secret,
    /// Text that is the values of the chart.
    ValuesText,
    /// A list of sources of the chart's values: text, or objects and expressions of them.
    Sources,
    /// Whether the release keeps the values that it has.
    KeptValues,
    /// Text in a language of its own.
    Text,
    /// A list of mappings, one for each key of a Secret; `name-key` contains the key's name.
    SecretItems,
    /// Values of the chart one by one: mappings with a dotted path under `name-key` and a value under `value-key`, one or a
    /// list of them; without `name-key`, a mapping with dotted paths as its keys.
    ChartItems,
    /// An item of a list of `path=value` texts, all of which are values of the chart.
    ChartWords,
    /// A mapping whose keys are settings of a registration, spelled as `via` spells them.
    Keys,
    /// A key of a road that counts for all entries of the mapping around it.
    Key,
    /// A request: a mapping with its URL, its `method` and what it sends. With `place` its own key says what it is.
    Request,
    /// A value with a name that other values of the file use: `name.KEY`.
    Constant,
    /// A place that a rule names: its key, or its value if it has none.
    Named,
    /// The name of a file or an object with more values for the release, which are not in this file; or a list of such.
    MoreValues,
    /// What names an entry at `from` whose values the release also uses.
    InheritedValues,
    /// The name of a file or an object with more environment for all commands of the file.
    MoreEnvironment,
    /// Nothing that concerns anyone: no site below it counts.
    Nothing,
}

/// Charts and how their values are recognised: `rules/charts.yaml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Chart {
    /// The chart's name; a mapping under a key of this name, or of an alias, contains its values.
    pub chart: String,
    /// A mapping with one of these is its values.
    pub evidence: Vec<ChartEvidence>,
    /// Mappings inside its values that are variables given to its containers.
    #[serde(default)]
    pub environment: Vec<String>,
    /// Dotted paths, from the top of the document, that pin the chart's version.
    #[serde(default)]
    pub versions: Vec<String>,
    /// A mapping with one of these keys is not the chart's.
    #[serde(default)]
    pub not: Vec<String>,
    /// Dotted paths, in its values, of the image that it runs: `image`, `image.tag`.
    #[serde(default)]
    pub images: Vec<String>,
    /// Keys next to the values of a release, or around them, that pin the chart's version.
    #[serde(default)]
    pub versions_beside: Vec<String>,
    /// Keys that name the chart or its source, next to the values of a release or around them.
    #[serde(default)]
    pub named_in: Vec<String>,
    /// Keys that contain more of the chart's settings one level down.
    #[serde(default)]
    pub nested: Vec<String>,
    /// Values that are text in another language.
    #[serde(default)]
    pub texts: Vec<ChartText>,
}

/// A value of a chart that is text in another language.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChartText {
    /// Its dotted path.
    pub at: String,
    /// Its language.
    pub language: String,
}

/// What shows that a mapping is a chart's values.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChartEvidence {
    /// Dotted path below the mapping; it must be a scalar.
    pub scalar: String,
    /// Dotted path that must be a mapping as well.
    #[serde(default)]
    pub mapping: Option<String>,
    /// What the scalar must contain.
    #[serde(default)]
    pub contains: Option<String>,
}

/// All of it, compiled into the program.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SiteData {
    /// Hosts, by name.
    pub hosts: Vec<Host>,
    /// Programs and wrappers.
    pub programs: Programs,
    /// Charts.
    pub charts: Vec<Chart>,
    /// Roads, by name.
    pub roads: Vec<Road>,
}

/// What carries a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// An option of a command.
    Option,
    /// An environment variable.
    Variable,
    /// A chart value.
    Chart,
    /// A key of a Secret.
    Secret,
    /// A key of `[[runners]]` in config.toml.
    Config,
    /// A key of the Runner Operator's resource.
    Operator,
    /// An argument of a Terraform module's registration map.
    Terraform,
    /// A key of a road, by what it means.
    Road,
    /// A place that a rule names.
    Named,
    /// A request: its name is the method, its value the URL.
    Request,
    /// An entry of a mapping or a list, by its path.
    Entry,
    /// A word of a command that is not an option.
    Argument,
    /// A command: its subcommand, or its program.
    Command,
    /// Words of a text.
    Text,
}
