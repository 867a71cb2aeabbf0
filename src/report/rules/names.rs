//! Names in the texts of a rule, where nothing is found that they could name.

use crate::rules::{self, ActionRow, Match, Rule, RuleText, Spelling};

/// How a text names what no example shows.
const SOMETHING: &str = "it";
/// How a text names a suppression.
const THE_COMMENT: &str = "the suppression";

/// Names for the texts of a rule on its page, where nothing is found that they could name.
pub(super) struct ReportNames<'a> {
    pub(super) rule: &'a Rule,
    pub(super) text: &'a RuleText,
}

impl ReportNames<'_> {
    /// A text of the rule about `name`.
    pub(super) fn say(&self, text: &str, name: &str) -> String {
        let text = text.replace("{name}", name).replace("{setting}", "it");
        let text = text.replace("{secret-line}", "…").replace("{secret}", "…");
        let via = self.rule.matches.iter().find_map(|it| it.via);
        let unit = rules::registration();
        let slot =
            |text: String, from: &str, slot: &Spelling| match via.and_then(|via| slot.names(via).next()) {
                Some(name) => text.replace(from, name),
                None => text,
            };
        let text = slot(slot(text, "{new}", &unit.new), "{old}", &unit.old);
        unslotted(&text)
            .replace(&format!("`{SOMETHING}`"), SOMETHING)
            .replace(&format!("`{THE_COMMENT}`"), THE_COMMENT)
    }

    /// The first name that the rule finds: of its first slot or setting, else of its first example.
    pub(super) fn first(&self) -> String {
        let unit = rules::registration();
        let of_unit = self.rule.matches.iter().find_map(|found| {
            let spelled = match (found.slot.as_deref(), &found.setting) {
                (Some("new"), _) => &unit.new,
                (Some(_), _) => &unit.old,
                (None, Some(_)) => &unit.settings.first()?.spelled,
                (None, None) => return None,
            };
            spelled.names(found.via?).next().cloned()
        });
        if self.rule.matches.iter().any(|it| it.suppression.is_some()) {
            return THE_COMMENT.to_owned();
        }
        let of_example = || self.text.examples.iter().find_map(|it| it.at.first().cloned());
        let is_name = |name: &String| !name.contains(['`', '\n', ' ']);
        let name = of_unit.filter(|_| self.rule.unit.is_none()).or_else(of_example).filter(is_name);
        name.unwrap_or_else(|| SOMETHING.to_owned())
    }

    /// The name that an action is about: of the setting that it is for.
    pub(super) fn of_action(&self, action: &ActionRow) -> String {
        let via = self.rule.matches.iter().find_map(|it| it.via);
        let setting = action.when.setting.first().filter(|_| self.rule.unit.is_none());
        let settings = &rules::registration().settings;
        let spelled = setting.and_then(|field| settings.iter().find(|it| it.field == *field));
        let name = spelled.zip(via).and_then(|(it, via)| it.spelled.names(via).next().cloned());
        name.unwrap_or_else(|| self.first())
    }

    /// The name that a match is about: of the first example whose name its expression contains.
    fn of_match(&self, found: &Match) -> String {
        let pattern = found.text.as_ref().map(|it| it.pattern.as_str().to_owned()).unwrap_or_default();
        let mut names = self.text.examples.iter().flat_map(|it| &it.at);
        names.find(|name| pattern.contains(name.as_str())).cloned().unwrap_or_else(|| self.first())
    }

    /// What to do where a row of the severity or a match has its own help: the case, and its help.
    pub(super) fn cases(&self) -> Vec<(String, String)> {
        let rows = self.rule.severity.iter().map(|it| (it.label.as_ref(), it.help.as_ref(), self.first()));
        let matches = self.rule.matches.iter();
        let matches = matches.map(|it| (it.summary.as_ref(), it.help.as_ref(), self.of_match(it)));
        let mut cases: Vec<(String, String)> = Vec::new();
        for (case, help, name) in rows.chain(matches) {
            let (Some(case), Some(help)) = (case, help) else { continue };
            let case = (self.say(case, &name), self.say(help, &name));
            if !cases.contains(&case) {
                cases.push(case);
            }
        }
        cases
    }
}

/// A text of the rules with general words for the tokens of a registration.
pub(super) fn unslotted(text: &str) -> String {
    let words = [
        ("line {pin-line} pins {pin-name} {pin},", "a line pins an older version,"),
        ("{pin-since}", "a newer version"),
        ("`{setting}` (line {setting-line})", "a setting"),
        ("`{origin}` (line {origin-line})", "its source"),
        ("the token in line {new-line}", "a token in another line"),
        ("line {read-line} also reads `{read-name}`", "another line also reads the variable"),
        ("line {broken-line} has no {continuation}", "a line has no continuation character"),
        ("at {stray}", "at a stray word"),
        ("`{inherited}` (line {inherited-line})", "a variable of a setting"),
        ("`{empty}` (line {empty-line})", "the registration token"),
        ("`{shared}`", "the variable"),
        ("{unseen}", "the token is not visible here"),
        ("than `{secret}` (line {secret-line})", ""),
        ("the exported `{name}` (line {line})", "the exported token"),
        ("`{name}` (line {line})", "the token"),
        ("`{name}`", "the token option"),
        ("`{new}`", "the token option"),
        ("`{to}`", "the token option"),
        ("`{old}`", "the registration token option"),
        ("`{token}`", "the variable"),
        ("`{prefix}`", "a literal such as `glrtr-…`"),
    ];
    words.iter().fold(text.to_owned(), |text, (name, words)| text.replace(name, words))
}
