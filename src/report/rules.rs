//! Rules, explained to people: for `runnerlint rules`, and for formats that bring them along.

use super::hide::in_rule;
use crate::catalogue::Catalogue;
use crate::rules::{self, GITLAB, Level, Rule, Verdict};
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
    /// First GitLab version with a replacement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replacement_since: Option<String>,
    /// GitLab version that switches it off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<String>,
    /// GitLab version that removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<String>,
    /// How bad, and when; the first that holds.
    pub severities: Vec<RuleSeverity>,
    /// What to do, in the imperative.
    pub help: String,
    /// What its fixes do.
    pub fixes: Vec<String>,
    /// Why some of what it finds has no fix.
    pub manual: Vec<String>,
    /// Whether what it finds belongs to a unit, all of which is fixed together.
    #[serde(skip)]
    pub of_unit: bool,
    /// Where to read on.
    pub url: String,
    /// Bad and good.
    pub examples: Vec<RuleExample>,
}

/// How bad what a rule finds is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RuleSeverity {
    /// `error`, `warning`, `info` or `nothing`.
    pub severity: String,
    /// What it does then: `stops the start`; empty where nothing more is to be said.
    pub label: String,
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
    let texts = rules::texts().into_iter().chain(of.texts());
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
                replacement_since: rule.replacement_since.clone(),
                severities: severities(rule),
                help: rule.help.clone(),
                fixes: unique(rule.actions.iter().map(|it| nameless(&it.message))),
                manual: unique(rule.matches.iter().filter_map(|it| it.manual.clone())),
                of_unit: rule.matches.iter().any(|it| it.slot.is_some() || it.setting.is_some()),
                disabled: rule.disabled.clone(),
                removed: rule.removed.clone(),
                url: rule.url.clone(),
                examples: text.examples.into_iter().map(example).collect(),
            }
        })
        .collect();
    rules.iter_mut().skip(rules::BUILT_IN.rules.len()).for_each(in_rule);
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

fn severities(rule: &Rule) -> Vec<RuleSeverity> {
    let rows = rule.severity.iter().filter(|row| row.is != Level::Nothing);
    let severity = |row: &rules::SeverityRow| RuleSeverity {
        severity: row.is.as_str().to_owned(),
        label: nameless(row.label.as_deref().unwrap_or_default()),
    };
    rows.map(severity).collect()
}

/// A text of the rule where nothing is found that it could name.
fn nameless(text: &str) -> String {
    unslotted(&text.replace("`{name}`", "it").replace("{name}", "it"))
}

/// A text of the rules without the names of slots, which only a registration has.
fn unslotted(text: &str) -> String {
    let words = [
        ("`{name}`", "the token option"),
        ("`{new}`", "the token option"),
        ("`{to}`", "the token option"),
        ("`{old}`", "the registration token option"),
        ("`{token}`", "the variable"),
        ("`{prefix}`", "a literal such as `glrtr-…`"),
    ];
    words.iter().fold(text.to_owned(), |text, (name, words)| text.replace(name, words))
}

