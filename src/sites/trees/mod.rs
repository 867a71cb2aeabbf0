//! Goes through the tree of one parsed text and takes in what its sites hold.

mod brought;
mod chart_words;
mod environments;
mod held;
mod imported;
mod names;
mod request;
pub(super) mod road;
mod sources;
mod words;

pub(super) use environments::is_expression;

use super::aliases::Aliases;
use super::built::{Built, Wants};
use super::charts;
use super::environment::{self, Target};
use super::paths::{above, below, is_among, is_document, leads_to, satisfies, says};
use super::releases;
use super::schema::{Chart, Holds, Host, Site};
use super::survey::Context;
use super::{ScopeKind, Survey, Unknown};
use crate::facts::{DataTree, Hint, NodeId};
use crate::syntax::Parsed;
use crate::text::Span;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

/// Takes in what the sites of `tree` hold.
pub(super) fn read(
    tree: &DataTree,
    control: &[Span],
    parsed: &dyn Parsed,
    context: &Context<'_>,
    survey: &mut Survey,
) {
    go(tree, control, parsed, context, false, survey);
}

/// Takes in what the sites of a program hold: those of hosts in its language alone.
pub(super) fn read_objects(tree: &DataTree, parsed: &dyn Parsed, context: &Context<'_>, survey: &mut Survey) {
    let is_own = |host: &Host| host.language.as_deref() == Some(context.language.name());
    if context.sites.data.hosts.iter().any(is_own) {
        go(tree, &[], parsed, context, true, survey);
    }
}

fn go(
    tree: &DataTree,
    control: &[Span],
    parsed: &dyn Parsed,
    context: &Context<'_>,
    program: bool,
    survey: &mut Survey,
) {
    let expanded = context.given.expanded;
    let is_text = expanded || context.language.includes_json();
    let inserted =
        if is_text { charts::inserted(tree, control, context.text, expanded).into() } else { Rc::from([]) };
    Trees {
        tree,
        control,
        parsed,
        context,
        survey,
        claimed: HashSet::new(),
        charted: BTreeSet::new(),
        releases: BTreeMap::new(),
        documents: HashSet::new(),
        siblings: (None, NodeId(0)),
        current: None,
        hosts: Vec::new(),
        pinned: None,
        sops: false,
        of_source: None,
        aliases: Rc::new(Aliases::of(tree, program || context.text.contains("<<"))),
        inserted,
        named: BTreeMap::new(),
        environments: BTreeMap::new(),
        containers: BTreeMap::new(),
        brought: BTreeMap::new(),
        inherited: Vec::new(),
        neighbours: BTreeMap::new(),
        imports: BTreeMap::new(),
        links: names::NameLinks::default(),
        grouped: BTreeSet::new(),
        waiting: Vec::new(),
        postponed: HashSet::new(),
        mentioned: RefCell::default(),
        program,
    }
    .read();
}

