//! Where a host holds another language, how programs are spelled and wrapped, what shows a chart's values: the data of
//! `rules/sites/`, `rules/programs.yaml` and `rules/charts.yaml`, put to one parsed text.
//!
//! What comes out is neutral: [`Carrier`]s (an option, a variable, a chart value, a Secret's key, each with its value),
//! the [`Scope`]s they belong to, and [`EmbeddedText`] texts to be read in their own language.

mod accepted;
mod aliases;
mod around;
mod assembled;
mod assigned;
mod built;
mod charts;
mod command;
mod constants;
mod describe;
mod ends;
mod entries;
mod environment;
mod expression;
mod given;
mod globs;
mod grammar;
mod hashtables;
mod imports;
mod joined;
mod linked;
mod lookup;
mod one_or_many;
mod options;
mod paths;
mod programs;
mod releases;
mod requests;
mod schema;
mod started;
mod survey;
mod trees;
mod unknown;
mod value_files;
mod variables;

pub use aliases::Anchored;
pub(crate) use describe::OneOrMany;
pub(crate) use entries::{Tops, entry, leads_to_line, line};
pub use expression::Expression;
pub use globs::Globs;
pub(crate) use globs::globs;
pub(crate) use one_or_many::one_or_many;
pub(crate) use options::{canonical, is_option_name};
pub(crate) use paths::{accepts, document_of, leads_along};
pub use schema::pattern::Step;
pub use schema::programs::{Program, Programs, Subcommand, Wrapper};
pub use schema::road::{Replacement, Road};
pub use schema::{Chart, Expands, Holds, Host, Nearby, Pattern, Requirement, Site, SiteData, Via};
pub use survey::{Context, survey};
pub use unknown::{Brings, Piece, Unknown, UnknownKind};
pub(crate) use value_files::Text as CalledText;
pub use variables::{Variables, expanded};

use crate::embed::Decoded;
use crate::facts::{Hint, NodeId};
use crate::text::Span;
use constants::Constants;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

/// A value and what carries it, however it was written.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// What carries it.
    pub via: Via,
    /// Its canonical name: `--tag-list`, `RUNNER_TAG_LIST`, `runners.tags`, `runner-token`.
    pub name: String,
    /// Its name as written: `-tag-list`, `tags`.
    pub written: String,
    /// The name's bytes in the text of `doc`.
    pub name_span: Span,
    /// Its value.
    pub value: Value,
    /// The text it is in.
    pub doc: usize,
    /// What goes when it is taken out.
    pub nodes: Vec<NodeId>,
    /// What it belongs to.
    pub scope: usize,
    /// Whether programs beside the one that it is meant for may read it.
    pub shared: bool,
    /// Why its text can't be edited, where it can't.
    pub sealed: Option<String>,
    /// Where it is one of several in one word (`--set a=b,c=d`).
    pub part: Option<Box<SetSegment>>,
}

/// One of several things that share a word, with a comma between them.
#[derive(Clone, Debug)]
pub struct SetSegment {
    /// The word.
    pub node: NodeId,
    /// Which one it is.
    pub index: usize,
    /// All of them, in the decoded text of the word, without the commas.
    pub all: Arc<[Span]>,
}

impl Carrier {
    /// Its name for the user: the dotted path of a chart value, any other as written.
    pub fn shown(&self) -> &str {
        if self.via == Via::Chart { &self.name } else { &self.written }
    }

    /// Its value for rules of a user's own: an option without a value has none.
    pub fn own_value(&self) -> &str {
        if self.is_bare() { "" } else { &self.value.text }
    }

    /// Whether it is an option without a value.
    pub fn is_bare(&self) -> bool {
        self.via == Via::Option && self.value.place == ValueLocation::Nowhere && self.value.span.is_empty()
    }

    /// A carrier of that name that takes `node` with it when it goes.
    pub(crate) fn new(via: Via, name: String, name_span: Span, value: Value, node: NodeId) -> Self {
        Self {
            via,
            written: name.clone(),
            name,
            name_span,
            value,
            doc: 0,
            nodes: vec![node],
            scope: 0,
            shared: false,
            sealed: None,
            part: None,
        }
    }
}

/// A value.
#[derive(Clone, Debug)]
pub struct Value {
    /// Quotes taken off, base64 decoded; as written where it is opaque.
    pub text: String,
    /// Its bytes.
    pub span: Span,
    /// What can be known of it.
    pub kind: ValueKind,
    /// Where a new value goes.
    pub place: ValueLocation,
    /// What it is when it is used, where the same text says so: the literal that a variable is given, once.
    pub known: Option<String>,
}

impl Value {
    /// A value that is not written here.
    fn elsewhere(span: Span) -> Self {
        Self {
            text: String::new(),
            span,
            kind: ValueKind::Opaque,
            place: ValueLocation::Nowhere,
            known: None,
        }
    }
}

/// What can be known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Nothing, `""` or null.
    Empty,
    /// What is written there is what is used.
    Literal,
    /// A variable, an expression, a template.
    Opaque,
}

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueLocation {
    /// It is the node's value.
    Node(NodeId),
    /// It is the node's value, in base64.
    Base64(NodeId),
    /// It is part of the node's decoded text.
    Within(NodeId, Span),
    /// It has no place of its own.
    Nowhere,
}

