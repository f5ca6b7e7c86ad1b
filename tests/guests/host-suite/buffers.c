/* Ids, sizes, ranges, and what write, read and copy move. */
#include <string.h>

#include "suite.h"

#define UNKNOWN_ID UINT32_C(0xFFFFFFFF)

static void ids_start_at_one(uint32_t unused) {
    (void)unused;
    /* The first case that creates buffers: an earlier id of this instance would have been 1. */
    uint32_t first = make(16);
    TRY(first != 0);
    TRY(expect(first == 1, "first id: expected 1, got %" PRIu32, first));
    uint32_t second = make(1);
    TRY(second != 0);
    expect(second == 2, "second id: expected 2, got %" PRIu32, second);
}

static void ids_count_up(uint32_t unused) {
    (void)unused;
    uint32_t last = make(4);
    TRY(last != 0);
    for (int i = 0; i < 300; i++) {
        uint32_t id = make(4 + (uint32_t)i);
        TRY(id != 0);
        TRY(expect(id == last + 1, "id after %" PRIu32 ": expected one more, got %" PRIu32, last, id));
        last = id;
        /* A freed id must not come back; every third is freed, so that many are alive at once too. */
        TRY(i % 3 != 0 || drop(id));
    }
}

static void failed_creates_use_no_id(uint32_t unused) {
    (void)unused;
    uint32_t before = make(8);
    TRY(before != 0);
    for (int i = 0; i < 3; i++) {
        TRY(expect(wasi_gpu_compute_buffer_create(0, BUFFER_USAGE_STORAGE) == 0,
                   "create of 0 bytes: got an id"));
        TRY(expect(wasi_gpu_compute_buffer_create(UINT64_MAX, BUFFER_USAGE_STORAGE) == 0,
                   "create of 2^64-1 bytes: got an id"));
    }
    uint32_t after = make(8);
    TRY(after != 0);
    expect(after == before + 1, "id after failed creates: expected %" PRIu32 ", got %" PRIu32, before + 1,
           after);
}

static void size_zero(uint32_t unused) {
    (void)unused;
    TRY(expect(wasi_gpu_compute_buffer_create(0, BUFFER_USAGE_STORAGE) == 0, "create of 0 bytes: got an id"));
    fails(wasi_gpu_last_error().code, WASI_GPU_ERROR_INVALID_PARAMS, "create of 0 bytes");
}

static void size_huge(uint32_t unused) {
    (void)unused;
    static const uint64_t sizes[] = {UINT64_MAX, UINT64_MAX - 1,    UINT64_MAX - 15,   UINT64_C(1) << 63,
                                     INT64_MAX,  UINT64_C(1) << 62, UINT64_C(1) << 50, UINT64_MAX - 4095};
    uint32_t neighbour = make(64);
    TRY(neighbour != 0 && paint(neighbour, 0, 0x5C, 64));
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        uint32_t id = wasi_gpu_compute_buffer_create(sizes[i], BUFFER_USAGE_STORAGE);
        TRY(expect(id == 0, "create of %" PRIu64 " bytes: expected out-of-memory, got id %" PRIu32, sizes[i],
                   id));
        TRY(fails(wasi_gpu_last_error().code, WASI_GPU_ERROR_OUT_OF_MEMORY, "create of a huge buffer"));
    }
    TRY(holds_byte(neighbour, 0, 0x5C, 64, "a buffer from before"));
    TRY(make(64) != 0);
}

