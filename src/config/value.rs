use super::names::did_you_mean;
use super::schema::{KEYS, ValueType};
use crate::finding::Severity;
use crate::quote::nearest;
use crate::rules::{GITLAB, Level};
use crate::text::Span;
use crate::text::{EXPRESSIONS, NEVER_A_TOKEN, TokenValue};
use std::path::{Path, PathBuf};
use toml_edit::{Item, Value as Toml};

/// Files larger than this are not linted, unless the configuration says otherwise: 8 MiB.
pub const DEFAULT_MAX_FILE_SIZE: u64 = 8 << 20;
/// The most that `max-file-size` may say: 1 GiB.
const LARGEST: u64 = 1 << 30;

/// A name as it was written, and its span in the configuration file (none, if it came another way).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// What was written.
    pub text: String,
    /// Bytes of the file.
    pub span: Option<Span>,
}

impl From<&String> for Name {
    fn from(text: &String) -> Self {
        Self { text: text.clone(), span: None }
    }
}

/// The lowest severity that makes a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// That of an error.
    Error,
    /// That of a warning.
    Warning,
    /// That of an info.
    Info,
    /// From none.
    Never,
}

impl FailOn {
    /// All of them.
    pub const NAMES: &'static [(&'static str, Self)] =
        &[("error", Self::Error), ("warning", Self::Warning), ("info", Self::Info), ("never", Self::Never)];

    /// Whether a finding of that severity makes a run fail.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Info => true,
            Self::Never => false,
        }
    }
}

/// What a rule's severity may be set to.
pub(super) const LEVELS: &[(&str, Level)] =
    &[("error", Level::Error), ("warning", Level::Warning), ("info", Level::Info), ("off", Level::Nothing)];

/// The value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigValue {
    /// See [`ValueType::Names`].
    Names(Vec<Name>),
    /// See [`ValueType::Globs`].
    Globs(Vec<Name>),
    /// See [`ValueType::Folders`].
    Folders(Vec<PathBuf>),
    /// See [`ValueType::Path`].
    Path(PathBuf),
    /// See [`ValueType::Text`].
    Text(String),
    /// See [`ValueType::Version`].
    Version((u32, u32)),
    /// See [`ValueType::FailOn`].
    FailOn(FailOn),
    /// See [`ValueType::Size`]: bytes.
    Size(u64),
    /// See [`ValueType::Flag`].
    Flag(bool),
    /// See [`ValueType::Levels`].
    Levels(Vec<(Name, Level)>),
    /// See [`ValueType::Versions`].
    Versions(Vec<(String, (u32, u32))>),
}

/// What is wrong with a value.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) span: Span,
    /// `is a number, not a list of strings`: the subject is the key.
    pub(super) message: String,
    /// What to write instead.
    pub(super) help: Option<String>,
}

/// The bytes of `item`, or `around` where the parser knows none.
pub(super) fn span_of(range: Option<std::ops::Range<usize>>, around: Span) -> Span {
    range.map_or(around, Span::from)
}

