//! Which variables a file reads by their names.

use super::Documents;
use crate::rules::BUILT_IN;
use crate::sites::Survey;
use crate::text::{Cover, Source, Span};
use regex::bytes::Regex;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
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

static PINS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| BUILT_IN.unit.pins.iter().filter_map(|pin| Regex::new(pin).ok()).collect());

/// The oldest version of the program that a file pins.
fn pinned(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |found: &regex::bytes::Captures<'_>, group: usize| -> Option<u32> {
        std::str::from_utf8(found.get(group)?.as_bytes()).ok()?.parse().ok()
    };
    let found = PINS.iter().flat_map(|pin| pin.captures_iter(bytes));
    found.filter_map(|found| Some((number(&found, 1)?, number(&found, 2)?))).min()
}

/// The reads of one file, each looked for when it is first asked for.
pub(super) struct Reads<'a> {
    source: &'a Source,
    documents: &'a Documents,
    survey: &'a Survey,
    outside: OnceCell<BTreeSet<String>>,
    names_old: OnceCell<bool>,
    pinned: OnceCell<Option<(u32, u32)>>,
}

impl<'a> Reads<'a> {
    pub(super) fn of(source: &'a Source, documents: &'a Documents, survey: &'a Survey) -> Self {
        let (outside, names_old, pinned) = Default::default();
        Self { source, documents, survey, outside, names_old, pinned }
    }

    /// Whether `name` is read anywhere but in the values that it is given.
    pub(super) fn outside(&self, name: &str) -> bool {
        self.outside.get_or_init(|| self.all_outside()).contains(name)
    }

    /// Whether the variable of the old slot is named at all.
    pub(super) fn names_old(&self) -> bool {
        *self.names_old.get_or_init(|| OLD.as_ref().is_some_and(|old| old.is_match(self.source.bytes())))
    }

    /// The oldest version of the program that is pinned, `major.minor`.
    pub(super) fn pinned(&self) -> Option<(u32, u32)> {
        *self.pinned.get_or_init(|| pinned(self.source.bytes()))
    }

    fn all_outside(&self) -> BTreeSet<String> {
        let bytes = self.source.bytes();
        let mut reads: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        for found in READS.iter().flat_map(|reads| reads.captures_iter(bytes)) {
            let (Some(all), Some(name)) = (found.get(0), found.get(1)) else { continue };
            let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
            reads.entry(name).or_default().push(all.range().into());
        }
        let mut own: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
        for carrier in self.survey.carriers.iter().filter(|carrier| reads.contains_key(&carrier.name)) {
            let span = self.documents.to_host(carrier.doc, carrier.value.span);
            own.entry(&carrier.name).or_default().push(span);
        }
        let mut own: BTreeMap<&str, Cover> =
            own.into_iter().map(|(name, spans)| (name, Cover::of(spans))).collect();
        let is_outside = |(name, spans): (String, Vec<Span>)| {
            let own = own.remove(name.as_str()).unwrap_or_default();
            spans.iter().any(|span| !own.holds(*span)).then_some(name)
        };
        reads.into_iter().filter_map(is_outside).collect()
    }
}
