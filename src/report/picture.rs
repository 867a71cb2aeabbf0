use super::Style;
use super::window::Window;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use std::fmt;

/// Lines around a mark.
pub(super) const CONTEXT: usize = 1;
/// Where sentences are wrapped: the same on every machine.
pub(super) const WIDTH: usize = 100;

/// A message with its place, as miette sees one.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) severity: miette::Severity,
    pub(super) window: Window,
    pub(super) labels: Vec<LabeledSpan>,
}

impl Picture {
    /// Draws it; `head` is the word before the message.
    pub(super) fn draw(&self, style: Style, head: &str) -> Result<String, fmt::Error> {
        let mut theme =
            if style.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let head = format!("{head}:");
        theme.characters.error.clone_from(&head);
        theme.characters.warning.clone_from(&head);
        theme.characters.advice = head;
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_urls(false)
            .with_context_lines(CONTEXT)
            .with_width(WIDTH)
            .with_break_words(false);
        let mut text = String::new();
        handler.render_report(&mut text, self)?;
        Ok(text)
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Picture {}

impl Diagnostic for Picture {
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.window)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
