//! Shell text: commands that register, in many spellings, with lines around them.

use super::choices::Choices;

/// Words with `keep` belong to nothing that is deprecated: a fix must leave them.
const KEPT: &[&str] = &[
    "--url https://keep-1.example.com",
    "--executor keep-2",
    "--name \"keep 3\"",
    "--docker-image=keep-4",
    "--non-interactive",
    "--docker-volumes '/keep-5:/x'",
    "--env KEEP6=\"$KEEP_6\"",
    "--docker-privileged",
    "{{ keep_7 }}",
    "\"${keep_8[@]}\"",
    "-n",
    "--env \"A=$(keep-9 --tag-list x)\"",
    "--description keep\\ 10",
];

const NEW: &[&str] = &[
    "--token \"$KEEP_TOKEN\"",
    "--token glrt-keep00000000000000",
    "-t=$KEEP_TOKEN",
    "--token '{{ keep_token }}'",
    "--token \"\"",
    "--token \"$(keep-token)\"",
];

const OLD: &[&str] = &[
    "--registration-token \"$OLD\"",
    "--registration-token glrt-keep00000000000000",
    "-r $OLD",
    "--registration-token=",
    "--registration-token \"\"",
    "--registration-token {{ old }}",
    "-registration-token='secretvalue0000'",
    "--registration-token",
];

const SETTINGS: &[&str] = &[
    "--tag-list",
    "--run-untagged",
    "--locked",
    "--access-level",
    "--maximum-timeout",
    "--paused",
    "--maintenance-note",
    "-tag-list",
    "\"--tag-list\"",
    "--'locked'",
];

const VALUES: &[&str] = &[
    "=a,b",
    " a,b",
    "",
    "=\"a b\"",
    " 'a b'",
    "=true",
    "=\"false\"",
    "=$TAGS",
    " \"$TAGS\"",
    "={{ tags }}",
    " \"{{ tags | join(',') }}\"",
    "=$(tags)",
    " \"$(echo \"a b\")\"",
    "=\"\"",
    " ''",
    " a\\ b",
    "=\"a\"'b'",
    "=`x`",
    " \"é…\"",
    "=${TAGS:-\"x y\"}",
    " <(tags)",
    "=\"a\\\"b\"",
    " $'a\\tb'",
    "=\"{% if a %}b{% endif %}\"",
];

const GAPS: &[&str] = &[
    " ",
    " \\\n  ",
    " \\\n    ",
    "  ",
    "\\\n",
    "\t",
    " \\\n\t",
    " \\\n\n  ",
    "\n  ",
    " \\ \n  ",
    " \\\n  # keep\n  ",
    " # note \\\n  ",
    " \\\n{{- if .Values.x }}\n  ",
    " {% if x %}",
    " {% endif %} ",
    " \\\n  {% if x %}\n  ",
    " `\n  ",
    " ^\n  ",
];

const PROGRAMS: &[&str] = &[
    "gitlab-runner register",
    "gitlab-runner register",
    "sudo gitlab-runner register",
    "/usr/bin/gitlab-runner --debug register",
    "docker run --rm -v /keep:/x gitlab/gitlab-runner:alpine register",
    "docker exec -it keep gitlab-runner register",
    "sudo -E -u keep gitlab-runner register",
    "FOO=keep gitlab-runner register",
    "REGISTER_LOCKED=true RUNNER_TAG_LIST=\"a\" gitlab-runner register",
    "env REGISTRATION_TOKEN=$OLD KEEP=1 gitlab-runner register",
    "gitlab-runner \\\n  register",
    "docker run -e REGISTER_PAUSED=true -e CI_SERVER_TOKEN=glrt-keep0000000000000 gitlab/gitlab-runner register",
    "'gitlab-runner' \"register\"",
    "echo keep | gitlab-runner register",
    "$RUNNER register",
    "timeout 10 ./gitlab-runner-linux-amd64.exe register",
];

