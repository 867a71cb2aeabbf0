//! What the variables of a text stand for, looked up by name.

use super::imports::Imports;
use crate::facts::{DataTree, NodeId, Variable};
use crate::text::Span;
use regex::Regex;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// `read NAME`, `for NAME in`, `unset NAME`, `printf -v NAME`; `NAME+=`.
static OTHERWISE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let ways = r#"\b(?:read|getopts|mapfile|readarray)\b([^\n;|&)]*)|\b(?:for|select|printf\s+-v|set\s+[-+]A)\s+['"]?([A-Za-z_][A-Za-z0-9_]*)|\b([A-Za-z_][A-Za-z0-9_]*)\+=|\b(shift)\b|\bunset\b([^\n;|&)]*)"#;
    Regex::new(ways).ok()
});

/// What is in quotes, and what is expanded: no names that are given a value.
static QUOTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#""[^"]*"|'[^']*'|\$\{?[A-Za-z_][A-Za-z0-9_]*"#).ok());

/// Where variables are read: `$NAME`, `${NAME`, `${#NAME`, `$@`, `$1`, `@NAME`, `%NAME%`, `!NAME!`.
static READS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let ways = r"\$(?:env:)?\{?[#!]?(?:([A-Za-z_][A-Za-z0-9_]*)|([@*#0-9]))|(?:^|[\s(])@([A-Za-z_][A-Za-z0-9_]*)|%([A-Za-z_][A-Za-z0-9_]*)%|!([A-Za-z_][A-Za-z0-9_]*)!";
    Regex::new(ways).ok()
});

/// Functions and aliases, which run instead of the program of that name.
static SHADOWS: LazyLock<Option<regex::bytes::Regex>> = LazyLock::new(|| {
    let ways = concat!(
        r#"(?im-u)(?:\bfunction[ \t]+(?:\w+:)?|\balias[ \t]+(?:-\w+[ \t]+)*["']?|\b(?:Set|New)-Alias[ \t]+(?:-\w+[ \t]+)*["']?"#,
        r#"|\b[sn]al[ \t]+["']?|\bdoskey[ \t]+|\bhash[ \t]+-p[ \t]+\S+[ \t]+|\babbr[ \t]+(?:-\w+[ \t]+)*)([\w.-]+)"#,
        r"|(?:^|[;&|{])[ \t]*([\w.-]+)[ \t]*\([ \t]*\)"
    );
    regex::bytes::Regex::new(ways).ok()
});

/// The name of the positional parameters.
pub(super) const POSITIONAL: &str = "@";

/// The variables of a text, by name: made once, where something asks.
#[derive(Debug, Default)]
pub struct Variables {
    once: OnceCell<Names>,
    /// What [`Variables::mentions`] was asked.
    mentioned: RefCell<BTreeMap<String, bool>>,
    /// Where each variable is read, in order.
    reads: OnceCell<BTreeMap<String, Vec<usize>>>,
    /// Names that are given a value in a way that does not tell it, where no variable is known.
    otherwise: OnceCell<BTreeSet<String>>,
    /// Objects of a program, by their names, with where those are.
    objects: OnceCell<BTreeMap<String, Vec<(usize, NodeId)>>>,
    /// Where functions and aliases are defined, by their names in small letters.
    shadows: OnceCell<BTreeMap<String, Span>>,
    /// What the text imports.
    pub(super) imports: Imports,
}

#[derive(Debug)]
struct Names {
    /// The index of the only place that gives the variable a value; `None` where there are more.
    given: BTreeMap<String, Option<usize>>,
    /// Names that are given a value in a way that does not tell it.
    otherwise: BTreeSet<String>,
    /// Names of which more is known elsewhere: `NAME+=`.
    added: BTreeSet<String>,
}

impl Names {
    fn of(text: &str, variables: &[Variable]) -> Self {
        let mut given = BTreeMap::new();
        for (index, variable) in variables.iter().enumerate() {
            // `NAME[1]=value` is one of several.
            let sign = text.get(variable.name_span.end()..).and_then(|rest| rest.bytes().next());
            let only = Some(index).filter(|_| sign != Some(b'['));
            given.entry(variable.name.clone()).and_modify(|it| *it = None).or_insert(only);
        }
        let (mut otherwise, mut added) = (BTreeSet::new(), BTreeSet::new());
        for found in OTHERWISE.iter().flat_map(|regex| regex.captures_iter(text)) {
            let mut add = |names: &str| {
                let names = names.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                otherwise.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
            };
            if let Some(names) = found.get(1).map(|names| names.as_str()) {
                add(&QUOTED.as_ref().map_or(names.into(), |it| it.replace_all(names, " ")));
            }
            // `unset 'NAME[1]'`
            if let Some(names) = found.get(5) {
                add(names.as_str());
            }
            otherwise.extend(found.get(2).map(|name| name.as_str().to_owned()));
            added.extend(found.get(3).map(|name| name.as_str().to_owned()));
            otherwise.extend(found.get(4).map(|_| POSITIONAL.to_owned()));
        }
        Self { given, otherwise, added }
    }
}

