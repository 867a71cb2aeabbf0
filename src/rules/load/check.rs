//! What the form of a rule file does not say: names that exist, rows that can be reached, fixes that can apply.

use super::super::{
    ActionRow, Level, Match, Rule, RuleData, RuleText, UNUSED_SUPPRESSION, Unit, Verdict, When, version,
};
use super::fault::{Fault, Problem};
use super::{RuleSource, actions, texts};
use crate::sites::{Programs, SiteData, canonical};
use crate::syntax;
use std::collections::BTreeSet;

/// Where a problem is looked for, and the problems so far.
pub(super) struct CheckedRule<'a> {
    pub(super) read: &'a RuleSource,
    /// Keys of the top mapping whose value could not be read: nothing more is said of them.
    pub(super) unread: &'a [String],
    pub(super) problems: Vec<Problem>,
}

impl CheckedRule<'_> {
    pub(super) fn wrong(&mut self, path: &[&str], message: impl Into<String>, help: &str) {
        let help = (!help.is_empty()).then(|| help.to_owned());
        self.push(path, message.into(), help);
    }

    fn push(&mut self, path: &[&str], message: String, help: Option<String>) {
        if path.first().is_none_or(|key| self.unread.iter().all(|unread| unread != key)) {
            self.problems.push(self.read.problem(path, message, help));
        }
    }

    /// A name or alias of a language.
    pub(super) fn language(&mut self, path: &[&str], name: &str) {
        if syntax::named(name).is_none() {
            let names: Vec<&str> = syntax::LANGUAGES.iter().map(|language| language.name()).collect();
            let aliases = syntax::LANGUAGES.iter().flat_map(|language| language.aliases().iter().copied());
            let known: Vec<&str> = names.iter().copied().chain(aliases).collect();
            let fault = Fault::unknown("language", name, &known);
            let near = fault.help.filter(|help| help.starts_with("did")).map(|help| format!("{help} "));
            let names: BTreeSet<&str> = names.into_iter().collect();
            let all = names.into_iter().collect::<Vec<_>>().join(", ");
            self.push(path, fault.message, Some(format!("{}languages: {all}", near.unwrap_or_default())));
        }
    }

    pub(super) fn known(&mut self, path: &[&str], what: &str, name: &str, known: &[&str]) {
        if !known.contains(&name) {
            let fault = Fault::unknown(what, name, known);
            self.push(path, fault.message, fault.help);
        }
    }
}

/// The name of a language, by its name or one of its aliases.
pub(super) fn spell_language(name: &mut String) {
    if let Some(language) = syntax::named(name) {
        *name = language.name().to_owned();
    }
}

/// Names options and languages as the engine does.
pub(super) fn spell(rule: &mut Rule) {
    for found in &mut rule.matches {
        found.text.iter_mut().flat_map(|text| &mut text.within).for_each(spell_language);
        if let Some(command) = &mut found.command {
            let named = command.option.iter_mut().filter(|option| *option != "*");
            named.for_each(|option| *option = canonical(option));
        }
        spell_when(&mut found.when);
    }
    let severity = rule.severity.iter_mut().map(|row| &mut row.when);
    let actions = rule.actions.iter_mut().map(|row| &mut row.when);
    let rows = severity.chain(actions).chain(rule.safety.iter_mut().map(|row| &mut row.when));
    rows.for_each(spell_when);
}

/// Whether there are no conditions.
fn is_always(when: &When) -> bool {
    *when == When::default()
}

fn spell_when(when: &mut When) {
    when.option.iter_mut().for_each(|option| *option = canonical(option));
    when.language.iter_mut().for_each(spell_language);
    let inner = when.all.iter_mut().chain(&mut when.any).chain(when.not.as_deref_mut());
    inner.for_each(spell_when);
}

/// The kinds of things that a match speaks of.
pub(super) fn subjects(found: &Match) -> Vec<&'static str> {
    let given = [
        ("slot", found.slot.is_some()),
        ("setting", found.setting.is_some()),
        ("entry", !found.entry.is_empty()),
        ("command", found.command.is_some()),
        ("variable", !found.variable.is_empty()),
        ("chart", found.chart.is_some()),
        ("literal", found.literal.is_some()),
        ("named", !found.named.is_empty()),
        ("request", found.request.is_some()),
        ("text", found.text.is_some()),
        ("suppression", found.suppression.is_some()),
    ];
    given.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect()
}

