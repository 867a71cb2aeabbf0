//! Places that hold text in another language, each with how a text gets in and out of it. Getting out never uses the code
//! under test: it reads YAML and JSON with another parser, and the rest by its plain rules.

use super::text::{
    as_it_is, at, between, ci, double, exactly, hcl, heredoc, in_double, in_triple, indent,
    on_continued_lines, on_one_line, out_of_double, out_of_triple, plain, prefix, strip, trimmed, unhcl,
    unheredoc, values, words,
};

/// A place.
pub(crate) struct Place {
    /// What people call it.
    pub(crate) name: &'static str,
    /// The name of the host file.
    pub(crate) path: &'static str,
    /// The language that it holds: `shell` or `yaml`.
    pub(crate) holds: &'static str,
    /// The form that a text needs to be able to stand there: all on one line, for example. `None` if it has none.
    pub(crate) prepare: fn(&str) -> Option<String>,
    /// The host with the text in it.
    pub(crate) wrap: fn(&str) -> Option<String>,
    /// The text in the host.
    pub(crate) unwrap: fn(&str) -> Option<String>,
    /// What of a text counts when two are compared.
    pub(crate) same: fn(&str) -> String,
}

impl Place {
    /// The name of a file that holds the text alone.
    pub(crate) fn inner_path(&self) -> &'static str {
        match self.holds {
            "shell" => "script.sh",
            "toml" => "config.toml",
            _ => "values.yaml",
        }
    }
}

pub(crate) const fn place(
    name: &'static str,
    path: &'static str,
    holds: &'static str,
    wrap: fn(&str) -> Option<String>,
    unwrap: fn(&str) -> Option<String>,
) -> Place {
    Place { name, path, holds, prepare: as_it_is, wrap, unwrap, same: exactly }
}

/// A place for one line.
pub(crate) const fn line(
    name: &'static str,
    path: &'static str,
    wrap: fn(&str) -> Option<String>,
    unwrap: fn(&str) -> Option<String>,
) -> Place {
    Place { name, path, holds: "shell", prepare: on_one_line, wrap, unwrap, same: trimmed }
}

/// A place for one command, continued lines and all.
const fn continued(
    name: &'static str,
    path: &'static str,
    wrap: fn(&str) -> Option<String>,
    unwrap: fn(&str) -> Option<String>,
) -> Place {
    Place { name, path, holds: "shell", prepare: on_continued_lines, wrap, unwrap, same: exactly }
}

