use super::NodeId;

/// Nodes of one tree, a bit for each.
#[derive(Clone, Debug, Default)]
pub struct NodeSet {
    words: Vec<u64>,
}

impl NodeSet {
    /// Takes a node in; whether it was not there before.
    pub fn insert(&mut self, id: NodeId) -> bool {
        let (word, bit) = place(id);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        let Some(bits) = self.words.get_mut(word) else { return false };
        let is_new = *bits & bit == 0;
        *bits |= bit;
        is_new
    }

    /// Whether a node is there.
    pub fn contains(&self, id: NodeId) -> bool {
        let (word, bit) = place(id);
        self.words.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

impl Extend<NodeId> for NodeSet {
    fn extend<T: IntoIterator<Item = NodeId>>(&mut self, nodes: T) {
        for id in nodes {
            self.insert(id);
        }
    }
}

/// The word of bits that a node has its bit in, and that bit.
pub(super) fn place(id: NodeId) -> (usize, u64) {
    (id.0 as usize / 64, 1 << (id.0 % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_there_once_it_was_taken_in() {
        let mut set = NodeSet::default();
        let nodes = [0, 63, 64, 200].map(NodeId);
        assert!(nodes.iter().all(|id| !set.contains(*id) && set.insert(*id) && set.contains(*id)));
        assert!(nodes.iter().all(|id| !set.insert(*id)));
        assert!([1, 62, 65, 199, 201, u32::MAX].iter().all(|id| !set.contains(NodeId(*id))));
    }
}
