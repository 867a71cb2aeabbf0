//! The same document as that of one run, with a line for each entry. Each entry names its repository.

use super::Merged;
use super::document::{Document, ReportOrigin, take_repository};
use crate::escape;
use crate::report::Style;
use serde::Serialize;
use serde_json::json;
use std::io::{self, Write};

pub(super) fn write(merged: &Merged, _: Style, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n  \"version\": 1,\n  \"findings\": [")?;
    let mut list = List::begin();
    merged.each(|document| {
        let Document { repository, findings, .. } = document;
        for mut finding in findings {
            finding.repository.get_or_insert_with(|| repository.clone());
            list.item(&finding, out)?;
        }
        Ok(())
    })?;
    write!(out, "\n  ],\n  \"registrations\": [")?;
    let mut list = List::begin();
    merged.each(|document| {
        let Document { repository, registrations, .. } = document;
        for mut registration in registrations {
            let origin = take_repository(&mut registration).unwrap_or_else(|| repository.clone());
            registration.insert("repository".to_owned(), json!(origin));
            list.item(&registration, out)?;
        }
        Ok(())
    })?;
    write!(out, "\n  ],\n  \"repositories\": [")?;
    let mut list = List::begin();
    let mut origins: Vec<&ReportOrigin> = merged.sums.rows.iter().map(|row| &row.origin).collect();
    origins.sort();
    origins.into_iter().try_for_each(|origin| list.item(origin, out))?;
    write!(out, "\n  ],\n  \"notices\": [")?;
    let mut list = List::begin();
    merged.each(|document| {
        let Document { repository, notices, .. } = document;
        for mut notice in notices {
            notice.repository.get_or_insert_with(|| repository.clone());
            list.item(&notice, out)?;
        }
        Ok(())
    })?;
    write!(out, "\n  ],\n  \"fixed\": [")?;
    let mut list = List::begin();
    merged.each(|document| {
        let Document { repository, fixed, .. } = document;
        for mut gone in fixed {
            gone.repository.get_or_insert_with(|| repository.clone());
            list.item(&gone, out)?;
        }
        Ok(())
    })?;
    let sums = &merged.sums;
    let count = |count: fn(&super::rows::OfRule) -> usize| sums.rules.values().map(count).sum::<usize>();
    let summary = json!({
        "files": sums.files,
        "linted": sums.linted,
        "findings": sums.findings().iter().sum::<usize>(),
        "fixed": sums.fixed,
        "fixable": count(|it| it.fixable),
        "fixable_unsafe": count(|it| it.fixable_unsafe),
        "suppressed": sums.suppressed,
        "baselined": sums.baselined,
    });
    writeln!(out, "\n  ],\n  \"summary\": {summary}\n}}")
}

/// The items of an array, each on a line.
pub(super) struct List {
    is_first: bool,
}

impl List {
    pub(super) fn begin() -> Self {
        Self { is_first: true }
    }

    pub(super) fn item(&mut self, item: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
        let comma = if std::mem::replace(&mut self.is_first, false) { "" } else { "," };
        let json = serde_json::to_string(item).map_err(io::Error::from)?;
        write!(out, "{comma}\n    {}", escape::json(json))
    }
}
