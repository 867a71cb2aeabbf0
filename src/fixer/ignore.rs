//! Writes suppressions for findings: each in the comment syntax of its place, verified before the file is written.

use super::Lens;
use super::verify::Edited;
use crate::engine::{
    self, Analysis, ByPlace, Documents, EditPlan, InnerSpans, Settings, Statements, Surroundings,
};
use crate::finding::{Finding, Linted};
use crate::suppress::{RULE, Reason};
use crate::syntax::{CommentStyle, container};
use crate::text::{Edit, EditSet, Eol, Notation, Position, Source, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes that may be read again to find out which comments pass.
const BUDGET: usize = 64 << 20;
/// Trials that a file of any size may have.
const AT_LEAST: usize = 32;
/// At most this many places are tried once more in the end.
const AGAIN: usize = 64;

/// What ignoring the findings of a file gave.
#[derive(Debug, Default)]
pub struct Ignored {
    /// The text afterwards; the same as before if nothing was done.
    pub text: Vec<u8>,
    /// How many findings are accepted now that were not before.
    pub accepted: usize,
    /// Those that are not, with the reason.
    pub left: Vec<Left>,
    /// The findings, with their places in the text afterwards.
    pub linted: Linted,
}

/// A finding that cannot be ignored by a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Where it is, in the old text.
    pub position: Position,
    /// Id of the rule.
    pub rule: String,
    /// Why, as a clause.
    pub why: String,
}

/// A place where a comment may be written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CommentSpot {
    doc: usize,
    /// Bytes of the text.
    at: usize,
    form: CommentPosition,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum CommentPosition {
    /// Names more rules in the comment that is there.
    Extend,
    /// At the end of the line, in the nth way of the language.
    Behind(usize),
    /// On a line of its own, with this before it.
    Before(usize, String),
    /// After the list marker of a code block of Markdown, which moves to the next line, with this before it.
    AfterMarker(usize, String),
}

/// Comments to write: the rules of each place, and the findings that they are for.
type FixGroups = BTreeMap<CommentSpot, (BTreeSet<String>, Vec<usize>)>;

/// Adds suppressions of all open findings, in memory. Data stays as it is, nothing new is found, and what was there before
/// is found as before.
pub fn ignore(
    settings: &Settings,
    path: &str,
    surroundings: &Surroundings,
    source: &Source,
    reason: &Reason,
) -> Ignored {
    ignore_chosen(settings, path, surroundings, source, reason, &|_| true)
}

/// As [`ignore()`], for those of the open findings that are `wanted`: a comment that would accept another one is not written.
pub fn ignore_chosen(
    settings: &Settings,
    path: &str,
    surroundings: &Surroundings,
    source: &Source,
    reason: &Reason,
    wanted: &dyn Fn(&Finding) -> bool,
) -> Ignored {
    let lens = Lens { settings, path, surroundings };
    let analysis = engine::analyse(settings, path, surroundings, source, None);
    let mut writer = Writer { lens, source, analysis: &analysis, reason, trials: 0 };
    writer.trials = (BUDGET / source.bytes().len().max(1)).max(AT_LEAST);
    writer.run(wanted)
}

struct Writer<'a> {
    lens: Lens<'a>,
    source: &'a Source,
    analysis: &'a Analysis,
    reason: &'a Reason,
    trials: usize,
}

