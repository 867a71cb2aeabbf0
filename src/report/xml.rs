//! The little of XML that reports need.

use crate::escape;

/// The first line of a document.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// `text` for an attribute in double quotes or for the text of an element. What XML cannot contain, and what a terminal would
/// act on, is shown by other characters; line ends in text stay.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // A reader turns these into spaces in an attribute.
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(escape::visible(c)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_breaks_out_and_every_character_is_allowed() {
        for (raw, escaped) in [
            ("a.yaml", "a.yaml"),
            ("<a href=\"x\">&'", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;"),
            ("]]>", "]]&gt;"),
            ("a\tb\r\nc", "a&#9;b&#13;&#10;c"),
            ("\0\u{1b}\u{7f}\u{9b}\u{202e}\u{ffff}ü😀", "␀␛␡\u{fffd}\u{fffd}\u{fffd}ü😀"),
        ] {
            assert_eq!(super::escape(raw), escaped);
        }
    }
}
