//! A forest as the device reads it.

use wasi_gpu::TreeNode;

/// How a forest is grown.
pub struct ForestSettings {
    pub trees: u32,
    /// Moves from the root to the deepest leaf.
    pub max_depth: u32,
    /// Features drawn at each node, at most all.
    pub features_per_split: u32,
    /// Samples on each side of a split; a row drawn twice counts twice.
    pub min_leaf: u32,
    /// The same seed gives the same draws.
    pub seed: u32,
}

impl Default for ForestSettings {
    fn default() -> Self {
        ForestSettings { trees: 200, max_depth: 16, features_per_split: 4, min_leaf: 1, seed: 42 }
    }
}

/// Trees one after the other, in the form that kernel-batch-predict reads.
#[derive(Default)]
pub struct Forest {
    pub nodes: Vec<TreeNode>,
    /// For each tree the number of its first node, which is its root.
    pub offsets: Vec<u32>,
}

impl Forest {
    pub fn trees(&self) -> u32 {
        self.offsets.len() as u32
    }

    /// The saved form, which the README of the sample in C++ describes.
    pub fn to_bytes(&self, features: usize, max_depth: u32) -> Vec<u8> {
        let header = [1, features as u32, self.trees(), self.nodes.len() as u32, max_depth];
        let nodes = self.nodes.iter().flat_map(|node| [node.feature, node.value.to_bits(), node.left, node.right]);
        let words = header.into_iter().chain(self.offsets.iter().copied()).chain(nodes);
        b"WGRF".iter().copied().chain(words.flat_map(u32::to_le_bytes)).collect()
    }
}
