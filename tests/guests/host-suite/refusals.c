/* What every kernel refuses in the same way: unknown ids, buffers too small, shapes that would wrap around.
 */
#include <string.h>

#include "suite.h"

enum { MAX_BUFFERS = 5 };

typedef struct {
    const char *name;     /* As the interface spells it; messages must use it. */
    uint32_t size;        /* Bytes that the small call below needs. */
    bool may_be_any_size; /* The contract gives this buffer no least size. */
    bool is_output;
} buffer_rule_t;

/* One kernel with small valid parameters, and with parameters that are refused whatever the buffers are. */
typedef struct {
    const char *name;
    int32_t (*call)(const uint32_t *ids);
    int32_t (*call_refused)(const uint32_t *ids); /* Null: no parameter of this kernel is wrong by itself. */
    int32_t (*call_empty)(const uint32_t *ids); /* A batch of nothing. Null: refused, or writes something. */
    int32_t (*call_huge)(
        const uint32_t *ids); /* Shapes that need more than 2^64 bytes, or 2^32, somewhere. */
    buffer_rule_t buffers[MAX_BUFFERS];
} kernel_t;

static int32_t bootstrap(uint32_t n_samples, uint32_t max_index, const uint32_t *ids) {
    const bootstrap_params_t params = {.n_samples = n_samples, .seed = 42, .max_index = max_index};
    return wasi_gpu_ml_kernels_kernel_bootstrap_sample(&params, ids[0]);
}

static int32_t bootstrap_small(const uint32_t *ids) { return bootstrap(5, 442, ids); }

static int32_t bootstrap_refused(const uint32_t *ids) { return bootstrap(5, 0, ids); }

static int32_t bootstrap_empty(const uint32_t *ids) { return bootstrap(0, 442, ids); }

/* 4 * (2^30 + 1) is 4 in 32 bits. */
static int32_t bootstrap_huge(const uint32_t *ids) { return bootstrap((UINT32_C(1) << 30) + 1, 442, ids); }

static int32_t find_split(uint32_t n_samples, uint32_t feature_idx, uint32_t n_thresholds,
                          const uint32_t *ids) {
    const find_split_params_t params = {
        .n_samples = n_samples, .n_features = 2, .feature_idx = feature_idx, .n_thresholds = n_thresholds};
    return wasi_gpu_ml_kernels_kernel_find_split(&params, ids[0], ids[1], ids[2], ids[3], ids[4]);
}

static int32_t find_split_small(const uint32_t *ids) { return find_split(4, 1, 3, ids); }

static int32_t find_split_refused(const uint32_t *ids) { return find_split(4, 2, 3, ids); }

static int32_t find_split_empty(const uint32_t *ids) { return find_split(4, 1, 0, ids); }

static int32_t find_split_huge(const uint32_t *ids) { return find_split((UINT32_C(1) << 30) + 1, 1, 3, ids); }

static int32_t average(uint32_t n_trees, uint32_t n_samples, const uint32_t *ids) {
    const average_params_t params = {.n_trees = n_trees, .n_samples = n_samples};
    return wasi_gpu_ml_kernels_kernel_average(&params, ids[0], ids[1]);
}

static int32_t average_small(const uint32_t *ids) { return average(3, 5, ids); }

static int32_t average_empty(const uint32_t *ids) { return average(3, 0, ids); }

/* 4 * 2^31 * 2^31 bytes are 2^64, which is 0 in 64 bits. */
static int32_t average_huge(const uint32_t *ids) {
    return average(UINT32_C(1) << 31, UINT32_C(1) << 31, ids);
}

static int32_t matmul(uint32_t m, uint32_t k, uint32_t n, const uint32_t *ids) {
    const matmul_params_t params = {.m = m, .k = k, .n = n, .alpha = 1, .beta = 0};
    return wasi_gpu_ml_kernels_kernel_matmul(&params, ids[0], ids[1], ids[2]);
}

static int32_t matmul_small(const uint32_t *ids) { return matmul(2, 3, 4, ids); }

static int32_t matmul_empty(const uint32_t *ids) { return matmul(0, 3, 4, ids); }

