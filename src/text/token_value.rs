//! What `--token-value` may be: a variable or an expression, never a token.

use super::{Notation, lex};

/// What is wrong with a text that is not an expression; the subject is the key or the option.
pub const NEVER_A_TOKEN: &str = "takes a variable or an expression, never a token";

/// What to write instead.
pub const EXPRESSIONS: &str =
    "write a variable (`$RUNNER_TOKEN`), a template expression (`{{ token }}`) or a reference (`var.token`)";

/// The text of `--token-value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenValue<'a> {
    /// Without quotes around it.
    pub text: &'a str,
    /// What expands it.
    pub form: TokenForm<'a>,
}

/// What expands an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenForm<'a> {
    /// A variable of a shell, in any spelling: `$NAME`, `${NAME}`, `$env:NAME`, `%NAME%`.
    Variable(&'a str),
    /// Another expansion of a POSIX shell: `$1`, `${NAME:-x}`, `$(cat file)`.
    Shell,
    /// A template engine, by what opens its tags: `{{`, `<%`, `${{`.
    Template(&'static str),
    /// HCL: `var.token`, `file("token")`; in `${…}` where `quoted`.
    Hcl {
        /// Whether it is an interpolation.
        quoted: bool,
    },
}

/// The tags of templates.
const TAGS: &[(&str, &str)] = &[("${{", "}}"), ("{{", "}}"), ("<%", "%>")];

/// What references in HCL begin with.
pub(crate) const HCL_ROOTS: &[&str] = &[
    "var",
    "local",
    "data",
    "module",
    "each",
    "self",
    "path",
    "count",
    "dependency",
    "include",
    "ephemeral",
];

impl<'a> TokenValue<'a> {
    /// Reads the text; `None` if it is not exactly one variable or expression: a literal, nothing, spaces around it.
    pub fn parse(text: &'a str) -> Option<Self> {
        let read = |text: &'a str| form(text).map(|form| Self { text, form }).filter(|it| !it.has_literal());
        let unquoted = || {
            let quote = ["\"", "'"].into_iter().find(|quote| text.starts_with(quote))?;
            text.strip_prefix(quote)?.strip_suffix(quote)
        };
        if text.contains(['\n', '\r', '\0']) {
            return None;
        }
        read(text).or_else(|| read(unquoted()?))
    }
}

impl TokenValue<'_> {
    /// Whether a literal is part of it: `${TOKEN:-a1b2…}`.
    fn has_literal(&self) -> bool {
        let notation = match self.form {
            TokenForm::Variable(_) => return false,
            TokenForm::Shell => Notation::Shell,
            TokenForm::Template(_) => Notation::Text,
            TokenForm::Hcl { quoted: true } => Notation::Hcl,
            TokenForm::Hcl { quoted: false } => Notation::Code,
        };
        !lex(self.text, notation, true).literals.is_empty()
    }
}

fn form(text: &str) -> Option<TokenForm<'_>> {
    if let Some((open, close)) = TAGS.iter().find(|(open, _)| text.starts_with(open)) {
        let inside = text.strip_prefix(open)?;
        let is_one = inside.find(close) == inside.len().checked_sub(close.len()) && inside.trim() != *close;
        return is_one.then_some(TokenForm::Template(open));
    }
    if let Some(name) = text.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')) {
        return is_name(name).then_some(TokenForm::Variable(name));
    }
    if text.starts_with('`') {
        let is_one = text.len() > 2 && text.get(1..)?.find('`') == text.len().checked_sub(2);
        return is_one.then_some(TokenForm::Shell);
    }
    if let Some(rest) = text.strip_prefix('$') {
        return dollar(rest);
    }
    is_hcl(text).then_some(TokenForm::Hcl { quoted: false })
}

/// What comes after a `$`.
fn dollar(rest: &str) -> Option<TokenForm<'_>> {
    let braced = rest.strip_prefix('{').map(|rest| rest.strip_suffix('}'));
    let name = braced.unwrap_or(Some(rest))?;
    let variable = name.strip_prefix("env:").unwrap_or(name);
    if is_name(variable) {
        return Some(TokenForm::Variable(variable));
    }
    if braced.is_some() {
        let number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        if is_hcl(name) {
            return Some(TokenForm::Hcl { quoted: true });
        }
        let end = name.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').unwrap_or(name.len());
        let (head, tail) = name.split_at(end);
        // `${NAME:-default}`, `${NAME:?missing}`
        let expansion = is_name(head) && tail.starts_with([':', '-', '?', '#', '%', '/', '^', ',']);
        return (number || expansion && !name.contains(['{', '}'])).then_some(TokenForm::Shell);
    }
    let special =
        name.len() == 1 && name.starts_with(|sign: char| sign.is_ascii_digit() || "@*#?$!-".contains(sign));
    let substitution = name.starts_with('(') && closes_at_end(name);
    (special || substitution).then_some(TokenForm::Shell)
}

