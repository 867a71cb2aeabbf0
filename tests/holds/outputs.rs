//! What people and programs get to see: every report, the plan in every format, and what stands on standard error.

use super::invariants::Holds;
use runnerlint::catalogue::Catalogue;
use runnerlint::config::Config;
use runnerlint::engine::{Settings, Surroundings};
use runnerlint::escape::is_dangerous;
use runnerlint::fixer;
use runnerlint::mask::Mask;
use runnerlint::plan::{self, Group, MigrationPlan, Need};
use runnerlint::report::{self, Style, Summary};
use runnerlint::run::{self, CheckedFile, Mode, Projects, RunOptions};
use runnerlint::suppress::Reason;
use runnerlint::text::{Source, Span};
use runnerlint::walk::Passed;
use serde::de::IgnoredAny;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The first byte chooses what the run does, then come the name of a file and a newline, and its bytes.
pub(super) fn reports(data: &[u8]) -> Holds {
    let Some((how, rest)) = data.split_first() else { return Ok(()) };
    let (path, token_value, bytes) = super::file(rest);
    reported(&path, bytes, *how, token_value)
}

pub(super) fn seed(path: &str, text: &[u8]) -> Vec<u8> {
    let how = u8::try_from(text.len() % 256).unwrap_or_default();
    [&[how], path.as_bytes(), b"\n", text].concat()
}

/// Every report of a run over one text is well formed, holds nothing that a terminal obeys, and no token.
pub(crate) fn reported(path: &str, bytes: &[u8], how: u8, token_value: bool) -> Holds {
    let source = Source::new(bytes.to_vec());
    let before = fixer::lint(&Settings::default(), path, &Surroundings::default(), &source);
    let secrets = tokens(path, &source, &before.secrets);
    reported_with(path, bytes, how, token_value, &secrets)
}

/// No report of a run over one text shows any of `secrets`, nor anything else that it must not.
pub(super) fn reported_without(path: &str, bytes: &[u8], how: u8, secrets: &BTreeSet<String>) -> Holds {
    reported_with(path, bytes, how, how & 32 != 0, secrets)
}

fn reported_with(path: &str, bytes: &[u8], how: u8, unsafe_fixes: bool, secrets: &BTreeSet<String>) -> Holds {
    let options = RunOptions {
        projects: Arc::new(Projects::of_one(Config::default())),
        baselines: false,
        mode: [Mode::Check, Mode::Fix, Mode::Diff, Mode::Check][usize::from(how % 4)],
        add_ignore: (how & 0b1100 == 0b0100).then(Reason::default),
        unsafe_too: how & 16 != 0,
        threads: 1,
        show_secrets: false,
        for_terminal: true,
        hold: false,
        tell_skipped: true,
        units: true,
    };
    // What is near a file in somebody's folder is no part of the text.
    let name: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
    let checked = [run::stdin(&options, &name.join("/"), bytes.to_vec())];
    let style = Style::default();
    for format in report::FORMATS {
        let run = report::Run {
            files: &checked,
            show_secrets: false,
            unsafe_fixes,
            style,
            baseline: None,
            project: report::ReportProject::default(),
            catalogues: &[Arc::clone(Catalogue::built_in())],
            passed: Passed::default(),
        };
        let mut out = Vec::new();
        (format.write)(&run, &mut out).map_err(|error| format!("{}: {error}", format.name))?;
        let text = shown(format.name, out, secrets)?;
        form(format.name, &text, &checked)?;
    }
    let mut said = report::notices(&checked, false);
    said.extend(report::removed_settings(&checked));
    said.extend(report::ignored(&checked));
    said.extend([
        Summary::of(&checked, Passed::default()).line(),
        Summary::of(&checked, Passed::default()).diff_line(),
    ]);
    shown("what is said", said.join("\n").into_bytes(), secrets)?;
    shown("the diff on a terminal", checked[0].diff.clone(), secrets)?;
    planned(&report::plan_of(&checked, false), secrets)
}

