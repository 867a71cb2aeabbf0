//! Shapes that break readers, large: nothing overflows, and twice the text takes about twice the time.
//!
//! Times are compared only with `TIMES=1`, on a machine that does nothing else.

#![expect(
    clippy::format_collect,
    clippy::print_stdout,
    clippy::type_complexity,
    reason = "shapes are short functions in a table; times are for who asks for them"
)]

use runnerlint::engine::{Settings, Surroundings};
use runnerlint::fixer;
use runnerlint::text::Source;
use std::time::{Duration, Instant};

/// How many of everything; `SIZE` makes it more or less.
fn size() -> usize {
    std::env::var("SIZE").ok().and_then(|size| size.parse().ok()).unwrap_or(120)
}

fn look(path: &str, text: &str, fix: bool) -> Duration {
    let (settings, around) = (Settings::default(), Surroundings::default());
    let source = Source::new(text.as_bytes().to_vec());
    let start = Instant::now();
    let linted = fixer::lint(&settings, path, &around, &source);
    if fix {
        let fixed = fixer::fix(&settings, path, &around, source, true);
        assert!(fixed.fixed.len() + fixed.remaining.findings.len() >= linted.findings.len().min(1));
    }
    start.elapsed()
}

fn try_all(shapes: &[(&str, &str, &dyn Fn(usize) -> String)]) {
    // A test has a small stack of its own: what recurses is found out.
    let times = std::env::var_os("TIMES").is_some();
    for (name, path, shape) in shapes {
        if std::env::var("SHAPE").is_ok_and(|wanted| !name.contains(&wanted)) {
            continue;
        }
        let count = size();
        if times {
            let (half, all) = (look(path, &shape(count / 4), true), look(path, &shape(count), true));
            let ratio = all.as_secs_f64() / half.as_secs_f64().max(0.001);
            println!("{name:<40} {path:<14} {:>8.3}s {ratio:>6.1}", all.as_secs_f64());
        } else {
            look(path, &shape(count), true);
        }
    }
}

const REGISTER: &str = "gitlab-runner register --token \"$T\" --tag-list a\n";

#[test]
fn shells() {
    let many =
        |piece: &'static str| move |count: usize| format!("{REGISTER}{}\n{REGISTER}", piece.repeat(count));
    try_all(&[
        ("$( nested", "a.sh", &many("$(")),
        ("backquotes", "a.sh", &many("`")),
        ("quotes", "a.sh", &many("\"")),
        ("double in substitution", "a.sh", &many("\"$(")),
        ("single quotes", "a.sh", &many("' \"")),
        ("braces", "a.sh", &many("${")),
        ("brace group", "a.sh", &many("{ ")),
        ("parentheses", "a.sh", &many("(")),
        ("arithmetic", "a.sh", &many("((")),
        ("arithmetic $", "a.sh", &many("$((")),
        ("case", "a.sh", &many("case x in ")),
        ("if", "a.sh", &many("if ")),
        ("heredocs on one line", "a.sh", &many("<<E ")),
        ("heredocs unended", "a.sh", &many("cat <<E\n")),
        ("heredocs ended", "a.sh", &many("cat <<E\nx\nE\n")),
        ("heredocs named", "a.sh", &|count| {
            (0..count).map(|at| format!("cat <<E{at}\n")).collect::<String>() + REGISTER
        }),
        ("heredocs named on one line", "a.sh", &|count| {
            (0..count).map(|at| format!("<<E{at} ")).collect::<String>() + "\n" + REGISTER
        }),
        ("process substitution", "a.sh", &many("<(")),
        ("arrays", "a.sh", &many("a=(--tag-list x)\n")),
        ("arrays nested", "a.sh", &many("a=(")),
        ("continuations", "a.sh", &many("\\\n")),
        ("continued words", "a.sh", &many("x \\\n")),
        ("templates", "a.sh.j2", &many("{{ ")),
        ("template blocks", "a.sh.j2", &many("{% if x %}")),
        ("template blocks on lines", "a.sh.j2", &many("{% if x %}\n")),
        ("template quotes", "a.sh.j2", &many("{{ '")),
        ("percent", "a.sh", &many("%{")),
        ("comments", "a.sh", &many("# x\n")),
        ("functions", "a.sh", &many("f() {\n")),
        ("pipes", "a.sh", &many("x | ")),
        ("assignments", "a.sh", &many("A=b ")),
        ("exports", "a.sh", &many("export RUNNER_TAG_LIST=a\n")),
        ("one long word", "a.sh", &many("xxxxxxxxxxxxxxxxxxxxxxxx")),
        ("one long command", "a.sh", &|count| {
            format!("gitlab-runner register --token $T {}\n", "x".repeat(9 * count))
        }),
        ("options", "a.sh", &|count| {
            format!("gitlab-runner register --token $T {}\n", "--locked --tag-list=a ".repeat(count))
        }),
        ("options kept", "a.sh", &|count| {
            format!("gitlab-runner register --token $T --locked {}\n", "--env A=b ".repeat(count))
        }),
        ("registrations", "a.sh", &|count| REGISTER.repeat(count)),
        ("registrations in bash -c", "a.sh", &|count| {
            "bash -c 'gitlab-runner register --token $T --locked'\n".repeat(count)
        }),
        ("registrations in heredocs", "a.sh", &|count| format!("bash <<E\n{REGISTER}E\n").repeat(count)),
        ("registrations that cannot be fixed", "a.sh", &|count| {
            "gitlab-runner register --token $T --locked {{ x\n".repeat(count)
        }),
        ("registrations with old literals", "a.sh", &|count| {
            (0..count).map(|at| format!("gitlab-runner register -r secretsecret{at}\n")).collect()
        }),
        ("powershell comments", "a.ps1", &many("<# ")),
        ("powershell", "a.ps1", &many("@'\n")),
        ("cmd", "a.bat", &many("%A^\n")),
        ("prompts", "README.md", &|count| {
            format!("```console\n{}```\n", format!("$ {REGISTER}").repeat(count))
        }),
    ]);
}

