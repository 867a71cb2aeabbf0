//! What the rules say of a unit: which of its members are findings, how bad they are, how safe its fix is.

use super::action::{SafetyRow, Verdict};
use super::schema::{Class, Match, OriginKind, Rule, SeverityRow, UnitKind, When};
use super::unit::Unit;
use super::units::{Member, MemberRole, Registration};
use crate::sites::{Carrier, Road, Scope, Survey, Via};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What holds beyond the unit itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circumstances {
    /// Whether `--token-value` is set.
    pub token_value: bool,
    /// The new slot of the Secret that the unit names: what it holds, and its carrier.
    pub secret: Option<(Class, usize)>,
    /// What names the unit, a Secret, in the same file.
    pub reader: Option<UnitKind>,
    /// Whether the unit is text that is a value of a chart.
    pub in_chart: bool,
    /// Whether the old slot holds what can never belong in the new one.
    pub old_never: bool,
    /// Where the token comes from, where it is an expression.
    pub origin: Option<OriginKind>,
    /// Whether the file names the old slot's variable.
    pub names_old_variable: bool,
    /// Whether the unit names a Secret for its token.
    pub names_secret: bool,
    /// Whether the file reads a variable of the unit by its name elsewhere.
    pub read_by_name: bool,
    /// Whether the environment may give the unit's command a setting by a variable that the file reads.
    pub inherits: bool,
    /// Whether another unit of the file has a token in the old place.
    pub token_elsewhere: bool,
    /// Whether another unit of the file has a token in the new place.
    pub new_token_elsewhere: bool,
    /// Whether the unit is a release, and values of the file that belong to none have settings and no token.
    pub settings_elsewhere: bool,
    /// Whether the file is the values of a chart that reads them in templates of its own.
    pub own_chart: bool,
    /// The oldest version of the program that the file pins.
    pub pinned: Option<(u32, u32)>,
    /// Whether it is in Markdown.
    pub markdown: bool,
}

/// What is around a member, in its text and its file.
pub trait MatchContext {
    /// Whether those conditions hold that speak of the place.
    fn holds(&self, when: &When, member: Option<&Member>) -> bool;
}

/// A unit, seen from one of its members or as a whole.
pub struct View<'a> {
    unit: &'a Unit,
    registration: &'a Registration,
    survey: &'a Survey,
    member: Option<&'a Member>,
    circumstances: Circumstances,
    place: &'a dyn MatchContext,
    summary: Rc<RuleSummary>,
}

/// What a slot holds.
#[derive(Clone, Copy, Default)]
struct RuleSlot {
    class: Class,
    /// The member that decides: of several the one with the highest class.
    carrier: Option<usize>,
    /// Whether several members of the slot have different values.
    mixed: bool,
    /// Whether a command takes several of them: they are not in branches that exclude each other.
    repeated: bool,
}

/// What is asked of a unit again and again.
struct RuleSummary {
    /// What the new and the old slot hold: of the whole unit, and where its commands are apart, of each scope.
    slots: BTreeMap<Option<usize>, [RuleSlot; 2]>,
    /// Whether a command takes either the new or the old token: in an `if`, in a `case`.
    alternatives: bool,
    unknown: bool,
    unknown_token: bool,
    unknown_setting: bool,
    has_setting: bool,
    silent: bool,
    isolated: bool,
    hinted: bool,
    resets: bool,
    wakes: bool,
    broken: bool,
    shared: bool,
    outdated: bool,
}

