use super::hide::tokens_of;
use super::picture::{CONTEXT, Picture};
use super::window::Window;
use super::{Style, wrap};
use crate::config;
use crate::escape;
use crate::finding::Severity;
use crate::mask::{self, Mask};
use crate::rules::load;
use crate::text::{Source, Span};
use miette::LabeledSpan;

/// A picture of what is wrong in a configuration file.
pub fn problem(problem: &config::ConfigProblem, style: Style) -> String {
    if problem.outside {
        return without_text(&problem.path, &problem.source, problem.span, &problem.message);
    }
    let mask = Mask::new(false, &problem.source, &[]).hiding(&problem.secrets);
    let place = (problem.path.as_str(), &problem.source, problem.span);
    draw(place, &mask, (&problem.message, problem.help.as_ref()), style)
}

/// A picture of what is wrong in a rule file.
pub fn rule_problem(problem: &load::Problem, style: Style) -> String {
    if problem.outside {
        return without_text(&problem.path, &problem.source, problem.span, &problem.message);
    }
    let mask = tokens_of(&problem.path, &[problem.source.text()]);
    let mask = mask.after(&problem.source, &[]).hiding(&problem.secrets());
    let place = (problem.path.as_str(), problem.source.as_ref(), problem.span);
    draw(place, &mask, (&problem.message, problem.help.as_ref()), style)
}

/// Where it is, and what is wrong.
fn without_text(path: &str, source: &Source, span: Span, message: &str) -> String {
    let mask = Mask::without_source(false);
    format!(
        "error: {}:{}: {}",
        mask.prose(&escape::name(path)),
        source.position(span.start()).line,
        mask.prose(message)
    )
}

fn draw(
    (path, source, span): (&str, &Source, Span),
    mask: &Mask,
    (message, help): (&str, Option<&String>),
    style: Style,
) -> String {
    let line = source.line_at(span.start()).min(source.line_count().saturating_sub(1));
    let lines = (line.saturating_sub(CONTEXT), line + CONTEXT);
    let window = Window::new(escape::name(&mask::path(path)).into_owned(), source, mask, lines, &[span]);
    let label = window.locate(source, span).map(|at| LabeledSpan::new_primary_with_span(None, at.range()));
    let message = mask.prose(message);
    let picture = Picture {
        message: wrap::tie(&message, style.width),
        // An example has lines of its own.
        help: help.map(|help| {
            let lines = help.lines().map(|line| wrap::tie(&mask.prose(line), style.width));
            lines.collect::<Vec<_>>().join("\n")
        }),
        labels: label.into_iter().map(|label| (label, Severity::Error)).collect(),
        window,
    };
    match picture.draw(style) {
        Ok(text) => text.trim().to_owned(),
        Err(_) => format!("error: {}: {message}", escape::name(path)),
    }
}
