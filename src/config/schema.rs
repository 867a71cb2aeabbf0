//! The keys of a configuration file.

/// A key of the configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "`KEYS` says what they are")]
pub enum SettingKey {
    Select,
    Ignore,
    Exclude,
    TargetGitlab,
    FailOn,
    TokenValue,
    Baseline,
    MaxFileSize,
    Rules,
    BuiltIn,
    Severity,
    Targets,
}

/// The type of a key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// A list of rule ids and families.
    Names,
    /// A list of globs as in `.gitignore`.
    Globs,
    /// A list of directories.
    Folders,
    /// The path of a file.
    Path,
    /// A string that is not empty.
    Text,
    /// A version of GitLab.
    Version,
    /// A severity, or `never`.
    FailOn,
    /// A number of bytes.
    Size,
    /// `true` or `false`.
    Flag,
    /// A table: rule or family = severity, or `off`.
    Levels,
    /// A table: product = version.
    Versions,
}

/// The description of a key.
#[derive(Debug)]
pub struct ConfigKey {
    /// Which key.
    pub key: SettingKey,
    /// How it is written in the file.
    pub name: &'static str,
    /// The type of its value.
    pub form: ValueType,
    /// Whether it can be set in `[[overrides]]`, and how that changes the value for all files.
    pub by_path: Option<&'static str>,
    /// The option that overrides it.
    pub option: Option<&'static str>,
    /// Its default, as TOML; `None` if it has none.
    pub default: Option<&'static str>,
    /// What it does, as Markdown. The first sentence is a summary.
    pub about: &'static str,
    /// An example, as TOML.
    pub example: &'static str,
}

/// The name of the table that holds settings by path.
pub const OVERRIDES: &str = "overrides";
/// The key of an override that selects its files.
pub const PATHS: &str = "paths";
/// The description of [`PATHS`].
pub const PATHS_ABOUT: &str = "The files that the override applies to: globs as in `.gitignore`, relative to the directory of the \
     configuration file. A directory that matches includes its files.";
/// The description of [`OVERRIDES`].
pub const OVERRIDES_ABOUT: &str =
    "Settings for some files. If several overrides match a file, the last one wins.";

/// Every key, in the order of the documentation.
pub const KEYS: &[ConfigKey] = &[
    ConfigKey {
        key: SettingKey::Select,
        name: "select",
        form: ValueType::Names,
        by_path: Some("Replaces the value for all files."),
        option: Some("--select"),
        default: Some("[\"ALL\"]"),
        about: "Report only these rules, families (the part of an id before the first `-`) and products (the `product` of custom \
                rules). `ALL` selects all rules.",
        example: "select = [\"helm\", \"register-registration-token\"]",
    },
    ConfigKey {
        key: SettingKey::Ignore,
        name: "ignore",
        form: ValueType::Names,
        by_path: Some("Adds to the value for all files."),
        option: Some("--ignore"),
        default: Some("[]"),
        about: "Do not report these rules and families. `--ignore` adds to it. `--select` overrides it, except for rules that \
                `[[overrides]]` ignore.",
        example: "ignore = [\"api\"]",
    },
    ConfigKey {
        key: SettingKey::Severity,
        name: "severity",
        form: ValueType::Levels,
        by_path: Some("Adds to the value for all files."),
        option: None,
        default: None,
        about: "The severity of a rule or a family, which replaces that of its findings: `error`, `warning`, `info`, or `off` to \
                ignore it. A rule's own severity takes precedence over its family's.",
        example: "[severity]\napi = \"info\"\nleaked-registration-token = \"error\"",
    },
    ConfigKey {
        key: SettingKey::TargetGitlab,
        name: "target-gitlab",
        form: ValueType::Version,
        by_path: Some("Replaces the value for all files."),
        option: Some("--target-gitlab"),
        default: None,
        about: "Check against this GitLab version: `MAJOR.MINOR`, or `latest` (the default). Below 17.0, registration tokens are \
                warnings; below 15.10, only leaked tokens are reported.",
        example: "target-gitlab = \"16.11\"",
    },
    ConfigKey {
        key: SettingKey::Targets,
        name: "targets",
        form: ValueType::Versions,
        by_path: Some("Adds to the value for all files."),
        option: Some("--target"),
        default: None,
        about: "Check against these versions of other products, for [custom rules](writing-rules.md) that mention them. The \
                default is `latest`. `--target` adds to it.",
        example: "[targets]\nkubernetes = \"1.25\"",
    },
    ConfigKey {
        key: SettingKey::FailOn,
        name: "fail-on",
        form: ValueType::FailOn,
        by_path: None,
        option: Some("--fail-on"),
        default: Some("\"warning\""),
        about: "The lowest severity that makes the run exit with 1: `error`, `warning`, `info` or `never`.",
        example: "fail-on = \"error\"",
    },
    ConfigKey {
        key: SettingKey::TokenValue,
        name: "token-value",
        form: ValueType::Text,
        by_path: Some("Replaces the value for all files."),
        option: Some("--token-value"),
        default: None,
        about: "Expression that unsafe fixes write instead of a registration token: a variable, a template or a reference, never a \
                token. Without it, variables keep their name, and a literal token must be replaced manually.",
        example: "token-value = \"$RUNNER_TOKEN\"",
    },
    ConfigKey {
        key: SettingKey::Exclude,
        name: "exclude",
        form: ValueType::Globs,
        by_path: None,
        option: Some("--exclude"),
        default: Some("[]"),
        about: "Files and directories to exclude: globs as in `.gitignore`, relative to the directory of the configuration file. \
                `--exclude` adds to it, relative to the working directory.",
        example: "exclude = [\"vendor/\", \"/testdata/**/*.yaml\"]",
    },
    ConfigKey {
        key: SettingKey::MaxFileSize,
        name: "max-file-size",
        form: ValueType::Size,
        by_path: None,
        option: None,
        default: Some("\"8MiB\""),
        about: "Larger files are skipped and counted. A number of bytes, or a string with a unit (`B`, `kB`, `KiB`, `MB`, `MiB`, \
                `GB`, `GiB`); at most 1 GiB.",
        example: "max-file-size = \"2MiB\"",
    },
    ConfigKey {
        key: SettingKey::Baseline,
        name: "baseline",
        form: ValueType::Path,
        by_path: None,
        option: Some("--baseline"),
        default: None,
        about: "The file with accepted findings, relative to the directory of the configuration file.",
        example: "baseline = \"runnerlint-baseline.json\"",
    },
    ConfigKey {
        key: SettingKey::Rules,
        name: "rules",
        form: ValueType::Folders,
        by_path: None,
        option: Some("--rules"),
        default: Some("[]"),
        about: "Directories with [custom rules](writing-rules.md), relative to the directory of the configuration file. `--rules` \
                adds to it, relative to the working directory. Files in them are not checked.",
        example: "rules = [\"tools/runnerlint-rules\"]",
    },
    ConfigKey {
        key: SettingKey::BuiltIn,
        name: "built-in",
        form: ValueType::Flag,
        by_path: None,
        option: Some("--no-built-in"),
        default: Some("true"),
        about: "Whether the built-in rules are used. `false` reports only what [custom rules](writing-rules.md) find.",
        example: "built-in = false",
    },
];

impl SettingKey {
    /// Its description.
    ///
    /// Each key has its row in [`KEYS`]; a test holds it.
    pub fn entry(self) -> &'static ConfigKey {
        static FIRST: &ConfigKey = &KEYS[0];
        KEYS.iter().find(|entry| entry.key == self).unwrap_or(FIRST)
    }
}
