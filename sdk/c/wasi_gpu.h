/*
 * GPU machine learning for WebAssembly guests written in C or C++: the functions of wasi:gpu@0.1.0.
 *
 * Compile wasi_gpu.c into the guest; README.md beside this file has the command. C11 and C++17.
 *
 * Every fallible function returns 0 for success, else a WASI_GPU_ERROR_* code; wasi_gpu_last_error() then
 * holds the host's message. Nothing here may be called from several threads at once.
 */
#ifndef WASI_GPU_H
#define WASI_GPU_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Errors ---- */

/* The cases of gpu-error, counted from 1, as every fallible function returns them. */
#define WASI_GPU_OK 0
#define WASI_GPU_ERROR_OUT_OF_MEMORY 1
#define WASI_GPU_ERROR_INVALID_BUFFER 2
#define WASI_GPU_ERROR_KERNEL 3
#define WASI_GPU_ERROR_DEVICE_UNAVAILABLE 4
#define WASI_GPU_ERROR_INVALID_PARAMS 5

typedef struct {
    int32_t code;        /* WASI_GPU_OK before the first failure, else a WASI_GPU_ERROR_* code. */
    const char *message; /* Never null. The host's text, or "": only KERNEL and INVALID_PARAMS carry one. */
} wasi_gpu_error_t;

/*
 * The latest failure. Like errno it keeps its value when a later call succeeds. The message is cut to 1023
 * bytes and lives until the next call that fails.
 */
wasi_gpu_error_t wasi_gpu_last_error(void);

/* The name of a code as the interface spells it, for example "out-of-memory"; "ok" for 0. Never null. */
const char *wasi_gpu_error_name(int32_t code);

/* ---- Device and buffers: wasi:gpu/compute ---- */

/* What a buffer is meant for. Hints for speed, not permissions: any buffer can be used in any way. */
#define BUFFER_USAGE_MAP_READ UINT32_C(0x01)
#define BUFFER_USAGE_MAP_WRITE UINT32_C(0x02)
#define BUFFER_USAGE_COPY_SRC UINT32_C(0x04)
#define BUFFER_USAGE_COPY_DST UINT32_C(0x08)
#define BUFFER_USAGE_UNIFORM UINT32_C(0x10)
#define BUFFER_USAGE_STORAGE UINT32_C(0x20)

/* The texts end in a zero byte. One that is too long is cut between two UTF-8 characters. */
typedef struct {
    char name[128];
    char backend[32];            /* "cpu", "cuda" or "webgpu"; "" when the guest was not granted the GPU. */
    uint64_t total_memory;       /* Bytes that this guest can hope for. */
    bool is_hardware;            /* False for the CPU backend and for a GPU that is emulated. */
    char compute_capability[64]; /* "9.0" on an H100; the API version on WebGPU; the SIMD level on a CPU. */
} wasi_gpu_device_info_t;

/* Describes the device. Cannot fail: without a GPU the texts are empty and the rest is 0 and false. */
void wasi_gpu_compute_get_device_info(wasi_gpu_device_info_t *info);

/* Creates a buffer of `size` bytes, all zero, and returns its id; 0 means that it failed. */
uint32_t wasi_gpu_compute_buffer_create(uint64_t size, uint32_t usage);

/* Copies `size` bytes of `data` into a buffer. The offset may be any byte. */
int32_t wasi_gpu_compute_buffer_write(uint32_t id, uint64_t offset, const void *data, uint64_t size);

/*
 * Copies `size` bytes of a buffer to `out`, which the host fills directly. Sees the results of every kernel
 * called before. What `out` holds after a failure is unspecified.
 */
int32_t wasi_gpu_compute_buffer_read(uint32_t id, uint64_t offset, uint64_t size, void *out);

/* Copies on the device, also within one buffer, where overlapping ranges are safe as with memmove. */
int32_t wasi_gpu_compute_buffer_copy(uint32_t src, uint64_t src_offset, uint32_t dst, uint64_t dst_offset,
                                     uint64_t size);

/* Frees a buffer. Its id is never valid again. Buffers left over are freed when the guest ends. */
int32_t wasi_gpu_compute_buffer_destroy(uint32_t id);

/* Waits until everything asked for so far is done. Needed for timing only: reads and copies wait by
 * themselves. */
void wasi_gpu_compute_sync(void);

/* ---- Kernels: wasi:gpu/ml-kernels ---- */

/*
 * Arrays are dense, little-endian, float32 or uint32, and start at the first byte of their buffer; a buffer
 * may be longer than needed. Buffers are given by id, in the order of the interface.
 */

typedef struct {
    uint32_t n_samples; /* How many indices to draw. */
    uint32_t seed;
    uint32_t max_index; /* Indices are below this; at least 1. */
} bootstrap_params_t;

/* Draws indices uniformly with replacement into output_indices, uint32[n_samples]. A seed gives the same
 * indices on every device. */
