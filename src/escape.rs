//! The one way out for text that is not ours: names and texts of files never act on a terminal or on the log of a CI system.
//!
//! | text | function |
//! |---|---|
//! | the name of a file | [`name`] |
//! | part of a sentence | [`inline`] |
//! | several lines | [`lines`] |
//! | a line of a file in an excerpt | [`visible`] |
//! | a JSON document | [`json`] |
//! | all that is written to a stream | [`Tame`] |

use regex_syntax::hir::{Class, HirKind};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::LazyLock;

/// What is not seen, or changes the order of what is seen. The tables are Unicode's own, which `regex-syntax` has.
const INVISIBLE: &str =
    r"[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\x{2028}\x{2029}\x{fff9}-\x{fffb}]";

/// The ranges of [`INVISIBLE`], sorted.
static RANGES: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let parsed = regex_syntax::parse(INVISIBLE).map(regex_syntax::hir::Hir::into_kind);
    let Ok(HirKind::Class(Class::Unicode(class))) = parsed else { return Vec::new() };
    class.iter().map(|range| (range.start(), range.end())).collect()
});

/// Whether a terminal would act on `c`, show the text around it in another order, or not show it at all.
pub fn is_dangerous(c: char) -> bool {
    c.is_control()
        || c >= '\u{ad}' && {
            let at = RANGES.partition_point(|(_, end)| *end < c);
            RANGES.get(at).is_some_and(|(start, _)| *start <= c)
        }
}

/// One visible character instead of a dangerous one; tabs and all others stay as they are.
pub fn visible(c: char) -> char {
    match u32::from(c) {
        9 => '\t',
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x7f => '\u{2421}',
        _ if is_dangerous(c) => '\u{fffd}',
        _ => c,
    }
}

/// `text` for one line of prose: each dangerous character, tabs and newlines included, as `\u{1b}`, and no command of a CI
/// system that counts anywhere in a line.
pub fn inline(text: &str) -> Cow<'_, str> {
    let text = if text.chars().any(is_dangerous) {
        let mut out = String::with_capacity(text.len() + 8);
        for c in text.chars() {
            if is_dangerous(c) { out.extend(c.escape_default()) } else { out.push(c) }
        }
        Cow::Owned(out)
    } else {
        Cow::Borrowed(text)
    };
    match without_commands(&text, "\\u{23}") {
        Some(out) => Cow::Owned(out),
        None => text,
    }
}

/// The name of a file as [`inline`], so that it is a command of a CI system at the beginning of a line neither.
pub fn name(path: &str) -> Cow<'_, str> {
    let path = inline(path);
    if path.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '/')) || &*path == "-" {
        return path;
    }
    if path.is_empty() { path } else { Cow::Owned(format!("./{path}")) }
}

/// `text` of several lines: each as [`inline`], tabs stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    let is_tame = |text: &str| matches!(inline(text), Cow::Borrowed(_));
    if text.split(['\n', '\t']).all(is_tame) {
        return Cow::Borrowed(text);
    }
    let line = |line: &str| line.split('\t').map(inline).collect::<Vec<_>>().join("\t");
    Cow::Owned(text.split('\n').map(line).collect::<Vec<_>>().join("\n"))
}

/// `json` (a whole document) with what JSON allows, and a terminal or a CI system acts on, written as `\u009b`.
pub fn json(json: String) -> String {
    let json = in_string(json);
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
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// `c` as a string of TOML and of HCL writes it.
pub fn escaped(c: char) -> String {
    let code = u32::from(c);
    if code > 0xffff { format!("\\U{code:08x}") } else { format!("\\u{code:04x}") }
}

/// `text`, in a string of JSON, TOML or HCL, without commands of CI systems that count anywhere in a line.
pub fn in_string(text: String) -> String {
    without_commands(&text, "\\u0023").unwrap_or(text)
}

/// `text` with `sign` instead of the first `#` of each command of a CI system that counts anywhere in a line:
/// `##[command]` of GitHub Actions and Azure Pipelines, `##vso[…]` of Azure Pipelines, `##teamcity[…]`. `None` if there is none.
fn without_commands(text: &str, sign: &str) -> Option<String> {
    let mut out = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices('#') {
        let Some(rest) = text.get(at + 1..).and_then(|rest| rest.strip_prefix('#')) else { continue };
        if rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('[') && at >= done {
            out.push_str(text.get(done..at).unwrap_or_default());
            out.push_str(sign);
            done = at + 1;
        }
    }
    (done > 0).then(|| out + text.get(done..).unwrap_or_default())
}

/// A stream that no line of which is a command of a CI system, whatever the line quotes.
#[derive(Debug)]
pub struct Tame<W: Write> {
    to: W,
    /// What there is of a line.
    line: Vec<u8>,
    /// Whether commands inside of a line are looked for.
    inside: bool,
}

impl<W: Write> Tame<W> {
    /// Writes to `to`. Where `inside` is set, lines with a command anywhere in them are changed too: only some systems read
    /// those, and a source line that is quoted may have one.
    pub fn new(to: W, inside: bool) -> Self {
        Self { to, line: Vec::new(), inside }
    }

    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.to.write_all(&tame_line(&line, self.inside))?;
        // Its memory is used again.
        self.line = line;
        self.line.clear();
        Ok(())
    }
}

