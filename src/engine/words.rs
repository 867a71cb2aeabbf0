//! Words that fixes of rules about commands write: in a command line, or as items of a list.

use super::LintedFile;
use super::documents::EmbeddedDocument;
use crate::embed::NoEdit;
use crate::sites::{Carrier, ValueKind, ValueLocation, Via, canonical, is_option_name};
use crate::text::{Edit, Eol, Span};

/// What a word may consist of that means the same everywhere.
fn is_plain(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./:@,=+%".contains(&byte))
}

/// `text` as words.
fn split(text: &str) -> Result<Vec<&str>, NoEdit> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.iter().find(|word| !is_plain(word)) {
        Some(word) => Err(NoEdit::new(format!("`{word}` is not a plain word"))),
        None if words.is_empty() => Err(NoEdit::new("there is no word to write")),
        None => Ok(words),
    }
}

fn document<'a>(file: &'a LintedFile<'_>, carrier: &Carrier) -> Result<&'a EmbeddedDocument, NoEdit> {
    file.documents.get(carrier.doc).ok_or_else(|| NoEdit::new("its text could not be read"))
}

fn is_shell(document: &EmbeddedDocument) -> bool {
    document.language.is_shell()
}

/// The words of what was found: an option with its value.
fn span(document: &EmbeddedDocument, carrier: &Carrier) -> Result<Span, NoEdit> {
    if carrier.via != Via::Option {
        return Ok(carrier.value.span);
    }
    let text: &str = &document.text;
    if text.get(..carrier.name_span.start()).is_some_and(|before| before.ends_with(['"', '\''])) {
        return Err(NoEdit::new("the option is in quotes"));
    }
    if carrier.nodes.len() > 1 && !is_shell(document) || carrier.nodes.len() > 2 {
        return Err(NoEdit::new("its value is a word of its own"));
    }
    let end = if carrier.is_bare() { carrier.name_span.end() } else { carrier.value.span.end() };
    Ok(Span::new(carrier.name_span.start(), end))
}

/// Other words instead of those that were found. In a command line `text` may be any command if `vouched`.
pub(super) fn replace(
    file: &LintedFile<'_>,
    carrier: &Carrier,
    text: &str,
    vouched: bool,
) -> Result<Vec<Edit>, NoEdit> {
    let document = document(file, carrier)?;
    if carrier.via == Via::Command && carrier.value.kind == ValueKind::Opaque {
        return Err(NoEdit::new("its name is an expression"));
    }
    // Where the other program is, is not known.
    if carrier.via == Via::Command && carrier.written.contains('/') && !text.contains('/') {
        return Err(NoEdit::new("it is written with its directory"));
    }
    let span = span(document, carrier)?;
    let written = if !is_shell(document) {
        items(document, span, &split(text)?)?
    } else if vouched {
        text.to_owned()
    } else {
        split(text)?.join(" ")
    };
    Ok(vec![Edit::replace(Span::at(span.start()), written), Edit::delete(span)])
}

/// The edit that writes words after the word at `span`.
fn behind(document: &EmbeddedDocument, span: Span, words: &[&str]) -> Result<Edit, NoEdit> {
    let written = if is_shell(document) {
        format!(" {}", words.join(" "))
    } else {
        format!("{}{}", separator(document, span)?, items(document, span, words)?)
    };
    Ok(Edit::replace(Span::at(span.end()), written))
}

/// Words as items of the list that the item at `span` is in.
fn items(document: &EmbeddedDocument, span: Span, words: &[&str]) -> Result<String, NoEdit> {
    let quote = span.of(&document.text).chars().next().filter(|sign| matches!(sign, '"' | '\'' | '`'));
    let item = |word: &&str| match quote {
        Some(quote) if word.contains([quote, '\\', '\n']) => {
            Err(NoEdit::new("the word cannot be quoted in the list"))
        }
        Some(quote) => Ok(format!("{quote}{word}{quote}")),
        None if word.starts_with(|sign: char| sign.is_ascii_alphabetic() || "-/.".contains(sign))
            && is_plain(word)
            && !matches!(
                word.to_ascii_lowercase().as_str(),
                "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "-"
            )
            && !word.contains([',', '%', '@', ':'])
            && word.parse::<f64>().is_err() =>
        {
            Ok((*word).to_owned())
        }
        None if word.contains(['"', '\\', '\n']) => Err(NoEdit::new("the word cannot be quoted in the list")),
        None => Ok(format!("\"{word}\"")),
    };
    let items = words.iter().map(item).collect::<Result<Vec<_>, _>>()?;
    if items.len() == 1 {
        return Ok(items.concat());
    }
    Ok(items.join(&separator(document, span)?))
}

