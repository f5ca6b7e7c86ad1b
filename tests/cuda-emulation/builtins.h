// The built-ins of CUDA C++ for kernels compiled as C++: the counterpart of Kernels/builtins.cuh, name by name.
// The threads of a block are fibers that run one at a time and give way only where they wait for each other, so
// plain loads and stores do for atomic operations.
#pragma once

#include <math.h>
#include <string.h>

#include "fibers.h"

#define __global__
#define __device__
// Kept in a section of its own, which is filled with a pattern before blocks run.
#define __shared__ static __attribute__((section("block_shared")))
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define DYNAMIC_SHARED(type, name) type* const name = reinterpret_cast<type*>(emulation::dynamicShared)

// The capability whose code paths are taken.
#ifndef __CUDA_ARCH__
#define __CUDA_ARCH__ 900
#endif

inline emulation::Index& threadIdx = emulation::threadIndex;
inline emulation::Index& blockIdx = emulation::blockIndex;
inline emulation::Index& blockDim = emulation::blockSize;
inline emulation::Index& gridDim = emulation::gridSize;

// Bits.

inline u32 __float_as_uint(float value) { return __builtin_bit_cast(u32, value); }
inline i32 __float_as_int(float value) { return __builtin_bit_cast(i32, value); }
inline float __uint_as_float(u32 bits) { return __builtin_bit_cast(float, bits); }
inline float __int_as_float(i32 bits) { return __builtin_bit_cast(float, bits); }
inline i64 __double_as_longlong(double value) { return __builtin_bit_cast(i64, value); }
inline double __longlong_as_double(i64 bits) { return __builtin_bit_cast(double, bits); }
inline i32 __popc(u32 value) { return __builtin_popcount(value); }
inline i32 __popcll(u64 value) { return __builtin_popcountll(value); }
inline i32 __clz(i32 value) { return value == 0 ? 32 : __builtin_clz((u32)value); }
inline i32 __clzll(i64 value) { return value == 0 ? 64 : __builtin_clzll((u64)value); }
inline i32 __ffs(i32 value) { return __builtin_ffs(value); }
inline u32 __brev(u32 value) { return __builtin_bitreverse32(value); }
inline u32 __umulhi(u32 a, u32 b) { return (u32)(((u64)a * b) >> 32); }
inline u64 __umul64hi(u64 a, u64 b) { return (u64)(((unsigned __int128)a * b) >> 64); }

inline u32 __byte_perm(u32 low, u32 high, u32 selector)
{
    u64 both = ((u64)high << 32) | low;
    u32 result = 0;
    for (u32 i = 0; i < 4; i++)
    {
        u32 choice = selector >> (4 * i);
        u32 byte = (u32)(both >> (8 * (choice & 7))) & 0xFF;
        u32 sign = byte >= 0x80 ? 0xFF : 0;
        result |= ((choice & 8) != 0 ? sign : byte) << (8 * i);
    }

    return result;
}

inline u32 __funnelshift_r(u32 low, u32 high, u32 shift) { return (u32)((((u64)high << 32) | low) >> (shift & 31)); }

inline u32 __funnelshift_l(u32 low, u32 high, u32 shift)
{
    return (u32)(((((u64)high << 32) | low) << (shift & 31)) >> 32);
}

// Arithmetic. fabsf, fminf and the like are those of the C library.

inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline double __fma_rn(double a, double b, double c) { return fma(a, b, c); }
inline float __fsqrt_rn(float value) { return sqrtf(value); }

// Waiting for each other.

inline void __syncthreads() { emulation::waitAtBarrier(0, 0); }
inline void barrierGroup(i32 id, i32 threads) { emulation::waitAtBarrier((u32)id, (u32)threads); }
inline void __syncwarp(u32 mask = 0xFFFFFFFFu) { emulation::exchange(mask, 0); }
inline void __threadfence() {}
inline void __threadfence_block() {}

// Exchange within a warp.

namespace emulation
{
template <typename T>
T valueOfLane(const WarpValues* values, u32 lane)
{
    T value;
    memcpy(&value, &values->words[lane], sizeof(T));
    return value;
}

template <typename T>
const WarpValues* exchangeValue(u32 mask, T value)
{
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "4 or 8 bytes");
    u64 word = 0;
    memcpy(&word, &value, sizeof(T));
    return exchange(mask, word);
}

// A source outside the segment of the lane means the lane's own value.
template <typename T>
T shuffle(u32 mask, T value, i32 source, i32 width)
{
    u32 first = laneIndex() & ~((u32)width - 1);
    bool isInside = source >= (i32)first && source < (i32)first + width;
    const WarpValues* values = exchangeValue(mask, value);
    return valueOfLane<T>(values, isInside ? (u32)source : laneIndex());
}
} // namespace emulation

template <typename T>
T __shfl_sync(u32 mask, T value, i32 lane, i32 width = 32)
{
    i32 first = (i32)(emulation::laneIndex() & ~((u32)width - 1));
    return emulation::shuffle(mask, value, first + (lane & (width - 1)), width);
}

template <typename T>
T __shfl_up_sync(u32 mask, T value, i32 distance, i32 width = 32)
{
    return emulation::shuffle(mask, value, (i32)emulation::laneIndex() - distance, width);
}

template <typename T>
T __shfl_down_sync(u32 mask, T value, i32 distance, i32 width = 32)
{
    return emulation::shuffle(mask, value, (i32)emulation::laneIndex() + distance, width);
}

