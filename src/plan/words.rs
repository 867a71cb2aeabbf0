//! Sentences that quote a file. Our words and the file's are kept apart, so that each format can show the file's as text only.

use crate::escape;

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordPiece {
    /// Our own words; backquotes mark code.
    Words(String),
    /// Text of a file, its name, or a command line that contains one.
    Code(String),
}

/// A sentence.
pub type Sentence = Vec<WordPiece>;

/// `template` with a piece of code for each `{}`.
pub fn say(template: &str, codes: &[&str]) -> Sentence {
    let mut pieces = Vec::new();
    let mut codes = codes.iter();
    for (index, words) in template.split("{}").enumerate() {
        if index > 0 {
            pieces.push(WordPiece::Code(codes.next().copied().unwrap_or_default().to_owned()));
        }
        if !words.is_empty() {
            pieces.push(WordPiece::Words(words.to_owned()));
        }
    }
    pieces
}

/// [`say`] with owned pieces of code.
pub(super) fn say_all(template: &str, codes: &[String]) -> Sentence {
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    say(template, &codes)
}

/// A sentence as plain text on one line.
pub fn plain(sentence: &[WordPiece]) -> String {
    let mut out = String::new();
    for piece in sentence {
        match piece {
            WordPiece::Words(words) => out.push_str(words),
            WordPiece::Code(code) => out.push_str(&format!("`{}`", escape::inline(code))),
        }
    }
    out
}

/// `text` as one literal word of a POSIX shell, control characters escaped.
pub fn quoted(text: &str) -> String {
    format!("'{}'", escape::inline(text).replace('\'', r"'\''"))
}

/// As [`quoted`], without quotes where none are needed.
pub fn argument(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,@%".contains(c);
    // A name that begins with `-` would be read as an option.
    let text = if text.starts_with('-') { format!("./{text}") } else { text.to_owned() };
    if !text.is_empty() && text.chars().all(plain) { text } else { quoted(&text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_code_stay_apart() {
        let sentence = say("put {} in {}.", &["a{}`b", "c\n"]);
        assert_eq!(sentence.len(), 5);
        assert_eq!(plain(&sentence), "put `a{}`b` in `c\\n`.");
        assert_eq!(argument("a/b.yaml"), "a/b.yaml");
        assert_eq!(argument("-x it's\n"), r"'./-x it'\''s\n'");
    }
}
