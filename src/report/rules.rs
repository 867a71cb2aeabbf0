//! Rules, explained to people: for `runnerlint rules`, and for formats that bring them along.

use crate::engine::Catalogue;
use crate::rules::{self, GITLAB, Level};
use serde::Serialize;

/// A rule, explained.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RuleDoc {
    /// `register-server-option`
    pub id: String,
    /// What it finds, one line.
    pub summary: String,
    /// Why that is wrong and what to do; Markdown.
    pub why: String,
    /// The worst that it reports: `error`, `warning` or `info`.
    pub severity: String,
    /// The product whose versions it speaks of.
    #[serde(skip_serializing_if = "is_gitlab")]
    pub product: String,
    /// GitLab version that deprecated it.
    pub since: String,
    /// GitLab version that switches it off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<String>,
    /// GitLab version that removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<String>,
    /// Where to read on.
    pub url: String,
    /// Bad and good.
    pub examples: Vec<RuleExample>,
}

/// An example of a rule.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RuleExample {
    /// What it shows.
    pub name: String,
    /// Its language: `shell`.
    pub language: String,
    /// What the rule finds; empty for an example of what is fine.
    pub bad: String,
    /// After the fix, or what is fine; empty where a person has to decide.
    pub good: String,
}

/// All rules, by id.
pub fn catalogue(of: &Catalogue) -> Vec<RuleDoc> {
    let texts = rules::texts().into_iter().chain(of.texts().iter().cloned());
    let rules = of.rules().iter().zip(texts);
    let mut rules: Vec<RuleDoc> = rules
        .map(|(rule, text)| {
            let worst = rule.severity.iter().map(|row| row.is).max_by_key(|level| *level as u8);
            RuleDoc {
                id: rule.id.clone(),
                summary: rule.title.clone(),
                why: text.why,
                severity: worst.map_or("nothing", Level::as_str).to_owned(),
                product: rule.product.clone(),
                since: rule.since.clone(),
                disabled: rule.disabled.clone(),
                removed: rule.removed.clone(),
                url: rule.url.clone(),
                examples: text.examples.into_iter().map(example).collect(),
            }
        })
        .collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

fn example(example: rules::Example) -> RuleExample {
    RuleExample {
        name: example.name.unwrap_or_default(),
        language: example.language.unwrap_or_else(|| "shell".to_owned()),
        bad: example.bad.unwrap_or_default(),
        good: example.good.or(example.ok).unwrap_or_default(),
    }
}

fn is_gitlab(product: &str) -> bool {
    product.is_empty() || product == GITLAB
}

/// The name of the rule's product in a sentence.
fn product(rule: &RuleDoc) -> &str {
    if is_gitlab(&rule.product) { "GitLab" } else { &rule.product }
}

/// A rule as a page of Markdown.
pub fn page(rule: &RuleDoc) -> String {
    let mut out = format!("# {}\n\n{}\n\nSeverity: {}.", rule.id, rule.summary, rule.severity);
    let versions = [
        ("Deprecated since", Some(&rule.since).filter(|it| !it.is_empty())),
        ("off by default since", rule.disabled.as_ref()),
        ("removed in", rule.removed.as_ref()),
    ];
    let versions: Vec<String> = versions
        .iter()
        .filter_map(|(what, version)| version.map(|version| format!("{what} {} {version}", product(rule))))
        .collect();
    if !versions.is_empty() {
        out.push_str(&format!(" {}.", versions.join(", ")));
    }
    out.push_str(&format!("\n\n{}\n", rule.why.trim()));
    if !rule.url.is_empty() {
        out.push_str(&format!("\nSee {}\n", rule.url));
    }
    for example in &rule.examples {
        out.push_str(&format!("\n## {}\n", example.name));
        for (what, text) in [("Bad", &example.bad), ("Good", &example.good)] {
            if !text.is_empty() {
                out.push_str(&format!("\n{what}:\n\n```{}\n{}\n```\n", example.language, text.trim_end()));
            }
        }
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_a_page() {
        let example = RuleExample {
            name: "one option".to_owned(),
            language: "shell".to_owned(),
            bad: "a --locked\n".to_owned(),
            good: "a\n".to_owned(),
        };
        let rule = RuleDoc {
            id: "register-server-option".to_owned(),
            summary: "Options of the server.".to_owned(),
            why: "They moved.".to_owned(),
            severity: "warning".to_owned(),
            since: "15.6".to_owned(),
            removed: Some("20.0".to_owned()),
            url: "https://docs.gitlab.com/".to_owned(),
            examples: vec![example],
            ..RuleDoc::default()
        };
        insta::assert_snapshot!(page(&rule));
    }
}
