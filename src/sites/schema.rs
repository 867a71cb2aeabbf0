//! The form of `rules/sites/*.yaml`, `rules/programs.yaml` and `rules/charts.yaml`. The build script compiles it too, so
//! it stands on serde alone.

use super::{Expression, one_or_many};
use serde::{Deserialize, Deserializer, Serialize, de};

/// Where one kind of host file holds other languages and settings: one file of `rules/sites/`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Host {
    /// Its name: `gitlab-ci`.
    pub host: String,
    /// Globs of the files it is looked for in; none for every file.
    #[serde(default)]
    pub files: Vec<String>,
    /// The language of its texts; none for every one.
    #[serde(default)]
    pub language: Option<String>,
    /// Whether its sites come last, for what no other host knows.
    #[serde(default)]
    pub fallback: bool,
    /// What must stand at the top of the document for its sites to count.
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
    /// What stands there.
    pub holds: Holds,
    /// What people call the place: "`script:` item".
    #[serde(default)]
    pub what: String,
    /// For shell text: whether no shell reads it, so that a line end is a blank like any other.
    #[serde(default)]
    pub no_shell: bool,
    /// For text: its language; without one the name of the file or the content decides.
    #[serde(default)]
    pub language: Option<String>,
    /// For text: the sibling key that names the file; `.` for the node's own key.
    #[serde(default)]
    pub named_by: Option<String>,
    /// For a container: the key of its image.
    #[serde(default)]
    pub image: Option<String>,
    /// For a container: the keys that make up its command line, in order.
    #[serde(default)]
    pub argv: Vec<String>,
    /// For a container: the keys of what a shell runs in it besides.
    #[serde(default)]
    pub scripts: Vec<String>,
    /// For a container: keys that name files or maps with more of its environment, that nobody sees here.
    #[serde(default)]
    pub env_files: Vec<String>,
    /// For a container: the keys of its environment.
    #[serde(default, deserialize_with = "one_or_many")]
    #[cfg_attr(with_schema, schemars(with = "crate::sites::OneOrMany<String>"))]
    pub env: Vec<String>,
    /// For a secret: whether values are base64.
    #[serde(default)]
    pub base64: bool,
    /// For the items of a secret: the key that holds the name.
    #[serde(default)]
    pub name_key: Option<String>,
    /// What keeps it from being edited, in words ("it is encrypted").
    #[serde(default)]
    pub sealed: Option<String>,
    /// For values of the chart: how many levels up the release stands whose values they are; what gets its values in
    /// several places is one registration.
    #[serde(default)]
    pub release: Option<usize>,
    /// For values of the chart: whether they count only where the chart is named beside them.
    #[serde(default)]
    pub named: bool,
    /// For items: the key that holds the value.
    #[serde(default)]
    pub value_key: Option<String>,
    /// For keys: what carries the settings.
    #[serde(default)]
    pub via: Option<Via>,
    /// For keys: the mapping must have one of these. For a key that is shell text: what it leads to must, or be one.
    #[serde(default)]
    pub beside: Vec<String>,
    /// For a place that a rule speaks of: its name.
    #[serde(default)]
    pub name: Option<String>,
    /// The tag that it must have: `!Join`.
    #[serde(default)]
    pub tag: Option<String>,
    /// What the nearest mapping around it (itself included) must say.
    #[serde(default)]
    pub around: Option<Nearby>,
    /// How another key of the same mapping must begin.
    #[serde(default)]
    pub among: Option<String>,
    /// For text: one of these must stand at its beginning.
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

/// What a mapping says of all that it holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Nearby {
    /// The key whose value says it: the nearest mapping with this key counts.
    pub key: String,
    /// Words that must stand in the value, or in the mapping's own name, in this order.
    pub says: Vec<String>,
}

/// What stands at a site.
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
    /// A list of mappings, one for each key of a Secret; `name-key` holds the key's name.
    SecretItems,
    /// Values of the chart one by one: mappings with a dotted path under `name-key` and a value under `value-key`, one or a
    /// list of them; without `name-key`, a mapping with dotted paths as its keys.
    ChartItems,
    /// A mapping whose keys are settings of a registration, spelled as `via` spells them.
    Keys,
    /// A value with a name that other values of the file use: `name.KEY`.
    Constant,
    /// A place that a rule speaks of by its name: its key, or its value where it has none.
    Named,
    /// Nothing that concerns anyone: no site below it counts.
    Nothing,
}

/// A path pattern: `**.containers[*]`, `jobs.*.steps[*].run`, `**.{shell,command}`, `'dotted.key'`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pattern(pub Vec<Step>);

