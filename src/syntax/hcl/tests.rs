use super::Hcl;
use crate::facts::NodeKind;
use crate::syntax::Language;
use crate::syntax::probe::{HARD, apply, edited, find, ids, outline, quick, sound, without};

mod oracle;

fn leaves(text: &str) -> Vec<String> {
    sound(&Hcl, text);
    outline(Hcl.parse(text.into()).as_ref())
}

const MODULE: &str = r##"# the runner
terraform {
  required_version = ">= 1.5" // any
}

resource "helm_release" "runner" {
  name  = "runner"
  count = var.enabled ? 1 : 0

  set {
    name  = "runnerToken"
    value = gitlab_user_runner.this.token
  }
  set { name = "a" }

  values = [
    templatefile("${path.module}/values.yaml", { token = var.token }),
    yamlencode({
      runners = { tags = "a,b", "config" = <<-EOT
        [[runners]]
          name = "$${NAME} ${var.name}"
      EOT
      }
    }),
  ]

  user_data = base64encode(join("\n", ["#!/bin/sh", local.script]))
  /* the
     end */
  depends_on = [module.a["x"].b, data.c.d[0].e]
}
"##;

#[test]
fn a_module_reads_as_a_tree() {
    let expected = [
        "terraform/required_version = \">= 1.5\"",
        "resource/helm_release/runner/name = \"runner\"",
        "resource/helm_release/runner/count/if()/0 = ~var.enabled",
        "resource/helm_release/runner/count/if()/1 = 1",
        "resource/helm_release/runner/count/if()/2 = 0",
        "resource/helm_release/runner/set/name = \"runnerToken\"",
        "resource/helm_release/runner/set/value = ~gitlab_user_runner.this.token",
        "resource/helm_release/runner/set/name = \"a\"",
        "resource/helm_release/runner/values/0/templatefile()/0 = ~\"${path.module}/values.yaml\"",
        "resource/helm_release/runner/values/0/templatefile()/1/token = ~var.token",
        "resource/helm_release/runner/values/1/yamlencode()/0/runners/tags = \"a,b\"",
        "resource/helm_release/runner/values/1/yamlencode()/0/runners/config = ~\"[[runners]]\\n  name = \\\"${NAME} ${var.name}\\\"\\n\"",
        "resource/helm_release/runner/user_data/base64encode()/0/join()/0 = \"\\n\"",
        "resource/helm_release/runner/user_data/base64encode()/0/join()/1/0 = \"#!/bin/sh\"",
        "resource/helm_release/runner/user_data/base64encode()/0/join()/1/1 = ~local.script",
        "resource/helm_release/runner/depends_on/0 = ~module.a[\"x\"].b",
        "resource/helm_release/runner/depends_on/1 = ~data.c.d[0].e",
    ];
    assert_eq!(leaves(MODULE), expected);
    assert_eq!(leaves(&MODULE.replace('\n', "\r\n")), expected);
    let parsed = Hcl.parse(MODULE.into());
    let facts = parsed.facts();
    assert!(facts.notices.is_empty());
    let comments: Vec<_> = facts.comments.iter().map(|it| (it.span.of(MODULE), it.own_line)).collect();
    assert_eq!(comments, [("# the runner", true), ("// any", false), ("/* the\n     end */", true)]);
    let node = |path: &str| facts.tree.get(find(parsed.as_ref(), path)).unwrap();
    let label = node("resource/helm_release").key.unwrap();
    assert_eq!(label.span.of(MODULE), "helm_release");
    assert!(node("resource").span.of(MODULE).starts_with("\"helm_release\" \"runner\" {"));
    assert!(node("resource/helm_release/runner").span.of(MODULE).starts_with("{\n  name"));
    let call = node("resource/helm_release/runner/values/1");
    assert!(call.span.of(MODULE).starts_with("yamlencode({") && call.span.of(MODULE).ends_with("})"));
}

