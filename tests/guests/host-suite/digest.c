/* All kernels on data that a seed decides, and a number made of every byte of their results. */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

enum { ELEMENTS = 20000, FEATURES = 8, INDICES = 5000, THRESHOLDS = 32, ROWS = 500, TREES = 8, NODES = 15 };

/* FNV-1a. */
static uint64_t add_bytes(uint64_t digest, const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        digest = (digest ^ bytes[i]) * UINT64_C(1099511628211);
    }
    return digest;
}

static bool add_buffer(uint64_t *digest, uint32_t id, size_t size) {
    uint8_t *bytes = malloc(size);
    bool is_read = bytes != NULL && load(id, 0, bytes, size);
    *digest = is_read ? add_bytes(*digest, bytes, size) : 0;
    free(bytes);
    return is_read;
}

/* Full trees of three levels of splits, all in one array. */
static uint32_t make_nodes(uint32_t seed) {
    static tree_node_t nodes[TREES * NODES];
    for (uint32_t i = 0; i < TREES * NODES; i++) {
        uint32_t place = i % NODES;
        uint64_t bits = hash(seed, i);
        nodes[i] = (tree_node_t){.feature = place < NODES / 2 ? (uint32_t)(bits % FEATURES) : TREE_NODE_LEAF,
                                 .value = (float)(int32_t)(bits >> 32) * 0x1p-32f,
                                 .left = 2 * place + 1,
                                 .right = 2 * place + 2};
    }
    return make_from(nodes, sizeof(nodes));
}

static uint32_t make_offsets(void) {
    uint32_t offsets[TREES];
    for (uint32_t tree = 0; tree < TREES; tree++) {
        offsets[tree] = tree * NODES;
    }
    return make_from(offsets, sizeof(offsets));
}

static bool add_forest_kernels(uint64_t *digest, uint32_t seed, uint32_t values, uint32_t output) {
    uint32_t indices = make(INDICES * 4);
    uint32_t nodes = make_nodes(seed);
    uint32_t offsets = make_offsets();
    TRY_BOOL(indices != 0 && nodes != 0 && offsets != 0);
    const bootstrap_params_t draw = {.n_samples = INDICES, .seed = seed, .max_index = ELEMENTS / FEATURES};
    TRY_BOOL(succeeds(wasi_gpu_ml_kernels_kernel_bootstrap_sample(&draw, indices), "bootstrap-sample"));
    TRY_BOOL(add_buffer(digest, indices, INDICES * 4));
    const find_split_params_t split = {
        .n_samples = INDICES, .n_features = FEATURES, .feature_idx = 3, .n_thresholds = THRESHOLDS};
    TRY_BOOL(succeeds(wasi_gpu_ml_kernels_kernel_find_split(&split, values, values, indices, values, output),
                      "find-split"));
    TRY_BOOL(add_buffer(digest, output, THRESHOLDS * 4));
    const batch_predict_params_t predict = {
        .batch_size = ROWS, .n_features = FEATURES, .n_trees = TREES, .max_depth = 3};
    TRY_BOOL(succeeds(wasi_gpu_ml_kernels_kernel_batch_predict(&predict, values, nodes, offsets, output),
                      "batch-predict"));
    TRY_BOOL(add_buffer(digest, output, ROWS * 4));
    return drop(indices) && drop(nodes) && drop(offsets);
}

static bool add_array_kernels(uint64_t *digest, uint32_t values, uint32_t output) {
    const matmul_params_t product = {.m = 90, .k = 130, .n = 100, .trans_b = true, .alpha = 1, .beta = 0};
    TRY_BOOL(succeeds(wasi_gpu_ml_kernels_kernel_matmul(&product, values, values, output), "matmul"));
    TRY_BOOL(add_buffer(digest, output, 90 * 100 * 4));
    for (uint32_t op = ELEMENTWISE_OP_RELU; op <= ELEMENTWISE_OP_LOG; op++) {
        const elementwise_params_t each = {.n_elements = ELEMENTS, .op = (elementwise_op_t)op};
        uint32_t other = op == ELEMENTWISE_OP_ADD || op == ELEMENTWISE_OP_MUL ? values : 0;
        TRY_BOOL(succeeds(wasi_gpu_ml_kernels_kernel_elementwise(&each, values, other, output), "elementwise"));
        TRY_BOOL(add_buffer(digest, output, ELEMENTS * 4));
    }
    for (uint32_t op = REDUCE_OP_SUM; op <= REDUCE_OP_VARIANCE; op++) {
        const reduce_params_t all = {.n_elements = ELEMENTS, .op = (reduce_op_t)op};
        TRY_BOOL(succeeds(wasi_gpu_ml_kernels_kernel_reduce(&all, values, output), "reduce"));
        TRY_BOOL(add_buffer(digest, output, 4));
    }
    const average_params_t means = {.n_trees = FEATURES, .n_samples = ELEMENTS / FEATURES};
    TRY_BOOL(succeeds(wasi_gpu_ml_kernels_kernel_average(&means, values, output), "average"));
    return add_buffer(digest, output, ELEMENTS / FEATURES * 4);
}

bool digest_results(uint32_t seed, uint32_t rounds, uint64_t *digest) {
    *digest = UINT64_C(14695981039346656037);
    for (uint32_t round = 0; round < rounds; round++) {
        uint32_t values = make(ELEMENTS * 4);
        uint32_t output = make(ELEMENTS * 4);
        TRY_BOOL(values != 0 && output != 0 && fill(values, VALUES_UNIT, seed + round, ELEMENTS));
        TRY_BOOL(add_array_kernels(digest, values, output));
        TRY_BOOL(add_forest_kernels(digest, seed + round, values, output));
        TRY_BOOL(drop(values) && drop(output));
    }
    return true;
}
