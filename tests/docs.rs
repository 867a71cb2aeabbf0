//! The pages in `docs/` are what the program says of itself.
//!
//! Where they are not: `DOCS=write cargo test --test docs` writes them anew.

#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use runnerlint::catalogue::Catalogue;
use runnerlint::report::rules::{catalogue, index, linked_page};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// Every page that is written by the program, by its path below `docs/`.
fn pages() -> BTreeMap<String, String> {
    let rules = catalogue(Catalogue::built_in());
    let mut pages: BTreeMap<String, String> =
        rules.iter().map(|rule| (format!("rules/{}.md", rule.id), linked_page(rule))).collect();
    pages.insert("rules/README.md".to_owned(), index(&rules));
    pages.insert("cli.md".to_owned(), runnerlint::cli::reference());
    pages.insert("configuration.md".to_owned(), runnerlint::config::reference());
    let schema = serde_json::to_string_pretty(&runnerlint::config::json_schema()).unwrap();
    pages.insert("config.schema.json".to_owned(), format!("{schema}\n"));
    pages
}

#[test]
fn the_pages_are_current() {
    let pages = pages();
    let left_over: Vec<PathBuf> = fs::read_dir(docs().join("rules"))
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !pages.contains_key(&format!("rules/{}", path.file_name().unwrap().to_str().unwrap())))
        .collect();
    if std::env::var_os("DOCS").is_some_and(|it| it == "write") {
        fs::create_dir_all(docs().join("rules")).unwrap();
        for (path, text) in &pages {
            fs::write(docs().join(path), text).unwrap();
        }
        for path in left_over {
            fs::remove_file(path).unwrap();
        }
        return;
    }
    assert_eq!(left_over, [""; 0].map(PathBuf::from), "no rule has these pages");
    for (path, text) in &pages {
        let written = fs::read_to_string(docs().join(path)).unwrap_or_default();
        assert!(written == *text, "docs/{path} is old: `DOCS=write cargo test --test docs` writes it anew");
    }
}

/// Links between the pages, and to places in them, lead somewhere.
#[test]
fn links_lead_somewhere() {
    let pages = pages();
    let mut checked = 0;
    for (path, text) in pages.iter().filter(|(path, _)| !path.contains("schema")) {
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") {
                continue;
            }
            let (file, place) = target.split_once('#').unwrap_or((target, ""));
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let whole = if file.is_empty() {
                path.clone()
            } else {
                format!("{folder}/{file}").trim_start_matches('/').to_owned()
            };
            let by_hand = || fs::read_to_string(docs().join(&whole)).ok();
            let page = pages.get(&whole).cloned().or_else(by_hand);
            let page = page.unwrap_or_else(|| panic!("{path} links to {target}"));
            let headings: Vec<String> =
                page.lines().filter(|line| line.starts_with('#')).map(anchor).collect();
            assert!(place.is_empty() || headings.iter().any(|it| it == place), "{path} links to {target}");
            checked += 1;
        }
    }
    assert!(checked > 20, "{checked}");
}

/// The name of a heading in links, as GitLab and GitHub make it.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