/// What values belong to: a command, a container, a chart's values, a Secret, the variables of a file.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What it is.
    pub kind: ScopeKind,
    /// The text it is in.
    pub doc: usize,
    /// Its bytes there.
    pub span: Span,
    /// Of a command: the container that it runs in. Of a container: the one whose environment it takes too. Of values: the
    /// release that gets them. Of keys of a road: those that it shares with other entries.
    pub within: Option<usize>,
    /// Whether it shows by itself that its variables are meant for the program.
    pub evident: bool,
    /// Whether they are meant for another program.
    pub foreign: bool,
    /// Whether its variables count for the commands in it alone.
    pub by_command: bool,
    /// What it may get from places that cannot be read as plain values.
    pub unknowns: Vec<Unknown>,
    /// What says where its variables may come from, and brings nothing by itself: a sourced file.
    pub hints: Vec<Unknown>,
    /// Of a command: the arrays and strings that it takes words from, by the place of their words.
    pub pieces: Vec<Piece>,
    /// Whether a command does not ask for what it is not given.
    pub silent: bool,
    /// Whether the variables that the script exports do not reach the command.
    pub isolated: bool,
    /// Whether the option parser stops at a stray word with options after it.
    pub wakes: bool,
    /// Whether a command ends where a continuation character is missing.
    pub broken: bool,
    /// Whether all that runs in it is the program itself, so that nothing else reads its variables.
    pub own: bool,
    /// Where `$NAME` is expanded in its values, unless a shell reads them.
    pub expands: Option<Expands>,
    /// The version of the program, `major.minor`, where an image beside it pins one.
    pub version: Option<(u32, u32)>,
    /// The version of the chart, where one is pinned beside it.
    pub chart_version: Option<(u32, u32)>,
    /// What shows whose it is: `program subcommand` of a command, the chart of values, the programs of a container, the name of a
    /// Secret that a command makes; nothing where that is not known.
    pub of: Vec<String>,
    /// The road that it is, by index.
    pub road: Option<usize>,
}

impl Scope {
    fn belongs_to(&mut self, owner: &str) {
        if !self.of.iter().any(|known| known == owner) {
            self.of.push(owner.to_owned());
        }
    }
}

/// Kinds of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// A command that registers.
    Command,
    /// Values of a chart.
    Chart,
    /// A Secret.
    Secret,
    /// A container, or a command of the program that registers nothing in view.
    Container,
    /// Variables for whatever follows.
    Variables,
    /// A mapping of settings, as that carrier spells them.
    Keys(Via),
    /// Keys of a road: within another one, those of one entry.
    Road,
    /// A release: what gives it values lies in scopes within it.
    Release,
    /// Places that rules speak of by name: no registration.
    Places,
}

/// A text inside a text.
#[derive(Debug)]
pub struct EmbeddedText {
    /// The text and where it came from.
    pub decoded: Decoded,
    /// What is known of its language.
    pub hint: Hint,
    /// What people call the place.
    pub what: String,
    /// The place: bytes of the host's text.
    pub at: Span,
    /// What is known of it from its place.
    pub given: EmbeddedContext,
}

/// What is known of a text from the place that it is in.
#[derive(Clone, Debug, Default)]
pub struct EmbeddedContext {
    /// The container whose command line it is or is part of.
    pub container: Option<Container>,
    /// Whether it is a container written as `name=value` words on one line.
    pub line: bool,
    /// The variable whose value it is.
    pub name: Option<Box<str>>,
    /// Whether a line end in it is a blank like any other: a command line that no shell reads.
    pub no_shell: bool,
    /// The chart whose values it is, by index.
    pub values: Option<usize>,
    /// The version of the chart that the text around it pins.
    pub chart_version: Option<(u32, u32)>,
    /// Why nothing of it is edited: where it is used is not visible.
    pub sealed: Option<String>,
    /// The release whose values it holds.
    pub within: Option<usize>,
    /// Whether it is a value of a chart: then it needs no other sign of what it is.
    pub of_chart: bool,
    /// Whether a shell replaces the expressions in it.
    pub expanded: bool,
    /// What opens the expressions that the text around it replaces by any text.
    pub expressions: Option<Box<str>>,
    /// What the text around it may set for the commands in it, without showing it.
    pub imports: Vec<Unknown>,
    /// The item of a list of scripts whose text it is, in the tree around it: it is removed with its last command.
    pub item: Option<NodeId>,
}

/// A container whose command line is text of its own.
#[derive(Clone, Debug, Default)]
pub struct Container {
    /// Its image, as written.
    pub image: Option<String>,
    /// Its scope.
    pub scope: usize,
    /// Whether the text is the container's whole command line, not a script.
    pub direct: bool,
}

