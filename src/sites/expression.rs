//! Regular expressions in rule files.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::OnceLock;

/// A regular expression. Each kind of search is compiled on first use: most rules never search.
#[derive(Clone, Default)]
pub struct Expression {
    text: String,
    regex: OnceLock<Option<regex::Regex>>,
    bytes: OnceLock<Option<regex::bytes::Regex>>,
    whole: OnceLock<Option<regex::Regex>>,
}

impl Expression {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The only text that it matches, if nothing in it except `\` has a meaning of its own.
    pub(crate) fn literal(&self) -> Option<String> {
        literal(&self.text)
    }

    /// To look for it in a text; `None` if it is none, which is refused when rules are loaded.
    pub fn regex(&self) -> Option<&regex::Regex> {
        self.regex.get_or_init(|| regex::Regex::new(&self.text).ok()).as_ref()
    }

    /// To look for it in bytes.
    pub fn bytes(&self) -> Option<&regex::bytes::Regex> {
        self.bytes.get_or_init(|| regex::bytes::Regex::new(&self.text).ok()).as_ref()
    }

    /// Its groups, if all of `text` is like it.
    pub fn captures<'t>(&self, text: &'t str) -> Option<regex::Captures<'t>> {
        let whole = || regex::Regex::new(&format!(r"\A(?:{})\z", self.text)).ok();
        self.whole.get_or_init(whole).as_ref()?.captures(text)
    }

    /// Whether all of `text` is like it.
    pub fn is_like(&self, text: &str) -> bool {
        self.captures(text).is_some()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl From<&str> for Expression {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A compact form was checked before it was written.
        let check = deserializer.is_human_readable();
        let text = String::deserialize(deserializer)?;
        if check && literal(&text).is_none() {
            regex_syntax::parse(&text).map_err(|error| serde::de::Error::custom(wrong(&error)))?;
        }
        Ok(Self { text, ..Self::default() })
    }
}

fn literal(text: &str) -> Option<String> {
    let mut literal = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        literal.push(match char {
            '\\' => chars.next().filter(|escaped| regex_syntax::is_meta_character(*escaped))?,
            '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => return None,
            other => other,
        });
    }
    Some(literal)
}

/// What is wrong, on one line: the picture that the library draws does not fit into ours.
fn wrong(error: &regex_syntax::Error) -> String {
    let what = match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        other => other.to_string(),
    };
    format!("invalid regular expression: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_that_is_one_literal_is_known_without_parsing_it() {
        let texts = [
            "old-host",
            r"old\.example\.com",
            r"a\\b",
            "ä b",
            r"a\-b",
            "/v1/x_y:z@",
            r"\#",
            r"a\&\~b",
            "a#b&c~d",
        ];
        for text in texts {
            let literal = Expression::from(text).literal().unwrap();
            let whole = regex::Regex::new(text).unwrap();
            assert_eq!(whole.find(&literal).map(|it| it.as_str()), Some(&*literal), "{text}");
            let parsed = regex_syntax::parse(text).unwrap().into_kind();
            let bytes = match parsed {
                regex_syntax::hir::HirKind::Literal(literal) => literal.0.to_vec(),
                other => panic!("{text}: {other:?}"),
            };
            assert_eq!(bytes, literal.into_bytes(), "{text}");
        }
        for text in
            ["a.b", r"\d", r"a\", "a|b", "[a]", "a?", "(a)", "^a", "a$", "a{2}", r"\x41", r"\n", r"\<"]
        {
            assert_eq!(Expression::from(text).literal(), None, "{text}");
        }
    }
}