#[test]
fn expressions_keep_what_they_hold() {
    let table: &[(&str, &[&str])] = &[
        ("a = -1\nb = true\nc = null\nd = 1.5e3\n", &["a = -1", "b = true", "c = null", "d = 1.5e3"]),
        ("a = (\"x\")\n", &["a = \"x\""]),
        ("a = b == \"c\"\n", &["a = ~b == \"c\""]),
        ("a = !b && c\n", &["a = ~!b && c"]),
        ("a = f(\"x\") + 1\n", &["a/op()/0/f()/0 = \"x\"", "a/op()/1 = 1"]),
        (
            "a = b ? c : d ? e : f\n",
            &["a/if()/0 = ~b", "a/if()/1 = ~c", "a/if()/2 = ~d", "a/if()/3 = ~e", "a/if()/4 = ~f"],
        ),
        ("a = b == 1 ? \"x\" : f()\n", &["a/if()/0 = ~b == 1", "a/if()/1 = \"x\"", "a/if()/2/f() = []"]),
        ("a = (\n  b\n  ? \"x\"\n  : \"y\"\n)\n", &["a/if()/0 = ~b", "a/if()/1 = \"x\"", "a/if()/2 = \"y\""]),
        ("a = [for x in y : \"x\"]\n", &["a/for()/0 = ~y", "a/for()/1 = \"x\""]),
        (
            "a = [\n  for k, v in f(y) : { b = \"c\" } if k != \"d\"\n]\n",
            &["a/for()/0/f()/0 = ~y", "a/for()/1/b = \"c\"", "a/for()/2 = ~k != \"d\""],
        ),
        (
            "a = { for k in b : k => upper(\"x\") }\n",
            &["a/for()/0 = ~b", "a/for()/1 = ~k", "a/for()/2/upper()/0 = \"x\""],
        ),
        ("a = a::b(c...)\n", &["a/a::b()/0 = ~c"]),
        ("a = [\n  f\n  (b)\n]\n", &["a/0/f()/0 = ~b"]),
        ("a = b.*.c[*].d[\"e\"].0\n", &["a = ~b.*.c[*].d[\"e\"].0"]),
        ("a = f(\"x\").b[0]\n", &["a/op()/0/f()/0 = \"x\""]),
        (
            "a = { \"b\" = 1, c : 2, (d) = 3\n e.f = 4, 5 = 6 }\n",
            &["a/b = 1", "a/c = 2", "a/(d) = 3", "a/e.f = 4", "a/5 = 6"],
        ),
        ("a = [<<A\nx\nA\n, <<-B\n  y\n  B\n]\n", &["a/0 = \"x\\n\"", "a/1 = \"y\\n\""]),
        ("a = []\nb = {}\nc {}\nd \"e\" f {}\n", &["a = []", "b = {}", "c = {}", "d/e/f = {}"]),
        ("a = \"${f(\"}\", \"${g}\")}\" # \"\n", &["a = ~\"${f(\\\"}\\\", \\\"${g}\\\")}\""]),
    ];
    for (text, expected) in table {
        assert_eq!(leaves(text), *expected, "{text}");
        assert!(Hcl.parse((*text).into()).facts().notices.is_empty(), "{text}");
    }
}

#[test]
fn strings_decode() {
    let table: &[(&str, &str)] = &[
        ("\"\\n\\r\\t\\\"\\\\\\u00e9\\U0001F600\"", "\n\r\t\"\\é\u{1f600}"),
        ("\"$${x} %%{ if } $x $$ %\"", "${x} %{ if } $x $$ %"),
        ("\"${\"\\n\"} \\n\"", "${\"\\n\"} \n"),
        ("\"%{ if x }a%{ endif }\"", "%{ if x }a%{ endif }"),
        ("<<E\n a\\n\n\n  $${b}\nE", " a\\n\n\n  ${b}\n"),
        ("<<-E\n    a\n\n      b\n   \n    c\n    E", "a\n\n  b\n   \nc\n"),
        ("<<-E\n\t\ta\n\t\t\tb\n\tE", "a\n\tb\n"),
        ("<<-E\n  ${a}\n    b ${\n  c\n}\n  E", "${a}\n  b ${\n  c\n}\n"),
        ("<<E\nE", ""),
        ("<<E\n\nE", "\n"),
        ("<<E\nEE\n E E\n  E", "EE\n E E\n"),
    ];
    for (written, text) in table {
        for eol in ["\n", "\r\n"] {
            let host = format!("a = {written}\nb = 1\n").replace('\n', eol);
            sound(&Hcl, &host);
            let parsed = Hcl.parse(host.as_str().into());
            assert!(parsed.facts().notices.is_empty(), "{host}");
            let found = parsed.decode(find(parsed.as_ref(), "a")).unwrap().text;
            let found = if written.contains("${\n") { found.replace("\r\n", "\n") } else { found };
            assert_eq!(found, *text, "{host}");
        }
    }
}