static int32_t matmul_huge(const uint32_t *ids) {
    return matmul(UINT32_C(1) << 31, UINT32_C(1) << 31, 1, ids);
}

static int32_t add(uint32_t n_elements, uint32_t input_a, uint32_t input_b, uint32_t output) {
    const elementwise_params_t params = {.n_elements = n_elements, .op = ELEMENTWISE_OP_ADD};
    return wasi_gpu_ml_kernels_kernel_elementwise(&params, input_a, input_b, output);
}

static int32_t add_small(const uint32_t *ids) { return add(6, ids[0], ids[1], ids[2]); }

static int32_t add_refused(const uint32_t *ids) { return add(6, ids[0], 0, ids[2]); }

static int32_t add_empty(const uint32_t *ids) { return add(0, ids[0], ids[1], ids[2]); }

static int32_t add_huge(const uint32_t *ids) { return add((UINT32_C(1) << 30) + 1, ids[0], ids[1], ids[2]); }

static int32_t relu(uint32_t n_elements, const uint32_t *ids) {
    const elementwise_params_t params = {.n_elements = n_elements, .op = ELEMENTWISE_OP_RELU};
    return wasi_gpu_ml_kernels_kernel_elementwise(&params, ids[0], 0, ids[1]);
}

static int32_t relu_small(const uint32_t *ids) { return relu(6, ids); }

static int32_t relu_empty(const uint32_t *ids) { return relu(0, ids); }

static int32_t relu_huge(const uint32_t *ids) { return relu(UINT32_C(1) << 30, ids); }

static int32_t reduce(uint32_t n_elements, const uint32_t *ids) {
    const reduce_params_t params = {.n_elements = n_elements, .op = REDUCE_OP_SUM};
    return wasi_gpu_ml_kernels_kernel_reduce(&params, ids[0], ids[1]);
}

static int32_t reduce_small(const uint32_t *ids) { return reduce(6, ids); }

static int32_t reduce_refused(const uint32_t *ids) { return reduce(0, ids); }

static int32_t reduce_huge(const uint32_t *ids) { return reduce((UINT32_C(1) << 30) + 1, ids); }

static int32_t predict(uint32_t batch_size, uint32_t n_features, uint32_t n_trees, const uint32_t *ids) {
    const batch_predict_params_t params = {
        .batch_size = batch_size, .n_features = n_features, .n_trees = n_trees, .max_depth = 4};
    return wasi_gpu_ml_kernels_kernel_batch_predict(&params, ids[0], ids[1], ids[2], ids[3]);
}

static int32_t predict_small(const uint32_t *ids) { return predict(5, 3, 2, ids); }

static int32_t predict_no_rows(const uint32_t *ids) { return predict(0, 3, 2, ids); }

static int32_t predict_no_trees(const uint32_t *ids) { return predict(5, 3, 0, ids); }

static int32_t predict_huge(const uint32_t *ids) {
    return predict(UINT32_C(1) << 31, UINT32_C(1) << 31, 2, ids);
}

static int32_t average_no_trees(const uint32_t *ids) { return average(0, 5, ids); }

static int32_t matmul_no_columns(const uint32_t *ids) { return matmul(2, 3, 0, ids); }

