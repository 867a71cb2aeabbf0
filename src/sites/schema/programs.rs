//! The form of `rules/programs.yaml`.

use super::super::Expression;
use serde::{Deserialize, Serialize};

/// How programs are spelled and wrapped: `rules/programs.yaml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Programs {
    /// Programs in rules.
    #[serde(default)]
    pub programs: Vec<Program>,
    /// Programs that run other programs.
    #[serde(default)]
    pub wrappers: Vec<Wrapper>,
    /// Programs that print or search their words: these are not run.
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
    /// Variables that name a file: what a script writes there is environment of the commands after it.
    #[serde(default)]
    pub environment_files: Vec<String>,
    /// Variables that name a script which a shell reads first.
    #[serde(default)]
    pub sourced: Vec<String>,
    /// The same, where a text runs an interactive shell: `sh -i`.
    #[serde(default)]
    pub sourced_interactive: Vec<String>,
    /// Commands that set variables of what others run in later.
    #[serde(default)]
    pub setters: Vec<SetCommand>,
}

/// A command that sets variables elsewhere: `kubectl set env`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SetCommand {
    /// Its file names.
    pub names: Vec<String>,
    /// Words that come next.
    pub words: Vec<String>,
    /// Options that name an object with variables.
    pub from: Vec<String>,
}

/// A command that gives values to a chart.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReleaseCommand {
    /// Its file names.
    pub names: Vec<String>,
    /// It must contain one of these words.
    pub words: Vec<String>,
    /// Options whose value is `path=value,…`.
    pub set: Vec<String>,
    /// Those of them whose values are JSON.
    #[serde(default)]
    pub json: Vec<String>,
    /// Those of them that set one value, as it is written.
    #[serde(default)]
    pub literal: Vec<String>,
    /// Options whose value is a values file, which is not visible here.
    pub files: Vec<String>,
    /// Options that keep the values that the release has.
    #[serde(default)]
    pub keeps: Vec<String>,
    /// Other programs that do not change a values file.
    #[serde(default)]
    pub readers: Vec<String>,
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
    /// Options whose value is sent and that do not make it a POST.
    #[serde(default)]
    pub body: Vec<String>,
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
    /// The option whose value is `KEY=value`; empty where such words are arguments.
    pub literal: String,
}

/// A program.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(with_schema, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Program {
    /// The name that rules use.
    pub name: String,
    /// Globs of its file name, without directory and `.exe`.
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
    /// Options of a program without subcommands that take a value only after `=`.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Its subcommands; without any, all words after it belong to the program itself.
    #[serde(default)]
    pub subcommands: Vec<Subcommand>,
    /// Names of variables that only it reads: one of them among others shows whose they are.
    #[serde(default)]
    pub variables: Vec<String>,
    /// Names of the variables from which it reads a token or settings.
    #[serde(default)]
    pub reads: Vec<String>,
    /// Names of programs, and parts of images' names, that use the same words for something else.
    #[serde(default)]
    pub others: Vec<String>,
    /// Whether some rule speaks of its commands themselves or of words that are not options. Set when rules are loaded.
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
    /// Options that take a value only after `=`.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Options whose value is the next word, also if it begins with `-`.
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
    /// The name of the place with the answers, for rules.
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
    /// Options whose value is a file of such; `--property=Environment`: only where the value begins so.
    #[serde(default)]
    pub environment_files: Vec<String>,
    /// Whether the first of the skipped words names something that sets variables for what runs: a service, a file.
    #[serde(default)]
    pub imports: bool,
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
    /// How many words that are not options come before the command.
    #[serde(default)]
    pub skip: usize,
    /// Whether the word before the command is an image.
    #[serde(default)]
    pub image: bool,
    /// Options whose value is shell text; where there are some, only they count.
    #[serde(default)]
    pub script: Vec<String>,
    /// Whether its words are a command where it has none of the options of `script`.
    #[serde(default)]
    pub or_words: bool,
    /// Whether its words are `NAME=shell text`.
    #[serde(default)]
    pub assigns: bool,
    /// The option whose value is the image.
    #[serde(default)]
    pub image_option: Option<String>,
    /// Whether the first word after it is shell text, and the others are not.
    #[serde(default)]
    pub first: bool,
    /// Whether the words after it are joined and read by a shell again.
    #[serde(default)]
    pub shell: bool,
}
