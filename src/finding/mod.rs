//! What a run reports: findings with labels, severity and fix, and notices about what could not be checked.

mod refusal;

use crate::text::{Edit, Position, Span};
use crate::unit::FoundUnit;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub use refusal::{Caution, Refusal};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// For information.
    Info,
    /// Has no effect, or stops working in a later version.
    Warning,
    /// Fails with the target version.
    Error,
}

impl Severity {
    /// Its name in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Whether what runs behaves as before after a fix, regardless of what other files contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// The fix also needs a manual step.
    Unsafe,
    /// What runs behaves as before, or better.
    Safe,
}

/// Another place that explains the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Bytes of the file.
    pub span: Span,
    /// What it is to the finding: "in this `script:` item".
    pub text: String,
}

/// The fix of a finding: its part of the fix of its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Safe or unsafe; the same for all findings of a unit.
    pub safety: Safety,
    /// Why it is unsafe; empty for a safe one.
    pub cautions: Arc<[Caution]>,
    /// What it does, in the imperative: "rename to `--token`".
    pub message: String,
    /// All edits of the finding's unit, in bytes of the file, sorted: they are applied together or not at all.
    pub edits: Arc<[Edit]>,
    /// Whether reports list them: not where they are more than one file may have.
    pub listed: bool,
}

/// What a fix removes from a file, for the migration plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedSetting {
    /// Field of `POST /user/runners`: `tag_list`.
    pub field: String,
    /// Its name in the file: `--tag-list`, `runners.tags`.
    pub name: String,
    /// What it is called in a sentence: "tags"; empty where it is not a setting of a registration.
    pub title: String,
    /// Its value as written, without quotes; an expression stays one.
    pub value: String,
}

/// One place that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, one line.
    pub message: String,
    /// What to do, one sentence in the imperative.
    pub help: Arc<str>,
    /// The documentation.
    pub url: Arc<str>,
    /// The name that is deprecated, in bytes of the file.
    pub span: Span,
    /// Why here: the text under the span; the `reason` of machine formats.
    pub label: String,
    /// The name of the setting in a sentence ("tags"); empty where it is not a setting.
    pub setting: String,
    /// Hosts and other places that explain it, outermost first.
    pub related: Vec<Label>,
    /// The registration that it belongs to, `path:line` of its first byte.
    pub unit: Option<String>,
    /// Names the fix that it shares with findings of other registrations or places.
    pub fix_group: Option<String>,
    /// Languages of the texts around it, from the file's own to the innermost: `["markdown", "shell"]`.
    pub via: Vec<&'static str>,
    /// The fix, or why there is none.
    pub fix: Result<Fix, Refusal>,
    /// What the fix removes from the file.
    pub removes: Option<RemovedSetting>,
    /// Where it is, by structure (`build/script[]/gitlab-runner register`), for fingerprints that survive edits
    /// elsewhere.
    pub structure: String,
    /// The canonical name of what it refers to: `--tag-list`, `runners.tags`; empty for a literal.
    pub name: String,
    /// Whether a comment in the file accepts it.
    pub suppressed: bool,
    /// The reason that the comment gives; empty if it gives none.
    pub justification: String,
    /// Whether it is in the baseline.
    pub baselined: bool,
}

impl Finding {
    /// The registration that it belongs to, or what it shares its fix with.
    pub fn shared_unit(&self) -> Option<&str> {
        self.unit.as_deref().or(self.fix_group.as_deref())
    }

    /// Names what it is fixed together with: what shares its fix; its unit; else the first byte that its fix changes.
    pub(crate) fn group(&self) -> Option<String> {
        let alone = || {
            let first = self.fix.as_ref().ok()?.edits.first()?;
            Some(format!("{}@{}", self.rule, first.span.start()))
        };
        self.fix_group.clone().or_else(|| self.unit.clone()).or_else(alone)
    }
}

/// What could not be done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// Parts of it are not what its language allows; the rest was linted.
    Unparsable,
    /// Too large or binary: not linted.
    Skipped,
    /// A limit was reached: deeper or later parts were not linted.
    Limited,
    /// It could not be read: the run is incomplete.
    Unreadable,
    /// It could not be written: the run is incomplete.
    Unwritable,
    /// A link to nowhere.
    Dangling,
}

impl NoticeKind {
    /// Whether the run failed or is incomplete because of it (exit code 2).
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Unreadable | Self::Unwritable)
    }
}

/// Something about a file that is not a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What kind of thing.
    pub kind: NoticeKind,
    /// For reports.
    pub message: String,
    /// Where, if there is a place.
    pub position: Option<Position>,
}

/// What linting one file gave.
#[derive(Debug, Default)]
pub struct Linted {
    /// By position.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub notices: Vec<Notice>,
    /// Registrations with findings, for the plan; only if the caller requests them.
    pub units: Vec<FoundUnit>,
    /// Values that must not be shown: every value given as a token, every token literal. Bytes of the file, sorted. Not
    /// collected if nothing is reported for the file.
    pub secrets: Vec<Span>,
    /// Secrets that are not in the file in these letters, sorted: what it writes with escapes or in pieces, and what fixes
    /// write instead of a token, if it is one itself.
    pub texts: Vec<String>,
    /// Whether it was parsed at all, or skipped because no rule could match.
    pub examined: bool,
}
