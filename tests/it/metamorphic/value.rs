//! Where the value of a name is, found by plain rules that share no code with the readers under test.

use std::ops::Range;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The word after an option: `--tag-list a`, `--tag-list=a`.
    Word,
    /// The right side of an assignment: `RUNNER_TAG_LIST=a`.
    Assigned,
    /// Part of a word: `--set runners.tags=a,runners.locked=true`.
    Part,
    /// A scalar of YAML.
    Yaml,
    /// A scalar of YAML in a flow collection.
    Flow,
    /// A value in HCL, TOML or a language like them.
    Equals,
}

/// A value.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) range: Range<usize>,
    pub(crate) form: Form,
}

/// The value of the name in the bytes `name`; `None` for one of a form that is not replaced.
pub(crate) fn of(text: &str, name: Range<usize>, language: &str, path: &str) -> Option<Value> {
    let behind = text.get(name.end..)?;
    match language {
        "shell" | "powershell" | "batch" | "dockerfile" | "makefile" | "systemd" | "dotenv" => {
            in_shell(text, &name)
        }
        "yaml" if !is_json(path) => in_yaml(text, &name),
        "hcl" => in_hcl(text, name.end, behind),
        _ => None,
    }
}

fn is_json(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|it| it == "json")
}

fn in_shell(text: &str, name: &Range<usize>) -> Option<Value> {
    let own = text.get(name.clone())?;
    let behind = text.get(name.end..)?;
    if own.contains('.') || own == "runnerRegistrationToken" || own == "runnerToken" {
        let start = name.end + behind.strip_prefix('=').map(|_| 1)?;
        let end = part(text, start, &[',', ' ', '\t', '\n', '"', '\'', '\\', ')', ']']);
        return not_empty(start..end, Form::Part);
    }
    let gap = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    let (start, form) = if behind.starts_with('=') {
        (name.end + 1, if own.starts_with('-') { Form::Word } else { Form::Assigned })
    } else if own.starts_with('-') && gap > 0 {
        (name.end + gap, Form::Word)
    } else {
        return None;
    };
    let end = word(text, start)?;
    // An option without a value, and words that are put together or redirected.
    let first = text.get(start..end)?.chars().next()?;
    (!"-#<>[{(@".contains(first)).then_some(())?;
    not_empty(start..end, form)
}

/// The end of the word that begins at `start`: at a blank or an operator outside of quotes.
fn word(text: &str, start: usize) -> Option<usize> {
    let mut quote = None;
    let mut chars = text.get(start..)?.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some('"') | None, '\\') => {
                if quote.is_none() && text.get(start + at + 1..)?.starts_with(['\n', '\r']) {
                    return Some(start + at);
                }
                chars.next();
            }
            // The quote was the end of a text around the word.
            (Some(_), '\n') => return None,
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            // Braces and parentheses: expressions already.
            (None, '$' | '`' | '(' | '{' | '%') => return None,
            (None, ' ' | '\t' | '\n' | '\r' | ';' | '|' | '&' | ')' | ',' | ']') => return Some(start + at),
            (None, _) => {}
        }
    }
    quote.is_none().then_some(text.len())
}

/// The end of a text at the first of these characters.
fn part(text: &str, start: usize, ends: &[char]) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start + rest.find(ends).unwrap_or(rest.len())
}

fn not_empty(range: Range<usize>, form: Form) -> Option<Value> {
    (!range.is_empty()).then_some(Value { range, form })
}

fn in_yaml(text: &str, name: &Range<usize>) -> Option<Value> {
    let behind = text.get(name.end..)?;
    let quoted = usize::from(behind.starts_with(['"', '\'']));
    let after = behind.get(quoted..)?;
    let line = text.get(..name.start)?.rfind('\n').map_or(0, |at| at + 1);
    let before = text.get(line..name.start)?;
    let depth = |text: &str| text.matches(['{', '[']).count() > text.matches(['}', ']']).count();
    let is_flow = depth(before) && !before.contains("{{");
    // `{name: X, value: Y}`, and the same in two lines.
    let at_value = |rest: &str| {
        let trimmed = rest.trim_start_matches([' ', ',', '\n']);
        let text = trimmed.strip_prefix("value:")?;
        let text = text.strip_prefix(' ')?;
        Some(rest.len() - text.len())
    };
    let start = match after.strip_prefix(':') {
        Some(rest) if rest.starts_with(' ') => name.end + quoted + 2,
        _ if after.starts_with('=') => name.end + quoted + 1,
        _ => name.end + quoted + at_value(after)?,
    };
    let rest = text.get(start..)?;
    let start = start + (rest.len() - rest.trim_start_matches(' ').len());
    let rest = text.get(start..)?;
    let first = rest.chars().next()?;
    let end = match first {
        '"' | '\'' => start + 1 + rest.get(1..)?.find(first)? + 1,
        '|' | '>' | '&' | '*' | '{' | '[' | '!' | '\n' | '#' | '~' => return None,
        _ => {
            let line = rest.get(..rest.find('\n').unwrap_or(rest.len()))?;
            let line = line.split(" #").next()?.trim_end();
            let line = if is_flow { line.split([',', '}', ']']).next()?.trim_end() } else { line };
            start + line.len()
        }
    };
    let is_item = after.starts_with('=');
    (!is_item || !before.contains(['"', '\''])).then_some(())?;
    let form = match () {
        () if is_item => Form::Part,
        () if is_flow => Form::Flow,
        () => Form::Yaml,
    };
    not_empty(start..end, form)
}

fn in_hcl(text: &str, end: usize, behind: &str) -> Option<Value> {
    let quoted = usize::from(behind.starts_with('"'));
    let after = behind.get(quoted..)?;
    let trimmed = after.trim_start_matches(' ');
    let rest = match trimmed.strip_prefix('=') {
        Some(rest) => rest,
        // The value of a `set` block, or of an object like one.
        None => {
            let next = trimmed.trim_start_matches(['\n', ' ', ',']);
            next.strip_prefix("value")?.trim_start_matches(' ').strip_prefix('=')?
        }
    };
    let rest = rest.strip_prefix(' ')?.trim_start_matches(' ');
    let start = end + behind.len() - rest.len();
    let stop = match rest.chars().next()? {
        '"' => start + 1 + rest.get(1..)?.find('"')? + 1,
        c if c.is_ascii_alphanumeric() => part(text, start, &[' ', ',', '\n', '}', '(', '.', ')']),
        _ => return None,
    };
    // A reference or a call is an expression already.
    (!text.get(stop..)?.starts_with(['(', '.'])).then_some(())?;
    not_empty(start..stop, Form::Equals)
}
