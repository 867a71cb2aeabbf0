//! What the rules say of a unit: which of its members are findings, how bad they are, how safe its fix is.

use super::schema::{Class, Level, Match, Rule, Unit, Verdict, When};
use super::units::{Member, Registration, Role};
use crate::sites::Survey;

/// What holds beyond the unit itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circumstances {
    /// Whether a value for the place of a token is given.
    pub token_value: bool,
    /// Whether the file names the old slot's variable.
    pub names_old_variable: bool,
    /// Whether the file reads a variable of the unit by its name elsewhere.
    pub read_by_name: bool,
    /// Whether another unit of the file has a token in the old place.
    pub token_elsewhere: bool,
    /// Whether the file is the values of a chart that reads them in templates of its own.
    pub own_chart: bool,
    /// Whether it stands in Markdown.
    pub document: bool,
}

/// A unit, seen from one of its members or as a whole.
pub struct View<'a> {
    unit: &'a Unit,
    registration: &'a Registration,
    survey: &'a Survey,
    member: Option<&'a Member>,
    circumstances: Circumstances,
}

impl<'a> View<'a> {
    /// The unit as a whole.
    pub fn new(
        unit: &'a Unit,
        registration: &'a Registration,
        survey: &'a Survey,
        around: Circumstances,
    ) -> Self {
        Self { unit, registration, survey, member: None, circumstances: around }
    }

    /// The same unit, seen from `member`.
    #[must_use]
    pub fn of(&self, member: &'a Member) -> Self {
        Self { member: Some(member), ..*self }
    }

    /// Whether all conditions hold.
    pub fn holds(&self, when: &When) -> bool {
        let slot = |role| self.registration.slot(self.survey, role, self.member);
        let setting = self.member.and_then(|member| match member.role {
            Role::Setting(at) => self.unit.settings.get(at),
            _ => None,
        });
        let same =
            |wanted: Option<bool>, actual: &dyn Fn() -> bool| wanted.is_none_or(|wanted| wanted == actual());
        let scope = |is: fn(&crate::sites::Scope) -> bool| self.registration.any_scope(self.survey, is);
        when.own.is_none_or(|classes| classes.has(self.member.map_or(Class::Absent, |member| member.class)))
            && when.new.is_none_or(|classes| classes.has(slot(Role::New)))
            && when.old.is_none_or(|classes| classes.has(slot(Role::Old)))
            && (when.unit.is_empty() || when.unit.contains(&self.registration.kind))
            && (when.setting.is_empty()
                || setting.is_some_and(|setting| when.setting.contains(&setting.field)))
            && same(when.triggers, &|| self.member.is_some_and(|member| member.triggers))
            && same(when.token_value, &|| self.circumstances.token_value)
            && same(when.in_view, &|| !scope(|scope| scope.opaque))
            && same(when.shared, &|| self.registration.is_shared(self.survey))
            && same(when.names_old_variable, &|| self.circumstances.names_old_variable)
            && same(when.read_by_name, &|| self.circumstances.read_by_name)
            && same(when.token_elsewhere, &|| {
                let slots = [Role::New, Role::Old];
                self.circumstances.token_elsewhere
                    && slots.into_iter().all(|role| slot(role) == Class::Absent)
            })
            && same(when.own_chart, &|| self.circumstances.own_chart)
            && same(when.wakes, &|| scope(|scope| scope.wakes))
            && same(when.broken, &|| scope(|scope| scope.broken))
            && same(when.outdated, &|| self.is_outdated())
            && same(when.document, &|| self.circumstances.document)
    }

    fn is_outdated(&self) -> bool {
        let (program, chart) = (version(&self.unit.program_since), version(&self.unit.chart_since));
        self.registration.any_scope(self.survey, |scope| {
            scope.version.zip(program).is_some_and(|(pinned, since)| pinned < since)
                || scope.chart_version.zip(chart).is_some_and(|(pinned, since)| pinned < since)
        })
    }

    /// The match of `rule` that finds the member, if one does.
    pub fn matched<'r>(&self, rule: &'r Rule) -> Option<&'r Match> {
        let member = self.member?;
        let carrier = self.survey.carriers.get(member.carrier)?;
        rule.matches.iter().find(|found| {
            let role = match member.role {
                Role::New => found.slot.as_deref() == Some("new"),
                Role::Old => found.slot.as_deref() == Some("old"),
                Role::Setting(at) => found.setting.as_deref().is_some_and(|name| {
                    name == "any" || self.unit.settings.get(at).is_some_and(|setting| setting.field == name)
                }),
            };
            role && found.via.is_none_or(|via| via == carrier.via) && self.holds(&found.when)
        })
    }

    /// How bad the rule finds it, and what it says of it.
    pub fn severity<'r>(&self, rule: &'r Rule) -> (Level, Option<&'r str>) {
        rule.severity
            .iter()
            .find(|row| self.holds(&row.when))
            .map_or((Level::Nothing, None), |row| (row.is, row.label.as_deref()))
    }

    /// How safe the fix of the unit is, and why it is no better.
    pub fn safety(&self) -> (Verdict, &'a str) {
        if self.registration.ambiguous {
            return (Verdict::None, "several commands share the variables that are set here");
        }
        self.unit
            .safety
            .iter()
            .find(|row| self.holds(&row.when))
            .map_or((Verdict::None, ""), |row| (row.is, row.because.as_deref().unwrap_or_default()))
    }
}

/// `major.minor` as numbers.
pub fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
