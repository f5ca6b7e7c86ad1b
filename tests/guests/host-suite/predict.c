/* batch-predict: forests that are sound, and node arrays that are not. */
#include <string.h>

#include "suite.h"

typedef struct {
    uint32_t n_features;
    uint32_t n_trees;
    uint32_t max_depth;
    uint32_t node_count;
    tree_node_t *nodes;
    uint32_t *offsets;
} forest_t;

static tree_node_t leaf(float value) {
    return (tree_node_t){.feature = TREE_NODE_LEAF, .value = value, .left = 0, .right = 0};
}

static tree_node_t split(uint32_t feature, float threshold, uint32_t left, uint32_t right) {
    return (tree_node_t){.feature = feature, .value = threshold, .left = left, .right = right};
}

/* Grows a subtree in place and answers its number in the tree. Below the root, some branches end early. */
static uint32_t grow(tree_node_t *tree, uint32_t *count, uint32_t n_features, uint32_t depth, uint32_t seed) {
    uint32_t number = (*count)++;
    uint64_t bits = hash(seed, number);
    if (depth == 0 || (number > 0 && bits % 9 == 0)) {
        tree[number] = leaf((float)(int32_t)(bits >> 32) * 0x1p-28f);
        return number;
    }
    float threshold = (float)(int32_t)(bits >> 32) * 0x1p-32f;
    uint32_t left = grow(tree, count, n_features, depth - 1, seed);
    uint32_t right = grow(tree, count, n_features, depth - 1, seed);
    tree[number] = split((uint32_t)(bits >> 8) % n_features, threshold, left, right);
    return number;
}

static forest_t random_forest(uint32_t n_features, uint32_t n_trees, uint32_t depth, uint32_t seed) {
    size_t most = ((size_t)2 << depth) * n_trees + 3;
    forest_t forest = {.n_features = n_features,
                       .n_trees = n_trees,
                       .max_depth = depth,
                       .node_count = 3,
                       .nodes = memory(most * sizeof(tree_node_t)),
                       .offsets = memory(n_trees * sizeof(uint32_t))};
    /* The first nodes belong to no tree, and the trees lie in the array in reverse. */
    for (uint32_t tree = n_trees; tree-- > 0;) {
        uint32_t count = 0;
        forest.offsets[tree] = forest.node_count;
        grow(forest.nodes + forest.node_count, &count, n_features, depth, seed * 1000 + tree);
        forest.node_count += count;
    }
    return forest;
}

/* The leaf that a row reaches, or NaN. */
static double walk(const forest_t *f, const float *row, uint32_t offset) {
    uint64_t at = offset;
    for (uint32_t moves = 0;; moves++) {
        if (at >= f->node_count) {
            return NAN;
        }
        tree_node_t node = f->nodes[at];
        if (node.feature == TREE_NODE_LEAF) {
            return (double)node.value;
        }
        if (node.feature >= f->n_features || moves == f->max_depth || moves > f->node_count) {
            return NAN;
        }
        at = (uint64_t)offset + (row[node.feature] <= node.value ? node.left : node.right);
    }
}

static bool are_predictions(const forest_t *f, const float *samples, uint32_t batch_size, const float *got) {
    for (uint32_t row = 0; row < batch_size; row++) {
        double sum = 0;
        double sum_of_sizes = 0;
        for (uint32_t tree = 0; tree < f->n_trees; tree++) {
            double value = walk(f, samples + (size_t)row * f->n_features, f->offsets[tree]);
            sum += value;
            sum_of_sizes += fabs(value);
        }
        double expected = sum / f->n_trees;
        TRY_BOOL(expect(is_within(got[row], expected, 1e-6 * sum_of_sizes / f->n_trees),
                        "%" PRIu32 " trees, depth %" PRIu32 ", row %" PRIu32 " of %" PRIu32
                        ": expected %.9g, got %.9g",
                        f->n_trees, f->max_depth, row, batch_size, expected, (double)got[row]));
    }
    return true;
}

typedef struct {
    uint32_t samples;
    uint32_t nodes;
    uint32_t offsets;
    uint32_t output;
} ids_t;

static uint32_t make_array(const void *array, size_t size) {
    return size == 0 ? make(1) : make_from(array, size);
}

