//! What a site holds, by its kind.

use super::super::built::{Built, Wants};
use super::super::charts;
use super::super::command::{self, Around};
use super::super::environment;
use super::super::joined;
use super::super::paths::below;
use super::super::programs::{Runs, version_of_image};
use super::super::releases;
use super::super::schema::{Holds, Site};
use super::super::survey::read_command;
use super::super::{
    Brings, Carrier, Container, EmbeddedContext, EmbeddedText, Expands, ScopeKind, Value, ValueKind, Via,
};
use super::Trees;
use super::imported::Before;
use super::words::blank_separated;
use crate::embed::{Codec, Decoded, Decoder};
use crate::facts::{Command, Hint, NodeId, NodeKind, Word};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

impl Trees<'_> {
    /// Strings that are joined. Pieces of one command are found, and never edited: what joins them is not seen.
    pub(super) fn pieces(&mut self, site: &Site, id: NodeId) {
        let items = self.tree.children(id);
        let text = |item: &NodeId| self.tree.scalar(*item).map_or("", |scalar| scalar.text);
        if !items.iter().skip(1).any(|item| text(item).starts_with("--")) {
            return self.shell(site, id, None);
        }
        let mut words = Vec::new();
        for item in items {
            let Some(decoded) = self.parsed.decode(*item) else { continue };
            for piece in blank_separated(&decoded.text) {
                let text = piece.of(&decoded.text).to_owned();
                let opaque = text.contains("${");
                let span = decoded.segments.to_outer(piece);
                words.push(Word {
                    node: *item,
                    span,
                    text,
                    opaque,
                    splits: false,
                    expands: None,
                    skips: 0,
                    control: false,
                });
            }
        }
        let around = Around {
            parsed: self.parsed,
            context: self.context,
            container: None,
            control: self.control,
            pieces: None,
        };
        // Other commands of the file are joined too: this one names the subcommand itself, or what only it knows.
        let mut shown = command::shown(self.context.sites, self.context.text);
        let is_word = |name: &String| words.iter().any(|word| word.text == *name);
        shown.retain(|subcommand| is_word(&subcommand.name) || subcommand.telling.iter().any(is_word));
        command::read_collected(&words, &around, &shown, &mut BTreeSet::new(), self.survey);
    }

    /// Shell text, or a list of such. A list inside the list is an argument vector (cloud-init's `runcmd`) or more text
    /// (a YAML anchor in a CI script).
    pub(super) fn shell(&mut self, site: &Site, id: NodeId, container: Option<&Container>) {
        let around = self.elements(site, id, container);
        let container = around.as_ref().or(container);
        let mut open = vec![(id, 0)];
        let mut before = Before::of(self.runs_before(site, id));
        while let Some((at, depth)) = open.pop() {
            let target = self.tree.resolve(at);
            // What an alias refers to is read where it is written, once.
            if target != at && !self.claimed.insert(target) {
                before.add(target);
                continue;
            }
            let at = target;
            match self.tree.kind(at) {
                Some(NodeKind::Scalar(_)) => {
                    let first = self.survey.inner.len();
                    self.inner(at, Hint::Language("shell".to_owned()), site, container);
                    if self.survey.inner.len() > first {
                        before.look(self);
                    }
                    for inner in self.survey.inner.iter_mut().skip(first) {
                        inner.given.item = (depth > 0).then_some(at);
                        inner.given.imports = before.imports().to_vec();
                    }
                    before.add(at);
                }
                Some(NodeKind::Sequence) if depth == 0 => {
                    open.extend(self.tree.children(at).iter().rev().map(|item| (*item, 1)));
                }
                Some(NodeKind::Sequence) if depth == 1 => {
                    let items = self.tree.children(at);
                    // cloud-init's `[gitlab-runner, register]` against a list of scripts.
                    let one_word = |id: &NodeId| {
                        let text = self.tree.scalar(*id).map(|item| item.text);
                        text.is_some_and(|text| !text.contains(' ') && !text.starts_with("#!"))
                    };
                    if items.first().is_some_and(one_word) {
                        let first = self.survey.scopes.len();
                        self.arguments(&[at], container);
                        before.reach(self, first);
                    } else {
                        open.extend(items.iter().rev().map(|item| (*item, 2)));
                    }
                }
                // `concat([ … ], var.more)`
                _ if depth == 0 && self.tree.is_computed(at) => {
                    let items: Vec<NodeId> =
                        Built::of(self.tree, at, Wants::Lists).entries(self.tree).collect();
                    open.extend(items.into_iter().rev().map(|item| (item, 1)));
                }
                _ => {}
            }
        }
    }

    /// A command that is the name of an entry (a state of Salt). Others may refer to it by that name.
    pub(super) fn shell_key(&mut self, site: &Site, id: NodeId) {
        let Some(key) = self.tree.key(id) else { return };
        let mut decoder = Decoder::default();
        if key.span.of(self.context.text) == key.text {
            decoder.verbatim(self.context.text, key.span);
        } else {
            decoder.decoded(key.text, key.span);
        }
        let decoded = decoder.finish(key.span, Codec::Sealed("other states may refer to it by this name"));
        self.inner_text(id, decoded, Hint::Language("shell".to_owned()), site, None);
    }

    /// One text that is joined from the items of a list.
    pub(super) fn joined(&mut self, site: &Site, id: NodeId) {
        let Some((decoded, nodes)) = joined::read(self.tree, self.parsed, id) else { return };
        self.claimed.extend(nodes);
        let hint = if decoded.text.trim().contains('\n') {
            Hint::Likely("shell")
        } else {
            Hint::Language("shell".to_owned())
        };
        self.inner_text(id, decoded, hint, site, None);
    }

    pub(super) fn inner(&mut self, id: NodeId, hint: Hint, site: &Site, container: Option<&Container>) {
        self.claimed.insert(id);
        let said = self.tree.get(id).zip(self.tree.scalar(id));
        if said.is_some_and(|(node, scalar)| !(self.context.wanted)(scalar.text, node.span)) {
            return;
        }
        if let Some(decoded) = self.parsed.decode(id) {
            self.inner_text(id, decoded, hint, site, container);
        }
    }

    pub(super) fn inner_text(
        &mut self,
        id: NodeId,
        decoded: Decoded,
        hint: Hint,
        site: &Site,
        container: Option<&Container>,
    ) {
        let Some(node) = self.tree.get(id) else { return };
        let at = node
            .key
            .as_ref()
            .map_or_else(|| Span::new(node.span.start(), node.span.start() + 1), |key| key.span);
        let what = site.what.clone();
        let release = self.release(site, id);
        let named = self.chart_of(site, release);
        let given = EmbeddedContext {
            values: match site.holds {
                Holds::ValuesText => Some(named.unwrap_or(0)),
                Holds::Sources => named,
                _ => None,
            },
            chart_version: self.pinned,
            no_shell: site.no_shell || container.is_some_and(|container| container.direct),
            line: site.holds == Holds::Container && container.is_none(),
            container: container.cloned(),
            sealed: site.sealed.clone(),
            name: node.key.map(|key| key.text.into()),
            within: release.map(|(_, scope)| scope),
            of_chart: false,
            expanded: self.context.given.expanded,
            expressions: self.expressions(site),
            ..EmbeddedContext::default()
        };
        self.survey.inner.push(EmbeddedText { decoded, hint, what, at, given });
    }

    pub(super) fn text(&mut self, site: &Site, id: NodeId, container: Option<&Container>) {
        let Some(node) = self.tree.get(id) else { return };
        if self.tree.scalar(id).is_none() {
            return;
        }
        let name = match site.named_by.as_deref() {
            Some(".") => node.key.map(|key| key.text.to_string()),
            Some(key) => node.parent.and_then(|parent| self.tree.text(parent, key)).map(str::to_owned),
            None => None,
        };
        let hint = match (&site.language, name) {
            (Some(language), _) => Hint::Language(language.clone()),
            (None, Some(name)) => Hint::File(name),
            (None, None) => Hint::Content,
        };
        self.inner(id, hint, site, container);
    }

    /// Values of the chart, one by one.
    pub(super) fn items(&mut self, site: &Site, id: NodeId) {
        let release = self.release(site, id);
        let named = self.chart_of(site, release);
        let (Some(node), Some(chart)) = (self.tree.get(id), self.context.sites.chart(named.unwrap_or(0)))
        else {
            return;
        };
        self.charted.insert(id);
        let scope = self.survey.scope(ScopeKind::Chart, self.context.doc, node.span);
        if let Some(it) = self.survey.scope_mut(scope) {
            it.evident = named.is_some();
            it.belongs_to(&chart.chart);
            it.within = release.map(|(_, scope)| scope);
            it.chart_version = charts::pinned(chart, self.tree, id);
        }
        let target = self.target(self.sealed());
        let aliases = self.context.sites.aliases(chart, self.context.aliases);
        releases::read_items((chart, aliases), self.tree, id, site, &target, scope, self.survey);
    }

    /// A mapping whose keys are settings of a registration.
    pub(super) fn keys(&mut self, site: &Site, id: NodeId) {
        let (Some(node), Some(via)) = (self.tree.get(id), site.via) else { return };
        // Options of a command that is put together from the mapping.
        let kind = if via == Via::Option { ScopeKind::Command } else { ScopeKind::Keys(via) };
        let scope = self.survey.scope(kind, self.context.doc, node.span);
        if let Some(it) = self.survey.scope_mut(scope) {
            it.evident = true;
            it.add_template(self.control, node.span, self.context.doc, self.context.text);
        }
        let sealed = self.sealed().or(site.sealed.as_deref()).map(str::to_owned);
        let target = self.target(None);
        let entries = self.aliases.entries(self.tree, id, &[]);
        target.add_unread(self.tree, &entries.unread, Brings::Anything, scope, self.survey);
        for entry in entries.list {
            let key = self.tree.key(entry.id);
            let (Some(key), Some(value)) = (key, environment::setting_of(self.tree, entry.id)) else {
                continue;
            };
            let name = if via == Via::Option { format!("--{}", key.text) } else { key.text.to_owned() };
            let carrier = Carrier {
                doc: self.context.doc,
                scope,
                sealed: sealed.clone(),
                written: key.text.to_owned(),
                ..Carrier::new(via, name, key.span, value, entry.id)
            };
            target.push(self.tree, &entry, carrier, self.survey);
        }
    }

    /// A place that a rule speaks of.
    pub(super) fn named(&mut self, site: &Site, id: NodeId) {
        let (Some(node), Some(name)) = (self.tree.get(id), site.name.as_ref()) else { return };
        let scope = self.survey.places(self.context.doc);
        let span = node.key.map_or(node.span, |key| key.span);
        let value = environment::setting_of(self.tree, id).unwrap_or_else(|| Value::elsewhere(node.span));
        // An empty place says nothing.
        if value.kind == ValueKind::Empty {
            return;
        }
        self.survey.carriers.push(Carrier {
            doc: self.context.doc,
            scope,
            written: node.key.map_or_else(|| name.clone(), |key| key.text.to_string()),
            ..Carrier::new(Via::Named, name.clone(), span, value, id)
        });
    }

    /// The name of a Secret that has it next to its data; where it is an expression, the expression. Other values may refer to
    /// it by the address of its resource.
    pub(super) fn secret_name(&mut self, site: &Site, id: NodeId) -> Option<String> {
        let path = site.named_by.as_deref()?;
        let around = self.tree.get(id)?.parent?;
        let value = environment::setting_of(self.tree, below(self.tree, around, path)?)?;
        let name = value.text.clone();
        let kind = self.tree.get(around)?.parent.and_then(|kind| self.tree.key_text(kind));
        if let (Some(kind), Some(label), Some((block, key))) =
            (kind, self.tree.key_text(around), path.split_once('.'))
        {
            for block in [format!("{block}[0]"), format!("{block}.0")] {
                self.survey.constants.add(format!("{kind}.{label}.{block}.{key}"), Some(value.clone()));
            }
        }
        (!name.is_empty()).then_some(name)
    }

    /// `data: [{secretKey: NAME, …}]`: each item gets its value elsewhere.
    pub(super) fn secret_items(&mut self, site: &Site, id: NodeId) {
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

    /// Words written as a list, as a command of their own. Several lists, and words alone, make up one command line.
    pub(super) fn arguments(&mut self, lists: &[NodeId], container: Option<&Container>) {
        // What an expression adds to a list may be several words.
        let mut words: Vec<Word> = Vec::new();
        for list in lists {
            // A text before a list is split at its blanks.
            if self.tree.scalar(*list).is_some_and(|it| it.text.contains(' ')) {
                self.claimed.insert(*list);
                words.extend(self.words_of(*list));
                continue;
            }
            let items = match self.tree.scalar(*list) {
                Some(_) => vec![(*list, false)],
                None => self.built_words(*list),
            };
            self.claimed.extend(items.iter().map(|(item, _)| *item));
            let word = |(item, several): (NodeId, bool)| {
                let word = self.word(item)?;
                Some(Word { splits: word.splits || several, ..word })
            };
            words.extend(items.into_iter().filter_map(word));
        }
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
        let span = first.span.hull(last.span);
        let command = Command { span, words, ..Command::default() };
        read_command(&command, self.parsed, self.context, container, self.control, self.survey);
    }

    pub(super) fn container(&mut self, site: &Site, id: NodeId) {
        let Some(node) = self.tree.get(id) else { return };
        if matches!(node.kind, NodeKind::Scalar(_)) {
            self.inner(id, Hint::Language("shell".to_owned()), site, None);
            return;
        }
        if !matches!(node.kind, NodeKind::Mapping) {
            return;
        }
        let sources = self.sources_of(site, id);
        let below = |path: &str| sources.iter().find_map(|at| below(self.tree, *at, path));
        let image = site.image.as_deref().and_then(|path| Some(self.tree.scalar(below(path)?)?.text));
        let runs = image.map_or(Runs::Unknown, |image| self.context.sites.runs_in(image));
        let scope = self.survey.scope(ScopeKind::Container, self.context.doc, node.span);
        self.containers.insert(id, scope);
        self.inherits(site, id, scope);
        let first = self.survey.carriers.len();
        // The tag of another image is not a version of the runner.
        let version = image.filter(|_| runs != Runs::Unknown).and_then(version_of_image);
        let files = self.environment_files(site, id);
        if let Some(it) = self.survey.scope_mut(scope) {
            for file in files {
                it.add_unknown(file);
            }
            it.version = version;
            it.expands = site.expands;
            it.evident = matches!(runs, Runs::Known(_));
            it.of.extend(self.context.sites.name_of(runs));
            it.foreign = runs == Runs::Foreign;
            // What is included may be a key with variables.
            let first = self.control.partition_point(|tag| tag.start() < node.span.start());
            let within = self.control.get(first..).unwrap_or_default().iter();
            let mut within = within.take_while(|tag| tag.start() < node.span.end());
            if let Some(tag) = within.find(|tag| tag.of(self.context.text).contains("include")) {
                it.add_template(std::slice::from_ref(tag), *tag, self.context.doc, self.context.text);
            }
        }
        // A command line that another container has is read there.
        let own = |path: &String| super::super::paths::below(self.tree, id, path);
        let parts: Vec<NodeId> = site.argv.iter().filter_map(own).collect();
        self.claimed.extend(parts.iter().copied());
        let mut around = Container { image: image.map(String::from), scope, direct: true };
        let lists: Vec<NodeId> =
            parts.iter().copied().filter(|part| !self.tree.children(*part).is_empty()).collect();
        if lists.is_empty() {
            for part in &parts {
                self.shell(site, *part, Some(&around));
            }
        } else {
            // Nomad's `command` is the first word before `args`.
            let one_word = |id: &NodeId| {
                self.tree.scalar(*id).is_some_and(|it| !it.text.is_empty() && !it.text.contains([' ', '\n']))
            };
            // `entrypoint: sh -c` before a list.
            let is_plain = |id: &NodeId| {
                let text = self.tree.scalar(*id).map_or("", |it| it.text);
                !text.is_empty() && !text.contains(['"', '\'', '\\', '\n', ';', '|', '&'])
            };
            let first = parts.first().copied().filter(|part| site.entrypoint_is_split && is_plain(part));
            let (words, scripts): (Vec<NodeId>, Vec<NodeId>) = parts
                .iter()
                .partition(|part| lists.contains(part) || one_word(part) || first == Some(**part));
            self.arguments(&words, Some(&around));
            around.direct = false;
            for part in &scripts {
                self.shell(site, *part, Some(&around));
            }
        }
        around.direct = false;
        let around = self.script_environment(site, id, around);
        for script in self.tree.children(id).to_vec() {
            let key = self.tree.key(script);
            if !key.is_some_and(|key| site.scripts.iter().any(|name| key.text == *name))
                || !self.claimed.insert(script)
            {
                continue;
            }
            let brought = self.brought_to(site, script, Some(around.clone()));
            let around = brought.unwrap_or_else(|| around.clone());
            if self.tree.scalar(script).is_some_and(|it| it.text.starts_with("#!")) {
                self.inner(script, Hint::Content, site, Some(&around));
            } else if self.tree.children(script).is_empty() {
                self.shell(site, script, Some(&around));
            } else {
                self.arguments(&[script], Some(&around));
            }
        }
        self.hooks(site, id, &around);
        // A block for each variable is a key for each.
        let named = |at: &NodeId| site.env.iter().any(|key| self.tree.is_key(*at, key));
        let envs: Vec<NodeId> = self.tree.children(id).iter().copied().filter(named).collect();
        for env in envs {
            self.claimed.insert(env);
            let sealed = self.sealed();
            environment::read(self.tree, env, &self.target(sealed), scope, true, self.survey);
        }
        if site.expands == Some(Expands::Defined) {
            self.resolve(scope, first);
        }
    }

    /// What `$(NAME)` is in the words of a container, where its environment gives that variable one literal.
    fn resolve(&mut self, container: usize, first: usize) {
        let mut literals: BTreeMap<String, Option<String>> = BTreeMap::new();
        let carriers = self.survey.carriers.get(first..).unwrap_or_default();
        for variable in carriers.iter().filter(|it| it.via == Via::Variable && it.scope == container) {
            let literal = (variable.value.kind == ValueKind::Literal).then(|| variable.value.text.clone());
            literals.entry(variable.name.clone()).and_modify(|it| *it = None).or_insert(literal);
        }
        for carrier in self.survey.carriers.get_mut(first..).unwrap_or_default() {
            let name = carrier.value.text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
            if carrier.value.kind == ValueKind::Opaque && carrier.value.known.is_none() {
                carrier.value.known = name.and_then(|name| literals.get(name).cloned().flatten());
            }
        }
    }
}
