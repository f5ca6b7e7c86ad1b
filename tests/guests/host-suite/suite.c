/*
 * The host suite: a guest that holds its host to the rules of wasi:gpu@0.1.0.
 *
 *   host-suite.wasm [--small] [--no-gpu] [--list] [--filter SUBSTRING]
 *   host-suite.wasm --digest SEED
 *
 * --digest runs no cases: it prints a number made of the results of all kernels on data that the seed decides.
 * --no-gpu runs the cases for a guest that was not granted the GPU, and no others.
 *
 * Prints "NAME<TAB>passed|failed|skipped<TAB>DETAIL" for each case, then "N passed, N failed, N skipped".
 * Exits with 0 if no case failed.
 */
#include "suite.h"

#include <float.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const test_case_t *const gpu_tables[] = {
    first_id_cases,   device_cases,  buffer_cases, abi_cases,         refusal_cases, bootstrap_cases,
    find_split_cases, average_cases, matmul_cases, elementwise_cases, reduce_cases,  predict_cases,
};

static const test_case_t *const no_gpu_tables[] = {no_gpu_cases};

bool is_small;

typedef enum { PASSED, FAILED, SKIPPED } outcome_t;

static const char *const outcome_names[] = {"passed", "failed", "skipped"};

/* What belongs to the running case. The limits are far above what any case needs. */
static struct {
    outcome_t outcome;
    char detail[512];
    void *blocks[1024];
    size_t block_count;
    uint32_t buffers[1024];
    size_t buffer_count;
} current;

static void settle(outcome_t outcome, const char *format, va_list arguments) {
    if (current.outcome == PASSED) {
        current.outcome = outcome;
        vsnprintf(current.detail, sizeof(current.detail), format, arguments);
        for (char *c = current.detail; *c != '\0'; c++) {
            if (*c == '\t' || *c == '\n') {
                *c = ' ';
            }
        }
    }
}

bool expect(bool holds_true, const char *format, ...) {
    if (!holds_true) {
        va_list arguments;
        va_start(arguments, format);
        settle(FAILED, format, arguments);
        va_end(arguments);
    }
    return holds_true;
}

void skip(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    settle(SKIPPED, format, arguments);
    va_end(arguments);
}

static const char *last_message(void) { return wasi_gpu_last_error().message; }

bool succeeds(int32_t code, const char *what) {
    return expect(code == WASI_GPU_OK, "%s: expected success, got %s \"%s\"", what, wasi_gpu_error_name(code),
                  last_message());
}

bool fails(int32_t code, int32_t expected, const char *what) {
    TRY_BOOL(expect(code == expected, "%s: expected %s, got %s \"%s\"", what, wasi_gpu_error_name(expected),
                    wasi_gpu_error_name(code), code == WASI_GPU_OK ? "" : last_message()));
    bool carries_text = expected == WASI_GPU_ERROR_INVALID_PARAMS || expected == WASI_GPU_ERROR_KERNEL;
    return expect(!carries_text || last_message()[0] != '\0',
                  "%s: expected a message with the error, got none", what);
}