impl ConfigValue {
    /// Reads the value of a key at `span`; paths are from `folder`.
    pub(super) fn read(form: ValueType, item: &Item, span: Span, folder: &Path) -> Result<Self, Wrong> {
        let at = span_of(item.span(), span);
        let wrong = |message: String, help: Option<String>| Wrong { span: at, message, help };
        let is_not = |what: &str| wrong(format!("is {}, not {what}", kind(item)), None);
        let text = |what: &str| item.as_str().ok_or_else(|| is_not(what));
        let filled = |what: &str| match text(what)? {
            "" => Err(wrong("is empty".to_owned(), None)),
            text => Ok(text),
        };
        Ok(match form {
            ValueType::Names => Self::Names(texts(item, at, "a list of rules and families")?),
            ValueType::Globs => Self::Globs(texts(item, at, "a list of globs")?),
            ValueType::Folders => {
                let names = texts(item, at, "a list of directories")?;
                Self::Folders(names.iter().map(|name| folder.join(&name.text)).collect())
            }
            ValueType::Path => Self::Path(folder.join(filled("the path of a file")?)),
            ValueType::Text => {
                let text = text("a string")?;
                let form = TokenValue::parse(text)
                    .ok_or_else(|| wrong(NEVER_A_TOKEN.to_owned(), Some(EXPRESSIONS.to_owned())))?;
                Self::Text(form.text.to_owned())
            }
            ValueType::Version => Self::Version(version_of(item, at)?),
            ValueType::FailOn => Self::FailOn(one_of(FailOn::NAMES, text("a severity")?, at)?),
            ValueType::Size => Self::Size(size(item).ok_or_else(|| {
                let number = item.as_integer().map(|it| it.to_string());
                let text = number.unwrap_or_else(|| item.as_str().unwrap_or(kind(item)).to_owned());
                wrong(
                    format!("has the invalid size `{text}`: expected 1 B to 1 GiB, for example `2MiB`"),
                    None,
                )
            })?),
            ValueType::Flag => Self::Flag(item.as_bool().ok_or_else(|| is_not("`true` or `false`"))?),
            ValueType::Levels => {
                let help = "write a line `[severity]`, and below it lines such as `helm = \"info\"`";
                let mut levels = Vec::new();
                for (rule, item, here) in
                    entries(item, at, "a table of rules and severities", help, "rule or family")?
                {
                    let value = span_of(item.span(), here);
                    let level = item.as_str().ok_or_else(|| Wrong {
                        span: value,
                        message: format!("is {} for `{rule}`, not a severity", kind(item)),
                        help: None,
                    })?;
                    let name = Name { text: rule.to_owned(), span: Some(here) };
                    levels.push((name, one_of(LEVELS, level, value)?));
                }
                Self::Levels(levels)
            }
            ValueType::Versions => {
                let help = "write a line `[targets]`, and below it lines such as `kubernetes = \"1.25\"`";
                let mut versions = Vec::new();
                for (product, item, here) in
                    entries(item, at, "a table of products and versions", help, "product")?
                {
                    let version = version_of(item, span_of(item.span(), here))?;
                    if product == GITLAB {
                        let help = "the version of GitLab has its own key: `target-gitlab`";
                        let message = format!("contains `{GITLAB}`");
                        return Err(Wrong { span: here, message, help: Some(help.to_owned()) });
                    }
                    versions.push((product.to_owned(), version));
                }
                Self::Versions(versions)
            }
        })
    }
}

/// The entries of a table, each with the span of its key.
fn entries<'a>(
    item: &'a Item,
    at: Span,
    what: &str,
    help: &str,
    kind_of_key: &str,
) -> Result<Vec<(&'a str, &'a Item, Span)>, Wrong> {
    let table = item.as_table_like().ok_or_else(|| {
        let message = format!("is {}, not {what}", kind(item));
        Wrong { span: at, message, help: Some(help.to_owned()) }
    })?;
    let mut entries = Vec::new();
    for (key, item) in table.iter() {
        let here = span_of(table.key(key).and_then(toml_edit::Key::span), at);
        if KEYS.iter().any(|entry| entry.name == key) {
            let message = format!("contains the unknown {kind_of_key} `{key}`");
            let help = "write keys of the whole file above the first line in brackets";
            return Err(Wrong { span: here, message, help: Some(help.to_owned()) });
        }
        entries.push((key, item, here));
    }
    Ok(entries)
}

/// The version at `span`.
fn version_of(item: &Item, span: Span) -> Result<(u32, u32), Wrong> {
    let wrong = |message: String, help: Option<&str>| Wrong { span, message, help: help.map(str::to_owned) };
    if let Some(major) = item.as_integer() {
        return u32::try_from(major).map(|major| (major, 0)).map_err(|_| {
            wrong(format!("has the invalid version `{major}`: expected MAJOR.MINOR, for example 17.5"), None)
        });
    }
    if item.is_float() {
        let help = "put it in quotes: as numbers, 17.10 and 17.1 are the same";
        return Err(wrong("is a number, not a version".to_owned(), Some(help)));
    }
    let text = item.as_str().ok_or_else(|| wrong(format!("is {}, not a version", kind(item)), None))?;
    version(text).map_err(|message| wrong(format!("has the {message}"), None))
}

