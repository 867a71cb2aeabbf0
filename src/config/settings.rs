use super::document::is_reference;
use super::names::ALL;
use crate::catalogue::Catalogue;
use crate::rules::{GITLAB, Level, is_built_in};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How the engine judges one file: by which rules, how bad, by which version, and what fixes may write instead of a token.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The rules, and all that they speak of.
    pub catalogue: Arc<Catalogue>,
    /// Whether built-in rules are reported.
    pub built_in: bool,
    /// Rule ids, families or products to report; empty for all.
    pub select: Vec<String>,
    /// Rule ids, families or products not to report.
    pub ignore: Vec<String>,
    /// How bad the findings of a rule or a family are; what comes later wins, a rule over its family.
    pub severity: Vec<(String, Level)>,
    /// What unsafe fixes write instead of a registration token.
    pub token_value: Option<String>,
    /// The GitLab version to judge by, `major.minor`; `None` for the newest that the rules know.
    pub target_gitlab: Option<(u32, u32)>,
    /// The versions of other products to judge by, `major.minor`; the newest that the rules know where there is none.
    pub targets: BTreeMap<String, (u32, u32)>,
    /// Whether the registrations themselves are wanted as well, for a plan.
    pub units: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            catalogue: Arc::clone(Catalogue::built_in()),
            built_in: true,
            select: Vec::new(),
            ignore: Vec::new(),
            severity: Vec::new(),
            token_value: None,
            target_gitlab: None,
            targets: BTreeMap::new(),
            units: false,
        }
    }
}

impl Settings {
    /// The version of `product` to judge by; `None` for the newest.
    pub fn target(&self, product: &str) -> Option<(u32, u32)> {
        if product == GITLAB { self.target_gitlab } else { self.targets.get(product).copied() }
    }

    /// The value for the place of a token, unless it is only a placeholder.
    pub fn token_literal(&self) -> Option<&str> {
        self.token_value.as_deref().filter(|value| !is_reference(value))
    }

    /// Whether findings of the rule `id` are to be reported.
    pub fn reports(&self, id: &str) -> bool {
        let is_product = |name: &str| self.catalogue.rule(id).is_some_and(|rule| rule.product == name);
        let named =
            |list: &[String]| list.iter().any(|name| name == ALL || names(name, id) || is_product(name));
        (self.built_in || !is_built_in(id))
            && (self.select.is_empty() || named(&self.select))
            && !named(&self.ignore)
            && self.level(id) != Some(Level::Nothing)
    }

    /// How bad findings of the rule `id` are, if the configuration says so.
    pub fn level(&self, id: &str) -> Option<Level> {
        let last = |is: &dyn Fn(&str) -> bool| {
            self.severity.iter().rev().find(|(name, _)| is(name)).map(|(_, level)| *level)
        };
        last(&|name| name == id).or_else(|| last(&|name| names(name, id)))
    }
}

/// Whether `name` is the rule `id` or its family.
fn names(name: &str, id: &str) -> bool {
    name == id || id.split('-').next() == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_beats_its_family_and_off_is_not_reported() {
        let severity =
            [("helm-server-setting", Level::Error), ("helm", Level::Nothing), ("api", Level::Info)];
        let severity = severity.map(|(name, level)| (name.to_owned(), level)).to_vec();
        let settings = Settings { severity, ..Settings::default() };
        assert_eq!(settings.level("helm-server-setting"), Some(Level::Error));
        assert!(settings.reports("helm-server-setting") && !settings.reports("helm-registration-token"));
        assert_eq!(settings.level("api-runner-registration"), Some(Level::Info));
        assert_eq!(settings.level("apifoo"), None);
    }
}
