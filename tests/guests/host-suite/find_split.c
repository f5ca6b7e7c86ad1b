/* find-split: scores of thresholds, whatever the labels, the indices and the buffers hold. */
#include <string.h>

#include "suite.h"

/* One problem in guest memory; arrays are freed with the case. */
typedef struct {
    uint32_t rows;
    uint32_t n_features;
    uint32_t feature_idx;
    uint32_t n_samples;
    uint32_t n_thresholds;
    float *data;
    float *labels;
    uint32_t *indices;
    float *thresholds;
} problem_t;

static problem_t random_problem(uint32_t rows, uint32_t n_features, uint32_t n_samples, uint32_t n_thresholds,
                                uint32_t seed) {
    problem_t p = {.rows = rows,
                   .n_features = n_features,
                   .feature_idx = seed % n_features,
                   .n_samples = n_samples,
                   .n_thresholds = n_thresholds,
                   .data = memory((size_t)rows * n_features * sizeof(float)),
                   .labels = memory(rows * sizeof(float)),
                   .indices = memory(n_samples * sizeof(uint32_t)),
                   .thresholds = memory(n_thresholds * sizeof(float))};
    for (size_t i = 0; i < (size_t)rows * n_features; i++) {
        p.data[i] = value_at(VALUES_UNIT, seed, i);
    }
    for (uint32_t row = 0; row < rows; row++) {
        /* The label depends on the feature, so that thresholds differ in worth. */
        float x = p.data[(size_t)row * n_features + p.feature_idx];
        p.labels[row] = (x > 0.2f ? 3.0f : 0.0f) + value_at(VALUES_UNIT, seed + 1, row);
    }
    for (uint32_t i = 0; i < n_samples; i++) {
        /* With replacement: some rows count twice, some not at all. */
        p.indices[i] = (uint32_t)(hash(seed + 2, i) % rows);
    }
    for (uint32_t i = 0; i < n_thresholds; i++) {
        p.thresholds[i] = value_at(VALUES_UNIT, seed + 3, i);
    }
    return p;
}

/* The row of the i-th listed sample, or false where the index leads nowhere. */
static bool listed_row(const problem_t *p, size_t data_floats, uint32_t i, uint32_t *row) {
    *row = p->indices[i];
    return *row < p->rows && (uint64_t)*row * p->n_features + p->feature_idx < data_floats;
}

/* What the score must be, with the bound on its error, for data that holds `data_floats` values. */
static void score(const problem_t *p, size_t data_floats, float threshold, double *expected, double *bound) {
    double sums[2] = {0};
    uint64_t counts[2] = {0};
    double total = 0;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        uint32_t row;
        if (listed_row(p, data_floats, i, &row)) {
            int side = p->data[(size_t)row * p->n_features + p->feature_idx] <= threshold ? 0 : 1;
            sums[side] += (double)p->labels[row];
            counts[side]++;
            total += (double)p->labels[row];
        }
    }
    *bound = 0;
    if (counts[0] == 0 || counts[1] == 0) {
        *expected = INFINITY;
        return;
    }

    double means[2] = {sums[0] / (double)counts[0], sums[1] / (double)counts[1]};
    double mean = total / (double)(counts[0] + counts[1]);
    double squares = 0;
    *expected = 0;
    for (uint32_t i = 0; i < p->n_samples; i++) {
        uint32_t row;
        if (listed_row(p, data_floats, i, &row)) {
            int side = p->data[(size_t)row * p->n_features + p->feature_idx] <= threshold ? 0 : 1;
            double label = (double)p->labels[row];
            *expected += (label - means[side]) * (label - means[side]);
            squares += (label - mean) * (label - mean);
        }
    }
    /* A label that is not finite makes `total` so. */
    if (!isfinite(total)) {
        *expected = NAN;
    }
    *bound = fmax(1e-5 * *expected, 1e-10 * squares);
}

static uint32_t make_array(const void *array, size_t size) {
    return size == 0 ? make(1) : make_from(array, size);
}

typedef struct {
    uint32_t data;
    uint32_t labels;
    uint32_t indices;
    uint32_t thresholds;
    uint32_t scores;
} ids_t;

static bool make_buffers(const problem_t *p, size_t data_floats, ids_t *ids) {
    ids->data = make_array(p->data, data_floats * sizeof(float));
    ids->labels = make_array(p->labels, p->rows * sizeof(float));
    ids->indices = make_array(p->indices, p->n_samples * sizeof(uint32_t));
    ids->thresholds = make_array(p->thresholds, p->n_thresholds * sizeof(float));
    ids->scores = make(p->n_thresholds == 0 ? 1 : (uint64_t)p->n_thresholds * sizeof(float));
    return ids->data != 0 && ids->labels != 0 && ids->indices != 0 && ids->thresholds != 0 &&
           ids->scores != 0;
}

