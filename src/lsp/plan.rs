//! The migration plan of a document, by a command of the server.

use super::checked::LintedDocument;
use crate::config::Settings;
use crate::fixer;
use crate::mask::Mask;
use crate::plan::{PlannedFile, of};
use crate::report::{plan::FORMATS, refusal};

/// The command: its argument is the URI of a document, its result the plan as Markdown.
pub(super) const COMMAND: &str = "runnerlint.plan";

/// The plan as Markdown; `None` if the document is not linted.
pub(super) fn markdown(checked: &LintedDocument) -> Option<String> {
    if checked.broken.is_some() {
        return None;
    }
    let settings = Settings { units: true, ..checked.place.settings.clone() };
    let source = checked.source();
    let linted = fixer::lint(&settings, &checked.place.path, &checked.place.around, &source);
    let mask = Mask::new(false, &source, &linted.secrets).with(&linted.texts);
    let file = PlannedFile {
        path: &checked.place.path,
        source: &source,
        linted: &linted,
        mask,
        refusal,
        repository: None,
    };
    let plan = of(std::iter::once(file));
    let mut text = Vec::new();
    let markdown = FORMATS.first()?;
    (markdown.write)(&plan, &mut text).ok()?;
    String::from_utf8(text).ok()
}
