//! Whitespace that changes with fixes, so that what was aligned stays aligned.

use super::documents::Documents;
use super::fixes::EditPlan;
use crate::text::{EditSet, Source};
use std::collections::BTreeMap;

/// The whitespace that keeps aligned what was aligned before `plans`, which can be applied together.
pub(crate) fn align<'p>(
    documents: &Documents,
    source: &Source,
    plans: impl Iterator<Item = &'p EditPlan>,
) -> EditPlan {
    let mut edits: BTreeMap<usize, EditSet> = BTreeMap::new();
    for (doc, text) in plans.flat_map(|plan| &plan.texts) {
        // Each overlap was looked for before.
        let _ = edits.entry(*doc).or_default().insert_all(text.edits.iter().cloned());
    }
    let mut plan = EditPlan::default();
    let mut host = EditSet::default();
    for (doc, edits) in &edits {
        let Some(document) = documents.get(*doc) else { continue };
        for edit in document.parsed.align(edits) {
            let Ok(lifted) = documents.lift(*doc, &edit, source) else { continue };
            plan.text(*doc).silent.push(edit);
            for (text, edit) in lifted {
                match text {
                    Some(text) => plan.text(text).edits.push(edit),
                    None => drop(host.insert(edit)),
                }
            }
        }
    }
    plan.edits = host.iter().cloned().collect();
    plan
}
