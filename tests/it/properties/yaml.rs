//! YAML in every style: a tree of values, then a writer that decides how each of them is written.

use super::choices::Choices;
use super::shell;

#[derive(Clone)]
enum Value {
    Text(String),
    /// Written as it is.
    Raw(&'static str),
    Map(Vec<(String, Value)>),
    List(Vec<Value>),
}

use Value::{List, Map, Raw, Text};

fn text(text: &str) -> Value {
    Text(text.to_owned())
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn token(c: &mut Choices<'_>) -> Value {
    Raw(c.pick(&[
        "glrt-keep00000000000000",
        "\"\"",
        "oldsecret000000",
        "\"{{ .Values.old }}\"",
        "{{ .Values.old | quote }}",
        "${OLD}",
        "",
        "null",
        "!vault |\n          keep",
        "GR1348941keep0000000000000000",
        "'glrt-keep00000000000000'",
        "*t",
    ]))
}

fn setting(c: &mut Choices<'_>) -> Value {
    match c.below(8) {
        0 => List(vec![text("a"), text("b: #c")]),
        1 => text("a, b"),
        2 => text("a\nb\n"),
        3 => map([("a", text("b"))]),
        _ => Raw(c.pick(&[
            "true",
            "false",
            "\"a,b\"",
            "'a'",
            "3600",
            "",
            "[a, b]",
            "{{ tags }}",
            "!!str x",
            "&x y",
            "|\n          a",
            "[\n]",
        ])),
    }
}

/// Keys of `old`, kept ones among them, in any order.
fn entries(c: &mut Choices<'_>, keys: &[&str]) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for _ in 0..=c.below(5) {
        if c.one_in(3) {
            out.push((c.pick(&["name", "image", "keep", "privileged"]).to_owned(), kept(c)));
        } else {
            let key = c.pick(keys);
            let value = if key.to_lowercase().contains("token") { token(c) } else { setting(c) };
            out.push((key.to_owned(), value));
        }
    }
    // A key twice is not what this is about.
    let mut seen = std::collections::BTreeSet::new();
    out.retain(|(key, _)| seen.insert(key.clone()));
    out
}

fn kept(c: &mut Choices<'_>) -> Value {
    match c.below(6) {
        0 => text("keep"),
        1 => text("keep: this # too"),
        2 => List(vec![text("keep"), text("keep 2")]),
        3 => text("keep\n  indented\n\nlast\n"),
        4 => map([("keep", Raw("1"))]),
        _ => Raw(c.pick(&[
            "keep",
            "\"keep\\n\"",
            "'it''s keep'",
            "[keep, \"keep\"]",
            "{keep: keep}",
            "&keep keep",
        ])),
    }
}

const CHART: &[&str] = &["runnerRegistrationToken", "runnerToken", "tags", "locked", "runUntagged"];
const RUNNERS: &[&str] = &["tags", "locked", "runUntagged", "protected", "maximumTimeout"];
const VARIABLES: &[&str] = &[
    "RUNNER_TAG_LIST",
    "REGISTER_LOCKED",
    "REGISTER_RUN_UNTAGGED",
    "REGISTRATION_TOKEN",
    "CI_SERVER_TOKEN",
    "REGISTER_MAXIMUM_TIMEOUT",
    "CI_SERVER_URL",
    "RUNNER_EXECUTOR",
];
const SECRET: &[&str] = &["runner-registration-token", "runner-token"];

fn chart(c: &mut Choices<'_>) -> Value {
    let mut all = vec![("gitlabUrl".to_owned(), text("https://keep.example.com"))];
    all.extend(entries(c, CHART));
    if !c.one_in(4) {
        let runners = Map(entries(c, RUNNERS));
        let at = c.below(all.len() + 1);
        all.insert(at, ("runners".to_owned(), runners));
    }
    match c.below(4) {
        0 => map([("gitlab-runner", Map(all))]),
        _ => Map(all),
    }
}

fn script(c: &mut Choices<'_>) -> Value {
    let one = |c: &mut Choices<'_>| Text(if c.one_in(3) { shell::script(c) } else { shell::command(c) });
    match c.below(3) {
        0 => one(c),
        _ => {
            let mut items = Vec::new();
            for _ in 0..=c.below(2) {
                items.push(if c.one_in(3) { text("echo keep") } else { one(c) });
            }
            List(items)
        }
    }
}

fn words(c: &mut Choices<'_>) -> Value {
    let command = shell::command(c);
    List(
        command
            .split_whitespace()
            .filter(|word| *word != "\\")
            .map(|word| text(word.trim_matches(['"', '\''])))
            .collect(),
    )
}

fn environment(c: &mut Choices<'_>) -> Value {
    let all = entries(c, VARIABLES);
    match c.below(3) {
        0 => Map(all),
        1 => {
            let flat = |(key, value)| match value {
                Raw(raw) if !raw.contains(['\n', '&', '*', '!']) => {
                    Text(format!("{key}={}", raw.trim_matches(['"', '\''])))
                }
                Text(text) => Text(format!("{key}={text}")),
                _ => Text(key),
            };
            List(all.into_iter().map(flat).collect())
        }
        _ => List(all.into_iter().map(|(key, value)| map([("name", Text(key)), ("value", value)])).collect()),
    }
}

fn container(c: &mut Choices<'_>, environment_key: &str) -> Vec<(String, Value)> {
    let mut out = vec![(
        "image".to_owned(),
        text(c.pick(&["gitlab/gitlab-runner:alpine", "keep", "gitlab/gitlab-runner:v15.1"])),
    )];
    if c.one_in(2) {
        out.push((environment_key.to_owned(), environment(c)));
    }
    let key = c.pick(&["command", "args", "entrypoint"]).to_owned();
    let value = if c.one_in(3) { script(c) } else { words(c) };
    out.push((key, value));
    out
}

/// A manifest or another well-known file: its name and what it says.
fn document(c: &mut Choices<'_>) -> (&'static str, Value) {
    match c.below(9) {
        0 | 1 => ("values.yaml", chart(c)),
        2 => {
            let job = vec![
                ("variables".to_owned(), Map(entries(c, VARIABLES))),
                (c.pick(&["script", "before_script"]).to_owned(), script(c)),
            ];
            (".gitlab-ci.yml", map([("stages", List(vec![text("keep")])), ("job", Map(job))]))
        }
        3 => ("docker-compose.yml", map([("services", map([("runner", Map(container(c, "environment")))]))])),
        4 => {
            let pod = map([("containers", List(vec![Map(container(c, "env"))]))]);
            ("pod.yaml", map([("apiVersion", text("v1")), ("kind", text("Pod")), ("spec", pod)]))
        }
        5 => {
            let key = c.pick(&["stringData", "data"]);
            let data = Map(entries(c, SECRET));
            (
                "secret.yaml",
                map([
                    ("apiVersion", text("v1")),
                    ("kind", text("Secret")),
                    ("metadata", map([("name", text("keep"))])),
                    (key, data),
                ]),
            )
        }
        6 => {
            let module = c.pick(&["shell", "command", "ansible.builtin.shell"]);
            let task = match c.below(3) {
                0 => map([("name", text("keep")), (module, map([("cmd", script(c))]))]),
                1 => map([
                    ("name", text("keep")),
                    (module, Text(shell::command(c))),
                    ("register", text("keep")),
                ]),
                _ => map([("name", text("keep")), ("docker_container", Map(container(c, "env")))]),
            };
            ("tasks/main.yml", List(vec![task]))
        }
        7 => {
            let run = script(c);
            let file = map([("path", text("/keep.sh")), ("content", Text(shell::script(c)))]);
            ("user-data", map([("runcmd", run), ("write_files", List(vec![file]))]))
        }
        _ => {
            let mut c2 = Choices::new(&[]);
            let values = write(&mut c2, &chart(c));
            let helm = map([
                ("values", Text(values)),
                ("parameters", List(vec![map([("name", text("runners.tags")), ("value", text("a"))])])),
            ]);
            let source = map([("chart", text("gitlab-runner")), ("helm", helm)]);
            (
                "app.yaml",
                map([
                    ("apiVersion", text("argoproj.io/v1alpha1")),
                    ("kind", text("Application")),
                    ("spec", map([("source", source)])),
                ]),
            )
        }
    }
}

fn write(c: &mut Choices<'_>, value: &Value) -> String {
    let mut writer = Writer { out: String::new(), step: c.pick(&[2, 2, 4, 3]), dense: c.one_in(3) };
    writer.block(c, value, 0);
    writer.out
}

struct Writer {
    out: String,
    step: usize,
    /// Whether lists stand at the column of their key.
    dense: bool,
}

impl Writer {
    fn noise(&mut self, c: &mut Choices<'_>, indent: usize) {
        if !c.one_in(8) {
            return;
        }
        let pad = " ".repeat(indent);
        match c.below(6) {
            0 => self.out.push_str(&format!("{pad}# comment: it's \"one\n")),
            1 => self.out.push('\n'),
            2 => self.out.push_str("# at the margin\n"),
            3 => self.out.push_str(&format!("{pad}{{{{- if .Values.x }}}}\n")),
            4 => self.out.push_str("{{- end }}\n"),
            _ => self.out.push_str(&format!("{pad}{{% if x %}}\n")),
        }
    }