static int32_t find_split(const problem_t *p, const ids_t *ids) {
    const find_split_params_t params = {.n_samples = p->n_samples,
                                        .n_features = p->n_features,
                                        .feature_idx = p->feature_idx,
                                        .n_thresholds = p->n_thresholds};
    return wasi_gpu_ml_kernels_kernel_find_split(&params, ids->data, ids->labels, ids->indices,
                                                 ids->thresholds, ids->scores);
}

static bool are_scores(const problem_t *p, size_t data_floats, const float *got) {
    for (uint32_t t = 0; t < p->n_thresholds; t++) {
        double expected;
        double bound;
        score(p, data_floats, p->thresholds[t], &expected, &bound);
        TRY_BOOL(expect(is_within(got[t], expected, bound),
                        "%" PRIu32 " samples, %" PRIu32 " thresholds, number %" PRIu32
                        " (%.9g): expected %.9g within %.3g, got %.9g",
                        p->n_samples, p->n_thresholds, t, (double)p->thresholds[t], expected, bound,
                        (double)got[t]));
    }
    return true;
}

/* `data_floats` cuts the data short: rows past it contribute nothing. */
static bool agrees_with_data(const problem_t *p, size_t data_floats) {
    ids_t ids;
    float *got = memory(p->n_thresholds * sizeof(float));
    TRY_BOOL(make_buffers(p, data_floats, &ids));
    TRY_BOOL(paint(ids.scores, 0, 0xFF, p->n_thresholds * sizeof(float)));
    TRY_BOOL(succeeds(find_split(p, &ids), "find-split"));
    TRY_BOOL(load(ids.scores, 0, got, p->n_thresholds * sizeof(float)));
    return are_scores(p, data_floats, got) && drop(ids.data) && drop(ids.labels) && drop(ids.indices) &&
           drop(ids.thresholds) && drop(ids.scores);
}

static bool agrees(const problem_t *p) { return agrees_with_data(p, (size_t)p->rows * p->n_features); }

static void shapes(uint32_t unused) {
    (void)unused;
    static const uint32_t samples[] = {0, 1, 2, 3, 15, 17, 33, 255, 257, 1000, 4097, 70001};
    static const uint32_t thresholds[] = {0, 1, 2, 7, 16, 33, 63, 64, 65, 100, 256, 301, 1000};
    static const uint32_t features[] = {1, 2, 5, 8};
    uint64_t limit = is_small ? 150000 : 1200000;
    for (size_t s = 0; s < COUNT_OF(samples); s++) {
        for (size_t t = 0; t < COUNT_OF(thresholds); t++) {
            if ((uint64_t)samples[s] * thresholds[t] <= limit) {
                uint32_t rows = samples[s] < 3 ? 5 : samples[s];
                problem_t p = random_problem(rows, features[(s + t) % 4], samples[s], thresholds[t],
                                             (uint32_t)(1 + s * 16 + t));
                TRY(agrees(&p));
            }
        }
    }
}

static void long_lists(uint32_t unused) {
    (void)unused;
    problem_t p = random_problem(1000, 3, is_small ? 70001 : 2000003, 2, 5);
    TRY(agrees(&p));
    p = random_problem(is_small ? 70001 : 500009, 2, is_small ? 70001 : 500009, 3, 6);
    (void)agrees(&p);
}

static void many_thresholds(uint32_t unused) {
    (void)unused;
    problem_t p = random_problem(20, 2, 20, 70001, 7);
    (void)agrees(&p);
}

/* The labels of a problem moved far from zero: centring must keep the digits. */
static void offset_labels(uint32_t offset) {
    static const uint32_t samples[] = {2, 10, 1000, 20011};
    for (size_t s = 0; s < COUNT_OF(samples); s++) {
        problem_t p = random_problem(samples[s], 2, samples[s], 9, 8);
        for (uint32_t row = 0; row < p.rows; row++) {
            p.labels[row] += (float)offset;
        }
        TRY(agrees(&p));
        for (uint32_t row = 0; row < p.rows; row++) {
            p.labels[row] = -p.labels[row];
        }
        TRY(agrees(&p));
    }
}

