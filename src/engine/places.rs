//! Findings that are no registration: places that rules speak of by name, requests, words in code.

use super::documents::Document;
use super::findings::{is_selected, severity};
use super::{File, structure};
use crate::finding::Finding;
use crate::mask::Mask;
use crate::rules::{BUILT_IN, Match, Rule};
use crate::sites::{Carrier, Place, Via};
use crate::text::{Cover, Span};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

/// A pattern of a rule, compiled when a file first asks for it.
struct Pattern {
    rule: &'static Rule,
    found: &'static Match,
    text: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(self.text).ok()).as_ref()
    }
}

fn patterns(of: fn(&Match) -> Option<&str>) -> Vec<Pattern> {
    let rules = BUILT_IN.rules.iter();
    let matches = rules.flat_map(|rule| rule.matches.iter().map(move |found| (rule, found)));
    matches
        .filter_map(|(rule, found)| {
            Some(Pattern { rule, found, text: of(found)?, compiled: OnceLock::new() })
        })
        .collect()
}

static REQUESTS: LazyLock<Vec<Pattern>> =
    LazyLock::new(|| patterns(|found| found.request.as_ref().map(|request| request.url.as_str())));
static TEXTS: LazyLock<Vec<Pattern>> =
    LazyLock::new(|| patterns(|found| found.text.as_ref().map(|text| text.pattern.as_str())));

/// What the rules find beside registrations.
pub(super) fn find(file: &File<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = file
        .survey
        .carriers
        .iter()
        .filter_map(|carrier| match carrier.via {
            Via::Named => named(file, carrier),
            Via::Request => request(file, carrier),
            _ => None,
        })
        .collect();
    findings.extend(texts(file));
    findings
}

fn named(file: &File<'_>, carrier: &Carrier) -> Option<Finding> {
    let (rule, found) = BUILT_IN.rules.iter().find_map(|rule| {
        let found = rule.matches.iter().find(|found| found.named.contains(&carrier.name))?;
        Some((rule, found))
    })?;
    finding(file, rule, found, carrier.doc, carrier.name_span, &carrier.written)
}

fn request(file: &File<'_>, carrier: &Carrier) -> Option<Finding> {
    let Place::Node(node) = carrier.value.place else { return None };
    let decoded = file.documents.get(carrier.doc)?.parsed.decode(node)?;
    REQUESTS.iter().find_map(|pattern| {
        let request = pattern.found.request.as_ref()?;
        if !request.method.contains(&carrier.name) {
            return None;
        }
        let at = pattern.regex()?.captures(&decoded.text)?;
        let at = at.get(1).or_else(|| at.get(0))?;
        // A URL is shown from its path on.
        let span = decoded.segments.to_outer(Span::new(at.start(), decoded.text.len()));
        finding(file, pattern.rule, pattern.found, carrier.doc, span, at.as_str())
    })
}

/// Words in code, wherever they stand but in comments and in prose.
fn texts(file: &File<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A text inside a text knows best what a word in it is.
    let mut inner: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
    for document in file.documents.iter() {
        if let Some(parent) = document.parent {
            inner.entry(parent).or_default().push(document.segments.outer());
        }
    }
    let wanted: Vec<&Pattern> = TEXTS
        .iter()
        .filter(|pattern| {
            let text = file.source.text();
            pattern.rule.needs.iter().all(|list| list.iter().any(|literal| text.contains(literal.as_str())))
        })
        .collect();
    for (doc, document) in file.documents.iter().enumerate() {
        let inner = Cover::of(inner.remove(&doc).unwrap_or_default());
        let language = document.language.name();
        for pattern in &wanted {
            if !pattern.found.text.as_ref().is_some_and(|text| text.within.iter().any(|it| it == language)) {
                continue;
            }
            let Some(regex) = pattern.regex() else { continue };
            let (mut line, mut searched) = (0, 0);
            for at in regex.captures_iter(&document.text) {
                let Some(at) = at.get(1).or_else(|| at.get(0)) else { continue };
                let span = Span::from(at.range());
                // Lines may be long: what was searched for their start is not searched again.
                let new = document.text.get(searched..span.start()).unwrap_or_default();
                line = new.rfind('\n').map_or(line, |newline| searched + newline + 1);
                searched = searched.max(span.start());
                if is_comment(document, line, span) || inner.holds(span) {
                    continue;
                }
                findings.extend(finding(file, pattern.rule, pattern.found, doc, span, at.as_str()));
            }
        }
    }
    findings
}

/// Whether a span lies in a comment of its text, or of a text inside it that nobody read: on a line that begins with the
/// sign of one. The line begins at `line`.
fn is_comment(document: &Document, line: usize, span: Span) -> bool {
    let line = document.text.get(line..span.start()).unwrap_or_default().trim_start();
    let comments = &document.parsed.facts().comments;
    let next = comments.partition_point(|comment| comment.span.end() <= span.start());
    line.starts_with(['#', ';'])
        || line.starts_with("//")
        || line.starts_with("- #")
        || comments.get(next).is_some_and(|comment| comment.span.contains(span))
}

fn finding(
    file: &File<'_>,
    rule: &'static Rule,
    found: &'static Match,
    doc: usize,
    span: Span,
    written: &str,
) -> Option<Finding> {
    // Whether it is due is asked later: a suppression of it is needed all the same.
    if !is_selected(file.settings, rule) {
        return None;
    }
    let row = rule.severity.first()?;
    let via = file.documents.via(doc);
    let severity = severity(file.settings, rule, row.is, via.contains(&"markdown"))?;
    let name = |text: &str| text.replace("{name}", written);
    let label = found.message.as_deref().or(row.label.as_deref()).unwrap_or_default();
    Some(Finding {
        rule: rule.id.clone(),
        severity,
        message: name(&rule.summary),
        help: rule.help.clone(),
        url: rule.url.clone(),
        span: file.documents.to_host(doc, span),
        label: name(label),
        related: file.documents.places(doc),
        unit: None,
        structure: structure::path(file.documents, doc, span.start()),
        name: Mask::without_source(false).inserted(written),
        via,
        fix: Err(found.manual.clone().unwrap_or_default()),
        removes: None,
        suppressed: false,
        justification: String::new(),
        baselined: false,
    })
}
