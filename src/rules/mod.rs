//! Rules: the compiled data of `rules/`, the units that registrations form, and what the rules say of them.

mod action;
mod containers;
pub mod describe;
mod example;
mod judge;
pub mod load;
mod own;
mod schema;
mod unit;
mod units;

use crate::sites::{Expression, Globs, Pattern, Requirement, Via, one_or_many};
use std::sync::{Arc, LazyLock};

pub use action::{ActionRow, NewEntry, NewValue, SafetyRow, Verdict};
pub use example::{Example, RuleText};
pub use judge::{Circumstances, MatchContext, SafetyVerdict, View, version};
pub use own::{ChartMatch, CommandMatch, Together, Within};
pub(crate) use schema::gitlab;
pub use schema::{
    Class, Defect, GITLAB, Level, Match, OriginKind, Rule, RuleData, SeverityRow, UnitKind, When,
};
pub use unit::{About, Defaults, Setting, Spelling, Takes, Unit};
pub use units::{Member, MemberRole, Registration, assemble};

/// The rule that finds suppressions that suppress nothing. The engine looks for them by itself.
pub const UNUSED_SUPPRESSION: &str = "unused-suppression";

/// The rules and the unit that are built in. The build script made them from checked files, so they can always be read.
pub static BUILT_IN: LazyLock<Arc<RuleData>> = LazyLock::new(|| {
    Arc::new(postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"))).unwrap_or_default())
});

/// The unit that plans are about: a registration of GitLab's runner. It is built in.
pub fn registration() -> &'static Unit {
    static NONE: LazyLock<Unit> = LazyLock::new(Unit::default);
    BUILT_IN.units.first().unwrap_or(&NONE)
}

/// Whether the rule `id` is built in.
pub fn is_built_in(id: &str) -> bool {
    BUILT_IN.rules.iter().any(|rule| rule.id == id)
}

/// What the built-in rules say of themselves to people, by id.
pub fn texts() -> Vec<RuleText> {
    postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/texts.bin"))).unwrap_or_default()
}

impl Rule {
    /// The unit whose slots and settings it speaks of.
    pub fn unit(&self) -> &str {
        self.unit.as_deref().unwrap_or_else(|| &registration().unit)
    }

    /// The part of its id before the first `-`.
    pub fn family(&self) -> &str {
        self.id.split('-').next().unwrap_or(&self.id)
    }
}
