//! The case collection: `tests/cases/**/*.yaml`, small files with what is found in them and what a fix makes of them.
//!
//! `CASE=text cargo test --test it cases::` runs only the cases whose file or name contains `text`.
//!
//! | field | holds |
//! |---|---|
//! | `name`, `path`, `input` | what the case shows, the file's name as linted, its text |
//! | `find` | all findings in order, `line:column rule severity fix` (`safe`, `unsafe`, `none`, `suppressed`); `*` for what is left open, in `hostile/` only |
//! | `units` | which findings, by index, share a unit; not checked where absent |
//! | `safe`, `unsafe` | the file after `--fix`, after `--fix --unsafe-fixes`; several texts where each is right, `"*"` where it is left open, in `hostile/` only |
//! | `ignored` | the file after `--add-ignore=why` |
//! | `select` | `--select` |
//! | `token-value`, `target`, `surroundings` | `--token-value`, `--target-gitlab`, what the files around it say |
//! | `bytes` | how the texts become bytes: `crlf`, `bom`, `no-final-newline`, `latin1` |
//! | `reasons`, `fixes` | why each finding is one, in order; why its fix is unsafe or missing |
//! | `plan` | by format (`markdown`, …), what the plan contains, or with `! ` in front what it does not |
//! | `why` | why this is right, where it is not obvious |

use crate::counts::assert_count;
use crate::said::{self, Planned};
use crate::support;
use runnerlint::engine::{Settings, Surroundings, lint};
use runnerlint::finding::{Finding, Linted, Safety};
use runnerlint::fixer::{fix, ignore};
use runnerlint::mask::Mask;
use runnerlint::report::plan::FORMATS;
use runnerlint::report::{fix_reason, refusal};
use runnerlint::suppress::{self, Reason};
use runnerlint::text::{Source, Span};
use runnerlint::{escape, plan};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

/// How the tokens of the cases begin: plain, and in base64.
const TOKENS: [&str; 5] =
    ["glrt-EXAMPLE", "GR1348941EXAMPLE", "EXAMPLEoldtoken", "Z2xydC1FWEFNUEx", "RVhBTVBMRW9sZHRva2V"];

