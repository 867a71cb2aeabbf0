//! `runnerlint rules`: the rules in a table, or one in full.

use super::args::{RulesArgs, RulesFormat};
use super::{Error, Outcome};
use crate::rules::{self, BUILT_IN, Level};
use serde::Serialize;
use std::io::{self, Write};

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
fn catalogue() -> Vec<RuleDoc> {
    let rules = BUILT_IN.rules.iter().zip(rules::texts());
    rules
        .map(|(rule, text)| {
            let worst = rule.severity.iter().map(|row| row.is).max_by_key(|level| *level as u8);
            RuleDoc {
                id: rule.id.clone(),
                summary: rule.title.clone(),
                why: text.why,
                severity: worst.map_or("nothing", Level::as_str).to_owned(),
                since: rule.since.clone(),
                disabled: rule.disabled.clone(),
                removed: rule.removed.clone(),
                url: rule.url.clone(),
                examples: text.examples.into_iter().map(example).collect(),
            }
        })
        .collect()
}

fn example(example: rules::Example) -> RuleExample {
    RuleExample {
        name: example.name.unwrap_or_default(),
        language: example.language.unwrap_or_else(|| "shell".to_owned()),
        bad: example.bad.unwrap_or_default(),
        good: example.good.or(example.ok).unwrap_or_default(),
    }
}

/// Checks that each of `names` is a rule or a family.
pub(super) fn validate<'a>(names: impl IntoIterator<Item = &'a String>) -> Result<(), Error> {
    let rules = catalogue();
    let ids: Vec<&str> = rules.iter().map(|rule| &*rule.id).collect();
    names.into_iter().try_for_each(|name| is_known(name, &ids))
}

fn is_known(name: &str, ids: &[&str]) -> Result<(), Error> {
    let families = ids.iter().filter_map(|id| id.split('-').next());
    let mut known: Vec<&str> = ids.iter().copied().chain(families).collect();
    known.sort_unstable();
    known.dedup();
    if known.is_empty() || known.contains(&name) {
        return Ok(());
    }
    let nearest = similar::get_close_matches(name, &known, 1, 0.6).first().map(|it| (*it).to_owned());
    Err(Error::UnknownRule { name: name.to_owned(), nearest })
}

/// Runs the command.
pub(super) fn rules(args: &RulesArgs) -> Result<Outcome, Error> {
    let mut rules = catalogue();
    if let Some(id) = &args.id {
        let ids: Vec<&str> = rules.iter().map(|rule| &*rule.id).collect();
        is_known(id, &ids)?;
        let in_family = |rule: &RuleDoc| rule.id.split('-').next() == Some(id);
        rules.retain(|rule| rule.id == *id || in_family(rule));
    }
    let mut out = io::stdout().lock();
    match args.output_format {
        RulesFormat::Json => {
            writeln!(out, "{}", serde_json::to_string_pretty(&rules).map_err(io::Error::from)?)?;
        }
        RulesFormat::Text if args.id.is_some() => {
            for rule in &rules {
                out.write_all(page(rule).as_bytes())?;
            }
        }
        RulesFormat::Text => out.write_all(table(&rules).as_bytes())?,
    }
    Ok(Outcome::Clean)
}

fn table(rules: &[RuleDoc]) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let row = |rule: &RuleDoc| format!("{:width$}  {:7}  {}\n", rule.id, rule.severity, rule.summary);
    rules.iter().map(row).collect::<Vec<_>>().concat()
}

fn page(rule: &RuleDoc) -> String {
    let mut out = format!("# {}\n\n{}\n\nSeverity: {}.", rule.id, rule.summary, rule.severity);
    let versions = [
        ("Deprecated since", Some(&rule.since).filter(|it| !it.is_empty())),
        ("off by default since", rule.disabled.as_ref()),
        ("removed in", rule.removed.as_ref()),
    ];
    let versions: Vec<String> = versions
        .iter()
        .filter_map(|(what, version)| version.map(|version| format!("{what} GitLab {version}")))
        .collect();
    if !versions.is_empty() {
        out.push_str(&format!(" {}.", versions.join(", ")));
    }
    out.push_str(&format!("\n\n{}\n\nSee {}\n", rule.why.trim(), rule.url));
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
    fn unknown_rules_are_told_with_the_nearest_name() {
        let ids = ["register-server-option", "helm-server-setting"];
        assert!(is_known("register-server-option", &ids).is_ok() && is_known("helm", &ids).is_ok());
        let error = is_known("register-server-options", &ids).unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown rule or family `register-server-options`; did you mean `register-server-option`?"
        );
        assert!(is_known("qqqq", &ids).unwrap_err().to_string().ends_with("`qqqq`"));
    }

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
        assert_eq!(table(&[rule]), "register-server-option  warning  Options of the server.\n");
    }
}
