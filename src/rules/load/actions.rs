//! Fixes that can never apply.

use super::super::{ActionRow, Match, Rule, When};
use super::check::{CheckedRule, always, reachable, subjects};
use crate::sites::{Expression, Pattern, is_option_name};

/// What a row of `do` does, by its keys.
fn deeds(row: &ActionRow) -> Vec<&'static str> {
    let given = [
        ("remove", !row.remove.is_empty()),
        ("rename", row.rename.is_some()),
        ("rename-slots", !row.rename_slots.is_empty()),
        ("value", row.value.is_some()),
        ("insert", !row.insert.is_empty()),
        ("set", row.set.is_some()),
        ("move", row.moves.is_some()),
        ("move-beside", row.move_beside.is_some()),
        ("replace", row.replace.is_some()),
        ("add-option", row.add_option.is_some()),
        ("to-argument", row.to_argument.is_some()),
    ];
    given.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect()
}

/// What can be done to what a match finds.
fn can(found: &Match, deed: &str) -> bool {
    let Some(subject) = subjects(found).first().copied() else { return true };
    let option = found.command.as_ref().is_some_and(|command| !command.option.is_empty());
    let argument = found.command.as_ref().is_some_and(|command| command.argument.is_some());
    match (deed, subject) {
        (_, "slot" | "setting") => {
            !matches!(deed, "replace" | "move" | "move-beside" | "add-option" | "to-argument")
        }
        // Of several names, the one that is not needed goes.
        (_, "suppression") => deed == "remove",
        ("replace", _) => matches!(subject, "literal" | "text" | "command"),
        ("add-option", _) => subject == "command" && !argument,
        ("to-argument", _) => option,
        ("remove" | "set", "command") => option || argument,
        ("rename", "command") => option || !argument,
        ("remove" | "rename" | "set", _) => matches!(subject, "entry" | "variable" | "chart"),
        ("move", _) => matches!(subject, "entry" | "chart"),
        ("move-beside", _) => subject == "entry",
        ("insert", _) => matches!(subject, "entry" | "variable"),
        _ => false,
    }
}

/// Checks the fixes of a rule.
pub(super) fn check(checked: &mut CheckedRule<'_>, rule: &Rule) {
    if rule.actions.is_empty() {
        return;
    }
    if rule.matches.iter().all(|found| found.manual.is_some()) && !rule.matches.is_empty() {
        let message = "the fix can never apply: every match has `manual`";
        checked.wrong(&["do"], message, "remove `do` or `manual`");
        return;
    }
    reachable(checked, "do", &always(&rule.actions));
    let of_unit = rule.matches.iter().any(|found| found.slot.is_some() || found.setting.is_some());
    for (index, row) in rule.actions.iter().enumerate() {
        let index = index.to_string();
        let deeds = deeds(row);
        if deeds.is_empty() {
            let help = "use one of `rename`, `remove`, `set`, `move`, `move-beside`, `replace`, `insert`, `add-option`, `to-argument`";
            checked.wrong(&["do", &index], "this row does nothing", help);
        }
        for deed in &deeds {
            let candidates = rule.matches.iter().filter(|found| found.manual.is_none());
            if candidates.clone().next().is_some() && !candidates.clone().any(|found| can(found, deed)) {
                let subjects: Vec<&str> = candidates.flat_map(subjects).collect();
                let message = format!("`{deed}` cannot be used with {}", named(&subjects));
                checked.wrong(&["do", &index, deed], message, help(deed));
            }
        }
        let known = |name: &&String| ["self", "new", "old"].contains(&name.as_str());
        for name in row.remove.iter().chain(row.rename_slots.iter().map(|(slot, _)| slot)) {
            if !known(&name) || name != "self" && !of_unit {
                let message = format!("unknown slot `{name}`");
                let help = if of_unit {
                    "use `self`, `new` or `old`"
                } else {
                    "use `remove: self`: only units have slots"
                };
                checked.wrong(&["do", &index, "remove"], message, help);
            }
        }
        if row.remove.iter().any(|name| name == "self") && !of_unit && deeds.len() > 1 {
            let others: Vec<&str> = deeds.iter().copied().filter(|deed| *deed != "remove").collect();
            let message = format!("`remove` cannot be used together with `{}`", others.join("`, `"));
            checked.wrong(&["do", &index, "remove"], message, "use one row for each, with `when`");
        }
        option_name(checked, rule, &index, row);
        groups(checked, rule, &index, row);
        paths(checked, &index, row);
    }
}

