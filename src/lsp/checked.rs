//! A document that was linted: one version of its text, with its findings.

use super::project::{DocumentSettings, LspProjects, Unjudged};
use super::text::OpenText;
use super::worker::FAILED;
use crate::finding::{Finding, Linted};
use crate::fixer;
use crate::mask::Mask;
use crate::report::is_open;
use crate::run;
use crate::text::Source;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// One version of a document, linted.
#[derive(Debug)]
pub(super) struct LintedDocument {
    pub(super) uri: String,
    pub(super) version: i32,
    pub(super) text: Arc<OpenText>,
    pub(super) place: DocumentSettings,
    pub(super) linted: Linted,
    /// Indices of its open findings, by registration.
    registrations: BTreeMap<String, Vec<usize>>,
    /// Hides its tokens.
    pub(super) mask: Mask,
    /// Why it could not be linted, for the user.
    pub(super) broken: Option<String>,
}

impl LintedDocument {
    /// Lints a document: the editor's text, never the file's content.
    pub(super) fn new(
        projects: &LspProjects,
        folders: &[PathBuf],
        uri: String,
        version: i32,
        text: Arc<OpenText>,
    ) -> Self {
        let judged = projects.place(&uri, text.as_str(), folders);
        let mut checked = Self::unread(uri, version, text);
        match judged {
            Ok(place) => checked.lint(place),
            Err(Unjudged::LeftOut) => {}
            Err(Unjudged::Broken(reason)) => checked.broken = Some(reason),
        }
        checked
    }

    /// A document that linting failed with.
    pub(super) fn failed(uri: String, version: i32, text: Arc<OpenText>) -> Self {
        Self { broken: Some(FAILED.to_owned()), ..Self::unread(uri, version, text) }
    }

    fn unread(uri: String, version: i32, text: Arc<OpenText>) -> Self {
        Self {
            uri,
            version,
            text,
            place: DocumentSettings::default(),
            linted: Linted::default(),
            registrations: BTreeMap::new(),
            mask: Mask::default(),
            broken: None,
        }
    }

    fn lint(&mut self, place: DocumentSettings) {
        match run::unfit(self.text.as_str().as_bytes(), place.limit) {
            Some(notice) => self.linted.notices.push(notice),
            None => {
                let source = self.source();
                self.linted = fixer::lint(&place.settings, &place.path, &place.around, &source);
                self.mask = Mask::new(false, &source, &self.linted.secrets).with(&self.linted.texts);
            }
        }
        for (index, finding) in self.linted.findings.iter().enumerate().filter(|(_, it)| is_open(it)) {
            if let Some(unit) = &finding.unit {
                self.registrations.entry(unit.clone()).or_default().push(index);
            }
        }
        self.place = place;
    }

    /// The text as the engine takes it.
    pub(super) fn source(&self) -> Source {
        Source::new(self.text.as_str().as_bytes().to_vec())
    }

    /// The open findings of the registration of `finding`, itself included.
    pub(super) fn of_registration(&self, finding: &Finding) -> impl Iterator<Item = &Finding> {
        let indices = finding.unit.as_ref().and_then(|unit| self.registrations.get(unit));
        indices.into_iter().flatten().filter_map(|index| self.linted.findings.get(*index))
    }

    /// The findings that are neither suppressed nor in the baseline.
    pub(super) fn open(&self) -> impl Iterator<Item = &Finding> {
        self.linted.findings.iter().filter(|finding| is_open(finding))
    }
}