pub(super) struct Trees<'a> {
    pub(super) tree: &'a DataTree,
    control: &'a [Span],
    parsed: &'a dyn Parsed,
    context: &'a Context<'a>,
    pub(super) survey: &'a mut Survey,
    /// Nodes that a site holds already; what is around them comes first.
    claimed: HashSet<NodeId>,
    /// Mappings that were read as a chart's values.
    charted: BTreeSet<NodeId>,
    /// The scope of each release, by the node that holds all of it.
    releases: BTreeMap<NodeId, usize>,
    /// The documents among the nodes that were looked at.
    documents: HashSet<NodeId>,
    /// The mapping or sequence that held the last node, and what is the document of those in it that are none of their own.
    siblings: (Option<NodeId>, NodeId),
    /// The document that is looked at, for each host whether it may be one, whether it is encrypted.
    current: Option<NodeId>,
    hosts: Vec<bool>,
    /// The version of the chart that it pins.
    pinned: Option<(u32, u32)>,
    sops: bool,
    /// The release whose sources of values are read.
    of_source: Option<NodeId>,
    aliases: Rc<Aliases>,
    /// Lines that a shell replaces by keys.
    inserted: Rc<[Span]>,
    /// Releases by the texts that name them: their scope and their chart.
    named: BTreeMap<Vec<String>, (usize, Option<usize>)>,
    /// For a mapping or list the environment that it brings to what is in it, or what is around it: a scope.
    environments: BTreeMap<NodeId, Option<usize>>,
    /// For a mapping or list what it brings to the scripts in it.
    brought: BTreeMap<(NodeId, usize), brought::BroughtNodes>,
    /// The scopes of containers.
    containers: BTreeMap<NodeId, usize>,
    /// Scopes of containers, and the containers that they take environment from.
    inherited: Vec<(usize, NodeId)>,
    /// Containers of a list, by their names.
    neighbours: BTreeMap<NodeId, BTreeMap<String, NodeId>>,
    /// What scripts may set for those after them in the same shell, and lists of scripts.
    imports: BTreeMap<NodeId, Rc<[Unknown]>>,
    /// What releases of the file have in common.
    links: names::NameLinks,
    /// Mappings with entries of a road that were read, with the road.
    grouped: BTreeSet<(NodeId, usize)>,
    /// Mappings that names stand for, which wait for what uses them.
    waiting: Vec<(&'a Site, NodeId)>,
    postponed: HashSet<NodeId>,
    /// Words of sites, and whether the text has them.
    mentioned: RefCell<BTreeMap<String, bool>>,
    /// Whether it is a program.
    program: bool,
}

impl<'a> Trees<'a> {
    fn read(&mut self) {
        let ids = self.tree.ids();
        let (sites, ends) = (self.context.sites, &self.context.sites.ends);
        let mut skipped_to = 0;
        let mut others = Vec::new();
        // Neighbours stand below the same key.
        let (mut parent, mut below) = (None, ends.below(None));
        let mut deferred = Vec::new();
        for id in ids {
            let before = self.current;
            let document = self.next_document(id);
            if self.current != before {
                others = ends.others(&self.hosts);
            }
            if self.tree.span(id).is_some_and(|span| span.start() < skipped_to) {
                continue;
            }
            if self.tree.parent(id) != parent {
                parent = self.tree.parent(id);
                below = ends.below(parent.and_then(|at| self.tree.key_text(at)));
            }
            for place in ends.with(self.tree.key_text(id), below, &others) {
                let Some(site) = sites.site(place).filter(|_| self.hosts.get(place.0) == Some(&true)) else {
                    continue;
                };
                // Sites that may be anywhere show by what is there that they hold something: that is quickly seen.
                let seldom = site.like.is_some() || site.known || site.lines || !site.begins.is_empty();
                if seldom && !self.fits(site, id) {
                    continue;
                }
                let leads = site.at.iter().any(|pattern| leads_to(pattern, self.tree, document, id));
                if leads && self.context.path.is_none_or(|path| sites.is_file_of(place.0, path)) {
                    if site.holds == Holds::Nothing {
                        skipped_to = self.tree.span(id).map_or(0, Span::end);
                    } else {
                        self.hold(site, id);
                    }
                }
            }
            if self.tree.span(id).is_some_and(|span| span.start() < skipped_to) {
                continue;
            }
            let is_top = self.tree.parent(id).is_none();
            let chart = match self.context.given.values.filter(|_| is_top) {
                Some(given) => sites.chart(given),
                None if self.program => None,
                None => charts::of_mapping(sites, self.tree, id, self.context.aliases, &self.aliases),
            };
            // What an alias refers to may belong to the values that the alias is in.
            if chart.is_some() && !is_top && self.aliases.is_used(id) {
                deferred.extend(chart.map(|chart| (id, chart)));
                continue;
            }
            if let Some(chart) = chart.filter(|_| self.charted.insert(id)) {
                let mut above = self.tree.around(id);
                let release = above.find_map(|at| self.releases.get(&at)).copied();
                self.values(chart, id, release.or(self.context.given.within));
            }
        }
        self.inherit();
        // Anchors stand before their aliases: the last one first.
        for (id, chart) in deferred.into_iter().rev() {
            if !self.aliases.is_followed(id) && self.charted.insert(id) {
                self.next_document(id);
                self.values(chart, id, self.context.given.within);
            }
        }
        for (site, id) in std::mem::take(&mut self.waiting) {
            if !self.aliases.is_followed(id) {
                self.road_keys(site, id);
            }
        }
        self.link_releases();
    }