/// Everything that is wrong with a rule in the file that the folder calls `inside`.
pub(super) fn rule(
    read: &RuleSource,
    inside: &str,
    rule: &Rule,
    text: &RuleText,
    (data, sites): (&RuleData, &SiteData),
    unread: &[String],
) -> Vec<Problem> {
    let mut checked = CheckedRule { read, unread, problems: Vec::new() };
    id(&mut checked, inside, rule);
    versions(&mut checked, rule);
    let unit = unit(&mut checked, rule, data);
    if rule.matches.is_empty() {
        checked.wrong(&["match"], "`match` is empty: the rule cannot report anything", "");
    }
    for (index, found) in rule.matches.iter().enumerate() {
        let index = index.to_string();
        self::found(&mut checked, &["match", &index], found, unit, sites);
        if found.suppression.is_some() && rule.id != UNUSED_SUPPRESSION {
            let message = format!("only the rule `{UNUSED_SUPPRESSION}` may use `suppression`");
            checked.wrong(&["match", &index, "suppression"], message, "");
        }
    }
    conditions(&mut checked, rule);
    severity(&mut checked, rule);
    actions::check(&mut checked, rule);
    needs(&mut checked, rule);
    texts::check(&mut checked, rule);
    examples(&mut checked, text);
    checked.problems
}

/// What is wrong with a rule of an id that another one has.
pub(super) fn twice(read: &RuleSource, rule: &Rule) -> Problem {
    let help = "use another id; `runnerlint rules` lists the built-in ones";
    read.problem(&["id"], format!("the rule `{}` already exists", rule.id), Some(help.to_owned()))
}

fn id(checked: &mut CheckedRule<'_>, inside: &str, rule: &Rule) {
    let word =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !rule.id.contains('-') || !rule.id.split('-').all(word) {
        let message = format!("invalid rule id `{}`", rule.id);
        checked.wrong(
            &["id"],
            message,
            "use lower-case words joined by `-`, family first, for example `team-old-host`",
        );
    }
    let name = inside.rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if stem != rule.id {
        let message = format!("the file contains the rule `{}`", rule.id);
        checked.wrong(&["id"], message, &format!("name the file `{}.yaml`, or set `id: {stem}`", rule.id));
    }
}

/// What is wrong with a text that is not a version.
fn no_version(text: &str) -> String {
    format!("invalid version `{text}`: expected `1`, `1.22` or `1.22.3`")
}

fn versions(checked: &mut CheckedRule<'_>, rule: &Rule) {
    let given = [
        ("since", Some(&rule.since).filter(|since| !since.is_empty())),
        ("replacement-since", rule.replacement_since.as_ref()),
        ("disabled", rule.disabled.as_ref()),
        ("removed", rule.removed.as_ref()),
    ];
    for (key, text) in given {
        if let Some(text) = text.filter(|text| version(text).is_none()) {
            checked.wrong(&[key], no_version(text), "");
        }
    }
}

fn unit<'d>(checked: &mut CheckedRule<'_>, rule: &Rule, data: &'d RuleData) -> Option<&'d Unit> {
    let Some(name) = &rule.unit else { return data.units.first() };
    let names: Vec<&str> = data.units.iter().map(|unit| unit.unit.as_str()).collect();
    checked.known(&["unit"], "unit", name, &names);
    data.units.iter().find(|unit| unit.unit == *name)
}

