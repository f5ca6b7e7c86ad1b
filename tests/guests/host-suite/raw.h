/* The imports as the host sees them, for what the SDK does not let through. */
#ifndef RAW_H
#define RAW_H

#include <stdint.h>

#define RAW_COMPUTE(name) __attribute__((import_module("wasi:gpu/compute@0.1.0"), import_name(name)))
#define RAW_ML_KERNELS(name) __attribute__((import_module("wasi:gpu/ml-kernels@0.1.0"), import_name(name)))

/* `result` is the address of 16 bytes, or of 40 for device-info. */
RAW_COMPUTE("get-device-info") void raw_get_device_info(void *result);
RAW_COMPUTE("buffer-create") void raw_buffer_create(uint64_t size, uint32_t usage, void *result);
RAW_COMPUTE("buffer-write")
void raw_buffer_write(uint32_t id, uint64_t offset, const void *data, uint32_t size, void *result);
RAW_COMPUTE("buffer-read") void raw_buffer_read(uint32_t id, uint64_t offset, uint32_t size, void *result);
RAW_COMPUTE("buffer-destroy") void raw_buffer_destroy(uint32_t id, void *result);
RAW_ML_KERNELS("kernel-matmul")
void raw_matmul(uint32_t m, uint32_t k, uint32_t n, uint32_t trans_a, uint32_t trans_b, float alpha,
                float beta, uint32_t a, uint32_t b, uint32_t c, void *result);
RAW_ML_KERNELS("kernel-elementwise")
void raw_elementwise(uint32_t n_elements, uint32_t op, uint32_t input_a, uint32_t has_input_b,
                     uint32_t input_b, uint32_t output, void *result);
RAW_ML_KERNELS("kernel-reduce")
void raw_reduce(uint32_t n_elements, uint32_t op, uint32_t input, uint32_t output, void *result);

#endif
