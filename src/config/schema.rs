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
    /// What it does: Markdown, the most important sentence first.
    pub about: &'static str,
    /// An example, as TOML.
    pub example: &'static str,
}

/// The name of the table with settings by path.
pub const OVERRIDES: &str = "overrides";
/// The key of an override with its files.
pub const PATHS: &str = "paths";
/// The documentation of [`PATHS`].
pub const PATHS_ABOUT: &str = "The files of the override: `.gitignore`-style globs, relative to the directory of the configuration file. A directory that \
     matches includes its files.";
/// The documentation of [`OVERRIDES`].
pub const OVERRIDES_ABOUT: &str =
    "Settings for some files. If several overrides match a file, the last one wins.";

/// Every key, in the order of the documentation.
pub const KEYS: &[Entry] = &[
    Entry {
        key: Key::Select,
        name: "select",
        form: Form::Names,
        by_path: Some("Replaces the value for all files."),
        option: Some("--select"),
        default: Some("[\"ALL\"]"),
        about: "Report only these rules and families (the part of an id before the first `-`). `ALL` selects all rules.",
        example: "select = [\"helm\", \"register-registration-token\"]",
    },
    Entry {
        key: Key::Ignore,
        name: "ignore",
        form: Form::Names,
        by_path: Some("Adds to the value for all files."),
        option: Some("--ignore"),
        default: Some("[]"),
        about: "Do not report these rules and families. The command line's `--ignore` adds to it; its `--select` replaces \
                it, except in `[[overrides]]`.",
        example: "ignore = [\"api\"]",
    },
    Entry {
        key: Key::Severity,
        name: "severity",
        form: Form::Levels,
        by_path: Some("Adds to the value for all files."),
        option: None,
        default: None,
        about: "The severity of all findings of a rule or a family: `error`, `warning`, `info`, or `off` to ignore them. A rule's own \
                severity takes precedence over its family's.",
        example: "[severity]\napi = \"info\"\nleaked-registration-token = \"error\"",
    },
    Entry {
        key: Key::TargetGitlab,
        name: "target-gitlab",
        form: Form::Version,
        by_path: Some("Replaces the value for all files."),
        option: Some("--target-gitlab"),
        default: None,
        about: "Check against this GitLab version; the default is the newest version that the rules support. Before 17.0 registration \
                tokens are warnings; before 15.10 only leaked tokens are reported.",
        example: "target-gitlab = \"16.11\"",
    },
    Entry {
        key: Key::Targets,
        name: "targets",
        form: Form::Versions,
        by_path: Some("Adds to the value for all files."),
        option: Some("--target"),
        default: None,
        about: "Check against these versions of other products (for custom rules); the default is the newest version. The command \
                line's `--target` adds to it.",
        example: "[targets]\nkubernetes = \"1.25\"",
    },
    Entry {
        key: Key::FailOn,
        name: "fail-on",
        form: Form::FailOn,
        by_path: None,
        option: Some("--fail-on"),
        default: Some("\"warning\""),
        about: "The lowest severity that makes the run exit with 1: `error`, `warning`, `info` or `never`.",
        example: "fail-on = \"error\"",
    },
    Entry {
        key: Key::TokenValue,
        name: "token-value",
        form: Form::Text,
        by_path: Some("Replaces the value for all files."),
        option: Some("--token-value"),
        default: None,
        about: "Expression that unsafe fixes write instead of a registration token: a variable, a template or a Terraform reference, \
                never a token. Without it variables keep their name, and a literal token must be replaced manually.",
        example: "token-value = \"$RUNNER_TOKEN\"",
    },
    Entry {
        key: Key::Exclude,
        name: "exclude",
        form: Form::Globs,
        by_path: None,
        option: Some("--exclude"),
        default: Some("[]"),
        about: "Exclude these files and directories: `.gitignore`-style globs, relative to the directory of the configuration file. \
                The command line's `--exclude` adds to it, relative to the working directory.",
        example: "exclude = [\"vendor/\", \"/testdata/**/*.yaml\"]",
    },
    Entry {
        key: Key::MaxFileSize,
        name: "max-file-size",
        form: Form::Size,
        by_path: None,
        option: None,
        default: Some("\"8MiB\""),
        about: "Larger files are skipped: a number of bytes, or a string with a unit (`B`, `kB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`), up to \
                1 GiB.",
        example: "max-file-size = \"2MiB\"",
    },
    Entry {
        key: Key::Baseline,
        name: "baseline",
        form: Form::Path,
        by_path: None,
        option: Some("--baseline"),
        default: None,
        about: "The file with accepted findings, relative to the directory of the configuration file.",
        example: "baseline = \"runnerlint-baseline.json\"",
    },
    Entry {
        key: Key::Rules,
        name: "rules",
        form: Form::Folders,
        by_path: None,
        option: Some("--rules"),
        default: Some("[]"),
        about: "Directories with [custom rules](writing-rules.md), relative to the directory of the configuration file. The command \
                line's `--rules` adds to it, relative to the working directory. The rule files themselves are not checked.",
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