/// What is between the item at `span` and the one after it, if there were one.
fn separator(document: &EmbeddedDocument, span: Span) -> Result<String, NoEdit> {
    let text: &str = &document.text;
    let before = text.get(..span.start()).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let behind = text.get(span.end()..).unwrap_or_default().trim_start();
    let eol = Eol::of(text).as_str();
    if line.trim_end().ends_with('-') && line.bytes().all(|byte| matches!(byte, b' ' | b'-')) {
        let dash = line.rfind('-').unwrap_or_default();
        let indent: String =
            line.char_indices().map(|(at, sign)| if at == dash { sign } else { ' ' }).collect();
        return Ok(format!("{eol}{indent}"));
    }
    let opens = before.trim_end().ends_with([',', '[', '(']);
    let is_list = behind.starts_with(',') || before.trim_end().ends_with(',');
    let is_known = document.language.has_commas();
    if !opens || !behind.starts_with([',', ']', ')']) || !is_list && !is_known {
        return Err(NoEdit::new("another word has no place in that list"));
    }
    Ok(if line.trim().is_empty() { format!(",{eol}{line}") } else { ", ".to_owned() })
}

/// An option after what was found.
pub(super) fn add_option(file: &LintedFile<'_>, carrier: &Carrier, text: &str) -> Result<Vec<Edit>, NoEdit> {
    let document = document(file, carrier)?;
    let words = split(text)?;
    let name = words.first().and_then(|word| word.split('=').next()).unwrap_or_default();
    if !is_option_name(name) {
        return Err(NoEdit::new(format!("`{name}` is not the name of an option")));
    }
    let known = canonical(name);
    if file.beside(carrier, Via::Option).any(|it| it.name == known) {
        return Err(NoEdit::new(format!("`{name}` already exists")));
    }
    let span = span(document, carrier)?;
    Ok(vec![behind(document, span, &words)?])
}

/// The value of an option as the argument at `position`, from 1.
pub(super) fn to_argument(
    file: &LintedFile<'_>,
    carrier: &Carrier,
    position: usize,
) -> Result<Vec<Edit>, NoEdit> {
    let document = document(file, carrier)?;
    let text: &str = &document.text;
    let value = match carrier.value.place {
        _ if carrier.own_value().is_empty() || carrier.own_value().starts_with('-') => {
            return Err(NoEdit::new("it has no value that could be an argument"));
        }
        ValueLocation::Node(_) => carrier.value.span.of(text),
        ValueLocation::Within(..) if is_shell(document) => carrier.value.span.of(text),
        ValueLocation::Within(..) => carrier.own_value(),
        ValueLocation::Base64(_) | ValueLocation::Nowhere => {
            return Err(NoEdit::new("its value is defined elsewhere"));
        }
    };
    let in_quotes = |sign: char| value.matches(sign).count() % 2 == 1;
    if carrier.nodes.len() > 2 || in_quotes('"') || in_quotes('\'') {
        return Err(NoEdit::new("the option is in quotes"));
    }
    let before = position.saturating_sub(1);
    let anchor = if before == 0 {
        file.beside(carrier, Via::Command).next()
    } else {
        let mut arguments = file.beside(carrier, Via::Argument);
        arguments.find(|it| it.name == before.to_string())
    };
    let Some(anchor) = anchor.filter(|it| it.doc == carrier.doc) else {
        return Err(NoEdit::new(format!("the command has no argument {before}")));
    };
    let unsure = file.beside(carrier, Via::Argument).any(|it| {
        let at = it.name.parse::<usize>().unwrap_or_default();
        at <= before && it.value.kind == ValueKind::Opaque && !it.value.span.of(text).starts_with('"')
    });
    if unsure {
        return Err(NoEdit::new("an expression before it may be several words"));
    }
    if is_shell(document) {
        return Ok(vec![Edit::replace(Span::at(anchor.value.span.end()), format!(" {value}"))]);
    }
    let written = match carrier.value.place {
        ValueLocation::Node(_) => value.to_owned(),
        _ => items(document, carrier.value.span.hull(carrier.name_span), &[value])?,
    };
    let written = format!("{}{written}", separator(document, anchor.value.span)?);
    Ok(vec![Edit::replace(Span::at(anchor.value.span.end()), written)])
}
