//! Checks the rules and compiles them into the compact form that the program starts with.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "rules/schema.rs"]
#[expect(dead_code, unreachable_pub, reason = "the build script uses the form only to read and write it")]
mod rules_schema;
#[path = "sites/schema.rs"]
#[expect(unreachable_pub, reason = "the build script uses the form only to read and write it")]
mod sites_schema;

use rules_schema::{Rule, RuleData, RuleText};
use sites_schema::{SiteData, Via, one_or_many};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("rules");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules/schema.rs");
    println!("cargo::rerun-if-changed=src/sites/schema.rs");

    let mut data = RuleData { unit: read(&root.join("units/registration.yaml"))?, ..RuleData::default() };
    let mut texts = Vec::new();
    let mut sites = SiteData {
        programs: read(&root.join("programs.yaml"))?,
        charts: read(&root.join("charts.yaml"))?,
        ..SiteData::default()
    };
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let path = entry?.into_path();
        let folder =
            path.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        match folder {
            "rules" | "units" => {}
            "sites" => sites.hosts.push(read(&path)?),
            family => {
                let (rule, text) = read_rule(&path, family)?;
                data.rules.push(rule);
                texts.push(text);
            }
        }
    }
    data.rules.sort_by(|a, b| a.id.cmp(&b.id));
    texts.sort_by(|a: &RuleText, b| a.id.cmp(&b.id));
    // The more a host asks of the document, the more it knows of its places: it comes first.
    sites.hosts.sort_by_key(|host| (host.fallback, Reverse(host.document.len()), host.host.clone()));
    check(&data)?;
    fs::write(out.join("rules.bin"), postcard::to_stdvec(&data)?)?;
    fs::write(out.join("texts.bin"), postcard::to_stdvec(&texts)?)?;
    fs::write(out.join("sites.bin"), postcard::to_stdvec(&sites)?)?;
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_yaml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// A rule file is the rule, its explanation and its examples; only the first is needed at every start.
fn read_rule(path: &Path, family: &str) -> Result<(Rule, RuleText), Failure> {
    let fail = |error: &dyn std::fmt::Display| -> Failure { format!("{}: {error}", path.display()).into() };
    let mut rule: serde_yaml::Mapping = read(path)?;
    let mut text = serde_yaml::Mapping::new();
    for key in ["why", "examples"] {
        let value = rule.remove(key).ok_or_else(|| fail(&format!("`{key}` is missing")))?;
        text.insert(key.into(), value);
    }
    if let Some(id) = rule.get("id") {
        text.insert("id".into(), id.clone());
    }
    let rule: Rule = serde_yaml::from_value(rule.into()).map_err(|error| fail(&error))?;
    let text: RuleText = serde_yaml::from_value(text.into()).map_err(|error| fail(&error))?;
    if path.file_stem().and_then(|stem| stem.to_str()) != Some(&rule.id) {
        return Err(fail(&format!("holds the rule `{}`: give the file its name", rule.id)));
    }
    if rule.id.split('-').next() != Some(family) {
        return Err(fail(&format!("`{}` does not belong to the family `{family}`", rule.id)));
    }
    Ok((rule, text))
}

/// What the types alone do not say.
fn check(data: &RuleData) -> Result<(), Failure> {
    for rule in &data.rules {
        let id = &rule.id;
        for found in &rule.matches {
            let kinds = [
                found.slot.is_some(),
                found.setting.is_some(),
                found.literal.is_some(),
                !found.named.is_empty(),
                found.request.is_some(),
                found.text.is_some(),
                found.suppression.is_some(),
            ];
            if kinds.iter().filter(|given| **given).count() != 1 {
                return Err(format!(
                    "{id}: a match has one of `slot`, `setting`, `literal`, `named`, `request`, `text` and `suppression`"
                )
                .into());
            }
            if found.slot.as_ref().is_some_and(|slot| slot != "new" && slot != "old") {
                return Err(format!("{id}: a slot is `new` or `old`").into());
            }
            if found.setting.as_ref().is_some_and(|name| {
                name != "any" && data.unit.settings.iter().all(|setting| setting.field != *name)
            }) {
                return Err(format!("{id}: unknown setting").into());
            }
        }
        for action in &rule.actions {
            let known = |name: &String| ["self", "new", "old"].contains(&name.as_str());
            if !action.remove.iter().all(known) || !action.rename_slots.iter().all(|(slot, _)| known(slot)) {
                return Err(format!("{id}: a fix speaks of `self`, `new` and `old`").into());
            }
        }
        if rule.needs.is_empty() || rule.needs.iter().any(Vec::is_empty) {
            return Err(format!("{id}: `needs` holds no literals, so every file would be parsed").into());
        }
    }
    Ok(())
}
