use super::Toml;
use crate::facts::{NodeId, NodeKind};
use crate::syntax::Language;
use crate::syntax::probe::{HARD, apply, edited, find, ids, outline, quick, sound, without};

fn leaves(text: &str) -> Vec<String> {
    sound(&Toml, text);
    outline(Toml.parse(text.into()).as_ref())
}

const CONFIG: &str = "\
concurrent = 4 # jobs
check_interval = 0

[session_server]
  session_timeout = 1800

# the first one
[[runners]]
  name = \"one\"
  token = 'glrt-x'
  environment = [\"A=1\", \"B=2\"] # two
  [runners.docker]
    image = \"alpine\"
    volumes = [
      \"/cache\", # here
      \"/x\",
    ]
  [runners.cache.s3]
    Bucket = { name = \"b\", region.id = 'eu' }

[[runners]]
  name = \"two\"
  pre_build_script = '''
    echo \"a\"
    gitlab-runner register
  '''
  docker.image = \"x\"
  docker.pull = [\"a\"]
";

#[test]
fn a_configuration_reads_as_a_tree() {
    let expected = [
        "concurrent = 4",
        "check_interval = 0",
        "session_server/session_timeout = 1800",
        "runners/0/name = \"one\"",
        "runners/0/token = \"glrt-x\"",
        "runners/0/environment/0 = \"A=1\"",
        "runners/0/environment/1 = \"B=2\"",
        "runners/0/docker/image = \"alpine\"",
        "runners/0/docker/volumes/0 = \"/cache\"",
        "runners/0/docker/volumes/1 = \"/x\"",
        "runners/0/cache/s3/Bucket/name = \"b\"",
        "runners/0/cache/s3/Bucket/region/id = \"eu\"",
        "runners/1/name = \"two\"",
        "runners/1/pre_build_script = \"    echo \\\"a\\\"\\n    gitlab-runner register\\n  \"",
        "runners/1/docker/image = \"x\"",
        "runners/1/docker/pull/0 = \"a\"",
    ];
    assert_eq!(leaves(CONFIG), expected);
    assert_eq!(leaves(&CONFIG.replace('\n', "\r\n")), expected);
    let parsed = Toml.parse(CONFIG.into());
    let comments: Vec<_> =
        parsed.facts().comments.iter().map(|it| (it.span.of(CONFIG), it.own_line)).collect();
    assert_eq!(comments, [("# jobs", false), ("# the first one", true), ("# two", false), ("# here", false)]);
    let runner = find(parsed.as_ref(), "runners/0");
    let span = parsed.facts().tree.get(runner).unwrap().span;
    assert!(
        span.of(CONFIG).starts_with("[[runners]]\n  name = \"one\"") && span.of(CONFIG).ends_with("'eu' }")
    );
}

/// Each leaf as `toml_edit` reads it.
fn oracle(text: &str) -> Vec<String> {
    fn walk(item: &toml_edit::Item, path: &str, out: &mut Vec<String>) {
        let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}/{key}") };
        match item {
            toml_edit::Item::Value(value) => leaf(value, path, out),
            toml_edit::Item::Table(table) => table.iter().for_each(|(key, item)| walk(item, &join(key), out)),
            toml_edit::Item::ArrayOfTables(list) => {
                for (index, table) in list.iter().enumerate() {
                    for (key, item) in table {
                        walk(item, &join(&format!("{index}/{key}")), out);
                    }
                }
            }
            toml_edit::Item::None => {}
        }
    }
    fn leaf(value: &toml_edit::Value, path: &str, out: &mut Vec<String>) {
        match value {
            toml_edit::Value::String(text) => out.push(format!("{path} = {:?}", text.value())),
            toml_edit::Value::Array(list) => {
                list.iter().enumerate().for_each(|(index, item)| leaf(item, &format!("{path}/{index}"), out));
            }
            toml_edit::Value::InlineTable(table) => {
                table.iter().for_each(|(key, item)| leaf(item, &format!("{path}/{key}"), out));
            }
            _ => {}
        }
    }
    let document = toml_edit::Document::parse(text).unwrap();
    let mut out = Vec::new();
    walk(document.as_item(), "", &mut out);
    out.sort();
    out
}

#[test]
fn every_string_reads_as_toml_edit_reads_it() {
    let texts = [
        CONFIG,
        "a = \"\\b\\t\\n\\f\\r\\\"\\\\\\u00e9\\U0001F600\"\n",
        "a = \"\"\"\n  x \\\n     y\\\\\n\n  z\"\"\"\"\"\n",
        "a = \"\"\"x\\   \n\n  \t y\"\"\"\nb = ''''x'''\n",
        "a = '''\n\nx'''\nb = ''\nc = \"\"\nd = \"\"\"\"\"\"\ne = ''''''\n",
        "\"a b\".'c' = \"x\"\n\"\\u00e9\" = '\\n'\n",
        "[a.b]\nx = 'y'\n[a]\nz = 'w'\n[a.b.c]\nq = 'r'\n",
        "[[a.b]]\nx = '1'\n[[a.b]]\nx = '2'\n[a.b.c]\ny = '3'\n",
        "a.b.c = 'x'\na.b.d = 'y'\na.e = { f.g = 'z', f.h = 'w' }\n",
        "a = [['x'], [{b = 'y'}, {}], []]\n",
        "a = { b = [ 'x', { c = 'y' } ], d = 'z' }\n",
        "a = [ # c\n 'x' # d\n , # e\n 'y' # f\n]\n",
        "[ a . b ]\nc . d = 'x'\n",
    ];
    for text in texts {
        let mut strings: Vec<String> = leaves(text).into_iter().filter(|leaf| leaf.ends_with('"')).collect();
        strings.sort();
        assert_eq!(strings, oracle(text), "{text}");
        assert!(Toml.parse(text.into()).facts().notices.is_empty());
    }
}

#[test]
fn templates_are_masked() {
    let table: &[(&str, &[&str])] = &[
        ("a = {{ .Values.a }}\nb = \"x\"\n", &["a = ~{{ .Values.a }}", "b = \"x\""]),
        ("a = \"{{ x | quote }}\"\nb = {{ y }}m\n", &["a = ~\"{{ x | quote }}\"", "b = ~{{ y }}m"]),
        ("a = pre{{ x }}\"y\"\n", &["a = ~pre{{ x }}"]),
        ("{{- if x }}\n[[runners]]\n  a = 1\n{{- end }}\n", &["runners/0/a = 1"]),
        ("a = [{{ x }}, \"y\"]\n", &["a/0 = ~{{ x }}", "a/1 = \"y\""]),
        ("a = [\n{% for x in y %}\n  \"{{ x }}\",\n{% endfor %}\n]\n", &["a/0 = ~\"{{ x }}\""]),
        ("a = ${X}\nb = '${Y}'\n", &["a = ~${X}", "b = ~\"${Y}\""]),
        ("[runners.{{ name }}]\na = 1\n", &["runners/{{ name }}/a = 1"]),
        ("{{ if x }}\na = 1\n{{ else }}\na = 2\n{{ end }}\n", &["a = 1", "a = 2"]),
        ("{{ key }} = 'x'\n", &["{{ key }} = \"x\""]),
        ("a = \"{{ index \"b\" }}\"\nc = 1\n", &["a = ~\"{{ index \\\"b\\\" }}\"", "c = 1"]),
        (
            "a = '''\n{{ x }}\n  {{- if y }}\n'''\nb = {{ z }}\n",
            &["a = ~\"{{ x }}\\n  {{- if y }}\\n\"", "b = ~{{ z }}"],
        ),
        (
            "{{- with x }}\n  {{- toYaml . | nindent 2 }}\n{{- end }} # {{ c }}\nb = {{ z }}\n",
            &["b = ~{{ z }}"],
        ),
    ];
    for (text, expected) in table {
        for text in [(*text).to_owned(), text.replace('\n', "\r\n")] {
            assert_eq!(leaves(&text), *expected, "{text}");
            assert!(
                text.contains("pre{{") || Toml.parse(text.as_str().into()).facts().notices.is_empty(),
                "{text}"
            );
        }
    }
    let parsed = Toml.parse("{{ if x }}\na = {{ y }}\n{{ end }}\n".into());
    assert_eq!(parsed.facts().control.len(), 2);
}

#[test]
fn what_is_no_toml_is_read_as_far_as_it_goes() {
    let table: &[(&str, &[&str])] = &[
        ("a = 1\nb = \nc = 'x'\n", &["a = 1", "b = null", "c = \"x\""]),
        ("a = \"open\nb = 'x'\n", &["a = \"open\"", "b = \"x\""]),
        ("key value\n[t]\nb = 'x'\n", &["key = null", "t/b = \"x\""]),
        ("[t\nb = 'x'\n", &["t/b = \"x\""]),
        ("a = 1\na = 2\n", &["a = 1", "a = 2"]),
        ("[t]\na = 1\n[t]\na = 2\n", &["t/a = 1", "t/a = 2"]),
        ("a = foo bar\n[[]]\nb = 'x'\n", &["a = foo bar", "/0/b = \"x\""]),
    ];
    for (text, expected) in table {
        assert_eq!(leaves(text), *expected, "{text}");
        assert_eq!(Toml.parse((*text).into()).facts().notices.len(), 1, "{text}");
    }
    let refused = without(&Toml, "a = \nb = 'x'\n", &["a"]);
    assert_eq!(refused, Err("the TOML there is not well-formed".to_owned()));
    assert_eq!(without(&Toml, "a = \nb = 'x'\n", &["b"]).as_deref(), Ok("a = \n"));
}

#[test]
fn entries_leave_cleanly() {
    let table: &[(&str, &[&str], &str)] = &[
        ("a = 1\nb = 2 # x\nc = 3\n", &["b"], "a = 1\nc = 3\n"),
        ("a = 1\nb = 2", &["b"], "a = 1"),
        ("a = 1\n# k\n\nb = 2\n\nc = 3\n", &["b"], "a = 1\n# k\n\nc = 3\n"),
        ("a = '''\nx\n'''\nb = 2\n", &["a"], "b = 2\n"),
        ("a = [\n  1,\n  2, # x\n  3\n]\n", &["a/1"], "a = [\n  1,\n  3\n]\n"),
        ("a = [\n  1,\n  2, # x\n  3\n]\n", &["a/2"], "a = [\n  1,\n  2 # x\n]\n"),
        ("a = [1, 2, 3]\n", &["a/0"], "a = [2, 3]\n"),
        ("a = [1, 2, 3]\n", &["a/2"], "a = [1, 2]\n"),
        ("a = [1, 2, 3]\n", &["a/0", "a/2"], "a = [2]\n"),
        ("a = [1, 2]\n", &["a/0", "a/1"], "a = []\n"),
        ("a = { b = 1, c = 2 }\n", &["a/b"], "a = { c = 2 }\n"),
        ("a = { b = 1, c = 2 }\n", &["a/c"], "a = { b = 1 }\n"),
        ("a = { b = 1 }\nc = 1\n", &["a/b"], "a = {}\nc = 1\n"),
        ("a.b = 1\nc = 2\na.d = [\n 3\n]\n", &["a"], "c = 2\n"),
        ("a.b = 1\na.d = 3\n", &["a/b"], "a.d = 3\n"),
        ("[t]\na = 1\n\n# of u\n[u]\nb = 2\n", &["t"], "# of u\n[u]\nb = 2\n"),
        ("x = 1\n\n[t]\na = 1\n\n[u]\nb = 2\n", &["t"], "x = 1\n\n[u]\nb = 2\n"),
        ("x = 1\n\n[t]\na = 1\n", &["t"], "x = 1\n"),
        ("[[r]]\na = 1\n[r.x]\nb = 2\n\n[[r]]\na = 3\n", &["r/0"], "[[r]]\na = 3\n"),
        ("[[r]]\na = 1\n[r.x]\nb = 2\n[[r]]\na = 3\n[z]\n", &["r"], "[z]\n"),
        ("[a.b]\nx = 1\n[c]\ny = 2\n[a.d]\nz = 3\n", &["a"], "[c]\ny = 2\n"),
        ("a = {{ x }}\nb = {{ y }}\n", &["a"], "b = {{ y }}\n"),
        ("[[r]]\n  a = 1\n  [r.x]\n    b = 2\n", &["r/0/x/b"], "[[r]]\n  a = 1\n  [r.x]\n"),
    ];
    for (before, paths, after) in table {
        let crlf = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(without(&Toml, before, paths).as_deref(), Ok(*after), "{paths:?} of\n{before}");
        assert_eq!(without(&Toml, &crlf(before), paths), Ok(crlf(after)), "{paths:?} of\n{before}");
    }
    assert!(without(&Toml, "a = 1\n[t]\n{{ if x }}\nb = 1\n{{ end }}\nc = {{ y }}\n", &["t"]).is_err());
    assert!(without(&Toml, "a = { b.c = 1, b.d = 2 }\n", &["a/b"]).is_err());
}

#[test]
fn strings_take_edits_or_refuse_them() {
    let hosts = [
        "k = \"say WORD twice\"\n",
        "k = 'say WORD twice'\n",
        "k = '''\nsay WORD\n  twice'''\n",
        "k = \"\"\"\nsay WORD\n  \\\n  twice\\u0041\"\"\"\n",
        "k = \"WORD\"\n",
        "k = '''WORD'''\n",
        "k = \"\"\"WORD\"\"\"\n",
    ];
    let mut done = 0;
    for host in hosts {
        for host in [host.to_owned(), host.replace('\n', "\r\n")] {
            for hard in HARD {
                done += usize::from(edited(&Toml, &host, "k", "WORD", hard).is_ok());
            }
        }
    }
    assert!(done > 330, "only {done} edits were made");
    assert!(edited(&Toml, "k = \"{{ WORD }}\"\nl = {{ m }}\n", "k", "WORD", "y").is_err());
    let refused = edited(&Toml, "k = 'WORD'\n", "k", "WORD", "it's").unwrap_err();
    assert_eq!(refused, "a TOML string in single quotes cannot contain `'`");
}

#[test]
fn values_and_entries_are_written() {
    let set = |text: &str, path: &str, value: &str| {
        let parsed = Toml.parse(text.into());
        parsed.set(find(parsed.as_ref(), path), value).map(|edits| apply(text, edits)).ok()
    };
    assert_eq!(set("a = \"x\"\n", "a", "y\"").as_deref(), Some("a = \"y\\\"\"\n"));
    assert_eq!(set("a = 'x'\n", "a", "y").as_deref(), Some("a = 'y'\n"));
    assert_eq!(set("a = 'x'\n", "a", "it's").as_deref(), Some("a = \"it's\"\n"));
    assert_eq!(set("a = 1\n", "a", "2").as_deref(), Some("a = 2\n"));
    assert_eq!(set("a = 1\n", "a", "x").as_deref(), Some("a = \"x\"\n"));
    assert_eq!(set("a = 'x'\n", "a", "{{ \"y\" }}").as_deref(), Some("a = '{{ \"y\" }}'\n"));
    assert_eq!(set("a = [1]\n", "a", "x"), None);
    let insert = |text: &str, path: &str| {
        let parsed = Toml.parse(text.into());
        parsed.insert_after(find(parsed.as_ref(), path), "k e", "v").map(|edits| apply(text, edits)).ok()
    };
    assert_eq!(
        insert("  a = 1 # x\nb = 2\n", "a").as_deref(),
        Some("  a = 1 # x\n  \"k e\" = \"v\"\nb = 2\n")
    );
    assert_eq!(insert("a = 1", "a").as_deref(), Some("a = 1\n\"k e\" = \"v\""));
    assert_eq!(insert("a = { b = 1 }\n", "a/b").as_deref(), Some("a = { b = 1, \"k e\" = \"v\" }\n"));
    assert_eq!(insert("[t]\n", "t"), None);
}

#[test]
fn toml_is_told_from_other_texts() {
    let yes = [CONFIG, "[[runners]]\n", "{{ if x }}\n[a]\nb = 'c'\n", "# x\n[a.b]\n  c = [\n    1,\n  ]\n"];
    let no = [
        "a: b\n",
        "A=\"b\"\nC=\"d\"\n",
        "[ -f x ] && y\n",
        "echo \"x\"\n",
        "[Unit]\nDescription=x y\nAfter=network.target\n",
        "resource \"a\" \"b\" {\n  c = \"d\"\n}\n",
        "- [x]\n",
        "",
    ];
    for text in yes {
        assert!(super::recognise::looks_like_toml(text), "{text}");
    }
    for text in no {
        assert!(!super::recognise::looks_like_toml(text), "{text}");
    }
    let detected = |path, text| crate::syntax::detect(path, text).map(Language::name);
    assert_eq!(detected(None, CONFIG), Some("toml"));
    assert_eq!(detected(Some("x/config.toml.j2"), ""), Some("toml"));
    assert_eq!(detected(Some("config.template.toml"), ""), Some("toml"));
}

#[test]
fn hostile_texts_are_read_quickly() {
    let n = 100_000;
    let texts = [
        ("arrays", format!("a = {}", "[".repeat(n))),
        ("closed arrays", format!("a = {}{}", "[".repeat(n), "]".repeat(n))),
        ("inline tables", format!("a = {}", "{a = ".repeat(n))),
        ("dotted header", format!("[{}a]\nb = 1\n", "a.".repeat(n))),
        ("dotted key", format!("{}a = 1\n", "a.".repeat(n))),
        ("dotted inline key", format!("x = {{ {}a = 1 }}\n", "a.".repeat(n))),
        ("headers", "[a]\n".repeat(n / 5)),
        ("array headers", "[[a]]\nb = 1\n".repeat(n / 5)),
        ("headers in array headers", "[[a]]\n[[a.b]]\n[a.b.c]\n".repeat(n / 10)),
        ("quotes", "a = \"\n".repeat(n / 5)),
        ("literal quotes", "'''\n\"\"\"\n".repeat(n)),
        ("templates", "a = {{ x\n".repeat(n / 5)),
        ("closed templates", "a = {{ x }}{{ y }}\n".repeat(n / 5)),
        ("openers", "{{".repeat(n)),
        ("keys", "a ".repeat(n)),
        ("equals", "=".repeat(n)),
        ("brackets", "]}".repeat(n)),
        ("escapes", format!("a = \"{}\"", "\\n".repeat(n))),
        ("folds", format!("a = \"\"\"{}\"\"\"", "\\\n".repeat(n))),
    ];
    for (name, text) in texts {
        quick(&Toml, name, &text);
    }
}

#[test]
fn any_cut_of_a_text_is_read() {
    let text = CONFIG.replace("\"alpine\"", "{{ .Values.x | quote }}").replace("B=2", "é${X}");
    for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
        sound(&Toml, &text[..at]);
        sound(&Toml, &text[at..]);
    }
    let all = Toml.parse(text.as_str().into());
    let scalars = ids(all.as_ref())
        .into_iter()
        .filter(|id: &NodeId| matches!(all.facts().tree.kind(*id), Some(NodeKind::Scalar(_))));
    assert_eq!(scalars.count(), 16);
}
