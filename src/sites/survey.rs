//! Goes through one parsed text and takes in what its sites hold.

use super::charts;
use super::command::{self, Around};
use super::environment::{self, Target};
use super::paths::{document_of, leads_to, satisfies};
use super::programs::{Runs, of_image, version_of_image};
use super::schema::{Holds, Host, Site};
use super::{Container, DATA, Inner, ScopeKind, Survey};
use crate::facts::{Command, DataTree, Facts, Hint, NodeId, NodeKind, Region, Word};
use crate::syntax::Parsed;
use crate::text::Span;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What is known around a text.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Whether it is a container written as `name=value` words on one line.
    pub line: bool,
    /// Whether a line end is a blank like any other: a command line that no shell reads.
    pub no_shell: bool,
    /// Its index among the texts of the file.
    pub doc: usize,
    /// Its text.
    pub text: &'a str,
    /// The path of the file that it is or becomes, `/`-separated.
    pub path: Option<&'a str>,
    /// Other names of charts around the file.
    pub aliases: &'a [String],
    /// The container whose command line it is or stands in.
    pub container: Option<&'a Container>,
    /// Whether it is the values of the chart.
    pub values: bool,
    /// The version of the chart that the text around it pins.
    pub chart_version: Option<(u32, u32)>,
}

/// The globs of each host, in the order of the data.
static FILES: LazyLock<Vec<globset::GlobSet>> = LazyLock::new(|| DATA.hosts.iter().map(globs).collect());

fn globs(host: &Host) -> globset::GlobSet {
    let mut set = globset::GlobSetBuilder::new();
    for file in &host.files {
        if let Ok(glob) = globset::GlobBuilder::new(file).empty_alternates(true).build() {
            set.add(glob);
        }
    }
    set.build().unwrap_or_default()
}

/// Takes in what the text says. [`Survey::inner`] then holds the texts inside it.
pub fn survey(parsed: &dyn Parsed, context: &Context<'_>, survey: &mut Survey) {
    let facts = parsed.facts();
    survey.inner.clear();
    for region in &facts.regions {
        if is_printed(region, facts, context.text) {
            continue;
        }
        survey.inner.push(Inner {
            decoded: region.decoded.clone(),
            hint: region.hint.clone(),
            what: region.what.to_owned(),
            at: region.opener,
            container: None,
            line: false,
            no_shell: false,
            values: false,
            chart_version: None,
        });
    }
    if context.line {
        container_line(parsed, context, survey);
        return;
    }
    commands(parsed, context, survey);
    collected(parsed, context, survey);
    variables(facts, context, survey);
    if !facts.tree.nodes.is_empty() {
        let (claimed, charted) = Default::default();
        Trees { tree: &facts.tree, control: &facts.control, parsed, context, survey, claimed, charted }
            .read();
    }
}

/// Whether a here-document is only shown to people: `cat` prints it, and nobody else reads it.
fn is_printed(region: &Region, facts: &Facts, text: &str) -> bool {
    let Some((index, reader)) = region.reader.and_then(|index| Some((index, facts.commands.get(index)?)))
    else {
        return false;
    };
    let prints = reader.words.first().is_some_and(|word| word.text == "cat" || word.text == "echo");
    let before = text.get(..reader.span.start()).unwrap_or_default().trim_end();
    let captured = before.ends_with("$(") || before.ends_with('`') || before.ends_with("<(");
    prints
        && region.hint == Hint::Content
        && !captured
        && !facts.commands.iter().any(|command| command.piped_from == Some(index))
}

fn commands(parsed: &dyn Parsed, context: &Context<'_>, survey: &mut Survey) {
    let facts = parsed.facts();
    for command in &facts.commands {
        read_command(command, parsed, context, context.container, &facts.control, survey);
    }
}

/// Options collected in an array or a string, for a command that is put together from them.
fn collected(parsed: &dyn Parsed, context: &Context<'_>, survey: &mut Survey) {
    let facts = parsed.facts();
    for words in &facts.word_lists {
        let around = Around {
            doc: context.doc,
            text: context.text,
            container: context.container,
            control: &facts.control,
            no_shell: context.no_shell,
        };
        command::read_collected(words, &around, survey);
    }
}

