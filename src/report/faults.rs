//! Examples of rules that fail, with their diffs.

use super::hide::tokens_of;
use super::{Style, refusal};
use crate::escape;
use crate::mask::Mask;
use crate::selftest::Failure;
use imara_diff::{Algorithm, BasicLineDiffPrinter, Diff, InternedInput, UnifiedDiffConfig};

/// A failure of an example in words, for a rule whose file is not at hand.
pub fn failure(failure: &Failure, style: Style) -> String {
    let mask = Mask::without_source(false);
    format!(
        "{} {}: {}\n",
        style.strong(&escape::name(&format!("{}:", failure.rule))),
        mask.prose(&failure.example),
        mask.prose(&(failure.what.clone() + &why(failure)))
    )
}

/// Why a finding of the example has no fix.
pub fn why(failure: &Failure) -> String {
    let reason = failure.refusal.as_ref().map(refusal).filter(|reason| !reason.is_empty());
    reason.map_or_else(String::new, |reason| format!(" (a finding has no fix: {reason})"))
}

/// What should be, and what is.
pub fn difference(failure: &Failure, style: Style) -> String {
    changes(failure, failure.diff.as_ref(), ["--- expected", "+++ actual"], style)
}

/// What the fix that was dropped would have changed.
pub fn tried(failure: &Failure, style: Style) -> String {
    changes(failure, failure.tried.as_ref(), ["--- example", "+++ the dropped fix"], style)
}

fn changes(
    failure: &Failure,
    texts: Option<&(String, String)>,
    heads: [&'static str; 2],
    style: Style,
) -> String {
    let mut out = String::new();
    if let Some((expected, actual)) = texts {
        let mask = tokens_of(&failure.file, &[expected, actual]);
        let (expected, actual) = (mask.inserted(expected), mask.inserted(actual));
        let input = InternedInput::new(expected.as_str(), actual.as_str());
        let mut diff = Diff::compute(Algorithm::Myers, &input);
        diff.postprocess_lines(&input);
        let printer = BasicLineDiffPrinter(&input.interner);
        let diff = diff.unified_diff(&printer, UnifiedDiffConfig::default(), &input).to_string();
        let lines = heads.into_iter().chain(diff.lines());
        let shown = lines.map(|line| escape::inline(line).into_owned() + "\n").collect::<String>();
        out.push_str(&style.diff(&shown));
    }
    out
}
