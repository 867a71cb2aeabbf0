use super::ConfigError;
use super::globs::ConfigGlobs;
use super::merge::{Layer, Origin, SetValue};
use super::names::{ALL, did_you_mean, families};
use super::schema::{ConfigKey, KEYS, OVERRIDES, PATHS, SettingKey, ValueType};
use super::secrets::secrets;
use super::value::{ConfigValue, Name, Wrong, kind, span_of};
use crate::disk::NamedBy;
use crate::quote;
use crate::quote::nearest;
use crate::text::TokenValue;
use crate::text::{Notation, Source, Span, lex};
use std::path::{Path, PathBuf};
use toml_edit::{Item, TableLike};

/// Something wrong in a configuration file.
#[derive(Debug)]
pub struct ConfigProblem {
    /// The file, as shown.
    pub path: String,
    /// Its text.
    pub source: Source,
    /// Where.
    pub span: Span,
    /// What is wrong, one line.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// What must not be shown of the text.
    pub secrets: Vec<Span>,
    /// Whether the file is outside of the repository: nothing of the text is shown.
    pub outside: bool,
}

/// A configuration file that was read.
#[derive(Debug)]
pub struct ConfigFile {
    /// As shown.
    pub shown: String,
    /// The directory that it is in: absolute, without links.
    pub folder: PathBuf,
    /// Who named it.
    pub named_by: NamedBy,
    /// Whether it is outside of the repository, links followed.
    pub outside: bool,
    pub(super) text: String,
    pub(super) layer: Layer,
    pub(super) exclude: Option<ConfigGlobs>,
    pub(super) overrides: Vec<Override>,
}

/// Settings for some files.
#[derive(Debug)]
pub(super) struct Override {
    pub(super) paths: ConfigGlobs,
    pub(super) layer: Layer,
}

impl ConfigFile {
    /// Reads the text of the file `shown` in `folder` (absolute, without links).
    ///
    /// # Errors
    /// What is wrong in it, first of all.
    pub fn parse(shown: String, folder: PathBuf, bytes: Vec<u8>) -> Result<Self, ConfigError> {
        Self::parse_as(shown, folder, bytes, NamedBy::User, false)
    }

    /// As [`ConfigFile::parse`], with who named the file and whether it is outside of the repository.
    pub(super) fn parse_as(
        shown: String,
        folder: PathBuf,
        bytes: Vec<u8>,
        named_by: NamedBy,
        outside: bool,
    ) -> Result<Self, ConfigError> {
        let mark = bytes.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec);
        let source = Source::new(mark.unwrap_or(bytes));
        let read = Reader { source: &source, shown: &shown, folder: &folder }.read();
        let (layer, exclude, overrides) = match read {
            Ok(read) => read,
            Err(wrong) => return Err(invalid((&shown, outside), source.text(), wrong)),
        };
        let text = source.text().to_owned();
        Ok(Self { shown, folder, named_by, outside, text, layer, exclude, overrides })
    }

    /// Its size in bytes, by the memory that it takes: a glob counts as 1 KiB, the file itself as another one.
    pub fn size(&self) -> u64 {
        let globs = self.overrides.iter().map(|it| &it.paths).chain(&self.exclude).map(ConfigGlobs::len);
        self.text.len() as u64 + ((1 + globs.sum::<usize>()) << 10) as u64
    }

    /// Checks that all rules and families that it names are among `ids`.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check_names(&self, ids: &[&str], products: &[&str]) -> Result<(), ConfigError> {
        let mut known: Vec<&str> = ids.iter().copied().chain(families(ids)).collect();
        let layers = std::iter::once(&self.layer).chain(self.overrides.iter().map(|it| &it.layer));
        let names = layers.flat_map(Layer::values).flat_map(|given| match &given.value {
            ConfigValue::Names(names) => names.iter().map(|name| (name, true)).collect(),
            ConfigValue::Levels(levels) => levels.iter().map(|(name, _)| (name, false)).collect(),
            _ => Vec::new(),
        });
        for (Name { text, span }, all) in names {
            let is_selected = all && (text == ALL || products.contains(&text.as_str()));
            if !known.contains(&text.as_str()) && !is_selected {
                known.push(ALL);
                let message = format!("unknown rule or family `{text}`");
                let help = did_you_mean(nearest(text, &known))
                    .or_else(|| Some("`runnerlint rules` lists them".to_owned()));
                let span = span.unwrap_or(Span::at(0));
                return Err(invalid((&self.shown, self.outside), &self.text, wrong(span, message, help)));
            }
        }
        Ok(())
    }
}