/* Labels that are the same on each side: the score is next to nothing beside Q. */
static void perfect_splits(uint32_t unused) {
    (void)unused;
    problem_t p = random_problem(3001, 2, 3001, 9, 9);
    p.thresholds[4] = 0.2f;
    for (uint32_t row = 0; row < p.rows; row++) {
        p.labels[row] = p.data[row * p.n_features + p.feature_idx] <= 0.2f ? -1234.5f : 7001.25f;
    }
    TRY(agrees(&p));
    for (uint32_t row = 0; row < p.rows; row++) {
        p.labels[row] = 16777215.0f;
    }
    (void)agrees(&p);
}

static void wide_labels(uint32_t unused) {
    (void)unused;
    static const float scales[] = {1e-15f, 1e-6f, 1e6f, 1e15f};
    for (size_t s = 0; s < COUNT_OF(scales); s++) {
        problem_t p = random_problem(501, 2, 501, 9, 10);
        for (uint32_t row = 0; row < p.rows; row++) {
            p.labels[row] *= scales[s];
        }
        TRY(agrees(&p));
    }
    /* One label far from all others. */
    problem_t p = random_problem(501, 2, 501, 9, 11);
    p.labels[17] = 1e9f;
    p.indices[3] = 17;
    (void)agrees(&p);
}

static void special_features(uint32_t unused) {
    (void)unused;
    static const float specials[] = {NAN, INFINITY, -INFINITY, -0.0f, 0.0f, 0.5f, 1e-40f, -1e-40f};
    problem_t p = random_problem(997, 3, 997, 12, 12);
    for (uint32_t row = 0; row < p.rows; row += 3) {
        p.data[row * 3 + p.feature_idx] = specials[row / 3 % 6];
    }
    static const float thresholds[12] = {NAN,  INFINITY, -INFINITY, 0,     -0.0f, 0.5f,
                                         0.5f, NAN,      0.25f,     -1e9f, 1e9f,  -0.5f};
    memcpy(p.thresholds, thresholds, sizeof(thresholds));
    TRY(agrees(&p));
    /* Every value NaN: the left side is empty. */
    for (uint32_t row = 0; row < p.rows; row++) {
        p.data[row * 3 + p.feature_idx] = NAN;
    }
    TRY(agrees(&p));
    /* Every value equal to a threshold goes left. */
    for (uint32_t row = 0; row < p.rows; row++) {
        p.data[row * 3 + p.feature_idx] = row % 2 == 0 ? 0.5f : 0.75f;
    }
    (void)agrees(&p);
}

static void special_labels(uint32_t which) {
    static const float specials[] = {NAN, INFINITY, -INFINITY};
    problem_t p = random_problem(301, 2, 301, 9, 13);
    p.thresholds[0] = -5;
    p.thresholds[1] = 5;
    p.thresholds[2] = NAN;
    p.labels[100] = specials[which];
    /* Not listed: it is nobody's label. */
    for (uint32_t i = 0; i < p.n_samples; i++) {
        p.indices[i] = p.indices[i] == 100 ? 101 : p.indices[i];
    }
    TRY(agrees(&p));
    p.indices[250] = 100;
    (void)agrees(&p);
}

static void hostile_indices(uint32_t unused) {
    (void)unused;
    static const uint32_t wild[] = {0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 0x40000000,
                                    0x20000001, 1000,       1001,       0x55555556};
    problem_t p = random_problem(1000, 3, 1500, 11, 14);
    for (uint32_t i = 0; i < p.n_samples; i += 4) {
        p.indices[i] = wild[i / 4 % COUNT_OF(wild)];
    }
    TRY(agrees(&p));
    for (uint32_t i = 0; i < p.n_samples; i++) {
        p.indices[i] = wild[i % COUNT_OF(wild)];
    }
    (void)agrees(&p);
}

/* Data shorter than the labels, also in the middle of a row, and labels shorter than the data. */
static void short_data(uint32_t unused) {
    (void)unused;
    problem_t p = random_problem(200, 4, 300, 9, 15);
    static const size_t floats[] = {800, 799, 798, 797, 796, 400, 5, 4, 3, 2, 1, 0};
    for (p.feature_idx = 0; p.feature_idx < 4; p.feature_idx++) {
        for (size_t i = 0; i < COUNT_OF(floats); i++) {
            TRY(agrees_with_data(&p, floats[i]));
        }
    }
    /* One listed row is the first without a label. */
    p.feature_idx = 1;
    p.rows = 77;
    p.indices[0] = 77;
    TRY(agrees_with_data(&p, 800));
    p.rows = 0;
    (void)agrees_with_data(&p, 800);
}

