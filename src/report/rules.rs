//! Rules, explained to users: for `runnerlint rules`, and for formats that contain the rules.

mod names;

use super::hide::in_rule;
use super::sentence;
use crate::catalogue::Catalogue;
use crate::rules::{self, GITLAB, Level, Rule, UnitKind, Verdict};
use names::{ReportNames, unslotted};
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
    /// The product whose versions it refers to.
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
    /// The rows of its severity: the first that applies.
    pub severities: Vec<RuleSeverity>,
    /// What to do, in the imperative.
    pub help: String,
    /// What its fixes do.
    pub fixes: Vec<String>,
    /// Why some findings have no fix.
    pub manual: Vec<String>,
    /// What to do in other cases: the case, and the help for it.
    #[serde(skip)]
    pub cases: Vec<(String, String)>,
    /// Whether what it finds belongs to a unit, all of which is fixed together.
    #[serde(skip)]
    pub of_unit: bool,
    /// The documentation.
    pub url: String,
    /// Bad and good.
    pub examples: Vec<RuleExample>,
}

/// A row of a rule's severity.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RuleSeverity {
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// The reason: "used only with a registration token"; empty where the message says it all.
    pub label: String,
    /// What to do then, where it is not the rule's `help`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub help: String,
}

impl RuleDoc {
    /// The severities of its findings, from the least to the worst: `warning…error`.
    pub fn severity_range(&self) -> String {
        let has = |name: &&str| self.severities.iter().any(|row| row.severity == **name);
        let found: Vec<&str> = ["info", "warning", "error"].into_iter().filter(has).collect();
        match found.as_slice() {
            [] => self.severity.clone(),
            [only] => (*only).to_owned(),
            [least, .., worst] => format!("{least}…{worst}"),
        }
    }
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
    /// After the fix, or what is fine; empty where the user has to decide.
    pub good: String,
}