impl Writer<'_> {
    fn run(&mut self, wanted: &dyn Fn(&Finding) -> bool) -> Ignored {
        let findings = &self.analysis.linted.findings;
        let mut left: BTreeMap<usize, String> = BTreeMap::new();
        let mut waiting: Vec<(usize, Vec<CommentSpot>)> = Vec::new();
        let places = self.analysis.documents.as_ref().map(|documents| Places::of(documents, self));
        let open = |it: &Finding| !it.suppressed && !it.baselined;
        for (index, finding) in findings.iter().enumerate().filter(|(_, it)| open(it) && wanted(it)) {
            let found = match &places {
                _ if finding.rule == RULE => Err("`--fix` removes unused suppressions".to_owned()),
                Some(places) => places.find(finding),
                None => Err("the language of this file is unknown".to_owned()),
            };
            match found {
                Ok(mut places) => {
                    // The best place last, to be taken first.
                    places.reverse();
                    waiting.push((index, places));
                }
                Err(why) => {
                    left.insert(index, why);
                }
            }
        }
        let all: BTreeMap<usize, Vec<CommentSpot>> = waiting.iter().cloned().collect();
        let mut done = FixGroups::new();
        let mut result = None;
        while !waiting.is_empty() {
            let mut groups = FixGroups::new();
            let mut rest: BTreeMap<usize, Vec<CommentSpot>> = BTreeMap::new();
            for (index, mut places) in waiting.drain(..) {
                let Some(place) = places.pop() else { continue };
                let rule = findings.get(index).map(|it| it.rule.clone()).unwrap_or_default();
                let group = groups.entry(place).or_default();
                group.0.insert(rule);
                group.1.push(index);
                rest.insert(index, places);
            }
            for (failed, why) in self.sort_out(groups, &mut done, &mut result) {
                match rest.remove(&failed) {
                    Some(places) if !places.is_empty() => waiting.push((failed, places)),
                    _ => {
                        left.insert(failed, why);
                    }
                }
            }
        }
        // Two findings that share a comment may have been tried one after the other; together they may be verified.
        for (place, indices) in places_of(&all, &left).into_iter().take(AGAIN) {
            let indices: Vec<usize> = indices.into_iter().filter(|index| left.contains_key(index)).collect();
            if indices.is_empty() || indices.len() == 1 && done.is_empty() {
                continue;
            }
            let named = indices.iter().filter_map(|index| findings.get(*index)).map(|it| it.rule.clone());
            let group = (named.collect(), indices.clone());
            if self.sort_out([(place, group)].into(), &mut done, &mut result).is_empty() {
                left.retain(|index, _| !indices.contains(index));
            }
        }
        self.finish(&done, result, &left)
    }

    /// Adds the groups that pass together with what is done; the findings of the others, with the reason.
    fn sort_out(
        &mut self,
        groups: FixGroups,
        done: &mut FixGroups,
        result: &mut Option<(Source, Analysis)>,
    ) -> Vec<(usize, String)> {
        let mut failed = Vec::new();
        let mut waiting: Vec<Vec<_>> = vec![groups.into_iter().collect()];
        while let Some(mut batch) = waiting.pop() {
            if batch.is_empty() {
                continue;
            }
            let mut all = done.clone();
            for (place, (rules, findings)) in &batch {
                let group = all.entry(place.clone()).or_default();
                group.0.extend(rules.iter().cloned());
                group.1.extend(findings);
            }
            let tried = if self.trials == 0 {
                Err("this file exceeds the limit of comments that are verified one by one".to_owned())
            } else {
                self.trials -= 1;
                self.attempt(&all)
            };
            match tried {
                Ok(held) => (*done, *result) = (all, Some(held)),
                Err(why) if batch.len() == 1 || self.trials == 0 => {
                    let findings = batch.into_iter().flat_map(|(_, (_, findings))| findings);
                    failed.extend(findings.map(|index| (index, why.clone())));
                }
                Err(_) => {
                    let right = batch.split_off(batch.len() / 2);
                    waiting.extend([right, batch]);
                }
            }
        }
        failed
    }

    /// Writes the comments and looks at the file again.
    fn attempt(&self, groups: &FixGroups) -> Result<(Source, Analysis), String> {
        let documents = self.analysis.documents.as_ref().ok_or("its text could not be read")?;
        let mut plans: Vec<EditPlan> = Vec::new();
        let mut edits = EditSet::default();
        let mut accepted: BTreeSet<usize> = BTreeSet::new();
        for (place, (rules, findings)) in groups {
            let edit = self.edit(documents, place, rules).ok_or("its language is unknown")?;
            let plan = engine::plan(documents, self.source, place.doc, &[edit])
                .map_err(|refused| refused.reason().to_owned())?;
            edits.insert_all(plan.edits.iter().cloned()).map_err(|overlap| overlap.to_string())?;
            plans.push(plan);
            accepted.extend(findings);
        }
        let edited = Edited::new(self.lens, self.source, self.analysis, plans.iter(), &edits)?;
        edited.verify_comments(&accepted)?;
        Ok((edited.source, edited.after))
    }

    fn edit(&self, documents: &Documents, place: &CommentSpot, rules: &BTreeSet<String>) -> Option<Edit> {
        let document = documents.get(place.doc)?;
        let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
        let at = Span::at(place.at);
        let style = |nth: usize| document.language.comment_styles().get(nth).copied();
        let comment = |style: CommentStyle| style.comment(&rules, self.reason);
        Some(match &place.form {
            CommentPosition::Extend => Edit::replace(at, format!(", {}", rules.join(", "))),
            CommentPosition::Behind(nth) => Edit::replace(at, format!("  {}", comment(style(*nth)?))),
            CommentPosition::Before(nth, prefix) => {
                let eol = Eol::of(&document.text).as_str();
                Edit::replace(at, format!("{prefix}{}{eol}", comment(style(*nth)?)))
            }
            CommentPosition::AfterMarker(nth, prefix) => {
                let eol = Eol::of(&document.text).as_str();
                Edit::replace(at, format!("{}{eol}{prefix}", comment(style(*nth)?)))
            }
        })
    }

    fn finish(
        &self,
        done: &FixGroups,
        result: Option<(Source, Analysis)>,
        left: &BTreeMap<usize, String>,
    ) -> Ignored {
        let (text, linted) = match result {
            Some((after, _)) => {
                // With every fix tried again, as reports show it.
                let Lens { settings, path, surroundings } = self.lens;
                (after.bytes().to_vec(), super::lint(settings, path, surroundings, &after))
            }
            None => (self.source.bytes().to_vec(), Linted::default()),
        };
        let left = left.iter().filter_map(|(index, why)| {
            let finding = self.analysis.linted.findings.get(*index)?;
            let position = self.source.position(finding.span.start());
            Some(Left { position, rule: finding.rule.clone(), why: why.clone() })
        });
        Ignored {
            text,
            accepted: done.values().map(|(_, findings)| findings.len()).sum(),
            left: left.collect(),
            linted,
        }
    }
}

