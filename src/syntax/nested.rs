//! New mappings and the entries that move into them, before they are written in a language.

use super::Move;
use crate::embed::NoEdit;

/// What a new key has.
#[derive(Debug)]
pub(super) enum Branch {
    /// The entry that moves, by its index.
    Entry(usize),
    /// A new mapping.
    Mapping(Tree),
}

/// Keys of a new mapping, in their order.
pub(super) type Tree = Vec<(String, Branch)>;

/// How many mappings a path may create.
const DEEPEST: usize = 16;

/// The new mappings for those of `moves` at `indices`.
///
/// # Errors
/// [`NoEdit`] where two of them get one path.
pub(super) fn tree(moves: &[Move], indices: &[usize]) -> Result<Tree, NoEdit> {
    let mut tree = Tree::new();
    let mut indices = indices.to_vec();
    indices.sort_by_key(|index| moves.get(*index).map(|it| it.node));
    for index in &indices {
        let Some(path) = moves.get(*index).map(|it| &it.path) else { continue };
        let Some((last, keys)) = path.split_last().filter(|_| path.len() <= DEEPEST) else {
            return Err(NoEdit::new("the path is empty or too long"));
        };
        let mut at = &mut tree;
        for key in keys {
            let found = at.iter().position(|(known, _)| known == key);
            let place = found.unwrap_or_else(|| {
                at.push((key.clone(), Branch::Mapping(Tree::new())));
                at.len() - 1
            });
            match at.get_mut(place) {
                Some((_, Branch::Mapping(inner))) => at = inner,
                _ => return Err(NoEdit::new(format!("`{key}` would appear twice"))),
            }
        }
        if at.iter().any(|(known, _)| known == last) {
            return Err(NoEdit::new(format!("`{last}` would appear twice")));
        }
        at.push((last.clone(), Branch::Entry(*index)));
    }
    Ok(tree)
}