fn found(checked: &mut CheckedRule<'_>, path: &[&str], found: &Match, unit: Option<&Unit>, sites: &SiteData) {
    let mut known = |keys: &[&'static str], what: &str, name: &str, names: &[&str]| {
        checked.known(&[path, keys].concat(), what, name, names);
    };
    if let Some(slot) = &found.slot {
        known(&["slot"], "slot", slot, &["new", "old"]);
    }
    if let Some(setting) = found.setting.as_ref().filter(|setting| *setting != "any") {
        let names: Vec<&str> =
            unit.iter().flat_map(|unit| &unit.settings).map(|it| it.field.as_str()).collect();
        known(&["setting"], "setting", setting, &names);
    }
    if let Some(command) = &found.command {
        let programs = &sites.programs.programs;
        match programs.iter().find(|program| program.name == command.program) {
            None => {
                let names: Vec<&str> = programs.iter().map(|program| program.name.as_str()).collect();
                let example = format!(
                    "programs:\n  - name: {0}\n    files: [{0}]\n    subcommands: [{{name: run, valued: [--name]}}]",
                    command.program
                );
                let fault = Fault::undefined("program", &command.program, &names, "programs.yaml", &example);
                checked.push(&[path, &["command", "program"]].concat(), fault.message, fault.help);
            }
            Some(program) => {
                let names = program.subcommands.iter().map(|it| it.name.as_str());
                let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
                for name in &command.subcommand {
                    checked.known(&[path, &["command", "subcommand"]].concat(), "subcommand", name, &names);
                }
            }
        }
    }
    if let Some(chart) = &found.chart {
        let names: Vec<&str> = sites.charts.iter().map(|chart| chart.chart.as_str()).collect();
        if !names.contains(&chart.name.as_str()) {
            let value = chart.value.first().map_or("image", String::as_str);
            let example = format!(
                "- chart: {}\n  evidence: [{{scalar: {value}}}]\n  named-in: [chart, name]",
                chart.name
            );
            let fault = Fault::undefined("chart", &chart.name, &names, "charts.yaml", &example);
            checked.push(&[path, &["chart", "name"]].concat(), fault.message, fault.help);
        }
    }
    if !found.named.is_empty() {
        let named = sites.hosts.iter().flat_map(|host| &host.sites).filter_map(|site| site.name.as_deref());
        let asked = sites.programs.programs.iter().flat_map(|program| &program.subcommands);
        let asked = asked.filter_map(|subcommand| Some(subcommand.asks.as_ref()?.place.as_str()));
        let roads = sites.roads.iter().filter_map(|road| Some(road.request.as_ref()?.name.as_str()));
        let mut names: Vec<&str> = named.chain(asked).chain(roads).collect();
        names.sort_unstable();
        names.dedup();
        for name in &found.named {
            checked.known(&[path, &["named"]].concat(), "site", name, &names);
        }
    }
    for name in found.text.iter().flat_map(|text| &text.within) {
        checked.language(&[path, &["text", "in"]].concat(), name);
    }
    let has_name = !found.entry.is_empty()
        || !found.variable.is_empty()
        || found.chart.is_some()
        || found.command.as_ref().is_some_and(|it| !it.option.is_empty());
    if found.key.is_some() && !has_name {
        let message = "`key` needs `entry`, `variable`, `chart` or an `option` of a command";
        checked.wrong(&[path, &["key"]].concat(), message, "");
    }
    let subjects = subjects(found);
    if subjects.len() != 1 {
        let message = match subjects.as_slice() {
            [] => "a match needs a subject".to_owned(),
            both => format!("a match has one subject, not several: `{}`", both.join("` and `")),
        };
        let help = "use one of `entry`, `command`, `variable`, `chart`, `literal`, `text`, `request`, `named`, `slot`, `setting`, and one match for each";
        checked.wrong(path, message, help);
    }
    if let Some(command) = found.command.as_ref().filter(|it| it.argument.is_none() && it.position.is_some())
    {
        let path = [path, &["command", "position"]].concat();
        let message = format!("`position` of `{}` needs `argument`", command.program);
        checked.wrong(&path, message, "`argument: .*` matches any word that is not an option");
    }
}

