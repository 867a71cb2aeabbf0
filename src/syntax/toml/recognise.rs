//! Distinguishes TOML from other text by its first lines.

/// Whether the first lines of `text` look like TOML: headers, and keys with values that are written as TOML writes them.
pub(super) fn looks_like_toml(text: &str) -> bool {
    let mut headers = 0_usize;
    let mut entries = 0_usize;
    let mut others = 0_usize;
    let mut depth = 0_usize;
    for line in text.lines().take(80) {
        let line = line.trim_start_matches('\u{feff}').trim();
        let template = ["{{", "{%", "{#", "<%", "%{"].iter().any(|opener| line.starts_with(opener));
        if line.is_empty() || line.starts_with('#') || template {
            continue;
        }
        if depth > 0 {
            depth =
                (depth + line.matches(['[', '{']).count()).saturating_sub(line.matches([']', '}']).count());
        } else if is_header(line) {
            headers += 1;
        } else if let Some(value) = value(line) {
            entries += 1;
            depth = value.matches(['[', '{']).count().saturating_sub(value.matches([']', '}']).count());
        } else {
            others += 1;
        }
    }
    (headers > 0 || entries > 1) && headers + entries > others * 4
}

/// `[table]` or `[[table]]`.
fn is_header(line: &str) -> bool {
    let line = line.split_once('#').map_or(line, |(line, _)| line.trim_end());
    let Some(inside) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) else { return false };
    let inside = inside.strip_prefix('[').and_then(|line| line.strip_suffix(']')).unwrap_or(inside);
    !inside.is_empty()
        && inside
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'' | '/' | '*'))
}

/// The value of `key = value`, if TOML could write it so.
fn value(line: &str) -> Option<&str> {
    let (key, value) = line.split_once('=')?;
    let value = value.trim_start();
    let key = key.trim_end();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'' | ' ');
    let number = value.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit());
    let starts = number
        || value.starts_with(['"', '\'', '[', '{', '$', '<'])
        || ["true", "false", "inf", "nan"].iter().any(|word| value.starts_with(word));
    // `NAME="value"` without spaces is a line of a shell script or a dotenv file.
    let spaced = line.contains(" = ") || line.contains("= ") || line.contains(" =");
    (!key.is_empty() && key.chars().all(plain) && starts && spaced).then_some(value)
}