/// The places that those that are `left` have among `all` of theirs.
fn places_of(
    all: &BTreeMap<usize, Vec<CommentSpot>>,
    left: &BTreeMap<usize, String>,
) -> BTreeMap<CommentSpot, Vec<usize>> {
    let mut places: BTreeMap<CommentSpot, Vec<usize>> = BTreeMap::new();
    for (index, own) in all.iter().filter(|(index, _)| left.contains_key(index)) {
        for place in own {
            places.entry(place.clone()).or_default().push(*index);
        }
    }
    places
}

/// Where comments may be written.
struct Places<'a> {
    documents: &'a Documents,
    analysis: &'a Analysis,
    path: &'a str,
    source: &'a Source,
    by_place: ByPlace,
    pieces: Vec<Statements<'a>>,
}

impl<'a> Places<'a> {
    fn of(documents: &'a Documents, writer: &'a Writer<'_>) -> Self {
        let inner = InnerSpans::of(documents);
        let pieces = documents.iter().enumerate();
        let pieces = pieces.map(|(doc, document)| Statements::of(document, inner.of_text(doc))).collect();
        let by_place = ByPlace::of(documents);
        let Writer { analysis, source, lens, .. } = writer;
        Self { documents, analysis, path: lens.path, source, by_place, pieces }
    }