bool message_has(const char *word, const char *what) {
    return expect(strstr(last_message(), word) != NULL, "%s: expected \"%s\" in the message, got \"%s\"",
                  what, word, last_message());
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool message_has_number(uint64_t number, const char *what) {
    char digits[24];
    snprintf(digits, sizeof(digits), "%" PRIu64, number);
    const char *message = last_message();
    for (const char *at = strstr(message, digits); at != NULL; at = strstr(at + 1, digits)) {
        if ((at == message || !is_digit(at[-1])) && !is_digit(at[strlen(digits)])) {
            return true;
        }
    }
    return expect(false, "%s: expected the number %s in the message, got \"%s\"", what, digits, message);
}

void *memory(size_t size) {
    void *block = calloc(size == 0 ? 1 : size, 1);
    if (block == NULL || current.block_count == COUNT_OF(current.blocks)) {
        fprintf(stderr, "host-suite: out of guest memory\n");
        exit(2);
    }
    current.blocks[current.block_count++] = block;
    return block;
}

static uint64_t device_memory(void) {
    wasi_gpu_device_info_t info;
    wasi_gpu_compute_get_device_info(&info);
    return info.total_memory;
}

uint32_t make(uint64_t size) {
    uint32_t id = wasi_gpu_compute_buffer_create(size, BUFFER_USAGE_STORAGE);
    if (id != 0 && current.buffer_count < COUNT_OF(current.buffers)) {
        current.buffers[current.buffer_count++] = id;
        return id;
    }

    wasi_gpu_error_t error = wasi_gpu_last_error();
    const uint64_t plenty = UINT64_C(1) << 30;
    if (error.code == WASI_GPU_ERROR_OUT_OF_MEMORY && size >= (1u << 20) && device_memory() < plenty) {
        skip("a buffer of %" PRIu64 " bytes does not fit a device of %" PRIu64, size, device_memory());
    } else {
        expect(false, "create of %" PRIu64 " bytes: expected an id, got %s \"%s\"", size,
               wasi_gpu_error_name(error.code), error.message);
    }
    return 0;
}

uint32_t make_from(const void *data, uint64_t size) {
    uint32_t id = make(size);
    return id != 0 && store(id, 0, data, size) ? id : 0;
}

bool drop(uint32_t id) {
    for (size_t i = 0; i < current.buffer_count; i++) {
        if (current.buffers[i] == id) {
            current.buffers[i] = current.buffers[--current.buffer_count];
            break;
        }
    }
    return succeeds(wasi_gpu_compute_buffer_destroy(id), "destroy");
}

bool store(uint32_t id, uint64_t offset, const void *data, uint64_t size) {
    return succeeds(wasi_gpu_compute_buffer_write(id, offset, data, size), "write");
}

bool load(uint32_t id, uint64_t offset, void *out, uint64_t size) {
    return succeeds(wasi_gpu_compute_buffer_read(id, offset, size, out), "read");
}

bool same_bytes(const void *got, const void *expected, size_t size, const char *what) {
    if (memcmp(got, expected, size) == 0) {
        return true;
    }

    const uint8_t *a = got;
    const uint8_t *b = expected;
    size_t at = 0;
    while (a[at] == b[at]) {
        at++;
    }
    return expect(false, "%s: byte %zu of %zu: expected 0x%02x, got 0x%02x", what, at, size, b[at], a[at]);
}

bool holds(uint32_t id, uint64_t offset, const void *expected, size_t size, const char *what) {
    uint8_t *got = malloc(size == 0 ? 1 : size);
    bool same = load(id, offset, got, size) && same_bytes(got, expected, size, what);
    free(got);
    return same;
}

bool holds_byte(uint32_t id, uint64_t offset, uint8_t expected, uint64_t size, const char *what) {
    static uint8_t got[1 << 20];
    for (uint64_t done = 0; done < size; done += sizeof(got)) {
        size_t part = size - done < sizeof(got) ? (size_t)(size - done) : sizeof(got);
        TRY_BOOL(load(id, offset + done, got, part));
        for (size_t i = 0; i < part; i++) {
            if (got[i] != expected) {
                return expect(false, "%s: byte %" PRIu64 ": expected 0x%02x, got 0x%02x", what,
                              offset + done + i, expected, got[i]);
            }
        }
    }
    return true;
}

bool paint(uint32_t id, uint64_t offset, uint8_t value, uint64_t size) {
    static uint8_t bytes[1 << 20];
    memset(bytes, value, size < sizeof(bytes) ? (size_t)size : sizeof(bytes));
    for (uint64_t done = 0; done < size; done += sizeof(bytes)) {
        uint64_t part = size - done < sizeof(bytes) ? size - done : sizeof(bytes);
        TRY_BOOL(store(id, offset + done, bytes, part));
    }
    return true;
}

uint64_t hash(uint32_t seed, uint64_t index) {
    /* The finaliser of SplitMix64, at a place of its own for each seed. */
    uint64_t z = (index + 1) * UINT64_C(0x9E3779B97F4A7C15) + seed * UINT64_C(0xD1B54A32D192ED03);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static float mixed_value(uint64_t bits) {
    static const float specials[16] = {
        0.0f,     -0.0f,   INFINITY, -INFINITY, NAN,     1.0f,      -1.0f,        FLT_MAX,
        -FLT_MAX, FLT_MIN, -FLT_MIN, 1e-45f,    -1e-45f, 88.72284f, -103.972084f, 1.1754942e-38f,
    };
    static const float ranges[8] = {1e-3f, 0.1f, 1.0f, 1.0f, 10.0f, 20.0f, 110.0f, 1e6f};
    uint32_t word = (uint32_t)(bits >> 32);
    if ((bits & 31) == 0) {
        return specials[word & 15];
    }
    if ((bits & 3) == 1) {
        /* Any exponent that is not NaN or infinity. */
        uint32_t exponent = (word >> 23 & 0xFF) % 255;
        uint32_t pattern = (word & 0x807FFFFF) | exponent << 23;
        float value;
        memcpy(&value, &pattern, sizeof(value));
        return value;
    }
    return ((float)(int32_t)word * 0x1p-31f) * ranges[bits >> 2 & 7];
}

float value_at(values_t kind, uint32_t seed, uint64_t index) {
    uint64_t bits = hash(seed, index);
    if (kind == VALUES_MIXED) {
        return mixed_value(bits);
    }
    double unit = (double)(int32_t)(bits >> 32) * 0x1p-31;
    /* A uniform value in [-1, 1) has variance 1/3. */
    return kind == VALUES_UNIT ? (float)unit : (float)(1e6 + unit * 1.7320508);
}

bool fill(uint32_t id, values_t kind, uint32_t seed, uint64_t count) {
    static float values[CHUNK];
    for (uint64_t done = 0; done < count; done += CHUNK) {
        uint32_t part = count - done < CHUNK ? (uint32_t)(count - done) : CHUNK;
        for (uint32_t i = 0; i < part; i++) {
            values[i] = value_at(kind, seed, done + i);
        }
        TRY_BOOL(store(id, done * sizeof(float), values, part * sizeof(float)));
    }
    return true;
}

/* What flushing denormals to zero may cost here: nothing, except on WebGPU. */
static double flush_bound(void) {
    static double bound = -1;
    if (bound < 0) {
        wasi_gpu_device_info_t info;
        wasi_gpu_compute_get_device_info(&info);
        bound = strcmp(info.backend, "webgpu") == 0 ? 1.2e-38 : 0;
    }
    return bound;
}

bool is_within(float got, double expected, double bound) {
    if (isnan(expected) || isinf(expected)) {
        return isnan(expected) ? isnan(got) : (double)got == expected;
    }
    return fabs((double)got - expected) <= bound + flush_bound();
}

bool is_within_ulps(float got, double expected, double ulps) {
    if (isnan(expected) || isinf(expected)) {
        return is_within(got, expected, 0);
    }

    int exponent = -126;
    if (expected != 0) {
        int power;
        frexp(expected, &power);
        exponent = power - 1 < -126 ? -126 : power - 1;
    }
    exponent = exponent > 127 ? 127 : exponent;
    /* Beyond the largest float32, infinity stands for the next power of two. */
    double reachable = expected > 0x1p128 ? 0x1p128 : expected < -0x1p128 ? -0x1p128 : expected;
    double value = isinf(got) ? copysign(0x1p128, (double)got) : (double)got;
    return fabs(value - reachable) <= ulps * ldexp(1.0, exponent - 23) + flush_bound();
}

static void clean_up(void) {
    for (size_t i = 0; i < current.buffer_count; i++) {
        /* A case that failed may leave anything behind: a second failure would hide the first. */
        (void)wasi_gpu_compute_buffer_destroy(current.buffers[i]);
    }
    for (size_t i = 0; i < current.block_count; i++) {
        free(current.blocks[i]);
    }
    current.buffer_count = 0;
    current.block_count = 0;
}

static int print_digest(const char *seed) {
    uint64_t digest = 0;
    current.outcome = PASSED;
    if (!digest_results((uint32_t)strtoul(seed, NULL, 10), 5, &digest)) {
        fprintf(stderr, "host-suite: %s\n", current.detail);
        return 1;
    }

    printf("%016" PRIx64 "\n", digest);
    return 0;
}

static int usage(const char *problem) {
    fprintf(stderr,
            "host-suite: %s\nusage: host-suite.wasm [--small] [--no-gpu] [--list] [--filter SUBSTRING]\n"
            "       host-suite.wasm --digest SEED\n",
            problem);
    return 2;
}

int main(int argc, char **argv) {
    bool list_only = false;
    const char *filter = "";
    const test_case_t *const *tables = gpu_tables;
    size_t table_count = COUNT_OF(gpu_tables);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--small") == 0) {
            is_small = true;
        } else if (strcmp(argv[i], "--no-gpu") == 0) {
            tables = no_gpu_tables;
            table_count = COUNT_OF(no_gpu_tables);
        } else if (strcmp(argv[i], "--list") == 0) {
            list_only = true;
        } else if (strcmp(argv[i], "--filter") == 0 && i + 1 < argc) {
            filter = argv[++i];
        } else if (strcmp(argv[i], "--digest") == 0 && i + 1 < argc) {
            return print_digest(argv[i + 1]);
        } else {
            return usage(argv[i]);
        }
    }

    int counts[3] = {0};
    for (size_t t = 0; t < table_count; t++) {
        for (const test_case_t *test = tables[t]; test->name != NULL; test++) {
            if (strstr(test->name, filter) == NULL) {
                continue;
            }
            if (list_only) {
                printf("%s\n", test->name);
                continue;
            }
            current.outcome = PASSED;
            current.detail[0] = '\0';
            test->run(test->argument);
            clean_up();
            counts[current.outcome]++;
            printf("%s\t%s\t%s\n", test->name, outcome_names[current.outcome], current.detail);
            /* If the next case traps, the reader sees which one it was. */
            fflush(stdout);
        }
    }
    if (list_only) {
        return 0;
    }

    printf("%d passed, %d failed, %d skipped\n", counts[PASSED], counts[FAILED], counts[SKIPPED]);
    /* A filter that matches nothing must not look like success. */
    return counts[FAILED] == 0 && counts[PASSED] + counts[SKIPPED] > 0 ? 0 : 1;
}
