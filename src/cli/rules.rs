//! `runnerlint rules`: the rules in a table, or one in full.

use super::args::{Colour, RulesArgs, RulesFormat};
use super::{Error, Outcome, config, errors, output, starter};
use crate::config::{ALL, Layer, families};
use crate::quote::nearest;
use crate::report::rules::{RuleDoc, catalogue, page};
use crate::report::{Layout, render};
use crate::{escape, parallel};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Checks that each of `names` is one of the rules `ids` or a family.
pub(super) fn validate<'a>(
    ids: &[&str],
    products: &[&str],
    names: impl IntoIterator<Item = &'a str>,
) -> Result<(), Error> {
    let ids: Vec<&str> = ids.iter().copied().chain([ALL]).collect();
    let mut names = names.into_iter().filter(|name| !products.contains(name));
    names.try_for_each(|name| is_known(name, &ids))
}

fn is_known(name: &str, ids: &[&str]) -> Result<(), Error> {
    let mut known: Vec<&str> = ids.iter().copied().chain(families(ids)).collect();
    known.sort_unstable();
    known.dedup();
    if known.is_empty() || known.contains(&name) {
        return Ok(());
    }
    let nearest = nearest(name, &known).map(str::to_owned);
    Err(Error::UnknownRule { name: name.to_owned(), nearest })
}

/// Runs the command.
pub(super) fn rules(args: &RulesArgs) -> Result<Outcome, Error> {
    if let Some(id) = &args.new {
        let folder = args.rules.first().map_or(Path::new("."), PathBuf::as_path);
        return starter::write(id, folder);
    }
    // Names in the configuration are not checked: this command lists the valid ones.
    let config = config::read(&args.config, Layer::default())?;
    let known = config::catalogue(&config, &args.rules, parallel::threads(None))?;
    let mut rules = catalogue(&known);
    if let Some(id) = &args.id {
        let ids: Vec<&str> = rules.iter().map(|rule| &*rule.id).collect();
        if let Err(error) = is_known(id, &ids) {
            let sections = errors::sections(id).filter(|_| args.output_format == RulesFormat::Text);
            return print(&sections.ok_or(error)?, args.look.color);
        }
        let in_family = |rule: &RuleDoc| rule.id.split('-').next() == Some(id);
        rules.retain(|rule| rule.id == *id || in_family(rule));
    }
    let mut out = output::stdout();
    match args.output_format {
        RulesFormat::Json => {
            let text = serde_json::to_string_pretty(&rules).map_err(io::Error::from)?;
            writeln!(out, "{}", escape::json(text))?;
        }
        RulesFormat::Text if args.id.is_some() => {
            for rule in &rules {
                let page = page(rule);
                let page = if output::stdout_is_terminal() { terminal(&page, args.look.color) } else { page };
                out.write_all(page.as_bytes())?;
            }
        }
        RulesFormat::Text => out.write_all(table(&rules).as_bytes())?,
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

/// Prints a text in Markdown.
fn print(text: &str, color: Colour) -> Result<Outcome, Error> {
    let mut out = output::stdout();
    let text = if output::stdout_is_terminal() { terminal(text, color) } else { text.to_owned() };
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Outcome::Clean)
}

/// A page for a terminal.
fn terminal(page: &str, color: Colour) -> String {
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    render(page, Layout { style: output::style(color, true), width })
}

fn table(rules: &[RuleDoc]) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let severity = rules.iter().map(|rule| rule.severity_range().chars().count()).max().unwrap_or_default();
    let row = |rule: &RuleDoc| {
        format!("{:width$}  {:severity$}  {}\n", rule.id, rule.severity_range(), rule.summary)
    };
    rules.iter().map(row).collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_rule_is_reported_with_the_nearest_name() {
        let ids = ["register-server-option", "helm-server-setting"];
        assert!(is_known("register-server-option", &ids).is_ok() && is_known("helm", &ids).is_ok());
        let error = is_known("register-server-options", &ids).unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown rule or family `register-server-options`; did you mean `register-server-option`?"
        );
        assert!(is_known("qqqq", &ids).unwrap_err().to_string().ends_with("`qqqq`"));
    }

    #[test]
    fn the_table_has_a_line_for_each_rule() {
        let rule = RuleDoc {
            id: "register-server-option".to_owned(),
            summary: "Options of the server.".to_owned(),
            severity: "warning".to_owned(),
            ..RuleDoc::default()
        };
        assert_eq!(table(&[rule]), "register-server-option  warning  Options of the server.\n");
    }
}