static bool make_buffers(const forest_t *f, const float *samples, uint32_t batch_size, ids_t *ids) {
    ids->samples = make_array(samples, (size_t)batch_size * f->n_features * sizeof(float));
    ids->nodes = make_array(f->nodes, f->node_count * sizeof(tree_node_t));
    ids->offsets = make_array(f->offsets, f->n_trees * sizeof(uint32_t));
    ids->output = make(batch_size == 0 ? 1 : (uint64_t)batch_size * sizeof(float));
    return ids->samples != 0 && ids->nodes != 0 && ids->offsets != 0 && ids->output != 0;
}

static int32_t predict(const forest_t *f, uint32_t batch_size, const ids_t *ids) {
    const batch_predict_params_t params = {.batch_size = batch_size,
                                           .n_features = f->n_features,
                                           .n_trees = f->n_trees,
                                           .max_depth = f->max_depth};
    return wasi_gpu_ml_kernels_kernel_batch_predict(&params, ids->samples, ids->nodes, ids->offsets,
                                                    ids->output);
}

/* Predicts with buffers as they are and compares with the forest in guest memory. */
static bool predicts(const forest_t *f, const float *samples, uint32_t batch_size, const ids_t *ids) {
    float *got = memory(batch_size * sizeof(float));
    TRY_BOOL(paint(ids->output, 0, 0x5A, batch_size * sizeof(float)));
    TRY_BOOL(succeeds(predict(f, batch_size, ids), "batch-predict"));
    TRY_BOOL(load(ids->output, 0, got, batch_size * sizeof(float)));
    return are_predictions(f, samples, batch_size, got);
}

static bool agrees(const forest_t *f, const float *samples, uint32_t batch_size) {
    ids_t ids;
    TRY_BOOL(make_buffers(f, samples, batch_size, &ids));
    TRY_BOOL(predicts(f, samples, batch_size, &ids));
    /* Again: a form that was prepared at the first call must do the same. */
    TRY_BOOL(predicts(f, samples, batch_size, &ids));
    return drop(ids.samples) && drop(ids.nodes) && drop(ids.offsets) && drop(ids.output);
}

static float *random_samples(uint32_t batch_size, uint32_t n_features, uint32_t seed) {
    size_t count = (size_t)batch_size * n_features;
    float *samples = memory(count * sizeof(float));
    for (size_t i = 0; i < count; i++) {
        samples[i] = value_at(VALUES_UNIT, seed, i);
    }
    return samples;
}

static void shapes(uint32_t unused) {
    (void)unused;
    static const uint32_t batches[] = {1, 2, 3, 15, 16, 17, 31, 33, 64, 65, 255, 257, 1000};
    static const uint32_t forests[][3] = {{1, 1, 0},  {1, 1, 1},   {2, 3, 2},
                                          {5, 10, 4}, {10, 33, 6}, {28, 100, 5}};
    for (size_t f = 0; f < COUNT_OF(forests); f++) {
        forest_t forest = random_forest(forests[f][0], forests[f][1], forests[f][2], (uint32_t)f + 1);
        for (size_t b = 0; b < COUNT_OF(batches); b++) {
            TRY(agrees(&forest, random_samples(batches[b], forest.n_features, 2), batches[b]));
        }
    }
}

static void large(uint32_t unused) {
    (void)unused;
    forest_t forest = random_forest(28, 100, is_small ? 6 : 10, 7);
    uint32_t batch_size = is_small ? 2001 : 20011;
    TRY(agrees(&forest, random_samples(batch_size, 28, 3), batch_size));
    forest = random_forest(3, 5, 3, 8);
    (void)agrees(&forest, random_samples(is_small ? 70001 : 1000003, 3, 4), is_small ? 70001 : 1000003);
}

static void many_trees(uint32_t unused) {
    (void)unused;
    forest_t forest = random_forest(4, 2000, 3, 9);
    TRY(agrees(&forest, random_samples(50, 4, 5), 50));
    /* More trees than nodes: they share roots. */
    forest.n_trees = 70001;
    uint32_t *offsets = memory(forest.n_trees * sizeof(uint32_t));
    for (uint32_t tree = 0; tree < forest.n_trees; tree++) {
        offsets[tree] = forest.offsets[tree % 2000];
    }
    forest.offsets = offsets;
    (void)agrees(&forest, random_samples(5, 4, 6), 5);
}

static void many_features(uint32_t unused) {
    (void)unused;
    forest_t forest = random_forest(5003, 20, 6, 10);
    (void)agrees(&forest, random_samples(33, 5003, 7), 33);
}

