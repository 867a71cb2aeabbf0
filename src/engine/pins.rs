//! Which version of a program a registration is bound to, and where.

use super::LintedFile;
use crate::rules::{Registration, version};
use crate::sites::Scope;
use crate::text::Span;

/// A version that is too old.
pub(super) struct Pin {
    /// The program or the chart, by its usual name.
    pub(super) name: String,
    /// The version.
    pub(super) version: String,
    /// The version that is needed.
    pub(super) since: String,
    /// Where it is, from 1.
    pub(super) line: usize,
}

/// The first version that is too old for the new slot of a registration.
pub(super) fn oldest(file: &LintedFile<'_>, registration: &Registration) -> Option<Pin> {
    let unit = file.unit;
    let title = if unit.program_title.is_empty() { &unit.program } else { &unit.program_title };
    let chart = format!("chart `{}`", unit.chart);
    let is_old = |pinned: (u32, u32), since: &str| version(since).is_some_and(|since| pinned < since);
    let pin = |name: &str, pinned: (u32, u32), since: &str, offset: usize| Pin {
        name: name.to_owned(),
        version: format!("{}.{}", pinned.0, pinned.1),
        since: since.to_owned(),
        line: file.source.position(offset).line,
    };
    let of_scope = |scope: &Scope| {
        let host = file.documents.to_host(scope.doc, scope.span);
        let of = |pinned: Option<(u32, u32)>, name: &str, since: &str| {
            let pinned = pinned.filter(|pinned| is_old(*pinned, since))?;
            Some(pin(name, pinned, since, file.nearest_version(pinned, host)))
        };
        of(scope.version, title, &unit.program_since)
            .or_else(|| of(scope.chart_version, &chart, &unit.chart_since))
    };
    let mut scopes = registration.scopes.iter().filter_map(|at| file.survey.scopes.get(*at));
    scopes.find_map(of_scope).or_else(|| {
        let (pinned, offset) = file.reads.pinned()?;
        is_old(pinned, &unit.program_since).then(|| pin(title, pinned, &unit.program_since, offset))
    })
}

impl LintedFile<'_> {
    /// Where the version is written: within `host`, else nearest to it.
    fn nearest_version(&self, pinned: (u32, u32), host: Span) -> usize {
        let mut versions = self.caches.versions.borrow_mut();
        let all = versions.entry(pinned).or_insert_with(|| written(self.source.text(), pinned));
        let next = all.partition_point(|at| *at < host.start());
        let within = all.get(next).copied().filter(|at| *at < host.end());
        let before = next.checked_sub(1).and_then(|at| all.get(at)).copied();
        within.or(before).or(all.get(next).copied()).unwrap_or(host.start())
    }
}

/// Where a text has this version.
fn written(text: &str, (major, minor): (u32, u32)) -> Vec<usize> {
    let wanted = format!("{major}.{minor}");
    let is_apart = |at: &usize| {
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let bytes = text.as_bytes();
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        !digit(before) && before != Some(&b'.') && !digit(bytes.get(at + wanted.len()))
    };
    text.match_indices(wanted.as_str()).map(|(at, _)| at).filter(is_apart).collect()
}
