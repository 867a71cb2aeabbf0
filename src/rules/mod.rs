//! Rules: the compiled data of `rules/`, the units that registrations form, and what the rules say of them.

mod judge;
mod schema;
mod units;

use crate::sites::{Via, one_or_many};
use std::sync::LazyLock;

pub use judge::{Circumstances, View, version};
pub use schema::{
    About, ActionRow, Class, Defect, Example, Level, Match, NewValue, Rule, RuleData, RuleText, Setting,
    SeverityRow, Spelling, Takes, Unit, UnitKind, Verdict, When,
};
pub use units::{Member, Registration, Role, assemble};

/// The rules and the unit that are built in. The build script made them from checked files, so they can always be read.
pub static BUILT_IN: LazyLock<RuleData> = LazyLock::new(|| {
    postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"))).unwrap_or_default()
});

/// What the built-in rules say of themselves to people, by id.
pub fn texts() -> Vec<RuleText> {
    postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/texts.bin"))).unwrap_or_default()
}

impl Rule {
    /// The part of its id before the first `-`.
    pub fn family(&self) -> &str {
        self.id.split('-').next().unwrap_or(&self.id)
    }
}