static void special_samples(uint32_t unused) {
    (void)unused;
    static const float specials[] = {NAN, INFINITY, -INFINITY, 0.0f, -0.0f};
    forest_t forest = random_forest(6, 40, 6, 11);
    float *samples = random_samples(500, 6, 8);
    for (size_t i = 0; i < 3000; i += 2) {
        samples[i] = specials[i / 2 % COUNT_OF(specials)];
    }
    (void)agrees(&forest, samples, 500);
}

/* Thresholds equal to values, NaN, infinite, and zeros of either sign. */
static void special_thresholds(uint32_t unused) {
    (void)unused;
    static const float values[] = {NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 0.5f, -0.5f};
    enum { COUNT = COUNT_OF(values) };
    tree_node_t nodes[COUNT * 3];
    uint32_t offsets[COUNT];
    float samples[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        nodes[i * 3] = split(0, values[i], 1, 2);
        nodes[i * 3 + 1] = leaf((float)(1 << i));
        nodes[i * 3 + 2] = leaf(0);
        offsets[i] = i * 3;
        samples[i] = values[i];
    }
    forest_t forest = {1, COUNT, 1, COUNT * 3, nodes, offsets};
    (void)agrees(&forest, samples, COUNT);
}

static void special_leaves(uint32_t unused) {
    (void)unused;
    tree_node_t nodes[] = {leaf(NAN), leaf(INFINITY), leaf(-INFINITY), leaf(1), leaf(-0.0f)};
    float sample = 0;
    for (uint32_t first = 0; first < 5; first++) {
        for (uint32_t second = 0; second < 5; second++) {
            uint32_t offsets[] = {first, second};
            forest_t forest = {1, 2, 3, 5, nodes, offsets};
            TRY(agrees(&forest, &sample, 1));
        }
    }
}

/* A leaf at exactly max-depth moves counts, one move further does not. */
static void depth_limits(uint32_t unused) {
    (void)unused;
    enum { LENGTH = 40 };
    tree_node_t nodes[LENGTH + 1];
    for (uint32_t i = 0; i < LENGTH; i++) {
        /* Row x leaves the chain at node x, to a leaf one move on. */
        nodes[i] = split(0, (float)i, LENGTH, i + 1);
    }
    nodes[LENGTH - 1].right = LENGTH;
    nodes[LENGTH] = leaf(7);
    float samples[LENGTH + 2];
    for (int i = 0; i < LENGTH + 2; i++) {
        samples[i] = (float)i;
    }
    uint32_t offset = 0;
    for (uint32_t max_depth = 0; max_depth <= LENGTH + 1; max_depth++) {
        forest_t forest = {1, 1, max_depth, LENGTH + 1, nodes, &offset};
        TRY(agrees(&forest, samples, LENGTH + 2));
    }
    forest_t forest = {1, 1, UINT32_MAX, LENGTH + 1, nodes, &offset};
    (void)agrees(&forest, samples, LENGTH + 2);
}

/* The same walk with a forest that mixes depths, cut at each depth: whole rows turn NaN. */
static void cut_forest(uint32_t unused) {
    (void)unused;
    forest_t forest = random_forest(3, 4, 6, 12);
    float *samples = random_samples(200, 3, 9);
    for (forest.max_depth = 0; forest.max_depth <= 7; forest.max_depth++) {
        TRY(agrees(&forest, samples, 200));
    }
}

static void deep_chain(uint32_t unused) {
    (void)unused;
    const uint32_t length = 20011;
    tree_node_t *nodes = memory((length + 1) * sizeof(tree_node_t));
    for (uint32_t i = 0; i < length; i++) {
        nodes[i] = split(0, -1, length, i + 1);
    }
    nodes[length] = leaf(-3.5f);
    float samples[] = {0, -2, NAN};
    uint32_t offset = 0;
    forest_t forest = {1, 1, length, length + 1, nodes, &offset};
    TRY(agrees(&forest, samples, 3));
    forest.max_depth = length - 1;
    TRY(agrees(&forest, samples, 3));
    forest.max_depth = UINT32_MAX;
    (void)agrees(&forest, samples, 3);
}

