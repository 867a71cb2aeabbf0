//! Texts of rules that name what is not filled in: `{nam}`.

use super::super::Rule;
use super::check::CheckedRule;
use crate::quote::nearest;

/// The names in braces that texts may have, besides numbers.
const NAMES: &[&str] = &["name", "value", "setting", "new", "old", "secret", "secret-line"];
/// Those of reasons.
const OF_REASONS: &[&str] = &["token", "line", "to", "prefix", "pin", "read-name", "origin", "unseen"];

/// Checks the texts of a rule that people read.
pub(super) fn check(checked: &mut CheckedRule<'_>, rule: &Rule) {
    text(checked, &["summary"], &rule.summary);
    text(checked, &["help"], &rule.help);
    for (index, found) in rule.matches.iter().enumerate() {
        let index = index.to_string();
        let texts = [
            ("summary", &found.summary),
            ("message", &found.message),
            ("help", &found.help),
            ("manual", &found.manual),
        ];
        for (key, it) in texts {
            text(checked, &["match", &index, key], it.as_deref().unwrap_or_default());
        }
    }
    for (index, row) in rule.severity.iter().enumerate() {
        let index = index.to_string();
        text(checked, &["severity", &index, "label"], row.label.as_deref().unwrap_or_default());
        text(checked, &["severity", &index, "help"], row.help.as_deref().unwrap_or_default());
    }
    for (index, row) in rule.actions.iter().enumerate() {
        let index = index.to_string();
        text(checked, &["do", &index, "message"], &row.message);
        for (key, it) in [("rename", &row.rename), ("set", &row.set), ("replace", &row.replace)] {
            text(checked, &["do", &index, key], it.as_deref().unwrap_or_default());
        }
    }
    for (index, row) in rule.safety.iter().enumerate() {
        let index = index.to_string();
        text(checked, &["safety", &index, "because"], row.because.as_deref().unwrap_or_default());
    }
}

/// A name in braces that is nearly one of those that are filled in. Other braces are text.
fn text(checked: &mut CheckedRule<'_>, path: &[&str], text: &str) {
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    for (at, _) in text.match_indices('{') {
        // `${name}` is an expansion, `{{name}}` a template.
        let before = text.get(..at).unwrap_or_default();
        let name = text.get(at + 1..).and_then(|rest| Some(rest.split_once('}')?.0));
        let Some(name) = name.filter(|name| is_name(name) && !before.ends_with(['$', '{'])) else { continue };
        if NAMES.contains(&name) || OF_REASONS.contains(&name) {
            continue;
        }
        if let Some(near) = nearest(name, NAMES) {
            checked.wrong(path, format!("unknown name `{{{name}}}`"), &format!("did you mean `{{{near}}}`?"));
        }
    }
}
