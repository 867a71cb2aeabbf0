//! What the variables of a text stand for, looked up by name.

use crate::facts::Variable;
use regex::Regex;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// `read NAME`, `for NAME in`, `unset NAME`, `printf -v NAME`; `NAME+=`.
static OTHERWISE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let ways = r"\b(?:read|for|unset|getopts|mapfile|printf)\b([^\n;]*)|\b([A-Za-z_][A-Za-z0-9_]*)\+=";
    Regex::new(ways).ok()
});

/// The variables of a text, by name: made once, where something asks.
#[derive(Debug, Default)]
pub struct Variables {
    once: OnceCell<Names>,
    /// What [`Variables::mentions`] was asked.
    mentioned: RefCell<BTreeMap<String, bool>>,
}

#[derive(Debug)]
struct Names {
    /// The index of the only place that gives the variable a value; `None` where there are more.
    given: BTreeMap<String, Option<usize>>,
    /// Names that are given a value in a way that does not tell it.
    otherwise: BTreeSet<String>,
}

impl Names {
    fn of(text: &str, variables: &[Variable]) -> Self {
        let mut given = BTreeMap::new();
        for (index, variable) in variables.iter().enumerate() {
            given.entry(variable.name.clone()).and_modify(|it| *it = None).or_insert(Some(index));
        }
        let mut otherwise = BTreeSet::new();
        for found in OTHERWISE.iter().flat_map(|regex| regex.captures_iter(text)) {
            let names = found.get(1).or(found.get(2)).map_or("", |it| it.as_str());
            let names = names.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            otherwise.extend(names.filter(|name| given.contains_key(*name)).map(str::to_owned));
        }
        Self { given, otherwise }
    }
}

impl Variables {
    /// Whether the name stands anywhere in `text`.
    pub(super) fn mentions(&self, text: &str, name: &str) -> bool {
        let mut mentioned = self.mentioned.borrow_mut();
        if let Some(known) = mentioned.get(name) {
            return *known;
        }
        let found = text.contains(name);
        mentioned.insert(name.to_owned(), found);
        found
    }

    /// The literal that `expansion` (`$NAME`, `${NAME}`) stands for, if `text` gives it a value once, literally, and in no
    /// other way. `variables` are those of the text.
    pub(super) fn literal(&self, expansion: &str, text: &str, variables: &[Variable]) -> Option<String> {
        let name = expanded(expansion)?;
        let names = self.once.get_or_init(|| Names::of(text, variables));
        let variable = variables.get((*names.given.get(name)?)?)?;
        let known = !variable.opaque && !variable.value.is_empty() && !names.otherwise.contains(name);
        known.then(|| variable.value.clone())
    }
}

/// The name in `$NAME` or `${NAME}`.
pub fn expanded(expansion: &str) -> Option<&str> {
    let name = expansion.strip_prefix('$')?;
    Some(name.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(name))
}
