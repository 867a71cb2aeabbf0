//! Tells from the bytes alone that no rule can match: most files of a repository are never parsed.

use crate::rules::BUILT_IN;
use regex::bytes::{Regex, RegexBuilder};
use std::sync::LazyLock;

struct Prefilter {
    /// Any literal that any rule needs; one pass of the vectorised search tells most files apart.
    any: Regex,
    /// For each rule, one literal of each list.
    rules: Vec<Vec<Regex>>,
    /// Any literal of any list.
    mentions: Regex,
}

static PREFILTER: LazyLock<Option<Prefilter>> = LazyLock::new(build);

fn build() -> Option<Prefilter> {
    let rules = &BUILT_IN.rules;
    // The list of a rule that tells the most: the one whose shortest literal is longest.
    let rarest = |needs: &Vec<Vec<String>>| {
        needs.iter().max_by_key(|list| list.iter().map(String::len).min().unwrap_or_default()).cloned()
    };
    let mut any: Vec<String> = rules.iter().filter_map(|rule| rarest(&rule.needs)).flatten().collect();
    any.sort();
    any.dedup();
    let all: Vec<String> = rules.iter().flat_map(|rule| rule.needs.iter().flatten().cloned()).collect();
    let rules =
        rules.iter().map(|rule| rule.needs.iter().map(|list| alternation(list)).collect::<Option<Vec<_>>>());
    Some(Prefilter {
        any: alternation(&any)?,
        rules: rules.collect::<Option<_>>()?,
        mentions: alternation(&all)?,
    })
}

fn alternation(literals: &[String]) -> Option<Regex> {
    let pattern = literals.iter().map(|literal| regex::escape(literal)).collect::<Vec<_>>().join("|");
    RegexBuilder::new(&pattern).unicode(false).build().ok()
}

/// Whether some rule finds all that it needs.
pub(super) fn is_relevant(bytes: &[u8]) -> bool {
    let Some(prefilter) = PREFILTER.as_ref() else { return true };
    prefilter.any.is_match(bytes)
        && prefilter.rules.iter().any(|needs| needs.iter().all(|list| list.is_match(bytes)))
}

/// Whether a text inside a file that [`is_relevant`] may hold part of a match: what a rule needs may be spread over
/// several texts, the variable in one item of a script and the command in the next.
pub(super) fn may_contribute(text: &str) -> bool {
    is_mentioned(text.as_bytes())
}

/// Whether any literal of any rule stands in these bytes.
pub(super) fn is_mentioned(bytes: &[u8]) -> bool {
    PREFILTER.as_ref().is_none_or(|prefilter| prefilter.mentions.is_match(bytes))
}
