/* The C side of wasi:gpu@0.1.0: imports in the canonical ABI's flattened form, and the allocator it asks for.
 */
#include "wasi_gpu.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Pointers and lengths are passed as i32, as the canonical ABI has them for 32-bit memories. */
_Static_assert(sizeof(void *) == 4, "wasi:gpu guests are wasm32");
_Static_assert(sizeof(tree_node_t) == 16, "a tree node is 16 bytes");

#define COMPUTE(name) __attribute__((import_module("wasi:gpu/compute@0.1.0"), import_name(name)))
#define ML_KERNELS(name) __attribute__((import_module("wasi:gpu/ml-kernels@0.1.0"), import_name(name)))

typedef struct {
    char *bytes;
    uint32_t length;
} text_t;

/* result<_, gpu-error> and result<u32, gpu-error>. Bytes around the one-byte tags are padding of any value.
 */
typedef struct {
    uint8_t is_error;
    union {
        uint32_t id;
        struct {
            uint8_t error_case;
            text_t text;
        } error;
        struct {
            uint8_t *bytes;
            uint32_t length;
        } list;
    } payload;
} result_t;

_Static_assert(sizeof(result_t) == 16 && _Alignof(result_t) == 4, "a result takes 16 bytes");
_Static_assert(offsetof(result_t, payload.error.text) == 8, "the text of an error is at 8");

/* record device-info. */
typedef struct {
    text_t name;
    text_t backend;
    uint64_t total_memory;
    uint8_t is_hardware;
    text_t compute_capability;
} device_info_record_t;

_Static_assert(sizeof(device_info_record_t) == 40, "device-info takes 40 bytes");
_Static_assert(offsetof(device_info_record_t, compute_capability) == 28, "its last text is at 28");

COMPUTE("get-device-info") void import_get_device_info(device_info_record_t *result);
COMPUTE("buffer-create") void import_buffer_create(uint64_t size, uint32_t usage, result_t *result);
COMPUTE("buffer-write")
void import_buffer_write(uint32_t id, uint64_t offset, const void *data, uint32_t size, result_t *result);
COMPUTE("buffer-read") void import_buffer_read(uint32_t id, uint64_t offset, uint32_t size, result_t *result);
COMPUTE("buffer-copy")
void import_buffer_copy(uint32_t src, uint64_t src_offset, uint32_t dst, uint64_t dst_offset, uint64_t size,
                        result_t *result);
COMPUTE("buffer-destroy") void import_buffer_destroy(uint32_t id, result_t *result);
COMPUTE("sync") void import_sync(void);

ML_KERNELS("kernel-bootstrap-sample")
void import_bootstrap_sample(uint32_t n_samples, uint32_t seed, uint32_t max_index, uint32_t output_indices,
                             result_t *result);
ML_KERNELS("kernel-find-split")
void import_find_split(uint32_t n_samples, uint32_t n_features, uint32_t feature_idx, uint32_t n_thresholds,
                       uint32_t data, uint32_t labels, uint32_t indices, uint32_t thresholds,
                       uint32_t output_scores, result_t *result);
ML_KERNELS("kernel-average")
void import_average(uint32_t n_trees, uint32_t n_samples, uint32_t tree_predictions, uint32_t output,
                    result_t *result);
ML_KERNELS("kernel-matmul")
void import_matmul(uint32_t m, uint32_t k, uint32_t n, uint32_t trans_a, uint32_t trans_b, float alpha,
                   float beta, uint32_t a, uint32_t b, uint32_t c, result_t *result);
ML_KERNELS("kernel-elementwise")
void import_elementwise(uint32_t n_elements, uint32_t op, uint32_t input_a, uint32_t has_input_b,
                        uint32_t input_b, uint32_t output, result_t *result);
ML_KERNELS("kernel-reduce")
void import_reduce(uint32_t n_elements, uint32_t op, uint32_t input, uint32_t output, result_t *result);
ML_KERNELS("kernel-batch-predict")
void import_batch_predict(uint32_t batch_size, uint32_t n_features, uint32_t n_trees, uint32_t max_depth,
                          uint32_t samples, uint32_t tree_nodes, uint32_t tree_offsets, uint32_t output,
                          result_t *result);

/*
 * Where the host may put what it returns. A read sets `target` to the caller's memory, so that the host
 * copies there and nowhere else: the host asks for the list in one allocation of exactly `target_size` bytes,
 * during the import call and never after it. A text of an error may happen to have that size too; it then
 * passes through the caller's memory, which a failed read leaves unspecified. Texts go to `arena`, in one
 * piece or, for device-info, three; longer ones come from the heap and are freed as soon as they are copied.
 */