/* Expects invalid-buffer from every function of compute for one id. */
static bool is_invalid(uint32_t id, const char *what) {
    uint8_t bytes[4] = {1, 2, 3, 4};
    uint32_t valid = make(4);
    TRY_BOOL(valid != 0);
    const int32_t invalid = WASI_GPU_ERROR_INVALID_BUFFER;
    TRY_BOOL(fails(wasi_gpu_compute_buffer_write(id, 0, bytes, 4), invalid, what));
    TRY_BOOL(fails(wasi_gpu_compute_buffer_write(id, 0, bytes, 0), invalid, what));
    TRY_BOOL(fails(wasi_gpu_compute_buffer_read(id, 0, 4, bytes), invalid, what));
    TRY_BOOL(fails(wasi_gpu_compute_buffer_read(id, 0, 0, bytes), invalid, what));
    TRY_BOOL(fails(wasi_gpu_compute_buffer_copy(id, 0, valid, 0, 4), invalid, what));
    TRY_BOOL(fails(wasi_gpu_compute_buffer_copy(valid, 0, id, 0, 4), invalid, what));
    TRY_BOOL(fails(wasi_gpu_compute_buffer_copy(id, 0, id, 0, 0), invalid, what));
    TRY_BOOL(fails(wasi_gpu_compute_buffer_destroy(id), invalid, what));
    return holds_byte(valid, 0, 0, 4, "the other buffer of the call");
}

static void id_zero(uint32_t unused) {
    (void)unused;
    (void)is_invalid(0, "id 0");
}

static void id_unknown(uint32_t unused) {
    (void)unused;
    uint32_t last = make(4);
    TRY(last != 0);
    TRY(is_invalid(last + 1000, "an id that was not given out yet"));
    TRY(is_invalid(UNKNOWN_ID, "id 0xFFFFFFFF"));
    (void)is_invalid(UINT32_C(0x80000001), "id 0x80000001");
}

static void id_destroyed(uint32_t unused) {
    (void)unused;
    uint32_t id = make(64);
    uint32_t kept = make(64);
    TRY(id != 0 && kept != 0 && paint(kept, 0, 7, 64));
    TRY(drop(id));
    TRY(is_invalid(id, "a destroyed id"));
    TRY(make(64) != 0);
    TRY(is_invalid(id, "a destroyed id after another create"));
    (void)holds_byte(kept, 0, 7, 64, "the buffer that was kept");
}

static void new_buffers_are_zero(uint32_t size) {
    for (int round = 0; round < 4; round++) {
        uint32_t a = make(size);
        uint32_t b = make(size);
        TRY(a != 0 && b != 0);
        TRY(holds_byte(a, 0, 0, size, "a new buffer"));
        TRY(holds_byte(b, 0, 0, size, "a second new buffer"));
        TRY(paint(a, 0, 0xA5, size) && paint(b, 0, 0xFF, size));
        TRY(drop(a) && drop(b));
    }
}

static void new_buffers_are_zero_for_kernels(uint32_t unused) {
    (void)unused;
    /* Memory that was used before, summed without a read or write from the guest in between. */
    enum { COUNT = 5000 };
    uint32_t old = make(COUNT * sizeof(float));
    TRY(old != 0 && fill(old, VALUES_UNIT, 3, COUNT) && drop(old));
    uint32_t input = make(COUNT * sizeof(float));
    uint32_t output = make(sizeof(float));
    TRY(input != 0 && output != 0 && paint(output, 0, 0xFF, sizeof(float)));
    for (reduce_op_t op = REDUCE_OP_SUM; op <= REDUCE_OP_VARIANCE; op++) {
        const reduce_params_t params = {.n_elements = COUNT, .op = op};
        TRY(succeeds(wasi_gpu_ml_kernels_kernel_reduce(&params, input, output), "reduce"));
        float got = -1;
        TRY(load(output, 0, &got, sizeof(got)));
        TRY(expect(got == 0, "reduction %d of a new buffer: expected 0, got %.9g", (int)op, (double)got));
    }
}

static void round_trip(uint32_t size) {
    uint8_t *data = memory(size);
    uint8_t *back = memory(size);
    for (uint32_t i = 0; i < size; i++) {
        data[i] = (uint8_t)hash(1, i);
    }
    uint32_t id = make(size);
    TRY(id != 0 && store(id, 0, data, size));
    TRY(load(id, 0, back, size));
    TRY(same_bytes(back, data, size, "the bytes written"));
    (void)holds(id, 0, data, size, "the bytes written, read again");
}