int32_t wasi_gpu_ml_kernels_kernel_bootstrap_sample(const bootstrap_params_t *params,
                                                    uint32_t output_indices);

typedef struct {
    uint32_t n_samples;    /* Entries of indices. */
    uint32_t n_features;   /* Columns of data. */
    uint32_t feature_idx;  /* The column to split on; below n_features. */
    uint32_t n_thresholds; /* Entries of thresholds and output_scores. */
} find_split_params_t;

/* Scores each threshold by the sum of squared deviations of the labels left (value <= threshold) and right of
 * it; infinity when a side is empty. data is float32[rows][n_features], labels float32[rows], indices
 * uint32[n_samples], thresholds and output_scores float32[n_thresholds]. */
int32_t wasi_gpu_ml_kernels_kernel_find_split(const find_split_params_t *params, uint32_t data,
                                              uint32_t labels, uint32_t indices, uint32_t thresholds,
                                              uint32_t output_scores);

typedef struct {
    uint32_t n_trees;   /* Columns of tree_predictions. */
    uint32_t n_samples; /* Rows of tree_predictions, entries of output. */
} average_params_t;

/* Means of the rows of tree_predictions, float32[n_samples][n_trees], into output, float32[n_samples]. */
int32_t wasi_gpu_ml_kernels_kernel_average(const average_params_t *params, uint32_t tree_predictions,
                                           uint32_t output);

typedef struct {
    uint32_t m;   /* Rows of c. */
    uint32_t k;   /* The dimension summed over. */
    uint32_t n;   /* Columns of c. */
    bool trans_a; /* a is stored as k x m instead of m x k. */
    bool trans_b; /* b is stored as n x k instead of k x n. */
    float alpha;
    float beta; /* 0: what c holds is not read. */
} matmul_params_t;

/* c = alpha * op(a) * op(b) + beta * c, row-major. c must be a buffer of its own. */
int32_t wasi_gpu_ml_kernels_kernel_matmul(const matmul_params_t *params, uint32_t a, uint32_t b, uint32_t c);

typedef enum {
    ELEMENTWISE_OP_RELU,
    ELEMENTWISE_OP_SIGMOID,
    ELEMENTWISE_OP_TANH,
    ELEMENTWISE_OP_ADD,
    ELEMENTWISE_OP_MUL,
    ELEMENTWISE_OP_SQRT,
    ELEMENTWISE_OP_EXP,
    ELEMENTWISE_OP_LOG
} elementwise_op_t;

typedef struct {
    uint32_t n_elements;
    elementwise_op_t op;
} elementwise_params_t;

/* Applies op to each element. Only ADD and MUL use input_b: give 0, "no buffer", otherwise. output may be an
 * input. */
int32_t wasi_gpu_ml_kernels_kernel_elementwise(const elementwise_params_t *params, uint32_t input_a,
                                               uint32_t input_b, uint32_t output);

typedef enum { REDUCE_OP_SUM, REDUCE_OP_MAX, REDUCE_OP_MIN, REDUCE_OP_MEAN, REDUCE_OP_VARIANCE } reduce_op_t;

typedef struct {
    uint32_t n_elements; /* At least 1. */
    reduce_op_t op;      /* VARIANCE divides by n_elements. */
} reduce_params_t;

/* Reduces input, float32[n_elements], to the one float32 at the start of output. */
int32_t wasi_gpu_ml_kernels_kernel_reduce(const reduce_params_t *params, uint32_t input, uint32_t output);

/* `feature` of a node that is a leaf. */
#define TREE_NODE_LEAF UINT32_C(0xFFFFFFFF)

/* A node of a decision tree as batch-predict reads it: 16 bytes. */
typedef struct {
    uint32_t feature; /* The column to compare, or TREE_NODE_LEAF. */
    float value;      /* The threshold, or the prediction of a leaf. */
    uint32_t left;  /* Next node when the sample's value <= threshold, counted from the tree's first node. */
    uint32_t right; /* Next node otherwise, and for NaN. */
} tree_node_t;

typedef struct {
    uint32_t batch_size; /* Rows of samples, entries of output. */
    uint32_t n_features; /* Columns of samples. */
    uint32_t n_trees;    /* Entries of tree_offsets. */
    uint32_t max_depth;  /* Moves from node to node after which a leaf must have been met. */
} batch_predict_params_t;

/* The mean over trees of the leaf that each row of samples reaches; NaN for a row that meets no leaf.
 * tree_nodes is tree_node_t[], tree_offsets uint32[n_trees]: the number of each tree's first node. */
int32_t wasi_gpu_ml_kernels_kernel_batch_predict(const batch_predict_params_t *params, uint32_t samples,
                                                 uint32_t tree_nodes, uint32_t tree_offsets, uint32_t output);

#ifdef __cplusplus
}
#endif

#endif