    /// The document of `id`, which comes after the nodes around it. Neighbours are of one document: what it is a document
    /// of is asked once.
    fn next_document(&mut self, id: NodeId) -> NodeId {
        let document = match self.tree.parent(id).filter(|_| !is_document(self.tree, id)) {
            Some(parent) => self.document_in(parent),
            None => {
                self.documents.insert(id);
                id
            }
        };
        if self.current != Some(document) {
            self.current = Some(document);
            self.hosts = self.hosts_of(document);
            let mut charts = self.context.sites.data.charts.iter();
            self.pinned = charts.find_map(|chart| charts::pinned(chart, self.tree, document));
            self.sops = self.tree.child(document, "sops").is_some();
        }
        document
    }

    /// The document of what `parent` holds, which was looked at.
    fn document_in(&mut self, parent: NodeId) -> NodeId {
        if self.siblings.0 != Some(parent) {
            let document = self.tree.around(parent).find(|at| self.documents.contains(at));
            self.siblings = (Some(parent), document.unwrap_or(parent));
        }
        self.siblings.1
    }

    /// For each host, whether its documents are like this one.
    fn hosts_of(&self, document: NodeId) -> Vec<bool> {
        let spoken = |host: &Host| {
            host.language.as_deref().map_or(!self.program, |it| it == self.context.language.name())
        };
        let fits = |host: &Host| spoken(host) && satisfies(self.tree, document, &host.document);
        self.context.sites.data.hosts.iter().map(fits).collect()
    }

    fn values(&mut self, chart: &Chart, id: NodeId, within: Option<usize>) {
        self.charted.extend(Built::of(self.tree, id, Wants::Objects).parts);
        let target = self.target(self.sealed());
        let before = self.survey.scopes.len();
        charts::read(chart, self.tree, id, &target, within, self.survey);
        self.note_values(id, before, within);
    }

    /// The scope of the release that gets what is at `id`.
    fn release(&mut self, site: &Site, id: NodeId) -> Option<(NodeId, usize)> {
        let at = match self.of_source {
            Some(release) => release,
            None => above(self.tree, id, site.release?)?,
        };
        if let Some(scope) = self.releases.get(&at) {
            return Some((at, *scope));
        }
        let key = self.release_key(site);
        if let Some((scope, _)) = key.as_ref().and_then(|key| self.named.get(key)) {
            self.releases.insert(at, *scope);
            return Some((at, *scope));
        }
        let span = self.tree.span(at)?;
        let scope = self.survey.scope(ScopeKind::Release, self.context.doc, span);
        let chart =
            self.context.sites.chart(releases::named_at(self.context.sites, self.tree, at).unwrap_or(0));
        let version = chart.and_then(|chart| charts::pinned_beside(chart, self.tree, at));
        if let Some(it) = self.survey.scope_mut(scope) {
            it.chart_version = version;
        }
        self.releases.insert(at, scope);
        self.merged_into(at, scope);
        if let Some(key) = key {
            self.named.insert(key, (scope, releases::named_at(self.context.sites, self.tree, at)));
        }
        Some((at, scope))
    }

