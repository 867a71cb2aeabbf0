//! How `--set` and its kin write paths with values.

use super::schema::programs::ReleaseCommand;
use crate::text::Span;

/// The parts of `a=b,c={d,e},f=g\,h` after `skip`, without the commas.
pub(super) fn pieces(text: &str, skip: usize) -> Vec<Span> {
    let mut pieces = Vec::new();
    let (mut start, mut depth, mut escaped, mut quoted) = (skip, 0usize, false, false);
    for (at, sign) in text.char_indices().skip_while(|(at, _)| *at < skip) {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                pieces.push(Span::new(start, at));
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(Span::new(start, text.len()));
    pieces
}

/// How an option writes its values.
#[derive(Clone, Copy)]
pub(super) enum Grammar {
    /// `a=b,c={d,e},f=g\,h`
    Set,
    /// `a="b",c=["d","e"]`
    Json,
    /// One path, then its value as it is.
    Literal,
}

impl Grammar {
    pub(super) fn of(command: &ReleaseCommand, option: &str) -> Self {
        let is = |names: &[String]| names.iter().any(|name| name == option);
        match () {
            () if is(&command.literal) => Self::Literal,
            () if is(&command.json) => Self::Json,
            () => Self::Set,
        }
    }

    /// The value that a piece means.
    pub(super) fn value(self, text: &str) -> String {
        match self {
            Self::Set => unescape(text),
            Self::Literal => text.to_owned(),
            Self::Json => from_json(text).unwrap_or_else(|| text.to_owned()),
        }
    }
}

/// A value in JSON, a list with commas between its items.
fn from_json(text: &str) -> Option<String> {
    let scalar = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    match serde_json::from_str(text).ok()? {
        serde_json::Value::Array(items) => {
            items.iter().map(scalar).collect::<Option<Vec<_>>>().map(|items| items.join(","))
        }
        value => scalar(&value),
    }
}

/// The value that a piece means: `a\,b` is `a,b`, `{a,b}` a list.
pub(super) fn unescape(value: &str) -> String {
    let list = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let mut out = String::new();
    let mut signs = list.unwrap_or(value).chars();
    while let Some(sign) = signs.next() {
        out.push(if sign == '\\' { signs.next().unwrap_or(sign) } else { sign });
    }
    out
}
