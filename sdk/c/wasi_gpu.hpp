/*
 * C++17 over wasi_gpu.h: buffers that free themselves. Nothing throws. Calls that can fail return bool or
 * std::optional, and wasi_gpu_last_error() says why; wasi_gpu::check ends the program where going on makes no
 * sense.
 */
#ifndef WASI_GPU_HPP
#define WASI_GPU_HPP

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "wasi_gpu.h"

namespace wasi_gpu {

/* Prints `what` and the last error to standard error and exits with 1, unless `succeeded`. */
inline void check(bool succeeded, const char *what) {
    if (!succeeded) {
        const wasi_gpu_error_t error = wasi_gpu_last_error();
        std::fprintf(stderr, "%s: %s %s\n", what, wasi_gpu_error_name(error.code), error.message);
        std::exit(1);
    }
}

/* The same for the code that a C function returned. */
inline void check(std::int32_t code, const char *what) { check(code == WASI_GPU_OK, what); }

/* Owns one buffer on the device. Movable, not copyable. An empty one has the id 0. */
class Buffer {
  public:
    static constexpr std::uint32_t DefaultUsage =
        BUFFER_USAGE_STORAGE | BUFFER_USAGE_COPY_SRC | BUFFER_USAGE_COPY_DST;

    Buffer() noexcept = default;

    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;

    Buffer(Buffer &&other) noexcept
        : id_(std::exchange(other.id_, 0)), size_(std::exchange(other.size_, 0)) {}

    Buffer &operator=(Buffer &&other) noexcept {
        if (this != &other) {
            destroy();
            id_ = std::exchange(other.id_, 0);
            size_ = std::exchange(other.size_, 0);
        }
        return *this;
    }

    ~Buffer() { destroy(); }

    /* A buffer of `size` bytes, all zero. */
    static std::optional<Buffer> create(std::uint64_t size, std::uint32_t usage = DefaultUsage) {
        const std::uint32_t id = wasi_gpu_compute_buffer_create(size, usage);
        return id == 0 ? std::nullopt : std::optional<Buffer>(Buffer(id, size));
    }

    /* A buffer that holds a copy of `values`, which must not be empty. */
    template <typename T>
    static std::optional<Buffer> of(const std::vector<T> &values, std::uint32_t usage = DefaultUsage) {
        std::optional<Buffer> buffer = create(std::uint64_t{values.size()} * sizeof(T), usage);
        if (buffer && !buffer->write(values)) {
            buffer.reset();
        }
        return buffer;
    }

    std::uint32_t id() const noexcept { return id_; }

    /* Size in bytes. */
    std::uint64_t size() const noexcept { return size_; }

    /* Writes `count` elements, the first one at byte `offset`. */
    template <typename T>
    [[nodiscard]] bool write(const T *values, std::size_t count, std::uint64_t offset = 0) {
        static_assert(std::is_trivially_copyable_v<T>, "only plain data can be written");
        return wasi_gpu_compute_buffer_write(id_, offset, values, std::uint64_t{count} * sizeof(T)) ==
               WASI_GPU_OK;
    }

    template <typename T> [[nodiscard]] bool write(const std::vector<T> &values, std::uint64_t offset = 0) {
        return write(values.data(), values.size(), offset);
    }

    /* Reads `count` elements, the first one from byte `offset`, into memory of the caller. */
    template <typename T> [[nodiscard]] bool read(T *out, std::size_t count, std::uint64_t offset = 0) const {
        static_assert(std::is_trivially_copyable_v<T>, "only plain data can be read");
        return wasi_gpu_compute_buffer_read(id_, offset, std::uint64_t{count} * sizeof(T), out) ==
               WASI_GPU_OK;
    }

    /* Reads `count` elements, the first one from byte `offset`. */
    template <typename T>
    std::optional<std::vector<T>> read(std::size_t count, std::uint64_t offset = 0) const {
        std::vector<T> values(count);
        return read(values.data(), count, offset) ? std::optional<std::vector<T>>(std::move(values))
                                                  : std::nullopt;
    }

    /* Gives the buffer up: the caller destroys the id. */
    std::uint32_t release() noexcept {
        size_ = 0;
        return std::exchange(id_, 0);
    }

  private:
    Buffer(std::uint32_t id, std::uint64_t size) noexcept : id_(id), size_(size) {}

    void destroy() noexcept {
        if (id_ != 0) {
            /* Can only fail for an id that was destroyed behind our back: there is nothing left to free then.
             */
            (void)wasi_gpu_compute_buffer_destroy(id_);
        }
    }

    std::uint32_t id_ = 0;
    std::uint64_t size_ = 0;
};

} // namespace wasi_gpu

#endif
