// elementwise: one function of each element, or of each pair of elements.
//
// 8 bytes move for an element, 12 for a pair; an H100 copies 3.03 TB/s: 379 or 252 G elements/s. The longest function
// (tanh) takes about 40 instructions, of which the device does some 700 G elements/s: memory bounds all eight.
// A thread has two vectors of 16 bytes of each operand under way before it computes: with one, tanh does not keep up,
// with four, all are slower. An H200 reaches 4.23 to 4.28 TB/s at 2^28 and 2^29 elements, 4.35 to 4.37 of pairs (torch
// with out=: 4.01 to 4.24, 4.31 to 4.36). Without stores that bypass the caches pairs reached 4.12 to 4.15.
#include "float-functions.cuh"

namespace
{
constexpr u32 ThreadsOfBlock = 128;
constexpr u32 VectorsOfThread = 2;

// Stores the elements of a vector that lie before the end.
__device__ __forceinline__ void storeUpTo(float* output, u32 vector, u64 count, float4 value)
{
    u64 first = 4 * (u64)vector;
    if (first + 4 <= count)
    {
        storeOnce(reinterpret_cast<float4*>(output) + vector, value);
        return;
    }

    // At most once in a launch: the last vector is not full.
    if (first < count)
    {
        output[first] = value.x;
    }

    if (first + 1 < count)
    {
        output[first + 1] = value.y;
    }

    if (first + 2 < count)
    {
        output[first + 2] = value.z;
    }
}

// The number of this thread's i-th vector; threads past the end load the last one and store nothing, so that no load
// waits for a branch. Buffers are padded to 16 bytes, so the last vector can be loaded whole.
__device__ __forceinline__ u32 vectorOf(u32 i)
{
    return blockIdx.x * (ThreadsOfBlock * VectorsOfThread) + i * ThreadsOfBlock + threadIdx.x;
}

// All loads of a thread come before its stores, and no other thread stores to its elements: the output may be an
// input.
template <typename Function>
__device__ __forceinline__ void mapOne(const float* input, float* output, u64 count, Function function)
{
    const float4* vectors = reinterpret_cast<const float4*>(input);
    u32 last = (u32)((count - 1) / 4);
    float4 values[VectorsOfThread];
#pragma unroll
    for (u32 i = 0; i < VectorsOfThread; i++)
    {
        values[i] = loadBeforeStore(&vectors[min(vectorOf(i), last)]);
    }

#pragma unroll
    for (u32 i = 0; i < VectorsOfThread; i++)
    {
        float4 x = values[i];
        storeUpTo(output, vectorOf(i), count, {function(x.x), function(x.y), function(x.z), function(x.w)});
    }
}

template <typename Function>
__device__ __forceinline__ void mapTwo(
    const float* inputA, const float* inputB, float* output, u64 count, Function function)
{
    const float4* vectorsA = reinterpret_cast<const float4*>(inputA);
    const float4* vectorsB = reinterpret_cast<const float4*>(inputB);
    u32 last = (u32)((count - 1) / 4);
    float4 valuesA[VectorsOfThread];
    float4 valuesB[VectorsOfThread];
#pragma unroll
    for (u32 i = 0; i < VectorsOfThread; i++)
    {
        u32 vector = min(vectorOf(i), last);
        valuesA[i] = loadBeforeStore(&vectorsA[vector]);
        valuesB[i] = loadBeforeStore(&vectorsB[vector]);
    }

#pragma unroll
    for (u32 i = 0; i < VectorsOfThread; i++)
    {
        float4 a = valuesA[i];
        float4 b = valuesB[i];
        float4 value = {function(a.x, b.x), function(a.y, b.y), function(a.z, b.z), function(a.w, b.w)};
        storeUpTo(output, vectorOf(i), count, value);
    }
}
} // namespace

// All take count elements (1 to 2^32), aligned to 16 bytes, in blocks of 128 threads and 1024 elements.

extern "C" __global__ void __launch_bounds__(128) elementwise_relu(const float* input, float* output, u64 count)
{
    // NaN is not below zero and passes.
    mapOne(input, output, count, [](float x) { return x < 0.0f ? 0.0f : x; });
}

extern "C" __global__ void __launch_bounds__(128) elementwise_sigmoid(const float* input, float* output, u64 count)
{
    mapOne(input, output, count, [](float x) { return sigmoid(x); });
}

extern "C" __global__ void __launch_bounds__(128) elementwise_tanh(const float* input, float* output, u64 count)
{
    mapOne(input, output, count, [](float x) { return hyperbolicTangent(x); });
}

extern "C" __global__ void __launch_bounds__(128) elementwise_sqrt(const float* input, float* output, u64 count)
{
    mapOne(input, output, count, [](float x) { return __fsqrt_rn(x); });
}

extern "C" __global__ void __launch_bounds__(128) elementwise_exp(const float* input, float* output, u64 count)
{
    mapOne(input, output, count, [](float x) { return exponentialOrNan(x); });
}

extern "C" __global__ void __launch_bounds__(128) elementwise_log(const float* input, float* output, u64 count)
{
    mapOne(input, output, count, [](float x) { return logarithm(x); });
}

extern "C" __global__ void __launch_bounds__(128) elementwise_add(
    const float* inputA, const float* inputB, float* output, u64 count)
{
    mapTwo(inputA, inputB, output, count, [](float a, float b) { return a + b; });
}

extern "C" __global__ void __launch_bounds__(128) elementwise_mul(
    const float* inputA, const float* inputB, float* output, u64 count)
{
    mapTwo(inputA, inputB, output, count, [](float a, float b) { return a * b; });
}