const LINES: &[&str] = &[
    "echo keep-before",
    "set -eu",
    "# a comment with 'quote",
    "export RUNNER_TAG_LIST=\"a,b\"",
    "export CI_SERVER_TOKEN=$KEEP_X REGISTER_LOCKED=false",
    "REGISTRATION_TOKEN=\"$1\"",
    "if [ -n \"$KEEP\" ]; then echo keep; fi",
    "case $keep in a) echo keep;; *) exit;; esac",
    "{{- if .Values.keep }}",
    "{{- end }}",
    "{% if keep %}",
    "{% endif %}",
    "for i in 1 2 3; do",
    "done",
    "keep() {",
    "}",
    "cat <<EOF > /keep\nkeep $KEEP\nEOF",
    "cat <<-'EOF' | keep\n\tkeep\n\tEOF",
    "cat <<EOF",
    "EOF",
    "echo \"keep",
    "it's",
    "",
    "(",
    ")",
    "alias keep='gitlab-runner register --token $T --locked'",
    "trap \"gitlab-runner register --token $KEEP --tag-list a\" EXIT",
    "export REGISTER_RUN_UNTAGGED",
    "unset RUNNER_TAG_LIST; echo $REGISTER_LOCKED",
    "x=$(keep \"$(keep)\")",
    "#!/bin/bash",
    "\\",
];

/// One command that registers.
pub(crate) fn command(c: &mut Choices<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for _ in 0..=c.below(6) {
        parts.push(match c.below(8) {
            0..=3 => {
                let setting = c.pick(SETTINGS);
                format!("{setting}{}", c.pick(VALUES))
            }
            4 | 5 => c.pick(KEPT).to_owned(),
            6 => c.pick(NEW).to_owned(),
            _ => c.pick(OLD).to_owned(),
        });
    }
    let at = c.below(parts.len() + 1);
    let token = if c.one_in(3) { c.pick(OLD) } else { c.pick(NEW) };
    parts.insert(at, token.to_owned());
    let mut text = c.pick(PROGRAMS).to_owned();
    let common = c.below(4);
    for part in parts {
        text.push_str(if c.one_in(4) { c.pick(GAPS) } else { GAPS[common.min(2)] });
        text.push_str(&part);
    }
    text.push_str(match c.below(12) {
        0..=5 => "",
        6 => " > /dev/null 2>&1",
        7 => " || true",
        8 => " \\",
        9 => " \\\n",
        10 => " # keep",
        _ => " && echo keep; done",
    });
    text
}

/// A command as an argument of another one, or in the middle of something.
fn wrapped(c: &mut Choices<'_>) -> String {
    let inner = command(c);
    match c.below(16) {
        0..=6 => inner,
        7 => format!("bash -c '{inner}'"),
        8 => format!("ssh keep \"{inner}\""),
        9 => format!("bash -c \"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$")),
        10 => format!("cat > /keep.sh <<EOF\n{inner}\nEOF"),
        11 => format!("cat <<-'END' | bash -s\n\t{}\nEND", inner.replace('\n', "\n\t")),
        12 => format!("if x; then\n  {inner}\nfi"),
        13 => format!("keep=$({inner})"),
        14 => {
            let rest = inner.strip_prefix("gitlab-runner ").unwrap_or(&inner).replace(" \\\n", "\n");
            format!("args=({rest})\ngitlab-runner \"${{args[@]}}\"")
        }
        _ => format!("( {inner} ) | tee keep `{inner}`"),
    }
}

/// A script, or a part of one.
pub(crate) fn script(c: &mut Choices<'_>) -> String {
    let mut text = String::new();
    if c.one_in(4) {
        text.push_str("#!/bin/sh\n");
    }
    for _ in 0..=c.below(3) {
        for _ in 0..c.below(3) {
            text.push_str(c.pick(LINES));
            text.push('\n');
        }
        text.push_str(&wrapped(c));
        text.push('\n');
    }
    if c.one_in(4) {
        text.push_str(c.pick(LINES));
    }
    text
}
