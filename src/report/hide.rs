//! Tokens in texts that are not checked: custom rules, and their examples.

use super::rules::{RuleDoc, page};
use crate::engine::{self, Settings, Surroundings};
use crate::escape;
use crate::mask::Mask;
use crate::text::Source;

/// Hides what would be a token if `texts` were files of that name.
pub(super) fn tokens_of(path: &str, texts: &[&str]) -> Mask {
    let (settings, around) = (Settings::default(), Surroundings::default());
    texts.iter().fold(Mask::without_source(false), |mask, text| {
        let source = Source::new(text.as_bytes().to_vec());
        let secrets = engine::secrets(&settings, path, &around, &source);
        mask.after(&source, &secrets)
    })
}

/// Hides the tokens in the texts of a custom rule, and control characters. Tokens of the built-in rules are made up.
pub(super) fn in_rule(rule: &mut RuleDoc) {
    let mask = tokens_of("rule.md", &[&page(rule)]);
    let texts = [&mut rule.summary, &mut rule.why, &mut rule.help, &mut rule.url].into_iter();
    let versions = [&mut rule.replacement_since, &mut rule.disabled, &mut rule.removed].into_iter().flatten();
    let texts = texts.chain(versions).chain([&mut rule.product, &mut rule.since]);
    let texts = texts.chain(&mut rule.fixes).chain(&mut rule.manual);
    let texts = texts.chain(rule.severities.iter_mut().flat_map(|it| [&mut it.label, &mut it.help]));
    let texts = texts.chain(rule.cases.iter_mut().flat_map(|(case, help)| [case, help]));
    let examples = rule.examples.iter_mut();
    let examples = examples.flat_map(|it| [&mut it.name, &mut it.language, &mut it.bad, &mut it.good]);
    for text in texts.chain(examples) {
        *text = escape::lines(&mask.inserted(text)).into_owned();
    }
}