/// Rules, one of which finds nothing in a case.
const SELDOM: [&str; 2] = ["operator-server-setting", "register-piped-answers"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Case {
    /// The file that has it, below `tests/cases`.
    #[serde(skip)]
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) input: String,
    find: Vec<String>,
    units: Option<Vec<Vec<usize>>>,
    safe: Option<Expected>,
    #[serde(rename = "unsafe")]
    all: Option<Expected>,
    ignored: Option<String>,
    #[serde(default)]
    select: Vec<String>,
    pub(crate) token_value: Option<String>,
    target: Option<String>,
    surroundings: Option<Around>,
    bytes: Option<Bytes>,
    reasons: Option<Vec<String>>,
    fixes: Option<Vec<String>>,
    plan: Option<Planned>,
    #[serde(rename = "why")]
    _why: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Expected {
    One(String),
    AnyOf(Vec<String>),
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Around {
    aliases: Vec<String>,
    templates: bool,
    own_values: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Bytes {
    Crlf,
    Bom,
    NoFinalNewline,
    Latin1,
}

impl Bytes {
    fn of(how: Option<Self>, text: &str) -> Vec<u8> {
        match how {
            None => text.into(),
            Some(Self::Crlf) => text.replace('\n', "\r\n").into(),
            Some(Self::Bom) => format!("\u{feff}{text}").into(),
            Some(Self::NoFinalNewline) => text.strip_suffix('\n').unwrap_or(text).into(),
            Some(Self::Latin1) => text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
        }
    }
}

impl Case {
    pub(crate) fn settings(&self) -> Settings {
        let target = self.target.as_deref().map(|version| {
            let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
            (major.parse().expect("a number"), minor.parse().expect("a number"))
        });
        Settings {
            select: self.select.clone(),
            token_value: self.token_value.clone(),
            target_gitlab: target,
            ..Settings::default()
        }
    }

    fn surroundings(&self) -> Surroundings {
        let around = self.surroundings.clone().unwrap_or_default();
        Surroundings {
            chart_aliases: around.aliases,
            in_chart_templates: around.templates,
            reads_own_values: around.own_values,
            ..Surroundings::default()
        }
    }

    /// Whether its text alone decides what is found.
    pub(crate) fn is_plain(&self) -> bool {
        self.surroundings.is_none() && self.bytes.is_none() && self.target.is_none()
    }

    fn source(&self) -> Source {
        Source::new(Bytes::of(self.bytes, &self.input))
    }

    fn has(&self, fix: &str) -> bool {
        self.find.iter().any(|line| line.split(' ').next_back() == Some(fix))
    }

    /// What a fix may make of the input; `None` where that is left open.
    fn expected(&self, unsafe_too: bool) -> Option<Vec<String>> {
        let (kind, own) = if unsafe_too { ("unsafe", &self.all) } else { ("safe", &self.safe) };
        match own {
            Some(Expected::One(text)) if text == "*" => None,
            Some(Expected::One(text)) => Some(vec![text.clone()]),
            Some(Expected::AnyOf(texts)) => Some(texts.clone()),
            None if self.has(kind) => {
                Some(vec![format!("(the case must say what the file is after {kind} fixes)")])
            }
            None if self.has("*") => None,
            None if unsafe_too => self.expected(false),
            None => Some(vec![self.input.clone()]),
        }
    }

    /// What is wrong, for people; empty if nothing is.
    fn run(&self) -> String {
        let mut report = String::new();
        let source = self.source();
        let linted = lint(&self.settings(), &self.path, &self.surroundings(), &source);
        self.check_findings(&source, &linted, &mut report);
        self.check_units(&linted.findings, &mut report);
        if let Some(reasons) = &self.reasons {
            said::check_reasons(reasons, &linted.findings, &mut report);
        }
        if let Some(reasons) = &self.fixes {
            said::check_fix_reasons(reasons, &linted.findings, &mut report);
        }
        check_spans(&source, &linted, &mut report);
        check_secrecy(&source, &linted, &mut report);
        for unsafe_too in [false, true] {
            self.check_fix(unsafe_too, &mut report);
        }
        self.check_ignore(&mut report);
        self.check_plan(&mut report);
        report
    }

    /// Every value that fixes take out stands in the plan, which shows no token and is no legacy registration itself.
    fn check_plan(&self, report: &mut String) {
        let settings = Settings { units: true, ..self.settings() };
        let (around, source) = (self.surroundings(), self.source());
        let linted = runnerlint::fixer::lint(&settings, &self.path, &around, &source);
        let mask = Mask::new(false, &source, &linted.secrets);
        let hide = |text: &str| mask.inserted(text);
        let fixed = fix(&settings, &self.path, &around, self.source(), true);
        let removed: Vec<(String, String)> = (fixed.fixed.iter())
            .filter_map(|finding| finding.removes.as_ref())
            .map(|removed| (removed.field.clone(), hide(&removed.value)))
            .collect();
        let mask = Mask::new(false, &source, &linted.secrets);
        let plan = plan::of([plan::PlannedFile {
            path: &self.path,
            source: &source,
            linted: &linted,
            mask,
            refusal,
            repository: None,
        }]);
        if let Some(planned) = &self.plan {
            planned.check(&plan, report);
        }
        let inside = |entry: &'_ plan::PlannedRegistration| -> Vec<plan::SettingShown> {
            let nested = entry.without_effect.iter().map(|it| it.setting.clone());
            entry.settings.iter().cloned().chain(nested).collect()
        };
        let shown: Vec<_> = plan.entries().flat_map(inside).collect();
        let settings: Vec<_> = (shown.iter())
            .map(|it| (it.field, it.value.written.as_ref().unwrap_or(&it.value.text)))
            .collect();
        for format in FORMATS {
            let mut text = Vec::new();
            (format.write)(&plan, &mut text).expect("memory takes all");
            let text = String::from_utf8(text).expect("UTF-8");
            for token in TOKENS.iter().filter(|token| text.contains(**token)) {
                let _ = writeln!(report, "the plan ({}) shows {token}…", format.name);
            }
            let name = format!("plan.{}", format.extension);
            let again = lint(
                &Settings::default(),
                &name,
                &Surroundings::default(),
                &Source::new(text.clone().into()),
            );
            // A JSON document quotes messages, with the names in them; a comment quotes what may look like a suppression.
            let quoted = |it: &&Finding| format.name == "json" || it.rule == suppress::RULE;
            for finding in again.findings.iter().filter(|it| !quoted(it)) {
                let _ = writeln!(report, "{} in the plan ({})\n{text}", finding.rule, format.name);
            }
            for (field, value) in &removed {
                // An alias stands for what is written elsewhere.
                let same =
                    |(known, text): &(&str, &String)| known == field && (value.is_empty() || *text == value);
                if !settings.iter().any(same) {
                    let _ =
                        writeln!(report, "{field} = {value:?} goes, and is not in the plan: {settings:?}");
                }
                let shown = escape::inline(value.trim()).into_owned();
                if format.name == "markdown" && !text.contains(&shown) {
                    let _ = writeln!(report, "{field} = {shown} is not shown in the plan\n{text}");
                }
            }
        }
    }

    fn check_findings(&self, source: &Source, linted: &Linted, report: &mut String) {
        let got: Vec<String> = linted.findings.iter().map(|finding| line_of(source, finding)).collect();
        let same = |(expected, got): (&String, &String)| {
            expected == "*"
                || expected.split(' ').count() == 4
                    && expected.split(' ').zip(got.split(' ')).all(|(want, is)| want == is || want == "*")
        };
        if got.len() == self.find.len() && self.find.iter().zip(&got).all(same) {
            return;
        }
        let _ = writeln!(report, "findings:\n{}", diff(&self.find.join("\n"), &got.join("\n")));
        for finding in &linted.findings {
            if let Err(manual) = &finding.fix {
                let _ = writeln!(report, "    {}: {}", line_of(source, finding), refusal(manual));
            }
        }
        for notice in &linted.notices {
            let _ = writeln!(report, "    notice: {}", notice.message);
        }
    }

    fn check_units(&self, findings: &[Finding], report: &mut String) {
        let Some(units) = &self.units else { return };
        let unit = |index: usize| findings.get(index).and_then(|finding| finding.unit.as_deref());
        let names: Vec<_> =
            units.iter().map(|unit_of| unit_of.first().and_then(|first| unit(*first))).collect();
        let together =
            units.iter().zip(&names).all(|(members, name)| members.iter().all(|index| unit(*index) == *name));
        let distinct = names.iter().collect::<BTreeSet<_>>().len() == names.len();
        if !together || !distinct || names.iter().any(Option::is_none) {
            let got: Vec<_> = (0..findings.len()).map(unit).collect();
            let _ = writeln!(report, "units: expected {units:?}, got {got:?}");
        }
    }

    /// Comments accept what is found, or it is said why not; they change nothing else, and go without a trace.
    fn check_ignore(&self, report: &mut String) {
        let (settings, around) = (self.settings(), self.surroundings());
        let reason = Reason::new("why").expect("a word");
        let source = self.source();
        let ignored = ignore(&settings, &self.path, &around, &source, &reason);
        if let Some(expected) = &self.ignored {
            let want = Bytes::of(self.bytes, expected);
            if want != ignored.text {
                let _ = writeln!(report, "after --add-ignore:\n{}", diff(&show(&want), &show(&ignored.text)));
                for left in &ignored.left {
                    let _ = writeln!(report, "    left: {} {}: {}", left.position.line, left.rule, left.why);
                }
            }
        }
        let after = Source::new(ignored.text.clone());
        let linted = lint(&settings, &self.path, &around, &after);
        let is_open = |it: &&Finding| !it.suppressed;
        let open = linted.findings.iter().filter(is_open).count();
        if open != ignored.left.len() {
            let open: Vec<_> = linted.findings.iter().filter(is_open).map(|it| line_of(&after, it)).collect();
            let _ = writeln!(report, "open after --add-ignore: {open:?}\n{}", show(&ignored.text));
        }
        // A comment that nothing needs goes without a trace.
        if !self.input.contains(suppress::MARKER) {
            let found = |id: &&str| self.find.iter().any(|it| it.contains(*id));
            let unused = SELDOM.into_iter().find(|id| !found(id)).expect("no case has both");
            let text = with_rule(after.text(), unused);
            let select = [suppress::RULE, unused].map(str::to_owned).into();
            let settings = Settings { select, ..self.settings() };
            let fixed = fix(&settings, &self.path, &around, Source::new(text.into_bytes()), false);
            if fixed.text != source.text().as_bytes() {
                let what = diff(&show(source.text().as_bytes()), &show(&fixed.text));
                let _ = writeln!(report, "what was added is not taken out again:\n{what}");
            }
        }
        let again = ignore(&settings, &self.path, &around, &after, &reason);
        if again.text != ignored.text {
            let _ = writeln!(report, "--add-ignore changes again:\n{}", show(&again.text));
        }
    }

    fn check_fix(&self, unsafe_too: bool, report: &mut String) {
        let what = if unsafe_too { "after --fix --unsafe-fixes" } else { "after --fix" };
        let (settings, around) = (self.settings(), self.surroundings());
        let fixed = fix(&settings, &self.path, &around, self.source(), unsafe_too);
        let once = fixed.text;
        if let Some(expected) = self.expected(unsafe_too) {
            let mut bytes = expected.iter().map(|text| Bytes::of(self.bytes, text));
            if !bytes.any(|bytes| bytes == once) {
                let want = expected.first().map(|text| Bytes::of(self.bytes, text)).unwrap_or_default();
                let _ = writeln!(report, "{what}:\n{}", diff(&show(&want), &show(&once)));
                let reasons =
                    fixed.remaining.findings.iter().filter_map(|finding| finding.fix.as_ref().err());
                for reason in reasons.map(refusal).collect::<BTreeSet<_>>() {
                    let _ = writeln!(report, "    left: {reason}");
                }
            }
        }
        let old = self.source();
        for finding in &fixed.fixed {
            let name = finding.span.of(old.text());
            let is_named = |it: &str| it.ends_with(name) && !name.is_empty();
            // A variable that a command reads may be removed with it.
            if let Some(removed) = finding.removes.as_ref().filter(|it| !is_named(&it.name)) {
                let _ = writeln!(report, "{what}: `{}` was not at {:?} ({name})", removed.name, finding.span);
            }
        }
        let twice = fix(&settings, &self.path, &around, Source::new(once.clone()), unsafe_too).text;
        if twice != once {
            let _ = writeln!(
                report,
                "{what}, a second run changes again:\n{}",
                diff(&show(&once), &show(&twice))
            );
        }
    }
}

/// A finding as a case writes it.
fn line_of(source: &Source, finding: &Finding) -> String {
    let position = source.position(finding.span.start());
    let fix = match &finding.fix {
        _ if finding.suppressed => "suppressed",
        Ok(fix) if fix.safety == Safety::Safe => "safe",
        Ok(_) => "unsafe",
        Err(_) => "none",
    };
    format!("{}:{} {} {} {fix}", position.line, position.column, finding.rule, finding.severity.as_str())
}

/// A span is a name and nothing else: no quotes, no value, no blanks.
fn check_spans(source: &Source, linted: &Linted, report: &mut String) {
    for finding in linted.findings.iter().filter(|it| it.rule != suppress::RULE) {
        let name = finding.span.of(source.text());
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c)) {
            let _ = writeln!(report, "{}: the span is no name: {name:?}", line_of(source, finding));
        }
    }
}

