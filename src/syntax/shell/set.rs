//! Gives words and variables other values.

use super::Script;
use super::dialect::Dialect;
use super::script::ShellNodeKind;
use crate::embed::NoEdit;
use crate::facts::NodeId;
use crate::text::{Edit, Span};

/// As [`super::super::Parsed::set`].
pub(super) fn set(script: &Script, node: NodeId, value: &str) -> Result<Vec<Edit>, NoEdit> {
    let Some(info) = script.out.nodes.get(node.0 as usize) else {
        return Err(NoEdit::new("its word was not found"));
    };
    if info.kind == ShellNodeKind::Inner {
        return Err(NoEdit::new("the string is assembled elsewhere: change it there"));
    }
    let backquoted = script.out.statements.get(info.statement).is_some_and(|statement| statement.backquoted);
    let raw = info.value.of(&script.text);
    let written = quote(value, script.dialect)?;
    if backquoted && written.contains(['"', '\\', '`', '\'']) {
        return Err(NoEdit::new("quotes have another meaning in backquotes"));
    }
    // `"${NAME:=value}"`, `set "NAME=value"`: the value is in quotes already.
    let before = script.text.get(info.span.start()..info.value.start()).unwrap_or_default();
    if before.starts_with(['"', '\'']) || before.starts_with("${") {
        let expands = is_name(value) || is_foreign_name(value, script.dialect);
        if value.bytes().all(is_plain) || expands && before.starts_with(['"', '$']) {
            return Ok(vec![Edit::replace(info.value, value)]);
        }
        return Err(NoEdit::new("its quotes are elsewhere"));
    }
    if info.value == info.span
        && raw.trim_start_matches(['"', '\'']).starts_with('-')
        && let Some(equals) = raw.find('=')
    {
        let head = raw.get(..=equals).unwrap_or_default();
        if let Some(quote) = head.chars().next().filter(|first| matches!(first, '"' | '\'')) {
            // `"--option=value"`
            if head.matches(quote).count() != 1 || !raw.ends_with(quote) {
                return Err(NoEdit::new("the word consists of several quoted parts"));
            }
            let head = head.get(1..).unwrap_or_default();
            let bare = written.trim_matches('"');
            let whole = if written.starts_with('\'') {
                format!("'{head}{}", written.get(1..).unwrap_or_default())
            } else {
                format!("\"{head}{bare}\"")
            };
            return Ok(vec![Edit::replace(info.value, whole)]);
        }
        if head.contains(['"', '\'', '$', '`', '{']) {
            return Err(NoEdit::new("the name of the option is an expression"));
        }
        return Ok(vec![Edit::replace(
            Span::new(info.value.start() + head.len(), info.value.end()),
            written,
        )]);
    }
    Ok(vec![Edit::replace(info.value, written)])
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-./:@,=+".contains(&byte) || byte >= 0x80
}

/// Whether `value` is one `$NAME` or `${NAME}`.
fn is_name(value: &str) -> bool {
    let inner =
        value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).or_else(|| value.strip_prefix('$'));
    inner.is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

/// Whether `value` is one `$env:NAME` of PowerShell or one `%NAME%` of cmd.
fn is_foreign_name(value: &str, dialect: Dialect) -> bool {
    let name = match dialect {
        Dialect::Sh => None,
        Dialect::PowerShell => value.strip_prefix("$env:"),
        Dialect::Cmd => value.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')),
    };
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

/// Gives `part` of a word, in its decoded text, an expression as its value: in double quotes, regardless of the old quotes.
pub(super) fn part(script: &Script, node: NodeId, part: Span, value: &str) -> Result<Vec<Edit>, NoEdit> {
    const PIECES: &str = "the shell word is put together from several pieces";
    let info = script.out.nodes.get(node.0 as usize).ok_or_else(|| NoEdit::new("its word was not found"))?;
    let decoded = super::word::decode(&script.text, script.dialect, info.value);
    let decoded = decoded.filter(|_| info.kind != ShellNodeKind::Inner).ok_or_else(|| NoEdit::new(PIECES))?;
    let backquoted = script.out.statements.get(info.statement).is_some_and(|statement| statement.backquoted);
    let text: &str = &script.text;
    let word = info.value;
    let inner = part.of(&decoded.text);
    let outer = decoded.segments.to_outer(part);
    // The quote that is open before the value, and where it opened.
    let open = open_quote(word, outer.start(), text, script.dialect);
    let raw = outer.of(text);
    let quoted = |quote: char| {
        let rest = raw.strip_prefix('$').unwrap_or(raw);
        rest.len() > 1 && rest.starts_with(quote) && rest.ends_with(quote)
    };
    let simple = !raw.contains(['"', '\'', '\\', '`', '^']) || raw == inner;
    let bare = format!("\"{value}\"");
    let behind = text.get(outer.end()..word.end()).unwrap_or_default();
    // A name that continues after the value would be another name.
    let joined =
        behind.starts_with(|sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '[' | ':'));
    let inside = match value.strip_prefix('$') {
        Some(name) if joined && is_name(value) && !name.starts_with('{') => format!("${{{name}}}"),
        _ => value.to_owned(),
    };
    if backquoted {
        return Err(NoEdit::new("quotes have another meaning in backquotes"));
    }
    if value.contains('"') && !is_atom(value) {
        return Err(NoEdit::new("an expression that contains quotes cannot be quoted"));
    }
    let around = |open: usize, quote: char| {
        let start =
            if text.get(..open).is_some_and(|before| before.ends_with('$')) { open - 1 } else { open };
        let closes = behind.starts_with(quote);
        (closes && open + 1 == outer.start()).then(|| Span::new(start, outer.end() + 1))
    };
    match open {
        None if quoted('"') || quoted('\'') => Ok(vec![Edit::replace(outer, bare)]),
        None if simple => Ok(vec![Edit::replace(outer, bare)]),
        Some((at, quote)) if simple && around(at, quote).is_some_and(|span| span.start() >= word.start()) => {
            Ok(vec![Edit::replace(around(at, quote).unwrap_or(outer), bare)])
        }
        Some((_, '"')) if simple => Ok(vec![Edit::replace(outer, inside)]),
        // All of the word in single quotes, with nothing that means something in double ones.
        Some((at, '\'')) if simple && at == word.start() && is_one_quote(word.of(text)) => Ok(vec![
            Edit::replace(Span::new(at, at + 1), "\""),
            Edit::replace(outer, inside),
            Edit::replace(Span::new(word.end() - 1, word.end()), "\""),
        ]),
        _ => Err(NoEdit::new(PIECES)),
    }
}

