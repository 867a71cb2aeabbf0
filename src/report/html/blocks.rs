//! Findings as the page shows them: those of one registration together.

use crate::finding::Finding;
use crate::report::{Run, by_unit, is_open};
use crate::run::CheckedFile;
use std::collections::HashMap;

/// The open findings of a file.
pub(super) struct FileBlocks<'a> {
    /// The file.
    pub(super) file: &'a CheckedFile,
    /// By the first finding of each.
    pub(super) blocks: Vec<HtmlBlock<'a>>,
}

/// Findings of one registration, or one finding that belongs to none.
pub(super) struct HtmlBlock<'a> {
    /// The registration, and its number on the page.
    pub(super) registration: Option<(&'a str, usize)>,
    /// By position, each with its number on the page.
    pub(super) findings: Vec<(usize, &'a Finding)>,
}

/// All open findings of a run. Numbers begin with 1.
pub(super) fn of<'a>(run: &Run<'a>) -> Vec<FileBlocks<'a>> {
    let (mut number, mut registrations) = (0, 0);
    let mut files = Vec::new();
    for file in run.files {
        let numbered = file.linted.findings.iter().filter(|it| is_open(it)).map(|finding| {
            number += 1;
            (number, finding)
        });
        let block = |findings: Vec<(usize, &'a Finding)>| {
            let unit = findings.first().and_then(|(_, finding)| finding.unit.as_deref());
            let registration = unit.map(|unit| {
                registrations += 1;
                (unit, registrations)
            });
            HtmlBlock { registration, findings }
        };
        let grouped = by_unit(numbered, |(_, finding)| finding.unit.as_deref());
        let blocks: Vec<HtmlBlock<'_>> = grouped.into_iter().map(block).collect();
        if !blocks.is_empty() {
            files.push(FileBlocks { file, blocks });
        }
    }
    files
}

/// The directory of a file, as charts and filters name it.
pub(super) fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(directory, _)| if directory.is_empty() { "/" } else { directory })
}

/// The family of a rule: the first word of its id.
pub(super) fn family(rule: &str) -> &str {
    rule.split('-').next().unwrap_or(rule)
}

/// Where the findings of registrations and of other places are on the page.
#[derive(Default)]
pub(super) struct Index<'a> {
    /// By path and registration: its number, and how many findings it has.
    registrations: HashMap<(&'a str, &'a str), (usize, usize)>,
    /// By path, first byte and rule: the number of a finding that belongs to no registration.
    others: HashMap<(&'a str, usize, &'a str), usize>,
}

impl<'a> Index<'a> {
    /// The index of all findings.
    pub(super) fn of(files: &[FileBlocks<'a>]) -> Self {
        let mut index = Self::default();
        for FileBlocks { file, blocks } in files {
            for block in blocks {
                if let Some((unit, number)) = block.registration {
                    index.registrations.insert((&file.path, unit), (number, block.findings.len()));
                    continue;
                }
                for (number, finding) in &block.findings {
                    index.others.insert((&file.path, finding.span.start(), &finding.rule), *number);
                }
            }
        }
        index
    }

    /// The number of a registration, and how many findings it has.
    pub(super) fn registration(&self, path: &str, unit: &str) -> Option<(usize, usize)> {
        self.registrations.get(&(path, unit)).copied()
    }

    /// The number of a finding that belongs to no registration, `offset` in bytes.
    pub(super) fn other(&self, path: &str, offset: usize, rule: &str) -> Option<usize> {
        self.others.get(&(path, offset, rule)).copied()
    }
}
