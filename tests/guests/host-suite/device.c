/* What get-device-info says. */
#include <string.h>

#include "suite.h"

static void fields(uint32_t unused) {
    (void)unused;
    wasi_gpu_device_info_t info;
    wasi_gpu_compute_get_device_info(&info);
    TRY(expect(info.name[0] != '\0', "name: expected a text, got none"));
    TRY(expect(strcmp(info.backend, "cpu") == 0 || strcmp(info.backend, "cuda") == 0 ||
                   strcmp(info.backend, "webgpu") == 0,
               "backend: expected cpu, cuda or webgpu, got \"%s\"", info.backend));
    TRY(expect(info.total_memory >= (1u << 20), "total-memory: expected at least 1 MiB, got %" PRIu64,
               info.total_memory));
    TRY(expect(info.compute_capability[0] != '\0', "compute-capability: expected a text, got none"));
    TRY(expect(strcmp(info.backend, "cpu") != 0 || !info.is_hardware,
               "is-hardware: expected false for the CPU backend, got true"));
    expect(strcmp(info.backend, "cuda") != 0 || info.is_hardware,
           "is-hardware: expected true for CUDA, got false");
}

static void repeats(uint32_t unused) {
    (void)unused;
    wasi_gpu_device_info_t first;
    wasi_gpu_device_info_t second;
    memset(&first, 0, sizeof(first));
    memset(&second, 0xFF, sizeof(second));
    wasi_gpu_compute_get_device_info(&first);
    TRY(make(4096) != 0);
    wasi_gpu_compute_get_device_info(&second);
    TRY(expect(strcmp(first.name, second.name) == 0, "name: expected \"%s\" again, got \"%s\"", first.name,
               second.name));
    TRY(expect(strcmp(first.backend, second.backend) == 0, "backend: expected \"%s\" again, got \"%s\"",
               first.backend, second.backend));
    TRY(expect(strcmp(first.compute_capability, second.compute_capability) == 0,
               "compute-capability: expected \"%s\" again, got \"%s\"", first.compute_capability,
               second.compute_capability));
    expect(first.total_memory == second.total_memory && first.is_hardware == second.is_hardware,
           "total-memory and is-hardware: expected %" PRIu64 ", %d again, got %" PRIu64 ", %d",
           first.total_memory, first.is_hardware, second.total_memory, second.is_hardware);
}

const test_case_t device_cases[] = {
    {"device.fields", fields, 0},
    {"device.repeats", repeats, 0},
    {NULL, NULL, 0},
};
