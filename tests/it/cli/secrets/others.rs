//! Secrets beside the registration token, in names of files, in other spellings; and names that stay readable.

use super::assert_hidden;
use crate::support::{Ran, Scratch};
use runnerlint::report::{FORMATS, plan};

const SECRET: &str = "Zq9xK9mPw7sVt2LbR8uY";

/// All that is said of a folder, before and after it is fixed.
fn all(scratch: &Scratch) -> Vec<(String, Ran)> {
    let mut runs: Vec<Vec<&str>> =
        FORMATS.iter().map(|it| vec!["-f", it.name, "--unsafe-fixes", "-v"]).collect();
    runs.extend(plan::FORMATS.iter().map(|it| vec!["plan", "--format", it.name]));
    runs.push(vec!["--diff", "--unsafe-fixes"]);
    runs.push(vec!["--show-files"]);
    runs.push(vec!["--statistics"]);
    runs.push(vec!["--baseline", "known.json", "--write-baseline"]);
    runs.push(vec!["--baseline", "known.json", "-v"]);
    runs.push(vec!["--fix", "--unsafe-fixes"]);
    runs.into_iter().map(|args| (args.join(" "), scratch.run(&args))).collect()
}

#[track_caller]
fn assert_unseen(scratch: &Scratch, words: &[&str]) {
    for (what, ran) in all(scratch) {
        for word in words {
            for text in [&*String::from_utf8_lossy(&ran.out), &*ran.err] {
                let line = text.lines().find(|line| line.contains(word));
                assert!(line.is_none(), "{what}: `{word}` in {line:?}");
            }
        }
        assert_hidden(&ran, &[&what]);
    }
    assert!(!scratch.read("known.json").contains("Zq9"), "{}", scratch.read("known.json"));
}

#[test]
fn tokens_with_any_of_gitlabs_prefixes_are_hidden() {
    let prefixes = [
        "glrt-",
        "glrtr-",
        "glpat-",
        "gldt-",
        "glcbt-",
        "glptt-",
        "glft-",
        "glimt-",
        "glagent-",
        "glwt-",
        "glsoat-",
        "glffct-",
        "gloas-",
        "GR1348941",
        "acme-glrt-",
        "acme_glrtr-",
        "ACMEglpat-",
    ];
    let comments: String = prefixes.map(|prefix| format!("# was {prefix}{SECRET}\n")).concat();
    let text = format!("{comments}gitlab-runner register --registration-token \"$T\" --locked\n{comments}");
    let yaml =
        format!("{comments}gitlabUrl: x\nrunnerRegistrationToken: $T\nrunners:\n  tags: a\n{comments}");
    assert_unseen(&Scratch::with(&[("a.sh", text), ("v.yaml", yaml)]), &[SECRET]);
}

#[test]
fn a_word_with_a_prefix_that_is_a_name_stays() {
    let text = "# glagent-of-the-production-cluster, glwt-documentation.internal\ngitlab-runner register -r \"$T\" --locked\n";
    let ran = Scratch::with(&[("a.sh", text)]).run(&["--diff", "--unsafe-fixes"]);
    assert!(
        ran.text().contains("glagent-of-the-production-cluster, glwt-documentation.internal"),
        "{}",
        ran.text()
    );
}

#[test]
fn credentials_of_urls_and_requests_are_hidden() {
    let register = |url: &str| format!("gitlab-runner register --registration-token \"$T\" --url {url}\n");
    let runners = "https://gitlab.example.com/api/v4/runners";
    let text = [
        register(&format!("https://oauth2:{SECRET}@gitlab.example.com")),
        register(&format!("https://{SECRET}@gitlab.example.com")),
        register(&format!("\"https://user:${{P:-{SECRET}}}@gitlab.example.com\"")),
        register("https://user:Zq9Zq9p@gitlab.example.com"),
        format!("curl -u user:{SECRET} -X POST {runners} -d registration_token={SECRET}\n"),
        format!("curl --user \"user:{SECRET}\" -X POST {runners} -F 'token={SECRET}'\n"),
        format!("curl -H 'PRIVATE-TOKEN: {SECRET}' -X POST {runners} -d token=$T\n"),
        format!("curl -H \"Authorization: Bearer ${{P:-{SECRET}}}\" -X POST {runners} -d token=$T\n"),
        format!("curl -H 'Authorization: Basic {SECRET}=' -X POST '{runners}?token={SECRET}&locked=true'\n"),
        format!("curl -X POST {runners} -d token=%5A{SECRET}\n"),
        format!("curl -X POST {runners} -d '{{\"token\": \"{SECRET}\"}}'\n"),
        format!("wget --password={SECRET} --post-data=token={SECRET} {runners}\n"),
    ]
    .concat();
    let python = format!(
        "requests.post(\"{runners}\", data={{\"token\": \"{SECRET}\"}}, auth=(\"user\", \"{SECRET}\"))\n\
         requests.post(\"{runners}\", headers={{\"PRIVATE-TOKEN\": os.environ.get(\"P\", \"{SECRET}\")}})\n\
         os.system(\"gitlab-runner register -r $T --locked\")\n"
    );
    assert_unseen(&Scratch::with(&[("a.sh", text), ("a.py", python)]), &[SECRET, "Zq9Zq9p"]);
}