#[test]
fn yamls() {
    const HEAD: &str = "gitlabUrl: x\nrunnerToken: glrt-xxxxxxxxxxxxxxxxxxxx\nrunners:\n  locked: true\n";
    let many = |piece: &'static str| move |count: usize| format!("{HEAD}x: {}\n", piece.repeat(count));
    let lines = |piece: &'static str| move |count: usize| format!("{HEAD}{}", piece.repeat(count));
    try_all(&[
        ("brackets", "values.yaml", &many("[")),
        ("braces", "values.yaml", &many("{a: ")),
        ("flow list", "values.yaml", &|count| format!("{HEAD}x: [{}]\n", "a, ".repeat(count))),
        ("dashes", "values.yaml", &|count| format!("{}x\n{HEAD}", "- ".repeat(count))),
        ("nested maps", "values.yaml", &|count| {
            let deep: String = (0..count.min(3000)).map(|at| format!("{}a:\n", " ".repeat(at))).collect();
            format!("{HEAD}{deep}")
        }),
        ("questions", "values.yaml", &many("? ")),
        ("anchors", "values.yaml", &lines("- &a x\n")),
        ("anchors and aliases", "values.yaml", &|count| {
            format!("{HEAD}y:\n")
                + &(0..count).map(|at| format!("  - &a{at} x\n  - *a{at}\n")).collect::<String>()
        }),
        ("keys", "values.yaml", &|count| {
            format!("{HEAD}{}", (0..count).map(|at| format!("k{at}: v\n")).collect::<String>())
        }),
        ("same keys", "values.yaml", &lines("k: v\n")),
        ("comments", "values.yaml", &lines("# x\n")),
        ("documents", "values.yaml", &|count| format!("---\n{HEAD}").repeat(count)),
        ("broken documents", "values.yaml", &|count| format!("---\n{HEAD}x: [\n").repeat(count)),
        ("broken lines", "values.yaml", &lines("a: b: c\n")),
        ("broken entries", "values.yaml", &|count| format!("x: \"\n{}", HEAD.repeat(count))),
        ("broken with comments", "values.yaml", &|count| format!("\"a\n{}{HEAD}", "# x\n".repeat(count))),
        ("broken block scalars", "values.yaml", &|count| {
            format!("\"a\n{HEAD}{}", "k: |\n  x\n".repeat(count))
        }),
        ("quotes", "values.yaml", &many("\"")),
        ("escapes", "values.yaml", &|count| format!("{HEAD}x: \"{}\"\n", "\\n".repeat(count))),
        ("folded", "values.yaml", &|count| format!("{HEAD}x: \"{}\"\n", "a\n  ".repeat(count))),
        ("plain over lines", "values.yaml", &|count| format!("{HEAD}x: {}\n", "a\n  ".repeat(count))),
        ("literal", "values.yaml", &|count| format!("{HEAD}x: |\n{}", "  a\n".repeat(count))),
        ("literal blank", "values.yaml", &|count| format!("{HEAD}x: |+\n  a\n{}y: z\n", "\n".repeat(count))),
        ("templates", "templates/a.yaml", &lines("{{- if x }}\na: {{ b }}\n{{- end }}\n")),
        ("templates open", "templates/a.yaml", &many("{{ ")),
        ("templates on one line", "templates/a.yaml", &many("{{ a }}")),
        ("template blocks", "values.yaml.j2", &lines("{% if x %}\n")),
        ("script items", ".gitlab-ci.yml", &|count| {
            format!("a:\n  script:\n{}", format!("    - {REGISTER}").repeat(count))
        }),
        ("script jobs", ".gitlab-ci.yml", &|count| {
            (0..count).map(|at| format!("j{at}:\n  script:\n    - {REGISTER}")).collect()
        }),
        ("folded script", "tasks/main.yml", &|count| {
            format!("- shell: >\n    gitlab-runner register --token $T\n{}", "    --locked\n".repeat(count))
        }),
        ("double-quoted script", "tasks/main.yml", &|count| {
            format!(
                "- shell: \"gitlab-runner register --token $T {}\"\n",
                "--locked \\\"x\\\" ".repeat(count)
            )
        }),
        ("arguments", "docker-compose.yml", &|count| {
            let words = "      - --locked\n      - --tag-list=a\n".repeat(count);
            format!(
                "services:\n  a:\n    image: gitlab/gitlab-runner\n    command:\n      - register\n      - --token=$T\n{words}"
            )
        }),
        ("containers", "docker-compose.yml", &|count| {
            let service = |at| {
                format!(
                    "  a{at}:\n    image: gitlab/gitlab-runner\n    environment:\n      - CI_SERVER_TOKEN=x\n      - REGISTER_LOCKED=true\n"
                )
            };
            format!("services:\n{}", (0..count).map(service).collect::<String>())
        }),
        ("pods", "pods.yaml", &|count| {
            "---\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: gitlab/gitlab-runner\n      env:\n        - name: REGISTER_LOCKED\n          value: \"true\"\n        - name: CI_SERVER_TOKEN\n          value: x\n".repeat(count)
        }),
        ("secrets", "secret.yaml", &|count| {
            "---\napiVersion: v1\nkind: Secret\nstringData:\n  runner-registration-token: secret\n  runner-token: glrt-x\n".repeat(count)
        }),
        ("secrets with other values", "secret.yaml", &|count| {
            (0..count).map(|at| format!("---\napiVersion: v1\nkind: Secret\nstringData:\n  runner-registration-token: secretsecret{at}\n")).collect()
        }),
        ("values in documents", "values.yaml", &|count| format!("---\n{HEAD}").repeat(count)),
        ("carriage returns", "values.yaml", &many("\r")),
        ("tabs", "values.yaml", &lines("\t\n")),
        ("one long line", "values.yaml", &|count| format!("{HEAD}x: {}\n", "abc ".repeat(count * 8))),
        ("JSON", "values.json", &|count| {
            format!(
                "{{\"gitlabUrl\": \"x\", \"runnerToken\": \"y\", \"runners\": {{\"locked\": true}}, \"x\": [{}1]}}",
                "{\"a\": [1, 2]},".repeat(count)
            )
        }),
        ("merge keys", "docker-compose.yml", &|count| {
            format!(
                "x: &x {{A: b}}\nservices:\n  a:\n    image: gitlab/gitlab-runner\n    environment:\n      REGISTER_LOCKED: x\n{}",
                "      <<: *x\n".repeat(count)
            )
        }),
    ]);
}

