/* elementwise: eight functions within 4 ulp, at every length and at the edges of float32. */
#include <float.h>
#include <string.h>

#include "suite.h"

static bool is_binary(elementwise_op_t op) { return op == ELEMENTWISE_OP_ADD || op == ELEMENTWISE_OP_MUL; }

static double reference(elementwise_op_t op, double a, double b) {
    switch (op) {
    case ELEMENTWISE_OP_RELU:
        return a < 0 ? 0 : a;
    case ELEMENTWISE_OP_SIGMOID:
        return 1 / (1 + exp(-a));
    case ELEMENTWISE_OP_TANH:
        return tanh(a);
    case ELEMENTWISE_OP_ADD:
        return a + b;
    case ELEMENTWISE_OP_MUL:
        return a * b;
    case ELEMENTWISE_OP_SQRT:
        return sqrt(a);
    case ELEMENTWISE_OP_EXP:
        return exp(a);
    default:
        return log(a);
    }
}

static int32_t apply(elementwise_op_t op, uint32_t count, uint32_t a, uint32_t b, uint32_t output) {
    const elementwise_params_t params = {.n_elements = count, .op = op};
    return wasi_gpu_ml_kernels_kernel_elementwise(&params, a, b, output);
}

/* A denormal operand may count as zero on WebGPU, and log turns that into a big difference. */
static bool may_be_flushed(float value) {
    static int is_webgpu = -1;
    if (is_webgpu < 0) {
        wasi_gpu_device_info_t info;
        wasi_gpu_compute_get_device_info(&info);
        is_webgpu = strcmp(info.backend, "webgpu") == 0;
    }
    return is_webgpu && value != 0 && fabsf(value) < FLT_MIN;
}

static bool is_right(elementwise_op_t op, float a, float b, float got, uint64_t index) {
    double expected = reference(op, (double)a, (double)b);
    if (is_within_ulps(got, expected, 4)) {
        return true;
    }
    float flushed_a = may_be_flushed(a) ? 0 : a;
    float flushed_b = may_be_flushed(b) ? 0 : b;
    return expect(is_within_ulps(got, reference(op, (double)flushed_a, (double)flushed_b), 4),
                  "element %" PRIu64 ", of %.9g and %.9g: expected %.9g, got %.9g", index, (double)a,
                  (double)b, expected, (double)got);
}

/* Compares a whole output with what value_at gave as operands. */
static bool is_right_throughout(elementwise_op_t op, values_t kind, uint32_t seed_a, uint32_t seed_b,
                                uint64_t count, uint32_t output) {
    static float got[CHUNK];
    for (uint64_t done = 0; done < count; done += CHUNK) {
        uint32_t part = count - done < CHUNK ? (uint32_t)(count - done) : CHUNK;
        TRY_BOOL(load(output, done * sizeof(float), got, part * sizeof(float)));
        for (uint32_t i = 0; i < part; i++) {
            float a = value_at(kind, seed_a, done + i);
            float b = is_binary(op) ? value_at(kind, seed_b, done + i) : 0;
            TRY_BOOL(is_right(op, a, b, got[i], done + i));
        }
    }
    return true;
}

static bool accuracy_of(elementwise_op_t op, uint32_t count) {
    uint32_t a = make((uint64_t)count * 4);
    uint32_t b = is_binary(op) ? make((uint64_t)count * 4) : 0;
    uint32_t output = make((uint64_t)count * 4 + 4);
    TRY_BOOL(a != 0 && output != 0 && (!is_binary(op) || b != 0));
    TRY_BOOL(fill(a, VALUES_MIXED, count, count) && (b == 0 || fill(b, VALUES_MIXED, count + 1, count)));
    TRY_BOOL(paint(output, (uint64_t)count * 4, 0x99, 4));
    TRY_BOOL(succeeds(apply(op, count, a, b, output), "elementwise"));
    TRY_BOOL(is_right_throughout(op, VALUES_MIXED, count, count + 1, count, output));
    TRY_BOOL(holds_byte(output, (uint64_t)count * 4, 0x99, 4, "the bytes after the output"));
    return drop(a) && drop(output) && (b == 0 || drop(b));
}

