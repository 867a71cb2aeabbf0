//! A finding in words, for the formats that have one text for all of it.

use super::{plan, sentence};
use crate::finding::Finding;
use crate::mask::Mask;

/// What is wrong, and why here: `message (reason)`.
pub(super) fn headline(finding: &Finding, mask: &Mask) -> String {
    let message = mask.prose(&finding.message);
    match mask.prose(&finding.label) {
        reason if reason.is_empty() => message,
        reason => format!("{message} ({reason})"),
    }
}

/// Message, reason and help: those that are not empty.
pub(super) fn parts(finding: &Finding, mask: &Mask) -> Vec<String> {
    let parts = [finding.message.as_str(), &finding.label, &finding.help];
    parts.iter().filter(|it| !it.is_empty()).map(|it| mask.prose(it)).collect()
}

/// Message, reason and help as sentences.
pub(super) fn sentences(finding: &Finding, mask: &Mask) -> String {
    parts(finding, mask).iter().map(|it| sentence(it)).collect::<Vec<_>>().join(" ")
}

/// The same as Markdown: a paragraph for each.
pub(super) fn paragraphs(finding: &Finding, mask: &Mask) -> String {
    parts(finding, mask).iter().map(|it| plan::prose(&sentence(it))).collect::<Vec<_>>().join("\n\n")
}
