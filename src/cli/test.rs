//! `runnerlint test`: runs the examples of rules.

use super::args::TestArgs;
use super::{Error, Outcome, config, output};
use crate::catalogue::Catalogue;
use crate::config::{Config, Layer, Settings};
use crate::parallel;
use crate::report;
use crate::rules::load::warning;
use crate::rules::{Rule, RuleText};
use crate::selftest;
use crate::walk;
use std::io::Write as _;
use std::sync::Arc;

/// Runs the command: the rules of the directories; without any, those of the configuration, else the built-in ones.
pub(super) fn test(args: &TestArgs) -> Result<Outcome, Error> {
    let config = if args.folders.is_empty() {
        config::read(&args.config, Layer::default())?
    } else {
        Config::default()
    };
    let catalogue = config::catalogue(&config, &args.folders, parallel::threads(None))?;
    let only_built_in = args.folders.is_empty() && config.rules().is_empty();
    if !only_built_in && catalogue.texts().is_empty() {
        let configured = config.rules();
        let folders = args.folders.iter().chain(&configured).map(|folder| walk::display(folder));
        return Err(Error::NoRules(folders.collect::<Vec<_>>().join(", ")));
    }
    let style = output::style(args.color, output::stdout_is_terminal());
    let settings = Settings { catalogue: Arc::clone(&catalogue), ..Settings::default() };
    let built_in = crate::rules::BUILT_IN.rules.len();
    let texts = if only_built_in { crate::rules::texts() } else { catalogue.texts() };
    let rules = rules(&catalogue, if only_built_in { 0 } else { built_in }, &texts);
    let mut out = output::stdout();
    let (mut examples, mut failed) = (0, 0);
    for (index, (rule, text)) in rules.iter().enumerate() {
        examples += text.examples.len();
        let file = catalogue.files().get(index).filter(|_| !only_built_in);
        if let Some(problem) = file.and_then(|file| warning(file, rule)) {
            let line = problem.source.position(problem.span.start()).line;
            let help = problem.help.map_or_else(String::new, |help| format!("; {help}"));
            output::complain(&format!("warning: {}:{line}: {}{help}", problem.path, problem.message));
        }
        for failure in selftest::run(&settings, rule, text) {
            failed += 1;
            if let Some(file) = catalogue.files().get(index) {
                let at = failure.index.to_string();
                let message = format!(
                    "an example of `{}` fails: {}{}",
                    failure.rule,
                    failure.what,
                    report::why(&failure)
                );
                let problem = file.problem(&["examples", &at, "name"], message, None);
                writeln!(out, "{}", report::rule_problem(&problem, style))?;
            } else {
                write!(out, "{}", report::failure(&failure, style))?;
            }
            writeln!(out, "{}", report::difference(&failure, style))?;
            if args.explain && failure.tried.is_some() {
                writeln!(out, "{}", report::tried(&failure, style))?;
            }
        }
    }
    out.flush()?;
    let counted = |count: usize, what: &str| {
        if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
    };
    let summary = format!("{}, {}", counted(rules.len(), "rule"), counted(examples, "example"));
    if failed > 0 {
        output::complain(&format!("{summary}: {}", counted(failed, "failure")));
        return Ok(Outcome::Findings);
    }
    output::complain(&format!("{summary}: all pass"));
    Ok(Outcome::Clean)
}

fn rules<'a>(catalogue: &'a Catalogue, from: usize, texts: &'a [RuleText]) -> Vec<(&'a Rule, &'a RuleText)> {
    catalogue.rules().iter().skip(from).zip(texts).collect()
}
