/* matmul: every transposition, alpha and beta, and what is not read. */
#include <string.h>

#include "suite.h"

enum { TRANS_A = 1, TRANS_B = 2 };

static matmul_params_t params_of(uint32_t m, uint32_t k, uint32_t n, uint32_t transposed, float alpha,
                                 float beta) {
    return (matmul_params_t){.m = m,
                             .k = k,
                             .n = n,
                             .trans_a = (transposed & TRANS_A) != 0,
                             .trans_b = (transposed & TRANS_B) != 0,
                             .alpha = alpha,
                             .beta = beta};
}

typedef struct {
    double *exact;
    double *sizes; /* |alpha| |a| |b| + |beta c|: what rounding errors are relative to. */
    float *plain;  /* A plain float32 accumulation, the measure of the accuracy asked for. */
} reference_t;

/* a and b as they are stored. One row of c at a time, along rows of op(b), so that memory is read in order.
 */
static reference_t multiply(const matmul_params_t *p, const float *a, const float *b, const float *c) {
    size_t count = (size_t)p->m * p->n;
    reference_t r = {memory(count * sizeof(double)), memory(count * sizeof(double)),
                     memory(count * sizeof(float))};
    for (uint32_t row = 0; row < p->m; row++) {
        double *exact = r.exact + (size_t)row * p->n;
        double *sizes = r.sizes + (size_t)row * p->n;
        float *plain = r.plain + (size_t)row * p->n;
        for (uint32_t i = 0; i < p->k; i++) {
            float left = p->trans_a ? a[(size_t)i * p->m + row] : a[(size_t)row * p->k + i];
            for (uint32_t column = 0; column < p->n; column++) {
                float right = p->trans_b ? b[(size_t)column * p->k + i] : b[(size_t)i * p->n + column];
                double product = (double)left * (double)right;
                exact[column] += product;
                sizes[column] += fabs(product);
                plain[column] += left * right;
            }
        }
        for (uint32_t column = 0; column < p->n; column++) {
            double added = p->beta == 0 ? 0 : (double)p->beta * (double)c[(size_t)row * p->n + column];
            exact[column] = (p->alpha == 0 ? 0 : (double)p->alpha * exact[column]) + added;
            sizes[column] = fabs((double)p->alpha) * sizes[column] + fabs(added);
            plain[column] = (p->alpha == 0 ? 0 : p->alpha * plain[column]) + (float)added;
        }
    }
    return r;
}

static bool is_accurate(const matmul_params_t *p, const reference_t *r, const float *got) {
    size_t count = (size_t)p->m * p->n;
    double error = 0;
    double plain_error = 0;
    double norm = 0;
    for (size_t i = 0; i < count; i++) {
        double difference = (double)got[i] - r->exact[i];
        /* What k + 2 roundings may add up to, and twice that: catches one wrong element among many right
         * ones. */
        double bound = 2 * (p->k + 3.0) * 0x1p-24 * r->sizes[i];
        TRY_BOOL(expect(is_within(got[i], r->exact[i], bound),
                        "%" PRIu32 " x %" PRIu32 " x %" PRIu32
                        ", trans %d %d, alpha %g, beta %g, element %zu: expected "
                        "%.9g, got %.9g",
                        p->m, p->k, p->n, p->trans_a, p->trans_b, (double)p->alpha, (double)p->beta, i,
                        r->exact[i], (double)got[i]));
        error += difference * difference;
        double plain_difference = (double)r->plain[i] - r->exact[i];
        plain_error += plain_difference * plain_difference;
        norm += r->exact[i] * r->exact[i];
    }
    /* Over few elements the plain error is luck, and the bound above has to do. */
    double limit = 2 * sqrt(plain_error) + 0x1p-23 * sqrt(norm);
    return expect(count < 256 || sqrt(error) <= limit,
                  "%" PRIu32 " x %" PRIu32 " x %" PRIu32
                  ", trans %d %d: expected an error up to %.4g, got %.4g",
                  p->m, p->k, p->n, p->trans_a, p->trans_b, limit, sqrt(error));
}

static float *values(uint32_t seed, size_t count) {
    float *array = memory(count * sizeof(float));
    for (size_t i = 0; i < count; i++) {
        array[i] = value_at(VALUES_UNIT, seed, i);
    }
    return array;
}

/* Buffers of at least one byte, since none can have 0. */
static uint32_t make_array(const float *array, size_t count) {
    return count == 0 ? make(1) : make_from(array, (uint64_t)count * sizeof(float));
}

