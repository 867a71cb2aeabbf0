use super::{FILL_IN, FORMATS, format_of};
use crate::engine::{Settings, Surroundings};
use crate::escape;
use crate::fixer;
use crate::mask::Mask;
use crate::plan::words::WordPiece;
use crate::plan::{self, Field, MigrationPlan, PlannedFile, PlannedValue, Shown};
use crate::text::{Position, Source};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Texts that a format might run or render instead of showing them.
const HOSTILE: &[&str] = &[
    "'; touch owned; '",
    "$(touch owned)",
    "`touch owned`",
    "\"; touch owned #",
    "a\ntouch owned\nb",
    "a\r\n# b\u{2028}c\u{85}d\u{1b}[2J",
    "\\'; touch owned",
    "@/etc/passwd",
    "-o owned",
    "${file(\"/etc/passwd\")}",
    "$${x} %%{if} %{ if true } $$$${y}",
    "\"\n}\nresource \"null_resource\" \"x\" {\n",
    "\\\" \\",
    "<script>alert(1)</script>",
    "[a](javascript:alert(1)) ![b](https://example.com/x.png) <https://example.com>",
    "``` `` ` a",
    "` | a | `",
    "| - |\n|---|",
    "- [ ] a\n# b",
    "@everyone #1 !2 ~label \\`",
    "glrt-made-up-token-0009",
    "<FILL IN>",
    "a | b \\| c \\\\| d \\",
    "--data-urlencode",
    "{} {}",
    " ",
];

fn plan_of(files: &[(&str, &str)]) -> MigrationPlan {
    let settings = Settings { units: true, ..Settings::default() };
    let read = |(path, text): &(&'_ str, &'_ str)| {
        let source = Source::new(text.as_bytes().to_vec());
        let linted = fixer::lint(&settings, path, &Surroundings::default(), &source);
        ((*path).to_owned(), source, linted)
    };
    let files: Vec<_> = files.iter().map(read).collect();
    plan::of(files.iter().map(|(path, source, linted)| PlannedFile {
        path,
        source,
        linted,
        mask: Mask::new(false, source, &linted.secrets).with(&linted.texts),
        refusal: crate::report::refusal,
        repository: None,
    }))
}