#[test]
fn others() {
    let markdown = |piece: &'static str| {
        move |count: usize| format!("{}\n\n```sh\n{REGISTER}```\n", piece.repeat(count))
    };
    try_all(&[
        ("fences", "a.md", &|count| format!("```sh\n{REGISTER}```\n\n").repeat(count)),
        ("fences open", "a.md", &markdown("```\n")),
        ("quotes", "a.md", &markdown("> ")),
        ("lists", "a.md", &markdown("- ")),
        ("quoted fence", "a.md", &|count| format!("> ```sh\n> {}", format!("> {REGISTER}").repeat(count))),
        ("emphasis", "a.md", &markdown("*a_ ")),
        ("links", "a.md", &markdown("[a](")),
        ("brackets", "a.md", &markdown("[")),
        ("HTML", "a.md", &markdown("<!-- ")),
        ("backticks", "a.md", &markdown("` `` ")),
        ("dotenv", ".env", &|count| format!("CI_SERVER_TOKEN=x\n{}", "REGISTER_LOCKED=true\n".repeat(count))),
        ("dotenv quotes", ".env", &|count| {
            format!("CI_SERVER_TOKEN=x\n{}", "REGISTER_LOCKED=\"a\n".repeat(count))
        }),
        ("dotenv open", ".env", &|count| {
            format!("CI_SERVER_TOKEN=x\n{}", "REGISTER_LOCKED=\"\\\n'".repeat(count))
        }),
        ("leaked", "a.txt", &|count| {
            (0..count).map(|at| format!("GR1348941abcdefghijklmnopqrst{at}\n")).collect()
        }),
        ("not UTF-8", "a.sh", &|count| format!("{REGISTER}{}", "# \u{1a}\n".repeat(count))),
    ]);
}

