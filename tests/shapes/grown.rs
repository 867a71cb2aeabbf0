//! Shapes whose reports, edits or memory once grew faster than the text.

use super::Take;

const TOKEN: &str = "gitlab-runner register --registration-token \"$T\"";
const LITERAL: &str = "glrt-EXAMPLE000000000000";

/// `count` comments that accept a rule.
fn comments(sign: &str, close: &str, count: usize) -> String {
    format!("{sign} runnerlint: ignore[helm-server-setting] x{close}\n").repeat(count)
}

/// Each number below `count` as a text.
fn numbered(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect()
}

/// Hands out shapes of many parts that are reported, and of parts that each hold all others.
pub(crate) fn grown(take: Take<'_>) {
    const HELM: &str = "helm upgrade r gitlab/gitlab-runner --set runnerRegistrationToken=$T";
    take(&[
        ("pairs in one `--set`", "a.sh", &|n| format!("{HELM}{}\n", numbered(n, |at| format!(",a{at}=b")))),
        ("many `--set`", "a.sh", &|n| {
            format!("{HELM}{}\n", numbered(n, |at| format!(" --set runners.tags=a{at}")))
        }),
        ("token options", "a.sh", &|n| {
            format!("gitlab-runner register{}\n", format!(" --registration-token {LITERAL}").repeat(n))
        }),
        ("settings", "a.sh", &|n| format!("{TOKEN}{}\n", " --tag-list a".repeat(n))),
        ("variables of a container", "pod.yaml", &|n| {
            let variables = numbered(n, |at| format!("    - {{name: RUNNER_TAG_LIST, value: a{at}}}\n"));
            format!(
                "spec:\n  containers:\n  - image: gitlab/gitlab-runner\n    args: [register]\n    env:\n    - {{name: REGISTRATION_TOKEN, value: \"$(T)\"}}\n{variables}"
            )
        }),
        ("commands in one line", "a.sh", &|n| format!("{TOKEN} --tag-list a ; ").repeat(n) + "\n"),
        ("values in one line", "a.json", &|n| {
            let one = "{\"runnerRegistrationToken\":\"$T\",\"runners\":{\"tags\":\"a\"}}";
            format!("[{}]\n", vec![one; n].join(","))
        }),
        ("comments of YAML", "values.yaml", &|n| {
            format!("runnerRegistrationToken: $T\n{}", comments("#", "", n))
        }),
        ("comments of a shell", "a.sh", &|n| format!("{TOKEN}\n{}", comments("#", "", n))),
        ("comments of Terraform", "main.tf", &|n| {
            format!(
                "resource \"gitlab_runner\" \"a\" {{ registration_token = var.t }}\n{}",
                comments("//", "", n)
            )
        }),
        ("comments of Markdown", "a.md", &|n| {
            format!("```sh\n{TOKEN}\n```\n{}", comments("<!--", " -->", n))
        }),
        ("comments of TOML", "config.toml", &|n| {
            format!("[[runners]]\ntoken = \"x\"\nlocked = true\n{}", comments("#", "", n))
        }),
        ("comments of a Dockerfile", "Dockerfile", &|n| {
            format!("FROM gitlab/gitlab-runner\nRUN {TOKEN}\n{}", comments("#", "", n))
        }),
        ("leaked tokens", "a.sh", &|n| "# GR1348941abcdefghijklmnopqrst\n".repeat(n)),
        ("one key many times", "values.yaml", &|n| format!("runnerRegistrationToken: {LITERAL}\n").repeat(n)),
        ("one variable many times", "a.sh", &|n| {
            format!("export REGISTRATION_TOKEN={LITERAL}\n").repeat(n) + "gitlab-runner register -n\n"
        }),
        ("one variable many times, dotenv", ".env", &|n| format!("REGISTRATION_TOKEN={LITERAL}\n").repeat(n)),
        ("one variable many times, make", "Makefile", &|n| {
            format!("T = {LITERAL}\n").repeat(n) + "r:\n\tgitlab-runner register -r $(T)\n"
        }),
        ("one argument many times", "a.tf", &|n| {
            format!("resource \"gitlab_runner\" \"a\" {{\n{}}}\n", "  registration_token = var.t\n".repeat(n))
        }),
        ("a pipe", "a.sh", &|n| format!("{}{TOKEN} --locked\n", "a | ".repeat(n))),
        ("here-strings", "a.sh", &|n| format!("{}\n{TOKEN}\n", "cat <<< \"\n".repeat(n))),
        ("scripts in scripts", "a.sh", &|n| {
            "bash -c \"bash -c 'gitlab-runner register --locked'\"\n".repeat(n)
        }),
        ("here-strings of PowerShell", "a.ps1", &|n| format!("{}\n{TOKEN}\n", "@\"\n".repeat(n))),
        ("results of PowerShell", "a.ps1", &|n| {
            format!("{}gitlab-runner register -r $t --locked\n", "$t = (\n".repeat(n))
        }),
        ("items", "values.yaml", &|n| format!("runnerRegistrationToken: $T\na: [{}]\n", "a,".repeat(n))),
        ("registrations", "a.sh", &|n| format!("{TOKEN} \\\n  --tag-list a \\\n  --locked\n").repeat(n)),
        ("registrations with text between", "a.sh", &|n| {
            format!("{TOKEN} --tag-list a\n{}", "echo x\n".repeat(30)).repeat(n)
        }),
        ("scripts of a list", ".gitlab-ci.yml", &|n| {
            let item = "    - . ./env.sh\n    - gitlab-runner register -r $T --locked\n";
            format!("job:\n  script:\n{}", item.repeat(n))
        }),
        ("items that are removed", ".gitlab-ci.yml", &|n| {
            let item = "    - export REGISTER_LOCKED=false\n";
            format!("job:\n  script:\n{}    - gitlab-runner register -r {LITERAL}\n", item.repeat(n))
        }),
        ("scripts of other keys", ".gitlab-ci.yml", &|n| {
            let job = |at| format!("job{at}:\n  script: [gitlab-runner register -r $T --locked]\n");
            format!("before_script:\n{}{}", "  - . ./env.sh\n".repeat(n), numbered(n, job))
        }),
    ]);
}