/// A new name of an option that is none. What groups give is checked when the fix is made.
fn option_name(checked: &mut CheckedRule<'_>, rule: &Rule, index: &str, row: &ActionRow) {
    let is_option = |found: &Match| found.command.as_ref().is_some_and(|it| !it.option.is_empty());
    let Some(name) = row.rename.as_ref().filter(|name| !name.contains('{')) else { return };
    if !rule.matches.is_empty() && rule.matches.iter().all(is_option) && !is_option_name(name) {
        let help = match name.split_once('=') {
            Some(_) => "`rename` is only the name; use `set` to change the value",
            None => "the name of an option begins with `-`",
        };
        let message = format!("`{name}` is not the name of an option");
        checked.wrong(&["do", index, "rename"], message, help);
    }
}

fn named(subjects: &[&str]) -> String {
    let mut names: Vec<String> = subjects.iter().map(|name| format!("`{name}`")).collect();
    names.dedup();
    names.join(" and ")
}

fn help(deed: &str) -> &'static str {
    match deed {
        "replace" => {
            "`replace` needs `literal`, `text` or `command`; use `set` to change a value, `rename` to change a name"
        }
        "move" => "`move` needs `entry` or `chart`",
        "move-beside" => "`move-beside` needs `entry`",
        "add-option" => "`add-option` needs `command`",
        "to-argument" => "`to-argument` needs `command` with `option`",
        "set" => "use `replace` to change the text of a `literal` or `text`",
        _ => "",
    }
}

/// How many groups the texts of a row may name: of the match, of `key`, of the row's own `like`.
struct ActionCounts {
    found: usize,
    key: usize,
    row: usize,
}

impl ActionCounts {
    fn of(rule: &Rule, row: &ActionRow) -> Self {
        let count = |expression: Option<&Expression>| {
            expression.and_then(Expression::regex).map_or(0, regex::Regex::captures_len)
        };
        let found = |found: &Match| {
            let texts = [
                found.literal.as_ref(),
                found.text.as_ref().map(|text| &text.pattern),
                found.request.as_ref().map(|request| &request.url),
                like(&found.when),
                found.command.as_ref().and_then(|command| command.argument.as_ref()),
            ];
            texts.into_iter().map(count).max().unwrap_or_default()
        };
        Self {
            found: rule.matches.iter().map(found).max().unwrap_or_default(),
            key: rule.matches.iter().map(|it| count(it.key.as_ref())).max().unwrap_or_default(),
            row: count(like(&row.when)),
        }
    }

    /// Whether there is such a group; true for what names no group.
    fn has(&self, name: &str) -> bool {
        let (of, number) = match name.split_once('.') {
            Some(("match", number)) => (self.found, number),
            Some(("key", number)) => (self.key, number),
            Some(_) => return true,
            None => (self.found.max(self.key).max(self.row), name),
        };
        number.parse::<usize>().map_or(number == name, |number| number < of)
    }
}

/// As the engine does: of the condition itself, else of one that must apply with it.
fn like(when: &When) -> Option<&Expression> {
    when.like.as_ref().or_else(|| when.all.iter().find_map(|when| when.like.as_ref()))
}

/// Numbers in braces beyond the groups of the expressions.
fn groups(checked: &mut CheckedRule<'_>, rule: &Rule, index: &str, row: &ActionRow) {
    let texts = [
        ("set", &row.set),
        ("replace", &row.replace),
        ("rename", &row.rename),
        ("move", &row.moves),
        ("move-beside", &row.move_beside),
        ("add-option", &row.add_option),
    ];
    // Most fixes name no group, and no expression is compiled for them.
    if !texts.iter().any(|(_, text)| text.as_ref().is_some_and(|text| text.contains('{'))) {
        return;
    }
    let counts = ActionCounts::of(rule, row);
    for (key, text) in texts {
        let names = text.iter().flat_map(|text| text.split('{').skip(1));
        let mut names = names.filter_map(|rest| Some(rest.split_once('}')?.0));
        if let Some(name) = names.find(|name| !counts.has(name)) {
            checked.wrong(
                &["do", index, key],
                format!("`{{{name}}}` has no group: the expression has fewer groups"),
                "groups come from `literal`, `text`, `argument`, `key` or `like`",
            );
        }
    }
}

/// Paths that are none.
fn paths(checked: &mut CheckedRule<'_>, index: &str, row: &ActionRow) {
    for (key, path) in [("move", &row.moves), ("move-beside", &row.move_beside)] {
        let Some(path) = path.as_ref().filter(|path| !path.contains('{')) else { continue };
        if let Err(message) = Pattern::keys(path) {
            checked.wrong(&["do", index, key], message, "");
        }
    }
    if row.moves.is_some() && row.move_beside.is_some() {
        let message = "`move` cannot be used together with `move-beside`";
        checked.wrong(&["do", index, "move-beside"], message, "use one row for each, with `when`");
    }
    if row.to_argument == Some(0) {
        checked.wrong(&["do", index, "to-argument"], "the first argument is 1", "");
    }
}
