//! References of bash (`declare -n NAME=target`, `local -n NAME=$1`): a list with that name is one of what it refers to.

use super::script::ScriptFacts;
use crate::facts::{Command, Word, WordList};
use crate::text::Span;
use std::collections::BTreeMap;

/// More targets of one reference are not followed.
const MOST_TARGETS: usize = 8;

/// Lists that are followed to other names.
const MOST_LISTS: usize = 1_000;

/// A reference.
struct ShellReference {
    name: Box<str>,
    /// The function that declares it.
    function: Span,
    /// What it refers to, and the call of the function that says so.
    targets: Vec<(Box<str>, Option<Span>)>,
}

/// Adds the lists of references to those of what they refer to. `function` is the body around an offset, `calls` the calls of
/// each function, by its body.
pub(super) fn collect(
    out: &ScriptFacts,
    function: &dyn Fn(usize) -> Span,
    calls: &BTreeMap<Span, Vec<&Command>>,
) -> Vec<WordList> {
    let mut references: Vec<ShellReference> = Vec::new();
    for command in out.commands.iter().map(|raw| &raw.command) {
        let mut words = command.words.iter().filter(|word| !word.control);
        let declares = |word: &Word| matches!(word.text.as_str(), "local" | "declare" | "typeset");
        if !words.next().is_some_and(declares) || !words.clone().any(is_reference) {
            continue;
        }
        let function = function(command.span.start());
        for word in words.filter(|word| !word.text.starts_with('-')) {
            let Some((name, target)) = word.text.split_once('=') else { continue };
            let number = target.trim_start_matches(['$', '{']).trim_end_matches('}').parse::<usize>();
            let number = number.ok().filter(|number| target.starts_with('$') && *number > 0);
            let calls = calls.get(&function).map(Vec::as_slice).unwrap_or_default();
            let mut targets: Vec<(Box<str>, Option<Span>)> = Vec::new();
            for call in calls.iter().take(MOST_TARGETS) {
                let named = number.map(|number| call.words.get(number).map(|word| word.text.as_str()));
                targets.extend(named.unwrap_or(Some(target)).map(|name| (name.into(), Some(call.span))));
            }
            if number.is_none() && targets.is_empty() {
                targets.push((target.into(), None));
            }
            references.push(ShellReference { name: name.into(), function, targets });
        }
    }
    let mut by_name: BTreeMap<&str, Vec<&ShellReference>> = BTreeMap::new();
    for reference in &references {
        by_name.entry(&reference.name).or_default().push(reference);
    }
    let mut lists = Vec::new();
    for list in &out.facts.word_lists {
        let own = function(list.span.start());
        let references = by_name.get(&*list.name).map(Vec::as_slice).unwrap_or_default();
        let own = references.iter().take(MOST_TARGETS).find(|reference| reference.function == own);
        for (target, call) in own.iter().flat_map(|reference| &reference.targets) {
            if lists.len() < MOST_LISTS {
                let (name, span) = (target.clone(), call.unwrap_or(list.span));
                lists.push(WordList { name, span, is_conditional: true, ..list.clone() });
            }
        }
    }
    lists
}

fn is_reference(word: &Word) -> bool {
    word.text.starts_with('-') && word.text.contains('n') && !word.text.contains('=')
}
