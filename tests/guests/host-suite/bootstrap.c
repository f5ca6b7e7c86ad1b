/* bootstrap-sample: the same indices on every device, bit for bit. */
#include <string.h>

#include "suite.h"

static void philox(uint32_t counter[4], uint32_t key0, uint32_t key1) {
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)UINT32_C(0xD2511F53) * counter[0];
        uint64_t p1 = (uint64_t)UINT32_C(0xCD9E8D57) * counter[2];
        uint32_t next0 = (uint32_t)(p1 >> 32) ^ counter[1] ^ key0;
        uint32_t next2 = (uint32_t)(p0 >> 32) ^ counter[3] ^ key1;
        counter[0] = next0;
        counter[1] = (uint32_t)p1;
        counter[2] = next2;
        counter[3] = (uint32_t)p0;
        key0 += UINT32_C(0x9E3779B9);
        key1 += UINT32_C(0xBB67AE85);
    }
}

static uint32_t expected_index(uint32_t seed, uint32_t max_index, uint32_t i) {
    uint32_t threshold = (uint32_t)((UINT64_C(1) << 32) % max_index);
    for (uint32_t attempt = 0;; attempt++) {
        uint32_t counter[4] = {i >> 2, 0, 0, attempt};
        philox(counter, seed, 0);
        uint64_t product = (uint64_t)counter[i & 3] * max_index;
        if ((uint32_t)product >= threshold) {
            return (uint32_t)(product >> 32);
        }
    }
}

static bool draw(uint32_t seed, uint32_t max_index, uint32_t count, uint32_t *out) {
    uint32_t id = make(count == 0 ? 4 : (uint64_t)count * 4);
    TRY_BOOL(id != 0);
    const bootstrap_params_t params = {.n_samples = count, .seed = seed, .max_index = max_index};
    TRY_BOOL(succeeds(wasi_gpu_ml_kernels_kernel_bootstrap_sample(&params, id), "bootstrap-sample"));
    return load(id, 0, out, (uint64_t)count * 4) && drop(id);
}

static bool agrees(uint32_t seed, uint32_t max_index, uint32_t count) {
    uint32_t *got = memory((size_t)count * 4);
    TRY_BOOL(draw(seed, max_index, count, got));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t expected = expected_index(seed, max_index, i);
        TRY_BOOL(expect(got[i] == expected,
                        "seed %" PRIu32 ", max-index %" PRIu32 ", %" PRIu32 " samples, index %" PRIu32
                        ": expected %" PRIu32 ", got %" PRIu32,
                        seed, max_index, count, i, expected, got[i]));
    }
    return true;
}

typedef struct {
    uint32_t seed;
    uint32_t max_index;
    uint32_t count;
    uint32_t indices[12];
} known_t;

static const known_t known[] = {
    {42, 442, 12, {270, 207, 32, 150, 436, 144, 227, 200, 365, 290, 266, 341}},
    {42, 10, 12, {6, 4, 0, 3, 9, 3, 5, 4, 8, 6, 6, 7}},
    {0, 1000000, 8, {399046, 880520, 735712, 605481, 972241, 362091, 693930, 37094}},
    {1,
     3000000001,
     8,
     {216610596, 351766442, 821869503, 2327935072, 2015994806, 2622335805, 1426779677, 1968309505}},
};

static void known_answers(uint32_t index) {
    const known_t *answer = &known[index];
    uint32_t got[12];
    TRY(draw(answer->seed, answer->max_index, answer->count, got));
    for (uint32_t i = 0; i < answer->count; i++) {
        TRY(expect(got[i] == answer->indices[i], "index %" PRIu32 ": expected %" PRIu32 ", got %" PRIu32, i,
                   answer->indices[i], got[i]));
    }
}

/* Sums of longer samples, and how many different indices the first one holds. */
static void known_sums(uint32_t unused) {
    (void)unused;
    static const struct {
        uint32_t seed;
        uint32_t max_index;
        uint32_t count;
        uint64_t sum;
    } sums[] = {
        {42, 442, 442, 92051}, {1, 3000000001, 100000, 150114871914849}, {7, 1000, 1000000, 499236384}};
    for (size_t s = 0; s < COUNT_OF(sums); s++) {
        uint32_t *got = memory((size_t)sums[s].count * 4);
        TRY(draw(sums[s].seed, sums[s].max_index, sums[s].count, got));
        uint64_t sum = 0;
        for (uint32_t i = 0; i < sums[s].count; i++) {
            sum += got[i];
        }
        TRY(expect(sum == sums[s].sum,
                   "seed %" PRIu32 ", max-index %" PRIu32 ": expected the sum %" PRIu64 ", got %" PRIu64,
                   sums[s].seed, sums[s].max_index, sums[s].sum, sum));
    }

    uint32_t sample[442];
    bool seen[442] = {false};
    uint32_t distinct = 0;
    TRY(draw(42, 442, 442, sample));
    for (uint32_t i = 0; i < 442; i++) {
        distinct += !seen[sample[i]];
        seen[sample[i]] = true;
    }
    expect(distinct == 291, "different indices of seed 42: expected 291, got %" PRIu32, distinct);
}

static void sizes(uint32_t unused) {
    (void)unused;
    static const uint32_t counts[] = {1023, 1024, 1025, 4099, 65535, 65536, 65537, 262147};
    for (uint32_t count = 1; count <= 40; count++) {
        TRY(agrees(123, 1000, count));
    }
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        TRY(agrees((uint32_t)i, 77777, counts[i]));
    }
    (void)(is_small || agrees(2024, 1000000007, 10000019));
}

static void limits(uint32_t unused) {
    (void)unused;
    /* Few redraws, none, and about every second draw: 2^31 + 1. */
    static const uint32_t max_indices[] = {1,          2,          3,          5,          256,
                                           65536,      65537,      1u << 30,   0x7FFFFFFF, 0x80000000,
                                           0x80000001, 3000000001, 0xAAAAAAAB, 0xFFFFFFFE, 0xFFFFFFFF};
    static const uint32_t seeds[] = {0, 1, 0x80000000, 0xFFFFFFFF};
    for (size_t m = 0; m < COUNT_OF(max_indices); m++) {
        for (size_t s = 0; s < COUNT_OF(seeds); s++) {
            TRY(agrees(seeds[s], max_indices[m], 1001));
        }
    }
}

/* A shorter sample is the start of a longer one: how the work is divided does not show. */
static void prefixes(uint32_t unused) {
    (void)unused;
    enum { COUNT = 5003 };
    uint32_t *whole = memory(COUNT * 4);
    uint32_t *part = memory(COUNT * 4);
    TRY(draw(99, 0x80000001, COUNT, whole));
    static const uint32_t counts[] = {1, 2, 3, 5, 64, 1000, 2501, 5002};
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        TRY(draw(99, 0x80000001, counts[i], part));
        TRY(same_bytes(part, whole, (size_t)counts[i] * 4, "the start of a longer sample"));
    }
}

const test_case_t bootstrap_cases[] = {
    {"bootstrap-sample.known-answers.42-442", known_answers, 0},
    {"bootstrap-sample.known-answers.42-10", known_answers, 1},
    {"bootstrap-sample.known-answers.0-1000000", known_answers, 2},
    {"bootstrap-sample.known-answers.1-3000000001", known_answers, 3},
    {"bootstrap-sample.known-sums", known_sums, 0},
    {"bootstrap-sample.sizes", sizes, 0},
    {"bootstrap-sample.limits", limits, 0},
    {"bootstrap-sample.prefixes", prefixes, 0},
    {NULL, NULL, 0},
};