/// What one text holds.
#[derive(Debug, Default)]
pub struct Survey {
    /// Scopes of all texts of the file.
    pub scopes: Vec<Scope>,
    /// Carriers of all texts of the file.
    pub carriers: Vec<Carrier>,
    /// Where else the name of a variable is, by the carrier: `export NAME`, `unset NAME`. It gets another name there too.
    pub mentions: BTreeMap<usize, Vec<Span>>,
    /// Commands, by their scopes, and the variables that they take words from and that their own text does not set.
    wants: Vec<(usize, Box<str>)>,
    /// Variables that texts put into those inside them.
    assigned: assigned::Assignments,
    /// Variables of which other texts may take words.
    stated: Vec<linked::Stated>,
    /// Commands that give values to a chart.
    calls: Vec<value_files::Call>,
    /// Texts inside the text that was surveyed last.
    pub inner: Vec<EmbeddedText>,
    /// How carriers are related to anchors, by their index, where there are some.
    pub anchored: BTreeMap<usize, Anchored>,
    /// The scope of what is not a registration, for each text that has one.
    places: BTreeMap<usize, usize>,
    /// What names of the file stand for.
    constants: Constants,
    /// Texts whose reader expands template expressions, with what opens those.
    pub(crate) templates: BTreeSet<(usize, String)>,
    /// Names of the variables among the first carriers, and how many of those were looked at.
    given: (BTreeSet<String>, usize),
}

impl Survey {
    fn scope(&mut self, kind: ScopeKind, doc: usize, span: Span) -> usize {
        self.scopes.push(Scope {
            kind,
            doc,
            span,
            within: None,
            evident: false,
            foreign: false,
            by_command: false,
            unknowns: Vec::new(),
            hints: Vec::new(),
            pieces: Vec::new(),
            silent: false,
            isolated: false,
            wakes: false,
            broken: false,
            own: false,
            expands: None,
            version: None,
            chart_version: None,
            of: Vec::new(),
            road: None,
        });
        self.scopes.len() - 1
    }

    /// The scope of what is not a registration, in the text `doc`.
    pub(crate) fn places(&mut self, doc: usize) -> usize {
        if let Some(known) = self.places.get(&doc) {
            return *known;
        }
        let scope = self.scope(ScopeKind::Places, doc, Span::at(0));
        self.places.insert(doc, scope);
        scope
    }

    /// Whether something found so far gives a value to the variable.
    fn gives(&mut self, variable: &str) -> bool {
        let (names, looked_at) = &mut self.given;
        let new = self.carriers.get(*looked_at..).unwrap_or_default();
        names.extend(new.iter().filter(|it| it.via == Via::Variable).map(|it| it.name.clone()));
        *looked_at = self.carriers.len();
        names.contains(variable)
    }

    fn scope_mut(&mut self, index: usize) -> Option<&mut Scope> {
        self.scopes.get_mut(index)
    }
}

/// Hosts, programs and charts, ready to be put to texts.
#[derive(Debug)]
pub struct Sites {
    data: SiteData,
    /// The programs, by name.
    lookup: lookup::Lookup,
    /// The sites, by the end of their paths.
    ends: ends::SiteEnds,
}

impl Sites {
    /// Makes them ready.
    pub fn new(data: SiteData) -> Self {
        Self {
            lookup: lookup::Lookup::of(&data.programs.programs),
            ends: ends::SiteEnds::of(&data.hosts),
            data,
        }
    }

    /// Those that are built in.
    pub fn built_in() -> &'static Arc<Self> {
        static BUILT_IN: LazyLock<Arc<Sites>> = LazyLock::new(|| Arc::new(Sites::new(built_in())));
        &BUILT_IN
    }

    /// The data.
    pub fn data(&self) -> &SiteData {
        &self.data
    }

    /// Whether the answers to a program's questions are there.
    pub(crate) fn asks(&self, carrier: &Carrier) -> bool {
        let subcommands = || self.data.programs.programs.iter().flat_map(|program| &program.subcommands);
        let is_place = |place: &String| *place == carrier.name;
        carrier.via == Via::Named
            && subcommands().any(|it| it.asks.as_ref().map(|asks| &asks.place).is_some_and(is_place))
    }

    /// Names of variables that only `program` reads.
    pub fn program_variables(&self, program: &str) -> &[String] {
        let known = self.data.programs.programs.iter().find(|known| known.name == program);
        known.map_or(&[], |program| &program.variables)
    }

    /// The road of that index.
    pub fn road(&self, index: usize) -> Option<&Road> {
        self.data.roads.get(index)
    }

    /// The chart of that index.
    fn chart(&self, index: usize) -> Option<&Chart> {
        self.data.charts.get(index)
    }

    /// The chart that is meant where none is named: what has values of its keys is its own.
    fn usual_chart(&self) -> Option<&Chart> {
        self.chart(0)
    }

    /// Names under which umbrella charts hold `chart`: `aliases` are those of the usual one.
    fn aliases<'a>(&self, chart: &Chart, aliases: &'a [String]) -> &'a [String] {
        if self.usual_chart().is_some_and(|usual| usual.chart == chart.chart) { aliases } else { &[] }
    }
}

/// The compiled data. The build script made it from checked files, so it can always be read.
pub(crate) fn built_in() -> SiteData {
    postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/sites.bin"))).unwrap_or_default()
}
