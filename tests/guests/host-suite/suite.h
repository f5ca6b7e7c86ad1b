/* The frame of the host suite: cases, expectations, and buffers that are cleaned up after each case. */
#ifndef SUITE_H
#define SUITE_H

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wasi_gpu.h"

#define PRINTF_LIKE(format_index) __attribute__((format(printf, format_index, (format_index) + 1)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A case ends at its first expectation that does not hold. */
typedef struct {
    const char *name;
    void (*run)(uint32_t argument);
    uint32_t argument;
} test_case_t;

/* Each table ends with a case without a name. */
extern const test_case_t first_id_cases[]; /* Runs before anything creates a buffer. */
extern const test_case_t device_cases[];
extern const test_case_t buffer_cases[];
extern const test_case_t abi_cases[];
extern const test_case_t refusal_cases[];
extern const test_case_t bootstrap_cases[];
extern const test_case_t find_split_cases[];
extern const test_case_t average_cases[];
extern const test_case_t matmul_cases[];
extern const test_case_t elementwise_cases[];
extern const test_case_t reduce_cases[];
extern const test_case_t predict_cases[];

/* Runs all kernels on data that the seed decides; the digest depends on every byte of their results. */
bool digest_results(uint32_t seed, uint32_t rounds, uint64_t *digest);

/* With --no-gpu these alone run: the host must not have granted the GPU. */
extern const test_case_t no_gpu_cases[];

/* True with --small: cases leave out their long inputs. */
extern bool is_small;

/* Records a failure of the running case, unless `holds`. Details name what was expected and what came. */
PRINTF_LIKE(2) bool expect(bool holds, const char *format, ...);

/* Marks the running case as one that this host cannot run. */
PRINTF_LIKE(1) void skip(const char *format, ...);

/* Ends the running case, a void function, when an expectation does not hold. */
#define TRY(expectation)                                                                                     \
    do {                                                                                                     \
        if (!(expectation)) {                                                                                \
            return;                                                                                          \
        }                                                                                                    \
    } while (0)

/* The same in a function that returns bool. */
#define TRY_BOOL(expectation)                                                                                \
    do {                                                                                                     \
        if (!(expectation)) {                                                                                \
            return false;                                                                                    \
        }                                                                                                    \
    } while (0)

/* Expects that a call succeeded; `what` names it. */
bool succeeds(int32_t code, const char *what);

/* Expects an error. An error that carries a text must carry one that is not empty. */
bool fails(int32_t code, int32_t expected, const char *what);

/* Expects a word or a number in the message of the last error. Numbers match whole, not as part of a longer
 * one. */
bool message_has(const char *word, const char *what);
bool message_has_number(uint64_t number, const char *what);

/* Guest memory, zeroed; freed when the case ends. */
void *memory(size_t size);

/* A buffer that is destroyed when the case ends; 0 after a failure. Usage is STORAGE alone: it forbids
 * nothing. */
uint32_t make(uint64_t size);

/* A buffer that holds a copy of `data`. */
uint32_t make_from(const void *data, uint64_t size);

/* Destroys a buffer that make() returned. */
bool drop(uint32_t id);

bool store(uint32_t id, uint64_t offset, const void *data, uint64_t size);
bool load(uint32_t id, uint64_t offset, void *out, uint64_t size);

/* Expects equal bytes; the detail names the first that differs. */
bool same_bytes(const void *got, const void *expected, size_t size, const char *what);

/* Expects that a range of a buffer holds these bytes, or one byte repeated. */
bool holds(uint32_t id, uint64_t offset, const void *expected, size_t size, const char *what);
bool holds_byte(uint32_t id, uint64_t offset, uint8_t expected, uint64_t size, const char *what);

/* Fills a range of a buffer with one byte. */
bool paint(uint32_t id, uint64_t offset, uint8_t value, uint64_t size);

/* A number that depends on nothing but its arguments, evenly spread. */
uint64_t hash(uint32_t seed, uint64_t index);

typedef enum {
    VALUES_UNIT,   /* Evenly spread in [-1, 1). */
    VALUES_OFFSET, /* The same scaled to variance 1, around 1e6. */
    VALUES_MIXED   /* Every size and sign; now and then a zero, a denormal, an infinity or a NaN. */
} values_t;

/* Inputs are functions of their index, so that long ones need no guest memory. */
float value_at(values_t kind, uint32_t seed, uint64_t index);

/* Writes value_at for 0 <= index < count to the start of a buffer. */
bool fill(uint32_t id, values_t kind, uint32_t seed, uint64_t count);

/* The number of elements that fill() and readers of long outputs move at a time. */
#define CHUNK 262144u

/* True when the error is within `ulps` units in the last place of float32, or is that of flushed denormals on
 * a backend that may flush them. NaN and infinity match themselves alone. */
bool is_within_ulps(float got, double expected, double ulps);

/* True when |got - expected| <= bound, where NaN and infinity match themselves alone. */
bool is_within(float got, double expected, double bound);

#endif
