//! Kinds of expressions: what a value may be replaced by, in which language and form.

use super::value::Form;

/// A kind of expression.
pub(crate) struct Expression {
    /// What people call it.
    pub(crate) name: &'static str,
    /// The languages that have it.
    pub(crate) languages: &'static [&'static str],
    /// The forms of a value that it can have.
    pub(crate) forms: &'static [Form],
    /// As written.
    pub(crate) text: &'static str,
    /// A line that it needs in the same document; `{}` is the value that it replaces.
    pub(crate) needs: &'static str,
    /// Whether it is always one word, which goes with its option.
    pub(crate) is_one_word: bool,
}

const fn row(
    name: &'static str,
    languages: &'static [&'static str],
    forms: &'static [Form],
    text: &'static str,
    is_one_word: bool,
) -> Expression {
    Expression { name, languages, forms, text, needs: "", is_one_word }
}

const SHELL: &[&str] = &["shell"];
const YAML: &[&str] = &["yaml"];
const HCL: &[&str] = &["hcl"];
const WORD: &[Form] = &[Form::Word];
const ASSIGNED: &[Form] = &[Form::Assigned];
const PART: &[Form] = &[Form::Part];
const SCALAR: &[Form] = &[Form::Yaml, Form::Flow];
const BLOCK: &[Form] = &[Form::Yaml];
const EQUALS: &[Form] = &[Form::Equals];

pub(crate) const EXPRESSIONS: &[Expression] = &[
    row("quoted variable", SHELL, WORD, "\"$MADE_UP\"", true),
    row("quoted default", SHELL, WORD, "\"${MADE_UP:-y}\"", true),
    row("quoted substitution", SHELL, WORD, "\"$(made-up)\"", true),
    row("variable", SHELL, WORD, "$MADE_UP", false),
    row("default", SHELL, WORD, "${MADE_UP:-y}", false),
    row("substitution", SHELL, WORD, "$(made-up)", false),
    row("backquotes", SHELL, WORD, "`made-up`", false),
    row("word with a variable in it", SHELL, WORD, "a\"$MADE_UP\"", true),
    row("assigned variable", SHELL, ASSIGNED, "$MADE_UP", true),
    row("assigned substitution", SHELL, ASSIGNED, "\"$(made-up)\"", true),
    row("variable in a part", SHELL, PART, "$MADE_UP", false),
    row("substitution in a part", SHELL, PART, "$(made-up)", false),
    row("variable of PowerShell", &["powershell"], WORD, "$env:MADE_UP", true),
    row("plain variable of PowerShell", &["powershell"], WORD, "$MadeUp", false),
    row("quoted variable of PowerShell", &["powershell"], WORD, "\"$env:MADE_UP\"", true),
    row("variable of cmd", &["batch"], WORD, "%MADE_UP%", false),
    row("variable of make", &["makefile"], WORD, "$(MADE_UP)", false),
    row("template", YAML, SCALAR, "\"{{ made_up }}\"", true),
    row("variable in a text", YAML, SCALAR, "\"${MADE_UP}\"", true),
    row("plain variable", YAML, BLOCK, "$MADE_UP", true),
    row("variable of an item", YAML, PART, "$MADE_UP", true),
    row("tag with an argument", YAML, SCALAR, "!Sub \"${MadeUp}\"", true),
    row("tag with a name", YAML, SCALAR, "!Ref MadeUp", true),
    row("tag of another program", YAML, SCALAR, "!made-up x", true),
    Expression {
        name: "alias",
        languages: YAML,
        forms: SCALAR,
        text: "*made-up",
        needs: "x-made-up: &made-up {}\n",
        is_one_word: true,
    },
    row("reference", HCL, EQUALS, "var.made_up", true),
    row("local", HCL, EQUALS, "local.made_up", true),
    row("conditional", HCL, EQUALS, "var.made_up ? \"x\" : null", true),
    row("call", HCL, EQUALS, "join(\",\", var.made_up)", true),
    row("lookup", HCL, EQUALS, "lookup(var.made_up, \"x\", null)", true),
    row("index", HCL, EQUALS, "var.made_up[0].x", true),
    row("template of HCL", HCL, EQUALS, "\"${var.made_up}\"", true),
    row("parentheses", HCL, EQUALS, "(var.made_up)", true),
];
