//! Which variables a file reads by their names.

use super::Documents;
use crate::rules::BUILT_IN;
use crate::sites::{Survey, Via};
use crate::text::{Source, Span};
use regex::bytes::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// `$NAME`, `${NAME`, `$(NAME`, `$env:NAME`, `%NAME%`, of all variables that a unit may have.
static READS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let unit = &BUILT_IN.unit;
    let spelled = unit.settings.iter().map(|setting| &setting.spelled).chain([&unit.new, &unit.old]);
    let names: Vec<_> = spelled.flat_map(|it| &it.variable).map(|name| regex::escape(name)).collect();
    let names = names.join("|");
    Regex::new(&format!(r"(?-u)(?:\$\{{?|\$\(|[$%]env:|%)({names})(?:\b|%)")).ok()
});

static OLD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names: Vec<_> = BUILT_IN.unit.old.variable.iter().map(|name| regex::escape(name)).collect();
    Regex::new(&format!(r"(?-u:\b)(?:{})(?-u:\b)", names.join("|"))).ok()
});

/// The reads of one file.
pub(super) struct Reads {
    /// By name, in the order of the file.
    by_name: BTreeMap<String, Vec<Span>>,
    /// Whether the variable of the old slot is named at all.
    pub(super) names_old: bool,
}

impl Reads {
    /// The reads in `source` that no variable's own value holds: `NAME=${NAME}` hands on another one of the same name.
    pub(super) fn of(source: &Source, survey: &Survey, documents: &Documents) -> Self {
        let bytes = source.bytes();
        let mut by_name: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        for found in READS.iter().flat_map(|reads| reads.captures_iter(bytes)) {
            let (Some(all), Some(name)) = (found.get(0), found.get(1)) else { continue };
            let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
            by_name.entry(name).or_default().push(all.range().into());
        }
        for carrier in survey.carriers.iter().filter(|carrier| carrier.via == Via::Variable) {
            let Some(spans) = by_name.get_mut(&carrier.name) else { continue };
            let own = documents.to_host(carrier.doc, carrier.value.span);
            let first = spans.partition_point(|span| span.start() < own.start());
            let behind = spans.partition_point(|span| span.end() <= own.end());
            spans.drain(first..behind.max(first));
        }
        Self { by_name, names_old: OLD.as_ref().is_some_and(|old| old.is_match(bytes)) }
    }

    /// Whether `name` is read at all.
    pub(super) fn any(&self, name: &str) -> bool {
        self.by_name.get(name).is_some_and(|spans| !spans.is_empty())
    }
}