static void accuracy(uint32_t op) {
    static const uint32_t counts[] = {47,   48,    63,    64,    65,    127,    128,   129,
                                      255,  256,   257,   1000,  1023,  1025,   4095,  4097,
                                      8193, 16385, 65535, 65536, 65537, 100003, 262147};
    for (uint32_t count = 1; count <= 40; count++) {
        TRY(accuracy_of((elementwise_op_t)op, count));
    }
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        if (!is_small || counts[i] <= 70000) {
            TRY(accuracy_of((elementwise_op_t)op, counts[i]));
        }
    }
}

/* Longer than 65,535 workgroups of 256 elements, for one op; the others past 10^6 or 10^7. */
static void long_inputs(uint32_t op) {
    if (is_small) {
        TRY(accuracy_of((elementwise_op_t)op, 131101));
        return;
    }
    bool is_longest = op == ELEMENTWISE_OP_MUL;
    bool is_long = op == ELEMENTWISE_OP_RELU || op == ELEMENTWISE_OP_EXP;
    (void)accuracy_of((elementwise_op_t)op, is_longest ? 17000003 : is_long ? 10000019 : 1048579);
}

/* Every exponent and sign with a few mantissas, and the neighbourhoods where the functions change their
 * nature. */
static void whole_range(uint32_t op) {
    static const uint32_t mantissas[] = {0, 1, 0x2AAAAA, 0x400000, 0x5A5A5A, 0x7FFFFF};
    static const float centres[] = {88.722839f, -87.336548f, -103.97208f, 0.34657359f, -0.34657359f, 1.0f,
                                    9.0109134f, -9.0109134f, 16.635532f,  -88.722839f, 0.625f,       0.5f};
    enum { AROUND = 64 };
    const uint32_t count = 512 * COUNT_OF(mantissas) + COUNT_OF(centres) * (2 * AROUND + 1);
    float *a = memory(count * sizeof(float));
    float *b = memory(count * sizeof(float));
    uint32_t n = 0;
    for (uint32_t top = 0; top < 512; top++) {
        for (size_t m = 0; m < COUNT_OF(mantissas); m++) {
            uint32_t pattern = top << 23 | mantissas[m];
            memcpy(&a[n++], &pattern, sizeof(pattern));
        }
    }
    for (size_t c = 0; c < COUNT_OF(centres); c++) {
        uint32_t pattern;
        memcpy(&pattern, &centres[c], sizeof(pattern));
        pattern -= AROUND;
        for (int i = 0; i < 2 * AROUND + 1; i++, pattern++) {
            memcpy(&a[n++], &pattern, sizeof(pattern));
        }
    }
    /* The other operand: the same values in another order. */
    for (uint32_t i = 0; i < count; i++) {
        b[i] = a[(i * UINT32_C(1009) + 17) % count];
    }

    uint32_t input_a = make_from(a, count * sizeof(float));
    uint32_t input_b = is_binary((elementwise_op_t)op) ? make_from(b, count * sizeof(float)) : 0;
    uint32_t output = make(count * sizeof(float));
    float *got = memory(count * sizeof(float));
    TRY(input_a != 0 && output != 0);
    TRY(succeeds(apply((elementwise_op_t)op, count, input_a, input_b, output), "elementwise"));
    TRY(load(output, 0, got, count * sizeof(float)));
    for (uint32_t i = 0; i < count; i++) {
        TRY(is_right((elementwise_op_t)op, a[i], b[i], got[i], i));
    }
}

typedef struct {
    elementwise_op_t op;
    float a;
    float b;
    float expected;
} exact_t;