#[test]
fn a_user_without_a_password_is_a_name() {
    let text = "gitlab-runner register -r \"$T\" --url ssh://git@gitlab.example.com --clone-url https://$USER:$PASSWORD@gitlab.example.com\n";
    let ran = Scratch::with(&[("a.sh", text)]).run(&["--diff", "--unsafe-fixes"]);
    assert!(
        ran.text().contains("ssh://git@gitlab") && ran.text().contains("$USER:$PASSWORD@"),
        "{}",
        ran.text()
    );
}

#[test]
fn a_token_in_the_name_of_a_file_is_hidden_and_told_once() {
    let values = "runnerRegistrationToken: $T\nrunners:\n  tags: a\n";
    let (folder, file) = (format!("glrt-{SECRET}/v.yaml"), format!("GR1348941{SECRET}.sh"));
    let command = "gitlab-runner register --registration-token $T --locked\n";
    let scratch = Scratch::with(&[(&*folder, values), (&*file, command), ("a.sh", command)]);
    let ran = scratch.run(&[]);
    assert_eq!(ran.err.matches("the name of this file contains a token").count(), 1, "{}", ran.err);
    assert_unseen(&scratch, &[SECRET]);
    assert!(scratch.read(&folder).starts_with("runnerToken"), "the right files are fixed");
    let ran = scratch.pipe(&["-", "--stdin-filename", &folder, "-f", "json"], values);
    assert!(!ran.text().contains(SECRET) && ran.text().contains("helm-registration-token"), "{}", ran.text());
}

#[test]
fn a_literal_piece_in_the_new_value_is_refused() {
    let scratch = Scratch::with(&[("a.sh", "gitlab-runner register -r \"$T\"\n")]);
    for value in [
        format!("${{X:-{SECRET}}}"),
        format!("$(echo {SECRET})"),
        format!("{{{{ x | default(\"{SECRET}\") }}}}"),
        format!("coalesce(var.x,\"{SECRET}\")"),
        format!("${{{{ secrets.X || '{SECRET}' }}}}"),
    ] {
        let ran = scratch.run(&["--diff", "--unsafe-fixes", "--token-value", &value]);
        assert_eq!(ran.code, 2, "{value}: {}", ran.err);
        assert!(!ran.err.contains(SECRET), "{}", ran.err);
        scratch.write("runnerlint.toml", format!("token-value = '''{value}'''\n"));
        let ran = scratch.run(&[]);
        assert!(ran.code == 2 && !ran.err.contains(SECRET), "{}", ran.err);
        std::fs::remove_file(scratch.path("runnerlint.toml")).unwrap();
    }
    for value in [
        "${X:-$Y}",
        "$(cat /run/secrets/token)",
        "{{ lookup('env', 'RUNNER_TOKEN') }}",
        "file(\"token.txt\")",
    ] {
        let ran = scratch.run(&["--diff", "--unsafe-fixes", "--token-value", value]);
        assert_ne!(ran.code, 2, "{value}: {}", ran.err);
    }
}

#[test]
fn a_name_that_is_also_a_value_is_hidden_only_as_a_value() {
    let text = "# my-runner-token: see --my-runner-token and ./my-runner-token/x\nmy-runner-token=1\n\
                gitlab-runner register --registration-token my-runner-token --locked # my-runner-token\n";
    let ran = Scratch::with(&[("a.sh", text)]).run(&["-f", "html"]);
    let shown = ran.text();
    for line in ["# my-runner-token: see --my-runner-token and ./my-runner-token/x", "my-runner-token=1"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(shown.contains("# ***************"), "{shown}");
    let text = "gitlab-runner register --non-interactive --registration-token --non-interactive ${tok}\n\
                export REGISTRATION_TOKEN=registration\ngitlab-runner register --locked\n";
    let ran = Scratch::with(&[("a.sh", text)]).run(&["-f", "full"]);
    assert!(
        !ran.text().contains("************ token") && ran.text().contains("=************"),
        "{}",
        ran.text()
    );
    assert!(
        ran.text().contains("register --non-interactive --registration-token --non-interactive"),
        "{}",
        ran.text()
    );
}
