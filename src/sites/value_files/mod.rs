//! Values that a script writes to a file, or to the input of a command, and gives to a chart: one release with what the
//! command sets itself.

mod read;

pub(super) use read::{Reads, files};

use super::{Brings, ScopeKind, Sites, Survey, Unknown, UnknownKind};
use crate::facts::{Command, Region, Word};
use crate::text::Span;
use read::{command, written};
use std::collections::{BTreeMap, BTreeSet};

/// A command that gives values to a chart.
#[derive(Debug)]
pub(super) struct Call {
    /// The text it is in.
    pub(super) doc: usize,
    /// Its bytes there.
    pub(super) span: Span,
    /// The scope of what it sets itself, where it sets something.
    pub(super) scope: Option<usize>,
    /// The chart that rules speak of, by index, where the command shows that it is its.
    pub(super) chart: Option<usize>,
    /// The name of its release, where the command shows it.
    pub(super) release: Option<String>,
    /// The option with which it keeps the values that its release has.
    pub(super) keeps: Option<Unknown>,
    /// Whether what it sets shows by itself whose values they are.
    pub(super) told: bool,
    /// The version of the chart that it asks for.
    pub(super) version: Option<(u32, u32)>,
    /// The files that it reads, by their names, and how each is named to the user.
    pub(super) files: Vec<(String, Unknown)>,
    /// What else may bring values to it.
    pub(super) unknowns: Vec<Unknown>,
}

/// A text of the file, as far as it matters here.
pub(crate) struct Text<'a> {
    /// Its commands.
    pub(crate) commands: &'a [Command],
    /// The texts that its language marks in it.
    pub(crate) regions: &'a [Region],
    /// The text.
    pub(crate) text: &'a str,
    /// The text around it, and where it begins there, in bytes.
    pub(crate) parent: Option<(usize, usize)>,
    /// The file that it becomes.
    pub(crate) path: Option<&'a str>,
    /// Where it begins in the file, in bytes.
    pub(crate) start: usize,
}

/// A text with values of a chart.
struct WrittenFile<'a> {
    /// Where it begins in the file.
    at: usize,
    path: Option<&'a str>,
    /// Whether it is added to the end of the file.
    appends: bool,
    /// The command that reads it, by its text and its index there, and those after it in the pipe.
    readers: Vec<(usize, usize)>,
    scopes: Vec<usize>,
    linked: bool,
}

/// Commands of one file that are compared with the texts in it.
const MOST_CALLS: usize = 500;

/// Texts that are looked at for one file of one command.
const MOST_TEXTS: usize = 256;

/// Words of a command that may name a file, and how long names are, in bytes.
const MOST_WORDS: usize = 32;
const LONGEST_NAME: usize = 256;

/// Commands that may change one file and that are kept.
const MOST_CHANGES: usize = 256;

/// Commands of a pipe that are followed.
const MOST_PIPED: usize = 8;

/// The name of a file, for comparison.
fn plain(name: &str) -> &str {
    let name = name.trim_matches(['"', '\'']);
    name.strip_prefix("./").or_else(|| name.strip_prefix(".\\")).unwrap_or(name)
}

fn is_input(name: &str) -> bool {
    matches!(name, "-" | "/dev/stdin" | "/dev/fd/0")
}