static const kernel_t kernels[] = {
    {"bootstrap-sample",
     bootstrap_small,
     bootstrap_refused,
     bootstrap_empty,
     bootstrap_huge,
     {{"output-indices", 20, false, true}}},
    {"find-split",
     find_split_small,
     find_split_refused,
     find_split_empty,
     find_split_huge,
     {{"data", 64, true, false},
      {"labels", 32, true, false},
      {"indices", 16, false, false},
      {"thresholds", 12, false, false},
      {"output-scores", 12, false, true}}},
    {"average",
     average_small,
     NULL,
     average_empty,
     average_huge,
     {{"tree-predictions", 60, false, false}, {"output", 20, false, true}}},
    {"matmul",
     matmul_small,
     NULL,
     matmul_empty,
     matmul_huge,
     {{"a", 24, false, false}, {"b", 48, false, false}, {"c", 32, false, true}}},
    {"elementwise add",
     add_small,
     add_refused,
     add_empty,
     add_huge,
     {{"input-a", 24, false, false}, {"input-b", 24, false, false}, {"output", 24, false, true}}},
    {"elementwise relu",
     relu_small,
     NULL,
     relu_empty,
     relu_huge,
     {{"input-a", 24, false, false}, {"output", 24, false, true}}},
    {"reduce",
     reduce_small,
     reduce_refused,
     NULL,
     reduce_huge,
     {{"input", 24, false, false}, {"output", 4, false, true}}},
    {"batch-predict",
     predict_small,
     NULL,
     predict_no_rows,
     predict_huge,
     {{"samples", 60, false, false},
      {"tree-nodes", 48, true, false},
      {"tree-offsets", 8, false, false},
      {"output", 20, false, true}}},
    /* The other ways for a batch to be empty. */
    {"average",
     average_small,
     NULL,
     average_no_trees,
     average_huge,
     {{"tree-predictions", 60, false, false}, {"output", 20, false, true}}},
    {"matmul",
     matmul_small,
     NULL,
     matmul_no_columns,
     matmul_huge,
     {{"a", 24, false, false}, {"b", 48, false, false}, {"c", 32, false, true}}},
    {"batch-predict",
     predict_small,
     NULL,
     predict_no_trees,
     predict_huge,
     {{"samples", 60, false, false},
      {"tree-nodes", 48, true, false},
      {"tree-offsets", 8, false, false},
      {"output", 20, false, true}}},
};

static uint32_t buffer_count(const kernel_t *kernel) {
    uint32_t count = 0;
    while (count < MAX_BUFFERS && kernel->buffers[count].name != NULL) {
        count++;
    }
    return count;
}

enum { CANARY = 0xB7 };

/* Creates the buffers of a call: inputs zero, outputs full of canaries. */
static bool make_buffers(const kernel_t *kernel, uint32_t extra_bytes, uint32_t *ids) {
    for (uint32_t i = 0; i < buffer_count(kernel); i++) {
        uint64_t size = (uint64_t)kernel->buffers[i].size + extra_bytes;
        ids[i] = make(size);
        TRY_BOOL(ids[i] != 0);
        TRY_BOOL(!kernel->buffers[i].is_output || paint(ids[i], 0, CANARY, size));
    }
    return true;
}

static bool output_is_untouched(const kernel_t *kernel, const uint32_t *ids, const char *what) {
    for (uint32_t i = 0; i < buffer_count(kernel); i++) {
        TRY_BOOL(!kernel->buffers[i].is_output ||
                 holds_byte(ids[i], 0, CANARY, kernel->buffers[i].size, what));
    }
    return true;
}

/* Each buffer in turn is one that does not exist; this is reported before anything else that is wrong. */
static void unknown_ids(uint32_t index) {
    const kernel_t *kernel = &kernels[index];
    uint32_t ids[MAX_BUFFERS];
    TRY(make_buffers(kernel, 0, ids));
    uint32_t destroyed = make(64);
    TRY(destroyed != 0 && drop(destroyed));
    const uint32_t unknown[] = {0, UINT32_MAX, destroyed, destroyed + 1000};
    int32_t (*const calls[])(const uint32_t *) = {kernel->call, kernel->call_refused, kernel->call_huge,
                                                  kernel->call_empty};
    for (uint32_t i = 0; i < buffer_count(kernel); i++) {
        uint32_t valid = ids[i];
        for (size_t u = 0; u < COUNT_OF(unknown); u++) {
            /* 0 for input-b means "none" to the SDK; the ABI cases pass it as an id. */
            if (unknown[u] == 0 && strcmp(kernel->buffers[i].name, "input-b") == 0) {
                continue;
            }
            ids[i] = unknown[u];
            for (size_t c = 0; c < COUNT_OF(calls); c++) {
                bool skips_input_b = calls[c] == add_refused && i == 1;
                if (calls[c] != NULL && !skips_input_b) {
                    TRY(fails(calls[c](ids), WASI_GPU_ERROR_INVALID_BUFFER, kernel->buffers[i].name));
                }
            }
        }
        ids[i] = valid;
        TRY(output_is_untouched(kernel, ids, "the output of a refused call"));
    }
}