static void exact_values(uint32_t unused) {
    (void)unused;
    static const exact_t answers[] = {
        {ELEMENTWISE_OP_RELU, NAN, 0, NAN},
        {ELEMENTWISE_OP_RELU, INFINITY, 0, INFINITY},
        {ELEMENTWISE_OP_RELU, -INFINITY, 0, 0},
        {ELEMENTWISE_OP_RELU, -3, 0, 0},
        {ELEMENTWISE_OP_RELU, 3.25f, 0, 3.25f},
        {ELEMENTWISE_OP_SIGMOID, NAN, 0, NAN},
        {ELEMENTWISE_OP_SIGMOID, INFINITY, 0, 1},
        {ELEMENTWISE_OP_SIGMOID, -INFINITY, 0, 0},
        {ELEMENTWISE_OP_SIGMOID, 0, 0, 0.5f},
        {ELEMENTWISE_OP_SIGMOID, 1000, 0, 1},
        {ELEMENTWISE_OP_SIGMOID, -1000, 0, 0},
        {ELEMENTWISE_OP_TANH, NAN, 0, NAN},
        {ELEMENTWISE_OP_TANH, INFINITY, 0, 1},
        {ELEMENTWISE_OP_TANH, -INFINITY, 0, -1},
        {ELEMENTWISE_OP_TANH, 0, 0, 0},
        {ELEMENTWISE_OP_ADD, NAN, 1, NAN},
        {ELEMENTWISE_OP_ADD, 1, NAN, NAN},
        {ELEMENTWISE_OP_ADD, INFINITY, -INFINITY, NAN},
        {ELEMENTWISE_OP_ADD, INFINITY, 1, INFINITY},
        {ELEMENTWISE_OP_ADD, FLT_MAX, FLT_MAX, INFINITY},
        {ELEMENTWISE_OP_MUL, 0, INFINITY, NAN},
        {ELEMENTWISE_OP_MUL, -INFINITY, 2, -INFINITY},
        {ELEMENTWISE_OP_MUL, FLT_MAX, -2, -INFINITY},
        {ELEMENTWISE_OP_MUL, NAN, 0, NAN},
        {ELEMENTWISE_OP_SQRT, -1, 0, NAN},
        {ELEMENTWISE_OP_SQRT, 0, 0, 0},
        {ELEMENTWISE_OP_SQRT, -0.0f, 0, 0},
        {ELEMENTWISE_OP_SQRT, INFINITY, 0, INFINITY},
        {ELEMENTWISE_OP_SQRT, -INFINITY, 0, NAN},
        {ELEMENTWISE_OP_SQRT, NAN, 0, NAN},
        {ELEMENTWISE_OP_EXP, NAN, 0, NAN},
        {ELEMENTWISE_OP_EXP, INFINITY, 0, INFINITY},
        {ELEMENTWISE_OP_EXP, -INFINITY, 0, 0},
        {ELEMENTWISE_OP_EXP, 0, 0, 1},
        {ELEMENTWISE_OP_EXP, 1000, 0, INFINITY},
        {ELEMENTWISE_OP_EXP, -1000, 0, 0},
        {ELEMENTWISE_OP_LOG, NAN, 0, NAN},
        {ELEMENTWISE_OP_LOG, INFINITY, 0, INFINITY},
        {ELEMENTWISE_OP_LOG, 0, 0, -INFINITY},
        {ELEMENTWISE_OP_LOG, -0.0f, 0, -INFINITY},
        {ELEMENTWISE_OP_LOG, -1, 0, NAN},
        {ELEMENTWISE_OP_LOG, -INFINITY, 0, NAN},
        {ELEMENTWISE_OP_LOG, 1, 0, 0},
    };
    uint32_t a = make(4);
    uint32_t b = make(4);
    uint32_t output = make(4);
    TRY(a != 0 && b != 0 && output != 0);
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        const exact_t *answer = &answers[i];
        float got;
        TRY(store(a, 0, &answer->a, 4) && store(b, 0, &answer->b, 4) && paint(output, 0, 0x77, 4));
        TRY(succeeds(apply(answer->op, 1, a, is_binary(answer->op) ? b : 0, output), "elementwise"));
        TRY(load(output, 0, &got, 4));
        /* Within 4 ulp for exp(0), sigmoid(0) and the like; nothing else for the rest. */
        TRY(expect(is_within_ulps(got, (double)answer->expected, 4),
                   "op %d of %g and %g: expected %.9g, got %.9g", (int)answer->op, (double)answer->a,
                   (double)answer->b, (double)answer->expected, (double)got));
    }
}

