//! What is never a secret: names of options and variables, and expressions (D4).

use crate::engine::LintedFile;
use crate::text::HCL_ROOTS;

/// Whether a text given as a token is a name or an expression. A variable that no unit has counts as a name only where
/// nothing is `assigned`: a literal may look like one.
pub(super) fn is_name(file: &LintedFile<'_>, text: &str, assigned: bool) -> bool {
    let text = text.trim_matches(['"', '\'']);
    is_option(text) || is_known(file, text) || is_reference(text) || !assigned && is_variable(text)
}

/// What attributes are looked up in: no names of variables.
const ROOTS: &[&str] = &[
    "Values",
    "env",
    "vars",
    "secrets",
    "inputs",
    "params",
    "parameters",
    "matrix",
    "variables",
    "os",
    "environ",
    "process",
    "ENV",
    "hostvars",
    "self",
    "this",
    "item",
    "github",
    "needs",
    "steps",
    "values",
    "System",
];

/// Whether it is the first part of a reference whose next part is the name.
pub(super) fn is_root(part: &str) -> bool {
    ROOTS.contains(&part) || HCL_ROOTS.contains(&part)
}

/// The names to look up for what is read, and whether their values may be what is wanted.
pub(in crate::engine) fn looked_up(name: &str, is_value: bool) -> Vec<(&str, bool)> {
    // All of what a resource is made for.
    if matches!(name, "each.value" | "each.key") {
        return vec![("each", is_value)];
    }
    let mut parts = name.split('.').filter(|part| !part.is_empty() && !is_root(part));
    let first = parts.next();
    match (first, parts.next_back()) {
        // Each of these is all of an object, or what a command printed.
        (Some(object), Some("value" | "key" | "stdout" | "stdout_lines" | "content")) => {
            vec![(object, is_value)]
        }
        // Of `object.field` the field is what is read; the object may have it in its own definition.
        (Some(object), Some(field)) => vec![(field, is_value), (object, false)],
        (Some(name), None) => vec![(name, is_value)],
        // `item` of a loop.
        (None, _) => name.rsplit('.').next().map(|name| (name, is_value)).into_iter().collect(),
    }
}

/// Whether a word is an expression of the text around its own, which its own language takes for a literal: `#{x}` of Ruby, the
/// beginning of `$[[ inputs.x ]]`, `%%x` of a batch file.
pub(super) fn is_expression(text: &str) -> bool {
    let text = text.trim_matches('"');
    text.starts_with("#{") && text.ends_with('}')
        || text.starts_with("$[[")
        || text.strip_prefix("%%").is_some_and(|rest| rest.trim_start_matches('~').len() <= 2)
}

/// The parameter or variable of a loop that a batch file reads: `%1`, `%~1`, `%%x`.
pub(in crate::engine) fn of_batch(text: &str) -> Option<&str> {
    let name = text.trim_matches('"').strip_prefix('%')?;
    let name = name.strip_prefix('%').unwrap_or(name);
    let name = name.trim_start_matches('~');
    (name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(name)
}

/// `--registration-token`: small letters and hyphens after the sign.
fn is_option(text: &str) -> bool {
    let name = text.strip_prefix("--").or_else(|| text.strip_prefix('-')).unwrap_or_default();
    let name = name.split_once('=').map_or(name, |(name, _)| name);
    name.starts_with(|sign: char| sign.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// Whether it is how a unit or a program spells something.
fn is_known(file: &LintedFile<'_>, text: &str) -> bool {
    if [&file.unit.program, &file.unit.chart].into_iter().any(|name| name == text && !text.is_empty()) {
        return true;
    }
    let settings = file.unit.settings.iter().map(|setting| &setting.spelled);
    let about = file.unit.about.iter().map(|about| &about.spelled);
    let mut spelled = settings.chain(about).chain([&file.unit.new, &file.unit.old]);
    let is = |names: &[String]| names.iter().any(|name| name == text);
    spelled.any(|it| is(&it.option) || is(&it.variable) || is(&it.chart) || is(&it.secret))
        || is(file.settings.catalogue.sites().program_variables(&file.unit.program))
}

/// `RUNNER_TAG_LIST`
fn is_variable(text: &str) -> bool {
    let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.starts_with(|sign: char| sign.is_ascii_uppercase()) && text.contains('_') && text.bytes().all(upper)
}

/// `var.token`, `random_password.main.result`, `.Values.token`: names with dots between them, the first of small letters.
fn is_reference(text: &str) -> bool {
    let text = text.trim_start_matches('.');
    let mut parts = text.split('.');
    let is_word = |part: &str| part.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_');
    let lower = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let root = parts.next().unwrap_or_default();
    text.contains('.') && is_word(root) && (lower(root) || root == "Values") && parts.all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_tokens() {
        for text in ["--registration-token", "-r", "--token"] {
            assert!(is_option(text), "{text}");
        }
        for text in ["var.runner_token", "local.t", "gitlab_user_runner.r.token", ".Values.token"] {
            assert!(is_reference(text), "{text}");
        }
        assert!(is_variable("RUNNER_TAG_LIST"));
        for text in [
            "EXAMPLEoldtoken12345",
            "-EXAMPLEold_token-1",
            "EXAMPLE.old.token",
            "ab12.cd34",
            "GR1348941EXAMPLE",
        ] {
            assert!(!is_option(text) && !is_reference(text) && !is_variable(text), "{text}");
        }
    }
}