static void unaligned_ranges(uint32_t unused) {
    (void)unused;
    enum { SIZE = 83 };
    uint8_t model[SIZE];
    uint8_t data[SIZE];
    for (uint32_t offset = 0; offset < 21; offset++) {
        for (uint32_t length = 0; length < 22; length++) {
            uint32_t id = make(SIZE);
            TRY(id != 0 && paint(id, 0, 0xC3, SIZE));
            memset(model, 0xC3, SIZE);
            for (uint32_t i = 0; i < length; i++) {
                data[i] = (uint8_t)(hash(offset, length * 64 + i) | 1);
                model[offset + i] = data[i];
            }
            TRY(store(id, offset, data, length));
            TRY(holds(id, 0, model, SIZE, "a buffer written at an odd place"));
            TRY(holds(id, offset, data, length, "an odd range read back"));
            TRY(drop(id));
        }
    }
}

static void last_bytes_of_odd_sizes(uint32_t unused) {
    (void)unused;
    for (uint32_t size = 1; size <= 40; size++) {
        uint32_t id = make(size);
        uint8_t last = (uint8_t)(0x80 + size);
        TRY(id != 0 && store(id, size - 1, &last, 1));
        TRY(holds_byte(id, 0, 0, size - 1, "the bytes before the last"));
        TRY(holds_byte(id, size - 1, last, 1, "the last byte"));
    }
}

static void unaligned_copies(uint32_t unused) {
    (void)unused;
    enum { SIZE = 97 };
    uint8_t source[SIZE];
    uint8_t model[SIZE];
    for (uint32_t i = 0; i < SIZE; i++) {
        source[i] = (uint8_t)hash(2, i);
    }
    uint32_t from = make_from(source, SIZE);
    uint32_t to = make(SIZE);
    TRY(from != 0 && to != 0);
    for (uint32_t i = 0; i < 300; i++) {
        uint32_t length = (uint32_t)(hash(3, i) % 40);
        uint32_t from_offset = (uint32_t)(hash(4, i) % (SIZE - length + 1));
        uint32_t to_offset = (uint32_t)(hash(5, i) % (SIZE - length + 1));
        TRY(paint(to, 0, 0x3C, SIZE));
        memset(model, 0x3C, SIZE);
        memcpy(model + to_offset, source + from_offset, length);
        TRY(succeeds(wasi_gpu_compute_buffer_copy(from, from_offset, to, to_offset, length), "copy"));
        TRY(holds(to, 0, model, SIZE, "the target of an odd copy"));
    }
    (void)holds(from, 0, source, SIZE, "the source of the copies");
}

static bool overlap(uint32_t size, uint32_t from, uint32_t to, uint32_t length) {
    uint8_t *model = memory(size);
    for (uint32_t i = 0; i < size; i++) {
        model[i] = (uint8_t)hash(6, i);
    }
    uint32_t id = make_from(model, size);
    TRY_BOOL(id != 0);
    memmove(model + to, model + from, length);
    TRY_BOOL(succeeds(wasi_gpu_compute_buffer_copy(id, from, id, to, length), "copy within a buffer"));
    return holds(id, 0, model, size, "a buffer after a copy within it") && drop(id);
}

static void overlapping_copies(uint32_t unused) {
    (void)unused;
    static const uint32_t moves[][4] = {
        {100, 0, 1, 99},
        {100, 1, 0, 99},
        {100, 10, 13, 50},
        {100, 13, 10, 50},
        {64, 0, 4, 60},
        {64, 4, 0, 60},
        {64, 0, 0, 64},
        {64, 5, 5, 20},
        {64, 0, 32, 32},
        {64, 32, 0, 32},
        {37, 0, 36, 1},
        {37, 3, 2, 34},
        {37, 2, 3, 34},
        {70001, 1, 3, 69998},
        {70001, 3, 1, 69998},
        {70001, 0, 7, 69994},
        {70001, 4096, 0, 65905},
        {1048577, 0, 262145, 786432},
        {1048577, 262145, 1, 786432},
    };
    for (size_t i = 0; i < COUNT_OF(moves); i++) {
        TRY(overlap(moves[i][0], moves[i][1], moves[i][2], moves[i][3]));
    }
}