#[test]
fn what_is_no_hcl_is_read_as_far_as_it_goes() {
    let table: &[(&str, &[&str])] = &[
        ("a = \"open\nb = 1\n", &["a = \"open\"", "b = 1"]),
        ("a = <<E\nx\nb = 1\n", &["a = ~<<E", "b = 1"]),
        ("a = [1, 2\nb = 3\n", &["a/0 = 1", "a/1 = 2", "b = 3"]),
        ("a = f(\"x\"\nb = 3\n", &["a/f()/0 = \"x\"", "b = 3"]),
        ("a \"b\" {\n  c = 1\n", &["a/b/c = 1"]),
        ("a {\n  b = [1\n}\nc = 2\n", &["a/b/0 = 1", "c = 2"]),
        ("}\na = 1\n", &["a = 1"]),
        ("a b c\nd = 1\n", &["d = 1"]),
        ("a =\nb = 1\n", &["a = null", "b = 1"]),
        ("\"a\" = 1\n", &["a = 1"]),
        ("a = { b = 1\nc = 2\n", &["a/b = 1", "a/c = 2"]),
        ("a {\n  b c {\n d = 1\n}\n}\n", &["a/b/c/d = 1"]),
    ];
    for (text, expected) in table {
        assert_eq!(leaves(text), *expected, "{text}");
        let good = *text == "a {\n  b c {\n d = 1\n}\n}\n";
        assert_eq!(Hcl.parse((*text).into()).facts().notices.is_empty(), good, "{text}");
    }
    assert!(without(&Hcl, "a = \"x\nb = 1\n", &["a"]).is_err());
    assert_eq!(without(&Hcl, "a = \"x\nb = 1\n", &["b"]).as_deref(), Ok("a = \"x\n"));
}

#[test]
fn templates_are_masked() {
    let table: &[(&str, &[&str])] = &[
        ("a = {{ x }}\nb = \"{{ y }}\"\n", &["a = ~{{ x }}", "b = ~\"{{ y }}\""]),
        ("{% if x %}\na = 1\n{% endif %}\n", &["a = 1"]),
        (
            "a \"{{ x }}\" {\n  b = [{{ y }}, \"z\"]\n}\n",
            &["a/{{ x }}/b/0 = ~{{ y }}", "a/{{ x }}/b/1 = \"z\""],
        ),
        (
            "a = <<E\n{{ x }}\n  {% y %}\nE\nb = {{ z }}\n",
            &["a = ~\"{{ x }}\\n  {% y %}\\n\"", "b = ~{{ z }}"],
        ),
        ("{{ k }} = \"{{ \"v\" }}\"\n", &["{{ k }} = ~\"{{ \\\"v\\\" }}\""]),
    ];
    for (text, expected) in table {
        for text in [(*text).to_owned(), text.replace('\n', "\r\n")] {
            assert_eq!(leaves(&text), *expected, "{text}");
            assert!(Hcl.parse(text.as_str().into()).facts().notices.is_empty(), "{text}");
        }
    }
    assert_eq!(Hcl.parse("{% if x %}\na = 1\n{% endif %}\n".into()).facts().control.len(), 2);
    assert!(without(&Hcl, "a {\n{% if x %}\nb = 1\n{% endif %}\n}\nc = 1\n", &["a"]).is_err());
}

