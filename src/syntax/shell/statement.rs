//! Takes whole statements out.

use super::Script;
use super::scan;
use super::script::Mark;
use crate::embed::NoEdit;
use crate::text::Span;

/// What to delete to remove statement `index`, with its line where it has one of its own; `gone` are removed with it.
pub(super) fn remove(script: &Script, index: usize, gone: &[usize]) -> Result<Span, NoEdit> {
    let text: &str = &script.text;
    let bytes = text.as_bytes();
    let Some(statement) = script.out.statements.get(index) else {
        return Err(NoEdit::new("its statement was not found"));
    };
    let span = statement.span;
    check(script, span, gone)?;
    let line_start = text.get(..span.start()).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let head = text.get(line_start..span.start()).unwrap_or_default();
    let own_start = head.trim_start_matches('\u{feff}').trim_matches([' ', '\t']).is_empty();
    let mut tail = statement.tail;
    if bytes.get(tail) == Some(&b';') && bytes.get(tail + 1) != Some(&b';') {
        tail = scan::skip_blanks(bytes, tail + 1);
    }
    let ends_line =
        tail >= bytes.len() || scan::newline_len(bytes, tail) > 0 || bytes.get(tail) == Some(&b'#');
    if own_start && ends_line {
        let end = text.get(tail..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| tail + at + 1);
        if end == text.len() && !text.ends_with('\n') && line_start > 0 {
            let start =
                line_start - if bytes.get(line_start.wrapping_sub(2)) == Some(&b'\r') { 2 } else { 1 };
            return Ok(Span::new(start, end));
        }
        return Ok(Span::new(
            if line_start == 0 { head.len() - head.trim_start_matches('\u{feff}').len() } else { line_start },
            end,
        ));
    }
    if tail > statement.tail && !ends_line {
        return Ok(Span::new(span.start(), tail));
    }
    let before = text.get(line_start..span.start()).unwrap_or_default().trim_end_matches([' ', '\t']);
    if ends_line && before.ends_with(';') && !before.ends_with(";;") {
        return Ok(Span::new(line_start + before.len() - 1, span.end()));
    }
    Err(NoEdit::new("other commands are in the same line"))
}

/// Refuses if the statement's block would be empty, or an operator would lose one of its sides.
fn check(script: &Script, span: Span, gone: &[usize]) -> Result<(), NoEdit> {
    let out = &script.out;
    let text: &str = &script.text;
    let before = out.marks.iter().rev().find(|mark| mark.span.end() <= span.start());
    let behind = out.marks.iter().find(|mark| mark.span.start() >= span.end());
    let staying = |(index, _): &(usize, &super::script::Statement)| !gone.contains(index);
    let statements =
        || out.statements.iter().enumerate().filter(staying).map(|(_, s)| s.span).filter(|s| !s.is_empty());
    let stands_before =
        statements().filter(|other| other.end() <= span.start()).map(Span::end).max().unwrap_or(0);
    let stands_behind =
        statements().filter(|other| other.start() >= span.end()).map(Span::start).min().unwrap_or(usize::MAX);
    let joins = |mark: &Mark| matches!(mark.span.of(text), "&&" | "||" | "|" | "|&" | "!" | "&");
    let opener = before.filter(|mark| mark.span.start() >= stands_before);
    let closer = behind.filter(|mark| mark.span.end() <= stands_behind);
    if opener.is_some_and(joins) || closer.is_some_and(joins) {
        return Err(NoEdit::new("it is part of a pipeline or list of commands"));
    }
    if opener.is_some_and(|mark| mark.opens) && closer.is_some_and(|mark| mark.closes) {
        return Err(NoEdit::new("the block would be empty"));
    }
    Ok(())
}