/// All rules, by id.
pub fn catalogue(of: &Catalogue) -> Vec<RuleDoc> {
    let texts = rules::texts().into_iter().chain(of.texts());
    let rules = of.rules().iter().zip(texts);
    let mut rules: Vec<RuleDoc> = rules
        .map(|(rule, text)| {
            let names = ReportNames { rule, text: &text };
            let say = |text: &str| names.say(text, &names.first());
            let worst = rule.severity.iter().map(|row| row.is).max_by_key(|level| *level as u8);
            RuleDoc {
                id: rule.id.clone(),
                summary: rule.title.clone(),
                why: text.why.clone(),
                severity: worst.map_or("nothing", Level::as_str).to_owned(),
                product: rule.product.clone(),
                since: rule.since.clone(),
                replacement_since: rule.replacement_since.clone(),
                severities: severities(rule, &say),
                help: say(&rule.help),
                fixes: unique(rule.actions.iter().map(|it| names.say(&it.message, &names.of_action(it)))),
                manual: unique(rule.matches.iter().filter_map(|it| it.manual.as_deref()).map(&say)),
                cases: names.cases(),
                of_unit: rule.matches.iter().any(|it| it.slot.is_some() || it.setting.is_some()),
                disabled: rule.disabled.clone(),
                removed: rule.removed.clone(),
                url: rule.url.clone(),
                examples: text.examples.iter().cloned().map(example).collect(),
            }
        })
        .collect();
    rules.iter_mut().skip(rules::BUILT_IN.rules.len()).for_each(in_rule);
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

fn severities(rule: &Rule, say: &dyn Fn(&str) -> String) -> Vec<RuleSeverity> {
    let rows = rule.severity.iter().filter(|row| row.is != Level::Nothing);
    let severity = |row: &rules::SeverityRow| RuleSeverity {
        severity: row.is.as_str().to_owned(),
        label: say(row.label.as_deref().unwrap_or_default()),
        help: say(row.help.as_deref().unwrap_or_default()),
    };
    rows.map(severity).collect()
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

/// What a page says about the safety of a fix.
const WHETHER_SAFE: &str = "Each finding says whether its fix is safe, or why it has no fix";
/// How a page begins the section on ignore comments.
const ONE_FINDING: &str = "One finding, with a comment at the end of its line or on the line before it, in the syntax of its language";

/// A rule as a page of Markdown in the directory of the [`index`].
pub fn linked_page(rule: &RuleDoc) -> String {
    let safe = format!("{WHETHER_SAFE}: [when a fix is safe](README.md#when-a-fix-is-safe).");
    let ignore = format!("{ONE_FINDING} ([ignore comments](README.md#ignore-comments)):");
    page(rule).replace(&format!("{WHETHER_SAFE}."), &safe).replace(&format!("{ONE_FINDING}:"), &ignore)
}

/// A rule as a page of Markdown.
pub fn page(rule: &RuleDoc) -> String {
    let finds = rule.summary.trim_end_matches('.');
    let mut out = format!("# {}\n\nFinds: {finds}.\n\n{}\n", rule.id, facts(rule));
    section(&mut out, "Why", rule.why.trim());
    section(&mut out, "What to do", &what_to_do(rule));
    section(&mut out, "Severity", &reasons(rule));
    if !rule.examples.is_empty() {
        section(
            &mut out,
            "Examples",
            rule.examples.iter().map(shown).collect::<Vec<_>>().join("\n\n").as_str(),
        );
    }
    section(&mut out, "Suppress", &suppress(&rule.id));
    if !rule.url.is_empty() {
        out.push_str(&format!("\nDocs: {}\n", rule.url));
    }
    out
}

fn section(out: &mut String, title: &str, text: &str) {
    if !text.is_empty() {
        out.push_str(&format!("\n## {title}\n\n{text}\n"));
    }
}

/// How bad, and the versions.
fn facts(rule: &RuleDoc) -> String {
    let mut out = format!("- Severity: {}\n", rule.severity_range());
    let removed = if is_planned(rule) { "Planned for removal in" } else { "Removed in" };
    let versions = [
        ("Deprecated since", Some(&rule.since).filter(|it| !it.is_empty())),
        ("Replacement since", rule.replacement_since.as_ref()),
        ("Disabled by default since", rule.disabled.as_ref()),
        (removed, rule.removed.as_ref()),
    ];
    for (what, version) in versions {
        if let Some(version) = version {
            out.push_str(&format!("- {what}: {} {version}\n", product(&rule.product)));
        }
    }
    out.trim_end().to_owned()
}

/// Whether the version that removes it is later than the one that disables it, which is the last known fact.
fn is_planned(rule: &RuleDoc) -> bool {
    let number = |text: &Option<String>| text.as_deref().and_then(rules::version);
    is_gitlab(&rule.product) && number(&rule.disabled) < number(&rule.removed)
}

/// The rows of the severity with their reasons, where there are several.
fn reasons(rule: &RuleDoc) -> String {
    let row = |row: &RuleSeverity| match row.label.as_str() {
        "" => format!("- {}", row.severity),
        label => format!("- {}: {label}", row.severity),
    };
    let rows = unique(rule.severities.iter().map(row));
    if rows.len() < 2 { String::new() } else { format!("The first row that applies:\n\n{}", rows.join("\n")) }
}

fn what_to_do(rule: &RuleDoc) -> String {
    let list = |lines: &[String]| lines.iter().map(|it| format!("- {it}")).collect::<Vec<_>>().join("\n");
    let mut out = Vec::new();
    if !rule.help.is_empty() {
        out.push(sentence(&rule.help));
    }
    if !rule.cases.is_empty() {
        let case = |(case, help): &(String, String)| format!("{} {}", sentence(case), sentence(help));
        let cases: Vec<String> = rule.cases.iter().map(case).collect();
        out.push(format!("In other cases:\n\n{}", list(&cases)));
    }
    if !rule.fixes.is_empty() {
        let together = if rule.of_unit { ", for all of a registration or not at all" } else { "" };
        out.push(format!("What `--fix` does{together}:\n\n{}", list(&rule.fixes)));
    }
    match (rule.fixes.is_empty(), rule.manual.as_slice()) {
        (true, []) => out.push("The rule has no fix.".to_owned()),
        (true, reasons) => out.push(format!("The rule has no fix:\n\n{}", list(reasons))),
        (false, []) => {}
        (false, reasons) => out.push(format!("No fix in these cases:\n\n{}", list(reasons))),
    }
    if !rule.fixes.is_empty() {
        out.push(format!("{WHETHER_SAFE}."));
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
    let good = if example.bad.is_empty() { "Not reported" } else { "Good" };
    for (what, text) in [("Bad", &example.bad), (good, &example.good)] {
        if !text.is_empty() {
            parts.push(format!("{what}:\n\n```{}\n{}\n```", example.language, text.trim_end()));
        }
    }
    parts.join("\n\n")
}

fn suppress(id: &str) -> String {
    format!(
        "{ONE_FINDING}:\n\n\
         ```shell\n# runnerlint: ignore[{id}] reason\n```\n\n\
         All findings, or those in some files, in `runnerlint.toml`:\n\n\
         ```toml\nignore = [\"{id}\"]\n\n[[overrides]]\npaths = [\"docs/\"]\nseverity = {{ {id} = \"info\" }}\n```"
    )
}

/// How findings are suppressed: a section of the [`index`].
const IGNORE_COMMENTS: &str = "\n## Ignore comments\n\n\
    `# runnerlint: ignore[rule-id, other-id] reason` suppresses findings of these rules: at the end of their line, or on a line of \
    its own before it. Use the comment syntax of the file or of the embedded code: `#`, `//`, `;`, `<!-- -->`.\n\n\
    A comment covers the whole statement that starts on its line: a multi-line command, a block scalar, a code block. It does not \
    cover the children of a mapping or list. `# runnerlint: ignore-file[rule-id]` in the first 20 lines covers the file.\n\n\
    Rule ids are required. A bare `ignore` or a family (`ignore[helm]`) has no effect, and [`unused-suppression`](unused-suppression.md) \
    reports it. `runnerlint --add-ignore` adds a comment for each current finding.\n";

/// All rules by family, and when their fixes are safe: a page of Markdown that links to the others.
pub fn index(rules: &[RuleDoc]) -> String {
    let mut out = "# Rules\n\nThe part of an id before the first `-` is the family: `--select helm` selects all of it.\n\n\
                   | rule | finds | severity |\n|---|---|---|\n"
        .to_owned();
    for rule in rules {
        out.push_str(&format!(
            "| [`{0}`]({0}.md) | {1} | {2} |\n",
            rule.id,
            rule.summary,
            rule.severity_range()
        ));
    }
    out.push_str(
        "\n## When a fix is safe\n\nAll fixes of one registration are applied together or not at all. The first line that applies \
         decides. Fixes in Markdown are always unsafe.\n\n",
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
        if row.when.unit.contains(&UnitKind::Road) {
            let why = "another tool registers the runner: the reason says what to change";
            out.push_str(&format!("- {what}: {why}\n"));
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
        let line = format!("- {what}: {}\n", unslotted(&because).trim_end());
        if !out.contains(&line) {
            out.push_str(&line);
        }
    }
    out.push_str(
        "\nAll other fixes are safe: the token is already a `glrt-` literal or in its new place, and the settings that the fix \
         removes have no effect together with it or stop the start.\n",
    );
    out.push_str(IGNORE_COMMENTS);
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
