/* reduce: sum, max, min, mean and variance of one array. */
#include <float.h>
#include <string.h>

#include "suite.h"

static bool reduce(reduce_op_t op, uint32_t count, uint32_t input, float *got) {
    uint32_t output = make(4);
    TRY_BOOL(output != 0 && paint(output, 0, 0x66, 4));
    const reduce_params_t params = {.n_elements = count, .op = op};
    TRY_BOOL(succeeds(wasi_gpu_ml_kernels_kernel_reduce(&params, input, output), "reduce"));
    return load(output, 0, got, 4) && drop(output);
}

typedef struct {
    double sum;
    double sum_of_sizes;
    double max;
    double min;
    double mean;
    double variance;
} summary_t;

static summary_t summarise(values_t kind, uint32_t seed, uint32_t count) {
    summary_t s = {.max = -INFINITY, .min = INFINITY};
    for (uint32_t i = 0; i < count; i++) {
        double value = value_at(kind, seed, i);
        s.sum += value;
        s.sum_of_sizes += fabs(value);
        s.max = value > s.max ? value : s.max;
        s.min = value < s.min ? value : s.min;
    }
    s.mean = s.sum / count;
    for (uint32_t i = 0; i < count; i++) {
        double difference = value_at(kind, seed, i) - s.mean;
        s.variance += difference * difference;
    }
    s.variance /= count;
    return s;
}

static bool agrees(values_t kind, uint32_t count) {
    uint32_t input = make((uint64_t)count * 4);
    TRY_BOOL(input != 0 && fill(input, kind, count, count));
    summary_t s = summarise(kind, count, count);
    /* An offset of 1e6 on values of variance 1 keeps four digits. */
    double variance_bound = kind == VALUES_OFFSET ? 1e-4 * fmax(s.variance, 1) : 1e-5 * s.variance;
    const struct {
        reduce_op_t op;
        const char *name;
        double expected;
        double bound;
    } checks[] = {
        {REDUCE_OP_SUM, "sum", s.sum, 1e-6 * s.sum_of_sizes},
        {REDUCE_OP_MAX, "max", s.max, 0},
        {REDUCE_OP_MIN, "min", s.min, 0},
        {REDUCE_OP_MEAN, "mean", s.mean, 1e-6 * s.sum_of_sizes / count},
        {REDUCE_OP_VARIANCE, "variance", s.variance, variance_bound},
    };
    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        float got;
        TRY_BOOL(reduce(checks[i].op, count, input, &got));
        TRY_BOOL(expect(is_within(got, checks[i].expected, checks[i].bound),
                        "%s of %" PRIu32 " values: expected %.9g within %.3g, got %.9g", checks[i].name,
                        count, checks[i].expected, checks[i].bound, (double)got));
    }
    return drop(input);
}

static void sizes(uint32_t kind) {
    static const uint32_t counts[] = {63,    64,    65,    127,    129,    255,    256,  257,
                                      1000,  1023,  1024,  1025,   2047,   2049,   4097, 8191,
                                      65535, 65536, 65537, 131073, 262147, 1000003};
    for (uint32_t count = 1; count <= 40; count++) {
        TRY(agrees((values_t)kind, count));
    }
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        if (!is_small || counts[i] <= 140000) {
            TRY(agrees((values_t)kind, counts[i]));
        }
    }
}

static void long_input(uint32_t kind) {
    (void)agrees((values_t)kind, is_small ? 200003 : kind == VALUES_UNIT ? 17000003 : 10000019);
}

/* One special value among ordinary ones, at each place of a short array and at the ends and borders of longer
 * ones. */
static bool with_special(float special, uint32_t count, uint32_t at) {
    uint32_t input = make((uint64_t)count * 4);
    TRY_BOOL(input != 0 && fill(input, VALUES_UNIT, count, count) &&
             store(input, at * UINT64_C(4), &special, 4));
    double max = -INFINITY;
    double min = INFINITY;
    for (uint32_t i = 0; i < count; i++) {
        double value = i == at ? (double)special : (double)value_at(VALUES_UNIT, count, i);
        max = value > max ? value : max;
        min = value < min ? value : min;
    }
    const double expected[] = {(double)special, isnan(special) ? NAN : max, isnan(special) ? NAN : min,
                               (double)special};
    for (reduce_op_t op = REDUCE_OP_SUM; op <= REDUCE_OP_MEAN; op++) {
        float got;
        TRY_BOOL(reduce(op, count, input, &got));
        TRY_BOOL(expect(is_within(got, expected[op], 0),
                        "op %d of %" PRIu32 " values, of which number %" PRIu32
                        " is %g: expected %.9g, got %.9g",
                        (int)op, count, at, (double)special, expected[op], (double)got));
    }
    float variance;
    TRY_BOOL(reduce(REDUCE_OP_VARIANCE, count, input, &variance));
    TRY_BOOL(expect(isnan(special) ? isnan(variance) : !isfinite(variance),
                    "variance of %" PRIu32 " values, of which number %" PRIu32
                    " is %g: expected no finite number, got %.9g",
                    count, at, (double)special, (double)variance));
    return drop(input);
}

static void special_values(uint32_t which) {
    static const float specials[] = {NAN, INFINITY, -INFINITY};
    float special = specials[which];
    for (uint32_t count = 1; count <= 37; count += 4) {
        for (uint32_t at = 0; at < count; at++) {
            TRY(with_special(special, count, at));
        }
    }
    static const uint32_t places[] = {0, 1, 1023, 1024, 4095, 65535, 65536, 70000};
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        TRY(with_special(special, 70001, places[i]));
    }
}

