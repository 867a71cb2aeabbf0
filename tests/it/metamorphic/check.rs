//! What must hold of a variant.

use super::expressions::Expression;
use super::unseen::Unseen;
use super::{LITERALS, Name, Variant, What, found, names, only_unit, read, unit_of};
use runnerlint::finding::{Finding, Linted, Safety};
use runnerlint::mask::Mask;
use runnerlint::plan;
use runnerlint::report::refusal;
use runnerlint::rules::{Class, UnitKind};
use runnerlint::text::Source;
use runnerlint::unit::{FoundUnit, Slot};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Whether the token of a command cannot be the old one at run time.
fn token_is_in_view(unit: &FoundUnit, text: &str) -> bool {
    let filled = |slot: &&Slot| !slot.given.is_empty();
    let old = unit.slots.iter().filter(|it| it.old).find(filled);
    let new = unit.slots.iter().filter(|it| !it.old).find(filled);
    match (old, new) {
        (Some(old), None) => old.class == Class::Glrt,
        (_, Some(new)) if !new.given.opaque => true,
        (None, Some(_)) => !text.contains("REGISTRATION_TOKEN"),
        _ => false,
    }
}

/// Whether a safe fix is right though a value is an expression.
fn may_be_safe(row: &Expression, name: Name, unit: Option<&FoundUnit>, text: &str) -> bool {
    match unit.map(|unit| (unit, unit.kind)) {
        // GitLab Runner does not read these keys.
        Some((_, UnitKind::Config)) => true,
        Some((unit, UnitKind::Command)) => {
            // The token stays where it is: what an unquoted one brings along stays as well.
            let stays = matches!(name, Name::Slot { .. });
            (row.is_one_word || stays) && token_is_in_view(unit, text)
        }
        _ => false,
    }
}

/// No member of the registration whose value is an expression has a safe fix.
fn check_expression(
    (row, name, text): (&Expression, Name, &str),
    linted: &Linted,
    found: &[&Finding],
    report: &mut String,
) {
    let one: Option<&Finding> = match name {
        Name::Finding(index) => found.get(index).copied(),
        Name::Slot { unit, slot } => {
            let unit = linted.units.get(unit).filter(|unit| unit.slots.len() > slot);
            let named = unit.map(|unit| &unit.name);
            found.iter().copied().find(|it| it.unit.is_some() && it.unit.as_ref() == named)
        }
    };
    let Some(one) = one else { return };
    let same = |it: &&&Finding| it.unit == one.unit && (it.unit.is_some() || it.span == one.span);
    let open = found.iter().filter(same).filter(|it| !it.suppressed);
    let kinds: BTreeSet<Option<Safety>> = open.map(|it| it.fix.as_ref().ok().map(|fix| fix.safety)).collect();
    if kinds.len() > 1 {
        let _ = writeln!(report, "a registration is fixed by half: {kinds:?}");
    }
    if may_be_safe(row, name, unit_of(linted, one), text) {
        return;
    }
    for member in found.iter().filter(same).filter(|it| is_safe(it)) {
        let _ = writeln!(report, "the fix of {} is safe", member.name);
    }
}

/// Nothing has a safe fix, and the plan says what may bring more.
fn check_unseen(
    row: &Unseen,
    variant: &Variant<'_>,
    linted: &Linted,
    found: &[&Finding],
    report: &mut String,
) {
    for finding in found.iter().filter(|it| is_safe(it)) {
        let _ = writeln!(report, "the fix of {} is safe", finding.name);
    }
    let source = Source::new(variant.text.as_bytes().to_vec());
    let mask = Mask::new(false, &source, &linted.secrets);
    let path = &variant.original.case.path;
    let plan =
        plan::of([plan::PlannedFile { path, source: &source, linted, mask, refusal, repository: None }]);
    let named: Vec<&str> =
        plan.entries().flat_map(|entry| entry.unknowns.iter().map(|it| it.written.as_str())).collect();
    if !row.named.is_empty() && !named.iter().any(|written| written.contains(row.named)) {
        let _ = writeln!(report, "the plan names {named:?}, not {}", row.named);
    }
}

/// It is one registration, with the same fix or a stricter one, whole or none.
fn check_moved(variant: &Variant<'_>, linted: &Linted, found: &[&Finding], report: &mut String) {
    if only_unit(linted).is_none() {
        let units: Vec<_> = found.iter().map(|it| &it.unit).collect();
        let _ = writeln!(report, "units: {units:?}");
    }
    let verdict = |finding: &&Finding| finding.fix.as_ref().ok().map(|fix| fix.safety);
    let was = variant.original.linted.findings.iter().filter(|it| !LITERALS.contains(&&*it.rule));
    let was = was.map(|it| verdict(&it)).max().flatten();
    let is: BTreeSet<Option<Safety>> = found.iter().map(verdict).collect();
    if is.len() > 1 || is.iter().any(|is| *is > was) {
        let _ = writeln!(report, "fixes: {was:?} became {is:?}");
    }
}

/// What is wrong with a variant; empty if nothing is.
pub(super) fn check(variant: &Variant<'_>) -> String {
    let mut report = String::new();
    let linted = read(&variant.original.case, &variant.text);
    let (before, after) = (found(&variant.original.linted), found(&linted));
    let (mut old, mut new) = (names(&before), names(&after));
    if let What::Moved(row) = &variant.what {
        let shown = |names: &mut Vec<(String, String)>| {
            names.iter_mut().filter(|_| row.renames).for_each(|name| *name = Default::default());
            names.sort();
        };
        shown(&mut old);
        shown(&mut new);
    }
    if old == new {
        match &variant.what {
            What::Expression { row, name } => {
                check_expression((row, *name, &variant.text), &linted, &after, &mut report);
            }
            What::Unseen(row) => check_unseen(row, variant, &linted, &after, &mut report),
            What::Moved(_) => check_moved(variant, &linted, &after, &mut report),
        }
    } else {
        let _ = writeln!(report, "found before: {old:?}\nfound now:    {new:?}");
    }
    if report.is_empty() {
        return report;
    }
    for finding in &after {
        let why = finding.fix.as_ref().map_or_else(refusal, |fix| format!("{:?}", fix.safety));
        let _ = writeln!(report, "    {} {}: {why}", finding.rule, finding.name);
    }
    format!("=== {}\n{report}{}\n", variant.name, variant.text)
}

fn is_safe(finding: &Finding) -> bool {
    !finding.suppressed && finding.fix.as_ref().is_ok_and(|fix| fix.safety == Safety::Safe)
}