/* Walks that never end by themselves. Rows that do not enter the cycle keep their value. */
static void cycles(uint32_t max_depth) {
    static const float samples[] = {-1, 0.25f, 1, NAN};
    tree_node_t self[] = {split(0, 0, 0, 1), leaf(2)};
    tree_node_t pair[] = {split(0, 0, 1, 2), split(0, 1e9f, 0, 2), leaf(3)};
    tree_node_t far[] = {split(0, 0, 3, 4), leaf(9), leaf(8), split(0, 0, 5, 4), leaf(5), split(0, 0, 3, 3)};
    uint32_t offsets[] = {0, 0, 0};
    const struct {
        tree_node_t *nodes;
        uint32_t count;
    } graphs[] = {{self, 2}, {pair, 3}, {far, 6}};
    for (size_t g = 0; g < COUNT_OF(graphs); g++) {
        for (uint32_t trees = 1; trees <= 3; trees++) {
            forest_t forest = {1, trees, max_depth, graphs[g].count, graphs[g].nodes, offsets};
            TRY(agrees(&forest, samples, COUNT_OF(samples)));
        }
    }

    /* A ring of many nodes, and many rows in it. */
    const uint32_t length = 997;
    tree_node_t *ring = memory(length * sizeof(tree_node_t));
    for (uint32_t i = 0; i < length; i++) {
        ring[i] = split(0, 0, (i + 1) % length, (i + 2) % length);
    }
    float *rows = random_samples(300, 1, 10);
    forest_t forest = {1, 1, max_depth, length, ring, offsets};
    (void)agrees(&forest, rows, 300);
}

/* One sound tree and one whose left child, offset or feature leads away. */
static bool with_bad_node(tree_node_t bad, uint32_t offset) {
    tree_node_t nodes[] = {split(0, 0, 1, 2), leaf(1), leaf(2), bad, leaf(10), leaf(20)};
    uint32_t offsets[] = {0, offset};
    static const float samples[] = {-1, 1, 0, NAN, -5, 3};
    forest_t forest = {1, 2, 5, 6, nodes, offsets};
    return agrees(&forest, samples, COUNT_OF(samples));
}

static void wild_children(uint32_t unused) {
    (void)unused;
    /* From the tree at node 3, child 3 is the first past the end; 0xFFFFFFFD would wrap around to node 0. */
    static const uint32_t children[] = {3,          4,          6,          1000,
                                        0x0FFFFFFF, 0x10000000, 0x7FFFFFFF, 0x80000000,
                                        0xFFFFFFFC, 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFF};
    for (size_t i = 0; i < COUNT_OF(children); i++) {
        TRY(with_bad_node(split(0, 0, children[i], 1), 3));
        TRY(with_bad_node(split(0, 0, 2, children[i]), 3));
        TRY(with_bad_node(split(0, 0, children[i], children[i]), 3));
    }
    /* Children of a leaf mean nothing. */
    tree_node_t odd_leaf = leaf(4);
    odd_leaf.left = UINT32_MAX;
    odd_leaf.right = 77;
    (void)with_bad_node(odd_leaf, 3);
}

static void wild_offsets(uint32_t unused) {
    (void)unused;
    static const uint32_t offsets[] = {5,          6,          7,          1000,       0x0FFFFFFF, 0x10000000,
                                       0x10000003, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};
    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        TRY(with_bad_node(split(0, 0, 1, 2), offsets[i]));
    }
    /* Offsets may point into the middle of another tree. */
    (void)with_bad_node(split(0, 0, 1, 2), 4);
}

static void wild_features(uint32_t unused) {
    (void)unused;
    static const uint32_t features[] = {1,          2,          1000,       0x3FFFFFFF,
                                        0x40000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE};
    for (size_t i = 0; i < COUNT_OF(features); i++) {
        TRY(with_bad_node(split(features[i], 0, 1, 2), 3));
        /* Reached by some rows only. */
        tree_node_t nodes[] = {split(0, 0, 1, 2), leaf(1), split(features[i], 0, 1, 1)};
        uint32_t offset = 0;
        static const float samples[] = {-1, 1, 0, NAN};
        forest_t forest = {1, 1, 5, 3, nodes, &offset};
        TRY(agrees(&forest, samples, 4));
    }
}

/* Without features, roots that are leaves still count. */
static void no_features(uint32_t unused) {
    (void)unused;
    tree_node_t nodes[] = {leaf(2), split(0, 0, 1, 1), leaf(4)};
    uint32_t offsets[] = {0, 2};
    forest_t forest = {0, 2, 5, 3, nodes, offsets};
    TRY(agrees(&forest, NULL, 3));
    offsets[1] = 1;
    (void)agrees(&forest, NULL, 3);
}

/* The bytes after the last whole node are no node. */
static void partial_last_node(uint32_t unused) {
    (void)unused;
    tree_node_t nodes[] = {split(0, 0, 1, 2), leaf(1), leaf(2)};
    uint32_t offset = 0;
    static const float samples[] = {-1, 1};
    for (uint32_t size = 1; size <= 48; size++) {
        forest_t forest = {1, 1, 3, size / 16, nodes, &offset};
        ids_t ids;
        TRY(make_buffers(&forest, samples, 2, &ids));
        ids.nodes = make_from(nodes, size);
        TRY(ids.nodes != 0 && predicts(&forest, samples, 2, &ids));
    }
}