static bool is_reduced_to(const float *values, uint32_t count, reduce_op_t op, double expected,
                          double bound) {
    uint32_t input = make_from(values, (uint64_t)count * 4);
    float got;
    TRY_BOOL(input != 0 && reduce(op, count, input, &got));
    return expect(is_within(got, expected, bound),
                  "op %d of %" PRIu32 " values from %g: expected %.9g, got %.9g", (int)op, count,
                  (double)values[0], expected, (double)got) &&
           drop(input);
}

static void exact_values(uint32_t unused) {
    (void)unused;
    const float opposite[] = {INFINITY, 1, -INFINITY};
    TRY(is_reduced_to(opposite, 3, REDUCE_OP_SUM, NAN, 0));
    TRY(is_reduced_to(opposite, 3, REDUCE_OP_MEAN, NAN, 0));
    TRY(is_reduced_to(opposite, 3, REDUCE_OP_MAX, INFINITY, 0));
    TRY(is_reduced_to(opposite, 3, REDUCE_OP_MIN, -INFINITY, 0));
    const float lowest[] = {-INFINITY, -INFINITY};
    TRY(is_reduced_to(lowest, 2, REDUCE_OP_MAX, -INFINITY, 0));
    TRY(is_reduced_to(lowest, 2, REDUCE_OP_SUM, -INFINITY, 0));
    const float highest[] = {INFINITY, INFINITY, INFINITY};
    TRY(is_reduced_to(highest, 3, REDUCE_OP_MIN, INFINITY, 0));
    const float negative[] = {-5, -3, -FLT_MAX, -4, -3.5f};
    TRY(is_reduced_to(negative, 5, REDUCE_OP_MAX, -3, 0));
    TRY(is_reduced_to(negative, 5, REDUCE_OP_MIN, -(double)FLT_MAX, 0));
    const float zeros[] = {-0.0f, 0.0f, -0.0f};
    TRY(is_reduced_to(zeros, 3, REDUCE_OP_MAX, 0, 0));
    TRY(is_reduced_to(zeros, 3, REDUCE_OP_MIN, 0, 0));
    /* Big terms that cancel leave an error relative to them. */
    const float cancelling[] = {1e8f, 1, -1e8f, 1};
    TRY(is_reduced_to(cancelling, 4, REDUCE_OP_SUM, 2, 1e-6 * 2e8));
    const float spread[] = {1, 3};
    TRY(is_reduced_to(spread, 2, REDUCE_OP_VARIANCE, 1, 1e-5));
    TRY(is_reduced_to(spread, 1, REDUCE_OP_VARIANCE, 0, 0));
    float *constant = memory(5003 * sizeof(float));
    for (int i = 0; i < 5003; i++) {
        constant[i] = 2.5f;
    }
    TRY(is_reduced_to(constant, 5003, REDUCE_OP_VARIANCE, 0, 1e-10));
    (void)is_reduced_to(constant, 5003, REDUCE_OP_MEAN, 2.5, 2.5e-6);
}

/* The output may be the input: its first element is replaced and nothing else. */
static void in_place(uint32_t op) {
    const uint32_t count = 3001;
    uint32_t input = make(count * 4);
    uint32_t same = make(count * 4);
    TRY(input != 0 && same != 0 && fill(input, VALUES_UNIT, 31, count) && fill(same, VALUES_UNIT, 31, count));
    float expected;
    TRY(reduce((reduce_op_t)op, count, input, &expected));
    const reduce_params_t params = {.n_elements = count, .op = (reduce_op_t)op};
    TRY(succeeds(wasi_gpu_ml_kernels_kernel_reduce(&params, same, same), "reduce in place"));
    TRY(holds(same, 0, &expected, 4, "the result over the first element"));
    uint8_t *rest = memory(count * 4);
    TRY(load(input, 4, rest, count * 4 - 4));
    (void)holds(same, 4, rest, count * 4 - 4, "the other elements");
}

static void repeats(uint32_t op) {
    const uint32_t count = 123457;
    uint32_t input = make(count * 4);
    TRY(input != 0 && fill(input, VALUES_UNIT, 32, count));
    float first = 0;
    for (int round = 0; round < 8; round++) {
        float got;
        TRY(reduce((reduce_op_t)op, count, input, &got));
        TRY(expect(round == 0 || memcmp(&got, &first, 4) == 0, "call %d: expected %.9g again, got %.9g",
                   round, (double)first, (double)got));
        first = got;
    }
}

#define FOR_EACH_OP(rule, function)                                                                          \
    {"reduce." rule ".sum", function, REDUCE_OP_SUM}, {"reduce." rule ".max", function, REDUCE_OP_MAX},      \
        {"reduce." rule ".min", function, REDUCE_OP_MIN},                                                    \
        {"reduce." rule ".mean", function, REDUCE_OP_MEAN}, {                                                \
        "reduce." rule ".variance", function, REDUCE_OP_VARIANCE                                             \
    }

const test_case_t reduce_cases[] = {
    {"reduce.sizes", sizes, VALUES_UNIT},
    {"reduce.sizes-with-offset", sizes, VALUES_OFFSET},
    {"reduce.exact-values", exact_values, 0},
    {"reduce.nan", special_values, 0},
    {"reduce.infinity", special_values, 1},
    {"reduce.minus-infinity", special_values, 2},
    FOR_EACH_OP("in-place", in_place),
    FOR_EACH_OP("same-bits", repeats),
    {"reduce.long", long_input, VALUES_UNIT},
    {"reduce.long-with-offset", long_input, VALUES_OFFSET},
    {NULL, NULL, 0},
};
