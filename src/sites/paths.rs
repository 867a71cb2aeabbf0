//! Path patterns against the nodes of a tree.

use super::schema::pattern::Step;
use super::schema::{Nearby, Pattern, Requirement};
use crate::facts::{DataTree, NodeId};

/// The mapping that counts as the document of `id`: the nearest one with `apiVersion` and `kind` (an item of a `List` is
/// a document of its own), else the top.
pub(crate) fn document_of(tree: &DataTree, id: NodeId) -> NodeId {
    let mut at = id;
    loop {
        if is_document(tree, at) {
            return at;
        }
        match tree.parent(at) {
            Some(parent) => at = parent,
            None => return at,
        }
    }
}

/// Whether `id` is a document of its own, wherever it is.
pub(super) fn is_document(tree: &DataTree, id: NodeId) -> bool {
    tree.child(id, "kind").is_some() && tree.child(id, "apiVersion").is_some()
}

/// Whether the document has what is required of it.
pub(super) fn satisfies(tree: &DataTree, document: NodeId, requirements: &[Requirement]) -> bool {
    requirements.iter().all(|requirement| accepts(tree, document, requirement))
}

/// Whether the mapping `id` has what is required.
pub(crate) fn accepts(tree: &DataTree, id: NodeId, requirement: &Requirement) -> bool {
    below(tree, id, &requirement.key).is_some_and(|at| {
        requirement.is.is_empty() && requirement.like.is_none()
            || tree.scalar(at).is_some_and(|scalar| requirement.accepts(scalar.text))
    })
}

impl Requirement {
    fn accepts(&self, text: &str) -> bool {
        (self.is.is_empty() || self.is.iter().any(|accepted| accepted == text))
            && self.like.as_ref().is_none_or(|like| like.is_like(text))
    }
}

impl Pattern {
    /// The keys of the path of one entry: `a.b`, `'a.b'.c`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn keys(path: &str) -> Result<Vec<String>, String> {
        let key = |step: Step| match step {
            Step::Key(mut names) if names.len() == 1 => names.pop().ok_or_else(String::new),
            _ => Err(format!("`{path}` is not the path of one entry: use keys with `.` between them")),
        };
        Self::parse(path)?.0.into_iter().map(key).collect()
    }
}

/// Whether `pattern` leads from `document` to `id`.
pub(super) fn leads_to(pattern: &Pattern, tree: &DataTree, document: NodeId, id: NodeId) -> bool {
    climb(&pattern.0, tree, document, id, false)
}

/// As [`leads_to`], where `dynamic "name" { content { … } }` counts as the block `name`.
pub(super) fn leads_through_dynamic(
    pattern: &Pattern,
    tree: &DataTree,
    document: NodeId,
    id: NodeId,
) -> bool {
    climb(&pattern.0, tree, document, id, true)
}

/// For the `content` of a dynamic block its name and the block.
fn dynamic(tree: &DataTree, id: NodeId) -> Option<(NodeId, NodeId)> {
    let name = tree.parent(id).filter(|_| tree.is_key(id, "content") && tree.is_block(id))?;
    let block = tree.parent(name).filter(|block| tree.is_key(*block, "dynamic") && tree.is_block(*block))?;
    Some((name, block))
}

/// Matches the steps from the last one up the tree. Only `**` in the middle of a pattern has a choice to make, so the
/// depth of the recursion is the number of those.
fn climb(steps: &[Step], tree: &DataTree, document: NodeId, id: NodeId, through: bool) -> bool {
    let mut at = id;
    for (index, step) in steps.iter().enumerate().rev() {
        if *step == Step::Deep {
            let before = steps.get(..index).unwrap_or_default();
            if before.is_empty() {
                return true;
            }
            let mut candidate = at;
            loop {
                if climb(before, tree, document, candidate, through) {
                    return true;
                }
                match parent(tree, document, candidate) {
                    Some(up) => candidate = up,
                    None => return false,
                }
            }
        }
        // The block is where its `dynamic` is, and has the name that this has.
        let (named, placed) = dynamic(tree, at).filter(|_| through).unwrap_or((at, at));
        let Some(up) = parent(tree, document, placed) else { return false };
        if !step_fits(step, tree, named, up) {
            return false;
        }
        at = up;
    }
    at == document
}