    /// The texts that name the release in its document, if they are all there.
    fn release_key(&self, site: &Site) -> Option<Vec<String>> {
        let document = self.current.filter(|_| !site.release_by.is_empty())?;
        let text =
            |path: &String| self.tree.scalar(below(self.tree, document, path)?).map(|it| it.text.to_owned());
        // A namespace may be left out.
        let texts: Vec<String> = site.release_by.iter().map(|path| text(path).unwrap_or_default()).collect();
        texts.iter().any(|text| !text.is_empty()).then_some(texts)
    }

    /// The chart of the release that gets what is at `id`, as far as it is named.
    fn chart_of(&self, site: &Site, release: Option<(NodeId, usize)>) -> Option<usize> {
        let own = release.and_then(|(at, _)| releases::named_at(self.context.sites, self.tree, at));
        own.or_else(|| self.named.get(&self.release_key(site)?)?.1)
    }

    fn target<'t>(&self, sealed: Option<&'t str>) -> Target<'t>
    where
        'a: 't,
    {
        Target {
            doc: self.context.doc,
            text: self.context.text,
            parsed: self.parsed,
            control: self.control,
            sealed,
            chart_version: self.context.given.chart_version,
            names_value: self.context.names_value,
            aliases: Rc::clone(&self.aliases),
            inserted: Rc::clone(&self.inserted),
        }
    }

    /// A file that SOPS encrypts carries a checksum of its values.
    fn sealed(&self) -> Option<&'static str> {
        self.sops.then_some("the file is encrypted: change it with `sops`")
    }

    /// Takes in which template expressions are expanded in the document of a place.
    fn expand(&mut self, site: &Site, id: NodeId) {
        let Some(opens) = &site.templates else { return };
        let is_list = || {
            let span = self.tree.span(self.tree.root_of(id));
            span.is_some_and(|span| span.of(self.context.text).starts_with('-'))
        };
        if !site.templates_in_lists || is_list() {
            self.survey.templates.insert((self.context.doc, opens.clone()));
        }
    }

    fn hold(&mut self, site: &'a Site, id: NodeId) {
        let Some(node) = self.tree.get(id) else { return };
        if site.holds == Holds::MoreValues {
            if site.contains.is_empty() {
                return self.more_values(site, id);
            }
            return self.values_for_all(site, id);
        }
        // A script may do so too, and is read as one.
        if site.holds == Holds::MoreEnvironment && !site.contains.is_empty() {
            return self.environment_in_text(site, id);
        }
        let release = self.release(site, id);
        let named = self.chart_of(site, release);
        let chart = self.context.sites.chart(named.unwrap_or(0));
        // What a release gets from elsewhere counts for all that shows whose values it is.
        let any = matches!(site.holds, Holds::Sources | Holds::KeptValues);
        if site.named && named.is_none() && !any || !self.fits(site, id) {
            return;
        }
        // A value with a name may hold something else as well.
        if site.holds == Holds::Constant {
            return self.constant(site, id);
        }
        if !self.claimed.insert(id) {
            return;
        }
        self.expand(site, id);
        match site.holds {
            Holds::Shell => {
                if site.variable {
                    self.assign(id);
                }
                let around = self.environment_of(site, id);
                let around = self.brought_to(site, id, around);
                self.shell(site, id, around.as_ref());
            }
            Holds::Pieces => self.pieces(site, id),
            Holds::ShellKey => self.shell_key(site, id),
            Holds::Joined => self.joined(site, id),
            Holds::Arguments => {
                let around = self.environment_of(site, id);
                self.arguments(&[id], around.as_ref());
            }
            Holds::Environment => {
                let scope = self.survey.scope(ScopeKind::Variables, self.context.doc, node.span);
                if let Some(it) = self.survey.scope_mut(scope) {
                    it.expands = site.expands;
                }
                let sealed = self.sealed().or(site.sealed.as_deref());
                environment::read(self.tree, id, &self.target(sealed), scope, true, self.survey);
            }
            Holds::Container => self.container(site, id),
            Holds::Values => {
                if let Some(chart) = chart.filter(|_| self.charted.insert(id)) {
                    self.values(chart, id, release.map(|(_, scope)| scope));
                }
            }
            Holds::ChartItems => self.items(site, id),
            Holds::ChartWords => self.chart_words(site, id),
            Holds::Keys if site.road.is_some() => self.road_keys(site, id),
            Holds::Keys => self.keys(site, id),
            Holds::Key => self.road_group(site, id),
            Holds::Request => self.road_request(site, id),
            Holds::Named => self.named(site, id),
            Holds::Secret => {
                let name = self.secret_name(site, id);
                let scope = self.survey.scope(ScopeKind::Secret, self.context.doc, node.span);
                if let Some(it) = self.survey.scope_mut(scope) {
                    it.evident = true;
                    if let Some(name) = name {
                        it.belongs_to(&name);
                    }
                }
                let sealed = self.sealed().or(site.sealed.as_deref());
                environment::read_secret(
                    self.tree,
                    id,
                    site.base64,
                    &self.target(sealed),
                    scope,
                    self.survey,
                );
            }
            Holds::SecretItems => self.secret_items(site, id),
            Holds::Sources => self.sources(site, id),
            Holds::KeptValues => self.kept(site, id),
            Holds::ValuesText => self.inner(id, Hint::Language("yaml".to_owned()), site, None),
            Holds::Text => {
                let around = self.brought_to(site, id, None);
                self.text(site, id, around.as_ref());
            }
            Holds::MoreEnvironment => self.more_environment(site, id),
            Holds::InheritedValues => self.inherited_values(site, id),
            Holds::Nothing | Holds::MoreValues | Holds::Constant => {}
        }
    }

    /// Whether the text has a word, in any case.
    fn mentions(&self, word: &str) -> bool {
        let has = || {
            let (text, word) = (self.context.text.as_bytes(), word.as_bytes());
            text.windows(word.len().max(1)).any(|it| it.eq_ignore_ascii_case(word))
        };
        if let Some(known) = self.mentioned.borrow().get(word) {
            return *known;
        }
        let found = has();
        self.mentioned.borrow_mut().insert(word.to_owned(), found);
        found
    }

    /// Whether a node is what the site asks for.
    fn fits(&self, site: &Site, id: NodeId) -> bool {
        let text = || self.tree.scalar(id).map_or("", |scalar| scalar.text);
        let begins = || {
            let text = text().trim_start();
            let text = if self.program { chart_words::bare(text) } else { text };
            site.begins.iter().any(|sign| text.starts_with(sign.as_str()))
        };
        let tag = || self.tree.tag(id);
        let inline = |key: &String| {
            let mut words = text().split_ascii_whitespace().filter(|_| site.inline);
            words.any(|word| word.split_once('=').is_some_and(|(name, _)| name == key))
        };
        let beside = || {
            site.beside.iter().any(|key| self.tree.child(id, key).is_some() || text() == key || inline(key))
        };
        let image = || site.image.as_deref().and_then(|path| self.tree.scalar(below(self.tree, id, path)?));
        let known = || image().is_some_and(|image| self.context.sites.known_by(image.text).is_some());
        (site.begins.is_empty() || begins())
            && (!site.lines || text().trim_end().contains('\n'))
            && (site.tag.is_none() || site.tag.as_deref() == tag())
            && site.around.as_ref().is_none_or(|nearby| says(nearby, self.tree, id))
            && site.among.as_ref().is_none_or(|prefix| is_among(prefix, self.tree, id))
            && (!site.known || known())
            && site
                .like
                .as_ref()
                .is_none_or(|like| self.tree.key_text(id).is_some_and(|key| like.is_like(key)))
            && (site.beside.is_empty() || self.context.given.of_chart || beside())
            && (site.mentions.is_empty() || site.mentions.iter().any(|word| self.mentions(word)))
    }
}
