//! What reaches a registration from around it: containers, and texts that hand something on.

use super::{Piece, ScopeKind, Sites, Survey};

/// Containers that are followed from one scope: each takes environment from the next.
const MOST_CONTAINERS: usize = 16;

impl Survey {
    /// The piece of its command that a carrier is in.
    pub(crate) fn piece(&self, carrier: usize) -> Option<&Piece> {
        let carrier = self.carriers.get(carrier)?;
        self.scopes.get(carrier.scope)?.piece(carrier.doc, carrier.name_span)
    }

    /// The containers that the scope is in, from the nearest on.
    pub(crate) fn containers(&self, scope: usize) -> impl Iterator<Item = usize> {
        let around = move |at: &usize| {
            let within = self.scopes.get(*at)?.within?;
            self.scopes.get(within).filter(|it| it.kind == ScopeKind::Container).map(|_| within)
        };
        std::iter::successors(around(&scope), around).take(MOST_CONTAINERS)
    }
}

impl Sites {
    /// Whether a text inside of `text` may change what a registration in another one gets: it gives values to a chart,
    /// names such a file, or hands variables on.
    pub(crate) fn hands_on(&self, text: &str) -> impl Fn(&str) -> bool {
        let named = |names: Vec<&'_ String>| -> Vec<String> {
            names.into_iter().filter(|name| text.contains(name.as_str())).cloned().collect()
        };
        let programs = &self.data.programs;
        let mut signs = named(programs.environment_files.iter().collect());
        let releases = named(programs.releases.iter().flat_map(|release| &release.names).collect());
        if !releases.is_empty() {
            signs.extend(releases.into_iter().map(|name| format!("{name} ")));
            signs.extend([".yaml", ".yml"].map(str::to_owned));
        }
        move |text| signs.iter().any(|sign| text.contains(sign.as_str()))
    }

    /// What opens the template expressions that are expanded in a file at that path, by its name alone.
    pub(crate) fn templates_in<'s>(&'s self, path: &str) -> impl Iterator<Item = &'s str> {
        let named = self.data.hosts.iter().filter(|host| !host.files.is_empty());
        let fits = named.filter(move |host| host.files.is_match(path));
        fits.filter_map(|host| host.sites.iter().find_map(|site| site.templates.as_deref()))
    }

    /// Whether a file at that path may be one of the host of that index.
    pub(super) fn is_file_of(&self, host: usize, path: &str) -> bool {
        let files = self.data.hosts.get(host).map(|host| &host.files).filter(|files| !files.is_empty());
        files.is_none_or(|files| files.is_match(path))
    }
}