fn text(format: &str, plan: &MigrationPlan) -> String {
    let format = FORMATS.iter().find(|it| it.name == format).unwrap();
    let mut out = Vec::new();
    (format.write)(plan, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const SCRIPT: &str = "\
gitlab-runner register --url https://gitlab.example.com/ --registration-token \"$TOKEN\" --description 'build box' \\
  --tag-list docker,linux --run-untagged --maximum-timeout 5400 --access-level=\"$LEVEL\" --executor docker
";

fn sample() -> MigrationPlan {
    plan_of(&[
        ("a/setup.sh", SCRIPT),
        ("b/setup.sh", SCRIPT),
        ("c/other.sh", &SCRIPT.replace("build box", "test box")),
        (
            "deploy/values.yaml",
            "gitlabUrl: https://gitlab.example.com\nrunners:\n  secret: box\n  protected: true\n  locked: false\n  \
             maximumTimeout: 60\n",
        ),
        (
            "deploy/secret.yaml",
            "kind: Secret\napiVersion: v1\nmetadata: {name: box}\nstringData:\n  runner-registration-token: \
             made-up-old-token\n  runner-token: ''\n",
        ),
        ("done.sh", "gitlab-runner register --token glrt-made-up-token-0001 --paused\n"),
        ("overlay.yaml", "gitlabUrl: https://gitlab.example.com\nrunnerRegistrationToken: ''\n"),
        ("reset.sh", "curl -X POST https://gitlab.example.com/api/v4/runners/reset_registration_token\n"),
    ])
}

#[test]
fn the_plan_in_all_formats() {
    let plan = sample();
    for format in FORMATS {
        insta::assert_snapshot!(format.name, text(format.name, &plan));
    }
}

#[test]
fn the_name_of_a_file_says_its_format() {
    for (path, name) in [
        ("a.md", "markdown"),
        ("a.JSON", "json"),
        ("b/a.sh", "curl"),
        ("a.tf", "terraform"),
        ("plan", "markdown"),
    ] {
        assert_eq!(format_of(Path::new(path)).map_or("", |format| format.name), name);
    }
}

/// The sample with `hostile` in every place that a file fills.
fn infected(hostile: &str) -> MigrationPlan {
    let mut plan = sample();
    let position = Position { line: 1, column: 1, offset: 0 };
    let text = || hostile.to_owned();
    let shown = |opaque| Shown { text: text(), opaque, written: Some(text()), position };
    for group in &mut plan.groups {
        for field in &mut group.fields {
            match &mut field.value {
                PlannedValue::Text(text) | PlannedValue::FillIn(text) => hostile.clone_into(text),
                PlannedValue::List(words) => *words = vec![hostile.to_owned(), "b".to_owned()],
                PlannedValue::Flag(_) | PlannedValue::Number(_) => {}
            }
        }
        let value = PlannedValue::Text(hostile.to_owned());
        let (name, argument) = ("maintenance_note", "maintenance_note");
        group.fields.push(Field { name, argument, value, default: None, notes: Vec::new(), seconds: false });
        group.url = Some(shown(false));
        for entry in &mut group.entries {
            hostile.clone_into(&mut entry.path);
            hostile.clone_into(&mut entry.unit);
            entry.object = Some(hostile.to_owned());
            (entry.description, entry.executor) = (Some(shown(true)), Some(shown(false)));
            (entry.url, entry.secret) = (Some(shown(false)), Some(shown(false)));
            for setting in &mut entry.settings {
                setting.value = shown(setting.value.opaque);
            }
            for slot in &mut entry.slots {
                slot.expression = Some(hostile.to_owned());
                hostile.clone_into(&mut slot.name);
            }
        }
        let parts = group.steps.iter_mut().flat_map(|step| step.parts.iter_mut().chain([&mut step.text]));
        for piece in parts.flatten() {
            if let WordPiece::Code(code) = piece {
                hostile.clone_into(code);
            }
        }
    }
    for place in &mut plan.by_hand {
        hostile.clone_into(&mut place.path);
        place.message = format!("`{hostile}` is old");
    }
    plan
}

#[test]
fn no_text_becomes_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let log = folder.path().join("log");
    let fake = format!(
        "#!/bin/bash\nprintf '%s\\0' \"$@\" \"$(cat)\" end >> '{}'\nprintf '{{\"id\":48,\"token\":\"t\"}}'\n",
        log.display()
    );
    fs::write(bin.join("curl"), fake).unwrap();
    assert!(Command::new("chmod").arg("+x").arg(bin.join("curl")).status().unwrap().success());
    let path = folder.path().join("plan.sh");
    let run = |shell: &str, script: &str| {
        fs::write(&path, script).unwrap();
        let _ = fs::remove_file(&log);
        let _ = fs::remove_dir_all(folder.path().join("runner-tokens"));
        Command::new(shell)
            .arg(&path)
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
            .env("GITLAB_TOKEN", "made-up")
            .output()
            .unwrap()
    };
    for hostile in HOSTILE {
        let script = text("curl", &infected(hostile));
        fs::write(&path, &script).unwrap();
        let checked = Command::new("bash").arg("-n").arg(&path).output().unwrap();
        assert!(checked.status.success() && checked.stderr.is_empty(), "{hostile:?}: {checked:?}\n{script}");
        let left = run("/bin/sh", &script);
        assert!(left.status.code() == Some(1) && !log.exists(), "{left:?}");
        let filled =
            script.replace("<FILL IN>/api", "https://gitlab.example.com/api").replace(FILL_IN, "filled");
        for shell in ["/bin/bash", "/bin/sh"] {
            let ran = run(shell, &filled);
            assert!(ran.status.success() && ran.stderr.is_empty(), "{ran:?}\n{script}");
            let out = String::from_utf8(ran.stdout).unwrap();
            assert_eq!(out.matches(": created, id 48 (runner-tokens/").count(), 3, "{out}");
            let log = fs::read(&log).unwrap();
            let arguments: Vec<&str> =
                log.split(|byte| *byte == 0).map(|it| std::str::from_utf8(it).unwrap()).collect();
            let requests: Vec<&[&str]> =
                arguments.split(|it| *it == "end").filter(|it| it.len() > 1).collect();
            assert_eq!(requests.len(), 3, "{script}");
            for request in requests {
                let start = [
                    "--silent",
                    "--show-error",
                    "--fail-with-body",
                    "--globoff",
                    "--request",
                    "POST",
                    "--url",
                    "https://gitlab.example.com/api/v4/user/runners",
                    "--header",
                    "@-",
                ];
                assert_eq!(request[..10], start);
                let (header, pairs) = request[10..].split_last().unwrap();
                assert_eq!(*header, "PRIVATE-TOKEN: made-up");
                for pair in pairs.chunks(2) {
                    assert_eq!(pair[0], "--data-urlencode");
                    let name = pair[1].split('=').next().unwrap();
                    assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{pair:?}");
                }
                // A line break is sent as it is; other characters that a terminal acts on must be filled in.
                let unsafe_to_show = |c: char| escape::is_dangerous(c) && c != '\n';
                let sent = if hostile.contains(unsafe_to_show) { "filled" } else { hostile };
                let note = format!("maintenance_note={sent}");
                assert!(request.contains(&note.as_str()), "{request:?}");
            }
        }
        let mut left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["bin", "log", "plan.sh", "runner-tokens"], "{hostile:?}");
    }
}