static void zero_lengths(uint32_t unused) {
    (void)unused;
    uint32_t id = make(10);
    uint32_t other = make(7);
    uint8_t byte = 0xEE;
    TRY(id != 0 && other != 0 && paint(id, 0, 0x11, 10));
    for (uint64_t offset = 0; offset <= 10; offset++) {
        TRY(succeeds(wasi_gpu_compute_buffer_write(id, offset, &byte, 0), "write of nothing"));
        TRY(succeeds(wasi_gpu_compute_buffer_write(id, offset, NULL, 0),
                     "write of nothing from a null pointer"));
        TRY(succeeds(wasi_gpu_compute_buffer_read(id, offset, 0, &byte), "read of nothing"));
        TRY(succeeds(wasi_gpu_compute_buffer_copy(id, offset, other, 7, 0), "copy of nothing"));
        TRY(succeeds(wasi_gpu_compute_buffer_copy(other, 7, id, offset, 0), "copy of nothing"));
        TRY(succeeds(wasi_gpu_compute_buffer_copy(id, offset, id, 10, 0), "copy of nothing within a buffer"));
    }
    TRY(expect(byte == 0xEE, "read of nothing: expected 0xee left in place, got 0x%02x", byte));
    const int32_t invalid = WASI_GPU_ERROR_INVALID_PARAMS;
    TRY(fails(wasi_gpu_compute_buffer_write(id, 11, &byte, 0), invalid, "write of nothing past the end"));
    TRY(fails(wasi_gpu_compute_buffer_read(id, 11, 0, &byte), invalid, "read of nothing past the end"));
    TRY(fails(wasi_gpu_compute_buffer_copy(id, 11, other, 0, 0), invalid,
              "copy of nothing from past the end"));
    TRY(fails(wasi_gpu_compute_buffer_copy(id, 0, other, 8, 0), invalid, "copy of nothing to past the end"));
    (void)holds_byte(id, 0, 0x11, 10, "the buffer");
}

typedef struct {
    uint64_t offset;
    uint64_t size;
} range_t;

/* Ranges that leave a buffer of 100 bytes, some only if nothing wraps around. */
static const range_t bad_ranges[] = {
    {0, 101},
    {1, 100},
    {99, 2},
    {100, 1},
    {101, 1},
    {50, 51},
    {UINT64_MAX, 1},
    {UINT64_MAX, 2},
    {UINT64_MAX, 100},
    {UINT64_MAX - 3, 4},
    {UINT64_MAX - 49, 100},
    {UINT64_C(1) << 32, 1},
    {UINT64_C(1) << 63, 1},
    {(UINT64_C(1) << 32) + 4, 4},
    {UINT64_C(0xFFFFFFFF), 1},
    {INT64_MAX, 100},
};

static bool names_range(range_t range, const char *what) {
    return message_has_number(range.offset, what) && message_has_number(range.size, what);
}

static void bad_write_ranges(uint32_t unused) {
    (void)unused;
    uint8_t data[128];
    memset(data, 0xFF, sizeof(data));
    uint32_t id = make(100);
    TRY(id != 0 && paint(id, 0, 0x42, 100));
    for (size_t i = 0; i < COUNT_OF(bad_ranges); i++) {
        range_t range = bad_ranges[i];
        int32_t code = wasi_gpu_compute_buffer_write(id, range.offset, data, range.size);
        TRY(fails(code, WASI_GPU_ERROR_INVALID_PARAMS, "write past the end"));
        TRY(names_range(range, "write past the end"));
        TRY(message_has_number(100, "write past the end"));
        TRY(holds_byte(id, 0, 0x42, 100, "a buffer after a refused write"));
    }
}