    fn end(&mut self, c: &mut Choices<'_>) {
        self.out.push_str(if c.one_in(8) { c.pick(&[" # why\n", "  \n", "\t# tab\n"]) } else { "\n" });
    }

    /// `value` on lines of its own; the cursor stands at the start of a line.
    fn block(&mut self, c: &mut Choices<'_>, value: &Value, indent: usize) {
        let pad = " ".repeat(indent);
        match value {
            Map(entries) if !entries.is_empty() => {
                for (key, value) in entries {
                    self.noise(c, indent);
                    self.out.push_str(&pad);
                    self.entry(c, key, value, indent);
                }
            }
            List(items) if !items.is_empty() => {
                for item in items {
                    self.noise(c, indent);
                    self.out.push_str(&pad);
                    self.item(c, item, indent);
                }
            }
            _ => {
                self.out.push_str(&pad);
                self.inline(c, value, indent);
            }
        }
    }

    fn key(&mut self, c: &mut Choices<'_>, key: &str) {
        match c.below(12) {
            11 => self.out.push_str(&format!("\"{key}\":")),
            10 => self.out.push_str(&format!("'{key}':")),
            9 => self.out.push_str(&format!("{key} :")),
            _ => self.out.push_str(&format!("{key}:")),
        }
    }

    fn entry(&mut self, c: &mut Choices<'_>, key: &str, value: &Value, indent: usize) {
        self.key(c, key);
        match value {
            Map(inner) if !inner.is_empty() && !c.one_in(6) => {
                self.end(c);
                self.block(c, value, indent + self.step);
            }
            List(inner) if !inner.is_empty() && !c.one_in(6) => {
                self.end(c);
                self.block(c, value, if self.dense { indent } else { indent + self.step });
            }
            _ => {
                self.out.push_str(if c.one_in(16) { "  " } else { " " });
                if c.one_in(24) {
                    self.out.push_str(c.pick(&["&t ", "!x ", "!!str "]));
                }
                self.inline(c, value, indent + self.step);
            }
        }
    }