impl<W: Write> Write for Tame<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.end_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_line()?;
        self.to.flush()
    }
}

impl<W: Write> Drop for Tame<W> {
    fn drop(&mut self) {
        // Who wants to know of a failure flushes before.
        let _ = self.flush();
    }
}

fn tame_line(line: &[u8], inside: bool) -> Cow<'_, [u8]> {
    let start = line.trim_ascii_start();
    let blanks = line.len() - start.len();
    let mut out = match start.strip_prefix(b"::") {
        Some(rest) => Cow::Owned([line.get(..blanks).unwrap_or_default(), b"\\u{3a}:", rest].concat()),
        None => Cow::Borrowed(line),
    };
    if inside
        && memchr::memmem::find(&out, b"##").is_some()
        && let Some(text) = without_commands(&String::from_utf8_lossy(&out), "\\u{23}")
    {
        out = Cow::Owned(text.into_bytes());
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
            ("\u{61c}\u{ad}\u{200b}\u{fe0f}\u{e0001}", "\\u{61c}\\u{ad}\\u{200b}\\u{fe0f}\\u{e0001}"),
            ("a##[error]b ##vso[x] ##[", "a\\u{23}#[error]b \\u{23}#vso[x] \\u{23}#["),
            ("## Heading [link], ###[x", "## Heading [link], #\\u{23}#[x"),
        ] {
            assert_eq!(inline(raw), shown);
        }
        assert_eq!("\x1b\t\x7f\u{9b}é".chars().map(visible).collect::<String>(), "␛\t␡\u{fffd}é");
        assert_eq!(json("{\n\"a\": \"\u{9b}\"}".to_owned()), "{\n\"a\": \"\\u009b\"}");
    }

    #[test]
    fn no_name_is_a_command() {
        for (raw, shown) in [
            ("a.yaml", "a.yaml"),
            ("/a", "/a"),
            ("-", "-"),
            ("", ""),
            ("é.sh", "é.sh"),
            ("::error::x", "./::error::x"),
            (" ::error::x", "./ ::error::x"),
            ("##[error]x", "./\\u{23}#[error]x"),
            ("\u{61c}::x", "./\\u{61c}::x"),
            ("--fix", "./--fix"),
        ] {
            assert_eq!(name(raw), shown);
        }
        assert_eq!(lines("a\tb\n\u{9b}\n"), "a\tb\n\\u{9b}\n");
        assert_eq!(json("[\"##[a]\u{e0001}\"]".to_owned()), "[\"\\u0023#[a]\\udb40\\udc01\"]");
    }

    #[test]
    fn no_line_of_a_stream_is_a_command() {
        let tame = |parts: &[&str], inside| {
            let mut out = Vec::new();
            let mut stream = Tame::new(&mut out, inside);
            for part in parts {
                stream.write_all(part.as_bytes()).unwrap();
            }
            drop(stream);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(tame(&["a\n:", ":error::x\n \t::b", ""], false), "a\n\\u{3a}:error::x\n \t\\u{3a}:b");
        assert_eq!(tame(&["1 | ##[group]\na::b\n"], false), "1 | ##[group]\na::b\n");
        assert_eq!(tame(&["1 | ##[gr", "oup]\n"], true), "1 | \\u{23}#[group]\n");
        assert_eq!(tame(&["", "\n"], true), "\n");
    }
}