static void bad_read_ranges(uint32_t unused) {
    (void)unused;
    uint32_t id = make(100);
    TRY(id != 0 && paint(id, 0, 0x42, 100));
    uint8_t *out = memory(512);
    for (size_t i = 0; i < COUNT_OF(bad_ranges); i++) {
        range_t range = bad_ranges[i];
        int32_t code = wasi_gpu_compute_buffer_read(id, range.offset, range.size, out);
        TRY(fails(code, WASI_GPU_ERROR_INVALID_PARAMS, "read past the end"));
        TRY(names_range(range, "read past the end"));
        TRY(message_has_number(100, "read past the end"));
    }
    /* Sizes that no guest memory could hold are refused before anything is allocated. */
    range_t huge = {0, UINT32_MAX};
    TRY(fails(wasi_gpu_compute_buffer_read(id, huge.offset, huge.size, out), WASI_GPU_ERROR_INVALID_PARAMS,
              "read of 2^32-1 bytes"));
    TRY(names_range(huge, "read of 2^32-1 bytes"));
    (void)holds_byte(id, 0, 0x42, 100, "the buffer");
}

static void bad_copy_ranges(uint32_t unused) {
    (void)unused;
    static const range_t more[] = {{0, UINT64_MAX},     {1, UINT64_MAX},        {100, UINT64_MAX - 99},
                                   {4, UINT64_MAX - 3}, {0, UINT64_C(1) << 32}, {50, UINT64_C(1) << 63},
                                   {1, INT64_MAX}};
    uint32_t small = make(100);
    uint32_t big = make(200);
    TRY(small != 0 && big != 0 && paint(small, 0, 0x42, 100) && paint(big, 0, 0x24, 200));
    const int32_t invalid = WASI_GPU_ERROR_INVALID_PARAMS;
    for (size_t i = 0; i < COUNT_OF(bad_ranges) + COUNT_OF(more); i++) {
        range_t range = i < COUNT_OF(bad_ranges) ? bad_ranges[i] : more[i - COUNT_OF(bad_ranges)];
        int32_t code = wasi_gpu_compute_buffer_copy(small, range.offset, big, 0, range.size);
        TRY(fails(code, invalid, "copy from past the end") && names_range(range, "copy from past the end"));
        code = wasi_gpu_compute_buffer_copy(big, 0, small, range.offset, range.size);
        TRY(fails(code, invalid, "copy to past the end"));
        /* A size beyond the source too is the source's error. */
        TRY(message_has_number(range.size, "copy to past the end"));
        TRY(range.size > 200 || message_has_number(range.offset, "copy to past the end"));
        code = wasi_gpu_compute_buffer_copy(small, range.offset, small, 0, range.size);
        TRY(fails(code, invalid, "copy within a buffer from past its end"));
        TRY(holds_byte(small, 0, 0x42, 100, "one buffer after a refused copy"));
        TRY(holds_byte(big, 0, 0x24, 200, "the other buffer after a refused copy"));
    }
}

static void order_of_checks(uint32_t unused) {
    (void)unused;
    uint32_t id = make(100);
    TRY(id != 0);
    uint8_t bytes[200] = {0};
    const int32_t unknown = WASI_GPU_ERROR_INVALID_BUFFER;
    TRY(fails(wasi_gpu_compute_buffer_write(UNKNOWN_ID, UINT64_MAX, bytes, 2), unknown,
              "id before range, write"));
    TRY(fails(wasi_gpu_compute_buffer_read(UNKNOWN_ID, UINT64_MAX, 2, bytes), unknown,
              "id before range, read"));
    TRY(fails(wasi_gpu_compute_buffer_copy(id, 777, UNKNOWN_ID, 0, 1), unknown,
              "id of the target before the range of the source"));
    TRY(fails(wasi_gpu_compute_buffer_copy(UNKNOWN_ID, 0, id, 777, 1), unknown,
              "id of the source before the range of the target"));
    TRY(fails(wasi_gpu_compute_buffer_copy(id, 12345, id, 67890, 11), WASI_GPU_ERROR_INVALID_PARAMS,
              "both ranges wrong"));
    (void)message_has_number(12345, "both ranges wrong, the source is reported");
}

