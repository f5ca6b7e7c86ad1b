/* The canonical ABI at the border: what the host writes where, and how it reads flags, bools and options. */
#include <string.h>

#include "raw.h"
#include "suite.h"

enum { PAD = 0xA9 };

/* A return area with room around it, to see what a host writes beside the value. */
typedef struct {
    _Alignas(8) uint8_t before[16];
    uint8_t area[40];
    uint8_t after[16];
} return_area_t;

static return_area_t area_filled(void) {
    return_area_t area;
    memset(&area, PAD, sizeof(area));
    return area;
}

static uint32_t word_at(const return_area_t *area, size_t offset) {
    uint32_t word;
    memcpy(&word, area->area + offset, sizeof(word));
    return word;
}

static bool word_is(const return_area_t *area, size_t offset, uint32_t expected, const char *what) {
    uint32_t got = word_at(area, offset);
    return expect(got == expected, "%s: word at %zu: expected 0x%08" PRIx32 ", got 0x%08" PRIx32, what,
                  offset, expected, got);
}

/* Expects that the host wrote only the first `written` bytes of the area. */
static bool rest_is_untouched(const return_area_t *area, size_t written, const char *what) {
    const uint8_t *bytes = (const uint8_t *)area;
    for (size_t i = 0; i < sizeof(*area); i++) {
        bool is_value = i >= sizeof(area->before) && i < sizeof(area->before) + written;
        TRY_BOOL(expect(is_value || bytes[i] == PAD,
                        "%s: byte %d of the return area: expected untouched, got 0x%02x", what,
                        (int)i - (int)sizeof(area->before), bytes[i]));
    }
    return true;
}

static void return_areas_of_compute(uint32_t unused) {
    (void)unused;
    return_area_t area = area_filled();
    raw_buffer_create(16, BUFFER_USAGE_STORAGE, area.area);
    uint32_t id = word_at(&area, 4);
    TRY(word_is(&area, 0, 0, "create") && rest_is_untouched(&area, 8, "create"));

    area = area_filled();
    raw_buffer_write(id, 0, "0123", 4, area.area);
    TRY(word_is(&area, 0, 0, "write") && rest_is_untouched(&area, 4, "write"));

    area = area_filled();
    raw_buffer_write(UINT32_MAX, 0, "0123", 4, area.area);
    TRY(word_is(&area, 0, 1, "write to an unknown id"));
    TRY(word_is(&area, 4, WASI_GPU_ERROR_INVALID_BUFFER - 1, "write to an unknown id"));
    TRY(rest_is_untouched(&area, 8, "write to an unknown id"));

    area = area_filled();
    raw_buffer_create(UINT64_MAX, BUFFER_USAGE_STORAGE, area.area);
    TRY(word_is(&area, 0, 1, "create of 2^64-1 bytes"));
    TRY(word_is(&area, 4, WASI_GPU_ERROR_OUT_OF_MEMORY - 1, "create of 2^64-1 bytes"));
    TRY(rest_is_untouched(&area, 8, "create of 2^64-1 bytes"));

    area = area_filled();
    raw_buffer_create(0, BUFFER_USAGE_STORAGE, area.area);
    TRY(word_is(&area, 0, 1, "create of 0 bytes"));
    TRY(word_is(&area, 4, WASI_GPU_ERROR_INVALID_PARAMS - 1, "create of 0 bytes"));
    TRY(rest_is_untouched(&area, 16, "create of 0 bytes"));

    area = area_filled();
    raw_buffer_destroy(id, area.area);
    TRY(word_is(&area, 0, 0, "destroy") && rest_is_untouched(&area, 4, "destroy"));

    area = area_filled();
    raw_get_device_info(area.area);
    (void)rest_is_untouched(&area, 40, "device-info");
}

static void return_areas_of_kernels(uint32_t unused) {
    (void)unused;
    uint32_t id = make(16);
    TRY(id != 0);
    return_area_t area = area_filled();
    raw_reduce(4, REDUCE_OP_SUM, id, id, area.area);
    TRY(word_is(&area, 0, 0, "reduce") && rest_is_untouched(&area, 4, "reduce"));

    area = area_filled();
    raw_reduce(4, REDUCE_OP_SUM, id, UINT32_MAX, area.area);
    TRY(word_is(&area, 0, 1, "reduce to an unknown id"));
    TRY(word_is(&area, 4, WASI_GPU_ERROR_INVALID_BUFFER - 1, "reduce to an unknown id"));
    TRY(rest_is_untouched(&area, 8, "reduce to an unknown id"));

    area = area_filled();
    raw_reduce(5, REDUCE_OP_SUM, id, id, area.area);
    TRY(word_is(&area, 0, 1, "reduce past the end"));
    TRY(word_is(&area, 4, WASI_GPU_ERROR_INVALID_PARAMS - 1, "reduce past the end"));
    (void)rest_is_untouched(&area, 16, "reduce past the end");
}

static void empty_list_is_allocated(uint32_t unused) {
    (void)unused;
    uint32_t id = make(16);
    TRY(id != 0);
    return_area_t area = area_filled();
    raw_buffer_read(id, 16, 0, area.area);
    TRY(word_is(&area, 0, 0, "read of nothing"));
    /* The SDK's cabi_realloc answers the alignment, 1, for an allocation of 0 bytes. */
    TRY(word_is(&area, 4, 1, "read of nothing, pointer"));
    TRY(word_is(&area, 8, 0, "read of nothing, length"));
    (void)rest_is_untouched(&area, 12, "read of nothing");
}

