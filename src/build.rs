//! Reads the rules and compiles them into the compact form that the program starts with. What
//! their form does not say is checked by `tests/it/rules.rs`, as the program checks a user's own rules.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "rules/action.rs"]
#[expect(unreachable_pub, reason = "the build script uses the form only to read and write it")]
mod rules_action;
#[path = "rules/example.rs"]
#[expect(unreachable_pub, reason = "the build script uses the form only to read and write it")]
mod rules_example;
#[path = "rules/own.rs"]
#[expect(unreachable_pub, reason = "the build script uses the form only to read and write it")]
mod rules_own;
#[path = "rules/schema.rs"]
#[expect(dead_code, unreachable_pub, reason = "the build script uses the form only to read and write it")]
mod rules_schema;
#[path = "rules/unit.rs"]
#[expect(dead_code, unreachable_pub, reason = "the build script uses the form only to read and write it")]
mod rules_unit;
#[path = "sites/one_or_many.rs"]
mod sites_one_or_many;
#[path = "sites/schema/mod.rs"]
#[expect(unreachable_pub, reason = "the build script uses the form only to read and write it")]
mod sites_schema;

use rules_action::{ActionRow, SafetyRow};
use rules_example::RuleText;
use rules_own::{ChartMatch, CommandMatch, Together};
use rules_schema::{Rule, RuleData, UnitKind, When, gitlab};
use rules_unit::Unit;
use sites_one_or_many::one_or_many;
use sites_schema::{Pattern, Requirement, SiteData, Via};

/// The program compiles regular expressions; here they are text.
type Expression = String;
/// See [`Expression`].
type Globs = Vec<String>;
type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("rules");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules/action.rs");
    println!("cargo::rerun-if-changed=src/rules/example.rs");
    println!("cargo::rerun-if-changed=src/rules/own.rs");
    println!("cargo::rerun-if-changed=src/rules/schema.rs");
    println!("cargo::rerun-if-changed=src/rules/unit.rs");
    println!("cargo::rerun-if-changed=src/sites/one_or_many.rs");
    println!("cargo::rerun-if-changed=src/sites/schema");
    // The form describes itself to editors in the program, not here.
    println!("cargo::rustc-cfg=with_schema");

    let mut data = RuleData { units: vec![read(&root.join("units/registration.yaml"))?], rules: Vec::new() };
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
            "roads" => sites.roads.push(read(&path)?),
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