/// A reference or the call of a function, without spaces outside brackets and strings.
fn is_hcl(text: &str) -> bool {
    let end = text.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').unwrap_or(text.len());
    let (root, rest) = text.split_at(end);
    if !is_name(root) {
        return false;
    }
    if rest.starts_with('(') {
        return closes_at_end(rest);
    }
    let parts = rest.split('.').skip(1);
    let named =
        rest.starts_with('.') && parts.clone().all(|part| part.starts_with(|c: char| is_name_start(c)));
    // `gitlab_user_runner.main.token`: a resource has a type, a name and an attribute.
    let resource = root.contains('_') && parts.clone().count() > 1;
    (HCL_ROOTS.contains(&root) || resource)
        && rest.starts_with('.')
        && (named || brackets(rest))
        && is_tight(rest)
}

fn brackets(text: &str) -> bool {
    text.contains(['[', '('])
}

/// Whether there are no spaces and nothing else than names, dots and brackets outside of brackets and strings.
fn is_tight(text: &str) -> bool {
    let (mut depth, mut quoted) = (0_usize, false);
    for sign in text.chars() {
        match sign {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' | '(' => depth += 1,
            ']' | ')' if depth == 0 => return false,
            ']' | ')' => depth -= 1,
            _ if depth > 0 => {}
            sign if sign.is_ascii_alphanumeric() || "._-*".contains(sign) => {}
            _ => return false,
        }
    }
    depth == 0 && !quoted
}

/// Whether the parenthesis at the start is closed by the last byte.
fn closes_at_end(text: &str) -> bool {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return at + 1 == text.len() && at > 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

fn is_name(text: &str) -> bool {
    text.starts_with(is_name_start) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_name_start(sign: char) -> bool {
    sign.is_ascii_alphabetic() || sign == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_or_an_expression_is_accepted() {
        let hcl = |quoted| TokenForm::Hcl { quoted };
        for (text, form) in [
            ("$RUNNER_TOKEN", TokenForm::Variable("RUNNER_TOKEN")),
            ("${RUNNER_TOKEN}", TokenForm::Variable("RUNNER_TOKEN")),
            ("$env:RUNNER_TOKEN", TokenForm::Variable("RUNNER_TOKEN")),
            ("%RUNNER_TOKEN%", TokenForm::Variable("RUNNER_TOKEN")),
            ("\"$RUNNER_TOKEN\"", TokenForm::Variable("RUNNER_TOKEN")),
            ("$1", TokenForm::Shell),
            ("$@", TokenForm::Shell),
            ("${10}", TokenForm::Shell),
            ("${A:-$B}", TokenForm::Shell),
            ("$(cat /run/secrets/token)", TokenForm::Shell),
            ("`cat token`", TokenForm::Shell),
            ("{{ token }}", TokenForm::Template("{{")),
            ("{{ lookup('env', 'T') | default('') }}", TokenForm::Template("{{")),
            ("${{ secrets.TOKEN }}", TokenForm::Template("${{")),
            ("<%= @token %>", TokenForm::Template("<%")),
            ("var.token", hcl(false)),
            ("local.t", hcl(false)),
            ("data.vault_generic_secret.r.data[\"token\"]", hcl(false)),
            ("gitlab_user_runner.r.token", hcl(false)),
            ("file(\"${path.module}/token\")", hcl(false)),
            ("${var.token}", hcl(true)),
        ] {
            assert_eq!(TokenValue::parse(text).map(|it| it.form), Some(form), "{text}");
        }
    }

    #[test]
    fn a_literal_is_refused() {
        for text in [
            "",
            " ",
            "a b",
            "glrt-EXAMPLE000000000000",
            "XXXX",
            "$RUNNER TOKEN",
            " $T",
            "$T ",
            "{{ a }} b",
            "{{ a }}{{ b }}",
            "{{}}",
            "$",
            "${}",
            "$()",
            "$(a) $(b)",
            "100%new",
            "%",
            "%%",
            "var.",
            "var.a b",
            "abc.def.ghi",
            "''",
            "\"",
            "$A\n",
            "x$T",
        ] {
            assert_eq!(TokenValue::parse(text), None, "{text}");
        }
    }
}