/// Whether `pattern` leads to the last node of `chain`: the nodes on the way there, from the top on, some of them through an alias.
pub(crate) fn leads_along(pattern: &Pattern, tree: &DataTree, chain: &[NodeId]) -> bool {
    let document = chain.iter().rposition(|id| is_document(tree, tree.resolve(*id))).unwrap_or_default();
    let from = |at: usize| climb_along(&pattern.0, tree, chain.get(at..).unwrap_or_default());
    from(document) || document > 0 && from(0)
}

/// As [`climb`], along `chain`.
fn climb_along(steps: &[Step], tree: &DataTree, chain: &[NodeId]) -> bool {
    let mut chain = chain;
    for (index, step) in steps.iter().enumerate().rev() {
        if *step == Step::Deep {
            let before = steps.get(..index).unwrap_or_default();
            let mut prefixes = (1..=chain.len()).rev().filter_map(|end| chain.get(..end));
            return before.is_empty() || prefixes.any(|prefix| climb_along(before, tree, prefix));
        }
        let [up @ .., at] = chain else { return false };
        let Some(parent) = up.last() else { return false };
        if !step_fits(step, tree, *at, tree.resolve(*parent)) {
            return false;
        }
        chain = up;
    }
    chain.len() == 1
}

fn parent(tree: &DataTree, document: NodeId, id: NodeId) -> Option<NodeId> {
    if id == document { None } else { tree.parent(id) }
}

fn step_fits(step: &Step, tree: &DataTree, id: NodeId, parent: NodeId) -> bool {
    match step {
        Step::Deep => true,
        Step::Any => tree.key(id).is_some(),
        Step::Key(names) => names.iter().any(|name| tree.is_key(id, name)),
        Step::Item => tree.is_sequence(parent),
    }
}

/// The node that many levels above `id`.
pub(super) fn above(tree: &DataTree, id: NodeId, levels: usize) -> Option<NodeId> {
    (0..levels).try_fold(id, |at, _| tree.parent(at))
}

/// The node at a dotted path below `id`.
pub(crate) fn below(tree: &DataTree, id: NodeId, path: &str) -> Option<NodeId> {
    let mut at = id;
    let mut path = path;
    loop {
        // Names are short: to look for the dot byte by byte is the quickest.
        match path.bytes().position(|byte| byte == b'.') {
            Some(dot) => {
                at = tree.child(at, path.get(..dot)?)?;
                path = path.get(dot + 1..)?;
            }
            None => return tree.child(at, path),
        }
    }
}

/// Whether the nearest mapping with the key, `id` or one around it, says the words.
pub(super) fn says(nearby: &Nearby, tree: &DataTree, id: NodeId) -> bool {
    let mut around = tree.around(id);
    let Some(at) = around.find(|at| tree.child(*at, &nearby.key).is_some()) else { return false };
    let name = tree.key_text(at);
    if nearby.says.is_empty() {
        return true;
    }
    [tree.text(at, &nearby.key), name].into_iter().flatten().any(|text| {
        let text = text.to_ascii_lowercase();
        nearby.says.iter().try_fold(&*text, |rest, word| Some(rest.split_once(word.as_str())?.1)).is_some()
    })
}

/// Whether another key of the mapping that holds `id` begins with `prefix`.
pub(super) fn is_among(prefix: &str, tree: &DataTree, id: NodeId) -> bool {
    let Some(parent) = tree.parent(id) else { return false };
    let own = tree.key_text(id);
    tree.children(parent)
        .iter()
        .filter_map(|it| tree.key_text(*it))
        .any(|it| it.starts_with(prefix) && Some(it) != own)
}
