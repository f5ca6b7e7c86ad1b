/* A library guest: it has no main, and a host calls its export `dot`. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "wasi_gpu.h"

/* Creates a buffer with a copy of `count` values; 0 if that failed. */
static uint32_t create_buffer_of(const float *values, uint32_t count) {
    const uint64_t size = (uint64_t)count * sizeof(float);
    const uint32_t buffer = wasi_gpu_compute_buffer_create(size, BUFFER_USAGE_STORAGE);
    if (buffer != 0 && wasi_gpu_compute_buffer_write(buffer, 0, values, size) != 0) {
        wasi_gpu_compute_buffer_destroy(buffer);
        return 0;
    }

    return buffer;
}

/* The product of a row and a column of n values, on the device. False if a call failed. */
static bool multiply(const float *row, const float *column, uint32_t n, float *product) {
    const matmul_params_t params = {.m = 1, .k = n, .n = 1, .alpha = 1.0f, .beta = 0.0f};
    const uint32_t a = create_buffer_of(row, n);
    const uint32_t b = a == 0 ? 0 : create_buffer_of(column, n);
    const uint32_t c = b == 0 ? 0 : wasi_gpu_compute_buffer_create(sizeof(float), BUFFER_USAGE_STORAGE);
    const bool succeeded = c != 0 && wasi_gpu_ml_kernels_kernel_matmul(&params, a, b, c) == 0 &&
                           wasi_gpu_compute_buffer_read(c, 0, sizeof(float), product) == 0;
    const wasi_gpu_error_t error = wasi_gpu_last_error();
    if (!succeeded) {
        fprintf(stderr, "dot: %s %s\n", wasi_gpu_error_name(error.code), error.message);
    }

    const uint32_t buffers[] = {a, b, c};
    for (int i = 0; i < 3; i++) {
        if (buffers[i] != 0) {
            wasi_gpu_compute_buffer_destroy(buffers[i]);
        }
    }

    return succeeded;
}

/*
 * The dot product of (1, 2, ..., n) with itself: n (n + 1) (2n + 1) / 6, in float32. NaN, and a message on
 * standard error, if it could not be computed.
 */
__attribute__((export_name("dot"))) double dot(uint32_t n) {
    if (n == 0) {
        return 0;
    }

    float *const values = calloc(n, sizeof(float));
    if (values == NULL) {
        fprintf(stderr, "dot: no memory for %u values\n", (unsigned)n);
        return (double)NAN;
    }

    for (uint32_t i = 0; i < n; i++) {
        values[i] = (float)(i + 1);
    }

    float product = 0;
    const bool succeeded = multiply(values, values, n, &product);
    free(values);
    return succeeded ? (double)product : (double)NAN;
}
