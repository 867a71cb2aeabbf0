//! Globs of paths in rule files.

use super::one_or_many;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::OnceLock;

/// Globs of paths, compiled when they are first asked for. One without `/` is of the file's name, in any folder; any other is
/// of the end of the path, or of all of it if it begins with `/`.
#[derive(Clone, Default)]
pub struct Globs {
    globs: Vec<String>,
    compiled: OnceLock<GlobSet>,
}

impl PartialEq for Globs {
    fn eq(&self, other: &Self) -> bool {
        self.globs == other.globs
    }
}

impl Globs {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    /// Whether one of them is like `path`, which is `/`-separated.
    pub fn is_match(&self, path: &str) -> bool {
        let path = path.strip_prefix("./").unwrap_or(path).trim_start_matches('/');
        let compile = || {
            let mut set = GlobSetBuilder::new();
            for glob in self.globs.iter().filter_map(|glob| compile(glob).ok()) {
                set.add(glob);
            }
            set.build().unwrap_or_default()
        };
        self.compiled.get_or_init(compile).is_match(path)
    }
}

fn compile(glob: &str) -> Result<globset::Glob, globset::Error> {
    let anchored = match glob.strip_prefix('/') {
        Some(rest) => rest.to_owned(),
        None => format!("**/{glob}"),
    };
    GlobBuilder::new(&anchored).literal_separator(true).empty_alternates(true).build()
}

impl fmt::Debug for Globs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.globs.fmt(f)
    }
}

impl Serialize for Globs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.globs.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Globs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let check = deserializer.is_human_readable();
        let globs: Vec<String> = one_or_many(deserializer)?;
        if check {
            for glob in &globs {
                compile(glob).map_err(|error| {
                    serde::de::Error::custom(format!("invalid glob `{glob}`: {}", error.kind()))
                })?;
            }
        }
        Ok(Self { globs, ..Self::default() })
    }
}

/// One set for all of the globs; those that are none were refused when they were loaded.
pub(crate) fn globs(globs: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        if let Ok(glob) = GlobBuilder::new(glob).empty_alternates(true).build() {
            set.add(glob);
        }
    }
    set.build().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_is_of_a_name_or_of_the_end_of_a_path() {
        let is = |glob: &str, path: &str| {
            Globs { globs: vec![glob.to_owned()], ..Globs::default() }.is_match(path)
        };
        assert!(is("*.yaml", "a/b/c.yaml") && is("*.yaml", "c.yaml") && is("*.yaml", "./c.yaml"));
        assert!(is("charts/*/values.yaml", "x/charts/a/values.yaml"));
        assert!(!is("charts/*/values.yaml", "charts/a/b/values.yaml") && !is("/a.yaml", "b/a.yaml"));
        assert!(is("/a.yaml", "a.yaml") && is("**/{a,b}.yaml", "b.yaml"));
    }
}
