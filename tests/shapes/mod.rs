//! Shapes that break readers: texts that are small here and large where somebody asks for it. Shared by `tests/it/hostile.rs`,
//! which looks for panics and overflows, `benches/linear.rs`, which looks for time that grows faster than the text, and
//! `tests/growth`, which looks for output and memory that do.

#![expect(clippy::format_collect, reason = "shapes are short functions in a table")]

mod grown;
pub(crate) mod modes;

pub(crate) use grown::grown;

/// A text by its size: name, the file's name, the text with that many of everything.
pub(crate) type Shape<'a> = (&'a str, &'a str, &'a dyn Fn(usize) -> String);

/// What is done with shapes.
pub(crate) type Take<'a> = &'a mut dyn FnMut(&[Shape<'_>]);

const REGISTER: &str = "gitlab-runner register --token \"$T\" --tag-list a\n";

/// Hands shells out.
pub(crate) fn shells(take: Take<'_>) {
    let many =
        |piece: &'static str| move |count: usize| format!("{REGISTER}{}\n{REGISTER}", piece.repeat(count));
    take(&[
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

/// Hands yamls out.
pub(crate) fn yamls(take: Take<'_>) {
    const HEAD: &str = "gitlabUrl: x\nrunnerToken: glrt-xxxxxxxxxxxxxxxxxxxx\nrunners:\n  locked: true\n";
    let many = |piece: &'static str| move |count: usize| format!("{HEAD}x: {}\n", piece.repeat(count));
    let lines = |piece: &'static str| move |count: usize| format!("{HEAD}{}", piece.repeat(count));
    take(&[
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

/// Hands others out.
pub(crate) fn others(take: Take<'_>) {
    let markdown = |piece: &'static str| {
        move |count: usize| format!("{}\n\n```sh\n{REGISTER}```\n", piece.repeat(count))
    };
    take(&[
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

/// Hands lines and programs out.
pub(crate) fn lines_and_programs(take: Take<'_>) {
    let many =
        |piece: &'static str| move |count: usize| format!("{REGISTER}{}\n{REGISTER}", piece.repeat(count));
    take(&[
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

/// Hands out what many commands, variables, tags and values make together.
pub(crate) fn many_of_each(take: Take<'_>) {
    const VARIABLES: &str = "gitlabUrl: x\nrunnerToken: y\nrunners:\n  locked: true\n";
    take(&[
        ("commands and variables", "a.sh", &|count| {
            (0..count)
                .map(|at| format!("T{at}=secretsecret{at}\ngitlab-runner register -r \"$T{at}\" --locked\n"))
                .collect()
        }),
        ("commands and one variable", "a.sh", &|count| {
            "T=secretsecret\ngitlab-runner register -r $T --locked\n".repeat(count)
        }),
        ("commands that read variables", "a.sh", &|count| {
            (0..count).map(|at| format!("read T{at}\nT{at}=a\ngitlab-runner register -r $T{at}\n")).collect()
        }),
        ("commands in template blocks", "a.sh.j2", &|count| {
            format!("{{% if x %}}\n{REGISTER}{{% endif %}}\n").repeat(count)
        }),
        ("commands with tags", "a.sh.j2", &|count| {
            "gitlab-runner register --token $T --tag-list {% if x %}a{% endif %} --locked\n".repeat(count)
        }),
        ("commands in pipes", "a.sh", &|count| "echo y | gitlab-runner register\n".repeat(count)),
        ("commands with suppressions", "a.sh", &|count| {
            format!("# runnerlint: ignore[register-server-option]\n{REGISTER}").repeat(count)
        }),
        ("commands in functions", "a.sh", &|count| {
            (0..count).map(|at| format!("f{at}() {{\n  {REGISTER}}}\n")).collect()
        }),
        ("docker run", "a.sh", &|count| {
            "docker run -e REGISTRATION_TOKEN=x -e RUNNER_TAG_LIST=a gitlab/gitlab-runner\n".repeat(count)
        }),
        ("helm --set", "a.sh", &|count| {
            let sets = "--set gitlab-runner.runners.tags=a ".repeat(count);
            format!("helm install a gitlab/gitlab-runner --set runnerToken=a {sets}\n")
        }),
        ("helm commands", "a.sh", &|count| {
            "helm install a gitlab/gitlab-runner --set runnerToken=a --set runners.tags=b\n".repeat(count)
        }),
        ("arrays of options", "a.sh", &|count| {
            format!("{}gitlab-runner register \"${{a[@]}}\"\n", "a+=(--tag-list x)\n".repeat(count))
        }),
        ("curl", "a.sh", &|count| {
            "curl -X POST https://gitlab.example.com/api/v4/runners --form token=secretsecret\n".repeat(count)
        }),
        ("one line of curl", "a.sh", &|count| {
            "curl -X POST https://gitlab.example.com/api/v4/runners --form token=secretsecret; ".repeat(count)
        }),
        ("calls in code", "a.rb", &|count| "post('/api/v4/runners'); ".repeat(count)),
        ("calls and commands", "a.sh", &|count| {
            format!("curl -X POST https://gitlab.example.com/api/v4/runners\n{REGISTER}").repeat(count)
        }),
        ("base64", "secret.yaml", &|count| {
            let data = "Z2xydC1h".repeat(count);
            format!("apiVersion: v1\nkind: Secret\ndata:\n  runner-registration-token: {data}\n")
        }),
        ("base64 of many", "secret.yaml", &|count| {
            let entry = |at| format!("  k{at}: c2VjcmV0c2VjcmV0{at:08}\n");
            let data: String = (0..count).map(entry).collect();
            format!(
                "apiVersion: v1\nkind: Secret\ndata:\n  runner-registration-token: c2VjcmV0c2VjcmV0\n{data}"
            )
        }),
        ("aliases of one anchor", "a.yml", &|count| {
            format!("a: &a\n  script:\n    - {REGISTER}{}", "b: *a\n".repeat(count))
        }),
        ("scripts by alias", ".gitlab-ci.yml", &|count| {
            let job = |at| format!("j{at}:\n  script:\n    - *a\n");
            format!(".a: &a\n  - {REGISTER}{}", (0..count).map(job).collect::<String>())
        }),
        ("laughs", "values.yaml", &|count| {
            let line =
                |at: usize| format!("l{at}: &l{at} [{}]\n", format!("*l{}, ", at.max(1) - 1).repeat(9));
            format!("{VARIABLES}l: &l0 [a]\n{}", (1..count).map(line).collect::<String>())
        }),
        ("values in values", "values.yaml", &|count| {
            (0..count)
                .map(|at| format!("r{at}:\n  {}\n", VARIABLES.trim_end().replace('\n', "\n  ")))
                .collect()
        }),
        ("values that are texts", "a.yaml", &|count| {
            let item = format!("  - values: |\n      {}\n", VARIABLES.trim_end().replace('\n', "\n      "));
            format!("releases:\n{}", item.repeat(count))
        }),
        ("config maps", "a.yaml", &|count| {
            let item = |at| format!("  r{at}.sh: |\n    {REGISTER}");
            format!("apiVersion: v1\nkind: ConfigMap\ndata:\n{}", (0..count).map(item).collect::<String>())
        }),
        ("leaked tokens on one line", "a.txt", &|count| "GR1348941abcdefghijklmnopqrst ".repeat(count)),
        ("long lines", "a.sh", &|count| {
            format!(
                "# {}\ngitlab-runner register --token $T --tag-list {}\n",
                "x".repeat(count * 9),
                "a,".repeat(count * 9)
            )
        }),
        ("one line of commands", "a.sh", &|count| {
            "gitlab-runner register --token $T --locked; ".repeat(count)
        }),
    ]);
}

/// Hands HCL and TOML out.
pub(crate) fn blocks(take: Take<'_>) {
    const HELM: &str = "resource \"helm_release\" \"a\" {\n  chart = \"gitlab-runner\"\n";
    take(&[
        ("set blocks", "a.tf", &|count| {
            let set = "  set {\n    name  = \"runners.tags\"\n    value = \"a\"\n  }\n";
            format!("{HELM}{}}}\n", set.repeat(count))
        }),
        ("resources", "a.tf", &|count| {
            let one = format!(
                "{HELM}  set {{\n    name  = \"runnerRegistrationToken\"\n    value = var.x\n  }}\n}}\n"
            );
            one.repeat(count)
        }),
        ("here-documents", "a.tf", &|count| {
            let one = |at| format!("locals {{\n  a{at} = <<-E\n    {REGISTER}  E\n}}\n");
            (0..count).map(one).collect()
        }),
        ("here-documents open", "a.tf", &|count| {
            (0..count).map(|at| format!("a{at} = <<E{at}\n")).collect::<String>() + REGISTER
        }),
        ("brackets", "a.tf", &|count| format!("{HELM}x = {}\n", "[".repeat(count))),
        ("braces", "a.tf", &|count| format!("{HELM}x = {}\n", "{a = ".repeat(count))),
        ("blocks open", "a.tf", &|count| format!("{}{HELM}", "a {\n".repeat(count))),
        ("calls", "a.tf", &|count| format!("{HELM}x = {}\n", "f(".repeat(count))),
        ("interpolations", "a.tf", &|count| {
            format!("{HELM}x = \"gitlab-runner register {}\"\n", "${\"".repeat(count))
        }),
        ("interpolations closed", "a.tf", &|count| {
            format!("{HELM}x = \"gitlab-runner register --token a {}\"\n", "${a}".repeat(count))
        }),
        ("operators", "a.tf", &|count| format!("{HELM}x = {}1\n", "!".repeat(count))),
        ("conditions", "a.tf", &|count| format!("{HELM}x = {}1\n", "a ? b : ".repeat(count))),
        ("comments open", "a.tf", &|count| format!("{HELM}}}\n{}", "/* ".repeat(count))),
        ("joined", "a.tf", &|count| {
            let words = "\"--tag-list=a\", ".repeat(count);
            format!("x = join(\" \", [\"gitlab-runner register\", {words}])\n")
        }),
        ("tables", "config.toml", &|count| "[[runners]]\ntoken = \"x\"\nlocked = true\n".repeat(count)),
        ("keys", "config.toml", &|count| {
            let keys: String = (0..count).map(|at| format!("k{at} = 1\n")).collect();
            format!("[[runners]]\ntoken = \"x\"\nlocked = true\n{keys}")
        }),
        ("same keys", "config.toml", &|count| {
            format!("[[runners]]\ntoken = \"x\"\n{}", "locked = true\n".repeat(count))
        }),
        ("dotted keys", "config.toml", &|count| {
            format!("[[runners]]\ntoken = \"x\"\nlocked = true\n{}a = 1\n", "a.".repeat(count))
        }),
        ("arrays", "config.toml", &|count| {
            format!("[[runners]]\ntoken = \"x\"\nlocked = true\na = {}\n", "[".repeat(count))
        }),
        ("inline tables", "config.toml", &|count| {
            format!("[[runners]]\ntoken = \"x\"\nlocked = true\na = {}\n", "{a = ".repeat(count))
        }),
        ("strings open", "config.toml", &|count| {
            format!("[[runners]]\ntoken = \"x\"\nlocked = true\n{}", "a = \"\n".repeat(count))
        }),
        ("long strings open", "config.toml", &|count| {
            format!("[[runners]]\ntoken = \"x\"\nlocked = true\n{}", "a = \"\"\"\n'''".repeat(count))
        }),
        ("templates", "config.toml.j2", &|count| {
            format!(
                "[[runners]]\ntoken = \"x\"\n{}locked = true\n",
                "{% if x %}\na = {{ b }}\n{% endif %}\n".repeat(count)
            )
        }),
        ("templates open", "config.toml.j2", &|count| {
            format!("[[runners]]\ntoken = \"x\"\nlocked = true\na = {}\n", "{{ ".repeat(count))
        }),
    ]);
}