/// The error for what is wrong in the file `shown` with this text. What may be a secret is not quoted; of a file that is outside
/// of the repository nothing is.
fn invalid((shown, outside): (&str, bool), text: &str, wrong: Wrong) -> ConfigError {
    let source = Source::new(text.as_bytes().to_vec());
    let names: Vec<&str> = KEYS.iter().map(|entry| entry.name).chain([OVERRIDES, PATHS]).collect();
    let (message, help) = if outside {
        (quote::without_quotes(&wrong.message, &names), None)
    } else {
        (quote::masked(&wrong.message).into_owned(), wrong.help.map(|help| quote::masked(&help).into_owned()))
    };
    let (path, secrets) = (shown.to_owned(), secrets(text));
    ConfigError::Invalid(Box::new(ConfigProblem {
        path,
        source,
        span: wrong.span,
        message,
        help,
        secrets,
        outside,
    }))
}

/// Whether the value for the place of a token is only a placeholder.
pub(super) fn is_reference(value: &str) -> bool {
    let bare = value.trim_matches([' ', '\t', '=', '\r', '\n']).trim_matches(['"', '\'']);
    TokenValue::parse(bare).is_some()
        || value.contains(['$', '{', '<', '%']) && lex(bare, Notation::Text, true).literals.is_empty()
}

type Parts = (Layer, Option<ConfigGlobs>, Vec<Override>);

struct Reader<'a> {
    source: &'a Source,
    shown: &'a str,
    folder: &'a Path,
}

