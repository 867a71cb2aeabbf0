//! Settings that an action removes from a document: shown by a command of the action, which the client runs after the edit.

use super::checked::LintedDocument;
use crate::escape::inline;
use crate::finding::Finding;
use crate::mask::Mask;
use gen_lsp_types::Command;
use serde_json::{Value, json};
use std::borrow::Borrow;

/// The command: it shows its arguments, the settings that were removed.
pub(super) const SHOW: &str = "runnerlint.showRemovedSettings";

/// More settings are only counted.
const MOST: usize = 20;
/// A value is shown up to this length, in characters.
const LONGEST: usize = 200;

/// The command that shows what the fixes of `findings` remove; none if they remove nothing.
pub(super) fn command<F: Borrow<Finding>>(checked: &LintedDocument, findings: &[F]) -> Option<Command> {
    let source = checked.source();
    let mut removed: Vec<(usize, String)> = Vec::new();
    let mut more = 0;
    for finding in findings.iter().map(Borrow::borrow) {
        let Some(setting) = &finding.removes else { continue };
        if removed.len() == MOST {
            more += 1;
            continue;
        }
        let line = source.line_at(finding.span.start()) + 1;
        let value: String = checked.mask.prose(&setting.value).chars().take(LONGEST).collect();
        removed.push((line, format!("{} = {value} (line {line})", setting.field)));
    }
    if removed.is_empty() {
        return None;
    }
    removed.sort();
    let settings: Vec<String> = removed.into_iter().map(|(_, text)| text).collect();
    let file = checked.place.path.rsplit('/').next().unwrap_or_default();
    Some(Command {
        title: "Show the removed settings".to_owned(),
        tooltip: None,
        command: SHOW.to_owned(),
        arguments: Some(vec![json!({"file": file, "settings": settings, "more": more})]),
    })
}

/// The message of the command, from the arguments that the client sends back.
pub(super) fn message(arguments: &Value) -> Option<String> {
    let first = arguments.get(0)?;
    let settings = first.get("settings")?.as_array()?;
    let settings = settings.iter().filter_map(Value::as_str).take(MOST).collect::<Vec<_>>();
    if settings.is_empty() {
        return None;
    }
    let file = first.get("file").and_then(Value::as_str).unwrap_or_default();
    let more = match first.get("more").and_then(Value::as_u64).unwrap_or_default() {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let it = if settings.len() == 1 && more.is_empty() { "it" } else { "them" };
    let text = format!(
        "runnerlint removed from {file}: {}{more}. Set {it} on the runner in GitLab.",
        settings.join(", ")
    );
    Some(Mask::without_source(false).prose(&inline(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_each_setting() {
        let arguments = json!([{"file": "a.yaml", "settings": ["tag_list = a (line 2)", "locked = true (line 3)"], "more": 1}]);
        assert_eq!(
            message(&arguments).as_deref(),
            Some(
                "runnerlint removed from a.yaml: tag_list = a (line 2), locked = true (line 3), and 1 more. \
                 Set them on the runner in GitLab."
            )
        );
        for wrong in
            [json!(null), json!([]), json!([{"settings": []}]), json!([{"settings": [1]}]), json!(["x"])]
        {
            assert_eq!(message(&wrong), None, "{wrong}");
        }
    }
}
