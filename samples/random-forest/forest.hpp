#pragma once

#include "wasi_gpu.h"

#include <cstdint>
#include <vector>

/* Trees one after the other, in the form that kernel-batch-predict reads. */
struct Forest {
    std::vector<tree_node_t> nodes;
    std::vector<uint32_t> offsets; /* For each tree the number of its first node, which is its root. */

    uint32_t trees() const { return static_cast<uint32_t>(offsets.size()); }
};

/* How a forest is grown. */
struct ForestSettings {
    uint32_t trees = 200;
    uint32_t max_depth = 16;         /* Moves from the root to the deepest leaf. */
    uint32_t features_per_split = 4; /* Features drawn at each node, at most all. */
    uint32_t min_leaf = 1;           /* Samples on each side of a split; a row drawn twice counts twice. */
    uint32_t seed = 42;              /* The same seed gives the same draws. */
};