    /// All places for a comment about a finding, the best one first.
    fn find(&self, finding: &Finding) -> Result<Vec<CommentSpot>, String> {
        let mut found = Vec::new();
        let mut around = self.documents.at(&self.by_place, finding.span.start());
        let is_prose = |doc: usize| self.documents.get(doc).is_some_and(|it| it.language.is_prose());
        // Readers copy code from a page: its comment is on the page, not in the code.
        if let Some(page) = around.iter().position(|(doc, _)| is_prose(*doc)) {
            around.truncate(page + 1);
            if page == 0 && self.path.to_ascii_lowercase().ends_with(".mdx") {
                return Err("MDX has no HTML comments".to_owned());
            }
        }
        let suppressions = &self.analysis.suppressions;
        let known = suppressions.all.near(finding.span);
        if let Some((doc, at)) = known.and_then(|index| suppressions.end_of_names(index))
            && around.iter().any(|(it, _)| *it == doc)
        {
            found.push(CommentSpot { doc, at, form: CommentPosition::Extend });
        }
        let mut refused = "comments of its language are not supported: use a baseline or `exclude`";
        for (doc, at) in around.into_iter().rev() {
            let (Some(document), Some(pieces)) = (self.documents.get(doc), self.pieces.get(doc)) else {
                continue;
            };
            let language = document.language;
            if !self.documents.keeps_lines(doc) {
                continue;
            }
            if language.includes_json() && is_json(if doc == 0 { self.path } else { "" }, &document.text) {
                refused = "JSON has no comments";
                continue;
            }
            let text: &str = &document.text;
            for (nth, style) in language.comment_styles().iter().enumerate() {
                if style.behind && pieces.is_one_line(at) {
                    let line = pieces.line(at);
                    let at = line.start() + line.of(text).trim_end().len();
                    // The CR of the line end would move from the last word to the comment.
                    let return_counts = document.parsed.keeps_carriage_returns()
                        && text
                            .get(at..)
                            .is_some_and(|rest| rest.trim_start_matches([' ', '\t']).starts_with('\r'));
                    if self.ends_line(doc, at) && !return_counts {
                        found.push(CommentSpot { doc, at, form: CommentPosition::Behind(nth) });
                    }
                }
                let first = pieces.first_line(at);
                let line = pieces.line(first).of(text);
                let sign = |c: char| matches!(c, ' ' | '\t') || c == '>' && language.is_prose();
                let prefix = line.get(..line.find(|c| !sign(c)).unwrap_or(0)).unwrap_or_default();
                // A line that begins with a tab is make's recipe, and a comment there is shown when it runs.
                let prefix = if language.notation() == Notation::Make { "" } else { prefix };
                found.push(CommentSpot {
                    doc,
                    at: first,
                    form: CommentPosition::Before(nth, prefix.to_owned()),
                });
                // What makes an indented code block would make one of the comment.
                if let Some(outside) = prefix.strip_suffix("    ").filter(|_| language.is_prose()) {
                    found.push(CommentSpot {
                        doc,
                        at: first,
                        form: CommentPosition::Before(nth, outside.to_owned()),
                    });
                }
                let marker = if language.is_prose() { container(line) } else { 0 };
                if marker > prefix.len() {
                    let spaces = |c: char| if matches!(c, '>' | '\t') { c } else { ' ' };
                    let prefix = line.get(..marker).unwrap_or_default().chars().map(spaces).collect();
                    found.push(CommentSpot {
                        doc,
                        at: first + marker,
                        form: CommentPosition::AfterMarker(nth, prefix),
                    });
                }
            }
        }
        if found.is_empty() { Err(refused.to_owned()) } else { Ok(found) }
    }
}

impl Places<'_> {
    /// Whether nothing follows on the line of the file: a comment would include a `\\` after it.
    fn ends_line(&self, doc: usize, at: usize) -> bool {
        let at = self.documents.to_host(doc, Span::at(at)).start();
        let rest = self.source.text().get(at..).unwrap_or_default();
        rest.lines().next().unwrap_or_default().trim().is_empty()
    }
}

/// Whether a text that is read as YAML is JSON, by its name or by how it begins.
fn is_json(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if name.contains(".json") {
        return true;
    }
    if name.contains(".yaml") || name.contains(".yml") {
        return false;
    }
    let text = text.trim_start();
    let template = ["{{", "{%", "{#"].iter().any(|tag| text.starts_with(tag));
    text.starts_with(['{', '[']) && !template
}
