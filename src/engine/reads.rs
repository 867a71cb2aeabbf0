//! Which variables a file reads by their names.

use super::Documents;
use crate::catalogue::UnitWords;
use crate::rules::Unit;
use crate::sites::{Expression, Survey, Via};
use crate::text::{Cover, Source, Span};
use regex::bytes::Regex;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// `$NAME`, `${NAME`, `$(NAME`, `$env:NAME`, `%NAME%`, of all variables that a unit may have.
fn reads(unit: &Unit) -> Option<Regex> {
    let spelled = unit.settings.iter().map(|setting| &setting.spelled).chain([&unit.new, &unit.old]);
    let names: Vec<_> = spelled.flat_map(|it| &it.variable).map(|name| regex::escape(name)).collect();
    let names = Some(names.join("|")).filter(|names| !names.is_empty())?;
    Regex::new(&format!(r"(?-u)(?:\$\{{?|\$\(|[$%]env:|%)({names})(?:\b|%)")).ok()
}

fn old(unit: &Unit) -> Option<Regex> {
    let names: Vec<_> = unit.old.variable.iter().map(|name| regex::escape(name)).collect();
    let names = Some(names.join("|")).filter(|names| !names.is_empty())?;
    Regex::new(&format!(r"(?-u:\b)(?:{names})(?-u:\b)")).ok()
}

/// The oldest version of the program that a file pins.
fn pinned(unit: &Unit, bytes: &[u8]) -> Option<((u32, u32), usize)> {
    let number = |found: &regex::bytes::Captures<'_>, group: usize| -> Option<u32> {
        std::str::from_utf8(found.get(group)?.as_bytes()).ok()?.parse().ok()
    };
    let pins = unit.pins.iter().filter_map(Expression::bytes);
    let found = pins.flat_map(|pin| pin.captures_iter(bytes));
    let pin = |found: regex::bytes::Captures<'_>| {
        Some(((number(&found, 1)?, number(&found, 2)?), found.get(0)?.start()))
    };
    found.filter_map(pin).min()
}

/// The reads of one file.
pub(super) struct Reads<'a> {
    unit: &'a Unit,
    words: &'a UnitWords,
    source: &'a Source,
    documents: &'a Documents,
    survey: &'a Survey,
    outside: OnceCell<BTreeMap<String, Vec<Span>>>,
    names_old: OnceCell<bool>,
    pinned: OnceCell<Option<((u32, u32), usize)>>,
}

impl<'a> Reads<'a> {
    pub(super) fn of(
        (unit, words): (&'a Unit, &'a UnitWords),
        source: &'a Source,
        documents: &'a Documents,
        survey: &'a Survey,
    ) -> Self {
        let (outside, names_old, pinned) = Default::default();
        Self { unit, words, source, documents, survey, outside, names_old, pinned }
    }

    /// Where `name` is read first, anywhere except in the values that it is given and in those of the options that are removed
    /// with it (`goes`): a byte offset. Only `$$NAME` counts where `escaped`.
    pub(super) fn outside(&self, name: &str, goes: &Cover, escaped: bool) -> Option<usize> {
        let reads = self.outside.get_or_init(|| self.all_outside()).get(name)?;
        let bytes = self.source.bytes();
        let is_escaped =
            |span: &Span| span.start().checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'$');
        let mut reads = reads.iter().filter(|span| !escaped || is_escaped(span));
        reads.find(|span| !goes.holds(**span)).map(|span| span.start())
    }

    /// Whether the variable of the old slot is named at all.
    pub(super) fn names_old(&self) -> bool {
        let old = || self.words.old.get_or_init(|| old(self.unit)).as_ref();
        *self.names_old.get_or_init(|| old().is_some_and(|old| old.is_match(self.source.bytes())))
    }

    /// The oldest version of the program that is pinned, `major.minor`, and the byte of the file where it is.
    pub(super) fn pinned(&self) -> Option<((u32, u32), usize)> {
        *self.pinned.get_or_init(|| pinned(self.unit, self.source.bytes()))
    }

    fn all_outside(&self) -> BTreeMap<String, Vec<Span>> {
        let bytes = self.source.bytes();
        // PowerShell's `$env:NAME = …` names the variable as a read does.
        let named = self.survey.carriers.iter().filter(|carrier| carrier.via == Via::Variable);
        let assigned: BTreeSet<Span> =
            named.map(|carrier| self.documents.to_host(carrier.doc, carrier.name_span)).collect();
        let mut reads: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        let regex = self.words.reads.get_or_init(|| self::reads(self.unit));
        for found in regex.iter().flat_map(|reads| reads.captures_iter(bytes)) {
            let (Some(all), Some(name)) = (found.get(0), found.get(1)) else { continue };
            if assigned.contains(&name.range().into()) {
                continue;
            }
            let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
            reads.entry(name).or_default().push(all.range().into());
        }
        let mut own: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
        // `NAME="$NAME"` after another value of the same name reads that one.
        let mut first = BTreeSet::new();
        for carrier in self.survey.carriers.iter().filter(|carrier| reads.contains_key(&carrier.name)) {
            if carrier.via == Via::Variable && !first.insert((carrier.scope, carrier.name.as_str())) {
                continue;
            }
            let span = self.documents.to_host(carrier.doc, carrier.value.span);
            own.entry(&carrier.name).or_default().push(span);
        }
        let mut own: BTreeMap<&str, Cover> =
            own.into_iter().map(|(name, spans)| (name, Cover::of(spans))).collect();
        let is_outside = |(name, spans): (String, Vec<Span>)| {
            let own = own.remove(name.as_str()).unwrap_or_default();
            let outside: Vec<Span> = spans.into_iter().filter(|span| !own.holds(*span)).collect();
            (!outside.is_empty()).then_some((name, outside))
        };
        reads.into_iter().filter_map(is_outside).collect()
    }
}
