//! What an error may quote of a file or an argument: names, paths, versions; never what may be a secret; and the name that was meant.

use crate::text::Span;
use std::borrow::Cow;

/// Shorter words are not secrets.
const SHORTEST: usize = 8;
/// The longest id of a git object.
const LONGEST_ID: usize = 64;

/// How like two names are, from 0 to 1, where one may be meant by the other.
const ALIKE: f64 = 0.6;
/// Longer names are not misspelled ones, and comparing them takes time.
const LONGEST_NAME: usize = 100;

/// The one of `known` that the author of `name` most likely meant.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let plain = |name: &str| name.to_lowercase().replace('_', "-");
    let wanted = plain(name);
    let likeness = |known: &str| match plain(known) {
        // Cut off: `warn`.
        known if wanted.len() >= 3 && known.starts_with(&wanted) => 1.0,
        known => strsim::normalized_damerau_levenshtein(&wanted, &known),
    };
    let others = known.iter().filter(|known| **known != name);
    let alike = others.map(|known| (likeness(known), *known)).filter(|(likeness, _)| *likeness >= ALIKE);
    // Of equals the first.
    alike.rev().max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, known)| known)
}

/// Whether all words of `text` are names: letters joined by signs, with digits only at the end of each part.
pub(crate) fn is_plain(text: &str) -> bool {
    secrets(text).is_empty()
}

/// Whether `text` is the id of a git object, or the beginning of one.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() <= LONGEST_ID && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// `text` with a star for each character of a word that may be a secret.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let secrets = secrets(text);
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for span in secrets {
        out.push_str(text.get(done..span.start()).unwrap_or_default());
        out.extend(span.of(text).chars().map(|_| '*'));
        done = span.end();
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

/// The words of `text` that may be secrets.
pub(crate) fn secrets(text: &str) -> Vec<Span> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | '=' | '~');
    let mut secrets = Vec::new();
    let mut start = None;
    let ends = text.char_indices().chain([(text.len(), ' ')]);
    for (at, c) in ends {
        match (start, is_part(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                let span = Span::new(from, at);
                if is_secret(span.of(text)) {
                    secrets.push(span);
                }
                start = None;
            }
            _ => {}
        }
    }
    secrets
}

fn is_secret(word: &str) -> bool {
    let mut parts = word.split(['_', '-', '.', '/', '+', '=', '~']);
    word.len() >= SHORTEST && !parts.all(is_name)
}

/// Letters, then digits; a number is not long.
fn is_name(part: &str) -> bool {
    let digits = part.trim_start_matches(char::is_alphabetic);
    digits.chars().all(|c| c.is_ascii_digit()) && (digits.len() < part.len() || digits.len() < SHORTEST)
}

/// `message` without what it quotes, except for words of `known`: what is said of a file that is not the repository's.
pub(crate) fn without_quotes(message: &str, known: &[&str]) -> String {
    let mut out = String::new();
    // A parser of ours says what is wrong first, then where or what.
    for (index, piece) in message.split(": ").next().unwrap_or_default().split('`').enumerate() {
        let is_quoted = index % 2 == 1;
        out.push_str(if is_quoted { "`" } else { "" });
        out.push_str(if is_quoted && !known.contains(&piece) { "…" } else { piece });
        out.push_str(if is_quoted { "`" } else { "" });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_what_looks_random_is_not() {
        for plain in [
            "register-server-option",
            "REGISTRATION_TOKEN",
            "runners.tags",
            "/api/v4/runners",
            "vendor/**/*.yaml",
            "17.10",
            "kubernetes=1.25",
            "unknown key `token-valu`",
            "a1b2c3",
            "",
        ] {
            assert!(is_plain(plain), "{plain}");
        }
        for secret in
            ["Zq3xK9mPw7sVt2LbR8uY", "WnEzeEs5bVB3N3NWdDJMYlI4dVk=", "12345678", "deadbeef01ab", "a-Zq3xK9mP"]
        {
            assert_eq!(masked(&format!("key `{secret}`")), format!("key `{}`", "*".repeat(secret.len())));
        }
        assert!(is_id("0a1b2c3d") && !is_id("Zq3xK9mPw7sVt2LbR8uY"));
    }

    #[test]
    fn nothing_of_a_file_elsewhere_is_quoted() {
        let told = |message| without_quotes(message, &["baseline"]);
        assert_eq!(told("unknown key `token`"), "unknown key `…`");
        assert_eq!(told("`baseline` is a list, not a path"), "`baseline` is a list, not a path");
        assert_eq!(told("not a glob: error parsing 'x'"), "not a glob");
        assert_eq!(told("an open ` quote"), "an open `…`");
    }
}
