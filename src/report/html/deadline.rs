//! Until when what is found has to be gone.

use crate::report::rules::product;
use crate::report::summary::plural;
use crate::report::xml::escape;
use crate::report::{Run, is_open};
use std::collections::BTreeMap;

/// A paragraph for each version that is to remove something which is still in use.
pub(super) fn paragraphs(run: &Run<'_>) -> String {
    let mut versions: BTreeMap<_, usize> = BTreeMap::new();
    for finding in run.files.iter().flat_map(|file| &file.linted.findings).filter(|it| is_open(it)) {
        let Some(rule) = run.catalogue.rule(&finding.rule) else { continue };
        if let Some(removed) = &rule.removed {
            *versions
                .entry((product(&rule.product), removed.as_str(), rule.disabled.as_deref()))
                .or_default() += 1;
        }
    }
    let mut out = String::new();
    for ((product, removed, disabled), count) in versions {
        let product = escape(product);
        let off = disabled.map_or(String::new(), |version| {
            format!(" By default it is off since {product} {} already.", escape(version))
        });
        out.push_str(&format!(
            "<p class=\"deadline\"><strong>Deadline: {product} {}</strong> is planned to remove what {} of.{off}</p>\n",
            escape(removed),
            match count {
                1 => "1 finding tells".to_owned(),
                count => format!("{} tell", plural(count, "finding")),
            },
        ));
    }
    out
}
