//! Findings made by hand, to try the reports on.

use super::{ReportProject, Run, Style};
use crate::catalogue::Catalogue;
use crate::finding::{
    Caution, Finding, Fix, Label, Linted, Notice, NoticeKind, Refusal, RemovedSetting, Safety, Severity,
};
use crate::rules::{self, Class, UnitKind};
use crate::run::{CheckedFile, Gone, State};
use crate::sites::Via;
use crate::text::{Edit, Position, Source, Span};
use crate::unit::{FoundUnit, Held, Slot, SourcedValue};
use crate::walk::Passed;
use std::io::{self, Write};
use std::sync::Arc;

const CI: &str = "\
register:
  script:
    - |
      gitlab-runner register \\
        --url https://gitlab.example.com \\
        --registration-token \"$T\" \\
        --tag-list docker,linux \\
        --executor docker # glrt-notArealToken01
";

/// Columns differ by what they count, and the value of the fix must not be seen.
const VALUES: &str = "\"größe 😀\": {runnerRegistrationToken: glrt-notArealToken02} # it's <b>&amp;</b>\r\n";

fn span(text: &str, part: &str) -> Span {
    let at = text.find(part).unwrap();
    Span::new(at, at + part.len())
}

fn finding(rule: &str, severity: Severity, part: &str) -> Finding {
    Finding {
        rule: rule.to_owned(),
        severity,
        message: format!("`{part}` is deprecated"),
        help: "create the runner in GitLab and pass its `glrt-` token with `--token`".into(),
        url: "https://docs.gitlab.com/ci/runners/new_creation_workflow/".into(),
        span: span(CI, part),
        label: "deprecated since 15.6".to_owned(),
        setting: String::new(),
        related: vec![Label { span: span(CI, "- |"), text: "in this `script:` item".to_owned() }],
        unit: Some("ci/.gitlab-ci.yml:4".to_owned()),
        via: vec!["yaml", "shell"],
        fix: Err(Refusal::Rule("the value glrt-notArealToken01 is a literal".to_owned())),
        removes: None,
        structure: "register/script[]/gitlab-runner register".to_owned(),
        name: part.to_owned(),
        suppressed: false,
        justification: String::new(),
        baselined: false,
        fix_group: None,
    }
}

fn checked(path: &str, text: &str, findings: Vec<Finding>) -> CheckedFile {
    CheckedFile {
        name: path.to_owned(),
        state: State::Whole,
        source: Source::new(text.as_bytes().to_vec()),
        linted: Linted { findings, examined: true, ..Linted::default() },
        ..CheckedFile::skipped(path.to_owned(), None)
    }
}

pub(super) fn files() -> Vec<CheckedFile> {
    let edits = vec![
        Edit::replace(span(CI, "--registration-token"), "--token"),
        Edit::delete(span(CI, "        --tag-list docker,linux \\\n")),
    ];
    let fix = |safety, message: &str| {
        Ok(Fix {
            safety,
            cautions: cautions(safety),
            message: message.to_owned(),
            edits: edits.clone().into(),
            listed: true,
        })
    };
    let mut token = finding("register-registration-token", Severity::Error, "--registration-token");
    token.fix = fix(Safety::Unsafe, "rename to `--token`");
    let mut tags = finding("register-server-option", Severity::Warning, "--tag-list");
    tags.fix = fix(Safety::Safe, "remove `--tag-list`");
    tags.related.push(Label { span: span(CI, "gitlab-runner register"), text: "of this command".to_owned() });
    let mut leaked = finding("leaked-registration-token", Severity::Info, "--executor");
    leaked.related = vec![Label { span: Span::new(0, 8), text: "in this job".to_owned() }];
    let mut suppressed = finding("register-server-option", Severity::Warning, "--url");
    suppressed.suppressed = true;
    let mut odd = checked("odd\n\u{1b}.sh", "", Vec::new());
    odd.state = State::Partly;
    let position = Some(Position { line: 3, column: 1, offset: 9 });
    odd.linted.notices = vec![Notice {
        kind: NoticeKind::Unparsable,
        message: "not closed: glrt-notArealToken01".to_owned(),
        position,
    }];
    let removed = RemovedSetting {
        field: "tag_list".to_owned(),
        name: "--tag-list".to_owned(),
        title: "tags".to_owned(),
        value: "a,b".to_owned(),
    };
    let start = Position { line: 2, column: 3, offset: 12 };
    odd.fixed = vec![Gone {
        rule: "register-server-option".to_owned(),
        start,
        removed: Some(removed),
        unit: None,
        cautions: [].into(),
    }];
    let mut values = finding("helm-registration-token", Severity::Warning, "--url");
    values.span = span(VALUES, "runnerRegistrationToken");
    values.message = "`runnerRegistrationToken` holds glrt-notArealToken02, 100% <wrong>".to_owned();
    values.related = Vec::new();
    values.unit = Some("ü,1%:x.yaml:1".to_owned());
    values.via = vec!["yaml"];
    let edit = Edit::replace(values.span, "runnerToken: glrt-notArealToken02 #");
    values.fix = Ok(Fix {
        safety: Safety::Safe,
        cautions: [].into(),
        message: "move it".to_owned(),
        edits: [edit].into(),
        listed: true,
    });
    let mut named = values.clone();
    named.fix = Ok(Fix {
        safety: Safety::Safe,
        cautions: [].into(),
        message: "rename to `runnerToken`".to_owned(),
        edits: [Edit::replace(values.span, "runnerToken")].into(),
        listed: true,
    });
    let mut ci = checked("ci/.gitlab-ci.yml", CI, vec![token, tags, leaked, suppressed]);
    ci.linted.units = vec![unit()];
    vec![ci, odd, checked("ü,1%:x.yaml", VALUES, vec![values, named])]
}