/// One step of a path pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// `**`: any number of keys and items.
    Deep,
    /// `*`: any key.
    Any,
    /// One of these keys.
    Key(Vec<String>),
    /// `[*]`: any item of a list.
    Item,
}

/// Each `**` may stand for any number of steps: more of them take too long to match.
const MOST_DEEP: usize = 3;

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(tail) = rest.strip_prefix("[*]") {
                steps.push(Step::Item);
                rest = tail;
                continue;
            }
            rest = rest.strip_prefix('.').unwrap_or(rest);
            let (keys, tail) = if let Some(tail) = rest.strip_prefix('{') {
                let (list, tail) = tail.split_once('}').ok_or("a `{` without `}`")?;
                (list.split(',').map(|key| key.trim().trim_matches('\'').to_owned()).collect(), tail)
            } else if let Some(tail) = rest.strip_prefix('\'') {
                let (key, tail) = tail.split_once('\'').ok_or("a quote without end")?;
                (vec![key.to_owned()], tail)
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (key, tail) = rest.split_at(end);
                match key {
                    "" => return Err(format!("an empty step in `{text}`")),
                    "**" => steps.push(Step::Deep),
                    "*" => steps.push(Step::Any),
                    key => steps.push(Step::Key(vec![key.to_owned()])),
                }
                rest = tail;
                continue;
            };
            steps.push(Step::Key(keys));
            rest = tail;
        }
        let deep = steps.iter().filter(|step| **step == Step::Deep).count();
        if deep > MOST_DEEP {
            return Err(format!("more than {MOST_DEEP} `**` in `{text}`"));
        }
        if steps.is_empty() { Err("an empty pattern".to_owned()) } else { Ok(Self(steps)) }
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            Self::parse(&text).map_err(de::Error::custom)
        } else {
            Vec::deserialize(deserializer).map(Self)
        }
    }
}

/// How programs are spelled and wrapped: `rules/programs.yaml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Programs {
    /// Programs that rules speak of.
    #[serde(default)]
    pub programs: Vec<Program>,
    /// Programs that run other programs.
    #[serde(default)]
    pub wrappers: Vec<Wrapper>,
    /// Programs that show or search their words: what stands there is not run.
    #[serde(default)]
    pub printers: Vec<String>,
    /// Commands that write a Secret.
    #[serde(default)]
    pub secrets: Vec<SecretCommand>,
    /// Commands that give values to a chart.
    #[serde(default)]
    pub releases: Vec<ReleaseCommand>,
    /// Commands that send a request.
    #[serde(default)]
    pub requests: Vec<RequestCommand>,
}

/// A command that gives values to a chart.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReleaseCommand {
    /// Its file names.
    pub names: Vec<String>,
    /// One of these words must stand in it.
    pub words: Vec<String>,
    /// Options whose value is `path=value,…`.
    pub set: Vec<String>,
    /// Those of them whose values are JSON.
    #[serde(default)]
    pub json: Vec<String>,
    /// Those of them that set one value, as it is written.
    #[serde(default)]
    pub literal: Vec<String>,
    /// Options whose value is a file of values, that nobody sees here.
    pub files: Vec<String>,
    /// The option whose value is the chart's version.
    pub version: String,
}

/// A command that sends a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RequestCommand {
    /// Its file names.
    pub names: Vec<String>,
    /// Options whose value is the method.
    #[serde(default)]
    pub method: Vec<String>,
    /// Options that make it a POST.
    #[serde(default)]
    pub posts: Vec<String>,
    /// Other options that take the next word as their value.
    #[serde(default)]
    pub valued: Vec<String>,
    /// Whether the method may be a word of its own (`http POST URL`).
    #[serde(default)]
    pub method_word: bool,
}

/// A command that writes a Secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SecretCommand {
    /// Its file names.
    pub names: Vec<String>,
    /// Words that must come first, options aside.
    pub words: Vec<String>,
    /// The option whose value is `KEY=value`; empty where such words stand alone.
    pub literal: String,
}

