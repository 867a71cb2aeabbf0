//! Until when findings must be fixed.

use super::writer::Html;
use crate::report::rules::product;
use crate::report::summary::plural;
use crate::report::{Run, is_open};
use std::collections::BTreeMap;

/// A paragraph for each version that is planned to remove something that the files still use.
pub(super) fn paragraphs(run: &Run<'_>, html: &mut Html) {
    let mut versions: BTreeMap<_, usize> = BTreeMap::new();
    for finding in run.files.iter().flat_map(|file| &file.linted.findings).filter(|it| is_open(it)) {
        let Some(rule) = run.rule(&finding.rule) else { continue };
        if let Some(removed) = &rule.removed {
            *versions
                .entry((product(&rule.product), removed.as_str(), rule.disabled.as_deref()))
                .or_default() += 1;
        }
    }
    for ((product, removed, disabled), count) in versions {
        let verb = if count == 1 { "uses" } else { "use" };
        html.element("p", &[("class", "deadline")], |html| {
            html.tag("strong", |html| {
                html.text(&format!(
                    "{product} {removed} is planned to remove what {} {verb}.",
                    plural(count, "finding")
                ));
            });
            if let Some(version) = disabled {
                html.text(&format!(" It is already disabled by default since {product} {version}."));
            }
        });
    }
}
