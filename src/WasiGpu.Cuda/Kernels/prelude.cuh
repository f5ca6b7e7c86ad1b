// What every kernel starts from: short names of the integer types, vector types and the built-ins of CUDA C++.
// No header of a CUDA toolkit is used. The same kernels are also compiled as C++ for tests without a GPU; there
// WASI_GPU_EMULATION is defined and the built-ins come from the emulation.
#pragma once

using u8 = unsigned char;
using u16 = unsigned short;
using i32 = int;
using u32 = unsigned int;
using i64 = long long;
using u64 = unsigned long long;

static_assert(sizeof(u32) == 4 && sizeof(u64) == 8 && sizeof(void*) == 8, "the layout that the host assumes");

struct alignas(8) uint2
{
    u32 x, y;
};

struct alignas(16) uint4
{
    u32 x, y, z, w;
};

struct alignas(8) float2
{
    float x, y;
};

struct alignas(16) float4
{
    float x, y, z, w;
};

struct alignas(16) double2
{
    double x, y;
};

#ifdef WASI_GPU_EMULATION
#include "builtins.h"
#else
#include "builtins.cuh"
#endif

constexpr u32 WarpSize = 32;
constexpr u32 AllLanes = 0xFFFFFFFFu;

__device__ constexpr uint2 make_uint2(u32 x, u32 y) { return {x, y}; }
__device__ constexpr uint4 make_uint4(u32 x, u32 y, u32 z, u32 w) { return {x, y, z, w}; }
__device__ constexpr float2 make_float2(float x, float y) { return {x, y}; }
__device__ constexpr float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

template <typename T>
__device__ constexpr T min(T a, T b)
{
    return b < a ? b : a;
}

template <typename T>
__device__ constexpr T max(T a, T b)
{
    return a < b ? b : a;
}

// The number of this thread in the grid, and the number of all threads; one-dimensional launches only.
__device__ inline u64 threadInGrid()
{
    return (u64)blockIdx.x * blockDim.x + threadIdx.x;
}

__device__ inline u64 threadsOfGrid()
{
    return (u64)gridDim.x * blockDim.x;
}
