//! More places: stacks and task definitions, configuration management, programs, configurations of the runner.

use super::places::{Place, line, place};
use super::text::{at, between, double, hcl, in_triple, indent, out_of_triple, strip, unhcl};

/// The items that a stack of CloudFormation joins, behind the script's first line.
fn joined(separator: &str, items: &[String]) -> Option<String> {
    let items =
        std::iter::once("#!/bin/bash\n".trim_end_matches(separator).to_owned()).chain(items.iter().cloned());
    let items: Vec<String> = items.collect();
    let join = serde_json::json!([separator, items]);
    let stack = serde_json::json!({"Resources": {"Box": {"Properties": {"UserData": {"Fn::Base64": {"Fn::Join": join}}}}}});
    serde_json::to_string_pretty(&stack).ok()
}

fn unjoined(host: &str) -> Option<String> {
    let stack: serde_json::Value = serde_json::from_str(host).ok()?;
    let join = stack.pointer("/Resources/Box/Properties/UserData/Fn::Base64/Fn::Join")?;
    let items: Vec<String> = serde_json::from_value(join.get(1)?.clone()).ok()?;
    let text = items.join(join.get(0)?.as_str()?);
    text.strip_prefix("#!/bin/bash\n").map(str::to_owned)
}

/// Items that end behind a word, wherever that is.
fn cut(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(str::to_owned).collect()
}

pub(crate) const PLACES: &[Place] = &[
    place("pieces that a stack joins", "stack.json", "shell", in_pieces, unjoined),
    place(
        "lines that a stack joins",
        "stack.json",
        "shell",
        |text| joined("\n", &text.split('\n').map(str::to_owned).collect::<Vec<_>>()),
        unjoined,
    ),
    line(
        "a command of cfn-init",
        "stack.yaml",
        |text| {
            Some(format!(
                "Resources:\n  Box:\n    Metadata:\n      AWS::CloudFormation::Init:\n        config:\n          commands:\n            a:\n              command: {}\n",
                double(text.trim())
            ))
        },
        |host| at(host, "Resources.Box.Metadata.AWS::CloudFormation::Init.config.commands.a.command"),
    ),
    line(
        "a line of a document of Systems Manager",
        "stack.yaml",
        |text| {
            Some(format!(
                "Resources:\n  Doc:\n    Properties:\n      Content:\n        mainSteps:\n          - inputs:\n              runCommand: [{}, echo]\n",
                double(text.trim())
            ))
        },
        |host| at(host, "Resources.Doc.Properties.Content.mainSteps.0.inputs.runCommand.0"),
    ),
    place(
        "the command of a task definition",
        "task.json",
        "shell",
        |text| {
            Some(format!(
                "{{\"containerDefinitions\": [{{\"image\": \"alpine\", \"command\": [\"sh\", \"-c\", {}]}}]}}\n",
                double(text)
            ))
        },
        |host| at(host, "containerDefinitions.0.command.2"),
    ),
    place(
        "the command of a compose service",
        "compose.yaml",
        "shell",
        |text| {
            Some(format!(
                "services:\n  a:\n    image: alpine\n    command:\n      - sh\n      - -c\n      - |\n{}",
                indent(text, 8)
            ))
        },
        |host| at(host, "services.a.command.2"),
    ),
    place(
        "the arguments of a task of Nomad",
        "job.nomad",
        "shell",
        |text| {
            Some(format!(
                "job \"a\" {{\n  group \"b\" {{\n    task \"c\" {{\n      config {{\n        command = \"/bin/sh\"\n        args    = [\"-c\", {}]\n      }}\n    }}\n  }}\n}}\n",
                double(&hcl(text))
            ))
        },
        |host| Some(unhcl(&serde_json::from_str::<String>(&between(host, "\"-c\", ", "]\n")?).ok()?)),
    ),
    place(
        "what a container does after its start",
        "pod.yaml",
        "shell",
        |text| {
            Some(format!(
                "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: alpine\n      lifecycle:\n        postStart:\n          exec:\n            command: [sh, -c, {}]\n",
                double(text)
            ))
        },
        |host| at(host, "spec.containers.0.lifecycle.postStart.exec.command.2"),
    ),
    place(
        "a state of Salt",
        "state.sls",
        "shell",
        |text| Some(format!("register:\n  cmd.run:\n    - name: |\n{}    - runas: root\n", indent(text, 8))),
        |host| at(host, "register.'cmd.run'.0.name"),
    ),
    place(
        "a here-document of a Vagrantfile",
        "Vagrantfile",
        "shell",
        |text| {
            Some(format!(
                "Vagrant.configure(\"2\") do |config|\n  config.vm.provision \"shell\", inline: <<-'SHELL'\n{text}SHELL\nend\n"
            ))
        },
        |host| between(host, "<<-'SHELL'\n", "SHELL\nend"),
    ),
    line(
        "a command of Puppet",
        "init.pp",
        |text| Some(format!("exec {{ 'register':\n  command => '{}',\n}}\n", in_triple(text.trim()))),
        |host| Some(out_of_triple(&between(host, "command => '", "',\n}")?)),
    ),
    place(
        "a string of Nix",
        "runner.nix",
        "shell",
        |text| {
            (!text.contains("''"))
                .then(|| format!("{{\n  script = ''\n{}'';\n}}\n", text.replace("${", "''${")))
        },
        |host| Some(between(host, "script = ''\n", "'';\n}")?.replace("''${", "${")),
    ),
    place(
        "a configuration in a Secret",
        "secret.yaml",
        "toml",
        |text| {
            Some(format!("apiVersion: v1\nkind: Secret\nstringData:\n  config.toml: |\n{}", indent(text, 4)))
        },
        |host| at(host, "stringData.'config.toml'"),
    ),
    place(
        "a configuration that cloud-init writes",
        "cloud-init.yaml",
        "toml",
        |text| {
            Some(format!(
                "#cloud-config\nwrite_files:\n- path: /etc/gitlab-runner/config.toml\n  content: |\n{}",
                indent(text, 4)
            ))
        },
        |host| at(host, "write_files.0.content"),
    ),
    place(
        "a configuration that a task writes",
        "tasks/main.yml",
        "toml",
        |text| {
            Some(format!(
                "- copy:\n    dest: /etc/gitlab-runner/config.toml\n    content: |\n{}  tags: x\n",
                indent(text, 6)
            ))
        },
        |host| at(host, "0.copy.content"),
    ),
    place(
        "a configuration that a Dockerfile writes",
        "Dockerfile",
        "toml",
        |text| Some(format!("FROM alpine\nCOPY <<'EOF' /etc/gitlab-runner/config.toml\n{text}EOF\n")),
        |host| between(host, "config.toml\n", "EOF\n"),
    ),
    place(
        "a configuration in a here-document of Terraform",
        "main.tf",
        "toml",
        |text| Some(format!("locals {{\n  config = <<EOT\n{}EOT\n}}\n", hcl(text))),
        |host| Some(unhcl(&between(host, "<<EOT\n", "EOT\n")?)),
    ),
    place(
        "a configuration in a code block",
        "README.md",
        "toml",
        |text| Some(format!("- One\n\n  ```toml\n{}  ```\n", indent(text, 2))),
        |host| Some(strip(&between(host, "```toml\n", "  ```\n")?, "  ")),
    ),
];

/// A suppression is found as a whole, and has no bytes of its own where it is cut.
fn in_pieces(text: &str) -> Option<String> {
    if text.contains("runnerlint:") { None } else { joined("", &cut(text)) }
}
