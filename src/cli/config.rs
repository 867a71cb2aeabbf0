//! The configuration as the command line and the environment ask for it.

use super::args::{CheckArgs, ConfigArgs, OwnRules};
use super::{Error, rules};
use crate::catalogue::Catalogue;
use crate::config::schema::Key;
use crate::config::{self, Choice, Config, Globs, Layer, Name, TokenValue, Value};
use crate::run::{left_out, load_rules, rule_folders};
use crate::walk;
use std::env;
use std::path::PathBuf;
use std::sync::Arc;

/// Sets `--config`.
const CONFIG_VARIABLE: &str = "RUNNERLINT_CONFIG";

/// Reads the configuration file that applies; the command line takes precedence. Names are not checked yet.
pub(super) fn read(args: &ConfigArgs, command_line: Layer) -> Result<Config, Error> {
    Ok(Config::new(config::load(&choice(args), &walk::working_directory()?)?, command_line))
}

/// As [`read`], with the rules of its directories, read by `threads` threads; all names in it must exist.
pub(super) fn load(args: &ConfigArgs, command_line: Layer, threads: usize) -> Result<Config, Error> {
    let config = read(args, command_line)?;
    let catalogue = catalogue(&config, &[], threads)?;
    rules::validate(&catalogue, config.named_by_options())?;
    if let Some(file) = config.file() {
        file.check_names(&catalogue.ids())?;
    }
    Ok(config.by(catalogue))
}

/// The built-in rules, with those of the directories of the configuration and of `more`.
pub(super) fn catalogue(config: &Config, more: &[PathBuf], threads: usize) -> Result<Arc<Catalogue>, Error> {
    let cwd = walk::working_directory()?;
    let named: Vec<PathBuf> = config.rules_by_options().chain(more).cloned().collect();
    load_rules(&rule_folders(config, more, &cwd), threads)
        .map_err(|error| error.hide_outside(config, &named, &cwd).into())
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
        layer.give_option(Key::Select, Value::Names(names(&args.select)));
    }
    if !args.ignore.is_empty() {
        layer.give_option(Key::Ignore, Value::Names(names(&args.ignore)));
    }
    if !args.exclude.is_empty() {
        layer.give_option(Key::Exclude, Value::Globs(names(&args.exclude)));
    }
    if let Some(version) = args.target_gitlab {
        layer.give_option(Key::TargetGitlab, Value::Version(version));
    }
    if let Some(fail_on) = args.fail_on {
        layer.give_option(Key::FailOn, Value::FailOn(fail_on));
    }
    token_value(args.token_value.as_deref(), &mut layer);
    if let Some(file) = args.baseline.as_ref().filter(|it| !it.is_empty()) {
        layer.give_option(Key::Baseline, Value::Path(PathBuf::from(file)));
    }
    own_rules(&args.own, &mut layer);
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
        layer.give_option(Key::TokenValue, Value::Text(value.text.to_owned()));
    }
}

/// The options for custom rules.
pub(super) fn own_rules(args: &OwnRules, layer: &mut Layer) {
    if !args.rules.is_empty() {
        layer.give_option(Key::Rules, Value::Folders(args.rules.clone()));
    }
    if !args.target.is_empty() {
        layer.give_option(Key::Targets, Value::Versions(args.target.clone()));
    }
}

/// The globs to exclude: those of the configuration file, then those of the command line, relative to the working
/// directory. The second part is the number of the former.
pub(super) fn exclude(config: &Config, globs: &[String]) -> Result<(Vec<Globs>, usize), Error> {
    let cwd = walk::working_directory()?;
    let mut all = left_out(config, &cwd);
    let of_configuration = if config.file().is_some() { all.len() } else { 0 };
    if !globs.is_empty() {
        all.push(Globs::new(&cwd, globs).map_err(|(index, reason)| Error::Glob {
            glob: globs.get(index).cloned().unwrap_or_default(),
            reason,
        })?);
    }
    Ok((all, of_configuration))
}