/* Each buffer in turn has one byte less than the shapes need. */
static void small_buffers(uint32_t index) {
    const kernel_t *kernel = &kernels[index];
    uint32_t ids[MAX_BUFFERS];
    TRY(make_buffers(kernel, 0, ids));
    for (uint32_t i = 0; i < buffer_count(kernel); i++) {
        buffer_rule_t rule = kernel->buffers[i];
        uint32_t full = ids[i];
        ids[i] = make(rule.size - 1);
        TRY(ids[i] != 0 && paint(ids[i], 0, CANARY, rule.size - 1));
        if (rule.may_be_any_size) {
            TRY(succeeds(kernel->call(ids), rule.name));
            ids[i] = full;
            TRY(make_buffers(kernel, 0, ids));
            continue;
        }
        TRY(fails(kernel->call(ids), WASI_GPU_ERROR_INVALID_PARAMS, rule.name));
        TRY(message_has(rule.name, "a buffer too small"));
        TRY(message_has_number(rule.size - 1, "a buffer too small, its size"));
        TRY(message_has_number(rule.size, "a buffer too small, the size needed"));
        TRY(holds_byte(ids[i], 0, CANARY, rule.size - 1, "the buffer too small"));
        ids[i] = full;
        TRY(output_is_untouched(kernel, ids, "the output of a refused call"));
    }
    /* Exactly the size needed is enough. */
    (void)succeeds(kernel->call(ids), "buffers of exactly the sizes needed");
}

static void huge_shapes(uint32_t index) {
    const kernel_t *kernel = &kernels[index];
    uint32_t ids[MAX_BUFFERS];
    TRY(make_buffers(kernel, 0, ids));
    TRY(fails(kernel->call_huge(ids), WASI_GPU_ERROR_INVALID_PARAMS, "shapes far beyond the buffers"));
    (void)output_is_untouched(kernel, ids, "the output of a refused call");
}

static void refused_params(uint32_t index) {
    const kernel_t *kernel = &kernels[index];
    uint32_t ids[MAX_BUFFERS];
    TRY(make_buffers(kernel, 0, ids));
    TRY(fails(kernel->call_refused(ids), WASI_GPU_ERROR_INVALID_PARAMS, kernel->name));
    (void)output_is_untouched(kernel, ids, "the output of a refused call");
}

static void empty_batches(uint32_t index) {
    const kernel_t *kernel = &kernels[index];
    uint32_t ids[MAX_BUFFERS];
    TRY(make_buffers(kernel, 0, ids));
    TRY(succeeds(kernel->call_empty(ids), kernel->name));
    wasi_gpu_compute_sync();
    (void)output_is_untouched(kernel, ids, "the output of a batch of nothing");
}

/* A call writes what its shapes say: not the rest of its buffers, not other buffers, not its inputs. */
static void writes_nothing_else(uint32_t index) {
    const kernel_t *kernel = &kernels[index];
    const uint32_t extra = 37;
    const uint32_t neighbour_size = 4096;
    uint32_t ids[MAX_BUFFERS];
    uint32_t before = make(neighbour_size);
    TRY(make_buffers(kernel, extra, ids));
    uint32_t after = make(neighbour_size);
    TRY(before != 0 && after != 0);
    TRY(paint(before, 0, CANARY, neighbour_size) && paint(after, 0, CANARY, neighbour_size));
    TRY(succeeds(kernel->call(ids), kernel->name));
    for (uint32_t i = 0; i < buffer_count(kernel); i++) {
        buffer_rule_t rule = kernel->buffers[i];
        if (rule.is_output) {
            TRY(holds_byte(ids[i], rule.size, CANARY, extra, "the rest of the output"));
            uint8_t first[4];
            TRY(load(ids[i], 0, first, 4));
            TRY(expect(memcmp(first, "\xB7\xB7\xB7\xB7", 4) != 0,
                       "%s: expected a result, got nothing written", rule.name));
        } else {
            TRY(holds_byte(ids[i], 0, 0, rule.size + extra, rule.name));
        }
    }
    TRY(holds_byte(before, 0, CANARY, neighbour_size, "the buffer created before"));
    (void)holds_byte(after, 0, CANARY, neighbour_size, "the buffer created after");
}

