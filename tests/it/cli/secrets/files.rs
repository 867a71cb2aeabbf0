//! Files with tokens in every place.

/// Made up; each is distinctive enough to be found in any output. The last two are base64 of `opaque-secret-Zq9-05` and
/// `opaque-secret-Zq9-06`.
pub(super) const TOKENS: &[&str] = &[
    "glrt-Zq9madeupZq9token01",
    "GR1348941Zq9madeupZq9token02",
    "Zq9opaqueZq9madeup03",
    "Zq9opaqueZq9madeup04",
    "opaque-secret-Zq9-05",
    "opaque-secret-Zq9-06",
    "b3BhcXVlLXNlY3JldC1acTktMDU=",
    "b3BhcXVlLXNlY3JldC1acTktMDY=",
];

/// Every kind of place, with the tokens in comments and neighbours as well.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "scripts/a.sh",
        "#!/bin/sh\n# was: Zq9opaqueZq9madeup03, now glrt-Zq9madeupZq9token01\nTOKEN=Zq9opaqueZq9madeup03\n\
         gitlab-runner register --registration-token Zq9opaqueZq9madeup03 --tag-list a\n\
         gitlab-runner register --token glrt-Zq9madeupZq9token01 --tag-list Zq9opaqueZq9madeup03,b --locked\n\
         gitlab-runner register -r GR1348941Zq9madeupZq9token02 # GR1348941Zq9madeupZq9token02\n\
         gitlab-runner register --registration-token glrt-Zq9madeupZq9token01 --locked\n\
         echo 'unterminated Zq9opaqueZq9madeup03\n",
    ),
    (
        "values.yaml",
        "gitlabUrl: https://gitlab.example.com\n# Zq9opaqueZq9madeup04\nrunnerRegistrationToken: Zq9opaqueZq9madeup04\n\
         runners:\n  tags: glrt-Zq9madeupZq9token01\n  locked: true\n",
    ),
    (
        "new/values.yaml",
        "gitlabUrl: https://gitlab.example.com\nrunnerRegistrationToken: glrt-Zq9madeupZq9token01\nrunners:\n  tags: a\n",
    ),
    (
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\ntype: Opaque\nmetadata: {name: gitlab-runner}\ndata:\n  # b3BhcXVlLXNlY3JldC1acTktMDU=\n\
         \x20 runner-registration-token: b3BhcXVlLXNlY3JldC1acTktMDU=\n  runner-token: \"\"\nstringData:\n  again: opaque-secret-Zq9-05\n",
    ),
    (
        "plain.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: gitlab-runner}\nstringData:\n  runner-registration-token: opaque-secret-Zq9-06\n\
         \x20 runner-token: \"\"\n---\nnote: [opaque-secret-Zq9-06\n",
    ),
    (
        "compose.yaml",
        "services:\n  runner:\n    image: gitlab/gitlab-runner\n    environment:\n      REGISTRATION_TOKEN: Zq9opaqueZq9madeup03\n\
         \x20     RUNNER_TAG_LIST: a\n      CI_SERVER_TOKEN: glrt-Zq9madeupZq9token01\n    command: gitlab-runner register\n",
    ),
    (
        ".env",
        "REGISTRATION_TOKEN=Zq9opaqueZq9madeup04\nCI_SERVER_URL=https://gitlab.example.com\nRUNNER_TAG_LIST=a\n",
    ),
    (
        "readme.md",
        "Use `GR1348941Zq9madeupZq9token02`:\n\n```sh\ngitlab-runner register -r Zq9opaqueZq9madeup03 --locked\n```\n",
    ),
];

