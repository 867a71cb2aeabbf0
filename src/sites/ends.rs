//! Sites by what their paths end with: a large document has far more nodes than any site is about.

use super::Sites;
use super::schema::{Host, Site, Step};
use std::collections::HashMap;

/// A site, by the indices of its host and its own.
type Place = (usize, usize);

/// Sites in the order of the data.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// Those with a path that ends with a key.
    keys: HashMap<String, Vec<Place>>,
    /// Those with a path that ends in another way.
    others: Vec<Place>,
}

impl Ends {
    fn of(hosts: &[Host]) -> Self {
        let mut ends = Self::default();
        let sites = hosts.iter().enumerate().flat_map(|(host, it)| {
            it.sites.iter().enumerate().map(move |(index, site)| ((host, index), site))
        });
        for (place, site) in sites {
            let mut other = false;
            for pattern in &site.at {
                match pattern.0.last() {
                    Some(Step::Key(names)) => {
                        for name in names {
                            ends.keys.entry(name.clone()).or_default().push(place);
                        }
                    }
                    _ => other = true,
                }
            }
            if other {
                ends.others.push(place);
            }
        }
        ends.keys.values_mut().for_each(Vec::dedup);
        ends
    }

    /// Both lists as one, each site once.
    fn with(&self, key: Option<&str>) -> impl Iterator<Item = Place> {
        let keyed = key.and_then(|key| self.keys.get(key)).map(Vec::as_slice).unwrap_or_default();
        let (mut keyed, mut others) = (keyed.iter().peekable(), self.others.iter().peekable());
        std::iter::from_fn(move || match (keyed.peek(), others.peek()) {
            (Some(a), Some(b)) if a == b => {
                keyed.next();
                others.next().copied()
            }
            (Some(a), Some(b)) if b < a => others.next().copied(),
            (None, _) => others.next().copied(),
            (Some(_), _) => keyed.next().copied(),
        })
    }
}

impl Sites {
    /// The sites that a node of that key may be, each with the index of its host, in the order of the data.
    pub(super) fn that_may_end_with(&self, key: Option<&str>) -> impl Iterator<Item = (usize, &Site)> {
        let hosts = &self.data.hosts;
        let ends = self.ends.get_or_init(|| Ends::of(hosts));
        ends.with(key).filter_map(|(host, site)| Some((host, hosts.get(host)?.sites.get(site)?)))
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
            "sites": [site(&["a"]), site(&["b[*]"]), site(&["x.a", "a[*]", "**.{b,a}"]), site(&["b"]), site(&["a"])],
        }))
        .unwrap();
        let ends = Ends::of(&[host]);
        let of = |key| ends.with(key).map(|(_, site)| site).collect::<Vec<_>>();
        assert_eq!(of(Some("a")), [0, 1, 2, 4]);
        assert_eq!(of(Some("b")), [1, 2, 3]);
        assert_eq!(of(Some("c")), [1, 2]);
        assert_eq!(of(None), [1, 2]);
    }
}
