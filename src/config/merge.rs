use super::ConfigError;
use super::document::ConfigFile;
use super::globs::ConfigGlobs;
use super::schema::{SettingKey, ValueType};
use super::settings::Settings;
use super::value::{ConfigValue, DEFAULT_MAX_FILE_SIZE, FailOn};
use crate::catalogue::Catalogue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A line (from 1) of the configuration file.
    File {
        /// The file, as shown.
        path: String,
        /// The line.
        line: usize,
    },
    /// An option of the command line.
    Option(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Option(name) => f.write_str(name),
        }
    }
}

/// A value, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetValue {
    /// The value.
    pub value: ConfigValue,
    /// Where it comes from.
    pub origin: Origin,
}

/// What one source says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer(BTreeMap<SettingKey, SetValue>);

impl Layer {
    /// Says what the value of a key is.
    pub fn give(&mut self, key: SettingKey, value: ConfigValue, origin: Origin) {
        self.0.insert(key, SetValue { value, origin });
    }

    /// Says what the value of a key is, by its option.
    pub fn give_option(&mut self, key: SettingKey, value: ConfigValue) {
        let name = key.entry().option.unwrap_or_default();
        self.give(key, value, Origin::Option(name));
    }

    pub(super) fn get(&self, key: SettingKey) -> Option<&SetValue> {
        self.0.get(&key)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &SetValue> {
        self.0.values()
    }
}

/// What holds: for all files, and for each.
#[derive(Debug, Default)]
pub struct Config {
    file: Option<ConfigFile>,
    command_line: Layer,
    /// For files that no override names.
    base: Settings,
}

impl Config {
    /// What the configuration file and the command line say together.
    pub fn new(file: Option<ConfigFile>, command_line: Layer) -> Self {
        let mut config = Self { file, command_line, base: Settings::default() };
        config.base = config.build(None);
        config
    }

    /// The same, by these rules instead of those that are built in. All names in the file must be among them.
    ///
    /// # Errors
    /// The first that is not.
    pub fn by(mut self, catalogue: Arc<Catalogue>) -> Result<Self, ConfigError> {
        if let Some(file) = &mut self.file {
            file.check_names(&catalogue.ids(), &catalogue.products())?;
            // A run may have thousands of files.
            file.text = String::new();
        }
        self.base.catalogue = catalogue;
        Ok(self)
    }

    /// The rules that all files are judged by.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.base.catalogue
    }

    /// The configuration file.
    pub fn file(&self) -> Option<&ConfigFile> {
        self.file.as_ref()
    }

