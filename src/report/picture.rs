use super::window::Window;
use super::{Style, wrap};
use crate::finding::Severity;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use std::fmt;
use textwrap::{WordSeparator, WordSplitter};

/// Lines around a mark.
pub(super) const CONTEXT: usize = 1;

/// How a place is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// It only explains: dimmed.
    Place,
    /// In the color of the severity.
    Finding(Severity),
}

/// A message with its place, as miette sees one.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) window: Window,
    /// In the order of the window.
    pub(super) labels: Vec<(LabeledSpan, Tone)>,
}

impl Picture {
    /// Draws all of it: `error: message`, the excerpt, the help.
    pub(super) fn draw(&self, style: Style) -> Result<String, fmt::Error> {
        let mut theme = theme(style);
        "error:".clone_into(&mut theme.characters.error);
        self.render(theme, CONTEXT, style.width)
    }

    /// Draws the lines of the window with the marks, without a frame; the first one has the number `first`.
    pub(super) fn excerpt(&self, style: Style) -> Result<Vec<String>, fmt::Error> {
        let text = self.render(theme(style), usize::MAX, style.width)?;
        // The message and the top of the frame, the bottom of the frame.
        let mut lines: Vec<String> = text.lines().skip(2).map(str::to_owned).collect();
        lines.pop();
        Ok(lines)
    }

    fn render(&self, mut theme: GraphicalTheme, context: usize, width: usize) -> Result<String, fmt::Error> {
        let styles = &theme.styles;
        let tones = self.labels.iter().map(|(_, tone)| match tone {
            Tone::Place => styles.linum,
            Tone::Finding(Severity::Error) => styles.error,
            Tone::Finding(Severity::Warning) => styles.warning,
            Tone::Finding(Severity::Info) => styles.advice,
        });
        theme.styles.highlights = tones.collect();
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_urls(false)
            .with_context_lines(context)
            .with_width(width)
            .with_break_words(false)
            .with_word_separator(WordSeparator::AsciiSpace)
            .with_word_splitter(WordSplitter::NoHyphenation);
        let mut text = String::new();
        handler.render_report(&mut text, self)?;
        Ok(wrap::untie(&text))
    }
}

/// The characters and colors of drawings.
pub(super) fn theme(style: Style) -> GraphicalTheme {
    let mut theme = match (style.colour, style.ascii) {
        (true, true) => GraphicalTheme::ascii(),
        (true, false) => GraphicalTheme::unicode(),
        (false, true) => GraphicalTheme::none(),
        (false, false) => GraphicalTheme::unicode_nocolor(),
    };
    if style.colour {
        theme.styles.advice = theme.styles.advice.blue();
    }
    theme
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Picture {}

impl Diagnostic for Picture {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.window)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().map(|(label, _)| label.clone())))
    }
}