/// Why an unsafe fix is unsafe.
fn cautions(safety: Safety) -> Arc<[Caution]> {
    match safety {
        Safety::Safe => [].into(),
        Safety::Unsafe => {
            [Caution::Rule("before you deploy, `$T` must contain the new `glrt-` token".to_owned())].into()
        }
    }
}

/// The registration of the findings in [`CI`].
fn unit() -> FoundUnit {
    let given = |part: &str, text: &str, opaque| SourcedValue {
        text: text.to_owned(),
        opaque,
        known: None,
        stray: false,
        position: Source::new(CI.as_bytes().to_vec()).position(span(CI, part).start()),
    };
    let tags = rules::registration().settings.iter().position(|it| it.field == "tag_list").unwrap();
    FoundUnit {
        name: "ci/.gitlab-ci.yml:4".to_owned(),
        kind: UnitKind::Command,
        road: None,
        is_shown: false,
        position: given("gitlab-runner", "", false).position,
        via: vec!["yaml", "shell"],
        place: Some("`script:` item".to_owned()),
        of_chart: None,
        object: None,
        unknowns: Vec::new(),
        slots: vec![Slot {
            old: true,
            via: Via::Option,
            written: "--registration-token".to_owned(),
            class: Class::Opaque,
            given: given("--registration-token", "$T", true),
        }],
        settings: vec![Held {
            setting: tags,
            via: Via::Option,
            name: "--tag-list".to_owned(),
            given: given("--tag-list", "docker,<b>linux</b>,glrt-notArealToken01", false),
        }],
        values: Vec::new(),
        about: vec![("executor", given("--executor", "docker", false))],
    }
}

/// More findings than a user reads.
pub(super) fn thousand(format: fn(&Run<'_>, &mut dyn Write) -> io::Result<()>) -> String {
    let line = "gitlab-runner register --token \"$T\" --locked\n";
    let text = line.repeat(1000);
    let one = |index: usize| {
        let mut finding = finding("register-server-option", Severity::Warning, "--tag-list");
        let start = index * line.len() + line.len() - 9;
        finding.span = Span::new(start, start + 8);
        finding.message = "`--locked` is deprecated".to_owned();
        finding.name = "--locked".to_owned();
        finding.related = Vec::new();
        finding.unit = Some(format!("setup.sh:{}", index + 1));
        let edits = [Edit::delete(Span::new(start - 1, start + 8))].into();
        finding.fix = Ok(Fix {
            safety: Safety::Safe,
            cautions: [].into(),
            message: "remove `--locked`".to_owned(),
            edits,
            listed: true,
        });
        finding
    };
    write(&[checked("setup.sh", &text, (0..1000).map(one).collect())], format)
}

fn write(files: &[CheckedFile], write: fn(&Run<'_>, &mut dyn Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    let run = Run {
        files,
        passed: Passed::default(),
        show_secrets: false,
        unsafe_fixes: false,
        style: Style::default(),
        catalogues: &[Arc::clone(Catalogue::built_in())],
        baseline: None,
        project: ReportProject::default(),
    };
    write(&run, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(super) fn text(format: fn(&Run<'_>, &mut dyn Write) -> io::Result<()>) -> String {
    write(&files(), format)
}

pub(super) fn empty(format: fn(&Run<'_>, &mut dyn Write) -> io::Result<()>) -> String {
    write(&[], format)
}
