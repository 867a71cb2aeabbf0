//! Searches that stay linear however often they fail, and the atoms of template languages.

use std::cell::Cell;

/// Finds the next offset of a few needles; a call from further on does not search the same bytes again
/// (`benches/linear`).
#[derive(Debug, Default)]
pub(super) struct Finder {
    /// For each needle: where the search began, its result.
    known: [Cell<(usize, Option<usize>, bool)>; NEEDLES.len()],
}

const NEEDLES: [&str; 12] = ["}}", "%}", "#}", "%>", "'", "\"", "`", "}", "\n", ")", "\n\"@", "\n'@"];

impl Finder {
    /// Offset of the next `needle` (one of [`NEEDLES`]) at or after `from`.
    pub(super) fn find(&self, text: &str, needle: &str, from: usize) -> Option<usize> {
        let index = NEEDLES.iter().position(|known| *known == needle)?;
        let cell = self.known.get(index)?;
        let (asked, answer, valid) = cell.get();
        if valid && asked <= from && answer.is_none_or(|at| from <= at) {
            return answer;
        }
        let found = text.get(from..).and_then(|rest| rest.find(needle)).map(|at| at + from);
        cell.set((from, found, true));
        found
    }

    /// As [`Finder::find`], on the line of `from` only.
    pub(super) fn find_on_line(&self, text: &str, needle: &str, from: usize) -> Option<usize> {
        let found = self.find(text, needle, from)?;
        match self.find(text, "\n", from) {
            Some(newline) if newline < found => None,
            _ => Some(found),
        }
    }
}

/// What a template atom does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WordRole {
    /// Produces text.
    Value,
    /// Opens a block (`{% if %}`).
    Opens,
    /// Closes a block (`{% endif %}`).
    Closes,
    /// Neither, and produces no text (`{% else %}`, `{# … #}`).
    Neutral,
}

/// The longest template expression.
const LONGEST: usize = 8192;

/// The template atom at `at`: its end and its role.
pub(super) fn template(finder: &Finder, text: &str, at: usize, one_line: bool) -> Option<(usize, WordRole)> {
    let rest = text.as_bytes().get(at..)?;
    let (open, close): (usize, &str) = match rest {
        [b'$', b'{', b'{', ..] => (3, "}}"),
        [b'{', b'{', ..] => (2, "}}"),
        [b'{', b'%', ..] => (2, "%}"),
        [b'{', b'#', ..] => (2, "#}"),
        [b'<', b'%', ..] => (2, "%>"),
        [b'%' | b'#', b'{', ..] => (2, "}"),
        _ => return None,
    };
    let same_line = one_line || close == "}" || close == "#}";
    let start = at + open;
    let found =
        if same_line { finder.find_on_line(text, close, start)? } else { finder.find(text, close, start)? };
    if found - at > LONGEST {
        return None;
    }
    let end = quoted_close(finder, text, start, found, close).unwrap_or(found) + close.len();
    if end - at > LONGEST {
        return None;
    }
    let inner = text.get(start..end - close.len()).unwrap_or_default();
    Some((end, role(rest, inner)))
}

/// The closing sign if the first one found is in quotes.
fn quoted_close(finder: &Finder, text: &str, start: usize, found: usize, close: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start;
    let mut found = found;
    loop {
        while at < found {
            match bytes.get(at) {
                Some(quote @ (b'"' | b'\'')) => {
                    let needle = if *quote == b'"' { "\"" } else { "'" };
                    match finder.find_on_line(text, needle, at + 1) {
                        Some(end) if end - at <= 256 => at = end + 1,
                        _ => at += 1,
                    }
                }
                Some(_) => at += 1,
                None => return None,
            }
        }
        if at == found {
            return Some(found);
        }
        found = finder.find_on_line(text, close, at)?;
        if found - start > LONGEST {
            return None;
        }
    }
}

fn role(open: &[u8], inner: &str) -> WordRole {
    const OPENS: &[&str] = &[
        "if", "unless", "for", "range", "with", "block", "define", "macro", "call", "filter", "raw", "case",
    ];
    const NEUTRAL: &[&str] =
        &["else", "elif", "elsif", "elseif", "set", "include", "import", "from", "extends", "do"];
    let inner = inner.trim_start_matches(['-', '~', '+']).trim_start();
    let word = inner.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
    let opens = OPENS.contains(&word);
    let closes =
        word.starts_with("end") && (word == "end" || OPENS.contains(&word.get(3..).unwrap_or_default()));
    match open {
        [b'{', b'#', ..] => WordRole::Neutral,
        // Vue and Jinja values may begin with a name such as `for`; a bare one needs more after it.
        [b'{', b'{', ..] if inner.starts_with("/*") => WordRole::Neutral,
        [b'{', b'{', ..] => match word {
            "if" | "range" | "with" | "define" | "block" if inner.len() > word.len() => WordRole::Opens,
            "end" => WordRole::Closes,
            "else" => WordRole::Neutral,
            _ => WordRole::Value,
        },
        [b'%', b'{', ..] => match word {
            "if" | "for" => WordRole::Opens,
            "endif" | "endfor" => WordRole::Closes,
            "else" => WordRole::Neutral,
            _ => WordRole::Value,
        },
        [b'{', b'%', ..] if opens => WordRole::Opens,
        [b'{', b'%', ..] if closes => WordRole::Closes,
        [b'{', b'%', ..] => WordRole::Neutral,
        [b'<', b'%', ..] if inner.starts_with('=') => WordRole::Value,
        [b'<', b'%', ..] if opens || inner.trim_end().ends_with(" do") => WordRole::Opens,
        [b'<', b'%', ..] if closes || NEUTRAL.contains(&word) || inner.starts_with('#') => {
            if closes {
                WordRole::Closes
            } else {
                WordRole::Neutral
            }
        }
        [b'<', b'%', ..] => WordRole::Neutral,
        _ => WordRole::Value,
    }
}

/// Length of the line end at `at`: 0 where there is none.
pub(super) fn newline_len(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..) {
        Some([b'\n', ..]) => 1,
        Some([b'\r', b'\n', ..]) => 2,
        _ => 0,
    }
}

/// Offset of the first byte at or after `at` that is neither space nor tab.
pub(super) fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// Offset of the line end after `at`, or of the end of the text.
pub(super) fn line_end(finder: &Finder, text: &str, at: usize) -> usize {
    match finder.find(text, "\n", at) {
        Some(newline) if newline > at && text.as_bytes().get(newline - 1) == Some(&b'\r') => newline - 1,
        Some(newline) => newline,
        None => text.len(),
    }
}

/// Length of the name (`[A-Za-z_][A-Za-z0-9_]*`) at `at`.
pub(super) fn name_len(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(first) if first.is_ascii_alphabetic() || *first == b'_' => {
            bytes.iter().skip(at).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
        }
        _ => 0,
    }
}