#[test]
fn entries_leave_cleanly() {
    let table: &[(&str, &[&str], &str)] = &[
        ("a = 1\nb = 2 # x\nc = 3\n", &["b"], "a = 1\nc = 3\n"),
        ("a = 1\nb = 2", &["b"], "a = 1"),
        ("a = 1\n/* k */\nb = <<E\nx\nE\nc = 3\n", &["b"], "a = 1\n/* k */\nc = 3\n"),
        ("a {\n  b = 1\n  c = 2\n}\n", &["a/b"], "a {\n  c = 2\n}\n"),
        ("a {\n  b = 1\n}\n", &["a/b"], "a {\n}\n"),
        ("a { b = 1 }\n", &["a/b"], "a {}\n"),
        ("x = 1\n\nr \"t\" \"n\" {\n  a = 1\n}\n\ny = 2\n", &["r/t/n"], "x = 1\n\ny = 2\n"),
        ("x = 1\n\nr \"t\" \"n\" {\n  a = 1\n}\n\ny = 2\n", &["r"], "x = 1\n\ny = 2\n"),
        (
            "r {\n  s {\n    a = 1\n  }\n\n  t {\n    a = 1\n  }\n}\n",
            &["r/s"],
            "r {\n  t {\n    a = 1\n  }\n}\n",
        ),
        (
            "r {\n  s {\n    a = 1\n  }\n\n  t {\n    a = 1\n  }\n}\n",
            &["r/t"],
            "r {\n  s {\n    a = 1\n  }\n}\n",
        ),
        (
            "r {\n  a = 1\n\n  # of t\n  t {\n    a = 1\n  }\n\n  b = 2\n}\n",
            &["r/t"],
            "r {\n  a = 1\n\n  # of t\n\n  b = 2\n}\n",
        ),
        ("a = { b = 1, c = 2 }\n", &["a/b"], "a = { c = 2 }\n"),
        ("a = { b = 1, c = 2 }\n", &["a/c"], "a = { b = 1 }\n"),
        ("a = { b = 1 }\n", &["a/b"], "a = {}\n"),
        ("a = {\n  b = 1\n  c = 2 // x\n  d = 3\n}\n", &["a/c"], "a = {\n  b = 1\n  d = 3\n}\n"),
        ("a = {\n  b = 1,\n  c = 2\n}\n", &["a/c"], "a = {\n  b = 1\n}\n"),
        ("a = [\n  \"b\", # x\n  \"c\",\n]\n", &["a/1"], "a = [\n  \"b\", # x\n]\n"),
        ("a = [\"b\", /* x */ \"c\", \"d\"]\n", &["a/1"], "a = [\"b\", /* x */ \"d\"]\n"),
        ("a = [\"b\", \"c\"]\n", &["a/1"], "a = [\"b\"]\n"),
        ("a = [\"b\", \"c\"]\n", &["a/0", "a/1"], "a = []\n"),
        ("a = f([\n  \"b\",\n  \"c\"\n], x)\n", &["a/f()/0/0"], "a = f([\n  \"c\"\n], x)\n"),
        ("a = f({ b = (1), c = 2 })\n", &["a/f()/0/b"], "a = f({ c = 2 })\n"),
        ("a = {\n  b = f({\n    c = 1\n  })\n  d = 1\n}\n", &["a/b"], "a = {\n  d = 1\n}\n"),
        ("a = b ? c : d\ne = 1\n", &["a"], "e = 1\n"),
    ];
    for (before, paths, after) in table {
        let crlf = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(without(&Hcl, before, paths).as_deref(), Ok(*after), "{paths:?} of\n{before}");
        assert_eq!(without(&Hcl, &crlf(before), paths), Ok(crlf(after)), "{paths:?} of\n{before}");
    }
    assert!(without(&Hcl, "a = f(b, c)\n", &["a/f()/0"]).is_err());
    assert!(without(&Hcl, "a = b ? c : d\n", &["a/if()/0"]).is_err());
}

#[test]
fn strings_take_edits_or_refuse_them() {
    let hosts = [
        "k = \"say WORD ${x} $${y} twice\"\n",
        "k = \"WORD\"\n",
        "k = \"${x}WORD\"\n",
        "k = <<EOT\nsay WORD\n  twice $${y}\nEOT\n",
        "k = <<EOT\nWORD\nEOT\n",
        "k = <<-EOT\n    say WORD\n      twice ${x}\n    EOT\n",
        "k = <<-EOT\n    a\n    WORD\n  EOT\n",
    ];
    let mut done = 0;
    for host in hosts {
        for host in [host.to_owned(), host.replace('\n', "\r\n")] {
            for hard in HARD {
                // A line with fewer spaces than all others would move the others.
                let moves = host.contains("\n    WORD") && hard.starts_with(' ');
                done += usize::from(!moves && edited(&Hcl, &host, "k", "WORD", hard).is_ok());
            }
        }
    }
    assert!(done > 300, "only {done} edits were made");
    let written = edited(&Hcl, "k = \"a WORD\"\n", "k", "WORD", "${TOKEN} \"x\"");
    assert_eq!(written.as_deref(), Ok("k = \"a $${TOKEN} \\\"x\\\"\"\n"));
    let lines = edited(&Hcl, "k = <<-E\n\ta WORD\n\tE\n", "k", "a WORD\n", "b\nc\n");
    assert_eq!(lines.as_deref(), Ok("k = <<-E\n\tb\n\tc\n\tE\n"));
    let inside = edited(&Hcl, "k = \"${WORD} x\"\n", "k", "WORD", "y").unwrap_err();
    assert_eq!(inside, "it would split an escape sequence");
    let refused = edited(&Hcl, "k = <<E\nWORD\nE\n", "k", "WORD", "E").unwrap_err();
    assert_eq!(refused, "it would end the here-document");
}