impl RuleSummary {
    fn of(unit: &Unit, registration: &Registration, survey: &Survey) -> Self {
        let mut slots = BTreeMap::new();
        for member in &registration.members {
            let at = match member.role {
                MemberRole::New => 0,
                MemberRole::Old => 1,
                MemberRole::Setting(_) | MemberRole::Place | MemberRole::Own(_) => continue,
            };
            let scope = registration.own_scope(survey, Some(member));
            for key in [None, scope] {
                let slot: &mut [RuleSlot; 2] = slots.entry(key).or_default();
                let Some(slot) = slot.get_mut(at) else { continue };
                let differs = |known: usize| {
                    let text = |index: usize| survey.carriers.get(index).map(|it| &it.value.text);
                    text(known) != text(member.carrier)
                };
                let excludes = |known: usize| {
                    let pieces = survey.piece(known).zip(survey.piece(member.carrier));
                    pieces.is_some_and(|(one, other)| one.excludes(other))
                };
                slot.mixed |= slot.carrier.is_some_and(differs);
                slot.repeated |= slot.carrier.is_some_and(|known| differs(known) && !excludes(known));
                if slot.carrier.is_none() || member.class > slot.class {
                    (slot.class, slot.carrier) = (member.class, Some(member.carrier));
                }
            }
        }
        let (program, chart) = (version(&unit.program_since), version(&unit.chart_since));
        let members = || registration.members.iter();
        let settings = || members().filter(|member| matches!(member.role, MemberRole::Setting(_)));
        let is_brought =
            |member: &Member| survey.anchored.get(&member.carrier).is_some_and(|it| it.through.is_some());
        let any = |is: &dyn Fn(&Scope) -> bool| registration.any_scope(survey, is);
        Self {
            slots,
            alternatives: registration.alternatives(survey).is_some(),
            unknown: any(&|scope| !scope.unknowns.is_empty()) || members().any(is_brought),
            resets: settings().any(|it| it.class == Class::Empty || it.inert),
            unknown_token: any(&|scope| scope.unknowns.iter().any(|it| it.brings.token())),
            unknown_setting: any(&|scope| scope.unknowns.iter().any(|it| it.brings.settings())),
            has_setting: registration.members.iter().any(|it| matches!(it.role, MemberRole::Setting(_))),
            hinted: any(&|scope| !scope.hints.is_empty()),
            isolated: any(&|scope| scope.isolated) && registration.has_exported_token(survey),
            silent: any(&|scope| scope.silent),
            wakes: any(&|scope| scope.wakes),
            broken: any(&|scope| scope.broken),
            shared: registration.is_shared(survey),
            outdated: any(&|scope| {
                scope.version.zip(program).is_some_and(|(pinned, since)| pinned < since)
                    || scope.chart_version.zip(chart).is_some_and(|(pinned, since)| pinned < since)
            }),
        }
    }
}

impl<'a> View<'a> {
    /// The unit as a whole.
    pub fn new(
        unit: &'a Unit,
        registration: &'a Registration,
        survey: &'a Survey,
        around: Circumstances,
        place: &'a dyn MatchContext,
    ) -> Self {
        let summary = Rc::new(RuleSummary::of(unit, registration, survey));
        Self { unit, registration, survey, member: None, circumstances: around, place, summary }
    }

    /// The same unit, seen from `member`.
    #[must_use]
    pub fn of(&self, member: &'a Member) -> Self {
        Self { member: Some(member), summary: Rc::clone(&self.summary), ..*self }
    }

