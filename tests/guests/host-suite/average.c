/* average: means of rows. */
#include "suite.h"

static bool averages(values_t kind, uint32_t n_trees, uint32_t n_samples) {
    uint64_t count = (uint64_t)n_trees * n_samples;
    uint32_t input = make(count * sizeof(float));
    uint32_t output = make((uint64_t)n_samples * sizeof(float));
    TRY_BOOL(input != 0 && output != 0 && fill(input, kind, n_trees, count));
    const average_params_t params = {.n_trees = n_trees, .n_samples = n_samples};
    TRY_BOOL(succeeds(wasi_gpu_ml_kernels_kernel_average(&params, input, output), "average"));
    float *got = memory((size_t)n_samples * sizeof(float));
    TRY_BOOL(load(output, 0, got, (uint64_t)n_samples * sizeof(float)));
    for (uint32_t row = 0; row < n_samples; row++) {
        double sum = 0;
        double sum_of_sizes = 0;
        double sum_of_finite_sizes = 0;
        for (uint32_t tree = 0; tree < n_trees; tree++) {
            double value = value_at(kind, n_trees, (uint64_t)row * n_trees + tree);
            sum += value;
            sum_of_sizes += fabs(value);
            sum_of_finite_sizes += isfinite(value) ? fabs(value) : 0;
        }
        /* Infinities follow IEEE, but finite values whose sum leaves float32 give what they give. */
        if (sum_of_finite_sizes > 3e38) {
            continue;
        }
        double expected = sum / n_trees;
        TRY_BOOL(expect(is_within(got[row], expected, 1e-6 * sum_of_sizes / n_trees),
                        "%" PRIu32 " rows of %" PRIu32 ", row %" PRIu32 ": expected %.9g, got %.9g",
                        n_samples, n_trees, row, expected, (double)got[row]));
    }
    return drop(input) && drop(output);
}

static void shapes(uint32_t unused) {
    (void)unused;
    static const uint32_t trees[] = {1, 2, 3, 4, 7, 8, 9, 16, 31, 33, 100, 127, 128, 129, 255, 1000, 4097};
    static const uint32_t samples[] = {1, 2, 3, 17, 64, 255, 1001};
    for (size_t t = 0; t < COUNT_OF(trees); t++) {
        for (size_t s = 0; s < COUNT_OF(samples); s++) {
            if (trees[t] * samples[s] <= (is_small ? 40000u : 1100000u)) {
                TRY(averages(VALUES_UNIT, trees[t], samples[s]));
            }
        }
    }
}

static void long_ones(uint32_t unused) {
    (void)unused;
    TRY(averages(VALUES_UNIT, 1, 65537));
    TRY(averages(VALUES_UNIT, 3, 70001));
    TRY(averages(VALUES_UNIT, 200003, 2));
    if (!is_small) {
        TRY(averages(VALUES_UNIT, 10, 1000003));
        TRY(averages(VALUES_UNIT, 1000003, 5));
    }
}

static void offset_values(uint32_t unused) {
    (void)unused;
    TRY(averages(VALUES_OFFSET, 8, 100));
    TRY(averages(VALUES_OFFSET, 1000, 100));
    (void)averages(VALUES_OFFSET, 30011, 3);
}

static void special_values(uint32_t unused) {
    (void)unused;
    /* Rows short enough that many hold no NaN. */
    TRY(averages(VALUES_MIXED, 1, 5003));
    TRY(averages(VALUES_MIXED, 2, 5003));
    TRY(averages(VALUES_MIXED, 9, 5003));
    (void)averages(VALUES_MIXED, 130, 301);
}

static void in_place(uint32_t n_trees) {
    const uint32_t n_samples = 501;
    uint64_t count = (uint64_t)n_trees * n_samples;
    uint32_t apart = make(count * sizeof(float));
    uint32_t together = make(count * sizeof(float));
    uint32_t output = make(n_samples * sizeof(float));
    TRY(apart != 0 && together != 0 && output != 0);
    TRY(fill(apart, VALUES_UNIT, 4, count) && fill(together, VALUES_UNIT, 4, count));
    const average_params_t params = {.n_trees = n_trees, .n_samples = n_samples};
    TRY(succeeds(wasi_gpu_ml_kernels_kernel_average(&params, apart, output), "average"));
    TRY(succeeds(wasi_gpu_ml_kernels_kernel_average(&params, together, together), "average in place"));
    uint64_t rest = (count - n_samples) * sizeof(float);
    uint8_t *expected = memory(count * sizeof(float));
    TRY(load(output, 0, expected, n_samples * sizeof(float)));
    TRY(holds(together, 0, expected, n_samples * sizeof(float), "means written over their rows"));
    TRY(load(apart, n_samples * sizeof(float), expected, rest));
    (void)holds(together, n_samples * sizeof(float), expected, rest, "the rest of the rows");
}

static void repeats(uint32_t unused) {
    (void)unused;
    enum { TREES = 777, SAMPLES = 333 };
    uint32_t input = make(TREES * SAMPLES * sizeof(float));
    uint32_t output = make(SAMPLES * sizeof(float));
    float first[SAMPLES];
    TRY(input != 0 && output != 0 && fill(input, VALUES_UNIT, 5, TREES * SAMPLES));
    const average_params_t params = {.n_trees = TREES, .n_samples = SAMPLES};
    for (int round = 0; round < 4; round++) {
        TRY(paint(output, 0, 0xFF, sizeof(first)));
        TRY(succeeds(wasi_gpu_ml_kernels_kernel_average(&params, input, output), "average"));
        TRY(round > 0 ? holds(output, 0, first, sizeof(first), "the same call again")
                      : load(output, 0, first, sizeof(first)));
    }
}

const test_case_t average_cases[] = {
    {"average.shapes", shapes, 0},
    {"average.long", long_ones, 0},
    {"average.offset", offset_values, 0},
    {"average.special-values", special_values, 0},
    {"average.in-place.1", in_place, 1},
    {"average.in-place.2", in_place, 2},
    {"average.in-place.129", in_place, 129},
    {"average.same-bits", repeats, 0},
    {NULL, NULL, 0},
};