/* Nodes and offsets full of noise: always an end, never memory outside the buffers. */
static void noise(uint32_t unused) {
    (void)unused;
    enum { NODES = 300, TREES = 7, ROWS = 100, FEATURES = 4 };
    tree_node_t *nodes = memory(NODES * sizeof(tree_node_t));
    uint32_t *offsets = memory(TREES * sizeof(uint32_t));
    float *samples = random_samples(ROWS, FEATURES, 11);
    for (uint32_t round = 0; round < 30; round++) {
        for (uint32_t i = 0; i < NODES; i++) {
            uint64_t bits = hash(round, i);
            uint64_t more = hash(round + 100, i);
            /* Mostly plausible, so that walks go far; in every third round, anything at all. */
            bool is_wild = round % 3 == 0 || bits % 40 == 0;
            nodes[i].feature = bits % 5 == 0 ? TREE_NODE_LEAF
                               : is_wild     ? (uint32_t)(bits >> 32) % 9
                                             : bits >> 8 & 3;
            nodes[i].value = value_at(VALUES_UNIT, round, i);
            nodes[i].left = is_wild ? (uint32_t)more : (uint32_t)(more % NODES);
            nodes[i].right = is_wild ? (uint32_t)(more >> 32) % (2 * NODES) : (uint32_t)(more >> 32) % NODES;
        }
        for (uint32_t t = 0; t < TREES; t++) {
            uint64_t bits = hash(round + 200, t);
            offsets[t] = bits % 8 == 0 ? (uint32_t)(bits >> 32) : (uint32_t)(bits >> 32) % (NODES / 2);
        }
        forest_t forest = {FEATURES, round % TREES + 1, round % 2 == 0 ? 12 : UINT32_MAX, NODES, nodes,
                           offsets};
        TRY(agrees(&forest, samples, ROWS));
    }
}

/* A row's prediction has the same bits in a batch of any size, at any place. */
static void batch_sizes(uint32_t depth) {
    enum { ROWS = 613, FEATURES = 7 };
    forest_t forest = random_forest(FEATURES, 83, depth, 13);
    float *samples = random_samples(ROWS, FEATURES, 12);
    float whole[ROWS];
    float part[ROWS];
    ids_t ids;
    TRY(make_buffers(&forest, samples, ROWS, &ids));
    TRY(succeeds(predict(&forest, ROWS, &ids), "batch-predict") && load(ids.output, 0, whole, sizeof(whole)));
    static const uint32_t sizes[] = {1, 2, 7, 16, 31, 64, 100, 256, 511};
    for (size_t s = 0; s < COUNT_OF(sizes); s++) {
        /* For the small sizes, the first rows are enough. */
        for (uint32_t start = 0; start + sizes[s] <= ROWS && start < 40 * sizes[s]; start += sizes[s]) {
            TRY(store(ids.samples, 0, samples + start * FEATURES, sizes[s] * FEATURES * sizeof(float)));
            TRY(succeeds(predict(&forest, sizes[s], &ids), "batch-predict"));
            TRY(load(ids.output, 0, part, sizes[s] * sizeof(float)));
            TRY(same_bytes(part, whole + start, sizes[s] * sizeof(float),
                           "rows predicted in a smaller batch"));
        }
    }
}

/* A forest of one tree that every kind of write can change: node 0 splits at -3, and row -1 goes right. */
typedef struct {
    tree_node_t nodes[3];
    uint32_t offsets[1];
    float samples[2];
    forest_t forest;
    ids_t ids;
} changing_t;

static bool start_changing(changing_t *c) {
    c->nodes[0] = split(0, -3, 1, 2);
    c->nodes[1] = leaf(100);
    c->nodes[2] = leaf(200);
    c->offsets[0] = 0;
    c->samples[0] = -1;
    c->samples[1] = 1;
    c->forest = (forest_t){1, 1, 3, 3, c->nodes, c->offsets};
    return make_buffers(&c->forest, c->samples, 2, &c->ids) && predicts(&c->forest, c->samples, 2, &c->ids) &&
           predicts(&c->forest, c->samples, 2, &c->ids);
}

/* Expects that the next prediction goes by node 0 as it now is on the device, with another threshold. The
 * feature is read back because a kernel may have written it as -0.0f, which is no feature of the forest. */