impl Survey {
    /// Whether a command of the file gives values to a chart.
    pub(crate) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Makes one release of what a command gives to a chart and of the values in this file that it reads.
    pub(crate) fn join_releases(&mut self, sites: &Sites, texts: &[Text<'_>]) {
        let mut calls = std::mem::take(&mut self.calls);
        calls.sort_by_key(|call| start_of(call, texts));
        let mut joiner = Joiner {
            sites,
            texts,
            written: written(self, texts),
            class: (0..calls.len()).collect(),
            texts_of: vec![Vec::new(); calls.len()],
            reads: BTreeMap::new(),
            all_reads: Vec::new(),
            by_name: BTreeMap::new(),
            by_reader: BTreeMap::new(),
        };
        joiner.index(&calls.iter().map(|call| (call.doc, call.span)).collect());
        for (index, call) in calls.iter_mut().enumerate().take(MOST_CALLS) {
            joiner.read(index, call);
        }
        let open: Vec<usize> = (0..calls.len().min(MOST_CALLS))
            .filter(|index| {
                calls.get(*index).is_some_and(|call| call.chart.is_some() && !call.files.is_empty())
            })
            .collect();
        joiner.guess(&open, &calls);
        joiner.changes(&mut calls);
        let kept = joiner.keep(&mut calls);
        let Joiner { written, mut class, texts_of, .. } = joiner;
        let mut releases: BTreeMap<usize, usize> = BTreeMap::new();
        for (index, call) in calls.into_iter().enumerate() {
            let texts = texts_of.get(index).map(Vec::as_slice).unwrap_or_default();
            let files = call.files.into_iter().map(|(_, unknown)| unknown);
            let unknowns = files.chain(call.unknowns);
            if texts.is_empty() && !kept.contains(&index) {
                let Some(it) = call.scope.and_then(|scope| self.scope_mut(scope)) else { continue };
                unknowns.for_each(|unknown| it.add_unknown(unknown));
                continue;
            }
            let first = find(&mut class, index);
            let release = match releases.get(&first) {
                Some(known) => *known,
                None => {
                    let new = self.scope(ScopeKind::Release, call.doc, call.span);
                    releases.insert(first, new);
                    new
                }
            };
            if let Some(it) = self.scope_mut(release) {
                it.chart_version = it.chart_version.or(call.version);
                unknowns.for_each(|unknown| it.add_unknown(unknown));
            }
            let scopes = texts.iter().filter_map(|text| written.get(*text)).flat_map(|text| &text.scopes);
            for scope in scopes.copied().chain(call.scope) {
                if let Some(it) = self.scope_mut(scope) {
                    it.within = Some(release);
                }
            }
        }
    }
}

/// Where a call begins in the file.
fn start_of(call: &Call, texts: &[Text<'_>]) -> usize {
    texts.get(call.doc).map_or(0, |it| it.start) + call.span.start()
}

/// Finds which call reads which text.
struct Joiner<'t, 'a> {
    sites: &'t Sites,
    texts: &'t [Text<'a>],
    written: Vec<WrittenFile<'a>>,
    /// For each call an earlier one of the same release, or itself.
    class: Vec<usize>,
    /// The texts that each call reads.
    texts_of: Vec<Vec<usize>>,
    /// For each name of a file the last call that reads it, where that begins, and the texts it reads there.
    reads: BTreeMap<String, (usize, usize, Vec<usize>)>,
    /// The texts that may become each file.
    by_name: BTreeMap<String, Vec<usize>>,
    /// The texts that each command reads.
    by_reader: BTreeMap<(usize, usize), Vec<usize>>,
    /// Each read of a file whose text is in view: its name, the call and where that begins.
    all_reads: Vec<(String, usize, usize)>,
}

impl Joiner<'_, '_> {
    /// Notes by which names and commands the texts are read. What `calls` name are files beside their input.
    fn index(&mut self, calls: &BTreeSet<(usize, Span)>) {
        for (index, text) in self.written.iter().enumerate() {
            for at in &text.readers {
                self.by_reader.entry(*at).or_default().push(index);
            }
            let mut add = |name: &str| {
                let texts = self.by_name.entry(plain(name).to_owned()).or_default();
                if texts.last() != Some(&index) {
                    texts.push(index);
                }
            };
            if let Some(path) = text.path {
                add(path);
                continue;
            }
            let readers = text.readers.iter().filter_map(|at| Some((at.0, command(self.texts, *at)?)));
            for (_, command) in readers.filter(|(doc, command)| !calls.contains(&(*doc, command.span))) {
                let words = command.words.iter().take(MOST_WORDS);
                words.filter(|word| word.text.len() < LONGEST_NAME).for_each(|word| add(&word.text));
            }
        }
    }

    /// Takes the files that are in view from `call`.
    fn read(&mut self, index: usize, call: &mut Call) {
        let mut unseen = Vec::new();
        for (name, unknown) in std::mem::take(&mut call.files) {
            let found = if is_input(&name) || name.starts_with("<(") {
                self.input(call)
            } else {
                self.file((plain(&name), plain(&unknown.written)), index, start_of(call, self.texts))
            };
            if found.is_empty() {
                unseen.push((name, unknown));
            }
            for text in found {
                self.link(index, text);
            }
        }
        call.files = unseen;
    }

    fn link(&mut self, call: usize, text: usize) {
        if let Some(texts) = self.texts_of.get_mut(call) {
            texts.push(text);
        }
        if let Some(it) = self.written.get_mut(text) {
            it.linked = true;
        }
    }