#[test]
fn an_expression_is_one_value() {
    let written = [
        "f(x)",
        "f(x)[0].y[*].z",
        "(f(x)).y",
        "(b ? c : d).e",
        "b ? c : [d]",
        "[for x in y : x]",
        "{ for k in b : k => k }",
        "f(1) * 60",
        "[b][0]",
        "{ b = 1 }[c]",
    ];
    for written in written {
        let host = format!("a = {written}\n");
        sound(&Hcl, &host);
        let parsed = Hcl.parse(host.as_str().into());
        let tree = &parsed.facts().tree;
        let id = find(parsed.as_ref(), "a");
        assert_eq!((tree.is_computed(id), tree.written(id)), (true, written));
    }
    for plain in ["[f(x)]", "{ b = f(x) }", "\"x\"", "b.c", "(b.c).d"] {
        let host = format!("a = {plain}\n");
        let parsed = Hcl.parse(host.as_str().into());
        let id = find(parsed.as_ref(), "a");
        assert_eq!((parsed.facts().tree.is_computed(id), parsed.facts().tree.written(id)), (false, plain));
    }
}

#[test]
fn values_and_entries_are_written() {
    let set = |text: &str, path: &str, value: &str| {
        let parsed = Hcl.parse(text.into());
        parsed.set(find(parsed.as_ref(), path), value).map(|edits| apply(text, edits)).ok()
    };
    assert_eq!(set("a = \"x\"\n", "a", "y\"").as_deref(), Some("a = \"y\\\"\"\n"));
    assert_eq!(set("a = \"x\"\n", "a", "var.token").as_deref(), Some("a = var.token\n"));
    assert_eq!(set("a = b.c\n", "a", "p-${var.t}-$${x}").as_deref(), None);
    assert_eq!(set("a = b.c\n", "a", "p-${var.t} ${").as_deref(), Some("a = \"p-${var.t} $${\"\n"));
    assert_eq!(set("a = \"x\"\n", "a", "$TOKEN").as_deref(), Some("a = \"$TOKEN\"\n"));
    assert_eq!(set("a = <<E\nx\nE\n", "a", "y").as_deref(), Some("a = \"y\"\n"));
    assert_eq!(set("a = f([b], (c))[0].d\n", "a", "var.t").as_deref(), Some("a = var.t\n"));
    assert_eq!(set("a = [1]\n", "a", "y"), None);
    let insert = |text: &str, path: &str, key: &str| {
        let parsed = Hcl.parse(text.into());
        parsed.insert_after(find(parsed.as_ref(), path), key, "v").map(|edits| apply(text, edits)).ok()
    };
    assert_eq!(
        insert("r {\n  a = 1 # x\n}\n", "r/a", "k").as_deref(),
        Some("r {\n  a = 1 # x\n  k = \"v\"\n}\n")
    );
    assert_eq!(insert("a = { b = 1 }\n", "a/b", "k k").as_deref(), Some("a = { b = 1, \"k k\" = \"v\" }\n"));
    assert_eq!(
        insert("a = {\n  b = 1\n}\n", "a/b", "k").as_deref(),
        Some("a = {\n  b = 1\n  k = \"v\"\n}\n")
    );
    assert_eq!(
        insert("a = {\n  b = 1,\n}\n", "a/b", "k").as_deref(),
        Some("a = {\n  b = 1,\n  k = \"v\",\n}\n")
    );
    assert_eq!(insert("a = 1\n", "a", "k k"), None);
    assert_eq!(insert("a { b = 1 }\n", "a/b", "k"), None);
}