/// No text for people holds a token's literal, and every literal is known as a secret.
fn check_secrecy(source: &Source, linted: &Linted, report: &mut String) {
    let literals: Vec<Span> = TOKENS
        .iter()
        .flat_map(|start| source.text().match_indices(start))
        .map(|(at, start)| Span::new(at, at + start.len()))
        .collect();
    for finding in &linted.findings {
        let reason = finding.fix.as_ref().map_or_else(refusal, |fix| fix_reason(fix).unwrap_or_default());
        let mut texts: Vec<&str> =
            vec![&*finding.message, &*finding.help, &finding.label, &finding.structure];
        texts.extend(finding.related.iter().map(|label| &*label.text));
        texts.extend(finding.unit.as_deref());
        if let Ok(fix) = &finding.fix {
            texts.push(&fix.message);
        }
        texts.push(&reason);
        let tells = |text: &&&str| literals.iter().any(|literal| text.contains(literal.of(source.text())));
        if let Some(text) = texts.iter().find(tells) {
            let _ = writeln!(report, "{}: tells a token: {text}", line_of(source, finding));
        }
    }
    for literal in literals.iter().filter(|_| !linted.findings.is_empty()) {
        if !linted.secrets.iter().any(|secret| secret.contains(*literal)) {
            let _ =
                writeln!(report, "the token in line {} is not masked", source.position(literal.start()).line);
        }
    }
}