static struct {
    uint8_t *target;
    uint32_t target_size;
    bool texts_expected;
    uint32_t arena_used;
    char arena[1024];
} returns;

/* A text that comes through the arena is moved here, so that the next call cannot write over it. */
static char last_message[sizeof(returns.arena)];
static int32_t last_code = WASI_GPU_OK;

static bool is_in_arena(const void *pointer) {
    uintptr_t address = (uintptr_t)pointer;
    uintptr_t start = (uintptr_t)returns.arena;
    return address >= start && address < start + sizeof(returns.arena);
}

/* The heap as the canonical ABI sees it; also what other bindings linked into this guest get. */
static void *heap_realloc(void *old, size_t old_size, size_t align, size_t new_size) {
    void *memory;
    if (align <= _Alignof(max_align_t)) {
        memory = realloc(old, new_size);
    } else if (new_size > SIZE_MAX - (align - 1)) {
        memory = NULL;
    } else {
        memory = aligned_alloc(align, (new_size + align - 1) & ~(align - 1));
        if (memory != NULL && old != NULL) {
            memcpy(memory, old, old_size < new_size ? old_size : new_size);
            free(old);
        }
    }

    if (memory == NULL) {
        __builtin_trap(); /* The canonical ABI has no other way to say that memory ran out. */
    }
    return memory;
}

/* Called by the host, during an import, for the memory that the call's result needs. */
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t align,
                                                                size_t new_size);

void *cabi_realloc(void *old, size_t old_size, size_t align, size_t new_size) {
    if (new_size == 0) {
        /* Aligned, in range and not null, and nobody's to free. */
        return old != NULL ? old : (void *)align;
    }

    if (old == NULL && align == 1) {
        if (returns.target != NULL && new_size == returns.target_size) {
            void *target = returns.target;
            returns.target = NULL;
            return target;
        }
        if (returns.texts_expected && new_size <= sizeof(returns.arena) - returns.arena_used) {
            char *text = returns.arena + returns.arena_used;
            returns.arena_used += (uint32_t)new_size;
            return text;
        }
    }

    return heap_realloc(old, old_size, align, new_size);
}

static void begin_call(void) {
    returns.texts_expected = true;
    returns.arena_used = 0;
}

static void end_call(void) {
    returns.texts_expected = false;
    returns.target = NULL;
}

/* Moves a text to a C string of `capacity` bytes, cut between characters, and frees it if it was on the heap.
 */
static void take_text(text_t text, const void *not_owned, char *out, size_t capacity) {
    size_t length = text.length;
    if (length > capacity - 1) {
        length = capacity - 1;
        while (length > 0 && ((uint8_t)text.bytes[length] & 0xC0) == 0x80) {
            length--;
        }
    }

    memcpy(out, text.bytes, length);
    out[length] = '\0';
    if (text.length > 0 && !is_in_arena(text.bytes) && text.bytes != not_owned) {
        free(text.bytes);
    }
}

static int32_t fail(int32_t code, const char *message) {
    last_code = code;
    strncpy(last_message, message, sizeof(last_message) - 1);
    return code;
}

/* Ends an import call: turns its result into a code, and keeps the message of an error. */
static int32_t finish(const result_t *result, const void *not_owned) {
    end_call();
    if (!result->is_error) {
        return WASI_GPU_OK;
    }

    last_code = result->payload.error.error_case + 1;
    if (last_code == WASI_GPU_ERROR_KERNEL || last_code == WASI_GPU_ERROR_INVALID_PARAMS) {
        take_text(result->payload.error.text, not_owned, last_message, sizeof(last_message));
    } else {
        last_message[0] = '\0';
    }
    return last_code;
}

wasi_gpu_error_t wasi_gpu_last_error(void) {
    return (wasi_gpu_error_t){.code = last_code, .message = last_message};
}

const char *wasi_gpu_error_name(int32_t code) {
    switch (code) {
    case WASI_GPU_OK:
        return "ok";
    case WASI_GPU_ERROR_OUT_OF_MEMORY:
        return "out-of-memory";
    case WASI_GPU_ERROR_INVALID_BUFFER:
        return "invalid-buffer";
    case WASI_GPU_ERROR_KERNEL:
        return "kernel-error";
    case WASI_GPU_ERROR_DEVICE_UNAVAILABLE:
        return "device-unavailable";
    case WASI_GPU_ERROR_INVALID_PARAMS:
        return "invalid-params";
    default:
        return "unknown error";
    }
}

