//! Sites by the end of their paths: most nodes of a document are of no site.

use super::Sites;
use super::schema::pattern::Step;
use super::schema::{Host, Site};
use std::collections::HashMap;

/// A site, by the indices of its host and its own.
pub(super) type SiteRef = (usize, usize);

/// Sites in the order of the data.
#[derive(Debug, Default)]
pub(super) struct SiteEnds {
    /// Those with a path that ends with a key.
    keys: ByName,
    /// Those with a path that ends with anything below a key.
    below: ByName,
    /// Those with a path that ends in another way.
    others: Vec<SiteRef>,
}

/// Sites by a name.
#[derive(Debug, Default)]
struct ByName(HashMap<String, Vec<SiteRef>>);

impl ByName {
    fn add(&mut self, name: &str, place: SiteRef) {
        let places = self.0.entry(name.to_owned()).or_default();
        if places.last() != Some(&place) {
            places.push(place);
        }
    }

    fn get(&self, name: &str) -> &[SiteRef] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

impl SiteEnds {
    pub(super) fn of(hosts: &[Host]) -> Self {
        let mut ends = Self::default();
        let sites = hosts.iter().enumerate().flat_map(|(host, it)| {
            it.sites.iter().enumerate().map(move |(index, site)| ((host, index), site))
        });
        for (place, site) in sites {
            for pattern in &site.at {
                let (map, names) = match pattern.0.as_slice() {
                    [.., Step::Key(names)] => (&mut ends.keys, names),
                    [.., Step::Key(names), Step::Any | Step::Item] => (&mut ends.below, names),
                    _ => {
                        ends.others.push(place);
                        continue;
                    }
                };
                for name in names {
                    map.add(name, place);
                }
            }
        }
        ends.others.dedup();
        ends
    }

    /// The sites that end with neither, of the hosts that a document is of.
    pub(super) fn others(&self, hosts: &[bool]) -> Vec<SiteRef> {
        let is_host = |place: &&SiteRef| hosts.get(place.0).is_some_and(|is_host| *is_host);
        self.others.iter().filter(is_host).copied().collect()
    }

    /// Those that end with anything in the value of that key.
    pub(super) fn below(&self, key: Option<&str>) -> &[SiteRef] {
        key.map(|key| self.below.get(key)).unwrap_or_default()
    }

    /// The sites that a node of that key may be, in the order of the data: those that end so, those that are [`SiteEnds::below`] the
    /// key above it, and `others`, each once.
    pub(super) fn with<'a>(
        &'a self,
        key: Option<&str>,
        below: &'a [SiteRef],
        others: &'a [SiteRef],
    ) -> impl Iterator<Item = SiteRef> + use<'a> {
        let mut lists = [key.map(|key| self.keys.get(key)).unwrap_or_default(), below, others];
        std::iter::from_fn(move || {
            let next = lists.iter().filter_map(|list| list.first()).min().copied()?;
            for list in &mut lists {
                if let Some((first, rest)) = list.split_first()
                    && *first == next
                {
                    *list = rest;
                }
            }
            Some(next)
        })
    }
}

impl Sites {
    /// The site at that place.
    pub(super) fn site(&self, (host, site): SiteRef) -> Option<&Site> {
        self.data.hosts.get(host)?.sites.get(site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_come_in_the_order_of_the_data_and_once() {
        let site = |at: &[&str]| serde_json::json!({"at": at, "holds": "shell"});
        let host: Host = serde_json::from_value(serde_json::json!({
            "host": "x",
            "sites": [
                site(&["a"]), site(&["b[*]"]), site(&["x.a", "a[*]", "**.{b,a}"]), site(&["b"]), site(&["a"]),
                site(&["*", "**[*]"]),
            ],
        }))
        .unwrap();
        let ends = SiteEnds::of(&[host]);
        let of = |key, above| {
            ends.with(key, ends.below(above), &ends.others).map(|(_, site)| site).collect::<Vec<_>>()
        };
        assert_eq!(of(Some("a"), None), [0, 2, 4, 5]);
        assert_eq!(of(Some("b"), Some("a")), [2, 3, 5]);
        assert_eq!(of(Some("c"), Some("b")), [1, 5]);
        assert_eq!(of(None, Some("a")), [2, 5]);
        assert_eq!(of(None, None), [5]);
        assert_eq!((ends.others(&[true]).len(), ends.others(&[false]).len()), (1, 0));
    }
}