#[test]
fn hcl_is_told_from_other_texts() {
    let yes = [
        MODULE,
        "locals {\n  a = 1\n}\n",
        "variable \"x\" {}\n",
        "{{ if x }}\njob \"a\" {\n  b = 1\n}\n{{ end }}\n",
    ];
    let no = [
        "a: b\n",
        "f() {\n  echo x\n}\n",
        "server {\n  listen 80;\n}\n",
        "resource \"a\" \"b\" and more\n",
        "A=1\n",
        "if x; then\n y\nfi\n",
        "[[runners]]\n  a = 1\n",
        "{\n  \"a\": 1\n}\n",
        "",
    ];
    for text in yes {
        assert!(super::recognise::looks_like_hcl(text), "{text}");
    }
    for text in no {
        assert!(!super::recognise::looks_like_hcl(text), "{text}");
    }
    let detected = |path, text| crate::syntax::detect(path, text).map(Language::name);
    assert_eq!(detected(None, MODULE), Some("hcl"));
    for path in ["main.tf", "a/main.tf.j2", "x.auto.tfvars", "a.pkr.hcl", "job.nomad.tmpl", "terragrunt.hcl"]
    {
        assert_eq!(detected(Some(path), ""), Some("hcl"), "{path}");
    }
    assert_eq!(detected(Some("main.tf.json"), ""), Some("yaml"));
}

/// `count` lines with a number instead of the `#`.
fn numbered(count: usize, line: &str) -> String {
    (0..count).map(|number| line.replace('#', &number.to_string())).collect()
}

#[test]
fn hostile_texts_are_read_quickly() {
    let n = 100_000;
    let texts = [
        ("lists", format!("a = {}", "[".repeat(n))),
        ("closed lists", format!("a = {}{}", "[".repeat(n), "]".repeat(n))),
        ("objects", format!("a = {}", "{a = ".repeat(n))),
        ("blocks", "a {\n".repeat(n)),
        ("closed blocks", format!("{}{}", "a {\n".repeat(n), "}\n".repeat(n))),
        ("calls", format!("a = {}", "f(".repeat(n))),
        ("groups", format!("a = {}", "(".repeat(n))),
        ("templates in strings", format!("a = {}", "\"${".repeat(n))),
        ("conditions", format!("a = {}", "b ? ".repeat(n))),
        ("operators", format!("a = {}", "!-".repeat(n))),
        ("labels", format!("a {} {{\n}}\n", "\"b\" ".repeat(n))),
        ("indexes", format!("a = b{}", "[0]".repeat(n))),
        ("traversals", format!("a = b{}", ".c".repeat(n))),
        ("here-documents", "a = <<E\n".repeat(n / 5)),
        ("other here-documents", numbered(n / 5, "a = <<E#\n")),
        ("templates in a here-document", format!("a = <<E\n{}\nE\n", "${\n".repeat(n))),
        ("templates without end", format!("a = <<E\n{}\nE\n", "${ \"\n".repeat(n))),
        ("nested templates", format!("a = <<E\n{}{}\nE\n", "${{\n".repeat(n), "}\n".repeat(n))),
        ("quotes", "a = \"${\n".repeat(n / 5)),
        ("object keys", format!("a = {{\n{}}}\n", numbered(n / 5, "k# = 1\n"))),
        ("comments", "/*".repeat(n)),
        ("closers", "}])".repeat(n)),
        ("other templates", "a = {{ x\n".repeat(n / 5)),
        ("openers", "{{".repeat(n)),
        ("words", "a ".repeat(n)),
    ];
    for (name, text) in texts {
        quick(&Hcl, name, &text);
    }
}

#[test]
fn any_cut_of_a_text_is_read() {
    let text = MODULE.replace("runnerToken", "é$${X}%{ if }");
    for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
        sound(&Hcl, &text[..at]);
        sound(&Hcl, &text[at..]);
    }
    let all = Hcl.parse(text.as_str().into());
    let scalars = ids(all.as_ref())
        .into_iter()
        .filter(|id| matches!(all.facts().tree.kind(*id), Some(NodeKind::Scalar(_))));
    assert_eq!(scalars.count(), 17);
}
