//! Findings as the editor shows them.

use super::checked::LintedDocument;
use super::client::Client;
use crate::catalogue::Catalogue;
use crate::finding::{Finding, Notice, NoticeKind, Severity};
use crate::text::Span;
use gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Location, Position, PublishDiagnosticsParams, Range, Uri,
};

/// The source of all diagnostics.
const SOURCE: &str = "runnerlint";

/// All that is open in a document, and what of it was not read.
pub(super) fn published(checked: &LintedDocument, client: &Client) -> PublishDiagnosticsParams {
    let mut diagnostics: Vec<Diagnostic> =
        checked.open().map(|finding| diagnostic(checked, client, finding)).collect();
    diagnostics.extend(checked.linted.notices.iter().map(|notice| remark(checked, notice)));
    PublishDiagnosticsParams { uri: Uri(checked.uri.clone()), version: Some(checked.version), diagnostics }
}

/// A document that is closed has none.
pub(super) fn cleared(uri: &str) -> PublishDiagnosticsParams {
    PublishDiagnosticsParams { uri: Uri(uri.to_owned()), version: None, diagnostics: Vec::new() }
}

/// A finding.
pub(super) fn diagnostic(checked: &LintedDocument, client: &Client, finding: &Finding) -> Diagnostic {
    let tags = tags(client, &checked.place.settings.catalogue, &finding.rule);
    let link = (client.links && !finding.url.is_empty()).then(|| Uri(finding.url.to_string()));
    let related = related(checked, client, finding);
    Diagnostic {
        range: checked.text.range(finding.span),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Info => DiagnosticSeverity::Information,
        }),
        code: Some(Code::String(finding.rule.clone())),
        code_description: link.map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: message(checked, client, finding).into(),
        tags: (!tags.is_empty()).then_some(tags),
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    }
}

/// The message; with the reason, where the client does not show it as another place.
fn message(checked: &LintedDocument, client: &Client, finding: &Finding) -> String {
    let message = checked.mask.prose(&finding.message);
    if client.related || finding.label.is_empty() {
        return message;
    }
    format!("{message} ({})", checked.mask.prose(&finding.label))
}

/// Deprecated names are struck through by editors; what has no effect is greyed out.
fn tags(client: &Client, catalogue: &Catalogue, rule: &str) -> Vec<DiagnosticTag> {
    let Some(rule) = catalogue.rule(rule) else { return Vec::new() };
    let tag = if rule.matches.iter().any(|it| it.suppression.is_some()) {
        DiagnosticTag::Unnecessary
    } else if rule.removed.is_some() {
        DiagnosticTag::Deprecated
    } else {
        return Vec::new();
    };
    let shown = client.tags.contains(&u64::from(u32::from(tag)));
    if shown { vec![tag] } else { Vec::new() }
}

/// Other findings of a registration that each of its findings refers to.
const MOST_OF_A_REGISTRATION: usize = 10;

/// Why here, the places that explain it, and the other findings of the registration.
fn related(
    checked: &LintedDocument,
    client: &Client,
    finding: &Finding,
) -> Vec<DiagnosticRelatedInformation> {
    if !client.related {
        return Vec::new();
    }
    let own = std::iter::once((finding.span, &finding.label));
    let others = finding.related.iter().map(|it| (it.span, &it.text));
    let texts = own.chain(others).filter(|(_, text)| !text.is_empty());
    let same = checked.of_registration(finding).filter(|it| it.span != finding.span);
    let same = same.take(MOST_OF_A_REGISTRATION).map(|it| {
        let name = if it.name.is_empty() { &it.rule } else { &it.name };
        (it.span, format!("`{name}`: same registration"))
    });
    let place = |span: Span| Location { uri: Uri(checked.uri.clone()), range: checked.text.range(span) };
    let texts = texts.map(|(span, text)| (span, text.clone())).chain(same);
    texts
        .map(|(span, text)| DiagnosticRelatedInformation {
            location: place(span),
            message: checked.mask.prose(&text),
        })
        .collect()
}

/// A part that was not read, so that it is not taken for clean: not a finding, hence only a hint.
fn remark(checked: &LintedDocument, notice: &Notice) -> Diagnostic {
    let at = notice.position.map_or(Position::default(), |at| checked.text.position(at.offset));
    let severity = match notice.kind {
        NoticeKind::Unparsable | NoticeKind::Limited => DiagnosticSeverity::Hint,
        _ => DiagnosticSeverity::Information,
    };
    Diagnostic {
        range: Range { start: at, end: at },
        severity: Some(severity),
        source: Some(SOURCE.to_owned()),
        message: checked.mask.prose(&notice.message).into(),
        ..Diagnostic::default()
    }
}