/* Bytes after the last whole element of a buffer are no element. */
static void partial_last_elements(uint32_t unused) {
    (void)unused;
    problem_t p = random_problem(50, 1, 60, 5, 16);
    for (uint32_t i = 0; i < 20; i++) {
        p.indices[i * 3] = 50;
    }
    ids_t ids;
    TRY(make_buffers(&p, 50, &ids));
    ids.data = make(50 * 4 + 3);
    ids.labels = make(50 * 4 + 3);
    TRY(ids.data != 0 && ids.labels != 0 && store(ids.data, 0, p.data, 200) &&
        store(ids.labels, 0, p.labels, 200));
    TRY(paint(ids.data, 200, 0x3F, 3) && paint(ids.labels, 200, 0x45, 3));
    float got[5];
    TRY(succeeds(find_split(&p, &ids), "find-split") && load(ids.scores, 0, got, sizeof(got)));
    (void)are_scores(&p, 50, got);
}

static void empty_sides(uint32_t unused) {
    (void)unused;
    problem_t p = random_problem(100, 2, 0, 5, 17);
    TRY(agrees(&p));
    p = random_problem(100, 2, 100, 3, 18);
    p.thresholds[0] = -2;
    p.thresholds[1] = 2;
    p.thresholds[2] = INFINITY;
    TRY(agrees(&p));
    p = random_problem(100, 2, 1, 3, 19);
    (void)agrees(&p);
}

/* The scores over each input in turn: the result is as if all inputs were read first. */
static void aliases(uint32_t which) {
    /* One feature and as many thresholds as samples and rows, so that all buffers have one size. */
    enum { COUNT = 300 };
    problem_t p = random_problem(COUNT, 1, COUNT, COUNT, 20);
    ids_t ids;
    float got[COUNT];
    TRY(make_buffers(&p, COUNT, &ids));
    const uint32_t inputs[] = {ids.data, ids.labels, ids.indices, ids.thresholds};
    ids.scores = inputs[which];
    TRY(succeeds(find_split(&p, &ids), "find-split over an input") && load(ids.scores, 0, got, sizeof(got)));
    (void)are_scores(&p, COUNT, got);
}

/* One buffer as data, labels and thresholds. */
static void same_inputs(uint32_t unused) {
    (void)unused;
    enum { COUNT = 257 };
    problem_t p = random_problem(COUNT, 1, COUNT, COUNT, 21);
    p.labels = p.data;
    p.thresholds = p.data;
    ids_t ids;
    float got[COUNT];
    TRY(make_buffers(&p, COUNT, &ids));
    ids.labels = ids.data;
    ids.thresholds = ids.data;
    TRY(succeeds(find_split(&p, &ids), "find-split") && load(ids.scores, 0, got, sizeof(got)));
    (void)are_scores(&p, COUNT, got);
}

static void repeats(uint32_t n_thresholds) {
    problem_t p = random_problem(20011, 3, 20011, n_thresholds, 22);
    ids_t ids;
    uint64_t size = n_thresholds * sizeof(float);
    uint8_t *first = memory(size);
    TRY(make_buffers(&p, (size_t)p.rows * p.n_features, &ids));
    for (int round = 0; round < 4; round++) {
        TRY(paint(ids.scores, 0, 0xFF, size));
        TRY(succeeds(find_split(&p, &ids), "find-split"));
        TRY(round > 0 ? holds(ids.scores, 0, first, size, "the same call again")
                      : load(ids.scores, 0, first, size));
    }
}

const test_case_t find_split_cases[] = {
    {"find-split.shapes", shapes, 0},
    {"find-split.long", long_lists, 0},
    {"find-split.many-thresholds", many_thresholds, 0},
    {"find-split.offset-labels.1000000", offset_labels, 1000000},
    {"find-split.offset-labels.16000000", offset_labels, 16000000},
    {"find-split.perfect-splits", perfect_splits, 0},
    {"find-split.wide-labels", wide_labels, 0},
    {"find-split.special-features", special_features, 0},
    {"find-split.special-labels.nan", special_labels, 0},
    {"find-split.special-labels.infinity", special_labels, 1},
    {"find-split.special-labels.minus-infinity", special_labels, 2},
    {"find-split.hostile-indices", hostile_indices, 0},
    {"find-split.short-data", short_data, 0},
    {"find-split.partial-last-elements", partial_last_elements, 0},
    {"find-split.empty-sides", empty_sides, 0},
    {"find-split.aliases.data", aliases, 0},
    {"find-split.aliases.labels", aliases, 1},
    {"find-split.aliases.indices", aliases, 2},
    {"find-split.aliases.thresholds", aliases, 3},
    {"find-split.same-inputs", same_inputs, 0},
    {"find-split.same-bits.9", repeats, 9},
    {"find-split.same-bits.301", repeats, 301},
    {NULL, NULL, 0},
};