    /// Makes one release of the calls that add to the values of an earlier one (`--reuse-values`) and of that one. A call that
    /// shows by itself whose values it sets is a release of its own, which may change the earlier one.
    fn keep(&mut self, calls: &mut [Call]) -> BTreeSet<usize> {
        let mut kept = BTreeSet::new();
        // The last call of each release.
        let mut named: BTreeMap<(usize, String), usize> = BTreeMap::new();
        for index in 0..calls.len().min(MOST_CALLS) {
            let Some(call) = calls.get(index) else { break };
            let Some(key) = call.chart.zip(call.release.clone()) else { continue };
            let before = named.insert(key, index);
            let adds = call.scope.is_some() || !call.files.is_empty();
            let Some((before, keeps)) = before.zip(call.keeps.clone()).filter(|_| adds) else { continue };
            if !call.told {
                self.join(before, index);
                kept.extend([before, index]);
            } else if let Some(before) = calls.get_mut(before) {
                before.unknowns.push(keeps);
            }
        }
        kept
    }

    /// Makes one release of two calls.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (find(&mut self.class, a), find(&mut self.class, b));
        if let Some(it) = self.class.get_mut(a.max(b)) {
            *it = a.min(b);
        }
    }

    /// The texts that the input of a call is, and what else is in that input.
    fn input(&self, call: &mut Call) -> Vec<usize> {
        let Some(text) = self.texts.get(call.doc) else { return Vec::new() };
        let own = text.commands.partition_point(|it| it.span < call.span);
        let behind = text.commands.get(own..).unwrap_or_default();
        let within = behind.iter().take_while(|it| it.span.start() < call.span.end()).count().max(1);
        let readers = (own..own + within).map(|index| (call.doc, index));
        let found: BTreeSet<usize> =
            readers.filter_map(|at| self.by_reader.get(&at)).flatten().copied().collect();
        let found: Vec<usize> = found.into_iter().take(MOST_TEXTS).collect();
        for it in found.iter().filter_map(|index| self.written.get(*index)) {
            let before = it.readers.iter().take_while(|at| at.1 != own);
            for (at, command) in before.filter_map(|at| Some((at, command(self.texts, *at)?))) {
                // `cat base.yaml - <<EOF`; a group of commands (`{ …; } | helm`) gives more than its last one.
                let adds = command.words.iter().skip(1).any(|word| word.text != "-");
                let behind = text.text.get(..call.span.start()).unwrap_or_default().trim_end();
                let behind = behind.trim_end_matches(['|', '&']).trim_end();
                if adds || behind.ends_with(['}', ')']) {
                    call.unknowns.push(unknown(at.0, command, text.text));
                }
            }
        }
        found
    }

    /// The texts that become a file before the call that begins at `start`: its name as it is known and as written.
    fn file(&mut self, (name, written): (&str, &str), call: usize, start: usize) -> Vec<usize> {
        let named = [name, written].map(|name| self.by_name.get(name));
        // Of each list the first ones: they are in the order of the file.
        let first = named.into_iter().flatten().flat_map(|texts| texts.iter().take(MOST_TEXTS));
        let all: BTreeSet<usize> = first.copied().collect();
        let all: Vec<usize> = all.into_iter().take(MOST_TEXTS).collect();
        let at = |index: &usize| self.written.get(*index).map_or(0, |text| text.at);
        let mut found: Vec<usize> = all.iter().copied().filter(|index| at(index) < start).collect();
        if found.is_empty() {
            found = all;
        } else if let Some((_, last, texts)) = self.reads.get(name) {
            // What was read before is gone where it was written again.
            let new: Vec<usize> = found.iter().copied().filter(|index| at(index) > *last).collect();
            let adds = new.first().and_then(|index| self.written.get(*index)).is_none_or(|it| it.appends);
            found = if adds { texts.iter().copied().chain(new).take(MOST_TEXTS).collect() } else { new };
        }
        let shared = |(other, _, texts): &(usize, usize, Vec<usize>)| {
            texts.iter().any(|text| found.contains(text)).then_some(*other)
        };
        if let Some(other) = self.reads.get(name).and_then(shared) {
            self.join(other, call);
        }
        if !found.is_empty() {
            self.reads.insert(name.to_owned(), (call, start, found.clone()));
            self.all_reads.push((name.to_owned(), call, start));
        }
        found
    }

