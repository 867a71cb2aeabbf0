//! Findings of one custom rule that are fixed together or not at all.

use super::LintedFile;
use super::findings::Judged;
use super::fixes::{self, EditPlan, UnitFix};
use super::own::Own;
use crate::embed::NoEdit;
use crate::facts::NodeId;
use crate::finding::{Caution, Finding, Fix, Refusal, Safety};
use crate::rules;
use crate::sites::{Carrier, Via, document_of};
use crate::text::EditSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Reasons that are listed for fixes that are applied together.
const MOST_CAUTIONS: usize = 16;

/// What is fixed together: a file, a text, or a node of one.
type Within = (Option<usize>, Option<NodeId>);

/// What findings have in common that are fixed together: whether it is a name of several rules, the name or the rule, a variable.
type TogetherKey<'a> = ((bool, &'a str), Option<String>, Within);

/// Joins the fixes of rules that ask for it. Where a rule is about a document as a whole and does not ask, a fix of a part of it
/// is unsafe.
///
/// `names` are those of the registrations of the file.
pub(super) fn join(file: &LintedFile<'_>, judged: &mut [(&Own<'_>, Judged)], names: &mut BTreeSet<String>) {
    // By the rule or what several have in common, the variable that it renames, and where.
    let mut groups: BTreeMap<TogetherKey<'_>, Vec<usize>> = BTreeMap::new();
    for (index, (own, _)) in judged.iter().enumerate().filter(|(_, (_, it))| !it.findings.is_empty()) {
        let variable = renamed(file, own);
        let together = own.rule.together.as_ref().map(|it| it.within).or_else(|| {
            let is_about = own.rule.matches.iter().any(|found| !found.when.document.is_empty());
            is_about.then_some(rules::Within::Document)
        });
        let named = own.rule.together.as_ref().and_then(|it| it.name.as_deref());
        let within = match (&variable, together) {
            (Some(_), _) => Some((None, None)),
            (None, together) => together.and_then(|it| within(file, own, it)),
        };
        if let Some(within) = within {
            let name = (named.is_some(), named.unwrap_or(own.rule.id.as_str()));
            groups.entry((name, variable, within)).or_default().push(index);
        }
    }
    let groups: Vec<_> = groups.into_iter().map(|((_, variable, _), group)| (variable, group)).collect();
    for (variable, group) in groups {
        let first = |is: &dyn Fn(&Finding) -> bool| {
            group.iter().find_map(|at| {
                let (own, judged) = judged.get(*at)?;
                let finding = judged.findings.first().filter(|finding| is(finding))?;
                Some((carrier(file, own)?.written.clone(), file.source.position(finding.span.start()).line))
            })
        };
        let asks = variable.is_some()
            || group
                .first()
                .and_then(|at| judged.get(*at))
                .is_some_and(|(own, _)| own.rule.together.is_some());
        let left = variable.and_then(|name| left(file, &name, judged, &group));
        let unfixed = first(&|finding| finding.fix.is_err()).or(left);
        if asks && group.len() > 1 {
            let name = shared(file, judged, &group, names);
            for at in &group {
                for finding in judged.get_mut(*at).into_iter().flat_map(|(_, judged)| &mut judged.findings) {
                    finding.fix_group.clone_from(&name);
                }
            }
        }
        let members = group.iter();
        match unfixed {
            Some((name, line)) if asks => {
                let refusal = Refusal::Together { name, line };
                members.for_each(|at| refuse(judged.get_mut(*at).map(|it| &mut it.1), &refusal));
            }
            Some((name, line)) => {
                let caution = [Caution::Apart { name, line }];
                members.for_each(|at| lower(judged.get_mut(*at).map(|it| &mut it.1), &caution));
            }
            None if asks && group.len() > 1 => merge(file, judged, &group, |it| &mut it.1),
            None => {}
        }
    }
}