static bool agrees(matmul_params_t p) {
    size_t a_count = (size_t)p.m * p.k;
    size_t b_count = (size_t)p.k * p.n;
    size_t c_count = (size_t)p.m * p.n;
    float *a = values(1, a_count);
    float *b = values(2, b_count);
    float *c = values(3, c_count);
    float *got = memory(c_count * sizeof(float));
    uint32_t a_id = make_array(a, a_count);
    uint32_t b_id = make_array(b, b_count);
    uint32_t c_id = make_array(c, c_count);
    TRY_BOOL(a_id != 0 && b_id != 0 && c_id != 0);
    TRY_BOOL(succeeds(wasi_gpu_ml_kernels_kernel_matmul(&p, a_id, b_id, c_id), "matmul"));
    TRY_BOOL(load(c_id, 0, got, (uint64_t)c_count * sizeof(float)));
    reference_t r = multiply(&p, a, b, c);
    TRY_BOOL(is_accurate(&p, &r, got));
    TRY_BOOL(a_count == 0 || holds(a_id, 0, a, a_count * sizeof(float), "a after the call"));
    TRY_BOOL(b_count == 0 || holds(b_id, 0, b, b_count * sizeof(float), "b after the call"));
    return drop(a_id) && drop(b_id) && drop(c_id);
}

static void shapes(uint32_t transposed) {
    static const uint32_t dimensions[][3] = {
        {1, 1, 1},     {1, 2, 1},     {2, 1, 3},      {3, 3, 3},      {1, 17, 5},
        {5, 17, 1},    {4, 8, 16},    {7, 5, 13},     {16, 16, 16},   {17, 15, 33},
        {31, 33, 32},  {64, 64, 64},  {65, 63, 67},   {1, 300, 65},   {129, 2, 127},
        {100, 257, 3}, {128, 130, 1}, {3, 1000, 129}, {127, 31, 257},
    };
    for (size_t i = 0; i < COUNT_OF(dimensions); i++) {
        const uint32_t *d = dimensions[i];
        TRY(agrees(params_of(d[0], d[1], d[2], transposed, 1, 0)));
    }
    for (uint32_t size = 1; size <= 20; size++) {
        TRY(agrees(params_of(size, 21 - size, size + 3, transposed, 1, 0)));
    }
}

static void alpha_and_beta(uint32_t transposed) {
    static const float pairs[][2] = {{1, 0},  {2.5f, 0}, {1, 1},        {-0.5f, 2},  {0, 1},  {0, 0},
                                     {0, -3}, {1, -1},   {1e-3f, 1e3f}, {3, 0.125f}, {-1, 0}, {1, -0.0f}};
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        TRY(agrees(params_of(33, 20, 41, transposed, pairs[i][0], pairs[i][1])));
        TRY(agrees(params_of(2, 3, 1, transposed, pairs[i][0], pairs[i][1])));
    }
}

static void large(uint32_t transposed) {
    if (is_small) {
        TRY(agrees(params_of(96, 200, 130, transposed, 1, 0)));
        return;
    }
    TRY(agrees(params_of(257, 300, 259, transposed, 1.5f, -0.5f)));
    (void)agrees(params_of(200, 1031, 160, transposed, 1, 0));
}

static void long_dimensions(uint32_t transposed) {
    uint32_t length = is_small ? 70001 : 1000003;
    TRY(agrees(params_of(length, 2, 3, transposed, 1, 0)));
    TRY(agrees(params_of(2, 3, length, transposed, 1, 1)));
    /* A long sum: its error bound grows with k, so that float32 accumulation in any order fits. */
    (void)agrees(params_of(3, length, 2, transposed, 1, 0));
}

static void offset_operands(uint32_t transposed) {
    /* All positive: rounding errors pile up instead of cancelling. */
    const uint32_t m = 48;
    const uint32_t k = 700;
    const uint32_t n = 40;
    matmul_params_t p = params_of(m, k, n, transposed, 1, 0);
    float *a = values(4, (size_t)m * k);
    float *b = values(5, (size_t)k * n);
    for (size_t i = 0; i < (size_t)m * k; i++) {
        a[i] += 1.5f;
    }
    for (size_t i = 0; i < (size_t)k * n; i++) {
        b[i] += 1.5f;
    }
    uint32_t a_id = make_array(a, (size_t)m * k);
    uint32_t b_id = make_array(b, (size_t)k * n);
    uint32_t c_id = make(m * n * 4);
    float *got = memory((size_t)m * n * 4);
    TRY(a_id != 0 && b_id != 0 && c_id != 0);
    TRY(succeeds(wasi_gpu_ml_kernels_kernel_matmul(&p, a_id, b_id, c_id), "matmul"));
    TRY(load(c_id, 0, got, m * n * 4));
    reference_t r = multiply(&p, a, b, NULL);
    (void)is_accurate(&p, &r, got);
}

