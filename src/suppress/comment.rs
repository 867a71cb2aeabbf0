//! How a suppression is written: the sign of the language, the place, the reason.

use crate::syntax::CommentStyle;

impl CommentStyle {
    /// The comment that suppresses `rules`.
    pub fn comment(self, rules: &[&str], reason: &Reason) -> String {
        let blank = if reason.0.is_empty() { "" } else { " " };
        format!("{} runnerlint: ignore[{}]{blank}{}{}", self.open, rules.join(", "), reason.0, self.close)
    }
}

/// Why findings are accepted, in words that can be in a comment of any language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason(String);

/// Why words cannot be in a comment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReasonError {
    /// More than one line, or something that a terminal would obey.
    #[error("a reason is one line of text")]
    Control,
    /// It would end the comment, or be read by what reads comments too.
    #[error("a reason cannot contain `{0}`: it has a meaning in comments")]
    Sign(&'static str),
}

/// What ends comments, or is expanded in them by templates and shells.
const REFUSED: &[&str] = &[
    "*/", "-->", "--!>", "#}", "}}", "#>", "%>", "?>", "]]", "{{", "{%", "{#", "<%", "%{", "${", "$(", "`",
    "\\",
];

impl Reason {
    /// Takes `text`.
    ///
    /// # Errors
    /// [`ReasonError`] if a comment could not contain it.
    pub fn new(text: &str) -> Result<Self, ReasonError> {
        let text = text.trim();
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
        let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if text.chars().any(|c| breaks(c) || turns(c)) {
            return Err(ReasonError::Control);
        }
        match REFUSED.iter().find(|sign| text.contains(**sign)) {
            Some(sign) => Err(ReasonError::Sign(sign)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax;

    #[test]
    fn a_reason_stays_in_its_comment() {
        for text in [
            "a\nb",
            "a\rb",
            "*/ x",
            "-->",
            "#}",
            "{{ .x }}",
            "$(id)",
            "`id`",
            "x \\",
            "x\u{2028}x",
            "\u{1b}[m",
        ] {
            assert!(Reason::new(text).is_err(), "{text:?}");
        }
        assert_eq!(
            Reason::new("  until Q3: see #12, $5 & more  "),
            Ok(Reason("until Q3: see #12, $5 & more".into()))
        );
    }

    #[test]
    fn what_is_written_is_read() {
        let reason = Reason::new("until Q3").unwrap();
        for name in ["shell", "yaml", "markdown", "lua", "go", "dockerfile"] {
            for style in syntax::named(name).unwrap().comment_styles() {
                let comment = style.comment(&["a-b", "c"], &reason);
                let [found] = &*super::super::parse(&comment) else { panic!("{comment}") };
                assert_eq!((found.names.len(), found.reason.as_str()), (2, "until Q3"), "{comment}");
            }
        }
    }
}