    /// Links texts that no call reads by name to the next call that reads a file which is not in view: it may be made of them.
    fn guess(&mut self, open: &[usize], calls: &[Call]) {
        let Some(last) = open.last() else { return };
        for index in 0..self.written.len() {
            let Some(text) = self.written.get(index).filter(|text| !text.linked) else { continue };
            let is_behind =
                |at: &&usize| calls.get(**at).is_some_and(|call| start_of(call, self.texts) > text.at);
            let call = *open.iter().find(is_behind).unwrap_or(last);
            self.link(call, index);
        }
    }

    /// Adds the commands that may change a file before a call reads it.
    fn changes(&self, calls: &mut [Call]) {
        let names: BTreeSet<&str> = self.reads.keys().map(String::as_str).collect();
        if names.is_empty() {
            return;
        }
        let own: BTreeSet<(usize, usize)> =
            self.written.iter().flat_map(|text| &text.readers).copied().collect();
        let mut changed: BTreeMap<&str, Vec<(usize, Unknown)>> = BTreeMap::new();
        for (doc, text) in self.texts.iter().enumerate() {
            let commands =
                text.commands.iter().enumerate().filter(|(index, _)| !own.contains(&(doc, *index)));
            for (_, command) in commands {
                let targets = command.redirects.iter().filter(|it| it.operator.contains('>'));
                let mut named: Vec<&str> = targets.map(|it| plain(&it.target.text)).collect();
                if !self.only_reads(command) {
                    named.extend(command.words.iter().map(|word| plain(&word.text)));
                }
                for name in named.into_iter().filter_map(|name| names.get(name)) {
                    let at = text.start + command.span.start();
                    let known = changed.entry(name).or_default();
                    if known.len() < MOST_CHANGES {
                        known.push((at, unknown(doc, command, text.text)));
                    }
                }
            }
        }
        for (name, call, start) in &self.all_reads {
            // What came before an earlier call counts for that one.
            let Some(known) = changed.get_mut(name.as_str()) else { continue };
            let (before, after) = std::mem::take(known).into_iter().partition(|(at, _)| at < start);
            *known = after;
            let before: Vec<(usize, Unknown)> = before;
            if let Some(call) = calls.get_mut(*call) {
                call.unknowns.extend(before.into_iter().map(|(_, unknown)| unknown));
            }
        }
    }

    /// Whether a command leaves the files as they are that its words name.
    fn only_reads(&self, command: &Command) -> bool {
        let Some(name) = command.words.first().map(|word| word.text.rsplit('/').next().unwrap_or_default())
        else {
            return true;
        };
        let programs = &self.sites.data.programs;
        let known = |release: &super::schema::programs::ReleaseCommand| {
            release.names.iter().chain(&release.readers).any(|it| it == name)
        };
        let in_place =
            command.words.iter().any(|it| it.text.starts_with("-i") || it.text.starts_with("--in-place"));
        programs.releases.iter().any(known) || programs.printers.iter().any(|it| it == name) && !in_place
    }
}

/// The first call of the release of `at`.
pub(super) fn find(class: &mut [usize], mut at: usize) -> usize {
    while let Some(up) = class.get(at).copied().filter(|up| *up != at) {
        // Each step halves the way for the next one.
        let above = class.get(up).copied().unwrap_or(up);
        if let Some(it) = class.get_mut(at) {
            *it = above;
        }
        at = up;
    }
    at
}

/// Longer words are not shown, in bytes: they may be secrets.
const LONGEST_SHOWN: usize = 16;

/// A command that brings values.
fn unknown(doc: usize, command: &Command, text: &str) -> Unknown {
    place(UnknownKind::Values, doc, command, text)
}

/// A command that brings something by a file, with what it is redirected to.
pub(super) fn place(kind: UnknownKind, doc: usize, command: &Command, text: &str) -> Unknown {
    let span = command.redirects.iter().fold(command.span, |span, it| span.hull(it.target.span));
    let is_long = |word: &&Word| {
        word.text.len() > LONGEST_SHOWN
            || word.text.contains([' ', '='])
            || word.text.bytes().filter(u8::is_ascii_digit).count() > 4
    };
    let words = &command.words;
    if !words.iter().any(|word| is_long(&word)) {
        return Unknown::new(kind, Brings::Anything, span.of(text), doc, span);
    }
    let shown = words.iter().filter(|word| !is_long(word)).map(|word| word.text.as_str());
    let mut written: String = shown.take(4).collect::<Vec<_>>().join(" ");
    for redirect in command.redirects.iter().filter(|it| it.operator.contains('>')).take(1) {
        written.push_str(&format!(" … {} {}", redirect.operator, redirect.target.text));
    }
    Unknown::new(kind, Brings::Anything, &written, doc, span)
}