#[test]
fn lines_and_programs() {
    let many =
        |piece: &'static str| move |count: usize| format!("{REGISTER}{}\n{REGISTER}", piece.repeat(count));
    try_all(&[
        ("comments between lines", "Dockerfile", &|count| {
            format!("FROM a\nRUN {} \\\n{}", REGISTER.trim_end(), "# x\\\n".repeat(count))
        }),
        ("here-documents open", "Dockerfile", &|count| {
            format!("{}RUN {REGISTER}", "RUN <<A\n".repeat(count))
        }),
        ("here-documents on one line", "Dockerfile", &|count| {
            format!("RUN {}\nRUN {REGISTER}", "<<A ".repeat(count))
        }),
        ("variables", "Dockerfile", &|count| format!("ENV {}\nRUN {REGISTER}", "\\ A=b ".repeat(count))),
        ("words", "Dockerfile", &|count| {
            let words = ", \"--locked\"".repeat(count);
            format!("CMD [\"gitlab-runner\", \"register\", \"--token\", \"x\"{words}]\n")
        }),
        ("commands", "Dockerfile", &|count| format!("FROM a\nRUN {REGISTER}{}", "CMD a\n".repeat(count))),
        ("stages", "Dockerfile", &|count| {
            (0..count).map(|at| format!("FROM a{at}\nENV A=b\nRUN {REGISTER}")).collect()
        }),
        ("recipes", "Makefile", &|count| format!("up:\n\t{REGISTER}").repeat(count)),
        ("dollars", "Makefile", &|count| format!("up:\n\t{REGISTER}\t{}\n", "$".repeat(count))),
        ("exports", "Makefile", &|count| {
            let variables: String = (0..count).map(|at| format!("A{at} = b\nexport A{at}\n")).collect();
            format!("{variables}up:\n\t{REGISTER}")
        }),
        ("blocks open", "Makefile", &|count| format!("up:\n\t{REGISTER}{}", "define x\n".repeat(count))),
        ("variables of a unit", "a.service", &|count| {
            format!("[Service]\nEnvironment={}\nExecStart={REGISTER}", "\"A=b\" ".repeat(count))
        }),
        ("sections", "a.service", &|count| format!("{}ExecStart={REGISTER}", "[Service]\n".repeat(count))),
        ("quotes", "a.py", &many("\"")),
        ("escaped quotes", "a.py", &many("\"\\")),
        ("braces", "a.py", &many("\"{")),
        ("lists", "a.py", &many("[\"register\", \"--locked\", ")),
        ("strings put together", "a.py", &many("\"register a\" + ")),
        ("expressions open", "a.js", &many("`${")),
        ("comments open", "a.js", &many("/*")),
        ("nested expressions", "a.js", &many("\"#{${")),
        ("here-documents open", "a.rb", &|count| {
            format!("{REGISTER}{}", (0..count).map(|at| format!("<<E{at}\n")).collect::<String>())
        }),
        ("quotes on lines", "a.pl", &many("'\n")),
        ("escapes", "a.nix", &many("''$")),
        ("blocks", "a.jsonnet", &many("|||\n")),
        ("here-strings open", "a.ps1", &many("$a = @\"\n")),
        ("here-strings", "a.ps1", &many("$a = @\"\nregister ``\n\"@\n")),
    ]);
}
