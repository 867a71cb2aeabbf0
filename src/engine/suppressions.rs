//! The suppressions of a file: which comments they are, what they cover, and the findings about those that cover nothing.

use super::Settings;
use super::documents::Documents;
use super::findings::is_selected;
use super::fixes::{EditPlan, UnitFix};
use super::pieces::{InnerSpans, Statements};
use super::unused::Teller;
use crate::catalogue::Catalogue;
use crate::embed::NoEdit;
use crate::finding::{Finding, Safety};
use crate::rules::Defect;
use crate::suppress::{self, Directive, FILE_LINES, Idle, MENTION, RULE, Reach, Suppression, Suppressions};
use crate::text::{Edit, EditSet, Source, Span};
use std::collections::BTreeSet;

/// The suppressions of a file, and where they are written.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) all: Suppressions,
    /// By the index of the suppression.
    pub(super) origins: Vec<Origin>,
}

/// Where a suppression is written.
pub(super) struct Origin {
    pub(super) doc: usize,
    pub(super) comment: Span,
    /// Its lines, if nothing else is on them.
    alone: Option<Span>,
    directive: Directive,
}

/// Finds the suppressions in the comments of all texts.
pub(super) fn find(documents: &Documents, source: &Source, catalogue: &Catalogue) -> Written {
    let mut list = Vec::new();
    let mut origins = Vec::new();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let inner = InnerSpans::of(documents);
    for (doc, document) in documents.iter().enumerate() {
        if !document.text.contains(MENTION) {
            continue;
        }
        let pieces = Statements::of(document, inner.of_text(doc));
        for comment in &document.parsed.facts().comments {
            let text = comment.span.of(&document.text);
            // Most comments are not ours.
            for directive in if text.contains(MENTION) { suppress::parse(text) } else { Vec::new() } {
                let base = comment.span.start();
                let host = |span: Span| documents.to_host(doc, span.shifted(base));
                let span = host(directive.span);
                // A text may be read in two ways.
                if !seen.insert(span.start()) {
                    continue;
                }
                let line = source.position(span.start()).line;
                let (reach, late) = match directive.scope {
                    Reach::File => (Span::new(0, source.bytes().len()), line > FILE_LINES),
                    Reach::Line => (
                        documents.to_host(doc, pieces.reach(comment.span, directive.span.start() > 0)),
                        false,
                    ),
                };
                list.push(Suppression {
                    scope: directive.scope,
                    span,
                    names: directive.names.iter().map(|(name, span)| (name.clone(), host(*span))).collect(),
                    reach,
                    reason: directive.reason.clone(),
                    line,
                    defect: directive.defect.or(late.then_some(Defect::Late)),
                });
                origins.push(Origin {
                    doc,
                    comment: comment.span,
                    alone: pieces.lines_of(comment.span),
                    directive,
                });
            }
        }
    }
    Written { all: Suppressions::new(list, catalogue), origins }
}

impl Written {
    /// The findings about suppressions that suppress none of `found`, with the fixes that remove them.
    pub(super) fn judge(
        &self,
        settings: &Settings,
        documents: &Documents,
        source: &Source,
        found: &[(&str, Span)],
    ) -> (Vec<Finding>, Vec<UnitFix>) {
        let (mut findings, mut fixes) = (Vec::new(), Vec::new());
        let catalogue = settings.catalogue.as_ref();
        let rule = catalogue.rule(RULE);
        let Some(rule) = rule.filter(|rule| is_selected(settings, rule)) else { return (findings, fixes) };
        let selected = |name: &str| catalogue.rule(name).is_some_and(|rule| is_selected(settings, rule));
        let teller = Teller { settings, written: self, documents, rule };
        for index in 0..self.origins.len() {
            if let Some(defect) = self.all.get(index).and_then(|it| it.defect) {
                findings.extend(teller.finding(index, defect));
            }
        }
        for idle in self.all.idle(catalogue, found, &selected) {
            let (idle, mistaken) = self.apart(catalogue, idle);
            if let Some(mistaken) = mistaken {
                findings.extend(teller.findings(&mistaken, None));
            }
            if idle.names.is_empty() {
                continue;
            }
            let plan = self.removal(documents, source, &idle);
            if let Ok(plan) = &plan
                && let Some(first) = plan.edits.first()
            {
                let unit = format!("{RULE}@{}", first.span.start());
                fixes.push(UnitFix { unit, safety: Safety::Safe, plan: plan.clone() });
            }
            findings.extend(teller.findings(&idle, Some(&plan)));
        }
        (findings, fixes)
    }