/// All conditions of a rule, with their places.
fn conditions(checked: &mut CheckedRule<'_>, rule: &Rule) {
    // What a road names belongs to its unit.
    let of_unit =
        rule.matches.iter().any(|it| it.slot.is_some() || it.setting.is_some() || !it.named.is_empty());
    let matches =
        rule.matches.iter().map(|found| &found.when).enumerate().map(|(at, when)| ("match", at, when));
    let severity =
        rule.severity.iter().map(|row| &row.when).enumerate().map(|(at, when)| ("severity", at, when));
    let actions = rule.actions.iter().map(|row| &row.when).enumerate().map(|(at, when)| ("do", at, when));
    let safety = rule.safety.iter().map(|row| &row.when).enumerate().map(|(at, when)| ("safety", at, when));
    for (key, index, when) in matches.chain(severity).chain(actions).chain(safety) {
        let index = index.to_string();
        let mut open: Vec<&When> = vec![when];
        while let Some(when) = open.pop() {
            condition(checked, &[key, &index, "when"], when, of_unit);
            open.extend(when.all.iter().chain(&when.any).chain(when.not.as_deref()));
        }
    }
}

fn condition(checked: &mut CheckedRule<'_>, path: &[&str], when: &When, of_unit: bool) {
    for name in &when.language {
        checked.language(&[path, &["language"]].concat(), name);
    }
    for (key, text) in [("from", &when.from), ("below", &when.below)] {
        if let Some(text) = text.as_ref().filter(|text| version(text).is_none()) {
            checked.wrong(&[path, &[key]].concat(), no_version(text), "");
        }
    }
    for (key, _) in of_units(when).iter().filter(|(_, given)| *given && !of_unit) {
        let message = format!("`{key}` needs a match with `slot` or `setting`");
        checked.wrong(
            &[path, &[key]].concat(),
            message,
            "it says something of a registration, not of a single place",
        );
    }
}

