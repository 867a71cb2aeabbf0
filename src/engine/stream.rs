//! Which documents of a stream may say something of a runner: of a long one most do not, and none of those is read.

use crate::sites::Sites;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Parts of words. Whatever belongs to a registration holds one of them, or a word of a rule: names of the program, its chart, its
/// variables; and what holds a token, since it has to be hidden.
const WORDS: &[&str] = &[
    "unner",
    "UNNER",
    "itlab",
    "ITLAB",
    "itLab",
    "egister",
    "REGISTER",
    "CI_SERVER",
    "oken",
    "OKEN",
    "ecret",
    "SECRET",
];

/// Whether a document is to be read though no rule could match in it alone.
pub(super) fn matters(text: &str) -> bool {
    static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let variables =
            Sites::built_in().data().programs.programs.iter().flat_map(|program| &program.variables);
        let others = variables.filter(|variable| !WORDS.iter().any(|word| variable.contains(word)));
        AhoCorasick::new(WORDS.iter().copied().chain(others.map(String::as_str))).ok()
    });
    SEARCH.as_ref().is_none_or(|search| search.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_registration_is_made_of_matters() {
        let sites = Sites::built_in();
        let programs = &sites.data().programs.programs;
        let names = programs.iter().filter(|it| !it.subcommands.is_empty()).map(|it| &it.name);
        let variables = programs.iter().flat_map(|program| &program.variables);
        let charts = sites.data().charts.iter().map(|chart| &chart.chart);
        for word in names.chain(variables).chain(charts) {
            assert!(matters(word), "{word}");
        }
        assert!(!matters("kind: Service\nmetadata: {name: web}\n"));
    }
}