fn read_command(
    command: &Command,
    parsed: &dyn Parsed,
    context: &Context<'_>,
    container: Option<&Container>,
    control: &[Span],
    survey: &mut Survey,
) {
    let no_shell = context.no_shell;
    let around = Around { doc: context.doc, text: context.text, container, control, no_shell };
    for word in command::read(command, &around, survey) {
        if let Some(decoded) = parsed.decode(word.node) {
            survey.inner.push(Inner {
                decoded,
                hint: Hint::Language("shell".to_owned()),
                what: "quoted command".to_owned(),
                // Its opening quote: the word may be long.
                at: Span::new(word.span.start(), word.span.start() + 1),
                container: container.map(|container| Container { direct: false, ..container.clone() }),
                line: false,
                no_shell: false,
                values: false,
                chart_version: None,
            });
        }
    }
}

/// `name=runner image=gitlab/gitlab-runner command="register -n"`: Ansible's form on one line.
fn container_line(parsed: &dyn Parsed, context: &Context<'_>, survey: &mut Survey) {
    for command in &parsed.facts().commands {
        let value = |key: &str| {
            let mut words = command.words.iter();
            let assigned =
                command.assignments.iter().find(|it| it.name == key).map(|it| (it.node, it.value.clone(), 0));
            assigned.or_else(|| {
                words.find_map(|word| {
                    let text = word.text.strip_prefix(key)?.strip_prefix('=')?.to_owned();
                    Some((word.node, text, key.len() + 1))
                })
            })
        };
        let Some((node, _, skip)) = value("command") else { continue };
        let Some(decoded) = parsed.decode(node) else { continue };
        let image = value("image").map(|(_, text, _)| text);
        let scope = survey.scope(ScopeKind::Container, context.doc, command.span);
        if let Some(it) = survey.scope_mut(scope) {
            let runs = image.as_deref().map_or(Runs::Unknown, of_image);
            it.evident = matches!(runs, Runs::Known(_));
            it.foreign = runs == Runs::Foreign;
            it.version = image.as_deref().filter(|_| runs != Runs::Unknown).and_then(version_of_image);
        }
        survey.inner.push(Inner {
            decoded: decoded.behind(skip),
            hint: Hint::Language("shell".to_owned()),
            what: "`command=`".to_owned(),
            at: Span::new(command.span.start(), command.span.start() + 1),
            container: Some(Container { image, scope, direct: true }),
            line: false,
            no_shell: true,
            values: false,
            chart_version: None,
        });
    }
}

/// Variables of a shell or of a dotenv file: one scope for all of the text.
fn variables(facts: &Facts, context: &Context<'_>, survey: &mut Survey) {
    let exported = || facts.variables.iter().filter(|variable| variable.exported);
    let Some(first) = exported().next() else { return };
    let span = exported().fold(first.name_span, |span, variable| span.hull(variable.value_span));
    let scope = survey.scope(ScopeKind::Variables, context.doc, span);
    if let Some(it) = survey.scope_mut(scope) {
        it.opaque = facts.control.iter().any(|tag| tag.overlaps(span));
    }
    survey
        .carriers
        .extend(exported().map(|variable| command::of_variable(variable, context.doc, scope, true)));
}

struct Trees<'a> {
    tree: &'a DataTree,
    control: &'a [Span],
    parsed: &'a dyn Parsed,
    context: &'a Context<'a>,
    survey: &'a mut Survey,
    /// Nodes that a site holds already; what stands around them comes first.
    claimed: BTreeSet<NodeId>,
    /// Mappings that were read as a chart's values.
    charted: BTreeSet<NodeId>,
}

