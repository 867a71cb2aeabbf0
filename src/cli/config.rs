//! The configuration as the command line and the environment ask for it.

use super::args::{CheckArgs, ConfigArgs, OwnRules};
use super::{Error, rules};
use crate::catalogue::Catalogue;
use crate::config::schema::SettingKey;
use crate::config::{self, Choice, Config, ConfigGlobs, ConfigValue, Layer, Name, TokenValue};
use crate::run::{Projects, load_counted, load_rules, rule_folders};
use crate::walk;
use std::env;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Sets `--config`.
const CONFIG_VARIABLE: &str = "RUNNERLINT_CONFIG";

/// Reads the configuration file that applies; the command line takes precedence. Names are not checked yet.
pub(super) fn read(args: &ConfigArgs, command_line: Layer) -> Result<Config, Error> {
    Ok(Config::new(config::load(&choice(args), &walk::working_directory()?)?, command_line))
}

/// The configurations that apply to `paths` and to what is found below them, with their rules, which `threads` threads read.
///
/// # Errors
/// The configuration that applies to one of the paths themselves cannot be used.
pub(super) fn projects(
    args: &ConfigArgs,
    command_line: Layer,
    threads: usize,
    paths: &[PathBuf],
) -> Result<Arc<Projects>, Error> {
    let cwd = walk::working_directory()?;
    let (here, total) = (cwd.clone(), AtomicU64::new(0));
    let projects = Projects::new(choice(args), cwd, command_line, move |config, folders| {
        let named: Vec<PathBuf> = config.rules_by_options().cloned().collect();
        let loaded = load_counted(folders, threads, &total);
        loaded.map_err(|error| error.hide_outside(config, &named, &here))
    });
    let base = match paths {
        [path] => std::fs::canonicalize(path).ok().filter(|it| it.is_dir()),
        _ => None,
    };
    let projects = match base {
        Some(base) => projects.below(base),
        None => projects,
    };
    for path in paths {
        projects.of_named(path);
        projects.check()?;
    }
    Ok(Arc::new(projects))
}

/// Checks that the command line names no rule that none of the configurations has.
pub(super) fn check_names(projects: &Projects) -> Result<(), Error> {
    let all = projects.all();
    let Some(first) = all.first() else { return Ok(()) };
    let catalogues = projects.catalogues();
    let ids: Vec<&str> = catalogues.iter().flat_map(|it| it.ids()).collect();
    let products: Vec<&str> = catalogues.iter().flat_map(|it| it.products()).collect();
    rules::validate(&ids, &products, first.config.named_by_options())
}

/// The built-in rules, with those of the directories of the configuration and of `more`.
pub(super) fn catalogue(config: &Config, more: &[PathBuf], threads: usize) -> Result<Arc<Catalogue>, Error> {
    let cwd = walk::working_directory()?;
    load_rules(&rule_folders(config, more, &cwd), threads)
        .map_err(|error| error.hide_outside(config, more, &cwd).into())
}

/// Which configuration file is wanted, by the options and the environment.
pub(super) fn choice(args: &ConfigArgs) -> Choice {
    let variable = || env::var_os(CONFIG_VARIABLE).filter(|it| !it.is_empty()).map(PathBuf::from);
    match (args.isolated, &args.config) {
        (true, _) => Choice::Isolated,
        (_, Some(path)) => Choice::File(path.clone()),
        _ => variable().map_or(Choice::Nearest, Choice::File),
    }
}

/// The settings that options of `check` set.
pub(super) fn layer(args: &CheckArgs) -> Layer {
    let mut layer = Layer::default();
    let names = |list: &[String]| list.iter().map(Name::from).collect();
    if !args.select.is_empty() {
        layer.give_option(SettingKey::Select, ConfigValue::Names(names(&args.select)));
    }
    if !args.ignore.is_empty() {
        layer.give_option(SettingKey::Ignore, ConfigValue::Names(names(&args.ignore)));
    }
    if !args.exclude.is_empty() {
        layer.give_option(SettingKey::Exclude, ConfigValue::Globs(names(&args.exclude)));
    }
    if let Some(version) = args.target_gitlab {
        layer.give_option(SettingKey::TargetGitlab, ConfigValue::Version(version));
    }
    if let Some(fail_on) = args.fail_on {
        layer.give_option(SettingKey::FailOn, ConfigValue::FailOn(fail_on));
    }
    token_value(args.token_value.as_deref(), &mut layer);
    if let Some(file) = args.baseline.as_ref().filter(|it| !it.is_empty()) {
        layer.give_option(SettingKey::Baseline, ConfigValue::Path(PathBuf::from(file)));
    }
    own_rules(&args.own, &mut layer);
    if args.no_built_in {
        layer.give_option(SettingKey::BuiltIn, ConfigValue::Flag(false));
    }
    layer
}

/// Refuses a `--token-value` that is not an expression. The text is not repeated: it may be a token.
pub(super) fn check_token_value(text: Option<&str>) -> Result<(), Error> {
    if text.is_some_and(|text| TokenValue::parse(text).is_none()) {
        return Err(Error::TokenValue);
    }
    Ok(())
}

/// The setting of `--token-value`.
pub(super) fn token_value(text: Option<&str>, layer: &mut Layer) {
    if let Some(value) = text.and_then(TokenValue::parse) {
        layer.give_option(SettingKey::TokenValue, ConfigValue::Text(value.text.to_owned()));
    }
}

/// The options for custom rules.
pub(super) fn own_rules(args: &OwnRules, layer: &mut Layer) {
    if !args.rules.is_empty() {
        layer.give_option(SettingKey::Rules, ConfigValue::Folders(args.rules.clone()));
    }
    if !args.target.is_empty() {
        layer.give_option(SettingKey::Targets, ConfigValue::Versions(args.target.clone()));
    }
}

/// The globs of the command line that exclude files: relative to the working directory.
pub(super) fn exclude(globs: &[String]) -> Result<Vec<ConfigGlobs>, Error> {
    if globs.is_empty() {
        return Ok(Vec::new());
    }
    let globs = ConfigGlobs::new(&walk::working_directory()?, globs).map_err(|(index, reason)| {
        Error::Glob { glob: globs.get(index).cloned().unwrap_or_default(), reason }
    })?;
    Ok(vec![globs])
}