    /// Whether all conditions hold.
    pub fn holds(&self, when: &When) -> bool {
        let scope = self.registration.own_scope(self.survey, self.member);
        let slots = self.apart(self.summary.slots.get(&scope).copied().unwrap_or_default());
        let [new, old] = slots.map(|slot| slot.class);
        let setting = self.member.and_then(|member| match member.role {
            MemberRole::Setting(at) => self.unit.settings.get(at),
            _ => None,
        });
        let same =
            |wanted: Option<bool>, actual: &dyn Fn() -> bool| wanted.is_none_or(|wanted| wanted == actual());
        when.own.is_none_or(|classes| classes.has(self.member.map_or(Class::Absent, |member| member.class)))
            && when.new.is_none_or(|classes| classes.has(new))
            && when.old.is_none_or(|classes| classes.has(old))
            && same(when.same_token, &|| self.is_same(slots))
            && when.secret.is_none_or(|classes| {
                classes.has(self.circumstances.secret.map_or(Class::Absent, |(class, _)| class))
            })
            && (when.unit.is_empty() || when.unit.contains(&self.registration.kind))
            && (when.read_by.is_empty()
                || self.circumstances.reader.is_some_and(|reader| when.read_by.contains(&reader)))
            && same(when.in_chart, &|| self.circumstances.in_chart)
            && (when.setting.is_empty()
                || setting.is_some_and(|setting| when.setting.contains(&setting.field)))
            && (when.road.is_empty()
                || self.registration.road.is_some_and(|road| when.road.contains(&road.road)))
            && same(when.mechanical, &|| self.registration.road.is_some_and(|road| road.caution.is_some()))
            && (when.name.is_empty()
                || self.carrier().is_some_and(|carrier| when.name.contains(&carrier.written)))
            && same(when.triggers, &|| self.member.is_some_and(|member| member.triggers))
            && same(when.token_value, &|| self.circumstances.token_value)
            && same(when.old_never, &|| self.circumstances.old_never)
            && when.origin.is_none_or(|origin| self.circumstances.origin == Some(origin))
            && same(when.in_view, &|| !self.summary.unknown)
            && same(when.unknown_token, &|| self.summary.unknown_token)
            && same(when.unknown_setting, &|| self.summary.unknown_setting)
            && same(when.resets, &|| self.summary.resets)
            && same(when.has_setting, &|| self.summary.has_setting)
            && when.settings.is_none_or(|classes| self.registration.setting_of(classes).is_some())
            && same(when.shared, &|| self.summary.shared)
            && same(when.names_old_variable, &|| self.circumstances.names_old_variable)
            && same(when.names_secret, &|| self.circumstances.names_secret)
            && same(when.repeated, &|| slots.iter().any(|slot| slot.repeated))
            && same(when.read_by_name, &|| self.circumstances.read_by_name)
            && same(when.inherits, &|| self.circumstances.inherits)
            && same(when.token_elsewhere, &|| {
                self.circumstances.token_elsewhere && new == Class::Absent && old == Class::Absent
            })
            && same(when.new_token_elsewhere, &|| {
                self.circumstances.new_token_elsewhere && new == Class::Absent && old == Class::Absent
            })
            && same(when.settings_elsewhere, &|| self.circumstances.settings_elsewhere)
            && same(when.own_chart, &|| self.circumstances.own_chart)
            && same(when.hinted, &|| self.summary.hinted)
            && same(when.isolated, &|| self.summary.isolated)
            && same(when.silent, &|| self.summary.silent)
            && same(when.wakes, &|| self.summary.wakes)
            && same(when.broken, &|| self.summary.broken)
            && same(when.outdated, &|| self.summary.outdated || self.pins_old())
            && same(when.markdown, &|| self.circumstances.markdown)
            && self.place.holds(when, self.member)
            && when.all.iter().all(|when| self.holds(when))
            && (when.any.is_empty() || when.any.iter().any(|when| self.holds(when)))
            && when.not.as_ref().is_none_or(|when| !self.holds(when))
    }

    /// The slots, as the member sees them: of alternatives only its own; what is set for both is used with the old token.
    fn apart(&self, [new, old]: [RuleSlot; 2]) -> [RuleSlot; 2] {
        let Some(member) = self.member.filter(|_| self.summary.alternatives) else { return [new, old] };
        let piece = |slot: RuleSlot| {
            let members = &self.registration.members;
            let at = members.iter().find(|it| Some(it.carrier) == slot.carrier)?;
            self.registration.piece(self.survey, at)
        };
        let own = self.registration.piece(self.survey, member);
        let excluded = |slot: RuleSlot| own.zip(piece(slot)).is_some_and(|(own, it)| own.excludes(it));
        match (excluded(new), excluded(old)) {
            (false, true) => [new, RuleSlot::default()],
            _ => [RuleSlot::default(), old],
        }
    }

