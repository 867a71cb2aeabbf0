//! Code actions: the fix of a registration, all safe fixes, a comment that suppresses a finding. Each is the difference to a
//! text that was verified as `--fix` and `--add-ignore` verify theirs; what is not verified is not offered.

use super::checked::LintedDocument;
use super::client::Client;
use super::diagnostics::diagnostic;
use super::removed;
use super::transport::TransportFailure;
use crate::finding::{Finding, Fix, Safety};
use crate::fixer::{self, Offer};
use crate::mask::Mask;
use crate::suppress::{self, Reason};
use crate::text::{Edit, Span};
use gen_lsp_types::{
    CodeAction, CodeActionKind, DocumentChange, LspErrorCodes, OptionalVersionedTextDocumentIdentifier,
    Range, TextDocumentEdit, TextDocumentIdentifier, TextEdit, Uri, WorkspaceEdit,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Applies all safe fixes of a document.
pub(super) const FIX_ALL: &str = "source.fixAll.runnerlint";

/// Findings of a selection whose actions are verified before they are offered. Those of a larger one, or in a longer text,
/// are verified when they are chosen, if the client can ask then.
const AT_ONCE: usize = 8;
const AT_ONCE_BYTES: usize = 256 << 10;

/// An action and its document: the client keeps it until the action is chosen.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ChosenAction {
    pub(super) uri: String,
    pub(super) version: i32,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum What {
    /// The fix of a registration.
    Fix {
        group: String,
        safe: bool,
    },
    FixAll,
    /// A comment for the finding of a rule at a byte.
    Ignore {
        rule: String,
        at: usize,
    },
}

/// The actions for a selection.
pub(super) fn actions(
    checked: &LintedDocument,
    client: &Client,
    selection: Range,
    only: Option<&[CodeActionKind]>,
) -> Vec<CodeAction> {
    if !client.actions {
        return Vec::new();
    }
    let wanted =
        |kind: &str| only.is_none_or(|only| only.iter().any(|it| is_of(kind, &String::from(it.clone()))));
    let mut offered = Vec::new();
    let mut count = 0;
    if wanted("quickfix") {
        let span = checked.text.span(selection);
        let here = |it: &&Finding| it.span.start() <= span.end() && span.start() <= it.span.end();
        let findings: Vec<&Finding> = checked.open().filter(here).collect();
        count = findings.len();
        offered.extend(fixes(checked, client, &findings));
        offered.extend(comments(checked, client, &findings));
    }
    if wanted(FIX_ALL) {
        offered.extend(all_safe_fixes(checked, client));
    }
    let later = client.resolves && (count > AT_ONCE || checked.text.as_str().len() > AT_ONCE_BYTES);
    let finished = |(what, mut action): (What, CodeAction)| {
        if later {
            let chosen = ChosenAction { uri: checked.uri.clone(), version: checked.version, what };
            action.data = serde_json::to_value(&chosen).ok();
        } else {
            let proven = verify(checked, client, &what).ok()?;
            action.edit = Some(edit(checked, client, &proven.text));
            if !matches!(what, What::Ignore { .. }) {
                action.command = removed::command(checked, &proven.fixed);
            }
        }
        Some(action)
    };
    offered.into_iter().filter_map(finished).collect()
}

/// Whether an action of `kind` is one of the kind `asked`.
fn is_of(kind: &str, asked: &str) -> bool {
    asked.is_empty() || kind == asked || kind.strip_prefix(asked).is_some_and(|rest| rest.starts_with('.'))
}

/// Adds the edits to an action that was chosen.
pub(super) fn resolve(
    checked: &LintedDocument,
    client: &Client,
    chosen: &ChosenAction,
    action: &mut CodeAction,
) -> Result<(), TransportFailure> {
    if chosen.version != checked.version {
        return Err(TransportFailure::new(LspErrorCodes::ContentModified, "the document has changed since"));
    }
    let proven = verify(checked, client, &chosen.what)
        .map_err(|reason| TransportFailure::new(LspErrorCodes::RequestFailed, checked.mask.prose(&reason)))?;
    action.edit = Some(edit(checked, client, &proven.text));
    // What was removed is known only now; a client that cannot add a command later has the one of the offer.
    if client.resolves_commands && !matches!(chosen.what, What::Ignore { .. }) {
        action.command = removed::command(checked, &proven.fixed);
    }
    Ok(())
}

/// The action that applies all safe fixes: those that remove settings only if the client runs the command that shows them.
fn all_safe_fixes(checked: &LintedDocument, client: &Client) -> Option<(What, CodeAction)> {
    let is_safe = |it: &&Finding| it.fix.as_ref().is_ok_and(|fix| fix.safety == Safety::Safe);
    let safe: Vec<&Finding> = checked.open().filter(is_safe).collect();
    let group = |it: &&Finding| it.group();
    let silent: BTreeSet<String> = if client.commands {
        BTreeSet::new()
    } else {
        safe.iter().filter(|it| it.removes.is_some()).filter_map(group).collect()
    };
    let safe: Vec<&Finding> =
        safe.into_iter().filter(|it| it.group().is_none_or(|group| !silent.contains(&group))).collect();
    if safe.is_empty() {
        return None;
    }
    let count = safe.iter().filter(|it| it.removes.is_some()).count();
    let removes = if count == 0 { String::new() } else { format!(" (removes {})", settings(count)) };
    let action = CodeAction {
        title: format!("runnerlint: apply all safe fixes{removes}"),
        kind: Some(CodeActionKind::from(FIX_ALL.to_owned())),
        command: removed::command(checked, &safe),
        ..CodeAction::default()
    };
    Some((What::FixAll, action))
}

fn settings(count: usize) -> String {
    if count == 1 { "1 setting".to_owned() } else { format!("{count} settings") }
}

/// One action for each registration.
fn fixes(checked: &LintedDocument, client: &Client, findings: &[&Finding]) -> Vec<(What, CodeAction)> {
    let mut groups: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in checked.open() {
        if let Some(group) = finding.group() {
            groups.entry(group).or_default().push(finding);
        }
    }
    let mut out = Vec::new();
    for finding in findings {
        let (Ok(fix), Some(group)) = (&finding.fix, finding.group()) else { continue };
        // Each group once.
        let Some(together) = groups.remove(&group) else { continue };
        let safe = fix.safety == Safety::Safe;
        let action = CodeAction {
            title: title(checked, finding, fix, &together),
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(together.iter().map(|it| diagnostic(checked, client, it)).collect()),
            is_preferred: safe.then_some(true),
            command: removed::command(checked, &together),
            ..CodeAction::default()
        };
        out.push((What::Fix { group, safe }, action));
    }
    out
}

/// "rename `a` to `b` and remove 2 settings": what the fix of a registration does.
fn title(checked: &LintedDocument, finding: &Finding, fix: &Fix, together: &[&Finding]) -> String {
    // The token is the head of a registration, where it is one of the findings.
    let head = together.iter().find(|it| it.removes.is_none() && it.fix.is_ok()).unwrap_or(&finding);
    let what = head.fix.as_ref().map_or(&fix.message, |fix| &fix.message);
    let removed = together.iter().filter(|it| it.removes.is_some()).count();
    let others = together.len().saturating_sub(removed);
    let mut what = checked.mask.prose(what);
    if others > 1 {
        what.push_str(if others == 2 { ", 1 more change" } else { ", more changes" });
    }
    match (head.removes.is_some(), removed) {
        (_, 0) | (true, 1) => {}
        (true, more) => what.push_str(&format!(" and {} more", settings(more - 1))),
        (false, removed) => what.push_str(&format!(" and remove {}", settings(removed))),
    }
    let safety = match fix.safety {
        Safety::Safe => "",
        Safety::Unsafe => " (unsafe, needs a manual step)",
    };
    format!("runnerlint{safety}: {what} [{}]", head.rule)
}

/// One action for each rule on a line.
fn comments(checked: &LintedDocument, client: &Client, findings: &[&Finding]) -> Vec<(What, CodeAction)> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for finding in findings.iter().filter(|it| it.rule != suppress::RULE) {
        let line = checked.text.position(finding.span.start()).line;
        if !seen.insert((line, &finding.rule)) {
            continue;
        }
        let action = CodeAction {
            title: format!("runnerlint: suppress with a comment [{}]", finding.rule),
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostic(checked, client, finding)]),
            ..CodeAction::default()
        };
        out.push((What::Ignore { rule: finding.rule.clone(), at: finding.span.start() }, action));
    }
    out
}