impl<'a> Trees<'a> {
    fn read(&mut self) {
        let ids = (0..self.tree.nodes.len()).filter_map(|index| u32::try_from(index).ok()).map(NodeId);
        let mut skipped_to = 0;
        for id in ids {
            let document = document_of(self.tree, id);
            for (index, host) in DATA.hosts.iter().enumerate() {
                let elsewhere = !host.files.is_empty()
                    && self
                        .context
                        .path
                        .is_some_and(|path| FILES.get(index).is_some_and(|files| !files.is_match(path)));
                if elsewhere || !satisfies(self.tree, document, &host.document) {
                    continue;
                }
                for site in &host.sites {
                    if site.at.iter().any(|pattern| leads_to(pattern, self.tree, document, id)) {
                        if site.holds == Holds::Nothing {
                            skipped_to = self.tree.get(id).map_or(0, |node| node.span.end());
                        } else {
                            self.hold(site, id, document);
                        }
                    }
                }
            }
            if self.tree.get(id).is_some_and(|node| node.span.start() < skipped_to) {
                continue;
            }
            let given = self.context.values && self.tree.roots.contains(&id);
            let chart = if given {
                DATA.charts.first()
            } else {
                charts::of_mapping(self.tree, id, self.context.aliases)
            };
            if let Some(chart) = chart.filter(|_| self.charted.insert(id)) {
                let sealed = self.sealed(document);
                charts::read(chart, self.tree, id, &self.target(sealed), self.survey);
            }
        }
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
            chart_version: self.context.chart_version,
        }
    }

    /// A file that SOPS encrypts carries a checksum of its values.
    fn sealed(&self, document: NodeId) -> Option<&'static str> {
        self.tree.child(document, "sops").map(|_| "the file is encrypted with SOPS; change it with `sops`")
    }

    fn hold(&mut self, site: &Site, id: NodeId, document: NodeId) {
        let Some(node) = self.tree.get(id) else { return };
        if !self.claimed.insert(id) {
            return;
        }
        match site.holds {
            Holds::Shell => self.shell(site, id, None),
            Holds::Arguments => self.arguments(&[id], None),
            Holds::Environment => {
                let scope = self.survey.scope(ScopeKind::Variables, self.context.doc, node.span);
                environment::read(
                    self.tree,
                    id,
                    &self.target(self.sealed(document)),
                    scope,
                    true,
                    self.survey,
                );
            }
            Holds::Container => self.container(site, id),
            Holds::Values => {
                if let Some(chart) = DATA.charts.first().filter(|_| self.charted.insert(id)) {
                    charts::read(chart, self.tree, id, &self.target(self.sealed(document)), self.survey);
                }
            }
            Holds::Secret => {
                let scope = self.survey.scope(ScopeKind::Secret, self.context.doc, node.span);
                if let Some(it) = self.survey.scope_mut(scope) {
                    it.evident = true;
                }
                let sealed = self.sealed(document).or(site.sealed.as_deref());
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
            Holds::ValuesText => self.inner(id, Hint::Language("yaml".to_owned()), site, None),
            Holds::Text => self.text(site, id),
            Holds::Nothing => {}
        }
    }

    /// Shell text, or a list of such. A list inside the list is an argument vector (cloud-init's `runcmd`) or more text
    /// (a YAML anchor in a CI script).
    fn shell(&mut self, site: &Site, id: NodeId, container: Option<&Container>) {
        let mut open = vec![(id, 0)];
        while let Some((at, depth)) = open.pop() {
            let target = self.tree.resolve(at);
            // What an alias stands for is read where it is written, once.
            if target != at && !self.claimed.insert(target) {
                continue;
            }
            let at = target;
            match self.tree.get(at).map(|node| &node.kind) {
                Some(NodeKind::Scalar(_)) => {
                    self.inner(at, Hint::Language("shell".to_owned()), site, container);
                }
                Some(NodeKind::Sequence(items)) if depth == 0 => {
                    open.extend(items.iter().rev().map(|item| (*item, 1)));
                }
                Some(NodeKind::Sequence(items)) if depth == 1 => {
                    // cloud-init's `[gitlab-runner, register]` against a list of scripts.
                    let one_word =
                        |id: &NodeId| self.tree.scalar(*id).is_some_and(|item| !item.text.contains(' '));
                    if items.first().is_some_and(one_word) {
                        self.arguments(&[at], container);
                    } else {
                        open.extend(items.iter().rev().map(|item| (*item, 2)));
                    }
                }
                _ => {}
            }
        }
    }

    fn inner(&mut self, id: NodeId, hint: Hint, site: &Site, container: Option<&Container>) {
        let (Some(node), Some(decoded)) = (self.tree.get(id), self.parsed.decode(id)) else { return };
        let at = node
            .key
            .as_ref()
            .map_or_else(|| Span::new(node.span.start(), node.span.start() + 1), |key| key.span);
        let what = site.what.clone();
        let values = site.holds == Holds::ValuesText;
        let chart_version = DATA.charts.iter().find_map(|chart| charts::pinned(chart, self.tree, id));
        let no_shell = site.no_shell || container.is_some_and(|container| container.direct);
        let line = site.holds == Holds::Container && container.is_none();
        let container = container.cloned();
        self.survey.inner.push(Inner {
            decoded,
            hint,
            what,
            at,
            container,
            line,
            no_shell,
            values,
            chart_version,
        });
    }

    fn text(&mut self, site: &Site, id: NodeId) {
        let Some(node) = self.tree.get(id) else { return };
        if self.tree.scalar(id).is_none() {
            return;
        }
        let name = match site.named_by.as_deref() {
            Some(".") => node.key.as_ref().map(|key| key.text.clone()),
            Some(key) => node.parent.and_then(|parent| self.tree.text(parent, key)).map(str::to_owned),
            None => None,
        };
        let hint = match (&site.language, name) {
            (Some(language), _) => Hint::Language(language.clone()),
            (None, Some(name)) => Hint::File(name),
            (None, None) => Hint::Content,
        };
        self.inner(id, hint, site, None);
    }

    /// `data: [{secretKey: NAME, …}]`: each item gets its value elsewhere.
    fn secret_items(&mut self, site: &Site, id: NodeId) {
        let (Some(node), Some(name_key)) = (self.tree.get(id), site.name_key.as_deref()) else { return };
        let scope = self.survey.scope(ScopeKind::Secret, self.context.doc, node.span);
        if let Some(it) = self.survey.scope_mut(scope) {
            it.evident = true;
        }
        let target = self.target(site.sealed.as_deref());
        for item in self.tree.children(id) {
            environment::read_secret_item(self.tree, *item, name_key, &target, scope, self.survey);
        }
    }

    /// Words written as a list, as a command of their own. Several lists make up one command line.
    fn arguments(&mut self, lists: &[NodeId], container: Option<&Container>) {
        let items = lists.iter().flat_map(|list| self.tree.children(*list)).copied();
        let words: Vec<Word> = items.filter_map(|item| self.word(item)).collect();
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
        let span = first.span.hull(last.span);
        let command = Command { span, words, ..Command::default() };
        read_command(&command, self.parsed, self.context, container, self.control, self.survey);
    }

    fn word(&self, id: NodeId) -> Option<Word> {
        let node = self.tree.get(id)?;
        let (text, opaque) = match &node.kind {
            NodeKind::Scalar(scalar) => (scalar.text.clone(), scalar.opaque || scalar.text.contains("$(")),
            NodeKind::Alias => (node.span.of(self.context.text).to_owned(), true),
            _ => return None,
        };
        let splits = opaque && text.starts_with(['{', '$', '*']);
        Some(Word { node: id, span: node.span, text, opaque, splits, control: false })
    }

    fn container(&mut self, site: &Site, id: NodeId) {
        let Some(node) = self.tree.get(id) else { return };
        if matches!(node.kind, NodeKind::Scalar(_)) {
            self.inner(id, Hint::Language("shell".to_owned()), site, None);
            return;
        }
        if !matches!(node.kind, NodeKind::Mapping(_)) {
            return;
        }
        let image = site.image.as_deref().and_then(|key| self.tree.text(id, key)).map(str::to_owned);
        let runs = image.as_deref().map_or(Runs::Unknown, of_image);
        let scope = self.survey.scope(ScopeKind::Container, self.context.doc, node.span);
        // The tag of another image is no version of the runner.
        let version = image.as_deref().filter(|_| runs != Runs::Unknown).and_then(version_of_image);
        if let Some(it) = self.survey.scope_mut(scope) {
            it.version = version;
            it.evident = matches!(runs, Runs::Known(_));
            it.foreign = runs == Runs::Foreign;
        }
        let parts: Vec<NodeId> = site.argv.iter().filter_map(|key| self.tree.child(id, key)).collect();
        self.claimed.extend(&parts);
        let mut around = Container { image, scope, direct: true };
        let lists: Vec<NodeId> =
            parts.iter().copied().filter(|part| !self.tree.children(*part).is_empty()).collect();
        if lists.is_empty() {
            for part in &parts {
                self.shell(site, *part, Some(&around));
            }
        } else {
            self.arguments(&lists, Some(&around));
            around.direct = false;
            for part in parts.iter().filter(|part| !lists.contains(part)) {
                self.shell(site, *part, Some(&around));
            }
        }
        around.direct = false;
        for script in self.tree.children(id).to_vec() {
            let key = self.tree.get(script).and_then(|node| node.key.as_ref());
            if !key.is_some_and(|key| site.scripts.contains(&key.text)) || !self.claimed.insert(script) {
                continue;
            }
            if self.tree.children(script).is_empty() {
                self.shell(site, script, Some(&around));
            } else {
                self.arguments(&[script], Some(&around));
            }
        }
        if let Some(env) = site.env.as_deref().and_then(|key| self.tree.child(id, key)) {
            self.claimed.insert(env);
            let sealed = self.sealed(document_of(self.tree, id));
            environment::read(self.tree, env, &self.target(sealed), scope, true, self.survey);
        }
    }
}
