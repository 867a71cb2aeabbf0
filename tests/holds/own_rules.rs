//! A user's own rules, from somebody's hands.

use super::invariants::Holds;
use super::outputs::tame;
use runnerlint::catalogue::Catalogue;
use runnerlint::engine::{Settings, Surroundings};
use runnerlint::finding::Linted;
use runnerlint::fixer;
use runnerlint::report::{self, Style};
use runnerlint::rules::load::{self, Problem, RuleFile};
use runnerlint::rules::{BUILT_IN, RuleText};
use runnerlint::sites::Sites;
use runnerlint::text::Source;
use std::sync::Arc;

/// Begins the line that names a file of the folder.
const NEXT: &str = "=== ";

/// A folder of rules: before each file stands a line with its name. It is refused with a reason and a place, or the rules
/// work: their examples can be run, and what they find and fix in them holds together.
pub(super) fn rules(data: &[u8]) -> Holds {
    let text = String::from_utf8_lossy(data);
    let mut files: Vec<RuleFile> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix(NEXT) {
            let inside = name.trim().to_owned();
            files.push(RuleFile { path: format!("rules/{inside}"), inside, text: String::new() });
        } else if let Some(file) = files.last_mut() {
            file.text.push_str(line);
        }
    }
    let loaded = match load::load(&files) {
        Ok(loaded) => loaded,
        Err(problems) => return refused(&problems),
    };
    let sites = Arc::new(Sites::new(loaded.sites));
    let catalogue = Arc::new(Catalogue::new(Arc::new(loaded.data), sites, loaded.files));
    let settings = Settings { catalogue: Arc::clone(&catalogue), ..Settings::default() };
    let own = catalogue.rules().iter().skip(BUILT_IN.rules.len()).zip(catalogue.texts());
    for (rule, text) in own {
        let style = Style::default();
        for failure in runnerlint::selftest::run(&settings, rule, &text) {
            tame("a failure", &report::failure(&failure, style))?;
            tame("a difference", &report::difference(&failure, style))?;
        }
        tried(&settings, &text)?;
    }
    Ok(())
}

fn refused(problems: &[Problem]) -> Holds {
    if problems.is_empty() {
        return Err("refused without a reason".to_owned());
    }
    for problem in problems {
        let length = problem.source.bytes().len();
        if problem.span.end() > length || problem.message.is_empty() {
            return Err(format!("{:?} of {length}: {:?}", problem.span, problem.message));
        }
        tame("a problem", &report::rule_problem(problem, Style::default()))?;
    }
    Ok(())
}

/// What is found in the examples lies inside of them, and a fix, whatever the rule says, changes nothing twice.
fn tried(settings: &Settings, text: &RuleText) -> Holds {
    let around = Surroundings::default();
    for example in &text.examples {
        let path = "example.yaml";
        for input in example.bad.iter().chain(&example.ok) {
            let source = Source::new(input.as_bytes().to_vec());
            let linted = fixer::lint(settings, path, &around, &source);
            lies_inside(&source, &linted)?;
            let fixed = fixer::fix(settings, path, &around, source, true);
            if fixed.fixed.is_empty() && fixed.text != input.as_bytes() {
                return Err("the text changed and nothing was fixed".to_owned());
            }
        }
    }
    Ok(())
}

fn lies_inside(source: &Source, linted: &Linted) -> Holds {
    let length = source.bytes().len();
    for finding in &linted.findings {
        let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter()).map(|edit| edit.span);
        if let Some(span) = edits.chain([finding.span]).find(|span| span.end() > length) {
            return Err(format!("{}: {span:?} of {length}", finding.rule));
        }
    }
    Ok(())
}

/// A rule with the case as its example; programs, a chart or a site stand beside some.
pub(super) fn seed(path: &str, text: &[u8]) -> Vec<u8> {
    let example: String = String::from_utf8_lossy(text)
        .lines()
        .flat_map(|line| ["      ", line, "\n"].map(str::to_owned))
        .collect();
    let name = path.rsplit('/').next().unwrap_or(path);
    let rule = |found: &str, done: &str| {
        format!(
            "=== acme-rule.yaml\nid: acme-rule\ntitle: a made-up rule\nsummary: \"`{{name}}` is gone\"\nmatch:\n  - {found}\n\
             severity:\n  - {{is: error, label: it stops}}\n{done}why: It went.\nexamples:\n  - name: {name:?}\n    file: {name:?}\n    \
             ok: |\n{example}"
        )
    };
    let fix = |what: &str| format!("do:\n  - {{message: change it, {what}}}\nsafety:\n  - {{is: safe}}\n");
    let seeds = [
        rule("{entry: \"**.image\", when: {is: a}}", &fix("set: other")),
        rule("text: {pattern: '\\s(--locked)\\b', in: [shell]}", &fix("replace: --lock")),
        rule("command: {program: kubectl, subcommand: run, option: --env}", &fix("rename: --environ"))
            + PROGRAMS,
        rule("variable: RUNNER_TAG_LIST", &fix("remove: self")),
        rule("chart: {name: widget, value: a.b}", &fix("rename: c")) + CHARTS,
        rule("literal: 'glpat-[0-9a-z]{20}'", ""),
        rule("entry: [a.b, \"c[*].d\"]", &fix("move: {to: e.f}")) + SITE,
    ];
    seeds.get(text.len() % seeds.len()).cloned().unwrap_or_default().into_bytes()
}

const PROGRAMS: &str = "=== programs.yaml\nprograms:\n  - name: kubectl\n    files: [kubectl, oc]\n    valued: [-n]\n    \
                        subcommands:\n      - name: run\n        valued: [--env]\n        flags: [--rm]\n";
const CHARTS: &str =
    "=== charts.yaml\n- chart: widget\n  evidence:\n    - {scalar: a.b}\n  named-in: [chart, name]\n";
const SITE: &str = "=== sites/acme.yaml\nhost: acme\ndocument: [{key: kind, is: [Acme]}]\nsites:\n  \
                    - {at: \"steps[*].sh\", holds: shell, what: \"`sh:` step\"}\n";
