//! What is wrong with the sites of a host.

use super::RuleSource;
use super::check::{CheckedRule, spell_language};
use super::fault::Problem;
use crate::sites::{Holds, Host, Site, SiteData, Step};

/// Everything that is wrong with the sites of a host.
pub(super) fn check(read: &RuleSource, host: &Host, sites: &SiteData) -> Vec<Problem> {
    let mut checked = CheckedRule { read, unread: &[], problems: Vec::new() };
    if sites.hosts.iter().any(|known| known.host == host.host) {
        checked.wrong(&["host"], format!("the host `{}` already exists", host.host), "use another name");
    }
    if let Some(language) = &host.language {
        checked.language(&["language"], language);
    }
    for (index, site) in host.sites.iter().enumerate() {
        let index = index.to_string();
        let missing = match site.holds {
            Holds::Named if site.name.is_none() => Some("name"),
            Holds::Keys if site.via.is_none() => Some("via"),
            Holds::SecretItems if site.name_key.is_none() => Some("name-key"),
            Holds::MoreValues if site.release.is_none() && site.contains.is_empty() => Some("release"),
            _ => None,
        };
        if let Some(key) = missing {
            checked.wrong(&["sites", &index, "holds"], format!("this site needs `{key}`"), "");
        }
        if let Some(language) = &site.language {
            checked.language(&["sites", &index, "language"], language);
        }
        for (key, _, of) in keys(site).iter().filter(|(_, given, of)| *given && !of.contains(&site.holds)) {
            let of: Vec<String> = of.iter().map(|it| format!("`{}`", name(*it))).collect();
            checked.wrong(
                &["sites", &index, key],
                format!("`{key}` does not belong to `holds: {}`", name(site.holds)),
                &format!("it belongs to {}", of.join(", ")),
            );
        }
    }
    checked.problems.sort_by_key(|problem| problem.span);
    checked.problems
}

/// Names languages as the engine does, and gives places that have no label one.
pub(super) fn complete(host: &mut Host) {
    host.language.iter_mut().for_each(spell_language);
    for site in &mut host.sites {
        site.language.iter_mut().for_each(spell_language);
        if site.what.is_empty() {
            let steps = site.at.first().map(|pattern| pattern.0.as_slice()).unwrap_or_default();
            let key = steps.iter().rev().find_map(|step| match step {
                Step::Key(names) => names.first(),
                _ => None,
            });
            site.what = key.map_or_else(|| "place".to_owned(), |key| format!("`{key}:`"));
        }
    }
}

fn name(holds: Holds) -> String {
    serde_json::to_value(holds).ok().and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Keys that only belong to some kinds of places, whether they are given, and those kinds.
fn keys(site: &Site) -> Vec<(&'static str, bool, &'static [Holds])> {
    use Holds::{
        Arguments, ChartItems, ChartWords, Constant, Container, Environment, InheritedValues, Joined,
        KeptValues, Key, Keys, MoreEnvironment, MoreValues, Named, Pieces, Request, Secret, SecretItems,
        Shell, ShellKey, Sources, Text, Values, ValuesText,
    };
    const SHELL: &[Holds] = &[Shell, ShellKey, Arguments, Pieces, Joined];
    const VALUES: &[Holds] =
        &[Values, ValuesText, ChartItems, Sources, Text, KeptValues, MoreValues, InheritedValues];
    const ROAD: &[Holds] = &[Key, Keys, Request];
    vec![
        ("no-shell", site.no_shell, &[Shell, ShellKey, Arguments, Container]),
        ("language", site.language.is_some(), &[Text]),
        ("named-by", site.named_by.is_some(), &[Text, Secret, SecretItems]),
        ("image", site.image.is_some(), &[Container]),
        ("argv", !site.argv.is_empty(), &[Container]),
        ("entrypoint-is-split", site.entrypoint_is_split, &[Container]),
        ("scripts", !site.scripts.is_empty(), &[Container]),
        ("hooks", !site.hooks.is_empty(), &[Container]),
        ("env-files", !site.env_files.is_empty(), &[Container]),
        ("env", !site.env.is_empty(), &[Container]),
        ("base64", site.base64, &[Secret, SecretItems]),
        ("name-key", site.name_key.is_some(), &[SecretItems, ChartItems, InheritedValues]),
        ("release", site.release.is_some(), VALUES),
        ("release-by", !site.release_by.is_empty(), VALUES),
        ("named", site.named, VALUES),
        ("value-key", site.value_key.is_some(), &[ChartItems, SecretItems]),
        ("via", site.via.is_some(), &[Keys]),
        ("beside", !site.beside.is_empty(), &[Keys, ShellKey, Container]),
        ("name", site.name.is_some(), &[Named, Constant, Keys, Request]),
        ("begins", !site.begins.is_empty(), &[Text, ChartWords]),
        ("lines", site.lines, &[Text]),
        ("known", site.known, &[Container]),
        ("expands", site.expands.is_some(), &[Container, Environment]),
        ("lacking", !site.lacking.is_empty(), &[MoreValues]),
        ("plain", site.plain, &[MoreValues]),
        ("env-around", !site.env_around.is_empty(), SHELL),
        ("runs-after", !site.runs_after.is_empty(), &[Shell]),
        ("variable", site.variable, &[Shell]),
        ("env-beside", !site.env_beside.is_empty(), &[Shell]),
        ("takes", !site.takes.is_empty(), &[InheritedValues]),
        ("contains", !site.contains.is_empty(), &[MoreValues, MoreEnvironment]),
        ("except", !site.except.is_empty(), &[MoreEnvironment]),
        ("brought-by", !site.brought_by.is_empty(), &[Shell, Container, Text]),
        ("hook-env", site.hook_env.is_some(), &[Container]),
        ("script-env", site.script_env.is_some(), &[Container]),
        ("expressions", site.expressions.is_some(), &[Shell, Text, Joined, Pieces, Container]),
        ("inherits", site.inherits.is_some(), &[Container]),
        ("overlays", !site.overlays.is_empty(), &[Container]),
        ("env-blocks", !site.env_blocks.is_empty(), &[Container]),
        ("from", site.from.is_some(), &[MoreValues, MoreEnvironment, KeptValues, InheritedValues]),
        ("road", site.road.is_some(), ROAD),
        ("posts", site.posts, &[Request]),
        ("body", !site.body.is_empty(), &[Request]),
        ("place", site.place.is_some(), ROAD),
    ]
}