/// The conditions that only apply to units, and whether they are given.
fn of_units(when: &When) -> [(&'static str, bool); 34] {
    [
        ("new", when.new.is_some()),
        ("old", when.old.is_some()),
        ("same-token", when.same_token.is_some()),
        ("secret", when.secret.is_some()),
        ("unit", !when.unit.is_empty()),
        ("road", !when.road.is_empty()),
        ("setting", !when.setting.is_empty()),
        ("mechanical", when.mechanical.is_some()),
        ("triggers", when.triggers.is_some()),
        ("token-value", when.token_value.is_some()),
        ("old-never", when.old_never.is_some()),
        ("in-view", when.in_view.is_some()),
        ("unknown-token", when.unknown_token.is_some()),
        ("unknown-setting", when.unknown_setting.is_some()),
        ("has-setting", when.has_setting.is_some()),
        ("settings", when.settings.is_some()),
        ("resets", when.resets.is_some()),
        ("shared", when.shared.is_some()),
        ("names-old-variable", when.names_old_variable.is_some()),
        ("names-secret", when.names_secret.is_some()),
        ("repeated", when.repeated.is_some()),
        ("read-by-name", when.read_by_name.is_some()),
        ("inherits", when.inherits.is_some()),
        ("origin", when.origin.is_some()),
        ("token-elsewhere", when.token_elsewhere.is_some()),
        ("new-token-elsewhere", when.new_token_elsewhere.is_some()),
        ("settings-elsewhere", when.settings_elsewhere.is_some()),
        ("own-chart", when.own_chart.is_some()),
        ("hinted", when.hinted.is_some()),
        ("isolated", when.isolated.is_some()),
        ("silent", when.silent.is_some()),
        ("wakes", when.wakes.is_some()),
        ("broken", when.broken.is_some()),
        ("outdated", when.outdated.is_some()),
    ]
}

fn severity(checked: &mut CheckedRule<'_>, rule: &Rule) {
    if rule.severity.is_empty() || rule.severity.iter().all(|row| row.is == Level::Nothing) {
        checked.wrong(
            &["severity"],
            "no row of `severity` reports anything",
            "add a row, for example `severity: [{is: warning}]`",
        );
    }
    reachable(checked, "severity", &rule.severity.iter().map(|row| is_always(&row.when)).collect::<Vec<_>>());
    reachable(checked, "safety", &rule.safety.iter().map(|row| is_always(&row.when)).collect::<Vec<_>>());
    let of_unit = rule.matches.iter().any(|it| it.slot.is_some() || it.setting.is_some());
    if !rule.safety.is_empty() && rule.actions.is_empty() && !of_unit {
        checked.wrong(
            &["safety"],
            "`safety` needs `do`: the rule has no fix",
            "add `do`, or remove `safety`",
        );
    }
    let never = rule.safety.first().is_some_and(|row| row.is == Verdict::None && is_always(&row.when));
    if never && !rule.actions.is_empty() {
        checked.wrong(
            &["safety", "0"],
            "the fix can never apply: the first row of `safety` is `none`",
            "remove `do`, or add `when` to the row",
        );
    }
}

/// Rows after one that always holds are never looked at.
pub(super) fn reachable(checked: &mut CheckedRule<'_>, key: &str, always: &[bool]) {
    let last = always.len().saturating_sub(1);
    if let Some(at) = always.iter().position(|always| *always).filter(|at| *at < last) {
        let message = format!("this row of `{key}` is never reached: the row before it always applies");
        checked.wrong(&[key, &(at + 1).to_string()], message, "put the row without `when` last");
    }
}

fn needs(checked: &mut CheckedRule<'_>, rule: &Rule) {
    for (index, list) in rule.needs.iter().enumerate() {
        let short = list.iter().any(|literal| literal.len() < 2);
        if list.is_empty() || short {
            let message = "this list matches every file";
            checked.wrong(&["needs", &index.to_string()], message, "use words of at least two characters");
        }
    }
}

fn examples(checked: &mut CheckedRule<'_>, text: &RuleText) {
    if !text.examples.iter().any(|example| example.bad.is_some()) {
        checked.wrong(
            &["examples"],
            "no example with `bad`",
            "add one with `bad`, the reported names under `at`, and `good` if the rule has a fix",
        );
    }
    if !text.examples.iter().any(|example| example.ok.is_some()) {
        checked.wrong(
            &["examples"],
            "no example with `ok`",
            "add one with `ok`: a similar text that is not reported",
        );
    }
    for (index, example) in text.examples.iter().enumerate() {
        let index = index.to_string();
        if example.bad.is_none() && example.ok.is_none() {
            checked.wrong(&["examples", &index], "the example has neither `bad` nor `ok`", "");
        }
        if example.bad.is_some() && example.at.is_empty() {
            checked.wrong(
                &["examples", &index],
                "the example has no `at`",
                "list the reported names under `at`",
            );
        }
        if example.bad.is_none() && example.good.is_some() {
            checked.wrong(
                &["examples", &index, "good"],
                "`good` needs `bad`",
                "use `ok` for a text that is not reported",
            );
        }
        if example.good.is_none() && !example.remains.is_empty() {
            checked.wrong(
                &["examples", &index, "remains"],
                "`remains` needs `good`",
                "without a fix all findings of `at` are left",
            );
        }
        if let Some(language) = &example.language {
            checked.language(&["examples", &index, "language"], language);
        }
        if let Some(target) = example.target.as_ref().filter(|target| version(target).is_none()) {
            checked.wrong(&["examples", &index, "target"], no_version(target), "");
        }
    }
}

/// Marks the programs whose words the rule asks for.
pub(super) fn words(rule: &Rule, programs: &mut Programs) {
    for command in rule.matches.iter().filter_map(|found| found.command.as_ref()) {
        let takes_place = rule.actions.iter().any(|row| row.to_argument.is_some());
        let asks = command.option.is_empty() || takes_place || asks_for_words(rule);
        for program in programs.programs.iter_mut().filter(|program| program.name == command.program) {
            program.words |= asks;
        }
    }
}

fn asks_for_words(rule: &Rule) -> bool {
    let matches = rule.matches.iter().map(|found| &found.when);
    let rows = rule.severity.iter().map(|row| &row.when).chain(rule.actions.iter().map(|row| &row.when));
    let all = matches.chain(rows).chain(rule.safety.iter().map(|row| &row.when));
    let mut open: Vec<&When> = all.collect();
    while let Some(when) = open.pop() {
        if when.argument.is_some() {
            return true;
        }
        open.extend(when.all.iter().chain(&when.any).chain(when.not.as_deref()));
    }
    false
}

/// Whether a row of `do` holds always.
pub(super) fn always(rows: &[ActionRow]) -> Vec<bool> {
    rows.iter().map(|row| is_always(&row.when)).collect()
}