/// A report that other programs read is what its name says, and holds every finding.
fn form(name: &str, text: &str, checked: &[CheckedFile]) -> Holds {
    let findings: usize = checked.iter().map(|file| file.linted.findings.len()).sum();
    let open = checked.iter().flat_map(|file| &file.linted.findings).filter(|it| report::is_open(it)).count();
    let json =
        |text: &str| serde_json::from_str::<IgnoredAny>(text).map_err(|error| format!("{name}: {error}"));
    match name {
        "json" | "sarif" | "gitlab" => json(text).map(drop)?,
        "jsonl" | "rdjsonl" => text.lines().try_for_each(|line| json(line).map(drop))?,
        _ => {}
    }
    let count = |what: &str| text.matches(what).count();
    let (seen, expected) = match name {
        "concise" => (text.lines().count(), open),
        // Notices have lines of their own.
        "github" => (text.lines().filter(|line| !line.contains(",title=not checked")).count(), open),
        "json" => (count("\"severity\": \""), findings),
        "checkstyle" => (count("<error "), open),
        "rdjsonl" => (text.lines().count(), open),
        _ => return Ok(()),
    };
    if seen == expected { Ok(()) } else { Err(format!("{name}: {seen} of {expected} findings:\n{text}")) }
}

/// The first line is the file's name, the rest its bytes.
pub(super) fn plans(data: &[u8]) -> Holds {
    let (path, _, bytes) = super::file(data);
    plan_of(&path, bytes)
}

/// The plan holds every registration once, and each of its formats is what it says it is.
pub(crate) fn plan_of(path: &str, bytes: &[u8]) -> Holds {
    let settings = Settings { units: true, ..Settings::default() };
    let source = Source::new(bytes.to_vec());
    let linted = fixer::lint(&settings, path, &Surroundings::default(), &source);
    let secrets = tokens(path, &source, &linted.secrets);
    let mask = Mask::new(false, &source, &linted.secrets);
    let plan = plan::of([plan::PlannedFile {
        path,
        source: &source,
        linted: &linted,
        mask,
        refusal: report::refusal,
        repository: None,
    }]);
    let mut units: Vec<&str> = linted.units.iter().map(|unit| unit.name.as_str()).collect();
    let inside = plan.entries().flat_map(|entry| {
        let names: BTreeSet<&str> = entry.without_effect.iter().map(|it| it.unit.as_str()).collect();
        names
    });
    let mut planned_units: Vec<&str> =
        plan.entries().map(|entry| entry.unit.as_str()).chain(inside).collect();
    units.sort_unstable();
    planned_units.sort_unstable();
    if units != planned_units {
        return Err(format!("registrations {units:?}, planned {planned_units:?}"));
    }
    planned(&plan, &secrets)
}

fn planned(plan: &MigrationPlan, secrets: &BTreeSet<String>) -> Holds {
    // A changed file may create its runner by itself.
    let created = |makes: &dyn Fn(&Group) -> bool| {
        plan.groups.iter().filter(|group| group.need == Need::Create && makes(group)).count()
    };
    for format in report::plan::FORMATS {
        let mut out = Vec::new();
        (format.write)(plan, &mut out).map_err(|error| format!("{}: {error}", format.name))?;
        let text = shown(format.name, out, secrets)?;
        let (seen, wanted) = match format.name {
            "json" => {
                let read = serde_json::from_str::<IgnoredAny>(&text);
                (read.map(|_| 0).map_err(|error| error.to_string()), 0)
            }
            "curl" => (requests(&text), created(&|group| !group.is_self_made())),
            "terraform" => (runners(&text), created(&|group| !group.is_self_made() || group.is_resource())),
            _ => continue,
        };
        let seen = seen.map_err(|why| format!("{}: {why}\n{text}", format.name))?;
        if seen != wanted {
            return Err(format!("{}: {seen} runners of {wanted}\n{text}", format.name));
        }
    }
    Ok(())
}

/// What the script does before its requests: the same for every plan, tested elsewhere.
const CREATE: &str = include_str!("../../src/report/plan/create.sh");

