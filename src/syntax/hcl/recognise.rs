//! Distinguishes HCL from other text by its first lines.

/// Names of blocks that are recognized without a label.
const BLOCKS: &[&str] = &[
    "terraform",
    "locals",
    "inputs",
    "remote_state",
    "include",
    "dependency",
    "dependencies",
    "packer",
    "group",
    "task",
    "job",
    "client",
    "server",
    "moved",
    "import",
    "backend",
    "required_providers",
];

/// Whether the first lines of `text` look like HCL: blocks that are recognized by name or label, and attributes.
pub(super) fn looks_like_hcl(text: &str) -> bool {
    let mut blocks = 0_usize;
    let mut fits = 0_usize;
    let mut others = 0_usize;
    let mut delimiter: Option<&str> = None;
    let mut depth = 0_usize;
    let mut remark = false;
    for line in text.lines().take(80) {
        let line = line.trim_start_matches('\u{feff}').trim();
        if let Some(end) = delimiter {
            delimiter = delimiter.filter(|_| line != end);
            continue;
        }
        let template = ["{{", "{%", "{#", "<%"].iter().any(|opener| line.starts_with(opener));
        let comment = line.starts_with('#')
            || line.starts_with("//")
            || line.starts_with("/*")
            || line.starts_with('*');
        let ends_remark = line.ends_with("*/");
        remark = (remark || line.starts_with("/*")) && !ends_remark;
        if line.is_empty() || comment || template || remark || ends_remark {
            continue;
        }
        // The lines of a list or of arguments can contain anything.
        let inside = depth > 0;
        depth = (depth + line.matches(['(', '[']).count()).saturating_sub(line.matches([')', ']']).count());
        delimiter = line.split_once("<<").and_then(|(_, word)| {
            let word = word.trim_start_matches('-');
            (!word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')).then_some(word)
        });
        if inside {
            continue;
        }
        if is_block(line) {
            blocks += 1;
            fits += 1;
        } else if matches!(line, "}" | "]" | "})" | "}," | "])" | "{") || is_attribute(line) {
            fits += 1;
        } else {
            others += 1;
        }
    }
    blocks > 0 && others * 3 <= fits
}

/// `name "label" {`, or the name of a block that is known.
fn is_block(line: &str) -> bool {
    let line = line.split_once(" #").map_or(line, |(line, _)| line).trim_end();
    let head = match line.find('{') {
        Some(at) if line.ends_with(['{', '}']) => line.get(..at).unwrap_or_default(),
        _ => return false,
    };
    let mut words = head.split_ascii_whitespace();
    let Some(name) = words.next() else { return false };
    let label = |word: &str| word.len() > 2 && word.starts_with('"') && word.ends_with('"');
    let mut labels = words.peekable();
    is_name(name) && (labels.peek().is_some() || BLOCKS.contains(&name)) && labels.all(label)
}

/// `name = value`, as neither a shell nor a program ends it.
fn is_attribute(line: &str) -> bool {
    let Some((name, value)) = line.split_once('=') else { return false };
    let name = name.trim_end().trim_matches('"');
    !name.is_empty()
        && name.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '_' | '-' | '.'))
        && value.starts_with([' ', '\t'])
        && !value.trim_end().ends_with(';')
}

fn is_name(word: &str) -> bool {
    word.starts_with(|sign: char| sign.is_ascii_alphabetic())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
