#pragma once

#include "fail.hpp"
#include "wasi_gpu.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/* The calls of the SDK, ending the program where one fails: this program has no use for half a result. */

/* Ends the program with the name of the call that failed and the host's message. */
[[noreturn]] inline void fail_call(const char *call) {
    const wasi_gpu_error_t error = wasi_gpu_last_error();
    const char *const separator = error.message[0] == 0 ? "" : ": ";
    fail("%s failed: %s%s%s", call, wasi_gpu_error_name(error.code), separator, error.message);
}

inline void require(bool succeeded, const char *call) {
    if (!succeeded) {
        fail_call(call);
    }
}

inline void require(int32_t code, const char *call) {
    require(code == WASI_GPU_OK, call);
}

inline wasi_gpu::Buffer create_buffer(uint64_t size_bytes) {
    std::optional<wasi_gpu::Buffer> buffer = wasi_gpu::Buffer::create(size_bytes);
    if (!buffer) {
        const std::string call = "buffer-create of " + std::to_string(size_bytes) + " bytes";
        fail_call(call.c_str());
    }

    return std::move(*buffer);
}

/* Writes all elements to the start of a buffer. */
template <typename T>
void write_buffer(wasi_gpu::Buffer &target, const std::vector<T> &elements) {
    require(target.write(elements), "buffer-write");
}

template <typename T>
wasi_gpu::Buffer create_buffer_of(const std::vector<T> &elements) {
    wasi_gpu::Buffer buffer = create_buffer(uint64_t{elements.size()} * sizeof(T));
    write_buffer(buffer, elements);
    return buffer;
}

/* Reads elements from the start of a buffer, once the device has done everything asked of it before. */
template <typename T>
void read_buffer(const wasi_gpu::Buffer &source, T *elements, size_t count) {
    require(source.read(elements, count), "buffer-read");
}

/* Copies 4-byte elements on the device. Offsets and count are in elements. */
inline void copy_elements(const wasi_gpu::Buffer &source, uint64_t source_offset,
                          const wasi_gpu::Buffer &target, uint64_t target_offset, uint64_t count) {
    constexpr uint64_t ElementBytes = 4;
    require(wasi_gpu_compute_buffer_copy(source.id(), source_offset * ElementBytes, target.id(),
                                         target_offset * ElementBytes, count * ElementBytes),
            "buffer-copy");
}
