//! Environment that reaches commands and containers from around them, and from places that are not read.

use super::super::built::{Built, Wants};
use super::super::environment;
use super::super::globs;
use super::super::paths::below;
use super::super::schema::Site;
use super::super::{Brings, Container, ScopeKind, Unknown, UnknownKind};
use super::Trees;
use crate::facts::{NodeId, NodeKind, ScalarStyle};

/// Containers that one takes its image from.
const MOST_SOURCES: usize = 16;

/// Levels of a reference to a file or an object: `- configMapRef: {name: x}`.
const DEEPEST: usize = 8;

/// Elements that are named for one list.
const MOST_ELEMENTS: usize = 8;

impl Trees<'_> {
    /// What runs at `id` has the environments that are around it: as a container.
    pub(super) fn environment_of(&mut self, site: &Site, id: NodeId) -> Option<Container> {
        if site.env_around.is_empty() && site.env_beside.is_empty() {
            return None;
        }
        let tree = self.tree;
        // What is known of a mapping around it says the rest.
        let (mut open, mut scope) = (Vec::new(), None);
        for at in tree.around(id) {
            if let Some(known) = self.environments.get(&at) {
                scope = *known;
                break;
            }
            open.push(at);
        }
        for at in open.into_iter().rev() {
            for env in self.environments_at(site, at) {
                scope = Some(self.environment_in(site, env, scope));
            }
            self.environments.insert(at, scope);
        }
        Some(Container { image: None, scope: scope?, direct: false })
    }

    /// The environments that the mapping or list `at` has.
    fn environments_at(&self, site: &Site, at: NodeId) -> Vec<NodeId> {
        if self.tree.is_mapping(at) {
            return site.env_around.iter().filter_map(|key| self.tree.child(at, key)).collect();
        }
        if site.env_beside.is_empty() || !self.tree.is_sequence(at) {
            return Vec::new();
        }
        let entries = self.tree.children(at).iter();
        entries
            .flat_map(|item| site.env_beside.iter().filter_map(|key| self.tree.child(*item, key)))
            .collect()
    }

    /// The scope of the environment `env`, which is in that of `around`.
    fn environment_in(&mut self, site: &Site, env: NodeId, around: Option<usize>) -> usize {
        let span = self.tree.span(env).unwrap_or_default();
        let scope = self.survey.scope(ScopeKind::Container, self.context.doc, span);
        if let Some(it) = self.survey.scope_mut(scope) {
            it.within = around;
            it.expands = site.expands;
        }
        self.claimed.insert(env);
        let sealed = self.sealed();
        environment::read(self.tree, env, &self.target(sealed), scope, true, self.survey);
        scope
    }

    /// The container `id` and those that it takes from what it does not set, in the same file.
    pub(super) fn sources_of(&mut self, site: &Site, id: NodeId) -> Vec<NodeId> {
        let mut sources = vec![id];
        let mut at = id;
        while let Some(base) = self.base_of(site, at).filter(|_| sources.len() < MOST_SOURCES) {
            sources.push(base);
            at = base;
        }
        sources
    }

    /// The names of the containers that `id` takes environment from, and whether each is in another file.
    fn base_names(&self, site: &Site, id: NodeId) -> Vec<(NodeId, bool)> {
        let Some(inherits) = &site.inherits else { return Vec::new() };
        let Some(at) = self.tree.child(id, &inherits.key).map(|at| self.tree.resolve(at)) else {
            return Vec::new();
        };
        let elsewhere = inherits.file.as_deref().and_then(|key| self.tree.child(at, key));
        if let Some(file) = elsewhere {
            return vec![(file, true)];
        }
        match &inherits.name {
            Some(name) if self.tree.is_mapping(at) => {
                self.tree.child(at, name).into_iter().map(|at| (at, false)).collect()
            }
            _ if self.tree.is_sequence(at) => self.tree.children(at).iter().map(|at| (*at, false)).collect(),
            _ => vec![(at, false)],
        }
    }

    fn neighbour(&mut self, site: &Site, id: NodeId, name: NodeId) -> Option<NodeId> {
        let (tree, parent) = (self.tree, self.tree.parent(id)?);
        let text = tree.scalar(name)?.text;
        let Some(by) = site.inherits.as_ref().and_then(|it| it.by.as_deref()) else {
            return tree.child(parent, text).filter(|base| *base != id);
        };
        // Of several with the same name, the last one before it counts; few files have any.
        let named = self.neighbours.entry(parent).or_insert_with(|| {
            let name = |item: &NodeId| Some((tree.text(*item, by)?.to_owned(), *item));
            tree.children(parent).iter().filter_map(name).collect()
        });
        named.get(text).copied().filter(|base| *base != id)
    }

    /// What only the scripts of a container have as environment.
    pub(super) fn script_environment(&mut self, site: &Site, id: NodeId, container: Container) -> Container {
        let args = site.script_env.as_deref().and_then(|key| self.tree.child(id, key));
        let Some((args, span)) = args.and_then(|args| Some((args, self.tree.span(args)?))) else {
            return container;
        };
        let scope = self.survey.scope(ScopeKind::Container, self.context.doc, span);
        let foreign = self.survey.scopes.get(container.scope).is_some_and(|it| it.foreign);
        if let Some(it) = self.survey.scope_mut(scope) {
            it.within = Some(container.scope);
            it.foreign = foreign;
            it.by_command = true;
            it.expands = site.expands;
        }
        let before = self.survey.carriers.len();
        environment::read(self.tree, args, &self.target(self.sealed()), scope, true, self.survey);
        // What a script reads by its name is not a setting by itself, unless only the program reads it.
        let programs = &self.context.sites.data.programs.programs;
        let is_own = |name: &String| programs.iter().any(|program| program.variables.contains(name));
        let (variables, text) = (self.context.variables, self.context.text);
        let kept: Vec<_> = self
            .survey
            .carriers
            .split_off(before)
            .into_iter()
            .filter(|it| is_own(&it.name) || variables.reads(&it.name, text).is_empty())
            .collect();
        self.survey.carriers.extend(kept);
        Container { scope, ..container }
    }

    /// What runs in a container besides its command line, and has its environment. Nothing expands variables there.
    pub(super) fn hooks(&mut self, site: &Site, id: NodeId, container: &Container) {
        let hooks: Vec<NodeId> = site.hooks.iter().flat_map(|path| self.each_below(id, path)).collect();
        let mut around = None;
        for hook in hooks {
            if !self.claimed.insert(hook) {
                continue;
            }
            let own = self.hook_environment(site, hook, container);
            let scope = own.unwrap_or_else(|| {
                *around.get_or_insert_with(|| {
                    let span = self.tree.span(hook).unwrap_or_default();
                    let scope = self.survey.scope(ScopeKind::Container, self.context.doc, span);
                    let foreign = self.survey.scopes.get(container.scope).is_some_and(|it| it.foreign);
                    if let Some(it) = self.survey.scope_mut(scope) {
                        it.within = Some(container.scope);
                        it.foreign = foreign;
                    }
                    scope
                })
            });
            let around = Container { scope, ..container.clone() };
            if self.tree.scalar(hook).is_some() {
                self.shell(site, hook, Some(&around));
            } else {
                self.arguments(&[hook], Some(&around));
            }
        }
    }

    /// The environment that only a hook of a container has, as a scope.
    fn hook_environment(&mut self, site: &Site, hook: NodeId, container: &Container) -> Option<usize> {
        let key = site.hook_env.as_deref()?;
        let env = self.tree.child(self.tree.parent(hook)?, key)?;
        let scope = self.survey.scope(ScopeKind::Container, self.context.doc, self.tree.span(env)?);
        let foreign = self.survey.scopes.get(container.scope).is_some_and(|it| it.foreign);
        if let Some(it) = self.survey.scope_mut(scope) {
            it.within = Some(container.scope);
            it.foreign = foreign;
            it.expands = site.expands;
        }
        self.claimed.insert(env);
        let sealed = self.sealed();
        environment::read(self.tree, env, &self.target(sealed), scope, true, self.survey);
        Some(scope)
    }

    /// What is at a dotted path from `id`, in each item of the lists on the way.
    fn each_below(&self, id: NodeId, path: &str) -> Vec<NodeId> {
        path.split('.').fold(vec![id], |found, key| {
            let items = found.into_iter().flat_map(|at| {
                let at = self.tree.resolve(at);
                if self.tree.is_sequence(at) { self.tree.children(at).to_vec() } else { vec![at] }
            });
            items.filter_map(|at| self.tree.child(self.tree.resolve(at), key)).collect()
        })
    }

    fn base_of(&mut self, site: &Site, id: NodeId) -> Option<NodeId> {
        let names = self.base_names(site, id);
        names
            .into_iter()
            .filter(|(_, elsewhere)| !elsewhere)
            .find_map(|(name, _)| self.neighbour(site, id, name))
    }

    /// Takes in what a container takes environment from.
    pub(super) fn inherits(&mut self, site: &Site, id: NodeId, scope: usize) {
        for (name, elsewhere) in self.base_names(site, id) {
            match self.neighbour(site, id, name).filter(|_| !elsewhere) {
                Some(base) => self.inherited.push((scope, base)),
                None => {
                    let unknown = self.target(None).unknown(
                        UnknownKind::Environment,
                        Brings::Anything,
                        self.tree,
                        name,
                    );
                    if let Some(it) = self.survey.scope_mut(scope) {
                        it.add_unknown(unknown);
                    }
                }
            }
        }
    }

    /// Puts containers into those that they take environment from.
    pub(super) fn inherit(&mut self) {
        for (scope, base) in std::mem::take(&mut self.inherited) {
            let base = self.containers.get(&base).copied();
            if let Some(it) = self.survey.scope_mut(scope) {
                it.within = it.within.or(base);
            }
        }
    }

    /// What brings environment to the container `id` that is not read.
    pub(super) fn environment_files(&self, site: &Site, id: NodeId) -> Vec<Unknown> {
        let mut files = Vec::new();
        let kind = UnknownKind::Environment;
        for path in &site.env_files {
            let Some(at) = below(self.tree, id, path) else { continue };
            files.extend(self.names_in(at, &path.replace('.', " ")));
        }
        for block in &site.env_blocks {
            let blocks = self.tree.children(id).iter().filter(|at| self.tree.is_key(**at, &block.key));
            let is_true = |at: &NodeId| self.tree.text(*at, &block.when).is_some_and(|text| text != "false");
            for at in blocks.filter(|at| is_true(at)).take(MOST_ELEMENTS) {
                let name = block.name.as_deref().and_then(|key| self.tree.child(*at, key));
                let what = self.tree.key_text(*at).unwrap_or_default();
                files.extend(self.name_in(name.unwrap_or(*at), kind, what));
            }
        }
        let is_overlay = || self.context.path.is_some_and(|path| globs(&site.overlays).is_match(path));
        if !site.overlays.is_empty()
            && is_overlay()
            && let Some(key) = self.tree.key(id)
        {
            files.push(Unknown::new(
                UnknownKind::Overlay,
                Brings::Anything,
                key.text,
                self.context.doc,
                key.span,
            ));
        }
        files
    }

    /// The files or objects that the value `id` names, each with its place; as `what` where no name is there.
    fn names_in(&self, id: NodeId, what: &str) -> Vec<Unknown> {
        let at = self.tree.resolve(id);
        let items = if self.tree.is_sequence(at) && !self.tree.children(at).is_empty() {
            self.tree.children(at)
        } else {
            std::slice::from_ref(&id)
        };
        let kind = UnknownKind::Environment;
        items.iter().filter_map(|item| self.name_in(*item, kind, what)).collect()
    }

    /// The file or object that the item `id` names: its text, or the first text in it that may be a name.
    pub(super) fn name_in(&self, id: NodeId, kind: UnknownKind, what: &str) -> Option<Unknown> {
        let (brings, doc) = (Brings::Anything, self.context.doc);
        let mut at = self.tree.resolve(id);
        // A mapping may hold itself by an alias: this ends.
        for _ in 0..DEEPEST {
            let holds_more = matches!(self.tree.kind(at), Some(NodeKind::Mapping | NodeKind::Sequence));
            if !holds_more || self.tree.is_computed(at) {
                break;
            }
            let named = |key: &&str| self.tree.child(at, key);
            let keys = ["path", "name", "value", "valueFrom", "Value"];
            let children = || self.tree.children(at).iter().copied();
            let holds = |child: &NodeId| {
                matches!(
                    self.tree.kind(self.tree.resolve(*child)),
                    Some(NodeKind::Mapping | NodeKind::Sequence)
                )
            };
            // `optional: false` is not a name.
            let is_name = |child: &NodeId| {
                let text = self.tree.scalar(self.tree.resolve(*child)).map(|scalar| scalar.text);
                text.is_some_and(|it| !matches!(it, "true" | "false") && it.parse::<f64>().is_err())
            };
            let named = keys.iter().find_map(named).or_else(|| children().find(holds));
            let Some(next) = named.or_else(|| children().find(is_name)) else { break };
            at = self.tree.resolve(next);
        }
        let span = self.tree.span(at)?;
        match self.tree.scalar(at) {
            Some(scalar) if scalar.null || scalar.text.trim().is_empty() => None,
            Some(scalar) => Some(Unknown::new(kind, brings, scalar.text, doc, span)),
            None => {
                let key = self.tree.key(id).map_or(span, |key| key.span);
                Some(Unknown::new(kind, brings, what, doc, key))
            }
        }
    }

    /// Files and objects with variables for all commands of the file.
    pub(super) fn more_environment(&mut self, site: &Site, id: NodeId) {
        let _ = site;
        let what = self.tree.key_text(id).unwrap_or_default().to_owned();
        let unknowns = self.names_in(id, &what);
        let Some(first) = unknowns.first() else { return };
        let scope = self.survey.scope(ScopeKind::Variables, self.context.doc, first.span);
        if let Some(it) = self.survey.scope_mut(scope) {
            for unknown in unknowns {
                it.add_unknown(unknown);
            }
        }
    }

    /// What opens the expressions that are replaced by any text in what the site holds.
    pub(super) fn expressions(&self, site: &Site) -> Option<Box<str>> {
        let own =
            site.expressions.as_deref().or(self.context.language.values_are_expressions().then_some("${"));
        own.map(Box::from).or_else(|| self.context.given.expressions.clone())
    }

    /// The container of a list of scripts in which an element is an expression: it may be any script.
    pub(super) fn elements(
        &mut self,
        site: &Site,
        id: NodeId,
        container: Option<&Container>,
    ) -> Option<Container> {
        let at = self.tree.resolve(id);
        let built = self.tree.is_computed(at).then(|| Built::of(self.tree, at, Wants::Lists));
        if !self.tree.is_sequence(at) && built.as_ref().is_none_or(|it| it.parts.is_empty()) {
            return None;
        }
        let opens = self.expressions(site);
        let is_expression = |item: &&NodeId| match self.tree.scalar(**item) {
            Some(scalar)
                if self.context.language.values_are_expressions() && scalar.style == ScalarStyle::Plain =>
            {
                scalar.opaque
            }
            Some(scalar) => is_expression(scalar.text.trim(), opens.as_deref()),
            None => self.tree.is_computed(**item),
        };
        let found: Vec<NodeId> = match &built {
            Some(built) => {
                let items = built.entries(self.tree).filter(|item| is_expression(&item));
                built.unknowns.iter().copied().chain(items).take(MOST_ELEMENTS).collect()
            }
            None => {
                self.tree.children(at).iter().filter(is_expression).take(MOST_ELEMENTS).copied().collect()
            }
        };
        let (first, target) = (found.first()?, self.target(None));
        let unknown = |id: &NodeId| target.unknown(UnknownKind::Script, Brings::Anything, self.tree, *id);
        let unknowns: Vec<Unknown> = found.iter().map(unknown).collect();
        let span = self.tree.span(*first)?;
        let scope = self.survey.scope(ScopeKind::Container, self.context.doc, span);
        if let Some(it) = self.survey.scope_mut(scope) {
            for unknown in unknowns {
                it.add_unknown(unknown);
            }
            it.within = container.map(|it| it.scope);
        }
        // The container's own command line is none of its own scripts.
        Some(Container { scope, ..container.cloned().unwrap_or_default() })
    }
}

/// Whether a text is one expression that the text around it replaces by any text: `${local.prelude}`, `{{ setup }}`.
pub(in super::super) fn is_expression(text: &str, opens: Option<&str>) -> bool {
    let text = text.strip_prefix('$').filter(|rest| rest.starts_with("{{")).unwrap_or(text);
    let is_tag = text.starts_with("{{");
    let begins = is_tag || opens.is_some_and(|opens| text.starts_with(opens));
    if !begins || !text.ends_with('}') || text.starts_with("${!") {
        return false;
    }
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1 == text.len();
                }
            }
            _ => {}
        }
    }
    false
}