static bool sees_threshold(changing_t *c, float threshold) {
    TRY_BOOL(load(c->ids.nodes, 0, &c->nodes[0], sizeof(c->nodes[0])));
    TRY_BOOL(expect(c->nodes[0].value == threshold, "threshold on the device: expected %g, got %g",
                    (double)threshold, (double)c->nodes[0].value));
    return predicts(&c->forest, c->samples, 2, &c->ids);
}

static void changed_by_write(uint32_t unused) {
    (void)unused;
    changing_t c;
    TRY(start_changing(&c));
    float threshold = 0;
    TRY(store(c.ids.nodes, 4, &threshold, 4) && sees_threshold(&c, 0));
    tree_node_t other = leaf(-7);
    TRY(store(c.ids.nodes, 16, &other, sizeof(other)));
    c.nodes[1] = other;
    TRY(predicts(&c.forest, c.samples, 2, &c.ids));
    /* The offsets too: the tree now starts at node 2. */
    c.offsets[0] = 2;
    TRY(store(c.ids.offsets, 0, c.offsets, 4));
    (void)predicts(&c.forest, c.samples, 2, &c.ids);
}

static void changed_by_copy(uint32_t unused) {
    (void)unused;
    changing_t c;
    TRY(start_changing(&c));
    float threshold = 0.5f;
    uint32_t source = make_from(&threshold, 4);
    TRY(source != 0);
    TRY(succeeds(wasi_gpu_compute_buffer_copy(source, 0, c.ids.nodes, 4, 4), "copy"));
    TRY(sees_threshold(&c, 0.5f));
    /* Within the nodes: node 2 becomes a copy of node 1. */
    TRY(succeeds(wasi_gpu_compute_buffer_copy(c.ids.nodes, 16, c.ids.nodes, 32, 16), "copy"));
    c.nodes[2] = c.nodes[1];
    TRY(predicts(&c.forest, c.samples, 2, &c.ids));
    uint32_t offset = 2;
    uint32_t offsets = make_from(&offset, 4);
    TRY(offsets != 0 && succeeds(wasi_gpu_compute_buffer_copy(offsets, 0, c.ids.offsets, 0, 4), "copy"));
    c.offsets[0] = 2;
    (void)predicts(&c.forest, c.samples, 2, &c.ids);
}

/* Feature 0 has the bits of 0.0f, so a kernel that writes floats can write the start of node 0. */
static void changed_by_elementwise(uint32_t unused) {
    (void)unused;
    changing_t c;
    TRY(start_changing(&c));
    const elementwise_params_t relu = {.n_elements = 2, .op = ELEMENTWISE_OP_RELU};
    TRY(succeeds(wasi_gpu_ml_kernels_kernel_elementwise(&relu, c.ids.nodes, 0, c.ids.nodes), "relu"));
    (void)sees_threshold(&c, 0);
}

static void changed_by_average(uint32_t unused) {
    (void)unused;
    changing_t c;
    TRY(start_changing(&c));
    const float rows[] = {0, 2.5f};
    uint32_t input = make_from(rows, sizeof(rows));
    const average_params_t params = {.n_trees = 1, .n_samples = 2};
    TRY(input != 0 && succeeds(wasi_gpu_ml_kernels_kernel_average(&params, input, c.ids.nodes), "average"));
    (void)sees_threshold(&c, 2.5f);
}

static void changed_by_matmul(uint32_t unused) {
    (void)unused;
    changing_t c;
    TRY(start_changing(&c));
    const float one = 1;
    const float row[] = {0, 1.5f};
    uint32_t a = make_from(&one, sizeof(one));
    uint32_t b = make_from(row, sizeof(row));
    const matmul_params_t params = {.m = 1, .k = 1, .n = 2, .alpha = 1, .beta = 0};
    TRY(a != 0 && b != 0 &&
        succeeds(wasi_gpu_ml_kernels_kernel_matmul(&params, a, b, c.ids.nodes), "matmul"));
    (void)sees_threshold(&c, 1.5f);
}