/// Each once, in their order.
fn unique(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()) {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
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

/// The name of a product in a sentence.
pub(super) fn product(name: &str) -> &str {
    if is_gitlab(name) { "GitLab" } else { name }
}

/// What a page says of the safety of a fix.
const WHETHER_SAFE: &str = "Each finding says whether its fix is safe, or why it has none";

/// A rule as a page of Markdown that lies beside the [`index`].
pub fn linked_page(rule: &RuleDoc) -> String {
    let link = format!("{WHETHER_SAFE}: [when a fix is safe](README.md#when-a-fix-is-safe).");
    page(rule).replace(&format!("{WHETHER_SAFE}."), &link)
}

/// A rule as a page of Markdown.
pub fn page(rule: &RuleDoc) -> String {
    let mut out = format!("# {}\n\nFinds: {}.\n\n{}\n", rule.id, rule.summary, facts(rule));
    section(&mut out, "Why", rule.why.trim());
    section(&mut out, "What to do", &what_to_do(rule));
    if !rule.examples.is_empty() {
        section(
            &mut out,
            "Examples",
            rule.examples.iter().map(shown).collect::<Vec<_>>().join("\n\n").as_str(),
        );
    }
    section(&mut out, "Suppress", &suppress(&rule.id));
    if !rule.url.is_empty() {
        out.push_str(&format!("\nSee {}\n", rule.url));
    }
    out
}

fn section(out: &mut String, title: &str, text: &str) {
    if !text.is_empty() {
        out.push_str(&format!("\n## {title}\n\n{text}\n"));
    }
}

/// How bad, and since when.
fn facts(rule: &RuleDoc) -> String {
    let mut out = String::new();
    let labelled: Vec<&RuleSeverity> = rule.severities.iter().filter(|row| !row.label.is_empty()).collect();
    match labelled.as_slice() {
        [] | [_] => out.push_str(&format!("- Severity: {}\n", rule.severity)),
        rows => {
            let rows = rows.iter().map(|row| format!("- Severity: {} ({})\n", row.severity, row.label));
            out.extend(unique(rows));
        }
    }
    let versions = [
        ("Deprecated since", Some(&rule.since).filter(|it| !it.is_empty())),
        ("Replacement since", rule.replacement_since.as_ref()),
        ("Off by default since", rule.disabled.as_ref()),
        ("Removed in", rule.removed.as_ref()),
    ];
    for (what, version) in versions {
        if let Some(version) = version {
            out.push_str(&format!("- {what}: {} {version}\n", product(&rule.product)));
        }
    }
    out.trim_end().to_owned()
}

fn what_to_do(rule: &RuleDoc) -> String {
    let mut out = Vec::new();
    if !rule.help.is_empty() {
        out.push(format!("{}.", capital(&rule.help)));
    }
    match (rule.fixes.as_slice(), rule.manual.as_slice()) {
        ([], []) => {}
        ([], reasons) => out.push(format!("There is no fix: {}.", reasons.join("; "))),
        (fixes, reasons) => {
            let fixes: Vec<String> = fixes.iter().map(|fix| format!("- {fix}")).collect();
            let together = if rule.of_unit { ", for all of a registration or not at all" } else { "" };
            out.push(format!("What `--fix` does{together}:\n\n{}", fixes.join("\n")));
            if !reasons.is_empty() {
                out.push(format!("Some of what it finds has no fix: {}.", reasons.join("; ")));
            }
            out.push(format!("{WHETHER_SAFE}."));
        }
    }
    out.join("\n\n")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

fn shown(example: &RuleExample) -> String {
    let mut parts = Vec::new();
    if !example.name.is_empty() {
        parts.push(format!("### {}", capital(&example.name)));
    }
    let good = if example.bad.is_empty() { "Not found" } else { "Good" };
    for (what, text) in [("Bad", &example.bad), (good, &example.good)] {
        if !text.is_empty() {
            parts.push(format!("{what}:\n\n```{}\n{}\n```", example.language, text.trim_end()));
        }
    }
    parts.join("\n\n")
}

fn suppress(id: &str) -> String {
    format!(
        "One place, with the comment sign of its language, at the end of the line or on a line before it:\n\n\
         ```shell\n# runnerlint: ignore[{id}] why\n```\n\n\
         Everywhere, or for some files, in `runnerlint.toml`:\n\n\
         ```toml\nignore = [\"{id}\"]\n\n[[overrides]]\npaths = [\"docs/\"]\nseverity = {{ {id} = \"info\" }}\n```"
    )
}

/// All rules by family, and when their fixes are safe: a page of Markdown that links to the others.
pub fn index(rules: &[RuleDoc]) -> String {
    let mut out = "# Rules\n\nThe part of an id before the first `-` is the family: `--select helm` selects all of it.\n\n\
                   | rule | finds | severity |\n|---|---|---|\n"
        .to_owned();
    for rule in rules {
        out.push_str(&format!("| [`{0}`]({0}.md) | {1} | {2} |\n", rule.id, rule.summary, rule.severity));
    }
    out.push_str(
        "\n## When a fix is safe\n\nAll fixes of one registration are made together or not at all, and are as safe as this says; \
         the first line that holds counts. Fixes in Markdown are never more than unsafe.\n\n",
    );
    for row in &rules::registration().safety {
        let what = match row.is {
            Verdict::None => "No fix",
            Verdict::Unsafe => "Unsafe",
            Verdict::Safe => continue,
        };
        // The engine names what it is about.
        let is_elsewhere = row.when.token_elsewhere == Some(true);
        if is_elsewhere && row.because.is_none() {
            out.push_str(
                "- Unsafe: a registration token elsewhere in the file may belong to the same runner\n",
            );
            continue;
        }
        // Another row says why.
        if row.because.is_none() && !row.is_about_unknowns() {
            continue;
        }
        let unknown = "a place of the registration cannot be read as a plain value";
        let because = match (row.because.as_deref(), row.is_about_unknowns()) {
            (Some(because), true) => format!("{unknown}: {because}"),
            (None, true) => unknown.to_owned(),
            (because, false) => because.unwrap_or_default().to_owned(),
        };
        let because = because.replace("`{setting}` (line {setting-line})", "a setting");
        out.push_str(&format!("- {what}: {}\n", unslotted(&because)));
    }
    out.push_str(
        "\nSafe is what is left: the token is there already (a literal `glrt-…`, or whatever stands in the new place), and what \
         goes had no effect beside it or stopped the start.\n",
    );
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
