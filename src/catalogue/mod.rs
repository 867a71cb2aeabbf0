//! What a run lints by: rules, units, sites and programs, built in and of the user's own.

mod grams;
mod prefilter;

use crate::mask::Mask;
use crate::rules::load::RuleSource;
use crate::rules::{BUILT_IN, Rule, RuleData, RuleText, Unit};
use crate::sites::{Sites, Via};
use regex::bytes::Regex;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

pub(crate) use prefilter::Prefilter;

/// Rules and all that they refer to.
pub struct Catalogue {
    data: Arc<RuleData>,
    /// `None` for those that are built in, which are read once a file needs them.
    sites: Option<Arc<Sites>>,
    /// The files of the rules that are not built in.
    files: Vec<Arc<RuleSource>>,
    pub(crate) words: Vec<UnitWords>,
    prefilter: Prefilter,
    /// The index of each rule, by its id.
    ids: BTreeMap<String, usize>,
    /// What each rule says with all that it finds.
    advice: Vec<Advice>,
    /// Chart values that they name.
    values: HashSet<String>,
    /// Variables that rules look for by themselves.
    variables: HashSet<String>,
    /// Variables of units.
    unit_variables: HashSet<String>,
}

/// What a rule says with all that it finds, once for all of that.
#[derive(Clone, Debug, Default)]
pub(crate) struct Advice {
    /// What to do.
    pub(crate) help: Arc<str>,
    /// Where to read on.
    pub(crate) url: Arc<str>,
}

impl Advice {
    fn of(rule: &Rule) -> Self {
        let url = Mask::without_source(false).inserted(&rule.url);
        Self { help: rule.help.as_str().into(), url: url.into() }
    }
}

/// Regular expressions that a unit's names make.
#[derive(Default)]
pub(crate) struct UnitWords {
    /// A read of one of its variables.
    pub(crate) reads: OnceLock<Option<Regex>>,
    /// The name of the old slot's variable.
    pub(crate) old: OnceLock<Option<Regex>>,
    /// What comes after the name of a slot.
    pub(crate) named: OnceLock<Option<Regex>>,
    /// The name of a slot and what separates a value from it.
    pub(crate) places: OnceLock<Option<regex::Regex>>,
    /// A short option of a slot in a command that prose shows.
    pub(crate) short_places: OnceLock<Option<regex::Regex>>,
}

impl Catalogue {
    /// Rules, the sites and programs that they refer to, and the files of the rules that are not built in.
    pub fn new(data: Arc<RuleData>, sites: Arc<Sites>, files: Vec<Arc<RuleSource>>) -> Self {
        Self::of(data, Some(sites), files)
    }

    fn of(data: Arc<RuleData>, sites: Option<Arc<Sites>>, files: Vec<Arc<RuleSource>>) -> Self {
        let words = data.units.iter().map(|_| UnitWords::default()).collect();
        let advice = data.rules.iter().map(Advice::of).collect();
        let prefilter = Prefilter::of(&data.rules, BUILT_IN.rules.len());
        let ids = data.rules.iter().enumerate().map(|(at, rule)| (rule.id.clone(), at)).collect();
        let values = chart_values(&data);
        let variables =
            data.rules.iter().flat_map(|rule| &rule.matches).flat_map(|found| found.variable.clone());
        let variables = variables.collect();
        let unit_variables = spelled(&data, Via::Variable).cloned().collect();
        Self { data, sites, files, words, prefilter, ids, advice, values, variables, unit_variables }
    }

    /// What is built in.
    pub fn built_in() -> &'static Arc<Self> {
        static CATALOGUE: LazyLock<Arc<Catalogue>> =
            LazyLock::new(|| Arc::new(Catalogue::of(Arc::clone(&BUILT_IN), None, Vec::new())));
        &CATALOGUE
    }

    /// All rules: those that are built in first.
    pub fn rules(&self) -> &[Rule] {
        &self.data.rules
    }

    /// The rule of that id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.data.rules.get(self.index(id)?)
    }

    fn index(&self, id: &str) -> Option<usize> {
        self.ids.get(id).copied()
    }

    /// What `rule` says with all that it finds.
    pub(crate) fn advice(&self, rule: &Rule) -> Advice {
        let known = self.index(&rule.id).and_then(|index| self.advice.get(index));
        known.cloned().unwrap_or_else(|| Advice::of(rule))
    }

    /// The ids of all rules, in the order of [`Catalogue::rules`].
    pub fn ids(&self) -> Vec<&str> {
        self.data.rules.iter().map(|rule| rule.id.as_str()).collect()
    }

    /// The products of the rules, each once.
    pub fn products(&self) -> Vec<&str> {
        let products: BTreeSet<&str> = self.data.rules.iter().map(|rule| rule.product.as_str()).collect();
        products.into_iter().collect()
    }

    /// The files of the rules that are not built in, in their order in [`Catalogue::rules`].
    pub fn files(&self) -> &[Arc<RuleSource>] {
        &self.files
    }

    /// The texts of the rules that are not built in, in their order in [`Catalogue::rules`].
    pub fn texts(&self) -> Vec<RuleText> {
        self.files.iter().map(|file| file.text()).collect()
    }

    pub(crate) fn units(&self) -> &[Unit] {
        &self.data.units
    }

    pub(crate) fn sites(&self) -> &Sites {
        self.sites.as_ref().unwrap_or_else(|| Sites::built_in())
    }

    /// Whether a rule or a unit names the chart value at this dotted path.
    pub(crate) fn names_value(&self, path: &str) -> bool {
        self.values.contains(path)
    }

    /// Whether a rule looks for the variable by itself.
    pub(crate) fn names_variable(&self, name: &str) -> bool {
        let is_asked = self.variables.contains(name) || self.variables.contains("*");
        // Those of registrations are found with them.
        is_asked && !self.unit_variables.contains(name)
    }

    pub(crate) fn prefilter(&self) -> &Prefilter {
        &self.prefilter
    }
}

/// The dotted paths of the chart values that rules and units name.
fn chart_values(data: &RuleData) -> HashSet<String> {
    let of_rules = data.rules.iter().flat_map(|rule| &rule.matches).filter_map(|found| found.chart.as_ref());
    let of_rules = of_rules.flat_map(|chart| &chart.value);
    of_rules.chain(spelled(data, Via::Chart)).cloned().collect()
}

/// The names of the slots, settings and other facts of units.
fn spelled(data: &RuleData, via: Via) -> impl Iterator<Item = &String> {
    let slots = data.units.iter().flat_map(|unit| {
        let settings = unit.settings.iter().map(|setting| &setting.spelled);
        settings.chain(unit.about.iter().map(|about| &about.spelled)).chain([&unit.old, &unit.new])
    });
    slots.flat_map(move |spelled| spelled.names(via))
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rules", self.data.rules.len())
    }
}