fn texts(item: &Item, span: Span, what: &str) -> Result<Vec<Name>, Wrong> {
    let array = item.as_array().ok_or_else(|| {
        let help = item.as_str().map(|_| "put it in brackets: `[\"…\"]`".to_owned());
        Wrong { span, message: format!("is {}, not {what}", kind(item)), help }
    })?;
    let text = |value: &Toml| {
        let here = span_of(value.span(), span);
        let wrong = |message: String| Wrong { span: here, message, help: None };
        match value.as_str() {
            Some("") => Err(wrong("contains an empty string".to_owned())),
            Some(text) => Ok(Name { text: text.to_owned(), span: Some(here) }),
            None => Err(wrong(format!("contains {}, not only strings", kind(&Item::Value(value.clone()))))),
        }
    };
    array.iter().map(text).collect()
}

/// The type of a value, for messages.
pub(super) fn kind(item: &Item) -> &'static str {
    match item.type_name() {
        "string" => "a string",
        "integer" | "float" => "a number",
        "boolean" => "a boolean",
        "datetime" => "a date",
        "array" => "a list",
        "array of tables" => "a list of tables",
        "table" | "inline table" => "a table",
        _ => "nothing",
    }
}

fn one_of<T: Copy>(known: &[(&'static str, T)], text: &str, span: Span) -> Result<T, Wrong> {
    if let Some((_, value)) = known.iter().find(|(name, _)| *name == text) {
        return Ok(*value);
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let help =
        did_you_mean(nearest(text, &names)).unwrap_or_else(|| format!("use one of `{}`", names.join("`, `")));
    Err(Wrong { span, message: format!("has the invalid value `{text}`"), help: Some(help) })
}

const UNITS: &[(&str, u64)] = &[
    ("", 1),
    ("B", 1),
    ("kB", 1000),
    ("KB", 1000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
];

fn size(item: &Item) -> Option<u64> {
    let bytes = match (item.as_integer(), item.as_str()) {
        (Some(number), _) => u64::try_from(number).ok()?,
        (None, Some(text)) => {
            let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, unit) = text.split_at_checked(digits)?;
            let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit.trim_start())?;
            number.parse::<u64>().ok()?.checked_mul(*factor)?
        }
        _ => return None,
    };
    (1..=LARGEST).contains(&bytes).then_some(bytes)
}

/// A version that is not below any that a rule mentions: `latest`.
pub(super) const LATEST: (u32, u32) = (u32::MAX, 0);
/// How [`LATEST`] is written.
const LATEST_NAME: &str = "latest";

/// `17`, `17.5`, `v17.5.1` and `latest` are versions: `(major, minor)`.
///
/// # Errors
/// The text is none of these; the message is complete.
pub fn version(text: &str) -> Result<(u32, u32), String> {
    if text == LATEST_NAME {
        return Ok(LATEST);
    }
    let wrong = || {
        let nearest =
            did_you_mean(nearest(text, &[LATEST_NAME])).map_or(String::new(), |it| format!("; {it}"));
        format!("invalid version `{text}`: expected MAJOR.MINOR, for example 17.5{nearest}")
    };
    let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
    let mut next = || parts.next().map(|part| part.parse::<u32>().map_err(|_| wrong()));
    let major = next().ok_or_else(wrong)??;
    let minor = next().transpose()?.unwrap_or(0);
    Ok((major, minor))
}

/// A version as [`version`] reads it.
pub(super) fn version_text(version: (u32, u32)) -> String {
    if version == LATEST { LATEST_NAME.to_owned() } else { format!("{}.{}", version.0, version.1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_need_no_minor_number() {
        for (text, parsed) in [
            ("17", Some((17, 0))),
            ("v16.11.2-ee", Some((16, 11))),
            ("x", None),
            ("17.", None),
            ("latest", Some(LATEST)),
        ] {
            assert_eq!(version(text).ok(), parsed, "{text}");
        }
    }

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [
            ("8MiB", Some(8 << 20)),
            ("8 MiB", Some(8 << 20)),
            ("12", Some(12)),
            ("1kB", Some(1000)),
            ("0", None),
            ("2GiB", None),
            ("MiB", None),
            ("", None),
            ("1.5MiB", None),
            ("-1", None),
            ("99999999999999999999", None),
            ("18446744073709551615GiB", None),
            ("8é", None),
        ] {
            assert_eq!(size(&toml_edit::value(text)), bytes, "{text}");
        }
        assert_eq!(size(&toml_edit::value(-1)), None);
    }
}
