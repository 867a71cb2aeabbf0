//! Objects and lists that an expression builds: `merge({ … }, local.x)`, `concat([ … ], var.more)`.

use crate::facts::{DataTree, NodeId, NodeKind};

/// What is looked for in an expression.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    /// Objects; those in lists too (`merge([{ … }]...)`).
    Objects,
    /// Lists.
    Lists,
}

/// Aliases that are followed for one value.
const MOST_ALIASES: usize = 32;

/// What a value is built of, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Built {
    /// Objects or lists that are written out.
    pub(super) parts: Vec<NodeId>,
    /// Expressions that may give more.
    pub(super) unknowns: Vec<NodeId>,
}

impl Built {
    /// What holds the entries or items of the value `id`: itself where it is written out, else lists, else objects.
    pub(super) fn holders(tree: &DataTree, id: NodeId) -> Self {
        if tree.is_computed(id) {
            let lists = Self::of(tree, id, Wants::Lists);
            return if lists.parts.is_empty() { Self::of(tree, id, Wants::Objects) } else { lists };
        }
        match tree.scalar(id) {
            Some(scalar) if scalar.opaque => Self { parts: Vec::new(), unknowns: vec![id] },
            _ => Self { parts: vec![id], unknowns: Vec::new() },
        }
    }

    /// What its parts hold.
    pub(super) fn entries<'t>(&'t self, tree: &'t DataTree) -> impl Iterator<Item = NodeId> + 't {
        self.parts.iter().flat_map(|part| tree.children(*part)).copied()
    }

    /// What is built by the value `id`; of a value that is written out, itself.
    pub(super) fn of(tree: &DataTree, id: NodeId, wants: Wants) -> Self {
        let mut built = Self::default();
        // Each with whether an unknown around it is named already.
        let mut open = vec![(id, false)];
        // Names may be values of each other.
        let mut aliases = 0;
        while let Some((at, named)) = open.pop() {
            let (written, at) = (at, tree.resolve(at));
            aliases += usize::from(written != at);
            if aliases > MOST_ALIASES {
                built.unknowns.push(written);
                break;
            }
            let unknown = match tree.kind(at) {
                Some(NodeKind::Mapping) if tree.is_computed(at) => {
                    let before = open.len();
                    let unknown = parts_of(tree, at, wants, &mut open);
                    for part in open.get_mut(before..).unwrap_or_default() {
                        part.1 = named || unknown;
                    }
                    unknown
                }
                Some(NodeKind::Mapping) if wants == Wants::Objects => {
                    built.parts.push(at);
                    false
                }
                Some(NodeKind::Sequence) if wants == Wants::Lists => {
                    built.parts.push(at);
                    false
                }
                Some(NodeKind::Sequence) => {
                    open.extend(tree.children(at).iter().rev().map(|item| (*item, named)));
                    false
                }
                Some(NodeKind::Scalar(scalar)) => scalar.opaque,
                _ => false,
            };
            if unknown && !named {
                built.unknowns.push(at);
            }
        }
        built
    }
}

/// Puts the parts of the expression `id` that may be its value on `open`, the first one last. Says whether the expression gives
/// more than they do.
fn parts_of(tree: &DataTree, id: NodeId, wants: Wants, open: &mut Vec<(NodeId, bool)>) -> bool {
    let Some(list) = tree.children(id).first() else { return true };
    let parts = tree.children(*list);
    let mut add = |parts: &[NodeId]| open.extend(parts.iter().rev().map(|part| (*part, false)));
    match tree.key_text(*list).unwrap_or_default() {
        // `a + b`, `f(a).b`: no object or list that is written in it is the value.
        "op()" => true,
        "if()" => {
            add(parts.get(1..).unwrap_or_default());
            true
        }
        "for()" => {
            add(parts);
            true
        }
        call => {
            // `merge({ … }, local.x)` gives what its arguments give; a text, a number or another provider's function may
            // make anything of them.
            let literal = |part: &NodeId| tree.scalar(*part).is_some_and(|it| !it.opaque && !it.null);
            // `zipmap(["a"], [1])`
            let of_objects = |part: &NodeId| wants == Wants::Objects && tree.is_sequence(*part);
            let literals = |part: &NodeId| of_objects(part) && tree.children(*part).iter().any(literal);
            let opaque = parts.is_empty()
                || call.contains("::")
                || parts.iter().any(|part| literal(part) || literals(part));
            if !opaque {
                add(parts);
            }
            opaque
        }
    }
}