void wasi_gpu_compute_get_device_info(wasi_gpu_device_info_t *info) {
    device_info_record_t record;
    begin_call();
    import_get_device_info(&record);
    end_call();
    take_text(record.name, NULL, info->name, sizeof(info->name));
    take_text(record.backend, NULL, info->backend, sizeof(info->backend));
    take_text(record.compute_capability, NULL, info->compute_capability, sizeof(info->compute_capability));
    info->total_memory = record.total_memory;
    info->is_hardware = record.is_hardware != 0;
}

uint32_t wasi_gpu_compute_buffer_create(uint64_t size, uint32_t usage) {
    result_t result;
    begin_call();
    import_buffer_create(size, usage, &result);
    return finish(&result, NULL) == WASI_GPU_OK ? result.payload.id : 0;
}

int32_t wasi_gpu_compute_buffer_write(uint32_t id, uint64_t offset, const void *data, uint64_t size) {
    if (size > UINT32_MAX) {
        return fail(WASI_GPU_ERROR_INVALID_PARAMS, "size: one write moves at most 4294967295 bytes");
    }

    result_t result;
    begin_call();
    import_buffer_write(id, offset, data, (uint32_t)size, &result);
    return finish(&result, NULL);
}

int32_t wasi_gpu_compute_buffer_read(uint32_t id, uint64_t offset, uint64_t size, void *out) {
    if (size > UINT32_MAX) {
        return fail(WASI_GPU_ERROR_INVALID_PARAMS, "size: one read moves at most 4294967295 bytes");
    }

    result_t result;
    begin_call();
    returns.target = out;
    returns.target_size = (uint32_t)size;
    import_buffer_read(id, offset, (uint32_t)size, &result);
    return finish(&result, out);
}

int32_t wasi_gpu_compute_buffer_copy(uint32_t src, uint64_t src_offset, uint32_t dst, uint64_t dst_offset,
                                     uint64_t size) {
    result_t result;
    begin_call();
    import_buffer_copy(src, src_offset, dst, dst_offset, size, &result);
    return finish(&result, NULL);
}

int32_t wasi_gpu_compute_buffer_destroy(uint32_t id) {
    result_t result;
    begin_call();
    import_buffer_destroy(id, &result);
    return finish(&result, NULL);
}

void wasi_gpu_compute_sync(void) { import_sync(); }

int32_t wasi_gpu_ml_kernels_kernel_bootstrap_sample(const bootstrap_params_t *params,
                                                    uint32_t output_indices) {
    result_t result;
    begin_call();
    import_bootstrap_sample(params->n_samples, params->seed, params->max_index, output_indices, &result);
    return finish(&result, NULL);
}

int32_t wasi_gpu_ml_kernels_kernel_find_split(const find_split_params_t *params, uint32_t data,
                                              uint32_t labels, uint32_t indices, uint32_t thresholds,
                                              uint32_t output_scores) {
    result_t result;
    begin_call();
    import_find_split(params->n_samples, params->n_features, params->feature_idx, params->n_thresholds, data,
                      labels, indices, thresholds, output_scores, &result);
    return finish(&result, NULL);
}

int32_t wasi_gpu_ml_kernels_kernel_average(const average_params_t *params, uint32_t tree_predictions,
                                           uint32_t output) {
    result_t result;
    begin_call();
    import_average(params->n_trees, params->n_samples, tree_predictions, output, &result);
    return finish(&result, NULL);
}

int32_t wasi_gpu_ml_kernels_kernel_matmul(const matmul_params_t *params, uint32_t a, uint32_t b, uint32_t c) {
    result_t result;
    begin_call();
    import_matmul(params->m, params->k, params->n, params->trans_a, params->trans_b, params->alpha,
                  params->beta, a, b, c, &result);
    return finish(&result, NULL);
}

int32_t wasi_gpu_ml_kernels_kernel_elementwise(const elementwise_params_t *params, uint32_t input_a,
                                               uint32_t input_b, uint32_t output) {
    result_t result;
    begin_call();
    import_elementwise(params->n_elements, params->op, input_a, input_b != 0, input_b, output, &result);
    return finish(&result, NULL);
}

int32_t wasi_gpu_ml_kernels_kernel_reduce(const reduce_params_t *params, uint32_t input, uint32_t output) {
    result_t result;
    begin_call();
    import_reduce(params->n_elements, params->op, input, output, &result);
    return finish(&result, NULL);
}

int32_t wasi_gpu_ml_kernels_kernel_batch_predict(const batch_predict_params_t *params, uint32_t samples,
                                                 uint32_t tree_nodes, uint32_t tree_offsets,
                                                 uint32_t output) {
    result_t result;
    begin_call();
    import_batch_predict(params->batch_size, params->n_features, params->n_trees, params->max_depth, samples,
                         tree_nodes, tree_offsets, output, &result);
    return finish(&result, NULL);
}