pub(crate) const PLACES: &[Place] = &[
    place(
        "user data of a stack",
        "stack.yaml",
        "shell",
        |text| {
            let text = indent(text, 12);
            Some(format!(
                "Resources:\n  Box:\n    Properties:\n      UserData:\n        Fn::Base64:\n          Fn::Sub: |\n            #!/bin/bash\n{text}"
            ))
        },
        |host| {
            Some(
                at(host, "Resources.Box.Properties.UserData.Fn::Base64.Fn::Sub")?
                    .strip_prefix("#!/bin/bash\n")?
                    .to_owned(),
            )
        },
    ),
    line(
        "an inline command of Packer",
        "image.json",
        |text| {
            Some(format!(
                "{{\"builders\": [], \"provisioners\": [{{\"inline\": [{}, \"echo\"]}}]}}\n",
                double(text.trim())
            ))
        },
        |host| at(host, "provisioners.0.inline.0"),
    ),
    line(
        "a command of Salt",
        "state.sls",
        |text| {
            plain(text).map(|text| format!("register:\n  cmd.run:\n    - name: {text}\n    - runas: root\n"))
        },
        |host| at(host, "register.'cmd.run'.0.name"),
    ),
    place(
        "values of a helmfile",
        "helmfile.yaml",
        "yaml",
        |text| {
            values(text).then(|| {
                format!(
                    "releases:\n  - name: ci\n    chart: gitlab/gitlab-runner\n    values:\n      -\n{}",
                    indent(text, 8)
                )
            })
        },
        |host| between(host, "      -\n", "").map(|text| strip(&text, "        ")),
    ),
    place(
        "values that kustomize inflates",
        "kustomization.yaml",
        "yaml",
        |text| {
            values(text).then(|| {
                format!("helmCharts:\n  - name: gitlab-runner\n    valuesInline:\n{}", indent(text, 6))
            })
        },
        |host| between(host, "valuesInline:\n", "").map(|text| strip(&text, "      ")),
    ),
    place(
        "values of a Fleet bundle",
        "fleet.yaml",
        "yaml",
        |text| values(text).then(|| format!("helm:\n  chart: gitlab-runner\n  values:\n{}", indent(text, 4))),
        |host| between(host, "  values:\n", "").map(|text| strip(&text, "    ")),
    ),
    place(
        "a here-document of Terraform",
        "main.tf",
        "shell",
        |text| {
            Some(format!("resource \"x\" \"y\" {{\n  user_data = <<EOT\n#!/bin/bash\n{}EOT\n}}\n", hcl(text)))
        },
        |host| Some(unhcl(&between(host, "#!/bin/bash\n", "EOT\n")?)),
    ),
    line(
        "a command of a provisioner",
        "main.tf",
        |text| {
            let text = double(&hcl(text.trim()));
            Some(format!(
                "resource \"x\" \"y\" {{\n  provisioner \"remote-exec\" {{\n    inline = [{text}, \"echo\"]\n  }}\n}}\n"
            ))
        },
        |host| {
            let text = between(host, "inline = [", ", \"echo\"]")?;
            Some(unhcl(&serde_json::from_str::<String>(&text).ok()?))
        },
    ),
    place(
        "values in a here-document of Terraform",
        "main.tf",
        "yaml",
        |text| {
            let text = values(text).then(|| hcl(text))?;
            Some(format!(
                "resource \"helm_release\" \"y\" {{\n  chart = \"gitlab-runner\"\n  values = [<<EOT\n{text}EOT\n  ]\n}}\n"
            ))
        },
        |host| Some(unhcl(&between(host, "<<EOT\n", "EOT\n")?)),
    ),
    place(
        "a configuration in the chart's values",
        "values.yaml",
        "toml",
        |text| Some(format!("gitlabUrl: x\nrunners:\n  config: |\n{}  name: y\n", indent(text, 4))),
        |host| at(host, "runners.config"),
    ),
    place(
        "a configuration in a here-document",
        "up.sh",
        "toml",
        |text| Some(format!("cat > config.toml <<'EOF'\n{text}EOF\n")),
        |host| between(host, "<<'EOF'\n", "EOF\n"),
    ),
    place(
        "a configuration in a ConfigMap",
        "map.yaml",
        "toml",
        |text| Some(format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  config.toml: |\n{}", indent(text, 4))),
        |host| at(host, "data.'config.toml'"),
    ),
    place(
        "a literal block of a CI script",
        ".gitlab-ci.yml",
        "shell",
        |text| ci("|", text),
        |host| at(host, "job.script.0"),
    ),
    place(
        "a literal block with an indentation sign",
        ".gitlab-ci.yml",
        "shell",
        |text| ci("|2", text),
        |host| at(host, "job.script.0"),
    ),
    place(
        "a literal block without its last line break",
        ".gitlab-ci.yml",
        "shell",
        |text| ci("|-", text),
        |host| Some(at(host, "job.script.0")? + "\n"),
    ),
    place(
        "a double-quoted CI script",
        ".gitlab-ci.yml",
        "shell",
        |text| Some(format!("job:\n  script:\n    - {}\n", double(text))),
        |host| at(host, "job.script.0"),
    ),
    line(
        "a plain CI script item",
        ".gitlab-ci.yml",
        |text| plain(text).map(|text| format!("job:\n  script:\n    - {text}\n    - echo done\n")),
        |host| at(host, "job.script.0"),
    ),
    line(
        "a single-quoted CI script item",
        ".gitlab-ci.yml",
        |text| Some(format!("job:\n  script:\n    - '{}'\n", text.trim().replace('\'', "''"))),
        |host| at(host, "job.script.0"),
    ),
    line(
        "a flow list of a CI script",
        ".gitlab-ci.yml",
        |text| Some(format!("job: {{script: [{}, echo done]}}\n", double(text.trim()))),
        |host| at(host, "job.script.0"),
    ),
    Place {
        prepare: on_one_line,
        same: words,
        ..place(
            "a folded block of a CI script",
            ".gitlab-ci.yml",
            "shell",
            |text| ci(">-", &text.replace(" --", "\n--")),
            |host| at(host, "job.script.0"),
        )
    },
    place(
        "a step of a workflow",
        ".github/workflows/x.yml",
        "shell",
        |text| {
            Some(format!("jobs:\n  a:\n    steps:\n      - name: x\n        run: |\n{}", indent(text, 10)))
        },
        |host| at(host, "jobs.a.steps.0.run"),
    ),
    place(
        "the arguments of a container",
        "pod.yaml",
        "shell",
        |text| {
            Some(format!(
                "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: alpine\n      command: [sh, -c]\n      args:\n        - |\n{}",
                indent(text, 10)
            ))
        },
        |host| at(host, "spec.containers.0.args.0"),
    ),
    place(
        "the arguments of a container in JSON",
        "pod.json",
        "shell",
        |text| {
            Some(format!(
                "{{\n  \"apiVersion\": \"v1\", \"kind\": \"Pod\",\n  \"spec\": {{\"containers\": [{{\"image\": \"alpine\", \"command\": [\"sh\", \"-c\", {}]}}]}}\n}}\n",
                double(text)
            ))
        },
        |host| at(host, "spec.containers.0.command.2"),
    ),
    place(
        "a script in a ConfigMap",
        "map.yaml",
        "shell",
        |text| {
            Some(format!(
                "apiVersion: v1\nkind: ConfigMap\ndata:\n  register.sh: |\n{}  other: x\n",
                indent(text, 4)
            ))
        },
        |host| at(host, "data.'register.sh'"),
    ),
    place(
        "a task's shell",
        "tasks/main.yml",
        "shell",
        |text| Some(format!("- name: x\n  shell: |\n{}  when: y\n", indent(text, 4))),
        |host| at(host, "0.shell"),
    ),
    place(
        "cloud-init's runcmd",
        "user-data",
        "shell",
        |text| Some(format!("#cloud-config\nruncmd:\n  - |\n{}  - echo done\n", indent(text, 4))),
        |host| at(host, "runcmd.0"),
    ),
    place(
        "a file that cloud-init writes",
        "cloud-init.yaml",
        "shell",
        |text| {
            Some(format!(
                "#cloud-config\nwrite_files:\n- path: /opt/register.sh\n  content: |\n{}  permissions: '0755'\n",
                indent(text, 4)
            ))
        },
        |host| at(host, "write_files.0.content"),
    ),
    place(
        "a here-document for a shell",
        "up.sh",
        "shell",
        |text| Some(format!("set -e\nbash <<'EOF'\n{text}EOF\necho done\n")),
        |host| between(host, "<<'EOF'\n", "EOF\n"),
    ),
    place(
        "a here-document over ssh",
        "up.sh",
        "shell",
        |text| Some(format!("ssh host 'bash -s' <<'EOF'\n{text}EOF\n")),
        |host| between(host, "<<'EOF'\n", "EOF\n"),
    ),
    place(
        "a here-document that writes a script",
        "up.sh",
        "shell",
        |text| Some(format!("cat > /opt/register.sh <<\"EOF\"\n{text}EOF\nchmod +x /opt/register.sh\n")),
        |host| between(host, "<<\"EOF\"\n", "EOF\n"),
    ),
    place(
        "a here-document behind tabs",
        "up.sh",
        "shell",
        |text| {
            (!text.contains("\n\t"))
                .then(|| format!("if true; then\n\tbash <<-'EOF'\n{}\tEOF\nfi\n", prefix(text, "\t")))
        },
        |host| Some(strip(&between(host, "<<-'EOF'\n", "\tEOF\n")?, "\t")),
    ),
    place(
        "a here-document that is expanded",
        "up.sh",
        "shell",
        |text| Some(format!("bash <<EOF\n{}EOF\n", heredoc(text))),
        |host| Some(unheredoc(&between(host, "<<EOF\n", "EOF\n")?)),
    ),
    place(
        "the word behind bash -c",
        "up.sh",
        "shell",
        |text| Some(format!("bash -c '{}'\n", text.replace('\'', "'\\''"))),
        |host| Some(between(host, "bash -c '", "'\n")?.replace("'\\''", "'")),
    ),
    place(
        "the double-quoted word behind sh -c",
        "up.sh",
        "shell",
        |text| Some(format!("docker exec box sh -c \"{}\"\n", in_double(text))),
        |host| Some(out_of_double(&between(host, "sh -c \"", "\"\n")?)),
    ),
    line(
        "the word behind ssh",
        "up.sh",
        |text| Some(format!("ssh -i key root@host '{}'\n", text.trim().replace('\'', "'\\''"))),
        |host| Some(between(host, "host '", "'\n")?.replace("'\\''", "'")),
    ),
    place(
        "a code block",
        "README.md",
        "shell",
        |text| Some(format!("# Title\n\n```bash\n{text}```\n\nMore.\n")),
        |host| between(host, "```bash\n", "```\n"),
    ),
    place(
        "a code block in a list",
        "README.md",
        "shell",
        |text| Some(format!("1. One\n\n   ```sh\n{}   ```\n\n2. Two\n", indent(text, 3))),
        |host| Some(strip(&between(host, "```sh\n", "   ```\n")?, "   ")),
    ),
    place(
        "a code block in a quotation",
        "README.md",
        "shell",
        |text| Some(format!("> One\n>\n> ~~~shell\n{}> ~~~\n", prefix(text, "> "))),
        |host| Some(strip(&between(host, "~~~shell\n", "> ~~~\n")?, "> ")),
    ),
    place(
        "a script in YAML in a code block",
        "README.md",
        "shell",
        |text| Some(format!("Text\n\n```yaml\n{}```\n", ci("|", text)?)),
        |host| at(&between(host, "```yaml\n", "```\n")?, "job.script.0"),
    ),
    place(
        "a script in YAML in a here-document",
        "up.sh",
        "shell",
        |text| Some(format!("cat > .gitlab-ci.yml <<'EOF'\n{}EOF\n", ci("|", text)?)),
        |host| at(&between(host, "<<'EOF'\n", "EOF\n")?, "job.script.0"),
    ),
    continued(
        "an instruction of a Dockerfile",
        "Dockerfile",
        |text| Some(format!("FROM alpine\nRUN {text}USER nobody\n")),
        |host| between(host, "RUN ", "USER nobody\n"),
    ),
    continued(
        "an instruction of a Dockerfile with comments",
        "Dockerfile",
        |text| Some(format!("FROM alpine\nRUN {}", text.replace("\\\n", "\\\n# why\n"))),
        |host| Some(between(host, "RUN ", "")?.replace("# why\n", "")),
    ),
    place(
        "a here-document of a Dockerfile",
        "Dockerfile",
        "shell",
        |text| Some(format!("FROM alpine\nRUN <<EOF\n{text}EOF\nUSER nobody\n")),
        |host| between(host, "<<EOF\n", "EOF\n"),
    ),
    place(
        "a script that a Dockerfile writes",
        "Dockerfile",
        "shell",
        |text| Some(format!("FROM alpine\nCOPY <<'EOF' /opt/register.sh\n{text}EOF\n")),
        |host| between(host, "/opt/register.sh\n", "EOF\n"),
    ),
    place(
        "the words of a Dockerfile's command",
        "Dockerfile",
        "shell",
        |text| Some(format!("FROM alpine\nCMD [\"sh\", \"-c\", {}]\n", double(text))),
        |host| serde_json::from_str(&between(host, "\"-c\", ", "]\n")?).ok(),
    ),
    continued(
        "a recipe of make",
        "Makefile",
        |text| Some(format!("up: deps\n{}\t@echo done\n", prefix(&text.replace('$', "$$"), "\t"))),
        |host| Some(strip(&between(host, "deps\n", "\t@echo done\n")?, "\t").replace("$$", "$")),
    ),
    line(
        "a command of a unit",
        "runner.service",
        |text| Some(format!("[Service]\nType=oneshot\nExecStart={text}\n[Install]\nWantedBy=x\n")),
        |host| between(host, "ExecStart=", "\n[Install]\n"),
    ),
    place(
        "a string of a pipeline",
        "Jenkinsfile",
        "shell",
        |text| Some(format!("node {{\n  sh '''\n{}'''\n}}\n", in_triple(text))),
        |host| Some(out_of_triple(&between(host, "sh '''\n", "'''\n}")?)),
    ),
    place(
        "values under the chart's key",
        "values.yaml",
        "yaml",
        |text| values(text).then(|| format!("gitlab-runner:\n{}other:\n  a: b\n", indent(text, 2))),
        |host| between(host, "gitlab-runner:\n", "other:\n").map(|text| strip(&text, "  ")),
    ),
    place(
        "values deep in a mapping",
        "values.yaml",
        "yaml",
        |text| values(text).then(|| format!("stack:\n  ci:\n    gitlab-runner:\n{}", indent(text, 6))),
        |host| between(host, "gitlab-runner:\n", "").map(|text| strip(&text, "      ")),
    ),
    place(
        "values of an Application, as text",
        "app.yaml",
        "yaml",
        |text| {
            values(text).then(|| format!("apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    chart: gitlab-runner\n    helm:\n      values: |\n{}  destination: {{}}\n", indent(text, 8)))
        },
        |host| at(host, "spec.source.helm.values"),
    ),
    place(
        "values of an Application, as an object",
        "app.yaml",
        "yaml",
        |text| {
            values(text).then(|| format!("apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    chart: gitlab-runner\n    helm:\n      valuesObject:\n{}", indent(text, 8)))
        },
        |host| between(host, "valuesObject:\n", "").map(|text| strip(&text, "        ")),
    ),
    place(
        "values of a release",
        "release.yaml",
        "yaml",
        |text| {
            values(text).then(|| format!("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  chart:\n    spec:\n      chart: gitlab-runner\n  values:\n{}", indent(text, 4)))
        },
        |host| between(host, "  values:\n", "").map(|text| strip(&text, "    ")),
    ),
    place(
        "values of a K3s chart",
        "chart.yaml",
        "yaml",
        |text| {
            values(text).then(|| format!("apiVersion: helm.cattle.io/v1\nkind: HelmChart\nspec:\n  chart: gitlab-runner\n  valuesContent: |-\n{}", indent(text, 4)))
        },
        |host| Some(at(host, "spec.valuesContent")? + "\n"),
    ),
    place(
        "values in a ConfigMap",
        "map.yaml",
        "yaml",
        |text| {
            values(text).then(|| {
                format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  values.yaml: |\n{}", indent(text, 4))
            })
        },
        |host| at(host, "data.'values.yaml'"),
    ),
    place(
        "values in a double-quoted string",
        "map.yaml",
        "yaml",
        |text| {
            values(text)
                .then(|| format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  values.yaml: {}\n", double(text)))
        },
        |host| at(host, "data.'values.yaml'"),
    ),
    place(
        "a file that a task writes",
        "tasks/main.yml",
        "yaml",
        |text| {
            Some(format!(
                "- copy:\n    dest: /etc/values.yaml\n    content: |\n{}  tags: x\n",
                indent(text, 6)
            ))
        },
        |host| at(host, "0.copy.content"),
    ),
    place(
        "YAML in a here-document",
        "up.sh",
        "yaml",
        |text| Some(format!("cat > values.yaml <<'EOF'\n{text}EOF\nhelm upgrade x\n")),
        |host| between(host, "<<'EOF'\n", "EOF\n"),
    ),
    place(
        "YAML for a program's standard input",
        "up.sh",
        "yaml",
        |text| Some(format!("kubectl apply -f - <<'EOF'\n{text}EOF\n")),
        |host| between(host, "<<'EOF'\n", "EOF\n"),
    ),
    place(
        "a YAML code block",
        "README.md",
        "yaml",
        |text| Some(format!("Text\n\n```yaml\n{text}```\n")),
        |host| between(host, "```yaml\n", "```\n"),
    ),
    place(
        "a YAML code block in a list",
        "README.md",
        "yaml",
        |text| Some(format!("- One\n\n  ```yml\n{}  ```\n", indent(text, 2))),
        |host| Some(strip(&between(host, "```yml\n", "  ```\n")?, "  ")),
    ),
    place(
        "a second document",
        "all.yaml",
        "yaml",
        |text| Some(format!("a: b\n---\n{text}")),
        |host| between(host, "---\n", ""),
    ),
];
