//! The configuration file, from somebody's hands.

use super::invariants::Holds;
use super::outputs::tame;
use runnerlint::config::{Config, ConfigError, ConfigFile, Layer, show};
use runnerlint::report::{Style, problem};
use runnerlint::rules::BUILT_IN;
use std::path::{Path, PathBuf};

/// Each text of a configuration file is refused with a reason and a place, or is in force, and can be shown as a file that
/// says the same.
pub(super) fn config(data: &[u8]) -> Holds {
    let ids: Vec<&str> = BUILT_IN.rules.iter().map(|rule| rule.id.as_str()).collect();
    let folder = PathBuf::from("/made-up/folder");
    let read = |bytes: &[u8]| {
        let file = ConfigFile::parse("runnerlint.toml".to_owned(), folder.clone(), bytes.to_vec())?;
        file.check_names(&ids, &[])?;
        Ok(Config::new(Some(file), Layer::default()))
    };
    let config = match read(data) {
        Ok(config) => config,
        Err(error) => return refused(&error),
    };
    for name in ["a.yaml", "docs/README.md", "a/b/c/values.yaml"] {
        let path = folder.join(name);
        let _ = (config.settings(&path), config.exclude().map(|globs| globs.names(&path, false)));
        tame("the settings of a path", &show(&config, Some(&path)))?;
    }
    // The default is told as people write it.
    let shown = show(&config, None).replace("\"8MiB\"", "8388608");
    tame("the settings", &shown)?;
    if shown.contains("**") {
        return Ok(());
    }
    match read(shown.as_bytes()) {
        Ok(again) if values(&show(&again, None)) == values(&shown) => Ok(()),
        Ok(again) => Err(format!("{shown}\n--- is read as\n{}", show(&again, None))),
        Err(error) => Err(format!("what is shown is refused: {error}\n{shown}")),
    }
}

/// The lines without where their values come from.
fn values(shown: &str) -> Vec<&str> {
    shown.lines().map(|line| line.rsplit_once("  # ").map_or(line, |(value, _)| value)).collect()
}

fn refused(error: &ConfigError) -> Holds {
    let ConfigError::Invalid(wrong) = error else { return Err(format!("{error} without a file")) };
    let length = wrong.source.bytes().len();
    if wrong.span.end() > length {
        return Err(format!("{:?} of {length}: {}", wrong.span, wrong.message));
    }
    tame("a problem", &problem(wrong, Style::default()))
}

/// A configuration with every key; of the case come a path and a number.
pub(super) fn seed(path: &str, text: &[u8]) -> Vec<u8> {
    let path = Path::new(path).display().to_string();
    let length = text.len();
    let all = [
        format!(
            "select = [\"helm\", \"env\"]\nexclude = [{path:?}, \"!docs/**\"]\nmax-file-size = {length}\n"
        ),
        format!("fail-on = \"info\"\ntarget-gitlab = \"17.{}\"\nrules = [\"{path}\"]\n", length % 12),
        format!(
            "[severity]\nhelm-server-setting = \"off\"\n[[overrides]]\npaths = [{path:?}]\nignore = [\"register\"]\n"
        ),
        format!(
            "baseline = {path:?}\ntoken-value = \"$TOKEN\"\n[[overrides]]\npaths = [\"*.{{yaml,yml}}\"]\ntoken-value = '{{{{ .x }}}}'\n"
        ),
    ];
    all.get(length % all.len()).cloned().unwrap_or_default().into_bytes()
}
