use super::Style;
use super::picture::{CONTEXT, Picture};
use super::window::Window;
use crate::config::Problem;
use crate::escape;
use crate::mask::Mask;
use miette::LabeledSpan;

/// A picture of what is wrong in a configuration file.
pub fn problem(problem: &Problem, style: Style) -> String {
    let source = &problem.source;
    let mask = Mask::new(false, source, &problem.secrets);
    let line = source.line_at(problem.span.start()).min(source.line_count().saturating_sub(1));
    let lines = (line.saturating_sub(CONTEXT), line + CONTEXT);
    let window =
        Window::new(escape::inline(&problem.path).into_owned(), source, &mask, lines, &[problem.span]);
    let labels = window
        .locate(source, problem.span)
        .map(|span| LabeledSpan::new_primary_with_span(None, span.range()));
    let picture = Picture {
        message: mask.prose(&problem.message),
        help: problem.help.as_ref().map(|help| mask.prose(help)),
        severity: miette::Severity::Error,
        labels: labels.into_iter().collect(),
        window,
    };
    match picture.draw(style, "error") {
        Ok(text) => text.trim().to_owned(),
        Err(_) => format!("error: {}: {}", escape::inline(&problem.path), picture.message),
    }
}