/// A verified result.
struct Verified {
    text: String,
    /// The findings that are fixed, with their places in the text before.
    fixed: Vec<Finding>,
}

/// The text after an action; or why it cannot be verified.
fn verify(checked: &LintedDocument, client: &Client, what: &What) -> Result<Verified, String> {
    let (settings, path, around) = (&checked.place.settings, &checked.place.path, &checked.place.around);
    let fixed = match what {
        What::FixAll if client.commands => fixer::fix(settings, path, around, checked.source(), false),
        What::FixAll => {
            let mut ask = |offer: &Offer<'_>| offer.findings.iter().all(|it| it.removes.is_none());
            fixer::fix_chosen(settings, path, around, checked.source(), false, Some(&mut ask))
        }
        What::Fix { group, safe } => {
            // Once: a fix that this one makes possible is another action.
            let mut taken = false;
            let mut ask = |offer: &Offer<'_>| {
                let is_it = offer.findings.iter().any(|it| it.group().as_ref() == Some(group));
                let first = is_it && !taken;
                taken |= is_it;
                first
            };
            fixer::fix_chosen(settings, path, around, checked.source(), !safe, Some(&mut ask))
        }
        What::Ignore { rule, at } => {
            let text = ignore(checked, rule, *at)?;
            return Ok(Verified { text, fixed: Vec::new() });
        }
    };
    let text = String::from_utf8(fixed.text).map_err(|_| "the result would not be UTF-8".to_owned())?;
    if text == checked.text.as_str() {
        return Err("the fix cannot be verified".to_owned());
    }
    Ok(Verified { text, fixed: fixed.fixed })
}

