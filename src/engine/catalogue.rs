//! What a run lints by: rules, units, sites and programs, built in and of the user's own.

use super::prefilter::Prefilter;
use crate::rules::{BUILT_IN, Rule, RuleData, RuleText, Unit};
use crate::sites::Sites;
use regex::bytes::Regex;
use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

/// Rules and all that they speak of. What costs time is made when it is first needed.
pub struct Catalogue {
    data: Arc<RuleData>,
    sites: Arc<Sites>,
    texts: Vec<RuleText>,
    pub(super) words: Vec<UnitWords>,
    prefilter: OnceLock<Prefilter>,
}

/// Regular expressions that a unit's names make.
#[derive(Default)]
pub(super) struct UnitWords {
    /// A read of one of its variables.
    pub(super) reads: OnceLock<Option<Regex>>,
    /// The name of the old slot's variable.
    pub(super) old: OnceLock<Option<Regex>>,
    /// Literals that belong in a slot.
    pub(super) literals: OnceLock<Option<Regex>>,
    /// What stands behind the name of a slot.
    pub(super) named: OnceLock<Option<Regex>>,
}

impl Catalogue {
    /// Rules, the sites and programs that they speak of, and what those of them that are not built in say to people.
    pub fn new(data: Arc<RuleData>, sites: Arc<Sites>, texts: Vec<RuleText>) -> Self {
        let words = data.units.iter().map(|_| UnitWords::default()).collect();
        Self { data, sites, texts, words, prefilter: OnceLock::new() }
    }

    /// What is built in.
    pub fn built_in() -> &'static Arc<Self> {
        static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| {
            Arc::new(Catalogue::new(Arc::clone(&BUILT_IN), Arc::clone(Sites::built_in()), Vec::new()))
        });
        &CATALOGUE
    }

    /// All rules: those that are built in first.
    pub fn rules(&self) -> &[Rule] {
        &self.data.rules
    }

    /// What the rules that are not built in say to people, in their order in [`Catalogue::rules`].
    pub fn texts(&self) -> &[RuleText] {
        &self.texts
    }

    pub(super) fn units(&self) -> &[Unit] {
        &self.data.units
    }

    pub(super) fn sites(&self) -> &Sites {
        &self.sites
    }

    pub(super) fn prefilter(&self) -> &Prefilter {
        self.prefilter.get_or_init(|| Prefilter::of(&self.data.rules, BUILT_IN.rules.len()))
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rules", self.data.rules.len())
    }
}