static void feature_beyond_features(uint32_t unused) {
    (void)unused;
    uint32_t ids[MAX_BUFFERS];
    TRY(make_buffers(&kernels[1], 0, ids));
    static const uint32_t features[][2] = {{0, 0}, {2, 2}, {2, 3}, {2, UINT32_MAX}, {0, UINT32_MAX}};
    for (size_t i = 0; i < COUNT_OF(features); i++) {
        const find_split_params_t params = {
            .n_samples = 0, .n_features = features[i][0], .feature_idx = features[i][1], .n_thresholds = 0};
        int32_t code = wasi_gpu_ml_kernels_kernel_find_split(&params, ids[0], ids[1], ids[2], ids[3], ids[4]);
        TRY(fails(code, WASI_GPU_ERROR_INVALID_PARAMS, "feature-idx beyond n-features"));
        TRY(message_has_number(features[i][1], "feature-idx beyond n-features"));
    }
    (void)output_is_untouched(&kernels[1], ids, "the output of a refused call");
}

static void matmul_into_an_operand(uint32_t unused) {
    (void)unused;
    uint32_t a = make(64);
    uint32_t b = make(64);
    uint32_t c = make(64);
    TRY(a != 0 && b != 0 && c != 0 && paint(a, 0, CANARY, 64));
    const int32_t invalid = WASI_GPU_ERROR_INVALID_PARAMS;
    TRY(fails(matmul(2, 2, 2, (uint32_t[]){a, b, a}), invalid, "c is a"));
    TRY(fails(matmul(2, 2, 2, (uint32_t[]){b, a, a}), invalid, "c is b"));
    TRY(fails(matmul(2, 2, 2, (uint32_t[]){a, a, a}), invalid, "c is a and b"));
    TRY(fails(matmul(0, 0, 0, (uint32_t[]){a, b, a}), invalid, "c is a, nothing to do"));
    TRY(holds_byte(a, 0, CANARY, 64, "the buffer of a refused call"));
    (void)succeeds(matmul(2, 2, 2, (uint32_t[]){b, b, c}), "a and b may be the same");
}

/* add and mul need input-b even where there is nothing to add. */
static void binary_ops_need_input_b(uint32_t op) {
    uint32_t id = make(64);
    TRY(id != 0 && paint(id, 0, CANARY, 64));
    for (uint32_t count = 0; count <= 16; count += 16) {
        const elementwise_params_t params = {.n_elements = count, .op = (elementwise_op_t)op};
        TRY(fails(wasi_gpu_ml_kernels_kernel_elementwise(&params, id, 0, id), WASI_GPU_ERROR_INVALID_PARAMS,
                  "no input-b"));
    }
    (void)holds_byte(id, 0, CANARY, 64, "the output of a refused call");
}

static void empty_reduction(uint32_t op) {
    uint32_t id = make(64);
    TRY(id != 0 && paint(id, 0, CANARY, 64));
    const reduce_params_t params = {.n_elements = 0, .op = (reduce_op_t)op};
    TRY(fails(wasi_gpu_ml_kernels_kernel_reduce(&params, id, id), WASI_GPU_ERROR_INVALID_PARAMS,
              "n-elements 0"));
    (void)holds_byte(id, 0, CANARY, 64, "the output of a refused call");
}

/* What a guest sees that was not granted the GPU. */
static void no_device(uint32_t unused) {
    (void)unused;
    wasi_gpu_device_info_t info;
    memset(&info, 0xFF, sizeof(info));
    wasi_gpu_compute_get_device_info(&info);
    TRY(expect(info.name[0] == '\0' && info.backend[0] == '\0' && info.compute_capability[0] == '\0',
               "device-info: expected empty texts, got \"%s\", \"%s\", \"%s\"", info.name, info.backend,
               info.compute_capability));
    TRY(expect(info.total_memory == 0 && !info.is_hardware,
               "device-info: expected 0 and false, got %" PRIu64 ", %d", info.total_memory,
               info.is_hardware));
    wasi_gpu_compute_sync();
}