static void changed_by_bootstrap(uint32_t unused) {
    (void)unused;
    changing_t c;
    TRY(start_changing(&c));
    /* Below 1 there is only 0: node 0 becomes a split at 0 with itself on both sides. */
    const bootstrap_params_t nodes = {.n_samples = 4, .seed = 1, .max_index = 1};
    TRY(succeeds(wasi_gpu_ml_kernels_kernel_bootstrap_sample(&nodes, c.ids.nodes), "bootstrap-sample"));
    c.nodes[0] = split(0, 0, 0, 0);
    TRY(predicts(&c.forest, c.samples, 2, &c.ids));

    changing_t other;
    TRY(start_changing(&other));
    other.offsets[0] = 1;
    TRY(store(other.ids.offsets, 0, other.offsets, 4) &&
        predicts(&other.forest, other.samples, 2, &other.ids));
    const bootstrap_params_t offsets = {.n_samples = 1, .seed = 1, .max_index = 1};
    TRY(succeeds(wasi_gpu_ml_kernels_kernel_bootstrap_sample(&offsets, other.ids.offsets),
                 "bootstrap-sample"));
    other.offsets[0] = 0;
    (void)predicts(&other.forest, other.samples, 2, &other.ids);
}

static void changed_by_reduce_and_find_split(uint32_t unused) {
    (void)unused;
    /* A reduction to 0 turns node 0's feature from 1 to 0. */
    tree_node_t nodes[] = {split(1, 0, 1, 2), leaf(100), leaf(200)};
    uint32_t offset = 0;
    const float samples[] = {-1, 1, 1, -1};
    forest_t forest = {2, 1, 3, 3, nodes, &offset};
    ids_t ids;
    TRY(make_buffers(&forest, samples, 2, &ids) && predicts(&forest, samples, 2, &ids));
    uint32_t zeros = make(16);
    const reduce_params_t sum = {.n_elements = 4, .op = REDUCE_OP_SUM};
    TRY(zeros != 0 && succeeds(wasi_gpu_ml_kernels_kernel_reduce(&sum, zeros, ids.nodes), "reduce"));
    TRY(load(ids.nodes, 0, nodes, sizeof(nodes[0])) && predicts(&forest, samples, 2, &ids));

    /* Two scores over the start of node 0: 0 for equal labels on both sides, and +infinity. */
    const float data[] = {1, 2};
    const float labels[] = {5, 5};
    const uint32_t indices[] = {0, 1};
    const float thresholds[] = {1, 9};
    uint32_t inputs[] = {make_from(data, 8), make_from(labels, 8), make_from(indices, 8),
                         make_from(thresholds, 8)};
    TRY(inputs[0] != 0 && inputs[1] != 0 && inputs[2] != 0 && inputs[3] != 0);
    const find_split_params_t params = {.n_samples = 2, .n_features = 1, .feature_idx = 0, .n_thresholds = 2};
    TRY(succeeds(
        wasi_gpu_ml_kernels_kernel_find_split(&params, inputs[0], inputs[1], inputs[2], inputs[3], ids.nodes),
        "find-split"));
    TRY(load(ids.nodes, 0, nodes, sizeof(nodes[0])));
    TRY(expect(nodes[0].value == INFINITY, "score on the device: expected inf, got %g",
               (double)nodes[0].value));
    (void)predicts(&forest, samples, 2, &ids);
}

/* The predictions of one forest written over the start of another's nodes. */
static void changed_by_prediction(uint32_t unused) {
    (void)unused;
    changing_t c;
    TRY(start_changing(&c));
    tree_node_t nodes[] = {split(0, 0, 1, 2), leaf(0), leaf(3.5f)};
    uint32_t offset = 0;
    forest_t writer = {1, 1, 2, 3, nodes, &offset};
    ids_t ids;
    TRY(make_buffers(&writer, c.samples, 2, &ids));
    ids.output = c.ids.nodes;
    TRY(succeeds(predict(&writer, 2, &ids), "batch-predict"));
    (void)sees_threshold(&c, 3.5f);
}

/* A new forest in buffers of the same sizes as one that was destroyed. */
static void replaced(uint32_t unused) {
    (void)unused;
    for (uint32_t round = 0; round < 10; round++) {
        changing_t c;
        TRY(start_changing(&c));
        TRY(sees_threshold(&c, -3));
        c.nodes[2].value = (float)round;
        TRY(store(c.ids.nodes, 32, &c.nodes[2], 16) && predicts(&c.forest, c.samples, 2, &c.ids));
        TRY(drop(c.ids.samples) && drop(c.ids.nodes) && drop(c.ids.offsets) && drop(c.ids.output));
    }
}

