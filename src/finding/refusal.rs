//! Why there is no fix, and why a fix is unsafe: as data. The words are in `report/refusal.rs`.

use crate::embed::NoEdit;
use crate::unit::UnknownPlace;

/// Why there is no fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is nothing to say: the rule has no fix and no reason.
    Unstated,
    /// The rule or its unit gives the reason.
    Rule(String),
    /// The rule or its unit gives the reason, if there is one, and it is about places that cannot be read.
    Unknown {
        /// The reason; empty where the places say it all.
        because: String,
        /// The places.
        places: Vec<UnknownPlace>,
    },
    /// The text cannot be edited there.
    NotEditable(NoEdit),
    /// What is named cannot be edited.
    NameNotEditable {
        /// Its name, as written.
        name: String,
        /// Its line, from 1.
        line: usize,
        /// Why not.
        reason: NoEdit,
    },
    /// Nothing expands the expression of `--token-value` there.
    NotExpanded {
        /// The expression.
        value: String,
        /// The language of the place.
        language: &'static str,
    },
    /// Code builds it: the code must be changed manually.
    ByHand {
        /// What builds it, as a clause.
        because: String,
        /// Old and new names.
        rename: Vec<(String, String)>,
        /// Names to remove.
        remove: Vec<String>,
    },
    /// The text around it must not be edited.
    Sealed(String),
    /// Something else uses the same place of the file, by an anchor.
    UsedElsewhere {
        /// The alias, or the key, as written.
        written: String,
        /// Its line, from 1.
        line: usize,
    },
    /// Several commands share the variables of the registration.
    SharedVariables,
    /// An ignore comment in this line suppresses it.
    Suppressed {
        /// From 1.
        line: usize,
    },
    /// An ignore comment suppresses another finding of the registration.
    SuppressedSibling {
        /// The other finding's name, as written.
        name: String,
        /// The comment's line, from 1.
        line: usize,
    },
    /// The same ignore comment has another name that is still needed.
    NeededName,
    /// A command takes either of two token options.
    Alternatives {
        /// The new one, as written, and its line, from 1.
        new: (String, usize),
        /// The old one.
        old: (String, usize),
    },
    /// A comment with a mistake in it may be meant to suppress it.
    Mistaken {
        /// The comment's line, from 1.
        line: usize,
    },
    /// A rule that the fix needs is not selected.
    NotSelected {
        /// The rule's id.
        rule: String,
    },
    /// The rules that find the registration are not selected.
    RulesNotSelected,
    /// The rule has fixes, but none for this case.
    OtherCase,
    /// What is fixed only together with it has no fix.
    Together {
        /// Its name, as written.
        name: String,
        /// Its line, from 1.
        line: usize,
    },
    /// A registration token may belong to the same runner and has no fix.
    TokenFirst {
        /// Its line, from 1.
        line: usize,
    },
    /// A setting may belong to the same runner and has no fix.
    SameRunner {
        /// Its name, as written.
        name: String,
        /// Its line, from 1.
        line: usize,
    },
    /// The file has too many findings.
    TooManyFindings,
    /// A limit kept the rest of the file from being read: it may contain other values of the same registration.
    PartlyRead,
    /// It is in the baseline.
    Baselined,
    /// Another finding is in the baseline that is fixed together with it.
    BaselinedSibling {
        /// The other finding's rule.
        rule: String,
        /// Whether both belong to one registration, rather than to one place.
        registration: bool,
    },
    /// It was refused before the first pass of a run that fixed other findings.
    Before(Box<Refusal>),
    /// The fix was applied in memory and did not pass.
    Dropped(String),
}

impl Refusal {
    /// The same refusal, after a pass that may have removed what it is about.
    #[must_use]
    pub(crate) fn before(self) -> Self {
        match self {
            Self::Before(_) | Self::Dropped(_) | Self::Unstated => self,
            other => Self::Before(Box::new(other)),
        }
    }
}

impl From<NoEdit> for Refusal {
    fn from(reason: NoEdit) -> Self {
        Self::NotEditable(reason)
    }
}

/// Why a fix is unsafe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caution {
    /// The rule or its unit gives the reason.
    Rule(String),
    /// A place that cannot be read may bring a token or a setting.
    Unknown(UnknownPlace),
    /// A variable that the file fills is no longer used.
    Replaced {
        /// Its name.
        name: String,
        /// Where it is filled, from 1.
        line: usize,
    },
    /// It removes comments.
    Comment(String),
    /// It makes another word the last one of a line that ends with CR LF.
    CarriageReturn,
    /// It changes documentation.
    Markdown,
    /// Another finding of the rule in the same document has no fix.
    Apart {
        /// Its name, as written.
        name: String,
        /// Its line, from 1.
        line: usize,
    },
    /// A token or a setting of another registration may belong to the same runner: they are fixed together.
    SameRunner {
        /// Its name, as written.
        name: String,
        /// Its line, from 1.
        line: usize,
    },
    /// A template tag decides whether the place is there.
    Branch {
        /// As written.
        tag: String,
        /// From 1.
        line: usize,
    },
}