    /// Sets the names of no rule apart: they stay until they are corrected. One is not missed where the rule that it is like is
    /// named as well.
    fn apart(&self, catalogue: &Catalogue, mut idle: Idle) -> (Idle, Option<Idle>) {
        let all = self.all.get(idle.index).map_or(&[][..], |it| &it.names);
        let named: BTreeSet<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        let is_mistaken = |(at, defect): &(usize, Defect)| {
            let (Defect::Unknown | Defect::Family, Some((name, _))) = (defect, all.get(*at)) else {
                return false;
            };
            let meant = suppress::meant(catalogue, name);
            meant.is_empty() || !meant.iter().all(|id| named.contains(id))
        };
        let (mistaken, rest): (Vec<_>, Vec<_>) = idle.names.iter().copied().partition(is_mistaken);
        if mistaken.is_empty() {
            return (idle, None);
        }
        // Reported name by name: the place stays the same when other names are removed.
        let kept = Idle { index: idle.index, whole: false, names: mistaken };
        (idle.names, idle.whole) = (rest, false);
        (idle, Some(kept))
    }

    /// The edits that remove what is idle.
    fn removal(&self, documents: &Documents, source: &Source, idle: &Idle) -> Result<EditPlan, NoEdit> {
        let gone = || NoEdit::new("its text could not be read");
        let origin = self.origins.get(idle.index).ok_or_else(gone)?;
        let document = documents.get(origin.doc).ok_or_else(gone)?;
        let edits = if idle.whole {
            vec![Edit::delete(whole(&document.text, origin))]
        } else {
            let names: Vec<usize> = idle.names.iter().map(|(at, _)| *at).collect();
            let base = origin.comment.start();
            let edits = origin.directive.without(&names).into_iter();
            edits.map(|edit| Edit::delete(edit.span.shifted(base))).collect()
        };
        plan(documents, source, origin.doc, &edits)
    }

    /// Where another name can be written into the suppression at `index`: after its last one.
    pub(crate) fn end_of_names(&self, index: usize) -> Option<(usize, usize)> {
        let origin = self.origins.get(index)?;
        let (_, last) = origin.directive.names.last()?;
        Some((origin.doc, last.shifted(origin.comment.start()).end()))
    }
}

/// What is removed with a whole suppression: its comment, and its line if nothing else is there.
fn whole(text: &str, origin: &Origin) -> Span {
    let comment = origin.comment;
    let own = origin.directive.span.shifted(comment.start());
    if own == comment
        && let Some(lines) = origin.alone
    {
        return lines;
    }
    if own.start() == comment.start() && own != comment {
        // Another tool's words are what is left of the comment.
        let rest = Span::new(own.end(), comment.end()).of(text);
        return Span::new(own.start(), own.end() + rest.len() - rest.trim_start().len());
    }
    let before = text.get(..own.start()).unwrap_or_default();
    Span::new(before.trim_end_matches([' ', '\t']).len(), own.end())
}

/// `edits` of the text `doc`, carried to the bytes of the file.
pub(crate) fn plan(
    documents: &Documents,
    source: &Source,
    doc: usize,
    edits: &[Edit],
) -> Result<EditPlan, NoEdit> {
    let mut plan = EditPlan::default();
    let mut host = EditSet::default();
    for edit in edits {
        for (text, lifted) in documents.lift(doc, edit, source)? {
            match text {
                Some(text) => plan.text(text).edits.push(lifted),
                None => host.insert(lifted).map_err(|overlap| NoEdit::new(overlap.to_string()))?,
            }
        }
        plan.text(doc).silent.push(edit.clone());
    }
    plan.edits = host.iter().cloned().collect();
    Ok(plan)
}
