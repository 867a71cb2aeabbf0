//! How the expression of `--token-value` is written in a place.

use super::LintedFile;
use super::documents::EmbeddedDocument;
use crate::config::{TokenForm, TokenValue};
use crate::embed::Codec;
use crate::finding::Refusal;
use crate::sites::{Carrier, Expands, Scope, ScopeKind, ValueLocation, Via};

/// File names whose templates have these tags, in any language.
const TEMPLATE_FILES: &[(&str, &[&str])] =
    &[("{{", &[".j2", ".jinja", ".jinja2", ".gotmpl", ".tmpl", ".tpl", ".template"]), ("<%", &[".erb"])];

/// The expression `value` as the place of `carrier` writes it.
///
/// # Errors
/// [`Refusal::NotExpanded`] where nothing expands it.
pub(super) fn spelled(file: &LintedFile<'_>, carrier: &Carrier, value: &str) -> Result<String, Refusal> {
    let place = file.documents.get(carrier.doc);
    let language = nearest_hcl(file, carrier).unwrap_or_else(|| place.map_or("", |it| it.language.name()));
    let refused = || Refusal::NotExpanded { value: value.to_owned(), language };
    let (Some(document), Some(token)) = (place, TokenValue::parse(value)) else { return Err(refused()) };
    let at = At { file, carrier, document };
    let spelled = match token.form {
        TokenForm::Variable(name) => at.variable(name, token.text),
        TokenForm::Shell => at.shell(token.text),
        TokenForm::Template(opens) => at.expands_templates(opens).then(|| token.text.to_owned()),
        TokenForm::Hcl { quoted } => at.reference(token.text, quoted),
    };
    spelled.ok_or_else(refused)
}

/// The language to name where a reference would be right.
fn nearest_hcl(file: &LintedFile<'_>, carrier: &Carrier) -> Option<&'static str> {
    file.documents.chain(carrier.doc).map(|it| it.language.name()).find(|name| *name == "hcl")
}

/// A place for a token.
struct At<'a> {
    file: &'a LintedFile<'a>,
    carrier: &'a Carrier,
    document: &'a EmbeddedDocument,
}

impl At<'_> {
    fn variable(&self, name: &str, text: &str) -> Option<String> {
        // As given where it is a spelling of the language already.
        let as_given = || if text == format!("${{{name}}}") { text.to_owned() } else { format!("${name}") };
        if matches!(self.carrier.value.place, ValueLocation::Base64(_)) {
            return None;
        }
        if let Some(spelled) = self.document.parsed.expansion(name).filter(|_| !self.document.no_shell) {
            return Some(if spelled.starts_with("$env:") || spelled.starts_with('%') {
                spelled
            } else {
                as_given()
            });
        }
        let spelled = match self.expands() {
            Some(Expands::All | Expands::Text) => Some(as_given()),
            Some(Expands::Defined) => self.defines(name).then(|| format!("$({name})")),
            Some(Expands::Commands) => self.defines(name).then(|| format!("${{{name}}}")),
            None => None,
        };
        spelled.or_else(|| self.is_in_here_document().then(as_given))
    }

    fn shell(&self, text: &str) -> Option<String> {
        let sh = self.document.parsed.expansion("x").is_some_and(|it| it == "$x");
        if sh && !self.document.no_shell {
            let positional =
                text.strip_prefix('$').is_some_and(|rest| rest.len() == 1 || rest.starts_with("{1"));
            let parent = self.document.parent.and_then(|parent| self.file.documents.get(parent));
            // In a quoted script it would be another script's parameter.
            let inner = parent.is_some_and(|parent| parent.language.is_shell());
            return (!positional || !inner).then(|| text.to_owned());
        }
        // `$(NAME)` of Kubernetes.
        let name = text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'))?;
        (self.expands() == Some(Expands::Defined) && self.defines(name)).then(|| text.to_owned())
    }

    fn reference(&self, text: &str, quoted: bool) -> Option<String> {
        let is_value = matches!(self.carrier.value.place, ValueLocation::Node(_));
        if self.document.language.values_are_expressions() && is_value {
            return Some(text.to_owned());
        }
        nearest_hcl(self.file, self.carrier)?;
        Some(if quoted { text.to_owned() } else { format!("${{{text}}}") })
    }

    fn expands_templates(&self, opens: &str) -> bool {
        let path = self.file.path;
        let named = TEMPLATE_FILES
            .iter()
            .any(|(tag, ends)| *tag == opens && ends.iter().any(|end| path.ends_with(end)));
        let sites = self.file.settings.catalogue.sites();
        let mut docs =
            std::iter::successors(Some(self.carrier.doc), |doc| self.file.documents.get(*doc)?.parent);
        named
            || sites.templates_in(path).any(|tag| tag == opens)
            || docs.any(|doc| self.file.survey.templates.contains(&(doc, opens.to_owned())))
    }

    /// Where the reader of the place expands variables, if no shell reads it.
    fn expands(&self) -> Option<Expands> {
        let scope = self.scope()?;
        let expands = self.container()?.expands?;
        let is_variable = self.carrier.via == Via::Variable && scope.kind != ScopeKind::Command;
        let is_text = self.document.no_shell;
        let applies = match expands {
            Expands::All | Expands::Defined => true,
            Expands::Text => is_variable || is_text,
            Expands::Commands => !is_variable,
        };
        applies.then_some(expands)
    }

    fn scope(&self) -> Option<&Scope> {
        self.file.survey.scopes.get(self.carrier.scope)
    }

    /// The scope whose environment the place has.
    fn container(&self) -> Option<&Scope> {
        let scope = self.scope()?;
        scope
            .within
            .filter(|_| scope.kind == ScopeKind::Command)
            .map_or(Some(scope), |at| self.file.survey.scopes.get(at))
    }

    /// Whether its environment has a variable of that name, other than the one that gets the value.
    fn defines(&self, name: &str) -> bool {
        let Some(scope) = self.scope() else { return false };
        let container =
            scope.within.filter(|_| scope.kind == ScopeKind::Command).unwrap_or(self.carrier.scope);
        let mut defined = self.file.caches.defined.borrow_mut();
        let names = defined.entry(container).or_insert_with(|| {
            let variables = self.file.in_scope(container).filter(|it| it.via == Via::Variable);
            variables.map(|it| it.name.clone()).collect()
        });
        name != self.carrier.name && names.contains(name)
    }

    /// Whether a shell expands the text around it: a here-document without quotes.
    fn is_in_here_document(&self) -> bool {
        let mut around = self.file.documents.chain(self.carrier.doc);
        around.any(|it| matches!(it.segments.codec(), Codec::Heredoc { quoted: false, .. }))
    }
}