/// The text with a comment for one finding. A comment may reach further than the finding: then it is for those of the same
/// rule on the line or in the registration.
fn ignore(checked: &LintedDocument, rule: &str, at: usize) -> Result<String, String> {
    let (settings, path, around) = (&checked.place.settings, &checked.place.path, &checked.place.around);
    let source = checked.source();
    let is_it = |it: &Finding| it.rule == rule && it.span.start() == at;
    let gone = || "the finding is no longer reported".to_owned();
    let unit = &checked.open().find(|it| is_it(it)).ok_or_else(gone)?.unit;
    let line = source.line_at(at);
    let on_line = |it: &Finding| it.rule == rule && source.line_at(it.span.start()) == line;
    let in_unit = |it: &Finding| it.rule == rule && unit.is_some() && it.unit == *unit;
    let mut why = gone();
    for wanted in [&is_it as &dyn Fn(&Finding) -> bool, &on_line, &in_unit] {
        let ignored = fixer::ignore_chosen(settings, path, around, &source, &Reason::default(), wanted);
        if ignored.accepted > 0 && ignored.left.is_empty() {
            return String::from_utf8(ignored.text).map_err(|error| error.to_string());
        }
        if let Some(left) = ignored.left.into_iter().next() {
            why = left.why;
        }
    }
    Err(why)
}

/// The edits that result in `text`, for this version of the document if the client supports versions.
fn edit(checked: &LintedDocument, client: &Client, text: &str) -> WorkspaceEdit {
    let edits: Vec<TextEdit> = fixer::between(checked.text.as_str(), text)
        .into_iter()
        .flat_map(|edit| around_secrets(edit, &checked.mask, checked.text.as_str()))
        .map(|edit| TextEdit { range: checked.text.range(edit.span), new_text: edit.replacement })
        .collect();
    let uri = Uri(checked.uri.clone());
    if !client.versions {
        return WorkspaceEdit { changes: Some(HashMap::from([(uri, edits)])), ..WorkspaceEdit::default() };
    }
    let text_document = OptionalVersionedTextDocumentIdentifier {
        version: Some(checked.version),
        text_document_identifier: TextDocumentIdentifier { uri },
    };
    let edits = edits.into_iter().map(Into::into).collect();
    let change = DocumentChange::TextDocumentEdit(TextDocumentEdit { text_document, edits });
    WorkspaceEdit { document_changes: Some(vec![change]), ..WorkspaceEdit::default() }
}

/// The same change without the secrets that stay where they are: an edit carries none that it need not.
fn around_secrets(edit: Edit, mask: &Mask, text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut rest = edit.trimmed(text);
    while let Some(secret) = mask.first_secret(&rest.replacement) {
        let (start, new) = (rest.span.start(), rest.replacement.as_str());
        let Some(at) = rest.span.of(text).find(secret.of(new)) else { break };
        let before = new.get(..secret.start()).unwrap_or_default();
        edits.push(Edit::replace(Span::new(start, start + at), before).trimmed(text));
        let rest_of_text = new.get(secret.end()..).unwrap_or_default();
        rest = Edit::replace(Span::new(start + at + secret.len(), rest.span.end()), rest_of_text);
    }
    edits.push(rest.trimmed(text));
    edits.retain(|edit| !edit.span.is_empty() || !edit.is_deletion());
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_meant_by_its_kind_and_those_above() {
        for (asked, meant) in [
            ("", true),
            ("source", true),
            ("source.fixAll", true),
            ("source.fixAll.runnerlint", true),
            ("source.fixAll.runner", false),
            ("source.organizeImports", false),
            ("quickfix", false),
        ] {
            assert_eq!(is_of(FIX_ALL, asked), meant, "{asked}");
        }
    }
}
