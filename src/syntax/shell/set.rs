//! Gives words and variables other values.

use super::Script;
use super::dialect::Dialect;
use super::script::NodeKind;
use crate::embed::NoEdit;
use crate::facts::NodeId;
use crate::text::{Edit, Span};

/// As [`super::super::Parsed::set`].
pub(super) fn set(script: &Script, node: NodeId, value: &str) -> Result<Vec<Edit>, NoEdit> {
    let Some(info) = script.out.nodes.get(node.0 as usize) else {
        return Err(NoEdit::new("there is no such word"));
    };
    if info.kind == NodeKind::Inner {
        return Err(NoEdit::new("it stands in a string that is put together elsewhere"));
    }
    let backquoted = script.out.statements.get(info.statement).is_some_and(|statement| statement.backquoted);
    let raw = info.value.of(&script.text);
    let written = quote(value, script.dialect)?;
    if backquoted && written.contains(['"', '\\', '`', '\'']) {
        return Err(NoEdit::new("it stands in backquotes, where quotes mean something else"));
    }
    // `"${NAME:=value}"`, `set "NAME=value"`: the value stands in quotes already.
    let before = script.text.get(info.span.start()..info.value.start()).unwrap_or_default();
    if before.starts_with(['"', '\'']) || before.starts_with("${") {
        if value.bytes().all(is_plain) || is_name(value) && before.starts_with(['"', '$']) {
            return Ok(vec![Edit::replace(info.value, value)]);
        }
        return Err(NoEdit::new("the quotes around it stand elsewhere"));
    }
    if info.value == info.span
        && raw.trim_start_matches(['"', '\'']).starts_with('-')
        && let Some(equals) = raw.find('=')
    {
        let head = raw.get(..=equals).unwrap_or_default();
        if let Some(quote) = head.chars().next().filter(|first| matches!(first, '"' | '\'')) {
            // `"--option=value"`
            if head.matches(quote).count() != 1 || !raw.ends_with(quote) {
                return Err(NoEdit::new("its quotes are put together from several pieces"));
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

/// Whether `value` means something other than itself to a shell or to a template engine.
fn is_expression(value: &str, dialect: Dialect) -> bool {
    let name = |at: usize| {
        value.as_bytes().get(at + 1).is_some_and(|b| b.is_ascii_alphabetic() || b"_{(".contains(b))
    };
    value.bytes().enumerate().any(|(at, byte)| byte == b'$' && name(at))
        || ["{{", "{%", "<%", "#{", "%{"].iter().any(|sign| value.contains(sign))
        || dialect == Dialect::Sh && value.contains('`')
        || dialect == Dialect::Cmd && value.contains('%')
}

/// `value` as a word.
fn quote(value: &str, dialect: Dialect) -> Result<String, NoEdit> {
    if value.contains(['\n', '\r', '\0']) {
        return Err(NoEdit::new("a word cannot hold a line break"));
    }
    if is_expression(value, dialect) {
        return if value.contains('"') && !is_atom(value) {
            Err(NoEdit::new("an expression with quotes of its own cannot be put in quotes"))
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
