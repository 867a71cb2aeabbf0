//! What is wrong in rules: pictures of problems, failures of examples with their diffs.

use super::Style;
use super::window::Window;
use crate::escape;
use crate::mask::Mask;
use crate::rules::load::Problem;
use crate::selftest::Failure;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use similar::TextDiff;
use std::fmt;

/// Lines around a mark.
const CONTEXT: usize = 1;
/// Where sentences are wrapped: the same on every machine.
const WIDTH: usize = 100;

#[derive(Debug)]
struct Shown {
    message: String,
    help: Option<String>,
    window: Window,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
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

/// A picture of what is wrong in a rule file.
pub fn problem(problem: &Problem, style: Style) -> String {
    let source = &problem.source;
    let mask = Mask::new(false, source, &[]);
    let line = source.line_at(problem.span.start()).min(source.line_count().saturating_sub(1));
    let name = escape::inline(&problem.path).into_owned();
    let window = Window::new(
        name.clone(),
        source,
        &mask,
        (line.saturating_sub(CONTEXT), line + CONTEXT),
        &[problem.span],
    );
    let label = window.locate(source, problem.span);
    let shown = Shown {
        message: mask.prose(&problem.message),
        help: problem.help.as_ref().map(|help| mask.prose(help)),
        labels: label
            .map(|span| LabeledSpan::new_primary_with_span(None, span.range()))
            .into_iter()
            .collect(),
        window,
    };
    let mut theme = if style.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    "error:".clone_into(&mut theme.characters.error);
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_urls(false)
        .with_context_lines(CONTEXT)
        .with_width(WIDTH)
        .with_break_words(false);
    let mut text = String::new();
    match handler.render_report(&mut text, &shown) {
        Ok(()) => text.trim_end().to_owned(),
        Err(_) => format!("error: {name}: {}", shown.message),
    }
}

/// A failure of an example in words, for a rule whose file is not at hand.
pub fn failure(failure: &Failure, style: Style) -> String {
    let mask = Mask::without_source(false);
    format!(
        "{} {}: {}\n",
        style.strong(&escape::inline(&format!("{}:", failure.rule))),
        mask.prose(&failure.example),
        mask.prose(&failure.what)
    )
}

/// What should be, and what is.
pub fn difference(failure: &Failure, style: Style) -> String {
    let mask = Mask::without_source(false);
    let mut out = String::new();
    if let Some((expected, actual)) = &failure.diff {
        let (expected, actual) = (mask.inserted(expected), mask.inserted(actual));
        let diff = TextDiff::from_lines(&expected, &actual);
        let diff = diff.unified_diff().header("expected", "actual").to_string();
        let lines = diff.lines().filter(|line| !line.starts_with('\\'));
        let shown = lines.map(|line| escape::inline(line).into_owned() + "\n").collect::<String>();
        out.push_str(&style.diff(&shown));
    }
    out
}