static void empty_dimensions(uint32_t transposed) {
    /* k = 0 leaves beta * c. */
    TRY(agrees(params_of(5, 0, 7, transposed, 1, 1)));
    TRY(agrees(params_of(5, 0, 7, transposed, 2, -0.5f)));
    TRY(agrees(params_of(300, 0, 257, transposed, 1, 3)));
    TRY(agrees(params_of(5, 0, 7, transposed, 1, 0)));
    float nan = NAN;
    uint32_t c = make_from(&nan, sizeof(nan));
    uint32_t empty = make(1);
    TRY(c != 0 && empty != 0);
    const matmul_params_t p = params_of(1, 0, 1, transposed, 1, 0);
    TRY(succeeds(wasi_gpu_ml_kernels_kernel_matmul(&p, empty, empty, c), "matmul with k = 0"));
    float got;
    TRY(load(c, 0, &got, 4));
    TRY(expect(got == 0, "k = 0, beta = 0, NaN in c: expected 0, got %.9g", (double)got));
    const matmul_params_t nothing[] = {params_of(0, 0, 0, transposed, 1, 0),
                                       params_of(0, 5, 9, transposed, 1, 1),
                                       params_of(9, 0, 0, transposed, 1, 1)};
    uint32_t long_enough = make(400);
    uint32_t untouched = make(16);
    TRY(long_enough != 0 && untouched != 0 && paint(untouched, 0, 0xD2, 16));
    for (size_t i = 0; i < COUNT_OF(nothing); i++) {
        TRY(succeeds(wasi_gpu_ml_kernels_kernel_matmul(&nothing[i], long_enough, long_enough, untouched),
                     "matmul of nothing"));
        TRY(holds_byte(untouched, 0, 0xD2, 16, "c of a product with no elements"));
    }
}

/* One product of M x K x N with every operand given; expects each element. */
static bool gives(matmul_params_t p, float a_value, float b_value, float c_value, float expected,
                  const char *what) {
    size_t counts[3] = {(size_t)p.m * p.k, (size_t)p.k * p.n, (size_t)p.m * p.n};
    float fills[3] = {a_value, b_value, c_value};
    uint32_t ids[3];
    for (int i = 0; i < 3; i++) {
        float *array = memory(counts[i] * sizeof(float));
        for (size_t j = 0; j < counts[i]; j++) {
            array[j] = fills[i];
        }
        ids[i] = make_from(array, (uint64_t)counts[i] * sizeof(float));
        TRY_BOOL(ids[i] != 0);
    }
    TRY_BOOL(succeeds(wasi_gpu_ml_kernels_kernel_matmul(&p, ids[0], ids[1], ids[2]), what));
    float *got = memory(counts[2] * sizeof(float));
    TRY_BOOL(load(ids[2], 0, got, (uint64_t)counts[2] * sizeof(float)));
    for (size_t i = 0; i < counts[2]; i++) {
        TRY_BOOL(expect(is_within(got[i], (double)expected, 0),
                        "%s, %" PRIu32 " x %" PRIu32 " x %" PRIu32 ", element %zu: expected %g, got %.9g",
                        what, p.m, p.k, p.n, i, (double)expected, (double)got[i]));
    }
    return drop(ids[0]) && drop(ids[1]) && drop(ids[2]);
}

static void special_values(uint32_t transposed) {
    static const uint32_t sizes[][3] = {{1, 1, 1}, {3, 4, 5}, {33, 17, 40}, {130, 64, 70}};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        uint32_t m = sizes[i][0];
        uint32_t k = sizes[i][1];
        uint32_t n = sizes[i][2];
        float whole = (float)k;
        TRY(gives(params_of(m, k, n, transposed, 1, 0), 1, 1, NAN, whole, "beta 0 with NaN in c"));
        TRY(gives(params_of(m, k, n, transposed, 1, 0), 1, 1, INFINITY, whole, "beta 0 with infinity in c"));
        TRY(gives(params_of(m, k, n, transposed, 1, -0.0f), 1, 1, NAN, whole, "beta -0 with NaN in c"));
        TRY(gives(params_of(m, k, n, transposed, 0, 2), NAN, 1, 3, 6, "alpha 0 with NaN in a"));
        TRY(gives(params_of(m, k, n, transposed, 0, 2), 1, NAN, 3, 6, "alpha 0 with NaN in b"));
        TRY(gives(params_of(m, k, n, transposed, 0, 1), INFINITY, -INFINITY, 3, 3,
                  "alpha 0 with infinities"));
        TRY(gives(params_of(m, k, n, transposed, 0, 0), NAN, NAN, NAN, 0,
                  "alpha 0 and beta 0 with NaN everywhere"));
        TRY(gives(params_of(m, k, n, transposed, 1, 0), NAN, 1, 0, NAN, "NaN in a"));
        TRY(gives(params_of(m, k, n, transposed, 1, 0), 1, NAN, 0, NAN, "NaN in b"));
        TRY(gives(params_of(m, k, n, transposed, 1, 1), 1, 1, NAN, NAN, "beta 1 with NaN in c"));
        TRY(gives(params_of(m, k, n, transposed, 1, 0), INFINITY, 2, 0, INFINITY, "infinity in a"));
        TRY(gives(params_of(m, k, n, transposed, 1, 0), 2, -INFINITY, 0, -INFINITY, "minus infinity in b"));
        TRY(gives(params_of(m, k, n, transposed, 1, 0), INFINITY, 0, 0, NAN, "infinity times 0"));
        TRY(gives(params_of(m, k, n, transposed, 1, 1), INFINITY, 1, -INFINITY, NAN,
                  "infinity minus infinity"));
    }
}

