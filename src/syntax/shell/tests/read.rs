use super::{commands, script, variables};
use crate::facts::Hint;
use crate::syntax::Parsed as _;

/// A text, and its commands as [`commands`] writes them.
const CASES: &[(&str, &str)] = &[
    ("a b", "a·b"),
    (
        "gitlab-runner register --url 'u' --tag-list \"a,b\" --locked=\"false\"",
        "gitlab-runner·register·--url·u·--tag-list·a,b·--locked=false",
    ),
    ("x '--flag=v' \"--flag\" \"v\" -r$TOKEN -rTOKEN", "x·--flag=v·--flag·v·-r$TOKEN·-rTOKEN"),
    ("x --tag-list \"dev\",\"docker\" '\"$x\"' a\\ b", "x·--tag-list·dev,docker·\"$x\"·a b"),
    ("r $'a\\nb' $\"c\"", "r·a\nb·c"),
    ("r \\\n  --a \\\r\n  --b \\  \n  --c", "r·--a·--b·--c"),
    ("r --a\\\n  --b", "r·--a·--b"),
    ("r lat\\\nest x", "r·latest·x"),
    ("r --a \\\n\nnext", "r·--a / next"),
    ("r --a \\", "r·--a"),
    ("r \\\n --a\n --b x \\\n --c\nnext", "r·--a~--b·x·--c / next"),
    ("r \\\n --a \\\n # --b \\\n --c\nnext", "r·--a~--c / next"),
    ("r --a \\ # why\n --b", "r·--a·--b"),
    ("r --a # why\nnext", "r·--a / next"),
    ("register \\ --non-interactive \\ --url \"x\"", "register·--non-interactive·--url·x"),
    (
        "r --token <your token> --url <URL> --x [TOKEN] {TOKEN} ... *** --y=<TOKEN FROM GITLAB>",
        "r·--token·<your token>·--url·<URL>·--x·[TOKEN]·{TOKEN}·...·***·--y=<TOKEN FROM GITLAB>",
    ),
    ("r https://<host>/x <in >out 2>&1", "r·https://<host>/x"),
    ("sort <input> output", "sort"),
    (
        "r {{ a | join(\",\") }} ${{ secrets.X }} {% if x %}--l{% endif %} --z",
        "r·{{ a | join(\",\") }}·${{ secrets.X }}·{% if x %}·--l·{% endif %}·--z",
    ),
    (
        "r --t \"{{ cfg['u']|d() }}\" '{{ cfg['u'] }}' ${join(\"\\n\", formatlist(\"--v \\\"%s\\\" \\\\\", l))} <%= x y %>",
        "r·--t·{{ cfg['u']|d() }}·{{ cfg['u'] }}·${join(\"\\n\", formatlist(\"--v \\\"%s\\\" \\\\\", l))}·<%= x y %>",
    ),
    (
        "r \"%{ for x in y }a%{ endfor }\" #{host name} %SETTINGS_x% @X@ __X__",
        "r·%{ for x in y }a%{ endfor }·#{host name}·%SETTINGS_x%·@X@·__X__",
    ),
    (
        "{% if a %}\nr \\\n{% if b %}\n --a \\\n{% endif %}\n --b\n{% endif %}",
        "r·{% if b %}·--a·{% endif %}·--b",
    ),
    (
        "r \\\n{{- if .x }}\n --locked \\\n{{- end }}\n --url u\nnext",
        "r·{{- if .x }}·--locked·{{- end }}·--url·u / next",
    ),
    (
        "f() { r --a; }; function g { x; }; if a; then b; elif c; then d; else e; fi",
        "r·--a / x / a / b / c / d / e",
    ),
    ("for x in a b; do r $x; done; while read l; do y; done", "r·$x / read·l / y"),
    ("for ((i=0; i<3; i++)); do r; done", "r"),
    ("case $x in a|b) r --a ;; (c) d ;; *) e; esac; f", "r·--a / d / e / f"),
    // An operator directly after a pattern, or instead of one.
    ("case $x in a);; r --a);; *) r --b;; esac; f", "r·--b / f"),
    ("case $x\nr --a;;\nr --b&& c; f", "c / f"),
    ("X=$(case $x in a) r --a ;; esac) y", "X=$(case $x in a) r --a ;; esac):y / r·--a"),
    ("a && b || c; d & e | f |& g; ! h", "a / b / c / d / e / |f / |g / !·h"),
    ("( a; b ) | c; { d; } > out", "a / b / |c / d"),
    ("[[ $T == glrt-* && ( a < b ) || $x =~ ^(a|b)$ ]] && r", "[[·$T·==·glrt-*·a·b·$x·=~·^·a·b·$·]] / r"),
    ("[ -z \"$T\" ] && r", "[·-z·$T·] / r"),
    (
        "echo \"$(r --a \"x y\")\" `s --b` <(t --c) $((1<<2))",
        "echo·$(r --a \"x y\")·`s --b`·<(t --c)·$((1<<2)) / r·--a·x y / s·--b / t·--c",
    ),
    ("A=b C='d e' r --x", "A=b:C=d e:r·--x"),
    ("r <<< \"x y\" --a", "r·--a"),
    ("cat <<A <<'B' | r\none\nA\ntwo\nB\nnext", "cat / |r / next"),
    ("$ gitlab-runner register \\\n> --a \\\n> --b\nDone", "gitlab-runner·register·--a·--b"),
    ("# gitlab-runner register\nEnter the URL", "gitlab-runner·register"),
    ("# gitlab-runner register\nsudo x", "sudo·x"),
    ("PS C:\\GitLab> .\\gitlab-runner.exe register --a\n", ".\\gitlab-runner.exe·register·--a"),
    ("C:\\GitLab-Runner> gitlab-runner.exe register --a\n", "gitlab-runner.exe·register·--a"),
    ("root@host:~# gitlab-runner register\n", "gitlab-runner·register"),
    (
        "& $bin register `\n  --url \"u\" `\n  --locked\nWrite-Host \"x\"",
        "$bin·register·--url·u·--locked / Write-Host·x",
    ),
    (
        "$env:CI_SERVER_URL = \"u\"\n.\\gitlab-runner.exe register --a \"x `\"y`\"\"",
        ".\\gitlab-runner.exe·register·--a·x \"y\"",
    ),
    (
        "@echo off\nset A=b\nC:\\x\\gitlab-runner.exe register ^\n  --url %URL% ^\n  --locked\nrem done",
        "echo·off / set·A=b / C:\\x\\gitlab-runner.exe·register·--url·%URL%·--locked",
    ),
    ("echo don't\nr --a", "echo·don't / r·--a"),
    (
        "docker run --rm -v /x:/y gitlab/gitlab-runner:latest register --a",
        "docker·run·--rm·-v·/x:/y·gitlab/gitlab-runner:latest·register·--a",
    ),
    ("sh -c 'gitlab-runner register --a'", "sh·-c·gitlab-runner register --a"),
    ("eval \"x $ARGS\"", "eval·x $ARGS"),
    ("\u{feff}r --a\n", "r·--a"),
    ("x; ; y\n)\nz", "x / y / z"),
    ("echo 'äö' é --ü", "echo·äö·é·--ü"),
    ("r --token $${x} ${var.x}", "r·--token·$${x}·${var.x}"),
    ("if ! r; then s; fi", "!·r / s"),
    ("time r", "r"),
    ("echo a#b #c", "echo·a#b"),
    ("r >> log 2>> err < in &> all", "r"),
    ("x=1; y=2\nexport z", "export·z"),
    ("args=(register --locked \"a b\"\n --x # c\n)\nr \"${args[@]}\"", "r·${args[@]}"),
    (
        "gitlab-runner register --tls-ca-file=\"$(pwd)/ca.crt\" --x",
        "gitlab-runner·register·--tls-ca-file=$(pwd)/ca.crt·--x / pwd",
    ),
    ("set -euo pipefail\nif [ \"$a\" = \"b\" ]; then\n  r --a\nfi", "set·-euo·pipefail / [·$a·=·b·] / r·--a"),
    (
        "docker exec -it $(docker ps -qf \"name=x\") gitlab-runner register -n",
        "docker·exec·-it·$(docker ps -qf \"name=x\")·gitlab-runner·register·-n / docker·ps·-qf·name=x",
    ),
    ("ssh h \"gitlab-runner register --token \\\"$T\\\"\"", "ssh·h·gitlab-runner register --token \"$T\""),
    ("a |\n b &&\n c", "a / |b / c"),
    (
        "r --locked $( [ -n \"$x\" ] && echo \"--y\" )",
        "r·--locked·$( [ -n \"$x\" ] && echo \"--y\" ) / [·-n·$x·] / echo·--y",
    ),
];