static void usage_is_no_permission(uint32_t usage) {
    uint32_t a = wasi_gpu_compute_buffer_create(64, usage);
    TRY(expect(a != 0, "create with usage 0x%" PRIx32 ": %s", usage, wasi_gpu_last_error().message));
    uint32_t b = wasi_gpu_compute_buffer_create(64, usage);
    float values[16];
    float got[16];
    for (int i = 0; i < 16; i++) {
        values[i] = (float)(i - 8);
    }
    const elementwise_params_t relu = {.n_elements = 16, .op = ELEMENTWISE_OP_RELU};
    TRY(store(a, 0, values, 64));
    TRY(succeeds(wasi_gpu_compute_buffer_copy(a, 0, b, 0, 64), "copy"));
    TRY(succeeds(wasi_gpu_compute_buffer_copy(a, 4, a, 0, 4), "copy within a buffer"));
    TRY(succeeds(wasi_gpu_ml_kernels_kernel_elementwise(&relu, b, 0, b), "relu in place"));
    TRY(load(b, 0, got, 64));
    for (int i = 0; i < 16; i++) {
        float expected = values[i] > 0 ? values[i] : 0;
        TRY(expect(got[i] == expected, "usage 0x%" PRIx32 ", element %d: expected %g, got %g", usage, i,
                   (double)expected, (double)got[i]));
    }
    TRY(succeeds(wasi_gpu_compute_buffer_destroy(a), "destroy"));
    (void)succeeds(wasi_gpu_compute_buffer_destroy(b), "destroy");
}

static void calls_take_effect_in_order(uint32_t unused) {
    (void)unused;
    /* Each step overwrites what the one before read, with no sync between. */
    enum { COUNT = 10007 };
    uint32_t a = make(COUNT * sizeof(float));
    uint32_t b = make(COUNT * sizeof(float));
    float *ones = memory(COUNT * sizeof(float));
    float *got = memory(COUNT * sizeof(float));
    for (int i = 0; i < COUNT; i++) {
        ones[i] = 1;
    }
    TRY(a != 0 && b != 0 && store(a, 0, ones, COUNT * sizeof(float)));
    const elementwise_params_t add = {.n_elements = COUNT, .op = ELEMENTWISE_OP_ADD};
    for (int step = 0; step < 20; step++) {
        TRY(succeeds(wasi_gpu_compute_buffer_copy(a, 0, b, 0, COUNT * sizeof(float)), "copy"));
        TRY(succeeds(wasi_gpu_ml_kernels_kernel_elementwise(&add, a, b, a), "add"));
        TRY(store(b, 0, ones, COUNT * sizeof(float)));
        TRY(succeeds(wasi_gpu_ml_kernels_kernel_elementwise(&add, a, b, a), "add"));
        if (step == 10) {
            wasi_gpu_compute_sync();
        }
    }
    TRY(load(a, 0, got, COUNT * sizeof(float)));
    /* x -> 2x + 1, twenty times from 1. */
    for (int i = 0; i < COUNT; i++) {
        TRY(expect(got[i] == 2097151, "element %d: expected 2097151, got %.9g", i, (double)got[i]));
    }
}

static void destroyed_memory_comes_back(uint32_t unused) {
    (void)unused;
    const uint32_t size = 8u << 20;
    const elementwise_params_t relu = {.n_elements = size / 4, .op = ELEMENTWISE_OP_RELU};
    for (int i = 0; i < (is_small ? 16 : 64); i++) {
        uint32_t id = make(size);
        TRY(id != 0);
        /* Destroyed with work still queued on it. */
        TRY(succeeds(wasi_gpu_ml_kernels_kernel_elementwise(&relu, id, 0, id), "relu"));
        TRY(drop(id));
    }
}

static void big_transfers(uint32_t unused) {
    (void)unused;
    const uint32_t size = (is_small ? 4u << 20 : 64u << 20) + 3;
    uint32_t id = make(size);
    TRY(id != 0);
    uint8_t *data = memory(size);
    for (uint32_t i = 0; i + 8 <= size; i += 8) {
        uint64_t word = hash(9, i);
        memcpy(data + i, &word, sizeof(word));
    }
    TRY(store(id, 0, data, size));
    uint8_t *back = memory(size);
    TRY(load(id, 0, back, size));
    TRY(same_bytes(back, data, size, "a long transfer"));
    memset(back, 0, size);
    TRY(load(id, 1, back, size - 2));
    (void)same_bytes(back, data + 1, size - 2, "a long transfer from an odd offset");
}

