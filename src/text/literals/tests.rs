use super::*;

/// A token, here and in what is expected.
const T0: &str = "Zq3xK9mPw7sVt2LbR8uY";

fn hidden(text: &str, notation: Notation) -> String {
    let text = text.replace("T0", T0);
    let mut out = text.clone().into_bytes();
    for literal in lex(&text, notation, true).literals {
        out[literal.span.range()].fill(b'*');
    }
    String::from_utf8(out).unwrap().replace(&"*".repeat(T0.len()), "**")
}

/// How an expression is written, and how it is shown.
const EXPRESSIONS: &[(Notation, &str, &str)] = {
    use Notation::{Code, Hcl, Make, Shell, Text};
    &[
        (Shell, "\"${T:-T0}\"", "\"${T:-**}\""),
        (Shell, "${T:=T0}", "${T:=**}"),
        (Shell, "${T:-${U:-T0}}", "${T:-${U:-**}}"),
        (Shell, "${T:+T0}${U-T0}${V=T0}", "${T:+**}${U-**}${V=**}"),
        (Shell, "\"$(echo T0)\"", "\"$(echo **)\""),
        (Shell, "`echo T0`", "`echo **`"),
        (Shell, "$(echo \"T0\" | base64 -d)", "$(echo \"**\" | base64 -d)"),
        (Shell, "$(cat <<E\nT0\nE\n)", "$(cat <<E\n**\nE\n)"),
        (Shell, "$(tr -d x <<< T0)", "$(tr -d x <<< **)"),
        (Shell, "\"pre-$X-T0\"", "\"pre-$X***\""),
        (Shell, "$X'T0'", "$X'**'"),
        (Shell, "$(vault kv get -field=token secret/ci)", "$(vault kv get -field=token secret/ci)"),
        (Shell, "$(cat /run/secrets/T0)", "$(cat /run/secrets/T0)"),
        (Shell, "$(sha256sum /etc/x | cut -d' ' -f1)", "$(sha256sum /etc/x | cut -d' ' -f1)"),
        (Shell, "${T:?a runner needs a registration token}", "${T:?a runner needs a registration token}"),
        (Shell, "$(curl --header \"PRIVATE-TOKEN: T0\" x)", "$(curl --header \"PRIVATE-TOKEN: **\" x)"),
        (
            Shell,
            "$(curl https://user:T0@host.example.com/a?private_token=T0\\&x=y)",
            "$(curl https://user:**@host.example.com/a?private_token=**\\&x=y)",
        ),
        (Shell, "${T:-runner-registration}", "${T:-*******************}"),
        (Shell, "$Zq3xK9mPw7sVt2LbR8uY", "$Zq3xK9mPw7sVt2LbR8uY"),
        (Shell, "$env:TOKEN", "$env:TOKEN"),
        (Shell, "$(if ($x) {$x} else {'T0'})", "$(if ($x) {$x} else {'**'})"),
        (Shell, "%TOKEN%T0", "%TOKEN%**"),
        (
            Shell,
            "$(kubectl get secret r -o jsonpath='{.data.runner-registration-token}')",
            "$(kubectl get secret r -o jsonpath='{.data.runner-registration-token}')",
        ),
        (Shell, "$(sed -n 's/^registration_token=//p' f)", "$(sed -n 's/^registration_token=//p' f)"),
        (Text, "{{ default \"T0\" .Values.x }}", "{{ default \"**\" .Values.x }}"),
        (Text, "{{ .Values.x | default \"T0\" | quote }}", "{{ .Values.x | default \"**\" | quote }}"),
        (Text, "{{ \"T0\" | quote }}", "{{ \"**\" | quote }}"),
        (Text, "{{ default `T0` .Values.x }}", "{{ default `**` .Values.x }}"),
        (Text, "{{ .Values.x | default (printf \"T0\") }}", "{{ .Values.x | default (printf \"**\") }}"),
        (
            Text,
            "{{ required \"a registration token is needed\" .Values.x }}",
            "{{ required \"a registration token is needed\" .Values.x }}",
        ),
        (Text, "{{ .Values.registration_token.for_runner }}", "{{ .Values.registration_token.for_runner }}"),
        (Text, "{{ ternary \"T0\" \"T0\" .Values.x }}", "{{ ternary \"**\" \"**\" .Values.x }}"),
        (
            Text,
            "{{ if eq .Values.env \"production\" }}T0{{ else }}T0{{ end }}",
            "{{ if eq .Values.env \"production\" }}**{{ else }}**{{ end }}",
        ),
        (Text, "{{ or .Values.x \"runner-secret\" }}", "{{ or .Values.x \"*************\" }}"),
        (Text, "{{ tok | default('T0') }}", "{{ tok | default('**') }}"),
        (Text, "{{ tok if tok else 'T0' }}", "{{ tok if tok else '**' }}"),
        (Text, "{{ lookup('env', 'REGISTRATION_TOKEN') }}", "{{ lookup('env', 'REGISTRATION_TOKEN') }}"),
        (
            Text,
            "{{ lookup('env', 'X') | default('T0', true) }}",
            "{{ lookup('env', 'X') | default('**', true) }}",
        ),
        (Text, "{{ default \\\"T0\\\" .Values.x }}", "{{ default \\\"**\\\" .Values.x }}"),
        (
            Text,
            "${{ secrets.RUNNER_REGISTRATION_TOKEN || 'T0' }}",
            "${{ secrets.RUNNER_REGISTRATION_TOKEN || '**' }}",
        ),
        (Text, "$[[ inputs.registration_token ]]", "$[[ inputs.registration_token ]]"),
        (Text, "<%= ENV['REGISTRATION_TOKEN'] || 'T0' %>", "<%= ENV['REGISTRATION_TOKEN'] || '**' %>"),
        (Text, "$(T)T0", "$(T)**"),
        (Text, "$(REGISTRATION_TOKEN)", "$(REGISTRATION_TOKEN)"),
        (Text, "${T:-T0}", "${T:-**}"),
        (Make, "$(or $(TOK),T0)", "$(or $(TOK),**)"),
        (Make, "$(if $(TOK),$(TOK),T0)", "$(if $(TOK),$(TOK),**)"),
        (Make, "$(shell echo T0)", "$(shell echo **)"),
        (Make, "$(TOK)T0", "$(TOK)**"),
        (Make, "$${T:-T0}", "$${T:-**}"),
        (Code, "coalesce(var.x, \"T0\")", "coalesce(var.x, \"**\")"),
        (Code, "var.x != \"\" ? var.x : \"T0\"", "var.x != \"\" ? var.x : \"**\""),
        (
            Code,
            "var.x == \"production\" ? \"prod-token\" : \"T0\"",
            "var.x == \"production\" ? \"**********\" : \"**\"",
        ),
        (Code, "\"${var.x}T0\"", "\"${var.x}**\""),
        (
            Code,
            "lookup(var.tokens, \"runner_token\", \"T0\")",
            "lookup(var.tokens, \"runner_token\", \"**\")",
        ),
        (
            Code,
            "os.environ.get(\"REGISTRATION_TOKEN\", \"T0\")",
            "os.environ.get(\"REGISTRATION_TOKEN\", \"**\")",
        ),
        (Code, "os.environ[\"REGISTRATION_TOKEN\"] or 'T0'", "os.environ[\"REGISTRATION_TOKEN\"] or '**'"),
        (Code, "ENV[\"X\"] || \"T0\"", "ENV[\"X\"] || \"**\""),
        (Code, "ENV.fetch('X') { 'T0' }", "ENV.fetch('X') { '**' }"),
        (Code, "f\"{prefix}T0\"", "f\"{prefix}**\""),
        (Code, "\"pre\" + x + \"T0\"", "\"pre\" + x + \"**\""),
        (Code, "getToken(\"runner-registration\")", "getToken(\"runner-registration\")"),
        (Code, "process.env.REGISTRATION_TOKEN ?? `T0`", "process.env.REGISTRATION_TOKEN ?? `**`"),
        (Code, "{ \"registration_token\": \"T0\" }", "{ \"registration_token\": \"**\" }"),
        (Hcl, "${coalesce(var.registration_token, \"T0\")}", "${coalesce(var.registration_token, \"**\")}"),
        (Hcl, "%{ if var.x }T0%{ else }T0%{ endif }", "%{ if var.x }**%{ else }**%{ endif }"),
    ]
};