/// Whether a word is one `'…'` that means the same in double quotes.
fn is_one_quote(word: &str) -> bool {
    let inside = word.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    inside.is_some_and(|inside| !inside.contains(['\'', '"', '$', '`', '\\', '!', '%']))
}

/// The quote that is open at `end` in a word, with its place.
fn open_quote(word: Span, end: usize, text: &str, dialect: Dialect) -> Option<(usize, char)> {
    let before = text.get(word.start()..end).unwrap_or_default();
    let mut open: Option<(usize, char)> = None;
    let mut escaped = false;
    for (at, sign) in before.char_indices() {
        let quote = open.map(|(_, quote)| quote);
        if escaped {
            escaped = false;
        } else if sign as u32 == u32::from(dialect.escape()) && quote != Some('\'') {
            escaped = true;
        } else if quote == Some(sign) {
            open = None;
        } else if quote.is_none() && (sign == '"' || sign == '\'' && dialect != Dialect::Cmd) {
            open = Some((word.start() + at, sign));
        }
    }
    open
}

/// Whether `value` means something other than itself to a shell or to a template engine.
pub(super) fn is_expression(value: &str, dialect: Dialect) -> bool {
    let name = |at: usize| {
        let behind = value.as_bytes().get(at + 1);
        behind.is_some_and(|b| b.is_ascii_alphanumeric() || b"_{(@*#?!-$".contains(b))
    };
    value.bytes().enumerate().any(|(at, byte)| byte == b'$' && name(at))
        || ["{{", "{%", "<%", "#{", "%{"].iter().any(|sign| value.contains(sign))
        || dialect == Dialect::Sh && value.contains('`')
        || dialect == Dialect::Cmd && value.contains('%')
}

/// `value` as a word.
fn quote(value: &str, dialect: Dialect) -> Result<String, NoEdit> {
    if value.contains(['\n', '\r', '\0']) {
        return Err(NoEdit::new("a word cannot contain a line break"));
    }
    if is_expression(value, dialect) {
        return if value.contains('"') && !is_atom(value) {
            Err(NoEdit::new("an expression that contains quotes cannot be quoted"))
        } else {
            Ok(format!("\"{value}\""))
        };
    }
    if !value.is_empty() && value.bytes().all(is_plain) {
        return Ok(value.to_owned());
    }
    match dialect {
        Dialect::Sh => Ok(format!("'{}'", value.replace('\'', r"'\''"))),
        Dialect::PowerShell => Ok(format!("'{}'", value.replace('\'', "''"))),
        Dialect::Cmd if value.contains(['"', '%']) => Err(NoEdit::new("cmd cannot quote it")),
        Dialect::Cmd => Ok(format!("\"{value}\"")),
    }
}

/// Whether quotes within are those of one template expression or substitution.
fn is_atom(value: &str) -> bool {
    let pairs = [("${{", "}}"), ("{{", "}}"), ("<%", "%>"), ("$(", ")"), ("${", "}"), ("#{", "}")];
    pairs.iter().any(|(open, close)| {
        value.starts_with(open) && value.ends_with(close) && value.matches(open).count() == 1
    })
}
