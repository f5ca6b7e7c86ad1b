/* Asks for the device, lets it clear the negatives of four numbers, and prints both. */
#include <stdio.h>

#include "wasi_gpu.h"

int main(void) {
    wasi_gpu_device_info_t info;
    wasi_gpu_compute_get_device_info(&info);
    printf("%s (%s)\n", info.name, info.backend);

    float values[4] = {-1.5f, 0.0f, 2.5f, -4.0f};
    const uint32_t buffer = wasi_gpu_compute_buffer_create(sizeof(values), BUFFER_USAGE_STORAGE);
    const elementwise_params_t params = {.n_elements = 4, .op = ELEMENTWISE_OP_RELU};
    if (buffer == 0 || wasi_gpu_compute_buffer_write(buffer, 0, values, sizeof(values)) != 0 ||
        wasi_gpu_ml_kernels_kernel_elementwise(&params, buffer, 0, buffer) != 0 ||
        wasi_gpu_compute_buffer_read(buffer, 0, sizeof(values), values) != 0) {
        const wasi_gpu_error_t error = wasi_gpu_last_error();
        fprintf(stderr, "%s %s\n", wasi_gpu_error_name(error.code), error.message);
        return 1;
    }

    printf("relu: %g %g %g %g\n", values[0], values[1], values[2], values[3]);
    return 0;
}