    /// How the file at `path` (absolute) is judged.
    pub fn settings(&self, path: &Path) -> Cow<'_, Settings> {
        let mut overrides = self.file.iter().flat_map(|file| &file.overrides);
        if overrides.any(|it| it.paths.match_path(path, false)) {
            Cow::Owned(self.build(Some(path)))
        } else {
            Cow::Borrowed(&self.base)
        }
    }

    /// How a file would be judged without the configuration file.
    pub fn without_file(&self) -> Settings {
        let base = Settings { catalogue: Arc::clone(&self.base.catalogue), ..Settings::default() };
        Self { file: None, command_line: self.command_line.clone(), base }.build(None)
    }

    /// Whether the configuration file has settings by path.
    pub fn has_overrides(&self) -> bool {
        self.file.as_ref().is_some_and(|file| !file.overrides.is_empty())
    }

    /// What the configuration file leaves out of a walk.
    pub fn exclude(&self) -> Option<&ConfigGlobs> {
        self.file.as_ref()?.exclude.as_ref()
    }

    /// From which severity on a run fails.
    pub fn fail_on(&self) -> FailOn {
        match self.last(SettingKey::FailOn) {
            Some(ConfigValue::FailOn(fail_on)) => *fail_on,
            _ => FailOn::Warning,
        }
    }

    /// Files of more bytes are not linted.
    pub fn max_file_size(&self) -> u64 {
        match self.last(SettingKey::MaxFileSize) {
            Some(ConfigValue::Size(bytes)) => *bytes,
            _ => DEFAULT_MAX_FILE_SIZE,
        }
    }

    /// The file with the findings that are accepted.
    pub fn baseline(&self) -> Option<&Path> {
        match self.last(SettingKey::Baseline) {
            Some(ConfigValue::Path(path)) => Some(path),
            _ => None,
        }
    }

    /// The folders of the user's own rules: those of the file, then those of the command line.
    pub fn rules(&self) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        for given in self.effective(SettingKey::Rules, None) {
            if let ConfigValue::Folders(more) = &given.value {
                folders.extend(more.iter().cloned());
            }
        }
        folders
    }

    /// Whether the built-in rules are used.
    pub fn built_in(&self) -> bool {
        self.base.built_in
    }

    /// The folders of rules that the command line names.
    pub fn rules_by_options(&self) -> impl Iterator<Item = &PathBuf> {
        let folders = self.command_line.get(SettingKey::Rules).and_then(|given| match &given.value {
            ConfigValue::Folders(folders) => Some(folders),
            _ => None,
        });
        folders.into_iter().flatten()
    }

    /// The rules and families that the command line names.
    pub fn named_by_options(&self) -> impl Iterator<Item = &str> {
        let names = self.command_line.values().filter_map(|given| match &given.value {
            ConfigValue::Names(names) => Some(names),
            _ => None,
        });
        names.flatten().map(|name| name.text.as_str())
    }

    /// Where the value of a key comes from that only the last word decides.
    pub fn origin(&self, key: SettingKey) -> Option<&Origin> {
        self.effective(key, None).pop().map(|given| &given.origin)
    }

    fn last(&self, key: SettingKey) -> Option<&ConfigValue> {
        self.effective(key, None).pop().map(|given| &given.value)
    }

    /// What is said of `key` and counts, for all files or for the one at `path` (absolute): for a key that only the last
    /// word decides one value, for the others all that are to be put together, in their order.
    pub fn effective(&self, key: SettingKey, path: Option<&Path>) -> Vec<&SetValue> {
        let file = self.file.iter().map(|file| &file.layer);
        let overrides = self.file.iter().flat_map(|file| &file.overrides);
        let overrides = overrides
            .filter(|it| path.is_some_and(|path| it.paths.match_path(path, false)))
            .map(|it| &it.layer);
        // Who asks for rules on the command line does not want to hear of what the file ignores.
        let asked = self.command_line.get(SettingKey::Select).is_some();
        let file = file.filter(|_| !(asked && key == SettingKey::Ignore));
        let overrides = overrides.filter(|_| !(asked && key == SettingKey::Select));
        let mut given: Vec<&SetValue> =
            file.chain(overrides).chain([&self.command_line]).filter_map(|layer| layer.get(key)).collect();
        let adds = matches!(
            key.entry().form,
            ValueType::Globs | ValueType::Folders | ValueType::Levels | ValueType::Versions
        ) || key == SettingKey::Ignore;
        if !adds {
            given = given.pop().into_iter().collect();
        }
        given
    }

    fn build(&self, path: Option<&Path>) -> Settings {
        let mut settings = Settings { catalogue: Arc::clone(&self.base.catalogue), ..Settings::default() };
        let keys = [
            SettingKey::BuiltIn,
            SettingKey::Select,
            SettingKey::Ignore,
            SettingKey::Severity,
            SettingKey::TokenValue,
            SettingKey::TargetGitlab,
            SettingKey::Targets,
        ];
        for key in keys {
            for given in self.effective(key, path) {
                match (key, &given.value) {
                    (SettingKey::Select, ConfigValue::Names(names)) => {
                        settings.select = names.iter().map(|name| name.text.clone()).collect();
                    }
                    (_, ConfigValue::Flag(is)) => settings.built_in = *is,
                    (_, ConfigValue::Names(names)) => {
                        settings.ignore.extend(names.iter().map(|name| name.text.clone()));
                    }
                    (_, ConfigValue::Levels(levels)) => {
                        settings
                            .severity
                            .extend(levels.iter().map(|(name, level)| (name.text.clone(), *level)));
                    }
                    (_, ConfigValue::Text(text)) => settings.token_value = Some(text.clone()),
                    (_, ConfigValue::Version(version)) => settings.target_gitlab = Some(*version),
                    (_, ConfigValue::Versions(versions)) => settings.targets.extend(versions.iter().cloned()),
                    _ => {}
                }
            }
        }
        settings
    }
}