#[test]
fn no_text_becomes_terraform() {
    use hcl_edit::expr::Expression;
    for hostile in HOSTILE {
        let text = text("terraform", &infected(hostile));
        let body: hcl_edit::structure::Body =
            text.parse().unwrap_or_else(|error| panic!("{hostile:?}: {error}\n{text}"));
        assert_eq!(body.attributes().count(), 0);
        let of = |kind: &'static str| body.blocks().filter(move |block| block.ident.as_str() == kind);
        assert_eq!((of("resource").count(), of("output").count()), (3, 3), "{text}");
        assert_eq!(body.blocks().count(), 6 + of("variable").count());
        for block in of("resource") {
            assert_eq!(block.body.blocks().count(), 0);
            let value = |name: &str| block.body.get_attribute(name).map(|it| &it.value);
            assert_eq!(value("maintenance_note").and_then(|it| it.as_str()), Some(*hostile), "{text}");
            assert!(matches!(value("runner_type"), Some(Expression::Traversal(_))));
            assert!(matches!(value("description"), Some(Expression::String(_))));
        }
        for block in of("output") {
            assert_eq!(block.body.get_attribute("sensitive").and_then(|it| it.value.as_bool()), Some(true));
        }
        for block in of("variable") {
            let about = block.body.get_attribute("description").map(|it| it.value.is_str());
            assert_eq!(about, Some(true), "{text}");
            let required = block.body.get_attribute("default").is_none();
            assert_eq!(block.body.get_blocks("validation").count(), usize::from(required));
        }
    }
}

#[test]
fn no_text_becomes_markup() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let shape = |text: &str| {
        let events = Parser::new_ext(text, Options::all()).filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. }) => Some(format!("link {dest_url}")),
            Event::Start(tag) => Some(format!("{:?}", std::mem::discriminant(&tag))),
            Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => Some("html".to_owned()),
            Event::InlineMath(_) | Event::DisplayMath(_) => Some("math".to_owned()),
            _ => None,
        });
        events.collect::<Vec<String>>()
    };
    let harmless = shape(&text("markdown", &infected("harmless")));
    assert!(!harmless.contains(&"html".to_owned()) && harmless.len() > 50);
    for hostile in HOSTILE {
        let text = text("markdown", &infected(hostile));
        assert_eq!(shape(&text), harmless, "{hostile:?}\n{text}");
        let shown = escape::inline(hostile);
        let codes = Parser::new_ext(&text, Options::all()).filter(|event| match event {
            Event::Code(code) => code.contains(&*shown),
            _ => false,
        });
        assert!(hostile.trim().is_empty() || codes.count() > 20, "{hostile:?}\n{text}");
    }
}

#[test]
fn no_format_shows_a_control_character() {
    for format in FORMATS {
        for hostile in HOSTILE {
            let text = text(format.name, &infected(hostile));
            let risky = |c: char| escape::is_dangerous(c) && c != '\n';
            assert_eq!(text.find(risky), None, "{}: {text}", format.name);
        }
    }
}

#[test]
fn no_format_shows_a_token() {
    let plan = plan_of(&[
        (
            "a.sh",
            "gitlab-runner register --registration-token made-up-secret-1 --tag-list made-up-secret-1,b --description \
             glrt-made-up-token-0002\n",
        ),
        (
            "b.yaml",
            "gitlabUrl: x\nrunnerToken: GR1348941made-up-token-0003\nrunners: {tags: GR1348941made-up}\n",
        ),
    ]);
    assert_eq!(plan.groups.len(), 2);
    for format in FORMATS {
        let text = text(format.name, &plan);
        assert!(!text.contains("made-up"), "{}: {text}", format.name);
        assert!(text.contains("****"), "{}: {text}", format.name);
    }
}

#[test]
fn nothing_to_do_is_a_plan_too() {
    let plan = plan_of(&[("a.sh", "gitlab-runner register --token \"$TOKEN\"\n")]);
    assert_eq!(plan, MigrationPlan::default());
    assert!(text("markdown", &plan).ends_with("No registration was found.\n"));
    let json: serde_json::Value = serde_json::from_str(&text("json", &plan)).unwrap();
    assert_eq!(json["groups"], serde_json::json!([]));
    assert_eq!(text("terraform", &plan).parse::<hcl_edit::structure::Body>().unwrap().blocks().count(), 0);
}