impl Reader<'_> {
    fn read(&self) -> Result<Parts, Wrong> {
        if let Some(span) = self.source.first_invalid() {
            return Err(wrong(span, "not UTF-8 text".to_owned(), None));
        }
        let text = self.source.text();
        let document = toml_edit::Document::parse(text).map_err(|error| {
            let span = span_of(error.span(), Span::at(0));
            wrong(span, error.message().to_owned(), None)
        })?;
        let mut layer = Layer::default();
        let mut overrides = Vec::new();
        let root = document.as_table();
        for (name, item) in root {
            let span = span_of(root.key(name).and_then(toml_edit::Key::span), Span::at(0));
            if name == OVERRIDES {
                overrides = self.overrides(item, span)?;
                continue;
            }
            let entry = entry(name).ok_or_else(|| unknown(name, span, &names(|_| true, OVERRIDES)))?;
            self.take(&mut layer, entry, item, span)?;
        }
        let globs = match layer.get(SettingKey::Exclude) {
            Some(SetValue { value: ConfigValue::Globs(globs), .. }) => Some(self.globs(globs, "exclude")?),
            _ => None,
        };
        Ok((layer, globs, overrides))
    }

    fn overrides(&self, item: &Item, span: Span) -> Result<Vec<Override>, Wrong> {
        let is_not = |item: &Item| {
            let help = format!("begin each with a line `[[{OVERRIDES}]]`");
            wrong(span, format!("`{OVERRIDES}` is {}, not a list of tables", kind(item)), Some(help))
        };
        let at = |range| span_of(range, span);
        match item {
            Item::ArrayOfTables(tables) => {
                tables.iter().map(|table| self.one_override(table, at(table.span()))).collect()
            }
            Item::Value(toml_edit::Value::Array(array)) => array
                .iter()
                .map(|value| match value.as_inline_table() {
                    Some(table) => self.one_override(table, at(table.span())),
                    None => Err(is_not(item)),
                })
                .collect(),
            _ => Err(is_not(item)),
        }
    }

    fn one_override(&self, table: &dyn TableLike, span: Span) -> Result<Override, Wrong> {
        let mut layer = Layer::default();
        let mut paths = None;
        for (name, item) in table.iter() {
            let here = span_of(table.key(name).and_then(toml_edit::Key::span), span);
            if name == PATHS {
                let ConfigValue::Globs(globs) = self.value(ValueType::Globs, name, item, here)? else {
                    continue;
                };
                if globs.is_empty() {
                    let message = format!("`{PATHS}` is empty: the override matches no file");
                    return Err(wrong(span_of(item.span(), here), message, None));
                }
                paths = Some(self.globs(&globs, PATHS)?);
                continue;
            }
            let entry =
                entry(name).ok_or_else(|| unknown(name, here, &names(|it| it.by_path.is_some(), PATHS)))?;
            if entry.by_path.is_none() {
                let help = "it is a setting for all files: write it above the first line in brackets";
                let message = format!("`{name}` cannot be set by path");
                return Err(wrong(here, message, Some(help.to_owned())));
            }
            self.take(&mut layer, entry, item, here)?;
        }
        match paths {
            Some(paths) => Ok(Override { paths, layer }),
            None => {
                let help = format!("add the files that it is for: `{PATHS} = [\"docs/\"]`");
                Err(wrong(self.first_line(span), format!("an override without `{PATHS}`"), Some(help)))
            }
        }
    }

    fn first_line(&self, span: Span) -> Span {
        let length = span.of(self.source.text()).lines().next().unwrap_or_default().len();
        Span::new(span.start(), span.start() + length)
    }

    fn take(&self, layer: &mut Layer, entry: &ConfigKey, item: &Item, span: Span) -> Result<(), Wrong> {
        let value = self.value(entry.form, entry.name, item, span)?;
        if let (SettingKey::Select, ConfigValue::Names(names)) = (entry.key, &value)
            && names.is_empty()
        {
            let help = "remove it to report all of them";
            let message = format!("`{}` is empty: nothing would be reported", entry.name);
            return Err(wrong(span_of(item.span(), span), message, Some(help.to_owned())));
        }
        let line = self.source.line_at(span.start()) + 1;
        let origin = Origin::File { path: self.shown.to_owned(), line };
        layer.give(entry.key, value, origin);
        Ok(())
    }

    fn value(&self, form: ValueType, name: &str, item: &Item, span: Span) -> Result<ConfigValue, Wrong> {
        ConfigValue::read(form, item, span, self.folder)
            .map_err(|it| Wrong { message: format!("`{name}` {}", it.message), ..it })
    }

    fn globs(&self, globs: &[Name], name: &str) -> Result<ConfigGlobs, Wrong> {
        let texts: Vec<String> = globs.iter().map(|glob| glob.text.clone()).collect();
        ConfigGlobs::new(self.folder, &texts).map_err(|(index, error)| {
            let glob = globs.get(index);
            let span = glob.and_then(|glob| glob.span).unwrap_or(Span::at(0));
            let text = glob.map_or("", |glob| &glob.text);
            wrong(span, format!("`{name}` contains the invalid glob `{text}`: {error}"), None)
        })
    }
}

fn wrong(span: Span, message: String, help: Option<String>) -> Wrong {
    Wrong { span, message, help }
}

fn entry(name: &str) -> Option<&'static ConfigKey> {
    KEYS.iter().find(|entry| entry.name == name)
}

fn names(which: impl Fn(&ConfigKey) -> bool, more: &'static str) -> Vec<&'static str> {
    KEYS.iter().filter(|entry| which(entry)).map(|entry| entry.name).chain([more]).collect()
}

fn unknown(name: &str, span: Span, known: &[&str]) -> Wrong {
    let help = did_you_mean(nearest(name, known)).unwrap_or_else(|| match name {
        PATHS => format!("it belongs below a line `[[{OVERRIDES}]]`"),
        _ => format!("the keys are `{}`", known.join("`, `")),
    });
    wrong(span, format!("unknown key `{name}`"), Some(help))
}
