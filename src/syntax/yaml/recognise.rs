//! Distinguishes YAML from other text by its first lines.

/// Whether the first lines of `text` look like YAML or JSON.
pub(super) fn looks_like_yaml(text: &str) -> bool {
    let mut keys = 0;
    let mut others = 0;
    let mut first = true;
    let mut deep = 0;
    for line in text.lines().take(60) {
        let trimmed = line.trim();
        if first && !trimmed.is_empty() {
            if trimmed.starts_with("#!") || trimmed.starts_with("<?") {
                return false;
            }
            if trimmed == "---" || trimmed.starts_with("--- ") || trimmed.starts_with("%YAML") {
                // Front matter of Markdown looks the same; the text after it does not.
                return front_matter_end(text)
                    .is_none_or(|rest| rest.trim().is_empty() || looks_like_yaml(rest));
            }
            if matches!(trimmed, "{" | "[") || trimmed.starts_with("{\"") || trimmed.starts_with("[{") {
                return true;
            }
            first = false;
        }
        if matches!(trimmed, "#cloud-config" | "# cloud-config") {
            return true;
        }
        if trimmed.is_empty() || trimmed.starts_with('#') || is_template(trimmed) {
            continue;
        }
        if is_entry(trimmed) {
            keys += 1;
            deep = line.len() - line.trim_start().len();
        } else if keys > 0 && (line.starts_with([' ', '\t']) && line.len() - line.trim_start().len() > deep) {
            // A block scalar or a value that continues.
        } else if keys > 0 && trimmed.starts_with("- ") {
            // An item without keys, in the list of a key.
        } else {
            others += 1;
        }
    }
    keys > 0 && others * 4 <= keys
}

/// The text after a second `---` line.
fn front_matter_end(text: &str) -> Option<&str> {
    let body = text.trim_start().strip_prefix("---")?;
    let at = body.find("\n---")?;
    body.get(at + 4..)
}

fn is_template(line: &str) -> bool {
    ["{{", "{%", "{#", "<%", "%{"].iter().any(|opener| line.starts_with(opener))
}

/// `key: value`, `key:` or `- item`, as configuration writes it rather than prose.
fn is_entry(line: &str) -> bool {
    let line = line.strip_prefix("- ").map_or(line, str::trim_start);
    let Some(colon) = line.find(": ").or_else(|| line.ends_with(':').then(|| line.len() - 1)) else {
        return false;
    };
    let key = line.get(..colon).unwrap_or_default().trim_end().trim_matches(['"', '\'']);
    let plain =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '<' | '$' | '{' | '}' | '@');
    !key.is_empty() && key.len() <= 80 && key.chars().all(plain)
}