template <typename T>
T __shfl_xor_sync(u32 mask, T value, i32 distance, i32 width = 32)
{
    return emulation::shuffle(mask, value, (i32)emulation::laneIndex() ^ distance, width);
}

namespace emulation
{
template <typename F>
u32 combine(u32 mask, u32 value, F combineTwo)
{
    const WarpValues* values = exchange(mask, value);
    u32 result = value;
    for (u32 lane = 0; lane < 32; lane++)
    {
        if ((mask >> lane & 1) != 0 && lane != laneIndex())
        {
            result = combineTwo(result, (u32)values->words[lane]);
        }
    }

    return result;
}
} // namespace emulation

inline u32 __ballot_sync(u32 mask, bool isTrue)
{
    u32 bit = isTrue ? 1u << emulation::laneIndex() : 0;
    return emulation::combine(mask, bit, [](u32 a, u32 b) { return a | b; });
}

inline bool __any_sync(u32 mask, bool isTrue) { return __ballot_sync(mask, isTrue) != 0; }
inline bool __all_sync(u32 mask, bool isTrue) { return __ballot_sync(mask, isTrue) == mask; }

inline u32 __match_any_sync(u32 mask, u32 value)
{
    const emulation::WarpValues* values = emulation::exchange(mask, value);
    u32 result = 0;
    for (u32 lane = 0; lane < 32; lane++)
    {
        result |= (mask >> lane & 1) != 0 && (u32)values->words[lane] == value ? 1u << lane : 0;
    }

    return result;
}

inline u32 __reduce_add_sync(u32 mask, u32 value)
{
    return emulation::combine(mask, value, [](u32 a, u32 b) { return a + b; });
}

inline u32 __reduce_min_sync(u32 mask, u32 value)
{
    return emulation::combine(mask, value, [](u32 a, u32 b) { return a < b ? a : b; });
}

inline u32 __reduce_max_sync(u32 mask, u32 value)
{
    return emulation::combine(mask, value, [](u32 a, u32 b) { return a > b ? a : b; });
}

// Atomic operations; they return the old value.

template <typename T>
T atomicExch(T* address, T value)
{
    T old = *address;
    *address = value;
    return old;
}

template <typename T>
T atomicAdd(T* address, T value)
{
    return atomicExch(address, (T)(*address + value));
}

template <typename T>
T atomicMin(T* address, T value)
{
    return atomicExch(address, value < *address ? value : *address);
}

template <typename T>
T atomicMax(T* address, T value)
{
    return atomicExch(address, value > *address ? value : *address);
}

template <typename T>
T atomicOr(T* address, T value)
{
    return atomicExch(address, (T)(*address | value));
}

template <typename T>
T atomicCAS(T* address, T expected, T value)
{
    return atomicExch(address, *address == expected ? value : *address);
}

inline u32 atomicInc(u32* address, u32 last) { return atomicExch(address, *address >= last ? 0 : *address + 1); }

// Not of CUDA. Addresses are checked as the hardware does: an access of n bytes is aligned to n.

namespace emulation
{
template <typename T>
T loadAligned(const T* address)
{
    checkAlignment(address, sizeof(T));
    return *address;
}
} // namespace emulation

inline float loadOnce(const float* address) { return emulation::loadAligned(address); }
inline float4 loadOnce(const float4* address) { return emulation::loadAligned(address); }
inline uint4 loadOnce(const uint4* address) { return emulation::loadAligned(address); }
inline float4 loadBeforeStore(const float4* address) { return emulation::loadAligned(address); }
inline float loadReadOnly(const float* address) { return emulation::loadAligned(address); }
inline u32 loadReadOnly(const u32* address) { return emulation::loadAligned(address); }
inline uint2 loadReadOnly(const uint2* address) { return emulation::loadAligned(address); }
inline float4 loadReadOnly(const float4* address) { return emulation::loadAligned(address); }
inline uint4 loadReadOnly(const uint4* address) { return emulation::loadAligned(address); }

inline void storeVector(float4* address, float4 value)
{
    emulation::checkAlignment(address, sizeof(float4));
    *address = value;
}

inline void storeVector(uint4* address, uint4 value)
{
    emulation::checkAlignment(address, sizeof(uint4));
    *address = value;
}

inline void storeOnce(float4* address, float4 value) { storeVector(address, value); }

inline void publishToHost(u32* address, u32 value)
{
    emulation::checkAlignment(address, sizeof(u32));
    *(volatile u32*)address = value;
}

inline void multiplyWide(u32 a, u32 b, u32& low, u32& high)
{
    u64 product = (u64)a * b;
    low = (u32)product;
    high = (u32)(product >> 32);
}

inline float reciprocalApproximate(float value) { return 1 / value; }
inline float maxOrNan(float a, float b) { return a != a || a > b ? a : b; }
inline float minOrNan(float a, float b) { return a != a || a < b ? a : b; }

inline void copyAsync16(void* target, const void* source, u32 sourceBytes = 16)
{
    emulation::copyLater(target, source, 16, sourceBytes);
}

inline void copyAsync4(void* target, const void* source, u32 sourceBytes = 4)
{
    emulation::copyLater(target, source, 4, sourceBytes);
}

inline void copyAsyncCommit() { emulation::commitCopies(); }

template <i32 N>
void copyAsyncWait()
{
    emulation::finishCopies((u32)N);
}