impl Variables {
    /// Where `text` defines a function or an alias that runs instead of `program`.
    pub(super) fn shadow(&self, program: &str, text: &str) -> Option<Span> {
        let all = || {
            let mut shadows = BTreeMap::new();
            for found in SHADOWS.iter().flat_map(|it| it.captures_iter(text.as_bytes())) {
                let (Some(whole), Some(name)) = (found.get(0), found.get(1).or(found.get(2))) else {
                    continue;
                };
                let name = String::from_utf8_lossy(name.as_bytes()).to_ascii_lowercase();
                let blanks = whole.as_bytes().iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
                shadows.entry(name).or_insert(Span::new(whole.start() + blanks, whole.end()));
            }
            shadows
        };
        self.shadows.get_or_init(all).get(&program.to_ascii_lowercase()).copied()
    }

    /// Whether the name is anywhere in `text`.
    pub(super) fn mentions(&self, text: &str, name: &str) -> bool {
        let mut mentioned = self.mentioned.borrow_mut();
        if let Some(known) = mentioned.get(name) {
            return *known;
        }
        let found = text.contains(name);
        mentioned.insert(name.to_owned(), found);
        found
    }

    /// Whether `text` gives the variable a value in a way that does not tell it; `@`: whether it takes some words away.
    pub(super) fn is_set_otherwise(&self, name: &str, text: &str) -> bool {
        self.otherwise.get_or_init(|| Names::of(text, &[]).otherwise).contains(name)
    }

    /// Whether one of `variables`, those of `text`, is called so.
    pub(super) fn is_given(&self, name: &str, text: &str, variables: &[Variable]) -> bool {
        self.once.get_or_init(|| Names::of(text, variables)).given.contains_key(name)
    }

    /// The objects of `tree`, the only one of the text, that the variable of PowerShell gets, with where it does.
    pub(super) fn objects(&self, tree: &DataTree, name: &str) -> &[(usize, NodeId)] {
        let all = || {
            let mut objects: BTreeMap<String, Vec<(usize, NodeId)>> = BTreeMap::new();
            for id in tree.ids() {
                let Some(key) = tree.key(id) else { continue };
                if let Some(name) = key.text.strip_prefix('$') {
                    objects.entry(name.to_ascii_lowercase()).or_default().push((key.span.start(), id));
                }
            }
            objects
        };
        self.objects.get_or_init(all).get(&name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// Where `text` reads the variable, byte offsets in their order; `@` for any positional parameter.
    pub(super) fn reads(&self, name: &str, text: &str) -> &[usize] {
        let all = || {
            let mut reads: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for found in READS.iter().flat_map(|regex| regex.captures_iter(text)) {
                let named = [1, 3, 4, 5].iter().find_map(|group| found.get(*group));
                let name = named.map_or(POSITIONAL, |name| name.as_str());
                let at = found.get(0).map_or(0, |it| it.end() - 1);
                reads.entry(name.to_owned()).or_default().push(at);
            }
            reads
        };
        self.reads.get_or_init(all).get(name).map_or(&[], Vec::as_slice)
    }

    /// The only place where `text` gives the variable in `expansion` (`$NAME`, `${NAME}`) a value. `variables` are those of
    /// the text.
    pub(super) fn given<'v>(
        &self,
        expansion: &str,
        text: &str,
        variables: &'v [Variable],
    ) -> Option<&'v Variable> {
        let name = expanded(expansion)?;
        let names = self.once.get_or_init(|| Names::of(text, variables));
        let otherwise = names.otherwise.contains(name) || names.added.contains(name);
        variables.get((*names.given.get(name)?)?).filter(|_| !otherwise)
    }

    /// The literal that `expansion` means, if `text` gives it a value once, literally, and in no other way that it shows.
    /// `variables` are those of the text.
    pub(super) fn literal(&self, expansion: &str, text: &str, variables: &[Variable]) -> Option<String> {
        let variable = self.given(expansion, text, variables)?;
        let known = !variable.opaque && !variable.value.is_empty();
        known.then(|| variable.value.clone())
    }
}

/// The name in `$NAME` or `${NAME}`.
pub fn expanded(expansion: &str) -> Option<&str> {
    let name = expansion.strip_prefix('$')?;
    Some(name.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(name))
}
