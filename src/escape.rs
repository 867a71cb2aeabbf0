//! What text from files and file names may look like on a terminal: never its own control sequences.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a terminal would act on `c`, or show the text around it in another order, instead of showing it.
pub fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// One visible character in the place of a dangerous one; tabs and all others stay as they are.
pub fn visible(c: char) -> char {
    match u32::from(c) {
        9 => '\t',
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x7f => '\u{2421}',
        _ if is_dangerous(c) => '\u{fffd}',
        _ => c,
    }
}

/// `text` for one line of prose or for a file name: each dangerous character, tabs and newlines included, as `\u{1b}`.
pub fn inline(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_dangerous(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// `json` (a whole document) with what JSON allows and a terminal acts on written as `\u009b`.
pub fn json(json: String) -> String {
    // Nearly all of it is plain.
    if json.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return json;
    }
    let risky = |c: char| is_dangerous(c) && c != '\n';
    if !json.contains(risky) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if risky(c) {
            // All of them are below U+10000: one unit each.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_acts_on_gets_through() {
        for (raw, shown) in [
            ("a.yaml", "a.yaml"),
            ("a\x1b[31m", "a\\u{1b}[31m"),
            ("two\nlines\t", "two\\nlines\\t"),
            ("\u{9b}2J\u{202e}", "\\u{9b}2J\\u{202e}"),
            ("ünï", "ünï"),
        ] {
            assert_eq!(inline(raw), shown);
        }
        assert_eq!("\x1b\t\x7f\u{9b}é".chars().map(visible).collect::<String>(), "␛\t␡\u{fffd}é");
        assert_eq!(json("{\n\"a\": \"\u{9b}\"}".to_owned()), "{\n\"a\": \"\\u009b\"}");
    }
}