static void no_buffers(uint32_t unused) {
    (void)unused;
    uint8_t bytes[4] = {0};
    const int32_t unavailable = WASI_GPU_ERROR_DEVICE_UNAVAILABLE;
    static const uint64_t sizes[] = {4, 0, UINT64_MAX};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        TRY(expect(wasi_gpu_compute_buffer_create(sizes[i], BUFFER_USAGE_STORAGE) == 0, "create: got an id"));
        TRY(fails(wasi_gpu_last_error().code, unavailable, "create"));
    }
    for (uint32_t id = 0; id < 2; id++) {
        TRY(fails(wasi_gpu_compute_buffer_write(id, 0, bytes, 4), unavailable, "write"));
        TRY(fails(wasi_gpu_compute_buffer_read(id, 0, 4, bytes), unavailable, "read"));
        TRY(fails(wasi_gpu_compute_buffer_copy(id, 0, id, 0, 4), unavailable, "copy"));
        TRY(fails(wasi_gpu_compute_buffer_destroy(id), unavailable, "destroy"));
    }
}

static void no_kernel(uint32_t index) {
    const uint32_t ids[MAX_BUFFERS] = {1, 2, 3, 4, 5};
    TRY(fails(kernels[index].call(ids), WASI_GPU_ERROR_DEVICE_UNAVAILABLE, kernels[index].name));
    if (kernels[index].call_refused != NULL) {
        (void)fails(kernels[index].call_refused(ids), WASI_GPU_ERROR_DEVICE_UNAVAILABLE, kernels[index].name);
    }
}

#define FOR_EACH_KERNEL(rule, function)                                                                      \
    {rule ".bootstrap-sample", function, 0}, {rule ".find-split", function, 1},                              \
        {rule ".average", function, 2}, {rule ".matmul", function, 3},                                       \
        {rule ".elementwise-add", function, 4}, {rule ".elementwise-relu", function, 5},                     \
        {rule ".reduce", function, 6}, {rule ".batch-predict", function, 7}

const test_case_t refusal_cases[] = {
    FOR_EACH_KERNEL("unknown-id", unknown_ids),
    FOR_EACH_KERNEL("buffer-too-small", small_buffers),
    FOR_EACH_KERNEL("huge-shapes", huge_shapes),
    FOR_EACH_KERNEL("writes-nothing-else", writes_nothing_else),
    {"refused-params.bootstrap-sample", refused_params, 0},
    {"refused-params.find-split", refused_params, 1},
    {"refused-params.elementwise-add", refused_params, 4},
    {"refused-params.reduce", refused_params, 6},
    {"refused-params.feature-idx", feature_beyond_features, 0},
    {"refused-params.matmul-into-operand", matmul_into_an_operand, 0},
    {"refused-params.add-without-input-b", binary_ops_need_input_b, ELEMENTWISE_OP_ADD},
    {"refused-params.mul-without-input-b", binary_ops_need_input_b, ELEMENTWISE_OP_MUL},
    {"refused-params.empty-sum", empty_reduction, REDUCE_OP_SUM},
    {"refused-params.empty-max", empty_reduction, REDUCE_OP_MAX},
    {"refused-params.empty-min", empty_reduction, REDUCE_OP_MIN},
    {"refused-params.empty-mean", empty_reduction, REDUCE_OP_MEAN},
    {"refused-params.empty-variance", empty_reduction, REDUCE_OP_VARIANCE},
    {"empty-batch.bootstrap-sample", empty_batches, 0},
    {"empty-batch.find-split", empty_batches, 1},
    {"empty-batch.average", empty_batches, 2},
    {"empty-batch.matmul", empty_batches, 3},
    {"empty-batch.elementwise-add", empty_batches, 4},
    {"empty-batch.elementwise-relu", empty_batches, 5},
    {"empty-batch.batch-predict", empty_batches, 7},
    {"empty-batch.average-no-trees", empty_batches, 8},
    {"empty-batch.matmul-no-columns", empty_batches, 9},
    {"empty-batch.batch-predict-no-trees", empty_batches, 10},
    {NULL, NULL, 0},
};

const test_case_t no_gpu_cases[] = {
    {"no-gpu.device", no_device, 0},
    {"no-gpu.buffers", no_buffers, 0},
    FOR_EACH_KERNEL("no-gpu", no_kernel),
    {NULL, NULL, 0},
};