/* A NaN in one row of op(a) stays in that row of c. */
static void nan_stays_in_its_row(uint32_t transposed) {
    enum { M = 37, K = 29, N = 43, ROW = 11 };
    float *a = values(6, M * K);
    float *b = values(7, K * N);
    a[(transposed & TRANS_A) != 0 ? 5 * M + ROW : ROW * K + 5] = NAN;
    uint32_t a_id = make_array(a, M * K);
    uint32_t b_id = make_array(b, K * N);
    uint32_t c_id = make(M * N * 4);
    float *got = memory(M * N * sizeof(float));
    const matmul_params_t p = params_of(M, K, N, transposed, 1, 0);
    TRY(a_id != 0 && b_id != 0 && c_id != 0);
    TRY(succeeds(wasi_gpu_ml_kernels_kernel_matmul(&p, a_id, b_id, c_id), "matmul"));
    TRY(load(c_id, 0, got, M * N * sizeof(float)));
    for (int i = 0; i < M * N; i++) {
        TRY(expect(isnan(got[i]) == (i / N == ROW), "row %d, column %d: expected %s, got %.9g", i / N, i % N,
                   i / N == ROW ? "NaN" : "a number", (double)got[i]));
    }
}

static void same_operands(uint32_t transposed) {
    enum { SIZE = 50 };
    float *a = values(8, SIZE * SIZE);
    float *got = memory(SIZE * SIZE * sizeof(float));
    uint32_t a_id = make_array(a, SIZE * SIZE);
    uint32_t c_id = make(SIZE * SIZE * 4);
    const matmul_params_t p = params_of(SIZE, SIZE, SIZE, transposed, 1, 0);
    TRY(a_id != 0 && c_id != 0);
    TRY(succeeds(wasi_gpu_ml_kernels_kernel_matmul(&p, a_id, a_id, c_id), "matmul of a buffer with itself"));
    TRY(load(c_id, 0, got, SIZE * SIZE * sizeof(float)));
    reference_t r = multiply(&p, a, a, NULL);
    TRY(is_accurate(&p, &r, got));
    (void)holds(a_id, 0, a, SIZE * SIZE * sizeof(float), "the operand");
}

static void repeats(uint32_t transposed) {
    enum { M = 150, K = 333, N = 121 };
    uint32_t a = make_array(values(9, M * K), M * K);
    uint32_t b = make_array(values(10, K * N), K * N);
    uint32_t c = make(M * N * 4);
    uint8_t *first = memory(M * N * 4);
    const matmul_params_t p = params_of(M, K, N, transposed, 1, 0);
    TRY(a != 0 && b != 0 && c != 0);
    for (int round = 0; round < 4; round++) {
        TRY(paint(c, 0, 0xFF, M * N * 4));
        TRY(succeeds(wasi_gpu_ml_kernels_kernel_matmul(&p, a, b, c), "matmul"));
        TRY(round > 0 ? holds(c, 0, first, M * N * 4, "the same call again") : load(c, 0, first, M * N * 4));
    }
}

#define FOR_EACH_TRANSPOSITION(rule, function)                                                               \
    {"matmul." rule ".nn", function, 0}, {"matmul." rule ".tn", function, TRANS_A},                          \
        {"matmul." rule ".nt", function, TRANS_B}, {                                                         \
        "matmul." rule ".tt", function, TRANS_A | TRANS_B                                                    \
    }

const test_case_t matmul_cases[] = {
    FOR_EACH_TRANSPOSITION("shapes", shapes),
    FOR_EACH_TRANSPOSITION("alpha-beta", alpha_and_beta),
    FOR_EACH_TRANSPOSITION("large", large),
    FOR_EACH_TRANSPOSITION("long-dimensions", long_dimensions),
    FOR_EACH_TRANSPOSITION("positive-operands", offset_operands),
    FOR_EACH_TRANSPOSITION("empty-dimensions", empty_dimensions),
    FOR_EACH_TRANSPOSITION("special-values", special_values),
    FOR_EACH_TRANSPOSITION("nan-stays-in-its-row", nan_stays_in_its_row),
    FOR_EACH_TRANSPOSITION("same-operands", same_operands),
    FOR_EACH_TRANSPOSITION("same-bits", repeats),
    {NULL, NULL, 0},
};