/// A program.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Program {
    /// The name that rules use.
    pub name: String,
    /// Globs of its file name, without folder and `.exe`.
    pub files: Vec<String>,
    /// Globs of paths that are it only in its own images.
    #[serde(default)]
    pub entrypoints: Vec<String>,
    /// Regular expressions of the images whose entrypoint it is.
    #[serde(default)]
    pub images: Vec<Expression>,
    /// Options before the subcommand that take the next word as their value.
    #[serde(default)]
    pub valued: Vec<String>,
    /// Options of a program without subcommands that take a value only behind `=`.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Its subcommands; without any, all words behind it belong to the program itself.
    #[serde(default)]
    pub subcommands: Vec<Subcommand>,
    /// Names of variables that only it reads: one of them among others shows whose they are.
    #[serde(default)]
    pub variables: Vec<String>,
    /// Names of programs, and parts of images' names, that use the same words for something else.
    #[serde(default)]
    pub others: Vec<String>,
    /// Whether some rule speaks of its commands themselves or of words that are no options. Set when rules are loaded.
    #[serde(default)]
    #[cfg_attr(with_schema, schemars(skip))]
    pub words: bool,
}

/// A subcommand.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Subcommand {
    /// Its name; several words for one below another (`compose up`).
    pub name: String,
    /// Options that take a value only behind `=`.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Options that take the next word as their value, whatever it looks like.
    #[serde(default)]
    pub valued: Vec<String>,
    /// Options that show, together with the subcommand's name, whose command it is when the program is a variable.
    #[serde(default)]
    pub telling: Vec<String>,
    /// Other options than `telling` and `hinting` that fixes remove with the next word.
    #[serde(default)]
    pub removable: Vec<String>,
    /// Options that show it together with one of `supporting`.
    #[serde(default)]
    pub hinting: Vec<String>,
    /// See `hinting`; with a program of unknown name one of them must be there in any case.
    #[serde(default)]
    pub supporting: Vec<String>,
    /// Whether it asks for what it is not given.
    #[serde(default)]
    pub asks: Option<Asks>,
}

/// How a subcommand asks questions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Asks {
    /// Options with which it does not.
    pub unless: Vec<String>,
    /// A variable with which it does not.
    pub variable: String,
    /// The name of the place where somebody answers, for rules.
    pub place: String,
}

/// A program that runs another one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Wrapper {
    /// Its file names.
    pub names: Vec<String>,
    /// Words that must come next, options aside: `compose exec`.
    #[serde(default)]
    pub subcommand: Vec<String>,
    /// Options that take the next word as their value.
    #[serde(default)]
    pub valued: Vec<String>,
    /// Options whose value is `NAME=value`, given to what runs.
    #[serde(default)]
    pub environment: Vec<String>,
    /// Options whose value is a file of such.
    #[serde(default)]
    pub environment_files: Vec<String>,
    /// Options that keep the environment, or the variables that they name.
    #[serde(default)]
    pub keeps: Vec<String>,
    /// Whether exported variables do not reach what it runs.
    #[serde(default)]
    pub isolates: bool,
    /// Whether it adds words of its own at the end.
    #[serde(default)]
    pub appends: bool,
    /// Option that replaces the image's program.
    #[serde(default)]
    pub entrypoint: Option<String>,
    /// How many words that are no options come before the command.
    #[serde(default)]
    pub skip: usize,
    /// Whether the word before the command is an image.
    #[serde(default)]
    pub image: bool,
    /// Options whose value is shell text; where there are some, only they count.
    #[serde(default)]
    pub script: Vec<String>,
    /// Whether the words behind are joined and read by a shell again.
    #[serde(default)]
    pub shell: bool,
}

/// Charts and how their values are recognised: `rules/charts.yaml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Chart {
    /// The chart's name; a mapping under a key of this name, or of an alias, holds its values.
    pub chart: String,
    /// A mapping with one of these is its values.
    pub evidence: Vec<ChartEvidence>,
    /// Mappings inside its values that are variables given to its containers.
    #[serde(default)]
    pub environment: Vec<String>,
    /// Dotted paths, from the top of the document, that pin the chart's version.
    #[serde(default)]
    pub versions: Vec<String>,
    /// A mapping with one of these keys belongs to somebody else.
    #[serde(default)]
    pub not: Vec<String>,
    /// Dotted paths, in its values, of the image that it runs: `image`, `image.tag`.
    #[serde(default)]
    pub images: Vec<String>,
    /// Keys beside the values of a release, or around them, that pin the chart's version.
    #[serde(default)]
    pub versions_beside: Vec<String>,
    /// Keys that name the chart or where it comes from, beside the values of a release or around them.
    #[serde(default)]
    pub named_in: Vec<String>,
    /// Keys that hold more of the chart's settings one level down.
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
    /// A place that a rule speaks of by its name.
    Named,
    /// A request: its name is the method, its value the URL.
    Request,
    /// An entry of a mapping or a list, by its path.
    Entry,
    /// A word of a command that is no option.
    Argument,
    /// A command: its subcommand, or its program.
    Command,
    /// Words of a text.
    Text,
}
