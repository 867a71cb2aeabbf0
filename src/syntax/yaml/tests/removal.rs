use super::without;

#[test]
fn entries_go_with_their_lines() {
    let table: &[(&str, &[&str], &str)] = &[
        ("a: 1\nb: 2\nc: 3\n", &["b"], "a: 1\nc: 3\n"),
        ("a: 1\nb: 2\n", &["a"], "b: 2\n"),
        ("a: 1\nb: 2", &["b"], "a: 1"),
        ("a: 1\r\nb: 2", &["b"], "a: 1"),
        ("a: 1\r\nb: 2\r\nc: 3\r\n", &["b"], "a: 1\r\nc: 3\r\n"),
        ("a: 1 # x\nb: 2 # y\nc: 3\n", &["b"], "a: 1 # x\nc: 3\n"),
        ("a: 1\n# about b\nb: 2\n\nc: 3\n", &["b"], "a: 1\n# about b\n\nc: 3\n"),
        ("a: 1\nb:\n  x: 1\n  # in b\n  y: 2\nc: 3\n", &["b"], "a: 1\nc: 3\n"),
        ("a: 1\nb:\n- x\n- y\nc: 3\n", &["b"], "a: 1\nc: 3\n"),
        ("a: 1\nb: |\n  x\n\n  y\n\nc: 3\n", &["b"], "a: 1\n\nc: 3\n"),
        ("a: 1\nb: |+\n  x\n\nc: 3\n", &["b"], "a: 1\nc: 3\n"),
        ("a: 1\nb: x\n  y\n  z\nc: 3\n", &["b"], "a: 1\nc: 3\n"),
        ("a: 1\nb: \"x\n  y\"\nc: 3\n", &["b"], "a: 1\nc: 3\n"),
        ("a: 1\nb:\nc: 3\n", &["b"], "a: 1\nc: 3\n"),
        ("a: 1\n? b\n: c\nd: 3\n", &["b"], "a: 1\nd: 3\n"),
        ("a: 1\nb: &x 1\nc: 3\n", &["b"], "a: 1\nc: 3\n"),
        ("a: 1\nb: 1\nb: 2\nc: 3\n", &["b"], "a: 1\nb: 2\nc: 3\n"),
        ("r:\n  t: 1\n  u: 2\n", &["r.t"], "r:\n  u: 2\n"),
        ("r:\n  t: 1\n  u: 2\nx: 1\n", &["r.t", "r.u"], "x: 1\n"),
        ("x: 1\nr:\n  t: 1\n  u: 2", &["r.t", "r.u"], "x: 1"),
        ("r:\n  t: 1\n  # keep\n  u: 2\nx: 1\n", &["r.t", "r.u"], "r: {}\n  # keep\nx: 1\n"),
        ("g:\n  r:\n    t: 1\n", &["g.r.t"], "g:\n  r: {}\n"),
        ("g:\n  r: # c\n    t: 1\n", &["g.r.t"], "g:\n  r: {} # c\n"),
        ("g:\n  r: !x &a\n    t: 1\n", &["g.r.t"], "g:\n  r: !x &a {}\n"),
        ("a: 1\n", &["a"], "{}\n"),
        ("---\na: 1\nb: 2\n", &["a", "b"], "---\n{}\n"),
        ("- a\n", &["0"], "[]\n"),
        ("# c\na: 1\n", &["a"], "# c\n{}\n"),
        ("l:\n  - a\n  - b\n  - c\n", &["l.1"], "l:\n  - a\n  - c\n"),
        ("l:\n- a\n- b\n", &["l.0"], "l:\n- b\n"),
        (
            "l:\n  - name: A\n    value: x\n  - name: B\n    value: y\n",
            &["l.0"],
            "l:\n  - name: B\n    value: y\n",
        ),
        (
            "l:\n  - name: A\n    value: x\n  - name: B\n    value: y\n",
            &["l.1"],
            "l:\n  - name: A\n    value: x\n",
        ),
        ("l:\n  - name: A\n    value: x\n", &["l.0.name"], "l:\n  - value: x\n"),
        ("l:\n  - name: A # n\n    # c\n    value: x\n", &["l.0.name"], "l:\n  - # c\n    value: x\n"),
        ("l:\n  - a: 1\n    b: 2\n    c: 3\n    d: 4\n", &["l.0.a", "l.0.b", "l.0.d"], "l:\n  - c: 3\n"),
        ("l:\n  - a: 1\n\n    # c\n    b: 2\n    d: 4\n", &["l.0.a", "l.0.b"], "l:\n  - # c\n    d: 4\n"),
        ("l:\n  - a: 1\n  - b: 1\n", &["l.0.a"], "l:\n  - b: 1\n"),
        ("l:\n  - a: 1\n", &["l.0.a"], "l:\n  - {}\n"),
        ("l:\n  - a: 1\n    b: 2\n", &["l.0.a", "l.0.b"], "l:\n  - {}\n"),
        ("- - a\n  - b\n- c\n", &["0.0"], "- - b\n- c\n"),
        ("- -\n  - b\n", &["0.0"], "- - b\n"),
        ("m: {a: 1, b: 2, c: 3}\n", &["m.b"], "m: {a: 1, c: 3}\n"),
        ("m: {a: 1, b: 2, c: 3}\n", &["m.c"], "m: {a: 1, b: 2}\n"),
        ("m: {a: 1, b: 2, c: 3}\n", &["m.a"], "m: {b: 2, c: 3}\n"),
        ("m: {a: 1, b: 2, c: 3}\n", &["m.b", "m.c"], "m: {a: 1}\n"),
        ("m: {a: 1, b: 2, c: 3}\n", &["m.a", "m.c"], "m: {b: 2}\n"),
        ("m: {a: 1}\n", &["m.a"], "m: {}\n"),
        ("m: { a: 1, b: 2 }\nx: 1\n", &["m.a", "m.b"], "x: 1\n"),
        ("m: [a, b, c]\n", &["m.0"], "m: [b, c]\n"),
        ("m: [a, b, c,]\n", &["m.2"], "m: [a, b,]\n"),
        ("m: [a: 1, b]\n", &["m.0.a"], "m: [b]\n"),
        ("m: [a: 1]\n", &["m.0.a"], "m: [{}]\n"),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", &["b"], "{\n  \"a\": 1\n}\n"),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", &["a"], "{\n  \"b\": 2\n}\n"),
        ("{\n  \"a\": {\n    \"x\": 1\n  },\n  \"b\": 2\n}", &["a.x"], "{\n  \"b\": 2\n}"),
        ("{\"a\":1,\"b\":{\"c\":2,\"d\":3}}", &["b.c"], "{\"a\":1,\"b\":{\"d\":3}}"),
        ("m: {\n  a: 1, # x\n  # keep\n  b: 2, # y\n}\n", &["m.a"], "m: {\n  # keep\n  b: 2, # y\n}\n"),
        ("m: {\n  a: 1, # x\n  # keep\n  b: 2 # y\n}\n", &["m.b"], "m: {\n  a: 1 # x\n  # keep\n}\n"),
        ("m: [a, b,\n    c]\n", &["m.1"], "m: [a,\n    c]\n"),
        ("a: {{ x }}\nb: 1\n", &["a"], "b: 1\n"),
        ("a: &x {k: v}\nb: *x\nc: 1\n", &["b"], "a: &x {k: v}\nc: 1\n"),
        ("a: &x\n  k: v\nb:\n  <<: *x\n  c: 1\n", &["b.<<"], "a: &x\n  k: v\nb:\n  c: 1\n"),
        ("a: &x\n  k: v\nb:\n  <<: *x\n", &["a", "b"], "{}\n"),
    ];
    for (before, paths, after) in table {
        assert_eq!(without(before, paths).as_deref(), Ok(*after), "{paths:?} of\n{before}");
    }
}

#[test]
fn what_others_use_stays() {
    let table: &[(&str, &str)] = &[
        ("a: &x 1\nb: *x\n", "a"),
        ("a:\n  k: &x 1\n  l: 2\nb: *x\n", "a"),
        ("a: &x\n  k: 1\n  l: 2\nb: *x\n", "a.k"),
        ("? |\n  k\n: v\nb: 1\n", "k\n"),
        ("a: {{- if x }}\n  k: 1\n{{ end }}\nb: {{ y }}\n", "a"),
        ("l:\n  - a: 1\n{{ if x }}\n    b: 2\n{{ end }}\n    c: {{ y }}\n", "l.0.a"),
    ];
    for (text, path) in table {
        assert!(without(text, &[path]).is_err(), "{text}");
    }
}