static void any_bool_but_zero_is_true(uint32_t value) {
    const float a[4] = {1, 2, 3, 4};
    const float b[4] = {1, 10, 100, 1000};
    uint32_t left = make_from(a, sizeof(a));
    uint32_t right = make_from(b, sizeof(b));
    uint32_t product = make(sizeof(a));
    TRY(left != 0 && right != 0 && product != 0);
    return_area_t area = area_filled();
    float got[4];

    raw_matmul(2, 2, 2, value, 0, 1, 0, left, right, product, area.area);
    TRY(word_is(&area, 0, 0, "matmul") && load(product, 0, got, sizeof(got)));
    const float a_transposed[4] = {301, 3010, 402, 4020};
    for (int i = 0; i < 4; i++) {
        TRY(expect(got[i] == a_transposed[i], "trans-a 0x%" PRIx32 ", element %d: expected %g, got %g", value,
                   i, (double)a_transposed[i], (double)got[i]));
    }

    raw_matmul(2, 2, 2, 0, value, 1, 0, left, right, product, area.area);
    TRY(word_is(&area, 0, 0, "matmul") && load(product, 0, got, sizeof(got)));
    const float b_transposed[4] = {21, 2100, 43, 4300};
    for (int i = 0; i < 4; i++) {
        TRY(expect(got[i] == b_transposed[i], "trans-b 0x%" PRIx32 ", element %d: expected %g, got %g", value,
                   i, (double)b_transposed[i], (double)got[i]));
    }
}

static void unary_ops_ignore_input_b(uint32_t op) {
    static const uint32_t ids[] = {0, 1, 0x7FFFFFFF, 0xFFFFFFFF};
    const float value = 0.25f;
    uint32_t input = make_from(&value, sizeof(value));
    uint32_t output = make(sizeof(value));
    uint32_t destroyed = make(4);
    /* Too short to be an operand. */
    uint32_t tiny = make(1);
    TRY(input != 0 && output != 0 && destroyed != 0 && tiny != 0 && drop(destroyed));
    return_area_t area = area_filled();
    float expected;
    raw_elementwise(1, op, input, 0, 0, output, area.area);
    TRY(word_is(&area, 0, 0, "without input-b") && load(output, 0, &expected, sizeof(expected)));
    for (size_t i = 0; i < COUNT_OF(ids) + 2; i++) {
        uint32_t id = i < COUNT_OF(ids) ? ids[i] : i == COUNT_OF(ids) ? destroyed : tiny;
        TRY(paint(output, 0, 0xFF, sizeof(value)));
        raw_elementwise(1, op, input, 1, id, output, area.area);
        TRY(word_is(&area, 0, 0, "with an input-b that is not looked at"));
        TRY(holds(output, 0, &expected, sizeof(expected),
                  "the result with an input-b that is not looked at"));
    }
}

static void absent_input_b_has_no_id(uint32_t unused) {
    (void)unused;
    /* The value beside a discriminant of 0 means nothing, whatever it is. */
    const float value = 1;
    uint32_t input = make_from(&value, sizeof(value));
    TRY(input != 0);
    return_area_t area = area_filled();
    raw_elementwise(1, ELEMENTWISE_OP_ADD, input, 0, input, input, area.area);
    TRY(word_is(&area, 0, 1, "add without input-b"));
    TRY(word_is(&area, 4, WASI_GPU_ERROR_INVALID_PARAMS - 1, "add without input-b"));
    raw_elementwise(1, ELEMENTWISE_OP_ADD, input, 1, 0, input, area.area);
    TRY(word_is(&area, 0, 1, "add with id 0"));
    (void)word_is(&area, 4, WASI_GPU_ERROR_INVALID_BUFFER - 1, "add with id 0");
}

const test_case_t abi_cases[] = {
    {"abi.return-areas.compute", return_areas_of_compute, 0},
    {"abi.return-areas.ml-kernels", return_areas_of_kernels, 0},
    {"abi.empty-list-is-allocated", empty_list_is_allocated, 0},
    {"abi.bool.1", any_bool_but_zero_is_true, 1},
    {"abi.bool.2", any_bool_but_zero_is_true, 2},
    {"abi.bool.0x100", any_bool_but_zero_is_true, 0x100},
    {"abi.bool.0x80000000", any_bool_but_zero_is_true, 0x80000000},
    {"abi.bool.0xffffffff", any_bool_but_zero_is_true, 0xFFFFFFFF},
    {"abi.input-b-ignored.relu", unary_ops_ignore_input_b, ELEMENTWISE_OP_RELU},
    {"abi.input-b-ignored.sigmoid", unary_ops_ignore_input_b, ELEMENTWISE_OP_SIGMOID},
    {"abi.input-b-ignored.tanh", unary_ops_ignore_input_b, ELEMENTWISE_OP_TANH},
    {"abi.input-b-ignored.sqrt", unary_ops_ignore_input_b, ELEMENTWISE_OP_SQRT},
    {"abi.input-b-ignored.exp", unary_ops_ignore_input_b, ELEMENTWISE_OP_EXP},
    {"abi.input-b-ignored.log", unary_ops_ignore_input_b, ELEMENTWISE_OP_LOG},
    {"abi.input-b-absent", absent_input_b_has_no_id, 0},
    {NULL, NULL, 0},
};