/* The same nodes with other shapes: what was prepared for one call does not fit the next. */
static void other_parameters(uint32_t unused) {
    (void)unused;
    forest_t forest = random_forest(4, 8, 4, 14);
    float *samples = random_samples(60, 4, 13);
    ids_t ids;
    TRY(make_buffers(&forest, samples, 60, &ids));
    for (int round = 0; round < 2; round++) {
        TRY(predicts(&forest, samples, 60, &ids));
        forest_t fewer = forest;
        fewer.n_trees = 3;
        TRY(predicts(&fewer, samples, 60, &ids));
        forest_t shallow = forest;
        shallow.max_depth = 2;
        TRY(predicts(&shallow, samples, 60, &ids));
        forest_t narrow = forest;
        narrow.n_features = 2;
        TRY(predicts(&narrow, samples, 60, &ids));
    }
}

/* The output over each input in turn: the result is as if all inputs were read first. */
static void aliases(uint32_t which) {
    enum { ROWS = 300 };
    forest_t forest = random_forest(1, ROWS, 2, 15);
    float *samples = random_samples(ROWS, 1, 14);
    float got[ROWS];
    ids_t ids;
    TRY(make_buffers(&forest, samples, ROWS, &ids));
    const uint32_t inputs[] = {ids.samples, ids.nodes, ids.offsets};
    ids.output = inputs[which];
    TRY(succeeds(predict(&forest, ROWS, &ids), "batch-predict over an input"));
    TRY(load(ids.output, 0, got, sizeof(got)));
    (void)are_predictions(&forest, samples, ROWS, got);
}

static void repeats(uint32_t unused) {
    (void)unused;
    enum { ROWS = 999 };
    forest_t forest = random_forest(9, 70, 7, 16);
    float *samples = random_samples(ROWS, 9, 15);
    uint8_t first[ROWS * 4];
    ids_t ids;
    TRY(make_buffers(&forest, samples, ROWS, &ids));
    for (int round = 0; round < 5; round++) {
        TRY(paint(ids.output, 0, 0xFF, sizeof(first)));
        TRY(succeeds(predict(&forest, ROWS, &ids), "batch-predict"));
        TRY(round > 0 ? holds(ids.output, 0, first, sizeof(first), "the same call again")
                      : load(ids.output, 0, first, sizeof(first)));
    }
}

const test_case_t predict_cases[] = {
    {"batch-predict.shapes", shapes, 0},
    {"batch-predict.large", large, 0},
    {"batch-predict.many-trees", many_trees, 0},
    {"batch-predict.many-features", many_features, 0},
    {"batch-predict.special-samples", special_samples, 0},
    {"batch-predict.special-thresholds", special_thresholds, 0},
    {"batch-predict.special-leaves", special_leaves, 0},
    {"batch-predict.depth-limits", depth_limits, 0},
    {"batch-predict.cut-forest", cut_forest, 0},
    {"batch-predict.deep-chain", deep_chain, 0},
    {"batch-predict.cycles.depth-10", cycles, 10},
    {"batch-predict.cycles.depth-100000", cycles, 100000},
    {"batch-predict.cycles.depth-4294967295", cycles, 0xFFFFFFFF},
    {"batch-predict.wild-children", wild_children, 0},
    {"batch-predict.wild-offsets", wild_offsets, 0},
    {"batch-predict.wild-features", wild_features, 0},
    {"batch-predict.no-features", no_features, 0},
    {"batch-predict.partial-last-node", partial_last_node, 0},
    {"batch-predict.noise", noise, 0},
    {"batch-predict.batch-sizes.depth-2", batch_sizes, 2},
    {"batch-predict.batch-sizes.depth-8", batch_sizes, 8},
    {"batch-predict.changed-by.write", changed_by_write, 0},
    {"batch-predict.changed-by.copy", changed_by_copy, 0},
    {"batch-predict.changed-by.elementwise", changed_by_elementwise, 0},
    {"batch-predict.changed-by.average", changed_by_average, 0},
    {"batch-predict.changed-by.matmul", changed_by_matmul, 0},
    {"batch-predict.changed-by.bootstrap-sample", changed_by_bootstrap, 0},
    {"batch-predict.changed-by.reduce-and-find-split", changed_by_reduce_and_find_split, 0},
    {"batch-predict.changed-by.batch-predict", changed_by_prediction, 0},
    {"batch-predict.replaced-forest", replaced, 0},
    {"batch-predict.other-parameters", other_parameters, 0},
    {"batch-predict.aliases.samples", aliases, 0},
    {"batch-predict.aliases.tree-nodes", aliases, 1},
    {"batch-predict.aliases.tree-offsets", aliases, 2},
    {"batch-predict.same-bits", repeats, 0},
    {NULL, NULL, 0},
};
