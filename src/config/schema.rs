//! What may stand in a configuration file.

/// A key of the configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "`KEYS` says what they are")]
pub enum Key {
    Select,
    Ignore,
    Exclude,
    TargetGitlab,
    FailOn,
    TokenValue,
    Baseline,
    MaxFileSize,
    Rules,
    Severity,
    Targets,
}

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A list of rule ids and families.
    Names,
    /// A list of globs as in `.gitignore`.
    Globs,
    /// A list of folders.
    Folders,
    /// The path of a file.
    Path,
    /// A text that is not empty.
    Text,
    /// A version of GitLab.
    Version,
    /// A severity, or `never`.
    FailOn,
    /// A number of bytes.
    Size,
    /// A table: rule or family = severity, or `off`.
    Levels,
    /// A table: product = version.
    Versions,
}

/// All that is known of a key.
#[derive(Debug)]
pub struct Entry {
    /// Which key.
    pub key: Key,
    /// How it is written in the file.
    pub name: &'static str,
    /// What it holds.
    pub form: Form,
    /// Whether it may stand in `[[overrides]]`, and what it then does to what holds for all files.
    pub by_path: Option<&'static str>,
    /// The option that stands in for it.
    pub option: Option<&'static str>,
    /// What holds without it, as TOML; `None` where nothing does.
    pub default: Option<&'static str>,
    /// What it does; Markdown, the first sentence says the most.
    pub about: &'static str,
    /// What to write, as TOML.
    pub example: &'static str,
}

/// The name of the table that holds settings by path.
pub const OVERRIDES: &str = "overrides";
/// The key of an override that says for which files it is.
pub const PATHS: &str = "paths";
/// What [`PATHS`] holds.
pub const PATHS_ABOUT: &str = "The files that the override is for: globs as in `.gitignore`, from the folder of the configuration file. \
     A file in a folder that matches is one of them.";
/// What [`OVERRIDES`] holds.
pub const OVERRIDES_ABOUT: &str =
    "Settings for some files. Where several overrides match a file, a later one wins.";

/// Every key, in the order of the documentation.
pub const KEYS: &[Entry] = &[
    Entry {
        key: Key::Select,
        name: "select",
        form: Form::Names,
        by_path: Some("Stands in the place of what holds for all files."),
        option: Some("--select"),
        default: Some("[\"ALL\"]"),
        about: "Report only these rules and families (the part of an id before the first `-`). `ALL` stands for all rules.",
        example: "select = [\"helm\", \"register-registration-token\"]",
    },
    Entry {
        key: Key::Ignore,
        name: "ignore",
        form: Form::Names,
        by_path: Some("Adds to what holds for all files."),
        option: Some("--ignore"),
        default: Some("[]"),
        about: "Do not report these rules and families. The command line's `--ignore` adds to it; its `--select` sets it aside, \
                but for what `[[overrides]]` ignore.",
        example: "ignore = [\"api\"]",
    },
    Entry {
        key: Key::Severity,
        name: "severity",
        form: Form::Levels,
        by_path: Some("Says more for the rules that it names."),
        option: None,
        default: None,
        about: "How bad the findings of a rule or a family are, whatever the rule itself says: `error`, `warning`, `info`, or \
                `off`, which is the same as to ignore it. What is said of a rule beats what is said of its family.",
        example: "[severity]\napi = \"info\"\nleaked-registration-token = \"error\"",
    },
    Entry {
        key: Key::TargetGitlab,
        name: "target-gitlab",
        form: Form::Version,
        by_path: Some("Stands in the place of what holds for all files."),
        option: Some("--target-gitlab"),
        default: None,
        about: "The GitLab version to judge by; without it the newest that the rules know. Below 17.0 registration tokens are \
                warnings, below 15.10 nothing but leaked tokens is reported.",
        example: "target-gitlab = \"16.11\"",
    },
    Entry {
        key: Key::Targets,
        name: "targets",
        form: Form::Versions,
        by_path: Some("Says more for the products that it names."),
        option: Some("--target"),
        default: None,
        about: "The versions of other products to judge by, for rules of your own that speak of them; without one the newest. The \
                command line's `--target` says more.",
        example: "[targets]\nkubernetes = \"1.25\"",
    },
    Entry {
        key: Key::FailOn,
        name: "fail-on",
        form: Form::FailOn,
        by_path: None,
        option: Some("--fail-on"),
        default: Some("\"warning\""),
        about: "The severity from which on a finding makes the run fail (exit code 1): `error`, `warning`, `info` or `never`.",
        example: "fail-on = \"error\"",
    },
    Entry {
        key: Key::TokenValue,
        name: "token-value",
        form: Form::Text,
        by_path: Some("Stands in the place of what holds for all files."),
        option: Some("--token-value"),
        default: None,
        about: "What unsafe fixes put in the place of a registration token: a variable or an expression, never a token. Without it \
                variables keep their name, and a literal token is left for a person.",
        example: "token-value = \"$RUNNER_TOKEN\"",
    },
    Entry {
        key: Key::Exclude,
        name: "exclude",
        form: Form::Globs,
        by_path: None,
        option: Some("--exclude"),
        default: Some("[]"),
        about: "Files and folders to leave out: globs as in `.gitignore`, from the folder of the configuration file. The command \
                line's `--exclude` adds to it, from the working directory.",
        example: "exclude = [\"vendor/\", \"/testdata/**/*.yaml\"]",
    },
    Entry {
        key: Key::MaxFileSize,
        name: "max-file-size",
        form: Form::Size,
        by_path: None,
        option: None,
        default: Some("\"8MiB\""),
        about: "Larger files are skipped and counted: a number of bytes, or a text with a unit (`B`, `kB`, `KiB`, `MB`, `MiB`, \
                `GB`, `GiB`); 1 GiB at most.",
        example: "max-file-size = \"2MiB\"",
    },
    Entry {
        key: Key::Baseline,
        name: "baseline",
        form: Form::Path,
        by_path: None,
        option: Some("--baseline"),
        default: None,
        about: "The file with the findings that are known and accepted, from the folder of the configuration file.",
        example: "baseline = \"runnerlint-baseline.json\"",
    },
    Entry {
        key: Key::Rules,
        name: "rules",
        form: Form::Folders,
        by_path: None,
        option: Some("--rules"),
        default: Some("[]"),
        about: "Folders with [rules of your own](writing-rules.md), from the folder of the configuration file. The command line's \
                `--rules` adds to it, from the working directory. What lies in them is not linted by itself.",
        example: "rules = [\"tools/runnerlint-rules\"]",
    },
];

impl Key {
    /// All that is known of it.
    ///
    /// Each key has its row in [`KEYS`]; a test holds it.
    pub fn entry(self) -> &'static Entry {
        static FIRST: &Entry = &KEYS[0];
        KEYS.iter().find(|entry| entry.key == self).unwrap_or(FIRST)
    }
}