/// The text with the rules of all its suppressions replaced by one that finds nothing in it.
fn with_rule(text: &str, rule: &str) -> String {
    let mut parts = text.split("ignore[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once(']').expect("a suppression names its rules");
        let _ = write!(out, "ignore[{rule}]{rest}");
    }
    out
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\r', "␍").replace('\u{feff}', "␢")
}

pub(crate) fn diff(expected: &str, got: &str) -> String {
    let input = imara_diff::InternedInput::new(expected, got);
    let mut diff = imara_diff::Diff::compute(imara_diff::Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let mut around = imara_diff::UnifiedDiffConfig::default();
    let printer = imara_diff::BasicLineDiffPrinter(&input.interner);
    let lines = diff.unified_diff(&printer, around.context_len(1).clone(), &input).to_string();
    lines.lines().fold(String::new(), |out, line| out + "    " + line + "\n")
}

/// Every case there is.
pub(crate) fn all() -> Vec<Case> {
    let root = support::root().join("tests/cases");
    let files =
        walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(|it| it.unwrap().into_path());
    let of = |path: PathBuf| {
        let file = path.strip_prefix(&root).unwrap().display().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        let cases: Vec<Case> = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        cases.into_iter().map(move |case| Case { file: file.clone(), ..case })
    };
    files.filter(|path| path.extension().is_some_and(|it| it == "yaml")).flat_map(of).collect()
}

#[test]
fn every_case_holds() {
    let wanted = std::env::var("CASE").unwrap_or_default();
    let (mut passed, mut failed, mut report) = (0, 0, String::new());
    for case in all() {
        let shown = format!("{}: {}", case.file, case.name);
        if !shown.contains(&wanted) {
            continue;
        }
        let wrong = std::panic::catch_unwind(|| case.run()).unwrap_or_else(|_| "it panicked\n".into());
        if wrong.is_empty() {
            passed += 1;
        } else {
            failed += 1;
            let _ = writeln!(report, "=== {shown}\n{wrong}");
        }
    }
    assert!(failed == 0, "\n{report}\n{passed} passed, {failed} failed");
    if wanted.is_empty() {
        assert_count("cases", passed);
    }
}

#[test]
fn names_are_unique_and_nothing_is_left_open() {
    let mut names = BTreeSet::new();
    for case in all() {
        let is_open = |text: &Expected| matches!(text, Expected::One(text) if text == "*");
        let open = case.safe.iter().chain(&case.all).any(is_open)
            || case.find.iter().any(|line| line.split(' ').any(|part| part == "*"));
        let shown = format!("{}: {}", case.file, case.name);
        assert!(!open || case.file.starts_with("hostile"), "{shown}: `*` is for cases in hostile/ only");
        assert!(names.insert(shown.clone()), "{shown}: the name occurs twice");
    }
}
