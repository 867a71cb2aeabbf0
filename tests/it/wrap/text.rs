//! Texts for the matrix: into the form that a place needs, and out of it, by plain rules.

#![expect(clippy::unnecessary_wraps, reason = "all of a kind have one form")]

use serde_yaml::Value;

pub(crate) fn as_it_is(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// One command on one line: without continuations; `None` for several lines.
pub(crate) fn on_one_line(text: &str) -> Option<String> {
    let joined = words(&text.replace("\\\n", " "));
    (!joined.contains('\n') && text.replace("\\\n", " ").trim().lines().count() == 1).then(|| joined + "\n")
}

/// One command, whose lines all go on but the last.
pub(crate) fn on_continued_lines(text: &str) -> Option<String> {
    let mut lines = text.lines().rev();
    let last = lines.next()?;
    let one = !last.ends_with('\\') && lines.all(|line| line.ends_with('\\'));
    (one && !text.starts_with('#')).then(|| text.to_owned())
}

pub(crate) fn exactly(text: &str) -> String {
    text.to_owned()
}

pub(crate) fn trimmed(text: &str) -> String {
    text.trim_end().to_owned()
}

pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text is values that may be the chart's: one document, no manifest, no list, no compose file, no other chart's.
pub(crate) fn values(text: &str) -> bool {
    !text.starts_with("- ")
        && !["kind: ", "services:", "---", "githubConfigUrl"].iter().any(|sign| text.contains(sign))
}

pub(crate) fn prefix(text: &str, with: &str) -> String {
    text.split_inclusive('\n').flat_map(|line| [with, line]).collect()
}

pub(crate) fn indent(text: &str, columns: usize) -> String {
    prefix(text, &" ".repeat(columns))
}

pub(crate) fn strip(text: &str, prefix: &str) -> String {
    text.split_inclusive('\n').map(|line| line.strip_prefix(prefix).unwrap_or(line)).collect()
}

pub(crate) fn ci(header: &str, text: &str) -> Option<String> {
    let columns = 6;
    Some(format!("job:\n  script:\n    - {header}\n{}    - echo done\n", indent(text, columns)))
}

pub(crate) fn double(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// A text that may stand without quotes.
pub(crate) fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    let host = format!("- {text}\n");
    (serde_yaml::from_str::<Vec<String>>(&host).ok()? == [text]).then(|| text.to_owned())
}

pub(crate) fn hcl(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

pub(crate) fn unhcl(text: &str) -> String {
    text.replace("$${", "${").replace("%%{", "%{")
}

pub(crate) fn heredoc(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('`', "\\`")
}

pub(crate) fn unheredoc(text: &str) -> String {
    text.replace("\\$", "$").replace("\\`", "`").replace("\\\\", "\\")
}

pub(crate) fn in_double(text: &str) -> String {
    heredoc(text).replace('"', "\\\"")
}

pub(crate) fn out_of_double(text: &str) -> String {
    unheredoc(&text.replace("\\\"", "\""))
}

pub(crate) fn in_triple(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}

pub(crate) fn out_of_triple(text: &str) -> String {
    text.replace("\\'", "'").replace("\\\\", "\\")
}

/// What stands between the first `open` and the last `close` behind it.
pub(crate) fn between(host: &str, open: &str, close: &str) -> Option<String> {
    let behind = host.split_once(open)?.1;
    let end = if close.is_empty() { behind.len() } else { behind.rfind(close)? };
    behind.get(..end).map(str::to_owned)
}

/// The string at a dotted path of keys and indexes; keys with dots in `'…'`.
pub(crate) fn at(host: &str, path: &str) -> Option<String> {
    let mut value: Value = serde_yaml::from_str(host).ok()?;
    let mut rest = path;
    while !rest.is_empty() {
        let (key, behind) = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'')?,
            None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
        };
        rest = behind.strip_prefix('.').unwrap_or(behind);
        let index = key.parse::<usize>().ok();
        value = index.and_then(|index| value.get(index)).or_else(|| value.get(key))?.clone();
    }
    value.as_str().map(str::to_owned)
}