/* The output may be any operand, and the operands may be one buffer. */
static void aliases(uint32_t op_number) {
    elementwise_op_t op = (elementwise_op_t)op_number;
    const uint32_t count = 20011;
    enum { INTO_A, INTO_B, SAME_OPERANDS, ALL_SAME, WAYS };
    for (int way = 0; way < WAYS; way++) {
        if (way != INTO_A && !is_binary(op)) {
            continue;
        }
        bool is_one_operand = way == SAME_OPERANDS || way == ALL_SAME;
        uint32_t a = make(count * 4);
        uint32_t b = is_one_operand ? a : make(count * 4);
        uint32_t output = way == INTO_A || way == ALL_SAME ? a : way == INTO_B ? b : make(count * 4);
        TRY(a != 0 && b != 0 && output != 0);
        TRY(fill(a, VALUES_MIXED, 21, count) && (is_one_operand || fill(b, VALUES_MIXED, 22, count)));
        TRY(succeeds(apply(op, count, a, is_binary(op) ? b : 0, output), "elementwise"));
        TRY(is_right_throughout(op, VALUES_MIXED, 21, is_one_operand ? 21 : 22, count, output));
    }
}

static void repeats(uint32_t op) {
    enum { COUNT = 3001 };
    uint32_t a = make(COUNT * 4);
    uint32_t output = make(COUNT * 4);
    uint32_t first[COUNT];
    TRY(a != 0 && output != 0 && fill(a, VALUES_UNIT, 8, COUNT));
    for (int round = 0; round < 3; round++) {
        TRY(paint(output, 0, 0, sizeof(first)));
        TRY(succeeds(apply((elementwise_op_t)op, COUNT, a, a, output), "elementwise"));
        TRY(round > 0 ? holds(output, 0, first, sizeof(first), "the same call again")
                      : load(output, 0, first, sizeof(first)));
    }
}

#define FOR_EACH_OP(rule, function)                                                                          \
    {"elementwise." rule ".relu", function, ELEMENTWISE_OP_RELU},                                            \
        {"elementwise." rule ".sigmoid", function, ELEMENTWISE_OP_SIGMOID},                                  \
        {"elementwise." rule ".tanh", function, ELEMENTWISE_OP_TANH},                                        \
        {"elementwise." rule ".add", function, ELEMENTWISE_OP_ADD},                                          \
        {"elementwise." rule ".mul", function, ELEMENTWISE_OP_MUL},                                          \
        {"elementwise." rule ".sqrt", function, ELEMENTWISE_OP_SQRT},                                        \
        {"elementwise." rule ".exp", function, ELEMENTWISE_OP_EXP}, {                                        \
        "elementwise." rule ".log", function, ELEMENTWISE_OP_LOG                                             \
    }

const test_case_t elementwise_cases[] = {
    {"elementwise.exact-values", exact_values, 0},
    FOR_EACH_OP("accuracy", accuracy),
    FOR_EACH_OP("whole-range", whole_range),
    FOR_EACH_OP("aliases", aliases),
    FOR_EACH_OP("same-bits", repeats),
    FOR_EACH_OP("long", long_inputs),
    {NULL, NULL, 0},
};