    fn item(&mut self, c: &mut Choices<'_>, value: &Value, indent: usize) {
        let dash = if c.one_in(16) { "-   " } else { "- " };
        self.out.push_str(dash);
        let inner = indent + dash.len();
        match value {
            Map(entries) if !entries.is_empty() && !c.one_in(8) => {
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        self.noise(c, inner);
                        self.out.push_str(&" ".repeat(inner));
                    }
                    self.entry(c, key, value, inner);
                }
            }
            _ => self.inline(c, value, inner),
        }
    }

    /// `value` behind a key or dash, up to the line end; further lines at `indent`.
    fn inline(&mut self, c: &mut Choices<'_>, value: &Value, indent: usize) {
        match value {
            Raw(raw) => {
                self.out.push_str(raw);
                self.end(c);
            }
            Text(text) => self.scalar(c, text, indent.max(1)),
            _ => {
                let lines = c.one_in(3);
                self.flow(c, value, if lines { Some(indent.max(1)) } else { None });
                self.end(c);
            }
        }
    }

    fn flow(&mut self, c: &mut Choices<'_>, value: &Value, lines: Option<usize>) {
        let (open, close, count) = match value {
            Map(entries) => ('{', '}', entries.len()),
            List(items) => ('[', ']', items.len()),
            Raw(raw) if !raw.contains(['\n', '{', '*']) && !raw.is_empty() => return self.out.push_str(raw),
            Raw(_) => return self.out.push_str("\"\""),
            Text(text) if plain(text) && !text.contains([',', '[', ']', '{', '}']) && !c.one_in(4) => {
                return self.out.push_str(text);
            }
            Text(text) => return self.out.push_str(&double(text)),
        };
        self.out.push(open);
        for index in 0..count {
            if let Some(indent) = lines {
                self.out.push_str(&format!("\n{}", " ".repeat(indent)));
            } else if c.one_in(6) {
                self.out.push(' ');
            }
            match value {
                Map(entries) => {
                    let (key, value) = &entries[index];
                    if c.one_in(4) {
                        self.out.push_str(&format!("\"{key}\": "));
                    } else {
                        self.out.push_str(&format!("{key}: "));
                    }
                    self.flow(c, value, None);
                }
                List(items) => self.flow(c, &items[index], None),
                _ => {}
            }
            if index + 1 < count || c.one_in(6) {
                self.out.push_str(if lines.is_none() && !c.one_in(6) { ", " } else { "," });
            }
        }
        if let Some(indent) = lines {
            self.out.push_str(&format!("\n{}", " ".repeat(indent - 1)));
        }
        self.out.push(close);
    }

    fn scalar(&mut self, c: &mut Choices<'_>, text: &str, indent: usize) {
        let pad = " ".repeat(indent);
        let one_line = !text.contains('\n');
        let block = !text.trim().is_empty() && !text.starts_with([' ', '\t', '\n']) && !text.contains('\t');
        match c.below(8) {
            0..=2 if one_line && plain(text) => self.out.push_str(text),
            3 if one_line => self.out.push_str(&format!("'{}'", text.replace('\'', "''"))),
            4 => self.out.push_str(&double(text)),
            5 if plain(text) && one_line => {
                // Over several lines, folded at blanks.
                let fold = format!("\n{pad}");
                self.out.push_str(&text.replacen(" --", &format!("{fold}--"), 4));
            }
            6 if block => {
                self.out.push_str(c.pick(&[">", ">-", ">+"]));
                let body = text.replace('\n', "\n\n").replacen(" --", "\n--", 3);
                return self.body(c, &body, &pad);
            }
            7 if one_line => {
                let folded = double(text).replacen(" --", &format!("\n{pad}--"), 2);
                self.out.push_str(&folded);
            }
            _ if block => {
                self.out.push_str(c.pick(&["|", "|-", "|+"]));
                return self.body(c, text, &pad);
            }
            _ => self.out.push_str(&double(text)),
        }
        self.end(c);
    }

    fn body(&mut self, c: &mut Choices<'_>, text: &str, pad: &str) {
        self.end(c);
        for line in text.trim_end_matches('\n').split('\n') {
            if !line.is_empty() || c.one_in(8) {
                self.out.push_str(pad);
            }
            self.out.push_str(line);
            self.out.push('\n');
        }
    }
}

fn plain(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !text.starts_with(|sign: char| "-?:,[]{}#&*!|>'\"%@`".contains(sign))
        && !text.contains('\t')
}

fn double(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    format!("\"{escaped}\"")
}

/// A file: its name and its text.
pub(crate) fn file(c: &mut Choices<'_>) -> (&'static str, String) {
    let (path, value) = document(c);
    let mut out = write(c, &value);
    while c.one_in(5) && !c.is_done() {
        let (_, value) = document(c);
        out.push_str(c.pick(&["---\n", "...\n---\n", "--- # keep\n"]));
        out.push_str(&write(c, &value));
    }
    if c.one_in(8) {
        out = format!(
            "{}{out}",
            c.pick(&["---\n", "# keep\n\n", "%YAML 1.2\n---\n", "#cloud-config\n", "\u{feff}"])
        );
    }
    match c.below(10) {
        8 => out = out.replace('\n', "\r\n"),
        9 => out.truncate(out.trim_end().len()),
        _ => {}
    }
    (path, out)
}
