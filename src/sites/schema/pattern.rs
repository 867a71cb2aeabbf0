//! Path patterns.

use serde::{Deserialize, Deserializer, Serialize, de};

/// A path pattern: `**.containers[*]`, `jobs.*.steps[*].run`, `**.{shell,command}`, `'dotted.key'`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pattern(pub Vec<Step>);

/// One step of a path pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// `**`: any number of keys and items.
    Deep,
    /// `*`: any key.
    Any,
    /// One of these keys.
    Key(Vec<String>),
    /// `[*]`: any item of a list.
    Item,
}

/// Each `**` may stand for any number of steps: more of them take too long to match.
const MOST_DEEP: usize = 3;

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        const PATHS: &str = "paths are `a.b`, `a[*].b`, `**.b`";
        let mut steps = Vec::new();
        let mut rest = text;
        if text == "$" || text.starts_with("$.") || text.starts_with("$[") {
            return Err(format!("`{text}` begins with `$`: {PATHS}"));
        }
        while !rest.is_empty() {
            if let Some(tail) = rest.strip_prefix("[*]") {
                steps.push(Step::Item);
                rest = tail;
                continue;
            }
            rest = rest.strip_prefix('.').unwrap_or(rest);
            let (keys, tail) = if let Some(tail) = rest.strip_prefix('{') {
                let (list, tail) = tail.split_once('}').ok_or("a `{` without `}`")?;
                (list.split(',').map(|key| key.trim().trim_matches('\'').to_owned()).collect(), tail)
            } else if let Some(tail) = rest.strip_prefix('\'') {
                let (key, tail) = tail.split_once('\'').ok_or("a quote without end")?;
                (vec![key.to_owned()], tail)
            } else {
                if rest.starts_with('[') {
                    return Err(format!("an index is not supported in `{text}`: use `[*]`"));
                }
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (key, tail) = rest.split_at(end);
                match key {
                    // A path of OpenAPI begins with one.
                    key if key.trim_start_matches('/').contains('/') => {
                        return Err(format!(
                            "`{key}` contains `/`: {PATHS}; quote a key that contains one: `'{key}'`"
                        ));
                    }
                    "" => return Err(format!("an empty step in `{text}`")),
                    "**" => steps.push(Step::Deep),
                    "*" => steps.push(Step::Any),
                    key => steps.push(Step::Key(vec![key.to_owned()])),
                }
                rest = tail;
                continue;
            };
            steps.push(Step::Key(keys));
            rest = tail;
        }
        let deep = steps.iter().filter(|step| **step == Step::Deep).count();
        if deep > MOST_DEEP {
            return Err(format!("more than {MOST_DEEP} `**` in `{text}`"));
        }
        if steps.is_empty() { Err("an empty pattern".to_owned()) } else { Ok(Self(steps)) }
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            Self::parse(&text).map_err(de::Error::custom)
        } else {
            Vec::deserialize(deserializer).map(Self)
        }
    }
}