/// Places that no unit knows, texts that do not parse, and every other language.
const ODD_FILES: &[(&str, &str)] = &[
    (
        "calls.sh",
        "curl -X POST 'https://gitlab.example.com/api/v4/runners?token=TOKEN&locked=true'\n\
         curl --request POST https://gitlab.example.com/api/v4/runners --form \"token=TOKEN\"\n\
         curl -X POST https://gitlab.example.com/api/v4/runners -d '{\"token\": \"TOKEN\"}'\n\
         curl -X POST https://gitlab.example.com/api/v4/runners -d \"{\\\"token\\\": \\\"TOKEN\\\"}\"\n\
         curl -X POST https://gitlab.example.com/api/v4/runners -H 'PRIVATE-TOKEN: TOKEN' --data token=$T\n\
         curl -X POST https://gitlab.example.com/api/v4/runners -H 'Authorization: Bearer TOKEN' -d token=$T\n\
         wget --post-data=token=TOKEN https://gitlab.example.com/api/v4/runners\n",
    ),
    (
        "piped.sh",
        "printf 'https://gitlab.example.com/\\nTOKEN\\nname\\n' | tee log | gitlab-runner register\n\
         gitlab-runner register <<E\nhttps://gitlab.example.com/\nTOKEN\nE\n\
         gitlab-runner register <<< 'TOKEN'\n",
    ),
    ("broken.yaml", "gitlabUrl: [\nrunnerRegistrationToken: TOKEN\nx: {{ \nrunners:\n  tags: TOKEN\n"),
    ("broken.sh", "gitlab-runner register -r TOKEN --tag-list \"never ends TOKEN\n"),
    ("config.toml", "[[runners]]\nname = \"a\"\ntoken = \"TOKEN\"\nlocked = true\n# TOKEN\n"),
    ("broken.toml", "[[runners]]\ntoken = \"TOKEN\"\nlocked = true\nx = [\n"),
    (
        "main.tf",
        "resource \"helm_release\" \"a\" {\n  chart = \"gitlab-runner\"\n  set {\n    name = \"runnerRegistrationToken\"\n\
         \x20   value = \"TOKEN\"\n  }\n  set {\n    name = \"runners.tags\"\n    value = \"TOKEN\"\n  }\n}\n",
    ),
    (
        "broken.tf",
        "resource \"helm_release\" \"a\" {\n  chart = \"gitlab-runner\"\n  set {\n    name = \"runnerRegistrationToken\"\n\
         \x20   value = \"TOKEN\"\n  }\n",
    ),
    (
        "Dockerfile",
        "FROM gitlab/gitlab-runner\nENV REGISTRATION_TOKEN=TOKEN RUNNER_TAG_LIST=a\n\
         RUN gitlab-runner register -r TOKEN --maintenance-note 'was TOKEN'\n",
    ),
    (
        "Makefile",
        "TOKEN = TOKEN\nup:\n\tgitlab-runner register -r $(TOKEN) --locked\n\tgitlab-runner register -r TOKEN\n",
    ),
    (
        "a.service",
        "[Service]\nEnvironment=REGISTRATION_TOKEN=TOKEN RUNNER_TAG_LIST=a\nExecStart=gitlab-runner register\n",
    ),
    (
        "play.yml",
        "- hosts: all\n  tasks:\n    - community.general.gitlab_runner:\n        registration_token: TOKEN\n        api_url: https://x\n\
         \x20   - shell: gitlab-runner register --registration-token=TOKEN --locked\n",
    ),
    (
        "values.json",
        "{\"gitlabUrl\": \"x\", \"runnerRegistrationToken\": \"TOKEN\", \"runners\": {\"tags\": \"TOKEN\"}}\n",
    ),
    (
        "set.sh",
        "helm install a gitlab/gitlab-runner --set runnerRegistrationToken=TOKEN,runners.tags=a\n\
         kubectl create secret generic s --from-literal=runner-registration-token=TOKEN\n",
    ),
    ("a.ps1", "$t = 'TOKEN'\n.\\gitlab-runner.exe register --registration-token $t --locked\n# TOKEN\n"),
    (
        "inner.sh",
        "cat > values.yaml <<E\ngitlabUrl: x\nrunnerRegistrationToken: \"TOKEN\"\nE\nbash -c \"gitlab-runner register -r 'TOKEN'\"\n",
    ),
];

/// [`ODD_FILES`] with a token in them.
pub(super) fn odd_files() -> Vec<(&'static str, String)> {
    ODD_FILES.iter().map(|(path, text)| (*path, spell(text))).collect()
}

/// The literal in the place of each word `TOKEN`: names that hold it stay.
fn spell(text: &str) -> String {
    let literal = "Zq9opaqueZq9madeup03";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("TOKEN") {
        let (before, behind) = (&rest[..at], &rest[at + 5..]);
        let part_of_name = before.ends_with(['_', '-', '$', '(']) || behind.starts_with(" = TOKEN");
        out.push_str(before);
        out.push_str(if part_of_name { "TOKEN" } else { literal });
        rest = behind;
    }
    out + rest
}