#[test]
fn commands_are_read_as_a_shell_or_its_author_means_them() {
    for (text, expected) in CASES {
        assert_eq!(commands(text), *expected, "{text}");
    }
}

#[test]
fn variables_are_exported_or_not() {
    let table = [
        ("A=b", "A=b"),
        ("export A=b C='d e'", "*A=b / *C=d e"),
        ("declare -x A=\"$B\"", "*A=$B"),
        ("A=1; export A", "*A=1"),
        ("$env:A = \"b\"", "*A=b"),
        ("set A=b\nC:\\x\\gitlab-runner.exe register ^\n --locked\n", "*A=b"),
        (": \"${REGISTER_LOCKED:=false}\"", "REGISTER_LOCKED=false"),
    ];
    for (text, expected) in table {
        assert_eq!(variables(text), expected, "{text}");
    }
}

#[test]
fn here_documents_name_their_file_and_their_reader() {
    let text = "cat > values.yaml <<EOF\na: 1\nEOF\nssh h <<'B'\n\tr --a\nB\ntee /etc/x.env <<-C\n\tA=b\n\tC\nnext\n";
    let script = script(text);
    let regions: Vec<(&Hint, &str, Option<usize>)> = script
        .facts()
        .regions
        .iter()
        .map(|region| (&region.hint, region.decoded.text.as_str(), region.reader))
        .collect();
    assert_eq!(
        regions,
        [
            (&Hint::File("values.yaml".to_owned()), "a: 1\n", Some(0)),
            (&Hint::Language("shell".to_owned()), "\tr --a\n", Some(1)),
            (&Hint::File("/etc/x.env".to_owned()), "A=b\n", Some(2)),
        ]
    );
}