/// How many runners the script creates, if it does nothing else: read by hand, because no text of a file may be outside of
/// quotes and comments.
fn requests(script: &str) -> Result<usize, String> {
    let Some(rest) = script.strip_prefix(CREATE) else {
        return match commands(script)?.as_slice() {
            [only] if only == "exit 0" => Ok(0),
            other => Err(format!("the commands {other:?}")),
        };
    };
    let mut count = 0;
    for command in commands(rest)? {
        let words: Vec<&str> = command.split_whitespace().collect();
        let ["create", number, "Q", "Q", data @ ..] = words.as_slice() else {
            return Err(format!("the command {command:?}"));
        };
        let is_field = |pair: &[&str]| pair == ["--data-urlencode", "Q"];
        if number.parse::<usize>().is_err() || data.is_empty() || !data.chunks(2).all(is_field) {
            return Err(format!("the request {command:?}"));
        }
        count += 1;
    }
    Ok(count)
}

/// The commands of a script, with `Q` for each word in quotes.
fn commands(script: &str) -> Result<Vec<String>, String> {
    let mut commands = vec![String::new()];
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(command) = commands.last_mut() else { break };
        match c {
            '#' if command.is_empty() || command.ends_with(' ') => {
                while chars.next_if(|c| *c != '\n').is_some() {}
            }
            '\'' => {
                let inner: String = std::iter::from_fn(|| chars.next_if(|inner| *inner != c)).collect();
                if chars.next().is_none() {
                    return Err(format!("an unclosed quote: {inner:?}"));
                }
                if !command.ends_with('Q') {
                    command.push('Q');
                }
            }
            '\\' => match chars.next() {
                Some('\n') => command.push(' '),
                Some('\'') if command.ends_with('Q') => {}
                other => return Err(format!("`\\` before {other:?}")),
            },
            '\n' => commands.push(String::new()),
            _ => command.push(c),
        }
    }
    commands.retain(|command| !command.trim().is_empty());
    Ok(commands)
}

/// How many runners a Terraform file makes, as another parser reads it.
fn runners(text: &str) -> Result<usize, String> {
    let body = hcl_edit::parser::parse_body(text).map_err(|error| error.to_string())?;
    let mut count = 0;
    for block in body.blocks() {
        let label = block.labels.first().map(hcl_edit::structure::BlockLabel::as_str);
        count += usize::from(block.ident.as_str() == "resource" && label == Some("gitlab_user_runner"));
        for attribute in block.body.attributes() {
            if matches!(
                attribute.value,
                hcl_edit::expr::Expression::StringTemplate(_)
                    | hcl_edit::expr::Expression::HeredocTemplate(_)
            ) {
                return Err(format!("`{}` is a template", attribute.key.as_str()));
            }
        }
    }
    Ok(count)
}

/// A token of the examples of rules: SARIF holds their pages.
const EXAMPLE: &str = "abcdefghij0123456789";

/// What must not be seen: what stands in the place of a token, where it is long enough to be told from a word.
fn tokens(path: &str, source: &Source, secrets: &[Span]) -> BTreeSet<String> {
    let long = |text: &&str| {
        text.len() >= 20
            && text.bytes().any(|byte| byte.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let texts = secrets.iter().filter_map(|span| source.text().get(span.range())).filter(long);
    texts.filter(|text| !path.contains(*text) && *text != EXAMPLE).map(str::to_owned).collect()
}

/// The text of an output, if it may be shown.
fn shown(name: &str, out: Vec<u8>, secrets: &BTreeSet<String>) -> Result<String, String> {
    let text = String::from_utf8(out).map_err(|error| format!("{name}: {error}"))?;
    tame(name, &text)?;
    match secrets.iter().find(|secret| text.contains(secret.as_str())) {
        Some(secret) => Err(format!("{name}: shows `{secret}`:\n{text}")),
        None => Ok(text),
    }
}

/// A terminal shows all of `text`, and obeys none of it.
pub(super) fn tame(name: &str, text: &str) -> Holds {
    match text.chars().find(|c| is_dangerous(*c) && !matches!(c, '\n' | '\t')) {
        Some(c) => Err(format!("{name}: {c:?} comes raw:\n{text:?}")),
        None => Ok(()),
    }
}
