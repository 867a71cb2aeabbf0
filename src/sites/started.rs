//! Scripts by what starts them: what is printed into a shell, lines that a template adds, interactive shells.

use super::survey::{Context, MOST_LINES, is_included};
use super::{Brings, EmbeddedContext, EmbeddedText, Survey, Unknown, UnknownKind, trees};
use crate::facts::{Command, Hint};
use crate::syntax::Parsed;
use crate::text::Span;

/// Takes in a script that is printed into what runs it: `echo "…" | bash`, `echo "…" | at now`.
pub(super) fn piped(
    command: &Command,
    reader: &Command,
    parsed: &dyn Parsed,
    context: &Context<'_>,
    survey: &mut Survey,
) {
    let mut words = command.words.iter().filter(|word| !word.control);
    let prints = words.next().is_some_and(|word| matches!(&*word.text, "echo" | "printf"));
    let mut printed = words.filter(|word| !word.text.starts_with('-'));
    let (Some(word), None) = (printed.next().filter(|_| prints), printed.next()) else { return };
    let mut reading = reader.words.iter().map(|word| word.text.rsplit('/').next().unwrap_or_default());
    let program = reading.find(|name| *name != "sudo").unwrap_or_default();
    let runs = match program {
        "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" => {
            reading.all(|word| word.starts_with('-') && word != "-c")
        }
        "at" | "batch" => true,
        _ => false,
    };
    if !runs || context.given.no_shell {
        return;
    }
    let Some(decoded) = parsed.decode(word.node).filter(|it| (context.wanted)(&it.text, word.span)) else {
        return;
    };
    let at = word.span.start();
    survey.inner.push(EmbeddedText {
        decoded,
        hint: Hint::Language("shell".to_owned()),
        what: "printed command".to_owned(),
        at: Span::new(at, at + 1),
        given: EmbeddedContext {
            container: context.given.container.clone(),
            sealed: context.given.sealed.clone(),
            imports: context.imports(parsed.facts(), None, at),
            ..EmbeddedContext::default()
        },
    });
}

/// Lines of a Dockerfile that are replaced by any instructions: what they are may set variables for those after them.
pub(super) fn included(context: &Context<'_>, survey: &mut Survey) {
    let is_other = !context.language.is_script() || context.language.is_shell();
    if is_other || !context.text.contains(['{', '<', '@', '(']) {
        return;
    }
    let mut start = 0;
    for raw in context.text.split_inclusive('\n') {
        let at = start + raw.len() - raw.trim_start().len();
        start += raw.len();
        let line = raw.trim();
        if !trees::is_expression(line, None) && !is_included(line) {
            continue;
        }
        let (kind, span) = (UnknownKind::Script, Span::new(at, at + line.len()));
        let place = Unknown::new(kind, Brings::Anything, line, context.doc, span);
        for inner in survey.inner.iter_mut().filter(|inner| inner.at.start() >= span.end()) {
            if inner.given.imports.len() < MOST_LINES {
                inner.given.imports.push(place.clone());
            }
        }
    }
}

/// Whether a shell is started with `-i`.
pub(super) fn has_interactive_shell(text: &str) -> bool {
    let separates = |sign: char| sign.is_whitespace() || matches!(sign, '"' | '\'' | ',' | '[' | ']');
    let words: Vec<&str> = text.split(separates).filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|pair| {
        let [shell, option] = pair else { return false };
        let shell = shell.rsplit('/').next().unwrap_or_default();
        let shell = shell.ends_with("sh") && shell.len() <= 5;
        shell && option.starts_with('-') && !option.starts_with("--") && option.contains('i')
    })
}