const test_case_t buffer_cases[] = {
    {"buffer.ids-count-up", ids_count_up, 0},
    {"buffer.failed-creates-use-no-id", failed_creates_use_no_id, 0},
    {"buffer.size-zero", size_zero, 0},
    {"buffer.size-huge", size_huge, 0},
    {"buffer.id-zero", id_zero, 0},
    {"buffer.id-unknown", id_unknown, 0},
    {"buffer.id-destroyed", id_destroyed, 0},
    {"buffer.new-is-zero.1", new_buffers_are_zero, 1},
    {"buffer.new-is-zero.3", new_buffers_are_zero, 3},
    {"buffer.new-is-zero.4", new_buffers_are_zero, 4},
    {"buffer.new-is-zero.100", new_buffers_are_zero, 100},
    {"buffer.new-is-zero.4096", new_buffers_are_zero, 4096},
    {"buffer.new-is-zero.65537", new_buffers_are_zero, 65537},
    {"buffer.new-is-zero.1048576", new_buffers_are_zero, 1048576},
    {"buffer.new-is-zero.3145731", new_buffers_are_zero, 3145731},
    {"buffer.new-is-zero.kernels", new_buffers_are_zero_for_kernels, 0},
    {"buffer.round-trip.1", round_trip, 1},
    {"buffer.round-trip.3", round_trip, 3},
    {"buffer.round-trip.1023", round_trip, 1023},
    {"buffer.round-trip.1024", round_trip, 1024},
    {"buffer.round-trip.65537", round_trip, 65537},
    {"buffer.round-trip.1048579", round_trip, 1048579},
    {"buffer.unaligned-ranges", unaligned_ranges, 0},
    {"buffer.last-bytes-of-odd-sizes", last_bytes_of_odd_sizes, 0},
    {"buffer.unaligned-copies", unaligned_copies, 0},
    {"buffer.overlapping-copies", overlapping_copies, 0},
    {"buffer.zero-lengths", zero_lengths, 0},
    {"buffer.bad-write-ranges", bad_write_ranges, 0},
    {"buffer.bad-read-ranges", bad_read_ranges, 0},
    {"buffer.bad-copy-ranges", bad_copy_ranges, 0},
    {"buffer.order-of-checks", order_of_checks, 0},
    {"buffer.usage.none", usage_is_no_permission, 0},
    {"buffer.usage.map-read", usage_is_no_permission, BUFFER_USAGE_MAP_READ},
    {"buffer.usage.map-write", usage_is_no_permission, BUFFER_USAGE_MAP_WRITE},
    {"buffer.usage.copy-src", usage_is_no_permission, BUFFER_USAGE_COPY_SRC},
    {"buffer.usage.copy-dst", usage_is_no_permission, BUFFER_USAGE_COPY_DST},
    {"buffer.usage.uniform", usage_is_no_permission, BUFFER_USAGE_UNIFORM},
    {"buffer.usage.storage", usage_is_no_permission, BUFFER_USAGE_STORAGE},
    {"buffer.usage.all", usage_is_no_permission, 0x3F},
    {"buffer.usage.unknown-flags", usage_is_no_permission, 0xFFFFFFC0},
    {"buffer.usage.every-bit", usage_is_no_permission, 0xFFFFFFFF},
    {"buffer.order-of-effects", calls_take_effect_in_order, 0},
    {"buffer.destroyed-memory-comes-back", destroyed_memory_comes_back, 0},
    {"buffer.big-transfers", big_transfers, 0},
    {NULL, NULL, 0},
};

const test_case_t first_id_cases[] = {
    {"buffer.ids-start-at-one", ids_start_at_one, 0},
    {NULL, NULL, 0},
};