/// A name for what the findings of `group` share: where the first of them is.
fn shared(
    file: &LintedFile<'_>,
    judged: &[(&Own<'_>, Judged)],
    group: &[usize],
    names: &mut BTreeSet<String>,
) -> Option<String> {
    let findings = group.iter().filter_map(|at| judged.get(*at)?.1.findings.first());
    let start = findings.map(|finding| finding.span.start()).min()?;
    Some(file.name_of(start, names))
}

fn carrier<'a>(file: &LintedFile<'a>, own: &Own<'_>) -> Option<&'a Carrier> {
    file.survey.carriers.get(own.registration.members.first()?.carrier)
}

/// The variable that a rule renames there.
fn renamed(file: &LintedFile<'_>, own: &Own<'_>) -> Option<String> {
    let renames = own.rule.actions.iter().any(|action| action.rename.is_some());
    carrier(file, own).filter(|carrier| renames && carrier.via == Via::Variable).map(|it| it.name.clone())
}

/// A definition of the variable `name` that is not in `group`, and its line.
fn left(
    file: &LintedFile<'_>,
    name: &str,
    judged: &[(&Own<'_>, Judged)],
    group: &[usize],
) -> Option<(String, usize)> {
    let members = group.iter().filter_map(|at| judged.get(*at)?.0.registration.members.first());
    let members: BTreeSet<usize> = members.map(|member| member.carrier).collect();
    let is_again = |it: &Carrier| file.survey.scopes.get(it.scope).is_some_and(|scope| scope.has_again(it));
    let mut carriers = file.survey.carriers.iter().enumerate();
    let (_, carrier) = carriers.find(|(index, it)| {
        it.via == Via::Variable && it.name == name && !members.contains(index) && !is_again(it)
    })?;
    let start = file.documents.to_host(carrier.doc, carrier.name_span).start();
    Some((carrier.written.clone(), file.source.position(start).line))
}

fn within(file: &LintedFile<'_>, own: &Own<'_>, together: rules::Within) -> Option<Within> {
    let carrier = carrier(file, own)?;
    let (mut doc, mut offset) = (carrier.doc, carrier.name_span.start());
    if together == rules::Within::File {
        return Some((None, None));
    }
    // The nearest text with entries.
    loop {
        let document = file.documents.get(doc)?;
        let tree = &document.parsed.facts().tree;
        if let Some(node) = carrier.nodes.first().filter(|_| doc == carrier.doc && !tree.is_empty()) {
            return Some((
                Some(doc),
                match together {
                    rules::Within::Mapping => tree.parent(*node),
                    _ => Some(document_of(tree, *node)),
                },
            ));
        }
        if !tree.is_empty() {
            let node = tree.innermost(offset);
            return Some((Some(doc), node.map(|node| document_of(tree, node))));
        }
        let Some(parent) = document.parent else { return Some((Some(doc), None)) };
        offset = document.place.as_ref()?.1.start();
        doc = parent;
    }
}

/// Takes the fix away.
pub(super) fn refuse(judged: Option<&mut Judged>, refusal: &Refusal) {
    let Some(judged) = judged else { return };
    judged.fix = None;
    for finding in judged.findings.iter_mut().filter(|finding| finding.fix.is_ok()) {
        finding.fix = Err(refusal.clone());
        finding.removes = None;
    }
}

/// Makes the fix unsafe, for these reasons too.
pub(super) fn lower(judged: Option<&mut Judged>, cautions: &[Caution]) {
    let Some(judged) = judged else { return };
    if let Some(fix) = &mut judged.fix {
        fix.safety = Safety::Unsafe;
    }
    for fix in judged.findings.iter_mut().filter_map(|finding| finding.fix.as_mut().ok()) {
        fix.safety = Safety::Unsafe;
        fix.cautions = cautions.iter().chain(fix.cautions.iter()).cloned().collect();
    }
}

/// Merges all fixes of `group` into one; none where they change the same bytes.
pub(super) fn merge<T>(
    file: &LintedFile<'_>,
    all: &mut [T],
    group: &[usize],
    judged: impl Fn(&mut T) -> &mut Judged,
) {
    let mut plan = EditPlan::default();
    let mut edits = EditSet::default();
    let mut safety = Safety::Safe;
    let mut cautions: Vec<Caution> = Vec::new();
    let mut overlap = None;
    let mut plans = Vec::new();
    for at in group {
        let Some(judged) = all.get_mut(*at).map(&judged) else { continue };
        let Some(fix) = &judged.fix else { continue };
        plans.push(fix.plan.clone());
        overlap = overlap.or(edits.insert_all(fix.plan.edits.iter().cloned()).err());
        plan.join(&fix.plan);
        safety = safety.min(fix.safety);
        for caution in judged.findings.iter().flat_map(|it| it.fix.iter().flat_map(|fix| fix.cautions.iter()))
        {
            if cautions.len() < MOST_CAUTIONS && !cautions.contains(caution) {
                cautions.push(caution.clone());
            }
        }
    }
    let reason = match fixes::together(file, plans.iter()) {
        Some(Ok(joined)) => {
            plan = joined;
            None
        }
        Some(Err(reason)) => Some(reason),
        None => {
            plan.edits = edits.iter().cloned().collect();
            overlap.map(|overlap| NoEdit::new(overlap.to_string()))
        }
    };
    if let Some(reason) = reason {
        let refusal = Refusal::NotEditable(reason);
        return group.iter().for_each(|at| refuse(all.get_mut(*at).map(&judged), &refusal));
    }
    let cautions: Arc<[Caution]> = cautions.into();
    let mut unit: Option<String> = None;
    for at in group {
        let Some(judged) = all.get_mut(*at).map(&judged) else { continue };
        for fix in judged.findings.iter_mut().filter_map(|finding| finding.fix.as_mut().ok()) {
            *fix = Fix {
                safety,
                cautions: Arc::clone(&cautions),
                message: std::mem::take(&mut fix.message),
                edits: Arc::clone(&plan.edits),
                listed: true,
            };
        }
        judged.fix = None;
        if unit.is_none() {
            unit = judged.findings.first().and_then(Finding::group);
            judged.fix = unit.clone().map(|unit| UnitFix { unit, safety, plan: plan.clone() });
        }
        for finding in &mut judged.findings {
            finding.fix_group.clone_from(&unit);
        }
    }
}