#[test]
fn defaults_branches_joined_parts_and_arguments_are_literals() {
    for (notation, text, expected) in EXPRESSIONS {
        let (text, expected) = ((*text).to_owned(), expected.replace("T0", T0));
        assert_eq!(hidden(&text, *notation), expected, "{text}");
    }
}

#[test]
fn an_escaped_or_joined_literal_is_one_piece() {
    for (notation, text) in [
        (Notation::Shell, "${T:-Zq3xK9\"mPw7\"'sVt2'LbR8\\uY}"),
        (Notation::Shell, "$X$'Zq3x\\x4b9mPw7sVt2LbR8uY'"),
        (Notation::Code, "x or \"Zq3x\\u004b9mPw7sVt2LbR8uY\""),
        (Notation::Code, "x or \"Zq3x\\x4B9mPw7sVt2LbR\\\n8uY\""),
    ] {
        let found: Vec<String> = lex(text, notation, true).literals.into_iter().map(|it| it.text).collect();
        assert_eq!(found, [T0], "{text}");
    }
}

#[test]
fn names_that_are_read_are_told() {
    let reads = |text, notation| {
        let reads = lex(text, notation, true).reads;
        reads
            .into_iter()
            .map(|read| format!("{}{}", read.name, if read.is_value { "" } else { "?" }))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        reads("\"$U${V:-$W}$(cat \"$F\")$(echo $G)\"", Notation::Shell),
        ["U", "V", "W", "call/cat", "F?", "file/$F", "call/echo", "G"]
    );
    assert_eq!(reads("coalesce(var.x, local.y)", Notation::Code), ["var.x", "local.y"]);
    assert_eq!(reads("{{ .Values.tok | default .Values.b }}", Notation::Text), ["Values.tok", "Values.b"]);
    assert_eq!(reads("os.environ[\"TOK\"] + f(x)", Notation::Code), ["os.environ", "TOK?", "call/f", "x?"]);
}

#[test]
fn a_value_ends_where_its_notation_says() {
    let end = |text: &str, notation| lex_value(text, 0, notation, true).end;
    assert_eq!(end("\"a b\"c d", Notation::Shell), 6);
    assert_eq!(end("f(a,\n b) + \n c, d", Notation::Code), 14);
    assert_eq!(end("a || b\n  ? c\n : d\ne", Notation::Code), 17);
    assert_eq!(end("a b\nc", Notation::Text), 3);
}

#[test]
fn hostile_nesting_ends() {
    for text in
        ["${T:-", "$(", "{{ (", "\"${", "`", "$(or ", "{", "'", "\"", "\\", "${{", "<<E\n", "%{", "[", "a=$("]
    {
        for notation in [Notation::Shell, Notation::Text, Notation::Make, Notation::Hcl, Notation::Code] {
            let text = text.repeat(20_000);
            assert!(lex(&text, notation, true).end <= text.len());
        }
    }
}