    /// The road that makes the unit.
    pub fn road(&self) -> Option<&'static Road> {
        self.registration.road
    }

    /// The carrier of the member.
    fn carrier(&self) -> Option<&'a Carrier> {
        self.survey.carriers.get(self.member?.carrier)
    }

    /// Whether both slots have the same value.
    fn is_same(&self, slots: [RuleSlot; 2]) -> bool {
        let value = |slot: RuleSlot| {
            let value = &self.survey.carriers.get(slot.carrier.filter(|_| !slot.mixed)?)?.value;
            let text = value.known.as_ref().unwrap_or(&value.text);
            (slot.class > Class::Empty && !text.is_empty()).then_some(text)
        };
        let [new, old] = slots.map(value);
        new.is_some() && new == old
    }

    /// The name of a filled slot: `new` or `old`; empty where it is not filled.
    pub fn slot_name(&self, slot: &str) -> Option<String> {
        let scope = self.registration.own_scope(self.survey, self.member);
        let [new, old] = self.apart(self.summary.slots.get(&scope).copied().unwrap_or_default());
        let slot = match slot {
            "new" => new,
            "old" => old,
            _ => return None,
        };
        let carrier = slot.carrier.and_then(|at| self.survey.carriers.get(at));
        let name = carrier.map(|it| if it.via == Via::Road { it.written.clone() } else { it.name.clone() });
        Some(name.unwrap_or_default())
    }

    /// Whether the file pins a version of the program, anywhere, that does not know the new token.
    fn pins_old(&self) -> bool {
        let since = version(&self.unit.program_since);
        self.circumstances.pinned.zip(since).is_some_and(|(pinned, since)| pinned < since)
    }

    /// The match of `rule` that finds the member, if one does.
    pub fn matched<'r>(&self, rule: &'r Rule) -> Option<&'r Match> {
        let member = self.member?;
        let own = matches!(member.role, MemberRole::Own(_));
        if !own && rule.unit() != self.unit.unit {
            return None;
        }
        let carrier = self.survey.carriers.get(member.carrier)?;
        rule.matches.iter().enumerate().find_map(|(index, found)| {
            let role = match member.role {
                MemberRole::New => found.slot.as_deref() == Some("new"),
                MemberRole::Old => found.slot.as_deref() == Some("old"),
                MemberRole::Setting(at) => found.setting.as_deref().is_some_and(|name| {
                    name == "any" || self.unit.settings.get(at).is_some_and(|setting| setting.field == name)
                }),
                MemberRole::Place => found.named.contains(&carrier.name),
                MemberRole::Own(own) => own == index,
            };
            let fits = role && found.via.is_none_or(|via| via == carrier.via) && self.holds(&found.when);
            fits.then_some(found)
        })
    }

    /// The row of the rule's severity that applies.
    pub fn severity<'r>(&self, rule: &'r Rule) -> Option<&'r SeverityRow> {
        rule.severity.iter().find(|row| self.holds(&row.when))
    }

    /// How safe the fix of the unit is; by the rows `own` of the rule where there is no unit.
    pub fn safety<'r>(&self, own: &'r [SafetyRow]) -> SafetyVerdict<'r>
    where
        'a: 'r,
    {
        let is_own = self.registration.members.iter().any(|member| matches!(member.role, MemberRole::Own(_)));
        let (rows, otherwise) =
            if is_own { (own, Verdict::Unsafe) } else { (self.unit.safety.as_slice(), Verdict::None) };
        let mut lowered = Vec::new();
        for row in rows.iter().filter(|row| self.holds(&row.when)) {
            match row.is {
                Verdict::Unsafe if row.at_most => lowered.push(row),
                Verdict::Safe if !lowered.is_empty() => {
                    return SafetyVerdict { is: Verdict::Unsafe, rows: lowered };
                }
                Verdict::Unsafe => {
                    lowered.push(row);
                    return SafetyVerdict { is: Verdict::Unsafe, rows: lowered };
                }
                is => return SafetyVerdict { is, rows: vec![row] },
            }
        }
        let is = if lowered.is_empty() { otherwise } else { Verdict::Unsafe.min(otherwise) };
        SafetyVerdict { is, rows: lowered }
    }
}

/// How safe a fix is, and the rows that say so.
#[derive(Clone, Debug)]
pub struct SafetyVerdict<'r> {
    /// How safe it is.
    pub is: Verdict,
    /// For `none` and `safe` the row that decides; for `unsafe` each row that applies.
    pub rows: Vec<&'r SafetyRow>,
}

impl SafetyRow {
    /// Whether it is about places that cannot be read.
    pub fn is_about_unknowns(&self) -> bool {
        self.when.in_view == Some(false)
            || self.when.hinted == Some(true)
            || self.when.unknown_token == Some(true)
            || self.when.unknown_setting == Some(true)
    }
}

/// The first two of one to three numbers: `231`, `1.22`, `1.22.3`.
pub fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.').map(|part| part.parse::<u32>().ok());
    let major = parts.next()??;
    let minor = parts.next().unwrap_or(Some(0))?;
    parts.next().unwrap_or(Some(0))?;
    parts.next().is_none().then_some((major, minor))
}
